/*
 * option.c - the one place that picks a pricing model.
 */
#include "option.h"

#include "bachelier.h"
#include "black_scholes.h"

double
pm_option_price(const pm_option *option)
{
	return option->pricing == PM_BACHELIER
		? pm_bachelier_price(option)
		: pm_black_scholes_price(option);
}

void
pm_option_greeks(const pm_option *option, pm_greeks *greeks)
{
	if (option->pricing == PM_BACHELIER)
		pm_bachelier_greeks(option, greeks);
	else
		pm_black_scholes_greeks(option, greeks);

	/* sign * 0 may be -0, which nobody wants to read. */
	greeks->delta += 0.0;
	greeks->theta += 0.0;
	greeks->rho += 0.0;
	greeks->rho_yield += 0.0;
	greeks->vanna += 0.0;
	greeks->volga += 0.0;
	greeks->charm += 0.0;
}
