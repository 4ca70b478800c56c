-- Joint scenarios: how a set is made, written, joined and refused; what a
-- margin under it is, against plain SQL; and what every function makes of it.
\getenv abs_srcdir PG_ABS_SRCDIR
\set file :abs_srcdir '/sql/setup.sql'
\i :file

--
-- Making and reading a set
--
CREATE TEMP TABLE small AS SELECT joint_scenarios(
	underlyings => '{BOND,ACME}',
	price_shocks => '{{0.01,-0.05},{-0.01,0.02},{-0.03,-0.01}}',
	vol_shocks => '{{0,0.1},{0,0.2},{0,-0.1}}',
	days => 1) AS set;
SELECT set FROM small;
SELECT underlyings(set), underlyings(scenario_grid(0.1, 1)) AS of_a_common_set FROM small;
SELECT n, price_shock, vol_shock, days, weight
FROM small, scenarios(set, 'ACME') WITH ORDINALITY
	AS s(price_shock, price_points, vol_shock, vol_points, vol_power, vol_power_long, vol_floor, rate_points, days, stickiness, weight, skew_shock, smile_shock, skew_cap, n);
-- The order of columns does not matter; that of rows, a name and a number do.
SELECT a = b AS equal, scenario_set_hash(a) = scenario_set_hash(b) AS hash, a::text = b::text AS text,
	   scenario_set_send(a) = scenario_set_send(b) AS binary, scenario_set_cmp(a, b) AS cmp
FROM (SELECT set AS a, joint_scenarios('{ACME,BOND}', '{{-0.05,0.01},{0.02,-0.01},{-0.01,-0.03}}', '{{0.1,-0},{0.2,0},{-0.1,0}}', 1) AS b FROM small) s;
SELECT b = set AS equal, b < set AS less, b > set AS greater
FROM small, (VALUES (1, joint_scenarios('{ACME,BOND}', '{{0.02,-0.01},{-0.05,0.01},{-0.01,-0.03}}', '{{0.2,0},{0.1,0},{-0.1,0}}', 1)),
	(2, joint_scenarios('{ACME,BONE}', '{{-0.05,0.01},{0.02,-0.01},{-0.01,-0.03}}', '{{0.1,0},{0.2,0},{-0.1,0}}', 1)),
	(3, joint_scenarios('{ACME,BOND}', '{{-0.05,0.01},{0.02,-0.01},{-0.01,-0.03}}', NULL, 1)),
	(4, joint_scenarios('{ACME}', '{{-0.05},{0.02},{-0.01}}', '{{0.1},{0.2},{-0.1}}', 1)),
	(5, scenario_grid(0.1, 1))) v(n, b) ORDER BY n;
-- Of one underlying it is still not the common set of its rows.
SELECT joint_scenarios('{A}', '{{-0.1},{0},{0.1}}') = scenario_grid(0.1, 1) AS equal,
	   joint_scenarios('{A}', '{{-0.1},{0},{0.1}}') > scenario_grid(0.1, 1) AS after,
	   ARRAY(SELECT s::text FROM scenarios(joint_scenarios('{A}', '{{-0.1},{0},{0.1}}'), 'A') s) = ARRAY(SELECT s::text FROM scenarios(scenario_grid(0.1, 1)) s) AS same_rows,
	   ARRAY(SELECT s::text FROM scenarios(scenario_grid(0.1, 1), 'any') s) = ARRAY(SELECT s::text FROM scenarios(scenario_grid(0.1, 1)) s) AS common_for_any;

