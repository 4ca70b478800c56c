/*
 * dividend_grid.c - optimal stopping of log S*, backward from expiry.
 *
 * The node at S* stands at time t for the price S* e^(n t), n being the drift
 * of the nodes, and carries the value discounted to time 0.  So there is no
 * discounting in the equation, a diffusion with a constant drift:
 *     -du/dt = (sigma^2 / 2) d2u/dx2 + b du/dx,    x = log S*,
 *     b = r - q - sigma^2/2 - n.
 * n is 0, so that the edge of exercise hardly moves between the nodes, unless
 * the drift would leave the nodes' reach: b is bounded.
 *
 * u stays above what exercise at t pays: with w = +1 for a call and -1 for a
 * put and P(t) the value at 0 of the dividends after t,
 *     g = w (S* e^((n - r) t) + P(t) - K e^(-rt)).
 * From a call its forward S* e^((n - r + q) t), a solution of the equation, is
 * taken away throughout: what remains is bounded, like a put.
 *
 * Where exercise is best dg/dt + (sigma^2/2) d2g/dx2 + b dg/dx = -f < 0 with
 *     f = w (q S* e^((n - r) t) - r K e^(-rt)),
 * which is what waiting costs; at its edge the second derivative of u - g
 * jumps by 2 f / sigma^2 (obstacle.c).
 *
 * u goes backward through the ex dates without a jump, for S* has none; g
 * jumps.  Just before an ex date a call pays the dividend more, so there u is
 * the greater of the two, as at expiry.  That leaves a kink, and no grid
 * follows a kink: it is taken off as a call on S* with its known value, until
 * it is as wide as a cell.
 *
 * Space: the compact scheme of fourth order (Spotz and Carey 1995).  Time: the
 * third-order L-stable method of Alexander (1977), with steps that are short
 * after each event and grow like the square root of the time since.
 */
#include "dividend_grid.h"

#include <math.h>

#include "american_certain.h"
#include "black_scholes.h"
#include "escrowed.h"
#include "normal.h"

#define NODES	PM_OBSTACLE_NODES

/* Alexander's method: c, and a_ij / a_ii for the stages before. */
#define STAGES	3
#define SHARE	0.43586652150845899942
static const double stage_time[STAGES] = {SHARE, 0.5 + 0.5 * SHARE, 1};
static const double stage_weight[STAGES][STAGES - 1] = {
	{0, 0},
	{(1 - SHARE) / 2 / SHARE, 0},
	{-(6 * SHARE * SHARE - 16 * SHARE + 1) / 4 / SHARE,
	(6 * SHARE * SHARE - 20 * SHARE + 5) / 4 / SHARE}
};

/* Points of an interpolation: fifth order. */
#define POINTS	6

/* Where a diffused kink is its tangent, in standard deviations. */
#define KINK_REACH	9

/* Standard deviations of log S* at expiry below which it counts as certain. */
#define LEAST_DEVIATION	1e-7

/* The most that log S* may drift against the nodes until expiry, in the same. */
#define MOST_DRIFT	3

/* Steps between two events, however close, after the first; and where exercise
 * sets in at once. */
#define LEAST_STEPS	2
#define SUDDEN_STEPS	5

typedef struct setting
{
	double		reach;			/* standard deviations beyond the spots */
	double		spacing;		/* of the nodes, in standard deviations, */
	double		widest;			/* but not above this */
	double		steps;			/* to expiry, if nothing is paid before */
} setting;

static const setting settings[] = {
	[PM_EXACT] = {6.5, 0.035, 0.03, 80},
	[PM_GRID] = {5.5, 0.1, 0.06, 15}
};

typedef struct solver
{
	const pm_option *option;
	pm_dividend_grid *grid;
	double		variance;		/* per year */
	double		drift;			/* b */
	double		growth;			/* n - r + q */
	double		steps;
	double		later;			/* value of the dividends after now */
	double		asset[NODES];	/* S* */
	double		start[NODES];	/* values at the start of a step */
	double		base[NODES];
	double		rise[STAGES - 1][NODES];	/* from base to value */
	double		kink[NODES];	/* diffused kinks beside the values */
	pm_obstacle obstacle;
} solver;

/* ------------------------------------------------------------------------
 * Interpolation and kinks.
 */

/* Value and three derivatives, per node, of Newton's polynomial through nodes
 * around the position, none of them below low or above high. */
