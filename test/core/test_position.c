/*
 * test_position.c - position.h: which positions can be valued, what they are
 * worth, what a scenario does to them, and their Greeks.
 */
#include <float.h>
#include <math.h>

#include "check.h"
#include "core/exact.h"
#include "core/contract.h"
#include "core/option.h"
#include "support.h"

#define DAY INT64_C(86400000000)	/* microseconds */
#define YEAR (365 * DAY)

static const char *const kinds[] = {"spot", "future", "perpetual", "call", "put"};

static bool
is_option(const pm_position *p)
{
	return p->kind == PM_CALL || p->kind == PM_PUT;
}

static void
give(pm_position *p, pm_field field)
{
	p->present |= 1u << field;
}

static void
take(pm_position *p, pm_field field)
{
	p->present &= ~(1u << field);
}

/* A position with all that its kind needs and nothing else. */
static pm_position
needed(pm_kind kind)
{
	pm_position p = {
		.quantity = 10, .multiplier = 100, .strike = 95, .spot = 100,
		.volatility = 0.25, .rate = 0.03, .yield = 0.01, .price = 7,
		.expiry = 90 * DAY, .as_of = 0, .kind = kind,
		.underlying = text("XYZ"), .currency = text("EUR")
	};

	give(&p, PM_QUANTITY);
	give(&p, PM_MULTIPLIER);
	give(&p, PM_SPOT);
	give(&p, PM_KIND);
	give(&p, PM_SETTLEMENT);
	give(&p, PM_UNDERLYING);
	if (is_option(&p))
		for (int f = PM_STRIKE; f <= PM_PRICING; f++)
			if (f != PM_PRICE)
				give(&p, (pm_field) f);
	return p;
}

static pm_position
option_under(pm_kind kind, pm_pricing pricing, pm_settlement settlement)
{
	pm_position p = needed(kind);

	p.pricing = pricing;
	p.settlement = settlement;
	if (pricing != PM_BLACK_SCHOLES)
		take(&p, PM_YIELD);
	if (pricing == PM_BACHELIER)
		p.volatility = 25;
	return p;
}

static double
pnl_of(const pm_position *p, pm_scenario s)
{
	double		pnl = NAN;
	pm_issue	issue;
	bool		done = pm_contract_pnls(p, &s, 1, 1, &pnl, &issue);

	if (!done)
		CHECK(0, "no profit or loss: %s: %s", issue.message, issue.detail);
	return pnl;
}

static double
value_of(const pm_position *p)
{
	double		value = NAN;
	pm_issue	issue;

	if (!pm_contract_value(p, &value, &issue))
		CHECK(0, "no value: %s: %s", issue.message, issue.detail);
	return value;
}

/* ------------------------------------------------------------------------
 * Which positions can be valued.
 */

static void
accepted(const pm_position *p, const char *story)
{
	pm_issue	issue;
	bool		done = pm_position_check(p, &issue);

	CHECK(done && pm_position_check_values(p, &issue), "%s %s refused: %s: %s",
		  kinds[p->kind], story, issue.message, issue.detail);
}

/* The message names the field, the detail its value, the hint a remedy. */
static void
refused(const pm_position *p, pm_field field, pm_code code, const char *words, const char *value)
{
	char		message[64];
	char		detail[64];
	pm_issue	issue = {0};
	bool		done = pm_position_check(p, &issue);

	snprintf(message, sizeof message, "\"%s\" ", pm_field_names[field]);
	snprintf(detail, sizeof detail, "%s is %s", pm_field_names[field], value);
	CHECK(!done && issue_says(&issue, code, message, detail, "Give ") &&
		  strstr(issue.message, words) != NULL && issue.hint[0] != '\0',
		  "%s with %s: %s: [%s] [%s] [%s]", kinds[p->kind], detail,
		  done ? "accepted" : "refused", issue.message, issue.detail, issue.hint);
}

/* N needed, 1 one of these, o optional, - forbidden: spot, future, perpetual, call, put. */
static const char *const rules[PM_FIELDS] = {
	"NNNNN",					/* quantity */
	"NNNNN",					/* multiplier */
	"---NN",					/* strike */
	"-ooNN",					/* expiry */
	"NNNNN",					/* spot */
	"ooo11",					/* volatility */
	"oooNN",					/* rate */
	"oooNN",					/* yield */
	"ooo11",					/* price */
	"oooNN",					/* as_of */
	"NNNNN",					/* kind */
	"oooNN",					/* exercise */
	"oooNN",					/* pricing */
	"NNNNN",					/* settlement */
	"NNNNN",					/* underlying */
	"ooooo",					/* currency */
	"ooooo",					/* dividend_times */
	"ooooo",					/* dividend_amounts */
	"ooo11",					/* surface */
};

static void
presence(void)
{
	for (int kind = 0; kind < 5; kind++)
	{
		pm_position bare = needed((pm_kind) kind);

		accepted(&bare, "with what it needs");
		for (int f = 0; f < PM_FIELDS; f++)
		{
			pm_position p = bare;
			pm_field	field = (pm_field) f;

			/* One without the other is refused: dividends(). */
			if (field == PM_DIVIDEND_TIMES || field == PM_DIVIDEND_AMOUNTS)
				continue;
			take(&p, field);
			if (rules[f][kind] == '1')
			{
				take(&p, PM_VOLATILITY);
				refused(&p, PM_VOLATILITY, PM_NULL_VALUE, "must not be null", "null");
			}
			else if (rules[f][kind] == 'N')
				refused(&p, field, PM_NULL_VALUE, "must not be null", "null");
			else
				accepted(&p, "without an optional field");
			give(&p, field);
			if (rules[f][kind] == '-')
				refused(&p, field, PM_INVALID_VALUE, "has no meaning", field == PM_STRIKE ? "95" : "given");
			else
				accepted(&p, "with an allowed field");
		}
	}
}

/* A yield is left out, or 0, where the spot is a forward. */
static void
yields(void)
{
	for (int pricing = PM_BLACK76; pricing <= PM_BACHELIER; pricing++)
	{
		pm_position p = option_under(PM_CALL, (pm_pricing) pricing, PM_LINEAR);

		accepted(&p, "on a forward without yield");
		give(&p, PM_YIELD);
		p.yield = 0;
		accepted(&p, "on a forward with yield 0");
		p.yield = -0.0;
		accepted(&p, "on a forward with yield -0");
		p.yield = 0.01;
		refused(&p, PM_YIELD, PM_INVALID_VALUE, "must be 0", "0.01");
	}
}

