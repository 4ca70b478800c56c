/*
 * risk_array_io.c - text and binary forms of risk_array.
 *
 * Both are exact and complete, whatever the session's settings.  The text:
 *
 *   {currency "USD", set "scenario_grid(...)",
 *    underlying "ACME" set 1 rows 2 long 1152921504606846976 short 0
 *      totals {...} pnl {...}, ...}
 *
 * where sets are numbered from 1 as they come, amounts are counts of 2^-60
 * units of money or contracts, and totals are market value, delta, gamma, vega,
 * theta and rho as in margin_result.  {} holds nothing.  The binary form has
 * the same in the same order: version (int1), whether there is a currency
 * (int1: 0 nothing, 1 none, 2 named) and its name, scenarios (int4), sets (int4
 * and each), underlyings (int4), and per underlying its name, set
 * (int4), rows (int8), and amounts (int8 high and low halves).  Texts have their
 * length (int4) before them.
 */
#include "risk_array_io.h"

#include "libpq/pqformat.h"
#include "miscadmin.h"

#include "core/risk_algebra.h"

#include "error.h"
#include "risk_array_type.h"
#include "scenario_set_io.h"
#include "wire.h"

/* Amounts of an underlying before its scenarios: long, short and the totals. */
#define LEADING_AMOUNTS (2 + PM_TOTALS)

static void
add_set(PmRiskForm *f, const pm_scenario_set *set)
{
	if (f->set_count == f->set_room)
	{
		f->set_room = f->set_room ? 2 * f->set_room : 4;
		f->sets = f->sets ? repalloc(f->sets, f->set_room * sizeof(*f->sets))
			: palloc(f->set_room * sizeof(*f->sets));
	}
	f->sets[f->set_count++] = set;
}

/* amounts: long, short, totals, then a cell per scenario of the set. */
static bool
add_underlying(PmRiskForm *f, pm_text name, uint32 set_number, int64 rows,
			   const pm_cell *amounts, pm_issue *issue)
{
	pm_risk_sums sums = {
		.underlying = name, .currency = f->currency,
		.set = f->sets[set_number - 1],
		.rows = rows, .long_quantity = amounts[0], .short_quantity = amounts[1],
		.totals = amounts + 2, .pnls = amounts + LEADING_AMOUNTS
	};

	return pm_risk_add_sums(&f->array, &pm_value_allocator, &sums, issue);
}

static pm_risk_array *
form_value(PmRiskForm *f)
{
	static const pm_risk_array nothing = {
		.version = PM_RISK_ARRAY_VERSION, .first_set = PM_NO_SET
	};

	return pm_compact_risk_array(f->array ? f->array : &nothing);
}

/* ---- Text, reading ---- */

/* An amount; cells because 128-bit integers need more alignment than palloc gives. */
static bool
read_amount(PmReader *r, pm_exact least, pm_cell *cell)
{
	pm_exact	amount;

	if (!pm_read_integer(r, least, PM_EXACT_LIMIT, &amount))
		return false;
	pm_cell_set(cell, amount);
	return true;
}

