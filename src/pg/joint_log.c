/*
 * joint_log.c - all groups of a log, one tile of scenarios after another.
 */
#include "joint_log.h"

#include <math.h>

#include "miscadmin.h"

#include "core/joint_set.h"
#include "core/joint_tiles.h"

#include "contract_cache.h"
#include "error.h"

/*
 * Scenarios in which contracts are valued together: a multiple of the tile's,
 * and fewer where those and the tile would take more bytes than this.
 */
#define MOST_VALUED	256
#define MOST_BYTES	(64 * 1024 * 1024)

/* Bytes of a tile that need not be fetched from memory. */
#define CACHE_BYTES	(4 * 1024 * 1024)

/* Groups and rows between two looks for a cancel request. */
#define FEW_GROUPS	64
#define FEW_ROWS	4096

/* A group that no set has come to. */
#define UNSEEN	PG_UINT32_MAX

/* A line that is used, with a place in the tile. */
typedef struct used_line
{
	PmJointLine *joint;
	uint32		number;
} used_line;

typedef struct reduction
{
	const PmLineList *lines;
	const PmLogRow *rows;
	const uint32 *ends;
	PmJointLeast *least;
	const PmSetCache *set;		/* of what follows */
	uint32	   *groups;
	uint32		group_count;
	used_line  *used;			/* by column */
	uint32		used_count;
	uint32	   *places;			/* of lines by number, from 1; 0: not used */
	uint32		valued;			/* scenarios that are valued together */
	double	   *pnls;			/* of these, per line used */
	pm_tile		tile;
	uint32		first;			/* scenarios of the tile */
	uint32		count;
	pm_cell    *losses;			/* per underlying, scratch */
	uint32	   *named;			/* per underlying: a row of it, from 1 */
} reduction;

static uint32
start_of(const reduction *r, uint32 group)
{
	return group == 0 ? 0 : r->ends[group - 1];
}

static PmJointLine *
joint_of(const reduction *r, uint32 row)
{
	return r->lines->joint_lines[r->rows[row].line]->joint;
}

static int
compare_columns(const void *a, const void *b)
{
	uint32		x = ((const used_line *) a)->joint->column;
	uint32		y = ((const used_line *) b)->joint->column;

	return (x > y) - (x < y);
}

/*
 * The lines of a group whose rows all have the set; one that mixes sets is left
 * to whoever adds it up otherwise.
 */
static void
use_group(reduction *r, uint32 group)
{
	PmJointLeast *least = &r->least[group];

	least->scenario = 0;
	for (uint32 i = start_of(r, group); i < r->ends[group]; i++)
		if (joint_of(r, i)->set != r->set)
			return;
	r->groups[r->group_count++] = group;
	for (uint32 i = start_of(r, group); i < r->ends[group]; i++)
	{
		uint32		number = r->rows[i].line;

		if (r->places[number] != 0)
			continue;
		r->used[r->used_count++] = (used_line)
		{
			joint_of(r, i), number
		};
		r->places[number] = r->used_count;
	}
}

/* Profit and loss of a contract in scenarios of its column. */
static void
value_line(PmJointLine *joint, const pm_scenario *moves, uint32 first, uint32 count, double *pnls)
{
	const pm_line *whole = pm_joint_kept(joint);
	pm_issue	issue;

	if (whole != NULL)
		for (uint32 i = 0; i < count; i++)
			pnls[i] = pm_exact_to_double(pm_cell_get(&whole->amounts[PM_TOTALS + first + i]));
	else if (!pm_contract_pnls(&joint->position, moves, count, first + 1, pnls, &issue))
		pm_raise(&issue);
}

static void
value_lines(reduction *r, uint32 first)
{
	uint32		count = Min(r->valued, r->set->set->scenarios - first);
	pm_scenario moves[MOST_VALUED];
	uint32		column = PG_UINT32_MAX;

	for (uint32 i = 0; i < r->used_count; i++)
	{
		PmJointLine *joint = r->used[i].joint;

		CHECK_FOR_INTERRUPTS();
		if (joint->column != column)
			pm_joint_rows(r->set->set, joint->column, first, count, moves);
		column = joint->column;
		value_line(joint, moves, first, count, r->pnls + (Size) i * r->valued);
	}
}

