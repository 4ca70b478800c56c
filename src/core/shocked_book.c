/*
 * shocked_book.c - a book as a function of two shocks.  How far it bends:
 * book_bend.c.
 */
#include "shocked_book.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elementary.h"
#include "option.h"
#include "sum.h"

/* Roundings of an option's legs and of sums of them, in units of DBL_EPSILON. */
#define ROUNDINGS	128

/* ------------------------------------------------------------------------
 * Regions.
 */

static const pm_scenario_part *
grid_of_set(const pm_scenario_set *set)
{
	pm_part_cursor cursor = pm_set_parts(set);
	const pm_scenario_part *part = pm_next_part(&cursor);

	return set->parts == 1 && part->type == PM_PART_GRID ? part : NULL;
}

bool
pm_region_size(const pm_scenario_set *set, size_t *size, pm_issue *issue)
{
	const pm_scenario_part *part = grid_of_set(set);
	size_t		columns;

	if (part == NULL)
		return pm_fail(issue, PM_UNSUPPORTED,
					   "looking between the nodes needs a scenario_set made by scenario_grid",
					   "Give one scenario_grid(price_range, price_steps, vol_shocks, vol_power, days); lists and other generators have no cells.",
					   set->kind == PM_SET_JOINT ? "The set is of joint scenarios."
					   : set->parts == 1 ? "The set is a list or of another generator."
					   : "The set is joined from %u parts.", set->parts);
	columns = part->size / sizeof(double) - PM_GRID_PARAMETERS;
	*size = part->count / columns * sizeof(double) + columns * sizeof(pm_vol_node);
	return true;
}

static int
compare_vols(const void *a, const void *b)
{
	const pm_vol_node *x = a;
	const pm_vol_node *y = b;

	if (x->shock != y->shock)
		return x->shock < y->shock ? -1 : 1;
	return (x->column > y->column) - (x->column < y->column);
}

void
pm_region_fill(pm_region *region, const pm_scenario_set *set, void *memory)
{
	const pm_scenario_part *part = grid_of_set(set);
	uint32_t	columns = (uint32_t) (part->size / sizeof(double)) - PM_GRID_PARAMETERS;

	region->columns = columns;
	region->prices = part->count / columns;
	region->price = memory;
	region->vol = (pm_vol_node *) (region->price + region->prices);
	region->step = pm_part_row(part, 0);
	region->step.price_shock = region->step.vol_shock = 0;

	for (uint32_t i = 0; i < region->prices; i++)
		region->price[i] = pm_part_row(part, i * columns).price_shock;
	for (uint32_t j = 0; j < columns; j++)
		region->vol[j] = (pm_vol_node)
	{
		pm_part_row(part, j).vol_shock, j
	};
	qsort(region->vol, columns, sizeof *region->vol, compare_vols);
	region->vols = 1;
	for (uint32_t j = 1; j < columns; j++)
		if (region->vol[j].shock != region->vol[region->vols - 1].shock)
			region->vol[region->vols++] = region->vol[j];
}

pm_scenario
pm_region_scenario(const pm_region *region, double x, double v)
{
	pm_scenario scenario = region->step;

	scenario.price_shock = x;
	scenario.vol_shock = v;
	return scenario;
}

/* ------------------------------------------------------------------------
 * From positions to a book.
 */

static int
compare_numbers(double a, double b)
{
	return (a > b) - (a < b);
}

