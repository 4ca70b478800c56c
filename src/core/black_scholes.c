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
#include <string.h>

#include "normal.h"

/* What an option's values at all prices of its underlying share. */
typedef struct curve
{
	double		sign;
	double		yield;			/* the rate itself under black76 */
	double		carry;			/* e^(-qT) */
	double		drift;			/* (r - q) T */
	double		strike;
	double		leg;			/* K e^(-rT) */
	double		sqrt_years;
	double		stdev;			/* sigma sqrt(T) */
} curve;

static curve
make_curve(const pm_option *o)
{
	curve		c = {.sign = o->sign, .strike = o->strike};

	c.yield = o->pricing == PM_BLACK76 ? o->rate : o->yield;
	c.carry = pm_exp(-c.yield * o->years);
	c.drift = (o->rate - c.yield) * o->years;
	c.leg = o->strike * pm_exp(-o->rate * o->years);
	c.sqrt_years = sqrt(o->years);
	c.stdev = o->volatility * c.sqrt_years;
	return c;
}

/* (d1 + d2) / 2 where stdev > 0, from which d1 and d2 are. */
PM_INLINE double
middle_at(const curve *c, double spot)
{
	return (pm_log_ratio(spot, c->strike) + c->drift) / c->stdev;
}

/* A = S e^(-qT) phi(d1) */
PM_INLINE double
density_at(const curve *c, double spot, double middle)
{
	return pm_normal_density(middle + 0.5 * c->stdev, spot * c->carry);
}

typedef struct parts
{
	double		p1;
	double		p2;
} parts;

PM_INLINE parts
parts_at(const curve *c, double spot, double middle, double density)
{
	return (parts)
	{
		pm_weighted_cdf(spot * c->carry, density, c->sign * (middle + 0.5 * c->stdev)),
		pm_weighted_cdf(c->leg, density, c->sign * (middle - 0.5 * c->stdev))
	};
}

/* The same where stdev is 0. */
static inline parts
exercised_parts(const curve *c, double spot)
{
	double		share = pm_exercised_share(c->sign * (spot * c->carry - c->leg));

	return (parts)
	{
		share * (spot * c->carry), share * c->leg
	};
}

PM_INLINE double
value_of(const curve *c, parts p)
{
	double		value = c->sign * (p.p1 - p.p2);

	/* Rounding may leave a value of the order of -1e-16 S, or -0; NaN stays. */
	return value <= 0 ? 0 : value;
}

static double
price_at(const curve *c, double spot)
{
	double		middle;

	if (!(c->stdev > 0))
		return value_of(c, exercised_parts(c, spot));
	middle = middle_at(c, spot);
	return value_of(c, parts_at(c, spot, middle, density_at(c, spot, middle)));
}

double
pm_black_scholes_price(const pm_option *o)
{
	curve		c = make_curve(o);

	return price_at(&c, o->spot);
}

/* As many prices of the underlying at a time. */
#define BLOCK	32

/*
 * Values where stdev > 0, in place of the prices of the underlying, of which
 * there are `count` rounded up to PM_LANES.  In three loops: of a short loop the
 * processor has more turns in flight.
 */
PM_CLONES static void
value_block(curve c, double *spots, size_t count)
{
	double		middle[BLOCK];
	double		density[BLOCK];

	count = (count + PM_LANES - 1) / PM_LANES * PM_LANES;
#pragma omp simd
	for (size_t i = 0; i < count; i++)
		middle[i] = middle_at(&c, spots[i]);
#pragma omp simd
	for (size_t i = 0; i < count; i++)
		density[i] = density_at(&c, spots[i], middle[i]);
#pragma omp simd
	for (size_t i = 0; i < count; i++)
		spots[i] = value_of(&c, parts_at(&c, spots[i], middle[i], density[i]));
}

void
pm_black_scholes_prices(const pm_option *o, const double *spots, size_t count,
						double *prices)
{
	curve		c = make_curve(o);
	double		block[BLOCK];
	size_t		n;

	if (count == 1)
	{
		*prices = price_at(&c, *spots);
		return;
	}
	for (size_t start = 0; start < count; start += n)
	{
		n = count - start < BLOCK ? count - start : BLOCK;
		for (size_t i = 0; i < BLOCK; i++)
			block[i] = spots[start + (i < n ? i : n - 1)];
		if (c.stdev > 0)
			value_block(c, block, n);
		else
			for (size_t i = 0; i < n; i++)
				block[i] = price_at(&c, block[i]);
		memcpy(prices + start, block, n * sizeof *prices);
	}
}

void
pm_black_scholes_greeks(const pm_option *o, pm_greeks *g)
{
	curve		c = make_curve(o);
	double		middle = 0;
	double		density = 0;
	parts		t = exercised_parts(&c, o->spot);

	if (c.stdev > 0)
	{
		middle = middle_at(&c, o->spot);
		density = density_at(&c, o->spot, middle);
		t = parts_at(&c, o->spot, middle, density);
	}
	g->price = value_of(&c, t);
	g->delta = o->sign * t.p1 / o->spot;
	g->theta = o->sign * (c.yield * t.p1 - o->rate * t.p2);
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

	if (c.stdev > 0)
	{
		double		d1 = pm_bounded_quantile(middle + 0.5 * c.stdev);
		double		d2 = pm_bounded_quantile(middle - 0.5 * c.stdev);
		double		unit_density = density / o->spot;	/* e^(-qT) phi(d1) */

		/* Divisors one by one: their product could underflow to 0. */
		g->gamma = unit_density / o->spot / c.stdev;
		g->vega = density * c.sqrt_years;
		g->theta -= density * o->volatility / (2 * c.sqrt_years);
		g->vanna = -unit_density * d2 / o->volatility;
		g->volga = g->vega * d1 * d2 / o->volatility;
		g->charm = o->sign * c.yield * t.p1 / o->spot -
			unit_density * (2 * (o->rate - c.yield) * o->years -
							d2 * c.stdev) / (2 * o->years) / c.stdev;
	}
	else
		g->gamma = g->vega = g->vanna = g->volga = g->charm = 0;
}
