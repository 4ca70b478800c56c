/*
 * test_american_dividends.c - American options with cash dividends against
 * QuantLib, an integral, published values and the laws they obey.
 *
 * Usage: test_american_dividends [dividends_quantlib.csv [american_quadrature.csv
 *        [american_dividends.csv]]]
 */
#include <math.h>

#include <gsl/gsl_integration.h>

#include "american_dividends.h"
#include "black_scholes.h"
#include "check.h"
#include "dividends.h"
#include "escrowed.h"

#define ACCURACIES 2

static const char *const accuracy_names[ACCURACIES] = {"grid", "exact"};

/*
 * What dividend_grid.h promises, in units of the larger of spot and strike; the
 * second for rates and yields beyond 0.15, and for more than five years.
 */
static const double promised[ACCURACIES] = {2e-5, 1.5e-6};
static const double promised_far[ACCURACIES] = {4e-5, 2.5e-6};

static double worst_quantlib[ACCURACIES];
static double worst_quadrature[ACCURACIES];
static double worst_integral[ACCURACIES];
static double worst_front[ACCURACIES];
static double worst_random;

static void
keep_worst(double *worst, double error)
{
	if (error > *worst)
		*worst = error;
}

static double
price_of(const pm_option *o, pm_accuracy accuracy)
{
	double		price;

	return pm_american_dividends_price(o, accuracy, &price) ? price : NAN;
}

static double
european_price(const pm_option *o)
{
	pm_option	without;

	return pm_escrowed(o, &without) ? pm_black_scholes_price(&without) : NAN;
}

/* Knuth's MMIX generator; uniform on [low, high). */
static double
uniform(double low, double high)
{
	static uint64_t state = 25;

	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return low + (high - low) * (double) (state >> 11) * 0x1p-53;
}

/* ------------------------------------------------------------------------
 * Known answers.
 */

/* The limit that QuantLib's three grids point to is itself off by a few per
 * cent of its distance from the finest of them. */
static void
known_answer(char **fields, const char *where)
{
	pm_dividend dividends[PM_MOST_DIVIDENDS];
	pm_option	o = read_dividend_option(fields, dividends);
	double		expected = strtod(fields[PRICE], NULL);
	double		doubt = 0.1 * fabs(expected - strtod(fields[FINEST], NULL));

	if (o.exercise != PM_AMERICAN)
		return;
	for (int i = 0; i < ACCURACIES; i++)
	{
		double		error = fabs(price_of(&o, i) - expected) / o.spot;

		CHECK(error < promised[i] + doubt / o.spot, "%s, %s: %.10g, expected %.10g",
			  where, accuracy_names[i], price_of(&o, i), expected);
		keep_worst(&worst_quantlib[i], error);
	}
}

/*
 * A call with one dividend, without yield and with a rate not below 0, is
 * exercised just before the ex date or at expiry: its value is an integral
 * over the price on the ex date (Roll 1977, Geske 1979, Whaley 1981).
 */
typedef struct integrand
{
	const pm_option *option;
	pm_option	after;			/* from the ex date, on S* */
	double		asset;			/* S* now */
	bool		exercised;
} integrand;

static double
at_ex_date(double z, void *data)
{
	integrand  *f = data;
	const pm_option *o = f->option;
	const pm_dividend *d = o->dividends;
	double		cash;

	f->after.spot = f->asset * exp((o->rate - 0.5 * o->volatility * o->volatility) * d->years +
								   o->volatility * sqrt(d->years) * z);
	cash = f->after.spot + d->amount - o->strike;
	return exp(-o->rate * d->years - 0.5 * z * z) / sqrt(2 * M_PI) *
		(f->exercised ? cash : pm_black_scholes_price(&f->after));
}

/* Exercise gains where the dividend exceeds what is left of the option. */
static double
critical_z(integrand *f)
{
	double		low = -12;
	double		high = 12;

	for (int i = 0; i < 100; i++)
	{
		double		z = 0.5 * (low + high);

		f->exercised = false;
		at_ex_date(z, f);
		if (f->after.spot + f->option->dividends->amount - f->option->strike >
			pm_black_scholes_price(&f->after))
			high = z;
		else
			low = z;
	}
	return low;
}

