/*
 * scenario_set_io.c - text and binary forms of scenario_set; of joint sets:
 * joint_set_io.c.
 *
 * The text names what makes each part, with numbers in their shortest exact
 * form whatever the session's settings:
 *
 *   scenario_grid(price_range => 0.15, price_steps => 5,
 *                 vol_shocks => {-0.25,0,0.25}, vol_power => 0, days => 0)
 *   || market_scenario(price_shock => -0.66, weight => 0.24),
 *      market_scenario(price_shock => 5, weight => 0.03)
 *
 * Reading it, arguments may come in any order and those with a default may be
 * left out, as in SQL.  The binary form: version and kind (int1 each), number
 * of parts (int4), and per part its type (int1), its number of rows, shocks or
 * neither (int4), and its numbers (float8 each), of a row followed by its
 * stickiness (int1).
 */
#include "scenario_type.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"

#include "error.h"
#include "joint_set_io.h"
#include "scenario_fields_io.h"
#include "scenario_set_io.h"
#include "text_reader.h"
#include "wire.h"

/* In the order of the parameters of the part. */
static const PmArgument grid_arguments[] = {
	{"price_range", NAN}, {"price_steps", NAN}, {"vol_power", 0}, {"days", 0}
};
static const PmArgument tims_arguments[] = {{"down", NAN}, {"up", NAN}};
static const PmArgument span_arguments[] = {
	{"price_range", NAN}, {"vol_range", NAN}, {"extreme_multiple", 3},
	{"cover", 0.33}, {"days", 1}
};

#define MAX_ARGUMENTS PM_ROW_ARGUMENTS

typedef struct part_form
{
	const char *name;
	const PmArgument *arguments;
	int			count;
	const char *other;			/* the argument that is not a number, or NULL */
} part_form;

/* In the order of pm_part_type; a list is a series of its rows. */
static const part_form forms[] = {
	{"market_scenario", pm_row_arguments, PM_ROW_ARGUMENTS, "stickiness"},
	{"scenario_grid", grid_arguments, lengthof(grid_arguments), "vol_shocks"},
	{"tims_scenarios", tims_arguments, lengthof(tims_arguments), NULL},
	{"span_scenarios", span_arguments, lengthof(span_arguments), NULL},
};

/* Sets of one part each, to be joined. */
typedef struct builder
{
	const pm_scenario_set **sets;
	uint32		count;
	uint32		room;
} builder;

static pm_scenario_set *
add_set(builder *b, size_t size)
{
	pm_scenario_set *set = pm_new_scenario_set(size);

	if (b->count == b->room)
	{
		b->room = b->room ? 2 * b->room : 8;
		b->sets = b->sets ? repalloc(b->sets, b->room * sizeof(*b->sets))
			: palloc(b->room * sizeof(*b->sets));
	}
	b->sets[b->count++] = set;
	return set;
}

static bool
add_list(builder *b, const pm_scenario *rows, uint64 count, pm_issue *issue)
{
	size_t		size;

	if (!pm_list_size(rows, count, &size, issue))
		return false;
	pm_list_fill(add_set(b, size), rows, count);
	return true;
}

/* A generator from its parameters, and a grid's volatility shocks. */
static bool
add_generator(builder *b, pm_part_type type, const double *parameters,
			  const double *vols, uint32 vol_count, pm_issue *issue)
{
	size_t		size;

	switch (type)
	{
		case PM_PART_GRID:
			{
				pm_grid		grid = {
					.price_range = parameters[0], .price_steps = parameters[1],
					.vol_power = parameters[2], .days = parameters[3],
					.vol_shocks = vols, .vols = vol_count
				};

				if (!pm_grid_size(&grid, &size, issue))
					return false;
				pm_grid_fill(add_set(b, size), &grid);
				return true;
			}
		case PM_PART_TIMS:
			if (!pm_tims_size(parameters[0], parameters[1], &size, issue))
				return false;
			pm_tims_fill(add_set(b, size), parameters[0], parameters[1]);
			return true;
		case PM_PART_SPAN:
			{
				pm_span		span = {
					.price_range = parameters[0], .vol_range = parameters[1],
					.extreme_multiple = parameters[2], .cover = parameters[3],
					.days = parameters[4]
				};

				if (!pm_span_size(&span, &size, issue))
					return false;
				pm_span_fill(add_set(b, size), &span);
				return true;
			}
		case PM_PART_LIST:
			break;
	}
	elog(ERROR, "a list is not a generator");
}

static bool
join(const builder *b, pm_scenario_set **set, pm_issue *issue)
{
	size_t		size;

	if (!pm_join_size(b->sets, b->count, &size, issue))
		return false;
	*set = pm_new_scenario_set(size);
	pm_join_fill(*set, b->sets, b->count);
	SET_VARSIZE(*set, size);
	return true;
}

