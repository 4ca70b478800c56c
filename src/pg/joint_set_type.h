/*
 * joint_set_type.h - making scenario sets of the joint kind.
 */
#ifndef PM_JOINT_SET_TYPE_H
#define PM_JOINT_SET_TYPE_H

#include "compat.h"

#include "core/joint_set.h"

/* Moves as they are given: underlyings in any order. */
typedef struct PmJointMoves
{
	uint32		scenarios;
	uint32		underlyings;
	const pm_text *names;
	/* The move of an underlying in a scenario, both from 0. */
	pm_scenario (*move) (const void *context, uint32 underlying, uint32 scenario);
	const void *context;
} PmJointMoves;

/*
 * False, with the issue, unless they make a set; else it is palloc'd, with its
 * length set.  Answers to cancel.
 */
extern bool pm_make_joint_set(const PmJointMoves *moves, pm_scenario_set **set,
							  pm_issue *issue);

/* a || b of which one is joint; raises unless both are. */
extern pm_scenario_set *pm_join_joint_sets(const pm_scenario_set *a,
										   const pm_scenario_set *b);

#endif							/* PM_JOINT_SET_TYPE_H */
