/*
 * kernel.c - the valuation kernel of grids, beside a scalar one with GSL.
 *
 * A round does every task each way, one way after the other; whatever disturbs
 * the machine meets them all.  Printed are processor time per node, the median
 * over the rounds and after it the minimum, and the factor of GSL's over it: the
 * median of the rounds' ratios and after it the ratio of the minima.
 *
 * Usage, by test/bench/kernel:
 *   kernel ROUNDS NAME LIBRARY ...	the tables; a library is the core, built
 *									for one instruction set
 *   kernel count TASK ROUNDS [LIBRARY]	one task, GSL's without a library, for
 *									callgrind; prints its nodes
 */
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gsl/gsl_cdf.h>

#include "contract.h"
#include "option.h"

#define CONTRACTS	100
#define REPEATS		5
#define MOST_NODES	PM_BLOCK
#define MOST_WAYS	8
#define MOST_ROUNDS	1000
#define STRIKE		100.0
#define MULTIPLIER	10.0

static double
between(double low, double high)
{
	static uint64_t state = 20;

	/* Knuth's MMIX generator. */
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return low + (high - low) * (double) (state >> 11) * 0x1p-53;
}

/* ------------------------------------------------------------------------
 * Tasks: contracts, and moves of price and volatility; volatility is the inner
 * order, as in scenario_grid.
 */

typedef struct task
{
	const char *name;
	pm_pricing	pricing;
	int			prices;
	int			levels;			/* of volatility for each price; 0: one of its own */
	bool		cells;			/* profit and loss, not bare values */
} task;

static const task tasks[] = {
	{"values, 10 prices", PM_BLACK_SCHOLES, 10, 1, false},
	{"values, 11 prices x 3 volatilities", PM_BLACK_SCHOLES, 11, 3, false},
	{"values, 32 scenarios", PM_BLACK_SCHOLES, 32, 0, false},
	{"values, 256 scenarios", PM_BLACK_SCHOLES, 256, 0, false},
	{"values, 33, Black-76", PM_BLACK76, 11, 3, false},
	{"values, 33, Bachelier", PM_BACHELIER, 11, 3, false},
	{"cells, 10 prices", PM_BLACK_SCHOLES, 10, 1, true},
	{"cells, 11 prices x 3 volatilities", PM_BLACK_SCHOLES, 11, 3, true},
	{"cells, 32 scenarios", PM_BLACK_SCHOLES, 32, 0, true},
	{"cells, 256 scenarios", PM_BLACK_SCHOLES, 256, 0, true},
};
#define TASKS	((int) (sizeof tasks / sizeof tasks[0]))

typedef struct contract
{
	pm_option	option;
	pm_position position;
} contract;

typedef struct work
{
	const task *task;
	int			nodes;
	contract	contracts[CONTRACTS];
	double		shock[MOST_NODES];	/* of the price, relative */
	double		factor[MOST_NODES];	/* of the volatility */
	pm_scenario scenarios[MOST_NODES];
} work;

static contract
any_contract(pm_pricing pricing, int n)
{
	double		days = floor(between(7, 730));
	double		scale = pricing == PM_BACHELIER ? STRIKE : 1;
	pm_option	o = {
		.sign = n % 2 ? 1 : -1, .strike = STRIKE, .years = days / PM_DAYS_PER_YEAR,
		.volatility = between(0.1, 0.7) * scale, .rate = between(0.01, 0.09),
		.yield = pricing == PM_BLACK_SCHOLES ? between(0, 0.06) : 0, .pricing = pricing
	};
	pm_position p = {
		.quantity = 1, .multiplier = MULTIPLIER, .strike = STRIKE, .volatility = o.volatility,
		.rate = o.rate, .yield = o.yield, .expiry = (pm_instant) days * INT64_C(86400000000),
		.kind = o.sign > 0 ? PM_CALL : PM_PUT, .pricing = pricing, .underlying = {"X", 1}
	};

	o.spot = STRIKE * exp(between(-2, 2) * o.volatility / scale * sqrt(o.years));
	p.spot = o.spot;
	p.present = 1u << PM_QUANTITY | 1u << PM_MULTIPLIER | 1u << PM_STRIKE | 1u << PM_EXPIRY |
		1u << PM_SPOT | 1u << PM_VOLATILITY | 1u << PM_RATE | 1u << PM_YIELD | 1u << PM_AS_OF |
		1u << PM_KIND | 1u << PM_EXERCISE | 1u << PM_PRICING | 1u << PM_SETTLEMENT |
		1u << PM_UNDERLYING;
	return (contract)
	{
		o, p
	};
}

