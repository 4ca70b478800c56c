/*
 * risk_aggregate.c - the aggregates portfolio_risk and sum(risk_array).
 *
 * Their state is a risk_array with room to grow, changed in place: only a
 * state of base type is split by Citus.  The server
 * owns the state; when a function returns another address than it was given,
 * the server copies the value there and frees the old one.
 */
#include "risk_array_type.h"

#include "core/risk_algebra.h"

#include "error.h"
#include "scenario_type.h"

/*
 * The state of argument 0, ours to change; NULL at first.  Called as a plain
 * function, it is somebody's value: then a copy of it.
 */
static pm_risk_array *
getarg_state(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		return NULL;
	if (AggCheckCallContext(fcinfo, NULL))
		return (pm_risk_array *) PG_GETARG_POINTER(0);
	return pm_compact_risk_array(pm_getarg_risk_array(fcinfo, 0));
}

/* The state, with its room to grow; to anybody but an aggregate, without. */
static Datum
return_state(FunctionCallInfo fcinfo, pm_risk_array *state)
{
	if (!AggCheckCallContext(fcinfo, NULL))
		state = pm_compact_risk_array(state);
	PG_RETURN_POINTER(state);
}

/* portfolio_risk_trans(risk_array, margin_position, scenario_set) */
PG_FUNCTION_INFO_V1(portfolio_risk_trans);
Datum
portfolio_risk_trans(PG_FUNCTION_ARGS)
{
	pm_risk_array *state = getarg_state(fcinfo);

	pm_add_position(fcinfo, 1, pm_getarg_cached_set(fcinfo, 2), &state);
	return return_state(fcinfo, state);
}

/* risk_array_sum(risk_array, risk_array): adds the second to the state. */
PG_FUNCTION_INFO_V1(risk_array_sum);
Datum
risk_array_sum(PG_FUNCTION_ARGS)
{
	pm_risk_array *state = getarg_state(fcinfo);
	pm_issue	issue;

	if (!pm_risk_add(&state, &pm_value_allocator, pm_getarg_risk_array(fcinfo, 1), 1, &issue))
		pm_raise(&issue);
	return return_state(fcinfo, state);
}

/* risk_array_sum_inverse(risk_array, risk_array): takes it away again. */
PG_FUNCTION_INFO_V1(risk_array_sum_inverse);
Datum
risk_array_sum_inverse(PG_FUNCTION_ARGS)
{
	pm_risk_array *state = getarg_state(fcinfo);
	pm_issue	issue;

	if (state == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("nothing can be taken from a null risk_array")));
	if (!pm_risk_remove(state, pm_getarg_risk_array(fcinfo, 1), &issue))
		pm_raise(&issue);
	/* Names of underlyings that left lie in the heap until it is made anew. */
	if (state->heap_used > 4 * pm_risk_live_heap(state) + 65536)
		state = pm_compact_risk_array(state);
	return return_state(fcinfo, state);
}

/* risk_array_combine(risk_array, risk_array): either may be NULL. */
PG_FUNCTION_INFO_V1(risk_array_combine);
Datum
risk_array_combine(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	return risk_array_sum(fcinfo);
}

/* risk_array_final(risk_array): the state without its slack; strict. */
PG_FUNCTION_INFO_V1(risk_array_final);
Datum
risk_array_final(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(pm_compact_risk_array(getarg_state(fcinfo)));
}
