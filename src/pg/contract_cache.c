/*
 * contract_cache.c - each distinct contract is valued once per call site.
 */
#include "contract_cache.h"

#include "miscadmin.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "error.h"

/* Sets that a call site keeps, and the bytes of its cache. */
#define MOST_SETS	64
#define MOST_BYTES	(32 * 1024 * 1024)

/* Scenarios that are valued between two looks for a cancel request. */
#define CHUNK	1000

/*
 * Every input of a contract's values, and nothing else: not its quantity, its
 * names, or a market price.  Zero-filled before it is set, for it is hashed and
 * compared as bytes.
 */
typedef struct contract_key
{
	double		multiplier;
	double		strike;
	double		spot;
	double		volatility;
	double		rate;
	double		yield;
	pm_instant	expiry;
	pm_instant	as_of;
	uint32		set;			/* number of its set, from 1; 0: totals only */
	uint8		kind;
	uint8		exercise;
	uint8		pricing;
	uint8		settlement;
} contract_key;

typedef struct contract_entry
{
	contract_key key;
	PmContractValues values;
} contract_entry;

struct PmContractCache
{
	MemoryContext context;		/* of everything below */
	HTAB	   *contracts;
	PmSetCache	sets[MOST_SETS];
	uint32		set_count;
	uint32		latest;			/* the set that came last */
	uint32		sets_made;		/* numbers them, so that none comes twice */
	PmContractValues scratch;	/* of a contract that is not kept */
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
is_full(const PmContractCache *cache)
{
	return MemoryContextMemAllocated(cache->context, true) > MOST_BYTES;
}

static bool
same_set(const PmSetCache *kept, const pm_scenario_set *set, Size size)
{
	return kept->size == size && kept->set->fingerprint == set->fingerprint &&
		memcmp(&kept->set->version, &set->version,
			   size - offsetof(pm_scenario_set, version)) == 0;
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

	/* Nothing of the old is in use between two calls: start anew. */
	if (cache->set_count == MOST_SETS || is_full(cache))
	{
		cache->set_count = 0;
		cache->contracts = NULL;
		MemoryContextReset(cache->context);
	}
	old = MemoryContextSwitchTo(cache->context);
	kept = &cache->sets[cache->set_count];
	kept->number = ++cache->sets_made;
	kept->size = size;
	kept->set = memcpy(palloc(size), set, size);
	kept->rows = palloc(set->scenarios * sizeof(pm_scenario));
	kept->pnls = palloc(set->scenarios * sizeof(double));
	MemoryContextSwitchTo(old);
	pm_set_rows(set, kept->rows);
	/* Counted last: an error above leaves nothing half made. */
	cache->latest = cache->set_count++;
	return kept;
}

void
pm_value_contract(const pm_position *p, const PmSetCache *set)
{
	pm_issue	issue;

	for (uint32 first = 0; first < set->set->scenarios; first += CHUNK)
	{
		uint32		count = Min(CHUNK, set->set->scenarios - first);

		CHECK_FOR_INTERRUPTS();
		if (!pm_contract_pnls(p, set->rows + first, count, first + 1,
							  set->pnls + first, &issue))
			pm_raise(&issue);
	}
}

static contract_key
key_of(const pm_position *p, const PmSetCache *set)
{
	contract_key key;

	memset(&key, 0, sizeof key);
	key.multiplier = p->multiplier;
	key.spot = p->spot;
	key.kind = p->kind;
	key.settlement = p->settlement;
	key.set = set ? set->number : 0;
	if (p->kind == PM_CALL || p->kind == PM_PUT)
	{
		key.strike = p->strike;
		key.volatility = p->volatility;
		key.rate = p->rate;
		key.yield = pm_has(p, PM_YIELD) ? p->yield : 0;
		key.expiry = p->expiry;
		key.as_of = p->as_of;
		key.exercise = p->exercise;
		key.pricing = p->pricing;
	}
	return key;
}

static void
value(const pm_position *p, const PmSetCache *set, PmContractValues *values)
{
	pm_issue	issue;

	values->pnls = NULL;
	if (set != NULL)
	{
		pm_value_contract(p, set);
		values->pnls = set->pnls;
	}
	if (!pm_contract_totals(p, values->totals, &issue))
		pm_raise(&issue);
}

static HTAB *
make_table(MemoryContext context)
{
	HASHCTL		control = {
		.keysize = sizeof(contract_key), .entrysize = sizeof(contract_entry),
		.hcxt = context
	};

	return hash_create("portfolio_margin contracts", 256, &control,
					   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

const PmContractValues *
pm_contract_values(PmCall *call, const pm_position *p, const PmSetCache *set)
{
	PmContractCache *cache = cache_of(call);
	contract_key key = key_of(p, set);
	contract_entry *entry;
	double	   *pnls = NULL;

	if (cache->contracts == NULL)
		cache->contracts = make_table(cache->context);
	entry = hash_search(cache->contracts, &key, HASH_FIND, NULL);
	if (entry != NULL)
		return &entry->values;

	value(p, set, &cache->scratch);
	if (is_full(cache))
		return &cache->scratch;
	/* Entered last and at once: an error before leaves nothing half made. */
	if (set != NULL)
		pnls = memcpy(MemoryContextAlloc(cache->context, set->set->scenarios * sizeof(double)),
					  set->pnls, set->set->scenarios * sizeof(double));
	entry = hash_search(cache->contracts, &key, HASH_ENTER, NULL);
	entry->values = cache->scratch;
	entry->values.pnls = pnls;
	return &entry->values;
}
