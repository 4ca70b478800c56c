/*
 * position_type.h - SQL's margin_position.
 */
#ifndef PM_POSITION_TYPE_H
#define PM_POSITION_TYPE_H

#include "call.h"

extern const char *const pm_kind_labels[];
extern const char *const pm_exercise_labels[];
extern const char *const pm_pricing_labels[];
extern const char *const pm_settlement_labels[];

/*
 * Reads argument `argno`, a margin_position, without judging it; texts point
 * into the argument or into the current memory context.  A NULL argument is
 * an error.
 */
extern void pm_getarg_position(FunctionCallInfo fcinfo, int argno, pm_position *position);

/* The same, and raises what is wrong with it. */
extern void pm_getarg_checked_position(FunctionCallInfo fcinfo, int argno,
									   pm_position *position);

#endif							/* PM_POSITION_TYPE_H */
