/*
 * scenario.c - what one move does to price, volatility and time.
 */
#include "scenario.h"

#include <math.h>
#include <stdio.h>

#include "elementary.h"

pm_scenario
pm_scenario_neutral(void)
{
	return (pm_scenario)
	{
		.vol_power_long = NAN, .weight = 1, .skew_cap = NAN
	};
}

void
pm_scenario_normalise(pm_scenario *s)
{
	s->price_shock += 0.0;
	s->price_points += 0.0;
	s->vol_shock += 0.0;
	s->vol_points += 0.0;
	s->vol_power += 0.0;
	s->vol_power_long = isnan(s->vol_power_long) ? NAN : s->vol_power_long + 0.0;
	s->vol_floor += 0.0;
	s->rate_points += 0.0;
	s->days += 0.0;
	s->weight += 0.0;
	s->skew_shock += 0.0;
	s->smile_shock += 0.0;
	s->skew_cap = isnan(s->skew_cap) ? NAN : s->skew_cap + 0.0;
}

bool
pm_scenario_check(const pm_scenario *s, pm_issue *issue)
{
	const struct
	{
		const char *name;
		double		value;
		bool		negative_allowed;
	}			fields[] = {
		{"price_shock", s->price_shock, true},
		{"price_points", s->price_points, true},
		{"vol_shock", s->vol_shock, true},
		{"vol_points", s->vol_points, true},
		{"vol_power", s->vol_power, true},
		{"vol_power_long", isnan(s->vol_power_long) ? 0 : s->vol_power_long, true},
		{"vol_floor", s->vol_floor, false},
		{"rate_points", s->rate_points, true},
		{"days", s->days, false},
		{"weight", s->weight, false},
		{"skew_shock", s->skew_shock, true},
		{"smile_shock", s->smile_shock, true},
		{"skew_cap", isnan(s->skew_cap) ? 0 : s->skew_cap, false},
	};
	char		message[128];
	char		number[PM_NUMBER_SIZE];

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
	{
		bool		finite = isfinite(fields[i].value);

		if (finite && (fields[i].negative_allowed || fields[i].value >= 0))
			continue;
		snprintf(message, sizeof message, "scenario field \"%s\" must %s",
				 fields[i].name, finite ? "not be negative" : "be a finite number");
		return pm_fail(issue, PM_INVALID_VALUE, message,
					   "Leave the field out for its neutral value.",
					   "%s is %s.", fields[i].name, pm_number(number, fields[i].value));
	}
	if (s->stickiness != PM_STICKY_STRIKE && s->stickiness != PM_STICKY_MONEYNESS)
		return pm_fail(issue, PM_INVALID_VALUE,
					   "scenario field \"stickiness\" must be 'strike' or 'moneyness'",
					   "Leave the field out for 'strike'.",
					   "stickiness is number %lld.", (long long) s->stickiness);
	return true;
}

double
pm_scenario_scale(double years, double power)
{
	/* In years, so that exactly 30 days divide as such. */
	const double month = 30 / PM_DAYS_PER_YEAR;
	const double day = 1 / PM_DAYS_PER_YEAR;

	return power == 0 ? 1 : pm_pow(month / (years > day ? years : day), power);
}
