/*
 * book_type.c - the margins of a book as a value, and its accounts as rows.
 */
#include "book_type.h"

#include "funcapi.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "error.h"
#include "line_list.h"
#include "margin_result.h"

pm_book_margin *
pm_make_book(const pm_book_builder *builder)
{
	Size		size = pm_book_bytes(builder);
	pm_book_margin *book = palloc(size);

	pm_book_fill(builder, book);
	SET_VARSIZE(book, size);
	return book;
}

static const pm_book_margin *
getarg_book(FunctionCallInfo fcinfo, int argno)
{
	const pm_book_margin *book = (const pm_book_margin *) PG_DETOAST_DATUM(PG_GETARG_DATUM(argno));

	if (!pm_book_valid(book, VARSIZE(book)))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("book_margin is corrupt"),
				 errdetail("Its %u bytes are not a book of this version.", (unsigned) VARSIZE(book)),
				 errhint("Restore the value from a backup, or make it anew.")));
	return book;
}

static Datum
put_accounts(FunctionCallInfo fcinfo, bool as_text)
{
	ReturnSetInfo *info = (ReturnSetInfo *) fcinfo->resultinfo;
	const pm_book_margin *book = getarg_book(fcinfo, 0);
	Datum		values[1 + PM_MARGIN_COLUMNS];
	bool		nulls[1 + PM_MARGIN_COLUMNS];
	char		number[MAXINT8LEN + 1];
	MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext, "book_margin row",
													  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old;

	if (!as_text && book->key_kind != PM_KEY_INT8)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the accounts of this book are texts, not numbers"),
				 errdetail("It has %u accounts.", book->accounts),
				 errhint("Use accounts(book_margin).")));
	InitMaterializedSRF(fcinfo, 0);
	old = MemoryContextSwitchTo(row_context);
	for (uint32 i = 0; i < book->accounts; i++)
	{
		pm_book_account account = pm_book_at(book, i);
		pm_text		key = account.key.text;

		CHECK_FOR_INTERRUPTS();
		memset(nulls, 0, sizeof nulls);
		if (as_text && book->key_kind == PM_KEY_INT8)
			key = (pm_text)
		{
			number, pg_lltoa(account.key.number, number)
		};
		if (as_text)
			pm_set_text(&values[0], &nulls[0], key);
		else
			values[0] = Int64GetDatum(account.key.number);
		pm_set_margin(&account.margin, &account.totals, values + 1, nulls + 1);
		tuplestore_putvalues(info->setResult, info->setDesc, values, nulls);
		MemoryContextReset(row_context);
	}
	MemoryContextSwitchTo(old);
	return (Datum) 0;
}

/* accounts(book_margin): the key as text. */
PG_FUNCTION_INFO_V1(accounts);
Datum
accounts(PG_FUNCTION_ARGS)
{
	return put_accounts(fcinfo, true);
}

/* accounts_int8(book_margin): the key as a number. */
PG_FUNCTION_INFO_V1(accounts_int8);
Datum
accounts_int8(PG_FUNCTION_ARGS)
{
	return put_accounts(fcinfo, false);
}

/* ---- Portable form: version, kind, number of accounts, and each account ----
 *
 * A text is its length, -1 for none, and its bytes: in the client's encoding, or
 * in hexadecimal, which no client converts, in UTF-8.
 */

static int
hex_encoding(void)
{
	return GetDatabaseEncoding() == PG_SQL_ASCII ? PG_SQL_ASCII : PG_UTF8;
}

static void
send_text(StringInfo out, pm_text text, int encoding)
{
	char	   *bytes;
	int			length = (int) text.length;

	if (text.bytes == NULL)
	{
		pq_sendint32(out, -1);
		return;
	}
	bytes = pg_server_to_any(text.bytes, length, encoding);
	if (bytes != text.bytes)
		length = strlen(bytes);
	pq_sendint32(out, length);
	pq_sendbytes(out, bytes, length);
	if (bytes != text.bytes)
		pfree(bytes);
}

static void
send_book(StringInfo out, const pm_book_margin *book, int encoding)
{
	pq_sendint8(out, book->version);
	pq_sendint8(out, book->key_kind);
	pq_sendint32(out, book->accounts);
	for (uint32 i = 0; i < book->accounts; i++)
	{
		pm_book_account a = pm_book_at(book, i);

		CHECK_FOR_INTERRUPTS();
		if (book->key_kind == PM_KEY_INT8)
			pq_sendint64(out, a.key.number);
		else
			send_text(out, a.key.text, encoding);
		pq_sendfloat8(out, a.margin.requirement);
		pq_sendfloat8(out, a.margin.scan_loss);
		pq_sendfloat8(out, a.margin.minimum_charge);
		pq_sendint32(out, a.margin.worst_scenario);
		send_text(out, a.margin.worst_underlying, encoding);
		pq_sendfloat8(out, a.margin.worst_price_shock);
		pq_sendfloat8(out, a.margin.worst_vol_shock);
		for (int t = 0; t < PM_TOTALS; t++)
			pq_sendfloat8(out, a.totals.totals[t]);
		pq_sendint64(out, a.totals.rows);
		send_text(out, a.totals.currency, encoding);
	}
}

