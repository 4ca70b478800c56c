/*
 * american_boundary.c - collocation of the exercise boundary, by Newton's
 * method.
 *
 * With v the time that passes, c = b(tau - v), d- and d+ the quantiles of
 * Black-Scholes for a price b(tau) and a strike c after v, and w = -side,
 * value matching at the boundary of a put with strike 1 reads
 *
 *     0 = R = N - b D,
 *     N = e^(-r tau) Phi(d-(tau, b)) + int_0^tau r e^(-rv) Phi(w d-) dv,
 *     D = e^(-q tau) Phi(d+(tau, b)) + int_0^tau q e^(-qv) Phi(w d+) dv
 *
 * (Kim 1990; Andersen, Lake and Offengenden 2016, their system B).  On the
 * lower boundary the terms in front are absent: below it the payoff 1 - S has
 * no kink.  The two boundaries do not meet in one equation, since above the
 * upper and below the lower one the value solves a problem of its own
 * (Andersen and Lake, Fast American option pricing: the double-boundary case,
 * Wilmott 2021).
 *
 * Unknown is H = ln(b / limit)^2, a polynomial in x = sqrt(tau / T), which takes
 * the square root out of b at expiry.  With sqrt(v) = sqrt(tau) sin(theta), and
 * so sqrt(tau - v) = sqrt(tau) cos(theta), the integrand is smooth at both
 * ends; sin and cos come from t = tan(theta/2) without a library call.
 *
 * Because b e^(-qv) phi(d+) = c e^(-rv) phi(d-) = c A, derivatives of R need no
 * other terms: with k = 1/(sigma sqrt v) and G = w (r - q c) A k,
 *     dR/d ln b = int G dv - b D,      dR/d ln c = -G dv.
 * So Newton's method costs little more than an evaluation, and the derivatives
 * of the boundary in the model's inputs are further right-hand sides of its
 * last linear system.
 */
#include "american_boundary.h"

#include <math.h>

#include "nodes.h"
#include "normal.h"

/* Steps of Newton's method; five are usual. */
#define MOST_STEPS		20

/* Plain steps before them, where they fail at first. */
#define PLAIN_STEPS		3

/* How often a guess may fall back on a shorter time. */
#define SHORTER_TIMES	3

/* Of pm_boundary_difficulty. */
#define DRIFT_PREVAILS	100

/* Relative.  Solutions of the problem have 0.15 at most, where the boundary
 * leaves rate / yield close to the strike, and others 0.4 and more; where there
 * are two boundaries they have 0.01 at most. */
#define LARGEST_KINK	0.3
#define LARGEST_KINK_OF_TWO	0.02

/* Of ln b, over SMALL_STEP. */
#define ROUNDINGS		1e-7

/* A relative step this small is followed by one below a rounding. */
#define SMALL_STEP		1e-7

/* A collocation scheme: polynomial order and quadrature. */
typedef struct scheme
{
	int			order;
	const double *points;		/* x of the collocation, 0 left out */
	int			nodes;
	const double *node;			/* tan(theta/2) on [0, 1] */
	const double *weight;
} scheme;

static const scheme schemes[] = {
	{8, pm_chebyshev_point_8, 12, pm_gauss_node_12, pm_gauss_weight_12},
	{12, pm_chebyshev_point_12, 16, pm_gauss_node_16, pm_gauss_weight_16},
	{24, pm_chebyshev_point_24, 26, pm_gauss_node_26, pm_gauss_weight_26},
	{32, pm_chebyshev_point_32, 34, pm_gauss_node_34, pm_gauss_weight_34},
	{48, pm_chebyshev_point_48, 52, pm_gauss_node_52, pm_gauss_weight_52},
};

enum
{
	COARSEST, COARSE, FINE, FINER, FINEST
};

/* Quadrature in theta, worked out once per solution; padded with weights 0. */
typedef struct angles
{
	int			count;
	double		sine[PM_MOST_POINTS];
	double		cosine[PM_MOST_POINTS];
	double		weight[PM_MOST_POINTS]; /* of dv / tau */
} angles;

