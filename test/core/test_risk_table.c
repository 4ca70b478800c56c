/*
 * test_risk_table.c - risk_table.h: what goes in is found again, in whatever
 * order it came; what does not go together; an order; quantities as with
 * arrays; no memory; hostile images.
 */
#include <math.h>

#include "core/risk_algebra.h"
#include "core/risk_table.h"
#include "allocator.h"
#include "support.h"

#define SCENARIOS 10

static pm_scenario_set *tims;	/* of SCENARIOS scenarios */
static pm_scenario_set *tims_listed;	/* the same rows */
static pm_scenario_set *other;	/* another set as long */

static pm_key
number(int64_t key)
{
	return (pm_key)
	{
		key, {NULL, 0}
	};
}

static pm_key
name(const char *key)
{
	return (pm_key)
	{
		0, text(key)
	};
}

/* Adds an underlying's random sums to an array. */
static void
add_underlying(pm_risk_array **array, const char *underlying, const char *currency,
			   const pm_scenario_set *set)
{
	pm_cell		amounts[PM_TOTALS + SCENARIOS];
	pm_risk_sums sums = {
		.underlying = text(underlying), .currency = text(currency), .set = set,
		.rows = 1 + random_below(3), .totals = amounts, .pnls = amounts + PM_TOTALS
	};
	pm_issue	issue = {0};
	bool		done;

	for (int i = 0; i < PM_TOTALS + SCENARIOS; i++)
	{
		pm_exact	amount = (int32_t) random_bits();

		amount *= (pm_exact) 1 << random_below(60);
		pm_cell_set(&amounts[i], amount + random_bits());
	}
	pm_cell_set(&sums.long_quantity, (pm_exact) random_bits() << 30);
	pm_cell_set(&sums.short_quantity, random_below(2) ? 0 : (pm_exact) 1 << 60);
	done = pm_risk_add_sums(array, &allocator, &sums, &issue);
	CHECK(done, "an underlying is refused: %s", issue.message);
}

/* Contract i of a fixed random book: mostly of one underlying, some of none or three. */
static pm_risk_array *
contract(uint32_t i)
{
	static const char *const underlyings[] = {"B", "A long name", "", "\xff", "AB"};
	static const char *const currencies[] = {"USD", NULL, "EUR", ""};
	uint64_t	keep = random_state;
	const char *currency = currencies[i % LENGTH(currencies)];
	const pm_scenario_set *set = i % 2 ? tims : tims_listed;
	pm_risk_array *array = NULL;

	random_state = 1000 + i;
	if (i % 11 == 10)
	{
		add_underlying(&array, "gone", currency, set);
		pm_risk_clear(array);
	}
	else if (i % 7 == 6)
		for (int k = 0; k < 3; k++)
			add_underlying(&array, underlyings[(i + k) % 3], currency, set);
	else if (i % 5 == 4)
		add_underlying(&array, "alone", currency, other);
	else
		add_underlying(&array, underlyings[i % LENGTH(underlyings)], currency, set);
	random_state = keep;
	return array;
}

/* The key of contract i: far apart, of both signs, or texts of any length. */
static pm_key
key_of(pm_key_kind kind, uint32_t i)
{
	static char room[32][24];
	static int	next;

	if (kind == PM_KEY_INT8)
		return number(i == 0 ? INT64_MIN : i == 1 ? INT64_MAX : (int64_t) i * 1000003 - 50000000);
	next = (next + 1) % LENGTH(room);
	if (i == 0)
		return name("");
	snprintf(room[next], sizeof room[next], "%.*s%u", (int) (i % 9), "\xc3\xa9 key 12345", i);
	return name(room[next]);
}

static void
free_builder(pm_table_builder *b)
{
	void	   *parts[] = {
		b->names, b->scratch, b->drafts, b->places, b->currencies, b->lines, b->texts
	};

	for (int i = 0; i < LENGTH(parts); i++)
		release(parts[i]);
}

static bool
added(pm_table_builder *b, pm_key key, pm_risk_array *array, pm_issue *issue)
{
	bool		done = pm_table_add(b, key, array, issue);

	release(array);
	return done;
}

/* The table in a block of exactly its size that held rubbish; NULL if it fails. */
static pm_risk_table *
table_of(pm_table_builder *b, size_t *size, pm_issue *issue)
{
	pm_risk_table *table;

	if (!pm_table_size(b, size, issue))
		return NULL;
	table = malloc(*size);
	memset(table, 0x77, *size);
	table->server_header = 0;
	pm_table_fill(b, table);
	return table;
}

