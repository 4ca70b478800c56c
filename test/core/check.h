/*
 * check.h - counting checks for the tests that need no server.
 *
 *	CHECK(condition, format, ...)	one test; a failure is printed
 *	check_finish("name")			"name: N passed, N failed", exit status
 *
 * and the little that reading a known-answer table takes.
 */
#ifndef PM_CHECK_H
#define PM_CHECK_H

#include <stdio.h>
#include <string.h>

static long check_passed;
static long check_failed;

/* The first failures tell the story; the rest would bury it. */
#define CHECK_SHOWN 40

#define CHECK(condition, ...) \
	do \
	{ \
		if (condition) \
			check_passed++; \
		else if (check_failed++ < CHECK_SHOWN) \
		{ \
			printf("FAILED %s:%d: ", __FILE__, __LINE__); \
			printf(__VA_ARGS__); \
			putchar('\n'); \
		} \
	} while (0)

static inline int
check_finish(const char *name)
{
	printf("%s: %ld passed, %ld failed\n", name, check_passed, check_failed);
	return check_failed == 0 ? 0 : 1;
}

/* Cuts a line at its commas, in place; returns the number of fields. */
static inline int
check_split(char *line, char **fields, int max)
{
	int			n = 0;

	line[strcspn(line, "\r\n")] = '\0';
	while (n < max)
	{
		fields[n++] = line;
		line = strchr(line, ',');
		if (line == NULL)
			break;
		*line++ = '\0';
	}
	return n;
}

/*
 * Calls `row` with the fields of every line after the header.  A table that
 * is missing, malformed or shorter than `least` rows fails a test, so that
 * nothing passes for want of data.
 */
static inline void
check_table(const char *path, int columns, long least,
			void (*row) (char **fields, const char *where))
{
	char		line[4096];
	char		where[512];
	char	   *fields[64];
	long		rows = 0;
	FILE	   *file = fopen(path, "r");

	if (file == NULL || fgets(line, sizeof line, file) == NULL)
	{
		CHECK(0, "cannot read %s", path);
		if (file != NULL)
			fclose(file);
		return;
	}
	while (fgets(line, sizeof line, file) != NULL)
	{
		rows++;
		snprintf(where, sizeof where, "%s line %ld", path, rows + 1);
		if (check_split(line, fields, 64) == columns)
			row(fields, where);
		else
			CHECK(0, "%s: not %d columns", where, columns);
	}
	fclose(file);
	CHECK(rows >= least, "%s has %ld rows, expected %ld", path, rows, least);
}

#endif							/* PM_CHECK_H */
