/*
 * american_ordinary.c - american_boundary.c's equations and american.c's
 * integral in SIMD lanes; the formulas and their names are explained there.
 *
 * Boundary: eight points of collocation, each in a lane of its own, and eight
 * angles of quadrature, so that sums run over vectors and never across one, and
 * every instruction set adds in the same order.  Premium: sixteen fixed nodes,
 * dense close to now, where the integrand changes fast for a price next to the
 * boundary; what does not depend on the price is worked out once.
 *
 * Loops over the angles are kept short, so that the processor has several of
 * their turns in flight.
 */
#include "american_ordinary.h"

#include <math.h>

#include "nodes.h"
#include "normal.h"

/* Of (r - q)^2 T / sigma^2 + |r| T + |q| T + sigma^2 T.  Errors rise with it, to
 * some 3e-6 of the strike here. */
#define MOST_DIFFICULTY	3

/* Steps of Newton's method; two or three are usual. */
#define MOST_STEPS		8

/* Relative: longer ones are shortened, lest they reach beyond the limit. */
#define LONGEST_STEP	0.4

/* A step so small leaves an error of the order of its square. */
#define SMALL_STEP		3e-3

/* See is_smooth in american_boundary.c. */
#define LARGEST_KINK	0.3

#define ROWS	PM_ORDINARY_ORDER
#define ANGLES	8
#define NODES	16

/* Prices of the underlying that are worked out side by side. */
#define PRICES	8

/* One number for each point of the collocation. */
typedef double lanes[ROWS];

#define IN_LANES	_Pragma("omp simd") for (int i = 0; i < ROWS; i++)

typedef struct equations
{
	/* Of the points, with v = tau: */
	lanes		tau;
	lanes		root;			/* sqrt(v) */
	lanes		paid;			/* e^(-rv) */
	lanes		grown;			/* e^(-qv) */
	lanes		basis[ROWS];	/* T_m - T_m(0), m = 1, 2, ... */
	/* The same of the angles. */
	lanes		roots[ANGLES];
	lanes		inverse[ANGLES];	/* 1 / (sigma sqrt(v)) */
	lanes		paids[ANGLES];
	lanes		growns[ANGLES];
	lanes		bases[ANGLES][ROWS];

	/* At the present coefficients: */
	lanes		square;			/* H = ln(b / limit)^2 */
	lanes		log_b;
	lanes		b;
	lanes		top;			/* N */
	lanes		bottom;			/* b D */
	lanes		inner;			/* int G dv */
	lanes		away[ANGLES];	/* |ln(c / limit)| */
	lanes		c[ANGLES];
	lanes		minus[ANGLES];	/* d- */
	lanes		density[ANGLES];	/* A */
	lanes		pull[ANGLES];	/* dR / dH */
	lanes		columns[ROWS + 1];	/* of the linear system; the last, its right side */
} equations;

/* ------------------------------------------------------------------------
 * The boundary.
 */

/* T_m(2 x - 1) - T_m(-1) for m = 1, 2, ...: polynomials that are 0 at 0. */
PM_INLINE void
fill_basis(double cosine, lanes *basis)
{
	IN_LANES
	{
		double		z = 2 * (cosine * pm_chebyshev_point_8[i]) - 1;
		double		older = 1;
		double		old = z;

		basis[0][i] = z + 1;
		PM_UNROLL
		for (int m = 2; m <= ROWS; m++)
		{
			double		next = 2 * z * old - older;

			older = old;
			old = next;
			basis[m - 1][i] = m % 2 == 0 ? next - 1 : next + 1;
		}
	}
}

PM_INLINE double
sum_of_basis(const double *coefficients, const lanes *basis, int i)
{
	double		sum = coefficients[0] * basis[0][i];

	PM_UNROLL
	for (int m = 1; m < ROWS; m++)
		sum += coefficients[m] * basis[m][i];
	return sum;
}

