/*
 * position_check.c - which positions can be valued, and what to say of others.
 */
#include "position.h"

#include <math.h>
#include <stdio.h>

const char *const pm_field_names[PM_FIELDS] = {
	"quantity", "multiplier", "strike", "expiry", "spot", "volatility", "rate",
	"yield", "price", "as_of", "kind", "exercise", "pricing", "settlement",
	"underlying", "currency"
};

const char *const pm_total_names[PM_TOTALS] = {
	"market_value", "delta_cash", "gamma_cash_1pct", "vega_1pt",
	"theta_1day", "rho_1pct"
};

static const char *const kind_names[] = {"spot", "future", "perpetual", "call", "put"};

/*
 * N needed, o optional, - forbidden; per kind in the order of pm_kind.  The
 * table in docs/positions.md is this one, and a test compares the two.  Under
 * black76 and bachelier yield is optional and must be 0.
 */
static const char rules[PM_FIELDS][6] = {
	[PM_QUANTITY] = "NNNNN",
	[PM_MULTIPLIER] = "NNNNN",
	[PM_STRIKE] = "---NN",
	[PM_EXPIRY] = "-ooNN",
	[PM_SPOT] = "NNNNN",
	[PM_VOLATILITY] = "oooNN",
	[PM_RATE] = "oooNN",
	[PM_YIELD] = "oooNN",
	[PM_PRICE] = "ooooo",
	[PM_AS_OF] = "oooNN",
	[PM_KIND] = "NNNNN",
	[PM_EXERCISE] = "oooNN",
	[PM_PRICING] = "oooNN",
	[PM_SETTLEMENT] = "NNNNN",
	[PM_UNDERLYING] = "NNNNN",
	[PM_CURRENCY] = "ooooo",
};

/* The remedy for a field that is missing or has no meaning. */
static const char *const remedies[PM_FIELDS] = {
	[PM_QUANTITY] = "Give the signed number of contracts: 10 is long ten, -10 short ten.",
	[PM_MULTIPLIER] = "Give the units of underlying per contract, above 0: 1 for a share, 100 for a US equity option.",
	[PM_STRIKE] = "Give the strike in price units, above 0 under black_scholes and black76, for options only.",
	[PM_EXPIRY] = "Give the instant of expiry with its time zone, not before as_of; none for a spot holding.",
	[PM_SPOT] = "Give the price of the underlying: above 0 for a lognormal option or inverse settlement.",
	[PM_VOLATILITY] = "Give the annualised volatility, 0 or above: 0.20 is 20 % (bachelier: price units per square root of a year). It is not yet implied from price.",
	[PM_RATE] = "Give the continuously compounded rate per year: 0.05 is 5 %.",
	[PM_YIELD] = "Give the continuously compounded yield per year; 0 under black76 and bachelier, whose spot is the forward.",
	[PM_PRICE] = "Give the market price of one unit of the contract, or leave it out.",
	[PM_AS_OF] = "Give the instant of valuation with its time zone.",
	[PM_KIND] = "Give one of 'spot', 'future', 'perpetual', 'call', 'put'.",
	[PM_EXERCISE] = "Give 'european'.",
	[PM_PRICING] = "Give one of 'black_scholes', 'black76', 'bachelier'.",
	[PM_SETTLEMENT] = "Give 'linear' or 'inverse'; a spot holding is linear.",
	[PM_UNDERLYING] = "Give the name of the risk factor; positions net within one underlying.",
	[PM_CURRENCY] = "Give the currency of the profit and loss, or leave it out.",
};

static bool
fail_field(const pm_position *p, pm_field field, pm_code code,
		   const char *problem, const char *value, pm_issue *issue)
{
	bool		has_name = pm_has(p, PM_UNDERLYING);
	char		message[128];

	snprintf(message, sizeof message, "\"%s\" %s", pm_field_names[field], problem);
	return pm_fail(issue, code, message, remedies[field],
				   "%s is %s%s%s%s%.*s%s.", pm_field_names[field], value,
				   pm_has(p, PM_KIND) ? " for kind " : "",
				   pm_has(p, PM_KIND) ? kind_names[p->kind] : "",
				   has_name ? " in underlying \"" : "",
				   has_name ? pm_shown(p->underlying) : 0,
				   has_name ? p->underlying.bytes : "",
				   has_name ? "\"" : "");
}

static bool
fail_number(const pm_position *p, pm_field field, const char *problem,
			double value, pm_issue *issue)
{
	char		number[PM_NUMBER_SIZE];

	return fail_field(p, field, PM_INVALID_VALUE, problem,
					  pm_number(number, value), issue);
}

/* Presence: what the kind of instrument needs, and what it cannot have. */
static bool
check_presence(const pm_position *p, pm_issue *issue)
{
	char		number[PM_NUMBER_SIZE];

	/* Without a kind no rule can be looked up. */
	if (!pm_has(p, PM_KIND))
		return fail_field(p, PM_KIND, PM_NULL_VALUE, "must not be null", "null", issue);
	for (int field = 0; field < PM_FIELDS; field++)
	{
		char		rule = rules[field][p->kind];
		bool		present = pm_has(p, (pm_field) field);

		if (field == PM_YIELD && pm_has(p, PM_PRICING) && p->pricing != PM_BLACK_SCHOLES)
			rule = 'o';
		if (rule == 'N' && !present)
			return fail_field(p, (pm_field) field, PM_NULL_VALUE,
							  "must not be null", "null", issue);
		if (rule == '-' && present)
			return fail_field(p, (pm_field) field, PM_INVALID_VALUE,
							  "has no meaning for this kind of instrument",
							  field == PM_STRIKE ? pm_number(number, p->strike) : "given",
							  issue);
	}
	return true;
}

