/*
 * position_tape.c - writing and reading the positions of a group.
 */
#include "position_tape.h"

#include "utils/memutils.h"

#include "core/shocked_book.h"

typedef enum record_type
{
	SET_RECORD,
	POSITION_RECORD
} record_type;

/* Followed by its body, to the next multiple of 8, zeroed. */
typedef struct record
{
	uint32		type;			/* a record_type */
	uint32		size;			/* bytes of the body */
} record;

/* Room that a new tape has: a set and a dozen positions. */
#define FIRST_SIZE	4096

/* Fields that are not kept. */
#define NOT_KEPT \
	(1u << PM_DIVIDEND_TIMES | 1u << PM_DIVIDEND_AMOUNTS | 1u << PM_SURFACE)

/* A tape with room for so many more bytes. */
static PmTape *
reserve(PmTape *tape, MemoryContext context, Size bytes)
{
	Size		used = tape ? tape->used : sizeof(PmTape);
	Size		size;

	if (tape != NULL && tape->size - used >= bytes)
		return tape;
	size = Max(used + used / 2 + bytes, FIRST_SIZE);
	if (tape != NULL)
		tape = repalloc_huge(tape, size);
	else
	{
		tape = MemoryContextAllocHuge(context, size);
		memset(tape, 0, sizeof *tape);
		tape->used = used;
	}
	tape->size = size;
	return tape;
}

/* Memory for the body of a new record, zeroed. */
static PmTape *
start_record(PmTape *tape, MemoryContext context, record_type type, Size size, char **body)
{
	Size		whole = sizeof(record) + MAXALIGN(size);
	record	   *r;

	if (size > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("position is too large"),
				 errdetail("It needs %zu bytes.", size)));
	tape = reserve(tape, context, whole);
	r = (record *) ((char *) tape + tape->used);
	memset(r, 0, whole);
	r->type = type;
	r->size = size;
	*body = (char *) (r + 1);
	tape->used += whole;
	return tape;
}

static const pm_scenario_set *
set_at(const PmTape *tape, Size offset)
{
	return (const pm_scenario_set *) ((const char *) tape + offset);
}

/* The same bytes, but for the server's word. */
static bool
same_image(const pm_scenario_set *a, const pm_scenario_set *b)
{
	Size		skip = offsetof(pm_scenario_set, version);
	Size		size = pm_set_size(a);

	return size == pm_set_size(b) &&
		memcmp((const char *) a + skip, (const char *) b + skip, size - skip) == 0;
}

PmTape *
pm_tape_add(PmTape *tape, MemoryContext context,
			const pm_position *position, const pm_scenario_set *set)
{
	Size		named = position->underlying.length;
	Size		money = pm_has(position, PM_CURRENCY) ? position->currency.length : 0;
	pm_position stored = *position;
	char	   *body;

	if (tape == NULL || !same_image(set_at(tape, tape->set), set))
	{
		tape = start_record(tape, context, SET_RECORD, pm_set_size(set), &body);
		memcpy(body, set, pm_set_size(set));
		((pm_scenario_set *) body)->server_header = 0;
		tape->set = body - (char *) tape;
	}
	tape = start_record(tape, context, POSITION_RECORD, sizeof stored + named + money, &body);
	stored.present &= ~NOT_KEPT;
	stored.dividend_count = 0;
	stored.dividend_times = NULL;
	stored.dividend_amounts = NULL;
	stored.surface = NULL;
	stored.underlying.bytes = stored.currency.bytes = NULL;
	stored.currency.length = money;
	memcpy(body, &stored, sizeof stored);
	memcpy(body + sizeof stored, position->underlying.bytes, named);
	if (money > 0)
		memcpy(body + sizeof stored + named, position->currency.bytes, money);
	tape->positions++;
	return tape;
}

PmTape *
pm_tape_append(PmTape *tape, MemoryContext context, const PmTape *other)
{
	Size		bytes = other->used - sizeof *other;

	tape = reserve(tape, context, bytes);
	memcpy((char *) tape + tape->used, other + 1, bytes);
	tape->set = tape->used + other->set - sizeof *other;
	tape->used += bytes;
	tape->positions += other->positions;
	return tape;
}

bool
pm_tape_next(const PmTape *tape, Size *offset,
			 pm_position *position, const pm_scenario_set **set)
{
	if (*offset == 0)
		*offset = sizeof *tape;
	while (*offset < tape->used)
	{
		const record *r = (const record *) ((const char *) tape + *offset);
		const char *body = (const char *) (r + 1);

		*offset += sizeof *r + MAXALIGN(r->size);
		if (r->type == SET_RECORD)
		{
			*set = (const pm_scenario_set *) body;
			continue;
		}
		memcpy(position, body, sizeof *position);
		position->underlying.bytes = body + sizeof *position;
		position->currency.bytes = pm_has(position, PM_CURRENCY)
			? position->underlying.bytes + position->underlying.length : NULL;
		return true;
	}
	return false;
}

/* A position record as pm_tape_add writes it, of a position that can be valued. */
static bool
position_valid(const char *body, Size size)
{
	pm_position p;
	pm_issue	issue;

	if (size < sizeof p)
		return false;
	memcpy(&p, body, sizeof p);
	if ((p.present & NOT_KEPT) != 0 || (unsigned) p.kind > PM_PUT || (unsigned) p.exercise > PM_AMERICAN ||
		(unsigned) p.pricing > PM_BACHELIER || (unsigned) p.settlement > PM_INVERSE ||
		p.underlying.length > size || p.currency.length > size ||
		sizeof p + p.underlying.length + p.currency.length != size)
		return false;
	p.underlying.bytes = p.currency.bytes = body + sizeof p;
	return pm_position_check(&p, &issue) && pm_book_takes(&p, &issue);
}

bool
pm_tape_valid(const PmTape *tape, Size bytes)
{
	Size		offset = sizeof *tape;
	Size		set = 0;
	uint64		positions = 0;

	if (bytes < sizeof *tape || tape->used != bytes || tape->size < bytes)
		return false;
	while (offset < bytes)
	{
		const record *r = (const record *) ((const char *) tape + offset);
		const char *body = (const char *) (r + 1);

		if (bytes - offset < sizeof *r || r->size > bytes - offset - sizeof *r ||
			MAXALIGN(r->size) > bytes - offset - sizeof *r)
			return false;
		if (r->type == SET_RECORD)
		{
			set = body - (const char *) tape;
			if (!pm_set_valid(set_at(tape, set), r->size) ||
				pm_set_size(set_at(tape, set)) != r->size ||
				set_at(tape, set)->parts == 0)
				return false;
		}
		else if (r->type != POSITION_RECORD || set == 0 || !position_valid(body, r->size))
			return false;
		else
			positions++;
		offset += sizeof *r + MAXALIGN(r->size);
	}
	return set != 0 && tape->set == set && tape->positions == positions;
}
