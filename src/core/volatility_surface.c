/*
 * volatility_surface.c - the compact form of a volatility surface, and the
 * volatility at a point of it.
 */
#include "volatility_surface.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "elementary.h"

/* ---- Making one ---- */

static bool
fail_number(const char *message, const char *hint, uint32_t expiry, const char *what,
			double value, pm_issue *issue)
{
	char		number[PM_NUMBER_SIZE];

	return pm_fail(issue, PM_INVALID_VALUE, message, hint, "Expiry %u: %s is %s.",
				   expiry, what, pm_number(number, value));
}

/* Finite and not beyond what interpolation can bear. */
static bool
check_size(double value, uint32_t expiry, const char *what, pm_issue *issue)
{
	if (!isfinite(value))
		return fail_number("a number of the surface is not finite",
						   "Give finite numbers; leave a point without a mark out.",
						   expiry, what, value, issue);
	if (fabs(value) > PM_SURFACE_LARGEST)
		return fail_number("a number of the surface is too large",
						   "Numbers may reach 1e100.", expiry, what, value, issue);
	return true;
}

/* The points and volatilities of expiry number `expiry`. */
static bool
check_marks(pm_axis axis, const double *points, uint32_t count, uint32_t expiry, pm_issue *issue)
{
	const char *name = axis == PM_AXIS_STRIKE ? "a strike" : "a moneyness";
	const double *volatilities = points + count;

	for (uint32_t i = 0; i < count; i++)
	{
		if (!check_size(points[i], expiry, name, issue) ||
			!check_size(volatilities[i], expiry, "a volatility", issue))
			return false;
		if (axis == PM_AXIS_MONEYNESS && points[i] <= 0)
			return fail_number("moneyness must be positive",
							   "Moneyness is strike / forward: 1 is at the money.",
							   expiry, name, points[i], issue);
		if (volatilities[i] < 0)
			return fail_number("volatility must not be negative",
							   "Give it as a fraction, 0.20 for 20 %, or in price units for bachelier.",
							   expiry, "a volatility", volatilities[i], issue);
		if (i > 0 && !(points[i] - points[i - 1] >= 1 / PM_SURFACE_LARGEST))
		{
			char		one[PM_NUMBER_SIZE],
						next[PM_NUMBER_SIZE];

			return pm_fail(issue, PM_INVALID_VALUE,
						   axis == PM_AXIS_STRIKE ? "strikes must ascend" : "moneyness must ascend",
						   "Sort the points, and give each one once.",
						   "Expiry %u: %s follows %s.", expiry,
						   pm_number(next, points[i]), pm_number(one, points[i - 1]));
		}
	}
	return true;
}

static bool
check_svi(const double *numbers, uint32_t expiry, pm_issue *issue)
{
	static const char *const names[PM_SVI_PARAMETERS] = {"a", "b", "rho", "m", "sigma"};
	pm_svi		svi;
	double		least;

	for (int i = 0; i < PM_SVI_PARAMETERS; i++)
		if (!check_size(numbers[i], expiry, names[i], issue))
			return false;
	memcpy(&svi, numbers, sizeof svi);
	if (svi.b < 0)
		return fail_number("SVI parameter \"b\" must not be negative",
						   "b is the slope of the wings of total variance.",
						   expiry, "b", svi.b, issue);
	if (fabs(svi.rho) > 1)
		return fail_number("SVI parameter \"rho\" must lie between -1 and 1",
						   "rho tilts the smile: negative where low strikes have the higher volatility.",
						   expiry, "rho", svi.rho, issue);
	if (svi.sigma <= 0)
		return fail_number("SVI parameter \"sigma\" must be positive",
						   "sigma rounds the bottom of the smile; it is not a volatility.",
						   expiry, "sigma", svi.sigma, issue);
	least = pm_svi_least_variance(&svi);
	if (least < 0)
		return fail_number("SVI total variance must not be negative",
						   "Raise a: its least value is a + b sigma sqrt(1 - rho^2).",
						   expiry, "the least total variance", least, issue);
	return true;
}

