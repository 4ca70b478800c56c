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

#include "option_terms.h"

extern double pm_option_price(const pm_option *option);
extern void pm_option_greeks(const pm_option *option, pm_greeks *greeks);

#endif							/* PM_OPTION_H */
