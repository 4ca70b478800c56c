/*
 * test_escrowed.c - European options with cash dividends: escrowed.h against
 * QuantLib, a textbook and the laws of the model.
 *
 * Usage: test_escrowed [dividends_quantlib.csv]
 */
#include <math.h>

#include "black_scholes.h"
#include "check.h"
#include "dividends.h"
#include "escrowed.h"

static double worst_price;

static double
price_of(const pm_option *o)
{
	pm_option	without;

	return pm_escrowed(o, &without) ? pm_black_scholes_price(&without) : NAN;
}

static void
greeks_of(const pm_option *o, pm_greeks *g)
{
	pm_option	without;

	CHECK(pm_escrowed(o, &without), "the dividends are worth more than the spot");
	pm_black_scholes_greeks(&without, g);
	pm_escrowed_greeks(o, g);
}

/* ------------------------------------------------------------------------
 * Known answers.
 */

static void
known_answer(char **fields, const char *where)
{
	pm_dividend dividends[PM_MOST_DIVIDENDS];
	pm_option	o = read_dividend_option(fields, dividends);
	double		expected = strtod(fields[PRICE], NULL);
	double		error = fabs(price_of(&o) - expected) / o.spot;

	if (o.exercise != PM_EUROPEAN)
		return;
	CHECK(error < 1e-12, "%s: %.17g, expected %.17g", where, price_of(&o), expected);
	if (error > worst_price)
		worst_price = error;
}

/* Hull, Options, Futures and Other Derivatives, 8th ed., example 14.9: two
 * dividends of 0.50 leave 39.0258 of 40, the call is worth 3.67. */
static void
test_textbook(void)
{
	pm_dividend dividends[] = {{2.0 / 12, 0.5}, {5.0 / 12, 0.5}};
	pm_option	o = {
		.sign = 1, .spot = 40, .strike = 40, .years = 0.5, .volatility = 0.3,
		.rate = 0.09, .dividends = dividends, .dividend_count = 2
	};
	pm_option	without;

	CHECK(pm_escrowed(&o, &without), "refused");
	CHECK(fabs(without.spot - 39.0258) < 5e-5, "escrowed spot %.6f", without.spot);
	CHECK(fabs(price_of(&o) - 3.67) < 5e-3, "price %.6f", price_of(&o));
	CHECK(fabs(pm_dividends_after(&o, 0) - 0.9742) < 5e-5, "present value %.6f",
		  pm_dividends_after(&o, 0));
}

/* ------------------------------------------------------------------------
 * Laws.
 */

static const pm_dividend quarterly[] = {
	{0.1, 1.1}, {0.35, 1.2}, {0.6, 0}, {0.85, 1.4}
};

static pm_option
sample(double sign, double strike, double rate)
{
	return (pm_option)
	{
		.sign = sign, .spot = 100, .strike = strike, .years = 1,
		.volatility = 0.25, .rate = rate, .yield = 0.01,
		.dividends = quarterly, .dividend_count = 4
	};
}

static void
test_laws(void)
{
	pm_dividend nothing[] = {{0.3, 0}, {0.9, 0}};
	pm_dividend whole[] = {{0.5, 3}};
	pm_dividend halves[] = {{0.5, 1.25}, {0.5, 1.75}};
	pm_option	o = sample(1, 95, 0.04);
	pm_option	put = sample(-1, 95, 0.04);
	pm_option	plain = o;
	pm_option	without;
	double		parity;

	pm_escrowed(&o, &without);
	parity = without.spot * exp(-0.01) - 95 * exp(-0.04);
	CHECK(fabs(price_of(&o) - price_of(&put) - parity) < 1e-12,
		  "call - put is not the forward: %.17g", price_of(&o) - price_of(&put));

	plain.dividend_count = 0;
	o.dividends = nothing;
	o.dividend_count = 2;
	CHECK(price_of(&o) == pm_black_scholes_price(&plain), "amounts of 0 change the price");
	o.dividends = whole;
	o.dividend_count = 1;
	plain = o;
	plain.dividends = halves;
	plain.dividend_count = 2;
	CHECK(fabs(price_of(&o) - price_of(&plain)) < 1e-13, "two halves are not one");

	CHECK(pm_dividends_after(&o, 0.5) == 0, "a dividend counts on its ex date");
	CHECK(pm_dividends_after(&o, 0.49) > 0, "a dividend to come does not count");

	o.spot = pm_dividends_after(&o, 0);
	CHECK(!pm_escrowed(&o, &without), "a spot of dividends alone is accepted");
	o.spot *= 1 + 1e-15;
	CHECK(pm_escrowed(&o, &without) && without.spot > 0, "a spot above is refused");
}