static double
integral_price(const pm_option *o)
{
	gsl_integration_workspace *work = gsl_integration_workspace_alloc(1000);
	integrand	f = {o, .exercised = false};
	gsl_function function = {at_ex_date, &f};
	double		held,
				exercised,
				error,
				z;

	pm_escrowed(o, &f.after);
	f.asset = f.after.spot;
	f.after.years = o->years - o->dividends->years;
	z = critical_z(&f);
	f.exercised = false;
	gsl_integration_qag(&function, -12, z, 1e-10, 1e-12, 1000, GSL_INTEG_GAUSS61,
						work, &held, &error);
	f.exercised = true;
	gsl_integration_qag(&function, z, 12, 1e-10, 1e-12, 1000, GSL_INTEG_GAUSS61,
						work, &exercised, &error);
	gsl_integration_workspace_free(work);
	return held + exercised;
}

static void
check_integral(const pm_option *o)
{
	double		expected = integral_price(o);

	for (int i = 0; i < ACCURACIES; i++)
	{
		double		error = fabs(price_of(o, i) - expected) / o->spot;

		CHECK(error < promised[i],
			  "%s call strike %g years %g volatility %g rate %g dividend %g at %g: "
			  "%.12g, integral %.12g", accuracy_names[i], o->strike, o->years, o->volatility,
			  o->rate, o->dividends->amount, o->dividends->years, price_of(o, i), expected);
		keep_worst(&worst_integral[i], error);
	}
}

static void
test_integral(void)
{
	/* Haug, The Complete Guide to Option Pricing Formulas, 2nd ed., 3.1.2 */
	pm_dividend four = {0.25, 4};
	pm_option	haug = {
		.sign = 1, .spot = 80, .strike = 82, .years = 1.0 / 3, .volatility = 0.3,
		.rate = 0.06, .exercise = PM_AMERICAN, .dividends = &four, .dividend_count = 1
	};

	CHECK(fabs(integral_price(&haug) - 4.3860) < 5e-5, "integral %.6f", integral_price(&haug));
	CHECK(fabs(price_of(&haug, PM_EXACT) - 4.3860) < 5e-5, "grid %.6f",
		  price_of(&haug, PM_EXACT));
	check_integral(&haug);
	for (int i = 0; i < 100; i++)
	{
		pm_dividend d = {0, uniform(0.2, 6)};
		pm_option	o = {
			.sign = 1, .spot = 100, .strike = uniform(75, 130),
			.years = exp(uniform(-3.5, 1)), .volatility = exp(uniform(-2.8, 0)),
			.rate = uniform(0, 0.1), .exercise = PM_AMERICAN,
			.dividends = &d, .dividend_count = 1
		};

		/* Ex dates tomorrow and on the last day too. */
		d.years = o.years * (i % 4 == 0 ? uniform(0, 0.02) :
							 i % 4 == 1 ? uniform(0.98, 1) : uniform(0, 1));
		check_integral(&o);
	}
}

/*
 * Without dividends: test/oracle/american_quadrature.csv, which knows the values
 * to 1e-12.  The grid is not made for a drift of more than ten standard
 * deviations, nor for standard deviations above 2.
 */
static void
no_dividends(char **fields, const char *where)
{
	static const pm_dividend nothing = {0.01, 0};
	pm_option	o = {
		.sign = strtod(fields[0], NULL), .spot = strtod(fields[1], NULL),
		.strike = strtod(fields[2], NULL), .years = strtod(fields[3], NULL),
		.volatility = strtod(fields[4], NULL), .rate = strtod(fields[5], NULL),
		.yield = strtod(fields[6], NULL), .exercise = PM_AMERICAN
	};
	double		expected = strtod(fields[7], NULL);
	double		deviation = o.volatility * sqrt(o.years);
	double		most = fmax(fabs(o.rate), fabs(o.yield));

	if (deviation > 2.01 || most * o.years > 10 * deviation)
		return;
	for (int i = 0; i < ACCURACIES; i++)
	{
		double		price = price_of(&o, i);
		double		error = fabs(price - expected) / fmax(o.spot, o.strike);

		CHECK(error < (most > 0.15 ? promised_far : promised)[i], "%s, %s: %.10g, expected %.10g",
			  where, accuracy_names[i], price, expected);
		keep_worst(&worst_quadrature[i], error);
		if (i == PM_GRID)
		{
			pm_option	amount = o;

			amount.dividends = &nothing;
			amount.dividend_count = 1;
			CHECK(price_of(&amount, i) == price, "%s: an amount of 0 changes it", where);
		}
	}
}

