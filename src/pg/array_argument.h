/*
 * array_argument.h - arguments that are arrays of float8 or timestamptz.
 */
#ifndef PM_ARRAY_ARGUMENT_H
#define PM_ARRAY_ARGUMENT_H

#include "compat.h"

#include "utils/array.h"

typedef struct PmElements
{
	Datum	   *values;
	bool	   *nulls;
	int			count;
} PmElements;

/* An array that is not NULL, of so many dimensions or empty. */
extern ArrayType *pm_getarg_array(FunctionCallInfo fcinfo, int argno, const char *name,
								  int dimensions);

/* Its elements, of a type of 8 bytes that is passed like float8. */
extern PmElements pm_array_elements(ArrayType *array);

/* The elements of an argument with one dimension and no NULLs. */
extern PmElements pm_getarg_elements(FunctionCallInfo fcinfo, int argno, const char *name);

#endif							/* PM_ARRAY_ARGUMENT_H */
