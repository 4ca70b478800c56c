#!/usr/bin/python3
"""Known answers for src/core/implied_volatility.h, in arbitrary precision.

Each price is a double; the volatility is the one at which the formula is worth
exactly that double, all other inputs being exactly the doubles of the row.

condition is the sum over the inputs x (price, spot, strike, years, rate, yield)
of |x dsigma/dx| / sigma.  core is the condition of the equation itself: the
same sum over the value of the out-of-the-money option and over log(F/K), or
F - K, alone.  It is given where those two come from the inputs without
cancellation: rate and yield 0, option out of or at the money.

Usage: implied_mpmath.py > implied_mpmath.csv
"""
import random

from mpmath import mp, mpf, erfc, exp, findroot, log, nstr, pi, sqrt

mp.dps = 120
uniform = random.Random(20).random


def cdf(x):
    return erfc(-x / sqrt(mpf(2))) / 2


def density(x):
    return exp(-x * x / 2) / sqrt(2 * pi)


class Row:
    """An option, its inputs being doubles."""

    def __init__(self, pricing, kind, spot, strike, years, rate=0.0, carry=0.0):
        self.pricing, self.kind = pricing, kind
        self.inputs = [float(v) for v in (spot, strike, years, rate, carry)]
        self.spot, self.strike, self.years, self.rate, self.carry = map(mpf, self.inputs)
        self.sign = 1 if kind == "call" else -1
        self.normal = pricing == "bachelier"
        self.discount = exp(-self.rate * self.years)
        growth = self.carry if pricing == "black_scholes" else self.rate
        self.forward_leg = self.spot * exp(-growth * self.years)
        self.strike_leg = self.strike * self.discount

    def money(self):
        """Signed and discounted: above 0 in the money."""
        return self.sign * (self.forward_leg - self.strike_leg)

    def most(self):
        if self.normal:
            return mpf("inf")
        return self.forward_leg if self.sign > 0 else self.strike_leg

    def distance(self):
        """log(F/K), or F - K."""
        if self.normal:
            return self.spot - self.strike
        return log(self.forward_leg / self.strike_leg)

    def time_value(self, s):
        """Of the option out of the money, at stdev s."""
        sign = -1 if self.distance() > 0 else 1
        d1 = self.distance() / s + (0 if self.normal else s / 2)
        if self.normal:
            return self.discount * (sign * (self.spot - self.strike) * cdf(sign * d1) + s * density(d1))
        return sign * (self.forward_leg * cdf(sign * d1) - self.strike_leg * cdf(sign * (d1 - s)))

    def price_at(self, s):
        return self.time_value(s) + max(self.money(), 0)

    def stdev(self, price, near):
        """The stdev of a price, by the secant rule on the logarithm, from a bracket."""
        target = mpf(price) - max(self.money(), 0)
        most = min(self.forward_leg, self.strike_leg)
        if target <= 0 or mpf(price) >= self.most():
            return None
        if self.normal or target < most / 2:
            error = lambda s: log(self.time_value(s) / target)
        else:
            error = lambda s: log((most - target) / (most - self.time_value(s)))
        low = high = mpf(near)
        while error(low) > 0:
            low, high = low * mpf("0.9"), low
        while error(high) < 0:
            low, high = high, high * mpf("1.1")
        s = low
        if low < high:
            s = exp(findroot(lambda y: error(exp(y)), (log(low), log(high)), solver="secant",
                             tol=mpf(10) ** -80, maxsteps=50))
        assert abs(self.price_at(s) / mpf(price) - 1) < mpf(10) ** -40
        return s

    def conditions(self, price, s):
        """(condition, core or None)"""
        p, t, w = mpf(price), self.years, self.sign
        d1 = self.distance() / s + (0 if self.normal else s / 2)
        d2 = d1 if self.normal else d1 - s
        spot_part = w * self.forward_leg * cdf(w * d1)      # S dV/dS
        strike_part = w * self.strike_leg * cdf(w * d2)     # -K dV/dK
        vega = density(d1) * (self.discount if self.normal else self.forward_leg) * s   # sigma dV/dsigma
        if self.pricing == "black_scholes":
            rate_part, carry_part = self.rate * t * strike_part, -self.carry * t * spot_part
        else:
            rate_part, carry_part = -self.rate * t * p, mpf(0)
        years_part = vega / 2 + rate_part + carry_part
        parts = (p, spot_part, strike_part, years_part, rate_part, carry_part)
        condition = sum(abs(v) for v in parts) / vega
        if self.inputs[3] or self.inputs[4] or self.money() > 0:
            return condition, None
        # x dV/dx with x = F - K, or x = log(F/K) at a fixed sqrt(F K)
        slope = self.discount * cdf(w * d1) if self.normal else (spot_part + strike_part) / 2
        by_distance = slope * self.distance()
        return condition, (p + abs(by_distance)) / vega


