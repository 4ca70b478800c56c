-- Every bad row of demo/bad_rows.sql, and more, to every function that takes a
-- position: one clear error that names the field, with a remedy.
\getenv abs_srcdir PG_ABS_SRCDIR
\set file :abs_srcdir '/sql/setup.sql'
\i :file
SET TimeZone = 'UTC'; SET DateStyle = 'ISO';
SELECT pg_backend_pid() AS pid \gset
\set ECHO none
\set file :abs_srcdir '/demo/book.sql'
\i :file
\set file :abs_srcdir '/demo/bad_rows.sql'
\i :file
\set ECHO all

-- Every function that takes a position, as an expression in p.
CREATE TEMP TABLE functions (f text PRIMARY KEY, expression text);
INSERT INTO functions VALUES
	('position_value', 'position_value(p)'),
	('position_greeks', 'position_greeks(p)'),
	('position_pnl', 'position_pnl(p, market_scenario())'),
	('position_pnls', 'position_pnls(p, scenario_grid(0.15, 5))'),
	('portfolio_margin', 'portfolio_margin(p)'),
	('portfolio_margin, set', 'portfolio_margin(p, scenario_grid(0.15, 5))'),
	('portfolio_margin, window', 'portfolio_margin(p) OVER ()'),
	('portfolio_greeks', 'portfolio_greeks(p)'),
	('risk_array', 'risk_array(p, scenario_grid(0.15, 5))'),
	('portfolio_risk', 'portfolio_risk(p, scenario_grid(0.15, 5))'),
	('risk_table', 'risk_table(1, p, scenario_grid(0.15, 5))'),
	('grid_shortfall', 'grid_shortfall(p, scenario_grid(0.15, 5))'),
	('worst_case', 'worst_case(p, scenario_grid(0.15, 5))');
-- None is missing: all public functions with an argument of this type.
SELECT array_agg(DISTINCT proname ORDER BY proname) AS not_listed
FROM pg_proc WHERE 'margin_position'::regtype = ANY (proargtypes) AND proname !~ '_trans$'
	AND proname NOT IN ('position_issue') AND proname NOT IN (SELECT split_part(f, ',', 1) FROM functions)
	AND pronamespace <> pg_my_temp_schema();

CREATE TEMP TABLE outcome AS
SELECT b.name, b.field, f.f, r.*
FROM demo.bad_rows b, functions f
	 LEFT JOIN LATERAL pg_temp.raised(format('SELECT %s FROM demo.bad_rows, LATERAL (SELECT position AS p) x WHERE name = %L', f.expression, b.name)) r ON true;
-- The sentence of each, once.
SELECT name, state, message, detail FROM outcome WHERE f = 'position_value' ORDER BY name COLLATE "C";
SELECT field, string_agg(DISTINCT hint, E'\n') AS hint FROM outcome GROUP BY field ORDER BY field;
SELECT count(DISTINCT name) AS rows, count(DISTINCT f) AS functions, count(*) AS cases,
	   count(*) FILTER (WHERE state IS NULL) AS not_refused,
	   count(*) FILTER (WHERE position(format('"%s"', field) IN message) <> 1) AS field_not_named,
	   count(*) FILTER (WHERE position(field || ' is ' IN detail) <> 1) AS value_not_shown,
	   count(*) FILTER (WHERE coalesce(hint, '') = '') AS no_hint,
	   count(*) FILTER (WHERE state NOT IN ('22004', '22023', '22003', '54000', '0A000')) AS other_sqlstate,
	   count(*) FILTER (WHERE (message, detail, hint, state) IS DISTINCT FROM (SELECT (o.message, o.detail, o.hint, o.state) FROM outcome o
			WHERE o.name = outcome.name AND o.f = 'position_value')) AS differ
FROM outcome;
-- position_issue says the same and never raises.
SELECT count(*) AS rows, count(*) FILTER (WHERE position_issue(position) IS DISTINCT FROM format('%s: %s %s', o.message, o.detail, o.hint)) AS differ
FROM demo.bad_rows JOIN outcome o USING (name) WHERE f = 'position_value';
-- The sample book has no issue; its options under bachelier would, if they were American.
SELECT count(*) AS good, count(position_issue(position)) AS issues FROM demo.book;
SELECT (p).pricing, count(*) AS american, count(position_issue(p)) AS issues FROM (SELECT jsonb_populate_record(position, '{"exercise": "american"}') AS p
	FROM demo.book WHERE (position).kind IN ('call', 'put')) x GROUP BY (p).pricing ORDER BY (p).pricing;
