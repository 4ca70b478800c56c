-- portfolio_margin and portfolio_greeks: the numbers, the laws they keep, and
-- what they refuse.  Under all kinds of plans: plans.sql; over frames: window.sql.
-- The slow reference, the book and the right answers; nothing to see there.
\getenv abs_srcdir PG_ABS_SRCDIR
\set reference :abs_srcdir '/sql/reference.sql'
\set ECHO none
\i :reference
\set ECHO all
SET search_path = reference, public;
SET timezone = 'UTC';
SET extra_float_digits = 1;

-- Every account under every set: all columns have the bytes of the reference.
SELECT name, count(*) AS accounts,
       count(*) FILTER (WHERE (m).requirement > 0) AS with_requirement,
       count(*) FILTER (WHERE NOT same(m, margin)) AS wrong
FROM (SELECT name, account, portfolio_margin(position, scenario_set) AS m
      FROM trade, risk_set GROUP BY name, account) AS s
JOIN answer USING (name, account)
GROUP BY name ORDER BY name COLLATE "C";

-- The comparison can fail: one quantum is a difference, and so is the sign of 0.
SELECT same(1::float8, 1::float8), same(NULL::float8, NULL),
       same(1e-10::float8, 1e-10::float8 + 2 ^ -60) AS quantum,
       same(0::float8, '-0'::float8) AS sign_of_zero, same(0::float8, NULL) AS "null";

-- Without a set: the default one.  The Greeks alone: the same bytes.
SELECT count(*) AS accounts,
       count(*) FILTER (WHERE NOT same(m, margin)) AS wrong,
       count(*) FILTER (WHERE NOT same(g, greeks_in(margin))) AS wrong_greeks
FROM (SELECT account, portfolio_margin(position) AS m, portfolio_greeks(position) AS g
      FROM trade GROUP BY account) AS s
JOIN answer USING (account) WHERE name = 'default';

-- Each underlying with a set of its own, by a join.
CREATE TEMP TABLE own_set AS
SELECT DISTINCT (position).underlying,
       scenario_grid(0.02 * length((position).underlying), 4, '{-0.2,0.3}') AS scenario_set
FROM trade;
SELECT count(*) AS accounts, count(DISTINCT sets) AS kinds,
       count(*) FILTER (WHERE NOT same(m, r)) AS wrong
FROM (SELECT account, count(DISTINCT o.scenario_set) AS sets,
             portfolio_margin(position, o.scenario_set) AS m,
             slow_margin(position, o.scenario_set) AS r
      FROM trade JOIN own_set AS o ON o.underlying = (position).underlying GROUP BY account) AS s;

-- By hand.  Linear contracts, prices that binary fractions hold: nothing is rounded.
CREATE TEMP TABLE hand (account text, position margin_position);
INSERT INTO hand VALUES
    ('long',    margin_position(kind => 'spot', quantity => 100, spot => 256, underlying => 'A', currency => 'USD')),
    ('short',   margin_position(kind => 'future', quantity => -3, multiplier => 50, spot => 64, underlying => 'B', currency => 'USD')),
    ('hedged',  margin_position(kind => 'spot', quantity => 100, spot => 256, underlying => 'A', currency => 'USD')),
    ('hedged',  margin_position(kind => 'perpetual', quantity => -60, spot => 256, underlying => 'A', currency => 'USD')),
    ('both',    margin_position(kind => 'spot', quantity => 100, spot => 256, underlying => 'A', currency => 'USD')),
    ('both',    margin_position(kind => 'future', quantity => -3, multiplier => 50, spot => 64, underlying => 'B', currency => 'USD')),
    ('inverse', margin_position(kind => 'perpetual', quantity => 40, multiplier => 16, spot => 256, settlement => 'inverse', underlying => 'C'));
\set quarter 'ARRAY[market_scenario(price_shock => -0.25), market_scenario(), market_scenario(price_shock => 0.25, vol_shock => 0.5)]'
\x on
SELECT account, (portfolio_margin(position, :quarter)).* FROM hand GROUP BY account ORDER BY account;
\x off

-- A weight is applied once: 0.5 * 100 * 64 in scenario 1 is as much as 100 * 32 in
-- scenario 2, and the first of the two is the worst.
SELECT (portfolio_margin(position, ARRAY[market_scenario(price_shock => -0.25, weight => 0.5),
                                         market_scenario(price_shock => -0.125)])).*
