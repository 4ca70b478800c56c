/*
 * implied.cpp - implied volatilities per second, beside QuantLib's and, if
 * given, another solver's in the same run.
 *
 * A round solves all prices of a set once each way, one way after the other,
 * on one core; whatever disturbs the machine meets them all.  Times are medians
 * over the rounds; the factor is the median of the rounds' ratios to ours.  The
 * last columns are the largest error of a volatility, in units of 2^-52 times
 * its condition (that of the price in the normalised problem, and 1), and how
 * many prices had no answer.
 *
 * Build:  as README.md says of pricing.cpp, with -ldl
 * Usage:  taskset -c 1 test/bench/implied [ROUNDS [LIBRARY FUNCTION]]
 *
 * LIBRARY is a shared object with a C function
 *     double FUNCTION(double price, double F, double K, double T, double sign)
 * such as the engine of py_vollib (_lets_be_rational...so,
 * implied_volatility_from_a_transformed_rational_guess).
 */
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <ql/pricingengines/blackformula.hpp>

extern "C"
{
#include "implied_volatility.h"
#include "option.h"
}

using namespace QuantLib;

struct Case
{
	pm_option	option;
	double		price;
	double		condition;
};

struct Way
{
	std::string name;
	std::function<double(const Case &)> solve;
	std::vector<double> times;
};

typedef double (*Foreign) (double price, double forward, double strike, double years, double sign);

/*
 * Options out of the money on a forward of 100, without a rate, so that price,
 * forward and strike are the whole problem: stdevs from `low` to `high`, struck
 * within `reach` of them.
 */
static std::vector<Case>
cases(int count, pm_pricing pricing, double low, double high, double reach)
{
	std::mt19937_64 random(20);
	std::uniform_real_distribution<double> uniform(0, 1);
	std::vector<Case> set;

	while ((int) set.size() < count)
	{
		Case		c = {};
		double		stdev = low * std::pow(high / low, uniform(random));
		double		m = reach * (2 * uniform(random) - 1);
		pm_option  &o = c.option;
		pm_greeks	g;

		o.pricing = pricing;
		o.sign = m > 0 ? 1 : -1;
		o.spot = 100;
		o.years = 7 / 365.0 + 2 * uniform(random);
		o.strike = pricing == PM_BACHELIER ? 100 + 100 * m * stdev : 100 * std::exp(m * stdev);
		o.volatility = stdev / std::sqrt(o.years) * (pricing == PM_BACHELIER ? 100 : 1);
		c.price = pm_option_price(&o);
		pm_option_greeks(&o, false, &g);
		/* the price must still have all its digits, and leave room above it */
		if (!(c.price > 1e-290) || c.price > 0.999 * std::min(o.spot, o.strike))
			continue;
		c.condition = 1 + c.price / (g.vega * o.volatility) +
			std::fabs(o.spot * g.delta) / (g.vega * o.volatility);
		set.push_back(c);
	}
	return set;
}

static double
ours(const Case &c)
{
	double		volatility;

	return pm_implied_volatility(&c.option, c.price, &volatility) == PM_IMPLIED_OK
		? volatility : NAN;
}

static double
now()
{
	timespec	t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return 1e9 * t.tv_sec + t.tv_nsec;
}

static double
median(std::vector<double> v)
{
	std::nth_element(v.begin(), v.begin() + v.size() / 2, v.end());
	return v[v.size() / 2];
}

static void
compare(const char *title, const std::vector<Case> &set, std::vector<Way> ways, int rounds)
{
	volatile double sink;

	for (int round = 0; round < rounds; round++)
		for (Way &way : ways)
		{
			double		start = now();

			for (const Case &c : set)
				sink = way.solve(c);
			way.times.push_back((now() - start) / set.size());
		}
	(void) sink;

	printf("%s, %zu prices\n%-44s %9s %8s %12s %8s\n", title, set.size(), "", "ns", "factor", "error", "failed");
	for (Way &way : ways)
	{
		std::vector<double> ratios;
		double		worst = 0;
		int			failed = 0;

		for (int round = 0; round < rounds; round++)
			ratios.push_back(way.times[round] / ways[0].times[round]);
		for (const Case &c : set)
		{
			double		got = way.solve(c);

			if (!std::isfinite(got) || got <= 0)
				failed++;
			else
				worst = std::max(worst, std::fabs(got / c.option.volatility - 1) /
								 (0x1p-52 * c.condition));
		}
		printf("%-44s %9.0f %8.2f %12.3g %8d\n", way.name.c_str(), median(way.times),
			   median(ratios), worst, failed);
	}
	printf("\n");
}

