/*
 * risk_array_io.h - what the text and binary forms of risk_array and risk_table
 * share: sets, currencies and underlyings.
 */
#ifndef PM_RISK_ARRAY_IO_H
#define PM_RISK_ARRAY_IO_H

#include "compat.h"

#include "lib/stringinfo.h"

#include "core/risk_array.h"

#include "text_reader.h"

/* What a form says, as it is being read. */
typedef struct PmRiskForm
{
	const char *type;			/* name of the type, for messages */
	pm_text		currency;		/* NULL bytes: none */
	const pm_scenario_set **sets;
	uint32		set_count;
	uint32		set_room;
	pm_risk_array *array;		/* underlyings so far; NULL: none */
} PmRiskForm;

/* Readers of the text form: false, with the issue.  What follows its keyword is
 * read; an underlying is added to the array. */
extern bool pm_read_form_set(PmReader *r, PmRiskForm *f);
extern bool pm_read_form_currency(PmReader *r, PmRiskForm *f);
extern bool pm_read_form_underlying(PmReader *r, PmRiskForm *f);

/* Its writers, keyword included; sets are numbered from 1. */
extern void pm_write_form_set(StringInfo out, const pm_scenario_set *set);
extern void pm_write_form_currency(StringInfo out, pm_text currency);
extern void pm_write_form_underlying(StringInfo out, const pm_risk_sums *sums, uint32 set_number);

/* Readers of the binary form raise; the currency's state and the number of
 * scenarios are returned. */
extern pm_currency_state pm_receive_form_currency(StringInfo in, PmRiskForm *f);
extern uint32 pm_receive_form_sets(StringInfo in, PmRiskForm *f);
extern void pm_receive_form_underlying(StringInfo in, PmRiskForm *f, uint32 scenarios);

extern void pm_send_form_underlying(StringInfo out, const pm_risk_sums *sums, uint32 set_number);

#endif							/* PM_RISK_ARRAY_IO_H */
