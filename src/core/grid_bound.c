/*
 * grid_bound.c - bounds of the loss over boxes, and their division.
 *
 * Over a box [x0, x1] x [v0, v1], width h and height D, with the loss L known
 * at the corners:
 *
 * (1) At one v, L is at most its chord + q (x - x0)(x1 - x)/2 + k, where -q is
 *     a lower bound of L_xx without the payoffs' kinks and k what those add
 *     (pm_book_lift): L + q x^2/2 is convex and lies below its chord.  Call
 *     that B_v(x); its maximum is at an end or at the vertex of a parabola.
 * (2) If L falls with v throughout, its largest value is at v0, and at v1 if it
 *     rises: the box is then replaced by that edge, and (1) bounds it.
 * (3) Else, with a >= L_v and b >= -L_v over the box (pm_book_drift),
 *         L <= L(x, v0) + (v - v0) a   and   L <= L(x, v1) + (v1 - v) b,
 *     so b/(a+b) times the first plus a/(a+b) times the second holds as well,
 *     and does not depend on v:
 *         L <= (b B_v0(x) + a B_v1(x))/(a + b) + D a b/(a + b).
 * (4) And as in (1), with w >= -L_vv,
 *         L <= max(B_v0(x), B_v1(x)) + w D^2/8.
 *
 * The bound is the lesser of (3) and (4).  Both exceed the loss by O(h^2 + D^2),
 * so that few boxes near the largest loss outlive each division.
 */
#include "grid_bound.h"

#include <math.h>

/* Divisions of the boxes of one underlying, and curves * divisions beyond
 * which there are fewer: some ten seconds of work. */
#define MOST_DIVISIONS	4000
#define LEAST_DIVISIONS	100
#define MOST_WORK		20000000

uint32_t
pm_bound_divisions(uint32_t curves)
{
	uint32_t	divisions = MOST_WORK / (curves > 0 ? curves : 1);

	return divisions > MOST_DIVISIONS ? MOST_DIVISIONS
		: (divisions < LEAST_DIVISIONS ? LEAST_DIVISIONS : divisions);
}

/* ------------------------------------------------------------------------
 * One box.
 */

/* The greatest a + (b - a) u + e u (1 - u) for 0 <= u <= 1, and e >= 0. */
static double
parabola_top(double a, double b, double e)
{
	double		d = b - a;

	if (fabs(d) >= e)
		return fmax(a, b);
	return (a + b) / 2 + e / 4 + d * (d / (4 * e));
}

/* (1): the bound on an edge, for corner losses a and b. */
static double
edge_bound(double a, double b, const pm_lift *lift, double width)
{
	return parabola_top(a, b, lift->quadratic * width * width / 2) + lift->constant;
}

/* What (1) adds to the chord. */
static double
lift_height(const pm_lift *lift, double width)
{
	return lift->quadratic * width * width / 8 + lift->constant;
}

static double
middle(double a, double b)
{
	return a + (b - a) / 2;
}

/* (2): an edge takes the place of the box. */
static void
keep_edge(pm_box *box, int edge)
{
	if (edge == 0)
		box->v1 = box->v0;
	else
		box->v0 = box->v1;
	for (int x = 0; x < 2; x++)
		box->loss[0][x] = box->loss[1][x] = box->loss[edge][x];
}

/* Chooses the axis that adds `by_price` or `by_vol` to the bound. */
static void
plan_division(pm_box *box, double by_price, double by_vol, double kink)
{
	bool		price = !(by_vol > by_price);

	for (int turn = 0; turn < 2; turn++, price = !price)
	{
		double		low = price ? box->x0 : box->v0;
		double		high = price ? box->x1 : box->v1;

		box->at = price && !isnan(kink) ? kink : middle(low, high);
		box->division = price ? PM_BY_PRICE : PM_BY_VOL;
		if (box->at > low && box->at < high)
			return;
	}
	box->division = PM_WHOLE;
}