static bool
read_amounts(PmReader *r, pm_cell *amounts, uint32 count)
{
	if (!pm_expect(r, "{"))
		return false;
	for (uint32 i = 0; i < count; i++)
	{
		if (i % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
		if ((i > 0 && !pm_expect(r, ",")) ||
			!read_amount(r, -PM_EXACT_LIMIT, &amounts[i]))
			return false;
	}
	return pm_expect(r, "}");
}

bool
pm_read_form_set(PmReader *r, PmRiskForm *f)
{
	pm_text		quoted;
	pm_scenario_set *set;

	if (!pm_read_quoted(r, &quoted) ||
		!pm_parse_scenario_set(quoted.bytes, &set, r->issue))
		return false;
	add_set(f, set);
	return true;
}

bool
pm_read_form_underlying(PmReader *r, PmRiskForm *f)
{
	pm_text		name;
	pm_exact	set_number,
				rows;
	uint32		scenarios;
	pm_cell    *amounts;

	if (!pm_read_quoted(r, &name) ||
		!pm_expect(r, "set") || !pm_read_integer(r, 1, f->set_count, &set_number) ||
		!pm_expect(r, "rows") || !pm_read_integer(r, 1, PG_INT64_MAX, &rows))
		return false;
	scenarios = f->sets[(uint32) set_number - 1]->scenarios;
	amounts = palloc((LEADING_AMOUNTS + scenarios) * sizeof(pm_cell));
	return pm_expect(r, "long") && read_amount(r, 0, &amounts[0]) &&
		pm_expect(r, "short") && read_amount(r, 0, &amounts[1]) &&
		pm_expect(r, "totals") && read_amounts(r, amounts + 2, PM_TOTALS) &&
		pm_expect(r, "pnl") && read_amounts(r, amounts + LEADING_AMOUNTS, scenarios) &&
		add_underlying(f, name, (uint32) set_number, (int64) rows, amounts, r->issue);
}

bool
pm_read_form_currency(PmReader *r, PmRiskForm *f)
{
	f->currency = (pm_text)
	{
		NULL, 0
	};
	return pm_next_is(r, "null") || pm_read_quoted(r, &f->currency);
}

static bool
read_array(PmReader *r, PmRiskForm *f)
{
	if (!pm_expect(r, "{"))
		return false;
	if (!pm_next_is(r, "}"))
	{
		if (!pm_expect(r, "currency") || !pm_read_form_currency(r, f))
			return false;
		do
		{
			CHECK_FOR_INTERRUPTS();
			if (!pm_expect(r, ","))
				return false;
			if (pm_next_is(r, "set"))
			{
				if (!pm_read_form_set(r, f))
					return false;
			}
			else if (!pm_expect(r, "underlying") || !pm_read_form_underlying(r, f))
				return false;
		} while (!pm_next_is(r, "}"));
		if (f->array == NULL)
			return pm_fail_syntax(r, "an underlying");
	}
	(void) pm_next_is(r, "");
	return *r->at == '\0' || pm_fail_syntax(r, "the end");
}

PG_FUNCTION_INFO_V1(risk_array_in);
Datum
risk_array_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	pm_issue	issue;
	PmReader	r = {
		"risk_array",
		"Use what the type printed; {} is the array that holds nothing.",
		text, text, &issue
	};
	PmRiskForm	f = {.type = "risk_array"};

	if (read_array(&r, &f))
		PG_RETURN_POINTER(form_value(&f));
	pm_raise_soft(&issue, fcinfo->context);
	PG_RETURN_NULL();
}

/* ---- Text, writing ---- */

static void
write_amount(StringInfo out, const pm_cell *cell)
{
	pm_exact	amount = pm_cell_get(cell);
	unsigned __int128 size = amount < 0 ? -(unsigned __int128) amount : (unsigned __int128) amount;
	char		digits[40];
	char	   *at = digits + sizeof digits - 1;

	*at = '\0';
	do
		*--at = '0' + (char) (size % 10);
	while ((size /= 10) != 0);
	appendStringInfo(out, "%s%s", amount < 0 ? "-" : "", at);
}

static void
write_amounts(StringInfo out, const pm_cell *cells, uint32 count)
{
	for (uint32 i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoChar(out, ',');
		write_amount(out, &cells[i]);
	}
}

void
pm_write_form_underlying(StringInfo out, const pm_risk_sums *sums, uint32 set_number)
{
	appendStringInfoString(out, "underlying ");
	pm_write_quoted(out, sums->underlying);
	appendStringInfo(out, " set %u rows " INT64_FORMAT " long ", set_number, sums->rows);
	write_amount(out, &sums->long_quantity);
	appendStringInfoString(out, " short ");
	write_amount(out, &sums->short_quantity);
	appendStringInfoString(out, " totals {");
	write_amounts(out, sums->totals, PM_TOTALS);
	appendStringInfoString(out, "} pnl {");
	write_amounts(out, sums->pnls, sums->set->scenarios);
	appendStringInfoChar(out, '}');
}

void
pm_write_form_set(StringInfo out, const pm_scenario_set *set)
{
	StringInfoData text;

	initStringInfo(&text);
	pm_write_scenario_set(&text, set);
	appendStringInfoString(out, "set ");
	pm_write_quoted(out, (pm_text) {text.data, text.len});
	pfree(text.data);
}

