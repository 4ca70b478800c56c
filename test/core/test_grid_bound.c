/*
 * test_grid_bound.c - grid_bound.h against brute force: on random books and on
 * books made to defeat it, no loss on a dense grid is above the bound, however
 * early the work is stopped; and where it is not stopped the two are close.
 */
#include <float.h>
#include <math.h>
#include <time.h>

#include "books.h"
#include "core/worst_case.h"

/* A check of one point of many: counted only where it fails. */
#define EXPECT(condition, ...) \
	do { if (!(condition)) CHECK(0, __VA_ARGS__); } while (0)

/* Points along each axis of a cell, ends included. */
#define DENSE	9

static double worst_rounding;	/* in units of slack */

/* The book as a function agrees with its positions, but for rounding. */
static void
check_loss(const work *w, double x, double v, double exact)
{
	double		loss = pm_book_loss(&w->shocked, x, v);
	double		error = fabs(loss - exact);

	EXPECT(error <= w->shocked.slack, "loss at (%g, %g) is %.17g, of the positions %.17g, slack %g",
		  x, v, loss, exact, w->shocked.slack);
	if (w->shocked.slack > 0)
		worst_rounding = fmax(worst_rounding, error / w->shocked.slack);
}

/* The loss of the positions themselves. */
static double
exact_loss(const work *w, const book *b, double x, double v)
{
	pm_scenario s = pm_region_scenario(&w->region, x, v);
	pm_exact	loss = 0;
	pm_issue	issue;

	if (!pm_exact_loss(b->positions, b->count, &s, &loss, &issue))
		CHECK(0, "a point between the nodes is refused: %s: %s", issue.message, issue.detail);
	return pm_exact_to_double(loss);
}

/* The largest loss on `dense` points per axis of every cell, summed exactly. */
static double
brute_force(const work *w, const book *b, int dense)
{
	double		worst = 0;

	for (uint32_t cell = 0; cell < pm_region_cells(&w->region); cell++)
	{
		pm_box		box = pm_bound_cell(&w->bound, cell);
		int			nx = box.x1 > box.x0 ? dense : 1;
		int			nv = box.v1 > box.v0 ? dense : 1;

		for (int i = 0; i < nx; i++)
			for (int j = 0; j < nv; j++)
			{
				double		x = along(box.x0, box.x1, i, nx);
				double		v = along(box.v0, box.v1, j, nv);
				double		loss = exact_loss(w, b, x, v);

				check_loss(w, x, v, loss);
				worst = fmax(worst, loss);
			}
	}
	return worst;
}

/* Of books for which some closeness is asked: the relative gap in the end. */
static double worst_gap;
static char worst_gap_book[64];
static uint32_t most_boxes;
static double total_gap;
static long total_boxes;
static long total_books;

/* The bound of a book at several amounts of work, against brute force. */
static void
check_book(const char *name, book *b, const pm_scenario_set *set, int dense, double closeness)
{
	static const uint32_t divisions[] = {0, 3, 30, 4000};
	double		previous = INFINITY;
	double		brute = -1;

	for (int i = 0; i < LENGTH(divisions); i++)
	{
		work		w;

		if (start(&w, b, set, divisions[i]))
		{
			double		loss,
						found;

			while (pm_bound_step(&w.bound, 7))
				;
			if (brute < 0)
				brute = brute_force(&w, b, dense);
			loss = pm_bound_loss(&w.bound);
			EXPECT(loss >= brute, "%s, %u divisions: bound %.17g is below the loss %.17g",
				  name, divisions[i], loss, brute);
			EXPECT(loss <= previous, "%s, %u divisions: bound %.17g has risen from %.17g",
				  name, divisions[i], loss, previous);
			previous = loss;

			found = exact_loss(&w, b, w.bound.found_price, w.bound.found_vol);
			CHECK(fabs(fmax(found, 0) - w.bound.found) <= w.shocked.slack,
				  "%s: found %.17g, exactly %.17g, slack %g", name, w.bound.found, found, w.shocked.slack);
			CHECK(loss >= found, "%s: bound %.17g, found %.17g", name, loss, found);
			if (divisions[i] == 4000 && closeness < INFINITY)
			{
				/* A billionth of the legs counts as nothing. */
				double		legs = w.shocked.slack / (128 * DBL_EPSILON);
				double		gap = (loss - fmax(found, 0)) / fmax(fmax(found, 0), 1e-9 * legs);

				CHECK(gap <= closeness, "%s: bound %.17g, found %.17g, relative gap %g with %u boxes",
					  name, loss, found, gap, w.bound.used);
				if (gap > worst_gap)
				{
					worst_gap = gap;
					strcpy(worst_gap_book, name);
				}
				if (w.bound.used - pm_region_cells(&w.region) > most_boxes)
					most_boxes = w.bound.used - pm_region_cells(&w.region);
				total_gap += gap;
				total_boxes += w.bound.used - pm_region_cells(&w.region);
				total_books++;
				if (getenv("VERBOSE"))
					printf("%s: %u positions, %u cells, %u boxes, found %g gap %g\n", name, b->count,
						   pm_region_cells(&w.region), w.bound.used, found, gap);
			}
		}
		else
			CHECK(closeness == INFINITY, "%s cannot be valued", name);
		finish(&w);
	}
}

