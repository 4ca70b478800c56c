-- Why is it this number, what if I trade, how much more can I trade: against
-- the long way round, which is to make the trade and to ask again.
-- The slow reference, the book and the right answers; nothing to see there.
\getenv abs_srcdir PG_ABS_SRCDIR
\set reference :abs_srcdir '/sql/reference.sql'
\set setup :abs_srcdir '/sql/setup.sql'
\set ECHO none
\i :reference
\i :setup
SET search_path = reference, public;
-- The amounts of an array as its text form has them.
CREATE FUNCTION amounts(risk risk_array, OUT underlying text, OUT pnls numeric[])
RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT m[1], ('{' || m[2] || '}')::numeric[]
    FROM regexp_matches(risk::text, 'underlying "([^"]*)" set \d+ rows \d+ long \d+ short \d+ totals {[^}]*} pnl {([^}]*)}', 'g') AS m
$$;
CREATE FUNCTION quantum() RETURNS numeric LANGUAGE sql STABLE AS 'SELECT value FROM reference.power_of_two WHERE n = -60';
-- A number from 0 to 1 that is the same everywhere: one step of a linear generator.
CREATE FUNCTION draw(n bigint) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (((n * 1103515245 + 12345) % 2147483648 * 1103515245 + 12345) % 2147483648)::float8 / 2147483648
$$;
-- The requirement after so many units.
CREATE FUNCTION after(account risk_array, unit risk_array, q float8) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT requirement FROM margin(account + q * unit)
$$;
-- The same; what cannot be added up does not fit.
CREATE FUNCTION after_or_never(account risk_array, unit risk_array, q float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN after(account, unit, q);
EXCEPTION WHEN numeric_value_out_of_range THEN
    RETURN 'NaN';
END $$;
\set ECHO all

CREATE TABLE piece AS
SELECT name, account, trade, position, (position).underlying, (position).quantity,
       coalesce((position).currency, CASE (position).settlement WHEN 'inverse' THEN (position).underlying END, '-') AS currency,
       risk_array(position, scenario_set) AS risk,
       risk_array(with_quantity(position, 1), scenario_set) AS contract
FROM trade, risk_set;
CREATE TABLE whole AS SELECT name, account, currency, sum(risk) AS risk FROM piece GROUP BY name, account, currency;
-- The weighted profit in each scenario, in quanta, and its rank from the worst.
CREATE TABLE node AS
SELECT name, account, underlying, n, (scenario).price_shock, (scenario).vol_shock, exact((scenario).weight) AS weight, weighted,
       row_number() OVER (PARTITION BY name, account, underlying ORDER BY weighted, n) AS rank
FROM (SELECT name, account, underlying, n, scenario, half_even(exact((scenario).weight) * pnls[n]) AS weighted
      FROM whole JOIN risk_set USING (name), amounts(risk),
      LATERAL (SELECT scenario, row_number() OVER () AS n FROM scenarios(scenario_set) AS scenario) AS s) AS s;
ALTER TABLE node ADD PRIMARY KEY (name, account, underlying, rank);
ANALYZE piece, whole, node;

-- margin_explain: worst and runner-up are the first two of all scenarios, and
-- the components add up to the requirement.
SELECT count(*) AS underlyings,
       count(*) FILTER (WHERE NOT (same(e.requirement, to_float8(greatest(0, -w.weighted))) AND same(e.scan_loss, e.requirement)
                        AND e.minimum_charge = 0)) AS wrong_component,
       count(*) FILTER (WHERE (e.worst_scenario, e.worst_price_shock, e.worst_vol_shock, e.worst_pnl)
                        IS DISTINCT FROM (w.n::int, w.price_shock, w.vol_shock, to_float8(w.weighted))) AS wrong_worst,
       count(*) FILTER (WHERE (e.runner_up_scenario, e.runner_up_price_shock, e.runner_up_vol_shock, e.runner_up_pnl)
                        IS DISTINCT FROM (s.n::int, s.price_shock, s.vol_shock, to_float8(s.weighted))) AS wrong_runner_up,
       count(*) FILTER (WHERE NOT same(e.distance, to_float8(s.weighted - w.weighted))) AS wrong_distance,
       count(*) FILTER (WHERE e.distance = 0) AS ties,
       count(*) FILTER (WHERE e.runner_up_scenario IS NULL) AS without_runner_up,
       count(*) FILTER (WHERE e.positions <> p.positions) AS wrong_positions
FROM whole, margin_explain(risk) AS e
JOIN node AS w ON w.rank = 1 AND w.underlying = e.underlying
LEFT JOIN node AS s ON s.rank = 2 AND s.underlying = e.underlying AND (s.name, s.account) = (w.name, w.account)
CROSS JOIN LATERAL (SELECT count(*) AS positions FROM trade WHERE account = w.account AND (position).underlying = e.underlying) AS p
WHERE (w.name, w.account) = (whole.name, whole.account);
SELECT count(*) AS accounts,
       count(*) FILTER (WHERE NOT same((margin).requirement, to_float8(quanta))) AS not_the_sum,
       count(*) FILTER (WHERE abs((margin).requirement - components) > 1e-15 * components) AS components_do_not_add,
       count(*) FILTER (WHERE underlyings > 1) AS of_several
FROM answer
JOIN (SELECT name, account, sum(greatest(0, -weighted)) AS quanta FROM node WHERE rank = 1 GROUP BY 1, 2) AS n USING (name, account)
JOIN (SELECT name, account, sum(e.requirement) AS components, count(*) AS underlyings FROM whole, margin_explain(risk) AS e GROUP BY 1, 2) AS e USING (name, account);
SELECT count(*) AS nothing FROM margin_explain('{}');

-- margin_contribution: the part's own loss, exactly, in the worst scenarios of
-- the account; the parts add up to the scan loss.
CREATE TABLE share AS
SELECT p.name, p.account, p.trade, p.position, c.* FROM piece AS p JOIN whole AS w USING (name, account), margin_contribution(w.risk, p.risk) AS c;
SELECT count(*) AS parts,
       count(*) FILTER (WHERE contribution <> (SELECT coalesce(sum(-n.weight * a.pnls[n.n]) * quantum(), 0)
                        FROM node AS n, amounts(p.risk) AS a
                        WHERE (n.name, n.account, n.underlying, n.rank) = (s.name, s.account, a.underlying, 1) AND n.weighted < 0)) AS wrong,
       count(*) FILTER (WHERE contribution < 0) AS hedges
FROM share AS s JOIN piece AS p USING (name, account, trade);
SELECT count(*) AS accounts, count(*) FILTER (WHERE NOT same(to_float8(half_even(total * 1152921504606846976)), (margin).scan_loss)) AS wrong,
       count(*) FILTER (WHERE name NOT IN ('span, weighted', 'joined', 'listed') AND total <> quanta * quantum()) AS inexact
FROM (SELECT name, account, sum(contribution) AS total FROM share GROUP BY 1, 2) AS s JOIN answer USING (name, account)
JOIN (SELECT name, account, sum(greatest(0, -weighted)) AS quanta FROM node WHERE rank = 1 GROUP BY 1, 2) AS n USING (name, account);
-- The other two, by asking for the part alone and for the rest without it.
SELECT count(*) AS parts,
       count(*) FILTER (WHERE NOT same(stand_alone, alone)) AS wrong_stand_alone,
       count(*) FILTER (WHERE NOT same(relief_if_closed, (margin).requirement - without)) AS wrong_relief,
       count(*) FILTER (WHERE relief_if_closed < 0) AS closing_costs,
       count(*) FILTER (WHERE contribution = stand_alone AND stand_alone = relief_if_closed) AS all_three_alike
FROM share AS s JOIN answer USING (name, account) JOIN risk_set USING (name),
LATERAL (SELECT (portfolio_margin(v.position, scenario_set)).requirement AS alone FROM (VALUES (s.position)) AS v(position)) AS a,
LATERAL (SELECT coalesce((portfolio_margin(t.position, scenario_set)).requirement, 0) AS without
         FROM trade AS t WHERE t.account = s.account AND t.trade <> s.trade) AS r;
-- A strategy is a part too, and so are nothing and all.
SELECT c.contribution = s.sum AS strategy, n.contribution = 0 AND n.stand_alone = 0 AND n.relief_if_closed = 0 AS nothing,
       a.relief_if_closed = a.stand_alone AND round(a.contribution, 6) = round(a.stand_alone::numeric, 6) AS everything
FROM (SELECT sum(risk) AS part FROM piece WHERE name = 'default' AND account = 'market_maker' AND trade ~ 'APR26') AS p,
     (SELECT sum(contribution) FROM share WHERE name = 'default' AND account = 'market_maker' AND trade ~ 'APR26') AS s, whole,
     margin_contribution(risk, part) AS c, margin_contribution(risk, '{}') AS n, margin_contribution(risk, risk) AS a
WHERE name = 'default' AND account = 'market_maker';
SELECT trade, round(contribution, 2) AS contribution, round(stand_alone) AS stand_alone, round(relief_if_closed) AS relief_if_closed
FROM share WHERE name = 'default' AND account = 'iron_condor' ORDER BY trade COLLATE "C";
-- Nothing is rounded: a weight of many digits, and amounts of one quantum.
SELECT c.contribution
FROM (SELECT risk_array(margin_position(kind => 'spot', quantity => 1, multiplier => 2 ^ -58, spot => 1, underlying => 'A'),
                        ARRAY[market_scenario(price_shock => -0.25, weight => 0.7)]) AS r) AS s, margin_contribution(r, r) AS c;
SELECT pg_temp.error('margin_contribution(w.risk, 2 * w.risk) FROM whole AS w WHERE name = ''tims'' AND account = ''box''');
SELECT pg_temp.error('margin_contribution(w.risk, p.risk) FROM whole AS w, piece AS p WHERE (w.name, w.account, p.name, p.account, p.trade) = (''tims'', ''box'', ''tims'', ''covered_call'', ''ACME'')');

-- margin_if: 400 trades of any contract in any account, made and asked again.
CREATE TABLE trial AS
SELECT k, w.name, w.account, w.currency, w.risk, p.trade, p.position, p.contract, round((draw(k + 5000) - 0.5)::numeric * 60, (k % 3)::int)::float8 AS quantity
FROM generate_series(1, 400) AS k,
LATERAL (SELECT * FROM whole ORDER BY md5(name || account || k) LIMIT 1) AS w,
LATERAL (SELECT * FROM piece WHERE piece.name = w.name AND piece.currency = w.currency ORDER BY md5(piece.account || trade || k) LIMIT 1) AS p;
SELECT count(*) AS trades, count(DISTINCT name || account) AS accounts, count(*) FILTER (WHERE quantity <> trunc(quantity)) AS fractional,
       count(*) FILTER (WHERE NOT same(i.requirement_before, (b).requirement)) AS wrong_before,
       count(*) FILTER (WHERE NOT same(i.requirement_after, (a).requirement)) AS wrong_after,
       count(*) FILTER (WHERE NOT same(i.change, (a).requirement - (b).requirement)) AS wrong_change,
       count(*) FILTER (WHERE (i.worst_scenario_before, i.worst_underlying_before, i.worst_price_shock_before, i.worst_vol_shock_before)
                        IS DISTINCT FROM ((b).worst_scenario, (b).worst_underlying, (b).worst_price_shock, (b).worst_vol_shock)) AS wrong_worst_before,
       count(*) FILTER (WHERE (i.worst_scenario_after, i.worst_underlying_after, i.worst_price_shock_after, i.worst_vol_shock_after)
                        IS DISTINCT FROM ((a).worst_scenario, (a).worst_underlying, (a).worst_price_shock, (a).worst_vol_shock)) AS wrong_worst_after,
       count(*) FILTER (WHERE i.change < 0) AS relieve, count(*) FILTER (WHERE i.change > 0) AS burden,
       count(*) FILTER (WHERE i.worst_scenario_before <> i.worst_scenario_after) AS change_the_scenario
FROM trial AS t JOIN risk_set USING (name), margin_if(t.risk, t.quantity * t.contract) AS i,
LATERAL (SELECT portfolio_margin(x.position, scenario_set) FILTER (WHERE x.old) AS b, portfolio_margin(x.position, scenario_set) AS a
         FROM (SELECT o.position, true AS old FROM trade AS o WHERE o.account = t.account
               UNION ALL SELECT with_quantity(t.position, t.quantity), false) AS x) AS m;
SELECT i.* FROM margin_if('{}', '{}') AS i;
SELECT i.requirement_before, i.requirement_after > 0 AS after, i.change = i.requirement_after AS change, i.worst_scenario_before,
       n.change AS change_by_nothing
FROM whole, margin_if('{}', risk) AS i, margin_if(risk, '{}') AS n WHERE name = 'tims' AND account = 'box';
SELECT pg_temp.error('margin_if(a.risk, b.risk) FROM whole AS a, whole AS b WHERE (a.name, a.account, b.name, b.account) = (''tims'', ''box'', ''tims'', ''pair_trade'')');
SELECT margin_if(risk, NULL) IS NULL AS "null" FROM whole WHERE name = 'tims' AND account = 'box';

-- max_quantity.  By hand: 64 a unit, moves of a quarter: 16 a unit either way.
CREATE TABLE hand AS
SELECT risk_array(margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => 'A'), s) AS unit,
       risk_array(margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => 'B'), s) AS other,
       -- loses nothing whatever happens: a put and a future that make a call, for nothing
       risk_array(margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => 'A'), s)
       + risk_array(margin_position(kind => 'put', quantity => 1, spot => 64, strike => 64, volatility => 0, as_of => '2026-01-01', expiry => '2026-01-01', underlying => 'A'), s) AS sure,
       0 * risk_array(margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => 'A'), s) AS no_risk