/* What the equations need and does not depend on the boundary. */
PM_INLINE void
prepare(const pm_ordinary *put, equations *e)
{
	IN_LANES
	{
		double		x = pm_chebyshev_point_8[i];

		e->tau[i] = put->years * (x * x);
		e->root[i] = sqrt(e->tau[i]);
		e->paid[i] = pm_exp_scaled(-put->rate * e->tau[i], 1);
		e->grown[i] = pm_exp_scaled(-put->yield * e->tau[i], 1);
	}
	fill_basis(1, e->basis);
	for (int k = 0; k < ANGLES; k++)
	{
		IN_LANES
		{
			double		root = e->root[i] * pm_front_sine_8[k];

			e->roots[k][i] = root;
			e->inverse[k][i] = 1 / (put->volatility * root);
			e->paids[k][i] = pm_exp_scaled(-put->rate * (root * root), 1);
			e->growns[k][i] = pm_exp_scaled(-put->yield * (root * root), 1);
		}
		fill_basis(pm_front_cosine_8[k], e->bases[k]);
	}
}

/*
 * A first guess of H, whose root is off by some 3 %.  At short times ln b is
 * -a sigma sqrt(tau), and 1 / e^(a^2) tends to 8 pi e^2 with
 * e = (r - q b) sqrt(tau) / sigma (Evans, Kuske and Keller, American options on
 * assets with dividends near expiry, Math. Finance 12, 2002); with two terms
 * fitted to that it holds for all e, and Newton's method finds b on both
 * sides.  Where the boundary leaves r/q it is 0.64 sigma sqrt(tau) below that at
 * first, and at long times it stops at the perpetual option's.
 */
PM_INLINE void
guess(const pm_ordinary *put, equations *e)
{
	const double fitted = 2.05;
	const double slower = 1.27;
	const double asymptotic = 0.039788735772973836;	/* 1 / (8 pi) */
	double		sigma = put->volatility;
	double		variance = sigma * sigma;
	double		limit = put->log_limit;
	double		alpha = 0.5 - (put->rate - put->yield) / variance;
	double		lambda = sqrt(alpha * alpha + 2 * put->rate / variance) - alpha;
	double		far = lambda > 0 ? pm_log_ratio(1 + lambda, lambda) + limit : 1e3;
	double		least = 1e-4 * (put->rate + fabs(put->yield));

	IN_LANES
	{
		double		stdev = sigma * e->root[i];
		double		scale = e->root[i] / sigma;
		double		x = 0.1 * stdev - limit;	/* -ln b */
		double		near;

		x = x > stdev ? x : stdev;
		PM_UNROLL
		for (int turn = 0; turn < 2; turn++)
		{
			double		lost = put->yield * pm_exp_scaled(-x, 1);
			double		gain = put->rate - lost;
			double		f = 1 / (scale * (gain > least ? gain : least));
			double		power = fitted + (slower + asymptotic * f) * f;
			double		a = sqrt(pm_log_ratio(power, 1));
			double		slope = stdev * f * f * (slower + 2 * asymptotic * f) *
				scale * lost / (2 * a * power);

			x += (stdev * a - x) / (1 + slope);
		}
		x = x + limit > 0 ? x + limit : 0;
		near = x * x + (limit < 0 ? 0.4 * (stdev * stdev) : 0);
		e->square[i] = near / (1 + near / (far * far));
	}
}

/*
 * The coefficients that give H at the points and 0 at x = 0: a discrete cosine
 * transform, the last terms of both sums halved.
 */
PM_INLINE void
interpolate(const equations *e, double *coefficients)
{
	for (int m = 1; m <= ROWS; m++)
	{
		double		sum = 0;

		for (int i = 0; i < ROWS; i++)
			sum += (i == ROWS - 1 ? 0.5 : 1) * e->square[i] *
				(e->basis[m - 1][i] + (m % 2 == 0 ? 1 : -1));
		coefficients[m - 1] = (m == ROWS ? 1.0 : 2.0) / ROWS * sum;
	}
}

typedef struct quotients
{
	double		first;
	double		second;
	double		inverse;
} quotients;

/*
 * whole N(d) of two from their densities, as pm_weighted_cdf has it, and 1 / x;
 * from one division, which takes as long as some twenty products.  Quantiles are
 * bounded where their densities are 0, so that the product of the denominators
 * is finite.
 */
