-- risk_table: contracts as a value; made in any order, looked up, stored, read
-- back, and margined with the same bytes as with a join.
\getenv abs_srcdir PG_ABS_SRCDIR
\set reference :abs_srcdir '/sql/reference.sql'
\set setup :abs_srcdir '/sql/setup.sql'
\set ECHO none
\i :reference
\i :setup
SET search_path = reference, public;
\set ECHO all

-- Each distinct trade of the book as a contract, under each set, with both kinds of keys.
CREATE TABLE contract AS
SELECT name, row_number() OVER (ORDER BY name, account, trade, position::text) * 1000003 - 50000000 AS id,
       format('%s %s "%s"', account, trade, row_number() OVER (PARTITION BY name, account, trade)) AS code,
       account, coalesce((position).currency, CASE (position).settlement WHEN 'inverse' THEN (position).underlying END, '-') AS currency,
       (position).quantity, with_quantity(position, 1) AS position, scenario_set,
       risk_array(with_quantity(position, 1), scenario_set) AS risk
FROM trade, risk_set;
CREATE TABLE published AS
SELECT name, risk_table(id, risk) AS by_id, risk_table(code, risk) AS by_code FROM contract GROUP BY name;
ANALYZE contract, published;
SELECT name, contract_count(by_id) AS contracts, contract_count(by_code) = contract_count(by_id) AS same_count
FROM published ORDER BY name COLLATE "C";

-- The margin of every account: of the slow reference, of the join, of the table.
SELECT count(*) AS accounts, count(*) FILTER (WHERE NOT same(i.m, margin)) AS wrong_id, count(*) FILTER (WHERE NOT same(c.m, margin)) AS wrong_code
FROM answer
JOIN (SELECT name, account, portfolio_margin(id, quantity, by_id) AS m FROM contract JOIN published USING (name) GROUP BY name, account) AS i USING (name, account)
JOIN (SELECT name, account, portfolio_margin(code, quantity, by_code) AS m FROM contract JOIN published USING (name) GROUP BY name, account) AS c USING (name, account);
-- The table as a scalar subquery, stored or made in the statement.
SELECT count(*) AS accounts, count(*) FILTER (WHERE NOT same(stored, margin)) AS wrong_stored, count(*) FILTER (WHERE NOT same(made, margin)) AS wrong_made,
       count(*) FILTER (WHERE NOT same(marked, margin)) AS wrong_marked
FROM (SELECT account, portfolio_margin(id, quantity, (SELECT by_id FROM published WHERE name = 'tims')) AS stored,
             portfolio_margin(id, quantity, (SELECT risk_table(id, risk) FROM contract WHERE name = 'tims')) AS made,
             portfolio_margin(code, quantity, (SELECT risk_table(code, position, scenario_set) FROM contract WHERE name = 'tims')) AS marked
      FROM contract WHERE name = 'tims' GROUP BY account) AS s
JOIN answer USING (account) WHERE name = 'tims';
-- Random books: the table, the array of the contract, and the sum of arrays.
CREATE TABLE random_book AS
SELECT n % 40 AS account, name, currency, id, code, (array[1, -1, 0.1, -1e-7, 12345678.9, 3, -250])[1 + bits % 7] * (bits / 7 % 100) AS quantity
FROM contract, generate_series(1, 120) AS n, LATERAL (SELECT ('x' || left(md5(id::text || ' ' || n), 7))::bit(28)::int AS bits) AS b
WHERE account <> 'odd_scales' AND bits % 8 = 0;
SELECT count(*) AS accounts, sum((by_table).positions) > 5000 AS enough, count(*) FILTER (WHERE NOT same(by_table, by_array)) AS wrong_array,
       count(*) FILTER (WHERE NOT same(by_table, margin(by_sum))) AS wrong_sum
FROM (SELECT name, account, currency, portfolio_margin(id, quantity, by_id) AS by_table,
             portfolio_margin(quantity, contract_risk(by_code, code)) AS by_array,
             sum(quantity * contract_risk(by_id, id)) AS by_sum
      FROM random_book JOIN published USING (name) GROUP BY name, account, currency) AS s;
-- Two pools with tables of their own in one statement, their rows mixed.
SELECT count(*) AS accounts, count(*) FILTER (WHERE NOT same(mixed, apart)) AS wrong
FROM (SELECT name, account, currency, portfolio_margin(id, quantity, by_id) AS mixed
      FROM (SELECT * FROM random_book ORDER BY md5(id::text || account)) AS s JOIN published USING (name) WHERE name IN ('tims', 'listed') GROUP BY name, account, currency) AS a