FROM (VALUES (ARRAY[market_scenario(price_shock => -0.25), market_scenario(price_shock => 0.25)]::scenario_set)) AS v(s);
SELECT what, q.* FROM hand, LATERAL (VALUES
    ('flat', '{}'::risk_array, unit, 100, 1), ('flat, lots of a tenth', '{}', unit, 100, 0.1), ('flat, lots of a quarter', '{}', unit, 100, 0.25),
    ('flat, lots of 4', '{}', unit, 100, 4), ('flat, lots of 7', '{}', unit, 100, 7), ('long 2', 2 * unit, unit, 100, 1), ('short 2', -2 * unit, unit, 100, 1),
    ('to the cent', '{}', unit, 96, 1), ('a cent too few', '{}', unit, 95.99, 1),
    ('something else', 5 * other, unit, 100, 1), ('two at once', '{}', unit + other, 100, 1), ('against each other', 3 * unit, other + (-unit), 100, 1),
    ('no equity', '{}', unit, 0, 1), ('no equity, full', 3 * unit, unit, 0, 1), ('negative equity', '{}', unit, -1, 1), ('negative equity, full', 3 * unit, unit, -1, 1),
    ('any equity, no limit', 3 * unit, sure, 'Infinity', 1), ('no limit to nothing', 3 * unit, no_risk, 100, 1), ('nothing is no cure', 30 * unit, no_risk, 100, 1),
    ('empty trade', 3 * unit, '{}', 100, 1), ('empty trade is no cure', 30 * unit, '{}', 100, 1),
    ('cannot lose', '{}', sure, 100, 1), ('cannot lose, short', '{}', -sure, 100, 1), ('cannot lose, no equity', '{}', sure, 0, 1),
    ('breached: long 10', 10 * unit, unit, 100, 1), ('breached: long 10, quarters', 10 * unit, unit, 100, 0.25), ('breached: short 10', -10 * unit, unit, 100, 1),
    ('breached: by another', 10 * other, unit, 100, 1), ('cure fits between lots', 10 * unit, unit, 1, 3), ('cure at one point', 10 * unit, unit, 0, 1),
    ('cure by what cannot lose', -10 * sure, sure, 8, 1)) AS v(what, account, trade, equity, lot),
