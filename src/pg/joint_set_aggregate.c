/*
 * joint_set_aggregate.c - the aggregate joint_scenarios_agg: a joint set from
 * rows of (scenario, underlying, move), in any order.
 *
 * The state keeps the rows as they come, each distinct name once.  The final
 * function sorts them, which does not show, so that a window frame may ask again.
 */
#include "joint_set_type.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "aggregate_state.h"
#include "error.h"
#include "scenario_type.h"

typedef struct move_row
{
	uint32		scenario;		/* from 0 */
	uint32		underlying;		/* number of its name */
	pm_scenario move;
} move_row;

typedef struct name_entry
{
	pm_text		name;
	uint32		number;			/* from 0 */
} name_entry;

typedef struct move_state
{
	MemoryContext context;
	HTAB	   *names;
	move_row   *rows;
	uint64		count;
	uint64		room;
	uint32		scenarios;		/* the largest number so far */
} move_state;

static uint32
hash_name(const void *key, Size key_size pg_attribute_unused())
{
	const pm_text *name = key;

	return hash_bytes((const unsigned char *) name->bytes, name->length);
}

static int
compare_names(pm_text a, pm_text b)
{
	int			order = memcmp(a.bytes, b.bytes, Min(a.length, b.length));

	return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

static int
match_names(const void *a, const void *b, Size key_size pg_attribute_unused())
{
	return compare_names(*(const pm_text *) a, *(const pm_text *) b);
}

static move_state *
new_state(MemoryContext context)
{
	move_state *state = MemoryContextAllocZero(context, sizeof *state);
	HASHCTL		control = {
		.keysize = sizeof(pm_text), .entrysize = sizeof(name_entry),
		.hash = hash_name, .match = match_names, .hcxt = context
	};

	state->context = context;
	state->names = hash_create("joint_scenarios_agg underlyings", 64, &control,
							   HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
	return state;
}

static uint32
number_of(move_state *state, pm_text name)
{
	name_entry *entry = hash_search(state->names, &name, HASH_FIND, NULL);
	char	   *bytes;

	if (entry != NULL)
		return entry->number;
	bytes = MemoryContextAlloc(state->context, name.length + 1);
	name.bytes = memcpy(bytes, name.bytes, name.length);
	entry = hash_search(state->names, &name, HASH_ENTER, NULL);
	entry->number = hash_get_num_entries(state->names) - 1;
	return entry->number;
}

static void
add_row(move_state *state, uint32 scenario, pm_text name, const pm_scenario *move)
{
	if (state->count == state->room)
	{
		uint64		room = Max(2 * state->room, 64);

		state->rows = state->rows
			? repalloc_huge(state->rows, room * sizeof(move_row))
			: MemoryContextAlloc(state->context, room * sizeof(move_row));
		state->room = room;
	}
	state->rows[state->count] = (move_row)
	{
		scenario, number_of(state, name), *move
	};
	state->count++;
	state->scenarios = Max(state->scenarios, scenario + 1);
}

static void
refuse_null(FunctionCallInfo fcinfo, int argno, const char *name)
{
	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"%s\" must not be null", name),
				 errdetail("%s is null.", name),
				 errhint("Give a row (scenario, underlying, move) for each scenario and underlying.")));
}

/* joint_scenarios_trans(internal, int, text, market_scenario) */
PG_FUNCTION_INFO_V1(joint_scenarios_trans);
Datum
joint_scenarios_trans(PG_FUNCTION_ARGS)
{
	MemoryContext context = pm_aggregate_context(fcinfo);
	move_state *state;
	text	   *name;
	pm_scenario move;

	refuse_null(fcinfo, 1, "scenario");
	refuse_null(fcinfo, 2, "underlying");
	refuse_null(fcinfo, 3, "move");
	if (PG_GETARG_INT32(1) < 1 || PG_GETARG_INT32(1) > PM_MAX_SCENARIOS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("scenarios must be numbered from 1 to at most %d", PM_MAX_SCENARIOS),
				 errdetail("scenario is %d.", PG_GETARG_INT32(1)),
				 errhint("Number them: dense_rank() OVER (ORDER BY date).")));
	name = PG_GETARG_TEXT_PP(2);
	move = pm_read_scenario(pm_call(fcinfo), PG_GETARG_HEAPTUPLEHEADER(3));
	state = PG_ARGISNULL(0) ? new_state(context) : (move_state *) PG_GETARG_POINTER(0);
	add_row(state, PG_GETARG_INT32(1) - 1,
			(pm_text) {VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)}, &move);
	PG_RETURN_POINTER(state);
}