/*
 * What a bound is made of, held to its word on books of a few curves, where
 * nothing else can make up for a fault.
 */
static void
check_pieces(const work *w, double x0, double x1, double v0, double v1)
{
	const pm_shocked_book *book = &w->shocked;
	pm_lift		lift = pm_book_lift(book, x0, x1, v0);
	pm_drift	drift = pm_book_drift(book, x0, x1, v0, v1);
	double		slack = 2 * book->slack;
	double		ends[] = {pm_book_loss(book, x0, v0), pm_book_loss(book, x1, v0)};

	for (int i = 1; i < 12; i++)
	{
		double		x = along(x0, x1, i, 13);
		double		chord = ends[0] + (ends[1] - ends[0]) * ((x - x0) / (x1 - x0));
		double		loss = pm_book_loss(book, x, v0);
		double		most = chord + lift.quadratic * (x - x0) * (x1 - x) / 2 + lift.constant;

		EXPECT(loss <= most + slack, "[%g, %g] at %g: loss %.17g is above %.17g", x0, x1, v0, loss, most);
	}
	for (int i = 0; i < 4; i++)
	{
		double		x = along(x0, x1, i, 4);
		double		left = pm_book_loss(book, x, v0);
		double		right = pm_book_loss(book, x, v1);
		double		last = left;
		double		step = (v1 - v0) / 8;

		for (int j = 1; j <= 8; j++)
		{
			double		v = along(v0, v1, j, 9);
			double		loss = pm_book_loss(book, x, v);
			double		chord = left + (right - left) * (j / 8.0);

			EXPECT(loss - last <= drift.rise * step + slack && last - loss <= drift.fall * step + slack,
				  "x %g: the loss changes by %g from v %g to %g, allowed %g up and %g down",
				  x, loss - last, v - step, v, drift.rise * step, drift.fall * step);
			/* Infinite: nothing is claimed. */
			if (isfinite(drift.bend))
				EXPECT(loss <= chord + drift.bend * (v - v0) * (v1 - v) / 2 + slack,
					  "x %g, v in [%g, %g]: loss %.17g is above %.17g", x, v0, v1, loss,
					  chord + drift.bend * (v - v0) * (v1 - v) / 2);
			last = loss;
		}
	}
}

static void
pieces(int books)
{
	for (int i = 0; i < books; i++)
	{
		pm_scenario_set *set = random_grid();
		double		spot = ONE_OF(100, 0.3);
		book		b = {.count = i % 3 == 0 ? 2 : 1};
		work		w;

		for (uint32_t p = 0; p < b.count; p++)
			b.positions[p] = random_position(spot);
		if (start(&w, &b, set, 0))
			for (int box = 0; box < 8; box++)
			{
				double		range = w.region.price[w.region.prices - 1];
				double		x = uniform(-range, range);
				double		width = fmin(range - x, ONE_OF(1, 0.1, 0.03, 0.001));
				double		v = uniform(w.region.vol[0].shock, w.region.vol[w.region.vols - 1].shock);

				if (width > 0)
					check_pieces(&w, x, x + width, v,
								 fmin(w.region.vol[w.region.vols - 1].shock, v + ONE_OF(3, 0.3, 0.05, 0.001)));
			}
		else
			CHECK(0, "a book of pieces cannot be valued");
		finish(&w);
		free(set);
	}
}

