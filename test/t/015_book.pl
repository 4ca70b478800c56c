# book_margin: through COPY and back, between encodings, in bounded memory and
# time, and bytes that nobody sent are refused.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use MarginTest;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $long = ($ENV{TEST_LONG} // '') eq 'yes';
my $node = new_node('book', jit => 'off', timezone => 'UTC');

ask($node, q{
	CREATE FUNCTION spot(price float8, name text, currency text DEFAULT NULL) RETURNS margin_position IMMUTABLE LANGUAGE sql AS
		$$ SELECT margin_position(kind => 'spot', quantity => 1, spot => price, underlying => name, currency => currency) $$;
	CREATE TABLE pool AS SELECT risk_table(k, spot(k, 'é' || k % 20), tims_scenarios(0.25, 0.25)) AS prices FROM generate_series(1, 5000) AS k;
	CREATE TABLE sent AS
		SELECT margin_book(n, 1 + n % 5000, n % 7 - 3, (SELECT prices FROM pool)) AS b FROM generate_series(-5000, 20000, 2) AS m, LATERAL (SELECT m * m AS n) AS n
		UNION ALL SELECT margin_book(name, 17, 1, (SELECT prices FROM pool)) FROM unnest(ARRAY['"', '\\\\', E'a\\nb', 'été', '', repeat('é"', 50000)]) AS name
		UNION ALL SELECT margin_book(-9223372036854775808, 1, 1, '{contract 1}'::risk_table);
	ALTER TABLE sent ADD id serial;
	CREATE TABLE wire (id serial, b book_margin)});

# What comes back is what went.
my $dir = PostgreSQL::Test::Utils::tempdir();
for my $format ('binary', 'text', 'csv')
{
	ask($node, "COPY sent(b) TO '$dir/$format' (FORMAT $format); TRUNCATE wire RESTART IDENTITY; COPY wire(b) FROM '$dir/$format' (FORMAT $format)");
	is(ask($node, 'SELECT count(*), count(*) FILTER (WHERE book_margin_send(w.b) = book_margin_send(s.b)) FROM sent AS s FULL JOIN wire AS w USING (id)'),
		'3|3', "COPY, $format");
}
is(ask($node, 'SELECT count(*), count(DISTINCT account), bool_and(s IS NOT DISTINCT FROM w) FROM (SELECT id, (accounts(b)).* FROM sent) AS s FULL JOIN (SELECT id, (accounts(b)).* FROM wire) AS w USING (id, account)'),
	ask($node, 'SELECT sum(n), sum(n), true FROM (SELECT count(*) AS n FROM sent, accounts(b) GROUP BY id) AS s') , 'account by account');

# A client in another encoding, and a database in another one: texts are converted.
is(ask($node, q{SET client_encoding = latin1;
	COPY (SELECT b FROM sent WHERE id = 2) TO '} . "$dir/latin1" . q{' (FORMAT binary)}), '', 'COPY in latin1');
unlike(slurp_file("$dir/latin1"), qr/\xc3\xa9t\xc3\xa9/, 'its texts are in latin1');
like(slurp_file("$dir/latin1"), qr/\xe9t\xe9/, 'and all there');
ask($node, "TRUNCATE wire; SET client_encoding = latin1; COPY wire(b) FROM '$dir/latin1' (FORMAT binary)");
is(ask($node, 'SELECT book_margin_send(w.b) = book_margin_send(s.b) FROM sent AS s, wire AS w WHERE s.id = 2'), 't', 'back from latin1');
ask($node, q{CREATE DATABASE latin1 ENCODING latin1 LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0});
ask($node, q{CREATE DATABASE bytes ENCODING sql_ascii LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0});
my $text = ask($node, 'SELECT b FROM sent WHERE id = 2');
my $accounts = q{SELECT string_agg(account || ' ' || worst_underlying || ' ' || requirement, ', ' ORDER BY length(account), account) FROM accounts('%s'::book_margin)};
my $right = ask($node, sprintf $accounts, $text);
for my $database ('latin1', 'bytes')
{
	$node->safe_psql($database, 'CREATE EXTENSION portfolio_margin');
	is($node->safe_psql($database, 'SET client_encoding = utf8; ' . sprintf $accounts, $text), $right, "the text form in $database");
	is($node->safe_psql($database, "SELECT '$text'::book_margin::text") eq $text, 1, "and back from $database");
}
like($node->safe_psql('bytes', q{SELECT margin_book(E'\\xff', 1, 1, '{contract 1}'::risk_table)::text::book_margin::text}), qr/^\\x/, 'any bytes where all are texts');
my $greek = ask($node, q{SELECT margin_book('λ', 1, 1, '{contract 1}'::risk_table)});
like(($node->psql('latin1', "\\set VERBOSITY verbose\nSELECT '$greek'::book_margin"))[2], qr/ERROR:  22P05:/, 'a character that an encoding does not have');

