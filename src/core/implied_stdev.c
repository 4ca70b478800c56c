/*
 * implied_stdev.c - Black's and Bachelier's formulas, solved for the standard
 * deviation s.
 *
 * With k = |log(F/K)|, m = k/s and h = s/2 the out-of-the-money option is worth
 *     b = A D,  A = phi(m) e^(-h^2/2),  D = M(m - h) - M(m + h)
 * in units of sqrt(S X), M being Mills' ratio.  Where m < h it is better told
 * by what it lacks to its maximum,
 *     A U,  U = M(h - m) + M(h + m).
 *
 * The equation is solved for its logarithm, which takes no exponential and
 * holds from the least price to the one next to the maximum.  From
 *     b' = A,  s b''/b' = m^2 - h^2,  s^2 (b''/b')' = -3 m^2 - h^2
 * follow its three derivatives, hence Householder's iteration of fourth order.
 * The choice of objective functions and of that iteration is Jaeckel's (Let's
 * be rational, Wilmott 75, 2015).  His, too, is the observation that the normal
 * model, which depends on one number alone, is inverted by a rational function
 * of it (Implied normal volatility, Wilmott 90, 2017).
 */
#include "implied_stdev.h"

#include <math.h>

#include "normal.h"

#define LOG_SQRT_2PI	0x1.d67f1c864beb5p-1

/*
 * The distance m = |F - K| / s under the normal model from u = money / value:
 * u/m = P/Q(u) up to NEAR_LAST, relative error 5e-18, and beyond it
 * m = P/Q(sqrt(log u) - FAR_FIRST), 4e-17, until u = 1e630.
 * Coefficients: test/oracle/implied_coefficients.py.
 */
#define NEAR_LAST	12.0
#define FAR_FIRST	0x1.938c3ddd4b37fp+0

static const double near_p[12] = {
	0x1.40d931ff62706p+1, 0x1.36300ea4f3ad5p+3, 0x1.efc0d404947e0p+3,
	0x1.a95bec85b25c1p+3, 0x1.aaeb78612f128p+2, 0x1.00dd73e5c84e9p+1,
	0x1.6efc23bdf5c3cp-2, 0x1.2ba89a0d60a3cp-5, 0x1.04a9a86498713p-9,
	0x1.abff625623ffep-15, 0x1.08598712e1e07p-21, 0x1.1a7dd4e01c857p-30
};
static const double near_q[11] = {
	0x1.0000000000000p+0, 0x1.aefcecfa41461p+1, 0x1.24e65a2045b6bp+2,
	0x1.9f143c55aa77ap+1, 0x1.4b90f77b99324p+0, 0x1.2ef0ee859a6eep-2,
	0x1.350ae0a7a07e2p-5, 0x1.4b67e42936823p-9, 0x1.4e7a40baaf326p-14,
	0x1.01add8a0f12f6p-20, 0x1.6efc91a7b51dep-29
};
static const double far_p[16] = {
	0x1.fff65338aaca3p-1, 0x1.08de923b9e1a4p+2, 0x1.24203b3a72003p+3,
	0x1.ae5d33686fb80p+3, 0x1.ce371cb680697p+3, 0x1.76e7394048b3ep+3,
	0x1.d046f521f71ecp+2, 0x1.b307d796efc88p+1, 0x1.2bb7d329036d0p+0,
	0x1.1f1ad2d868f08p-2, 0x1.5c48025276cdap-5, 0x1.e2cdee73b6ab4p-9,
	0x1.5a498cf512c93p-13, 0x1.ca6f8721f466cp-19, 0x1.d41ea02614117p-26,
	0x1.eea1369bc28fap-35
};
static const double far_q[15] = {
	0x1.0000000000000p+0, 0x1.86d1a34af76e7p+1, 0x1.5a81455bf0b7cp+2,
	0x1.9d9d7e2be04e6p+2, 0x1.6a854c624c964p+2, 0x1.dbde7e07968c5p+1,
	0x1.d56df0abc1138p+0, 0x1.5371210a753f1p-1, 0x1.56fb1f8e58d43p-3,
	0x1.b879559270a49p-6, 0x1.404e12a914b30p-9, 0x1.daae629dbca21p-14,
	0x1.40298725f0627p-19, 0x1.49ef3dfef356fp-26, 0x1.5dc18db8a7b15p-35
};

/* log(a / b), the quotient being q unless it is out of range. */
static double
log_quotient(double q, double a, double b)
{
	return q > 0x1p-1022 && q < INFINITY ? pm_log(q) : pm_log_ratio(a, b);
}

/* k / (2 sinh(k/2)), which the data give unless they cancel. */
static double
flatness(const pm_time_value *o)
{
	if (o->normal)
		return 1;
	return o->distance < 0.1 ? 1 - o->distance * o->distance / 24
		: o->distance * (o->unit / o->money);
}

/* The stdev under the normal model, times the flatness. */
static double
normal_stdev(const pm_time_value *o)
{
	double		u = o->money / o->value;
	double		t;

	if (u <= NEAR_LAST)
		return flatness(o) * (o->value / o->unit) *
			(pm_polynomial(near_p, 12, u) / pm_polynomial(near_q, 11, u));
	t = sqrt(log_quotient(u, o->money, o->value)) - FAR_FIRST;
	return o->distance *
		(pm_polynomial(far_q, 15, t) / pm_polynomial(far_p, 16, t));
}

