/*
 * margin_log.h - the states of portfolio_margin and portfolio_greeks: rows in
 * a log that all groups of an aggregate share, and risk arrays.
 *
 * Under hash aggregation the rows of groups come mixed, and adding each to the
 * sums of its group, some kilobytes, at once would wait for memory at every
 * row.  So a row only appends its contract's number, its group's number and its
 * quantity to the log; when a result is asked for, the log is sorted by group
 * and each group's rows are added up together.  Sums are exact: it does not
 * matter which rows of a group went through the log and which did not.
 *
 * A log lives in the memory context of its aggregate, and goes with it: after
 * a spilled batch, between groups of sorted input, at a rescan.
 */
#ifndef PM_MARGIN_LOG_H
#define PM_MARGIN_LOG_H

#include "line_list.h"

/* One group. */
typedef struct PmMarginState
{
	PmMarginLog *log;			/* NULL: all is in the array */
	pm_risk_array *array;		/* rows that are added up; NULL: none */
	uint32		group;			/* number in the log */
	uint32		rows:31;		/* of the group in the log */
	uint32		asked:1;		/* its result has been asked for */
} PmMarginState;

/* A new group's state, all zero but for its place in a log. */
extern PmMarginState *pm_new_margin_state(PmCall *call, MemoryContext context);

/* Adds a finite quantity of a line. */
extern void pm_margin_state_add(PmCall *call, PmMarginState *state, MemoryContext context,
								const PmLine *line, double quantity);

/*
 * All rows of a group added up; NULL for none.  Valid until the next call; the
 * state stays what it is and can take more rows.
 */
extern const pm_risk_array *pm_margin_state_array(PmMarginState *state);

/* Adds up what the logs of a call site hold: its lines are about to go. */
extern void pm_flush_logs(PmCall *call);

#endif							/* PM_MARGIN_LOG_H */
