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
SELECT n AS contract_id, underlying_id,
       (CASE WHEN random() < 0.5 THEN 'call' ELSE 'put' END)::instrument_kind AS kind,
       round(spot * (0.7 + 0.6 * random())) AS strike,
       as_of + (1 + floor(104 * random())) * interval '7 days' AS expiry,
       0.15 + 0.45 * random() AS volatility, 100::float8 AS multiplier
FROM generate_series(1, :contracts) AS n JOIN marks ON underlying_id = 1 + n % :underlyings;
ALTER TABLE contracts ADD PRIMARY KEY (contract_id);

CREATE TABLE positions AS
SELECT 1 + n % :accounts AS account, 1 + floor(:contracts * random())::int AS contract_id,
       (1 + floor(100 * random())) * (CASE WHEN random() < 0.5 THEN 1 ELSE -1 END) AS qty
FROM generate_series(1, :positions) AS n ORDER BY random();

-- The same rows clustered by account, for reading in index order.
CREATE TABLE positions_by_account AS SELECT * FROM positions ORDER BY account, contract_id;
CREATE INDEX ON positions_by_account (account);

-- What the risk analyst calls the file: the risk array of one of each contract.
CREATE VIEW priced AS
SELECT contract_id,
       risk_array(margin_position(kind => kind, quantity => 1, multiplier => multiplier, strike => strike,
           expiry => expiry, spot => spot, volatility => volatility, rate => rate, yield => yield,
           as_of => as_of, underlying => underlying), tims_scenarios(0.15, 0.15)) AS risk
FROM contracts JOIN marks USING (underlying_id);
CREATE TABLE contract_risk AS SELECT * FROM priced;
ALTER TABLE contract_risk ADD PRIMARY KEY (contract_id);

-- For the clients and the functions in SQL: plain numbers, and the shocks.
CREATE VIEW plain_contracts AS
SELECT contract_id::float8, underlying_id::float8, (CASE kind WHEN 'call' THEN 1 ELSE -1 END)::float8 AS sign,
       strike, years_between(as_of, expiry) AS years, spot, volatility, rate, yield, multiplier
FROM contracts JOIN marks USING (underlying_id) ORDER BY contracts.contract_id;
CREATE TABLE shocks AS
SELECT row_number() OVER ()::int AS n, price_shock FROM scenarios(tims_scenarios(0.15, 0.15));

CREATE TABLE answers (way text, account int, requirement float8);
CREATE UNLOGGED TABLE client_answers (account int, requirement float8);
VACUUM ANALYZE;
