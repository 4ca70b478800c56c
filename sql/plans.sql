-- The same margins, to the byte, whatever the plan.  That the plans are what
-- they are called here is proved in test/t/001_plans.pl.
-- The slow reference, the book and the right answers; nothing to see there.
\getenv abs_srcdir PG_ABS_SRCDIR
\set reference :abs_srcdir '/sql/reference.sql'
\set ECHO none
\i :reference
\set ECHO all
SET search_path = reference, public;

-- 100 copies of each account under the default set, next to the right answers.
CREATE VIEW verdict AS
SELECT count(*) AS margins, count(*) FILTER (WHERE NOT same(m, margin)) AS wrong,
       count(*) FILTER (WHERE NOT same(g, greeks_in(margin))) AS wrong_greeks
FROM (SELECT account, copy, portfolio_margin(position) AS m, portfolio_greeks(position) AS g
      FROM big GROUP BY account, copy) AS s
FULL JOIN (SELECT account, copy, margin FROM answer, generate_series(1, 100) AS copy WHERE name = 'default') AS a
USING (account, copy);
-- Every account under every set, next to the right answers.
CREATE VIEW verdict_on_sets AS
SELECT count(*) AS margins, count(*) FILTER (WHERE NOT same(m, margin)) AS wrong
FROM (SELECT name, account, portfolio_margin(position, scenario_set) AS m
      FROM trade, risk_set GROUP BY name, account) AS s
FULL JOIN answer USING (name, account);

-- One process: hashed, hashed with too little memory, sorted.
SET max_parallel_workers_per_gather = 0;
SET enable_sort = off;
SELECT * FROM verdict;
SELECT * FROM verdict_on_sets;
SET work_mem = '64kB';
SET hash_mem_multiplier = 1;
SELECT * FROM verdict;
SELECT * FROM verdict_on_sets;
RESET enable_sort;
SET enable_hashagg = off;
SELECT * FROM verdict;
SELECT * FROM verdict_on_sets;
RESET work_mem;
RESET hash_mem_multiplier;
RESET enable_hashagg;

-- Several processes: partial margins are passed between them as bytes.
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SELECT * FROM verdict;
SELECT * FROM verdict_on_sets;
SET enable_hashagg = off;
SELECT * FROM verdict;
SELECT * FROM verdict_on_sets;
RESET enable_hashagg;
SET parallel_leader_participation = off;
SELECT * FROM verdict;
-- A margin without groups: everything of one account in one partial state each.
SELECT count(*) AS accounts, count(*) FILTER (WHERE NOT same(m, margin)) AS wrong
FROM answer, LATERAL (SELECT portfolio_margin(position) AS m FROM big AS b
                      WHERE b.account = answer.account AND copy = 17) AS s
WHERE name = 'default';
SELECT same_margin((SELECT portfolio_margin(with_quantity(position, 100 * (position).quantity))
                    FROM trade WHERE account = 'market_maker'),
                   portfolio_margin(position), 100) AS alike, (portfolio_margin(position)).positions
FROM big WHERE account = 'market_maker';
RESET parallel_leader_participation;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;

-- Partitions, each margined by itself and then put together.
CREATE TABLE parted (LIKE big) PARTITION BY HASH (trade);
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO parted SELECT * FROM big WHERE account !~ '^odd';
ANALYZE parted;
SET enable_partitionwise_aggregate = on;
SELECT count(*) AS margins, count(*) FILTER (WHERE NOT same(a.m, b.m)) AS wrong, sum((a.m).positions) AS positions
FROM (SELECT account, portfolio_margin(position) AS m FROM parted GROUP BY account) AS a
JOIN (SELECT account, portfolio_margin(position) AS m FROM big WHERE account !~ '^odd' GROUP BY account) AS b USING (account);
RESET enable_partitionwise_aggregate;
DROP TABLE parted;

-- Rows in any order: three shuffles, one sorted by size, and ORDER BY inside.
SELECT seed, count(*) AS margins, count(*) FILTER (WHERE NOT same(m, margin)) AS wrong
FROM (SELECT seed, name, account, portfolio_margin(position, scenario_set) AS m
      FROM (SELECT * FROM trade, risk_set, generate_series(1, 3) AS seed ORDER BY md5(trade || seed)) AS shuffled
      GROUP BY seed, name, account) AS s
JOIN answer USING (name, account) GROUP BY seed ORDER BY seed;
SELECT count(*) AS margins,
       count(*) FILTER (WHERE NOT same(up, margin)) AS wrong_up,
       count(*) FILTER (WHERE NOT same(down, margin)) AS wrong_down
FROM (SELECT account,
             portfolio_margin(position ORDER BY abs((position).quantity * (position).multiplier)) AS up,
             portfolio_margin(position ORDER BY position DESC) AS down
      FROM trade GROUP BY account) AS s
JOIN answer USING (account) WHERE name = 'default';

