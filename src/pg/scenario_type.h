/*
 * scenario_type.h - SQL's market_scenario and the arguments of type
 * scenario_set.
 */
#ifndef PM_SCENARIO_TYPE_H
#define PM_SCENARIO_TYPE_H

#include "call.h"

extern const char *const pm_stickiness_labels[];

/* Reads one market_scenario row, and raises what is wrong with it. */
extern pm_scenario pm_read_scenario(PmCall *call, HeapTupleHeader row);

/* A scenario_set argument, detoasted and found sound. */
extern const pm_scenario_set *pm_getarg_scenario_set(FunctionCallInfo fcinfo, int argno);

/*
 * The set of an argument, or the default set, with its rows, remembered from
 * the call before where it is the same.
 */
extern const PmSetCache *pm_getarg_cached_set(FunctionCallInfo fcinfo, int argno);
extern const PmSetCache *pm_default_set(FunctionCallInfo fcinfo);

/* Memory for a set of `size` bytes, and its completion as a value. */
extern pm_scenario_set *pm_new_scenario_set(size_t size);
extern Datum pm_scenario_set_datum(pm_scenario_set *set, size_t size);

#define PG_GETARG_SCENARIO_SET(n) pm_getarg_scenario_set(fcinfo, n)

#endif							/* PM_SCENARIO_TYPE_H */