FROM hand WHERE account = 'long' \gx

-- Ties.  The lowest scenario number first, ...
SELECT account, (m).worst_scenario, (m).worst_underlying, (m).requirement
FROM (SELECT account, portfolio_margin(position, scenario_grid(0.25, 1, '{-0.5,0,0.5}')) AS m
      FROM hand WHERE account IN ('long', 'short') GROUP BY account) AS s ORDER BY account;
-- ... whatever the underlying (Z loses in scenario 1, A as much in scenario 2), ...
SELECT (m).worst_scenario, (m).worst_underlying, (m).requirement
FROM (SELECT portfolio_margin(margin_position(kind => 'spot', quantity => q, spot => 256, underlying => u),
                              ARRAY[market_scenario(price_shock => -0.25), market_scenario(price_shock => 0.25)]) AS m
      FROM (VALUES ('A', -1), ('Z', 1)) AS v(u, q)) AS s;
-- ... then the underlying in C collation: capital letters, then small, then accents.
SELECT (m).worst_scenario, (m).worst_underlying, (m).requirement
FROM (SELECT portfolio_margin(margin_position(kind => 'spot', quantity => 1, spot => 256, underlying => u),
                              ARRAY[market_scenario(price_shock => -0.25)]) AS m
      FROM unnest('{a,é,b,Z,Zz}'::text[]) AS u) AS s;
-- Without a loss, the smallest gain; a gain in one underlying offsets nothing in another.
SELECT (m).worst_scenario, (m).worst_underlying, (m).requirement, (m).scan_loss
FROM (SELECT portfolio_margin(margin_position(kind => 'spot', quantity => q, spot => 256, underlying => u),
                              ARRAY[market_scenario(price_shock => 0.5), market_scenario(price_shock => 0.25)]) AS m
      FROM (VALUES ('A', 2), ('B', 1), ('C', 3)) AS v(u, q)) AS s;
-- Nothing held: a plain 0, never -0.
SELECT (portfolio_margin(margin_position(kind => 'spot', quantity => -0.0, spot => 256, underlying => 'A'))).*\gx

-- Laws, on all accounts, where quantities are whole numbers: then quantity times
-- a multiple of the quantum is exact.
CREATE TEMP TABLE whole AS
SELECT account, trade, position, (position).quantity AS q FROM trade
WHERE (position).quantity = trunc((position).quantity);
SELECT count(DISTINCT account) AS accounts, count(*) AS trades FROM whole;

-- Four times the quantities, four times every amount.
SELECT count(*) AS accounts,
       count(*) FILTER (WHERE (four).requirement = 4 * (one).requirement
                          AND (four).market_value = 4 * (one).market_value
                          AND (four).delta_cash = 4 * (one).delta_cash
                          AND (four).vega_1pt = 4 * (one).vega_1pt
                          AND (four).worst_scenario = (one).worst_scenario) AS right
FROM (SELECT account, portfolio_margin(position) AS one,
             portfolio_margin(with_quantity(position, 4 * q)) AS four
      FROM whole GROUP BY account) AS s;

-- A trade of three times the quantity is three trades; so are q - 7 and 7.
SELECT count(*) AS accounts,
       count(*) FILTER (WHERE NOT same_margin(thrice, three, 3)) AS wrong
FROM (SELECT account, portfolio_margin(with_quantity(position, 3 * q)) AS thrice FROM whole GROUP BY account) AS a
JOIN (SELECT account, portfolio_margin(position) AS three FROM whole, generate_series(1, 3) GROUP BY account) AS b USING (account);
SELECT count(*) AS accounts,
       count(*) FILTER (WHERE NOT same_margin(one, two, 2)) AS wrong
FROM (SELECT account, portfolio_margin(position) AS one FROM whole GROUP BY account) AS a
JOIN (SELECT account, portfolio_margin(with_quantity(position, part)) AS two
      FROM whole, LATERAL (VALUES (q - 7), (7)) AS v(part) GROUP BY account) AS b USING (account);