static double *
number_of(pm_position *p, pm_field field)
{
	switch (field)
	{
		case PM_QUANTITY:
			return &p->quantity;
		case PM_MULTIPLIER:
			return &p->multiplier;
		case PM_STRIKE:
			return &p->strike;
		case PM_SPOT:
			return &p->spot;
		case PM_VOLATILITY:
			return &p->volatility;
		case PM_RATE:
			return &p->rate;
		case PM_YIELD:
			return &p->yield;
		case PM_PRICE:
			return &p->price;
		default:
			return NULL;
	}
}

/* Given but not used is no excuse; not given, it may hold anything. */
static void
not_numbers(void)
{
	static const double bad[] = {NAN, INFINITY, -INFINITY};

	for (int kind = 0; kind < 5; kind++)
		for (int f = 0; f < PM_FIELDS; f++)
			for (int b = 0; b < LENGTH(bad); b++)
			{
				pm_position p = needed((pm_kind) kind);
				double	   *number = number_of(&p, (pm_field) f);
				char		shown[PM_NUMBER_SIZE];

				if (number == NULL || rules[f][kind] == '-')
					continue;
				*number = bad[b];
				if (rules[f][kind] == 'o' || f == PM_PRICE)
				{
					take(&p, (pm_field) f);
					accepted(&p, "with rubbish in a field that is not given");
				}
				give(&p, (pm_field) f);
				refused(&p, (pm_field) f, PM_INVALID_VALUE, "must be a finite number",
						pm_number(shown, bad[b]));
			}
}

static void
instants(void)
{
	static const pm_instant ends[] = {PM_INSTANT_LOW, PM_INSTANT_HIGH};
	static const char *const shown[] = {"-infinity", "infinity"};

	for (int kind = PM_FUTURE; kind <= PM_PUT; kind++)
		for (int i = 0; i < 2; i++)
		{
			pm_position p = needed((pm_kind) kind);

			give(&p, PM_EXPIRY);
			give(&p, PM_AS_OF);
			p.expiry = ends[i];
			refused(&p, PM_EXPIRY, PM_INVALID_VALUE, "must be a finite instant", shown[i]);
			p.expiry = DAY;
			p.as_of = ends[i];
			refused(&p, PM_AS_OF, PM_INVALID_VALUE, "must be a finite instant", shown[i]);
			p.as_of = DAY;
			accepted(&p, "at expiry");
			p.as_of++;
			refused(&p, PM_EXPIRY, PM_INVALID_VALUE, "must not be before as_of", "");
		}
}

/* `p` with these dividends. */
static pm_position
paying(pm_position p, const pm_instant *times, const double *amounts, uint32_t count)
{
	give(&p, PM_DIVIDEND_TIMES);
	give(&p, PM_DIVIDEND_AMOUNTS);
	p.dividend_times = times;
	p.dividend_amounts = amounts;
	p.dividend_count = count;
	return p;
}

/* Past and future ones alike, of whatever kind. */
static void
dividends(void)
{
	static const double bad[] = {NAN, INFINITY, -INFINITY, -0.5};
	static const char *const why[] = {"must be finite numbers", "must be finite numbers",
	"must be finite numbers", "must not be negative"};
	static const char *const shown[] = {"NaN at number 2", "Infinity at number 2",
	"-Infinity at number 2", "-0.5 at number 2"};

	for (int kind = 0; kind < 5; kind++)
	{
		pm_position bare = needed((pm_kind) kind);
		pm_instant	times[65];
		double		amounts[65];
		pm_position p;

		/* from long before as_of to long after expiry */
		for (int i = 0; i < 65; i++)
		{
			times[i] = (i - 5) * 30 * DAY;
			amounts[i] = i / 8.0;
		}
		p = paying(bare, times, amounts, 64);
		accepted(&p, "with as many dividends as may be");
		p.dividend_count = 65;
		refused(&p, PM_DIVIDEND_TIMES, PM_LIMIT, "more than 64", "an array of 65");
		p.dividend_count = 0;
		accepted(&p, "with no dividend");
		take(&p, PM_DIVIDEND_TIMES);
		refused(&p, PM_DIVIDEND_TIMES, PM_NULL_VALUE, "must not be null with dividend_amounts", "null");
		p = paying(bare, times, amounts, 64);
		take(&p, PM_DIVIDEND_AMOUNTS);
		refused(&p, PM_DIVIDEND_AMOUNTS, PM_NULL_VALUE, "must not be null with dividend_times", "null");

		p = paying(bare, times, amounts, 3);
		times[2] = times[1];
		refused(&p, PM_DIVIDEND_TIMES, PM_INVALID_VALUE, "must be in ascending order",
				"not later than the one before at number 3");
		times[2] = times[1] + 1;
		accepted(&p, "with dividends a microsecond apart");
		times[2] = PM_INSTANT_HIGH;
		refused(&p, PM_DIVIDEND_TIMES, PM_INVALID_VALUE, "must be finite instants", "infinity at number 3");
		times[0] = PM_INSTANT_LOW;
		refused(&p, PM_DIVIDEND_TIMES, PM_INVALID_VALUE, "must be finite instants", "-infinity at number 1");
		p.dividend_count = 2;
		times[0] = times[1] - DAY;
		for (int b = 0; b < LENGTH(bad); b++)
		{
			amounts[1] = bad[b];
			refused(&p, PM_DIVIDEND_AMOUNTS, PM_INVALID_VALUE, why[b], shown[b]);
		}
		amounts[1] = 0;
		accepted(&p, "with a dividend of 0");

		for (int pricing = PM_BLACK76; is_option(&bare) && pricing <= PM_BACHELIER; pricing++)
		{
			p = paying(option_under((pm_kind) kind, (pm_pricing) pricing, PM_LINEAR), times, amounts, 2);
			refused(&p, PM_DIVIDEND_TIMES, PM_INVALID_VALUE, "must be empty for an option on a forward",
					"an array of 2");
			p.dividend_count = 0;
			accepted(&p, "on a forward without dividends");
		}
	}
}

/* One number of one kind, out of its range or on its edge. */
static void
number_refused(pm_position p, pm_field field, double value, pm_code code, const char *words)
{
	char		shown[PM_NUMBER_SIZE];

	*number_of(&p, field) = value;
	give(&p, field);
	refused(&p, field, code, words, pm_number(shown, value));
}

static void
number_accepted(pm_position p, pm_field field, double value)
{
	*number_of(&p, field) = value;
	give(&p, field);
	accepted(&p, pm_field_names[field]);
}

