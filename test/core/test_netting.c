/*
 * test_netting.c - netting.h: one account after another is what adding its rows
 * to a risk array gives; names, sets and currencies that do not go together;
 * the edges of the fast way; no memory.
 */
#include <math.h>

#include "core/netting.h"
#include "core/risk_algebra.h"
#include "allocator.h"
#include "support.h"

#define SCENARIOS	7
#define CONTRACTS	60
#define MOST_ROWS	40

static pm_scenario_set *sets[2];

/* A contract, as a row and as a line. */
typedef struct contract
{
	double		pnls[SCENARIOS];
	double		totals[PM_TOTALS];
	pm_risk_row row;
	pm_line    *line;
	pm_net_line net_line;
} contract;

static contract contracts[CONTRACTS];
static pm_net net;

static const char *const names[] = {"B", "A", "", "\xff", "BB", "a name of some length"};

static double
amount(int i)
{
	/* From below the quantum to the end of the range; contract 0 is all zero. */
	static const int exponents[] = {-92, -60, -40, -33, -20, 0, 15, 21};

	return i == 0 ? 0 : pm_quantize(ldexp((int32_t) random_bits(), exponents[random_below(LENGTH(exponents))]));
}

static void
begin(void)
{
	pm_issue	issue = {0};

	CHECK(pm_net_begin(&net, &allocator, SCENARIOS, &issue), "%s", issue.message);
	for (int i = 0; i < CONTRACTS; i++)
	{
		contract   *c = &contracts[i];
		bool		done;

		for (int n = 0; n < SCENARIOS; n++)
			c->pnls[n] = amount(i);
		for (int t = 0; t < PM_TOTALS; t++)
			c->totals[t] = amount(i);
		c->row = (pm_risk_row)
		{
			.underlying = text(names[i % LENGTH(names)]), .set = sets[0],
				.pnls = c->pnls, .totals = c->totals
		};
		if (i >= CONTRACTS / 2)
			c->row.currency = text("EUR");
		c->line = malloc(pm_line_size(SCENARIOS));
		done = pm_line_fill(c->line, SCENARIOS, c->totals, c->pnls, c->row.underlying, &issue) &&
			pm_net_underlying(&net, c->row.underlying, c->row.set, &c->net_line.underlying, &issue) &&
			pm_net_currency(&net, c->row.currency, &c->net_line.currency, &issue);
		CHECK(done, "contract %d is refused: %s", i, issue.message);
		c->net_line.line = c->line;
	}
	pm_net_clear(&net);
}

static double
quantity(void)
{
	switch (random_below(6))
	{
		case 0:
			return 0;
		case 1:
			return ldexp((int32_t) random_bits(), -20);
		case 2:
			return (random_bits() & 1 ? 1 : -1) * 0x1p31;
		case 3:
			return ldexp((int32_t) random_bits(), 4);
		default:
			return (int32_t) random_bits() % 200;
	}
}

/* An account in one currency, both ways. */
static void
compare_account(int account)
{
	pm_risk_array *rows = NULL;
	pm_risk_array *sums = NULL;
	pm_issue	first = {0},
				second = {0};
	bool		added = true,
				netted = true;
	uint32_t	base = account % 2 ? CONTRACTS / 2 : 0;

	pm_net_clear(&net);
	for (uint32_t i = random_below(MOST_ROWS); i > 0 && added; i--)
	{
		contract   *c = &contracts[base + random_below(CONTRACTS / 2)];

		c->row.quantity = quantity();
		added = pm_risk_add_row(&rows, &allocator, &c->row, &first);
		netted = pm_net_add(&net, &c->net_line, c->row.quantity, &second);
		CHECK(added == netted, "account %d: %s against %s", account, first.message, second.message);
	}
	if (added && rows != NULL)
	{
		CHECK(pm_risk_add(&sums, &allocator, net.sums, 1, &second) &&
			  pm_risk_compare(rows, sums) == 0, "account %d differs", account);
		release(sums);
	}
	else if (!added)
		CHECK(strcmp(first.message, second.message) == 0 && strcmp(first.detail, second.detail) == 0,
			  "account %d: %s against %s", account, first.detail, second.detail);
	else
		CHECK(net.sums->underlyings == 0, "account %d holds something", account);
	release(rows);
}

static void
test_accounts(void)
{
	for (int account = 0; account < 20000; account++)
		compare_account(account);
}

/* The same pair has one number, and new ones may come between accounts. */
static void
test_registration(void)
{
	pm_issue	issue = {0};
	uint32_t	number;
	contract   *c = &contracts[3];

	CHECK(pm_net_underlying(&net, c->row.underlying, sets[0], &number, &issue) &&
		  number == c->net_line.underlying, "a name has two numbers");
	CHECK(pm_net_currency(&net, text("EUR"), &number, &issue) &&
		  number == contracts[CONTRACTS - 1].net_line.currency, "a currency has two numbers");
	for (int i = 0; i < 100; i++)
	{
		char		name[8];

		snprintf(name, sizeof name, "N%d", i * 37 % 100);
		CHECK(pm_net_underlying(&net, text(name), sets[0], &number, &issue) &&
			  number == (uint32_t) i + LENGTH(names), "%s has number %u", name, number);
		if (i % 10 == 0)
			for (int account = 0; account < 50; account++)
				compare_account(account);
	}
	for (int account = 0; account < 1000; account++)
		compare_account(account);
}

