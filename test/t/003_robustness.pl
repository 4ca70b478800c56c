# Nothing that a user can send crashes the server, makes it deaf or lets it leak.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use MarginTest;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $long = ($ENV{TEST_LONG} // '') eq 'yes';
my $node = new_node('robustness', jit => 'off', timezone => 'UTC', max_parallel_workers_per_gather => 0);
load_reference($node);

# Long work answers to cancel: each of these would take many seconds.
my $heavy = "ARRAY(SELECT market_scenario(price_shock => n / 1e6, vol_shock => n / 1e6) FROM generate_series(1, 100000) AS n)::scenario_set";
ask($node, "CREATE TABLE heavy AS SELECT $heavy AS scenario_set");
for my $case (
	['one margin', 'SELECT portfolio_margin(position, scenario_set) FROM heavy, trade, generate_series(1, 1000) WHERE account = \'box\''],
	['one function', 'SELECT count(position_pnls(position, scenario_set)) FROM heavy, trade, generate_series(1, 1000) WHERE account = \'box\''],
	['a window', 'SELECT portfolio_margin(position, scenario_set) OVER (ORDER BY n ROWS BETWEEN 50 PRECEDING AND CURRENT ROW) FROM heavy, trade, generate_series(1, 100) AS n WHERE account = \'box\''],
	['the rows of sets', 'SELECT count(*) FROM heavy, generate_series(1, 1000), scenarios(scenario_set)'],
	['joining sets', 'SELECT count(scenario_grid(0.5, 9999) || scenario_grid(0.6, 10001) || scenario_grid(0.1 + n / 1e9, 9999)) FROM generate_series(1, 1000000) AS n'])
{
	my ($name, $query) = @$case;
	my $start = time;
	fails_with($node, '57014', "SET statement_timeout = '300ms'; $query", "cancel $name");
	cmp_ok(time - $start, '<', 2.5, "cancel $name: soon");
}

