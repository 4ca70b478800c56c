/*
 * joint_set_io.c - text and binary forms of scenario sets of the joint kind.
 *
 * The text names the moves of each underlying, a number where it is the same in
 * all scenarios, else one for each; what is neutral is left out:
 *
 *   joint_scenarios(scenarios => 3,
 *     "ACME" => (price_shock => {-0.02,0,0.01}, days => 1), "BOND" => ())
 *
 * Reading it, underlyings and fields may come in any order.  A scenario without
 * vol_power_long or skew_cap among others with one has null there.  The binary
 * form, after version and kind: scenarios (int4), underlyings (int4), and for
 * each its name, the mask of the fields that have a value per scenario (int4, bit
 * f is field f of pm_scenario), the values of the other fields and then those
 * per scenario, field by field (float8, stickiness int1).
 */
#include "scenario_type.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"

#include "error.h"
#include "joint_set_io.h"
#include "joint_set_type.h"
#include "scenario_fields_io.h"
#include "wire.h"

#define STICKINESS	PM_ROW_ARGUMENTS	/* the field after the numbers */

StaticAssertDecl(STICKINESS + 1 == PM_SCENARIO_FIELDS, "every field of a scenario is read");

/* The moves of one underlying as they were read. */
typedef struct column
{
	pm_scenario base;			/* fields without values per scenario */
	double	   *values[PM_SCENARIO_FIELDS];	/* per scenario, or NULL */
} column;

/* A set as it is being read. */
typedef struct form
{
	uint32		scenarios;
	uint32		underlyings;
	uint32		room;
	pm_text    *names;
	column	   *columns;
} form;

static column *
add_column(form *f, pm_text name)
{
	if (f->underlyings == f->room)
	{
		f->room = Max(2 * f->room, 16);
		f->names = f->names ? repalloc(f->names, f->room * sizeof(pm_text))
			: palloc(f->room * sizeof(pm_text));
		f->columns = f->columns ? repalloc(f->columns, f->room * sizeof(column))
			: palloc(f->room * sizeof(column));
	}
	f->names[f->underlyings] = name;
	f->columns[f->underlyings] = (column)
	{
		.base = pm_scenario_neutral()
	};
	return &f->columns[f->underlyings++];
}

static void
set_field(pm_scenario *row, int field, double value)
{
	if (field == STICKINESS)
		row->stickiness = (int64) value;
	else
		memcpy((char *) row + field * sizeof(double), &value, sizeof value);
}

static double
get_field(const pm_scenario *row, int field)
{
	double		value;

	if (field == STICKINESS)
		return (double) row->stickiness;
	memcpy(&value, (const char *) row + field * sizeof(double), sizeof value);
	return value;
}

static pm_scenario
form_move(const void *context, uint32 underlying, uint32 scenario)
{
	const column *c = &((const form *) context)->columns[underlying];
	pm_scenario row = c->base;

	for (int field = 0; field < (int) PM_SCENARIO_FIELDS; field++)
		if (c->values[field] != NULL)
			set_field(&row, field, c->values[field][scenario]);
	return row;
}

static bool
make_set(const form *f, pm_scenario_set **set, pm_issue *issue)
{
	PmJointMoves moves = {
		.scenarios = f->scenarios, .underlyings = f->underlyings,
		.names = f->names, .move = form_move, .context = f
	};

	return pm_make_joint_set(&moves, set, issue);
}

/* ---- Text ---- */

/* One value; NaN for null where a field can be that. */
static bool
read_value(PmReader *r, int field, double *value)
{
	pm_stickiness stickiness;

	if (field == STICKINESS)
	{
		if (!pm_read_stickiness(r, &stickiness))
			return false;
		*value = stickiness;
		return true;
	}
	if (isinf(pm_row_arguments[field].standard) && pm_next_is(r, "null"))
	{
		*value = NAN;
		return true;
	}
	return pm_read_number(r, value);
}