static void
interpolate(const double *v, int low, int high, double position, double *out)
{
	double		c[POINTS];
	double		p[4] = {0, 0, 0, 0};
	double		left = floor(position) - POINTS / 2 + 1;
	int			last = high - POINTS + 1;
	int			first = left > low ? (left < last ? (int) left : last) : low;

	for (int i = 0; i < POINTS; i++)
		c[i] = v[first + i];
	for (int order = 1; order < POINTS; order++)
		for (int i = POINTS - 1; i >= order; i--)
			c[i] = (c[i] - c[i - 1]) / order;
	for (int i = POINTS - 1; i >= 0; i--)
	{
		double		x = position - (first + i);

		p[3] = p[3] * x + 3 * p[2];
		p[2] = p[2] * x + 2 * p[1];
		p[1] = p[1] * x + p[0];
		p[0] = p[0] * x + c[i];
	}
	for (int i = 0; i < 4; i++)
		out[i] = p[i];
}

/* A diffused kink and three derivatives in x: black_scholes without rates. */
static void
kink_at(const pm_dividend_kink *kink, double variance, double x, double *out)
{
	double		z = x - kink->x;
	double		root = sqrt(variance);
	double		asset = kink->slope * pm_exp(z + 0.5 * variance);
	double		d2 = pm_bounded_quantile(z / root);
	double		d1 = d2 + root;
	double		density = pm_normal_density(d1, asset) / root;

	out[1] = asset * pm_normal_cdf(d1);
	out[0] = out[1] - kink->slope * pm_normal_cdf(d2);
	out[2] = out[1] + density;
	out[3] = out[2] + density * (1 - d1 / root);
}

/* Where a kink was so many years before. */
static pm_dividend_kink
moved_kink(const solver *s, int k, double years)
{
	pm_dividend_kink kink = s->grid->kink[k];

	kink.x -= s->drift * years;
	return kink;
}

/* The kinks at the nodes, so many years before (0: their payoffs). */
static void
diffuse_kinks(solver *s, double years)
{
	const pm_dividend_grid *grid = s->grid;
	double		variance = s->variance * years;
	double		reach = KINK_REACH * sqrt(variance);
	double		growth = pm_exp(0.5 * variance);

	for (int j = 0; j <= grid->last; j++)
		s->kink[j] = 0;
	for (int k = 0; k < grid->kinks; k++)
	{
		pm_dividend_kink kink = moved_kink(s, k, years);
		double		scale = kink.slope / pm_exp(kink.x) * growth;

		for (int j = grid->last; j >= 0; j--)
		{
			double		x = grid->first + j * grid->spacing;
			double		out[4];

			if (x <= kink.x - reach)
				break;
			if (x < kink.x + reach)
				kink_at(&kink, variance, x, out);
			else
				out[0] = scale * s->asset[j] - kink.slope;
			s->kink[j] += out[0];
		}
	}
}

/* ------------------------------------------------------------------------
 * Exercise.
 */

/* What exercise pays, for a call less its forward: slope S* + level. */
static void
payoff_line(const solver *s, double t, double *slope, double *level)
{
	const pm_option *o = s->option;
	double		forward = pm_exp(s->growth * t);
	double		carry = pm_exp(-o->yield * t);

	*slope = o->sign > 0 ? forward * (carry - 1) : -forward * carry;
	*level = o->sign * (s->later - o->strike * pm_exp(-o->rate * t));
}

static void
set_floor(solver *s, double t)
{
	const pm_option *o = s->option;
	pm_obstacle *obstacle = &s->obstacle;
	double		jump = o->sign * 2 / s->variance * s->grid->spacing * s->grid->spacing;
	double		carry = jump * o->yield * pm_exp((s->growth - o->yield) * t);
	double		interest = jump * o->rate * o->strike * pm_exp(-o->rate * t);
	double		slope,
				level;

	payoff_line(s, t, &slope, &level);
	for (int j = 0; j <= s->grid->last; j++)
	{
		obstacle->floor[j] = slope * s->asset[j] + level - s->kink[j];
		obstacle->bend[j] = carry * s->asset[j] - interest;
	}
}

/* The root of the differences d between nodes j and j + 1, and d' there. */
static pm_dividend_kink
kink_between(const pm_dividend_grid *grid, const double *d, int j)
{
	double		x = j + d[j] / (d[j] - d[j + 1]);
	double		out[4];

	for (int i = 0; i < 4; i++)
	{
		interpolate(d, 0, grid->last, x, out);
		x -= out[0] / out[1];
		x = x > j ? (x < j + 1 ? x : j + 1) : j;
	}
	interpolate(d, 0, grid->last, x, out);
	return (pm_dividend_kink)
	{
		grid->first + x * grid->spacing, fabs(out[1]) / grid->spacing
	};
}

