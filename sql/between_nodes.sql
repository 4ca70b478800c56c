-- grid_shortfall and worst_case: what an account can lose between the nodes.
\getenv abs_srcdir PG_ABS_SRCDIR
\set file :abs_srcdir '/sql/setup.sql'
\i :file
SET timezone = 'UTC';

-- An option on X at 100, `days` before expiry.
CREATE FUNCTION pg_temp.option(kind instrument_kind, quantity float8, strike float8, days int, volatility float8 DEFAULT 0.2)
RETURNS margin_position LANGUAGE sql IMMUTABLE AS $$
	SELECT public.margin_position(kind => kind, quantity => quantity, strike => strike, spot => 100, volatility => volatility,
		as_of => '2026-03-13 16:00+00', expiry => timestamptz '2026-03-13 16:00+00' + days * interval '1 day', underlying => 'X')
$$;

--
-- A book that beats the plain grid: a butterfly between two nodes, sold, that
-- expires within the grid's time step.
--
CREATE TEMP TABLE butterfly AS
SELECT p FROM (VALUES (pg_temp.option('call', -1000, 100, 1)), (pg_temp.option('call', 2000, 101.5, 1)),
					  (pg_temp.option('call', -1000, 103, 1))) AS v(p);
SELECT (m).requirement::numeric(10,2), (g).loss_bound::numeric(10,2), (g).shortfall_bound::numeric(10,2),
	   (g).found_loss::numeric(10,2), (g).gap::numeric(10,2), (g).worst_underlying,
	   (g).worst_price_from::numeric(4,2), (g).worst_price_to::numeric(4,2), (g).worst_vol_from, (g).worst_vol_to, (g).positions, (g).currency
FROM (SELECT portfolio_margin(p, scenario_grid(0.15, 5, '{-0.25,0,0.25}', 0, 1)) AS m,
			 grid_shortfall(p, scenario_grid(0.15, 5, '{-0.25,0,0.25}', 0, 1)) AS g FROM butterfly) AS s;
SELECT (w).loss::numeric(10,2), (w).price_shock::numeric(6,4), (w).underlying, (w).loss_bound::numeric(10,2),
	   (w).gap::numeric(10,2), (w).positions, (w).currency
FROM (SELECT worst_case(p, scenario_grid(0.15, 5, '{-0.25,0,0.25}', 0, 1)) AS w FROM butterfly) AS s;

--
-- Accounts of all models and kinds.  Numbers by a fixed generator: 0 <= u < 1.
--
CREATE FUNCTION pg_temp.u(int, int) RETURNS float8 LANGUAGE sql IMMUTABLE AS
$$ SELECT (('x' || substr(md5($1 || '/' || $2), 1, 7))::bit(28)::int) / 268435456.0 $$;
CREATE TEMP TABLE trade AS
SELECT n % 60 AS account, n AS id, margin_position(
	kind => k.kind, quantity => floor(pg_temp.u(n, 1) * 21) - 10, multiplier => CASE WHEN k.settle = 'inverse' AND k.kind = 'future' THEN 100 ELSE 1 END,
	strike => CASE WHEN k.kind IN ('call', 'put') THEN round((80 + 40 * pg_temp.u(n, 2))::numeric, 1) END,
	expiry => CASE WHEN k.kind IN ('call', 'put') THEN timestamptz '2026-03-13 16:00+00' + (ARRAY[0, 1, 3, 20, 90, 400])[1 + floor(pg_temp.u(n, 3) * 6)::int] * interval '1 day' END,
	as_of => '2026-03-13 16:00+00', spot => 100,
	volatility => CASE WHEN k.kind IN ('call', 'put') THEN (CASE k.model WHEN 'bachelier' THEN 100 ELSE 1 END) * (ARRAY[0, 0.15, 0.2, 0.5])[1 + floor(pg_temp.u(n, 4) * 4)::int] END,
	rate => 0.03, yield => CASE k.model WHEN 'black_scholes' THEN 0.01 ELSE 0 END,
	pricing => k.model::pricing_model, settlement => k.settle::settlement_style,
	underlying => (ARRAY['X', 'Y', 'Z'])[1 + n % (1 + n % 60 / 30 * 2)], currency => 'USD') AS p
