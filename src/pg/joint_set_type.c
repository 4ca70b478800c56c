/*
 * joint_set_type.c - SQL's joint_scenarios, and joint sets as rows.
 */
#include "joint_set_type.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "array_argument.h"
#include "error.h"
#include "margin_result.h"
#include "scenario_type.h"

/* An underlying and its place among those given. */
typedef struct named_place
{
	pm_text		name;
	uint32		place;
} named_place;

static int
compare_places(const void *a, const void *b)
{
	const named_place *x = a;
	const named_place *y = b;
	int			order = memcmp(x->name.bytes, y->name.bytes, Min(x->name.length, y->name.length));

	return order != 0 ? order : (x->name.length > y->name.length) - (x->name.length < y->name.length);
}

/* The given moves with their underlyings in order. */
typedef struct ordered_moves
{
	const PmJointMoves *given;
	const named_place *places;
} ordered_moves;

static pm_scenario
ordered_move(const void *context, uint32_t underlying, uint32_t scenario)
{
	const ordered_moves *ordered = context;

	/* The core, which calls this, holds nothing that an error would lose. */
	if (scenario == 0)
		CHECK_FOR_INTERRUPTS();
	return ordered->given->move(ordered->given->context,
								ordered->places[underlying].place, scenario);
}

bool
pm_make_joint_set(const PmJointMoves *moves, pm_scenario_set **set, pm_issue *issue)
{
	Size		room = Max(moves->underlyings, 1);
	named_place *places = palloc(room * sizeof *places);
	pm_text    *names = palloc(room * sizeof *names);
	uint32	   *fields = palloc(room * sizeof *fields);
	ordered_moves ordered = {moves, places};
	pm_joint_source source = {
		.scenarios = moves->scenarios, .underlyings = moves->underlyings,
		.names = names, .move = ordered_move, .context = &ordered
	};
	size_t		size;

	for (uint32 k = 0; k < moves->underlyings; k++)
		places[k] = (named_place)
	{
		moves->names[k], k
	};
	qsort(places, moves->underlyings, sizeof *places, compare_places);
	for (uint32 k = 0; k < moves->underlyings; k++)
		names[k] = places[k].name;

	if (!pm_joint_limits(&source, issue))
		return false;
	for (uint32 k = 0; k < moves->underlyings; k++)
		if (!pm_joint_check(&source, k, &fields[k], issue))
			return false;
	size = pm_joint_size(&source, fields);
	*set = pm_new_scenario_set(size);
	pm_joint_fill(*set, &source, fields);
	SET_VARSIZE(*set, size);
	return true;
}

static pm_scenario_set *
make_or_raise(const PmJointMoves *moves)
{
	pm_scenario_set *set;
	pm_issue	issue;

	if (!pm_make_joint_set(moves, &set, &issue))
		pm_raise(&issue);
	return set;
}

/* ---- From arrays ---- */

typedef struct shock_matrix
{
	uint32		underlyings;
	const Datum *price_shocks;	/* scenarios x underlyings */
	const Datum *vol_shocks;	/* the same, or NULL */
	double		days;
} shock_matrix;

static pm_scenario
matrix_move(const void *context, uint32 underlying, uint32 scenario)
{
	const shock_matrix *matrix = context;
	Size		i = (Size) scenario * matrix->underlyings + underlying;
	pm_scenario row = pm_scenario_neutral();

	row.price_shock = DatumGetFloat8(matrix->price_shocks[i]);
	if (matrix->vol_shocks != NULL)
		row.vol_shock = DatumGetFloat8(matrix->vol_shocks[i]);
	row.days = matrix->days;
	return row;
}

/* The underlyings of the first argument; none is NULL. */
static pm_text *
getarg_underlyings(FunctionCallInfo fcinfo, uint32 *count)
{
	ArrayType  *array = NULL;
	Datum	   *elements;
	bool	   *nulls;
	int			length;
	pm_text    *names;

	if (!PG_ARGISNULL(0))
		array = PG_GETARG_ARRAYTYPE_P(0);
	if (array == NULL || ARR_NDIM(array) != 1)
		ereport(ERROR,
				(errcode(array ? ERRCODE_ARRAY_SUBSCRIPT_ERROR : ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"underlyings\" must have one dimension"),
				 array ? errdetail("It has %d dimensions.", ARR_NDIM(array))
				 : errdetail("underlyings is null."),
				 errhint("Give an array of names like '{ACME,BOND}'.")));
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &length);
	names = palloc(Max(length, 1) * sizeof *names);
	for (int k = 0; k < length; k++)
	{
		text	   *name;

		if (nulls[k])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("argument \"underlyings\" must not contain nulls"),
					 errdetail("Element %d of underlyings is null.", k + 1),
					 errhint("Name each underlying as the positions do.")));
		name = DatumGetTextPP(elements[k]);
		names[k] = (pm_text)
		{
			VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)
		};
	}
	*count = length;
	return names;
}

/*
 * The shocks of an argument: a row per scenario, a column per underlying.
 * *scenarios is their number, 0 if it is not yet known.
 */
