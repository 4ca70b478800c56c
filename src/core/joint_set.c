/*
 * joint_set.c - the compact form of joint scenarios, and its rows.
 */
#include "joint_set.h"

#include <stdio.h>
#include <string.h>

#include "elementary.h"

#define WEIGHT_FIELD	(offsetof(pm_scenario, weight) / 8)

/* What the digest begins with; the fingerprint begins with the kind. */
#define DIGEST_SEED	UINT64_C(0x6a09e667f3bcc908)

static size_t
align8(size_t size)
{
	return (size + 7) & ~(size_t) 7;
}

static const pm_joint_column *
columns_of(const pm_scenario_set *set)
{
	return (const pm_joint_column *) (pm_joint_of(set) + 1);
}

/* Field f of a scenario as the 8 bytes that it is. */
static uint64_t
field_word(const pm_scenario *row, size_t f)
{
	uint64_t	word;

	memcpy(&word, (const char *) row + 8 * f, sizeof word);
	return word;
}

static void
set_field_word(pm_scenario *row, size_t f, uint64_t word)
{
	memcpy((char *) row + 8 * f, &word, sizeof word);
}

/* Byte order, which is the C collation. */
static int
compare_names(pm_text a, pm_text b)
{
	int			order = memcmp(a.bytes, b.bytes, a.length < b.length ? a.length : b.length);

	return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

/* ------------------------------------------------------------------------
 * Making a set.
 */

bool
pm_joint_limits(const pm_joint_source *source, pm_issue *issue)
{
	if (source->underlyings < 1 || source->scenarios < 1)
		return pm_fail(issue, PM_INVALID_VALUE,
					   "a joint scenario_set needs at least one scenario and one underlying",
					   "Give a row of moves for each scenario with a column for each underlying.",
					   "It has %u scenarios and %u underlyings.",
					   source->scenarios, source->underlyings);
	if (source->scenarios > PM_MAX_SCENARIOS)
		return pm_fail(issue, PM_LIMIT, "too many scenarios", "Use fewer scenarios.",
					   "The set would have %u scenarios; the limit is %d.",
					   source->scenarios, PM_MAX_SCENARIOS);
	if (source->underlyings > PM_MAX_JOINT_UNDERLYINGS)
		return pm_fail(issue, PM_LIMIT, "too many underlyings", "Use fewer underlyings.",
					   "The set would have %u underlyings; the limit is %d.",
					   source->underlyings, PM_MAX_JOINT_UNDERLYINGS);
	for (uint32_t k = 0; k < source->underlyings; k++)
	{
		if (source->names[k].length == 0)
			return pm_fail(issue, PM_INVALID_VALUE, "the name of an underlying must not be empty",
						   "Name each underlying as the positions do.",
						   "One of the %u names is empty.", source->underlyings);
		if (k > 0 && compare_names(source->names[k - 1], source->names[k]) == 0)
			return pm_fail(issue, PM_INVALID_VALUE, "a joint scenario_set has an underlying twice",
						   "Give each underlying once.",
						   "It is \"%.*s\".", pm_shown(source->names[k]), source->names[k].bytes);
	}
	return true;
}

static pm_scenario
move_of(const pm_joint_source *source, uint32_t underlying, uint32_t scenario)
{
	pm_scenario row = source->move(source->context, underlying, scenario);

	pm_scenario_normalise(&row);
	return row;
}

static bool
fail_weight(double weight, pm_issue *issue)
{
	char		number[PM_NUMBER_SIZE];

	return pm_fail(issue, PM_INVALID_VALUE, "joint scenarios must have weight 1",
				   "Leave the weight out: profits and losses are added over underlyings as they are.",
				   "weight is %s.", pm_number(number, weight));
}

bool
pm_joint_check(const pm_joint_source *source, uint32_t underlying,
			   uint32_t *fields, pm_issue *issue)
{
	pm_text		name = source->names[underlying];
	pm_scenario first = move_of(source, underlying, 0);

	*fields = 0;
	for (uint32_t n = 0; n < source->scenarios; n++)
	{
		pm_scenario row = move_of(source, underlying, n);

		if (!pm_scenario_check(&row, issue) ||
			(row.weight != 1 && !fail_weight(row.weight, issue)))
		{
			size_t		used = strlen(issue->detail);

			snprintf(issue->detail + used, sizeof issue->detail - used,
					 " It is scenario %u of underlying \"%.*s\".",
					 n + 1, pm_shown(name), name.bytes);
			return false;
		}
		for (size_t f = 0; f < PM_SCENARIO_FIELDS; f++)
			if (field_word(&row, f) != field_word(&first, f))
				*fields |= 1u << f;
	}
	return true;
}

static size_t
moves_size(uint32_t fields, uint32_t scenarios)
{
	return sizeof(pm_scenario) + (size_t) __builtin_popcount(fields) * scenarios * 8;
}

static size_t
directory_size(uint32_t underlyings)
{
	return sizeof(pm_scenario_set) + sizeof(pm_joint) + underlyings * sizeof(pm_joint_column);
}

size_t
pm_joint_size(const pm_joint_source *source, const uint32_t *fields)
{
	size_t		size = directory_size(source->underlyings);

	for (uint32_t k = 0; k < source->underlyings; k++)
		size += align8(source->names[k].length) + moves_size(fields[k], source->scenarios);
	return size;
}

/* The moves of one underlying, at `moves`. */
static void
fill_moves(char *moves, const pm_joint_source *source, uint32_t underlying, uint32_t fields)
{
	pm_scenario common = move_of(source, underlying, 0);
	uint64_t   *columns = (uint64_t *) (moves + sizeof common);

	for (size_t f = 0; f < PM_SCENARIO_FIELDS; f++)
		if (fields & 1u << f)
			set_field_word(&common, f, 0);
	memcpy(moves, &common, sizeof common);
	for (uint32_t n = 0; n < source->scenarios; n++)
	{
		pm_scenario row = move_of(source, underlying, n);
		uint64_t   *column = columns;

		for (size_t f = 0; f < PM_SCENARIO_FIELDS; f++)
			if (fields & 1u << f)
			{
				column[n] = field_word(&row, f);
				column += source->scenarios;
			}
	}
}

/* The hash of all that follows the pm_joint, and of the number of scenarios. */
static uint64_t
hash_of(const pm_scenario_set *set, uint64_t hash)
{
	const uint64_t *word = (const uint64_t *) columns_of(set);
	size_t		words = (pm_joint_of(set)->size - directory_size(0)) / 8;

	hash = pm_hash_word(hash, set->scenarios);
	for (size_t i = 0; i < words; i++)
		hash = pm_hash_word(hash, word[i]);
	return hash;
}

void
pm_joint_fill(pm_scenario_set *set, const pm_joint_source *source, const uint32_t *fields)
{
	pm_joint   *joint = (pm_joint *) (set + 1);
	pm_joint_column *columns = (pm_joint_column *) (joint + 1);
	size_t		at = directory_size(source->underlyings);

	*set = (pm_scenario_set)
	{
		.version = PM_SCENARIO_SET_VERSION, .kind = PM_SET_JOINT, .unit_weights = 1,
		.scenarios = source->scenarios
	};
	joint->underlyings = source->underlyings;
	joint->reserved = 0;
	joint->size = pm_joint_size(source, fields);
	for (uint32_t k = 0; k < source->underlyings; k++)
	{
		pm_text		name = source->names[k];

		columns[k].name = (uint32_t) at;
		columns[k].name_length = (uint32_t) name.length;
		columns[k].fields = fields[k];
		columns[k].reserved = 0;
		memset((char *) set + at, 0, align8(name.length));
		memcpy((char *) set + at, name.bytes, name.length);
		at += align8(name.length);
	}
	for (uint32_t k = 0; k < source->underlyings; k++)
	{
		columns[k].moves = at;
		fill_moves((char *) set + at, source, k, fields[k]);
		at += moves_size(fields[k], source->scenarios);
	}
	set->fingerprint = hash_of(set, pm_hash_word(0, PM_SET_JOINT));
	joint->digest = hash_of(set, DIGEST_SEED);
}

bool
pm_joint_joinable(const pm_scenario_set *a, const pm_scenario_set *b, pm_issue *issue)
{
	const pm_scenario_set *sets[] = {a, b};

	if (a->kind != b->kind)
		return pm_fail(issue, PM_INVALID_VALUE,
					   "a joint scenario_set and a common one cannot be joined",
					   "Join sets of one kind: a common set has no underlyings.",
					   "The %s of the two sets is of the joint kind.",
					   a->kind == PM_SET_JOINT ? "first" : "second");
	for (int i = 0; i < 2; i++)
		for (uint32_t k = 0; k < pm_joint_of(sets[i])->underlyings; k++)
		{
			pm_text		name = pm_joint_name(sets[i], k);
			uint32_t	column;

			if (!pm_joint_find(sets[1 - i], name, &column))
				return pm_fail(issue, PM_INVALID_VALUE,
							   "joint scenario sets of different underlyings cannot be joined",
							   "Give both sets a column for each underlying, of zeros where it does not move.",
							   "Underlying \"%.*s\" is in the %s set only.",
							   pm_shown(name), name.bytes, i == 0 ? "first" : "second");
		}
	return true;
}

/* ------------------------------------------------------------------------
 * Reading it.
 */

pm_text
pm_joint_name(const pm_scenario_set *set, uint32_t column)
{
	const pm_joint_column *c = &columns_of(set)[column];

	return (pm_text)
	{
		(const char *) set + c->name, c->name_length
	};
}

uint32_t
pm_joint_fields(const pm_scenario_set *set, uint32_t column)
{
	return columns_of(set)[column].fields;
}

bool
pm_joint_find(const pm_scenario_set *set, pm_text underlying, uint32_t *column)
{
	uint32_t	low = 0,
				high = pm_joint_of(set)->underlyings;

	while (low < high)
	{
		uint32_t	middle = low + (high - low) / 2;
		int			order = compare_names(underlying, pm_joint_name(set, middle));

		if (order == 0)
		{
			*column = middle;
			return true;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

void
pm_joint_rows(const pm_scenario_set *set, uint32_t column, uint32_t first,
			  uint32_t count, pm_scenario *rows)
{
	const pm_joint_column *c = &columns_of(set)[column];
	const char *moves = (const char *) set + c->moves;
	const char *numbers = moves + sizeof(pm_scenario) + 8 * (size_t) first;

	for (uint32_t n = 0; n < count; n++)
		memcpy(&rows[n], moves, sizeof(pm_scenario));
	for (size_t f = 0; f < PM_SCENARIO_FIELDS; f++)
	{
		if ((c->fields & 1u << f) == 0)
			continue;
		for (uint32_t n = 0; n < count; n++)
			memcpy((char *) &rows[n] + 8 * f, numbers + 8 * (size_t) n, 8);
		numbers += 8 * (size_t) set->scenarios;
	}
}

/* Whether a column says what pm_joint_fill would write there; sums up the bytes. */
static bool
column_valid(const pm_scenario_set *set, uint32_t k, uint64_t *names, uint64_t *moves)
{
	const pm_joint_column *c = &columns_of(set)[k];

	if (c->name != *names || c->moves != *moves || c->name_length == 0 ||
		c->fields >= 1u << PM_SCENARIO_FIELDS || c->fields & 1u << WEIGHT_FIELD)
		return false;
	*names += align8(c->name_length);
	*moves += moves_size(c->fields, set->scenarios);
	return true;
}

bool
pm_joint_valid(const pm_scenario_set *set, size_t bytes)
{
	const pm_joint *joint = pm_joint_of(set);
	uint64_t	names,
				moves = 0;

	if (set->parts != 0 || bytes < directory_size(1) || joint->size != bytes ||
		joint->underlyings < 1 || joint->underlyings > PM_MAX_JOINT_UNDERLYINGS ||
		bytes < directory_size(joint->underlyings))
		return false;
	names = directory_size(joint->underlyings);
	moves = names;
	for (uint32_t k = 0; k < joint->underlyings; k++)
		moves += align8(columns_of(set)[k].name_length);
	for (uint32_t k = 0; k < joint->underlyings; k++)
		if (!column_valid(set, k, &names, &moves))
			return false;
	if (moves != bytes)
		return false;
	/* Now that they are known to lie within: in order, so that they are found. */
	for (uint32_t k = 1; k < joint->underlyings; k++)
		if (compare_names(pm_joint_name(set, k - 1), pm_joint_name(set, k)) >= 0)
			return false;
	return true;
}

int
pm_joint_compare_names(const pm_scenario_set *a, const pm_scenario_set *b)
{
	uint32_t	count = pm_joint_of(a)->underlyings;

	if (count != pm_joint_of(b)->underlyings)
		return count < pm_joint_of(b)->underlyings ? -1 : 1;
	for (uint32_t k = 0; k < count; k++)
	{
		int			order = compare_names(pm_joint_name(a, k), pm_joint_name(b, k));

		if (order != 0)
			return order;
	}
	return 0;
}

bool
pm_joint_same(const pm_scenario_set *a, const pm_scenario_set *b)
{
	return a->fingerprint == b->fingerprint && a->scenarios == b->scenarios &&
		pm_joint_of(a)->digest == pm_joint_of(b)->digest &&
		pm_joint_of(a)->size == pm_joint_of(b)->size;
}
