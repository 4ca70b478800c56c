/*
 * risk_array.c - growing, adding to and reading a risk array.
 */
#include "risk_array.h"

#include <string.h>

/* Room that a new array has in its heap: one set and a few names. */
#define FIRST_HEAP	256

static size_t
align8(size_t size)
{
	return (size + 7) & ~(size_t) 7;
}

static size_t
order_size(uint32_t capacity)
{
	return align8(capacity * sizeof(uint32_t));
}

static size_t
block_size(uint32_t scenarios)
{
	return sizeof(pm_risk_block) + (size_t) scenarios * sizeof(pm_cell);
}

static size_t
image_size(uint32_t capacity, uint32_t scenarios, size_t heap_size)
{
	return sizeof(pm_risk_array) + order_size(capacity) +
		capacity * block_size(scenarios) + heap_size;
}

static uint32_t *
order_of(const pm_risk_array *a)
{
	return (uint32_t *) (a + 1);
}

static pm_risk_block *
block_of(const pm_risk_array *a, uint32_t number)
{
	return (pm_risk_block *) ((char *) (a + 1) + order_size(a->capacity) +
							  number * block_size(a->scenarios));
}

static char *
heap_of(const pm_risk_array *a)
{
	return (char *) block_of(a, a->capacity);
}

static pm_risk_set *
set_at(const pm_risk_array *a, uint32_t offset)
{
	return (pm_risk_set *) (heap_of(a) + offset);
}

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

/* Byte order, which is the C collation. */
static int
compare_text(pm_text a, pm_text b)
{
	int			order = memcmp(a.bytes, b.bytes, a.length < b.length ? a.length : b.length);

	return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

/* Position of a name in the order, or where it belongs (*found false). */
static uint32_t
find(const pm_risk_array *a, pm_text name, bool *found)
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

static bool
create(pm_risk_array **array, const pm_allocator *allocator,
	   uint32_t scenarios, pm_issue *issue)
{
	size_t		size = image_size(1, scenarios, FIRST_HEAP);
	pm_risk_array *a = allocator->resize(allocator->context, NULL, size);

	if (a == NULL)
		return pm_fail(issue, PM_NO_MEMORY, "out of memory",
					   "Use fewer scenarios.",
					   "A risk array needs %zu bytes.", size);
	memset(a, 0, sizeof *a);
	a->version = PM_RISK_ARRAY_VERSION;
	a->scenarios = scenarios;
	a->capacity = 1;
	a->first_set = PM_NO_SET;
	a->heap_size = FIRST_HEAP;
	*array = a;
	return true;
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

/* The heap offset of a set, stored once; room for it has been reserved. */
static uint32_t
store_set(pm_risk_array *a, const pm_scenario_set *set)
{
	uint32_t	offset;
	size_t		size;

	if (set == NULL)
		return PM_NO_SET;
	for (offset = a->first_set; offset != PM_NO_SET; offset = set_at(a, offset)->next)
		if (pm_set_equal(&set_at(a, offset)->set, set))
			return offset;
	size = pm_set_size(set);
	offset = take_heap(a, offsetof(pm_risk_set, set) + size);
	set_at(a, offset)->next = a->first_set;
	set_at(a, offset)->size = (uint32_t) size;
	memcpy(&set_at(a, offset)->set, set, size);
	set_at(a, offset)->set.server_header = 0;
	a->first_set = offset;
	return offset;
}

/* One array has one currency, NULL being one. */
static bool
settle_currency(pm_risk_array *a, pm_text currency, pm_issue *issue)
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
	return pm_fail(issue, PM_INVALID_VALUE,
				   "positions in different currencies cannot be added up",
				   "Add the currency to GROUP BY, or convert the positions to one currency first.",
				   "One is in %s%.*s%s, another in %s%.*s%s.",
				   have.bytes ? "\"" : "", have.bytes ? pm_shown(have) : 11,
				   have.bytes ? have.bytes : "no currency", have.bytes ? "\"" : "",
				   currency.bytes ? "\"" : "", currency.bytes ? pm_shown(currency) : 11,
				   currency.bytes ? currency.bytes : "no currency", currency.bytes ? "\"" : "");
}

/*
 * The block of an underlying, new or old, whose set must be this one.
 */
static bool
block_for(pm_risk_array **array, const pm_allocator *allocator, pm_text name,
		  const pm_scenario_set *set, pm_risk_block **block, pm_issue *issue)
{
	pm_risk_array *a = *array;
	bool		found;
	uint32_t	place = find(a, name, &found);
	uint32_t	number;
	uint32_t	set_offset;
	uint32_t   *order;

	if (found)
	{
		const pm_scenario_set *have;

		*block = block_of(a, order_of(a)[place]);
		have = pm_risk_set_of(a, *block);
		if (have == set || (have != NULL && set != NULL && pm_set_equal(have, set)))
			return true;
		return pm_fail(issue, PM_INVALID_VALUE,
					   "one underlying has two different scenario sets",
					   "Give all positions of an underlying in a group the same scenario_set.",
					   "Underlying \"%.*s\" has sets with fingerprints %016llx and %016llx.",
					   pm_shown(name), name.bytes,
					   have ? (unsigned long long) have->fingerprint : 0,
					   set ? (unsigned long long) set->fingerprint : 0);
	}

	if (!reserve(array, allocator, 1,
				 align8(name.length) +
				 (set ? align8(offsetof(pm_risk_set, set) + pm_set_size(set)) : 0), issue))
		return false;
	a = *array;
	number = a->underlyings++;
	order = order_of(a);
	memmove(&order[place + 1], &order[place], (number - place) * sizeof *order);
	order[place] = number;
	set_offset = store_set(a, set);
	*block = block_of(a, number);
	memset(*block, 0, block_size(a->scenarios));
	(*block)->name_offset = store_text(a, name);
	(*block)->name_length = (uint32_t) name.length;
	(*block)->set_offset = set_offset;
	return true;
}

/* Makes or checks everything that is one per array, before blocks are touched. */
static bool
prepare(pm_risk_array **array, const pm_allocator *allocator,
		uint32_t scenarios, pm_text currency, pm_issue *issue)
{
	if (*array == NULL && !create(array, allocator, scenarios, issue))
		return false;
	if ((*array)->scenarios != scenarios)
		return pm_fail(issue, PM_INVALID_VALUE,
					   "scenario sets of different length cannot be added up",
					   "Give every underlying of a group a set with the same number of scenarios.",
					   "One set has %u scenarios, another %u.",
					   (*array)->scenarios, scenarios);
	return reserve(array, allocator, 0, align8(currency.length), issue) &&
		settle_currency(*array, currency, issue);
}

static bool
fail_sum(pm_text name, pm_issue *issue)
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

	if (!prepare(array, allocator, scenarios, row->currency, issue) ||
		!block_for(array, allocator, row->underlying, row->set, &block, issue))
		return false;
	for (uint32_t n = 0; n < scenarios; n++)
		if (!pm_exact_product(row->quantity, row->pnls[n], &term) ||
			!pm_cell_add(&block->cells[n], term))
			return fail_sum(row->underlying, issue);
	for (int t = 0; t < PM_TOTALS; t++)
		if (!pm_exact_product(row->quantity, row->totals[t], &term) ||
			!pm_cell_add(&block->totals[t], term))
			return fail_sum(row->underlying, issue);
	if (!pm_exact_product(row->quantity, row->quantity < 0 ? -1 : 1, &term) ||
		!pm_cell_add(row->quantity < 0 ? &block->short_quantity : &block->long_quantity, term))
		return fail_sum(row->underlying, issue);
	block->rows++;
	return true;
}

