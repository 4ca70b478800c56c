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

typedef struct terms
{
	double		discount;
	double		sqrt_years;
	double		stdev;			/* sigma sqrt(T), price units */
	double		d;
	double		price;
} terms;

static terms
make_terms(const pm_option *o)
{
	terms		t;
	double		intrinsic = o->sign * (o->spot - o->strike);

	t.discount = pm_exp(-o->rate * o->years);
	t.sqrt_years = sqrt(o->years);
	t.stdev = o->volatility * t.sqrt_years;
	t.d = 0;
	t.price = intrinsic > 0 ? t.discount * intrinsic : 0;
	if (t.stdev > 0)
	{
		t.d = pm_bounded_quantile((o->spot - o->strike) / t.stdev);
		t.price += pm_normal_density(t.d, t.discount * t.stdev) *
			pm_bachelier_tail(fabs(t.d));
	}
	return t;
}

double
pm_bachelier_price(const pm_option *o)
{
	return make_terms(o).price;
}

void
pm_bachelier_greeks(const pm_option *o, pm_greeks *g)
{
	terms		t = make_terms(o);

	g->price = t.price;
	g->rho = -o->years * t.price;
	g->rho_yield = 0;
	g->theta = o->rate * t.price;
	if (t.stdev > 0)
	{
		double		density = pm_normal_density(t.d, t.discount);

		g->delta = o->sign * t.discount * pm_normal_cdf(o->sign * t.d);
		g->gamma = density / t.stdev;
		g->vega = density * t.sqrt_years;
		g->theta -= density * o->volatility / (2 * t.sqrt_years);
		g->vanna = -density * t.d / o->volatility;
		g->volga = g->vega * t.d * t.d / o->volatility;
		g->charm = o->rate * g->delta + density * t.d / (2 * o->years);
	}
	else
	{
		double		money = o->sign * (o->spot - o->strike);

		g->delta = o->sign * t.discount * pm_exercised_share(money);
		g->gamma = g->vega = g->vanna = g->volga = g->charm = 0;
	}
}