static int
compare_entries(const void *a, const void *b)
{
	return compare_names((*(name_entry *const *) a)->name, (*(name_entry *const *) b)->name);
}

static int
compare_rows(const void *a, const void *b)
{
	const move_row *x = a;
	const move_row *y = b;

	CHECK_FOR_INTERRUPTS();
	if (x->underlying != y->underlying)
		return x->underlying < y->underlying ? -1 : 1;
	return (x->scenario > y->scenario) - (x->scenario < y->scenario);
}

/* Numbers the names in byte order, sorts the rows by them; gives the names. */
static pm_text *
sort_rows(move_state *state)
{
	uint32		count = hash_get_num_entries(state->names);
	name_entry **entries = palloc(count * sizeof *entries);
	uint32	   *numbers = palloc(count * sizeof *numbers);
	pm_text    *names = palloc(count * sizeof *names);
	HASH_SEQ_STATUS scan;
	name_entry *entry;

	hash_seq_init(&scan, state->names);
	for (uint32 k = 0; (entry = hash_seq_search(&scan)) != NULL; k++)
		entries[k] = entry;
	qsort(entries, count, sizeof *entries, compare_entries);
	for (uint32 k = 0; k < count; k++)
	{
		numbers[entries[k]->number] = k;
		entries[k]->number = k;
		names[k] = entries[k]->name;
	}
	for (uint64 i = 0; i < state->count; i++)
		state->rows[i].underlying = numbers[state->rows[i].underlying];
	qsort(state->rows, state->count, sizeof(move_row), compare_rows);
	return names;
}

static void
raise_pair(const char *message, const char *hint, uint32 scenario, pm_text name)
{
	pm_issue	issue;

	pm_fail(&issue, PM_INVALID_VALUE, message, hint,
			"It is scenario %u of underlying \"%.*s\".",
			scenario + 1, pm_shown(name), name.bytes);
	pm_raise(&issue);
}

/* Raises unless sorted rows have each pair of scenario and underlying once. */
static void
check_pairs(const move_state *state, const pm_text *names)
{
	uint32		underlyings = hash_get_num_entries(state->names);

	for (uint64 i = 1; i < state->count; i++)
		if (state->rows[i].underlying == state->rows[i - 1].underlying &&
			state->rows[i].scenario == state->rows[i - 1].scenario)
			raise_pair("a joint scenario_set has a move twice",
					   "Give one row for each scenario and underlying.",
					   state->rows[i].scenario, names[state->rows[i].underlying]);
	/* Each at most once: the first that is not at its place is missing. */
	for (uint64 i = 0; i < (uint64) underlyings * state->scenarios; i++)
		if (i == state->count || state->rows[i].scenario != i % state->scenarios)
			raise_pair("a joint scenario_set lacks a move",
					   "Give a row for each scenario and underlying, market_scenario() where nothing moves, and number the scenarios without gaps.",
					   i % state->scenarios, names[i / state->scenarios]);
}

static pm_scenario
row_move(const void *context, uint32 underlying, uint32 scenario)
{
	const move_state *state = context;

	return state->rows[(uint64) underlying * state->scenarios + scenario].move;
}

/* joint_scenarios_final(internal) returns scenario_set; strict. */
PG_FUNCTION_INFO_V1(joint_scenarios_final);
Datum
joint_scenarios_final(PG_FUNCTION_ARGS)
{
	move_state *state;
	PmJointMoves moves = {.move = row_move};
	pm_scenario_set *set;
	pm_issue	issue;

	(void) pm_aggregate_context(fcinfo);
	state = (move_state *) PG_GETARG_POINTER(0);
	moves.names = sort_rows(state);
	check_pairs(state, moves.names);
	moves.underlyings = hash_get_num_entries(state->names);
	moves.scenarios = state->scenarios;
	moves.context = state;
	if (!pm_make_joint_set(&moves, &set, &issue))
		pm_raise(&issue);
	PG_RETURN_POINTER(set);
}
