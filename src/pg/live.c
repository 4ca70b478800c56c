/*
 * live.c - takes a trade over into the risk table of a live margin.
 *
 * margin_live_trade() is the trigger on positions.  A statement that changes
 * the quantity of one position, or adds one, is what most are: it costs two
 * small statements with kept plans, which locks the contract and reads its
 * array, and then adds to the account's row.  Whatever is more than that goes
 * to the set-up's own function, which is right for everything.
 *
 * Every set-up has a function that vouches for it: it says whose positions
 * they are and how to write its tables, and what it says is done with its
 * owner's privileges.  So a trigger that somebody else made with the same
 * arguments, on a table of his own, writes nothing.
 */
#include "risk_array_type.h"

#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

#include "core/risk_algebra.h"

#include "error.h"

/* Arguments of the trigger, after the risk table's name: the function that vouches. */
#define SCHEMA		1
#define FUNCTION	2
#define ARGUMENTS	3

/* What that function returns. */
enum
{
	POSITIONS = 1, GENERAL, ACCOUNT, INSTRUMENT, QUANTITY, CONTRACT, ADD, MOVE
};

/* A column of the positions. */
typedef struct PmColumn
{
	char		name[NAMEDATALEN];
	int			number;
	Oid			type;
} PmColumn;

/* A trigger and what its set-up says. */
typedef struct PmLive
{
	Oid			trigger;		/* the key */
	bool		answered;		/* the rest is filled */
	Oid			function;
	TransactionId function_xmin;	/* as it was when asked */
	ItemPointerData function_tid;
	Oid			owner;
	Oid			general;		/* the function for everything */
	PmColumn	account;
	PmColumn	instrument;
	PmColumn	quantity;
	SPIPlanPtr	contract;		/* NULL: that function does all */
	SPIPlanPtr	add;
	SPIPlanPtr	move;
} PmLive;

static HTAB *known = NULL;

/* margin_live_moved(a, unit, removed, added): a - removed * unit + added * unit. */
PG_FUNCTION_INFO_V1(margin_live_moved);
Datum
margin_live_moved(PG_FUNCTION_ARGS)
{
	const pm_risk_array *array = pm_getarg_risk_array(fcinfo, 0);
	const pm_risk_array *unit = pm_getarg_risk_array(fcinfo, 1);
	pm_risk_array *moved = palloc(VARSIZE(array));
	pm_risk_array *old = NULL;
	pm_issue	issue;

	memcpy(moved, array, VARSIZE(array));
	if (!pm_risk_add(&old, &pm_value_allocator, unit, PG_GETARG_FLOAT8(2), &issue) ||
		!pm_risk_remove(moved, old, &issue) ||
		!pm_risk_add(&moved, &pm_value_allocator, unit, PG_GETARG_FLOAT8(3), &issue))
		pm_raise(&issue);
	PG_RETURN_POINTER(pm_compact_risk_array(moved));
}

static Oid
risk_array_type(FunctionCallInfo fcinfo)
{
	return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("risk_array"),
						   ObjectIdGetDatum(get_func_namespace(fcinfo->flinfo->fn_oid)));
}

static void
find_column(PmColumn *column, TupleDesc desc, const char *name)
{
	if (name == NULL)
		elog(ERROR, "margin_live named no column");
	strlcpy(column->name, name, NAMEDATALEN);
	column->number = SPI_fnumber(desc, name);
	if (column->number <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("the positions have no column %s", quote_identifier(name)),
				 errhint("Rename columns between margin_live_drop and margin_live.")));
	column->type = SPI_gettypeid(desc, column->number);
}

/* Whether the column is where it was, under its name and with its type. */
static bool
same_column(const PmColumn *column, TupleDesc desc)
{
	Form_pg_attribute attribute;

	if (column->number > desc->natts)
		return false;
	attribute = TupleDescAttr(desc, column->number - 1);
	return attribute->atttypid == column->type && !attribute->attisdropped &&
		strcmp(NameStr(attribute->attname), column->name) == 0;
}

