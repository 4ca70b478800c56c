/*
 * contract_cache.c - each distinct contract is valued once per call site.
 */
#include "contract_cache.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "core/joint_set.h"
#include "core/market.h"
#include "core/volatility_surface.h"

#include "error.h"

/* Sets that a call site keeps, and the bytes of its cache beside the first set, if
 * the server does not grant a hash table more. */
#define MOST_SETS	64
#define MOST_BYTES	((Size) 32 * 1024 * 1024)

/* The same after which amounts under joint sets are no longer kept: what it takes
 * to value a contract is less, and shall find room. */
#define MOST_WHOLE_BYTES	(MOST_BYTES / 2)

/* Scenarios that are valued between two looks for a cancel request: a boundary
 * or a grid for each of them may take a tenth of a second. */
#define CHUNK	256

/*
 * Bytes that many contracts share, as an input of theirs: a surface, or the
 * dividends of an underlying.  Each distinct value is kept once and has a
 * number, which stands for it in the keys of contracts.
 */
typedef struct shared_key
{
	const void *bytes;
	Size		size;
	uint64		hash;			/* of the bytes */
} shared_key;

typedef struct shared_entry
{
	shared_key	key;
	uint32		number;			/* from 1 */
} shared_entry;

/*
 * Every input of a contract's values, and nothing else: not its quantity or its
 * names, nor a market price that implies no volatility.  Zero-filled before it
 * is set, for it is hashed and compared as bytes.
 */
typedef struct contract_key
{
	double		multiplier;
	double		strike;
	double		spot;
	double		volatility;
	double		rate;
	double		yield;
	double		price;
	pm_instant	expiry;
	pm_instant	as_of;
	uint32		given;			/* which of volatility and price */
	uint32		dividends;		/* number of the shared bytes; 0: none */
	uint32		surface;		/* the same */
	uint32		set;			/* number of its set, from 1; 0: totals only */
	uint32		column;			/* of the set, for its underlying */
	uint8		kind;
	uint8		exercise;
	uint8		pricing;
	uint8		settlement;
} contract_key;

typedef struct contract_entry
{
	contract_key key;
	pm_line    *amounts;
	PmJointLine *joint;			/* NULL: amounts are all */
	PmLine	   *line;			/* that came first; mostly there is no other */
} contract_entry;

/* Contracts with equal inputs have further lines for their other names. */
typedef struct line_key
{
	const contract_entry *contract;
	uint64		names;			/* a hash of underlying and currency */
} line_key;

typedef struct line_entry
{
	line_key	key;
	PmLine	   *line;
} line_entry;

struct PmContractCache
{
	MemoryContext context;		/* of everything below */
	HTAB	   *contracts;
	HTAB	   *shared;
	HTAB	   *more_lines;
	PmSetCache	sets[MOST_SETS];
	uint32		set_count;
	uint32		latest;			/* the set that came last */
	uint32		sets_made;		/* numbers them, so that none comes twice */
	pm_line    *scratch;		/* of a contract that is not kept */
	Size		scratch_size;
	PmLine		scratch_line;
};

static PmContractCache *
cache_of(PmCall *call)
{
	PmContractCache *cache = call->cache;

	if (cache == NULL)
	{
		cache = MemoryContextAllocZero(call->context, sizeof(PmContractCache));
		cache->context = AllocSetContextCreate(call->context, "portfolio_margin contracts",
											   ALLOCSET_DEFAULT_SIZES);
		call->cache = cache;
	}
	return cache;
}

static bool
has_room(const PmContractCache *cache, Size most)
{
	Size		set = cache->set_count > 0 ? cache->sets[0].size : 0;

	return MemoryContextMemAllocated(cache->context, true) <= most + set;
}

static bool
is_full(const PmContractCache *cache)
{
	return !has_room(cache, Max(MOST_BYTES, get_hash_memory_limit()));
}

