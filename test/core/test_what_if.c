/*
 * test_what_if.c - what_if.h: the largest sizes that fit, against trying every
 * size; cures; limits; sizes that cannot be added up.
 */
#include <math.h>

#include "core/margin.h"
#include "core/risk_algebra.h"
#include "core/what_if.h"
#include "support.h"

static void *
resize(void *context, void *old, size_t size)
{
	(void) context;
	return realloc(old, size);
}

static const pm_allocator allocator = {resize, NULL};

#define SCENARIOS 4

/* An underlying with these profits of one contract, so many of them. */
static pm_risk_array *
with(pm_risk_array *array, const char *name, const pm_scenario_set *set,
	 double quantity, const double pnls[SCENARIOS])
{
	static const double totals[PM_TOTALS] = {64, 64, 0, 0, 0, 0};
	pm_risk_row row = {
		.underlying = text(name), .set = set, .quantity = quantity, .pnls = pnls, .totals = totals
	};
	pm_issue	issue = {0};
	bool		done = pm_risk_add_row(&array, &allocator, &row, &issue);

	if (!done)
		CHECK(0, "a row is refused: %s", issue.message);
	return array;
}

static pm_scenario_set *
four_moves(const double *weights)
{
	pm_scenario rows[SCENARIOS];

	for (int n = 0; n < SCENARIOS; n++)
	{
		rows[n] = pm_scenario_neutral();
		rows[n].price_shock = (n - 1.5) / 8;
		rows[n].weight = weights ? weights[n] : 1;
	}
	return list_of(rows, SCENARIOS);
}

/* The same moves in all of three underlyings, of which the set knows others too. */
static pm_scenario_set *
four_joint_moves(void)
{
	const pm_text names[] = {text("0"), text("A"), text("B"), text("C")};
	pm_scenario moves[LENGTH(names) * SCENARIOS];
	pm_scenario_set *set = four_moves(NULL);

	for (int k = 0; k < LENGTH(names); k++)
		pm_set_rows(set, moves + k * SCENARIOS);
	free(set);
	return joint_of(names, LENGTH(names), moves, SCENARIOS);
}

/* account + q * unit, really added; infinite if it cannot be. */
static double
requirement_of(const pm_risk_array *account, const pm_risk_array *unit, double q)
{
	pm_risk_array *sum = NULL;
	pm_margin	margin;
	pm_account_totals totals;
	pm_issue	issue;
	bool		done = pm_risk_add(&sum, &allocator, account, 1, &issue) &&
		pm_risk_add(&sum, &allocator, unit, q, &issue) && pm_risk_check_range(sum, &issue) &&
		pm_margin_of(sum, &margin, &issue) && pm_totals_of(sum, &totals, &issue);

	free(sum);
	return done ? margin.requirement : INFINITY;
}

static void
no_pause(void)
{
}

static pm_sizes
ask(const pm_risk_array *account, const pm_risk_array *unit, double equity, double lot)
{
	pm_sizes	sizes = {0};
	pm_issue	issue = {0};
	bool		done = pm_max_quantity(account, unit, equity, lot, no_pause, &sizes, &issue);

	CHECK(done, "no answer: %s: %s", issue.message, issue.detail);
	return sizes;
}

/* Whether the answer says that this size fits. */
static bool
said_to_fit(const pm_sizes *sizes, bool fits_now, double q)
{
	if (fits_now)
		return q <= sizes->buy && -q <= sizes->sell;
	return sizes->cures && (q < 0) == (sizes->cure_from < 0) &&
		fabs(q) >= fabs(sizes->cure_from) && fabs(q) <= fabs(sizes->cure_to);
}

/* ------------------------------------------------------------------------
 * Random accounts, units of up to three underlyings, weights or none.
 */

static double
small_amount(void)
{
	return ((int) random_below(41) - 20) / 4.0;
}

static pm_risk_array *
random_account(const pm_scenario_set *set, int underlyings, double size)
{
	static const char *const names[] = {"A", "B", "C"};
	pm_risk_array *a = NULL;

	for (int i = 0; i < underlyings; i++)
	{
		double		pnls[SCENARIOS];

		for (int n = 0; n < SCENARIOS; n++)
			pnls[n] = small_amount();
		a = with(a, names[random_below(LENGTH(names))], set, size * (1 + random_below(9)), pnls);
	}
	return a;
}

