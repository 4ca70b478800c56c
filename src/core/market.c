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
		now->paid = pm_dividends_after(&option, 0);
		if (!(now->paid < p->spot))
			return pm_fail_field(p, PM_DIVIDEND_AMOUNTS, PM_INVALID_VALUE,
								 "must be worth less than the spot",
								 pm_number(number, now->paid), issue);
		now->forward = (p->spot - now->paid) * pm_exp((p->rate - yield_of(p)) * now->years);
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
strike_before(const pm_position *p, const pm_market *now, double spot)
{
	return p->pricing == PM_BACHELIER
		? p->strike - (spot - now->spot)
		: p->strike * (now->spot / spot);
}

/* What consecutive scenarios have in common, so that it is worked out once. */
typedef struct memory
{
	double		power;			/* the scale is of; NaN: none yet */
	double		scale;			/* of relative volatility shocks */
	double		rate_points;	/* the market is of; NaN: none yet */
	double		days;
	pm_market	market;			/* but for spot and volatility */
} memory;

static inline double
scale_of(const pm_scenario *s, double years, memory *last)
{
	double		power = pm_scenario_power(s, years);

	if (s->vol_shock == 0 || power == 0)
		return 1;
	if (power != last->power)
	{
		last->power = power;
		last->scale = pm_scenario_scale(years, power);
	}
	return last->scale;
}

/* The volatility when the price is `spot`, before its shock; and the strike whose
 * moneyness a skew shock goes by. */
static bool
stick_to_moneyness(const pm_position *p, const pm_market *now, double spot,
				   double *strike, double *volatility, pm_issue *issue)
{
	double		here,
				there;

	*strike = strike_before(p, now, spot);
	if (!pm_has(p, PM_SURFACE))
		return pm_fail_field(p, PM_SURFACE, PM_NULL_VALUE,
							 "must not be null in a scenario with stickiness 'moneyness'",
							 "null", issue);
	if (!look_up(p, now, p->strike, &here, issue) ||
		!look_up(p, now, *strike, &there, issue))
		return false;
	*volatility += there - here;
	if (*volatility < 0)
		*volatility = 0;
	return true;
}

static inline bool
move_volatility(const pm_position *p, const pm_market *now, const pm_scenario *s,
				double spot, memory *last, double *moved, pm_issue *issue)
{
	double		volatility = now->volatility;
	double		strike = p->strike;
	double		moneyness = 0;

	if (s->stickiness == PM_STICKY_MONEYNESS &&
		!stick_to_moneyness(p, now, spot, &strike, &volatility, issue))
		return false;
	if (s->skew_shock != 0 || s->smile_shock != 0)
		moneyness = p->pricing == PM_BACHELIER
			? strike - now->forward : pm_log_ratio(strike, now->forward);
	*moved = pm_scenario_scaled(s, volatility, scale_of(s, now->years, last),
								pm_scenario_skew(s, moneyness));
	return true;
}

/* Says that an option's price, or that of inverse settlement, is not above `least`. */
static bool
fail_price(const pm_position *p, double price, double least, uint32_t number,
		   pm_issue *issue)
{
	char		at[PM_NUMBER_SIZE];

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

/* The market after a scenario's moves of rate and time. */
static pm_market
later_market(const pm_position *p, const pm_market *now, const pm_scenario *s)
{
	pm_dividend dividends[PM_MOST_DIVIDENDS];
	pm_market	m = {.rate = now->rate + s->rate_points};

	m.years = pm_scenario_years(s, now->years);
	m.elapsed = pm_scenario_elapsed(s);
	if (pm_has(p, PM_DIVIDEND_TIMES))
	{
		pm_option	option = pm_market_option(p, &m, dividends);

		m.paid = pm_dividends_after(&option, 0);
	}
	return m;
}

/* The market of an option after a scenario, its price apart, as last->market. */
static inline bool
move_option(const pm_position *p, const pm_market *now, const pm_scenario *s, double spot,
			uint32_t number, memory *last, pm_issue *issue)
{
	if (s->rate_points != last->rate_points || s->days != last->days)
	{
		last->rate_points = s->rate_points;
		last->days = s->days;
		last->market = later_market(p, now, s);
	}
	if (p->pricing != PM_BACHELIER && !(spot > last->market.paid))
		return fail_price(p, spot, last->market.paid, number, issue);
	return move_volatility(p, now, s, spot, last, &last->market.volatility, issue);
}

/* Whether scenarios move rate and time alike, and of the smile the level only. */
static bool
are_plain(const pm_scenario *s, uint32_t count)
{
	uint64_t	differ = 0;

	for (uint32_t i = 0; i < count; i++)
		differ |= (pm_bits(s[i].rate_points) ^ pm_bits(s[0].rate_points)) |
			(pm_bits(s[i].days) ^ pm_bits(s[0].days)) |
			(pm_bits(s[i].vol_power) ^ pm_bits(s[0].vol_power)) |
			(pm_bits(s[i].vol_power_long) ^ pm_bits(s[0].vol_power_long)) |
			pm_bits(s[i].skew_shock) | pm_bits(s[i].smile_shock) |
			((uint64_t) s[i].stickiness ^ PM_STICKY_STRIKE);
	return differ == 0;
}

/* Prices and volatilities after such scenarios.  False if a price is not above
 * `least`. */
static bool
move_plain(const pm_market *now, const pm_scenario *s, uint32_t count, double least,
		   pm_states *moved)
{
	double		power = pm_scenario_power(s, now->years);
	double		scale = power == 0 ? 1 : pm_scenario_scale(now->years, power);
	double		spot = now->spot;
	double		volatility = now->volatility;
	bool		low = false;

	for (uint32_t i = 0; i < count; i++)
	{
		double		price = pm_scenario_price(&s[i], spot);

		moved->spot[i] = price;
		moved->volatility[i] = pm_scenario_scaled(&s[i], volatility, s[i].vol_shock == 0 ? 1 : scale, 0);
		low |= !(price > least);
	}
	return !low;
}

/* pm_markets_moved for scenarios that are plain: without branches. */
static bool
plainly_moved(const pm_position *p, const pm_market *now, const pm_scenario *scenarios,
			  uint32_t count, pm_states *moved)
{
	pm_market	later = later_market(p, now, scenarios);
	double		least = p->pricing == PM_BACHELIER && p->settlement != PM_INVERSE
		? -INFINITY : later.paid;

	moved->count = count;
	moved->alike = true;
	moved->rate[0] = later.rate;
	moved->years[0] = later.years;
	moved->elapsed[0] = later.elapsed;
	moved->paid[0] = later.paid;
	return move_plain(now, scenarios, count, least, moved);
}

bool
pm_markets_moved(const pm_position *p, const pm_market *now, const pm_scenario *scenarios,
				 uint32_t count, uint32_t first, pm_states *moved, pm_issue *issue)
{
	memory		last = {.power = NAN, .rate_points = NAN};
	bool		option = pm_is_option(p);
	bool		inverse = p->settlement == PM_INVERSE;

	if (option && are_plain(scenarios, count) &&
		plainly_moved(p, now, scenarios, count, moved))
		return true;
	/* The others, and those with something to say. */
	moved->count = 0;
	for (uint32_t i = 0; i < count; i++)
	{
		const pm_scenario *s = &scenarios[i];
		double		spot = pm_scenario_price(s, now->spot);

		if (inverse && !(spot > 0))
			return fail_price(p, spot, 0, first + i, issue);
		if (option && !move_option(p, now, s, spot, first + i, &last, issue))
			return false;
		last.market.spot = spot;
		pm_states_add(moved, &last.market);
	}
	return true;
}