static double
quietly(std::function<double()> solve)
{
	try
	{
		return solve();
	}
	catch (const std::exception &)
	{
		return NAN;
	}
}

static Option::Type
type_of(const Case &c)
{
	return c.option.sign > 0 ? Option::Call : Option::Put;
}

static std::vector<Way>
lognormal_ways(Foreign foreign, const char *name)
{
	std::vector<Way> ways = {
		{"pm_implied_volatility", ours, {}},
	};

	if (foreign != nullptr)
		ways.push_back({name, [foreign](const Case &c)
		{
			const pm_option &o = c.option;

			return foreign(c.price, o.spot, o.strike, o.years, o.sign);
		}, {}});
	for (double accuracy : {1e-6, 1e-14})
	{
		char		text[64];

		snprintf(text, sizeof text, "blackFormulaImpliedStdDev, %g", accuracy);
		ways.push_back({text, [accuracy](const Case &c)
		{
			return quietly([&] {
				return blackFormulaImpliedStdDev(type_of(c), c.option.strike, c.option.spot, c.price, 1.0, 0.0,
												 Null<Real>(), accuracy) / std::sqrt(c.option.years);
			});
		}, {}});
		snprintf(text, sizeof text, "blackFormulaImpliedStdDevLiRS, %g", accuracy);
		ways.push_back({text, [accuracy](const Case &c)
		{
			return quietly([&] {
				return blackFormulaImpliedStdDevLiRS(type_of(c), c.option.strike, c.option.spot, c.price, 1.0, 0.0,
													 Null<Real>(), 1.0, accuracy) / std::sqrt(c.option.years);
			});
		}, {}});
	}
	return ways;
}

static std::vector<Way>
normal_ways()
{
	return {
		{"pm_implied_volatility", ours, {}},
		{"bachelierBlackFormulaImpliedVol", [](const Case &c)
		{
			return quietly([&] {
				return bachelierBlackFormulaImpliedVol(type_of(c), c.option.strike, c.option.spot,
													   c.option.years, c.price);
			});
		}, {}},
	};
}

int
main(int argc, char **argv)
{
	int			rounds = argc > 1 ? atoi(argv[1]) : 21;
	Foreign		foreign = nullptr;

	if (argc > 3)
	{
		void	   *library = dlopen(argv[2], RTLD_NOW);

		foreign = library == nullptr ? nullptr : (Foreign) dlsym(library, argv[3]);
		if (foreign == nullptr)
		{
			fprintf(stderr, "%s\n", dlerror());
			return 1;
		}
	}
	if (rounds < 1)
	{
		fprintf(stderr, "usage: implied [ROUNDS [LIBRARY FUNCTION]]\n");
		return 2;
	}
	compare("Lognormal, as traded: stdev 0.02 to 0.8, within 2 of it",
			cases(5000, PM_BLACK76, 0.02, 0.8, 2), lognormal_ways(foreign, argc > 3 ? argv[3] : ""), rounds);
	compare("Lognormal, tails: stdev 0.001 to 5, within 35 of it",
			cases(5000, PM_BLACK76, 0.001, 5, 35), lognormal_ways(foreign, argc > 3 ? argv[3] : ""), rounds);
	compare("Normal, as traded", cases(5000, PM_BACHELIER, 0.02, 0.8, 2), normal_ways(), rounds);
	compare("Normal, tails", cases(5000, PM_BACHELIER, 0.001, 5, 35), normal_ways(), rounds);
	return 0;
}
