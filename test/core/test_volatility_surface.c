/*
 * test_volatility_surface.c - volatility_surface.h: the volatility at a point
 * against mpmath and GSL, which surfaces are equal, and what is refused.
 */
#include <float.h>
#include <math.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_interp.h>

#include "check.h"
#include "core/elementary.h"
#include "surfaces.h"

static double
uniform(void)
{
	return (random_bits() + 0.5) / 4294967296.0;
}

/* ------------------------------------------------------------------------
 * Volatilities.
 */

static double worst_svi;

/*
 * SVI and interpolation in time.  A rounding in the terms of total variance
 * is magnified by their size over their sum, which is the table's condition.
 */
static void
svi_row(char **f, const char *where)
{
	double		n[16];
	pm_svi		smiles[2];
	double		days[2],
				want,
				got,
				error;
	pm_surface *surface;

	for (int i = 0; i < 16; i++)
		n[i] = strtod(f[i], NULL);
	for (int i = 0; i < 2; i++)
	{
		memcpy(&smiles[i], n + 6 * i, sizeof(pm_svi));
		days[i] = n[6 * i + 5];
	}
	surface = svi_of(days, 2, smiles);
	want = n[15];
	got = pm_surface_volatility(surface, n[13], n[14], after(n[12]));
	error = fabs(got - want) / want / DBL_EPSILON / (1 + strtod(f[16], NULL));
	CHECK(error <= 4, "%s: %.17g, mpmath %s, %g units", where, got, f[15], error);
	if (error > worst_svi)
		worst_svi = error;
	free(surface);
}

/* Ascending points with gaps of very different widths. */
static void
random_points(double *points, uint32_t count)
{
	points[0] = 0.01 + uniform();
	for (uint32_t i = 1; i < count; i++)
		points[i] = points[i - 1] + pow(10, 2 * uniform() - 2);
}

/* Marks with runs of equal ones and turning points. */
static void
random_marks(double *marks, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		marks[i] = i > 0 && random_below(4) == 0 ? marks[i - 1] : 0.05 + uniform();
}

/*
 * The grid against GSL: Steffen's interpolation within an expiry, linear
 * interpolation of total variance between expiries.
 */
static void
grids_as_gsl(void)
{
	double		worst = 0;

	for (int round = 0; round < 200; round++)
	{
		enum
		{
			EXPIRIES = 4, MOST = 24
		};
		uint32_t	count = 3 + random_below(MOST - 2);
		double		points[MOST],
					marks[EXPIRIES * MOST],
					days[EXPIRIES],
					years[EXPIRIES];
		gsl_interp *smile = gsl_interp_alloc(gsl_interp_steffen, count);
		gsl_interp *term = gsl_interp_alloc(gsl_interp_linear, EXPIRIES);
		pm_axis		axis = random_below(2) ? PM_AXIS_STRIKE : PM_AXIS_MONEYNESS;
		double		forward = axis == PM_AXIS_STRIKE ? NAN : 128;
		pm_surface *surface;

		random_points(points, count);
		random_marks(marks, EXPIRIES * count);
		for (int i = 0; i < EXPIRIES; i++)
		{
			days[i] = (i == 0 ? 0 : days[i - 1]) + 1 + random_below(300);
			years[i] = days[i] / 365;
		}
		surface = grid_surface(axis, days, EXPIRIES, points, count, marks);
		for (int ask = 0; ask < 200; ask++)
		{
			/* Also beyond the ends, where it is flat in both directions. */
			double		x = points[0] + (1.4 * uniform() - 0.2) * (points[count - 1] - points[0]);
			double		inside = fmin(fmax(x, points[0]), points[count - 1]);
			double		t = floor(years[EXPIRIES - 1] * 365 * 1.2 * uniform() * 1024) / 1024;
			double		when = fmin(fmax(t, days[0]), days[EXPIRIES - 1]) / 365;
			double		variance[EXPIRIES];
			double		want,
						got,
						error;

			for (int i = 0; i < EXPIRIES; i++)
			{
				gsl_interp_init(smile, points, marks + i * count, count);
				variance[i] = years[i] *
					pow(gsl_interp_eval(smile, points, marks + i * count, inside, NULL), 2);
			}
			gsl_interp_init(term, years, variance, EXPIRIES);
			want = sqrt(gsl_interp_eval(term, years, variance, when, NULL) / when);
			got = pm_surface_volatility(surface, axis == PM_AXIS_STRIKE ? x : x * forward,
										forward, after(t));
			error = fabs(got - want) / want;
			/* A rounding of x moves a steep smile; a rounding of a difference of times likewise. */
			CHECK(error <= 1e-13, "round %d at %g, %g days: %.17g, GSL %.17g",
				  round, x, t, got, want);
			if (error > worst)
				worst = error;
		}
		free(surface);
		gsl_interp_free(smile);
		gsl_interp_free(term);
	}
	printf("grids: at most %.2g from GSL\n", worst);
}

