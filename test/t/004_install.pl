# Who may install the extension, where, beside what, and what is left after it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use MarginTest;
use Test::More;

my $node = new_node('install', jit => 'off');

my $margin = q{(portfolio_margin(p, ARRAY[market_scenario(price_shock => -0.25)]
		|| scenario_grid(0.25, 1, '{-0.5,0.5}') || tims_scenarios(0.1, 0.1))).requirement
	FROM (VALUES (margin_position(kind => 'spot', quantity => 100, spot => 256, underlying => 'A')),
		(margin_position(kind => 'put', quantity => -1, strike => 1, spot => 256, volatility => 0.1, as_of => '2026-01-01',
			expiry => '2026-01-02', pricing => 'black76', underlying => 'A'))) AS v(p)};

# An ordinary role that may create in the database: the extension is trusted.
$node->safe_psql('postgres', 'CREATE ROLE owner LOGIN; CREATE ROLE guest LOGIN;
	CREATE DATABASE trusted; GRANT CREATE ON DATABASE trusted TO owner; CREATE DATABASE closed');
sub as_role
{
	my ($role, $database, $sql) = @_;
	my ($status, $stdout, $stderr) = $node->psql($database, $sql, extra_params => ['-U', $role, '-v', 'ON_ERROR_STOP=1']);
	return $status == 0 ? $stdout : $stderr;
}
is(as_role('owner', 'trusted', 'CREATE SCHEMA risk; CREATE EXTENSION portfolio_margin SCHEMA risk'), '', 'a role with CREATE installs it');
is(as_role('owner', 'trusted', "SET search_path = risk; SELECT $margin"), 6400, 'and uses it');
like(as_role('guest', 'trusted', 'CREATE EXTENSION IF NOT EXISTS portfolio_margin; DROP EXTENSION portfolio_margin'), qr/must be owner/, 'others cannot drop it');
like(as_role('guest', 'closed', 'CREATE EXTENSION portfolio_margin'), qr/permission denied/, 'a role without CREATE cannot install it');
is(as_role('owner', 'trusted', 'GRANT USAGE ON SCHEMA risk TO guest'), '', 'a schema of its own, open to others');
is(as_role('guest', 'trusted', "SET search_path = risk; SELECT $margin"), 6400, 'others use it');

# Moved to another schema: casts, operators and functions still find each other.
is(as_role('owner', 'trusted', 'CREATE TABLE risk.book AS SELECT risk.tims_scenarios(0.1, 0.1) AS s;
	CREATE INDEX ON risk.book (s)'), '', 'values are stored');
# (The objects of a trusted extension belong to the superuser, who moves them.)
is($node->safe_psql('trusted', 'CREATE SCHEMA "Other Place"; GRANT USAGE ON SCHEMA "Other Place" TO owner;
	ALTER EXTENSION portfolio_margin SET SCHEMA "Other Place"'), '', 'moved');
is(as_role('owner', 'trusted', qq{SET search_path = "Other Place"; SELECT $margin}), 6400, 'works in its new place');
is(as_role('owner', 'trusted', 'SELECT count(*), max(s::text) FROM risk.book GROUP BY s'), '1|tims_scenarios(down => 0.1, up => 0.1)', 'stored values stay');

# Every function, without any search path: qualified names are enough.
is(as_role('owner', 'trusted', q{SET search_path = ''; SELECT ("Other Place".portfolio_margin(p)).worst_scenario, count("Other Place".position_issue(p))
	FROM (VALUES ("Other Place".margin_position(kind => 'spot', quantity => 1, spot => 1, underlying => 'A'))) AS v(p)}), '1|0', 'without a search path');

# Look-alikes of what the install script names, planted where it installs and
# earlier in the search path: none is called or becomes part of the extension.
$node->safe_psql('postgres', q{CREATE DATABASE attacked});
$node->safe_psql('attacked', q{
	CREATE SCHEMA trap;
	CREATE TABLE trap.sprung (what text);
	CREATE FUNCTION trap.spring(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN INSERT INTO trap.sprung VALUES ($1); RETURN $1; END $$;});
for my $type ('float8', 'int4', 'text', 'float8[]')
{
	my $arguments = "$type, $type";
	$node->safe_psql('attacked', "CREATE FUNCTION trap.look_alike($arguments) RETURNS boolean LANGUAGE sql AS \$\$ SELECT trap.spring('operator') IS NULL \$\$");
	$node->safe_psql('attacked', "CREATE OPERATOR trap.$_ (FUNCTION = trap.look_alike, LEFTARG = $type, RIGHTARG = $type)") for '=', '<', '>', '<=', '>=', '<>', '||';
}
$node->safe_psql('attacked', q{
	CREATE FUNCTION trap.format_type(oid, int4) RETURNS text LANGUAGE sql AS $$ SELECT trap.spring('function') $$;
	CREATE TYPE trap.timestamptz AS (x int); CREATE DOMAIN trap.float8 AS numeric; CREATE DOMAIN trap.text AS varchar;
	CREATE DOMAIN trap.int4 AS numeric; CREATE TYPE trap.boolean AS ENUM ('x')});
$node->safe_psql('attacked', 'SET search_path = trap, public; CREATE EXTENSION portfolio_margin SCHEMA trap');
is($node->safe_psql('attacked', 'SELECT count(*) FROM trap.sprung'), 0, 'no trap was sprung while installing');
is($node->safe_psql('attacked', "SET search_path = public, trap; SELECT $margin"), 6400, 'the extension works beside the traps');
is($node->safe_psql('attacked', q{
	SELECT string_agg(DISTINCT format_type(t.oid, NULL), ' ') FROM pg_catalog.pg_depend AS d
	JOIN pg_catalog.pg_extension AS e ON d.refobjid = e.oid AND e.extname = 'portfolio_margin' AND d.deptype = 'e'
	JOIN pg_catalog.pg_proc AS p ON d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid
	CROSS JOIN LATERAL unnest(p.proargtypes || p.prorettype) AS a(type)
	JOIN pg_catalog.pg_type AS t ON t.oid = a.type
	WHERE t.typname IN ('float8', 'text', 'int4', 'timestamptz', 'boolean', 'bool')
	AND t.typnamespace <> 'pg_catalog'::regnamespace}), '', 'its functions take the types of the catalogue');

# Dropped: nothing stays, and it can come back.
my $count = q{SELECT (SELECT count(*) FROM pg_proc), (SELECT count(*) FROM pg_type), (SELECT count(*) FROM pg_operator),
	(SELECT count(*) FROM pg_cast), (SELECT count(*) FROM pg_opclass), (SELECT count(*) FROM pg_opfamily), (SELECT count(*) FROM pg_amop),
	(SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_description), (SELECT count(*) FROM pg_depend), (SELECT count(*) FROM pg_enum)};
$node->safe_psql('postgres', 'CREATE DATABASE fresh');
my $before = $node->safe_psql('fresh', $count);
$node->safe_psql('fresh', 'CREATE EXTENSION portfolio_margin');
isnt($node->safe_psql('fresh', $count), $before, 'installing adds to the catalogues');
$node->safe_psql('fresh', 'DROP EXTENSION portfolio_margin');
is($node->safe_psql('fresh', $count), $before, 'dropping takes all of it away');
is($node->safe_psql('fresh', "CREATE EXTENSION portfolio_margin; SELECT $margin"), 6400, 'and it can come back');

# Values in use protect their types.
$node->safe_psql('fresh', 'CREATE TABLE kept (s scenario_set, p margin_position)');
my ($status, $stdout, $stderr) = $node->psql('fresh', 'DROP EXTENSION portfolio_margin');
like($stderr, qr/other objects depend on it/, 'a column protects its type');

# Nothing is preloaded or asked of the server: no setting, no background process.
is($node->safe_psql('fresh', "SELECT portfolio_margin(NULL) FILTER (WHERE false);
	SELECT count(*) FROM pg_settings WHERE name LIKE 'portfolio%'"), "\n0", 'no settings');

$node->stop;
done_testing();
