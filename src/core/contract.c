/*
 * contract.c - values, Greeks, and profit and loss of one contract.
 *
 * Linear contracts: a spot holding is worth S; futures and perpetuals are
 * variation-margined, worth 0 now, and gain S' - S, or 1/S - 1/S' in coin when
 * inverse.  Options are worth V(S), or V(S)/S in coin when inverse.
 */
#include "contract.h"

#include <math.h>
#include <string.h>

#include "exact.h"
#include "market.h"
#include "option.h"

const char *const pm_total_names[PM_TOTALS] = {
	"market_value", "delta_cash", "gamma_cash_1pct", "vega_1pt",
	"theta_1day", "rho_1pct"
};

/* Scenarios that are valued in one go, in arrays on the stack. */
#define BLOCK	256

/* How far ahead a European option looks for scenarios to share its terms with;
 * an American one, whose boundary is dear, looks as far as there are. */
#define NEAR	32

/*
 * What one unit of a linear contract gains or loses is a difference of this.
 * For a future it is not its value (that is 0) but the price it is settled at.
 */
static double
linear_level(const pm_position *p, double spot)
{
	return p->settlement == PM_INVERSE ? -1 / spot : spot;
}

static double
in_currency(const pm_position *p, double value, double spot)
{
	return p->settlement == PM_INVERSE ? value / spot : value;
}

/* What to do about a result that is no number. */
static const char *
remedy(const pm_position *p)
{
	return pm_is_option(p) && p->exercise == PM_AMERICAN
		? "Check the scale of the shocks and of spot, strike, volatility, rate and multiplier; American exercise has no value at rates or yields far below 0 over decades."
		: "Check the scale of the shocks and of spot, strike, volatility, rate and multiplier.";
}

static bool
fail_result(const pm_position *p, const char *what, double value, pm_issue *issue)
{
	char		number[PM_NUMBER_SIZE];

	return pm_fail(issue, PM_OUT_OF_RANGE, "a result of the position is out of range",
				   remedy(p),
				   "%s is %s for underlying \"%.*s\".", what, pm_number(number, value),
				   pm_shown(p->underlying), p->underlying.bytes);
}

bool
pm_contract_value(const pm_position *p, double *value, pm_issue *issue)
{
	pm_market	now;
	pm_dividend dividends[PM_MOST_DIVIDENDS];
	pm_option	option;

	if (!pm_market_now(p, &now, issue))
		return false;
	if (pm_is_option(p))
	{
		option = pm_market_option(p, &now, dividends);
		*value = p->multiplier * in_currency(p, pm_option_price(&option), p->spot);
	}
	else
		*value = p->kind == PM_SPOT_KIND ? p->multiplier * linear_level(p, p->spot) : 0;
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

static bool
unit_greeks(const pm_position *p, bool volga, pm_greeks *g, pm_issue *issue)
{
	pm_market	now;
	pm_dividend dividends[PM_MOST_DIVIDENDS];

	if (!pm_market_now(p, &now, issue))
		return false;
	memset(g, 0, sizeof *g);
	if (pm_is_option(p))
	{
		pm_option	option = pm_market_option(p, &now, dividends);

		pm_option_greeks(&option, volga, g);
		if (p->settlement == PM_INVERSE)
			settle_inverse(p->spot, g);
	}
	else if (p->settlement == PM_INVERSE)
	{
		/* -1/S has the slope 1/S^2 and the curvature -2/S^3. */
		g->delta = 1 / p->spot / p->spot;
		g->gamma = -2 * g->delta / p->spot;
	}
	else
	{
		g->price = p->kind == PM_SPOT_KIND ? p->spot : 0;
		g->delta = 1;
	}
	return true;
}

static bool
contract_greeks(const pm_position *p, bool volga, pm_greeks *g, pm_issue *issue)
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

	if (!unit_greeks(p, volga, g, issue))
		return false;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
	{
		*fields[i].value = p->multiplier * *fields[i].value + 0.0;
		if (!isfinite(*fields[i].value))
			return fail_result(p, fields[i].name, *fields[i].value, issue);
	}
	return true;
}

bool
pm_contract_greeks(const pm_position *p, pm_greeks *g, pm_issue *issue)
{
	return contract_greeks(p, true, g, issue);
}