static SPIPlanPtr
kept_plan(const char *sql, int arguments, Oid *types)
{
	SPIPlanPtr	plan;

	if (sql == NULL)
		return NULL;
	plan = SPI_prepare_cursor(sql, arguments, types, CURSOR_OPT_GENERIC_PLAN);
	if (plan == NULL || SPI_keepplan(plan) != 0)
		elog(ERROR, "cannot prepare \"%s\"", sql);
	return plan;
}

static bool
is_or_is_part_of(Relation relation, Oid positions)
{
	return RelationGetRelid(relation) == positions ||
		(relation->rd_rel->relispartition &&
		 list_member_oid(get_partition_ancestors(RelationGetRelid(relation)), positions));
}

/*
 * Asks the set-up, as its owner.  What an earlier answer left is not freed: a
 * caller further up may be using it, and answers hardly ever change.
 */
static void
ask(PmLive *live, FunctionCallInfo fcinfo)
{
	TriggerData *call = (TriggerData *) fcinfo->context;
	TupleDesc	desc = RelationGetDescr(call->tg_relation);
	char	  **args = call->tg_trigger->tgargs;
	char	   *name = quote_qualified_identifier(args[SCHEMA], args[FUNCTION]);
	HeapTuple	answer;
	TupleDesc	columns;
	bool		null;

	if (SPI_execute(psprintf("SELECT * FROM %s()", name), true, 1) != SPI_OK_SELECT ||
		SPI_processed != 1 || SPI_tuptable->tupdesc->natts != MOVE)
		elog(ERROR, "%s() is not a function that margin_live made", name);
	answer = SPI_tuptable->vals[0];
	columns = SPI_tuptable->tupdesc;
	for (int i = POSITIONS; i <= MOVE; i++)
		if (SPI_gettypeid(columns, i) != (i <= GENERAL ? OIDOID : TEXTOID))
			elog(ERROR, "%s() is not a function that margin_live made", name);
	if (!is_or_is_part_of(call->tg_relation, DatumGetObjectId(SPI_getbinval(answer, columns, POSITIONS, &null))))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("%s is not the table whose margin %s() keeps",
						RelationGetRelationName(call->tg_relation), name)));
	live->general = DatumGetObjectId(SPI_getbinval(answer, columns, GENERAL, &null));
	find_column(&live->account, desc, SPI_getvalue(answer, columns, ACCOUNT));
	find_column(&live->instrument, desc, SPI_getvalue(answer, columns, INSTRUMENT));
	find_column(&live->quantity, desc, SPI_getvalue(answer, columns, QUANTITY));
	live->contract = kept_plan(SPI_getvalue(answer, columns, CONTRACT), 3,
							   (Oid[]) {live->instrument.type, live->quantity.type, live->quantity.type});
	if (live->contract != NULL)
	{
		Oid			types[5] = {live->account.type, TEXTOID, risk_array_type(fcinfo), FLOAT8OID, FLOAT8OID};

		live->add = kept_plan(SPI_getvalue(answer, columns, ADD), 5, types);
		live->move = kept_plan(SPI_getvalue(answer, columns, MOVE), 5, types);
	}
	live->answered = true;
}

/*
 * What is known of the trigger; unless it was answered by the function as it is
 * today, about the columns as they are today, it must be asked for again.
 */
