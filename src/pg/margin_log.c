/*
 * margin_log.c - the rows of many groups, in the order in which they came.
 */
#include "margin_log.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "core/risk_algebra.h"

#include "error.h"

/*
 * Rows that a log may hold: then groups have so many on average that their sums
 * take no more memory than the rows.
 */
#define ROWS_PER_GROUP	256
#define FEW_ROWS		4096
#define MOST_ROWS		(1 << 30)

/* Rows ahead whose lines are fetched from memory. */
#define AHEAD	4

/* Chunks double from the first size to the last. */
#define FIRST_CHUNK		4
#define LAST_CHUNK		16384

typedef struct log_row
{
	double		quantity;
	uint32		group;
	uint32		line;			/* number at the call site */
} log_row;

typedef struct row_chunk
{
	struct row_chunk *next;
	uint32		used;
	uint32		size;
	log_row		rows[];
} row_chunk;

/* States need not be found by number: they lie in its order. */
typedef struct state_chunk
{
	struct state_chunk *next;
	uint32		used;
	uint32		size;
	PmMarginState states[];
} state_chunk;

struct PmMarginLog
{
	PmMarginLog *next;			/* of the same call site */
	PmCall	   *call;
	MemoryContext context;		/* of everything here */
	MemoryContextCallback forget;
	state_chunk *first_states;
	state_chunk *last_states;
	uint32		groups;
	row_chunk  *first_rows;
	row_chunk  *last_rows;
	uint32		rows;
	bool		closed;			/* sorted: takes no more rows */
	log_row    *sorted;			/* by group; NULL: not yet */
	uint32	   *ends;			/* per group, in sorted */
	pm_risk_array *scratch;		/* the sums of a group with an array */
};

/* Called as the log's memory goes, which is before that of its call site. */
static void
forget_log(void *arg)
{
	PmMarginLog *log = arg;
	PmMarginLog **link = (PmMarginLog **) &log->call->logs;

	while (*link != log)
		link = &(*link)->next;
	*link = log->next;
}

static bool
is_within(MemoryContext context, MemoryContext ancestor)
{
	while (context != NULL && context != ancestor)
		context = MemoryContextGetParent(context);
	return context != NULL;
}

/*
 * The log of a call site in an aggregate's context, of which it has several for
 * grouping sets.  NULL if the log could outlive its call site, whose contracts
 * it refers to (Citus makes a call site per row).
 */
static PmMarginLog *
log_in(PmCall *call, MemoryContext context)
{
	PmMarginLog *log = call->logs;

	while (log != NULL && log->context != context)
		log = log->next;
	if (log != NULL || !is_within(context, call->context))
		return log;
	log = MemoryContextAllocZero(context, sizeof *log);
	log->call = call;
	log->context = context;
	log->forget.func = forget_log;
	log->forget.arg = log;
	log->next = call->logs;
	call->logs = log;
	MemoryContextRegisterResetCallback(context, &log->forget);
	return log;
}

static uint32
next_size(uint32 size)
{
	return size == 0 ? FIRST_CHUNK : Min(2 * size, LAST_CHUNK);
}

PmMarginState *
pm_new_margin_state(PmCall *call, MemoryContext context)
{
	PmMarginLog *log = log_in(call, context);
	state_chunk *chunk;
	PmMarginState *state;

	if (log == NULL || log->groups == PG_UINT32_MAX)
		return MemoryContextAllocZero(context, sizeof *state);
	chunk = log->last_states;
	if (chunk == NULL || chunk->used == chunk->size)
	{
		uint32		size = next_size(chunk ? chunk->size : 0);

		chunk = MemoryContextAlloc(context, sizeof *chunk + size * sizeof *state);
		chunk->next = NULL;
		chunk->used = 0;
		chunk->size = size;
		if (log->last_states != NULL)
			log->last_states->next = chunk;
		else
			log->first_states = chunk;
		log->last_states = chunk;
	}
	state = &chunk->states[chunk->used++];
	memset(state, 0, sizeof *state);
	state->log = log;
	state->group = log->groups++;
	return state;
}

/* Room for one more row. */
static log_row *
new_row(PmMarginLog *log)
{
	row_chunk  *chunk = log->last_rows;

	if (chunk == NULL || chunk->used == chunk->size)
	{
		row_chunk  *next = chunk ? chunk->next : NULL;

		if (next == NULL)
		{
			uint32		size = next_size(chunk ? chunk->size : 0);

			next = MemoryContextAlloc(log->context, sizeof *next + size * sizeof(log_row));
			next->next = NULL;
			next->size = size;
			if (chunk != NULL)
				chunk->next = next;
			else
				log->first_rows = next;
		}
		next->used = 0;
		log->last_rows = chunk = next;
	}
	log->rows++;
	return &chunk->rows[chunk->used++];
}

