-- margin_position: making it, storing it, reading it back, and which fields
-- each kind needs, as docs/positions.md says.
\getenv abs_srcdir PG_ABS_SRCDIR
\set file :abs_srcdir '/sql/setup.sql'
\i :file
SET TimeZone = 'UTC'; SET DateStyle = 'ISO';

--
-- The constructor
--
SELECT margin_position();
SELECT * FROM margin_position(kind => 'call', quantity => -10, multiplier => 100, strike => 200, expiry => '2026-06-19 20:00+00',
	spot => 187.5, volatility => 0.25, rate => 0.04, yield => 0.005, price => 4.2, as_of => '2026-03-13 20:00+00', exercise => 'american',
	pricing => 'black76', settlement => 'inverse', underlying => 'ACME', currency => 'USD',
	dividend_times => '{2026-05-01 13:30+00,2026-08-03 13:30+00}', dividend_amounts => '{0.5,0.25}',
	surface => 'volatility_surface(as_of => 2026-03-13 12:00:00+00, 2026-06-19 20:00:00+00 => {200: 0.25})');
SELECT margin_position(1, 2, 3, '2026-01-02', 4, 5, 6, 7, 8, '2026-01-01', 'put', 'european', 'bachelier', 'linear', 'X', 'USD', '{2026-01-03}', '{9}',
	'volatility_surface(as_of => 2026-01-01 00:00:00+00, 2026-01-02 00:00:00+00 => {3: 0.5})') AS in_order;
SELECT margin_position(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) AS all_null,
	   margin_position(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) IS NULL AS is_null,
	   margin_position(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) IS DISTINCT FROM NULL AS is_a_row;
-- It judges nothing.
SELECT margin_position(quantity => 'NaN', multiplier => -1, spot => 'Infinity', expiry => '-infinity', underlying => '') AS bad;
-- Arguments not known when the query is planned.
SELECT count(*), sum(position_value(margin_position(kind => k, quantity => n, spot => n, underlying => 'X'))) AS value
FROM generate_series(1, 1000) n, unnest('{spot,future}'::instrument_kind[]) k;

--
-- Stored, written and read
--
CREATE TABLE stored (id int PRIMARY KEY, p margin_position);
INSERT INTO stored VALUES
	(1, margin_position(kind => 'spot', quantity => 0.1, spot => 1e300, underlying => E'O''Reilly, "x" (y) \\ z')),
	(2, margin_position(kind => 'call', quantity => -1.0 / 3, strike => 5e-324, expiry => '2026-06-19 20:00:00.000001+00', spot => 0.1,
		volatility => 0.2, as_of => '2026-03-13', pricing => 'bachelier', settlement => 'inverse', underlying => 'Ångström 株', currency => '')),
	(6, margin_position(kind => 'put', quantity => 1, strike => 60, expiry => '2026-08-06 12:00+00', spot => 64, as_of => '2026-03-13 12:00+00', underlying => 'X',
		dividend_times => '{2026-05-01 13:30+00,2026-08-03 13:30+00}', dividend_amounts => '{0.5,1e-300}', surface => 'volatility_surface(as_of => 2026-03-13 12:00:00+00, 2026-08-06 12:00:00+00 => {50: 0.5, 60: 0.375, 70: 0.25})')),
	(7, margin_position(kind => 'spot', quantity => 1, spot => 1, underlying => 'X', dividend_times => '{2026-05-01,2026-05-02}', dividend_amounts => '{0,0}')),
	(3, margin_position(kind => 'future', quantity => 'NaN', spot => '-Infinity', expiry => 'infinity', underlying => repeat('long ', 20000))),
	(4, margin_position()), (5, NULL);
SELECT id, length(p::text) AS length, p::text::margin_position IS NOT DISTINCT FROM p AS text,
	   jsonb_populate_record(NULL::margin_position, to_jsonb(p)) IS NOT DISTINCT FROM p AS jsonb,
	   record_send(p) IS NOT DISTINCT FROM record_send(p::text::margin_position) AS bytes
FROM stored ORDER BY id;
SELECT id, position_issue(p) IS NULL AS good, left(position_issue(p), 60) AS issue FROM stored ORDER BY id;
SELECT position_value(p) FROM stored WHERE id = 1;
UPDATE stored SET p.quantity = 2, p.spot = 50 WHERE id = 1 RETURNING position_value(p);
SELECT position_value(jsonb_populate_record(margin_position(kind => 'spot'), '{"quantity": 3, "spot": 2.5, "underlying": "X"}'));
SELECT p = margin_position(kind => 'spot', quantity => 1, spot => 1, underlying => 'X') AS equal,
	   p < margin_position(kind => 'spot', quantity => 2, spot => 1, underlying => 'X') AS less
