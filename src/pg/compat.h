/*
 * compat.h - the server's headers that everything needs, and every difference
 * between the supported major versions (15 to 18).
 */
#ifndef PM_COMPAT_H
#define PM_COMPAT_H

#include "postgres.h"

#include "fmgr.h"

#if PG_VERSION_NUM < 150000
#error "portfolio_margin needs PostgreSQL 15 or newer"
#endif

#if PG_VERSION_NUM >= 160000
#include "varatt.h"				/* VARSIZE and its kin moved here in 16 */
#endif

/* Soft errors of input functions came in 16. */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#define PM_ERRSAVE(context, rest) errsave(context, rest)
#else
#define PM_ERRSAVE(context, rest) \
	do { (void) (context); ereport(ERROR, rest); } while (0)
#endif

/* 16 has one function for the privileges on all sorts of objects. */
#if PG_VERSION_NUM >= 160000
#define PM_FUNCTION_ACL(function, role) \
	object_aclcheck(ProcedureRelationId, function, role, ACL_EXECUTE)
#else
#define PM_FUNCTION_ACL(function, role) \
	pg_proc_aclcheck(function, role, ACL_EXECUTE)
#endif

/* 18 names the module and its version in the magic block. */
#if PG_VERSION_NUM >= 180000
#define PM_MODULE_MAGIC \
	PG_MODULE_MAGIC_EXT(.name = "portfolio_margin", .version = PM_VERSION)
#else
#define PM_MODULE_MAGIC PG_MODULE_MAGIC
#endif

#endif							/* PM_COMPAT_H */
