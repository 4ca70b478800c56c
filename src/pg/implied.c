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
#include "option_argument.h"

#define IMPLIED_ARGUMENTS	9

/* SQL's implied_status has the core's labels, and one for a NULL argument. */
#define MISSING_INPUT	"missing_input"

/*
 * implied_volatility(...) returns float8: strict, and an error where the price
 * determines none.
 */
PG_FUNCTION_INFO_V1(implied_volatility);
Datum
implied_volatility(PG_FUNCTION_ARGS)
{
	pm_position inputs;
	pm_option	option = pm_getarg_option(fcinfo, true, &inputs);
	pm_implied_status status;
	double		volatility;
	pm_issue	issue;

	if (pm_option_check(&option, &inputs, &issue))
	{
		status = pm_implied_volatility(&option, inputs.price, &volatility);
		if (status == PM_IMPLIED_OK)
			PG_RETURN_FLOAT8(volatility);
		pm_implied_fail(status, inputs.price,
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
	pm_position inputs;

	for (int i = 0; i < IMPLIED_ARGUMENTS; i++)
		if (PG_ARGISNULL(i))
			label = MISSING_INPUT;
	if (label == NULL)
	{
		option = pm_getarg_option(fcinfo, true, &inputs);
		if (pm_is_option(&inputs))
			status = pm_implied_volatility(&option, inputs.price, &volatility);
		label = pm_implied_status_names[status];
		nulls[0] = status != PM_IMPLIED_OK;
	}
	values[0] = Float8GetDatum(volatility);
	values[1] = ObjectIdGetDatum(GetSysCacheOid2(ENUMTYPOIDNAME, Anum_pg_enum_oid,
												 ObjectIdGetDatum(TupleDescAttr(desc, 1)->atttypid),
												 CStringGetDatum(label)));
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}