/* x with N(-x) = p <= 1/2, error 5e-4: Abramowitz and Stegun 26.2.23. */
static double
tail_quantile(double p)
{
	double		t = sqrt(-2 * pm_log(p));

	return t - (2.515517 + t * (0.802853 + t * 0.010328)) /
		(1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}

/*
 * Near the maximum, from the share of it that is lacking,
 *     g = N(-d) (1 + M(c)/M(d)),  d = h - m,  c = h + m,  c^2 = d^2 + 2k:
 * twice the quantile, since the ratio varies little.
 */
static double
high_guess(const pm_time_value *o)
{
	double		lacking = o->room / (o->room + o->value);
	double		d = tail_quantile(0.5 * lacking);
	double		c = sqrt(d * d + 2 * o->distance);
	double		p = lacking / (1 + pm_mills(c) / pm_mills(d));

	d = p < 0.5 ? tail_quantile(p) : 0;
	return d + sqrt(d * d + 2 * o->distance);
}

/*
 * The lognormal stdev from that of the normal model, z: s = 2z/(1 + sqrt(1 -
 * z^2/w)), w = 4 + k/2 coth(k/4).  It is right in the limits of small z and of
 * large k; between, errors are up to 2e-4 at s = 0.6, 1e-3 at s = 1.5 and 1 %
 * at s = 3.  The term with 0.05 takes away most of them near the money.  This
 * form was found by comparing numbers, not derived.
 */
static double
guess(const pm_time_value *o)
{
	double		z = normal_stdev(o);
	double		w = 4 + flatness(o) * (1 + 0.5 * o->legs / o->unit);
	double		q = z * z < w ? sqrt(1 - z * z / w) : 0;
	double		s = 2 * z / (1 + q - 0.05 * q * (1 - q) * (1 - q));

	return q < 0.55 && s * s > 2 * o->distance ? high_guess(o) : s;
}

/*
 * M(m - h) - M(m + h) for small h and m h, where the difference would cancel:
 * 2h times the sum of t(j) = I(2j+1) h^(2j) / (2j+1)! with the moments
 *     I(n) = integral over u > 0 of u^n e^(-mu - u^2/2),
 *     I(1) = T(m),  I(3) = (m^2 + 3) T(m) - 1,
 *     I(n+2) = (m^2 + 2n + 1) I(n) - n (n-1) I(n-2).
 * With h < 0.2 the terms from t(8) on are below 1e-18 of the sum.
 */
static double
small_mills_gap(double m, double h)
{
	/* 1 / ((2j + 2)(2j + 3)) */
	static const double shares[7] = {
		1.0 / 6, 1.0 / 20, 1.0 / 42, 1.0 / 72, 1.0 / 110, 1.0 / 156, 1.0 / 210
	};
	double		square = h * h;
	double		grown = m * h * (m * h) + 3 * square;	/* h^2 (m^2 + 4j + 3) */
	double		before = pm_bachelier_tail(m);
	double		term = (grown * before - square) * shares[0];
	double		sum = before + term;

	for (int j = 1; j < 7; j++)
	{
		double		next;

		grown += 4 * square;
		next = grown * shares[j] * term - square * square * shares[j] * before;
		before = term;
		term = next;
		sum += term;
	}
	return 2 * h * sum;
}

/* s after one step of the iteration. */
static double
improved(const pm_time_value *o, double s)
{
	double		m = o->distance / s;
	double		h = 0.5 * s;
	double		curvature = (m - h) * (m + h);	/* s b''/b' */
	bool		high = false;
	double		width;			/* b / A, or what is lacking / A */
	double		target;
	double		slope;			/* of the logarithm in log s */
	double		step;
	double		bend,
				twist;

	if (s < 0.4 && o->distance < 1)
		width = small_mills_gap(m, h);
	else if (m >= h)
		width = pm_mills(m - h) - pm_mills(m + h);
	else
	{
		high = true;
		width = pm_mills(h - m) + pm_mills(h + m);
	}
	target = high ? o->room : o->value;
	slope = high ? -s / width : s / width;
	step = (0.5 * (m * m + h * h) + LOG_SQRT_2PI -
			log_quotient(o->unit * width / target, o->unit * width, target)) / slope;
	bend = curvature - slope;
	twist = bend * bend - slope * bend - 3 * m * m - h * h;
	return s + s * step * (1 + 0.5 * bend * step) /
		(1 + step * (bend + twist * step / 6));
}

double
pm_implied_stdev(const pm_time_value *o)
{
	/* An error e becomes one of about e^4, which then is below rounding. */
	const double enough = 2e-5;
	const int	most_steps = 30;
	double		s;

	if (o->normal)
		return normal_stdev(o);
	s = guess(o);
	for (int i = 0; i < most_steps; i++)
	{
		double		next = improved(o, s);

		if (!(next < 4 * s))
			next = next < INFINITY ? 4 * s : NAN;
		else if (next < 0.25 * s)
			next = 0.25 * s;
		if (!(fabs(next - s) > enough * s))
			return next;
		s = next;
	}
	return NAN;
}