-- From rows, in any order: the same set; every field may move.
SELECT joint_scenarios_agg(n, u, (p, 0, v, 0, 0, NULL, 0, 0, 1, 'strike', 1, 0, 0, NULL)::market_scenario ORDER BY random()) = set AS same
FROM small, (VALUES (1, 'ACME', -0.05, 0.1), (2, 'ACME', 0.02, 0.2), (3, 'ACME', -0.01, -0.1), (1, 'BOND', 0.01, 0), (2, 'BOND', -0.01, 0), (3, 'BOND', -0.03, 0)) v(n, u, p, v)
GROUP BY set;
CREATE TEMP TABLE wide AS
SELECT joint_scenarios_agg(n, u, m) AS set
FROM (VALUES (1, 'A', market_scenario(-0.1, -1, 0.1, 0.01, 0.3, 0.1, 0.05, 0.001, 1, 'moneyness', 1, 0.1, 0.2, 0.3)),
	(2, 'A', market_scenario(0.1, 1, 0.2, 0.02, 0.4, NULL, 0.06, 0.002, 2, 'strike', 1, 0.3, 0.4, NULL)),
	(1, 'quote " and \', market_scenario()), (2, 'quote " and \', market_scenario(price_points => 0.1, rate_points => 5e-324)),
	(1, 'é', market_scenario(days => 3)), (2, 'é', market_scenario(days => 3))) v(n, u, m);
SELECT set FROM wide;
SELECT u, s.* FROM wide, unnest(underlyings(set)) u, scenarios(set, u) s;
SELECT bool_and(set::text::scenario_set = set AND scenario_set_send(set::text::scenario_set) = scenario_set_send(set)) AS text_is_exact,
	   count(*) AS sets
FROM (SELECT set FROM small UNION ALL SELECT set FROM wide
	  UNION ALL SELECT joint_scenarios(ARRAY['A', 'B'], array_agg(ARRAY[1 / n, n / 3] ORDER BY n)) FROM generate_series(1, 300) m, LATERAL (SELECT m::float8 / 1000) f(n)) s;
SELECT set = 'joint_scenarios ( scenarios=>3 ,"BOND"=>( days => 1, price_shock => { 1e-2, -.01, -0.030 } ), "ACME" => (vol_shock => {0.1,0.2,-0.1}, weight => 1, days => 1, price_shock => {-0.05,0.02,-0.01}))' AS read
FROM small;
-- The binary form is the same on every machine.
SELECT scenario_set_send(joint_scenarios('{A,B}', '{{0.5,1},{-0.5,1}}')) AS binary;
-- 8 bytes per scenario and underlying for prices, as many for volatilities.
SELECT pg_column_size(joint_scenarios(names, prices)) - 20 * 5000 * 8 < 20 * 200 AS small,
	   pg_column_size(joint_scenarios(names, prices, prices)) - 2 * 20 * 5000 * 8 < 20 * 200 AS with_volatilities
FROM (SELECT ARRAY(SELECT 'U' || k FROM generate_series(1, 20) k) AS names,
	  (SELECT array_agg(r ORDER BY n) FROM (SELECT n, array_agg(sin(n * 20 + k) / 9 ORDER BY k) AS r FROM generate_series(1, 5000) n, generate_series(1, 20) k GROUP BY n) s) AS prices) s;
-- Sets of one kind join; the columns of the second find theirs by name.
SELECT small.set || j AS joined,
	   (SELECT array_agg(s::text) FROM scenarios(small.set || j, 'ACME') s) = (SELECT array_agg(s::text) FROM scenarios(small.set, 'ACME') s) || (SELECT array_agg(s::text) FROM scenarios(j, 'ACME') s) AS rows
FROM small, (VALUES (joint_scenarios('{ACME,BOND}', '{{0.5,0.25}}'))) v(j);
SELECT count(DISTINCT s) AS distinct_sets FROM (SELECT joint_scenarios('{A}', ARRAY[ARRAY[n % 3]]) AS s FROM generate_series(0, 8) n) s;

--
-- Refused
--
SELECT n, pg_temp.error(e) AS error FROM (VALUES
	(1, $$joint_scenarios(NULL, '{{0}}')$$),
	(2, $$joint_scenarios('{A,NULL}', '{{0,0}}')$$),
	(3, $$joint_scenarios('{}', '{{0}}')$$),
	(4, $$joint_scenarios('{{A}}', '{{0}}')$$),
	(5, $$joint_scenarios('{A,B,A}', '{{0,0,0}}')$$),
	(6, $$joint_scenarios('{A,""}', '{{0,0}}')$$),
	(7, $$joint_scenarios('{A}', NULL)$$),
	(8, $$joint_scenarios('{A}', '{}')$$),
	(9, $$joint_scenarios('{A}', '{0}')$$),
	(10, $$joint_scenarios('{A}', '{{{0}}}')$$),
	(11, $$joint_scenarios('{A,B}', '{{0,0,0},{0,0,0}}')$$),
	(12, $$joint_scenarios('{A,B}', '{{0},{0}}')$$),
	(13, $$joint_scenarios('{A,B}', '{{0,0},{0,NULL}}')$$),
	(14, $$joint_scenarios('{B,A}', '{{0,0},{NaN,0}}')$$),
	(15, $$joint_scenarios('{B,A}', '{{0,0},{0,-Infinity}}')$$),
	(16, $$joint_scenarios('{A,B}', '{{0,0},{0,0}}', '{{0,0}}')$$),
	(17, $$joint_scenarios('{A,B}', '{{0,0}}', '{{0,NULL}}')$$),
	(18, $$joint_scenarios('{A,B}', '{{0,0}}', '{{0,Infinity}}')$$),
	(19, $$joint_scenarios('{A}', '{{0}}', days => NULL)$$),
	(20, $$joint_scenarios('{A}', '{{0}}', days => -1)$$),
	(21, $$joint_scenarios('{A}', array_fill(0::float8, ARRAY[100001, 1]))$$),
	(22, $$joint_scenarios(array_agg(k::text), array_fill(0::float8, ARRAY[1, 10001])) FROM generate_series(1, 10001) k$$),
	(23, $$joint_scenarios_agg(NULL, 'A', market_scenario())$$),
	(24, $$joint_scenarios_agg(1, NULL, market_scenario())$$),
	(25, $$joint_scenarios_agg(1, 'A', NULL)$$),
	(26, $$joint_scenarios_agg(0, 'A', market_scenario())$$),
	(27, $$joint_scenarios_agg(100001, 'A', market_scenario())$$),
	(28, $$joint_scenarios_agg(n, 'A', market_scenario()) FROM unnest('{1,3}'::int[]) n$$),
	(29, $$joint_scenarios_agg(n, u, market_scenario()) FROM (VALUES (1, 'A'), (2, 'A'), (3, 'B'), (1, 'B'), (3, 'A')) v(n, u)$$),
	(30, $$joint_scenarios_agg(n, u, market_scenario()) FROM (VALUES (1, 'B'), (2, 'A'), (2, 'B'), (1, 'A'), (2, 'B')) v(n, u)$$),
	(31, $$joint_scenarios_agg(1, 'A', market_scenario(weight => 0.5))$$),
	(32, $$joint_scenarios_agg(1, '', market_scenario())$$),
	(33, $$scenarios(set) FROM small$$),
	(34, $$scenarios(set, 'XYZ') FROM small$$),
	(35, $$set || scenario_grid(0.1, 1) FROM small$$),
	(36, $$scenario_grid(0.1, 1) || set FROM small$$),
	(37, $$set || joint_scenarios('{ACME}', '{{0}}') FROM small$$),
	(38, $$joint_scenarios('{ACME}', '{{0}}') || set FROM small$$),
	(39, $$joint_scenarios('{A}', array_fill(0::float8, ARRAY[50000, 1])) || joint_scenarios('{A}', array_fill(0::float8, ARRAY[50001, 1]))$$)) v(n, e) ORDER BY n;
-- No rows: no set.
SELECT joint_scenarios_agg(1, 'A', market_scenario()) FROM small WHERE false;
-- Text that is none.
SELECT t, pg_temp.error(format('%L::scenario_set', t)) AS error FROM (VALUES
	('joint_scenarios'), ('joint_scenarios()'), ('joint_scenarios(scenarios => 0, "A" => ())'), ('joint_scenarios(scenarios => 1)'),
	('joint_scenarios(scenarios => 100001, "A" => ())'), ('joint_scenarios(scenarios => 1, A => ())'), ('joint_scenarios(scenarios => 1, "A" => ()'),
	('joint_scenarios(scenarios => 1, "A" => (), "A" => ())'), ('joint_scenarios(scenarios => 1, "" => ())'),
	('joint_scenarios(scenarios => 2, "A" => (price_shock => {0.1}))'), ('joint_scenarios(scenarios => 2, "A" => (price_shock => {0.1,0.2,0.3}))'),
	('joint_scenarios(scenarios => 2, "A" => (price_shock => {}))'), ('joint_scenarios(scenarios => 2, "A" => (price_shock => {0.1,null}))'),
	('joint_scenarios(scenarios => 2, "A" => (skew_cap => {0.1,nul}))'), ('joint_scenarios(scenarios => 1, "A" => (price => 0.1))'),
	('joint_scenarios(scenarios => 1, "A" => (days => 1, days => 1))'), ('joint_scenarios(scenarios => 1, "A" => (days => -1))'),
	('joint_scenarios(scenarios => 1, "A" => (weight => 0.5))'), ('joint_scenarios(scenarios => 1, "A" => (stickiness => maybe))'),
	('joint_scenarios(scenarios => 1, "A" => (days => NaN))'), ('joint_scenarios(scenarios => 1, "A" => ()) || market_scenario()'),
	('market_scenario() || joint_scenarios(scenarios => 1, "A" => ())')) v(t);

--
-- Margins against plain SQL: spot, futures and options of three underlyings,
-- under 400 states of the world.
--
CREATE TEMP TABLE move AS
SELECT n, u, round((sin(n * 12.9898 + k * 78.233) / 8)::numeric, 4)::float8 AS price, round((sin(n * 39.3467 + k * 11.135) / 4)::numeric, 4)::float8 AS vol
FROM generate_series(1, 400) n, unnest('{ACME,BOND,COIN}'::text[]) WITH ORDINALITY AS u(u, k);
CREATE TEMP TABLE joint AS
SELECT joint_scenarios((SELECT array_agg(DISTINCT u) FROM move), array_agg(prices ORDER BY n), array_agg(vols ORDER BY n), days => 2.5) AS set
FROM (SELECT n, array_agg(price ORDER BY u) AS prices, array_agg(vol ORDER BY u) AS vols FROM move GROUP BY n) s;
SELECT set = (SELECT joint_scenarios_agg(n, u, market_scenario(price_shock => price, vol_shock => vol, days => 2.5)) FROM move) AS same_from_rows FROM joint;
CREATE TABLE joint_book AS
SELECT i, 'account ' || i % 17 AS account, u AS underlying, quantity, multiplier, strike, spot, volatility, rate, k AS kind, expiry,
	margin_position(kind => k, quantity => quantity, multiplier => multiplier, spot => spot, underlying => u, as_of => '2026-03-13 16:00+00',
		strike => strike, expiry => expiry, volatility => volatility, rate => rate) AS p
FROM (SELECT i, (ARRAY['ACME', 'BOND', 'COIN'])[1 + i % 3] AS u, kind::instrument_kind AS k, (i * 37 % 41 - 20) AS quantity, 1 + 9 * (i % 2) AS multiplier, (ARRAY[64, 100, 250])[1 + i % 3]::float8 AS spot,
		CASE WHEN kind IN ('call', 'put') THEN (ARRAY[64, 100, 250])[1 + i % 3] * (0.8 + i % 9 * 0.05) END AS strike,
		CASE WHEN kind IN ('call', 'put') THEN 0.15 + i % 7 * 0.05 END AS volatility, CASE WHEN kind IN ('call', 'put') THEN 0.02 END AS rate,
		CASE WHEN kind IN ('call', 'put') THEN '2026-03-14 16:00+00'::timestamptz + i % 11 * interval '20 days' END AS expiry
	  FROM generate_series(1, 400) i, LATERAL (SELECT (ARRAY['spot', 'future', 'call', 'put', 'call'])[1 + i % 5] AS kind) k) s;
-- What each position gains, by option_price; expired within the step, its payoff.
CREATE TEMP TABLE plain AS
SELECT b.i, account, underlying, n, quantity * multiplier * CASE
	WHEN kind IN ('spot', 'future') THEN spot * price
	ELSE option_price(kind, spot + spot * price, strike, greatest(0, years - 2.5 / 365), volatility * (1 + vol), rate) -
		option_price(kind, spot, strike, years, volatility, rate) END AS pnl
FROM (SELECT *, years_between('2026-03-13 16:00+00', expiry) AS years FROM joint_book) b JOIN move ON u = underlying;
CREATE TEMP TABLE total AS SELECT account, underlying, n, sum(pnl) AS pnl, sum(abs(pnl)) + 1 AS size FROM plain GROUP BY 1, 2, 3;
CREATE TEMP TABLE whole AS SELECT account, portfolio_risk(p, set) AS risk, portfolio_margin(p, set) AS margin FROM joint_book, joint GROUP BY account;
CREATE TEMP TABLE cell AS SELECT account, x.underlying, scenario AS n, x.pnl FROM whole, pnl(risk) x;
ANALYZE joint_book, move, total, whole, cell;
SELECT count(*) AS cells, count(*) FILTER (WHERE abs(cell.pnl - total.pnl) > 1e-9 * size) AS wrong FROM cell FULL JOIN total USING (account, underlying, n);
SELECT count(*) AS accounts, count(*) FILTER (WHERE abs((margin).requirement - loss) > 1e-9 * loss) AS wrong,
	   count(*) FILTER (WHERE (margin).worst_scenario <> n) AS wrong_scenario, count(DISTINCT n) > 5 AS various,
	   count(*) FILTER (WHERE (margin).scan_loss <> (margin).requirement OR (margin).minimum_charge <> 0) AS wrong_parts
FROM whole JOIN (SELECT DISTINCT ON (account) account, n, -sum(pnl) AS loss FROM total GROUP BY account, n ORDER BY account, sum(pnl)) r USING (account);
SELECT count(*) AS accounts, count(*) FILTER (WHERE (margin).worst_underlying <> underlying OR (margin).worst_price_shock <> price OR (margin).worst_vol_shock <> vol) AS wrong
FROM whole, LATERAL (SELECT t.underlying, m.price, m.vol FROM total t JOIN move m ON m.u = t.underlying AND m.n = t.n
	WHERE t.account = whole.account AND t.n = (margin).worst_scenario ORDER BY t.pnl LIMIT 1) r;
-- Never more than what the underlyings ask for by themselves.
SELECT bool_and((margin).requirement <= alone AND (margin).requirement >= 0) AS diversified, bool_or((margin).requirement < 0.9 * alone) AS visibly
FROM whole, LATERAL (SELECT sum((margin(u.risk)).requirement) AS alone FROM risk_by_underlying(risk) u) u;

--
-- Laws
--
-- One underlying: the common set of its rows gives the same margin.
SELECT count(*) AS accounts, count(*) FILTER (WHERE joint IS DISTINCT FROM common) AS different
FROM (SELECT account, underlying, portfolio_margin(p, set) AS joint,
	portfolio_margin(p, (SELECT scenario_set(array_agg(s ORDER BY n)) FROM joint, scenarios(set, 'ACME') WITH ORDINALITY AS r(price_shock, price_points, vol_shock, vol_points, vol_power, vol_power_long, vol_floor, rate_points, days, stickiness, weight, skew_shock, smile_shock, skew_cap, n),
		LATERAL (SELECT market_scenario(r.price_shock, vol_shock => r.vol_shock, days => r.days) AS s) s)) AS common
	FROM joint_book, joint WHERE underlying = 'ACME' GROUP BY 1, 2) s;
-- All ways to add up give the same bytes: margin and array, parts, order, underlyings, quantities.
WITH a AS MATERIALIZED (SELECT account, sum(r) AS parts FROM (SELECT account, i % 5, portfolio_risk(p, set) AS r FROM joint_book, joint GROUP BY 1, 2) s GROUP BY account),
	b AS MATERIALIZED (SELECT account, portfolio_risk(p, set ORDER BY md5(i::text)) AS shuffled FROM joint_book, joint GROUP BY account),
	c AS MATERIALIZED (SELECT account, sum(u.risk) AS cut FROM whole, risk_by_underlying(risk) u GROUP BY account),
	d AS MATERIALIZED (SELECT account, portfolio_margin(quantity, risk_array(margin_position(kind => kind, quantity => 1, multiplier => multiplier, spot => spot, underlying => underlying, as_of => '2026-03-13 16:00+00',
		strike => strike, expiry => expiry, volatility => volatility, rate => rate), set)) AS by_quantity FROM joint_book, joint GROUP BY account)
SELECT count(*) AS accounts, count(*) FILTER (WHERE margin IS DISTINCT FROM margin(risk)) AS by_array,
	   count(*) FILTER (WHERE margin IS DISTINCT FROM margin(parts)) AS by_parts, count(*) FILTER (WHERE margin IS DISTINCT FROM margin(shuffled)) AS by_order,
	   count(*) FILTER (WHERE risk_array_send(risk) <> risk_array_send(cut)) AS by_underlying, count(*) FILTER (WHERE margin IS DISTINCT FROM by_quantity) AS by_quantity,
	   count(*) FILTER (WHERE risk::text::risk_array <> risk OR risk_array_send(risk::text::risk_array) <> risk_array_send(risk)) AS by_text
FROM whole JOIN a USING (account) JOIN b USING (account) JOIN c USING (account) JOIN d USING (account);
SELECT count(*) AS positions, count(*) FILTER (WHERE position_pnls(p, set) <> ARRAY(SELECT pnl FROM pnl(risk_array(p, set)) ORDER BY scenario)) AS wrong
FROM joint_book, joint WHERE i <= 30;
-- Taken back, the rest is as if never added; windows slide.
SELECT count(*) FILTER (WHERE risk_array_send(risk - part) <> risk_array_send(rest)) AS wrong
FROM whole JOIN (SELECT account, portfolio_risk(p, set) FILTER (WHERE underlying = 'BOND') AS part, portfolio_risk(p, set) FILTER (WHERE underlying <> 'BOND') AS rest
	FROM joint_book, joint GROUP BY account) s USING (account);
SELECT count(*) AS frames, count(*) FILTER (WHERE a IS DISTINCT FROM b) AS wrong
FROM (SELECT i, margin(sum(risk_array(p, set)) OVER w) AS a, portfolio_margin(p, set) OVER w AS b FROM joint_book, joint WHERE i <= 40 WINDOW w AS (ORDER BY i ROWS 3 PRECEDING)) s;
-- The margin by tiles of scenarios and by array: plans, frames, sets side by side; 400 scenarios
-- are no multiple of a tile.
CREATE FUNCTION pg_temp.same(plan text, query text) RETURNS TABLE (node text, groups bigint, wrong bigint) LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	PERFORM set_config(unnest, 'off', true) FROM unnest(string_to_array(plan, ' '));
	FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP
		node := coalesce(node, substring(line FROM '(\w+Aggregate|WindowAgg|Aggregate)'));
	END LOOP;
	EXECUTE format('SELECT count(*), count(*) FILTER (WHERE a IS DISTINCT FROM b) FROM (%s) s', query) INTO groups, wrong;
	PERFORM set_config(unnest, 'on', true) FROM unnest(string_to_array(plan, ' '));
	RETURN NEXT;
END $$;
CREATE TEMP TABLE other AS SELECT joint_scenarios('{BOND,COIN,ACME}', array_agg(ARRAY[sin(n) / 9, cos(n) / 9, sin(2 * n) / 9] ORDER BY n)) AS set FROM generate_series(1, 65) n;
SELECT n, s.* FROM (VALUES
	(1, 'enable_sort', 'SELECT account, portfolio_margin(p, (SELECT set FROM joint)) AS a, margin(portfolio_risk(p, (SELECT set FROM joint))) AS b FROM joint_book GROUP BY account'),
	(2, 'enable_hashagg', 'SELECT account, portfolio_margin(p, (SELECT set FROM joint)) AS a, margin(portfolio_risk(p, (SELECT set FROM joint))) AS b FROM joint_book GROUP BY account'),
	(3, 'enable_sort', 'SELECT underlying, i % 300, portfolio_margin(p, (SELECT set FROM joint)) AS a, margin(portfolio_risk(p, (SELECT set FROM joint))) AS b FROM joint_book GROUP BY 1, 2'),
	(4, 'enable_sort', 'SELECT account, portfolio_margin(p, (SELECT set FROM joint)) FILTER (WHERE i % 3 = 0) AS a, margin(portfolio_risk(p, (SELECT set FROM joint)) FILTER (WHERE i % 3 = 0)) AS b FROM joint_book GROUP BY account'),
	(5, 'enable_sort', 'SELECT account, (portfolio_margin(p, (SELECT set FROM joint)), portfolio_margin(p, (SELECT set FROM other))) AS a, (margin(portfolio_risk(p, (SELECT set FROM joint))), margin(portfolio_risk(p, (SELECT set FROM other)))) AS b FROM joint_book GROUP BY account'),
	(6, 'enable_sort', 'SELECT account, portfolio_margin(p, s.set) AS a, margin(portfolio_risk(p, s.set)) AS b FROM joint_book, LATERAL (SELECT set FROM joint WHERE right(account, 1) < ''5'' UNION ALL SELECT set FROM other WHERE right(account, 1) >= ''5'') s GROUP BY account'),
	(7, 'enable_sort', 'SELECT i, portfolio_margin(p, (SELECT set FROM joint)) OVER w AS a, margin(portfolio_risk(p, (SELECT set FROM joint)) OVER w) AS b FROM joint_book WINDOW w AS (PARTITION BY account ORDER BY i)'),
	(8, 'enable_sort', 'SELECT account, portfolio_margin(margin_position(kind => ''spot'', quantity => (p).quantity / 7 * 10 ^ (i % 12), spot => 64, underlying => underlying), (SELECT set FROM joint)) AS a, margin(portfolio_risk(margin_position(kind => ''spot'', quantity => (p).quantity / 7 * 10 ^ (i % 12), spot => 64, underlying => underlying), (SELECT set FROM joint))) AS b FROM joint_book GROUP BY account'),
	(9, 'enable_sort', 'SELECT i % 9, portfolio_margin(margin_position(kind => ''future'', quantity => CASE i % 2 WHEN 0 THEN 1 ELSE -1 END * 10 ^ (4 + i % 9), spot => 1000, underlying => underlying), (SELECT set FROM other)) AS a, margin(portfolio_risk(margin_position(kind => ''future'', quantity => CASE i % 2 WHEN 0 THEN 1 ELSE -1 END * 10 ^ (4 + i % 9), spot => 1000, underlying => underlying), (SELECT set FROM other))) AS b FROM joint_book GROUP BY 1')) v(n, plan, query),
	pg_temp.same(plan, query) s ORDER BY n;
-- Spilled to disk, and with more contracts than are kept whole.
SET work_mem = '64kB';
SET hash_mem_multiplier = 1;
SELECT s.* FROM pg_temp.same('enable_sort', 'SELECT i % 4000, portfolio_margin(m, (SELECT set FROM joint)) AS a, margin(portfolio_risk(m, (SELECT set FROM joint))) AS b
	FROM generate_series(1, 8000) i, LATERAL (SELECT margin_position(kind => ''spot'', quantity => 1 + i % 7, spot => 50 + i % 4000 / 64.0, underlying => (ARRAY[''ACME'', ''BOND'', ''COIN''])[1 + i % 3]) AS m) l GROUP BY 1') s;
RESET work_mem;
RESET hash_mem_multiplier;
-- In several processes, which the planner knows not to pay for small groups.
ALTER FUNCTION portfolio_combine(internal, internal) COST 1;
ALTER FUNCTION portfolio_serialize(internal) COST 1;
ALTER FUNCTION portfolio_deserialize(bytea, internal) COST 1;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
ALTER TABLE joint_book SET (parallel_workers = 2);
CREATE FUNCTION pg_temp.in_parallel(query text) RETURNS TABLE (partial boolean, wrong bigint) LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	partial := false;
	FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
		partial := partial OR line ~ 'Partial';
	END LOOP;
	EXECUTE format('SELECT count(*) FROM (%s) s JOIN whole w USING (account) WHERE s.m IS DISTINCT FROM w.margin', query) INTO wrong;
	RETURN NEXT;
END $$;
SELECT m.aggregate, r.* FROM joint, (VALUES ('portfolio_margin(p, %L::scenario_set)'), ('margin(portfolio_risk(p, %L::scenario_set))')) m(aggregate),
	pg_temp.in_parallel(format('SELECT account, ' || m.aggregate || ' AS m FROM joint_book GROUP BY account', set)) r;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

--
-- Taking it apart
--
-- Components add up to the requirement: by underlying, and exactly by position.
SELECT count(*) AS accounts, count(*) FILTER (WHERE abs((margin).requirement - by_underlying) > 1e-9 * (margin).requirement) AS by_underlying,
	   count(*) FILTER (WHERE abs((margin).requirement - explained) > 1e-9 * (margin).requirement) AS explained,
	   count(*) FILTER (WHERE NOT consistent) AS inconsistent, bool_or(hedges) AS hedges
FROM whole, LATERAL (SELECT sum(requirement) AS by_underlying, bool_or(requirement < 0) AS hedges FROM margin_by_underlying(risk)) u,
	LATERAL (SELECT sum(e.requirement) AS explained, bool_and(e.worst_scenario = (margin).worst_scenario AND e.worst_pnl = -e.requirement AND e.worst_price_shock = w.price AND e.worst_vol_shock = w.vol
			AND e.worst_pnl = pw.pnl AND e.runner_up_pnl = ps.pnl AND e.runner_up_price_shock = s.price AND abs(e.distance - (ps.pnl - pw.pnl)) <= 1e-9 * (abs(ps.pnl) + abs(pw.pnl))) AS consistent
		FROM margin_explain(risk) e JOIN move w ON w.u = e.underlying AND w.n = e.worst_scenario JOIN move s ON s.u = e.underlying AND s.n = e.runner_up_scenario
		JOIN cell pw ON pw.account = whole.account AND pw.underlying = e.underlying AND pw.n = e.worst_scenario
		JOIN cell ps ON ps.account = whole.account AND ps.underlying = e.underlying AND ps.n = e.runner_up_scenario) e;
SELECT count(*) AS accounts, count(*) FILTER (WHERE runner_up <> second) AS wrong_runner_up
FROM whole, LATERAL (SELECT min(runner_up_scenario) AS runner_up FROM margin_explain(risk)) e,
	LATERAL (SELECT n AS second FROM cell WHERE cell.account = whole.account GROUP BY n ORDER BY sum(pnl), n OFFSET 1 LIMIT 1) s;
SELECT count(*) AS accounts, count(*) FILTER (WHERE total::float8 <> (margin).scan_loss) AS not_exact, bool_or(hedges) AS hedges
FROM whole JOIN (SELECT account, sum(contribution) AS total, bool_or(contribution < 0) AS hedges
	FROM (SELECT account, (margin_contribution(risk, risk_array(p, set))).contribution FROM whole JOIN joint_book USING (account), joint) s GROUP BY account) c USING (account);
-- What if: exactly what adding gives; the largest size fits and one more does not.
SELECT count(*) FILTER (WHERE i.requirement_after <> (margin(risk + trade)).requirement OR i.requirement_before <> (margin).requirement
	OR i.worst_scenario_after <> (margin(risk + trade)).worst_scenario OR i.worst_underlying_after <> (margin(risk + trade)).worst_underlying) AS wrong_if,
	count(*) FILTER (WHERE (margin(risk + q.buy * trade)).requirement > limit_ OR (margin(risk + (q.buy + 1) * trade)).requirement <= limit_) AS wrong_buy,
	count(*) FILTER (WHERE (margin(risk + -q.sell * trade)).requirement > limit_ OR (margin(risk + -(q.sell + 1) * trade)).requirement <= limit_) AS wrong_sell,
	bool_and(q.buy > 0 AND q.sell > 0) AS fits
FROM (SELECT *, (margin).requirement * 1.5 AS limit_ FROM whole) w, (SELECT risk_array(p, set) AS trade FROM joint_book, joint WHERE i = 7) t,
	LATERAL margin_if(risk, trade) i, LATERAL max_quantity(risk, trade, limit_) q;
-- A hedge in another underlying: 100 of one against 100 of another that moves alike.
SELECT (portfolio_margin(p, set)).requirement AS hedged, (portfolio_margin(p, set) FILTER (WHERE (p).quantity > 0)).requirement AS naked,
	   (portfolio_margin(p, scenario_grid(0.1, 1))).requirement AS common
FROM (VALUES (margin_position(kind => 'spot', quantity => 100, spot => 50, underlying => 'A')), (margin_position(kind => 'future', quantity => -100, spot => 50, underlying => 'B'))) v(p),
	(SELECT joint_scenarios('{A,B}', '{{-0.125,-0.125},{0.125,0.125}}') AS set) s;
-- Ties: the lowest scenario, then the first name; without any loss, the smallest gain.
SELECT q, m.requirement, m.worst_scenario, m.worst_underlying, m.worst_price_shock
FROM (VALUES (1), (-1), (0)) v(q), LATERAL (SELECT portfolio_margin(p, joint_scenarios('{B,A}', '{{0.125,0.125},{0.5,-0.25},{0.125,0.125}}')) AS r
	FROM unnest('{B,A}'::text[]) u, margin_position(kind => 'spot', quantity => q, spot => 64, underlying => u) p) s, LATERAL (SELECT (r).*) m;
SELECT e.underlying, e.requirement, e.worst_scenario, e.worst_pnl, e.runner_up_scenario, e.runner_up_pnl, e.distance
FROM (SELECT portfolio_risk(p, joint_scenarios('{B,A}', '{{0.125,0.125}}')) AS one, portfolio_risk(p, joint_scenarios('{B,A}', '{{0.5,-0.25},{-0.5,-0.125},{-0.25,-0.25}}')) AS three
	FROM unnest('{B,A}'::text[]) u, margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => u) p) s, unnest(ARRAY[one, three]) r, margin_explain(r) e;
SELECT greeks = totals AS greeks_do_not_depend_on_scenarios
FROM (SELECT portfolio_greeks(p) AS greeks FROM joint_book) g,
	(SELECT (m.market_value, m.delta_cash, m.gamma_cash_1pct, m.vega_1pt, m.theta_1day, m.rho_1pct, m.positions, m.currency)::cash_greeks AS totals
	 FROM (SELECT (portfolio_margin(p, set)).* FROM joint_book, joint) m) t;

--
-- Never a wrong number: what does not go together, and what is not made for it
--
CREATE TEMP VIEW mixed AS
SELECT risk_array(p, a) AS ra, risk_array(p, b) AS rb, * FROM (SELECT *, margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => u) AS p FROM (VALUES
	('A', joint_scenarios('{A,B}', '{{-0.125,0.25}}'), scenario_set(ARRAY[market_scenario(-0.125)])),
	('B', joint_scenarios('{A,B}', '{{0.25,-0.5}}'), scenario_set(ARRAY[market_scenario(-0.125)]))) v(u, a, b)) v;
