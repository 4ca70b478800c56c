/*
 * grid_bound.h - how much a book can lose between the nodes of a grid.
 *
 * Branch and bound (Land and Doig 1960) over the cells of a region: every box
 * has an upper bound of its loss, the box with the largest is divided, and the
 * largest loss met at a corner is the lower bound.  The caller runs it in
 * steps, and can stop at any of them: the bound then stands as it is.
 */
#ifndef PM_GRID_BOUND_H
#define PM_GRID_BOUND_H

#include "shocked_book.h"

/* How a box is divided. */
typedef enum pm_division
{
	PM_WHOLE,					/* not at all: it is a point, or as fine as numbers are */
	PM_BY_PRICE,
	PM_BY_VOL
} pm_division;

typedef struct pm_box
{
	double		x0,
				x1;
	double		v0,
				v1;
	double		loss[2][2];		/* at its corners: [v][x] */
	double		bound;
	double		at;				/* where it is divided */
	uint32_t	cell;			/* of the grid, price-major: see pm_bound_cell */
	uint32_t	division;		/* a pm_division */
} pm_box;

typedef struct pm_grid_bound
{
	const pm_shocked_book *book;
	const pm_cell *cells;		/* profits at the nodes, as in a risk array */
	pm_box	   *boxes;			/* a heap: the largest bound first */
	uint32_t	used;
	uint32_t	capacity;
	uint32_t	entered;		/* cells of the grid that are in the heap */
	double		tolerance;		/* relative gap that is good enough */
	double		found;			/* the largest loss met, not below 0 ... */
	double		found_price;	/* ... and where; or that of the smallest gain */
	double		found_vol;
} pm_grid_bound;

/* Cells along an axis: at least 1, which has no width where there is one node. */
static inline uint32_t
pm_cells_along(uint32_t nodes)
{
	return nodes > 1 ? nodes - 1 : 1;
}

static inline uint32_t
pm_region_cells(const pm_region *region)
{
	return pm_cells_along(region->prices) * pm_cells_along(region->vols);
}

/*
 * Divisions that a book of so many curves is worth: 4,000, but fewer where each
 * takes long, and never none.
 */
extern uint32_t pm_bound_divisions(uint32_t curves);

/*
 * Starts with the profits at the nodes, in the order of the scenarios.  `boxes`
 * has room for `capacity` of them: pm_region_cells and one for each division.
 */
extern void pm_bound_start(pm_grid_bound *bound, const pm_shocked_book *book,
						   const pm_cell *cells, pm_box *boxes, uint32_t capacity);

/*
 * Looks at up to `count` boxes; whether there is more to do.  The bound holds
 * from when all cells have been entered, which is before this is false.
 */
extern bool pm_bound_step(pm_grid_bound *bound, uint32_t count);

/* Upper bound of the loss, slack added; infinite if there is none. */
extern double pm_bound_loss(const pm_grid_bound *bound);

/* Takes note of a loss at (x, v). */
extern void pm_bound_note(pm_grid_bound *bound, double loss, double x, double v);

/* The number of the cell with the largest bound; a cell by its number. */
extern uint32_t pm_bound_worst_cell(const pm_grid_bound *bound);
extern pm_box pm_bound_cell(const pm_grid_bound *bound, uint32_t cell);

/*
 * The loss of positions of one underlying in a scenario, by the rule of a risk
 * array's cells: exact sums of rounded profits.
 */
extern bool pm_exact_loss(const pm_position *positions, uint32_t count,
						  const pm_scenario *scenario, pm_exact *loss, pm_issue *issue);

#endif							/* PM_GRID_BOUND_H */
