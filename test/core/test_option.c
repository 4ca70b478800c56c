/*
 * test_option.c - option.h against known answers and against the laws that
 * every option value obeys.
 *
 * Usage: test_option [option_mpmath.csv [option_quantlib.csv]]
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "escrowed.h"
#include "option.h"

#define OUTPUTS 10
#define ULP 0x1p-52

static const char *const output_names[OUTPUTS] = {
	"price", "delta", "gamma", "vega", "theta", "rho", "rho_yield", "vanna",
	"volga", "charm"
};

enum
{
	PRICE, DELTA, GAMMA, VEGA, THETA, RHO, RHO_YIELD, VANNA, VOLGA, CHARM
};

static void
evaluate(const pm_option *o, double *out)
{
	pm_greeks	g;

	pm_option_greeks(o, true, &g);
	out[PRICE] = g.price;
	out[DELTA] = g.delta;
	out[GAMMA] = g.gamma;
	out[VEGA] = g.vega;
	out[THETA] = g.theta;
	out[RHO] = g.rho;
	out[RHO_YIELD] = g.rho_yield;
	out[VANNA] = g.vanna;
	out[VOLGA] = g.volga;
	out[CHARM] = g.charm;
}

static pm_option
read_option(char **fields)
{
	pm_option	o = {0};

	o.pricing = strcmp(fields[0], "bachelier") == 0 ? PM_BACHELIER :
		strcmp(fields[0], "black76") == 0 ? PM_BLACK76 : PM_BLACK_SCHOLES;
	o.sign = strcmp(fields[1], "put") == 0 ? -1 : 1;
	o.spot = strtod(fields[2], NULL);
	o.strike = strtod(fields[3], NULL);
	o.years = strtod(fields[4], NULL);
	o.volatility = strtod(fields[5], NULL);
	o.rate = strtod(fields[6], NULL);
	o.yield = strtod(fields[7], NULL);
	return o;
}

/* The carry that the forward's growth leaves: black76 discounts its spot. */
static double
carry_of(const pm_option *o)
{
	return o->pricing == PM_BLACK_SCHOLES ? o->yield : o->rate;
}

/* d1, or d under bachelier; 0 at a zero corner. */
static double
quantile_of(const pm_option *o)
{
	double		stdev = o->volatility * sqrt(o->years);

	if (!(stdev > 0))
		return 0;
	if (o->pricing == PM_BACHELIER)
		return (o->spot - o->strike) / stdev;
	return (log(o->spot) - log(o->strike) +
			(o->rate - carry_of(o)) * o->years) / stdev + stdev / 2;
}

/*
 * What an underflow may add.  Where the density, or the density per unit of
 * spot, is denormal it is off by an absolute quantum q, and relative accuracy
 * cannot hold; the Greeks then multiply it by the factors of their formulas.
 * Nothing but that is allowed here: for ordinary inputs these are far below
 * 1e-300.
 */
static void
underflow_floors(const pm_option *o, long double *floors)
{
	const long double q = 4 * 0x1p-1074L;
	long double root = sqrtl(o->years);
	long double stdev = o->volatility * root;
	long double d = fabsl(quantile_of(o));
	long double d2 = o->pricing == PM_BACHELIER ? d : d + stdev;
	long double rates = fabsl(o->rate) + fabsl(o->yield);
	int			normal = o->pricing == PM_BACHELIER;
	long double per_spot = normal ? q : q + q / o->spot;

	for (int i = 0; i < OUTPUTS; i++)
		floors[i] = q;
	floors[DELTA] = per_spot;
	floors[THETA] += q * rates;
	floors[RHO] += q * o->years;
	floors[RHO_YIELD] += q * o->years;
	if (!(stdev > 0))
		return;
	floors[GAMMA] += (normal ? q : q + per_spot / o->spot) / stdev;
	floors[VEGA] += q * root;
	floors[THETA] += (q + q * o->volatility) / root;
	floors[VANNA] += (q + per_spot * d2) / o->volatility;
	floors[VOLGA] += (q + (q + q * root) * d * d2) / o->volatility;
	floors[CHARM] += per_spot * rates +
		(q + per_spot * (rates * o->years + d2 * (normal ? 1 : stdev))) /
		o->years / (normal ? 1 : stdev);
}

