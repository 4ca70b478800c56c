/*
 * option.h - value and Greeks of one option, per unit of underlying.
 *
 * Models (pm_pricing):
 *   black_scholes  Black-Scholes-Merton on a spot price with continuous
 *                  dividend, carry or borrow `yield`, and cash dividends
 *                  (escrowed.h);
 *   black76        `spot` is the forward, discounted with `rate`;
 *   bachelier      `spot` is the forward, `volatility` is absolute
 *                  (price units per square root of a year).
 * With black76 and bachelier `yield` must be 0 and there are no dividends; with
 * bachelier exercise is European; the caller has checked.
 *
 * Every function here is pure, allocates nothing and uses only IEEE
 * + - * / sqrt and elementary.h, so that its results have the same bits on
 * every machine.  Inputs must be finite, volatility >= 0, years >= 0, and
 * under a lognormal model spot > 0 and strike > 0, spot above the value of the
 * dividends too; a result can still overflow to infinity (or be NaN after such
 * an overflow, or where american.h finds no boundary), which the caller tests.
 */
#ifndef PM_OPTION_H
#define PM_OPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "option_terms.h"

/* At PM_EXACT; European values have one accuracy. */
extern double pm_option_price(const pm_option *option);

/*
 * The same at many prices of the underlying; at PM_EXACT bit by bit, but for
 * American options with dividends, whose grid is laid around option->spot.
 * What does not depend on the price is worked out once, such as an exercise
 * boundary; a price does not depend on which others are asked.
 */
extern void pm_option_prices(const pm_option *option, pm_accuracy accuracy,
							 const double *spots, size_t count, double *prices);

/*
 * The values of a European option in many states of the market, bit by bit those
 * of pm_option_price there; its own spot, volatility, rate and years are not
 * read.  Dividends are taken as paid[i].
 */
extern void pm_option_values(const pm_option *option, pm_states *states);

/* At PM_EXACT.  `volga`: that one, too, which triples an American option's
 * work; else it is 0. */
extern void pm_option_greeks(const pm_option *option, bool volga, pm_greeks *greeks);

#endif							/* PM_OPTION_H */
