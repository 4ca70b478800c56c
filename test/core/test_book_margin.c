/*
 * test_book_margin.c - book_margin.h: what accounts go in come out; keys that do
 * not ascend; numbers that cannot be; no memory; hostile images.
 */
#include <float.h>
#include <math.h>

#include "core/book_margin.h"
#include "allocator.h"
#include "support.h"

#define DOUBLES (5 + PM_TOTALS)

/* The key of account i, in order: numbers of both signs, or texts of any length. */
static pm_key
key_of(pm_key_kind kind, uint32_t i)
{
	static char room[8][48];
	static int	next;
	pm_key		key = {0, {NULL, 0}};

	if (kind == PM_KEY_INT8)
	{
		key.number = i == 0 ? INT64_MIN : i == UINT32_MAX ? INT64_MAX : (int64_t) i * 1000003 - 50000000;
		return key;
	}
	next = (next + 1) % LENGTH(room);
	if (i == 0)
		return (pm_key)
	{
		0, text("")
	};
	snprintf(room[next], sizeof room[next], "%08u%.*s", i, (int) (i * 7 % 30), "\xc3\xa9 and thirty bytes that follow");
	key.text = text(room[next]);
	return key;
}

/* The numbers of an account, to be read and changed in turn. */
static double *
number(pm_book_account *a, int n)
{
	double	   *head[] = {
		&a->margin.requirement, &a->margin.scan_loss, &a->margin.minimum_charge,
		&a->margin.worst_price_shock, &a->margin.worst_vol_shock
	};

	return n < 5 ? head[n] : &a->totals.totals[n - 5];
}

/* Account i of a fixed random book; each third holds nothing. */
static pm_book_account
account(pm_key_kind kind, uint32_t i)
{
	static const char *const names[] = {"X", "", "a longer name \xc3\xa9"};
	static const char *const currencies[] = {"USD", NULL, ""};
	static const double some[] = {0, -0.0, 1, -0.1, 1e-320, DBL_MAX, -DBL_MAX, 0x1p53};
	uint64_t	keep = random_state;
	pm_book_account a = {.key = key_of(kind, i)};

	random_state = 1000 + i;
	if (i % 3 != 2)
	{
		for (int n = 0; n < DOUBLES; n++)
			*number(&a, n) = random_below(2) ? some[random_below(LENGTH(some))] : (int32_t) random_bits() / 3.0;
		a.margin.worst_scenario = 1 + random_below(PM_MAX_SCENARIOS);
		a.margin.worst_underlying = text(names[i % 4 % 3]);
		a.totals.currency = text(currencies[i % 5 % 3]);
		a.totals.rows = random_below(4) ? 1 + random_below(1000) : INT64_MAX;
	}
	random_state = keep;
	return a;
}

static bool
same_text(pm_text a, pm_text b)
{
	return (a.bytes == NULL) == (b.bytes == NULL) && a.length == b.length &&
		(a.bytes == NULL || memcmp(a.bytes, b.bytes, a.length) == 0);
}

static bool
same_account(pm_key_kind kind, pm_book_account a, pm_book_account b)
{
	for (int n = 0; n < DOUBLES; n++)
		if (memcmp(number(&a, n), number(&b, n), sizeof(double)) != 0)
			return false;
	return (kind == PM_KEY_INT8 ? a.key.number == b.key.number : same_text(a.key.text, b.key.text)) &&
		a.margin.worst_scenario == b.margin.worst_scenario &&
		same_text(a.margin.worst_underlying, b.margin.worst_underlying) &&
		a.totals.rows == b.totals.rows && same_text(a.totals.currency, b.totals.currency);
}

static void
free_builder(pm_book_builder *b)
{
	release((pm_risk_array *) b->rows);
	release((pm_risk_array *) b->heap);
}

/* What a builder holds, in a block of exactly its size that held rubbish. */
static pm_book_margin *
book_of(const pm_book_builder *b, size_t *size)
{
	pm_book_margin *book;

	*size = pm_book_bytes(b);
	book = malloc(*size);
	memset(book, 0x77, *size);
	pm_book_fill(b, book);
	return book;
}

static void
add(pm_book_builder *b, pm_book_account a)
{
	pm_issue	issue = {0};
	bool		done = pm_book_add(b, &a, &issue);

	CHECK(done, "an account is refused: %s", issue.message);
}

static pm_book_margin *
book(pm_key_kind kind, uint32_t accounts, size_t *size)
{
	pm_book_builder b;
	pm_book_margin *made;

	pm_book_begin(&b, &allocator, kind);
	for (uint32_t i = 0; i < accounts; i++)
		add(&b, account(kind, i));
	made = book_of(&b, size);
	free_builder(&b);
	return made;
}

