/*
 * risk_array.h - the profit and loss of an account, scenario by scenario.
 *
 * Per underlying: the scenario set it was made with, one exact sum per
 * scenario, exact sums of the market value and the cash Greeks, gross
 * quantities and the number of rows.  Adding is exact, so an array does not
 * depend on the order of its rows or on how they were split among workers.
 *
 * An array is one flat image that holds offsets and no pointers: it can be
 * copied, sent to another process and grown by its owner's allocator.  Layout,
 * native byte order, everything aligned to 8:
 *
 *   header   pm_risk_array
 *   order    capacity x uint32: block numbers, by name in byte order (padded)
 *   blocks   capacity x pm_risk_block with `scenarios` cells each
 *   heap     heap_size bytes: names, the currency, scenario sets
 *
 * An array of no underlyings holds nothing: it has no currency and takes on any
 * number of scenarios.  Cells are unweighted; a scenario's weight is applied once, when a margin is
 * read off (margin.h).
 */
#ifndef PM_RISK_ARRAY_H
#define PM_RISK_ARRAY_H

#include "exact.h"
#include "contract.h"
#include "scenario_set.h"

#define PM_RISK_ARRAY_VERSION	1

typedef enum pm_currency_state
{
	PM_CURRENCY_UNSET,			/* no row yet */
	PM_CURRENCY_NULL,
	PM_CURRENCY_NAMED
} pm_currency_state;

typedef struct pm_risk_array
{
	int32_t		server_header;
	uint8_t		version;
	uint8_t		currency_state; /* a pm_currency_state */
	uint16_t	reserved;		/* 0 */
	uint32_t	scenarios;		/* of each underlying; 0: totals only */
	uint32_t	underlyings;
	uint32_t	capacity;		/* blocks there is room for */
	uint32_t	currency_offset;	/* into the heap */
	uint32_t	currency_length;
	uint32_t	first_set;		/* heap offset of the first set, or PM_NO_SET */
	uint32_t	heap_used;
	uint32_t	heap_size;
} pm_risk_array;

#define PM_NO_SET	UINT32_MAX

typedef struct pm_risk_block
{
	uint32_t	name_offset;	/* into the heap */
	uint32_t	name_length;
	uint32_t	set_offset;		/* heap offset of its set, or PM_NO_SET */
	uint32_t	reserved;		/* 0 */
	int64_t		rows;
	pm_cell		long_quantity;	/* sum of max(quantity, 0) */
	pm_cell		short_quantity; /* sum of max(-quantity, 0) */
	pm_cell		totals[PM_TOTALS];
	pm_cell		cells[];		/* profit and loss per scenario */
} pm_risk_block;

/* A set in the heap; the chain lists each distinct set once. */
typedef struct pm_risk_set
{
	uint32_t	next;			/* heap offset, or PM_NO_SET */
	uint32_t	size;			/* bytes of the set */
	pm_scenario_set set;
} pm_risk_set;

/*
 * The owner's allocator: gives `size` bytes that begin with those of `old`
 * (NULL at first), which then belongs to the owner again; NULL if it cannot.
 */
typedef struct pm_allocator
{
	void	   *(*resize) (void *context, void *old, size_t size);
	void	   *context;
} pm_allocator;

/* One row to be added: a quantity of one contract. */
typedef struct pm_risk_row
{
	pm_text		underlying;
	pm_text		currency;		/* NULL bytes: none */
	const pm_scenario_set *set; /* NULL: totals only, no scenarios */
	double		quantity;
	const double *pnls;			/* of one contract, one per scenario */
	const double *totals;		/* of one contract, PM_TOTALS */
} pm_risk_row;

/* Gives *array, which holds nothing or is NULL, room for one underlying. */
extern bool pm_risk_create(pm_risk_array **array, const pm_allocator *allocator,
						   uint32_t scenarios, pm_issue *issue);

/* The sums that scale with a position: totals and cells, side by side. */
static inline pm_cell *
sums_of(const pm_risk_block *block)
{
	return (pm_cell *) ((char *) block + offsetof(pm_risk_block, totals));
}

/*
 * Adds a row to *array, which may move and starts as NULL.  False, with the
 * issue, if they do not go together or leave the range; the array may then
 * hold part of the addition and must not be used.
 */
extern bool pm_risk_add_row(pm_risk_array **array, const pm_allocator *allocator,
							const pm_risk_row *row, pm_issue *issue);

/* Makes an array hold nothing; it keeps its room. */
extern void pm_risk_clear(pm_risk_array *array);

/* All that an array holds of one underlying. */
typedef struct pm_risk_sums
{
	pm_text		underlying;
	pm_text		currency;		/* NULL bytes: none */
	const pm_scenario_set *set; /* NULL: totals only */
	int64_t		rows;
	pm_cell		long_quantity;
	pm_cell		short_quantity;
	const pm_cell *totals;		/* PM_TOTALS */
	const pm_cell *pnls;		/* one per scenario */
} pm_risk_sums;

/*
 * Adds an underlying that the array does not have yet, as a reader of a stored
 * form does.  Rows, quantities and amounts have been checked.
 */
extern bool pm_risk_add_sums(pm_risk_array **array, const pm_allocator *allocator,
							 const pm_risk_sums *sums, pm_issue *issue);

/* False, with the issue, if a sum is beyond the range. */
extern bool pm_risk_check_range(const pm_risk_array *array, pm_issue *issue);

/* Bytes of an array, its room for growth included. */
extern size_t pm_risk_size(const pm_risk_array *array);

/* Whether `bytes` bytes are an image that is safe to read. */
extern bool pm_risk_valid(const pm_risk_array *array, size_t bytes);

/* The i-th underlying in byte order of names, its name, the array's currency
 * (NULL bytes: none), and the underlying's set (NULL: totals only). */
extern const pm_risk_block *pm_risk_block_at(const pm_risk_array *array, uint32_t i);
extern pm_text pm_risk_name(const pm_risk_array *array, const pm_risk_block *block);
extern int	pm_risk_compare_names(const pm_risk_array *array, const pm_risk_block *a,
								  const pm_risk_block *b);
extern pm_text pm_risk_currency(const pm_risk_array *array);
extern const pm_scenario_set *pm_risk_set_of(const pm_risk_array *array,
											 const pm_risk_block *block);

#endif							/* PM_RISK_ARRAY_H */
