/*
 * test_surface_check.c - surface_check.h: published smiles with and without
 * arbitrage, and amounts from prices made with GSL.
 */
#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "check.h"
#include "core/surface_check.h"
#include "surfaces.h"

/* ------------------------------------------------------------------------
 * Collecting.
 */

typedef struct findings
{
	pm_finding	rows[256];
	int			count;
} findings;

static void
collect(void *context, const pm_finding *finding)
{
	findings   *all = context;

	if (all->count < LENGTH(all->rows))
		all->rows[all->count] = *finding;
	all->count++;
}

/* The findings of a surface, which is freed. */
static findings
found(pm_surface *surface, const double *forwards, pm_pricing pricing)
{
	findings	all = {.count = 0};
	pm_issue	issue = {0};

	CHECK(pm_surface_findings(surface, forwards, forwards ? surface->expiries : 0, pricing,
							  collect, &all, &issue), "refused: %s", issue.message);
	free(surface);
	return all;
}

static const char *const kind_names[] = {"butterfly", "vertical", "wing", "calendar"};

/* Whether the findings are just these, their amounts within `tolerance`. */
static void
expect(const char *name, const findings *all, const pm_finding *want, int count, double tolerance)
{
	CHECK(all->count == count, "%s: %d findings, not %d", name, all->count, count);
	for (int i = 0; i < count && i < all->count; i++)
	{
		const pm_finding *got = &all->rows[i];

		CHECK(got->kind == want[i].kind && got->slice == want[i].slice &&
			  (got->point == want[i].point || fabs(got->point - want[i].point) < 1e-6) &&
			  fabs(got->amount - want[i].amount) <= tolerance,
			  "%s, finding %d: %s of expiry %u at %.17g by %.17g, not %s of %u at %.17g by %.17g",
			  name, i, kind_names[got->kind], got->slice, got->point, got->amount,
			  kind_names[want[i].kind], want[i].slice, want[i].point, want[i].amount);
	}
}

/* ------------------------------------------------------------------------
 * SVI.
 */

/* The least value of Durrleman's g, and which wings are too steep. */
static void
smile_row(char **f, const char *where)
{
	static const double year = 365;
	double		n[7];
	pm_svi		smile;
	findings	all;
	pm_finding	want[3];
	int			count = 0;

	for (int i = 0; i < 7; i++)
		n[i] = strtod(f[i + 1], NULL);
	memcpy(&smile, n, sizeof smile);
	if (n[6] < 0)
		want[count++] = (pm_finding)
	{
		PM_BUTTERFLY, 0, n[5], -n[6]
	};
	if (strcmp(f[0], "steep") == 0)
		want[count++] = (pm_finding)
	{
		PM_WING, 0, -INFINITY, 1.2 * 1.7 - 2
	};
	all = found(svi_of(&year, 1, &smile), NULL, PM_BLACK76);
	expect(where, &all, want, count, 1e-11);
}

/*
 * SSVI with a power law and eta (1 + |rho|) <= 2 is free of static arbitrage
 * (Gatheral and Jacquier 2014, remark 4.4), here as raw SVI, their lemma 3.1.
 */
static pm_svi
ssvi(double theta, double rho, double eta, double gamma)
{
	double		phi = eta / (pow(theta, gamma) * pow(1 + theta, 1 - gamma));

	return (pm_svi)
	{
		theta / 2 * (1 - rho * rho), theta * phi / 2, rho, -rho / phi, sqrt(1 - rho * rho) / phi
	};
}

enum
{
	EXPIRIES = 5, POINTS = 41
};
static const double ssvi_days[EXPIRIES] = {1, 14, 90, 365, 1825};

static void
ssvi_smiles(double rho, double share, double gamma, pm_svi *smiles)
{
	for (int i = 0; i < EXPIRIES; i++)
		smiles[i] = ssvi(0.04 * ssvi_days[i] / 365, rho, share * 2 / (1 + fabs(rho)), gamma);
}

