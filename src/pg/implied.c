/*
 * implied.c - SQL functions that imply a volatility from a price.
 *
 * Arguments: kind, price, spot, strike, years, rate, yield, pricing, exercise.
 */
#include "position_type.h"

#include <math.h>

#include "catalog/pg_enum.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "core/implied_volatility.h"

#include "error.h"

#define IMPLIED_ARGUMENTS	9

/* SQL's implied_status has the core's labels, and one for a NULL argument. */
#define MISSING_INPUT	"missing_input"

/* The option, and whether it is one; nothing is judged. */
static bool
read_option(FunctionCallInfo fcinfo, pm_option *option, pm_position *position)
{
	PmEnumCache *enums = pm_call(fcinfo)->position.enums;
	pm_position p = {0};

	p.kind = pm_enum_ordinal(&enums[0], PG_GETARG_OID(0), pm_kind_labels);
	p.price = PG_GETARG_FLOAT8(1);
	p.spot = PG_GETARG_FLOAT8(2);
	p.strike = PG_GETARG_FLOAT8(3);
	p.rate = PG_GETARG_FLOAT8(5);
	p.yield = PG_GETARG_FLOAT8(6);
	p.pricing = pm_enum_ordinal(&enums[1], PG_GETARG_OID(7), pm_pricing_labels);
	p.exercise = pm_enum_ordinal(&enums[2], PG_GETARG_OID(8), pm_exercise_labels);
	p.present = 1 << PM_KIND | 1 << PM_PRICE | 1 << PM_SPOT | 1 << PM_STRIKE |
		1 << PM_RATE | 1 << PM_YIELD | 1 << PM_PRICING | 1 << PM_EXERCISE;
	*position = p;
	*option = (pm_option)
	{
		.sign = p.kind == PM_CALL ? 1 : -1, .spot = p.spot, .strike = p.strike,
			.years = PG_GETARG_FLOAT8(4), .rate = p.rate, .yield = p.yield,
			.pricing = p.pricing, .exercise = p.exercise
	};
	return p.kind == PM_CALL || p.kind == PM_PUT;
}

/*
 * implied_volatility(...) returns float8: strict, and an error where the price
 * determines none.
 */
PG_FUNCTION_INFO_V1(implied_volatility);
Datum
implied_volatility(PG_FUNCTION_ARGS)
{
	pm_option	option;
	pm_position position;
	pm_implied_status status;
	double		volatility;
	pm_issue	issue;
	char		number[PM_NUMBER_SIZE];

	if (!read_option(fcinfo, &option, &position))
		pm_fail(&issue, PM_INVALID_VALUE, "\"kind\" must be an option",
				"Give 'call' or 'put'.",
				"kind is '%s'.", pm_kind_labels[position.kind]);
	else if (!isfinite(option.years) || option.years < 0)
		pm_fail(&issue, PM_INVALID_VALUE, "\"years\" must be a finite number, 0 or above",
				"Give the time to expiry in years of 365 days.",
				"years is %s.", pm_number(number, option.years));
	else if (pm_position_check_values(&position, &issue))
	{
		status = pm_implied_volatility(&option, position.price, &volatility);
		if (status == PM_IMPLIED_OK)
			PG_RETURN_FLOAT8(volatility);
		pm_implied_fail(status, position.price,
						"Use implied_volatility_status(...), which gives NULL and this status instead of an error.",
						&issue);
	}
	pm_raise(&issue);
}

/* implied_volatility_status(...): never an error, whatever the values. */
PG_FUNCTION_INFO_V1(implied_volatility_status);
Datum
implied_volatility_status(PG_FUNCTION_ARGS)
{
	TupleDesc	desc = pm_result_desc(fcinfo, pm_call(fcinfo));
	pm_implied_status status = PM_IMPLIED_INVALID_INPUT;
	const char *label = NULL;
	double		volatility = 0;
	Datum		values[2];
	bool		nulls[2] = {true, false};
	pm_option	option;
	pm_position position;

	for (int i = 0; i < IMPLIED_ARGUMENTS; i++)
		if (PG_ARGISNULL(i))
			label = MISSING_INPUT;
	if (label == NULL)
	{
		if (read_option(fcinfo, &option, &position))
			status = pm_implied_volatility(&option, position.price, &volatility);
		label = pm_implied_status_names[status];
		nulls[0] = status != PM_IMPLIED_OK;
	}
	values[0] = Float8GetDatum(volatility);
	values[1] = ObjectIdGetDatum(GetSysCacheOid2(ENUMTYPOIDNAME, Anum_pg_enum_oid,
												 ObjectIdGetDatum(TupleDescAttr(desc, 1)->atttypid),
												 CStringGetDatum(label)));
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}
