/*
 * netting.c - one account after another.
 */
#include "netting.h"

#include <math.h>
#include <string.h>

#include "risk_layout.h"

#define NONE	UINT32_MAX

/* So many terms of PRODUCT_BITS, or of the range, do not overflow a sum. */
#define FEW_ROWS	4096

/* A whole quantity below this times an amount is exact and needs no rounding. */
#define QUANTITY_BITS	31

/* Bits that a product may have: less than the range of sums. */
#define PRODUCT_BITS	112

struct pm_net_name
{
	uint32_t	rank;			/* place of the block among all, by name */
	uint32_t	name;			/* number of a block with this name, the same for all */
	uint32_t	holder;			/* of such a block: the one that an account held last */
};

struct pm_net_currency
{
	uint32_t	offset;			/* into the heap of the sums */
	uint32_t	length;
	uint32_t	state;			/* a pm_currency_state */
};

void
pm_line_measure(pm_line *line, uint32_t scenarios)
{
	unsigned __int128 all = (unsigned __int128) (pm_cell_get(&line->long_quantity) |
												 pm_cell_get(&line->short_quantity));

	/* x and ~x have the same length, so a negative amount counts by its flipped bits. */
	for (uint32_t i = 0; i < PM_TOTALS + scenarios; i++)
	{
		pm_exact	amount = pm_cell_get(&line->amounts[i]);

		all |= (unsigned __int128) (amount < 0 ? ~amount : amount);
	}
	line->bits = (uint64_t) (all >> 64) != 0
		? 128 - (uint32_t) __builtin_clzll((uint64_t) (all >> 64))
		: (uint64_t) all != 0 ? 64 - (uint32_t) __builtin_clzll((uint64_t) all) : 0;
}

/* A multiple of the quantum as an amount, exactly; false beyond the range. */
static bool
set_amount(pm_cell *cell, double value)
{
	int64_t		whole;
	int64_t		rest;

	if (!(value >= -0x1p53 && value <= 0x1p53))
		return false;
	whole = (int64_t) value;
	rest = (int64_t) ((value - (double) whole) * 0x1p60);
	pm_cell_set(cell, (pm_exact) whole * ((pm_exact) 1 << 60) + rest);
	return true;
}

bool
pm_line_fill(pm_line *line, uint32_t scenarios, const double totals[PM_TOTALS],
			 const double *pnls, pm_text underlying, pm_issue *issue)
{
	memset(line, 0, sizeof *line);
	line->rows = 1;
	(void) set_amount(&line->long_quantity, 1);
	for (int t = 0; t < PM_TOTALS; t++)
		if (!set_amount(&line->amounts[t], totals[t]))
			return pm_risk_fail_sum(underlying, issue);
	for (uint32_t n = 0; n < scenarios; n++)
		if (!set_amount(&line->amounts[PM_TOTALS + n], pnls[n]))
			return pm_risk_fail_sum(underlying, issue);
	pm_line_measure(line, scenarios);
	return true;
}

static bool
fail_memory(size_t size, pm_issue *issue)
{
	return pm_fail(issue, PM_NO_MEMORY, "out of memory",
				   "Margin fewer underlyings or scenarios together.",
				   "The sums of an account need %zu bytes.", size);
}

/* Room for one more element of an array with `count` of `*room`. */
static bool
make_room(pm_net *net, void *array, uint32_t count, uint32_t *room, size_t element,
		  pm_issue *issue)
{
	void	  **at = array;
	uint32_t	more = count < 8 ? 8 : 2 * count;
	void	   *grown;

	if (count < *room)
		return true;
	grown = net->allocator.resize(net->allocator.context, *at, more * element);
	if (grown == NULL)
		return fail_memory(more * element, issue);
	*at = grown;
	*room = more;
	return true;
}

bool
pm_net_begin(pm_net *net, const pm_allocator *allocator, uint32_t scenarios, pm_issue *issue)
{
	memset(net, 0, sizeof *net);
	net->allocator = *allocator;
	net->currency = NONE;
	return pm_risk_create(&net->sums, allocator, scenarios, issue);
}

/* All blocks into the order, by name, so that another one can find its place. */
static void
list_all(pm_net *net)
{
	if (net->ranked)
		for (uint32_t i = 0; i < net->name_count; i++)
			order_of(net->sums)[net->names[i].rank] = i;
	net->sums->underlyings = net->name_count;
	net->ranked = false;
}

