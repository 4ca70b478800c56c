/*
 * dividends_quantlib.cpp - options with cash dividends in the escrowed model
 * through QuantLib 1.29.
 *
 * European: AnalyticDividendEuropeanEngine, exact.  It discounts a dividend
 * with rate - yield where src/core/escrowed.h discounts with the rate alone,
 * so that it gets the amounts times e^(-yield t), which makes the same spot.
 *
 * American, at yield 0, where both agree at all times: the finite differences
 * of FdBlackScholesVanillaEngine with its escrowed dividends.  Exercise is
 * possible there at the time steps only, so that the error falls about like
 * the length of a step: from three counts of steps, each the double of the
 * one before, less the error of the European option on the same grid,
 * Aitken's formula takes the limit.  `finest` is the last of the three, and
 * the limit may be trusted to a few per cent of the distance between them.
 *
 * dividends: years and amount of each, as in 0.25:1.5;0.75:1.5
 *
 * Build:  g++ -O2 -o dividends_quantlib dividends_quantlib.cpp -lQuantLib
 * Usage:  dividends_quantlib > dividends_quantlib.csv    (about ten minutes)
 */
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>
#include <ql/quantlib.hpp>

using namespace QuantLib;

typedef std::vector<std::pair<int, double>> Dividends;	/* days, amount */

struct Terms
{
	bool		american;
	bool		call;
	double		spot;
	double		strike;
	int			days;
	double		volatility;
	double		rate;
	double		yield;
	Dividends	dividends;
};

static const Date today(1, January, 2024);

static ext::shared_ptr<BlackScholesMertonProcess>
process(const Terms &t)
{
	DayCounter	days = Actual365Fixed();

	return ext::make_shared<BlackScholesMertonProcess>(
		Handle<Quote>(ext::make_shared<SimpleQuote>(t.spot)),
		Handle<YieldTermStructure>(
			ext::make_shared<FlatForward>(today, t.yield, days)),
		Handle<YieldTermStructure>(
			ext::make_shared<FlatForward>(today, t.rate, days)),
		Handle<BlackVolTermStructure>(ext::make_shared<BlackConstantVol>(
			today, NullCalendar(), t.volatility, days)));
}

static double
value(const Terms &t, const ext::shared_ptr<PricingEngine> &engine)
{
	std::vector<Date> dates;
	std::vector<Real> amounts;
	ext::shared_ptr<Exercise> exercise;

	for (auto &d : t.dividends)
	{
		dates.push_back(today + d.first);
		amounts.push_back(d.second * std::exp(-t.yield * d.first / 365.0));
	}
	if (t.american)
		exercise = ext::make_shared<AmericanExercise>(today, today + t.days);
	else
		exercise = ext::make_shared<EuropeanExercise>(today + t.days);

	DividendVanillaOption option(
		ext::make_shared<PlainVanillaPayoff>(
			t.call ? Option::Call : Option::Put, t.strike),
		exercise, dates, amounts);

	option.setPricingEngine(engine);
	return option.NPV();
}

static double
exact_european(Terms t)
{
	t.american = false;
	return value(t, ext::make_shared<AnalyticDividendEuropeanEngine>(process(t)));
}

/* The American option on the grid, less the European one's error there. */
static double
on_grid(const Terms &t, double exact, Size steps)
{
	Terms		european = t;
	auto		engine = [&](const Terms &of) {
		return ext::make_shared<FdBlackScholesVanillaEngine>(
			process(of), steps, 900, 0, FdmSchemeDesc::Douglas(), false,
			-Null<Real>(), FdBlackScholesVanillaEngine::Escrowed);
	};

	european.american = false;
	return value(t, engine(t)) + exact - value(european, engine(european));
}

static void
print(const Terms &t)
{
	double		exact = exact_european(t);
	double		limit = exact;
	double		finest = exact;
	const char *between = "";

	if (t.american)
	{
		double		a = on_grid(t, exact, 400);
		double		b = on_grid(t, exact, 800);
		double		c = on_grid(t, exact, 1600);
		double		ratio = (b - a) / (c - b);

		/* Where the steps hardly matter their error has no clear order. */
		finest = c;
		limit = ratio > 1.7 && ratio < 5 ? c + (c - b) / (ratio - 1) : c;
	}
	std::printf("%s,%s,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,",
				t.american ? "american" : "european", t.call ? "call" : "put",
				t.spot, t.strike, t.days / 365.0, t.volatility, t.rate, t.yield);
	for (auto &d : t.dividends)
	{
		std::printf("%s%.17g:%.17g", between, d.first / 365.0, d.second);
		between = ";";
	}
	std::printf(",%.12g,%.12g\n", limit, finest);
	std::fflush(stdout);
}

int
main()
{
	const std::pair<int, Dividends> schedules[] = {
		{182, {{90, 2.5}}},
		{365, {{91, 1.25}, {274, 1.5}}},
		{120, {{3, 0.75}, {95, 0.75}}},
		{365, {{45, 0.9}, {136, 0.9}, {227, 1}, {318, 1}}},
		{730, {{20, 0.6}, {111, 0.6}, {202, 0.6}, {293, 0.6}, {384, 0.7},
			   {475, 0.7}, {566, 0.7}, {657, 0.7}}}};

	Settings::instance().evaluationDate() = today;
	std::fputs("exercise,kind,spot,strike,years,volatility,rate,yield,dividends,"
			   "price,finest\n", stdout);
	for (bool american : {false, true})
		for (auto &schedule : schedules)
			for (double strike : {85.0, 100.0, 115.0})
				for (double volatility : {0.15, 0.4})
					for (double rate : {0.06, 0.01})
						for (bool call : {true, false})
							print({american, call, 100, strike, schedule.first,
								   volatility, rate, american ? 0.0 : 0.02,
								   schedule.second});
	return 0;
}
