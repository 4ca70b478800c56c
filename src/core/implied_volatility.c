/*
 * implied_volatility.c - which prices determine a volatility, and which.
 *
 * A European option is solved by its formula (implied_stdev.c), American ones
 * by a bracketing search on their price.
 */
#include "implied_volatility.h"

#include <math.h>

#include "elementary.h"
#include "escrowed.h"
#include "implied_stdev.h"
#include "option.h"

const char *const pm_implied_status_names[PM_IMPLIED_STATUSES] = {
	"ok", "no_time_value", "below_intrinsic", "above_maximum", "expired",
	"invalid_input", "unsupported", "out_of_range"
};

static const char *const reasons[PM_IMPLIED_STATUSES] = {
	[PM_IMPLIED_NO_TIME_VALUE] = "it is the least that the option can be worth, which leaves volatility open",
	[PM_IMPLIED_BELOW_INTRINSIC] = "the option is worth more at every volatility",
	[PM_IMPLIED_ABOVE_MAXIMUM] = "the option is worth less at every volatility",
	[PM_IMPLIED_EXPIRED] = "at expiry volatility has no effect",
	[PM_IMPLIED_INVALID_INPUT] = "the option has an input without meaning",
	[PM_IMPLIED_UNSUPPORTED] = "American exercise has no price under bachelier",
	[PM_IMPLIED_OUT_OF_RANGE] = "a discounted value or the volatility is beyond the range of a number"
};

/* Errors of an American price, relative to the larger of spot and strike:
 * without and with cash dividends. */
#define AMERICAN_ERROR	1e-9
#define DIVIDEND_ERROR	2e-6

/* The yield of what `spot` is the price of; a forward's is the rate. */
static double
carry_of(const pm_option *o)
{
	return o->pricing == PM_BLACK_SCHOLES ? o->yield : o->rate;
}

/* e^y; most options have no yield, and many no rate. */
static double
discount_of(double y)
{
	return y == 0 ? 1 : pm_exp(y);
}

/* Largest relative error of a e^y as computed. */
static double
rounding_of_exp(double y)
{
	return y == 0 ? 0 : 0x1p-52 * (1.5 + fabs(y));
}

static bool
is_valid(const pm_option *o, double price)
{
	bool		finite = isfinite(o->spot) && isfinite(o->strike) &&
		isfinite(o->years) && isfinite(o->rate) && isfinite(o->yield) &&
		isfinite(price);
	bool		meaningful = o->pricing == PM_BACHELIER ||
		(o->spot > 0 && o->strike > 0);

	return finite && meaningful && o->years >= 0 &&
		(o->pricing == PM_BLACK_SCHOLES || (o->yield == 0 && o->dividend_count == 0));
}

/*
 * Whether a price is inside its bounds.  `time_value` is the price less the
 * intrinsic value, which is uncertain by `slack`; `room` is what the price lacks to
 * the maximum, which is uncertain by `room_slack`.
 */
static pm_implied_status
place(double time_value, double slack, double room, double room_slack)
{
	if (time_value < -slack)
		return PM_IMPLIED_BELOW_INTRINSIC;
	if (time_value <= slack)
		return PM_IMPLIED_NO_TIME_VALUE;
	return room <= room_slack ? PM_IMPLIED_ABOVE_MAXIMUM : PM_IMPLIED_OK;
}

/*
 * In the money the intrinsic value is taken off, so that the iteration sees
 * the option of the other kind, which is out of the money (put-call parity).
 * Equal discount factors are taken out of the difference of the legs, which
 * then is right to its own last bit.
 */
static pm_implied_status
solve_european(const pm_option *o, double price, double *stdev)
{
	double		spot_power = -carry_of(o) * o->years;
	double		strike_power = -o->rate * o->years;
	double		discount = discount_of(strike_power);
	double		spot = o->spot * (spot_power == strike_power ? discount : discount_of(spot_power));
	double		strike = o->strike * discount;
	bool		normal = o->pricing == PM_BACHELIER;
	bool		same_discount = normal || spot_power == strike_power;
	double		forward = same_discount ? discount * (o->spot - o->strike) : spot - strike;
	bool		in_the_money = o->sign * forward > 0;
	double		most = normal ? INFINITY : (o->sign > 0 ? spot : strike);
	double		slack;
	pm_implied_status status;
	pm_time_value v = {.normal = normal, .money = fabs(forward)};

	if (normal)
	{
		v.distance = fabs(o->spot - o->strike);
		v.unit = discount;
	}
	else
	{
		v.distance = fabs(pm_log_ratio(o->spot, o->strike) +
						  (spot_power - strike_power));
		v.unit = sqrt(spot) * sqrt(strike);
		v.legs = spot + strike;
	}
	/* with room for a small multiple of the legs */
	if (!(v.unit > 0 && v.unit < INFINITY && v.distance < INFINITY &&
		  v.money < INFINITY && v.legs < 0x1p1020))
		return PM_IMPLIED_OUT_OF_RANGE;

	slack = 0x1p-53 * v.money + (same_discount
								 ? v.money * rounding_of_exp(strike_power)
								 : spot * rounding_of_exp(spot_power) +
								 strike * rounding_of_exp(strike_power));
	v.value = in_the_money ? price - v.money : price;
	v.room = most - price;
	status = place(v.value, in_the_money ? slack : 0, v.room,
				   normal ? 0 : most * rounding_of_exp(o->sign > 0 ? spot_power : strike_power));
	if (status == PM_IMPLIED_OK)
		*stdev = pm_implied_stdev(&v);
	return status;
}