/*
 * The greater of the value and of exercise now.  By convexity it pays between
 * two prices at most, and the slope rises at both, by |d'|.
 */
static void
exercise_now(solver *s, double t)
{
	pm_dividend_grid *grid = s->grid;
	double	   *u = s->obstacle.value;
	double	   *d = s->base;
	double		slope,
				level;

	payoff_line(s, t, &slope, &level);
	for (int j = 0; j <= grid->last; j++)
		d[j] = slope * s->asset[j] + level - u[j];
	grid->kinks = 0;
	for (int j = 0; j < grid->last && grid->kinks < 2; j++)
		if ((d[j] > 0) != (d[j + 1] > 0))
			grid->kink[grid->kinks++] = kink_between(grid, d, j);
	diffuse_kinks(s, 0);
	for (int j = 0; j <= grid->last; j++)
		u[j] += (d[j] > 0 ? d[j] : 0) - s->kink[j];
}

/* ------------------------------------------------------------------------
 * Time.
 */

/* An end node some time earlier: there the value is a straight line in S*. */
static double
end_value(const solver *s, int end, int inner, double years)
{
	const double *u = s->start;
	double		slope = (u[end] - u[inner]) / (s->asset[end] - s->asset[inner]);

	return u[end] + slope * s->asset[end] * (pm_exp(-s->growth * years) - 1);
}

/*
 * Half the variance as a, the drift as b and the distance of the nodes as h:
 * the compact scheme of fourth order for a u'' + b u' = v,
 *     (a/h^2 + b^2/(12 a)) D u + b/(2h) D0 u = v + (D v + b h/(2 a) D0 v)/12
 * with D the second difference and D0 that of both neighbours.
 */
static void
set_matrix(solver *s, double years)
{
	double		h = s->grid->spacing;
	double		a = 0.5 * s->variance;
	double		b = s->drift;
	double		diffusion = (a / h / h + b * b / (12 * a)) * years;
	double		advection = b / (2 * h) * years;
	double		tilt = b * h / (24 * a);

	pm_obstacle_matrix(&s->obstacle, diffusion + advection, diffusion - advection,
					   1.0 / 12 + tilt, 1.0 / 12 - tilt);
}

/* From t to t - years. */
static void
step(solver *s, double t, double years)
{
	pm_obstacle *obstacle = &s->obstacle;
	int			last = s->grid->last;

	for (int j = 0; j <= last; j++)
		s->start[j] = obstacle->value[j];
	set_matrix(s, SHARE * years);
	for (int i = 0; i < STAGES; i++)
	{
		double		passed = stage_time[i] * years;

		for (int j = 0; j <= last; j++)
			s->base[j] = s->start[j];
		for (int k = 0; k < i; k++)
			for (int j = 0; j <= last; j++)
				s->base[j] += stage_weight[i][k] * s->rise[k][j];
		if (s->grid->kinks > 0)
			diffuse_kinks(s, passed);
		set_floor(s, t - passed);
		pm_obstacle_stage(obstacle, s->base,
						  end_value(s, 0, 1, passed),
						  end_value(s, last, last - 1, passed));
		if (i < STAGES - 1)
			for (int j = 0; j <= last; j++)
				s->rise[i][j] = obstacle->value[j] - s->base[j];
	}
}

/*
 * From an event to the next one, which comes earlier.  The number of steps is
 * a real one, the last step the rest of it: so the value changes without jumps
 * with the times of the events, which the Greeks need.
 */
static void
march(solver *s, double from, double to, int least)
{
	pm_dividend_grid *grid = s->grid;
	double		length = from - to;
	double		first = grid->spacing * grid->spacing / s->variance;
	double		root;
	double		steps;
	double		t;

	if (!(length > 0))
		return;
	if (first > length)
		first = length;
	pm_obstacle_release(&s->obstacle);
	step(s, from, first);
	if (first == length && to == 0)
	{
		/* The kinks stay beside the values. */
		grid->kink_variance = s->variance * first;
		for (int k = 0; k < grid->kinks; k++)
			grid->kink[k] = moved_kink(s, k, first);
		return;
	}
	if (grid->kinks > 0)
		for (int j = 0; j <= grid->last; j++)
		{
			s->obstacle.value[j] += s->kink[j];
			s->kink[j] = 0;
		}
	grid->kinks = 0;
	root = sqrt(first / length);
	steps = least + s->steps * sqrt(length / s->option->years) * (1 - root);
	t = from - first;
	for (int i = 1; first < length && i < steps + 1; i++)
	{
		double		x = root + (1 - root) * i / steps;
		double		next = i < steps ? to + length * (1 - x * x) : to;

		if (next < t)
			step(s, t, t - next);
		t = next;
	}
}

