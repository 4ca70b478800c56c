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
 * Reads argument `argno`, a margin_position, and raises what is wrong with it;
 * texts, arrays and the surface are in the argument or in the current memory
 * context.
 */
extern void pm_getarg_checked_position(FunctionCallInfo fcinfo, int argno,
									   pm_position *position);

/* The same from PM_FIELDS arguments, the fields of margin_position in order. */
extern void pm_getargs_checked_position(FunctionCallInfo fcinfo, int first,
										pm_position *position);

#endif							/* PM_POSITION_TYPE_H */
