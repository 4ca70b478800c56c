/*
 * sum.h - a sum of doubles that keeps what its additions lose (Neumaier
 * 1974): its error does not grow with the number of terms.  For sums that are
 * no cells; those are exact (exact.h).
 */
#ifndef PM_SUM_H
#define PM_SUM_H

#include <math.h>

typedef struct pm_sum
{
	double		sum;
	double		lost;
} pm_sum;

static inline void
pm_sum_add(pm_sum *t, double x)
{
	double		sum = t->sum + x;

	t->lost += fabs(t->sum) >= fabs(x) ? (t->sum - sum) + x : (x - sum) + t->sum;
	t->sum = sum;
}

static inline double
pm_sum_value(const pm_sum *t)
{
	/* Beyond the range the correction is NaN, and infinity says more. */
	return isfinite(t->sum) ? t->sum + t->lost : t->sum;
}

#endif							/* PM_SUM_H */