SELECT n, pg_temp.error(e) AS error FROM (VALUES
	(1, $$portfolio_margin(p, a) FROM mixed$$),
	(2, $$portfolio_risk(p, a) FROM mixed$$),
	(3, $$sum(ra) FROM mixed$$),
	(4, $$portfolio_margin(1, ra) FROM mixed$$),
	(5, $$portfolio_margin(p, CASE u WHEN 'A' THEN a ELSE b END) FROM mixed$$),
	(6, $$portfolio_margin(p, CASE u WHEN 'A' THEN b ELSE a END) FROM mixed$$),
	(7, $$portfolio_risk(p, CASE u WHEN 'A' THEN a ELSE b END) FROM mixed$$),
	(8, $$sum(CASE u WHEN 'A' THEN ra ELSE rb END) FROM mixed$$),
	(9, $$ra - rb FROM mixed WHERE u = 'A'$$),
	(10, $$margin_if(ra, rb) FROM mixed WHERE u = 'A'$$),
	(11, $$max_quantity(ra, rb, 1000) FROM mixed WHERE u = 'A'$$),
	(12, $$margin_contribution(ra, rb) FROM mixed WHERE u = 'A'$$),
	(13, $$portfolio_margin(p, joint_scenarios('{A,C}', '{{0.1,0.1}}')) FROM mixed$$),
	(14, $$position_pnls(p, joint_scenarios('{C}', '{{0.1}}')) FROM mixed$$),
	(15, $$risk_array(p, joint_scenarios('{a}', '{{0.1}}')) FROM mixed WHERE u = 'A'$$),
	(16, $$grid_shortfall(p, a) FROM mixed WHERE u = 'A'$$),
	(17, $$worst_case(p, a) FROM mixed WHERE u = 'A'$$),
	(18, $$portfolio_margin(margin_position(kind => 'call', quantity => 1, spot => 64, strike => 64, volatility => 0.2, expiry => '2026-06-19', as_of => '2026-03-13', underlying => 'A'), joint_scenarios('{B,A}', '{{0,0},{0,-1}}'))$$),
	(19, $$replace(risk_array(p, joint_scenarios('{A}', '{{0.1}}'))::text, 'underlying "A"', 'underlying "B"')::risk_array FROM mixed WHERE u = 'A'$$),
	(20, $$(regexp_replace(ra::text, ', underlying', ', set "market_scenario()", underlying "B" set 2 rows 1 long 0 short 0 totals {0,0,0,0,0,0} pnl {0}, underlying'))::risk_array FROM mixed WHERE u = 'A'$$)) v(n, e) ORDER BY n;
