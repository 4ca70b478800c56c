/*
 * position.h - one position: its fields, and which of them it needs.
 */
#ifndef PM_POSITION_H
#define PM_POSITION_H

#include <stdint.h>

#include "instant.h"
#include "issue.h"
#include "option_terms.h"

/* The fields of SQL's margin_position, in its order. */
typedef enum pm_field
{
	PM_QUANTITY,
	PM_MULTIPLIER,
	PM_STRIKE,
	PM_EXPIRY,
	PM_SPOT,
	PM_VOLATILITY,
	PM_RATE,
	PM_YIELD,
	PM_PRICE,
	PM_AS_OF,
	PM_KIND,
	PM_EXERCISE,
	PM_PRICING,
	PM_SETTLEMENT,
	PM_UNDERLYING,
	PM_CURRENCY,
	PM_DIVIDEND_TIMES,
	PM_DIVIDEND_AMOUNTS,
	PM_SURFACE,
	PM_FIELDS
} pm_field;

extern const char *const pm_field_names[PM_FIELDS];

typedef enum pm_kind
{
	PM_SPOT_KIND,
	PM_FUTURE,
	PM_PERPETUAL,
	PM_CALL,
	PM_PUT
} pm_kind;

typedef enum pm_settlement
{
	PM_LINEAR,
	PM_INVERSE
} pm_settlement;

typedef struct pm_position
{
	uint32_t	present;		/* bit 1 << pm_field: not NULL; else undefined */
	double		quantity;
	double		multiplier;
	double		strike;
	double		spot;
	double		volatility;
	double		rate;
	double		yield;
	double		price;
	pm_instant	expiry;
	pm_instant	as_of;
	pm_kind		kind;
	pm_exercise exercise;
	pm_pricing	pricing;
	pm_settlement settlement;
	pm_text		underlying;
	pm_text		currency;
	uint32_t	dividend_count; /* of whichever is present of the next two */
	const pm_instant *dividend_times;	/* ex instants */
	const double *dividend_amounts; /* cash per unit of underlying */
	const struct pm_surface *surface;	/* volatility_surface.h */
} pm_position;

static inline bool
pm_has(const pm_position *position, pm_field field)
{
	return (position->present >> field) & 1;
}

static inline bool
pm_is_option(const pm_position *position)
{
	return position->kind == PM_CALL || position->kind == PM_PUT;
}

/*
 * Says that a field, as `problem`, is `value`; names the kind and underlying of
 * the position and the remedy.  Returns false, always.
 */
extern bool pm_fail_field(const pm_position *position, pm_field field, pm_code code,
						  const char *problem, const char *value, pm_issue *issue);

/* False, with the issue, unless the position can be valued. */
extern bool pm_position_check(const pm_position *position, pm_issue *issue);

/* The same for what is given of it only: nothing need be there. */
extern bool pm_position_check_values(const pm_position *position, pm_issue *issue);

/*
 * The currency of its profit and loss: as given, or the underlying where
 * settlement is inverse; NULL bytes for none.  For a checked position.
 */
extern pm_text pm_position_currency(const pm_position *position);

#endif							/* PM_POSITION_H */
