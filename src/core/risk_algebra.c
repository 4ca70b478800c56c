/*
 * risk_algebra.c - risk arrays as vectors.
 */
#include "risk_algebra.h"

#include <math.h>

#include "elementary.h"
#include "risk_layout.h"

static uint32_t
sum_count(const pm_risk_array *a)
{
	return PM_TOTALS + a->scenarios;
}

/* to += factor * from */
static bool
add_cell(pm_cell *to, const pm_cell *from, double factor)
{
	pm_exact	amount = pm_cell_get(from);

	if (factor != 1 && !pm_exact_scale(amount, factor, &amount))
		return false;
	return pm_cell_add(to, amount);
}

static bool
add_block(pm_risk_block *to, const pm_risk_block *from, uint32_t sums, double factor)
{
	bool		swap = factor < 0;
	double		size = swap ? -factor : factor;

	if (!add_cell(swap ? &to->short_quantity : &to->long_quantity, &from->long_quantity, size) ||
		!add_cell(swap ? &to->long_quantity : &to->short_quantity, &from->short_quantity, size) ||
		__builtin_add_overflow(to->rows, from->rows, &to->rows))
		return false;
	for (uint32_t i = 0; i < sums; i++)
		if (!add_cell(&sums_of(to)[i], &sums_of(from)[i], factor))
			return false;
	return true;
}

bool
pm_risk_add_underlying(pm_risk_array **array, const pm_allocator *allocator,
					   const pm_risk_array *other, uint32_t i, double factor,
					   pm_issue *issue)
{
	const pm_risk_block *from = pm_risk_block_at(other, i);
	const pm_scenario_set *set = pm_risk_set_of(other, from);
	pm_text		name = pm_risk_name(other, from);
	pm_risk_block *to;

	if (!pm_risk_prepare(array, allocator, name, set, pm_risk_currency(other), issue) ||
		!pm_risk_block_for(array, allocator, name, set, &to, issue))
		return false;
	return add_block(to, from, sum_count(other), factor) ||
		pm_risk_fail_sum(name, issue);
}

bool
pm_risk_check_factor(double factor, pm_issue *issue)
{
	char		number[PM_NUMBER_SIZE];

	return isfinite(factor) ||
		pm_fail(issue, PM_INVALID_VALUE, "the factor of a risk array must be a finite number",
				"Give the signed number of contracts.",
				"It is %s.", pm_number(number, factor));
}

bool
pm_risk_add(pm_risk_array **array, const pm_allocator *allocator,
			const pm_risk_array *other, double factor, pm_issue *issue)
{
	if (!pm_risk_check_factor(factor, issue))
		return false;
	for (uint32_t i = 0; i < other->underlyings; i++)
		if (!pm_risk_add_underlying(array, allocator, other, i, factor, issue))
			return false;
	/* What holds nothing goes with everything. */
	return *array != NULL || pm_risk_create(array, allocator, other->scenarios, issue);
}

/* Takes block `place` of the order out; its name and set stay in the heap. */
static void
drop_block(pm_risk_array *a, uint32_t place)
{
	uint32_t   *order = order_of(a);
	uint32_t	hole = order[place];
	uint32_t	last = --a->underlyings;

	memmove(&order[place], &order[place + 1], (last - place) * sizeof *order);
	if (hole != last)
	{
		memcpy(block_of(a, hole), block_of(a, last), block_size(a->scenarios));
		for (uint32_t i = 0; i < last; i++)
			if (order[i] == last)
				order[i] = hole;
	}
	/* The last one to leave takes everything along. */
	if (a->underlyings == 0)
		pm_risk_clear(a);
}

static bool
subtract_cell(pm_cell *from, const pm_cell *amount)
{
	pm_exact	difference;

	if (__builtin_sub_overflow(pm_cell_get(from), pm_cell_get(amount), &difference))
		return false;
	pm_cell_set(from, difference);
	return true;
}

static bool
subtract_block(pm_risk_block *from, const pm_risk_block *amount, uint32_t sums)
{
	if (!subtract_cell(&from->long_quantity, &amount->long_quantity) ||
		!subtract_cell(&from->short_quantity, &amount->short_quantity))
		return false;
	for (uint32_t i = 0; i < sums; i++)
		if (!subtract_cell(&sums_of(from)[i], &sums_of(amount)[i]))
			return false;
	from->rows -= amount->rows;
	return true;
}

/* Whether what is left of a block could be a sum of the rows it counts. */
static bool
plausible(const pm_risk_block *block, uint32_t sums)
{
	if (block->rows < 0 || pm_cell_get(&block->long_quantity) < 0 ||
		pm_cell_get(&block->short_quantity) < 0)
		return false;
	if (block->rows > 0)
		return true;
	if (pm_cell_get(&block->long_quantity) != 0 || pm_cell_get(&block->short_quantity) != 0)
		return false;
	for (uint32_t i = 0; i < sums; i++)
		if (pm_cell_get(&sums_of(block)[i]) != 0)
			return false;
	return true;
}

