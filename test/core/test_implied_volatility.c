/*
 * test_implied_volatility.c - implied_volatility.h against known answers, its
 * statuses, and the laws of an inverse.
 *
 * Usage: test_implied_volatility [implied_mpmath.csv]
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "elementary.h"
#include "implied_volatility.h"
#include "option.h"
#include "support.h"

#define ULP 0x1p-52

static void
describe(const pm_option *o, double price, char *text, size_t size)
{
	snprintf(text, size, "pricing %d exercise %d sign %g S %.17g K %.17g T %.17g r %g q %g price %.17g",
			 (int) o->pricing, (int) o->exercise, o->sign, o->spot, o->strike,
			 o->years, o->rate, o->yield, price);
}

/* ------------------------------------------------------------------------
 * Known answers.
 */

/*
 * So many roundings, magnified as the problem magnifies them: over all inputs,
 * and, where the inputs give them exactly, over the time value and the
 * distance from the money alone.  The promise is 50.
 */
static const double most_units = 5;
static const double most_core_units = 10;

static double worst;
static double worst_core;
static char worst_where[512];
static char worst_core_where[512];
static long telling;			/* rows whose condition lets them tell something */

static void
known_answer(char **fields, const char *where)
{
	pm_option	o = {0};
	double		price = strtod(fields[7], NULL);
	long double want = strtold(fields[8], NULL);
	long double condition = strtold(fields[9], NULL);
	double		got = NAN;
	pm_implied_status status;
	/* a volatility below the normal numbers is a multiple of the least one */
	const long double quantum = 4 * 0x1p-1074L;
	long double error;
	double		units;
	double		core_units = 0;

	o.pricing = strcmp(fields[0], "bachelier") == 0 ? PM_BACHELIER :
		strcmp(fields[0], "black76") == 0 ? PM_BLACK76 : PM_BLACK_SCHOLES;
	o.sign = strcmp(fields[1], "put") == 0 ? -1 : 1;
	o.spot = strtod(fields[2], NULL);
	o.strike = strtod(fields[3], NULL);
	o.years = strtod(fields[4], NULL);
	o.rate = strtod(fields[5], NULL);
	o.yield = strtod(fields[6], NULL);
	o.volatility = NAN;			/* not read */
	status = pm_implied_volatility(&o, price, &got);

	/* Where rounding the inputs alone makes a half of it, or nothing. */
	if (condition * ULP > 0.1 && fields[10][0] == '\0')
	{
		CHECK(status == PM_IMPLIED_OK || status == PM_IMPLIED_NO_TIME_VALUE ||
			  status == PM_IMPLIED_ABOVE_MAXIMUM,
			  "%s: %s", where, pm_implied_status_names[status]);
		return;
	}
	if (status != PM_IMPLIED_OK)
	{
		CHECK(0, "%s: %s", where, pm_implied_status_names[status]);
		return;
	}
	error = fmaxl(fabsl(got - want) - quantum, 0) / want / ULP;
	units = (double) (error / (1 + condition));
	if (fields[10][0] != '\0')
		core_units = (double) (error / (1 + strtold(fields[10], NULL)));
	if (condition < 1e6 || fields[10][0] != '\0')
		telling++;
	CHECK(units <= most_units && core_units <= most_core_units,
		  "%s: %.17g, expected %.20Lg, condition %.3Lg, %.3g units, %.3g of the core",
		  where, got, want, condition, units, core_units);
	if (units > worst)
	{
		worst = units;
		snprintf(worst_where, sizeof worst_where, "%s", where);
	}
	if (core_units > worst_core)
	{
		worst_core = core_units;
		snprintf(worst_core_where, sizeof worst_core_where, "%s", where);
	}
}

/* ------------------------------------------------------------------------
 * Statuses.
 */

#define BS PM_BLACK_SCHOLES
#define B76 PM_BLACK76
#define BACH PM_BACHELIER
#define EU PM_EUROPEAN
#define AM PM_AMERICAN

