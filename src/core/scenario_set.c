/*
 * scenario_set.c - the compact form of a list of scenarios, and its rows.
 * Joint scenarios: joint_set.c.
 */
#include "scenario_set.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "elementary.h"
#include "joint_set.h"

/* Doubles of a scenario, in the order in which sets are compared; stickiness is last. */
#define SCENARIO_DOUBLES	(offsetof(pm_scenario, stickiness) / sizeof(double))

/* Fills the header from parts that are already in place. */
static void
finish(pm_scenario_set *set, uint32_t parts)
{
	const pm_scenario_part *part;
	pm_part_cursor cursor;
	uint64_t	hash;

	set->server_header = 0;
	set->version = PM_SCENARIO_SET_VERSION;
	set->kind = PM_SET_COMMON;
	set->unit_weights = 1;
	set->reserved = 0;
	set->scenarios = 0;
	set->parts = parts;

	hash = pm_hash_word(0, set->kind);
	for (cursor = pm_set_parts(set); (part = pm_next_part(&cursor)) != NULL;)
	{
		set->scenarios += part->count;
		for (uint32_t i = 0; i < part->count; i++)
		{
			pm_scenario row = pm_part_row(part, i);
			uint64_t	words[sizeof row / sizeof(uint64_t)];

			memcpy(words, &row, sizeof row);
			for (size_t w = 0; w < sizeof row / sizeof(uint64_t); w++)
				hash = pm_hash_word(hash, words[w]);
			if (row.weight != 1)
				set->unit_weights = 0;
		}
	}
	set->fingerprint = hash;
}

/* The only part of a set that is being made. */
static double *
start_part(pm_scenario_set *set, pm_part_type type, uint32_t count, uint64_t size)
{
	pm_scenario_part *part = (pm_scenario_part *) (set + 1);

	part->type = type;
	part->count = count;
	part->size = size;
	return (double *) (part + 1);
}

static size_t
one_part_size(size_t body)
{
	return sizeof(pm_scenario_set) + sizeof(pm_scenario_part) + body;
}

static bool
check_count(double count, pm_issue *issue)
{
	char		number[PM_NUMBER_SIZE];

	if (count < 1)
		return pm_fail(issue, PM_INVALID_VALUE, "a scenario set needs at least one scenario",
					   "Give at least one market_scenario, or at least one volatility shock.",
					   "It has 0 scenarios.");
	if (count > PM_MAX_SCENARIOS)
		return pm_fail(issue, PM_LIMIT, "too many scenarios",
					   "Use fewer price steps or volatility shocks.",
					   "The set would have %s scenarios; the limit is %d.",
					   pm_number(number, count), PM_MAX_SCENARIOS);
	return true;
}

/* A generator's argument must be finite, and at least `least`. */
static bool
check_argument(const char *name, double value, double least, pm_issue *issue)
{
	char		message[128];
	char		number[PM_NUMBER_SIZE];

	if (isfinite(value) && value >= least)
		return true;
	if (!isfinite(value))
		snprintf(message, sizeof message, "argument \"%s\" must be a finite number", name);
	else
		snprintf(message, sizeof message, "argument \"%s\" must not be less than %g", name, least);
	return pm_fail(issue, PM_INVALID_VALUE, message,
				   "Ranges and shocks are fractions: 0.15 is 15 %.",
				   "%s is %s.", name, pm_number(number, value));
}

/*
 * A fall of `fall` must leave a price above 0, for what the generator makes
 * is meant for every model.  `fits` is the bound on the named argument.
 */
static bool
check_fall(const char *name, double value, double fall, double fits, pm_issue *issue)
{
	char		hint[160];
	char		number[PM_NUMBER_SIZE];
	char		bound[PM_NUMBER_SIZE];

	if (fall < 1)
		return true;
	snprintf(hint, sizeof hint, "Give a \"%s\" below %s.", name, pm_number(bound, fits));
	return pm_fail(issue, PM_INVALID_VALUE, "price shocks must not reach -100 %", hint,
				   "%s is %s.", name, pm_number(number, value));
}

bool
pm_list_size(const pm_scenario *rows, uint64_t count, size_t *size, pm_issue *issue)
{
	if (!check_count((double) count, issue))
		return false;
	for (uint64_t i = 0; i < count; i++)
		if (!pm_scenario_check(&rows[i], issue))
		{
			size_t		used = strlen(issue->detail);

			snprintf(issue->detail + used, sizeof issue->detail - used,
					 " It is scenario %llu of the set.", (unsigned long long) (i + 1));
			return false;
		}
	*size = one_part_size(count * sizeof(pm_scenario));
	return true;
}

