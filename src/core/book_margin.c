/*
 * book_margin.c - making and reading the margins of a book.
 */
#include "book_margin.h"

#include <math.h>
#include <string.h>

#include "risk_layout.h"

static pm_book_row *
rows_of(const pm_book_margin *book)
{
	return (pm_book_row *) (book + 1);
}

static const char *
heap_at(const pm_book_margin *book)
{
	return (const char *) (rows_of(book) + book->accounts);
}

static pm_text
text_at(const pm_book_margin *book, pm_table_span span)
{
	return (pm_text)
	{
		span.offset == PM_NO_TEXT ? NULL : heap_at(book) + span.offset, span.length
	};
}

static pm_key
key_at(const pm_book_margin *book, uint32_t i)
{
	const pm_book_row *row = &rows_of(book)[i];

	if (book->key_kind == PM_KEY_INT8)
		return (pm_key)
	{
		.number = row->key.number
	};
	return (pm_key)
	{
		.text = text_at(book, row->key.text)
	};
}

pm_book_account
pm_book_at(const pm_book_margin *book, uint32_t i)
{
	const pm_book_row *row = &rows_of(book)[i];
	pm_book_account account = {
		.key = key_at(book, i),
		.margin = {
			.requirement = row->requirement, .scan_loss = row->scan_loss,
			.minimum_charge = row->minimum_charge, .worst_scenario = row->worst_scenario,
			.worst_underlying = text_at(book, row->worst_underlying),
			.worst_price_shock = row->worst_price_shock,
			.worst_vol_shock = row->worst_vol_shock
		},
		.totals = {
			.rows = row->positions, .currency = text_at(book, row->currency)
		}
	};

	memcpy(account.totals.totals, row->totals, sizeof row->totals);
	return account;
}

static size_t
book_size(uint32_t accounts, size_t heap)
{
	return sizeof(pm_book_margin) + accounts * sizeof(pm_book_row) + align8(heap);
}

size_t
pm_book_size(const pm_book_margin *book)
{
	return book_size(book->accounts, book->heap_size);
}

static bool
span_fits(const pm_book_margin *book, pm_table_span span, bool may_lack)
{
	if (span.offset == PM_NO_TEXT)
		return may_lack && span.length == 0;
	return span.offset <= book->heap_size && span.length <= book->heap_size - span.offset;
}

static bool
row_valid(const pm_book_margin *book, const pm_book_row *row)
{
	for (int t = 0; t < PM_TOTALS; t++)
		if (!isfinite(row->totals[t]))
			return false;
	return isfinite(row->requirement) && isfinite(row->scan_loss) &&
		isfinite(row->minimum_charge) && isfinite(row->worst_price_shock) &&
		isfinite(row->worst_vol_shock) && row->positions >= 0 && row->reserved == 0 &&
		(book->key_kind == PM_KEY_INT8 || span_fits(book, row->key.text, false)) &&
		span_fits(book, row->worst_underlying, true) && span_fits(book, row->currency, true) &&
		(row->worst_scenario > 0) == (row->worst_underlying.offset != PM_NO_TEXT) &&
		row->worst_scenario <= PM_MAX_SCENARIOS;
}

bool
pm_book_valid(const pm_book_margin *book, size_t bytes)
{
	if (bytes < sizeof *book || book->version != PM_BOOK_MARGIN_VERSION ||
		book->key_kind > PM_KEY_TEXT || book->reserved != 0 ||
		book->accounts > bytes / sizeof(pm_book_row) || pm_book_size(book) != bytes)
		return false;
	for (uint32_t i = 0; i < book->accounts; i++)
	{
		if (!row_valid(book, &rows_of(book)[i]))
			return false;
		if (i > 0)
		{
			pm_key		before = key_at(book, i - 1);
			pm_key		key = key_at(book, i);

			if (pm_key_compare((pm_key_kind) book->key_kind, &before, &key) >= 0)
				return false;
		}
	}
	return true;
}

