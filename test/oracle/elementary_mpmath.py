#!/usr/bin/python3
"""Known answers for src/core/elementary.h and normal.h, in 60 digits or more.

Usage: elementary_mpmath.py > elementary_mpmath.csv
"""
import mpmath
from mpmath import mp, mpf


class Random:
    """Knuth's MMIX generator, so that the table never changes."""
    def __init__(self, seed):
        self.state = seed

    def uniform(self, low, high):
        self.state = (self.state * 6364136223846793005 +
                      1442695040888963407) % 2**64
        return low + (high - low) * ((self.state >> 11) / 2**53)


def mills(x):
    x = mpf(x)
    return (mpmath.erfc(x / mpmath.sqrt(2)) * mpmath.exp(x * x / 2) *
            mpmath.sqrt(mp.pi / 2))


FUNCTIONS = {
    "exp": lambda x, y: mpmath.exp(mpf(x)),
    "log": lambda x, y: mpmath.log(mpf(x)),
    "log_ratio": lambda x, y: mpmath.log(mpf(x) / mpf(y)),
    "pow": lambda x, y: mpmath.power(mpf(x), mpf(y)),
    "mills": lambda x, y: mills(x),
    "bachelier_tail": lambda x, y: 1 - mpf(x) * mills(x),
    "normal_cdf": lambda x, y: mpmath.erfc(-mpf(x) / mpmath.sqrt(2)) / 2,
}


def evaluate(function, x, y):
    """Raise the precision until 22 digits are stable."""
    previous = None
    for digits in (60, 120, 240, 480, 960):
        mp.dps = digits
        v = FUNCTIONS[function](x, y)
        if previous is not None and abs(v - previous) <= abs(v) * mpf(10)**-22:
            return v
        previous = v
    raise ArithmeticError((function, x, y))


def ten_to(x):
    mp.dps = 40
    return float(mpmath.power(10, mpf(x)))


def cases():
    rng = Random(19730501)
    ulp = 2.0**-52

    # exp: end to end, dense around 0, where the result is denormal, and at
    # odd halves of log 2, where the reduced argument is largest
    mp.dps = 40
    xs = [-745.0, -744.5, -720.0, -709.5, -708.5, -708.0, -707.0, 709.0,
          -1.0, 1.0, 0.0, 0.5, -0.5]
    xs += [float((k + mpf(1) / 2) * mpmath.log(2))
           for k in range(-1073, 1020, 53)]
    xs += [float(k * mpmath.log(2)) for k in range(-1070, 1022, 61)]
    xs += [s * ten_to(k / 3.0) for k in range(-60, 3) for s in (1, -1)]
    xs += [rng.uniform(-745, -708) for _ in range(20)]
    xs += [rng.uniform(-708, 709) for _ in range(90)]
    for x in xs:
        yield "exp", x, 0.0

    # log: powers of ten, and dense near 1 and near sqrt(2) times a power of 2
    xs = [5e-324, 1e-320, 2.5e-310, 2.2250738585072014e-308,
          1.7976931348623157e308, 1.7e308, 1.0, 2.0, 0.5]
    xs += [ten_to(k / 2.0) for k in range(-615, 616, 17)]
    xs += [1.0 + s * k * ulp for k in (1, 2, 3, 10, 1000, 12345)
           for s in (0.5, -0.5, 1, -1)]
    xs += [1.0 + s * ten_to(-k / 4.0) for k in range(1, 60) for s in (1, -1)]
    xs += [2.0**0.5 * f * (1 + s * ulp) for f in (1.0, 0.5, 1024.0, 2.0**-80)
           for s in (-2, -1, 0, 1, 2)]
    xs += [rng.uniform(0.6, 1.6) for _ in range(90)]
    for x in xs:
        yield "log", x, 0.0

    # log_ratio
    pairs = [(1e300, 1e-300), (1e-300, 1e300), (1.7e308, 5e-324),
             (5e-324, 1.7e308), (1e308, 1e308), (1e-310, 3e-310),
             (1.7e308, 1.6e308), (1e-320, 1e-300), (1.0, 1.0), (2.0, 1.0),
             (100.0, 100.00000000000001), (100.00000000000001, 100.0),
             (1e15, 1e15 + 0.125), (1e-12, 1.0000000000000001e-12)]
    for k in range(1, 31):
        pairs.append((100.0 * (1 + ten_to(-k / 2.0)), 100.0))
        pairs.append((73.21 * (1 - ten_to(-k / 2.0)), 73.21))
    for k in range(60):
        pairs.append((ten_to(rng.uniform(-12, 15)), ten_to(rng.uniform(-12, 15))))
    for k in range(60):
        x = ten_to(rng.uniform(-3, 6))
        pairs.append((x, x * rng.uniform(0.5, 2)))
    for x, y in pairs:
        yield "log_ratio", x, y

    # pow: exponents that scale margins with time, and at will
    for y in (0.13, 0.30, 0.5):
        for tau in (1.0, 2.0, 3.0, 7.0, 10.0, 14.0, 29.0, 30.0, 31.0, 60.0,
                    90.0, 180.0, 365.0, 730.0, 3650.0, 0.5, 1.0 / 24.0):
            yield "pow", 30.0 / tau, y
    for y in (-3.0, -1.0, -0.5, 0.0, 1.0, 2.0, 3.0):
        for x in (1e-3, 0.7, 1.0, 1.0 + ulp, 4.0, 1e3):
            yield "pow", x, y
    for _ in range(110):
        yield "pow", ten_to(rng.uniform(-3, 3)), rng.uniform(-3, 3)

    # the tail of the normal distribution
    xs = [0.0, 1e-300, 1e-30, 1e-10, 60.0, 75.5, 100.0, 316.25, 1e3, 4321.0,
          1e4, 1e5, 1e6]
    xs += [ten_to(-k / 4.0) for k in range(1, 40, 2)]
    xs += [k / 8.0 for k in range(1, 130)]
    xs += [rng.uniform(0, 10) for _ in range(60)]
    xs += [rng.uniform(10, 60) for _ in range(60)]
    for function in ("mills", "bachelier_tail"):
        for x in xs:
            yield function, x, 0.0

    xs = [0.0, -38.0, 10.0, -37.5, -37.7, -1e-10, 1e-10, -1e-300]
    xs += [-38 + k / 4.0 for k in range(193)]
    xs += [rng.uniform(-6, 6) for _ in range(60)]
    xs += [rng.uniform(-38, -6) for _ in range(40)]
    for x in xs:
        yield "normal_cdf", x, 0.0


print("function,x,y,value")
seen = set()
for case in cases():
    if case in seen:
        continue
    seen.add(case)
    answer = evaluate(*case)
    mp.dps = 40
    print("%s,%r,%r,%s" % (case + (mpmath.nstr(answer, 20) if answer else "0",)))