/*
 * The same.  Before an ex date a put gains more by waiting for the dividend
 * than it loses in interest, which while it waits is about
 *     (K - S q/r) (e^(r wait) - 1),
 * so that exercise is best nowhere near S until this is the dividend.  There
 * it sets in for a wide range of S almost at once, and time starts anew.
 */
static void
march_before(solver *s, double from, double to, double paid)
{
	const pm_option *o = s->option;

	if (o->sign < 0 && o->rate > 0 && paid > 0)
	{
		double		asset = s->asset[s->grid->last / 2];
		double		near = asset < o->strike ? asset : o->strike;
		double		base = o->strike - near * o->yield / o->rate;
		double		start = base > 0
			? from - pm_log(1 + paid / base) / o->rate : to;

		if (start > to)
		{
			march(s, from, start, LEAST_STEPS);
			march(s, start, to, SUDDEN_STEPS);
			return;
		}
	}
	march(s, from, to, LEAST_STEPS);
}

/* Takes the dividends of one ex date, the i-th and those before it, over to
 * `later`; returns how many are left. */
static uint32_t
pay(solver *s, uint32_t i, double *paid)
{
	const pm_dividend *d = s->option->dividends;
	double		t = i > 0 ? d[i - 1].years : 0;

	*paid = 0;
	for (; i > 0 && d[i - 1].years == t; i--)
	{
		*paid += d[i - 1].amount;
		s->later += d[i - 1].amount * pm_exp(-s->option->rate * t);
	}
	return i;
}

/* From expiry to now. */
static void
solve(solver *s)
{
	const pm_option *o = s->option;
	double		forward = o->sign > 0 ? pm_exp(s->growth * o->years) : 0;
	double		t = o->years;
	double		paid = 0;
	uint32_t	i = o->dividend_count;

	for (int j = 0; j <= s->grid->last; j++)
		s->obstacle.value[j] = -forward * s->asset[j];
	s->later = 0;
	if (o->sign < 0)
		exercise_now(s, t);
	if (i > 0 && o->dividends[i - 1].years == t)
		i = pay(s, i, &paid);
	if (o->sign > 0)
		exercise_now(s, t);
	while (i > 0)
	{
		double		ex = o->dividends[i - 1].years;

		if (o->dividends[i - 1].amount == 0)
		{
			i--;
			continue;
		}
		march_before(s, t, ex, paid);
		t = ex;
		i = pay(s, i, &paid);
		if (o->sign > 0)
			exercise_now(s, t);
	}
	march_before(s, t, 0, paid);
}

/* ------------------------------------------------------------------------
 * The grid.
 */

/* Lets the nodes drift with the prices as far as they must. */
static void
set_drift(solver *s)
{
	const pm_option *o = s->option;
	double		drift = o->rate - o->yield - 0.5 * s->variance;
	double		most = MOST_DRIFT * o->volatility / sqrt(o->years);

	s->drift = drift > most ? most : (drift < -most ? -most : drift);
	s->growth = drift - s->drift - o->rate + o->yield;
}

/* Lays the nodes: one of them on the spot if there is but one. */
static void
lay_nodes(solver *s, const setting *how, double low, double high)
{
	pm_dividend_grid *grid = s->grid;
	double		deviation = s->option->volatility * sqrt(s->option->years);
	double		x = pm_log(low);
	double		range = pm_log_ratio(high, low);
	double		moved = s->drift * s->option->years;
	double		length = range + 2 * how->reach * deviation + fabs(moved);

	grid->spacing = how->spacing * deviation;
	if (grid->spacing > how->widest)
		grid->spacing = how->widest;
	if (grid->spacing < length / (NODES - 3))
		grid->spacing = length / (NODES - 3);
	grid->last = 2 * (int) ceil(0.5 * length / grid->spacing);
	grid->first = x + 0.5 * range - 0.5 * grid->last * grid->spacing +
		0.5 * moved;
	s->obstacle.last = grid->last;
	for (int j = 0; j <= grid->last; j++)
	{
		s->asset[j] = pm_exp(grid->first + j * grid->spacing);
		s->kink[j] = 0;
	}
}

