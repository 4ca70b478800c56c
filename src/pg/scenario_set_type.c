/*
 * scenario_set_type.c - generators of scenario_set, and its operators.
 */
#include "scenario_type.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "error.h"
#include "joint_set_type.h"

/* The value of a float8 argument, which must not be NULL. */
static double
getarg_number(FunctionCallInfo fcinfo, int argno, const char *name)
{
	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"%s\" must not be null", name),
				 errdetail("%s is null.", name),
				 errhint("Give a number, or leave the argument out where it has a default.")));
	return PG_GETARG_FLOAT8(argno);
}

/* The elements of a one-dimensional float8[] argument without NULLs. */
static const double *
getarg_numbers(FunctionCallInfo fcinfo, int argno, const char *name, uint32 *count)
{
	ArrayType  *array;
	Datum	   *elements;
	bool	   *nulls;
	int			length;
	double	   *numbers;

	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"%s\" must not be null", name),
				 errdetail("%s is null.", name),
				 errhint("Give an array of numbers, or leave the argument out for its default.")));
	array = PG_GETARG_ARRAYTYPE_P(argno);
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("argument \"%s\" must have one dimension", name),
				 errdetail("It has %d dimensions.", ARR_NDIM(array)),
				 errhint("Give an array like '{-0.25,0,0.25}'.")));
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &elements, &nulls, &length);
	numbers = palloc(Max(length, 1) * sizeof(double));
	for (int i = 0; i < length; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("argument \"%s\" must not contain nulls", name),
					 errdetail("Element %d of %s is null.", i + 1, name),
					 errhint("Remove it; 0 leaves the volatility as it is.")));
		numbers[i] = DatumGetFloat8(elements[i]);
	}
	*count = length;
	return numbers;
}

/* scenario_grid(price_range, price_steps, vol_shocks, vol_power, days) */
PG_FUNCTION_INFO_V1(scenario_grid);
Datum
scenario_grid(PG_FUNCTION_ARGS)
{
	pm_grid		grid;
	pm_scenario_set *set;
	size_t		size;
	pm_issue	issue;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"price_steps\" must not be null"),
				 errdetail("price_steps is null."),
				 errhint("Give the number of equal price steps each way.")));
	grid.price_range = getarg_number(fcinfo, 0, "price_range");
	grid.price_steps = PG_GETARG_INT32(1);
	grid.vol_shocks = getarg_numbers(fcinfo, 2, "vol_shocks", &grid.vols);
	grid.vol_power = getarg_number(fcinfo, 3, "vol_power");
	grid.days = getarg_number(fcinfo, 4, "days");
	if (!pm_grid_size(&grid, &size, &issue))
		pm_raise(&issue);
	set = pm_new_scenario_set(size);
	pm_grid_fill(set, &grid);
	return pm_scenario_set_datum(set, size);
}

/* tims_scenarios(down, up) */
PG_FUNCTION_INFO_V1(tims_scenarios);
Datum
tims_scenarios(PG_FUNCTION_ARGS)
{
	double		down = getarg_number(fcinfo, 0, "down");
	double		up = getarg_number(fcinfo, 1, "up");
	pm_scenario_set *set;
	size_t		size;
	pm_issue	issue;

	if (!pm_tims_size(down, up, &size, &issue))
		pm_raise(&issue);
	set = pm_new_scenario_set(size);
	pm_tims_fill(set, down, up);
	return pm_scenario_set_datum(set, size);
}

/* span_scenarios(price_range, vol_range, extreme_multiple, cover, days) */
PG_FUNCTION_INFO_V1(span_scenarios);
Datum
span_scenarios(PG_FUNCTION_ARGS)
{
	pm_span		span;
	pm_scenario_set *set;
	size_t		size;
	pm_issue	issue;

	span.price_range = getarg_number(fcinfo, 0, "price_range");
	span.vol_range = getarg_number(fcinfo, 1, "vol_range");
	span.extreme_multiple = getarg_number(fcinfo, 2, "extreme_multiple");
	span.cover = getarg_number(fcinfo, 3, "cover");
	span.days = getarg_number(fcinfo, 4, "days");
	if (!pm_span_size(&span, &size, &issue))
		pm_raise(&issue);
	set = pm_new_scenario_set(size);
	pm_span_fill(set, &span);
	return pm_scenario_set_datum(set, size);
}

/* a || b */
PG_FUNCTION_INFO_V1(scenario_set_concat);
Datum
scenario_set_concat(PG_FUNCTION_ARGS)
{
	const pm_scenario_set *sets[] = {PG_GETARG_SCENARIO_SET(0), PG_GETARG_SCENARIO_SET(1)};
	pm_scenario_set *set;
	size_t		size;
	pm_issue	issue;

	if (sets[0]->kind == PM_SET_JOINT || sets[1]->kind == PM_SET_JOINT)
		PG_RETURN_POINTER(pm_join_joint_sets(sets[0], sets[1]));
	if (!pm_join_size(sets, lengthof(sets), &size, &issue))
		pm_raise(&issue);
	set = pm_new_scenario_set(size);
	pm_join_fill(set, sets, lengthof(sets));
	return pm_scenario_set_datum(set, size);
}

PG_FUNCTION_INFO_V1(scenario_set_lt);
Datum
scenario_set_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(pm_set_compare(PG_GETARG_SCENARIO_SET(0), PG_GETARG_SCENARIO_SET(1)) < 0);
}

PG_FUNCTION_INFO_V1(scenario_set_le);
Datum
scenario_set_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(pm_set_compare(PG_GETARG_SCENARIO_SET(0), PG_GETARG_SCENARIO_SET(1)) <= 0);
}

PG_FUNCTION_INFO_V1(scenario_set_ge);
Datum
scenario_set_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(pm_set_compare(PG_GETARG_SCENARIO_SET(0), PG_GETARG_SCENARIO_SET(1)) >= 0);
}

PG_FUNCTION_INFO_V1(scenario_set_gt);
Datum
scenario_set_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(pm_set_compare(PG_GETARG_SCENARIO_SET(0), PG_GETARG_SCENARIO_SET(1)) > 0);
}

PG_FUNCTION_INFO_V1(scenario_set_eq);
Datum
scenario_set_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(pm_set_equal(PG_GETARG_SCENARIO_SET(0), PG_GETARG_SCENARIO_SET(1)));
}

PG_FUNCTION_INFO_V1(scenario_set_ne);
Datum
scenario_set_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!pm_set_equal(PG_GETARG_SCENARIO_SET(0), PG_GETARG_SCENARIO_SET(1)));
}

PG_FUNCTION_INFO_V1(scenario_set_cmp);
Datum
scenario_set_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(pm_set_compare(PG_GETARG_SCENARIO_SET(0), PG_GETARG_SCENARIO_SET(1)));
}

/* The fingerprint hashes the rows, so equal sets hash alike. */
PG_FUNCTION_INFO_V1(scenario_set_hash);
Datum
scenario_set_hash(PG_FUNCTION_ARGS)
{
	uint64		fingerprint = PG_GETARG_SCENARIO_SET(0)->fingerprint;

	PG_RETURN_UINT32((uint32) (fingerprint ^ (fingerprint >> 32)));
}

PG_FUNCTION_INFO_V1(scenario_set_hash_extended);
Datum
scenario_set_hash_extended(PG_FUNCTION_ARGS)
{
	uint64		fingerprint = PG_GETARG_SCENARIO_SET(0)->fingerprint;

	PG_RETURN_UINT64(DatumGetUInt64(hash_any_extended((unsigned char *) &fingerprint,
													  sizeof fingerprint,
													  PG_GETARG_INT64(1))));
}
