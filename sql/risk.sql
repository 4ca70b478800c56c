-- risk_array: made, added, taken away, multiplied, compared, stored and read,
-- in any order and under any plan with the same bytes.  What plans they are is
-- proved in test/t/010_risk_bytes.pl.
-- The slow reference, the book and the right answers; nothing to see there.
\getenv abs_srcdir PG_ABS_SRCDIR
\set reference :abs_srcdir '/sql/reference.sql'
\set setup :abs_srcdir '/sql/setup.sql'
\set ECHO none
\i :reference
\i :setup
SET search_path = reference, public;
-- The bytes of an array.
CREATE FUNCTION bytes(risk_array) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT risk_array_send($1)';
-- The amounts of an array as its text form has them.
CREATE FUNCTION amounts(risk risk_array, OUT underlying text, OUT rows bigint, OUT long numeric, OUT short numeric,
                        OUT totals numeric[], OUT pnls numeric[])
RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT m[1], m[2]::bigint, m[3]::numeric, m[4]::numeric, ('{' || m[5] || '}')::numeric[], ('{' || m[6] || '}')::numeric[]
    FROM regexp_matches(risk::text, 'underlying "([^"]*)" set \d+ rows (\d+) long (\d+) short (\d+) totals {([^}]*)} pnl {([^}]*)}', 'g') AS m
$$;
\set ECHO all

-- Every position by itself, one contract of each, and every account, under each set.
CREATE TABLE piece AS
SELECT name, account, trade, (position).underlying, (position).quantity,
       coalesce((position).currency, CASE (position).settlement WHEN 'inverse' THEN (position).underlying END, '-') AS currency,
       risk_array(position, scenario_set) AS risk,
       risk_array(with_quantity(position, 1), scenario_set) AS contract
FROM trade, risk_set;
CREATE TABLE whole AS
SELECT name, account, portfolio_risk(position, scenario_set) AS risk FROM trade, risk_set GROUP BY name, account;
ANALYZE piece, whole;

-- The margin of an array is that of its positions, and that of the slow reference.
SELECT count(*) AS arrays, count(*) FILTER (WHERE NOT same(margin(risk), margin)) AS wrong
FROM whole JOIN answer USING (name, account);
-- One position: portfolio_risk of one row.  So many contracts: the position of
-- that quantity.  So many of the sum: not the same thing, but near.
SELECT count(*) AS positions, count(*) FILTER (WHERE quantity <> trunc(quantity)) AS fractional,
       count(*) FILTER (WHERE bytes(quantity * contract) <> bytes(risk)) AS wrong_left,
       count(*) FILTER (WHERE bytes(contract * quantity) <> bytes(risk)) AS wrong_right
FROM piece;
-- Every cell is the sum of the slow rule.
SELECT count(*) AS cells, count(*) FILTER (WHERE pnl IS DISTINCT FROM right_pnl) AS wrong
FROM (SELECT name, account, a.underlying, n, pnl FROM whole, amounts(risk) AS a, unnest(pnls) WITH ORDINALITY AS u(pnl, n)) AS s
FULL JOIN (SELECT name, account, (position).underlying, n,
                  sum(quanta(exact((position).quantity) * exact(position_pnl(with_quantity(position, 1), s)))) AS right_pnl
           FROM trade, risk_set, LATERAL (SELECT s, row_number() OVER () AS n FROM scenarios(scenario_set) AS s) AS s
           WHERE name <> 'default' GROUP BY 1, 2, 3, n) AS r USING (name, account, underlying, n)
WHERE name <> 'default';
-- Counts: rows, long and short by position.
SELECT count(*) AS underlyings,
       count(*) FILTER (WHERE (a.rows, a.long, a.short) IS DISTINCT FROM (r.rows, r.long, r.short)) AS wrong
FROM (SELECT name, account, a.* FROM whole, amounts(risk) AS a) AS a
FULL JOIN (SELECT name, account, underlying, count(*) AS rows, sum(quanta(exact(greatest(quantity, 0)))) AS long,
                  sum(quanta(exact(greatest(-quantity, 0)))) AS short
           FROM piece GROUP BY 1, 2, 3) AS r USING (name, account, underlying);

-- 100 orders of the rows; sums of positions, of arrays, of contracts times quantities.
SELECT count(*) AS sums, count(*) FILTER (WHERE bytes(s.risk) <> bytes(w.risk)) AS wrong_sum,
       count(*) FILTER (WHERE bytes(times) <> bytes(w.risk)) AS wrong_times,
       count(*) FILTER (WHERE NOT same(m, margin)) AS wrong_margin
FROM (SELECT seed, name, account, sum(risk ORDER BY md5(trade || seed)) AS risk,
             sum(quantity * contract ORDER BY md5(trade || seed)) AS times,
             portfolio_margin(quantity, contract ORDER BY md5(trade || seed)) AS m
      FROM piece, generate_series(1, 100) AS seed WHERE name IN ('tims', 'span, weighted') GROUP BY 1, 2, 3) AS s
JOIN whole AS w USING (name, account) JOIN answer USING (name, account);
SELECT count(*) AS sums, count(*) FILTER (WHERE bytes(p) <> bytes(risk)) AS wrong
FROM (SELECT seed, account, portfolio_risk(position, tims_scenarios(0.08, 0.06) ORDER BY md5(trade || seed)) AS p
      FROM trade, generate_series(1, 100) AS seed GROUP BY 1, 2) AS s
JOIN whole USING (account) WHERE name = 'tims';

