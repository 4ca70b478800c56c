/*
 * scenario_type.c - making and reading market_scenario; sets of them as rows.
 */
#include "scenario_type.h"

#include <math.h>

#include "access/detoast.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "contract_cache.h"
#include "error.h"

/* In the order of the core's pm_stickiness. */
const char *const pm_stickiness_labels[] = {"strike", "moneyness", NULL};

/* The attributes of market_scenario. */
enum
{
	PRICE_SHOCK, PRICE_POINTS, VOL_SHOCK, VOL_POINTS, VOL_POWER, VOL_POWER_LONG,
	VOL_FLOOR, RATE_POINTS, DAYS, STICKINESS, WEIGHT,
	SKEW_SHOCK, SMILE_SHOCK, SKEW_CAP, SCENARIO_FIELDS
};

static const Oid field_types[SCENARIO_FIELDS] = {
	FLOAT8OID, FLOAT8OID, FLOAT8OID, FLOAT8OID, FLOAT8OID, FLOAT8OID,
	FLOAT8OID, FLOAT8OID, FLOAT8OID, InvalidOid, FLOAT8OID,
	FLOAT8OID, FLOAT8OID, FLOAT8OID
};

/* Where a numeric attribute lives in the core's struct. */
static const size_t field_offsets[SCENARIO_FIELDS] = {
	[PRICE_SHOCK] = offsetof(pm_scenario, price_shock),
	[PRICE_POINTS] = offsetof(pm_scenario, price_points),
	[VOL_SHOCK] = offsetof(pm_scenario, vol_shock),
	[VOL_POINTS] = offsetof(pm_scenario, vol_points),
	[VOL_POWER] = offsetof(pm_scenario, vol_power),
	[VOL_POWER_LONG] = offsetof(pm_scenario, vol_power_long),
	[VOL_FLOOR] = offsetof(pm_scenario, vol_floor),
	[RATE_POINTS] = offsetof(pm_scenario, rate_points),
	[DAYS] = offsetof(pm_scenario, days),
	[WEIGHT] = offsetof(pm_scenario, weight),
	[SKEW_SHOCK] = offsetof(pm_scenario, skew_shock),
	[SMILE_SHOCK] = offsetof(pm_scenario, smile_shock),
	[SKEW_CAP] = offsetof(pm_scenario, skew_cap),
};

#define NUMBER_AT(scenario, field) \
	((double *) ((char *) (scenario) + field_offsets[field]))

/* Fields of which NULL is a value: the core's NaN. */
static bool
may_be_null(int field)
{
	return field == VOL_POWER_LONG || field == SKEW_CAP;
}

pm_scenario
pm_read_scenario(PmCall *call, HeapTupleHeader row)
{
	PmRowReader *reader = &call->scenario;
	pm_scenario scenario = pm_scenario_neutral();
	pm_issue	issue;

	pm_read_row(call, reader, row, field_types, SCENARIO_FIELDS, "market_scenario");
	for (int field = 0; field < SCENARIO_FIELDS; field++)
	{
		const char *name = NameStr(TupleDescAttr(reader->desc, field)->attname);

		if (reader->nulls[field])
		{
			if (may_be_null(field))
				continue;
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("scenario field \"%s\" must not be null", name),
					 errdetail("%s is null.", name),
					 errhint("Leave the field out for its neutral value.")));
		}
		if (field == STICKINESS)
		{
			scenario.stickiness = pm_enum_ordinal(&reader->enums[0],
												  DatumGetObjectId(reader->values[field]),
												  pm_stickiness_labels);
			continue;
		}
		*NUMBER_AT(&scenario, field) = DatumGetFloat8(reader->values[field]);
		if (may_be_null(field) && isnan(*NUMBER_AT(&scenario, field)))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("scenario field \"%s\" must be a finite number", name),
					 errdetail("%s is NaN.", name),
					 errhint("Leave the field out for its neutral value.")));
	}
	if (!pm_scenario_check(&scenario, &issue))
		pm_raise(&issue);
	return scenario;
}

/*
 * market_scenario(price_shock, ..., skew_cap): the row of its arguments, which
 * must make a usable scenario.
 */
