/*
 * risk_table_layout.h - where things lie in a risk table; for the files that
 * work on its image (risk_table*.c) and no others.
 */
#ifndef PM_RISK_TABLE_LAYOUT_H
#define PM_RISK_TABLE_LAYOUT_H

#include <string.h>

#include "elementary.h"
#include "risk_layout.h"
#include "risk_table.h"

static inline uint32_t *
slots_of(const pm_risk_table *t)
{
	return (uint32_t *) (t + 1);
}

static inline pm_table_entry *
entries_of(const pm_risk_table *t)
{
	return (pm_table_entry *) (slots_of(t) + t->slots);
}

static inline pm_table_underlying *
underlyings_of(const pm_risk_table *t)
{
	return (pm_table_underlying *) (entries_of(t) + t->entries);
}

static inline pm_table_span *
currencies_of(const pm_risk_table *t)
{
	return (pm_table_span *) (underlyings_of(t) + t->underlyings);
}

static inline pm_table_span *
sets_of(const pm_risk_table *t)
{
	return currencies_of(t) + t->currencies;
}

static inline char *
lines_of(const pm_risk_table *t)
{
	return (char *) (sets_of(t) + t->sets);
}

static inline pm_line *
line_at(const pm_risk_table *t, uint32_t line)
{
	return (pm_line *) (lines_of(t) + line * pm_line_size(t->scenarios));
}

static inline char *
table_heap(const pm_risk_table *t)
{
	return (char *) line_at(t, t->lines);
}

static inline pm_text
span_text(const pm_risk_table *t, pm_table_span span)
{
	return (pm_text)
	{
		table_heap(t) + span.offset, span.length
	};
}

/* Bytes of the image that its header describes. */
static inline uint64_t
table_size(const pm_risk_table *t)
{
	return sizeof *t + t->slots * (uint64_t) sizeof(uint32_t) +
		t->entries * (uint64_t) sizeof(pm_table_entry) +
		t->underlyings * (uint64_t) sizeof(pm_table_underlying) +
		((uint64_t) t->currencies + t->sets) * sizeof(pm_table_span) +
		t->lines * (uint64_t) pm_line_size(t->scenarios) + t->heap_size;
}

static inline uint32_t
hash_int8(int64_t key)
{
	return (uint32_t) (pm_hash_word(0, (uint64_t) key) >> 32);
}

/* The next word of a text; at its end the last one it has, which may overlap. */
static inline uint64_t
word_of(pm_text text, size_t at)
{
	uint64_t	word = 0;

	if (text.length < sizeof word)
		memcpy(&word, text.bytes, text.length);
	else if (text.length - at < sizeof word)
		memcpy(&word, text.bytes + text.length - sizeof word, sizeof word);
	else
		memcpy(&word, text.bytes + at, sizeof word);
	return word;
}

/* Quicker than a hash that mixes after every word, and good enough for slots. */
static inline uint32_t
hash_text(pm_text key)
{
	uint64_t	hash = key.length;

	for (size_t at = 0; at < key.length; at += sizeof(uint64_t))
	{
		hash = (hash ^ word_of(key, at)) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	return (uint32_t) (pm_hash_word(hash, 0) >> 32);
}

/* None before any. */
static inline int
compare_currencies(pm_text a, pm_text b)
{
	if (a.bytes == NULL || b.bytes == NULL)
		return (a.bytes != NULL) - (b.bytes != NULL);
	return compare_text(a, b);
}

/* A hash of all that pm_table_compare compares. */
extern uint64_t pm_table_hash(const pm_risk_table *table);

#endif							/* PM_RISK_TABLE_LAYOUT_H */