-- Under any plan: hashed, spilled, sorted, by workers, partition by partition.
CREATE TABLE many AS SELECT copy, name, account, trade, quantity, risk, contract
FROM piece, generate_series(1, 40) AS copy WHERE name IN ('tims', 'span, weighted');
ALTER TABLE many SET (parallel_workers = 4);
ANALYZE many;
CREATE VIEW verdict AS
SELECT count(*) AS sums, count(*) FILTER (WHERE bytes(s.risk) IS DISTINCT FROM bytes(w.risk)) AS wrong_sum,
       count(*) FILTER (WHERE bytes(times) IS DISTINCT FROM bytes(w.risk)) AS wrong_times,
       count(*) FILTER (WHERE NOT same(m, margin)) AS wrong_margin
FROM (SELECT copy, name, account, sum(risk) AS risk, sum(quantity * contract) AS times, portfolio_margin(quantity, contract) AS m
      FROM many GROUP BY copy, name, account) AS s
JOIN whole AS w USING (name, account) JOIN answer USING (name, account);
SET max_parallel_workers_per_gather = 0;
SELECT * FROM verdict;
SET work_mem = '64kB';
SET hash_mem_multiplier = 1;
SET enable_sort = off;
SELECT * FROM verdict;
RESET enable_sort;
RESET work_mem;
RESET hash_mem_multiplier;
SET enable_hashagg = off;
SELECT * FROM verdict;
RESET enable_hashagg;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 1;
SELECT * FROM verdict;
SET max_parallel_workers_per_gather = 2;
SELECT * FROM verdict;
SET max_parallel_workers_per_gather = 3;
SELECT * FROM verdict;
SET max_parallel_workers_per_gather = 4;
SELECT * FROM verdict;
SET enable_hashagg = off;
SELECT * FROM verdict;
RESET enable_hashagg;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
CREATE TABLE parted (LIKE many) PARTITION BY HASH (trade);
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO parted SELECT * FROM many WHERE copy <= 10;
ANALYZE parted;
SET enable_partitionwise_aggregate = on;
SELECT count(*) AS sums, count(*) FILTER (WHERE bytes(s.risk) IS DISTINCT FROM bytes(w.risk)) AS wrong
FROM (SELECT copy, name, account, sum(risk) AS risk FROM parted GROUP BY copy, name, account) AS s
JOIN whole AS w USING (name, account);
RESET enable_partitionwise_aggregate;

-- Roll-up: sums of sums, and sub-totals of sub-totals, are the sum of all rows.
SELECT count(*) AS roll_ups, count(*) FILTER (WHERE bytes(two_steps) <> bytes(one_step)) AS wrong,
       count(*) FILTER (WHERE bytes(three_steps) <> bytes(one_step)) AS wrong_in_three
FROM (SELECT name, currency, sum(risk) AS one_step FROM piece GROUP BY 1, 2) AS one
JOIN (SELECT name, currency, sum(w.risk) AS two_steps
      FROM whole AS w JOIN (SELECT DISTINCT account, currency FROM piece) AS c USING (account) GROUP BY 1, 2) AS two USING (name, currency)
JOIN (SELECT name, currency, sum(risk) AS three_steps
      FROM (SELECT name, currency, left(underlying, 1), sum(risk) AS risk
            FROM (SELECT name, currency, account, underlying, sum(risk) AS risk FROM piece GROUP BY 1, 2, 3, 4) AS s GROUP BY 1, 2, 3) AS s
      GROUP BY 1, 2) AS three USING (name, currency);

-- sum(a) - a is the sum of the rest, to the byte; + and - take turns.
SELECT count(*) AS positions, count(*) FILTER (WHERE bytes(w.risk - p.risk) IS DISTINCT FROM bytes(rest)) AS wrong,
       count(*) FILTER (WHERE rest = '{}') AS nothing_left,
       count(*) FILTER (WHERE bytes((w.risk - p.risk) + p.risk) <> bytes(w.risk)) AS wrong_again,
       count(*) FILTER (WHERE bytes((w.risk + p.risk) - p.risk) <> bytes(w.risk)) AS wrong_undone
FROM piece AS p JOIN whole AS w USING (name, account),
LATERAL (SELECT coalesce(sum(risk), '{}') AS rest FROM piece AS o
         WHERE o.name = p.name AND o.account = p.account AND o.trade <> p.trade) AS s;

-- Windows: frames slide by taking back.  Against the sum of each frame by itself.
CREATE TABLE step AS
SELECT row_number() OVER (PARTITION BY currency ORDER BY md5(account || trade)) AS n, *
FROM piece WHERE name = 'span, weighted';
-- A number that comes and goes: gaps make frames empty and fill them again.
ALTER TABLE step ADD at bigint;
UPDATE step SET at = n + 7 * (n / 5);
CREATE FUNCTION framed(p_currency text, p_from bigint, p_to bigint) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT bytes(sum(risk)) FROM step WHERE currency = p_currency AND n BETWEEN p_from AND p_to
$$;
SELECT k, count(*) AS frames, count(DISTINCT underlying) AS underlyings,
       count(*) FILTER (WHERE bytes(recent) IS DISTINCT FROM framed(currency, n - k, n)) AS wrong_recent,
       count(*) FILTER (WHERE bytes(behind) IS DISTINCT FROM framed(currency, n - 2 * k, n - k)) AS wrong_behind,
       count(*) FILTER (WHERE behind IS NULL) AS empty_behind
FROM (SELECT 0 AS k, *, sum(risk) OVER (PARTITION BY currency ORDER BY n ROWS BETWEEN CURRENT ROW AND CURRENT ROW) AS recent,
             sum(risk) OVER (PARTITION BY currency ORDER BY n ROWS BETWEEN 0 PRECEDING AND 0 PRECEDING) AS behind FROM step
      UNION ALL
      SELECT 1, *, sum(risk) OVER (PARTITION BY currency ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW),
             sum(risk) OVER (PARTITION BY currency ORDER BY n ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) FROM step
      UNION ALL
      SELECT 4, *, sum(risk) OVER (PARTITION BY currency ORDER BY n ROWS BETWEEN 4 PRECEDING AND CURRENT ROW),
             sum(risk) OVER (PARTITION BY currency ORDER BY n ROWS BETWEEN 8 PRECEDING AND 4 PRECEDING) FROM step
      UNION ALL
      SELECT 15, *, sum(risk) OVER (PARTITION BY currency ORDER BY n ROWS BETWEEN 15 PRECEDING AND CURRENT ROW),
             sum(risk) OVER (PARTITION BY currency ORDER BY n ROWS BETWEEN 30 PRECEDING AND 15 PRECEDING) FROM step) AS s
