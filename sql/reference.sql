-- The margin of an account the slow way: the rule of the extension, written in
-- SQL and in numeric, where every sum and product is exact.  The tests compare
-- with it byte for byte.  Included by other files; not a test of its own.
--
-- The rule: u is position_pnl of ONE contract in one scenario; a row adds
-- quantity * u, rounded half to even to a multiple of the quantum, 2^-60.
-- Nothing else of the extension is used but the value and the Greeks of one
-- contract and the rows of a scenario set.

CREATE SCHEMA reference;

-- Groups are small here: the planner knows that it does not pay to divide them
-- among processes, and the tests want to see them divided.
ALTER FUNCTION portfolio_combine(internal, internal) COST 1;
ALTER FUNCTION portfolio_serialize(internal) COST 1;
ALTER FUNCTION portfolio_deserialize(bytea, internal) COST 1;
ALTER FUNCTION risk_array_combine(risk_array, risk_array) COST 1;

-- 2^n as it is: numeric's own power need not be exact.
CREATE TABLE reference.power_of_two (n int PRIMARY KEY, value numeric NOT NULL);
INSERT INTO reference.power_of_two
WITH RECURSIVE up AS (
    SELECT 0 AS n, 1::numeric AS value UNION ALL SELECT n + 1, value * 2 FROM up WHERE n < 971
), down AS (
    SELECT 0 AS n, 1::numeric AS value UNION ALL SELECT n - 1, value * 0.5 FROM down WHERE n > -1074
)
SELECT * FROM up UNION SELECT * FROM down WHERE n < 0;

-- The number that a float8 is, all digits of it.  (A cast keeps 15.)
CREATE FUNCTION reference.exact(x float8) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    bits     bigint := ('x' || encode(float8send(x), 'hex'))::bit(64)::bigint;
    exponent int    := (bits >> 52) & 2047;
    fraction bigint := bits & ((1::bigint << 52) - 1);
BEGIN
    IF exponent = 2047 THEN
        RAISE 'not a finite number: %', x;
    ELSIF exponent = 0 THEN
        exponent := 1;
    ELSE
        fraction := fraction | (1::bigint << 52);
    END IF;
    RETURN sign(bits::numeric + 0.5) * fraction *
           (SELECT p.value FROM reference.power_of_two AS p WHERE p.n = exponent - 1075);
END $$;

