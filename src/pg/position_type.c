/*
 * position_type.c - making and reading margin_position.
 */
#include "position_type.h"

#include "catalog/pg_type.h"
#include "datatype/timestamp.h"
#include "utils/array.h"
#include "utils/timestamp.h"

#include "core/contract.h"

#include "error.h"
#include "risk_array_type.h"
#include "surface_type.h"

/* In the order of the core's enums. */
const char *const pm_kind_labels[] = {"spot", "future", "perpetual", "call", "put", NULL};
const char *const pm_exercise_labels[] = {"european", "american", NULL};
const char *const pm_pricing_labels[] = {"black_scholes", "black76", "bachelier", NULL};
const char *const pm_settlement_labels[] = {"linear", "inverse", NULL};

/* Instants are handed on as they are. */
StaticAssertDecl(PM_INSTANT_LOW == DT_NOBEGIN && PM_INSTANT_HIGH == DT_NOEND,
				 "the server's infinite instants are the core's");

static const Oid field_types[PM_FIELDS] = {
	FLOAT8OID, FLOAT8OID, FLOAT8OID, TIMESTAMPTZOID, FLOAT8OID, FLOAT8OID,
	FLOAT8OID, FLOAT8OID, FLOAT8OID, TIMESTAMPTZOID, InvalidOid, InvalidOid,
	InvalidOid, InvalidOid, TEXTOID, TEXTOID, TIMESTAMPTZARRAYOID,
	FLOAT8ARRAYOID, ANYOID
};

static double
number_field(const PmRowReader *reader, pm_field field)
{
	return reader->nulls[field] ? 0 : DatumGetFloat8(reader->values[field]);
}

static pm_instant
instant_field(const PmRowReader *reader, pm_field field)
{
	return reader->nulls[field] ? 0 : DatumGetTimestampTz(reader->values[field]);
}

static int
enum_field(PmRowReader *reader, pm_field field, const char *const *labels)
{
	if (reader->nulls[field])
		return 0;
	return pm_enum_ordinal(&reader->enums[field - PM_KIND],
						   DatumGetObjectId(reader->values[field]), labels);
}

static pm_text
text_field(const PmRowReader *reader, pm_field field)
{
	text	   *value;

	if (reader->nulls[field])
		return (pm_text)
	{
		NULL, 0
	};
	value = DatumGetTextPP(reader->values[field]);
	return (pm_text)
	{
		VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)
	};
}

/*
 * The elements of a field that is an array of numbers of 8 bytes, which it
 * must have in one dimension and without NULLs.
 */
static bool
array_field(const PmRowReader *reader, const pm_position *p, pm_field field,
			const void **elements, uint32 *count, pm_issue *issue)
{
	ArrayType  *array = DatumGetArrayTypeP(reader->values[field]);
	char		shown[64];

	*count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	*elements = ARR_DATA_PTR(array);
	if (ARR_NDIM(array) > 1)
	{
		snprintf(shown, sizeof shown, "an array of %d dimensions", ARR_NDIM(array));
		return pm_fail_field(p, field, PM_INVALID_VALUE, "must have one dimension", shown, issue);
	}
	if (ARR_HASNULL(array))
		for (uint32 i = 0; i < *count; i++)
			if (att_isnull(i, ARR_NULLBITMAP(array)))
			{
				snprintf(shown, sizeof shown, "null at number %u", i + 1);
				return pm_fail_field(p, field, PM_NULL_VALUE, "must not contain nulls", shown, issue);
			}
	return true;
}

/* The fields of dividends, if any; one may be missing, which a check will find. */
static bool
read_dividends(const PmRowReader *reader, pm_position *p, pm_issue *issue)
{
	bool		timed = pm_has(p, PM_DIVIDEND_TIMES);
	const void *elements;
	uint32		amounts;
	char		shown[64];

	p->dividend_count = 0;
	p->dividend_times = NULL;
	p->dividend_amounts = NULL;
	if (timed)
	{
		if (!array_field(reader, p, PM_DIVIDEND_TIMES, &elements, &p->dividend_count, issue))
			return false;
		p->dividend_times = elements;
	}
	if (!pm_has(p, PM_DIVIDEND_AMOUNTS))
		return true;
	if (!array_field(reader, p, PM_DIVIDEND_AMOUNTS, &elements, &amounts, issue))
		return false;
	p->dividend_amounts = elements;
	if (timed && amounts != p->dividend_count)
	{
		snprintf(shown, sizeof shown, "an array of %u (dividend_times: %u)", amounts, p->dividend_count);
		return pm_fail_field(p, PM_DIVIDEND_AMOUNTS, PM_INVALID_VALUE,
							 "must have as many elements as dividend_times", shown, issue);
	}
	p->dividend_count = amounts;
	return true;
}

/*
 * Reads the fields that the reader holds without judging them: false, with the
 * issue, only for arrays that are no lists of numbers.
 */