/* ------------------------------------------------------------------------
 * Known answers.
 */

/*
 * So many roundings, magnified as the problem itself magnifies them.  The
 * results have the same bits everywhere, so that little more room is needed
 * than the largest error that is printed at the end.  theta has more: where
 * carry and decay have opposite signs their large sensitivities to spot and
 * strike cancel in its condition number, but their roundings do not.
 */
static const double roundings[OUTPUTS] = {
	[PRICE] = 4, [DELTA] = 4, [GAMMA] = 4, [VEGA] = 4, [THETA] = 12,
	[RHO] = 4, [RHO_YIELD] = 4, [VANNA] = 4, [VOLGA] = 4, [CHARM] = 4
};

static double worst[OUTPUTS];
static char worst_where[OUTPUTS][512];

static void
known_answer(char **fields, const char *where)
{
	pm_option	o = read_option(fields);
	double		got[OUTPUTS];
	long double floors[OUTPUTS];
	char		story[512] = "";

	evaluate(&o, got);
	underflow_floors(&o, floors);
	for (int i = 0; i < OUTPUTS; i++)
	{
		long double want = strtold(fields[8 + i], NULL);
		long double condition = strtold(fields[8 + OUTPUTS + i], NULL);
		long double unit = ULP * (1 + condition) * fabsl(want);
		long double error = fabsl(got[i] - want);

		/* written so that NaN fails */
		if (!(error <= roundings[i] * unit + floors[i]) && story[0] == '\0')
			snprintf(story, sizeof story,
					 "%s = %.17g, expected %.20Lg, condition %.3Lg, %.3Lg units",
					 output_names[i], got[i], want, condition, error / unit);
		if (unit > 0 && error > floors[i] &&
			(error - floors[i]) / unit > worst[i])
		{
			worst[i] = (double) ((error - floors[i]) / unit);
			snprintf(worst_where[i], sizeof worst_where[i], "%s", where);
		}
	}
	CHECK(story[0] == '\0', "%s: %s", where, story);
	CHECK(pm_option_price(&o) == got[PRICE],
		  "%s: pm_option_price differs from pm_option_greeks", where);
}

/*
 * QuantLib works in doubles too and from the forward, so that it is compared
 * on the scale of the larger of the two legs and not of the result.
 */
static double quantlib_worst[OUTPUTS];

static void
quantlib_answer(char **fields, const char *where)
{
	const double tolerance = 1e-12;
	pm_option	o = read_option(fields);
	double		got[OUTPUTS];
	double		scales[OUTPUTS];
	double		scale = fmax(fabs(o.spot), fabs(o.strike));
	double		stdev = o.volatility * sqrt(o.years);
	int			compared = 0;
	char		story[512] = "";

	evaluate(&o, got);
	scales[PRICE] = scale;
	scales[DELTA] = scale / o.spot;
	scales[GAMMA] = scale / (o.spot * o.spot * stdev);
	scales[VEGA] = scale * sqrt(o.years);
	scales[THETA] = scale * (o.volatility / sqrt(o.years) + fabs(o.rate) +
							 fabs(o.yield));
	scales[RHO] = scale * o.years;
	scales[RHO_YIELD] = scale * o.years;
	if (o.pricing == PM_BACHELIER)
		scales[VEGA] = sqrt(o.years);
	for (int i = 0; i <= RHO_YIELD; i++)
	{
		double		error;

		if (fields[8 + i][0] == '\0')
			continue;
		compared++;
		error = fabs(got[i] - strtod(fields[8 + i], NULL)) / scales[i];
		if (!(error <= tolerance) && story[0] == '\0')
			snprintf(story, sizeof story, "%s = %.17g, expected %s, off by %.3g",
					 output_names[i], got[i], fields[8 + i], error);
		if (error > quantlib_worst[i])
			quantlib_worst[i] = error;
	}
	CHECK(compared >= 2 && story[0] == '\0', "%s: %s", where, story);
}

