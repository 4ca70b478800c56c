/*
 * book_aggregate.c - the aggregate margin_book: every account of a book at once.
 *
 * Ungrouped, with a hash of its own: a row costs the finding of its account and
 * of its contract, and an entry in one log (margin_log.h).
 */
#include "book_state.h"

#include "utils/memutils.h"

#include "core/book_margin.h"

#include "aggregate_state.h"
#include "book_type.h"
#include "error.h"
#include "line_list.h"
#include "margin_log.h"
#include "risk_table_type.h"

static pm_key
getarg_account(FunctionCallInfo fcinfo, int argno, pm_key_kind kind)
{
	pm_key		key = {0, {NULL, 0}};

	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("account must not be null"),
				 errdetail("The key of an account is null."),
				 errhint("Leave such rows out: FILTER (WHERE account IS NOT NULL).")));
	if (kind == PM_KEY_INT8)
		key.number = PG_GETARG_INT64(argno);
	else
	{
		text	   *value = PG_GETARG_TEXT_PP(argno);

		key.text = (pm_text)
		{
			VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)
		};
	}
	return key;
}

/* margin_book_trans(internal, account, contract_key, quantity, risk_table) */
static Datum
add_position(FunctionCallInfo fcinfo, pm_key_kind account_kind, pm_key_kind contract_kind)
{
	MemoryContext context = pm_aggregate_context(fcinfo);
	PmBookState *book = PG_ARGISNULL(0) ? pm_new_book(context, account_kind)
		: (PmBookState *) PG_GETARG_POINTER(0);
	pm_key		key = getarg_account(fcinfo, 1, account_kind);
	const pm_risk_table *table = pm_getarg_risk_table(fcinfo, 4);
	uint32		entry = pm_getarg_entry(fcinfo, 2, contract_kind, table);
	double		quantity = pm_getarg_quantity(fcinfo, 3);
	uint32		account,
				line,
				count;

	pm_book_use_table(book, table);
	account = pm_book_account_of(book, key);
	for (line = pm_table_first_line(table, entry, &count); count > 0; line++, count--)
		pm_book_add_line(book, account, line, quantity);
	PG_RETURN_POINTER(book);
}

PG_FUNCTION_INFO_V1(margin_book_trans_int8_int8);
Datum
margin_book_trans_int8_int8(PG_FUNCTION_ARGS)
{
	return add_position(fcinfo, PM_KEY_INT8, PM_KEY_INT8);
}

PG_FUNCTION_INFO_V1(margin_book_trans_int8_text);
Datum
margin_book_trans_int8_text(PG_FUNCTION_ARGS)
{
	return add_position(fcinfo, PM_KEY_INT8, PM_KEY_TEXT);
}

PG_FUNCTION_INFO_V1(margin_book_trans_text_int8);
Datum
margin_book_trans_text_int8(PG_FUNCTION_ARGS)
{
	return add_position(fcinfo, PM_KEY_TEXT, PM_KEY_INT8);
}

PG_FUNCTION_INFO_V1(margin_book_trans_text_text);
Datum
margin_book_trans_text_text(PG_FUNCTION_ARGS)
{
	return add_position(fcinfo, PM_KEY_TEXT, PM_KEY_TEXT);
}

/* The account that is being added up, for errors. */
typedef struct account_at
{
	pm_key_kind kind;
	const pm_key *key;
} account_at;

static void
say_account(void *arg)
{
	const account_at *at = arg;

	if (at->kind == PM_KEY_INT8)
		errcontext("account " INT64_FORMAT, at->key->number);
	else
		errcontext("account \"%.*s\"", pm_shown(at->key->text), at->key->text.bytes);
}

static void
add_account(pm_book_builder *builder, pm_key key, Datum state)
{
	const pm_risk_array *array = pm_margin_state_array(state);
	pm_book_account account = {.key = key};
	pm_issue	issue;

	if (!pm_margin_of(array, &account.margin, &issue) ||
		!pm_totals_of(array, &account.totals, &issue) ||
		!pm_book_add(builder, &account, &issue))
		pm_raise(&issue);
}

/* margin_book_final(internal) returns book_margin; strict. */
PG_FUNCTION_INFO_V1(margin_book_final);
Datum
margin_book_final(PG_FUNCTION_ARGS)
{
	PmBookState *book;
	const PmBookAccount *sorted;
	pm_allocator allocator = pm_context_allocator(CurrentMemoryContext);
	pm_book_builder builder;
	account_at	at;
	ErrorContextCallback context = {
		.previous = error_context_stack, .callback = say_account, .arg = &at
	};

	(void) pm_aggregate_context(fcinfo);
	book = (PmBookState *) PG_GETARG_POINTER(0);
	sorted = pm_book_sorted(book);
	pm_book_begin(&builder, &allocator, book->kind);
	at.kind = book->kind;
	error_context_stack = &context;
	for (uint32 i = 0; i < book->count; i++)
	{
		at.key = &sorted[i].key;
		add_account(&builder, sorted[i].key, pm_book_state(book, sorted[i].number));
	}
	error_context_stack = context.previous;
	PG_RETURN_POINTER(pm_make_book(&builder));
}
