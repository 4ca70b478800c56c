# The plans that sql/plans.sql compares results under are what it says they are.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use MarginTest;
use Test::More;

my $node = new_node('plans', max_worker_processes => 8, max_parallel_workers => 8, jit => 'off');
load_reference($node);

my $by_account = 'SELECT account, copy, portfolio_margin(position) AS m FROM big GROUP BY account, copy';
my $parallel = "SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
	SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;";

# Runs a query after settings; its plan as text.
sub plan_of
{
	my ($settings, $query) = @_;
	return ask($node, "$settings EXPLAIN (ANALYZE, VERBOSE, TIMING OFF, SUMMARY OFF) $query");
}

# All margins of big, made under the settings, have the bytes of the reference.
sub right_under
{
	my ($settings, $name) = @_;
	is( ask($node, "$settings SELECT count(*), count(*) FILTER (WHERE NOT same(m, margin))
			FROM ($by_account) AS s JOIN answer USING (account) WHERE name = 'default'"),
		'1900|0', "$name: the bytes of the reference");
	return;
}

my $settings = 'SET max_parallel_workers_per_gather = 0; SET enable_sort = off;';
my $plan = plan_of($settings, $by_account);
like($plan, qr/HashAggregate/, 'hashed');
like($plan, qr/Batches: 1\b/, 'hashed in memory');

$settings .= "SET work_mem = '64kB'; SET hash_mem_multiplier = 1;";
$plan = plan_of($settings, $by_account);
like($plan, qr/HashAggregate/, 'spilled: hashed');
like($plan, qr/Batches: (?!1\b)\d+/, 'spilled: more than one batch');
like($plan, qr/Disk Usage: [1-9]/, 'spilled: to disk');
right_under($settings, 'spilled');

$settings = 'SET max_parallel_workers_per_gather = 0; SET enable_hashagg = off;';
like(plan_of($settings, $by_account), qr/GroupAggregate.*Sort/s, 'sorted');
right_under($settings, 'sorted');

for my $kind (['hashed', 'SET enable_sort = off;', qr/Partial HashAggregate/],
	['sorted', 'SET enable_hashagg = off;', qr/Partial GroupAggregate/])
{
	my ($name, $more, $node_name) = @$kind;
	$plan = plan_of($parallel . $more, $by_account);
	like($plan, qr/Finalize .*$node_name/s, "parallel, $name: partial and final aggregates");
	like($plan, qr/Workers Launched: [12]/, "parallel, $name: workers launched");
	like($plan, qr/PARTIAL portfolio_margin/, "parallel, $name: our aggregate is the partial one");
	right_under($parallel . $more, "parallel, $name");
}
$plan = plan_of($parallel, "SELECT portfolio_margin(position), portfolio_greeks(position) FROM big WHERE account = 'box'");
like($plan, qr/Finalize Aggregate.*Gather.*Partial Aggregate/s, 'parallel without groups');

$node->safe_psql('postgres', 'CREATE TABLE parted (LIKE big) PARTITION BY HASH (trade);
	CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
	CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
	INSERT INTO parted SELECT * FROM big; ANALYZE parted');
$plan = plan_of('SET max_parallel_workers_per_gather = 0; SET enable_partitionwise_aggregate = on;',
	'SELECT account, portfolio_margin(position) FROM parted WHERE account !~ \'^odd\' GROUP BY account');
like($plan, qr/Finalize .*Append.*Partial .*Partial /s, 'partition by partition');

# Everything in a worker: this finds functions that are called parallel safe and are not.
my $force = ask($node, "SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')");
right_under("SET $force = regress;", 'forced into a worker');
right_under("SET $force = regress; SET max_parallel_workers_per_gather = 0;", 'forced into a worker, serially');

# A generator is immutable: it is run once, while planning, not once per row.
like(ask($node, "EXPLAIN VERBOSE SELECT portfolio_margin(position, scenario_grid(0.1, 2)) FROM trade"),
	qr/portfolio_margin\(\S+, 'scenario_grid\(price_range => 0\.1, price_steps => 2/, 'a constant set is made once');

# Compiled queries: the same bytes from the bitcode, inlined and optimised for this processor.
SKIP:
{
	my $jit = 'SET max_parallel_workers_per_gather = 0; SET jit = on; SET jit_above_cost = 0; SET jit_inline_above_cost = 0; SET jit_optimize_above_cost = 0;';
	skip 'this server does not compile queries', 2 if ask($node, 'SET jit = on; SELECT pg_jit_available()') ne 't';
	like(plan_of($jit, $by_account), qr/JIT:.*Inlining true/s, 'compiled');
	right_under($jit, 'compiled');
}

$node->stop;
done_testing();