JOIN (SELECT name, b.account, currency, portfolio_margin(b.quantity, risk) AS apart FROM random_book AS b JOIN contract USING (name, currency, id) GROUP BY 1, 2, 3) AS b USING (name, account, currency);
-- Whatever the plan: hashed, hashed with too little memory, sorted; sets of several lengths in one statement.
CREATE TABLE right_margin AS
SELECT name, b.account, b.currency, margin(sum(b.quantity * risk)) AS m FROM random_book AS b JOIN contract USING (name, id) GROUP BY name, b.account, b.currency;
CREATE VIEW verdict AS
SELECT count(*) AS margins, count(*) FILTER (WHERE NOT same(t.m, r.m)) AS wrong, count(*) FILTER (WHERE NOT same(c.m, r.m)) AS wrong_code
FROM (SELECT name, account, currency, portfolio_margin(id, quantity, by_id) AS m FROM random_book JOIN published USING (name) GROUP BY name, account, currency) AS t
FULL JOIN (SELECT name, account, currency, portfolio_margin(code, quantity, by_code) AS m FROM random_book JOIN published USING (name) GROUP BY name, account, currency) AS c USING (name, account, currency)
FULL JOIN right_margin AS r USING (name, account, currency);
SET max_parallel_workers_per_gather = 0;
SET enable_sort = off;
SELECT * FROM verdict;
SET work_mem = '64kB';
SET hash_mem_multiplier = 1;
SELECT * FROM verdict;
RESET work_mem;
RESET hash_mem_multiplier;
RESET enable_sort;
SET enable_hashagg = off;
SELECT * FROM verdict;
RESET enable_hashagg;
-- Grouping sets, hashed and sorted, and frames that grow, slide and shrink.
SELECT level, count(*) AS margins, count(*) FILTER (WHERE NOT same(m, r)) AS wrong
FROM (SELECT GROUPING(b.account, id) AS level, portfolio_margin(id, b.quantity, by_id) AS m, margin(sum(b.quantity * risk)) AS r
      FROM random_book AS b JOIN (SELECT name, id, risk FROM contract) AS c USING (name, id) JOIN published USING (name) WHERE name IN ('tims', 'listed') GROUP BY currency, name, CUBE (b.account, id)) AS s
GROUP BY level ORDER BY level;
SELECT count(*) AS margins, count(*) FILTER (WHERE NOT same(grown, r_grown)) AS wrong_grown, count(*) FILTER (WHERE NOT same(slid, r_slid)) AS wrong_slid, count(*) FILTER (WHERE NOT same(left_over, r_left_over)) AS wrong_left_over
FROM (SELECT portfolio_margin(id, b.quantity, by_id) OVER grow AS grown, margin(sum(b.quantity * risk) OVER grow) AS r_grown,
             portfolio_margin(id, b.quantity, by_id) OVER slide AS slid, margin(sum(b.quantity * risk) OVER slide) AS r_slid,
             portfolio_margin(id, b.quantity, by_id) OVER shrink AS left_over, margin(sum(b.quantity * risk) OVER shrink) AS r_left_over
      FROM random_book AS b JOIN (SELECT name, id, risk FROM contract) AS c USING (name, id) JOIN published USING (name) WHERE b.account < 4
      WINDOW grow AS (PARTITION BY name, currency ORDER BY id, b.account, b.quantity), slide AS (PARTITION BY name, currency ORDER BY id, b.account, b.quantity ROWS BETWEEN 3 PRECEDING AND 1 FOLLOWING),
             shrink AS (PARTITION BY name, currency ORDER BY id, b.account, b.quantity ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)) AS s;
RESET max_parallel_workers_per_gather;
-- The same identifiers mean other contracts in another pool; small tables come in line, others made anew with each row.
WITH pool AS (SELECT n AS pool, risk_table(7, margin_position(kind => 'spot', quantity => 1, spot => n, underlying => 'X'), tims_scenarios(0.25, 0.5)) AS prices
              FROM generate_series(1, 5) AS n GROUP BY n)
