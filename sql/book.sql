-- margin_book: every account of a book in one aggregate, to the byte what
-- portfolio_margin gives account by account; its value stored and read back.
\getenv abs_srcdir PG_ABS_SRCDIR
\set reference :abs_srcdir '/sql/reference.sql'
\set setup :abs_srcdir '/sql/setup.sql'
\set ECHO none
\i :reference
\i :setup
SET search_path = reference, public;
\set ECHO all

-- The accounts of a book under the column names of margin_result.
CREATE FUNCTION results(book_margin) RETURNS TABLE (account text, m margin_result) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT account, (requirement, scan_loss, minimum_charge, worst_scenario, worst_underlying, worst_price_shock, worst_vol_shock,
          market_value, delta_cash, gamma_cash_1pct, vega_1pt, theta_1day, rho_1pct, positions, currency)::margin_result FROM accounts($1) $$;
CREATE FUNCTION bytes(book_margin) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT book_margin_send($1)';

-- Each distinct trade of the reference book as a contract, under each set; accounts
-- with numbers of both signs and any size, and with names of which one is empty.
CREATE TABLE holder AS
SELECT account, CASE n WHEN 1 THEN -9223372036854775808 WHEN 2 THEN 9223372036854775807 WHEN 3 THEN 0 WHEN 4 THEN -1 WHEN 5 THEN 4194303 WHEN 6 THEN 4194304 WHEN 7 THEN 5
                       ELSE ('x' || left(md5(account), 16))::bit(64)::bigint END AS number,
       CASE n WHEN 1 THEN '' WHEN 2 THEN 'é' || account WHEN 3 THEN repeat('∂', 1000) || account ELSE account END AS label
FROM (SELECT account, row_number() OVER (ORDER BY account COLLATE "C") AS n FROM (SELECT DISTINCT account FROM trade) AS s) AS s;
CREATE TABLE contract AS
SELECT name, number, label, row_number() OVER (ORDER BY name, account, trade, position::text) * 1000003 - 50000000 AS id,
       format('%s %s %s', account, trade, row_number() OVER (PARTITION BY name, account, trade)) AS code,
       account, coalesce((position).currency, CASE (position).settlement WHEN 'inverse' THEN (position).underlying END, '-') AS currency,
       (position).quantity, risk_array(with_quantity(position, 1), scenario_set) AS risk
FROM trade JOIN holder USING (account), risk_set;
CREATE TABLE published AS
SELECT name, risk_table(id, risk) AS by_id, risk_table(code, risk) AS by_code FROM contract GROUP BY name;
ANALYZE contract, published;

-- One book per scenario set, with each kind of keys, next to the slow reference.
CREATE TABLE book AS
SELECT name, margin_book(number, id, quantity, by_id) AS numbers, margin_book(number, code, quantity, by_code) AS number_text,
       margin_book(label, id, quantity, by_id) AS text_number, margin_book(label, code, quantity, by_code) AS texts
FROM contract JOIN published USING (name) GROUP BY name;
SELECT kind, count(*) AS accounts, count(*) FILTER (WHERE NOT same(m, margin)) AS wrong
FROM (SELECT 'int8, int8' AS kind, name, h.account, m FROM book, results(numbers) AS r JOIN holder AS h ON number::text = r.account
      UNION ALL SELECT 'int8, text', name, h.account, m FROM book, results(number_text) AS r JOIN holder AS h ON number::text = r.account
      UNION ALL SELECT 'text, int8', name, h.account, m FROM book, results(text_number) AS r JOIN holder AS h ON label = r.account
      UNION ALL SELECT 'text, text', name, h.account, m FROM book, results(texts) AS r JOIN holder AS h ON label = r.account) AS s
FULL JOIN answer USING (name, account) GROUP BY kind ORDER BY kind;
-- Accounts come by number, or by the bytes of their names.
SELECT count(*) AS rows, bool_and(account > before) FILTER (WHERE before IS NOT NULL) AS ascend, min(account), max(account)
FROM (SELECT account, lag(account) OVER () AS before FROM accounts_int8((SELECT numbers FROM book WHERE name = 'tims'))) AS s;
SELECT count(*) AS rows, bool_and(account > before COLLATE "C") FILTER (WHERE before IS NOT NULL) AS ascend, count(*) FILTER (WHERE account = '') AS empty
FROM (SELECT account, lag(account) OVER () AS before FROM accounts((SELECT texts FROM book WHERE name = 'tims'))) AS s;
SELECT count(*) AS rows, count(*) FILTER (WHERE to_jsonb(i) - 'account' = to_jsonb(t) - 'account') AS same
FROM (SELECT numbers FROM book WHERE name = 'tims') AS b, LATERAL accounts_int8(numbers) AS i, LATERAL accounts(numbers) AS t WHERE i.account::text = t.account;