static const struct
{
	pm_implied_status want;
	double		sign;
	double		spot;
	double		strike;
	double		years;
	double		rate;
	double		yield;
	pm_pricing	pricing;
	pm_exercise exercise;
	double		price;
}			cases[] = {
	/* worth exactly its intrinsic value */
	{PM_IMPLIED_NO_TIME_VALUE, 1, 120, 100, 1, 0, 0, BS, EU, 20},
	{PM_IMPLIED_NO_TIME_VALUE, -1, 80, 100, 1, 0, 0, B76, EU, 20},
	{PM_IMPLIED_NO_TIME_VALUE, 1, 100, 120, 1, 0, 0, BS, EU, 0},
	{PM_IMPLIED_NO_TIME_VALUE, 1, 100, 100, 1, 0, 0, BS, EU, 0},
	{PM_IMPLIED_NO_TIME_VALUE, 1, 100, 100, 1, 0, 0, BACH, EU, 0},
	{PM_IMPLIED_NO_TIME_VALUE, -1, -5, 2.5, 1, 0, 0, BACH, EU, 7.5},
	/* 120 - 100 e^-0.05 = 24.877057549928599..., to the last bits */
	{PM_IMPLIED_NO_TIME_VALUE, 1, 120, 100, 1, 0.05, 0, BS, EU, 24.877057549928598},
	{PM_IMPLIED_NO_TIME_VALUE, 1, 120, 100, 1, 0.05, 0, BS, EU, 24.877057549928605},
	{PM_IMPLIED_NO_TIME_VALUE, 1, 120, 100, 1, 0.05, 0, BS, EU, 24.877057549928590},
	{PM_IMPLIED_OK, 1, 120, 100, 1, 0.05, 0, BS, EU, 24.8770575500},
	/* 20 e^-0.05 = 19.024588490014279... */
	{PM_IMPLIED_NO_TIME_VALUE, 1, 120, 100, 1, 0.05, 0, B76, EU, 19.024588490014279},
	{PM_IMPLIED_NO_TIME_VALUE, 1, 120, 100, 1, 0.05, 0, BACH, EU, 19.024588490014279},

	{PM_IMPLIED_BELOW_INTRINSIC, 1, 120, 100, 1, 0, 0, BS, EU, 19.999999999999996},
	{PM_IMPLIED_BELOW_INTRINSIC, 1, 120, 100, 1, 0.05, 0, BS, EU, 24.8770575498},
	{PM_IMPLIED_BELOW_INTRINSIC, -1, 80, 100, 1, 0, 0, B76, EU, 19.9},
	{PM_IMPLIED_BELOW_INTRINSIC, -1, -5, 2.5, 1, 0, 0, BACH, EU, 7.4},
	{PM_IMPLIED_BELOW_INTRINSIC, 1, 100, 120, 1, 0, 0, BS, EU, -1},
	{PM_IMPLIED_BELOW_INTRINSIC, 1, 100, 120, 1, 0, 0, BACH, EU, -5e-324},
	/* between the European limit 100 e^-0.05 - 80 = 15.12 and 20 */
	{PM_IMPLIED_OK, -1, 80, 100, 1, 0.05, 0, BS, EU, 17},
	{PM_IMPLIED_BELOW_INTRINSIC, -1, 80, 100, 1, 0.05, 0, BS, AM, 17},
	{PM_IMPLIED_NO_TIME_VALUE, -1, 80, 100, 1, 0.05, 0, BS, AM, 20},
	{PM_IMPLIED_BELOW_INTRINSIC, 1, 120, 100, 1, 0, 0.1, BS, AM, 19.9},
	{PM_IMPLIED_NO_TIME_VALUE, 1, 120, 100, 1, 0, 0.1, BS, AM, 20},

	/* a call is worth less than the spot, a put less than the strike, paid late */
	{PM_IMPLIED_ABOVE_MAXIMUM, 1, 100, 120, 1, 0, 0, BS, EU, 100},
	{PM_IMPLIED_OK, 1, 100, 120, 1, 0, 0, BS, EU, 99.999999999999986},
	{PM_IMPLIED_ABOVE_MAXIMUM, -1, 120, 100, 1, 0, 0, B76, EU, 100},
	{PM_IMPLIED_OK, -1, 120, 100, 1, 0, 0, B76, EU, 99.999999999999986},
	{PM_IMPLIED_ABOVE_MAXIMUM, 1, 100, 120, 1, 0, 0.05, BS, EU, 95.1229424500714},
	{PM_IMPLIED_OK, 1, 100, 120, 1, 0, 0.05, BS, EU, 95.122942450},
	{PM_IMPLIED_ABOVE_MAXIMUM, -1, 100, 100, 1, 0.05, 0, BS, EU, 95.1229424500714},
	{PM_IMPLIED_ABOVE_MAXIMUM, -1, 100, 100, 1, 0.05, 0, BS, EU, 97},
	{PM_IMPLIED_OK, -1, 100, 100, 1, 0.05, 0, BS, AM, 97},
	{PM_IMPLIED_ABOVE_MAXIMUM, -1, 100, 100, 1, 0.05, 0, BS, AM, 100},
	{PM_IMPLIED_ABOVE_MAXIMUM, 1, 100, 100, 1, 0.05, 0.05, BS, AM, 100},
	{PM_IMPLIED_ABOVE_MAXIMUM, 1, 100, 120, 1, 0, 0, BS, EU, DBL_MAX},
	/* a normal forward has no such limit */
	{PM_IMPLIED_OK, 1, 100, 120, 1, 0, 0, BACH, EU, 1e6},

	{PM_IMPLIED_EXPIRED, 1, 120, 100, 0, 0, 0, BS, EU, 20},
	{PM_IMPLIED_EXPIRED, 1, 120, 100, 0, 0, 0, BACH, EU, 25},
	{PM_IMPLIED_EXPIRED, -1, 120, 100, 0, 0.1, 0, BS, AM, 25},

	{PM_IMPLIED_INVALID_INPUT, 1, 100, 100, -1e-9, 0, 0, BS, EU, 5},
	{PM_IMPLIED_INVALID_INPUT, 1, 100, 100, NAN, 0, 0, BS, EU, 5},
	{PM_IMPLIED_INVALID_INPUT, 1, 100, 100, INFINITY, 0, 0, BS, EU, 5},
	{PM_IMPLIED_INVALID_INPUT, 1, 0, 100, 1, 0, 0, BS, EU, 5},
	{PM_IMPLIED_INVALID_INPUT, 1, -100, 100, 1, 0, 0, BS, EU, 5},
	{PM_IMPLIED_INVALID_INPUT, 1, 100, 0, 1, 0, 0, B76, EU, 5},
	{PM_IMPLIED_INVALID_INPUT, 1, 100, -100, 1, 0, 0, BS, EU, 5},
	{PM_IMPLIED_INVALID_INPUT, 1, NAN, 100, 1, 0, 0, BACH, EU, 5},
	{PM_IMPLIED_INVALID_INPUT, 1, 100, -INFINITY, 1, 0, 0, BACH, EU, 5},
	{PM_IMPLIED_INVALID_INPUT, 1, 100, 100, 1, NAN, 0, BS, EU, 5},
	{PM_IMPLIED_INVALID_INPUT, 1, 100, 100, 1, 0, INFINITY, BS, EU, 5},
	{PM_IMPLIED_INVALID_INPUT, 1, 100, 100, 1, 0, 0.01, B76, EU, 5},
	{PM_IMPLIED_INVALID_INPUT, 1, 100, 100, 1, 0, 0.01, BACH, EU, 5},
	{PM_IMPLIED_INVALID_INPUT, 1, 100, 100, 1, 0, 0, BS, EU, NAN},
	{PM_IMPLIED_INVALID_INPUT, 1, 100, 100, 1, 0, 0, BS, EU, INFINITY},
	{PM_IMPLIED_INVALID_INPUT, 1, 100, 100, 1, 0, 0, BS, EU, -INFINITY},
	{PM_IMPLIED_INVALID_INPUT, -1, 100, 100, 1, 0.1, 0, BS, AM, NAN},
	{PM_IMPLIED_INVALID_INPUT, -1, 0, 100, 1, 0.1, 0, BS, AM, 100},
	{PM_IMPLIED_INVALID_INPUT, 1, 100, 0, 0, 0, 0, BS, EU, 5},

	{PM_IMPLIED_UNSUPPORTED, 1, 100, 100, 1, 0.05, 0, BACH, AM, 5},
	{PM_IMPLIED_UNSUPPORTED, -1, 100, 100, 0, 0, 0, BACH, AM, 5},

	/* discount factors, a volatility, or a distance beyond a double */
	{PM_IMPLIED_OUT_OF_RANGE, 1, 100, 100, 1, 800, 0, BS, EU, 50},
	{PM_IMPLIED_OUT_OF_RANGE, 1, 100, 100, 1, -800, 0, BS, EU, 50},
	{PM_IMPLIED_OUT_OF_RANGE, -1, 100, 100, 1e300, -1e300, 1e300, BS, EU, 50},
	{PM_IMPLIED_OUT_OF_RANGE, 1, DBL_MAX, -DBL_MAX, 1, 0, 0, BACH, EU, 50},
	{PM_IMPLIED_OUT_OF_RANGE, 1, 1, 1, 1e-300, 0, 0, BACH, EU, 1e300},
};