FROM generate_series(0, 599) AS n,
LATERAL (SELECT (ARRAY['call', 'put', 'call', 'put', 'call', 'put', 'future', 'spot'])[1 + floor(pg_temp.u(n, 5) * 8)::int]::instrument_kind,
				(ARRAY['black_scholes', 'black_scholes', 'black76', 'bachelier'])[1 + floor(pg_temp.u(n, 6) * 4)::int],
				(ARRAY['linear', 'linear', 'inverse'])[1 + floor(pg_temp.u(n, 7) * 3)::int]) AS d(kind, model, style),
LATERAL (SELECT d.kind, d.model, CASE WHEN d.kind = 'spot' THEN 'linear' ELSE d.style END) AS k(kind, model, settle);
CREATE TEMP TABLE grid (name text, coarse scenario_set, fine scenario_set, vol_power float8, days float8);
INSERT INTO grid VALUES
	('plain', scenario_grid(0.15, 5, '{-0.25,0,0.25}'), scenario_grid(0.15, 60, '{-0.25,-0.2,-0.15,-0.1,-0.05,0,0.05,0.1,0.15,0.2,0.25}'), 0, 0),
	('wide, a week on', scenario_grid(0.6, 2, '{1,-0.9}', 0.3, 7), scenario_grid(0.6, 50, '{-0.9,-0.7,-0.5,-0.3,-0.1,0,0.2,0.4,0.6,0.8,1}', 0.3, 7), 0.3, 7),
	('prices alone', scenario_grid(0.2, 1), scenario_grid(0.2, 97), 0, 0),
	('volatilities alone', scenario_grid(0, 0, '{-0.5,0.5,0,0.5}'), scenario_grid(0, 0, '{-0.5,-0.4,-0.3,-0.2,-0.1,0,0.1,0.2,0.3,0.4,0.5}'), 0, 0),
	('one point', scenario_grid(0, 0, '{0.1}'), scenario_grid(0, 0, '{0.1}'), 0, 0);
CREATE TEMP TABLE answer AS
SELECT name, vol_power, days, account, portfolio_margin(p, coarse) AS m, portfolio_margin(p, fine) AS f,
	   grid_shortfall(p, coarse) AS g, worst_case(p, coarse) AS w
FROM trade, grid GROUP BY name, vol_power, days, account;

-- node_loss is the scan loss, to the last bit; a finer grid never goes above the
-- bound, nor a found loss; and the gap is small.
SELECT name, count(*) AS accounts,
	   count(*) FILTER (WHERE NOT pg_temp.same((g).node_loss, (m).scan_loss)) AS other_scan_loss,
	   count(*) FILTER (WHERE (f).scan_loss > (g).loss_bound OR (f).scan_loss > (w).loss_bound) AS bound_too_low,
	   count(*) FILTER (WHERE (g).found_loss > (g).loss_bound OR (w).loss > (w).loss_bound) AS found_above_bound,
	   count(*) FILTER (WHERE (g).found_loss < (g).node_loss OR (w).loss < (g).found_loss - 1e-9) AS found_too_little,
	   count(*) FILTER (WHERE (g).gap > 1e-5 * (g).found_loss + 1e-6) AS loose,
	   count(*) FILTER (WHERE (g).shortfall_bound > 0.01) AS shortfalls
FROM answer GROUP BY name ORDER BY name COLLATE "C";

-- The columns agree with each other.
SELECT count(*) FILTER (WHERE abs((g).loss_bound - (g).node_loss - (g).shortfall_bound) > 1e-9 * (1 + (g).loss_bound)
						OR abs((g).loss_bound - (g).found_loss - (g).gap) > 1e-9 * (1 + (g).loss_bound)
						OR abs((w).loss_bound - (w).loss - (w).gap) > 1e-9 * (1 + (w).loss_bound)
						OR (g).gap < 0 OR (w).gap < 0 OR (g).shortfall_bound < 0) AS disagree,
	   count(*) FILTER (WHERE NOT pg_temp.same((g).loss_bound, (w).loss_bound)) AS other_bound,
	   count(*) FILTER (WHERE (g).positions <> (m).positions OR (w).positions <> (m).positions OR (g).currency <> 'USD' OR (w).currency <> 'USD') AS other_rows
FROM answer;

