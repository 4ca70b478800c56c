/*
 * what_if.c - the largest trade that fits.
 *
 * The requirement f(q) of account + q * unit is a sum over underlyings of
 * max(0, max_n -w_n (A_n + q U_n)), or of joint scenarios one such maximum with
 * the sums over underlyings in place of A and U: convex and piecewise linear in
 * q.  So the sizes that fit are an interval.  Its ends are found by doubling and
 * bisection over whole numbers of lots, with f evaluated exactly as if the
 * trade had been added, and are therefore the exact ones: one lot more breaches.
 */
#include "what_if.h"

#include <math.h>

#include "margin.h"
#include "risk_layout.h"

/* Lots are counted as whole numbers that float8 holds exactly. */
#define MOST_LOTS	((int64_t) 1 << 53)

typedef struct question
{
	const pm_risk_array *account;
	const pm_risk_array *unit;
	double		equity;
	double		lot;
	bool		joint;
	void		(*pause) (void);
	pm_exact	rest;			/* requirement of what the unit does not touch */
} question;

/* The scan loss of one underlying after q units; false beyond the range. */
static bool
scan_loss_after(const question *w, const pm_risk_block *have,
				const pm_risk_block *change, double q, pm_exact *loss)
{
	const pm_scenario_set *set = pm_risk_set_of(w->unit, change);
	pm_row_cursor rows = pm_column_rows(set, 0);

	w->pause();
	*loss = 0;
	for (uint32_t n = 0; n < w->unit->scenarios; n++)
	{
		pm_exact	pnl;

		if (!pm_exact_scale(pm_cell_get(&change->cells[n]), q, &pnl))
			return false;
		if (have != NULL)
			pnl += pm_cell_get(&have->cells[n]);	/* both below 2^114 */
		if (!pm_exact_in_range(pnl))
			return false;
		if (!set->unit_weights && !pm_exact_scale(pnl, pm_next_row(&rows).weight, &pnl))
			return false;
		if (-pnl > *loss)
			*loss = -pnl;
	}
	return true;
}

/* Whether `have` (NULL: nothing) plus `q` times `change` is in range. */
static bool
sum_in_range(const pm_cell *have, const pm_cell *change, double q)
{
	pm_exact	sum;

	return pm_exact_scale(pm_cell_get(change), q, &sum) &&
		pm_exact_in_range(sum + (have ? pm_cell_get(have) : 0));
}

/*
 * The sums that no requirement is read off must be in range too, or the trade
 * could not be added.
 */
static bool
rest_in_range(const pm_risk_block *have, const pm_risk_block *change, double q)
{
	double		size = fabs(q);
	const pm_cell *long_side = have ? (q < 0 ? &have->short_quantity : &have->long_quantity) : NULL;
	const pm_cell *short_side = have ? (q < 0 ? &have->long_quantity : &have->short_quantity) : NULL;

	for (int t = 0; t < PM_TOTALS; t++)
		if (!sum_in_range(have ? &have->totals[t] : NULL, &change->totals[t], q))
			return false;
	return sum_in_range(long_side, &change->long_quantity, size) &&
		sum_in_range(short_side, &change->short_quantity, size);
}

static const pm_risk_block *
block_named(const pm_risk_array *a, pm_text name)
{
	bool		found;
	uint32_t	place = pm_risk_find(a, name, &found);

	return found ? pm_risk_block_at(a, place) : NULL;
}

/* Profit or loss of all underlyings in one joint scenario; each is known to be in range. */
static bool
joint_pnl_after(const question *w, uint32_t n, double q, pm_exact *pnl)
{
	*pnl = 0;
	for (uint32_t i = 0; i < w->account->underlyings; i++)
		if (__builtin_add_overflow(*pnl, pm_cell_get(&pm_risk_block_at(w->account, i)->cells[n]), pnl))
			return false;
	for (uint32_t i = 0; i < w->unit->underlyings; i++)
	{
		pm_exact	change;

		if (!pm_exact_scale(pm_cell_get(&pm_risk_block_at(w->unit, i)->cells[n]), q, &change) ||
			__builtin_add_overflow(*pnl, change, pnl))
			return false;
	}
	return pm_exact_in_range(*pnl);
}

static bool
joint_loss_after(const question *w, double q, pm_exact *loss)
{
	/* Either may hold nothing, and then has no scenarios. */
	uint32_t	scenarios = w->unit->underlyings > 0 ? w->unit->scenarios : w->account->scenarios;

	*loss = 0;
	for (uint32_t n = 0; n < scenarios; n++)
	{
		pm_exact	pnl;

		if (n % 1024 == 0)
			w->pause();
		if (!joint_pnl_after(w, n, q, &pnl))
			return false;
		if (-pnl > *loss)
			*loss = -pnl;
	}
	return true;
}

/* The requirement after so many lots; false beyond the range. */
static bool
requirement_after(const question *w, int64_t lots, pm_exact *requirement)
{
	double		q = (double) lots * w->lot;

	*requirement = w->rest;
	for (uint32_t i = 0; i < w->unit->underlyings; i++)
	{
		const pm_risk_block *change = pm_risk_block_at(w->unit, i);
		const pm_risk_block *have = block_named(w->account, pm_risk_name(w->unit, change));
		pm_exact	loss;

		if (!rest_in_range(have, change, q) ||
			!scan_loss_after(w, have, change, q, &loss) ||
			__builtin_add_overflow(*requirement, w->joint ? 0 : loss, requirement))
			return false;
	}
	if (w->joint && !joint_loss_after(w, q, requirement))
		return false;
	return pm_exact_in_range(*requirement);
}

