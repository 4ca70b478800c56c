/*
 * risk_algebra.h - risk arrays as vectors: add, subtract, scale, compare.
 */
#ifndef PM_RISK_ALGEBRA_H
#define PM_RISK_ALGEBRA_H

#include "risk_array.h"

/* False, with the issue, if a factor is not finite. */
extern bool pm_risk_check_factor(double factor, pm_issue *issue);

/*
 * *array += factor * other; *array may move and starts as NULL.  Each cell of
 * `other` is multiplied exactly and rounded to the quantum once, half to even;
 * a negative factor turns long into short.  False, with the issue, if the two
 * do not go together or leave the range; *array must not be used then.
 */
extern bool pm_risk_add(pm_risk_array **array, const pm_allocator *allocator,
						const pm_risk_array *other, double factor, pm_issue *issue);

/* The same for the i-th underlying of `other` only. */
extern bool pm_risk_add_underlying(pm_risk_array **array, const pm_allocator *allocator,
								   const pm_risk_array *other, uint32_t i,
								   double factor, pm_issue *issue);

/*
 * array -= other, which must have been added before: counts subtract, and an
 * underlying that has no row left must be 0 throughout and disappears, as if
 * it had never been there.  False, with the issue, otherwise.
 */
extern bool pm_risk_remove(pm_risk_array *array, const pm_risk_array *other, pm_issue *issue);

/*
 * The form in which arrays are stored and compared: underlyings in order, no
 * slack.  `out` has room for pm_risk_compact_bound bytes; returns those used.
 */
extern size_t pm_risk_compact_bound(const pm_risk_array *array);
extern size_t pm_risk_compact(const pm_risk_array *array, pm_risk_array *out);

/* Heap bytes that something still refers to. */
extern size_t pm_risk_live_heap(const pm_risk_array *array);

/* A total order; 0 if and only if the arrays hold the same. */
extern int	pm_risk_compare(const pm_risk_array *a, const pm_risk_array *b);

/* The same for arrays that are equal under pm_risk_compare. */
extern uint64_t pm_risk_hash(const pm_risk_array *array);

#endif							/* PM_RISK_ALGEBRA_H */