LATERAL max_quantity(v.account, v.trade, v.equity, v.lot::float8) AS q;
SELECT q AS q, after(3 * unit, other + (-unit), q) AS requirement FROM hand, generate_series(-3, 6) AS q;

-- 600 questions: the best is good, one lot more is not, and what is in between is.
CREATE TABLE question AS
SELECT k, t.name, t.risk AS account,
       CASE k % 4 WHEN 0 THEN t.contract WHEN 1 THEN t.contract + (-0.5) * o.contract WHEN 2 THEN o.contract + t.contract ELSE -t.contract END AS unit,
       (margin(t.risk)).requirement * (ARRAY[0.3, 0.8, 0.97, 1, 1.02, 1.3, 2])[1 + k % 7] + (ARRAY[0, 0, 0, 1, 1000])[1 + k % 5] * draw(k) AS equity,
       (ARRAY[1, 0.1, 0.25, 3, 10])[1 + k % 5]::float8 AS lot
FROM generate_series(1, 600) AS g(k) CROSS JOIN LATERAL (SELECT trial.name, trial.currency, trial.risk, trial.contract FROM trial WHERE trial.k = 1 + (g.k * 7) % 400) AS t,
LATERAL (SELECT contract FROM piece AS p WHERE p.name = t.name AND p.currency = t.currency ORDER BY md5(p.account || trade || k || 'o') LIMIT 1) AS o;
CREATE TABLE reply AS
SELECT question.*, (margin(account)).requirement AS now, q.* FROM question, max_quantity(account, unit, equity, lot) AS q;
SELECT count(*) AS questions, count(DISTINCT name) AS sets, count(*) FILTER (WHERE now > equity) AS breached, count(cure_from) AS curable,
       count(*) FILTER (WHERE buy = 'Infinity' OR sell = 'Infinity' OR abs(cure_to) = 'Infinity') AS unlimited,
       count(*) FILTER (WHERE now <= equity AND buy = 0 OR sell = 0) AS none_of_one,
       count(*) FILTER (WHERE buy >= 10 * lot AND buy < 'Infinity') AS many,
       (SELECT count(*) FROM (SELECT k FROM question, margin_by_underlying(unit) GROUP BY k HAVING count(*) > 1) AS s) AS of_two_underlyings
