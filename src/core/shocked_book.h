/*
 * shocked_book.h - the positions of one underlying as a function of two shocks.
 *
 * A scenario grid moves all prices of an underlying by one relative shock x and
 * all volatilities by one relative shock v.  This is the book's loss at any
 * (x, v), and how far it can bend between two of them: what grid_bound.h needs
 * to bound the loss between the nodes of the grid.
 *
 * By put-call parity the call and the put of one strike are kept as whichever
 * is out of the money, and what that leaves is linear in the price, or in
 * 1/price where settlement is inverse.  So they meet in one curve, and a
 * conversion vanishes.
 */
#ifndef PM_SHOCKED_BOOK_H
#define PM_SHOCKED_BOOK_H

#include <math.h>

#include "exact.h"
#include "contract.h"
#include "scenario_set.h"

/* A volatility shock of a grid and its place among those given. */
typedef struct pm_vol_node
{
	double		shock;
	uint32_t	column;
} pm_vol_node;

/* The nodes of a grid, both axes strictly increasing. */
typedef struct pm_region
{
	uint32_t	prices;
	uint32_t	vols;			/* distinct */
	uint32_t	columns;		/* as given: scenarios per price */
	pm_scenario step;			/* vol_power and days; the rest is neutral */
	double	   *price;
	pm_vol_node *vol;
} pm_region;

/*
 * False, with the issue, unless the set is one scenario_grid; gives the memory
 * that pm_region_fill needs for its nodes.
 */
extern bool pm_region_size(const pm_scenario_set *set, size_t *size, pm_issue *issue);
extern void pm_region_fill(pm_region *region, const pm_scenario_set *set, void *memory);

/* The scenario (x, v) of a region, on a node or between. */
extern pm_scenario pm_region_scenario(const pm_region *region, double x, double v);

/* One option per unit of weight, out of the money. */
typedef struct pm_curve
{
	double		weight;			/* sum of quantity * multiplier */
	pm_option	option;			/* after the time step, volatility unshocked */
	double		years_now;		/* before it: what scales the shock */
	double		sqrt_years;		/* after it */
	double		vol_slope;		/* at least d volatility / d v, where it is not 0 */
	double		least_vol_slope;	/* at most that */
	double		carried;		/* worth of one unit of spot at expiry, now */
	double		strike_value;	/* the same of the strike */
	bool		inverse;
} pm_curve;

/* Price and volatility of a curve after a shock. */
static inline double
pm_spot_at(double spot, double x)
{
	return spot + x * fabs(spot);
}

static inline double
pm_volatility_at(const pm_curve *c, const pm_scenario *scenario)
{
	return pm_scenario_volatility(scenario, c->option.volatility, c->years_now, 0);
}

/*
 * profit(x, v) = constant + slope x - inverse / (1 + x) + sum over curves of
 *                weight * option(S + x |S|, volatility(v)) [/ (S + x |S|)]
 */
typedef struct pm_shocked_book
{
	const pm_region *region;
	double		constant;
	double		slope;
	double		inverse;
	double		slack;			/* see below */
	const pm_curve *curve;
	uint32_t	curves;
} pm_shocked_book;

/*
 * Order of positions by underlying and then by contract, quantity last: what
 * belongs together is adjacent, and sums do not depend on the order of rows.
 */
extern int	pm_contract_compare(const pm_position *a, const pm_position *b);

/*
 * Whether a checked position can be part of a book; false, with the issue, for
 * an option whose value between the nodes has no bound yet: American, with a
 * dividend to come, or without a volatility of its own.
 */
extern bool pm_book_takes(const pm_position *position, pm_issue *issue);

/*
 * The book of `count` checked positions of one underlying, in that order, all
 * of which it takes and none of which any node of the region makes an error;
 * `curves` has room for as many.
 *
 * `slack` bounds every rounding between a loss as computed, here or as a cell
 * of a risk array, and the loss of the formulas: 128 units of the last place
 * (2^-52) of the legs of every option and contract, and a quantum each for the
 * cells.  A bound made of losses is a bound after slack is added.
 */
extern bool pm_book_build(pm_shocked_book *book, const pm_region *region,
						  pm_curve *curves, const pm_position *positions,
						  uint32_t count, pm_issue *issue);

extern double pm_book_loss(const pm_shocked_book *book, double x, double v);

/*
 * Over x0 <= x <= x1 at one v, the loss is at most its chord plus
 * quadratic (x - x0)(x1 - x)/2 + constant.  `kink` is where the payoff that
 * adds most to the constant has its strike; NaN: none has.
 */
typedef struct pm_lift
{
	double		quadratic;
	double		constant;
	double		kink;
} pm_lift;

extern pm_lift pm_book_lift(const pm_shocked_book *book, double x0, double x1, double v);

/*
 * Over the box: rates at which the loss can rise as v rises, and as v falls
 * (each at least 0), and its least second derivative in v with the sign turned
 * (at least 0; infinite where it is not bounded).
 */
typedef struct pm_drift
{
	double		rise;
	double		fall;
	double		bend;
} pm_drift;

extern pm_drift pm_book_drift(const pm_shocked_book *book,
							  double x0, double x1, double v0, double v1);

#endif							/* PM_SHOCKED_BOOK_H */
