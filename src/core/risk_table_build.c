/*
 * risk_table_build.c - making a risk table from contracts in any order.
 *
 * While contracts come, underlyings are numbered as they come; the blocks of a
 * risk array keep their names and distinct sets, by the rules that hold there.
 * At the end all is sorted, so that the image does not depend on the order.
 */
#include "risk_table.h"

#include <stdlib.h>

#include "risk_table_layout.h"

/* A contract; its lines follow those of the one before. */
typedef struct pm_table_draft
{
	union
	{
		int64_t		number;
		struct
		{
			size_t		offset; /* into the texts */
			size_t		length;
		}			text;
	}			key;
	uint32_t	first_line;
	uint32_t	lines;
} pm_table_draft;

/* A draft where its key puts it. */
typedef struct pm_table_place
{
	pm_key		key;
	const pm_table_draft *draft;
} pm_table_place;

typedef struct pm_draft_currency
{
	size_t		offset;			/* into the texts */
	size_t		length;
	bool		named;
	uint32_t	rank;			/* among all, in order */
} pm_draft_currency;

void
pm_table_begin(pm_table_builder *b, const pm_allocator *allocator, pm_key_kind kind)
{
	memset(b, 0, sizeof *b);
	b->allocator = *allocator;
	b->kind = kind;
}

static bool
fail_size(const pm_table_builder *b, pm_issue *issue)
{
	return pm_fail(issue, PM_LIMIT, "risk table is too large",
				   "Make several tables, for example one for each pool, or use fewer scenarios.",
				   "It would have 1 GB or more with %u contracts.", b->draft_count);
}

/* Room for `more` bytes after the first `used` of a buffer. */
static bool
make_room(pm_table_builder *b, void *buffer, size_t used, size_t *room, size_t more,
		  pm_issue *issue)
{
	void	  **at = buffer;
	size_t		need = used + more;
	void	   *grown;

	if (need > PM_RISK_TABLE_LIMIT)
		return fail_size(b, issue);
	if (need <= *room)
		return true;
	need += need / 2 + 1024;
	grown = b->allocator.resize(b->allocator.context, *at, need);
	if (grown == NULL)
		return pm_fail(issue, PM_NO_MEMORY, "out of memory",
					   "Use fewer contracts or scenarios together.",
					   "A risk table in the making needs %zu bytes.", need);
	*at = grown;
	*room = need;
	return true;
}

static bool
keep_text(pm_table_builder *b, pm_text text, size_t *offset, pm_issue *issue)
{
	/* One more, so that an empty text has an address, which none has not. */
	if (!make_room(b, &b->texts, b->texts_used, &b->texts_room, text.length + 1, issue))
		return false;
	*offset = b->texts_used;
	if (text.length > 0)
		memcpy(b->texts + b->texts_used, text.bytes, text.length);
	b->texts_used += text.length;
	return true;
}

static pm_text
currency_text(const pm_table_builder *b, uint32_t number)
{
	const pm_draft_currency *c = &b->currencies[number];

	return (pm_text)
	{
		c->named ? b->texts + c->offset : NULL, c->length
	};
}

static bool
number_currency(pm_table_builder *b, pm_text currency, uint32_t *number, pm_issue *issue)
{
	pm_draft_currency *c;

	for (*number = 0; *number < b->currency_count; (*number)++)
		if (compare_currencies(currency_text(b, *number), currency) == 0)
			return true;
	if (!make_room(b, &b->currencies, b->currency_count * sizeof *c, &b->currencies_room,
				   sizeof *c, issue))
		return false;
	c = &b->currencies[b->currency_count];
	c->named = currency.bytes != NULL;
	c->length = currency.length;
	if (!keep_text(b, currency, &c->offset, issue))
		return false;
	b->currency_count++;
	return true;
}