/* Central differences of the price and of delta, fourth order. */
static double
difference(double low2, double low, double high, double high2, double step)
{
	return (8 * (high - low) - (high2 - low2)) / (12 * step);
}

typedef void (*shift) (pm_option *o, pm_dividend *dividends, double by);

static void
later(pm_option *o, pm_dividend *dividends, double by)
{
	/* Calendar time passes: expiry and ex dates come closer. */
	o->years -= by;
	for (uint32_t i = 0; i < o->dividend_count; i++)
		dividends[i].years -= by;
}

static void
dearer_money(pm_option *o, pm_dividend *dividends, double by)
{
	(void) dividends;
	o->rate += by;
}

static void
higher_yield(pm_option *o, pm_dividend *dividends, double by)
{
	(void) dividends;
	o->yield += by;
}

static void
higher_spot(pm_option *o, pm_dividend *dividends, double by)
{
	(void) dividends;
	o->spot += by;
}

static void
bumped(const pm_option *o, shift move, double step, double *price, double *delta)
{
	static const int at[] = {-2, -1, 1, 2};
	double		prices[4];
	double		deltas[4];

	for (int i = 0; i < 4; i++)
	{
		pm_dividend dividends[4];
		pm_option	moved = *o;
		pm_greeks	g;

		memcpy(dividends, o->dividends, sizeof dividends);
		moved.dividends = dividends;
		move(&moved, dividends, at[i] * step);
		greeks_of(&moved, &g);
		prices[i] = g.price;
		deltas[i] = g.delta;
	}
	*price = difference(prices[0], prices[1], prices[2], prices[3], step);
	*delta = difference(deltas[0], deltas[1], deltas[2], deltas[3], step);
}

static void
test_greeks(void)
{
	for (int sign = -1; sign <= 1; sign += 2)
		for (int strike = 80; strike <= 120; strike += 20)
			for (int rate = -2; rate <= 6; rate += 4)
			{
				pm_option	o = sample(sign, strike, rate / 100.0);
				double		price;
				double		delta;
				pm_greeks	g;

				greeks_of(&o, &g);
				CHECK(g.price == price_of(&o), "price and Greeks differ");
				bumped(&o, higher_spot, 0.05, &price, &delta);
				CHECK(fabs(price - g.delta) < 1e-9, "delta %.12g, bumped %.12g", g.delta, price);
				CHECK(fabs(delta - g.gamma) < 1e-9, "gamma %.12g, bumped %.12g", g.gamma, delta);
				bumped(&o, later, 1e-3, &price, &delta);
				CHECK(fabs(price - g.theta) < 1e-7, "theta %.12g, bumped %.12g", g.theta, price);
				CHECK(fabs(delta - g.charm) < 1e-8, "charm %.12g, bumped %.12g", g.charm, delta);
				bumped(&o, dearer_money, 1e-3, &price, &delta);
				CHECK(fabs(price - g.rho) < 1e-7, "rho %.12g, bumped %.12g", g.rho, price);
				bumped(&o, higher_yield, 1e-3, &price, &delta);
				CHECK(fabs(price - g.rho_yield) < 1e-7, "rho_yield %.12g, bumped %.12g",
					  g.rho_yield, price);
			}
}

int
main(int argc, char **argv)
{
	check_table(argc > 1 ? argv[1] : DIVIDENDS_TABLE, DIVIDEND_COLUMNS,
				DIVIDENDS_ROWS, known_answer);
	test_textbook();
	test_laws();
	test_greeks();
	printf("European with dividends, largest error in units of the spot: %.1e\n",
		   worst_price);
	return check_finish("test_escrowed");
}
