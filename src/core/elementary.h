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
 *
 * All of it can run in SIMD lanes: polynomials are unrolled, integers are kept
 * in the low bits of doubles, and a choice is made between results, so that
 * nothing depends on it but them.
 */
#ifndef PM_ELEMENTARY_H
#define PM_ELEMENTARY_H

#include <stdint.h>
#include <string.h>

/* A loop can run in SIMD lanes only if nothing in it is called. */
#define PM_INLINE	static inline __attribute__((always_inline))

/* ... and only if loops in it are unrolled before, which gcc does when told
 * to, and clang unless told to. */
#if defined(__GNUC__) && !defined(__clang__)
#define PM_UNROLL	_Pragma("GCC unroll 16")
#else
#define PM_UNROLL
#endif

/*
 * A function of this kind is compiled for two, four and eight SIMD lanes, and the
 * loader picks what the processor has; with contraction off all have the same
 * bits.  PM_LANES divides the length of its loops, so that none is left over.  Tests
 * choose with a definition of their own.
 */
#ifndef PM_CLONES
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GLIBC__) && \
	!defined(__SANITIZE_ADDRESS__)
#define PM_CLONES	__attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define PM_CLONES
#endif
#endif
#define PM_LANES	4

/* Arrays whose length is none of theirs are filled up to a multiple of this. */
#define PM_MOST_LANES	8

/* A loop of it, with what else there is to say of the loop; without a length gcc
 * takes four lanes where there are eight. */
#define PM_PRAGMA(words)	_Pragma(#words)
#define PM_SIMD(...)		PM_PRAGMA(omp simd simdlen(8) __VA_ARGS__)

/* ln 2 in two pieces; the first ends in 32 zero bits, so that a multiple of
 * it by an exponent is exact. */
#define PM_LN2_HI	0x1.62e42feep-1
#define PM_LN2_LO	0x1.a39ef35793c76p-33
#define PM_LOG2_E	0x1.71547652b82fep+0

/* Where a mantissa is folded into [sqrt(1/2), sqrt(2)). */
#define PM_SQRT_HALF	0x1.6a09e667f3bcdp-1

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

/*
 * c[0] + c[1] x + ... + c[n-1] x^(n-1), n > 1, as its even plus its odd part:
 * half the roundings of Horner's rule, and two chains that the processor runs
 * side by side.
 */
PM_INLINE double
pm_polynomial(const double *c, int n, double x)
{
	double		square = x * x;
	double		odd = c[n - 1];
	double		even = c[n - 2];

	/* They change places at every step, and end as named. */
	PM_UNROLL
	for (int i = n - 3; i >= 0; i--)
	{
		double		next = odd * square + c[i];

		odd = even;
		even = next;
	}
	return even + x * odd;
}

PM_INLINE uint64_t
pm_bits(double x)
{
	uint64_t	bits;

	memcpy(&bits, &x, sizeof bits);
	return bits;
}

PM_INLINE double
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

/* 2^k for -1022 <= k <= 1023; k counts modulo 2^64. */
PM_INLINE double
pm_power_of_two(uint64_t k)
{
	return pm_from_bits((k + 1023) << 52);
}

/*
 * a * exp(x) for |x| <= 1400.  The power of two is applied last and in two
 * steps, so that a product like 1e20 * exp(-720) loses no digits to a denormal
 * factor.
 */
PM_INLINE double
pm_exp_scaled(double x, double a)
{
	double		shifted = x * PM_LOG2_E + PM_ROUNDER;
	double		kd = shifted - PM_ROUNDER;
	double		hi = x - kd * PM_LN2_HI;
	double		lo = kd * PM_LN2_LO;
	double		r = hi - lo;
	double		p = pm_polynomial(pm_exp_coefficients, 10, r);

	/* kd as an integer, and half of it rounded down. */
	uint64_t	k = pm_bits(shifted) - pm_bits(PM_ROUNDER);
	uint64_t	half = ((k + 4096) >> 1) - 2048;

	return a * (1 + (hi + (r * r * p - lo))) *
		pm_power_of_two(half) * pm_power_of_two(k - half);
}

PM_INLINE double
pm_exp(double x)
{
	/* Beyond these bounds the result is 0 or infinity. */
	return pm_exp_scaled(x < -1400 ? -1400 : (x > 1400 ? 1400 : x), 1);
}

/* x = z 2^k with z in [low, 2 low), for finite x > 0 and low in [1/2, 2). */
PM_INLINE double
pm_split(double x, double low, double *k)
{
	const uint64_t fraction = (UINT64_C(1) << 52) - 1;
	double		denormal = x < 0x1p-1022 ? 54 : 0;
	uint64_t	bits = pm_bits(x < 0x1p-1022 ? x * 0x1p54 : x) -
		pm_bits(low) + (UINT64_C(1024) << 52);

	/* 2^52 with an integer in its low bits is that much more. */
	*k = pm_from_bits(pm_bits(0x1p52) + (bits >> 52)) - (0x1p52 + 1024) - denormal;
	return pm_from_bits(pm_bits(low) + (bits & fraction));
}

/* Natural logarithm of a finite x > 0. */
static inline double
pm_log(double x)
{
	double		k;
	double		f = pm_split(x, PM_SQRT_HALF, &k) - 1;
	double		s = f / (2 + f);
	double		w = s * s;
	double		r = w * pm_polynomial(pm_log_coefficients, 7, w);
	double		half = 0.5 * f * f;

	/* 2s = f - f^2/2 + s f^2/2, which leaves the leading term unrounded. */
	return k * PM_LN2_HI - ((half - (s * (half + r) + k * PM_LN2_LO)) - f);
}

/*
 * log(a / b) for finite a, b > 0: neither overflows on the way, and keeps full
 * relative accuracy where a is close to b, as za - zb is exact.  Of s = f/(2+f)
 * with 1 + f = za / zb only one division is left.
 */
PM_INLINE double
pm_log_ratio(double a, double b)
{
	double		ka,
				kb;
	double		zb = pm_split(b, 1, &kb);
	double		za = pm_split(a, zb * PM_SQRT_HALF, &ka);
	double		k = ka - kb;
	double		s = (za - zb) / (za + zb);
	double		w = s * s;
	double		r = w * pm_polynomial(pm_log_coefficients, 7, w);

	return k * PM_LN2_HI + (2 * s + (s * r + k * PM_LN2_LO));
}

/* x^y for finite x > 0. */
static inline double
pm_pow(double x, double y)
{
	return pm_exp(y * pm_log(x));
}

#endif							/* PM_ELEMENTARY_H */
