/*
 * surface_check.c - static arbitrage in a volatility surface.
 */
#include "surface_check.h"

#include <string.h>

#include "elementary.h"
#include "option.h"

/* Less than this, of the forward or of total variance, is rounding. */
#define ROUNDING	1e-12

/* The same of Durrleman's g, which is 1 where the smile is flat. */
#define ROUNDING_G	1e-9

/* How far and how finely an SVI smile is looked at. */
#define REACH		5.0
#define STEPS		2000

typedef struct check
{
	const pm_surface *surface;
	const pm_slice *slices;
	const double *forwards;		/* NULL: all are 1 */
	bool		normal;			/* bachelier */
	pm_finding_taker take;
	void	   *context;
} check;

static void
report(const check *c, pm_arbitrage kind, uint32_t slice, double point,
	   double amount, double rounding)
{
	pm_finding	finding = {kind, slice, point, amount};

	if (amount > rounding)
		c->take(c->context, &finding);
}

/* ---- Grids ---- */

static double
forward_of(const check *c, uint32_t slice)
{
	return c->forwards == NULL ? 1 : c->forwards[slice];
}

static double
total_variance(const check *c, uint32_t slice, double x)
{
	double		v = pm_slice_volatility(c->surface, &c->slices[slice], x);

	return v * v * pm_years_between(c->surface->as_of, c->slices[slice].expiry);
}

/* An undiscounted call at a point of an expiry. */
static double
call_price(const check *c, uint32_t slice, double x)
{
	pm_option	call = {
		.sign = 1, .spot = forward_of(c, slice), .strike = x,
		.years = pm_years_between(c->surface->as_of, c->slices[slice].expiry),
		.volatility = pm_slice_volatility(c->surface, &c->slices[slice], x),
		.pricing = c->normal ? PM_BACHELIER : PM_BLACK76
	};

	return pm_option_price(&call);
}

/* Butterflies and call spreads of one expiry. */
static void
check_prices(const check *c, uint32_t slice)
{
	const double *x = pm_slice_numbers(c->surface, &c->slices[slice]);
	uint32_t	count = c->slices[slice].count;
	double		forward = forward_of(c, slice);
	bool		has_left = !c->normal;
	double		left = 0,		/* strike 0, where the call is the forward */
				left_price = forward,
				price = call_price(c, slice, x[0]);

	for (uint32_t i = 0; i < count; i++)
	{
		double		rounding = ROUNDING * (fabs(forward) + fabs(x[i]) + price);
		bool		has_right = i + 1 < count;
		double		right = has_right ? x[i + 1] : 0;
		double		right_price = has_right ? call_price(c, slice, right) : 0;

		if (has_left && has_right)
			report(c, PM_BUTTERFLY, slice, x[i],
				   price - (left_price * (right - x[i]) + right_price * (x[i] - left)) /
				   (right - left), rounding);
		if (has_left)
		{
			report(c, PM_VERTICAL, slice, x[i], price - left_price, rounding);
			report(c, PM_VERTICAL, slice, x[i], left_price - price - (x[i] - left), rounding);
		}
		has_left = true;
		left = x[i];
		left_price = price;
		price = right_price;
	}
}

/* The point of one expiry with the same moneyness as `x` of another. */
static double
carried(const check *c, double x, uint32_t from, uint32_t to)
{
	double		before = forward_of(c, from);
	double		after = forward_of(c, to);

	return c->normal ? x + (after - before) : x * (after / before);
}

/* Total variance against the expiry before, at the marks of both. */
static void
check_time(const check *c, uint32_t slice)
{
	const double *early = pm_slice_numbers(c->surface, &c->slices[slice - 1]);
	const double *late = pm_slice_numbers(c->surface, &c->slices[slice]);
	uint32_t	early_left = c->slices[slice - 1].count,
				late_left = c->slices[slice].count;

	while (early_left > 0 || late_left > 0)
	{
		double		x,
					y,
					before;

		/* Marks of both are one point. */
		y = early_left > 0 ? carried(c, *early, slice - 1, slice) : INFINITY;
		if (late_left > 0 && *late <= y)
		{
			x = *late == y ? *early : carried(c, *late, slice, slice - 1);
			if (*late == y)
				early++, early_left--;
			y = *late++;
			late_left--;
		}
		else
		{
			x = *early++;
			early_left--;
		}
		before = total_variance(c, slice - 1, x);
		report(c, PM_CALENDAR, slice, y, before - total_variance(c, slice, y),
			   ROUNDING * before);
	}
}