static bool
check_expiry(const pm_surface_parts *parts, uint32_t i, pm_issue *issue)
{
	pm_instant	expiry = parts->slices[i].expiry;
	uint32_t	count = parts->slices[i].count;

	if (expiry == PM_INSTANT_LOW || expiry == PM_INSTANT_HIGH)
		return pm_fail(issue, PM_INVALID_VALUE, "an expiry of the surface must be finite",
					   "Give the instant at which the options expire.",
					   "Expiry %u is infinite.", i + 1);
	if (expiry <= parts->as_of)
		return pm_fail(issue, PM_INVALID_VALUE, "an expiry of the surface must be after as_of",
					   "Leave out what has expired: total variance needs time.",
					   "Expiry %u is not after as_of.", i + 1);
	if (i > 0 && expiry <= parts->slices[i - 1].expiry)
		return pm_fail(issue, PM_INVALID_VALUE, "the expiries of a surface must ascend",
					   "Sort them, and give each one once.",
					   "Expiry %u is not after expiry %u.", i + 1, i);
	if (count < 1)
		return pm_fail(issue, PM_INVALID_VALUE, "an expiry of the surface has no mark",
					   "Give at least one volatility for it, or leave the expiry out.",
					   "Expiry %u has 0 volatilities.", i + 1);
	if (count > PM_SURFACE_POINTS)
		return pm_fail(issue, PM_LIMIT, "an expiry of the surface has too many points",
					   "Use fewer strikes.", "Expiry %u has %u points; the limit is %d.",
					   i + 1, count, PM_SURFACE_POINTS);
	return true;
}

bool
pm_surface_size(const pm_surface_parts *parts, size_t *size, pm_issue *issue)
{
	const double *numbers = parts->numbers;

	if (parts->as_of == PM_INSTANT_LOW || parts->as_of == PM_INSTANT_HIGH)
		return pm_fail(issue, PM_INVALID_VALUE, "as_of of a surface must be finite",
					   "Give the instant at which the volatilities were marked.",
					   "as_of is infinite.");
	if (parts->expiries < 1)
		return pm_fail(issue, PM_INVALID_VALUE, "a surface needs at least one expiry",
					   "Give one or more expiries with their volatilities.",
					   "It has 0 expiries.");
	if (parts->expiries > PM_SURFACE_EXPIRIES)
		return pm_fail(issue, PM_LIMIT, "a surface has too many expiries",
					   "Leave out expiries that no position has.",
					   "It has %u expiries; the limit is %d.",
					   parts->expiries, PM_SURFACE_EXPIRIES);
	for (uint32_t i = 0; i < parts->expiries; i++)
	{
		if (!check_expiry(parts, i, issue))
			return false;
		if (parts->axis == PM_AXIS_SVI
			? !check_svi(numbers, i + 1, issue)
			: !check_marks(parts->axis, numbers, parts->slices[i].count, i + 1, issue))
			return false;
		numbers += pm_slice_width(parts->axis, parts->slices[i].count);
	}
	*size = sizeof(pm_surface) + parts->expiries * sizeof(pm_slice) +
		(size_t) (numbers - parts->numbers) * sizeof(double);
	return true;
}

void
pm_surface_fill(pm_surface *surface, const pm_surface_parts *parts)
{
	pm_slice   *slices = (pm_slice *) (surface + 1);
	double	   *numbers = (double *) (slices + parts->expiries);
	uint64_t	hash = pm_hash_word(0, parts->axis);
	uint32_t	used = 0;

	hash = pm_hash_word(hash, (uint64_t) parts->as_of);
	for (uint32_t i = 0; i < parts->expiries; i++)
	{
		uint32_t	width = pm_slice_width(parts->axis, parts->slices[i].count);

		slices[i] = (pm_slice)
		{
			parts->slices[i].expiry, used, parts->slices[i].count
		};
		hash = pm_hash_word(hash, (uint64_t) slices[i].expiry);
		hash = pm_hash_word(hash, slices[i].count);
		for (uint32_t n = used; n < used + width; n++)
		{
			numbers[n] = parts->numbers[n] + 0.0;	/* -0 is 0 */
			hash = pm_hash_word(hash, pm_bits(numbers[n]));
		}
		used += width;
	}
	*surface = (pm_surface)
	{
		.version = PM_SURFACE_VERSION, .axis = parts->axis,
			.expiries = parts->expiries, .numbers = used,
			.fingerprint = hash, .as_of = parts->as_of
	};
}

/* ---- The image ---- */

