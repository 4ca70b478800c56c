/*
 * book_bend.c - how far the loss of a book can bend over a box of shocks.
 *
 * With s = sigma sqrt(T), A = K e^(-rT) and d = d2 under a lognormal model,
 * A = e^(-rT) and d = (F - K)/s under bachelier, a call (w = 1) or put (w = -1)
 * V and U = V/S have
 *
 *                     lognormal                      bachelier
 *     V_SS            A phi(d) / (s S^2)             A phi(d) / s
 *     U_SS - V_SS/S   -2 w A N(w d) / S^3            -2 A (w K N(w d) - s phi(d)) / S^3
 *     V_s             A phi(d)                       A phi(d)
 *     V_ss            A phi(d) (y^2/s^2 - s^2/4)/s   A phi(d) d^2 / s
 *
 * where d2 = y/s - s/2, y = log(S/K) + (r - q) T and d1 d2 = y^2/s^2 - s^2/4
 * (Haug, The Complete Guide to Option Pricing Formulas, 2nd ed., chapter 2).
 * Over a box of S and s the ranges of y and s are known, d rises with y, and
 * phi falls with |d|: that bounds each of them from both sides.  Every range is
 * widened by more than its roundings.
 *
 * Where s = 0 the value is the payoff, and where s is small V_SS is a narrow
 * spike.  There its integral is used: since A phi(d)/(s S) = d/dS (A N(d)), a
 * chord lies above a convex function by at most a quarter of its length times
 * the change of slope.
 */
#include "shocked_book.h"

#include <float.h>
#include <math.h>

#include "normal.h"
#include "sum.h"

/* Relative widening of a bound of phi and of what is made of it: phi magnifies
 * the rounding of d by d^2 < 1500 before it underflows. */
#define WIDEN	1e-10

typedef struct range
{
	double		low;
	double		high;
} range;

/* ------------------------------------------------------------------------
 * Ranges over a box.
 */

static inline double
larger(double a, double b)
{
	return a > b ? a : b;
}

static inline double
smaller(double a, double b)
{
	return a < b ? a : b;
}

static inline bool
lognormal(const pm_curve *c)
{
	return c->option.pricing != PM_BACHELIER;
}

/* y = log(S/K) + (r - q) T, or F - K, over a range of prices. */
static range
money_over(const pm_curve *c, range spot)
{
	const pm_option *o = &c->option;
	range		money;
	double		error;

	if (lognormal(c))
	{
		double		yield = o->pricing == PM_BLACK76 ? o->rate : o->yield;
		double		drift = (o->rate - yield) * o->years;

		money.low = pm_log_ratio(spot.low, o->strike);
		money.high = pm_log_ratio(spot.high, o->strike);
		error = 1 + fabs(money.low) + fabs(money.high) +
			(fabs(o->rate) + fabs(yield)) * o->years;
		money.low += drift;
		money.high += drift;
	}
	else
	{
		money.low = spot.low - o->strike;
		money.high = spot.high - o->strike;
		error = fabs(spot.low) + fabs(spot.high) + fabs(o->strike);
	}
	money.low -= 16 * DBL_EPSILON * error;
	money.high += 16 * DBL_EPSILON * error;
	return money;
}

/* d at one money and s, also in the limit s = 0. */
static double
quantile(const pm_curve *c, double money, double s)
{
	if (s > 0)
		return lognormal(c) ? money / s - 0.5 * s : money / s;
	return money > 0 ? INFINITY : (money < 0 ? -INFINITY : 0);
}

/*
 * d over a box.  It rises with money.  In s, the lognormal y/s - s/2 falls if
 * y >= 0, and rises to its top at s^2 = -2y and falls if y < 0: so the least is
 * at an end, and the greatest at an end or, there, at the top, where d = -s.
 */
static range
quantile_over(const pm_curve *c, range money, range s)
{
	range		d;
	double		top = money.high < 0 ? sqrt(-2 * money.high) : 0;

	d.low = smaller(quantile(c, money.low, s.low), quantile(c, money.low, s.high));
	d.high = larger(quantile(c, money.high, s.low), quantile(c, money.high, s.high));
	if (lognormal(c) && top > s.low && top < s.high)
		d.high = -top;
	return d;
}

static range
density_over(range d)
{
	double		far = larger(fabs(d.low), fabs(d.high));
	double		near = d.low <= 0 && d.high >= 0 ? 0 : smaller(fabs(d.low), fabs(d.high));

	return (range)
	{
		pm_normal_density(far, 1 - WIDEN), pm_normal_density(near, 1 + WIDEN)
	};
}

static range
spot_over(const pm_curve *c, double x0, double x1)
{
	return (range)
	{
		pm_spot_at(c->option.spot, x0), pm_spot_at(c->option.spot, x1)
	};
}

static inline double
square(double x)
{
	return x * x;
}

static inline double
cube(double x)
{
	return x * x * x;
}

/* ------------------------------------------------------------------------
 * Curvature in the price.
 */