static void
ranges(void)
{
	for (int kind = 0; kind < 5; kind++)
	{
		pm_position p = needed((pm_kind) kind);

		number_refused(p, PM_MULTIPLIER, 0, PM_INVALID_VALUE, "must be above 0");
		number_refused(p, PM_MULTIPLIER, -1, PM_INVALID_VALUE, "must be above 0");
		number_accepted(p, PM_MULTIPLIER, 5e-324);
		number_accepted(p, PM_QUANTITY, 0);
		number_accepted(p, PM_QUANTITY, -1e300);
		number_accepted(p, PM_RATE, -0.02);
		number_accepted(p, PM_YIELD, -0.02);
		number_accepted(p, PM_PRICE, -3);
		number_refused(p, PM_VOLATILITY, -0.1, PM_INVALID_VALUE, "must not be negative");
		number_accepted(p, PM_VOLATILITY, 0);
		p.multiplier = 1e10;
		number_refused(p, PM_QUANTITY, 1e300, PM_OUT_OF_RANGE, "times multiplier");
		number_refused(p, PM_QUANTITY, -1e300, PM_OUT_OF_RANGE, "times multiplier");

		p = needed((pm_kind) kind);
		p.underlying = text("");
		refused(&p, PM_UNDERLYING, PM_INVALID_VALUE, "must not be empty", "''");
		p = needed((pm_kind) kind);
		p.settlement = PM_INVERSE;
		number_refused(p, PM_SPOT, 0, PM_INVALID_VALUE, "must be above 0");
		number_refused(p, PM_SPOT, -5, PM_INVALID_VALUE, "must be above 0");
		if (kind == PM_SPOT_KIND)
			refused(&p, PM_SETTLEMENT, PM_INVALID_VALUE, "must be 'linear'", "'inverse'");
		else
			accepted(&p, "settled in coin");
	}
	for (int kind = PM_SPOT_KIND; kind <= PM_PERPETUAL; kind++)
	{
		number_accepted(needed((pm_kind) kind), PM_SPOT, 0);
		number_accepted(needed((pm_kind) kind), PM_SPOT, -37.63);
	}
	for (int kind = PM_CALL; kind <= PM_PUT; kind++)
		for (int pricing = PM_BLACK_SCHOLES; pricing <= PM_BACHELIER; pricing++)
		{
			pm_position p = option_under((pm_kind) kind, (pm_pricing) pricing, PM_LINEAR);
			static const pm_field prices[] = {PM_SPOT, PM_STRIKE};

			accepted(&p, "of its model");
			for (int i = 0; i < 2; i++)
				for (double x = -5; x <= 0; x += 5)
					if (pricing == PM_BACHELIER)
						number_accepted(p, prices[i], x);
					else
						number_refused(p, prices[i], x, PM_INVALID_VALUE,
									   "must be above 0 under a lognormal model");
			p.exercise = PM_AMERICAN;
			if (pricing == PM_BACHELIER)
				refused(&p, PM_EXERCISE, PM_UNSUPPORTED, "must be 'european' under bachelier", "'american'");
			else
				accepted(&p, "American");
			p.exercise = PM_EUROPEAN;
			p.settlement = PM_INVERSE;
			number_refused(p, PM_SPOT, -1, PM_INVALID_VALUE, "must be above 0");
		}
}

/* The detail says of what: the kind and the underlying, cut when it is long. */
static void
told_of_what(void)
{
	pm_position p = needed(PM_PUT);
	pm_issue	issue = {0};
	char		name[400];

	p.volatility = -1;
	CHECK(!pm_position_check(&p, &issue) &&
		  strcmp(issue.detail, "volatility is -1 for kind put in underlying \"XYZ\".") == 0,
		  "[%s]", issue.detail);
	take(&p, PM_KIND);
	CHECK(!pm_position_check(&p, &issue) &&
		  strcmp(issue.detail, "kind is null in underlying \"XYZ\".") == 0, "[%s]", issue.detail);
	give(&p, PM_KIND);
	take(&p, PM_UNDERLYING);
	CHECK(!pm_position_check(&p, &issue) &&
		  strcmp(issue.detail, "underlying is null for kind put.") == 0, "[%s]", issue.detail);

	memset(name, '\xe2', sizeof name);
	for (size_t i = 0; i < sizeof name; i++)
		name[i] = "\xe2\x82\xac"[i % 3];
	give(&p, PM_UNDERLYING);
	p.underlying = (pm_text)
	{
		name, sizeof name
	};
	CHECK(!pm_position_check(&p, &issue) && strlen(issue.detail) < 128 &&
		  strstr(issue.detail, "\xe2\x82\xac\".") != NULL &&
		  strlen(issue.detail) == strlen("volatility is -1 for kind put in underlying \"\".") + 63,
		  "a long name is not cut between characters: [%s]", issue.detail);
	memset(name, '\x80', sizeof name);
	CHECK(!pm_position_check(&p, &issue) && strstr(issue.detail, "underlying \"\"") != NULL,
		  "a name of continuation bytes: [%s]", issue.detail);
}

/* pm_position_check_values: what is not given is not looked at. */
static void
only_what_is_given(void)
{
	static const double rubbish[] = {0, -1, NAN};

	for (int kind = 0; kind < 5; kind++)
		for (int r = 0; r < LENGTH(rubbish); r++)
		{
			pm_position p = needed((pm_kind) kind);
			pm_issue	issue = {0};

			for (int f = 0; f < PM_FIELDS; f++)
				if (number_of(&p, (pm_field) f) != NULL)
					*number_of(&p, (pm_field) f) = rubbish[r];
			p.expiry = PM_INSTANT_LOW;
			p.as_of = PM_INSTANT_HIGH;
			p.underlying = text(NULL);
			p.exercise = PM_AMERICAN;
			p.settlement = PM_INVERSE;
			p.present = 1u << PM_KIND;
			CHECK(pm_position_check_values(&p, &issue),
				  "%s with nothing given but %g in memory: [%s] [%s]", kinds[kind],
				  rubbish[r], issue.message, issue.detail);
		}
}

static void
names_in_order(void)
{
	CHECK(strcmp(pm_field_names[PM_QUANTITY], "quantity") == 0 &&
		  strcmp(pm_field_names[PM_VOLATILITY], "volatility") == 0 &&
		  strcmp(pm_field_names[PM_AS_OF], "as_of") == 0 &&
		  strcmp(pm_field_names[PM_KIND], "kind") == 0 &&
		  strcmp(pm_field_names[PM_CURRENCY], "currency") == 0 &&
		  strcmp(pm_field_names[PM_DIVIDEND_TIMES], "dividend_times") == 0 &&
		  strcmp(pm_field_names[PM_SURFACE], "surface") == 0, "field names");
	CHECK(strcmp(pm_total_names[PM_MARKET_VALUE], "market_value") == 0 &&
		  strcmp(pm_total_names[PM_VEGA_1PT], "vega_1pt") == 0 &&
		  strcmp(pm_total_names[PM_RHO_1PCT], "rho_1pct") == 0, "names of totals");
}