PM_INLINE quotients
weigh_both(double whole1, double density1, double d1,
		   double whole2, double density2, double d2, double x)
{
	double		y1 = fabs(d1) < 1e9 ? fabs(d1) : 1e9;
	double		y2 = fabs(d2) < 1e9 ? fabs(d2) : 1e9;
	double		under1 = pm_polynomial(pm_mills_q, 12, y1);
	double		under2 = pm_polynomial(pm_mills_q, 12, y2);
	double		under = under1 * under2;
	double		inverse = 1 / (under * x);
	double		tail1 = density1 * (pm_polynomial(pm_mills_p, 11, y1) * (under2 * x * inverse));
	double		tail2 = density2 * (pm_polynomial(pm_mills_p, 11, y2) * (under1 * x * inverse));

	return (quotients)
	{
		d1 < 0 ? tail1 : whole1 - tail1, d2 < 0 ? tail2 : whole2 - tail2, under * inverse
	};
}

/* The boundary at the points, and the terms in front of the integrals. */
PM_INLINE void
evaluate_points(const pm_ordinary *put, double drift, equations *e)
{
	IN_LANES
	{
		double		stdev = put->volatility * e->root[i];
		double		d;
		double		density;

		e->square[i] = sum_of_basis(put->coefficients, e->basis, i);
		e->log_b[i] = put->log_limit - sqrt(e->square[i]);
		e->b[i] = pm_exp_scaled(e->log_b[i], 1);
		d = e->log_b[i] / stdev + drift * e->root[i];
		density = pm_normal_density(d, e->paid[i]);
		e->top[i] = pm_weighted_cdf(e->paid[i], density, d);
		e->bottom[i] = pm_weighted_cdf(e->b[i] * e->grown[i], density, d + stdev);
		e->inner[i] = 0;
	}
}

/* The boundary at the angles, and the integrals. */
PM_INLINE void
evaluate_angles(const pm_ordinary *put, double drift, equations *e)
{
	double		sigma = put->volatility;
	double		r = put->rate;
	double		q = put->yield;

	for (int k = 0; k < ANGLES; k++)
	{
		IN_LANES
		{
			double		h = sum_of_basis(put->coefficients, e->bases[k], i);

			/* Near 0 the polynomial may dip below. */
			e->away[k][i] = sqrt(h > 0 ? h : 0);
		}
	}
	for (int k = 0; k < ANGLES; k++)
	{
		IN_LANES
		{
			double		log_c = put->log_limit - e->away[k][i];

			e->c[k][i] = pm_exp_scaled(log_c, 1);
			e->minus[k][i] = (e->log_b[i] - log_c) * e->inverse[k][i] + drift * e->roots[k][i];
		}
	}
	for (int k = 0; k < ANGLES; k++)
	{
		IN_LANES
			e->density[k][i] = pm_normal_density(e->minus[k][i], e->paids[k][i]);
	}
	for (int k = 0; k < ANGLES; k++)
	{
		IN_LANES
		{
			double		dv = pm_front_weight_8[k] * e->tau[i];
			double		pull = (r - q * e->c[k][i]) * e->density[k][i] * e->inverse[k][i] * dv;
			quotients	t = weigh_both(e->paids[k][i], e->density[k][i], e->minus[k][i],
									   e->b[i] * e->growns[k][i], e->c[k][i] * e->density[k][i],
									   e->minus[k][i] + sigma * e->roots[k][i],
									   e->away[k][i] > 0 ? 2 * e->away[k][i] : 1);

			e->top[i] += r * dv * t.first;
			e->bottom[i] += q * dv * t.second;
			e->inner[i] += pull;
			/* H = 0 is held where the polynomial dips: nothing moves there. */
			e->pull[k][i] = e->away[k][i] > 0 ? pull * t.inverse : 0;
		}
	}
}

