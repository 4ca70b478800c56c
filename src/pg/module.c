/*
 * module.c - the magic block that lets the server load the library.
 */
#include "compat.h"

PM_MODULE_MAGIC;