-- A report lists what is bad and margins the rest.
SELECT account, (portfolio_margin(position)).requirement = (SELECT (portfolio_margin(b.position)).requirement FROM demo.book b WHERE b.account = 'iron_condor') AS as_if_alone,
	   count(*) AS rows
FROM (SELECT account, position FROM demo.book WHERE account = 'iron_condor' UNION ALL SELECT 'iron_condor', position FROM demo.bad_rows) s
WHERE position_issue(position) IS NULL GROUP BY account;
SELECT pg_temp.error('portfolio_margin(position) FROM (SELECT position FROM demo.book WHERE account = ''iron_condor'' UNION ALL SELECT position FROM demo.bad_rows WHERE name = ''option, strike NULL'') s') AS unfiltered;
-- Aggregates skip nothing but what FILTER leaves out.
SELECT (portfolio_margin(position) FILTER (WHERE position_issue(position) IS NULL)).positions FROM demo.bad_rows;

-- A NULL position, of every kind of NULL.
SELECT f, pg_temp.error(regexp_replace(expression, '\mp\M', 'NULL::margin_position')) AS error FROM functions ORDER BY f;
SELECT f, pg_temp.error(format('%s FROM (VALUES (margin_position(kind => ''spot'', quantity => 1, spot => 1, underlying => ''X'')), (NULL)) v(p)', expression)) = 'no error' AS skipped
FROM functions ORDER BY f;
SELECT position_issue(NULL);
SELECT (portfolio_margin(p) FILTER (WHERE p IS DISTINCT FROM NULL)).positions, (portfolio_margin(p) FILTER (WHERE p IS NOT NULL)).positions AS trap
FROM (VALUES (margin_position(kind => 'spot', quantity => 1, spot => 1, underlying => 'X')), (NULL)) v(p);

-- Scenarios: a set or a scenario that is NULL, or takes a price to 0.
CREATE TEMP TABLE lognormal AS SELECT margin_position(kind => 'put', quantity => 1, strike => 100, spot => 100, volatility => 0.2,
	as_of => '2026-03-13', expiry => '2026-06-13', underlying => 'ACME') AS p;
SELECT pg_temp.error(e || ' FROM lognormal') AS error FROM unnest(ARRAY['position_pnl(p, NULL)', 'position_pnls(p, NULL)', 'portfolio_margin(p, NULL)',
	'position_pnl(p, market_scenario(-1))', 'position_pnl(p, market_scenario(price_points => -100.5))',
	'position_pnls(p, ARRAY[market_scenario(-0.5), market_scenario(-1)])', 'portfolio_margin(p, scenario_grid(0.15, 5) || ARRAY[market_scenario(-0.5, -60)])',
	'position_pnls(p, array_fill(market_scenario(), ARRAY[4321]) || ARRAY[market_scenario(-2)]::scenario_set)',
	'portfolio_margin(p, ''scenario_grid(price_range => 1, price_steps => 1)'')', 'portfolio_margin(p, ARRAY[]::market_scenario[])',
	'portfolio_margin(p, ARRAY[market_scenario(), NULL])', 'portfolio_margin(p, ARRAY[[market_scenario()]])',
	'position_pnl(p, market_scenario(price_points => 1e308, price_shock => 1e307))', 'position_pnl(p, market_scenario(vol_shock => 1e308))',
	'position_pnl(p, market_scenario(vol_shock => 1, vol_power => 1e300, days => 1))', 'position_pnl(p, market_scenario(rate_points => -1e300))']) e;
SELECT kind, pricing, settlement, pg_temp.error(format('position_pnl(%L::margin_position, market_scenario(price_shock => -1.5))', p)) AS error
FROM (VALUES ('spot'::instrument_kind, 'black_scholes'::pricing_model, 'linear'::settlement_style), ('future', 'black_scholes', 'linear'),
	('future', 'black_scholes', 'inverse'), ('perpetual', 'bachelier', 'inverse'), ('call', 'black76', 'linear'), ('call', 'bachelier', 'linear'), ('put', 'bachelier', 'inverse')) v(kind, pricing, settlement),
	LATERAL (SELECT margin_position(kind => kind, quantity => 1, spot => 100, strike => CASE WHEN kind IN ('call', 'put') THEN 100 END, volatility => 20, pricing => pricing,
		settlement => settlement, as_of => '2026-03-13', expiry => CASE WHEN kind <> 'spot' THEN timestamptz '2026-06-13' END, underlying => 'X') AS p) x;
