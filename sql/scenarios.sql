-- Scenarios and sets of them: how they are made, written, compared, refused,
-- and what each field does to a price.
\getenv abs_srcdir PG_ABS_SRCDIR
\set file :abs_srcdir '/sql/setup.sql'
\i :file

--
-- One scenario
--
SELECT * FROM market_scenario();
SELECT * FROM market_scenario(price_shock => -0.66, price_points => 1, vol_shock => 0.5, vol_points => 0.02,
	vol_power => 0.3, vol_power_long => 0.13, vol_floor => 0.5, rate_points => 0.01, days => 2.5,
	stickiness => 'moneyness', weight => 0.24, skew_shock => -0.5, smile_shock => 0.25, skew_cap => 0.3);
SELECT market_scenario(1, 2, 3, 4, 5, 6, 7, 8, 9, 'moneyness', 10, 11, 12, 13) AS in_order;

-- Each field NULL, NaN, infinite, negative: the constructor, an element of an
-- array and an argument of position_pnl say the same.
CREATE FUNCTION pg_temp.with_field(field text, value text) RETURNS market_scenario LANGUAGE sql AS $$
	SELECT jsonb_populate_record(market_scenario(), jsonb_build_object(field, value))
$$;
SELECT field, value, pg_temp.error(format('market_scenario(%I => %L)', field, value)) AS error
FROM unnest('{price_shock,price_points,vol_shock,vol_points,vol_power,vol_power_long,vol_floor,rate_points,days,weight,skew_shock,smile_shock,skew_cap}'::text[])
		WITH ORDINALITY f(field, n),
	 (VALUES (1, NULL), (2, 'NaN'), (3, 'Infinity'), (4, '-Infinity'), (5, '-0.5')) v(m, value)
ORDER BY n, m;
SELECT pg_temp.error($$market_scenario(stickiness => NULL)$$) AS error;
SELECT count(*) AS cases,
	   count(*) FILTER (WHERE constructor IS DISTINCT FROM position) AS position_pnl_differs,
	   count(*) FILTER (WHERE constructor IS DISTINCT FROM replace(element, ' It is scenario 1 of the set.', '')) AS element_differs
FROM unnest('{price_shock,price_points,vol_shock,vol_points,vol_power,vol_power_long,vol_floor,rate_points,days,weight,skew_shock,smile_shock,skew_cap,stickiness}'::text[]) field,
	 unnest('{NaN,Infinity,-Infinity,-0.5,moneyness,"NULL"}'::text[]) w,
	 LATERAL (SELECT nullif(w, 'NULL') AS value) v,
	 LATERAL (SELECT pg_temp.error(format('market_scenario(%I => %L)', field, value)) AS constructor,
		pg_temp.error(format('position_pnl(margin_position(kind => ''spot'', quantity => 1, spot => 1, underlying => ''X''), pg_temp.with_field(%L, %L))', field, value)) AS position,
		pg_temp.error(format('scenario_set(ARRAY[pg_temp.with_field(%L, %L)])', field, value)) AS element) e
WHERE (field = 'stickiness') = (w = 'moneyness') OR w = 'NULL';

--
-- Generators
--
SELECT n, round(price_shock::numeric, 4) AS price_shock, vol_shock, vol_power, days, weight
FROM scenarios(scenario_grid(0.15, 2, '{-0.25,0,0.25}', 0.3, 1.5)) WITH ORDINALITY
	 AS s(price_shock, price_points, vol_shock, vol_points, vol_power, vol_power_long, vol_floor, rate_points, days, stickiness, weight, skew_shock, smile_shock, skew_cap, n);
SELECT price_shock, vol_shock FROM scenarios(scenario_grid(price_range => 0.5, price_steps => 2));
SELECT price_shock, vol_shock FROM scenarios(scenario_grid(0, 0, '{0.5,-0.5}'));
SELECT round(price_shock::numeric, 4) AS price_shock FROM scenarios(tims_scenarios(down => 0.08, up => 0.06));
SELECT n, round(price_shock::numeric, 4) AS price_shock, vol_points, days, weight
FROM scenarios(span_scenarios(0.12, 0.04)) WITH ORDINALITY
	 AS s(price_shock, price_points, vol_shock, vol_points, vol_power, vol_power_long, vol_floor, rate_points, days, stickiness, weight, skew_shock, smile_shock, skew_cap, n);
