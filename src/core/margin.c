/*
 * margin.c - worst scenarios and sums of a risk array.
 *
 * For underlying k and scenario n the weighted profit and loss is
 * weight_n * cell_kn, rounded to the quantum once.  The scan loss of k is
 * max(0, -min_n); losses of different underlyings add up.  Joint scenarios, all
 * of weight 1, are states of the world: the scan loss of the account is
 * max(0, -min_n sum_k cell_kn).
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
pm_risk_is_joint(const pm_risk_array *array)
{
	return array->underlyings > 0 && array->scenarios > 0 &&
		pm_risk_set_of(array, pm_risk_block_at(array, 0))->kind == PM_SET_JOINT;
}

uint32_t
pm_risk_column(const pm_risk_array *array, const pm_risk_block *block)
{
	uint32_t	column = 0;
	pm_issue	issue;

	/* It is there, or the block would not be. */
	(void) pm_set_column(pm_risk_set_of(array, block), pm_risk_name(array, block),
						 &column, &issue);
	return column;
}

/* Takes the next scenario, in the order of numbers, into account. */
static void
meet_node(pm_nodes *nodes, pm_node node)
{
	if (node.index == 0 || node.pnl < nodes->worst.pnl)
	{
		nodes->second = nodes->worst;
		nodes->worst = node;
	}
	else if (node.index == 1 || node.pnl < nodes->second.pnl)
		nodes->second = node;
	nodes->has_second = node.index > 0;
}

bool
pm_underlying_nodes(const pm_risk_array *array, const pm_risk_block *block,
					pm_nodes *nodes, pm_issue *issue)
{
	const pm_scenario_set *set = pm_risk_set_of(array, block);
	pm_row_cursor rows = pm_column_rows(set, 0);

	memset(nodes, 0, sizeof *nodes);
	for (uint32_t n = 0; n < array->scenarios; n++)
	{
		pm_node		node = {pm_cell_get(&block->cells[n]), n};

		if (!pm_exact_in_range(node.pnl))
			return fail_range("profit or loss in a scenario", issue);
		if (!set->unit_weights &&
			!pm_exact_scale(node.pnl, pm_next_row(&rows).weight, &node.pnl))
			return fail_range("weighted profit or loss in a scenario", issue);
		meet_node(nodes, node);
	}
	return true;
}

bool
pm_joint_nodes(const pm_risk_array *array, pm_nodes *nodes, pm_issue *issue)
{
	memset(nodes, 0, sizeof *nodes);
	for (uint32_t n = 0; n < array->scenarios; n++)
	{
		pm_node		node = {0, n};

		for (uint32_t i = 0; i < array->underlyings; i++)
		{
			pm_exact	pnl = pm_cell_get(&pm_risk_block_at(array, i)->cells[n]);

			if (!pm_exact_in_range(pnl) || __builtin_add_overflow(node.pnl, pnl, &node.pnl))
				return fail_range("profit or loss in a scenario", issue);
		}
		if (!pm_exact_in_range(node.pnl))
			return fail_range("profit or loss of all underlyings in a scenario", issue);
		meet_node(nodes, node);
	}
	return true;
}

void
pm_margin_fill(pm_margin *margin, pm_exact scan_loss, const pm_scenario_set *set,
			   uint32_t column, pm_text underlying, uint32_t index)
{
	pm_scenario row = pm_set_row(set, column, index);

	memset(margin, 0, sizeof *margin);
	margin->scan_loss = pm_exact_to_double(scan_loss);
	margin->requirement = margin->scan_loss;
	margin->worst_scenario = index + 1;
	margin->worst_underlying = underlying;
	margin->worst_price_shock = row.price_shock;
	margin->worst_vol_shock = row.vol_shock;
}

static void
fill_margin(pm_margin *margin, const pm_risk_array *array, pm_exact scan_loss,
			const pm_risk_block *block, uint32_t index)
{
	pm_margin_fill(margin, scan_loss, pm_risk_set_of(array, block),
				   pm_risk_column(array, block), pm_risk_name(array, block), index);
}

/*
 * One loss of all underlyings; named is the one that loses most of it.  Ties go
 * to the first name: the sums of a net (netting.h) come in no order.
 */