/* ------------------------------------------------------------------------
 * Laws, over a hostile grid of inputs none of whose results overflows.
 *
 * One test is one law for one pair of prices, over all times, volatilities
 * and rates; of its breaches the first is told.
 */

static char breach[1024];

#define LAW(condition, ...) \
	do \
	{ \
		if (!(condition) && breach[0] == '\0') \
			snprintf(breach, sizeof breach, __VA_ARGS__); \
	} while (0)

static void
count_law(void)
{
	CHECK(breach[0] == '\0', "%s", breach);
	breach[0] = '\0';
}

static const double grid_years[] = {0, 1e-12, 3.2e-8, 1.0 / 365, 0.7, 30, 100};
static const double grid_volatilities[] = {0, 1e-12, 1e-6, 0.2, 5, 100};
static const double grid_prices[] = {1e-12, 1e-3, 64, 99.99999999999999, 100,
100.00000000000001, 4096, 1e15};
static const double grid_rates[] = {-1, 0, 0.05, 2};

#define LENGTH(a) ((int) (sizeof (a) / sizeof (a)[0]))

static void
describe(const pm_option *o, char *text, size_t size)
{
	snprintf(text, size,
			 "pricing %d sign %g S %.17g K %.17g T %g v %g r %g q %g",
			 (int) o->pricing, o->sign, o->spot, o->strike, o->years,
			 o->volatility, o->rate, o->yield);
}

static void
for_each_option(void (*law) (const pm_option *call, const char *text))
{
	char		text[256];
	pm_option	o = {0};

	o.sign = 1;
	for (int model = PM_BLACK_SCHOLES; model <= PM_BACHELIER; model++)
		for (int s = 0; s < LENGTH(grid_prices); s++)
			for (int k = 0; k < LENGTH(grid_prices); k++)
			{
				for (int t = 0; t < LENGTH(grid_years); t++)
					for (int v = 0; v < LENGTH(grid_volatilities); v++)
						for (int r = 0; r < LENGTH(grid_rates); r++)
							for (int q = 0; q < LENGTH(grid_rates); q++)
							{
								o.pricing = (pm_pricing) model;
								o.spot = grid_prices[s];
								o.strike = grid_prices[k];
								o.years = grid_years[t];
								o.volatility = grid_volatilities[v];
								o.rate = grid_rates[r];
								o.yield = grid_rates[q];
								if (model != PM_BLACK_SCHOLES)
								{
									if (q > 0)
										continue;
									o.yield = 0;
								}
								if (model == PM_BACHELIER)
									o.volatility *= o.spot;
								describe(&o, text, sizeof text);
								law(&o, text);
							}
				count_law();
			}
}

/*
 * The two legs today and what their discounting may be off by: the rounding
 * of rate * years is magnified by exp.
 */
typedef struct legs
{
	long double spot;
	long double strike;
	long double slack;
} legs;

static legs
legs_of(const pm_option *o)
{
	legs		l;
	double		carry = carry_of(o);

	l.spot = o->spot * expl(-(long double) carry * o->years);
	l.strike = o->strike * expl(-(long double) o->rate * o->years);
	l.slack = 8 * ULP * (l.spot + l.strike) *
		(1 + fabsl(o->rate * o->years) + fabsl(carry * o->years));
	return l;
}

