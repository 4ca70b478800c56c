/*
 * wire.h - what the binary forms of our types share.
 */
#ifndef PM_WIRE_H
#define PM_WIRE_H

#include "compat.h"

#include "lib/stringinfo.h"

#include "core/issue.h"

/* Raises that the binary form of a type is invalid; the detail is a sentence. */
extern _Noreturn void pm_raise_binary(const char *type, const char *detail);

/* A text with its length (int4) before it, in the encoding of the client. */
extern void pm_send_text(StringInfo out, pm_text text);
extern pm_text pm_receive_text(StringInfo in, const char *type);

/* `count` items of `bytes` bytes each must still be in the message. */
extern void pm_expect_items(StringInfo in, const char *type, uint32 count, uint32 bytes);

#endif							/* PM_WIRE_H */