void
pm_write_form_currency(StringInfo out, pm_text currency)
{
	appendStringInfoString(out, "currency ");
	if (currency.bytes == NULL)
		appendStringInfoString(out, "null");
	else
		pm_write_quoted(out, currency);
}

/* What an array holds of its i-th underlying. */
static pm_risk_sums
sums_at(const pm_risk_array *array, uint32 i)
{
	const pm_risk_block *block = pm_risk_block_at(array, i);

	return (pm_risk_sums)
	{
		.underlying = pm_risk_name(array, block), .set = pm_risk_set_of(array, block),
		.rows = block->rows, .long_quantity = block->long_quantity,
		.short_quantity = block->short_quantity, .totals = block->totals,
		.pnls = block->cells
	};
}

/*
 * The sets of an array in the order in which its underlyings use them, and
 * per underlying the number of its set, from 1.
 */
static const pm_scenario_set **
number_sets(const pm_risk_array *array, uint32 *numbers, uint32 *count)
{
	const pm_scenario_set **sets = palloc((array->underlyings + 1) * sizeof(*sets));

	*count = 0;
	for (uint32 i = 0; i < array->underlyings; i++)
	{
		const pm_scenario_set *set = pm_risk_set_of(array, pm_risk_block_at(array, i));
		uint32		n = 0;

		/* Each distinct set is stored once, so its address is its identity. */
		while (n < *count && sets[n] != set)
			n++;
		if (n == *count)
			sets[(*count)++] = set;
		numbers[i] = n + 1;
	}
	return sets;
}

PG_FUNCTION_INFO_V1(risk_array_out);
Datum
risk_array_out(PG_FUNCTION_ARGS)
{
	const pm_risk_array *array = pm_getarg_risk_array(fcinfo, 0);
	uint32	   *numbers = palloc((array->underlyings + 1) * sizeof(uint32));
	uint32		set_count;
	const pm_scenario_set **sets = number_sets(array, numbers, &set_count);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	if (array->underlyings > 0)
		pm_write_form_currency(&out, pm_risk_currency(array));
	for (uint32 i = 0; i < set_count; i++)
	{
		appendStringInfoString(&out, ", ");
		pm_write_form_set(&out, sets[i]);
	}
	for (uint32 i = 0; i < array->underlyings; i++)
	{
		pm_risk_sums sums = sums_at(array, i);

		CHECK_FOR_INTERRUPTS();
		appendStringInfoString(&out, ", ");
		pm_write_form_underlying(&out, &sums, numbers[i]);
	}
	appendStringInfoChar(&out, '}');
	PG_RETURN_CSTRING(out.data);
}

/* ---- Binary ---- */

static void
send_amounts(StringInfo out, const pm_cell *cells, uint32 count)
{
	for (uint32 i = 0; i < count; i++)
	{
		pq_sendint64(out, (uint64) cells[i].high);
		pq_sendint64(out, cells[i].low);
	}
}

void
pm_send_form_underlying(StringInfo out, const pm_risk_sums *sums, uint32 set_number)
{
	pm_send_text(out, sums->underlying);
	pq_sendint32(out, set_number);
	pq_sendint64(out, sums->rows);
	send_amounts(out, &sums->long_quantity, 1);
	send_amounts(out, &sums->short_quantity, 1);
	send_amounts(out, sums->totals, PM_TOTALS);
	send_amounts(out, sums->pnls, sums->set->scenarios);
}

