/*
 * risk_array_type.c - making risk arrays and calculating with them.
 */
#include "risk_array_type.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "core/risk_algebra.h"

#include "contract_cache.h"
#include "error.h"
#include "margin_result.h"
#include "position_line.h"
#include "scenario_type.h"

/*
 * The state of an aggregate is a value, which the server copies and frees by
 * itself when it sees another address: so what grows is copied, not resized.
 */
static void *
grow_value(void *context, void *old, size_t size)
{
	char	   *value;

	(void) context;
	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("risk array is too large"),
				 errdetail("It would have %zu bytes; the limit is 1 GB.", size),
				 errhint("Use fewer scenarios, or fewer underlyings together.")));
	value = palloc0(size);
	if (old != NULL)
		memcpy(value, old, Min(VARSIZE(old), size));
	SET_VARSIZE(value, size);
	return value;
}

const pm_allocator pm_value_allocator = {grow_value, NULL};

const pm_risk_array *
pm_getarg_risk_array(FunctionCallInfo fcinfo, int argno)
{
	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("risk_array must not be null"),
				 errdetail("The argument is null, which is not an array without risk."),
				 errhint("Leave such rows out: FILTER (WHERE r IS NOT NULL) on an aggregate, or the same condition in WHERE.")));
	return pm_sound_risk_array(PG_GETARG_DATUM(argno));
}

const pm_risk_array *
pm_sound_risk_array(Datum value)
{
	pm_risk_array *array = (pm_risk_array *) PG_DETOAST_DATUM(value);

	/* Sums without scenarios exist inside aggregates only. */
	if (!pm_risk_valid(array, VARSIZE(array)) ||
		(array->underlyings > 0 && array->scenarios == 0))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("risk_array is corrupt"),
				 errdetail("Its %u bytes are not an array of this version.", (unsigned) VARSIZE(array)),
				 errhint("Restore the value from a backup, or make it anew.")));
	return array;
}

pm_risk_array *
pm_compact_risk_array(const pm_risk_array *array)
{
	pm_risk_array *compact;
	pm_issue	issue;

	if (!pm_risk_check_range(array, &issue))
		pm_raise(&issue);
	compact = grow_value(NULL, NULL, pm_risk_compact_bound(array));
	SET_VARSIZE(compact, pm_risk_compact(array, compact));
	return compact;
}

void
pm_add_position(FunctionCallInfo fcinfo, int argno, const PmSetCache *set,
				pm_risk_array **array)
{
	double		quantity;
	const PmLine *line = pm_getarg_line(fcinfo, argno, set, &quantity);
	pm_issue	issue;

	if (!pm_add_line(array, &pm_value_allocator, line, quantity, &issue))
		pm_raise(&issue);
}

/* A compact value: factor * a, plus b if there is one. */
static Datum
linear(const pm_risk_array *a, double factor, const pm_risk_array *b)
{
	pm_risk_array *sum = NULL;
	pm_issue	issue;

	if (!pm_risk_add(&sum, &pm_value_allocator, a, factor, &issue) ||
		(b != NULL && !pm_risk_add(&sum, &pm_value_allocator, b, 1, &issue)))
		pm_raise(&issue);
	return PointerGetDatum(pm_compact_risk_array(sum));
}

/* risk_array(margin_position, scenario_set) */
PG_FUNCTION_INFO_V1(risk_array);
Datum
risk_array(PG_FUNCTION_ARGS)
{
	pm_risk_array *array = NULL;

	pm_add_position(fcinfo, 0, pm_getarg_cached_set(fcinfo, 1), &array);
	PG_RETURN_POINTER(pm_compact_risk_array(array));
}

/* a + b */
PG_FUNCTION_INFO_V1(risk_array_add);
Datum
risk_array_add(PG_FUNCTION_ARGS)
{
	return linear(pm_getarg_risk_array(fcinfo, 0), 1, pm_getarg_risk_array(fcinfo, 1));
}

/* a - b: takes back what a + b added. */
PG_FUNCTION_INFO_V1(risk_array_remove);
Datum
risk_array_remove(PG_FUNCTION_ARGS)
{
	pm_risk_array *difference = pm_compact_risk_array(pm_getarg_risk_array(fcinfo, 0));
	pm_issue	issue;

	if (!pm_risk_remove(difference, pm_getarg_risk_array(fcinfo, 1), &issue))
		pm_raise(&issue);
	PG_RETURN_POINTER(pm_compact_risk_array(difference));
}

/* -a */
PG_FUNCTION_INFO_V1(risk_array_negate);
Datum
risk_array_negate(PG_FUNCTION_ARGS)
{
	return linear(pm_getarg_risk_array(fcinfo, 0), -1, NULL);
}

/* factor * a, and a * factor */
PG_FUNCTION_INFO_V1(risk_array_scale);
Datum
risk_array_scale(PG_FUNCTION_ARGS)
{
	return linear(pm_getarg_risk_array(fcinfo, 1), PG_GETARG_FLOAT8(0), NULL);
}

PG_FUNCTION_INFO_V1(risk_array_scaled_by);
Datum
risk_array_scaled_by(PG_FUNCTION_ARGS)
{
	return linear(pm_getarg_risk_array(fcinfo, 0), PG_GETARG_FLOAT8(1), NULL);
}

/* margin(risk_array) returns margin_result */
PG_FUNCTION_INFO_V1(margin);
Datum
margin(PG_FUNCTION_ARGS)
{
	return pm_margin_result(fcinfo, pm_getarg_risk_array(fcinfo, 0));
}

static int
compare(FunctionCallInfo fcinfo)
{
	return pm_risk_compare(pm_getarg_risk_array(fcinfo, 0), pm_getarg_risk_array(fcinfo, 1));
}

PG_FUNCTION_INFO_V1(risk_array_lt);
Datum
risk_array_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) < 0);
}

PG_FUNCTION_INFO_V1(risk_array_le);
Datum
risk_array_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) <= 0);
}

PG_FUNCTION_INFO_V1(risk_array_eq);
Datum
risk_array_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) == 0);
}

PG_FUNCTION_INFO_V1(risk_array_ne);
Datum
risk_array_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) != 0);
}

PG_FUNCTION_INFO_V1(risk_array_ge);
Datum
risk_array_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) >= 0);
}

PG_FUNCTION_INFO_V1(risk_array_gt);
Datum
risk_array_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) > 0);
}

PG_FUNCTION_INFO_V1(risk_array_cmp);
Datum
risk_array_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare(fcinfo));
}

PG_FUNCTION_INFO_V1(risk_array_hash);
Datum
risk_array_hash(PG_FUNCTION_ARGS)
{
	uint64		hash = pm_risk_hash(pm_getarg_risk_array(fcinfo, 0));

	PG_RETURN_UINT32((uint32) (hash ^ (hash >> 32)));
}

PG_FUNCTION_INFO_V1(risk_array_hash_extended);
Datum
risk_array_hash_extended(PG_FUNCTION_ARGS)
{
	uint64		hash = pm_risk_hash(pm_getarg_risk_array(fcinfo, 0));

	PG_RETURN_UINT64(DatumGetUInt64(hash_any_extended((unsigned char *) &hash, sizeof hash,
													  PG_GETARG_INT64(1))));
}