static void
expect_failure(bool done, const pm_issue *issue, const char *message)
{
	CHECK(!done && strcmp(issue->message, message) == 0, "\"%s\", not \"%s\"",
		  done ? "no failure" : issue->message, message);
}

static void
test_conflicts(void)
{
	pm_issue	issue = {0};
	contract   *one = &contracts[2];
	pm_net_line other = one->net_line;

	pm_net_clear(&net);
	CHECK(pm_net_add(&net, &one->net_line, 1, &issue), "%s", issue.message);
	expect_failure(pm_net_add(&net, &contracts[CONTRACTS - 1].net_line, 1, &issue), &issue,
				   "positions in different currencies cannot be added up");

	/* The other set's block comes after the first or before it. */
	CHECK(pm_net_underlying(&net, one->row.underlying, sets[1], &other.underlying, &issue) &&
		  other.underlying != one->net_line.underlying, "two sets have one number");
	pm_net_clear(&net);
	CHECK(pm_net_add(&net, &one->net_line, 1, &issue), "%s", issue.message);
	expect_failure(pm_net_add(&net, &other, 1, &issue), &issue,
				   "one underlying has two different scenario sets");
	pm_net_clear(&net);
	CHECK(pm_net_add(&net, &other, 1, &issue), "%s", issue.message);
	expect_failure(pm_net_add(&net, &one->net_line, 1, &issue), &issue,
				   "one underlying has two different scenario sets");

	pm_net_clear(&net);
	expect_failure(pm_net_add(&net, &one->net_line, NAN, &issue), &issue,
				   "a sum over positions is out of range");
	pm_net_clear(&net);
	CHECK(pm_net_add(&net, &one->net_line, 1, &issue), "%s", issue.message);
}

/* Bits bound every amount, and a quantity that just passes loses nothing. */
static void
test_measure(void)
{
	for (int bit = 0; bit < 126; bit++)
	{
		pm_line    *line = contracts[1].line;
		pm_exact	edge = (pm_exact) 1 << bit;

		memset(&line->long_quantity, 0, pm_line_size(SCENARIOS) - offsetof(pm_line, long_quantity));
		pm_cell_set(&line->amounts[PM_TOTALS + 3], edge);
		pm_line_measure(line, SCENARIOS);
		CHECK(line->bits == (uint32_t) bit + 1, "2^%d has %u bits", bit, line->bits);
		pm_cell_set(&line->amounts[PM_TOTALS + 3], -edge);
		pm_line_measure(line, SCENARIOS);
		CHECK(line->bits == (uint32_t) bit, "-2^%d has %u bits", bit, line->bits);
		pm_cell_set(&line->amounts[PM_TOTALS + 3], edge - 1);
		pm_line_measure(line, SCENARIOS);
		CHECK(line->bits == (uint32_t) bit, "2^%d - 1 has %u bits", bit, line->bits);
	}
}

static void
test_memory(void)
{
	for (int at = 1; at < 20; at++)
	{
		pm_net		small;
		pm_issue	issue = {0};
		uint32_t	number;
		bool		done;

		count = (counter) {.fail_at = at};
		done = pm_net_begin(&small, &allocator, SCENARIOS, &issue);
		for (int i = 0; done && i < 30; i++)
		{
			char		name[100];

			snprintf(name, sizeof name, "%090d", i);
			done = pm_net_underlying(&small, text(name), sets[0], &number, &issue) &&
				pm_net_currency(&small, text(name), &number, &issue);
		}
		CHECK(done == (count.calls < at), "failure %d is not told", at);
		CHECK(done || issue.code == PM_NO_MEMORY, "failure %d is told as %s", at, issue.message);
		release(small.sums);
		release((pm_risk_array *) small.names);
		release((pm_risk_array *) small.currencies);
	}
	count = (counter) {0};
}

static void
end(void)
{
	for (int i = 0; i < CONTRACTS; i++)
		free(contracts[i].line);
	release(net.sums);
	release((pm_risk_array *) net.names);
	release((pm_risk_array *) net.currencies);
	free(sets[0]);
	free(sets[1]);
}

int
main(void)
{
	static const double vols[] = {0};

	sets[0] = grid_of(0.1, 3, vols, 1, 0, 0);
	sets[1] = grid_of(0.2, 3, vols, 1, 0, 0);
	begin();
	test_accounts();
	test_registration();
	test_conflicts();
	test_measure();
	test_memory();
	end();
	return check_finish("netting");
}
