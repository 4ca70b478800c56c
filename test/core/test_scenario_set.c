/*
 * test_scenario_set.c - scenario_set.h: what the generators make, which sets
 * are equal, and what stored bytes are refused.
 */
#include <math.h>

#include "check.h"
#include "core/scenario_set.h"
#include "support.h"

/* ------------------------------------------------------------------------
 * Rows against tables written by hand.
 */

/* Equal but for the two roundings of a product with a fraction. */
static bool
near(double a, double b)
{
	return fabs(a - b) <= 0x1p-52 * fabs(b);
}

/* Nothing moves but what a generator moves. */
static bool
neutral_elsewhere(const pm_scenario *row)
{
	return row->price_points == 0 && isnan(row->vol_power_long) &&
		row->vol_floor == 0 && row->rate_points == 0 &&
		row->skew_shock == 0 && row->smile_shock == 0 && isnan(row->skew_cap) &&
		row->stickiness == PM_STICKY_STRIKE;
}

static void
neutral_scenario(void)
{
	pm_scenario s = pm_scenario_neutral();

	CHECK(neutral_elsewhere(&s) && s.price_shock == 0 && s.vol_shock == 0 &&
		  s.vol_points == 0 && s.vol_power == 0 && s.days == 0 && s.weight == 1,
		  "the neutral scenario moves something");
}

static void
grid_rows(void)
{
	static const double prices[] = {
		-0.15, -0.12, -0.09, -0.06, -0.03, 0, 0.03, 0.06, 0.09, 0.12, 0.15
	};
	static const double vols[] = {-0.25, 0, 0.25};
	pm_scenario_set *set = grid_of(0.15, 5, vols, 3, 0.3, 1);
	pm_scenario *rows = rows_of(set);

	CHECK(set->scenarios == 33 && set->unit_weights == 1 && set->parts == 1 &&
		  set->version == PM_SCENARIO_SET_VERSION && set->kind == PM_SET_COMMON,
		  "the header of a grid");
	for (int i = 0; i < 33; i++)
		CHECK(near(rows[i].price_shock, prices[i / 3]) &&
			  rows[i].vol_shock == vols[i % 3] && rows[i].vol_points == 0 &&
			  rows[i].vol_power == 0.3 && rows[i].days == 1 && rows[i].weight == 1 &&
			  neutral_elsewhere(&rows[i]),
			  "grid row %d: price %.17g, vol %.17g", i + 1,
			  rows[i].price_shock, rows[i].vol_shock);
	free(rows);
	free(set);
}

/* The ends are the range itself, down is up turned round, and all rise. */
static void
grid_ends(void)
{
	static const double none[] = {0};
	static const double ranges[] = {0.15, 0.1, 1.0 / 3, 0.07, 1e-9, 0x1.fffffffffffffp-1};
	static const double steps[] = {1, 2, 3, 7, 10, 49, 1000};

	for (int r = 0; r < LENGTH(ranges); r++)
		for (int s = 0; s < LENGTH(steps); s++)
		{
			pm_scenario_set *set = grid_of(ranges[r], steps[s], none, 1, 0, 0);
			pm_scenario *rows = rows_of(set);
			uint32_t	last = set->scenarios - 1;
			int			bad = 0;

			for (uint32_t i = 0; i <= last; i++)
				if (rows[i].price_shock != -rows[last - i].price_shock ||
					(i > 0 && rows[i].price_shock <= rows[i - 1].price_shock))
					bad++;
			CHECK(bad == 0 && last == 2 * (uint32_t) steps[s] &&
				  rows[last].price_shock == ranges[r] &&
				  rows[0].price_shock == -ranges[r] &&
				  rows[last / 2].price_shock == 0 && !signbit(rows[last / 2].price_shock),
				  "grid of %.17g in %g steps: %d rows wrong", ranges[r], steps[s], bad);
			free(rows);
			free(set);
		}
}

static void
grid_without_price_moves(void)
{
	static const double vols[] = {0.1, -0.1};
	pm_scenario_set *set = grid_of(0, 0, vols, 2, 0, 0);
	pm_scenario *rows = rows_of(set);

	CHECK(set->scenarios == 2 && rows[0].price_shock == 0 && rows[0].vol_shock == 0.1 &&
		  rows[1].price_shock == 0 && rows[1].vol_shock == -0.1,
		  "a grid of volatility shocks keeps their order");
	free(rows);
	free(set);
}

