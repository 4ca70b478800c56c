/*
 * obstacle.c - elimination towards the held nodes, substitution away from
 * them.
 *
 * Brennan and Schwartz (1977): if u is held from one end up to some node, one
 * elimination from the other end and one substitution back that lifts u to
 * the floor solve the problem.  Here the held nodes may lie anywhere: the
 * elimination comes from both ends and meets at a node that is held, if any
 * is, and the substitution goes both ways from there.
 *
 * Where u leaves the floor at B its second derivative jumps by J, so that
 * u - floor = J (x - B)^2 / 2 nearby, and a second difference across B is not
 * that of a smooth function.  With B a share t of a cell before the first
 * free node, the smooth continuation of u lies bend (1 - t)^2 / 2 above the
 * floor at the last held node, bend = J h^2.  That much is added to the second
 * difference there; t follows from the solution itself, as
 * u - floor = bend t^2 / 2.  So the edge moves through the cells without steps
 * and the scheme keeps its order.
 */
#include "obstacle.h"

#include <math.h>
#include <stdbool.h>

/* Beyond every node. */
#define FAR_AWAY 1e300

void
pm_obstacle_release(pm_obstacle *o)
{
	o->held_first = 0;
	o->held_last = -1;
}

void
pm_obstacle_matrix(pm_obstacle *o, double up, double down,
				   double mass_up, double mass_down)
{
	double		share = 1;		/* of the mass */
	double		product;
	double		pivot;
	int			k = 0;

	if (share * mass_up > up)
		share = up / mass_up;
	if (share * mass_down > down)
		share = down / mass_down;
	o->up = up;
	o->down = down;
	o->mass_up = share * mass_up;
	o->mass_down = share * mass_down;
	o->diagonal = 1 + (up - o->mass_up) + (down - o->mass_down);
	product = (up - o->mass_up) * (down - o->mass_down);
	pivot = o->diagonal;
	for (double before = 0; k <= o->last && pivot != before; k++)
	{
		o->pivot[k] = before = pivot;
		o->inverse[k] = 1 / pivot;
		pivot = o->diagonal - product * o->inverse[k];
	}
	for (; k <= o->last; k++)
	{
		o->pivot[k] = o->pivot[k - 1];
		o->inverse[k] = o->inverse[k - 1];
	}
}

/* The node that is least above the floor. */
static int
lowest_node(const pm_obstacle *o)
{
	double		least = o->value[0] - o->floor[0];
	int			lowest = 0;

	for (int j = 1; j <= o->last; j++)
	{
		double		above = o->value[j] - o->floor[j];

		if (above < least)
		{
			least = above;
			lowest = j;
		}
	}
	return lowest;
}

/* Eliminates from both ends and sets the value at the meeting node. */
static void
eliminate(pm_obstacle *o, const double *b, int meet)
{
	double	   *r = o->right;
	double		up = o->up - o->mass_up;
	double		down = o->down - o->mass_down;
	int			n = o->last;

	for (int j = 1; j < n; j++)
		r[j] = b[j] + o->mass_up * (b[j + 1] - b[j]) +
			o->mass_down * (b[j - 1] - b[j]);
	if (meet > 0)
		r[1] += down * o->value[0];
	if (meet < n)
		r[n - 1] += up * o->value[n];
	for (int j = 2; j < meet; j++)
		r[j] += down * o->inverse[j - 2] * r[j - 1];
	for (int j = n - 2; j > meet; j--)
		r[j] += up * o->inverse[n - j - 2] * r[j + 1];
	if (meet > 0 && meet < n)
	{
		double		sum = r[meet];
		double		pivot = o->diagonal;

		if (meet > 1)
		{
			sum += down * o->inverse[meet - 2] * r[meet - 1];
			pivot -= up * down * o->inverse[meet - 2];
		}
		if (meet < n - 1)
		{
			sum += up * o->inverse[n - meet - 2] * r[meet + 1];
			pivot -= up * down * o->inverse[n - meet - 2];
		}
		o->value[meet] = sum / pivot;
	}
}

