/*
 * scenario_set.h - an ordered, validated list of scenarios in compact form.
 *
 * A set is one flat image, the stored value of SQL's scenario_set; the header's
 * first word belongs to the server.  A common set has parts, each a generator
 * kept as its parameters or a list of rows; what a joint set has instead:
 * joint_set.h.  Layout, native byte order, everything aligned to 8:
 *
 *   header  pm_scenario_set
 *   part    pm_scenario_part, then `size` bytes:
 *           LIST  count pm_scenario rows
 *           GRID  price_range, price_steps, vol_power, days, vol shocks...
 *           TIMS  down, up
 *           SPAN  price_range, vol_range, extreme_multiple, cover, days
 *
 * Two sets are equal when their rows are, however they were made.
 */
#ifndef PM_SCENARIO_SET_H
#define PM_SCENARIO_SET_H

#include <stdint.h>

#include "scenario.h"

#define PM_MAX_SCENARIOS		100000
#define PM_SCENARIO_SET_VERSION	1

/* How scenario n of different underlyings relate (design: common or joint). */
typedef enum pm_set_kind
{
	PM_SET_COMMON,				/* each underlying meets its scenarios by itself */
	PM_SET_JOINT				/* a scenario moves every underlying at once */
} pm_set_kind;

typedef enum pm_part_type
{
	PM_PART_LIST,
	PM_PART_GRID,
	PM_PART_TIMS,
	PM_PART_SPAN
} pm_part_type;

/* Fixed parameters of a part, before a grid's volatility shocks. */
#define PM_GRID_PARAMETERS	4
#define PM_TIMS_PARAMETERS	2
#define PM_SPAN_PARAMETERS	5

/* Points of the fixed grids. */
#define PM_TIMS_SCENARIOS	10
#define PM_SPAN_SCENARIOS	16

typedef struct pm_scenario_part
{
	uint32_t	type;			/* a pm_part_type */
	uint32_t	count;			/* scenarios */
	uint64_t	size;			/* bytes that follow */
} pm_scenario_part;

typedef struct pm_scenario_set
{
	int32_t		server_header;
	uint8_t		version;
	uint8_t		kind;			/* a pm_set_kind */
	uint8_t		unit_weights;	/* 1 if every weight is 1 */
	uint8_t		reserved;		/* 0 */
	uint32_t	scenarios;
	uint32_t	parts;			/* of a common set; 0 of a joint one */
	uint64_t	fingerprint;	/* of kind and rows */
} pm_scenario_set;

/* Parameters of the generators; the defaults are SQL's. */
typedef struct pm_grid
{
	double		price_range;	/* 0.15: from -15 % to +15 % */
	double		price_steps;	/* each way, a whole number */
	double		vol_power;
	double		days;
	const double *vol_shocks;
	uint32_t	vols;
} pm_grid;

typedef struct pm_span
{
	double		price_range;
	double		vol_range;		/* absolute points */
	double		extreme_multiple;
	double		cover;			/* weight of the two extreme moves */
	double		days;
} pm_span;

/*
 * Each checks its input (false, with the issue) and gives the size in bytes of
 * the set with this one part; the matching _fill, given that much memory,
 * writes it.
 */
extern bool pm_list_size(const pm_scenario *rows, uint64_t count, size_t *size, pm_issue *issue);
extern bool pm_grid_size(const pm_grid *grid, size_t *size, pm_issue *issue);
extern bool pm_tims_size(double down, double up, size_t *size, pm_issue *issue);
extern bool pm_span_size(const pm_span *span, size_t *size, pm_issue *issue);

extern void pm_list_fill(pm_scenario_set *set, const pm_scenario *rows, uint64_t count);
extern void pm_grid_fill(pm_scenario_set *set, const pm_grid *grid);
extern void pm_tims_fill(pm_scenario_set *set, double down, double up);
extern void pm_span_fill(pm_scenario_set *set, const pm_span *span);

/* All scenarios of common sets, in order, as one set. */
extern bool pm_join_size(const pm_scenario_set *const *sets, uint32_t count,
						 size_t *size, pm_issue *issue);
extern void pm_join_fill(pm_scenario_set *joined,
						 const pm_scenario_set *const *sets, uint32_t count);

/*
 * What a set is, for a message: its generators with their parameters, lists by
 * their length, and its fingerprint; NULL is no set.  Returns buffer.
 */
#define PM_SET_DESCRIPTION	112

extern const char *pm_set_describe(char buffer[PM_SET_DESCRIPTION],
								   const pm_scenario_set *set);

/*
 * Whether `bytes` bytes are an image that is safe to read.  What is derived
 * (fingerprint, weights being 1) and the rows are taken on trust: readers of
 * outside forms make sets anew and check both.
 */
extern bool pm_set_valid(const pm_scenario_set *set, size_t bytes);

/* The parts of a common set, in order; pm_next_part gives NULL after the last. */
typedef struct pm_part_cursor
{
	const char *next;
	uint32_t	left;
} pm_part_cursor;

extern pm_part_cursor pm_set_parts(const pm_scenario_set *set);
extern const pm_scenario_part *pm_next_part(pm_part_cursor *cursor);
extern const double *pm_part_parameters(const pm_scenario_part *part);
extern size_t pm_set_size(const pm_scenario_set *set);

/* Row `index` (0-based) of a part; the rows of a whole common set. */
extern pm_scenario pm_part_row(const pm_scenario_part *part, uint32_t index);
extern void pm_set_rows(const pm_scenario_set *set, pm_scenario *rows);

/*
 * The column of a set that holds the rows of an underlying: in a common set
 * column 0, whatever its name.  False, with the issue, if a joint set has none.
 */
extern bool pm_set_column(const pm_scenario_set *set, pm_text underlying,
						  uint32_t *column, pm_issue *issue);

/* Row `index` (0-based) of a column; the set must have it. */
extern pm_scenario pm_set_row(const pm_scenario_set *set, uint32_t column, uint32_t index);

/* The rows of a column, in order, as many as the set has scenarios. */
typedef struct pm_row_cursor
{
	const pm_scenario_set *set;
	uint32_t	column;
	uint32_t	next;			/* row of the part, or of a joint set */
	const pm_scenario_part *part;
	pm_part_cursor parts;
} pm_row_cursor;

extern pm_row_cursor pm_column_rows(const pm_scenario_set *set, uint32_t column);
extern pm_scenario pm_next_row(pm_row_cursor *cursor);

/* Equality by kind, underlyings and rows, and a total order that agrees with
 * it: common first, fewer scenarios first, of joint sets the names of the
 * underlyings, then row by row, field by field. */
extern bool pm_set_equal(const pm_scenario_set *a, const pm_scenario_set *b);
extern int	pm_set_compare(const pm_scenario_set *a, const pm_scenario_set *b);

#endif							/* PM_SCENARIO_SET_H */
