/*
 * american.c - from the exercise boundary to value and Greeks.
 *
 * A put with strike 1 at m = S/K is worth its European value and
 *
 *     p(m) = int_0^T r e^(-rv) Phi(-d-) - q m e^(-qv) Phi(-d+) dv,
 *
 * the income on the strike, less that on the asset, while exercised: d- and d+
 * for a price m and a strike c = b(T - v).  With a lower boundary the same
 * integral along it is taken away.  A call is S puts on the other asset: its
 * value is that of a put with m = K/S and rate and yield exchanged (McDonald
 * and Schroder, A parity result for American options, J. Comp. Finance 1,
 * 1998).
 *
 * As in american_boundary.c, v = T - tau0 cos(theta)^2 up to the time tau0 to
 * which a boundary is known, t = tan(theta/2), and m e^(-qv) phi(d+) = c A.
 */
#include "american.h"

#include <math.h>

#include "black_scholes.h"
#include "nodes.h"
#include "normal.h"

#define PANEL_NODES		16
#define MOST_PANELS		64

/* Of pm_boundary_difficulty: from here on the best fixed time to exercise is
 * worth as much as the best rule, where the boundary's equation has failed. */
#define ALMOST_CERTAIN	1e5

/* The premium of a put with strike 1 and its derivatives. */
typedef struct premium
{
	double		value;
	double		slope;			/* d/dm */
	double		bend;			/* d2/dm2 */
	double		speed;			/* d3/dm3 */
	double		by[PM_INPUTS];
	double		slope_by_volatility;
} premium;

static double
carry_yield(const pm_option *o)
{
	return o->pricing == PM_BLACK76 ? o->rate : o->yield;
}

/* ------------------------------------------------------------------------
 * The boundaries.
 */

static double
gap(const pm_american *a, double root)
{
	return pm_boundary_log(&a->boundary[0], root) -
		pm_boundary_log(&a->boundary[1], root);
}

static bool
solve_both(pm_american *a, double years, bool slopes)
{
	a->boundary[0].years = a->boundary[1].years = years;
	return pm_boundary_solve(&a->boundary[0], a->accuracy, slopes) &&
		pm_boundary_solve(&a->boundary[1], a->accuracy, slopes);
}

/* The time to expiry at which two solved boundaries that cross do so. */
static double
crossing(const pm_american *a)
{
	double		low = 0;
	double		high = 1;

	for (int i = 0; i < 60; i++)
	{
		double		middle = 0.5 * (low + high);

		if (gap(a, middle) > 0)
			low = middle;
		else
			high = middle;
	}
	return a->boundary[0].years * low * low;
}

/*
 * Two boundaries approach each other and may meet; beyond that time there is
 * none, and soon after it the equations have no solution or a false one.  So
 * this comes from short times, and a crossing counts if it is close to the time
 * for which the equations were solved.  Gives that time, expiry if they do not
 * meet before, or 0 if it is not found.
 */
static double
time_of_meeting(pm_american *a)
{
	double		start = gap(a, 0) / (4 * a->option.volatility);
	double		years = a->option.years;
	double		apart = 0;		/* they have not met by then */
	double		beyond = INFINITY;	/* they have met before that */

	if (start * start < years)
		years = start * start;
	while (apart < (1 - 1e-4) * beyond)
	{
		double		next = 0;

		if (!solve_both(a, years, false))
			beyond = years;
		else if (gap(a, 1) < 0)
		{
			double		met = crossing(a);

			if (met > 0.9 * years)
				return years;
			beyond = years;
			next = 1.05 * met;
		}
		else if (years == a->option.years)
			return years;
		else
			apart = years;
		if (beyond == INFINITY)
			next = 2 * years < a->option.years ? 2 * years : a->option.years;
		years = next > apart ? next : 0.5 * (apart + beyond);
		if (!(years > 1e-9 * a->option.years))
			break;
	}
	return 0;
}

/* The search is made with the coarse boundaries. */
static void
solve_until_met(pm_american *a, bool slopes)
{
	pm_american coarse = *a;
	double		years;

	coarse.accuracy = PM_GRID;
	years = time_of_meeting(&coarse);
	a->failed = !(years > 0) || !solve_both(a, years, slopes);
	if (!a->failed && gap(a, 1) < 0)
		a->known = crossing(a);
	else if (years < a->option.years)
		a->failed = true;
}

