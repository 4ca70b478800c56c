/*
 * joint_set.h - scenario sets of the joint kind: scenario n is one state of
 * the world and has a move for each underlying that the set names.
 *
 * The image of such a set, native byte order, everything aligned to 8:
 *
 *   header      pm_scenario_set, without parts
 *   joint       pm_joint
 *   columns     pm_joint_column, one per underlying, by name in byte order
 *   names       each filled up with zeros to a multiple of 8
 *   moves       per underlying: one pm_scenario with the fields that are the
 *               same in all scenarios (the others 0), then for each other field,
 *               in the order of pm_scenario, one number per scenario
 *
 * So a set of price moves takes 8 bytes per scenario and underlying.  What an
 * image holds follows from its moves alone: sets with the same moves have the
 * same bytes, in whatever order their underlyings were given.
 */
#ifndef PM_JOINT_SET_H
#define PM_JOINT_SET_H

#include "scenario_set.h"

#define PM_MAX_JOINT_UNDERLYINGS	10000

/* Fields of a scenario, by which the masks below count: bit f is field f. */
#define PM_SCENARIO_FIELDS	(sizeof(pm_scenario) / 8)

typedef struct pm_joint
{
	uint32_t	underlyings;
	uint32_t	reserved;		/* 0 */
	uint64_t	size;			/* bytes of the set */
	uint64_t	digest;			/* of names and moves, independent of the fingerprint */
} pm_joint;

typedef struct pm_joint_column
{
	uint64_t	moves;			/* offset in the set */
	uint32_t	name;			/* offset in the set */
	uint32_t	name_length;
	uint32_t	fields;			/* mask of those that have a number per scenario */
	uint32_t	reserved;		/* 0 */
} pm_joint_column;

/* Where the moves of a new set come from. */
typedef struct pm_joint_source
{
	uint32_t	scenarios;
	uint32_t	underlyings;
	const pm_text *names;		/* in byte order */
	/* The move of an underlying in a scenario, both from 0. */
	pm_scenario (*move) (const void *context, uint32_t underlying, uint32_t scenario);
	const void *context;
} pm_joint_source;

/*
 * To make a set: pm_joint_limits checks the counts and names; pm_joint_check,
 * for each underlying, its moves, and gives the mask of its fields; with all
 * masks pm_joint_size gives the bytes that pm_joint_fill writes.  False, with
 * the issue, for what cannot be a set.
 */
extern bool pm_joint_limits(const pm_joint_source *source, pm_issue *issue);
extern bool pm_joint_check(const pm_joint_source *source, uint32_t underlying,
						   uint32_t *fields, pm_issue *issue);
extern size_t pm_joint_size(const pm_joint_source *source, const uint32_t *fields);
extern void pm_joint_fill(pm_scenario_set *set, const pm_joint_source *source,
						  const uint32_t *fields);

/* False, with the issue, unless two sets are joint and name the same underlyings. */
extern bool pm_joint_joinable(const pm_scenario_set *a, const pm_scenario_set *b,
							  pm_issue *issue);

/* What pm_set_valid asks of a joint set. */
extern bool pm_joint_valid(const pm_scenario_set *set, size_t bytes);

/* Of a joint set; columns count from 0. */
static inline const pm_joint *
pm_joint_of(const pm_scenario_set *set)
{
	return (const pm_joint *) (set + 1);
}

extern pm_text pm_joint_name(const pm_scenario_set *set, uint32_t column);
extern uint32_t pm_joint_fields(const pm_scenario_set *set, uint32_t column);
extern bool pm_joint_find(const pm_scenario_set *set, pm_text underlying, uint32_t *column);

/* The rows [first, first + count) of a column. */
extern void pm_joint_rows(const pm_scenario_set *set, uint32_t column,
						  uint32_t first, uint32_t count, pm_scenario *rows);

/* Order of the names of two joint sets, the one with fewer first; 0: the same. */
extern int	pm_joint_compare_names(const pm_scenario_set *a, const pm_scenario_set *b);

/* Whether two joint sets are the same, by 128 bits of hashes: in a time that
 * does not depend on their size, for every addition asks. */
extern bool pm_joint_same(const pm_scenario_set *a, const pm_scenario_set *b);

#endif							/* PM_JOINT_SET_H */