/*
 * The equation pivot u = sum at the first node that may be free next to one
 * that is held.  With w = sqrt(u - floor) the added second difference is
 * bend/2 - w sqrt(2 bend) + w^2, and w the positive root of
 *     (pivot - a) w^2 + a sqrt(2 bend) w = sum - pivot floor + a bend/2.
 * Returns false if the node is held; else its value and t.
 */
static bool
leaves_floor(const pm_obstacle *o, int j, double sum, double a, int from_end,
			 double *value, double *t)
{
	double		pivot = o->pivot[from_end];
	double		bend = o->bend[j];
	double		slack = sum - pivot * o->floor[j];

	*t = 1;
	*value = sum * o->inverse[from_end];
	if (bend > 0)
	{
		double		b = a * sqrt(2 * bend);
		double		w;

		slack += 0.5 * a * bend;
		if (slack > 0)
		{
			w = 2 * slack / (b + sqrt(b * b + 4 * (pivot - a) * slack));
			if (w * w < 0.5 * bend)
			{
				*t = w * sqrt(2 / bend);
				*value = o->floor[j] + w * w;
			}
		}
	}
	return slack > 0;
}

/* Substitutes from the meeting node up (direction 1) or down (-1). */
static void
substitute(pm_obstacle *o, int meet, int direction)
{
	int			end = direction > 0 ? o->last : 0;
	double		a = direction > 0 ? o->down : o->up;
	double		off = a - (direction > 0 ? o->mass_down : o->mass_up);
	int			j = meet + direction;
	int			k = (end - j) * direction - 1;	/* free nodes beyond j */
	double		t = 1;

	if (o->value[meet] <= o->floor[meet])
	{
		for (; k >= 0; j += direction, k--)
		{
			double		sum = o->right[j] + off * o->value[j - direction];

			if (leaves_floor(o, j, sum, a, k, &o->value[j], &t))
				break;
			o->value[j] = o->floor[j];
		}
		if (direction > 0)
			o->held_last = j - direction;
		else
			o->held_first = j - direction;
		if (k >= 0)
		{
			j += direction;
			k--;
		}
		else if (o->value[end] <= o->floor[end])
		{
			t = -FAR_AWAY;
			if (direction > 0)
				o->held_last = end;
			else
				o->held_first = end;
		}
	}
	if (direction > 0)
		o->high_edge = o->held_last + 1 - t;
	else
		o->low_edge = o->held_first - 1 + t;
	for (; k >= 0; j += direction, k--)
		o->value[j] = (o->right[j] + off * o->value[j - direction]) *
			o->inverse[k];
}

/* Lifts what is below the floor. */
static void
lift(pm_obstacle *o)
{
	for (int j = 0; j <= o->last; j++)
		o->value[j] = o->value[j] > o->floor[j] ? o->value[j] : o->floor[j];
}

void
pm_obstacle_stage(pm_obstacle *o, const double *base,
				  double low_end, double high_end)
{
	int			n = o->last;
	int			meet;
	bool		held;

	if (o->held_first > o->held_last)
		meet = lowest_node(o);
	else if (o->held_first == 0)
		meet = 0;
	else if (o->held_last == n)
		meet = n;
	else
		meet = (o->held_first + o->held_last) / 2;

	/* Once more if it is not held but another node is below the floor. */
	for (int tries = 0; tries < 3; tries++)
	{
		o->value[0] = low_end > o->floor[0] ? low_end : o->floor[0];
		o->value[n] = high_end > o->floor[n] ? high_end : o->floor[n];
		eliminate(o, base, meet);
		held = o->value[meet] <= o->floor[meet];
		if (held)
			o->value[meet] = o->floor[meet];
		else
			pm_obstacle_release(o);
		substitute(o, meet, 1);
		substitute(o, meet, -1);
		if (held)
			break;
		meet = lowest_node(o);
		if (o->value[meet] >= o->floor[meet])
			break;
	}
	lift(o);
}