static bool
read_position(PmRowReader *reader, pm_position *p, pm_issue *issue)
{
	p->present = 0;
	for (int field = 0; field < PM_FIELDS; field++)
		p->present |= (uint32) !reader->nulls[field] << field;
	p->quantity = number_field(reader, PM_QUANTITY);
	p->multiplier = number_field(reader, PM_MULTIPLIER);
	p->strike = number_field(reader, PM_STRIKE);
	p->expiry = instant_field(reader, PM_EXPIRY);
	p->spot = number_field(reader, PM_SPOT);
	p->volatility = number_field(reader, PM_VOLATILITY);
	p->rate = number_field(reader, PM_RATE);
	p->yield = number_field(reader, PM_YIELD);
	p->price = number_field(reader, PM_PRICE);
	p->as_of = instant_field(reader, PM_AS_OF);
	p->kind = enum_field(reader, PM_KIND, pm_kind_labels);
	p->exercise = enum_field(reader, PM_EXERCISE, pm_exercise_labels);
	p->pricing = enum_field(reader, PM_PRICING, pm_pricing_labels);
	p->settlement = enum_field(reader, PM_SETTLEMENT, pm_settlement_labels);
	p->underlying = text_field(reader, PM_UNDERLYING);
	p->currency = text_field(reader, PM_CURRENCY);
	p->surface = pm_has(p, PM_SURFACE) ? pm_datum_surface(reader->values[PM_SURFACE]) : NULL;
	return read_dividends(reader, p, issue);
}

/* The same from argument `argno`; a NULL argument is an error. */
static bool
getarg_position(FunctionCallInfo fcinfo, int argno, pm_position *p, pm_issue *issue)
{
	PmCall	   *call = pm_call(fcinfo);
	PmRowReader *reader = &call->position;

	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("margin_position must not be null"),
				 errdetail("The argument is null, which is not a position without risk."),
				 errhint("Leave such rows out: FILTER (WHERE p IS DISTINCT FROM NULL) on an aggregate, or the same condition in WHERE.")));
	pm_read_row(call, reader, PG_GETARG_HEAPTUPLEHEADER(argno),
				field_types, PM_FIELDS, "margin_position");
	return read_position(reader, p, issue);
}

void
pm_getarg_checked_position(FunctionCallInfo fcinfo, int argno, pm_position *p)
{
	pm_issue	issue;

	if (!getarg_position(fcinfo, argno, p, &issue) || !pm_position_check(p, &issue))
		pm_raise(&issue);
}

void
pm_getargs_checked_position(FunctionCallInfo fcinfo, int first, pm_position *p)
{
	PmCall	   *call = pm_call(fcinfo);
	PmRowReader *reader = &call->position;
	pm_issue	issue;

	if (reader->values == NULL)
	{
		reader->values = MemoryContextAlloc(call->context, PM_FIELDS * sizeof(Datum));
		reader->nulls = MemoryContextAlloc(call->context, PM_FIELDS * sizeof(bool));
	}
	for (int field = 0; field < PM_FIELDS; field++)
	{
		reader->values[field] = PG_GETARG_DATUM(first + field);
		reader->nulls[field] = PG_ARGISNULL(first + field);
	}
	if (!read_position(reader, p, &issue) || !pm_position_check(p, &issue))
		pm_raise(&issue);
}

/*
 * margin_position(quantity, ..., surface): the row of its arguments.
 *
 * It judges nothing, so that a view over doubtful data can be read and its
 * rows shown by position_issue(); whatever values a position checks it.
 */
PG_FUNCTION_INFO_V1(margin_position);
Datum
margin_position(PG_FUNCTION_ARGS)
{
	return HeapTupleGetDatum(pm_row_of_arguments(fcinfo));
}

/*
 * position_issue(margin_position) returns text: why the position cannot be
 * valued, or NULL.
 */
PG_FUNCTION_INFO_V1(position_issue);
Datum
position_issue(PG_FUNCTION_ARGS)
{
	pm_position position;
	pm_issue	issue;
	pm_risk_array *array = NULL;
	double		totals[PM_TOTALS];
	pm_risk_row row;

	if (PG_ARGISNULL(0))
	{
		pm_fail(&issue, PM_NULL_VALUE, "margin_position must not be null",
				"Leave such rows out: WHERE p IS DISTINCT FROM NULL.",
				"The position is null.");
		PG_RETURN_TEXT_P(pm_issue_text(&issue));
	}
	if (!getarg_position(fcinfo, 0, &position, &issue))
		PG_RETURN_TEXT_P(pm_issue_text(&issue));
	row = (pm_risk_row)
	{
		.underlying = position.underlying, .quantity = position.quantity,
			.totals = totals
	};
	if (pm_position_check(&position, &issue) &&
		pm_contract_totals(&position, totals, &issue) &&
		pm_risk_add_row(&array, &pm_value_allocator, &row, &issue))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(pm_issue_text(&issue));
}