static PmLive *
live_of(TriggerData *call)
{
	HASHCTL		control = {.keysize = sizeof(Oid), .entrysize = sizeof(PmLive)};
	TupleDesc	desc = RelationGetDescr(call->tg_relation);
	char	  **args = call->tg_trigger->tgargs;
	PmLive	   *live;
	bool		found;
	HeapTuple	function;
	Form_pg_proc form;

	if (known == NULL)
		known = hash_create("live margins", 16, &control, HASH_ELEM | HASH_BLOBS);
	live = hash_search(known, &call->tg_trigger->tgoid, HASH_ENTER, &found);
	if (!found)
		live->answered = false;
	function = SearchSysCache3(PROCNAMEARGSNSP, CStringGetDatum(args[FUNCTION]),
							   PointerGetDatum(buildoidvector(NULL, 0)),
							   ObjectIdGetDatum(get_namespace_oid(args[SCHEMA], true)));
	if (!HeapTupleIsValid(function))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("function %s() is missing",
						quote_qualified_identifier(args[SCHEMA], args[FUNCTION])),
				 errdetail("It belongs to the live margin of %s.", RelationGetRelationName(call->tg_relation)),
				 errhint("Drop this trigger, and what else is left of that live margin, and set it up again.")));
	form = (Form_pg_proc) GETSTRUCT(function);
	live->answered = live->answered && live->function == form->oid &&
		live->function_xmin == HeapTupleHeaderGetRawXmin(function->t_data) &&
		ItemPointerEquals(&live->function_tid, &function->t_self) &&
		same_column(&live->account, desc) && same_column(&live->instrument, desc) &&
		same_column(&live->quantity, desc);
	live->function = form->oid;
	live->function_xmin = HeapTupleHeaderGetRawXmin(function->t_data);
	live->function_tid = function->t_self;
	live->owner = form->proowner;
	ReleaseSysCache(function);
	return live;
}

/* Rows that the statement, or the row trigger, is about. */
static int64
changed_rows(TriggerData *call)
{
	bool		deletes = TRIGGER_FIRED_BY_DELETE(call->tg_event);

	if (TRIGGER_FIRED_FOR_ROW(call->tg_event))
		return 1;
	if ((!deletes && call->tg_newtable == NULL) ||
		(!TRIGGER_FIRED_BY_INSERT(call->tg_event) && call->tg_oldtable == NULL))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("margin_live_trade needs the statement's transition tables")));
	return tuplestore_tuple_count(deletes ? call->tg_oldtable : call->tg_newtable);
}

/* The only row of a transition table; the copied descriptor needs no pin. */
static TupleTableSlot *
only_row(TriggerData *call, Tuplestorestate *rows)
{
	TupleTableSlot *slot = MakeSingleTupleTableSlot(CreateTupleDescCopy(RelationGetDescr(call->tg_relation)),
													&TTSOpsMinimalTuple);

	tuplestore_select_read_pointer(rows, 0);
	tuplestore_rescan(rows);
	if (!tuplestore_gettupleslot(rows, true, false, slot))
		elog(ERROR, "a transition table lost its row");
	return slot;
}

/* Whether two values are the same byte for byte; NULL is not. */
static bool
same_value(const PmColumn *column, TupleTableSlot *a, TupleTableSlot *b)
{
	Form_pg_attribute attribute = TupleDescAttr(a->tts_tupleDescriptor, column->number - 1);
	bool		a_null,
				b_null;
	Datum		a_value = slot_getattr(a, column->number, &a_null);
	Datum		b_value = slot_getattr(b, column->number, &b_null);

	return !a_null && !b_null &&
		datum_image_eq(a_value, b_value, attribute->attbyval, attribute->attlen);
}

