/*
 * risk_table.h - contract keys and what each contract adds to an account: the
 * file that a clearing house publishes, as a value.
 *
 * One flat image, native byte order, everything aligned to 8; the header's
 * first word belongs to the server:
 *
 *   header       pm_risk_table
 *   slots        slots x uint32: number of an entry + 1, or 0; a key is in the
 *                first slot from its hash on that is not taken by another
 *   entries      entries x pm_table_entry, by key
 *   underlyings  underlyings x pm_table_underlying, by name in byte order
 *   currencies   currencies x pm_table_span, none first, then by name
 *   sets         sets x pm_table_span, in the order in which underlyings use them
 *   lines        lines x pm_line_size(scenarios), entry by entry
 *   heap         heap_size bytes: texts and sets
 *
 * The image does not depend on the order in which it was built.  Lines refer to
 * underlyings and currencies by their numbers here, and can be added to an
 * account where they lie (netting.h).
 */
#ifndef PM_RISK_TABLE_H
#define PM_RISK_TABLE_H

#include "netting.h"

#define PM_RISK_TABLE_VERSION	1

/* Bytes of the largest table: what the server stores in one value. */
#define PM_RISK_TABLE_LIMIT		0x3fffffff

typedef enum pm_key_kind
{
	PM_KEY_INT8,
	PM_KEY_TEXT
} pm_key_kind;

/* The key of a contract; the table's kind says which of the two holds. */
typedef struct pm_key
{
	int64_t		number;
	pm_text		text;
} pm_key;

/* Numbers by value, texts by bytes. */
extern int	pm_key_compare(pm_key_kind kind, const pm_key *a, const pm_key *b);

typedef struct pm_risk_table
{
	int32_t		server_header;
	uint8_t		version;
	uint8_t		key_kind;		/* a pm_key_kind */
	uint16_t	reserved;		/* 0 */
	uint32_t	scenarios;		/* of every set; 0: no contract has a line */
	uint32_t	entries;		/* contracts, at least 1 */
	uint32_t	lines;
	uint32_t	underlyings;
	uint32_t	currencies;
	uint32_t	sets;
	uint32_t	slots;			/* a power of two, at least twice the entries */
	uint32_t	heap_size;
	uint64_t	fingerprint;	/* of all that equality compares */
} pm_risk_table;

/* Bytes in the heap. */
typedef struct pm_table_span
{
	uint32_t	offset;			/* PM_NO_TEXT: no currency */
	uint32_t	length;
} pm_table_span;

#define PM_NO_TEXT	UINT32_MAX

typedef struct pm_table_entry
{
	union
	{
		int64_t		number;
		pm_table_span text;
	}			key;
	uint32_t	hash;			/* of the key */
	uint32_t	first_line;
} pm_table_entry;

typedef struct pm_table_underlying
{
	pm_table_span name;
	uint32_t	set;			/* its number */
	uint32_t	reserved;		/* 0 */
} pm_table_underlying;

/* ---- Looking up ---- */

#define PM_NO_ENTRY	UINT32_MAX

/* The entry of a key in a table of this kind, or PM_NO_ENTRY. */
extern uint32_t pm_table_find_int8(const pm_risk_table *table, int64_t key);
extern uint32_t pm_table_find_text(const pm_risk_table *table, pm_text key);

extern pm_key pm_table_key(const pm_risk_table *table, uint32_t entry);

/*
 * The first line of an entry, and how many it has: mostly 1; 0 for a contract
 * without risk, several if its array has several underlyings.
 */
extern const pm_line *pm_table_lines(const pm_risk_table *table, uint32_t entry, uint32_t *count);

/* The same by numbers: the first line's, and a line. */
extern uint32_t pm_table_first_line(const pm_risk_table *table, uint32_t entry, uint32_t *count);
extern const pm_line *pm_table_line(const pm_risk_table *table, uint32_t number);

static inline const pm_line *
pm_table_next_line(const pm_risk_table *table, const pm_line *line)
{
	return (const pm_line *) ((const char *) line + pm_line_size(table->scenarios));
}

/* Names, sets and currencies (NULL bytes: none) by number; the number of an
 * underlying's set. */
extern pm_text pm_table_underlying_name(const pm_risk_table *table, uint32_t number);
extern const pm_scenario_set *pm_table_set(const pm_risk_table *table, uint32_t number);
extern uint32_t pm_table_set_number(const pm_risk_table *table, uint32_t underlying);
extern pm_text pm_table_currency(const pm_risk_table *table, uint32_t number);

/* ---- Using ---- */

/*
 * *array += quantity * entry, to the byte as pm_risk_add with the contract's
 * array; false, with the issue, as there.
 */
extern bool pm_table_add_to(pm_risk_array **array, const pm_allocator *allocator,
							const pm_risk_table *table, uint32_t entry,
							double quantity, pm_issue *issue);

/* Sets *array, which may hold something or be NULL, to the array of a contract. */
extern bool pm_table_array(pm_risk_array **array, const pm_allocator *allocator,
						   const pm_risk_table *table, uint32_t entry, pm_issue *issue);

/* A total order; 0 if and only if the tables hold the same. */
extern int	pm_table_compare(const pm_risk_table *a, const pm_risk_table *b);

/*
 * Whether `bytes` bytes are an image that is safe to read and whose keys are
 * found.  The fingerprint is taken on trust.
 */
extern bool pm_table_valid(const pm_risk_table *table, size_t bytes);

/* ---- Building ---- */

typedef struct pm_table_builder
{
	pm_allocator allocator;		/* of everything here */
	pm_key_kind kind;
	pm_risk_array *names;		/* block n stands for underlying n: its name and set */
	pm_risk_array *scratch;
	struct pm_table_draft *drafts;
	struct pm_table_place *places;	/* of the drafts, by key */
	struct pm_draft_currency *currencies;
	char	   *lines;
	char	   *texts;
	size_t		lines_used;		/* bytes, like all of these */
	size_t		lines_room;
	size_t		texts_used;
	size_t		texts_room;
	size_t		drafts_room;
	size_t		places_room;
	size_t		currencies_room;
	uint32_t	draft_count;
	uint32_t	currency_count;
} pm_table_builder;

/* An empty builder for keys of this kind. */
extern void pm_table_begin(pm_table_builder *builder, const pm_allocator *allocator,
						   pm_key_kind kind);

/*
 * Adds a contract whose array is within the range and has scenarios unless it
 * holds nothing, or all of a table of the same kind.  False, with the issue, if an underlying comes with another set
 * than before or a set of another length, or the table becomes too large; the
 * builder must not be used then.
 */
extern bool pm_table_add(pm_table_builder *builder, pm_key key,
						 const pm_risk_array *array, pm_issue *issue);
extern bool pm_table_add_table(pm_table_builder *builder, const pm_risk_table *table,
							   pm_issue *issue);

/*
 * The bytes of the table of all that was added, at least one contract; false,
 * with the issue, if a key came twice.  pm_table_fill, given that much memory,
 * writes it; more can be added afterwards.
 */
extern bool pm_table_size(pm_table_builder *builder, size_t *size, pm_issue *issue);
extern void pm_table_fill(const pm_table_builder *builder, pm_risk_table *table);

/* The issue that a key is not in a table, or is of the other kind; false. */
extern bool pm_table_fail_unknown(const pm_risk_table *table, pm_key key, pm_issue *issue);
extern bool pm_table_fail_kind(pm_key_kind have, pm_issue *issue);

#endif							/* PM_RISK_TABLE_H */