bool
pm_contract_totals(const pm_position *p, double totals[PM_TOTALS], pm_issue *issue)
{
	pm_greeks	g;

	if (!contract_greeks(p, false, &g, issue))
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

/* Whether two markets of one option differ in nothing but the price. */
static inline bool
same_but_spot(const pm_market *a, const pm_market *b)
{
	return a->volatility == b->volatility && a->rate == b->rate &&
		a->years == b->years && a->elapsed == b->elapsed;
}

/*
 * The levels of one option in many markets.  Those that differ in the price only
 * are valued together; the results do not depend on which these are.
 */
static void
option_levels(const pm_position *p, const pm_market *markets, uint32_t count,
			  double *levels)
{
	pm_dividend dividends[PM_MOST_DIVIDENDS];
	bool		done[BLOCK + 1] = {false};
	uint32_t	members[BLOCK + 1];
	double		spots[BLOCK + 1];
	double		values[BLOCK + 1];
	uint32_t	reach = p->exercise == PM_AMERICAN ? count : NEAR;

	for (uint32_t i = 0; i < count; i++)
	{
		pm_option	option;
		uint32_t	found = 0;

		if (done[i])
			continue;
		option = pm_market_option(p, &markets[i], dividends);
		for (uint32_t j = i; j < count && j - i < reach; j++)
			if (!done[j] && same_but_spot(&markets[i], &markets[j]))
			{
				done[j] = true;
				spots[found] = markets[j].spot;
				members[found++] = j;
			}
		/* A price around which the model may lay a grid: the same for all. */
		option.spot = p->spot;
		pm_option_prices(&option, PM_GRID, spots, found, values);
		for (uint32_t k = 0; k < found; k++)
			levels[members[k]] = in_currency(p, values[k], spots[k]);
	}
}

/* Levels of a contract in markets; the last one is that of now. */
static void
find_levels(const pm_position *p, const pm_market *markets, uint32_t count,
			double *levels)
{
	if (pm_is_option(p))
		option_levels(p, markets, count, levels);
	else
		for (uint32_t i = 0; i < count; i++)
			levels[i] = linear_level(p, markets[i].spot);
}

static bool
fail_scenario(const pm_position *p, uint32_t number, double value, pm_issue *issue)
{
	char		shown[PM_NUMBER_SIZE];

	return pm_fail(issue, PM_OUT_OF_RANGE, "a position is out of range in a scenario",
				   remedy(p),
				   "In scenario %u its profit or loss or a moved input is infinite or not a number (%s) for underlying \"%.*s\".",
				   number, pm_number(shown, value),
				   pm_shown(p->underlying), p->underlying.bytes);
}

static bool
block_pnls(const pm_position *p, const pm_market *now, const pm_scenario *scenarios,
		   uint32_t count, uint32_t first, double *pnls, pm_issue *issue)
{
	pm_market	moved[BLOCK + 1];
	double		levels[BLOCK + 1];

	for (uint32_t i = 0; i < count; i++)
	{
		if (!pm_market_moved(p, now, &scenarios[i], first + i, &moved[i], issue))
			return false;
		/* Not left to the result: an infinite volatility has a finite price. */
		if (!isfinite(moved[i].spot))
			return fail_scenario(p, first + i, moved[i].spot, issue);
		if (!isfinite(moved[i].volatility))
			return fail_scenario(p, first + i, moved[i].volatility, issue);
		if (!isfinite(moved[i].rate))
			return fail_scenario(p, first + i, moved[i].rate, issue);
	}
	moved[count] = *now;
	find_levels(p, moved, count + 1, levels);
	for (uint32_t i = 0; i < count; i++)
	{
		double		pnl = p->multiplier * (levels[i] - levels[count]);

		if (!isfinite(pnl))
			return fail_scenario(p, first + i, pnl, issue);
		pnls[i] = pm_quantize(pnl);
	}
	return true;
}

bool
pm_contract_pnls(const pm_position *p, const pm_scenario *scenarios,
				 uint32_t count, uint32_t first, double *pnls, pm_issue *issue)
{
	pm_market	now;

	if (!pm_market_now(p, &now, issue))
		return false;
	for (uint32_t i = 0; i < count; i += BLOCK)
		if (!block_pnls(p, &now, scenarios + i, count - i < BLOCK ? count - i : BLOCK,
						first + i, pnls + i, issue))
			return false;
	return true;
}
