# risk_array: the plans that sql/risk.sql compares bytes under are what they are
# called, sums stay within their memory and linear, and bytes that nobody sent
# are refused.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use MarginTest;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $long = ($ENV{TEST_LONG} // '') eq 'yes';
my $node = new_node('risk_bytes', max_worker_processes => 12, max_parallel_workers => 8, jit => 'off', timezone => 'UTC');
load_reference($node);
ask($node, q{
	CREATE TABLE piece AS SELECT name, account, trade, (position).quantity AS quantity, risk_array(position, scenario_set) AS risk,
		risk_array(with_quantity(position, 1), scenario_set) AS contract FROM trade, risk_set WHERE name IN ('tims', 'span, weighted');
	CREATE TABLE whole AS SELECT name, account, portfolio_risk(position, scenario_set) AS risk
		FROM trade, risk_set WHERE name IN ('tims', 'span, weighted') GROUP BY name, account;
	CREATE TABLE many AS SELECT copy, piece.* FROM piece, generate_series(1, 100) AS copy;
	ALTER TABLE many SET (parallel_workers = 4);
	ANALYZE piece, whole, many;
});

my $by_account = 'SELECT copy, name, account, sum(risk) AS risk, sum(quantity * contract) AS times,
	portfolio_margin(quantity, contract) AS m FROM many GROUP BY copy, name, account';

sub plan_of
{
	my ($settings, $query) = @_;
	return ask($node, "$settings EXPLAIN (ANALYZE, VERBOSE, TIMING OFF, SUMMARY OFF) $query");
}

