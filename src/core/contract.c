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
same_but_spot(const pm_states *m, uint32_t a, uint32_t b)
{
	return m->volatility[a] == m->volatility[b] && m->rate[a] == m->rate[b] &&
		m->years[a] == m->years[b] && m->elapsed[a] == m->elapsed[b];
}

/*
 * The values of an American option in many markets.  Those that differ in the
 * price only share a boundary; the results do not depend on which these are.
 */
static void
american_values(const pm_position *p, pm_states *m)
{
	pm_dividend dividends[PM_MOST_DIVIDENDS];
	bool		done[PM_STATES] = {false};
	uint32_t	members[PM_STATES];
	double		spots[PM_STATES];
	double		values[PM_STATES];

	pm_states_spread(m);
	for (uint32_t i = 0; i < m->count; i++)
	{
		/* A price around which the model may lay a grid: the same for all. */
		pm_market	market = {
			.spot = p->spot, .volatility = m->volatility[i], .rate = m->rate[i],
			.years = m->years[i], .elapsed = m->elapsed[i]
		};
		pm_option	option;
		uint32_t	found = 0;

		if (done[i])
			continue;
		option = pm_market_option(p, &market, dividends);
		for (uint32_t j = i; j < m->count; j++)
			if (!done[j] && same_but_spot(m, i, j))
			{
				done[j] = true;
				spots[found] = m->spot[j];
				members[found++] = j;
			}
		pm_option_prices(&option, PM_GRID, spots, found, values);
		for (uint32_t k = 0; k < found; k++)
			m->value[members[k]] = values[k];
	}
}

/* Values of one unit of an option in many markets. */
static void
option_values(const pm_position *p, const pm_market *now, pm_states *m)
{
	pm_dividend dividends[PM_MOST_DIVIDENDS];
	pm_option	option;

	if (p->exercise == PM_AMERICAN)
	{
		american_values(p, m);
		return;
	}
	option = pm_market_option(p, now, dividends);
	pm_option_values(&option, m);
}

/* Brings the values to levels: what a contract gains is a difference of these. */
PM_CLONES static void
find_levels(const pm_position *p, pm_states *m)
{
	if (pm_is_option(p))
	{
		if (p->settlement == PM_INVERSE)
		{
			PM_SIMD()
			for (uint32_t i = 0; i < m->count; i++)
				m->value[i] /= m->spot[i];
		}
	}
	else
	{
		bool		inverse = p->settlement == PM_INVERSE;

		PM_SIMD()
		for (uint32_t i = 0; i < m->count; i++)
			m->value[i] = inverse ? -1 / m->spot[i] : m->spot[i];
	}
}

/* multiplier (level - level now), rounded; the last level is that of now.  False
 * if one is not finite. */
PM_CLONES static bool
find_pnls(double multiplier, const pm_states *m, double *pnls)
{
	uint32_t	count = m->count - 1;
	double		now = m->value[count];
	double		nothing = 0;

	PM_SIMD(reduction(+:nothing))
	for (uint32_t i = 0; i < count; i++)
	{
		double		pnl = multiplier * (m->value[i] - now);

		pnls[i] = pm_quantize(pnl);
		nothing += pnl - pnl;	/* NaN unless finite */
	}
	return nothing == 0;
}

/* Whether all numbers that scenarios move are finite. */
PM_CLONES static bool
are_finite(const pm_states *m)
{
	double		nothing = 0;

	PM_SIMD(reduction(+:nothing))
	for (uint32_t i = 0; i < m->count; i++)
		nothing += (m->spot[i] - m->spot[i]) + (m->volatility[i] - m->volatility[i]);
	for (uint32_t i = 0; i < m->count; i = m->alike ? m->count : i + 1)
		nothing += m->rate[i] - m->rate[i];
	return nothing == 0;
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

/* Names the first number among the moved that is not finite. */
static bool
fail_moved(const pm_position *p, pm_states *m, uint32_t first, pm_issue *issue)
{
	uint32_t	i = 0;

	pm_states_spread(m);
	while (isfinite(m->spot[i]) && isfinite(m->volatility[i]) && isfinite(m->rate[i]))
		i++;
	return fail_scenario(p, first + i,
						 !isfinite(m->spot[i]) ? m->spot[i] :
						 !isfinite(m->volatility[i]) ? m->volatility[i] : m->rate[i], issue);
}

static bool
fail_pnl(const pm_position *p, const double *pnls, uint32_t first, pm_issue *issue)
{
	uint32_t	i = 0;

	while (isfinite(pnls[i]))
		i++;
	return fail_scenario(p, first + i, pnls[i], issue);
}

static bool
block_pnls(const pm_position *p, const pm_market *now, const pm_scenario *scenarios,
		   uint32_t count, uint32_t first, double *pnls, pm_issue *issue)
{
	pm_states	moved;
	bool		good = pm_markets_moved(p, now, scenarios, count, first, &moved, issue);

	/* Not left to the result: an infinite volatility has a finite price. */
	if (!are_finite(&moved))
		return fail_moved(p, &moved, first, issue);
	if (!good)
		return false;
	pm_states_add(&moved, now);
	if (pm_is_option(p))
		option_values(p, now, &moved);
	find_levels(p, &moved);
	return find_pnls(p->multiplier, &moved, pnls) || fail_pnl(p, pnls, first, issue);
}

bool
pm_contract_pnls(const pm_position *p, const pm_scenario *scenarios,
				 uint32_t count, uint32_t first, double *pnls, pm_issue *issue)
{
	pm_market	now;

	if (!pm_market_now(p, &now, issue))
		return false;
	for (uint32_t i = 0; i < count; i += PM_BLOCK)
		if (!block_pnls(p, &now, scenarios + i, count - i < PM_BLOCK ? count - i : PM_BLOCK,
						first + i, pnls + i, issue))
			return false;
	return true;
}
