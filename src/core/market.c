/*
 * market.c - the market of a position, from its fields, and as a scenario
 * leaves it.
 *
 * Stickiness: under 'strike' an option keeps its volatility when the price
 * moves.  Under 'moneyness' the smile moves along: the strike K is then where K
 * S/S' (bachelier: K - (S' - S)) was, and its volatility changes by what the
 * surface has between the two.  The moneyness of a skew shock is that of the
 * same strike, against the forward before the move.
 */
#include "market.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "elementary.h"
#include "escrowed.h"
#include "implied_volatility.h"
#include "volatility_surface.h"

static double
yield_of(const pm_position *p)
{
	return pm_has(p, PM_YIELD) ? p->yield : 0;
}

pm_option
pm_market_option(const pm_position *p, const pm_market *m,
				 pm_dividend dividends[PM_MOST_DIVIDENDS])
{
	pm_option	option = {
		.sign = p->kind == PM_CALL ? 1 : -1,
		.spot = m->spot,
		.strike = p->strike,
		.years = m->years,
		.volatility = m->volatility,
		.rate = m->rate,
		.yield = yield_of(p),
		.pricing = p->pricing,
		.exercise = p->exercise,
		.dividends = dividends
	};

	for (uint32_t i = 0; pm_has(p, PM_DIVIDEND_TIMES) && i < p->dividend_count; i++)
	{
		double		years = pm_years_between(p->as_of, p->dividend_times[i]) - m->elapsed;

		if (years > 0 && p->dividend_times[i] <= p->expiry)
			dividends[option.dividend_count++] = (pm_dividend)
		{
			years, p->dividend_amounts[i]
		};
	}
	return option;
}

static bool
imply(const pm_position *p, pm_market *m, pm_issue *issue)
{
	pm_dividend dividends[PM_MOST_DIVIDENDS];
	pm_option	option = pm_market_option(p, m, dividends);
	pm_implied_status status = pm_implied_volatility(&option, p->price, &m->volatility);
	size_t		used;

	if (status == PM_IMPLIED_OK)
		return true;
	pm_implied_fail(status, p->price, "Give the volatility, or a surface and no price.", issue);
	used = strlen(issue->detail);
	snprintf(issue->detail + used, sizeof issue->detail - used, " It is on underlying \"%.*s\".",
			 pm_shown(p->underlying), p->underlying.bytes);
	return false;
}

/* The surface's volatility at a strike, for the expiry of the position. */
static bool
look_up(const pm_position *p, const pm_market *now, double strike,
		double *volatility, pm_issue *issue)
{
	if (!pm_surface_check(p->surface, strike, now->forward, p->expiry, issue))
		return false;
	*volatility = pm_surface_volatility(p->surface, strike, now->forward, p->expiry);
	return true;
}

bool
pm_market_now(const pm_position *p, pm_market *now, pm_issue *issue)
{
	pm_dividend dividends[PM_MOST_DIVIDENDS];
	pm_option	option;
	double		present;
	char		number[PM_NUMBER_SIZE];

	*now = (pm_market)
	{
		.spot = p->spot
	};
	if (!pm_is_option(p))
		return true;
	now->rate = p->rate;
	now->years = pm_years_between(p->as_of, p->expiry);
	now->forward = p->spot;
	if (p->pricing == PM_BLACK_SCHOLES)
	{
		option = pm_market_option(p, now, dividends);
		present = pm_dividends_after(&option, 0);
		if (!(present < p->spot))
			return pm_fail_field(p, PM_DIVIDEND_AMOUNTS, PM_INVALID_VALUE,
								 "must be worth less than the spot",
								 pm_number(number, present), issue);
		now->forward = (p->spot - present) * pm_exp((p->rate - yield_of(p)) * now->years);
	}
	if (pm_has(p, PM_VOLATILITY))
		now->volatility = p->volatility;
	else if (pm_has(p, PM_PRICE))
		return imply(p, now, issue);
	else
		return look_up(p, now, p->strike, &now->volatility, issue);
	return true;
}