static void
law_finite_and_bounded(const pm_option *call, const char *text)
{
	for (int sign = 1; sign >= -1; sign -= 2)
	{
		pm_option	o = *call;
		legs		l = legs_of(&o);
		long double intrinsic;
		double		out[OUTPUTS];

		o.sign = sign;
		evaluate(&o, out);
		for (int i = 0; i < OUTPUTS; i++)
			LAW(isfinite(out[i]), "%s: %s of sign %d is %g", text,
				output_names[i], sign, out[i]);
		LAW(out[PRICE] >= 0, "%s: price of sign %d %g < 0", text, sign,
			out[PRICE]);
		LAW(!signbit(out[PRICE]), "%s: price of sign %d is -0", text, sign);
		LAW(out[GAMMA] >= 0 && out[VEGA] >= 0,
			"%s: gamma %g, vega %g of sign %d", text, out[GAMMA], out[VEGA],
			sign);
		LAW(sign * out[DELTA] >= 0 &&
			sign * out[DELTA] <= (l.spot + l.slack) / o.spot,
			"%s: delta of sign %d %g", text, sign, out[DELTA]);
		intrinsic = sign * (l.spot - l.strike);
		LAW(out[PRICE] >= intrinsic - l.slack,
			"%s: price of sign %d %.17g below intrinsic value %.17Lg", text,
			sign, out[PRICE], intrinsic);
		if (o.pricing != PM_BACHELIER)
			LAW(out[PRICE] <= (sign > 0 ? l.spot : l.strike) + l.slack,
				"%s: price of sign %d %.17g above its leg", text, sign,
				out[PRICE]);
		else
			/* bachelier: at most the value at the money on top */
			LAW(out[PRICE] <= fmaxl(intrinsic, 0) + l.slack +
				0.39894228040143268L * (1 + 8 * ULP) * l.spot / o.spot *
				o.volatility * sqrtl(o.years) *
				(1 + 4 * ULP * fabsl(o.rate * o.years)),
				"%s: price of sign %d %.17g too high", text, sign,
				out[PRICE]);
	}
}

/* Call less put is the forward contract, and so is every derivative. */
static void
law_parity(const pm_option *call, const char *text)
{
	pm_option	put = *call;
	legs		l = legs_of(call);
	double		carry = carry_of(call);
	double		c[OUTPUTS];
	double		p[OUTPUTS];
	long double want[OUTPUTS] = {0};
	long double slack[OUTPUTS];
	long double years = call->years;

	put.sign = -1;
	evaluate(call, c);
	evaluate(&put, p);
	want[PRICE] = l.spot - l.strike;
	want[DELTA] = l.spot / call->spot;
	want[THETA] = carry * l.spot - call->rate * l.strike;
	if (call->pricing == PM_BLACK_SCHOLES)
	{
		want[RHO] = years * l.strike;
		want[RHO_YIELD] = -years * l.spot;
	}
	else
		want[RHO] = -years * want[PRICE];
	if (years > 0 && call->volatility > 0)
		want[CHARM] = carry * want[DELTA];

	/* What both share cancels, and leaves the roundings of each. */
	for (int i = 0; i < OUTPUTS; i++)
		slack[i] = 8 * ULP * (fabsl(c[i]) + fabsl(p[i]));
	slack[PRICE] += l.slack;
	slack[DELTA] += l.slack / call->spot;
	slack[THETA] += l.slack * (fabs(carry) + fabs(call->rate));
	slack[RHO] += l.slack * years;
	slack[RHO_YIELD] += l.slack * years;
	slack[CHARM] += l.slack * fabs(carry) / call->spot;
	for (int i = 0; i < OUTPUTS; i++)
		LAW(fabsl((long double) c[i] - p[i] - want[i]) <= slack[i],
			"%s: parity of %s: %.17g less %.17g is not %.17Lg", text,
			output_names[i], c[i], p[i], want[i]);
}

/*
 * However many prices of the underlying are valued together, each value has
 * the bits of a value by itself.
 */
