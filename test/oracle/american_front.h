/*
 * american_front.h - American puts without cash dividends, by the integral
 * equation of the early exercise front, panel by panel.
 *
 * Units: strike 1, x = log(spot), time t = volatility^2 * years, and a = rate,
 * b = yield over volatility^2, so that log(spot) moves by N((a - b - 1/2) t, t).
 * The gain from exercise per unit of t at spot e^x is f(x) = a - b e^x; where
 * the put waits, it forgoes f.  With C the European call,
 *
 *		put - (1 - e^x) = C(t, x) - int_0^t E[f, if waiting, u ahead] du	(1)
 *
 * (the early exercise premium of Kim 1990, written for the complement, so that
 * near the front no large terms cancel).  The put waits above a front y(t)
 * (`side` +1); if b < a < 0 it waits below a second one too (side -1).  On each
 * front the slope of (1) in x is 0.  In that equation a front needs only its
 * own side, and the upper one C: within the exercised set the two sides do not
 * see each other, until they meet.
 *
 * Method: y = y(0) + sqrt(t) g, g a polynomial in log(t) on each of a geometric
 * series of panels; on each panel Newton's method for the values of g at
 * Chebyshev's points; integrals by Gauss-Legendre on intervals that double away
 * from u = 0.  Derivatives in a and b are carried along exactly (Dual).
 * Against Andersen, Lake and Offengenden (2016): no fixed point iteration, no
 * interpolation over the whole life, and the equation in another form.
 */
#ifndef AMERICAN_FRONT_H
#define AMERICAN_FRONT_H

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

/* A number with its derivatives in a and b. */
struct Dual
{
	double		v, da, db;

	Dual(double v = 0, double da = 0, double db = 0) : v(v), da(da), db(db) {}

	/* f(this), given f and f' there */
	Dual through(double f, double slope) const { return Dual(f, slope * da, slope * db); }
};

static inline Dual operator-(Dual x) { return Dual(-x.v, -x.da, -x.db); }
static inline Dual operator+(Dual x, Dual y) { return Dual(x.v + y.v, x.da + y.da, x.db + y.db); }
static inline Dual operator-(Dual x, Dual y) { return Dual(x.v - y.v, x.da - y.da, x.db - y.db); }
static inline Dual operator*(double x, Dual y) { return Dual(x * y.v, x * y.da, x * y.db); }

static inline Dual
operator*(Dual x, Dual y)
{
	return Dual(x.v * y.v, x.v * y.da + y.v * x.da, x.v * y.db + y.v * x.db);
}

static inline double
normal_cdf(double x)
{
	return std::erfc(-x * M_SQRT1_2) / 2;
}

static inline double
normal_pdf(double x)
{
	return std::exp(-x * x / 2) / std::sqrt(2 * M_PI);
}

static inline Dual exp(Dual x) { return x.through(std::exp(x.v), std::exp(x.v)); }
static inline Dual expm1(Dual x) { return x.through(std::expm1(x.v), std::exp(x.v)); }
static inline Dual normal_cdf(Dual x) { return x.through(normal_cdf(x.v), normal_pdf(x.v)); }
static inline Dual normal_pdf(Dual x) { return x.through(normal_pdf(x.v), -x.v * normal_pdf(x.v)); }

/* Gauss-Legendre points and weights on [0, 1]. */
struct Legendre
{
	std::vector<double> x, w;

	explicit Legendre(int n) : x(n), w(n)
	{
		for (int i = 0; i < n; i++)
		{
			long double z = std::cos(M_PI * (i + 0.75L) / (n + 0.5L)), slope = 1, step = 1;

			for (int round = 0; round < 100 && std::fabs(step) > 1e-18L; round++)
			{
				long double p = 1, before = 0;

				for (int k = 1; k <= n; k++)
				{
					long double next = ((2 * k - 1) * z * p - (k - 1) * before) / k;

					before = p;
					p = next;
				}
				slope = n * (z * p - before) / (z * z - 1);
				step = p / slope;
				z -= step;
			}
			x[i] = (1 - z) / 2;
			w[i] = 1 / ((1 - z * z) * slope * slope);
		}
	}
};