-- Sub-totals: an account, an underlying, everything of one currency.
CREATE TEMP VIEW leveled AS
SELECT coalesce((position).currency, CASE (position).settlement WHEN 'inverse' THEN (position).underlying END, '-') AS currency,
       account, (position).underlying, position
FROM trade;
SELECT level, count(*) AS margins, count(*) FILTER (WHERE NOT same(m, r)) AS wrong
FROM (SELECT GROUPING(account, underlying) AS level, portfolio_margin(position) AS m, slow_margin(position) AS r
      FROM leveled GROUP BY currency, ROLLUP (account, underlying)) AS s
GROUP BY level ORDER BY level;
SELECT level, count(*) AS margins, count(*) FILTER (WHERE NOT same(m, r)) AS wrong
FROM (SELECT GROUPING(account, underlying) AS level, portfolio_margin(position) AS m, slow_margin(position) AS r
      FROM leveled GROUP BY currency, CUBE (account, underlying)) AS s
GROUP BY level ORDER BY level;
SELECT level, count(*) AS margins, count(*) FILTER (WHERE NOT same(m, r)) AS wrong
FROM (SELECT GROUPING(account, underlying) AS level, portfolio_margin(position) AS m, slow_margin(position) AS r
      FROM leveled GROUP BY GROUPING SETS ((currency, underlying), (account))) AS s
GROUP BY level ORDER BY level;

-- FILTER, HAVING, DISTINCT, and one answer used twice.
SELECT count(*) AS accounts,
       count(*) FILTER (WHERE NOT same(options, r_options)) AS wrong_options,
       count(*) FILTER (WHERE NOT same(longs, r_longs)) AS wrong_longs,
       count(*) FILTER (WHERE options IS NOT DISTINCT FROM NULL) AS without_options
FROM (SELECT account,
             portfolio_margin(position) FILTER (WHERE (position).kind IN ('call', 'put')) AS options,
             slow_margin(position) FILTER (WHERE (position).kind IN ('call', 'put')) AS r_options,
             portfolio_margin(position) FILTER (WHERE (position).quantity > 0) AS longs,
             slow_margin(position) FILTER (WHERE (position).quantity > 0) AS r_longs
      FROM trade GROUP BY account) AS s;
SELECT account, round((portfolio_margin(position)).requirement) AS requirement FROM trade WHERE account !~ '^odd'
GROUP BY account HAVING (portfolio_margin(position)).requirement > 500000 ORDER BY account;
SELECT count(*) AS accounts, count(*) FILTER (WHERE NOT same(m, margin)) AS wrong
FROM (SELECT account, portfolio_margin(DISTINCT position) AS m
      FROM trade, generate_series(1, 2) GROUP BY account) AS s
JOIN answer USING (account) WHERE name = 'default';

-- (aggregate).* is one aggregate: its argument is computed once per row.
CREATE SEQUENCE calls;
CREATE FUNCTION counted(p margin_position) RETURNS margin_position
LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM nextval('reference.calls');
    RETURN p;
END $$;
SELECT count(*) AS rows FROM trade WHERE account = 'market_maker';
CREATE TEMP TABLE all_columns AS
SELECT (portfolio_margin(counted(position))).* FROM trade WHERE account = 'market_maker';
SELECT last_value AS calls FROM calls;

-- Prepared statements: planned for their parameters, and once for all.
PREPARE margins(scenario_set, float8) AS
SELECT count(*) AS accounts, count(*) FILTER (WHERE NOT same(m, r)) AS wrong
FROM (SELECT account, portfolio_margin(with_quantity(position, $2 * (position).quantity), $1) AS m,
             slow_margin(with_quantity(position, $2 * (position).quantity), $1) AS r
      FROM trade WHERE account IN ('energy_desk', 'pair_trade', 'inverse_vol') GROUP BY account) AS s;
SET plan_cache_mode = force_custom_plan;
EXECUTE margins(tims_scenarios(0.08, 0.06), -1);
EXECUTE margins(span_scenarios(0.1, 0.2), 0.7);
SET plan_cache_mode = force_generic_plan;
EXECUTE margins(tims_scenarios(0.08, 0.06), -1);
EXECUTE margins(span_scenarios(0.1, 0.2), 0.7);
EXECUTE margins(ARRAY[market_scenario(price_shock => -0.5)], 1e-6);
RESET plan_cache_mode;

-- A subquery run again and again, each time with another account and another set.
SELECT count(*) AS margins, count(*) FILTER (WHERE NOT same(m, margin)) AS wrong
FROM answer JOIN risk_set USING (name),
LATERAL (SELECT portfolio_margin(position, scenario_set) AS m FROM trade AS t WHERE t.account = answer.account) AS s;
SELECT count(*) AS margins,
       count(*) FILTER (WHERE NOT same((SELECT portfolio_margin(position, (SELECT scenario_set FROM risk_set AS r WHERE r.name = answer.name))
                                        FROM trade AS t WHERE t.account = answer.account), margin)) AS wrong
FROM answer;