GROUP BY k ORDER BY k;
SELECT count(*) AS frames, count(*) FILTER (WHERE gone IS NULL) AS empty,
       count(*) FILTER (WHERE bytes(gone) IS DISTINCT FROM (SELECT bytes(sum(o.risk)) FROM step AS o
                        WHERE o.currency = s.currency AND o.at BETWEEN s.at - 9 AND s.at - 3)) AS wrong,
       count(*) FILTER (WHERE bytes(longs) IS DISTINCT FROM (SELECT bytes(sum(o.risk)) FROM step AS o
                        WHERE o.currency = s.currency AND o.n BETWEEN s.n - 3 AND s.n AND o.quantity > 0)) AS wrong_filtered,
       count(*) FILTER (WHERE longs IS NULL) AS empty_filtered,
       count(*) FILTER (WHERE bytes(ahead) IS DISTINCT FROM (SELECT bytes(sum(o.risk)) FROM step AS o
                        WHERE o.currency = s.currency AND o.n >= s.n)) AS wrong_ahead,
       count(*) FILTER (WHERE bytes(others) IS DISTINCT FROM (SELECT bytes(sum(o.risk)) FROM step AS o
                        WHERE o.currency = s.currency AND o.n BETWEEN s.n - 2 AND s.n + 2 AND o.n <> s.n)) AS wrong_others