static void
law_many_prices(const pm_option *call, const char *text)
{
	enum
	{
		MANY = 37
	};
	static size_t count = 0;

	count = count % MANY + 1;
	for (int sign = 1; sign >= -1; sign -= 2)
	{
		pm_option	o = *call;
		double		spots[MANY];
		double		prices[MANY];

		o.sign = sign;
		for (size_t i = 0; i < count; i++)
			spots[i] = call->spot * (0.5 + 0.25 * (double) (i % 7)) * (1 + 0.001 * (double) i);
		pm_option_prices(&o, PM_EXACT, spots, count, prices);
		for (size_t i = 0; i < count; i++)
		{
			double		alone;

			o.spot = spots[i];
			alone = pm_option_price(&o);
			LAW(memcmp(&alone, &prices[i], sizeof alone) == 0,
				"%s: price %zu of %zu of sign %d %.17g, alone %.17g", text, i, count,
				sign, prices[i], alone);
		}
	}
}

/*
 * However many states of the market an option is valued in together, alike but
 * for price and volatility or not, each value has the bits of a value by itself.
 */
static void
law_many_states(const pm_option *call, const char *text)
{
	static pm_states states;
	static uint32_t turn = 0;
	const pm_dividend dividend = {0.5 * call->years, 0.1 * call->spot};
	bool		pays = turn % 5 == 1 && call->pricing == PM_BLACK_SCHOLES && call->years > 0;
	pm_option	o = *call;
	double		alone[PM_STATES];

	o.sign = turn % 2 ? 1 : -1;
	o.dividends = &dividend;
	o.dividend_count = pays;
	states.count = turn % 71 == 70 ? PM_BLOCK + 1 : turn % 71 + 1;
	states.alike = turn++ % 3 == 0;
	for (uint32_t i = 0; i < states.count; i++)
	{
		o.spot = states.spot[i] = call->spot * (0.6 + 0.2 * (i % 7)) * (1 + 0.001 * i);
		o.volatility = states.volatility[i] = i % 6 == 5 ? 0 : call->volatility * (1 + 0.1 * (i % 4));
		if (i == 0 || !states.alike)
		{
			o.rate = states.rate[i] = call->rate + 0.01 * (i % 3);
			o.years = states.years[i] = i % 8 == 7 && !pays ? 0 : call->years * (1 + 0.25 * (i % 4));
			states.paid[i] = pm_dividends_after(&o, 0);
		}
		alone[i] = pm_option_price(&o);
	}
	pm_option_values(&o, &states);
	for (uint32_t i = 0; i < states.count; i++)
		LAW(memcmp(&alone[i], &states.value[i], sizeof alone[i]) == 0,
			"%s: value %u of %u of sign %g %.17g, alone %.17g", text, i, states.count,
			o.sign, states.value[i], alone[i]);
}

/* A call on S struck at K is a put on K struck at S, the rates exchanged. */
static void
law_symmetry(const pm_option *call, const char *text)
{
	pm_option	put = *call;
	legs		l = legs_of(call);
	double		c,
				p;

	if (call->pricing == PM_BACHELIER)
		return;
	put.sign = -1;
	put.spot = call->strike;
	put.strike = call->spot;
	if (call->pricing == PM_BLACK_SCHOLES)
	{
		put.rate = call->yield;
		put.yield = call->rate;
	}
	c = pm_option_price(call);
	p = pm_option_price(&put);
	LAW(fabsl((long double) c - p) <= l.slack,
		"%s: call %.17g, exchanged put %.17g", text, c, p);
}

/*
 * Everything scales with the currency.  A power of 2 makes that exact in
 * binary arithmetic, down to where a denormal number takes part.
 */