/* How finely: the difference of two of these tells the error. */
struct Settings
{
	int			nodes;			/* points of a panel */
	int			gauss;			/* Gauss-Legendre points of an interval */
	double		ratio;			/* of the ends of a panel */
	double		first;			/* start of the first panel, over the expiry */
};

struct Put
{
	Dual		a, b;

	Put(double a, double b) : a(a, 1, 0), b(b, 0, 1) {}

	Dual drift() const { return a - b - 0.5; }

	bool two_fronts() const { return b.v < a.v && a.v < 0; }

	bool early() const { return a.v > 0 || (a.v == 0 && b.v < 0) || two_fronts(); }
};

/*
 * E[f on the given side of the front y, u ahead] and derivatives.  What may be
 * small is passed as it is: gap is x - y, gain is f(y).
 */
struct Kernel
{
	Dual		value, dx;
	double		dy, dxx, dxy;

	Kernel(const Put &p, int side, double u, Dual x, Dual gap, Dual gain)
	{
		double		root = std::sqrt(u);
		Dual		d = (1 / root) * gap + root * p.drift();
		Dual		money = exp(-u * p.a);
		Dual		density = (side / root) * money * normal_pdf(d);
		Dual		stock = p.b * exp(x - u * p.b) * normal_cdf(side * (d + root));

		value = p.a * money * normal_cdf(side * d) - stock;
		dx = density * gain - stock;
		dy = -density.v * gain.v;
		dxy = -dy * d.v / root;
		dxx = -dxy - stock.v - density.v * (p.a.v - gain.v);
	}
};

class Front
{
public:
	Put			put;
	int			side;
	Dual		start;			/* y(0) */
	std::vector<double> ends;	/* of panels, ascending; first entry the start */

	Front(const Put &put, int side, double first_end, const Settings &set) :
		put(put), side(side), ends(1, first_end), set(set), rule(set.gauss)
	{
		int			n = set.nodes;

		/* at expiry: the strike or, where that is less, the spot where f is 0 */
		at_strike = side > 0 && !(put.a.v > 0 && put.b.v > put.a.v);
		if (!at_strike)
			start = Dual(std::log(put.a.v / put.b.v), 1 / put.a.v, -1 / put.b.v);
		for (int i = 0; i < n; i++)
		{
			points.push_back((1 - std::cos(M_PI * (i + 0.5) / n)) / 2);
			weights.push_back((i % 2 ? -1 : 1) * std::sin(M_PI * (i + 0.5) / n));
		}
		begin();
	}

	/* Adds a panel; false, and none, if Newton's method fails. */
	bool advance(double end)
	{
		ends.push_back(end);
		guess_panel();
		if (solve_panel())
			return true;
		drop();
		return false;
	}

	void drop()
	{
		ends.pop_back();
		g.pop_back();
	}

	double at(double s) const { return (start + above_start(panel_of(s), s)).v; }

	/* y(s) - y(0), s in the given panel */
	Dual above_start(int k, double s) const
	{
		std::vector<double> l;

		if (k < 0)
			return std::sqrt(s) * g_first;
		basis(k, s, l);
		return above_start(k, s, l);
	}

	/* f where y is so much above its start */
	Dual gain(Dual above) const
	{
		return at_strike ? put.a - put.b * exp(above) : -put.a * expm1(above);
	}

	/* A time in which neither drift nor discount do much. */
	double scale_at(double t) const
	{
		double		drift = put.drift().v;

		return std::fmin(t / 4, 1 / (drift * drift + std::fabs(put.a.v) + std::fabs(put.b.v)));
	}

