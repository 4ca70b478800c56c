/*
 * american.h - options that may be exercised at any time, under a lognormal
 * model and without cash dividends.
 *
 * Value = European value + exercise premium.  The premium is an integral along
 * the exercise boundary (Kim, The analytic valuation of American options, Rev.
 * Financial Studies 3, 1990), which is solved once for all prices of the
 * underlying.  Rates and yields may be negative; where yield < rate < 0 (of a
 * call: rate < yield < 0) there are two boundaries.
 *
 * Errors are in docs/pricing.md; test/core/test_american.c and
 * test_american_ordinary.c hold them.
 */
#ifndef PM_AMERICAN_H
#define PM_AMERICAN_H

#include "american_boundary.h"
#include "american_ordinary.h"
#include "option_terms.h"

/* An option at every price of its underlying. */
typedef struct pm_american
{
	pm_option	option;			/* its spot is not used */
	pm_accuracy accuracy;
	bool		failed;			/* no boundary was found: values are NaN */
	bool		certain;		/* exercised at a time that can be told now */
	bool		is_ordinary;	/* `ordinary` says it all; what follows is not used */
	pm_ordinary ordinary;
	int			boundaries;		/* 0: exercise before expiry never pays */
	double		known;			/* there is one for tau up to this */
	pm_boundary boundary[2];	/* the upper and the lower one */
} pm_american;

/* `slopes`: the boundary's derivatives too, which the Greeks need; without them
 * PM_GRID takes american_ordinary.h's method where that has an answer. */
extern void pm_american_prepare(pm_american *american, const pm_option *option,
								pm_accuracy accuracy, bool slopes);

/* A price does not depend on which others are asked. */
extern void pm_american_prices(const pm_american *american, const double *spots,
							   size_t count, double *prices);

/* All of them but volga, which is set to 0. */
extern void pm_american_greeks(const pm_american *american, double spot,
							   pm_greeks *greeks);

#endif							/* PM_AMERICAN_H */
