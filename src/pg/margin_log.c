/*
 * margin_log.c - the rows of many groups, in the order in which they came.
 */
#include "margin_log.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "core/risk_algebra.h"

#include "contract_cache.h"
#include "error.h"
#include "risk_array_type.h"

/*
 * Rows that a log may hold: then groups have so many on average that their sums
 * take no more memory than the rows.
 */
#define ROWS_PER_GROUP	256
#define FEW_ROWS		4096
#define MOST_ROWS		(1 << 30)

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
	const log_row **sorted;		/* by group; NULL: not yet */
	uint32	   *ends;			/* per group, in sorted */
	pm_risk_array *scratch;		/* the sums of one group */
};

static void *
resize(void *context, void *old, size_t size)
{
	return old ? repalloc_huge(old, size)
		: MemoryContextAllocHuge((MemoryContext) context, size);
}

pm_allocator
pm_context_allocator(MemoryContext context)
{
	return (pm_allocator)
	{
		resize, context
	};
}

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
	log->sorted = MemoryContextAllocHuge(log->context, log->rows * sizeof(log_row *));
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
			log->sorted[log->ends[chunk->rows[i].group]++] = &chunk->rows[i];
		if (chunk == log->last_rows)
			break;
	}
}

/* Adds the rows that a sorted log has of a group. */
static void
add_rows(const PmMarginLog *log, const PmMarginState *state, pm_risk_array **array)
{
	const PmLine *const *lines = pm_lines(log->call);
	pm_allocator allocator = pm_context_allocator(log->context);
	const log_row **rows = log->sorted + log->ends[state->group] - state->rows;
	pm_issue	issue;

	CHECK_FOR_INTERRUPTS();
	/* They lie far apart: ask for them all before the first is needed. */
	for (uint32 i = 0; i < Min(state->rows, ROWS_PER_GROUP); i++)
		__builtin_prefetch(rows[i]);
	for (uint32 i = 0; i < state->rows; i++)
	{
		if (i % 1024 == 1023)
			CHECK_FOR_INTERRUPTS();
		if (!pm_add_line(array, &allocator, lines[rows[i]->line], rows[i]->quantity, &issue))
			pm_raise(&issue);
	}
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
		{
			PmMarginState *state = &chunk->states[i];

			add_rows(log, state, &state->array);
			state->rows = 0;
		}
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

/*
 * Whether rows of a state go to its log.  A group that is alone, as under
 * sorted input and in windows, has its sums at hand; and what comes after a
 * result need not wait for the next.
 */
static bool
uses_log(const PmCall *call, const PmMarginState *state)
{
	const PmMarginLog *log = state->log;

	return log != NULL && log->call == call && log->groups > 1 && !log->closed;
}

void
pm_margin_state_add(PmCall *call, PmMarginState *state, MemoryContext context,
					const pm_position *p, const PmSetCache *set)
{
	const PmLine *line = pm_line_of(call, p, set);
	pm_allocator allocator = pm_context_allocator(context);
	PmMarginLog *log = state->log;
	log_row    *row;
	pm_issue	issue;

	if (line->number == PM_NOT_KEPT || !uses_log(call, state))
	{
		if (!pm_add_line(&state->array, &allocator, line, p->quantity, &issue))
			pm_raise(&issue);
		return;
	}
	row = new_row(log);
	row->quantity = p->quantity;
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
	allocator = pm_context_allocator(log->context);
	if (log->scratch != NULL)
		pm_risk_clear(log->scratch);
	if (state->array != NULL &&
		!pm_risk_add(&log->scratch, &allocator, state->array, 1, &issue))
		pm_raise(&issue);
	add_rows(log, state, &log->scratch);
	return log->scratch;
}