/* The linear system of one Newton step, row 0 being H(0) = 0. */
typedef struct newton
{
	int			size;
	double		kink;			/* largest relative misfit of the slopes */
	double		matrix[PM_MOST_ORDER + 1][PM_MOST_ORDER + 1];
	double		sides[1 + PM_INPUTS][PM_MOST_ORDER + 1];
} newton;

/* sum of c_m T_m(z), by Clenshaw's recurrence. */
static double
chebyshev(const double *c, int order, double z)
{
	double		b1 = 0;
	double		b2 = 0;

	for (int m = order; m >= 1; m--)
	{
		double		b = 2 * z * b1 - b2 + c[m];

		b2 = b1;
		b1 = b;
	}
	return z * b1 - b2 + c[0];
}

static double
distance(const pm_boundary *b, double root)
{
	double		h = chebyshev(b->coefficients, b->order, 2 * root - 1);

	/* Near 0 the polynomial may dip below. */
	return h > 0 ? sqrt(h) : 0;
}

double
pm_boundary_log(const pm_boundary *b, double root)
{
	return b->log_limit + b->side * distance(b, root);
}

double
pm_boundary_slope(const pm_boundary *b, double root, pm_input input)
{
	double		from_limit = distance(b, root);
	double		h = chebyshev(b->slopes[input], b->order, 2 * root - 1);

	return b->limit_slope[input] +
		(from_limit > 0 ? b->side * h / (2 * from_limit) : 0);
}

static angles
make_angles(const scheme *s)
{
	angles		a;

	a.count = (s->nodes + PM_PARTS - 1) / PM_PARTS * PM_PARTS;
	for (int k = 0; k < a.count; k++)
	{
		int			node = k < s->nodes ? k : s->nodes - 1;
		double		t = s->node[node];
		double		f = 1 / (1 + t * t);

		a.sine[k] = 2 * t * f;
		a.cosine[k] = (1 - t * t) * f;
		/* dv = 2 tau sin cos d theta, d theta = 2 dt / (1 + t^2) */
		a.weight[k] = k < s->nodes
			? 4 * a.sine[k] * a.cosine[k] * f * s->weight[k] : 0;
	}
	return a;
}

/*
 * In short loops, of which the processor has more turns in flight and the
 * compiler makes SIMD lanes.
 */
PM_CLONES static void
fill_integrand(const pm_boundary *b, double log_m, double w, pm_integrand *t)
{
	double		sigma = b->volatility;
	double		r = b->rate;
	double		q = b->yield;
	double		limit = b->log_limit;
	double		side = b->side;
	int			count = t->count;
	double		older[PM_MOST_POINTS];
	double		old[PM_MOST_POINTS];
	double		paid[PM_MOST_POINTS];

	for (int k = 0; k < count; k++)
		older[k] = old[k] = 0;
	for (int m = b->order; m >= 1; m--)
	{
		double		c = b->coefficients[m];

#pragma omp simd
		for (int k = 0; k < count; k++)
		{
			double		next = 2 * (2 * t->place[k] - 1) * old[k] - older[k] + c;

			older[k] = old[k];
			old[k] = next;
		}
	}
#pragma omp simd
	for (int k = 0; k < count; k++)
	{
		double		h = (2 * t->place[k] - 1) * old[k] - older[k] + b->coefficients[0];

		/* Near 0 the polynomial may dip below. */
		t->away[k] = sqrt(h > 0 ? h : 0);
	}
#pragma omp simd
	for (int k = 0; k < count; k++)
	{
		double		v = t->root[k] * t->root[k];
		double		log_c = limit + side * t->away[k];
		double		stdev = sigma * t->root[k];

		t->boundary[k] = pm_exp(log_c);
		t->minus[k] = (log_m - log_c + (r - q) * v) / stdev - 0.5 * stdev;
		paid[k] = pm_exp(-r * v);
	}
#pragma omp simd
	for (int k = 0; k < count; k++)
		t->density[k] = pm_normal_density(t->minus[k], paid[k]);
#pragma omp simd
	for (int k = 0; k < count; k++)
	{
		double		v = t->root[k] * t->root[k];
		double		plus = t->minus[k] + sigma * t->root[k];

		t->strike[k] = t->weight[k] * pm_weighted_cdf(paid[k], t->density[k], w * t->minus[k]);
		t->asset[k] = t->weight[k] * pm_weighted_cdf(pm_exp(log_m - q * v),
												  t->boundary[k] * t->density[k], w * plus);
		t->density[k] *= t->weight[k];
	}
}