-- A random book, next to portfolio_margin and to the sums of arrays: many accounts with
-- a few positions, and some with very many, which do not stay in the log of rows.
CREATE TABLE position AS
SELECT n % 400 AS account, currency, id, (array[1, -1, 0.1, -1e-7, 12345678.9, 3, -250])[1 + bits % 7] * (bits / 7 % 100) AS quantity
FROM contract, generate_series(1, 400) AS n, LATERAL (SELECT ('x' || left(md5(id::text || ' ' || n), 7))::bit(28)::int AS bits) AS b
WHERE name = 'tims' AND account <> 'odd_scales' AND bits % 8 = 0;
CREATE TABLE crowd AS
SELECT n % 8 AS account, currency, id, n % 19 - 8.5 AS quantity FROM contract, generate_series(1, 800) AS n WHERE name = 'tims' AND account <> 'odd_scales';
ANALYZE position, crowd;
CREATE VIEW prices AS SELECT by_id AS t FROM published WHERE name = 'tims';
CREATE TABLE right_margin AS
SELECT format('%s %s', account, currency) AS account, portfolio_margin(id, quantity, (SELECT t FROM prices)) AS m, margin(sum(quantity * risk)) AS of_sum
FROM position AS p JOIN (SELECT id, risk FROM contract) AS c USING (id) GROUP BY account, currency;
CREATE TABLE right_crowd AS
SELECT format('%s %s', account, currency) AS account, margin(sum(quantity * risk)) AS m FROM crowd JOIN (SELECT id, risk FROM contract) AS c USING (id) GROUP BY account, currency;
CREATE VIEW verdict AS
SELECT count(*) AS accounts, sum((b.m).positions) AS positions, count(*) FILTER (WHERE NOT same(b.m, r.m)) AS wrong, count(*) FILTER (WHERE NOT same(b.m, of_sum)) AS wrong_sum
FROM results((SELECT margin_book(format('%s %s', account, currency), id, quantity, (SELECT t FROM prices)) FROM position)) AS b FULL JOIN right_margin AS r USING (account);
CREATE VIEW verdict_of_crowd AS
SELECT count(*) AS accounts, sum((b.m).positions) / count(*) AS positions_each, count(*) FILTER (WHERE NOT same(b.m, r.m)) AS wrong
FROM results((SELECT margin_book(format('%s %s', account, currency), id, quantity, (SELECT t FROM prices)) FROM crowd)) AS b FULL JOIN right_crowd AS r USING (account);
SELECT * FROM verdict;
SELECT * FROM verdict_of_crowd;
-- Several processes, with and without the first one's help.
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
ALTER TABLE position SET (parallel_workers = 2);
ALTER TABLE crowd SET (parallel_workers = 2);
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
SELECT pg_temp.in_parallel('SELECT margin_book(account::text, id, quantity, (SELECT t FROM prices)) FROM crowd');
SELECT * FROM verdict;
SELECT * FROM verdict_of_crowd;
SET parallel_leader_participation = off;
SELECT * FROM verdict;
SELECT * FROM verdict_of_crowd;
RESET parallel_leader_participation;
-- Numbers as keys, and a worker that has nothing; in one process, the same bytes.
CREATE TABLE one_row AS SELECT * FROM crowd WHERE currency = 'USD' LIMIT 1;
ALTER TABLE one_row SET (parallel_workers = 2);
CREATE TABLE in_parallel AS SELECT 'crowd' AS book, margin_book(account, id, quantity, (SELECT t FROM prices)) AS b FROM crowd WHERE currency = 'USD'
UNION ALL SELECT 'one', margin_book(account, id, quantity, (SELECT t FROM prices)) FROM one_row
UNION ALL SELECT 'none', margin_book(account, id, quantity, (SELECT t FROM prices)) FROM one_row WHERE id = 17;
SET max_parallel_workers_per_gather = 0;
SELECT p.book, count(a.*) AS accounts, bytes(p.b) IS NOT DISTINCT FROM bytes(s.b) AS same
FROM in_parallel AS p JOIN (SELECT 'crowd' AS book, margin_book(account, id, quantity, (SELECT t FROM prices)) AS b FROM crowd WHERE currency = 'USD'
    UNION ALL SELECT 'one', margin_book(account, id, quantity, (SELECT t FROM prices)) FROM one_row
    UNION ALL SELECT 'none', NULL) AS s USING (book) LEFT JOIN LATERAL accounts(p.b) AS a ON true GROUP BY 1, 3 ORDER BY 1;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
