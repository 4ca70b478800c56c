#!/usr/bin/python3
"""Known answers for src/core/exact.h, in integers and fractions.

Every double is turned into the fraction that it is, every result is computed
without rounding and then rounded once, half to even, by Python's own round().
No floating-point arithmetic takes part.

Columns: op,a,b,result.  Doubles are hexadecimal, amounts (counts of quanta of
2^-60) decimal; a result of "false" is a refusal.

    quantize   double, -, double
    product    double, double, amount
    scale      amount, double, amount
    to_double  amount, -, double
    add        amount, amount, amount

Usage: exact_fractions.py > exact_fractions.csv
"""
import math
from fractions import Fraction

QUANTA = 2**60
LIMIT = 2**113
INT128 = 2**127


class Generator:
    """Knuth's MMIX linear congruential generator, its high bits."""

    def __init__(self, seed):
        self.state = seed

    def bits(self, n):
        word = 0
        for _ in range((n + 31) // 32):
            self.state = (self.state * 6364136223846793005
                          + 1442695040888963407) % 2**64
            word = word << 32 | self.state >> 32
        return word >> -n % 32

    def between(self, low, high):
        return low + self.bits(64) % (high - low + 1)

    def odd(self, bits):
        """An odd number of exactly so many bits."""
        return 1 << (bits - 1) | self.bits(bits) | 1 if bits > 1 else 1

    def sign(self):
        return 1 - 2 * self.bits(1)

    def choice(self, items):
        return items[self.between(0, len(items) - 1)]


random = Generator(20)
rows = []
seen = set()


def hexadecimal(x):
    return x.hex()


def emit(*fields):
    line = ",".join(fields)
    if line not in seen:
        seen.add(line)
        rows.append(line)


def double(x):
    """The nearest double to a fraction, half to even; never -0."""
    return x.numerator / x.denominator if x else 0.0


def amount(x):
    """A fraction of quanta as a stored amount."""
    whole = round(x)
    return str(whole) if abs(whole) <= LIMIT else "false"


def quantize(x):
    want = Fraction(round(Fraction(x) * QUANTA), QUANTA)
    result = double(want)
    assert Fraction(result) == want
    emit("quantize", hexadecimal(x), "", hexadecimal(result))


def product(a, b):
    if math.isfinite(a) and math.isfinite(b):
        result = amount(Fraction(a) * Fraction(b) * QUANTA)
    else:
        result = "false"
    emit("product", hexadecimal(a), hexadecimal(b), result)


def scale(a, b):
    assert -INT128 <= a < INT128
    result = amount(a * Fraction(b)) if math.isfinite(b) else "false"
    emit("scale", str(a), hexadecimal(b), result)


def to_double(a):
    emit("to_double", str(a), "", hexadecimal(double(Fraction(a, QUANTA))))


def add(a, b):
    whole = a + b
    emit("add", str(a), str(b),
         str(whole) if -INT128 <= whole < INT128 else "false")


SPECIAL = [0.0, 5e-324, 2.0**-1074 * 3, 2.0**-1022 - 5e-324, 2.0**-1022,
           2.0**-62, 2.0**-61, 2.0**-60, 2.0**-59, 2.0**-8,
           math.nextafter(2.0**-8, 0), math.nextafter(2.0**-8, 1),
           0.5, 1.0, math.nextafter(1.0, 0), math.nextafter(1.0, 2), 2.0,
           2.0**52, 2.0**53, math.nextafter(2.0**53, 0), 2.0**53 + 2,
           2.0**54, 2.0**113, 2.0**1023, math.ldexp(2**53 - 1, 971)]
NOT_FINITE = [math.inf, -math.inf, math.nan]


def all_quantize():
    for x in SPECIAL:
        quantize(x)
        quantize(-x)
    # Ties, and their neighbours on both sides.
    for _ in range(60):
        tie = (2 * random.bits(random.between(1, 50)) + 1) * 2.0**-61
        for x in (tie, math.nextafter(tie, 0), math.nextafter(tie, 1)):
            quantize(random.sign() * x)
    for _ in range(150):
        quantize(random.sign() *
                 math.ldexp(random.odd(53), random.between(-120, -50)))


def inverse(odd, bits):
    return pow(odd, -1, 2**bits)


def all_product():
    for a in SPECIAL:
        for b in SPECIAL:
            if random.bits(1):
                product(random.sign() * a, random.sign() * b)
    for x in NOT_FINITE:
        for y in (0.0, 1.0, -2.5, math.inf, math.nan):
            product(x, y)
            product(y, x)
    # Ties: both odd, together worth half a quantum.
    for _ in range(80):
        a, b = random.odd(random.between(1, 53)), random.odd(random.between(1, 53))
        e = random.between(-300, 240)
        product(random.sign() * math.ldexp(a, e),
                random.sign() * math.ldexp(b, -61 - e))
    # One unit of the exact product beside a tie, up and down.
    for _ in range(80):
        bits = random.between(3, 52)
        a = random.odd(53)
        b = inverse(a, bits) * (2**(bits - 1) + random.sign()) % 2**bits
        e = random.between(-200, 80)
        product(random.sign() * math.ldexp(a, e),
                random.sign() * math.ldexp(b + 2**bits, -60 - bits - e))
    # Around the range, and beyond it by up to more bits than 128 hold.
    for _ in range(80):
        a = math.ldexp(random.odd(53), random.between(-60, 0))
        b = 2.0**53 / a
        for x in (b, math.nextafter(b, 0), math.nextafter(b, math.inf)):
            product(random.sign() * a, random.sign() * x)
    for bits in range(50, 80):
        product(random.sign() * 2.0**20, random.sign() * 2.0**(bits - 20))
    for bits in range(-10, 120):
        product(random.sign() * math.ldexp(random.odd(random.between(1, 53)), 20),
                random.sign() * math.ldexp(random.odd(random.between(1, 53)),
                                           bits - 60))
    for _ in range(120):
        product(random.sign() * math.ldexp(random.odd(random.between(1, 53)),
                                           random.between(-1074, 971)),
                random.sign() * math.ldexp(random.odd(random.between(1, 53)),
                                           random.between(-1074, 971)))
    for _ in range(120):
        product(random.sign() * math.ldexp(random.odd(53), random.between(-90, -30)),
                random.sign() * math.ldexp(random.odd(53), random.between(-90, -30)))


AMOUNTS = [0, 1, 2, 3, 2**53, 2**63, 2**64 - 1, 2**64, 2**64 + 1, 2**112,
           LIMIT - 1, LIMIT, LIMIT + 1, 2**114 + 1, 2**114 + 2, 2**114 + 3,
           2**126, INT128 - 2**13, INT128 - 1]


def all_scale():
    for a in AMOUNTS:
        for b in SPECIAL + [0.33, 0.1, 3.0]:
            if random.bits(1):
                scale(random.sign() * a, random.sign() * b)
        for b in NOT_FINITE:
            scale(a, b)
    scale(-INT128, 1.0)
    scale(-INT128, 2.0**-14)
    scale(-INT128, -2.0**-14)
    scale(-INT128, math.nextafter(2.0**-14, 1))
    scale(INT128 - 1, 2.0**-14)
    # Ties, for a factor of an odd number times 2^-shift.
    for _ in range(110):
        bits = random.between(1, 53)
        shift = random.choice([1, 2, 31, 52, 53, 62, 63, 64, 65, 66, 90, 113,
                               126, 127, random.between(1, 127)])
        a = random.odd(random.between(1, max(1, 127 - shift))) << (shift - 1)
        scale(random.sign() * a,
              random.sign() * math.ldexp(random.odd(bits), -shift))
    # One unit of the exact product beside a tie.
    for _ in range(140):
        mantissa = random.odd(random.between(2, 53))
        shift = random.choice([3, 32, 62, 63, 64, 65, 66, 67, 100, 113,
                               random.between(3, 120)])
        a = inverse(mantissa, shift) * (2**(shift - 1) + random.sign()) % 2**shift
        scale(random.sign() * a,
              random.sign() * math.ldexp(mantissa, -shift))
    # Around the range.
    for _ in range(60):
        factor = math.ldexp(random.odd(random.between(1, 53)),
                            random.between(-70, 60))
        near = round(LIMIT / Fraction(factor))
        for a in (near - 1, near, near + 1):
            if a < INT128:
                scale(random.sign() * a, random.sign() * factor)
    # Beyond the range by up to more bits than 128 hold.
    for bits in range(112, 140):
        for low in (0, 5, 90):
            scale(random.sign() << low, random.sign() * 2.0**(bits - low))
    for bits in range(110, 180):
        a = random.odd(random.between(1, 126))
        scale(random.sign() * a, random.sign() *
              math.ldexp(random.odd(random.between(1, 53)), bits - a.bit_length()))
    # Anything.
    for _ in range(160):
        scale(random.sign() * random.bits(random.between(1, 126)),
              random.sign() * math.ldexp(random.odd(random.between(1, 53)),
                                         random.between(-230, 60)))


def all_to_double():
    for a in AMOUNTS:
        to_double(a)
        to_double(-a)
    to_double(-INT128)
    # Ties of the 53rd bit and their neighbours.
    for _ in range(70):
        shift = random.between(1, 60)
        tie = (2 * (2**52 | random.bits(52)) + 1) << (shift - 1)
        for a in (tie - 1, tie, tie + 1):
            to_double(random.sign() * a)
    for _ in range(50):
        to_double(random.sign() * random.bits(random.between(1, 113)))


def all_add():
    ends = [0, 1, -1, 2**64 - 1, 2**64, -2**64, LIMIT, -LIMIT, INT128 - 1,
            1 - INT128, -INT128]
    for a in ends:
        for b in ends:
            add(a, b)
    for _ in range(60):
        add(random.sign() * random.bits(127), random.sign() * random.bits(127))


all_quantize()
all_product()
all_scale()
all_to_double()
all_add()
print("op,a,b,result")
print("\n".join(rows))
