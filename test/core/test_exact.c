/*
 * test_exact.c - exact.h against integers and fractions.
 *
 * Usage: test_exact [exact_fractions.csv]
 */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "core/exact.h"

#define LENGTH(a) ((int) (sizeof (a) / sizeof (a)[0]))

static pm_exact
read_amount(const char *text)
{
	unsigned __int128 magnitude = 0;
	const char *digit = text + (*text == '-');

	for (; *digit != '\0'; digit++)
		magnitude = magnitude * 10 + (unsigned) (*digit - '0');
	return (pm_exact) (*text == '-' ? -magnitude : magnitude);
}

/* Equal, and 0 not -0. */
static bool
same_double(double got, double want)
{
	return got == want && signbit(got) == signbit(want);
}

/* Whether a call did what the last column says. */
static bool
as_told(bool done, const pm_exact *got, const char *want)
{
	return strcmp(want, "false") == 0 ? !done : done && *got == read_amount(want);
}

static void
known_answer(char **fields, const char *where)
{
	const char *op = fields[0];
	pm_exact	got = 0;
	double		b = strtod(fields[2], NULL);
	bool		good = false;

	if (strcmp(op, "quantize") == 0)
		good = same_double(pm_quantize(strtod(fields[1], NULL)), strtod(fields[3], NULL));
	else if (strcmp(op, "to_double") == 0)
		good = same_double(pm_exact_to_double(read_amount(fields[1])), strtod(fields[3], NULL));
	else if (strcmp(op, "product") == 0)
	{
		double		a = strtod(fields[1], NULL);
		pm_exact	swapped = 0;

		good = as_told(pm_exact_product(a, b, &got), &got, fields[3]) &&
			as_told(pm_exact_product(b, a, &swapped), &swapped, fields[3]);
	}
	else if (strcmp(op, "scale") == 0)
		good = as_told(pm_exact_scale(read_amount(fields[1]), b, &got), &got, fields[3]);
	else if (strcmp(op, "add") == 0)
	{
		pm_cell		cell;
		bool		done;

		pm_cell_set(&cell, read_amount(fields[1]));
		done = pm_cell_add(&cell, read_amount(fields[2]));
		got = pm_cell_get(&cell);
		good = as_told(done, &got, fields[3]) && (done || got == read_amount(fields[1]));
	}
	CHECK(good, "%s: %s(%s, %s) is not %s", where, op, fields[1], fields[2], fields[3]);
}

/* The range is closed: +-2^53 belongs to it. */
static void
range_ends(void)
{
	pm_exact	got;

	CHECK(pm_exact_in_range(PM_EXACT_LIMIT), "the upper end");
	CHECK(pm_exact_in_range(-PM_EXACT_LIMIT), "the lower end");
	CHECK(!pm_exact_in_range(PM_EXACT_LIMIT + 1), "above the upper end");
	CHECK(!pm_exact_in_range(-PM_EXACT_LIMIT - 1), "below the lower end");
	CHECK(pm_exact_product(0x1p53, 1, &got) && got == PM_EXACT_LIMIT, "2^53");
	CHECK(pm_exact_product(0x1p53, -1, &got) && got == -PM_EXACT_LIMIT, "-2^53");
	CHECK(!pm_exact_product(0x1.0000000000001p53, 1, &got), "the double above 2^53");
	CHECK(!pm_exact_scale(PM_EXACT_LIMIT + 1, 1, &got), "scale above the range");
	CHECK(pm_exact_scale(PM_EXACT_LIMIT + 1, 0.5, &got) && got == PM_EXACT_LIMIT / 2,
		  "an amount beyond the range scaled into it");
	CHECK(pm_exact_to_double(PM_EXACT_LIMIT) == 0x1p53, "the upper end as a double");
}

/* What is not finite stays visible: pm_quantize has no way to refuse it. */
static void
not_finite(void)
{
	CHECK(isnan(pm_quantize(NAN)), "quantize(NaN)");
	CHECK(pm_quantize(INFINITY) == INFINITY, "quantize(infinity)");
	CHECK(pm_quantize(-INFINITY) == -INFINITY, "quantize(-infinity)");
}

/*
 * What is quantised comes back from an amount unchanged, as a product with 1
 * and as an amount scaled by 1.
 */
static void
round_trips(void)
{
	int			bad = 0;
	pm_exact	amount,
				scaled;

	for (int exponent = -80; exponent <= 52; exponent++)
		for (double mantissa = -1.99999999999; mantissa < 2; mantissa += 0.0371)
		{
			double		x = pm_quantize(ldexp(mantissa, exponent));

			if (!pm_exact_product(x, 1, &amount) ||
				!pm_exact_scale(amount, 1, &scaled) || scaled != amount ||
				!same_double(pm_exact_to_double(amount), x))
				bad++;
		}
	CHECK(bad == 0, "%d quantised doubles do not come back", bad);
}

/* Terms in any order and taken away again leave nothing. */
static void
sums_leave_no_trace(void)
{
	static const double terms[] = {1e15, -0.1, 3e-18, 1.0 / 3, -1e-9, 7e14, 0.1, -2e15};
	pm_cell		forth = {0, 0},
				back = {0, 0};
	pm_exact	amount;
	int			bad = 0;

	for (int i = 0; i < LENGTH(terms); i++)
		bad += !pm_exact_product(terms[i], 1.7, &amount) || !pm_cell_add(&forth, amount);
	for (int i = LENGTH(terms) - 1; i >= 0; i--)
		bad += !pm_exact_product(terms[i], 1.7, &amount) || !pm_cell_add(&back, amount);
	CHECK(bad == 0 && forth.low == back.low && forth.high == back.high,
		  "a sum depends on the order of its terms");
	for (int i = 0; i < LENGTH(terms); i++)
		bad += !pm_exact_product(-terms[i], 1.7, &amount) || !pm_cell_add(&forth, amount);
	CHECK(bad == 0 && forth.low == 0 && forth.high == 0,
		  "terms taken away leave a trace");
}

int
main(int argc, char **argv)
{
	check_table(argc > 1 ? argv[1] : "test/oracle/exact_fractions.csv",
				4, 2000, known_answer);
	range_ends();
	not_finite();
	round_trips();
	sums_leave_no_trace();
	return check_finish("exact");
}
