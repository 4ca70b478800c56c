/*
 * margin_result.c - what is read off a risk array, as rows.
 */
#include "margin_result.h"

#include "utils/builtins.h"

#include "error.h"

void
pm_set_text(Datum *value, bool *null, pm_text text)
{
	*null = text.bytes == NULL;
	*value = *null ? (Datum) 0
		: PointerGetDatum(cstring_to_text_with_len(text.bytes, text.length));
}

static void
set_totals(const pm_account_totals *account, Datum *values, bool *nulls)
{
	for (int t = 0; t < PM_TOTALS; t++)
		values[t] = Float8GetDatum(account->totals[t]);
	values[PM_TOTALS] = Int64GetDatum(account->rows);
	pm_set_text(&values[PM_TOTALS + 1], &nulls[PM_TOTALS + 1], account->currency);
}

void
pm_set_margin(const pm_margin *margin, const pm_account_totals *account,
			  Datum values[PM_MARGIN_COLUMNS], bool nulls[PM_MARGIN_COLUMNS])
{
	values[0] = Float8GetDatum(margin->requirement);
	values[1] = Float8GetDatum(margin->scan_loss);
	values[2] = Float8GetDatum(margin->minimum_charge);
	values[3] = Int32GetDatum(margin->worst_scenario);
	pm_set_text(&values[4], &nulls[4], margin->worst_underlying);
	values[5] = Float8GetDatum(margin->worst_price_shock);
	values[6] = Float8GetDatum(margin->worst_vol_shock);
	/* An array that holds nothing has no worst scenario. */
	nulls[3] = nulls[5] = nulls[6] = nulls[4];
	set_totals(account, values + 7, nulls + 7);
}

Datum
pm_margin_row(FunctionCallInfo fcinfo, const pm_margin *margin, const pm_account_totals *account)
{
	TupleDesc	desc = pm_result_desc(fcinfo, pm_call(fcinfo));
	Datum		values[PM_MARGIN_COLUMNS];
	bool		nulls[PM_MARGIN_COLUMNS] = {false};

	pm_set_margin(margin, account, values, nulls);
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}

Datum
pm_margin_result(FunctionCallInfo fcinfo, const pm_risk_array *array)
{
	pm_margin	margin;
	pm_account_totals account;
	pm_issue	issue;

	if (!pm_margin_of(array, &margin, &issue) || !pm_totals_of(array, &account, &issue))
		pm_raise(&issue);
	return pm_margin_row(fcinfo, &margin, &account);
}

Datum
pm_cash_greeks(FunctionCallInfo fcinfo, const pm_risk_array *array)
{
	TupleDesc	desc = pm_result_desc(fcinfo, pm_call(fcinfo));
	pm_account_totals account;
	pm_issue	issue;
	Datum		values[PM_TOTALS + 2];
	bool		nulls[lengthof(values)] = {false};

	if (!pm_totals_of(array, &account, &issue))
		pm_raise(&issue);
	set_totals(&account, values, nulls);
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}
