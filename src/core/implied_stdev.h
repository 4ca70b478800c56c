/*
 * implied_stdev.h - the standard deviation that the value of an
 * out-of-the-money European option implies.
 *
 * In-the-money values come here less the intrinsic value, by put-call parity:
 * both options of a strike have the same time value.
 */
#ifndef PM_IMPLIED_STDEV_H
#define PM_IMPLIED_STDEV_H

#include <stdbool.h>

/*
 * F and K are the forward and the strike, S and X the same discounted.  The
 * stdev is sigma sqrt(T): relative under the lognormal model, in price units
 * under the normal one.
 */
typedef struct pm_time_value
{
	bool		normal;
	double		distance;		/* |log(F/K)|; normal: |F - K| */
	double		money;			/* |S - X| */
	double		legs;			/* S + X; normal: not used */
	double		unit;			/* sqrt(S X); normal: the discount factor */
	double		value;			/* of the option, above 0 */
	double		room;			/* min(S, X) less value, above 0; normal: not used */
} pm_time_value;

/* NaN if the numbers leave the range of a double on the way. */
extern double pm_implied_stdev(const pm_time_value *time_value);

#endif							/* PM_IMPLIED_STDEV_H */