/* ---- Text, reading ---- */

static bool
read_numbers(PmReader *r, double **values, uint32 *count)
{
	uint32		room = 8;

	if (!pm_next_is(r, "{"))
		return pm_fail_syntax(r, "\"{\"");
	*values = palloc(room * sizeof(double));
	*count = 0;
	do
	{
		if (*count == room)
			*values = repalloc(*values, (room *= 2) * sizeof(double));
		if (!pm_read_number(r, &(*values)[(*count)++]))
			return false;
	} while (pm_next_is(r, ","));
	return pm_next_is(r, "}") || pm_fail_syntax(r, "\",\" or \"}\"");
}

/* What the arguments of a part say. */
typedef struct arguments
{
	double		values[MAX_ARGUMENTS];	/* in the order of the form */
	double	   *vols;			/* of a grid */
	uint32		vol_count;
	pm_stickiness stickiness;	/* of a row */
} arguments;

/* Value `i` of a form: a number or, after these, its other argument. */
static bool
read_value(PmReader *r, const part_form *form, int i, arguments *a)
{
	if (i < form->count)
		return pm_read_number(r, &a->values[i]);
	if (form->arguments == grid_arguments)
		return read_numbers(r, &a->vols, &a->vol_count);
	return pm_read_stickiness(r, &a->stickiness);
}

/* "(name => value, ...)" */
static bool
read_arguments(PmReader *r, const part_form *form, arguments *a)
{
	bool		given[MAX_ARGUMENTS + 1] = {false};
	static const double unchanged = 0;

	a->vols = unconstify(double *, &unchanged);
	a->vol_count = 1;
	a->stickiness = PM_STICKY_STRIKE;
	for (int i = 0; i < form->count; i++)
		a->values[i] = form->arguments[i].standard;
	if (!pm_next_is(r, "("))
		return pm_fail_syntax(r, "\"(\"");
	if (pm_next_is(r, ")"))
		return true;
	do
	{
		const char *at = r->at;
		int			i = pm_next_name(r, (const char *) form->arguments,
								  sizeof(PmArgument), form->count);

		if (i < 0 && form->other != NULL && pm_next_is(r, form->other))
			i = form->count;
		if (i < 0)
			return pm_fail_syntax(r, "the name of an argument");
		if (given[i])
		{
			r->at = at;
			return pm_fail_syntax(r, "each argument once");
		}
		given[i] = true;
		if (!pm_next_is(r, "=>"))
			return pm_fail_syntax(r, "\"=>\"");
		if (!read_value(r, form, i, a))
			return false;
	} while (pm_next_is(r, ","));
	return pm_next_is(r, ")") || pm_fail_syntax(r, "\",\" or \")\"");
}

static bool
read_row(PmReader *r, pm_scenario *row)
{
	arguments	a;

	if (!read_arguments(r, &forms[PM_PART_LIST], &a))
		return false;
	for (int i = 0; i < (int) MAX_ARGUMENTS; i++)
		if (isinf(a.values[i]))
			a.values[i] = NAN;	/* the core's NULL */
	*row = pm_scenario_neutral();
	memcpy(row, a.values, sizeof a.values);
	row->stickiness = a.stickiness;
	return true;
}

/* The rows of a list; its first name has been read. */
static bool
read_list(PmReader *r, builder *b)
{
	uint64		count = 0;
	uint64		room = 8;
	pm_scenario *rows = palloc(room * sizeof(pm_scenario));

	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		/* A longer list is refused before it takes more memory. */
		if (count > PM_MAX_SCENARIOS)
			break;
		if (count == room)
			rows = repalloc(rows, (room *= 2) * sizeof(pm_scenario));
		if (!read_row(r, &rows[count++]))
			return false;
		if (!pm_next_is(r, ","))
			break;
		if (pm_next_name(r, (const char *) forms, sizeof(part_form), 1) != 0)
			return pm_fail_syntax(r, "market_scenario");
	}
	return add_list(b, rows, count, r->issue);
}

static bool
read_part(PmReader *r, builder *b)
{
	int			type = pm_next_name(r, (const char *) forms, sizeof(part_form), lengthof(forms));
	arguments	a;

	if (type < 0)
		return pm_fail_syntax(r, "scenario_grid, tims_scenarios, span_scenarios or market_scenario");
	if (type == PM_PART_LIST)
		return read_list(r, b);
	if (!read_arguments(r, &forms[type], &a))
		return false;
	for (int i = 0; i < forms[type].count; i++)
		if (isnan(a.values[i]))
			return pm_fail_syntax(r, psprintf("%s to have been given", forms[type].arguments[i].name));
	return add_generator(b, type, a.values, a.vols, a.vol_count, r->issue);
}

