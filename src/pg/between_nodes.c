/*
 * between_nodes.c - the aggregates grid_shortfall and worst_case.
 *
 * The state is a tape of the positions (position_tape.h): what a book loses
 * between the nodes of a grid cannot be read off its profits at the nodes.
 * The work is done by the final functions, in a memory context that ends with
 * them; they only read the state, so that a window frame may ask again.
 */
#include "position_tape.h"
#include "position_type.h"
#include "scenario_type.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "core/grid_bound.h"
#include "core/risk_array.h"
#include "core/worst_case.h"

#include "aggregate_state.h"
#include "contract_cache.h"
#include "error.h"
#include "margin_result.h"

/* Valuations of curves between two looks for a cancel request: milliseconds. */
#define CHUNK	20000

static PmTape *
getarg_tape(FunctionCallInfo fcinfo, int argno)
{
	return PG_ARGISNULL(argno) ? NULL : (PmTape *) PG_GETARG_POINTER(argno);
}

/* between_nodes_trans(internal, margin_position, scenario_set) */
PG_FUNCTION_INFO_V1(between_nodes_trans);
Datum
between_nodes_trans(PG_FUNCTION_ARGS)
{
	MemoryContext context = pm_aggregate_context(fcinfo);
	const pm_scenario_set *set;
	pm_position p;
	size_t		size;
	pm_issue	issue;

	pm_getarg_checked_position(fcinfo, 1, &p);
	set = pm_getarg_scenario_set(fcinfo, 2);
	if (!pm_region_size(set, &size, &issue) || !pm_book_takes(&p, &issue))
		pm_raise(&issue);
	PG_RETURN_POINTER(pm_tape_add(getarg_tape(fcinfo, 0), context, &p, set));
}

/* between_nodes_combine(internal, internal): leaves the second as it is. */
PG_FUNCTION_INFO_V1(between_nodes_combine);
Datum
between_nodes_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = pm_aggregate_context(fcinfo);
	PmTape	   *tape = getarg_tape(fcinfo, 0);
	const PmTape *other = getarg_tape(fcinfo, 1);

	if (other != NULL)
		tape = pm_tape_append(tape, context, other);
	if (tape == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(tape);
}

/* between_nodes_serialize(internal) returns bytea: the tape without its slack. */
PG_FUNCTION_INFO_V1(between_nodes_serialize);
Datum
between_nodes_serialize(PG_FUNCTION_ARGS)
{
	const PmTape *tape;
	bytea	   *image;

	(void) pm_aggregate_context(fcinfo);
	tape = getarg_tape(fcinfo, 0);
	if (tape->used > MaxAllocSize - VARHDRSZ)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many positions in one group of a parallel plan"),
				 errdetail("They need %zu bytes; the limit is 1 GB.", tape->used),
				 errhint("SET max_parallel_workers_per_gather = 0, or take smaller groups.")));
	image = pm_image_to_bytea(tape, tape->used);
	((PmTape *) VARDATA(image))->size = tape->used;
	PG_RETURN_BYTEA_P(image);
}

/* between_nodes_deserialize(bytea, internal) returns internal */
PG_FUNCTION_INFO_V1(between_nodes_deserialize);
Datum
between_nodes_deserialize(PG_FUNCTION_ARGS)
{
	Size		size;
	PmTape	   *tape;

	(void) pm_aggregate_context(fcinfo);
	tape = pm_getarg_image(fcinfo, 0, sizeof *tape, &size);
	if (!pm_tape_valid(tape, size))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("partial list of positions is corrupt"),
				 errdetail("Its %zu bytes are not positions of this version.", size)));
	PG_RETURN_POINTER(tape);
}

/* ------------------------------------------------------------------------
 * From a tape to positions by underlying, and their profits at the nodes.
 */

typedef struct survey
{
	MemoryContext context;		/* ends with the final function */
	pm_position *positions;		/* by underlying, then contract */
	uint32		count;
	pm_risk_array *array;		/* as portfolio_margin has it, totals left out */
} survey;

