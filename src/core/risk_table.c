/*
 * risk_table.c - reading a risk table and adding its contracts up.
 */
#include "risk_table.h"

#include "risk_algebra.h"
#include "risk_table_layout.h"

uint32_t
pm_table_find_int8(const pm_risk_table *t, int64_t key)
{
	const uint32_t *slots = slots_of(t);
	const pm_table_entry *entries = entries_of(t);
	uint32_t	mask = t->slots - 1;
	uint64_t	guess = (uint64_t) key - (uint64_t) entries->key.number;

	/* Where keys have no gaps, they tell their places. */
	if (guess < t->entries && entries[guess].key.number == key)
		return (uint32_t) guess;
	for (uint32_t slot = hash_int8(key) & mask; slots[slot] != 0; slot = (slot + 1) & mask)
		if (entries[slots[slot] - 1].key.number == key)
			return slots[slot] - 1;
	return PM_NO_ENTRY;
}

uint32_t
pm_table_find_text(const pm_risk_table *t, pm_text key)
{
	const uint32_t *slots = slots_of(t);
	const pm_table_entry *entries = entries_of(t);
	const char *heap = table_heap(t);
	uint32_t	mask = t->slots - 1;
	uint32_t	hash = hash_text(key);

	for (uint32_t slot = hash & mask; slots[slot] != 0; slot = (slot + 1) & mask)
	{
		const pm_table_entry *e = &entries[slots[slot] - 1];

		if (e->hash == hash && e->key.text.length == key.length &&
			memcmp(heap + e->key.text.offset, key.bytes, key.length) == 0)
			return slots[slot] - 1;
	}
	return PM_NO_ENTRY;
}

pm_key
pm_table_key(const pm_risk_table *t, uint32_t entry)
{
	const pm_table_entry *e = &entries_of(t)[entry];
	pm_key		key = {0, {NULL, 0}};

	if (t->key_kind == PM_KEY_TEXT)
		key.text = span_text(t, e->key.text);
	else
		key.number = e->key.number;
	return key;
}

uint32_t
pm_table_first_line(const pm_risk_table *t, uint32_t entry, uint32_t *count)
{
	const pm_table_entry *e = &entries_of(t)[entry];

	*count = (entry + 1 < t->entries ? e[1].first_line : t->lines) - e->first_line;
	return e->first_line;
}

const pm_line *
pm_table_line(const pm_risk_table *t, uint32_t number)
{
	return line_at(t, number);
}

const pm_line *
pm_table_lines(const pm_risk_table *t, uint32_t entry, uint32_t *count)
{
	return line_at(t, pm_table_first_line(t, entry, count));
}

int
pm_key_compare(pm_key_kind kind, const pm_key *a, const pm_key *b)
{
	if (kind == PM_KEY_TEXT)
		return compare_text(a->text, b->text);
	return (a->number > b->number) - (a->number < b->number);
}

pm_text
pm_table_underlying_name(const pm_risk_table *t, uint32_t number)
{
	return span_text(t, underlyings_of(t)[number].name);
}

const pm_scenario_set *
pm_table_set(const pm_risk_table *t, uint32_t number)
{
	return (const pm_scenario_set *) (table_heap(t) + sets_of(t)[number].offset);
}

uint32_t
pm_table_set_number(const pm_risk_table *t, uint32_t underlying)
{
	return underlyings_of(t)[underlying].set;
}

static const pm_scenario_set *
set_of(const pm_risk_table *t, uint32_t underlying)
{
	return pm_table_set(t, pm_table_set_number(t, underlying));
}

pm_text
pm_table_currency(const pm_risk_table *t, uint32_t number)
{
	pm_table_span span = currencies_of(t)[number];

	if (span.offset == PM_NO_TEXT)
		return (pm_text)
	{
		NULL, 0
	};
	return span_text(t, span);
}

bool
pm_table_add_to(pm_risk_array **array, const pm_allocator *allocator,
				const pm_risk_table *t, uint32_t entry, double quantity, pm_issue *issue)
{
	uint32_t	count;
	const pm_line *line = pm_table_lines(t, entry, &count);

	if (!pm_risk_check_factor(quantity, issue))
		return false;
	for (; count > 0; count--, line = pm_table_next_line(t, line))
		if (!pm_risk_add_line(array, allocator, pm_table_underlying_name(t, line->underlying),
							  pm_table_currency(t, line->currency),
							  set_of(t, line->underlying), line, quantity, issue))
			return false;
	return *array != NULL || pm_risk_create(array, allocator, t->scenarios, issue);
}

bool
pm_table_array(pm_risk_array **array, const pm_allocator *allocator,
			   const pm_risk_table *t, uint32_t entry, pm_issue *issue)
{
	if (*array != NULL)
		pm_risk_clear(*array);
	return pm_table_add_to(array, allocator, t, entry, 1, issue);
}