static bool
joint_margin(const pm_risk_array *array, pm_margin *margin, pm_issue *issue)
{
	const pm_risk_block *named = pm_risk_block_at(array, 0);
	pm_nodes	nodes;
	uint32_t	n;

	if (!pm_joint_nodes(array, &nodes, issue))
		return false;
	n = nodes.worst.index;
	for (uint32_t i = 1; i < array->underlyings; i++)
	{
		const pm_risk_block *block = pm_risk_block_at(array, i);
		pm_exact	pnl = pm_cell_get(&block->cells[n]);
		pm_exact	least = pm_cell_get(&named->cells[n]);

		if (pnl < least || (pnl == least && pm_risk_compare_names(array, block, named) < 0))
			named = block;
	}
	fill_margin(margin, array, nodes.worst.pnl < 0 ? -nodes.worst.pnl : 0, named, n);
	return true;
}

/* The worst scenario alone; without weights it takes no more than comparisons. */
static bool
worst_node(const pm_risk_array *array, const pm_risk_block *block, pm_node *worst,
		   pm_issue *issue)
{
	pm_exact	least = pm_cell_get(&block->cells[0]);
	pm_exact	greatest = least;
	uint32_t	index = 0;
	pm_nodes	nodes;

	if (!pm_risk_set_of(array, block)->unit_weights)
	{
		if (!pm_underlying_nodes(array, block, &nodes, issue))
			return false;
		*worst = nodes.worst;
		return true;
	}
	for (uint32_t n = 1; n < array->scenarios; n++)
	{
		pm_exact	pnl = pm_cell_get(&block->cells[n]);

		if (pnl < least)
		{
			least = pnl;
			index = n;
		}
		greatest = pnl > greatest ? pnl : greatest;
	}
	if (!pm_exact_in_range(least) || !pm_exact_in_range(greatest))
		return fail_range("profit or loss in a scenario", issue);
	*worst = (pm_node)
	{
		least, index
	};
	return true;
}

/* A loss of each underlying by itself. */
static bool
common_margin(const pm_risk_array *array, pm_margin *margin, pm_issue *issue)
{
	pm_exact	scan_loss = 0;
	const pm_risk_block *named = NULL;
	pm_node		worst = {0, 0};

	for (uint32_t i = 0; i < array->underlyings; i++)
	{
		const pm_risk_block *block = pm_risk_block_at(array, i);
		pm_node		least = {0, 0};

		if (!worst_node(array, block, &least, issue))
			return false;
		if (least.pnl < 0 && __builtin_sub_overflow(scan_loss, least.pnl, &scan_loss))
			return fail_range("scan_loss", issue);
		if (named == NULL || least.pnl < worst.pnl ||
			(least.pnl == worst.pnl &&
			 (least.index < worst.index ||
			  (least.index == worst.index && pm_risk_compare_names(array, block, named) < 0))))
		{
			worst = least;
			named = block;
		}
	}
	if (!pm_exact_in_range(scan_loss))
		return fail_range("scan_loss", issue);
	if (named != NULL)
		fill_margin(margin, array, scan_loss, named, worst.index);
	return true;
}

bool
pm_margin_of(const pm_risk_array *array, pm_margin *margin, pm_issue *issue)
{
	if (array->underlyings > 0 && array->scenarios == 0)
		return pm_fail(issue, PM_CORRUPT, "a risk array without scenarios has no margin",
					   "", "It has %u underlyings and totals only.", array->underlyings);
	memset(margin, 0, sizeof *margin);
	return pm_risk_is_joint(array) ? joint_margin(array, margin, issue)
		: common_margin(array, margin, issue);
}

bool
pm_totals_of(const pm_risk_array *array, pm_account_totals *account, pm_issue *issue)
{
	pm_exact	sums[PM_TOTALS] = {0};
	bool		overflow = false;

	memset(account, 0, sizeof *account);
	for (uint32_t i = 0; i < array->underlyings; i++)
	{
		const pm_risk_block *block = pm_risk_block_at(array, i);

		for (int t = 0; t < PM_TOTALS; t++)
			overflow |= __builtin_add_overflow(sums[t], pm_cell_get(&block->totals[t]), &sums[t]);
		overflow |= __builtin_add_overflow(account->rows, block->rows, &account->rows);
	}
	if (overflow)
		return fail_range("A total or the number of positions", issue);
	for (int t = 0; t < PM_TOTALS; t++)
	{
		if (!pm_exact_in_range(sums[t]))
			return fail_range(pm_total_names[t], issue);
		account->totals[t] = pm_exact_to_double(sums[t]);
	}
	account->currency = pm_risk_currency(array);
	return true;
}
