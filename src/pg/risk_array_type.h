/*
 * risk_array_type.h - SQL's risk_array.
 */
#ifndef PM_RISK_ARRAY_TYPE_H
#define PM_RISK_ARRAY_TYPE_H

#include "call.h"

#include "core/risk_array.h"

#include "contract_cache.h"

/* A risk_array argument, detoasted and found sound; NULL is an error. */
extern const pm_risk_array *pm_getarg_risk_array(FunctionCallInfo fcinfo, int argno);

/* The stored form of an array: compact, palloc'd, with its length set. */
extern pm_risk_array *pm_compact_risk_array(const pm_risk_array *array);

/* Values a checked position under a set (NULL: totals only), adds it to *array. */
extern void pm_add_position(PmCall *call, pm_risk_array **array,
							const pm_allocator *allocator,
							const pm_position *position, const PmSetCache *set);

/* An allocator for values: palloc'd, never freeing what it is given. */
extern const pm_allocator pm_value_allocator;

#endif							/* PM_RISK_ARRAY_TYPE_H */
