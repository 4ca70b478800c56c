/*
 * position.c - which positions can be valued, and what to say of others.
 */
#include "position.h"

#include <math.h>
#include <stdio.h>

const char *const pm_field_names[PM_FIELDS] = {
	"quantity", "multiplier", "strike", "expiry", "spot", "volatility", "rate",
	"yield", "price", "as_of", "kind", "exercise", "pricing", "settlement",
	"underlying", "currency", "dividend_times", "dividend_amounts", "surface"
};

static const char *const kind_names[] = {"spot", "future", "perpetual", "call", "put"};

/*
 * N needed, 1 at least one of these, o optional, - forbidden; per kind in the
 * order of pm_kind.  The table in docs/positions.md is this one, and a test
 * compares the two.  Under black76 and bachelier yield is optional and must be
 * 0, and there are no dividends.
 */
static const char rules[PM_FIELDS][6] = {
	[PM_QUANTITY] = "NNNNN",
	[PM_MULTIPLIER] = "NNNNN",
	[PM_STRIKE] = "---NN",
	[PM_EXPIRY] = "-ooNN",
	[PM_SPOT] = "NNNNN",
	[PM_VOLATILITY] = "ooo11",
	[PM_RATE] = "oooNN",
	[PM_YIELD] = "oooNN",
	[PM_PRICE] = "ooo11",
	[PM_AS_OF] = "oooNN",
	[PM_KIND] = "NNNNN",
	[PM_EXERCISE] = "oooNN",
	[PM_PRICING] = "oooNN",
	[PM_SETTLEMENT] = "NNNNN",
	[PM_UNDERLYING] = "NNNNN",
	[PM_CURRENCY] = "ooooo",
	[PM_DIVIDEND_TIMES] = "ooooo",
	[PM_DIVIDEND_AMOUNTS] = "ooooo",
	[PM_SURFACE] = "ooo11",
};

_Static_assert(PM_MOST_DIVIDENDS == 64, "messages name the limit");

/* The fields that can tell an option's volatility: rule 1. */
#define VOLATILITY_SOURCES	(1u << PM_VOLATILITY | 1u << PM_PRICE | 1u << PM_SURFACE)

/* The remedy for a field that is missing or has no meaning. */
static const char *const remedies[PM_FIELDS] = {
	[PM_QUANTITY] = "Give the signed number of contracts: 10 is long ten, -10 short ten.",
	[PM_MULTIPLIER] = "Give the units of underlying per contract, above 0: 1 for a share, 100 for a US equity option.",
	[PM_STRIKE] = "Give the strike in price units, above 0 under black_scholes and black76, for options only.",
	[PM_EXPIRY] = "Give the instant of expiry with its time zone, not before as_of; none for a spot holding.",
	[PM_SPOT] = "Give the price of the underlying: above 0 for a lognormal option or inverse settlement.",
	[PM_VOLATILITY] = "Give the annualised volatility, 0 or above: 0.20 is 20 % (bachelier: price units per square root of a year). A position may have a surface or a market price instead.",
	[PM_RATE] = "Give the continuously compounded rate per year: 0.05 is 5 %.",
	[PM_YIELD] = "Give the continuously compounded yield per year; 0 under black76 and bachelier, whose spot is the forward.",
	[PM_PRICE] = "Give the market price of one unit of the contract, or leave it out.",
	[PM_AS_OF] = "Give the instant of valuation with its time zone.",
	[PM_KIND] = "Give one of 'spot', 'future', 'perpetual', 'call', 'put'.",
	[PM_EXERCISE] = "Give 'european', or under black_scholes and black76 'american'.",
	[PM_PRICING] = "Give one of 'black_scholes', 'black76', 'bachelier'.",
	[PM_SETTLEMENT] = "Give 'linear' or 'inverse'; a spot holding is linear.",
	[PM_UNDERLYING] = "Give the name of the risk factor; positions net within one underlying.",
	[PM_CURRENCY] = "Give the currency of the profit and loss, or leave it out.",
	[PM_DIVIDEND_TIMES] = "Give the ex instants, each once and in order, at most 64, and an amount for each; none under black76 and bachelier, whose spot is the forward.",
	[PM_DIVIDEND_AMOUNTS] = "Give the cash per unit of underlying, 0 or above and in price units, for each of dividend_times.",
	[PM_SURFACE] = "Give the volatility_surface of the underlying; a scenario with stickiness 'moneyness' needs one.",
};

