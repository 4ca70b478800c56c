/*
 * table_aggregate.c - the aggregates that make risk tables and that use them.
 *
 * A table in the making is a builder in the aggregate's memory context; its
 * parts are few and grow by half, so that many groups cost no more than one.
 */
#include "risk_table_type.h"

#include "core/risk_algebra.h"

#include "aggregate_state.h"
#include "contract_cache.h"
#include "error.h"
#include "margin_log.h"
#include "position_line.h"
#include "risk_array_type.h"
#include "scenario_type.h"

typedef struct table_state
{
	pm_table_builder builder;
	pm_risk_array *contract;	/* the one that was valued last */
} table_state;

/* The state of argument 0, made on the first row. */
static table_state *
getarg_state(FunctionCallInfo fcinfo, pm_key_kind kind)
{
	MemoryContext context = pm_aggregate_context(fcinfo);
	pm_allocator allocator = pm_context_allocator(context);
	table_state *state;

	if (!PG_ARGISNULL(0))
		return (table_state *) PG_GETARG_POINTER(0);
	state = MemoryContextAllocZero(context, sizeof *state);
	pm_table_begin(&state->builder, &allocator, kind);
	return state;
}

static Datum
add_array(FunctionCallInfo fcinfo, pm_key_kind kind)
{
	table_state *state = getarg_state(fcinfo, kind);
	pm_key		key = pm_getarg_key(fcinfo, 1, kind);
	pm_issue	issue;

	if (!pm_table_add(&state->builder, key, pm_getarg_risk_array(fcinfo, 2), &issue))
		pm_raise(&issue);
	PG_RETURN_POINTER(state);
}

/* risk_table_array_trans(internal, int8 | text, risk_array) */
PG_FUNCTION_INFO_V1(risk_table_array_trans_int8);
Datum
risk_table_array_trans_int8(PG_FUNCTION_ARGS)
{
	return add_array(fcinfo, PM_KEY_INT8);
}

PG_FUNCTION_INFO_V1(risk_table_array_trans_text);
Datum
risk_table_array_trans_text(PG_FUNCTION_ARGS)
{
	return add_array(fcinfo, PM_KEY_TEXT);
}

static Datum
add_position(FunctionCallInfo fcinfo, pm_key_kind kind)
{
	table_state *state = getarg_state(fcinfo, kind);
	pm_key		key = pm_getarg_key(fcinfo, 1, kind);
	double		quantity;
	const PmLine *line = pm_getarg_line(fcinfo, 2, pm_getarg_cached_set(fcinfo, 3), &quantity);
	pm_issue	issue;

	if (state->contract != NULL)
		pm_risk_clear(state->contract);
	if (!pm_add_line(&state->contract, &state->builder.allocator, line, quantity, &issue) ||
		!pm_risk_check_range(state->contract, &issue) ||
		!pm_table_add(&state->builder, key, state->contract, &issue))
		pm_raise(&issue);
	PG_RETURN_POINTER(state);
}

/* risk_table_position_trans(internal, int8 | text, margin_position, scenario_set) */
PG_FUNCTION_INFO_V1(risk_table_position_trans_int8);
Datum
risk_table_position_trans_int8(PG_FUNCTION_ARGS)
{
	return add_position(fcinfo, PM_KEY_INT8);
}

PG_FUNCTION_INFO_V1(risk_table_position_trans_text);
Datum
risk_table_position_trans_text(PG_FUNCTION_ARGS)
{
	return add_position(fcinfo, PM_KEY_TEXT);
}

static pm_risk_table *
finished(table_state *state)
{
	pm_risk_table *table;
	pm_issue	issue;

	if (!pm_make_risk_table(&state->builder, &table, &issue))
		pm_raise(&issue);
	return table;
}

static void
add_table(table_state *state, const pm_risk_table *table)
{
	pm_issue	issue;

	if (!pm_table_add_table(&state->builder, table, &issue))
		pm_raise(&issue);
}

/* risk_table_combine(internal, internal): leaves the second as it is. */
PG_FUNCTION_INFO_V1(risk_table_combine);
Datum
risk_table_combine(PG_FUNCTION_ARGS)
{
	table_state *other;
	table_state *state;
	pm_risk_table *table;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	other = (table_state *) PG_GETARG_POINTER(1);
	state = getarg_state(fcinfo, other->builder.kind);
	table = finished(other);
	add_table(state, table);
	pfree(table);
	PG_RETURN_POINTER(state);
}

/* risk_table_serialize(internal) returns bytea: the table so far. */
PG_FUNCTION_INFO_V1(risk_table_serialize);
Datum
risk_table_serialize(PG_FUNCTION_ARGS)
{
	pm_risk_table *table;

	(void) pm_aggregate_context(fcinfo);
	table = finished((table_state *) PG_GETARG_POINTER(0));
	PG_RETURN_BYTEA_P(pm_image_to_bytea(table, VARSIZE(table)));
}

/* risk_table_deserialize(bytea, internal) returns internal */
PG_FUNCTION_INFO_V1(risk_table_deserialize);
Datum
risk_table_deserialize(PG_FUNCTION_ARGS)
{
	pm_allocator allocator = pm_context_allocator(CurrentMemoryContext);
	table_state *state;
	pm_risk_table *table;
	Size		size;

	(void) pm_aggregate_context(fcinfo);
	table = pm_getarg_image(fcinfo, 0, sizeof(pm_risk_table), &size);
	if (!pm_table_valid(table, size))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("partial risk table is corrupt"),
				 errdetail("Its %zu bytes are not a risk table of this version.", size)));
	state = palloc0(sizeof *state);
	pm_table_begin(&state->builder, &allocator, (pm_key_kind) table->key_kind);
	add_table(state, table);
	pfree(table);
	PG_RETURN_POINTER(state);
}

/* risk_table_final(internal) returns risk_table; strict. */
PG_FUNCTION_INFO_V1(risk_table_final);
Datum
risk_table_final(PG_FUNCTION_ARGS)
{
	(void) pm_aggregate_context(fcinfo);
	PG_RETURN_POINTER(finished((table_state *) PG_GETARG_POINTER(0)));
}

/* Adds a quantity of a contract of a table to the state of argument 0. */
static Datum
add_contract(FunctionCallInfo fcinfo, pm_key_kind kind)
{
	MemoryContext context = pm_aggregate_context(fcinfo);
	PmCall	   *call = pm_call(fcinfo);
	const pm_risk_table *table = pm_getarg_risk_table(fcinfo, 3);
	uint32		entry = pm_getarg_entry(fcinfo, 1, kind, table);
	double		quantity = pm_getarg_quantity(fcinfo, 2);
	Datum		state = PG_ARGISNULL(0) ? pm_new_margin_state(call, context)
		: PG_GETARG_DATUM(0);
	uint32		line,
				count;

	for (line = pm_table_first_line(table, entry, &count); count > 0; line++, count--)
		pm_margin_state_add_from(call, state, context, table, line, quantity);
	PG_RETURN_DATUM(state);
}

/* portfolio_margin_table_trans(internal, int8 | text, float8, risk_table) */
PG_FUNCTION_INFO_V1(portfolio_margin_table_trans_int8);
Datum
portfolio_margin_table_trans_int8(PG_FUNCTION_ARGS)
{
	return add_contract(fcinfo, PM_KEY_INT8);
}

PG_FUNCTION_INFO_V1(portfolio_margin_table_trans_text);
Datum
portfolio_margin_table_trans_text(PG_FUNCTION_ARGS)
{
	return add_contract(fcinfo, PM_KEY_TEXT);
}