void
pm_list_fill(pm_scenario_set *set, const pm_scenario *rows, uint64_t count)
{
	pm_scenario *copy = (pm_scenario *)
		start_part(set, PM_PART_LIST, (uint32_t) count, count * sizeof(pm_scenario));

	for (uint64_t i = 0; i < count; i++)
	{
		copy[i] = rows[i];
		pm_scenario_normalise(&copy[i]);
	}
	finish(set, 1);
}

bool
pm_grid_size(const pm_grid *grid, size_t *size, pm_issue *issue)
{
	if (!check_argument("price_range", grid->price_range, 0, issue) ||
		!check_argument("price_steps", grid->price_steps, 0, issue) ||
		!check_argument("vol_power", grid->vol_power, -INFINITY, issue) ||
		!check_argument("days", grid->days, 0, issue) ||
		!check_fall("price_range", grid->price_range, grid->price_range, 1, issue))
		return false;
	for (uint32_t i = 0; i < grid->vols; i++)
		if (!check_argument("vol_shocks", grid->vol_shocks[i], -INFINITY, issue))
			return false;
	if (grid->price_steps != floor(grid->price_steps))
		return pm_fail(issue, PM_INVALID_VALUE,
					   "argument \"price_steps\" must be a whole number",
					   "Give the number of equal price steps each way.",
					   "price_steps is %g.", grid->price_steps);
	/* One price and a range, or steps and no range, cannot both be meant. */
	if ((grid->price_range > 0) != (grid->price_steps > 0))
		return pm_fail(issue, PM_INVALID_VALUE,
					   "\"price_range\" and \"price_steps\" must both be 0 or both be positive",
					   "Give price_steps of 1 or more, or a price_range of 0 and 0 steps for no price move.",
					   "price_range is %g, price_steps is %g.",
					   grid->price_range, grid->price_steps);
	if (!check_count((2 * grid->price_steps + 1) * grid->vols, issue))
		return false;
	*size = one_part_size((PM_GRID_PARAMETERS + grid->vols) * sizeof(double));
	return true;
}

void
pm_grid_fill(pm_scenario_set *set, const pm_grid *grid)
{
	uint32_t	count = (uint32_t) (2 * grid->price_steps + 1) * grid->vols;
	double	   *body = start_part(set, PM_PART_GRID, count,
								  (PM_GRID_PARAMETERS + grid->vols) * sizeof(double));

	body[0] = grid->price_range + 0.0;
	body[1] = grid->price_steps + 0.0;
	body[2] = grid->vol_power + 0.0;
	body[3] = grid->days + 0.0;
	for (uint32_t i = 0; i < grid->vols; i++)
		body[PM_GRID_PARAMETERS + i] = grid->vol_shocks[i] + 0.0;
	finish(set, 1);
}

bool
pm_tims_size(double down, double up, size_t *size, pm_issue *issue)
{
	if (!check_argument("down", down, 0, issue) ||
		!check_argument("up", up, 0, issue) ||
		!check_fall("down", down, down, 1, issue))
		return false;
	*size = one_part_size(PM_TIMS_PARAMETERS * sizeof(double));
	return true;
}

void
pm_tims_fill(pm_scenario_set *set, double down, double up)
{
	double	   *body = start_part(set, PM_PART_TIMS, PM_TIMS_SCENARIOS,
								  PM_TIMS_PARAMETERS * sizeof(double));

	body[0] = down + 0.0;
	body[1] = up + 0.0;
	finish(set, 1);
}

bool
pm_span_size(const pm_span *span, size_t *size, pm_issue *issue)
{
	double		reach;

	if (!check_argument("price_range", span->price_range, 0, issue) ||
		!check_argument("vol_range", span->vol_range, 0, issue) ||
		!check_argument("extreme_multiple", span->extreme_multiple, 0, issue) ||
		!check_argument("cover", span->cover, 0, issue) ||
		!check_argument("days", span->days, 0, issue))
		return false;
	reach = span->extreme_multiple > 1 ? span->extreme_multiple : 1;
	if (!check_fall("price_range", span->price_range, span->price_range * reach, 1 / reach, issue))
		return false;
	*size = one_part_size(PM_SPAN_PARAMETERS * sizeof(double));
	return true;
}

