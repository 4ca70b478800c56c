/*
 * live_guard.c - a statement changes positions or their contracts, not both.
 *
 * The increments of one are computed from the other as it was before, so the
 * transaction remembers which statements are unfinished (60-live-support.sql).
 */
#include "compat.h"

#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"

/* Arguments of the triggers. */
#define SETUP		0			/* the risk table's name, which no other has */
#define SIDE		1			/* "positions" or "contracts" */
#define POSITIONS	2
#define CONTRACTS	3
#define ARGUMENTS	4

/* A statement on one side of a set-up that has begun. */
typedef struct PmStatement
{
	struct PmStatement *outer;
	int			level;			/* of the subtransaction that it runs in */
	bool		on_contracts;
	char		setup[FLEXIBLE_ARRAY_MEMBER];
} PmStatement;

static PmStatement *unfinished = NULL;	/* innermost first */

/* Statements that ended by an error have no trigger that says so. */
static void
forget_from(int level)
{
	while (unfinished != NULL && unfinished->level >= level)
	{
		PmStatement *statement = unfinished;

		unfinished = statement->outer;
		pfree(statement);
	}
}

static void
at_transaction_end(XactEvent event, void *arg)
{
	(void) arg;
	if (event != XACT_EVENT_PRE_COMMIT && event != XACT_EVENT_PRE_PREPARE &&
		event != XACT_EVENT_PARALLEL_PRE_COMMIT)
		forget_from(0);
}

static void
at_subtransaction_end(SubXactEvent event, SubTransactionId mine,
					  SubTransactionId parent, void *arg)
{
	(void) mine;
	(void) parent;
	(void) arg;
	if (event == SUBXACT_EVENT_ABORT_SUB)
		forget_from(GetCurrentTransactionNestLevel());
}

static void
begin_statement(const char *setup, bool on_contracts)
{
	static bool registered = false;
	PmStatement *statement;

	if (!registered)
	{
		RegisterXactCallback(at_transaction_end, NULL);
		RegisterSubXactCallback(at_subtransaction_end, NULL);
		registered = true;
	}
	statement = MemoryContextAlloc(TopMemoryContext,
								   offsetof(PmStatement, setup) + strlen(setup) + 1);
	statement->outer = unfinished;
	statement->level = GetCurrentTransactionNestLevel();
	statement->on_contracts = on_contracts;
	strcpy(statement->setup, setup);
	unfinished = statement;
}

/* The innermost unfinished statement on a side; NULL if there is none. */
static PmStatement **
find_statement(const char *setup, bool on_contracts)
{
	for (PmStatement **at = &unfinished; *at != NULL; at = &(*at)->outer)
		if ((*at)->on_contracts == on_contracts && strcmp((*at)->setup, setup) == 0)
			return at;
	return NULL;
}

static void
end_statement(const char *setup, bool on_contracts)
{
	PmStatement **at = find_statement(setup, on_contracts);

	if (at != NULL)
	{
		PmStatement *statement = *at;

		*at = statement->outer;
		pfree(statement);
	}
}

static const char *
operation_of(TriggerEvent event)
{
	return TRIGGER_FIRED_BY_INSERT(event) ? "INSERT" :
		TRIGGER_FIRED_BY_UPDATE(event) ? "UPDATE" : "DELETE";
}

/* margin_live_guard(): BEFORE and AFTER every statement on either table. */
PG_FUNCTION_INFO_V1(margin_live_guard);
Datum
margin_live_guard(PG_FUNCTION_ARGS)
{
	TriggerData *call = (TriggerData *) fcinfo->context;
	char	  **args;
	bool		on_contracts;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_STATEMENT(call->tg_event) ||
		call->tg_trigger->tgnargs != ARGUMENTS)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("margin_live_guard is a statement trigger that margin_live makes")));
	args = call->tg_trigger->tgargs;
	on_contracts = strcmp(args[SIDE], "contracts") == 0;
	if (TRIGGER_FIRED_AFTER(call->tg_event))
		end_statement(args[SETUP], on_contracts);
	else if (find_statement(args[SETUP], !on_contracts) == NULL)
		begin_statement(args[SETUP], on_contracts);
	else
		ereport(ERROR,
				(errcode(MAKE_SQLSTATE('P', 'M', '0', '0', '3')),
				 errmsg("positions in %s and contracts in %s cannot change in one statement",
						args[POSITIONS], args[CONTRACTS]),
				 errdetail("%s on %s began before the other was finished.",
						   operation_of(call->tg_event),
						   quote_qualified_identifier(SPI_getnspname(call->tg_relation),
													  RelationGetRelationName(call->tg_relation))),
				 errhint("Use two statements, one after the other; not WITH, ON ... CASCADE, or a trigger of one that changes the other.")));
	return PointerGetDatum(NULL);
}
