/*
 * position.c - from the fields of a position to its value under a scenario.
 *
 * Linear contracts: a spot holding is worth S; futures and perpetuals are
 * variation-margined, worth 0 now, and gain S' - S, or 1/S - 1/S' in coin when
 * inverse.  Options are worth V(S), or V(S)/S in coin when inverse.
 */
#include "position.h"

#include <math.h>
#include <string.h>

#include "exact.h"

/* Value and Greeks of one unit as a function of the moved market. */
typedef struct market
{
	double		spot;
	double		volatility;
	double		rate;
	double		years;
} market;

static bool
is_option(const pm_position *p)
{
	return p->kind == PM_CALL || p->kind == PM_PUT;
}

/* Time to expiry, ACT/365F, from the microsecond. */
static double
years_to_expiry(const pm_position *p)
{
	/* Wide: from 4713 BC to 294276 AD is more than 64 bits of microseconds. */
	return (double) ((__int128) p->expiry - p->as_of) / (PM_DAYS_PER_YEAR * 86400e6);
}

static market
market_now(const pm_position *p)
{
	market		now = {.spot = p->spot};

	if (is_option(p))
	{
		now.volatility = p->volatility;
		now.rate = p->rate;
		now.years = years_to_expiry(p);
	}
	return now;
}

static market
market_moved(const pm_position *p, const market *now, const pm_scenario *s)
{
	market		moved = {.spot = pm_scenario_price(s, now->spot)};

	if (is_option(p))
	{
		moved.volatility = pm_scenario_volatility(s, now->volatility, now->years);
		moved.rate = now->rate + s->rate_points;
		moved.years = pm_scenario_years(s, now->years);
	}
	return moved;
}

static pm_option
option_at(const pm_position *p, const market *m)
{
	return (pm_option)
	{
		.sign = p->kind == PM_CALL ? 1 : -1,
			.spot = m->spot,
			.strike = p->strike,
			.years = m->years,
			.volatility = m->volatility,
			.rate = m->rate,
			.yield = pm_has(p, PM_YIELD) ? p->yield : 0,
			.pricing = p->pricing
	};
}

/*
 * What one unit gains or loses is a difference of this.  For a future it is
 * not its value (that is 0) but the price it is settled at.
 */
static double
unit_level(const pm_position *p, const market *m)
{
	bool		inverse = p->settlement == PM_INVERSE;
	pm_option	option;
	double		value;

	if (!is_option(p))
		return inverse ? -1 / m->spot : m->spot;
	option = option_at(p, m);
	value = pm_option_price(&option);
	return inverse ? value / m->spot : value;
}

static bool
fail_result(const pm_position *p, const char *what, double value, pm_issue *issue)
{
	char		number[PM_NUMBER_SIZE];

	return pm_fail(issue, PM_OUT_OF_RANGE, "a result of the position is out of range",
				   "Check the scale of spot, strike, volatility, rate and multiplier.",
				   "%s is %s for underlying \"%.*s\".", what, pm_number(number, value),
				   pm_shown(p->underlying), p->underlying.bytes);
}

pm_text
pm_position_currency(const pm_position *p)
{
	if (pm_has(p, PM_CURRENCY))
		return p->currency;
	if (p->settlement == PM_INVERSE)
		return p->underlying;
	return (pm_text)
	{
		NULL, 0
	};
}

bool
pm_contract_value(const pm_position *p, double *value, pm_issue *issue)
{
	market		now = market_now(p);

	*value = p->kind == PM_FUTURE || p->kind == PM_PERPETUAL
		? 0 : p->multiplier * unit_level(p, &now);
	return isfinite(*value) || fail_result(p, "value", *value, issue);
}

/*
 * V/S in coin: each derivative in S of U = V/S.  The others divide by S.
 */
static void
settle_inverse(double spot, pm_greeks *g)
{
	pm_greeks	v = *g;

	g->price = v.price / spot;
	g->delta = (v.delta - g->price) / spot;
	g->gamma = (v.gamma - 2 * g->delta) / spot;
	g->vega = v.vega / spot;
	g->theta = v.theta / spot;
	g->rho = v.rho / spot;
	g->rho_yield = v.rho_yield / spot;
	g->vanna = (v.vanna - g->vega) / spot;
	g->volga = v.volga / spot;
	g->charm = (v.charm - g->theta) / spot;
}

