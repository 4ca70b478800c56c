-- Volatility surfaces: how they are made, read, written, compared, refused,
-- and what is said of arbitrage in them.
\getenv abs_srcdir PG_ABS_SRCDIR
\set file :abs_srcdir '/sql/setup.sql'
\i :file
SET TimeZone = 'UTC'; SET DateStyle = 'ISO';

-- 2026-03-13 to 2026-05-25 is 73 days, 0.2 years; to 2026-08-06 it is 0.4.
CREATE TEMP TABLE s (name text PRIMARY KEY, surface volatility_surface);
INSERT INTO s VALUES
	('strikes', volatility_surface(as_of => '2026-03-13 16:00+00', expiries => '{2026-05-25 16:00+00,2026-08-06 16:00+00}',
		strikes => '{90,100,110}', volatilities => '{{0.27,0.24,0.22},{0.26,NULL,0.23}}')),
	('moneyness', moneyness_surface(as_of => '2026-03-13 16:00+00', expiries => '{2026-05-25 16:00+00,2026-08-06 16:00+00}',
		moneyness => '{0.9,1,1.1}', volatilities => '{{0.27,0.24,0.22},{0.26,NULL,0.23}}')),
	('svi', svi_surface(as_of => '2026-03-13 16:00+00', expiries => '{2026-05-25 16:00+00,2026-08-06 16:00+00}',
		a => '{0.005,0.01}', b => '{0.04,0.05}', rho => '{-0.4,-0.3}', m => '{0,0.05}', sigma => '{0.15,0.2}'));

--
-- What was put in comes out
--
SELECT name, surface_as_of(surface), surface FROM s ORDER BY name;
SELECT p.* FROM s, surface_points(surface) p WHERE name = 'strikes';
SELECT p.* FROM s, surface_points(surface) p WHERE name = 'moneyness';
SELECT p.* FROM s, svi_parameters(surface) p WHERE name = 'svi';
SELECT pg_temp.error(e) AS error FROM unnest(ARRAY['surface_points(surface) FROM s WHERE name = ''svi''',
	'svi_parameters(surface) FROM s WHERE name = ''strikes''', 'svi_parameters(surface) FROM s WHERE name = ''moneyness''']) e;
SELECT (SELECT count(*) FROM surface_points(NULL)) AS points, (SELECT count(*) FROM svi_parameters(NULL)) AS parameters, surface_as_of(NULL);
-- A surface from a table of marks, each expiry with strikes of its own, and back.
CREATE TEMP TABLE marks AS SELECT * FROM (VALUES
	(timestamptz '2026-04-17 20:00+00', 95.0::float8, 0.31::float8), ('2026-04-17 20:00+00', 100, 0.28), ('2026-04-17 20:00+00', 105, 0.265),
	('2026-06-19 20:00+00', 80, 0.33), ('2026-06-19 20:00+00', 100, 0.27), ('2026-06-19 20:00+00', 120, 0.25)) v(expiry, strike, volatility);
CREATE TEMP TABLE from_marks AS
SELECT volatility_surface('2026-03-13 16:00+00', array_agg(expiry ORDER BY expiry), (SELECT array_agg(DISTINCT strike) FROM marks), array_agg(volatilities ORDER BY expiry)) AS surface
FROM (SELECT expiry, array_agg(volatility ORDER BY strike) AS volatilities
	  FROM (SELECT DISTINCT expiry FROM marks) e CROSS JOIN (SELECT DISTINCT strike FROM marks) k LEFT JOIN marks USING (expiry, strike) GROUP BY expiry) rows;
SELECT surface FROM from_marks;
SELECT count(*) FILTER (WHERE p IS NULL OR m IS NULL) AS differences, count(*) AS marks
FROM marks m FULL JOIN (SELECT p.expiry, p.strike, p.volatility FROM from_marks, surface_points(surface) p) p USING (expiry, strike, volatility);

