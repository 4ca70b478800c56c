/*
 * margin_log.c - the rows of many groups, in the order in which they came.
 */
#include "margin_log.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "core/risk_algebra.h"

#include "contract_cache.h"
#include "error.h"
#include "joint_log.h"

/*
 * Rows that a log may hold: then groups have so many on average that their sums
 * take no more memory than the rows.
 */
#define ROWS_PER_GROUP	256
#define FEW_ROWS		4096
#define MOST_ROWS		(1 << 30)

/* Chunks double from the first size to the last. */
#define FIRST_CHUNK		16
#define LAST_CHUNK		16384

/* Rows ahead, also of groups that follow, whose lines are fetched from memory,
 * and the most bytes of each. */
#define AHEAD			4
#define MOST_FETCHED	512

typedef struct row_chunk
{
	struct row_chunk *next;
	uint32		used;
	uint32		size;
	PmLogRow	rows[];
} row_chunk;

/* What has been done with the rows that a sorted log has of a group. */
#define ASKED	1				/* they have been netted for a result */
#define FOLDED	2				/* they are in the group's array */

typedef struct PmMarginLog PmMarginLog;

struct PmMarginLog
{
	PmMarginLog *next;			/* of all logs */
	uint32		number;			/* among all */
	PmCall	   *call;			/* whose lines it refers to */
	MemoryContext context;		/* of everything here */
	MemoryContextCallback forget;
	uint32		groups;
	pm_risk_array **arrays;		/* of groups with sums beside the log; NULL: none has */
	uint32		array_room;
	row_chunk  *first_rows;
	row_chunk  *last_rows;
	uint32		rows;
	bool		closed;			/* takes no more rows: a result has been asked for */
	PmLogRow   *sorted;			/* by group; NULL: not sorted */
	uint32	   *ends;			/* per group, in sorted */
	uint8	   *done;			/* per group: ASKED, FOLDED */
	uint32		sorted_groups;
	PmJointLeast *least;		/* per group, under joint sets; NULL: not worked out */
	pm_risk_array *scratch;		/* the sums of a group with an array */
};

/* A group's sums where there is no log. */
typedef struct array_state
{
	pm_risk_array *array;
} array_state;

/* All logs of the process, the latest first, and how many there have been. */
static PmMarginLog *logs;
static uint32 logs_made;

/* A pointer is even. */
static Datum
state_of(uint32 log, uint32 group)
{
	return (Datum) log << 33 | (Datum) group << 1 | 1;
}

Datum
pm_margin_state_after(Datum first, uint32 n)
{
	return first + ((Datum) n << 1);
}

/* The log of a state; NULL: it is a pointer to an array_state. */
static PmMarginLog *
log_of(Datum state, uint32 *group)
{
	PmMarginLog *log = logs;

	if ((state & 1) == 0)
		return NULL;
	*group = (uint32) (state >> 1);
	while (log != NULL && log->number != (uint32) (state >> 33))
		log = log->next;
	if (log == NULL)
		elog(ERROR, "the log of a margin state is gone");
	return log;
}

/* Called as the log's memory goes, which is before that of its call site. */
static void
forget_log(void *arg)
{
	PmMarginLog **link = &logs;

	while (*link != arg)
		link = &(*link)->next;
	*link = (*link)->next;
}

static bool
is_within(MemoryContext context, MemoryContext ancestor)
{
	while (context != NULL && context != ancestor)
		context = MemoryContextGetParent(context);
	return context != NULL;
}

static void flush_logs(PmCall *call);

/*
 * The log of a call site in an aggregate's context, of which it has several for
 * grouping sets.  NULL if the log could outlive its call site, whose lines it
 * refers to (Citus makes a call site per row).
 */
static PmMarginLog *
log_in(PmCall *call, MemoryContext context)
{
	PmMarginLog *log = logs;

	while (log != NULL && (log->call != call || log->context != context))
		log = log->next;
	if (log != NULL || !is_within(context, call->context))
		return log;
	log = MemoryContextAllocZero(context, sizeof *log);
	/* 31 bits fit a state; as many logs later the first are long gone. */
	log->number = ++logs_made & 0x7fffffff;
	log->call = call;
	call->before_lines_go = flush_logs;
	log->context = context;
	log->forget.func = forget_log;
	log->forget.arg = log;
	log->next = logs;
	logs = log;
	MemoryContextRegisterResetCallback(context, &log->forget);
	return log;
}

