/*
 * test_risk_algebra.c - risk_algebra.h: what + does, - undoes; opposites and
 * multiples; what is not contained; compact images; an order; no memory.
 */
#include <math.h>

#include "core/margin.h"
#include "core/risk_algebra.h"
#include "allocator.h"
#include "support.h"

/* ------------------------------------------------------------------------
 * Arrays of random trades.
 */

#define SCENARIOS 16

static pm_scenario_set *sets[2];	/* the same rows, generated and listed */
static pm_scenario_set *other_set;	/* as long, but another */

static void
add_trade(pm_risk_array **array, const char *name, double quantity, uint64_t seed)
{
	double		pnls[SCENARIOS],
				totals[PM_TOTALS];
	pm_risk_row row = {
		.underlying = text(name), .currency = text("EUR"), .set = sets[0],
		.quantity = quantity, .pnls = pnls, .totals = totals
	};
	uint64_t	keep = random_state;
	pm_issue	issue;
	bool		done;

	random_state = seed;
	for (int n = 0; n < SCENARIOS; n++)
		pnls[n] = pm_quantize(ldexp((int32_t) random_bits() + 0.37, (int) random_below(50) - 60));
	for (int t = 0; t < PM_TOTALS; t++)
		totals[t] = pm_quantize(ldexp((int32_t) random_bits() + 0.37, (int) random_below(50) - 60));
	random_state = keep;
	done = pm_risk_add_row(array, &allocator, &row, &issue);
	if (!done)
		CHECK(0, "a trade is refused: %s", issue.message);
}

static const char *const names[] = {"A", "B", "BB", "", "\xff", "a name of some length"};

static pm_risk_array *
random_array(int trades)
{
	pm_risk_array *a = NULL;

	for (int i = 0; i < trades; i++)
		add_trade(&a, names[random_below(LENGTH(names))],
				  ldexp((int32_t) random_bits(), -22), 1000 + random_below(50));
	return a;
}

static void
add(pm_risk_array **to, const pm_risk_array *a, double factor)
{
	pm_issue	issue = {0};
	bool		done = pm_risk_add(to, &allocator, a, factor, &issue);

	CHECK(done, "an array is refused: %s: %s", issue.message, issue.detail);
}

static pm_risk_array *
times(double factor, const pm_risk_array *a)
{
	pm_risk_array *product = NULL;

	add(&product, a, factor);
	return product;
}

static pm_risk_array *
sum_of(const pm_risk_array *a, const pm_risk_array *b)
{
	pm_risk_array *sum = times(1, a);

	add(&sum, b, 1);
	return sum;
}

/* The stored form, in a block of exactly its bound, so that ASan looks on. */
static pm_risk_array *
compact(const pm_risk_array *a, size_t *size)
{
	pm_risk_array *out = malloc(pm_risk_compact_bound(a));

	memset(out, 0x77, pm_risk_compact_bound(a));
	*size = pm_risk_compact(a, out);
	return out;
}

/* The same stored bytes, which are valid, and equal by every measure. */
static bool
same(const pm_risk_array *a, const pm_risk_array *b)
{
	size_t		x_size,
				y_size;
	pm_risk_array *x = compact(a, &x_size);
	pm_risk_array *y = compact(b, &y_size);
	bool		good = x_size == y_size && memcmp(x, y, x_size) == 0 &&
		pm_risk_size(x) == x_size && pm_risk_valid(x, x_size) &&
		pm_risk_compare(a, b) == 0 && pm_risk_compare(x, b) == 0 &&
		pm_risk_hash(a) == pm_risk_hash(b) && pm_risk_hash(x) == pm_risk_hash(a);

	free(x);
	free(y);
	return good;
}

static void
same_then_free(pm_risk_array *a, pm_risk_array *b, const char *law)
{
	CHECK(same(a, b), "%s", law);
	release(a);
	release(b);
}

static void
removed(pm_risk_array *a, const pm_risk_array *b)
{
	pm_issue	issue = {0};
	bool		done = pm_risk_remove(a, b, &issue);

	CHECK(done, "what was added cannot be taken away: %s: %s", issue.message, issue.detail);
}

/* ------------------------------------------------------------------------
 * The laws.
 */

