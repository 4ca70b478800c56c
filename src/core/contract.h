/*
 * contract.h - what one contract of a position is worth, its Greeks, and its
 * profit and loss under scenarios.
 */
#ifndef PM_CONTRACT_H
#define PM_CONTRACT_H

#include "option_terms.h"
#include "position.h"
#include "scenario.h"

/* Sums over an account, per contract: money now and the cash Greeks. */
typedef enum pm_total
{
	PM_MARKET_VALUE,
	PM_DELTA_CASH,				/* S dV/dS */
	PM_GAMMA_CASH_1PCT,			/* 0.01 S^2 d2V/dS2 */
	PM_VEGA_1PT,				/* 0.01 dV/dsigma */
	PM_THETA_1DAY,				/* -dV/dT / 365 */
	PM_RHO_1PCT,				/* 0.01 dV/dr */
	PM_TOTALS
} pm_total;

extern const char *const pm_total_names[PM_TOTALS];

/*
 * Of one contract, that is, times multiplier and not times quantity, in the
 * position's currency; the position must have been checked.  False, with the
 * issue, if a result is not a finite number.
 */
extern bool pm_contract_value(const pm_position *position, double *value, pm_issue *issue);
extern bool pm_contract_greeks(const pm_position *position, pm_greeks *greeks, pm_issue *issue);
extern bool pm_contract_totals(const pm_position *position,
							   double totals[PM_TOTALS], pm_issue *issue);

/*
 * Profit and loss of one contract in `count` scenarios, the first of which has
 * the 1-based number `first` in messages: multiplier * (value there - value
 * now), rounded to the quantum (exact.h).
 */
extern bool pm_contract_pnls(const pm_position *position,
							 const pm_scenario *scenarios, uint32_t count,
							 uint32_t first, double *pnls, pm_issue *issue);

#endif							/* PM_CONTRACT_H */