Datum
pm_new_array_state(pm_risk_array *array)
{
	array_state *state = palloc(sizeof *state);

	state->array = array;
	return PointerGetDatum(state);
}

Datum
pm_new_margin_state(PmCall *call, MemoryContext context)
{
	PmMarginLog *log = log_in(call, context);
	MemoryContext old;
	Datum		state;

	if (log != NULL && log->groups < PG_UINT32_MAX)
		return state_of(log->number, log->groups++);
	old = MemoryContextSwitchTo(context);
	state = pm_new_array_state(NULL);
	MemoryContextSwitchTo(old);
	return state;
}

/* The place of a group's array. */
static pm_risk_array **
own_array(PmMarginLog *log, uint32 group)
{
	if (group >= log->array_room)
	{
		uint32		room = Max(log->groups, log->array_room + log->array_room / 2);
		Size		size = room * sizeof *log->arrays;

		log->arrays = log->arrays ? repalloc_huge(log->arrays, size)
			: MemoryContextAllocHuge(log->context, size);
		memset(log->arrays + log->array_room, 0, (room - log->array_room) * sizeof *log->arrays);
		log->array_room = room;
	}
	return &log->arrays[group];
}

pm_risk_array **
pm_margin_state_own(Datum state)
{
	uint32		group;
	PmMarginLog *log = log_of(state, &group);

	return log ? own_array(log, group)
		: &((array_state *) DatumGetPointer(state))->array;
}

