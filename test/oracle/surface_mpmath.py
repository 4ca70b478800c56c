#!/usr/bin/python3
"""Known answers for src/core/volatility_surface.h with SVI, in 50 digits.

Usage: surface_mpmath.py > surface_mpmath.csv

A row has two expiries, a1 ... sigma1 at days1 and a2 ... sigma2 at days2 after
as_of, and the volatility asked for at `days`, a strike and a forward: flat
before the first and after the second expiry, total variance linear in time
between them.  `condition` is what rounding of the terms of total variance and
of k is magnified by.
"""
import mpmath
from mpmath import mp, mpf

mp.dps = 50


class Random:
    """Knuth's MMIX generator, so that the table never changes."""
    def __init__(self, seed):
        self.state = seed

    def uniform(self, low, high):
        self.state = (self.state * 6364136223846793005 +
                      1442695040888963407) % 2**64
        return low + (high - low) * ((self.state >> 11) / 2**53)


def variance(slice_, k):
    """Total variance, and the sum of the sizes of what it is made of."""
    a, b, rho, m, sigma = map(mpf, slice_)
    y = k - m
    root = mpmath.sqrt(y * y + sigma * sigma)
    w = a + b * (rho * y + root)
    size = abs(a) + b * (abs(rho * y) + root) + 2 * b * (abs(k) + abs(m))
    return w, size


def answer(one, days1, two, days2, days, strike, forward):
    k = mpmath.log(mpf(strike) / mpf(forward))
    (w1, size1), (w2, size2) = variance(one, k), variance(two, k)
    t1, t2, t = mpf(days1) / 365, mpf(days2) / 365, mpf(days) / 365
    if days <= days1:
        return mpmath.sqrt(w1 / t1), size1 / w1
    if days >= days2:
        return mpmath.sqrt(w2 / t2), size2 / w2
    w = w1 + (w2 - w1) * (t - t1) / (t2 - t1)
    return mpmath.sqrt(w / t), (size1 + size2) / w


def slices(random):
    """Parameters with a positive least variance; the first are published."""
    # Gatheral and Jacquier (2014), example 3.1, Axel Vogt's
    yield (-0.0410, 0.1331, 0.3060, 0.3586, 0.4153)
    yield (0.04, 0.4, -0.4, 0.05, 0.1)
    yield (0.0625, 0, 0, 0, 1)
    yield (1e-6, 1.9, 1, 0, 1e-4)
    yield (1e-6, 1.9, -1, -0.2, 1e-4)
    for _ in range(20):
        b = random.uniform(0, 0.5)
        rho = random.uniform(-1, 1)
        sigma = 10**random.uniform(-3, 0)
        a = random.uniform(-0.9, 1) * b * sigma * (1 - rho * rho)**0.5 + 1e-4
        yield a, b, rho, random.uniform(-0.5, 0.5), sigma


def main():
    random = Random(20040517)
    names = "a b rho m sigma days".split()
    print(",".join([n + i for i in "12" for n in names] +
                   ["days", "strike", "forward", "volatility", "condition"]))
    made = list(slices(random))
    for i, one in enumerate(made):
        two = made[(i + 1) % len(made)]
        days1 = int(random.uniform(1, 400))
        days2 = days1 + int(random.uniform(1, 700))
        for days in (days1 / 2, days1, days1 + 0.25, (days1 + days2) // 2,
                     days2, 2 * days2):
            for moneyness in (1e-3, 0.5, 0.9, 1, 1.0001, 1.3, 50):
                forward = random.uniform(1, 1000)
                strike = forward * moneyness
                v, condition = answer(one, days1, two, days2, days, strike, forward)
                print(",".join([repr(x) for x in (*one, days1, *two, days2, days, strike, forward)] +
                               [mpmath.nstr(v, 20), mpmath.nstr(condition, 3)]))


if __name__ == "__main__":
    main()
