/*
 * test_american.c - American exercise against two other methods and the laws
 * that every American value obeys.
 *
 * Usage: test_american [american_quadrature.csv [american_quantlib.csv]]
 */
#include <float.h>
#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdlib.h>

#include "american.h"
#include "check.h"
#include "nodes.h"
#include "option.h"
#include "support.h"

static pm_greeks
greeks_of(const pm_option *o)
{
	pm_greeks	g;

	pm_option_greeks(o, true, &g);
	return g;
}

static double
grid_price(const pm_option *o)
{
	double		price;

	pm_option_prices(o, PM_GRID, &o->spot, 1, &price);
	return price;
}

static double
european(const pm_option *o)
{
	pm_option	e = *o;

	e.exercise = PM_EUROPEAN;
	return pm_option_price(&e);
}

static double
larger(double a, double b)
{
	return a > b ? a : b;
}

/* ------------------------------------------------------------------------
 * Known answers.  Errors are in units of the larger of spot and strike, 100 in
 * most rows; a call's unit is its spot, of which it is a number of puts.
 */

#define COLUMNS	19

enum
{
	PRICE, DELTA, GAMMA, VEGA, THETA, RHO, RHO_YIELD, OUTPUTS
};

static const char *const output_names[OUTPUTS] = {
	"price", "delta", "gamma", "vega", "theta", "rho", "rho_yield"
};

/*
 * What docs/pricing.md states: 1e-9 of the unit for a price, 1e-7 for delta and
 * vega and 1e-6 for the others, in natural scales (below).  Within 1e-3 of the
 * boundary, where the curvature jumps to 0, derivatives have a thousand times as
 * much.  A grid's price is within 2e-5 in these corners, and in ordinary ones
 * within 3e-6.
 */
static const double bounds[OUTPUTS] = {
	[PRICE] = 1e-9, [DELTA] = 1e-7, [GAMMA] = 1e-6, [VEGA] = 1e-7,
	[THETA] = 1e-6, [RHO] = 1e-6, [RHO_YIELD] = 1e-6
};

static double worst[OUTPUTS];
static double worst_grid;
static double grid_squares;
static long grid_rows;

static pm_option
read_option(char **f)
{
	return (pm_option)
	{
		.sign = strtod(f[0], NULL), .spot = strtod(f[1], NULL),
			.strike = strtod(f[2], NULL), .years = strtod(f[3], NULL),
			.volatility = strtod(f[4], NULL), .rate = strtod(f[5], NULL),
			.yield = strtod(f[6], NULL), .exercise = PM_AMERICAN
	};
}

/* What one unit of each output is: the effect of a move that the option's own
 * standard deviation or life makes large. */
static void
scales(const pm_option *o, double *scale)
{
	double		unit = larger(o->spot, o->strike);
	double		stdev = o->volatility * sqrt(o->years);

	scale[PRICE] = unit;
	scale[DELTA] = unit / o->spot;
	scale[GAMMA] = unit / o->spot / o->spot / (stdev < 1 ? stdev : 1);
	scale[VEGA] = unit * larger(1, sqrt(o->years));
	scale[THETA] = unit * larger(1, o->volatility / sqrt(o->years));
	scale[RHO] = scale[RHO_YIELD] = unit * larger(1, o->years);
}

static void
known_answer(char **fields, const char *where)
{
	pm_option	o = read_option(fields);
	pm_greeks	g = greeks_of(&o);
	double		got[OUTPUTS] = {g.price, g.delta, g.gamma, g.vega, g.theta, g.rho, g.rho_yield};
	double		scale[OUTPUTS];
	double		error = strtod(fields[16], NULL);
	double		error_greeks = strtod(fields[17], NULL);
	double		grid;
	int			near = strcmp(fields[18], "near_boundary") == 0;

	scales(&o, scale);
	for (int i = 0; i < OUTPUTS; i++)
	{
		double		want = strtod(fields[7 + i], NULL);
		double		off = fabs(got[i] - want) / scale[i];
		double		room = bounds[i] + 2 * (i == PRICE ? error : error_greeks) / scale[i];

		if (near && i != PRICE)
			room *= 1000;
		CHECK(off <= room, "%s: %s is %.17g, expected %.17g, off by %.2e of its scale",
			  where, output_names[i], got[i], want, off);
		if (!near && off > worst[i])
			worst[i] = off;
	}
	CHECK(g.price == pm_option_price(&o), "%s: price differs from its Greeks'", where);

	grid = fabs(grid_price(&o) - strtod(fields[7], NULL)) / scale[PRICE];
	CHECK(grid <= 2e-5, "%s: the grid's price is off by %.2e", where, grid);
	grid_squares += grid * grid;
	grid_rows++;
	worst_grid = larger(worst_grid, grid);
}

