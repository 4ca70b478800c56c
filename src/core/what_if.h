/*
 * what_if.h - the largest trade that fits.
 */
#ifndef PM_WHAT_IF_H
#define PM_WHAT_IF_H

#include "risk_array.h"

/* Sizes are signed multiples of the lot, of the unit trade. */
typedef struct pm_sizes
{
	double		buy;			/* largest that fits; infinite: any */
	double		sell;			/* the same for the opposite trade; positive */
	bool		cures;			/* the account breaches and these sizes mend it: */
	double		cure_from;		/* the one nearest to 0 */
	double		cure_to;		/* the one farthest from 0; may be infinite */
} pm_sizes;

/*
 * The sizes q, multiples of `lot` > 0, for which the requirement of
 * account + q * unit, as a float8, is at most `equity`.  The arrays must go
 * together (pm_risk_add has been tried).  A size whose amounts leave the range
 * does not fit.  False, with the issue, if the account alone is out of range.
 * `pause` is called now and then, and need not return.
 */
extern bool pm_max_quantity(const pm_risk_array *account, const pm_risk_array *unit,
							double equity, double lot, void (*pause) (void),
							pm_sizes *sizes, pm_issue *issue);

#endif							/* PM_WHAT_IF_H */