FROM margin_position(kind => 'spot', quantity => 1, spot => 1, underlying => 'X') p;

-- A domain over it, a typed table, a row of another table, an anonymous row.
CREATE DOMAIN good_position AS margin_position CHECK (position_issue(VALUE) IS NULL);
CREATE TABLE checked (p good_position);
INSERT INTO checked VALUES (margin_position(kind => 'spot', quantity => 2, spot => 50, underlying => 'X'));
SELECT position_value(p), position_pnl(p, market_scenario(0.5)), position_pnls(p, scenario_grid(0.5, 1)), (position_greeks(p)).delta, position_issue(p) FROM checked;
SELECT (portfolio_margin(p)).requirement, (portfolio_greeks(p)).delta_cash FROM checked;
INSERT INTO checked VALUES (margin_position(kind => 'spot', quantity => 2, underlying => 'X'));
CREATE TABLE typed OF margin_position;
INSERT INTO typed (kind, quantity, multiplier, spot, settlement, underlying) VALUES ('future', 2, 1, 50, 'linear', 'X');
SELECT position_pnl(t, market_scenario(0.5)), position_pnl(t::margin_position, market_scenario(0.5)), (position_greeks(t)).delta FROM typed t;
CREATE TABLE plain AS SELECT (margin_position(kind => 'future', quantity => 2, spot => 50, underlying => 'X')).*;
SELECT position_pnl(ROW(t.*), market_scenario(0.5)), position_pnl(ROW(t.*)::margin_position, market_scenario(0.5)) FROM plain t;
SELECT position_pnl((SELECT p FROM stored WHERE id = 1), (SELECT s FROM scenarios(scenario_grid(0.5, 1)) s LIMIT 1)) AS subqueries;

-- Fields that a later version adds, or that somebody does.
BEGIN;
ALTER TYPE margin_position ADD ATTRIBUTE liquidity float8 CASCADE;
SELECT position_value(p), position_issue(p), (p).liquidity FROM stored WHERE id = 1;
SELECT (margin_position(kind => 'spot', quantity => 1, spot => 2, underlying => 'X')).*;
SELECT (portfolio_margin(p)).requirement FROM stored WHERE id = 1;
SELECT position_value(p) FROM checked;
ROLLBACK;
BEGIN;
ALTER TYPE market_scenario ADD ATTRIBUTE note text;
SELECT position_pnl(p, market_scenario(0.5)), position_pnls(p, ARRAY[market_scenario(0.5)]) FROM stored WHERE id = 1;
SELECT * FROM scenarios(scenario_grid(0.5, 1));
ROLLBACK;
-- What breaks the type is an error and no worse.
BEGIN;
ALTER TYPE margin_position DROP ATTRIBUTE price CASCADE;
SELECT pg_temp.error('position_value(p) FROM stored WHERE id = 1') AS dropped;
SELECT pg_temp.error('margin_position(kind => ''spot'')::text') LIKE 'XX%' AS internal_error;
ROLLBACK;
BEGIN;
ALTER TYPE instrument_kind RENAME VALUE 'spot' TO 'cash';
SELECT pg_temp.error('position_value(p) FROM stored WHERE id = 1') AS renamed;
ROLLBACK;
SELECT position_value(p) FROM stored WHERE id = 1;
DROP TABLE stored, checked, typed, plain;
DROP DOMAIN good_position;

--
-- What each kind needs: the table of docs/positions.md against behaviour
--
CREATE TEMP TABLE document (n serial, line text);
\set file :abs_srcdir '/docs/positions.md'
\set load '\\copy document (line) FROM ' :'file' ' (FORMAT csv, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:load
CREATE TEMP TABLE documented AS
SELECT n, trim(both '` ' FROM cells[2]) AS field, k::instrument_kind AS kind, trim(cells[i + 2]) AS rule
FROM document, string_to_array(line, '|') cells, unnest('{spot,future,perpetual,call,put}'::text[]) WITH ORDINALITY u(k, i)
WHERE line ~ '^\| `[a-z_]+` \|( (needed|one of|optional|forbidden) \|){5}$';
SELECT line FROM document WHERE n = (SELECT min(n) - 2 FROM documented);