PG_FUNCTION_INFO_V1(risk_array_send);
Datum
risk_array_send(PG_FUNCTION_ARGS)
{
	const pm_risk_array *array = pm_getarg_risk_array(fcinfo, 0);
	uint32	   *numbers = palloc((array->underlyings + 1) * sizeof(uint32));
	uint32		set_count;
	const pm_scenario_set **sets = number_sets(array, numbers, &set_count);
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendint8(&out, PM_RISK_ARRAY_VERSION);
	pq_sendint8(&out, array->currency_state);
	if (array->currency_state == PM_CURRENCY_NAMED)
		pm_send_text(&out, pm_risk_currency(array));
	pq_sendint32(&out, array->scenarios);
	pq_sendint32(&out, set_count);
	for (uint32 i = 0; i < set_count; i++)
		pm_send_scenario_set(&out, sets[i]);
	pq_sendint32(&out, array->underlyings);
	for (uint32 i = 0; i < array->underlyings; i++)
	{
		pm_risk_sums sums = sums_at(array, i);

		CHECK_FOR_INTERRUPTS();
		pm_send_form_underlying(&out, &sums, numbers[i]);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

static pm_cell
receive_amount(StringInfo in, const PmRiskForm *f, pm_exact least)
{
	pm_cell		cell;
	pm_exact	amount;

	cell.high = pq_getmsgint64(in);
	cell.low = (uint64) pq_getmsgint64(in);
	amount = pm_cell_get(&cell);
	if (amount < least || !pm_exact_in_range(amount))
		pm_raise_binary(f->type, "An amount is out of range.");
	return cell;
}

void
pm_receive_form_underlying(StringInfo in, PmRiskForm *f, uint32 scenarios)
{
	pm_text		name = pm_receive_text(in, f->type);
	uint32		set_number = pq_getmsgint(in, 4);
	int64		rows = pq_getmsgint64(in);
	uint64		count = LEADING_AMOUNTS + (uint64) scenarios;
	pm_cell    *amounts;
	pm_issue	issue;

	if (set_number < 1 || set_number > f->set_count ||
		f->sets[set_number - 1]->scenarios != scenarios)
		pm_raise_binary(f->type, "An underlying has a set that does not fit.");
	if (rows < 1)
		pm_raise_binary(f->type, "An underlying has no rows.");
	if (count * sizeof(pm_cell) > (uint64) (in->len - in->cursor))
		pm_raise_binary(f->type, "It ends before its last amount.");
	amounts = palloc(count * sizeof(pm_cell));
	for (uint64 i = 0; i < count; i++)
		amounts[i] = receive_amount(in, f, i < 2 ? 0 : -PM_EXACT_LIMIT);
	if (!add_underlying(f, name, set_number, rows, amounts, &issue))
	{
		/* What the text form would call a wrong value is a wrong message here. */
		issue.code = PM_INVALID_BINARY;
		pm_raise(&issue);
	}
	pfree(amounts);
}

/* Whether there is a currency, and its name. */
pm_currency_state
pm_receive_form_currency(StringInfo in, PmRiskForm *f)
{
	uint8		state = pq_getmsgbyte(in);

	if (state > PM_CURRENCY_NAMED)
		pm_raise_binary(f->type, "It has an unknown kind of currency.");
	f->currency = (pm_text)
	{
		NULL, 0
	};
	if (state == PM_CURRENCY_NAMED)
		f->currency = pm_receive_text(in, f->type);
	return (pm_currency_state) state;
}

/* The number of scenarios, and the sets. */
uint32
pm_receive_form_sets(StringInfo in, PmRiskForm *f)
{
	uint32		scenarios = pq_getmsgint(in, 4);

	for (uint32 count = pq_getmsgint(in, 4); count > 0; count--)
		add_set(f, pm_receive_scenario_set(in));
	return scenarios;
}

PG_FUNCTION_INFO_V1(risk_array_recv);
Datum
risk_array_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	PmRiskForm	f = {.type = "risk_array"};
	pm_currency_state currency_state;
	uint32		scenarios,
				count;

	if (pq_getmsgbyte(in) != PM_RISK_ARRAY_VERSION)
		pm_raise_binary(f.type, "It is of another version.");
	currency_state = pm_receive_form_currency(in, &f);
	scenarios = pm_receive_form_sets(in, &f);
	count = pq_getmsgint(in, 4);
	if ((count == 0) != (currency_state == PM_CURRENCY_UNSET))
		pm_raise_binary(f.type, "It has a currency and no underlying, or the reverse.");
	for (; count > 0; count--)
		pm_receive_form_underlying(in, &f, scenarios);
	pq_getmsgend(in);
	PG_RETURN_POINTER(form_value(&f));
}
