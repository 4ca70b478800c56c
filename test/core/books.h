/*
 * books.h - books of positions under a grid, set up for a bound as the server's
 * side does it, and random ones.
 */
#ifndef PM_BOOKS_H
#define PM_BOOKS_H

#include <math.h>

#include "core/grid_bound.h"
#include "support.h"

#define MOST_POSITIONS	40

typedef struct book
{
	pm_position positions[MOST_POSITIONS];
	uint32_t	count;
} book;

static const pm_instant day = INT64_C(86400000000);

static inline pm_position
option(pm_kind kind, double quantity, double spot, double strike, double days, double volatility)
{
	return (pm_position)
	{
		.present = ((1u << PM_FIELDS) - 1) & ~(1u << PM_CURRENCY | 1u << PM_PRICE),
			.quantity = quantity, .multiplier = 1, .strike = strike, .spot = spot,
			.volatility = volatility, .expiry = (pm_instant) (days * (double) day),
			.kind = kind, .underlying = text("X")
	};
}

static inline pm_position
linear(pm_kind kind, double quantity, double spot, pm_settlement settlement)
{
	return (pm_position)
	{
		.present = 1u << PM_QUANTITY | 1u << PM_MULTIPLIER | 1u << PM_SPOT |
			1u << PM_KIND | 1u << PM_SETTLEMENT | 1u << PM_UNDERLYING,
			.quantity = quantity, .multiplier = 1, .spot = spot, .kind = kind,
			.settlement = settlement, .underlying = text("X")
	};
}

static inline int
compare(const void *a, const void *b)
{
	return pm_contract_compare(a, b);
}

/* A book and its bound, set up as the server's side does it. */
typedef struct work
{
	pm_region	region;
	void	   *nodes;
	pm_cell    *cells;
	pm_curve   *curves;
	pm_shocked_book shocked;
	pm_box	   *boxes;
	pm_grid_bound bound;
} work;

static inline void *
allocate(size_t size)
{
	void	   *memory = malloc(size ? size : 1);

	if (memory == NULL)
		abort();
	return memory;
}

/* False if the book cannot be valued under the set. */
static inline bool
start(work *w, book *b, const pm_scenario_set *set, uint32_t divisions)
{
	pm_issue	issue;
	size_t		size;
	pm_scenario *rows = rows_of(set);
	double	   *pnls = allocate(set->scenarios * sizeof *pnls);
	bool		good = true;

	qsort(b->positions, b->count, sizeof *b->positions, compare);
	w->cells = allocate(set->scenarios * sizeof *w->cells);
	memset(w->cells, 0, set->scenarios * sizeof *w->cells);
	for (uint32_t i = 0; i < b->count && good; i++)
	{
		pm_exact	term;

		good = pm_position_check(&b->positions[i], &issue) &&
			pm_contract_pnls(&b->positions[i], rows, set->scenarios, 1, pnls, &issue);
		for (uint32_t n = 0; n < set->scenarios && good; n++)
			good = pm_exact_product(b->positions[i].quantity, pnls[n], &term) &&
				pm_cell_add(&w->cells[n], term);
	}
	free(pnls);
	free(rows);
	CHECK(pm_region_size(set, &size, &issue), "a region is refused: %s", issue.message);
	w->nodes = allocate(size);
	pm_region_fill(&w->region, set, w->nodes);
	w->curves = allocate(b->count * sizeof *w->curves);
	good = good && pm_book_build(&w->shocked, &w->region, w->curves, b->positions, b->count, &issue);
	if (good)
	{
		uint32_t	capacity = pm_region_cells(&w->region) + divisions;

		w->boxes = allocate(capacity * sizeof *w->boxes);
		pm_bound_start(&w->bound, &w->shocked, w->cells, w->boxes, capacity);
	}
	else
	{
		w->boxes = NULL;
	}
	return good;
}

static inline void
finish(work *w)
{
	free(w->nodes);
	free(w->cells);
	free(w->curves);
	free(w->boxes);
}

static inline double
along(double low, double high, int i, int n)
{
	return n < 2 || i == 0 ? low : (i == n - 1 ? high : low + (high - low) * i / (n - 1));
}

static inline book
book_of(const pm_position *positions, uint32_t count)
{
	book		b = {.count = count};

	memcpy(b.positions, positions, count * sizeof *positions);
	return b;
}

#define BOOK(...) book_of((const pm_position[]) {__VA_ARGS__}, \
						  LENGTH(((const pm_position[]) {__VA_ARGS__})))

/* ------------------------------------------------------------------------
 * Random books.
 */

static inline double
uniform(double low, double high)
{
	return low + (high - low) * (random_bits() / 4294967296.0);
}

static inline double
one_of(const double *choices, int n)
{
	return choices[random_below((uint32_t) n)];
}

#define ONE_OF(...) one_of((const double[]) {__VA_ARGS__}, \
						   LENGTH(((const double[]) {__VA_ARGS__})))

static inline pm_position
random_position(double spot)
{
	pm_position p;
	double		quantity = floor(uniform(-10, 11));
	uint32_t	draw = random_below(20);

	if (draw == 0)
		return linear(PM_FUTURE, quantity, spot * ONE_OF(1, 1, 1.01), PM_LINEAR);
	if (draw == 1)
		return linear(PM_PERPETUAL, quantity * spot, spot, PM_INVERSE);
	if (draw == 2)
		return linear(PM_SPOT_KIND, quantity, spot, PM_LINEAR);
	p = option(random_below(2) ? PM_CALL : PM_PUT, quantity, spot,
			   spot * ONE_OF(0.5, 0.9, 0.97, 0.985, 1, 1.015, 1.02, 1.06, 1.1, 2, uniform(0.8, 1.2)),
			   ONE_OF(0, 0.04, 1, 2, 7, 30, 90, 400, 3000),
			   ONE_OF(0, 0.001, 0.1, 0.2, 0.2, 0.5, 2));
	p.rate = ONE_OF(0, 0, 0.05, -0.02, 0.5);
	p.multiplier = ONE_OF(1, 1, 100, 0.01);
	p.pricing = (pm_pricing) random_below(3);
	p.settlement = random_below(4) == 0 ? PM_INVERSE : PM_LINEAR;
	if (p.pricing == PM_BLACK_SCHOLES)
		p.yield = ONE_OF(0, 0.02, 0.3);
	if (p.pricing == PM_BACHELIER)
	{
		p.volatility *= spot;
		if (random_below(8) == 0)
			p.strike = -p.strike;
	}
	return p;
}

static inline pm_scenario_set *
random_grid(void)
{
	double		vols[4];
	uint32_t	n = 1 + random_below(LENGTH(vols));
	double		steps = ONE_OF(0, 1, 2, 5);

	for (uint32_t i = 0; i < n; i++)
		vols[i] = ONE_OF(-0.25, 0, 0.25, -1, -1.5, 1, 0.1, 3);
	return grid_of(steps == 0 ? 0 : ONE_OF(0.15, 0.03, 0.6, 0.95), steps, vols, n,
				   ONE_OF(0, 0, 0.3, 1, -0.5), ONE_OF(0, 0, 1, 2, 30));
}

#endif							/* PM_BOOKS_H */