/* ln(rate / yield) where a boundary starts there at expiry; 0 where it starts at
 * the strike, or too near it to matter. */
static double
limit_at_ratio(const pm_option *o, double rate, double yield)
{
	double		limit = rate < 0 || yield > rate
		? pm_log_ratio(fabs(rate), fabs(yield)) : 0;

	return limit < -1e-4 * o->volatility * sqrt(o->years) ? limit : 0;
}

static bool
solve_ordinary(pm_american *a, double rate, double yield)
{
	a->ordinary = (pm_ordinary)
	{
		.volatility = a->option.volatility, .rate = rate, .yield = yield,
			.years = a->option.years, .log_limit = limit_at_ratio(&a->option, rate, yield)
	};
	return pm_ordinary_solve(&a->ordinary);
}

void
pm_american_prepare(pm_american *a, const pm_option *o, pm_accuracy accuracy,
					bool slopes)
{
	double		rate = o->sign < 0 ? o->rate : carry_yield(o);
	double		yield = o->sign < 0 ? carry_yield(o) : o->rate;
	pm_boundary b;
	double		limit;
	pm_boundary *at_ratio;		/* the one that starts there */

	a->option = *o;
	a->accuracy = accuracy;
	a->failed = false;
	a->certain = !(o->volatility * sqrt(o->years) > 0);
	a->is_ordinary = false;
	a->boundaries = 0;
	a->known = o->years;
	/* Without income on the strike nothing is gained by exercising early. */
	if (a->certain || (rate <= 0 && yield >= rate))
		return;
	a->is_ordinary = accuracy == PM_GRID && !slopes && rate >= 0 &&
		solve_ordinary(a, rate, yield);
	if (a->is_ordinary)
		return;

	b = (pm_boundary)
	{
		.volatility = o->volatility, .rate = rate, .yield = yield,
			.years = o->years, .side = -1
	};
	a->boundary[0] = b;
	b.side = 1;
	a->boundary[1] = b;
	a->boundaries = rate < 0 ? 2 : 1;
	at_ratio = &a->boundary[a->boundaries - 1];
	limit = limit_at_ratio(o, rate, yield);
	if (limit < 0)
	{
		at_ratio->log_limit = limit;
		at_ratio->limit_slope[PM_INPUT_RATE] = 1 / rate;
		at_ratio->limit_slope[PM_INPUT_YIELD] = -1 / yield;
	}
	if (a->boundaries == 2)
		solve_until_met(a, slopes);
	else
		a->failed = !pm_boundary_solve(&a->boundary[0], accuracy, slopes);

	/* Volatility too small against drift to make a boundary of its own. */
	if (a->failed && pm_boundary_difficulty(&b) > ALMOST_CERTAIN)
	{
		a->failed = false;
		a->certain = true;
		a->boundaries = 0;
	}
}

/* Whether a put with strike 1 at ln m is exercised now. */
static bool
is_exercised(const pm_american *a, double log_m)
{
	double		place;

	if (a->boundaries == 0 || a->known < a->option.years)
		return false;
	place = sqrt(a->known / a->boundary[0].years);
	return log_m <= pm_boundary_log(&a->boundary[0], place) &&
		(a->boundaries == 1 || log_m >= pm_boundary_log(&a->boundary[1], place));
}

/* ------------------------------------------------------------------------
 * The integral.
 */

/* How fine the integral is cut: see make_panels. */
typedef struct cut
{
	double		most;			/* change of d- over one panel */
	double		flat;			/* beyond this |d-| nothing happens */
	double		widest;			/* panel; the boundary itself is not smooth at expiry */
} cut;

static const cut cuts[] = {
	[PM_GRID] = {5, 5, 1},
	[PM_EXACT] = {3, 8.5, 0.25}
};

static double
elapsed(const pm_american *a, double t, double *cosine)
{
	double		f = 1 / (1 + t * t);
	double		sine = 2 * t * f;

	*cosine = (1 - t * t) * f;
	return (a->option.years - a->known) + a->known * sine * sine;
}

/* d- at t. */
static double
quantile_at(const pm_american *a, const pm_boundary *b, double log_m, double t)
{
	double		cosine;
	double		v = elapsed(a, t, &cosine);
	double		stdev = b->volatility * sqrt(v);
	double		distance = log_m + (b->rate - b->yield) * v -
		pm_boundary_log(b, cosine * sqrt(a->known / b->years));

	return pm_bounded_quantile(distance / stdev - 0.5 * stdev);
}