static bool
number_underlying(pm_table_builder *b, pm_text name, const pm_scenario_set *set,
				  uint32_t *number, pm_issue *issue)
{
	static const pm_text no_currency = {NULL, 0};
	pm_risk_block *block;

	if (!pm_risk_prepare(&b->names, &b->allocator, name, set, no_currency, issue) ||
		!pm_risk_block_for(&b->names, &b->allocator, name, set, &block, issue))
		return false;
	*number = (uint32_t) (((char *) block - (char *) block_of(b->names, 0)) /
						  block_size(b->names->scenarios));
	return true;
}

static bool
add_line(pm_table_builder *b, const pm_risk_array *array, const pm_risk_block *block,
		 uint32_t currency, pm_issue *issue)
{
	size_t		size = pm_line_size(array->scenarios);
	uint32_t	underlying;
	pm_line    *line;

	if (!number_underlying(b, pm_risk_name(array, block), pm_risk_set_of(array, block),
						   &underlying, issue) ||
		!make_room(b, &b->lines, b->lines_used, &b->lines_room, size, issue))
		return false;
	line = (pm_line *) (b->lines + b->lines_used);
	b->lines_used += size;
	line->underlying = underlying;
	line->currency = currency;
	line->reserved = 0;
	line->rows = block->rows;
	line->long_quantity = block->long_quantity;
	line->short_quantity = block->short_quantity;
	memcpy(line->amounts, sums_of(block), (PM_TOTALS + array->scenarios) * sizeof(pm_cell));
	pm_line_measure(line, array->scenarios);
	return true;
}

static uint32_t
line_count(const pm_table_builder *b)
{
	return b->names == NULL ? 0
		: (uint32_t) (b->lines_used / pm_line_size(b->names->scenarios));
}

bool
pm_table_add(pm_table_builder *b, pm_key key, const pm_risk_array *array, pm_issue *issue)
{
	pm_table_draft *draft;
	uint32_t	currency = 0;

	if (!make_room(b, &b->drafts, b->draft_count * sizeof *draft, &b->drafts_room,
				   sizeof *draft, issue))
		return false;
	draft = &b->drafts[b->draft_count];
	if (b->kind == PM_KEY_INT8)
		draft->key.number = key.number;
	else
	{
		draft->key.text.length = key.text.length;
		if (!keep_text(b, key.text, &draft->key.text.offset, issue))
			return false;
	}
	draft->first_line = line_count(b);
	draft->lines = array->underlyings;
	if (array->underlyings > 0 &&
		!number_currency(b, pm_risk_currency(array), &currency, issue))
		return false;
	for (uint32_t i = 0; i < array->underlyings; i++)
		if (!add_line(b, array, pm_risk_block_at(array, i), currency, issue))
			return false;
	b->draft_count++;
	return true;
}

bool
pm_table_add_table(pm_table_builder *b, const pm_risk_table *t, pm_issue *issue)
{
	if (t->key_kind != (uint8_t) b->kind)
		return pm_table_fail_kind(b->kind, issue);
	for (uint32_t i = 0; i < t->entries; i++)
		if (!pm_table_array(&b->scratch, &b->allocator, t, i, issue) ||
			!pm_table_add(b, pm_table_key(t, i), b->scratch, issue))
			return false;
	return true;
}

/* ---- The image ---- */

static int
compare_int8_places(const void *a, const void *b)
{
	return pm_key_compare(PM_KEY_INT8, &((const pm_table_place *) a)->key,
						&((const pm_table_place *) b)->key);
}

static int
compare_text_places(const void *a, const void *b)
{
	return pm_key_compare(PM_KEY_TEXT, &((const pm_table_place *) a)->key,
						&((const pm_table_place *) b)->key);
}

static bool
fail_twice(const pm_table_builder *b, pm_key key, pm_issue *issue)
{
	static const char message[] = "a contract is in a risk table twice";
	static const char hint[] = "Give each contract once: check for duplicate rows and for a join that repeats them.";

	if (b->kind == PM_KEY_TEXT)
		return pm_fail(issue, PM_INVALID_VALUE, message, hint, "Its key is \"%.*s\".",
					   pm_shown(key.text), key.text.bytes);
	return pm_fail(issue, PM_INVALID_VALUE, message, hint, "Its key is %lld.", (long long) key.number);
}

