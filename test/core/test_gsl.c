/*
 * test_gsl.c - normal.h and option.h against the GNU Scientific Library.
 *
 * The formulas here are the textbook's, written with GSL's distribution
 * function and the C library: right wherever nothing cancels, and independent
 * of ours.
 */
#include <float.h>
#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>

#include "check.h"
#include "core/normal.h"
#include "core/option.h"

#define LENGTH(a) ((int) (sizeof (a) / sizeof (a)[0]))

/*
 * exp(-x^2/2) magnifies the rounding of its exponent x^2/2 times; GSL and we
 * both pay it.  Below the normal range only quanta of 2^-1074 can be told
 * apart, and GSL gives 0 from -37.519 on.
 */
static void
distribution(void)
{
	double		worst = 0;

	for (int i = -3751; i <= 3751; i++)
	{
		double		x = i / 100.0;
		double		want = gsl_cdf_ugaussian_P(x);
		double		got = pm_normal_cdf(x);
		double		unit = DBL_EPSILON * (1 + (x < 0 ? x * x / 2 : 0));
		double		error = fabs(got - want) / want / unit;

		CHECK(fabs(got - want) <= 16 * unit * want, "N(%g) = %.17g, GSL %.17g", x, got, want);
		if (error > worst)
			worst = error;
	}
	for (int i = 0; i <= 100; i++)
	{
		double		x = i / 10.0;
		double		want = gsl_ran_ugaussian_pdf(x);

		CHECK(fabs(pm_normal_density(x, 1) - want) <= 16 * DBL_EPSILON * (1 + x * x / 2) * want,
			  "density at %g", x);
	}
	printf("N(x): at most %.2g roundings from GSL\n", worst);
}

static double
call_or_put(const pm_option *o)
{
	double		root = sqrt(o->years);
	double		stdev = o->volatility * root;
	double		discount = exp(-o->rate * o->years);
	double		yield = o->pricing == PM_BLACK76 ? o->rate : o->yield;
	double		carried = o->spot * exp(-yield * o->years);
	double		d1,
				d2;

	if (o->pricing == PM_BACHELIER)
	{
		double		d = (o->spot - o->strike) / stdev;

		return discount * (o->sign * (o->spot - o->strike) * gsl_cdf_ugaussian_P(o->sign * d) +
						   stdev * gsl_ran_ugaussian_pdf(d));
	}
	d1 = (log(o->spot / o->strike) + (o->rate - yield) * o->years) / stdev + stdev / 2;
	d2 = d1 - stdev;
	return o->sign * (carried * gsl_cdf_ugaussian_P(o->sign * d1) -
					  discount * o->strike * gsl_cdf_ugaussian_P(o->sign * d2));
}

/*
 * Both legs carry a rounding of d1, at most (1 + |d1|) |d1| of its own, and
 * their difference keeps it: the error is measured against the larger leg.
 */
static void
prices(void)
{
	static const double strikes[] = {40, 70, 90, 99, 100, 101, 110, 140, 250};
	static const double years[] = {1 / 365.0, 7 / 365.0, 0.25, 1, 5, 30};
	static const double volatilities[] = {0.05, 0.2, 0.6, 1.5};
	static const double rates[] = {-0.01, 0, 0.05};
	static const double yields[] = {0, 0.03};
	double		worst = 0,
				worst_relative = 0;

	for (int model = PM_BLACK_SCHOLES; model <= PM_BACHELIER; model++)
		for (int k = 0; k < LENGTH(strikes); k++)
			for (int t = 0; t < LENGTH(years); t++)
				for (int v = 0; v < LENGTH(volatilities); v++)
					for (int r = 0; r < LENGTH(rates); r++)
						for (int both = 0; both < 4; both++)
						{
							pm_option	o = {
								.sign = both % 2 ? 1 : -1, .spot = 100, .strike = strikes[k],
								.years = years[t], .volatility = volatilities[v],
								.rate = rates[r], .pricing = (pm_pricing) model
							};
							double		scale,
										want,
										got,
										error;

							if (model == PM_BLACK_SCHOLES)
								o.yield = yields[both / 2];
							else if (both >= 2)
								continue;
							if (model == PM_BACHELIER)
								o.volatility *= 100;
							want = call_or_put(&o);
							got = pm_option_price(&o);
							scale = fmax(o.spot, o.strike) *
								exp(-fmin(o.rate, o.yield) * o.years);
							error = fabs(got - want) / scale;
							CHECK(error <= 1e-14,
								  "model %d sign %g K %g T %g v %g r %g q %g: %.17g, GSL %.17g",
								  model, o.sign, o.strike, o.years, o.volatility, o.rate,
								  o.yield, got, want);
							if (error > worst)
								worst = error;
							/* where the legs do not cancel, relative to the value itself */
							if (want < 0.01 * scale)
								continue;
							error = fabs(got - want) / want;
							CHECK(error <= 1e-13,
								  "model %d sign %g K %g T %g v %g r %g q %g: %.17g, GSL %.17g, "
								  "relative error %.2g", model, o.sign, o.strike, o.years,
								  o.volatility, o.rate, o.yield, got, want, error);
							if (error > worst_relative)
								worst_relative = error;
						}
	printf("prices: at most %.2g of the larger leg, %.2g of the value, from GSL\n", worst,
		   worst_relative);
}

int
main(void)
{
	gsl_set_error_handler_off();
	distribution();
	prices();
	return check_finish("gsl");
}