/* Some compilers can clone only what nobody else can call. */
void
pm_integrand_fill(const pm_boundary *b, double log_m, double w, pm_integrand *t)
{
	fill_integrand(b, log_m, w, t);
}

/*
 * A first guess of |ln(b / limit)|.  At short times it is a sigma sqrt(tau) with
 * phi(a) = 2 (r - q b) sqrt(tau) / sigma where the boundary leaves the strike,
 * and about 0.64 sigma sqrt(tau) where it leaves r/q (Evans, Kuske and Keller,
 * American options on assets with dividends near expiry, Math. Finance 12,
 * 2002); at long times it stops at the perpetual option's.
 */
static double
guess(const pm_boundary *b, double tau)
{
	double		s = b->volatility * sqrt(tau);
	double		variance = b->volatility * b->volatility;
	double		alpha = 0.5 - (b->rate - b->yield) / variance;
	double		discriminant = alpha * alpha + 2 * b->rate / variance;
	double		lambda = discriminant >= 0
		? alpha + b->side * sqrt(discriminant) : 0;
	double		near = 0.64 * s;
	double		far = 1e3;

	if (b->side < 0)
	{
		double		a = 0.64 - b->log_limit / s;
		double		least = 1e-6 * (fabs(b->rate) + fabs(b->yield));

		for (int i = 0; i < 4; i++)
		{
			double		gain = b->rate - b->yield * pm_exp(-a * s);
			double		ratio = b->volatility /
				(5 * sqrt(tau) * (gain > least ? gain : least));

			a = 0.5 * (a + sqrt(0.4 + 2 * pm_log(1 + ratio)));
		}
		if (a * s + b->log_limit > near)
			near = a * s + b->log_limit;
	}
	/* ln of lambda / (lambda - 1) */
	if (lambda < 0)
		far = b->side * (pm_log(lambda / (lambda - 1)) - b->log_limit);
	return far > 1e-12 ? far * (1 - pm_exp(-near / far)) : near;
}

/* Sums over the quadrature of one equation, as derivatives need them. */
typedef struct equation
{
	double		top;			/* N */
	double		bottom;			/* b D */
	double		inner;			/* int G dv */
	double		partials[PM_INPUTS];	/* of R at a fixed boundary */
	double		pulls[PM_MOST_POINTS];	/* dR / dH of each node */
} equation;

/* The equation at one collocation point x, where |ln(b / limit)| = from_limit. */
static void
evaluate(const pm_boundary *b, const angles *angle, double x, double from_limit,
		 pm_integrand *t, equation *e)
{
	double		sigma = b->volatility;
	double		r = b->rate;
	double		q = b->yield;
	double		w = -b->side;
	double		tau = b->years * x * x;
	double		root = sqrt(tau);
	double		log_b = b->log_limit + b->side * from_limit;

	*e = (equation)
	{
		.top = 0
	};
	if (w > 0)
	{
		double		d = (log_b + (r - q) * tau) / (sigma * root) - 0.5 * sigma * root;
		double		paid = pm_exp(-r * tau);
		double		density = pm_normal_density(d, paid);

		e->top = pm_weighted_cdf(paid, density, d);
		e->bottom = pm_weighted_cdf(pm_exp(log_b - q * tau), density, d + sigma * root);
		e->partials[PM_INPUT_VOLATILITY] = -density * root;
		e->partials[PM_INPUT_RATE] = -tau * e->top;
		e->partials[PM_INPUT_YIELD] = tau * e->bottom;
	}
	t->count = angle->count;
	for (int k = 0; k < t->count; k++)
	{
		t->place[k] = x * angle->cosine[k];
		t->root[k] = root * angle->sine[k];
		t->weight[k] = tau * angle->weight[k];
	}
	pm_integrand_fill(b, log_b, w, t);
	for (int k = 0; k < t->count; k++)
	{
		double		step = t->root[k];
		double		v = step * step;
		double		gain = w * (r - q * t->boundary[k]) * t->density[k];
		double		pull = gain / (sigma * step);

		e->top += r * t->strike[k];
		e->bottom += q * t->asset[k];
		e->inner += pull;
		/* H = 0 is held where the polynomial dips: nothing moves there. */
		e->pulls[k] = t->away[k] > 0 ? -pull * b->side / (2 * t->away[k]) : 0;
		e->partials[PM_INPUT_VOLATILITY] -= gain * t->minus[k] / sigma +
			w * r * t->density[k] * step;
		e->partials[PM_INPUT_RATE] += (1 - r * v) * t->strike[k] + gain * step / sigma;
		e->partials[PM_INPUT_YIELD] -= (1 - q * v) * t->asset[k] + gain * step / sigma;
	}
}