bool
pm_parse_scenario_set(const char *text, pm_scenario_set **set, pm_issue *issue)
{
	PmReader	r = {
		"scenario_set",
		"Example: scenario_grid(price_range => 0.15, price_steps => 5, vol_shocks => {-0.25,0,0.25})",
		text, text, issue
	};
	builder		b = {NULL, 0, 0};

	if (pm_next_is(&r, "joint_scenarios"))
	{
		if (!pm_read_joint_set(&r, set))
			return false;
		(void) pm_next_is(&r, "");
		return *r.at == '\0' || pm_fail_syntax(&r, "the end");
	}
	do
	{
		if (!read_part(&r, &b))
			return false;
		/* More parts than a set may have scenarios: join refuses. */
		if (b.count > PM_MAX_SCENARIOS)
			return join(&b, set, issue);
	} while (pm_next_is(&r, "||"));
	if (*r.at != '\0')
		return pm_fail_syntax(&r, "\"||\" or the end");
	return join(&b, set, issue);
}

PG_FUNCTION_INFO_V1(scenario_set_in);
Datum
scenario_set_in(PG_FUNCTION_ARGS)
{
	pm_scenario_set *set;
	pm_issue	issue;

	if (pm_parse_scenario_set(PG_GETARG_CSTRING(0), &set, &issue))
		PG_RETURN_POINTER(set);
	pm_raise_soft(&issue, fcinfo->context);
	PG_RETURN_NULL();
}

/* ---- Text, writing ---- */

static void
write_argument(StringInfo out, const char *name, double value, const char **separator)
{
	appendStringInfo(out, "%s%s => ", *separator, name);
	pm_write_number(out, value);
	*separator = ", ";
}

/* A row says only what is not neutral. */
static void
write_row(StringInfo out, const pm_scenario *row)
{
	const char *separator = "";
	double		values[MAX_ARGUMENTS];

	memcpy(values, row, sizeof values);
	appendStringInfo(out, "%s(", forms[PM_PART_LIST].name);
	for (int i = 0; i < (int) MAX_ARGUMENTS; i++)
		if (!isnan(values[i]) && values[i] != pm_row_arguments[i].standard)
			write_argument(out, pm_row_arguments[i].name, values[i], &separator);
	if (row->stickiness != PM_STICKY_STRIKE)
		appendStringInfo(out, "%s%s => %s", separator, forms[PM_PART_LIST].other,
						 pm_stickiness_labels[PM_STICKY_MONEYNESS]);
	appendStringInfoChar(out, ')');
}

static void
write_generator(StringInfo out, const pm_scenario_part *part)
{
	const part_form *form = &forms[part->type];
	const double *parameters = pm_part_parameters(part);
	uint32		numbers = part->size / sizeof(double);
	const char *separator = "";

	appendStringInfo(out, "%s(", form->name);
	for (int i = 0; i < form->count; i++)
		write_argument(out, form->arguments[i].name, parameters[i], &separator);
	if (part->type == PM_PART_GRID)
	{
		appendStringInfoString(out, ", vol_shocks => ");
		for (uint32 i = form->count; i < numbers; i++)
		{
			appendStringInfoChar(out, i == (uint32) form->count ? '{' : ',');
			pm_write_number(out, parameters[i]);
		}
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, ')');
}

void
pm_write_scenario_set(StringInfo out, const pm_scenario_set *set)
{
	pm_part_cursor cursor = pm_set_parts(set);
	const pm_scenario_part *part;
	const char *separator = "";

	if (set->kind == PM_SET_JOINT)
	{
		pm_write_joint_set(out, set);
		return;
	}
	while ((part = pm_next_part(&cursor)) != NULL)
	{
		appendStringInfoString(out, separator);
		separator = " || ";
		if (part->type != PM_PART_LIST)
		{
			write_generator(out, part);
			continue;
		}
		for (uint32 i = 0; i < part->count; i++)
		{
			pm_scenario row = pm_part_row(part, i);

			CHECK_FOR_INTERRUPTS();
			if (i > 0)
				appendStringInfoString(out, ", ");
			write_row(out, &row);
		}
	}
}

PG_FUNCTION_INFO_V1(scenario_set_out);
Datum
scenario_set_out(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	initStringInfo(&out);
	pm_write_scenario_set(&out, PG_GETARG_SCENARIO_SET(0));
	PG_RETURN_CSTRING(out.data);
}

/* ---- Binary ---- */