static void
random_books(int books)
{
	for (int i = 0; i < books; i++)
	{
		pm_scenario_set *set = random_grid();
		double		spot = ONE_OF(100, 100, 1e-6, 1e7, 0.3);
		book		b = {.count = 1 + random_below(i % 8 == 0 ? MOST_POSITIONS : 8)};
		char		name[32];

		for (uint32_t p = 0; p < b.count; p++)
			b.positions[p] = random_position(spot);
		snprintf(name, sizeof name, "random book %d", i);
		check_book(name, &b, set, DENSE, 0.05);
		free(set);
	}
}

/* ------------------------------------------------------------------------
 * Books that lose most between the nodes.
 */

static const double three_vols[] = {-0.25, 0, 0.25};

/* A short butterfly whose wings are two neighbouring nodes. */
static void
short_butterfly(void)
{
	for (int k = 0; k < 6; k++)
	{
		double		days = k < 2 ? 0 : (k < 4 ? 1 : 3);
		double		volatility = k % 2 == 0 ? 0.2 : 0;
		pm_scenario_set *set = grid_of(0.15, 5, three_vols, 3, 0, days > 0 ? 1 : 0);
		book		b = BOOK(option(PM_CALL, -1, 100, 100, days, volatility),
							 option(PM_CALL, 2, 100, 101.5, days, volatility),
							 option(PM_PUT, -1, 100, 103, days, volatility),
							 linear(PM_FUTURE, -1, 100, PM_LINEAR));
		char		name[32];

		snprintf(name, sizeof name, "short butterfly %d", k);
		check_book(name, &b, set, 31, 1e-5);
		free(set);
	}
}

/* Kinks everywhere: expired options with strikes between all nodes. */
static void
comb(void)
{
	pm_scenario_set *set = grid_of(0.15, 5, three_vols, 3, 0, 0);

	for (int sign = -1; sign <= 1; sign += 2)
	{
		book		b = {0};

		for (int i = 0; i < 30; i++)
			b.positions[b.count++] = option(i % 3 == 0 ? PM_PUT : PM_CALL,
											sign * (i % 2 == 0 ? 1 : -1.1), 100, 85.37 + i, 0, 0.2);
		b.positions[b.count++] = linear(PM_FUTURE, sign, 100, PM_LINEAR);
		check_book(sign < 0 ? "comb, turned" : "comb", &b, set, 101, 1e-5);
	}
	free(set);
}

/* Loses most at a volatility between the nodes: vega changes its sign. */
static void
calendars(void)
{
	static const double wide[] = {-0.9, 1.5};

	for (int k = 0; k < 12; k++)
	{
		pm_scenario_set *set = grid_of(k % 2 ? 0.15 : 0.4, 1 + k % 3, wide, 2,
									   k % 4 == 0 ? 0.5 : 0, k % 3);
		book		b = BOOK(option(PM_CALL, 1, 100, 100 + k, 20, 0.3),
							 option(PM_CALL, -1, 100, 104, 200, 0.3),
							 option(PM_PUT, 2, 100, 80, 100, 0.35),
							 option(PM_PUT, -2.5, 100, 76, 90, 0.4),
							 linear(PM_SPOT_KIND, 0.3, 100, PM_LINEAR));
		char		name[32];

		for (uint32_t p = 0; p < 4; p++)
		{
			if (k % 3 == 1)
				b.positions[p].settlement = PM_INVERSE;
			if (k % 5 == 2)
			{
				b.positions[p].pricing = PM_BACHELIER;
				b.positions[p].volatility *= 100;
			}
			else if (k % 5 == 3)
				b.positions[p].pricing = PM_BLACK76;
		}
		snprintf(name, sizeof name, "calendar %d", k);
		check_book(name, &b, set, 25, 1e-5);
		free(set);
	}
}