# The bytes of every sum, made under the settings, are those of portfolio_risk.
sub right_under
{
	my ($settings, $name, $from) = @_;
	my $query = $by_account;
	$query =~ s/FROM many/FROM $from/ if $from;
	is(ask($node, "$settings SELECT count(*), count(*) FILTER (WHERE risk_array_send(s.risk) IS DISTINCT FROM risk_array_send(w.risk)),
			count(*) FILTER (WHERE risk_array_send(times) IS DISTINCT FROM risk_array_send(w.risk)), count(*) FILTER (WHERE NOT same(m, margin))
			FROM ($query) AS s JOIN whole AS w USING (name, account) JOIN answer USING (name, account)"),
		'3800|0|0|0', "$name: the same bytes");
	return;
}

my $alone = 'SET max_parallel_workers_per_gather = 0;';
my $settings = "$alone SET enable_sort = off; SET work_mem = '256MB';";
like(plan_of($settings, $by_account), qr/HashAggregate.*Batches: 1\b/s, 'hashed in memory');
right_under($settings, 'hashed');
$settings .= "SET work_mem = '64kB'; SET hash_mem_multiplier = 1;";
my $plan = plan_of($settings, $by_account);
like($plan, qr/HashAggregate/, 'spilled: hashed');
like($plan, qr/Batches: (?!1\b)\d+/, 'spilled: more than one batch');
right_under($settings, 'spilled');
$settings = "$alone SET enable_hashagg = off;";
like(plan_of($settings, $by_account), qr/GroupAggregate.*Sort/s, 'sorted');
right_under($settings, 'sorted');

my $parallel = 'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;';
for my $workers (1 .. 4)
{
	$settings = "$parallel SET max_parallel_workers_per_gather = $workers;";
	$plan = plan_of($settings, $by_account);
	like($plan, qr/Finalize .*Partial /s, "$workers workers: partial and final aggregates");
	like($plan, qr/Workers Launched: $workers\b/, "$workers workers: launched");
	like($plan, qr/PARTIAL sum\((?:\w+\.)?risk\)/, "$workers workers: sum is partial");
	right_under($settings, "$workers workers");
	right_under("$settings SET parallel_leader_participation = off;", "$workers workers and no leader");
}
$settings = "$parallel SET max_parallel_workers_per_gather = 2; SET enable_sort = off;";
my $positions = q{SELECT copy, account, portfolio_risk(position, tims_scenarios(0.08, 0.06)) AS risk FROM big GROUP BY copy, account};
like(plan_of($settings, $positions), qr/Finalize .*PARTIAL portfolio_risk/s, 'portfolio_risk by workers');
is(ask($node, "$settings SELECT count(*), count(*) FILTER (WHERE risk_array_send(s.risk) <> risk_array_send(w.risk))
	FROM ($positions) AS s JOIN whole AS w USING (account) WHERE name = 'tims'"), '1900|0', 'portfolio_risk by workers: the same bytes');

ask($node, 'CREATE TABLE parted (LIKE many) PARTITION BY HASH (trade);
	CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
	CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
	INSERT INTO parted SELECT * FROM many; ANALYZE parted');
$settings = "$alone SET enable_partitionwise_aggregate = on;";
(my $parted = $by_account) =~ s/FROM many/FROM parted/;
like(plan_of($settings, $parted), qr/Finalize .*Append.*Partial .*Partial /s, 'partition by partition');
right_under($settings, 'partition by partition', 'parted');

# A window that slides takes back: 20,000 frames of 10,000 rows would be 100
# million additions otherwise.  (In memory: the server itself walks a frame that
# has gone to disk at every row.)
ask($node, q{CREATE TABLE tick AS SELECT n, risk_array(margin_position(kind => 'spot', quantity => 1 + n % 3, spot => 64, underlying => 'U' || n % 7),
	tims_scenarios(0.25, 0.25)) AS risk FROM generate_series(1, 20000) AS n; ANALYZE tick});
my $start = time;
is(ask($node, q{SET work_mem = '256MB'; SET statement_timeout = '60s';
	SELECT count(*), sum((margin(risk)).positions), bool_and(n < 20000 OR risk_array_send(risk) = (SELECT risk_array_send(sum(t.risk)) FROM tick AS t WHERE t.n > 10000))
	FROM (SELECT n, sum(risk) OVER (ORDER BY n ROWS BETWEEN 9999 PRECEDING AND CURRENT ROW) AS risk FROM tick) AS s}),
	'20000|150005000|t', 'a window slides');
cmp_ok(time - $start, '<', 30, 'a window slides: in time');

# The best of three; what is timed must grow in proportion.
sub seconds
{
	my ($sql) = @_;
	my $best;
	for (1 .. 3)
	{
		my $began = time;
		ask($node, $sql);
		my $took = time - $began;
		$best = $took if !defined $best || $took < $best;
	}
	return $best;
}

# Underlyings that come and go, each in the frame for a while only.
ask($node, q{CREATE TABLE passing AS SELECT n, risk_array(margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => 'U' || n),
	tims_scenarios(0.25, 0.25)) AS risk FROM generate_series(1, 20000) AS n; ANALYZE passing});
my @times = map { seconds("SET work_mem = '256MB'; SELECT count(r) FROM (SELECT sum(risk) OVER (ORDER BY n ROWS 20 PRECEDING) AS r FROM passing WHERE n <= $_) AS s") } 10000, 20000;
cmp_ok($times[1], '<', 3 * $times[0] + 0.1, "new underlyings in a window: linear (@times)");

# 100,000 accounts in one hash aggregate: within work_mem, and linear.
ask($node, q{CREATE TABLE accounts AS SELECT n % 100000 AS account, risk FROM generate_series(1, 200000) AS n,
	(SELECT risk FROM piece WHERE name = 'tims' AND account = 'covered_call' AND trade = 'ACME') AS s; ANALYZE accounts});
my $hashed = "$alone SET enable_sort = off; SET work_mem = '8MB'; SET hash_mem_multiplier = 1;";
my $groups = 'SELECT account, sum(risk) FROM accounts GROUP BY account';
$plan = plan_of($hashed, $groups);
like($plan, qr/HashAggregate.*rows=100000/s, '100,000 accounts: hashed');
my ($batches, $memory) = $plan =~ /Batches: (\d+)\s+Memory Usage: (\d+)kB/;
cmp_ok($batches, '>', 1, '100,000 accounts: spilled');
cmp_ok($memory, '<', 2 * 8192, "100,000 accounts: near work_mem ($memory kB)");
@times = map { seconds("$hashed SELECT count(r) FROM (SELECT account, sum(risk) AS r FROM accounts WHERE account < $_ GROUP BY account) AS s") } 50000, 100000;
cmp_ok($times[1], '<', 3 * $times[0] + 0.1, "100,000 accounts: linear (@times)");
@times = map { seconds("$alone SET work_mem = '1GB'; SET enable_sort = off; SELECT count(r) FROM (SELECT account, sum(risk) AS r FROM accounts WHERE account < $_ GROUP BY account) AS s") } 50000, 100000;
cmp_ok($times[1], '<', 3 * $times[0] + 0.1, "100,000 accounts in memory: linear (@times)");
is(ask($node, "$alone SELECT (margin(sum(risk))).positions FROM accounts"), 200000, 'all of them in one sum');

# The binary form through COPY: what comes back is what went.
my $dir = PostgreSQL::Test::Utils::tempdir();
ask($node, q{CREATE TABLE wire (id serial, risk risk_array);
	CREATE TABLE sent AS SELECT risk FROM whole UNION ALL SELECT '{}' UNION ALL
	SELECT risk_array(margin_position(kind => 'spot', quantity => 1.5, spot => 64, underlying => name, currency => name), tims_scenarios(0.25, 0.25))
	FROM unnest(ARRAY['"', '\\\\', E'a\\nb', 'été', repeat('é"', 50000)]) AS name;
	ALTER TABLE sent ADD id serial});
for my $format ('binary', 'text', 'csv')
{
	ask($node, "COPY sent(risk) TO '$dir/$format' (FORMAT $format); TRUNCATE wire RESTART IDENTITY; COPY wire(risk) FROM '$dir/$format' (FORMAT $format)");
	is(ask($node, 'SELECT count(*), count(*) FILTER (WHERE risk_array_send(w.risk) = risk_array_send(s.risk)) FROM sent AS s FULL JOIN wire AS w USING (id)'),
		'44|44', "COPY, $format");
}

# Damaged: every truncation, every bit flipped, counts that cannot be.  Each is
# an error of bad data or another value that is whole; the connection holds.
ask($node, q{CREATE TABLE small AS
	SELECT sum(risk_array(margin_position(kind => 'spot', quantity => n, spot => 64, underlying => name, currency => 'EUR'), s)) AS risk
	FROM (VALUES (1.5, 'A', tims_scenarios(0.25, 0.125)), (-2, 'B', tims_scenarios(0.125, 0.25))) AS v(n, name, s)});
my $good = pack('H*', ask($node, "SELECT encode(risk_array_send(risk), 'hex') FROM small"));
my $header = "PGCOPY\n\377\r\n\0" . pack('NN', 0, 0);

sub damaged
{
	my ($name, @values) = @_;
	my %states;
	my $loaded = 0;
	ask($node, 'TRUNCATE wire');
	while (my @some = splice @values, 0, 500)
	{
		my $script = '';
		for my $i (0 .. $#some)
		{
			open my $out, '>:raw', "$dir/bad$i" or die $!;
			print $out $header, pack('n', 1), pack('N', length $some[$i]), $some[$i], pack('n', 0xffff);
			close $out;
			$script .= "COPY wire(risk) FROM '$dir/bad$i' (FORMAT binary);\n";
		}
		my ($status, $stdout, $stderr) = $node->psql('postgres', "\\set VERBOSITY sqlstate\n$script", on_error_stop => 0);
		is($status, 0, "$name: the connection holds");
		$states{$1}++ while $stderr =~ /ERROR:\s+(\w{5})/g;
	}
	# 08P01 is what the server says itself of a message that ends too early.
	is(join(' ', grep { !/^(?:22|54|08P01)/ } sort keys %states), '', "$name: refused as bad data");
	is(ask($node, q{SELECT count(*) FROM wire WHERE risk::text::risk_array IS DISTINCT FROM risk
		OR risk_array_send(-(-risk)) <> risk_array_send(risk)}), 0, "$name: what came in is whole");
	my $refused = 0;
	$refused += $_ for values %states;
	note("$name: ", join ', ', map { "$states{$_} $_" } sort keys %states);
	return ($refused, ask($node, 'SELECT count(*) FROM wire'));
}

my ($refused, $accepted) = damaged('whole', $good);
is("$refused $accepted", '0 1', 'whole: taken');
($refused, $accepted) = damaged('truncated', map { substr $good, 0, $_ } 0 .. length($good) - 1);
is($accepted, 0, 'truncated: none is taken');
is($refused, length $good, 'truncated: all are refused');
($refused, $accepted) = damaged('longer', map { $good . "\0" x $_ } 1, 2, 8, 100);
is("$refused $accepted", '4 0', 'longer: all are refused');
my @flipped;
for my $bit (0 .. 8 * length($good) - 1)
{
	my $bad = $good;
	vec($bad, $bit, 1) ^= 1;
	push @flipped, $bad;
}
($refused, $accepted) = damaged('a bit flipped', @flipped);
cmp_ok($refused, '>', 500, "a bit flipped: most of the frame is refused ($refused)");
cmp_ok($accepted, '>', 100, "a bit flipped: in an amount it is another amount ($accepted)");
is($refused + $accepted, scalar @flipped, 'a bit flipped: each is one or the other');
is(ask($node, 'SELECT count(*) FROM wire, small WHERE wire.risk = small.risk'), 0, 'a bit flipped: none is taken for what was sent');
my @words;
for my $at (0 .. length($good) - 4)
{
	for my $word (0, 1, 3, 0x7fffffff, 0x80000000, 0xffffffff, 100000, 100001)
	{
		my $bad = $good;
		substr($bad, $at, 4) = pack 'N', $word;
		push @words, $bad if $bad ne $good && ($long || ($at + $word) % 3 == 0);
	}
}
($refused, $accepted) = damaged('a count changed', @words);
is($refused + $accepted, scalar @words, 'a count changed: each is refused or taken');
# Empty, and amounts at and beyond the end of the range.
($refused, $accepted) = damaged('nothing but a frame', '', "\1", "\1\0" . pack('NNN', 0, 0, 1), "\1\1" . pack('NNN', 0, 0, 0), "\2\0" . pack('NNN', 0, 0, 0),
	"\1\2" . pack('N', 3) . 'a', "\1\2" . pack('NNNN', 0xffffffff, 0, 0, 0), "\1\3" . pack('NNN', 0, 0, 0));
is("$refused $accepted", '8 0', 'nothing but a frame: refused');
($refused, $accepted) = damaged('nothing', "\1\0" . pack('NNN', 0, 0, 0));
is("$refused $accepted", '0 1', 'nothing: taken');
my $last = length($good) - 16;
($refused, $accepted) = damaged('the end of the range', map { my $v = $good; substr($v, $last, 16) = $_; $v }
	pack('Q>Q>', 1 << 49, 0), pack('Q>Q>', 0xfffe000000000000, 0));
is("$refused $accepted", '0 2', 'the end of the range: taken');
($refused, $accepted) = damaged('beyond the range', map { my $v = $good; substr($v, $last, 16) = $_; $v }
	pack('Q>Q>', 1 << 49, 1), pack('Q>Q>', 0xfffdffffffffffff, 0xffffffffffffffff), pack('Q>Q>', 1 << 63, 0), pack('Q>Q>', 0x7fffffffffffffff, 0xffffffffffffffff));
is("$refused $accepted", '4 0', 'beyond the range: refused');

# The text form with a character changed, left out or put in, at every place.
my $text_states = ask($node, q{
	CREATE FUNCTION try_text(s text) RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		IF s::risk_array::text::risk_array IS DISTINCT FROM s::risk_array THEN RETURN 'lost'; END IF;
		RETURN 'ok';
	EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
	END $$;
	SELECT try_text(overlay(s PLACING c FROM n FOR width)) AS state, count(*)
	FROM (SELECT risk::text AS s FROM small) AS t, generate_series(1, length(s)) AS n,
		unnest(ARRAY['', '0', '9', '-', '"', '\\', '{', '}', ',', ' ', 'x', 'é']) AS c, unnest('{0,1,5}'::int[]) AS width GROUP BY 1 ORDER BY 1});
note($text_states);
like($text_states, qr/^22P02/m, 'damaged text: refused');
like($text_states, qr/^ok/m, 'damaged text: or another value');
unlike($text_states, qr/^(?!ok|22)/m, 'damaged text: no other error, nothing lost');

unlike(slurp_file($node->logfile), qr/PANIC|terminated by signal/, 'nothing crashed');
$node->stop;
done_testing();
