/*
 * line_list.c - numbered lines.
 */
#include "line_list.h"

#include "utils/memutils.h"

#include "error.h"
#include "margin_log.h"

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

static PmLineList *
list_of(PmCall *call, uint32 scenarios)
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
	}
	return list;
}

void
pm_number_line(PmCall *call, PmLine *line)
{
	uint32		scenarios = line->set ? line->set->scenarios : 0;
	PmLineList *list = list_of(call, scenarios);
	pm_net_line net_line = {line->amounts, 0, 0};
	pm_issue	issue;

	line->number = PM_NOT_KEPT;
	if (list->net.sums->scenarios != scenarios || pm_risk_size(list->net.sums) > MOST_BYTES)
		return;
	if (!pm_net_underlying(&list->net, line->underlying, line->set, &net_line.underlying, &issue) ||
		!pm_net_currency(&list->net, line->currency, &net_line.currency, &issue))
		pm_raise(&issue);
	if (list->count == list->room)
	{
		uint32		room = Max(2 * list->room, 64);
		Size		size = room * sizeof(pm_net_line);

		list->lines = list->lines ? repalloc_huge(list->lines, size)
			: MemoryContextAllocHuge(list->context, size);
		list->room = room;
	}
	list->lines[list->count] = net_line;
	line->number = list->count++;
}

void
pm_forget_lines(PmCall *call)
{
	PmLineList *list = call->lines;

	if (list == NULL)
		return;
	pm_flush_logs(call);
	memset(&list->net, 0, sizeof list->net);
	list->lines = NULL;
	list->count = list->room = 0;
	MemoryContextReset(list->context);
}

bool
pm_add_line(pm_risk_array **array, const pm_allocator *allocator,
			const PmLine *line, double quantity, pm_issue *issue)
{
	return pm_risk_add_line(array, allocator, line->underlying, line->currency,
							line->set, line->amounts, quantity, issue);
}
