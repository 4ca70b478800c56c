/*
 * american_certain.h - American options without volatility: what the best time
 * of exercise pays, discounted, in the escrowed model (escrowed.h).
 */
#ifndef PM_AMERICAN_CERTAIN_H
#define PM_AMERICAN_CERTAIN_H

#include "option_terms.h"

/*
 * The value and its derivatives at this spot (the option's own is not used),
 * the time of exercise being the best: at once, just before or after an ex
 * date, at expiry, or where the carry changes sign.  gamma, vega, vanna, volga
 * and charm are 0.
 */
extern void pm_american_certain(const pm_option *option, double spot,
								pm_greeks *greeks);

#endif							/* PM_AMERICAN_CERTAIN_H */
