/*
 * risk_table_type.c - risk tables as arguments and values.
 */
#include "risk_table_type.h"

#include "access/detoast.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "core/risk_algebra.h"

#include "error.h"
#include "line_list.h"
#include "margin_result.h"
#include "risk_array_type.h"
#include "scenario_type.h"

/* Bytes of tables that a call site keeps; the latest one may be larger. */
#define MOST_BYTES	(256 * 1024 * 1024)

/*
 * What a value is known by.  One that lies out of line: by its TOAST pointer.
 * Others by fingerprint and size, which can be read without the rest.
 */
typedef struct table_identity
{
	uint64		one;
	uint64		other;
} table_identity;

typedef struct kept_table
{
	table_identity identity;	/* the key */
	const void *address;		/* where it lay when it came last; NULL: out of line */
	const pm_risk_table *table;
} kept_table;

struct PmKeptTables
{
	MemoryContext context;
	HTAB	   *tables;
	kept_table *latest;
	Size		bytes;
};

static void
raise_corrupt(Size bytes)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("risk_table is corrupt"),
			 errdetail("Its %zu bytes are not a table of this version.", bytes),
			 errhint("Restore the value from a backup, or make it anew.")));
}

const pm_risk_table *
pm_datum_risk_table(Datum datum)
{
	const pm_risk_table *table = (const pm_risk_table *) PG_DETOAST_DATUM(datum);

	if (!pm_table_valid(table, VARSIZE(table)))
		raise_corrupt(VARSIZE(table));
	return table;
}

static table_identity
identity_of(const struct varlena *value)
{
	const pm_risk_table *table = (const pm_risk_table *) value;
	table_identity identity = {0, 0};

	if (VARATT_IS_EXTERNAL_ONDISK(value))
	{
		struct varatt_external pointer;

		VARATT_EXTERNAL_GET_POINTER(pointer, value);
		memcpy(&identity, &pointer, sizeof identity);
		return identity;
	}
	if (VARSIZE(table) < sizeof *table)
		raise_corrupt(VARSIZE(table));
	identity.one = table->fingerprint;
	/* Never that of a TOAST pointer, which ends in two OIDs: neither is 0. */
	identity.other = (uint64) VARSIZE(table);
	return identity;
}

static PmKeptTables *
kept_tables(PmCall *call)
{
	PmKeptTables *kept = call->tables;
	HASHCTL		control = {
		.keysize = sizeof(table_identity), .entrysize = sizeof(kept_table)
	};
	MemoryContext context;

	if (kept != NULL && kept->bytes > MOST_BYTES)
	{
		pm_forget_lines(call);
		call->tables = NULL;
		MemoryContextDelete(kept->context);
		kept = NULL;
	}
	if (kept == NULL)
	{
		context = AllocSetContextCreate(call->context, "portfolio_margin tables",
										ALLOCSET_DEFAULT_SIZES);
		control.hcxt = context;
		kept = MemoryContextAllocZero(context, sizeof *kept);
		kept->context = context;
		kept->tables = hash_create("portfolio_margin tables", 16, &control,
								   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
		call->tables = kept;
	}
	return kept;
}

/* A sound copy of a value in the memory of what is kept. */
static const pm_risk_table *
keep(PmKeptTables *kept, struct varlena *value)
{
	MemoryContext old = MemoryContextSwitchTo(kept->context);
	const pm_risk_table *table = (const pm_risk_table *) PG_DETOAST_DATUM_COPY(PointerGetDatum(value));

	MemoryContextSwitchTo(old);
	kept->bytes += VARSIZE(table);
	return pm_datum_risk_table(PointerGetDatum(table));
}

/*
 * Two values with one fingerprint could differ by intent: the bytes decide,
 * each time the value lies elsewhere than before.
 */
static bool
is_kept(kept_table *entry, const struct varlena *value)
{
	if (entry->address == value || VARATT_IS_EXTERNAL_ONDISK(value))
		return true;
	if (memcmp(entry->table, value, VARSIZE(value)) != 0)
		return false;
	entry->address = value;
	return true;
}

static inline bool
is_latest(const kept_table *latest, const pm_risk_table *value)
{
	return VARSIZE(value) >= sizeof *value && latest->identity.one == value->fingerprint &&
		latest->identity.other == (uint64) VARSIZE(value);
}

const pm_risk_table *
pm_getarg_risk_table(FunctionCallInfo fcinfo, int argno)
{
	PmKeptTables *kept = pm_call(fcinfo)->tables;
	struct varlena *value;
	table_identity identity;
	kept_table *entry;

	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("risk_table must not be null"),
				 errdetail("The table of contracts is null."),
				 errhint("Leave such rows out: FILTER (WHERE risk_table IS NOT NULL). A table made of no rows is null.")));
	value = (struct varlena *) PG_GETARG_POINTER(argno);
	/* Almost always it is where it was, and what it was. */
	if (kept != NULL && kept->latest != NULL && kept->latest->address == value &&
		!VARATT_IS_EXTENDED(value) && is_latest(kept->latest, (const pm_risk_table *) value))
		return kept->latest->table;
	/* Small values can be packed or compressed in line. */
	if (VARATT_IS_EXTENDED(value) && !VARATT_IS_EXTERNAL_ONDISK(value))
		value = PG_DETOAST_DATUM(PointerGetDatum(value));
	identity = identity_of(value);
	if (kept != NULL && kept->latest != NULL &&
		memcmp(&kept->latest->identity, &identity, sizeof identity) == 0 &&
		is_kept(kept->latest, value))
		return kept->latest->table;

	kept = kept_tables(pm_call(fcinfo));
	entry = hash_search(kept->tables, &identity, HASH_FIND, NULL);
	if (entry == NULL || !is_kept(entry, value))
	{
		const pm_risk_table *table = keep(kept, value);

		entry = hash_search(kept->tables, &identity, HASH_ENTER, NULL);
		entry->table = table;
		entry->address = VARATT_IS_EXTERNAL_ONDISK(value) ? NULL : value;
	}
	kept->latest = entry;
	return entry->table;
}

