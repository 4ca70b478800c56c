-- portfolio_margin of fields is portfolio_margin of the row that they make: the same
-- bytes, the same errors.
\getenv abs_srcdir PG_ABS_SRCDIR
\set reference :abs_srcdir '/sql/reference.sql'
\set setup :abs_srcdir '/sql/setup.sql'
\set ECHO none
\i :reference
\i :setup
SET search_path = reference, public;
\set ECHO all

-- The reference book next to the slow reference, under every set: contracts that come once, and again and again.
CREATE VIEW verdict AS
SELECT count(*) AS accounts, count(*) FILTER (WHERE NOT same(m, margin)) AS wrong
FROM (SELECT name, account, portfolio_margin((position).quantity, (position).multiplier, (position).strike, (position).expiry, (position).spot, (position).volatility,
             (position).rate, (position).yield, (position).price, (position).as_of, (position).kind, (position).exercise, (position).pricing, (position).settlement,
             (position).underlying, (position).currency, (position).dividend_times, (position).dividend_amounts, (position).surface, scenario_set) AS m
      FROM trade, risk_set GROUP BY name, account) AS s FULL JOIN answer USING (name, account);
SELECT * FROM verdict;
CREATE FUNCTION compared(relation text) RETURNS TABLE (margins bigint, wrong bigint) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT count(*), count(*) FILTER (WHERE NOT same(a, b)) FROM (SELECT portfolio_margin((p).quantity, (p).multiplier, (p).strike, (p).expiry, (p).spot, (p).volatility,
		(p).rate, (p).yield, (p).price, (p).as_of, (p).kind, (p).exercise, (p).pricing, (p).settlement, (p).underlying, (p).currency, (p).dividend_times, (p).dividend_amounts, (p).surface, s) AS a,
		portfolio_margin(p, s) AS b FROM %s GROUP BY account) AS s', relation);
END $$;
CREATE TABLE many AS SELECT account, with_quantity(position, n - 7.25) AS p FROM trade, generate_series(1, 40) AS n WHERE account !~ '^odd';
SELECT * FROM compared('many, tims_scenarios(0.08, 0.06) AS s');
BEGIN;
SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0; SET LOCAL max_parallel_workers_per_gather = 2;
SELECT * FROM compared('many, tims_scenarios(0.08, 0.06) AS s');
ROLLBACK;

-- Texts of every length about that up to which a row is known again, and what differs in one byte.
SELECT * FROM compared($$(SELECT n % 7 AS account, margin_position(kind => 'spot', quantity => n, spot => 64 + n % 3, underlying => repeat('é', n / 2) || n % 2, currency => repeat('c', 20)) AS p
    FROM generate_series(1, 2400) AS n, generate_series(1, 2) ORDER BY n) AS v, tims_scenarios(0.25, 0.5) AS s$$);
SELECT * FROM compared($$(SELECT n AS account, margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => a, currency => b) AS p
    FROM (VALUES ('ab', 'c'), ('a', 'bc'), ('abc', ''), ('abc', NULL), ('c', 'ab')) AS v(a, b), generate_series(1, 2), LATERAL (SELECT a || '|' || coalesce(b, 'null') AS n) AS k) AS v, tims_scenarios(0.25, 0.5) AS s$$);
-- One call site, many contracts that differ in one field each, and come back.
SELECT * FROM compared($$(SELECT n % 5 AS account, margin_position(kind => 'call', quantity => n % 3 - 1.5, multiplier => 1 + n % 2, strike => 90 + n % 4, spot => 100 + n % 3, volatility => CASE n % 6 WHEN 0 THEN NULL ELSE 0.25 END, price => CASE n % 6 WHEN 0 THEN 17 END,
    rate => 0.01 * (n % 2), as_of => '2026-03-13', expiry => timestamptz '2026-06-19' + n % 3 * interval '1 day', exercise => CASE n % 2 WHEN 0 THEN 'european' ELSE 'american' END::exercise_style,
    underlying => 'U' || n % 4) AS p FROM generate_series(1, 3000) AS n) AS v, tims_scenarios(0.25, 0.5) AS s$$);

-- Surfaces and dividends, in line, compressed and out of line.
CREATE TABLE marked AS
SELECT k % 3 AS account, k - 2.5 AS quantity, CASE k % 2 WHEN 1 THEN '{2026-04-01,2026-05-01}'::timestamptz[] END AS times, CASE k % 2 WHEN 1 THEN '{0.5,0.75}'::float8[] END AS amounts,
       volatility_surface('2026-03-13 16:00+00', ARRAY(SELECT timestamptz '2026-03-20 16:00+00' + i * interval '7 day' FROM generate_series(1, 3 * k) AS i), ARRAY(SELECT 80.0 + j FROM generate_series(1, 40) AS j),
                          ARRAY(SELECT ARRAY(SELECT 0.2 + 0.01 * ((j - 20) / 20.0) ^ 2 + CASE WHEN k % 4 > 0 THEN hashint4(1000 * i + 50 * j + k) % 1000 / 1e5 ELSE 0 END FROM generate_series(1, 40) AS j) FROM generate_series(1, 3 * k) AS i)) AS surface