/*
 * t where |(ln(m/b) + (r - q) v) / sqrt(v)| is least, drift leading away from the
 * boundary; 1 if that is after expiry.
 */
static double
turning_point(const pm_american *a, const pm_boundary *b, double log_m)
{
	double		away = log_m - pm_boundary_log(b, sqrt(a->known / b->years));
	double		drift = b->rate - b->yield;
	double		share = drift != 0
		? (away / drift - (a->option.years - a->known)) / a->known : 1;

	/* sin(theta)^2 = share, tan(theta/2) = sin / (1 + cos) */
	return share > 0 && share < 1 ? sqrt(share) / (1 + sqrt(1 - share)) : 1;
}

/*
 * Cuts [0, 1] into panels over each of which the quantile changes little, or
 * which lie where the integrand is flat: it is as smooth as the quantile, which
 * changes fast close to the boundary, and where drift prevails over
 * volatility.  Returns how many.
 */
static int
make_panels(const pm_american *a, const pm_boundary *b, double log_m,
			double edges[MOST_PANELS + 1])
{
	const cut  *cut = &cuts[a->accuracy];
	double		before = log_m > pm_boundary_log(b, sqrt(a->known / b->years)) ? cut->flat : -cut->flat;
	double		turn = turning_point(a, b, log_m);
	double		width = cut->widest;
	int			count = 0;

	edges[0] = 0;
	while (edges[count] < 1)
	{
		double		end = edges[count] < turn ? turn : 1;
		double		edge = edges[count] + width < end ? edges[count] + width : end;
		double		after = quantile_at(a, b, log_m, edge);

		if ((before < cut->flat || after < cut->flat) &&
			(before > -cut->flat || after > -cut->flat) &&
			fabs(after - before) > cut->most &&
			width > 1e-9 && count < MOST_PANELS - 1)
		{
			width /= 2;
			continue;
		}
		count++;
		edges[count] = count < MOST_PANELS ? edge : 1;
		before = after;
		width = 2 * width < cut->widest ? 2 * width : cut->widest;
	}
	return count;
}

/* The integrand over the panel from low to high. */
static void
fill_panel(const pm_american *a, const pm_boundary *b, double low, double high,
		   double log_m, pm_integrand *t)
{
	double		scale = sqrt(a->known / b->years);

	t->count = PANEL_NODES;
	for (int k = 0; k < PANEL_NODES; k++)
	{
		double		at = low + (high - low) * pm_gauss_node_16[k];
		double		cosine;

		t->root[k] = sqrt(elapsed(a, at, &cosine));
		t->place[k] = cosine * scale;
		/* dv = 2 tau0 sin cos d theta, d theta = 2 dt / (1 + t^2), sin = 2t / (1 + t^2) */
		t->weight[k] = -b->side * 8 * a->known * at * cosine / ((1 + at * at) * (1 + at * at)) *
			(high - low) * pm_gauss_weight_16[k];
	}
	pm_integrand_fill(b, log_m, -1, t);
}

/* Adds what one panel gives to each derivative: see american_boundary.c. */
static void
add_derivatives(premium *p, const pm_boundary *b, const pm_integrand *t, double m)
{
	double		sigma = b->volatility;
	double		r = b->rate;
	double		q = b->yield;

	for (int i = 0; i < t->count; i++)
	{
		double		c = t->boundary[i];
		double		density = t->density[i];
		double		minus = t->minus[i];
		double		stdev = sigma * t->root[i];
		double		v = t->root[i] * t->root[i];
		double		plus = minus + stdev;
		double		gain = r - q * c;
		double		k = 1 / stdev;
		double		curve = gain * plus * k + q * c;
		double		moved[PM_INPUTS];	/* d ln c */

		for (int input = 0; input < PM_INPUTS; input++)
			moved[input] = pm_boundary_slope(b, t->place[i], (pm_input) input);

		p->slope -= (gain * density * k + q * t->asset[i]) / m;
		p->bend += density * k * curve / (m * m);
		p->speed += density * k * (gain * k * k - (minus * k + 2) * curve) / (m * m * m);
		p->by[PM_INPUT_VOLATILITY] += density * (gain * minus + r * stdev) / sigma;
		p->by[PM_INPUT_RATE] += (1 - r * v) * t->strike[i] - gain * density * v * k;
		p->by[PM_INPUT_YIELD] += gain * density * v * k - (1 - q * v) * t->asset[i];
		for (int input = 0; input < PM_INPUTS; input++)
			p->by[input] += gain * density * k * moved[input];
		p->slope_by_volatility -= density / m *
			(gain * k * (minus * plus - 1) / sigma + q * c * minus / sigma +
			 gain * minus * k * k * moved[PM_INPUT_VOLATILITY]);
	}
}

