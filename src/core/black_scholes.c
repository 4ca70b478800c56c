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
#include <stdbool.h>

#include "normal.h"

/* Numbers, and no structures, as a compiler wants them in lanes. */

/* (d1 + d2) / 2 where stdev > 0, from which d1 and d2 are. */
PM_INLINE double
middle_at(double spot, double strike, double drift, double stdev)
{
	return (pm_log_ratio(spot, strike) + drift) / stdev;
}

/* A = S e^(-qT) phi(d1), asset = S e^(-qT) */
PM_INLINE double
density_at(double asset, double middle, double stdev)
{
	return pm_normal_density(middle + 0.5 * stdev, asset);
}

typedef struct parts
{
	double		p1;
	double		p2;
} parts;

/* leg = K e^(-rT) */
PM_INLINE parts
parts_at(double sign, double asset, double leg, double middle, double stdev, double density)
{
	return (parts)
	{
		pm_weighted_cdf(asset, density, sign * (middle + 0.5 * stdev)),
		pm_weighted_cdf(leg, density, sign * (middle - 0.5 * stdev))
	};
}

/* The same where stdev is 0. */
static parts
exercised_parts(double sign, double asset, double leg)
{
	double		share = pm_exercised_share(sign * (asset - leg));

	return (parts)
	{
		share * asset, share * leg
	};
}

PM_INLINE double
value_of(double sign, parts p)
{
	double		value = sign * (p.p1 - p.p2);

	/* Rounding may leave a value of the order of -1e-16 S, or -0; NaN stays. */
	return value <= 0 ? 0 : value;
}

/* What an option's value and its Greeks are made of. */
typedef struct terms
{
	double		yield;			/* the rate itself under black76 */
	double		sqrt_years;
	double		stdev;			/* sigma sqrt(T) */
	double		middle;			/* this and the next 0 where stdev is 0 */
	double		density;
	parts		parts;
} terms;

static terms
find_terms(const pm_option *o)
{
	terms		t = {.yield = o->pricing == PM_BLACK76 ? o->rate : o->yield};
	double		asset = o->spot * pm_exp(-t.yield * o->years);
	double		leg = o->strike * pm_exp(-o->rate * o->years);

	t.sqrt_years = sqrt(o->years);
	t.stdev = o->volatility * t.sqrt_years;
	if (!(t.stdev > 0))
	{
		t.parts = exercised_parts(o->sign, asset, leg);
		return t;
	}
	t.middle = middle_at(o->spot, o->strike, (o->rate - t.yield) * o->years, t.stdev);
	t.density = density_at(asset, t.middle, t.stdev);
	t.parts = parts_at(o->sign, asset, leg, t.middle, t.stdev, t.density);
	return t;
}

double
pm_black_scholes_price(const pm_option *o)
{
	return value_of(o->sign, find_terms(o).parts);
}

/* As many states at a time: what one loop leaves to the next stays close by. */
#define BLOCK	64

typedef double block[BLOCK] __attribute__((aligned(64)));

/*
 * Values in the states from `start` on, `count` rounded up to PM_MOST_LANES of them.
 * Scenarios seldom move rate or time, each its own way: otherwise exponentials
 * and root are worked out once.  In many loops: of a short one the processor has
 * more turns in flight.
 */
PM_CLONES static void
lognormal_block(const pm_option *o, pm_states *states, size_t start, size_t count)
{
	const double *spot = states->spot + start;
	const double *volatility = states->volatility + start;
	const double *rate = states->rate + (states->alike ? 0 : start);
	const double *years = states->years + (states->alike ? 0 : start);
	double	   *value = states->value + start;
	bool		forward = o->pricing == PM_BLACK76;
	double		own_yield = o->yield;
	double		sign = o->sign;
	double		strike = o->strike;
	block		asset, drift, leg, stdev, middle, density;
	double		flat = 0;

	count = (count + PM_MOST_LANES - 1) / PM_MOST_LANES * PM_MOST_LANES;
	if (states->alike)
	{
		double		yield = forward ? rate[0] : own_yield;
		double		carry = pm_exp(-yield * years[0]);
		double		paid = strike * pm_exp(-rate[0] * years[0]);
		double		growth = (rate[0] - yield) * years[0];
		double		root = sqrt(years[0]);

		PM_SIMD()
		for (size_t i = 0; i < count; i++)
		{
			asset[i] = spot[i] * carry;
			leg[i] = paid;
			drift[i] = growth;
			stdev[i] = volatility[i] * root;
		}
	}
	else
	{
		PM_SIMD()
		for (size_t i = 0; i < count; i++)
		{
			double		yield = forward ? rate[i] : own_yield;

			asset[i] = spot[i] * pm_exp(-yield * years[i]);
			leg[i] = strike * pm_exp(-rate[i] * years[i]);
			drift[i] = (rate[i] - yield) * years[i];
			stdev[i] = volatility[i] * sqrt(years[i]);
		}
	}
	PM_SIMD()
	for (size_t i = 0; i < count; i++)
		middle[i] = middle_at(spot[i], strike, drift[i], stdev[i]);
	PM_SIMD()
	for (size_t i = 0; i < count; i++)
		density[i] = density_at(asset[i], middle[i], stdev[i]);
	PM_SIMD(reduction(+:flat))
	for (size_t i = 0; i < count; i++)
	{
		value[i] = value_of(sign, parts_at(sign, asset[i], leg[i], middle[i], stdev[i], density[i]));
		flat += stdev[i] > 0 ? 0 : 1;
	}
	for (size_t i = 0; i < count && flat > 0; i++)
		if (!(stdev[i] > 0))
			value[i] = value_of(sign, exercised_parts(sign, asset[i], leg[i]));
}

void
pm_black_scholes_values(const pm_option *o, pm_states *states)
{
	for (size_t start = 0; start < states->count; start += BLOCK)
		lognormal_block(o, states, start,
					states->count - start < BLOCK ? states->count - start : BLOCK);
}

void
pm_black_scholes_greeks(const pm_option *o, pm_greeks *g)
{
	terms		found = find_terms(o);
	parts		t = found.parts;

	g->price = value_of(o->sign, t);
	g->delta = o->sign * t.p1 / o->spot;
	g->theta = o->sign * (found.yield * t.p1 - o->rate * t.p2);
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

	if (found.stdev > 0)
	{
		double		d1 = pm_bounded_quantile(found.middle + 0.5 * found.stdev);
		double		d2 = pm_bounded_quantile(found.middle - 0.5 * found.stdev);
		double		unit_density = found.density / o->spot;	/* e^(-qT) phi(d1) */

		/* Divisors one by one: their product could underflow to 0. */
		g->gamma = unit_density / o->spot / found.stdev;
		g->vega = found.density * found.sqrt_years;
		g->theta -= found.density * o->volatility / (2 * found.sqrt_years);
		g->vanna = -unit_density * d2 / o->volatility;
		g->volga = g->vega * d1 * d2 / o->volatility;
		g->charm = o->sign * found.yield * t.p1 / o->spot -
			unit_density * (2 * (o->rate - found.yield) * o->years -
							d2 * found.stdev) / (2 * o->years) / found.stdev;
	}
	else
		g->gamma = g->vega = g->vanna = g->volga = g->charm = 0;
}