/* A surface free of arbitrage: as SVI, and its own volatilities as a grid. */
static void
free_of_arbitrage(void)
{
	static const double rhos[] = {-0.9, -0.7, -0.3, 0, 0.5};
	static const double shares[] = {0.2, 0.6, 1};
	static const double gammas[] = {0.1, 0.3, 0.5};

	for (int r = 0; r < LENGTH(rhos); r++)
		for (int s = 0; s < LENGTH(shares); s++)
			for (int g = 0; g < LENGTH(gammas); g++)
			{
				pm_svi		smiles[EXPIRIES];
				double		points[POINTS],
							strikes[POINTS],
							marks[EXPIRIES * POINTS],
							forwards[EXPIRIES];
				char		name[128];
				findings	all;

				ssvi_smiles(rhos[r], shares[s], gammas[g], smiles);
				for (int i = 0; i < POINTS; i++)
					points[i] = exp(0.05 * (i - POINTS / 2));
				for (int e = 0; e < EXPIRIES; e++)
					for (int i = 0; i < POINTS; i++)
						marks[e * POINTS + i] = sqrt(pm_svi_variance(&smiles[e], log(points[i])) /
													 ssvi_days[e] * 365);
				snprintf(name, sizeof name, "SSVI rho %g, %g of the bound, gamma %g",
						 rhos[r], shares[s], gammas[g]);
				all = found(svi_of(ssvi_days, EXPIRIES, smiles), NULL, PM_BLACK76);
				expect(name, &all, NULL, 0, 0);
				all = found(grid_surface(PM_AXIS_MONEYNESS, ssvi_days, EXPIRIES, points, POINTS, marks),
							NULL, PM_BLACK76);
				expect(name, &all, NULL, 0, 0);
				/* By strike, under one forward for all expiries. */
				for (int i = 0; i < POINTS; i++)
					strikes[i] = 250 * points[i];
				for (int e = 0; e < EXPIRIES; e++)
					forwards[e] = 250;
				all = found(grid_surface(PM_AXIS_STRIKE, ssvi_days, EXPIRIES, strikes, POINTS, marks),
							forwards, PM_BLACK_SCHOLES);
				expect(name, &all, NULL, 0, 0);
			}
}

/* Expiries the other way round are calendar arbitrage everywhere. */
static void
smile_calendar(void)
{
	static const double days[] = {365, 730};
	static const pm_svi flat[] = {{0.04, 0, 0, 0, 1}, {0.03, 0, 0, 0, 1}};
	static const pm_svi equal[] = {{0.04, 0.2, -0.3, 0.1, 0.2}, {0.04, 0.2, -0.3, 0.1, 0.2}};
	/* Same shape: the difference 0.2 (-0.6 y + sqrt(y^2 + 0.01)) - 0.03 is least at y = 0.075. */
	static const pm_svi dips[] = {{0.34, 0.2, -0.6, 0.05, 0.1}, {0.31, 0.4, -0.6, 0.05, 0.1}};
	/* Less steep wings: 0.3 (1 -+ 0.5) against 0.2 (1 -+ 0.5). */
	static const pm_svi wings[] = {{0.01, 0.3, -0.5, 0, 0.1}, {4, 0.2, -0.5, 0, 0.1}};
	pm_finding	want[2];
	findings	all;

	all = found(svi_of(days, 2, flat), NULL, PM_BLACK76);
	CHECK(all.count == 1 && all.rows[0].kind == PM_CALENDAR && all.rows[0].slice == 1 &&
		  fabs(all.rows[0].amount - 0.01) < 1e-15, "flat smiles: %d findings", all.count);
	all = found(svi_of(days, 2, equal), NULL, PM_BLACK76);
	expect("equal smiles", &all, NULL, 0, 0);
	want[0] = (pm_finding)
	{
		PM_CALENDAR, 1, 0.125, 0.03 - 0.2 * 0.1 * 0.8
	};
	all = found(svi_of(days, 2, dips), NULL, PM_BLACK76);
	expect("a dip", &all, want, 1, 1e-14);
	want[0] = (pm_finding)
	{
		PM_CALENDAR, 1, -INFINITY, 0.15
	};
	want[1] = (pm_finding)
	{
		PM_CALENDAR, 1, INFINITY, 0.05
	};
	all = found(svi_of(days, 2, wings), NULL, PM_BLACK76);
	expect("less steep wings", &all, want, 2, 1e-15);
}

/* ------------------------------------------------------------------------
 * Grids.
 */

static double
black(double forward, double strike, double stdev)
{
	double		d = log(forward / strike) / stdev + stdev / 2;

	return forward * gsl_cdf_ugaussian_P(d) - strike * gsl_cdf_ugaussian_P(d - stdev);
}

static double
bachelier(double forward, double strike, double stdev)
{
	double		d = (forward - strike) / stdev;

	return (forward - strike) * gsl_cdf_ugaussian_P(d) + stdev * gsl_ran_ugaussian_pdf(d);
}

/* A quarter of a year, so that a standard deviation is half the volatility. */
static const double quarter = 91.25;