/* Every number that is given is one, whether it is used or not. */
static bool
check_finite(const pm_position *p, pm_issue *issue)
{
	const struct
	{
		pm_field	field;
		double		value;
	}			numbers[] = {
		{PM_QUANTITY, p->quantity}, {PM_MULTIPLIER, p->multiplier},
		{PM_STRIKE, p->strike}, {PM_SPOT, p->spot},
		{PM_VOLATILITY, p->volatility}, {PM_RATE, p->rate},
		{PM_YIELD, p->yield}, {PM_PRICE, p->price},
	};
	const struct
	{
		pm_field	field;
		pm_instant	value;
	}			instants[] = {
		{PM_EXPIRY, p->expiry}, {PM_AS_OF, p->as_of},
	};

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (pm_has(p, numbers[i].field) && !isfinite(numbers[i].value))
			return fail_number(p, numbers[i].field, "must be a finite number",
							   numbers[i].value, issue);
	for (size_t i = 0; i < sizeof instants / sizeof instants[0]; i++)
		if (pm_has(p, instants[i].field) &&
			(instants[i].value == PM_INSTANT_LOW || instants[i].value == PM_INSTANT_HIGH))
			return fail_field(p, instants[i].field, PM_INVALID_VALUE,
							  "must be a finite instant",
							  instants[i].value == PM_INSTANT_LOW ? "-infinity" : "infinity",
							  issue);
	return true;
}

static bool
check_ranges(const pm_position *p, pm_issue *issue)
{
	bool		option = pm_has(p, PM_KIND) && (p->kind == PM_CALL || p->kind == PM_PUT);
	bool		forward = pm_has(p, PM_PRICING) && p->pricing != PM_BLACK_SCHOLES;
	bool		lognormal = option && pm_has(p, PM_PRICING) && p->pricing != PM_BACHELIER;
	bool		inverse = pm_has(p, PM_SETTLEMENT) && p->settlement == PM_INVERSE;
	char		number[PM_NUMBER_SIZE];

	if (pm_has(p, PM_MULTIPLIER) && p->multiplier <= 0)
		return fail_number(p, PM_MULTIPLIER, "must be above 0", p->multiplier, issue);
	if (pm_has(p, PM_QUANTITY) && pm_has(p, PM_MULTIPLIER) &&
		!isfinite(p->quantity * p->multiplier))
		return fail_field(p, PM_QUANTITY, PM_OUT_OF_RANGE,
						  "times multiplier is out of range",
						  pm_number(number, p->quantity), issue);
	if ((lognormal || inverse) && pm_has(p, PM_SPOT) && p->spot <= 0)
		return fail_number(p, PM_SPOT, lognormal
						   ? "must be above 0 under a lognormal model"
						   : "must be above 0 under inverse settlement",
						   p->spot, issue);
	if (inverse && pm_has(p, PM_KIND) && p->kind == PM_SPOT_KIND)
		return fail_field(p, PM_SETTLEMENT, PM_INVALID_VALUE,
						  "must be 'linear' for a spot holding", "'inverse'", issue);
	if (pm_has(p, PM_UNDERLYING) && p->underlying.length == 0)
		return fail_field(p, PM_UNDERLYING, PM_INVALID_VALUE,
						  "must not be empty", "''", issue);
	if (pm_has(p, PM_VOLATILITY) && p->volatility < 0)
		return fail_number(p, PM_VOLATILITY, "must not be negative", p->volatility, issue);
	if (pm_has(p, PM_EXPIRY) && pm_has(p, PM_AS_OF) && p->expiry < p->as_of)
	{
		char		early[PM_NUMBER_SIZE + 32];

		snprintf(early, sizeof early, "%s seconds before as_of",
				 pm_number(number, (double) ((__int128) p->as_of - p->expiry) / 1e6));
		return fail_field(p, PM_EXPIRY, PM_INVALID_VALUE,
						  "must not be before as_of", early, issue);
	}
	if (!option)
		return true;

	if (lognormal && pm_has(p, PM_STRIKE) && p->strike <= 0)
		return fail_number(p, PM_STRIKE, "must be above 0 under a lognormal model",
						   p->strike, issue);
	if (forward && pm_has(p, PM_YIELD) && p->yield != 0)
		return fail_number(p, PM_YIELD, "must be 0 for an option on a forward",
						   p->yield, issue);
	if (pm_has(p, PM_EXERCISE) && p->exercise == PM_AMERICAN)
		return fail_field(p, PM_EXERCISE, PM_UNSUPPORTED,
						  "must be 'european': American exercise cannot be priced yet",
						  "'american'", issue);
	return true;
}

bool
pm_position_check_values(const pm_position *p, pm_issue *issue)
{
	return check_finite(p, issue) && check_ranges(p, issue);
}

bool
pm_position_check(const pm_position *p, pm_issue *issue)
{
	return check_presence(p, issue) && pm_position_check_values(p, issue);
}
