/*
 * test_american_ordinary.c - American values at the accuracy of a grid, beside
 * those of the general method, and in two builds of one source.
 *
 * Usage: test_american_ordinary
 */
#include <gsl/gsl_integration.h>
#include <math.h>

#include "check.h"
#include "nodes.h"
#include "option.h"
#include "support.h"

/* The same source once more, for the least of all processors. */
#include "elementary.h"
#undef PM_CLONES
#define PM_CLONES
#define pm_ordinary_solve	plain_solve
#define pm_ordinary_log		plain_log
#define pm_ordinary_premiums plain_premiums
#include "american_ordinary.c"
#undef pm_ordinary_solve
#undef pm_ordinary_log
#undef pm_ordinary_premiums

extern bool pm_ordinary_solve(pm_ordinary *put);
extern double pm_ordinary_log(const pm_ordinary *put);
extern void pm_ordinary_premiums(const pm_ordinary *put, const double *log_m,
								 size_t count, double *premiums);

#define SPOTS	70

static double
uniform(double low, double high)
{
	return low + (high - low) * (random_bits() / 4294967296.0);
}

/* Terms that most contracts have. */
static pm_option
usual_option(void)
{
	pm_option	o = {
		.sign = random_below(2) ? 1 : -1, .strike = 100, .years = uniform(7, 730) / 365,
		.volatility = uniform(0.1, 0.7), .rate = uniform(0.01, 0.09),
		.yield = uniform(0, 0.06), .exercise = PM_AMERICAN
	};

	o.spot = 100 * exp(uniform(-2, 2) * o.volatility * sqrt(o.years));
	return o;
}

/* Terms up to where the general method takes over, and a little beyond. */
static pm_option
unusual_option(void)
{
	pm_option	o = usual_option();

	o.years = 30 * exp(uniform(-10, 0));
	o.volatility = 2 * exp(uniform(-4, 0));
	o.rate = uniform(-0.05, 0.15);
	o.yield = uniform(-0.05, 0.15);
	o.spot = 100 * exp(uniform(-3, 3) * o.volatility * sqrt(o.years));
	return o;
}

/* An option's error at ten prices of its underlying, in units of the larger of
 * spot and strike. */
static double
largest_error(const pm_option *o, double *squares)
{
	double		spots[10];
	double		coarse[10];
	double		fine[10];
	double		largest = 0;

	for (int i = 0; i < 10; i++)
		spots[i] = o->spot * (0.85 + 0.3 * i / 9);
	pm_option_prices(o, PM_GRID, spots, 10, coarse);
	pm_option_prices(o, PM_EXACT, spots, 10, fine);
	for (int i = 0; i < 10; i++)
	{
		double		error = fabs(coarse[i] - fine[i]) / fmax(100, spots[i]);

		*squares += error * error / 10;
		if (!(error <= largest))
			largest = error;
	}
	return largest;
}

/* What docs/pricing.md states of ordinary contracts, and of others. */
static void
test_errors(void)
{
	double		largest = 0;
	double		squares = 0;

	for (int i = 0; i < 500; i++)
	{
		pm_option	o = usual_option();
		double		error = largest_error(&o, &squares);

		CHECK(error <= 2e-6, "off by %.2e: sign %g spot %.9g years %.9g volatility %.9g rate %.9g yield %.9g",
			  error, o.sign, o.spot, o.years, o.volatility, o.rate, o.yield);
		largest = fmax(largest, error);
	}
	CHECK(sqrt(squares / 500) <= 1e-7, "rms error %.2e", sqrt(squares / 500));
	printf("ordinary contracts: rms %.1e, largest %.1e\n", sqrt(squares / 500), largest);

	largest = 0;
	for (int i = 0; i < 500; i++)
	{
		pm_option	o = unusual_option();
		double		error = largest_error(&o, &squares);

		CHECK(error <= 2e-5, "off by %.2e: sign %g spot %.9g years %.9g volatility %.9g rate %.9g yield %.9g",
			  error, o.sign, o.spot, o.years, o.volatility, o.rate, o.yield);
		largest = fmax(largest, error);
	}
	printf("others: largest %.1e\n", largest);
}

static pm_ordinary
put_of(const pm_option *o)
{
	pm_ordinary put = {
		.volatility = o->volatility, .rate = o->rate, .yield = o->yield, .years = o->years
	};

	if (o->yield > o->rate)
		put.log_limit = pm_log_ratio(o->rate, o->yield);
	return put;
}

/*
 * The build that the loader has picked gives the bytes of the plain one; and
 * it does solve what it is there for.
 */