	/*
	 * Calls take(panel, s, u, weight) for s in [0, min(t, until)], u = t - s,
	 * on intervals that double away from s = t, the first of length `scale`.
	 */
	template <typename Take>
	void integrate(const Legendre &rule, double t, double until, double scale, Take take) const
	{
		for (int k = -1; k + 1 < (int) ends.size(); k++)
		{
			double		from = k < 0 ? 0 : ends[k];
			double		to = std::fmin(ends[k + 1], std::fmin(t, until));

			if (from >= to)
				break;
			if (k >= 0)
				doubling(rule, k, t, t - to, t - from, scale, take);
			else
				for (size_t i = 0; i < rule.x.size(); i++)
				{
					double		s = to * rule.x[i] * rule.x[i];

					take(k, s, t - s, 2 * to * rule.x[i] * rule.w[i]);
				}
		}
	}

private:
	Settings	set;
	bool		at_strike;
	Dual		g_first;		/* before the first panel */
	std::vector<std::vector<Dual>> g;
	std::vector<double> points; /* Chebyshev's on [0, 1] */
	std::vector<double> weights;	/* of barycentric interpolation */
	Legendre	rule;

	/* u from near to far; sqrt(u) is the variable */
	template <typename Take>
	static void doubling(const Legendre &rule, int k, double t, double near, double far,
						 double scale, Take take)
	{
		while (near < far)
		{
			double		next = std::fmax(2 * near, scale);
			double		low = std::sqrt(near);

			if (next > far * 0.75)
				next = far;
			for (size_t i = 0; i < rule.x.size(); i++)
			{
				double		width = std::sqrt(next) - low;
				double		v = low + width * rule.x[i];

				take(k, t - v * v, v * v, 2 * v * width * rule.w[i]);
			}
			near = next;
		}
	}

	int panel_of(double s) const
	{
		int			k = (int) g.size() - 1;

		while (k >= 0 && ends[k] > s)
			k--;
		return k;
	}

	/* Values at s of the interpolating polynomials of a panel. */
	void basis(int k, double s, std::vector<double> &l) const
	{
		double		z = std::log(s / ends[k]) / std::log(ends[k + 1] / ends[k]);
		double		sum = 0;

		l.assign(set.nodes, 0);
		for (int i = 0; i < set.nodes; i++)
		{
			if (z == points[i])
			{
				l.assign(set.nodes, 0);
				l[i] = 1;
				return;
			}
			l[i] = weights[i] / (z - points[i]);
			sum += l[i];
		}
		for (int i = 0; i < set.nodes; i++)
			l[i] /= sum;
	}

	Dual above_start(int k, double s, const std::vector<double> &l) const
	{
		Dual		sum;

		for (int i = 0; i < set.nodes; i++)
			sum = sum + l[i] * g[k][i];
		return std::sqrt(s) * sum;
	}

	/* The slope of C in x, and its slope. */
	Dual source(double t, Dual x, double *slope) const
	{
		double		root = std::sqrt(t);
		Dual		d = (1 / root) * x + root * put.drift() + root;
		Dual		share = exp(x - t * put.b);

		*slope = 0;
		if (side < 0)
			return 0;
		*slope = share.v * (normal_cdf(d.v) + normal_pdf(d.v) / root);
		return share * normal_cdf(d);
	}

	/* The slope of (1) at the first panel's start if g was constant so far. */
	Dual first_slope(Dual trial) const
	{
		double		t = ends[0], unused;
		Dual		x = start + std::sqrt(t) * trial;
		Dual		sum = source(t, x, &unused);

		doubling(rule, -1, t, 0, t, t / 1024, [&](int, double s, double u, double w)
		{
			Dual		gap = (std::sqrt(t) - std::sqrt(s)) * trial;

			sum = sum - w * Kernel(put, side, u, x, gap, gain(std::sqrt(s) * trial)).dx;
		});
		return sum;
	}

	void begin()
	{
		double		inner = 0, outer = -60 * side, h = 1e-6;
		bool		sign = first_slope(inner).v > 0;

		for (int round = 0; round < 80; round++)
		{
			double		middle = (inner + outer) / 2;

			((first_slope(middle).v > 0) == sign ? inner : outer) = middle;
		}

		Dual		miss = first_slope(inner);
		double		slope = (first_slope(inner + h).v - first_slope(inner - h).v) / (2 * h);

		g_first = Dual(inner, -miss.da / slope, -miss.db / slope);
	}