/* ------------------------------------------------------------------------
 * American options.
 */

/* Price at a standard deviation, less the price that is looked for. */
static double
excess(const pm_option *o, double stdev, double price)
{
	pm_option	at = *o;

	at.volatility = stdev / sqrt(o->years);
	return pm_option_price(&at) - price;
}

/*
 * A root between a and b, where the excess is fa < 0 and fb > 0: Chandrupatla's
 * method (Advances in Engineering Software 28, 1997), inverse quadratic
 * interpolation where the last three points promise that it works, halving
 * where they do not.  An excess within `enough` is none.  NaN if a price is.
 */
static double
search(const pm_option *o, double price, double enough,
	   double a, double fa, double b, double fb)
{
	const double width = 0x1p-46;
	double		t = 0.5;

	for (int i = 0; i < 200; i++)
	{
		double		x = a + t * (b - a);
		double		fx = excess(o, x, price);
		double		c = a;
		double		fc = fa;
		double		xi,
					phi,
					least;

		if (isnan(fx) || fabs(fx) <= enough)
			return isnan(fx) ? NAN : x;
		/* From here b is the end across the root, c the one that was left. */
		if ((fx > 0) != (fa > 0))
		{
			c = b;
			fc = fb;
			b = a;
			fb = fa;
		}
		a = x;
		fa = fx;
		if (fabs(b - a) <= width * x)
			return fabs(fa) < fabs(fb) ? a : b;

		xi = (a - b) / (c - b);
		phi = (fa - fb) / (fc - fb);
		t = 0.5;
		if (phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi)
			t = fa / (fb - fa) * fc / (fb - fc) +
				(c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb);
		least = 0.25 * width * x / fabs(b - a);
		t = t < least ? least : (t > 1 - least ? 1 - least : t);
	}
	return NAN;
}

/*
 * Early exercise makes an option worth more, so that its stdev is at most that
 * of a European option of this price, `without` dividends.  Where there is
 * none, an upper end is found by doubling.
 */
static pm_implied_status
solve_american(const pm_option *o, const pm_option *without, double price, double *stdev)
{
	const double largest = 100;	/* all prices are at their limits */
	double		error = o->dividend_count > 0 ? DIVIDEND_ERROR : AMERICAN_ERROR;
	double		scale = fmax(o->spot, o->strike);
	double		least = fmax(excess(o, 0, 0), o->sign * (o->spot - o->strike));
	double		power = -(o->sign > 0 ? carry_of(o) : o->rate) * o->years;
	double		most = (o->sign > 0 ? o->spot : o->strike) * pm_exp(fmax(power, 0));
	double		upper;
	double		above;
	pm_implied_status status;

	if (!(least < INFINITY && most < INFINITY))
		return PM_IMPLIED_OUT_OF_RANGE;
	status = place(price - least, least > 0 ? error * scale : 0, most - price, 0);
	if (status != PM_IMPLIED_OK)
		return status;

	if (solve_european(without, price, &upper) != PM_IMPLIED_OK)
		upper = 0.5;
	while ((above = excess(o, upper, price)) < 0)
	{
		if (upper > largest)
			return PM_IMPLIED_ABOVE_MAXIMUM;
		upper *= 2;
	}
	if (above > 0)
		upper = search(o, price, 1e-3 * error * fmin(price, scale),
					   0, least - price, upper, above);
	*stdev = isnan(above) ? NAN : upper;
	return PM_IMPLIED_OK;
}

/*
 * Whether waiting may cost anything: a call the dividends, and if rates are
 * negative the growth of the strike; a put the reverse; an option on a forward
 * the interest on what it is worth.
 */
static bool
exercise_can_pay(const pm_option *o)
{
	double		cost = o->sign > 0 ? o->yield : o->rate;
	double		earning = o->sign > 0 ? o->rate : o->yield;

	if (o->exercise != PM_AMERICAN)
		return false;
	if (o->pricing != PM_BLACK_SCHOLES)
		return o->rate > 0;
	return cost > 0 || earning < 0 || o->dividend_count > 0;
}

pm_implied_status
pm_implied_volatility(const pm_option *option, double price, double *volatility)
{
	pm_option	without = *option;	/* its dividends */
	pm_implied_status status;
	double		stdev = NAN;
	double		implied;

	if (!is_valid(option, price) ||
		(option->dividend_count > 0 && !pm_escrowed(option, &without)))
		return PM_IMPLIED_INVALID_INPUT;
	if (option->exercise == PM_AMERICAN && option->pricing == PM_BACHELIER)
		return PM_IMPLIED_UNSUPPORTED;
	if (option->years == 0)
		return PM_IMPLIED_EXPIRED;
	if (exercise_can_pay(option))
		status = solve_american(option, &without, price, &stdev);
	else
		status = solve_european(&without, price, &stdev);
	if (status != PM_IMPLIED_OK)
		return status;
	implied = stdev / sqrt(option->years);
	if (!(implied > 0 && implied < INFINITY))
		return PM_IMPLIED_OUT_OF_RANGE;
	*volatility = implied;
	return PM_IMPLIED_OK;
}

bool
pm_implied_fail(pm_implied_status status, double price, const char *hint, pm_issue *issue)
{
	char		number[PM_NUMBER_SIZE];

	return pm_fail(issue, status == PM_IMPLIED_OUT_OF_RANGE ? PM_OUT_OF_RANGE : PM_INVALID_VALUE,
				   "\"price\" determines no volatility", hint, "price is %s: %s (status %s).",
				   pm_number(number, price), reasons[status], pm_implied_status_names[status]);
}