void
pm_book_begin(pm_book_builder *b, const pm_allocator *allocator, pm_key_kind kind)
{
	memset(b, 0, sizeof *b);
	b->allocator = *allocator;
	b->kind = kind;
}

static bool
fail_size(const pm_book_builder *b, pm_issue *issue)
{
	return pm_fail(issue, PM_LIMIT, "a book_margin would be too large",
				   "Margin the book in parts: by a range of accounts, or with portfolio_margin and GROUP BY.",
				   "It has %u accounts and would exceed %u bytes.", b->accounts, PM_RISK_TABLE_LIMIT);
}

/* Gives *memory, which is NULL at first, room for `need` of its elements, half as
 * much again at a time. */
static bool
grow(pm_book_builder *b, void *memory, size_t *room, size_t need, size_t element, pm_issue *issue)
{
	void	  **at = memory;
	size_t		more = need + need / 2 + 64;
	void	   *grown;

	if (*at != NULL && need <= *room)
		return true;
	grown = b->allocator.resize(b->allocator.context, *at, more * element);
	if (grown == NULL)
		return pm_fail(issue, PM_NO_MEMORY, "out of memory", "Margin the book in parts.",
					   "The margins of %u accounts need %zu bytes.", b->accounts, more * element);
	*at = grown;
	*room = more;
	return true;
}

static pm_table_span
put_text(pm_book_builder *b, pm_text text)
{
	pm_table_span span = {PM_NO_TEXT, 0};

	if (text.bytes == NULL)
		return span;
	span.offset = (uint32_t) b->heap_used;
	span.length = (uint32_t) text.length;
	memcpy(b->heap + b->heap_used, text.bytes, text.length);
	b->heap_used += text.length;
	return span;
}

bool
pm_book_add(pm_book_builder *b, const pm_book_account *account, pm_issue *issue)
{
	const pm_margin *margin = &account->margin;
	size_t		room = b->room;
	size_t		texts = (b->kind == PM_KEY_TEXT ? account->key.text.length : 0) +
		margin->worst_underlying.length + account->totals.currency.length;
	pm_book_row *row;

	if (book_size(b->accounts + 1, b->heap_used + texts) > PM_RISK_TABLE_LIMIT)
		return fail_size(b, issue);
	if (!grow(b, &b->rows, &room, b->accounts + 1, sizeof *b->rows, issue))
		return false;
	b->room = (uint32_t) room;
	if (!grow(b, &b->heap, &b->heap_room, b->heap_used + texts, 1, issue))
		return false;
	row = &b->rows[b->accounts++];
	*row = (pm_book_row)
	{
		.requirement = margin->requirement, .scan_loss = margin->scan_loss,
			.minimum_charge = margin->minimum_charge,
			.worst_price_shock = margin->worst_price_shock,
			.worst_vol_shock = margin->worst_vol_shock,
			.positions = account->totals.rows, .worst_scenario = margin->worst_scenario
	};
	memcpy(row->totals, account->totals.totals, sizeof row->totals);
	if (b->kind == PM_KEY_TEXT)
		row->key.text = put_text(b, account->key.text);
	else
		row->key.number = account->key.number;
	row->worst_underlying = put_text(b, margin->worst_underlying);
	row->currency = put_text(b, account->totals.currency);
	return true;
}

size_t
pm_book_bytes(const pm_book_builder *b)
{
	return book_size(b->accounts, b->heap_used);
}

void
pm_book_fill(const pm_book_builder *b, pm_book_margin *book)
{
	memset(book, 0, sizeof *book);
	book->version = PM_BOOK_MARGIN_VERSION;
	book->key_kind = (uint8_t) b->kind;
	book->accounts = b->accounts;
	book->heap_size = (uint32_t) b->heap_used;
	if (b->accounts == 0)
		return;
	memcpy(rows_of(book), b->rows, b->accounts * sizeof *b->rows);
	memset((char *) heap_at(book), 0, align8(b->heap_used));
	memcpy((char *) heap_at(book), b->heap, b->heap_used);
}
