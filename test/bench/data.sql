-- The book that is measured, in the schema :schema: options on a few
-- underlyings, held in random order.  The seed is fixed: the same sizes give
-- the same book.
--
--   psql -v schema=bench -v positions=1000000 -v accounts=50000 \
--        -v underlyings=20 -v contracts=5000 -f data.sql

CREATE SCHEMA :schema;
SET search_path = :schema, public;
SELECT setseed(0.5) \g /dev/null

CREATE TABLE marks AS
SELECT n AS underlying_id, 'U' || n AS underlying, 50 + floor(450 * random()) AS spot,
       0.01 + 0.04 * random() AS rate, 0.03 * random() AS yield, timestamptz '2026-03-13 16:00Z' AS as_of
FROM generate_series(1, :underlyings) AS n;
ALTER TABLE marks ADD PRIMARY KEY (underlying_id);

-- One week to two years, strikes 30 % to either side, volatility 15 to 60 %.
CREATE TABLE contracts AS
SELECT n::bigint AS contract_id, underlying_id,
       (CASE WHEN random() < 0.5 THEN 'call' ELSE 'put' END)::instrument_kind AS kind,
       round(spot * (0.7 + 0.6 * random())) AS strike,
       as_of + (1 + floor(104 * random())) * interval '7 days' AS expiry,
       0.15 + 0.45 * random() AS volatility, 100::float8 AS multiplier
FROM generate_series(1, :contracts) AS n JOIN marks ON underlying_id = 1 + n % :underlyings;
ALTER TABLE contracts ADD PRIMARY KEY (contract_id);

CREATE TABLE positions AS
SELECT 1 + n::bigint % :accounts AS account, 1 + floor(:contracts * random())::bigint AS contract_id,
       (1 + floor(100 * random())) * (CASE WHEN random() < 0.5 THEN 1 ELSE -1 END) AS qty
FROM generate_series(1, :positions) AS n ORDER BY random();

-- The risk array of one of each contract; to be read once per query.
CREATE VIEW priced AS
SELECT contract_id,
       risk_array(margin_position(kind => kind, quantity => 1, multiplier => multiplier, strike => strike,
           expiry => expiry, spot => spot, volatility => volatility, rate => rate, yield => yield,
           as_of => as_of, underlying => underlying), tims_scenarios(0.15, 0.15)) AS risk
FROM contracts JOIN marks USING (underlying_id);
VACUUM ANALYZE marks, contracts, positions;
