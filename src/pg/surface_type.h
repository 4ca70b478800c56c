/*
 * surface_type.h - values and arguments of type volatility_surface.
 */
#ifndef PM_SURFACE_TYPE_H
#define PM_SURFACE_TYPE_H

#include "compat.h"

#include "lib/stringinfo.h"

#include "core/volatility_surface.h"

/* The surface in a datum, detoasted and found sound. */
extern const pm_surface *pm_datum_surface(Datum datum);

#define PG_GETARG_SURFACE(n) pm_datum_surface(PG_GETARG_DATUM(n))

/* The surface of the parts as a value; false, with the issue. */
extern bool pm_make_surface(const pm_surface_parts *parts, pm_surface **surface, pm_issue *issue);

/* An instant as the text form writes it, in UTC whatever the session's zone. */
extern void pm_write_instant(StringInfo out, pm_instant instant);

#endif							/* PM_SURFACE_TYPE_H */