/* A random book of two options and a future without delta and vega at spot. */
static book
neutral_book(double sign, pm_settlement settlement, bool bachelier)
{
	book		b = BOOK(option(PM_CALL, 1, 100, uniform(85, 115), uniform(10, 60), uniform(0.15, 0.5)),
						 option(PM_PUT, 1, 100, uniform(85, 115), uniform(60, 400), uniform(0.15, 0.5)),
						 linear(PM_FUTURE, 1, 100, settlement));
	pm_position *p = b.positions;
	pm_greeks	g[3];
	pm_issue	issue;

	for (int i = 0; i < 3; i++)
	{
		p[i].settlement = settlement;
		if (i < 2 && bachelier)
		{
			p[i].pricing = PM_BACHELIER;
			p[i].volatility *= 100;
		}
		if (!pm_contract_greeks(&p[i], &g[i], &issue))
			CHECK(0, "no Greeks: %s", issue.detail);
	}
	/* Vega of relative shocks. */
	p[0].quantity = sign * 1000;
	p[1].quantity = -p[0].quantity * g[0].vega * p[0].volatility / (g[1].vega * p[1].volatility);
	p[2].quantity = -(p[0].quantity * g[0].delta + p[1].quantity * g[1].delta) / g[2].delta;
	return b;
}

/*
 * In cells so small that they are parabolas there: a tenth too little anywhere
 * in the bound is too low.
 */
static void
neutral_books(void)
{
	const double vols[] = {0, 0.004};
	const double price_sides[] = {0, 0.002, 0.0002};

	for (int i = 0; i < 300; i++)
	{
		double		side = price_sides[i % 3];
		pm_scenario_set *set = grid_of(side, side > 0 ? 1 : 0, vols, 2, 0, 0);
		book		b = neutral_book(i % 2 ? 1 : -1, i % 4 < 2 ? PM_LINEAR : PM_INVERSE, i % 5 == 4);

		check_book("neutral book", &b, set, 17, 1e-4);
		free(set);
	}
}

/* What cancels is nothing: boxes and conversions, linear and inverse. */
static void
riskless(void)
{
	pm_scenario_set *set = grid_of(0.15, 5, three_vols, 3, 1, 0);
	double		ends[] = {90, 110};

	for (int inverse = 0; inverse < 2; inverse++)
		for (int pricing = 0; pricing < 3; pricing++)
		{
			book		b = {0};
			work		w;

			for (int i = 0; i < 4; i++)
			{
				pm_position p = option(i < 2 ? PM_CALL : PM_PUT, i % 3 == 0 ? 1000 : -1000,
									   100, ends[i % 2], 50, pricing == PM_BACHELIER ? 20 : 0.2);

				p.pricing = (pm_pricing) pricing;
				p.settlement = inverse ? PM_INVERSE : PM_LINEAR;
				b.positions[b.count++] = p;
			}
			/* In coin the strikes' difference is owed in the other currency. */
			if (inverse)
				b.positions[b.count++] = linear(PM_FUTURE, 20000, 100, PM_INVERSE);
			if (start(&w, &b, set, 100))
			{
				while (pm_bound_step(&w.bound, 1))
					;
				CHECK(w.shocked.curves == 0, "a box of model %d leaves %u curves", pricing, w.shocked.curves);
				CHECK(pm_bound_loss(&w.bound) <= 4 * w.shocked.slack && w.bound.used == 20,
					  "a box of model %d may lose %g, in %u boxes", pricing,
					  pm_bound_loss(&w.bound), w.bound.used);
			}
			finish(&w);
		}
	free(set);
}

