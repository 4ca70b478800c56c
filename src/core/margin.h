/*
 * margin.h - the requirement read off a risk array: SQL's margin_result.
 */
#ifndef PM_MARGIN_H
#define PM_MARGIN_H

#include "risk_array.h"

typedef struct pm_margin
{
	double		requirement;	/* sum over underlyings of max(scan loss, minimum charge) */
	double		scan_loss;		/* sum over underlyings, or of joint scenarios the
								 * loss of all in one; positive is a loss */
	double		minimum_charge;
	uint32_t	worst_scenario; /* 1-based; 0 for an array that holds nothing */
	pm_text		worst_underlying;	/* points into the array; NULL bytes then */
	double		worst_price_shock;
	double		worst_vol_shock;
} pm_margin;

/* One scenario of an underlying, or of an account, and its weighted profit or loss. */
typedef struct pm_node
{
	pm_exact	pnl;
	uint32_t	index;			/* 0-based */
} pm_node;

/*
 * The scenarios with the least and the next larger weighted profit, ties by
 * number; a set of one scenario has no second.
 */
typedef struct pm_nodes
{
	pm_node		worst;
	pm_node		second;
	bool		has_second;
} pm_nodes;

/* Whether an array's scenarios are joint: then all its underlyings have one set. */
extern bool pm_risk_is_joint(const pm_risk_array *array);

/* The column of a block's set that holds the moves of its underlying. */
extern uint32_t pm_risk_column(const pm_risk_array *array, const pm_risk_block *block);

/*
 * Of one underlying by itself; of all underlyings together, which only joint
 * scenarios have a meaning for.  False, with the issue, beyond the range.
 */
extern bool pm_underlying_nodes(const pm_risk_array *array, const pm_risk_block *block,
								pm_nodes *nodes, pm_issue *issue);
extern bool pm_joint_nodes(const pm_risk_array *array, pm_nodes *nodes, pm_issue *issue);

/* Sums over all underlyings of an array. */
typedef struct pm_account_totals
{
	double		totals[PM_TOTALS];
	int64_t		rows;
	pm_text		currency;		/* NULL bytes: none; points into the array */
} pm_account_totals;

/* For an array with scenarios.  False, with the issue, beyond the range. */
extern bool pm_margin_of(const pm_risk_array *array, pm_margin *margin, pm_issue *issue);

/*
 * What a scan loss, 0 or more, asks for, and where it comes from: a scenario,
 * from 0, and an underlying with its set and the column there.
 */
extern void pm_margin_fill(pm_margin *margin, pm_exact scan_loss, const pm_scenario_set *set,
						   uint32_t column, pm_text underlying, uint32_t index);

extern bool pm_totals_of(const pm_risk_array *array, pm_account_totals *totals, pm_issue *issue);

#endif							/* PM_MARGIN_H */
