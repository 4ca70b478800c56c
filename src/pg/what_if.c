/*
 * what_if.c - SQL functions that compare an account with itself changed.
 */
#include "risk_array_type.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "core/margin.h"
#include "core/risk_algebra.h"
#include "core/what_if.h"

#include "error.h"
#include "margin_result.h"

static void
margin_or_raise(const pm_risk_array *array, pm_margin *margin)
{
	pm_issue	issue;

	if (!pm_margin_of(array, margin, &issue))
		pm_raise(&issue);
}

static pm_risk_array *
sum_or_raise(const pm_risk_array *a, const pm_risk_array *b)
{
	pm_risk_array *sum = NULL;
	pm_issue	issue;

	if (!pm_risk_add(&sum, &pm_value_allocator, a, 1, &issue) ||
		!pm_risk_add(&sum, &pm_value_allocator, b, 1, &issue))
		pm_raise(&issue);
	return sum;
}

/* A margin's worst scenario as four columns; NULLs without one. */
static void
set_worst(Datum *values, bool *nulls, const pm_margin *margin)
{
	values[0] = Int32GetDatum(margin->worst_scenario);
	pm_set_text(&values[1], &nulls[1], margin->worst_underlying);
	values[2] = Float8GetDatum(margin->worst_price_shock);
	values[3] = Float8GetDatum(margin->worst_vol_shock);
	nulls[0] = nulls[2] = nulls[3] = nulls[1];
}

/* margin_if(account, trade): the margin before and after adding the trade. */
PG_FUNCTION_INFO_V1(margin_if);
Datum
margin_if(PG_FUNCTION_ARGS)
{
	TupleDesc	desc = pm_result_desc(fcinfo, pm_call(fcinfo));
	const pm_risk_array *account = pm_getarg_risk_array(fcinfo, 0);
	pm_risk_array *after = sum_or_raise(account, pm_getarg_risk_array(fcinfo, 1));
	pm_margin	margins[2];
	Datum		values[11];
	bool		nulls[lengthof(values)] = {false};

	margin_or_raise(account, &margins[0]);
	margin_or_raise(after, &margins[1]);
	values[0] = Float8GetDatum(margins[0].requirement);
	values[1] = Float8GetDatum(margins[1].requirement);
	values[2] = Float8GetDatum(margins[1].requirement - margins[0].requirement);
	set_worst(values + 3, nulls + 3, &margins[0]);
	set_worst(values + 7, nulls + 7, &margins[1]);
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}

static void
answer_to_cancel(void)
{
	CHECK_FOR_INTERRUPTS();
}

/* max_quantity(account, unit_trade, equity, lot) */
PG_FUNCTION_INFO_V1(max_quantity);
Datum
max_quantity(PG_FUNCTION_ARGS)
{
	TupleDesc	desc = pm_result_desc(fcinfo, pm_call(fcinfo));
	const pm_risk_array *account = pm_getarg_risk_array(fcinfo, 0);
	const pm_risk_array *unit = pm_getarg_risk_array(fcinfo, 1);
	double		equity = PG_GETARG_FLOAT8(2);
	double		lot = PG_GETARG_FLOAT8(3);
	pm_sizes	sizes;
	pm_issue	issue;
	char		number[PM_NUMBER_SIZE];
	Datum		values[4];
	bool		nulls[lengthof(values)] = {false};

	if (isnan(equity))
	{
		pm_fail(&issue, PM_INVALID_VALUE, "\"equity\" must be a number",
				"Give the amount that the requirement may reach.", "equity is NaN.");
		pm_raise(&issue);
	}
	if (!isfinite(lot) || lot <= 0)
	{
		pm_fail(&issue, PM_INVALID_VALUE, "\"lot\" must be a finite number above 0",
				"Give the smallest size that can be traded, in units of the trade.",
				"lot is %s.", pm_number(number, lot));
		pm_raise(&issue);
	}
	/* Raises where the two do not go together. */
	(void) sum_or_raise(account, unit);
	if (!pm_max_quantity(account, unit, equity, lot, answer_to_cancel, &sizes, &issue))
		pm_raise(&issue);
	values[0] = Float8GetDatum(sizes.buy);
	values[1] = Float8GetDatum(sizes.sell);
	values[2] = Float8GetDatum(sizes.cure_from);
	values[3] = Float8GetDatum(sizes.cure_to);
	nulls[2] = nulls[3] = !sizes.cures;
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}

