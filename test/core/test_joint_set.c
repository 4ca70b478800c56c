/*
 * test_joint_set.c - joint_set.h: moves read back as they were given, one image
 * per content, order, refusals, hostile bytes; and the margins of joint arrays.
 */
#include <math.h>

#include "allocator.h"
#include "core/margin.h"
#include "core/risk_algebra.h"
#include "support.h"

#define MOST_NAMES		4
#define MOST_SCENARIOS	300

static const char *const all_names[MOST_NAMES] = {"A", "A much longer name", "AB", "\xc3\xa9"};

typedef struct world
{
	pm_text		names[MOST_NAMES];
	uint32_t	underlyings;
	uint32_t	scenarios;
	pm_scenario moves[MOST_NAMES * MOST_SCENARIOS];
} world;

static const pm_scenario *
move_at(const world *w, uint32_t k, uint32_t n)
{
	return &w->moves[k * w->scenarios + n];
}

static double
one_of(double a, double b)
{
	return random_below(2) ? a : b;
}

/* Fields vary, or keep one value, or the neutral one. */
static void
fill_world(world *w, uint32_t underlyings, uint32_t scenarios)
{
	w->underlyings = underlyings;
	w->scenarios = scenarios;
	for (uint32_t k = 0; k < underlyings; k++)
	{
		pm_scenario kept = pm_scenario_neutral();

		w->names[k] = text(all_names[k]);
		kept.days = random_below(3);
		kept.skew_cap = one_of(NAN, 0.5);
		for (uint32_t n = 0; n < scenarios; n++)
		{
			pm_scenario *row = &w->moves[k * scenarios + n];

			*row = kept;
			row->price_shock = (int) random_below(5) / 8.0 - 0.25;
			if (k % 2 == 1)
			{
				row->vol_shock = one_of(0.25, -0.0);
				row->vol_power_long = one_of(NAN, 0.1);
				row->stickiness = random_below(2);
			}
		}
	}
}

static pm_scenario_set *
set_of(const world *w)
{
	return joint_of(w->names, w->underlyings, w->moves, w->scenarios);
}

static bool
same_row(const pm_scenario *a, const pm_scenario *given)
{
	pm_scenario b = *given;

	pm_scenario_normalise(&b);
	return memcmp(a, &b, sizeof b) == 0;
}

/* Each way of reading a column gives what was put in. */
static void
rows_read_back(void)
{
	world	   *w = malloc(sizeof *w);
	int			bad = 0;

	for (int turn = 0; turn < 60; turn++)
	{
		pm_scenario_set *set;
		pm_scenario block[37];
		pm_issue	issue;

		fill_world(w, 1 + random_below(MOST_NAMES), 1 + random_below(MOST_SCENARIOS));
		set = set_of(w);
		CHECK(pm_set_valid(set, pm_set_size(set)) && set->kind == PM_SET_JOINT &&
			  set->scenarios == w->scenarios && set->unit_weights == 1, "the header");
		for (uint32_t k = 0; k < w->underlyings; k++)
		{
			pm_row_cursor rows = pm_column_rows(set, k);
			uint32_t	column = 99;
			pm_text		name = pm_joint_name(set, k);

			bad += !pm_set_column(set, w->names[k], &column, &issue) || column != k ||
				name.length != w->names[k].length ||
				memcmp(name.bytes, w->names[k].bytes, name.length) != 0;
			for (uint32_t n = 0; n < w->scenarios; n++)
			{
				pm_scenario next = pm_next_row(&rows);
				pm_scenario row = pm_set_row(set, k, n);
				uint32_t	count = 1 + random_below(LENGTH(block));

				if (count > w->scenarios - n)
					count = w->scenarios - n;
				pm_joint_rows(set, k, n, count, block);
				bad += !same_row(&next, move_at(w, k, n)) || !same_row(&row, move_at(w, k, n)) ||
					!same_row(&block[0], move_at(w, k, n)) ||
					!same_row(&block[count - 1], move_at(w, k, n + count - 1));
			}
		}
		free(set);
	}
	CHECK(bad == 0, "%d rows are others", bad);
	free(w);
}

