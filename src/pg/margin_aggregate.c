/*
 * margin_aggregate.c - the aggregates portfolio_margin and portfolio_greeks.
 *
 * The state is a risk array (core/risk_array.h) in the aggregate's memory
 * context, behind one pointer, because it moves when it grows.  There is no
 * memory context per group: under hash aggregation the server walks all of
 * them at each new group.  Final functions only read, so that a window frame
 * may ask again after more rows and aggregates may share a state.
 */
#include "position_type.h"
#include "scenario_type.h"

#include "utils/memutils.h"

#include "core/risk_algebra.h"

#include "aggregate_state.h"
#include "error.h"
#include "margin_result.h"
#include "risk_array_type.h"

typedef struct margin_state
{
	pm_risk_array *array;
} margin_state;

/* The core's allocator on a memory context; raises instead of giving NULL. */
static void *
resize(void *context, void *old, size_t size)
{
	return old ? repalloc_huge(old, size)
		: MemoryContextAllocHuge((MemoryContext) context, size);
}

static margin_state *
getarg_state(FunctionCallInfo fcinfo, int argno, MemoryContext context)
{
	if (!PG_ARGISNULL(argno))
		return (margin_state *) PG_GETARG_POINTER(argno);
	return MemoryContextAllocZero(context, sizeof(margin_state));
}

/* Adds a position to the state of argument 0, under a set or none. */
static Datum
add_position(FunctionCallInfo fcinfo, const pm_position *p, const PmSetCache *set)
{
	MemoryContext context = pm_aggregate_context(fcinfo);
	margin_state *state = getarg_state(fcinfo, 0, context);
	pm_allocator allocator = {resize, context};

	pm_add_position(pm_call(fcinfo), &state->array, &allocator, p, set);
	PG_RETURN_POINTER(state);
}

/*
 * portfolio_margin_trans(internal, margin_position [, scenario_set]): without
 * a set, the default one.
 */
PG_FUNCTION_INFO_V1(portfolio_margin_trans);
Datum
portfolio_margin_trans(PG_FUNCTION_ARGS)
{
	pm_position p;

	pm_getarg_checked_position(fcinfo, 1, &p);
	return add_position(fcinfo, &p, PG_NARGS() > 2
						? pm_getarg_cached_set(fcinfo, 2)
						: pm_default_set(fcinfo));
}

/* portfolio_greeks_trans(internal, margin_position): totals, no scenarios. */
PG_FUNCTION_INFO_V1(portfolio_greeks_trans);
Datum
portfolio_greeks_trans(PG_FUNCTION_ARGS)
{
	pm_position p;

	pm_getarg_checked_position(fcinfo, 1, &p);
	return add_position(fcinfo, &p, NULL);
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
	margin_state *state = getarg_state(fcinfo, 0, context);
	pm_allocator allocator = {resize, context};
	pm_issue	issue;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("quantity must not be null"),
				 errdetail("The number of contracts is null."),
				 errhint("Leave such rows out: FILTER (WHERE quantity IS NOT NULL).")));
	if (!pm_risk_add(&state->array, &allocator, pm_getarg_risk_array(fcinfo, 2),
					 PG_GETARG_FLOAT8(1), &issue))
		pm_raise(&issue);
	PG_RETURN_POINTER(state);
}

/* portfolio_combine(internal, internal): leaves the second as it is. */
PG_FUNCTION_INFO_V1(portfolio_combine);
Datum
portfolio_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = pm_aggregate_context(fcinfo);
	pm_allocator allocator = {resize, context};
	margin_state *state;
	pm_issue	issue;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	state = getarg_state(fcinfo, 0, context);
	if (!PG_ARGISNULL(1) &&
		!pm_risk_add(&state->array, &allocator,
					 ((margin_state *) PG_GETARG_POINTER(1))->array, 1, &issue))
		pm_raise(&issue);
	PG_RETURN_POINTER(state);
}

/* portfolio_serialize(internal) returns bytea: the risk array, compact. */
PG_FUNCTION_INFO_V1(portfolio_serialize);
Datum
portfolio_serialize(PG_FUNCTION_ARGS)
{
	const pm_risk_array *array;
	pm_risk_array *compact;

	(void) pm_aggregate_context(fcinfo);
	array = ((margin_state *) PG_GETARG_POINTER(0))->array;
	compact = pm_compact_risk_array(array);
	PG_RETURN_BYTEA_P(pm_image_to_bytea(compact, pm_risk_size(compact)));
}

/* portfolio_deserialize(bytea, internal) returns internal */
PG_FUNCTION_INFO_V1(portfolio_deserialize);
Datum
portfolio_deserialize(PG_FUNCTION_ARGS)
{
	Size		size;
	margin_state *state;

	(void) pm_aggregate_context(fcinfo);
	state = palloc(sizeof *state);
	state->array = pm_getarg_image(fcinfo, 0, sizeof(pm_risk_array), &size);
	if (!pm_risk_valid(state->array, size))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("partial margin is corrupt"),
				 errdetail("Its %zu bytes are not a risk array of this version.", size)));
	PG_RETURN_POINTER(state);
}

/* portfolio_margin_final(internal) returns margin_result; strict. */
PG_FUNCTION_INFO_V1(portfolio_margin_final);
Datum
portfolio_margin_final(PG_FUNCTION_ARGS)
{
	(void) pm_aggregate_context(fcinfo);
	return pm_margin_result(fcinfo, ((margin_state *) PG_GETARG_POINTER(0))->array);
}

/* portfolio_greeks_final(internal) returns cash_greeks; strict. */
PG_FUNCTION_INFO_V1(portfolio_greeks_final);
Datum
portfolio_greeks_final(PG_FUNCTION_ARGS)
{
	(void) pm_aggregate_context(fcinfo);
	return pm_cash_greeks(fcinfo, ((margin_state *) PG_GETARG_POINTER(0))->array);
}
