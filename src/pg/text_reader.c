/*
 * text_reader.c - reading the text forms of our types, token by token.
 */
#include "text_reader.h"

#include <ctype.h>
#include <math.h>

#include "mb/pg_wchar.h"

bool
pm_fail_syntax(PmReader *r, const char *expected)
{
	char		message[128];

	snprintf(message, sizeof message, "invalid input syntax for type %s", r->type);
	return pm_fail(r->issue, PM_INVALID_TEXT, message, r->example,
				   "Expected %s at character %d.", expected,
				   pg_mbstrlen_with_len(r->start, r->at - r->start) + 1);
}

static void
skip_space(PmReader *r)
{
	while (isspace((unsigned char) *r->at))
		r->at++;
}

bool
pm_next_is(PmReader *r, const char *token)
{
	skip_space(r);
	if (strncmp(r->at, token, strlen(token)) != 0)
		return false;
	r->at += strlen(token);
	return true;
}

bool
pm_expect(PmReader *r, const char *token)
{
	char		quoted[32];

	if (pm_next_is(r, token))
		return true;
	snprintf(quoted, sizeof quoted, "\"%s\"", token);
	return pm_fail_syntax(r, quoted);
}

bool
pm_read_number(PmReader *r, double *value)
{
	const char *digits;
	char	   *end;

	skip_space(r);
	/* strtod would take hexadecimal, infinities and more. */
	digits = r->at + strspn(r->at, "+-");
	if (!isdigit((unsigned char) *digits) && *digits != '.')
		return pm_fail_syntax(r, "a number");
	if (digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X'))
		return pm_fail_syntax(r, "a decimal number");
	errno = 0;
	*value = strtod(r->at, &end);
	if (end == r->at || isnan(*value) || isinf(*value))
		return pm_fail_syntax(r, "a number within the range of double precision");
	r->at = end;
	return true;
}

bool
pm_read_integer(PmReader *r, __int128 least, __int128 most, __int128 *value)
{
	bool		negative;
	__int128	sum = 0;

	skip_space(r);
	negative = *r->at == '-';
	if (negative)
		r->at++;
	if (!isdigit((unsigned char) *r->at))
		return pm_fail_syntax(r, "an integer");
	for (; isdigit((unsigned char) *r->at); r->at++)
		if (__builtin_mul_overflow(sum, (__int128) 10, &sum) ||
			__builtin_sub_overflow(sum, (__int128) (*r->at - '0'), &sum))
			return pm_fail_syntax(r, "an integer within its range");
	/* Summed downwards, because the negative range is the larger one. */
	if (!negative && __builtin_sub_overflow((__int128) 0, sum, &sum))
		return pm_fail_syntax(r, "an integer within its range");
	if (sum < least || sum > most)
		return pm_fail_syntax(r, "an integer within its range");
	*value = sum;
	return true;
}

bool
pm_read_quoted(PmReader *r, pm_text *value)
{
	const char *end;
	char	   *copy;
	size_t		length = 0;

	if (!pm_next_is(r, "\""))
		return pm_fail_syntax(r, "a text in double quotes");
	/* The closing quote first, so that no more is taken than the text needs. */
	for (end = r->at; *end != '"'; end++)
	{
		if (*end == '\\')
			end++;
		if (*end == '\0')
		{
			r->at = end;
			return pm_fail_syntax(r, "a closing quote");
		}
	}
	copy = palloc(end - r->at + 1);
	for (; r->at < end; r->at++)
	{
		if (*r->at == '\\')
			r->at++;
		copy[length++] = *r->at;
	}
	r->at++;
	copy[length] = '\0';
	*value = (pm_text)
	{
		copy, length
	};
	return true;
}

void
pm_write_quoted(StringInfo out, pm_text value)
{
	appendStringInfoChar(out, '"');
	for (size_t i = 0; i < value.length; i++)
	{
		if (value.bytes[i] == '"' || value.bytes[i] == '\\')
			appendStringInfoChar(out, '\\');
		appendStringInfoChar(out, value.bytes[i]);
	}
	appendStringInfoChar(out, '"');
}
