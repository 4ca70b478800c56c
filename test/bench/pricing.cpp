/*
 * pricing.cpp - option values per second, beside QuantLib in the same run.
 *
 * Each table is one task, done by the extension's own objects and by several
 * ways through QuantLib.  A round does the task once each way, one after the
 * other, on one core; whatever disturbs the machine meets them all.  Times are
 * medians over the rounds and, after them, minima; the factor over the first
 * line is the median of the rounds' ratios and, after it, the ratio of the
 * minima; "last by it" is how often a line's time goes into the last line's.
 * Before that all ways must agree, which the last column shows.
 *
 * Build:  as README.md says
 * Usage:  taskset -c 1 test/bench/pricing [ROUNDS [european | american [LIBRARY...]]]
 */
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <dlfcn.h>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <ql/exercise.hpp>
#include <ql/instruments/vanillaoption.hpp>
#include <ql/pricingengines/blackcalculator.hpp>
#include <ql/pricingengines/blackformula.hpp>
#include <ql/pricingengines/vanilla/analyticeuropeanengine.hpp>
#include <ql/pricingengines/vanilla/qdfpamericanengine.hpp>
#include <ql/processes/blackscholesprocess.hpp>
#include <ql/quotes/simplequote.hpp>
#include <ql/settings.hpp>
#include <ql/termstructures/volatility/equityfx/blackconstantvol.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>

extern "C"
{
#include "contract.h"
#include "option.h"
}

using namespace QuantLib;

/* ------------------------------------------------------------------------
 * Contracts, the same for both.
 */

#define STRIKE	100.0

struct Contract
{
	pm_option	option;
	int			days;			/* to expiry */
};

/* An option struck at 100, within about two standard deviations of the price. */
static Contract
any_contract(std::mt19937_64 &random, pm_exercise exercise)
{
	auto		between = [&](double low, double high)
	{
		return std::uniform_real_distribution<double>(low, high)(random);
	};
	Contract	c = {};

	c.days = std::uniform_int_distribution<int>(7, 730)(random);
	c.option.sign = exercise == PM_EUROPEAN && random() % 2 ? 1 : -1;
	c.option.strike = STRIKE;
	c.option.years = c.days / 365.0;
	c.option.volatility = between(0.1, 0.7);
	c.option.spot = STRIKE * std::exp(between(-2, 2) * c.option.volatility *
									  std::sqrt(c.option.years));
	c.option.rate = between(0.01, 0.09);
	c.option.yield = between(0, 0.06);
	c.option.pricing = PM_BLACK_SCHOLES;
	c.option.exercise = exercise;
	return c;
}

static std::vector<Contract>
contracts(int count, pm_exercise exercise)
{
	std::mt19937_64 random(20);
	std::vector<Contract> all;

	for (int i = 0; i < count; i++)
		all.push_back(any_contract(random, exercise));
	return all;
}

static pm_position
position_of(const Contract &c)
{
	pm_position p = {};

	for (pm_field field : {PM_QUANTITY, PM_MULTIPLIER, PM_STRIKE, PM_EXPIRY, PM_SPOT,
						   PM_VOLATILITY, PM_RATE, PM_YIELD, PM_AS_OF, PM_KIND,
						   PM_EXERCISE, PM_PRICING, PM_SETTLEMENT, PM_UNDERLYING})
		p.present |= 1u << field;
	p.quantity = p.multiplier = 1;
	p.strike = c.option.strike;
	p.spot = c.option.spot;
	p.volatility = c.option.volatility;
	p.rate = c.option.rate;
	p.yield = c.option.yield;
	p.expiry = c.days * INT64_C(86400000000);
	p.kind = c.option.sign > 0 ? PM_CALL : PM_PUT;
	p.exercise = c.option.exercise;
	p.pricing = c.option.pricing;
	p.underlying = {"X", 1};
	return p;
}

static std::vector<pm_position>
positions(const std::vector<Contract> &all)
{
	std::vector<pm_position> out;

	for (const Contract &c : all)
		out.push_back(position_of(c));
	return out;
}

