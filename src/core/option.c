/*
 * option.c - the one place that picks a pricing model.
 */
#include "option.h"

#include <math.h>
#include <string.h>

#include "american.h"
#include "american_dividends.h"
#include "bachelier.h"
#include "black_scholes.h"
#include "dividend_grid.h"
#include "elementary.h"
#include "escrowed.h"

static bool
is_american(const pm_option *o)
{
	return o->exercise == PM_AMERICAN && o->pricing != PM_BACHELIER;
}

/*
 * One grid serves the prices around the option's own, up to a factor of two or
 * 30 standard deviations; it does not depend on which are asked, so that a
 * price is the same in any company.  Others have grids of their own.
 */
static void
dividend_prices(const pm_option *o, pm_accuracy accuracy, const double *spots,
				size_t count, double *prices)
{
	double		reach = 30 * o->volatility * sqrt(o->years);
	double		factor = reach < 0.17 ? 1.2 : (reach < 0.69 ? pm_exp(reach) : 2);
	double		low = o->spot / factor;
	double		high = o->spot * factor;
	pm_dividend_grid grid;
	pm_option	at = *o;
	double		least = pm_dividends_after(o, 0);
	bool		solved;

	/* Below it there is no model to make a grid with. */
	if (low < least)
		low = 0.5 * (o->spot + least);
	solved = pm_dividend_grid_solve(&grid, o, low, high, accuracy);
	for (size_t i = 0; i < count; i++)
	{
		at.spot = spots[i];
		if (solved && spots[i] >= low && spots[i] <= high)
			prices[i] = pm_dividend_grid_price(&grid, spots[i]);
		else if (!pm_american_dividends_price(&at, accuracy, &prices[i]))
			prices[i] = NAN;
	}
}

static void
american_prices(const pm_option *o, pm_accuracy accuracy, const double *spots,
				size_t count, double *prices)
{
	pm_american a;

	pm_american_prepare(&a, o, accuracy, false);
	pm_american_prices(&a, spots, count, prices);
}

/* With the spot less its dividends, as pm_escrowed. */
static void
escrowed_values(const pm_option *o, pm_states *states)
{
	double		spots[PM_STATES];

	pm_states_spread(states);
	memcpy(spots, states->spot, states->count * sizeof *spots);
	for (uint32_t i = 0; i < states->count; i++)
		states->spot[i] -= states->paid[i];
	pm_states_fill_up(states);
	pm_black_scholes_values(o, states);
	for (uint32_t i = 0; i < states->count; i++)
		if (!(states->spot[i] > 0))
			states->value[i] = NAN;
	memcpy(states->spot, spots, states->count * sizeof *spots);
}

void
pm_option_values(const pm_option *o, pm_states *states)
{
	if (o->dividend_count > 0)
	{
		escrowed_values(o, states);
		return;
	}
	pm_states_fill_up(states);
	if (o->pricing == PM_BACHELIER)
		pm_bachelier_values(o, states);
	else
		pm_black_scholes_values(o, states);
}

static void
european_prices(const pm_option *o, const double *spots, size_t count, double *prices)
{
	pm_states	states;

	for (size_t start = 0; start < count; start += states.count)
	{
		states.count = count - start < PM_BLOCK ? (uint32_t) (count - start) : PM_BLOCK;
		states.alike = true;
		states.rate[0] = o->rate;
		states.years[0] = o->years;
		states.paid[0] = pm_dividends_after(o, 0);
		memcpy(states.spot, spots + start, states.count * sizeof *spots);
		for (uint32_t i = 0; i < states.count; i++)
			states.volatility[i] = o->volatility;
		pm_option_values(o, &states);
		memcpy(prices + start, states.value, states.count * sizeof *prices);
	}
}

void
pm_option_prices(const pm_option *o, pm_accuracy accuracy, const double *spots,
				 size_t count, double *prices)
{
	if (is_american(o) && o->dividend_count > 0)
		dividend_prices(o, accuracy, spots, count, prices);
	else if (is_american(o))
		american_prices(o, accuracy, spots, count, prices);
	else
		european_prices(o, spots, count, prices);
}

double
pm_option_price(const pm_option *o)
{
	pm_option	without;
	double		price;

	if (is_american(o))
	{
		/* A grid for one price, which is that of the Greeks. */
		if (o->dividend_count > 0)
			return pm_american_dividends_price(o, PM_EXACT, &price) ? price : NAN;
		american_prices(o, PM_EXACT, &o->spot, 1, &price);
		return price;
	}
	if (o->pricing == PM_BACHELIER)
		return pm_bachelier_price(o);
	return pm_escrowed(o, &without) ? pm_black_scholes_price(&without) : NAN;
}

static void
european_greeks(const pm_option *o, pm_greeks *g)
{
	pm_option	without;

	if (o->pricing == PM_BACHELIER)
		pm_bachelier_greeks(o, g);
	else if (!pm_escrowed(o, &without))
		*g = (pm_greeks)
	{
		.price = NAN
	};
	else
	{
		pm_black_scholes_greeks(&without, g);
		pm_escrowed_greeks(o, g);
	}
}

static void
american_greeks(const pm_option *o, pm_greeks *g)
{
	pm_american a;

	pm_american_prepare(&a, o, PM_EXACT, true);
	pm_american_greeks(&a, o->spot, g);
}

/* From vega at two volatilities close by; the error is of order 1e-6 of it. */
static double
american_volga(const pm_option *o)
{
	pm_option	up = *o;
	pm_option	down = *o;
	pm_greeks	high;
	pm_greeks	low;

	up.volatility *= 1 + 0x1p-9;
	down.volatility *= 1 - 0x1p-9;
	american_greeks(&up, &high);
	american_greeks(&down, &low);
	return up.volatility > down.volatility
		? (high.vega - low.vega) / (up.volatility - down.volatility) : 0;
}

void
pm_option_greeks(const pm_option *o, bool volga, pm_greeks *g)
{
	if (!is_american(o))
		european_greeks(o, g);
	else if (o->dividend_count > 0)
	{
		if (!pm_american_dividends_greeks(o, volga, g))
			*g = (pm_greeks)
		{
			.price = NAN
		};
	}
	else
	{
		american_greeks(o, g);
		if (volga)
			g->volga = american_volga(o);
	}

	/* sign * 0 may be -0, which nobody wants to read. */
	g->delta += 0.0;
	g->theta += 0.0;
	g->rho += 0.0;
	g->rho_yield += 0.0;
	g->vanna += 0.0;
	g->volga += 0.0;
	g->charm += 0.0;
}
