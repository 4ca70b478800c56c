/*
 * svi.h - the raw SVI parametrisation of one expiry's total variance.
 *
 * With k = log(strike / forward) and y = k - m,
 *     w(k) = a + b (rho y + sqrt(y^2 + sigma^2)),
 * Gatheral, A parsimonious arbitrage-free implied volatility parameterization
 * (2004); Gatheral and Jacquier, Arbitrage-free SVI volatility surfaces,
 * Quantitative Finance 14 (2014), equation (3.1).
 */
#ifndef PM_SVI_H
#define PM_SVI_H

#include <math.h>

#define PM_SVI_PARAMETERS	5

typedef struct pm_svi
{
	double		a;				/* level of total variance */
	double		b;				/* slope of the wings, 0 or more */
	double		rho;			/* their tilt, from -1 to 1 */
	double		m;				/* where the smile is centred */
	double		sigma;			/* how round its bottom is, above 0 */
} pm_svi;

/* Total variance at k; rounding may not take it below 0. */
static inline double
pm_svi_variance(const pm_svi *p, double k)
{
	double		y = k - p->m;
	double		w = p->a + p->b * (p->rho * y + sqrt(y * y + p->sigma * p->sigma));

	return w > 0 ? w : 0;
}

/* The least of w over all k: at y = -rho sigma / sqrt(1 - rho^2). */
static inline double
pm_svi_least_variance(const pm_svi *p)
{
	return p->a + p->b * p->sigma * sqrt(1 - p->rho * p->rho);
}

#endif							/* PM_SVI_H */
