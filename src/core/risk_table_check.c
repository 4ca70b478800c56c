/*
 * risk_table_check.c - whether bytes are a risk table that is safe to use.
 */
#include "risk_table.h"

#include "risk_table_layout.h"

static bool
in_heap(const pm_risk_table *t, pm_table_span span)
{
	return (uint64_t) span.offset + span.length <= t->heap_size;
}

static bool
header_valid(const pm_risk_table *t, size_t bytes)
{
	return bytes >= sizeof *t && t->version == PM_RISK_TABLE_VERSION &&
		t->key_kind <= PM_KEY_TEXT && t->reserved == 0 &&
		t->scenarios <= PM_MAX_SCENARIOS && t->entries >= 1 &&
		t->heap_size % 8 == 0 &&
		t->slots >= 2 * (uint64_t) t->entries && (t->slots & (t->slots - 1)) == 0 &&
		(t->scenarios == 0) == (t->lines == 0) &&
		(t->lines == 0) == (t->underlyings == 0) &&
		(t->lines == 0) == (t->currencies == 0) &&
		(t->lines == 0) == (t->sets == 0) &&
		table_size(t) == bytes;
}

static bool
sets_valid(const pm_risk_table *t)
{
	for (uint32_t i = 0; i < t->sets; i++)
	{
		pm_table_span span = sets_of(t)[i];
		const pm_scenario_set *set = (const pm_scenario_set *) (table_heap(t) + span.offset);

		if (span.offset % 8 != 0 || !in_heap(t, span) ||
			!pm_set_valid(set, span.length) || set->scenarios != t->scenarios)
			return false;
	}
	return true;
}

/* Names and currencies, in order and each once. */
static bool
names_valid(const pm_risk_table *t)
{
	for (uint32_t i = 0; i < t->underlyings; i++)
	{
		const pm_table_underlying *u = &underlyings_of(t)[i];

		if (!in_heap(t, u->name) || u->set >= t->sets || u->reserved != 0 ||
			(i > 0 && compare_text(pm_table_underlying_name(t, i - 1),
								   pm_table_underlying_name(t, i)) >= 0))
			return false;
	}
	for (uint32_t i = 0; i < t->currencies; i++)
	{
		pm_table_span span = currencies_of(t)[i];

		if ((span.offset == PM_NO_TEXT ? span.length != 0 : !in_heap(t, span)) ||
			(i > 0 && compare_currencies(pm_table_currency(t, i - 1),
										 pm_table_currency(t, i)) >= 0))
			return false;
	}
	return true;
}

/* The additions of a net rely on the bits. */
static bool
line_valid(const pm_risk_table *t, const pm_line *line)
{
	unsigned __int128 all = (unsigned __int128) (pm_cell_get(&line->long_quantity) |
												 pm_cell_get(&line->short_quantity));

	for (uint32_t i = 0; i < PM_TOTALS + t->scenarios; i++)
	{
		pm_exact	amount = pm_cell_get(&line->amounts[i]);

		all |= (unsigned __int128) (amount < 0 ? ~amount : amount);
	}
	return line->underlying < t->underlyings && line->currency < t->currencies &&
		line->reserved == 0 && line->rows >= 1 && line->bits <= 128 &&
		(line->bits == 128 || all >> line->bits == 0);
}

/* Keys in order and each once, lines that follow each other, one currency each. */
static bool
entry_valid(const pm_risk_table *t, uint32_t number)
{
	const pm_table_entry *e = &entries_of(t)[number];
	uint32_t	end = number + 1 < t->entries ? e[1].first_line : t->lines;
	pm_key		key,
				before;

	if (t->key_kind == PM_KEY_TEXT && !in_heap(t, e->key.text))
		return false;
	key = pm_table_key(t, number);
	if (e->hash != (t->key_kind == PM_KEY_TEXT ? hash_text(key.text) : hash_int8(key.number)) ||
		(number == 0 && e->first_line != 0) || e->first_line > end || end > t->lines)
		return false;
	if (number > 0)
	{
		before = pm_table_key(t, number - 1);
		if (pm_key_compare((pm_key_kind) t->key_kind, &before, &key) >= 0)
			return false;
	}
	for (uint32_t i = e->first_line; i < end; i++)
	{
		const pm_line *line = line_at(t, i);

		if (!line_valid(t, line) ||
			(i > e->first_line && (line_at(t, i - 1)->currency != line->currency ||
								   line_at(t, i - 1)->underlying >= line->underlying)))
			return false;
	}
	return true;
}

/* Every key is found; a search for another ends, because slots are left free. */
static bool
slots_valid(const pm_risk_table *t)
{
	uint32_t	taken = 0;

	for (uint32_t i = 0; i < t->slots; i++)
	{
		if (slots_of(t)[i] > t->entries)
			return false;
		taken += slots_of(t)[i] != 0;
	}
	if (taken != t->entries)
		return false;
	for (uint32_t i = 0; i < t->entries; i++)
	{
		pm_key		key = pm_table_key(t, i);

		if ((t->key_kind == PM_KEY_TEXT ? pm_table_find_text(t, key.text)
			 : pm_table_find_int8(t, key.number)) != i)
			return false;
	}
	return true;
}

bool
pm_table_valid(const pm_risk_table *t, size_t bytes)
{
	if (!header_valid(t, bytes) || !sets_valid(t) || !names_valid(t))
		return false;
	for (uint32_t i = 0; i < t->entries; i++)
		if (!entry_valid(t, i))
			return false;
	return slots_valid(t);
}
