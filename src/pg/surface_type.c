/*
 * surface_type.c - making volatility_surface, reading it, and its operators.
 */
#include "surface_type.h"

#include <math.h>

#include "common/hashfn.h"
#include "datatype/timestamp.h"
#include "funcapi.h"
#include "utils/timestamp.h"

#include "array_argument.h"
#include "error.h"

StaticAssertDecl(PM_INSTANT_LOW == DT_NOBEGIN && PM_INSTANT_HIGH == DT_NOEND,
				 "the server's infinite instants are the core's");

const pm_surface *
pm_datum_surface(Datum datum)
{
	pm_surface *surface = (pm_surface *) PG_DETOAST_DATUM(datum);

	if (!pm_surface_valid(surface, VARSIZE(surface)))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("volatility_surface is corrupt"),
				 errdetail("Its %u bytes are not a surface of this version.", (unsigned) VARSIZE(surface)),
				 errhint("Restore the value from a backup, or make it anew.")));
	return surface;
}

bool
pm_make_surface(const pm_surface_parts *parts, pm_surface **surface, pm_issue *issue)
{
	size_t		size;

	if (!pm_surface_size(parts, &size, issue))
		return false;
	*surface = palloc(size);
	pm_surface_fill(*surface, parts);
	SET_VARSIZE(*surface, size);
	return true;
}

/* ---- Constructors ---- */

static void
check_length(const char *name, int count, const char *what, int expected, const char *hint)
{
	if (count != expected)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("argument \"%s\" must have one element per %s", name, what),
				 errdetail("It has %d for %d.", count, expected),
				 errhint("%s", hint)));
}

/* as_of and expiries, the first two arguments; the slices are without points. */
static pm_slice *
getarg_expiries(FunctionCallInfo fcinfo, pm_surface_parts *parts)
{
	PmElements	expiries;
	pm_slice   *slices;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"as_of\" must not be null"),
				 errdetail("as_of is null."),
				 errhint("Give the instant at which the volatilities were marked.")));
	expiries = pm_getarg_elements(fcinfo, 1, "expiries");
	slices = palloc0(Max(expiries.count, 1) * sizeof(pm_slice));
	for (int i = 0; i < expiries.count; i++)
		slices[i].expiry = DatumGetTimestampTz(expiries.values[i]);
	parts->as_of = PG_GETARG_TIMESTAMPTZ(0);
	parts->expiries = expiries.count;
	parts->slices = slices;
	return slices;
}

static Datum
surface_of(const pm_surface_parts *parts)
{
	pm_surface *surface;
	pm_issue	issue;

	if (!pm_make_surface(parts, &surface, &issue))
		pm_raise(&issue);
	return PointerGetDatum(surface);
}

/*
 * as_of, expiries, points and volatilities by expiry and point, NULL where
 * there is no mark.
 */
static Datum
grid_surface(FunctionCallInfo fcinfo, pm_axis axis, const char *points_name, const char *point_name)
{
	const char *const hint = "Give a row per expiry with an element per point, NULL where there is no mark.";
	pm_surface_parts parts = {.axis = axis};
	pm_slice   *slices = getarg_expiries(fcinfo, &parts);
	PmElements	points = pm_getarg_elements(fcinfo, 2, points_name);
	ArrayType  *array = pm_getarg_array(fcinfo, 3, "volatilities", 2);
	PmElements	marks = pm_array_elements(array);
	double	   *numbers = palloc((2 * marks.count + 1) * sizeof(double));
	double	   *next = numbers;

	check_length("volatilities", ARR_NDIM(array) == 2 ? ARR_DIMS(array)[0] : 0,
				 "expiry", parts.expiries, hint);
	check_length("volatilities", ARR_NDIM(array) == 2 ? ARR_DIMS(array)[1] : 0,
				 point_name, points.count, hint);
	for (uint32 i = 0; i < parts.expiries; i++)
	{
		const Datum *values = marks.values + i * points.count;
		const bool *nulls = marks.nulls + i * points.count;

		for (int k = 0; k < points.count; k++)
			if (!nulls[k])
			{
				*next++ = DatumGetFloat8(points.values[k]);
				slices[i].count++;
			}
		for (int k = 0; k < points.count; k++)
			if (!nulls[k])
				*next++ = DatumGetFloat8(values[k]);
	}
	parts.numbers = numbers;
	return surface_of(&parts);
}

