/*
 * american_certain.c - the best of the few times at which exercise can be best.
 *
 * Exercise at t pays, discounted to 0, with P(t) the value at 0 of the
 * dividends after t,
 *     v(t) = w (S* e^(-qt) + P(t) - K e^(-rt)),
 * just before an ex date with its dividend in P, just after it without.
 * Between ex dates v is stationary where q S* e^(-qt) = r K e^(-rt).  At the
 * best time t the derivatives are those of v at constant t.
 */
#include "american_certain.h"

#include "elementary.h"
#include "escrowed.h"

typedef struct choice
{
	const pm_option *option;
	double		spot;
	double		asset;			/* S* */
	double		best;
	double		years;			/* of the best time, */
	double		later_by_rate;	/* and dP/dr there */
} choice;

static void
consider(choice *c, double years, double later, double later_by_rate)
{
	const pm_option *o = c->option;
	double		value = years == 0 ? o->sign * (c->spot - o->strike)
		: o->sign * (c->asset * pm_exp(-o->yield * years) + later -
					 o->strike * pm_exp(-o->rate * years));

	if (value >= c->best)
	{
		c->best = value;
		c->years = years;
		c->later_by_rate = later_by_rate;
	}
}

/* The time at which waiting turns from gain to loss or back; not within
 * expiry if there is none. */
static double
stationary_years(const choice *c)
{
	const pm_option *o = c->option;
	double		ratio = o->yield * c->asset / (o->rate * o->strike);

	if (!(ratio > 0) || ratio > 1e300 || o->yield == o->rate)
		return -1;
	return pm_log(ratio) / (o->yield - o->rate);
}

static void
best_time(choice *c)
{
	const pm_option *o = c->option;
	double		years = stationary_years(c);
	double		later = 0;
	double		by_rate = 0;

	if (years > 0 && years < o->years)
		consider(c, years, pm_dividends_after(o, years),
				 pm_dividends_after_by_rate(o, years));
	consider(c, o->years, later, by_rate);
	for (uint32_t i = o->dividend_count; i > 0; i--)
	{
		const pm_dividend *d = &o->dividends[i - 1];
		double		worth = d->amount * pm_exp(-o->rate * d->years);

		consider(c, d->years, later, by_rate);
		later += worth;
		by_rate -= worth * d->years;
		consider(c, d->years, later, by_rate);
	}
	consider(c, 0, later, by_rate);
}

void
pm_american_certain(const pm_option *o, double spot, pm_greeks *g)
{
	choice		c = {o, spot, spot - pm_dividends_after(o, 0), 0, -1, 0};
	double		share;

	best_time(&c);
	*g = (pm_greeks)
	{
		.price = c.best
	};
	if (c.years < 0)
		return;
	share = o->sign * pm_exercised_share(c.best);
	g->delta = share * pm_exp(-o->yield * c.years);
	if (c.years == 0)
		return;
	g->theta = o->rate * c.best -
		(o->rate * spot - o->yield * c.asset) * g->delta;
	g->rho = share * (c.later_by_rate +
					  c.years * o->strike * pm_exp(-o->rate * c.years)) -
		g->delta * pm_dividends_after_by_rate(o, 0);
	g->rho_yield = -c.years * c.asset * g->delta;
}