/* Prices alone take 8 bytes per scenario and underlying. */
static void
sizes(void)
{
	world	   *w = malloc(sizeof *w);
	pm_scenario_set *set;

	w->underlyings = 3;
	w->scenarios = 200;
	for (uint32_t k = 0; k < 3; k++)
	{
		w->names[k] = text(all_names[k]);
		for (uint32_t n = 0; n < 200; n++)
		{
			w->moves[k * 200 + n] = pm_scenario_neutral();
			w->moves[k * 200 + n].price_shock = n / 1000.0;
			w->moves[k * 200 + n].days = 1;
		}
	}
	set = set_of(w);
	CHECK(pm_set_size(set) - 8 * 3 * 200 < 3 * 200, "%zu bytes", pm_set_size(set));
	free(set);
	for (int i = 0; i < 3 * 200; i++)
		w->moves[i].price_shock = 0;
	set = set_of(w);
	CHECK(pm_set_size(set) < 3 * 200, "%zu bytes where nothing varies", pm_set_size(set));
	free(set);
	free(w);
}

/* ------------------------------------------------------------------------
 * Equality and order.
 */

static int
sign_of(int x)
{
	return (x > 0) - (x < 0);
}

static void
comparisons(void)
{
	enum {SETS = 24};
	pm_scenario_set *sets[SETS];
	world	   *w = malloc(sizeof *w);
	int			bad = 0,
				equal = 0;

	/* Few values and sizes, so that some come twice; two are common. */
	for (int i = 0; i < SETS; i++)
	{
		w->underlyings = 1 + random_below(2);
		w->scenarios = 1 + random_below(2);
		for (uint32_t k = 0; k < 2; k++)
			w->names[k] = text(all_names[k + random_below(2)]);
		if (w->underlyings == 2)
			w->names[0] = text(all_names[0]), w->names[1] = text(all_names[1 + random_below(2)]);
		for (int n = 0; n < 4; n++)
		{
			w->moves[n] = pm_scenario_neutral();
			w->moves[n].price_shock = one_of(0, 0.125);
		}
		sets[i] = i < 2 ? list_of(w->moves, 2) : set_of(w);
	}
	for (int i = 0; i < SETS; i++)
		for (int j = 0; j < SETS; j++)
		{
			int			ij = sign_of(pm_set_compare(sets[i], sets[j]));
			bool		same = pm_set_equal(sets[i], sets[j]);

			equal += i != j && same;
			bad += ij != -sign_of(pm_set_compare(sets[j], sets[i])) || same != (ij == 0);
			/* One content, one image. */
			if (sets[i]->kind == PM_SET_JOINT && sets[j]->kind == PM_SET_JOINT)
				bad += same != (pm_set_size(sets[i]) == pm_set_size(sets[j]) &&
								memcmp(sets[i], sets[j], pm_set_size(sets[i])) == 0);
			for (int k = 0; k < SETS; k++)
				bad += ij <= 0 && pm_set_compare(sets[j], sets[k]) <= 0 &&
					pm_set_compare(sets[i], sets[k]) > 0;
		}
	CHECK(bad == 0 && equal > 4, "%d comparisons are wrong, %d pairs are equal", bad, equal);
	CHECK(pm_set_compare(sets[0], sets[2]) < 0, "joint sets come before common ones");
	for (int i = 0; i < SETS; i++)
		free(sets[i]);
	free(w);
}

/* ------------------------------------------------------------------------
 * Refusals.
 */

static void
refused(const world *w, pm_code code, const char *message, const char *detail)
{
	pm_issue	issue = {0};
	pm_scenario_set *set = try_joint(w->names, w->underlyings, w->moves, w->scenarios, &issue);

	CHECK(set == NULL && issue_says(&issue, code, message, detail, ""),
		  "instead of \"%s\", \"%s\": \"%s\", \"%s\"", message, detail, issue.message, issue.detail);
	free(set);
}

static void
refusals(void)
{
	world	   *w = malloc(sizeof *w);
	pm_scenario_set *set;
	uint32_t	column;
	pm_issue	issue;

	fill_world(w, 3, 5);
	w->moves[1 * 5 + 3].price_shock = NAN;
	refused(w, PM_INVALID_VALUE, "\"price_shock\" must be a finite number",
			"It is scenario 4 of underlying \"A much longer name\".");
	w->moves[1 * 5 + 3].price_shock = 0;
	w->moves[2 * 5].weight = 0.5;
	refused(w, PM_INVALID_VALUE, "must have weight 1", "weight is 0.5. It is scenario 1 of underlying \"AB\".");
	w->moves[2 * 5].weight = 1;
	w->names[1] = w->names[0];
	refused(w, PM_INVALID_VALUE, "an underlying twice", "It is \"A\".");
	w->names[0] = text("");
	refused(w, PM_INVALID_VALUE, "must not be empty", "");
	w->underlyings = 0;
	refused(w, PM_INVALID_VALUE, "at least one scenario and one underlying", "5 scenarios and 0 underlyings");
	w->underlyings = 1;
	w->scenarios = 0;
	refused(w, PM_INVALID_VALUE, "at least one scenario", "0 scenarios and 1 underlyings");
	w->scenarios = PM_MAX_SCENARIOS + 1;
	refused(w, PM_LIMIT, "too many scenarios", "100001");
	w->scenarios = 1;
	w->underlyings = PM_MAX_JOINT_UNDERLYINGS + 1;
	refused(w, PM_LIMIT, "too many underlyings", "10001");

	fill_world(w, 3, 5);
	set = set_of(w);
	CHECK(!pm_set_column(set, text("XYZ"), &column, &issue) &&
		  issue_says(&issue, PM_INVALID_VALUE, "has no moves", "\"XYZ\" is not in joint scenarios of 3 underlyings (5 scenarios", ""),
		  "%s %s", issue.message, issue.detail);
	free(set);
	free(w);
}

