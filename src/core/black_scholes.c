/*
 * black_scholes.c - Black-Scholes-Merton (Black and Scholes 1973, Merton
 * 1973) and, as its special case yield = rate, Black-76 (Black 1976).
 *
 * With w = +1 for a call and -1 for a put, s = sigma sqrt(T),
 *     x  = log(S/K) + (r - q) T,  d1 = x/s + s/2,  d2 = x/s - s/2,
 *     p1 = S e^(-qT) N(w d1),     p2 = K e^(-rT) N(w d2),
 *     V  = w (p1 - p2).
 * Since S e^(-qT) phi(d1) = K e^(-rT) phi(d2) = A, both tails come from one
 * exponential: p = A M(-wd) where w d < 0, and the whole less A M(wd) else.
 * The difference p1 - p2 loses no more than the problem's own condition
 * number S dV/dS / V.  Greeks: Haug, The Complete Guide to Option Pricing
 * Formulas, 2nd ed., chapter 2.
 */
#include "black_scholes.h"

#include <math.h>

#include "normal.h"

typedef struct terms
{
	double		yield;			/* the rate itself under black76 */
	double		spot;			/* S e^(-qT) */
	double		strike;			/* K e^(-rT) */
	double		sqrt_years;
	double		stdev;			/* sigma sqrt(T) */
	double		d1;
	double		d2;
	double		density;		/* A = S e^(-qT) phi(d1) */
	double		p1;
	double		p2;
} terms;

/* The whole times N(d), its tail taken from the density. */
static double
weighted_cdf(double whole, double density, double d)
{
	return d < 0 ? density * pm_mills(-d) : whole - density * pm_mills(d);
}

static terms
make_terms(const pm_option *o)
{
	terms		t;
	double		distance;

	t.yield = o->pricing == PM_BLACK76 ? o->rate : o->yield;
	t.spot = o->spot * pm_exp(-t.yield * o->years);
	t.strike = o->strike * pm_exp(-o->rate * o->years);
	t.sqrt_years = sqrt(o->years);
	t.stdev = o->volatility * t.sqrt_years;
	if (t.stdev > 0)
	{
		distance = (pm_log_ratio(o->spot, o->strike) +
					(o->rate - t.yield) * o->years) / t.stdev;
		t.d1 = pm_bounded_quantile(distance + 0.5 * t.stdev);
		t.d2 = pm_bounded_quantile(distance - 0.5 * t.stdev);
		t.density = pm_normal_density(t.d1, t.spot);
		t.p1 = weighted_cdf(t.spot, t.density, o->sign * t.d1);
		t.p2 = weighted_cdf(t.strike, t.density, o->sign * t.d2);
	}
	else
	{
		double		share = pm_exercised_share(o->sign * (t.spot - t.strike));

		t.d1 = t.d2 = t.density = 0;
		t.p1 = share * t.spot;
		t.p2 = share * t.strike;
	}
	return t;
}

static double
value_of(const pm_option *o, const terms *t)
{
	double		value = o->sign * (t->p1 - t->p2);

	/* Rounding may leave a value of the order of -1e-16 S, or -0; NaN stays. */
	return value <= 0 ? 0 : value;
}

double
pm_black_scholes_price(const pm_option *o)
{
	terms		t = make_terms(o);

	return value_of(o, &t);
}

void
pm_black_scholes_greeks(const pm_option *o, pm_greeks *g)
{
	terms		t = make_terms(o);

	g->price = value_of(o, &t);
	g->delta = o->sign * t.p1 / o->spot;
	g->theta = o->sign * (t.yield * t.p1 - o->rate * t.p2);
	if (o->pricing == PM_BLACK76)
	{
		g->rho = -o->years * g->price;
		g->rho_yield = 0;
	}
	else
	{
		g->rho = o->sign * o->years * t.p2;
		g->rho_yield = -o->sign * o->years * t.p1;
	}

	if (t.stdev > 0)
	{
		double		unit_density = t.density / o->spot;	/* e^(-qT) phi(d1) */

		/* Divisors one by one: their product could underflow to 0. */
		g->gamma = unit_density / o->spot / t.stdev;
		g->vega = t.density * t.sqrt_years;
		g->theta -= t.density * o->volatility / (2 * t.sqrt_years);
		g->vanna = -unit_density * t.d2 / o->volatility;
		g->volga = g->vega * t.d1 * t.d2 / o->volatility;
		g->charm = o->sign * t.yield * t.p1 / o->spot -
			unit_density * (2 * (o->rate - t.yield) * o->years -
							t.d2 * t.stdev) / (2 * o->years) / t.stdev;
	}
	else
		g->gamma = g->vega = g->vanna = g->volga = g->charm = 0;
}
