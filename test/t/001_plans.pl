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

# Left to itself, the planner chooses the quick plan for a book of 200,000
# positions in 10,000 accounts; in a database whose functions cost what they cost.
$node->safe_psql('postgres', 'CREATE DATABASE choice');
my $one = q{margin_position(kind => 'call', quantity => %s, strike => strike, expiry => '2026-06-19 20:00+00',
	as_of => '2026-03-13 20:00+00', spot => 100, volatility => 0.3, rate => 0.03, underlying => underlying)};
$node->safe_psql('choice', sprintf q{
	CREATE EXTENSION portfolio_margin;
	CREATE TABLE contracts AS
	SELECT contract_id, strike, underlying, risk_array(} . $one . q{, tims_scenarios(0.15, 0.15)) AS risk
	FROM (SELECT n::bigint AS contract_id, 60.0::float8 + n %% 80 AS strike, 'U' || n %% 12 AS underlying
	      FROM generate_series(1, 1000) AS n) AS s;
	ALTER TABLE contracts ADD PRIMARY KEY (contract_id);
	CREATE TABLE positions AS
	SELECT n * 7919::bigint %% 10000 AS account, n %% 40 AS desk, 1 + n * 31::bigint %% 1000 AS contract_id, (n %% 21 - 10)::float8 AS quantity
	FROM generate_series(1, 200000) AS n;
	CREATE TABLE by_account AS SELECT * FROM positions ORDER BY account;
	CREATE INDEX ON by_account (account);
	VACUUM ANALYZE contracts, positions, by_account;
}, 1);
my $position = sprintf $one, 'quantity';
my $table = '(SELECT risk_table(contract_id, risk) FROM contracts)';
my $margin = "portfolio_margin(contract_id, quantity, $table)";
my %form = (
	'joined positions' => "SELECT account, portfolio_margin($position, tims_scenarios(0.15, 0.15))
		FROM positions JOIN contracts USING (contract_id) GROUP BY account",
	'risk table' => "SELECT account, $margin FROM positions GROUP BY account");

# The plan that is chosen under the settings; as text, and it was not run.
sub chosen
{
	my ($chosen_settings, $query) = @_;
	return $node->safe_psql('choice', "$chosen_settings EXPLAIN (COSTS OFF) $query");
}

my $serial = 'SET max_parallel_workers_per_gather = 0;';
for my $name (sort keys %form)
{
	$plan = chosen($serial, $form{$name});
	like($plan, qr/^HashAggregate/, "$name: hashed by choice");
	unlike($plan, qr/Sort/, "$name: nothing is sorted");
	# To hand twenty rows from process to process costs more than to add them up.
	like(chosen('', $form{$name}), qr/^HashAggregate/, "$name: small groups stay in one process");
	like(chosen('', $form{$name} =~ s/account/desk/gr), qr/Finalize .*Gather.*Partial HashAggregate.*Parallel Seq Scan on positions/s,
		"$name: large groups are divided among processes");
}
like(chosen('', "SELECT * FROM accounts((SELECT margin_book(account, contract_id, quantity, $table) FROM positions))"),
	qr/Finalize Aggregate.*Gather.*Partial Aggregate.*Parallel Seq Scan on positions/s, 'whole book: parallel by choice');
$plan = chosen('', "SELECT account, $margin FROM by_account GROUP BY account ORDER BY account LIMIT 10");
like($plan, qr/GroupAggregate.*Index Scan using \w+ on by_account/s, 'the first accounts of an index: in its order');
unlike($plan, qr/Sort|HashAggregate/, 'and the rest of the book is not read');

# Arrays per group are large and the planner knows: sorted unless there is memory for all.
my $arrays = 'SELECT account, portfolio_margin(quantity, risk) FROM positions JOIN contracts USING (contract_id) GROUP BY account';
like(chosen($serial, $arrays), qr/^GroupAggregate.*Sort/s, 'arrays: sorted by choice');
like(chosen("$serial SET work_mem = '512MB';", $arrays), qr/^HashAggregate/, 'arrays: hashed where memory allows');

$node->stop;
done_testing();