static void
test_bits(void)
{
	double		log_m[SPOTS];
	double		picked[SPOTS];
	double		plain[SPOTS];
	int			solved = 0;

	for (int i = 0; i < SPOTS; i++)
		log_m[i] = 0.05 * (i - SPOTS / 2);
	for (int i = 0; i < 600; i++)
	{
		pm_option	o = i < 300 ? usual_option() : unusual_option();
		pm_ordinary a = put_of(&o);
		pm_ordinary b = a;
		bool		known;

		if (o.rate < 0 || (o.rate == 0 && o.yield >= 0))
			continue;
		known = pm_ordinary_solve(&a);
		CHECK(plain_solve(&b) == known && memcmp(&a, &b, sizeof a) == 0,
			  "boundaries differ: years %.9g volatility %.9g rate %.9g yield %.9g",
			  o.years, o.volatility, o.rate, o.yield);
		CHECK(known || i >= 300, "left to others: years %.9g volatility %.9g rate %.9g yield %.9g",
			  o.years, o.volatility, o.rate, o.yield);
		if (!known)
			continue;
		solved++;
		pm_ordinary_premiums(&a, log_m, SPOTS, picked);
		plain_premiums(&a, log_m, SPOTS, plain);
		CHECK(memcmp(picked, plain, sizeof plain) == 0 && pm_ordinary_log(&a) == plain_log(&a),
			  "premiums differ: years %.9g volatility %.9g rate %.9g yield %.9g",
			  o.years, o.volatility, o.rate, o.yield);
	}
	CHECK(solved > 400, "solved %d", solved);
}

/* Extreme terms are left to the general method, and none does harm. */
static void
test_extremes(void)
{
	const double extreme[][4] = {	/* years, volatility, rate, yield */
		{30, 2, 0.05, 0.02}, {1, 1e-3, 0.05, 0}, {1, 1e-300, 0.05, 0}, {1, 1e200, 0.05, 0},
		{1, 0.2, 1e300, 0}, {1e300, 0.2, 0.05, 0}, {1, 0.2, 4, 0}, {1, 0.2, 0, -5}
	};
	pm_ordinary put;

	for (int i = 0; i < LENGTH(extreme); i++)
	{
		put = (pm_ordinary)
		{
			.years = extreme[i][0], .volatility = extreme[i][1], .rate = extreme[i][2],
				.yield = extreme[i][3]
		};
		CHECK(!pm_ordinary_solve(&put), "case %d is solved", i);
	}
	/* What is solved has premiums at every price, within the strike. */
	for (int i = 0; i < 200; i++)
	{
		const double log_m[] = {-740, -50, -1, 0, 1, 50, 709};
		double		premiums[LENGTH(log_m)];
		pm_option	o = usual_option();

		o.years = exp(uniform(-300, 0));
		if (i % 2)
			o.rate = exp(uniform(-300, -3));
		put = put_of(&o);
		if (!pm_ordinary_solve(&put))
			continue;
		pm_ordinary_premiums(&put, log_m, LENGTH(log_m), premiums);
		for (int j = 0; j < LENGTH(log_m); j++)
			CHECK(premiums[j] >= -1e-15 && premiums[j] <= 1,
				  "premium %g at ln m = %g: years %g volatility %g rate %g yield %g",
				  premiums[j], log_m[j], o.years, o.volatility, o.rate, o.yield);
	}
}

/* A price is the same in any company. */
static void
test_together(void)
{
	for (int i = 0; i < 20; i++)
	{
		pm_option	o = usual_option();
		double		spots[SPOTS];
		double		prices[SPOTS];

		for (int j = 0; j < SPOTS; j++)
			spots[j] = 30 + 2 * j;
		pm_option_prices(&o, PM_GRID, spots, SPOTS, prices);
		for (int j = 0; j < SPOTS; j++)
		{
			double		alone;

			pm_option_prices(&o, PM_GRID, &spots[j], 1, &alone);
			CHECK(alone == prices[j], "together %.17g, alone %.17g", prices[j], alone);
		}
	}
}

/* The angles of nodes.h are Gauss and Legendre's of GSL, pi/2 u^power. */
static void
test_angles(size_t count, int power, const double *sine, const double *cosine,
			const double *weight)
{
	gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(count);

	for (size_t k = 0; k < count; k++)
	{
		double		u,
					du,
					angle,
					dv;

		gsl_integration_glfixed_point(0, 1, k, &u, &du, table);
		angle = M_PI / 2 * pow(u, power);
		dv = M_PI * sin(angle) * cos(angle) * power * pow(u, power - 1) * du;
		CHECK(fabs(sine[k] - sin(angle)) < 1e-15 && fabs(cosine[k] - cos(angle)) < 1e-15 &&
			  fabs(weight[k] - dv) < 1e-15, "angle %zu of %zu", k, count);
	}
	gsl_integration_glfixed_table_free(table);
}

int
main(void)
{
	test_errors();
	test_bits();
	test_extremes();
	test_together();
	test_angles(8, 1, pm_front_sine_8, pm_front_cosine_8, pm_front_weight_8);
	test_angles(16, 2, pm_spot_sine_16, pm_spot_cosine_16, pm_spot_weight_16);
	return check_finish("american ordinary");
}
