/*
 * american_dividends.cpp - options with cash dividends in the escrowed model:
 * S* = S less the present value of the dividends with an ex date up to expiry is
 * lognormal with drift rate - yield; exercise pays on S = S* + present value of
 * the dividends whose ex date is still to come, just before an ex date with,
 * at it without, the dividend.
 *
 * American put (rate > 0, yield >= 0): where it is exercised it gains
 * f = rate strike - yield S*, dividends or not, so that the formulas of
 * american_front.h hold with other fronts: after each ex date (in time to
 * expiry) nothing is exercised for a while, for the dividend is worth more than
 * the interest; then a front comes up from S* = 0.
 *
 * American call: backward induction (american_bermudan.h).  With yield = 0 and
 * rate >= 0 it is exercised just before an ex date or not at all, and the dates
 * are exact; otherwise between them at 2^k dates, extrapolated.
 *
 * dividends: years and amount of each, as in 0.25:1.5;0.75:1.5.
 * `european` is the closed form.  `error` is the largest change of price, delta
 * and gamma from coarser settings, at least 1e-11 (0 where exercised); of a call
 * by extrapolation, how much the last doubling of dates changed the first
 * extrapolation.  Calls have no delta and gamma here.
 *
 * Build:  g++ -O1 -o american_dividends american_dividends.cpp
 * Usage:  american_dividends > american_dividends.csv	(minutes)
 */
#include "american_bermudan.h"

struct Dividend
{
	double		years, amount;
};

struct Option
{
	int			sign;
	double		spot, strike, years, volatility, rate, yield;
	std::vector<Dividend> dividends;	/* ascending */

	/* At calendar time `now`, of dividends from number `first` on. */
	double present_value(double now, size_t first) const
	{
		double		sum = 0;

		for (size_t i = first; i < dividends.size(); i++)
			sum += dividends[i].amount * std::exp(-rate * (dividends[i].years - now));
		return sum;
	}
};

struct Value
{
	double		price, delta, gamma;
};

/*
 * A front that comes up from -infinity at time `birth` and ends at `end`; y is
 * a polynomial in log(t - birth) on each panel, linear in it before the first.
 */
struct Rise
{
	double		birth, end;
	size_t		next;			/* dividend that is still to come */
	double		slope;
	std::vector<double> ends;	/* of panels, less birth */
	std::vector<std::vector<double>> y;
};

class DividendPut
{
public:
	DividendPut(const Option &o, const Settings &set) :
		o(o), put(o.rate / square(o.volatility), o.yield / square(o.volatility)), set(set),
		rule(set.gauss), expiry(o.years * square(o.volatility)),
		first(put, first_end(), set)
	{
		int			n = set.nodes;

		for (int i = 0; i < n; i++)
		{
			points.push_back((1 - std::cos(M_PI * (i + 0.5) / n)) / 2);
			weights.push_back((i % 2 ? -1 : 1) * std::sin(M_PI * (i + 0.5) / n));
		}
		rises();
	}

	/* Whether spots up to *critical are exercised now. */
	bool exercised_now(double *critical) const
	{
		bool		now = risen.empty() ? o.dividends.empty() : risen.back().end == expiry;

		if (now)
			*critical = o.present_value(0, 0) +
				o.strike * std::exp(risen.empty() ? first.upper() : at(risen.back(), expiry));
		return now;
	}

	Value value(double spot) const
	{
		double		x = std::log((spot - o.present_value(0, 0)) / o.strike), v[3], critical;
		double		s = std::exp(x);

		if (exercised_now(&critical) && spot <= critical)
			return {o.strike - spot, -1, 0};
		waiting(expiry, x, v);
		return {o.strike * v[0], v[1] / s, (v[2] - v[1]) / (s * s * o.strike)};
	}

private:
	Option		o;
	Put			put;
	Settings	set;
	Legendre	rule;
	double		expiry;
	American	first;			/* up to the last ex date */
	std::vector<Rise> risen;
	std::vector<double> points, weights;

	static double square(double x) { return x * x; }

	double to_expiry(double calendar) const
	{
		return (o.years - calendar) * square(o.volatility);
	}