void
pm_span_fill(pm_scenario_set *set, const pm_span *span)
{
	double	   *body = start_part(set, PM_PART_SPAN, PM_SPAN_SCENARIOS,
								  PM_SPAN_PARAMETERS * sizeof(double));

	body[0] = span->price_range + 0.0;
	body[1] = span->vol_range + 0.0;
	body[2] = span->extreme_multiple + 0.0;
	body[3] = span->cover + 0.0;
	body[4] = span->days + 0.0;
	finish(set, 1);
}

bool
pm_join_size(const pm_scenario_set *const *sets, uint32_t count,
			 size_t *size, pm_issue *issue)
{
	double		scenarios = 0;

	*size = sizeof(pm_scenario_set);
	for (uint32_t i = 0; i < count; i++)
	{
		scenarios += sets[i]->scenarios;
		*size += pm_set_size(sets[i]) - sizeof(pm_scenario_set);
	}
	return check_count(scenarios, issue);
}

void
pm_join_fill(pm_scenario_set *joined, const pm_scenario_set *const *sets, uint32_t count)
{
	char	   *next = (char *) (joined + 1);
	uint32_t	parts = 0;

	for (uint32_t i = 0; i < count; i++)
	{
		size_t		size = pm_set_size(sets[i]) - sizeof(pm_scenario_set);

		memcpy(next, sets[i] + 1, size);
		next += size;
		parts += sets[i]->parts;
	}
	finish(joined, parts);
}

pm_part_cursor
pm_set_parts(const pm_scenario_set *set)
{
	return (pm_part_cursor)
	{
		(const char *) (set + 1), set->parts
	};
}

const pm_scenario_part *
pm_next_part(pm_part_cursor *cursor)
{
	const pm_scenario_part *part = (const pm_scenario_part *) cursor->next;

	if (cursor->left == 0)
		return NULL;
	cursor->left--;
	cursor->next += sizeof(pm_scenario_part) + part->size;
	return part;
}

const double *
pm_part_parameters(const pm_scenario_part *part)
{
	return (const double *) (part + 1);
}

/* Whether a part's count and size go with its type. */
static bool
part_valid(const pm_scenario_part *part)
{
	uint64_t	numbers = part->size / sizeof(double);
	const double *body = pm_part_parameters(part);

	if (part->size % sizeof(double) != 0 || part->count < 1 || part->count > PM_MAX_SCENARIOS)
		return false;
	switch (part->type)
	{
		case PM_PART_LIST:
			return part->size == part->count * sizeof(pm_scenario);
		case PM_PART_GRID:
			return numbers > PM_GRID_PARAMETERS &&
				(2 * body[1] + 1) * (double) (numbers - PM_GRID_PARAMETERS) == part->count;
		case PM_PART_TIMS:
			return numbers == PM_TIMS_PARAMETERS && part->count == PM_TIMS_SCENARIOS;
		case PM_PART_SPAN:
			return numbers == PM_SPAN_PARAMETERS && part->count == PM_SPAN_SCENARIOS;
	}
	return false;
}

bool
pm_set_valid(const pm_scenario_set *set, size_t bytes)
{
	size_t		used = sizeof(pm_scenario_set);
	uint64_t	scenarios = 0;

	if (bytes < used || set->version != PM_SCENARIO_SET_VERSION ||
		set->kind > PM_SET_JOINT || set->scenarios < 1 || set->scenarios > PM_MAX_SCENARIOS)
		return false;
	if (set->kind == PM_SET_JOINT)
		return pm_joint_valid(set, bytes);
	for (uint32_t i = 0; i < set->parts; i++)
	{
		const pm_scenario_part *part = (const pm_scenario_part *) ((const char *) set + used);

		if (bytes - used < sizeof *part || part->size > bytes - used - sizeof *part ||
			!part_valid(part))
			return false;
		used += sizeof *part + part->size;
		scenarios += part->count;
	}
	return used == bytes && scenarios == set->scenarios;
}

size_t
pm_set_size(const pm_scenario_set *set)
{
	pm_part_cursor cursor = pm_set_parts(set);

	if (set->kind == PM_SET_JOINT)
		return pm_joint_of(set)->size;
	while (pm_next_part(&cursor) != NULL)
		;
	return (size_t) (cursor.next - (const char *) set);
}