/* What was put in comes out to the bit, and between two marks nothing leaves them. */
static void
marks_and_between(void)
{
	for (int round = 0; round < 100; round++)
	{
		double		points[20],
					marks[60];
		static const double days[] = {0.5, 30, 700.25};
		pm_surface *surface;
		int			wrong = 0,
					outside = 0;

		random_points(points, 20);
		random_marks(marks, 60);
		surface = grid_surface(PM_AXIS_STRIKE, days, 3, points, 20, marks);
		for (int e = 0; e < 3; e++)
			for (int i = 0; i < 20; i++)
			{
				const double *m = marks + 20 * e + i;

				wrong += pm_surface_volatility(surface, points[i], 1, after(days[e])) != *m;
				for (int s = 0; i < 19 && s < 20; s++)
				{
					double		x = points[i] + uniform() * (points[i + 1] - points[i]);
					double		v = pm_surface_volatility(surface, x, 1, after(days[e]));

					outside += v < fmin(m[0], m[1]) || v > fmax(m[0], m[1]);
				}
			}
		CHECK(wrong == 0, "%d of 60 marks do not come out as they were put in", wrong);
		CHECK(outside == 0, "%d volatilities lie outside the two marks beside them", outside);
		free(surface);
	}
}

/* Numbers that a hand can check. */
static void
by_hand(void)
{
	static const double days[] = {73, 146};	/* 0.2 and 0.4 years */
	static const double strikes[] = {-10, 0, 90};
	static const double marks[] = {0.5, 0.5, 0.5, 0.25, 0.25, 0.25};
	static const double one_day = 73;
	static const double one_point = 1;
	static const double one_mark = 0.3;
	static const double two_points[] = {80, 100};
	static const double two_marks[] = {0.375, 0.25};
	pm_surface *s = grid_surface(PM_AXIS_STRIKE, days, 2, strikes, 3, marks);

	/* w = 0.05 at 0.2 years and 0.025 at 0.4: 0.0375 at 0.3. */
	CHECK(fabs(pm_surface_volatility(s, 5, NAN, after(109.5)) - sqrt(0.125)) < 1e-15,
		  "between two expiries: %.17g", pm_surface_volatility(s, 5, NAN, after(109.5)));
	CHECK(pm_surface_volatility(s, 5, NAN, after(0)) == 0.5 &&
		  pm_surface_volatility(s, 5, NAN, after(72)) == 0.5 &&
		  pm_surface_volatility(s, 5, NAN, after(147)) == 0.25 &&
		  pm_surface_volatility(s, 5, NAN, after(1e6)) == 0.25, "flat in time outside");
	CHECK(pm_surface_volatility(s, -1e300, NAN, after(73)) == 0.5 &&
		  pm_surface_volatility(s, 1e300, NAN, after(146)) == 0.25, "flat in strike outside");
	free(s);

	s = grid_surface(PM_AXIS_MONEYNESS, &one_day, 1, &one_point, 1, &one_mark);
	CHECK(pm_surface_volatility(s, 1e-3, 1e3, after(1)) == 0.3 &&
		  pm_surface_volatility(s, 1e3, 1e-3, after(1e5)) == 0.3, "one mark is everywhere");
	free(s);

	s = grid_surface(PM_AXIS_STRIKE, &one_day, 1, two_points, 2, two_marks);
	CHECK(pm_surface_volatility(s, 85, NAN, after(73)) == 0.34375, "two marks are a line");
	free(s);
}