/* OCC's ten points: fifths down, then fifths up, none in the middle. */
static void
tims_rows(void)
{
	static const double prices[] = {
		-0.08, -0.064, -0.048, -0.032, -0.016, 0.012, 0.024, 0.036, 0.048, 0.06
	};
	pm_scenario_set *set = tims_of(0.08, 0.06);
	pm_scenario *rows = rows_of(set);

	CHECK(set->scenarios == 10 && set->unit_weights == 1, "the header of TIMS");
	for (int i = 0; i < 10; i++)
		CHECK(near(rows[i].price_shock, prices[i]) && rows[i].vol_shock == 0 &&
			  rows[i].vol_points == 0 && rows[i].vol_power == 0 && rows[i].days == 0 &&
			  rows[i].weight == 1 && neutral_elsewhere(&rows[i]),
			  "TIMS row %d: price %.17g", i + 1, rows[i].price_shock);
	CHECK(rows[0].price_shock == -0.08 && rows[9].price_shock == 0.06, "the ends of TIMS");
	free(rows);
	free(set);
}

/*
 * The risk array of SPAN: price moves in thirds of the range with volatility
 * up and down, then the two extreme moves, covered in part, volatility still.
 */
static void
span_rows(void)
{
	static const struct
	{
		double		price;
		double		vol;
		double		weight;
	}			want[] = {
		{0, 0.04, 1}, {0, -0.04, 1},
		{0.02, 0.04, 1}, {0.02, -0.04, 1}, {-0.02, 0.04, 1}, {-0.02, -0.04, 1},
		{0.04, 0.04, 1}, {0.04, -0.04, 1}, {-0.04, 0.04, 1}, {-0.04, -0.04, 1},
		{0.06, 0.04, 1}, {0.06, -0.04, 1}, {-0.06, 0.04, 1}, {-0.06, -0.04, 1},
		{0.18, 0, 0.33}, {-0.18, 0, 0.33},
	};
	pm_scenario_set *set = span_of(0.06, 0.04, 3, 0.33, 1);
	pm_scenario *rows = rows_of(set);

	CHECK(set->scenarios == 16 && set->unit_weights == 0, "the header of SPAN");
	for (int i = 0; i < 16; i++)
		CHECK(near(rows[i].price_shock, want[i].price) && rows[i].vol_shock == 0 &&
			  rows[i].vol_points == want[i].vol && rows[i].weight == want[i].weight &&
			  rows[i].vol_power == 0 && rows[i].days == 1 && neutral_elsewhere(&rows[i]),
			  "SPAN row %d: price %.17g, vol %.17g, weight %.17g", i + 1,
			  rows[i].price_shock, rows[i].vol_points, rows[i].weight);
	CHECK(rows[10].price_shock == 0.06 && rows[12].price_shock == -0.06 &&
		  rows[14].price_shock == 0.06 * 3 && rows[15].price_shock == -(0.06 * 3),
		  "the ends of SPAN");
	free(rows);
	free(set);
	set = span_of(0.06, 0.04, 3, 1, 1);
	CHECK(set->unit_weights == 1, "SPAN with a cover of 1 has weights of 1");
	free(set);
}

/* pm_set_rows, pm_set_row and pm_part_row tell the same; a's come before b's. */
static void
concatenation(void)
{
	static const double vols[] = {0, 0.5};
	pm_scenario_set *a = grid_of(0.2, 2, vols, 2, 0, 0);
	pm_scenario_set *b = span_of(0.06, 0.04, 3, 0.33, 1);
	pm_scenario_set *ab = concat_of(a, b);
	pm_scenario_set *aab = concat_of(a, ab);
	pm_scenario *rows_a = rows_of(a),
			   *rows_b = rows_of(b),
			   *rows_aab = rows_of(aab);
	int			bad = 0;

	CHECK(ab->scenarios == 26 && ab->parts == 2 && aab->scenarios == 36 &&
		  aab->parts == 3 && !ab->unit_weights && a->unit_weights,
		  "the headers of concatenations");
	CHECK(memcmp(rows_aab, rows_a, 10 * sizeof *rows_a) == 0 &&
		  memcmp(rows_aab + 10, rows_a, 10 * sizeof *rows_a) == 0 &&
		  memcmp(rows_aab + 20, rows_b, 16 * sizeof *rows_b) == 0,
		  "the rows of a concatenation");
	for (uint32_t i = 0; i < aab->scenarios; i++)
	{
		pm_scenario row = pm_set_row(aab, 0, i);

		bad += memcmp(&row, &rows_aab[i], sizeof row) != 0;
	}
	CHECK(bad == 0, "pm_set_row differs from pm_set_rows in %d rows", bad);
	{
		const pm_scenario_set *three[] = {a, a, b};
		pm_issue	issue;
		size_t		size;
		bool		good = pm_join_size(three, 3, &size, &issue);
		pm_scenario_set *joined = set_memory(good, size, &issue);

		pm_join_fill(joined, three, 3);
		CHECK(size == pm_set_size(aab) && memcmp(joined, aab, size) == 0,
			  "joining three is not joining twice two");
		free(joined);
	}
	free(rows_a);
	free(rows_b);
	free(rows_aab);
	free(a);
	free(b);
	free(ab);
	free(aab);
}

