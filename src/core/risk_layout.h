/*
 * risk_layout.h - where things lie in a risk array; for the files that work on
 * its image (risk_array.c, risk_algebra.c, risk_check.c, netting.c, risk_table*.c)
 * and no others.
 */
#ifndef PM_RISK_LAYOUT_H
#define PM_RISK_LAYOUT_H

#include <string.h>

#include "risk_array.h"

static inline size_t
align8(size_t size)
{
	return (size + 7) & ~(size_t) 7;
}

static inline size_t
order_size(uint32_t capacity)
{
	return align8(capacity * sizeof(uint32_t));
}

static inline size_t
block_size(uint32_t scenarios)
{
	return sizeof(pm_risk_block) + (size_t) scenarios * sizeof(pm_cell);
}

static inline size_t
image_size(uint32_t capacity, uint32_t scenarios, size_t heap_size)
{
	return sizeof(pm_risk_array) + order_size(capacity) +
		capacity * block_size(scenarios) + heap_size;
}

static inline uint32_t *
order_of(const pm_risk_array *a)
{
	return (uint32_t *) (a + 1);
}

static inline pm_risk_block *
block_of(const pm_risk_array *a, uint32_t number)
{
	return (pm_risk_block *) ((char *) (a + 1) + order_size(a->capacity) +
							  number * block_size(a->scenarios));
}

static inline char *
heap_of(const pm_risk_array *a)
{
	return (char *) block_of(a, a->capacity);
}

static inline pm_risk_set *
set_at(const pm_risk_array *a, uint32_t offset)
{
	return (pm_risk_set *) (heap_of(a) + offset);
}

/* Byte order, which is the C collation. */
static inline int
compare_text(pm_text a, pm_text b)
{
	int			order = memcmp(a.bytes, b.bytes, a.length < b.length ? a.length : b.length);

	return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

/* An empty array of this capacity in memory that is large enough. */
extern void pm_risk_init(pm_risk_array *array, uint32_t scenarios,
						 uint32_t capacity, uint32_t heap_size);

/* Position of a name in the order, the first of several, or where it belongs (*found false). */
extern uint32_t pm_risk_find(const pm_risk_array *array, pm_text name, bool *found);

/*
 * Readies *array for additions under sets of this one's length and in this
 * currency, which an underlying of this name brings; then the block of an
 * underlying in it, made if need be, whose set must be this one.
 */
extern bool pm_risk_prepare(pm_risk_array **array, const pm_allocator *allocator,
							pm_text name, const pm_scenario_set *set,
							pm_text currency, pm_issue *issue);
extern bool pm_risk_block_for(pm_risk_array **array, const pm_allocator *allocator,
							  pm_text name, const pm_scenario_set *set,
							  pm_risk_block **block, pm_issue *issue);

/*
 * False, with the issue, if an underlying with this set cannot be added to an
 * array of as many scenarios, because either is joint: then all underlyings
 * have one set, which names them.
 */
extern bool pm_risk_check_joint(const pm_risk_array *array, pm_text name,
								const pm_scenario_set *set, pm_issue *issue);

/* A new block, without rows, for an underlying that takes this place in the order. */
extern bool pm_risk_new_block(pm_risk_array **array, const pm_allocator *allocator,
							  pm_text name, const pm_scenario_set *set, uint32_t place,
							  pm_issue *issue);

/* The heap offset of a set with these rows, or PM_NO_SET. */
extern uint32_t pm_risk_find_set(const pm_risk_array *array, const pm_scenario_set *set);

/* Puts a text into the heap. */
extern bool pm_risk_keep_text(pm_risk_array **array, const pm_allocator *allocator,
							  pm_text text, uint32_t *offset, pm_issue *issue);

/* The issues that an underlying comes with another set, or in another currency
 * (NULL bytes: none), than an array has; false. */
extern bool pm_risk_fail_sets(pm_text name, const pm_scenario_set *have,
							  const pm_scenario_set *set, pm_issue *issue);
extern bool pm_risk_fail_currencies(pm_text name, pm_text have, pm_text currency,
									pm_issue *issue);

/* The issue that a sum in an underlying left the range; false. */
extern bool pm_risk_fail_sum(pm_text name, pm_issue *issue);

#endif							/* PM_RISK_LAYOUT_H */
