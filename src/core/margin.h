/*
 * margin.h - the requirement read off a risk array: SQL's margin_result.
 */
#ifndef PM_MARGIN_H
#define PM_MARGIN_H

#include "risk_array.h"

typedef struct pm_margin
{
	double		requirement;	/* sum over underlyings of max(scan loss, minimum charge) */
	double		scan_loss;		/* sum over underlyings; positive is a loss */
	double		minimum_charge;
	uint32_t	worst_scenario; /* 1-based; 0 for an array that holds nothing */
	pm_text		worst_underlying;	/* points into the array; NULL bytes then */
	double		worst_price_shock;
	double		worst_vol_shock;
} pm_margin;

/* One scenario of an underlying and its weighted profit or loss. */
typedef struct pm_node
{
	pm_exact	pnl;
	uint32_t	index;			/* 0-based */
} pm_node;

/*
 * The scenarios with the least and the next larger weighted profit of one
 * underlying, ties by number; a set of one scenario has no second.  False,
 * with the issue, beyond the range.
 */
extern bool pm_worst_nodes(const pm_risk_array *array, const pm_risk_block *block,
						   pm_node *worst, pm_node *second, bool *has_second,
						   pm_issue *issue);

/* Sums over all underlyings of an array. */
typedef struct pm_account_totals
{
	double		totals[PM_TOTALS];
	int64_t		rows;
	pm_text		currency;		/* NULL bytes: none; points into the array */
} pm_account_totals;

/* For an array with scenarios.  False, with the issue, beyond the range. */
extern bool pm_margin_of(const pm_risk_array *array, pm_margin *margin, pm_issue *issue);

extern bool pm_totals_of(const pm_risk_array *array, pm_account_totals *totals, pm_issue *issue);

#endif							/* PM_MARGIN_H */