/*
 * The same by the integral equation of the front between ex dates, or for calls
 * without yield by the ex dates alone: test/oracle/american_dividends.csv.
 */
static void
front_answer(char **fields, const char *where)
{
	char	   *as_quantlib[DIVIDEND_COLUMNS] = {
		[EXERCISE] = "american", [KIND] = strtod(fields[0], NULL) < 0 ? "put" : "call",
		[SPOT] = fields[1], [STRIKE] = fields[2], [YEARS] = fields[3],
		[VOLATILITY] = fields[4], [RATE] = fields[5], [YIELD] = fields[6],
		[DIVIDENDS] = fields[7]
	};
	pm_dividend dividends[PM_MOST_DIVIDENDS];
	pm_option	o = read_dividend_option(as_quantlib, dividends);
	double		expected = strtod(fields[9], NULL);
	double		unit = fmax(o.spot, o.strike);

	for (int accuracy = 0; accuracy < ACCURACIES; accuracy++)
	{
		double		price = price_of(&o, (pm_accuracy) accuracy);
		double		error = fabs(price - expected) / unit;

		CHECK(error < (o.years > 5 ? promised_far : promised)[accuracy] + strtod(fields[12], NULL) / unit,
			  "%s: %s %.10g, expected %.10g", where, accuracy_names[accuracy], price, expected);
		keep_worst(&worst_front[accuracy], error);
	}
}

/* ------------------------------------------------------------------------
 * Laws.
 */

static pm_option
random_option(pm_dividend *dividends)
{
	pm_option	o = {
		.sign = uniform(0, 1) < 0.5 ? -1 : 1, .spot = 100,
		.strike = 100 * exp(uniform(-0.4, 0.4)), .years = exp(uniform(-4, 1.4)),
		.rate = uniform(-0.04, 0.11), .yield = uniform(0, 1) < 0.5 ? 0 : uniform(-0.03, 0.09),
		.exercise = PM_AMERICAN, .dividends = dividends,
		.dividend_count = (uint32_t) uniform(0, 7)
	};
	double		t = 0;

	do
		o.volatility = exp(uniform(-3.2, 0));
	while (o.volatility * sqrt(o.years) > 1.5);
	for (uint32_t i = 0; i < o.dividend_count; i++)
	{
		t += uniform(0, 2 * o.years / (o.dividend_count + 1));
		dividends[i].years = t < o.years ? t : o.years;
		dividends[i].amount = uniform(0, 1) < 0.1 ? 0 : uniform(0, 4);
	}
	return o;
}

static double
greatest_price(const pm_option *o)
{
	double		present = pm_dividends_after(o, 0);

	return o->sign > 0
		? (o->spot - present) * fmax(1, exp(-o->yield * o->years)) + present
		: o->strike * fmax(1, exp(-o->rate * o->years));
}

static void
test_random(void)
{
	for (int n = 0; n < 200; n++)
	{
		pm_dividend dividends[8];
		pm_option	o = random_option(dividends);
		double		exact = price_of(&o, PM_EXACT);
		double		coarse = price_of(&o, PM_GRID);
		double		error = fabs(exact - coarse) / o.spot;

		CHECK(error < promised[PM_GRID],
			  "%s strike %.6g years %.6g volatility %.6g rate %.6g yield %.6g, %u dividends: "
			  "exact %.10g, grid %.10g", o.sign > 0 ? "call" : "put", o.strike, o.years,
			  o.volatility, o.rate, o.yield, o.dividend_count, exact, coarse);
		keep_worst(&worst_random, error);
		CHECK(coarse >= o.sign * (o.spot - o.strike) && coarse >= european_price(&o) &&
			  coarse <= greatest_price(&o) * (1 + 1e-15), "%.17g is out of bounds", coarse);
	}
}