-- The opposite of every position cancels it, whatever the quantity: 0 in every
-- amount, and no quantum left.
SELECT count(*) AS accounts,
       count(*) FILTER (WHERE NOT same(greeks_in(m), ROW(0, 0, 0, 0, 0, 0, (m).positions, (m).currency)::cash_greeks)
                           OR NOT same((m).requirement, 0::float8)) AS wrong
FROM (SELECT account, portfolio_margin(with_quantity(position, side * (position).quantity)) AS m
      FROM trade, (VALUES (1), (-1)) AS v(side) GROUP BY account) AS s;

-- Equal trades are two trades; DISTINCT makes them one and the margin too small.
SELECT (portfolio_margin(position)).requirement AS "all",
       (portfolio_margin(DISTINCT position)).requirement AS "distinct",
       (portfolio_margin(position)).positions AS all_positions,
       (portfolio_margin(DISTINCT position)).positions AS distinct_positions
FROM (SELECT position FROM hand WHERE account = 'long' UNION ALL
      SELECT position FROM hand WHERE account = 'long') AS s;

-- No rows, no margin.
SELECT portfolio_margin(position), portfolio_greeks(position) FROM hand WHERE false;
SELECT portfolio_margin(position, tims_scenarios(0.1, 0.1)) FILTER (WHERE account = 'nobody') FROM hand;
SELECT account, portfolio_margin(position) FROM hand WHERE false GROUP BY account;

-- Currencies do not add up, NULL and an inverse contract's coin being currencies.
SELECT portfolio_margin(position) FROM hand;
\echo :SQLSTATE
SELECT portfolio_greeks(margin_position(kind => 'spot', quantity => 1, spot => 1, underlying => 'A', currency => c))
FROM (VALUES ('EUR'), (NULL)) AS v(c);
SELECT count(*) AS groups, count(DISTINCT (m).currency) AS currencies
FROM (SELECT (position).currency, portfolio_margin(position) AS m FROM trade GROUP BY 1, account) AS s;

-- Sets that do not go together.
SELECT portfolio_margin(position, ARRAY[market_scenario(price_shock => (position).quantity / 1000)])
FROM hand WHERE account = 'hedged';
\echo :SQLSTATE
SELECT portfolio_margin(position, CASE (position).underlying WHEN 'A' THEN tims_scenarios(0.1, 0.1) ELSE span_scenarios(0.1, 0.04) END)
FROM hand WHERE account = 'both';
\echo :SQLSTATE
-- Equal rows are one set, however they were made.
SELECT (portfolio_margin(position, CASE WHEN (position).quantity > 0 THEN tims_scenarios(0.1, 0.1)
                                        ELSE ARRAY(SELECT scenarios(tims_scenarios(0.1, 0.1)))::scenario_set END)).positions
FROM hand WHERE account = 'hedged';
SELECT portfolio_margin(position, NULL) FROM hand;
\echo :SQLSTATE

-- A NULL position is an error, and the HINT is the way around it.
SELECT a.account, (portfolio_margin(position)).positions
FROM (VALUES ('long'), ('newcomer')) AS a(account) LEFT JOIN hand USING (account) GROUP BY a.account;
\echo :SQLSTATE
SELECT a.account, (portfolio_margin(position) FILTER (WHERE position IS DISTINCT FROM NULL)).positions
FROM (VALUES ('long'), ('newcomer')) AS a(account) LEFT JOIN hand USING (account) GROUP BY a.account ORDER BY 1;
SELECT portfolio_greeks(NULL);
SELECT portfolio_margin(NULL, tims_scenarios(0.1, 0.1));
-- A row of NULLs is not NULL: it is a position that lacks everything.
SELECT portfolio_margin(margin_position());
\echo :SQLSTATE

-- Too much for an account: each position is in range, their sum is not.
SELECT portfolio_margin(margin_position(kind => 'spot', quantity => 4e15, spot => 1, underlying => 'A'), ARRAY[market_scenario(price_shock => -0.2)])
FROM generate_series(1, 3);
\echo :SQLSTATE
SELECT (portfolio_margin(margin_position(kind => 'spot', quantity => q, spot => 1, underlying => 'A'), ARRAY[market_scenario(price_shock => -0.2)])).*
FROM (VALUES (4e15), (4e15), (4e15), (-4e15)) AS v(q) \gx

SET client_min_messages = warning;
DROP SCHEMA reference CASCADE;