/* Room for one more row. */
static inline PmLogRow *
new_row(PmMarginLog *log)
{
	row_chunk  *chunk = log->last_rows;

	if (chunk == NULL || chunk->used == chunk->size)
	{
		row_chunk  *next = chunk ? chunk->next : NULL;

		if (next == NULL)
		{
			uint32		size = chunk ? Min(2 * chunk->size, LAST_CHUNK) : FIRST_CHUNK;

			next = MemoryContextAlloc(log->context, sizeof *next + size * sizeof(PmLogRow));
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
	row_chunk  *end = log->last_rows ? log->last_rows->next : NULL;
	uint32		sum = 0;

	if (log->sorted != NULL)
		return;
	log->ends = MemoryContextAllocExtended(log->context, log->groups * sizeof(uint32),
										   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	log->done = MemoryContextAllocExtended(log->context, log->groups,
										   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	log->sorted = MemoryContextAllocHuge(log->context, log->rows * sizeof(PmLogRow));
	log->sorted_groups = log->groups;
	for (row_chunk *chunk = log->first_rows; chunk != end; chunk = chunk->next)
		for (uint32 i = 0; i < chunk->used; i++)
			log->ends[chunk->rows[i].group]++;
	for (uint32 group = 0; group < log->groups; group++)
	{
		uint32		rows = log->ends[group];

		log->ends[group] = sum;
		sum += rows;
	}
	for (row_chunk *chunk = log->first_rows; chunk != end; chunk = chunk->next)
	{
		CHECK_FOR_INTERRUPTS();
		for (uint32 i = 0; i < chunk->used; i++)
			log->sorted[log->ends[chunk->rows[i].group]++] = chunk->rows[i];
	}
}

static uint32
start_of(const PmMarginLog *log, uint32 group)
{
	return group == 0 ? 0 : log->ends[group - 1];
}

/* Whether a sorted log has rows of a group that are not in its array. */
static bool
has_rows(const PmMarginLog *log, uint32 group)
{
	return group < log->sorted_groups && (log->done[group] & FOLDED) == 0 &&
		start_of(log, group) < log->ends[group];
}

/* Asks for the memory of a line that is needed soon. */
static inline void
fetch(const pm_line *line, Size size)
{
	for (Size at = 0; at < size; at += 64)
		__builtin_prefetch((const char *) line + at);
}

/* The sums of the rows that a sorted log has of a group; under joint sets, of
 * their totals. */
static const pm_risk_array *
net_rows(const PmMarginLog *log, uint32 group)
{
	pm_net	   *net = &log->call->lines->net;
	const pm_net_line *lines = log->call->lines->lines;
	const PmLogRow *row = log->sorted + start_of(log, group);
	const PmLogRow *end = log->sorted + log->ends[group];
	const PmLogRow *last = log->sorted + log->rows - AHEAD;
	Size		size = Min(pm_line_size(net->sums->scenarios), MOST_FETCHED);
	pm_issue	issue;

	CHECK_FOR_INTERRUPTS();
	pm_net_clear(net);
	for (; row < end; row++)
	{
		if ((end - row) % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		if (row < last)
			fetch(lines[row[AHEAD].line].line, size);
		if (!pm_net_add(net, &lines[row->line], row->quantity, &issue))
			pm_raise(&issue);
	}
	return net->sums;
}

/* The same with all scenarios. */
static const pm_risk_array *
add_rows(const PmMarginLog *log, uint32 group)
{
	uint32		start = start_of(log, group);

	if (!log->call->lines->joint)
		return net_rows(log, group);
	return pm_joint_array(log->call, log->sorted + start, log->ends[group] - start);
}

/* Moves the rows of a group from a sorted log to its array. */
static void
fold_rows(PmMarginLog *log, uint32 group)
{
	pm_allocator allocator = pm_context_allocator(log->context);
	pm_issue	issue;

	if (has_rows(log, group) &&
		!pm_risk_add(own_array(log, group), &allocator, add_rows(log, group), 1, &issue))
		pm_raise(&issue);
	log->done[group] |= FOLDED;
}

/* Adds what the log holds to the arrays of its groups, and empties it. */
static void
flush_log(PmMarginLog *log)
{
	if (log->rows == 0)
		return;
	sort_log(log);
	for (uint32 group = 0; group < log->sorted_groups; group++)
		fold_rows(log, group);
	pfree(log->sorted);
	pfree(log->ends);
	pfree(log->done);
	if (log->least != NULL)
		pfree(log->least);
	log->least = NULL;
	log->sorted = NULL;
	log->done = NULL;
	log->sorted_groups = 0;
	log->rows = 0;
	log->last_rows = log->first_rows;
	log->first_rows->used = 0;
}

/* Adds up what the logs of a call site hold: its lines are about to go. */
static void
flush_logs(PmCall *call)
{
	for (PmMarginLog *log = logs; log != NULL; log = log->next)
		if (log->call == call)
			flush_log(log);
}

static void
give_rows(const PmMarginLog *log, void (*take) (void *, uint32, uint32, double), void *to)
{
	row_chunk  *end = log->last_rows ? log->last_rows->next : NULL;

	for (row_chunk *chunk = log->first_rows; chunk != end; chunk = chunk->next)
		for (uint32 i = 0; i < chunk->used; i++)
		{
			const PmLogRow *row = &chunk->rows[i];

			if (log->done == NULL || (log->done[row->group] & FOLDED) == 0)
				take(to, row->group, row->line, row->quantity);
		}
}

void
pm_margin_rows(const PmCall *call, void (*take) (void *, uint32, uint32, double), void *to)
{
	for (PmMarginLog *log = logs; log != NULL; log = log->next)
		if (log->call == call)
			give_rows(log, take, to);
}

static void
append(PmMarginLog *log, uint32 group, uint32 line, double quantity)
{
	PmLogRow   *row = new_row(log);

	row->quantity = quantity;
	row->group = group;
	row->line = line;
	/* Under joint sets the sums of a group take megabytes. */
	if (log->rows >= FEW_ROWS &&
		log->rows >= (log->call->lines->joint ? MOST_ROWS
					  : Min((uint64) log->groups * ROWS_PER_GROUP, MOST_ROWS)))
		flush_log(log);
}

/* Whether a log takes rows; what comes after a result need not wait for the next. */
static inline bool
is_open(const PmMarginLog *log, const PmCall *call)
{
	return log != NULL && log->call == call && !log->closed;
}

void
pm_margin_state_add(PmCall *call, Datum state, MemoryContext context,
					const PmLine *line, double quantity)
{
	uint32		group;
	PmMarginLog *log = log_of(state, &group);
	pm_allocator allocator;
	pm_issue	issue;

	if (is_open(log, call) && line->number != PM_NOT_KEPT)
	{
		append(log, group, line->number, quantity);
		return;
	}
	allocator = pm_context_allocator(context);
	if (!pm_add_line(pm_margin_state_own(state), &allocator, line, quantity, &issue))
		pm_raise(&issue);
}

void
pm_margin_state_add_from(PmCall *call, Datum state, MemoryContext context,
						 const pm_risk_table *table, uint32 line, double quantity)
{
	uint32		group;
	PmMarginLog *log = log_of(state, &group);
	pm_allocator allocator;
	uint32		first;
	pm_issue	issue;

	if (is_open(log, call) && (first = pm_number_table(call, table)) != PM_NOT_KEPT)
	{
		append(log, group, first + line, quantity);
		return;
	}
	allocator = pm_context_allocator(context);
	if (!pm_add_table_line(pm_margin_state_own(state), &allocator, table, line, quantity, &issue))
		pm_raise(&issue);
}

/* The array that a state keeps; one that holds nothing if there is none yet. */
static const pm_risk_array *
kept_array(Datum state, MemoryContext context)
{
	pm_risk_array **own = pm_margin_state_own(state);
	pm_allocator allocator = pm_context_allocator(context);
	pm_issue	issue;

	if (*own == NULL && !pm_risk_create(own, &allocator, 0, &issue))
		pm_raise(&issue);
	return *own;
}

const pm_risk_array *
pm_margin_state_array(Datum state)
{
	uint32		group;
	PmMarginLog *log = log_of(state, &group);
	pm_allocator allocator;
	pm_issue	issue;

	if (log == NULL)
		return kept_array(state, GetMemoryChunkContext(DatumGetPointer(state)));
	log->closed = true;
	if (log->rows > 0)
		sort_log(log);
	if (!has_rows(log, group))
		return kept_array(state, log->context);
	/* Who asks again, as a window does, will do so often. */
	if (log->done[group] & ASKED)
	{
		fold_rows(log, group);
		return *own_array(log, group);
	}
	log->done[group] |= ASKED;
	if (group >= log->array_room || log->arrays[group] == NULL)
		return add_rows(log, group);
	allocator = pm_context_allocator(log->context);
	if (log->scratch != NULL)
		pm_risk_clear(log->scratch);
	if (!pm_risk_add(&log->scratch, &allocator, add_rows(log, group), 1, &issue) ||
		!pm_risk_add(&log->scratch, &allocator, log->arrays[group], 1, &issue))
		pm_raise(&issue);
	return log->scratch;
}

/*
 * Whether all rows of a group are in its log, under joint sets, and are asked
 * for the first time: then the least of their totals is known or worked out.
 */
static bool
has_least(PmMarginLog *log, uint32 group)
{
	if (log->rows == 0 || !log->call->lines->joint)
		return false;
	log->closed = true;
	sort_log(log);
	if (!has_rows(log, group) || (log->done[group] & ASKED) != 0 ||
		(group < log->array_room && log->arrays[group] != NULL))
		return false;
	if (log->least == NULL)
		log->least = pm_joint_leasts(log->call, log->context, log->sorted,
									 log->ends, log->sorted_groups);
	return true;
}

bool
pm_margin_of_state(Datum state, pm_margin *margin, pm_account_totals *totals, pm_issue *issue)
{
	uint32		group;
	PmMarginLog *log = log_of(state, &group);
	const pm_risk_array *array;

	if (log != NULL && has_least(log, group))
	{
		/* First, because it finds sets that do not go together. */
		array = net_rows(log, group);
		if (pm_joint_margin(log->call, &log->least[group], margin))
		{
			log->done[group] |= ASKED;
			return pm_totals_of(array, totals, issue);
		}
	}
	array = pm_margin_state_array(state);
	return pm_margin_of(array, margin, issue) && pm_totals_of(array, totals, issue);
}