static void
statuses(void)
{
	char		text[512];

	for (int i = 0; i < LENGTH(cases); i++)
	{
		pm_option	o = {.sign = cases[i].sign, .spot = cases[i].spot, .strike = cases[i].strike,
			.years = cases[i].years, .volatility = NAN, .rate = cases[i].rate,
			.yield = cases[i].yield, .pricing = cases[i].pricing, .exercise = cases[i].exercise};
		double		volatility = -7;
		pm_implied_status got = pm_implied_volatility(&o, cases[i].price, &volatility);

		describe(&o, cases[i].price, text, sizeof text);
		CHECK(got == cases[i].want, "%s: %s, expected %s", text,
			  pm_implied_status_names[got], pm_implied_status_names[cases[i].want]);
		CHECK(got == PM_IMPLIED_OK ? volatility > 0 && volatility < INFINITY : volatility == -7,
			  "%s: %s with %g", text, pm_implied_status_names[got], volatility);
	}
}

/* ------------------------------------------------------------------------
 * Laws.
 */

static const double law_strikes[] = {1, 25, 60, 90, 99, 100, 101, 125, 200, 4000};
static const double law_years[] = {1.0 / 365, 0.25, 1, 30};
static const double law_volatilities[] = {1e-4, 0.01, 0.08, 0.2, 0.7, 2.5};
static const double law_rates[] = {-0.02, 0, 0.06};

