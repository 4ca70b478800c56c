/*
 * risk_array_type.h - SQL's risk_array.
 */
#ifndef PM_RISK_ARRAY_TYPE_H
#define PM_RISK_ARRAY_TYPE_H

#include "call.h"

#include "core/risk_array.h"


/* A risk_array argument, detoasted and found sound; NULL is an error. */
extern const pm_risk_array *pm_getarg_risk_array(FunctionCallInfo fcinfo, int argno);

/* The same of a value at hand. */
extern const pm_risk_array *pm_sound_risk_array(Datum value);

/* The stored form of an array: compact, palloc'd, with its length set. */
extern pm_risk_array *pm_compact_risk_array(const pm_risk_array *array);

/* Values argument `argno`, a margin_position, under a set (NULL: totals only) and
 * adds it to *array, which grows by pm_value_allocator. */
extern void pm_add_position(FunctionCallInfo fcinfo, int argno, const PmSetCache *set,
							pm_risk_array **array);

/* An allocator for values: palloc'd, never freeing what it is given. */
extern const pm_allocator pm_value_allocator;

#endif							/* PM_RISK_ARRAY_TYPE_H */