static pm_text
receive_text(StringInfo in, int encoding)
{
	pm_text		text = {NULL, 0};
	int			length = pq_getmsgint(in, 4);
	const char *bytes;

	if (length == -1)
		return text;
	bytes = pq_getmsgbytes(in, length);
	text.bytes = pg_any_to_server(bytes, length, encoding);
	text.length = text.bytes == bytes ? (size_t) length : strlen(text.bytes);
	return text;
}

static pm_book_account
receive_account(StringInfo in, pm_key_kind kind, int encoding)
{
	pm_book_account a = {.key = {0}};

	if (kind == PM_KEY_INT8)
		a.key.number = pq_getmsgint64(in);
	else
		a.key.text = receive_text(in, encoding);
	a.margin.requirement = pq_getmsgfloat8(in);
	a.margin.scan_loss = pq_getmsgfloat8(in);
	a.margin.minimum_charge = pq_getmsgfloat8(in);
	a.margin.worst_scenario = pq_getmsgint(in, 4);
	a.margin.worst_underlying = receive_text(in, encoding);
	a.margin.worst_price_shock = pq_getmsgfloat8(in);
	a.margin.worst_vol_shock = pq_getmsgfloat8(in);
	for (int t = 0; t < PM_TOTALS; t++)
		a.totals.totals[t] = pq_getmsgfloat8(in);
	a.totals.rows = pq_getmsgint64(in);
	a.totals.currency = receive_text(in, encoding);
	return a;
}

static Datum
receive_book(StringInfo in, int encoding)
{
	pm_allocator allocator = pm_context_allocator(CurrentMemoryContext);
	int			version = pq_getmsgbyte(in);
	int			kind = pq_getmsgbyte(in);
	uint32		accounts = pq_getmsgint(in, 4);
	pm_book_builder builder;
	pm_book_margin *book;
	pm_issue	issue;

	if (version != PM_BOOK_MARGIN_VERSION || kind > PM_KEY_TEXT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid book_margin"),
				 errdetail("Version %d with keys of kind %d is not known.", version, kind),
				 errhint("Give the value as it was written.")));
	pm_book_begin(&builder, &allocator, (pm_key_kind) kind);
	for (uint32 i = 0; i < accounts; i++)
	{
		pm_book_account account = receive_account(in, builder.kind, encoding);

		CHECK_FOR_INTERRUPTS();
		if (!pm_book_add(&builder, &account, &issue))
			pm_raise(&issue);
	}
	pq_getmsgend(in);
	book = pm_make_book(&builder);
	if (!pm_book_valid(book, VARSIZE(book)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid book_margin"),
				 errdetail("Its accounts do not ascend, or one has a number or a text that cannot be."),
				 errhint("Give the value as it was written.")));
	return PointerGetDatum(book);
}

/* book_margin_send(book_margin) returns bytea */
PG_FUNCTION_INFO_V1(book_margin_send);
Datum
book_margin_send(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	pq_begintypsend(&out);
	send_book(&out, getarg_book(fcinfo, 0), pg_get_client_encoding());
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

/* book_margin_recv(internal) returns book_margin */
PG_FUNCTION_INFO_V1(book_margin_recv);
Datum
book_margin_recv(PG_FUNCTION_ARGS)
{
	return receive_book((StringInfo) PG_GETARG_POINTER(0), pg_get_client_encoding());
}

/* book_margin_out(book_margin) returns cstring: the portable form, as bytea's hex. */
PG_FUNCTION_INFO_V1(book_margin_out);
Datum
book_margin_out(PG_FUNCTION_ARGS)
{
	StringInfoData out;
	char	   *text;

	initStringInfo(&out);
	send_book(&out, getarg_book(fcinfo, 0), hex_encoding());
	if (out.len > (int) MaxAllocSize / 2 - 8)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("book_margin is too large for its text form"),
				 errdetail("It takes %d bytes.", out.len),
				 errhint("Store the rows of accounts(book_margin), or use the binary format.")));
	text = palloc(2 * out.len + 3);
	strcpy(text, "\\x");
	hex_encode(out.data, out.len, text + 2);
	text[2 * out.len + 2] = '\0';
	PG_RETURN_CSTRING(text);
}

/* book_margin_in(cstring) returns book_margin */
PG_FUNCTION_INFO_V1(book_margin_in);
Datum
book_margin_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	Size		length = strlen(text);
	StringInfoData in;

	if (length < 2 || text[0] != '\\' || text[1] != 'x')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type book_margin"),
				 errdetail("It must begin with \\x."),
				 errhint("Make the value with margin_book(...), or give it as it was written.")));
	initStringInfo(&in);
	enlargeStringInfo(&in, length / 2);
	in.len = hex_decode(text + 2, length - 2, in.data);
	return receive_book(&in, hex_encoding());
}
