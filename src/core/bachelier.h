/*
 * bachelier.h - the normal model on a forward price.
 * See option.h for the meaning of every number; call these through it.
 */
#ifndef PM_BACHELIER_H
#define PM_BACHELIER_H

#include "option_terms.h"

extern double pm_bachelier_price(const pm_option *option);

/* The same in many states, bit by bit; they must be filled up (option_terms.h). */
extern void pm_bachelier_values(const pm_option *option, pm_states *states);
extern void pm_bachelier_greeks(const pm_option *option, pm_greeks *greeks);

#endif							/* PM_BACHELIER_H */