/* The largest numbers there may be give no NaN and no infinity. */
static void
extremes(void)
{
	static const double days[] = {1.0 / 86400e6 * 2, 1e7};
	static const double points[] = {-1e100, -1e99, 0, 1e-100, 2e-100, 1, 1e100};
	static const double marks[] = {0, 1e100, 0, 1e100, 0, 1e100, 1e-300, 1e100, 0, 1e100, 1e100, 0, 0, 1e100};
	static const pm_svi smiles[] = {{1e100, 1e100, 1, 1e100, 1e100}, {0, 1e100, -1, -1e100, 1e-100}};
	pm_surface *grid = grid_surface(PM_AXIS_STRIKE, days, 2, points, LENGTH(points), marks);
	pm_surface *svi = svi_of(days, 2, smiles);
	int			bad = 0;

	for (int i = 0; i < 20000; i++)
	{
		double		x = ldexp(uniform() - 0.5, 400 - (int) random_below(800));
		pm_instant	when = after(i % 3 == 0 ? 1e7 * uniform() : i % 3 == 1 ? 0 : 2e7);
		double		v = pm_surface_volatility(grid, x, NAN, when);
		double		w = pm_surface_volatility(svi, fabs(x), ldexp(1, i % 800 - 400), when);

		bad += !(v >= 0 && v <= 1e100) || !(w >= 0 && isfinite(w));
	}
	CHECK(bad == 0, "%d volatilities of extreme surfaces are no numbers", bad);
	free(grid);
	free(svi);
}

/* Where the least variance is 0, rounding does not make it the root of less. */
static void
zero_variance(void)
{
	static const double day = 73;
	int			bad = 0;

	for (int i = 0; i < 2000; i++)
	{
		double		rho = 1.9 * uniform() - 0.95;
		double		sigma = uniform();
		double		b = uniform();
		pm_svi		smile = {-(b * sigma * sqrt(1 - rho * rho)), b, rho, 0, sigma};
		double		least = -rho * sigma / sqrt(1 - rho * rho);
		pm_surface *s;

		if (pm_svi_least_variance(&smile) < 0)
			continue;
		s = svi_of(&day, 1, &smile);
		for (int step = -5; step <= 5; step++)
		{
			double		v = pm_surface_volatility(s, exp(least + step * 1e-9), 1, after(73));

			bad += !(v >= 0 && v < 1e-6);
		}
		free(s);
	}
	CHECK(bad == 0, "%d volatilities at no variance are not 0", bad);
}

/* ------------------------------------------------------------------------
 * What is refused.
 */

static void
refused(const pm_surface_parts *parts, pm_code code, const char *message, const char *detail)
{
	pm_issue	issue = {0};
	size_t		size;
	bool		good = pm_surface_size(parts, &size, &issue);

	CHECK(!good && issue_says(&issue, code, message, detail, ""),
		  "wanted \"%s\" \"%s\": %s [%s] [%s] [%s]", message, detail,
		  good ? "accepted" : "refused", issue.message, issue.detail, issue.hint);
}

static void
bad_grids(void)
{
	static const struct
	{
		int			place;		/* of the 12 numbers: 2 expiries of 3 points and 3 marks */
		double		value;
		bool		moneyness;
		const char *message;
		const char *detail;
	}			bad[] = {
		{0, NAN, false, "not finite", "Expiry 1: a strike is NaN."},
		{7, INFINITY, false, "not finite", "Expiry 2: a strike is Infinity."},
		{4, NAN, true, "not finite", "Expiry 1: a volatility is NaN."},
		{9, -INFINITY, false, "not finite", "Expiry 2: a volatility is -Infinity."},
		{2, 1.0000001e100, false, "too large", "Expiry 1: a strike is 1.0000001e+100."},
		{10, 2e100, false, "too large", "Expiry 2: a volatility is 2e+100."},
		{3, -1e-300, false, "volatility must not be negative", "Expiry 1: a volatility is -1e-300."},
		{1, 90, false, "strikes must ascend", "Expiry 1: 90 follows 90."},
		{8, 1, true, "moneyness must ascend", "Expiry 2: 1 follows 100."},
		{6, 0, true, "moneyness must be positive", "Expiry 2: a moneyness is 0."},
		{0, -5, true, "moneyness must be positive", "Expiry 1: a moneyness is -5."},
	};

	for (int i = 0; i < LENGTH(bad); i++)
	{
		double		numbers[] = {90, 100, 110, 0.3, 0.2, 0.25, 90, 100, 110, 0.3, 0.2, 0.25};
		pm_slice	slices[] = {{after(1), 0, 3}, {after(2), 0, 3}};
		pm_surface_parts parts = {
			bad[i].moneyness ? PM_AXIS_MONEYNESS : PM_AXIS_STRIKE, AS_OF, 2, slices, numbers
		};
		size_t		size;
		pm_issue	issue;

		CHECK(pm_surface_size(&parts, &size, &issue), "a good grid is refused");
		numbers[bad[i].place] = bad[i].value;
		refused(&parts, PM_INVALID_VALUE, bad[i].message, bad[i].detail);
	}
}