/*
 * Adds sum of pulls[k] T_m(2 place[k] - 1) to row[m], for m up to the order; in
 * an order of its own, which is that of no lanes and of all.
 */
PM_CLONES static void
add_polynomials(const double *pulls, const double *place, int count, int order,
				double *row)
{
	double		older[PM_MOST_POINTS];
	double		old[PM_MOST_POINTS];
	double		next[PM_MOST_POINTS];

	for (int k = 0; k < count; k++)
	{
		older[k] = pulls[k];
		old[k] = pulls[k] * (2 * place[k] - 1);
		row[0] += older[k];
		row[1] += old[k];
	}
	for (int m = 2; m <= order; m++)
	{
		double		sums[PM_PARTS] = {0};

#pragma omp simd
		for (int k = 0; k < count; k++)
		{
			next[k] = 2 * (2 * place[k] - 1) * old[k] - older[k];
			older[k] = old[k];
			old[k] = next[k];
		}
		for (int k = 0; k < count; k += PM_PARTS)
			for (int lane = 0; lane < PM_PARTS; lane++)
				sums[lane] += next[k + lane];
		row[m] += (sums[0] + sums[1]) + (sums[2] + sums[3]);
	}
}

/* Fills the system at the present coefficients. */
static void
assemble(const pm_boundary *b, const scheme *s, const angles *angle,
		 const double *from_limit, newton *system)
{
	int			n = s->order;
	pm_integrand t;
	equation	e;

	system->size = n + 1;
	system->kink = 0;
	for (int m = 0; m <= n; m++)
		system->matrix[0][m] = m % 2 == 0 ? 1 : -1;
	for (int i = 0; i <= PM_INPUTS; i++)
		system->sides[i][0] = 0;
	for (int i = 1; i <= n; i++)
	{
		double	   *row = system->matrix[i];
		double		x = s->points[i - 1];
		double		z = 2 * x - 1;
		double		own;
		double		misfit;
		double		older = 1,
					old = z;

		evaluate(b, angle, x, from_limit[i], &t, &e);
		misfit = fabs(e.inner - e.bottom) / (fabs(e.inner) + fabs(e.bottom));
		if (i > n / 3 && misfit > system->kink)
			system->kink = misfit;
		own = (e.inner - e.bottom) * b->side / (2 * from_limit[i]);
		row[0] = own;
		row[1] = own * z;
		for (int m = 2; m <= n; m++)
		{
			double		next = 2 * z * old - older;

			row[m] = own * next;
			older = old;
			old = next;
		}
		add_polynomials(e.pulls, t.place, t.count, n, row);
		system->sides[0][i] = e.bottom - e.top;
		/* The limit moves b and every c alike. */
		for (int input = 0; input < PM_INPUTS; input++)
			system->sides[1 + input][i] = e.bottom * b->limit_slope[input] - e.partials[input];
	}
}