static void
every_size(void)
{
	static const double weights[] = {1, 0.33, 2, 0};
	static const double lots[] = {1, 0.1, 0.25, 3};
	pm_scenario_set *sets[] = {four_moves(NULL), four_moves(weights), four_joint_moves()};
	int			fitting = 0,
				cures = 0,
				hopeless = 0,
				limited = 0,
				unlimited = 0,
				bad = 0;

	for (int turn = 0; turn < 1200; turn++)
	{
		const pm_scenario_set *set = sets[turn % LENGTH(sets)];
		pm_risk_array *account = random_account(set, 1 + (int) random_below(3), 1);
		pm_risk_array *unit = random_account(set, 1 + (int) random_below(2), 0.125);
		double		lot = lots[random_below(LENGTH(lots))];
		double		now = requirement_of(account, unit, 0);
		double		equity = random_below(8) == 0 ? now : now * (random_below(150) / 100.0);
		bool		fits_now = now <= equity;
		pm_sizes	sizes = ask(account, unit, equity, lot);

		fitting += fits_now;
		cures += sizes.cures;
		hopeless += !fits_now && !sizes.cures;
		limited += fits_now && sizes.buy > lot && sizes.buy < INFINITY;
		unlimited += sizes.buy == INFINITY || sizes.sell == INFINITY;
		bad += !fits_now && (sizes.buy != 0 || sizes.sell != 0);
		bad += fits_now && sizes.cures;
		for (int lots_of = -250; lots_of <= 250; lots_of++)
			bad += (requirement_of(account, unit, lots_of * lot) <= equity) !=
				said_to_fit(&sizes, fits_now, lots_of * lot);
		free(account);
		free(unit);
	}
	CHECK(bad == 0, "%d sizes are told wrongly", bad);
	CHECK(fitting > 200 && cures > 80 && hopeless > 40 && limited > 80 && unlimited > 10,
		  "too few of a kind: %d fitting, %d cures, %d hopeless, %d limited, %d unlimited",
		  fitting, cures, hopeless, limited, unlimited);
	for (int i = 0; i < LENGTH(sets); i++)
		free(sets[i]);
}

/* Answers of many lots: only their ends can be tried. */
static void
large_sizes(void)
{
	pm_scenario_set *sets[] = {four_moves(NULL), four_joint_moves()};
	int			tried = 0;

	for (int turn = 0; turn < 500; turn++)
	{
		const pm_scenario_set *set = sets[turn % LENGTH(sets)];
		pm_risk_array *account = random_account(set, 2, 1e6);
		pm_risk_array *unit = random_account(set, 2, 1e-3);
		double		now = requirement_of(account, unit, 0);
		double		equity = now * (1 + random_below(100) / 100.0) + 1;
		pm_sizes	sizes = ask(account, unit, equity, 1);

		if (sizes.buy < INFINITY)
			CHECK(requirement_of(account, unit, sizes.buy) <= equity &&
				  requirement_of(account, unit, sizes.buy + 1) > equity, "buy %.17g", sizes.buy);
		if (sizes.sell < INFINITY)
			CHECK(requirement_of(account, unit, -sizes.sell) <= equity &&
				  requirement_of(account, unit, -sizes.sell - 1) > equity, "sell %.17g", sizes.sell);
		tried += sizes.buy < INFINITY && sizes.buy > 1e6;
		free(account);
		free(unit);
	}
	CHECK(tried > 100, "only %d large sizes", tried);
	for (int i = 0; i < LENGTH(sets); i++)
		free(sets[i]);
}

/* ------------------------------------------------------------------------
 * By hand: one unit gains or loses 16.
 */

static const double unit_pnls[SCENARIOS] = {-16, -8, 8, 16};
static const double sure_pnls[SCENARIOS] = {0, 0, 8, 16};
static const double no_pnls[SCENARIOS];

static void
answer_is(const char *story, double held, const double *pnls, double equity, double lot,
		  double buy, double sell, double cure_from, double cure_to)
{
	pm_scenario_set *set = four_moves(NULL);
	pm_risk_array *account = with(NULL, "A", set, held, unit_pnls);
	pm_risk_array *unit = with(NULL, "A", set, 1, pnls);
	pm_sizes	sizes = ask(account, unit, equity, lot);

	CHECK(sizes.buy == buy && sizes.sell == sell && sizes.cures == (cure_from != 0) &&
		  sizes.cure_from == cure_from && sizes.cure_to == cure_to &&
		  !signbit(sizes.buy) && !signbit(sizes.sell),
		  "%s: %g, %g, from %g to %g", story, sizes.buy, sizes.sell, sizes.cure_from, sizes.cure_to);
	free(account);
	free(unit);
	free(set);
}

static void
by_hand(void)
{
	answer_is("flat", 0, unit_pnls, 100, 1, 6, 6, 0, 0);
	answer_is("a lot too large", 0, unit_pnls, 100, 7, 0, 0, 0, 0);
	answer_is("to the last unit of money", 0, unit_pnls, 96, 1, 6, 6, 0, 0);
	answer_is("a little less", 0, unit_pnls, nextafter(96, 0), 1, 5, 5, 0, 0);
	answer_is("quarters", 0, unit_pnls, 100, 0.25, 6.25, 6.25, 0, 0);
	answer_is("long 2", 2, unit_pnls, 100, 1, 4, 8, 0, 0);
	answer_is("no equity", 0, unit_pnls, 0, 1, 0, 0, 0, 0);
	answer_is("negative equity", 0, unit_pnls, -1, 1, 0, 0, 0, 0);
	answer_is("minus infinity", 3, unit_pnls, -INFINITY, 1, 0, 0, 0, 0);
	answer_is("no risk", 3, no_pnls, 100, 1, INFINITY, INFINITY, 0, 0);
	answer_is("no risk is no cure", 30, no_pnls, 100, 1, 0, 0, 0, 0);
	answer_is("cannot lose", 0, sure_pnls, 100, 1, INFINITY, 6, 0, 0);
	answer_is("breached, long", 10, unit_pnls, 100, 1, 0, 0, -4, -16);
	answer_is("breached, short", -10, unit_pnls, 100, 0.25, 0, 0, 3.75, 16.25);
	answer_is("one cure", 10, unit_pnls, 0, 1, 0, 0, -10, -10);
	answer_is("a cure between lots", 10, unit_pnls, 8, 4, 0, 0, 0, 0);
	answer_is("a cure without end", -10, sure_pnls, 100, 1, 0, 0, 4, INFINITY);
}

