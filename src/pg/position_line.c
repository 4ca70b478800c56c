/*
 * position_line.c - rows that differ in nothing but the quantity have one line.
 *
 * Taking a row apart, checking it and looking its contract up costs several
 * times what is left when the bytes of a row, all but those of its quantity,
 * have been seen before: then it is as sound as that row was, and its contract
 * is the same.
 */
#include "position_line.h"

#include "position_type.h"

#include <math.h>

#include "core/elementary.h"

#include "contract_cache.h"

/*
 * The bytes of a row that count: null flags and what is before them up to
 * `hoff`, and what follows the quantity, its first attribute.  A row begins at
 * a multiple of 8.
 */
typedef struct row_key
{
	const char *row;
	uint32		hoff;
	uint32		length;
	uint32		set;			/* number of its set; 0: none */
	uint64		hash;
} row_key;

/* Before the null flags: number and flags of attributes, and what is constant. */
#define FIRST_WORD	16

StaticAssertDecl(offsetof(HeapTupleHeaderData, t_infomask2) >= FIRST_WORD,
				 "the words of a row header begin too late");

typedef struct row_entry
{
	row_key		key;
	const PmLine *line;
	uint32		hash;			/* these two are the table's */
	char		status;
} row_entry;

static bool
same_row(const row_key *a, const row_key *b)
{
	uint32		rest = a->hoff + sizeof(double);

	return a->length == b->length && a->hoff == b->hoff && a->set == b->set &&
		memcmp(a->row + FIRST_WORD, b->row + FIRST_WORD, a->hoff - FIRST_WORD) == 0 &&
		memcmp(a->row + rest, b->row + rest, a->length - rest) == 0;
}

#define SH_PREFIX		rows
#define SH_ELEMENT_TYPE	row_entry
#define SH_KEY_TYPE		row_key
#define SH_KEY			key
#define SH_HASH_KEY(tb, k)	((uint32) (k).hash)
#define SH_EQUAL(tb, a, b)	((a).hash == (b).hash && same_row(&(a), &(b)))
#define SH_SCOPE		static inline
#define SH_STORE_HASH
#define SH_GET_HASH(tb, e)	(e)->hash
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

static uint64
word_at(const char *bytes)
{
	uint64		word;

	memcpy(&word, bytes, sizeof word);
	return word;
}

/* Two running products, so that one need not wait for the other. */
static uint64
hash_row(const row_key *key)
{
	uint64		a = key->length;
	uint64		b = key->set;
	uint32		i = key->hoff + sizeof(double);
	uint64		last = 0;

	for (uint32 n = FIRST_WORD; n < key->hoff; n += 8)
		b = (b ^ word_at(key->row + n)) * UINT64CONST(0x9e3779b97f4a7c15);
	for (; i + 16 <= key->length; i += 16)
	{
		a = (a ^ word_at(key->row + i)) * UINT64CONST(0x9e3779b97f4a7c15);
		b = (b ^ word_at(key->row + i + 8)) * UINT64CONST(0xbf58476d1ce4e5b9);
		/* A product's low bits know nothing of its factor's high ones. */
		a ^= a >> 32;
		b ^= b >> 32;
	}
	if (i + 8 <= key->length)
	{
		a = (a ^ word_at(key->row + i)) * UINT64CONST(0x9e3779b97f4a7c15);
		a ^= a >> 32;
		i += 8;
	}
	memcpy(&last, key->row + i, key->length - i);
	return pm_hash_word(a ^ last, b);
}

/* The key of a row; false for one that must be taken apart. */
static bool
set_key(const PmCall *call, const HeapTupleHeader row, const PmSetCache *set, row_key *key)
{
	const PmRowReader *reader = &call->position;

	if (HeapTupleHeaderGetTypeId(row) != reader->type ||
		HeapTupleHeaderGetTypMod(row) != reader->typmod ||
		((row->t_infomask & HEAP_HASNULL) && att_isnull(PM_QUANTITY, row->t_bits)))
		return false;
	key->row = (const char *) row;
	key->hoff = row->t_hoff;
	key->length = HeapTupleHeaderGetDatumLength(row);
	key->set = set ? set->number : 0;
	/* A row of an older shape may end with its quantity. */
	if (key->length < key->hoff + sizeof(double))
		return false;
	key->hash = hash_row(key);
	return true;
}

static const PmLine *
read_line(FunctionCallInfo fcinfo, int argno, const PmSetCache *set, double *quantity)
{
	pm_position p;

	pm_getarg_checked_position(fcinfo, argno, &p);
	*quantity = p.quantity;
	return pm_line_of(pm_call(fcinfo), &p, set);
}

const PmLine *
pm_getarg_line(FunctionCallInfo fcinfo, int argno, const PmSetCache *set, double *quantity)
{
	PmCall	   *call = pm_call(fcinfo);
	const PmLine *line;
	row_entry  *entry;
	row_key		key;
	bool		found;

	if (PG_ARGISNULL(argno) ||
		!set_key(call, PG_GETARG_HEAPTUPLEHEADER(argno), set, &key))
		return read_line(fcinfo, argno, set, quantity);
	memcpy(quantity, key.row + key.hoff, sizeof *quantity);
	entry = call->rows ? rows_lookup(call->rows, key) : NULL;
	/* What is wrong with a quantity is told by who reads it. */
	if (entry != NULL && isfinite(*quantity))
		return entry->line;

	line = read_line(fcinfo, argno, set, quantity);
	if (line->number == PM_NOT_KEPT || entry != NULL)
		return line;
	if (call->rows == NULL)
		call->rows = rows_create(pm_cache_context(call), 256, NULL);
	key.row = pm_cache_bytes(call, key.row, key.length);
	if (key.row != NULL)
	{
		entry = rows_insert(call->rows, key, &found);
		entry->line = line;
	}
	return line;
}
