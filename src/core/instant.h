/*
 * instant.h - points in time, and the years between them.
 */
#ifndef PM_INSTANT_H
#define PM_INSTANT_H

#include <stdint.h>

/* An instant: microseconds since any epoch, the two extremes being infinite. */
typedef int64_t pm_instant;

#define PM_INSTANT_LOW	INT64_MIN
#define PM_INSTANT_HIGH	INT64_MAX

/* From one finite instant to another, ACT/365F, from the microsecond. */
static inline double
pm_years_between(pm_instant from, pm_instant to)
{
	/* Wide: from 4713 BC to 294276 AD is more than 64 bits of microseconds. */
	return (double) ((__int128) to - from) / (365.0 * 86400e6);
}

#endif							/* PM_INSTANT_H */
