/*
 * surface_io.c - text and binary forms of volatility_surface.
 *
 * The text names as_of and then each expiry with its marks, or with its SVI
 * parameters; numbers are in their shortest exact form and instants in UTC,
 * whatever the session's settings:
 *
 *   volatility_surface(as_of => 2026-03-13 16:00:00+00,
 *       2026-06-19 16:00:00+00 => {90: 0.27, 100: 0.24},
 *       2026-09-18 16:00:00+00 => {80: 0.29, 100: 0.25, 120: 0.23})
 *   moneyness_surface(as_of => ..., ... => {0.9: 0.27, 1: 0.24})
 *   svi_surface(as_of => ..., ... => {a: 0.04, b: 0.4, rho: -0.4, m: 0, sigma: 0.1})
 *
 * The binary form: version and axis (int1 each), as_of (int8, microseconds
 * from 2000-01-01 UTC), number of expiries (int4), and per expiry its instant
 * (int8), its number of points (int4, 1 for SVI), and its numbers (float8
 * each): points, then volatilities.
 */
#include "surface_type.h"

#include "common/shortest_dec.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "error.h"
#include "text_reader.h"

/* In the order of pm_axis. */
static const char *const forms[] = {"volatility_surface", "moneyness_surface", "svi_surface"};
static const char *const svi_names[PM_SVI_PARAMETERS] = {"a", "b", "rho", "m", "sigma"};

/* Parts that grow while a form is read. */
typedef struct builder
{
	pm_slice   *slices;
	double	   *numbers;
	uint32		expiries;
	uint32		used;
	uint32		room;
} builder;

static void
start_builder(builder *b)
{
	/* One more than are allowed, so that the core can refuse it. */
	b->slices = palloc((PM_SURFACE_EXPIRIES + 1) * sizeof(pm_slice));
	b->room = 64;
	b->numbers = palloc(b->room * sizeof(double));
	b->expiries = b->used = 0;
}

/* Room for `count` more numbers; where they go. */
static double *
add_numbers(builder *b, uint32 count)
{
	if (b->used + count > b->room)
	{
		b->room = Max(2 * b->room, b->used + count);
		b->numbers = repalloc(b->numbers, b->room * sizeof(double));
	}
	b->used += count;
	return b->numbers + b->used - count;
}

static bool
finish_builder(const builder *b, pm_axis axis, pm_instant as_of,
			   pm_surface **surface, pm_issue *issue)
{
	pm_surface_parts parts = {axis, as_of, b->expiries, b->slices, b->numbers};

	return pm_make_surface(&parts, surface, issue);
}

/* ---- Text, reading ---- */

/* From `least` to `most` digits. */
static bool
read_digits(PmReader *r, int least, int most, int *value)
{
	int			length = strspn(r->at, "0123456789");

	if (length < least || length > most)
		return pm_fail_syntax(r, "an instant like 2026-06-19 16:00:00+00");
	for (*value = 0; length > 0; length--)
		*value = 10 * *value + (*r->at++ - '0');
	return true;
}

/* ".5" is 500000 microseconds. */
static bool
read_fraction(PmReader *r, fsec_t *microseconds)
{
	int			value;
	const char *start = r->at;

	if (!read_digits(r, 1, 6, &value))
		return false;
	for (int digits = r->at - start; digits < 6; digits++)
		value *= 10;
	*microseconds = value;
	return true;
}

/*
 * An instant in ISO 8601 and UTC.  The server's own reader would heed
 * DateStyle and TimeZone, and then the form would mean another thing in
 * another session.
 */
static bool
read_instant(PmReader *r, pm_instant *instant)
{
	struct pg_tm tm = {0};
	fsec_t		fraction = 0;
	int			utc = 0;
	bool		exists;
	const char *start;

	(void) pm_next_is(r, "");
	start = r->at;
	if (!read_digits(r, 4, 6, &tm.tm_year) || !pm_expect(r, "-") ||
		!read_digits(r, 2, 2, &tm.tm_mon) || !pm_expect(r, "-") ||
		!read_digits(r, 2, 2, &tm.tm_mday))
		return false;
	(void) (pm_next_is(r, "T") || pm_next_is(r, ""));
	if (!read_digits(r, 2, 2, &tm.tm_hour) || !pm_expect(r, ":") ||
		!read_digits(r, 2, 2, &tm.tm_min))
		return false;
	if (pm_next_is(r, ":") && !read_digits(r, 2, 2, &tm.tm_sec))
		return false;
	if (*r->at == '.')
	{
		r->at++;
		if (!read_fraction(r, &fraction))
			return false;
	}
	if (!pm_next_is(r, "Z") && !pm_next_is(r, "+00"))
		return pm_fail_syntax(r, "\"+00\", because instants are in UTC,");
	exists = tm.tm_year > 0;
	if (pm_next_is(r, "BC"))
		tm.tm_year = 1 - tm.tm_year;
	if (!exists || tm.tm_mon < 1 || tm.tm_mon > MONTHS_PER_YEAR || tm.tm_mday < 1 ||
		tm.tm_mday > day_tab[isleap(tm.tm_year)][tm.tm_mon - 1] ||
		tm.tm_hour >= HOURS_PER_DAY || tm.tm_min >= MINS_PER_HOUR ||
		tm.tm_sec >= SECS_PER_MINUTE ||
		tm2timestamp(&tm, fraction, &utc, instant) != 0)
	{
		r->at = start;
		return pm_fail_syntax(r, "an instant that exists");
	}
	return true;
}