/* Scales at which squares and spikes overflow or vanish. */
static void
extremes(void)
{
	static const double spots[] = {1e-300, 1e-150, 1e-30, 1e30, 1e140};
	static const double vols[] = {1e-300, 1e-160, 1e-12, 1e-6, 30};

	for (int i = 0; i < LENGTH(spots); i++)
		for (int j = 0; j < LENGTH(vols); j++)
			for (int k = 0; k < 12; k++)
			{
				pm_scenario_set *set = grid_of(0.15, 2, three_vols, 3, 0, 0);
				double		s = spots[i];
				double		quantity = s > 1 ? 1e-3 / s : (s < 1e-200 ? 1e280 : 1 / s);
				book		b = BOOK(option(PM_CALL, quantity, s, s * 1.03, 30, vols[j]),
									 option(PM_PUT, -2 * quantity, s, s * 0.99, 30, vols[j]),
									 option(PM_CALL, quantity, s, s * 1.01, 3, vols[j] * 0.7));
				char		name[64];

				for (uint32_t p = 0; p < b.count; p++)
				{
					if (k % 2 == 1)
					{
						b.positions[p].settlement = PM_INVERSE;
						b.positions[p].quantity *= s > 1e100 || s < 1e-200 ? 1 : s;
					}
					b.positions[p].pricing = (pm_pricing) (k / 2 % 3);
					if (k / 2 % 3 == PM_BACHELIER)
						b.positions[p].volatility *= s;
					if (k >= 6)
						b.positions[p].quantity = -b.positions[p].quantity;
				}
				snprintf(name, sizeof name, "spot %g, volatility %g, form %d", s, vols[j], k);
				check_book(name, &b, set, DENSE, INFINITY);
				free(set);
			}
}

/* Bachelier with prices around 0. */
static void
negative_prices(void)
{
	static const double spots[] = {-5, 0, 3, -0.001};

	for (int i = 0; i < LENGTH(spots); i++)
		for (int sign = -1; sign <= 1; sign += 2)
		{
			pm_scenario_set *set = grid_of(0.5, 2, three_vols, 3, 0, 0);
			book		b = BOOK(option(PM_CALL, sign, spots[i], -4, 20, 3),
								 option(PM_PUT, -2 * sign, spots[i], -4.7, 20, 4),
								 option(PM_CALL, sign, spots[i], 0, 0, 4),
								 option(PM_CALL, sign, spots[i], -5.8, 5, 0),
								 linear(PM_FUTURE, sign, spots[i], PM_LINEAR));
			char		name[64];

			for (uint32_t p = 0; p < b.count; p++)
				b.positions[p].pricing = PM_BACHELIER;
			snprintf(name, sizeof name, "spot %g, side %d", spots[i], sign);
			check_book(name, &b, set, 21, 1e-4);
			free(set);
		}
}

/* ------------------------------------------------------------------------
 * Which sets have cells, and what the searches find.
 */

static void
refused_sets(void)
{
	const double flat[] = {0};
	pm_scenario_set *grid = grid_of(0.15, 2, flat, 1, 0, 0);
	pm_scenario_set *sets[] = {tims_of(0.1, 0.1), span_of(0.1, 0.04, 3, 0.33, 1),
		listed(grid), concat_of(grid, grid)
	};
	pm_issue	issue;
	size_t		size;

	for (int i = 0; i < LENGTH(sets); i++)
	{
		CHECK(!pm_region_size(sets[i], &size, &issue) &&
			  issue_says(&issue, PM_UNSUPPORTED, "scenario_grid", "The set is", "scenario_grid("),
			  "set %d is taken for a grid", i);
		free(sets[i]);
	}
	CHECK(pm_region_size(grid, &size, &issue), "a grid is refused");
	free(grid);
}

/* Volatility shocks in any order, some twice: the nodes are their set. */
static void
nodes(void)
{
	const double vols[] = {0.5, -0.25, 0.5, 0, -0.25};
	pm_scenario_set *set = grid_of(0.1, 1, vols, LENGTH(vols), 0.3, 2);
	book		b = BOOK(option(PM_CALL, 3, 100, 105, 40, 0.3), linear(PM_SPOT_KIND, -1, 100, PM_LINEAR));
	work		w;

	if (start(&w, &b, set, 0))
	{
		CHECK(w.region.prices == 3 && w.region.vols == 3 && w.region.columns == 5 &&
			  w.region.vol[0].shock == -0.25 && w.region.vol[1].shock == 0 &&
			  w.region.vol[2].shock == 0.5, "nodes are not the shocks");
		for (uint32_t cell = 0; cell < pm_region_cells(&w.region); cell++)
		{
			pm_box		box = pm_bound_cell(&w.bound, cell);

			for (int i = 0; i < 4; i++)
			{
				double		loss = pm_book_loss(&w.shocked, i % 2 ? box.x1 : box.x0, i / 2 ? box.v1 : box.v0);

				EXPECT(fabs(loss - box.loss[i / 2][i % 2]) <= w.shocked.slack,
					  "corner %d of cell %u: %.17g, not %.17g", i, cell, box.loss[i / 2][i % 2], loss);
			}
		}
	}
	finish(&w);
	free(set);
}