static double worst_quantlib;

static void
quantlib_answer(char **fields, const char *where)
{
	pm_option	o = read_option(fields);
	double		want = strtod(fields[7], NULL);
	double		error = strtod(fields[8], NULL);
	double		unit = larger(o.spot, o.strike);
	double		off = fabs(pm_option_price(&o) - want) / unit;

	CHECK(off <= 1e-9 + 2 * error / unit, "%s: QuantLib has %.17g, ours is off by %.2e",
		  where, want, off);
	worst_quantlib = larger(worst_quantlib, off);
}

/* ------------------------------------------------------------------------
 * Laws.
 */

static double
any_between(double low, double high)
{
	return low * exp(log(high / low) * (random_bits() / 4294967296.0));
}

/* An option of ordinary terms; rates of either sign. */
static pm_option
any_option(void)
{
	pm_option	o = {
		.sign = random_below(2) ? 1 : -1, .strike = 100,
		.years = any_between(1.0 / 365, 10), .volatility = any_between(0.05, 1),
		.rate = -0.03 + 0.13 * (random_bits() / 4294967296.0),
		.yield = -0.03 + 0.13 * (random_bits() / 4294967296.0),
		.exercise = PM_AMERICAN
	};

	o.spot = 100 * exp(o.volatility * sqrt(o.years) *
					   (4 * (random_bits() / 4294967296.0) - 2));
	return o;
}

static void
test_bounds(void)
{
	for (int i = 0; i < 400; i++)
	{
		pm_option	o = any_option();
		pm_option	longer = o;
		pm_option	wilder = o;
		double		v = pm_option_price(&o);
		double		unit = larger(o.spot, o.strike);
		double		tiny = 2e-9 * unit;
		double		most = o.sign > 0
			? o.spot * larger(1, exp(-o.yield * o.years))
			: o.strike * larger(1, exp(-o.rate * o.years));

		longer.years *= 1.1;
		wilder.volatility *= 1.1;
		CHECK(v >= o.sign * (o.spot - o.strike), "below intrinsic: %g", v);
		CHECK(v >= european(&o) - 1e-14 * unit, "below European: %g %g", v, european(&o));
		CHECK(v <= most + tiny, "above the most it can pay: %g %g", v, most);
		CHECK(pm_option_price(&longer) >= v - tiny, "falls with time: %g", v);
		CHECK(pm_option_price(&wilder) >= v - tiny, "falls with volatility: %g", v);
		CHECK(fabs(grid_price(&o) - v) <= 3e-6 * unit, "grid %g, exact %g", grid_price(&o), v);
	}
}

/* McDonald and Schroder: a call is a put with roles exchanged. */
static void
test_symmetry(void)
{
	for (int i = 0; i < 100; i++)
	{
		pm_option	o = any_option();
		pm_option	m = o;
		double		scale = any_between(1e-3, 1e3);

		m.sign = -o.sign;
		m.spot = o.strike;
		m.strike = o.spot;
		m.rate = o.yield;
		m.yield = o.rate;
		CHECK(fabs(pm_option_price(&o) - pm_option_price(&m)) <=
			  1e-13 * larger(o.spot, o.strike), "symmetry: %.17g %.17g",
			  pm_option_price(&o), pm_option_price(&m));
		m = o;
		m.spot *= scale;
		m.strike *= scale;
		CHECK(fabs(pm_option_price(&m) / scale - pm_option_price(&o)) <=
			  1e-12 * larger(o.spot, o.strike), "not homogeneous");
	}
}

