/*
 * worst_case.h - the largest loss between the nodes, by local searches.
 *
 * A bound that has been worked out (grid_bound.h) leaves some cells of the grid
 * in which the loss may be larger than any found.  From each of them one
 * search of the GNU Scientific Library climbs to the top of the cell.
 *
 * GSL takes its memory from malloc: whoever can be interrupted between two
 * steps sees to it that pm_worst_case_release is called all the same.
 */
#ifndef PM_WORST_CASE_H
#define PM_WORST_CASE_H

#include "grid_bound.h"

typedef struct pm_worst_case
{
	pm_grid_bound *bound;
	double		loss_bound;		/* of the bound, which gives up its heap */
	void	   *climbers[2];	/* GSL's, along one axis and along two; or NULL */
	uint32_t	next;			/* box to look at */
	uint32_t	searches;		/* cells searched so far */
	int			axes;			/* of the search under way; 0: none */
	int			steps;			/* it has taken */
	pm_box		cell;			/* that it stays in */
} pm_worst_case;

/* Ready for pm_worst_case_start, and nothing to release. */
extern void pm_worst_case_init(pm_worst_case *worst);

/*
 * Takes over a bound with which no more steps will be made.  What the searches
 * find is noted in it; loss_bound keeps what pm_bound_loss was.
 */
extern void pm_worst_case_start(pm_worst_case *worst, pm_grid_bound *bound);

/* Up to `count` steps of a search; *more tells whether there are others. */
extern bool pm_worst_case_step(pm_worst_case *worst, uint32_t count, bool *more,
							   pm_issue *issue);

/* Gives GSL's memory back; may be called again. */
extern void pm_worst_case_release(pm_worst_case *worst);

#endif							/* PM_WORST_CASE_H */
