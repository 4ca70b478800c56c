/*
 * position_line.h - from a margin_position argument to what its contract adds
 * to an account.
 */
#ifndef PM_POSITION_LINE_H
#define PM_POSITION_LINE_H

#include "line_list.h"

/*
 * The line of argument `argno`, a margin_position, under a set (NULL: totals
 * only), and the position's quantity; raises what is wrong with it.  Valid as
 * contract_cache.h says.
 */
extern const PmLine *pm_getarg_line(FunctionCallInfo fcinfo, int argno,
									const PmSetCache *set, double *quantity);

/* The same from PM_FIELDS arguments, the fields of margin_position in order. */
extern const PmLine *pm_getargs_line(FunctionCallInfo fcinfo, int first,
									 const PmSetCache *set, double *quantity);

#endif							/* PM_POSITION_LINE_H */