	/* A first guess: g goes on as the power of t that it was last. */
	void guess_panel()
	{
		int			k = (int) g.size();
		double		now = g_first.v, power = 0;

		if (k > 0)
		{
			double		t = ends[k], before = t * 0.9;

			now = above_start(k - 1, t).v / std::sqrt(t);
			power = std::log(now / (above_start(k - 1, before).v / std::sqrt(before))) /
				std::log(t / before);
		}
		g.push_back(std::vector<Dual>(set.nodes));
		for (int i = 0; i < set.nodes; i++)
			g[k][i] = now * std::pow(ends[k + 1] / ends[k], power * points[i]);
	}

	/* One row of Newton's equations: what is missed, and the matrix. */
	Dual equation(int i, double *matrix) const
	{
		int			k = (int) g.size() - 1, n = set.nodes;
		double		t = ends[k] * std::pow(ends[k + 1] / ends[k], points[i]);
		double		diagonal;
		Dual		here = std::sqrt(t) * g[k][i];
		Dual		miss = source(t, start + here, &diagonal);
		std::vector<double> l;

		std::fill(matrix, matrix + n, 0);
		integrate(rule, t, t, scale_at(t), [&](int panel, double s, double u, double w)
		{
			if (panel >= 0)
				basis(panel, s, l);

			Dual		y = panel < 0 ? above_start(panel, s) : above_start(panel, s, l);
			Kernel		kernel(put, side, u, start + here, here - y, gain(y));

			miss = miss - w * kernel.dx;
			diagonal -= w * kernel.dxx;
			if (panel == k)
				for (int j = 0; j < n; j++)
					matrix[j] -= w * kernel.dxy * std::sqrt(s) * l[j];
		});
		matrix[i] += diagonal * std::sqrt(t);
		return miss;
	}

	/*
	 * Once the values stand, two more rounds: for the last digits, and for the
	 * derivatives, which the exact matrix makes right at once.
	 */
	bool solve_panel()
	{
		int			n = set.nodes, more = 2;
		std::vector<double> matrix(n * n);
		std::vector<Dual> miss(n);

		for (int round = 0; round < 40; round++)
		{
			double		change = 0;

			for (int i = 0; i < n; i++)
				miss[i] = equation(i, &matrix[i * n]);
			solve(matrix, miss, n);
			for (int i = 0; i < n; i++)
			{
				Dual	   &value = g.back()[i];

				change = std::fmax(change, std::fabs(miss[i].v));
				value = value - miss[i];
			}
			if (!(change < 1e6))
				return false;
			if (change < 1e-8 && more-- == 0)
				return true;
		}
		return false;
	}

	/* Gauss elimination with pivots; the answer replaces `right`. */
	static void solve(std::vector<double> &m, std::vector<Dual> &right, int n)
	{
		for (int c = 0; c < n; c++)
		{
			int			pivot = c;

			for (int i = c + 1; i < n; i++)
				if (std::fabs(m[i * n + c]) > std::fabs(m[pivot * n + c]))
					pivot = i;
			for (int j = 0; j < n; j++)
				std::swap(m[c * n + j], m[pivot * n + j]);
			std::swap(right[c], right[pivot]);
			for (int i = c + 1; i < n; i++)
			{
				double		factor = m[i * n + c] / m[c * n + c];

				for (int j = c; j < n; j++)
					m[i * n + j] -= factor * m[c * n + j];
				right[i] = right[i] - factor * right[c];
			}
		}
		for (int i = n - 1; i >= 0; i--)
		{
			for (int j = i + 1; j < n; j++)
				right[i] = right[i] - m[i * n + j] * right[j];
			right[i] = (1 / m[i * n + i]) * right[i];
		}
	}
};

