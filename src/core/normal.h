/*
 * normal.h - the normal distribution, from the tail.
 *
 * N(-x) = phi(x) M(x) with Mills' ratio M: a tail probability keeps its
 * relative accuracy down to the smallest number, where 1 - N(x) has none left.
 * Both rational forms hold on all x >= 0 and have positive coefficients only,
 * so that evaluating them loses nothing.  Coefficients and their errors:
 * test/oracle/coefficients.py.
 */
#ifndef PM_NORMAL_H
#define PM_NORMAL_H

#include <math.h>

#include "elementary.h"

#define PM_INV_SQRT_2PI	0x1.9884533d43651p-2

/* M(x) = (1 - N(x)) / phi(x) = P10(x) / Q11(x), relative error 1.1e-17 */
static const double pm_mills_p[11] = {
	0x1.40d931ff62706p+0, 0x1.12ee005c0c6e2p+1, 0x1.d195021261254p+0,
	0x1.f8c919953abbfp-1, 0x1.80e22c909970cp-2, 0x1.adae8b1b7a7b6p-4,
	0x1.636e1bd6811b9p-6, 0x1.af191ce5ce7d4p-9, 0x1.70aaea3ef87e4p-12,
	0x1.94fb9932aec9cp-16, 0x1.b8c7ed16c113ep-21
};
static const double pm_mills_q[12] = {
	0x1.0000000000000p+0, 0x1.417dcb273d16dp+1, 0x1.7a40dd7746c3dp+1,
	0x1.13ca41a233e87p+1, 0x1.15a02e96fcd3fp+0, 0x1.9662dfc562b13p-2,
	0x1.baf4b490ca8c3p-4, 0x1.6929e45fb3c7bp-6, 0x1.b24314183575cp-9,
	0x1.71874e3583ce6p-12, 0x1.94fb9932aeca4p-16, 0x1.b8c7ed16c113ep-21
};

/* 1 - x M(x) = P10(x) / Q12(x), relative error 2e-17 */
static const double pm_bachelier_tail_p[11] = {
	0x1.0000000000000p+0, 0x1.72cc05764761ep+0, 0x1.0ef42b53edb42p+0,
	0x1.01fece9318d97p-1, 0x1.5ee2b7fc5f7c1p-3, 0x1.624210b1027adp-5,
	0x1.0c6d7e73ce699p-7, 0x1.2de2849cb45bfp-10, 0x1.e49ee39f3c02cp-14,
	0x1.fa413e91baea7p-18, 0x1.0a692a6876aedp-22
};
static const double pm_bachelier_tail_q[13] = {
	0x1.0000000000000p+0, 0x1.59d29bbad4e8bp+1, 0x1.b8e6bf63cffdcp+1,
	0x1.5f79e55aca9d7p+1, 0x1.872b4ff038febp+0, 0x1.410b126e961cap-1,
	0x1.8fd13f12ae99ap-3, 0x1.7e3060e67024fp-5, 0x1.17bcbadb68ec7p-7,
	0x1.33d148586c07cp-10, 0x1.e7be1f1e75396p-14, 0x1.fa413e91baebbp-18,
	0x1.0a692a6876aedp-22
};

/* Keeps x^12 finite; phi has long been 0 out here. */
PM_INLINE double
pm_tail_argument(double x)
{
	return x < 1e20 ? x : 1e20;
}

/* Mills' ratio (1 - N(x)) / phi(x), x >= 0, infinity included. */
PM_INLINE double
pm_mills(double x)
{
	double		y = pm_tail_argument(x);

	return pm_polynomial(pm_mills_p, 11, y) /
		pm_polynomial(pm_mills_q, 12, y);
}

/* 1 - x M(x) > 0, x >= 0: a Bachelier option's value over its phi, without
 * the cancellation of the formula. */
PM_INLINE double
pm_bachelier_tail(double x)
{
	double		y = pm_tail_argument(x);

	return pm_polynomial(pm_bachelier_tail_p, 11, y) /
		pm_polynomial(pm_bachelier_tail_q, 13, y);
}

/* A finite stand-in for a quantile so far out that its density is 0, so that
 * their products are 0 and not NaN. */
PM_INLINE double
pm_bounded_quantile(double d)
{
	return d > 1e9 ? 1e9 : (d < -1e9 ? -1e9 : d);
}

/* Normal density times a. */
PM_INLINE double
pm_normal_density(double x, double a)
{
	double		square = x * x;
	double		density = pm_exp_scaled(-0.5 * square, a * PM_INV_SQRT_2PI);

	/* It is 0 out there, for every a below 1e284. */
	return square > 2800 ? 0 : density;
}

/* Distribution function N(x). */
static inline double
pm_normal_cdf(double x)
{
	double		phi = pm_normal_density(x, 1);

	return x < 0 ? phi * pm_mills(-x) : 1 - phi * pm_mills(x);
}

/* a N(d), its tail taken from the density A = a phi(d). */
PM_INLINE double
pm_weighted_cdf(double whole, double density, double d)
{
	double		tail = density * pm_mills(fabs(d));

	return d < 0 ? tail : whole - tail;
}

#endif							/* PM_NORMAL_H */