static void
currencies(void)
{
	pm_position p = needed(PM_CALL);
	pm_text		currency = pm_position_currency(&p);

	CHECK(currency.bytes == NULL, "a linear position has a currency of its own");
	p.settlement = PM_INVERSE;
	currency = pm_position_currency(&p);
	CHECK(currency.bytes == p.underlying.bytes && currency.length == 3,
		  "an inverse position is not in its underlying");
	give(&p, PM_CURRENCY);
	currency = pm_position_currency(&p);
	CHECK(currency.bytes == p.currency.bytes, "a currency that is given is not taken");
}

/* ------------------------------------------------------------------------
 * Linear contracts.
 */

static pm_scenario
price_move(double shock, double points)
{
	pm_scenario s = pm_scenario_neutral();

	s.price_shock = shock;
	s.price_points = points;
	return s;
}

/* Everything but the price, of which linear contracts know nothing. */
static pm_scenario
with_all_else(pm_scenario s)
{
	s.vol_shock = 0.5;
	s.vol_points = -0.03;
	s.vol_power = 0.7;
	s.vol_floor = 0.4;
	s.rate_points = 0.02;
	s.days = 400;
	s.weight = 0.33;
	return s;
}

/* Numbers with few bits, so that every step is exact. */
static void
linear_contracts(void)
{
	for (int kind = PM_SPOT_KIND; kind <= PM_PERPETUAL; kind++)
	{
		pm_position p = needed((pm_kind) kind);
		double		totals[PM_TOTALS];
		pm_issue	issue;

		CHECK(value_of(&p) == (kind == PM_SPOT_KIND ? 10000 : 0), "value of a %s", kinds[kind]);
		CHECK(pnl_of(&p, price_move(0.125, 0)) == 1250, "%s up", kinds[kind]);
		CHECK(pnl_of(&p, price_move(-0.125, 0)) == -1250, "%s down", kinds[kind]);
		CHECK(pnl_of(&p, price_move(-0.125, 2.5)) == -1000, "%s down and points up", kinds[kind]);
		CHECK(pnl_of(&p, price_move(-2, 0)) == -20000, "%s below 0", kinds[kind]);
		CHECK(pnl_of(&p, with_all_else(price_move(0.125, 0))) == 1250,
			  "%s is moved by more than its price", kinds[kind]);
		CHECK(pnl_of(&p, price_move(0, 0)) == 0 && !signbit(pnl_of(&p, price_move(-0.0, 0))),
			  "%s that does not move", kinds[kind]);

		give(&p, PM_RATE);
		give(&p, PM_YIELD);
		give(&p, PM_VOLATILITY);
		CHECK(pm_contract_totals(&p, totals, &issue) &&
			  totals[PM_MARKET_VALUE] == (kind == PM_SPOT_KIND ? 10000 : 0) &&
			  totals[PM_DELTA_CASH] == 10000 && totals[PM_GAMMA_CASH_1PCT] == 0 &&
			  totals[PM_VEGA_1PT] == 0 && totals[PM_THETA_1DAY] == 0 &&
			  totals[PM_RHO_1PCT] == 0, "totals of a %s", kinds[kind]);

		/* up is up where prices are negative */
		p.spot = -40;
		CHECK(pnl_of(&p, price_move(0.125, 0)) == 500, "%s up from below 0", kinds[kind]);
		CHECK(pnl_of(&p, price_move(0, -3)) == -300, "%s down from below 0", kinds[kind]);
	}
}

/* m (1/S - 1/S') in coin; few bits again. */
static void
inverse_contracts(void)
{
	for (int kind = PM_FUTURE; kind <= PM_PERPETUAL; kind++)
	{
		pm_position p = needed((pm_kind) kind);
		double		totals[PM_TOTALS];
		pm_greeks	g;
		pm_issue	issue;

		p.settlement = PM_INVERSE;
		p.spot = 4;
		CHECK(value_of(&p) == 0, "value of an inverse %s", kinds[kind]);
		CHECK(pnl_of(&p, price_move(1, 0)) == 12.5, "inverse %s up", kinds[kind]);
		CHECK(pnl_of(&p, price_move(-0.5, 0)) == -25, "inverse %s down", kinds[kind]);
		CHECK(pnl_of(&p, price_move(0, 28)) == 100 * (0.25 - 0.03125), "inverse %s in points", kinds[kind]);
		CHECK(pnl_of(&p, with_all_else(price_move(1, 0))) == 12.5,
			  "inverse %s is moved by more than its price", kinds[kind]);
		CHECK(pm_contract_greeks(&p, &g, &issue) && g.price == 0 && g.delta == 100.0 / 16 &&
			  g.gamma == -200.0 / 64 && g.vega == 0 && g.theta == 0 && g.rho == 0,
			  "Greeks of an inverse %s", kinds[kind]);
		CHECK(pm_contract_totals(&p, totals, &issue) && totals[PM_MARKET_VALUE] == 0 &&
			  totals[PM_DELTA_CASH] == 25 &&
			  fabs(totals[PM_GAMMA_CASH_1PCT] + 0.5) < 1e-15 && totals[PM_VEGA_1PT] == 0,
			  "totals of an inverse %s", kinds[kind]);

		/* an awkward price, against longer arithmetic */
		p.spot = 68123.45;
		for (double shock = -0.9; shock < 3; shock += 0.17)
		{
			pm_scenario s = price_move(shock, 0);
			long double there = pm_scenario_price(&s, p.spot);
			long double want = 100 * (1 / (long double) p.spot - 1 / there);

			/* 100/S is 1e-3: its roundings, and half a quantum */
			CHECK(fabsl(pnl_of(&p, s) - want) <= 0x1p-61L + 4 * DBL_EPSILON * 100 / there,
				  "inverse %s moved by %g", kinds[kind], shock);
		}
	}
}

/* ------------------------------------------------------------------------
 * Options.
 */

static pm_option
option_of(const pm_position *p, double years)
{
	return (pm_option)
	{
		.sign = p->kind == PM_CALL ? 1 : -1, .spot = p->spot, .strike = p->strike,
			.years = years, .volatility = p->volatility, .rate = p->rate,
			.yield = p->pricing == PM_BLACK_SCHOLES ? p->yield : 0, .pricing = p->pricing
	};
}