-- Groups of one statement may each have a set of their own.
SELECT u, (portfolio_margin(p, a)).requirement AS joint, (portfolio_margin(p, b)).requirement AS common FROM mixed GROUP BY u ORDER BY u;
-- An array of nothing goes with every set, and asks for nothing.
SELECT margin('{}') = margin(ra - ra) AS nothing, (margin('{}'::risk_array + ra)).worst_underlying, (max_quantity('{}', ra, 0)).buy FROM mixed WHERE u = 'A';

-- A live margin keeps an array per account and underlying; its view adds them first.
CREATE TABLE joint_contract (instrument text PRIMARY KEY, risk risk_array NOT NULL);
CREATE TABLE joint_position (account text, instrument text, quantity float8, PRIMARY KEY (account, instrument));
INSERT INTO joint_contract SELECT u, risk_array(margin_position(kind => 'future', quantity => 1, spot => 64, underlying => u), joint_scenarios('{A,B}', '{{-0.125,-0.125},{0.25,0.125}}')) FROM unnest('{A,B}'::text[]) u;
SELECT margin_live('joint_position', 'joint_contract') ~ 'is live' AS live;
INSERT INTO joint_position VALUES ('x', 'A', 3), ('x', 'B', -2), ('y', 'B', 1);
UPDATE joint_position SET quantity = -3 WHERE account = 'x' AND instrument = 'B';
SELECT account, requirement, worst_scenario, worst_underlying, positions FROM joint_position_margin ORDER BY account;
SELECT count(*) AS differences FROM margin_live_check('joint_position');
SELECT margin_live_drop('joint_position');
DROP TABLE joint_position, joint_contract, joint_book;