/*
 * A put for which exercise sets in at once over a wide range of prices, well
 * before each ex date: hard on the time steps.
 */
static void
test_sudden_exercise(void)
{
	static const pm_dividend dividends[] = {{0.61, 1.023}, {1.225, 3.48}, {2.787, 2.848}};
	pm_option	o = {
		.sign = -1, .spot = 100, .strike = 123.2095, .years = 3.5832,
		.volatility = 0.1068, .rate = 0.0498, .yield = 0.0241,
		.exercise = PM_AMERICAN, .dividends = dividends, .dividend_count = 3
	};
	double		error = fabs(price_of(&o, PM_EXACT) - price_of(&o, PM_GRID)) / 100;

	CHECK(error < promised[PM_GRID], "exact %.10g, grid %.10g", price_of(&o, PM_EXACT),
		  price_of(&o, PM_GRID));
}

/* Splitting a dividend, and the unit of price. */
static void
test_units(void)
{
	pm_dividend whole[] = {{0.3, 3}, {0.9, 1}};
	pm_dividend split[] = {{0.3, 1.25}, {0.3, 1.75}, {0.9, 0.5}, {0.9, 0.5}};
	pm_dividend large[] = {{0.3, 3 * 37.5}, {0.9, 37.5}};

	for (int i = 0; i < ACCURACIES; i++)
		for (int sign = -1; sign <= 1; sign += 2)
		{
			pm_option	o = {
				.sign = sign, .spot = 100, .strike = 97, .years = 1.2,
				.volatility = 0.22, .rate = 0.04, .yield = 0.005,
				.exercise = PM_AMERICAN, .dividends = whole, .dividend_count = 2
			};
			double		price = price_of(&o, i);

			o.dividends = split;
			o.dividend_count = 4;
			CHECK(fabs(price_of(&o, i) - price) < 1e-11, "parts are not the whole: %.17g, %.17g",
				  price_of(&o, i), price);
			o.dividends = large;
			o.dividend_count = 2;
			o.spot *= 37.5;
			o.strike *= 37.5;
			CHECK(fabs(price_of(&o, i) / 37.5 - price) < 1e-11,
				  "prices do not scale: %.17g, %.17g", price_of(&o, i) / 37.5, price);
		}
}

/* Where exercise never pays, and where it pays at once. */
static void
test_never_and_at_once(void)
{
	pm_dividend tomorrow = {1.0 / 365, 5};
	pm_dividend last = {1, 6};
	pm_option	o = {
		.sign = 1, .spot = 100, .strike = 100, .years = 1, .volatility = 0.3,
		.rate = 0.05, .exercise = PM_AMERICAN
	};
	pm_option	cum;
	pm_option	put;

	for (int i = 0; i < ACCURACIES; i++)
	{
		/* A call without dividends or yield; a put without interest. */
		CHECK(fabs(price_of(&o, i) - european_price(&o)) < promised[i] * 100,
			  "%s: %.10g is not European", accuracy_names[i], price_of(&o, i));
		put = o;
		put.sign = -1;
		put.rate = 0;
		put.dividends = &tomorrow;
		put.dividend_count = 1;
		CHECK(fabs(price_of(&put, i) - european_price(&put)) < promised[i] * 100,
			  "%s: %.10g is not European", accuracy_names[i], price_of(&put, i));

		/* Deep in the money the day before a large dividend. */
		put.sign = 1;
		put.strike = 40;
		put.rate = 0.05;
		CHECK(price_of(&put, i) > 60 && price_of(&put, i) < 60 + 40 * 0.05 / 365 * 1.01,
			  "%s: %.10g is not exercise tomorrow", accuracy_names[i], price_of(&put, i));
		put.rate = 0;
		CHECK(fabs(price_of(&put, i) - 60) < 1e-9, "%s: %.10g is not exercise now",
			  accuracy_names[i], price_of(&put, i));

		/* The holder of a call exercises before a dividend on its last day:
		 * it is worth that much more than an option on the price after. */
		cum = o;
		cum.dividends = &last;
		cum.dividend_count = 1;
		put = cum;
		put.strike = 94;
		CHECK(fabs(price_of(&cum, i) - european_price(&put)) < promised[i] * 100,
			  "%s: %.10g, last day %.10g", accuracy_names[i], price_of(&cum, i),
			  european_price(&put));
		/* That of a put waits for it. */
		cum.sign = put.sign = -1;
		cum.rate = 0;
		CHECK(fabs(price_of(&cum, i) - european_price(&cum)) < promised[i] * 100,
			  "%s: %.10g is not European", accuracy_names[i], price_of(&cum, i));
	}
}