-- In any order of rows the same bytes.
SELECT count(DISTINCT bytes(b)) AS different FROM (SELECT margin_book(account, id, quantity, (SELECT t FROM prices) ORDER BY md5(seed || id::text || account)) AS b
FROM position, generate_series(1, 4) AS seed WHERE currency = 'USD' GROUP BY seed) AS s;

-- Without rows there is no book; FILTER, two books side by side, and a book again and again.
SELECT margin_book(1, id, quantity, by_id) IS NULL AS none FROM contract, published WHERE false;
SELECT count(*) FROM accounts((SELECT margin_book(1, id, quantity, by_id) FROM contract, published WHERE false));
SELECT count(*) AS accounts, count(*) FILTER (WHERE NOT same(l.m, r.longs)) AS wrong_longs, count(*) FILTER (WHERE NOT same(t.m, r.twice)) AS wrong_twice, bool_and(b.none IS NULL) AS none
FROM (SELECT margin_book(account, id, quantity, (SELECT t FROM prices)) FILTER (WHERE quantity > 0) AS longs,
             margin_book(account::text, id, 2 * quantity, (SELECT t FROM prices)) AS twice,
             margin_book(account, id, quantity, (SELECT t FROM prices)) FILTER (WHERE quantity > 1e12) AS none
      FROM position WHERE currency = 'USD') AS b, results(b.twice) AS t
LEFT JOIN (SELECT account::text, portfolio_margin(id, quantity, (SELECT t FROM prices)) FILTER (WHERE quantity > 0) AS longs, portfolio_margin(id, 2 * quantity, (SELECT t FROM prices)) AS twice
           FROM position WHERE currency = 'USD' GROUP BY account) AS r USING (account), LATERAL (SELECT (SELECT m FROM results(b.longs) AS l WHERE l.account = r.account) AS m) AS l;
SELECT count(*) AS accounts, count(*) FILTER (WHERE NOT same(b.m, r.m)) AS wrong
FROM right_margin AS r, LATERAL results((SELECT margin_book(p.account, id, quantity, (SELECT t FROM prices)) FROM position AS p WHERE format('%s %s', p.account, currency) = r.account)) AS b WHERE r.account LIKE '1_ %';
-- As a window it grows with the frame, and as it slides begins anew.
SELECT count(*) AS margins, count(*) FILTER (WHERE NOT same(b.m, s.m)) AS wrong
FROM (SELECT n, account, margin_book(account, id, quantity, (SELECT t FROM prices)) OVER (ORDER BY n) AS b, portfolio_margin(id, quantity, (SELECT t FROM prices)) OVER (PARTITION BY account ORDER BY n) AS m
      FROM (SELECT *, row_number() OVER (ORDER BY account, id) AS n FROM position WHERE currency = 'USD' AND account < 4) AS p) AS s, results(b) AS b WHERE b.account = s.account::text;
SELECT count(*) AS margins, count(*) FILTER (WHERE NOT same(b.m, s.m)) AS wrong
FROM (SELECT n, margin_book(7, id, quantity, (SELECT t FROM prices)) OVER w AS b, portfolio_margin(id, quantity, (SELECT t FROM prices)) OVER w AS m
      FROM (SELECT *, row_number() OVER (ORDER BY account, id) AS n FROM position WHERE currency = 'USD' AND account < 4) AS p WINDOW w AS (ORDER BY n ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)) AS s, results(b) AS b;

