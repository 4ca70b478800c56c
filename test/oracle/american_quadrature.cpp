/*
 * american_quadrature.cpp - American options without cash dividends, by the
 * integral equation of the early exercise front (american_front.h).
 *
 * A call at (spot, strike, rate, yield) is the put at (strike, spot, yield,
 * rate).  Price, delta, gamma, rho and rho_yield are integrals; theta = -dV/dT
 * follows from the Black-Scholes equation, and vega from the fact that the
 * price depends on volatility, rate, yield and years only through
 * volatility^2 years, rate years and yield years.
 *
 * `error` is the change of the price from coarser settings, at least 1e-13 of the
 * put's strike; `error_greeks` is the largest such change of a Greek, at least
 * 1e-9; both are 0 where the option is exercised.  `lower` and `upper`
 * bound the spots that are exercised now; both are empty where none is.
 * Regions:
 *		european		never exercised early; the closed form
 *		exercise		exercised now
 *		near_boundary	waiting, within 1e-3 (relative) of an exercised spot
 *		double			waiting, and there are two fronts, or were until they met
 *		regular			waiting, any other
 *
 * Build:  g++ -O1 -o american_quadrature american_quadrature.cpp
 * Usage:  american_quadrature > american_quadrature.csv	(a minute)
 */
#include <cstdint>

#include "american_front.h"

static const Settings coarse = {12, 16, 2.5, 1e-9};
static const Settings fine = {14, 20, 2, 1e-10};

struct Option
{
	int			sign;
	double		spot, strike, years, volatility, rate, yield;
};

enum
{
	PRICE, DELTA, GAMMA, VEGA, THETA, RHO, RHO_YIELD, OUTPUTS
};

static American
solved(const Option &o, const Settings &set)
{
	double		variance = o.volatility * o.volatility;
	double		a = (o.sign < 0 ? o.rate : o.yield) / variance;
	double		b = (o.sign < 0 ? o.yield : o.rate) / variance;

	return American(Put(a, b), variance * o.years, set);
}

/* Of the put that the option is. */
static double
log_money(const Option &o)
{
	return o.sign < 0 ? std::log(o.spot / o.strike) : std::log(o.strike / o.spot);
}

static void
waiting(const Option &o, const American &put, double *out)
{
	double		variance = o.volatility * o.volatility, dx, dxx;
	double		strike = o.sign < 0 ? o.strike : o.spot;
	Dual		price;

	put.value(log_money(o), &price, &dx, &dxx);
	out[PRICE] = strike * price.v;
	out[DELTA] = o.sign < 0 ? strike / o.spot * dx : price.v - dx;
	out[GAMMA] = strike / o.spot / o.spot * (dxx - dx);
	out[RHO] = strike / variance * (o.sign < 0 ? price.da : price.db);
	out[RHO_YIELD] = strike / variance * (o.sign < 0 ? price.db : price.da);
	out[THETA] = o.rate * out[PRICE] - (o.rate - o.yield) * o.spot * out[DELTA] -
		variance * o.spot * o.spot * out[GAMMA] / 2;
	out[VEGA] = -2 / o.volatility *
		(o.years * out[THETA] + o.rate * out[RHO] + o.yield * out[RHO_YIELD]);
}

static bool
is_near(double x, double boundary)
{
	return std::fabs(x - boundary) < 1.01e-3;
}

static void
row(const Option &o, const American &put, const American &rough_put)
{
	double		x = log_money(o), error = 0, error_greeks = 0;
	double		v[OUTPUTS] = {o.sign * (o.spot - o.strike), (double) o.sign}, rough[OUTPUTS];
	const char *region = "exercise";

	if (!put.exercised(x))
	{
		waiting(o, put, v);
		waiting(o, rough_put, rough);
		error = std::fmax(std::fabs(v[PRICE] - rough[PRICE]),
						  1e-13 * (o.sign < 0 ? o.strike : o.spot));
		error_greeks = 1e-9;
		for (int i = DELTA; i < OUTPUTS; i++)
			error_greeks = std::fmax(error_greeks, std::fabs(v[i] - rough[i]));
		region = put.fronts.empty() ? "european" : put.fronts.size() > 1 ? "double" : "regular";
		if (put.exercised_now() && (is_near(x, put.upper()) || is_near(x, put.lower())))
			region = "near_boundary";
	}
	std::printf("%d,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g", o.sign, o.spot, o.strike, o.years,
				o.volatility, o.rate, o.yield);
	for (double value : v)
		std::printf(",%.17g", value);
	if (put.exercised_now())
		std::printf(",%.15g,%.15g",
					o.strike * std::exp(o.sign < 0 ? put.lower() : -put.upper()),
					o.strike * std::exp(o.sign < 0 ? put.upper() : -put.lower()));
	else
		std::printf(",,");
	std::printf(",%.1e,%.1e,%s\n", error, error_greeks, region);
}

/* Rounded to what a quote would show. */
static double
rounded(double x, double unit)
{
	return std::floor(x / unit + 0.5) * unit;
}