/* ------------------------------------------------------------------------
 * Limits and bad arguments.
 */

#define REFUSED(call, want, words, value, remedy) \
	do \
	{ \
		pm_issue	issue = {0}; \
		size_t		size; \
		bool		done = (call); \
\
		CHECK(!done && issue_says(&issue, want, words, value, remedy), \
			  "%s: %s: [%s] [%s] [%s]", #call, done ? "accepted" : "refused", \
			  issue.message, issue.detail, issue.hint); \
	} while (0)

#define ACCEPTED(call) \
	do \
	{ \
		pm_issue	issue = {0}; \
		size_t		size; \
		bool		done = (call); \
\
		CHECK(done, "%s: refused: [%s] [%s]", #call, issue.message, issue.detail); \
	} while (0)

static const double no_vol[] = {0};

static void
grid_size(double range, double steps, double power, double days, const double *vols,
		  uint32_t n, bool accepted, pm_code code, const char *message,
		  const char *detail, const char *hint)
{
	pm_grid		grid = {range, steps, power, days, vols, n};

	if (accepted)
		ACCEPTED(pm_grid_size(&grid, &size, &issue));
	else
		REFUSED(pm_grid_size(&grid, &size, &issue), code, message, detail, hint);
}

static void
number_of_scenarios(void)
{
	pm_scenario *rows = malloc((PM_MAX_SCENARIOS + 1) * sizeof *rows);
	double		vols[32] = {0};
	pm_scenario_set *almost,
			   *full,
			   *span = span_of(0.06, 0.04, 3, 0.33, 1),
			   *tims = tims_of(0.1, 0.1);

	for (int i = 0; i <= PM_MAX_SCENARIOS; i++)
		rows[i] = pm_scenario_neutral();
	REFUSED(pm_list_size(rows, 0, &size, &issue),
			PM_INVALID_VALUE, "at least one scenario", "0 scenarios", "market_scenario");
	REFUSED(pm_list_size(rows, PM_MAX_SCENARIOS + 1, &size, &issue),
			PM_LIMIT, "too many scenarios", "100001", "");
	full = list_of(rows, PM_MAX_SCENARIOS);
	CHECK(full->scenarios == PM_MAX_SCENARIOS && pm_set_valid(full, pm_set_size(full)),
		  "a list of 100,000");
	REFUSED(pm_join_size((const pm_scenario_set *[])
						 {full, tims}, 2, &size, &issue),
			PM_LIMIT, "too many scenarios", "100010", "");
	REFUSED(pm_join_size(NULL, 0, &size, &issue),
			PM_INVALID_VALUE, "at least one scenario", "0 scenarios", "");
	free(full);

	/* 99,984 + 16 is the limit; 10 more are too many. */
	almost = list_of(rows, PM_MAX_SCENARIOS - 16);
	full = concat_of(almost, span);
	CHECK(full->scenarios == PM_MAX_SCENARIOS && pm_set_valid(full, pm_set_size(full)),
		  "a concatenation of 100,000");
	free(full);
	free(almost);
	free(rows);

	/* (2 * 1562 + 1) * 32 = 100,000 and (2 * 4545 + 1) * 11 = 100,001 */
	full = grid_of(0.5, 1562, vols, 32, 0, 0);
	CHECK(full->scenarios == PM_MAX_SCENARIOS && pm_set_valid(full, pm_set_size(full)),
		  "a grid of 100,000");
	CHECK(pm_set_row(full, 0, PM_MAX_SCENARIOS - 1).price_shock == 0.5,
		  "the last row of a grid of 100,000");
	free(full);
	grid_size(0.5, 4545, 0, 0, vols, 11, false, PM_LIMIT, "too many scenarios", "100001", "steps");
	grid_size(0.5, 1e308, 0, 0, no_vol, 1, false, PM_LIMIT, "too many scenarios", "Infinity", "");
	grid_size(0.5, 5, 0, 0, vols, 0, false, PM_INVALID_VALUE, "at least one scenario", "0", "");
	free(span);
	free(tims);
}

/* A fall to nothing is refused, with the bound that must stay out of reach. */
static void
falls(void)
{
	double		below_1 = nextafter(1, 0);
	pm_span		fits = {nextafter(1.0 / 3, 0), 0.04, 3, 0.33, 1};
	pm_span		third = {1.0 / 3, 0.04, 3, 0.33, 1};
	pm_span		quarter = {0.25, 0.04, 4, 0.33, 1};
	pm_span		whole = {1, 0.04, 0.5, 0.33, 1};
	pm_span		mild = {below_1, 0.04, 0.5, 0.33, 1};

	grid_size(below_1, 5, 0, 0, no_vol, 1, true, 0, "", "", "");
	grid_size(1, 5, 0, 0, no_vol, 1, false, PM_INVALID_VALUE,
			  "-100 %", "price_range is 1.", "\"price_range\" below 1.");
	grid_size(7.5, 5, 0, 0, no_vol, 1, false, PM_INVALID_VALUE,
			  "-100 %", "price_range is 7.5.", "\"price_range\" below 1.");
	ACCEPTED(pm_tims_size(below_1, 7, &size, &issue));
	REFUSED(pm_tims_size(1, 0.1, &size, &issue), PM_INVALID_VALUE,
			"-100 %", "down is 1.", "\"down\" below 1.");
	ACCEPTED(pm_span_size(&fits, &size, &issue));
	REFUSED(pm_span_size(&third, &size, &issue), PM_INVALID_VALUE,
			"-100 %", "price_range is 0.333", "\"price_range\" below 0.333");
	REFUSED(pm_span_size(&quarter, &size, &issue), PM_INVALID_VALUE,
			"-100 %", "price_range is 0.25.", "\"price_range\" below 0.25.");
	REFUSED(pm_span_size(&whole, &size, &issue), PM_INVALID_VALUE,
			"-100 %", "price_range is 1.", "\"price_range\" below 1.");
	ACCEPTED(pm_span_size(&mild, &size, &issue));
}

/* Each argument as NaN, as both infinities and, where it has a sign, below 0. */
static void
bad_arguments(void)
{
	static const struct
	{
		double		value;
		const char *shown;
	}			bad[] = {
		{NAN, "NaN"}, {INFINITY, "Infinity"}, {-INFINITY, "-Infinity"}, {-0.5, "-0.5"}
	};
	static const char *const grid_names[] = {"price_range", "price_steps", "vol_power", "days"};
	static const char *const tims_names[] = {"down", "up"};
	static const char *const span_names[] = {
		"price_range", "vol_range", "extreme_multiple", "cover", "days"
	};

	for (int b = 0; b < LENGTH(bad); b++)
	{
		double		x = bad[b].value;
		char		shown[64];

		for (int i = 0; i < LENGTH(grid_names); i++)
		{
			double		a[] = {0.15, 5, 0, 0};

			snprintf(shown, sizeof shown, "%s is %s.", grid_names[i], bad[b].shown);
			a[i] = x;
			/* a power may be negative */
			if (isfinite(x) && i == 2)
				grid_size(a[0], a[1], a[2], a[3], no_vol, 1, true, 0, "", "", "");
			else
				grid_size(a[0], a[1], a[2], a[3], no_vol, 1, false, PM_INVALID_VALUE,
						  grid_names[i], shown, "");
		}
		snprintf(shown, sizeof shown, "vol_shocks is %s.", bad[b].shown);
		grid_size(0.15, 5, 0, 0, &x, 1, isfinite(x), PM_INVALID_VALUE, "vol_shocks", shown, "");
		for (int i = 0; i < LENGTH(tims_names); i++)
		{
			double		a[] = {0.1, 0.1};

			snprintf(shown, sizeof shown, "%s is %s.", tims_names[i], bad[b].shown);
			a[i] = x;
			REFUSED(pm_tims_size(a[0], a[1], &size, &issue), PM_INVALID_VALUE,
					tims_names[i], shown, "");
		}
		for (int i = 0; i < LENGTH(span_names); i++)
		{
			double		a[] = {0.06, 0.04, 3, 0.33, 1};
			pm_span		span;

			snprintf(shown, sizeof shown, "%s is %s.", span_names[i], bad[b].shown);
			a[i] = x;
			span = (pm_span)
			{
				a[0], a[1], a[2], a[3], a[4]
			};
			REFUSED(pm_span_size(&span, &size, &issue), PM_INVALID_VALUE,
					span_names[i], shown, "");
		}
	}
	grid_size(0.15, 0, 0, 0, no_vol, 1, false, PM_INVALID_VALUE,
			  "\"price_range\" and \"price_steps\"", "price_steps is 0.", "");
	grid_size(0, 5, 0, 0, no_vol, 1, false, PM_INVALID_VALUE,
			  "\"price_range\" and \"price_steps\"", "price_steps is 5.", "");
}

static const char *const field_names[] = {
	"price_shock", "price_points", "vol_shock", "vol_points", "vol_power",
	"vol_power_long", "vol_floor", "rate_points", "days", "weight", "skew_shock",
	"smile_shock", "skew_cap"
};

/* Whether NaN is a value of a field: SQL's NULL. */
static bool
may_be_nan(int field)
{
	return strcmp(field_names[field], "vol_power_long") == 0 ||
		strcmp(field_names[field], "skew_cap") == 0;
}

/* A scenario's fields are doubles in the order of their names. */
static double *
field_of(pm_scenario *s, int field)
{
	return &s->price_shock + field;
}

/* Each field of a listed row; the refusal says which row. */
static void
bad_rows(void)
{
	static const double bad[] = {NAN, INFINITY, -INFINITY, -0.5};

	for (int f = 0; f < LENGTH(field_names); f++)
		for (int b = 0; b < LENGTH(bad); b++)
		{
			bool		no_sign = strcmp(field_names[f], "vol_floor") == 0 ||
				strcmp(field_names[f], "days") == 0 || strcmp(field_names[f], "weight") == 0 ||
				strcmp(field_names[f], "skew_cap") == 0;
			bool		unset = isnan(bad[b]) && may_be_nan(f);
			pm_scenario rows[3];
			char		shown[64],
						number[PM_NUMBER_SIZE];

			for (int i = 0; i < 3; i++)
				rows[i] = pm_scenario_neutral();
			*field_of(&rows[1], f) = bad[b];
			snprintf(shown, sizeof shown, "%s is %s.", field_names[f], pm_number(number, bad[b]));
			if (unset || (isfinite(bad[b]) && !no_sign))
				ACCEPTED(pm_list_size(rows, 3, &size, &issue));
			else
			{
				REFUSED(pm_list_size(rows, 3, &size, &issue), PM_INVALID_VALUE,
						field_names[f], shown, "");
				REFUSED(pm_list_size(rows, 3, &size, &issue), PM_INVALID_VALUE,
						field_names[f], "scenario 2 of the set", "");
			}
		}
	{
		pm_scenario row = pm_scenario_neutral();

		row.stickiness = PM_STICKY_MONEYNESS;
		ACCEPTED(pm_list_size(&row, 1, &size, &issue));
		row.stickiness = 2;
		REFUSED(pm_list_size(&row, 1, &size, &issue), PM_INVALID_VALUE,
				"stickiness", "stickiness is number 2.", "");
		row.stickiness = -1;
		REFUSED(pm_list_size(&row, 1, &size, &issue), PM_INVALID_VALUE,
				"stickiness", "stickiness is number -1.", "");
	}
}

/* ------------------------------------------------------------------------
 * Equality, order and fingerprints.
 */

static bool
all_agree(const pm_scenario_set *a, const pm_scenario_set *b, bool equal)
{
	return pm_set_equal(a, b) == equal && pm_set_equal(b, a) == equal &&
		(pm_set_compare(a, b) == 0) == equal && (pm_set_compare(b, a) == 0) == equal &&
		(a->fingerprint == b->fingerprint) == equal;
}

/* However a set was made, its rows decide. */
static void
equal_however_made(void)
{
	static const double vols[] = {-0.25, 0, 0.25};
	pm_scenario_set *made[] = {
		grid_of(0.15, 5, vols, 3, 0.3, 1), grid_of(0, 0, vols, 2, 0, 0),
		tims_of(0.08, 0.06), tims_of(0, 0), span_of(0.06, 0.04, 3, 0.33, 1),
		span_of(0, 0, 0, 0, 0),
	};

	for (int i = 0; i < LENGTH(made); i++)
	{
		pm_scenario_set *list = listed(made[i]);
		pm_scenario_set *next = made[(i + 1) % LENGTH(made)];
		pm_scenario_set *both = concat_of(made[i], next);
		pm_scenario_set *mixed = concat_of(list, next);
		pm_scenario_set *flat = listed(both);

		CHECK(all_agree(made[i], list, true), "generator %d and its rows differ", i);
		CHECK(all_agree(both, mixed, true) && all_agree(both, flat, true) &&
			  all_agree(mixed, flat, true), "concatenation %d and its rows differ", i);
		CHECK(all_agree(both, made[i], false), "a set equals itself and more");
		CHECK(both->unit_weights == flat->unit_weights, "unit_weights depend on how it was made");
		free(list);
		free(both);
		free(mixed);
		free(flat);
	}
	for (int i = 0; i < LENGTH(made); i++)
		free(made[i]);
}

/* The server's word is no part of the value. */
static void
server_word(void)
{
	pm_scenario_set *a = tims_of(0.08, 0.06),
			   *b = tims_of(0.08, 0.06);

	b->server_header = -1;
	CHECK(all_agree(a, b, true), "the server's header makes a difference");
	free(a);
	free(b);
}

static void
zeros_and_nans(void)
{
	pm_scenario plus[2],
				minus[2];
	pm_scenario_set *a,
			   *b;
	static const double plus_0[] = {0, 0.1};
	static const double minus_0[] = {-0.0, 0.1};

	for (int i = 0; i < 2; i++)
	{
		plus[i] = minus[i] = pm_scenario_neutral();
		for (int f = 0; f < LENGTH(field_names); f++)
			if (*field_of(&minus[i], f) == 0)
				*field_of(&minus[i], f) = -0.0;
		minus[i].vol_power_long = minus[i].skew_cap = -NAN;
	}
	memcpy(&minus[1].vol_power_long, &(uint64_t)
	{
		UINT64_C(0x7ff8dead00000001)
	}, 8);
	minus[1].skew_cap = minus[1].vol_power_long;
	plus[0].weight = 0;
	minus[0].weight = -0.0;
	a = list_of(plus, 2);
	b = list_of(minus, 2);
	CHECK(all_agree(a, b, true) && memcmp(a, b, pm_set_size(a)) == 0,
		  "-0 and other NaNs give another list");
	free(a);
	free(b);

	a = grid_of(0, 0, plus_0, 2, 0, 0);
	b = grid_of(-0.0, -0.0, minus_0, 2, -0.0, -0.0);
	CHECK(all_agree(a, b, true) && memcmp(a, b, pm_set_size(a)) == 0,
		  "-0 gives another grid");
	free(a);
	free(b);
	a = tims_of(0, 0);
	b = tims_of(-0.0, -0.0);
	CHECK(all_agree(a, b, true), "-0 gives another TIMS");
	free(a);
	free(b);
	a = span_of(0, 0, 0, 0, 0);
	b = span_of(-0.0, -0.0, -0.0, -0.0, -0.0);
	CHECK(all_agree(a, b, true), "-0 gives another SPAN");
	free(a);
	free(b);
}

/* Each field makes a difference by itself, and so does the order of rows. */
static void
every_field_counts(void)
{
	pm_scenario rows[2],
				swapped[2];
	pm_scenario_set *a,
			   *b;

	for (int f = 0; f < LENGTH(field_names); f++)
	{
		rows[0] = rows[1] = pm_scenario_neutral();
		a = list_of(rows, 2);
		*field_of(&rows[1], f) = may_be_nan(f) ? 0 : 0.25;
		b = list_of(rows, 2);
		CHECK(all_agree(a, b, false), "%s makes no difference", field_names[f]);
		CHECK(b->unit_weights == (strcmp(field_names[f], "weight") != 0),
			  "unit_weights after %s", field_names[f]);
		swapped[0] = rows[1];
		swapped[1] = rows[0];
		free(a);
		a = list_of(swapped, 2);
		CHECK(all_agree(a, b, false), "the order of rows makes no difference: %s",
			  field_names[f]);
		free(a);
		free(b);
	}
	rows[0] = rows[1] = pm_scenario_neutral();
	a = list_of(rows, 2);
	rows[1].stickiness = PM_STICKY_MONEYNESS;
	b = list_of(rows, 2);
	CHECK(all_agree(a, b, false) && pm_set_compare(a, b) < 0, "stickiness makes no difference");
	free(a);
	free(b);
}

static int
sign_of(int x)
{
	return (x > 0) - (x < 0);
}

/* compare over a collection: 0 with itself, antisymmetric, transitive. */
static void
total_order(void)
{
	static const double vols[] = {-0.25, 0, 0.25};
	pm_scenario_set *sets[64];
	pm_scenario rows[10];
	int			n = 0,
				first,
				bad_pairs = 0,
				bad_triples = 0,
				equal_pairs = 0;

	for (int f = 0; f < LENGTH(field_names); f++)
		for (int back = 0; back <= 2; back++)
		{
			for (int i = 0; i < 10; i++)
				rows[i] = pm_scenario_neutral();
			*field_of(&rows[f / 2], f) = back ? 0.5 : 0.25;
			sets[n++] = list_of(rows, back == 2 ? 9 : 10);
		}
	first = n;
	sets[n++] = tims_of(0.08, 0.06);
	sets[n++] = listed(sets[first]);
	sets[n++] = tims_of(0.08, 0.07);
	sets[n++] = tims_of(0.09, 0.06);
	sets[n++] = tims_of(0, 0);
	sets[n++] = grid_of(0.08, 4, vols + 1, 1, 0, 0);
	sets[n++] = grid_of(0.08, 1, vols, 3, 0, 0);
	sets[n++] = listed(sets[first + 6]);
	sets[n++] = span_of(0.06, 0.04, 3, 0.33, 1);
	sets[n++] = concat_of(sets[first + 6], sets[first + 8]);
	sets[n++] = concat_of(sets[first + 7], sets[first + 8]);

	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
		{
			int			ij = sign_of(pm_set_compare(sets[i], sets[j]));

			if (ij != -sign_of(pm_set_compare(sets[j], sets[i])) ||
				(i == j && ij != 0) || !all_agree(sets[i], sets[j], ij == 0) ||
				(sets[i]->scenarios < sets[j]->scenarios && ij >= 0))
				bad_pairs++;
			equal_pairs += i != j && ij == 0;
			for (int k = 0; k < n; k++)
				if (ij <= 0 && pm_set_compare(sets[j], sets[k]) <= 0 &&
					sign_of(pm_set_compare(sets[i], sets[k])) >
					(ij == 0 && pm_set_compare(sets[j], sets[k]) == 0 ? 0 :
					 ij < 0 || pm_set_compare(sets[j], sets[k]) < 0 ? -1 : 0))
					bad_triples++;
		}
	CHECK(bad_pairs == 0, "%d pairs of %d sets are out of order", bad_pairs, n);
	CHECK(bad_triples == 0, "%d triples of %d sets are out of order", bad_triples, n);
	CHECK(equal_pairs >= 6, "only %d pairs of %d sets are equal", equal_pairs, n);
	for (int i = 0; i < n; i++)
		free(sets[i]);
}

/* The first field that differs decides; NaN, a missing one, comes last. */
static void
order_of_fields(void)
{
	pm_scenario low[2],
				high[2];
	pm_scenario_set *a,
			   *b;

	low[0] = low[1] = high[0] = high[1] = pm_scenario_neutral();
	low[0].price_shock = -0.1;
	low[0].weight = 9;
	low[1].price_shock = 9;
	a = list_of(low, 2);
	b = list_of(high, 2);
	CHECK(pm_set_compare(a, b) < 0, "the first field does not decide");
	free(a);
	free(b);
	low[0] = low[1] = pm_scenario_neutral();
	low[1].vol_power_long = 1e308;
	a = list_of(low, 2);
	b = list_of(high, 2);
	CHECK(pm_set_compare(a, b) < 0, "NaN does not sort last");
	free(a);
	free(b);
}

/*
 * Fingerprints are stored and shown, so that they must not change.  These come
 * from splitmix64's finaliser run over the 64-bit words of kind and rows, with
 * 0x7ff8000000000000 for a missing vol_power_long or skew_cap.
 */
static void
fingerprints(void)
{
	pm_scenario neutral = pm_scenario_neutral();
	pm_scenario_set *list = list_of(&neutral, 1);
	pm_scenario_set *tims = tims_of(0.5, 0.25);

	CHECK(list->fingerprint == UINT64_C(0x44a23348d04b4bd6),
		  "neutral: %016llx", (unsigned long long) list->fingerprint);
	CHECK(tims->fingerprint == UINT64_C(0x83174bb1520ab71f),
		  "TIMS: %016llx", (unsigned long long) tims->fingerprint);
	free(list);
	free(tims);
}

/* ------------------------------------------------------------------------
 * Stored bytes that nobody wrote.
 */

/* The copy is in a block of its own size: a sanitizer watches its end. */
static bool
refused_or_safe(const pm_scenario_set *original, const void *bytes, size_t size, long *refused)
{
	pm_scenario_set *set = copy_of(bytes, size);
	bool		good = true;

	if (!pm_set_valid(set, size))
		++*refused;
	else if (set->scenarios > PM_MAX_SCENARIOS || pm_set_size(set) != size)
		good = false;
	else
	{
		pm_scenario *rows = rows_of(set);

		for (uint32_t i = 0; i < set->scenarios; i++)
		{
			pm_scenario row = pm_set_row(set, 0, i);

			if (memcmp(&row, &rows[i], sizeof row) != 0)
				good = false;
		}
		if (sign_of(pm_set_compare(set, original)) != -sign_of(pm_set_compare(original, set)) ||
			pm_set_equal(set, original) != pm_set_equal(original, set))
			good = false;
		free(rows);
	}
	free(set);
	return good;
}

static void
truncations(const pm_scenario_set *set, const char *name)
{
	size_t		size = pm_set_size(set);
	char	   *longer = copy_of(set, size);
	long		refused = 0;
	int			bad = 0;

	for (size_t cut = 0; cut < size; cut++)
		bad += !refused_or_safe(set, set, cut, &refused);
	CHECK(bad == 0 && refused == (long) size, "%s: %ld of %zu truncations are refused",
		  name, refused, size);
	longer = realloc(longer, size + 64);
	memset(longer + size, 0, 64);
	refused = 0;
	for (size_t more = 1; more <= 64; more++)
		bad += !refused_or_safe(set, longer, size + more, &refused);
	CHECK(bad == 0 && refused == 64, "%s: %ld of 64 longer images are refused", name, refused);
	CHECK(pm_set_valid(set, size), "%s: the image itself is refused", name);
	free(longer);
}

/* Every byte in turn with every other value. */
static void
byte_changes(const pm_scenario_set *set, const char *name)
{
	size_t		size = pm_set_size(set);
	unsigned char *image = copy_of(set, size);
	long		refused = 0;
	int			bad = 0;

	for (size_t at = 0; at < size; at++)
		for (int change = 1; change < 256; change++)
		{
			image[at] ^= (unsigned char) change;
			bad += !refused_or_safe(set, image, size, &refused);
			image[at] ^= (unsigned char) change;
		}
	CHECK(bad == 0, "%s: %d changed bytes are accepted and read wrongly", name, bad);
	/* version, kind, scenarios, parts; type, count and size of a part */
	CHECK(refused > 20 * 255 / 2, "%s: only %ld changed bytes are refused", name, refused);
	free(image);
}

/* A few words at once, where counts could come to agree with each other. */
static void
word_changes(const pm_scenario_set *set, const char *name)
{
	static const uint64_t words[] = {
		0, 1, 2, 3, 10, 16, 100000, 100001, 0x7fffffff, 0x80000000, 0xffffffff,
		UINT64_C(0x7fffffffffffffff), UINT64_C(0xffffffffffffffff),
		UINT64_C(0x7ff8000000000000), UINT64_C(0x7ff0000000000000),
		UINT64_C(0xbfe0000000000000), UINT64_C(0x4024000000000000),
		UINT64_C(0x000186a0000186a0), UINT64_C(0x0000000a00000003), 40, 80, 88, 176
	};
	size_t		size = pm_set_size(set);
	unsigned char *image = malloc(size);
	long		refused = 0;
	int			bad = 0;

	for (int turn = 0; turn < 20000; turn++)
	{
		memcpy(image, set, size);
		for (uint32_t n = 1 + random_below(4); n > 0; n--)
		{
			uint64_t	word = words[random_below(LENGTH(words))];
			size_t		width = random_below(2) ? 8 : 4;

			memcpy(image + random_below((uint32_t) (size / width)) * width, &word, width);
		}
		bad += !refused_or_safe(set, image,
								random_below(2) ? size : 8 * random_below((uint32_t) size / 8),
								&refused);
	}
	CHECK(bad == 0, "%s: %d changed words are accepted and read wrongly", name, bad);
	CHECK(refused > 5000, "%s: only %ld of 20000 changed words are refused", name, refused);
	free(image);
}

static void
hostile_images(void)
{
	static const double vols[] = {-0.25, 0, 0.25};
	pm_scenario rows[2];
	pm_scenario_set *sets[5];
	static const char *const names[] = {"list", "grid", "TIMS", "SPAN", "concatenation"};
	pm_scenario_set empty;

	rows[0] = rows[1] = pm_scenario_neutral();
	rows[1].price_shock = -0.1;
	sets[0] = list_of(rows, 2);
	sets[1] = grid_of(0.15, 2, vols, 3, 0.3, 1);
	sets[2] = tims_of(0.08, 0.06);
	sets[3] = span_of(0.06, 0.04, 3, 0.33, 1);
	sets[4] = concat_of(sets[1], sets[0]);
	for (int i = 0; i < LENGTH(sets); i++)
	{
		truncations(sets[i], names[i]);
		byte_changes(sets[i], names[i]);
		word_changes(sets[i], names[i]);
	}

	/* Nothing makes a set of no scenarios: pm_set_row would have no row to give. */
	empty = *sets[0];
	empty.scenarios = empty.parts = 0;
	CHECK(!pm_set_valid(&empty, sizeof empty), "an empty set is accepted");
	for (int i = 0; i < LENGTH(sets); i++)
		free(sets[i]);
}

int
main(void)
{
	neutral_scenario();
	grid_rows();
	grid_ends();
	grid_without_price_moves();
	tims_rows();
	span_rows();
	concatenation();
	number_of_scenarios();
	falls();
	bad_arguments();
	bad_rows();
	equal_however_made();
	server_word();
	zeros_and_nans();
	every_field_counts();
	total_order();
	order_of_fields();
	fingerprints();
	hostile_images();
	return check_finish("scenario_set");
}