static int
compare_names(pm_text a, pm_text b)
{
	int			order = memcmp(a.bytes, b.bytes, a.length < b.length ? a.length : b.length);

	return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

/* Two options that are one curve, or puts and calls of one, compare as equal. */
static int
compare_curves(const pm_position *a, const pm_position *b)
{
	const double numbers[][2] = {
		{pm_is_option(a), pm_is_option(b)},
		{a->settlement, b->settlement}, {a->pricing, b->pricing},
		{a->spot, b->spot}, {a->strike, b->strike},
		{a->volatility, b->volatility}, {a->rate, b->rate}, {a->yield, b->yield},
	};

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (numbers[i][0] != numbers[i][1])
			return compare_numbers(numbers[i][0], numbers[i][1]);
	if (a->expiry != b->expiry)
		return a->expiry < b->expiry ? -1 : 1;
	return (a->as_of > b->as_of) - (a->as_of < b->as_of);
}

int
pm_contract_compare(const pm_position *a, const pm_position *b)
{
	int			order = compare_names(a->underlying, b->underlying);

	if (order == 0)
		order = compare_curves(a, b);
	if (order == 0)
		order = (a->kind > b->kind) - (a->kind < b->kind);
	if (order == 0)
		order = compare_numbers(a->multiplier, b->multiplier);
	return order != 0 ? order : compare_numbers(a->quantity, b->quantity);
}

/* Whether the underlying goes ex a dividend in the life of an option. */
static bool
has_dividend(const pm_position *p)
{
	if (pm_has(p, PM_DIVIDEND_TIMES))
		for (uint32_t i = 0; i < p->dividend_count; i++)
			if (p->dividend_times[i] > p->as_of && p->dividend_times[i] <= p->expiry)
				return true;
	return false;
}

bool
pm_book_takes(const pm_position *p, pm_issue *issue)
{
	char		message[96];
	const char *what = NULL;

	if (!pm_is_option(p))
		return true;
	if (p->exercise == PM_AMERICAN)
		what = "American exercise";
	else if (has_dividend(p))
		what = "cash dividends";
	else if (pm_has(p, PM_SURFACE))
		what = "a volatility surface";
	else if (!pm_has(p, PM_VOLATILITY))
		what = "an implied volatility";
	if (what == NULL)
		return true;
	snprintf(message, sizeof message, "between the nodes an option with %s has no bound", what);
	return pm_fail(issue, PM_UNSUPPORTED, message,
				   "Leave such options out with FILTER, or look at them with portfolio_margin and a finer scenario_grid.",
				   "It is on underlying \"%.*s\".",
				   pm_shown(p->underlying), p->underlying.bytes);
}

static pm_curve
curve_of(const pm_position *p, const pm_scenario *step)
{
	/* So large a shock that the 1 of 1 + shock * scale leaves no trace. */
	const double large = 0x1p200;
	pm_scenario shock = *step;
	pm_curve	c = {.inverse = p->settlement == PM_INVERSE};
	double		yield = p->pricing == PM_BLACK_SCHOLES && pm_has(p, PM_YIELD) ? p->yield : 0;
	double		scale;

	/* As contract.c has it. */
	c.years_now = (double) ((__int128) p->expiry - p->as_of) / (PM_DAYS_PER_YEAR * 86400e6);
	c.option = (pm_option)
	{
		.spot = p->spot, .strike = p->strike,
			.years = pm_scenario_years(step, c.years_now),
			.volatility = p->volatility, .rate = p->rate, .yield = yield,
			.pricing = p->pricing
	};
	c.sqrt_years = sqrt(c.option.years);
	shock.vol_shock = large;
	scale = pm_scenario_volatility(&shock, 1, c.years_now, 0);
	c.vol_slope = p->volatility * (scale / large);
	c.least_vol_slope = scale > 0x1p60 ? c.vol_slope : 0;
	c.carried = pm_exp(-(p->pricing == PM_BLACK_SCHOLES ? yield : p->rate) * c.option.years);
	c.strike_value = p->strike * pm_exp(-p->rate * c.option.years);
	c.option.sign = p->spot * c.carried > c.strike_value ? -1 : 1;
	return c;
}

/*
 * Legs of one contract, now and after any move of the region, times what their
 * exponents magnify: no value's rounding is more than a few units of the last
 * place of this.
 */
static double
option_legs(const pm_curve *c, const pm_region *region)
{
	const pm_option *o = &c->option;
	double		low = pm_spot_at(o->spot, region->price[0]);
	double		high = pm_spot_at(o->spot, region->price[region->prices - 1]);
	pm_scenario up = pm_region_scenario(region, 0, region->vol[region->vols - 1].shock);
	double		years = c->years_now;
	double		growth = 2 + (fabs(o->rate) + fabs(o->yield)) * years;
	double		legs;

	if (o->pricing == PM_BACHELIER)
	{
		double		stdev = fmax(o->volatility, pm_volatility_at(c, &up)) * sqrt(years);

		legs = (fmax(fabs(low), fabs(high)) + fabs(o->spot) + 2 * fabs(o->strike) + 2 * stdev) *
			fmax(1, pm_exp(-o->rate * years));
	}
	else
	{
		double		discount = fmax(1, pm_exp(-o->rate * years));
		double		carry = o->pricing == PM_BLACK76
			? discount : fmax(1, pm_exp(-o->yield * years));

		legs = (high + o->spot) * carry + 2 * o->strike * discount;
		growth += fabs(pm_log_ratio(low, o->strike)) + fabs(pm_log_ratio(high, o->strike));
	}
	return legs * growth / (c->inverse ? fmin(low, o->spot) : 1);
}

/* Sums over the rows of a book. */
typedef struct sums
{
	pm_sum		constant;
	pm_sum		slope;
	pm_sum		inverse;
	double		legs;
	double		quanta;
} sums;

/* Adds an option and returns its curve, of this one row. */
static bool
add_option(sums *sum, const pm_position *p, const pm_region *region,
		   pm_curve *curve, pm_issue *issue)
{
	pm_curve	c = curve_of(p, &region->step);
	double		weight = p->quantity * p->multiplier;
	double		sign = p->kind == PM_CALL ? 1 : -1;
	double		now;

	if (!pm_contract_value(p, &now, issue))
		return false;
	c.weight = weight;
	pm_sum_add(&sum->constant, -p->quantity * now);
	sum->legs += fabs(weight) * option_legs(&c, region);

	/* call - put = S carried - strike_value, all of it over S when inverse. */
	if (sign != c.option.sign && c.inverse)
	{
		pm_sum_add(&sum->constant, sign * weight * c.carried);
		pm_sum_add(&sum->inverse, sign * weight * (c.strike_value / p->spot));
	}
	else if (sign != c.option.sign)
	{
		pm_sum_add(&sum->constant, sign * weight * (p->spot * c.carried - c.strike_value));
		pm_sum_add(&sum->slope, sign * weight * (fabs(p->spot) * c.carried));
	}
	*curve = c;
	return true;
}

/* A spot holding or a future: w (S' - S), or w (1/S - 1/S') when inverse. */
static void
add_linear(sums *sum, const pm_position *p, const pm_region *region)
{
	double		weight = p->quantity * p->multiplier;

	if (p->settlement == PM_INVERSE)
	{
		pm_sum_add(&sum->constant, weight / p->spot);
		pm_sum_add(&sum->inverse, weight / p->spot);
		sum->legs += 2 * fabs(weight) / pm_spot_at(p->spot, region->price[0]);
	}
	else
	{
		pm_sum_add(&sum->slope, weight * fabs(p->spot));
		sum->legs += 3 * fabs(weight * p->spot);
	}
}

bool
pm_book_build(pm_shocked_book *book, const pm_region *region, pm_curve *curves,
			  const pm_position *positions, uint32_t count, pm_issue *issue)
{
	sums		sum = {.legs = 0};
	pm_sum		weight = {0, 0};

	book->region = region;
	book->curve = curves;
	book->curves = 0;
	for (uint32_t i = 0; i < count; i++)
	{
		const pm_position *p = &positions[i];
		pm_curve	curve;

		sum.quanta += (1 + fabs(p->quantity)) * PM_QUANTUM;
		if (!pm_is_option(p))
		{
			add_linear(&sum, p, region);
			continue;
		}
		if (!add_option(&sum, p, region, &curve, issue))
			return false;
		if (book->curves == 0 || !pm_is_option(p - 1) || compare_curves(p - 1, p) != 0)
		{
			/* A curve whose positions cancel is none. */
			if (book->curves == 0 || curves[book->curves - 1].weight != 0)
				book->curves++;
			weight = (pm_sum)
			{
				0, 0
			};
		}
		pm_sum_add(&weight, curve.weight);
		curve.weight = pm_sum_value(&weight);
		curves[book->curves - 1] = curve;
	}
	if (book->curves > 0 && curves[book->curves - 1].weight == 0)
		book->curves--;
	book->constant = pm_sum_value(&sum.constant);
	book->slope = pm_sum_value(&sum.slope);
	book->inverse = pm_sum_value(&sum.inverse);
	book->slack = ROUNDINGS * DBL_EPSILON * sum.legs + sum.quanta;
	if (isfinite(book->slack))
		return true;
	return pm_fail(issue, PM_OUT_OF_RANGE, "a sum over positions is out of range",
				   "Check the scale of spot, strike, rate and quantity.",
				   "It is in underlying \"%.*s\".",
				   pm_shown(positions->underlying), positions->underlying.bytes);
}

double
pm_book_loss(const pm_shocked_book *book, double x, double v)
{
	pm_scenario scenario = pm_region_scenario(book->region, x, v);
	pm_sum		loss = {-book->constant, 0};

	pm_sum_add(&loss, -book->slope * x);
	pm_sum_add(&loss, book->inverse / (1 + x));
	for (uint32_t i = 0; i < book->curves; i++)
	{
		const pm_curve *c = &book->curve[i];
		pm_option	moved = c->option;
		double		value;

		moved.spot = pm_spot_at(moved.spot, x);
		moved.volatility = pm_volatility_at(c, &scenario);
		value = pm_option_price(&moved);
		pm_sum_add(&loss, -c->weight * (c->inverse ? value / moved.spot : value));
	}
	return pm_sum_value(&loss);
}
