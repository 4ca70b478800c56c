-- What is made of the book before anything is timed, in the schema of the book.
--
--   psql -c 'SET search_path = bench, public' -f derived.sql

-- The same rows clustered by account, for reading in index order.
CREATE TABLE positions_by_account AS SELECT * FROM positions ORDER BY account, contract_id;
CREATE INDEX ON positions_by_account (account);

-- What the risk analyst calls the file: an array per contract, and all as one value.
CREATE TABLE contract_risk AS SELECT * FROM priced;
ALTER TABLE contract_risk ADD PRIMARY KEY (contract_id);
CREATE TABLE stored AS SELECT risk_table(contract_id, risk) AS prices FROM priced;

-- For the clients and the functions in SQL: plain numbers, and the shocks.
CREATE VIEW plain_contracts AS
SELECT contract_id::float8, underlying_id::float8, (CASE kind WHEN 'call' THEN 1 ELSE -1 END)::float8 AS sign,
       strike, years_between(as_of, expiry) AS years, spot, volatility, rate, yield, multiplier
FROM contracts JOIN marks USING (underlying_id) ORDER BY contracts.contract_id;
CREATE TABLE shocks AS
SELECT row_number() OVER ()::int AS n, price_shock FROM scenarios(tims_scenarios(0.15, 0.15));

CREATE TABLE answers (way text, account bigint, requirement float8);
CREATE UNLOGGED TABLE client_answers (account bigint, requirement float8);
VACUUM ANALYZE;
