#!/usr/bin/python3
"""Known answers for src/core/option.h, in arbitrary precision.

Only the value is written out as a formula.  Every derivative is obtained from
that formula by Taylor arithmetic: the value is computed not on numbers but on
polynomials in small changes of the six inputs, cut off after the orders that
are needed, so that no closed form of a Greek appears here.  A sample of the
rows is checked against plain difference quotients of the value as well.

Usage: option_mpmath.py > option_mpmath.csv
"""
import itertools
import multiprocessing
import sys

import mpmath
from mpmath import mp, mpf

PRICINGS = ("black_scholes", "black76", "bachelier")
KINDS = ("call", "put")
S, K, T, V, R, Q = range(6)
GREEKS = {
    "price": (), "delta": (S,), "gamma": (S, S), "vega": (V,), "theta": (T,),
    "rho": (R,), "rho_yield": (Q,), "vanna": (S, V), "volga": (V, V),
    "charm": (S, T)}
NEGATED = ("theta", "charm")
ZERO_AT_CORNER = ("gamma", "vega", "vanna", "volga", "charm")

# ---------------------------------------------------------------------------
# Taylor arithmetic: a list of coefficients, one for each monomial that divides
# a wanted derivative (a Greek, or a Greek differentiated by one input).


def monomial(variables):
    return tuple(variables.count(i) for i in range(6))


def closure():
    found = set()
    for variables in GREEKS.values():
        for last in range(6):
            top = monomial(variables + (last,))
            found.update(itertools.product(*(range(n + 1) for n in top)))
    return sorted(found, key=lambda m: (sum(m), m))


MONOMIALS = closure()
INDEX = {m: i for i, m in enumerate(MONOMIALS)}
SIZE = len(MONOMIALS)
PRODUCTS = [[(j, INDEX[tuple(map(sum, zip(a, b)))])
             for j, b in enumerate(MONOMIALS)
             if tuple(map(sum, zip(a, b))) in INDEX] for a in MONOMIALS]


class Jet:
    def __init__(self, c):
        self.c = c

    def __add__(self, other):
        return Jet([a + b for a, b in zip(self.c, other.c)])

    def __sub__(self, other):
        return Jet([a - b for a, b in zip(self.c, other.c)])

    def __neg__(self):
        return Jet([-a for a in self.c])

    def __mul__(self, other):
        out = [mpf(0)] * SIZE
        b = other.c
        for i, x in enumerate(self.c):
            if x:
                for j, k in PRODUCTS[i]:
                    if b[j]:
                        out[k] += x * b[j]
        return Jet(out)

    def apply(self, series):
        """f(self), from f, f', f''/2 and f'''/6 at the constant term."""
        step = Jet([mpf(0)] + self.c[1:])
        out = Jet([series[3]] + [mpf(0)] * (SIZE - 1))
        for c in reversed(series[:3]):
            out = out * step
            out.c[0] += c
        return out


def variable(x, i):
    c = [mpf(0)] * SIZE
    c[0] = x
    if i is not None:
        c[INDEX[monomial((i,))]] = mpf(1)
    return Jet(c)


class OnJets:
    """The functions the value needs, on jets ..."""
    def log(self, a):
        x = a.c[0]
        return a.apply([mpmath.log(x), 1 / x, -1 / (2 * x**2), 1 / (3 * x**3)])

    def exp(self, a):
        e = mpmath.exp(a.c[0])
        return a.apply([e, e, e / 2, e / 6])

    def sqrt(self, a):
        r = mpmath.sqrt(a.c[0])
        x = a.c[0]
        return a.apply([r, r / (2 * x), -r / (8 * x**2), r / (16 * x**3)])

    def div(self, a, b):
        x = b.c[0]
        return a * b.apply([1 / x, -1 / x**2, 1 / x**3, -1 / x**4])

    def half(self, a):
        return Jet([x / 2 for x in a.c])

    def cdf(self, a):
        x = a.c[0]
        p = density(x)
        return a.apply([cdf(x), p, -x * p / 2, (x**2 - 1) * p / 6])

    def pdf(self, a):
        x = a.c[0]
        p = density(x)
        return a.apply([p, -x * p, (x**2 - 1) * p / 2, (3 * x - x**3) * p / 6])