static void
bad_smiles(void)
{
	static const struct
	{
		int			place;
		double		value;
		const char *message;
		const char *detail;
	}			bad[] = {
		{0, NAN, "not finite", "Expiry 2: a is NaN."},
		{1, -0.1, "\"b\" must not be negative", "Expiry 2: b is -0.1."},
		{1, INFINITY, "not finite", "Expiry 2: b is Infinity."},
		{2, 1.01, "\"rho\" must lie between -1 and 1", "Expiry 2: rho is 1.01."},
		{2, -1.5, "\"rho\" must lie between -1 and 1", "Expiry 2: rho is -1.5."},
		{2, NAN, "not finite", "Expiry 2: rho is NaN."},
		{3, -1e101, "too large", "Expiry 2: m is -1e+101."},
		{4, 0, "\"sigma\" must be positive", "Expiry 2: sigma is 0."},
		{4, -0.1, "\"sigma\" must be positive", "Expiry 2: sigma is -0.1."},
		/* 0.25 * 0.1 * sqrt(1 - 0.36) = 0.02 */
		{0, -0.0200001, "must not be negative", "Expiry 2: the least total variance is -"},
	};

	for (int i = 0; i < LENGTH(bad); i++)
	{
		double		numbers[] = {0, 0, 0, 0, 1, -0.0199999, 0.25, -0.6, 0.1, 0.1};
		pm_slice	slices[] = {{after(1), 0, 1}, {after(2), 0, 1}};
		pm_surface_parts parts = {PM_AXIS_SVI, AS_OF, 2, slices, numbers};
		size_t		size;
		pm_issue	issue;

		CHECK(pm_surface_size(&parts, &size, &issue), "a good smile is refused");
		numbers[5 + bad[i].place] = bad[i].value;
		refused(&parts, PM_INVALID_VALUE, bad[i].message, bad[i].detail);
	}
}

static void
bad_times(void)
{
	static const double numbers[] = {100, 0.2, 100, 0.2, 100, 0.2};
	pm_slice	slices[] = {{after(1), 0, 1}, {after(2), 0, 1}, {after(3), 0, 1}};
	pm_surface_parts parts = {PM_AXIS_STRIKE, AS_OF, 3, slices, numbers};

	parts.as_of = PM_INSTANT_LOW;
	refused(&parts, PM_INVALID_VALUE, "as_of of a surface must be finite", "as_of is infinite.");
	parts.as_of = after(1);
	refused(&parts, PM_INVALID_VALUE, "must be after as_of", "Expiry 1 is not after as_of.");
	parts.as_of = AS_OF;
	slices[2].expiry = PM_INSTANT_HIGH;
	refused(&parts, PM_INVALID_VALUE, "expiry of the surface must be finite", "Expiry 3 is infinite.");
	slices[2].expiry = after(2);
	refused(&parts, PM_INVALID_VALUE, "expiries of a surface must ascend",
			"Expiry 3 is not after expiry 2.");
	slices[2].expiry = after(3);
	slices[1].count = 0;
	refused(&parts, PM_INVALID_VALUE, "has no mark", "Expiry 2 has 0 volatilities.");
	parts.expiries = 0;
	refused(&parts, PM_INVALID_VALUE, "at least one expiry", "It has 0 expiries.");
}