-- A contract without risk alone in an account, and one that spans underlyings.
WITH t AS (SELECT risk_table(k, r) AS t FROM (SELECT 'all' AS k, sum(risk) AS r FROM contract WHERE name = 'tims' AND account = 'pair_trade' UNION ALL VALUES ('none', '{}'::risk_array)) AS s)
SELECT b.account, (b.m).positions, (b.m).worst_underlying IS NULL AS no_worst, same(b.m, p.m) AS same
FROM results((SELECT margin_book(a, k, 3, (SELECT t FROM t)) FROM (VALUES ('both', 'all'), ('both', 'none'), ('some', 'all'), ('none', 'none')) AS v(a, k))) AS b
JOIN (SELECT a AS account, portfolio_margin(k, 3, (SELECT t FROM t)) AS m FROM (VALUES ('both', 'all'), ('both', 'none'), ('some', 'all'), ('none', 'none')) AS v(a, k) GROUP BY a) AS p USING (account) ORDER BY 1;
SELECT account, requirement, positions FROM accounts_int8((SELECT margin_book(n, 1, 1, '{contract 1}'::risk_table) FROM generate_series(-1, 1) AS n));
-- Under a joint set the underlyings of an account move together.
WITH t AS (SELECT risk_table(k, margin_position(kind => 'spot', quantity => 1, spot => 64 * k, underlying => 'U' || k % 4), joint_scenarios('{U0,U1,U2,U3}', '{{0.25,-0.25,0,0.5},{-0.5,0.25,0.125,0},{0,0,-0.25,-0.5}}')) AS t FROM generate_series(1, 9) AS k)
SELECT count(*) AS accounts, count(*) FILTER (WHERE NOT same(b.m, r.m)) AS wrong, sum((b.m).requirement) AS sum, count(DISTINCT (b.m).worst_underlying) AS underlyings
FROM results((SELECT margin_book(n % 37, 1 + n % 9, n % 5 - 2, (SELECT t FROM t)) FROM generate_series(1, 500) AS n)) AS b
JOIN (SELECT n % 37 AS account, margin(sum((n % 5 - 2) * contract_risk((SELECT t FROM t), 1 + n % 9))) AS m FROM generate_series(1, 500) AS n GROUP BY 1) AS r ON r.account::text = b.account;
-- Shocks of any size, as scenarios may have them.
SELECT requirement, worst_price_shock, worst_vol_shock FROM accounts((SELECT margin_book(1, 1, -1, (SELECT risk_table(1, margin_position(kind => 'spot', quantity => 1, spot => 1e-300, underlying => 'X'),
    ARRAY[market_scenario(price_shock => 1e308, vol_shock => 1e308)])))));
-- Equal tables are one table, however they were made.
SELECT account, requirement, positions FROM accounts((SELECT margin_book(1, 'k', 1, t) FROM (SELECT risk_table('k', margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => 'X'), s) AS t
    FROM (VALUES (1, tims_scenarios(0.25, 0.5)), (2, ARRAY(SELECT scenarios(tims_scenarios(0.25, 0.5)))::scenario_set)) AS v(n, s) GROUP BY n) AS s));

-- The text form keeps everything.
SELECT count(*) AS books, count(*) FILTER (WHERE bytes(numbers::text::book_margin) <> bytes(numbers) OR bytes(texts::text::book_margin) <> bytes(texts)) AS wrong FROM book;

SELECT margin_book('é', 1, -1, (SELECT risk_table(1, margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => 'X', currency => 'EUR'), tims_scenarios(0.25, 0.5)))) AS text;
-- Field by field, as another program would write it.
SELECT * FROM accounts(('\x' || encode('\x0100'::bytea || int4send(2)
    || int8send(-5) || float8send(101.5) || float8send(100) || float8send(1.5) || int4send(3) || int4send(2) || 'XY' || float8send(-0.25) || float8send(0.5)
    || float8send(1) || float8send(2) || float8send(3) || float8send(4) || float8send(5) || float8send(6) || int8send(7) || int4send(0)
    || int8send(5) || float8send(0) || float8send(0) || float8send(0) || int4send(0) || int4send(-1) || float8send(0) || float8send(0)
    || float8send(0) || float8send(0) || float8send(0) || float8send(0) || float8send(0) || float8send(0) || int8send(0) || int4send(-1), 'hex'))::book_margin);
