/*
 * bachelier.h - the normal model on a forward price.
 * See option.h for the meaning of every number; call these through it.
 */
#ifndef PM_BACHELIER_H
#define PM_BACHELIER_H

#include <stddef.h>

#include "option_terms.h"

extern double pm_bachelier_price(const pm_option *option);

/* The same at many forwards, for option->spot, bit by bit. */
extern void pm_bachelier_prices(const pm_option *option, const double *forwards,
								size_t count, double *prices);
extern void pm_bachelier_greeks(const pm_option *option, pm_greeks *greeks);

#endif							/* PM_BACHELIER_H */