/* ---- SVI ---- */

static pm_svi
svi_of(const check *c, uint32_t slice)
{
	pm_svi		svi;

	memcpy(&svi, pm_slice_numbers(c->surface, &c->slices[slice]), sizeof svi);
	return svi;
}

/* A function of k whose least value is sought: of one smile or of two. */
typedef double (*smile_function) (const pm_svi *smiles, double k);

/*
 * Durrleman's condition, Gatheral and Jacquier's (2.1):
 * g = (1 - k w'/(2w))^2 - w'^2/4 (1/w + 1/4) + w''/2.
 */
static double
durrleman(const pm_svi *p, double k)
{
	double		y = k - p->m;
	double		root = sqrt(y * y + p->sigma * p->sigma);
	double		w = pm_svi_variance(p, k);
	double		slope = p->b * (p->rho + y / root);
	double		bend = p->b * (p->sigma / root) * (p->sigma / root) / root;
	double		lean = 1 - k * slope / (2 * w);

	/* Without variance a call is its payoff, whose density is not negative. */
	if (w == 0)
		return INFINITY;
	return lean * lean - slope * slope / 4 * (1 / w + 0.25) + bend / 2;
}

/* How far total variance rises from the first smile to the second. */
static double
rise(const pm_svi *smiles, double k)
{
	return pm_svi_variance(&smiles[1], k) - pm_svi_variance(&smiles[0], k);
}

/* Least value of f between low and high, by golden sections; *at is where. */
static double
golden_minimum(smile_function f, const pm_svi *smiles, double low, double high, double *at)
{
	const double share = 0.38196601125010515;	/* (3 - sqrt(5)) / 2 */
	double		a = low + share * (high - low),
				b = high - share * (high - low),
				fa = f(smiles, a),
				fb = f(smiles, b);

	for (int i = 0; i < 60; i++)
		if (fa < fb)
		{
			high = b;
			b = a;
			fb = fa;
			a = low + share * (high - low);
			fa = f(smiles, a);
		}
		else
		{
			low = a;
			a = b;
			fa = fb;
			b = high - share * (high - low);
			fb = f(smiles, b);
		}
	*at = fa < fb ? a : b;
	return fa < fb ? fa : fb;
}

static double
sinh_inverse(double x)
{
	double		size = fabs(x);

	return copysign(pm_log(size + sqrt(size * size + 1)), x);
}

static double
sinh_of(double x)
{
	return 0.5 * (pm_exp(x) - pm_exp(-x));
}

/*
 * Least value of f on |k| <= REACH, with the points k = m + sigma sinh(t) of
 * `grid`: equal steps of t are fine around m and coarse far from it.
 */
static double
least(smile_function f, const pm_svi *smiles, const pm_svi *grid, double *at)
{
	double		from = sinh_inverse((-REACH - grid->m) / grid->sigma);
	double		to = sinh_inverse((REACH - grid->m) / grid->sigma);
	double		k[3] = {-REACH, -REACH, -REACH};
	double		value[3] = {INFINITY, INFINITY, INFINITY};
	double		best = INFINITY;

	/* One more than there are points, so that the last is in the middle once. */
	for (int i = 0; i <= STEPS + 1; i++)
	{
		k[0] = k[1];
		k[1] = k[2];
		value[0] = value[1];
		value[1] = value[2];
		k[2] = grid->m + grid->sigma * sinh_of(from + (to - from) * i / STEPS);
		if (i == 0 || k[2] < -REACH)
			k[2] = -REACH;
		if (i >= STEPS || k[2] > REACH)
			k[2] = REACH;
		value[2] = f(smiles, k[2]);
		if (value[1] < best)
		{
			best = value[1];
			*at = k[1];
		}
		/* A valley between three points may be deeper than its lowest one. */
		if (i > 1 && value[1] < value[0] && value[1] <= value[2])
		{
			double		where;
			double		depth = golden_minimum(f, smiles, k[0], k[2], &where);

			if (depth < best)
			{
				best = depth;
				*at = where;
			}
		}
	}
	return best;
}