/* Bounds a box whose corners are known, and plans its division. */
static void
bound_box(const pm_shocked_book *book, pm_box *box)
{
	double		width = box->x1 - box->x0;
	double		height = box->v1 - box->v0;
	pm_drift	drift = {0, 0, 0};
	pm_lift		lift[2];
	double		edge[2];

	if (height > 0)
	{
		drift = pm_book_drift(book, box->x0, box->x1, box->v0, box->v1);
		if (drift.rise == 0 || drift.fall == 0)
		{
			keep_edge(box, drift.rise == 0 ? 0 : 1);
			height = 0;
		}
	}
	for (int v = 0; v < (height > 0 ? 2 : 1); v++)
	{
		lift[v] = pm_book_lift(book, box->x0, box->x1, v == 0 ? box->v0 : box->v1);
		edge[v] = edge_bound(box->loss[v][0], box->loss[v][1], &lift[v], width);
	}
	if (height > 0)
	{
		double		share = drift.rise / (drift.rise + drift.fall);
		pm_lift		mixed = {
			lift[0].quadratic + share * (lift[1].quadratic - lift[0].quadratic),
			lift[0].constant + share * (lift[1].constant - lift[0].constant),
			NAN
		};
		double		sloped = height * drift.fall * share;
		double		bent = drift.bend * height * height / 8;
		double		by_slope = sloped +
			edge_bound(box->loss[0][0] + share * (box->loss[1][0] - box->loss[0][0]),
					   box->loss[0][1] + share * (box->loss[1][1] - box->loss[0][1]),
					   &mixed, width);
		double		by_bend = fmax(edge[0], edge[1]) + bent;
		bool		use_bend = by_bend < by_slope || isnan(by_slope);
		int			higher = lift_height(&lift[1], width) > lift_height(&lift[0], width);

		box->bound = use_bend ? by_bend : by_slope;
		plan_division(box, lift_height(&lift[higher], width),
					  use_bend ? bent : sloped, lift[higher].kink);
	}
	else
	{
		box->bound = edge[0];
		plan_division(box, lift_height(&lift[0], width), 0, lift[0].kink);
	}
	/* Overflow bounds nothing. */
	if (isnan(box->bound))
		box->bound = INFINITY;
}

/* ------------------------------------------------------------------------
 * The heap.
 */

/* Which of two boxes comes first; a total order, so that work is repeatable. */
static bool
before(const pm_box *a, const pm_box *b)
{
	if (a->bound != b->bound)
		return a->bound > b->bound;
	if (a->cell != b->cell)
		return a->cell < b->cell;
	return a->x0 != b->x0 ? a->x0 < b->x0 : a->v0 < b->v0;
}

static void
sift_down(pm_box *boxes, uint32_t used, uint32_t i)
{
	pm_box		box = boxes[i];

	for (;;)
	{
		uint32_t	child = 2 * i + 1;

		if (child + 1 < used && before(&boxes[child + 1], &boxes[child]))
			child++;
		if (child >= used || !before(&boxes[child], &box))
			break;
		boxes[i] = boxes[child];
		i = child;
	}
	boxes[i] = box;
}