static void
limits(void)
{
	uint32_t	points = PM_SURFACE_POINTS,
				expiries = PM_SURFACE_EXPIRIES;
	double	   *numbers = malloc(2 * (points + 1) * (expiries + 1) * sizeof(double));
	pm_slice   *slices = malloc((expiries + 1) * sizeof(pm_slice));
	pm_surface_parts parts = {PM_AXIS_STRIKE, AS_OF, expiries, slices, numbers};
	pm_surface *surface;

	for (uint32_t e = 0; e <= expiries; e++)
	{
		slices[e] = (pm_slice)
		{
			after(e + 1), 0, points
		};
		for (uint32_t i = 0; i < points; i++)
		{
			numbers[2 * e * points + i] = i;
			numbers[(2 * e + 1) * points + i] = 0.001 * e + 0.0001 * i;
		}
	}
	surface = surface_of(&parts);
	CHECK(pm_surface_volatility(surface, points - 1, NAN, after(expiries)) ==
		  0.001 * (expiries - 1) + 0.0001 * (points - 1) &&
		  pm_surface_volatility(surface, 512, NAN, after(100)) == 0.001 * 99 + 0.0001 * 512,
		  "the largest surface");
	free(surface);
	parts.expiries++;
	refused(&parts, PM_LIMIT, "too many expiries", "It has 257 expiries; the limit is 256.");
	parts.expiries = 1;
	slices[0].count++;
	refused(&parts, PM_LIMIT, "too many points", "Expiry 1 has 1025 points; the limit is 1024.");
	free(numbers);
	free(slices);
}

/* What cannot be asked of a surface. */
static void
bad_questions(void)
{
	static const double day = 30,
				point = 1,
				mark = 0.2;
	static const pm_svi smile = {0.04, 0, 0, 0, 1};
	pm_surface *surfaces[] = {
		grid_surface(PM_AXIS_STRIKE, &day, 1, &point, 1, &mark),
		grid_surface(PM_AXIS_MONEYNESS, &day, 1, &point, 1, &mark),
		svi_of(&day, 1, &smile)
	};
	static const struct
	{
		double		strike;
		double		forward;
		double		days;
		const char *words;		/* for a surface by strike; NULL: none */
		const char *relative;	/* for the others */
	}			asked[] = {
		{1, 1, 30, NULL, NULL}, {1, 1, 0, NULL, NULL}, {1e300, 1e-300, 1e6, NULL, NULL},
		{1, NAN, 30, NULL, "\"forward\" is needed"}, {1, 0, 30, NULL, "\"forward\" must be a positive"},
		{1, -1, 30, NULL, "\"forward\" must be a positive"},
		{1, INFINITY, 30, NULL, "\"forward\" must be a positive"},
		{0, 1, 30, NULL, "\"strike\" must be a positive"}, {-1, 1, 30, NULL, "\"strike\" must be a positive"},
		{NAN, 1, 30, "\"strike\" must be a finite", "\"strike\" must be a positive"},
		{-INFINITY, 1, 30, "\"strike\" must be a finite", "\"strike\" must be a positive"},
		{1, 1, -0.5, "before the surface's as_of", "before the surface's as_of"},
	};

	for (int s = 0; s < LENGTH(surfaces); s++)
	{
		for (int i = 0; i < LENGTH(asked); i++)
		{
			const char *words = s == 0 ? asked[i].words : asked[i].relative;
			pm_issue	issue = {0};
			bool		good = pm_surface_check(surfaces[s], asked[i].strike, asked[i].forward,
												after(asked[i].days), &issue);

			CHECK(good == (words == NULL) && (good || strstr(issue.message, words)),
				  "axis %d, question %d: %s", s, i, good ? "accepted" : issue.message);
			if (good)
				CHECK(fabs(pm_surface_volatility(surfaces[s], asked[i].strike, asked[i].forward,
												 after(asked[i].days)) -
						   (s == 2 ? sqrt(0.04 * 365 / 30) : 0.2)) < 1e-15,
					  "axis %d, question %d: wrong answer", s, i);
		}
		for (int i = 0; i < 2; i++)
		{
			pm_issue	issue = {0};

			CHECK(!pm_surface_check(surfaces[s], 1, 1, i ? PM_INSTANT_HIGH : PM_INSTANT_LOW, &issue) &&
				  issue_says(&issue, PM_INVALID_VALUE, "\"expiry\" must be finite", "infinite", ""),
				  "axis %d: an infinite expiry", s);
		}
		free(surfaces[s]);
	}
}

/* ------------------------------------------------------------------------
 * Equality, order, stored bytes.
 */

static int
sign_of(int x)
{
	return (x > 0) - (x < 0);
}

/* Each thing that a surface says makes a difference by itself; -0 is 0, and
 * the server's word is not content. */
