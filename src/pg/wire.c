/*
 * wire.c - what the binary forms of our types share.
 */
#include "wire.h"

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"

void
pm_raise_binary(const char *type, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary form of %s", type),
			 errdetail_internal("%s", detail),
			 errhint("Send what %s_send gave, or use the text form.", type)));
}

void
pm_send_text(StringInfo out, pm_text text)
{
	char	   *converted = pg_server_to_client(text.bytes, text.length);
	int			length = converted == text.bytes ? (int) text.length : (int) strlen(converted);

	pq_sendint32(out, length);
	appendBinaryStringInfo(out, converted, length);
}

pm_text
pm_receive_text(StringInfo in, const char *type)
{
	int			length = pq_getmsgint(in, 4);
	int			converted;
	char	   *text;

	if (length < 0 || length > in->len - in->cursor)
		pm_raise_binary(type, "It ends within a text.");
	text = pq_getmsgtext(in, length, &converted);
	return (pm_text)
	{
		text, converted
	};
}

void
pm_expect_items(StringInfo in, const char *type, uint32 count, uint32 bytes)
{
	if ((uint64) count * bytes > (uint64) (in->len - in->cursor))
		pm_raise_binary(type, "It ends before its last number.");
}