bool
pm_surface_valid(const pm_surface *surface, size_t bytes)
{
	const pm_slice *slices = pm_surface_slices(surface);
	uint32_t	used = 0;

	if (bytes < sizeof *surface || surface->version != PM_SURFACE_VERSION ||
		surface->reserved != 0 || surface->axis > PM_AXIS_SVI || surface->expiries < 1 ||
		surface->expiries > PM_SURFACE_EXPIRIES ||
		surface->numbers > 2 * PM_SURFACE_EXPIRIES * PM_SURFACE_POINTS ||
		bytes != pm_surface_bytes(surface))
		return false;
	for (uint32_t i = 0; i < surface->expiries; i++)
	{
		uint32_t	count = slices[i].count;

		if (slices[i].first != used || count < 1 ||
			count > (surface->axis == PM_AXIS_SVI ? 1 : PM_SURFACE_POINTS))
			return false;
		used += pm_slice_width(surface->axis, count);
	}
	return used == surface->numbers;
}

size_t
pm_surface_bytes(const pm_surface *surface)
{
	return sizeof *surface + surface->expiries * sizeof(pm_slice) +
		surface->numbers * sizeof(double);
}

bool
pm_surface_equal(const pm_surface *a, const pm_surface *b)
{
	/* Equal content is equal bytes after the server's word: no number is -0 or
	 * NaN, and nothing is padding. */
	return a->fingerprint == b->fingerprint && a->expiries == b->expiries &&
		a->numbers == b->numbers &&
		memcmp(&a->version, &b->version,
			   pm_surface_bytes(a) - offsetof(pm_surface, version)) == 0;
}

/* NaN, which only a damaged image has, sorts last and equals itself. */
static int
compare_numbers(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) - isnan(b);
	return (a > b) - (a < b);
}

#define COMPARE(a, b) \
	do \
	{ \
		if ((a) != (b)) \
			return (a) < (b) ? -1 : 1; \
	} while (0)

int
pm_surface_compare(const pm_surface *a, const pm_surface *b)
{
	const pm_slice *slice_a = pm_surface_slices(a);
	const pm_slice *slice_b = pm_surface_slices(b);

	COMPARE(a->as_of, b->as_of);
	COMPARE(a->axis, b->axis);
	COMPARE(a->expiries, b->expiries);
	for (uint32_t i = 0; i < a->expiries; i++, slice_a++, slice_b++)
	{
		const double *numbers_a = pm_slice_numbers(a, slice_a);
		const double *numbers_b = pm_slice_numbers(b, slice_b);

		COMPARE(slice_a->expiry, slice_b->expiry);
		COMPARE(slice_a->count, slice_b->count);
		for (uint32_t n = 0; n < pm_slice_width(a->axis, slice_a->count); n++)
		{
			int			order = compare_numbers(numbers_a[n], numbers_b[n]);

			if (order != 0)
				return order;
		}
	}
	return 0;
}

/* ---- A volatility ---- */

/* Steffen's slope at a point, his equation (11), from the slopes s and widths
 * h of the intervals on its left and right. */
static double
steffen_slope(double s_left, double h_left, double s_right, double h_right)
{
	double		size = 0.5 * fabs((s_left * h_right + s_right * h_left) / (h_left + h_right));

	size = fabs(s_left) < size ? fabs(s_left) : size;
	size = fabs(s_right) < size ? fabs(s_right) : size;
	return copysign(size, s_left) + copysign(size, s_right);
}

/*
 * Steffen's cubic through (x[i], y[i]), flat outside; at the ends its slope is
 * that of the chord.  The same as GSL's gsl_interp_steffen, written here
 * because a cell needs the same bits everywhere.
 */
static double
steffen(const double *x, const double *y, uint32_t count, double at)
{
	uint32_t	i = 0,
				after = count - 1;
	double		h,
				rise,
				slope,
				left,
				right,
				t,
				value,
				low,
				high;

	if (!(at > x[0]))
		return y[0];
	if (at >= x[after])
		return y[after];
	while (after - i > 1)
	{
		uint32_t	middle = (i + after) / 2;

		if (at < x[middle])
			after = middle;
		else
			i = middle;
	}
	h = x[after] - x[i];
	rise = y[after] - y[i];
	slope = rise / h;
	left = i == 0 ? slope
		: steffen_slope((y[i] - y[i - 1]) / (x[i] - x[i - 1]), x[i] - x[i - 1], slope, h);
	right = after == count - 1 ? slope
		: steffen_slope(slope, h, (y[after + 1] - y[after]) / (x[after + 1] - x[after]),
						x[after + 1] - x[after]);
	left *= h;
	right *= h;
	t = (at - x[i]) / h;
	value = y[i] + t * (left + t * ((3 * rise - 2 * left - right) + t * (left + right - 2 * rise)));
	/* Rounding must not take it past a mark. */
	low = rise < 0 ? y[after] : y[i];
	high = rise < 0 ? y[i] : y[after];
	return value < low ? low : (value > high ? high : value);
}

