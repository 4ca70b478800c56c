/*
 * netting.h - one account after another added up from quantities of known
 * contracts.
 *
 * A book has many more positions than contracts, so what a contract adds is
 * worked out once: a line.  The sums of the account at hand are a risk array
 * whose blocks all stand ready, one for each underlying that lines refer to;
 * its order lists those that the account holds, as they came.  Between accounts
 * nothing is allocated, looked up by name or copied.
 */
#ifndef PM_NETTING_H
#define PM_NETTING_H

#include "risk_array.h"

/*
 * What one contract adds to its underlying; lies in memory and in stored risk
 * tables alike, aligned to 8.
 */
typedef struct pm_line
{
	uint32_t	underlying;		/* number in the lists of whoever keeps the line */
	uint32_t	currency;		/* the same */
	uint32_t	bits;			/* amounts and quantities are within +-2^bits quanta */
	uint32_t	reserved;		/* 0 */
	int64_t		rows;			/* at least 1 */
	pm_cell		long_quantity;
	pm_cell		short_quantity;
	pm_cell		amounts[];		/* PM_TOTALS totals, then one per scenario */
} pm_line;

/* Bytes of a line of this many scenarios. */
static inline size_t
pm_line_size(uint32_t scenarios)
{
	return sizeof(pm_line) + (PM_TOTALS + (size_t) scenarios) * sizeof(pm_cell);
}

/* Sets `bits` of a line from its other fields. */
extern void pm_line_measure(pm_line *line, uint32_t scenarios);

/*
 * One row, quantity 1, of a contract of an underlying with these values, which
 * are multiples of the quantum; the line's numbers are 0.  False, with the
 * issue, if one is beyond the range.
 */
extern bool pm_line_fill(pm_line *line, uint32_t scenarios,
						 const double totals[PM_TOTALS], const double *pnls,
						 pm_text underlying, pm_issue *issue);

/*
 * Adds a quantity of a line of an underlying to *array, as pm_risk_add_row does
 * with a row.
 */
extern bool pm_risk_add_line(pm_risk_array **array, const pm_allocator *allocator,
							 pm_text underlying, pm_text currency,
							 const pm_scenario_set *set, const pm_line *line,
							 double quantity, pm_issue *issue);

/* A line and the numbers that a net knows its names by. */
typedef struct pm_net_line
{
	const pm_line *line;
	uint32_t	underlying;
	uint32_t	currency;
} pm_net_line;

typedef struct pm_net
{
	pm_allocator allocator;		/* of everything here */
	pm_risk_array *sums;		/* of the account at hand, to be read */
	struct pm_net_name *names;	/* per block */
	struct pm_net_currency *currencies;
	uint32_t	name_count;
	uint32_t	name_room;
	uint32_t	currency_count;
	uint32_t	currency_room;
	uint32_t	currency;		/* of the account at hand */
	bool		ranked;			/* names know their places in byte order */
	bool		joint;			/* some set is joint */
} pm_net;

/* An empty net for lines of this many scenarios (0: totals only). */
extern bool pm_net_begin(pm_net *net, const pm_allocator *allocator,
						 uint32_t scenarios, pm_issue *issue);

/*
 * Makes an underlying with its set (NULL: totals only), or a currency (NULL
 * bytes: none), known and gives its number: the next from 0, or the one it has.
 * One name may come with several sets, but an account must not mix them.  Ends
 * the account at hand: pm_net_clear must follow before lines are added.
 */
extern bool pm_net_underlying(pm_net *net, pm_text name, const pm_scenario_set *set,
							  uint32_t *number, pm_issue *issue);
extern bool pm_net_currency(pm_net *net, pm_text currency, uint32_t *number, pm_issue *issue);

/* Begins the next account: the sums hold nothing. */
extern void pm_net_clear(pm_net *net);

/*
 * Adds a finite quantity of a line to the account at hand, as pm_risk_add does
 * with the line's array.  After a failure the sums must be cleared.
 */
extern bool pm_net_add(pm_net *net, const pm_net_line *line, double quantity, pm_issue *issue);

#endif							/* PM_NETTING_H */