bool
pm_market_settle(const pm_position *p, pm_position *settled, pm_issue *issue)
{
	pm_market	now;

	*settled = *p;
	if (!pm_is_option(p) || pm_has(p, PM_VOLATILITY))
		return true;
	if (!pm_market_now(p, &now, issue))
		return false;
	settled->volatility = now.volatility;
	settled->present |= 1 << PM_VOLATILITY;
	return true;
}

/* The strike that was where this one is after the price has moved. */
static double
strike_before(const pm_position *p, const pm_market *now, const pm_market *moved)
{
	return p->pricing == PM_BACHELIER
		? p->strike - (moved->spot - now->spot)
		: p->strike * (now->spot / moved->spot);
}

static bool
move_volatility(const pm_position *p, const pm_market *now, const pm_scenario *s,
				pm_market *moved, pm_issue *issue)
{
	double		volatility = now->volatility;
	double		strike = p->strike;
	double		moneyness = 0;
	double		here,
				there;

	if (s->stickiness == PM_STICKY_MONEYNESS)
	{
		strike = strike_before(p, now, moved);
		if (!pm_has(p, PM_SURFACE))
			return pm_fail_field(p, PM_SURFACE, PM_NULL_VALUE,
								 "must not be null in a scenario with stickiness 'moneyness'",
								 "null", issue);
		if (!look_up(p, now, p->strike, &here, issue) ||
			!look_up(p, now, strike, &there, issue))
			return false;
		volatility += there - here;
		if (volatility < 0)
			volatility = 0;
	}
	if (s->skew_shock != 0 || s->smile_shock != 0)
		moneyness = p->pricing == PM_BACHELIER
			? strike - now->forward : pm_log_ratio(strike, now->forward);
	moved->volatility = pm_scenario_volatility(s, volatility, now->years, moneyness);
	return true;
}

/* An option's price, or that of inverse settlement, must stay above `least`. */
static bool
check_price(const pm_position *p, double price, double least, uint32_t number,
			pm_issue *issue)
{
	char		at[PM_NUMBER_SIZE];

	if (price > least)
		return true;
	return pm_fail(issue, PM_INVALID_VALUE, least > 0
				   ? "a scenario takes the price of the underlying to the value of its dividends or below"
				   : "a scenario takes the price of the underlying to zero or below",
				   least > 0
				   ? "Use smaller shocks for this underlying."
				   : "Use smaller shocks for this underlying, or bachelier pricing where prices may be negative.",
				   "In scenario %u the price of underlying \"%.*s\" is %s.",
				   number, pm_shown(p->underlying), p->underlying.bytes,
				   pm_number(at, price));
}

bool
pm_market_moved(const pm_position *p, const pm_market *now, const pm_scenario *s,
				uint32_t number, pm_market *moved, pm_issue *issue)
{
	pm_dividend dividends[PM_MOST_DIVIDENDS];
	pm_option	option;

	*moved = (pm_market)
	{
		.spot = pm_scenario_price(s, now->spot)
	};
	if (p->settlement == PM_INVERSE && !check_price(p, moved->spot, 0, number, issue))
		return false;
	if (!pm_is_option(p))
		return true;
	moved->rate = now->rate + s->rate_points;
	moved->years = pm_scenario_years(s, now->years);
	moved->elapsed = pm_scenario_elapsed(s);
	if (p->pricing != PM_BACHELIER)
	{
		double		least = 0;

		if (pm_has(p, PM_DIVIDEND_TIMES))
		{
			option = pm_market_option(p, moved, dividends);
			least = pm_dividends_after(&option, 0);
		}
		if (!check_price(p, moved->spot, least, number, issue))
			return false;
	}
	return move_volatility(p, now, s, moved, issue);
}