-- A worst case can be had: one scenario there loses as much, to the last bit.
SELECT name, count(*) AS accounts, count(*) FILTER (WHERE NOT pg_temp.same(loss, (w).loss)) AS wrong
FROM answer, LATERAL (
	SELECT (portfolio_margin(p, ARRAY[market_scenario(price_shock => (w).price_shock, vol_shock => (w).vol_shock,
													  vol_power => vol_power, days => days)])).scan_loss
	FROM trade WHERE trade.account = answer.account) AS s(loss)
WHERE account < 30 GROUP BY name ORDER BY name COLLATE "C";

--
-- The same bytes in any order, in parallel, over a window and from a shared state.
--
CREATE TEMP TABLE plain AS SELECT account, (g)::text, (w)::text FROM answer WHERE name = 'plain';
CREATE FUNCTION pg_temp.wrong(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
	EXECUTE format('SELECT count(*) FROM plain FULL JOIN (%s) AS q USING (account) WHERE plain.g IS DISTINCT FROM q.g OR plain.w IS DISTINCT FROM q.w', query) INTO n;
	RETURN n;
END $$;
SELECT pg_temp.wrong($$SELECT account, grid_shortfall(p, coarse ORDER BY md5(id::text))::text AS g, worst_case(p, coarse ORDER BY -id)::text AS w
	FROM trade, grid WHERE name = 'plain' GROUP BY account$$) AS shuffled;
CREATE TABLE between_nodes_trade AS SELECT * FROM trade;
ALTER TABLE between_nodes_trade SET (parallel_workers = 3);
ANALYZE between_nodes_trade;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET enable_hashagg = off;
CREATE VIEW pg_temp.in_parallel AS
	SELECT account, grid_shortfall(p, scenario_grid(0.15, 5, '{-0.25,0,0.25}')) AS g, worst_case(p, scenario_grid(0.15, 5, '{-0.25,0,0.25}')) AS w
	FROM between_nodes_trade GROUP BY account;
CREATE FUNCTION pg_temp.is_partial(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
		IF line ~ 'Partial' THEN RETURN true; END IF;
	END LOOP;
	RETURN false;
END $$;
SELECT pg_temp.is_partial('SELECT * FROM pg_temp.in_parallel') AS planned_in_parallel;
SELECT pg_temp.wrong('SELECT account, g::text, w::text FROM pg_temp.in_parallel') AS in_parallel;
SELECT worst_case(p, scenario_grid(0.15, 5)) IS NOT DISTINCT FROM (SELECT worst_case(p, scenario_grid(0.15, 5)) FROM trade) AS one_group_in_parallel
FROM between_nodes_trade;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET enable_hashagg;
DROP VIEW pg_temp.in_parallel;
DROP TABLE between_nodes_trade;
SELECT pg_temp.wrong($$SELECT DISTINCT ON (account) account,
		(grid_shortfall(p, coarse) OVER one)::text AS g, (worst_case(p, coarse) OVER one)::text AS w
	FROM trade, grid WHERE name = 'plain' WINDOW one AS (PARTITION BY account ORDER BY id) ORDER BY account, id DESC$$) AS over_windows;

-- Rows that cancel, and rows that are split, change nothing but the count.
SELECT (b).loss_bound = (a).loss_bound AS same_bound, (a).found_loss = (b).found_loss AS same_loss, (b).positions - (a).positions AS more_rows
FROM (SELECT grid_shortfall(p, scenario_grid(0.15, 5, '{-0.25,0,0.25}', 0, 1)) AS a FROM butterfly) AS a,
	 (SELECT grid_shortfall(p, scenario_grid(0.15, 5, '{-0.25,0,0.25}', 0, 1)) AS b FROM (
		SELECT p FROM butterfly UNION ALL
		SELECT margin_position(kind => 'spot', quantity => q, spot => 100, underlying => 'X') FROM unnest('{0,0}'::float8[]) AS q) AS s) AS b;
-- Calls, puts and the underlying that make a riskless position: nothing to lose.
SELECT (g).node_loss < 1e-9 AS node_loss, (g).loss_bound < 1e-6 AS loss_bound, (g).gap < 1e-6 AS gap
FROM (SELECT grid_shortfall(p, scenario_grid(0.15, 5, '{-0.25,0,0.25}')) AS g
	  FROM (VALUES (pg_temp.option('call', 1000, 104, 90)), (pg_temp.option('put', -1000, 104, 90)),
				   (margin_position(kind => 'spot', quantity => -1000, spot => 100, underlying => 'X'))) AS v(p)) AS s;

--
-- No rows, NULLs, and what is refused.
--
SELECT grid_shortfall(p, scenario_grid(0.15, 5)) IS NULL AS shortfall, worst_case(p, scenario_grid(0.15, 5)) IS NULL AS worst_case FROM butterfly WHERE false;
SELECT f, pg_temp.error(format('%s(p, %s) FROM butterfly', f, set))
FROM (VALUES (1, 'tims_scenarios(0.1, 0.1)'), (2, 'span_scenarios(0.05, 0.04)'), (3, 'ARRAY[market_scenario()]::scenario_set'),
			 (4, 'scenario_grid(0.1, 1) || scenario_grid(0.2, 1)'), (5, 'NULL::scenario_set')) AS v(n, set),
	 (VALUES ('grid_shortfall'), ('worst_case')) AS w(f) ORDER BY n, f;
SELECT pg_temp.error('grid_shortfall(NULL::margin_position, scenario_grid(0.1, 1))');
SELECT pg_temp.error($$worst_case(p, scenario_grid(0.1, 1)) FROM (VALUES (margin_position(kind => 'spot', quantity => 1, spot => 'NaN', underlying => 'X'))) AS v(p)$$);
-- Options that have no bound yet; not what takes no notice of dividends and surfaces, nor dividends at other times.
SELECT f, what, pg_temp.error(format('%s(jsonb_populate_record(pg_temp.option(''put'', 1, 100, 30), %L), scenario_grid(0.1, 1))', f, fields))
FROM (VALUES (1, 'american', '{"exercise": "american"}'), (2, 'dividend', '{"dividend_times": ["2026-03-20"], "dividend_amounts": [0.5]}'),
			 (3, 'dividend at expiry', '{"dividend_times": ["2026-04-12 16:00+00"], "dividend_amounts": [0.5]}'),
			 (4, 'dividends past and later', '{"dividend_times": ["2026-03-13 16:00+00", "2026-04-12 16:00:00.000001+00"], "dividend_amounts": [0.5, 0.5]}'),
			 (5, 'surface', '{"surface": "volatility_surface(as_of => 2026-03-13 16:00:00+00, 2026-06-19 16:00:00+00 => {100: 0.2})"}'),
			 (6, 'implied', '{"volatility": null, "price": 3}'),
			 (7, 'future', '{"kind": "future", "strike": null, "exercise": "american", "surface": "volatility_surface(as_of => 2026-03-13 16:00:00+00, 2026-06-19 16:00:00+00 => {100: 0.2})",
				"dividend_times": ["2026-03-20"], "dividend_amounts": [0.5]}')) AS v(n, what, fields),
	 (VALUES ('grid_shortfall'), ('worst_case')) AS w(f) ORDER BY n, f;
SELECT pg_temp.error($$grid_shortfall(p, scenario_grid(0.1, 1)) FROM (VALUES
	(margin_position(kind => 'spot', quantity => 1, spot => 1, underlying => 'X', currency => 'USD')),
	(margin_position(kind => 'spot', quantity => 1, spot => 1, underlying => 'Y', currency => 'EUR'))) AS v(p)$$);
SELECT state, message FROM pg_temp.raised($$SELECT grid_shortfall(p, g) FROM butterfly, (VALUES (scenario_grid(0.1, 2)), (scenario_grid(0.2, 2))) AS v(g)$$);
SELECT pg_temp.error($$grid_shortfall(margin_position(kind => 'spot', quantity => 1e15, spot => 1000, underlying => 'X'), scenario_grid(0.1, 2))$$);
SELECT pg_temp.error($$grid_shortfall(pg_temp.option('call', 1, 100, 1), scenario_grid(0.1, 2, '{0,1e-290}', 200))$$);

-- Work of seconds answers to cancel.
SET statement_timeout = '150ms';
SELECT grid_shortfall(pg_temp.option('call', n - 50.5, 90 + n * 0.2, 30), scenario_grid(0.9, 16000, '{-0.25,0,0.25}')) FROM generate_series(1, 100) AS n;
SELECT worst_case(pg_temp.option('call', n - 50.5, 90 + n * 0.2, 30), scenario_grid(0.9, 16000, '{-0.25,0,0.25}')) FROM generate_series(1, 100) AS n;
RESET statement_timeout;
