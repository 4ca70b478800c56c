/*
 * joint_set_io.h - the joint kind of scenario sets, for scenario_set_io.c: the
 * text after its name, the message after its kind.
 */
#ifndef PM_JOINT_SET_IO_H
#define PM_JOINT_SET_IO_H

#include "compat.h"

#include "lib/stringinfo.h"

#include "core/scenario_set.h"

#include "text_reader.h"

extern bool pm_read_joint_set(PmReader *r, pm_scenario_set **set);
extern void pm_write_joint_set(StringInfo out, const pm_scenario_set *set);
extern pm_scenario_set *pm_receive_joint_set(StringInfo in);
extern void pm_send_joint_set(StringInfo out, const pm_scenario_set *set);

#endif							/* PM_JOINT_SET_IO_H */