static void
option_values(void)
{
	for (int kind = PM_CALL; kind <= PM_PUT; kind++)
		for (int pricing = PM_BLACK_SCHOLES; pricing <= PM_BACHELIER; pricing++)
		{
			pm_position p = option_under((pm_kind) kind, (pm_pricing) pricing, PM_LINEAR);
			pm_option	o = option_of(&p, 90 / 365.0);
			double		unit = pm_option_price(&o);
			pm_greeks	g;
			double		totals[PM_TOTALS];
			pm_issue	issue;

			CHECK(value_of(&p) == 100 * unit, "value of a %s, model %d", kinds[kind], pricing);
			pm_option_greeks(&o, true, &g);
			CHECK(pm_contract_totals(&p, totals, &issue), "totals of a %s", kinds[kind]);
			CHECK(totals[PM_MARKET_VALUE] == pm_quantize(100 * g.price) &&
				  fabs(totals[PM_DELTA_CASH] - 100 * 100 * g.delta) < 1e-9 &&
				  fabs(totals[PM_GAMMA_CASH_1PCT] - 0.01 * 100 * 100 * 100 * g.gamma) < 1e-9 &&
				  fabs(totals[PM_VEGA_1PT] - 0.01 * 100 * g.vega) < 1e-11 &&
				  fabs(totals[PM_THETA_1DAY] - 100 * g.theta / 365) < 1e-11 &&
				  fabs(totals[PM_RHO_1PCT] - 0.01 * 100 * g.rho) < 1e-11,
				  "totals of a %s, model %d", kinds[kind], pricing);
			for (int t = 0; t < PM_TOTALS; t++)
				CHECK(totals[t] == pm_quantize(totals[t]), "%s is not quantised",
					  pm_total_names[t]);

			p.settlement = PM_INVERSE;
			CHECK(value_of(&p) == 100 * (unit / 100), "value of an inverse %s, model %d",
				  kinds[kind], pricing);
			CHECK(pm_contract_totals(&p, totals, &issue) &&
				  fabs(totals[PM_DELTA_CASH] - 100 * (g.delta - unit / 100)) < 1e-11,
				  "delta of an inverse %s, model %d", kinds[kind], pricing);
		}
}

/*
 * Profit and loss by the definition: model at the moved inputs less model now,
 * to the bit, whatever moves.
 */
static void
moved_options(void)
{
	static const double shocks[] = {-0.3, 0, 0.15};
	static const double points[] = {-3, 0, 7.5};
	int			compared = 0,
				bad = 0;

	for (int model = 0; model < 12; model++)
		for (int move = 0; move < 243; move++)
		{
			pm_position p = option_under(model % 2 ? PM_CALL : PM_PUT,
										 (pm_pricing) (model / 4),
										 model / 2 % 2 ? PM_INVERSE : PM_LINEAR);
			double		inverse = p.settlement == PM_INVERSE;
			double		vol_unit = p.pricing == PM_BACHELIER ? 1 : 0.01;
			pm_scenario s = price_move(shocks[move % 3], points[move / 3 % 3]);
			pm_option	now = option_of(&p, 90 / 365.0);
			pm_option	then = now;
			double		want;

			s.vol_shock = shocks[move / 9 % 3];
			s.vol_points = points[move / 27 % 3] * vol_unit;
			s.rate_points = shocks[move / 81] * 0.1;
			s.days = move % 7 * 20;
			s.weight = 0.5;		/* is not applied here */
			then.spot = now.spot + s.price_shock * fabs(now.spot) + s.price_points;
			then.volatility = now.volatility * (1 + s.vol_shock) + s.vol_points;
			then.rate = now.rate + s.rate_points;
			then.years = s.days > 90 ? 0 : now.years - s.days / 365.0;
			if (then.volatility < 0 || then.years < 0)
				continue;
			want = pm_option_price(&then) / (inverse ? then.spot : 1);
			want -= pm_option_price(&now) / (inverse ? now.spot : 1);
			bad += pnl_of(&p, s) != pm_quantize(100 * want);
			compared++;
		}
	CHECK(bad == 0 && compared > 2800, "%d of %d profits differ from their definition", bad,
		  compared);
}

/*
 * Where `days` is the time to expiry, nothing of it is left, to the bit: the
 * payoff is the value.
 */
static void
days_to_expiry(void)
{
	static const int64_t days[] = {0, 1, 2, 3, 7, 30, 31, 45, 91, 180, 365, 366, 1000, 3653, 100000};

	for (int i = 0; i < LENGTH(days); i++)
		for (int kind = PM_CALL; kind <= PM_PUT; kind++)
		{
			pm_position p = needed((pm_kind) kind);
			pm_scenario s = pm_scenario_neutral();
			double		payoff;

			/* far from any round number */
			p.as_of = INT64_C(812345678901234567);
			p.expiry = p.as_of + days[i] * DAY;
			s.days = (double) days[i];
			s.price_shock = kind == PM_CALL ? 0.25 : -0.25;
			payoff = kind == PM_CALL ? 30 : 20;
			CHECK(pm_scenario_years(&s, (double) days[i] / 365) == 0,
				  "%lld days less as many", (long long) days[i]);
			CHECK(pnl_of(&p, s) == pm_quantize(100 * (payoff - value_of(&p) / 100)),
				  "%s at expiry after %lld days: %.17g", kinds[kind], (long long) days[i],
				  pnl_of(&p, s));
			/* at the money a microsecond is worth something */
			p.strike = p.spot;
			p.rate = p.yield = 0;
			s.price_shock = 0;
			CHECK(pnl_of(&p, s) == pm_quantize(-100 * (value_of(&p) / 100)),
				  "%s at expiry at the money", kinds[kind]);
			if (days[i] > 366)
				continue;		/* beyond, a double of years skips microseconds */
			p.expiry++;
			CHECK(pnl_of(&p, s) > pm_quantize(-100 * (value_of(&p) / 100)),
				  "%s a microsecond before expiry after %lld days", kinds[kind],
				  (long long) days[i]);
		}
	{
		pm_scenario s = pm_scenario_neutral();

		s.days = 31;
		CHECK(pm_scenario_years(&s, 30 / 365.0) == 0, "a time step beyond expiry");
		s.days = 0.5;
		CHECK(fabs(pm_scenario_years(&s, 1 / 365.0) - 0.5 / 365) < 1e-18, "half a day");
	}
}

