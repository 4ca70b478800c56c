/*
 * escrowed.c - the escrowed spot and the chain rule through it.
 *
 * V(S, r, T, t_i) = W(S*, r, T) with S* = S - sum of D_i e^(-r t_i).  Price,
 * delta, gamma, vega, rho_yield, vanna and volga are those of W.  The others:
 *     the derivative of S* by r is the sum of D_i t_i e^(-r t_i);
 *     as calendar time passes all t_i shrink, the present value grows at the
 *     rate r and S* falls by r PV a year:  theta = theta_W - r PV delta_W,
 *     and its derivative in S:             charm = charm_W - r PV gamma_W.
 */
#include "escrowed.h"

#include <stddef.h>

#include "elementary.h"

double
pm_dividends_after(const pm_option *o, double years)
{
	double		sum = 0;

	for (uint32_t i = 0; i < o->dividend_count; i++)
		if (o->dividends[i].years > years)
			sum += o->dividends[i].amount *
				pm_exp(-o->rate * o->dividends[i].years);
	return sum;
}

double
pm_dividends_after_by_rate(const pm_option *o, double years)
{
	double		sum = 0;

	for (uint32_t i = 0; i < o->dividend_count; i++)
		if (o->dividends[i].years > years)
			sum -= o->dividends[i].amount * o->dividends[i].years *
				pm_exp(-o->rate * o->dividends[i].years);
	return sum;
}

bool
pm_escrowed(const pm_option *o, pm_option *without)
{
	*without = *o;
	without->spot = o->spot - pm_dividends_after(o, 0);
	without->dividends = NULL;
	without->dividend_count = 0;
	return without->spot > 0;
}

void
pm_escrowed_greeks(const pm_option *o, pm_greeks *g)
{
	double		interest = o->rate * pm_dividends_after(o, 0);

	g->theta -= interest * g->delta;
	g->charm -= interest * g->gamma;
	g->rho -= pm_dividends_after_by_rate(o, 0) * g->delta;
}