/* "80: 0.31, 90: 0.27}" as points, then volatilities. */
static bool
read_marks(PmReader *r, builder *b, pm_slice *slice)
{
	uint32		room = 16;
	double	   *volatilities = palloc(room * sizeof(double));

	do
	{
		double		point;

		/* A longer list is refused before it takes more memory. */
		if (slice->count > PM_SURFACE_POINTS)
			break;
		if (slice->count == room)
			volatilities = repalloc(volatilities, (room *= 2) * sizeof(double));
		if (!pm_read_number(r, &point) || !pm_expect(r, ":") ||
			!pm_read_number(r, &volatilities[slice->count]))
			return false;
		*add_numbers(b, 1) = point;
		slice->count++;
	} while (pm_next_is(r, ","));
	memcpy(add_numbers(b, slice->count), volatilities, slice->count * sizeof(double));
	pfree(volatilities);
	return slice->count > PM_SURFACE_POINTS || pm_next_is(r, "}") ||
		pm_fail_syntax(r, "\",\" or \"}\"");
}

/* "a: 0.04, b: 0.4, rho: -0.4, m: 0, sigma: 0.1}" */
static bool
read_svi(PmReader *r, builder *b, pm_slice *slice)
{
	double	   *numbers = add_numbers(b, PM_SVI_PARAMETERS);

	slice->count = 1;
	for (int i = 0; i < PM_SVI_PARAMETERS; i++)
		if ((i > 0 && !pm_expect(r, ",")) || !pm_expect(r, svi_names[i]) ||
			!pm_expect(r, ":") || !pm_read_number(r, &numbers[i]))
			return false;
	return pm_expect(r, "}");
}

static bool
read_slice(PmReader *r, pm_axis axis, builder *b)
{
	pm_slice   *slice = &b->slices[b->expiries++];

	*slice = (pm_slice)
	{
		0
	};
	if (!read_instant(r, &slice->expiry) || !pm_expect(r, "=>") || !pm_expect(r, "{"))
		return false;
	return axis == PM_AXIS_SVI ? read_svi(r, b, slice) : read_marks(r, b, slice);
}

static bool
read_surface(PmReader *r, pm_surface **surface)
{
	int			axis = 0;
	pm_instant	as_of;
	builder		b;

	while (!pm_next_is(r, forms[axis]))
		if (++axis == lengthof(forms))
			return pm_fail_syntax(r, "volatility_surface, moneyness_surface or svi_surface");
	if (!pm_expect(r, "(") || !pm_expect(r, "as_of") || !pm_expect(r, "=>") ||
		!read_instant(r, &as_of))
		return false;
	start_builder(&b);
	while (pm_next_is(r, ","))
	{
		CHECK_FOR_INTERRUPTS();
		if (!read_slice(r, axis, &b))
			return false;
		/* What the core refuses already need not be read on. */
		if (b.expiries > PM_SURFACE_EXPIRIES ||
			b.slices[b.expiries - 1].count > PM_SURFACE_POINTS)
			return finish_builder(&b, axis, as_of, surface, r->issue);
	}
	if (!pm_next_is(r, ")"))
		return pm_fail_syntax(r, "\",\" or \")\"");
	(void) pm_next_is(r, "");
	if (*r->at != '\0')
		return pm_fail_syntax(r, "the end");
	return finish_builder(&b, axis, as_of, surface, r->issue);
}

PG_FUNCTION_INFO_V1(volatility_surface_in);
Datum
volatility_surface_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	pm_surface *surface;
	pm_issue	issue;
	PmReader	r = {
		"volatility_surface",
		"Example: volatility_surface(as_of => 2026-03-13 16:00:00+00, 2026-06-19 16:00:00+00 => {90: 0.27, 100: 0.24})",
		text, text, &issue
	};

	if (read_surface(&r, &surface))
		PG_RETURN_POINTER(surface);
	pm_raise_soft(&issue, fcinfo->context);
	PG_RETURN_NULL();
}

/* ---- Text, writing ---- */

static void
write_number(StringInfo out, double x)
{
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	double_to_shortest_decimal_buf(x, digits);
	appendStringInfoString(out, digits);
}