SELECT pool, (m).requirement FROM (SELECT pool, portfolio_margin(7, i, prices) AS m FROM pool, generate_series(1, 3) AS i GROUP BY pool) AS s ORDER BY pool;
CREATE TABLE small AS SELECT n AS pool, risk_table('k', margin_position(kind => 'spot', quantity => 1, spot => n, underlying => 'X'), tims_scenarios(0.25, 0.5)) AS prices
FROM generate_series(1, 5) AS n GROUP BY n;
SELECT pool, (m).requirement FROM (SELECT pool, portfolio_margin('k', i, prices) AS m FROM generate_series(1, 3) AS i, small GROUP BY pool) AS s ORDER BY pool;
-- Windows, and no rows.
SELECT i, (portfolio_margin(7, i, (SELECT risk_table(7, risk) FROM contract WHERE id = (SELECT min(id) FROM contract))) OVER (ORDER BY i)).positions
FROM generate_series(1, 3) AS i ORDER BY i;
SELECT (portfolio_margin(7, 1, risk_table)).requirement IS NULL AS none FROM (SELECT NULL::risk_table) AS s WHERE false;
SELECT risk_table(7, risk) IS NULL AS none FROM contract WHERE false;

-- What goes in comes out.
SELECT count(*) AS contracts, count(*) FILTER (WHERE risk_array_send(contract_risk(by_id, id)) <> risk_array_send(risk)) AS wrong_id,
       count(*) FILTER (WHERE contract_risk(by_code, code) <> risk) AS wrong_code
FROM contract JOIN published USING (name);
SELECT count(*) AS rows, count(*) FILTER (WHERE r.risk IS DISTINCT FROM c.risk) AS wrong
FROM published AS p, risk_table_rows(by_id) AS r FULL JOIN contract AS c ON r.contract_key::bigint = c.id WHERE c.name = p.name OR c.id IS NULL;
SELECT count(*) AS rows, count(*) FILTER (WHERE r.risk IS DISTINCT FROM c.risk) AS wrong, bool_and(r.contract_key > coalesce(before, '') COLLATE "C") AS in_order
FROM (SELECT name, r.*, lag(contract_key) OVER (PARTITION BY name) AS before FROM published, risk_table_rows(by_code) AS r) AS r JOIN contract AS c ON (r.name, r.contract_key) = (c.name, c.code);
SELECT u.* FROM published, risk_table_underlyings(by_id) AS u WHERE name = 'tims';
SELECT count(*) FILTER (WHERE u.scenario_set <> s.scenario_set) AS wrong_sets, count(*) FILTER (WHERE contracts <> (SELECT count(*) FROM contract AS c WHERE c.name = p.name AND (position).underlying = underlying)) AS wrong_counts
FROM published AS p JOIN risk_set AS s USING (name), risk_table_underlyings(by_code) AS u;

-- The order of rows, and who made which part, leave no trace.
CREATE FUNCTION bytes(risk_table) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT risk_table_send($1)';
SELECT count(*) AS tables, count(*) FILTER (WHERE bytes(s.by_id) <> bytes(p.by_id)) AS wrong_id, count(*) FILTER (WHERE bytes(s.by_code) <> bytes(p.by_code)) AS wrong_code,
       count(*) FILTER (WHERE s.by_code::text <> p.by_code::text) AS wrong_text, count(DISTINCT s.by_id) AS different
FROM (SELECT name, n, risk_table(id, risk ORDER BY md5(n::text || id)) AS by_id, risk_table(code, position, scenario_set ORDER BY md5(id::text || n)) AS by_code
      FROM contract, generate_series(1, 5) AS n GROUP BY name, n) AS s JOIN published AS p USING (name);
