/*
 * error.c - the one place where the core's findings become errors.
 */
#include "error.h"

#include "utils/builtins.h"

static int
sqlstate(pm_code code)
{
	switch (code)
	{
		case PM_NULL_VALUE:
			return ERRCODE_NULL_VALUE_NOT_ALLOWED;
		case PM_INVALID_VALUE:
			return ERRCODE_INVALID_PARAMETER_VALUE;
		case PM_OUT_OF_RANGE:
			return ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
		case PM_UNSUPPORTED:
			return ERRCODE_FEATURE_NOT_SUPPORTED;
		case PM_INVALID_TEXT:
			return ERRCODE_INVALID_TEXT_REPRESENTATION;
		case PM_INVALID_BINARY:
			return ERRCODE_INVALID_BINARY_REPRESENTATION;
		case PM_LIMIT:
			return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
		case PM_NOT_FOUND:
			return ERRCODE_NO_DATA_FOUND;
		case PM_CORRUPT:
			return ERRCODE_DATA_CORRUPTED;
		case PM_NO_MEMORY:
			return ERRCODE_OUT_OF_MEMORY;
	}
	return ERRCODE_INTERNAL_ERROR;
}

void
pm_raise_soft(const pm_issue *issue, struct Node *context)
{
	PM_ERRSAVE(context,
			   (errcode(sqlstate(issue->code)),
				errmsg_internal("%s", issue->message),
				errdetail_internal("%s", issue->detail),
				issue->hint[0] ? errhint("%s", issue->hint) : 0));
}

void
pm_raise(const pm_issue *issue)
{
	pm_raise_soft(issue, NULL);
	pg_unreachable();
}

text *
pm_issue_text(const pm_issue *issue)
{
	return cstring_to_text(psprintf("%s: %s%s%s", issue->message, issue->detail,
									issue->hint[0] ? " " : "", issue->hint));
}