static void
laws(void)
{
	for (int turn = 0; turn < 200; turn++)
	{
		pm_risk_array *a = random_array(1 + (int) random_below(8)),
				   *b = random_array(1 + (int) random_below(8)),
				   *c = random_array(1 + (int) random_below(8)),
				   *x,
				   *y;

		same_then_free(sum_of(a, b), sum_of(b, a), "a + b = b + a");

		x = sum_of(a, b);
		y = sum_of(b, c);
		same_then_free(sum_of(x, c), sum_of(a, y), "(a + b) + c = a + (b + c)");
		removed(x, b);
		CHECK(same(x, a), "(a + b) - b = a");
		removed(y, b);
		CHECK(same(y, c), "(b + c) - b = c");
		release(x);
		release(y);

		x = times(-1, a);
		same_then_free(times(-1, x), times(1, a), "-(-a) = a");
		release(x);
		x = times(8, a);
		same_then_free(times(0.125, x), times(1, a), "a / 8 of 8 a");
		release(x);

		/* Everything gone: nothing is left, and anything can come. */
		x = times(1, a);
		removed(x, a);
		CHECK(x->underlyings == 0 && x->currency_state == PM_CURRENCY_UNSET && x->heap_used == 0,
			  "a - a leaves %u underlyings", x->underlyings);
		add(&x, c, 1);
		same_then_free(x, times(1, c), "(a - a) + c = c");
		release(a);
		release(b);
		release(c);
	}
}

/* quantity * (array of one contract) is the row of that quantity. */
static void
contracts(void)
{
	static const double quantities[] = {
		0, 1, -1, 2, -3, 0.1, -0.1, 1.0 / 3, 1e-9, -12345.678, 0x1p-60, 0x1p20, 7e5 + 0.3
	};

	for (uint64_t seed = 1; seed <= 40; seed++)
		for (int i = 0; i < LENGTH(quantities); i++)
		{
			pm_risk_array *contract = NULL,
					   *row = NULL;

			add_trade(&contract, "A", 1, seed);
			add_trade(&row, "A", quantities[i], seed);
			same_then_free(times(quantities[i], contract), row, "quantity * contract = position");
			release(contract);
		}
}

static pm_exact
product(pm_exact amount, double factor)
{
	pm_exact	result = 0;

	CHECK(pm_exact_scale(amount, factor, &result), "a product is out of range");
	return result;
}

/* A multiple, cell by cell; long and short change places below 0. */
static void
multiples(void)
{
	static const double factors[] = {-1, -0.3, 0, 0.7, 2, -1e-3};

	for (int i = 0; i < LENGTH(factors); i++)
	{
		double		f = factors[i];
		pm_risk_array *a = random_array(9);
		pm_risk_array *b = times(f, a);
		int			bad = 0;

		for (uint32_t k = 0; k < a->underlyings; k++)
		{
			const pm_risk_block *x = pm_risk_block_at(a, k),
					   *y = pm_risk_block_at(b, k);
			const pm_cell *bought = f < 0 ? &x->short_quantity : &x->long_quantity;
			const pm_cell *sold = f < 0 ? &x->long_quantity : &x->short_quantity;

			bad += y->rows != x->rows;
			bad += pm_cell_get(&y->long_quantity) != product(pm_cell_get(bought), fabs(f));
			bad += pm_cell_get(&y->short_quantity) != product(pm_cell_get(sold), fabs(f));
			for (int t = 0; t < PM_TOTALS; t++)
				bad += pm_cell_get(&y->totals[t]) != product(pm_cell_get(&x->totals[t]), f);
			for (int n = 0; n < SCENARIOS; n++)
				bad += pm_cell_get(&y->cells[n]) != product(pm_cell_get(&x->cells[n]), f);
		}
		CHECK(bad == 0 && a->underlyings == b->underlyings, "%g times: %d amounts are wrong", f, bad);
		release(a);
		release(b);
	}
}

static void
parts(void)
{
	pm_risk_array *a = random_array(20),
			   *sum = NULL;
	pm_issue	issue;

	for (uint32_t i = a->underlyings; i-- > 0;)
	{
		pm_risk_array *part = NULL;

		CHECK(pm_risk_add_underlying(&part, &allocator, a, i, 1, &issue) && part->underlyings == 1,
			  "part %u", i);
		add(&sum, part, 1);
		release(part);
	}
	same_then_free(sum, times(1, a), "the parts are the whole");
	release(a);
}