static void
content(void)
{
	double		numbers[] = {0, 1, 0.2, 0.3, 1, 2, 0.4, 0};
	pm_slice	slices[] = {{after(1), 0, 2}, {after(2), 0, 2}};
	pm_surface_parts parts = {PM_AXIS_STRIKE, AS_OF, 2, slices, numbers};
	pm_surface *base = surface_of(&parts),
			   *other;
	int			same = 0;

	numbers[0] = numbers[7] = -0.0;
	slices[0].first = slices[1].first = 77;	/* not read */
	other = surface_of(&parts);
	other->server_header = 12345;
	CHECK(pm_surface_equal(base, other) && pm_surface_compare(base, other) == 0 &&
		  base->fingerprint == other->fingerprint, "-0 or the server's word counts");
	free(other);
	numbers[0] = numbers[7] = 0;
	for (int change = 0; change < 11; change++)
	{
		double		number = change < 8 ? numbers[change] : 0;
		pm_instant	expiry = slices[1].expiry;

		if (change < 8)
			numbers[change] += 0x1p-40;
		else if (change == 8)
			parts.as_of++;
		else if (change == 9)
			slices[1].expiry++;
		else
			parts.expiries = 1;
		other = surface_of(&parts);
		same += pm_surface_equal(base, other) || base->fingerprint == other->fingerprint ||
			pm_surface_compare(base, other) == 0 ||
			pm_surface_compare(base, other) != -pm_surface_compare(other, base);
		free(other);
		if (change < 8)
			numbers[change] = number;
		parts.as_of = AS_OF;
		parts.expiries = 2;
		slices[1].expiry = expiry;
	}
	numbers[0] = 0.5;
	other = surface_of(&parts);
	parts.axis = PM_AXIS_MONEYNESS;
	free(base);
	base = surface_of(&parts);
	same += pm_surface_equal(base, other) || base->fingerprint == other->fingerprint;
	CHECK(same == 0, "%d changes make no difference", same);
	free(base);
	free(other);
}

/* Over many surfaces: antisymmetric, transitive, and equal only where equal. */
static void
total_order(void)
{
	enum
	{
		SURFACES = 60
	};
	pm_surface *s[SURFACES];
	int			bad = 0,
				equal = 0;

	for (int i = 0; i < SURFACES; i++)
	{
		double		numbers[] = {1, 2, 0.2, 0.3, 1, 2, 0.4, 0.25};
		pm_slice	slices[] = {{after(1), 0, 2}, {after(2 + random_below(2)), 0, 2}};
		pm_surface_parts parts = {
			random_below(2) ? PM_AXIS_STRIKE : PM_AXIS_MONEYNESS, AS_OF + random_below(2),
			1 + random_below(2), slices, numbers
		};

		numbers[2 + random_below(2)] += 0.25 * random_below(2);
		if (random_below(3) == 0)
		{
			/* One point, which leaves the numbers two apart. */
			slices[0].count = 1;
			parts.expiries = 1;
		}
		s[i] = surface_of(&parts);
	}
	for (int i = 0; i < SURFACES; i++)
		for (int j = 0; j < SURFACES; j++)
		{
			int			ij = sign_of(pm_surface_compare(s[i], s[j]));

			bad += ij != -sign_of(pm_surface_compare(s[j], s[i])) ||
				(ij == 0) != pm_surface_equal(s[i], s[j]) ||
				(ij == 0) != (s[i]->fingerprint == s[j]->fingerprint) ||
				(s[i]->as_of < s[j]->as_of && ij >= 0);
			equal += i != j && ij == 0;
			for (int k = 0; k < SURFACES; k++)
				bad += ij <= 0 && pm_surface_compare(s[j], s[k]) <= 0 &&
					pm_surface_compare(s[i], s[k]) > 0;
		}
	CHECK(bad == 0, "%d pairs or triples are out of order", bad);
	CHECK(equal >= 6, "only %d pairs are equal", equal);
	for (int i = 0; i < SURFACES; i++)
		free(s[i]);
}

/* splitmix64's finaliser over axis, as_of, and per expiry its instant, count
 * and numbers: stored, so it must not change. */
static void
fingerprint(void)
{
	static const double day = 1,
				point = 0.5,
				mark = 0.25;
	pm_surface *s = grid_surface(PM_AXIS_MONEYNESS, &day, 1, &point, 1, &mark);

	CHECK(s->fingerprint == UINT64_C(0xa95aebf98f5e6881), "%016llx", (unsigned long long) s->fingerprint);
	free(s);
}

