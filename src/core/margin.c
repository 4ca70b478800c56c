/*
 * margin.c - worst scenarios and sums of a risk array.
 *
 * For underlying k and scenario n the weighted profit and loss is
 * weight_n * cell_kn, rounded to the quantum once.  The scan loss of k is
 * max(0, -min_n); losses of different underlyings add up.
 */
#include "margin.h"

#include <string.h>

static bool
fail_range(const char *what, pm_issue *issue)
{
	return pm_fail(issue, PM_OUT_OF_RANGE, "a sum over the account is out of range",
				   "Margin fewer positions together, or in larger units of money.",
				   "%s is beyond +-2^53.", what);
}

/* The least weighted profit and loss of one underlying, and where. */
static bool
worst_of(const pm_risk_array *array, const pm_risk_block *block,
		 pm_exact *least, uint32_t *index, pm_issue *issue)
{
	const pm_scenario_set *set = pm_risk_set_of(array, block);
	const pm_scenario_part *part = NULL;
	pm_part_cursor cursor = pm_set_parts(set);
	uint32_t	left = 0;

	for (uint32_t n = 0; n < array->scenarios; n++)
	{
		pm_exact	pnl = pm_cell_get(&block->cells[n]);

		if (!pm_exact_in_range(pnl))
			return fail_range("profit or loss in a scenario", issue);
		if (!set->unit_weights)
		{
			if (left == 0)
				left = (part = pm_next_part(&cursor))->count;
			if (!pm_exact_scale(pnl, pm_part_row(part, part->count - left--).weight, &pnl))
				return fail_range("weighted profit or loss in a scenario", issue);
		}
		if (n == 0 || pnl < *least)
		{
			*least = pnl;
			*index = n;
		}
	}
	return true;
}

bool
pm_margin_of(const pm_risk_array *array, pm_margin *margin, pm_issue *issue)
{
	pm_exact	scan_loss = 0,
				worst = 0;
	const pm_risk_block *worst_block = NULL;
	uint32_t	worst_index = 0;
	pm_scenario row;

	for (uint32_t i = 0; i < array->underlyings; i++)
	{
		const pm_risk_block *block = pm_risk_block_at(array, i);
		pm_exact	least = 0;
		uint32_t	index = 0;

		if (!worst_of(array, block, &least, &index, issue))
			return false;
		if (least < 0 && __builtin_sub_overflow(scan_loss, least, &scan_loss))
			return fail_range("scan_loss", issue);
		/* Blocks come by name, so among equals the first name stays. */
		if (worst_block == NULL || least < worst ||
			(least == worst && index < worst_index))
		{
			worst = least;
			worst_block = block;
			worst_index = index;
		}
	}
	if (!pm_exact_in_range(scan_loss))
		return fail_range("scan_loss", issue);

	row = pm_set_row(pm_risk_set_of(array, worst_block), worst_index);
	margin->scan_loss = pm_exact_to_double(scan_loss);
	margin->minimum_charge = 0;
	margin->requirement = margin->scan_loss;
	margin->worst_scenario = worst_index + 1;
	margin->worst_underlying = pm_risk_name(array, worst_block);
	margin->worst_price_shock = row.price_shock;
	margin->worst_vol_shock = row.vol_shock;
	return true;
}

bool
pm_totals_of(const pm_risk_array *array, pm_account_totals *account, pm_issue *issue)
{
	memset(account, 0, sizeof *account);
	for (int t = 0; t < PM_TOTALS; t++)
	{
		pm_exact	sum = 0;

		for (uint32_t i = 0; i < array->underlyings; i++)
			if (__builtin_add_overflow(sum, pm_cell_get(&pm_risk_block_at(array, i)->totals[t]), &sum))
				return fail_range(pm_total_names[t], issue);
		if (!pm_exact_in_range(sum))
			return fail_range(pm_total_names[t], issue);
		account->totals[t] = pm_exact_to_double(sum);
	}
	for (uint32_t i = 0; i < array->underlyings; i++)
		account->rows += pm_risk_block_at(array, i)->rows;
	account->currency = pm_risk_currency(array);
	return true;
}