	double first_end() const
	{
		return o.dividends.empty() ? expiry : to_expiry(o.dividends.back().years);
	}

	/* The present value at t of dividends from number `i` on, of strike 1. */
	double owed(double t, size_t i) const
	{
		return o.present_value(o.years - t / square(o.volatility), i) / o.strike;
	}

	/*
	 * At S* = 0 the put is a sum of money: `worth` at the last ex date, and it
	 * waits until exercise pays as much.
	 */
	void rises()
	{
		double		start = first_end(), worth = 1;

		for (int i = (int) o.dividends.size() - 1; i >= 0; i--)
		{
			double		end = i > 0 ? to_expiry(o.dividends[i - 1].years) : expiry;
			double		wait = std::log(worth + owed(start, i)) / put.a.v;

			if (start + wait < end)
			{
				rise(start + wait, end, i);
				worth = 1 - owed(end, i);
			}
			else
				worth *= std::exp(-put.a.v * (end - start));
			start = end;
		}
	}

	/* Price of waiting, and derivatives in x, by the fronts known so far. */
	void waiting(double t, double x, double *v) const
	{
		static const Legendre fine(40);
		Dual		price;

		european(t, x, v);

		double		scale = first.fronts[0].scale_at(t);

		auto add = [&](double u, double w, double y)
		{
			Kernel		kernel(put, -1, u, x, x - y, put.a - put.b * exp(Dual(y)));

			v[0] += w * kernel.value.v;
			v[1] += w * kernel.dx.v;
			v[2] += w * kernel.dxx;
		};

		if (risen.empty() && o.dividends.empty())
			scale = std::fmin(scale, square(x - first.upper()) / 64);
		first.fronts[0].integrate(fine, t, first.expiry, std::fmax(scale, t * 1e-30),
								  [&](int panel, double s, double u, double w)
		{
			add(u, w, (first.fronts[0].start + first.fronts[0].above_start(panel, s)).v);
		});
		for (const Rise &r : risen)
		{
			std::vector<double> l;
			double		near = first.fronts[0].scale_at(t);

			if (r.end == t)
				near = std::fmin(near, square(x - at(r, t)) / 64);
			integrate(fine, r, t, std::fmax(near, t * 1e-30), l,
					  [&](int, double, double u, double w, double y) { add(u, w, y); });
		}
	}

	void european(double t, double x, double *v) const
	{
		double		root = std::sqrt(t), d2 = x / root + root * put.drift().v;
		double		share = std::exp(x - put.b.v * t);

		v[0] = std::exp(-put.a.v * t) * normal_cdf(-d2) - share * normal_cdf(-d2 - root);
		v[1] = -share * normal_cdf(-d2 - root);
		v[2] = v[1] + share * normal_pdf(d2 + root) / root;
	}

	/* y of a rise at t; l: the basis of its panel, for who wants it. */
	double at(const Rise &r, double t) const
	{
		std::vector<double> l;

		return at_panel(r, panel_of(r, t), t, l);
	}

	int panel_of(const Rise &r, double t) const
	{
		int			k = (int) r.y.size() - 1;

		while (k >= 0 && r.ends[k] > t - r.birth)
			k--;
		return k;
	}

	double at_panel(const Rise &r, int k, double t, std::vector<double> &l) const
	{
		double		sum = 0, total = 0;

		if (k < 0)
			return r.y[0][0] + r.slope *
				std::log((t - r.birth) / (r.ends[0] * std::pow(r.ends[1] / r.ends[0], points[0])));

		double		z = std::log((t - r.birth) / r.ends[k]) / std::log(r.ends[k + 1] / r.ends[k]);

		l.assign(set.nodes, 0);
		for (int i = 0; i < set.nodes; i++)
		{
			if (z == points[i])
			{
				l.assign(set.nodes, 0);
				l[i] = 1;
				return r.y[k][i];
			}
			l[i] = weights[i] / (z - points[i]);
			total += l[i];
		}
		for (int i = 0; i < set.nodes; i++)
			sum += (l[i] /= total) * r.y[k][i];
		return sum;
	}