--
-- volatility_at
--
-- At the marks, beyond them, and where there is none.
SELECT strike, volatility_at(surface, strike, '2026-05-25 16:00+00') AS first, round(volatility_at(surface, strike, '2026-08-06 16:00+00')::numeric, 12) AS second
FROM s, unnest('{-10,89.99,90,100,110,1e300}'::float8[]) strike WHERE name = 'strikes';
SELECT strike / 200 AS moneyness, volatility_at(surface, strike, '2026-05-25 16:00+00', 200) AS first
FROM s, unnest('{1e-300,180,200,220,1e300}'::float8[]) strike WHERE name = 'moneyness';
-- SVI by its formula, in years of 365 days.
SELECT count(*) AS cases, max(abs(volatility_at(surface, strike, expiry, 120) / want - 1)) < 1e-14 AS as_formula
FROM s, svi_parameters(surface) p, unnest('{1,60,100,119,120,121,150,1000}'::float8[]) strike,
	LATERAL (SELECT ln(strike / 120) - m AS y) k,
	LATERAL (SELECT sqrt((a + b * (rho * y + sqrt(y * y + sigma * sigma))) * 365 * 86400 / extract(epoch FROM expiry - surface_as_of(surface))) AS want) w
WHERE name = 'svi';
-- Between expiries total variance is linear in time; before and after, volatility is flat.
SELECT name, count(*) AS cases, max(abs(volatility_at(surface, strike, as_of + years * 365 * interval '24 hours', 100) / want - 1)) < 1e-13 AS linear
FROM s, surface_as_of(surface) as_of, unnest('{91,100,104.5}'::float8[]) strike, unnest('{0.25,0.3,0.39}'::float8[]) years,
	LATERAL (SELECT volatility_at(surface, strike, '2026-05-25 16:00+00', 100) AS first, volatility_at(surface, strike, '2026-08-06 16:00+00', 100) AS second) v,
	LATERAL (SELECT sqrt((first ^ 2 * 0.2 * (0.4 - years) + second ^ 2 * 0.4 * (years - 0.2)) / 0.2 / years) AS want) w
GROUP BY name ORDER BY name;
SELECT name, bool_and(volatility_at(surface, 97, early, 100) = volatility_at(surface, 97, '2026-05-25 16:00+00', 100)) AS before,
	   bool_and(volatility_at(surface, 97, late, 100) = volatility_at(surface, 97, '2026-08-06 16:00+00', 100)) AS after
FROM s, unnest('{2026-03-13 16:00+00,2026-03-13 16:00:00.000001+00,2026-05-25 15:59+00}'::timestamptz[]) early,
	unnest('{2026-08-06 16:00:00.000001+00,2100-01-01,294276-12-31}'::timestamptz[]) late
GROUP BY name ORDER BY name;
-- Between two marks it never leaves them.
SELECT count(*) AS cases, count(*) FILTER (WHERE v NOT BETWEEN least(p.volatility, next) AND greatest(p.volatility, next)) AS outside
FROM (SELECT surface, p.*, lead(strike) OVER w AS next_strike, lead(volatility) OVER w AS next FROM from_marks, surface_points(surface) p WINDOW w AS (PARTITION BY expiry ORDER BY strike)) p,
	generate_series(0, 20) n, LATERAL (SELECT volatility_at(surface, strike + n / 20.0 * (next_strike - strike), expiry) AS v) v WHERE next IS NOT NULL;
-- A surface by strike does not read the forward; the others need it.
SELECT volatility_at(surface, 100, '2026-05-25 16:00+00', f) AS any_forward FROM s, unnest('{NULL,NaN,-1,100}'::float8[]) f WHERE name = 'strikes';
SELECT name, strike, expiry, forward, pg_temp.error(format('volatility_at(%L, %L::float8, %L, %L)', surface, strike, expiry, forward)) AS error
FROM s, (VALUES (100::float8, timestamptz '2026-05-25 16:00+00', NULL::float8), (100, '2026-05-25 16:00+00', 'NaN'), (100, '2026-05-25 16:00+00', 0),
	(100, '2026-05-25 16:00+00', 'Infinity'), (0, '2026-05-25 16:00+00', 100), ('NaN', '2026-05-25 16:00+00', 100), ('-Infinity', '2026-05-25 16:00+00', 100),
	(100, '2026-03-12 16:00+00', 100), (100, 'infinity', 100), (100, '-infinity', 100)) v(strike, expiry, forward)
