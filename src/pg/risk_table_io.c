/*
 * risk_table_io.c - text and binary forms of risk_table.
 *
 * Both are exact and complete, whatever the session's settings.  The text:
 *
 *   {set "scenario_grid(...)", contract 17 currency "USD"
 *    underlying "ACME" set 1 rows 1 long 1152921504606846976 short 0
 *      totals {...} pnl {...}, contract 18 ...}
 *
 * with keys in order, text keys in double quotes, and the rest as in risk_array;
 * a contract without risk has its key only.  The binary form has the same in the
 * same order: version (int1), kind of the keys (int1: 0 int8, 1 text), scenarios
 * (int4), sets (int4 and each), contracts (int4), and per contract its key
 * (int8, or length and text), currency as in risk_array, underlyings (int4 and
 * each as in risk_array).
 */
#include "risk_table_type.h"

#include "libpq/pqformat.h"
#include "miscadmin.h"

#include "error.h"
#include "line_list.h"
#include "risk_array_io.h"
#include "scenario_set_io.h"
#include "wire.h"

static const pm_risk_array nothing = {
	.version = PM_RISK_ARRAY_VERSION, .first_set = PM_NO_SET
};

/* Adds what was read of a contract, and makes way for the next one. */
static bool
add_contract(pm_table_builder *builder, pm_key key, PmRiskForm *f, pm_issue *issue)
{
	if (!pm_table_add(builder, key, f->array ? f->array : &nothing, issue))
		return false;
	if (f->array != NULL)
		pm_risk_clear(f->array);
	return true;
}

/* ---- Text ---- */

/* The first key tells the kind of all. */
static bool
read_key(PmReader *r, pm_table_builder *builder, pm_key *key)
{
	pm_exact	number;

	if (builder->draft_count == 0 && pm_next_is(r, "\""))
	{
		builder->kind = PM_KEY_TEXT;
		r->at--;
	}
	if (builder->kind == PM_KEY_TEXT)
		return pm_read_quoted(r, &key->text);
	if (!pm_read_integer(r, PG_INT64_MIN, PG_INT64_MAX, &number))
		return false;
	key->number = (int64) number;
	return true;
}

static bool
read_contract(PmReader *r, PmRiskForm *f, pm_table_builder *builder)
{
	pm_key		key = {0, {NULL, 0}};

	if (!read_key(r, builder, &key))
		return false;
	if (pm_next_is(r, "currency"))
	{
		if (!pm_read_form_currency(r, f) || !pm_expect(r, "underlying"))
			return false;
		do
		{
			if (!pm_read_form_underlying(r, f))
				return false;
		} while (pm_next_is(r, "underlying"));
	}
	return add_contract(builder, key, f, r->issue);
}

static bool
read_table(PmReader *r, PmRiskForm *f, pm_table_builder *builder)
{
	if (!pm_expect(r, "{"))
		return false;
	do
	{
		CHECK_FOR_INTERRUPTS();
		if (pm_next_is(r, "set"))
		{
			if (!pm_read_form_set(r, f))
				return false;
		}
		else if (!pm_expect(r, "contract") || !read_contract(r, f, builder))
			return false;
	} while (pm_next_is(r, ","));
	if (!pm_expect(r, "}"))
		return false;
	if (builder->draft_count == 0)
		return pm_fail_syntax(r, "a contract");
	(void) pm_next_is(r, "");
	return *r->at == '\0' || pm_fail_syntax(r, "the end");
}

PG_FUNCTION_INFO_V1(risk_table_in);
Datum
risk_table_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	pm_allocator allocator = pm_context_allocator(CurrentMemoryContext);
	pm_table_builder builder;
	pm_risk_table *table;
	pm_issue	issue;
	PmReader	r = {
		"risk_table", "Use what the type printed.", text, text, &issue
	};
	PmRiskForm	f = {.type = "risk_table"};

	pm_table_begin(&builder, &allocator, PM_KEY_INT8);
	if (read_table(&r, &f, &builder) && pm_make_risk_table(&builder, &table, &issue))
		PG_RETURN_POINTER(table);
	pm_raise_soft(&issue, fcinfo->context);
	PG_RETURN_NULL();
}

/* What a line holds of its underlying. */
static pm_risk_sums
sums_of_line(const pm_risk_table *table, const pm_line *line)
{
	return (pm_risk_sums)
	{
		.underlying = pm_table_underlying_name(table, line->underlying),
		.currency = pm_table_currency(table, line->currency),
		.set = pm_table_set(table, pm_table_set_number(table, line->underlying)),
		.rows = line->rows, .long_quantity = line->long_quantity,
		.short_quantity = line->short_quantity,
		.totals = line->amounts, .pnls = line->amounts + PM_TOTALS
	};
}