/* Over a range of x at one v, for one curve: d2/dx2 = convex + rest. */
typedef struct bend
{
	range		convex;			/* from phi; at least 0 */
	range		rest;			/* of inverse settlement; else 0 */
	double		spike;			/* a chord's height over what `convex` bends */
	double		kink;			/* x of the strike, where s = 0; or NaN */
} bend;

/*
 * unit^2 (-2 w A kappa N(w d) / S^3), kappa being 1 or, under bachelier, K, and
 * there + unit^2 2 A s phi(d) / S^3.
 */
static range
rest_over(const pm_curve *c, double scale, range spot, range d, range phi, double s)
{
	double		sign = c->option.sign;
	double		kappa = sign * (lognormal(c) ? 1 : c->option.strike);
	double		low = 2 * scale / spot.high * square(c->option.spot / spot.high);
	double		high = 2 * scale / spot.low * square(c->option.spot / spot.low);
	range		cdf = {
		pm_normal_cdf(sign > 0 ? d.low : -d.high) * (1 - WIDEN),
		pm_normal_cdf(sign > 0 ? d.high : -d.low) * (1 + WIDEN)
	};
	range		rest;

	if (kappa >= 0)
		rest = (range)
	{
		-kappa * cdf.high * high, -kappa * cdf.low * low
	};
	else
		rest = (range)
	{
		-kappa * cdf.low * low, -kappa * cdf.high * high
	};
	if (!lognormal(c))
	{
		rest.low += s * phi.low * low;
		rest.high += s * phi.high * high;
	}
	return rest;
}

static bend
bend_over(const pm_curve *c, double x0, double x1, double s)
{
	range		spot = spot_over(c, x0, x1);
	range		money = money_over(c, spot);
	range		d = quantile_over(c, money, (range)
	{
		s, s
	}
			);
	range		phi = density_over(d);
	double		unit = fabs(c->option.spot);	/* dS/dx */
	double		scale = lognormal(c) ? c->strike_value : c->carried;
	bend		b = {.kink = NAN};

	if (c->inverse)
		b.rest = rest_over(c, scale, spot, d, phi, s);

	/* unit / S before anything is squared: S^2 may underflow. */
	if (s > 0)
	{
		range		step = {
			lognormal(c) ? unit / spot.high : unit, lognormal(c) ? unit / spot.low : unit
		};
		range		mass = {
			scale / (c->inverse ? spot.high : 1) * step.low,
			scale / (c->inverse ? spot.low : 1) * step.high
		};

		b.convex.low = mass.low * step.low * (phi.low / s);
		b.convex.high = mass.high * step.high * (phi.high / s);
		b.spike = INFINITY;
		if (b.convex.high * (x1 - x0) > mass.high)
			b.spike = mass.high * (x1 - x0) / 4 *
				(pm_normal_cdf(d.high) - pm_normal_cdf(d.low) + 4 * DBL_EPSILON);
	}
	else if (money.low < 0 && money.high > 0 && unit > 0 && x1 > x0)
	{
		double		strike = lognormal(c) ? c->strike_value / c->carried : c->option.strike;

		/* The slope of the payoff changes by `carried` at once. */
		b.kink = smaller(larger((strike - c->option.spot) / unit, x0), x1);
		b.convex.high = INFINITY;
		b.spike = unit * c->carried / (c->inverse ? strike : 1) *
			((b.kink - x0) * (x1 - b.kink) / (x1 - x0));
	}
	return b;
}

pm_lift
pm_book_lift(const pm_shocked_book *book, double x0, double x1, double v)
{
	pm_scenario scenario = pm_region_scenario(book->region, 0, v);
	double		width = x1 - x0;
	pm_sum		quadratic = {0, 0};
	double		positive = 0;	/* what is above 0 in that sum */
	double		deepest = 0;
	pm_lift		lift = {0, 0, NAN};

	if (!(width > 0))
		return lift;

	/* -inverse/(1 + x) bends by -2 inverse/(1 + x)^3. */
	pm_sum_add(&quadratic, -2 * book->inverse / cube(1 + (book->inverse > 0 ? x1 : x0)));
	positive = fabs(quadratic.sum);
	for (uint32_t i = 0; i < book->curves; i++)
	{
		const pm_curve *c = &book->curve[i];
		double		weight = c->weight;
		bend		b = bend_over(c, x0, x1, pm_volatility_at(c, &scenario) * c->sqrt_years);
		double		term;

		/* What is long sags below its chord, what is short rises above it. */
		if (weight < 0)
			term = weight * (b.convex.low + b.rest.low);
		else if (b.spike < b.convex.high * width * width / 8)
		{
			term = weight * b.rest.high;
			lift.constant += weight * b.spike;
			if (weight * b.spike > deepest && b.kink > x0 && b.kink < x1)
			{
				deepest = weight * b.spike;
				lift.kink = b.kink;
			}
		}
		else
			term = weight * (b.convex.high + b.rest.high);
		pm_sum_add(&quadratic, term);
		if (term > 0)
			positive += term;
	}
	lift.quadratic = larger(0, pm_sum_value(&quadratic) + WIDEN * positive);
	lift.constant *= 1 + WIDEN;
	return lift;
}

