/*
 * test_risk_array.c - risk_array.h and margin.h: sums that do not depend on
 * their order, what does not go together, hostile images, worst scenarios.
 */
#include <math.h>
#include <time.h>

#include "check.h"
#include "core/margin.h"
#include "core/risk_algebra.h"
#include "allocator.h"
#include "support.h"

/* ------------------------------------------------------------------------
 * Rows and sums.
 */

static const double no_totals[PM_TOTALS];

static pm_risk_row
row_of(const char *name, const pm_scenario_set *set, double quantity, const double *pnls)
{
	return (pm_risk_row)
	{
		text(name), text(NULL), set, quantity, pnls, no_totals
	};
}

static void
add_row(pm_risk_array **array, pm_risk_row row)
{
	pm_issue	issue;
	bool		done = pm_risk_add_row(array, &allocator, &row, &issue);

	/* Too many to count: only a failure is news. */
	if (!done)
		CHECK(0, "a row is refused: %s: %s", issue.message, issue.detail);
}

/* *to += array; the array is left as it is. */
static bool
plus(pm_risk_array **to, const pm_risk_array *array, pm_issue *issue)
{
	return pm_risk_add(to, &allocator, array, 1, issue);
}

/* The same where nothing stands against it. */
static void
add_array(pm_risk_array **to, const pm_risk_array *array)
{
	size_t		size = pm_risk_size(array);
	void	   *before = copy_of(array, size);
	pm_issue	issue;
	bool		done = plus(to, array, &issue);

	if (!done || memcmp(before, array, size) != 0)
		CHECK(0, "an array is refused or changed: %s: %s", issue.message, issue.detail);
	free(before);
}

/* A row refused, with these words. */
static void
row_refused(pm_risk_array **array, pm_risk_row row, pm_code code,
			const char *message, const char *detail)
{
	pm_issue	issue = {0};
	bool		done = pm_risk_add_row(array, &allocator, &row, &issue);

	CHECK(!done && issue_says(&issue, code, message, detail, ""),
		  "row %s: [%s] [%s], not [%s] [%s]", done ? "accepted" : "refused",
		  issue.message, issue.detail, message, detail);
}

