/*
 * aggregate_state.h - what the aggregates with an internal state share: the
 * memory it lives in, and its passage between processes.
 */
#ifndef PM_AGGREGATE_STATE_H
#define PM_AGGREGATE_STATE_H

#include "compat.h"

/* The memory context of the aggregate that is calling. */
extern MemoryContext pm_aggregate_context(FunctionCallInfo fcinfo);

/* The image of a state as a value for another process; it is below 1 GB. */
extern bytea *pm_image_to_bytea(const void *image, Size size);

/*
 * The image in a bytea argument, copied to aligned memory of the caller's
 * context, of at least `least` bytes; *size is what came.  Not yet trusted.
 */
extern void *pm_getarg_image(FunctionCallInfo fcinfo, int argno, Size least, Size *size);

#endif							/* PM_AGGREGATE_STATE_H */
