/*
 * obstacle.h - diffusion with drift that stays above a floor: one implicit
 * stage on nodes of equal distance.
 *
 * It solves M u - A u = M b under u >= floor, with A and the mass M made of the
 * differences to both neighbours,
 *     A u = up (u[j + 1] - u[j]) + down (u[j - 1] - u[j]),
 *     M u = u[j] + mass_up (u[j + 1] - u[j]) + mass_down (u[j - 1] - u[j]).
 * Wherever the equation would carry u below the floor, u is held there.  The
 * nodes held are one interval, because the value of an option is convex and
 * its payoff a straight line in the price.
 */
#ifndef PM_OBSTACLE_H
#define PM_OBSTACLE_H

#define PM_OBSTACLE_NODES	641

typedef struct pm_obstacle
{
	int			last;			/* number of the last node */
	double		value[PM_OBSTACLE_NODES];
	double		floor[PM_OBSTACLE_NODES];

	/*
	 * By how much the second difference of u exceeds that of the floor next
	 * to where u leaves it; not above 0 where nothing is to be held.
	 */
	double		bend[PM_OBSTACLE_NODES];

	/* The nodes held, none if first > last; and, in nodes, where u leaves the
	 * floor, beyond the ends if it is held there. */
	int			held_first;
	int			held_last;
	double		low_edge;
	double		high_edge;

	/* The matrix M - A and its elimination from either end. */
	double		up;
	double		down;
	double		mass_up;
	double		mass_down;
	double		diagonal;
	double		pivot[PM_OBSTACLE_NODES];
	double		inverse[PM_OBSTACLE_NODES];
	double		right[PM_OBSTACLE_NODES];
} pm_obstacle;

/* Forgets which nodes were held: the floor has moved at once. */
extern void pm_obstacle_release(pm_obstacle *o);

/* Prepares stages with this matrix; of `mass` no more is used than leaves both
 * entries off the diagonal not above 0. */
extern void pm_obstacle_matrix(pm_obstacle *o, double up, double down,
							   double mass_up, double mass_down);

/* Replaces `value`, the solution one stage ago, by the solution for `base`
 * with these values at both ends. */
extern void pm_obstacle_stage(pm_obstacle *o, const double *base,
							  double low_end, double high_end);

#endif							/* PM_OBSTACLE_H */