bool
pm_risk_add(pm_risk_array **array, const pm_allocator *allocator,
			const pm_risk_array *other, pm_issue *issue)
{
	if (!prepare(array, allocator, other->scenarios, pm_risk_currency(other), issue))
		return false;
	for (uint32_t i = 0; i < other->underlyings; i++)
	{
		const pm_risk_block *from = pm_risk_block_at(other, i);
		pm_text		name = pm_risk_name(other, from);
		pm_risk_block *to;
		bool		fits;

		if (!block_for(array, allocator, name, pm_risk_set_of(other, from), &to, issue))
			return false;
		fits = pm_cell_add(&to->long_quantity, pm_cell_get(&from->long_quantity)) &&
			pm_cell_add(&to->short_quantity, pm_cell_get(&from->short_quantity));
		for (int t = 0; t < PM_TOTALS && fits; t++)
			fits = pm_cell_add(&to->totals[t], pm_cell_get(&from->totals[t]));
		for (uint32_t n = 0; n < other->scenarios && fits; n++)
			fits = pm_cell_add(&to->cells[n], pm_cell_get(&from->cells[n]));
		if (!fits || __builtin_add_overflow(to->rows, from->rows, &to->rows))
			return fail_sum(name, issue);
	}
	return true;
}

/* Whether [offset, offset + length) lies in the used heap. */
static bool
in_heap(const pm_risk_array *a, uint64_t offset, uint64_t length)
{
	return offset + length <= a->heap_used;
}

static bool
sets_valid(const pm_risk_array *a)
{
	uint32_t	seen = 0;

	for (uint32_t offset = a->first_set; offset != PM_NO_SET; offset = set_at(a, offset)->next)
	{
		/* No more sets than underlyings, or the chain runs in a circle. */
		if (seen++ == a->underlyings || offset % 8 != 0 ||
			!in_heap(a, offset, offsetof(pm_risk_set, set) + sizeof(pm_scenario_set)) ||
			!in_heap(a, offset, offsetof(pm_risk_set, set) + (uint64_t) set_at(a, offset)->size) ||
			!pm_set_valid(&set_at(a, offset)->set, set_at(a, offset)->size) ||
			set_at(a, offset)->set.scenarios != a->scenarios)
			return false;
	}
	return true;
}

static bool
block_valid(const pm_risk_array *a, const pm_risk_block *block)
{
	uint32_t	offset = a->first_set;

	if (!in_heap(a, block->name_offset, block->name_length) || block->rows < 1)
		return false;
	while (offset != PM_NO_SET && offset != block->set_offset)
		offset = set_at(a, offset)->next;
	return offset == block->set_offset && (offset == PM_NO_SET) == (a->scenarios == 0);
}

bool
pm_risk_valid(const pm_risk_array *a, size_t bytes)
{
	if (bytes < sizeof *a || a->version != PM_RISK_ARRAY_VERSION ||
		a->scenarios > PM_MAX_SCENARIOS || a->underlyings < 1 ||
		a->underlyings > a->capacity || a->heap_used > a->heap_size ||
		a->currency_state < PM_CURRENCY_NULL || a->currency_state > PM_CURRENCY_NAMED ||
		pm_risk_size(a) != bytes ||
		!in_heap(a, a->currency_offset, a->currency_length) ||
		!sets_valid(a))
		return false;
	for (uint32_t i = 0; i < a->underlyings; i++)
	{
		if (order_of(a)[i] >= a->underlyings || !block_valid(a, pm_risk_block_at(a, i)))
			return false;
		if (i > 0 && compare_text(pm_risk_name(a, pm_risk_block_at(a, i - 1)),
								  pm_risk_name(a, pm_risk_block_at(a, i))) >= 0)
			return false;
	}
	return true;
}