FROM reply;
-- Signs, and that a size is a number of lots.
SELECT count(*) FILTER (WHERE now <= equity) AS fitting,
       count(*) FILTER (WHERE now <= equity AND cure_from IS NOT NULL) AS with_cure,
       count(*) FILTER (WHERE now <= equity AND least(buy, sell) < 0) AS negative,
       count(*) FILTER (WHERE now > equity AND (buy, sell) <> (0, 0)) AS breached_and_more,
       count(*) FILTER (WHERE (cure_from IS NULL) <> (cure_to IS NULL) OR cure_from = 0 OR sign(cure_from) <> sign(cure_to)
                        OR abs(cure_from) > abs(cure_to)) AS odd_cure,
       count(*) FILTER (WHERE q < 'Infinity' AND round(q / lot) * lot <> q) AS not_of_lots
FROM reply, LATERAL (VALUES (buy), (sell), (abs(cure_from)), (abs(cure_to))) AS v(q);
SELECT side, count(*) AS "limits",
       count(*) FILTER (WHERE after_or_never(account, unit, q) > equity) AS too_many,
       count(*) FILTER (WHERE after_or_never(account, unit, (round(q / lot) + outwards) * lot) <= equity) AS one_more_fits
FROM reply, LATERAL (VALUES ('buy', buy, 1), ('sell', -sell, -1),
                            ('cure from', cure_from, -sign(cure_from)), ('cure to', cure_to, sign(cure_to))) AS v(side, q, outwards)
