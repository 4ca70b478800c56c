/*
 * risk_table_type.h - SQL's risk_table.
 */
#ifndef PM_RISK_TABLE_TYPE_H
#define PM_RISK_TABLE_TYPE_H

#include "call.h"

#include "core/risk_table.h"

/* The table in a datum, detoasted and found sound. */
extern const pm_risk_table *pm_datum_risk_table(Datum datum);

#define PG_GETARG_RISK_TABLE(n) pm_datum_risk_table(PG_GETARG_DATUM(n))

/*
 * A risk_table argument, detoasted and found sound; NULL is an error.  It is
 * kept while tables keep coming: a value that comes again costs a comparison of
 * its identity and has the same address.  A table is valid until this function
 * has called pm_forget_lines, as it does when it keeps too much.
 */
extern const pm_risk_table *pm_getarg_risk_table(FunctionCallInfo fcinfo, int argno);

/* The entry of the key in an argument of int8 or text; raises if it is NULL or
 * not in the table. */
extern uint32 pm_getarg_entry(FunctionCallInfo fcinfo, int argno, pm_key_kind kind,
							  const pm_risk_table *table);

/* The key in an argument of int8 or text; NULL is an error. */
extern pm_key pm_getarg_key(FunctionCallInfo fcinfo, int argno, pm_key_kind kind);

/* The quantity in a float8 argument; NULL, infinity and NaN are errors. */
extern double pm_getarg_quantity(FunctionCallInfo fcinfo, int argno);

/* What was added to a builder as a value; false, with the issue. */
extern bool pm_make_risk_table(pm_table_builder *builder, pm_risk_table **table,
							   pm_issue *issue);

#endif							/* PM_RISK_TABLE_TYPE_H */