SELECT array_agg(price_shock ORDER BY n) FILTER (WHERE n > 14) AS extremes, array_agg(DISTINCT days) AS days, array_agg(DISTINCT weight) AS weights
FROM (SELECT row_number() OVER () AS n, * FROM scenarios(span_scenarios(price_range => 0.25, vol_range => 0.04,
	extreme_multiple => 2, cover => 0.5, days => 0))) s;
-- What a generator does not name is neutral; the ends of a grid are the range.
SELECT count(*) AS rows, count(*) FILTER (WHERE (price_points, vol_floor, rate_points, stickiness, skew_shock, smile_shock) <> (0, 0, 0, 'strike', 0, 0)
		OR vol_power_long IS NOT NULL OR skew_cap IS NOT NULL OR vol_power <> 0 AND weight <> 1) AS not_neutral
FROM (SELECT scenario_grid(0.15, 5, '{-0.25,0,0.25}', 0.3, 2) || tims_scenarios(0.1, 0.2) || span_scenarios(0.1, 0.04) AS set) x, scenarios(set);
SELECT count(*) AS ranges, bool_and((SELECT array[min(price_shock), max(price_shock)] FROM scenarios(scenario_grid(r, 7))) = ARRAY[-r, r]) AS ends,
	   bool_and((SELECT array[min(price_shock), max(price_shock)] FROM scenarios(tims_scenarios(r, 2 * r))) = ARRAY[-r, 2 * r]) AS tims_ends
FROM (SELECT n / 37.0::float8 AS r FROM generate_series(1, 36) n) x;

-- Limits, and bad arguments.
SELECT expression, pg_temp.error(expression) AS error FROM (VALUES
	('scenario_grid(0.15, 49999, ''{0}'')'), ('scenario_grid(0.15, 50000, ''{0}'')'),
	('scenario_grid(0.15, 16666, ''{-0.25,0,0.25}'')'), ('scenario_grid(0.15, 16667, ''{-0.25,0,0.25}'')'),
	('scenario_grid(0.15, 2147483647)'), ('scenario_grid(0.15, -1)'), ('scenario_grid(0.15, 0)'), ('scenario_grid(0, 5)'),
	('scenario_grid(0.999, 5)'), ('scenario_grid(1, 5)'), ('scenario_grid(1.5, 5)'), ('scenario_grid(-0.1, 5)'),
	('scenario_grid(''NaN'', 5)'), ('scenario_grid(''Infinity'', 5)'), ('scenario_grid(NULL, 5)'), ('scenario_grid(0.15, NULL)'),
	('scenario_grid(0.15, 5, ''{}'')'), ('scenario_grid(0.15, 5, NULL)'), ('scenario_grid(0.15, 5, ''{0,NULL}'')'),
	('scenario_grid(0.15, 5, ''{{0,1},{2,3}}'')'), ('scenario_grid(0.15, 5, ''{0,NaN}'')'), ('scenario_grid(0.15, 5, ''{Infinity}'')'),
	('scenario_grid(0.15, 5, vol_power => ''NaN'')'), ('scenario_grid(0.15, 5, vol_power => NULL)'),
	('scenario_grid(0.15, 5, days => -1)'), ('scenario_grid(0.15, 5, days => ''Infinity'')'), ('scenario_grid(0.15, 5, days => NULL)'),
	('tims_scenarios(0.999, 5)'), ('tims_scenarios(1, 0.1)'), ('tims_scenarios(-0.1, 0.1)'), ('tims_scenarios(0.1, -0.1)'),
	('tims_scenarios(0.1, ''NaN'')'), ('tims_scenarios(NULL, 0.1)'), ('tims_scenarios(0.1, NULL)'),
	('span_scenarios(0.333, 0.04)'), ('span_scenarios(0.34, 0.04)'), ('span_scenarios(0.34, 0.04, extreme_multiple => 2)'),
	('span_scenarios(0.6, 0.04, extreme_multiple => 2)'), ('span_scenarios(1, 0.04, extreme_multiple => 0)'),
	('span_scenarios(-0.1, 0.04)'), ('span_scenarios(0.1, -0.04)'), ('span_scenarios(0.1, 0.04, -1)'), ('span_scenarios(0.1, 0.04, 3, -0.33)'),
	('span_scenarios(0.1, 0.04, 3, ''NaN'')'), ('span_scenarios(0.1, 0.04, days => -1)'), ('span_scenarios(0.1, NULL)'),
	('span_scenarios(0.1, 0.04, 3, NULL)'),
	('scenario_grid(0.15, 30000) || scenario_grid(0.15, 30000)'),
	('scenario_set(''{}''::market_scenario[])'),
	('scenario_set(array_fill(market_scenario(), ARRAY[100000]))'),
	('scenario_set(array_fill(market_scenario(), ARRAY[100001]))'),
	('scenario_set(ARRAY[[market_scenario()], [market_scenario()]])'),
	('scenario_set(ARRAY[market_scenario(), NULL])'),
	('scenario_set(ARRAY[market_scenario(), NULL::market_scenario, market_scenario()])'),
	('scenario_set(ARRAY[market_scenario(), pg_temp.with_field(''weight'', ''-1'')])')) v(expression);