/* ------------------------------------------------------------------------
 * Slope and curvature in the volatility.
 */

/* Over a box, for one curve: d/dv and d2/dv2. */
typedef struct vol_terms
{
	range		slope;
	range		bend;
} vol_terms;

/*
 * phi(d) (y^2/s^2 - s^2/4) / s, or phi(d) d^2 / s.  As d1 = d2 + s, phi(d2) d1 d2
 * is within phi(d) d^2 + s phi(d) |d|, and phi(d) d^2 <= 0.2936, phi(d) |d| <=
 * 0.2420: a better bound where d covers much.
 */
static range
vol_bend_over(const pm_curve *c, range money, range s, range phi)
{
	double		far = larger(fabs(money.low), fabs(money.high));
	double		near = money.low <= 0 && money.high >= 0
		? 0 : smaller(fabs(money.low), fabs(money.high));
	double		quarter = lognormal(c) ? 0.25 : 0;
	double		most = square(far / s.low) * (1 + WIDEN) -
		quarter * s.low * s.low * (1 - WIDEN);
	double		least = square(near / s.high) * (1 - WIDEN) -
		quarter * s.high * s.high * (1 + WIDEN);
	double		reach = lognormal(c) ? 0.2420 * s.high : 0;
	range		bend;

	bend.high = smaller(most > 0 ? phi.high * most : phi.low * most, 0.2936 + reach);
	bend.low = larger(least < 0 ? phi.high * least : phi.low * least, -reach);
	bend.high /= bend.high > 0 ? s.low : s.high;
	bend.low /= bend.low < 0 ? s.low : s.high;
	return bend;
}

/* A range times a range of factors from low to high, both at least 0. */
static range
times(range r, double low, double high)
{
	return (range)
	{
		r.low * (r.low < 0 ? high : low), r.high * (r.high < 0 ? low : high)
	};
}

static vol_terms
vol_terms_over(const pm_curve *c, double x0, double x1,
			   const pm_scenario *down, const pm_scenario *up)
{
	range		spot = spot_over(c, x0, x1);
	range		money = money_over(c, spot);
	range		s = {pm_volatility_at(c, down) * c->sqrt_years, pm_volatility_at(c, up) * c->sqrt_years};
	range		phi = density_over(quantile_over(c, money, s));
	double		scale = lognormal(c) ? c->strike_value : c->carried;
	double		slope = c->sqrt_years * c->vol_slope * (1 + WIDEN);
	double		least = c->sqrt_years * c->least_vol_slope * (1 - WIDEN);
	double		low = scale / (c->inverse ? spot.high : 1);
	double		high = scale / (c->inverse ? spot.low : 1);
	vol_terms	t;

	/* It stops at 0: then the volatility may be still on a part of the box. */
	if (s.low > 0)
	{
		t.slope = times((range)
		{
			phi.low * least, phi.high * slope
		}
			,low, high);
		t.bend = times(vol_bend_over(c, money, s, phi), low * least * least,
					   high * slope * slope);
	}
	else
	{
		t.slope = (range)
		{
			0, s.high > 0 ? phi.high * high * slope : 0
		};
		t.bend = (range)
		{
			s.high > 0 ? -INFINITY : 0, s.high > 0 ? INFINITY : 0
		};
	}
	return t;
}

pm_drift
pm_book_drift(const pm_shocked_book *book, double x0, double x1, double v0, double v1)
{
	pm_scenario down = pm_region_scenario(book->region, 0, v0);
	pm_scenario up = pm_region_scenario(book->region, 0, v1);
	pm_sum		fall = {0, 0},
				rise = {0, 0},
				bend = {0, 0};
	double		gross = 0,
				gross_bend = 0;
	pm_drift	drift;

	/* Of the profit: rise, fall and bend are the loss's, with signs turned. */
	for (uint32_t i = 0; i < book->curves; i++)
	{
		const pm_curve *c = &book->curve[i];
		double		w = c->weight;
		vol_terms	t = vol_terms_over(c, x0, x1, &down, &up);

		pm_sum_add(&rise, -w * (w > 0 ? t.slope.low : t.slope.high));
		pm_sum_add(&fall, w * (w > 0 ? t.slope.high : t.slope.low));
		pm_sum_add(&bend, w * (w > 0 ? t.bend.high : t.bend.low));
		gross += fabs(w) * t.slope.high;
		gross_bend += fabs(w) * larger(t.bend.high, -t.bend.low);
	}
	/* Where infinities meet, nothing is known. */
	drift.rise = larger(0, pm_sum_value(&rise) + WIDEN * gross);
	drift.fall = larger(0, pm_sum_value(&fall) + WIDEN * gross);
	drift.bend = larger(0, pm_sum_value(&bend) + WIDEN * gross_bend);
	if (isnan(drift.bend))
		drift.bend = INFINITY;
	return drift;
}