	/* As Front::integrate; take(panel, s, u, w, y). */
	template <typename Take>
	void integrate(const Legendre &rule, const Rise &r, double t, double scale,
				   std::vector<double> &l, Take take) const
	{

		for (int k = -1; k + 1 < (int) r.ends.size(); k++)
		{
			double		from = k < 0 ? 0 : r.ends[k];
			double		to = std::fmin(r.ends[k + 1], t - r.birth);

			if (from >= to)
				break;
			for (double near = t - r.birth - to, far = t - r.birth - from; near < far;)
			{
				double		next = std::fmax(2 * near, scale), low = std::sqrt(near);

				if (next > far * 0.75)
					next = far;
				for (size_t i = 0; i < rule.x.size(); i++)
				{
					double		width = std::sqrt(next) - low, v = low + width * rule.x[i];
					double		s = t - v * v;

					if (s > r.birth)
						take(k, s, v * v, 2 * v * width * rule.w[i], at_panel(r, k, s, l));
				}
				near = next;
			}
		}
	}

	/* Where waiting is worth exercise, the front that is being born left out. */
	double level(double t, size_t next, double high) const
	{
		double		low = high - 40, v[3];

		for (int round = 0; round < 60; round++)
		{
			double		middle = (low + high) / 2;

			waiting(t, middle, v);
			(v[0] > 1 - owed(t, next) - std::exp(middle) ? high : low) = middle;
		}
		return (low + high) / 2;
	}

	void rise(double birth, double end, size_t next)
	{
		Rise		r = {birth, end, next, 0, {}, {}};
		double		length = end - birth;
		double		most = std::log(set.ratio), step = most;
		double		begin = length * 1e-6;
		double		out_of_reach = -9 * std::sqrt(expiry) - std::fabs(put.drift().v) * expiry - 1;

		/* rounding blurs the front while it is far below any spot */
		while (level(birth + 3 * begin, next, 0) < out_of_reach)
			begin *= 3;
		r.ends.push_back(begin);
		while (r.ends.back() < length)
		{
			double		to = std::fmin(r.ends.back() * std::exp(step), length);
			int			k = (int) r.y.size();

			if (to > length * 0.9)
				to = length;
			r.ends.push_back(to);
			r.y.push_back(std::vector<double>(set.nodes));
			for (int i = 0; i < set.nodes; i++)
			{
				double		t = birth + r.ends[k] * std::pow(to / r.ends[k], points[i]);

				if (k == 0)
					r.y[0][i] = level(t, next, 0);
				else
					r.y[k][i] = guess(r, k, t);
			}
			if (k == 0)
				r.slope = (r.y[0][1] - r.y[0][0]) / ((points[1] - points[0]) * std::log(to / r.ends[0]));
			if (solve_panel(r) && (smooth(r.y.back()) || step < 0.05))
				step = std::fmin(most, step * 2);
			else
			{
				r.ends.pop_back();
				r.y.pop_back();
				step /= 2;
				if (step < 1e-5)
				{
					std::fprintf(stderr, "no front found\n");
					std::exit(1);
				}
			}
		}
		risen.push_back(r);
	}

	/* Whether the last two Chebyshev coefficients are small. */
	bool smooth(const std::vector<double> &y) const
	{
		int			n = set.nodes;
		double		tail = 0;

		for (int degree : {n - 2, n - 1})
		{
			double		sum = 0;

			for (int i = 0; i < n; i++)
				sum += y[i] * std::cos(M_PI * degree * (i + 0.5) / n);
			tail += std::fabs(2 * sum / n);
		}
		return tail < 1000 * set.first;
	}

	/* Linear in log(t - birth) from the end of the panel before. */
	double guess(const Rise &r, int k, double t) const
	{
		std::vector<double> l;
		double		part = std::sqrt(r.ends[k - 1] / r.ends[k]);
		double		y = at_panel(r, k - 1, r.birth + r.ends[k], l);
		double		before = at_panel(r, k - 1, r.birth + r.ends[k] * part, l);

		/* the front slows down */
		return y + 0.8 * (y - before) * std::log((t - r.birth) / r.ends[k]) / -std::log(part);
	}