/* Sensitivities of ln sigma: to the logarithms of price, spot and strike
 * together, and to that of the price of the other, out-of-the-money option. */
static double
condition_of(const pm_option *o)
{
	pm_greeks	g;
	double		strike_part;

	pm_option_greeks(o, false, &g);
	strike_part = fabs(g.price - o->spot * g.delta);
	return (g.price + fabs(o->spot * g.delta) + strike_part +
			fabs(o->rate * g.rho) + fabs(o->yield * g.rho_yield)) /
		(g.vega * o->volatility);
}

/* Calls law(option with its volatility) over a grid. */
static void
for_each_option(void (*law) (const pm_option *o, const char *text))
{
	char		text[512];

	for (int model = PM_BLACK_SCHOLES; model <= PM_BACHELIER; model++)
		for (int k = 0; k < LENGTH(law_strikes); k++)
			for (int t = 0; t < LENGTH(law_years); t++)
				for (int v = 0; v < LENGTH(law_volatilities); v++)
					for (int r = 0; r < LENGTH(law_rates); r++)
						for (int q = 0; q < LENGTH(law_rates); q++)
						{
							pm_option	o = {.sign = 1, .spot = 100, .strike = law_strikes[k],
								.years = law_years[t], .volatility = law_volatilities[v],
								.rate = law_rates[r], .yield = law_rates[q],
								.pricing = (pm_pricing) model};

							if (model != PM_BLACK_SCHOLES && o.yield != 0)
								continue;
							if (model == PM_BACHELIER)
								o.volatility *= 100;
							describe(&o, o.volatility, text, sizeof text);
							law(&o, text);
						}
}

/* The volatility of the price of a volatility is that volatility; also of the
 * put, whose time value is the same. */
