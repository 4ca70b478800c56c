/*
 * line_list.c - numbered lines.
 */
#include "line_list.h"

#include "utils/memutils.h"

#include "error.h"

/* Bytes of the sums of an account; only thousands of underlyings, or of
 * scenarios, need so many. */
#define MOST_BYTES	(64 * 1024 * 1024)

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

/* A table whose lines have numbers. */
struct PmListedTable
{
	PmListedTable *next;
	const pm_risk_table *table;
	uint32		first;			/* number of its first line */
};

static PmLineList *
list_of(PmCall *call, uint32 scenarios, bool joint)
{
	PmLineList *list = call->lines;
	pm_allocator allocator;
	pm_issue	issue;

	if (list == NULL)
	{
		list = MemoryContextAllocZero(call->context, sizeof *list);
		list->context = AllocSetContextCreate(call->context, "portfolio_margin lines",
											  ALLOCSET_DEFAULT_SIZES);
		call->lines = list;
	}
	if (list->net.sums == NULL)
	{
		allocator = pm_context_allocator(list->context);
		if (!pm_net_begin(&list->net, &allocator, scenarios, &issue))
			pm_raise(&issue);
		list->joint = joint;
	}
	return list;
}

/* Whether lines of so many scenarios can be numbered. */
static bool
takes(const PmLineList *list, uint32 scenarios, bool joint)
{
	return list->joint == joint && list->net.sums->scenarios == scenarios &&
		(joint || pm_risk_size(list->net.sums) <= MOST_BYTES);
}

static void
make_room(PmLineList *list, uint32 more)
{
	uint32		room = Max(list->room + list->room / 2, list->count + more + 64);
	Size		size = room * sizeof(pm_net_line);

	if (list->count + more <= list->room)
		return;
	list->lines = resize(list->context, list->lines, size);
	if (list->joint)
		list->joint_lines = resize(list->context, list->joint_lines,
								   room * sizeof *list->joint_lines);
	list->room = room;
}

void
pm_number_line(PmCall *call, PmLine *line)
{
	bool		joint = line->joint != NULL;
	uint32		scenarios = line->set && !joint ? line->set->scenarios : 0;
	PmLineList *list = list_of(call, scenarios, joint);
	pm_net_line net_line = {line->amounts, 0, 0};
	pm_issue	issue;

	line->number = PM_NOT_KEPT;
	if (!takes(list, scenarios, joint))
		return;
	if (!pm_net_underlying(&list->net, line->underlying, line->set, &net_line.underlying, &issue) ||
		!pm_net_currency(&list->net, line->currency, &net_line.currency, &issue))
		pm_raise(&issue);
	make_room(list, 1);
	list->lines[list->count] = net_line;
	if (joint)
		list->joint_lines[list->count] = line;
	line->number = list->count++;
}

/* The numbers that the net gives to the underlyings and currencies of a table. */
static void
number_names(PmLineList *list, const pm_risk_table *table, uint32 *underlyings, uint32 *currencies)
{
	pm_issue	issue;

	for (uint32 i = 0; i < table->underlyings; i++)
		if (!pm_net_underlying(&list->net, pm_table_underlying_name(table, i),
							   pm_table_set(table, pm_table_set_number(table, i)),
							   &underlyings[i], &issue))
			pm_raise(&issue);
	for (uint32 i = 0; i < table->currencies; i++)
		if (!pm_net_currency(&list->net, pm_table_currency(table, i), &currencies[i], &issue))
			pm_raise(&issue);
}

uint32
pm_number_table(PmCall *call, const pm_risk_table *table)
{
	PmLineList *list = list_of(call, table->scenarios, false);
	PmListedTable *listed = list->tables;
	uint32	   *underlyings;
	uint32	   *currencies;

	while (listed != NULL && listed->table != table)
		listed = listed->next;
	if (listed != NULL)
		return listed->first;
	if (!takes(list, table->scenarios, false) || table->lines > PM_NOT_KEPT - 1 - list->count)
		return PM_NOT_KEPT;

	underlyings = palloc((table->underlyings + 1) * sizeof(uint32));
	currencies = palloc((table->currencies + 1) * sizeof(uint32));
	number_names(list, table, underlyings, currencies);
	make_room(list, table->lines);
	listed = MemoryContextAlloc(list->context, sizeof *listed);
	listed->table = table;
	listed->first = list->count;
	listed->next = list->tables;
	for (uint32 i = 0; i < table->lines; i++)
	{
		const pm_line *line = pm_table_line(table, i);

		list->lines[list->count + i] = (pm_net_line)
		{
			line, underlyings[line->underlying], currencies[line->currency]
		};
	}
	list->tables = listed;
	list->count += table->lines;
	pfree(underlyings);
	pfree(currencies);
	return listed->first;
}

void
pm_forget_lines(PmCall *call)
{
	PmLineList *list = call->lines;

	if (list == NULL)
		return;
	if (call->before_lines_go != NULL)
		call->before_lines_go(call);
	memset(&list->net, 0, sizeof list->net);
	list->lines = NULL;
	list->joint_lines = NULL;
	list->array = NULL;
	list->tables = NULL;
	list->count = list->room = 0;
	MemoryContextReset(list->context);
}

bool
pm_add_table_line(pm_risk_array **array, const pm_allocator *allocator,
				  const pm_risk_table *table, uint32 line, double quantity, pm_issue *issue)
{
	const pm_line *amounts = pm_table_line(table, line);

	return pm_risk_add_line(array, allocator,
							pm_table_underlying_name(table, amounts->underlying),
							pm_table_currency(table, amounts->currency),
							pm_table_set(table, pm_table_set_number(table, amounts->underlying)),
							amounts, quantity, issue);
}
