/*
 * position_tape.h - the positions of a group, kept for the end of an aggregate.
 *
 * One chunk of memory: a header and then records, each a scenario set, which
 * holds for the positions after it, or a position with its texts.  Tapes are
 * joined by appending one to the other.
 *
 * Positions are those that pm_book_takes, so no dividend and no surface has to
 * be kept with them: an option there has none, nothing else heeds any.
 */
#ifndef PM_POSITION_TAPE_H
#define PM_POSITION_TAPE_H

#include "compat.h"

#include "core/position.h"
#include "core/scenario_set.h"

typedef struct PmTape
{
	Size		size;			/* bytes there is room for, this header included */
	Size		used;			/* the same of those in use */
	Size		set;			/* offset of the last set */
	uint64		positions;
} PmTape;

/*
 * Add to a tape in a memory context; NULL is an empty one.  The result takes
 * the place of the tape, which may have moved.
 */
extern PmTape *pm_tape_add(PmTape *tape, MemoryContext context,
						   const pm_position *position, const pm_scenario_set *set);
extern PmTape *pm_tape_append(PmTape *tape, MemoryContext context, const PmTape *other);

/* Whether `bytes` bytes are a tape of positions and sets that can be valued. */
extern bool pm_tape_valid(const PmTape *tape, Size bytes);

/*
 * Reads the next position and its set; *offset starts as 0.  False at the end.
 * Texts and set point into the tape.
 */
extern bool pm_tape_next(const PmTape *tape, Size *offset,
						 pm_position *position, const pm_scenario_set **set);

#endif							/* PM_POSITION_TAPE_H */