/* Locks the contract; its array and the quantities as float8.  False: there is none. */
static bool
read_contract(const PmLive *live, Datum *values, const char *nulls, Oid array_type,
			  Datum *array, Datum *removed, Datum *added)
{
	TupleDesc	desc;
	HeapTuple	row;
	bool		null[3];

	if (SPI_execute_plan(live->contract, values, nulls, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "the contract's array cannot be read");
	if (SPI_processed == 0)
		return false;
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	if (desc->natts != 3 || SPI_gettypeid(desc, 1) != array_type ||
		SPI_gettypeid(desc, 2) != FLOAT8OID || SPI_gettypeid(desc, 3) != FLOAT8OID)
		elog(ERROR, "the contract's array has another type");
	*array = SPI_getbinval(row, desc, 1, &null[0]);
	*removed = SPI_getbinval(row, desc, 2, &null[1]);
	*added = SPI_getbinval(row, desc, 3, &null[2]);
	return !null[0];
}

/*
 * One row inserted, or one whose quantity alone has changed.  False, with
 * nothing done, if it is something else, or wrong: the general function knows.
 */
static bool
take_over(const PmLive *live, TriggerData *call, Oid array_type)
{
	bool		by_row = TRIGGER_FIRED_FOR_ROW(call->tg_event);
	bool		inserted = TRIGGER_FIRED_BY_INSERT(call->tg_event);
	TupleTableSlot *new,
			   *old;
	Datum		array,
				values[5];
	char		nulls[] = "     ";
	bool		null[3];
	const pm_risk_array *risk;
	pm_text		name;

	if (inserted)
		new = old = by_row ? call->tg_trigslot : only_row(call, call->tg_newtable);
	else
	{
		new = by_row ? call->tg_newslot : only_row(call, call->tg_newtable);
		old = by_row ? call->tg_trigslot : only_row(call, call->tg_oldtable);
		if (!same_value(&live->account, old, new) || !same_value(&live->instrument, old, new))
			return false;
		if (same_value(&live->quantity, old, new))
			return true;
	}
	values[0] = slot_getattr(new, live->instrument.number, &null[0]);
	values[1] = slot_getattr(old, live->quantity.number, &null[1]);
	values[2] = slot_getattr(new, live->quantity.number, &null[2]);
	if (null[0] || null[1] || null[2] ||
		!read_contract(live, values, nulls, array_type, &array, &values[3], &values[4]))
		return false;
	risk = pm_sound_risk_array(array);
	if (risk->underlyings != 1)
		return false;
	name = pm_risk_name(risk, pm_risk_block_at(risk, 0));
	values[0] = slot_getattr(new, live->account.number, &null[0]);
	values[1] = PointerGetDatum(cstring_to_text_with_len(name.bytes, name.length));
	values[2] = PointerGetDatum(risk);
	return !null[0] &&
		SPI_execute_plan(inserted ? live->add : live->move, values, nulls, false, 0) > 0 &&
		SPI_processed == 1;
}

/* The set-up's own function, called as if it were the trigger's. */
static void
call_general(const PmLive *live, FunctionCallInfo fcinfo)
{
	LOCAL_FCINFO(general, 0);
	FmgrInfo	function;
	AclResult	allowed = PM_FUNCTION_ACL(live->general, live->owner);

	if (allowed != ACLCHECK_OK)
		aclcheck_error(allowed, OBJECT_FUNCTION, get_func_name(live->general));
	if (get_func_rettype(live->general) != TRIGGEROID)
		elog(ERROR, "function %u is not a trigger's", live->general);
	fmgr_info(live->general, &function);
	InitFunctionCallInfoData(*general, &function, 0, InvalidOid, fcinfo->context, NULL);
	FunctionCallInvoke(general);
}

/* margin_live_trade(): AFTER every statement, or row, that changes positions. */
PG_FUNCTION_INFO_V1(margin_live_trade);
Datum
margin_live_trade(PG_FUNCTION_ARGS)
{
	TriggerData *call = (TriggerData *) fcinfo->context;
	PmLive	   *live;
	Oid			user;
	int			context;
	int64		rows;
	bool		done = false;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(call->tg_event) ||
		TRIGGER_FIRED_BY_TRUNCATE(call->tg_event) || call->tg_trigger->tgnargs != ARGUMENTS)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("margin_live_trade is a trigger that margin_live makes")));
	rows = changed_rows(call);
	if (rows == 0)
		return PointerGetDatum(NULL);
	live = live_of(call);
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(live->owner, context | SECURITY_LOCAL_USERID_CHANGE);
	SPI_connect();
	if (!live->answered)
		ask(live, fcinfo);
	if (rows == 1 && live->contract != NULL && !TRIGGER_FIRED_BY_DELETE(call->tg_event))
		done = take_over(live, call, risk_array_type(fcinfo));
	SPI_finish();
	SetUserIdAndSecContext(user, context);
	if (!done)
		call_general(live, fcinfo);
	return PointerGetDatum(NULL);
}