/* Fills the linear system of a step from the coefficients as they are. */
PM_INLINE void
assemble(const pm_ordinary *put, equations *e)
{
	double		drift = (put->rate - put->yield) / put->volatility - 0.5 * put->volatility;
	lanes		own;

	evaluate_points(put, drift, e);
	evaluate_angles(put, drift, e);
	IN_LANES
	{
		own[i] = (e->bottom[i] - e->inner[i]) / (2 * sqrt(e->square[i]));
		e->columns[ROWS][i] = e->bottom[i] - e->top[i];
	}
	for (int m = 0; m < ROWS; m++)
	{
		IN_LANES
		{
			double		sum = own[i] * e->basis[m][i];

			PM_UNROLL
			for (int k = 0; k < ANGLES; k++)
				sum += e->pull[k][i] * e->bases[k][m][i];
			e->columns[m][i] = sum;
		}
	}
}

/* Gauss and Jordan's elimination with partial pivoting, the rows in lanes. */
PM_INLINE bool
eliminate(equations *e, double *solution)
{
	int			pivots[ROWS];
	bool		used[ROWS] = {false};

	for (int column = 0; column < ROWS; column++)
	{
		lanes		factor;
		int			pivot = 0;
		double		largest = 0;
		double		inverse;

		for (int i = 0; i < ROWS; i++)
			if (!used[i] && fabs(e->columns[column][i]) > largest)
			{
				largest = fabs(e->columns[column][i]);
				pivot = i;
			}
		if (!(largest > 0))
			return false;
		used[pivot] = true;
		pivots[column] = pivot;
		inverse = 1 / e->columns[column][pivot];
		IN_LANES
			factor[i] = i == pivot ? 0 : e->columns[column][i] * inverse;
		for (int j = column + 1; j <= ROWS; j++)
		{
			double		of_pivot = e->columns[j][pivot];

			IN_LANES
				e->columns[j][i] -= factor[i] * of_pivot;
		}
	}
	for (int column = 0; column < ROWS; column++)
		solution[column] = e->columns[ROWS][pivots[column]] / e->columns[column][pivots[column]];
	return true;
}

/*
 * The largest relative change of the distances ln(b / limit) that a step makes;
 * `weighted`: in proportion to sqrt(tau), as prices feel it.  The polynomial may
 * be far off the boundary at the first points, where nothing depends on it.
 */
PM_INLINE double
largest_change(const equations *e, const double *step, bool weighted)
{
	lanes		change;
	double		largest = 0;

	IN_LANES
		change[i] = fabs(sum_of_basis(step, e->basis, i) / (2 * e->square[i])) *
			(weighted ? pm_chebyshev_point_8[i] : 1);
	/* Written so that NaN is the largest. */
	for (int i = 0; i < ROWS; i++)
		if (!(change[i] <= largest))
			largest = change[i];
	return largest;
}

/* As is_smooth in american_boundary.c. */
static bool
is_smooth(const equations *e)
{
	for (int i = ROWS / 3; i < ROWS; i++)
		if (!(fabs(e->inner[i] - e->bottom[i]) <
			  LARGEST_KINK * (fabs(e->inner[i]) + fabs(e->bottom[i]))))
			return false;
	return true;
}

PM_CLONES static bool
find_boundary(pm_ordinary *put)
{
	double		drift = (put->rate - put->yield) / put->volatility;
	double		difficulty = (drift * drift + put->rate + fabs(put->yield) +
							  put->volatility * put->volatility) * put->years;
	double		step[ROWS];
	equations	e;

	if (!(difficulty < MOST_DIFFICULTY))
		return false;
	prepare(put, &e);
	guess(put, &e);
	interpolate(&e, put->coefficients);
	for (int turn = 0; turn < MOST_STEPS; turn++)
	{
		double		change;
		double		share;

		assemble(put, &e);
		if (!eliminate(&e, step))
			return false;
		change = largest_change(&e, step, false);
		share = change > LONGEST_STEP ? LONGEST_STEP / change : 1;
		for (int m = 0; m < ROWS; m++)
			put->coefficients[m] += share * step[m];
		if (share == 1 && largest_change(&e, step, true) < SMALL_STEP)
			return is_smooth(&e);
	}
	return false;
}

bool
pm_ordinary_solve(pm_ordinary *put)
{
	return find_boundary(put);
}

/* ------------------------------------------------------------------------
 * The premium.
 */