bool
pm_net_underlying(pm_net *net, pm_text name, const pm_scenario_set *set,
				  uint32_t *number, pm_issue *issue)
{
	bool		found;
	uint32_t	place;

	if (!make_room(net, &net->names, net->name_count, &net->name_room,
				   sizeof *net->names, issue))
		return false;
	list_all(net);
	place = pm_risk_find(net->sums, name, &found);
	for (uint32_t i = place; found && i < net->name_count; i++)
	{
		const pm_risk_block *block = pm_risk_block_at(net->sums, i);
		const pm_scenario_set *have = pm_risk_set_of(net->sums, block);

		if (compare_text(pm_risk_name(net->sums, block), name) != 0)
			break;
		if (have == set || (have != NULL && set != NULL && pm_set_equal(have, set)))
		{
			*number = order_of(net->sums)[i];
			return true;
		}
	}
	*number = net->name_count;
	if (!pm_risk_new_block(&net->sums, &net->allocator, name, set, place, issue))
		return false;
	net->name_count++;
	net->joint |= set != NULL && set->kind == PM_SET_JOINT;
	return true;
}

/* What the heap holds of a currency; NULL bytes for none. */
static pm_text
currency_of(const pm_net *net, uint32_t number)
{
	const struct pm_net_currency *c = &net->currencies[number];

	return (pm_text)
	{
		c->state == PM_CURRENCY_NAMED ? heap_of(net->sums) + c->offset : NULL, c->length
	};
}

bool
pm_net_currency(pm_net *net, pm_text currency, uint32_t *number, pm_issue *issue)
{
	struct pm_net_currency *c;

	for (uint32_t i = 0; i < net->currency_count; i++)
	{
		pm_text		have = currency_of(net, i);

		if ((have.bytes == NULL) == (currency.bytes == NULL) &&
			(have.bytes == NULL || compare_text(have, currency) == 0))
		{
			*number = i;
			return true;
		}
	}
	if (!make_room(net, &net->currencies, net->currency_count, &net->currency_room,
				   sizeof *net->currencies, issue))
		return false;
	list_all(net);
	c = &net->currencies[net->currency_count];
	c->offset = 0;
	c->length = (uint32_t) currency.length;
	c->state = currency.bytes == NULL ? PM_CURRENCY_NULL : PM_CURRENCY_NAMED;
	if (currency.bytes != NULL &&
		!pm_risk_keep_text(&net->sums, &net->allocator, currency, &c->offset, issue))
		return false;
	*number = net->currency_count++;
	return true;
}

/* The places that the order has given to blocks by name. */
static void
rank_names(pm_net *net)
{
	const pm_risk_array *sums = net->sums;

	for (uint32_t i = 0; i < net->name_count; i++)
	{
		uint32_t	number = order_of(sums)[i];
		bool		same = i > 0 &&
			compare_text(pm_risk_name(sums, block_of(sums, number)),
						 pm_risk_name(sums, block_of(sums, order_of(sums)[i - 1]))) == 0;

		net->names[number].rank = i;
		net->names[number].name = same ? net->names[order_of(sums)[i - 1]].name : number;
		net->names[number].holder = number;
	}
	net->ranked = true;
}

void
pm_net_clear(pm_net *net)
{
	pm_risk_array *sums = net->sums;

	if (!net->ranked)
		rank_names(net);
	for (uint32_t i = 0; i < sums->underlyings; i++)
		block_of(sums, order_of(sums)[i])->rows = 0;
	sums->underlyings = 0;
	sums->currency_state = PM_CURRENCY_UNSET;
	net->currency = NONE;
}

/*
 * Notes that the account holds a block.  One name must not come with two sets,
 * nor joint scenarios with others.
 */
static bool
hold(pm_net *net, uint32_t number, pm_issue *issue)
{
	pm_risk_array *sums = net->sums;
	const pm_risk_block *block = block_of(sums, number);
	uint32_t   *holder = &net->names[net->names[number].name].holder;

	if (net->joint &&
		!pm_risk_check_joint(sums, pm_risk_name(sums, block), pm_risk_set_of(sums, block), issue))
		return false;
	if (*holder != number && block_of(sums, *holder)->rows != 0)
		return pm_risk_fail_sets(pm_risk_name(sums, block),
								 pm_risk_set_of(sums, block_of(sums, *holder)),
								 pm_risk_set_of(sums, block), issue);
	*holder = number;
	order_of(sums)[sums->underlyings++] = number;
	return true;
}

static bool
settle_currency(pm_net *net, const pm_net_line *line, pm_issue *issue)
{
	pm_risk_array *sums = net->sums;
	const struct pm_net_currency *c = &net->currencies[line->currency];

	if (net->currency != NONE)
		return pm_risk_fail_currencies(pm_risk_name(sums, block_of(sums, line->underlying)),
									   currency_of(net, net->currency),
									   currency_of(net, line->currency), issue);
	net->currency = line->currency;
	sums->currency_state = (uint8_t) c->state;
	sums->currency_offset = c->offset;
	sums->currency_length = c->length;
	return true;
}

/* How a sum takes a term. */
typedef enum way
{
	FIRST,						/* it is the only one so far */
	UNCHECKED,					/* too few to overflow */
	CHECKED
} way;