static bool
same_text(pm_text a, pm_text b)
{
	return (a.bytes == NULL) == (b.bytes == NULL) && a.length == b.length &&
		(a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

static bool
same_set(const pm_scenario_set *a, const pm_scenario_set *b)
{
	return a == NULL || b == NULL ? a == b : pm_set_equal(a, b);
}

static bool
same_block(const pm_risk_array *a, const pm_risk_array *b, uint32_t i)
{
	const pm_risk_block *x = pm_risk_block_at(a, i);
	const pm_risk_block *y = pm_risk_block_at(b, i);

	return same_text(pm_risk_name(a, x), pm_risk_name(b, y)) &&
		same_set(pm_risk_set_of(a, x), pm_risk_set_of(b, y)) && x->rows == y->rows &&
		memcmp(&x->long_quantity, &y->long_quantity, sizeof(pm_cell)) == 0 &&
		memcmp(&x->short_quantity, &y->short_quantity, sizeof(pm_cell)) == 0 &&
		memcmp(x->totals, y->totals, sizeof x->totals) == 0 &&
		memcmp(x->cells, y->cells, a->scenarios * sizeof(pm_cell)) == 0;
}

static bool
same_array(const pm_risk_array *a, const pm_risk_array *b)
{
	if (a->scenarios != b->scenarios || a->underlyings != b->underlyings ||
		!same_text(pm_risk_currency(a), pm_risk_currency(b)))
		return false;
	for (uint32_t i = 0; i < a->underlyings; i++)
		if (!same_block(a, b, i))
			return false;
	return true;
}

static bool
same_margin(const pm_risk_array *a, const pm_risk_array *b)
{
	pm_margin	x,
				y;
	pm_issue	issue;

	return pm_margin_of(a, &x, &issue) && pm_margin_of(b, &y, &issue) &&
		x.requirement == y.requirement && x.scan_loss == y.scan_loss &&
		x.minimum_charge == y.minimum_charge && x.worst_scenario == y.worst_scenario &&
		same_text(x.worst_underlying, y.worst_underlying) &&
		x.worst_price_shock == y.worst_price_shock && x.worst_vol_shock == y.worst_vol_shock;
}

static bool
same_totals(const pm_risk_array *a, const pm_risk_array *b)
{
	pm_account_totals x,
				y;
	pm_issue	issue;

	return pm_totals_of(a, &x, &issue) && pm_totals_of(b, &y, &issue) &&
		memcmp(x.totals, y.totals, sizeof x.totals) == 0 && x.rows == y.rows &&
		same_text(x.currency, y.currency);
}

static pm_exact
block_cell(const pm_risk_array *a, uint32_t underlying, uint32_t scenario)
{
	return pm_cell_get(&pm_risk_block_at(a, underlying)->cells[scenario]);
}

/* ------------------------------------------------------------------------
 * A book of rows over a few underlyings, added up in many ways.
 */

#define SCENARIOS 16
#define NAMES 8
#define ROWS 150

static const char *const names[NAMES] = {
	"SPX", "SP", "SPX2", "spx", "\xff\xfe", "\xc3\xa9t\xc3\xa9", "\x01", ""
};

typedef struct book
{
	pm_scenario_set *sets[2];
	struct
	{
		int			name;
		double		quantity;
		double		pnls[SCENARIOS];
		double		totals[PM_TOTALS];
	}			rows[ROWS];
} book;

/* Of every size, so that rounding would show if sums were doubles. */
static double
random_amount(void)
{
	int			exponent = (int) random_below(60) - 60;

	return pm_quantize(ldexp((int32_t) random_bits() + 0.37, exponent));
}

static void
make_book(book *b)
{
	b->sets[0] = span_of(0.06, 0.04, 3, 0.33, 1);
	b->sets[1] = listed(b->sets[0]);
	for (int i = 0; i < ROWS; i++)
	{
		b->rows[i].name = i < NAMES ? i : (int) random_below(NAMES);
		b->rows[i].quantity = ldexp((int32_t) random_bits(), -20);
		for (int n = 0; n < SCENARIOS; n++)
			b->rows[i].pnls[n] = random_amount();
		for (int t = 0; t < PM_TOTALS; t++)
			b->rows[i].totals[t] = random_amount();
	}
}

static void
free_book(book *b)
{
	free(b->sets[0]);
	free(b->sets[1]);
}

/* The same set is given now as a generator and now as a list. */
static pm_risk_row
book_row(const book *b, int i)
{
	return (pm_risk_row)
	{
		text(names[b->rows[i].name]), text("EUR"), b->sets[i % 2],
			b->rows[i].quantity, b->rows[i].pnls, b->rows[i].totals
	};
}

/* The sums by themselves: exact.h is tested elsewhere. */
static void
against_plain_sums(const book *b, const pm_risk_array *array)
{
	int			bad = 0;

	for (uint32_t i = 0; i < array->underlyings; i++)
	{
		const pm_risk_block *block = pm_risk_block_at(array, i);
		pm_exact	cells[SCENARIOS] = {0},
					totals[PM_TOTALS] = {0},
					bought = 0,
					sold = 0,
					term;
		int64_t		rows = 0;

		for (int r = 0; r < ROWS; r++)
			if (same_text(text(names[b->rows[r].name]), pm_risk_name(array, block)))
			{
				double		quantity = b->rows[r].quantity;

				for (int n = 0; n < SCENARIOS; n++)
					if (pm_exact_product(quantity, b->rows[r].pnls[n], &term))
						cells[n] += term;
				for (int t = 0; t < PM_TOTALS; t++)
					if (pm_exact_product(quantity, b->rows[r].totals[t], &term))
						totals[t] += term;
				if (pm_exact_product(fabs(quantity), 1, &term))
					*(quantity < 0 ? &sold : &bought) += term;
				rows++;
			}
		for (int n = 0; n < SCENARIOS; n++)
			bad += pm_cell_get(&block->cells[n]) != cells[n];
		for (int t = 0; t < PM_TOTALS; t++)
			bad += pm_cell_get(&block->totals[t]) != totals[t];
		bad += pm_cell_get(&block->long_quantity) != bought;
		bad += pm_cell_get(&block->short_quantity) != sold;
		bad += block->rows != rows || block->reserved != 0;
	}
	CHECK(bad == 0, "%d sums of an array are wrong", bad);
	CHECK(array->underlyings == NAMES, "the array has %u underlyings", array->underlyings);
}

static void
in_byte_order(const pm_risk_array *array)
{
	static const char *const sorted[NAMES] = {
		"", "\x01", "SP", "SPX", "SPX2", "spx", "\xc3\xa9t\xc3\xa9", "\xff\xfe"
	};

	for (uint32_t i = 0; i < NAMES; i++)
		CHECK(same_text(pm_risk_name(array, pm_risk_block_at(array, i)), text(sorted[i])),
			  "underlying %u is not \"%s\"", i, sorted[i]);
}

static void
shuffle(int *order, int n)
{
	for (int i = n - 1; i > 0; i--)
	{
		int			j = (int) random_below((uint32_t) i + 1);
		int			keep = order[i];

		order[i] = order[j];
		order[j] = keep;
	}
}

/* Rows dealt to up to 9 parts, which are then merged in some tree. */
static pm_risk_array *
dealt_and_merged(const book *b)
{
	pm_risk_array *parts[9] = {NULL};
	int			order[ROWS];
	int			n = 1 + (int) random_below(9);

	for (int i = 0; i < ROWS; i++)
		order[i] = i;
	shuffle(order, ROWS);
	for (int i = 0; i < ROWS; i++)
		add_row(&parts[i < n ? i : (int) random_below((uint32_t) n)], book_row(b, order[i]));
	while (n > 1)
	{
		int			into = (int) random_below((uint32_t) n);
		int			from = (into + 1 + (int) random_below((uint32_t) n - 1)) % n;

		/* at times into an empty one first, as a leader does */
		if (random_below(3) == 0)
		{
			pm_risk_array *fresh = NULL;

			add_array(&fresh, parts[into]);
			release(parts[into]);
			parts[into] = fresh;
		}
		add_array(&parts[into], parts[from]);
		release(parts[from]);
		parts[from] = parts[--n];
	}
	return parts[0];
}

static void
any_order_any_split(void)
{
	static book b;
	pm_risk_array *whole = NULL;

	make_book(&b);
	for (int i = 0; i < ROWS; i++)
		add_row(&whole, book_row(&b, i));
	against_plain_sums(&b, whole);
	in_byte_order(whole);
	for (int turn = 0; turn < 40; turn++)
	{
		pm_risk_array *other = dealt_and_merged(&b);

		CHECK(same_array(whole, other) && same_margin(whole, other) &&
			  same_totals(whole, other) && pm_risk_valid(other, pm_risk_size(other)),
			  "split %d gives another array", turn);
		release(other);
	}
	release(whole);
	free_book(&b);
}

/* Each distinct set is stored once, however it was made. */
static void
sets_are_shared(void)
{
	double		pnls[SCENARIOS] = {0};
	pm_scenario_set *span = span_of(0.06, 0.04, 3, 0.33, 1);
	pm_scenario_set *list = listed(span);
	pm_scenario_set *other = span_of(0.07, 0.04, 3, 0.33, 1);
	pm_risk_array *a = NULL;
	const pm_scenario_set *of[4];

	add_row(&a, row_of("A", span, 1, pnls));
	add_row(&a, row_of("B", list, 1, pnls));
	add_row(&a, row_of("C", other, 1, pnls));
	add_row(&a, row_of("D", span, 1, pnls));
	for (uint32_t i = 0; i < 4; i++)
		of[i] = pm_risk_set_of(a, pm_risk_block_at(a, i));
	CHECK(of[0] == of[1] && of[0] == of[3] && of[0] != of[2], "a set is stored twice");
	CHECK(pm_set_equal(of[0], span) && pm_set_equal(of[2], other), "a set is another");
	CHECK(pm_risk_valid(a, pm_risk_size(a)), "an array with two sets is refused");
	release(a);
	free(span);
	free(list);
	free(other);
}

static void
many_underlyings(void)
{
	enum
	{
		MANY = 5000
	};
	double		pnls[SCENARIOS] = {-1};
	pm_scenario_set *span = span_of(0.06, 0.04, 3, 0.33, 1);
	pm_risk_array *a = NULL,
			   *twice = NULL;
	static int	order[MANY];
	clock_t		start = clock();
	double		seconds;
	int			bad = 0;
	pm_margin	margin;
	pm_issue	issue;

	for (int i = 0; i < MANY; i++)
		order[i] = i;
	shuffle(order, MANY);
	for (int i = 0; i < MANY; i++)
	{
		char		name[32];
		pm_risk_row row;

		snprintf(name, sizeof name, "underlying %06d", order[i]);
		row = row_of(name, span, 1, pnls);
		bad += !pm_risk_add_row(&a, &allocator, &row, &issue);
	}
	add_array(&twice, a);
	add_array(&twice, a);
	seconds = (double) (clock() - start) / CLOCKS_PER_SEC;
	for (int i = 0; i < MANY; i++)
	{
		char		name[32];

		snprintf(name, sizeof name, "underlying %06d", i);
		bad += !same_text(text(name), pm_risk_name(a, pm_risk_block_at(a, (uint32_t) i)));
		bad += !same_text(text(name), pm_risk_name(twice, pm_risk_block_at(twice, (uint32_t) i)));
		bad += pm_risk_block_at(twice, (uint32_t) i)->rows != 2;
	}
	CHECK(bad == 0 && a->underlyings == MANY, "%d of many underlyings are out of place", bad);
	CHECK(seconds < 5, "many underlyings took %.1f s", seconds);
	CHECK(pm_margin_of(twice, &margin, &issue) && margin.requirement == 2 * MANY,
		  "many underlyings have a requirement of %g", margin.requirement);
	/* Room grows by half at a time, and not by more. */
	CHECK(pm_risk_size(a) < 2 * MANY * (size_t) (152 + 16 * SCENARIOS + 4 + 24),
		  "many underlyings take %zu bytes", pm_risk_size(a));
	release(a);
	release(twice);
	free(span);
}

static void
long_names(void)
{
	enum
	{
		LONG = 100000
	};
	double		pnls[SCENARIOS] = {0};
	pm_scenario_set *span = span_of(0.06, 0.04, 3, 0.33, 1);
	pm_risk_array *a = NULL,
			   *b = NULL;
	char	   *name = malloc(LONG);
	pm_risk_row row = row_of("", span, 1, pnls);
	pm_scenario_set *other = span_of(0.07, 0.04, 3, 0.33, 1);

	/* Names that differ in length only, and in the last byte only. */
	memset(name, '\xe4', LONG);
	for (int i = 0; i < 3; i++)
	{
		row.underlying = (pm_text)
		{
			name, LONG - (size_t) i
		};
		add_row(&a, row);
	}
	name[LONG - 1] = 'x';
	row.underlying.length = LONG;
	add_row(&a, row);
	add_row(&a, row);
	CHECK(a->underlyings == 4 && pm_risk_name(a, pm_risk_block_at(a, 0)).length == LONG - 2 &&
		  pm_risk_name(a, pm_risk_block_at(a, 2)).bytes[LONG - 1] == 'x',
		  "long names are mixed up");
	add_array(&b, a);
	CHECK(same_array(a, b) && pm_risk_valid(b, pm_risk_size(b)), "long names are lost");

	/* A message shows a part of it, cut before a character's first byte. */
	memset(name, 'n', LONG);
	memcpy(name + 63, "\xc3\xa9", 2);
	add_row(&a, row);
	row.set = other;
	row_refused(&a, row, PM_INVALID_VALUE, "two different scenario sets",
				"\"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\"");
	release(a);
	release(b);
	free(name);
	free(span);
	free(other);
}

/* ------------------------------------------------------------------------
 * What does not go together.
 */

static void
currencies(void)
{
	double		pnls[SCENARIOS] = {0};
	pm_scenario_set *span = span_of(0.06, 0.04, 3, 0.33, 1);
	static const char *const currency[] = {"EUR", "USD", NULL, "", "EURO"};
	pm_issue	issue = {0};

	for (int i = 0; i < LENGTH(currency); i++)
		for (int j = 0; j < LENGTH(currency); j++)
		{
			pm_risk_array *a = NULL,
					   *b = NULL;
			pm_risk_row row = row_of("A", span, 1, pnls);
			bool		done;

			row.currency = text(currency[i]);
			add_row(&a, row);
			CHECK(same_text(pm_risk_currency(a), text(currency[i])), "currency %d is lost", i);
			row.currency = text(currency[j]);
			add_row(&b, row);
			if (i == j)
			{
				add_row(&a, row);
				add_array(&a, b);
			}
			else
			{
				char		detail[64];

				snprintf(detail, sizeof detail, "One is in %s%s%s, another in %s%s%s.",
						 currency[i] ? "\"" : "", currency[i] ? currency[i] : "no currency",
						 currency[i] ? "\"" : "", currency[j] ? "\"" : "",
						 currency[j] ? currency[j] : "no currency", currency[j] ? "\"" : "");
				done = plus(&a, b, &issue);
				CHECK(!done && issue_says(&issue, PM_INVALID_VALUE, "different currencies", detail,
										  "GROUP BY"), "[%s] [%s]", issue.message, issue.detail);
				row_refused(&a, row, PM_INVALID_VALUE, "different currencies", detail);
			}
			release(a);
			release(b);
		}
	free(span);
}

static void
sets_that_differ(void)
{
	double		pnls[SCENARIOS] = {0};
	pm_scenario_set *span = span_of(0.06, 0.04, 3, 0.33, 1);
	pm_scenario_set *other = span_of(0.06, 0.04, 3, 0.34, 1);
	pm_scenario_set *tims = tims_of(0.1, 0.1);
	pm_risk_array *a = NULL,
			   *b = NULL;
	char		fingerprint[32];
	pm_issue	issue = {0};

	snprintf(fingerprint, sizeof fingerprint, "%016llx", (unsigned long long) other->fingerprint);
	add_row(&a, row_of("A", span, 1, pnls));
	row_refused(&a, row_of("A", other, 1, pnls), PM_INVALID_VALUE,
				"two different scenario sets", "\"A\"");
	row_refused(&a, row_of("A", other, 1, pnls), PM_INVALID_VALUE,
				"two different scenario sets", fingerprint);
	row_refused(&a, row_of("A", tims, 1, pnls), PM_INVALID_VALUE,
				"different length", "16 scenarios, another 10");
	row_refused(&a, row_of("B", tims, 1, pnls), PM_INVALID_VALUE,
				"different length", "16 scenarios, another 10");
	row_refused(&a, row_of("B", NULL, 1, NULL), PM_INVALID_VALUE,
				"different length", "16 scenarios, another 0");
	add_row(&a, row_of("B", other, 1, pnls));
	add_row(&b, row_of("B", span, 1, pnls));
	CHECK(!plus(&a, b, &issue) &&
		  issue_says(&issue, PM_INVALID_VALUE, "two different scenario sets", "\"B\"", ""),
		  "[%s] [%s]", issue.message, issue.detail);
	release(a);
	release(b);
	free(span);
	free(other);
	free(tims);
}

/* No set: totals alone. */
static void
totals_only(void)
{
	double		totals[PM_TOTALS] = {1, -2, 3, -4, 0x1p-60, 1e15};
	pm_risk_row row = row_of("A", NULL, -3, NULL);
	pm_risk_array *a = NULL,
			   *b = NULL;
	pm_account_totals account;
	pm_issue	issue;

	row.totals = totals;
	row.currency = text("EUR");
	add_row(&a, row);
	row.underlying = text("B");
	row.quantity = 5;
	add_row(&a, row);
	add_array(&b, a);
	CHECK(a->scenarios == 0 && pm_risk_set_of(a, pm_risk_block_at(a, 0)) == NULL &&
		  pm_risk_valid(a, pm_risk_size(a)) && same_array(a, b), "an array of totals");
	CHECK(pm_totals_of(b, &account, &issue) && account.rows == 2 &&
		  same_text(account.currency, text("EUR")), "the account of totals");
	for (int t = 0; t < PM_TOTALS; t++)
		CHECK(account.totals[t] == 2 * totals[t], "%s is %g", pm_total_names[t],
			  account.totals[t]);
	release(a);
	release(b);
}

static void
gross_quantities(void)
{
	double		pnls[SCENARIOS] = {0};
	pm_scenario_set *span = span_of(0.06, 0.04, 3, 0.33, 1);
	pm_risk_array *a = NULL;
	const pm_risk_block *block;

	add_row(&a, row_of("A", span, 2.5, pnls));
	add_row(&a, row_of("A", span, -7, pnls));
	add_row(&a, row_of("A", span, -0.0, pnls));
	add_row(&a, row_of("A", span, 1, pnls));
	block = pm_risk_block_at(a, 0);
	CHECK(block->rows == 4 &&
		  pm_exact_to_double(pm_cell_get(&block->long_quantity)) == 3.5 &&
		  pm_exact_to_double(pm_cell_get(&block->short_quantity)) == 7,
		  "gross quantities are %g and %g",
		  pm_exact_to_double(pm_cell_get(&block->long_quantity)),
		  pm_exact_to_double(pm_cell_get(&block->short_quantity)));
	release(a);
	free(span);
}

static void
out_of_range(void)
{
	double		pnls[SCENARIOS] = {0};
	double		totals[PM_TOTALS] = {0};
	pm_scenario_set *span = span_of(0.06, 0.04, 3, 0.33, 1);
	pm_risk_array *a = NULL;
	pm_risk_row row = row_of("A", span, 1, pnls);
	static const double bad[] = {NAN, INFINITY, -INFINITY, 0x1.0000000000001p53, -0x1p54};
	pm_margin	margin;
	pm_account_totals account;
	pm_issue	issue = {0};
	int			doublings = 0;

	for (int i = 0; i < LENGTH(bad); i++)
	{
		pnls[7] = bad[i];
		row_refused(&a, row, PM_OUT_OF_RANGE, "out of range", "underlying \"A\"");
		pnls[7] = 0;
		totals[3] = bad[i];
		row.totals = totals;
		row_refused(&a, row, PM_OUT_OF_RANGE, "out of range", "underlying \"A\"");
		row.totals = no_totals;
		row_refused(&a, row_of("A", span, bad[i], pnls), PM_OUT_OF_RANGE,
					"out of range", "underlying \"A\"");
		release(a);
		a = NULL;
	}
	pnls[7] = 1024;
	row_refused(&a, row_of("A", span, 0x1p44, pnls), PM_OUT_OF_RANGE,
				"out of range", "underlying \"A\"");
	release(a);
	a = NULL;

	/* The end of the range is in it; twice that can be held but not told. */
	pnls[7] = -0x1p53;
	totals[3] = 0x1p53;
	row.totals = totals;
	add_row(&a, row);
	CHECK(pm_margin_of(a, &margin, &issue) && margin.requirement == 0x1p53, "the end of the range");
	CHECK(pm_totals_of(a, &account, &issue) && account.totals[3] == 0x1p53, "the end of the range");
	while (doublings < 30)
	{
		pm_risk_array *same = NULL;
		bool		done;

		add_array(&same, a);
		done = plus(&a, same, &issue);
		release(same);
		if (!done)
			break;
		doublings++;
		if (doublings > 1)
			continue;
		CHECK(!pm_margin_of(a, &margin, &issue) &&
			  issue_says(&issue, PM_OUT_OF_RANGE, "out of range", "2^53", ""), "twice the range");
		CHECK(!pm_totals_of(a, &account, &issue) &&
			  issue_says(&issue, PM_OUT_OF_RANGE, "out of range", "vega_1pt", ""), "twice the range");
	}
	/* -2^127 fits in 128 bits and 2^127 does not. */
	CHECK(doublings == 13 && issue_says(&issue, PM_OUT_OF_RANGE, "out of range", "\"A\"", ""),
		  "the sum overflows after %d doublings: %s", doublings, issue.detail);
	release(a);
	free(span);
}

/* Two in range whose losses together are not. */
static void
account_out_of_range(void)
{
	double		pnls[SCENARIOS] = {-0x1p53};
	double		totals[PM_TOTALS] = {0x1p53};
	pm_scenario_set *span = span_of(0.06, 0.04, 3, 0.33, 1);
	pm_risk_array *a = NULL;
	pm_risk_row row = row_of("A", span, 1, pnls);
	pm_margin	margin;
	pm_account_totals account;
	pm_issue	issue;

	row.totals = totals;
	add_row(&a, row);
	row.underlying = text("B");
	add_row(&a, row);
	CHECK(!pm_margin_of(a, &margin, &issue) &&
		  issue_says(&issue, PM_OUT_OF_RANGE, "out of range", "scan_loss", ""), "scan_loss of 2^54");
	CHECK(!pm_totals_of(a, &account, &issue) &&
		  issue_says(&issue, PM_OUT_OF_RANGE, "out of range", "market_value", ""),
		  "market_value of 2^54");
	release(a);
	free(span);
}

/* ------------------------------------------------------------------------
 * The margin.
 */

/* Three scenarios that only their price shocks tell apart. */
static pm_scenario_set *
three_moves(double first, const double weights[3])
{
	pm_scenario rows[3];

	for (int i = 0; i < 3; i++)
	{
		rows[i] = pm_scenario_neutral();
		rows[i].price_shock = first + i / 8.0;
		rows[i].vol_shock = i;
		rows[i].weight = weights ? weights[i] : 1;
	}
	return list_of(rows, 3);
}

typedef struct leg
{
	const char *name;
	double		pnls[3];
} leg;

/* What an account of these underlyings must come to. */
static void
margin_is(const char *story, const leg *legs, int n, const double *weights,
		  double requirement, uint32_t scenario, const char *name)
{
	pm_scenario_set *set = three_moves(-0.125, weights);
	pm_risk_array *a = NULL;
	pm_margin	margin = {0};
	pm_issue	issue;
	bool		done;

	for (int i = n - 1; i >= 0; i--)
		add_row(&a, row_of(legs[i].name, set, 1, legs[i].pnls));
	done = pm_margin_of(a, &margin, &issue);
	CHECK(done && margin.requirement == requirement && margin.scan_loss == requirement &&
		  margin.minimum_charge == 0 && margin.worst_scenario == scenario &&
		  same_text(margin.worst_underlying, text(name)) &&
		  margin.worst_price_shock == -0.125 + (scenario - 1) / 8.0 &&
		  margin.worst_vol_shock == scenario - 1,
		  "%s: requirement %.17g, scenario %u", story, margin.requirement,
		  margin.worst_scenario);
	release(a);
	free(set);
}

static void
worst_scenarios(void)
{
	static const double unequal[] = {1, 0.5, 2};
	static const double none[] = {0, 0, 0};
	static const leg one[] = {{"A", {-1, -3, 2}}};
	static const leg tie[] = {{"A", {1, -3, -3}}};
	static const leg gains[] = {{"A", {5, 4, 4.5}}};
	static const leg nothing[] = {{"A", {0, 0, 0}}};
	static const leg add[] = {{"A", {-1, -3, 2}}, {"B", {-5, 9, 9}}, {"C", {7, 8, 9}}};
	static const leg ties[] = {{"A", {0, 0, -3}}, {"Z", {9, -3, 0}}, {"a", {9, -3, 0}}};
	static const leg bytes[] = {{"\xff", {-3, 0, 0}}, {"a", {-3, 0, 0}}, {"B", {-3, 0, 0}}};
	static const leg small[] = {{"A", {5, 4, 4.5}}, {"B", {3.5, 4, 3}}, {"C", {9, 9, 3}}};
	static const leg mixed[] = {{"A", {5, 4, 4.5}}, {"B", {0.25, -0x1p-60, 3}}};
	static const leg weighted[] = {{"A", {-3, -5, -1}}};
	static const leg weighted_gain[] = {{"A", {3, 5, 1}}};

	margin_is("one", one, 1, NULL, 3, 2, "A");
	margin_is("a tie: the lowest number", tie, 1, NULL, 3, 2, "A");
	margin_is("no loss: the smallest gain", gains, 1, NULL, 0, 2, "A");
	margin_is("nothing at all", nothing, 1, NULL, 0, 1, "A");
	margin_is("losses add, gains do not offset", add, 3, NULL, 8, 1, "B");
	margin_is("ties: the scenario before the name", ties, 3, NULL, 9, 2, "Z");
	margin_is("ties: then byte order", bytes, 3, NULL, 9, 1, "B");
	margin_is("the smallest of all gains", small, 3, NULL, 0, 3, "B");
	margin_is("one quantum of loss before any gain", mixed, 2, NULL, 0x1p-60, 2, "B");
	margin_is("weights decide", weighted, 1, unequal, 3, 1, "A");
	margin_is("weights apply to gains", weighted_gain, 1, unequal, 0, 3, "A");
	margin_is("weights of nothing", one, 1, none, 0, 1, "A");
}

/* Each underlying meets its own set, and the worst is told in its terms. */
static void
sets_of_their_own(void)
{
	static const double heavy[] = {1, 1, 4};
	static const double pnls[] = {-2, -1, -1};
	pm_scenario_set *a_set = three_moves(-0.125, NULL);
	pm_scenario_set *b_set = three_moves(0.5, heavy);
	pm_risk_array *a = NULL;
	pm_margin	margin;
	pm_issue	issue;

	add_row(&a, row_of("A", a_set, 1, pnls));
	add_row(&a, row_of("B", b_set, 1, pnls));
	CHECK(pm_margin_of(a, &margin, &issue) && margin.requirement == 6 &&
		  margin.worst_scenario == 3 && same_text(margin.worst_underlying, text("B")) &&
		  margin.worst_price_shock == 0.75, "requirement %g", margin.requirement);
	release(a);
	free(a_set);
	free(b_set);
}

/* amount * 0.33 in integers, rounded half to even. */
static pm_exact
third_of(pm_exact amount)
{
	/* 0.33 is this many 2^-54. */
	pm_exact	product = amount * INT64_C(5944751508129055);
	pm_exact	whole = product >> 54;
	pm_exact	rest = product - whole * ((pm_exact) 1 << 54);
	pm_exact	half = (pm_exact) 1 << 53;

	return whole + (rest > half || (rest == half && (whole & 1)));
}

/* SPAN's cover: cells are stored without it, and it is applied exactly once. */
static void
cover_applied_once(void)
{
	static const double losses[] = {
		-4321, -1234.5678, -0x1.123456789abcdp3, -3 * 0x1p-60, -0x1p-60, -50 * 0x1p-60
	};
	pm_scenario_set *span = span_of(0.06, 0.04, 3, 0.33, 1);
	pm_issue	issue;

	CHECK(0.33 == 5944751508129055 * 0x1p-54, "0.33 is another double here");
	for (int i = 0; i < LENGTH(losses); i++)
	{
		double		pnls[SCENARIOS] = {0};
		pm_risk_array *a = NULL,
				   *b = NULL;
		pm_margin	margin;
		pm_exact	amount;

		pnls[14] = pm_quantize(losses[i]);
		if (!pm_exact_product(pnls[14], 3, &amount))
			amount = 0;
		add_row(&a, row_of("A", span, 1, pnls));
		add_row(&b, row_of("A", span, 2, pnls));
		add_array(&a, b);
		/* the weighted sum, not the sum of weighted terms */
		CHECK(block_cell(a, 0, 14) == amount && pm_margin_of(a, &margin, &issue) &&
			  margin.requirement == pm_exact_to_double(-third_of(amount)) &&
			  margin.worst_scenario == 15 - 14 * (third_of(amount) == 0),
			  "cover of %.17g: %.17g", losses[i], margin.requirement);
		release(a);
		release(b);
	}
	free(span);
}

/* ------------------------------------------------------------------------
 * Memory runs out at every call in turn.
 */

/* 0 done, 1 out of memory as it should be said, 2 anything else. */
static int
build_until_failure(int fail_at, const book *b)
{
	pm_risk_array *parts[2] = {NULL, NULL};
	pm_issue	issue = {0};
	bool		done = true;
	int			result;

	count.calls = 0;
	count.fail_at = fail_at;
	for (int i = 0; i < 40 && done; i++)
	{
		pm_risk_row row = book_row(b, i);

		done = pm_risk_add_row(&parts[i % 2], &allocator, &row, &issue);
	}
	if (done)
		done = plus(&parts[0], parts[1], &issue);
	result = done ? 0 :
		issue_says(&issue, PM_NO_MEMORY, "out of memory", "bytes", "") ? 1 : 2;
	release(parts[0]);
	release(parts[1]);
	count.fail_at = 0;
	return result;
}

static void
out_of_memory(void)
{
	static book b;
	int			fail_at = 1;
	int			result;

	make_book(&b);
	while ((result = build_until_failure(fail_at, &b)) == 1)
		fail_at++;
	CHECK(result == 0 && fail_at > 8, "failure %d of the allocator gives %d", fail_at, result);
	free_book(&b);
}

/* ------------------------------------------------------------------------
 * Stored bytes that nobody wrote.
 */

/* Everything that a reader does; the sum keeps it from being optimised away. */
static uint64_t
read_all(const pm_risk_array *a)
{
	uint64_t	sum = 0;
	pm_margin	margin;
	pm_account_totals account;
	pm_issue	issue;

	for (uint32_t i = 0; i < a->underlyings; i++)
	{
		const pm_risk_block *block = pm_risk_block_at(a, i);
		const pm_scenario_set *set = pm_risk_set_of(a, block);
		pm_text		name = pm_risk_name(a, block);

		for (size_t at = 0; at < name.length; at++)
			sum += (unsigned char) name.bytes[at];
		for (uint32_t n = 0; n < a->scenarios; n++)
			sum += block->cells[n].low;
		if (set != NULL)
		{
			pm_scenario *rows = rows_of(set);

			sum += (uint64_t) rows[set->scenarios - 1].stickiness;
			free(rows);
		}
	}
	for (size_t at = 0; at < pm_risk_currency(a).length; at++)
		sum += (unsigned char) pm_risk_currency(a).bytes[at];
	if (a->scenarios > 0 && pm_margin_of(a, &margin, &issue))
		sum += margin.worst_scenario + margin.worst_underlying.length;
	if (pm_totals_of(a, &account, &issue))
		sum += (uint64_t) account.rows;
	return sum;
}

static volatile uint64_t read_sum;

/* Refused, or safe to read and to add to a new array, which is then the same. */
static bool
refused_or_safe(const void *bytes, size_t size, long *refused)
{
	pm_risk_array *a = copy_of(bytes, size);
	pm_risk_array *fresh = NULL;
	bool		good = true;
	pm_issue	issue;

	if (!pm_risk_valid(a, size))
		++*refused;
	else
	{
		good = pm_risk_size(a) == size;
		read_sum = read_sum + read_all(a);
		if (plus(&fresh, a, &issue))
			good = good && same_array(a, fresh);
		release(fresh);
	}
	free(a);
	return good;
}

static void
truncations(const pm_risk_array *a, const char *name)
{
	size_t		size = pm_risk_size(a);
	char	   *longer = malloc(size + 64);
	long		refused = 0;
	int			bad = 0;

	for (size_t cut = 0; cut < size; cut++)
		bad += !refused_or_safe(a, cut, &refused);
	memset(longer, 0, size + 64);
	memcpy(longer, a, size);
	for (size_t more = 1; more <= 64; more++)
		bad += !refused_or_safe(longer, size + more, &refused);
	CHECK(bad == 0 && refused == (long) size + 64,
		  "%s: only %ld of %zu truncations and extensions are refused", name, refused, size + 64);
	CHECK(pm_risk_valid(a, size), "%s: the image itself is refused", name);
	free(longer);
}

static void
byte_changes(const pm_risk_array *a, const char *name)
{
	size_t		size = pm_risk_size(a);
	unsigned char *image = copy_of(a, size);
	long		refused = 0;
	int			bad = 0;

	for (size_t at = 0; at < size; at++)
		for (int change = 1; change < 256; change += at < sizeof *a ? 1 : 6)
		{
			image[at] ^= (unsigned char) change;
			bad += !refused_or_safe(image, size, &refused);
			image[at] ^= (unsigned char) change;
		}
	CHECK(bad == 0, "%s: %d changed bytes are accepted and read wrongly", name, bad);
	CHECK(refused > 20 * 255, "%s: only %ld changed bytes are refused", name, refused);
	free(image);
}

/* A few words at once: offsets, counts and sizes that could come to agree. */
static void
word_changes(const pm_risk_array *a, const char *name)
{
	static const uint64_t words[] = {
		0, 1, 2, 3, 4, 5, 7, 8, 16, 24, 32, 224, 100000, 100001, 0x7fffffff, 0x80000000,
		0xfffffff8, 0xffffffff, UINT64_C(0x7fffffffffffffff), UINT64_C(0xffffffffffffffff),
		UINT64_C(0x0000000100000000), UINT64_C(0x0000000000000101), 56, 64, 216, 440
	};
	size_t		size = pm_risk_size(a);
	unsigned char *image = malloc(size);
	long		refused = 0;
	int			bad = 0;

	for (int turn = 0; turn < 20000; turn++)
	{
		memcpy(image, a, size);
		for (uint32_t n = 1 + random_below(3); n > 0; n--)
		{
			uint64_t	word = words[random_below(LENGTH(words))];
			size_t		width = random_below(3) ? 4 : 8;
			/* half of them in the header */
			uint32_t	span = (uint32_t) (random_below(2) ? sizeof *a : size);

			memcpy(image + random_below(span / (uint32_t) width) * width, &word, width);
		}
		bad += !refused_or_safe(image, size, &refused);
	}
	CHECK(bad == 0, "%s: %d changed words are accepted and read wrongly", name, bad);
	CHECK(refused > 5000, "%s: only %ld of 20000 changed words are refused", name, refused);
	free(image);
}

static pm_risk_array *
small_array(bool with_sets, const char *currency)
{
	static const double weights[] = {1, 0.33, 2};
	static const double pnls[] = {-2, 1, 3};
	pm_scenario_set *sets[] = {three_moves(-0.125, weights), tims_of(0.1, 0.1)};
	pm_risk_array *a = NULL;

	/* two distinct sets of one length */
	free(sets[1]);
	sets[1] = three_moves(0.25, NULL);
	for (int i = 0; i < 4; i++)
	{
		static const char *const underlying[] = {"B", "A long name", "", "\xff"};
		pm_risk_row row = row_of(underlying[i], with_sets ? sets[i % 2] : NULL, i - 1.5, pnls);

		row.currency = text(currency);
		add_row(&a, row);
	}
	free(sets[0]);
	free(sets[1]);
	return a;
}

static void
hostile_images(void)
{
	struct
	{
		const char *name;
		pm_risk_array *array;
	}			images[] = {
		{"two sets", small_array(true, NULL)},
		{"a currency", small_array(true, "EUR")},
		{"totals only", small_array(false, "EUR")},
	};

	for (int i = 0; i < LENGTH(images); i++)
	{
		truncations(images[i].array, images[i].name);
		byte_changes(images[i].array, images[i].name);
		word_changes(images[i].array, images[i].name);
		release(images[i].array);
	}
}

/* A set in the heap, to be spoilt. */
static pm_risk_set *
stored_set(pm_risk_array *a, uint32_t underlying)
{
	return (pm_risk_set *) ((char *) pm_risk_set_of(a, pm_risk_block_at(a, underlying)) -
							offsetof(pm_risk_set, set));
}

/* The chain of sets run in a circle. */
static void
circle_of_sets(void)
{
	pm_risk_array *a = small_array(true, NULL);
	size_t		size = pm_risk_size(a);

	stored_set(a, 0)->next = a->first_set;
	CHECK(!pm_risk_valid(a, size), "a circle of sets is accepted");
	stored_set(a, 1)->next = a->first_set;
	CHECK(!pm_risk_valid(a, size), "another circle of sets is accepted");
	release(a);
}

/* Valid in itself, but of two scenarios where there are cells for three. */
static void
set_too_short(void)
{
	pm_risk_array *a = small_array(true, NULL);
	pm_risk_set *stored = stored_set(a, 0);
	pm_scenario_part *part = (pm_scenario_part *) (&stored->set + 1);

	stored->set.scenarios = part->count = 2;
	part->size = 2 * sizeof(pm_scenario);
	stored->size = (uint32_t) (sizeof stored->set + sizeof *part + part->size);
	CHECK(pm_set_valid(&stored->set, stored->size) && !pm_risk_valid(a, pm_risk_size(a)),
		  "a set of fewer scenarios than cells is accepted");
	release(a);
}

/* An underlying is there because it has rows. */
static void
rows_missing(void)
{
	pm_risk_array *a = small_array(true, NULL);
	pm_risk_block *block = (pm_risk_block *) pm_risk_block_at(a, 1);

	block->rows = 0;
	CHECK(!pm_risk_valid(a, pm_risk_size(a)), "an underlying without rows is accepted");
	block->rows = -1;
	CHECK(!pm_risk_valid(a, pm_risk_size(a)), "a negative number of rows is accepted");
	release(a);
}

/* Copies an accepted image into the allocator's memory, to be added to. */
static pm_risk_array *
adopted(const void *bytes, size_t size)
{
	pm_risk_array *a = resize(&count, NULL, size);

	return memcpy(a, bytes, size);
}

/*
 * What is accepted can also be added to: a heap that ends on an odd byte, say,
 * must not become the place of a set.
 */
static void
accepted_can_be_added_to(void)
{
	pm_risk_array *a = small_array(true, "EUR");
	pm_risk_array *b = small_array(true, "EUR");
	size_t		size = pm_risk_size(a);
	unsigned char *image = copy_of(a, size);
	long		accepted = 0;
	int			bad = 0;
	static const double pnls[] = {-2, 1, 3};
	pm_scenario_set *set = three_moves(0.5, NULL);
	pm_issue	issue;

	for (size_t at = 0; at < sizeof *a; at++)
		for (int change = 1; change < 256; change++)
		{
			image[at] ^= (unsigned char) change;
			if (pm_risk_valid((pm_risk_array *) image, size))
			{
				pm_risk_array *copy = adopted(image, size);
				pm_risk_row row = row_of("new", set, 1, pnls);

				row.currency = text("EUR");
				accepted++;
				if (pm_risk_add_row(&copy, &allocator, &row, &issue) &&
					plus(&copy, b, &issue))
				{
					if (pm_risk_valid(copy, pm_risk_size(copy)))
						read_sum = read_sum + read_all(copy);
					else
						bad++;
				}
				release(copy);
			}
			image[at] ^= (unsigned char) change;
		}
	CHECK(bad == 0, "%d of %ld accepted images become invalid by adding to them", bad, accepted);
	release(a);
	release(b);
	free(image);
	free(set);
}

/* Numbers of rows that overflow when added, in one block and over blocks. */
static void
too_many_rows(void)
{
	pm_risk_array *a = small_array(true, NULL);
	pm_risk_array *sum = NULL;
	pm_account_totals account;
	pm_issue	issue;

	for (uint32_t i = 0; i < a->underlyings; i++)
		((pm_risk_block *) pm_risk_block_at(a, i))->rows = INT64_MAX;
	add_array(&sum, a);
	CHECK(!plus(&sum, a, &issue) &&
		  issue_says(&issue, PM_OUT_OF_RANGE, "out of range", "", ""),
		  "rows overflow in an underlying");
	CHECK(!pm_risk_valid(a, pm_risk_size(a)) || !pm_totals_of(a, &account, &issue),
		  "rows overflow over underlyings");
	release(a);
	release(sum);
}

int
main(void)
{
	any_order_any_split();
	sets_are_shared();
	many_underlyings();
	long_names();
	currencies();
	sets_that_differ();
	totals_only();
	gross_quantities();
	out_of_range();
	account_out_of_range();
	worst_scenarios();
	sets_of_their_own();
	cover_applied_once();
	out_of_memory();
	hostile_images();
	circle_of_sets();
	set_too_short();
	rows_missing();
	accepted_can_be_added_to();
	too_many_rows();
	return check_finish("risk_array");
}
