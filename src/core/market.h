/*
 * market.h - what the value of a contract depends on, now and in a scenario.
 */
#ifndef PM_MARKET_H
#define PM_MARKET_H

#include "option_terms.h"
#include "position.h"
#include "scenario.h"

typedef struct pm_market
{
	double		spot;
	/* The rest of options only; 0 of other contracts. */
	double		volatility;
	double		rate;
	double		years;			/* to expiry */
	double		elapsed;		/* years since as_of */
	double		paid;			/* value of the dividends to come, price units */
	double		forward;		/* of the spot for expiry */
} pm_market;

/*
 * The market of a checked position.  An option's volatility is the one given,
 * else that which its market price implies, else its surface's.  False, with
 * the issue, if none of them tells it, or if the dividends are worth the spot.
 */
extern bool pm_market_now(const pm_position *position, pm_market *now, pm_issue *issue);

/*
 * The same position with the volatility that pm_market_now finds as its own, so
 * that it need not be found again.
 */
extern bool pm_market_settle(const pm_position *position, pm_position *settled,
							 pm_issue *issue);

/* Adds a market; there must be room. */
static inline void
pm_states_add(pm_states *s, const pm_market *m)
{
	uint32_t	i = s->count;

	if (i == 0)
		s->alike = true;
	else if (s->alike && (m->rate != s->rate[0] || m->years != s->years[0] ||
						  m->elapsed != s->elapsed[0] || m->paid != s->paid[0]))
		pm_states_spread(s);
	if (i == 0 || !s->alike)
	{
		s->rate[i] = m->rate;
		s->years[i] = m->years;
		s->elapsed[i] = m->elapsed;
		s->paid[i] = m->paid;
	}
	s->spot[i] = m->spot;
	s->volatility[i] = m->volatility;
	s->count++;
}

/*
 * The markets after `count` scenarios, the first of which has the 1-based number
 * `first` in messages, as `moved`.  False, with the issue, if a scenario has none
 * for this position; those before it are there.
 */
extern bool pm_markets_moved(const pm_position *position, const pm_market *now,
							 const pm_scenario *scenarios, uint32_t count,
							 uint32_t first, pm_states *moved, pm_issue *issue);

/*
 * The option in a market; `dividends` takes those that are still to come and
 * must live as long as the option.
 */
extern pm_option pm_market_option(const pm_position *position, const pm_market *market,
								  pm_dividend dividends[PM_MOST_DIVIDENDS]);

#endif							/* PM_MARKET_H */
