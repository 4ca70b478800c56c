/*
 * implied_volatility.h - the volatility at which an option is worth its price.
 *
 * Pure, without memory of its own, and with the same bits on every machine:
 * positions without a volatility are valued through it.  There is a number, or
 * a reason why none is right; never a number that the price does not determine.
 */
#ifndef PM_IMPLIED_VOLATILITY_H
#define PM_IMPLIED_VOLATILITY_H

#include "issue.h"
#include "option_terms.h"

typedef enum pm_implied_status
{
	PM_IMPLIED_OK,
	PM_IMPLIED_NO_TIME_VALUE,	/* at the least price, where volatility is lost */
	PM_IMPLIED_BELOW_INTRINSIC, /* below the least price of any volatility */
	PM_IMPLIED_ABOVE_MAXIMUM,	/* at or above the limit for all volatilities */
	PM_IMPLIED_EXPIRED,			/* years is 0 */
	PM_IMPLIED_INVALID_INPUT,	/* an input has no meaning */
	PM_IMPLIED_UNSUPPORTED,		/* meaningful, but no such price is built */
	PM_IMPLIED_OUT_OF_RANGE,	/* numbers too large or small for a double */
	PM_IMPLIED_STATUSES
} pm_implied_status;

/* SQL's labels. */
extern const char *const pm_implied_status_names[PM_IMPLIED_STATUSES];

/*
 * option->volatility is not read; *volatility is set only where the result is
 * PM_IMPLIED_OK.
 */
extern pm_implied_status pm_implied_volatility(const pm_option *option, double price,
											   double *volatility);

/* Says why there is none; the hint is the caller's.  Returns false, always. */
extern bool pm_implied_fail(pm_implied_status status, double price,
							const char *hint, pm_issue *issue);

#endif							/* PM_IMPLIED_VOLATILITY_H */
