/*
 * risk_rows.c - what a risk array holds, as rows.
 */
#include "risk_array_type.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "core/margin.h"
#include "core/risk_algebra.h"

#include "error.h"
#include "margin_result.h"

/* Columns of the widest row set below. */
#define MAX_COLUMNS 14

static void
put_row(ReturnSetInfo *info, Datum *values, bool *nulls)
{
	tuplestore_putvalues(info->setResult, info->setDesc, values, nulls);
}

/* A sum as the nearest float8; beyond the range it is an error. */
static Datum
amount(const pm_cell *cell)
{
	pm_exact	exact = pm_cell_get(cell);

	if (!pm_exact_in_range(exact))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("a sum of the risk array is out of range"),
				 errdetail("Amounts may reach +-2^53.")));
	return Float8GetDatum(pm_exact_to_double(exact));
}

/* pnl(risk_array): a row per underlying and scenario, unweighted. */
PG_FUNCTION_INFO_V1(pnl);
Datum
pnl(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *info = (ReturnSetInfo *) fcinfo->resultinfo;
	const pm_risk_array *array = pm_getarg_risk_array(fcinfo, 0);
	Datum		values[MAX_COLUMNS];
	bool		nulls[MAX_COLUMNS] = {false};

	InitMaterializedSRF(fcinfo, 0);
	for (uint32 i = 0; i < array->underlyings; i++)
	{
		const pm_risk_block *block = pm_risk_block_at(array, i);
		pm_row_cursor rows = pm_column_rows(pm_risk_set_of(array, block),
											pm_risk_column(array, block));

		pm_set_text(&values[0], &nulls[0], pm_risk_name(array, block));
		for (uint32 n = 0; n < array->scenarios; n++)
		{
			pm_scenario row = pm_next_row(&rows);

			CHECK_FOR_INTERRUPTS();
			values[1] = Int32GetDatum(n + 1);
			values[2] = Float8GetDatum(row.price_shock);
			values[3] = Float8GetDatum(row.vol_shock);
			values[4] = Float8GetDatum(row.weight);
			values[5] = amount(&block->cells[n]);
			put_row(info, values, nulls);
		}
	}
	return (Datum) 0;
}

/* A scenario's number, an underlying's shocks there and its weighted profit or
 * loss, into four columns. */
static void
set_node(Datum *values, bool *nulls, const pm_risk_array *array,
		 const pm_risk_block *block, const pm_node *node)
{
	pm_scenario row = pm_set_row(pm_risk_set_of(array, block), pm_risk_column(array, block),
								 node->index);

	values[0] = Int32GetDatum(node->index + 1);
	values[1] = Float8GetDatum(row.price_shock);
	values[2] = Float8GetDatum(row.vol_shock);
	values[3] = Float8GetDatum(pm_exact_to_double(node->pnl));
	memset(nulls, 0, 4 * sizeof(bool));
}

/*
 * The worst scenario of an underlying and the runner-up; gives what they make
 * it ask for.  Of joint scenarios they are those of the account (else NULL), and
 * the underlying's loss in the worst one is its part of the account's.
 */
static pm_exact
component(const pm_risk_array *array, const pm_risk_block *block,
		  const pm_nodes *account, pm_nodes *nodes)
{
	pm_issue	issue;

	if (account == NULL)
	{
		if (!pm_underlying_nodes(array, block, nodes, &issue))
			pm_raise(&issue);
		return nodes->worst.pnl < 0 ? -nodes->worst.pnl : 0;
	}
	*nodes = *account;
	nodes->worst.pnl = pm_cell_get(&block->cells[account->worst.index]);
	nodes->second.pnl = pm_cell_get(&block->cells[account->second.index]);
	return account->worst.pnl < 0 ? -nodes->worst.pnl : 0;
}

/*
 * margin_by_underlying(risk_array) and margin_explain(risk_array): a row per
 * underlying with what it asks for and its worst scenario; the latter also
 * with the runner-up and the distance between the two.
 */
