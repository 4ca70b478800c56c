-- The aggregates over window frames: after every row the margin is that of the
-- rows in the frame, and asking for it does not disturb what follows.
-- The slow reference, the book and the right answers; nothing to see there.
\getenv abs_srcdir PG_ABS_SRCDIR
\set reference :abs_srcdir '/sql/reference.sql'
\set ECHO none
\i :reference
\set ECHO all
SET search_path = reference, public;

-- An order of each account's trades.  (The reference starts anew at each row, so
-- the two longest accounts stay away.)
CREATE TEMP TABLE step AS
SELECT account, trade, position, row_number() OVER (PARTITION BY account ORDER BY md5(trade)) AS n
FROM trade WHERE account NOT IN ('odd_dust', 'market_maker');

-- Running margins, frames that move, that only shrink, and whole partitions.
SELECT count(*) AS rows,
       count(*) FILTER (WHERE NOT same(running, r_running)) AS wrong_running,
       count(*) FILTER (WHERE NOT same(moving, r_moving)) AS wrong_moving,
       count(*) FILTER (WHERE NOT same(rest, r_rest)) AS wrong_rest,
       count(*) FILTER (WHERE NOT same(entire, margin)) AS wrong_entire
FROM (SELECT account, portfolio_margin(position) OVER running, slow_margin(position) OVER running,
             portfolio_margin(position) OVER moving, slow_margin(position) OVER moving,
             portfolio_margin(position) OVER rest, slow_margin(position) OVER rest,
             portfolio_margin(position) OVER (PARTITION BY account)
      FROM step
      WINDOW running AS (PARTITION BY account ORDER BY n),
             moving AS (PARTITION BY account ORDER BY n ROWS BETWEEN 2 PRECEDING AND CURRENT ROW),
             rest AS (PARTITION BY account ORDER BY n ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
     ) AS s (account, running, r_running, moving, r_moving, rest, r_rest, entire)
JOIN answer USING (account) WHERE name = 'default';

-- Groups of peers, gaps, frames without a row.
SELECT count(*) AS rows,
       count(*) FILTER (WHERE NOT same(peers, r_peers)) AS wrong_peers,
       count(*) FILTER (WHERE NOT same(others, r_others)) AS wrong_others,
       count(*) FILTER (WHERE NOT same(before, r_before)) AS wrong_before,
       count(*) FILTER (WHERE before IS NOT DISTINCT FROM NULL) AS without_rows
FROM (SELECT portfolio_margin(position) OVER peers, slow_margin(position) OVER peers,
             portfolio_margin(position) OVER others, slow_margin(position) OVER others,
             portfolio_margin(position) OVER before, slow_margin(position) OVER before
      FROM step
      WINDOW peers AS (PARTITION BY account ORDER BY n / 3 GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING),
             others AS (PARTITION BY account ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW),
             before AS (PARTITION BY account ORDER BY n ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING)
     ) AS s (peers, r_peers, others, r_others, before, r_before);

-- With sets, with FILTER, and the Greeks.
SELECT name, count(*) AS rows,
       count(*) FILTER (WHERE NOT same(running, r_running)) AS wrong_running,
       count(*) FILTER (WHERE NOT same(options, r_options)) AS wrong_options,
       count(*) FILTER (WHERE NOT same(greeks, greeks_in(r_running))) AS wrong_greeks
FROM (SELECT name,
             portfolio_margin(position, scenario_set) OVER running, slow_margin(position, scenario_set) OVER running,
             portfolio_margin(position, scenario_set) FILTER (WHERE (position).kind IN ('call', 'put')) OVER running,
             slow_margin(position, scenario_set) FILTER (WHERE (position).kind IN ('call', 'put')) OVER running,
             portfolio_greeks(position) OVER running
      FROM step, risk_set WHERE name IN ('span, weighted', 'listed')
      WINDOW running AS (PARTITION BY name, account ORDER BY n ROWS UNBOUNDED PRECEDING)
     ) AS s (name, running, r_running, options, r_options, greeks)
GROUP BY name ORDER BY name COLLATE "C";

-- What it is for: which trade takes the requirement how far.
SELECT (position).quantity, trade, (m).positions, round((m).requirement) AS requirement,
       round((m).requirement - (lag(m) OVER (ORDER BY trade COLLATE "C")).requirement) AS change
FROM (SELECT trade, position, portfolio_margin(position) OVER (ORDER BY trade COLLATE "C") AS m
      FROM trade WHERE account = 'iron_condor') AS s ORDER BY trade COLLATE "C";

-- Over groups: a window over margins of groups.
SELECT (position).underlying, round((portfolio_margin(position)).requirement) AS requirement,
       rank() OVER (ORDER BY (portfolio_margin(position)).requirement DESC)
FROM trade WHERE account = 'market_maker' GROUP BY 1 ORDER BY 1;

SET client_min_messages = warning;
DROP SCHEMA reference CASCADE;
