/*
 * bachelier.c - options on a normally distributed forward (Bachelier 1900).
 *
 * With w = +1 for a call and -1 for a put, D = e^(-rT), s = sigma sqrt(T) in
 * price units and d = (F - K)/s,
 *     V = D (w (F - K) N(w d) + s phi(d))
 *       = D s phi(d) G(-wd)                   where w d < 0,
 *       = D (w (F - K) + s phi(d) G(wd))      else,
 * with G(x) = 1 - x M(x) computed without cancellation (normal.h).
 */
#include "bachelier.h"

#include <math.h>

#include "normal.h"

/* What an option's values at all forwards share. */
typedef struct curve
{
	double		sign;
	double		strike;
	double		discount;
	double		sqrt_years;
	double		stdev;			/* sigma sqrt(T), price units */
} curve;

static curve
make_curve(const pm_option *o)
{
	curve		c = {.sign = o->sign, .strike = o->strike};

	c.discount = pm_exp(-o->rate * o->years);
	c.sqrt_years = sqrt(o->years);
	c.stdev = o->volatility * c.sqrt_years;
	return c;
}

static inline double
quantile(const curve *c, double forward)
{
	return pm_bounded_quantile((forward - c->strike) / c->stdev);
}

static inline double
value_at(const curve *c, double forward)
{
	double		money = c->sign * (forward - c->strike);
	double		intrinsic = money > 0 ? c->discount * money : 0;
	double		d;

	if (!(c->stdev > 0))
		return intrinsic;
	d = quantile(c, forward);
	return intrinsic + pm_normal_density(d, c->discount * c->stdev) *
		pm_bachelier_tail(fabs(d));
}

double
pm_bachelier_price(const pm_option *o)
{
	curve		c = make_curve(o);

	return value_at(&c, o->spot);
}

void
pm_bachelier_prices(const pm_option *o, const double *forwards, size_t count,
					double *prices)
{
	curve		c = make_curve(o);

	for (size_t i = 0; i < count; i++)
		prices[i] = value_at(&c, forwards[i]);
}

void
pm_bachelier_greeks(const pm_option *o, pm_greeks *g)
{
	curve		c = make_curve(o);

	g->price = value_at(&c, o->spot);
	g->rho = -o->years * g->price;
	g->rho_yield = 0;
	g->theta = o->rate * g->price;
	if (c.stdev > 0)
	{
		double		d = quantile(&c, o->spot);
		double		density = pm_normal_density(d, c.discount);

		g->delta = o->sign * c.discount * pm_normal_cdf(o->sign * d);
		g->gamma = density / c.stdev;
		g->vega = density * c.sqrt_years;
		g->theta -= density * o->volatility / (2 * c.sqrt_years);
		g->vanna = -density * d / o->volatility;
		g->volga = g->vega * d * d / o->volatility;
		g->charm = o->rate * g->delta + density * d / (2 * o->years);
	}
	else
	{
		double		money = o->sign * (o->spot - o->strike);

		g->delta = o->sign * c.discount * pm_exercised_share(money);
		g->gamma = g->vega = g->vanna = g->volga = g->charm = 0;
	}
}
