/*
 * margin_log.h - the states of portfolio_margin and portfolio_greeks: rows in
 * a log that all groups of an aggregate share, and risk arrays.
 *
 * Under hash aggregation the rows of groups come mixed, and adding each to the
 * sums of its group, some kilobytes, at once would wait for memory at every
 * row.  So a row only appends its line's number, its group's number and its
 * quantity to the log; when a result is asked for, the log is sorted by group
 * and each group's rows are netted together.  Sums are exact: it does not
 * matter which rows of a group went through the log and which did not.
 *
 * Under joint sets, whose arrays are megabytes, no array is made: the rows stay
 * in the log, and all groups are added up together (joint_log.h).
 *
 * A log lives in the memory context of its aggregate, and goes with it: after
 * a spilled batch, between groups of sorted input, at a rescan.
 *
 * A state is a Datum of type internal: the numbers of a log and of a group in
 * it, so that adding a row touches nothing that belongs to its group alone; or,
 * where there is no log, a pointer to a risk array's.
 */
#ifndef PM_MARGIN_LOG_H
#define PM_MARGIN_LOG_H

#include "line_list.h"

#include "core/margin.h"

/* The state of a group that has no rows yet. */
extern Datum pm_new_margin_state(PmCall *call, MemoryContext context);

/*
 * The state of the n-th group after one, of groups made one after another in
 * one context, which has a log: it is that of the call site or below it.
 */
extern Datum pm_margin_state_after(Datum first, uint32 n);

/* Adds a finite quantity of a line. */
extern void pm_margin_state_add(PmCall *call, Datum state, MemoryContext context,
								const PmLine *line, double quantity);

/* The same for a line of a risk table, by its number there. */
extern void pm_margin_state_add_from(PmCall *call, Datum state, MemoryContext context,
									 const pm_risk_table *table, uint32 line,
									 double quantity);

/*
 * A state that has no log, in the current memory context, and the array that
 * such a one, or any, keeps beside its log (NULL: none yet): to be added to.
 */
extern Datum pm_new_array_state(pm_risk_array *array);
extern pm_risk_array **pm_margin_state_own(Datum state);

/*
 * All rows of a group added up.  Valid until the next call; the state stays
 * what it is and can take more rows.
 */
extern const pm_risk_array *pm_margin_state_array(Datum state);

/*
 * The margin and the totals of a group: as pm_margin_of and pm_totals_of of its
 * array, but under joint sets without one where that can be.  Texts are valid as
 * the array is.
 */
extern bool pm_margin_of_state(Datum state, pm_margin *margin, pm_account_totals *totals,
							   pm_issue *issue);

/* Gives each row in the logs of a call site that is not in an array. */
extern void pm_margin_rows(const PmCall *call,
						   void (*take) (void *to, uint32 group, uint32 line, double quantity),
						   void *to);

#endif							/* PM_MARGIN_LOG_H */