static void
prepare(work *w, const task *t)
{
	int			levels = t->levels ? t->levels : 1;

	w->task = t;
	w->nodes = t->prices * levels;
	for (int i = 0; i < CONTRACTS; i++)
		w->contracts[i] = any_contract(t->pricing, i);
	for (int i = 0; i < w->nodes; i++)
	{
		w->shock[i] = t->levels ? 0.15 * (2.0 * (i / levels) / (t->prices - 1) - 1) : between(-0.2, 0.2);
		w->factor[i] = t->levels ? 1 + 0.3 * (i % levels) : between(0.7, 1.5);
		w->scenarios[i] = (pm_scenario)
		{
			.price_shock = w->shock[i], .vol_shock = w->factor[i] - 1,
			.vol_power_long = NAN, .weight = 1, .skew_cap = NAN
		};
	}
}

/* ------------------------------------------------------------------------
 * One way to do them: a scalar kernel, with what contracts and prices share
 * worked out once for them.
 */

static double
gsl_bachelier(const pm_option *o, double forward, double discount, double stdev)
{
	double		money = o->sign * (forward - o->strike);
	double		d = money / stdev;

	return discount * (money * gsl_cdf_ugaussian_P(d) +
					   stdev * 0.3989422804014327 * exp(-0.5 * d * d));
}

static void
gsl_values(const work *w, const pm_option *o, double *out)
{
	bool		normal = o->pricing == PM_BACHELIER;
	double		yield = o->pricing == PM_BLACK76 ? o->rate : o->yield;
	double		root = sqrt(o->years);
	double		discount = exp(-o->rate * o->years);
	double		carry = exp(-yield * o->years);
	double		drift = (o->rate - yield) * o->years;
	int			levels = w->task->levels ? w->task->levels : 1;

	for (int i = 0; i < w->nodes; i += levels)
	{
		double		spot = o->spot * (1 + w->shock[i]);
		double		x = normal ? 0 : log(spot / o->strike) + drift;

		for (int j = i; j < i + levels; j++)
		{
			double		stdev = o->volatility * w->factor[j] * root;
			double		d1 = x / stdev + 0.5 * stdev;

			out[j] = normal ? gsl_bachelier(o, spot, discount, stdev) :
				o->sign * (spot * carry * gsl_cdf_ugaussian_P(o->sign * d1) -
						   o->strike * discount * gsl_cdf_ugaussian_P(o->sign * (d1 - stdev)));
		}
	}
}

/* Neither checked nor rounded. */
static void
gsl_cells(const work *w, const pm_option *o, double *out)
{
	static const task one = {.prices = 1, .levels = 1};
	static work now = {.task = &one, .nodes = 1, .factor = {1}};
	double		value;

	gsl_values(&now, o, &value);
	gsl_values(w, o, out);
	for (int i = 0; i < w->nodes; i++)
		out[i] = MULTIPLIER * (out[i] - value);
}

/* ------------------------------------------------------------------------
 * The others: the extension's core.
 */

typedef struct core
{
	void		(*values) (const pm_option *, pm_states *);
	bool		(*pnls) (const pm_position *, const pm_scenario *, uint32_t, uint32_t,
						 double *, pm_issue *);
} core;

static core
open_core(const char *path)
{
	void	   *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	core		c = {0};

	if (library != NULL)
	{
		*(void **) &c.values = dlsym(library, "pm_option_values");
		*(void **) &c.pnls = dlsym(library, "pm_contract_pnls");
	}
	if (c.values == NULL || c.pnls == NULL)
	{
		fprintf(stderr, "kernel: %s\n", dlerror());
		exit(1);
	}
	return c;
}

static void
core_values(const core *c, const work *w, const pm_option *o, double *out)
{
	static pm_states states;

	states.count = (uint32_t) w->nodes;
	states.alike = true;
	states.rate[0] = o->rate;
	states.years[0] = o->years;
	for (int i = 0; i < w->nodes; i++)
	{
		states.spot[i] = o->spot * (1 + w->shock[i]);
		states.volatility[i] = o->volatility * w->factor[i];
	}
	c->values(o, &states);
	memcpy(out, states.value, (size_t) w->nodes * sizeof *out);
}

