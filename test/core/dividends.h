/*
 * dividends.h - what the tests of cash dividends share: reading
 * test/oracle/dividends_quantlib.csv.
 */
#ifndef PM_TEST_DIVIDENDS_H
#define PM_TEST_DIVIDENDS_H

#include <stdlib.h>
#include <string.h>

#include "option_terms.h"

#define DIVIDENDS_TABLE	"test/oracle/dividends_quantlib.csv"
#define DIVIDENDS_ROWS	240

enum
{
	EXERCISE, KIND, SPOT, STRIKE, YEARS, VOLATILITY, RATE, YIELD, DIVIDENDS,
	PRICE, FINEST, DIVIDEND_COLUMNS
};

/* The option of a row; `dividends` holds those of its field, as in 0.25:1.5;1:2 */
static inline pm_option
read_dividend_option(char **fields, pm_dividend *dividends)
{
	pm_option	o = {
		.sign = strcmp(fields[KIND], "put") == 0 ? -1 : 1,
		.spot = strtod(fields[SPOT], NULL),
		.strike = strtod(fields[STRIKE], NULL),
		.years = strtod(fields[YEARS], NULL),
		.volatility = strtod(fields[VOLATILITY], NULL),
		.rate = strtod(fields[RATE], NULL),
		.yield = strtod(fields[YIELD], NULL),
		.pricing = PM_BLACK_SCHOLES,
		.exercise = strcmp(fields[EXERCISE], "american") == 0
		? PM_AMERICAN : PM_EUROPEAN,
		.dividends = dividends
	};
	char	   *at = fields[DIVIDENDS];

	while (*at != '\0' && o.dividend_count < PM_MOST_DIVIDENDS)
	{
		pm_dividend *d = &dividends[o.dividend_count++];

		d->years = strtod(at, &at);
		d->amount = strtod(at + 1, &at);
		if (*at == ';')
			at++;
	}
	return o;
}

#endif							/* PM_TEST_DIVIDENDS_H */
