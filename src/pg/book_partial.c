/*
 * book_partial.c - partial results of margin_book, between processes of one
 * server.
 *
 * They carry the table, so that they can be combined without the arguments.
 * Layout, everything aligned to 8: book_image, the table, the accounts' keys
 * (numbers; or lengths, then bytes), the log's rows, and the sums that have left
 * the log, each an image_array and a risk array.
 */
#include "book_state.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "core/risk_algebra.h"

#include "aggregate_state.h"
#include "error.h"
#include "line_list.h"
#include "margin_log.h"
#include "risk_array_type.h"

typedef struct book_image
{
	uint64		table;			/* bytes */
	uint64		keys;			/* bytes */
	uint64		rows;			/* number */
	uint64		arrays;			/* bytes */
	uint32		kind;
	uint32		accounts;
} book_image;

typedef struct image_row
{
	double		quantity;
	uint32		account;
	uint32		line;
} image_row;

typedef struct image_array
{
	uint32		account;
	uint32		size;			/* of the array that follows */
} image_array;

/* A partial book is a value of the server's. */
static void
put(StringInfo out, const void *bytes, Size size)
{
	CHECK_FOR_INTERRUPTS();
	if (size >= MaxAllocSize - VARHDRSZ - out->len)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a parallel worker's part of a book would be too large"),
				 errdetail("It would exceed %d bytes.", (int) MaxAllocSize),
				 errhint("Margin the book in one process: SET max_parallel_workers_per_gather = 0.")));
	appendBinaryStringInfo(out, bytes, (int) size);
}

static void
pad(StringInfo out)
{
	static const char zeros[8];

	put(out, zeros, (8 - out->len % 8) % 8);
}

static void
put_row(void *out, uint32 group, uint32 line, double quantity)
{
	image_row	row = {quantity, group, line};

	put(out, &row, sizeof row);
}

static void
put_keys(StringInfo out, const PmBookState *book)
{
	for (uint32 i = 0; i < book->count; i++)
		put(out, book->kind == PM_KEY_INT8 ? (const void *) &book->accounts[i].number
			: &book->accounts[i].text.length, 8);
	for (uint32 i = 0; book->kind == PM_KEY_TEXT && i < book->count; i++)
		put(out, book->accounts[i].text.bytes, book->accounts[i].text.length);
	pad(out);
}

static void
put_arrays(StringInfo out, const PmBookState *book)
{
	for (uint32 i = 0; i < book->count; i++)
	{
		const pm_risk_array *array = *pm_margin_state_own(pm_book_state(book, i));
		pm_risk_array *compact;
		image_array head = {.account = i};

		if (array == NULL)
			continue;
		compact = pm_compact_risk_array(array);
		head.size = VARSIZE(compact);
		put(out, &head, sizeof head);
		put(out, compact, VARSIZE(compact));
		pad(out);
		pfree(compact);
	}
}

/* The image of a book, and its bytes. */
static const char *
image_of(const PmBookState *book, int *size)
{
	StringInfoData out;
	book_image	head = {0};
	int			start;

	initStringInfo(&out);
	head.kind = book->kind;
	head.accounts = book->count;
	head.table = VARSIZE(book->table);
	put(&out, &head, sizeof head);
	put(&out, book->table, VARSIZE(book->table));
	pad(&out);
	start = out.len;
	put_keys(&out, book);
	head.keys = out.len - start;
	start = out.len;
	pm_margin_rows(&book->call, put_row, &out);
	head.rows = (out.len - start) / sizeof(image_row);
	start = out.len;
	put_arrays(&out, book);
	head.arrays = out.len - start;
	memcpy(out.data, &head, sizeof head);
	*size = out.len;
	return out.data;
}

/* margin_book_serialize(internal) returns bytea */
PG_FUNCTION_INFO_V1(margin_book_serialize);
Datum
margin_book_serialize(PG_FUNCTION_ARGS)
{
	const char *image;
	int			size;

	(void) pm_aggregate_context(fcinfo);
	image = image_of((PmBookState *) PG_GETARG_POINTER(0), &size);
	PG_RETURN_BYTEA_P(pm_image_to_bytea(image, size));
}

/* Adds the accounts of an image to a book; they get these numbers in it. */
static uint32 *
add_accounts(PmBookState *book, const book_image *head, const char *keys)
{
	uint32	   *numbers = palloc((head->accounts + 1) * sizeof *numbers);
	const char *bytes = keys + 8 * (Size) head->accounts;

	for (uint32 i = 0; i < head->accounts; i++)
	{
		pm_key		key = {0, {NULL, 0}};

		if (book->kind == PM_KEY_INT8)
			memcpy(&key.number, keys + 8 * (Size) i, sizeof key.number);
		else
		{
			memcpy(&key.text.length, keys + 8 * (Size) i, sizeof key.text.length);
			key.text.bytes = bytes;
			bytes += key.text.length;
		}
		numbers[i] = pm_book_account_of(book, key);
	}
	return numbers;
}

/* Adds what an image holds; the server has kept it as it was written. */
static void
add_image(PmBookState *book, const char *image)
{
	const book_image *head = (const book_image *) image;
	const char *table = image + sizeof *head;
	const char *keys = table + MAXALIGN(head->table);
	const image_row *rows = (const image_row *) (keys + head->keys);
	const char *array = (const char *) (rows + head->rows);
	const char *end = array + head->arrays;
	pm_allocator allocator = pm_context_allocator(book->call.context);
	uint32	   *numbers;
	pm_issue	issue;

	pm_book_use_table(book, (const pm_risk_table *) table);
	numbers = add_accounts(book, head, keys);
	for (uint64 i = 0; i < head->rows; i++)
	{
		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
		pm_book_add_line(book, numbers[rows[i].account], rows[i].line, rows[i].quantity);
	}
	while (array < end)
	{
		const image_array *at = (const image_array *) array;
		Datum		state = pm_book_state(book, numbers[at->account]);

		CHECK_FOR_INTERRUPTS();
		if (!pm_risk_add(pm_margin_state_own(state), &allocator,
						 (const pm_risk_array *) (at + 1), 1, &issue))
			pm_raise(&issue);
		array += sizeof *at + MAXALIGN(at->size);
	}
	pfree(numbers);
}

/* margin_book_deserialize(bytea, internal) returns internal */
PG_FUNCTION_INFO_V1(margin_book_deserialize);
Datum
margin_book_deserialize(PG_FUNCTION_ARGS)
{
	PmBookState *book = palloc0(sizeof *book);
	Size		size;

	/* Only to be combined: it stays an image. */
	(void) pm_aggregate_context(fcinfo);
	book->image = pm_getarg_image(fcinfo, 0, sizeof(book_image), &size);
	book->kind = (pm_key_kind) ((const book_image *) book->image)->kind;
	PG_RETURN_POINTER(book);
}

/* margin_book_combine(internal, internal): leaves the second as it is. */
PG_FUNCTION_INFO_V1(margin_book_combine);
Datum
margin_book_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = pm_aggregate_context(fcinfo);
	PmBookState *other;
	PmBookState *book;
	int			size;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	other = (PmBookState *) PG_GETARG_POINTER(1);
	book = PG_ARGISNULL(0) ? pm_new_book(context, other->kind)
		: (PmBookState *) PG_GETARG_POINTER(0);
	add_image(book, other->image ? other->image : image_of(other, &size));
	PG_RETURN_POINTER(book);
}
