# A live margin is, byte for byte, what a full recomputation gives: after
# 100,000 random changes, after concurrent clients, and after a crash in the
# middle of them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use IPC::Run ();
use MarginTest;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $node = new_node('live', jit => 'off', autovacuum_naptime => '1s');

$node->safe_psql('postgres', q{
CREATE TABLE contracts (instrument int PRIMARY KEY, risk risk_array);
INSERT INTO contracts
SELECT n, risk_array(margin_position(kind => CASE n % 3 WHEN 0 THEN 'spot' WHEN 1 THEN 'call' ELSE 'put' END::instrument_kind,
	quantity => 1, multiplier => 100, spot => 100,
	strike => CASE WHEN n % 3 > 0 THEN 70 + n % 60 END, volatility => CASE WHEN n % 3 > 0 THEN 0.2 + n % 7 * 0.03 END,
	as_of => CASE WHEN n % 3 > 0 THEN timestamptz '2026-03-13 16:00Z' END, expiry => CASE WHEN n % 3 > 0 THEN timestamptz '2026-06-19 16:00Z' END,
	underlying => 'U' || n % 5), scenario_grid(0.15, 3, '{-0.25,0,0.25}'))
FROM generate_series(1, 200) n;
CREATE TABLE positions (account int, instrument int, quantity numeric, PRIMARY KEY (account, instrument));
CREATE INDEX ON positions (instrument);
SELECT margin_live('positions', 'contracts');
SELECT margin_live('positions', 'contracts', target => 'by_row', row_level => true);
});

# Nothing differs, the row triggers give the same bytes, and the view says what
# a query over the whole book says.
sub proven
{
	my ($what) = @_;
	my $result = $node->safe_psql('postgres', q{
SELECT (SELECT count(*) FROM margin_live_check('positions', 'positions')),
	(SELECT count(*) FROM margin_live_check('positions', 'by_row')),
	(SELECT count(*) FROM positions_risk a FULL JOIN by_row_risk b USING (account, underlying) WHERE risk_array_send(a.risk) IS DISTINCT FROM risk_array_send(b.risk)),
	(SELECT count(*) FROM (SELECT account, (portfolio_margin(quantity::float8, risk)).* FROM positions JOIN contracts USING (instrument) GROUP BY account) x
		FULL JOIN positions_margin m USING (account) WHERE (x.*)::text IS DISTINCT FROM (m.*)::text),
	(SELECT count(*) > 0 FROM positions_risk)});
	return is($result, '0|0|0|0|t', $what);
}

# 100,000 changed rows in five batches of 20,000.
for my $batch (1 .. 5)
{
	$node->safe_psql('postgres', qq{
SELECT setseed(0.$batch);
INSERT INTO positions
SELECT DISTINCT ON (1, 2) (random() * 150)::int, 1 + floor(random() * 200), round((random() * 200 - 100)::numeric, 2) FROM generate_series(1, 11000)
ON CONFLICT (account, instrument) DO UPDATE SET quantity = positions.quantity + excluded.quantity;
UPDATE positions SET quantity = round((random() * 200 - 100)::numeric, 3)
WHERE (account, instrument) IN (SELECT account, instrument FROM positions ORDER BY random() LIMIT 5000);
DELETE FROM positions WHERE (account, instrument) IN (SELECT account, instrument FROM positions ORDER BY random() LIMIT 3500);
DO \$\$
DECLARE p record;
BEGIN
	FOR p IN SELECT account, instrument FROM positions ORDER BY random() LIMIT 1000 LOOP
		CASE floor(random() * 4)
			WHEN 0 THEN DELETE FROM positions WHERE account = p.account AND instrument = p.instrument;
			WHEN 1 THEN UPDATE positions SET account = account + 1000 * 2 ^ $batch WHERE account = p.account AND instrument = p.instrument;
			ELSE UPDATE positions SET quantity = -quantity / 3 WHERE account = p.account AND instrument = p.instrument;
		END CASE;
	END LOOP;
END \$\$;
UPDATE contracts SET risk = (0.5 + random()) * risk WHERE instrument IN (SELECT 1 + floor(random() * 200) FROM generate_series(1, 20));
});
	proven("batch $batch of 20,000 random changes");
}
$node->safe_psql('postgres', q{SELECT margin_live_drop('positions', 'by_row')});
$node->safe_psql('postgres', q{SELECT margin_live('positions', 'contracts', target => 'by_row')});

