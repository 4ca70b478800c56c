/*
 * american_quantlib.cpp - the options of american_quadrature.csv through
 * QuantLib: QdFpAmericanEngine, the fixed point iteration of Andersen, Lake and
 * Offengenden, finer than its high precision scheme.
 *
 * Only rows of whole days: QuantLib takes dates, which Actual365Fixed turns into
 * the same years.  It refuses two fronts (b < a < 0); those rows are left out.
 * `error` is the change of the price from its own high precision scheme, at least
 * 1e-11.
 *
 * Build:  g++ -O1 -o american_quantlib american_quantlib.cpp -lQuantLib
 * Usage:  american_quantlib > american_quantlib.csv	(beside the other table; minutes)
 */
#include <cmath>
#include <cstdio>
#include <ql/exercise.hpp>
#include <ql/instruments/vanillaoption.hpp>
#include <ql/pricingengines/vanilla/qdfpamericanengine.hpp>
#include <ql/processes/blackscholesprocess.hpp>
#include <ql/settings.hpp>
#include <ql/termstructures/volatility/equityfx/blackconstantvol.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>

using namespace QuantLib;

typedef ext::shared_ptr<QdFpIterationScheme> Scheme;

static Handle<YieldTermStructure>
flat(double rate)
{
	return Handle<YieldTermStructure>(
		ext::make_shared<FlatForward>(Settings::instance().evaluationDate(), rate,
									  Actual365Fixed()));
}

static double
price(int sign, double spot, double strike, int days, double volatility, double rate,
	  double yield, const Scheme &scheme)
{
	Date		today = Settings::instance().evaluationDate();
	auto		process = ext::make_shared<BlackScholesMertonProcess>(
		Handle<Quote>(ext::make_shared<SimpleQuote>(spot)), flat(yield), flat(rate),
		Handle<BlackVolTermStructure>(
			ext::make_shared<BlackConstantVol>(today, NullCalendar(), volatility,
											   Actual365Fixed())));
	VanillaOption option(
		ext::make_shared<PlainVanillaPayoff>(sign > 0 ? Option::Call : Option::Put, strike),
		ext::make_shared<AmericanExercise>(today, today + days));

	option.setPricingEngine(ext::make_shared<QdFpAmericanEngine>(process, scheme));
	return option.NPV();
}

int
main()
{
	const char *const inputs = "%d,%lf,%lf,%lf,%lf,%lf,%lf";
	const Scheme rough = QdFpAmericanEngine::highPrecisionScheme();
	const Scheme fine = ext::make_shared<QdFpTanhSinhIterationScheme>(20, 40, 1e-12);
	char		line[4096];
	FILE	   *table = std::fopen("american_quadrature.csv", "r");

	if (table == NULL || std::fgets(line, sizeof line, table) == NULL)
		return 1;
	Settings::instance().evaluationDate() = Date(1, January, 2020);
	std::puts("sign,spot,strike,years,volatility,rate,yield,price,error");
	while (std::fgets(line, sizeof line, table) != NULL)
	{
		int			sign;
		double		spot, strike, years, volatility, rate, yield;

		if (std::sscanf(line, inputs, &sign, &spot, &strike, &years, &volatility, &rate,
						&yield) != 7)
			return 1;

		int			days = (int) std::floor(years * 365 + 0.5);
		double		a = sign < 0 ? rate : yield, b = sign < 0 ? yield : rate;

		if (days < 1 || days / 365.0 != years || (b < a && a < 0))
			continue;

		double		value = price(sign, spot, strike, days, volatility, rate, yield, fine);
		double		rougher = price(sign, spot, strike, days, volatility, rate, yield, rough);

		std::printf("%d,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,%.1e\n", sign, spot, strike,
					years, volatility, rate, yield, value,
					std::fmax(std::fabs(value - rougher), 1e-11));
	}
	return std::fclose(table);
}