-- A good value of every field, and a least good position of every kind.
CREATE TEMP TABLE sample AS
SELECT key AS field, value FROM jsonb_each('{"quantity": 3, "multiplier": 8, "strike": 60, "expiry": "2026-08-06 12:00+00", "spot": 64,
	"volatility": 0.375, "rate": 0.05, "yield": 0.02, "price": 5, "as_of": "2026-03-13 12:00+00", "kind": null, "exercise": "european",
	"pricing": "black_scholes", "settlement": "linear", "underlying": "X", "currency": "USD",
	"dividend_times": ["2026-05-01 12:00+00"], "dividend_amounts": [0.5], "surface": "volatility_surface(as_of => 2026-03-13 12:00:00+00, 2026-08-06 12:00:00+00 => {50: 0.5, 60: 0.375, 70: 0.25})"}');
CREATE FUNCTION pg_temp.with_field(p margin_position, field text, value jsonb) RETURNS margin_position LANGUAGE sql AS $$
	SELECT jsonb_populate_record(p, jsonb_build_object(field, value))
$$;
CREATE TEMP TABLE least AS
SELECT kind, jsonb_populate_record(NULL::margin_position,
		jsonb_object_agg(field, CASE field WHEN 'kind' THEN to_jsonb(kind) ELSE value END) FILTER (WHERE rule = 'needed' OR rule = 'one of' AND field = 'volatility')) AS p
FROM documented JOIN sample USING (field) GROUP BY kind;
-- Without a field, and with it alone of those of which one is needed; dividends
-- come as a pair.
CREATE TEMP TABLE behaviour AS
SELECT field, l.kind, position_issue(without) AS missing, position_issue(given) AS present, without, given
FROM least l, sample s,
	 LATERAL (SELECT array_agg(f) AS fields FROM unnest(CASE WHEN field IN ('volatility', 'price', 'surface') THEN '{volatility,price,surface}'
			WHEN field LIKE 'dividend%' THEN '{dividend_times,dividend_amounts}' ELSE ARRAY[field] END::text[]) f) g,
	 LATERAL (SELECT jsonb_populate_record(p, (SELECT jsonb_object_agg(f, NULL) FROM unnest(fields) f)) AS without) v,
	 LATERAL (SELECT jsonb_populate_record(without, CASE WHEN field LIKE 'dividend%' THEN (SELECT jsonb_object_agg(o.field, o.value) FROM sample o WHERE o.field = ANY (fields))
			ELSE jsonb_build_object(field, CASE field WHEN 'kind' THEN to_jsonb(l.kind) ELSE value END) END) AS given) w;
SELECT count(*) AS cells,
	   count(*) FILTER (WHERE rule IS DISTINCT FROM CASE WHEN missing IS NULL AND present IS NULL THEN 'optional'
			WHEN present IS NULL AND field IN ('volatility', 'price', 'surface') AND missing LIKE '"volatility" must not be null: volatility is null%' THEN 'one of'
			WHEN present IS NULL AND missing LIKE format('"%s" must not be null: %s is null%%', field, field) THEN 'needed'
			WHEN missing IS NULL AND present LIKE format('"%s" has no meaning%%', field) THEN 'forbidden' END) AS differ,
	   count(*) FILTER (WHERE rule = 'needed') AS needed, count(*) FILTER (WHERE rule = 'one of') AS one_of, count(*) FILTER (WHERE rule = 'optional') AS optional,
	   count(*) FILTER (WHERE rule = 'forbidden') AS forbidden
FROM documented FULL JOIN behaviour USING (field, kind);
-- The fields are those of the type, in its order, and so are the kinds.
SELECT (SELECT array_agg(field ORDER BY n) FROM (SELECT DISTINCT n, field FROM documented) d) =
	   (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'margin_position'::regclass AND attnum > 0) AS fields;
-- What position_issue lets pass can be valued, and what it does not cannot.
SELECT count(*) AS positions, count(*) FILTER (WHERE (issue IS NULL) <> (pg_temp.error(format('position_value(%L::margin_position)', p)) = 'no error')) AS disagree
FROM (SELECT without AS p, missing AS issue FROM behaviour UNION ALL SELECT given, present FROM behaviour) x;
-- An optional field changes no value, but for the dividends of an option; nor does a price beside a volatility.
SELECT count(*) AS cases, bool_and(position_value(without) = position_value(given)
	AND position_pnl(without, market_scenario(-0.5, days => 7)) = position_pnl(given, market_scenario(-0.5, days => 7))) AS same
