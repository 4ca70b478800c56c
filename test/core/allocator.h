/*
 * allocator.h - for tests of what grows: an allocator that counts, always
 * moves, and can be told to fail.
 */
#ifndef PM_TEST_ALLOCATOR_H
#define PM_TEST_ALLOCATOR_H

#include <stdlib.h>
#include <string.h>

#include "core/risk_array.h"

typedef struct counter
{
	int			calls;
	int			fail_at;		/* the call that gets NULL; 0: none */
} counter;

/* The size is kept in front; what is new holds rubbish, not zeros. */
static void *
resize(void *context, void *old, size_t size)
{
	counter    *count = context;
	size_t		old_size = old ? *(size_t *) ((char *) old - 16) : 0;
	char	   *new;

	if (++count->calls == count->fail_at || (new = malloc(16 + size)) == NULL)
		return NULL;
	*(size_t *) new = size;
	memset(new + 16, 0x5a, size);
	if (old != NULL)
	{
		memcpy(new + 16, old, old_size < size ? old_size : size);
		free((char *) old - 16);
	}
	return new + 16;
}

static void
release(pm_risk_array *array)
{
	if (array != NULL)
		free((char *) array - 16);
}

static counter count;
static const pm_allocator allocator = {resize, &count};

#endif							/* PM_TEST_ALLOCATOR_H */