/* Contracts from, from + step, ... below `end`; step may be negative. */
static pm_risk_table *
book(pm_key_kind kind, uint32_t from, uint32_t end, int step, size_t *size)
{
	pm_table_builder b;
	pm_risk_table *table;
	pm_issue	issue = {0};
	bool		done = true;

	pm_table_begin(&b, &allocator, kind);
	for (uint32_t i = step > 0 ? from : end - 1; i >= from && i < end; i += (uint32_t) step)
		done &= added(&b, key_of(kind, i), contract(i), &issue);
	table = done ? table_of(&b, size, &issue) : NULL;
	if (table == NULL)
	{
		printf("a book is refused: %s: %s\n", issue.message, issue.detail);
		abort();
	}
	free_builder(&b);
	return table;
}

static uint32_t
find(const pm_risk_table *t, pm_key key)
{
	return t->key_kind == PM_KEY_TEXT ? pm_table_find_text(t, key.text)
		: pm_table_find_int8(t, key.number);
}

static bool
same_array(const pm_risk_array *a, const pm_risk_array *b)
{
	return pm_risk_compare(a, b) == 0 && pm_risk_hash(a) == pm_risk_hash(b);
}

/* Every contract is found and is what it was; others are not found. */
static void
found_again(pm_key_kind kind, uint32_t contracts)
{
	size_t		size;
	pm_risk_table *t = book(kind, 0, contracts, 1, &size);
	pm_risk_array *array = NULL;
	pm_issue	issue = {0};
	bool		good = true;

	CHECK(pm_table_valid(t, size) && t->entries == contracts, "%u contracts: invalid", contracts);
	for (uint32_t i = 0; i < contracts; i++)
	{
		pm_risk_array *right = contract(i);
		uint32_t	entry = find(t, key_of(kind, i));

		good &= entry != PM_NO_ENTRY &&
			pm_table_array(&array, &allocator, t, entry, &issue) && same_array(array, right);
		release(right);
	}
	CHECK(good, "%u contracts of kind %d: not all are what they were", contracts, kind);
	good = true;
	for (uint32_t i = contracts; i < contracts + 1000; i++)
		good &= i < 2 || find(t, key_of(kind, i)) == PM_NO_ENTRY;
	CHECK(good, "%u contracts of kind %d: an unknown key is found", contracts, kind);
	for (uint32_t i = 1; i < t->entries; i++)
	{
		pm_key		a = pm_table_key(t, i - 1);
		pm_key		b = pm_table_key(t, i);

		good &= kind == PM_KEY_INT8 ? a.number < b.number
			: memcmp(a.text.bytes, b.text.bytes, a.text.length < b.text.length ? a.text.length : b.text.length) <= 0;
	}
	CHECK(good, "keys are not in order");
	release(array);
	free(t);
}

/* The image is the same in any order of rows, and of two tables joined. */
static void
any_order(pm_key_kind kind)
{
	size_t		size,
				size_back,
				size_one,
				size_two,
				size_both;
	pm_risk_table *t = book(kind, 0, 60, 1, &size);
	pm_risk_table *back = book(kind, 0, 60, -1, &size_back);
	pm_risk_table *one = book(kind, 40, 60, 1, &size_one);
	pm_risk_table *two = book(kind, 0, 40, 1, &size_two);
	pm_table_builder b;
	pm_risk_table *both;
	pm_issue	issue = {0};

	CHECK(size == size_back && memcmp(t, back, size) == 0, "backwards it is another image");
	pm_table_begin(&b, &allocator, kind);
	CHECK(pm_table_add_table(&b, one, &issue) && pm_table_add_table(&b, two, &issue),
		  "tables do not join: %s", issue.message);
	both = table_of(&b, &size_both, &issue);
	CHECK(both != NULL && size_both == size && memcmp(t, both, size) == 0,
		  "two tables joined are another image");
	CHECK(!pm_table_add_table(&b, two, &issue) || !pm_table_size(&b, &size_both, &issue),
		  "a table is added twice");
	free_builder(&b);
	free(t);
	free(back);
	free(one);
	free(two);
	free(both);
}

/* A result can be asked for between additions. */
static void
asked_twice(void)
{
	pm_table_builder b;
	pm_issue	issue = {0};
	size_t		size,
				again;

	pm_table_begin(&b, &allocator, PM_KEY_TEXT);
	for (uint32_t i = 0; i < 30; i++)
	{
		pm_risk_table *t,
				   *right = book(PM_KEY_TEXT, 0, i + 1, 1, &size);

		CHECK(added(&b, key_of(PM_KEY_TEXT, i), contract(i), &issue), "%s", issue.message);
		t = table_of(&b, &again, &issue);
		CHECK(t != NULL && again == size && memcmp(t, right, size) == 0,
			  "after %u contracts it is another table", i);
		free(t);
		free(right);
	}
	free_builder(&b);
}

