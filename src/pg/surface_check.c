/*
 * surface_check.c - the arbitrage of a surface, as rows and as a sentence.
 */
#include "position_type.h"
#include "surface_type.h"

#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "core/surface_check.h"

#include "array_argument.h"
#include "error.h"

/* In the order of pm_arbitrage. */
static const char *const kinds[] = {"butterfly", "vertical", "wing", "calendar"};

/* What is done with the findings of a surface. */
typedef struct taker
{
	const pm_surface *surface;
	ReturnSetInfo *info;		/* where the rows go */
	pm_finding	first;
	int			count;
} taker;

/* surface, forwards, pricing: the arguments of both functions. */
static void
find(FunctionCallInfo fcinfo, const pm_surface *surface, pm_finding_taker take, taker *t)
{
	double	   *forwards = NULL;
	uint32		count = 0;
	pm_pricing	pricing;
	pm_issue	issue;

	if (PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"pricing\" must not be null"),
				 errdetail("pricing is null."),
				 errhint("Leave it out for a lognormal surface.")));
	pricing = pm_enum_ordinal(&pm_call(fcinfo)->position.enums[0], PG_GETARG_OID(2),
							  pm_pricing_labels);
	if (!PG_ARGISNULL(1))
	{
		PmElements	given = pm_getarg_elements(fcinfo, 1, "forwards");

		count = given.count;
		forwards = palloc((count + 1) * sizeof(double));
		for (uint32 i = 0; i < count; i++)
			forwards[i] = DatumGetFloat8(given.values[i]);
	}
	t->surface = surface;
	if (!pm_surface_findings(surface, forwards, count, pricing, take, t, &issue))
		pm_raise(&issue);
}

static void
take_row(void *context, const pm_finding *finding)
{
	taker	   *t = context;
	bool		nulls[4] = {false};
	Datum		values[4] = {
		TimestampTzGetDatum(pm_surface_slices(t->surface)[finding->slice].expiry),
		CStringGetTextDatum(kinds[finding->kind]),
		Float8GetDatum(finding->point),
		Float8GetDatum(finding->amount)
	};

	tuplestore_putvalues(t->info->setResult, t->info->setDesc, values, nulls);
}

/* surface_arbitrage(surface, forwards, pricing): a row per finding. */
PG_FUNCTION_INFO_V1(surface_arbitrage);
Datum
surface_arbitrage(PG_FUNCTION_ARGS)
{
	taker		t = {.info = (ReturnSetInfo *) fcinfo->resultinfo};

	InitMaterializedSRF(fcinfo, 0);
	if (!PG_ARGISNULL(0))
		find(fcinfo, PG_GETARG_SURFACE(0), take_row, &t);
	return (Datum) 0;
}

static void
take_first(void *context, const pm_finding *finding)
{
	taker	   *t = context;

	if (t->count++ == 0)
		t->first = *finding;
}

/* What a finding says, its numbers being the point and the amount. */
static const char *
sentence(const pm_surface *surface, const pm_finding *finding)
{
	bool		svi = surface->axis == PM_AXIS_SVI;

	switch (finding->kind)
	{
		case PM_BUTTERFLY:
			return svi ? "at k = %s the density is negative, Durrleman's g being -%s"
				: surface->axis == PM_AXIS_STRIKE
				? "the call at strike %s costs %s more than the line between its neighbours"
				: "the call at moneyness %s costs %s of the forward more than the line between its neighbours";
		case PM_VERTICAL:
			return "the call at %s and the one below it are out of order by %s";
		case PM_WING:
			return "towards k = %s total variance rises by %s more than 2 per unit of k";
		case PM_CALENDAR:
			break;
	}
	if (svi && isinf(finding->point))
		return "towards k = %s total variance rises by %s less per unit of k than at the expiry before";
	return "at %s total variance is %s less than at the expiry before";
}

/* surface_issue(surface, forwards, pricing): the first finding in words. */
PG_FUNCTION_INFO_V1(surface_issue);
Datum
surface_issue(PG_FUNCTION_ARGS)
{
	taker		t = {0};
	StringInfoData out;
	char		point[PM_NUMBER_SIZE],
				amount[PM_NUMBER_SIZE];

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	find(fcinfo, PG_GETARG_SURFACE(0), take_first, &t);
	if (t.count == 0)
		PG_RETURN_NULL();
	snprintf(amount, sizeof amount, "%.6g", t.first.amount);
	initStringInfo(&out);
	appendStringInfo(&out, "%s arbitrage at expiry ", kinds[t.first.kind]);
	pm_write_instant(&out, pm_surface_slices(t.surface)[t.first.slice].expiry);
	appendStringInfoString(&out, ": ");
	appendStringInfo(&out, sentence(t.surface, &t.first), pm_number(point, t.first.point), amount);
	if (t.count > 1)
		appendStringInfo(&out, " (the first of %d)", t.count);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