static std::vector<pm_scenario>
scenario_grid(double range, int prices, const std::vector<double> &vol_shocks)
{
	std::vector<pm_scenario> out;

	for (double vol_shock : vol_shocks)
		for (int i = 0; i < prices; i++)
		{
			pm_scenario s = {};

			s.price_shock = range * (2.0 * i / (prices - 1) - 1);
			s.vol_shock = vol_shock;
			s.vol_power_long = NAN;
			s.weight = 1;
			out.push_back(s);
		}
	return out;
}

/* An option as a user of QuantLib holds one: quotes that can move, an engine. */
struct HeldOption
{
	ext::shared_ptr<SimpleQuote> spot;
	ext::shared_ptr<SimpleQuote> volatility;
	ext::shared_ptr<VanillaOption> option;

	double
	value(double s)
	{
		spot->setValue(s);
		return option->NPV();
	}

	double
	value(double s, double sigma)
	{
		volatility->setValue(sigma);
		return value(s);
	}
};

using Process = ext::shared_ptr<GeneralizedBlackScholesProcess>;
using MakeEngine = std::function<ext::shared_ptr<PricingEngine>(const Process &)>;

static std::vector<HeldOption>
instruments(const std::vector<Contract> &all, const MakeEngine &make_engine)
{
	Date		today = Settings::instance().evaluationDate();
	DayCounter	act365 = Actual365Fixed();
	std::vector<HeldOption> out;

	for (const Contract &c : all)
	{
		const pm_option &o = c.option;
		HeldOption	i;
		Date		expiry = today + c.days;
		ext::shared_ptr<Exercise> exercise;

		i.spot = ext::make_shared<SimpleQuote>(o.spot);
		i.volatility = ext::make_shared<SimpleQuote>(o.volatility);
		if (o.exercise == PM_AMERICAN)
			exercise = ext::make_shared<AmericanExercise>(today, expiry);
		else
			exercise = ext::make_shared<EuropeanExercise>(expiry);
		i.option = ext::make_shared<VanillaOption>(
			ext::make_shared<PlainVanillaPayoff>(
				o.sign > 0 ? Option::Call : Option::Put, o.strike), exercise);
		i.option->setPricingEngine(make_engine(
			ext::make_shared<BlackScholesMertonProcess>(
				Handle<Quote>(i.spot),
				Handle<YieldTermStructure>(
					ext::make_shared<FlatForward>(today, o.yield, act365)),
				Handle<YieldTermStructure>(
					ext::make_shared<FlatForward>(today, o.rate, act365)),
				Handle<BlackVolTermStructure>(
					ext::make_shared<BlackConstantVol>(
						today, NullCalendar(), Handle<Quote>(i.volatility), act365)))));
		out.push_back(i);
	}
	return out;
}

static Option::Type
type_of(const pm_option &o)
{
	return o.sign > 0 ? Option::Call : Option::Put;
}

static BlackCalculator
calculator(const pm_option &o)
{
	return BlackCalculator(type_of(o), o.strike,
						   o.spot * std::exp((o.rate - o.yield) * o.years),
						   o.volatility * std::sqrt(o.years),
						   std::exp(-o.rate * o.years));
}

/* ------------------------------------------------------------------------
 * Measuring.
 */

/* One way to do a task: fills all the results. */
struct Way
{
	const char *name;
	std::function<void(double *results)> run;
	std::vector<double> times;	/* ns per unit of the task, by round */
};