static bool
same_set(const PmSetCache *kept, const pm_scenario_set *set, Size size)
{
	if (kept->set->kind == PM_SET_JOINT && set->kind == PM_SET_JOINT)
		return pm_joint_same(kept->set, set);
	return kept->size == size && kept->set->fingerprint == set->fingerprint &&
		memcmp(&kept->set->version, &set->version,
			   size - offsetof(pm_scenario_set, version)) == 0;
}

const PmSetCache *
pm_known_set(const PmCall *call, const pm_scenario_set *set, Size size)
{
	const PmContractCache *cache = call->cache;

	return cache != NULL && cache->set_count > 0 && cache->sets[cache->latest].size == size &&
		same_set(&cache->sets[cache->latest], set, size) ? &cache->sets[cache->latest] : NULL;
}

const PmSetCache *
pm_remember_set(PmCall *call, const pm_scenario_set *set, Size size)
{
	PmContractCache *cache = cache_of(call);
	PmSetCache *kept;
	MemoryContext old;

	/* Almost always it is the one before. */
	if (cache->set_count > 0 && same_set(&cache->sets[cache->latest], set, size))
		return &cache->sets[cache->latest];
	for (uint32 i = 0; i < cache->set_count; i++)
		if (same_set(&cache->sets[i], set, size))
		{
			cache->latest = i;
			return &cache->sets[i];
		}

	/* Between two calls only logs refer to the old: start anew. */
	if (cache->set_count == MOST_SETS || is_full(cache))
	{
		pm_forget_lines(call);
		cache->set_count = 0;
		call->stored_set = NULL;
		cache->contracts = NULL;
		cache->shared = NULL;
		cache->more_lines = NULL;
		call->rows = NULL;
		MemoryContextReset(cache->context);
	}
	old = MemoryContextSwitchTo(cache->context);
	kept = &cache->sets[cache->set_count];
	kept->number = ++cache->sets_made;
	kept->size = size;
	kept->set = memcpy(palloc(size), set, size);
	kept->rows = set->kind == PM_SET_JOINT ? NULL : palloc(set->scenarios * sizeof(pm_scenario));
	kept->pnls = palloc(set->scenarios * sizeof(double));
	MemoryContextSwitchTo(old);
	if (kept->rows != NULL)
		pm_set_rows(set, kept->rows);
	/* Counted last: an error above leaves nothing half made. */
	cache->latest = cache->set_count++;
	return kept;
}

/* The column of a set for a position's underlying, which must be in it. */
static uint32
column_of(const pm_position *p, const PmSetCache *set)
{
	uint32		column;
	pm_issue	issue;

	if (!pm_set_column(set->set, p->underlying, &column, &issue))
		pm_raise(&issue);
	return column;
}

void
pm_value_contract(const pm_position *p, const PmSetCache *set)
{
	uint32		column = column_of(p, set);
	pm_scenario chunk[CHUNK];
	pm_position settled;
	pm_issue	issue;

	if (!pm_market_settle(p, &settled, &issue))
		pm_raise(&issue);
	for (uint32 first = 0; first < set->set->scenarios; first += CHUNK)
	{
		uint32		count = Min(CHUNK, set->set->scenarios - first);
		const pm_scenario *rows = set->rows ? set->rows + first : chunk;

		CHECK_FOR_INTERRUPTS();
		if (rows == chunk)
			pm_joint_rows(set->set, column, first, count, chunk);
		if (!pm_contract_pnls(&settled, rows, count, first + 1,
							  set->pnls + first, &issue))
			pm_raise(&issue);
	}
}

static uint32
shared_hash(const void *key, Size key_size pg_attribute_unused())
{
	return (uint32) ((const shared_key *) key)->hash;
}

static int
shared_match(const void *a, const void *b, Size key_size pg_attribute_unused())
{
	const shared_key *x = a;
	const shared_key *y = b;

	return x->hash != y->hash || x->size != y->size || memcmp(x->bytes, y->bytes, x->size) != 0;
}