/* A counting sort, which keeps the order within a group. */
static void
sort_log(PmMarginLog *log)
{
	uint32		sum = 0;

	if (log->sorted != NULL)
		return;
	log->ends = MemoryContextAllocHuge(log->context, log->groups * sizeof(uint32));
	log->sorted = MemoryContextAllocHuge(log->context, log->rows * sizeof(log_row));
	for (state_chunk *chunk = log->first_states; chunk != NULL; chunk = chunk->next)
	{
		CHECK_FOR_INTERRUPTS();
		for (uint32 i = 0; i < chunk->used; i++)
		{
			log->ends[chunk->states[i].group] = sum;
			sum += chunk->states[i].rows;
		}
	}
	for (row_chunk *chunk = log->first_rows; chunk != NULL; chunk = chunk->next)
	{
		CHECK_FOR_INTERRUPTS();
		for (uint32 i = 0; i < chunk->used; i++)
			log->sorted[log->ends[chunk->rows[i].group]++] = chunk->rows[i];
		if (chunk == log->last_rows)
			break;
	}
}

/* The sums of the rows that a sorted log has of a group. */
static const pm_risk_array *
net_rows(const PmMarginLog *log, const PmMarginState *state)
{
	PmLineList *list = log->call->lines;
	const pm_net_line *lines = list->lines;
	const log_row *row = log->sorted + log->ends[state->group] - state->rows;
	const log_row *end = row + state->rows;
	pm_issue	issue;

	CHECK_FOR_INTERRUPTS();
	pm_net_clear(&list->net);
	for (; row < end; row++)
	{
		if ((end - row) % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		if (end - row > AHEAD)
			__builtin_prefetch(lines[row[AHEAD].line].line);
		if (!pm_net_add(&list->net, &lines[row->line], row->quantity, &issue))
			pm_raise(&issue);
	}
	return list->net.sums;
}

/* Moves the rows of a group from a sorted log to its array. */
static void
fold_rows(const PmMarginLog *log, PmMarginState *state)
{
	pm_allocator allocator = pm_context_allocator(log->context);
	pm_issue	issue;

	if (state->rows > 0 &&
		!pm_risk_add(&state->array, &allocator, net_rows(log, state), 1, &issue))
		pm_raise(&issue);
	state->rows = 0;
}

/* Adds what the log holds to the arrays of its groups, and empties it. */
static void
flush_log(PmMarginLog *log)
{
	if (log->rows == 0)
		return;
	sort_log(log);
	for (state_chunk *chunk = log->first_states; chunk != NULL; chunk = chunk->next)
		for (uint32 i = 0; i < chunk->used; i++)
			fold_rows(log, &chunk->states[i]);
	pfree(log->sorted);
	pfree(log->ends);
	log->sorted = NULL;
	log->ends = NULL;
	log->rows = 0;
	log->last_rows = log->first_rows;
	log->first_rows->used = 0;
}

void
pm_flush_logs(PmCall *call)
{
	for (PmMarginLog *log = call->logs; log != NULL; log = log->next)
		flush_log(log);
}

void
pm_margin_state_add(PmCall *call, PmMarginState *state, MemoryContext context,
					const PmLine *line, double quantity)
{
	PmMarginLog *log = state->log;
	pm_allocator allocator;
	log_row    *row;
	pm_issue	issue;

	/* What comes after a result need not wait for the next. */
	if (line->number == PM_NOT_KEPT || log == NULL || log->call != call || log->closed)
	{
		allocator = pm_context_allocator(context);
		if (!pm_add_line(&state->array, &allocator, line, quantity, &issue))
			pm_raise(&issue);
		return;
	}
	row = new_row(log);
	row->quantity = quantity;
	row->group = state->group;
	row->line = line->number;
	state->rows++;
	if (log->rows >= FEW_ROWS &&
		log->rows >= Min((uint64) log->groups * ROWS_PER_GROUP, MOST_ROWS))
		flush_log(log);
}

const pm_risk_array *
pm_margin_state_array(PmMarginState *state)
{
	PmMarginLog *log = state->log;
	pm_allocator allocator;
	pm_issue	issue;

	if (state->rows == 0)
		return state->array;
	sort_log(log);
	log->closed = true;
	/* Who asks again, as a window does, will do so often. */
	if (state->asked)
	{
		fold_rows(log, state);
		return state->array;
	}
	state->asked = true;
	if (state->array == NULL)
		return net_rows(log, state);
	allocator = pm_context_allocator(log->context);
	if (log->scratch != NULL)
		pm_risk_clear(log->scratch);
	if (!pm_risk_add(&log->scratch, &allocator, net_rows(log, state), 1, &issue) ||
		!pm_risk_add(&log->scratch, &allocator, state->array, 1, &issue))
		pm_raise(&issue);
	return log->scratch;
}
