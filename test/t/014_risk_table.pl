# risk_table: through COPY and back, a stored table read once per statement, and
# bytes that nobody sent are refused.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use MarginTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $long = ($ENV{TEST_LONG} // '') eq 'yes';
my $node = new_node('risk_table', jit => 'off', timezone => 'UTC');

# A spot position of quantity 1 and its array, for short.
ask($node, q{
	CREATE FUNCTION spot(price float8, name text, currency text DEFAULT NULL) RETURNS margin_position IMMUTABLE LANGUAGE sql AS
		$$ SELECT margin_position(kind => 'spot', quantity => 1, spot => price, underlying => name, currency => currency) $$;
	CREATE TABLE sent AS
		SELECT risk_table(n, spot(n, 'U' || n % 20), tims_scenarios(0.25, 0.25)) AS prices FROM generate_series(1, 5000) AS n
		UNION ALL SELECT risk_table(name, spot(64, 'U' || name, name), tims_scenarios(0.25, 0.25)) FROM unnest(ARRAY['"', '\\\\', E'a\\nb', 'été', '', repeat('é"', 50000)]) AS name
		UNION ALL SELECT risk_table(n, r) FROM (VALUES (1, '{}'::risk_array), (-9223372036854775808, risk_array(spot(64, 'X'), tims_scenarios(0.25, 0.25)))) AS v(n, r);
	ALTER TABLE sent ADD id serial;
	CREATE TABLE wire (id serial, prices risk_table)});

# What comes back is what went.
my $dir = PostgreSQL::Test::Utils::tempdir();
for my $format ('binary', 'text', 'csv')
{
	ask($node, "COPY sent(prices) TO '$dir/$format' (FORMAT $format); TRUNCATE wire RESTART IDENTITY; COPY wire(prices) FROM '$dir/$format' (FORMAT $format)");
	is(ask($node, 'SELECT count(*), count(*) FILTER (WHERE w.prices = s.prices AND risk_table_send(w.prices) = risk_table_send(s.prices)) FROM sent AS s FULL JOIN wire AS w USING (id)'),
		'3|3', "COPY, $format");
}
# Through a client in another encoding.
is(ask($node, q{SET client_encoding = latin1; SELECT (SELECT prices FROM sent WHERE id = 2)::text::risk_table = prices FROM sent WHERE id = 2}), 't', 'another client encoding');

# 300,000 rows with a stored table of 2 MB: read with every row, it would take
# some minutes.  Then with rows that alternate between two tables.
ask($node, q{
	CREATE TABLE pool AS SELECT n AS pool, risk_table(k, spot(k * n, 'U' || k % 20), tims_scenarios(0.25, 0.25)) AS prices
		FROM generate_series(1, 2) AS n, generate_series(1, 5000) AS k GROUP BY n;
	CREATE TABLE positions AS SELECT n % 2 + 1 AS pool, 1 + n % 5000 AS contract_key, n % 7 - 3 AS quantity FROM generate_series(1, 300000) AS n;
	ANALYZE pool, positions});
is(ask($node, q{SELECT min(pg_column_size(prices)) > 1000000 FROM pool}), 't', 'the tables lie out of line');
is(ask($node, q{SET statement_timeout = '60s';
	SELECT (portfolio_margin(contract_key, quantity, (SELECT prices FROM pool WHERE pool = 1))).positions FROM positions}), 300000, 'a stored table is read once');
is(ask($node, q{SET statement_timeout = '60s';
	SELECT count(contract_risk((SELECT prices FROM pool WHERE pool = 1), contract_key)) FROM positions}), 300000, 'by a function too');
# Each pool: n times the other's prices.
is(ask($node, q{SET statement_timeout = '60s'; SET enable_sort = off; SET enable_mergejoin = off;
	WITH m AS (SELECT p.pool, portfolio_margin(contract_key, quantity, prices) AS m FROM positions AS p JOIN pool USING (pool) GROUP BY p.pool)
	SELECT string_agg(pool || ' ' || (m).positions, ', ' ORDER BY pool) FROM m}), '1 150000, 2 150000', 'tables that alternate are read once each');
