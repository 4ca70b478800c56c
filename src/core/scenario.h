/*
 * scenario.h - one move of the market: the fields of SQL's market_scenario.
 */
#ifndef PM_SCENARIO_H
#define PM_SCENARIO_H

#include <stdint.h>

#include "issue.h"

typedef enum pm_stickiness
{
	PM_STICKY_STRIKE,
	PM_STICKY_MONEYNESS
} pm_stickiness;

/*
 * All doubles and one integer of their size: the same bytes are the stored
 * form of a listed scenario, so there is no padding to zero.
 */
typedef struct pm_scenario
{
	double		price_shock;	/* relative: -0.15 is 15 % down */
	double		price_points;	/* absolute, price units */
	double		vol_shock;		/* relative */
	double		vol_points;		/* absolute: 0.04 is 4 volatility points */
	double		vol_power;		/* of 30 days / time to expiry, up to 30 days */
	double		vol_power_long; /* the same beyond; NaN: vol_power */
	double		vol_floor;		/* least volatility after an upward shock */
	double		rate_points;	/* absolute: 0.01 is 1 % */
	double		days;			/* time step, days of 24 hours */
	double		weight;			/* factor of gains and losses */
	double		skew_shock;		/* relative, per unit of moneyness */
	double		smile_shock;	/* relative, per unit of |moneyness| */
	double		skew_cap;		/* of both together, either way; NaN: none */
	int64_t		stickiness;		/* a pm_stickiness */
} pm_scenario;

#define PM_DAYS_PER_YEAR	365.0	/* ACT/365F */

/* The neutral scenario: nothing moves, weight 1. */
extern pm_scenario pm_scenario_neutral(void);

/* Brings -0 and NaN to one form each, so that equal scenarios have equal bytes. */
extern void pm_scenario_normalise(pm_scenario *scenario);

/* False, with the issue, unless every field is usable. */
extern bool pm_scenario_check(const pm_scenario *scenario, pm_issue *issue);

/*
 * The moved inputs of an option or a linear contract.  `moneyness` is finite:
 * ln(K/F) of a lognormal option, K - F under bachelier.
 */
extern double pm_scenario_price(const pm_scenario *scenario, double price);
extern double pm_scenario_volatility(const pm_scenario *scenario, double volatility,
									 double years, double moneyness);
extern double pm_scenario_elapsed(const pm_scenario *scenario);
extern double pm_scenario_years(const pm_scenario *scenario, double years);

#endif							/* PM_SCENARIO_H */
