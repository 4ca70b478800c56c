/*
 * text_reader.h - reading the text forms of our types, token by token; and
 * writing quoted texts.
 *
 * Readers fail softly: they fill the issue and return false.
 */
#ifndef PM_TEXT_READER_H
#define PM_TEXT_READER_H

#include "compat.h"

#include "lib/stringinfo.h"

#include "core/issue.h"

typedef struct PmReader
{
	const char *type;			/* name of the type, for messages */
	const char *example;		/* of its text form */
	const char *start;
	const char *at;				/* next character */
	pm_issue   *issue;
} PmReader;

/* Fails with what was expected at the next character; returns false. */
extern bool pm_fail_syntax(PmReader *r, const char *expected);

/* Skips white space and the token; false if something else comes. */
extern bool pm_next_is(PmReader *r, const char *token);

/* The same, and fails. */
extern bool pm_expect(PmReader *r, const char *token);

/* A decimal number that fits float8. */
extern bool pm_read_number(PmReader *r, double *value);

/* A decimal integer within [least, most]. */
extern bool pm_read_integer(PmReader *r, __int128 least, __int128 most, __int128 *value);

/* A text in double quotes, \\ before \" and \\ itself; palloc'd. */
extern bool pm_read_quoted(PmReader *r, pm_text *value);

/* Writes what pm_read_quoted reads. */
extern void pm_write_quoted(StringInfo out, pm_text value);

#endif							/* PM_TEXT_READER_H */