pm_key
pm_getarg_key(FunctionCallInfo fcinfo, int argno, pm_key_kind kind)
{
	pm_key		key = {0, {NULL, 0}};
	text	   *value;

	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("contract_key must not be null"),
				 errdetail("The key of a contract is null."),
				 errhint("Leave such rows out: FILTER (WHERE contract_key IS NOT NULL) on an aggregate, or the same condition in WHERE.")));
	if (kind == PM_KEY_INT8)
	{
		key.number = PG_GETARG_INT64(argno);
		return key;
	}
	value = PG_GETARG_TEXT_PP(argno);
	key.text.bytes = VARDATA_ANY(value);
	key.text.length = VARSIZE_ANY_EXHDR(value);
	return key;
}

uint32
pm_getarg_entry(FunctionCallInfo fcinfo, int argno, pm_key_kind kind,
				const pm_risk_table *table)
{
	pm_key		key = pm_getarg_key(fcinfo, argno, kind);
	uint32		entry;
	pm_issue	issue;

	if (table->key_kind != (uint8) kind)
	{
		(void) pm_table_fail_kind((pm_key_kind) table->key_kind, &issue);
		pm_raise(&issue);
	}
	entry = kind == PM_KEY_TEXT ? pm_table_find_text(table, key.text)
		: pm_table_find_int8(table, key.number);
	if (entry == PM_NO_ENTRY)
	{
		(void) pm_table_fail_unknown(table, key, &issue);
		pm_raise(&issue);
	}
	return entry;
}

double
pm_getarg_quantity(FunctionCallInfo fcinfo, int argno)
{
	double		quantity;
	pm_issue	issue;

	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("quantity must not be null"),
				 errdetail("The number of contracts is null."),
				 errhint("Leave such rows out: FILTER (WHERE quantity IS NOT NULL).")));
	quantity = PG_GETARG_FLOAT8(argno);
	if (!pm_risk_check_factor(quantity, &issue))
		pm_raise(&issue);
	return quantity;
}

bool
pm_make_risk_table(pm_table_builder *builder, pm_risk_table **table, pm_issue *issue)
{
	size_t		size;

	if (!pm_table_size(builder, &size, issue))
		return false;
	*table = palloc(size);
	pm_table_fill(builder, *table);
	SET_VARSIZE(*table, size);
	return true;
}

/* a || b: the contracts of both. */
PG_FUNCTION_INFO_V1(risk_table_concat);
Datum
risk_table_concat(PG_FUNCTION_ARGS)
{
	const pm_risk_table *a = PG_GETARG_RISK_TABLE(0);
	pm_allocator allocator = pm_context_allocator(CurrentMemoryContext);
	pm_table_builder builder;
	pm_risk_table *table;
	pm_issue	issue;

	pm_table_begin(&builder, &allocator, (pm_key_kind) a->key_kind);
	if (!pm_table_add_table(&builder, a, &issue) ||
		!pm_table_add_table(&builder, PG_GETARG_RISK_TABLE(1), &issue) ||
		!pm_make_risk_table(&builder, &table, &issue))
		pm_raise(&issue);
	PG_RETURN_POINTER(table);
}

/* ---- Reading ---- */

static pm_risk_array *
array_of(const pm_risk_table *table, uint32 entry)
{
	pm_risk_array *array = NULL;
	pm_issue	issue;

	if (!pm_table_array(&array, &pm_value_allocator, table, entry, &issue))
		pm_raise(&issue);
	return pm_compact_risk_array(array);
}

static Datum
contract_risk(FunctionCallInfo fcinfo, pm_key_kind kind)
{
	const pm_risk_table *table = pm_getarg_risk_table(fcinfo, 0);

	PG_RETURN_POINTER(array_of(table, pm_getarg_entry(fcinfo, 1, kind, table)));
}

/* contract_risk(risk_table, int8) and (risk_table, text) return risk_array */
PG_FUNCTION_INFO_V1(contract_risk_int8);
Datum
contract_risk_int8(PG_FUNCTION_ARGS)
{
	return contract_risk(fcinfo, PM_KEY_INT8);
}

