/*
 * call.h - what a function remembers between its calls, and how composite
 * arguments are read and composite results made.
 *
 * Everything hangs on fn_extra and lives in fn_mcxt.  It only saves work: a
 * call that finds fn_extra empty (Citus loses it on every row) gives the same
 * result.
 */
#ifndef PM_CALL_H
#define PM_CALL_H

#include "compat.h"

#include "access/htup_details.h"
#include "access/tupdesc.h"
#include "funcapi.h"

#include "core/position.h"
#include "core/scenario_set.h"

/* Labels of one SQL enum met so far, as positions in the core's list. */
typedef struct PmEnumCache
{
	Oid			oids[8];
	int			ordinals[8];
	int			used;
} PmEnumCache;

/* How to take a composite of one row type apart. */
typedef struct PmRowReader
{
	Oid			type;
	int32		typmod;
	TupleDesc	desc;			/* a copy of our own */
	Datum	   *values;
	bool	   *nulls;
	PmEnumCache enums[4];
} PmRowReader;

/* A scenario set with its rows, kept while sets keep coming. */
typedef struct PmSetCache
{
	pm_scenario_set *set;
	Size		size;
	uint32		number;			/* of this set among all at the call site */
	pm_scenario *rows;			/* NULL: joint, read from the set as they are needed */
	double	   *pnls;			/* scratch, one per row */
} PmSetCache;

typedef struct PmContractCache PmContractCache;	/* contract_cache.c */
typedef struct PmLineList PmLineList;	/* line_list.h */
typedef struct PmKeptTables PmKeptTables;	/* risk_table_type.c */

typedef struct PmCall PmCall;

struct PmCall
{
	MemoryContext context;
	PmRowReader position;
	PmRowReader scenario;
	PmContractCache *cache;
	struct rows_hash *rows;		/* position_line.c; goes with the cache */
	PmLineList *lines;
	void		(*before_lines_go) (PmCall *call);	/* NULL: nobody counts on them */
	PmKeptTables *tables;
	const PmSetCache *default_set;
	const PmSetCache *stored_set;	/* that was read from `stored`, or NULL */
	struct varatt_external stored;	/* where it lies out of line */
	TupleDesc	result;
};

/* The call's memory, made on first use. */
extern PmCall *pm_call(FunctionCallInfo fcinfo);

/*
 * Deforms a composite datum into reader->values and nulls, which hold
 * `expected` or more attributes of the given types (InvalidOid: an enum;
 * ANYOID: some varlena, whose bytes the caller checks); a row type that differs
 * raises an error.
 */
extern void pm_read_row(PmCall *call, PmRowReader *reader, HeapTupleHeader row,
						const Oid *types, int expected, const char *type_name);

/* Position of an enum's label in `labels`, which ends with NULL. */
extern int	pm_enum_ordinal(PmEnumCache *cache, Oid value, const char *const *labels);

/* The row type that the function returns, blessed. */
extern TupleDesc pm_result_desc(FunctionCallInfo fcinfo, PmCall *call);

/* A constructor's result: the row of the function's arguments. */
extern HeapTuple pm_row_of_arguments(FunctionCallInfo fcinfo);

#endif							/* PM_CALL_H */
