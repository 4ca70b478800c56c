/*
 * escrowed.h - cash dividends in the escrowed model (Hull, Options, Futures
 * and Other Derivatives, ch. 15).
 *
 * The spot holds the present value of the dividends that are still to come
 * until expiry, PV = sum of D_i e^(-r t_i), and the rest of it, the escrowed
 * spot S* = S - PV, moves as under black_scholes: lognormal with `volatility`
 * and drift r - q.  A European option with dividends is therefore the same
 * option without, on S*.
 */
#ifndef PM_ESCROWED_H
#define PM_ESCROWED_H

#include <stdbool.h>

#include "option_terms.h"

/* Value today of the dividends whose ex date comes after `years`. */
extern double pm_dividends_after(const pm_option *option, double years);

/* Its derivative in the rate. */
extern double pm_dividends_after_by_rate(const pm_option *option, double years);

/*
 * The same option on the escrowed spot, without dividends.  False if the
 * dividends are worth the spot or more: the model has no price then.
 * Dividends of amount 0 leave every bit of the spot.
 */
extern bool pm_escrowed(const pm_option *option, pm_option *without);

/* Turns the Greeks of `without` into those of the option with dividends. */
extern void pm_escrowed_greeks(const pm_option *option, pm_greeks *greeks);

#endif							/* PM_ESCROWED_H */
