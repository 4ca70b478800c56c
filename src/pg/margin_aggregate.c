/*
 * margin_aggregate.c - the aggregates portfolio_margin and portfolio_greeks.
 *
 * A group's state is a number in a log of rows, or a risk array (margin_log.h),
 * in the aggregate's memory context.  There is no memory context per group:
 * under hash aggregation the server walks all of them at each new group.  What
 * final functions change does not show, so that a window frame may ask again
 * after more rows and aggregates may share a state.
 */
#include "position_line.h"
#include "scenario_type.h"

#include "core/risk_algebra.h"

#include "aggregate_state.h"
#include "error.h"
#include "margin_log.h"
#include "margin_result.h"
#include "risk_array_type.h"

/* The state of argument 0, or a new one that has no log. */
static Datum
getarg_array_state(FunctionCallInfo fcinfo, MemoryContext context)
{
	MemoryContext old;
	Datum		state;

	if (!PG_ARGISNULL(0))
		return PG_GETARG_DATUM(0);
	old = MemoryContextSwitchTo(context);
	state = pm_new_array_state(NULL);
	MemoryContextSwitchTo(old);
	return state;
}

/* Adds a quantity of a line to the state of argument 0. */
static Datum
add_line(FunctionCallInfo fcinfo, const PmLine *line, double quantity)
{
	MemoryContext context = pm_aggregate_context(fcinfo);
	PmCall	   *call = pm_call(fcinfo);
	Datum		state = PG_ARGISNULL(0) ? pm_new_margin_state(call, context)
		: PG_GETARG_DATUM(0);

	pm_margin_state_add(call, state, context, line, quantity);
	PG_RETURN_DATUM(state);
}

/* Adds position argument 1 to the state, under a set or none. */
static Datum
add_position(FunctionCallInfo fcinfo, const PmSetCache *set)
{
	double		quantity;
	const PmLine *line = pm_getarg_line(fcinfo, 1, set, &quantity);

	return add_line(fcinfo, line, quantity);
}

/*
 * portfolio_margin_trans(internal, margin_position [, scenario_set]): without
 * a set, the default one.
 */
PG_FUNCTION_INFO_V1(portfolio_margin_trans);
Datum
portfolio_margin_trans(PG_FUNCTION_ARGS)
{
	return add_position(fcinfo, PG_NARGS() > 2
						? pm_getarg_cached_set(fcinfo, 2)
						: pm_default_set(fcinfo));
}

/*
 * portfolio_margin_fields_trans(internal, quantity, ..., surface, scenario_set):
 * the fields of margin_position, one by one.
 */
PG_FUNCTION_INFO_V1(portfolio_margin_fields_trans);
Datum
portfolio_margin_fields_trans(PG_FUNCTION_ARGS)
{
	const PmSetCache *set = pm_getarg_cached_set(fcinfo, 1 + PM_FIELDS);
	double		quantity;
	const PmLine *line = pm_getargs_line(fcinfo, 1, set, &quantity);

	return add_line(fcinfo, line, quantity);
}

/* portfolio_greeks_trans(internal, margin_position): totals, no scenarios. */
PG_FUNCTION_INFO_V1(portfolio_greeks_trans);
Datum
portfolio_greeks_trans(PG_FUNCTION_ARGS)
{
	return add_position(fcinfo, NULL);
}

/*
 * portfolio_margin_array_trans(internal, float8, risk_array): a quantity of a
 * contract that has been valued before.
 */
PG_FUNCTION_INFO_V1(portfolio_margin_array_trans);
Datum
portfolio_margin_array_trans(PG_FUNCTION_ARGS)
{
	MemoryContext context = pm_aggregate_context(fcinfo);
	Datum		state = getarg_array_state(fcinfo, context);
	pm_allocator allocator = pm_context_allocator(context);
	pm_issue	issue;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("quantity must not be null"),
				 errdetail("The number of contracts is null."),
				 errhint("Leave such rows out: FILTER (WHERE quantity IS NOT NULL).")));
	if (!pm_risk_add(pm_margin_state_own(state), &allocator, pm_getarg_risk_array(fcinfo, 2),
					 PG_GETARG_FLOAT8(1), &issue))
		pm_raise(&issue);
	PG_RETURN_DATUM(state);
}

/* portfolio_combine(internal, internal): leaves the second as it is. */
PG_FUNCTION_INFO_V1(portfolio_combine);
Datum
portfolio_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = pm_aggregate_context(fcinfo);
	pm_allocator allocator = pm_context_allocator(context);
	Datum		state;
	pm_issue	issue;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	state = getarg_array_state(fcinfo, context);
	if (!PG_ARGISNULL(1) &&
		!pm_risk_add(pm_margin_state_own(state), &allocator,
					 pm_margin_state_array(PG_GETARG_DATUM(1)), 1, &issue))
		pm_raise(&issue);
	PG_RETURN_DATUM(state);
}

/* portfolio_serialize(internal) returns bytea: the risk array, compact. */
PG_FUNCTION_INFO_V1(portfolio_serialize);
Datum
portfolio_serialize(PG_FUNCTION_ARGS)
{
	const pm_risk_array *array;
	pm_risk_array *compact;

	(void) pm_aggregate_context(fcinfo);
	array = pm_margin_state_array(PG_GETARG_DATUM(0));
	compact = pm_compact_risk_array(array);
	PG_RETURN_BYTEA_P(pm_image_to_bytea(compact, pm_risk_size(compact)));
}

/* portfolio_deserialize(bytea, internal) returns internal */
PG_FUNCTION_INFO_V1(portfolio_deserialize);
Datum
portfolio_deserialize(PG_FUNCTION_ARGS)
{
	Size		size;
	pm_risk_array *array;

	(void) pm_aggregate_context(fcinfo);
	array = pm_getarg_image(fcinfo, 0, sizeof(pm_risk_array), &size);
	if (!pm_risk_valid(array, size))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("partial margin is corrupt"),
				 errdetail("Its %zu bytes are not a risk array of this version.", size)));
	PG_RETURN_DATUM(pm_new_array_state(array));
}

/* portfolio_margin_final(internal) returns margin_result; strict. */
PG_FUNCTION_INFO_V1(portfolio_margin_final);
Datum
portfolio_margin_final(PG_FUNCTION_ARGS)
{
	pm_margin	margin;
	pm_account_totals totals;
	pm_issue	issue;

	(void) pm_aggregate_context(fcinfo);
	if (!pm_margin_of_state(PG_GETARG_DATUM(0), &margin, &totals, &issue))
		pm_raise(&issue);
	return pm_margin_row(fcinfo, &margin, &totals);
}

/* portfolio_greeks_final(internal) returns cash_greeks; strict. */
PG_FUNCTION_INFO_V1(portfolio_greeks_final);
Datum
portfolio_greeks_final(PG_FUNCTION_ARGS)
{
	(void) pm_aggregate_context(fcinfo);
	return pm_cash_greeks(fcinfo, pm_margin_state_array(PG_GETARG_DATUM(0)));
}