/* A put, or the call with rate and yield swapped, at telling spots. */
static void
corner(int sign, double volatility, double rate, double yield, double years)
{
	Option		o = {sign, 100, 100, years, volatility, sign < 0 ? rate : yield,
					 sign < 0 ? yield : rate};
	American	put = solved(o, fine), rough_put = solved(o, coarse);
	double		spread = volatility * std::sqrt(years);

	/* a call has a put's fronts: fewer of its rows */
	for (double move : {0, -1, 1, -3, 4})
	{
		o.spot = rounded(100 * std::exp(-sign * move * spread), 1.0 / 1024);
		if (o.spot > 1 && o.spot < 1e5 && (sign < 0 || move >= 0))
			row(o, put, rough_put);
	}
	if (!put.exercised_now())
		return;
	for (double near : {1e-3, 1e-4, -1e-4})
	{
		if (sign > 0 && near == 1e-4)
			continue;
		o.spot = rounded(100 * std::exp(-sign * (put.upper() + near)), 1e-6);
		row(o, put, rough_put);
		if (put.fronts.size() > 1)
		{
			o.spot = rounded(100 * std::exp(-sign * (put.lower() - near)), 1e-6);
			row(o, put, rough_put);
		}
	}
}

static uint64_t random_state = 2015;

/* Knuth's MMIX generator; in [0, 1). */
static double
random_share(void)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (random_state >> 32) / 4294967296.0;
}

static void
random_row(void)
{
	Option		o;

	o.sign = random_share() < 0.5 ? -1 : 1;
	o.years = std::floor(std::exp(std::log(3000) * random_share())) / 365;
	o.volatility = rounded(0.05 * std::exp(std::log(20) * random_share()), 1e-3);
	o.rate = rounded(-0.02 + 0.12 * random_share(), 1e-4);
	o.yield = rounded(-0.03 + 0.13 * random_share(), 1e-4);
	o.spot = 100;
	o.strike = rounded(100 * std::exp(o.volatility * std::sqrt(o.years) *
									  (4 * random_share() - 2)), 1.0 / 64);
	row(o, solved(o, fine), solved(o, coarse));
}

int
main()
{
	const double corners[][4] = {	/* volatility, rate, yield, days, of puts */
		{0.2, 0.05, 0, 365}, {0.2, 0.05, 0.02, 182}, {0.2, 0.05, 0.05, 365},
		{0.2, 0.05, 0.1, 365}, {0.2, 0.03, -0.02, 365}, {0.2, 0, -0.03, 365},
		{0.4, 0.08, 0.12, 730}, {0.2, 0.05, 0.0499, 365}, {0.2, 0.05, 0.0501, 365},
		{0.3, 0.5, 0.1, 365}, {0.2, 1e-4, 0, 365}, {0.2, 1e-4, 0.05, 365},
		/* short */
		{0.2, 0.05, 0, 1}, {0.2, 0.05, 0.08, 1}, {0.01, 0.05, 0, 1}, {2, 0.05, 0.02, 1},
		{0.5, 0.05, 0, 7}, {0.2, 0.03, 0.03, 7},
		{0.2, 0.05, 0, 1 / 24.0}, {0.6, 0.05, 0.08, 1 / 24.0},
		/* long */
		{0.2, 0.05, 0, 3650}, {0.3, 0.03, 0.05, 10950}, {0.15, 0.001, 0, 7300},
		{0.01, 0.1, 0, 10950}, {2, 0.1, 0.05, 10950},
		/* volatility */
		{0.01, 0.05, 0.02, 365}, {0.01, 0.02, 0.08, 365}, {0.05, 0.05, 0.05, 90},
		{1, 0.05, 0, 365}, {2, 0.05, 0.1, 365}, {2, 0.2, 0, 30},
		/* never exercised early */
		{0.2, 0, 0, 365}, {0.2, 0, 0.03, 365}, {0.2, -0.01, 0.02, 365}, {0.2, -0.03, -0.01, 365},
		{0.2, -0.02, -0.02, 30},
		/* two fronts; in the last four they have met */
		{0.1, -0.01, -0.05, 365}, {0.2, -0.02, -0.06, 1825}, {0.08, -0.002, -0.03, 30},
		{0.3, -0.01, -0.04, 1095}, {0.01, -0.01, -0.02, 3650}, {0.2, -0.02, -0.03, 1},
		{0.1, -0.005, -0.01, 3150}, {0.1, -0.005, -0.01, 3650}, {0.2, -0.02, -0.03, 182},
		{0.2, -0.02, -0.03, 10950}, {0.5, -0.01, -0.015, 365}
	};

	std::puts("sign,spot,strike,years,volatility,rate,yield,price,delta,gamma,vega,theta,rho,"
			  "rho_yield,lower,upper,error,error_greeks,region");
	for (const double *c : corners)
		for (int sign : {-1, 1})
			corner(sign, c[0], c[1], c[2], c[3] / 365);
	for (int i = 0; i < 120; i++)
		random_row();
	return 0;
}
