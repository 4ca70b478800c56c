/*
 * aggregate_state.c - memory and passage of internal aggregate states.
 */
#include "aggregate_state.h"

MemoryContext
pm_aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate support function called outside of an aggregate");
	return context;
}

bytea *
pm_image_to_bytea(const void *image, Size size)
{
	bytea	   *bytes = palloc(size + VARHDRSZ);

	SET_VARSIZE(bytes, size + VARHDRSZ);
	memcpy(VARDATA(bytes), image, size);
	return bytes;
}

void *
pm_getarg_image(FunctionCallInfo fcinfo, int argno, Size least, Size *size)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(argno);

	*size = VARSIZE_ANY_EXHDR(bytes);
	return memcpy(palloc(Max(*size, least)), VARDATA_ANY(bytes), *size);
}