PG_FUNCTION_INFO_V1(contract_risk_text);
Datum
contract_risk_text(PG_FUNCTION_ARGS)
{
	return contract_risk(fcinfo, PM_KEY_TEXT);
}

/* contract_count(risk_table) returns bigint */
PG_FUNCTION_INFO_V1(contract_count);
Datum
contract_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_RISK_TABLE(0)->entries);
}

/* risk_table_rows(risk_table): key, as text, and array of each contract. */
PG_FUNCTION_INFO_V1(risk_table_rows);
Datum
risk_table_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *info = (ReturnSetInfo *) fcinfo->resultinfo;
	const pm_risk_table *table = PG_GETARG_RISK_TABLE(0);
	MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext, "risk_table row",
													  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old;
	bool		nulls[2] = {false, false};

	InitMaterializedSRF(fcinfo, 0);
	old = MemoryContextSwitchTo(row_context);
	for (uint32 i = 0; i < table->entries; i++)
	{
		pm_key		key = pm_table_key(table, i);
		Datum		values[2];

		CHECK_FOR_INTERRUPTS();
		if (table->key_kind == PM_KEY_INT8)
			values[0] = CStringGetTextDatum(psprintf(INT64_FORMAT, key.number));
		else
			pm_set_text(&values[0], &nulls[0], key.text);
		values[1] = PointerGetDatum(array_of(table, i));
		tuplestore_putvalues(info->setResult, info->setDesc, values, nulls);
		MemoryContextReset(row_context);
	}
	MemoryContextSwitchTo(old);
	return (Datum) 0;
}

/* risk_table_underlyings(risk_table): name, set and number of contracts. */
PG_FUNCTION_INFO_V1(risk_table_underlyings);
Datum
risk_table_underlyings(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *info = (ReturnSetInfo *) fcinfo->resultinfo;
	const pm_risk_table *table = PG_GETARG_RISK_TABLE(0);
	int64	   *contracts = palloc0((table->underlyings + 1) * sizeof(int64));
	bool		nulls[3] = {false, false, false};

	InitMaterializedSRF(fcinfo, 0);
	for (uint32 i = 0; i < table->entries; i++)
	{
		uint32		count;
		const pm_line *line = pm_table_lines(table, i, &count);

		for (; count > 0; count--, line = pm_table_next_line(table, line))
			contracts[line->underlying]++;
	}
	for (uint32 i = 0; i < table->underlyings; i++)
	{
		const pm_scenario_set *set = pm_table_set(table, pm_table_set_number(table, i));
		Size		size = pm_set_size(set);
		pm_scenario_set *copy = memcpy(pm_new_scenario_set(size), set, size);
		Datum		values[3];

		CHECK_FOR_INTERRUPTS();
		pm_set_text(&values[0], &nulls[0], pm_table_underlying_name(table, i));
		values[1] = pm_scenario_set_datum(copy, size);
		values[2] = Int64GetDatum(contracts[i]);
		tuplestore_putvalues(info->setResult, info->setDesc, values, nulls);
		pfree(copy);
	}
	return (Datum) 0;
}

/* ---- Comparing ---- */

static int
compare(FunctionCallInfo fcinfo)
{
	return pm_table_compare(PG_GETARG_RISK_TABLE(0), PG_GETARG_RISK_TABLE(1));
}

PG_FUNCTION_INFO_V1(risk_table_lt);
Datum
risk_table_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) < 0);
}

PG_FUNCTION_INFO_V1(risk_table_le);
Datum
risk_table_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) <= 0);
}

PG_FUNCTION_INFO_V1(risk_table_eq);
Datum
risk_table_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) == 0);
}

PG_FUNCTION_INFO_V1(risk_table_ne);
Datum
risk_table_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) != 0);
}

PG_FUNCTION_INFO_V1(risk_table_ge);
Datum
risk_table_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) >= 0);
}

PG_FUNCTION_INFO_V1(risk_table_gt);
Datum
risk_table_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) > 0);
}

PG_FUNCTION_INFO_V1(risk_table_cmp);
Datum
risk_table_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare(fcinfo));
}

/* The fingerprint hashes what equality compares. */
PG_FUNCTION_INFO_V1(risk_table_hash);
Datum
risk_table_hash(PG_FUNCTION_ARGS)
{
	uint64		fingerprint = PG_GETARG_RISK_TABLE(0)->fingerprint;

	PG_RETURN_UINT32((uint32) (fingerprint ^ (fingerprint >> 32)));
}

PG_FUNCTION_INFO_V1(risk_table_hash_extended);
Datum
risk_table_hash_extended(PG_FUNCTION_ARGS)
{
	uint64		fingerprint = PG_GETARG_RISK_TABLE(0)->fingerprint;

	PG_RETURN_UINT64(DatumGetUInt64(hash_any_extended((unsigned char *) &fingerprint,
													  sizeof fingerprint,
													  PG_GETARG_INT64(1))));
}
