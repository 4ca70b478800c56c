/*
 * joint_tiles.c - near totals and the bound on their error.
 */
#include "joint_tiles.h"

#include <string.h>

/* Half the range of sums: the bound is rounded, and so are the terms. */
#define MOST_SIZE	0x1p52

static double *
cells_of(const pm_tile *tile, uint32_t line)
{
	return tile->cells + (size_t) tile->width * line;
}

PM_CLONES static double
largest(const double *amounts, uint32_t count)
{
	double		size = 0;

	PM_SIMD(reduction(max:size))
	for (uint32_t i = 0; i < count; i++)
		size = fabs(amounts[i]) > size ? fabs(amounts[i]) : size;
	return size;
}

bool
pm_tile_fill(pm_tile *tile, uint32_t line, const double *pnls, uint32_t count)
{
	double	   *cells = cells_of(tile, line);

	memcpy(cells, pnls, count * sizeof *cells);
	memset(cells + count, 0, (tile->width - count) * sizeof *cells);
	tile->sizes[line] = largest(cells, tile->width);
	return tile->sizes[line] <= 0x1p53;
}

void
pm_tile_clear(pm_tile_sums *sums, const pm_tile *tile)
{
	memset(sums->near, 0, tile->width * sizeof *sums->near);
	sums->terms = 0;
	sums->size = 0;
}

PM_CLONES static void
add_near(double *restrict near, const double *restrict cells, uint32_t width, double quantity)
{
	PM_SIMD(aligned(near : 64))
	for (uint32_t i = 0; i < width; i++)
		near[i] += cells[i] * quantity;
}

bool
pm_tile_add(pm_tile_sums *sums, const pm_tile *tile, uint32_t line, double quantity)
{
	sums->size += fabs(quantity) * tile->sizes[line];
	sums->terms++;
	if (!(sums->size <= MOST_SIZE))
		return false;
	add_near(sums->near, cells_of(tile, line), tile->width, quantity);
	return true;
}

/*
 * A sum of n rounded products differs from that of the exact ones by no more
 * than about n 2^-53 times the sum of their sizes (Higham, Accuracy and Stability
 * of Numerical Algorithms, 4.2), and the exact sum, whose terms are rounded to
 * the quantum, by n 2^-61.  Twice that and a little more leaves room for the
 * roundings of the size and of what is known.
 */
static double
error_of(const pm_tile_sums *sums)
{
	return ((double) sums->terms + 4) * (sums->size * 0x1p-52 + PM_QUANTUM);
}

double
pm_tile_bound(const pm_tile_sums *sums, uint32_t count, double known)
{
	double		least = known;

	for (uint32_t i = 0; i < count; i++)
		least = sums->near[i] < least ? sums->near[i] : least;
	return least + 2 * error_of(sums);
}

pm_exact
pm_tile_term(const pm_tile *tile, uint32_t line, uint32_t scenario, double quantity)
{
	pm_exact	term = 0;

	/* Within the range, as the size of the account is. */
	(void) pm_exact_product(cells_of(tile, line)[scenario], quantity, &term);
	return term;
}