static void
check_smile(const check *c, uint32_t slice)
{
	pm_svi		svi = svi_of(c, slice);
	double		at = 0;
	double		g = least(durrleman, &svi, &svi, &at);

	report(c, PM_BUTTERFLY, slice, at, -g, ROUNDING_G);
	report(c, PM_WING, slice, -INFINITY, svi.b * (1 - svi.rho) - 2, ROUNDING);
	report(c, PM_WING, slice, INFINITY, svi.b * (1 + svi.rho) - 2, ROUNDING);
}

/* Against the expiry before, with the fine points of either. */
static void
check_smile_time(const check *c, uint32_t slice)
{
	pm_svi		smiles[2] = {svi_of(c, slice - 1), svi_of(c, slice)};
	double		at[2] = {0, 0};
	double		rises[2];
	int			i;

	for (i = 0; i < 2; i++)
		rises[i] = least(rise, smiles, &smiles[i], &at[i]);
	i = rises[1] < rises[0];
	report(c, PM_CALENDAR, slice, at[i], -rises[i],
		   ROUNDING * pm_svi_variance(&smiles[0], at[i]));
	report(c, PM_CALENDAR, slice, -INFINITY,
		   smiles[0].b * (1 - smiles[0].rho) - smiles[1].b * (1 - smiles[1].rho), ROUNDING);
	report(c, PM_CALENDAR, slice, INFINITY,
		   smiles[0].b * (1 + smiles[0].rho) - smiles[1].b * (1 + smiles[1].rho), ROUNDING);
}

/* ---- Both ---- */

static bool
check_forwards(const pm_surface *surface, const double *forwards, uint32_t count,
			   bool normal, pm_issue *issue)
{
	char		number[PM_NUMBER_SIZE];

	if (forwards == NULL)
		return pm_fail(issue, PM_NULL_VALUE,
					   "argument \"forwards\" is needed for a surface by strike",
					   "Give the forward price of the underlying for each of its expiries.",
					   "forwards is null.");
	if (count != surface->expiries)
		return pm_fail(issue, PM_INVALID_VALUE,
					   "argument \"forwards\" must have one element per expiry",
					   "Give the forward price of the underlying for each of its expiries.",
					   "It has %u for %u.", count, surface->expiries);
	for (uint32_t i = 0; i < count; i++)
	{
		const pm_slice *slice = &pm_surface_slices(surface)[i];
		double		strike = *pm_slice_numbers(surface, slice);

		if (!isfinite(forwards[i]) || fabs(forwards[i]) > PM_SURFACE_LARGEST ||
			(!normal && forwards[i] <= 0))
			return pm_fail(issue, PM_INVALID_VALUE,
						   normal ? "a forward must be a finite number up to 1e100"
						   : "a forward must be a positive number up to 1e100",
						   "Give the forward price of the underlying for each of its expiries.",
						   "Forward %u is %s.", i + 1, pm_number(number, forwards[i]));
		if (!normal && strike <= 0)
			return pm_fail(issue, PM_INVALID_VALUE,
						   "a strike of a lognormal surface must be positive",
						   "Ask with pricing => 'bachelier' if the volatilities are that model's.",
						   "The first strike of expiry %u is %s.",
						   i + 1, pm_number(number, strike));
	}
	return true;
}

bool
pm_surface_findings(const pm_surface *surface, const double *forwards, uint32_t count,
					pm_pricing pricing, pm_finding_taker take, void *context, pm_issue *issue)
{
	bool		by_strike = surface->axis == PM_AXIS_STRIKE;
	check		c = {
		.surface = surface, .slices = pm_surface_slices(surface),
		.forwards = by_strike ? forwards : NULL,
		.normal = pricing == PM_BACHELIER, .take = take, .context = context
	};

	if (by_strike && !check_forwards(surface, forwards, count, c.normal, issue))
		return false;
	if (!by_strike && c.normal)
		return pm_fail(issue, PM_INVALID_VALUE,
					   "a surface by moneyness is lognormal",
					   "Leave pricing out, or make a surface by strike.",
					   "pricing is bachelier.");
	for (uint32_t i = 0; i < surface->expiries; i++)
	{
		bool		svi = surface->axis == PM_AXIS_SVI;

		(svi ? check_smile : check_prices) (&c, i);
		if (i > 0)
			(svi ? check_smile_time : check_time) (&c, i);
	}
	return true;
}