/* Fills the premium; `derivatives`: more than its value. */
static void
integrate(const pm_american *a, double log_m, bool derivatives, premium *p)
{
	double		edges[MOST_PANELS + 1];
	double		m = pm_exp(log_m);
	pm_integrand t;

	*p = (premium)
	{
		.value = 0
	};
	for (int i = 0; i < a->boundaries; i++)
	{
		const pm_boundary *b = &a->boundary[i];
		int			panels = make_panels(a, b, log_m, edges);

		for (int j = 0; j < panels; j++)
		{
			fill_panel(a, b, edges[j], edges[j + 1], log_m, &t);
			for (int k = 0; k < t.count; k++)
				p->value += b->rate * t.strike[k] - b->yield * t.asset[k];
			if (derivatives)
				add_derivatives(p, b, &t, m);
		}
	}
}

/* ------------------------------------------------------------------------
 * Puts and calls.
 */

/*
 * Without uncertainty the best time to exercise is now, at expiry, or where
 * the present value of the payoff K e^(-rt) - S e^(-qt) is largest between; at
 * expiry, too, where it never pays.
 */
static double
best_time(const pm_option *o)
{
	double		r = o->rate;
	double		q = carry_yield(o);
	double		sign = o->sign;
	double		best = o->years;
	double		most = sign * (o->spot * pm_exp(-q * best) - o->strike * pm_exp(-r * best));
	double		inner = r * q > 0 && r != q
		? pm_log_ratio(fabs(q) * o->spot, fabs(r) * o->strike) / (q - r) : 0;

	if (inner > 0 && inner < o->years)
	{
		double		value = sign * (o->spot * pm_exp(-q * inner) - o->strike * pm_exp(-r * inner));

		if (value > most)
		{
			best = inner;
			most = value;
		}
	}
	if (sign * (o->spot - o->strike) > most)
	{
		best = 0;
		most = sign * (o->spot - o->strike);
	}
	return most > 0 ? best : o->years;
}

/* ln m of the put that an option is. */
static double
put_moneyness(const pm_option *o)
{
	return o->sign < 0 ? pm_log_ratio(o->spot, o->strike)
		: pm_log_ratio(o->strike, o->spot);
}

static double
price_at(const pm_american *a, double spot)
{
	pm_option	o = a->option;
	double		log_m;
	double		intrinsic;
	double		value;
	premium		p;

	o.spot = spot;
	intrinsic = o.sign * (spot - o.strike);
	if (a->certain)
		o.years = best_time(&o);
	value = pm_black_scholes_price(&o);
	if (a->boundaries == 0)
		return value;
	if (a->failed)
		return NAN;
	log_m = put_moneyness(&o);
	if (is_exercised(a, log_m))
		return intrinsic;
	integrate(a, log_m, false, &p);
	value += (o.sign < 0 ? o.strike : spot) * p.value;
	/* Never less than exercising now, or than a European option. */
	return value < intrinsic ? intrinsic : value;
}

/* As many prices of the underlying at a time. */
#define BLOCK	32

static void
european_prices(const pm_option *o, const double *spots, uint32_t count, double *prices)
{
	pm_states	states;

	states.count = count;
	states.alike = true;
	states.rate[0] = o->rate;
	states.years[0] = o->years;
	for (uint32_t i = 0; i < count; i++)
	{
		states.spot[i] = spots[i];
		states.volatility[i] = o->volatility;
	}
	pm_states_fill_up(&states);
	pm_black_scholes_values(o, &states);
	for (uint32_t i = 0; i < count; i++)
		prices[i] = states.value[i];
}