is(ask($node, q{SELECT bool_and(a = 2 * b) FROM (SELECT
	(portfolio_margin(contract_key, quantity, (SELECT prices FROM pool WHERE pool = 2))).requirement AS a,
	(portfolio_margin(contract_key, quantity, (SELECT prices FROM pool WHERE pool = 1))).requirement AS b FROM positions) AS s}), 't', 'two tables in one statement');
# A value that changes from row to row in the same place.
is(ask($node, q{SELECT bool_and((margin(contract_risk(t, 1))).requirement = 0.25 * n) FROM (SELECT n, (SELECT risk_table(1, spot(m, 'X'), tims_scenarios(0.25, 0.25)) FROM (SELECT n AS m) AS v) AS t FROM generate_series(1, 1000) AS n) AS s}), 't', 'another table with each row');
is(ask($node, q{DO $$ DECLARE t risk_table; BEGIN FOR n IN 1 .. 100 LOOP
	t := risk_table(1, spot(n, 'X'), tims_scenarios(0.25, 0.25));
	ASSERT (margin(contract_risk(t, 1))).requirement = 0.25 * n; END LOOP; END $$; SELECT 'done'}), 'done', 'another table with each turn');

# Damaged: every truncation, every bit flipped, counts that cannot be.  Each is
# an error of bad data or another value that is whole; the connection holds.
my $header = "PGCOPY\n\377\r\n\0" . pack('NN', 0, 0);