bool
pm_dividend_grid_solve(pm_dividend_grid *grid, const pm_option *o,
					   double low, double high, pm_accuracy accuracy)
{
	const setting *how = &settings[accuracy];
	const pm_obstacle *obstacle;
	solver		s;

	grid->option = *o;
	grid->present = pm_dividends_after(o, 0);
	grid->kinks = 0;
	if (!(low > grid->present))
		return false;
	grid->certain = !(o->volatility * sqrt(o->years) > LEAST_DEVIATION);
	if (grid->certain)
		return true;
	s.option = o;
	s.grid = grid;
	s.variance = o->volatility * o->volatility;
	s.steps = how->steps;
	set_drift(&s);
	lay_nodes(&s, how, low - grid->present, high - grid->present);
	solve(&s);
	obstacle = &s.obstacle;
	grid->held_first = obstacle->held_first;
	grid->held_last = obstacle->held_last;
	grid->low_edge = grid->first + obstacle->low_edge * grid->spacing;
	grid->high_edge = grid->first + obstacle->high_edge * grid->spacing;
	for (int j = 0; j <= grid->last; j++)
		grid->value[j] = obstacle->value[j];
	return true;
}

/*
 * The value, of a call less S*, and three derivatives in x.  False where
 * exercise is best at once.  The value is smooth up to its edge but not across:
 * no interpolation reaches over it.
 */
static bool
look_up(const pm_dividend_grid *grid, double x, double *out)
{
	int			low = 0;
	int			high = grid->last;

	if (grid->held_first <= grid->held_last)
	{
		if (x >= grid->low_edge && x <= grid->high_edge)
			return false;
		if (x > grid->high_edge)
			low = grid->held_last + 1;
		else
			high = grid->held_first - 1;
		if (high - low < POINTS - 1)
		{
			low = 0;
			high = grid->last;
		}
	}
	interpolate(grid->value, low, high, (x - grid->first) / grid->spacing, out);
	for (int order = 1; order < 4; order++)
		for (int i = order; i < 4; i++)
			out[i] /= grid->spacing;
	for (int k = 0; k < grid->kinks; k++)
	{
		double		beside[4];

		kink_at(&grid->kink[k], grid->kink_variance, x, beside);
		for (int i = 0; i < 4; i++)
			out[i] += beside[i];
	}
	return true;
}

/*
 * Never below what the European option or exercise pays, nor above what the
 * option can pay at most; NaN, after an overflow, is the least.
 */
static double
bounded_price(const pm_dividend_grid *grid, double spot, double price)
{
	const pm_option *o = &grid->option;
	pm_option	european = *o;
	double		least,
				most;
	double		growth = pm_exp(-(o->sign > 0 ? o->yield : o->rate) * o->years);

	european.spot = spot - grid->present;
	least = pm_black_scholes_price(&european);
	if (least < o->sign * (spot - o->strike))
		least = o->sign * (spot - o->strike);
	most = growth > 1 ? growth : 1;
	most = o->sign > 0 ? european.spot * most + grid->present : o->strike * most;
	if (price > most)
		price = most;
	return price > least ? price : least;
}

double
pm_dividend_grid_price(const pm_dividend_grid *grid, double spot)
{
	const pm_option *o = &grid->option;
	double		asset = spot - grid->present;
	double		out[4];

	if (grid->certain)
	{
		pm_greeks	g;

		pm_american_certain(o, spot, &g);
		return g.price;
	}
	if (!look_up(grid, pm_log(asset), out))
		return bounded_price(grid, spot, o->sign * (spot - o->strike));
	return bounded_price(grid, spot, out[0] + (o->sign > 0 ? asset : 0));
}

/*
 * By the equation, W being the value as a function of S* and time,
 *     W_t = r W - (r - q) S* W' - (sigma^2 / 2) S*^2 W'',
 * and as time passes at a constant spot S* falls by r PV a year (escrowed.c):
 * theta = W_t - r PV W', charm its derivative in S*.
 */
void
pm_dividend_grid_greeks(const pm_dividend_grid *grid, double spot, pm_greeks *g)
{
	const pm_option *o = &grid->option;
	double		asset = spot - grid->present;
	double		drift = o->rate * spot - o->yield * asset;
	double		half = 0.5 * o->volatility * o->volatility;
	double		out[4];
	double		third;			/* S*^2 W''' */

	if (grid->certain)
	{
		pm_american_certain(o, spot, g);
		return;
	}
	*g = (pm_greeks)
	{
		.price = pm_dividend_grid_price(grid, spot), .delta = o->sign
	};
	if (!look_up(grid, pm_log(asset), out))
		return;
	g->delta = out[1] / asset + (o->sign > 0 ? 1 : 0);
	g->gamma = (out[2] - out[1]) / asset / asset;
	third = (out[3] - 3 * out[2] + 2 * out[1]) / asset;
	g->theta = o->rate * g->price - drift * g->delta - half * (out[2] - out[1]);
	g->charm = o->yield * g->delta - drift * g->gamma -
		half * (2 * asset * g->gamma + third);
}