static bool
valid(const pm_book_margin *made, size_t size)
{
	return pm_book_valid(made, size) && pm_book_size(made) == size;
}

/* Every account comes out as it went in, by place. */
static void
found_again(pm_key_kind kind, uint32_t accounts)
{
	size_t		size;
	pm_book_margin *made = book(kind, accounts, &size);
	bool		good = true;

	CHECK(valid(made, size) && made->accounts == accounts, "%u accounts: invalid", accounts);
	for (uint32_t i = 0; i < accounts; i++)
		good &= same_account(kind, pm_book_at(made, i), account(kind, i));
	CHECK(good, "%u accounts of kind %d: not all are what they were", accounts, kind);
	free(made);
}

/* A book can be asked for between additions. */
static void
asked_twice(pm_key_kind kind)
{
	pm_book_builder b;

	pm_book_begin(&b, &allocator, kind);
	for (uint32_t i = 0; i < 100; i++)
	{
		size_t		size,
					right_size;
		pm_book_margin *made = book_of(&b, &size);
		pm_book_margin *right = book(kind, i, &right_size);

		made->server_header = right->server_header;
		CHECK(size == right_size && memcmp(made, right, size) == 0, "after %u accounts it is another book", i);
		free(made);
		free(right);
		add(&b, account(kind, i));
	}
	free_builder(&b);
}

/* ------------------------------------------------------------------------
 * What cannot be.
 */

static bool
valid_pair(pm_key_kind kind, pm_book_account first, pm_book_account second)
{
	pm_book_builder b;
	pm_book_margin *made;
	size_t		size;
	bool		good;

	pm_book_begin(&b, &allocator, kind);
	add(&b, first);
	add(&b, second);
	made = book_of(&b, &size);
	good = valid(made, size);
	free_builder(&b);
	free(made);
	return good;
}

static void
keys_ascend(void)
{
	for (int kind = 0; kind < 2; kind++)
		for (uint32_t i = 0; i < 40; i++)
			for (uint32_t k = 0; k < 40; k++)
				CHECK(valid_pair((pm_key_kind) kind, account((pm_key_kind) kind, i), account((pm_key_kind) kind, k)) == (i < k),
					  "kind %d: %u before %u", kind, i, k);
	CHECK(valid_pair(PM_KEY_INT8, account(PM_KEY_INT8, 7), account(PM_KEY_INT8, UINT32_MAX)), "the largest number");
}

static bool
valid_after(pm_book_account second)
{
	return valid_pair(PM_KEY_INT8, account(PM_KEY_INT8, 0), second);
}

static void
not_a_margin(void)
{
	static const double bad[] = {INFINITY, -INFINITY, NAN};
	pm_book_account good = account(PM_KEY_INT8, 1);
	pm_book_account a;

	CHECK(valid_after(good), "a good account is refused");
	for (int n = 0; n < DOUBLES; n++)
	{
		for (int i = 0; i < LENGTH(bad); i++)
		{
			a = good;
			*number(&a, n) = bad[i];
			CHECK(!valid_after(a), "number %d is %g", n, bad[i]);
		}
		/* As large as numbers are, all of them: no sum may be taken for them. */
		*number(&good, n) = DBL_MAX;
		CHECK(valid_after(good), "number %d is %g", n, DBL_MAX);
	}
	a = good;
	a.totals.rows = -1;
	CHECK(!valid_after(a), "positions below 0");
	a = good;
	a.margin.worst_scenario = 0;
	CHECK(!valid_after(a), "a worst underlying without a scenario");
	a = good;
	a.margin.worst_underlying.bytes = NULL;
	CHECK(!valid_after(a), "a worst scenario without an underlying");
	a = good;
	a.margin.worst_scenario = PM_MAX_SCENARIOS + 1;
	CHECK(!valid_after(a), "a scenario that no set has");
	a = account(PM_KEY_TEXT, 1);
	a.key.text.bytes = NULL;
	CHECK(!valid_pair(PM_KEY_TEXT, a, account(PM_KEY_TEXT, 2)), "an account without a key");
}

/* A text that would not fit is refused before it is read. */
static void
too_large(void)
{
	pm_book_account a = account(PM_KEY_TEXT, 1);
	pm_book_builder b;
	pm_issue	issue = {0};
	size_t		size;

	pm_book_begin(&b, &allocator, PM_KEY_TEXT);
	add(&b, account(PM_KEY_TEXT, 0));
	a.key.text.length = PM_RISK_TABLE_LIMIT;
	size = pm_book_bytes(&b);
	CHECK(!pm_book_add(&b, &a, &issue) &&
		  issue_says(&issue, PM_LIMIT, "too large", "1 accounts", "in parts"), "%s", issue.message);
	CHECK(pm_book_bytes(&b) == size, "the account that was refused is there");
	free_builder(&b);
}