/* sums += sign * n * amounts; true if a sum overflows. */
static inline __attribute__((always_inline)) bool
add_whole(pm_cell *sums, const pm_cell *amounts, uint32_t count, uint64_t n, bool negative,
		  way how)
{
	bool		overflow = false;

	for (uint32_t i = 0; i < count; i++)
	{
		unsigned __int128 term = (unsigned __int128) n * amounts[i].low +
			((unsigned __int128) (n * (uint64_t) amounts[i].high) << 64);
		pm_exact	sum;

		term = negative ? -term : term;
		if (how == FIRST)
			sum = (pm_exact) term;
		else if (how == UNCHECKED)
			sum = (pm_exact) ((unsigned __int128) pm_cell_get(&sums[i]) + term);
		else
			overflow |= __builtin_add_overflow(pm_cell_get(&sums[i]), (pm_exact) term, &sum);
		pm_cell_set(&sums[i], sum);
	}
	return overflow;
}

/* The same for any quantity; each product is rounded to the quantum. */
static bool
add_rounded(pm_cell *sums, const pm_cell *amounts, uint32_t count, double quantity)
{
	for (uint32_t i = 0; i < count; i++)
	{
		pm_exact	term;

		if (!pm_exact_scale(pm_cell_get(&amounts[i]), quantity, &term) ||
			!pm_cell_add(&sums[i], term))
			return true;
	}
	return false;
}

/* A whole quantity of a line, whose terms do not leave the range. */
static inline __attribute__((always_inline)) bool
add_line_whole(pm_risk_block *block, const pm_line *line, uint32_t scenarios,
			   uint64_t n, bool negative, way how)
{
	bool		overflow;

	overflow = add_whole(negative ? &block->short_quantity : &block->long_quantity,
						 &line->long_quantity, 1, n, false, how);
	overflow |= add_whole(negative ? &block->long_quantity : &block->short_quantity,
						  &line->short_quantity, 1, n, false, how);
	/* A sign that is known beforehand costs nothing. */
	return overflow |
		(negative
		 ? add_whole(sums_of(block), line->amounts, PM_TOTALS + scenarios, n, true, how)
		 : add_whole(sums_of(block), line->amounts, PM_TOTALS + scenarios, n, false, how));
}

/*
 * Adds a quantity of a line to the sums of its underlying, which need not be
 * set as long as it has no rows; false if they leave the range.  Each term is
 * the exact product, rounded to the quantum half to even.
 */
static bool
add_line(pm_risk_block *block, const pm_line *line, uint32_t scenarios, double quantity)
{
	double		size = fabs(quantity);
	bool		negative = quantity < 0;
	bool		overflow;

	if (size < (double) (1U << QUANTITY_BITS) && (double) (uint64_t) size == size &&
		line->bits + QUANTITY_BITS <= PRODUCT_BITS)
	{
		uint64_t	n = (uint64_t) size;

		if (block->rows == 0)
			overflow = add_line_whole(block, line, scenarios, n, negative, FIRST);
		else if (block->rows < FEW_ROWS)
			overflow = add_line_whole(block, line, scenarios, n, negative, UNCHECKED);
		else
			overflow = add_line_whole(block, line, scenarios, n, negative, CHECKED);
	}
	else
	{
		if (block->rows == 0)
			memset(&block->long_quantity, 0,
				   block_size(scenarios) - offsetof(pm_risk_block, long_quantity));
		overflow = add_rounded(negative ? &block->short_quantity : &block->long_quantity,
							   &line->long_quantity, 1, size) ||
			add_rounded(negative ? &block->long_quantity : &block->short_quantity,
						&line->short_quantity, 1, size) ||
			add_rounded(sums_of(block), line->amounts, PM_TOTALS + scenarios, quantity);
	}
	return !overflow && !__builtin_add_overflow(block->rows, line->rows, &block->rows);
}

bool
pm_net_add(pm_net *net, const pm_net_line *line, double quantity, pm_issue *issue)
{
	pm_risk_array *sums = net->sums;
	pm_risk_block *block = block_of(sums, line->underlying);

	if (line->currency != net->currency && !settle_currency(net, line, issue))
		return false;
	/* Each line has rows, so a block without rows is one not yet held. */
	if (block->rows == 0 && !hold(net, line->underlying, issue))
		return false;
	return add_line(block, line->line, sums->scenarios, quantity) ||
		pm_risk_fail_sum(pm_risk_name(sums, block), issue);
}

bool
pm_risk_add_line(pm_risk_array **array, const pm_allocator *allocator,
				 pm_text underlying, pm_text currency, const pm_scenario_set *set,
				 const pm_line *line, double quantity, pm_issue *issue)
{
	pm_risk_block *block;

	if (!pm_risk_prepare(array, allocator, underlying, set, currency, issue) ||
		!pm_risk_block_for(array, allocator, underlying, set, &block, issue))
		return false;
	return add_line(block, line, (*array)->scenarios, quantity) ||
		pm_risk_fail_sum(underlying, issue);
}