bool
pm_fail_field(const pm_position *p, pm_field field, pm_code code,
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

	return pm_fail_field(p, field, PM_INVALID_VALUE, problem,
						 pm_number(number, value), issue);
}

/* Presence: what the kind of instrument needs, and what it cannot have. */
static bool
check_presence(const pm_position *p, pm_issue *issue)
{
	char		number[PM_NUMBER_SIZE];

	/* Without a kind no rule can be looked up. */
	if (!pm_has(p, PM_KIND))
		return pm_fail_field(p, PM_KIND, PM_NULL_VALUE, "must not be null", "null", issue);
	for (int field = 0; field < PM_FIELDS; field++)
	{
		char		rule = rules[field][p->kind];
		bool		present = pm_has(p, (pm_field) field);

		if (field == PM_YIELD && pm_has(p, PM_PRICING) && p->pricing != PM_BLACK_SCHOLES)
			rule = 'o';
		if (rule == '1' && (p->present & VOLATILITY_SOURCES) == 0)
			return pm_fail_field(p, PM_VOLATILITY, PM_NULL_VALUE,
								 "must not be null", "null", issue);
		if (rule == 'N' && !present)
			return pm_fail_field(p, (pm_field) field, PM_NULL_VALUE,
								 "must not be null", "null", issue);
		if (rule == '-' && present)
			return pm_fail_field(p, (pm_field) field, PM_INVALID_VALUE,
								 "has no meaning for this kind of instrument",
								 field == PM_STRIKE ? pm_number(number, p->strike) : "given",
								 issue);
	}
	if (pm_has(p, PM_DIVIDEND_TIMES) != pm_has(p, PM_DIVIDEND_AMOUNTS))
		return pm_fail_field(p, pm_has(p, PM_DIVIDEND_TIMES) ? PM_DIVIDEND_AMOUNTS : PM_DIVIDEND_TIMES,
							 PM_NULL_VALUE, pm_has(p, PM_DIVIDEND_TIMES)
							 ? "must not be null with dividend_times"
							 : "must not be null with dividend_amounts", "null", issue);
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
			return pm_fail_field(p, instants[i].field, PM_INVALID_VALUE,
								 "must be a finite instant",
								 instants[i].value == PM_INSTANT_LOW ? "-infinity" : "infinity",
								 issue);
	return true;
}

/* Element `i`, from 0, of an array is not what it must be. */
static bool
fail_element(const pm_position *p, pm_field field, const char *problem,
			 const char *value, uint32_t i, pm_issue *issue)
{
	char		shown[PM_NUMBER_SIZE + 32];

	snprintf(shown, sizeof shown, "%s at number %u", value, i + 1);
	return pm_fail_field(p, field, PM_INVALID_VALUE, problem, shown, issue);
}

