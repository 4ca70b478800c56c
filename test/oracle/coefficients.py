#!/usr/bin/python3
"""Coefficients of src/core/elementary.h and src/core/normal.h.

Polynomial and rational approximations P/Q of least relative error in the
least-squares sense on Chebyshev nodes (within a small factor of minimax),
solved in high precision and reweighted by their own denominator
(Sanathanan and Koerner, 1963).  Prints them as C constants rounded to double
with the largest relative error of the unrounded form.
Needs python3-mpmath; runs in about a minute.
"""
from mpmath import mp, mpf, matrix, lu_solve, sqrt, pi, exp, erfc, log, atanh, cos

mp.dps = 200


def fraction_tail(x):
    """1/(x + 2/(x + 3/(x + ...))), Laplace's continued fraction."""
    t = mpf(0)
    for k in range(400, 0, -1):
        t = k / (x + t)
    return t


def mills(x):
    """(1 - N(x)) / phi(x)."""
    if x > 30:
        return 1 / (x + fraction_tail(x))
    with mp.workdps(80 + int(x * x / 4)):
        return sqrt(pi / 2) * exp(x * x / 2) * erfc(x / sqrt(mpf(2)))


def bachelier_tail(x):
    """1 - x * mills(x), without cancellation."""
    if x > 30:
        t = fraction_tail(x)
        return t / (x + t)
    with mp.workdps(120 + int(x * x / 4)):
        return 1 - x * mills(x)


def exp_rest(x):
    return (exp(x) - 1 - x) / x ** 2 if abs(x) > mpf(10) ** -15 else mpf(1) / 2 + x / 6


def log_rest(w):
    s = sqrt(w)
    return (2 * atanh(s) - 2 * s) / (s * w) if w > mpf(10) ** -12 else mpf(2) / 3 + 2 * w / 5


def fit(f, n, m, lo, hi, x_of=lambda t: t):
    """P_n/Q_m close to f(x_of(t)) on [lo, hi], q_0 = 1: (P, Q, largest relative error)."""
    size = n + m + 1
    nodes = [(lo + hi) / 2 - (hi - lo) / 2 * cos(pi * i / 400) for i in range(401)]
    table = [(x_of(t), f(x_of(t))) for t in nodes]
    weights = [mpf(1)] * len(table)
    p = q = None
    for _ in range(15 if m else 1):
        a, b = matrix(size, size), matrix(size, 1)
        for (x, y), w in zip(table, weights):
            w = w / y
            row = [w * x ** j for j in range(n + 1)] + [-w * y * x ** j for j in range(1, m + 1)]
            for i in range(size):
                b[i] += row[i] * w * y
                for j in range(size):
                    a[i, j] += row[i] * row[j]
        c = lu_solve(a, b)
        p, q = list(c[:n + 1]), [mpf(1)] + list(c[n + 1:])
        weights = [1 / abs(poly(q, x)) for x, _ in table]
    return p, q, max(abs(poly(p, x) / poly(q, x) / y - 1) for x, y in table)


def poly(c, x):
    return sum(v * x ** j for j, v in enumerate(c))


def show(name, values):
    print("%s:" % name)
    for v in values:
        print("\t%s,\t/* %s */" % (float(v).hex(), mp.nstr(v, 17)))


def main():
    r = log(mpf(2)) / 2 * mpf("1.0001")
    p, _, e = fit(exp_rest, 9, 0, -r, r)
    print("exp(r) = 1 + r + r^2 P(r): relative error of P %s" % mp.nstr(e, 3))
    show("EXP", p)

    top = ((sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1)) ** 2 * mpf("1.0001")
    p, _, e = fit(log_rest, 6, 0, mpf(0), top)
    print("log(1+f) = 2s + s w P(w), s = f/(2+f), w = s^2: relative error of P %s" % mp.nstr(e, 3))
    show("LOG", p)

    half_line = lambda t: 4 * t / (1 - t)
    for name, f, n, m in (("MILLS", mills, 10, 11), ("BACHELIER_TAIL", bachelier_tail, 10, 12)):
        p, q, e = fit(f, n, m, mpf(0), 1 - mpf(10) ** -5, half_line)
        print("%s P%d/Q%d on [0, 4e5]: relative error %s" % (name, n, m, mp.nstr(e, 3)))
        show("%s_P" % name, p)
        show("%s_Q" % name, q)


if __name__ == "__main__":
    main()
