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

bool
pm_worst_nodes(const pm_risk_array *array, const pm_risk_block *block,
			   pm_node *worst, pm_node *second, bool *has_second, pm_issue *issue)
{
	const pm_scenario_set *set = pm_risk_set_of(array, block);
	const pm_scenario_part *part = NULL;
	pm_part_cursor cursor = pm_set_parts(set);
	uint32_t	left = 0;

	*has_second = array->scenarios > 1;
	for (uint32_t n = 0; n < array->scenarios; n++)
	{
		pm_node		node = {pm_cell_get(&block->cells[n]), n};

		if (!pm_exact_in_range(node.pnl))
			return fail_range("profit or loss in a scenario", issue);
		if (!set->unit_weights)
		{
			if (left == 0)
				left = (part = pm_next_part(&cursor))->count;
			if (!pm_exact_scale(node.pnl, pm_part_row(part, part->count - left--).weight, &node.pnl))
				return fail_range("weighted profit or loss in a scenario", issue);
		}
		if (n == 0 || node.pnl < worst->pnl)
		{
			if (n > 0)
				*second = *worst;
			*worst = node;
		}
		else if (n == 1 || node.pnl < second->pnl)
			*second = node;
	}
	return true;
}

bool
pm_margin_of(const pm_risk_array *array, pm_margin *margin, pm_issue *issue)
{
	pm_exact	scan_loss = 0;
	const pm_risk_block *worst_block = NULL;
	pm_node		worst = {0, 0};
	pm_scenario row;

	if (array->underlyings > 0 && array->scenarios == 0)
		return pm_fail(issue, PM_CORRUPT, "a risk array without scenarios has no margin",
					   "", "It has %u underlyings and totals only.", array->underlyings);
	for (uint32_t i = 0; i < array->underlyings; i++)
	{
		const pm_risk_block *block = pm_risk_block_at(array, i);
		pm_node		least,
					second;
		bool		has_second;

		if (!pm_worst_nodes(array, block, &least, &second, &has_second, issue))
			return false;
		if (least.pnl < 0 && __builtin_sub_overflow(scan_loss, least.pnl, &scan_loss))
			return fail_range("scan_loss", issue);
		/* Blocks come by name, so among equals the first name stays. */
		if (worst_block == NULL || least.pnl < worst.pnl ||
			(least.pnl == worst.pnl && least.index < worst.index))
		{
			worst = least;
			worst_block = block;
		}
	}
	if (!pm_exact_in_range(scan_loss))
		return fail_range("scan_loss", issue);
	memset(margin, 0, sizeof *margin);
	if (worst_block == NULL)
		return true;

	row = pm_set_row(pm_risk_set_of(array, worst_block), worst.index);
	margin->scan_loss = pm_exact_to_double(scan_loss);
	margin->requirement = margin->scan_loss;
	margin->worst_scenario = worst.index + 1;
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
		if (__builtin_add_overflow(account->rows, pm_risk_block_at(array, i)->rows, &account->rows))
			return fail_range("positions", issue);
	account->currency = pm_risk_currency(array);
	return true;
}
