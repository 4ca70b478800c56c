/*
 * surfaces.h - what the tests of surfaces share: surfaces on the heap, each in
 * a block of exactly its size, and days as instants.
 */
#ifndef PM_TEST_SURFACES_H
#define PM_TEST_SURFACES_H

#include "core/volatility_surface.h"
#include "support.h"

/* An arbitrary instant, from which expiries are counted in days. */
#define AS_OF	INT64_C(826646400123456)
#define DAY		INT64_C(86400000000)

static inline pm_instant
after(double days)
{
	return AS_OF + (pm_instant) (days * DAY);
}

/* The surface of parts that must be good. */
static inline pm_surface *
surface_of(const pm_surface_parts *parts)
{
	pm_issue	issue = {0};
	size_t		size;
	pm_surface *surface;

	if (!pm_surface_size(parts, &size, &issue))
	{
		printf("a surface is refused: %s: %s\n", issue.message, issue.detail);
		abort();
	}
	surface = malloc(size);
	memset(surface, 0x5a, size);
	pm_surface_fill(surface, parts);
	CHECK(pm_surface_bytes(surface) == size && pm_surface_valid(surface, size),
		  "a new surface is not valid");
	return surface;
}

/* A rectangular grid: `days` per expiry, and marks by expiry and point. */
static inline pm_surface *
grid_surface(pm_axis axis, const double *days, uint32_t expiries,
			 const double *points, uint32_t count, const double *marks)
{
	pm_slice	slices[PM_SURFACE_EXPIRIES];
	double	   *numbers = malloc(2 * expiries * count * sizeof(double));
	pm_surface_parts parts = {axis, AS_OF, expiries, slices, numbers};
	pm_surface *surface;

	for (uint32_t i = 0; i < expiries; i++)
	{
		slices[i] = (pm_slice)
		{
			after(days[i]), 0, count
		};
		memcpy(numbers + 2 * i * count, points, count * sizeof(double));
		memcpy(numbers + (2 * i + 1) * count, marks + i * count, count * sizeof(double));
	}
	surface = surface_of(&parts);
	free(numbers);
	return surface;
}

static inline pm_surface *
svi_of(const double *days, uint32_t expiries, const pm_svi *smiles)
{
	pm_slice	slices[PM_SURFACE_EXPIRIES];
	pm_surface_parts parts = {PM_AXIS_SVI, AS_OF, expiries, slices, (const double *) smiles};

	for (uint32_t i = 0; i < expiries; i++)
		slices[i] = (pm_slice)
	{
		after(days[i]), 0, 1
	};
	return surface_of(&parts);
}

#endif							/* PM_TEST_SURFACES_H */