static pm_scenario
grid_row(const pm_scenario_part *part, uint32_t index)
{
	const double *body = pm_part_parameters(part);
	uint32_t	vols = (uint32_t) (part->size / sizeof(double)) - PM_GRID_PARAMETERS;
	double		steps = body[1];
	pm_scenario row = pm_scenario_neutral();

	/* Price-major, lowest first; the ends are exactly the range. */
	if (steps > 0)
		row.price_shock = body[0] * ((index / vols - steps) / steps) + 0.0;
	row.vol_shock = body[PM_GRID_PARAMETERS + index % vols];
	row.vol_power = body[2];
	row.days = body[3];
	return row;
}

static pm_scenario
tims_row(const pm_scenario_part *part, uint32_t index)
{
	const double *body = pm_part_parameters(part);
	pm_scenario row = pm_scenario_neutral();

	/* -down ... -down/5, up/5 ... up */
	row.price_shock = index < 5
		? -body[0] * ((5 - index) / 5.0) + 0.0
		: body[1] * ((index - 4) / 5.0);
	return row;
}

static pm_scenario
span_row(const pm_scenario_part *part, uint32_t index)
{
	/* CME SPAN's order: volatility up then down at each of these thirds. */
	static const double thirds[] = {0, 1, -1, 2, -2, 3, -3};
	const double *body = pm_part_parameters(part);
	pm_scenario row = pm_scenario_neutral();

	row.days = body[4];
	if (index < 14)
	{
		row.price_shock = body[0] * thirds[index / 2] / 3 + 0.0;
		row.vol_points = (index % 2 == 0 ? body[1] : -body[1]) + 0.0;
	}
	else
	{
		row.price_shock = (index == 14 ? 1 : -1) * body[0] * body[2] + 0.0;
		row.weight = body[3];
	}
	return row;
}

pm_scenario
pm_part_row(const pm_scenario_part *part, uint32_t index)
{
	switch ((pm_part_type) part->type)
	{
		case PM_PART_GRID:
			return grid_row(part, index);
		case PM_PART_TIMS:
			return tims_row(part, index);
		case PM_PART_SPAN:
			return span_row(part, index);
		case PM_PART_LIST:
			break;
	}
	return ((const pm_scenario *) (part + 1))[index];
}

void
pm_set_rows(const pm_scenario_set *set, pm_scenario *rows)
{
	const pm_scenario_part *part;
	pm_part_cursor cursor = pm_set_parts(set);

	while ((part = pm_next_part(&cursor)) != NULL)
		for (uint32_t i = 0; i < part->count; i++)
			*rows++ = pm_part_row(part, i);
}

bool
pm_set_column(const pm_scenario_set *set, pm_text underlying, uint32_t *column,
			  pm_issue *issue)
{
	char		described[PM_SET_DESCRIPTION];

	*column = 0;
	if (set->kind == PM_SET_COMMON || pm_joint_find(set, underlying, column))
		return true;
	return pm_fail(issue, PM_INVALID_VALUE, "the joint scenario_set has no moves for an underlying",
				   "Give the set a column for it, of zeros if it does not move, or leave its positions out.",
				   "Underlying \"%.*s\" is not in %s.", pm_shown(underlying), underlying.bytes,
				   pm_set_describe(described, set));
}

pm_row_cursor
pm_column_rows(const pm_scenario_set *set, uint32_t column)
{
	pm_row_cursor cursor = {.set = set, .column = column, .parts = pm_set_parts(set)};

	cursor.part = pm_next_part(&cursor.parts);
	return cursor;
}

pm_scenario
pm_next_row(pm_row_cursor *cursor)
{
	pm_scenario row;

	if (cursor->set->kind == PM_SET_JOINT)
	{
		pm_joint_rows(cursor->set, cursor->column, cursor->next++, 1, &row);
		return row;
	}
	if (cursor->next == cursor->part->count)
	{
		cursor->part = pm_next_part(&cursor->parts);
		cursor->next = 0;
	}
	return pm_part_row(cursor->part, cursor->next++);
}

pm_scenario
pm_set_row(const pm_scenario_set *set, uint32_t column, uint32_t index)
{
	pm_row_cursor cursor = pm_column_rows(set, column);

	if (set->kind == PM_SET_COMMON)
		while (index >= cursor.part->count)
		{
			index -= cursor.part->count;
			cursor.part = pm_next_part(&cursor.parts);
		}
	cursor.next = index;
	return pm_next_row(&cursor);
}