static bool
fits(const question *w, int64_t lots)
{
	pm_exact	requirement;

	return requirement_after(w, lots, &requirement) &&
		pm_exact_to_double(requirement) <= w->equity;
}

/* Whether one lot more in this direction lowers the requirement. */
static bool
improves(const question *w, int64_t lots, int64_t direction)
{
	pm_exact	here,
				next;

	return requirement_after(w, lots, &here) &&
		requirement_after(w, lots + direction, &next) && next < here;
}

static bool
joint_can_lose(const question *w, int64_t direction)
{
	for (uint32_t n = 0; n < w->unit->scenarios; n++)
	{
		pm_exact	pnl = 0;

		/* At most 2^14 amounts below 2^113. */
		for (uint32_t i = 0; i < w->unit->underlyings; i++)
			pnl += pm_cell_get(&pm_risk_block_at(w->unit, i)->cells[n]) * direction;
		if (pnl < 0)
			return true;
	}
	return false;
}

/* Whether the trade in this direction can lose anything at all. */
static bool
can_lose(const question *w, int64_t direction)
{
	if (w->joint)
		return joint_can_lose(w, direction);
	for (uint32_t i = 0; i < w->unit->underlyings; i++)
	{
		const pm_risk_block *block = pm_risk_block_at(w->unit, i);
		const pm_scenario_set *set = pm_risk_set_of(w->unit, block);
		pm_row_cursor rows = pm_column_rows(set, 0);

		for (uint32_t n = 0; n < w->unit->scenarios; n++)
		{
			bool		counts = set->unit_weights || pm_next_row(&rows).weight > 0;

			if (counts && pm_cell_get(&block->cells[n]) * direction < 0)
				return true;
		}
	}
	return false;
}

typedef bool (*condition) (const question *w, int64_t lots, int64_t direction);

static bool
fits_there(const question *w, int64_t lots, int64_t direction)
{
	(void) direction;
	return fits(w, lots);
}

static bool
does_not_fit_there(const question *w, int64_t lots, int64_t direction)
{
	(void) direction;
	return !fits(w, lots);
}

/*
 * Of a condition that holds at `good` and, from somewhere on towards `bad`,
 * no longer: the last number of lots for which it does.
 */
static int64_t
last_between(const question *w, condition holds, int64_t good, int64_t bad, int64_t direction)
{
	while (good + direction != bad)
	{
		int64_t		middle = good + (bad - good) / 2;

		if (holds(w, middle, direction))
			good = middle;
		else
			bad = middle;
	}
	return good;
}

/* The same without knowing where it ends. */
static int64_t
last_while(const question *w, condition holds, int64_t start, int64_t direction)
{
	int64_t		good = start;

	for (int64_t step = 1; step < MOST_LOTS; step *= 2)
	{
		int64_t		next = start + direction * step;

		if (!holds(w, next, direction))
			return last_between(w, holds, good, next, direction);
		good = next;
	}
	return good;
}

/* The farthest size from `start`, which fits, in a direction. */
static double
farthest(const question *w, int64_t start, int64_t direction)
{
	if (!can_lose(w, direction))
		return direction * INFINITY;
	return (double) last_while(w, fits_there, start, direction) * w->lot;
}

static void
find_cure(const question *w, int64_t direction, pm_sizes *sizes)
{
	/* The bottom of the valley: from there on one lot more does not help. */
	int64_t		bottom = last_while(w, improves, 0, direction) + direction;

	if (!fits(w, bottom))
		return;
	sizes->cures = true;
	sizes->cure_from = (double) (last_between(w, does_not_fit_there, 0, bottom, direction) +
								 direction) * w->lot;
	sizes->cure_to = farthest(w, bottom, direction);
}

/* The requirement of the underlyings that only the account has; of joint
 * scenarios there is none that is theirs alone. */
static bool
untouched(question *w, pm_issue *issue)
{
	pm_nodes	nodes;

	w->rest = 0;
	if (w->joint)
		return w->account->underlyings == 0 || pm_joint_nodes(w->account, &nodes, issue);
	for (uint32_t i = 0; i < w->account->underlyings; i++)
	{
		const pm_risk_block *block = pm_risk_block_at(w->account, i);
		question	alone = {.unit = w->account, .pause = w->pause};
		pm_exact	loss;

		if (block_named(w->unit, pm_risk_name(w->account, block)) != NULL)
			continue;
		if (!scan_loss_after(&alone, NULL, block, 1, &loss) ||
			__builtin_add_overflow(w->rest, loss, &w->rest))
			return pm_risk_fail_sum(pm_risk_name(w->account, block), issue);
	}
	return true;
}

bool
pm_max_quantity(const pm_risk_array *account, const pm_risk_array *unit,
				double equity, double lot, void (*pause) (void),
				pm_sizes *sizes, pm_issue *issue)
{
	bool		joint = pm_risk_is_joint(account) || pm_risk_is_joint(unit);
	question	w = {account, unit, equity, lot, joint, pause, 0};

	*sizes = (pm_sizes)
	{
		0
	};
	if (!untouched(&w, issue))
		return false;
	if (fits(&w, 0))
	{
		sizes->buy = farthest(&w, 0, 1);
		sizes->sell = -farthest(&w, 0, -1) + 0.0;
	}
	else if (improves(&w, 0, 1))
		find_cure(&w, 1, sizes);
	else if (improves(&w, 0, -1))
		find_cure(&w, -1, sizes);
	return true;
}