static Datum
numeric_from(const char *text)
{
	return DirectFunctionCall3(numeric_in, CStringGetDatum(text),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/* The exact decimal value of a count of quanta. */
static Datum
numeric_from_exact(pm_exact amount)
{
	/* 2^-60, which has sixty decimals. */
	static const char quantum[] =
	"0.000000000000000000867361737988403547205962240695953369140625";

	/* Two halves, for want of a conversion from 128 bits. */
	Datum		high = DirectFunctionCall2(numeric_mul,
										   NumericGetDatum(int64_to_numeric((int64) (amount >> 64))),
										   numeric_from("18446744073709551616"));
	Datum		low = numeric_from(psprintf(UINT64_FORMAT, (uint64) amount));

	return DirectFunctionCall2(numeric_mul,
							   DirectFunctionCall2(numeric_add, high, low),
							   numeric_from(quantum));
}

/* The exact decimal value of a finite double, without trailing zeros. */
static Datum
numeric_from_double(double x)
{
	char		digits[1500];
	int			length = snprintf(digits, sizeof digits, "%.1074f", x);

	while (digits[length - 1] == '0')
		length--;
	digits[length] = '\0';
	return numeric_from(digits);
}

/* Adds a part's loss in one scenario of an underlying: -weight * P&L, exactly. */
static Datum
add_loss(Datum sum, const pm_risk_array *part, const pm_risk_block *block, uint32 index)
{
	pm_scenario row = pm_set_row(pm_risk_set_of(part, block), pm_risk_column(part, block), index);
	Datum		loss = numeric_from_exact(-pm_cell_get(&block->cells[index]));

	if (row.weight != 1)
		loss = DirectFunctionCall2(numeric_mul, loss, numeric_from_double(row.weight));
	return DirectFunctionCall2(numeric_add, sum, loss);
}

/* The worst scenario of an underlying of the account or, if joint, of all. */
static pm_node
worst_node(const pm_risk_array *account, bool joint, const pm_risk_block *block)
{
	pm_nodes	nodes;
	pm_issue	issue;

	if (!(joint ? pm_joint_nodes(account, &nodes, &issue)
		  : pm_underlying_nodes(account, block, &nodes, &issue)))
		pm_raise(&issue);
	return nodes.worst;
}

/*
 * What a part of the account loses in the account's own worst scenarios, one
 * per underlying that has a scan loss, or the one of joint scenarios.  Exact, so
 * that the contributions of all parts add up to the scan loss.
 */
static Datum
contribution(const pm_risk_array *account, const pm_risk_array *part)
{
	bool		joint = pm_risk_is_joint(account);
	pm_node		worst = {0, 0};
	Datum		sum = numeric_from("0");

	if (joint)
		worst = worst_node(account, true, NULL);
	for (uint32 i = 0, k = 0; i < part->underlyings; i++)
	{
		const pm_risk_block *mine = pm_risk_block_at(part, i);
		pm_text		name = pm_risk_name(part, mine);
		const pm_risk_block *whole;
		pm_text		there;

		/* Both are in order, and the account has what its part has. */
		do
		{
			whole = pm_risk_block_at(account, k++);
			there = pm_risk_name(account, whole);
		} while (there.length != name.length ||
				 memcmp(there.bytes, name.bytes, name.length) != 0);
		if (!joint)
			worst = worst_node(account, false, whole);
		if (worst.pnl < 0)
			sum = add_loss(sum, part, mine, worst.index);
	}
	return DirectFunctionCall1(numeric_trim_scale, sum);
}

/*
 * margin_contribution(account, part): three answers to "how much of it is
 * this?", each under its own name.
 */
PG_FUNCTION_INFO_V1(margin_contribution);
Datum
margin_contribution(PG_FUNCTION_ARGS)
{
	TupleDesc	desc = pm_result_desc(fcinfo, pm_call(fcinfo));
	const pm_risk_array *account = pm_getarg_risk_array(fcinfo, 0);
	const pm_risk_array *part = pm_getarg_risk_array(fcinfo, 1);
	pm_risk_array *rest = pm_compact_risk_array(account);
	pm_margin	whole,
				alone,
				without;
	pm_issue	issue;
	Datum		values[3];
	bool		nulls[lengthof(values)] = {false};

	if (!pm_risk_remove(rest, part, &issue))
		pm_raise(&issue);
	margin_or_raise(account, &whole);
	margin_or_raise(part, &alone);
	margin_or_raise(rest, &without);
	values[0] = contribution(account, part);
	values[1] = Float8GetDatum(alone.requirement);
	values[2] = Float8GetDatum(whole.requirement - without.requirement);
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}
