/*
 * american_ordinary.h - American values at the accuracy of a grid, of terms
 * that are neither extreme nor with two boundaries.
 *
 * The same method as american_boundary.h and american.c with fewer points, laid
 * out so that all of them run in SIMD lanes.  What it does not solve is left to
 * those.
 */
#ifndef PM_AMERICAN_ORDINARY_H
#define PM_AMERICAN_ORDINARY_H

#include <stdbool.h>
#include <stddef.h>

#define PM_ORDINARY_ORDER	8

/* The price at which a put with strike 1 is exercised, and its terms. */
typedef struct pm_ordinary
{
	double		volatility;		/* above 0 */
	double		rate;			/* 0 or more */
	double		yield;			/* below the rate if that is 0 */
	double		years;			/* above 0 */
	double		log_limit;		/* ln b at expiry */
	/* Chebyshev coefficients in sqrt(tau / years) of ln(b / limit)^2, the first
	 * one left out: it makes the polynomial 0 at 0. */
	double		coefficients[PM_ORDINARY_ORDER];
} pm_ordinary;

/* Fills the coefficients; false if that is left to pm_boundary_solve. */
extern bool pm_ordinary_solve(pm_ordinary *put);

/* ln b now: below it the put is exercised. */
extern double pm_ordinary_log(const pm_ordinary *put);

/* What early exercise is worth at prices m, of which the logarithms are given. */
extern void pm_ordinary_premiums(const pm_ordinary *put, const double *log_m,
								 size_t count, double *premiums);

#endif							/* PM_AMERICAN_ORDINARY_H */