FROM documented JOIN behaviour USING (field, kind) WHERE rule = 'optional' AND (field NOT LIKE 'dividend%' OR kind NOT IN ('call', 'put'));
SELECT kind, position_value(p) = position_value(pg_temp.with_field(p, 'price', '7')) AS same FROM least WHERE kind IN ('call', 'put') ORDER BY kind;
-- The yield of an option on a forward: left out, NULL, 0; nothing else.
SELECT pricing, y, left(position_issue(w.p), 50) AS issue, position_value(w.p) = position_value(pg_temp.with_field(w.p, 'yield', '0')) AS same
FROM unnest('{black76,bachelier}'::pricing_model[]) pricing, unnest('{null,0}'::jsonb[]) y, least l,
	 LATERAL (SELECT pg_temp.with_field(pg_temp.with_field(l.p, 'pricing', to_jsonb(pricing)), 'yield', y) AS p) w
WHERE kind = 'call' ORDER BY 1, 2;
SELECT pricing, position_issue(pg_temp.with_field(pg_temp.with_field(p, 'pricing', to_jsonb(pricing)), 'yield', '0.01')) AS issue
FROM unnest('{black76,bachelier}'::pricing_model[]) pricing, least WHERE kind = 'put' ORDER BY 1;

-- Lists of any lower bound, and empty ones.
SELECT t, a, position_issue(margin_position(kind => 'spot', quantity => 1, spot => 1, underlying => 'X', dividend_times => t, dividend_amounts => a)) AS issue
FROM (VALUES ('{}'::timestamptz[], '{}'::float8[]), ('[-3:-2]={2026-05-01,2026-05-02}', '[7:8]={0,1}'), ('[-3:-2]={2026-05-01,NULL}', '[7:8]={0,1}'), ('{}', '{1}')) v(t, a);

-- One call site for many contracts that differ in one field each, in any order:
-- each has its own value.
CREATE TEMP TABLE alike AS
SELECT row_number() OVER (ORDER BY md5(n::text || field)) AS id, jsonb_populate_record(p, CASE field
	WHEN 'volatility' THEN jsonb_build_object(field, n / 100.0) WHEN 'price' THEN jsonb_build_object('volatility', NULL, field, 5 + n / 100.0)
	WHEN 'both' THEN jsonb_build_object('volatility', 0.375, 'price', 5 + n / 100.0)
	WHEN 'times' THEN jsonb_build_object('dividend_times', ARRAY[timestamptz '2026-03-13 12:00+00' + n * interval '12 hours'], 'dividend_amounts', '{2}'::float8[])
	WHEN 'amounts' THEN jsonb_build_object('dividend_times', '{2026-05-01}'::timestamptz[], 'dividend_amounts', ARRAY[n / 100.0])
	WHEN 'more' THEN jsonb_build_object('dividend_times', ARRAY(SELECT timestamptz '2026-03-14' + m * interval '1 day' FROM generate_series(1, n % 64) m), 'dividend_amounts', array_fill(0.125, ARRAY[n % 64]))
	WHEN 'surface' THEN jsonb_build_object('volatility', NULL, field, format('volatility_surface(as_of => 2026-03-13 12:00:00+00, 2026-08-06 12:00:00+00 => {50: 0.5, 60: %s})', n / 100.0))
	WHEN 'exercise' THEN jsonb_build_object(field, 'american', 'strike', n) END) AS p
FROM generate_series(1, 300) n, unnest('{volatility,price,both,times,amounts,more,surface,exercise}'::text[]) field, least WHERE kind = 'put';
SELECT count(*) AS positions, count(DISTINCT p) AS contracts, count(*) FILTER (WHERE abs((m).market_value - 2 * value) > 1e-12) AS wrong
FROM (SELECT id, portfolio_margin(p) AS m, position_value(p) AS value, p FROM (SELECT a.* FROM alike a, generate_series(1, 2) ORDER BY md5(id::text)) s GROUP BY id, p) x;

-- Its currency: as given, else the underlying where settlement is inverse.
SELECT settlement, given, (portfolio_margin(p)).currency, (portfolio_greeks(p)).currency
FROM unnest('{linear,inverse}'::settlement_style[]) settlement, unnest('{NULL,USD}'::text[]) given,
	 LATERAL (SELECT margin_position(kind => 'perpetual', quantity => 1, spot => 100, underlying => 'BTC', settlement => settlement, currency => given) AS p) x
GROUP BY settlement, given ORDER BY settlement, given NULLS FIRST;
