/*
 * scenario_set_io.h - text and binary forms of a scenario set, for the forms
 * of types that contain one.
 */
#ifndef PM_SCENARIO_SET_IO_H
#define PM_SCENARIO_SET_IO_H

#include "compat.h"

#include "lib/stringinfo.h"

#include "core/scenario_set.h"

#include "text_reader.h"

/* False, with the issue; else a palloc'd set with its length set. */
extern bool pm_parse_scenario_set(const char *text, pm_scenario_set **set, pm_issue *issue);
extern void pm_write_scenario_set(StringInfo out, const pm_scenario_set *set);

/* The same for messages; a malformed one raises an error. */
extern pm_scenario_set *pm_receive_scenario_set(StringInfo in);
extern void pm_send_scenario_set(StringInfo out, const pm_scenario_set *set);

/* ---- For scenario_set_io.c and joint_set_io.c ---- */

/* A named number: its default is NaN where it must be given, Infinity for NULL. */
typedef struct PmArgument
{
	const char *name;
	double		standard;
} PmArgument;

/* The numbers of a scenario, in the order of pm_scenario; stickiness comes last. */
#define PM_ROW_ARGUMENTS	(offsetof(pm_scenario, stickiness) / sizeof(double))

extern const PmArgument pm_row_arguments[PM_ROW_ARGUMENTS];

/* Which of the names, which lie `stride` bytes apart, comes next, whole; or -1. */
extern int	pm_next_name(PmReader *r, const char *first, size_t stride, int count);
extern bool pm_read_stickiness(PmReader *r, pm_stickiness *stickiness);
extern void pm_write_number(StringInfo out, double x);

/* The joint kind: the text after its name, the message after its kind. */
extern bool pm_read_joint_set(PmReader *r, pm_scenario_set **set);
extern void pm_write_joint_set(StringInfo out, const pm_scenario_set *set);
extern pm_scenario_set *pm_receive_joint_set(StringInfo in);
extern void pm_send_joint_set(StringInfo out, const pm_scenario_set *set);

#endif							/* PM_SCENARIO_SET_IO_H */