/* Nothing: it adds nothing, wherever and however long. */
static void
nothing(void)
{
	static const pm_risk_array empty = {
		.version = PM_RISK_ARRAY_VERSION, .first_set = PM_NO_SET
	};
	pm_risk_array *a = random_array(5),
			   *b = NULL,
			   *left;
	size_t		size;

	CHECK(pm_risk_valid(&empty, sizeof empty), "nothing is not valid");
	add(&b, &empty, 1);
	CHECK(b != NULL && b->underlyings == 0, "nothing + nothing");
	add(&b, &empty, -3);
	add(&b, a, 1);
	add(&b, &empty, 1);
	removed(b, &empty);
	same_then_free(b, times(1, a), "nothing changes something");
	left = times(1, a);
	removed(left, a);
	b = times(1, a);
	add(&b, left, 1);
	same_then_free(b, times(1, a), "what is left of a - a changes something");
	b = compact(left, &size);
	CHECK(size == sizeof empty && memcmp(b, &empty, size) == 0, "a - a takes %zu bytes", size);
	free(b);
	CHECK(pm_risk_compare(&empty, left) == 0 && pm_risk_hash(&empty) == pm_risk_hash(left) &&
		  pm_risk_compare(&empty, a) < 0 && pm_risk_compare(a, &empty) > 0, "nothing in order");
	release(left);
	release(a);
}

/* ------------------------------------------------------------------------
 * What is not contained.
 */

static void
not_removed(pm_risk_array *from, pm_risk_array *what, const char *detail)
{
	pm_issue	issue = {0};

	CHECK(!pm_risk_remove(from, what, &issue) &&
		  issue_says(&issue, PM_INVALID_VALUE, "does not contain it", detail, "a + (-b)"),
		  "taken away, or [%s] is not [%s]", issue.detail, detail);
	release(from);
	release(what);
}

static pm_risk_array *
one(const char *name, double quantity, int rows)
{
	pm_risk_array *a = NULL;

	for (int i = 0; i < rows; i++)
		add_trade(&a, name, quantity, 5);
	return a;
}

static pm_risk_array *
other_than(const char *currency, pm_scenario_set *set)
{
	static const double zeros[SCENARIOS];
	pm_risk_array *a = NULL;
	pm_risk_row row = {
		.underlying = text("A"), .currency = text(currency), .set = set, .pnls = zeros, .totals = zeros
	};
	pm_issue	issue;

	CHECK(pm_risk_add_row(&a, &allocator, &row, &issue), "another array");
	return a;
}

static void
not_contained(void)
{
	not_removed(one("A", 1, 1), one("B", 1, 1), "\"B\" is not in it");
	not_removed(one("A", 1, 1), one("A", 1, 2), "-1 rows");
	not_removed(one("A", 1, 1), one("A", 0.5, 1), "0 rows and an amount");
	not_removed(one("A", 1, 2), one("A", 3, 1), "1 rows and an amount without a row or a negative");
	not_removed(one("A", -1, 2), one("A", -3, 1), "1 rows");
	not_removed(one("A", 1, 1), one("A", -1, 1), "0 rows");
	not_removed(one("A", 1, 1), other_than("USD", sets[0]), "currencies differ in underlying \"A\"");
	not_removed(one("A", 1, 1), other_than(NULL, sets[0]), "currencies differ");
	not_removed(one("A", 1, 1), other_than("EUR", other_set), " in it, not ");
	/* One amount only, by one quantum. */
	for (int i = 0; i < 2 + PM_TOTALS + SCENARIOS; i++)
	{
		pm_risk_array *a = one("A", 1, 1),
				   *b = one("A", 1, 1);
		pm_cell    *cells = (pm_cell *) &pm_risk_block_at(b, 0)->long_quantity;

		CHECK(pm_cell_add(&cells[i], i < 2 ? 1 : -1), "a quantum less");
		not_removed(a, b, "0 rows");
	}
}

/* Sets are compared by rows: what came as a list goes as a generator. */
static void
images_of_a_set(void)
{
	pm_risk_array *generated = other_than("EUR", sets[0]),
			   *list = other_than("EUR", sets[1]),
			   *x = sum_of(generated, list);

	CHECK(pm_risk_compare(generated, list) == 0 && pm_risk_hash(generated) == pm_risk_hash(list),
		  "two images of a set differ");
	same_then_free(sum_of(list, generated), times(1, x), "one image, whichever came first");
	removed(x, list);
	CHECK(pm_risk_compare(x, list) == 0, "taken away by another image");
	release(x);
	release(generated);
	release(list);
}

/* ------------------------------------------------------------------------
 * Sliding: what has left leaves room behind, and compaction takes it back.
 */

