#!/usr/bin/python3
"""Coefficients of src/core/implied_stdev.c: the normal model, inverted.

Both forms give the distance m = |F - K| / stdev from u = |F - K| / (value of
the out-of-the-money option), where 1/u = phi(m) T(m) / m and T(m) = 1 - m M(m):
near the money u/m as a function of u, beyond it m as a function of
sqrt(log u) - sqrt(log 12).  All coefficients turn out positive.  The fit and
its accuracy are those of coefficients.py.  Needs python3-mpmath; runs in some
minutes.
"""
from mpmath import mp, mpf, exp, log, pi, sqrt

from coefficients import bachelier_tail, fit, show

SWITCH = mpf(1)                 # the m where one form takes over from the other
LAST = mpf(54)                  # 1/u is below 1e-600 there


def reciprocal(m):
    """u of m."""
    return sqrt(2 * pi) * exp(m * m / 2) * m / bachelier_tail(m)


class Curve:
    """y(x), both given by a parameter."""

    def __init__(self, x, y):
        self.x_of, self.y_of, self.known = x, y, {}

    def x(self, t):
        x = self.x_of(t)
        self.known[x] = self.y_of(t)
        return x

    def y(self, x):
        return self.known[x]


def main():
    mp.dps = 120
    near = Curve(reciprocal, lambda m: reciprocal(m) / m)
    p, q, e = fit(near.y, 11, 10, mpf("1e-30"), SWITCH, near.x)
    print("u/m = P11(u)/Q10(u), u <= %s: relative error %s" % (mp.nstr(reciprocal(SWITCH), 17), mp.nstr(e, 3)))
    show("NEAR_P", p)
    show("NEAR_Q", q)

    first = mpf(float(sqrt(log(mpf(12)))))
    far = Curve(lambda m: sqrt(log(reciprocal(m))) - first, lambda m: m)
    p, q, e = fit(far.y, 15, 14, SWITCH * mpf("0.999"), LAST, far.x)
    print("m = P15(t)/Q14(t), t = sqrt(log u) - %s, beyond: relative error %s" % (float(first).hex(), mp.nstr(e, 3)))
    show("FAR_P", p)
    show("FAR_Q", q)


if __name__ == "__main__":
    main()