static const Datum *
getarg_shocks(FunctionCallInfo fcinfo, int argno, const char *name,
			  uint32 underlyings, uint32 *scenarios)
{
	ArrayType  *array;
	PmElements	e;

	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"%s\" must not be null", name),
				 errdetail("%s is null.", name),
				 errhint("Give a row of shocks for each scenario.")));
	array = PG_GETARG_ARRAYTYPE_P(argno);
	if (ARR_NDIM(array) != 2)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("argument \"%s\" must have a row for each scenario and a column for each underlying", name),
				 errdetail("It has %d dimensions; 2 needed.", ARR_NDIM(array)),
				 errhint("Three scenarios of two underlyings: '{{-0.02,0.01},{0,0.03},{0.01,-0.04}}'.")));
	if ((uint32) ARR_DIMS(array)[1] != underlyings ||
		(*scenarios != 0 && (uint32) ARR_DIMS(array)[0] != *scenarios))
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("argument \"%s\" must have a row for each scenario and a column for each underlying", name),
				 *scenarios != 0
				 ? errdetail("It has %d rows of %d; there are %u scenarios and %u underlyings.",
							 ARR_DIMS(array)[0], ARR_DIMS(array)[1], *scenarios, underlyings)
				 : errdetail("It has %d rows of %d; there are %u underlyings.",
							 ARR_DIMS(array)[0], ARR_DIMS(array)[1], underlyings),
				 errhint("Three scenarios of two underlyings: '{{-0.02,0.01},{0,0.03},{0.01,-0.04}}'.")));
	*scenarios = ARR_DIMS(array)[0];
	e = pm_array_elements(array);
	for (int i = 0; i < e.count; i++)
		if (e.nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("argument \"%s\" must not contain nulls", name),
					 errdetail("Column %u of scenario %u is null.",
							   i % underlyings + 1, i / underlyings + 1),
					 errhint("Give 0 where nothing moves, or leave the scenario out.")));
	return e.values;
}

/* joint_scenarios(underlyings, price_shocks, vol_shocks, days) */
PG_FUNCTION_INFO_V1(joint_scenarios);
Datum
joint_scenarios(PG_FUNCTION_ARGS)
{
	shock_matrix matrix = {0};
	PmJointMoves moves = {.move = matrix_move, .context = &matrix};

	moves.names = getarg_underlyings(fcinfo, &moves.underlyings);
	matrix.underlyings = moves.underlyings;
	matrix.price_shocks = getarg_shocks(fcinfo, 1, "price_shocks",
										moves.underlyings, &moves.scenarios);
	if (!PG_ARGISNULL(2))
		matrix.vol_shocks = getarg_shocks(fcinfo, 2, "vol_shocks",
										  moves.underlyings, &moves.scenarios);
	if (PG_ARGISNULL(3))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"days\" must not be null"),
				 errdetail("days is null."),
				 errhint("Give the time step in days, or leave it out for 0.")));
	matrix.days = PG_GETARG_FLOAT8(3);
	PG_RETURN_POINTER(make_or_raise(&moves));
}

/* ---- From two sets ---- */

static pm_scenario
joined_move(const void *context, uint32 underlying, uint32 scenario)
{
	const pm_scenario_set *const *sets = context;
	uint32		first = sets[0]->scenarios;
	pm_scenario row;

	if (scenario < first)
		pm_joint_rows(sets[0], underlying, scenario, 1, &row);
	else
		pm_joint_rows(sets[1], underlying, scenario - first, 1, &row);
	return row;
}

pm_scenario_set *
pm_join_joint_sets(const pm_scenario_set *a, const pm_scenario_set *b)
{
	const pm_scenario_set *sets[] = {a, b};
	PmJointMoves moves = {
		.scenarios = a->scenarios + b->scenarios,
		.move = joined_move, .context = sets
	};
	pm_text    *names;
	pm_issue	issue;

	if (!pm_joint_joinable(a, b, &issue))
		pm_raise(&issue);
	moves.underlyings = pm_joint_of(a)->underlyings;
	names = palloc(moves.underlyings * sizeof *names);
	for (uint32 k = 0; k < moves.underlyings; k++)
		names[k] = pm_joint_name(a, k);
	moves.names = names;
	return make_or_raise(&moves);
}

/* ---- As rows ---- */

/* underlyings(scenario_set) returns text[]: those that a joint set names. */
PG_FUNCTION_INFO_V1(scenario_set_underlyings);
Datum
scenario_set_underlyings(PG_FUNCTION_ARGS)
{
	const pm_scenario_set *set = PG_GETARG_SCENARIO_SET(0);
	uint32		count;
	Datum	   *names;

	if (set->kind != PM_SET_JOINT)
		PG_RETURN_NULL();
	count = pm_joint_of(set)->underlyings;
	names = palloc(count * sizeof *names);
	for (uint32 k = 0; k < count; k++)
	{
		pm_text		name = pm_joint_name(set, k);

		names[k] = PointerGetDatum(cstring_to_text_with_len(name.bytes, name.length));
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(names, count, TEXTOID, -1, false, TYPALIGN_INT));
}
