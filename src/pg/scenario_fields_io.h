/*
 * scenario_fields_io.h - what the text forms of scenario sets of both kinds share:
 * the names of fields, numbers, stickiness.
 */
#ifndef PM_SCENARIO_FIELDS_IO_H
#define PM_SCENARIO_FIELDS_IO_H

#include "compat.h"

#include "lib/stringinfo.h"

#include "core/scenario_set.h"

#include "text_reader.h"

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

#endif							/* PM_SCENARIO_FIELDS_IO_H */
