/*
 * option_argument.h - functions of one option without its position, whose
 * arguments are alike:
 *
 *     kind, [price,] spot, strike, years, [volatility,] rate, yield, pricing,
 *     exercise
 *
 * with the price of the option or its volatility.
 */
#ifndef PM_OPTION_ARGUMENT_H
#define PM_OPTION_ARGUMENT_H

#include "call.h"

#include "core/option_terms.h"

/* The option, unjudged, none of its arguments being NULL; and its inputs as
 * those of a position, price or volatility among them. */
extern pm_option pm_getarg_option(FunctionCallInfo fcinfo, bool priced,
								  pm_position *inputs);

/* False, with the issue, unless they make an option. */
extern bool pm_option_check(const pm_option *option, const pm_position *inputs,
							pm_issue *issue);

#endif							/* PM_OPTION_ARGUMENT_H */