/* quantity * contract, summed, as with arrays; names and currencies that differ are refused alike. */
static void
quantities(void)
{
	static const double some[] = {
		0, 1, -1, 7, -3, 0.1, -1.0 / 3, 1e-9, -12345.678, 0x1p31, 1e15, NAN, INFINITY
	};
	size_t		size;
	pm_risk_table *t = book(PM_KEY_INT8, 0, 60, 1, &size);
	long		sums = 0,
				refused = 0;

	for (int turn = 0; turn < 2000; turn++)
	{
		pm_risk_array *left = NULL,
				   *right = NULL;
		pm_issue	one = {0},
					other_issue = {0};
		bool		done = true,
					also = true;

		for (int n = 0; n < 3 && done && also; n++)
		{
			uint32_t	i = random_below(60);
			double		quantity = some[random_below(random_below(8) ? 11 : LENGTH(some))];
			pm_risk_array *c = contract(i);

			done = pm_table_add_to(&left, &allocator, t, find(t, key_of(PM_KEY_INT8, i)), quantity, &one);
			also = pm_risk_add(&right, &allocator, c, quantity, &other_issue);
			release(c);
		}
		CHECK(done == also, "one is refused: %s%s", one.message, other_issue.message);
		if (done && also)
			CHECK(same_array(left, right), "quantities of contracts differ");
		else
			CHECK(one.code == other_issue.code && strcmp(one.message, other_issue.message) == 0,
				  "refused differently: %s, %s", one.message, other_issue.message);
		sums += done;
		refused += !done;
		release(left);
		release(right);
	}
	CHECK(sums > 100 && refused > 100, "only %ld sums and %ld refusals", sums, refused);
	free(t);
}

/* ------------------------------------------------------------------------
 * What does not go together.
 */

static void
refused(pm_key_kind kind, pm_key first, pm_risk_array *a, pm_key second, pm_risk_array *b,
		const char *message, const char *detail, const char *hint)
{
	pm_table_builder builder;
	pm_issue	issue = {0};
	size_t		size;
	bool		done;

	pm_table_begin(&builder, &allocator, kind);
	done = added(&builder, first, a, &issue);
	CHECK(done, "the first is refused: %s", issue.message);
	done = added(&builder, second, b, &issue) && pm_table_size(&builder, &size, &issue);
	CHECK(!done && issue_says(&issue, PM_INVALID_VALUE, message, detail, hint),
		  "%s: %s | %s | %s", done ? "taken" : "refused", issue.message, issue.detail, issue.hint);
	free_builder(&builder);
}

static pm_risk_array *
of(const char *underlying, const pm_scenario_set *set)
{
	pm_risk_array *a = NULL;

	if (set->scenarios == SCENARIOS)
		add_underlying(&a, underlying, "USD", set);
	else
	{
		pm_cell		amounts[PM_TOTALS + 100] = {{0, 0}};
		pm_risk_sums sums = {
			.underlying = text(underlying), .set = set, .rows = 1,
			.totals = amounts, .pnls = amounts + PM_TOTALS
		};
		pm_issue	issue;

		(void) pm_risk_add_sums(&a, &allocator, &sums, &issue);
	}
	return a;
}

static void
not_together(void)
{
	pm_scenario_set *longer = span_of(0.1, 0.1, 2, 0.3, 0);

	refused(PM_KEY_INT8, number(-17), of("A", tims), number(-17), of("A", tims),
			"twice", "Its key is -17.", "once");
	refused(PM_KEY_TEXT, name("x y"), of("A", tims), name("x y"), of("A", tims),
			"twice", "Its key is \"x y\".", "once");
	refused(PM_KEY_INT8, number(1), of("A", tims), number(2), of("A", other),
			"one underlying has two different scenario sets", "\"A\" has tims_scenarios(0.1, 0.1)", "same scenario_set");
	refused(PM_KEY_INT8, number(1), of("A", tims), number(2), of("B", longer),
			"different length", "10 scenarios, another 16", "same number");
	free(longer);
}

