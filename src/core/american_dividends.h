/*
 * american_dividends.h - one American option under black_scholes with cash
 * dividends in the escrowed model: dividend_grid.h at a single spot.
 */
#ifndef PM_AMERICAN_DIVIDENDS_H
#define PM_AMERICAN_DIVIDENDS_H

#include <stdbool.h>

#include "dividend_grid.h"

/* False if the dividends are worth the spot or more (pm_escrowed). */
extern bool pm_american_dividends_price(const pm_option *option,
										pm_accuracy accuracy, double *price);

/*
 * All Greeks at PM_EXACT, volga only if asked for (else 0).  price, delta,
 * gamma, theta and charm are those of the grid; vega, vanna and volga come from
 * two more with the volatility 2 % higher and lower, rho and rho_yield from
 * two more each with the rate 0.001 higher and lower.
 */
extern bool pm_american_dividends_greeks(const pm_option *option, bool volga,
										 pm_greeks *greeks);

#endif							/* PM_AMERICAN_DIVIDENDS_H */