PG_FUNCTION_INFO_V1(market_scenario);
Datum
market_scenario(PG_FUNCTION_ARGS)
{
	HeapTuple	tuple = pm_row_of_arguments(fcinfo);

	(void) pm_read_scenario(pm_call(fcinfo), tuple->t_data);
	return HeapTupleGetDatum(tuple);
}

pm_scenario_set *
pm_new_scenario_set(size_t size)
{
	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("scenario set is too large"),
				 errdetail("It needs %zu bytes.", size)));
	return palloc0(size);
}

Datum
pm_scenario_set_datum(pm_scenario_set *set, size_t size)
{
	SET_VARSIZE(set, size);
	return PointerGetDatum(set);
}

const pm_scenario_set *
pm_getarg_scenario_set(FunctionCallInfo fcinfo, int argno)
{
	pm_scenario_set *set;

	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("scenario_set must not be null"),
				 errdetail("The set of scenarios is null."),
				 errhint("Give a set, for example scenario_grid(0.15, 5).")));
	set = (pm_scenario_set *) PG_DETOAST_DATUM(PG_GETARG_DATUM(argno));
	if (!pm_set_valid(set, VARSIZE(set)))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("scenario_set is corrupt"),
				 errdetail("Its %u bytes are not a set of this version.", (unsigned) VARSIZE(set)),
				 errhint("Restore the value from a backup, or make it anew.")));
	return set;
}

/*
 * A large set in a table, read by a subquery, comes as a pointer out of line:
 * the same one on every row, to be followed once.
 */
const PmSetCache *
pm_getarg_cached_set(FunctionCallInfo fcinfo, int argno)
{
	PmCall	   *call = pm_call(fcinfo);
	struct varlena *value = PG_ARGISNULL(argno) ? NULL
		: (struct varlena *) PG_GETARG_POINTER(argno);
	bool		stored = value != NULL && VARATT_IS_EXTERNAL_ONDISK(value);
	struct varatt_external pointer;
	const pm_scenario_set *set;
	const PmSetCache *kept;

	if (stored)
	{
		VARATT_EXTERNAL_GET_POINTER(pointer, value);
		if (call->stored_set != NULL && memcmp(&pointer, &call->stored, sizeof pointer) == 0)
			return call->stored_set;
	}
	else if (value != NULL && !VARATT_IS_EXTENDED(value) &&
			 (kept = pm_known_set(call, (pm_scenario_set *) value, VARSIZE(value))) != NULL)
		return kept;
	set = pm_getarg_scenario_set(fcinfo, argno);
	kept = pm_remember_set(call, set, VARSIZE(set));
	if (stored)
	{
		call->stored = pointer;
		call->stored_set = kept;
	}
	return kept;
}

const PmSetCache *
pm_default_set(FunctionCallInfo fcinfo)
{
	/* SQL's comment on portfolio_margin(margin_position) states this set. */
	static const double vol_shocks[] = {-0.25, 0, 0.25};
	static const pm_grid grid = {
		.price_range = 0.15, .price_steps = 5,
		.vol_shocks = vol_shocks, .vols = lengthof(vol_shocks)
	};
	PmCall	   *call = pm_call(fcinfo);
	pm_scenario_set *set;
	size_t		size;
	pm_issue	issue;

	/* A call site either takes sets as argument or this one, never both. */
	if (call->default_set != NULL)
		return call->default_set;
	if (!pm_grid_size(&grid, &size, &issue))
		pm_raise(&issue);
	set = pm_new_scenario_set(size);
	pm_grid_fill(set, &grid);
	call->default_set = pm_remember_set(call, set, size);
	return call->default_set;
}