-- What the groups of a hash aggregate share: rows together until some have
-- many, contracts until they are too many, sets until there are too many.
-- Next to it, sums that share nothing.
SET max_parallel_workers_per_gather = 0;
SET enable_sort = off;
SELECT count(*) AS margins, max((m).positions) AS most_rows, count(*) FILTER (WHERE NOT same(m, r)) AS wrong
FROM (SELECT account, portfolio_margin(position) AS m,
             margin(portfolio_risk(position, scenario_grid(0.15, 5, '{-0.25,0,0.25}'))) AS r
      FROM big, generate_series(1, 3) WHERE account !~ '^odd' GROUP BY account) AS s;
CREATE TEMP TABLE future AS
SELECT n, n % 97 AS account, margin_position(kind => 'future', quantity => n % 13 - 6.25, spot => 50 + n % 2300,
                                             underlying => 'F' || n % 7 % 3, currency => 'USD') AS position
FROM generate_series(1, 9000) AS n;
SELECT count(*) AS margins, count(*) FILTER (WHERE NOT same(m, r)) AS wrong,
       count(*) FILTER (WHERE NOT same(m, s)) AS wrong_in_short
FROM (SELECT account, portfolio_margin(position, scenario_set) AS m, margin(portfolio_risk(position, scenario_set)) AS r,
             portfolio_margin(position, scenario_set) FILTER (WHERE n > 0) AS s
      FROM future, (SELECT array_agg(market_scenario(price_shock => i / 4000.0 - 0.25))::scenario_set AS scenario_set
                    FROM generate_series(1, 2000) AS i) AS fine
      GROUP BY account) AS s;
SELECT count(*) AS margins, count(*) FILTER (WHERE NOT same(m, r)) AS wrong
FROM (SELECT account, portfolio_margin(position, scenario_set) AS m, margin(portfolio_risk(position, scenario_set)) AS r
      FROM future, LATERAL (SELECT scenario_grid(0.1 + account / 1000.0, 4, '{0}') AS scenario_set) AS own
      GROUP BY account) AS s;
-- One contract under many names.
SELECT count(*) AS margins, sum((m).positions) AS positions, count(*) FILTER (WHERE NOT same(m, r)) AS wrong,
       count(DISTINCT (m).currency) AS currencies, count(DISTINCT (m).worst_underlying) AS underlyings
FROM (SELECT n % 50 AS account, portfolio_margin(position, spread) AS m, margin(portfolio_risk(position, spread)) AS r
      FROM tims_scenarios(0.08, 0.06) AS spread, generate_series(1, 2000) AS n,
      LATERAL (SELECT margin_position(kind => 'future', quantity => n, spot => 100, underlying => 'N' || n % 100,
                                      currency => CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'C' || n % 5 END) AS position) AS p
      GROUP BY n % 50) AS s;
-- An overflow comes to light with the sums: the same error.
SELECT account, portfolio_margin(position) FROM (
    SELECT n % 2 AS account, margin_position(kind => 'future', quantity => 1e15, spot => 50, underlying => 'HUGE') AS position
    FROM generate_series(1, 9) AS n) AS s GROUP BY account;
SELECT account, portfolio_margin(position) FROM (
    SELECT n % 2 AS account, margin_position(kind => 'future', quantity => 1, spot => 50, underlying => 'U', currency => 'C' || n / 6) AS position
    FROM generate_series(1, 9) AS n) AS s GROUP BY account;
-- Sums that are asked for while rows are still coming: grouping sets of two kinds at once, and running margins.
SET enable_sort = on;
SELECT level, count(*) AS margins, count(*) FILTER (WHERE NOT same(m, r)) AS wrong
FROM (SELECT GROUPING(account, n) AS level, portfolio_margin(position, spread) AS m, margin(portfolio_risk(position, spread)) AS r
      FROM (SELECT account, n / 500 AS n, position FROM future WHERE n < 3000) AS f, tims_scenarios(0.08, 0.06) AS spread
      GROUP BY GROUPING SETS ((account, n), (account), (n), ())) AS s
GROUP BY level ORDER BY level;
SELECT count(*) AS margins, count(*) FILTER (WHERE NOT same(m, r)) AS wrong
FROM (SELECT portfolio_margin(position, spread) OVER w AS m, margin(portfolio_risk(position, spread) OVER w) AS r
      FROM future, tims_scenarios(0.08, 0.06) AS spread WHERE n <= 400
      WINDOW w AS (PARTITION BY account % 3 ORDER BY n / 5)) AS s;
RESET enable_sort;
RESET max_parallel_workers_per_gather;

-- From a cursor that is read piece by piece, with other margins in between.
BEGIN;
DECLARE piecemeal CURSOR FOR
SELECT account, same(portfolio_margin(position), slow_margin(position)) FROM trade
WHERE account < 'c' GROUP BY account ORDER BY account;
FETCH 1 FROM piecemeal;
SELECT (portfolio_margin(position)).positions FROM trade WHERE account = 'pair_trade';
FETCH ALL FROM piecemeal;
COMMIT;

SET client_min_messages = warning;
DROP SCHEMA reference CASCADE;