/* Where exercise never pays the value is the European one, to the bit. */
static void
test_never_early(void)
{
	const double rates[][2] = {{0, 0}, {0, 0.03}, {-0.01, -0.01}, {-0.02, 0.01}};

	for (size_t i = 0; i < LENGTH(rates); i++)
		for (int sign = -1; sign <= 1; sign += 2)
		{
			pm_option	o = {
				.sign = sign, .spot = 97, .strike = 100, .years = 0.7, .volatility = 0.3,
				.rate = rates[i][sign > 0], .yield = rates[i][sign < 0],
				.exercise = PM_AMERICAN
			};

			CHECK(pm_option_price(&o) == european(&o), "exercised early without gain");
			CHECK(grid_price(&o) == european(&o), "exercised early without gain");
		}
}

/* Greeks are the derivatives of the price; at a spacing that keeps clear of
 * the boundary, and to the error of the difference. */
static double
slope(pm_option *o, double *field, double h)
{
	double		at = *field;
	double		far,
				near;

	*field = at + 2 * h;
	far = pm_option_price(o);
	*field = at - 2 * h;
	far -= pm_option_price(o);
	*field = at + h;
	near = pm_option_price(o);
	*field = at - h;
	near -= pm_option_price(o);
	*field = at;
	return (8 * near - far) / (12 * h);
}

static void
test_second_order(void)
{
	for (int i = 0; i < 80; i++)
	{
		pm_option	o = any_option();
		pm_option	p;
		pm_greeks	g = greeks_of(&o);
		pm_greeks	a,
					b;
		double		stdev = o.volatility * sqrt(o.years);
		double		unit = larger(o.spot, o.strike);
		double		h;

		/* Differences are taken where the value bends smoothly. */
		if (fabs(g.price - o.sign * (o.spot - o.strike)) < 0.02 * stdev * unit)
			continue;
		p = o;
		h = 1e-4 * o.volatility;
		p.volatility = o.volatility + h;
		a = greeks_of(&p);
		p.volatility = o.volatility - h;
		b = greeks_of(&p);
		CHECK(fabs((a.delta - b.delta) / (2 * h) - g.vanna) <= 1e-5 * (1 + 1 / o.volatility) * unit / o.spot,
			  "vanna %g, difference %g", g.vanna, (a.delta - b.delta) / (2 * h));
		CHECK(fabs((a.vega - b.vega) / (2 * h) - g.volga) <= 1e-4 * unit * (1 + sqrt(o.years) / o.volatility),
			  "volga %g, difference %g", g.volga, (a.vega - b.vega) / (2 * h));
		p = o;
		h = 1e-4 * o.years;
		p.years = o.years + h;
		a = greeks_of(&p);
		p.years = o.years - h;
		b = greeks_of(&p);
		CHECK(fabs((b.delta - a.delta) / (2 * h) - g.charm) <= 1e-5 * (1 + 1 / o.years) * unit / o.spot,
			  "charm %g, difference %g", g.charm, (b.delta - a.delta) / (2 * h));
		p = o;
		h = slope(&p, &p.spot, 0.01 * stdev * o.spot);
		CHECK(fabs(h - g.delta) <= 2e-6 * unit / o.spot, "delta %.9g, difference %.9g", g.delta, h);
	}
}

/* black76: the forward's option; rate moves the discount alone. */
static void
test_black76(void)
{
	for (int i = 0; i < 60; i++)
	{
		pm_option	o = any_option();
		pm_option	f = o;
		pm_greeks	g,
					s;
		double		h = 1e-5;
		double		up,
					down;

		f.pricing = PM_BLACK76;
		f.yield = 0;
		o.yield = o.rate;
		g = greeks_of(&f);
		s = greeks_of(&o);
		CHECK(g.price == s.price && g.delta == s.delta && g.gamma == s.gamma && g.vega == s.vega,
			  "black76 differs from a spot that yields the rate");
		CHECK(g.rho_yield == 0, "rho_yield %g", g.rho_yield);
		f.rate += h;
		up = pm_option_price(&f);
		f.rate -= 2 * h;
		down = pm_option_price(&f);
		CHECK(fabs((up - down) / (2 * h) - g.rho) <=
			  1e-5 * larger(1, o.years) * larger(o.spot, o.strike), "rho %g, difference %g",
			  g.rho, (up - down) / (2 * h));
	}
}