/* Gaussian elimination with partial pivoting; solutions replace the sides. */
static bool
eliminate(newton *system, int sides)
{
	int			n = system->size;

	for (int column = 0; column < n; column++)
	{
		int			pivot = column;

		for (int i = column + 1; i < n; i++)
			if (fabs(system->matrix[i][column]) > fabs(system->matrix[pivot][column]))
				pivot = i;
		if (!(fabs(system->matrix[pivot][column]) > 0))
			return false;
		for (int j = column; pivot != column && j < n; j++)
		{
			double		swapped = system->matrix[pivot][j];

			system->matrix[pivot][j] = system->matrix[column][j];
			system->matrix[column][j] = swapped;
		}
		for (int k = 0; pivot != column && k < sides; k++)
		{
			double		swapped = system->sides[k][pivot];

			system->sides[k][pivot] = system->sides[k][column];
			system->sides[k][column] = swapped;
		}
		for (int i = column + 1; i < n; i++)
		{
			double		factor = system->matrix[i][column] / system->matrix[column][column];

#pragma omp simd
			for (int j = column + 1; j < n; j++)
				system->matrix[i][j] -= factor * system->matrix[column][j];
			for (int k = 0; k < sides; k++)
				system->sides[k][i] -= factor * system->sides[k][column];
		}
	}
	for (int k = 0; k < sides; k++)
		for (int i = n - 1; i >= 0; i--)
		{
			double		sum = system->sides[k][i];

			for (int j = i + 1; j < n; j++)
				sum -= system->matrix[i][j] * system->sides[k][j];
			system->sides[k][i] = sum / system->matrix[i][i];
		}
	return true;
}

/*
 * The coefficients that give H = from_limit^2 at the points and 0 at x = 0: a
 * discrete cosine transform, the first and last terms of both sums halved.
 */
static void
interpolate(pm_boundary *b, const scheme *s, const double *from_limit)
{
	int			n = s->order;

	b->order = n;
	for (int m = 0; m <= n; m++)
		b->coefficients[m] = 0;
	for (int i = 1; i <= n; i++)
	{
		double		z = 2 * s->points[i - 1] - 1;
		double		share = from_limit[i] * from_limit[i] * (i == n ? 1 : 2) / n;
		double		older = share,
					old = share * z;

		b->coefficients[0] += 0.5 * share;
		for (int m = 1; m <= n; m++)
		{
			double		next = 2 * z * old - older;

			b->coefficients[m] += m == n ? 0.5 * old : old;
			older = old;
			old = next;
		}
	}
}

/* A new distance, cut to between a third and three times of the old one. */
static double
careful(double old, double new)
{
	if (!(new > old / 3))
		return old / 3;
	return new < 3 * old ? new : 3 * old;
}

/*
 * Plain steps b = N / D, which make slow progress from far away, where Newton's
 * method can be misled.
 */
static void
approach(pm_boundary *b, const scheme *s, const angles *angle, double *from_limit,
		 int steps)
{
	double		next[PM_MOST_ORDER + 1];
	pm_integrand t;
	equation	e;

	for (int step = 0; step < steps; step++)
	{
		interpolate(b, s, from_limit);
		for (int i = 1; i <= s->order; i++)
		{
			double		ratio;

			evaluate(b, angle, s->points[i - 1], from_limit[i], &t, &e);
			ratio = e.top / e.bottom;
			next[i] = from_limit[i];
			if (ratio > 0 && isfinite(ratio))
				next[i] = careful(next[i], next[i] + b->side * pm_log(ratio));
		}
		for (int i = 1; i <= s->order; i++)
			from_limit[i] = next[i];
	}
}

/*
 * Value matching has solutions that are none of the problem.  At a boundary that
 * is one the slope matches, too: as dR/d ln b is the difference of the slopes,
 * int G dv = b D.  At the first points a polynomial cannot be held to it, nor
 * where drift prevails and the boundary flattens at once.
 */
static bool
is_smooth(const pm_boundary *b, const newton *system)
{
	return pm_boundary_difficulty(b) > DRIFT_PREVAILS ||
		system->kink < (b->rate < 0 ? LARGEST_KINK_OF_TWO : LARGEST_KINK);
}

/*
 * Newton's method from the distances given at the points of the scheme, until a
 * step is smaller than `small`; the slopes belong to the boundary then found.
 */