/* scenario_set(market_scenario[]): the array's rows as a set. */
PG_FUNCTION_INFO_V1(scenario_set_from_array);
Datum
scenario_set_from_array(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	PmCall	   *call = pm_call(fcinfo);
	Oid			element = ARR_ELEMTYPE(array);
	int16		length;
	bool		by_value;
	char		align;
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	pm_scenario *rows;
	pm_scenario_set *set;
	size_t		size;
	pm_issue	issue;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("array of scenarios must have one dimension"),
				 errdetail("It has %d dimensions.", ARR_NDIM(array)),
				 errhint("Give ARRAY[market_scenario(...), ...] or array_agg over rows.")));
	get_typlenbyvalalign(element, &length, &by_value, &align);
	deconstruct_array(array, element, length, by_value, align, &elements, &nulls, &count);

	/* Too many are refused before memory is taken for them. */
	if (count > PM_MAX_SCENARIOS)
	{
		if (!pm_list_size(NULL, count, &size, &issue))
			pm_raise(&issue);
	}
	rows = palloc(Max(count, 1) * sizeof(pm_scenario));
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("array of scenarios must not contain nulls"),
					 errdetail("Element %d is null.", i + 1),
					 errhint("Remove it, or give market_scenario() for a scenario in which nothing moves.")));
		if (i % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
		rows[i] = pm_read_scenario(call, DatumGetHeapTupleHeader(elements[i]));
	}
	if (!pm_list_size(rows, count, &size, &issue))
		pm_raise(&issue);
	set = pm_new_scenario_set(size);
	pm_list_fill(set, rows, count);
	return pm_scenario_set_datum(set, size);
}

/* The enum value of a label: its OID differs from one database to the next. */
static Oid
enum_oid(Oid type, const char *label)
{
	Oid			in,
				param;

	getTypeInputInfo(type, &in, &param);
	return DatumGetObjectId(OidInputFunctionCall(in, pstrdup(label), param, -1));
}

/*
 * The column that scenarios() is to list: that of the underlying in argument 1,
 * or the only one.
 */
static uint32
getarg_column(FunctionCallInfo fcinfo, const pm_scenario_set *set)
{
	text	   *name;
	uint32		column = 0;
	pm_issue	issue;

	if (PG_NARGS() == 1)
	{
		if (set->kind == PM_SET_JOINT)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("joint scenarios are listed for one underlying"),
					 errdetail("The set moves each of its underlyings in its own way."),
					 errhint("Name one: scenarios(scenario_set, underlying); underlyings(scenario_set) has their names.")));
		return 0;
	}
	name = PG_GETARG_TEXT_PP(1);
	if (!pm_set_column(set, (pm_text) {VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)},
					   &column, &issue))
		pm_raise(&issue);
	return column;
}

/*
 * scenarios(scenario_set [, underlying]) returns setof market_scenario: the
 * set's rows, those that the underlying meets.
 */
PG_FUNCTION_INFO_V1(scenarios);
Datum
scenarios(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *info = (ReturnSetInfo *) fcinfo->resultinfo;
	const pm_scenario_set *set = PG_GETARG_SCENARIO_SET(0);
	pm_row_cursor rows = pm_column_rows(set, getarg_column(fcinfo, set));
	Datum	   *values;
	bool	   *nulls;
	Oid			stickiness[2];

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	values = palloc0(info->setDesc->natts * sizeof(Datum));
	nulls = palloc(info->setDesc->natts * sizeof(bool));
	for (int i = 0; i < info->setDesc->natts; i++)
		nulls[i] = i >= SCENARIO_FIELDS;
	for (int i = 0; i < (int) lengthof(stickiness); i++)
		stickiness[i] = enum_oid(TupleDescAttr(info->setDesc, STICKINESS)->atttypid,
								 pm_stickiness_labels[i]);

	for (uint32 i = 0; i < set->scenarios; i++)
	{
		pm_scenario row = pm_next_row(&rows);

		CHECK_FOR_INTERRUPTS();
		for (int field = 0; field < SCENARIO_FIELDS; field++)
		{
			double		number;

			if (field == STICKINESS)
			{
				values[field] = ObjectIdGetDatum(stickiness[row.stickiness != PM_STICKY_STRIKE]);
				continue;
			}
			number = *NUMBER_AT(&row, field);
			values[field] = Float8GetDatum(number);
			nulls[field] = may_be_null(field) && isnan(number);
		}
		tuplestore_putvalues(info->setResult, info->setDesc, values, nulls);
	}
	return (Datum) 0;
}