WHERE name <> 'svi' ORDER BY name, forward, strike, expiry;
SELECT count(*) AS svi_differs FROM s, s AS t, (VALUES (100::float8, timestamptz '2026-05-25 16:00+00', NULL::float8), (0, '2026-05-25 16:00+00', 100), (100, '2026-03-12 16:00+00', 100)) v(strike, expiry, forward)
WHERE s.name = 'svi' AND t.name = 'moneyness' AND pg_temp.error(format('volatility_at(%L, %L::float8, %L, %L)', s.surface, strike, expiry, forward))
	<> pg_temp.error(format('volatility_at(%L, %L::float8, %L, %L)', t.surface, strike, expiry, forward));
SELECT volatility_at(NULL, 100, '2026-05-25') AS surface, volatility_at(surface, NULL, '2026-05-25', 100) AS strike, volatility_at(surface, 100, NULL, 100) AS expiry FROM s WHERE name = 'svi';

--
-- What is refused
--
CREATE FUNCTION pg_temp.grid(expiries text, strikes text, volatilities text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.error(format('volatility_surface(''2026-03-13'', %L, %L, %L)', expiries, strikes, volatilities))
$$;
SELECT expiries, strikes, volatilities, pg_temp.grid(expiries, strikes, volatilities) AS error FROM (VALUES
	(NULL, '{100}', '{{0.2}}'), ('{2026-06-19}', NULL, '{{0.2}}'), ('{2026-06-19}', '{100}', NULL),
	('{NULL}', '{100}', '{{0.2}}'), ('{2026-06-19}', '{NULL}', '{{0.2}}'), ('{2026-06-19}', '{100}', '{{NULL}}'),
	('{}', '{100}', '{{0.2}}'), ('{}', '{}', '{}'), ('{2026-06-19}', '{}', '{}'), ('{2026-06-19}', '{100}', '{0.2}'), ('{2026-06-19}', '{{100}}', '{{0.2}}'),
	('{{2026-06-19}}', '{100}', '{{0.2}}'), ('{2026-06-19}', '{100}', '{{{0.2}}}'),
	('{2026-06-19,2026-07-17}', '{100}', '{{0.2}}'), ('{2026-06-19}', '{100}', '{{0.2},{0.2}}'), ('{2026-06-19}', '{100,110}', '{{0.2}}'), ('{2026-06-19}', '{100}', '{{0.2,0.3}}'),
	('{2026-06-19,2026-06-19}', '{100}', '{{0.2},{0.2}}'), ('{2026-07-17,2026-06-19}', '{100}', '{{0.2},{0.2}}'), ('{2026-03-13}', '{100}', '{{0.2}}'), ('{2020-01-01}', '{100}', '{{0.2}}'),
	('{infinity}', '{100}', '{{0.2}}'), ('{-infinity}', '{100}', '{{0.2}}'), ('{2026-06-19}', '{100,100}', '{{0.2,0.2}}'), ('{2026-06-19}', '{110,100}', '{{0.2,0.2}}'),
	('{2026-06-19}', '{NaN}', '{{0.2}}'), ('{2026-06-19}', '{Infinity}', '{{0.2}}'), ('{2026-06-19}', '{1e101}', '{{0.2}}'), ('{2026-06-19}', '{100}', '{{NaN}}'),
	('{2026-06-19}', '{100}', '{{-0.2}}'), ('{2026-06-19}', '{100}', '{{Infinity}}'), ('{2026-06-19}', '{100}', '{{1e101}}')) v(expiries, strikes, volatilities);
SELECT e AS call, pg_temp.error(e) AS error FROM unnest(ARRAY[
	$$volatility_surface(NULL, '{2026-06-19}', '{100}', '{{0.2}}')$$, $$volatility_surface('infinity', '{2026-06-19}', '{100}', '{{0.2}}')$$,
	$$moneyness_surface('2026-03-13', '{2026-06-19}', '{0}', '{{0.2}}')$$, $$moneyness_surface('2026-03-13', '{2026-06-19}', NULL, '{{0.2}}')$$,
	$$svi_surface('2026-03-13', '{2026-06-19}', '{0.04}', '{0.1}', '{0}', '{0}', NULL)$$, $$svi_surface('2026-03-13', '{2026-06-19}', '{0.04}', '{0.1}', '{0}', '{0}', '{}')$$,
	$$svi_surface('2026-03-13', '{2026-06-19}', '{0.04,1}', '{0.1}', '{0}', '{0}', '{0.1}')$$, $$svi_surface('2026-03-13', '{2026-06-19}', '{0.04}', '{NULL}', '{0}', '{0}', '{0.1}')$$,
	$$svi_surface('2026-03-13', '{2026-06-19}', '{0.04}', '{-0.1}', '{0}', '{0}', '{0.1}')$$, $$svi_surface('2026-03-13', '{2026-06-19}', '{0.04}', '{0.1}', '{1.5}', '{0}', '{0.1}')$$,
	$$svi_surface('2026-03-13', '{2026-06-19}', '{0.04}', '{0.1}', '{0}', '{0}', '{0}')$$, $$svi_surface('2026-03-13', '{2026-06-19}', '{-0.04}', '{0.1}', '{0}', '{0}', '{0.1}')$$,
	$$svi_surface('2026-03-13', '{2026-06-19}', '{NaN}', '{0.1}', '{0}', '{0}', '{0.1}')$$]) e;
-- Limits: 256 expiries, 1,024 points of each.
CREATE FUNCTION pg_temp.big(expiries int, points int) RETURNS volatility_surface LANGUAGE sql AS $$
	SELECT volatility_surface('2026-03-13', ARRAY(SELECT timestamptz '2026-03-13' + n * interval '1 day' FROM generate_series(1, expiries) n),
		ARRAY(SELECT k FROM generate_series(1, points) k), array_fill(0.25::float8, ARRAY[expiries, points]))
$$;
SELECT (SELECT count(*) FROM surface_points(surface)) AS points, volatility_at(surface, 1024, '2026-11-24') AS last, length(volatility_surface_send(surface)) AS bytes FROM (SELECT pg_temp.big(256, 1024) AS surface) x;
SELECT pg_temp.error('pg_temp.big(257, 1)') AS error UNION ALL SELECT pg_temp.error('pg_temp.big(1, 1025)');

--
-- Text and binary
--
-- Exact whatever the session prints numbers and instants like.
CREATE TEMP TABLE texts AS
SELECT surface, surface::text AS t, volatility_surface_send(surface) AS b FROM s
UNION ALL SELECT surface, surface::text, volatility_surface_send(surface) FROM (SELECT volatility_surface('1999-12-31 23:59:59.999999+00', ARRAY(SELECT timestamptz '2000-01-01 00:00:00.000001+00' + n * 11234567.654321 * interval '1 second' FROM generate_series(1, 20) n),
		ARRAY(SELECT n * 10 ^ (n - 9)::float8 / 7 FROM generate_series(1, 20) n), (SELECT array_agg(v) FROM (SELECT array_agg(CASE WHEN (n + m) % 4 > 0 THEN sqrt(n) / (m + 3) END) AS v FROM generate_series(1, 20) n, generate_series(1, 20) m GROUP BY n) x)) AS surface) y
UNION ALL SELECT surface, surface::text, volatility_surface_send(surface) FROM (SELECT volatility_surface('4713-01-01 00:00:00.5+00 BC', '{0001-12-31 BC,0001-01-01,294276-12-31 23:59:59.999999+00}', '{-1e100,-5e-324,1e100}', '{{5e-324,1e100,0},{0.1,0.30000000000000004,1e-300},{NULL,-0,NULL}}') AS surface) y
UNION ALL SELECT surface, surface::text, volatility_surface_send(surface) FROM (SELECT svi_surface('2026-03-13', '{2026-06-19}', ARRAY[-1 / 30::float8], ARRAY[2 / 3::float8], ARRAY[-1 / 7::float8], ARRAY[ln(2::float8)], ARRAY[sqrt(2::float8)]) AS surface) y;
SELECT t FROM texts WHERE t ~ 'BC';
SET extra_float_digits = -15; SET bytea_output = escape; SET DateStyle = 'German'; SET TimeZone = 'Asia/Kolkata'; SET IntervalStyle = iso_8601;
SELECT count(*) AS cases, bool_and(surface::text = t) AS same_text, bool_and(t::volatility_surface = surface) AS same, bool_and(volatility_surface_send(t::volatility_surface) = b) AS same_bytes FROM texts;
SET extra_float_digits = 1; RESET bytea_output; RESET IntervalStyle; SET TimeZone = 'UTC'; SET DateStyle = 'ISO';
-- Tolerant of space, T and Z, left-out seconds, and how a number is written.
SELECT count(*) AS forms, bool_and(t::volatility_surface = 'volatility_surface(as_of => 2026-03-13 16:00:00+00, 2026-06-19 16:00:00+00 => {90: 0.27, 100: 0.24})') AS equal FROM (VALUES
	('volatility_surface(as_of=>2026-03-13 16:00:00+00,2026-06-19 16:00:00+00=>{90:0.27,100:0.24})'),
	(E' volatility_surface (\n\tas_of => 2026-03-13T16:00Z ,\r\n 2026-06-19T16:00:00.000Z => { 9e1 : .27 , +100.0 : 24e-2 } ) ')) v(t);
-- The binary form is the same on every machine.
SELECT name, volatility_surface_send(surface) FROM s ORDER BY name;
-- What cannot be read, and where.
SELECT t AS text, pg_temp.error(format('%L::volatility_surface', replace(replace(t, '@', 'as_of => 2026-03-13 16:00:00+00'), '#', '2026-06-19 16:00:00+00'))) AS error FROM (VALUES
	(''), ('garbage'), ('volatility_surface'), ('volatility_surface('), ('volatility_surface()'), ('volatility_surface(@'), ('volatility_surface(@)'), ('volatility_surface(@,)'),
	('volatility_surface(# => {90: 0.2})'), ('volatility_surface(@ # => {90: 0.2})'), ('volatility_surface(@, # {90: 0.2})'), ('volatility_surface(@, # => 90: 0.2)'),
	('volatility_surface(@, # => {})'), ('volatility_surface(@, # => {90})'), ('volatility_surface(@, # => {90:})'), ('volatility_surface(@, # => {90: 0.2,})'),
	('volatility_surface(@, # => {90: 0.2 91: 0.3})'), ('volatility_surface(@, # => {90: 0.2)'), ('volatility_surface(@, # => {90: 0.2}'), ('volatility_surface(@, # => {90: 0.2}))'),
	('volatility_surface(@, # => {90: 0.2}) x'), ('volatility_surface(@, # => {90: 0.2}, # => {90: 0.2})'), ('volatility_surface(@, # => {90: NaN})'), ('volatility_surface(@, # => {90: 1e999})'),
	('volatility_surface(@, # => {91: 0.2, 90: 0.2})'), ('volatility_surface(@, # => {90: -0.2})'), ('volatility_surface(@, # => {a: 0, b: 0, rho: 0, m: 0, sigma: 1})'),
	('moneyness_surface(@, # => {0: 0.2})'), ('svi_surface(@, # => {90: 0.2})'), ('svi_surface(@, # => {a: 0.04, b: 0, rho: 0, m: 0})'), ('svi_surface(@, # => {b: 0, a: 0.04, rho: 0, m: 0, sigma: 1})'),
	('svi_surface(@, # => {a: 0.04, b: 0, rho: 2, m: 0, sigma: 1})'), ('volatility_surface(as_of => now, # => {90: 0.2})'), ('volatility_surface(as_of => infinity, # => {90: 0.2})'),
	('volatility_surface(as_of => ''2026-03-13 16:00:00+00'', # => {90: 0.2})'), ('Volatility_Surface(@, # => {90: 0.2})'), ('märkte(@, # => {90: 0.2})')) v(t);
SELECT t AS instant, pg_temp.error(format('%L::volatility_surface', format('volatility_surface(as_of => %s, 2026-06-19 16:00:00+00 => {90: 0.2})', t))) AS error
FROM unnest('{2026-03-13,2026-03-13 16:00:00,2026-03-13 16:00:00+01,2026-03-13 16+00,26-03-13 16:00+00,2026-3-13 16:00+00,2026-00-13 16:00+00,2026-13-13 16:00+00,2026-02-29 16:00+00,2024-02-29 16:00+00,2026-03-00 16:00+00,2026-03-13 24:00+00,2026-03-13 23:60+00,2026-03-13 23:00:60+00,2026-03-13 16:00:00.1234567+00,2026-03-13 16:00:00.+00,0000-01-01 00:00+00,9999999-01-01 00:00+00,999999-01-01 00:00+00,9999-01-01 00:00+00 BC,13.03.2026 16:00+00}'::text[]) t;
-- Long ones.
SELECT n, pg_temp.error(format('%L::volatility_surface', 'volatility_surface(as_of => 2026-03-13 16:00:00+00' || t)) AS error FROM (VALUES
	(1, repeat('x', 1000000)), (2, ', 2026-06-19 16:00+00 => {' || repeat('1: 0.2, ', 1000000)), (3, repeat(', 2026-06-19 16:00+00 => {1: 0.2}', 100000)), (4, repeat(' ', 1000000)),
	(5, ', 2026-06-19 16:00+00 => {' || (SELECT string_agg(n || ':1', ',' ORDER BY n) FROM generate_series(1, 1025) n) || '})'),
	(6, (SELECT string_agg(format(', %s-01-01 00:00Z=>{1:1}', 2027 + n), '' ORDER BY n) FROM generate_series(0, 256) n) || ')'),
	(7, ', 2026-06-19 16:00+00 => {1: 0.' || repeat('1', 100000) || '})')) v(n, t) ORDER BY n;
-- Stored, compressed and out of line.
CREATE TEMP TABLE stored (surface volatility_surface);
INSERT INTO stored SELECT surface FROM texts;
INSERT INTO stored SELECT pg_temp.big(100, 100);
SELECT count(*) AS rows, count(*) FILTER (WHERE NOT EXISTS (SELECT FROM texts t WHERE t.surface = stored.surface)) AS new FROM stored;
SELECT max(pg_column_size(surface)) < 30000 AS compressed, sum(volatility_at(surface, 50, '2026-04-01')) AS volatility FROM stored WHERE surface = pg_temp.big(100, 100);

--
-- Equality and order, by content
--
CREATE TEMP TABLE several AS SELECT row_number() OVER () AS id, surface FROM (
	SELECT surface FROM texts UNION ALL SELECT t::volatility_surface FROM texts
	UNION ALL SELECT volatility_surface('2026-03-13', ARRAY[timestamptz '2026-06-19', '2026-07-17'], ARRAY[a, b], ARRAY[ARRAY[c, 0.2], ARRAY[d, 0.2]])
	FROM unnest(ARRAY[90, 91]::float8[]) a, unnest(ARRAY[100, 101]::float8[]) b, unnest(ARRAY[0, -0.0, NULL]::float8[]) c, unnest(ARRAY[0.2, NULL]::float8[]) d) x;
SELECT count(*) AS rows, count(DISTINCT surface) AS surfaces, count(DISTINCT surface::text) AS texts, count(DISTINCT volatility_surface_send(surface)) AS bytes FROM several;
SELECT count(*) AS pairs, count(*) FILTER (WHERE (x = y) <> (x::text = y::text)) AS equality, count(*) FILTER (WHERE (x <> y) <> NOT x = y OR (x <= y) <> (x < y OR x = y) OR (x >= y) <> (y <= x) OR (x > y) <> (y < x)) AS operators,
	   count(*) FILTER (WHERE volatility_surface_cmp(x, y) <> -volatility_surface_cmp(y, x) OR (volatility_surface_cmp(x, y) = 0) <> (x = y)) AS comparison,
	   count(*) FILTER (WHERE x = y AND (volatility_surface_hash(x) <> volatility_surface_hash(y) OR volatility_surface_hash_extended(x, 7) <> volatility_surface_hash_extended(y, 7))) AS hashes
FROM several a, several b, LATERAL (SELECT a.surface AS x, b.surface AS y) p;
SELECT count(*) AS out_of_order FROM several a, several b, several c WHERE a.surface < b.surface AND b.surface < c.surface AND NOT a.surface < c.surface;
SELECT volatility_surface_hash_extended(surface, 1) <> volatility_surface_hash_extended(surface, 2) AS seed_matters FROM s WHERE name = 'svi';
-- Marked earlier comes first, then by kind, expiries, and their numbers.
SELECT string_agg(name, ' < ' ORDER BY surface) AS by_kind FROM s;
CREATE TEMP TABLE of_each (surface volatility_surface PRIMARY KEY);
INSERT INTO of_each SELECT surface FROM several ON CONFLICT DO NOTHING;
SET enable_seqscan = off; SET enable_bitmapscan = off;
SELECT count(*) AS found FROM s JOIN of_each USING (surface);
CREATE INDEX of_each_hash ON of_each USING hash (surface);
SELECT count(*) AS found FROM of_each WHERE surface = (SELECT surface FROM s WHERE name = 'svi');
RESET enable_seqscan; RESET enable_bitmapscan;
SET enable_hashagg = off; SELECT count(*) FROM (SELECT surface FROM several GROUP BY surface) x; RESET enable_hashagg;
SET enable_sort = off; SELECT count(*) FROM (SELECT surface FROM several GROUP BY surface) x; RESET enable_sort;

--
-- Arbitrage
--
SELECT name, surface_issue(surface, CASE name WHEN 'strikes' THEN '{100,101}'::float8[] END) AS issue FROM s ORDER BY name;
-- Axel Vogt's smile (Gatheral and Jacquier 2014, example 3.1) and the repair of their section 5.1.
SELECT expiry, kind, round(point::numeric, 6) AS k, round(amount::numeric, 9) AS amount
FROM surface_arbitrage(svi_surface('2026-03-13', '{2027-03-13}', '{-0.0410}', '{0.1331}', '{0.3060}', '{0.3586}', '{0.4153}'));
SELECT regexp_replace(surface_issue(svi_surface('2026-03-13', '{2027-03-13}', '{-0.0410}', '{0.1331}', '{0.3060}', '{0.3586}', '{0.4153}')), '\.(\d{6})\d+', '.\1', 'g') AS vogt,
	   surface_issue(svi_surface('2026-03-13', '{2027-03-13}', '{-0.0305198783259658}', '{0.10271678958363469}', '{0.10071761029107323}', '{0.2723440532515578}', '{0.4123978270872817}')) AS repaired;
-- Wings, calendar, and both directions of infinity.
SELECT expiry, kind, point, round(amount::numeric, 9) AS amount
FROM surface_arbitrage(svi_surface('2026-03-13', '{2026-06-19,2026-09-18}', '{4,4.1}', '{1.5,1.4}', '{-0.5,-0.5}', '{0,0}', '{2,2}'));
SELECT surface_issue(svi_surface('2026-03-13', '{2026-06-19,2026-09-18}', '{4,4.1}', '{1.5,1.4}', '{-0.5,-0.5}', '{0,0}', '{2,2}'));
SELECT surface_issue(svi_surface('2026-03-13', '{2026-06-19,2026-09-18}', '{0.05,4.1}', '{0.3,0.2}', '{-0.5,-0.5}', '{0,0}', '{0.5,0.5}'));
-- A grid, with call prices and total variances by option_price and by hand.
CREATE TEMP TABLE bad AS SELECT moneyness_surface('2026-03-13', '{2026-05-25,2026-08-06}', '{0.9,1,1.1}', '{{0.3,0.3,0.1},{0.2,0.4,0.1}}') AS surface;
SELECT a.expiry, kind, point, pg_temp.exact(amount) AS amount FROM bad, surface_arbitrage(surface) a;
WITH call AS (SELECT expiry, n, option_price('call', 1, k, n * 0.2, volatility_at(surface, k, expiry, 1), pricing => 'black76') AS c, k
	FROM bad, (VALUES (1, timestamptz '2026-05-25'), (2, '2026-08-06')) e(n, expiry), unnest('{0.9,1,1.1}'::float8[]) k),
want AS (
	SELECT expiry, 'butterfly' AS kind, k AS point, c - (lag(c) OVER w + lead(c) OVER w) / 2 AS amount FROM call WINDOW w AS (PARTITION BY expiry ORDER BY k)
	UNION ALL SELECT expiry, 'vertical', k, c - lag(c) OVER (PARTITION BY expiry ORDER BY k) FROM call
	UNION ALL SELECT '2026-08-06', 'calendar', 0.9, 0.09 * 0.2 - 0.04 * 0.4)
SELECT count(*) AS rows, bool_and(abs(a.amount - w.amount) < 1e-15) AS as_by_hand
FROM (SELECT a.* FROM bad, surface_arbitrage(surface) a) a FULL JOIN (SELECT * FROM want WHERE amount > 0) w USING (expiry, kind, point);
SELECT surface_issue(surface) FROM bad;
SELECT surface_issue(volatility_surface('2026-03-13', '{2026-05-25}', '{90,100,110}', '{{0.2,0.4,0.2}}'), '{100}');
SELECT surface_issue(volatility_surface('2026-03-13', '{2026-05-25,2026-08-06}', '{100}', '{{0.3},{0.2}}'), '{100,100}');
-- By the forward's moneyness, so that a surface that keeps to it is quiet; and bachelier.
SELECT surface_issue(v, '{100,80}') AS kept, (SELECT string_agg(kind || ' at ' || point, ', ') FROM surface_arbitrage(v, '{100,100}')) AS not_kept
FROM volatility_surface('2026-03-13', '{2026-05-25,2026-08-06}', '{64,80,100}', '{{NULL,0.4,0.2},{0.4,0.2,NULL}}') v;
SELECT surface_issue(v, '{-1}', 'bachelier') AS quiet, surface_issue(w, '{-1}', 'bachelier') AS peak
FROM volatility_surface('2026-03-13', '{2026-05-25}', '{-3,-1,1}', '{{2,2,2}}') v, volatility_surface('2026-03-13', '{2026-05-25}', '{-3,-1,1}', '{{2,6,2}}') w;
SELECT e AS call, pg_temp.error(e || ' FROM s WHERE name = ''strikes''') AS error FROM unnest(ARRAY['surface_issue(surface)', 'surface_arbitrage(surface)', 'surface_issue(surface, ''{100}'')', 'surface_issue(surface, ''{}'')',
	'surface_issue(surface, ''{100,NULL}'')', 'surface_issue(surface, ''{{100,100}}'')', 'surface_issue(surface, ''{100,0}'')', 'surface_issue(surface, ''{100,NaN}'')', 'surface_issue(surface, ''{100,100}'', NULL)', 'surface_issue(surface, ''{0,-1}'', ''bachelier'')']) e;
SELECT pg_temp.error('surface_issue(surface, pricing => ''bachelier'') FROM s WHERE name = ''svi''') AS error
UNION ALL SELECT pg_temp.error('surface_issue(''volatility_surface(as_of => 2026-03-13 16:00:00+00, 2026-06-19 16:00:00+00 => {-1: 0.2})'', ''{100}'')');
SELECT surface_issue(NULL) AS of_null, (SELECT count(*) FROM surface_arbitrage(NULL)) AS rows;