static void
other_kind(void)
{
	size_t		size;
	pm_risk_table *t = book(PM_KEY_TEXT, 0, 3, 1, &size);
	pm_table_builder b;
	pm_issue	issue = {0};

	pm_table_begin(&b, &allocator, PM_KEY_INT8);
	CHECK(!pm_table_add_table(&b, t, &issue) &&
		  issue_says(&issue, PM_INVALID_VALUE, "of another type", "int8", "cast"), "kinds are mixed");
	CHECK(!pm_table_fail_unknown(t, name("nobody"), &issue) &&
		  issue_says(&issue, PM_NOT_FOUND, "not in the risk table", "\"nobody\"", "risk_table"), "unknown");
	free_builder(&b);
	free(t);
}

/* ------------------------------------------------------------------------
 * An order.
 */

static int
sign(int order)
{
	return (order > 0) - (order < 0);
}

/* Tables that differ in one thing each, and some that do not. */
static void
order(void)
{
	pm_risk_table *tables[40];
	int			count_of = 0;
	size_t		size;
	pm_issue	issue = {0};

	for (int kind = 0; kind < 2; kind++)
		for (uint32_t from = 0; from < 3; from++)
			for (uint32_t n = 1; n < 4; n++)
				tables[count_of++] = book((pm_key_kind) kind, from, from + n, 1, &size);
	tables[count_of++] = book(PM_KEY_INT8, 0, 3, -1, &size);
	for (int change = 0; change < 6; change++)
	{
		pm_table_builder b;
		pm_risk_array *a = NULL;

		random_state = 77;
		pm_table_begin(&b, &allocator, PM_KEY_INT8);
		add_underlying(&a, change == 1 ? "B" : "A", change == 2 ? "EUR" : change == 3 ? NULL : "USD",
					   change == 4 ? other : change == 5 ? tims_listed : tims);
		(void) added(&b, number(5), a, &issue);
		tables[count_of++] = table_of(&b, &size, &issue);
		free_builder(&b);
	}
	/* Backwards is forwards, and a list is its generator; nothing else is equal. */
	for (int i = 0; i < count_of; i++)
		for (int k = 0; k < count_of; k++)
		{
			bool		same = i == k || (i == 2 && k == 18) || (i == 18 && k == 2) ||
				(i == 19 && k == 24) || (i == 24 && k == 19);

			CHECK((pm_table_compare(tables[i], tables[k]) == 0) == same, "%d and %d", i, k);
			CHECK((tables[i]->fingerprint == tables[k]->fingerprint) == same, "fingerprints of %d and %d", i, k);
			CHECK(sign(pm_table_compare(tables[i], tables[k])) == -sign(pm_table_compare(tables[k], tables[i])),
				  "%d and %d: not antisymmetric", i, k);
			for (int m = 0; m < count_of; m++)
				if (pm_table_compare(tables[i], tables[k]) < 0 && pm_table_compare(tables[k], tables[m]) < 0)
					CHECK(pm_table_compare(tables[i], tables[m]) < 0, "%d, %d, %d: not transitive", i, k, m);
		}
	for (int i = 0; i < count_of; i++)
		free(tables[i]);
}

/* ------------------------------------------------------------------------
 * No memory.
 */

static void
out_of_memory(void)
{
	int			failures = 0;

	for (int fail_at = 1; fail_at < 1000; fail_at++)
	{
		pm_table_builder b;
		pm_issue	issue = {0};
		size_t		size;
		bool		done = true;
		pm_risk_array *arrays[20];

		for (uint32_t i = 0; i < 20; i++)
			arrays[i] = contract(i);
		count.calls = 0;
		count.fail_at = fail_at;
		pm_table_begin(&b, &allocator, PM_KEY_TEXT);
		for (uint32_t i = 0; i < 20 && done; i++)
			done = pm_table_add(&b, key_of(PM_KEY_TEXT, i), arrays[i], &issue);
		done = done && pm_table_size(&b, &size, &issue);
		count.fail_at = 0;
		CHECK(done || issue_says(&issue, PM_NO_MEMORY, "out of memory", "bytes", ""),
			  "failure %d: %s", fail_at, issue.message);
		free_builder(&b);
		for (uint32_t i = 0; i < 20; i++)
			release(arrays[i]);
		if (done)
			break;
		failures++;
	}
	CHECK(failures > 8 && failures < 900, "%d failures", failures);
}

/* ------------------------------------------------------------------------
 * Stored bytes that nobody wrote.
 */

static volatile uint64_t read_sum;

