/*
 * book_margin.h - the margins of all accounts of a book: SQL's book_margin.
 *
 * One flat image, native byte order, aligned to 8; the header's first word
 * belongs to the server:
 *
 *   header   pm_book_margin
 *   rows     accounts x pm_book_row, by key: numbers by value, texts by bytes
 *   heap     heap_size bytes: texts
 */
#ifndef PM_BOOK_MARGIN_H
#define PM_BOOK_MARGIN_H

#include "margin.h"
#include "risk_table.h"

#define PM_BOOK_MARGIN_VERSION	1

typedef struct pm_book_margin
{
	int32_t		server_header;
	uint8_t		version;
	uint8_t		key_kind;		/* a pm_key_kind */
	uint16_t	reserved;		/* 0 */
	uint32_t	accounts;
	uint32_t	heap_size;
} pm_book_margin;

typedef struct pm_book_row
{
	union
	{
		int64_t		number;
		pm_table_span text;
	}			key;
	double		requirement;
	double		scan_loss;
	double		minimum_charge;
	double		worst_price_shock;
	double		worst_vol_shock;
	double		totals[PM_TOTALS];
	int64_t		positions;
	pm_table_span worst_underlying; /* PM_NO_TEXT: the account holds nothing */
	pm_table_span currency;		/* PM_NO_TEXT: none */
	uint32_t	worst_scenario;
	uint32_t	reserved;		/* 0 */
} pm_book_row;

/* An account; texts point into the image. */
typedef struct pm_book_account
{
	pm_key		key;
	pm_margin	margin;
	pm_account_totals totals;
} pm_book_account;

/* Account i of a book, from 0. */
extern pm_book_account pm_book_at(const pm_book_margin *book, uint32_t i);

extern size_t pm_book_size(const pm_book_margin *book);

/* Whether `bytes` bytes are an image that is safe to read and whole: keys
 * ascend, no number is infinite or not a number. */
extern bool pm_book_valid(const pm_book_margin *book, size_t bytes);

typedef struct pm_book_builder
{
	pm_allocator allocator;
	pm_key_kind kind;
	pm_book_row *rows;
	char	   *heap;
	uint32_t	accounts;
	uint32_t	room;
	size_t		heap_used;
	size_t		heap_room;
} pm_book_builder;

extern void pm_book_begin(pm_book_builder *builder, const pm_allocator *allocator,
						  pm_key_kind kind);

/* Accounts come by key.  False, with the issue, if the book becomes too large. */
extern bool pm_book_add(pm_book_builder *builder, const pm_book_account *account,
						pm_issue *issue);

/* Bytes of the book so far; pm_book_fill writes it to so many. */
extern size_t pm_book_bytes(const pm_book_builder *builder);
extern void pm_book_fill(const pm_book_builder *builder, pm_book_margin *book);

#endif							/* PM_BOOK_MARGIN_H */