# Every function with every combination of NULL and hostile arguments.  What
# is wrong is an error of the user's (never XX000 or a crash).
$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION try(call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'SELECT count(x::text) FROM (SELECT ' || call || ' AS x LIMIT 50) AS s';
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
CREATE TABLE hostile (type text, value text);
INSERT INTO hostile
SELECT type, format('NULL::%s', type)
FROM unnest('{float8,int4,text,bool,bytea,cstring,timestamptz,float8[],int8,oid,
	instrument_kind,exercise_style,pricing_model,settlement_style,vol_stickiness,
	margin_position,market_scenario,market_scenario[],scenario_set,risk_array,risk_table,book_margin,margin_position[],text[],
	timestamptz[],volatility_surface}'::text[]) AS type
UNION ALL
SELECT 'float8', quote_literal(v) || '::float8'
FROM unnest('{NaN,Infinity,-Infinity,0,-0,1,-1,4.9e-324,1.7976931348623157e308,-1.7976931348623157e308}'::text[]) AS v
UNION ALL SELECT 'float8[]', quote_literal(v) || '::float8[]'
FROM unnest(ARRAY['{}', '{NULL}', '{NaN}', '{{1,2},{3,4}}', '[-5:-4]={0,1}', '{1e308,-1e308}']) AS v
UNION ALL SELECT 'int4', v FROM unnest('{0,1,-1,2147483647,(-2147483648)}'::text[]) AS v
UNION ALL SELECT 'int8', v || '::int8' FROM unnest('{0,-1,9223372036854775807}'::text[]) AS v
UNION ALL SELECT 'timestamptz', quote_literal(v) || '::timestamptz' FROM unnest('{infinity,-infinity,4713-01-01 BC,294276-12-31}'::text[]) AS v
UNION ALL SELECT 'text', quote_literal(v) FROM unnest(ARRAY['', repeat('é', 100000), '%s%n']) AS v
UNION ALL SELECT 'text[]', quote_literal(v) || '::text[]' FROM unnest(ARRAY['{}', '{NULL}', '{""}', '{X,X}', '{{X},{Y}}', '[-5:-4]={X,Y}']) AS v
UNION ALL SELECT 'cstring', quote_literal(v) || '::cstring' FROM unnest(ARRAY['', 'scenario_grid(', 'market_scenario()', repeat('market_scenario() || ', 1000), repeat('(', 100000)]) AS v
UNION ALL SELECT 'bytea', quote_literal(v) || '::bytea' FROM unnest('{"","\\x00","\\x01000000000000000000000000000000"}'::text[]) AS v
UNION ALL SELECT 'margin_position', v FROM unnest(ARRAY[
	'margin_position()',
	'ROW(1,1,100,''infinity'',100,0.2,0,0,NULL,''-infinity'',''call'',''european'',''black_scholes'',''linear'',''X'',NULL,NULL,NULL,NULL)::margin_position',
	'margin_position(kind => ''put'', quantity => 1e300, multiplier => 1e300, strike => 1e-300, spot => 1e300, volatility => 1e300, rate => -1e300, as_of => ''2000-01-01'', expiry => ''9999-01-01'', underlying => ''X'')',
	'margin_position(kind => ''call'', quantity => -1, strike => 5e-324, spot => 1.7e308, volatility => 5e-324, rate => 700, yield => -700, as_of => ''2000-01-01'', expiry => ''2000-01-01 00:00:00.000001'', underlying => repeat(''é'', 10000))',
	'margin_position(kind => ''perpetual'', quantity => 5e-324, multiplier => 5e-324, spot => 5e-324, settlement => ''inverse'', underlying => '''')',
	'margin_position(kind => ''call'', quantity => 1, strike => 100, spot => 100, price => 1e308, as_of => ''2026-03-13'', expiry => ''2026-06-13'', underlying => ''X'',
		exercise => ''american'', dividend_times => ''{2026-04-01,2026-05-01}'', dividend_amounts => ''{1e308,1e308}'')',
	'margin_position(kind => ''put'', quantity => 1, strike => 1e300, spot => 1e-300, as_of => ''2026-03-13'', expiry => ''2026-06-13'', underlying => ''X'',
		dividend_times => ''{NULL,infinity}'', dividend_amounts => ''{{NaN},{1}}'', surface => ''volatility_surface(as_of => 2026-03-13 16:00:00+00, 2026-06-19 16:00:00+00 => {1e-99: 1e99, 1e99: 0})'')',
	'margin_position(kind => ''spot'', quantity => 1, spot => 100, underlying => ''X'')']) AS v
UNION ALL SELECT 'timestamptz[]', quote_literal(v) || '::timestamptz[]' FROM unnest(ARRAY['{}', '{NULL}', '{infinity,-infinity}', '{{2026-01-01},{2026-01-02}}', '[-5:-4]={2026-01-01,2026-01-02}']) AS v
UNION ALL SELECT 'volatility_surface', quote_literal(v) || '::volatility_surface' FROM unnest(ARRAY[
	'volatility_surface(as_of => 2026-03-13 16:00:00+00, 2026-03-13 16:00:00.000001+00 => {1e-99: 0, 1e99: 1e99})',
	'svi_surface(as_of => 2026-03-13 16:00:00+00, 2026-06-19 16:00:00+00 => {a: 0.005, b: 0.04, rho: -0.4, m: 0, sigma: 0.15})']) AS v
UNION ALL SELECT 'market_scenario', v FROM unnest(ARRAY[
	'market_scenario()', 'ROW(NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL)::market_scenario',
	'market_scenario(price_shock => 1e308, vol_shock => 1e308, weight => 1e308)',
	'market_scenario(price_shock => -1, vol_power => 1e308, days => 1e308)', 'market_scenario(weight => ''NaN'')']) AS v
UNION ALL SELECT 'market_scenario[]', v FROM unnest(ARRAY[
	'ARRAY[]::market_scenario[]', 'ARRAY[NULL]::market_scenario[]', 'ARRAY[[market_scenario()],[market_scenario()]]',
	'array_fill(market_scenario(), ARRAY[100001])', 'ARRAY[market_scenario()]']) AS v
UNION ALL SELECT 'scenario_set', v FROM unnest(ARRAY[
	'scenario_grid(0.99, 5)', 'span_scenarios(0, 0)', 'scenario_grid(0.5, 49999)',
	'(ARRAY[market_scenario(price_points => -1e308, vol_points => -1e308, weight => 1e308)])::scenario_set']) AS v
UNION ALL SELECT 'risk_array', v FROM unnest(ARRAY[
	'risk_array(margin_position(kind => ''spot'', quantity => 4e15, spot => 2, underlying => ''X''), tims_scenarios(0.1, 0.1))',
	'risk_array(margin_position(kind => ''spot'', quantity => 1, spot => 100, underlying => ''X'', currency => ''EUR''), scenario_grid(0.5, 49999))']) AS v
UNION ALL SELECT 'risk_table', v FROM unnest(ARRAY[
	'''{contract 1}''::risk_table', '''{contract "", contract "X"}''::risk_table',
	'(SELECT risk_table(1, margin_position(kind => ''spot'', quantity => 4e15, spot => 2, underlying => ''X''), scenario_grid(0.5, 49999)))']) AS v
UNION ALL SELECT 'book_margin', v FROM unnest(ARRAY[
	'''\x010000000000''::book_margin', '(SELECT margin_book('''', 1, 1, ''{contract 1}''::risk_table))',
	'(SELECT margin_book(-9223372036854775808, 1, -1, (SELECT risk_table(1, margin_position(kind => ''spot'', quantity => 1, spot => 1e-300, underlying => ''X''), ARRAY[market_scenario(price_shock => 1e308, vol_shock => 1e308)]))))']) AS v
UNION ALL SELECT t, v FROM (VALUES ('regclass', '''pg_class''::regclass'), ('name', '''a"b''::name'),
	('jsonb', '''{"a": [1]}''::jsonb'), ('margin_result', 'margin(''{}'')')) AS v(t, v)
UNION ALL SELECT 'margin_position[]', v FROM unnest(ARRAY['ARRAY[]::margin_position[]', 'ARRAY[NULL]::margin_position[]', 'ARRAY[margin_position()]']) AS v
UNION ALL SELECT t, format('%L::%s', v, t) FROM (VALUES
	('instrument_kind', 'call'), ('instrument_kind', 'spot'), ('exercise_style', 'american'), ('pricing_model', 'bachelier'),
	('settlement_style', 'inverse'), ('vol_stickiness', 'moneyness')) AS v(t, v);
-- Calls of all functions that SQL can call: all arguments hostile in turn, the
-- others NULL, and then good.
CREATE VIEW garden AS
WITH function AS (
	SELECT p.oid, format('%s.%s', quote_ident(nspname), quote_ident(proname)) AS name,
		ARRAY(SELECT format_type(a, NULL) FROM unnest(proargtypes) WITH ORDINALITY AS u(a, n) ORDER BY n)::text[] AS types
	FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = pronamespace
	JOIN pg_depend ON classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e'
	JOIN pg_extension AS e ON refclassid = 'pg_extension'::regclass AND refobjid = e.oid AND extname = 'portfolio_margin'
	WHERE NOT 'internal' = ANY (ARRAY(SELECT format_type(a, NULL) FROM unnest(proargtypes) AS a)::text[])
), argument AS (
	SELECT oid, name, types, n, CASE types[n] WHEN 'double precision' THEN 'float8' WHEN 'integer' THEN 'int4'
		WHEN 'bigint' THEN 'int8' WHEN 'boolean' THEN 'bool' WHEN 'timestamp with time zone' THEN 'timestamptz'
		WHEN 'double precision[]' THEN 'float8[]' WHEN 'timestamp with time zone[]' THEN 'timestamptz[]' ELSE types[n] END AS type
	FROM function, generate_subscripts(types, 1) AS n
), good AS (
	SELECT v.* FROM (VALUES ('float8', '0.5::float8'), ('int4', '2'), ('float8[]', '''{-0.25,0.25}''::float8[]'),
		('margin_position', 'margin_position(kind => ''spot'', quantity => 1, spot => 100, underlying => ''X'')'),
		('market_scenario', 'market_scenario(price_shock => -0.1)'), ('market_scenario[]', 'ARRAY[market_scenario()]'),
		('scenario_set', 'tims_scenarios(0.1, 0.1)'),
		('risk_array', 'risk_array(margin_position(kind => ''spot'', quantity => 1, spot => 100, underlying => ''X''), tims_scenarios(0.1, 0.1))'),
		('risk_table', '(SELECT risk_table(1, margin_position(kind => ''spot'', quantity => 1, spot => 100, underlying => ''X''), tims_scenarios(0.1, 0.1)))'),
		('book_margin', '(SELECT margin_book(1, 1, 1, ''{contract 1}''::risk_table))'),
		('text', '''X'''), ('text[]', '''{X}''::text[]'), ('int8', '1::int8'),
		('instrument_kind', '''call''::instrument_kind'), ('exercise_style', '''european''::exercise_style'),
		('pricing_model', '''black76''::pricing_model'), ('settlement_style', '''linear''::settlement_style'),
		('vol_stickiness', '''strike''::vol_stickiness')) AS v(type, value)
)
SELECT format('%s(%s)', name, string_agg(CASE WHEN a.n = b.n THEN h.value WHEN fill = 'null' THEN 'NULL::' || b.type
		ELSE coalesce(g.value, 'NULL::' || b.type) END, ', ' ORDER BY b.n)) AS call
FROM argument AS a JOIN hostile AS h USING (type)
JOIN argument AS b USING (oid, name) LEFT JOIN good AS g ON g.type = b.type
CROSS JOIN unnest('{null,good}'::text[]) AS fill
GROUP BY oid, name, a.n, h.value, fill;
SQL
is(ask($node, q{SELECT string_agg(DISTINCT type, ' ') FROM (
	SELECT unnest(regexp_matches(call, 'NULL::([a-z_0-9]+(?:\[\])?)', 'g')) AS type FROM garden) AS s
	WHERE type NOT IN (SELECT type FROM hostile)}), '', 'hostile values of every argument type');
my $outcome = ask($node, 'SELECT state, count(*) FROM (SELECT try(call) AS state FROM garden) AS s GROUP BY 1 ORDER BY 1');
note($outcome);
cmp_ok(ask($node, 'SELECT count(*) FROM garden'), '>', 500, 'a garden of calls');
unlike($outcome, qr/^XX/m, 'no call ends in an internal error');
like($outcome, qr/^ok/m, 'some calls succeed');
is(ask($node, q{SELECT call FROM garden WHERE left(try(call), 2) NOT IN ('ok', '22', '0A', '42', '54', 'PM', 'P0') LIMIT 1}), '',
	'errors are those of bad data, of what is not there or not built, and of limits');

# Stored and sent bytes that nobody could have written: damaged binary forms
# are refused or are another good value, and what is read back works.
ask($node, q{
	CREATE TABLE wire (id int, scenario_set scenario_set);
	INSERT INTO wire SELECT row_number() OVER (), scenario_set FROM risk_set;
});
my $dir = PostgreSQL::Test::Utils::tempdir();
ask($node, "COPY (SELECT scenario_set FROM wire) TO '$dir/good' (FORMAT binary)");
my $good = slurp_file("$dir/good");
my $rounds = $long ? 20000 : 400;
my %states;
srand 20260313;
my $script = '';
for my $round (1 .. $rounds)
{
	my $bad = $good;
	# After the header of the file and the first row's, before its end.
	my $at = 25 + int(rand(length($bad) - 27));
	if ($round % 3 == 0) { substr($bad, $at, 1) = chr(int(rand 256)) }
	elsif ($round % 3 == 1) { substr($bad, $at, 1 + int(rand 8)) = "\xff" x 8 }
	else { substr($bad, $at, 4) = pack('N', 2**int(rand 32)) }
	my $file = "$dir/bad" . $round % 400;
	open my $out, '>:raw', $file or die $!;
	print $out $bad;
	close $out;
	$script .= "COPY wire(scenario_set) FROM '$file' (FORMAT binary);\n";
	if ($round % 400 == 0 || $round == $rounds)
	{
		my ($status, $stdout, $stderr) = $node->psql('postgres', "\\set VERBOSITY sqlstate\n$script", on_error_stop => 0);
		is($status, 0, "damaged bytes: the connection holds ($round)");
		$states{$1}++ while $stderr =~ /ERROR:\s+(\w{5})/g;
		$script = '';
	}
}
cmp_ok($states{'22P03'} // 0, '>', 20, 'damaged bytes: refused');
# 08P01 is what the server says itself of a message that ends too early.
is(join(' ', grep { !/^(?:22|54|08P01)/ } sort keys %states), '', 'damaged bytes: refused as bad data');
cmp_ok(ask($node, 'SELECT count(*) FROM wire WHERE id IS NULL'), '>', 0, 'some damage makes another set');
is(ask($node, q{SELECT count(*) FROM wire WHERE scenario_set::text::scenario_set IS DISTINCT FROM scenario_set
	OR (SELECT count(*) FROM scenarios(scenario_set)) < 1}), 0, 'what came in is whole');

# The text form, damaged: an error of syntax or value, or another good set.
my $text_states = ask($node, qq{
	CREATE FUNCTION try_text(s text) RETURNS text LANGUAGE plpgsql AS \$\$
	BEGIN
		IF s::scenario_set::text::scenario_set IS DISTINCT FROM s::scenario_set THEN RETURN 'lost'; END IF;
		RETURN 'ok';
	EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
	END \$\$;
	SELECT setseed(0.42);
	SELECT try_text(CASE WHEN n % 2 = 0 THEN overlay(s PLACING c FROM 1 + (random() * length(s))::int FOR (random() * 3)::int)
		ELSE left(s, (random() * length(s))::int) END) AS state, count(*)
	FROM (SELECT n, scenario_set::text AS s, substr('(){},.;|=>-+eE09 NaN' || chr(955), 1 + (random() * 21)::int, 1) AS c
		FROM risk_set, generate_series(1, $rounds) AS n) AS t GROUP BY 1 ORDER BY 1});
note($text_states);
like($text_states, qr/^22P02/m, 'damaged text: refused');
unlike($text_states, qr/^(?:XX|lost)/m, 'damaged text: no internal error, nothing lost');

# Denormal numbers stay what they are: nothing we load turns them off.
is(ask($node, "SELECT position_value(margin_position(kind => 'spot', quantity => 1, spot => 1, underlying => 'X'));
	SELECT '2.3e-308'::float8 / 100 > 0, '2.3e-308'::float8 / 100"), "1\nt|2.3e-310", 'denormal numbers are left alone');

# Memory: the same work again and again in one session takes no more of it.
SKIP:
{
	skip 'there is no /proc here', 3 unless -r '/proc/self/status';
	my %work = (
		'many groups' => 'PERFORM count(m) FROM (SELECT n, portfolio_margin(position, tims_scenarios(0.1, 0.1)) AS m
			FROM generate_series(1, 2500) AS n, trade WHERE account = \'pair_trade\' GROUP BY n) AS s;',
		'caught errors' => 'FOR i IN 1..500 LOOP
			PERFORM try($x$portfolio_margin(margin_position(kind => \'call\', quantity => 1))$x$);
			PERFORM try($x$\'scenario_grid(price_range => 0.1, price_steps => 2, vol_shocks => {0,0,0}, )\'::scenario_set$x$);
			PERFORM try($x$portfolio_margin(p, s) FROM (VALUES (margin_position(kind => \'spot\', quantity => 1, spot => 1, underlying => \'A\'), scenario_grid(0.1, 500)),
				(margin_position(kind => \'spot\', quantity => 1, spot => 1, underlying => \'A\'), scenario_grid(0.1, 501))) AS v(p, s)$x$);
			END LOOP;',
		'every function' => 'PERFORM count(position_pnls(position, scenario_set)), count(position_issue(position)), count(s) FROM trade, risk_set, scenarios(scenario_set) AS s;
			PERFORM portfolio_margin(position, scenario_set || scenario_set) OVER (PARTITION BY account, name ROWS 2 PRECEDING) FROM trade, risk_set;');
	for my $name (sort keys %work)
	{
		my $rss = q{SELECT (regexp_match(pg_read_file('/proc/' || pg_backend_pid() || '/status'), 'VmRSS:\s+(\d+)'))[1]};
		my $once = "DO \$do\$ BEGIN FOR round IN 1..5 LOOP $work{$name} END LOOP; END \$do\$;\n";
		my @rss = split /\n/, ask($node, "$once$rss;\n$once$once$once$rss;");
		cmp_ok($rss[1] - $rss[0], '<', 1500, "memory stays: $name") or diag("kB: @rss");
		note("$name: kB @rss");
	}
}

# Dumped and restored: the same values, the same margins.
ask($node, q{
	CREATE DATABASE restored;
	CREATE TABLE kept AS SELECT account, position, scenario_set, (SELECT array_agg(s) FROM scenarios(scenario_set) AS s) AS list,
		(scenarios(scenario_set)) AS first FROM trade, risk_set WHERE name = 'listed' AND account IN ('energy_desk', 'odd_dust');
	CREATE INDEX ON kept (scenario_set);
	CREATE TABLE kept_margin AS SELECT account, portfolio_margin(position, scenario_set) AS margin,
		portfolio_greeks(position) AS greeks FROM kept GROUP BY account});
for my $format ('plain', 'custom')
{
	my $dump = "$dir/dump.$format";
	command_ok(['pg_dump', '-F', $format, '-f', $dump, '-d', $node->connstr('postgres')], "pg_dump, $format");
	my $database = "restored_$format";
	ask($node, "CREATE DATABASE $database");
	if ($format eq 'plain') { command_ok(['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-o', "$dir/restore.log", '-d', $node->connstr($database)], 'restored, plain') }
	else { command_ok(['pg_restore', '-e', '-d', $node->connstr($database), $dump], 'restored, custom') }
	is($node->safe_psql($database, q{SET search_path = reference, public;
		SELECT count(*), bool_and(same(m, margin)), bool_and(same(g, greeks)) FROM kept_margin
		JOIN (SELECT account, portfolio_margin(position, scenario_set) AS m, portfolio_greeks(position) AS g FROM kept GROUP BY account) AS s USING (account)}),
		'2|t|t', "the same margins, $format");
	is($node->safe_psql($database, 'SELECT md5(string_agg(k::text, $$,$$ ORDER BY k::text)) FROM reference.kept AS k'),
		ask($node, 'SELECT md5(string_agg(k::text, $$,$$ ORDER BY k::text)) FROM reference.kept AS k'), "the same rows, $format");
}

is(ask($node, 'SELECT 1'), 1, 'the server has survived');
unlike(slurp_file($node->logfile), qr/PANIC|terminated by signal/, 'nothing crashed');
$node->stop;
done_testing();