static void
law_round_trip(const pm_option *call, const char *text)
{
	for (int sign = 1; sign >= -1; sign -= 2)
	{
		pm_option	o = *call;
		double		condition;
		double		price;
		double		got = NAN;
		pm_implied_status status;

		o.sign = sign;
		price = pm_option_price(&o);
		condition = condition_of(&o);
		/* nothing is left of it, or next to nothing of a denormal */
		if (!(condition < 1e13) || price < 1e-290)
			continue;
		status = pm_implied_volatility(&o, price, &got);
		CHECK(status == PM_IMPLIED_OK &&
			  fabs(got / o.volatility - 1) <= 8 * ULP * (1 + condition),
			  "%s sign %d: %s %.17g, condition %g", text, sign,
			  pm_implied_status_names[status], got, condition);
	}
}

/* A higher price has a higher volatility. */
static void
law_monotone(const pm_option *call, const char *text)
{
	double		price = pm_option_price(call);
	double		before = 0;

	for (int i = -20; i <= 20; i++)
	{
		/* steps in the time value that no rounding can hide */
		pm_option	flat = *call;
		double		intrinsic;
		double		at;
		double		got = 0;
		pm_implied_status status;

		flat.volatility = 0;
		intrinsic = pm_option_price(&flat);
		at = intrinsic + (price - intrinsic) * (1 + i / 40.0);
		if (!(price - intrinsic > 1e-12 * (call->spot + call->strike)))
			return;
		status = pm_implied_volatility(call, at, &got);
		if (status == PM_IMPLIED_ABOVE_MAXIMUM)
			break;
		CHECK(status == PM_IMPLIED_OK && got > before,
			  "%s: %s %.17g at %.17g, %.17g below it", text,
			  pm_implied_status_names[status], got, at, before);
		before = got;
	}
}

/* A call on S struck at K is a put on K struck at S, the rates exchanged. */
static void
law_mirror(const pm_option *call, const char *text)
{
	pm_option	put = *call;
	double		price = pm_option_price(call);
	double		condition = condition_of(call);
	double		of_call = NAN;
	double		of_put = NAN;

	if (call->pricing == PM_BACHELIER || !(condition < 1e13) || price < 1e-290)
		return;
	put.sign = -1;
	put.spot = call->strike;
	put.strike = call->spot;
	if (call->pricing == PM_BLACK_SCHOLES)
	{
		put.rate = call->yield;
		put.yield = call->rate;
	}
	CHECK(pm_implied_volatility(call, price, &of_call) == PM_IMPLIED_OK &&
		  pm_implied_volatility(&put, price, &of_put) == PM_IMPLIED_OK &&
		  fabs(of_call / of_put - 1) <= 8 * ULP * (1 + condition),
		  "%s: call %.17g, exchanged put %.17g", text, of_call, of_put);
}

/* Powers of 4 are exact in everything, the square root of a leg included. */
static void
law_homogeneity(const pm_option *call, const char *text)
{
	static const double scales[] = {0x1p-40, 4, 0x1p60};
	double		price = pm_option_price(call);
	double		plain = 0;
	pm_implied_status status = pm_implied_volatility(call, price, &plain);

	if (price < 1e-270)
		return;
	for (int i = 0; i < LENGTH(scales); i++)
	{
		pm_option	o = *call;
		double		scaled = 0;
		double		by = call->pricing == PM_BACHELIER ? scales[i] : 1;

		o.spot *= scales[i];
		o.strike *= scales[i];
		CHECK(pm_implied_volatility(&o, price * scales[i], &scaled) == status &&
			  scaled == plain * by, "%s times %g: %.17g, was %.17g", text,
			  scales[i], scaled, plain);
	}
}

/*
 * No fake number: of any inputs whatever, what is given as a volatility brings
 * the price back, as nearly as the inputs' own roundings let it.
 */
