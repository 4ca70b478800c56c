/*
 * call.c - per-call-site memory, composite arguments and results.
 */
#include "call.h"

#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

PmCall *
pm_call(FunctionCallInfo fcinfo)
{
	FmgrInfo   *flinfo = fcinfo->flinfo;

	if (flinfo->fn_extra == NULL)
	{
		PmCall	   *call = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(PmCall));

		call->context = flinfo->fn_mcxt;
		flinfo->fn_extra = call;
	}
	return flinfo->fn_extra;
}

/* Whether an attribute, InvalidOid for a missing one, is what it must be. */
static bool
type_fits(Oid have, Oid type)
{
	if (type == InvalidOid)
		return type_is_enum(have);
	if (type == ANYOID)
		return OidIsValid(have) && get_typlen(have) == -1;
	return have == type;
}

/*
 * Sets the reader up for a row type.  Half of a set-up must never be used:
 * the type is noted last.
 */
static void
prepare_reader(PmCall *call, PmRowReader *reader, Oid type, int32 typmod,
			   const Oid *types, int expected, const char *type_name)
{
	MemoryContext old = MemoryContextSwitchTo(call->context);
	TupleDesc	desc = lookup_rowtype_tupdesc_domain(type, typmod, false);

	reader->type = InvalidOid;
	reader->desc = CreateTupleDescCopy(desc);
	ReleaseTupleDesc(desc);
	reader->values = palloc(reader->desc->natts * sizeof(Datum));
	reader->nulls = palloc(reader->desc->natts * sizeof(bool));
	MemoryContextSwitchTo(old);

	for (int i = 0; i < expected; i++)
	{
		Oid			have = i < reader->desc->natts
			? TupleDescAttr(reader->desc, i)->atttypid : InvalidOid;

		if (!type_fits(have, types[i]))
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("row is not of type %s", type_name),
					 errdetail("Attribute %d differs.", i + 1),
					 errhint("Make it with the constructor %s(...).", type_name)));
	}
	memset(reader->enums, 0, sizeof reader->enums);
	reader->typmod = typmod;
	reader->type = type;
}

void
pm_read_row(PmCall *call, PmRowReader *reader, HeapTupleHeader row,
			const Oid *types, int expected, const char *type_name)
{
	Oid			type = HeapTupleHeaderGetTypeId(row);
	int32		typmod = HeapTupleHeaderGetTypMod(row);
	HeapTupleData tuple;

	if (reader->type != type || reader->typmod != typmod)
		prepare_reader(call, reader, type, typmod, types, expected, type_name);
	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	heap_deform_tuple(&tuple, reader->desc, reader->values, reader->nulls);
}

int
pm_enum_ordinal(PmEnumCache *cache, Oid value, const char *const *labels)
{
	HeapTuple	tuple;
	const char *label;
	int			ordinal = 0;

	for (int i = 0; i < cache->used; i++)
		if (cache->oids[i] == value)
			return cache->ordinals[i];

	tuple = SearchSysCache1(ENUMOID, ObjectIdGetDatum(value));
	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid internal value for enum: %u", value)));
	label = NameStr(((Form_pg_enum) GETSTRUCT(tuple))->enumlabel);
	while (labels[ordinal] != NULL && strcmp(labels[ordinal], label) != 0)
		ordinal++;
	if (labels[ordinal] == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("enum label \"%s\" is not known to this version of portfolio_margin", label),
				 errhint("Use one of the labels that the extension created.")));
	ReleaseSysCache(tuple);

	if (cache->used < (int) lengthof(cache->oids))
	{
		cache->oids[cache->used] = value;
		cache->ordinals[cache->used++] = ordinal;
	}
	return ordinal;
}

TupleDesc
pm_result_desc(FunctionCallInfo fcinfo, PmCall *call)
{
	if (call->result == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(call->context);
		TupleDesc	desc;

		if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		call->result = BlessTupleDesc(CreateTupleDescCopy(desc));
		MemoryContextSwitchTo(old);
	}
	return call->result;
}

HeapTuple
pm_row_of_arguments(FunctionCallInfo fcinfo)
{
	TupleDesc	desc = pm_result_desc(fcinfo, pm_call(fcinfo));
	Datum		values[FUNC_MAX_ARGS];
	bool		nulls[FUNC_MAX_ARGS];

	/* Fields that a later version added to the type stay NULL. */
	for (int i = 0; i < desc->natts; i++)
	{
		nulls[i] = i >= PG_NARGS() || PG_ARGISNULL(i);
		values[i] = nulls[i] ? (Datum) 0 : PG_GETARG_DATUM(i);
	}
	return heap_form_tuple(desc, values, nulls);
}