/* ------------------------------------------------------------------------
 * Stored bytes that nobody wrote: refused, or safe to read.
 */

static bool
refused_or_safe(const pm_scenario_set *original, const void *bytes, size_t size, long *refusals)
{
	pm_scenario_set *set = copy_of(bytes, size);
	bool		good = true;

	if (!pm_set_valid(set, size))
		++*refusals;
	else if (set->kind == PM_SET_JOINT)
	{
		char		described[PM_SET_DESCRIPTION];

		good = pm_set_size(set) == size;
		for (uint32_t k = 0; k < pm_joint_of(set)->underlyings; k++)
		{
			pm_row_cursor rows = pm_column_rows(set, k);
			uint32_t	column;
			pm_issue	issue;

			good &= pm_set_column(set, pm_joint_name(set, k), &column, &issue) && column == k;
			for (uint32_t n = 0; n < set->scenarios; n++)
				(void) pm_next_row(&rows);
		}
		(void) pm_set_equal(set, original);
		good &= strlen(pm_set_describe(described, set)) > 0;
		good &= sign_of(pm_set_compare(set, original)) == -sign_of(pm_set_compare(original, set));
	}
	free(set);
	return good;
}

static void
hostile_images(void)
{
	static const uint64_t words[] = {
		0, 1, 2, 3, 5, 8, 16, 100000, 0x7fffffff, 0x80000000, 0xffffffff,
		UINT64_C(0x7fffffffffffffff), UINT64_C(0xffffffffffffffff), 48, 120, 128, 0x200, 0x3fff
	};
	world	   *w = malloc(sizeof *w);
	pm_scenario_set *set;
	unsigned char *image;
	size_t		size;
	long		refusals = 0;
	int			bad = 0;

	fill_world(w, 3, 3);
	set = set_of(w);
	size = pm_set_size(set);
	for (size_t cut = 0; cut < size; cut++)
		bad += !refused_or_safe(set, set, cut, &refusals);
	CHECK(bad == 0 && refusals == (long) size, "%ld of %zu truncations are refused", refusals, size);
	image = copy_of(set, size);
	refusals = 0;
	for (size_t at = 0; at < size; at++)
		for (int change = 1; change < 256; change++)
		{
			image[at] ^= (unsigned char) change;
			bad += !refused_or_safe(set, image, size, &refusals);
			image[at] ^= (unsigned char) change;
		}
	CHECK(bad == 0, "%d changed bytes are accepted and read wrongly", bad);
	/* version, kind, counts, size; where each column lies and what it has */
	CHECK(refusals > 70 * 255, "only %ld changed bytes are refused", refusals);
	refusals = 0;
	for (int turn = 0; turn < 20000; turn++)
	{
		memcpy(image, set, size);
		for (uint32_t n = 1 + random_below(4); n > 0; n--)
		{
			uint64_t	word = words[random_below(LENGTH(words))];
			size_t		width = random_below(2) ? 8 : 4;

			memcpy(image + random_below((uint32_t) (size / width)) * width, &word, width);
		}
		bad += !refused_or_safe(set, image, size, &refusals);
	}
	CHECK(bad == 0 && refusals > 3000, "%d changed words are read wrongly, %ld refused", bad, refusals);
	free(image);
	free(set);
	free(w);
}

/* ------------------------------------------------------------------------
 * Risk arrays.
 */

static bool
add(pm_risk_array **array, const char *name, const pm_scenario_set *set, double quantity,
	const double *pnls, pm_issue *issue)
{
	static const double totals[PM_TOTALS] = {1, 2, 3, 4, 5, 6};
	pm_risk_row row = {
		.underlying = text(name), .set = set, .quantity = quantity, .pnls = pnls, .totals = totals
	};

	return pm_risk_add_row(array, &allocator, &row, issue);
}