-- Strict: NULL gives NULL.
SELECT scenario_set(NULL) IS NULL AS set, NULL::scenario_set || scenario_grid(0.1, 1) IS NULL AS joined,
	   (SELECT count(*) FROM scenarios(NULL)) AS rows;

--
-- From arrays, and joined
--
CREATE FUNCTION pg_temp.ladder(set scenario_set) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(round(price_shock::numeric, 3)::text, ' ') FROM scenarios(set)
$$;
SELECT pg_temp.ladder(ARRAY[market_scenario(0.3), market_scenario(-0.1)]) AS cast,
	   pg_temp.ladder(ARRAY[market_scenario(0.3)]::scenario_set) AS explicit,
	   pg_temp.ladder(scenario_grid(0.2, 1) || tims_scenarios(0.1, 0.05)) AS sets,
	   pg_temp.ladder(scenario_grid(0.2, 1) || ARRAY[market_scenario(-0.66)]) AS set_array,
	   pg_temp.ladder(ARRAY[market_scenario(-0.66)] || scenario_grid(0.2, 1)) AS array_set,
	   pg_temp.ladder(ARRAY[market_scenario(0.1)] || ARRAY[market_scenario(-0.1)]) AS arrays,
	   pg_temp.ladder((SELECT array_agg(market_scenario(x / 10.0) ORDER BY x) FROM generate_series(1, 3) x)) AS aggregated;
SELECT (portfolio_margin(p, ARRAY[market_scenario(-0.25), market_scenario(-0.75, weight => 0.25)])).requirement AS aggregate,
	   (portfolio_margin(p, scenario_grid(0.25, 1) || ARRAY[market_scenario(-0.75)])).worst_scenario AS joined
FROM margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => 'X') p;

--
-- Equality and order
--
CREATE TEMP TABLE sets (id int, set scenario_set);
INSERT INTO sets VALUES
	(1, scenario_grid(0.5, 1)),
	(2, ARRAY[market_scenario(-0.5), market_scenario(), market_scenario(0.5)]),
	(3, scenario_grid(0, 0) || ARRAY[market_scenario(0.5)]),
	(4, ARRAY[market_scenario(-0.5)] || scenario_grid(0, 0) || ARRAY[market_scenario(0.5)]),
	(5, 'scenario_grid(price_steps => 1, price_range => 0.5, vol_shocks => {-0})'),
	(6, ARRAY[market_scenario(-0.5), market_scenario(-0.0, days => -0.0), market_scenario(0.5)]),
	(7, ARRAY[market_scenario(-0.5), market_scenario(vol_power_long => 0), market_scenario(0.5)]),
	(8, ARRAY[market_scenario(-0.5), market_scenario(), market_scenario(0.5, weight => 0.5)]),
	(9, ARRAY[market_scenario(0.5), market_scenario(), market_scenario(-0.5)]),
	(15, ARRAY[market_scenario(-0.5), market_scenario(stickiness => 'moneyness'), market_scenario(0.5)]),
	(16, ARRAY[market_scenario(-0.5), market_scenario(skew_shock => 0.1), market_scenario(0.5)]),
	(17, ARRAY[market_scenario(-0.5), market_scenario(smile_shock => 0.1), market_scenario(0.5)]),
	(18, ARRAY[market_scenario(-0.5), market_scenario(skew_cap => 0.1), market_scenario(0.5)]),
	(19, 'market_scenario(price_shock => -0.5), market_scenario(skew_shock => -0, stickiness => strike), market_scenario(price_shock => 0.5)'),
	(10, tims_scenarios(0.5, 0.5)),
	(11, scenario_grid(0.5, 5)),
	(12, span_scenarios(0.12, 0.04)),
	(13, (SELECT array_agg(s) FROM scenarios(span_scenarios(0.12, 0.04)) s)),
	(14, NULL);
