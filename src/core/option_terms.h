/*
 * option_terms.h - what an option is and what is asked of it; the models take
 * these from here, everybody else from option.h, which says what they mean.
 */
#ifndef PM_OPTION_TERMS_H
#define PM_OPTION_TERMS_H

#include <stdbool.h>
#include <stdint.h>

#include "elementary.h"

typedef enum pm_exercise
{
	PM_EUROPEAN,
	PM_AMERICAN
} pm_exercise;

typedef enum pm_pricing
{
	PM_BLACK_SCHOLES,
	PM_BLACK76,
	PM_BACHELIER
} pm_pricing;

/*
 * How fine an American value: PM_GRID for the many scenarios of a grid, PM_EXACT
 * for a value asked by itself.  Errors: american.h, dividend_grid.h.
 */
typedef enum pm_accuracy
{
	PM_GRID,
	PM_EXACT
} pm_accuracy;

/* Cash that one unit of the underlying pays its holder. */
typedef struct pm_dividend
{
	double		years;			/* to the ex date, above 0 */
	double		amount;			/* price units, 0 or more */
} pm_dividend;

/* Dividends of one option; more are refused. */
#define PM_MOST_DIVIDENDS	64

typedef struct pm_option
{
	double		sign;			/* +1 call, -1 put */
	double		spot;			/* price of the underlying, or its forward */
	double		strike;
	double		years;			/* time to expiry, ACT/365F */
	double		volatility;		/* annualised; 0.20 is 20 % */
	double		rate;			/* continuously compounded, per year */
	double		yield;			/* continuously compounded, per year */
	pm_pricing	pricing;
	pm_exercise exercise;
	const pm_dividend *dividends;	/* by time, none after expiry */
	uint32_t	dividend_count;
} pm_option;

/* States of the market that fit into pm_states: a block of scenarios and now. */
#define PM_BLOCK	256
#define PM_STATES	(PM_BLOCK + 8)

/*
 * States of the market that one option is valued in side by side, the rest of its
 * terms being those of a pm_option; an array for each number, as SIMD lanes take
 * them: whoever values them fills them up first.
 */
typedef struct pm_states
{
	uint32_t	count;			/* at most PM_BLOCK + 1 */
	bool		alike;			/* in rate, years, elapsed, paid: only the first has them */
	double		spot[PM_STATES] __attribute__((aligned(64)));
	double		volatility[PM_STATES] __attribute__((aligned(64)));
	double		rate[PM_STATES] __attribute__((aligned(64)));
	double		years[PM_STATES] __attribute__((aligned(64)));	/* to expiry */
	double		elapsed[PM_STATES] __attribute__((aligned(64)));	/* since as_of */
	double		paid[PM_STATES] __attribute__((aligned(64)));	/* value of dividends to come */
	double		value[PM_STATES] __attribute__((aligned(64)));	/* the result */
} pm_states;

/* Gives every state of those that are alike what the first has. */
static inline void
pm_states_spread(pm_states *s)
{
	for (uint32_t i = 1; i < s->count && s->alike; i++)
	{
		s->rate[i] = s->rate[0];
		s->years[i] = s->years[0];
		s->elapsed[i] = s->elapsed[0];
		s->paid[i] = s->paid[0];
	}
	s->alike = false;
}

/* Repeats the last of `count` > 0 states until lanes are full. */
static inline void
pm_states_fill_up(pm_states *s)
{
	for (uint32_t i = s->count; i % PM_MOST_LANES != 0; i++)
	{
		s->spot[i] = s->spot[i - 1];
		s->volatility[i] = s->volatility[i - 1];
		if (s->alike)
			continue;
		s->rate[i] = s->rate[i - 1];
		s->years[i] = s->years[i - 1];
	}
}

/*
 * Raw units: per 1.00 of price, volatility or rate, and per year.  theta and
 * charm are changes as calendar time passes (minus the derivative in years).
 * Under black76 and bachelier delta, gamma, vanna and charm are taken in the
 * forward, theta and rho at a fixed forward, and rho_yield is 0.
 *
 * Where years or volatility is 0 the value is the discounted intrinsic value:
 * delta is its slope (half of it at the kink), theta, rho and rho_yield its
 * derivatives, and gamma, vega, vanna, volga and charm are 0.
 */
typedef struct pm_greeks
{
	double		price;
	double		delta;			/* dV/dS */
	double		gamma;			/* d2V/dS2 */
	double		vega;			/* dV/dsigma */
	double		theta;			/* -dV/dT */
	double		rho;			/* dV/dr */
	double		rho_yield;		/* dV/dq */
	double		vanna;			/* d2V/dS dsigma */
	double		volga;			/* d2V/dsigma2 */
	double		charm;			/* -d2V/dS dT */
} pm_greeks;

/* Slope of the payoff max(0, money) in money: half of it at the kink. */
static inline double
pm_exercised_share(double money)
{
	return money > 0 ? 1 : (money < 0 ? 0 : 0.5);
}

#endif							/* PM_OPTION_TERMS_H */