static void
butterflies(void)
{
	static const double points[] = {0.9, 1, 1.1};
	static const double marks[] = {0.2, 0.4, 0.2};
	static const double strikes[] = {180, 200, 220};
	static const double first_strikes[] = {0.5, 1};
	static const double first_marks[] = {1.3, 0.2};
	static const double forward = 200,
				one = 1;
	double		amount = black(1, 1, 0.2) - (black(1, 0.9, 0.1) + black(1, 1.1, 0.1)) / 2;
	pm_finding	want = {PM_BUTTERFLY, 0, 1, amount};
	findings	all = found(grid_surface(PM_AXIS_MONEYNESS, &quarter, 1, points, 3, marks), NULL, PM_BLACK76);

	CHECK(amount > 0.01, "the example has no arbitrage");
	expect("a peak", &all, &want, 1, 1e-15);
	want.point = 200;
	want.amount *= 200;
	all = found(grid_surface(PM_AXIS_STRIKE, &quarter, 1, strikes, 3, marks), &forward, PM_BLACK76);
	expect("a peak by strike", &all, &want, 1, 1e-12);
	/* The first strike against strike 0, where the call is the forward. */
	amount = black(1, 0.5, 0.65) - (1 + black(1, 1, 0.1)) / 2;
	CHECK(amount > 0.01, "the example has no arbitrage");
	want = (pm_finding)
	{
		PM_BUTTERFLY, 0, 0.5, amount
	};
	all = found(grid_surface(PM_AXIS_STRIKE, &quarter, 1, first_strikes, 2, first_marks), &one, PM_BLACK76);
	expect("the first strike", &all, &want, 1, 1e-15);
}

/* A call that costs more than one of a lower strike. */
static void
verticals(void)
{
	static const double points[] = {1, 1.01};
	static const double marks[] = {0.2, 0.3};
	static const double strikes[] = {-1, 0, 1};
	static const double normal[] = {6, 1, 6};
	static const double zero = 0;
	pm_finding	want[3] = {{PM_VERTICAL, 0, 1.01, black(1, 1.01, 0.15) - black(1, 1, 0.1)}};
	double		price[3];
	findings	all = found(grid_surface(PM_AXIS_MONEYNESS, &quarter, 1, points, 2, marks), NULL, PM_BLACK76);

	CHECK(want[0].amount > 0.01, "the example has no arbitrage");
	expect("a steep smile", &all, want, 1, 1e-15);
	/* Bachelier, forward 0: down by more than the strikes differ, then up. */
	for (int i = 0; i < 3; i++)
		price[i] = bachelier(0, strikes[i], normal[i] / 2);
	want[0] = (pm_finding)
	{
		PM_VERTICAL, 0, 0, price[0] - price[1] - 1
	};
	want[1] = (pm_finding)
	{
		PM_VERTICAL, 0, 1, price[2] - price[1]
	};
	CHECK(want[0].amount > 0.1 && want[1].amount > 0.1, "the example has no arbitrage");
	all = found(grid_surface(PM_AXIS_STRIKE, &quarter, 1, strikes, 3, normal), &zero, PM_BACHELIER);
	expect("bachelier", &all, want, 2, 1e-14);
}

static void
calendars(void)
{
	static const double days[] = {73, 146};
	static const double points[] = {0.9, 1};
	static const double falling[] = {0.5, 0.3, 0.25, 0.3};
	static const double strikes[] = {100, 125};
	static const double by_strike[] = {0.2, 0.3, 0.2, 0.2};
	static const double forwards[] = {100, 125};
	static const double level[] = {100, 100};
	static const double normal[] = {20, 10, 10, 10};
	pm_finding	want = {PM_CALENDAR, 1, 0.9, 0.05 - 0.025};
	findings	all = found(grid_surface(PM_AXIS_MONEYNESS, days, 2, points, 2, falling), NULL, PM_BLACK76);

	/* w = 0.25 * 0.2 against 0.0625 * 0.4; and a butterfly from neither. */
	expect("falling variance", &all, &want, 1, 1e-15);

	/*
	 * Strike 125 of the first expiry stands at moneyness 1.25, strike 156.25 of
	 * the second: 0.09 * 0.2 against 0.04 * 0.4 there.  At 100 and 125, both at
	 * the money, nothing falls; with a level forward 125 is the place.
	 */
	want = (pm_finding)
	{
		PM_CALENDAR, 1, 156.25, 0.018 - 0.016
	};
	all = found(grid_surface(PM_AXIS_STRIKE, days, 2, strikes, 2, by_strike), forwards, PM_BLACK76);
	expect("forwards apart", &all, &want, 1, 1e-15);
	want.point = 125;
	all = found(grid_surface(PM_AXIS_STRIKE, days, 2, strikes, 2, by_strike), level, PM_BLACK76);
	expect("one forward", &all, &want, 1, 1e-15);

	/* Normal variance at strike - forward: 400 * 0.2 against 100 * 0.4 at and
	 * below the money, that is at 100 of the first and 125 of the second, and
	 * at 75 and 100. */
	{
		pm_finding	normals[] = {{PM_CALENDAR, 1, 100, 40}, {PM_CALENDAR, 1, 125, 40}};

		all = found(grid_surface(PM_AXIS_STRIKE, days, 2, strikes, 2, normal), forwards, PM_BACHELIER);
		expect("normal variance", &all, normals, 2, 1e-12);
	}
}