/* One grid for many spots: as good as a grid for each, monotone and convex. */
static void
test_range(void)
{
	static pm_dividend_grid grid;
	pm_dividend dividends[] = {{0.004, 1}, {0.3, 1.5}, {0.55, 1.5}};

	for (int sign = -1; sign <= 1; sign += 2)
		for (int vol = 1; vol <= 5; vol += 2)
		{
			pm_option	o = {
				.sign = sign, .spot = 100, .strike = 103, .years = 0.7,
				.volatility = vol / 10.0, .rate = 0.05, .exercise = PM_AMERICAN,
				.dividends = dividends, .dividend_count = 3
			};
			double		before[2] = {0, 0};

			CHECK(pm_dividend_grid_solve(&grid, &o, 65, 135, PM_GRID), "refused");
			for (int i = 0; i <= 140; i++)
			{
				double		price;

				o.spot = 65 + 0.5 * i;
				price = pm_dividend_grid_price(&grid, o.spot);
				if (i % 14 == 0)
					CHECK(fabs(price - price_of(&o, PM_EXACT)) < promised[PM_GRID] * 100,
						  "volatility %g spot %g: %.10g, alone %.10g", o.volatility, o.spot, price,
						  price_of(&o, PM_EXACT));
				if (i > 0)
					CHECK((price - before[0]) * sign > -1e-7 && fabs(price - before[0]) < 0.5 + 1e-4,
						  "spot %g: slope %g", o.spot, (price - before[0]) / 0.5);
				if (i > 1)
					CHECK(price - 2 * before[0] + before[1] > -2e-4, "spot %g: bend %g", o.spot,
						  price - 2 * before[0] + before[1]);
				before[1] = before[0];
				before[0] = price;
			}
		}
}

/* ------------------------------------------------------------------------
 * Greeks against differences of prices and of deltas.
 */

typedef struct moves
{
	double		spot;
	double		passed;			/* calendar time */
	double		volatility;
	double		rate;
	double		yield;
} moves;

static void
at(const pm_option *o, moves by, double times, pm_greeks *g)
{
	static pm_dividend_grid grid;
	pm_dividend closer[8];
	pm_option	moved = *o;

	for (uint32_t i = 0; i < o->dividend_count; i++)
	{
		closer[i] = o->dividends[i];
		closer[i].years -= by.passed * times;
	}
	moved.dividends = closer;
	moved.spot += by.spot * times;
	moved.years -= by.passed * times;
	moved.volatility += by.volatility * times;
	moved.rate += by.rate * times;
	moved.yield += by.yield * times;
	CHECK(pm_dividend_grid_solve(&grid, &moved, moved.spot, moved.spot, PM_EXACT), "refused");
	pm_dividend_grid_greeks(&grid, moved.spot, g);
}