/* Everything that a reader does. */
static void
read_all(const pm_risk_table *t)
{
	pm_risk_array *array = NULL;
	pm_issue	issue;

	for (uint32_t i = 0; i < t->entries; i++)
	{
		pm_risk_array *sum = NULL;

		if (find(t, pm_table_key(t, i)) != i)
			CHECK(0, "a key is not found");
		if (pm_table_array(&array, &allocator, t, i, &issue))
			read_sum = read_sum + pm_risk_hash(array);
		(void) pm_table_add_to(&sum, &allocator, t, i, 1000000007, &issue);
		release(sum);
	}
	for (uint32_t i = 0; i < 20; i++)
		read_sum = read_sum + find(t, key_of((pm_key_kind) t->key_kind, 100 + i));
	release(array);
}

static void
refused_or_safe(const void *bytes, size_t size, long *refusals)
{
	pm_risk_table *t = copy_of(bytes, size);

	if (pm_table_valid(t, size))
	{
		read_all(t);
		CHECK(pm_table_compare(t, t) == 0, "a table is not equal to itself");
	}
	else
		++*refusals;
	free(t);
}

static void
hostile_image(const pm_risk_table *t, size_t size)
{
	unsigned char *image = calloc(1, size + 64);
	static const uint32_t words[] = {
		0, 1, 2, 3, 7, 8, 16, 24, 48, 56, 100000, 100001, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff
	};
	long		refusals = 0;

	memcpy(image, t, size);
	for (size_t cut = 0; cut < size; cut++)
		refused_or_safe(image, cut, &refusals);
	for (size_t more = 1; more <= 64; more++)
		refused_or_safe(image, size + more, &refusals);
	CHECK(refusals == (long) size + 64, "only %ld of %zu truncations and extensions are refused", refusals, size + 64);

	refusals = 0;
	for (size_t at = 4; at < size; at++)
		for (int change = 1; change < 256; change += at < 512 ? 1 : 17)
		{
			image[at] ^= (unsigned char) change;
			refused_or_safe(image, size, &refusals);
			image[at] ^= (unsigned char) change;
		}
	CHECK(refusals > 40 * 255, "only %ld changed bytes are refused", refusals);

	refusals = 0;
	for (int turn = 0; turn < 20000; turn++)
	{
		memcpy(image, t, size);
		for (uint32_t n = 1 + random_below(3); n > 0; n--)
		{
			uint32_t	span = (uint32_t) (random_below(2) ? sizeof *t : size);

			memcpy(image + random_below(span / 4) * 4, &words[random_below(LENGTH(words))], 4);
		}
		refused_or_safe(image, size, &refusals);
	}
	CHECK(refusals > 5000, "only %ld of 20000 changed words are refused", refusals);
	free(image);
}

static void
hostile_images(void)
{
	for (int kind = 0; kind < 2; kind++)
	{
		size_t		size;
		pm_risk_table *t = book((pm_key_kind) kind, 3, 8, 1, &size);

		hostile_image(t, size);
		free(t);
	}
}

/* What additions rely on without looking. */
static void
spoilt_lines(void)
{
	size_t		size;
	pm_risk_table *t = book(PM_KEY_INT8, 0, 10, 1, &size);
	uint32_t	lines;
	pm_line    *line = (pm_line *) pm_table_lines(t, find(t, key_of(PM_KEY_INT8, 6)), &lines);
	pm_line		keep = *line;

	CHECK(lines == 3 && pm_table_valid(t, size), "it has %u lines", lines);
	line->bits -= 1;
	CHECK(!pm_table_valid(t, size), "an amount beyond its bits is accepted");
	*line = keep;
	line->rows = 0;
	CHECK(!pm_table_valid(t, size), "a line without rows is accepted");
	*line = keep;
	line->currency ^= 1;
	CHECK(!pm_table_valid(t, size), "a contract in two currencies is accepted");
	*line = keep;
	line->underlying = 2;
	CHECK(!pm_table_valid(t, size), "an underlying twice is accepted");
	*line = keep;
	CHECK(pm_table_valid(t, size), "the table itself is refused");
	free(t);
}

int
main(void)
{
	static const uint32_t sizes[] = {1, 2, 3, 8, 100, 5000};

	tims = tims_of(0.1, 0.1);
	tims_listed = listed(tims);
	other = tims_of(0.2, 0.1);
	for (int i = 0; i < LENGTH(sizes); i++)
	{
		found_again(PM_KEY_INT8, sizes[i]);
		found_again(PM_KEY_TEXT, sizes[i]);
	}
	any_order(PM_KEY_INT8);
	any_order(PM_KEY_TEXT);
	asked_twice();
	quantities();
	not_together();
	other_kind();
	order();
	out_of_memory();
	hostile_images();
	spoilt_lines();
	free(tims);
	free(tims_listed);
	free(other);
	return check_finish("risk_table");
}