static void
law_homogeneity(const pm_option *call, const char *text)
{
	static const double scales[] = {0x1p-10, 2, 0x1p20};

	for (int i = 0; i < LENGTH(scales); i++)
		for (int sign = 1; sign >= -1; sign -= 2)
		{
			pm_option	o = *call;
			double		by = scales[i];
			double		plain[OUTPUTS];
			double		scaled[OUTPUTS];

			o.sign = sign;
			evaluate(&o, plain);
			o.spot *= by;
			o.strike *= by;
			if (o.pricing == PM_BACHELIER)
				o.volatility *= by;
			evaluate(&o, scaled);
			for (int j = 0; j < OUTPUTS; j++)
			{
				int			power = j == DELTA || j == CHARM || j == VANNA ? 0 :
					j == GAMMA ? -1 : 1;

				/* the volatility is a price too */
				if (o.pricing == PM_BACHELIER &&
					(j == VEGA || j == VANNA || j == VOLGA))
					power = j == VEGA ? 0 : -1;
				if (fabs(plain[j]) < 1e-280 && fabs(scaled[j]) < 1e-270)
					continue;
				LAW(scaled[j] == plain[j] * pow(by, power),
					"%s: %s times %g^%d: %.17g, was %.17g", text,
					output_names[j], by, power, scaled[j], plain[j]);
			}
		}
}

/*
 * Away from the kink the zero corners are where small volatilities and short
 * times lead.  `near` is so small that nothing but rounding is left of it.
 */
static void
law_zero_limits(const pm_option *call, const char *text)
{
	const double near = 1e-26;
	legs		l = legs_of(call);

	for (int sign = 1; sign >= -1; sign -= 2)
		for (int by_time = 0; by_time <= 1; by_time++)
		{
			pm_option	at = *call;
			pm_option	beside;
			double		limit[OUTPUTS];
			double		close[OUTPUTS];
			long double slack = l.slack;

			at.sign = sign;
			if (by_time)
				at.years = 0;
			else
				at.volatility = 0;
			beside = at;
			if (by_time)
			{
				beside.years = near;
				slack += 8 * ULP * (at.spot + at.strike);
			}
			else
				beside.volatility = near * (at.pricing == PM_BACHELIER ?
											at.spot : 1);
			evaluate(&at, limit);
			LAW(limit[GAMMA] == 0 && limit[VEGA] == 0 && limit[VANNA] == 0 &&
				limit[VOLGA] == 0 && limit[CHARM] == 0,
				"%s: curvature at a zero corner", text);

			/* the kink, or as near to it as rounding can tell */
			if (by_time ? fabs(at.spot / at.strike - 1) < 1e-6 :
				fabsl(l.spot - l.strike) < 1e-6L * l.strike)
				continue;
			evaluate(&beside, close);
			LAW(fabsl((long double) limit[PRICE] - close[PRICE]) <= slack,
				"%s: price %.17g, beside it %.17g", text, limit[PRICE],
				close[PRICE]);
			LAW(fabsl((long double) limit[DELTA] - close[DELTA]) <=
				slack / at.spot,
				"%s: delta %.17g, beside it %.17g", text, limit[DELTA],
				close[DELTA]);
			LAW(fabsl((long double) limit[THETA] - close[THETA]) <=
				slack * (fabs(at.rate) + fabs(carry_of(&at))),
				"%s: theta %.17g, beside it %.17g", text, limit[THETA],
				close[THETA]);
		}
}

/* Half the slope of a call and half that of a put at the kink. */
static void
kinks(void)
{
	for (int model = PM_BLACK_SCHOLES; model <= PM_BACHELIER; model++)
		for (int corner = 0; corner < 3; corner++)
		{
			pm_option	o = {
				.sign = 1, .spot = 80, .strike = 80, .years = corner == 1 ? 0 : 2,
				.volatility = corner == 1 ? 0.3 : 0, .pricing = (pm_pricing) model
			};
			double		out[OUTPUTS];

			evaluate(&o, out);
			LAW(out[PRICE] == 0 && out[DELTA] == 0.5,
				"call at the kink: %g %g", out[PRICE], out[DELTA]);
			o.sign = -1;
			evaluate(&o, out);
			LAW(out[PRICE] == 0 && out[DELTA] == -0.5,
				"put at the kink: %g %g", out[PRICE], out[DELTA]);
			count_law();
		}
}