void
pm_write_instant(StringInfo out, pm_instant instant)
{
	struct pg_tm tm;
	fsec_t		fraction;
	char		text[MAXDATELEN + 1];

	if (!IS_VALID_TIMESTAMP(instant) ||
		timestamp2tm(instant, NULL, &tm, &fraction, NULL, NULL) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("volatility_surface is corrupt"),
				 errdetail("It has an instant out of range."),
				 errhint("Restore the value from a backup, or make it anew.")));
	tm.tm_isdst = 0;			/* UTC is a zone, whose offset is to be written */
	EncodeDateTime(&tm, fraction, true, 0, NULL, USE_ISO_DATES, text);
	appendStringInfoString(out, text);
}

PG_FUNCTION_INFO_V1(volatility_surface_out);
Datum
volatility_surface_out(PG_FUNCTION_ARGS)
{
	const pm_surface *surface = PG_GETARG_SURFACE(0);
	const pm_slice *slices = pm_surface_slices(surface);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "%s(as_of => ", forms[surface->axis]);
	pm_write_instant(&out, surface->as_of);
	for (uint32 i = 0; i < surface->expiries; i++)
	{
		const double *numbers = pm_slice_numbers(surface, &slices[i]);
		bool		svi = surface->axis == PM_AXIS_SVI;
		uint32		count = svi ? PM_SVI_PARAMETERS : slices[i].count;

		CHECK_FOR_INTERRUPTS();
		appendStringInfoString(&out, ", ");
		pm_write_instant(&out, slices[i].expiry);
		appendStringInfoString(&out, " => ");
		for (uint32 k = 0; k < count; k++)
		{
			appendStringInfoString(&out, k == 0 ? "{" : ", ");
			if (svi)
				appendStringInfoString(&out, svi_names[k]);
			else
				write_number(&out, numbers[k]);
			appendStringInfoString(&out, ": ");
			write_number(&out, numbers[svi ? k : count + k]);
		}
		appendStringInfoChar(&out, '}');
	}
	appendStringInfoChar(&out, ')');
	PG_RETURN_CSTRING(out.data);
}

/* ---- Binary ---- */

PG_FUNCTION_INFO_V1(volatility_surface_send);
Datum
volatility_surface_send(PG_FUNCTION_ARGS)
{
	const pm_surface *surface = PG_GETARG_SURFACE(0);
	const pm_slice *slices = pm_surface_slices(surface);
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendint8(&out, PM_SURFACE_VERSION);
	pq_sendint8(&out, surface->axis);
	pq_sendint64(&out, surface->as_of);
	pq_sendint32(&out, surface->expiries);
	for (uint32 i = 0; i < surface->expiries; i++)
	{
		const double *numbers = pm_slice_numbers(surface, &slices[i]);

		pq_sendint64(&out, slices[i].expiry);
		pq_sendint32(&out, slices[i].count);
		for (uint32 n = 0; n < pm_slice_width(surface->axis, slices[i].count); n++)
			pq_sendfloat8(&out, numbers[n]);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

static void
raise_binary(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary form of volatility_surface"),
			 errdetail_internal("%s", detail),
			 errhint("Send what volatility_surface_send gave, or use the text form.")));
}

static pm_instant
receive_instant(StringInfo in)
{
	pm_instant	instant = pq_getmsgint64(in);

	if (!IS_VALID_TIMESTAMP(instant))
		raise_binary("It has an instant out of range.");
	return instant;
}

static void
receive_slice(StringInfo in, pm_axis axis, builder *b)
{
	pm_slice   *slice = &b->slices[b->expiries++];
	uint32		width;
	double	   *numbers;

	slice->first = 0;
	slice->expiry = receive_instant(in);
	slice->count = pq_getmsgint(in, 4);
	if (slice->count > (axis == PM_AXIS_SVI ? 1 : PM_SURFACE_POINTS))
		raise_binary("An expiry has too many points.");
	width = pm_slice_width(axis, slice->count);
	if (width * sizeof(double) > (size_t) (in->len - in->cursor))
		raise_binary("It ends before its last number.");
	numbers = add_numbers(b, width);
	for (uint32 n = 0; n < width; n++)
		numbers[n] = pq_getmsgfloat8(in);
}

PG_FUNCTION_INFO_V1(volatility_surface_recv);
Datum
volatility_surface_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	pm_surface *surface;
	pm_instant	as_of;
	uint32		expiries;
	uint8		axis;
	builder		b;
	pm_issue	issue;

	if (pq_getmsgbyte(in) != PM_SURFACE_VERSION)
		raise_binary("It is of another version.");
	axis = pq_getmsgbyte(in);
	if (axis >= lengthof(forms))
		raise_binary("Its axis is unknown.");
	as_of = receive_instant(in);
	expiries = pq_getmsgint(in, 4);
	if (expiries > PM_SURFACE_EXPIRIES)
		raise_binary("It has too many expiries.");
	start_builder(&b);
	for (uint32 i = 0; i < expiries; i++)
		receive_slice(in, axis, &b);
	if (!finish_builder(&b, axis, as_of, &surface, &issue))
	{
		/* What the text form would call a wrong value is a wrong message here. */
		issue.code = PM_INVALID_BINARY;
		pm_raise(&issue);
	}
	pq_getmsgend(in);
	PG_RETURN_POINTER(surface);
}
