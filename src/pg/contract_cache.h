/*
 * contract_cache.h - each distinct contract and scenario set is worked out
 * once per call site.
 *
 * The transition function of an aggregate has one call site for all groups of
 * a query, so a book of a million positions in five thousand contracts values
 * five thousand.  The cache holds pure values keyed by all their inputs, so
 * entries never go stale; it is bounded, and what does not fit is worked out
 * again, with the same bytes.
 */
#ifndef PM_CONTRACT_CACHE_H
#define PM_CONTRACT_CACHE_H

#include "call.h"

#include "line_list.h"

/* The set that came last if these bytes, which may be anything, are the same. */
extern const PmSetCache *pm_known_set(const PmCall *call, const pm_scenario_set *set, Size size);

/* The set with its rows; valid until the next call of this function. */
extern const PmSetCache *pm_remember_set(PmCall *call, const pm_scenario_set *set, Size size);

/*
 * P&L of one contract of a checked position in every scenario of a set, into
 * set->pnls; answers to cancel.
 */
extern void pm_value_contract(const pm_position *position, const PmSetCache *set);

/*
 * The line of a checked position under a set (NULL: totals only), worked out
 * or remembered; raises if its values are out of range.  A line without a
 * number is valid until the next call, others until the lines are forgotten.
 * Of a joint set the scenarios are left for later, if the line can be kept.
 */
extern const PmLine *pm_line_of(PmCall *call, const pm_position *position,
								const PmSetCache *set);

/*
 * All amounts of a line under a joint set: kept, or valid until the next call of
 * a function here; and the same only if they are kept, or there is room to (NULL
 * otherwise).  Both answer to cancel and raise what is out of range.
 */
extern const pm_line *pm_joint_amounts(PmJointLine *joint);
extern const pm_line *pm_joint_kept(PmJointLine *joint);

/* Adds a quantity of a line; false, with the issue, as pm_risk_add_line. */
extern bool pm_add_line(pm_risk_array **array, const pm_allocator *allocator,
						const PmLine *line, double quantity, pm_issue *issue);

/*
 * For what is remembered beside the contracts and goes when they do, at a call
 * of pm_remember_set: the memory, and a copy in it, or NULL if it is full.
 */
extern MemoryContext pm_cache_context(PmCall *call);
extern void *pm_cache_bytes(PmCall *call, const void *bytes, Size size);

#endif							/* PM_CONTRACT_CACHE_H */