class OnNumbers:
    """... and on numbers."""
    def log(self, x):
        return mpmath.log(x)

    def exp(self, x):
        return mpmath.exp(x)

    def sqrt(self, x):
        return mpmath.sqrt(x)

    def div(self, a, b):
        return a / b

    def half(self, a):
        return a / 2

    def cdf(self, x):
        return cdf(x)

    def pdf(self, x):
        return density(x)


def cdf(x):
    # erfc keeps its relative accuracy in the lower tail
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def density(x):
    return mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mp.pi)

# ---------------------------------------------------------------------------
# The value, once for jets and numbers.


def value(m, pricing, call, spot, strike, years, volatility, rate, yield_):
    def signed(x):
        return x if call else -x

    sd = volatility * m.sqrt(years)
    discount = m.exp(-(rate * years))
    if pricing == "bachelier":
        d = m.div(spot - strike, sd)
        return discount * (signed(spot - strike) * m.cdf(signed(d)) +
                           sd * m.pdf(d))
    if pricing == "black_scholes":
        asset = spot * m.exp(-(yield_ * years))
        drift = (rate - yield_) * years
        d1 = m.div(m.log(spot) - m.log(strike) + drift, sd) + m.half(sd)
    else:
        asset = spot * discount
        d1 = m.div(m.log(spot) - m.log(strike), sd) + m.half(sd)
    d2 = d1 - sd
    return signed(asset * m.cdf(signed(d1)) -
                  strike * discount * m.cdf(signed(d2)))


def corner(m, pricing, call, spot, strike, years, volatility, rate, yield_):
    """Discounted intrinsic value: years or volatility is 0."""
    discount = m.exp(-(rate * years))
    asset = spot * (m.exp(-(yield_ * years))
                    if pricing == "black_scholes" else discount)
    x = asset - strike * discount
    x = x if call else -x
    if x.c[0] > 0:
        return x
    if x.c[0] < 0:
        return Jet([mpf(0)] * SIZE)
    # at the kink: the mean of the two slopes
    return Jet([c / 2 for c in x.c])


def evaluate(case):
    """[(value, condition number)] for the ten outputs."""
    pricing, kind = case[:2]
    x = [mpf(a) for a in case[2:]]
    jets = [variable(a, i) for i, a in enumerate(x)]
    at_corner = x[T] == 0 or x[V] == 0
    f = (corner if at_corner else value)(OnJets(), pricing, kind == "call",
                                         *jets)

    def derivative(variables):
        m = monomial(variables)
        factorial = 1
        for n in m:
            factorial *= (1, 1, 2, 6)[n]
        return f.c[INDEX[m]] * factorial

    out = []
    for name, variables in GREEKS.items():
        g = derivative(variables)
        if at_corner and name in ZERO_AT_CORNER:
            g = mpf(0)
        if name in NEGATED:
            g = -g
        if not g:
            out.append((mpf(0), mpf(1 if at_corner else 0)))
            continue
        out.append((g, sum(abs(x[i] * derivative(variables + (i,)))
                           for i in range(6)) / abs(g)))
    if pricing != "black_scholes":
        out[list(GREEKS).index("rho_yield")] = (mpf(0), mpf(0))
    return out


def close(a, b, digits):
    return abs(a - b) <= abs(b) * mpf(10)**-digits


def solve(case):
    """Raise the precision until 22 digits of every output are stable."""
    previous = None
    for digits in (90, 130, 260, 520):
        mp.dps = digits
        result = evaluate(case)
        if previous is not None:
            settled = True
            for i, (a, b) in enumerate(zip(previous, result)):
                if close(a[0], b[0], 22) and close(a[1], b[1], 4):
                    continue
                # noise that shrinks with the precision: truly 0
                if abs(b[0]) <= abs(a[0]) * mpf(10)**-30 and digits > 200:
                    result[i] = (mpf(0), mpf(0))
                    continue
                settled = False
            if settled:
                return result
        previous = result
    raise ArithmeticError("not stable: %r" % (case,))