/* At expiry and without volatility. */
static void
test_corners(void)
{
	pm_option	o = {.sign = -1, .spot = 90, .strike = 100, .years = 0, .volatility = 0.3,
	.rate = 0.05, .exercise = PM_AMERICAN};
	pm_greeks	g = greeks_of(&o);

	CHECK(g.price == 10 && g.delta == -1 && g.gamma == 0 && g.vega == 0, "at expiry");
	o.years = 1;
	o.volatility = 0;
	g = greeks_of(&o);
	CHECK(g.price == 10 && g.delta == -1 && g.theta == 0 && g.rho == 0, "exercised at once");
	o.spot = 110;
	g = greeks_of(&o);
	CHECK(g.price == 0 && g.delta == 0, "worthless");
	/* The price falls to the strike and beyond: best where it has. */
	o.yield = 0.2;
	g = greeks_of(&o);
	CHECK(fabs(g.price - (100 * exp(-0.05) - 110 * exp(-0.2))) < 1e-12, "at expiry: %g", g.price);
	o.years = 30;
	g = greeks_of(&o);
	{
		double		t = log(0.2 * 110 / (0.05 * 100)) / 0.15;

		CHECK(fabs(g.price - (100 * exp(-0.05 * t) - 110 * exp(-0.2 * t))) < 1e-12,
			  "in between: %g", g.price);
		CHECK(fabs(g.delta + exp(-0.2 * t)) < 1e-12 && g.theta == 0, "in between");
		CHECK(fabs(g.rho + t * 100 * exp(-0.05 * t)) < 1e-10, "in between: rho %g", g.rho);
	}
	/* A volatility that is next to none is next to that. */
	for (double tiny = 1e-2; tiny > 1e-9; tiny /= 10)
	{
		double		certain = g.price;

		o.volatility = tiny;
		CHECK(fabs(pm_option_price(&o) - certain) <= 100 * tiny, "volatility %g: %g, %g",
			  tiny, pm_option_price(&o), certain);
	}
}

/* Any terms at all: a number, and no Greek that is not one. */
static void
test_extremes(void)
{
	for (int i = 0; i < 400; i++)
	{
		pm_option	o = {
			.sign = random_below(2) ? 1 : -1, .strike = 100,
			.years = any_between(1e-6, 30), .volatility = any_between(1e-4, 3),
			.rate = any_between(1e-5, 0.5), .yield = any_between(1e-5, 0.5),
			.exercise = PM_AMERICAN
		};
		pm_greeks	g;

		if (i % 4 == 1)
			o.yield = 0;
		if (i % 4 == 2)
			o.rate = o.yield * (1 + any_between(1e-12, 1e-2));
		o.spot = 100 * exp(o.volatility * sqrt(o.years) * (random_below(9) - 4.0));
		g = greeks_of(&o);
		CHECK(isfinite(g.price) && isfinite(g.delta) && isfinite(g.gamma) && isfinite(g.vega) &&
			  isfinite(g.theta) && isfinite(g.rho) && isfinite(g.rho_yield) &&
			  isfinite(g.vanna) && isfinite(g.volga) && isfinite(g.charm),
			  "not finite: sign %g spot %g years %g volatility %g rate %g yield %g",
			  o.sign, o.spot, o.years, o.volatility, o.rate, o.yield);
		CHECK(fabs(grid_price(&o) - g.price) <= 5e-5 * larger(o.spot, o.strike),
			  "grid %.9g exact %.9g: sign %g spot %g years %g volatility %g rate %g yield %g",
			  grid_price(&o), g.price, o.sign, o.spot, o.years, o.volatility, o.rate, o.yield);
	}
}

/*
 * Two boundaries, which may meet before expiry: a number wherever they do, the
 * grid's beside it, and no jump from one time to the next, as a solution that is
 * none of the problem would make.
 */
