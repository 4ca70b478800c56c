/*
 * black_scholes.h - the lognormal models: Black-Scholes-Merton and Black-76.
 * See option.h for the meaning of every number; call these through it.
 */
#ifndef PM_BLACK_SCHOLES_H
#define PM_BLACK_SCHOLES_H

#include "option_terms.h"

extern double pm_black_scholes_price(const pm_option *option);

/* The same in many states, bit by bit; they must be filled up (option_terms.h). */
extern void pm_black_scholes_values(const pm_option *option, pm_states *states);
extern void pm_black_scholes_greeks(const pm_option *option, pm_greeks *greeks);

#endif							/* PM_BLACK_SCHOLES_H */
