/*
 * error.h - from a pm_issue of the core to an error of the server.
 */
#ifndef PM_ERROR_H
#define PM_ERROR_H

#include "compat.h"
#include "core/issue.h"

/* Raises the issue with the SQLSTATE of its code. */
extern _Noreturn void pm_raise(const pm_issue *issue);

/*
 * For input functions: where the server can take a soft error (16 and later,
 * fcinfo->context) this returns, and the caller must return at once.
 */
extern void pm_raise_soft(const pm_issue *issue, struct Node *context);

/* The issue as one sentence for a report; palloc'd. */
extern text *pm_issue_text(const pm_issue *issue);

#endif							/* PM_ERROR_H */
