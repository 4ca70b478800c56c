#!/usr/bin/python3
"""Nodes of src/core/nodes.h: Gauss-Legendre rules and Chebyshev points on [0, 1].

The roots of the Legendre polynomial by Newton's method in high precision;
weights 1 / ((1 - x^2) P'(x)^2) (Abramowitz and Stegun 25.4.29, halved for
[0, 1]).  Needs python3-mpmath.
"""
from mpmath import mp, mpf, cos, pi, sin

mp.dps = 40


def legendre(n, x):
    """P_n(x) and its derivative."""
    a, b = mpf(1), x
    for k in range(2, n + 1):
        a, b = b, ((2 * k - 1) * x * b - (k - 1) * a) / k
    return b, n * (x * b - a) / (x * x - 1)


def gauss(n):
    nodes = []
    for k in range(n, 0, -1):
        x = cos(pi * (k - mpf(1) / 4) / (n + mpf(1) / 2))
        for _ in range(8):
            p, d = legendre(n, x)
            x -= p / d
        nodes.append(((1 + x) / 2, 1 / ((1 - x * x) * legendre(n, x)[1] ** 2)))
    return nodes


def show(name, values):
    words = ['%s' % float(v).hex() for v in values]
    lines = ['\t' + ', '.join(words[i:i + 4]) for i in range(0, len(words), 4)]
    print('static const double %s[%d] = {\n%s\n};' % (name, len(words), ',\n'.join(lines)))


for n in 12, 16, 26, 34, 52:
    rule = gauss(n)
    show('pm_gauss_node_%d' % n, [x for x, w in rule])
    show('pm_gauss_weight_%d' % n, [w for x, w in rule])
for n in 8, 12, 24, 32, 48:
    # The first point, 0, is left out.
    show('pm_chebyshev_point_%d' % n, [(1 - cos(pi * i / n)) / 2 for i in range(1, n + 1)])


def angles(name, n, power):
    """For v = sin(theta)^2, theta = pi/2 u^power: sine, cosine and weight of dv."""
    rule = gauss(n)
    theta = [pi / 2 * u ** power for u, w in rule]
    show('pm_%s_sine_%d' % (name, n), [sin(t) for t in theta])
    show('pm_%s_cosine_%d' % (name, n), [cos(t) for t in theta])
    show('pm_%s_weight_%d' % (name, n), [pi * sin(t) * cos(t) * power * u ** (power - 1) * w
                                         for t, (u, w) in zip(theta, rule)])


angles('front', 8, 1)
angles('spot', 16, 2)