static pm_scenario_set *
world_of_two(world *w, uint32_t scenarios)
{
	fill_world(w, 2, scenarios);
	w->names[1] = text("B");
	for (uint32_t n = 0; n < scenarios; n++)
	{
		w->moves[n].price_shock = n / 64.0;
		w->moves[scenarios + n].price_shock = -(double) n / 64.0;
	}
	return set_of(w);
}

/*
 * Random profits in quarters, which doubles add exactly: the requirement, its
 * scenario and its underlying as plain sums give them.
 */
static void
margins(void)
{
	enum {SCENARIOS = 5};
	static const char *const names[] = {"A", "B"};
	world	   *w = malloc(sizeof *w);
	pm_scenario_set *set = world_of_two(w, SCENARIOS);
	int			bad = 0,
				losses = 0,
				ties = 0;

	for (int turn = 0; turn < 500; turn++)
	{
		pm_risk_array *array = NULL;
		double		cells[2][SCENARIOS] = {{0}};
		double		least = INFINITY;
		uint32_t	worst = 0;
		int			held[2] = {0, 0};
		int			named;
		pm_margin	margin;
		pm_nodes	nodes;
		pm_issue	issue;

		for (int rows = 1 + (int) random_below(4); rows > 0; rows--)
		{
			double		pnls[SCENARIOS];
			double		quantity = (int) random_below(9) - 4;
			int			k = (int) random_below(2);

			for (int n = 0; n < SCENARIOS; n++)
			{
				pnls[n] = ((int) random_below(9) - 4) / 4.0;
				cells[k][n] += quantity * pnls[n];
			}
			held[k]++;
			bad += !add(&array, names[k], set, quantity, pnls, &issue);
		}
		for (uint32_t n = 0; n < SCENARIOS; n++)
		{
			double		sum = cells[0][n] + cells[1][n];

			ties += sum == least;
			if (sum < least)
			{
				least = sum;
				worst = n;
			}
		}
		named = held[0] == 0 || (held[1] > 0 && cells[1][worst] < cells[0][worst]);
		losses += least < 0;
		bad += !pm_risk_is_joint(array) || !pm_margin_of(array, &margin, &issue) ||
			!pm_joint_nodes(array, &nodes, &issue);
		bad += margin.requirement != (least < 0 ? -least : 0) || margin.scan_loss != margin.requirement ||
			margin.minimum_charge != 0 || margin.worst_scenario != worst + 1 ||
			margin.worst_underlying.length != 1 ||
			margin.worst_underlying.bytes[0] != names[named][0] ||
			margin.worst_price_shock != move_at(w, named, worst)->price_shock ||
			margin.worst_vol_shock != move_at(w, named, worst)->vol_shock;
		bad += pm_exact_to_double(nodes.worst.pnl) != least || nodes.worst.index != worst ||
			!nodes.has_second || nodes.second.index == worst ||
			pm_exact_to_double(nodes.second.pnl) !=
			cells[0][nodes.second.index] + cells[1][nodes.second.index];
		for (uint32_t n = 0; n < SCENARIOS; n++)
			bad += n != worst && cells[0][n] + cells[1][n] < pm_exact_to_double(nodes.second.pnl);
		release(array);
	}
	CHECK(bad == 0, "%d margins are wrong", bad);
	CHECK(losses > 300 && losses < 500 && ties > 50, "%d losses, %d ties", losses, ties);
	free(set);
	free(w);
}

/* With one underlying a joint set asks for what a common one of its rows does. */
static void
one_underlying(void)
{
	static const double pnls[] = {1, -2, 0.5, -2, 3};
	world	   *w = malloc(sizeof *w);
	pm_scenario_set *joint = world_of_two(w, 5);
	pm_scenario_set *common = list_of(move_at(w, 1, 0), 5);
	pm_risk_array *a = NULL,
			   *b = NULL;
	pm_margin	x,
				y;
	pm_issue	issue;

	CHECK(add(&a, "B", joint, 3, pnls, &issue) && add(&b, "B", common, 3, pnls, &issue) &&
		  pm_margin_of(a, &x, &issue) && pm_margin_of(b, &y, &issue), "no margin");
	CHECK(x.requirement == 6 && x.requirement == y.requirement && x.scan_loss == y.scan_loss &&
		  x.worst_scenario == 2 && x.worst_scenario == y.worst_scenario &&
		  x.worst_price_shock == y.worst_price_shock && x.worst_vol_shock == y.worst_vol_shock,
		  "one underlying: %g and %g", x.requirement, y.requirement);
	release(a);
	release(b);
	free(joint);
	free(common);
	free(w);
}

