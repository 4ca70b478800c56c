/*
 * joint_tiles.h - the totals of many accounts in joint scenarios, a few
 * scenarios at a time.
 *
 * Of joint scenarios a margin needs the total of the account in each, and keeps
 * the least.  So all accounts are added up in a tile of the scenarios, and then
 * in the next: what is held is one tile of the contracts, whatever the number
 * of scenarios is.
 *
 * The totals of a tile are added up as doubles, with a bound on their error.  A
 * scenario that is above the least by more than the bound is not the worst; the
 * few others are added up exactly, term by term.  So the worst scenario and its
 * total are the same as by a risk array.
 */
#ifndef PM_JOINT_TILES_H
#define PM_JOINT_TILES_H

#include "exact.h"

/* Scenarios of a tile: the least times a power of 2, up to the most. */
#define PM_MOST_WIDTH	64
#define PM_LEAST_WIDTH	8

typedef struct pm_tile
{
	uint32_t	width;			/* scenarios */
	double	   *cells;			/* per line, `width` profits or losses */
	double	   *sizes;			/* per line, the largest without its sign */
} pm_tile;

/* The totals of an account in the scenarios of a tile. */
typedef struct pm_tile_sums
{
	double		near[PM_MOST_WIDTH] __attribute__((aligned(64)));
	uint32_t	terms;
	double		size;			/* no sum of any of the terms is larger */
} pm_tile_sums;

/*
 * Sets a line to the profit and loss of a contract, multiples of the quantum, in
 * the first `count` scenarios; in others it is 0.  False if one is out of range.
 */
extern bool pm_tile_fill(pm_tile *tile, uint32_t line, const double *pnls, uint32_t count);

/* Begins an account. */
extern void pm_tile_clear(pm_tile_sums *sums, const pm_tile *tile);

/*
 * Adds a finite quantity of a line.  False if the account is so large that some
 * sum of its terms may be out of range: then it must be added up otherwise.
 */
extern bool pm_tile_add(pm_tile_sums *sums, const pm_tile *tile, uint32_t line, double quantity);

/*
 * What the near total of a scenario is at most if the exact one may be the least
 * of the first `count`, and no more than `known` (INFINITY: any): the least of
 * the scenarios before them.
 */
extern double pm_tile_bound(const pm_tile_sums *sums, uint32_t count, double known);

/*
 * The term of a quantity of a line in a scenario, from 0, of an account that
 * pm_tile_add takes: the exact product, rounded to the quantum half to even.
 */
extern pm_exact pm_tile_term(const pm_tile *tile, uint32_t line, uint32_t scenario,
							 double quantity);

#endif							/* PM_JOINT_TILES_H */