static void
sliding(void)
{
	enum
	{
		STEPS = 400, FRAME = 7
	};
	pm_risk_array *state = NULL,
			   *rows[STEPS];
	size_t		size;

	for (int i = 0; i < STEPS; i++)
	{
		char		name[32];
		pm_risk_array *fresh = NULL,
				   *stored;

		/* Some names come back, most do not. */
		snprintf(name, sizeof name, i % 3 ? "passing %d" : "again %d", i % 3 ? i : i % 4);
		rows[i] = one(name, i + 0.5, 1);
		if (i >= FRAME)
			removed(state, rows[i - FRAME]);
		add(&state, rows[i], 1);
		for (int k = i < FRAME ? 0 : i - FRAME + 1; k <= i; k++)
			add(&fresh, rows[k], 1);
		CHECK(same(state, fresh), "step %d", i);
		CHECK(pm_risk_live_heap(state) <= state->heap_used, "more lives in the heap than is used");
		stored = compact(state, &size);
		CHECK(stored->heap_used == stored->heap_size &&
			  pm_risk_live_heap(stored) == stored->heap_used && stored->capacity == stored->underlyings,
			  "step %d leaves slack in the stored form", i);
		free(stored);
		release(fresh);
	}
	for (int i = 0; i < STEPS; i++)
		release(rows[i]);
	release(state);
}

/* ------------------------------------------------------------------------
 * Order.
 */

static void
total_order(void)
{
	enum
	{
		MANY = 40
	};
	pm_risk_array *a[MANY];
	int			bad = 0;

	for (int i = 0; i < MANY; i++)
		a[i] = i % 4 == 3 ? times(1, a[i - 1]) : random_array(1 + (int) random_below(4));
	for (int i = 0; i < MANY; i++)
		for (int j = 0; j < MANY; j++)
		{
			int			order = pm_risk_compare(a[i], a[j]);

			bad += order != -pm_risk_compare(a[j], a[i]);
			bad += (order == 0) != same(a[i], a[j]);
			for (int k = 0; k < MANY; k++)
				bad += order <= 0 && pm_risk_compare(a[j], a[k]) <= 0 && pm_risk_compare(a[i], a[k]) > 0;
		}
	CHECK(bad == 0, "%d of the comparisons are no order", bad);
	for (int i = 0; i < MANY; i++)
		release(a[i]);
}

/* Rows, counts and every amount tell two arrays apart, by one. */
static void
told_apart(void)
{
	for (int i = -1; i < 2 + PM_TOTALS + SCENARIOS; i++)
	{
		pm_risk_array *a = one("A", 1, 2),
				   *b = one("A", 1, 2);
		pm_risk_block *block = (pm_risk_block *) pm_risk_block_at(b, 0);
		bool		more = i < 0 ? block->rows++ > 0 : pm_cell_add(&(&block->long_quantity)[i], 1);

		CHECK(more && pm_risk_compare(a, b) < 0 && pm_risk_compare(b, a) > 0,
			  "one more of %d makes no difference", i);
		release(a);
		release(b);
	}
}

/* ------------------------------------------------------------------------
 * Factors and ranges, and memory that runs out.
 */

static void
factors_refused(void)
{
	static const double bad[] = {NAN, INFINITY, -INFINITY};
	pm_risk_array *a = one("A", 1, 1),
			   *b = NULL;
	pm_issue	issue = {0};

	for (int i = 0; i < LENGTH(bad); i++)
		CHECK(!pm_risk_add(&b, &allocator, a, bad[i], &issue) &&
			  issue_says(&issue, PM_INVALID_VALUE, "finite number", "It is ", ""), "factor %g", bad[i]);
	CHECK(!pm_risk_add(&b, &allocator, a, 1e300, &issue) &&
		  issue_says(&issue, PM_OUT_OF_RANGE, "out of range", "\"A\"", ""), "factor 1e300");
	release(b);
	release(a);
}

static void
out_of_memory(void)
{
	pm_risk_array *a = random_array(12),
			   *b = random_array(12);
	int			fail_at = 1;
	bool		done = false;

	for (; !done && fail_at < 1000; fail_at++)
	{
		pm_risk_array *sum = NULL;
		pm_issue	issue = {0};

		count.calls = 0;
		count.fail_at = fail_at;
		done = pm_risk_add(&sum, &allocator, a, -2, &issue) &&
			pm_risk_add(&sum, &allocator, b, 1, &issue);
		count.fail_at = 0;
		CHECK(done || issue_says(&issue, PM_NO_MEMORY, "out of memory", "bytes", ""),
			  "failure %d: %s", fail_at, issue.message);
		release(sum);
	}
	CHECK(done && fail_at > 4, "the allocator was called %d times", fail_at);
	release(a);
	release(b);
}

int
main(void)
{
	sets[0] = span_of(0.06, 0.04, 3, 0.33, 1);
	sets[1] = listed(sets[0]);
	other_set = span_of(0.07, 0.04, 3, 0.33, 1);
	laws();
	contracts();
	multiples();
	parts();
	nothing();
	not_contained();
	images_of_a_set();
	sliding();
	total_order();
	told_apart();
	factors_refused();
	out_of_memory();
	free(sets[0]);
	free(sets[1]);
	free(other_set);
	return check_finish("risk_algebra");
}