static double
any_number(void)
{
	static const double corners[] = {0, -0.0, 1, -1, 100, 5e-324, 1e-308, 1e308,
	-1e308, DBL_MAX, DBL_EPSILON, 1e-100, 1e100};

	uint64_t	high = random_bits();
	uint64_t	low = random_bits();
	int			power = (int) random_below(24) - 12;

	switch (random_below(4))
	{
		case 0:
			return pm_from_bits(high << 32 | low);
		case 1:
			return corners[random_below(LENGTH(corners))];
		default:
			return ldexp(1 + random_below(1000) / 1000.0, power);
	}
}

static void
hostile_inputs(void)
{
	long		found = 0;
	char		text[512];

	for (int i = 0; i < 400000; i++)
	{
		pm_option	o = {.volatility = NAN};
		double		price;
		double		volatility = -7;
		pm_implied_status status;
		long double legs,
					slack;
		double		back;

		o.sign = random_below(2) ? 1 : -1;
		o.spot = any_number();
		o.strike = any_number();
		o.years = any_number();
		o.rate = random_below(2) ? 0 : any_number();
		o.pricing = (pm_pricing) random_below(3);
		if (o.pricing == PM_BLACK_SCHOLES && random_below(2))
			o.yield = any_number();
		price = any_number();
		status = pm_implied_volatility(&o, price, &volatility);
		describe(&o, price, text, sizeof text);
		if (status != PM_IMPLIED_OK)
		{
			CHECK(volatility == -7, "%s: %s with %g", text, pm_implied_status_names[status], volatility);
			continue;
		}
		found++;
		/* on the way to a price up there the price itself overflows */
		if (price > 1e300)
			continue;
		o.volatility = volatility;
		back = pm_option_price(&o);
		legs = fabsl(o.spot) * expl(-(o.pricing == PM_BLACK_SCHOLES ? o.yield : o.rate) * (long double) o.years) +
			fabsl(o.strike) * expl(-o.rate * (long double) o.years) + price;
		if (o.pricing == PM_BACHELIER)
			legs += expl(-o.rate * (long double) o.years);
		slack = 40 * ULP * legs * (1 + fabs(o.rate * o.years) + fabs(o.yield * o.years)) +
			4 * 0x1p-1074L * (1 + sqrtl(o.years) * legs);
		CHECK(volatility > 0 && volatility < INFINITY && fabsl((long double) back - price) <= slack,
			  "%s: %.17g gives %.17g back", text, volatility, back);
	}
	CHECK(found > 20000, "only %ld of the hostile inputs have a volatility", found);
}

/*
 * American options, whose price is only as good as its own method: what it
 * gives comes back, and the volatility as far as the price determines it.
 */
static void
american(void)
{
	static const double strikes[] = {60, 85, 100, 115, 160};
	static const double volatilities[] = {0.05, 0.2, 0.6, 1.5};
	long		solved = 0;
	char		text[512];

	for (int model = PM_BLACK_SCHOLES; model <= PM_BLACK76; model++)
		for (int k = 0; k < LENGTH(strikes); k++)
			for (int v = 0; v < LENGTH(volatilities); v++)
				for (int c = 0; c < 2 * 2 * 3 * 2; c++)
				{
					pm_option	o = {.sign = c % 2 ? 1 : -1, .spot = 100, .strike = strikes[k],
						.years = c / 2 % 2 ? 2 : 0.1, .rate = (c / 4 % 3) * 0.04,
						.yield = model == PM_BLACK76 ? 0 : c / 12 * 0.05,
						.pricing = (pm_pricing) model, .exercise = PM_AMERICAN};
					double		scale = fmax(o.spot, o.strike);
					double		least;
					double		price;
					double		got = NAN;
					double		vega;
					pm_implied_status status;

					least = fmax(pm_option_price(&o), o.sign * (o.spot - o.strike));
					o.volatility = volatilities[v] * 1.001;
					price = pm_option_price(&o);
					o.volatility = volatilities[v];
					vega = (price - pm_option_price(&o)) / (0.001 * o.volatility);
					price = pm_option_price(&o);
					status = pm_implied_volatility(&o, price, &got);
					describe(&o, price, text, sizeof text);

					/* where waiting has no value, volatility has none either */
					if (price - least <= 2e-9 * scale)
					{
						CHECK(status == PM_IMPLIED_NO_TIME_VALUE ||
							  status == (price < least ? PM_IMPLIED_BELOW_INTRINSIC : PM_IMPLIED_OK),
							  "%s: %s", text, pm_implied_status_names[status]);
						continue;
					}
					solved++;
					CHECK(status == PM_IMPLIED_OK &&
						  fabs(got - o.volatility) <= 1e-9 * scale / vega,
						  "%s: %s %.17g, not %g", text, pm_implied_status_names[status],
						  got, o.volatility);
					o.volatility = got;
					CHECK(fabs(pm_option_price(&o) - price) <= 1e-12 * scale,
						  "%s: %.17g gives %.17g back", text, got, pm_option_price(&o));
				}
	CHECK(solved > 500, "only %ld American options", solved);
}