static bool
iterate(pm_boundary *b, const scheme *s, double *from_limit, int plain_steps,
		double small, bool slopes)
{
	angles		angle = make_angles(s);
	newton		system;
	bool		done = false;

	approach(b, s, &angle, from_limit, plain_steps);
	for (int step = 0; step < MOST_STEPS; step++)
	{
		double		largest = 0;

		interpolate(b, s, from_limit);
		if (done && !slopes)
			return is_smooth(b, &system);
		assemble(b, s, &angle, from_limit, &system);
		if (!eliminate(&system, slopes ? 1 + PM_INPUTS : 1))
			return false;
		if (done)
		{
			for (int input = 0; input < PM_INPUTS; input++)
				for (int m = 0; m <= s->order; m++)
					b->slopes[input][m] = system.sides[1 + input][m];
			return is_smooth(b, &system);
		}
		for (int i = 1; i <= s->order; i++)
		{
			double		d = from_limit[i];
			double		h = d * d +
				chebyshev(system.sides[0], s->order, 2 * s->points[i - 1] - 1);

			from_limit[i] = careful(d, h > 0 ? sqrt(h) : 0);
			/* Relative, but for what rounding makes of a small distance. */
			if (!(fabs(from_limit[i] - d) <= largest * (d + ROUNDINGS)))
				largest = fabs(from_limit[i] - d) / (d + ROUNDINGS);
		}
		done = largest < small;
	}
	return false;
}

double
pm_boundary_difficulty(const pm_boundary *b)
{
	double		drift = (b->rate - b->yield) / b->volatility;

	return (drift * drift + fabs(b->rate) + fabs(b->yield) +
			b->volatility * b->volatility) * b->years;
}

/*
 * Solves by one scheme without a solution to start from.  Where a formula's
 * guess leads nowhere, the solution for a quarter of the time does.
 */
static bool
solve_afresh(pm_boundary *b, const scheme *s, double *from_limit, double small,
			 bool slopes, int shorter_times)
{
	pm_boundary shorter = *b;

	for (int plain_steps = 0; plain_steps <= PLAIN_STEPS; plain_steps += PLAIN_STEPS)
	{
		for (int i = 1; i <= s->order; i++)
			from_limit[i] = guess(b, b->years * s->points[i - 1] * s->points[i - 1]);
		if (iterate(b, s, from_limit, plain_steps, small, slopes))
			return true;
	}
	shorter.years = b->years / 4;
	if (shorter_times == 0 ||
		!solve_afresh(&shorter, s, from_limit, 1e-3, false, shorter_times - 1))
		return false;
	for (int i = 1; i <= s->order; i++)
	{
		double		root = 2 * s->points[i - 1];
		double		known = distance(&shorter, root < 1 ? root : 1);

		from_limit[i] = known > 0 ? known : guess(b, b->years * root * root / 4);
	}
	return iterate(b, s, from_limit, PLAIN_STEPS, small, slopes);
}

bool
pm_boundary_solve(pm_boundary *b, pm_accuracy accuracy, bool slopes)
{
	double		hard = pm_boundary_difficulty(b);
	const scheme *s = &schemes[accuracy == PM_GRID
							   ? (hard < 1 ? COARSEST : COARSE)
							   : (hard < 0.5 ? FINE : (hard < 2 ? FINER : FINEST))];
	double		from_limit[PM_MOST_ORDER + 1];
	double		least = schemes[COARSE].points[0];
	pm_boundary coarse = *b;

	if (accuracy == PM_GRID)
		return solve_afresh(b, s, from_limit, SMALL_STEP, slopes, SHORTER_TIMES);

	/* A few digits from a coarse solution save most of the fine one's steps. */
	if (!solve_afresh(&coarse, &schemes[COARSE], from_limit, 1e-3, false, SHORTER_TIMES))
		return false;
	for (int plain_steps = 0; plain_steps <= PLAIN_STEPS; plain_steps += PLAIN_STEPS)
	{
		for (int i = 1; i <= s->order; i++)
		{
			double		x = s->points[i - 1];

			/* Below its first point the coarse one has no digits: scaled guess. */
			from_limit[i] = x > least ? distance(&coarse, x)
				: guess(b, b->years * x * x) / guess(b, b->years * least * least) *
				distance(&coarse, least);
			if (!(from_limit[i] > 0))
				from_limit[i] = guess(b, b->years * x * x);
		}
		if (iterate(b, s, from_limit, plain_steps, SMALL_STEP, slopes))
			return true;
	}
	return false;
}