static bool
sort_drafts(pm_table_builder *b, pm_issue *issue)
{
	if (!make_room(b, &b->places, 0, &b->places_room,
				   b->draft_count * sizeof *b->places, issue))
		return false;
	for (uint32_t i = 0; i < b->draft_count; i++)
	{
		const pm_table_draft *draft = &b->drafts[i];
		pm_table_place *place = &b->places[i];

		memset(place, 0, sizeof *place);
		place->draft = draft;
		if (b->kind == PM_KEY_INT8)
			place->key.number = draft->key.number;
		else
			place->key.text = (pm_text)
		{
			b->texts + draft->key.text.offset, draft->key.text.length
		};
	}
	qsort(b->places, b->draft_count, sizeof *b->places,
		  b->kind == PM_KEY_TEXT ? compare_text_places : compare_int8_places);
	for (uint32_t i = 1; i < b->draft_count; i++)
		if (pm_key_compare(b->kind, &b->places[i - 1].key, &b->places[i].key) == 0)
			return fail_twice(b, b->places[i].key, issue);
	return true;
}

/* Numbers in the image, where underlyings and currencies are in order. */
static void
rank_names(pm_table_builder *b)
{
	for (uint32_t i = 0; b->names != NULL && i < b->names->underlyings; i++)
		block_of(b->names, order_of(b->names)[i])->rows = i;
	for (uint32_t i = 0; i < b->currency_count; i++)
	{
		b->currencies[i].rank = 0;
		for (uint32_t k = 0; k < b->currency_count; k++)
			b->currencies[i].rank += compare_currencies(currency_text(b, k),
														currency_text(b, i)) < 0;
	}
}

/* The header, but for the server's word and the fingerprint; the heap's size is apart. */
static uint64_t
describe(const pm_table_builder *b, pm_risk_table *t)
{
	const pm_risk_array *names = b->names;
	uint64_t	sets = 0,
				texts = b->texts_used;	/* keys and currencies */

	memset(&t->version, 0, sizeof *t - offsetof(pm_risk_table, version));
	t->version = PM_RISK_TABLE_VERSION;
	t->key_kind = (uint8_t) b->kind;
	t->entries = b->draft_count;
	t->lines = line_count(b);
	t->currencies = b->currency_count;
	for (t->slots = 2; t->slots < 2 * (uint64_t) t->entries;)
		t->slots *= 2;
	if (names == NULL)
		return align8(texts);

	t->scenarios = names->scenarios;
	t->underlyings = names->underlyings;
	for (uint32_t i = 0; i < names->underlyings; i++)
		texts += block_of(names, i)->name_length;
	for (uint32_t offset = names->first_set; offset != PM_NO_SET;
		 offset = set_at(names, offset)->next)
	{
		t->sets++;
		sets += align8(set_at(names, offset)->size);
	}
	return sets + align8(texts);
}

bool
pm_table_size(pm_table_builder *b, size_t *size, pm_issue *issue)
{
	pm_risk_table header = {0};
	uint64_t	heap;

	if (!sort_drafts(b, issue))
		return false;
	rank_names(b);
	heap = describe(b, &header);
	*size = table_size(&header) + heap;
	return *size <= PM_RISK_TABLE_LIMIT || fail_size(b, issue);
}

/* Puts bytes into the heap of a table that has room for them. */
static pm_table_span
put_bytes(const pm_risk_table *t, uint32_t *used, const void *bytes, size_t length)
{
	pm_table_span span = {*used, (uint32_t) length};

	if (length > 0)
		memcpy(table_heap(t) + *used, bytes, length);
	*used += (uint32_t) length;
	return span;
}

