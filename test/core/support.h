/*
 * support.h - what the tests of sets and risk arrays share: sets on the heap,
 * each in a block of exactly its size so that a sanitizer sees one byte too
 * many, and a fixed random generator.
 */
#ifndef PM_SUPPORT_H
#define PM_SUPPORT_H

#include <stdlib.h>

#include "check.h"
#include "core/joint_set.h"
#include "core/risk_array.h"

#define LENGTH(a) ((int) (sizeof (a) / sizeof (a)[0]))

/* Knuth's MMIX generator. */
static uint64_t random_state = 20;

static inline uint32_t
random_bits(void)
{
	random_state = random_state * UINT64_C(6364136223846793005) +
		UINT64_C(1442695040888963407);
	return (uint32_t) (random_state >> 32);
}

static inline uint32_t
random_below(uint32_t n)
{
	return random_bits() % n;
}

static inline pm_text
text(const char *bytes)
{
	return (pm_text)
	{
		bytes, bytes == NULL ? 0 : strlen(bytes)
	};
}

/* A copy of `size` bytes of an image, in a block of exactly that size. */
static inline void *
copy_of(const void *image, size_t size)
{
	void	   *copy = malloc(size ? size : 1);

	if (copy == NULL)
		abort();
	return memcpy(copy, image, size);
}

/* Memory for a set of which _size said `good`; NULL, and a failure, if not. */
static inline pm_scenario_set *
set_memory(bool good, size_t size, const pm_issue *issue)
{
	pm_scenario_set *set;

	if (!good)
		printf("a set is refused: %s: %s\n", issue->message, issue->detail);
	if (!good || (set = malloc(size)) == NULL)
		abort();
	memset(set, 0x5a, size);
	return set;
}

static inline pm_scenario_set *
list_of(const pm_scenario *rows, uint64_t count)
{
	pm_issue	issue;
	size_t		size;
	bool		good = pm_list_size(rows, count, &size, &issue);
	pm_scenario_set *set = set_memory(good, size, &issue);

	pm_list_fill(set, rows, count);
	return set;
}

static inline pm_scenario_set *
grid_of(double price_range, double price_steps, const double *vols, uint32_t n,
		double vol_power, double days)
{
	pm_grid		grid = {price_range, price_steps, vol_power, days, vols, n};
	pm_issue	issue;
	size_t		size;
	bool		good = pm_grid_size(&grid, &size, &issue);
	pm_scenario_set *set = set_memory(good, size, &issue);

	pm_grid_fill(set, &grid);
	return set;
}

static inline pm_scenario_set *
tims_of(double down, double up)
{
	pm_issue	issue;
	size_t		size;
	bool		good = pm_tims_size(down, up, &size, &issue);
	pm_scenario_set *set = set_memory(good, size, &issue);

	pm_tims_fill(set, down, up);
	return set;
}

static inline pm_scenario_set *
span_of(double price_range, double vol_range, double extreme, double cover, double days)
{
	pm_span		span = {price_range, vol_range, extreme, cover, days};
	pm_issue	issue;
	size_t		size;
	bool		good = pm_span_size(&span, &size, &issue);
	pm_scenario_set *set = set_memory(good, size, &issue);

	pm_span_fill(set, &span);
	return set;
}

static inline pm_scenario_set *
concat_of(const pm_scenario_set *a, const pm_scenario_set *b)
{
	pm_issue	issue;
	size_t		size;
	const pm_scenario_set *sets[] = {a, b};
	bool		good = pm_join_size(sets, 2, &size, &issue);
	pm_scenario_set *set = set_memory(good, size, &issue);

	pm_join_fill(set, sets, 2);
	return set;
}

/* Moves of so many underlyings, underlying by underlying. */
typedef struct move_table
{
	const pm_scenario *moves;
	uint32_t	scenarios;
} move_table;

static inline pm_scenario
table_move(const void *context, uint32_t underlying, uint32_t scenario)
{
	const move_table *table = context;

	return table->moves[underlying * table->scenarios + scenario];
}

/* A joint set of names in byte order; NULL, with the issue, if it is refused. */
static inline pm_scenario_set *
try_joint(const pm_text *names, uint32_t underlyings, const pm_scenario *moves,
		  uint32_t scenarios, pm_issue *issue)
{
	move_table	table = {moves, scenarios};
	pm_joint_source source = {scenarios, underlyings, names, table_move, &table};
	uint32_t   *fields;
	pm_scenario_set *set = NULL;
	bool		good = pm_joint_limits(&source, issue);
	size_t		size;

	if (!good)
		return NULL;
	fields = copy_of(names, underlyings * sizeof *names);
	for (uint32_t k = 0; good && k < underlyings; k++)
		good = pm_joint_check(&source, k, &fields[k], issue);
	if (good)
	{
		size = pm_joint_size(&source, fields);
		set = set_memory(true, size, issue);
		pm_joint_fill(set, &source, fields);
	}
	free(fields);
	return set;
}

static inline pm_scenario_set *
joint_of(const pm_text *names, uint32_t underlyings, const pm_scenario *moves,
		 uint32_t scenarios)
{
	pm_issue	issue;
	pm_scenario_set *set = try_joint(names, underlyings, moves, scenarios, &issue);

	return set != NULL ? set : set_memory(false, 0, &issue);
}

/* The rows of a set, in a block of exactly their size. */
static inline pm_scenario *
rows_of(const pm_scenario_set *set)
{
	pm_scenario *rows = malloc(set->scenarios ? set->scenarios * sizeof *rows : 1);

	if (rows == NULL)
		abort();
	pm_set_rows(set, rows);
	return rows;
}

/* A list of the same rows. */
static inline pm_scenario_set *
listed(const pm_scenario_set *set)
{
	pm_scenario *rows = rows_of(set);
	pm_scenario_set *list = list_of(rows, set->scenarios);

	free(rows);
	return list;
}

/* Whether an issue has this code and these words; no part may be cut short. */
static inline bool
issue_says(const pm_issue *issue, pm_code code, const char *message,
		   const char *detail, const char *hint)
{
	return issue->code == code && strstr(issue->message, message) != NULL &&
		strstr(issue->detail, detail) != NULL && strstr(issue->hint, hint) != NULL &&
		strlen(issue->message) < sizeof issue->message - 1 &&
		strlen(issue->detail) < sizeof issue->detail - 1 &&
		strlen(issue->hint) < sizeof issue->hint - 1;
}

#endif							/* PM_SUPPORT_H */