/* From one end of the calendar to the other. */
static void
extreme_dates(void)
{
	/* 4714-11-24 BC and 294276-12-31 as the server counts, and beyond */
	static const pm_instant ends[][2] = {
		{INT64_C(-211813488000000000), INT64_C(9223371331199999999)},
		{PM_INSTANT_LOW + 1, PM_INSTANT_HIGH - 1},
		{PM_INSTANT_LOW + 1, PM_INSTANT_LOW + 1 + YEAR},
		{PM_INSTANT_HIGH - 1 - YEAR, PM_INSTANT_HIGH - 1},
	};

	for (int i = 0; i < LENGTH(ends); i++)
	{
		pm_position p = needed(PM_CALL);
		pm_option	o = {0};
		double		years = (double) (((long double) ends[i][1] - ends[i][0]) / YEAR);
		pm_issue	issue;

		p.as_of = ends[i][0];
		p.expiry = ends[i][1];
		p.volatility = 0.001;
		p.rate = p.yield = 0;
		o = option_of(&p, years);
		CHECK(pm_position_check(&p, &issue), "dates %d are refused: %s", i, issue.message);
		CHECK(fabs(value_of(&p) / (100 * pm_option_price(&o)) - 1) < 1e-14,
			  "dates %d: %.17g", i, value_of(&p));
		p.expiry = ends[i][0];
		p.as_of = ends[i][1];
		CHECK(!pm_position_check(&p, &issue), "dates %d turned round", i);
	}
}

/* ------------------------------------------------------------------------
 * What a scenario does to volatility.
 */

static void
volatility_is(const char *story, pm_scenario s, double volatility, double days, double want,
			  double relative)
{
	double		got = pm_scenario_volatility(&s, volatility, days / 365, 0);

	CHECK(fabs(got - want) <= relative * fabs(want), "%s: %.17g, expected %.17g", story, got, want);
}

static void
volatility_moves(void)
{
	const double rounding = 8 * DBL_EPSILON;
	pm_scenario s = pm_scenario_neutral();
	static const double days[] = {0, 0.25, 1, 2, 10, 29.9, 30, 30.1, 365};

	volatility_is("neutral", s, 0.2, 10, 0.2, 0);
	s.vol_shock = 0.5;
	volatility_is("relative", s, 0.25, 10, 0.375, 0);
	s.vol_points = 0.125;
	volatility_is("relative and points", s, 0.25, 10, 0.5, 0);
	s.vol_shock = -0.5;
	s.vol_points = -0.125;
	volatility_is("to nothing", s, 0.25, 10, 0, 0);
	s.vol_points = -0.25;
	volatility_is("not below nothing", s, 0.25, 10, 0, 0);

	/* (30 d / max(T, 1 d))^p, p changing after 30 days */
	for (int i = 0; i < LENGTH(days); i++)
	{
		double		d = days[i] > 1 ? days[i] : 1;

		s = pm_scenario_neutral();
		s.vol_shock = 0.5;
		s.vol_power = 0.5;
		volatility_is("square root", s, 0.25, days[i], 0.25 * (1 + 0.5 * sqrt(30 / d)), rounding);
		s.vol_power = 1;
		s.vol_power_long = -2;
		volatility_is("two powers", s, 0.25, days[i],
					  0.25 * (1 + 0.5 * (days[i] <= 30 ? 30 / d : (d / 30) * (d / 30))), rounding);
		s.vol_power_long = 0;
		volatility_is("no power beyond", s, 0.25, days[i],
					  0.25 * (1 + 0.5 * (days[i] <= 30 ? 30 / d : 1)), rounding);
	}

	/* the boundary, to the bit: 30 days exactly belong to vol_power */
	s = pm_scenario_neutral();
	s.vol_shock = 0.5;
	s.vol_power = 7;
	s.vol_power_long = 0;
	CHECK(pm_scenario_volatility(&s, 0.25, 30 / 365.0, 0) == 0.375, "30 days: their own measure");
	s.vol_power = 0;
	s.vol_power_long = 500;
	CHECK(pm_scenario_volatility(&s, 0.25, 30 / 365.0, 0) == 0.375, "30 days exactly");
	CHECK(pm_scenario_volatility(&s, 0.25, nextafter(30 / 365.0, 1), 0) != 0.375,
		  "an instant more than 30 days");
}

static void
skewed_is(const char *story, pm_scenario s, double moneyness, double want)
{
	double		got = pm_scenario_volatility(&s, 0.25, 60 / 365.0, moneyness);

	CHECK(got == want, "%s at %g: %.17g, expected %.17g", story, moneyness, got, want);
}

/* Binary fractions throughout, so that what is expected is exact. */
static void
volatility_skews(void)
{
	pm_scenario s = pm_scenario_neutral();

	s.skew_shock = -0.5;
	skewed_is("skew", s, -0.5, 0.3125);
	skewed_is("skew", s, 0, 0.25);
	skewed_is("skew", s, 0.5, 0.1875);
	skewed_is("not below nothing", s, 3, 0);
	s.smile_shock = 0.25;
	skewed_is("skew and smile", s, -0.5, 0.34375);
	skewed_is("skew and smile", s, 0.5, 0.21875);
	s.skew_cap = 0.25;
	skewed_is("within the cap", s, -0.25, 0.296875);
	skewed_is("at the cap", s, -0.5, 0.3125);
	skewed_is("at the cap", s, -1e300, 0.3125);
	skewed_is("under the cap", s, 1, 0.1875);
	skewed_is("at the lower cap", s, 64, 0.1875);
	s.skew_cap = 0;
	skewed_is("capped to nothing", s, 64, 0.25);

	/* added to the other moves of the volatility, not scaled by time */
	s.skew_cap = NAN;
	s.vol_shock = 0.5;
	s.vol_power_long = -1;
	s.vol_points = 0.0625;
	skewed_is("skew and shocks", s, -0.5, 0.25 * (1 + 0.5 * 2 + 0.375) + 0.0625);
	s.smile_shock = s.skew_shock = 0;
	skewed_is("shocks alone", s, -0.5, 0.25 * (1 + 0.5 * 2) + 0.0625);

	/* the floor is of upward shocks, which a skew is not; it holds after one */
	s = pm_scenario_neutral();
	s.vol_floor = 0.5;
	s.skew_shock = -0.5;
	skewed_is("no floor for a skew", s, -0.5, 0.3125);
	s.vol_shock = 0.25;
	skewed_is("a floor after a skew", s, 0.5, 0.5);
	skewed_is("above the floor", s, -4, 0.8125);
	s.vol_shock = -0.25;
	skewed_is("no floor below", s, -0.5, 0.25);
}

/* What does not skew leaves every bit of what it was. */
static void
no_skew_no_change(void)
{
	int			bad = 0;

	for (int i = 0; i < 2000; i++)
	{
		pm_scenario s = pm_scenario_neutral();
		double		moneyness = random_bits() / 0x1p31 - 1;
		double		volatility = random_bits() / 0x1p32;
		double		years = random_bits() / 0x1p31;

		s.vol_shock = random_bits() / 0x1p31 - 1;
		s.vol_points = i % 2 ? random_bits() / 0x1p33 : 0;
		bad += pm_scenario_volatility(&s, volatility, years, moneyness) !=
			fmax(0, volatility * (1 + s.vol_shock) + s.vol_points);
		s.vol_shock = s.vol_points = 0;
		bad += pm_scenario_volatility(&s, volatility, years, moneyness) != volatility;
	}
	CHECK(bad == 0, "%d volatilities differ without a skew", bad);
}