-- Sets that do not go together, and currencies.
CREATE TEMP TABLE pair AS SELECT n, margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => u, currency => c) AS p
FROM (VALUES (1, 'X', 'USD'), (2, 'Y', 'USD'), (3, 'X', 'EUR'), (4, 'X', NULL), (5, 'X', '')) v(n, u, c);
SELECT pg_temp.error(e) AS error FROM unnest(ARRAY[
	'portfolio_margin(p, scenario_grid(0.1, n)) FROM pair WHERE n <= 2',
	'portfolio_margin(p, tims_scenarios(0.1, n)) FROM pair WHERE n <= 2',
	'portfolio_margin(p, tims_scenarios(0.125, up / 8.0)) FROM generate_series(1, 2) up, pair WHERE n = 1',
	'portfolio_margin(p ORDER BY n) FROM pair WHERE n IN (1, 3)', 'portfolio_greeks(p ORDER BY n) FROM pair WHERE n IN (1, 3)',
	'portfolio_margin(p ORDER BY n) FROM pair WHERE n IN (1, 4)', 'portfolio_margin(p ORDER BY n DESC) FROM pair WHERE n IN (1, 4)',
	'portfolio_margin(p ORDER BY n) FROM pair WHERE n IN (4, 5)']) e;

-- Results beyond +-2^53.
SELECT f, e, pg_temp.error(regexp_replace(expression, '\mp\M', format('margin_position(kind => ''spot'', underlying => ''X'', %s)', e))) AS error
FROM functions, unnest(ARRAY['quantity => 1e16, spot => 1', 'quantity => 1, spot => 1e17', 'quantity => 1e300, spot => 1e300', 'quantity => 1, multiplier => 1e300, spot => 1e300']) e
WHERE f <> 'portfolio_margin, window' ORDER BY e, f;
SELECT pg_temp.error(e) AS error FROM unnest(ARRAY[
	'portfolio_margin(margin_position(kind => ''spot'', quantity => 1, spot => 2.0 ^ 52, underlying => ''X'')) FROM generate_series(1, 2)',
	'portfolio_margin(margin_position(kind => ''spot'', quantity => 1, spot => 2.0 ^ 52, underlying => ''X'')) FROM generate_series(1, 3)',
	'portfolio_margin(margin_position(kind => ''spot'', quantity => 1, spot => 2.0 ^ 52, underlying => n::text)) FROM generate_series(1, 3) n',
	'portfolio_greeks(margin_position(kind => ''spot'', quantity => 1, spot => 2.0 ^ 52, underlying => ''X'')) FROM generate_series(1, 3)',
	'portfolio_margin(margin_position(kind => ''future'', quantity => (-1) ^ n * 2.0 ^ 53, spot => 1, underlying => ''X'')) FROM generate_series(1, 100) n']) e;
SELECT position_issue(p) AS issue, pg_temp.error(format('position_value(%L::margin_position)', p)) AS error
FROM margin_position(kind => 'call', quantity => 1, multiplier => 1e300, strike => 1e10, spot => 1e10, volatility => 0.2, as_of => '2026-03-13', expiry => '2036-06-13', underlying => 'X') p;

-- Names of any length and spelling, in every message that shows one.
SELECT n, length(issue) AS length, left(issue, 170) AS issue, position_issue(good) IS NULL AS good,
	   (SELECT (portfolio_margin(v)).worst_underlying = name FROM (VALUES (good)) w(v)) AS kept
FROM (VALUES (1, repeat('x', 100000)), (2, '%s%n%d%%$1'), (3, E'it''s "so" \\ \n\t'), (4, repeat('é', 40)), (5, 'a' || repeat('é', 40)), (6, repeat('株', 30)),
	(7, 'a' || repeat('株', 30)), (8, 'ab' || repeat('株', 30)), (9, repeat('😀', 20)), (10, 'abc' || repeat('😀', 20)), (11, ' '), (12, repeat('x', 64)), (13, repeat('x', 65))) v(n, name),
	 LATERAL (SELECT margin_position(kind => 'spot', quantity => 1, spot => 'NaN', underlying => name) AS bad, margin_position(kind => 'spot', quantity => 1, spot => 1, underlying => name) AS good) p,
	 LATERAL (SELECT position_issue(bad) AS issue) i ORDER BY n;
SELECT pg_temp.error(format('portfolio_margin(margin_position(kind => ''spot'', quantity => 1, spot => 1, underlying => ''X'', currency => c)) FROM (VALUES (%L), (%L)) v(c)', '%s%n', repeat('é', 1000))) AS error;
SELECT position_issue(margin_position(kind => 'spot', quantity => 1, spot => 1, underlying => '')) AS empty;
-- The backend is still the one that began.
SELECT pg_backend_pid() = :pid AS same_backend;

SET client_min_messages = warning;
DROP SCHEMA demo CASCADE;
