/*
 * test_elementary.c - elementary.h and normal.h against known answers.
 *
 * Usage: test_elementary [elementary_mpmath.csv]
 *
 * Errors are in units of the last place of the true result, which below the
 * normal range is one denormal quantum.
 */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "elementary.h"
#include "normal.h"

/* |log_ratio| below which its quotient must not be felt. */
#define NEAR_EQUAL 0.34

static double
call_exp(double x, double y)
{
	(void) y;
	return pm_exp(x);
}

static double
call_log(double x, double y)
{
	(void) y;
	return pm_log(x);
}

static double
call_mills(double x, double y)
{
	(void) y;
	return pm_mills(x);
}

static double
call_bachelier_tail(double x, double y)
{
	(void) y;
	return pm_bachelier_tail(x);
}

static double
call_normal_cdf(double x, double y)
{
	(void) y;
	return pm_normal_cdf(x);
}

static struct function
{
	const char *name;
	double		(*call) (double x, double y);
	double		bound;			/* ulp, before the growth below */
	double		worst;			/* of error / growth, in ulp */
	double		worst_raw;		/* of error, in ulp */
}			functions[] =
{
	{"exp", call_exp, 2, 0, 0},
	{"log", call_log, 2, 0, 0},
	{"log_ratio", pm_log_ratio, 2, 0, 0},
	{"pow", pm_pow, 4, 0, 0},
	{"mills", call_mills, 4, 0, 0},
	/* Some thirty roundings: two polynomials of degree 10 and 12. */
	{"bachelier_tail", call_bachelier_tail, 6, 0, 0},
	{"normal_cdf", call_normal_cdf, 4, 0, 0},
};

#define FUNCTIONS ((int) (sizeof functions / sizeof functions[0]))

static long double
ulp(long double x)
{
	int			exponent;

	if (x == 0)
		return 0x1p-1074L;
	frexpl(x, &exponent);
	exponent -= 53;
	return ldexpl(1, exponent < -1074 ? -1074 : exponent);
}

/* How far the function itself magnifies a rounding of its argument. */
static long double
growth(const char *name, double x, double y, long double want)
{
	if (strcmp(name, "pow") == 0)
		return 1 + fabsl(y * logl(x));
	if (strcmp(name, "normal_cdf") == 0)
		return 1 + (long double) x * x;

	/* Away from 1 the rounding of a quotient is 2^-53 of the logarithm. */
	if (strcmp(name, "log_ratio") == 0 && fabsl(want) >= NEAR_EQUAL)
		return 1 + 0x1p-54L / ulp(want);
	return 1;
}

static void
known_answer(char **fields, const char *where)
{
	double		x = strtod(fields[1], NULL);
	double		y = strtod(fields[2], NULL);
	long double want = strtold(fields[3], NULL);

	for (int i = 0; i < FUNCTIONS; i++)
	{
		struct function *f = &functions[i];
		long double error,
					g;
		double		got;

		if (strcmp(f->name, fields[0]) != 0)
			continue;
		got = f->call(x, y);
		error = fabsl(got - want) / ulp(want);
		g = growth(f->name, x, y, want);
		CHECK(error <= f->bound * g,
			  "%s: %s(%.17g, %.17g) = %.17g, expected %.20Lg, %.3Lg ulp",
			  where, f->name, x, y, got, want, error);
		if (error / g > f->worst)
			f->worst = (double) (error / g);
		if (error > f->worst_raw)
			f->worst_raw = (double) error;
		return;
	}
	CHECK(0, "%s: unknown function %s", where, fields[0]);
}

/* What callers rely on to the bit. */
static void
exact_values(void)
{
	CHECK(pm_exp(0) == 1, "exp(0)");
	CHECK(pm_exp(-0.0) == 1, "exp(-0)");
	CHECK(pm_exp(-1e300) == 0, "exp of a huge negative");
	CHECK(isinf(pm_exp(1e300)), "exp of a huge positive");
	CHECK(pm_log(1) == 0, "log(1)");
	CHECK(pm_log_ratio(3.7e-9, 3.7e-9) == 0, "log_ratio(x, x)");
	CHECK(pm_log_ratio(5e-324, 5e-324) == 0, "log_ratio(denormal, itself)");
	CHECK(pm_pow(12.5, 0) == 1, "pow(x, 0)");
	CHECK(pm_pow(1, 0.3) == 1, "pow(1, y)");
	CHECK(pm_bachelier_tail(0) == 1, "bachelier_tail(0)");
	CHECK(pm_normal_cdf(40) == 1, "normal_cdf(40)");
	CHECK(pm_normal_cdf(-40) == 0, "normal_cdf(-40)");
	for (double x = 1; x < 1e308; x *= 37)
	{
		double		mills = pm_mills(x);
		double		tail = pm_bachelier_tail(x);

		/* normal.h stops following them where phi has long been 0 */
		double		bound = x < 1e20 ? x : 1e20;

		CHECK(mills > 0 && mills <= (1 + 0x1p-49) / bound,
			  "mills(%g) = %g", x, mills);
		CHECK(tail > 0 && tail <= (1 + 0x1p-49) / bound / bound,
			  "bachelier_tail(%g) = %g", x, tail);
	}
	for (int i = 0; i <= 4000; i++)
	{
		double		x = -40 + i * 0.0125;
		double		sum = pm_normal_cdf(x) + pm_normal_cdf(-x);

		CHECK(fabs(sum - 1) <= 0x1p-52, "N(x) + N(-x) at %g: %.17g", x, sum);
	}
}

int
main(int argc, char **argv)
{
	check_table(argc > 1 ? argv[1] : "test/oracle/elementary_mpmath.csv",
				4, 1500, known_answer);
	exact_values();
	for (int i = 0; i < FUNCTIONS; i++)
		printf("%-14s at most %.3g ulp, %.3g after its condition\n",
			   functions[i].name, functions[i].worst_raw, functions[i].worst);
	return check_finish("elementary");
}
