/*
 * book_state.c - accounts by key, and their rows.
 */
#include "book_state.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "core/elementary.h"

#include "margin_log.h"

/* Numbers of accounts below this are places in an array. */
#define MOST_DENSE	(1 << 22)

/* Accounts by number or by text. */
typedef struct number_entry
{
	int64		key;
	uint32		account;
	char		status;
} number_entry;

#define SH_PREFIX		numbers
#define SH_ELEMENT_TYPE	number_entry
#define SH_KEY_TYPE		int64
#define SH_KEY			key
#define SH_HASH_KEY(tb, k)	((uint32) pm_hash_word(0, (uint64) (k)))
#define SH_EQUAL(tb, a, b)	((a) == (b))
#define SH_SCOPE		static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

typedef struct text_entry
{
	pm_text		key;
	uint32		hash;
	uint32		account;
	char		status;
} text_entry;

#define SH_PREFIX		texts
#define SH_ELEMENT_TYPE	text_entry
#define SH_KEY_TYPE		pm_text
#define SH_KEY			key
#define SH_HASH_KEY(tb, k)	hash_bytes((const unsigned char *) (k).bytes, (k).length)
#define SH_EQUAL(tb, a, b)	((a).length == (b).length && memcmp((a).bytes, (b).bytes, (a).length) == 0)
#define SH_SCOPE		static inline
#define SH_STORE_HASH
#define SH_GET_HASH(tb, e)	(e)->hash
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

PmBookState *
pm_new_book(MemoryContext context, pm_key_kind kind)
{
	PmBookState *book = MemoryContextAllocZero(context, sizeof *book);

	book->call.context = context;
	book->kind = kind;
	if (kind == PM_KEY_INT8)
		book->numbers = numbers_create(context, 1024, NULL);
	else
		book->texts = texts_create(context, 1024, NULL);
	return book;
}

void
pm_book_use_table(PmBookState *book, const pm_risk_table *table)
{
	Size		size = VARSIZE(table);

	/* An address may be used again. */
	if (table == book->source && table->fingerprint == book->table->fingerprint)
		return;
	if (book->table == NULL)
		book->table = memcpy(MemoryContextAllocHuge(book->call.context, size), table, size);
	else if ((size != VARSIZE(book->table) || memcmp(table, book->table, size) != 0) &&
			 pm_table_compare(table, book->table) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a book has one risk_table"),
				 errdetail("Two different tables came: one has %u contracts, another %u.",
						   book->table->entries, table->entries),
				 errhint("Make a book for each table, or use portfolio_margin with GROUP BY.")));
	book->source = table;
}

static uint32
new_account(PmBookState *book, pm_key key)
{
	MemoryContext context = book->call.context;
	Datum		state;

	if (book->count == book->room)
	{
		uint32		room = Max(2 * book->room, 1024);
		Size		size = room * sizeof *book->accounts;

		book->accounts = book->accounts ? repalloc_huge(book->accounts, size)
			: MemoryContextAllocHuge(context, size);
		book->room = room;
	}
	state = pm_new_margin_state(&book->call, context);
	if (book->count == 0)
		book->first = state;
	book->accounts[book->count] = key;
	return book->count++;
}

Datum
pm_book_state(const PmBookState *book, uint32 account)
{
	return pm_margin_state_after(book->first, account);
}

/*
 * Where the account of a small number is kept; NULL for other numbers.  Most
 * are small, and a place among numbers is found without a look at the key.
 */
static uint32 *
dense_place(PmBookState *book, int64 key)
{
	if (key < 0 || key >= MOST_DENSE)
		return NULL;
	if ((uint64) key >= book->dense_room)
	{
		uint64		room = Max(2 * (uint64) key + 1, 1024);
		Size		size = room * sizeof(uint32);

		book->dense = book->dense ? repalloc_huge(book->dense, size)
			: MemoryContextAllocHuge(book->call.context, size);
		memset(book->dense + book->dense_room, 0,
			   (room - book->dense_room) * sizeof(uint32));
		book->dense_room = room;
	}
	return &book->dense[key];
}

uint32
pm_book_account_of(PmBookState *book, pm_key key)
{
	bool		found;

	if (book->kind == PM_KEY_INT8)
	{
		uint32	   *dense = dense_place(book, key.number);
		number_entry *entry;

		if (dense != NULL)
			return (*dense ? *dense : (*dense = new_account(book, key) + 1)) - 1;
		entry = numbers_insert(book->numbers, key.number, &found);
		return found ? entry->account : (entry->account = new_account(book, key));
	}
	else
	{
		text_entry *entry = texts_lookup(book->texts, key.text);

		if (entry != NULL)
			return entry->account;
		key.text.bytes = memcpy(MemoryContextAlloc(book->call.context, key.text.length + 1),
								key.text.bytes, key.text.length);
		entry = texts_insert(book->texts, key.text, &found);
		return entry->account = new_account(book, key);
	}
}

void
pm_book_add_line(PmBookState *book, uint32 account, uint32 line, double quantity)
{
	pm_margin_state_add_from(&book->call, pm_book_state(book, account),
							 book->call.context, book->table, line, quantity);
}

static int
compare_accounts(const void *a, const void *b, void *kind)
{
	return pm_key_compare(*(const pm_key_kind *) kind, &((const PmBookAccount *) a)->key,
						  &((const PmBookAccount *) b)->key);
}

const PmBookAccount *
pm_book_sorted(const PmBookState *book)
{
	PmBookAccount *sorted = MemoryContextAllocHuge(CurrentMemoryContext,
												   book->count * sizeof *sorted);
	pm_key_kind kind = book->kind;
	uint32		count = 0;

	/* Small numbers come sorted; to sort what is sorted costs a look. */
	for (uint64 key = 0; key < book->dense_room; key++)
		if (book->dense[key] != 0)
			sorted[count++] = (PmBookAccount)
		{
			{.number = (int64) key}, book->dense[key] - 1
		};
	for (uint32 i = 0; i < book->count && count < book->count; i++)
		if (kind == PM_KEY_TEXT || book->accounts[i].number < 0 ||
			book->accounts[i].number >= MOST_DENSE)
			sorted[count++] = (PmBookAccount)
		{
			book->accounts[i], i
		};
	qsort_arg(sorted, count, sizeof *sorted, compare_accounts, &kind);
	return sorted;
}