/* Neither as a row nor as an array; the array may be lost in the attempt. */
static void
does_not_add(const pm_risk_array *array, const char *name, const pm_scenario_set *set,
			 const char *message, const char *detail)
{
	static const double pnls[5];
	pm_risk_array *sum = NULL,
			   *other = NULL;
	pm_issue	issue = {0};

	CHECK(pm_risk_add(&sum, &allocator, array, 1, &issue) &&
		  !add(&sum, name, set, 1, pnls, &issue) &&
		  issue_says(&issue, PM_INVALID_VALUE, message, detail, ""),
		  "a row of %s: %s %s", name, issue.message, issue.detail);
	release(sum);
	sum = NULL;
	if (add(&other, name, set, 1, pnls, &issue))
	{
		CHECK(pm_risk_add(&sum, &allocator, array, 1, &issue) &&
			  !pm_risk_add(&sum, &allocator, other, 1, &issue) &&
			  issue_says(&issue, PM_INVALID_VALUE, message, detail, ""),
			  "an array of %s: %s %s", name, issue.message, issue.detail);
		CHECK(!pm_risk_remove(sum, other, &issue), "an array of %s can be taken away", name);
		release(sum);
	}
	release(other);
}

static void
mixtures(void)
{
	static const double pnls[5] = {1, 2, 3, 4, 5};
	world	   *w = malloc(sizeof *w);
	pm_scenario_set *set = world_of_two(w, 5);
	pm_scenario_set *common = list_of(move_at(w, 0, 0), 5);
	pm_scenario_set *other;
	pm_risk_array *a = NULL;
	pm_issue	issue;

	w->moves[5].price_shock = 0.125;
	other = set_of(w);
	CHECK(add(&a, "A", set, 1, pnls, &issue), "a row is refused");
	does_not_add(a, "A", other, "joint scenarios cannot be added up", "that of underlying \"A\" is joint");
	does_not_add(a, "B", other, "joint scenarios cannot be added up", "that of underlying \"B\" is joint");
	does_not_add(a, "B", common, "joint scenarios cannot be added up", "that of underlying \"B\" is a list of 5");
	does_not_add(a, "C", set, "has no moves for an underlying", "Underlying \"C\"");
	release(a);
	a = NULL;
	CHECK(add(&a, "A", common, 1, pnls, &issue), "a row is refused");
	does_not_add(a, "B", set, "joint scenarios cannot be added up", "One set is a list of 5");
	release(a);
	free(set);
	free(common);
	free(other);
	free(w);
}

/* A stored array whose underlying its joint set does not know, or with two sets. */
static void
stored_arrays(void)
{
	static const double pnls[5];
	world	   *w = malloc(sizeof *w);
	pm_scenario_set *set = world_of_two(w, 5);
	pm_risk_array *a = NULL;
	char	   *name;
	pm_issue	issue;

	CHECK(add(&a, "A", set, 1, pnls, &issue) && add(&a, "B", set, 1, pnls, &issue) &&
		  pm_risk_valid(a, pm_risk_size(a)), "a joint array is refused");
	CHECK(pm_risk_set_of(a, pm_risk_block_at(a, 0)) == pm_risk_set_of(a, pm_risk_block_at(a, 1)),
		  "the set is stored twice");
	name = (char *) pm_risk_name(a, pm_risk_block_at(a, 1)).bytes;
	*name = 'C';
	CHECK(!pm_risk_valid(a, pm_risk_size(a)), "an underlying without moves is accepted");
	*name = 'B';
	CHECK(pm_risk_valid(a, pm_risk_size(a)), "the array itself is refused");
	release(a);
	free(set);
	free(w);
}

/* Two scenarios that each fit but not their sum over underlyings. */
static void
out_of_range(void)
{
	static const double pnls[2] = {-0x1p52, 0};
	world	   *w = malloc(sizeof *w);
	pm_scenario_set *set = world_of_two(w, 2);
	pm_risk_array *a = NULL;
	pm_margin	margin;
	pm_issue	issue;

	CHECK(add(&a, "A", set, 1.5, pnls, &issue) && add(&a, "B", set, 1.5, pnls, &issue) &&
		  pm_risk_check_range(a, &issue), "the rows are refused: %s", issue.message);
	CHECK(!pm_margin_of(a, &margin, &issue) &&
		  issue_says(&issue, PM_OUT_OF_RANGE, "out of range", "of all underlyings", ""),
		  "a sum beyond the range has a margin");
	release(a);
	free(set);
	free(w);
}

int
main(void)
{
	rows_read_back();
	sizes();
	comparisons();
	refusals();
	hostile_images();
	margins();
	one_underlying();
	mixtures();
	stored_arrays();
	out_of_range();
	return check_finish("joint_set");
}
