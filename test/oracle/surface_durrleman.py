#!/usr/bin/python3
"""Known answers for src/core/surface_check.h: the least value of Durrleman's
g(k) on |k| <= 5 for SVI smiles, in 40 digits.

Usage: surface_durrleman.py > surface_durrleman.csv

`repaired` and `optimal` are made from `vogt` as Gatheral and Jacquier (2014),
section 5.1, do: in their SVI Jump-Wings parameters, with another call wing c
and least variance.  The program stops if vogt's Jump-Wings parameters are not
the ones they print.
"""
from mpmath import mp, mpf, sqrt, sign, nstr

mp.dps = 40

# a, b, rho, m, sigma
SMILES = {
    "vogt": (mpf("-0.0410"), mpf("0.1331"), mpf("0.3060"), mpf("0.3586"), mpf("0.4153")),
    "flat": (mpf("0.04"), mpf(0), mpf(0), mpf(0), mpf(1)),
    "equity": (mpf("0.04"), mpf("0.4"), mpf("-0.4"), mpf("0.05"), mpf("0.1")),
    "sharp": (mpf("0.001"), mpf("0.5"), mpf("-0.5"), mpf("0.02"), mpf("0.01")),
    "steep": (mpf("0.01"), mpf("1.2"), mpf("-0.7"), mpf("0"), mpf("0.05")),
    "far": (mpf("0.02"), mpf("0.3"), mpf("0.2"), mpf("1.5"), mpf("0.05")),
}
PRINTED = [mpf(x) for x in ("0.01742625", "-0.1752111", "0.6997381", "1.316798", "0.0116249")]


def jump_wings(a, b, rho, m, sigma):
    """(v, psi, p, c, least v) at t = 1, their (3.5)."""
    root = sqrt(m * m + sigma * sigma)
    w = a + b * (-rho * m + root)
    return [w, b / sqrt(w) / 2 * (rho - m / root), b * (1 - rho) / sqrt(w),
            b * (1 + rho) / sqrt(w), a + b * sigma * sqrt(1 - rho * rho)]


def raw(v, psi, p, c, least):
    """Their lemma 3.2, at t = 1."""
    b = sqrt(v) / 2 * (c + p)
    rho = 1 - p * sqrt(v) / b
    beta = rho - 2 * psi * sqrt(v) / b
    alpha = sign(beta) * sqrt(1 / beta**2 - 1)
    m = (v - least) / (b * (-rho + sign(alpha) * sqrt(1 + alpha**2) - alpha * sqrt(1 - rho**2)))
    sigma = alpha * m
    return least - b * sigma * sqrt(1 - rho**2), b, rho, m, sigma


def g_of(p):
    a, b, rho, m, sigma = p

    def w(k):
        return a + b * (rho * (k - m) + sqrt((k - m)**2 + sigma**2))

    def g(k):
        y = k - m
        r = sqrt(y * y + sigma * sigma)
        w1, w2 = b * (rho + y / r), b * sigma**2 / r**3
        return (1 - k * w1 / (2 * w(k)))**2 - w1**2 / 4 * (1 / w(k) + mpf(1) / 4) + w2 / 2
    return g


def least(g):
    """By a scan in steps of 1/1000, and golden sections beside its lowest."""
    points = [mpf(i) / 1000 for i in range(-5000, 5001)]
    values = [g(k) for k in points]
    best = min(range(len(points)), key=lambda i: values[i])
    low, high = points[max(best - 1, 0)], points[min(best + 1, 10000)]
    share = (3 - sqrt(mpf(5))) / 2
    while high - low > mpf(10)**-18:
        a, b = low + share * (high - low), high - share * (high - low)
        low, high = (low, b) if g(a) < g(b) else (a, high)
    # At an end of the range or on a plain the sections lead nowhere.
    k = (low + high) / 2
    return (k, g(k)) if g(k) < values[best] else (points[best], values[best])


def main():
    smiles = dict(SMILES)
    v, psi, p, c, low = jump_wings(*smiles["vogt"])
    for got, printed in zip((v, psi, p, c, low), PRINTED):
        assert abs(got - printed) < mpf(10)**-7 * max(1, abs(printed) * 10), (got, printed)
    smiles["repaired"] = raw(v, psi, p, p + 2 * psi, 4 * v * p * (p + 2 * psi) / (p + p + 2 * psi)**2)
    smiles["optimal"] = raw(v, psi, p, mpf("0.8564763"), low)
    print("name,a,b,rho,m,sigma,k,g")
    for name, p in smiles.items():
        p = [mpf(float(x)) for x in p]    # what the code is given
        k, g = least(g_of(p))
        print(",".join([name] + [repr(float(x)) for x in p] + [nstr(k, 17), nstr(g, 17)]))


if __name__ == "__main__":
    main()