static void
run(const core *c, const work *w, double *out)
{
	pm_issue	issue;

	for (int i = 0; i < CONTRACTS; i++, out += w->nodes)
	{
		const contract *k = &w->contracts[i];

		if (c == NULL && w->task->cells)
			gsl_cells(w, &k->option, out);
		else if (c == NULL)
			gsl_values(w, &k->option, out);
		else if (!w->task->cells)
			core_values(c, w, &k->option, out);
		else if (!c->pnls(&k->position, w->scenarios, (uint32_t) w->nodes, 1, out, &issue))
		{
			fprintf(stderr, "kernel: %s %s\n", issue.message, issue.detail);
			exit(1);
		}
	}
}

/* ------------------------------------------------------------------------
 * Times.
 */

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static int
compare(const void *a, const void *b)
{
	double		x = *(const double *) a,
				y = *(const double *) b;

	return (x > y) - (x < y);
}

static double
median(double *values, int count)
{
	qsort(values, (size_t) count, sizeof *values, compare);
	return values[count / 2];
}

/* The farthest off GSL, in units of the strike of one contract. */
static double
distance(const double *a, const double *b, const work *w)
{
	double		worst = 0;

	for (int i = 0; i < CONTRACTS * w->nodes; i++)
		worst = fmax(worst, fabs(a[i] - b[i]) / STRIKE / (w->task->cells ? MULTIPLIER : 1));
	return worst;
}

static void
table(const task *t, int rounds, int ways, char **names, const core *cores)
{
	static work w;
	static double times[MOST_WAYS][MOST_ROUNDS];
	static double out[MOST_WAYS][CONTRACTS * MOST_NODES];
	double		ratios[MOST_ROUNDS];

	prepare(&w, t);
	for (int r = -1; r < rounds; r++)	/* one to warm up */
		for (int k = 0; k < ways; k++)
		{
			double		start = seconds();

			for (int i = 0; i < REPEATS; i++)
				run(k == 0 ? NULL : &cores[k], &w, out[k]);
			if (r >= 0)
				times[k][r] = (seconds() - start) * 1e9 / REPEATS / CONTRACTS / w.nodes;
		}
	printf("\n%-36s %8s %8s %9s %8s %9s\n", t->name, "ns", "minimum", "factor", "minima", "off GSL");
	for (int k = ways - 1; k >= 0; k--)
	{
		double		least,
					gsl_least = INFINITY;

		for (int r = 0; r < rounds; r++)
		{
			ratios[r] = times[0][r] / times[k][r];
			gsl_least = fmin(gsl_least, times[0][r]);
		}
		if (k > 0 && memcmp(out[k], out[1], (size_t) (CONTRACTS * w.nodes) * sizeof *out[k]) != 0)
		{
			printf("%s and %s differ\n", names[k], names[1]);
			exit(1);
		}
		if (!(distance(out[k], out[0], &w) < 1e-12))
		{
			printf("%s is off GSL by %g\n", names[k], distance(out[k], out[0], &w));
			exit(1);
		}
		/* GSL, the last, is not sorted before its ratios are taken. */
		least = INFINITY;
		for (int r = 0; r < rounds; r++)
			least = fmin(least, times[k][r]);
		printf("  %-34s %8.2f %8.2f %9.2f %8.2f %9.0e\n", names[k], median(times[k], rounds), least,
			   median(ratios, rounds), gsl_least / least, distance(out[k], out[0], &w));
	}
}

static int
count_nodes(int number, int rounds, const char *library)
{
	static work w;
	static double out[CONTRACTS * MOST_NODES];
	core		c;

	if (number < 0 || number >= TASKS || rounds < 1)
		return 2;
	prepare(&w, &tasks[number]);
	if (library != NULL)
		c = open_core(library);
	for (int r = 0; r < rounds; r++)
		run(library == NULL ? NULL : &c, &w, out);
	printf("%d %s\n", w.nodes * CONTRACTS, w.task->name);
	return 0;
}

int
main(int argc, char **argv)
{
	char	   *names[MOST_WAYS] = {"scalar, GSL"};
	core		cores[MOST_WAYS] = {0};
	int			ways = 1;
	int			rounds = argc > 1 ? atoi(argv[1]) : 0;

	if (argc >= 4 && strcmp(argv[1], "count") == 0)
		return count_nodes(atoi(argv[2]), atoi(argv[3]), argc > 4 ? argv[4] : NULL);
	if (rounds < 1 || rounds > MOST_ROUNDS || argc < 4 || argc % 2 != 0)
		return 2;
	for (int i = 2; i < argc && ways < MOST_WAYS; i += 2, ways++)
	{
		names[ways] = argv[i];
		cores[ways] = open_core(argv[i + 1]);
	}
	for (int i = 0; i < TASKS; i++)
		table(&tasks[i], rounds, ways, names, cores);
	return 0;
}
