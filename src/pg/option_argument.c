/*
 * option_argument.c - reading the arguments of functions of one option.
 */
#include "option_argument.h"

#include <math.h>

#include "position_type.h"

pm_option
pm_getarg_option(FunctionCallInfo fcinfo, bool priced, pm_position *inputs)
{
	PmEnumCache *enums = pm_call(fcinfo)->position.enums;
	int			spot = priced ? 2 : 1;
	pm_position p = {0};

	p.kind = pm_enum_ordinal(&enums[0], PG_GETARG_OID(0), pm_kind_labels);
	p.spot = PG_GETARG_FLOAT8(spot);
	p.strike = PG_GETARG_FLOAT8(spot + 1);
	if (priced)
		p.price = PG_GETARG_FLOAT8(1);
	else
		p.volatility = PG_GETARG_FLOAT8(4);
	p.rate = PG_GETARG_FLOAT8(5);
	p.yield = PG_GETARG_FLOAT8(6);
	p.pricing = pm_enum_ordinal(&enums[1], PG_GETARG_OID(7), pm_pricing_labels);
	p.exercise = pm_enum_ordinal(&enums[2], PG_GETARG_OID(8), pm_exercise_labels);
	p.present = 1 << PM_KIND | 1 << PM_SPOT | 1 << PM_STRIKE |
		1 << (priced ? PM_PRICE : PM_VOLATILITY) |
		1 << PM_RATE | 1 << PM_YIELD | 1 << PM_PRICING | 1 << PM_EXERCISE;
	*inputs = p;
	return (pm_option)
	{
		.sign = p.kind == PM_CALL ? 1 : -1, .spot = p.spot, .strike = p.strike,
			.years = PG_GETARG_FLOAT8(spot + 2), .volatility = p.volatility,
			.rate = p.rate, .yield = p.yield, .pricing = p.pricing,
			.exercise = p.exercise
	};
}

bool
pm_option_check(const pm_option *option, const pm_position *inputs, pm_issue *issue)
{
	char		number[PM_NUMBER_SIZE];

	if (!pm_is_option(inputs))
		return pm_fail(issue, PM_INVALID_VALUE, "\"kind\" must be an option",
					   "Give 'call' or 'put'.",
					   "kind is '%s'.", pm_kind_labels[inputs->kind]);
	if (!isfinite(option->years) || option->years < 0)
		return pm_fail(issue, PM_INVALID_VALUE,
					   "\"years\" must be a finite number, 0 or above",
					   "Give the time to expiry in years of 365 days.",
					   "years is %s.", pm_number(number, option->years));
	return pm_position_check_values(inputs, issue);
}