	/*
	 * The equation is W + length dW/dx = 0, W the excess of waiting over
	 * exercise: both are 0 on the front.  At its birth the front is so fast that
	 * the slope alone would not fix it; later the slope is what fixes it well.
	 */
	bool solve_panel(Rise &r)
	{
		int			n = set.nodes, more = 1;
		std::vector<double> matrix(n * n), miss(n);

		for (int round = 0; round < 40; round++)
		{
			double		change = 0;

			for (int i = 0; i < n; i++)
				miss[i] = equation(r, i, &matrix[i * n]);
			solve(matrix, miss, n);
			for (int i = 0; i < n; i++)
			{
				r.y.back()[i] -= std::fmax(-0.5, std::fmin(0.5, miss[i]));
				change = std::fmax(change, std::fabs(miss[i]));
			}
			if (!(change < 1e6))
				return false;
			if (change < 1e-7 && more-- == 0)
				return true;
		}
		return false;
	}

	double equation(const Rise &r, int i, double *matrix) const
	{
		int			k = (int) r.y.size() - 1, n = set.nodes;
		double		since = r.ends[k] * std::pow(r.ends[k + 1] / r.ends[k], points[i]);
		double		t = r.birth + since, x = r.y[k][i], v[3];
		double		length = since / (0.3 + std::sqrt(since));
		double		scale = std::fmin(first.fronts[0].scale_at(t),
									  std::fmin(since / 4, square(since) / 20));
		std::vector<double> l;

		std::fill(matrix, matrix + n, 0);
		waiting(t, x, v);
		v[0] -= 1 - owed(t, r.next) - std::exp(x);
		v[1] += std::exp(x);
		v[2] += std::exp(x);
		integrate(rule, r, t, scale, l, [&](int panel, double, double u, double w, double y)
		{
			Kernel		kernel(put, -1, u, x, x - y, put.a - put.b * exp(Dual(y)));

			v[0] += w * kernel.value.v;
			v[1] += w * kernel.dx.v;
			v[2] += w * kernel.dxx;
			if (panel == k)
				for (int j = 0; j < n; j++)
					matrix[j] += w * (kernel.dy + length * kernel.dxy) * l[j];
		});
		matrix[i] += v[1] + length * v[2];
		return v[0] + length * v[1];
	}

	static void solve(std::vector<double> &m, std::vector<double> &right, int n)
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
				right[i] -= factor * right[c];
			}
		}
		for (int i = n - 1; i >= 0; i--)
		{
			for (int j = i + 1; j < n; j++)
				right[i] -= m[i * n + j] * right[j];
			right[i] /= m[i * n + i];
		}
	}
};

static double
european(const Option &o)
{
	double		ahead = o.spot - o.present_value(0, 0), root = o.volatility * std::sqrt(o.years);
	double		d2 = std::log(ahead / o.strike) / root +
		(o.rate - o.yield) * o.years / root - root / 2;

	return o.sign * (ahead * std::exp(-o.yield * o.years) * normal_cdf(o.sign * (d2 + root)) -
					 o.strike * std::exp(-o.rate * o.years) * normal_cdf(o.sign * d2));
}

/*
 * The call by backward induction: exercise just before each ex date, now, and at
 * `dates` - 1 times between, the closer the nearer to the later end.
 */
static double
call(const Option &o, int dates)
{
	double		x = std::log(o.spot - o.present_value(0, 0));
	double		width = 9 * o.volatility * std::sqrt(o.years) +
		std::fabs(o.rate - o.yield) * o.years + o.volatility * o.volatility * o.years;
	double		at_strike = std::log(o.strike), now = o.years;
	Bermudan	value({o.volatility, o.rate, o.yield}, 1, o.strike,
					  std::fmin(x, at_strike) - width, std::fmax(x, at_strike) + width);

	for (int i = (int) o.dividends.size(); i >= 0; i--)
	{
		double		late = now, early = i > 0 ? o.dividends[i - 1].years : 0;

		for (int k = 1; k <= dates; k++)
		{
			double		next = k == dates ? early : late - (late - early) * k * k / dates / dates;

			if (i == 0 && k == dates)
				return std::fmax(value.waiting(x, now), o.spot - o.strike);
			/* at an ex date with the dividend: number i - 1 is still to come */
			value.step(now - next, o.strike - o.present_value(next, k == dates ? i - 1 : i));
			now = next;
		}
	}
	return 0;
}