/* Derivatives of price and delta along a move, the second one of price too. */
static void
bumped(const pm_option *o, moves by, double *price, double *delta, double *second)
{
	static const double slope[] = {1.0 / 12, -8.0 / 12, 0, 8.0 / 12, -1.0 / 12};
	static const double bend[] = {-1.0 / 12, 16.0 / 12, -30.0 / 12, 16.0 / 12, -1.0 / 12};
	double		step = by.spot + by.passed + by.volatility + by.rate + by.yield;

	*price = *delta = *second = 0;
	for (int i = 0; i < 5; i++)
	{
		pm_greeks	g;

		at(o, by, i - 2, &g);
		*price += slope[i] * g.price / step;
		*delta += slope[i] * g.delta / step;
		*second += bend[i] * g.price / (step * step);
	}
}

static double worst_greek[10];
static const char *const greek_names[10] = {
	"price", "delta", "gamma", "vega", "theta", "rho", "rho_yield", "vanna", "volga", "charm"
};

/* Largest differences, prices being 100. */
static const double greek_room[10] = {0, 2e-5, 1e-6, 0.01, 0.001, 0.005, 0.005, 0.002, 0.5, 1e-4};

static void
check_greek(int which, double value, double expected)
{
	double		error = fabs(value - expected);

	CHECK(error < greek_room[which], "%s %.10g, bumped %.10g", greek_names[which], value, expected);
	keep_worst(&worst_greek[which], error);
}

static void
check_greeks(const pm_option *o)
{
	pm_greeks	g;
	double		price;
	double		delta;
	double		second;

	CHECK(pm_american_dividends_greeks(o, true, &g), "refused");
	CHECK(g.price == price_of(o, PM_EXACT), "price and Greeks differ");
	bumped(o, (moves) {.spot = 1}, &price, &delta, &second);
	check_greek(1, g.delta, price);
	check_greek(2, g.gamma, delta);
	bumped(o, (moves) {.volatility = 0.01}, &price, &delta, &second);
	check_greek(3, g.vega, price);
	check_greek(7, g.vanna, delta);
	check_greek(8, g.volga, second);
	bumped(o, (moves) {.passed = 0.01}, &price, &delta, &second);
	check_greek(4, g.theta, price);
	check_greek(9, g.charm, delta);
	bumped(o, (moves) {.rate = 0.0007}, &price, &delta, &second);
	check_greek(5, g.rho, price);
	bumped(o, (moves) {.yield = 0.0007}, &price, &delta, &second);
	check_greek(6, g.rho_yield, price);
}

static void
test_greeks(void)
{
	static const pm_dividend dividends[] = {{0.11, 1.5}, {0.36, 1.5}, {0.62, 1.5}};

	for (int sign = -1; sign <= 1; sign += 2)
		for (int strike = 90; strike <= 110; strike += 10)
			for (int yield = 0; yield <= 3; yield += 3)
			{
				pm_option	o = {
					.sign = sign, .spot = 100, .strike = strike, .years = 0.8,
					.volatility = 0.25, .rate = 0.05, .yield = yield / 100.0,
					.exercise = PM_AMERICAN, .dividends = dividends, .dividend_count = 3
				};

				check_greeks(&o);
			}
}

/* ------------------------------------------------------------------------
 * Corners.
 */

static bool
all_finite(const pm_greeks *g)
{
	return isfinite(g->price) && isfinite(g->delta) && isfinite(g->gamma) &&
		isfinite(g->vega) && isfinite(g->theta) && isfinite(g->rho) &&
		isfinite(g->rho_yield) && isfinite(g->vanna) && isfinite(g->volga) &&
		isfinite(g->charm);
}

/* Without dividends, waiting gains until the carry changes sign. */
static void
test_certain_carry(void)
{
	pm_option	call = {
		.sign = 1, .spot = 120, .strike = 100, .years = 20, .rate = 0.06, .yield = 0.04,
		.exercise = PM_AMERICAN
	};
	pm_option	put = {
		.sign = -1, .spot = 80, .strike = 100, .years = 20, .rate = 0.05, .yield = 0.08,
		.exercise = PM_AMERICAN
	};
	double		years = log(4.8 / 6) / -0.02;

	CHECK(fabs(price_of(&call, PM_EXACT) - (120 * exp(-0.04 * years) - 100 * exp(-0.06 * years))) <
		  1e-12, "call %.15g", price_of(&call, PM_EXACT));
	years = log(6.4 / 5) / 0.03;
	CHECK(fabs(price_of(&put, PM_EXACT) - (100 * exp(-0.05 * years) - 80 * exp(-0.08 * years))) <
		  1e-12, "put %.15g", price_of(&put, PM_EXACT));
}