/* ------------------------------------------------------------------------
 * Questions without an answer.
 */

static void
refusals(void)
{
	static const double days[] = {30, 60};
	static const double strikes[] = {0, 100};
	static const double marks[] = {0.2, 0.2, 0.2, 0.2};
	static const double points[] = {1, 2};
	static const double good[] = {100, 100},
				negative[] = {100, -1},
				nan[] = {NAN, 100},
				large[] = {100, 1e101};
	pm_surface *by_strike = grid_surface(PM_AXIS_STRIKE, days, 2, strikes, 2, marks);
	pm_surface *positive = grid_surface(PM_AXIS_STRIKE, days, 2, points, 2, marks);
	pm_surface *moneyness = grid_surface(PM_AXIS_MONEYNESS, days, 2, points, 2, marks);
	const struct
	{
		pm_surface *surface;
		const double *forwards;
		uint32_t	count;
		pm_pricing	pricing;
		pm_code		code;
		const char *message;
		const char *detail;
	}			asked[] = {
		{positive, NULL, 0, PM_BLACK76, PM_NULL_VALUE, "\"forwards\" is needed", "forwards is null."},
		{positive, good, 1, PM_BLACK76, PM_INVALID_VALUE, "one element per expiry", "It has 1 for 2."},
		{positive, negative, 2, PM_BLACK76, PM_INVALID_VALUE, "positive number", "Forward 2 is -1."},
		{positive, nan, 2, PM_BACHELIER, PM_INVALID_VALUE, "finite number", "Forward 1 is NaN."},
		{positive, large, 2, PM_BACHELIER, PM_INVALID_VALUE, "finite number", "Forward 2 is 1e+101."},
		{by_strike, good, 2, PM_BLACK76, PM_INVALID_VALUE, "strike of a lognormal surface",
		"The first strike of expiry 1 is 0."},
		{moneyness, NULL, 0, PM_BACHELIER, PM_INVALID_VALUE, "is lognormal", "pricing is bachelier."},
	};

	for (int i = 0; i < LENGTH(asked); i++)
	{
		findings	all = {.count = 0};
		pm_issue	issue = {0};

		CHECK(!pm_surface_findings(asked[i].surface, asked[i].forwards, asked[i].count,
								   asked[i].pricing, collect, &all, &issue) && all.count == 0 &&
			  issue_says(&issue, asked[i].code, asked[i].message, asked[i].detail, ""),
			  "question %d: [%s] [%s]", i, issue.message, issue.detail);
	}
	free(positive);
	free(moneyness);
	{
		findings	all = found(by_strike, negative, PM_BACHELIER);

		CHECK(all.count == 0, "bachelier takes a forward below 0: %d findings", all.count);
	}
}

/* Whatever the numbers are, it ends, and no amount is 0, negative or NaN. */
static void
extremes(void)
{
	static const double values[] = {0, 1e-100, 1e-8, 0.1, 1, 3, 1e8, 1e100};
	static const double days[] = {1e-5, 1e5};
	int			bad = 0;

	for (int i = 0; i < 2000; i++)
	{
		pm_svi		smiles[2];
		findings	all;

		for (int s = 0; s < 2; s++)
		{
			smiles[s] = (pm_svi)
			{
				values[random_below(8)], values[random_below(8)], random_below(3) - 1.0,
				(random_below(2) ? 1 : -1) * values[random_below(8)], values[1 + random_below(7)]
			};
		}
		all = found(svi_of(days, 2, smiles), NULL, PM_BLACK76);
		for (int f = 0; f < all.count; f++)
			bad += !(all.rows[f].amount > 0) || isnan(all.rows[f].point);
	}
	CHECK(bad == 0, "%d findings are no findings", bad);
}

int
main(void)
{
	check_table("test/oracle/surface_durrleman.csv", 8, 8, smile_row);
	free_of_arbitrage();
	smile_calendar();
	butterflies();
	verticals();
	calendars();
	refusals();
	extremes();
	return check_finish("surface_check");
}