bool
pm_risk_remove(pm_risk_array *array, const pm_risk_array *other, pm_issue *issue)
{
	static const char message[] = "a risk array cannot be taken from one that does not contain it";
	static const char hint[] = "Use a + (-b) to add the opposite position; a - b undoes an addition.";

	for (uint32_t i = 0; i < other->underlyings; i++)
	{
		const pm_risk_block *amount = pm_risk_block_at(other, i);
		const pm_scenario_set *set = pm_risk_set_of(other, amount);
		pm_text		name = pm_risk_name(other, amount);
		pm_text		have = pm_risk_currency(array);
		pm_text		gone = pm_risk_currency(other);
		bool		found;
		uint32_t	place = pm_risk_find(array, name, &found);
		pm_risk_block *block;
		char		first[PM_SET_DESCRIPTION];
		char		second[PM_SET_DESCRIPTION];

		if (!found)
			return pm_fail(issue, PM_INVALID_VALUE, message, hint,
						   "Underlying \"%.*s\" is not in it.", pm_shown(name), name.bytes);
		block = block_of(array, order_of(array)[place]);
		if (array->scenarios != other->scenarios ||
			(set == NULL) != (pm_risk_set_of(array, block) == NULL) ||
			(set != NULL && !pm_set_equal(pm_risk_set_of(array, block), set)))
			return pm_fail(issue, PM_INVALID_VALUE, message, hint,
						   "Underlying \"%.*s\" has %s in it, not %s.",
						   pm_shown(name), name.bytes,
						   pm_set_describe(first, pm_risk_set_of(array, block)),
						   pm_set_describe(second, set));
		if ((have.bytes == NULL) != (gone.bytes == NULL) ||
			(have.bytes != NULL && compare_text(have, gone) != 0))
			return pm_fail(issue, PM_INVALID_VALUE, message, hint,
						   "The currencies differ in underlying \"%.*s\".",
						   pm_shown(name), name.bytes);
		if (!subtract_block(block, amount, sum_count(other)) ||
			!plausible(block, sum_count(other)))
			return pm_fail(issue, PM_INVALID_VALUE, message, hint,
						   "Underlying \"%.*s\" would have %lld rows and an amount without a row or a negative count.",
						   pm_shown(name), name.bytes, (long long) block->rows);
		if (block->rows == 0)
			drop_block(array, place);
	}
	return true;
}

size_t
pm_risk_compact_bound(const pm_risk_array *a)
{
	return image_size(a->underlyings, a->scenarios, a->heap_used);
}

static void *
stay(void *context, void *old, size_t size)
{
	(void) old;
	(void) size;
	return context;
}

size_t
pm_risk_compact(const pm_risk_array *a, pm_risk_array *out)
{
	/* The target is large enough for everything, so it never has to move. */
	pm_allocator in_place = {stay, out};
	pm_issue	issue;

	memset(out, 0, pm_risk_compact_bound(a));
	if (a->underlyings == 0)
	{
		pm_risk_init(out, 0, 0, 0);
		return pm_risk_size(out);
	}
	pm_risk_init(out, a->scenarios, a->underlyings, a->heap_used);
	(void) pm_risk_add(&out, &in_place, a, 1, &issue);
	out->heap_size = out->heap_used;
	return pm_risk_size(out);
}

size_t
pm_risk_live_heap(const pm_risk_array *a)
{
	size_t		live = align8(a->currency_length);

	for (uint32_t offset = a->first_set; offset != PM_NO_SET; offset = set_at(a, offset)->next)
		for (uint32_t i = 0; i < a->underlyings; i++)
			if (block_of(a, i)->set_offset == offset)
			{
				live += align8(offsetof(pm_risk_set, set) + set_at(a, offset)->size);
				break;
			}
	for (uint32_t i = 0; i < a->underlyings; i++)
		live += align8(block_of(a, i)->name_length);
	return live;
}

static int
compare_currency(const pm_risk_array *a, const pm_risk_array *b)
{
	if (a->currency_state != b->currency_state)
		return a->currency_state < b->currency_state ? -1 : 1;
	return a->currency_state == PM_CURRENCY_NAMED
		? compare_text(pm_risk_currency(a), pm_risk_currency(b)) : 0;
}

static int
compare_sets(const pm_scenario_set *a, const pm_scenario_set *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return pm_set_equal(a, b) ? 0 : pm_set_compare(a, b);
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

int
pm_risk_compare(const pm_risk_array *a, const pm_risk_array *b)
{
	int			order;

	if (a->underlyings != b->underlyings)
		return a->underlyings < b->underlyings ? -1 : 1;
	if (a->underlyings == 0)
		return 0;
	if (a->scenarios != b->scenarios)
		return a->scenarios < b->scenarios ? -1 : 1;
	if ((order = compare_currency(a, b)) != 0)
		return order;
	for (uint32_t i = 0; i < a->underlyings; i++)
	{
		const pm_risk_block *x = pm_risk_block_at(a, i);
		const pm_risk_block *y = pm_risk_block_at(b, i);

		if ((order = compare_text(pm_risk_name(a, x), pm_risk_name(b, y))) != 0 ||
			(order = compare_sets(pm_risk_set_of(a, x), pm_risk_set_of(b, y))) != 0)
			return order;
		if (x->rows != y->rows)
			return x->rows < y->rows ? -1 : 1;
		if ((order = compare_cells(&x->long_quantity, &y->long_quantity, 1)) != 0 ||
			(order = compare_cells(&x->short_quantity, &y->short_quantity, 1)) != 0 ||
			(order = compare_cells(sums_of(x), sums_of(y), sum_count(a))) != 0)
			return order;
	}
	return 0;
}

uint64_t
pm_risk_hash(const pm_risk_array *a)
{
	uint64_t	hash = a->underlyings;

	/* What distinguishes accounts: rows, sets and sums; names need not count. */
	for (uint32_t i = 0; i < a->underlyings; i++)
	{
		const pm_risk_block *block = pm_risk_block_at(a, i);
		const pm_scenario_set *set = pm_risk_set_of(a, block);
		const pm_cell *sums = sums_of(block);

		hash = pm_hash_word(hash, (uint64_t) block->rows);
		hash = pm_hash_word(hash, set ? set->fingerprint : 0);
		for (uint32_t n = 0; n < sum_count(a); n++)
			hash = pm_hash_word(pm_hash_word(hash, sums[n].low), (uint64_t) sums[n].high);
	}
	return hash;
}