/* No volatility: the best moment, by trying a great many. */
static double
best_moment(const pm_option *o)
{
	const int	moments = 20000;
	double		asset = o->spot - pm_dividends_after(o, 0);
	double		best = 0;

	for (int i = 0; i <= moments; i++)
		for (int before = 0; before <= 1; before++)
		{
			double		t = o->years * i / moments;
			double		still = pm_dividends_after(o, before ? t - 1e-9 : t + 1e-9);

			best = fmax(best, o->sign * (asset * exp(-o->yield * t) + still -
										 o->strike * exp(-o->rate * t)));
		}
	return best;
}

static void
test_certain(void)
{
	for (int n = 0; n < 60; n++)
	{
		pm_dividend dividends[8];
		pm_option	o = random_option(dividends);
		double		sure;
		pm_greeks	g;

		/* Ex dates among the moments tried. */
		for (uint32_t i = 0; i < o.dividend_count; i++)
			dividends[i].years = o.years * (i + 1) / 8;
		o.volatility = 0;
		CHECK(pm_american_dividends_greeks(&o, true, &g) && all_finite(&g), "refused");
		CHECK(fabs(g.price - best_moment(&o)) < 1e-5, "%.10g, tried %.10g", g.price,
			  best_moment(&o));
		CHECK(g.gamma == 0 && g.vega == 0 && g.vanna == 0 && g.volga == 0 && g.charm == 0,
			  "Greeks of a certain price");
		sure = g.price;
		o.volatility = 1e-6 / sqrt(o.years);
		CHECK(fabs(price_of(&o, PM_EXACT) - sure) < 1e-4, "%.10g beside %.10g",
			  price_of(&o, PM_EXACT), sure);
		o.volatility = 0.2;
		o.years = 0;
		o.dividend_count = 0;
		CHECK(price_of(&o, PM_EXACT) == fmax(0, o.sign * (o.spot - o.strike)), "at expiry");
	}
}

static void
test_certain_greeks(void)
{
	pm_dividend dividends[8];

	for (int n = 0; n < 40; n++)
	{
		pm_option	o = random_option(dividends);
		double		h = 1e-5;
		pm_greeks	g;
		double		p[8];
		const pm_option base = (o.years = 1, o.volatility = 0, o.dividend_count = 2, o);

		dividends[0] = (pm_dividend) {0.2, 2};
		dividends[1] = (pm_dividend) {0.7, 3};
		pm_american_dividends_greeks(&o, true, &g);
		for (int i = 0; i < 8; i++)
		{
			double		by = i % 2 == 0 ? -h : h;

			o = base;
			dividends[0].years = 0.2 - (i / 2 == 3 ? by : 0);
			dividends[1].years = 0.7 - (i / 2 == 3 ? by : 0);
			o.spot += i / 2 == 0 ? by : 0;
			o.rate += i / 2 == 1 ? by : 0;
			o.yield += i / 2 == 2 ? by : 0;
			o.years -= i / 2 == 3 ? by : 0;
			p[i] = price_of(&o, PM_GRID);
		}
		CHECK(fabs((p[1] - p[0]) / (2 * h) - g.delta) < 1e-6, "delta %.10g", g.delta);
		CHECK(fabs((p[3] - p[2]) / (2 * h) - g.rho) < 1e-3, "rho %.10g", g.rho);
		CHECK(fabs((p[5] - p[4]) / (2 * h) - g.rho_yield) < 1e-3, "rho_yield %.10g", g.rho_yield);
		CHECK(fabs((p[7] - p[6]) / (2 * h) - g.theta) < 1e-5, "theta %.10g, %.10g", g.theta,
			  (p[7] - p[6]) / (2 * h));
	}
}