BEGIN;
SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0; SET LOCAL max_parallel_workers_per_gather = 2; SET LOCAL enable_sort = off;
ALTER TABLE contract SET (parallel_workers = 2);
EXPLAIN (COSTS OFF) SELECT risk_table(id, risk), risk_table(code, position, scenario_set) FROM contract WHERE name = 'tims';
SELECT bytes(i) = bytes(by_id) AS same_id, bytes(c) = bytes(by_code) AS same_code
FROM (SELECT risk_table(id, risk) AS i, risk_table(code, position, scenario_set) AS c FROM contract WHERE name = 'tims') AS s, published WHERE name = 'tims';
CREATE FUNCTION pg_temp.in_parallel(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		IF line ~ 'Partial' THEN
			RETURN true;
		END IF;
	END LOOP;
	RETURN false;
END $$;
SELECT pg_temp.in_parallel('SELECT account, portfolio_margin(id, quantity, (SELECT by_id FROM published LIMIT 1)) FROM contract GROUP BY account');
SELECT count(*) AS accounts, count(*) FILTER (WHERE NOT same(m, margin)) AS wrong
FROM (SELECT account, portfolio_margin(id, quantity, (SELECT by_id FROM published WHERE name = 'span, weighted')) AS m FROM contract WHERE name = 'span, weighted' GROUP BY account) AS s
JOIN answer USING (account) WHERE name = 'span, weighted';
ROLLBACK;
-- Joined from two parts; equal sets count as one however they were made.
SELECT bytes(a || b) = bytes(whole) AS same_left, bytes(b || a) = bytes(whole) AS same_right
FROM (SELECT risk_table(id, risk) FILTER (WHERE id % 2 = 0) AS a, risk_table(id, risk) FILTER (WHERE id % 2 <> 0) AS b, risk_table(id, risk) AS whole FROM contract WHERE name = 'tims') AS s;
SELECT contract_count(a) AS contracts, (SELECT count(*) FROM risk_table_underlyings(a)) AS underlyings, bytes(a) = bytes(b) AS same
FROM (SELECT risk_table(k, p, s ORDER BY k) AS a, risk_table(k, p, s ORDER BY k DESC) AS b
      FROM (VALUES (1, tims_scenarios(0.25, 0.5)), (2, ARRAY(SELECT scenarios(tims_scenarios(0.25, 0.5)))::scenario_set)) AS v(k, s),
           (SELECT margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => 'X') AS p) AS p) AS s;

-- Text and binary forms, exact in any session.
SELECT risk_table(k, margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => 'a "b" \c', currency => 'EUR'), tims_scenarios(0.25, 0.5)) AS text FROM unnest('{5,-1}'::int[]) AS k;
SELECT risk_table(k, r) AS text FROM (VALUES ('x "y"', '{}'::risk_array), ('', '{}')) AS v(k, r);
SET extra_float_digits = 0;
SELECT count(*) AS tables, count(*) FILTER (WHERE bytes(by_id::text::risk_table) <> bytes(by_id)) AS wrong_id, count(*) FILTER (WHERE bytes(by_code::text::risk_table) <> bytes(by_code)) AS wrong_code FROM published;
CREATE TABLE copied AS SELECT name, by_id::text::risk_table, by_code::text::risk_table FROM published;
RESET extra_float_digits;
SELECT pg_temp.error(format('%L::risk_table', form)) FROM unnest(ARRAY['', '{}', '{', '{contract}', '{contract x}', '{contract 1} x', '{contract 1, contract 1}', '{contract "a", contract 1}', '{contract 1, contract "a"}',
    '{contract 9223372036854775808}', '{contract 1 currency null}', '{contract 1 underlying "A" set 1 rows 1}', '{contract 1 currency null underlying "A" set 1 rows 1}', '{set "x", contract 1}', '{contract "a}']) AS form;
SELECT '{ contract -9223372036854775808 , contract 9223372036854775807}'::risk_table;
-- A set that nothing refers to is not kept.
SELECT '{set "tims_scenarios(down => 0.25, up => 0.5)", contract 1}'::risk_table;

-- Order and equality.
SELECT count(*) AS pairs, count(*) FILTER (WHERE (a.by_id = b.by_id) <> (a.name = b.name)) AS wrong_equal, count(*) FILTER (WHERE (a.by_id < b.by_id) <> (b.by_id > a.by_id) OR (a.by_id <= b.by_id) = (a.by_id > b.by_id)) AS wrong_order,
       count(*) FILTER (WHERE a.by_id = b.by_id AND risk_table_hash_extended(a.by_id, 1) <> risk_table_hash_extended(b.by_id, 1)) AS wrong_hash, count(*) FILTER (WHERE a.by_id >= a.by_code OR a.by_code <> a.by_code) AS wrong_kind
FROM published AS a, published AS b;
SELECT count(*) FROM (SELECT by_id FROM published UNION SELECT by_id FROM copied) AS s;
SELECT count(*) FROM (SELECT DISTINCT by_code FROM published ORDER BY by_code) AS s;