def difference(case, variables):
    """A plain central difference quotient of the value."""
    x = [mpf(a) for a in case[2:]]
    sd = x[V] * mpmath.sqrt(x[T])
    step = [mpf(0)] * 6
    for i in range(6):
        step[i] = (abs(x[i]) or mpf(1)) * min(sd, mpf(1)) * mpf(10)**-40
    if case[0] == "bachelier":
        step[S] = sd * mpf(10)**-40
    total = mpf(0)
    scale = mpf(1)
    for i in variables:
        scale *= 2 * step[i]
    for signs in itertools.product((1, -1), repeat=len(variables)):
        y = list(x)
        weight = 1
        for i, s in zip(variables, signs):
            y[i] += s * step[i]
            weight *= s
        total += weight * value(OnNumbers(), case[0], case[1] == "call", *y)
    return total / scale


def cross_check(case, result):
    mp.dps = 1000
    for (name, variables), (g, _) in zip(GREEKS.items(), result):
        want = difference(case, variables)
        if name in NEGATED:
            want = -want
        if name == "rho_yield" and case[0] != "black_scholes":
            want = mpf(0)
        scale = abs(g) if g else mpf(1)
        if abs(want - g) > scale * mpf(10)**-20:
            raise ArithmeticError("%s differs: %r" % (name, case))

# ---------------------------------------------------------------------------
# The cases.


class Random:
    """Knuth's MMIX generator, so that the table never changes."""
    def __init__(self, seed):
        self.state = seed

    def uniform(self, low, high):
        self.state = (self.state * 6364136223846793005 +
                      1442695040888963407) % 2**64
        return low + (high - low) * ((self.state >> 11) / 2**53)


def exponential(x):
    """exp rounded to a double here, not in the C library of the day."""
    mp.dps = 40
    return float(mpmath.exp(mpf(x)))


def strike_at(pricing, spot, years, volatility, rate, yield_, k):
    """The strike k standard deviations above the forward."""
    mp.dps = 40
    sd = mpf(volatility) * mpmath.sqrt(mpf(years))
    if pricing == "bachelier":
        return float(mpf(spot) + k * sd)
    drift = (mpf(rate) - mpf(yield_)) * mpf(years)
    if pricing == "black76":
        drift = mpf(0)
    return float(mpf(spot) * mpmath.exp(drift + k * sd))


