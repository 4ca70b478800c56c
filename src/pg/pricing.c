/*
 * pricing.c - SQL functions that value one option or one position.
 */
#include "position_type.h"
#include "scenario_type.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/timestamp.h"

#include "core/contract.h"
#include "core/exact.h"
#include "core/option.h"

#include "contract_cache.h"
#include "error.h"
#include "option_argument.h"

/* The composite greeks from the core's struct. */
static Datum
greeks_datum(FunctionCallInfo fcinfo, const pm_greeks *g)
{
	TupleDesc	desc = pm_result_desc(fcinfo, pm_call(fcinfo));
	Datum		values[] = {
		Float8GetDatum(g->price), Float8GetDatum(g->delta),
		Float8GetDatum(g->gamma), Float8GetDatum(g->vega),
		Float8GetDatum(g->theta), Float8GetDatum(g->rho),
		Float8GetDatum(g->rho_yield), Float8GetDatum(g->vanna),
		Float8GetDatum(g->volga), Float8GetDatum(g->charm)
	};
	bool		nulls[lengthof(values)] = {false};

	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}

/* years_between(timestamptz, timestamptz) returns float8. */
PG_FUNCTION_INFO_V1(years_between);
Datum
years_between(PG_FUNCTION_ARGS)
{
	TimestampTz from = PG_GETARG_TIMESTAMPTZ(0);
	TimestampTz to = PG_GETARG_TIMESTAMPTZ(1);

	if (TIMESTAMP_NOT_FINITE(from) || TIMESTAMP_NOT_FINITE(to))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("instants must be finite"),
				 errdetail("%s is infinite.", TIMESTAMP_NOT_FINITE(from) ? "from_instant" : "to_instant"),
				 errhint("Give two points in time with their time zones.")));
	PG_RETURN_FLOAT8(pm_years_between(from, to));
}

/* The option of option_price and option_greeks. */
static pm_option
getarg_option(FunctionCallInfo fcinfo)
{
	pm_position inputs;
	pm_option	option = pm_getarg_option(fcinfo, false, &inputs);
	pm_issue	issue;

	if (!pm_option_check(&option, &inputs, &issue))
		pm_raise(&issue);
	return option;
}

static void
check_result(double value, const char *name)
{
	pm_issue	issue;
	char		number[PM_NUMBER_SIZE];

	if (isfinite(value))
		return;
	pm_fail(&issue, PM_OUT_OF_RANGE, "a result of the option is out of range",
			"Check the scale of spot, strike, volatility, rate and yield; American exercise has no value at rates or yields far below 0 over decades.",
			"%s is %s.", name, pm_number(number, value));
	pm_raise(&issue);
}

PG_FUNCTION_INFO_V1(option_price);
Datum
option_price(PG_FUNCTION_ARGS)
{
	pm_option	option = getarg_option(fcinfo);
	double		price = pm_option_price(&option);

	check_result(price, "price");
	PG_RETURN_FLOAT8(price);
}

PG_FUNCTION_INFO_V1(option_greeks);
Datum
option_greeks(PG_FUNCTION_ARGS)
{
	pm_option	option = getarg_option(fcinfo);
	pm_greeks	g;

	pm_option_greeks(&option, true, &g);
	check_result(g.price, "price");
	check_result(g.delta, "delta");
	check_result(g.gamma, "gamma");
	check_result(g.vega, "vega");
	check_result(g.theta, "theta");
	check_result(g.rho, "rho");
	check_result(g.rho_yield, "rho_yield");
	check_result(g.vanna, "vanna");
	check_result(g.volga, "volga");
	check_result(g.charm, "charm");
	return greeks_datum(fcinfo, &g);
}

PG_FUNCTION_INFO_V1(position_value);
Datum
position_value(PG_FUNCTION_ARGS)
{
	pm_position p;
	double		value;
	pm_issue	issue;

	pm_getarg_checked_position(fcinfo, 0, &p);
	if (!pm_contract_value(&p, &value, &issue))
		pm_raise(&issue);
	value = p.quantity * value + 0.0;
	check_result(value, "value times quantity");
	PG_RETURN_FLOAT8(value);
}

PG_FUNCTION_INFO_V1(position_greeks);
Datum
position_greeks(PG_FUNCTION_ARGS)
{
	pm_position p;
	pm_greeks	g;
	pm_issue	issue;
	double	   *fields[] = {
		&g.price, &g.delta, &g.gamma, &g.vega, &g.theta,
		&g.rho, &g.rho_yield, &g.vanna, &g.volga, &g.charm
	};

	pm_getarg_checked_position(fcinfo, 0, &p);
	if (!pm_contract_greeks(&p, &g, &issue))
		pm_raise(&issue);
	for (int i = 0; i < (int) lengthof(fields); i++)
	{
		*fields[i] = p.quantity * *fields[i] + 0.0;
		check_result(*fields[i], "a Greek times quantity");
	}
	return greeks_datum(fcinfo, &g);
}

/* P&L of quantity contracts: the cell that a margin would add (exact.h). */
static double
quantity_times(double quantity, double contract_pnl)
{
	pm_exact	cell;
	pm_issue	issue;
	char		number[PM_NUMBER_SIZE];

	if (!pm_exact_product(quantity, contract_pnl, &cell))
	{
		pm_fail(&issue, PM_OUT_OF_RANGE, "a profit or loss is out of range",
				"Amounts may reach +-2^53: use larger units of money.",
				"It is %s.", pm_number(number, quantity * contract_pnl));
		pm_raise(&issue);
	}
	return pm_exact_to_double(cell);
}

PG_FUNCTION_INFO_V1(position_pnl);
Datum
position_pnl(PG_FUNCTION_ARGS)
{
	pm_position p;
	pm_scenario scenario;
	double		pnl;
	pm_issue	issue;

	pm_getarg_checked_position(fcinfo, 0, &p);
	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("market_scenario must not be null"),
				 errdetail("Argument 2 is null."),
				 errhint("Give a scenario, for example market_scenario(price_shock => -0.15).")));
	scenario = pm_read_scenario(pm_call(fcinfo), PG_GETARG_HEAPTUPLEHEADER(1));
	if (!pm_contract_pnls(&p, &scenario, 1, 1, &pnl, &issue))
		pm_raise(&issue);
	PG_RETURN_FLOAT8(quantity_times(p.quantity, pnl));
}

PG_FUNCTION_INFO_V1(position_pnls);
Datum
position_pnls(PG_FUNCTION_ARGS)
{
	pm_position p;
	const PmSetCache *cache;
	Datum	   *elements;

	pm_getarg_checked_position(fcinfo, 0, &p);
	cache = pm_getarg_cached_set(fcinfo, 1);
	pm_value_contract(&p, cache);
	elements = palloc(cache->set->scenarios * sizeof(Datum));
	for (uint32 i = 0; i < cache->set->scenarios; i++)
		elements[i] = Float8GetDatum(quantity_times(p.quantity, cache->pnls[i]));
	PG_RETURN_ARRAYTYPE_P(construct_array(elements, cache->set->scenarios, FLOAT8OID,
										  sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}