-- What is refused.
SELECT pg_temp.error(e) FROM unnest(ARRAY[
    'portfolio_margin(17, 1, by_id) FROM published',
    'portfolio_margin(''nobody'', 1, by_code) FROM published',
    'portfolio_margin(''17'', 1, by_id) FROM published',
    'portfolio_margin(17, 1, by_code) FROM published',
    'portfolio_margin(NULL::bigint, 1, by_id) FROM published',
    'portfolio_margin(NULL::text, 1, by_code) FROM published',
    'portfolio_margin(id, NULL, by_id) FROM published JOIN contract USING (name)',
    'portfolio_margin(id, ''NaN'', by_id) FROM published JOIN contract USING (name)',
    'portfolio_margin(id, ''Infinity'', by_id) FROM published JOIN contract USING (name)',
    'portfolio_margin(1, 1, NULL::risk_table)',
    'portfolio_margin(id, 1e300, by_id) FROM published JOIN contract USING (name)',
    'contract_risk(by_id, 17) FROM published',
    'contract_risk(by_code, ''nobody'') FROM published',
    'contract_risk(NULL, 17)',
    'contract_risk(by_id, NULL::bigint) FROM published',
    'risk_table(1, risk) FROM contract WHERE name = ''tims''',
    'risk_table(''x'', risk) FROM contract WHERE name = ''tims''',
    'risk_table(NULL::bigint, risk) FROM contract',
    'risk_table(id, NULL::risk_array) FROM contract',
    'risk_table(id, NULL::margin_position, scenario_set) FROM contract',
    'risk_table(id, position, NULL) FROM contract',
    'risk_table(id, risk) FROM contract WHERE name IN (''tims'', ''span, weighted'')',
    'risk_table(n, margin_position(kind => ''spot'', quantity => 1, spot => 64, underlying => ''X''), tims_scenarios(0.25, 0.125 * n)) FROM generate_series(1, 2) AS n',
    'by_id || by_id FROM published',
    'by_id || by_code FROM published',
    'portfolio_margin(k, 1, t) FROM (SELECT risk_table(k, margin_position(kind => ''spot'', quantity => 1, spot => 64, underlying => ''X'', currency => k), tims_scenarios(0.25, 0.125)) AS t FROM unnest(''{EUR,USD}''::text[]) AS k) AS s, unnest(''{EUR,USD}''::text[]) AS k']) AS e;
-- Contracts in several currencies may share a table, accounts may not.
SELECT k, (m).requirement, (m).currency FROM (SELECT k, portfolio_margin(k, 2, (SELECT risk_table(k, margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => 'X', currency => k), tims_scenarios(0.25, 0.125)) FROM unnest('{EUR,USD}'::text[]) AS k)) AS m
FROM unnest('{EUR,USD}'::text[]) AS k GROUP BY k) AS s ORDER BY k;
-- An error half-way leaves nothing behind.
SELECT pg_temp.error('portfolio_margin(CASE WHEN n < 10 THEN id ELSE -1 END, 1, by_id) FROM (SELECT *, row_number() OVER () AS n FROM contract JOIN published USING (name) WHERE name = ''tims'' AND currency = ''USD'') AS s');
SELECT (portfolio_margin(id, quantity, by_id)).positions FROM contract JOIN published USING (name) WHERE name = 'tims' AND account = 'covered_call';
-- A contract of several underlyings, and one of none.
SELECT count(*) AS contracts, (m).positions, (m).requirement = (margin(3 * (SELECT sum(risk) FROM contract WHERE name = 'tims' AND (position).currency IS NULL AND (position).settlement = 'linear'))).requirement AS same
FROM (SELECT portfolio_margin(k, 3, (SELECT risk_table(k, r) FROM (SELECT 'all' AS k, sum(risk) AS r FROM contract WHERE name = 'tims' AND (position).currency IS NULL AND (position).settlement = 'linear' UNION ALL VALUES ('none', '{}'::risk_array)) AS s)) AS m
      FROM unnest('{all,none}'::text[]) AS k) AS s GROUP BY 2, 3;
-- Alone in an account, the one of none is an account that holds nothing.
SELECT k, (m).requirement, (m).positions, (m).worst_scenario IS NULL AS none, same(m, margin('{}')) AS nothing
FROM (SELECT k, portfolio_margin(k, 3, (SELECT risk_table(k, r) FROM (SELECT 'all' AS k, sum(risk) AS r FROM contract WHERE name = 'tims' AND account = 'pair_trade' UNION ALL VALUES ('none', '{}'::risk_array)) AS s)) AS m
      FROM unnest('{all,none,none}'::text[]) AS k GROUP BY k) AS s ORDER BY k;

SET client_min_messages = warning;
DROP SCHEMA reference CASCADE;