# Long work answers to cancel.
for my $case (
	['adding rows', 'SELECT margin_book(n % 7, 1 + n % 5000, 1, (SELECT prices FROM pool)) FROM generate_series(1, 100000000) AS n'],
	['new accounts', 'SELECT margin_book(n, 1 + n % 5000, 1, (SELECT prices FROM pool)) FROM generate_series(1, 100000000) AS n'],
	['reading it', 'SELECT count(a) FROM sent, generate_series(1, 100000), accounts(b) AS a WHERE id = 1'])
{
	my ($name, $query) = @$case;
	my $start = time;
	fails_with($node, '57014', "SET statement_timeout = '300ms'; $query", "cancel $name");
	cmp_ok(time - $start, '<', 2.5, "cancel $name: soon");
}

# Memory: what a book took is given back, also after an error, and by frames of a window.
SKIP:
{
	skip 'there is no /proc here', 1 unless -r '/proc/self/status';
	my $work = q{PERFORM count(*) FROM accounts((SELECT margin_book(n % 20000, 1 + n % 5000, 1, (SELECT prices FROM pool)) FROM generate_series(1, 100000) AS n));
		PERFORM count(b) FROM (SELECT margin_book(n % 5, 1 + n % 5000, 1, (SELECT prices FROM pool)) OVER (ORDER BY n ROWS 2 PRECEDING) AS b FROM generate_series(1, 300) AS n) AS s;
		FOR i IN 1 .. 50 LOOP BEGIN
			PERFORM margin_book(n % 500, n, 1, (SELECT prices FROM pool)) FROM generate_series(1, 5001) AS n;
		EXCEPTION WHEN no_data_found THEN NULL; END; END LOOP;};
	my $rss = q{SELECT (regexp_match(pg_read_file('/proc/' || pg_backend_pid() || '/status'), 'VmRSS:\s+(\d+)'))[1]};
	my $once = "DO \$do\$ BEGIN FOR round IN 1 .. 3 LOOP $work END LOOP; END \$do\$;\n";
	my @rss = split /\n/, ask($node, "$once$rss;\n$once$once$once$rss;");
	cmp_ok($rss[1] - $rss[0], '<', 1500, 'memory stays') or diag("kB: @rss");
	note("kB @rss");
}

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
			$script .= "COPY wire(b) FROM '$dir/bad$i' (FORMAT binary);\n";
		}
		my ($status, $stdout, $stderr) = $node->psql('postgres', "\\set VERBOSITY sqlstate\n$script", on_error_stop => 0);
		is($status, 0, "$name: the connection holds");
		$states{$1}++ while $stderr =~ /ERROR:\s+(\w{5})/g;
	}
	# 08P01 is what the server says itself of a message that ends too early.
	is(join(' ', grep { !/^(?:22|54|08P01)/ } sort keys %states), '', "$name: refused as bad data");
	is(ask($node, q{SELECT count(*) FROM wire, LATERAL (SELECT count(*) AS rows, count(*) FILTER (WHERE (worst_scenario IS NULL) <> (worst_underlying IS NULL) OR positions < 0 OR NOT isfinite) AS wrong
			FROM accounts(b) AS a, LATERAL (SELECT abs(requirement) < 'Infinity' AND abs(market_value) < 'Infinity' AND abs(rho_1pct) < 'Infinity' AS isfinite) AS f) AS a
		WHERE book_margin_send(b::text::book_margin) <> book_margin_send(b) OR wrong > 0}), 0, "$name: what came in is whole");
	my $refused = 0;
	$refused += $_ for values %states;
	note("$name: ", join ', ', map { "$states{$_} $_" } sort keys %states);
	return ($refused, ask($node, 'SELECT count(*) FROM wire'));
}