CREATE FUNCTION reference.half_even(x numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN rest > 0.5 OR (rest = 0.5 AND whole % 2 <> 0) THEN whole + 1 ELSE whole END
    FROM (SELECT floor(x) AS whole, x - floor(x) AS rest) AS s
$$;

-- To a whole number of quanta of 2^-60 = 1 / 1152921504606846976, and back to
-- the nearest float8, which is what reading a decimal gives.
CREATE FUNCTION reference.quanta(x numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT reference.half_even(x * 1152921504606846976)
$$;

CREATE FUNCTION reference.to_float8(quanta numeric) RETURNS float8
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
    SELECT (quanta * p.value)::float8 FROM reference.power_of_two AS p WHERE p.n = -60
$$;

CREATE FUNCTION reference.with_quantity(p margin_position, quantity float8) RETURNS margin_position
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    p.quantity := quantity;
    RETURN p;
END $$;

-- A total of the account: g of one contract becomes a multiple of the quantum
-- before it is multiplied, and the product again.
CREATE FUNCTION reference.total(quantity float8, g float8) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT reference.half_even(reference.exact(quantity) * reference.quanta(reference.exact(g)))
$$;

CREATE TYPE reference.row AS ("position" margin_position, scenario_set scenario_set);

CREATE FUNCTION reference.margin_of(reference.row[]) RETURNS margin_result
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
    WITH holding AS MATERIALIZED (
        SELECT (h.position).*, h.scenario_set, reference.with_quantity(h.position, 1) AS contract
        FROM unnest($1) AS h
    ), cell AS (
        SELECT h.underlying, s.n, (s.scenario).weight, (s.scenario).price_shock, (s.scenario).vol_shock,
               sum(reference.quanta(reference.exact(h.quantity) *
                                    reference.exact(position_pnl(h.contract, s.scenario)))) AS pnl
        FROM holding AS h,
        LATERAL (SELECT scenario, row_number() OVER () AS n
                 FROM scenarios(h.scenario_set) AS scenario) AS s
        GROUP BY 1, 2, 3, 4, 5
    ), weighted AS MATERIALIZED (
        SELECT underlying, n, price_shock, vol_shock,
               reference.half_even(reference.exact(weight) * pnl) AS pnl
        FROM cell
    ), scan AS (
        SELECT sum(loss) AS loss
        FROM (SELECT greatest(0, -min(pnl)) AS loss FROM weighted GROUP BY underlying) AS s
    ), worst AS (
        SELECT * FROM weighted ORDER BY pnl, n, underlying COLLATE "C" LIMIT 1
    ), total AS (
        SELECT sum(reference.total(quantity, g.price)) AS market_value,
               sum(reference.total(quantity, spot * g.delta)) AS delta_cash,
               sum(reference.total(quantity, 0.01::float8 * spot * g.gamma * spot)) AS gamma_cash_1pct,
               sum(reference.total(quantity, 0.01::float8 * g.vega)) AS vega_1pt,
               sum(reference.total(quantity, g.theta / 365)) AS theta_1day,
               sum(reference.total(quantity, 0.01::float8 * g.rho)) AS rho_1pct,
               count(*) AS positions,
               min(coalesce(currency, CASE settlement WHEN 'inverse' THEN underlying END)) AS currency
        FROM holding, position_greeks(contract) AS g
    )
    SELECT reference.to_float8(scan.loss),
           reference.to_float8(scan.loss),
           0::float8,
           worst.n::int,
           worst.underlying,
           worst.price_shock,
           worst.vol_shock,
           reference.to_float8(total.market_value),
           reference.to_float8(total.delta_cash),
           reference.to_float8(total.gamma_cash_1pct),
           reference.to_float8(total.vega_1pt),
           reference.to_float8(total.theta_1day),
           reference.to_float8(total.rho_1pct),
           total.positions,
           total.currency
    FROM scan, worst, total
$$;

-- The same as aggregates, to stand beside those of the extension in any query.
CREATE FUNCTION reference.append(reference.row[], margin_position) RETURNS reference.row[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT $1 || ROW($2, scenario_grid(0.15, 5, '{-0.25,0,0.25}'))::reference.row
$$;
CREATE FUNCTION reference.append(reference.row[], margin_position, scenario_set) RETURNS reference.row[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT $1 || ROW($2, $3)::reference.row
$$;
CREATE AGGREGATE reference.slow_margin(margin_position) (
    SFUNC = reference.append, STYPE = reference.row[], FINALFUNC = reference.margin_of
);
CREATE AGGREGATE reference.slow_margin(margin_position, scenario_set) (
    SFUNC = reference.append, STYPE = reference.row[], FINALFUNC = reference.margin_of
);

-- The columns that portfolio_greeks shares with portfolio_margin.
CREATE FUNCTION reference.greeks_in(m margin_result) RETURNS cash_greeks
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT m.market_value, m.delta_cash, m.gamma_cash_1pct, m.vega_1pt, m.theta_1day, m.rho_1pct,
           m.positions, m.currency
$$;

-- The same bytes in every column (*= compares the stored form, so that -0 is
-- not 0), or both NULL.
CREATE FUNCTION reference.same(a anyelement, b anyelement) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF a IS NOT DISTINCT FROM NULL OR b IS NOT DISTINCT FROM NULL THEN
        RETURN a IS NOT DISTINCT FROM b;
    END IF;
    RETURN a *= b;
END $$;
CREATE FUNCTION reference.same(a float8, b float8) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT float8send(a) IS NOT DISTINCT FROM float8send(b)
$$;
-- The same but for the number of positions, which is `times` as many.
CREATE FUNCTION reference.same_margin(a margin_result, b margin_result, times int) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    a.positions := a.positions * times;
    RETURN reference.same(a, b);
END $$;

-- What the tests margin.  The sample book, and beside it what a book hardly
-- has: sums of a few quanta, where every product has to be rounded and half of
-- them are ties, and amounts from 1e-12 to 1e12 in one account.
SELECT to_regclass('demo.book') IS NULL AS book_is_missing \gset
\if :book_is_missing
\ir ../demo/book.sql
\endif

CREATE TABLE reference.trade AS
SELECT account, instrument AS trade, position FROM demo.book
UNION ALL
SELECT 'odd_dust', format('%s %s', kind, n),
       margin_position(kind => kind::instrument_kind, quantity => (n - 7.5) / 2, multiplier => 2 ^ -58 * n,
                       spot => 1, strike => CASE kind WHEN 'put' THEN 1.1 END,
                       volatility => CASE kind WHEN 'put' THEN 0.5 END,
                       as_of => '2026-03-13 20:00+00',
                       expiry => CASE WHEN kind <> 'spot' THEN timestamptz '2026-03-16 20:00+00' END,
                       underlying => 'DUST' || n % 2)
FROM generate_series(1, 12) AS n, unnest('{spot,future,put}'::text[]) AS kind
UNION ALL
SELECT 'odd_scales', format('1e%s', n),
       margin_position(kind => 'call', quantity => (n + 0.1) / 3, multiplier => 10::float8 ^ n,
                       spot => 80 + n, strike => 85, volatility => 0.3, rate => 0.02,
                       as_of => '2026-03-13 20:00+00', expiry => '2026-09-18 20:00+00', underlying => 'X')
FROM generate_series(-12, 12, 3) AS n;
\if :book_is_missing
SET client_min_messages = warning;
DROP SCHEMA demo CASCADE;
RESET client_min_messages;
\endif

CREATE TABLE reference.risk_set (name text PRIMARY KEY, scenario_set scenario_set NOT NULL);
INSERT INTO reference.risk_set VALUES
    ('default', scenario_grid(0.15, 5, '{-0.25,0,0.25}')),
    ('grid, power and days', scenario_grid(0.2, 3, '{-0.35,0,0.6}', vol_power => 0.3, days => 5)),
    ('tims', tims_scenarios(0.08, 0.06)),
    ('span, weighted', span_scenarios(0.1, 0.04)),
    ('joined', tims_scenarios(0.15, 0.12) || span_scenarios(0.05, 0.02, cover => 0.3, days => 0.5)),
    ('listed', ARRAY[
        market_scenario(price_points => -0.7, vol_points => 0.05),
        market_scenario(price_points => 0.9, vol_shock => 0.3, vol_floor => 0.4, weight => 0.7),
        market_scenario(rate_points => 0.01, days => 3),
        market_scenario(price_shock => -0.66, vol_shock => 0.5, vol_power => 0.3, vol_power_long => 0.13, weight => 0.24),
        market_scenario(price_shock => 0.31, price_points => -0.1, vol_points => -0.1, rate_points => -0.02, weight => 0.333),
        market_scenario(days => 1000)]),
    ('neutral', ARRAY[market_scenario()]);

-- 100 of each account, so that plans for much data are worth their while.
CREATE TABLE reference.big AS
SELECT copy, account, trade, position FROM generate_series(1, 100) AS copy, reference.trade;
ANALYZE reference.trade, reference.risk_set, reference.big;

-- The right answers: of each account under each set.
CREATE TABLE reference.answer AS
SELECT name, account, reference.slow_margin(position, scenario_set) AS margin
FROM reference.trade, reference.risk_set GROUP BY name, account;
ALTER TABLE reference.answer ADD PRIMARY KEY (name, account);
ANALYZE reference.answer;
