/*
 * line_list.h - the lines of a call site by number, and the sums of one account.
 *
 * A row in a log names what it adds by such a number.
 *
 * Under a joint set, which has thousands of scenarios, a line holds totals only,
 * and what it takes to work out the scenarios when they are asked for.
 */
#ifndef PM_LINE_LIST_H
#define PM_LINE_LIST_H

#include "call.h"

#include "core/risk_table.h"

/* A contract under a joint set. */
typedef struct PmJointLine
{
	PmCall	   *call;
	pm_position position;		/* checked, its volatility found; stays */
	const PmSetCache *set;
	uint32		column;			/* of its underlying */
	pm_line    *whole;			/* all amounts; NULL: not kept */
} PmJointLine;

/* What one contract of an underlying and currency adds to an account. */
typedef struct PmLine
{
	pm_text		underlying;
	pm_text		currency;		/* NULL bytes: none */
	const pm_scenario_set *set; /* NULL: totals only */
	const pm_line *amounts;
	PmJointLine *joint;			/* NULL: amounts are all; else totals only */
	uint32		number;			/* of this line at the call site */
} PmLine;

#define PM_NOT_KEPT	PG_UINT32_MAX

typedef struct PmListedTable PmListedTable;	/* line_list.c */

struct PmLineList
{
	MemoryContext context;		/* of everything here */
	pm_net		net;
	pm_net_line *lines;			/* by number */
	bool		joint;			/* under joint sets: the net adds up totals only */
	const PmLine **joint_lines; /* by number, if joint */
	pm_risk_array *array;		/* joint_log.c: all scenarios of one account */
	uint32		count;
	uint32		room;
	PmListedTable *tables;		/* the latest first */
};

/*
 * Numbers a line, whose amounts stay where they are; PM_NOT_KEPT if it has
 * another number of scenarios than the lines before it, is joint and they are
 * not, or the sums of an account would be too large.
 */
extern void pm_number_line(PmCall *call, PmLine *line);

/*
 * The number of the first line of a risk table, whose lines are numbered in its
 * order; the table stays where it is.  PM_NOT_KEPT as above.
 */
extern uint32 pm_number_table(PmCall *call, const pm_risk_table *table);

/* Forgets all lines: their numbers are void.  Rows in logs are added up first. */
extern void pm_forget_lines(PmCall *call);

/* Adds a quantity of a line of a table; false, with the issue, as pm_risk_add_line. */
extern bool pm_add_table_line(pm_risk_array **array, const pm_allocator *allocator,
							  const pm_risk_table *table, uint32 line,
							  double quantity, pm_issue *issue);

/* The core's allocator on a memory context; raises instead of giving NULL. */
extern pm_allocator pm_context_allocator(MemoryContext context);

#endif							/* PM_LINE_LIST_H */
