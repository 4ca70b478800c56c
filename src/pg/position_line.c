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

/* Bytes of arguments that are looked up; those with longer texts are not. */
#define MOST_IMAGE	1024

/* Where an image of arguments has its quantity: after a word of null flags. */
#define IMAGE_HOFF	(FIRST_WORD + 8)

/*
 * The same for a position in arguments, from whose fields an image like a row's
 * is made: every field by value in 8 bytes, then the others as they are.
 */
static bool
set_image_key(FunctionCallInfo fcinfo, int first, const PmSetCache *set,
			  row_key *key, char image[MOST_IMAGE])
{
	uint64		nulls = 0;
	uint32		length = IMAGE_HOFF;

	for (int field = 0; field < PM_FIELDS; field++)
	{
		Datum		value = PG_GETARG_DATUM(first + field);
		bool		null = PG_ARGISNULL(first + field);

		nulls |= (uint64) null << field;
		if (field < PM_UNDERLYING)
		{
			if (null)
				value = 0;
			memcpy(image + length, &value, sizeof value);
			length += sizeof value;
		}
		else if (!null)
		{
			Size		size = VARSIZE_ANY(DatumGetPointer(value));

			if (VARATT_IS_EXTERNAL(DatumGetPointer(value)) || size > MOST_IMAGE - length)
				return false;
			memcpy(image + length, DatumGetPointer(value), size);
			length += size;
		}
	}
	memcpy(image + FIRST_WORD, &nulls, sizeof nulls);
	*key = (row_key)
	{
		.row = image, .hoff = IMAGE_HOFF, .length = length, .set = set ? set->number : 0
	};
	key->hash = hash_row(key);
	return (nulls & (1 << PM_QUANTITY)) == 0;
}

/* The entry of a key, if the quantity needs no reader to tell what is wrong with it. */
static const PmLine *
known_line(const PmCall *call, const row_key *key, double *quantity)
{
	const row_entry *entry = call->rows ? rows_lookup(call->rows, *key) : NULL;

	memcpy(quantity, key->row + key->hoff, sizeof *quantity);
	return entry != NULL && isfinite(*quantity) ? entry->line : NULL;
}

/* Remembers the line that a reader has found for a key. */
static const PmLine *
remember(PmCall *call, row_key *key, const PmLine *line)
{
	bool		found;

	if (line->number == PM_NOT_KEPT)
		return line;
	if (call->rows == NULL)
		call->rows = rows_create(pm_cache_context(call), 256, NULL);
	key->row = pm_cache_bytes(call, key->row, key->length);
	if (key->row != NULL)
		rows_insert(call->rows, *key, &found)->line = line;
	return line;
}

const PmLine *
pm_getarg_line(FunctionCallInfo fcinfo, int argno, const PmSetCache *set, double *quantity)
{
	PmCall	   *call = pm_call(fcinfo);
	const PmLine *line = NULL;
	row_key		key;
	bool		keyed = !PG_ARGISNULL(argno) &&
		set_key(call, PG_GETARG_HEAPTUPLEHEADER(argno), set, &key);
	pm_position p;

	if (keyed && (line = known_line(call, &key, quantity)) != NULL)
		return line;
	pm_getarg_checked_position(fcinfo, argno, &p);
	*quantity = p.quantity;
	line = pm_line_of(call, &p, set);
	return keyed ? remember(call, &key, line) : line;
}

const PmLine *
pm_getargs_line(FunctionCallInfo fcinfo, int first, const PmSetCache *set, double *quantity)
{
	PmCall	   *call = pm_call(fcinfo);
	const PmLine *line = NULL;
	char		image[MOST_IMAGE];
	row_key		key;
	bool		keyed = set_image_key(fcinfo, first, set, &key, image);
	pm_position p;

	if (keyed && (line = known_line(call, &key, quantity)) != NULL)
		return line;
	pm_getargs_checked_position(fcinfo, first, &p);
	*quantity = p.quantity;
	line = pm_line_of(call, &p, set);
	return keyed ? remember(call, &key, line) : line;
}
