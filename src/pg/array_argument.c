/*
 * array_argument.c - arguments that are arrays of float8 or timestamptz.
 */
#include "array_argument.h"

#include "catalog/pg_type.h"

ArrayType *
pm_getarg_array(FunctionCallInfo fcinfo, int argno, const char *name, int dimensions)
{
	ArrayType  *array;

	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"%s\" must not be null", name),
				 errdetail("%s is null.", name),
				 errhint("Give an array.")));
	array = PG_GETARG_ARRAYTYPE_P(argno);
	/* An empty array has no dimensions, and is told by its length. */
	if (ARR_NDIM(array) != dimensions && ARR_NDIM(array) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("argument \"%s\" has the wrong number of dimensions", name),
				 errdetail("It has %d; %d needed.", ARR_NDIM(array), dimensions),
				 dimensions == 2
				 ? errhint("Give a row per expiry, like '{{0.25,0.22},{0.24,0.21}}'.")
				 : errhint("Give an array like '{90,100,110}'.")));
	return array;
}

PmElements
pm_array_elements(ArrayType *array)
{
	PmElements	e;

	deconstruct_array(array, ARR_ELEMTYPE(array), sizeof(float8), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &e.values, &e.nulls, &e.count);
	return e;
}

PmElements
pm_getarg_elements(FunctionCallInfo fcinfo, int argno, const char *name)
{
	PmElements	e = pm_array_elements(pm_getarg_array(fcinfo, argno, name, 1));

	for (int i = 0; i < e.count; i++)
		if (e.nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("argument \"%s\" must not contain nulls", name),
					 errdetail("Element %d of %s is null.", i + 1, name),
					 errhint("Remove it, and what belongs to it in other arguments.")));
	return e;
}
