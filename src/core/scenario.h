/*
 * scenario.h - one move of the market: the fields of SQL's market_scenario.
 */
#ifndef PM_SCENARIO_H
#define PM_SCENARIO_H

#include <math.h>
#include <stdint.h>

#include "elementary.h"
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
 * The moved inputs of an option or a linear contract, in the header because every
 * scenario of every contract needs them.
 */

/* S + price_shock |S| + price_points: up is up for negative prices too. */
PM_INLINE double
pm_scenario_price(const pm_scenario *s, double price)
{
	return price + s->price_shock * fabs(price) + s->price_points;
}

static inline double
pm_scenario_elapsed(const pm_scenario *s)
{
	/* Most sets have no time step: a division saved. */
	return s->days == 0 ? 0 : s->days / PM_DAYS_PER_YEAR;
}

static inline double
pm_scenario_years(const pm_scenario *s, double years)
{
	double		left = years - pm_scenario_elapsed(s);

	return left > 0 ? left : 0;
}

/* The p of pm_scenario_scale: vol_power up to 30 days and vol_power_long beyond. */
static inline double
pm_scenario_power(const pm_scenario *s, double years)
{
	/* In years, so that exactly 30 days compare as such. */
	return years <= 30 / PM_DAYS_PER_YEAR || isnan(s->vol_power_long)
		? s->vol_power : s->vol_power_long;
}

/* (30 d / max(T, 1 d))^p, the part of a relative shock that an option T years
 * from its expiry feels; T is that before the time step. */
extern double pm_scenario_scale(double years, double power);

/*
 * skew_shock k + smile_shock |k|, within +-skew_cap.  The moneyness k is finite:
 * ln(K/F) of a lognormal option, K - F under bachelier.
 */
static inline double
pm_scenario_skew(const pm_scenario *s, double moneyness)
{
	double		move;

	if (s->skew_shock == 0 && s->smile_shock == 0)
		return 0;
	move = s->skew_shock * moneyness + s->smile_shock * fabs(moneyness);
	/* Neither holds where there is no cap, which is a NaN. */
	if (move > s->skew_cap)
		return s->skew_cap;
	if (move < -s->skew_cap)
		return -s->skew_cap;
	return move;
}

/*
 * max(0, sigma (1 + vol_shock scale + skew) + vol_points), and after an upward
 * shock at least vol_floor; the skew turns the smile about the money and so is no
 * shock up or down.
 */
PM_INLINE double
pm_scenario_scaled(const pm_scenario *s, double volatility, double scale, double skew)
{
	double		shocked = volatility * (1 + s->vol_shock * scale + skew) + s->vol_points;
	bool		down = s->vol_shock < 0 || s->vol_points < 0;
	bool		none = s->vol_shock == 0 && s->vol_points == 0;
	double		least = down || none ? 0 : s->vol_floor;

	return shocked < least ? least : shocked;
}

/* The same with the scale of an option's years. */
static inline double
pm_scenario_volatility(const pm_scenario *s, double volatility, double years, double moneyness)
{
	double		scale = s->vol_shock == 0 ? 1 : pm_scenario_scale(years, pm_scenario_power(s, years));

	return pm_scenario_scaled(s, volatility, scale, pm_scenario_skew(s, moneyness));
}

#endif							/* PM_SCENARIO_H */
