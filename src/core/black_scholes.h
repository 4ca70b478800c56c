/*
 * black_scholes.h - the lognormal models: Black-Scholes-Merton and Black-76.
 * See option.h for the meaning of every number; call these through it.
 */
#ifndef PM_BLACK_SCHOLES_H
#define PM_BLACK_SCHOLES_H

#include <stddef.h>

#include "option_terms.h"

extern double pm_black_scholes_price(const pm_option *option);

/* The same at many prices of the underlying, for option->spot, bit by bit. */
extern void pm_black_scholes_prices(const pm_option *option, const double *spots,
									size_t count, double *prices);
extern void pm_black_scholes_greeks(const pm_option *option, pm_greeks *greeks);

#endif							/* PM_BLACK_SCHOLES_H */