/* Those that are past, or later than expiry, are judged like the others. */
static bool
check_dividends(const pm_position *p, pm_issue *issue)
{
	bool		timed = pm_has(p, PM_DIVIDEND_TIMES);
	bool		sized = pm_has(p, PM_DIVIDEND_AMOUNTS);
	uint32_t	count = timed || sized ? p->dividend_count : 0;
	bool		forward = pm_has(p, PM_KIND) && (p->kind == PM_CALL || p->kind == PM_PUT) &&
		pm_has(p, PM_PRICING) && p->pricing != PM_BLACK_SCHOLES;
	char		shown[PM_NUMBER_SIZE];

	if (count > PM_MOST_DIVIDENDS || (count > 0 && forward))
	{
		snprintf(shown, sizeof shown, "an array of %u", count);
		return pm_fail_field(p, timed ? PM_DIVIDEND_TIMES : PM_DIVIDEND_AMOUNTS,
							 forward ? PM_INVALID_VALUE : PM_LIMIT, forward
							 ? "must be empty for an option on a forward"
							 : "must not have more than 64 elements", shown, issue);
	}
	for (uint32_t i = 0; timed && i < count; i++)
	{
		pm_instant	at = p->dividend_times[i];

		if (at == PM_INSTANT_LOW || at == PM_INSTANT_HIGH)
			return fail_element(p, PM_DIVIDEND_TIMES, "must be finite instants",
								at == PM_INSTANT_LOW ? "-infinity" : "infinity", i, issue);
		if (i > 0 && at <= p->dividend_times[i - 1])
			return fail_element(p, PM_DIVIDEND_TIMES, "must be in ascending order",
								"not later than the one before", i, issue);
	}
	for (uint32_t i = 0; sized && i < count; i++)
	{
		double		amount = p->dividend_amounts[i];

		if (!isfinite(amount) || amount < 0)
			return fail_element(p, PM_DIVIDEND_AMOUNTS, isfinite(amount)
								? "must not be negative" : "must be finite numbers",
								pm_number(shown, amount), i, issue);
	}
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
		return pm_fail_field(p, PM_QUANTITY, PM_OUT_OF_RANGE,
							 "times multiplier is out of range",
							 pm_number(number, p->quantity), issue);
	if ((lognormal || inverse) && pm_has(p, PM_SPOT) && p->spot <= 0)
		return fail_number(p, PM_SPOT, lognormal
						   ? "must be above 0 under a lognormal model"
						   : "must be above 0 under inverse settlement",
						   p->spot, issue);
	if (inverse && pm_has(p, PM_KIND) && p->kind == PM_SPOT_KIND)
		return pm_fail_field(p, PM_SETTLEMENT, PM_INVALID_VALUE,
							 "must be 'linear' for a spot holding", "'inverse'", issue);
	if (pm_has(p, PM_UNDERLYING) && p->underlying.length == 0)
		return pm_fail_field(p, PM_UNDERLYING, PM_INVALID_VALUE,
							 "must not be empty", "''", issue);
	if (pm_has(p, PM_VOLATILITY) && p->volatility < 0)
		return fail_number(p, PM_VOLATILITY, "must not be negative", p->volatility, issue);
	if (pm_has(p, PM_EXPIRY) && pm_has(p, PM_AS_OF) && p->expiry < p->as_of)
	{
		char		early[PM_NUMBER_SIZE + 32];

		snprintf(early, sizeof early, "%s seconds before as_of",
				 pm_number(number, (double) ((__int128) p->as_of - p->expiry) / 1e6));
		return pm_fail_field(p, PM_EXPIRY, PM_INVALID_VALUE,
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
	if (pm_has(p, PM_EXERCISE) && p->exercise == PM_AMERICAN &&
		pm_has(p, PM_PRICING) && p->pricing == PM_BACHELIER)
		return pm_fail_field(p, PM_EXERCISE, PM_UNSUPPORTED,
							 "must be 'european' under bachelier: American exercise is priced by lognormal models only",
							 "'american'", issue);
	return true;
}

bool
pm_position_check_values(const pm_position *p, pm_issue *issue)
{
	return check_finite(p, issue) && check_ranges(p, issue) && check_dividends(p, issue);
}

bool
pm_position_check(const pm_position *p, pm_issue *issue)
{
	return check_presence(p, issue) && pm_position_check_values(p, issue);
}

pm_text
pm_position_currency(const pm_position *p)
{
	if (pm_has(p, PM_CURRENCY))
		return p->currency;
	if (p->settlement == PM_INVERSE)
		return p->underlying;
	return (pm_text)
	{
		NULL, 0
	};
}