/* Extrapolated: the error is like 1 / dates, then like its square. */
static double
call_in_the_limit(const Option &o, double *error)
{
	double		v[4];

	for (int i = 0; i < 4; i++)
		v[i] = call(o, 16 << i);

	double		once = 2 * v[3] - v[2], before = 2 * v[2] - v[1];

	*error = std::fmax(*error, std::fabs(once - before));
	return once + (once - before) / 3;
}

static void
row(const Option &o, const char *method, double price, const Value *v, double error)
{
	std::printf("%d,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,", o.sign, o.spot, o.strike, o.years,
				o.volatility, o.rate, o.yield);
	for (size_t i = 0; i < o.dividends.size(); i++)
		std::printf("%s%.17g:%.17g", i ? ";" : "", o.dividends[i].years, o.dividends[i].amount);
	std::printf(",%.17g,%.17g,", european(o), price);
	if (v != NULL)
		std::printf("%.17g,%.17g,", v->delta, v->gamma);
	else
		std::printf(",,");
	std::printf("%.0e,%s\n", error, method);
	std::fflush(stdout);
}

static void
puts_of(Option o)
{
	DividendPut rough(o, {10, 14, 2.5, 1e-9}), fine(o, {12, 16, 2.5, 1e-10});
	std::vector<double> spots = {80, 100, 120};
	double		critical;

	if (fine.exercised_now(&critical))
		for (double near : {0.999, 1.001})
			spots.push_back(std::floor(critical * near * 1024) / 1024);
	for (double spot : spots)
	{
		Value		v = fine.value(spot), w = rough.value(spot);
		double		error = 1e-11;

		for (double change : {v.price - w.price, v.delta - w.delta, v.gamma - w.gamma})
			error = std::fmax(error, std::fabs(change));
		o.spot = spot;
		row(o, "front", v.price, &v, v.delta == -1 ? 0 : error);
	}
}

static void
calls_of(Option o)
{
	for (double spot : {80.0, 100.0, 120.0})
	{
		double		error = 1e-11;

		o.spot = spot;
		if (o.yield == 0)
			row(o, "dates", call(o, 1), NULL, error);
		else
		{
			double		price = call_in_the_limit(o, &error);

			row(o, "limit", price, NULL, error);
		}
	}
}

int
main()
{
	struct
	{
		double		strike, days, volatility, rate, yield;
		std::vector<Dividend> dividends;	/* days */
	}			setups[] = {
		{100, 365, 0.2, 0.05, 0, {}},
		{100, 365, 0.2, 0.05, 0, {{180, 2}}},
		{100, 365, 0.2, 0.05, 0, {{5, 1}}},
		{100, 365, 0.2, 0.05, 0, {{360, 3}}},
		{100, 365, 0.3, 0.08, 0, {{73, 0.5}, {164, 0.5}, {255, 0.5}, {346, 0.5}}},
		{110, 730, 0.25, 0.1, 0, {{182, 1}, {547, 1}}},
		{100, 730, 0.2, 0.04, 0, {{60, 0.8}, {151, 0.8}, {242, 0.8}, {333, 0.8}, {424, 0.9},
								  {515, 0.9}, {606, 0.9}, {697, 0.9}}},
		{100, 365, 0.2, 0.05, 0.02, {{110, 0.3}}},
		{95, 365, 0.4, 0.03, 0.01, {{100, 0.2}, {280, 0.25}}},
		{105, 30, 0.35, 0.05, 0, {{10, 0.05}}},
		{100, 3650, 0.25, 0.04, 0, {{365, 2}, {1460, 2}, {2555, 2}}},
		{100, 365, 0.2, 0.01, 0, {{90, 6}}}
	};

	std::puts("sign,spot,strike,years,volatility,rate,yield,dividends,"
			  "european,price,delta,gamma,error,method");
	for (auto &setup : setups)
	{
		Option		o = {-1, 100, setup.strike, setup.days / 365, setup.volatility, setup.rate,
						 setup.yield, setup.dividends};

		for (Dividend &d : o.dividends)
			d.years /= 365;
		puts_of(o);
		o.sign = 1;
		calls_of(o);
	}
	return 0;
}
