/*
 * american_bermudan.h - options exercised at given dates, with cash dividends
 * in the escrowed model, by backward induction with quadrature.
 *
 * S* = S less the dividends' present value is lognormal; x = log(S*).  Between
 * two dates the value is the lognormal average of the next value, which is
 * payoff (linear in e^x) where exercised and Chebyshev interpolants elsewhere:
 * the former in closed form, the latter by Gauss-Legendre.  No formula of early
 * exercise enters, only the larger of exercise and waiting, date by date.
 */
#ifndef AMERICAN_BERMUDAN_H
#define AMERICAN_BERMUDAN_H

#include <algorithm>

#include "american_front.h"

struct Market
{
	double		volatility, rate, yield;
};

/* Of the value, as a function of x: from the previous piece's end to `end`. */
struct Piece
{
	double		end;
	bool		linear;
	double		money, share;	/* linear: money + share e^x */
	std::vector<double> values; /* else at Chebyshev's points */
};

/* Where the value bends, smoothed by so much variance since. */
struct Bend
{
	double		x, variance;
};

class Bermudan
{
public:
	/* at expiry: the payoff sign (e^x - strike) or 0 */
	Bermudan(const Market &market, int sign, double strike, double low, double high) :
		market(market), sign(sign), low(low), high(high), rule(14)
	{
		for (int i = 0; i < NODES; i++)
		{
			points[i] = (1 - std::cos(M_PI * (i + 0.5) / NODES)) / 2;
			weights[i] = (i % 2 ? -1 : 1) * std::sin(M_PI * (i + 0.5) / NODES);
		}
		double		kink = std::log(strike);

		pieces.push_back(linear(kink, sign < 0 ? strike : 0, sign < 0 ? -1 : 0));
		pieces.push_back(linear(INFINITY, sign < 0 ? 0 : -strike, sign < 0 ? 0 : 1));
		bends.push_back({kink, 0});
		pending = 0;
	}

	/*
	 * One date earlier by `years`; there exercise pays sign (e^x - strike).
	 */
	void step(double years, double strike)
	{
		double		variance = market.volatility * market.volatility * years;
		std::vector<double> kinks;

		pending = years;
		for (Bend &bend : bends)
			bend.variance += variance;
		kinks = roots(strike, variance);
		rebuild(strike, kinks);
	}

	/* Waiting `years` from x. */
	double waiting(double x, double years) const
	{
		double		h = years, root = market.volatility * std::sqrt(h);
		double		mean = x + (market.rate - market.yield) * h - root * root / 2;
		double		from = -INFINITY, sum = 0, discount = std::exp(-market.rate * h);

		for (const Piece &piece : pieces)
		{
			double		lo = (from - mean) / root, hi = (piece.end - mean) / root;

			if (piece.linear)
			{
				if (hi > -40 && lo < 40)
					sum += piece.money * between(lo, hi) * discount +
						piece.share * between(lo - root, hi - root) *
						std::exp(x - market.yield * h);
			}
			else if (hi > -REACH && lo < REACH)
				sum += discount * average(piece, from, mean, root, std::fmax(lo, -REACH),
										  std::fmin(hi, REACH));
			from = piece.end;
		}
		return sum;
	}

	std::vector<double> boundaries;	/* of the last date */
	size_t size() const { return pieces.size(); }

private:
	enum { NODES = 14 };
	static constexpr double REACH = 8.5;

	Market		market;
	int			sign;
	double		low, high, pending;
	Legendre	rule;
	double		points[NODES], weights[NODES];
	std::vector<Piece> pieces;
	std::vector<Bend> bends;

	static Piece linear(double end, double money, double share)
	{
		return {end, true, money, share, {}};
	}

	/* Probability that a standard normal lies between. */
	static double between(double lo, double hi)
	{
		return lo > 0 ? normal_cdf(-lo) - normal_cdf(-hi) : normal_cdf(hi) - normal_cdf(lo);
	}

	double average(const Piece &piece, double from, double mean, double root, double lo,
				   double hi) const
	{
		int			parts = (int) std::ceil((hi - lo) / 1.6);
		double		width = (hi - lo) / parts, sum = 0;

		for (int k = 0; k < parts; k++)
			for (size_t i = 0; i < rule.x.size(); i++)
			{
				double		d = lo + width * (k + rule.x[i]);

				sum += rule.w[i] * width * normal_pdf(d) *
					interpolate(piece, (mean + root * d - from) / (piece.end - from));
			}
		return sum;
	}

	double interpolate(const Piece &piece, double z) const
	{
		double		above = 0, below = 0;

		for (int i = 0; i < NODES; i++)
		{
			double		w;

			if (z == points[i])
				return piece.values[i];
			w = weights[i] / (z - points[i]);
			above += w * piece.values[i];
			below += w;
		}
		return above / below;
	}