/* The power looks at the time before the time step. */
static void
power_before_the_step(void)
{
	pm_position p = needed(PM_CALL);
	pm_scenario s = pm_scenario_neutral();
	pm_option	then,
				now;

	p.expiry = 31 * DAY;
	s.days = 11;
	s.vol_shock = 0.5;
	s.vol_power = 1;
	s.vol_power_long = 0;
	now = option_of(&p, 31 / 365.0);
	then = now;
	then.years = now.years - 11 / 365.0;
	then.volatility = 0.375;
	CHECK(pnl_of(&p, s) == pm_quantize(100 * (pm_option_price(&then) - pm_option_price(&now))),
		  "the power is taken after the time step");
}

static void
volatility_floor(void)
{
	pm_scenario s = pm_scenario_neutral();

	s.vol_floor = 0.5;
	volatility_is("no shock, no floor", s, 0.2, 10, 0.2, 0);
	s.vol_shock = -0.5;
	volatility_is("down, no floor", s, 0.5, 10, 0.25, 0);
	s.vol_shock = 0.25;
	volatility_is("up to the floor", s, 0.25, 10, 0.5, 0);
	volatility_is("up above the floor", s, 1, 10, 1.25, 0);
	s.vol_shock = 0;
	s.vol_points = 0.0625;
	volatility_is("points up to the floor", s, 0.25, 10, 0.5, 0);
	s.vol_points = -0.0625;
	volatility_is("points down, no floor", s, 0.25, 10, 0.1875, 0);
}

/* ------------------------------------------------------------------------
 * Greeks against central differences of the value.
 */

enum
{
	IN_SPOT, IN_VOLATILITY, IN_RATE, IN_YIELD, IN_TIME
};

static const char *const inputs[] = {"spot", "volatility", "rate", "yield", "time"};

static double
step_of(const pm_position *p, int input, double relative)
{
	switch (input)
	{
		case IN_SPOT:
			return p->spot * relative;
		case IN_VOLATILITY:
			return p->volatility * relative;
		case IN_TIME:
			/* whole microseconds */
			return rint((double) p->expiry * relative) / YEAR;
		default:
			return relative;
	}
}

static void
bump(pm_position *p, int input, double by)
{
	if (input == IN_SPOT)
		p->spot += by;
	else if (input == IN_VOLATILITY)
		p->volatility += by;
	else if (input == IN_RATE)
		p->rate += by;
	else if (input == IN_YIELD)
		p->yield += by;
	else
		p->expiry += (int64_t) rint(by * YEAR);
}

static double
bumped(const pm_position *p, int i, double hi, int j, double hj)
{
	pm_position q = *p;

	bump(&q, i, hi);
	if (j >= 0)
		bump(&q, j, hj);
	return value_of(&q);
}

/* The derivative in i, and in j unless that is negative. */
static double
difference(const pm_position *p, int i, int j, double relative)
{
	double		h = step_of(p, i, relative);
	double		k = j < 0 ? 0 : step_of(p, j, relative);

	if (j < 0)
		return (bumped(p, i, h, -1, 0) - bumped(p, i, -h, -1, 0)) / (2 * h);
	if (i == j)
		return (bumped(p, i, h, -1, 0) - 2 * value_of(p) + bumped(p, i, -h, -1, 0)) / (h * h);
	return (bumped(p, i, h, j, k) - bumped(p, i, h, j, -k) -
			bumped(p, i, -h, j, k) + bumped(p, i, -h, j, -k)) / (4 * h * k);
}

/*
 * Two steps, one half of the other, give the derivative but for terms of the
 * fourth order (Richardson).  A tenth of what the halving changed bounds those
 * by far; what the value's own rounding, 64 units of the larger price, does to
 * a quotient comes on top.
 */
static void
greek_is(const pm_position *p, const char *name, double greek, int i, int j)
{
	static const double steps[] = {0x1p-6, 0x1p-8, 0x1p-10, 0x1p-12};

	for (int n = 0; n < LENGTH(steps); n++)
	{
		double		coarse = difference(p, i, j, steps[n]);
		double		fine = difference(p, i, j, steps[n] / 2);
		double		better = fine + (fine - coarse) / 3;
		double		scale = p->multiplier * 100 / (p->settlement == PM_INVERSE ? p->spot : 1);
		double		step = step_of(p, i, steps[n] / 2) *
			(j < 0 ? 1 : step_of(p, j, steps[n] / 2));
		double		slack = 64 * DBL_EPSILON * scale / step;

		CHECK(fabs(better - greek) <= 0.1 * fabs(fine - coarse) + slack,
			  "%s %s, model %d, %s in steps of %g %s: %.17g, difference %.17g +- %.2g",
			  p->settlement == PM_INVERSE ? "inverse" : "linear", kinds[p->kind], p->pricing,
			  name, steps[n], inputs[i], greek, better, 0.1 * fabs(fine - coarse) + slack);
	}
}

static void
greeks(void)
{
	static const double strikes[] = {80, 100, 112};

	for (int model = 0; model < 12; model++)
		for (int k = 0; k < LENGTH(strikes); k++)
		{
			pm_position p = option_under(model % 2 ? PM_CALL : PM_PUT,
										 (pm_pricing) (model / 4),
										 model / 2 % 2 ? PM_INVERSE : PM_LINEAR);
			pm_greeks	g;
			pm_issue	issue;

			p.expiry = YEAR / 2;
			p.strike = strikes[k];
			CHECK(pm_contract_greeks(&p, &g, &issue) && g.price == value_of(&p),
				  "the price among the Greeks");
			greek_is(&p, "delta", g.delta, IN_SPOT, -1);
			greek_is(&p, "gamma", g.gamma, IN_SPOT, IN_SPOT);
			greek_is(&p, "vega", g.vega, IN_VOLATILITY, -1);
			greek_is(&p, "theta", -g.theta, IN_TIME, -1);
			greek_is(&p, "rho", g.rho, IN_RATE, -1);
			if (p.pricing == PM_BLACK_SCHOLES)
				greek_is(&p, "rho_yield", g.rho_yield, IN_YIELD, -1);
			else
				CHECK(g.rho_yield == 0, "rho_yield on a forward");
			greek_is(&p, "vanna", g.vanna, IN_SPOT, IN_VOLATILITY);
			greek_is(&p, "volga", g.volga, IN_VOLATILITY, IN_VOLATILITY);
			greek_is(&p, "charm", -g.charm, IN_SPOT, IN_TIME);
		}
}