/* volatility_surface(as_of, expiries, strikes, volatilities) */
PG_FUNCTION_INFO_V1(volatility_surface);
Datum
volatility_surface(PG_FUNCTION_ARGS)
{
	return grid_surface(fcinfo, PM_AXIS_STRIKE, "strikes", "strike");
}

/* moneyness_surface(as_of, expiries, moneyness, volatilities) */
PG_FUNCTION_INFO_V1(moneyness_surface);
Datum
moneyness_surface(PG_FUNCTION_ARGS)
{
	return grid_surface(fcinfo, PM_AXIS_MONEYNESS, "moneyness", "moneyness");
}

/* svi_surface(as_of, expiries, a, b, rho, m, sigma) */
PG_FUNCTION_INFO_V1(svi_surface);
Datum
svi_surface(PG_FUNCTION_ARGS)
{
	static const char *const names[PM_SVI_PARAMETERS] = {"a", "b", "rho", "m", "sigma"};
	pm_surface_parts parts = {.axis = PM_AXIS_SVI};
	pm_slice   *slices = getarg_expiries(fcinfo, &parts);
	double	   *numbers = palloc((parts.expiries + 1) * sizeof(pm_svi));

	for (uint32 i = 0; i < parts.expiries; i++)
		slices[i].count = 1;
	for (int p = 0; p < PM_SVI_PARAMETERS; p++)
	{
		PmElements	parameter = pm_getarg_elements(fcinfo, 2 + p, names[p]);

		check_length(names[p], parameter.count, "expiry", parts.expiries,
					 "Give each SVI parameter once for every expiry.");
		for (uint32 i = 0; i < parts.expiries; i++)
			numbers[i * PM_SVI_PARAMETERS + p] = DatumGetFloat8(parameter.values[i]);
	}
	parts.numbers = numbers;
	return surface_of(&parts);
}

/* ---- Reading ---- */

/* volatility_at(surface, strike, expiry, forward) */
PG_FUNCTION_INFO_V1(volatility_at);
Datum
volatility_at(PG_FUNCTION_ARGS)
{
	const pm_surface *surface;
	double		strike,
				forward;
	pm_instant	expiry;
	pm_issue	issue;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	surface = PG_GETARG_SURFACE(0);
	strike = PG_GETARG_FLOAT8(1);
	expiry = PG_GETARG_TIMESTAMPTZ(2);
	forward = PG_ARGISNULL(3) ? NAN : PG_GETARG_FLOAT8(3);
	if (!pm_surface_check(surface, strike, forward, expiry, &issue))
		pm_raise(&issue);
	PG_RETURN_FLOAT8(pm_surface_volatility(surface, strike, forward, expiry));
}

/* surface_as_of(surface) */
PG_FUNCTION_INFO_V1(surface_as_of);
Datum
surface_as_of(PG_FUNCTION_ARGS)
{
	PG_RETURN_TIMESTAMPTZ(PG_GETARG_SURFACE(0)->as_of);
}

static void
fail_rows(const char *message, const char *detail, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg_internal("%s", message),
			 errdetail_internal("%s", detail),
			 errhint("%s", hint)));
}

/* surface_points(surface): a row per expiry and point. */
PG_FUNCTION_INFO_V1(surface_points);
Datum
surface_points(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *info = (ReturnSetInfo *) fcinfo->resultinfo;
	const pm_surface *surface = PG_GETARG_SURFACE(0);
	const pm_slice *slices = pm_surface_slices(surface);
	bool		strikes = surface->axis == PM_AXIS_STRIKE;

	if (surface->axis == PM_AXIS_SVI)
		fail_rows("an SVI surface has no points", "It has parameters.",
				  "List them with svi_parameters(surface).");
	InitMaterializedSRF(fcinfo, 0);
	for (uint32 i = 0; i < surface->expiries; i++)
	{
		const double *points = pm_slice_numbers(surface, &slices[i]);

		for (uint32 k = 0; k < slices[i].count; k++)
		{
			bool		nulls[] = {false, !strikes, strikes, false};
			Datum		values[] = {
				TimestampTzGetDatum(slices[i].expiry),
				Float8GetDatum(points[k]), Float8GetDatum(points[k]),
				Float8GetDatum(points[slices[i].count + k])
			};

			tuplestore_putvalues(info->setResult, info->setDesc, values, nulls);
		}
	}
	return (Datum) 0;
}