/* A size that cannot be added up, be it for its count or its value, does not fit. */
static void
beyond_the_range(void)
{
	pm_scenario_set *set = four_moves(NULL);
	pm_risk_array *account = with(NULL, "A", set, 1, unit_pnls);
	pm_risk_array *unit = with(NULL, "A", set, 1, unit_pnls);
	pm_sizes	sizes = ask(account, unit, INFINITY, 1024);

	CHECK(isfinite(sizes.buy) && isfinite(requirement_of(account, unit, sizes.buy)) &&
		  isinf(requirement_of(account, unit, sizes.buy + 1024)), "buy %.17g", sizes.buy);
	CHECK(isfinite(sizes.sell) && isfinite(requirement_of(account, unit, -sizes.sell)) &&
		  isinf(requirement_of(account, unit, -sizes.sell - 1024)), "sell %.17g", sizes.sell);
	free(account);
	free(unit);
	free(set);
}

/* What the unit does not touch counts, and what the account does not have. */
static void
other_underlyings(void)
{
	pm_scenario_set *set = four_moves(NULL);
	pm_risk_array *account = with(NULL, "B", set, 5, unit_pnls);
	pm_risk_array *unit = with(NULL, "A", set, 1, unit_pnls);
	pm_risk_array *both;
	pm_sizes	sizes = ask(account, unit, 100, 1);

	CHECK(sizes.buy == 1 && sizes.sell == 1, "beside another: %g, %g", sizes.buy, sizes.sell);
	sizes = ask(account, unit, 79, 1);
	CHECK(sizes.buy == 0 && !sizes.cures, "another cannot be cured");
	both = with(with(NULL, "B", set, -1, unit_pnls), "A", set, 1, unit_pnls);
	sizes = ask(account, both, 80, 1);
	CHECK(sizes.buy == 5 && sizes.sell == 0, "one for the other: %g, %g", sizes.buy, sizes.sell);
	sizes = ask(account, both, 112, 1);
	CHECK(sizes.buy == 6 && sizes.sell == 1, "and beyond: %g, %g", sizes.buy, sizes.sell);
	free(account);
	free(unit);
	free(both);
	free(set);
}

/* Joint: one hedges the other, and what is neither held nor traded is nothing. */
static void
joint_hedges(void)
{
	static const pm_risk_array nothing = {.version = PM_RISK_ARRAY_VERSION, .first_set = PM_NO_SET};
	pm_scenario_set *set = four_joint_moves();
	pm_risk_array *account = with(NULL, "B", set, 5, unit_pnls);
	pm_risk_array *unit = with(NULL, "A", set, 1, unit_pnls);
	pm_risk_array *spread = with(with(NULL, "B", set, -1, unit_pnls), "A", set, 1, unit_pnls);
	pm_sizes	sizes = ask(account, unit, 80, 1);

	CHECK(sizes.buy == 0 && sizes.sell == 10, "a hedge: %g, %g", sizes.buy, sizes.sell);
	sizes = ask(account, unit, 16, 1);
	CHECK(sizes.cure_from == -4 && sizes.cure_to == -6, "a cure by another: %g to %g",
		  sizes.cure_from, sizes.cure_to);
	sizes = ask(account, spread, 80, 1);
	CHECK(sizes.buy == INFINITY && sizes.sell == INFINITY, "a spread that cannot move: %g, %g",
		  sizes.buy, sizes.sell);
	sizes = ask(account, &nothing, 80, 1);
	CHECK(sizes.buy == INFINITY && sizes.sell == INFINITY, "no trade: %g, %g", sizes.buy, sizes.sell);
	sizes = ask(account, &nothing, 79, 1);
	CHECK(sizes.buy == 0 && !sizes.cures, "no trade is no cure");
	sizes = ask(&nothing, unit, 79, 1);
	CHECK(sizes.buy == 4 && sizes.sell == 4, "a first trade: %g, %g", sizes.buy, sizes.sell);
	free(account);
	free(unit);
	free(spread);
	free(set);
}

int
main(void)
{
	every_size();
	large_sizes();
	by_hand();
	beyond_the_range();
	other_underlyings();
	joint_hedges();
	return check_finish("what_if");
}
