/*
 * pricing.h - valuing positions for other SQL functions.
 */
#ifndef PM_PRICING_H
#define PM_PRICING_H

#include "call.h"

/* P&L of one contract in every scenario, into cache->pnls; answers to cancel. */
extern void pm_value_contract(const pm_position *position, const PmSetCache *cache);

#endif							/* PM_PRICING_H */