def cases():
    seen = set()
    turn = itertools.count()

    def add(pricing, kind, spot, strike, years, volatility, rate, yield_):
        if pricing != "black_scholes":
            yield_ = 0.0
        lognormal = pricing != "bachelier"
        if lognormal and not 1e-250 < strike < 1e250:
            return
        case = (pricing, kind, float(spot), float(strike), float(years),
                float(volatility), float(rate), float(yield_))
        if case not in seen:
            seen.add(case)
            out.append(case)

    def both(*arguments):
        for kind in KINDS:
            add(arguments[0], kind, *arguments[1:])

    def turned(*arguments):
        """One kind only, call and put in turn."""
        add(arguments[0], KINDS[next(turn) % 2], *arguments[1:])

    out = []
    second = 1.0 / 31536000.0
    for p in PRICINGS:
        unit = 100.0 if p == "bachelier" else 1.0

        # near the money
        for strike in (80.0, 90.0, 97.5, 100.0, 102.5, 110.0, 125.0):
            for years in (7.0 / 365.0, 0.25, 1.0, 3.0):
                for vol in (0.1, 0.2, 0.6):
                    both(p, 100.0, strike, years, vol * unit, 0.03, 0.01)

        # out to the tails, where price / spot reaches 1e-300
        for k in (0.5, 1.0, 2.0, 3.0, 5.0, 6.5, 8.0, 12.0, 20.0, 30.0, 36.0,
                  37.0, 38.2, 45.0):
            for years, vol in ((0.002, 0.15), (0.7, 0.25), (9.0, 0.9)):
                for s in (1, -1):
                    strike = strike_at(p, 250.0, years, vol * unit, 0.02, 0.04,
                                       s * k)
                    both(p, 250.0, strike, years, vol * unit, 0.02, 0.04)

        # short and long, calm and wild
        for years in (second, 1.0 / 8760.0, 1.0 / 365.0, 10.0, 30.0):
            for vol in (1e-6, 1e-3, 0.3, 5.0):
                for k in (-4.0, -0.7, 0.0, 1.1, 3.0):
                    strike = strike_at(p, 64.0, years, vol * unit, 0.01, 0.03,
                                       k)
                    turned(p, 64.0, strike, years, vol * unit, 0.01, 0.03)

        # rates and yields
        for rate in (-0.9, -0.02, 0.0, 0.4, 2.5):
            for yield_ in (-0.5, 0.0, 0.07, 1.5):
                for k in (-2.0, 0.0, 1.5):
                    strike = strike_at(p, 40.0, 1.5, 0.35 * unit, rate, yield_,
                                       k)
                    turned(p, 40.0, strike, 1.5, 0.35 * unit, rate, yield_)

        # scales
        for spot in (1e-12, 1e-5, 0.37, 6.5e4, 1e9, 1e15):
            vol = 0.4 * (spot if p == "bachelier" else 1.0)
            for k in (-7.0, -1.0, 0.0, 0.3, 6.0):
                strike = strike_at(p, spot, 0.5, vol, 0.05, -0.01, k)
                turned(p, spot, strike, 0.5, vol, 0.05, -0.01)
        for strike in (1e-12, 1.0, 1e3, 1e15):
            both(p, 1000.0, strike, 2.0, 1.3 * unit, 0.05, 0.02)
        if p != "bachelier":
            # spot / strike is beyond the range of a double
            both(p, 1e170, 1e-170, 30.0, 5.0, 0.02, 0.01)
            both(p, 1e-170, 1e170, 30.0, 5.0, 0.02, 0.01)
        if p == "bachelier":
            for spot in (-37.63, -0.5, 0.0):
                for strike in (-50.0, -37.63, 0.0, 12.0):
                    both(p, spot, strike, 0.1, 25.0, 0.03, 0.0)

        # exactly at the money
        for years in (second, 0.01, 1.0, 16.0):
            for vol in (1e-6, 0.25, 2.0):
                for rate, yield_ in ((0.0, 0.0), (0.03, 0.03), (0.05, 0.01875)):
                    turned(p, 50.0, 50.0, years, vol * unit, rate, yield_)

        # at will
        rng = Random(20240229 + PRICINGS.index(p))
        for _ in range(230):
            spot = exponential(rng.uniform(-7, 12))
            years = exponential(rng.uniform(-17, 3.4))
            vol = exponential(rng.uniform(-7, 1.2))
            if p == "bachelier":
                vol *= spot
            rate = rng.uniform(-0.1, 0.3)
            yield_ = rng.uniform(-0.1, 0.2)
            k = rng.uniform(-2, 2)**3
            turned(p, spot,
                   strike_at(p, spot, years, vol, rate, yield_, k),
                   years, vol, rate, yield_)

        # the zero corners
        for years, vol in ((0.0, 0.3), (0.0, 0.0), (2.0, 0.0), (second, 0.0)):
            for strike in (1e-3, 70.0, 99.999, 100.0, 100.001, 180.0):
                for rate, yield_ in ((0.0, 0.0), (0.04, 0.04), (-0.02, 0.03)):
                    if strike == 100.0 and rate != yield_:
                        continue
                    turned(p, 100.0, strike, years, vol * unit, rate, yield_)
            both(p, 100.0, 100.0, years, vol * unit, 0.04, 0.04)
    return out


def digits(x, n):
    mp.dps = 40
    return "0" if not x else mpmath.nstr(x, n, strip_zeros=True,
                                         min_fixed=-5, max_fixed=16)


def row(numbered):
    number, case = numbered
    result = solve(case)
    if number % 37 == 0 and case[4] and case[5]:
        cross_check(case, result)
    return ",".join(list(case[:2]) + [repr(a) for a in case[2:]] +
                    [digits(g, 20) for g, _ in result] +
                    [digits(c, 4) for _, c in result])


def main():
    names = list(GREEKS)
    print(",".join(["pricing", "kind", "spot", "strike", "years", "volatility",
                    "rate", "yield"] + names + ["cond_" + n for n in names]))
    with multiprocessing.Pool() as pool:
        for line in pool.imap(row, enumerate(cases()), chunksize=16):
            print(line)


if __name__ == "__main__":
    sys.exit(main())