/* Refused, or another surface that can be read everywhere. */
static bool
refused_or_safe(const pm_surface *original, const void *bytes, size_t size, long *count)
{
	pm_surface *s = copy_of(bytes, size);
	bool		good = true;

	if (!pm_surface_valid(s, size))
		++*count;
	else
	{
		for (uint32_t i = 0; i < s->expiries; i++)
			for (int x = -3; x < 4; x++)
				(void) pm_surface_volatility(s, exp(x), 1,
											 (pm_instant) ((uint64_t) pm_surface_slices(s)[i].expiry + x));
		good = pm_surface_bytes(s) == size &&
			pm_surface_equal(s, original) == pm_surface_equal(original, s) &&
			pm_surface_compare(s, s) == 0 &&
			pm_surface_compare(s, original) == -pm_surface_compare(original, s);
	}
	free(s);
	return good;
}

static void
hostile_image(const pm_surface *s, const char *name)
{
	static const uint64_t words[] = {
		0, 1, 2, 3, 5, 256, 257, 1024, 1025, 524288, 0x7fffffff, 0x80000000, 0xffffffff,
		UINT64_C(0x7fffffffffffffff), UINT64_C(0x8000000000000000), UINT64_C(0xffffffffffffffff),
		UINT64_C(0x7ff8000000000000), UINT64_C(0x0000000200000004), UINT64_C(0x0000000100000000)
	};
	size_t		size = pm_surface_bytes(s);
	unsigned char *image = malloc(size + 64);
	long		count = 0;
	int			bad = 0;

	memcpy(image, s, size);
	memset(image + size, 0, 64);
	for (size_t length = 0; length <= size + 64; length++)
		if (length != size)
			bad += !refused_or_safe(s, image, length, &count);
	CHECK(bad == 0 && count == (long) size + 64, "%s: %ld of %zu other lengths are refused",
		  name, count, size + 64);
	count = 0;
	for (size_t at = 0; at < size; at++)
		for (int change = 1; change < 256; change++)
		{
			image[at] ^= (unsigned char) change;
			bad += !refused_or_safe(s, image, size, &count);
			image[at] ^= (unsigned char) change;
		}
	/* version, axis, reserved, expiries, numbers; first and count of each slice */
	CHECK(bad == 0 && count > 20 * 250, "%s: %ld changed bytes are refused, %d read wrongly",
		  name, count, bad);
	count = 0;
	for (int turn = 0; turn < 20000; turn++)
	{
		memcpy(image, s, size);
		for (uint32_t n = 1 + random_below(4); n > 0; n--)
		{
			size_t		width = random_below(2) ? 8 : 4;

			memcpy(image + random_below((uint32_t) (size / width)) * width,
				   &words[random_below(LENGTH(words))], width);
		}
		bad += !refused_or_safe(s, image, random_below(2) ? size : 8 * random_below((uint32_t) size / 8),
								&count);
	}
	CHECK(bad == 0 && count > 5000, "%s: %ld changed words are refused, %d read wrongly",
		  name, count, bad);
	free(image);
}

static void
hostile_images(void)
{
	static const double days[] = {1, 2, 3};
	static const double points[] = {0.5, 1, 1.5};
	static const double marks[] = {0.3, 0.2, 0.25, 0.3, 0.2, 0.25, 0.3, 0.2, 0.25};
	static const pm_svi smiles[] = {{0.04, 0.1, 0.2, 0, 0.1}, {0.05, 0.1, 0.2, 0, 0.1}, {0.06, 0.1, 0.2, 0, 0.1}};
	pm_surface *grid = grid_surface(PM_AXIS_MONEYNESS, days, 3, points, 3, marks);
	pm_surface *svi = svi_of(days, 3, smiles);

	hostile_image(grid, "grid");
	hostile_image(svi, "SVI");
	free(grid);
	free(svi);
}

int
main(void)
{
	gsl_set_error_handler_off();
	check_table("test/oracle/surface_mpmath.csv", 17, 1000, svi_row);
	printf("SVI: at most %.2g units from mpmath\n", worst_svi);
	grids_as_gsl();
	marks_and_between();
	by_hand();
	extremes();
	zero_variance();
	bad_grids();
	bad_smiles();
	bad_times();
	limits();
	bad_questions();
	content();
	total_order();
	fingerprint();
	hostile_images();
	return check_finish("volatility_surface");
}