/*
 * Cash dividends: a European option is that on the spot less their present
 * value; what that takes away, early exercise of a call may save.
 */
static void
dividends(void)
{
	const pm_dividend paid[] = {{0.1, 1.5}, {0.4, 2.5}};
	pm_option	o = {.sign = 1, .spot = 100, .strike = 95, .years = 0.5, .rate = 0.04,
	.dividends = paid, .dividend_count = 2};
	pm_option	escrowed = {.sign = 1, .strike = 95, .years = 0.5, .rate = 0.04};
	double		got = NAN;
	double		want = NAN;

	escrowed.spot = 100 - 1.5 * exp(-0.04 * 0.1) - 2.5 * exp(-0.04 * 0.4);
	for (int sign = 1; sign >= -1; sign -= 2)
		for (double price = 3; price < 60; price *= 1.3)
		{
			pm_implied_status with,
						without;

			o.sign = escrowed.sign = sign;
			with = pm_implied_volatility(&o, price, &got);
			without = pm_implied_volatility(&escrowed, price, &want);
			CHECK(with == without && (with != PM_IMPLIED_OK || fabs(got / want - 1) < 1e-12),
				  "dividends, sign %d, price %g: %s %.17g, escrowed %s %.17g", sign, price,
				  pm_implied_status_names[with], got, pm_implied_status_names[without], want);
		}

	/* American: as near as their price, of which a thousandth is left open */
	o.exercise = PM_AMERICAN;
	for (int sign = 1; sign >= -1; sign -= 2)
	{
		double		price;
		double		vega;

		o.sign = sign;
		o.volatility = 0.31;
		vega = pm_option_price(&o);
		o.volatility = 0.3;
		price = pm_option_price(&o);
		vega = (vega - price) / 0.01;
		CHECK(pm_implied_volatility(&o, price, &got) == PM_IMPLIED_OK &&
			  fabs(got - 0.3) <= 2e-6 * 100 / vega, "dividends, American, sign %d: %.17g", sign, got);
		o.volatility = got;
		CHECK(fabs(pm_option_price(&o) - price) <= 2e-9 * 100,
			  "dividends, American, sign %d: %.17g back, not %.17g", sign, pm_option_price(&o), price);
	}
	o.exercise = PM_EUROPEAN;

	/* worth the spot or more, or where the spot is a forward */
	o.spot = 3.9;
	CHECK(pm_implied_volatility(&o, 1, &got) == PM_IMPLIED_INVALID_INPUT, "dividends above the spot");
	o.spot = 100;
	o.pricing = PM_BLACK76;
	CHECK(pm_implied_volatility(&o, 6, &got) == PM_IMPLIED_INVALID_INPUT, "dividends of a forward");
}

int
main(int argc, char **argv)
{
	check_table(argc > 1 ? argv[1] : "test/oracle/implied_mpmath.csv", 11, 1200, known_answer);
	CHECK(telling >= 1000, "only %ld known answers tell anything", telling);
	statuses();
	for_each_option(law_round_trip);
	for_each_option(law_monotone);
	for_each_option(law_mirror);
	for_each_option(law_homogeneity);
	hostile_inputs();
	american();
	dividends();

	printf("largest errors, in 2^-52 (1 + condition): %.3f (%s); of the core alone %.3f (%s); %ld telling rows\n",
		   worst, worst_where, worst_core, worst_core_where, telling);
	return check_finish("implied_volatility");
}