FROM generate_series(1, 8) AS k;
SELECT min(pg_column_size(surface)) < 1000 AS small, max(pg_column_size(surface)) > 3000 AS large, count(*) FILTER (WHERE pg_column_compression(surface) IS NOT NULL) > 0 AS compressed FROM marked;
SELECT * FROM compared($$(SELECT account, margin_position(kind => 'put', quantity => quantity * n, strike => 95, spot => 100, as_of => '2026-03-13 16:00+00', expiry => '2026-04-10 16:00+00', exercise => 'american',
    underlying => 'X', currency => 'USD', dividend_times => times, dividend_amounts => amounts, surface => surface) AS p FROM marked, generate_series(1, 3) AS n) AS v, tims_scenarios(0.25, 0.5) AS s$$);
SELECT count(*) AS margins, count(*) FILTER (WHERE NOT same(a, b)) AS wrong
FROM (SELECT account, portfolio_margin(quantity::float8 * n, 1, 95, '2026-04-10 16:00+00', 100, NULL, 0, 0, NULL, '2026-03-13 16:00+00', 'put', 'american', 'black_scholes', 'linear', 'X', 'USD', times, amounts, surface, s) AS a,
             portfolio_margin(margin_position(kind => 'put', quantity => quantity * n, strike => 95, spot => 100, as_of => '2026-03-13 16:00+00', expiry => '2026-04-10 16:00+00', exercise => 'american',
                 underlying => 'X', currency => 'USD', dividend_times => times, dividend_amounts => amounts, surface => surface), s) AS b
      FROM marked, generate_series(1, 3) AS n, tims_scenarios(0.25, 0.5) AS s GROUP BY account) AS s;

-- Each field missing or impossible in turn, after rows of the same contract that are
-- sound and before one: what the row raises, the fields raise.
CREATE TABLE field (n int, name text, type text, good text);
INSERT INTO field VALUES (1, 'quantity', 'float8', '2'), (2, 'multiplier', 'float8', '10'), (3, 'strike', 'float8', '95'), (4, 'expiry', 'timestamptz', '2026-06-19 20:00+00'), (5, 'spot', 'float8', '100'),
    (6, 'volatility', 'float8', '0.25'), (7, 'rate', 'float8', '0.02'), (8, 'yield', 'float8', '0.01'), (9, 'price', 'float8', '9'), (10, 'as_of', 'timestamptz', '2026-03-13 20:00+00'), (11, 'kind', 'instrument_kind', 'call'),
    (12, 'exercise', 'exercise_style', 'european'), (13, 'pricing', 'pricing_model', 'black_scholes'), (14, 'settlement', 'settlement_style', 'linear'), (15, 'underlying', 'text', 'X'), (16, 'currency', 'text', 'USD'),
    (17, 'dividend_times', 'timestamptz[]', NULL), (18, 'dividend_amounts', 'float8[]', NULL), (19, 'surface', 'volatility_surface', NULL);
CREATE TABLE attempt AS
SELECT name, value, array_to_string(fields, ', ') AS fields
FROM (SELECT f.name, v.value, ARRAY(SELECT format('CASE WHEN i = 7 THEN %L ELSE %L END::%s', CASE WHEN g.n = f.n THEN v.value ELSE g.good END, g.good, g.type) FROM field AS g ORDER BY n) AS fields
      FROM field AS f JOIN LATERAL (
          SELECT 'float8' AS type, unnest('{NULL,NaN,Infinity,-Infinity,0,-0,-1,1e308,1e-320}'::text[]) AS value
          UNION ALL SELECT 'timestamptz', unnest('{NULL,infinity,-infinity,2000-01-01,9999-12-31}'::text[])
          UNION ALL SELECT 'text', unnest('{NULL,"",é}'::text[]) UNION ALL SELECT 'instrument_kind', unnest('{NULL,spot,future,perpetual,put}'::text[])
          UNION ALL SELECT 'exercise_style', unnest('{NULL,american}'::text[]) UNION ALL SELECT 'pricing_model', unnest('{NULL,black76,bachelier}'::text[])
          UNION ALL SELECT 'settlement_style', unnest('{NULL,inverse}'::text[]) UNION ALL SELECT 'timestamptz[]', unnest('{"{NULL}","{2026-04-01}"}'::text[])
          UNION ALL SELECT 'float8[]', unnest('{"{NULL}","{NaN}","{{1}}"}'::text[])) AS v ON f.type = v.type) AS s;
CREATE FUNCTION outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE m margin_result; detail text; hint text;
BEGIN
	EXECUTE statement INTO m;
	RETURN m::text;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, SQLERRM, detail, hint);
END $$;
CREATE TABLE outcomes AS
SELECT name, value, outcome(format('SELECT (m).* FROM (SELECT portfolio_margin(%s, tims_scenarios(0.25, 0.5)) AS m FROM generate_series(1, 9) AS i) AS s', fields)) AS of_fields,
       outcome(format('SELECT (m).* FROM (SELECT portfolio_margin(ROW(%s)::margin_position, tims_scenarios(0.25, 0.5)) AS m FROM generate_series(1, 9) AS i) AS s', fields)) AS of_row FROM attempt;
SELECT count(*) AS attempts, count(*) FILTER (WHERE of_row ~ '^\d') AS refused, count(*) FILTER (WHERE of_fields IS DISTINCT FROM of_row) AS wrong FROM outcomes;
SELECT name, value, of_fields FROM outcomes WHERE of_fields ~ '^\d' AND (value IS NULL OR name = 'quantity');
SELECT pg_temp.error('portfolio_margin(1, 1, NULL, NULL, 64, NULL, 0, 0, NULL, NULL, ''spot'', ''european'', ''black_scholes'', ''linear'', ''X'', NULL, NULL, NULL, NULL, NULL)');

SET client_min_messages = warning;
DROP SCHEMA reference CASCADE;