/* All searches of a bound that has been divided so often; what they found. */
static double
search(book *b, const pm_scenario_set *set, uint32_t divisions, double *node_loss)
{
	work		w;
	pm_worst_case worst;
	pm_issue	issue;
	bool		more = true;
	double		bound;

	pm_worst_case_init(&worst);
	CHECK(start(&w, b, set, divisions), "a book cannot be valued");
	*node_loss = w.bound.found;
	while (pm_bound_step(&w.bound, 100))
		;
	bound = pm_bound_loss(&w.bound);
	pm_worst_case_start(&worst, &w.bound);
	while (more && pm_worst_case_step(&worst, 10, &more, &issue))
		;
	CHECK(!more, "a search fails: %s", issue.message);
	CHECK(worst.loss_bound == bound, "the bound changes");
	CHECK(worst.searches <= pm_region_cells(&w.region), "%u searches", worst.searches);
	CHECK(w.bound.found <= bound, "found %.17g above the bound %.17g", w.bound.found, bound);
	CHECK(fabs(fmax(0, exact_loss(&w, b, w.bound.found_price, w.bound.found_vol)) - w.bound.found) <= w.shocked.slack,
		  "what is found, %.17g, is not lost there", w.bound.found);
	pm_worst_case_release(&worst);
	pm_worst_case_release(&worst);
	finish(&w);
	return w.bound.found;
}

/* GSL climbs to the top where the bound has been left coarse. */
static void
searches(void)
{
	static const double wide[] = {-0.9, 1.5};
	int			inside = 0,
				found = 0;

	for (int i = 0; i < 300; i++)
	{
		pm_scenario_set *set = grid_of(i % 5 == 4 ? 0 : 0.2, i % 5 == 4 ? 0 : 2, wide, i % 5 == 3 ? 1 : 2, 0, 1);
		book		b = neutral_book(i % 2 ? 1 : -1, i % 4 < 2 ? PM_LINEAR : PM_INVERSE, i % 3 == 2);
		double		node_loss;
		double		most = search(&b, set, 4000, &node_loss);
		double		alone = search(&b, set, 0, &node_loss);

		CHECK(alone >= node_loss && alone <= most * (1 + 1e-6) + 1e-9,
			  "book %d: searches alone find %.17g, after the bound %.17g, at a node %.17g", i, alone, most, node_loss);
		if (most > 1.01 * node_loss + 1e-9)
		{
			inside++;
			found += alone >= most * (1 - 1e-6);
		}
		free(set);
	}
	/* A search climbs one hill, and some cells as large as these have several. */
	CHECK(inside >= 50 && found >= 0.8 * inside, "searches alone find %d of %d worst cases", found, inside);
	printf("searches alone find %d of %d worst cases between the nodes\n", found, inside);
}

int
main(void)
{
	clock_t		begun = clock();

	refused_sets();
	nodes();
	short_butterfly();
	comb();
	calendars();
	neutral_books();
	riskless();
	extremes();
	negative_prices();
	pieces(3000);
	random_books(400);
	searches();
	printf("relative gap: mean %.2g, largest %.2g (%s); divisions: mean %ld, most %u; %ld books, %.1f s\n",
		   total_gap / (double) total_books, worst_gap, worst_gap_book,
		   total_boxes / total_books, most_boxes, total_books,
		   (double) (clock() - begun) / CLOCKS_PER_SEC);
	printf("rounding: at most %.2g of the slack\n", worst_rounding);
	return check_finish("grid_bound");
}