double
pm_slice_volatility(const pm_surface *surface, const pm_slice *slice, double x)
{
	const double *numbers = pm_slice_numbers(surface, slice);
	pm_svi		svi;

	if (surface->axis != PM_AXIS_SVI)
		return steffen(numbers, numbers + slice->count, slice->count, x);
	memcpy(&svi, numbers, sizeof svi);
	return sqrt(pm_svi_variance(&svi, x) / pm_years_between(surface->as_of, slice->expiry));
}

bool
pm_surface_check(const pm_surface *surface, double strike, double forward,
				 pm_instant expiry, pm_issue *issue)
{
	bool		relative = surface->axis != PM_AXIS_STRIKE;
	char		number[PM_NUMBER_SIZE];

	if (!isfinite(strike) || (relative && strike <= 0))
		return pm_fail(issue, PM_INVALID_VALUE,
					   relative ? "argument \"strike\" must be a positive number for this surface"
					   : "argument \"strike\" must be a finite number",
					   "Give the strike in price units.",
					   "strike is %s.", pm_number(number, strike));
	if (relative && isnan(forward))
		return pm_fail(issue, PM_NULL_VALUE,
					   "argument \"forward\" is needed for a surface by moneyness",
					   "Give the forward price of the underlying for this expiry.",
					   "forward is null or NaN.");
	if (relative && (isinf(forward) || forward <= 0))
		return pm_fail(issue, PM_INVALID_VALUE,
					   "argument \"forward\" must be a positive number for this surface",
					   "Give the forward price of the underlying for this expiry.",
					   "forward is %s.", pm_number(number, forward));
	if (expiry == PM_INSTANT_LOW || expiry == PM_INSTANT_HIGH)
		return pm_fail(issue, PM_INVALID_VALUE, "argument \"expiry\" must be finite",
					   "Give the instant at which the option expires.",
					   "expiry is infinite.");
	if (expiry < surface->as_of)
		return pm_fail(issue, PM_INVALID_VALUE,
					   "argument \"expiry\" is before the surface's as_of",
					   "Use the surface of an earlier day, or leave out what has expired.",
					   "expiry is %.6f days too early.",
					   pm_years_between(expiry, surface->as_of) * 365);
	return true;
}

double
pm_surface_volatility(const pm_surface *surface, double strike, double forward,
					  pm_instant expiry)
{
	const pm_slice *slices = pm_surface_slices(surface);
	uint32_t	before = 0,
				after = surface->expiries;
	double		x = strike,
				years,
				start,
				end,
				from,
				to;

	if (surface->axis == PM_AXIS_MONEYNESS)
		x = strike / forward;
	else if (surface->axis == PM_AXIS_SVI)
		x = pm_log_ratio(strike, forward);

	/* The first expiry that is not before the one asked for. */
	while (before < after)
	{
		uint32_t	middle = (before + after) / 2;

		if (slices[middle].expiry < expiry)
			before = middle + 1;
		else
			after = middle;
	}
	if (after == surface->expiries)
		return pm_slice_volatility(surface, &slices[after - 1], x);
	if (after == 0 || slices[after].expiry == expiry)
		return pm_slice_volatility(surface, &slices[after], x);

	/* Total variance is linear in time between two expiries. */
	years = pm_years_between(surface->as_of, expiry);
	start = pm_years_between(surface->as_of, slices[after - 1].expiry);
	end = pm_years_between(surface->as_of, slices[after].expiry);
	from = pm_slice_volatility(surface, &slices[after - 1], x);
	to = pm_slice_volatility(surface, &slices[after], x);
	from *= from * start;
	to *= to * end;
	return sqrt((from + (to - from) * ((years - start) / (end - start))) / years);
}
