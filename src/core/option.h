/*
 * option.h - value and Greeks of one European option, per unit of underlying.
 *
 * Models (pm_pricing):
 *   black_scholes  Black-Scholes-Merton on a spot price with continuous
 *                  dividend, carry or borrow `yield`;
 *   black76        `spot` is the forward, discounted with `rate`;
 *   bachelier      `spot` is the forward, `volatility` is absolute
 *                  (price units per square root of a year).
 * With black76 and bachelier `yield` must be 0; the caller has checked.
 *
 * Every function here is pure, allocates nothing and uses only IEEE
 * + - * / sqrt and elementary.h, so that its results have the same bits on
 * every machine.  Inputs must be finite, volatility >= 0, years >= 0, and
 * under a lognormal model spot > 0 and strike > 0; a result can still overflow
 * to infinity (or be NaN after such an overflow), which the caller tests.
 */
#ifndef PM_OPTION_H
#define PM_OPTION_H

typedef enum pm_pricing
{
	PM_BLACK_SCHOLES,
	PM_BLACK76,
	PM_BACHELIER
} pm_pricing;

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
} pm_option;

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

extern double pm_option_price(const pm_option *option);
extern void pm_option_greeks(const pm_option *option, pm_greeks *greeks);

#endif							/* PM_OPTION_H */