static int
compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int
compare_cells(const pm_cell *a, const pm_cell *b, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
	{
		pm_exact	x = pm_cell_get(&a[i]);
		pm_exact	y = pm_cell_get(&b[i]);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

/* What lines refer to. */
static int
compare_references(const pm_risk_table *a, const pm_risk_table *b)
{
	int			order;

	if ((order = compare_numbers(a->underlyings, b->underlyings)) != 0 ||
		(order = compare_numbers(a->currencies, b->currencies)) != 0)
		return order;
	for (uint32_t i = 0; i < a->underlyings; i++)
	{
		const pm_scenario_set *x = set_of(a, i);
		const pm_scenario_set *y = set_of(b, i);

		if ((order = compare_text(pm_table_underlying_name(a, i),
								  pm_table_underlying_name(b, i))) != 0)
			return order;
		if (!pm_set_equal(x, y))
			return pm_set_compare(x, y);
	}
	for (uint32_t i = 0; i < a->currencies; i++)
		if ((order = compare_currencies(pm_table_currency(a, i), pm_table_currency(b, i))) != 0)
			return order;
	return 0;
}

/* Lines of tables with the same references and number of scenarios. */
static int
compare_lines(const pm_line *a, const pm_line *b, uint32_t scenarios)
{
	int			order;

	if ((order = compare_numbers(a->underlying, b->underlying)) != 0 ||
		(order = compare_numbers(a->currency, b->currency)) != 0 ||
		(order = compare_numbers((uint64_t) a->rows, (uint64_t) b->rows)) != 0 ||
		(order = compare_cells(&a->long_quantity, &b->long_quantity, 1)) != 0 ||
		(order = compare_cells(&a->short_quantity, &b->short_quantity, 1)) != 0)
		return order;
	return compare_cells(a->amounts, b->amounts, PM_TOTALS + scenarios);
}

int
pm_table_compare(const pm_risk_table *a, const pm_risk_table *b)
{
	int			order;

	if ((order = compare_numbers(a->key_kind, b->key_kind)) != 0 ||
		(order = compare_numbers(a->entries, b->entries)) != 0 ||
		(order = compare_numbers(a->scenarios, b->scenarios)) != 0 ||
		(order = compare_references(a, b)) != 0)
		return order;
	for (uint32_t i = 0; i < a->entries; i++)
	{
		pm_key		x = pm_table_key(a, i);
		pm_key		y = pm_table_key(b, i);

		if ((order = pm_key_compare((pm_key_kind) a->key_kind, &x, &y)) != 0 ||
			(order = compare_numbers(entries_of(a)[i].first_line, entries_of(b)[i].first_line)) != 0)
			return order;
	}
	if ((order = compare_numbers(a->lines, b->lines)) != 0)
		return order;
	for (uint32_t i = 0; i < a->lines; i++)
		if ((order = compare_lines(line_at(a, i), line_at(b, i), a->scenarios)) != 0)
			return order;
	return 0;
}

static uint64_t
hash_words(uint64_t hash, pm_text text)
{
	hash = pm_hash_word(hash, text.length);
	for (size_t at = 0; at < text.length; at += sizeof(uint64_t))
		hash = pm_hash_word(hash, word_of(text, at));
	return hash;
}

uint64_t
pm_table_hash(const pm_risk_table *t)
{
	uint64_t	hash = pm_hash_word(((uint64_t) t->scenarios << 32) | t->key_kind, t->entries);
	size_t		words = (pm_line_size(t->scenarios) - offsetof(pm_line, rows)) / sizeof(uint64_t);

	for (uint32_t i = 0; i < t->underlyings; i++)
		hash = pm_hash_word(hash_words(hash, pm_table_underlying_name(t, i)),
							set_of(t, i)->fingerprint);
	for (uint32_t i = 0; i < t->currencies; i++)
	{
		pm_text		currency = pm_table_currency(t, i);

		hash = currency.bytes == NULL ? pm_hash_word(hash, PM_NO_TEXT) : hash_words(hash, currency);
	}
	for (uint32_t i = 0; i < t->entries; i++)
	{
		pm_key		key = pm_table_key(t, i);

		hash = t->key_kind == PM_KEY_TEXT ? hash_words(hash, key.text)
			: pm_hash_word(hash, (uint64_t) key.number);
		hash = pm_hash_word(hash, entries_of(t)[i].first_line);
	}
	for (uint32_t i = 0; i < t->lines; i++)
	{
		const pm_line *line = line_at(t, i);
		const uint64_t *word = (const uint64_t *) &line->rows;

		hash = pm_hash_word(hash, ((uint64_t) line->underlying << 32) | line->currency);
		for (size_t w = 0; w < words; w++)
			hash = pm_hash_word(hash, word[w]);
	}
	return hash;
}

bool
pm_table_fail_unknown(const pm_risk_table *t, pm_key key, pm_issue *issue)
{
	static const char message[] = "a contract is not in the risk table";
	static const char hint[] = "Correct the key, or add the contract where the table is made: risk_table(contract_key, ...).";

	if (t->key_kind == PM_KEY_TEXT)
		return pm_fail(issue, PM_NOT_FOUND, message, hint, "Its key is \"%.*s\".",
					   pm_shown(key.text), key.text.bytes);
	return pm_fail(issue, PM_NOT_FOUND, message, hint, "Its key is %lld.", (long long) key.number);
}

bool
pm_table_fail_kind(pm_key_kind have, pm_issue *issue)
{
	return pm_fail(issue, PM_INVALID_VALUE, "the key is of another type than those of the risk table",
				   "Use keys of one type everywhere, or cast the key.",
				   "The keys of the risk table are %s.", have == PM_KEY_TEXT ? "text" : "int8");
}