static void
test_two_boundaries(void)
{
	for (int i = 0; i < 400; i++)
	{
		double		income = -any_between(1e-4, 0.1);
		double		other = income * any_between(1.001, 3);
		pm_option	o = {
			.sign = i % 2 ? 1 : -1, .strike = 100, .years = any_between(1.0 / 365, 10),
			.volatility = any_between(0.05, 1.1), .exercise = PM_AMERICAN
		};
		pm_option	later = o;
		double		price;

		o.rate = i % 2 ? other : income;
		o.yield = i % 2 ? income : other;
		o.spot = 100 * exp(o.volatility * sqrt(o.years) * (random_below(400) / 100.0 - 2));
		later = o;
		later.years *= 1.0001;
		price = pm_option_price(&o);
		CHECK(fabs(grid_price(&o) - price) <= 2e-5 * larger(100, o.spot) &&
			  fabs(pm_option_price(&later) - price) <= 3e-4 * larger(100, o.spot) &&
			  price >= european(&o) - 1e-12 * larger(100, o.spot),
			  "sign %g spot %.9g years %.9g volatility %.9g rate %.9g yield %.9g: %.12g, grid %.12g, later %.12g",
			  o.sign, o.spot, o.years, o.volatility, o.rate, o.yield, price, grid_price(&o),
			  pm_option_price(&later));
	}
}

/* One boundary for many prices gives the prices one by one. */
static void
test_together(void)
{
	pm_option	o = any_option();
	double		spots[9];
	double		prices[9];

	for (int i = 0; i < 9; i++)
		spots[i] = 60 + 10 * i;
	pm_option_prices(&o, PM_GRID, spots, 9, prices);
	for (int i = 0; i < 9; i++)
	{
		o.spot = spots[i];
		CHECK(grid_price(&o) == prices[i], "together %.17g, alone %.17g", prices[i], grid_price(&o));
	}
}

/*
 * The rules of nodes.h are GSL's, whose own are iterated to 1e-10 where it has no
 * table; and they integrate every power they must.
 */
static void
test_nodes(void)
{
	const struct
	{
		size_t		n;
		const double *node;
		const double *weight;
	}			rules[] = {
		{12, pm_gauss_node_12, pm_gauss_weight_12}, {16, pm_gauss_node_16, pm_gauss_weight_16},
		{26, pm_gauss_node_26, pm_gauss_weight_26}, {34, pm_gauss_node_34, pm_gauss_weight_34},
		{52, pm_gauss_node_52, pm_gauss_weight_52},
	};

	for (size_t i = 0; i < LENGTH(rules); i++)
	{
		gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(rules[i].n);

		for (size_t k = 0; k < rules[i].n; k++)
		{
			double		node,
						weight;

			gsl_integration_glfixed_point(0, 1, k, &node, &weight, table);
			CHECK(fabs(node - rules[i].node[k]) < 1e-10 && fabs(weight - rules[i].weight[k]) < 1e-10,
				  "rule %zu node %zu", rules[i].n, k);
		}
		for (size_t power = 0; power < 2 * rules[i].n; power++)
		{
			double		sum = 0;

			for (size_t k = 0; k < rules[i].n; k++)
				sum += rules[i].weight[k] * pow(rules[i].node[k], (double) power);
			CHECK(fabs(sum * (double) (power + 1) - 1) < 1e-14, "rule %zu power %zu: %.17g",
				  rules[i].n, power, sum * (double) (power + 1));
		}
		gsl_integration_glfixed_table_free(table);
	}
}

int
main(int argc, char **argv)
{
	check_table(argc > 1 ? argv[1] : "test/oracle/american_quadrature.csv", COLUMNS, 400,
				known_answer);
	check_table(argc > 2 ? argv[2] : "test/oracle/american_quantlib.csv", 9, 300,
				quantlib_answer);
	for (int i = 0; i < OUTPUTS; i++)
		printf("largest error of %s: %.1e of its scale\n", output_names[i], worst[i]);
	printf("grid: rms %.1e, largest %.1e; QuantLib: largest %.1e\n",
		   sqrt(grid_squares / (double) larger(1, (double) grid_rows)), worst_grid, worst_quantlib);
	test_bounds();
	test_symmetry();
	test_never_early();
	test_second_order();
	test_black76();
	test_corners();
	test_extremes();
	test_two_boundaries();
	test_together();
	test_nodes();
	return check_finish("american");
}