/* The distinct sets, in the order in which underlyings use them. */
static void
put_sets(const pm_risk_array *names, const pm_risk_table *t, uint32_t *used)
{
	pm_table_underlying *underlyings = underlyings_of(t);
	uint32_t	count = 0;

	for (uint32_t i = 0; i < t->underlyings; i++)
	{
		uint32_t	offset = pm_risk_block_at(names, i)->set_offset;
		uint32_t	first = 0;

		while (pm_risk_block_at(names, first)->set_offset != offset)
			first++;
		if (first == i)
		{
			const pm_risk_set *set = set_at(names, offset);

			underlyings[i].set = count;
			sets_of(t)[count++] = put_bytes(t, used, &set->set, set->size);
			memset(table_heap(t) + *used, 0, align8(*used) - *used);
			*used = (uint32_t) align8(*used);
		}
		else
			underlyings[i].set = underlyings[first].set;
	}
}

static void
put_names(const pm_table_builder *b, const pm_risk_table *t, uint32_t *used)
{
	for (uint32_t i = 0; i < t->underlyings; i++)
	{
		pm_text		name = pm_risk_name(b->names, pm_risk_block_at(b->names, i));

		underlyings_of(t)[i].name = put_bytes(t, used, name.bytes, name.length);
		underlyings_of(t)[i].reserved = 0;
	}
	/* By rank: the heap must not tell the order in which currencies came. */
	for (uint32_t rank = 0; rank < t->currencies; rank++)
	{
		pm_text		text;
		uint32_t	i = 0;

		while (b->currencies[i].rank != rank)
			i++;
		text = currency_text(b, i);
		currencies_of(t)[rank] = put_bytes(t, used, text.bytes, text.length);
		if (text.bytes == NULL)
			currencies_of(t)[rank].offset = PM_NO_TEXT;
	}
}

static void
put_lines(const pm_table_builder *b, const pm_risk_table *t, const pm_table_draft *draft,
		  uint32_t first_line)
{
	size_t		size = pm_line_size(t->scenarios);
	pm_line    *line = line_at(t, first_line);

	memcpy(line, b->lines + draft->first_line * size, draft->lines * size);
	for (uint32_t i = 0; i < draft->lines; i++)
	{
		line->underlying = (uint32_t) block_of(b->names, line->underlying)->rows;
		line->currency = b->currencies[line->currency].rank;
		line = (pm_line *) ((char *) line + size);
	}
}

static void
put_entry(const pm_risk_table *t, uint32_t number)
{
	uint32_t	mask = t->slots - 1;
	uint32_t	slot = entries_of(t)[number].hash & mask;

	while (slots_of(t)[slot] != 0)
		slot = (slot + 1) & mask;
	slots_of(t)[slot] = number + 1;
}

void
pm_table_fill(const pm_table_builder *b, pm_risk_table *t)
{
	uint64_t	heap = describe(b, t);
	uint32_t	used = 0,
				first_line = 0;

	memset(slots_of(t), 0, t->slots * sizeof(uint32_t));
	put_sets(b->names, t, &used);
	put_names(b, t, &used);
	for (uint32_t i = 0; i < t->entries; i++)
	{
		const pm_table_place *place = &b->places[i];
		pm_table_entry *e = &entries_of(t)[i];

		if (b->kind == PM_KEY_TEXT)
			e->key.text = put_bytes(t, &used, place->key.text.bytes, place->key.text.length);
		else
			e->key.number = place->key.number;
		e->hash = b->kind == PM_KEY_TEXT ? hash_text(place->key.text)
			: hash_int8(place->key.number);
		e->first_line = first_line;
		put_entry(t, i);
		if (place->draft->lines > 0)
			put_lines(b, t, place->draft, first_line);
		first_line += place->draft->lines;
	}
	memset(table_heap(t) + used, 0, heap - used);
	t->heap_size = (uint32_t) heap;
	t->fingerprint = pm_table_hash(t);
}