static Datum
underlying_rows(FunctionCallInfo fcinfo, bool explain)
{
	ReturnSetInfo *info = (ReturnSetInfo *) fcinfo->resultinfo;
	const pm_risk_array *array = pm_getarg_risk_array(fcinfo, 0);
	bool		joint = pm_risk_is_joint(array);
	pm_nodes	account;
	Datum		values[MAX_COLUMNS] = {0};
	bool		nulls[MAX_COLUMNS] = {false};
	pm_issue	issue;

	if (joint && !pm_joint_nodes(array, &account, &issue))
		pm_raise(&issue);
	InitMaterializedSRF(fcinfo, 0);
	for (uint32 i = 0; i < array->underlyings; i++)
	{
		const pm_risk_block *block = pm_risk_block_at(array, i);
		pm_nodes	nodes;
		double		scan_loss;

		CHECK_FOR_INTERRUPTS();
		scan_loss = pm_exact_to_double(component(array, block, joint ? &account : NULL, &nodes));
		pm_set_text(&values[0], &nulls[0], pm_risk_name(array, block));
		values[1] = Float8GetDatum(scan_loss);	/* max(scan loss, minimum charge) */
		values[2] = Float8GetDatum(scan_loss);
		values[3] = Float8GetDatum(0);
		set_node(values + 4, nulls + 4, array, block, &nodes.worst);
		if (explain)
		{
			memset(nulls + 8, !nodes.has_second, 5 * sizeof(bool));
			if (nodes.has_second)
			{
				set_node(values + 8, nulls + 8, array, block, &nodes.second);
				values[12] = Float8GetDatum(pm_exact_to_double(nodes.second.pnl - nodes.worst.pnl));
			}
			values[13] = Int64GetDatum(block->rows);
		}
		else
		{
			values[8] = amount(&block->long_quantity);
			values[9] = amount(&block->short_quantity);
			values[10] = Int64GetDatum(block->rows);
		}
		put_row(info, values, nulls);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(margin_by_underlying);
Datum
margin_by_underlying(PG_FUNCTION_ARGS)
{
	return underlying_rows(fcinfo, false);
}

PG_FUNCTION_INFO_V1(margin_explain);
Datum
margin_explain(PG_FUNCTION_ARGS)
{
	return underlying_rows(fcinfo, true);
}

/* greeks_by_underlying(risk_array) */
PG_FUNCTION_INFO_V1(greeks_by_underlying);
Datum
greeks_by_underlying(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *info = (ReturnSetInfo *) fcinfo->resultinfo;
	const pm_risk_array *array = pm_getarg_risk_array(fcinfo, 0);
	Datum		values[MAX_COLUMNS];
	bool		nulls[MAX_COLUMNS] = {false};

	InitMaterializedSRF(fcinfo, 0);
	for (uint32 i = 0; i < array->underlyings; i++)
	{
		const pm_risk_block *block = pm_risk_block_at(array, i);

		pm_set_text(&values[0], &nulls[0], pm_risk_name(array, block));
		for (int t = 0; t < PM_TOTALS; t++)
			values[1 + t] = amount(&block->totals[t]);
		values[1 + PM_TOTALS] = Int64GetDatum(block->rows);
		put_row(info, values, nulls);
	}
	return (Datum) 0;
}

/* risk_by_underlying(risk_array): the array as a sum of one per underlying. */
PG_FUNCTION_INFO_V1(risk_by_underlying);
Datum
risk_by_underlying(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *info = (ReturnSetInfo *) fcinfo->resultinfo;
	const pm_risk_array *array = pm_getarg_risk_array(fcinfo, 0);
	Datum		values[2];
	bool		nulls[2] = {false, false};

	InitMaterializedSRF(fcinfo, 0);
	for (uint32 i = 0; i < array->underlyings; i++)
	{
		pm_risk_array *part = NULL;
		pm_issue	issue;

		CHECK_FOR_INTERRUPTS();
		if (!pm_risk_add_underlying(&part, &pm_value_allocator, array, i, 1, &issue))
			pm_raise(&issue);
		pm_set_text(&values[0], &nulls[0], pm_risk_name(array, pm_risk_block_at(array, i)));
		values[1] = PointerGetDatum(pm_compact_risk_array(part));
		put_row(info, values, nulls);
		pfree(part);
		pfree(DatumGetPointer(values[1]));
	}
	return (Datum) 0;
}
