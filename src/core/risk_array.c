/*
 * risk_array.c - growing, adding to and reading a risk array.
 */
#include "risk_array.h"

#include <string.h>

#include "risk_layout.h"

/* Room that a new array has in its heap: one set and a few names. */
#define FIRST_HEAP	256

size_t
pm_risk_size(const pm_risk_array *a)
{
	return image_size(a->capacity, a->scenarios, a->heap_size);
}

const pm_risk_block *
pm_risk_block_at(const pm_risk_array *a, uint32_t i)
{
	return block_of(a, order_of(a)[i]);
}

static pm_text
heap_text(const pm_risk_array *a, uint32_t offset, uint32_t length)
{
	return (pm_text)
	{
		heap_of(a) + offset, length
	};
}

pm_text
pm_risk_name(const pm_risk_array *a, const pm_risk_block *block)
{
	return heap_text(a, block->name_offset, block->name_length);
}

int
pm_risk_compare_names(const pm_risk_array *array, const pm_risk_block *a,
					  const pm_risk_block *b)
{
	return compare_text(pm_risk_name(array, a), pm_risk_name(array, b));
}

pm_text
pm_risk_currency(const pm_risk_array *a)
{
	if (a->currency_state != PM_CURRENCY_NAMED)
		return (pm_text)
	{
		NULL, 0
	};
	return heap_text(a, a->currency_offset, a->currency_length);
}

const pm_scenario_set *
pm_risk_set_of(const pm_risk_array *a, const pm_risk_block *block)
{
	return block->set_offset == PM_NO_SET ? NULL : &set_at(a, block->set_offset)->set;
}

