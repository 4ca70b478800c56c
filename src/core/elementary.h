/*
 * elementary.h - exp, log and pow with the same bits on every machine.
 *
 * The C library picks fused multiply-add variants of these at run time, whose
 * last bit differs from one processor to the next.  Whatever reaches a stored
 * profit and loss therefore uses these instead: plain IEEE + - * /, compiled
 * with contraction off.  Coefficients: test/oracle/coefficients.py.
 *
 * Errors against a high-precision reference (test/core/test_elementary.c):
 * exp and log below 1 ulp, pow below 2 ulp times (1 + |y log x|).
 */
#ifndef PM_ELEMENTARY_H
#define PM_ELEMENTARY_H

#include <stdint.h>
#include <string.h>

/* ln 2 in two pieces; the first ends in 32 zero bits, so that a multiple of
 * it by an exponent is exact. */
#define PM_LN2_HI	0x1.62e42feep-1
#define PM_LN2_LO	0x1.a39ef35793c76p-33
#define PM_LOG2_E	0x1.71547652b82fep+0

/* sqrt(1/2), as bits: where a mantissa is folded into [sqrt(1/2), sqrt(2)). */
#define PM_SQRT_HALF_BITS	UINT64_C(0x3fe6a09e667f3bcd)

/* Adding and taking away 1.5 * 2^52 rounds to an integer, half to even. */
#define PM_ROUNDER	0x1.8p52

/* exp(r) = 1 + r + r^2 P(r) on |r| <= ln(2)/2, relative error of P 2e-16 */
static const double pm_exp_coefficients[10] = {
	0x1.0000000000001p-1, 0x1.555555555554cp-3, 0x1.5555555553d77p-5,
	0x1.1111111114d73p-7, 0x1.6c16c17886176p-10, 0x1.a01a018809acdp-13,
	0x1.a019b91dbadd5p-16, 0x1.71de65b687d73p-19, 0x1.289176dc5903dp-22,
	0x1.ae95db8668fd1p-26
};

/* log(1+f) = 2s + s w P(w), s = f/(2+f), w = s^2, relative error of P 5e-16 */
static const double pm_log_coefficients[7] = {
	0x1.5555555555558p-1, 0x1.9999999995335p-2, 0x1.2492492dec349p-2,
	0x1.c71c62e98da81p-3, 0x1.7462b3ed6cbdcp-3, 0x1.39fe6fbd193e0p-3,
	0x1.2b57e115cbedap-3
};

/* c[0] + c[1] x + ... + c[n-1] x^(n-1), by Horner's rule. */
static inline double
pm_polynomial(const double *c, int n, double x)
{
	double		sum = c[n - 1];

	for (int i = n - 2; i >= 0; i--)
		sum = sum * x + c[i];
	return sum;
}

static inline uint64_t
pm_bits(double x)
{
	uint64_t	bits;

	memcpy(&bits, &x, sizeof bits);
	return bits;
}

static inline double
pm_from_bits(uint64_t bits)
{
	double		x;

	memcpy(&x, &bits, sizeof x);
	return x;
}

/* One step of a hash: splitmix64's finaliser over a running value (Steele et
 * al. 2014). */
static inline uint64_t
pm_hash_word(uint64_t hash, uint64_t word)
{
	uint64_t	z = (hash ^ word) + UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* 2^k for -1022 <= k <= 1023. */
static inline double
pm_power_of_two(int64_t k)
{
	return pm_from_bits((uint64_t) (k + 1023) << 52);
}

/*
 * a * exp(y).  The power of two is applied last and in four steps, so that a
 * product like 1e20 * exp(-720) loses no digits to a denormal factor.
 */
static inline double
pm_exp_scaled(double y, double a)
{
	/* Beyond these bounds the result is 0 or infinity for every a. */
	double		x = y < -2000 ? -2000 : (y > 2000 ? 2000 : y);
	double		kd = (x * PM_LOG2_E + PM_ROUNDER) - PM_ROUNDER;
	double		hi = x - kd * PM_LN2_HI;
	double		lo = kd * PM_LN2_LO;
	double		r = hi - lo;
	double		p = pm_polynomial(pm_exp_coefficients, 10, r);
	int64_t		k = (int64_t) kd;
	double		quarter = pm_power_of_two(k >> 2);

	return a * (1 + (hi + (r * r * p - lo))) *
		quarter * quarter * quarter * pm_power_of_two(k - 3 * (k >> 2));
}

static inline double
pm_exp(double x)
{
	return pm_exp_scaled(x, 1);
}

/* x = z 2^k with z in [sqrt(1/2), sqrt(2)), for finite x > 0. */
static inline double
pm_split(double x, int64_t *k)
{
	int			denormal = x < 0x1p-1022;
	uint64_t	bits = pm_bits(denormal ? x * 0x1p54 : x);
	int64_t		shift = (int64_t) (bits - PM_SQRT_HALF_BITS) >> 52;

	*k = denormal ? shift - 54 : shift;
	return pm_from_bits(bits - ((uint64_t) shift << 52));
}

/* k ln 2 + log(1 + f) for 1 + f in [sqrt(1/2), sqrt(2)]. */
static inline double
pm_log_split(int64_t k, double f)
{
	double		s = f / (2 + f);
	double		w = s * s;
	double		r = w * pm_polynomial(pm_log_coefficients, 7, w);
	double		half = 0.5 * f * f;
	double		kd = (double) k;

	/* 2s = f - f^2/2 + s f^2/2, which leaves the leading term unrounded. */
	return kd * PM_LN2_HI - ((half - (s * (half + r) + kd * PM_LN2_LO)) - f);
}

/* Natural logarithm of a finite x > 0. */
static inline double
pm_log(double x)
{
	int64_t		k;
	double		z = pm_split(x, &k);

	return pm_log_split(k, z - 1);
}

/*
 * log(a / b) for finite a, b > 0: neither overflows on the way, and keeps full
 * relative accuracy where a is close to b (a - b is exact there).
 */
static inline double
pm_log_ratio(double a, double b)
{
	int64_t		ka,
				kb,
				k;
	double		za = pm_split(a, &ka);
	double		zb = pm_split(b, &kb);
	double		z = pm_split(za / zb, &k);

	k += ka - kb;
	return pm_log_split(k, k == 0 ? (a - b) / b : z - 1);
}

/* x^y for finite x > 0. */
static inline double
pm_pow(double x, double y)
{
	return pm_exp(y * pm_log(x));
}

#endif							/* PM_ELEMENTARY_H */