static void
test_extremes(void)
{
	static const double volatilities[] = {1e-9, 1e-5, 0.01, 1, 5, 30, 1000};
	static const double years[] = {1e-13, 1e-6, 1.0 / 365, 30};
	static const double rates[] = {-0.5, 0, 1e-12, 2};
	static const double strikes[] = {1e-8, 60, 100, 1e8};

	for (int n = 0; n < 7 * 4 * 4 * 4 * 2; n++)
	{
		pm_dividend dividends[] = {{0, 10}, {0, 20}, {0, 5}};
		pm_option	o = {
			.sign = n % 2 ? 1 : -1, .spot = 100, .strike = strikes[n / 2 % 4],
			.years = years[n / 8 % 4], .volatility = volatilities[n / 128 % 7],
			.rate = rates[n / 32 % 4], .yield = n / 3 % 2 ? 0 : 0.1,
			.exercise = PM_AMERICAN, .dividends = dividends, .dividend_count = 3
		};
		double		price;
		pm_greeks	g;

		dividends[0].years = 1e-3 * o.years;
		dividends[1].years = 0.5 * o.years;
		dividends[2].years = o.years;
		if (!pm_american_dividends_price(&o, PM_GRID, &price))
		{
			CHECK(pm_dividends_after(&o, 0) >= o.spot, "refused without reason");
			continue;
		}
		CHECK(isfinite(price) && price >= o.sign * (o.spot - o.strike) &&
			  price >= european_price(&o) && price <= greatest_price(&o) * (1 + 1e-14),
			  "volatility %g years %g rate %g strike %g: price %.17g", o.volatility, o.years,
			  o.rate, o.strike, price);
		if (n % 9 == 0)
			CHECK(pm_american_dividends_greeks(&o, true, &g) && all_finite(&g),
				  "volatility %g years %g rate %g strike %g: a Greek is not finite",
				  o.volatility, o.years, o.rate, o.strike);
	}
}

static void
test_refusal(void)
{
	static pm_dividend_grid grid;
	pm_dividend half = {0.5, 60};
	pm_option	o = {
		.sign = 1, .spot = 60, .strike = 50, .years = 1, .volatility = 0.2,
		.exercise = PM_AMERICAN, .dividends = &half, .dividend_count = 1
	};
	pm_greeks	g;
	double		price;

	CHECK(!pm_american_dividends_price(&o, PM_EXACT, &price), "a price");
	CHECK(!pm_american_dividends_greeks(&o, true, &g), "Greeks");
	CHECK(!pm_dividend_grid_solve(&grid, &o, 60, 80, PM_GRID), "a grid");
	CHECK(pm_dividend_grid_solve(&grid, &o, 60.5, 80, PM_GRID), "no grid");
}

int
main(int argc, char **argv)
{
	check_table(argc > 1 ? argv[1] : DIVIDENDS_TABLE, DIVIDEND_COLUMNS,
				DIVIDENDS_ROWS, known_answer);
	check_table(argc > 2 ? argv[2] : "test/oracle/american_quadrature.csv", 19, 710,
				no_dividends);
	check_table(argc > 3 ? argv[3] : "test/oracle/american_dividends.csv", 14, 90,
				front_answer);
	test_integral();
	test_random();
	test_sudden_exercise();
	test_units();
	test_never_and_at_once();
	test_range();
	test_greeks();
	test_certain_carry();
	test_certain();
	test_certain_greeks();
	test_extremes();
	test_refusal();
	printf("American with dividends, largest errors:\n");
	for (int i = 0; i < ACCURACIES; i++)
		printf("  %-5s  QuantLib %.1e  quadrature %.1e  front %.1e  integral %.1e\n",
			   accuracy_names[i], worst_quantlib[i], worst_quadrature[i], worst_front[i],
			   worst_integral[i]);
	printf("  grid against exact, random: %.1e\n", worst_random);
	for (int i = 1; i < 10; i++)
		printf("  %s%s %.1e", i == 1 ? "Greeks at a spot of 100:" : "", greek_names[i],
			   worst_greek[i]);
	putchar('\n');
	return check_finish("test_american_dividends");
}