void
pm_send_scenario_set(StringInfo out, const pm_scenario_set *set)
{
	pm_part_cursor cursor = pm_set_parts(set);
	const pm_scenario_part *part;

	pq_sendint8(out, PM_SCENARIO_SET_VERSION);
	pq_sendint8(out, set->kind);
	if (set->kind == PM_SET_JOINT)
	{
		pm_send_joint_set(out, set);
		return;
	}
	pq_sendint32(out, set->parts);
	while ((part = pm_next_part(&cursor)) != NULL)
	{
		const double *numbers = pm_part_parameters(part);
		uint32		count = part->size / sizeof(double);

		pq_sendint8(out, part->type);
		if (part->type == PM_PART_LIST)
		{
			pq_sendint32(out, part->count);
			for (uint32 i = 0; i < part->count; i++)
			{
				double		values[MAX_ARGUMENTS];
				pm_scenario row = pm_part_row(part, i);

				memcpy(values, &row, sizeof values);
				for (int f = 0; f < (int) MAX_ARGUMENTS; f++)
					pq_sendfloat8(out, values[f]);
				pq_sendint8(out, row.stickiness);
			}
			continue;
		}
		pq_sendint32(out, part->type == PM_PART_GRID ? count - PM_GRID_PARAMETERS : 0);
		for (uint32 i = 0; i < count; i++)
			pq_sendfloat8(out, numbers[i]);
	}
}

PG_FUNCTION_INFO_V1(scenario_set_send);
Datum
scenario_set_send(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	pq_begintypsend(&out);
	pm_send_scenario_set(&out, PG_GETARG_SCENARIO_SET(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

#define TYPE	"scenario_set"

static void
receive_part(StringInfo in, builder *b, pm_issue *issue)
{
	uint8		type = pq_getmsgbyte(in);
	uint32		count = pq_getmsgint(in, 4);
	double		parameters[MAX_ARGUMENTS];
	double	   *vols;
	bool		good;

	if (type >= lengthof(forms))
		pm_raise_binary(TYPE, "It has a part of an unknown type.");
	if (type == PM_PART_LIST)
	{
		pm_scenario *rows;

		pm_expect_items(in, TYPE, count, MAX_ARGUMENTS * sizeof(float8) + 1);
		rows = palloc(Max(count, 1) * sizeof(pm_scenario));
		for (uint32 i = 0; i < count; i++)
		{
			for (int f = 0; f < (int) MAX_ARGUMENTS; f++)
				parameters[f] = pq_getmsgfloat8(in);
			rows[i] = pm_scenario_neutral();
			memcpy(&rows[i], parameters, sizeof parameters);
			rows[i].stickiness = pq_getmsgbyte(in);
		}
		good = add_list(b, rows, count, issue);
	}
	else
	{
		pm_expect_items(in, TYPE, forms[type].count, sizeof(float8));
		for (int i = 0; i < forms[type].count; i++)
			parameters[i] = pq_getmsgfloat8(in);
		if (type != PM_PART_GRID && count != 0)
			pm_raise_binary(TYPE, "A part that has no volatility shocks claims some.");
		pm_expect_items(in, TYPE, count, sizeof(float8));
		vols = palloc(Max(count, 1) * sizeof(double));
		for (uint32 i = 0; i < count; i++)
			vols[i] = pq_getmsgfloat8(in);
		good = add_generator(b, type, parameters, vols, count, issue);
	}
	if (!good)
	{
		/* What the text form would call a wrong value is a wrong message here. */
		issue->code = PM_INVALID_BINARY;
		pm_raise(issue);
	}
}

pm_scenario_set *
pm_receive_scenario_set(StringInfo in)
{
	builder		b = {NULL, 0, 0};
	pm_scenario_set *set;
	pm_issue	issue;
	int			kind;
	uint32		parts;

	if (pq_getmsgbyte(in) != PM_SCENARIO_SET_VERSION)
		pm_raise_binary(TYPE, "It is of another version.");
	kind = pq_getmsgbyte(in);
	if (kind > PM_SET_JOINT)
		pm_raise_binary(TYPE, "It is of an unknown kind.");
	if (kind == PM_SET_JOINT)
		return pm_receive_joint_set(in);
	parts = pq_getmsgint(in, 4);
	for (uint32 i = 0; i < parts; i++)
		receive_part(in, &b, &issue);
	if (!join(&b, &set, &issue))
		pm_raise(&issue);
	return set;
}

PG_FUNCTION_INFO_V1(scenario_set_recv);
Datum
scenario_set_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	pm_scenario_set *set = pm_receive_scenario_set(in);

	pq_getmsgend(in);
	PG_RETURN_POINTER(set);
}