/* NaN, the NULL of a field that can be one, sorts last and equals itself. */
static int
compare_doubles(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) - isnan(b);
	return (a > b) - (a < b);
}

static int
compare_rows(const pm_scenario *a, const pm_scenario *b)
{
	double		numbers_a[SCENARIO_DOUBLES],
				numbers_b[SCENARIO_DOUBLES];

	memcpy(numbers_a, a, sizeof numbers_a);
	memcpy(numbers_b, b, sizeof numbers_b);
	for (size_t f = 0; f < SCENARIO_DOUBLES; f++)
	{
		int			order = compare_doubles(numbers_a[f], numbers_b[f]);

		if (order != 0)
			return order;
	}
	return (a->stickiness > b->stickiness) - (a->stickiness < b->stickiness);
}

static int
compare_columns(const pm_scenario_set *a, const pm_scenario_set *b, uint32_t column)
{
	pm_row_cursor rows_a = pm_column_rows(a, column),
				rows_b = pm_column_rows(b, column);

	for (uint32_t i = 0; i < a->scenarios; i++)
	{
		pm_scenario row_a = pm_next_row(&rows_a),
					row_b = pm_next_row(&rows_b);
		int			order = compare_rows(&row_a, &row_b);

		if (order != 0)
			return order;
	}
	return 0;
}

int
pm_set_compare(const pm_scenario_set *a, const pm_scenario_set *b)
{
	uint32_t	columns = 1;
	int			order = 0;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->scenarios != b->scenarios)
		return a->scenarios < b->scenarios ? -1 : 1;
	if (a->kind == PM_SET_JOINT)
	{
		columns = pm_joint_of(a)->underlyings;
		order = pm_joint_compare_names(a, b);
	}
	for (uint32_t k = 0; order == 0 && k < columns; k++)
		order = compare_columns(a, b, k);
	return order;
}

bool
pm_set_equal(const pm_scenario_set *a, const pm_scenario_set *b)
{
	size_t		size = pm_set_size(a);

	if (a->fingerprint != b->fingerprint || a->scenarios != b->scenarios || a->kind != b->kind)
		return false;
	if (a->kind == PM_SET_JOINT)
		return pm_joint_same(a, b);
	/* The same bytes after the server's word are the quick way to the same rows. */
	if (size == pm_set_size(b) &&
		memcmp(&a->version, &b->version, size - offsetof(pm_scenario_set, version)) == 0)
		return true;
	return pm_set_compare(a, b) == 0;
}

const char *
pm_set_describe(char buffer[PM_SET_DESCRIPTION], const pm_scenario_set *set)
{
	const pm_scenario_part *part;
	pm_part_cursor cursor;
	const double *body;

	if (set == NULL)
	{
		snprintf(buffer, PM_SET_DESCRIPTION, "no scenarios");
		return buffer;
	}
	if (set->kind == PM_SET_JOINT)
	{
		snprintf(buffer, PM_SET_DESCRIPTION,
				 "joint scenarios of %u underlyings (%u scenarios, %016llx)",
				 pm_joint_of(set)->underlyings, set->scenarios,
				 (unsigned long long) set->fingerprint);
		return buffer;
	}
	cursor = pm_set_parts(set);
	part = pm_next_part(&cursor);
	body = pm_part_parameters(part);
	switch ((pm_part_type) part->type)
	{
		case PM_PART_LIST:
			snprintf(buffer, PM_SET_DESCRIPTION, "a list of %u", part->count);
			break;
		case PM_PART_GRID:
			snprintf(buffer, PM_SET_DESCRIPTION, "scenario_grid(%g, %g) with %u volatilities",
					 body[0], body[1], (uint32_t) (part->size / sizeof(double)) - PM_GRID_PARAMETERS);
			break;
		case PM_PART_TIMS:
			snprintf(buffer, PM_SET_DESCRIPTION, "tims_scenarios(%g, %g)", body[0], body[1]);
			break;
		case PM_PART_SPAN:
			snprintf(buffer, PM_SET_DESCRIPTION, "span_scenarios(%g, %g)", body[0], body[1]);
			break;
	}
	snprintf(buffer + strlen(buffer), PM_SET_DESCRIPTION - strlen(buffer),
			 "%s (%u scenarios, %016llx)", set->parts > 1 ? " || ..." : "",
			 set->scenarios, (unsigned long long) set->fingerprint);
	return buffer;
}