/* Where there is nothing extraordinary. */
static void
ordinary_prices(const pm_american *a, const double *spots, uint32_t count, double *prices)
{
	const pm_option *o = &a->option;
	double		log_b = pm_ordinary_log(&a->ordinary);
	double		log_m[BLOCK];
	double		premiums[BLOCK];

	european_prices(o, spots, count, prices);
	for (uint32_t i = 0; i < count; i++)
		log_m[i] = o->sign < 0 ? pm_log_ratio(spots[i], o->strike)
			: pm_log_ratio(o->strike, spots[i]);
	pm_ordinary_premiums(&a->ordinary, log_m, count, premiums);
	for (uint32_t i = 0; i < count; i++)
	{
		double		intrinsic = o->sign * (spots[i] - o->strike);
		double		value = prices[i] + (o->sign < 0 ? o->strike : spots[i]) * premiums[i];

		prices[i] = log_m[i] <= log_b || value < intrinsic ? intrinsic : value;
	}
}

void
pm_american_prices(const pm_american *a, const double *spots, size_t count, double *prices)
{
	if (a->is_ordinary)
		for (size_t i = 0; i < count; i += BLOCK)
			ordinary_prices(a, spots + i, count - i < BLOCK ? (uint32_t) (count - i) : BLOCK,
							prices + i);
	else
		for (size_t i = 0; i < count; i++)
			prices[i] = price_at(a, spots[i]);
}

/* Greeks of an option that is exercised at a time known now, before expiry. */
static void
exercised_greeks(pm_option o, double years, pm_greeks *g)
{
	o.years = years;
	pm_black_scholes_greeks(&o, g);
	g->theta = g->charm = 0;
}

/* Adds the premium of a put (m = S/K) or a call (m = K/S). */
static void
add_premium(const pm_option *o, const premium *p, double m, pm_greeks *g)
{
	double		r = o->rate;
	double		q = carry_yield(o);
	double		spot = o->spot;
	double		variance = o->volatility * o->volatility;
	double		scale = o->sign < 0 ? o->strike : spot;
	double		by_rate = scale * p->by[o->sign < 0 ? PM_INPUT_RATE : PM_INPUT_YIELD];
	double		by_yield = scale * p->by[o->sign < 0 ? PM_INPUT_YIELD : PM_INPUT_RATE];
	double		value = scale * p->value;
	double		delta;
	double		gamma;
	double		speed;

	if (o->sign < 0)
	{
		delta = p->slope;
		gamma = p->bend / o->strike;
		speed = p->speed / o->strike / o->strike;
		g->vanna += p->slope_by_volatility;
	}
	else
	{
		delta = p->value - m * p->slope;
		gamma = m * m * p->bend / spot;
		speed = -m * m * (3 * p->bend + m * p->speed) / spot / spot;
		g->vanna += p->by[PM_INPUT_VOLATILITY] - m * p->slope_by_volatility;
	}
	g->price += value;
	g->delta += delta;
	g->gamma += gamma;
	g->vega += scale * p->by[PM_INPUT_VOLATILITY];
	/* As the premium solves the equation of Black and Scholes, too. */
	g->theta += r * value - (r - q) * spot * delta - 0.5 * variance * spot * spot * gamma;
	g->charm += q * delta - (r - q + variance) * spot * gamma -
		0.5 * variance * spot * spot * speed;
	if (o->pricing == PM_BLACK76)
		g->rho += by_rate + by_yield;
	else
	{
		g->rho += by_rate;
		g->rho_yield += by_yield;
	}
}

void
pm_american_greeks(const pm_american *a, double spot, pm_greeks *g)
{
	pm_option	o = a->option;
	double		log_m;
	premium		p;

	o.spot = spot;
	if (a->certain && best_time(&o) < o.years)
	{
		exercised_greeks(o, best_time(&o), g);
		return;
	}
	pm_black_scholes_greeks(&o, g);
	g->volga = 0;
	if (a->boundaries == 0)
		return;
	log_m = put_moneyness(&o);
	if (a->failed)
		g->price = g->delta = NAN;
	else if (is_exercised(a, log_m))
		exercised_greeks(o, 0, g);
	else
	{
		integrate(a, log_m, true, &p);
		add_premium(&o, &p, pm_exp(log_m), g);
		if (g->price < o.sign * (spot - o.strike))
			g->price = o.sign * (spot - o.strike);
	}
}