/* Nanoseconds that this process has had; those of others do not count. */
static double
cpu_time()
{
	timespec	now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

static double
median(std::vector<double> v)
{
	size_t		half = v.size() / 2;

	std::sort(v.begin(), v.end());
	return v.size() % 2 ? v[half] : (v[half - 1] + v[half]) / 2;
}

static double
least(const std::vector<double> &v)
{
	return *std::min_element(v.begin(), v.end());
}

static bool all_agree = true;

/*
 * Results of the ways are compared with those of `reference`, on the scale of
 * the strike; a way that is off by more than `tolerance` is shown and fails
 * the run.
 */
static void
compare_ways(const char *task, std::vector<Way> ways, int rounds, double units,
			 const std::vector<double> &reference, double tolerance)
{
	std::vector<double> results(reference.size());

	for (int round = 0; round < rounds; round++)
		for (size_t w = 0; w < ways.size(); w++)
		{
			/* Who comes first changes from round to round. */
			Way		   &way = ways[(w + round) % ways.size()];
			double		start = cpu_time();

			way.run(results.data());
			way.times.push_back((cpu_time() - start) / units);
		}
	std::printf("\n| %s | ns | least | factor | of minima | last by it | rms error | max error |\n"
				"| --- | --- | --- | --- | --- | --- | --- | --- |\n", task);
	for (Way &way : ways)
	{
		std::vector<double> ratios,
					of_last;
		double		squares = 0,
					worst = 0;

		for (int round = 0; round < rounds; round++)
		{
			ratios.push_back(way.times[round] / ways[0].times[round]);
			of_last.push_back(ways.back().times[round] / way.times[round]);
		}
		way.run(results.data());
		for (size_t i = 0; i < results.size(); i++)
		{
			double		error = std::fabs(results[i] - reference[i]) / STRIKE;

			squares += error * error;
			/* written so that NaN is the worst */
			if (!(error <= worst))
				worst = error;
		}
		std::printf("| %s | %.1f | %.1f | %.2f | %.2f | %.2f | %.1e | %.1e |\n", way.name,
					median(way.times), least(way.times), median(ratios),
					least(way.times) / least(ways[0].times), median(of_last),
					std::sqrt(squares / results.size()), worst);
		if (!(worst <= tolerance))
		{
			std::printf("FAILED: %s is off by more than %g\n", way.name, tolerance);
			all_agree = false;
		}
	}
}

static std::vector<double>
results_of(const std::function<void(double *)> &run, size_t count)
{
	std::vector<double> results(count);

	run(results.data());
	return results;
}

/*
 * Profit and loss of every contract in every scenario, to which `now`, its
 * value now, is added for comparison.  A refusal ends the run.
 */
static void
scenario_values(const std::vector<pm_position> &book, const std::vector<double> &now,
				const std::vector<pm_scenario> &scenarios, double *values,
				decltype(&pm_contract_pnls) pnls = pm_contract_pnls)
{
	for (size_t i = 0; i < book.size(); i++, values += scenarios.size())
	{
		pm_issue	issue;

		if (!pnls(&book[i], scenarios.data(), scenarios.size(), 1, values, &issue))
		{
			std::printf("FAILED: %s: %s\n", issue.message, issue.detail);
			std::exit(1);
		}
		for (size_t j = 0; j < scenarios.size(); j++)
			values[j] += now[i];
	}
}

static std::vector<double>
values_now(const std::vector<pm_position> &book)
{
	std::vector<double> now;

	for (const pm_position &p : book)
	{
		pm_issue	issue;
		double		value;

		if (!pm_contract_value(&p, &value, &issue))
		{
			std::printf("FAILED: %s: %s\n", issue.message, issue.detail);
			std::exit(1);
		}
		now.push_back(value);
	}
	return now;
}

/* ------------------------------------------------------------------------
 * Tasks.
 */

#define EUROPEAN_CONTRACTS	5000
#define GREEKS	6

static void
european_values(const std::vector<Contract> &all, int rounds)
{
	auto		calculators = [&](double *out)
	{
		for (const Contract &c : all)
			*out++ = calculator(c.option).value();
	};
	std::vector<HeldOption> held = instruments(all, [](const Process &process)
	{
		return ext::make_shared<AnalyticEuropeanEngine>(process);
	});
	double		nudge = 0;

	compare_ways("one value, nothing shared", {
		{"pm_option_price", [&](double *out)
		{
			for (const Contract &c : all)
				*out++ = pm_option_price(&c.option);
		}, {}},
		{"QuantLib BlackCalculator", calculators, {}},
		{"QuantLib blackFormula", [&](double *out)
		{
			for (const Contract &c : all)
			{
				const pm_option &o = c.option;

				*out++ = blackFormula(type_of(o), o.strike,
									  o.spot * std::exp((o.rate - o.yield) * o.years),
									  o.volatility * std::sqrt(o.years),
									  std::exp(-o.rate * o.years));
			}
		}, {}},
		{"QuantLib VanillaOption, AnalyticEuropeanEngine", [&](double *out)
		{
			/* A quote that does not move would recalculate nothing. */
			nudge = nudge == 0 ? 1e-14 : 0;
			for (size_t i = 0; i < all.size(); i++)
				*out++ = held[i].value(all[i].option.spot * (1 + nudge));
		}, {}},
	}, rounds, all.size(), results_of(calculators, all.size()), 1e-12);
}

static void
european_greeks(const std::vector<Contract> &all, int rounds)
{
	auto		calculators = [&](double *out)
	{
		for (const Contract &c : all)
		{
			const pm_option &o = c.option;
			BlackCalculator b = calculator(o);

			*out++ = b.value();
			*out++ = b.delta(o.spot);
			*out++ = b.gamma(o.spot);
			*out++ = b.vega(o.years);
			*out++ = b.theta(o.spot, o.years);
			*out++ = b.rho(o.years);
		}
	};

	compare_ways("value, delta, gamma, vega, theta, rho", {
		{"pm_option_greeks (and rho_yield, vanna, volga, charm)", [&](double *out)
		{
			for (const Contract &c : all)
			{
				const pm_option &o = c.option;
				pm_greeks	g;

				pm_option_greeks(&o, true, &g);
				*out++ = g.price;
				*out++ = g.delta;
				*out++ = g.gamma;
				*out++ = g.vega;
				*out++ = g.theta;
				*out++ = g.rho;
			}
		}, {}},
		{"QuantLib BlackCalculator", calculators, {}},
	}, rounds, all.size(), results_of(calculators, GREEKS * all.size()), 1e-12);
}

static void
european_grid(const std::vector<Contract> &all, int rounds)
{
	std::vector<pm_scenario> grid = scenario_grid(0.15, 11, {-0.25, 0, 0.25});
	std::vector<pm_position> book = positions(all);
	std::vector<double> now = values_now(book);
	size_t		nodes = all.size() * grid.size();
	std::vector<HeldOption> held = instruments(all, [](const Process &process)
	{
		return ext::make_shared<AnalyticEuropeanEngine>(process);
	});
	/* What a contract's nodes share is computed once, as we do. */
	auto		by_node = [&](double *out, auto value)
	{
		for (const Contract &c : all)
		{
			const pm_option &o = c.option;
			double		growth = std::exp((o.rate - o.yield) * o.years);
			double		discount = std::exp(-o.rate * o.years);
			double		root = std::sqrt(o.years);

			for (const pm_scenario &s : grid)
				*out++ = value(type_of(o), o.strike,
							   o.spot * (1 + s.price_shock) * growth,
							   o.volatility * (1 + s.vol_shock) * root,
							   discount);
		}
	};
	auto		calculators = [&](double *out)
	{
		by_node(out, [](Option::Type type, double strike, double forward,
						double stdev, double discount)
		{
			return BlackCalculator(type, strike, forward, stdev, discount).value();
		});
	};

	compare_ways("one node of 33 scenarios of one contract", {
		{"pm_contract_pnls", [&](double *out)
		{
			scenario_values(book, now, grid, out);
		}, {}},
		{"pm_option_prices, the bare values", [&](double *out)
		{
			for (const Contract &c : all)
				for (size_t i = 0; i < grid.size(); i += 11, out += 11)
				{
					pm_option	o = c.option;
					double		spots[11];

					o.volatility *= 1 + grid[i].vol_shock;
					for (size_t j = 0; j < 11; j++)
						spots[j] = o.spot * (1 + grid[i + j].price_shock);
					pm_option_prices(&o, PM_EXACT, spots, 11, out);
				}
		}, {}},
		{"QuantLib BlackCalculator, discounts shared", calculators, {}},
		{"QuantLib blackFormula, discounts shared", [&](double *out)
		{
			by_node(out, [](Option::Type type, double strike, double forward,
							double stdev, double discount)
			{
				return blackFormula(type, strike, forward, stdev, discount);
			});
		}, {}},
		{"QuantLib VanillaOption, AnalyticEuropeanEngine", [&](double *out)
		{
			for (size_t i = 0; i < all.size(); i++)
				for (const pm_scenario &s : grid)
					*out++ = held[i].value(all[i].option.spot * (1 + s.price_shock),
										   all[i].option.volatility * (1 + s.vol_shock));
		}, {}},
	}, rounds, nodes, results_of(calculators, nodes), 1e-12);
}

#define AMERICAN_CONTRACTS	256

/* pm_contract_pnls of the core built for one instruction set. */
static decltype(&pm_contract_pnls)
pnls_of(const char *library)
{
	/* Its own functions before those of this program. */
	void	   *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
	void	   *function = handle ? dlsym(handle, "pm_contract_pnls") : nullptr;

	if (function == nullptr)
	{
		std::printf("FAILED: %s\n", dlerror());
		std::exit(1);
	}
	return reinterpret_cast<decltype(&pm_contract_pnls)>(function);
}

/*
 * Puts, ten prices each.  The reference is QuantLib's high-precision scheme,
 * whose own error is some 1e-10 of the strike.  Libraries must give the bytes of
 * the extension's own objects.
 */
static void
american_grid(int rounds, const std::vector<const char *> &libraries)
{
	std::vector<Contract> all = contracts(AMERICAN_CONTRACTS, PM_AMERICAN);
	std::vector<pm_scenario> grid = scenario_grid(0.15, 10, {0});
	std::vector<pm_position> book = positions(all);
	size_t		nodes = all.size() * grid.size();
	auto		scheme = [&](const ext::shared_ptr<QdFpIterationScheme> &iteration)
	{
		std::vector<HeldOption> held = instruments(all, [&](const Process &process)
		{
			return ext::make_shared<QdFpAmericanEngine>(process, iteration);
		});

		return [&, held](double *out) mutable
		{
			for (size_t i = 0; i < all.size(); i++)
				for (const pm_scenario &s : grid)
					*out++ = held[i].value(all[i].option.spot * (1 + s.price_shock));
		};
	};
	std::vector<double> now = values_now(book);
	std::vector<double> ours(nodes);
	std::vector<Way> ways;

	scenario_values(book, now, grid, ours.data());
	ways.push_back({"pm_contract_pnls", [&](double *out)
	{
		scenario_values(book, now, grid, out);
	}, {}});
	for (const char *library : libraries)
	{
		auto		run = [&, pnls = pnls_of(library)](double *out)
		{
			scenario_values(book, now, grid, out, pnls);
		};

		if (results_of(run, nodes) != ours)
		{
			std::printf("FAILED: %s has other bytes\n", library);
			all_agree = false;
		}
		ways.push_back({library, run, {}});
	}
	ways.push_back({"QuantLib QdFpAmericanEngine, fast", scheme(QdFpAmericanEngine::fastScheme()), {}});
	compare_ways("one node of 10 prices of one American put", ways, rounds, nodes,
				 results_of(scheme(QdFpAmericanEngine::highPrecisionScheme()), nodes), 1e-3);
}

int
main(int argc, char **argv)
{
	int			rounds = argc > 1 ? std::atoi(argv[1]) : 31;
	std::string part = argc > 2 ? argv[2] : "";

	if (rounds < 1 || (argc > 3 && part != "american") ||
		(argc > 2 && part != "european" && part != "american"))
	{
		std::fprintf(stderr, "usage: %s [ROUNDS [european | american [LIBRARY...]]]\n", argv[0]);
		return 2;
	}
	Settings::instance().evaluationDate() = Date(2, January, 2026);
	if (part != "american")
	{
		std::vector<Contract> all = contracts(EUROPEAN_CONTRACTS, PM_EUROPEAN);

		european_values(all, rounds);
		european_greeks(all, rounds);
		european_grid(all, rounds);
	}
	if (part != "european")
		american_grid(rounds, std::vector<const char *>(argv + std::min(argc, 3), argv + argc));
	return all_agree ? 0 : 1;
}