-- (An account of dust can hold more lots than are counted, which is to 2^52.)
WHERE abs(q / lot) < 2 ^ 51 AND (side ~ 'cure' OR now <= equity) GROUP BY side ORDER BY side;
SELECT count(*) AS unlimited, count(*) FILTER (WHERE after(account, unit, q) > equity) AS wrong
FROM reply, LATERAL (VALUES (buy), (-sell), (cure_to)) AS v(s), LATERAL (VALUES (sign(s) * 1e3), (sign(s) * 1e6)) AS f(q) WHERE abs(s) = 'Infinity';
-- Every size from -60 to 60 lots, one by one: the sizes that fit are those it says.
SELECT count(*) AS sizes, count(*) FILTER (WHERE fits) AS fitting, count(*) FILTER (WHERE fits <> said) AS wrong
FROM (SELECT after(account, unit, lots * lot) <= equity AS fits,
             CASE WHEN now <= equity THEN lots * lot BETWEEN -sell AND buy
                  ELSE coalesce(abs(lots * lot) BETWEEN abs(cure_from) AND abs(cure_to) AND sign(lots) = sign(cure_from), false) END AS said
      FROM reply, generate_series(-60, 60) AS lots) AS s;
-- What is not a question.
SELECT pg_temp.error('max_quantity(unit, unit, ''NaN'') FROM hand');
SELECT lot, pg_temp.error(format('max_quantity(unit, unit, 100, %L) FROM hand', lot)) FROM unnest('{0,-1,NaN,Infinity,-Infinity}'::text[]) AS lot;
SELECT pg_temp.error('max_quantity(a.risk, b.risk, 1e6) FROM whole AS a, whole AS b WHERE (a.name, a.account, b.name, b.account) = (''tims'', ''box'', ''tims'', ''pair_trade'')');
SELECT pg_temp.error('max_quantity(a.risk, b.risk, 1e6) FROM whole AS a, whole AS b WHERE (a.name, a.account, b.name, b.account) = (''tims'', ''box'', ''neutral'', ''box'')');
SELECT max_quantity(unit, unit, NULL) IS NULL AS equity, max_quantity(NULL, unit, 1) IS NULL AS account, max_quantity(unit, unit, 1, NULL) IS NULL AS lot FROM hand;
-- What cannot be added up does not fit, be it an amount other than profit or loss.
SELECT equity, q.buy, after_or_never('{}', unit, q.buy) <= equity AS fits, after_or_never('{}', unit, q.buy + 1) <= equity AS one_more_fits
FROM hand, unnest('{2e15,9e15,Infinity}'::float8[]) AS equity, max_quantity('{}', unit, equity) AS q;
-- By name, and large answers.
SELECT q.* FROM hand, max_quantity(account => '{}', unit_trade => unit, equity => 1e6, lot => 1000) AS q;
SELECT equity, q.buy, after('{}', unit, q.buy) <= equity AS fits, after('{}', unit, q.buy + 1) <= equity AS one_more_fits
FROM hand, unnest('{1e3,1e9,1e12,1e15}'::float8[]) AS equity, max_quantity('{}', unit, equity) AS q;

SET client_min_messages = warning;
DROP SCHEMA reference CASCADE;
