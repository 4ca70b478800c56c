/*
 * option_quantlib.cpp - the same options through QuantLib.
 *
 * BlackCalculator takes a forward, a standard deviation and a discount factor.
 * Its delta, gamma, theta, rho and dividendRho are those of a spot price, its
 * theta is already the change as calendar time passes (minus the derivative in
 * years), per year, so that only two conversions remain:
 *   - under black76 delta and gamma are taken in the forward, and theta at a
 *     fixed forward is theta(spot = forward);
 *   - rho at a fixed forward is not offered; it stays empty, as do vanna,
 *     volga and charm.
 * For bachelier QuantLib offers the price and its derivative by the standard
 * deviation, which times sqrt(years) is vega.
 *
 * Build:  g++ -O1 -o option_quantlib option_quantlib.cpp -lQuantLib
 * Usage:  option_quantlib > option_quantlib.csv
 */
#include <cmath>
#include <cstdio>
#include <ql/pricingengines/blackcalculator.hpp>
#include <ql/pricingengines/blackformula.hpp>

using namespace QuantLib;

static const char *const header =
	"pricing,kind,spot,strike,years,volatility,rate,yield,"
	"price,delta,gamma,vega,theta,rho,rho_yield,vanna,volga,charm\n";

static void
inputs(const char *pricing, bool call, double spot, double strike,
	   double years, double volatility, double rate, double yield)
{
	std::printf("%s,%s,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g", pricing,
				call ? "call" : "put", spot, strike, years, volatility, rate,
				yield);
}

static void
black(bool spot_model, bool call, double spot, double strike, double years,
	  double volatility, double rate, double yield)
{
	double		forward = spot_model ?
		spot * std::exp((rate - yield) * years) : spot;
	BlackCalculator calculator(call ? Option::Call : Option::Put, strike,
							   forward, volatility * std::sqrt(years),
							   std::exp(-rate * years));

	inputs(spot_model ? "black_scholes" : "black76", call, spot, strike, years,
		   volatility, rate, yield);
	if (spot_model)
		std::printf(",%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,,,\n",
					calculator.value(), calculator.delta(spot),
					calculator.gamma(spot), calculator.vega(years),
					calculator.theta(spot, years), calculator.rho(years),
					calculator.dividendRho(years));
	else
		std::printf(",%.17g,%.17g,%.17g,%.17g,%.17g,,,,,\n",
					calculator.value(), calculator.deltaForward(),
					calculator.gammaForward(), calculator.vega(years),
					calculator.theta(forward, years));
}

static void
bachelier(bool call, double forward, double strike, double years,
		  double volatility, double rate)
{
	Option::Type type = call ? Option::Call : Option::Put;
	double		sd = volatility * std::sqrt(years);
	double		discount = std::exp(-rate * years);

	inputs("bachelier", call, forward, strike, years, volatility, rate, 0.0);
	std::printf(",%.17g,,,%.17g,,,,,,\n",
				bachelierBlackFormula(type, strike, forward, sd, discount),
				bachelierBlackFormulaStdDevDerivative(strike, forward, sd,
													  discount) *
				std::sqrt(years));
}

int
main()
{
	const double spots[] = {0.8, 250.0};
	const double all_years[] = {0.02, 0.5, 4.0};
	const double volatilities[] = {0.12, 0.45, 1.1};
	const double moves[] = {-5.0, -2.5, -1.0, 0.0, 0.75, 2.0, 4.5};
	const double rates[][2] = {{0.03, 0.01}, {-0.01, 0.06}};

	std::fputs(header, stdout);
	for (double spot : spots)
		for (double years : all_years)
			for (double volatility : volatilities)
				for (double move : moves)
					for (const double *r : rates)
						for (bool call : {true, false})
						{
							/* round up to a grid: an ordinary strike price */
							double		sd = volatility * std::sqrt(years);
							double		strike = std::ceil(
								spot * std::exp(move * sd) * 4096) / 4096;

							if (std::fabs(std::log(spot / strike)) > 5.5 * sd)
								continue;
							black(true, call, spot, strike, years, volatility,
								  r[0], r[1]);
							black(false, call, spot, strike, years, volatility,
								  r[0], 0.0);
							bachelier(call, spot, spot + move * sd * spot,
									  years, volatility * spot, r[0]);
						}
	return 0;
}