/* ln b where sqrt(tau / years) = root. */
PM_INLINE double
log_boundary(const pm_ordinary *put, double root)
{
	double		z = 2 * root - 1;
	double		older = 1;
	double		old = z;
	double		h = put->coefficients[0] * (z + 1);

	PM_UNROLL
	for (int m = 2; m <= ROWS; m++)
	{
		double		next = 2 * z * old - older;

		older = old;
		old = next;
		h += put->coefficients[m - 1] * (m % 2 == 0 ? next - 1 : next + 1);
	}
	return put->log_limit - sqrt(h > 0 ? h : 0);
}

double
pm_ordinary_log(const pm_ordinary *put)
{
	return log_boundary(put, 1);
}

/* What the integrand is made of at the nodes, for all prices. */
typedef struct nodes
{
	double		root[NODES];	/* sqrt(v) */
	double		inverse[NODES]; /* 1 / (sigma sqrt(v)) */
	double		log_c[NODES];
	double		c[NODES];
	double		paid[NODES];	/* e^(-rv) */
	double		grown[NODES];	/* e^(-qv) */
} nodes;

PM_INLINE void
fill_nodes(const pm_ordinary *put, nodes *n)
{
	double		root_years = sqrt(put->years);

#pragma omp simd
	for (int k = 0; k < NODES; k++)
	{
		double		root = root_years * pm_spot_sine_16[k];

		n->root[k] = root;
		n->inverse[k] = 1 / (put->volatility * root);
		n->log_c[k] = log_boundary(put, pm_spot_cosine_16[k]);
		n->c[k] = pm_exp_scaled(n->log_c[k], 1);
		n->paid[k] = pm_exp_scaled(-put->rate * (root * root), 1);
		n->grown[k] = pm_exp_scaled(-put->yield * (root * root), 1);
	}
}

/* In an order of its own, which is that of any number of lanes. */
PM_INLINE double
sum_of_nodes(const double *x)
{
	double		s[NODES / 2];

#pragma omp simd
	for (int k = 0; k < NODES / 2; k++)
		s[k] = x[k] + x[k + NODES / 2];
	return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}

/* Premiums at no more than PRICES prices. */
PM_INLINE void
integrate(const pm_ordinary *put, const nodes *n, const double *log_m, size_t count,
		  double *premiums)
{
	double		sigma = put->volatility;
	double		drift = (put->rate - put->yield) / sigma - 0.5 * sigma;
	double		minus[PRICES][NODES];
	double		density[PRICES][NODES];

	for (size_t j = 0; j < count; j++)
	{
#pragma omp simd
		for (int k = 0; k < NODES; k++)
			minus[j][k] = (log_m[j] - n->log_c[k]) * n->inverse[k] + drift * n->root[k];
	}
	for (size_t j = 0; j < count; j++)
	{
#pragma omp simd
		for (int k = 0; k < NODES; k++)
			density[j][k] = pm_normal_density(minus[j][k], n->paid[k]);
	}
	for (size_t j = 0; j < count; j++)
	{
		double		m = pm_exp(log_m[j]);

#pragma omp simd
		for (int k = 0; k < NODES; k++)
		{
			quotients	t = weigh_both(n->paid[k], density[j][k], -minus[j][k],
									   m * n->grown[k], n->c[k] * density[j][k],
									   -minus[j][k] - sigma * n->root[k], 1);

			density[j][k] = pm_spot_weight_16[k] *
				(put->rate * t.first - put->yield * t.second);
		}
		premiums[j] = put->years * sum_of_nodes(density[j]);
	}
}

PM_CLONES static void
find_premiums(const pm_ordinary *put, const double *log_m, size_t count, double *premiums)
{
	nodes		n;

	fill_nodes(put, &n);
	for (size_t i = 0; i < count; i += PRICES)
		integrate(put, &n, log_m + i, count - i < PRICES ? count - i : PRICES, premiums + i);
}

void
pm_ordinary_premiums(const pm_ordinary *put, const double *log_m, size_t count,
					 double *premiums)
{
	find_premiums(put, log_m, count, premiums);
}