static void
fill_tile(reduction *r)
{
	const double *pnls = r->pnls + r->first % r->valued;

	for (uint32 i = 0; i < r->used_count; i++)
	{
		if (i % FEW_ROWS == 0)
			CHECK_FOR_INTERRUPTS();
		/* What is out of range raises the same as elsewhere. */
		if (!pm_tile_fill(&r->tile, i, pnls + (Size) i * r->valued, r->count) &&
			pm_joint_amounts(r->used[i].joint) != NULL)
			elog(ERROR, "a contract is out of range in a tile only");
	}
}

static pm_text
name_of(const reduction *r, uint32 row)
{
	return joint_of(r, row)->position.underlying;
}

static bool
comes_before(pm_text a, pm_text b)
{
	int			order = memcmp(a.bytes, b.bytes, Min(a.length, b.length));

	return order < 0 || (order == 0 && a.length < b.length);
}

/*
 * A line of the underlying that loses most in a scenario of the tile; among
 * equals that whose name comes first in byte order.
 */
static uint32
find_named(reduction *r, uint32 group, uint32 scenario)
{
	uint32		start = start_of(r, group);
	uint32		best = start;

	for (uint32 i = start; i < r->ends[group]; i++)
	{
		uint32		line = r->rows[i].line;
		uint32		underlying = r->lines->lines[line].underlying;
		pm_exact	term = pm_tile_term(&r->tile, r->places[line] - 1, scenario,
										r->rows[i].quantity);

		if (r->named[underlying] == 0)
		{
			r->named[underlying] = i + 1;
			pm_cell_set(&r->losses[underlying], 0);
		}
		(void) pm_cell_add(&r->losses[underlying], term);
	}
	for (uint32 i = start; i < r->ends[group]; i++)
	{
		uint32		underlying = r->lines->lines[r->rows[i].line].underlying;
		pm_exact	loss = pm_cell_get(&r->losses[underlying]);
		pm_exact	least = pm_cell_get(&r->losses[r->lines->lines[r->rows[best].line].underlying]);

		if (r->named[underlying] != 0 &&
			(loss < least || (loss == least && comes_before(name_of(r, i), name_of(r, best)))))
			best = i;
		r->named[underlying] = 0;
	}
	return r->rows[best].line;
}

/* Adds a group up in the tile; false if it may be out of range. */
static bool
add_group(const reduction *r, uint32 group, pm_tile_sums *sums)
{
	const PmLogRow *row = r->rows + start_of(r, group);
	const PmLogRow *end = r->rows + r->ends[group];

	pm_tile_clear(sums, &r->tile);
	for (; row < end; row++)
	{
		if ((end - row) % FEW_ROWS == 0)
			CHECK_FOR_INTERRUPTS();
		if (!pm_tile_add(sums, &r->tile, r->places[row->line] - 1, row->quantity))
			return false;
	}
	return true;
}

static pm_exact
exact_total(const reduction *r, uint32 group, uint32 scenario)
{
	pm_exact	total = 0;

	for (uint32 i = start_of(r, group); i < r->ends[group]; i++)
		total += pm_tile_term(&r->tile, r->places[r->rows[i].line] - 1, scenario,
							  r->rows[i].quantity);
	return total;
}

/* Takes the scenarios of the tile into account for a group that is added up there. */
static void
meet_tile(reduction *r, uint32 group, const pm_tile_sums *sums)
{
	PmJointLeast *least = &r->least[group];
	bool		none = r->first == 0;
	double		bound = pm_tile_bound(sums, r->count, none ? INFINITY
									  : pm_exact_to_double(pm_cell_get(&least->pnl)));
	uint32		worst = r->count;

	for (uint32 i = 0; i < r->count; i++)
	{
		pm_exact	pnl;

		if (!(sums->near[i] <= bound))
			continue;
		CHECK_FOR_INTERRUPTS();
		pnl = exact_total(r, group, i);
		if (!none && pnl >= pm_cell_get(&least->pnl))
			continue;
		pm_cell_set(&least->pnl, pnl);
		worst = i;
		none = false;
	}
	if (worst == r->count)
		return;
	least->scenario = r->first + worst;
	least->named = find_named(r, group, worst);
}

static void
add_groups(reduction *r)
{
	pm_tile_sums sums;
	uint32		left = 0;

	for (uint32 i = 0; i < r->group_count; i++)
	{
		uint32		group = r->groups[i];

		if (i % FEW_GROUPS == 0)
			CHECK_FOR_INTERRUPTS();
		if (add_group(r, group, &sums))
		{
			r->groups[left++] = group;
			meet_tile(r, group, &sums);
		}
		else
			r->least[group].named = PM_NOT_KEPT;
	}
	r->group_count = left;
}