static void
unit_greeks(const pm_position *p, pm_greeks *g)
{
	market		now = market_now(p);
	double		level = unit_level(p, &now);

	memset(g, 0, sizeof *g);
	if (is_option(p))
	{
		pm_option	option = option_at(p, &now);

		pm_option_greeks(&option, g);
		if (p->settlement == PM_INVERSE)
			settle_inverse(p->spot, g);
	}
	else if (p->settlement == PM_INVERSE)
	{
		/* -1/S has the slope 1/S^2 and the curvature -2/S^3. */
		g->delta = -level / p->spot;
		g->gamma = -2 * g->delta / p->spot;
	}
	else
	{
		g->price = p->kind == PM_SPOT_KIND ? level : 0;
		g->delta = 1;
	}
}

bool
pm_contract_greeks(const pm_position *p, pm_greeks *g, pm_issue *issue)
{
	struct
	{
		const char *name;
		double	   *value;
	}			fields[] = {
		{"price", &g->price}, {"delta", &g->delta}, {"gamma", &g->gamma},
		{"vega", &g->vega}, {"theta", &g->theta}, {"rho", &g->rho},
		{"rho_yield", &g->rho_yield}, {"vanna", &g->vanna},
		{"volga", &g->volga}, {"charm", &g->charm},
	};

	unit_greeks(p, g);
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
	{
		*fields[i].value = p->multiplier * *fields[i].value + 0.0;
		if (!isfinite(*fields[i].value))
			return fail_result(p, fields[i].name, *fields[i].value, issue);
	}
	return true;
}

bool
pm_contract_totals(const pm_position *p, double totals[PM_TOTALS], pm_issue *issue)
{
	pm_greeks	g;

	if (!pm_contract_greeks(p, &g, issue))
		return false;
	totals[PM_MARKET_VALUE] = g.price;
	totals[PM_DELTA_CASH] = p->spot * g.delta;
	totals[PM_GAMMA_CASH_1PCT] = 0.01 * p->spot * g.gamma * p->spot;
	totals[PM_VEGA_1PT] = 0.01 * g.vega;
	totals[PM_THETA_1DAY] = g.theta / PM_DAYS_PER_YEAR;
	totals[PM_RHO_1PCT] = 0.01 * g.rho;
	for (int i = 0; i < PM_TOTALS; i++)
	{
		if (!isfinite(totals[i]))
			return fail_result(p, pm_total_names[i], totals[i], issue);
		totals[i] = pm_quantize(totals[i]);
	}
	return true;
}

bool
pm_contract_pnls(const pm_position *p, const pm_scenario *scenarios,
				 uint32_t count, uint32_t first, double *pnls, pm_issue *issue)
{
	market		now = market_now(p);
	double		level = unit_level(p, &now);
	bool		positive_spot = p->settlement == PM_INVERSE ||
		(is_option(p) && p->pricing != PM_BACHELIER);
	char		number[PM_NUMBER_SIZE];

	for (uint32_t i = 0; i < count; i++)
	{
		market		moved = market_moved(p, &now, &scenarios[i]);
		double		pnl;

		if (positive_spot && !(moved.spot > 0))
			return pm_fail(issue, PM_INVALID_VALUE,
						   "a scenario takes the price of the underlying to zero or below",
						   "Use smaller shocks for this underlying, or bachelier pricing where prices may be negative.",
						   "In scenario %u the price of underlying \"%.*s\" is %s.",
						   first + i, pm_shown(p->underlying), p->underlying.bytes,
						   pm_number(number, moved.spot));
		pnl = p->multiplier * (unit_level(p, &moved) - level);
		/* Inputs too: an infinite volatility can have a finite price. */
		if (!isfinite(pnl) || !isfinite(moved.spot) ||
			!isfinite(moved.volatility) || !isfinite(moved.rate))
			return pm_fail(issue, PM_OUT_OF_RANGE,
						   "a position is out of range in a scenario",
						   "Check the scale of the scenario's shocks and of the position's fields.",
						   "In scenario %u its profit or loss or a moved input is infinite or not a number (%s) for underlying \"%.*s\".",
						   first + i, pm_number(number, pnl),
						   pm_shown(p->underlying), p->underlying.bytes);
		pnls[i] = pm_quantize(pnl);
	}
	return true;
}