/*
 * A call falls and a put rises in the strike, by no more than the discounted
 * step.
 */
static void
monotone_in_strike(void)
{
	for (int model = PM_BLACK_SCHOLES; model <= PM_BACHELIER; model++)
		for (int t = 0; t < LENGTH(grid_years); t++)
			for (int v = 0; v < LENGTH(grid_volatilities); v++)
				for (int sign = 1; sign >= -1; sign -= 2)
				{
					pm_option	o = {
						.sign = sign, .spot = 100, .strike = 1, .years = grid_years[t],
						.volatility = grid_volatilities[v], .rate = 0.03,
						.pricing = (pm_pricing) model
					};
					double		before;

					if (model == PM_BLACK_SCHOLES)
						o.yield = 0.05;
					else if (model == PM_BACHELIER)
						o.volatility *= o.spot;
					before = pm_option_price(&o);
					while (o.strike < 1e4)
					{
						double		now;
						double		rise;
						double		step = o.strike;
						legs		l;

						o.strike *= 1.0173;
						step = o.strike - step;
						now = pm_option_price(&o);
						rise = -sign * (now - before);
						l = legs_of(&o);
						LAW(rise >= -l.slack && rise <=
							step * l.strike / o.strike + l.slack,
							"model %d sign %d T %g v %g K %g: %.17g to %.17g",
							model, sign, o.years, o.volatility, o.strike,
							before, now);
						before = now;
					}
					count_law();
				}
}

/*
 * To the ends of the range: a Greek may overflow there, and what is computed
 * from it be NaN, but a value in range is still a value.
 */
static void
ends_of_range(void)
{
	static const double ends[] = {5e-324, 1e-308, 1e-150, 1, 1e150, 1e300};
	static const double times[] = {0, 5e-324, 1e-200, 1, 1e3};
	static const double volatilities[] = {0, 5e-324, 1e-200, 1, 1e10, 1e150};

	for (int model = PM_BLACK_SCHOLES; model <= PM_BACHELIER; model++)
		for (int s = 0; s < LENGTH(ends); s++)
			for (int k = 0; k < LENGTH(ends); k++)
			{
				for (int t = 0; t < LENGTH(times); t++)
					for (int v = 0; v < LENGTH(volatilities); v++)
						for (int sign = 1; sign >= -1; sign -= 2)
						{
							pm_option	o = {
								.sign = sign, .spot = ends[s], .strike = ends[k],
								.years = times[t], .volatility = volatilities[v],
								.rate = 0.01, .pricing = (pm_pricing) model
							};
							char		text[256];
							double		price = pm_option_price(&o);

							describe(&o, text, sizeof text);
							LAW(price >= 0 && price < INFINITY,
								"%s: price %g", text, price);
						}
				count_law();
			}
}

int
main(int argc, char **argv)
{
	check_table(argc > 1 ? argv[1] : "test/oracle/option_mpmath.csv",
				8 + 2 * OUTPUTS, 2000, known_answer);
	check_table(argc > 2 ? argv[2] : "test/oracle/option_quantlib.csv",
				8 + OUTPUTS, 500, quantlib_answer);
	for_each_option(law_finite_and_bounded);
	for_each_option(law_parity);
	for_each_option(law_many_prices);
	for_each_option(law_many_states);
	for_each_option(law_symmetry);
	for_each_option(law_homogeneity);
	for_each_option(law_zero_limits);
	kinks();
	monotone_in_strike();
	ends_of_range();

	puts("largest errors: in 2^-52 (1 + condition) of the value; and against "
		 "QuantLib, on the scale of its legs");
	for (int i = 0; i < OUTPUTS; i++)
		printf("%-10s %6.3f  %8.2g  %s\n", output_names[i], worst[i],
			   quantlib_worst[i], worst_where[i]);
	return check_finish("option");
}