FROM (SELECT *, sum(risk) OVER (PARTITION BY currency ORDER BY at RANGE BETWEEN 9 PRECEDING AND 3 PRECEDING) AS gone,
             sum(risk) FILTER (WHERE quantity > 0) OVER (PARTITION BY currency ORDER BY n ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS longs,
             sum(risk) OVER (PARTITION BY currency ORDER BY n ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS ahead,
             sum(risk) OVER (PARTITION BY currency ORDER BY n ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING EXCLUDE CURRENT ROW) AS others
      FROM step) AS s;
SELECT aggminvtransfn, aggmtranstype::regtype FROM pg_aggregate WHERE aggfnoid = 'sum(risk_array)'::regprocedure;

-- The laws, over accounts and over underlyings that meet and that do not.
CREATE TABLE sample AS
SELECT row_number() OVER (PARTITION BY name ORDER BY md5(account || underlying)) AS i, name, sum(risk) AS risk
FROM piece WHERE currency = 'USD' GROUP BY name, account, underlying;
SELECT count(*) AS triples,
       count(*) FILTER (WHERE bytes(a.risk + b.risk) <> bytes(b.risk + a.risk)) AS not_commutative,
       count(*) FILTER (WHERE bytes((a.risk + b.risk) + c.risk) <> bytes(a.risk + (b.risk + c.risk))) AS not_associative,
       count(*) FILTER (WHERE bytes((a.risk + b.risk) - b.risk) <> bytes(a.risk)) AS not_undone,
       count(*) FILTER (WHERE bytes((a.risk + b.risk + c.risk) - (a.risk + c.risk)) <> bytes(b.risk)) AS not_undone_together,
       count(*) FILTER (WHERE bytes(-(a.risk + b.risk)) <> bytes(-a.risk + -b.risk)) AS not_distributive,
       count(*) FILTER (WHERE bytes(2 * (a.risk + b.risk)) <> bytes(2 * a.risk + 2 * b.risk)) AS not_doubled
FROM sample AS a JOIN sample AS b USING (name) JOIN sample AS c USING (name)
WHERE a.i <= b.i AND (b.i + 3) % 5 = c.i % 5 AND name IN ('tims', 'span, weighted');
SELECT count(*) AS arrays,
       count(*) FILTER (WHERE bytes(-(-risk)) <> bytes(risk)) AS not_negated_twice,
       count(*) FILTER (WHERE bytes((-1) * risk) <> bytes(-risk)) AS not_minus_one,
       count(*) FILTER (WHERE bytes(1 * risk) <> bytes(risk)) AS not_once,
       count(*) FILTER (WHERE bytes(0.25 * (4 * risk)) <> bytes(risk)) AS not_a_quarter_of_four,
       count(*) FILTER (WHERE bytes(risk + '{}') <> bytes(risk) OR bytes('{}' + risk) <> bytes(risk)
                        OR bytes(risk - '{}') <> bytes(risk)) AS not_neutral,
       count(*) FILTER (WHERE bytes(risk - risk) <> bytes('{}')) AS not_nothing,
       count(*) FILTER (WHERE risk + (-risk) = '{}') AS opposite_is_undone,
       count(*) FILTER (WHERE (margin(risk + (-risk))).requirement <> 0) AS opposite_with_margin
FROM whole;
-- Negation swaps long and short and keeps the rows; 0 times keeps the rows too.
SELECT count(*) AS underlyings,
       count(*) FILTER (WHERE (n.rows, n.long, n.short) IS DISTINCT FROM (a.rows, a.short, a.long)) AS wrong_counts,
       count(*) FILTER (WHERE n.pnls IS DISTINCT FROM ARRAY(SELECT -x FROM unnest(a.pnls) AS x)) AS wrong_pnl,
       count(*) FILTER (WHERE n.totals IS DISTINCT FROM ARRAY(SELECT -x FROM unnest(a.totals) AS x)) AS wrong_totals,
       count(*) FILTER (WHERE (z.rows, z.long, z.short) IS DISTINCT FROM (a.rows, 0::numeric, 0::numeric)
                        OR 0 <> ANY (z.pnls || z.totals)) AS wrong_zero
FROM whole, amounts(risk) AS a, amounts(-risk) AS n, amounts(0 * risk) AS z
WHERE n.underlying = a.underlying AND z.underlying = a.underlying;
-- Of a sum, a fraction is right to a quantum.
SELECT max(abs(f.pnl - half_even(exact(0.3) * w.pnl))) AS quanta_off
FROM (SELECT name, account, a.underlying, n, pnl FROM whole, amounts(0.3 * risk) AS a, unnest(pnls) WITH ORDINALITY AS u(pnl, n)) AS f
JOIN (SELECT name, account, a.underlying, n, pnl FROM whole, amounts(risk) AS a, unnest(pnls) WITH ORDINALITY AS u(pnl, n)) AS w
USING (name, account, underlying, n);

-- Nothing: no rows give NULL, {} adds nothing wherever it comes.
SELECT sum(risk) IS NULL AS no_rows FROM whole WHERE false;
SELECT portfolio_risk(position, tims_scenarios(0.1, 0.1)) IS NULL AS no_positions FROM trade WHERE false;
SELECT '{}'::risk_array + '{}' AS sum, '{}'::risk_array - '{}' AS difference, -'{}'::risk_array AS opposite, 7 * '{}'::risk_array AS times,
       (SELECT sum(r) FROM (VALUES ('{}'::risk_array), ('{}')) AS v(r)) AS sum_of_nothing;
SELECT * FROM margin('{}');
SELECT count(*) AS rows FROM pnl('{}'), margin_by_underlying('{}'), greeks_by_underlying('{}'), risk_by_underlying('{}');
SELECT count(*) AS sums, count(*) FILTER (WHERE bytes(s) <> bytes(whole.risk)) AS wrong
FROM (SELECT name, account, at, sum(x ORDER BY i) AS s
      FROM (SELECT name, account, row_number() OVER (PARTITION BY name, account ORDER BY trade) AS i, risk AS r FROM piece) AS p
      JOIN generate_series(0, 40, 4) AS at ON true
      CROSS JOIN LATERAL (SELECT r UNION ALL SELECT '{}' WHERE i = at OR at = 0) AS n(x) GROUP BY 1, 2, 3) AS s
JOIN whole USING (name, account);
-- Counts of rows in it do not depend on what was there in between.
SELECT bytes((a.risk + b.risk) - a.risk - b.risk) = bytes('{}') AS both_gone,
       bytes('{}'::risk_array + c.risk) = bytes(c.risk) AS another_length_fits
FROM sample AS a, sample AS b, sample AS c WHERE a.name = 'tims' AND b.name = 'tims' AND c.name = 'joined' AND a.i = 1 AND b.i = 2 AND c.i = 1;

-- NULL.
SELECT (risk + NULL) IS NULL AS plus, (NULL + risk) IS NULL AS plus_left, (risk - NULL) IS NULL AS minus,
       (NULL::float8 * risk) IS NULL AS times, (risk * NULL::float8) IS NULL AS times_right, (-NULL::risk_array) IS NULL AS negated,
       (risk = NULL) IS NULL AS equals, margin(NULL::risk_array) IS NOT DISTINCT FROM NULL AS margin,
       (SELECT count(*) FROM pnl(NULL)) AS pnl
FROM whole WHERE account = 'box' AND name = 'tims';
SELECT pg_temp.error('sum(r) FROM (VALUES (NULL::risk_array)) AS v(r)');
SELECT pg_temp.error('sum(r) OVER (ROWS 1 PRECEDING) FROM (VALUES (NULL::risk_array)) AS v(r)');
SELECT pg_temp.error('portfolio_margin(1, r) FROM (VALUES (NULL::risk_array)) AS v(r)');
SELECT pg_temp.error('portfolio_margin(NULL, risk) FROM whole');
SELECT pg_temp.error('portfolio_risk(NULL, tims_scenarios(0.1, 0.1))');
SELECT pg_temp.error('portfolio_risk(position, NULL) FROM trade');
SELECT pg_temp.error('risk_array(NULL, tims_scenarios(0.1, 0.1))');
SELECT pg_temp.error('risk_array(position, NULL) FROM trade');
SELECT sum(r) FILTER (WHERE r IS NOT NULL) IS NOT NULL AS filtered
FROM (SELECT risk FROM whole WHERE name = 'tims' AND account = 'box' UNION ALL SELECT NULL) AS s(r);

-- What does not go together says what it is.
CREATE TABLE one (id text PRIMARY KEY, risk risk_array);
INSERT INTO one
SELECT id, risk_array(margin_position(kind => 'spot', quantity => 2, spot => 64, underlying => name, currency => currency), s)
FROM (VALUES ('a', 'ACME', 'USD', tims_scenarios(0.25, 0.25)), ('b', 'BGX', 'USD', tims_scenarios(0.25, 0.25)),
             ('a in euros', 'ACME', 'EUR', tims_scenarios(0.25, 0.25)), ('b in nothing', 'BGX', NULL, tims_scenarios(0.25, 0.25)),
             ('a, other set', 'ACME', 'USD', tims_scenarios(0.25, 0.125)), ('b, other set', 'BGX', 'USD', tims_scenarios(0.25, 0.125)),
             ('a, other length', 'ACME', 'USD', span_scenarios(0.25, 0.1)),
             ('b, other length', 'BGX', 'USD', span_scenarios(0.25, 0.1))) AS v(id, name, currency, s);
CREATE FUNCTION one(id text) RETURNS risk_array LANGUAGE sql STABLE AS 'SELECT risk FROM reference.one WHERE id = $1';
SELECT a, op, b, pg_temp.error(format('one(%L) %s one(%L)', a, op, b))
FROM (VALUES ('a', '+', 'a in euros'), ('a', '+', 'b in nothing'), ('b in nothing', '+', 'a'), ('a', '+', 'a, other set'),
             ('a', '+', 'a, other length'), ('a', '+', 'b, other length'), ('a', '+', 'b, other set'),
             ('a', '-', 'b'), ('a', '-', 'a in euros'), ('a', '-', 'a, other set'), ('a', '-', 'a, other length')) AS v(a, op, b);
SELECT pg_temp.error('sum(risk) FROM one WHERE id IN (''a'', ''a in euros'')');
SELECT pg_temp.error('sum(risk) FROM one WHERE id IN (''a'', ''a, other set'')');
SELECT pg_temp.error('portfolio_margin(1, risk) FROM one WHERE id IN (''a'', ''b, other length'')');
-- Not contained: nothing there, more rows than there are, an amount without a
-- row, a negative count, and what is not the same trade.
SELECT pg_temp.error('''{}''::risk_array - one(''a'')');
SELECT pg_temp.error('one(''a'') - (one(''a'') + one(''a''))');
SELECT pg_temp.error('one(''a'') - 2 * one(''a'')');
SELECT pg_temp.error('one(''a'') - -one(''a'')');
SELECT pg_temp.error('(one(''a'') + one(''b'')) - (one(''a'') + one(''b'') + one(''b''))');
SELECT pg_temp.error('(one(''a'') + one(''a'')) - 3 * one(''a'')');
SELECT amounts((one('a') + one('a')) - 0.5 * one('a')) = amounts(1.5 * one('a')) AS rows_must_count,
       (one('a') + one('a')) - 0.5 * one('a') = 1.5 * one('a') AS "so it is another array";
SELECT f AS factor, pg_temp.error(format('%L::float8 * one(''a'')', f)) FROM unnest('{NaN,Infinity,-Infinity,1e300}'::text[]) AS f;
SELECT pg_temp.error('sum(r) FROM (SELECT 2 ^ 45 * one(''a'') AS r FROM generate_series(1, 200)) AS s');
SELECT pg_temp.error('portfolio_margin(2 ^ 52, one(''a''))');

-- Equal is what holds the same, however its set was made.
CREATE TABLE alike AS
SELECT how, n, risk_array(margin_position(kind => 'spot', quantity => n, spot => 64, underlying => 'ACME'), s) AS risk
FROM generate_series(1, 60) AS n,
     (VALUES ('generated', scenario_grid(0.25, 2, '{0,0.5}')),
             ('listed', ARRAY(SELECT s FROM scenarios(scenario_grid(0.25, 2, '{0,0.5}')) AS s)::scenario_set)) AS v(how, s);
SELECT bool_and(a.risk = b.risk) AS equal, bool_or(a.risk <> b.risk) AS unequal, bool_or(bytes(a.risk) = bytes(b.risk)) AS same_bytes,
       bool_and(risk_array_hash(a.risk) = risk_array_hash(b.risk)) AS same_hash,
       bool_and(risk_array_hash_extended(a.risk, 9) = risk_array_hash_extended(b.risk, 9)) AS same_long_hash,
       count(DISTINCT risk_array_hash(a.risk)) AS hashes,
       -- a sum has one image of the set, whichever came first
       bool_and(bytes(a.risk + b.risk) = bytes(b.risk + a.risk)) AS one_image,
       bool_and((a.risk + b.risk) - b.risk = a.risk AND (a.risk + b.risk) - a.risk = b.risk) AS undone
FROM alike AS a JOIN alike AS b USING (n) WHERE a.how = 'generated' AND b.how = 'listed';
SELECT count(*) AS arrays, count(DISTINCT risk) AS "distinct" FROM alike;
SET enable_hashagg = off;
SELECT count(*) AS sorted_groups FROM (SELECT risk FROM alike GROUP BY risk HAVING count(*) = 2) AS s;
SET enable_hashagg = on;
SET enable_sort = off;
SELECT count(*) AS hashed_groups FROM (SELECT risk FROM alike GROUP BY risk HAVING count(*) = 2) AS s;
RESET enable_sort;
SET enable_mergejoin = off;
SET enable_nestloop = off;
SELECT count(*) AS hash_joined FROM alike AS a JOIN alike AS b ON a.risk = b.risk;
RESET enable_mergejoin;
SET enable_hashjoin = off;
SELECT count(*) AS merge_joined FROM alike AS a JOIN alike AS b ON a.risk = b.risk;
RESET enable_hashjoin;
RESET enable_nestloop;
CREATE INDEX ON alike (risk);
CREATE INDEX ON alike USING hash (risk);
SET enable_seqscan = off;
SELECT count(*) AS found FROM alike WHERE risk = (SELECT risk FROM alike WHERE how = 'listed' AND n = 17);
RESET enable_seqscan;
-- A total order: of two one is less, and what comes between is between.
SELECT count(*) AS pairs,
       count(*) FILTER (WHERE (a.risk < b.risk)::int + (a.risk = b.risk)::int + (a.risk > b.risk)::int <> 1) AS not_one_of_three,
       count(*) FILTER (WHERE (a.risk <= b.risk) <> NOT (b.risk < a.risk) OR (a.risk >= b.risk) <> NOT (a.risk < b.risk)
                        OR (a.risk <> b.risk) <> NOT (a.risk = b.risk)) AS inconsistent,
       count(*) FILTER (WHERE risk_array_cmp(a.risk, b.risk) <> -risk_array_cmp(b.risk, a.risk)) AS asymmetric,
       count(*) FILTER (WHERE (risk_array_cmp(a.risk, b.risk) = 0) <> (bytes(a.risk) = bytes(b.risk))) AS not_the_bytes
FROM sample AS a, sample AS b;
SELECT count(*) AS steps, count(*) FILTER (WHERE before > risk) AS descending
FROM (SELECT risk, lag(risk) OVER (ORDER BY risk) AS before FROM (SELECT risk FROM whole UNION ALL SELECT risk FROM alike UNION ALL SELECT '{}') AS s) AS s;
-- Each thing that an array holds tells two of them apart.
SELECT what, one('a') = other AS equal FROM (VALUES
    ('itself', one('a')), ('quantity', 2 * one('a')), ('sign', -one('a')), ('underlying', one('b')), ('currency', one('a in euros')),
    ('set', one('a, other set')), ('rows', one('a') + 0 * one('a')), ('another underlying', one('a') + one('b')), ('nothing', '{}'),
    ('one quantum', replace(one('a')::text, 'pnl {-', 'pnl {-1')::risk_array),
    ('a Greek', regexp_replace(one('a')::text, 'totals {\d+,', 'totals {1,')::risk_array)) AS v(what, other);

-- What is in it, as rows.
SELECT account, pnl.* FROM whole, pnl(risk) WHERE name = 'tims' AND account = 'covered_call' AND scenario % 4 = 1;
SELECT count(*) AS rows,
       count(*) FILTER (WHERE NOT same(p.pnl, to_float8(a.pnls[p.scenario]))) AS wrong_pnl,
       count(*) FILTER (WHERE (p.price_shock, p.vol_shock, p.weight) IS DISTINCT FROM ((s.s).price_shock, (s.s).vol_shock, (s.s).weight)) AS wrong_scenario
FROM whole JOIN risk_set USING (name), amounts(risk) AS a, pnl(risk) AS p, LATERAL (SELECT s, row_number() OVER () AS n FROM scenarios(scenario_set) AS s) AS s
WHERE a.underlying = p.underlying AND s.n = p.scenario;
SELECT count(*) AS underlyings,
       count(*) FILTER (WHERE NOT (same(u.requirement, m.requirement) AND same(u.scan_loss, m.scan_loss) AND same(u.minimum_charge, m.minimum_charge)
                        AND u.worst_scenario = m.worst_scenario AND u.underlying = m.worst_underlying
                        AND same(u.worst_price_shock, m.worst_price_shock) AND same(u.worst_vol_shock, m.worst_vol_shock)
                        AND u.positions = m.positions)) AS wrong_margin,
       count(*) FILTER (WHERE u.requirement <> greatest(0, -u.worst_pnl)) AS wrong_pnl,
       count(*) FILTER (WHERE NOT (same(u.long_quantity, r.long) AND same(u.short_quantity, r.short))) AS wrong_gross,
       count(*) FILTER (WHERE NOT (same(g.market_value, m.market_value) AND same(g.delta_cash, m.delta_cash)
                        AND same(g.gamma_cash_1pct, m.gamma_cash_1pct) AND same(g.vega_1pt, m.vega_1pt)
                        AND same(g.theta_1day, m.theta_1day) AND same(g.rho_1pct, m.rho_1pct) AND g.positions = m.positions)) AS wrong_greeks,
       count(*) FILTER (WHERE bytes(part.risk) <> bytes(r.risk)) AS wrong_part
FROM whole AS w, margin_by_underlying(risk) AS u, greeks_by_underlying(risk) AS g, risk_by_underlying(risk) AS part,
LATERAL (SELECT margin(portfolio_risk(position, scenario_set)) AS m, portfolio_risk(position, scenario_set) AS risk,
                to_float8(sum(quanta(exact(greatest((position).quantity, 0))))) AS long,
                to_float8(sum(quanta(exact(greatest(-(position).quantity, 0))))) AS short
         FROM trade, risk_set AS s WHERE s.name = w.name AND account = w.account AND (position).underlying = u.underlying) AS r,
LATERAL (SELECT (r.m).*) AS m
WHERE g.underlying = u.underlying AND part.underlying = u.underlying;
SELECT count(*) AS accounts, count(*) FILTER (WHERE bytes(parts) <> bytes(risk)) AS wrong
FROM whole, LATERAL (SELECT sum(u.risk) AS parts FROM risk_by_underlying(whole.risk) AS u) AS s;

-- Sizes: an underlying more takes the same again, a set is there once, and a
-- generated set takes no more for having many scenarios.
CREATE FUNCTION sized(underlyings int, sets int, s scenario_set) RETURNS risk_array LANGUAGE sql AS $$
    SELECT sum(risk_array(margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => to_char(n, 'FM0000')),
                          s || ARRAY[market_scenario(price_shock => (n % sets) / 4096.0)]))
    FROM generate_series(1, underlyings) AS n
$$;
SELECT k AS underlyings, octet_length(bytes(sized(2 * k, 1, s))) - octet_length(bytes(sized(k, 1, s))) = k * (4 + 4 + 4 + 8 + 16 * (8 + 11)) AS sent,
       pg_column_size(sized(2 * k, 1, s)) - pg_column_size(sized(k, 1, s)) = k * (4 + 152 + 16 * 11 + 8) AS stored
FROM (VALUES (2), (10), (100), (1000)) AS v(k), tims_scenarios(0.25, 0.25) AS s;
SELECT sets, (pg_column_size(sized(64, 2 * sets, s)) - pg_column_size(sized(64, sets, s))) / sets AS bytes_per_set
FROM (VALUES (1), (4), (16), (32)) AS v(sets), tims_scenarios(0.25, 0.25) AS s;
SELECT steps, pg_column_size(risk_array(position, scenario_grid(0.25, steps))) - 16 * (2 * steps + 1) AS besides_cells
FROM (VALUES (1), (10), (100), (5000)) AS v(steps), trade WHERE trade = 'ACME' AND account = 'covered_call' ORDER BY steps;
-- What a sum was made of leaves no trace in it.
SELECT pg_column_size(w.risk) = pg_column_size(s.risk) AS same_size, pg_column_size((s.risk + o.risk) - o.risk) = pg_column_size(s.risk) AS as_before
FROM (SELECT sum(risk) AS risk FROM piece WHERE name = 'tims' AND account = 'market_maker') AS s,
     (SELECT sum(risk) AS risk FROM piece WHERE name = 'tims' AND account = 'energy_desk') AS o,
     (SELECT portfolio_risk(position, tims_scenarios(0.08, 0.06)) AS risk FROM trade WHERE account = 'market_maker') AS w;

-- Text: what it looks like, and that it is exact whatever the settings.
SELECT one('a') AS text, '{}'::risk_array AS nothing;
SET extra_float_digits = -15;
SET datestyle = 'German, DMY';
SET intervalstyle = 'postgres_verbose';
SET timezone = 'Asia/Kathmandu';
SET bytea_output = 'escape';
SET standard_conforming_strings = off;
SET backslash_quote = on;
SELECT count(*) AS arrays, count(*) FILTER (WHERE bytes(risk::text::risk_array) <> bytes(risk)) AS wrong_text,
       count(*) FILTER (WHERE risk::text::risk_array::text <> risk::text) AS wrong_again
FROM (SELECT risk FROM whole UNION ALL SELECT risk FROM piece UNION ALL SELECT risk FROM alike) AS s;
SELECT md5(string_agg(risk::text, ' ' ORDER BY name, account)) AS hostile FROM whole \gset
RESET extra_float_digits;
RESET datestyle;
RESET intervalstyle;
RESET timezone;
RESET bytea_output;
RESET standard_conforming_strings;
RESET backslash_quote;
SELECT md5(string_agg(risk::text, ' ' ORDER BY name, account)) = :'hostile' AS the_same_text FROM whole;
-- Names: quotes, backslashes, new lines, many bytes, and none but the colon.
CREATE TABLE named AS
SELECT row_number() OVER () AS id, name,
       risk_array(margin_position(kind => 'spot', quantity => 1.5, spot => 64, underlying => name, currency => name), tims_scenarios(0.25, 0.25)) AS risk
FROM unnest(ARRAY['"', '\', '\\"', E'a\nb\r\tc', '{', '}', ', underlying "X" set 1', 'null', 'été', E'\U0001F40C', chr(1) || chr(127),
                  repeat('a', 100000), repeat('é"\', 33333), ' ', '''', '%s%n', '$1']) AS name;
SELECT count(*) AS names, count(*) FILTER (WHERE bytes(risk::text::risk_array) <> bytes(risk)) AS wrong,
       count(*) FILTER (WHERE (SELECT underlying FROM margin_by_underlying(risk)) <> name OR (margin(risk)).currency <> name) AS lost,
       count(DISTINCT risk) AS "distinct"
FROM named;
SELECT count(*) AS pairs, count(*) FILTER (WHERE bytes((a.r + b.r)::text::risk_array) <> bytes(a.r + b.r) OR bytes((a.r + b.r) - a.r) <> bytes(b.r)) AS wrong
FROM (SELECT name, risk_array(margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => name), tims_scenarios(0.25, 0.25)) AS r FROM named) AS a,
     (SELECT name, risk_array(margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => name), tims_scenarios(0.25, 0.25)) AS r FROM named) AS b
WHERE a.name <> b.name;

-- White space does not matter.
SELECT bytes(regexp_replace(one('a')::text, '([{},])', E' \n\\1\t', 'g')::risk_array) = bytes(one('a')) AS spaced,
       bytes(regexp_replace(one('a')::text, '([a-z"}]) ([a-z0-9"{])', '\1\2', 'g')::risk_array) = bytes(one('a')) AS packed;
-- Sets that nothing uses, and one given twice, leave no trace; any order will do.
SELECT bytes(replace(one('a')::text, 'underlying', 'set "tims_scenarios(down => 0.25, up => 0.25)", set "market_scenario()", underlying')::risk_array) = bytes(one('a')) AS more_sets,
       bytes(format('{currency "USD", set "tims_scenarios(down => 0.25, up => 0.25)", %s, %s', b, a)::risk_array) = bytes(one('a') + one('b')) AS another_order
FROM (SELECT rtrim(substr(one('b')::text, strpos(one('b')::text, 'underlying')), '}') || '}' AS b, substr(one('a')::text, strpos(one('a')::text, 'underlying')) AS a) AS s;
-- What is not an array says so, and at which character.
CREATE TABLE bad (n serial, what text, input text);
INSERT INTO bad (what, input) VALUES
    ('empty', ''), ('white space', '  '), ('half a brace', '{'), ('more after it', '{}}'), ('more after it', '{} x'), ('another type', 'tims_scenarios(down => 0.1, up => 0.1)'),
    ('no underlying', '{currency null}'), ('no underlying', '{currency "USD", set "tims_scenarios(down => 0.1, up => 0.1)"}'),
    ('no currency', '{set "market_scenario()"}'), ('currency not quoted', '{currency USD}'), ('quote not closed', '{currency "US'), ('backslash at the end', E'{currency "US\\'),
    ('a set that is none', '{currency null, set "tims_scenarios(down => 2, up => 0.1)"}'), ('a set that is none', '{currency null, set "span("}');
INSERT INTO bad (what, input)
SELECT what, format('{currency null, set "market_scenario()", %s}', u)
FROM (VALUES ('set 0', 'underlying "A" set 0 rows 1 long 0 short 0 totals {0,0,0,0,0,0} pnl {0}'),
    ('set 2', 'underlying "A" set 2 rows 1 long 0 short 0 totals {0,0,0,0,0,0} pnl {0}'),
    ('set -1', 'underlying "A" set -1 rows 1 long 0 short 0 totals {0,0,0,0,0,0} pnl {0}'),
    ('no rows', 'underlying "A" set 1 rows 0 long 0 short 0 totals {0,0,0,0,0,0} pnl {0}'),
    ('rows -1', 'underlying "A" set 1 rows -1 long 0 short 0 totals {0,0,0,0,0,0} pnl {0}'),
    ('rows 2^63', 'underlying "A" set 1 rows 9223372036854775808 long 0 short 0 totals {0,0,0,0,0,0} pnl {0}'),
    ('rows 2^64 + 1', 'underlying "A" set 1 rows 18446744073709551617 long 0 short 0 totals {0,0,0,0,0,0} pnl {0}'),
    ('rows 1.5', 'underlying "A" set 1 rows 1.5 long 0 short 0 totals {0,0,0,0,0,0} pnl {0}'),
    ('negative long', 'underlying "A" set 1 rows 1 long -1 short 0 totals {0,0,0,0,0,0} pnl {0}'),
    ('negative short', 'underlying "A" set 1 rows 1 long 0 short -1 totals {0,0,0,0,0,0} pnl {0}'),
    ('long beyond 2^113', 'underlying "A" set 1 rows 1 long 10384593717069655257060992658440193 short 0 totals {0,0,0,0,0,0} pnl {0}'),
    ('pnl beyond 2^113', 'underlying "A" set 1 rows 1 long 0 short 0 totals {0,0,0,0,0,0} pnl {10384593717069655257060992658440193}'),
    ('pnl beyond -2^113', 'underlying "A" set 1 rows 1 long 0 short 0 totals {0,0,0,0,0,0} pnl {-10384593717069655257060992658440193}'),
    ('pnl beyond 2^127', 'underlying "A" set 1 rows 1 long 0 short 0 totals {0,0,0,0,0,0} pnl {170141183460469231731687303715884105728}'),
    ('pnl of 99 digits', format('underlying "A" set 1 rows 1 long 0 short 0 totals {0,0,0,0,0,0} pnl {%s}', repeat('9', 99))),
    ('a fraction', 'underlying "A" set 1 rows 1 long 0 short 0 totals {0,0,0,0,0,0} pnl {0.5}'),
    ('an exponent', 'underlying "A" set 1 rows 1 long 0 short 0 totals {0,0,0,0,0,0} pnl {1e5}'),
    ('a sign alone', 'underlying "A" set 1 rows 1 long 0 short 0 totals {0,0,0,0,0,0} pnl {-}'),
    ('a plus', 'underlying "A" set 1 rows 1 long 0 short 0 totals {0,0,0,0,0,0} pnl {+1}'),
    ('NaN', 'underlying "A" set 1 rows 1 long 0 short 0 totals {0,0,0,0,0,0} pnl {NaN}'),
    ('pnl too short', 'underlying "A" set 1 rows 1 long 0 short 0 totals {0,0,0,0,0,0} pnl {}'),
    ('pnl too long', 'underlying "A" set 1 rows 1 long 0 short 0 totals {0,0,0,0,0,0} pnl {0,0}'),
    ('totals too short', 'underlying "A" set 1 rows 1 long 0 short 0 totals {0,0,0,0,0} pnl {0}'),
    ('totals too long', 'underlying "A" set 1 rows 1 long 0 short 0 totals {0,0,0,0,0,0,0} pnl {0}'),
    ('not in order', 'underlying "A" rows 1 set 1 long 0 short 0 totals {0,0,0,0,0,0} pnl {0}'),
    ('after a character of two bytes', 'underlying "é" set 1 rows x'),
    ('an underlying twice', 'underlying "A" set 1 rows 1 long 0 short 0 totals {0,0,0,0,0,0} pnl {0}, underlying "A" set 1 rows 1 long 0 short 0 totals {0,0,0,0,0,0} pnl {0}'),
    ('sets of two lengths', 'set "market_scenario(), market_scenario()", underlying "A" set 1 rows 1 long 0 short 0 totals {0,0,0,0,0,0} pnl {0}, underlying "B" set 2 rows 1 long 0 short 0 totals {0,0,0,0,0,0} pnl {0,0}')) AS v(what, u);
SELECT what, state, message, detail FROM bad, pg_temp.raised(format('SELECT %L::risk_array', input)) ORDER BY n;
SELECT count(*) AS bad, (SELECT count(*) FROM bad, pg_temp.raised(format('SELECT %L::risk_array', input))) AS refused FROM bad;
SELECT hint FROM pg_temp.raised('SELECT ''{'' ::risk_array');
-- The ends of what is good.
SELECT r.underlying, r.rows, r.long = 2::numeric ^ 113 AS long, r.pnls[1] = -(2::numeric ^ 113) AS pnl, (margin(v)).requirement = 2 ^ 53 AS requirement
FROM (SELECT '{currency null, set "market_scenario()", underlying "A" set 1 rows 9223372036854775807 long 10384593717069655257060992658440192 short 0 totals {0,0,0,0,0,0} pnl {-10384593717069655257060992658440192}}'::risk_array) AS s(v), amounts(v) AS r;

-- Stored, compressed and out of line, it is the same.
CREATE TABLE stored (id int, risk risk_array);
INSERT INTO stored SELECT 1, sized(400, 3, tims_scenarios(0.25, 0.25));
ALTER TABLE stored ALTER risk SET STORAGE external;
INSERT INTO stored SELECT 2, sized(400, 3, tims_scenarios(0.25, 0.25));
SELECT id, bytes(risk) = bytes(sized(400, 3, tims_scenarios(0.25, 0.25))) AS same, pg_column_size(risk) < 60000 AS compressed,
       bytes((risk + risk) - risk) = bytes(risk) AS undone, (SELECT sum(r) = s.risk FROM (VALUES (s.risk)) AS v(r)) AS summed
FROM stored AS s ORDER BY id;

SET client_min_messages = warning;
DROP SCHEMA reference CASCADE;
