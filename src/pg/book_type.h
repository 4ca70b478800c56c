/*
 * book_type.h - SQL's book_margin.
 */
#ifndef PM_BOOK_TYPE_H
#define PM_BOOK_TYPE_H

#include "compat.h"

#include "core/book_margin.h"

/* What a builder holds as a value. */
extern pm_book_margin *pm_make_book(const pm_book_builder *builder);

#endif							/* PM_BOOK_TYPE_H */
