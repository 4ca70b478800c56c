/*
 * american_boundary.h - the price at which an American put is exercised.
 *
 * Of a put with strike 1; option.h's puts and calls are brought to that form
 * by american.c.  The boundary b depends on the time to expiry tau alone, not
 * on the price of the underlying, so that one solution serves all prices.
 *
 * Method: collocation of the integral equation of value matching in
 * sqrt(tau), after Andersen, Lake and Offengenden, High-performance American
 * option pricing, J. Comp. Finance 20 (2016).  See american_boundary.c.
 */
#ifndef PM_AMERICAN_BOUNDARY_H
#define PM_AMERICAN_BOUNDARY_H

#include <stdbool.h>

#include "option_terms.h"

/* Inputs in which the boundary can be differentiated. */
typedef enum pm_input
{
	PM_INPUT_VOLATILITY,
	PM_INPUT_RATE,
	PM_INPUT_YIELD,
	PM_INPUTS
} pm_input;

#define PM_MOST_ORDER	48

typedef struct pm_boundary
{
	double		volatility;		/* above 0 */
	double		rate;
	double		yield;
	double		years;			/* above 0; it is known for tau up to this */
	double		side;			/* -1: exercised below it, +1: above it */
	double		log_limit;		/* its logarithm at tau = 0 */
	double		limit_slope[PM_INPUTS]; /* and that one's derivatives */
	int			order;
	/* Chebyshev coefficients in sqrt(tau / years) of ln(b / limit)^2 ... */
	double		coefficients[PM_MOST_ORDER + 1];
	/* ... and of its derivatives, where they were asked for. */
	double		slopes[PM_INPUTS][PM_MOST_ORDER + 1];
} pm_boundary;

/*
 * Fills the members after `log_limit` from those before it; false if the
 * equation has no solution that can be found.  side -1 is the usual boundary:
 * rate >= 0 and yield < rate, or rate > 0, or yield < rate < 0.  side +1 is the
 * lower boundary that exists besides where yield < rate < 0.
 */
extern bool pm_boundary_solve(pm_boundary *boundary, pm_accuracy accuracy, bool slopes);

/*
 * How often the boundary changes its nature before expiry: drift against
 * volatility, discounting, and variance.  The error of an order rises with it.
 */
extern double pm_boundary_difficulty(const pm_boundary *boundary);

/* ln b where sqrt(tau / years) = root, 0 <= root <= 1. */
extern double pm_boundary_log(const pm_boundary *boundary, double root);

/* d ln b / d input there. */
extern double pm_boundary_slope(const pm_boundary *boundary, double root, pm_input input);

/* Points that are worked out side by side, and what their number is a multiple
 * of: sums are made in so many parts, whatever the processor's lanes. */
#define PM_MOST_POINTS	52
#define PM_PARTS		4

/*
 * At points in time v between now and expiry, what the integral of the premium
 * consists of for a price m, with c = b(tau - v), d- and d+ the quantiles of
 * Black-Scholes for m and a strike c after v, and w = +-1.
 */
typedef struct pm_integrand
{
	int			count;			/* of points, a multiple of PM_PARTS */
	double		place[PM_MOST_POINTS];	/* given: of c, sqrt((tau - v) / years) */
	double		root[PM_MOST_POINTS];	/* given: sqrt(v) */
	double		weight[PM_MOST_POINTS]; /* given: dv */
	double		away[PM_MOST_POINTS];	/* |ln(c / limit)| */
	double		boundary[PM_MOST_POINTS];	/* c */
	double		minus[PM_MOST_POINTS];	/* d- */
	double		density[PM_MOST_POINTS];	/* A dv, A = e^(-rv) phi(d-) */
	double		strike[PM_MOST_POINTS]; /* e^(-rv) Phi(w d-) dv */
	double		asset[PM_MOST_POINTS];	/* m e^(-qv) Phi(w d+) dv */
} pm_integrand;

extern void pm_integrand_fill(const pm_boundary *boundary, double log_m, double w,
							  pm_integrand *integrand);

#endif							/* PM_AMERICAN_BOUNDARY_H */