/* svi_parameters(surface): a row per expiry. */
PG_FUNCTION_INFO_V1(svi_parameters);
Datum
svi_parameters(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *info = (ReturnSetInfo *) fcinfo->resultinfo;
	const pm_surface *surface = PG_GETARG_SURFACE(0);
	const pm_slice *slices = pm_surface_slices(surface);

	if (surface->axis != PM_AXIS_SVI)
		fail_rows("this surface has no SVI parameters", "It has points.",
				  "List them with surface_points(surface).");
	InitMaterializedSRF(fcinfo, 0);
	for (uint32 i = 0; i < surface->expiries; i++)
	{
		const double *numbers = pm_slice_numbers(surface, &slices[i]);
		bool		nulls[1 + PM_SVI_PARAMETERS] = {false};
		Datum		values[1 + PM_SVI_PARAMETERS] = {TimestampTzGetDatum(slices[i].expiry)};

		for (int p = 0; p < PM_SVI_PARAMETERS; p++)
			values[1 + p] = Float8GetDatum(numbers[p]);
		tuplestore_putvalues(info->setResult, info->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* ---- Operators ---- */

PG_FUNCTION_INFO_V1(volatility_surface_lt);
Datum
volatility_surface_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(pm_surface_compare(PG_GETARG_SURFACE(0), PG_GETARG_SURFACE(1)) < 0);
}

PG_FUNCTION_INFO_V1(volatility_surface_le);
Datum
volatility_surface_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(pm_surface_compare(PG_GETARG_SURFACE(0), PG_GETARG_SURFACE(1)) <= 0);
}

PG_FUNCTION_INFO_V1(volatility_surface_ge);
Datum
volatility_surface_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(pm_surface_compare(PG_GETARG_SURFACE(0), PG_GETARG_SURFACE(1)) >= 0);
}

PG_FUNCTION_INFO_V1(volatility_surface_gt);
Datum
volatility_surface_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(pm_surface_compare(PG_GETARG_SURFACE(0), PG_GETARG_SURFACE(1)) > 0);
}

PG_FUNCTION_INFO_V1(volatility_surface_eq);
Datum
volatility_surface_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(pm_surface_equal(PG_GETARG_SURFACE(0), PG_GETARG_SURFACE(1)));
}

PG_FUNCTION_INFO_V1(volatility_surface_ne);
Datum
volatility_surface_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!pm_surface_equal(PG_GETARG_SURFACE(0), PG_GETARG_SURFACE(1)));
}

PG_FUNCTION_INFO_V1(volatility_surface_cmp);
Datum
volatility_surface_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(pm_surface_compare(PG_GETARG_SURFACE(0), PG_GETARG_SURFACE(1)));
}

/* The fingerprint hashes the content, so equal surfaces hash alike. */
PG_FUNCTION_INFO_V1(volatility_surface_hash);
Datum
volatility_surface_hash(PG_FUNCTION_ARGS)
{
	uint64		fingerprint = PG_GETARG_SURFACE(0)->fingerprint;

	PG_RETURN_UINT32((uint32) (fingerprint ^ (fingerprint >> 32)));
}

PG_FUNCTION_INFO_V1(volatility_surface_hash_extended);
Datum
volatility_surface_hash_extended(PG_FUNCTION_ARGS)
{
	uint64		fingerprint = PG_GETARG_SURFACE(0)->fingerprint;

	PG_RETURN_UINT64(DatumGetUInt64(hash_any_extended((unsigned char *) &fingerprint,
													  sizeof fingerprint,
													  PG_GETARG_INT64(1))));
}
