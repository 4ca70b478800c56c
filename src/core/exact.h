/*
 * exact.h - sums of money that do not depend on the order of their terms.
 *
 * An amount is a signed count of quanta of 2^-60 in 128 bits.  Terms are
 * rounded to the quantum once, half to even; after that every sum is exact,
 * so that rows may come in any order, from any number of workers, and a term
 * that is taken away again leaves no trace.
 */
#ifndef PM_EXACT_H
#define PM_EXACT_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "elementary.h"

#define PM_QUANTUM	0x1p-60

/* No term and no result may exceed 2^53 units of money. */
#define PM_EXACT_LIMIT	((pm_exact) 1 << 113)

typedef __int128 pm_exact;

/* An amount as stored: two halves, because stored bytes are aligned to 8. */
typedef struct pm_cell
{
	uint64_t	low;
	int64_t		high;
} pm_cell;

static inline pm_exact
pm_cell_get(const pm_cell *cell)
{
	return (pm_exact) (((unsigned __int128) (uint64_t) cell->high << 64) | cell->low);
}

static inline void
pm_cell_set(pm_cell *cell, pm_exact amount)
{
	cell->low = (uint64_t) amount;
	cell->high = (int64_t) (amount >> 64);
}

/* cell += amount; false if 128 bits overflow. */
static inline bool
pm_cell_add(pm_cell *cell, pm_exact amount)
{
	pm_exact	sum;

	if (__builtin_add_overflow(pm_cell_get(cell), amount, &sum))
		return false;
	pm_cell_set(cell, sum);
	return true;
}

static inline bool
pm_exact_in_range(pm_exact amount)
{
	return amount <= PM_EXACT_LIMIT && amount >= -PM_EXACT_LIMIT;
}

/* x rounded to the quantum, half to even; never -0. */
PM_INLINE double
pm_quantize(double x)
{
	double		magnitude = fabs(x);
	/* Exact, and right below 2^-8, where `scaled` is below 2^52. */
	double		scaled = magnitude * 0x1p60;
	double		rounded = ((scaled + 0x1p52) - 0x1p52) * PM_QUANTUM;

	/* From 2^-8 on every double is a multiple of the quantum. */
	return (magnitude < 0x1p-8 ? (x < 0 ? -rounded : rounded) : x) + 0.0;
}

/* The nearest double, half to even. */
extern double pm_exact_to_double(pm_exact amount);

/*
 * a * b, the exact product rounded once to the quantum, half to even.  False
 * if it is beyond the range or either is not finite.
 */
extern bool pm_exact_product(double a, double b, pm_exact *product);

/* The same for an amount and a factor. */
extern bool pm_exact_scale(pm_exact amount, double factor, pm_exact *product);

#endif							/* PM_EXACT_H */