/* The core's allocator; raises instead of giving NULL. */
static void *
resize(void *context, void *old, size_t size)
{
	return old ? repalloc_huge(old, size)
		: MemoryContextAllocHuge((MemoryContext) context, size);
}

static int
compare_positions(const void *a, const void *b)
{
	return pm_contract_compare(a, b);
}

/* A set's rows and room for profits, if it is not the one of the call before. */
static void
use_set(PmSetCache *cache, const pm_scenario_set *set)
{
	if (cache->set != NULL && pm_set_equal(cache->set, set))
		return;
	if (cache->rows != NULL)
	{
		pfree(cache->rows);
		pfree(cache->pnls);
	}
	cache->set = unconstify(pm_scenario_set *, set);
	cache->rows = palloc(set->scenarios * sizeof(pm_scenario));
	cache->pnls = palloc(set->scenarios * sizeof(double));
	pm_set_rows(set, cache->rows);
}

/* Values the positions of a tape at the nodes, and sorts them. */
static void
read_positions(survey *s, const PmTape *tape)
{
	static const double no_totals[PM_TOTALS];
	pm_allocator allocator = {resize, s->context};
	PmSetCache	cache = {0};
	const pm_scenario_set *set = NULL;
	pm_position p;
	Size		offset = 0;
	pm_issue	issue;

	if (tape->positions > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many positions in one group")));
	s->array = NULL;
	s->count = 0;
	s->positions = MemoryContextAllocHuge(s->context, tape->positions * sizeof(pm_position));
	while (pm_tape_next(tape, &offset, &p, &set))
	{
		pm_risk_row row = {
			.underlying = p.underlying, .currency = pm_position_currency(&p),
			.set = set, .quantity = p.quantity, .totals = no_totals
		};

		use_set(&cache, set);
		pm_value_contract(&p, &cache);
		row.pnls = cache.pnls;
		if (!pm_risk_add_row(&s->array, &allocator, &row, &issue))
			pm_raise(&issue);
		s->positions[s->count++] = p;
	}
	qsort(s->positions, s->count, sizeof(pm_position), compare_positions);
}

/* ------------------------------------------------------------------------
 * One underlying.
 */

/* Amounts of one underlying, or of all; losses are not below 0. */
typedef struct losses
{
	pm_exact	node;
	pm_exact	bound;
	pm_exact	found;
} losses;

typedef struct underlying
{
	pm_text		name;
	const pm_position *positions;
	uint32		count;
	pm_region	region;
	pm_shocked_book book;
	pm_grid_bound bound;
	double		node_price;		/* of the worst node */
	double		node_vol;
	losses		loss;
	double		price;			/* where loss.found is */
	double		vol;
} underlying;

static void
raise_range(pm_text name)
{
	pm_issue	issue;

	pm_fail(&issue, PM_OUT_OF_RANGE, "the loss between the nodes has no bound",
			"Check the scale of the position's fields and of vol_shocks and vol_power.",
			"It is beyond +-2^53, or its steps are, in underlying \"%.*s\".",
			pm_shown(name), name.bytes);
	pm_raise(&issue);
}

/* Positions to a function of two shocks, and the cells of the grid to boxes. */
static void
open_underlying(underlying *u, const survey *s, const pm_risk_block *block)
{
	const pm_scenario_set *set = pm_risk_set_of(s->array, block);
	pm_curve   *curves;
	pm_box	   *boxes;
	uint32		capacity;
	size_t		size;
	pm_issue	issue;

	if (!pm_region_size(set, &size, &issue))
		pm_raise(&issue);
	pm_region_fill(&u->region, set, palloc(size));
	curves = MemoryContextAllocHuge(s->context, u->count * sizeof(pm_curve));
	if (!pm_book_build(&u->book, &u->region, curves, u->positions, u->count, &issue))
		pm_raise(&issue);
	capacity = pm_region_cells(&u->region) + pm_bound_divisions(u->book.curves);
	boxes = MemoryContextAllocHuge(s->context, capacity * sizeof(pm_box));
	pm_bound_start(&u->bound, &u->book, block->cells, boxes, capacity);
	u->node_price = u->bound.found_price;
	u->node_vol = u->bound.found_vol;
}

/* Works the bound out; a step costs a few valuations of each curve. */
static void
work_out(underlying *u)
{
	uint32		count = Max(1, CHUNK / (u->book.curves + 1));

	do
		CHECK_FOR_INTERRUPTS();
	while (pm_bound_step(&u->bound, count));
}

/* The searches of worst_case; GSL's memory goes with the context. */
static void
search(underlying *u, pm_worst_case *worst)
{
	uint32		count = Max(1, CHUNK / (u->book.curves + 1));
	bool		more = true;
	pm_issue	issue;

	pm_worst_case_start(worst, &u->bound);
	while (more)
	{
		CHECK_FOR_INTERRUPTS();
		if (!pm_worst_case_step(worst, count, &more, &issue))
			pm_raise(&issue);
	}
}

/* The losses, once no more will be found: what was met is summed exactly. */
static void
sum_up(underlying *u, const pm_risk_array *array, const pm_risk_block *block, double bound)
{
	pm_scenario at = pm_region_scenario(&u->region, u->bound.found_price, u->bound.found_vol);
	pm_issue	issue;

	u->loss.node = 0;
	for (uint32 n = 0; n < array->scenarios; n++)
		u->loss.node = Max(u->loss.node, -pm_cell_get(&block->cells[n]));
	if (!pm_exact_loss(u->positions, u->count, &at, &u->loss.found, &issue))
		pm_raise(&issue);
	u->price = at.price_shock;
	u->vol = at.vol_shock;
	if (u->loss.found < u->loss.node)
	{
		u->loss.found = u->loss.node;
		u->price = u->node_price;
		u->vol = u->node_vol;
	}
	u->loss.found = Max(u->loss.found, 0);
	/* Upwards by a quantum, for the rounding to it. */
	if (!pm_exact_product(bound, 1, &u->loss.bound))
		raise_range(u->name);
	u->loss.bound = Max(u->loss.bound + 1, u->loss.found);
}

static void
add_losses(losses *sum, const losses *more, pm_text name)
{
	if (__builtin_add_overflow(sum->node, more->node, &sum->node) ||
		__builtin_add_overflow(sum->bound, more->bound, &sum->bound) ||
		__builtin_add_overflow(sum->found, more->found, &sum->found) ||
		!pm_exact_in_range(sum->bound))
		raise_range(name);
}

/* Whether u is to be named rather than the one named so far. */
typedef bool (*preference) (const underlying *u, const underlying *named);

static bool
larger_shortfall(const underlying *u, const underlying *named)
{
	return u->loss.bound - u->loss.node > named->loss.bound - named->loss.node;
}

static bool
larger_loss(const underlying *u, const underlying *named)
{
	return u->loss.found > named->loss.found;
}

/*
 * Goes through the underlyings, with searches if there is a pm_worst_case, and
 * adds up their losses; *named is the one that the result tells about, and
 * *cell its cell with the largest bound.
 */
static losses
survey_account(survey *s, pm_worst_case *worst, preference better,
			   underlying *named, pm_box *cell)
{
	losses		sum = {0, 0, 0};
	MemoryContext whole = s->context;
	uint32		next = 0;

	for (uint32 i = 0; i < s->array->underlyings; i++)
	{
		const pm_risk_block *block = pm_risk_block_at(s->array, i);
		underlying	u = {.name = pm_risk_name(s->array, block)};
		uint32		worst_cell;
		double		bound;

		/* Blocks and positions are in the same order of names. */
		u.positions = s->positions + next;
		u.count = block->rows;
		next += u.count;

		s->context = AllocSetContextCreate(whole, "one underlying", ALLOCSET_DEFAULT_SIZES);
		MemoryContextSwitchTo(s->context);
		open_underlying(&u, s, block);
		work_out(&u);
		bound = pm_bound_loss(&u.bound);
		worst_cell = pm_bound_worst_cell(&u.bound);
		if (worst != NULL)
			search(&u, worst);
		sum_up(&u, s->array, block, bound);
		add_losses(&sum, &u.loss, u.name);
		if (i == 0 || better(&u, named))
		{
			*cell = pm_bound_cell(&u.bound, worst_cell);
			*named = u;
		}
		MemoryContextSwitchTo(whole);
		MemoryContextDelete(s->context);
		s->context = whole;
	}
	return sum;
}

/* ------------------------------------------------------------------------
 * Results.
 */

static void
release_searches(void *worst)
{
	pm_worst_case_release(worst);
}

/* Amount of an exact sum as a float8. */
static Datum
amount(pm_exact sum)
{
	return Float8GetDatum(pm_exact_to_double(sum));
}

/* grid_shortfall_final(internal) returns grid_shortfall_result; strict. */
PG_FUNCTION_INFO_V1(grid_shortfall_final);
Datum
grid_shortfall_final(PG_FUNCTION_ARGS)
{
	TupleDesc	desc = pm_result_desc(fcinfo, pm_call(fcinfo));
	MemoryContext caller = CurrentMemoryContext;
	survey		s;
	losses		sum;
	underlying	named;
	pm_box		cell;
	Datum		values[12];
	bool		nulls[lengthof(values)] = {false};
	HeapTuple	result;

	(void) pm_aggregate_context(fcinfo);
	s.context = AllocSetContextCreate(caller, "grid_shortfall", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(s.context);
	read_positions(&s, getarg_tape(fcinfo, 0));
	sum = survey_account(&s, NULL, larger_shortfall, &named, &cell);
	MemoryContextSwitchTo(caller);

	values[0] = amount(sum.node);
	values[1] = amount(sum.bound);
	values[2] = amount(sum.bound - sum.node);
	values[3] = amount(sum.found);
	values[4] = amount(sum.bound - sum.found);
	pm_set_text(&values[5], &nulls[5], named.name);
	values[6] = Float8GetDatum(cell.x0);
	values[7] = Float8GetDatum(cell.x1);
	values[8] = Float8GetDatum(cell.v0);
	values[9] = Float8GetDatum(cell.v1);
	values[10] = Int64GetDatum(s.count);
	pm_set_text(&values[11], &nulls[11], pm_risk_currency(s.array));
	result = heap_form_tuple(desc, values, nulls);
	MemoryContextDelete(s.context);
	return HeapTupleGetDatum(result);
}

/* worst_case_final(internal) returns worst_case_result; strict. */
PG_FUNCTION_INFO_V1(worst_case_final);
Datum
worst_case_final(PG_FUNCTION_ARGS)
{
	TupleDesc	desc = pm_result_desc(fcinfo, pm_call(fcinfo));
	MemoryContext caller = CurrentMemoryContext;
	MemoryContextCallback *callback;
	pm_worst_case *worst;
	survey		s;
	losses		sum;
	underlying	named;
	pm_box		cell;
	Datum		values[8];
	bool		nulls[lengthof(values)] = {false};
	HeapTuple	result;

	(void) pm_aggregate_context(fcinfo);
	s.context = AllocSetContextCreate(caller, "worst_case", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(s.context);
	/* Before GSL has taken any memory, so that no error can lose it. */
	worst = palloc(sizeof *worst);
	pm_worst_case_init(worst);
	callback = palloc(sizeof *callback);
	callback->func = release_searches;
	callback->arg = worst;
	MemoryContextRegisterResetCallback(s.context, callback);

	read_positions(&s, getarg_tape(fcinfo, 0));
	sum = survey_account(&s, worst, larger_loss, &named, &cell);
	MemoryContextSwitchTo(caller);

	values[0] = amount(sum.found);
	values[1] = Float8GetDatum(named.price);
	values[2] = Float8GetDatum(named.vol);
	pm_set_text(&values[3], &nulls[3], named.name);
	values[4] = amount(sum.bound);
	values[5] = amount(sum.bound - sum.found);
	values[6] = Int64GetDatum(s.count);
	pm_set_text(&values[7], &nulls[7], pm_risk_currency(s.array));
	result = heap_form_tuple(desc, values, nulls);
	MemoryContextDelete(s.context);
	return HeapTupleGetDatum(result);
}