/*
 * A tile that stays in the processor's cache if it can, for rows come to its lines
 * in no order.
 */
static void
make_tile(reduction *r)
{
	Size		lines = r->used_count;
	uint32		width = PM_MOST_WIDTH;

	while (width > PM_LEAST_WIDTH && lines * width * sizeof(double) > CACHE_BYTES)
		width /= 2;
	r->tile.width = width;
	r->valued = MOST_VALUED;
	while (r->valued > width &&
		   lines * (width + r->valued) * sizeof(double) > MOST_BYTES)
		r->valued /= 2;
	r->pnls = palloc_extended(lines * r->valued * sizeof(double), MCXT_ALLOC_HUGE);
	r->tile.cells = palloc_extended(lines * width * sizeof(double), MCXT_ALLOC_HUGE);
	r->tile.sizes = palloc_extended(lines * sizeof(double), MCXT_ALLOC_HUGE);
}

/* All groups of one set. */
static void
reduce_set(reduction *r, uint32 from, uint32 groups)
{
	uint32		scenarios = r->set->set->scenarios;

	r->group_count = 0;
	r->used_count = 0;
	for (uint32 g = from; g < groups; g++)
		if (r->least[g].scenario == UNSEEN && start_of(r, g) < r->ends[g] &&
			joint_of(r, start_of(r, g))->set == r->set)
			use_group(r, g);
	if (r->used_count == 0)
		return;
	qsort(r->used, r->used_count, sizeof *r->used, compare_columns);
	for (uint32 i = 0; i < r->used_count; i++)
		r->places[r->used[i].number] = i + 1;
	make_tile(r);
	for (r->first = 0; r->first < scenarios; r->first += r->tile.width)
	{
		r->count = Min(r->tile.width, scenarios - r->first);
		if (r->first % r->valued == 0)
			value_lines(r, r->first);
		fill_tile(r);
		add_groups(r);
	}
	pfree(r->pnls);
	pfree(r->tile.cells);
	pfree(r->tile.sizes);
}

static void *
alloc_zero(Size count, Size size)
{
	return palloc_extended(count * size, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

PmJointLeast *
pm_joint_leasts(PmCall *call, MemoryContext context, const PmLogRow *rows,
				const uint32 *ends, uint32 groups)
{
	MemoryContext work = AllocSetContextCreate(context, "portfolio_margin tiles",
											   ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(work);
	reduction	r = {.lines = call->lines, .rows = rows, .ends = ends};

	r.least = MemoryContextAllocHuge(context, groups * sizeof *r.least);
	for (uint32 g = 0; g < groups; g++)
		r.least[g] = (PmJointLeast)
		{
			.scenario = UNSEEN, .named = PM_NOT_KEPT
		};
	r.groups = alloc_zero(groups, sizeof *r.groups);
	r.used = alloc_zero(r.lines->count, sizeof *r.used);
	r.places = alloc_zero(r.lines->count, sizeof *r.places);
	r.losses = alloc_zero(r.lines->net.name_count, sizeof *r.losses);
	r.named = alloc_zero(r.lines->net.name_count, sizeof *r.named);
	for (uint32 g = 0; g < groups; g++)
		if (r.least[g].scenario == UNSEEN && start_of(&r, g) < ends[g])
		{
			r.set = joint_of(&r, start_of(&r, g))->set;
			reduce_set(&r, g, groups);
		}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(work);
	return r.least;
}

bool
pm_joint_margin(PmCall *call, const PmJointLeast *least, pm_margin *margin)
{
	pm_exact	pnl = pm_cell_get(&least->pnl);
	const PmJointLine *joint;

	if (least->named == PM_NOT_KEPT)
		return false;
	joint = call->lines->joint_lines[least->named]->joint;
	pm_margin_fill(margin, pnl < 0 ? -pnl : 0, joint->set->set, joint->column,
				   joint->position.underlying, least->scenario);
	return true;
}

const pm_risk_array *
pm_joint_array(PmCall *call, const PmLogRow *rows, uint32 count)
{
	PmLineList *list = call->lines;
	pm_allocator allocator = pm_context_allocator(list->context);
	pm_issue	issue;

	if (list->array != NULL)
		pm_risk_clear(list->array);
	for (uint32 i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!pm_add_line(&list->array, &allocator, list->joint_lines[rows[i].line],
						 rows[i].quantity, &issue))
			pm_raise(&issue);
	}
	return list->array;
}
