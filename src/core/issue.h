/*
 * issue.h - what is wrong with an input, said to a person.
 *
 * The core raises nothing: a function that can fail returns false and fills a
 * pm_issue, which the caller turns into an error of the server.
 */
#ifndef PM_ISSUE_H
#define PM_ISSUE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum pm_code
{
	PM_NULL_VALUE,				/* a needed value is missing */
	PM_INVALID_VALUE,			/* a value has no meaning here */
	PM_OUT_OF_RANGE,			/* a value or a result is too large */
	PM_UNSUPPORTED,				/* meaningful, but not built */
	PM_INVALID_TEXT,			/* a text form that cannot be read */
	PM_INVALID_BINARY,			/* the same of a binary form */
	PM_LIMIT,					/* more than a stated limit */
	PM_NOT_FOUND,				/* a key that refers to nothing */
	PM_CORRUPT,					/* stored bytes that nobody could have written */
	PM_NO_MEMORY
} pm_code;

typedef struct pm_issue
{
	pm_code		code;
	char		message[256];	/* what is wrong, naming the field */
	char		detail[320];	/* the value */
	char		hint[320];		/* the remedy; may be empty */
} pm_issue;

/* Fills the issue; the detail is printf-formatted.  Returns false, always. */
extern bool pm_fail(pm_issue *issue, pm_code code, const char *message,
					const char *hint, const char *detail,...)
#if defined(__GNUC__)
			__attribute__((format(printf, 5, 6)))
#endif
		   ;

/* A text owned by somebody else, not terminated. */
typedef struct pm_text
{
	const char *bytes;
	size_t		length;
} pm_text;

/*
 * How many bytes of a text to put into a message, as printf's %.*s wants it:
 * a name may be of any length, and is cut between UTF-8 characters.
 */
extern int	pm_shown(pm_text text);

/* Room for any double in pm_number's form. */
#define PM_NUMBER_SIZE	32

/* The shortest of %.15g, %.16g and %.17g that reads back as x; returns buffer. */
extern const char *pm_number(char buffer[PM_NUMBER_SIZE], double x);

#endif							/* PM_ISSUE_H */
