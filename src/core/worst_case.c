/*
 * worst_case.c - GSL's simplex search (Nelder and Mead 1965) in single cells.
 *
 * A cell is mapped to the unit square, or the unit interval where it has no
 * width along one axis; points outside stand for their mirror image inside.
 * The loss has kinks at strikes that expire, so no derivatives are asked for.
 */
#include "worst_case.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_multimin.h>

/* A search ends when its simplex is this small, in units of the cell, or after
 * so many steps: what it has found by then counts. */
#define SMALL_SIMPLEX	1e-7
#define MOST_STEPS		200

/* Edge of the first simplex, and what counts as being at a border, in units of
 * the cell. */
#define FIRST_EDGE		0.2
#define AT_BORDER		1e-6

void
pm_worst_case_init(pm_worst_case *w)
{
	memset(w, 0, sizeof *w);
}

void
pm_worst_case_release(pm_worst_case *w)
{
	for (int i = 0; i < 2; i++)
		if (w->climbers[i] != NULL)
		{
			gsl_multimin_fminimizer_free(w->climbers[i]);
			w->climbers[i] = NULL;
		}
	w->axes = 0;
}

/* By cell, and in a cell the largest bound first. */
static int
compare_boxes(const void *a, const void *b)
{
	const pm_box *x = a;
	const pm_box *y = b;

	if (x->cell != y->cell)
		return x->cell < y->cell ? -1 : 1;
	if (x->bound != y->bound)
		return x->bound > y->bound ? -1 : 1;
	if (x->x0 != y->x0)
		return x->x0 < y->x0 ? -1 : 1;
	return (x->v0 > y->v0) - (x->v0 < y->v0);
}

void
pm_worst_case_start(pm_worst_case *w, pm_grid_bound *bound)
{
	w->bound = bound;
	w->loss_bound = pm_bound_loss(bound);
	w->next = 0;
	w->axes = 0;
	qsort(bound->boxes, bound->used, sizeof *bound->boxes, compare_boxes);
}

/*
 * A coordinate, as a shock.  Outside of the unit square it is folded back, as
 * by mirrors: a border that stopped it would be flat on its far side, and the
 * simplex would shrink to nothing there.  Next to a border it is the border,
 * which a simplex only comes near.
 */
static double
shock_at(double coordinate, double low, double high)
{
	double		folded = fabs(remainder(coordinate, 2));

	if (folded > 1 - AT_BORDER)
		return high;
	return folded > AT_BORDER ? low + (high - low) * folded : low;
}

/* GSL minimises: the gain at a point of the unit square. */
static double
gain(const gsl_vector *point, void *context)
{
	pm_worst_case *w = context;
	const pm_box *cell = &w->cell;
	bool		price = cell->x1 > cell->x0;
	double		x = price ? shock_at(gsl_vector_get(point, 0), cell->x0, cell->x1) : cell->x0;
	double		v = cell->v1 > cell->v0
		? shock_at(gsl_vector_get(point, price ? 1 : 0), cell->v0, cell->v1) : cell->v0;
	double		loss = pm_book_loss(w->bound->book, x, v);

	pm_bound_note(w->bound, loss, x, v);
	return -loss;
}

/* The next cell whose bound is above what has been found; false: none. */
static bool
next_cell(pm_worst_case *w, pm_box *box)
{
	const pm_grid_bound *b = w->bound;

	while (w->next < b->used)
	{
		uint32_t	first = w->next;

		*box = b->boxes[first];
		while (w->next < b->used && b->boxes[w->next].cell == box->cell)
			w->next++;
		w->cell = pm_bound_cell(b, box->cell);
		w->axes = (w->cell.x1 > w->cell.x0) + (w->cell.v1 > w->cell.v0);
		if (w->axes > 0 && box->bound + b->book->slack > b->found)
			return true;
	}
	w->axes = 0;
	return false;
}

/* Begins a search at the middle of the cell's most promising box. */
static bool
begin(pm_worst_case *w, const pm_box *box)
{
	const pm_box *cell = &w->cell;
	void	  **climber = &w->climbers[w->axes - 1];
	double		from[2],
				edge[2] = {FIRST_EDGE, FIRST_EDGE};
	int			n = 0;
	gsl_multimin_function function = {gain, (size_t) w->axes, w};
	gsl_vector_view start = gsl_vector_view_array(from, (size_t) w->axes);
	gsl_vector_view edges = gsl_vector_view_array(edge, (size_t) w->axes);

	if (cell->x1 > cell->x0)
		from[n++] = ((box->x0 - cell->x0) / 2 + (box->x1 - cell->x0) / 2) / (cell->x1 - cell->x0);
	if (cell->v1 > cell->v0)
		from[n++] = ((box->v0 - cell->v0) / 2 + (box->v1 - cell->v0) / 2) / (cell->v1 - cell->v0);
	/* From an edge, inwards. */
	for (int i = 0; i < n; i++)
		if (from[i] > 0.5)
			edge[i] = -FIRST_EDGE;

	if (*climber == NULL)
		*climber = gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2,
												 (size_t) w->axes);
	w->steps = 0;
	w->searches++;
	if (*climber == NULL)
		return false;
	/* A loss that is no number ends the search before it begins. */
	if (gsl_multimin_fminimizer_set(*climber, &function, &start.vector, &edges.vector) != GSL_SUCCESS)
		w->axes = 0;
	return true;
}

/* One step of the search under way, which ends it or not. */
static void
climb(pm_worst_case *w)
{
	gsl_multimin_fminimizer *climber = w->climbers[w->axes - 1];
	gsl_multimin_function function = {gain, (size_t) w->axes, w};

	/* GSL keeps the function's address, and the one it was given is gone. */
	climber->f = &function;
	if (gsl_multimin_fminimizer_iterate(climber) != GSL_SUCCESS ||
		gsl_multimin_test_size(gsl_multimin_fminimizer_size(climber), SMALL_SIMPLEX) != GSL_CONTINUE ||
		++w->steps >= MOST_STEPS)
		w->axes = 0;
}

bool
pm_worst_case_step(pm_worst_case *w, uint32_t count, bool *more, pm_issue *issue)
{
	/* GSL's own handler would print and abort; statuses are enough. */
	gsl_error_handler_t *handler = gsl_set_error_handler_off();
	bool		good = true;
	pm_box		box;

	*more = true;
	for (; count > 0 && good && *more; count--)
	{
		if (w->axes > 0)
			climb(w);
		else if (next_cell(w, &box))
			good = begin(w, &box);
		else
			*more = false;
	}
	gsl_set_error_handler(handler);
	return good || pm_fail(issue, PM_NO_MEMORY, "out of memory",
						   "Look at fewer positions at once.",
						   "A search for the worst case needs some 500 bytes.");
}
