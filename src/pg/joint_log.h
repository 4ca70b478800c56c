/*
 * joint_log.h - the groups of a log under joint sets.
 *
 * A joint set has thousands of scenarios, and a margin needs the least of the
 * totals in them: so the rows of all groups wait in the log, and are added up
 * together in one tile of scenarios after another (core/joint_tiles.h).  A
 * contract is valued once in each tile, unless the contract cache has all of it.
 */
#ifndef PM_JOINT_LOG_H
#define PM_JOINT_LOG_H

#include "line_list.h"

#include "core/margin.h"

/* A row in a log. */
typedef struct PmLogRow
{
	double		quantity;
	uint32		group;
	uint32		line;			/* number at the call site */
} PmLogRow;

/* The worst scenario of a group. */
typedef struct PmJointLeast
{
	pm_cell		pnl;			/* the total in it */
	uint32		scenario;		/* from 0 */
	uint32		named;			/* a line of the underlying that loses most;
								 * PM_NOT_KEPT: these do not say */
} PmJointLeast;

/*
 * Those of all groups of a log whose rows are sorted by group, in a memory
 * context; ends[g] is the end of group g in the rows.  Answers to cancel.
 */
extern PmJointLeast *pm_joint_leasts(PmCall *call, MemoryContext context, const PmLogRow *rows,
									 const uint32 *ends, uint32 groups);

/* The margin that one asks for; false if it does not say. */
extern bool pm_joint_margin(PmCall *call, const PmJointLeast *least, pm_margin *margin);

/* All scenarios of the rows of a group: slow.  Valid until the next call. */
extern const pm_risk_array *pm_joint_array(PmCall *call, const PmLogRow *rows, uint32 count);

#endif							/* PM_JOINT_LOG_H */