# Clients that trade and re-mark at once.  Each transaction changes one contract
# or the positions of two accounts in one statement, so none can deadlock.
my $load = PostgreSQL::Test::Utils::tempdir() . '/load.sql';
PostgreSQL::Test::Utils::append_to_file($load, q{\set a random(0, 50)
\set b random(0, 50)
\set i random(1, 200)
\set q random(-50, 50)
\set what random(1, 10)
\if :what <= 4
INSERT INTO positions VALUES (:a, :i, :q) ON CONFLICT (account, instrument) DO UPDATE SET quantity = positions.quantity + excluded.quantity;
\elif :what <= 6
UPDATE positions SET quantity = quantity + :q WHERE account = :a AND instrument = :i;
\elif :what = 7
DELETE FROM positions WHERE account = :a AND instrument = :i;
\elif :what = 8
BEGIN;
INSERT INTO positions VALUES (:a, :i, :q) ON CONFLICT (account, instrument) DO UPDATE SET quantity = excluded.quantity;
ROLLBACK;
\elif :what = 9
INSERT INTO positions SELECT DISTINCT x, :i::int, :q::int FROM unnest(ARRAY[:a, :b]::int[]) x ORDER BY x ON CONFLICT DO NOTHING;
\else
UPDATE contracts SET risk = risk_array(margin_position(kind => 'spot', quantity => 1, multiplier => 1 + abs(:q::int), spot => 100, underlying => 'U' || :i::int % 5), scenario_grid(0.15, 3, '{-0.25,0,0.25}')) WHERE instrument = :i;
\endif
});
my @pgbench = ('pgbench', '-n', '-c', 6, '-M', 'prepared', '-f', $load, '-h', $node->host, '-p', $node->port);

my ($out, $err) = ('', '');
ok(IPC::Run::run([ @pgbench, '-t', 1000, 'postgres' ], '>', \$out, '2>', \$err), 'six clients trade and re-mark');
unlike($err, qr/deadlock/, 'without deadlock') or diag(substr $err, 0, 1000);
proven('after concurrent clients');

# The server dies in the middle of it.
for my $crash (1 .. 3)
{
	my $bench = IPC::Run::start([ @pgbench, '-T', 60, 'postgres' ], '>', \$out, '2>', \$err);
	sleep(1 + 0.37 * $crash);
	$node->stop('immediate');
	$bench->finish;
	like($err, qr/server closed the connection|terminating connection/, "crash $crash in the middle of load");
	$node->start;
	proven("after crash $crash");
}

# A copy by dump and restore goes on where the original was.
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump.sql';
$node->command_ok([ 'pg_dump', '-h', $node->host, '-p', $node->port, '-f', $dump, 'postgres' ], 'dumped');
$node->safe_psql('postgres', 'CREATE DATABASE copy');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', $node->host, '-p', $node->port, '-f', $dump, 'copy' ], 'restored');
is($node->safe_psql('copy', q{
UPDATE positions SET quantity = quantity + 1;
UPDATE contracts SET risk = 2 * risk;
SELECT count(*) FROM margin_live_check('positions', 'positions')}), '0', 'and live');
is($node->safe_psql('copy', q{SELECT margin_live_drop('positions', 'by_row'), margin_live_drop('positions');
SELECT count(*) FROM pg_class WHERE relname ~ '_(risk|margin|live)'}) =~ s/.*\n//sr, '0', 'and can be dropped');

# Without the extension nothing is left that would stop a trade.
is($node->safe_psql('postgres', q{SET client_min_messages = warning;
DROP EXTENSION portfolio_margin CASCADE;
UPDATE positions SET quantity = 0;
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'positions'::regclass}), '0', 'DROP EXTENSION CASCADE takes the triggers');

$node->stop;
done_testing();
