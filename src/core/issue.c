/*
 * issue.c - fills in a pm_issue.
 */
#include "issue.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

bool
pm_fail(pm_issue *issue, pm_code code, const char *message,
		const char *hint, const char *detail,...)
{
	va_list		args;

	issue->code = code;
	snprintf(issue->message, sizeof issue->message, "%s", message);
	snprintf(issue->hint, sizeof issue->hint, "%s", hint);
	va_start(args, detail);
	vsnprintf(issue->detail, sizeof issue->detail, detail, args);
	va_end(args);
	return false;
}

int
pm_shown(pm_text text)
{
	size_t		length = text.length;

	if (length > 64)
		for (length = 64; length > 0 && ((unsigned char) text.bytes[length] & 0xc0) == 0x80;)
			length--;
	return (int) length;
}

const char *
pm_number(char buffer[PM_NUMBER_SIZE], double x)
{
	/* The server's spelling of what is not a number. */
	if (isnan(x))
		snprintf(buffer, PM_NUMBER_SIZE, "NaN");
	else if (isinf(x))
		snprintf(buffer, PM_NUMBER_SIZE, x > 0 ? "Infinity" : "-Infinity");
	else
		for (int digits = 15; digits <= 17; digits++)
		{
			snprintf(buffer, PM_NUMBER_SIZE, "%.*g", digits, x);
			if (strtod(buffer, NULL) == x)
				break;
		}
	return buffer;
}