/* "{value, ...}", one per scenario; the brace has been read. */
static bool
read_values(PmReader *r, int field, uint32 scenarios, double **values)
{
	uint32		room = Min(scenarios, 64);

	*values = palloc(room * sizeof(double));
	for (uint32 n = 0; n < scenarios; n++)
	{
		if (n % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
		if (n == room)
		{
			room = Min(2 * room, scenarios);
			*values = repalloc(*values, room * sizeof(double));
		}
		if ((n > 0 && !pm_next_is(r, ",")) || pm_next_is(r, "}"))
			return pm_fail_syntax(r, "a value for each scenario");
		if (!read_value(r, field, &(*values)[n]))
			return false;
	}
	return pm_next_is(r, "}") || pm_fail_syntax(r, "no more values than scenarios");
}

static int
next_field(PmReader *r)
{
	int			field = pm_next_name(r, (const char *) pm_row_arguments,
									 sizeof(PmArgument), PM_ROW_ARGUMENTS);

	return field < 0 && pm_next_is(r, "stickiness") ? (int) STICKINESS : field;
}

/* "(field => value or values, ...)" */
static bool
read_column(PmReader *r, column *c, uint32 scenarios)
{
	uint32		given = 0;

	if (!pm_expect(r, "("))
		return false;
	if (pm_next_is(r, ")"))
		return true;
	do
	{
		int			field = next_field(r);
		double		value;

		if (field < 0)
			return pm_fail_syntax(r, "the name of a field");
		if (given & 1u << field)
			return pm_fail_syntax(r, "each field once");
		given |= 1u << field;
		if (!pm_expect(r, "=>"))
			return false;
		if (pm_next_is(r, "{"))
		{
			if (!read_values(r, field, scenarios, &c->values[field]))
				return false;
			continue;
		}
		if (!read_value(r, field, &value))
			return false;
		set_field(&c->base, field, value);
	} while (pm_next_is(r, ","));
	return pm_next_is(r, ")") || pm_fail_syntax(r, "\",\" or \")\"");
}

bool
pm_read_joint_set(PmReader *r, pm_scenario_set **set)
{
	form		f = {0};
	__int128	scenarios;
	pm_text		name;

	r->example = "Example: joint_scenarios(scenarios => 2, \"ACME\" => (price_shock => {-0.05,0.02}))";
	if (!pm_expect(r, "(") || !pm_expect(r, "scenarios") || !pm_expect(r, "=>") ||
		!pm_read_integer(r, 1, PM_MAX_SCENARIOS, &scenarios))
		return false;
	f.scenarios = (uint32) scenarios;
	while (pm_next_is(r, ","))
	{
		CHECK_FOR_INTERRUPTS();
		if (!pm_read_quoted(r, &name) || !pm_expect(r, "=>") ||
			!read_column(r, add_column(&f, name), f.scenarios))
			return false;
		/* More than a set may have are refused before they take more memory. */
		if (f.underlyings > PM_MAX_JOINT_UNDERLYINGS)
			break;
	}
	if (f.underlyings <= PM_MAX_JOINT_UNDERLYINGS && !pm_next_is(r, ")"))
		return pm_fail_syntax(r, "\",\" or \")\"");
	return make_set(&f, set, r->issue);
}

static void
write_value(StringInfo out, int field, double value)
{
	if (field == STICKINESS)
		appendStringInfoString(out, pm_stickiness_labels[value != 0]);
	else if (isnan(value))
		appendStringInfoString(out, "null");
	else
		pm_write_number(out, value);
}

static void
write_column(StringInfo out, const pm_scenario_set *set, uint32 k)
{
	pm_scenario neutral = pm_scenario_neutral();
	uint32		fields = pm_joint_fields(set, k);
	const char *separator = "";
	pm_scenario row = pm_set_row(set, k, 0);

	for (int field = 0; field < (int) PM_SCENARIO_FIELDS; field++)
	{
		double		first = get_field(&row, field);
		double		standard = get_field(&neutral, field);
		pm_row_cursor rows = pm_column_rows(set, k);

		if ((fields & 1u << field) == 0 &&
			(first == standard || (isnan(first) && isnan(standard))))
			continue;
		CHECK_FOR_INTERRUPTS();
		appendStringInfo(out, "%s%s => ", separator,
						 field == STICKINESS ? "stickiness" : pm_row_arguments[field].name);
		separator = ", ";
		if ((fields & 1u << field) == 0)
		{
			write_value(out, field, first);
			continue;
		}
		for (uint32 n = 0; n < set->scenarios; n++)
		{
			pm_scenario next = pm_next_row(&rows);

			appendStringInfoChar(out, n == 0 ? '{' : ',');
			write_value(out, field, get_field(&next, field));
		}
		appendStringInfoChar(out, '}');
	}
}

void
pm_write_joint_set(StringInfo out, const pm_scenario_set *set)
{
	appendStringInfo(out, "joint_scenarios(scenarios => %u", set->scenarios);
	for (uint32 k = 0; k < pm_joint_of(set)->underlyings; k++)
	{
		appendStringInfoString(out, ", ");
		pm_write_quoted(out, pm_joint_name(set, k));
		appendStringInfoString(out, " => (");
		write_column(out, set, k);
		appendStringInfoChar(out, ')');
	}
	appendStringInfoChar(out, ')');
}

/* ---- Binary ---- */

static void
send_value(StringInfo out, int field, double value)
{
	if (field == STICKINESS)
		pq_sendint8(out, (uint8) value);
	else
		pq_sendfloat8(out, value);
}

static double
receive_value(StringInfo in, int field)
{
	return field == STICKINESS ? pq_getmsgbyte(in) : pq_getmsgfloat8(in);
}

void
pm_send_joint_set(StringInfo out, const pm_scenario_set *set)
{
	uint32		underlyings = pm_joint_of(set)->underlyings;

	pq_sendint32(out, set->scenarios);
	pq_sendint32(out, underlyings);
	for (uint32 k = 0; k < underlyings; k++)
	{
		uint32		fields = pm_joint_fields(set, k);
		pm_scenario row = pm_set_row(set, k, 0);

		pm_send_text(out, pm_joint_name(set, k));
		pq_sendint32(out, fields);
		for (int field = 0; field < (int) PM_SCENARIO_FIELDS; field++)
			if ((fields & 1u << field) == 0)
				send_value(out, field, get_field(&row, field));
		for (int field = 0; field < (int) PM_SCENARIO_FIELDS; field++)
		{
			pm_row_cursor rows = pm_column_rows(set, k);

			if ((fields & 1u << field) == 0)
				continue;
			CHECK_FOR_INTERRUPTS();
			for (uint32 n = 0; n < set->scenarios; n++)
			{
				pm_scenario next = pm_next_row(&rows);

				send_value(out, field, get_field(&next, field));
			}
		}
	}
}

static void
receive_column(StringInfo in, column *c, uint32 scenarios)
{
	uint32		fields = pq_getmsgint(in, 4);

	if (fields >= 1u << PM_SCENARIO_FIELDS)
		pm_raise_binary("scenario_set", "It has an unknown field.");
	for (int field = 0; field < (int) PM_SCENARIO_FIELDS; field++)
		if ((fields & 1u << field) == 0)
			set_field(&c->base, field, receive_value(in, field));
	for (int field = 0; field < (int) PM_SCENARIO_FIELDS; field++)
	{
		if ((fields & 1u << field) == 0)
			continue;
		CHECK_FOR_INTERRUPTS();
		pm_expect_items(in, "scenario_set", scenarios,
						field == STICKINESS ? 1 : sizeof(float8));
		c->values[field] = palloc(Max(scenarios, 1) * sizeof(double));
		for (uint32 n = 0; n < scenarios; n++)
			c->values[field][n] = receive_value(in, field);
	}
}

pm_scenario_set *
pm_receive_joint_set(StringInfo in)
{
	form		f = {0};
	uint32		underlyings;
	pm_scenario_set *set;
	pm_issue	issue;

	f.scenarios = pq_getmsgint(in, 4);
	underlyings = pq_getmsgint(in, 4);
	if (underlyings > PM_MAX_JOINT_UNDERLYINGS)
		pm_raise_binary("scenario_set", "It has too many underlyings.");
	for (uint32 k = 0; k < underlyings; k++)
	{
		pm_text		name = pm_receive_text(in, "scenario_set");

		receive_column(in, add_column(&f, name), f.scenarios);
	}
	if (!make_set(&f, &set, &issue))
	{
		/* What the text form would call a wrong value is a wrong message here. */
		issue.code = PM_INVALID_BINARY;
		pm_raise(&issue);
	}
	return set;
}
