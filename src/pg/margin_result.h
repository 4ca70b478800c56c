/*
 * margin_result.h - SQL's margin_result and cash_greeks from a risk array.
 */
#ifndef PM_MARGIN_RESULT_H
#define PM_MARGIN_RESULT_H

#include "call.h"

#include "core/margin.h"

/* The function's row type must be margin_result, or cash_greeks. */
extern Datum pm_margin_result(FunctionCallInfo fcinfo, const pm_risk_array *array);
extern Datum pm_cash_greeks(FunctionCallInfo fcinfo, const pm_risk_array *array);

/* The row of a margin and totals that have been worked out. */
extern Datum pm_margin_row(FunctionCallInfo fcinfo, const pm_margin *margin,
						   const pm_account_totals *account);

/* The columns of margin_result. */
#define PM_MARGIN_COLUMNS (7 + PM_TOTALS + 2)

extern void pm_set_margin(const pm_margin *margin, const pm_account_totals *account,
						  Datum values[PM_MARGIN_COLUMNS], bool nulls[PM_MARGIN_COLUMNS]);

/* A text column's value and null flag; NULL bytes are NULL. */
extern void pm_set_text(Datum *value, bool *null, pm_text text);

#endif							/* PM_MARGIN_RESULT_H */
