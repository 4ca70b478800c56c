/*
 * risk_check.c - whether bytes are a risk array that is safe to read.
 */
#include "risk_array.h"

#include "risk_layout.h"

/* Whether [offset, offset + length) lies in the used heap. */
static bool
in_heap(const pm_risk_array *a, uint64_t offset, uint64_t length)
{
	return offset + length <= a->heap_used;
}

/* A set that lies at this offset, whole. */
static bool
set_valid(const pm_risk_array *a, uint32_t offset)
{
	return offset % 8 == 0 &&
		in_heap(a, offset, offsetof(pm_risk_set, set) + sizeof(pm_scenario_set)) &&
		in_heap(a, offset, offsetof(pm_risk_set, set) + (uint64_t) set_at(a, offset)->size) &&
		pm_set_valid(&set_at(a, offset)->set, set_at(a, offset)->size) &&
		set_at(a, offset)->set.scenarios == a->scenarios;
}

static bool
chain_valid(const pm_risk_array *a)
{
	uint32_t	seen = 0;

	for (uint32_t offset = a->first_set; offset != PM_NO_SET; offset = set_at(a, offset)->next)
	{
		/* No more sets than underlyings, or the chain runs in a circle. */
		if (seen++ == a->underlyings || !set_valid(a, offset))
			return false;
	}
	return true;
}

/*
 * Its set need not be in the chain to be safe, and looking would be quadratic;
 * `checked` is the offset of a set found valid, or PM_NO_SET.  A joint set must
 * be that of all underlyings, and have moves for this one.
 */
static bool
block_valid(const pm_risk_array *a, const pm_risk_block *block, uint32_t *checked)
{
	uint32_t	offset = block->set_offset;
	uint32_t	column;
	pm_issue	issue;

	if (!in_heap(a, block->name_offset, block->name_length) || block->rows < 1)
		return false;
	if (offset == PM_NO_SET || a->scenarios == 0)
		return offset == PM_NO_SET && a->scenarios == 0;
	if (offset != *checked && !set_valid(a, offset))
		return false;
	if (*checked != PM_NO_SET && offset != *checked &&
		(set_at(a, offset)->set.kind == PM_SET_JOINT ||
		 set_at(a, *checked)->set.kind == PM_SET_JOINT))
		return false;
	*checked = offset;
	return pm_set_column(&set_at(a, offset)->set, pm_risk_name(a, block), &column, &issue);
}

bool
pm_risk_valid(const pm_risk_array *a, size_t bytes)
{
	if (bytes < sizeof *a || a->version != PM_RISK_ARRAY_VERSION ||
		a->scenarios > PM_MAX_SCENARIOS ||
		a->underlyings > a->capacity || a->heap_used > a->heap_size ||
		a->heap_used % 8 != 0 || a->heap_size % 8 != 0 ||
		a->currency_state > PM_CURRENCY_NAMED ||
		(a->currency_state == PM_CURRENCY_UNSET) != (a->underlyings == 0) ||
		pm_risk_size(a) != bytes ||
		!in_heap(a, a->currency_offset, a->currency_length) ||
		!chain_valid(a))
		return false;
	for (uint32_t i = 0, checked = PM_NO_SET; i < a->underlyings; i++)
	{
		if (order_of(a)[i] >= a->underlyings ||
			!block_valid(a, pm_risk_block_at(a, i), &checked))
			return false;
		if (i > 0 && compare_text(pm_risk_name(a, pm_risk_block_at(a, i - 1)),
								  pm_risk_name(a, pm_risk_block_at(a, i))) >= 0)
			return false;
	}
	return true;
}