-- Bytes that nobody wrote.
CREATE TABLE bad (what text, form text);
INSERT INTO bad SELECT 'no book', unnest('{"",x,"\\x","\\x0","\\xzz","\\x01","\\x0100","\\x010000000001","\\x020000000000","\\x010200000000","\\x0100ffffffff","\\x01000000000000","01000000000 0"}'::text[]);
WITH good AS (SELECT encode(bytes(margin_book(a, 1, -1, (SELECT risk_table(1, margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => 'X', currency => 'EUR'), tims_scenarios(0.25, 0.5))))), 'hex') AS f FROM unnest('{1,2}'::int[]) AS a),
text_good AS (SELECT encode(bytes(margin_book(a, 1, -1, (SELECT risk_table(1, margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => 'X', currency => 'EUR'), tims_scenarios(0.25, 0.5))))), 'hex') AS f FROM unnest('{a,b}'::text[]) AS a)
INSERT INTO bad
SELECT 'keys do not ascend', '\x' || overlay(f PLACING '0000000000000002' FROM 13 FOR 16) FROM good
UNION ALL SELECT 'an infinite requirement', '\x' || overlay(f PLACING '7ff0000000000000' FROM 29 FOR 16) FROM good
UNION ALL SELECT 'a requirement that is no number', '\x' || overlay(f PLACING '7ff8000000000000' FROM 29 FOR 16) FROM good
UNION ALL SELECT 'a scenario without an underlying', '\x' || overlay(f PLACING 'ffffffff' FROM 85 FOR 10) FROM good
UNION ALL SELECT 'an underlying without a scenario', '\x' || overlay(f PLACING '00000000' FROM 77 FOR 8) FROM good
UNION ALL SELECT 'a scenario beyond all', '\x' || overlay(f PLACING '000186a1' FROM 77 FOR 8) FROM good
UNION ALL SELECT 'a text longer than the rest', '\x' || overlay(f PLACING '0fffffff' FROM 85 FOR 8) FROM good
UNION ALL SELECT 'a text of negative length', '\x' || overlay(f PLACING 'fffffffe' FROM 85 FOR 8) FROM good
UNION ALL SELECT 'a text that is none', '\x' || overlay(f PLACING '00' FROM 93 FOR 2) FROM good
UNION ALL SELECT 'positions below 0', '\x' || overlay(f PLACING 'ffffffffffffffff' FROM 223 FOR 16) FROM good
UNION ALL SELECT 'one byte more', '\x' || f || '00' FROM good
UNION ALL SELECT 'one byte less', '\x' || left(f, -2) FROM good
UNION ALL SELECT 'equal keys', '\x' || overlay(f PLACING '62' FROM 21 FOR 2) FROM text_good
UNION ALL SELECT 'a key of other bytes', '\x' || overlay(f PLACING 'ff' FROM 21 FOR 2) FROM text_good
UNION ALL SELECT 'a key that is missing', '\x' || overlay(f PLACING 'ffffffff' FROM 13 FOR 10) FROM text_good;
SELECT what, pg_temp.error(format('%L::book_margin', form)) FROM bad;

-- What is refused.
SELECT pg_temp.error(e) FROM unnest(ARRAY[
    'margin_book(NULL::bigint, id, quantity, by_id) FROM contract JOIN published USING (name)',
    'margin_book(NULL::text, code, quantity, by_code) FROM contract JOIN published USING (name)',
    'margin_book(1, NULL::bigint, quantity, by_id) FROM contract JOIN published USING (name)',
    'margin_book(1, NULL::text, quantity, by_code) FROM contract JOIN published USING (name)',
    'margin_book(1, id, NULL, by_id) FROM contract JOIN published USING (name)',
    'margin_book(1, id, quantity, NULL) FROM contract',
    'margin_book(1, id, ''Infinity'', by_id) FROM contract JOIN published USING (name)',
    'margin_book(1, id, ''NaN'', by_id) FROM contract JOIN published USING (name)',
    'margin_book(1, 17, 1, by_id) FROM published',
    'margin_book(''é'', ''nobody'', 1, by_code) FROM published',
    'margin_book(1, ''17'', 1, by_id) FROM published',
    'margin_book(1, 17, 1, by_code) FROM published',
    'margin_book(1, id, quantity, by_id) FROM contract JOIN published USING (name) WHERE name IN (''tims'', ''listed'')',
    'margin_book(1, k, 1, t) FROM (SELECT k, risk_table(k, ''{}''::risk_array) AS t FROM unnest(''{1,2}''::int[]) AS k GROUP BY k) AS s',
    'accounts_int8(texts) FROM book WHERE name = ''tims''',
    'accounts_int8(''\x010100000000'')']) AS e;
-- What is found when an account is added up says which one.
SELECT margin_book(n, id, CASE n WHEN -7 THEN 1e300 ELSE 1 END, (SELECT t FROM prices)) FROM contract, generate_series(-9, 0) AS n WHERE name = 'tims' AND account = 'pair_trade';
SELECT margin_book('é ' || n % 2, id, 1, (SELECT t FROM prices)) FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM contract WHERE name = 'tims' AND account IN ('box', 'basis_trade') ORDER BY id) AS s;
-- An error half-way leaves nothing behind.
SELECT pg_temp.error('margin_book(n, CASE WHEN n < 1000 THEN id ELSE 17 END, 1, (SELECT t FROM prices)) FROM (SELECT id, row_number() OVER () AS n FROM crowd WHERE currency = ''USD'') AS s') FROM generate_series(1, 3);
SELECT * FROM verdict;

SET client_min_messages = warning;
DROP SCHEMA reference CASCADE;
