/*
 * surface_check.h - static arbitrage in a volatility surface.
 *
 * At each mark of a grid (strikes or moneyness), with undiscounted call prices:
 *   butterfly  a call costs more than the straight line between its
 *              neighbours' prices; below the first strike stands strike 0,
 *              where a lognormal call is worth the forward
 *   vertical   a call costs more than one of a lower strike, or less than that
 *              one minus the difference of the strikes
 *   calendar   total variance is less than one expiry before at the same
 *              forward moneyness (under bachelier: strike - forward)
 * Between marks a grid is not judged.  For SVI, k = log(strike / forward):
 *   butterfly  Durrleman's g(k) < 0, which makes the density negative; sought
 *              on 2,001 points of |k| <= 5, dense around m, and between the
 *              lowest of them: the worst k of an expiry is found
 *   wing       total variance rises by more than 2 per unit of k (Lee, The
 *              moment formula for implied volatility at extreme strikes,
 *              Mathematical Finance 14, 2004), at k = +-infinity
 *   calendar   the worst k as above; and at +-infinity a wing less steep than
 *              one expiry before
 * Gatheral and Jacquier (svi.h), sections 2 and 3.  Since total variance is
 * interpolated linearly in time, an expiry that passes against the one before
 * it has no calendar arbitrage anywhere between the two.
 */
#ifndef PM_SURFACE_CHECK_H
#define PM_SURFACE_CHECK_H

#include "option_terms.h"
#include "volatility_surface.h"

typedef enum pm_arbitrage
{
	PM_BUTTERFLY,
	PM_VERTICAL,
	PM_WING,
	PM_CALENDAR
} pm_arbitrage;

typedef struct pm_finding
{
	pm_arbitrage kind;
	uint32_t	slice;			/* of the later expiry for calendar */
	double		point;			/* strike, moneyness, or SVI's k */

	/*
	 * By how much, above 0.  Butterfly and vertical: price units, or units of
	 * the forward where points are moneyness, or -g for SVI.  Wing: of the
	 * slope.  Calendar: of total variance, at +-infinity of the slope.
	 */
	double		amount;
} pm_finding;

/* Is given each finding in turn, by expiry. */
typedef void (*pm_finding_taker) (void *context, const pm_finding *finding);

/*
 * False, with the issue, if the question has no answer.  A surface by strike
 * needs one forward per expiry, and may be of bachelier's volatilities;
 * others read no forwards and are lognormal.
 */
extern bool pm_surface_findings(const pm_surface *surface, const double *forwards,
								uint32_t count, pm_pricing pricing,
								pm_finding_taker take, void *context, pm_issue *issue);

#endif							/* PM_SURFACE_CHECK_H */