/* The put up to the time `expiry`. */
class American
{
public:
	Put			put;
	double		expiry;
	double		met;			/* when two fronts met; infinite if not yet */
	std::vector<Front> fronts;	/* upper, lower; none: never exercised early */

	American(const Put &put, double expiry, const Settings &set) :
		put(put), expiry(expiry), met(INFINITY)
	{
		int			panels = (int) std::ceil(-std::log(set.first) / std::log(set.ratio));
		double		first = expiry * std::exp(-panels * std::log(set.ratio));

		if (!put.early())
			return;
		fronts.push_back(Front(put, 1, first, set));
		if (put.two_fronts())
			fronts.push_back(Front(put, -1, first, set));
		march(std::log(set.ratio));
	}

	/* Whether there is an exercised set now, and whether it holds x. */
	bool exercised_now() const { return !fronts.empty() && expiry < met; }
	double upper() const { return fronts[0].at(expiry); }
	double lower() const { return fronts.size() > 1 ? fronts[1].at(expiry) : -INFINITY; }
	bool exercised(double x) const { return exercised_now() && x <= upper() && x >= lower(); }

	/* Price and its derivatives in x, where the put waits. */
	void value(double x, Dual *price, double *dx, double *dxx) const
	{
		static const Legendre rule(64);
		double		root = std::sqrt(expiry);
		Dual		d2 = x / root + root * put.drift();
		Dual		share = exp(x - expiry * put.b);

		*price = exp(-expiry * put.a) * normal_cdf(-d2) - share * normal_cdf(-d2 - root);
		*dx = -(share * normal_cdf(-d2 - root)).v;
		*dxx = *dx + share.v * normal_pdf(d2.v + root) / root;
		for (size_t i = 0; i < fronts.size(); i++)
		{
			const Front &front = fronts[i];
			double		sign = i == 0 ? 1 : -1;
			double		scale = front.scale_at(expiry);

			/* where the front is near, the kernel is a spike at u = gap^2 */
			if (exercised_now())
				scale = std::fmin(scale, std::pow(x - front.at(expiry), 2) / 64);
			front.integrate(rule, expiry, met, std::fmax(scale, expiry * 1e-30),
							[&](int panel, double s, double u, double w)
			{
				Dual		above = front.above_start(panel, s);
				Kernel		kernel(put, -1, u, x, x - front.start - above, front.gain(above));

				*price = *price + sign * w * kernel.value;
				*dx += sign * w * kernel.dx.v;
				*dxx += sign * w * kernel.dxx;
			});
		}
	}

private:
	/* Panels shorten where Newton's method fails, and where two fronts meet. */
	void march(double most)
	{
		Front	   &upper = fronts[0], &lower = fronts.back();
		bool		two = fronts.size() > 1;
		double		step = most;

		while (upper.ends.back() < expiry && step > 1e-6)
		{
			double		end = upper.ends.back() * std::exp(step);
			bool		found, meeting;

			if (end > expiry * 0.999)
				end = expiry;
			found = upper.advance(end);
			if (found && two && !lower.advance(end))
			{
				upper.drop();
				found = false;
			}
			meeting = found && two && upper.at(end) <= lower.at(end);
			if (meeting && step < 0.1)
			{
				meet(upper.ends[upper.ends.size() - 2], end);
				return;
			}
			if (meeting)
			{
				upper.drop();
				lower.drop();
			}
			step = found && !meeting ? std::fmin(most, step * (two ? 1 : 2)) : step / 2;
		}
		if (upper.ends.back() < expiry)
		{
			std::fprintf(stderr, "no front found: a %g, b %g, t %g\n", put.a.v, put.b.v, expiry);
			std::exit(1);
		}
	}

	void meet(double low, double high)
	{
		for (int round = 0; round < 80; round++)
		{
			double		middle = (low + high) / 2;

			(fronts[0].at(middle) > fronts[1].at(middle) ? low : high) = middle;
		}
		met = high;
	}
};

#endif							/* AMERICAN_FRONT_H */