/* The entry of these bytes, which are kept if they are new; NULL: no room. */
static const shared_entry *
share(PmContractCache *cache, const void *bytes, Size size, uint64 hash)
{
	shared_key	key = {bytes, size, hash};
	shared_entry *entry;

	if (cache->shared == NULL)
	{
		HASHCTL		control = {
			.keysize = sizeof(shared_key), .entrysize = sizeof(shared_entry),
			.hash = shared_hash, .match = shared_match, .hcxt = cache->context
		};

		cache->shared = hash_create("portfolio_margin shared inputs", 64, &control,
									HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
	}
	entry = hash_search(cache->shared, &key, HASH_FIND, NULL);
	if (entry != NULL)
		return entry;
	if (is_full(cache))
		return NULL;
	key.bytes = memcpy(MemoryContextAlloc(cache->context, size), bytes, size);
	entry = hash_search(cache->shared, &key, HASH_ENTER, NULL);
	entry->number = hash_get_num_entries(cache->shared);
	return entry;
}

static const shared_entry *
share_dividends(PmContractCache *cache, const pm_position *p)
{
	struct
	{
		pm_instant	times[PM_MOST_DIVIDENDS];
		double		amounts[PM_MOST_DIVIDENDS];
	}			all;
	Size		size = p->dividend_count * sizeof(double);
	char	   *bytes = (char *) &all;

	memcpy(bytes, p->dividend_times, size);
	memcpy(bytes + size, p->dividend_amounts, size);
	return share(cache, bytes, 2 * size, hash_bytes_extended((unsigned char *) bytes, 2 * size, 0));
}

/* The inputs of an option, which then points to what it shares; false if there
 * is no room for that. */
static bool
set_option(PmContractCache *cache, contract_key *key, pm_position *p)
{
	const shared_entry *entry;

	key->strike = p->strike;
	key->rate = p->rate;
	key->yield = pm_has(p, PM_YIELD) ? p->yield : 0;
	key->expiry = p->expiry;
	key->as_of = p->as_of;
	key->exercise = p->exercise;
	key->pricing = p->pricing;
	if (pm_has(p, PM_VOLATILITY))
	{
		key->given = 1 << PM_VOLATILITY;
		key->volatility = p->volatility;
	}
	else if (pm_has(p, PM_PRICE))
	{
		key->given = 1 << PM_PRICE;
		key->price = p->price;
	}
	if (pm_has(p, PM_DIVIDEND_TIMES) && p->dividend_count > 0)
	{
		if ((entry = share_dividends(cache, p)) == NULL)
			return false;
		key->dividends = entry->number;
		p->dividend_times = entry->key.bytes;
		p->dividend_amounts = (const double *) entry->key.bytes + p->dividend_count;
	}
	if (pm_has(p, PM_SURFACE))
	{
		if ((entry = share(cache, p->surface, pm_surface_bytes(p->surface),
						   p->surface->fingerprint)) == NULL)
			return false;
		key->surface = entry->number;
		p->surface = entry->key.bytes;
	}
	return true;
}

/* The key of a contract, which then points to what it shares; false if it cannot
 * be kept. */
static bool
set_key(PmContractCache *cache, contract_key *key, pm_position *p, const PmSetCache *set)
{
	memset(key, 0, sizeof *key);
	key->multiplier = p->multiplier;
	key->spot = p->spot;
	key->kind = p->kind;
	key->settlement = p->settlement;
	key->set = set ? set->number : 0;
	key->column = set ? column_of(p, set) : 0;
	return (p->kind != PM_CALL && p->kind != PM_PUT) || set_option(cache, key, p);
}

/* The values of a contract into the scratch line; returns its size. */
static Size
value(PmCall *call, const pm_position *p, const PmSetCache *set)
{
	PmContractCache *cache = call->cache;
	uint32		scenarios = set ? set->set->scenarios : 0;
	Size		size = pm_line_size(scenarios);
	double		totals[PM_TOTALS];
	pm_position settled;
	pm_issue	issue;

	if (!pm_market_settle(p, &settled, &issue))
		pm_raise(&issue);
	if (set != NULL)
		pm_value_contract(&settled, set);
	if (!pm_contract_totals(&settled, totals, &issue))
		pm_raise(&issue);
	if (size > cache->scratch_size)
	{
		if (cache->scratch != NULL)
			pfree(cache->scratch);
		cache->scratch_size = 0;
		cache->scratch = MemoryContextAlloc(call->context, size);
		cache->scratch_size = size;
	}
	if (!pm_line_fill(cache->scratch, scenarios, totals, set ? set->pnls : NULL,
					  p->underlying, &issue))
		pm_raise(&issue);
	return size;
}

static HTAB *
make_table(PmContractCache *cache, const char *name, Size key_size, Size entry_size)
{
	HASHCTL		control = {
		.keysize = key_size, .entrysize = entry_size, .hcxt = cache->context
	};

	return hash_create(name, 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static pm_line *
keep_scratch(PmContractCache *cache, Size size)
{
	return memcpy(MemoryContextAlloc(cache->context, size), cache->scratch, size);
}

static pm_text
keep_text(PmContractCache *cache, pm_text text)
{
	if (text.bytes != NULL)
		text.bytes = memcpy(MemoryContextAlloc(cache->context, text.length + 1),
							text.bytes, text.length);
	return text;
}

/* What it takes to value a position's contract under a joint set later. */
static PmJointLine *
keep_joint(PmCall *call, const pm_position *p, const contract_key *key, const PmSetCache *set)
{
	PmContractCache *cache = call->cache;
	PmJointLine *joint = MemoryContextAllocZero(cache->context, sizeof *joint);
	pm_issue	issue;

	joint->call = call;
	if (!pm_market_settle(p, &joint->position, &issue))
		pm_raise(&issue);
	joint->position.underlying = keep_text(cache, p->underlying);
	joint->position.present &= ~(1u << PM_CURRENCY);
	joint->set = set;
	joint->column = key->column;
	return joint;
}

const pm_line *
pm_joint_kept(PmJointLine *joint)
{
	PmContractCache *cache = joint->call->cache;

	if (joint->whole == NULL && has_room(cache, MOST_WHOLE_BYTES))
		joint->whole = keep_scratch(cache, value(joint->call, &joint->position, joint->set));
	return joint->whole;
}

const pm_line *
pm_joint_amounts(PmJointLine *joint)
{
	PmContractCache *cache = joint->call->cache;

	if (pm_joint_kept(joint) != NULL)
		return joint->whole;
	(void) value(joint->call, &joint->position, joint->set);
	return cache->scratch;
}

/* The values of a position's contract; NULL if they cannot be kept: in scratch. */
static contract_entry *
entry_of(PmCall *call, const pm_position *p, const PmSetCache *set)
{
	PmContractCache *cache = call->cache;
	contract_key key;
	contract_entry *entry;
	pm_line    *amounts;
	PmJointLine *joint = NULL;
	pm_position shared = *p;
	Size		size;
	bool		known = set_key(cache, &key, &shared, set);
	bool		keep,
				later;

	if (cache->contracts == NULL)
		cache->contracts = make_table(cache, "portfolio_margin contracts",
									  sizeof(contract_key), sizeof(contract_entry));
	if (known && (entry = hash_search(cache->contracts, &key, HASH_FIND, NULL)) != NULL)
		return entry;

	keep = known && !is_full(cache);
	later = keep && set != NULL && set->set->kind == PM_SET_JOINT;
	size = value(call, &shared, later ? NULL : set);
	if (!keep)
		return NULL;
	/* Entered last and at once: an error before leaves nothing half made. */
	amounts = keep_scratch(cache, size);
	if (later)
		joint = keep_joint(call, &shared, &key, set);
	entry = hash_search(cache->contracts, &key, HASH_ENTER, NULL);
	entry->amounts = amounts;
	entry->joint = joint;
	entry->line = NULL;
	return entry;
}

static bool
same_text(pm_text a, pm_text b)
{
	return a.length == b.length && (a.bytes == NULL) == (b.bytes == NULL) &&
		(a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

static bool
same_names(const PmLine *a, const PmLine *b)
{
	return same_text(a->underlying, b->underlying) && same_text(a->currency, b->currency);
}

/* The line with a number and its own names. */
static PmLine *
keep_line(PmCall *call, const PmLine *line)
{
	PmContractCache *cache = call->cache;
	PmLine	   *kept = MemoryContextAlloc(cache->context, sizeof *kept);

	*kept = *line;
	kept->underlying = keep_text(cache, line->underlying);
	kept->currency = keep_text(cache, line->currency);
	pm_number_line(call, kept);
	return kept;
}

static uint64
hash_names(const PmLine *line)
{
	uint64		hash = hash_bytes_extended((const unsigned char *) line->underlying.bytes,
										   line->underlying.length, 0);

	if (line->currency.bytes == NULL)
		return hash;
	return hash_bytes_extended((const unsigned char *) line->currency.bytes,
							   line->currency.length, hash);
}

/* The line of a contract that does not come first; NULL: there is no room. */
static const PmLine *
further_line(PmCall *call, const contract_entry *contract, const PmLine *line)
{
	PmContractCache *cache = call->cache;
	line_key	key = {contract, hash_names(line)};
	line_entry *entry;
	PmLine	   *kept;

	if (cache->more_lines == NULL)
		cache->more_lines = make_table(cache, "portfolio_margin names",
									   sizeof(line_key), sizeof(line_entry));
	entry = hash_search(cache->more_lines, &key, HASH_FIND, NULL);
	if (entry != NULL)
		return same_names(entry->line, line) ? entry->line : NULL;
	if (is_full(cache))
		return NULL;
	kept = keep_line(call, line);
	entry = hash_search(cache->more_lines, &key, HASH_ENTER, NULL);
	entry->line = kept;
	return kept;
}

const PmLine *
pm_line_of(PmCall *call, const pm_position *p, const PmSetCache *set)
{
	PmContractCache *cache = cache_of(call);
	contract_entry *entry = entry_of(call, p, set);
	const PmLine *kept = NULL;
	PmLine		line = {
		.underlying = p->underlying, .currency = pm_position_currency(p),
		.set = set ? set->set : NULL, .number = PM_NOT_KEPT,
		.amounts = entry ? entry->amounts : cache->scratch,
		.joint = entry ? entry->joint : NULL
	};

	if (entry != NULL && entry->line == NULL)
		entry->line = keep_line(call, &line);
	if (entry != NULL)
		kept = same_names(entry->line, &line) ? entry->line
			: further_line(call, entry, &line);
	if (kept != NULL)
		return kept;
	cache->scratch_line = line;
	return &cache->scratch_line;
}

MemoryContext
pm_cache_context(PmCall *call)
{
	return cache_of(call)->context;
}

void *
pm_cache_bytes(PmCall *call, const void *bytes, Size size)
{
	PmContractCache *cache = cache_of(call);

	return is_full(cache) ? NULL
		: memcpy(MemoryContextAlloc(cache->context, size), bytes, size);
}

bool
pm_add_line(pm_risk_array **array, const pm_allocator *allocator,
			const PmLine *line, double quantity, pm_issue *issue)
{
	return pm_risk_add_line(array, allocator, line->underlying, line->currency, line->set,
							line->joint ? pm_joint_amounts(line->joint) : line->amounts,
							quantity, issue);
}