	double gain(double x, double strike) const
	{
		return sign * (std::exp(x) - strike) - waiting(x, pending);
	}

	/* Where exercise begins or ceases to be better. */
	std::vector<double> roots(double strike, double variance) const
	{
		double		kink = std::log(strike);
		std::vector<double> scan(1, kink), found;

		for (int i = 0; i <= 40; i++)
			scan.push_back(low + (high - low) * i / 40);
		for (const Bend &bend : bends)
			for (int i = -4; i <= 4; i++)
				scan.push_back(bend.x + i * std::sqrt(variance));
		std::sort(scan.begin(), scan.end());

		double		last_x = 0, last = 0;
		bool		known = false;

		for (double x : scan)
		{
			if ((x - kink) * sign < 0 || x < low || x > high)
				continue;

			double		here = gain(x, strike);

			if (known && (here > 0) != (last > 0))
				found.push_back(root_between(last_x, last, x, here, strike));
			last_x = x;
			last = here;
			known = true;
		}
		return found;
	}

	/* Illinois. */
	double root_between(double a, double fa, double b, double fb, double strike) const
	{
		for (int round = 0; round < 100 && std::fabs(b - a) > 1e-14; round++)
		{
			double		c = b - fb * (b - a) / (fb - fa);
			double		fc = gain(c, strike);

			if (fc == 0 || std::fabs(c - b) < 1e-13)
				return c;
			if ((fc > 0) != (fb > 0))
			{
				a = b;
				fa = fb;
			}
			else
				fa /= 2;
			b = c;
			fb = fc;
		}
		return b;
	}

	/* Length of an interpolant at x: short near a recent bend. */
	double length(double x, const std::vector<Bend> &near) const
	{
		double		shortest = 1;

		for (const Bend &bend : near)
			shortest = std::fmin(shortest, std::fmax(1.5 * std::sqrt(bend.variance),
													 0.7 * std::fabs(x - bend.x)));
		return shortest;
	}

	void rebuild(double strike, const std::vector<double> &kinks)
	{
		std::vector<Piece> next;
		std::vector<double> cuts(1, low);
		std::vector<Bend> near = bends;
		double		from = low, h = pending;
		double		grow = std::exp(-market.rate * h), share = std::exp(-market.yield * h);

		for (double kink : kinks)
			near.push_back({kink, market.volatility * market.volatility * h});
		/* the tails */
		if (gain(low, strike) > 0 && sign < 0)
			next.push_back(linear(low, strike, -1));
		else
			next.push_back(linear(low, grow * pieces.front().money, share * pieces.front().share));
		for (size_t k = 0; k <= kinks.size(); k++)
		{
			double		to = k < kinks.size() ? kinks[k] : high;
			double		middle = k == 0 && kinks.empty() ? (sign < 0 ? low : high) : (from + to) / 2;
			bool		exercised = sign * (std::exp(middle) - strike) > 0 && gain(middle, strike) > 0;

			if (exercised)
				next.push_back(linear(to, -sign * strike, sign));
			else
				while (from < to)
				{
					double		size = std::fmin(length(from, near), to - from);

					/* shorten until the end of the piece agrees */
					while (size > 1.3 * length(from + size, near))
						size /= 1.3;
					if (size > 0.7 * (to - from))
						size = size >= to - from ? to - from : (to - from) / 2;
					next.push_back(interpolant(from, from + size == to ? to : from + size));
					from = next.back().end;
				}
			from = to;
		}
		if (gain(high, strike) > 0 && sign > 0)
			next.push_back(linear(INFINITY, -strike, 1));
		else
			next.push_back(linear(INFINITY, grow * pieces.back().money, share * pieces.back().share));
		pieces = next;
		boundaries = kinks;
		/* old bends that the new ones cover go */
		std::vector<Bend> kept;

		for (const Bend &bend : bends)
		{
			bool		covered = false;

			for (double kink : kinks)
				covered = covered || std::fabs(kink - bend.x) < 3 * std::sqrt(bend.variance);
			if (!covered && bend.variance < 1)
				kept.push_back(bend);
		}
		for (double kink : kinks)
			kept.push_back({kink, 0});
		bends = kept;
	}

	Piece interpolant(double from, double to) const
	{
		Piece		piece = {to, false, 0, 0, std::vector<double>(NODES)};

		for (int i = 0; i < NODES; i++)
			piece.values[i] = waiting(from + (to - from) * points[i], pending);
		return piece;
	}
};

#endif							/* AMERICAN_BERMUDAN_H */
