/*
 * scenario_fields_io.c - the fields of a scenario in text forms.
 */
#include "scenario_fields_io.h"

#include <math.h>

#include "common/shortest_dec.h"

#include "scenario_type.h"

const PmArgument pm_row_arguments[PM_ROW_ARGUMENTS] = {
	{"price_shock", 0}, {"price_points", 0}, {"vol_shock", 0},
	{"vol_points", 0}, {"vol_power", 0}, {"vol_power_long", INFINITY},
	{"vol_floor", 0}, {"rate_points", 0}, {"days", 0}, {"weight", 1},
	{"skew_shock", 0}, {"smile_shock", 0}, {"skew_cap", INFINITY}
};

int
pm_next_name(PmReader *r, const char *first, size_t stride, int count)
{
	size_t		length;

	(void) pm_next_is(r, "");
	length = strspn(r->at, "abcdefghijklmnopqrstuvwxyz_");
	for (int i = 0; i < count; i++)
	{
		const char *name = *(const char *const *) (first + i * stride);

		if (strlen(name) == length && strncmp(r->at, name, length) == 0)
		{
			r->at += length;
			return i;
		}
	}
	return -1;
}

bool
pm_read_stickiness(PmReader *r, pm_stickiness *stickiness)
{
	for (int i = 0; pm_stickiness_labels[i] != NULL; i++)
		if (pm_next_is(r, pm_stickiness_labels[i]))
		{
			*stickiness = i;
			return true;
		}
	return pm_fail_syntax(r, "strike or moneyness");
}

void
pm_write_number(StringInfo out, double x)
{
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	double_to_shortest_decimal_buf(x, digits);
	appendStringInfoString(out, digits);
}