SELECT (array_agg(set ORDER BY id))[1] AS first, array_agg(id ORDER BY id) AS ids FROM sets GROUP BY set ORDER BY set;
SELECT count(*) AS pairs,
	   count(*) FILTER (WHERE (a.set = b.set) <> (NOT a.set <> b.set)) AS not_negated,
	   count(*) FILTER (WHERE (a.set < b.set)::int + (a.set = b.set)::int + (a.set > b.set)::int <> 1) AS not_one_of_three,
	   count(*) FILTER (WHERE (a.set <= b.set) <> (a.set < b.set OR a.set = b.set) OR (a.set >= b.set) <> (b.set <= a.set)) AS inclusive,
	   count(*) FILTER (WHERE sign(scenario_set_cmp(a.set, b.set)) <> (a.set > b.set)::int - (a.set < b.set)::int) AS cmp,
	   count(*) FILTER (WHERE a.set = b.set AND (scenario_set_hash(a.set) <> scenario_set_hash(b.set)
			OR scenario_set_hash_extended(a.set, 7) <> scenario_set_hash_extended(b.set, 7))) AS hash,
	   count(*) FILTER (WHERE a.set <> b.set AND scenario_set_hash_extended(a.set, 0) = scenario_set_hash_extended(b.set, 0)) AS collisions,
	   count(*) FILTER (WHERE (a.set = b.set) <> ((SELECT array_agg(s)::text FROM scenarios(a.set) s) = (SELECT array_agg(s)::text FROM scenarios(b.set) s))) AS rows_disagree,
	   count(*) FILTER (WHERE a.set = b.set) AS equal
FROM sets a JOIN sets b ON a.set IS NOT NULL AND b.set IS NOT NULL;
-- The implicit cast leaves what arrays can do by themselves: compare, join.
SELECT ARRAY[market_scenario(0.1)] = ARRAY[market_scenario(0.1)] AS same, ARRAY[market_scenario(0.1)] <> ARRAY[market_scenario(0.1)] AS other,
	   ARRAY[market_scenario(0.1)] = scenario_grid(0, 0) AS with_set, scenario_grid(0, 0) = ARRAY[market_scenario()] AS set_with,
	   cardinality(ARRAY[market_scenario()] || market_scenario()) AS appended;
SELECT count(*) AS triples FROM sets a, sets b, sets c WHERE a.set < b.set AND b.set < c.set AND NOT a.set < c.set;
SELECT scenario_set_hash_extended(set, 1) <> scenario_set_hash_extended(set, 2) AS seed_matters FROM sets WHERE id = 1;

