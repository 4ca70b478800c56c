# A subscriber of positions and contracts keeps a live margin of its own, by
# row triggers, which fire for what logical replication brings.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use MarginTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('live_subscriber', wal_level => 'logical', max_wal_senders => 5, autovacuum => 'off');
my $tables = q{
CREATE TABLE contracts (instrument text PRIMARY KEY, risk risk_array);
CREATE TABLE positions (account text, instrument text, quantity numeric, PRIMARY KEY (account, instrument));
};

# One server, two databases; the slot is made by hand, or the two would wait for each other.
$node->safe_psql('postgres', $tables . q{
ALTER TABLE positions REPLICA IDENTITY FULL;
ALTER TABLE contracts REPLICA IDENTITY FULL;
CREATE PUBLICATION margins FOR TABLE positions, contracts;
SELECT pg_create_logical_replication_slot('margins', 'pgoutput');
CREATE DATABASE subscriber});
$node->safe_psql('subscriber', 'CREATE EXTENSION portfolio_margin;' . $tables . q{
SELECT margin_live('positions', 'contracts', row_level => true);
CREATE SUBSCRIPTION margins CONNECTION '} . $node->connstr('postgres') =~ s/'/''/gr . q{' PUBLICATION margins
WITH (create_slot = false, slot_name = 'margins', copy_data = false)});

$node->safe_psql('postgres', q{
INSERT INTO contracts SELECT i, risk_array(margin_position(kind => 'spot', quantity => 1, spot => 100, underlying => left(i, 1)), scenario_grid(0.15, 2, '{0}'))
FROM unnest('{A1,A2,B1}'::text[]) i;
INSERT INTO contracts SELECT 'AB', sum(risk) FROM contracts WHERE instrument <> 'A2';
INSERT INTO positions VALUES ('a', 'A1', 10);
INSERT INTO positions VALUES ('a', 'A2', -4), ('b', 'B1', 1), ('b', 'AB', 2), ('c', 'A1', 1);
UPDATE positions SET quantity = 12 WHERE account = 'a' AND instrument = 'A1';
UPDATE positions SET instrument = 'A2' WHERE account = 'c';
UPDATE positions SET quantity = quantity * 3 WHERE account = 'b';
DELETE FROM positions WHERE instrument = 'B1';
UPDATE contracts SET risk = 2 * risk WHERE instrument IN ('A1', 'AB')});
$node->wait_for_catchup('margins');
is($node->safe_psql('subscriber', q{
SELECT account, underlying, (margin(risk)).delta_cash FROM positions_risk ORDER BY 1, 2}),
	"a|A|2000\nb|A|1200\nb|B|1200\nc|A|100", 'what the publisher trades and marks');
is($node->safe_psql('subscriber', q{SELECT count(*) FROM margin_live_check('positions')}), '0', 'is what a recomputation gives');

$node->safe_psql('subscriber', 'DROP SUBSCRIPTION margins');
$node->stop;
done_testing();
