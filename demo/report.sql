-- What demo/run prints, for psql.  Every query here can be typed as it stands.

\pset border 1
\pset linestyle ascii
\pset null -
\pset footer off
SET search_path = demo, public;

\echo 'The accounts'
\echo
SELECT account, currency, story FROM accounts ORDER BY currency = 'USD' DESC, currency DESC, account;

\echo 'The margin of each account: its worst loss over 33 scenarios, which are prices from 15 % down to'
\echo '15 % up, with volatilities down by a quarter, unchanged, up by a quarter.  The query behind it is'
\echo
\echo '    SELECT account, (portfolio_margin(position)).* FROM book GROUP BY account'
\echo
SELECT account,
       (m).currency,
       (m).positions,
       round((m).requirement::numeric, 2)              AS requirement,
       (m).worst_underlying                            AS "worst in",
       round(100 * (m).worst_price_shock::numeric, 2)  AS "price %",
       round(100 * (m).worst_vol_shock::numeric, 2)    AS "vol %",
       round((m).market_value::numeric, 2)             AS market_value
FROM (SELECT account, portfolio_margin(position) AS m FROM book GROUP BY account) s
ORDER BY (m).currency = 'USD' DESC, (m).currency DESC, account;

\echo 'The Greeks, in the currency of the account.  delta_cash: how much of the underlyings to sell to be'
\echo 'neutral; the others: for 1 % of price, 1 point of volatility, 1 day, 1 % of interest.'
\echo
SELECT account,
       (g).currency,
       round((g).delta_cash::numeric, 2)      AS delta_cash,
       round((g).gamma_cash_1pct::numeric, 2) AS gamma_cash_1pct,
       round((g).vega_1pt::numeric, 2)        AS vega_1pt,
       round((g).theta_1day::numeric, 2)      AS theta_1day,
       round((g).rho_1pct::numeric, 2)        AS rho_1pct
FROM (SELECT account, portfolio_greeks(position) AS g FROM book GROUP BY account) s
ORDER BY (g).currency = 'USD' DESC, (g).currency DESC, account;

\echo 'The worst scenario of market_maker: each underlying in its own worst scenario.  Within an'
\echo 'underlying everything nets, across underlyings nothing does; the losses add up to the requirement.'
\echo
SELECT underlying,
       (m).positions,
       (m).worst_scenario                              AS scenario,
       round(100 * (m).worst_price_shock::numeric, 2)  AS "price %",
       round(100 * (m).worst_vol_shock::numeric, 2)    AS "vol %",
       round((m).scan_loss::numeric, 2)                AS loss,
       repeat('#', (30 * (m).scan_loss / sum((m).scan_loss) OVER ())::int) AS share
FROM (SELECT (position).underlying, portfolio_margin(position) AS m
      FROM book WHERE account = 'market_maker' GROUP BY 1) s
ORDER BY underlying;

\echo 'Its profit and loss in the index, scenario by scenario, and where it is lost (-) or made (+) when'
\echo 'volatility stays:'
\echo
WITH cell AS (
    SELECT n, sum(pnl) AS pnl
    FROM book, unnest(position_pnls(position, scenario_grid(0.15, 5, '{-0.25,0,0.25}')))
               WITH ORDINALITY AS u(pnl, n)
    WHERE account = 'market_maker' AND (position).underlying = 'BGX'
    GROUP BY n
), ladder AS (
    SELECT s.price_shock,
           sum(pnl) FILTER (WHERE s.vol_shock < 0) AS down,
           sum(pnl) FILTER (WHERE s.vol_shock = 0) AS flat,
           sum(pnl) FILTER (WHERE s.vol_shock > 0) AS up
    FROM scenarios(scenario_grid(0.15, 5, '{-0.25,0,0.25}')) WITH ORDINALITY AS s
    JOIN cell ON n = s.ordinality
    GROUP BY s.price_shock
)
SELECT round(100 * price_shock::numeric, 2) AS "price %",
       round(down::numeric, 2) AS "vol -25 %",
       round(flat::numeric, 2) AS "vol unchanged",
       round(up::numeric, 2)   AS "vol +25 %",
       CASE WHEN flat < 0
            THEN lpad(repeat('-', ceil(20 * -flat / max(abs(flat)) OVER ())::int), 20) || '|'
            ELSE lpad('|', 21) || repeat('+', ceil(20 * flat / max(abs(flat)) OVER ())::int)
       END AS "loss                0              profit"
FROM ladder
ORDER BY price_shock;