PG_FUNCTION_INFO_V1(risk_table_out);
Datum
risk_table_out(PG_FUNCTION_ARGS)
{
	const pm_risk_table *table = PG_GETARG_RISK_TABLE(0);
	const char *separator = "";
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	for (uint32 i = 0; i < table->sets; i++, separator = ", ")
	{
		appendStringInfoString(&out, separator);
		pm_write_form_set(&out, pm_table_set(table, i));
	}
	for (uint32 i = 0; i < table->entries; i++, separator = ", ")
	{
		pm_key		key = pm_table_key(table, i);
		uint32		count;
		const pm_line *line = pm_table_lines(table, i, &count);

		CHECK_FOR_INTERRUPTS();
		appendStringInfo(&out, "%scontract ", separator);
		if (table->key_kind == PM_KEY_TEXT)
			pm_write_quoted(&out, key.text);
		else
			appendStringInfo(&out, INT64_FORMAT, key.number);
		if (count > 0)
		{
			appendStringInfoChar(&out, ' ');
			pm_write_form_currency(&out, pm_table_currency(table, line->currency));
		}
		for (; count > 0; count--, line = pm_table_next_line(table, line))
		{
			pm_risk_sums sums = sums_of_line(table, line);

			appendStringInfoChar(&out, ' ');
			pm_write_form_underlying(&out, &sums, pm_table_set_number(table, line->underlying) + 1);
		}
	}
	appendStringInfoChar(&out, '}');
	PG_RETURN_CSTRING(out.data);
}

/* ---- Binary ---- */

static void
send_currency(StringInfo out, pm_text currency)
{
	pq_sendint8(out, currency.bytes == NULL ? PM_CURRENCY_NULL : PM_CURRENCY_NAMED);
	if (currency.bytes != NULL)
		pm_send_text(out, currency);
}

PG_FUNCTION_INFO_V1(risk_table_send);
Datum
risk_table_send(PG_FUNCTION_ARGS)
{
	const pm_risk_table *table = PG_GETARG_RISK_TABLE(0);
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendint8(&out, PM_RISK_TABLE_VERSION);
	pq_sendint8(&out, table->key_kind);
	pq_sendint32(&out, table->scenarios);
	pq_sendint32(&out, table->sets);
	for (uint32 i = 0; i < table->sets; i++)
		pm_send_scenario_set(&out, pm_table_set(table, i));
	pq_sendint32(&out, table->entries);
	for (uint32 i = 0; i < table->entries; i++)
	{
		pm_key		key = pm_table_key(table, i);
		uint32		count;
		const pm_line *line = pm_table_lines(table, i, &count);

		CHECK_FOR_INTERRUPTS();
		if (table->key_kind == PM_KEY_TEXT)
			pm_send_text(&out, key.text);
		else
			pq_sendint64(&out, key.number);
		if (count == 0)
			pq_sendint8(&out, PM_CURRENCY_UNSET);
		else
			send_currency(&out, pm_table_currency(table, line->currency));
		pq_sendint32(&out, count);
		for (; count > 0; count--, line = pm_table_next_line(table, line))
		{
			pm_risk_sums sums = sums_of_line(table, line);

			pm_send_form_underlying(&out, &sums, pm_table_set_number(table, line->underlying) + 1);
		}
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

static void
receive_contract(StringInfo in, PmRiskForm *f, pm_table_builder *builder, uint32 scenarios)
{
	pm_key		key = {0, {NULL, 0}};
	pm_currency_state state;
	uint32		count;
	pm_issue	issue;

	if (builder->kind == PM_KEY_TEXT)
		key.text = pm_receive_text(in, f->type);
	else
		key.number = pq_getmsgint64(in);
	state = pm_receive_form_currency(in, f);
	count = pq_getmsgint(in, 4);
	if ((count == 0) != (state == PM_CURRENCY_UNSET))
		pm_raise_binary(f->type, "A contract has a currency and no underlying, or the reverse.");
	for (; count > 0; count--)
		pm_receive_form_underlying(in, f, scenarios);
	if (!add_contract(builder, key, f, &issue))
		pm_raise(&issue);
}

PG_FUNCTION_INFO_V1(risk_table_recv);
Datum
risk_table_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	pm_allocator allocator = pm_context_allocator(CurrentMemoryContext);
	PmRiskForm	f = {.type = "risk_table"};
	pm_table_builder builder;
	pm_risk_table *table;
	uint8		kind;
	uint32		scenarios,
				count;
	pm_issue	issue;

	if (pq_getmsgbyte(in) != PM_RISK_TABLE_VERSION)
		pm_raise_binary(f.type, "It is of another version.");
	kind = pq_getmsgbyte(in);
	if (kind > PM_KEY_TEXT)
		pm_raise_binary(f.type, "It has an unknown kind of keys.");
	pm_table_begin(&builder, &allocator, (pm_key_kind) kind);
	scenarios = pm_receive_form_sets(in, &f);
	count = pq_getmsgint(in, 4);
	if (count == 0)
		pm_raise_binary(f.type, "It has no contract.");
	for (; count > 0; count--)
		receive_contract(in, &f, &builder, scenarios);
	pq_getmsgend(in);
	if (!pm_make_risk_table(&builder, &table, &issue))
	{
		issue.code = PM_INVALID_BINARY;
		pm_raise(&issue);
	}
	PG_RETURN_POINTER(table);
}
