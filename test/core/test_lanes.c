/*
 * test_lanes.c - the same bytes on every instruction set.
 *
 * What PM_CLONES (elementary.h) compiles several times is chosen by the loader,
 * so that one machine runs one of them only.  The Makefile therefore links this
 * program once more for each set, as test_lanes-NAME; this one runs those that
 * the processor has and compares what they print with its own, byte by byte.
 *
 * Usage: test_lanes [--dump]
 */
#include <math.h>

#include "contract.h"
#include "option.h"
#include "support.h"

#define MOST_SCENARIOS	300
#define POSITIONS		3000

static const pm_instant hour = INT64_C(3600000000);

static double
between(double low, double high)
{
	return low + (high - low) * random_bits() * 0x1p-32;
}

static bool
one_in(uint32_t n)
{
	return random_below(n) == 0;
}

/* ------------------------------------------------------------------------
 * What is valued: everything that has loops in lanes, near and far.
 */

static pm_instant ex_dates[2];
static double amounts[2];

static pm_position
any_position(void)
{
	pm_position p = {
		.present = ((1u << PM_FIELDS) - 1) &
			~(1u << PM_CURRENCY | 1u << PM_PRICE | 1u << PM_SURFACE |
			  1u << PM_DIVIDEND_TIMES | 1u << PM_DIVIDEND_AMOUNTS),
		.quantity = 1, .multiplier = pow(10, between(-3, 3)), .spot = pow(10, between(-2, 4)),
		.rate = between(-0.02, 0.1), .yield = one_in(2) ? between(-0.02, 0.08) : 0,
		.expiry = (pm_instant) (exp(between(0, 11.4)) * (double) hour),
		.kind = one_in(8) ? PM_FUTURE : (one_in(2) ? PM_CALL : PM_PUT),
		.pricing = (pm_pricing) random_below(3),
		.settlement = one_in(3) ? PM_INVERSE : PM_LINEAR, .underlying = text("X")
	};

	if (p.kind == PM_FUTURE)
	{
		p.present = 1u << PM_QUANTITY | 1u << PM_MULTIPLIER | 1u << PM_SPOT |
			1u << PM_KIND | 1u << PM_SETTLEMENT | 1u << PM_UNDERLYING;
		p.pricing = PM_BLACK_SCHOLES;
		return p;
	}
	p.strike = p.spot * exp(between(-3, 3) * between(0, 1));
	p.volatility = one_in(20) ? 0 : exp(between(-5, 1.5));
	if (p.pricing == PM_BACHELIER)
		p.volatility *= p.spot;
	if (p.pricing != PM_BLACK_SCHOLES)
		p.yield = 0;
	if (p.pricing != PM_BACHELIER && one_in(30))
		p.exercise = PM_AMERICAN;
	if (p.pricing == PM_BLACK_SCHOLES && p.exercise == PM_EUROPEAN && one_in(4))
	{
		p.present |= 1u << PM_DIVIDEND_TIMES | 1u << PM_DIVIDEND_AMOUNTS;
		ex_dates[0] = p.expiry / 3;
		ex_dates[1] = p.expiry / 2;
		amounts[0] = amounts[1] = 0.01 * p.spot;
		p.dividend_count = 2;
		p.dividend_times = ex_dates;
		p.dividend_amounts = amounts;
	}
	return p;
}

/* Grids, and scenarios that move everything, each its own way. */
static uint32_t
any_scenarios(pm_scenario *s)
{
	uint32_t	count = one_in(4) ? 1 + random_below(MOST_SCENARIOS) : 1 + random_below(40);
	uint32_t	kind = random_below(3);

	for (uint32_t i = 0; i < count; i++)
	{
		s[i] = pm_scenario_neutral();
		s[i].price_shock = kind == 0 ? 0.3 * ((double) (i / 3) / count - 0.5) : between(-0.5, 0.5);
		s[i].vol_shock = kind == 0 ? 0.25 * (i % 3) - 0.25 : between(-0.6, 0.6);
		s[i].vol_power = kind == 1 ? 0 : 0.3;
		if (kind < 2)
			continue;
		s[i].vol_points = one_in(10) ? -10 : between(-0.02, 0.05);
		s[i].vol_floor = between(0, 0.2);
		s[i].rate_points = one_in(2) ? between(-0.02, 0.02) : 0;
		s[i].days = one_in(2) ? between(0, 40) : 0;
		s[i].skew_shock = between(-0.1, 0.1);
		s[i].smile_shock = between(-0.1, 0.1);
	}
	return count;
}

/* ------------------------------------------------------------------------
 * The results, as bytes.
 */

typedef struct results
{
	unsigned char *bytes;
	size_t		size;
	size_t		room;
} results;

static void
add(results *r, const void *bytes, size_t size)
{
	if (r->size + size > r->room)
	{
		r->room = 2 * r->room + size;
		r->bytes = realloc(r->bytes, r->room);
		if (r->bytes == NULL)
			abort();
	}
	memcpy(r->bytes + r->size, bytes, size);
	r->size += size;
}

static void
add_position(results *r, const pm_position *p)
{
	pm_scenario scenarios[MOST_SCENARIOS];
	double		pnls[MOST_SCENARIOS];
	pm_greeks	greeks;
	pm_issue	issue;
	uint32_t	count = any_scenarios(scenarios);

	if (pm_contract_pnls(p, scenarios, count, 1, pnls, &issue))
		add(r, pnls, count * sizeof *pnls);
	else
		add(r, issue.detail, strlen(issue.detail));
	if (pm_contract_greeks(p, &greeks, &issue))
		add(r, &greeks, sizeof greeks);
}

static results
all_results(void)
{
	results		r = {0};

	for (int i = 0; i < POSITIONS; i++)
	{
		pm_position p = any_position();
		pm_issue	issue;

		if (pm_position_check(&p, &issue))
			add_position(&r, &p);
		else
			CHECK(0, "a position is refused: %s %s", issue.message, issue.detail);
	}
	return r;
}

/* ------------------------------------------------------------------------
 * The other programs.
 */

static bool
processor_has(const char *set)
{
#ifdef __x86_64__
	if (strcmp(set, "v3") == 0)
		return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
			__builtin_cpu_supports("fma");
	if (strcmp(set, "v4") == 0)
		return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
			__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
			__builtin_cpu_supports("avx512cd");
#endif
	return strcmp(set, "default") == 0;
}

static void
compare_with(const char *program, const char *set, const results *own)
{
	char		command[1024];
	unsigned char *bytes = malloc(own->size + 1);
	FILE	   *pipe;
	size_t		size;

	if (!processor_has(set))
	{
		printf("%s: this processor has it not\n", set);
		free(bytes);
		return;
	}
	snprintf(command, sizeof command, "'%s-%s' --dump", program, set);
	pipe = popen(command, "r");
	if (bytes == NULL || pipe == NULL)
		abort();
	size = fread(bytes, 1, own->size + 1, pipe);
	CHECK(pclose(pipe) == 0 && size == own->size && memcmp(bytes, own->bytes, size) == 0,
		  "%s: other bytes", set);
	free(bytes);
}

int
main(int argc, char **argv)
{
	results		own = all_results();

	if (argc > 1)
	{
		bool		whole = fwrite(own.bytes, 1, own.size, stdout) == own.size;

		free(own.bytes);
		return whole ? 0 : 1;
	}
	CHECK(own.size > 1000000, "there is little to compare: %zu bytes", own.size);
	compare_with(argv[0], "default", &own);
	compare_with(argv[0], "v3", &own);
	compare_with(argv[0], "v4", &own);
	free(own.bytes);
	return check_finish("lanes");
}
