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

#endif							/* PM_SCENARIO_SET_IO_H */