uint32_t
pm_risk_find(const pm_risk_array *a, pm_text name, bool *found)
{
	uint32_t	low = 0,
				high = a->underlyings;

	*found = false;
	while (low < high)
	{
		uint32_t	middle = low + (high - low) / 2;
		int			order = compare_text(name, pm_risk_name(a, pm_risk_block_at(a, middle)));

		if (order == 0)
			*found = true;
		if (order <= 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/*
 * Gives the array room for `blocks` more blocks and `heap` more heap bytes,
 * moving what is there.  Room grows by half, so that the copying of a long
 * series of additions stays proportional to its result.
 */
static bool
reserve(pm_risk_array **array, const pm_allocator *allocator,
		uint32_t blocks, size_t heap, pm_issue *issue)
{
	pm_risk_array *a = *array;
	uint64_t	capacity = a->capacity;
	uint64_t	heap_size = a->heap_size;
	size_t		size;

	if (a->underlyings + (uint64_t) blocks > capacity)
		capacity = a->underlyings + (uint64_t) blocks + a->underlyings / 2;
	if (a->heap_used + heap > heap_size)
		heap_size = align8(a->heap_used + heap + a->heap_used / 2);
	if (capacity == a->capacity && heap_size == a->heap_size)
		return true;
	if (capacity > UINT32_MAX / 2 || heap_size > UINT32_MAX / 2)
		return pm_fail(issue, PM_LIMIT, "an account has too many underlyings",
					   "Margin fewer underlyings together.",
					   "It has %u underlyings.", a->underlyings);

	size = image_size((uint32_t) capacity, a->scenarios, heap_size);
	a = allocator->resize(allocator->context, a, size);
	if (a == NULL)
		return pm_fail(issue, PM_NO_MEMORY, "out of memory",
					   "Margin fewer underlyings or scenarios together.",
					   "A risk array needs %zu bytes.", size);
	*array = a;

	/* From the last region to the first, each to its new place. */
	{
		char	   *old_heap = heap_of(a);
		pm_risk_block *old_blocks = block_of(a, 0);

		a->capacity = (uint32_t) capacity;
		a->heap_size = (uint32_t) heap_size;
		memmove(heap_of(a), old_heap, a->heap_used);
		memmove(block_of(a, 0), old_blocks, a->underlyings * block_size(a->scenarios));
	}
	return true;
}

void
pm_risk_init(pm_risk_array *a, uint32_t scenarios, uint32_t capacity, uint32_t heap_size)
{
	/* All but the server's word, which its allocator may have set. */
	memset(&a->version, 0, sizeof *a - offsetof(pm_risk_array, version));
	a->version = PM_RISK_ARRAY_VERSION;
	a->scenarios = scenarios;
	a->capacity = capacity;
	a->first_set = PM_NO_SET;
	a->heap_size = heap_size;
}

bool
pm_risk_create(pm_risk_array **array, const pm_allocator *allocator,
			   uint32_t scenarios, pm_issue *issue)
{
	size_t		size = image_size(1, scenarios, FIRST_HEAP);
	pm_risk_array *a = allocator->resize(allocator->context, *array, size);

	if (a == NULL)
		return pm_fail(issue, PM_NO_MEMORY, "out of memory",
					   "Use fewer scenarios.",
					   "A risk array needs %zu bytes.", size);
	pm_risk_init(a, scenarios, 1, FIRST_HEAP);
	*array = a;
	return true;
}

void
pm_risk_clear(pm_risk_array *a)
{
	pm_risk_init(a, a->scenarios, a->capacity, a->heap_size);
}

/* Takes `size` bytes of a heap that has them, zeroed to the next multiple of 8. */
static uint32_t
take_heap(pm_risk_array *a, size_t size)
{
	uint32_t	offset = a->heap_used;

	a->heap_used += (uint32_t) align8(size);
	memset(heap_of(a) + offset, 0, align8(size));
	return offset;
}

static uint32_t
store_text(pm_risk_array *a, pm_text text)
{
	uint32_t	offset = take_heap(a, text.length);

	memcpy(heap_of(a) + offset, text.bytes, text.length);
	return offset;
}

uint32_t
pm_risk_find_set(const pm_risk_array *a, const pm_scenario_set *set)
{
	uint32_t	offset = a->first_set;

	while (offset != PM_NO_SET && !pm_set_equal(&set_at(a, offset)->set, set))
		offset = set_at(a, offset)->next;
	return offset;
}

/*
 * The same rows can have several images: keep the smaller one, then the lesser
 * bytes, so that the array does not depend on which of them came first.
 */
static void
prefer_image(pm_risk_set *have, const pm_scenario_set *set)
{
	size_t		size = pm_set_size(set);
	size_t		skip = offsetof(pm_scenario_set, version);

	/* Joint rows have one image only. */
	if (set->kind == PM_SET_JOINT || size > have->size ||
		(size == have->size &&
		 memcmp((const char *) set + skip, (const char *) &have->set + skip, size - skip) >= 0))
		return;
	memcpy(&have->set, set, size);
	have->set.server_header = 0;
	have->size = (uint32_t) size;
}

static size_t
stored_set_size(const pm_scenario_set *set)
{
	return align8(offsetof(pm_risk_set, set) + pm_set_size(set));
}

/* Room for it has been reserved. */
static uint32_t
store_set(pm_risk_array *a, const pm_scenario_set *set)
{
	uint32_t	offset = take_heap(a, stored_set_size(set));
	pm_risk_set *stored = set_at(a, offset);

	stored->next = a->first_set;
	stored->size = (uint32_t) pm_set_size(set);
	memcpy(&stored->set, set, stored->size);
	stored->set.server_header = 0;
	a->first_set = offset;
	return offset;
}

bool
pm_risk_fail_currencies(pm_text name, pm_text have, pm_text currency, pm_issue *issue)
{
	return pm_fail(issue, PM_INVALID_VALUE,
				   "positions in different currencies cannot be added up",
				   "Add the currency to GROUP BY, or convert the positions to one currency first.",
				   "One is in %s%.*s%s, another in %s%.*s%s. The latter is in underlying \"%.*s\".",
				   have.bytes ? "\"" : "", have.bytes ? pm_shown(have) : 11,
				   have.bytes ? have.bytes : "no currency", have.bytes ? "\"" : "",
				   currency.bytes ? "\"" : "", currency.bytes ? pm_shown(currency) : 11,
				   currency.bytes ? currency.bytes : "no currency", currency.bytes ? "\"" : "",
				   pm_shown(name), name.bytes);
}

bool
pm_risk_keep_text(pm_risk_array **array, const pm_allocator *allocator,
				  pm_text text, uint32_t *offset, pm_issue *issue)
{
	if (!reserve(array, allocator, 0, align8(text.length), issue))
		return false;
	*offset = store_text(*array, text);
	return true;
}

/* One array has one currency, NULL being one. */
static bool
settle_currency(pm_risk_array *a, pm_text name, pm_text currency, pm_issue *issue)
{
	pm_text		have = pm_risk_currency(a);

	if (a->currency_state == PM_CURRENCY_UNSET)
	{
		a->currency_state = currency.bytes == NULL ? PM_CURRENCY_NULL : PM_CURRENCY_NAMED;
		a->currency_length = (uint32_t) currency.length;
		if (currency.bytes != NULL)
			a->currency_offset = store_text(a, currency);
		return true;
	}
	if ((have.bytes == NULL) == (currency.bytes == NULL) &&
		(have.bytes == NULL || compare_text(have, currency) == 0))
		return true;
	return pm_risk_fail_currencies(name, have, currency, issue);
}

bool
pm_risk_fail_sets(pm_text name, const pm_scenario_set *have, const pm_scenario_set *set,
		  pm_issue *issue)
{
	char		first[PM_SET_DESCRIPTION];
	char		second[PM_SET_DESCRIPTION];

	return pm_fail(issue, PM_INVALID_VALUE,
				   "one underlying has two different scenario sets",
				   "Give all positions of an underlying in a group the same scenario_set.",
				   "Underlying \"%.*s\" has %s and %s.", pm_shown(name), name.bytes,
				   pm_set_describe(first, have), pm_set_describe(second, set));
}

bool
pm_risk_new_block(pm_risk_array **array, const pm_allocator *allocator,
				  pm_text name, const pm_scenario_set *set, uint32_t place,
				  pm_issue *issue)
{
	pm_risk_array *a = *array;
	uint32_t	set_offset = set ? pm_risk_find_set(a, set) : PM_NO_SET;
	bool		store = set != NULL && set_offset == PM_NO_SET;
	uint32_t	number;
	uint32_t   *order;
	pm_risk_block *block;

	if (set_offset != PM_NO_SET)
		prefer_image(set_at(a, set_offset), set);
	if (!reserve(array, allocator, 1,
				 align8(name.length) + (store ? stored_set_size(set) : 0), issue))
		return false;
	a = *array;
	if (store)
		set_offset = store_set(a, set);
	number = a->underlyings++;
	order = order_of(a);
	memmove(&order[place + 1], &order[place], (number - place) * sizeof *order);
	order[place] = number;
	block = block_of(a, number);
	memset(block, 0, block_size(a->scenarios));
	block->name_offset = store_text(a, name);
	block->name_length = (uint32_t) name.length;
	block->set_offset = set_offset;
	return true;
}

bool
pm_risk_block_for(pm_risk_array **array, const pm_allocator *allocator,
				  pm_text name, const pm_scenario_set *set,
				  pm_risk_block **block, pm_issue *issue)
{
	pm_risk_array *a = *array;
	bool		found;
	uint32_t	place = pm_risk_find(a, name, &found);

	if (found)
	{
		const pm_scenario_set *have;

		*block = block_of(a, order_of(a)[place]);
		have = pm_risk_set_of(a, *block);
		if ((have == NULL) != (set == NULL) ||
			(have != NULL && !pm_set_equal(have, set)))
			return pm_risk_fail_sets(name, have, set, issue);
		if (have != NULL)
			prefer_image(set_at(a, (*block)->set_offset), set);
		return true;
	}

	if (!pm_risk_new_block(array, allocator, name, set, place, issue))
		return false;
	*block = block_of(*array, (*array)->underlyings - 1);
	return true;
}

bool
pm_risk_check_joint(const pm_risk_array *a, pm_text name, const pm_scenario_set *set,
					pm_issue *issue)
{
	const pm_scenario_set *have = a->underlyings > 0
		? pm_risk_set_of(a, pm_risk_block_at(a, 0)) : set;
	char		first[PM_SET_DESCRIPTION];
	char		second[PM_SET_DESCRIPTION];
	uint32_t	column;

	if (have->kind == PM_SET_COMMON && set->kind == PM_SET_COMMON)
		return true;
	if (!pm_set_equal(have, set))
		return pm_fail(issue, PM_INVALID_VALUE,
					   "joint scenarios cannot be added up with other scenarios",
					   "Give all positions of a group the same joint scenario_set.",
					   "One set is %s; that of underlying \"%.*s\" is %s.",
					   pm_set_describe(first, have), pm_shown(name), name.bytes,
					   pm_set_describe(second, set));
	return pm_set_column(set, name, &column, issue);
}

bool
pm_risk_prepare(pm_risk_array **array, const pm_allocator *allocator,
				pm_text name, const pm_scenario_set *set, pm_text currency,
				pm_issue *issue)
{
	pm_risk_array *a = *array;
	uint32_t	scenarios = set ? set->scenarios : 0;
	char		first[PM_SET_DESCRIPTION];
	char		second[PM_SET_DESCRIPTION];

	/* What holds nothing yet, or no longer, can become anything. */
	if ((a == NULL || (a->underlyings == 0 && a->scenarios != scenarios)) &&
		!pm_risk_create(array, allocator, scenarios, issue))
		return false;
	a = *array;
	if (a->scenarios != scenarios)
		return pm_fail(issue, PM_INVALID_VALUE,
					   "scenario sets of different length cannot be added up",
					   "Give every underlying of a group a set with the same number of scenarios.",
					   "One set has %u scenarios, another %u. One is %s; that of underlying \"%.*s\" is %s.",
					   a->scenarios, scenarios,
					   pm_set_describe(first, pm_risk_set_of(a, pm_risk_block_at(a, 0))),
					   pm_shown(name), name.bytes, pm_set_describe(second, set));
	if (set != NULL && !pm_risk_check_joint(a, name, set, issue))
		return false;
	if (a->currency_state == PM_CURRENCY_UNSET &&
		!reserve(array, allocator, 0, align8(currency.length), issue))
		return false;
	return settle_currency(*array, name, currency, issue);
}

bool
pm_risk_fail_sum(pm_text name, pm_issue *issue)
{
	return pm_fail(issue, PM_OUT_OF_RANGE, "a sum over positions is out of range",
				   "Check the quantity, or use larger units of money: amounts may reach +-2^53.",
				   "It is in underlying \"%.*s\".", pm_shown(name), name.bytes);
}

bool
pm_risk_add_row(pm_risk_array **array, const pm_allocator *allocator,
				const pm_risk_row *row, pm_issue *issue)
{
	uint32_t	scenarios = row->set ? row->set->scenarios : 0;
	pm_risk_block *block;
	pm_exact	term;

	if (!pm_risk_prepare(array, allocator, row->underlying, row->set, row->currency, issue) ||
		!pm_risk_block_for(array, allocator, row->underlying, row->set, &block, issue))
		return false;
	for (uint32_t n = 0; n < scenarios; n++)
		if (!pm_exact_product(row->quantity, row->pnls[n], &term) ||
			!pm_cell_add(&block->cells[n], term))
			return pm_risk_fail_sum(row->underlying, issue);
	for (int t = 0; t < PM_TOTALS; t++)
		if (!pm_exact_product(row->quantity, row->totals[t], &term) ||
			!pm_cell_add(&block->totals[t], term))
			return pm_risk_fail_sum(row->underlying, issue);
	if (!pm_exact_product(row->quantity, row->quantity < 0 ? -1 : 1, &term) ||
		!pm_cell_add(row->quantity < 0 ? &block->short_quantity : &block->long_quantity, term))
		return pm_risk_fail_sum(row->underlying, issue);
	block->rows++;
	return true;
}

bool
pm_risk_add_sums(pm_risk_array **array, const pm_allocator *allocator,
				 const pm_risk_sums *sums, pm_issue *issue)
{
	uint32_t	scenarios = sums->set ? sums->set->scenarios : 0;
	pm_risk_block *block;

	if (!pm_risk_prepare(array, allocator, sums->underlying, sums->set, sums->currency, issue) ||
		!pm_risk_block_for(array, allocator, sums->underlying, sums->set, &block, issue))
		return false;
	if (block->rows != 0)
		return pm_fail(issue, PM_INVALID_VALUE, "a risk array has an underlying twice",
					   "Give each underlying once.",
					   "It is \"%.*s\".", pm_shown(sums->underlying), sums->underlying.bytes);
	block->rows = sums->rows;
	block->long_quantity = sums->long_quantity;
	block->short_quantity = sums->short_quantity;
	memcpy(block->totals, sums->totals, sizeof block->totals);
	if (scenarios > 0)
		memcpy(block->cells, sums->pnls, scenarios * sizeof(pm_cell));
	return true;
}

bool
pm_risk_check_range(const pm_risk_array *a, pm_issue *issue)
{
	for (uint32_t i = 0; i < a->underlyings; i++)
	{
		const pm_risk_block *block = pm_risk_block_at(a, i);
		bool		good = pm_exact_in_range(pm_cell_get(&block->long_quantity)) &&
			pm_exact_in_range(pm_cell_get(&block->short_quantity));

		for (int t = 0; t < PM_TOTALS; t++)
			good &= pm_exact_in_range(pm_cell_get(&block->totals[t]));
		for (uint32_t n = 0; n < a->scenarios; n++)
			good &= pm_exact_in_range(pm_cell_get(&block->cells[n]));
		if (!good)
			return pm_risk_fail_sum(pm_risk_name(a, block), issue);
	}
	return true;
}