CREATE FUNCTION pg_temp.plan_has(query text, node text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		IF position(node IN line) > 0 THEN RETURN true; END IF;
	END LOOP;
	RETURN false;
END $$;
CREATE FUNCTION pg_temp.answer(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE answer text;
BEGIN
	EXECUTE format('SELECT string_agg(q::text, '' '') FROM (%s) q', query) INTO answer;
	RETURN answer;
END $$;
ANALYZE sets;
\set by_sort 'SELECT min(id) FROM sets GROUP BY set ORDER BY 1'
\set join_on 'SELECT a.id, b.id FROM sets a JOIN sets b USING (set) WHERE a.id < b.id ORDER BY 1, 2'
SET enable_hashagg = off;
SELECT pg_temp.plan_has(:'by_sort', 'GroupAggregate') AS plan, pg_temp.answer(:'by_sort');
SELECT count(DISTINCT set) FROM sets;
SELECT count(*) FROM (SELECT DISTINCT set FROM sets) d;
RESET enable_hashagg;
SET enable_sort = off;
SELECT pg_temp.plan_has(:'by_sort', 'HashAggregate') AS plan, pg_temp.answer(:'by_sort');
SELECT count(*) FROM (SELECT DISTINCT set FROM sets) d;
RESET enable_sort;
SET enable_nestloop = off; SET enable_mergejoin = off;
SELECT pg_temp.plan_has(:'join_on', 'Hash Join') AS plan, pg_temp.answer(:'join_on');
SET enable_hashjoin = off; SET enable_mergejoin = on;
SELECT pg_temp.plan_has(:'join_on', 'Merge Join') AS plan, pg_temp.answer(:'join_on');
RESET enable_nestloop; RESET enable_hashjoin; RESET enable_mergejoin;
SET enable_seqscan = off; SET enable_bitmapscan = off;
\set equal 'SELECT id FROM sets WHERE set = scenario_grid(0.5, 1) ORDER BY id'
\set above 'SELECT id FROM sets WHERE set >= tims_scenarios(0.5, 0.5) ORDER BY id'
CREATE INDEX sets_btree ON sets (set);
SELECT pg_temp.plan_has(:'above', 'sets_btree') AS plan, pg_temp.answer(:'above');
SELECT pg_temp.plan_has(:'equal', 'sets_btree') AS plan, pg_temp.answer(:'equal');
DROP INDEX sets_btree;
CREATE INDEX sets_hash ON sets USING hash (set);
SELECT pg_temp.plan_has(:'equal', 'sets_hash') AS plan, pg_temp.answer(:'equal');
RESET enable_seqscan; RESET enable_bitmapscan;
CREATE TEMP TABLE unique_sets (set scenario_set PRIMARY KEY);
INSERT INTO unique_sets SELECT set FROM sets WHERE set IS NOT NULL ON CONFLICT DO NOTHING;
SELECT count(*) FROM unique_sets;

--
-- Size: a generator is kept as its parameters
--
SELECT pg_column_size(scenario_grid(0.15, 5, '{-0.25,0,0.25}')) < 150 AS grid,
	   pg_column_size(scenario_grid(0.15, 5)) = pg_column_size(scenario_grid(0.15, 49999)) AS any_number,
	   pg_column_size(tims_scenarios(0.1, 0.1)) < 100 AS tims, pg_column_size(span_scenarios(0.1, 0.1)) < 100 AS span,
	   pg_column_size(scenario_grid(0.1, 3) || tims_scenarios(0.1, 0.1)) < 200 AS joined,
	   (SELECT count(*) FROM scenarios(scenario_grid(0.15, 49999))) AS rows;

--
-- Text
--
SELECT scenario_grid(0.15, 5, '{-0.25,0,0.25}', 0.3, 1)::text;
SELECT (tims_scenarios(0.08, 0.06) || span_scenarios(0.1, 0.04))::text;
SELECT scenario_set(ARRAY[market_scenario(), market_scenario(1, 2, 3, 4, 5, 6, 7, 8, 9, 'moneyness', 10, 11, 12, 13), market_scenario(vol_power_long => 0),
	market_scenario(skew_cap => 0), market_scenario(stickiness => 'moneyness')])::text;
-- Tolerant of space, order and what has a default.
SELECT count(*) AS forms, bool_and(t::scenario_set = scenario_grid(0.15, 5)) AS equal FROM (VALUES
	('scenario_grid(price_range=>0.15,price_steps=>5)'),
	(E'\n\t scenario_grid ( price_steps => 5 ,price_range\n=>\t15e-2 ) \r\n'),
	('scenario_grid(days => 0, vol_shocks => { 0 }, vol_power => -0, price_steps => +5.0, price_range => .15)')) v(t);
SELECT E' market_scenario( weight=>1 , price_shock => -.5 )  ,\nmarket_scenario ( ) ||span_scenarios(vol_range=>0.04,price_range=>0.1)'::scenario_set
	 = ARRAY[market_scenario(-0.5), market_scenario()] || span_scenarios(0.1, 0.04) AS equal;

-- Exact whatever the session prints numbers like.
CREATE TEMP TABLE texts AS
SELECT set, set::text AS t FROM sets WHERE set IS NOT NULL
UNION ALL SELECT set, set::text FROM (SELECT scenario_set(array_agg(market_scenario(
		price_shock => sin(n) * 10 ^ (n % 40 - 20), price_points => cos(n) * 10 ^ (n % 600 - 300), vol_shock => sqrt(n), vol_points => 1 / n::float8,
		vol_power => ln(n), vol_power_long => CASE WHEN n % 3 > 0 THEN -exp(-n::float8) END, vol_floor => n / 7::float8, rate_points => n * 0.1, days => n / 3::float8,
		stickiness => CASE WHEN n % 5 = 0 THEN 'moneyness'::vol_stickiness ELSE 'strike' END, weight => 1 / (n + 0.3),
		skew_shock => tan(n), smile_shock => n % 11 / 10::float8, skew_cap => CASE WHEN n % 7 > 0 THEN 1 / n::float8 END) ORDER BY n)) AS set FROM generate_series(1, 700) n) x
UNION ALL SELECT set, set::text FROM (SELECT scenario_grid(1 / 3::float8, 7, ARRAY[-0.1, 1e-300, 1e300, 5e-324, 0.1 + 0.2], ln(2::float8), 1 / 7::float8)
	|| tims_scenarios(0.1 + 0.2, 1.7976931348623157e308) || span_scenarios(1e-5 / 3, pi(), sqrt(2::float8), 2 / 3::float8, 0.1) AS set) x;
SET extra_float_digits = -15; SET bytea_output = escape; SET IntervalStyle = iso_8601; SET DateStyle = 'German';
SELECT count(*) AS cases, sum((SELECT count(*) FROM scenarios(set))) AS rows, bool_and(set::text = t) AS same_text, bool_and(t::scenario_set = set) AS same_set,
	   bool_and(scenario_set_send(t::scenario_set) = scenario_set_send(set)) AS same_bytes
FROM texts;
SELECT scenario_grid(0.15, 5)::text;
SET extra_float_digits = 1; RESET bytea_output; RESET IntervalStyle; RESET DateStyle;
-- The binary form is the same on every machine.
SELECT scenario_set_send(scenario_grid(0.5, 1, '{-0.25,0}') || tims_scenarios(0.5, 0.25)) AS generators;
SELECT scenario_set_send(ARRAY[market_scenario(0.5, stickiness => 'moneyness', skew_shock => -2)]) AS list;
-- Stored and read back, long enough to be compressed and moved out of line.
SELECT set = (SELECT set FROM texts ORDER BY length(t) DESC LIMIT 1) AS stored FROM texts ORDER BY length(t) DESC LIMIT 1;

-- What cannot be read, and where.
SELECT left(t, 70) AS text, pg_temp.error(format('%L::scenario_set', t)) AS error FROM (VALUES
	(''), ('   '), ('garbage'), ('scenario_grid'), ('scenario_grid('), ('scenario_grid()'), ('scenario_gridprice_range'),
	('scenario_grid(price_range => 0.1)'), ('scenario_grid(price_range => 0.1, price_steps => 5'), ('scenario_grid(price_range => 0.1, price_steps => 5))'),
	('((((((((((scenario_grid(price_range => 0.1, price_steps => 5)))))))))))'),
	('scenario_grid(0.1, 5)'), ('scenario_grid(price_range = 0.1, price_steps => 5)'), ('scenario_grid(price_range => , price_steps => 5)'),
	('scenario_grid(price_range => 0.1, price_steps => 5,)'), ('scenario_grid(price_range => 0.1 price_steps => 5)'),
	('scenario_grid(price_range => 0.1, price_range => 0.1, price_steps => 5)'), ('scenario_grid(vol_shocks => {0}, price_range => 0.1, vol_shocks => {0}, price_steps => 5)'),
	('scenario_grid(price_range => 0.1, price_steps => 5, colour => 1)'), ('tims_scenarios(down => 0.1, up => 0.1, days => 1)'),
	('scenario_grid(price_range => 0.1, price_steps => 5, vol_shocks => {})'), ('scenario_grid(price_range => 0.1, price_steps => 5, vol_shocks => 0)'),
	('scenario_grid(price_range => 0.1, price_steps => 5, vol_shocks => {0,})'), ('scenario_grid(price_range => 0.1, price_steps => 5, vol_shocks => {0,1)'),
	('scenario_grid(price_range => 0.1, price_steps => 5, vol_shocks => {{0},{1}})'), ('scenario_grid(price_range => 0.1, price_steps => 5, vol_shocks => {0 1})'),
	('scenario_grid(price_range => 0.1, price_steps => 1.5)'), ('scenario_grid(price_range => 0.1, price_steps => -1)'), ('scenario_grid(price_range => 0.1, price_steps => 1e300)'),
	('scenario_grid(price_range => 1.2, price_steps => 5)'), ('span_scenarios(price_range => 0.4, vol_range => 0.04)'), ('tims_scenarios(down => -0.1, up => 0.1)'),
	('tims_scenarios(down => 1e999, up => 0.1)'), ('tims_scenarios(down => -1e999, up => 0.1)'), ('tims_scenarios(down => nan, up => 0.1)'),
	('tims_scenarios(down => inf, up => 0.1)'), 	('tims_scenarios(down => 0.1x, up => 0.1)'), ('tims_scenarios(down => 0.1.2, up => 0.1)'), ('tims_scenarios(down => 1e, up => 0.1)'), ('tims_scenarios(down => 0,1, up => 0.1)'),
	('market_scenario(stickiness => 1)'), ('market_scenario(stickiness => ''strike'')'), ('market_scenario(stickiness => strikes)'),
	('market_scenario(stickiness => strike, stickiness => moneyness)'), ('market_scenario(vol_shocks => {0})'), ('tims_scenarios(down => 0.1, up => 0.1, stickiness => strike)'),
	('market_scenario(skew_cap => -1)'), ('market_scenario(weight => -1)'), ('market_scenario(), market_scenario(days => -1)'),
	('market_scenario() market_scenario()'), ('market_scenario(),'), ('market_scenario(), tims_scenarios(down => 0.1, up => 0.1)'),
	('market_scenario() ||'), ('|| market_scenario()'), ('market_scenario() || || market_scenario()'), ('market_scenario() | market_scenario()'),
	('market_scenario();'), ('Market_Scenario()'), ('"market_scenario"()'), ('public.market_scenario()'), ('märket_scenario()'), ('market_scenario() || ünbekannt()'),
	('market_scenario(price_shock => ''0.1'')'), ('{market_scenario()}'), ('scenario_set(ARRAY[market_scenario()])')) v(t);
-- Spellings that are no decimal number, though C may read them; then two that
-- are, and below the range: 0 and a denormal.
SELECT t, left(pg_temp.error(format('%L::scenario_set', format('market_scenario(vol_power_long => %s)', t))), 48) AS error
FROM unnest('{+,-,.,+.,+inf,-inf,-Infinity,+nan,-nan,0x10,-0x1p4,+0X.8,1e-999,1e-310}'::text[]) t;
-- Long ones.
SELECT n, pg_temp.error(format('%L::scenario_set', t)) AS error FROM (VALUES
	(1, repeat('x', 1000000)), (2, repeat('(', 1000000)), (3, repeat(' ', 1000000)), (4, repeat('market_scenario() || ', 20000)),
	(5, rtrim(repeat('market_scenario(), ', 100000), ', ')), (6, rtrim(repeat('market_scenario(), ', 100001), ', ')),
	(7, repeat('market_scenario()||', 100000) || 'market_scenario()'), (8, 'tims_scenarios(down => 0.' || repeat('1', 100000) || ', up => 0)'),
	(9, 'tims_scenarios(down => ' || repeat('9', 400) || ', up => 0)'),
	(10, 'scenario_grid(price_range => 0.1, price_steps => 1, vol_shocks => {' || repeat('0,', 40000) || '0})')) v(n, t) ORDER BY n;
SELECT (SELECT count(*) FROM scenarios(rtrim(repeat('market_scenario(), ', 100000), ', ')::scenario_set)) AS rows;

--
-- What a field does: P&L of 100 contracts against option_price with inputs
-- moved by hand.
--
SELECT effect, count(*) AS cases, bool_and(abs(pnl - want) <= 1e-11) AS as_by_hand, bool_or(want <> 0) AS moves
FROM (VALUES
	-- effect, days to expiry, scenario, then S, sigma, r, days left
	('nothing', 73, market_scenario(), 50, 0.4, 0.05, 73),
	('price_shock', 73, market_scenario(price_shock => -0.2), 40, 0.4, 0.05, 73),
	('price_points', 73, market_scenario(price_points => 3.5), 53.5, 0.4, 0.05, 73),
	('both', 73, market_scenario(price_shock => 0.5, price_points => -15), 60, 0.4, 0.05, 73),
	('vol_shock', 73, market_scenario(vol_shock => 0.5), 50, 0.6, 0.05, 73),
	('vol_shock', 73, market_scenario(vol_shock => -0.25), 50, 0.3, 0.05, 73),
	('vol_shock', 73, market_scenario(vol_shock => -1.5), 50, 0, 0.05, 73),
	('vol_points', 73, market_scenario(vol_points => 0.04), 50, 0.44, 0.05, 73),
	('vol_points', 73, market_scenario(vol_points => -0.5), 50, 0, 0.05, 73),
	('vol_points', 73, market_scenario(vol_shock => 0.5, vol_points => -0.1), 50, 0.5, 0.05, 73),
	('vol_power', 7.5, market_scenario(vol_shock => 0.5, vol_power => 0.5), 50, 0.8, 0.05, 7.5),
	('vol_power', 15, market_scenario(vol_shock => -0.25, vol_power => 1), 50, 0.2, 0.05, 15),
	('vol_power', 30, market_scenario(vol_shock => 0.5, vol_power => 0.5), 50, 0.6, 0.05, 30),
	('vol_power', 120, market_scenario(vol_shock => 0.5, vol_power => 0.5), 50, 0.5, 0.05, 120),
	('vol_power', 60, market_scenario(vol_shock => 0.5, vol_power => -1), 50, 0.8, 0.05, 60),
	('vol_power, least 1 day', 0.25, market_scenario(vol_shock => 0.5, vol_power => 1), 50, 6.4, 0.05, 0.25),
	('vol_power, before days', 15, market_scenario(vol_shock => 0.5, vol_power => 1, days => 10), 50, 0.8, 0.05, 5),
	('vol_power_long', 120, market_scenario(vol_shock => 0.5, vol_power => 7, vol_power_long => 0.5), 50, 0.5, 0.05, 120),
	('vol_power_long', 120, market_scenario(vol_shock => 0.5, vol_power => 7, vol_power_long => 0), 50, 0.6, 0.05, 120),
	('vol_power_long', 7.5, market_scenario(vol_shock => 0.5, vol_power => 0.5, vol_power_long => 7), 50, 0.8, 0.05, 7.5),
	('vol_floor, up', 73, market_scenario(vol_shock => 0.1, vol_floor => 0.5), 50, 0.5, 0.05, 73),
	('vol_floor, up', 73, market_scenario(vol_points => 0.01, vol_floor => 0.5), 50, 0.5, 0.05, 73),
	('vol_floor, up', 73, market_scenario(vol_shock => 0.5, vol_floor => 0.5), 50, 0.6, 0.05, 73),
	('vol_floor, not down', 73, market_scenario(vol_shock => -0.1, vol_floor => 0.5), 50, 0.36, 0.05, 73),
	('vol_floor, not down', 73, market_scenario(vol_points => -0.1, vol_floor => 0.5), 50, 0.3, 0.05, 73),
	('vol_floor, not down', 73, market_scenario(vol_shock => 0.25, vol_points => -0.2, vol_floor => 0.5), 50, 0.3, 0.05, 73),
	('vol_floor, not unmoved', 73, market_scenario(price_shock => 0.2, vol_floor => 0.5), 60, 0.4, 0.05, 73),
	('rate_points', 73, market_scenario(rate_points => 0.03), 50, 0.4, 0.08, 73),
	('rate_points', 73, market_scenario(rate_points => -0.07), 50, 0.4, -0.02, 73),
	('days', 73, market_scenario(days => 3.5), 50, 0.4, 0.05, 69.5),
	('days, to expiry', 73, market_scenario(price_shock => -0.2, days => 73), 40, 0.4, 0.05, 0),
	('days, beyond expiry', 73, market_scenario(price_shock => -0.2, days => 1000), 40, 0.4, 0.05, 0),
	('weight: not here', 73, market_scenario(price_shock => -0.2, weight => 0.33), 40, 0.4, 0.05, 73),
	('all', 15, market_scenario(price_shock => 0.1, price_points => 1, vol_shock => 0.5, vol_points => 0.05, vol_power => 1, rate_points => 0.01, days => 5),
		56, 0.85, 0.06, 10)) v(effect, expires, scenario, s, sigma, r, days),
	 unnest('{call,put}'::instrument_kind[]) k,
	 LATERAL (SELECT position_pnl(margin_position(kind => k, quantity => 100, spot => 50, strike => 48, volatility => 0.4, rate => 0.05, yield => 0.02,
					as_of => '2026-03-13 12:00+00', expiry => timestamptz '2026-03-13 12:00+00' + expires * interval '24 hours', underlying => 'X'), scenario) AS pnl,
				100 * (option_price(k, s, 48, days / 365.0, sigma, r, 0.02) - option_price(k, 50, 48, expires / 365.0, 0.4, 0.05, 0.02)) AS want) w
GROUP BY effect ORDER BY effect COLLATE "C";
-- Up is up for a negative price too.
SELECT position_pnl(margin_position(kind => 'future', quantity => 1, spot => -40, underlying => 'X'), market_scenario(price_shock => 0.25)) AS up;
-- A weight scales gains and losses, once, in the margin.
SELECT position_pnls(p, set) AS unweighted, (portfolio_margin(p, set)).requirement, (portfolio_margin(p, set)).worst_scenario
FROM margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => 'X') p,
	 scenario_set(ARRAY[market_scenario(-0.25), market_scenario(-0.75, weight => 0.25)]) set
GROUP BY p, set;