static void
push(pm_grid_bound *b, const pm_box *box)
{
	uint32_t	i = b->used++;

	while (i > 0 && before(box, &b->boxes[(i - 1) / 2]))
	{
		b->boxes[i] = b->boxes[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	b->boxes[i] = *box;
}

/* ------------------------------------------------------------------------
 * Branch and bound.
 */

static double
node_loss(const pm_grid_bound *b, uint32_t price, uint32_t vol)
{
	const pm_region *r = b->book->region;

	return pm_exact_to_double(-pm_cell_get(&b->cells[price * r->columns + r->vol[vol].column]));
}

void
pm_bound_note(pm_grid_bound *b, double loss, double x, double v)
{
	if (loss > b->found)
	{
		b->found = loss;
		b->found_price = x;
		b->found_vol = v;
	}
}

void
pm_bound_start(pm_grid_bound *b, const pm_shocked_book *book,
			   const pm_cell *cells, pm_box *boxes, uint32_t capacity)
{
	const pm_region *r = book->region;

	*b = (pm_grid_bound)
	{
		.book = book, .cells = cells, .boxes = boxes, .capacity = capacity,
			.tolerance = 1e-6, .found = -INFINITY
	};
	for (uint32_t i = 0; i < r->prices; i++)
		for (uint32_t j = 0; j < r->vols; j++)
			pm_bound_note(b, node_loss(b, i, j), r->price[i], r->vol[j].shock);
	if (b->found < 0)
		b->found = 0;
}

pm_box
pm_bound_cell(const pm_grid_bound *b, uint32_t cell)
{
	const pm_region *r = b->book->region;
	uint32_t	i = cell / pm_cells_along(r->vols);
	uint32_t	j = cell % pm_cells_along(r->vols);
	uint32_t	next_i = i + (r->prices > 1);
	uint32_t	next_j = j + (r->vols > 1);

	return (pm_box)
	{
		.x0 = r->price[i], .x1 = r->price[next_i],
			.v0 = r->vol[j].shock, .v1 = r->vol[next_j].shock,
			.loss = {{node_loss(b, i, j), node_loss(b, next_i, j)},
		{node_loss(b, i, next_j), node_loss(b, next_i, next_j)}},
			.cell = cell
	};
}

static double
loss_at(pm_grid_bound *b, double x, double v)
{
	double		loss = pm_book_loss(b->book, x, v);

	pm_bound_note(b, loss, x, v);
	return loss;
}

/* Divides the first box of the heap. */
static void
divide(pm_grid_bound *b)
{
	pm_box		halves[2] = {b->boxes[0], b->boxes[0]};
	double		at = halves[0].at;

	if (halves[0].division == PM_BY_PRICE)
	{
		halves[0].x1 = halves[1].x0 = at;
		for (int v = 0; v < 2; v++)
			halves[0].loss[v][1] = halves[1].loss[v][0] =
				v == 1 && halves[0].v1 == halves[0].v0 ? halves[0].loss[0][1]
				: loss_at(b, at, v == 0 ? halves[0].v0 : halves[0].v1);
	}
	else
	{
		halves[0].v1 = halves[1].v0 = at;
		for (int x = 0; x < 2; x++)
			halves[0].loss[1][x] = halves[1].loss[0][x] =
				x == 1 && halves[0].x1 == halves[0].x0 ? halves[0].loss[1][0]
				: loss_at(b, x == 0 ? halves[0].x0 : halves[0].x1, at);
	}
	/* What holds for the whole holds for its halves. */
	for (int i = 0; i < 2; i++)
	{
		bound_box(b->book, &halves[i]);
		halves[i].bound = fmin(halves[i].bound, b->boxes[0].bound);
	}
	b->boxes[0] = halves[0];
	sift_down(b->boxes, b->used, 0);
	push(b, &halves[1]);
}

bool
pm_bound_step(pm_grid_bound *b, uint32_t count)
{
	uint32_t	cells = pm_region_cells(b->book->region);

	for (; b->entered < cells; count--)
	{
		pm_box		box;

		if (count == 0)
			return true;
		box = pm_bound_cell(b, b->entered++);
		bound_box(b->book, &box);
		push(b, &box);
	}
	for (; count > 0; count--)
	{
		double		enough = b->found + fmax(b->tolerance * b->found, b->book->slack);

		if (b->used == b->capacity || b->boxes[0].division == PM_WHOLE ||
			b->boxes[0].bound <= enough)
			return false;
		divide(b);
	}
	return true;
}

double
pm_bound_loss(const pm_grid_bound *b)
{
	double		loss = fmax(b->found, b->boxes[0].bound) + b->book->slack;

	return isfinite(loss) ? loss : INFINITY;
}

uint32_t
pm_bound_worst_cell(const pm_grid_bound *b)
{
	return b->boxes[0].cell;
}

bool
pm_exact_loss(const pm_position *positions, uint32_t count,
			  const pm_scenario *scenario, pm_exact *loss, pm_issue *issue)
{
	*loss = 0;
	for (uint32_t i = 0; i < count; i++)
	{
		double		pnl;
		pm_exact	term;

		if (!pm_contract_pnls(&positions[i], scenario, 1, 1, &pnl, issue))
			return false;
		if (!pm_exact_product(-positions[i].quantity, pnl, &term) ||
			__builtin_add_overflow(*loss, term, loss))
			return pm_fail(issue, PM_OUT_OF_RANGE, "a sum over positions is out of range",
						   "Check the quantity, or use larger units of money: amounts may reach +-2^53.",
						   "It is in underlying \"%.*s\".",
						   pm_shown(positions->underlying), positions->underlying.bytes);
	}
	return true;
}