/* ------------------------------------------------------------------------
 * Scenarios and scales that no model can take.
 */

static void
scenario_refused(const pm_position *p, pm_scenario s, pm_code code, const char *message,
				 const char *value)
{
	pm_scenario scenarios[3];
	double		pnls[3];
	pm_issue	issue = {0};
	bool		done;

	/* the second of three, numbered from 41 */
	scenarios[0] = scenarios[2] = pm_scenario_neutral();
	scenarios[1] = s;
	done = pm_contract_pnls(p, scenarios, 3, 41, pnls, &issue);
	CHECK(!done && issue_says(&issue, code, message, "cenario 42 ", "") &&
		  strstr(issue.detail, value) != NULL && strstr(issue.detail, "\"XYZ\"") != NULL &&
		  issue.hint[0] != '\0', "%s %s: %s: [%s] [%s]",
		  p->settlement == PM_INVERSE ? "inverse" : "linear", kinds[p->kind],
		  done ? "accepted" : "refused", issue.message, issue.detail);
}

static void
prices_to_zero(void)
{
	static const double shocks[] = {-1, -1.25};
	static const char *const shown[] = {"is 0.", "is -25."};

	for (int i = 0; i < 2; i++)
	{
		pm_scenario s = price_move(shocks[i], 0);
		pm_position p;

		for (int kind = PM_CALL; kind <= PM_PUT; kind++)
			for (int pricing = PM_BLACK_SCHOLES; pricing <= PM_BACHELIER; pricing++)
			{
				p = option_under((pm_kind) kind, (pm_pricing) pricing, PM_INVERSE);
				scenario_refused(&p, s, PM_INVALID_VALUE, "to zero or below", shown[i]);
				p.settlement = PM_LINEAR;
				if (pricing != PM_BACHELIER)
					scenario_refused(&p, s, PM_INVALID_VALUE, "to zero or below", shown[i]);
				else
					CHECK(isfinite(pnl_of(&p, s)), "bachelier at or below zero");
			}
		for (int kind = PM_FUTURE; kind <= PM_PERPETUAL; kind++)
		{
			p = needed((pm_kind) kind);
			CHECK(pnl_of(&p, s) == 10000 * shocks[i], "linear %s at or below zero", kinds[kind]);
			p.settlement = PM_INVERSE;
			scenario_refused(&p, s, PM_INVALID_VALUE, "to zero or below", shown[i]);
		}
	}
}

/* No finite result may come out of a price that has overflowed. */
static void
overflows(void)
{
	double		value;
	double		totals[PM_TOTALS];
	pm_greeks	g;
	pm_issue	issue = {0};

	for (int kind = 0; kind < 5; kind++)
	{
		pm_position p = needed((pm_kind) kind);

		p.spot = 1e308;
		p.strike = 1e308;
		p.multiplier = 1;
		scenario_refused(&p, price_move(1, 0), PM_OUT_OF_RANGE, "out of range", "");
		if (kind != PM_SPOT_KIND)
		{
			p.settlement = PM_INVERSE;
			scenario_refused(&p, price_move(1, 0), PM_OUT_OF_RANGE, "out of range", "");
			p.settlement = PM_LINEAR;
		}
		p.multiplier = 1e300;
		p.strike = kind == PM_PUT ? 1.7e308 : 1;
		if (kind != PM_FUTURE && kind != PM_PERPETUAL)
			CHECK(!pm_contract_value(&p, &value, &issue) &&
				  issue_says(&issue, PM_OUT_OF_RANGE, "out of range", "value is Infinity", "scale") &&
				  strstr(issue.detail, "\"XYZ\"") != NULL, "value of a %s: [%s] [%s]",
				  kinds[kind], issue.message, issue.detail);
		CHECK(!pm_contract_totals(&p, totals, &issue) &&
			  issue_says(&issue, PM_OUT_OF_RANGE, "out of range", "\"XYZ\"", "scale"),
			  "totals of a %s: [%s] [%s]", kinds[kind], issue.message, issue.detail);
	}
	{
		pm_position p = needed(PM_FUTURE);

		p.settlement = PM_INVERSE;
		p.spot = 1e-160;
		CHECK(!pm_contract_greeks(&p, &g, &issue) &&
			  issue_says(&issue, PM_OUT_OF_RANGE, "out of range", " is ", "scale"),
			  "Greeks of a future at 1e-160: [%s] [%s]", issue.message, issue.detail);
	}
}

/* A power may overflow; what it scales must not become a number by accident. */
static void
powers_that_overflow(void)
{
	pm_position p = needed(PM_CALL);
	pm_scenario s = pm_scenario_neutral();

	p.expiry = DAY;
	s.vol_power = 1000;
	s.vol_shock = 0.25;
	scenario_refused(&p, s, PM_OUT_OF_RANGE, "out of range", "");
	s.vol_shock = -0.25;
	CHECK(pm_scenario_volatility(&s, 0.2, 1 / 365.0, 0) == 0, "an infinite fall of volatility");
	s.vol_shock = 0;
	{
		double		moved = pm_scenario_volatility(&s, 0.2, 1 / 365.0, 0);

		CHECK(isnan(moved) || moved == 0.2, "an infinite power of no shock: %g", moved);
	}
}

/* Whatever is handed on is a multiple of the quantum, and never -0. */
static void
profits_are_quantised(void)
{
	int			bad = 0;

	for (int i = 0; i < 2000; i++)
	{
		pm_position p = option_under(i % 2 ? PM_CALL : PM_PUT, (pm_pricing) (i % 3), PM_LINEAR);
		pm_scenario s = price_move(random_bits() / 0x1p32 - 0.5, 0);
		double		pnl;

		p.multiplier = ldexp(1, -(int) random_below(60));
		p.strike = 40 + random_below(120);
		pnl = pnl_of(&p, s);
		bad += pnl != pm_quantize(pnl) || (pnl == 0 && signbit(pnl));
	}
	CHECK(bad == 0, "%d profits are not quantised", bad);
}

int
main(void)
{
	presence();
	yields();
	dividends();
	not_numbers();
	instants();
	ranges();
	told_of_what();
	only_what_is_given();
	names_in_order();
	currencies();
	linear_contracts();
	inverse_contracts();
	option_values();
	moved_options();
	days_to_expiry();
	extreme_dates();
	volatility_moves();
	volatility_skews();
	no_skew_no_change();
	power_before_the_step();
	volatility_floor();
	greeks();
	prices_to_zero();
	overflows();
	powers_that_overflow();
	profits_are_quantised();
	return check_finish("position");
}
