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

/* Numbers, and no structures, as a compiler wants them in lanes. */

PM_INLINE double
quantile(double forward, double strike, double stdev)
{
	return pm_bounded_quantile((forward - strike) / stdev);
}

PM_INLINE double
intrinsic(double sign, double forward, double strike, double discount)
{
	double		money = sign * (forward - strike);

	return money > 0 ? discount * money : 0;
}

/* What time adds to it: density = D s phi(d). */
PM_INLINE double
time_value(double density, double d)
{
	return density * pm_bachelier_tail(fabs(d));
}

double
pm_bachelier_price(const pm_option *o)
{
	double		discount = pm_exp(-o->rate * o->years);
	double		stdev = o->volatility * sqrt(o->years);
	double		least = intrinsic(o->sign, o->spot, o->strike, discount);
	double		d;

	if (!(stdev > 0))
		return least;
	d = quantile(o->spot, o->strike, stdev);
	return least + time_value(pm_normal_density(d, discount * stdev), d);
}

/* As many states at a time: what one loop leaves to the next stays close by. */
#define BLOCK	64

typedef double block[BLOCK] __attribute__((aligned(64)));

/* Values in the states from `start` on, `count` rounded up to PM_MOST_LANES of them;
 * what is worked out once, and why in many loops: as in black_scholes.c. */
PM_CLONES static void
normal_block(const pm_option *o, pm_states *states, size_t start, size_t count)
{
	const double *forward = states->spot + start;
	const double *volatility = states->volatility + start;
	const double *rate = states->rate + (states->alike ? 0 : start);
	const double *years = states->years + (states->alike ? 0 : start);
	double	   *value = states->value + start;
	double		sign = o->sign;
	double		strike = o->strike;
	block		discount, stdev, d, density;

	count = (count + PM_MOST_LANES - 1) / PM_MOST_LANES * PM_MOST_LANES;
	if (states->alike)
	{
		double		paid = pm_exp(-rate[0] * years[0]);
		double		root = sqrt(years[0]);

		PM_SIMD()
		for (size_t i = 0; i < count; i++)
		{
			discount[i] = paid;
			stdev[i] = volatility[i] * root;
		}
	}
	else
	{
		PM_SIMD()
		for (size_t i = 0; i < count; i++)
		{
			discount[i] = pm_exp(-rate[i] * years[i]);
			stdev[i] = volatility[i] * sqrt(years[i]);
		}
	}
	PM_SIMD()
	for (size_t i = 0; i < count; i++)
	{
		d[i] = quantile(forward[i], strike, stdev[i]);
		density[i] = pm_normal_density(d[i], discount[i] * stdev[i]);
	}
	PM_SIMD()
	for (size_t i = 0; i < count; i++)
	{
		double		least = intrinsic(sign, forward[i], strike, discount[i]);
		double		more = least + time_value(density[i], d[i]);

		/* Without a deviation d is none. */
		value[i] = stdev[i] > 0 ? more : least;
	}
}

void
pm_bachelier_values(const pm_option *o, pm_states *states)
{
	for (size_t start = 0; start < states->count; start += BLOCK)
		normal_block(o, states, start,
					states->count - start < BLOCK ? states->count - start : BLOCK);
}

void
pm_bachelier_greeks(const pm_option *o, pm_greeks *g)
{
	double		discount = pm_exp(-o->rate * o->years);
	double		root = sqrt(o->years);
	double		stdev = o->volatility * root;

	g->price = pm_bachelier_price(o);
	g->rho = -o->years * g->price;
	g->rho_yield = 0;
	g->theta = o->rate * g->price;
	if (stdev > 0)
	{
		double		d = quantile(o->spot, o->strike, stdev);
		double		density = pm_normal_density(d, discount);

		g->delta = o->sign * discount * pm_normal_cdf(o->sign * d);
		g->gamma = density / stdev;
		g->vega = density * root;
		g->theta -= density * o->volatility / (2 * root);
		g->vanna = -density * d / o->volatility;
		g->volga = g->vega * d * d / o->volatility;
		g->charm = o->rate * g->delta + density * d / (2 * o->years);
	}
	else
	{
		double		money = o->sign * (o->spot - o->strike);

		g->delta = o->sign * discount * pm_exercised_share(money);
		g->gamma = g->vega = g->vanna = g->volga = g->charm = 0;
	}
}