sub damaged
{
	my ($name, @values) = @_;
	my %states;
	ask($node, 'TRUNCATE wire');
	while (my @some = splice @values, 0, 500)
	{
		my $script = '';
		for my $i (0 .. $#some)
		{
			open my $out, '>:raw', "$dir/bad$i" or die $!;
			print $out $header, pack('n', 1), pack('N', length $some[$i]), $some[$i], pack('n', 0xffff);
			close $out;
			$script .= "COPY wire(prices) FROM '$dir/bad$i' (FORMAT binary);\n";
		}
		my ($status, $stdout, $stderr) = $node->psql('postgres', "\\set VERBOSITY sqlstate\n$script", on_error_stop => 0);
		is($status, 0, "$name: the connection holds");
		$states{$1}++ while $stderr =~ /ERROR:\s+(\w{5})/g;
	}
	# 08P01 is what the server says itself of a message that ends too early.
	is(join(' ', grep { !/^(?:22|54|08P01)/ } sort keys %states), '', "$name: refused as bad data");
	is(ask($node, q{SELECT count(*) FROM wire WHERE prices::text::risk_table IS DISTINCT FROM prices
		OR (SELECT risk_table(contract_key, risk) FROM risk_table_rows(prices))::text <> (SELECT risk_table(contract_key, risk ORDER BY contract_key DESC) FROM risk_table_rows(prices))::text}),
		0, "$name: what came in is whole");
	my $refused = 0;
	$refused += $_ for values %states;
	note("$name: ", join ', ', map { "$states{$_} $_" } sort keys %states);
	return ($refused, ask($node, 'SELECT count(*) FROM wire'));
}

ask($node, q{CREATE TABLE small AS
	SELECT 'int8' AS kind, risk_table(k, r) AS prices FROM (VALUES (1, risk_array(spot(64, 'A'), tims_scenarios(0.25, 0.125)) + risk_array(spot(64, 'B'), tims_scenarios(0.5, 0.125))), (-1, '{}')) AS v(k, r)
	UNION ALL SELECT 'text', risk_table(k, risk_array(spot(64, 'A', 'EUR'), tims_scenarios(0.25, 0.125))) FROM unnest('{x,"long key"}'::text[]) AS k});
for my $kind ('int8', 'text')
{
	my $good = pack('H*', ask($node, "SELECT encode(risk_table_send(prices), 'hex') FROM small WHERE kind = '$kind'"));
	my ($refused, $accepted) = damaged("$kind: whole", $good);
	is("$refused $accepted", '0 1', "$kind: whole: taken");
	($refused, $accepted) = damaged("$kind: truncated", map { substr $good, 0, $_ } 0 .. length($good) - 1);
	is("$refused $accepted", length($good) . ' 0', "$kind: truncated: all are refused");
	($refused, $accepted) = damaged("$kind: longer", map { $good . "\0" x $_ } 1, 2, 8, 100);
	is("$refused $accepted", '4 0', "$kind: longer: all are refused");
	my @flipped;
	for my $bit (0 .. 8 * length($good) - 1)
	{
		next unless $long || $bit < 8 * 200 || $bit % 5 == 0;
		my $bad = $good;
		vec($bad, $bit, 1) ^= 1;
		push @flipped, $bad;
	}
	($refused, $accepted) = damaged("$kind: a bit flipped", @flipped);
	cmp_ok($refused, '>', 200, "$kind: a bit flipped: most of the frame is refused ($refused)");
	cmp_ok($accepted, '>', 50, "$kind: a bit flipped: in an amount it is another amount ($accepted)");
	is($refused + $accepted, scalar @flipped, "$kind: a bit flipped: each is one or the other");
	is(ask($node, "SELECT count(*) FROM wire, small WHERE wire.prices = small.prices"), 0, "$kind: a bit flipped: none is taken for what was sent");
	my @words;
	for my $at (0 .. length($good) - 4)
	{
		for my $word (0, 1, 3, 0x7fffffff, 0x80000000, 0xffffffff, 100000, 100001)
		{
			my $bad = $good;
			substr($bad, $at, 4) = pack 'N', $word;
			push @words, $bad if $bad ne $good && ($long || ($at + $word) % 5 == 0);
		}
	}
	($refused, $accepted) = damaged("$kind: a count changed", @words);
	is($refused + $accepted, scalar @words, "$kind: a count changed: each is refused or taken");
}
my ($refused, $accepted) = damaged('nothing but a frame', '', "\1", "\1\0" . pack('NNN', 0, 0, 0), "\1\2" . pack('NNN', 0, 0, 0), "\2\0" . pack('NNN', 0, 0, 0),
	"\1\0" . pack('NNN', 0, 0, 0xffffffff), "\1\1" . pack('NNNN', 0, 0, 1, 0xffffffff), "\1\0" . pack('NNNNN', 0, 0, 1, 0, 1) . "\3" . pack('N', 0));
is("$refused $accepted", '8 0', 'nothing but a frame: refused');
($refused, $accepted) = damaged('a contract without risk', "\1\0" . pack('NNNNN', 0, 0, 1, 0, 1) . "\0" . pack('N', 0), "\1\1" . pack('NNNN', 0, 0, 1, 1) . "k\0" . pack('N', 0));
is("$refused $accepted", '0 2', 'a contract without risk: taken');
($refused, $accepted) = damaged('a key twice', "\1\1" . pack('NNNN', 0, 0, 2, 1) . "k\0" . pack('NN', 0, 1) . "k\0" . pack('N', 0));
is("$refused $accepted", '1 0', 'a key twice: refused');

# The text form with a character changed, left out or put in, at every place.
my $text_states = ask($node, q{
	CREATE FUNCTION try_text(s text) RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		IF s::risk_table::text::risk_table IS DISTINCT FROM s::risk_table THEN RETURN 'lost'; END IF;
		RETURN 'ok';
	EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
	END $$;
	SELECT try_text(overlay(s PLACING c FROM n FOR width)) AS state, count(*)
	FROM (SELECT prices::text AS s FROM small) AS t, generate_series(1, length(s)) AS n,
		unnest(ARRAY['', '0', '9', '-', '"', '\\', '{', '}', ',', ' ', 'x', 'é']) AS c, unnest('{0,1,5}'::int[]) AS width GROUP BY 1 ORDER BY 1});
note($text_states);
like($text_states, qr/^22P02/m, 'damaged text: refused');
like($text_states, qr/^ok/m, 'damaged text: or another value');
unlike($text_states, qr/^(?!ok|22)/m, 'damaged text: no other error, nothing lost');

unlike(slurp_file($node->logfile), qr/PANIC|terminated by signal/, 'nothing crashed');
$node->stop;
done_testing();