ask($node, q{CREATE TABLE small AS
	SELECT 'int8' AS kind, margin_book(a, k, -1, (SELECT risk_table(k, r) FROM (VALUES (1, risk_array(spot(64, 'A', 'EUR'), tims_scenarios(0.25, 0.125))), (2, '{}')) AS v(k, r))) AS b FROM (VALUES (1, 1), (-1, 1), (7, 2)) AS v(a, k)
	UNION ALL SELECT 'text', margin_book(a, 1, 1, (SELECT risk_table(1, spot(64, 'A'), tims_scenarios(0.25, 0.125)))) FROM unnest('{x,"long key"}'::text[]) AS a});
for my $kind ('int8', 'text')
{
	my $good = pack('H*', ask($node, "SELECT encode(book_margin_send(b), 'hex') FROM small WHERE kind = '$kind'"));
	my ($refused, $accepted) = damaged("$kind: whole", $good);
	is("$refused $accepted", '0 1', "$kind: whole: taken");
	($refused, $accepted) = damaged("$kind: truncated", map { substr $good, 0, $_ } 0 .. length($good) - 1);
	is("$refused $accepted", length($good) . ' 0', "$kind: truncated: all are refused");
	($refused, $accepted) = damaged("$kind: longer", map { $good . "\0" x $_ } 1, 2, 8, 100);
	is("$refused $accepted", '4 0', "$kind: longer: all are refused");
	my @flipped;
	for my $bit (0 .. 8 * length($good) - 1)
	{
		my $bad = $good;
		vec($bad, $bit, 1) ^= 1;
		push @flipped, $bad;
	}
	($refused, $accepted) = damaged("$kind: a bit flipped", @flipped);
	cmp_ok($refused, '>', 100, "$kind: a bit flipped: most of the frame is refused ($refused)");
	cmp_ok($accepted, '>', 500, "$kind: a bit flipped: in an amount it is another amount ($accepted)");
	is($refused + $accepted, scalar @flipped, "$kind: a bit flipped: each is one or the other");
	is(ask($node, 'SELECT count(*) FROM wire, small WHERE book_margin_send(wire.b) = book_margin_send(small.b)'), 0, "$kind: a bit flipped: none is taken for what was sent");
	my @words;
	for my $at (0 .. length($good) - 4)
	{
		for my $word (0, 1, 3, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 100000, 100001)
		{
			my $bad = $good;
			substr($bad, $at, 4) = pack 'N', $word;
			push @words, $bad if $bad ne $good && ($long || ($at + $word) % 3 == 0);
		}
	}
	($refused, $accepted) = damaged("$kind: a count changed", @words);
	is($refused + $accepted, scalar @words, "$kind: a count changed: each is refused or taken");
}
my ($refused, $accepted) = damaged('nothing but a frame', '', "\1", "\1\0", "\1\2" . pack('N', 0), "\2\0" . pack('N', 0), "\1\0" . pack('N', 0xffffffff), "\1\1" . pack('NN', 1, 0x7fffffff));
is("$refused $accepted", '7 0', 'nothing but a frame: refused');
($refused, $accepted) = damaged('a book without accounts', "\1\0" . pack('N', 0), "\1\1" . pack('N', 0));
is("$refused $accepted", '0 2', 'a book without accounts: taken');

unlike(slurp_file($node->logfile), qr/PANIC|terminated by signal/, 'nothing crashed');
$node->stop;
done_testing();
