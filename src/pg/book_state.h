/*
 * book_state.h - the state of margin_book: all accounts of a book.
 */
#ifndef PM_BOOK_STATE_H
#define PM_BOOK_STATE_H

#include "call.h"

#include "core/risk_table.h"

typedef struct PmBookState
{
	PmCall		call;			/* lines of the state's own, which end with it */
	pm_key_kind kind;			/* of accounts */
	const pm_risk_table *table; /* a copy; NULL: no row yet */
	const pm_risk_table *source;	/* the argument it was last compared with */
	uint32	   *dense;			/* by number from 0 on: account + 1, or 0 */
	uint64		dense_room;
	struct numbers_hash *numbers;	/* all other numbers */
	struct texts_hash *texts;
	pm_key	   *accounts;		/* by number, in the order in which they came */
	uint32		count;
	uint32		room;
	Datum		first;			/* state of account 0 (margin_log.h); others follow */
	const char *image;			/* of another process, with nothing else; or NULL */
} PmBookState;

extern PmBookState *pm_new_book(MemoryContext context, pm_key_kind kind);

/* One book has one table: notes the first one, raises at another. */
extern void pm_book_use_table(PmBookState *book, const pm_risk_table *table);

/* The accounts by key, in the current memory context. */
typedef struct PmBookAccount
{
	pm_key		key;
	uint32		number;
} PmBookAccount;

extern const PmBookAccount *pm_book_sorted(const PmBookState *book);

/* The number of the account with this key, which is made if it is new. */
extern uint32 pm_book_account_of(PmBookState *book, pm_key key);

/* The state of an account. */
extern Datum pm_book_state(const PmBookState *book, uint32 account);

/* Adds a finite quantity of a line of the book's table to an account. */
extern void pm_book_add_line(PmBookState *book, uint32 account, uint32 line, double quantity);

#endif							/* PM_BOOK_STATE_H */