static void
out_of_memory(void)
{
	int			failures = 0;

	for (int fail_at = 1; fail_at < 100; fail_at++)
	{
		pm_book_builder b;
		pm_issue	issue = {0};
		bool		done = true;

		count.calls = 0;
		count.fail_at = fail_at;
		pm_book_begin(&b, &allocator, PM_KEY_TEXT);
		for (uint32_t i = 0; i < 1000 && done; i++)
		{
			pm_book_account a = account(PM_KEY_TEXT, i);

			done = pm_book_add(&b, &a, &issue);
		}
		count.fail_at = 0;
		CHECK(done || issue_says(&issue, PM_NO_MEMORY, "out of memory", "bytes", "in parts"),
			  "failure %d: %s", fail_at, issue.message);
		free_builder(&b);
		if (done)
			break;
		failures++;
	}
	CHECK(failures > 8 && failures < 90, "%d failures", failures);
}

/* ------------------------------------------------------------------------
 * Stored bytes that nobody wrote.
 */

static volatile uint64_t read_sum;

static void
read_text(pm_text t)
{
	for (size_t i = 0; t.bytes != NULL && i < t.length; i++)
		read_sum = read_sum + (unsigned char) t.bytes[i];
}

/* Everything that a reader does. */
static void
refused_or_safe(const void *bytes, size_t size, long *refusals)
{
	pm_book_margin *made = copy_of(bytes, size);

	if (!pm_book_valid(made, size))
		++*refusals;
	else
		for (uint32_t i = 0; i < made->accounts; i++)
		{
			pm_book_account a = pm_book_at(made, i);
			bool		finite = true;

			for (int n = 0; n < DOUBLES; n++)
				finite &= isfinite(*number(&a, n)) != 0;
			if (!finite)
				CHECK(0, "a number that is not finite");
			if (made->key_kind == PM_KEY_TEXT)
				read_text(a.key.text);
			read_text(a.margin.worst_underlying);
			read_text(a.totals.currency);
		}
	free(made);
}

static void
hostile_image(const pm_book_margin *made, size_t size)
{
	unsigned char *image = calloc(1, size + 256);
	static const uint32_t words[] = {
		0, 1, 2, 3, 7, 8, 16, 24, 127, 128, 100000, 100001, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff
	};
	long		refusals = 0;

	memcpy(image, made, size);
	for (size_t cut = 0; cut < size; cut++)
		refused_or_safe(image, cut, &refusals);
	for (size_t more = 1; more <= 256; more++)
		refused_or_safe(image, size + more, &refusals);
	CHECK(refusals == (long) size + 256, "only %ld of %zu truncations and extensions are refused", refusals, size + 256);

	refusals = 0;
	for (size_t at = 4; at < size; at++)
		for (int change = 1; change < 256; change++)
		{
			image[at] ^= (unsigned char) change;
			refused_or_safe(image, size, &refusals);
			image[at] ^= (unsigned char) change;
		}
	CHECK(refusals > 12 * 255, "only %ld changed bytes are refused", refusals);

	refusals = 0;
	for (int turn = 0; turn < 20000; turn++)
	{
		memcpy(image, made, size);
		for (uint32_t n = 1 + random_below(3); n > 0; n--)
		{
			uint32_t	span = (uint32_t) (random_below(2) ? sizeof *made : size);

			memcpy(image + random_below(span / 4) * 4, &words[random_below(LENGTH(words))], 4);
		}
		refused_or_safe(image, size, &refusals);
	}
	CHECK(refusals > 5000, "only %ld of 20000 changed words are refused", refusals);
	free(image);
}

int
main(void)
{
	static const uint32_t sizes[] = {0, 1, 2, 3, 100, 5000};

	for (int kind = 0; kind < 2; kind++)
	{
		size_t		size;
		pm_book_margin *made = book((pm_key_kind) kind, 6, &size);

		for (int i = 0; i < LENGTH(sizes); i++)
			found_again((pm_key_kind) kind, sizes[i]);
		asked_twice((pm_key_kind) kind);
		hostile_image(made, size);
		free(made);
	}
	keys_ascend();
	not_a_margin();
	too_large();
	out_of_memory();
	return check_finish("book_margin");
}