def emit(row, price, near):
    s = row.stdev(price, near)
    if s is None:
        return
    condition, core = row.conditions(price, s)
    print(",".join([row.pricing, row.kind] + [repr(v) for v in row.inputs] + [
        repr(price), nstr(s / sqrt(row.years), 20, strip_zeros=False), nstr(condition, 6),
        "" if core is None else nstr(core, 6)]))


def between(low, high):
    """Log-uniform."""
    return low * (high / low) ** uniform()


def scaled(low, high):
    """Log-uniform of either sign, or 0."""
    return 0.0 if uniform() < 0.2 else between(low, high) * (1 if uniform() < 0.5 else -1)


def lognormal(pricing, kind, spot, x, s, years, rate=0.0, carry=0.0):
    """A row with log(F/K) near x, priced at stdev s."""
    growth = (rate - carry) if pricing == "black_scholes" else 0.0
    strike = float(mpf(spot) * exp(mpf(growth * years) - mpf(x)))
    if not 0 < strike < 1e305:
        return
    row = Row(pricing, kind, spot, strike, years, rate, carry)
    price = float(row.price_at(mpf(s)))
    if 1e-300 <= price < float("inf"):
        emit(row, price, s)


def normal(kind, forward, distance, s, years, rate=0.0):
    row = Row("bachelier", kind, forward, forward + distance, years, rate)
    price = float(row.price_at(mpf(s)))
    if price >= 1e-300:
        emit(row, price, s)


def main():
    print("pricing,kind,spot,strike,years,rate,yield,price,volatility,condition,core")
    stdevs = (1e-8, 1e-6, 1e-4, 1e-3, 0.01, 0.03, 0.1, 0.3, 0.39, 0.41, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 6.0, 9.0, 14.0)
    for s in stdevs:                                # from the money to 1e-300
        for m in (0.0, 1e-3, 0.1, 0.7, 1.0, 1.6, 3.0, 6.0, 12.0, 20.0, 30.0, 37.0):
            kind = "put" if uniform() < 0.5 else "call"
            lognormal("black76", kind, 100.0, m * s * (1 if kind == "put" else -1), s, between(0.01, 10))
    for s in (12.0, 20.0, 30.0, 40.0, 50.0):        # far strikes, where a price is small and the stdev is not
        for x in (s * s / 2.2, s * s / 2, s * s / 1.8, s * s / 1.2, s * s):
            for kind in ("call", "put"):
                lognormal("black76", kind, 1e-150 if kind == "put" else 1e250, x if kind == "put" else -x, s, 1.0)
    for spot, strike in ((100.0, 100.0), (100.0, 130.0), (130.0, 100.0), (1.0, 1e4), (1e4, 1.0)):
        for kind in ("call", "put"):                # to within the last bits of the maximum
            row = Row("black76", kind, spot, strike, 1.0)
            most = float(row.most())
            for ulps in (1, 2, 3, 10, 1000, 10 ** 6, 10 ** 9, 10 ** 12):
                emit(row, most - ulps * most * 2.0 ** -53, 10.0)
    for _ in range(450):                            # what people trade, and beyond
        years, s = between(1 / 365, 20), between(1e-3, 2)
        lognormal("black_scholes", "put" if uniform() < 0.5 else "call", between(1e-3, 1e6),
                  s * scaled(1e-3, 20), s, years, scaled(1e-4, 0.3), scaled(1e-4, 0.3))
    for _ in range(150):
        years, s = between(1e-6, 50), between(1e-6, 8)
        lognormal("black76", "put" if uniform() < 0.5 else "call", between(1e-3, 1e6),
                  s * scaled(1e-3, 30), s, years, scaled(1e-4, 0.3))
    for spot in (1e-290, 1e-100, 1e100, 1e290):     # scales
        for s in (1e-3, 0.2, 3.0):
            for x in (-2.0, 0.0, 1.0):
                lognormal("black_scholes", "call" if x < 0 else "put", spot, x * s, s, 0.5, 0.03, 0.01)
    for price in (5e-324, 1e-310, 1e-308, 1e-300, 1e-200, 1e-100, 1e-20):
        for kind, spot, strike in (("call", 100.0, 120.0), ("put", 100.0, 1.0), ("call", 1.0, 1.0001)):
            emit(Row("black_scholes", kind, spot, strike, 0.25), price, 0.01)
            emit(Row("bachelier", kind, spot, strike, 0.25), price, 1.0)
        emit(Row("bachelier", "put", 5.0, 5.0, 0.25), price, price)
    for s in (1e-8, 1e-3, 0.5, 20.0, 1e6):          # the normal model
        for m in (0.0, 1e-9, 1e-3, 0.1, 0.5, 0.99, 1.0, 1.01, 2.0, 5.0, 11.0, 22.0, 33.0, 37.0):
            normal("call", between(1e-3, 10) * s, m * s, s, between(0.01, 10))
    for _ in range(220):
        s, sign = between(1e-3, 1e3), (1 if uniform() < 0.5 else -1)
        normal("put" if uniform() < 0.5 else "call", sign * between(1e-2, 1e4), s * scaled(1e-3, 30), s,
               between(1 / 365, 20), scaled(1e-4, 0.3))


if __name__ == "__main__":
    main()
