/*
 * volatility_surface.h - implied volatility by expiry and strike, in compact
 * form.
 *
 * A surface is one flat image, the stored value of SQL's volatility_surface;
 * the header's first word belongs to the server.  Layout, native byte order,
 * everything aligned to 8:
 *
 *   header   pm_surface
 *   slices   pm_slice, one per expiry, ascending
 *   numbers  per slice:
 *            STRIKE, MONEYNESS  `count` points, ascending, then `count`
 *                               volatilities
 *            SVI                pm_svi
 *
 * Each expiry has points of its own, as listed options do.
 *
 * Between the points of an expiry the volatility follows Steffen's monotone
 * cubic (Steffen, Astronomy and Astrophysics 239, 1990), so that it never
 * leaves the two marks it lies between; beyond them it is flat.  SVI follows
 * its formula everywhere.  Between expiries total variance, volatility^2 times
 * the years from as_of, is linear in time: at the same moneyness, or at the
 * same strike where the points are strikes.  Before the first and after the
 * last expiry the volatility is flat in time.
 */
#ifndef PM_VOLATILITY_SURFACE_H
#define PM_VOLATILITY_SURFACE_H

#include <stdint.h>

#include "instant.h"
#include "issue.h"
#include "svi.h"

#define PM_SURFACE_VERSION	1

/* More expiries, or more points of one, are refused. */
#define PM_SURFACE_EXPIRIES	256
#define PM_SURFACE_POINTS	1024

/*
 * No number of a surface may be larger than this, and no two points closer
 * than its inverse: then no interpolation overflows.
 */
#define PM_SURFACE_LARGEST	1e100

typedef enum pm_axis
{
	PM_AXIS_STRIKE,
	PM_AXIS_MONEYNESS,			/* strike / forward */
	PM_AXIS_SVI					/* parameters; log(strike / forward) */
} pm_axis;

typedef struct pm_slice
{
	pm_instant	expiry;
	uint32_t	first;			/* of its numbers among all */
	uint32_t	count;			/* points; 1 for SVI */
} pm_slice;

typedef struct pm_surface
{
	int32_t		server_header;
	uint8_t		version;
	uint8_t		axis;			/* a pm_axis */
	uint16_t	reserved;		/* 0 */
	uint32_t	expiries;
	uint32_t	numbers;
	uint64_t	fingerprint;	/* of axis, as_of and slices with their numbers */
	pm_instant	as_of;
} pm_surface;

/* What a surface is made of: slices in order, each with its expiry and count,
 * and their numbers one after the other.  `first` is not read. */
typedef struct pm_surface_parts
{
	pm_axis		axis;
	pm_instant	as_of;
	uint32_t	expiries;
	const pm_slice *slices;
	const double *numbers;
} pm_surface_parts;

/* Numbers that a slice of `count` points takes. */
static inline uint32_t
pm_slice_width(pm_axis axis, uint32_t count)
{
	return axis == PM_AXIS_SVI ? PM_SVI_PARAMETERS : 2 * count;
}

/*
 * Checks the parts (false, with the issue) and gives the size in bytes of
 * their surface; pm_surface_fill, given that much memory, writes it.  Refused
 * is what is not a surface; arbitrage is not (surface_check.h finds it), for
 * real marks contain some.
 */
extern bool pm_surface_size(const pm_surface_parts *parts, size_t *size, pm_issue *issue);
extern void pm_surface_fill(pm_surface *surface, const pm_surface_parts *parts);

/*
 * Whether `bytes` bytes are an image that is safe to read.  Its numbers and
 * its fingerprint are taken on trust: readers of outside forms make surfaces
 * anew and check them.
 */
extern bool pm_surface_valid(const pm_surface *surface, size_t bytes);

extern size_t pm_surface_bytes(const pm_surface *surface);

static inline const pm_slice *
pm_surface_slices(const pm_surface *surface)
{
	return (const pm_slice *) (surface + 1);
}

static inline const double *
pm_slice_numbers(const pm_surface *surface, const pm_slice *slice)
{
	return (const double *) (pm_surface_slices(surface) + surface->expiries) + slice->first;
}

/* Whether a volatility can be asked for here: false, with the issue, if not.
 * A NaN forward is none, which only a surface by strike can do without. */
extern bool pm_surface_check(const pm_surface *surface, double strike, double forward,
							 pm_instant expiry, pm_issue *issue);

/*
 * The volatility at a strike and expiry for which pm_surface_check has no
 * issue; `forward` is that of the underlying for the expiry, not read by a
 * surface by strike.  Pure; uses IEEE + - * / sqrt and elementary.h only.
 */
extern double pm_surface_volatility(const pm_surface *surface, double strike,
									double forward, pm_instant expiry);

/* The same of one of its expiries; x is what the axis counts. */
extern double pm_slice_volatility(const pm_surface *surface, const pm_slice *slice, double x);

/* Equality by content, and a total order that agrees with it: by as_of, axis,
 * number of expiries, then expiry by expiry, number by number. */
extern bool pm_surface_equal(const pm_surface *a, const pm_surface *b);
extern int	pm_surface_compare(const pm_surface *a, const pm_surface *b);

#endif							/* PM_VOLATILITY_SURFACE_H */
