/*
 * dividend_grid.h - American options with cash dividends under black_scholes,
 * in the escrowed model (escrowed.h): the values at all spots, by finite
 * differences.
 *
 * On exercise at t the holder gets the payoff of the whole spot, S* plus the
 * value at t of the dividends still to come; on an ex date he may exercise
 * just before and just after it.  One solve serves every spot at one
 * volatility, rate, yield and time to expiry, such as a grid of price shocks.
 *
 * Error in units of the larger of spot and strike, and time of one solve at a
 * single spot (a range adds its nodes) on one core of 2020:
 *     PM_EXACT    1.5e-6      1.3 ms, and 0.7 ms per dividend
 *     PM_GRID     2e-5        0.12 ms, and 0.06 ms per dividend
 * Nine of ten options are ten times better (test_american_dividends.c).  This
 * holds for s = volatility sqrt(years) up to 2 and rates and yields up to 0.15
 * in size and up to 10 s / years; the time grows from s = 0.6.  Far beyond,
 * values stay within their bounds, but errors reach 1e-3 and more.  Below
 * s = 1e-7 the value is that of volatility 0, which is within 4e-8.
 */
#ifndef PM_DIVIDEND_GRID_H
#define PM_DIVIDEND_GRID_H

#include <stdbool.h>

#include "obstacle.h"
#include "option_terms.h"

/*
 * A kink of the value where exercise at an ex date or at expiry begins or
 * ends: slope times the payoff of a call on S* / e^x struck at 1, which has
 * diffused since.
 */
typedef struct pm_dividend_kink
{
	double		x;				/* log of S* */
	double		slope;
} pm_dividend_kink;

/* 5 kB, and no pointers but the option's. */
typedef struct pm_dividend_grid
{
	pm_option	option;			/* its spot is not used */
	bool		certain;		/* no volatility to speak of; no nodes */
	double		present;		/* S - S* */
	double		first;			/* log of S* at node 0 */
	double		spacing;
	int			last;			/* number of the last node */
	int			held_first;		/* nodes of exercise, none if first > last, */
	int			held_last;
	double		low_edge;		/* and the logs of S* where it begins, ends */
	double		high_edge;
	int			kinks;			/* not in the values but beside them, */
	double		kink_variance;	/* sigma^2 times the time since */
	pm_dividend_kink kink[2];
	double		value[PM_OBSTACLE_NODES];	/* of a call less S* */
} pm_dividend_grid;

/*
 * Fills the grid for spots from low to high, which may be equal.  False if
 * the dividends are worth the low spot or more (pm_escrowed).  The option's
 * dividends must stay while the grid is used.
 */
extern bool pm_dividend_grid_solve(pm_dividend_grid *grid, const pm_option *option,
								   double low, double high,
								   pm_accuracy accuracy);

/* The price at a spot within low and high. */
extern double pm_dividend_grid_price(const pm_dividend_grid *grid, double spot);

/*
 * Price, delta, gamma, theta and charm there; the other Greeks are 0.  Where
 * exercise is best at once delta is the slope of the payoff and the others
 * are 0.
 */
extern void pm_dividend_grid_greeks(const pm_dividend_grid *grid, double spot,
									pm_greeks *greeks);

#endif							/* PM_DIVIDEND_GRID_H */
