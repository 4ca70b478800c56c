/*
 * american_dividends.c - Greeks from neighbouring grids.
 *
 * The grid and its time steps change smoothly with volatility, rate and
 * yield, so that the errors of two neighbours cancel in their difference.
 */
#include "american_dividends.h"

/* Relative, of the volatility; absolute, of rate and yield. */
#define VOLATILITY_STEP	0.02
#define RATE_STEP		0.001

bool
pm_american_dividends_price(const pm_option *o, pm_accuracy accuracy,
							double *price)
{
	pm_dividend_grid grid;

	if (!pm_dividend_grid_solve(&grid, o, o->spot, o->spot, accuracy))
		return false;
	*price = pm_dividend_grid_price(&grid, o->spot);
	return true;
}

static bool
greeks_of_grid(const pm_option *o, pm_greeks *g)
{
	pm_dividend_grid grid;

	if (!pm_dividend_grid_solve(&grid, o, o->spot, o->spot, PM_EXACT))
		return false;
	pm_dividend_grid_greeks(&grid, o->spot, g);
	return true;
}

/* dV by one field of `neighbour`, which is moved both ways; where the model
 * has no price on one side, the middle stands in for it. */
static double
slope(pm_option *neighbour, double *field, double price)
{
	double		middle = *field;
	double		up = price;
	double		down = price;
	double		width = 0;

	*field = middle + RATE_STEP;
	if (pm_american_dividends_price(neighbour, PM_EXACT, &up))
		width += RATE_STEP;
	*field = middle - RATE_STEP;
	if (pm_american_dividends_price(neighbour, PM_EXACT, &down))
		width += RATE_STEP;
	*field = middle;
	return width > 0 ? (up - down) / width : 0;
}

bool
pm_american_dividends_greeks(const pm_option *o, bool volga, pm_greeks *g)
{
	pm_option	neighbour = *o;
	double		step = VOLATILITY_STEP * o->volatility;
	pm_greeks	up;
	pm_greeks	down;

	if (!greeks_of_grid(o, g))
		return false;
	if (!(step > 0 && o->years > 0))
		return true;
	g->rho = slope(&neighbour, &neighbour.rate, g->price);
	g->rho_yield = slope(&neighbour, &neighbour.yield, g->price);
	neighbour.volatility = o->volatility + step;
	greeks_of_grid(&neighbour, &up);
	neighbour.volatility = o->volatility - step;
	greeks_of_grid(&neighbour, &down);
	g->vega = (up.price - down.price) / (2 * step);
	g->vanna = (up.delta - down.delta) / (2 * step);
	if (volga)
		g->volga = (up.price - 2 * g->price + down.price) / (step * step);
	return true;
}
