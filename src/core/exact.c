/*
 * exact.c - rounding into fixed point and back.
 */
#include "exact.h"

#define PM_QUANTUM_BITS	60

/* Bits of PM_EXACT_LIMIT. */
#define RANGE_BITS	114

typedef unsigned __int128 uint128;

/* |x| = mantissa 2^exponent, mantissa < 2^53, for finite x. */
static uint64_t
decompose(double x, int *exponent)
{
	uint64_t	bits = pm_bits(x);
	int			biased = (int) (bits >> 52) & 0x7ff;
	uint64_t	fraction = bits & ((UINT64_C(1) << 52) - 1);

	*exponent = (biased ? biased : 1) - 1075;
	return biased ? fraction | UINT64_C(1) << 52 : fraction;
}

static int
bit_length(uint128 x)
{
	uint64_t	high = (uint64_t) (x >> 64);
	uint64_t	low = (uint64_t) x;

	return high ? 128 - __builtin_clzll(high) : (low ? 64 - __builtin_clzll(low) : 0);
}

/* x / 2^shift rounded half to even, for 0 < shift. */
static uint128
shift_right(uint128 x, int shift)
{
	uint128		whole,
				rest,
				half;

	if (shift > 128)
		return 0;
	whole = shift == 128 ? 0 : x >> shift;
	rest = shift == 128 ? x : x - (whole << shift);
	half = (uint128) 1 << (shift - 1);
	return whole + (rest > half || (rest == half && (whole & 1)));
}

/* Sets the signed result from a magnitude, if that is within the range. */
static bool
set_signed(uint128 magnitude, bool negative, pm_exact *result)
{
	if (magnitude > (uint128) PM_EXACT_LIMIT)
		return false;
	*result = negative ? -(pm_exact) magnitude : (pm_exact) magnitude;
	return true;
}

double
pm_exact_to_double(pm_exact amount)
{
	return (double) amount * PM_QUANTUM;
}

bool
pm_exact_product(double a, double b, pm_exact *product)
{
	int			ea,
				eb,
				shift;
	uint128		magnitude;

	if (!isfinite(a) || !isfinite(b))
		return false;
	magnitude = (uint128) decompose(a, &ea) * decompose(b, &eb);
	shift = ea + eb + PM_QUANTUM_BITS;
	if (shift < 0)
		magnitude = shift_right(magnitude, -shift);
	else if (magnitude != 0)
	{
		if (bit_length(magnitude) + shift > RANGE_BITS)
			return false;
		magnitude <<= shift;
	}
	return set_signed(magnitude, (a < 0) != (b < 0), product);
}

bool
pm_exact_scale(pm_exact amount, double factor, pm_exact *product)
{
	bool		negative = (amount < 0) != (factor < 0);
	uint128		size = amount < 0 ? -(uint128) amount : (uint128) amount;
	int			exponent,
				bits;
	uint64_t	mantissa;
	uint128		low,
				high;

	if (!isfinite(factor))
		return false;
	mantissa = decompose(factor, &exponent);
	if (size == 0 || mantissa == 0)
	{
		*product = 0;
		return true;
	}
	/* An even mantissa needs fewer bits: 1, 2 and 0.5 become single ones. */
	exponent += __builtin_ctzll(mantissa);
	mantissa >>= __builtin_ctzll(mantissa);

	/* The full product is high 2^64 + low; high stays below 2^117. */
	low = (uint128) (uint64_t) size * mantissa;
	high = (uint128) (uint64_t) (size >> 64) * mantissa + (low >> 64);
	low = (uint64_t) low;
	bits = high ? 64 + bit_length(high) : bit_length(low);

	if (bits + exponent > RANGE_BITS)
		return false;
	if (exponent >= 0)
		size = ((high << 64) | low) << exponent;
	else if (exponent >= -64)
	{
		uint128		rest = low & (((uint128) 1 << -exponent) - 1);
		uint128		half = (uint128) 1 << (-exponent - 1);

		size = (high << (64 + exponent)) + (low >> -exponent);
		size += rest > half || (rest == half && (size & 1));
	}
	else
		/* The low half can only break a tie: a sticky bit stands for it. */
		size = shift_right(high << 1 | (low != 0), -exponent - 63);
	return set_signed(size, negative, product);
}
