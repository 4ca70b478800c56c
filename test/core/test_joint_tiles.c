/*
 * test_joint_tiles.c - joint_tiles.h: the scenarios within the bound include the
 * least exact total, terms are those of exact.h, and what is too large is refused.
 */
#include <math.h>

#include "check.h"
#include "core/joint_tiles.h"
#include "support.h"

#define LINES		40
#define MOST_ROWS	5000

static double cells[LINES * PM_MOST_WIDTH];
static double sizes[LINES];
static double pnls[LINES][PM_MOST_WIDTH];

typedef struct row
{
	uint32_t	line;
	double		quantity;
} row;

static row	rows[MOST_ROWS];

static double
signed_unit(void)
{
	return random_bits() * 0x1p-31 - 1;
}

/* Sizes from the quantum to billions, zeros, and scenarios that tie. */
static double
any_pnl(int scale)
{
	return pm_quantize(random_below(8) == 0 ? 0 : ldexp(signed_unit(), (int) random_below((uint32_t) scale) - 60));
}

static double
any_quantity(void)
{
	switch (random_below(5))
	{
		case 0:
			return signed_unit();
		case 1:
			return ldexp(signed_unit(), (int) random_below(80) - 60);
		case 2:
			return 0;
		default:
			return (double) random_below(2001) - 1000;
	}
}

/* By integers: the totals, the least of which is the first. */
static uint32_t
plain_least(uint32_t count, uint32_t n, pm_exact *least)
{
	uint32_t	index = 0;

	for (uint32_t i = 0; i < count; i++)
	{
		pm_exact	total = 0;

		for (uint32_t k = 0; k < n; k++)
		{
			pm_exact	amount,
						term;

			CHECK(pm_exact_product(pnls[rows[k].line][i], 1, &amount) &&
				  pm_exact_scale(amount, rows[k].quantity, &term), "a plain term");
			total += term;
		}
		if (i == 0 || total < *least)
		{
			*least = total;
			index = i;
		}
	}
	return index;
}

static void
test_least(uint32_t width, uint32_t count, uint32_t n, int scale)
{
	pm_tile		tile = {width, cells, sizes};
	pm_tile_sums sums;
	pm_exact	least = 0,
				found = 0;
	uint32_t	want,
				got = count;
	bool		hedged = random_below(3) == 0;
	double		bound;

	for (uint32_t line = 0; line < LINES; line++)
	{
		for (uint32_t i = 0; i < count; i++)
			pnls[line][i] = i > 0 && random_below(4) == 0 ? pnls[line][i - 1] : any_pnl(scale);
		CHECK(pm_tile_fill(&tile, line, pnls[line], count), "line %u is refused", line);
	}
	memset(&sums, 0x5a, sizeof sums);
	pm_tile_clear(&sums, &tile);
	for (uint32_t k = 0; k < n; k++)
	{
		rows[k] = (row) {random_below(LINES), any_quantity()};
		/* What is taken back leaves totals far below the terms. */
		if (hedged && k % 2 == 1)
			rows[k] = (row) {rows[k - 1].line, -rows[k - 1].quantity};
		CHECK(pm_tile_add(&sums, &tile, rows[k].line, rows[k].quantity), "row %u is refused", k);
	}
	want = plain_least(count, n, &least);
	bound = pm_tile_bound(&sums, count, INFINITY);
	for (uint32_t i = 0; i < count; i++)
	{
		pm_exact	total = 0;

		if (sums.near[i] > bound)
			continue;
		for (uint32_t k = 0; k < n; k++)
			total += pm_tile_term(&tile, rows[k].line, i, rows[k].quantity);
		if (got == count || total < found)
		{
			got = i;
			found = total;
		}
	}
	CHECK(got == want && found == least, "width %u, %u scenarios, %u rows: %u, not %u",
		  width, count, n, got, want);
	/* Known from elsewhere: the same, or one below it by more than the error. */
	bound = pm_tile_bound(&sums, count, pm_exact_to_double(least));
	CHECK(sums.near[want] <= bound, "a tie is left out");
	bound = pm_tile_bound(&sums, count, pm_exact_to_double(least) - 1 - sums.size);
	CHECK(n == 0 || sums.near[want] > bound, "what cannot be the least is kept");
}

static void
test_range(void)
{
	pm_tile		tile = {PM_LEAST_WIDTH, cells, sizes};
	pm_tile_sums sums;
	double		large[] = {1, -0x1p53, 0};

	CHECK(pm_tile_fill(&tile, 0, large, 3), "-2^53 is in range");
	large[1] = nextafter(-0x1p53, -INFINITY);
	CHECK(!pm_tile_fill(&tile, 1, large, 3), "beyond -2^53 is not");
	large[1] = 0x1p40;
	CHECK(pm_tile_fill(&tile, 1, large, 2), "2^40 is in range");
	pm_tile_clear(&sums, &tile);
	CHECK(!pm_tile_add(&sums, &tile, 0, 1), "half the range is left for rounding");
	pm_tile_clear(&sums, &tile);
	CHECK(pm_tile_add(&sums, &tile, 1, 2048) && pm_tile_add(&sums, &tile, 1, -2048), "2^52 together");
	CHECK(!pm_tile_add(&sums, &tile, 1, 1), "they cancel, but not on every way there");
	pm_tile_clear(&sums, &tile);
	CHECK(!pm_tile_add(&sums, &tile, 1, 1e308), "an infinite size");
}

int
main(void)
{
	for (int n = 0; n < 400; n++)
	{
		uint32_t	width = PM_LEAST_WIDTH << random_below(4);

		test_least(width, 1 + random_below(width), random_below(60), 1 + (int) random_below(90));
	}
	test_least(PM_MOST_WIDTH, PM_MOST_WIDTH, MOST_ROWS, 80);
	test_least(PM_MOST_WIDTH, 5, MOST_ROWS - 1, 20);
	test_range();
	return check_finish("joint_tiles");
}
