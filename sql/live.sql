-- Live margin: whatever happens to positions and contracts, in any way, the
-- stored arrays are byte for byte what a full recomputation gives.
\getenv abs_srcdir PG_ABS_SRCDIR
\set file :abs_srcdir '/sql/setup.sql'
\i :file
SET search_path = live, public;
CREATE SCHEMA live;

CREATE TABLE contracts (instrument text PRIMARY KEY, note text, risk risk_array);
CREATE FUNCTION array_of(kind instrument_kind, strike float8, spot float8, volatility float8, underlying text, currency text DEFAULT 'USD')
RETURNS risk_array LANGUAGE sql AS $$
	SELECT risk_array(margin_position(kind => kind, quantity => 1, multiplier => 100, strike => strike, spot => spot, volatility => volatility,
		expiry => CASE WHEN kind IN ('call', 'put') THEN timestamptz '2026-06-19 20:00Z' END,
		as_of => CASE WHEN kind IN ('call', 'put') THEN timestamptz '2026-03-13 20:00Z' END,
		underlying => underlying, currency => currency), scenario_grid(0.15, 2, '{-0.25,0,0.25}'))
$$;
INSERT INTO contracts (instrument, risk) VALUES
	('ACME', array_of('spot', NULL, 187.5, NULL, 'ACME')),
	('ACME C', array_of('call', 200, 187.5, 0.25, 'ACME')),
	('ACME P', array_of('put', 170, 187.5, 0.28, 'ACME')),
	('BGX', array_of('spot', NULL, 50, NULL, 'BGX')),
	('BGX C', array_of('call', 55, 50, 0.3, 'BGX')),
	('EURO', array_of('spot', NULL, 90, NULL, 'EURO', 'EUR')),
	-- a spread across underlyings in one contract
	('PAIR', array_of('spot', NULL, 187.5, NULL, 'ACME') + array_of('spot', NULL, 50, NULL, 'BGX')),
	('UNPRICED', NULL);
CREATE TABLE positions (account text, instrument text, quantity numeric, note text, PRIMARY KEY (account, instrument));
INSERT INTO positions VALUES ('a', 'ACME', 10), ('a', 'ACME C', -10), ('b', 'BGX C', 5);

SELECT margin_live('positions', 'contracts');

-- OK: no difference, and the view says what a query over the whole book says.
CREATE VIEW proof AS
SELECT CASE WHEN EXISTS (SELECT FROM margin_live_check('positions')) THEN 'DIFFERS FROM RECOMPUTATION'
	WHEN EXISTS (
		SELECT FROM (SELECT account, (portfolio_margin(quantity::float8, risk)).* FROM positions JOIN contracts USING (instrument) GROUP BY account) x
		FULL JOIN positions_margin m USING (account) WHERE (x.*)::text IS DISTINCT FROM (m.*)::text) THEN 'DIFFERS FROM portfolio_margin'
	ELSE 'ok' END AS proof,
	(SELECT string_agg(format('%s %s %s', account, underlying, (margin(risk)).positions), ', ' ORDER BY account, underlying) FROM positions_risk) AS rows;
TABLE proof;
SELECT account, requirement::numeric(12,2), worst_underlying, positions, currency FROM positions_margin ORDER BY account;

--
-- Changes of positions
--
INSERT INTO positions VALUES ('c', 'ACME P', -3);
TABLE proof;
INSERT INTO positions VALUES ('a', 'BGX', 2), ('b', 'ACME', -1), ('d', 'ACME C', 0), ('d', 'PAIR', 1.5);
TABLE proof;
UPDATE positions SET quantity = quantity + 1 WHERE account = 'c';
TABLE proof;
UPDATE positions SET quantity = quantity * 2;
TABLE proof;
UPDATE positions SET note = 'no change of risk';
TABLE proof;
UPDATE positions SET quantity = quantity WHERE account = 'none';
TABLE proof;
-- One row at a time, over one underlying and over two, and to nothing and back.
INSERT INTO positions VALUES ('b', 'PAIR', 2);
UPDATE positions SET quantity = -0.3 WHERE account = 'b' AND instrument = 'PAIR';
UPDATE positions SET quantity = 0 WHERE account = 'd' AND instrument = 'PAIR';
UPDATE positions SET quantity = 0 WHERE account = 'b' AND instrument = 'BGX C';
TABLE proof;
UPDATE positions SET quantity = 10.000 WHERE account = 'b' AND instrument = 'BGX C';
UPDATE positions SET quantity = 10 WHERE account = 'b' AND instrument = 'BGX C';
UPDATE positions SET quantity = 3 WHERE account = 'd' AND instrument = 'PAIR';
DELETE FROM positions WHERE account = 'b' AND instrument = 'PAIR';
TABLE proof;
UPDATE positions SET instrument = 'BGX' WHERE account = 'c';
TABLE proof;
UPDATE positions SET account = 'e' WHERE account = 'b';
TABLE proof;
UPDATE positions SET account = CASE account WHEN 'c' THEN 'd' ELSE 'c' END, quantity = quantity + 1 WHERE account IN ('c', 'd');
TABLE proof;
DELETE FROM positions WHERE account = 'a' AND instrument = 'ACME';
TABLE proof;
DELETE FROM positions WHERE account IN ('a', 'd');
TABLE proof;
COPY positions (account, instrument, quantity) FROM stdin;
a	ACME	1
a	BGX	0.1
f	ACME C	-7
f	ACME P	-7.25
\.
TABLE proof;
INSERT INTO positions VALUES ('f', 'ACME C', 1), ('f', 'BGX', 3), ('g', 'BGX', 3)
ON CONFLICT (account, instrument) DO UPDATE SET quantity = positions.quantity + excluded.quantity;
TABLE proof;
MERGE INTO positions p USING (VALUES ('f', 'ACME C', 2), ('g', 'BGX', NULL), ('h', 'PAIR', -4)) t(account, instrument, quantity)
ON p.account = t.account AND p.instrument = t.instrument
WHEN MATCHED AND t.quantity IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET quantity = t.quantity
WHEN NOT MATCHED THEN INSERT VALUES (t.account, t.instrument, t.quantity);
TABLE proof;

-- A part is undone with its savepoint, all with the transaction.
BEGIN;
UPDATE positions SET quantity = quantity + 5 WHERE account = 'f';
SAVEPOINT s;
INSERT INTO positions VALUES ('z', 'ACME', 1);
DELETE FROM positions WHERE account = 'f';
TABLE proof;
ROLLBACK TO s;
TABLE proof;
ROLLBACK;
TABLE proof;

-- An empty account, an empty book.
DELETE FROM positions WHERE account = 'h';
SELECT count(*) FROM positions_margin WHERE account = 'h';
TRUNCATE positions;
TABLE proof;
INSERT INTO positions VALUES ('a', 'ACME', 10), ('a', 'ACME C', -10), ('a', 'BGX', 1), ('b', 'ACME C', 2), ('b', 'PAIR', 1);
TABLE proof;

-- Refused: nothing to value the position with.
CREATE TABLE free_positions (account text, instrument text, quantity float8);
INSERT INTO free_positions VALUES ('a', 'ACME', 1);
SELECT margin_live('free_positions', 'contracts') LIKE '%accounts: 1.%' AS live;
\pset format aligned
\x on
SELECT * FROM pg_temp.raised($$INSERT INTO live.positions VALUES ('a', 'NOWHERE', 1)$$);
SELECT * FROM pg_temp.raised($$INSERT INTO live.positions VALUES ('n', 'ACME', 1), ('n', 'UNPRICED', 1)$$);
SELECT * FROM pg_temp.raised($$INSERT INTO live.positions VALUES ('n', 'ACME', NULL)$$);
SELECT * FROM pg_temp.raised($$UPDATE live.positions SET quantity = NULL$$);
SELECT * FROM pg_temp.raised($$INSERT INTO live.free_positions VALUES (NULL, 'ACME', 1)$$);
SELECT * FROM pg_temp.raised($$UPDATE live.free_positions SET account = NULL$$);
SELECT * FROM pg_temp.raised($$UPDATE live.free_positions SET instrument = NULL$$);
SELECT * FROM pg_temp.raised($$UPDATE live.positions SET quantity = 'NaN' WHERE account = 'b' AND instrument = 'PAIR'$$);
-- Another currency in the account; another account may have it.
SELECT * FROM pg_temp.raised($$INSERT INTO live.positions VALUES ('a', 'EURO', 1)$$);
\x off
\pset format unaligned
SELECT count(*) FROM margin_live_check('free_positions');
SELECT margin_live_drop('free_positions');
INSERT INTO positions VALUES ('e', 'EURO', 1);
TABLE proof;

--
-- Changes of contracts
--
UPDATE contracts SET risk = array_of('call', 200, 190, 0.22, 'ACME') WHERE instrument = 'ACME C';
TABLE proof;
UPDATE contracts SET risk = array_of('spot', NULL, 60, NULL, 'BGX') + array_of('spot', NULL, 190, NULL, 'ACME') WHERE instrument = 'PAIR';
TABLE proof;
INSERT INTO contracts VALUES ('ACME', NULL, array_of('spot', NULL, 190, NULL, 'ACME')), ('NEW', NULL, array_of('spot', NULL, 1, NULL, 'NEW'))
ON CONFLICT (instrument) DO UPDATE SET risk = excluded.risk;
TABLE proof;
UPDATE contracts SET note = 'same';
TABLE proof;
-- An underlying may change, and all arrays may come with another scenario set at once.
UPDATE contracts SET risk = array_of('spot', NULL, 60, NULL, 'BGY') WHERE instrument = 'BGX';
TABLE proof;
UPDATE contracts SET risk = risk_array(margin_position(kind => 'spot', quantity => 1, spot => 10, underlying => left(instrument, 4), currency => 'USD'), tims_scenarios(0.08, 0.06))
WHERE risk IS NOT NULL;
TABLE proof;
SELECT account, requirement::numeric(12,2), positions FROM positions_margin ORDER BY account;
DELETE FROM contracts WHERE instrument = 'NEW';
TABLE proof;
\pset format aligned
\x on
SELECT * FROM pg_temp.raised($$DELETE FROM live.contracts WHERE instrument = 'ACME'$$);
SELECT * FROM pg_temp.raised($$UPDATE live.contracts SET risk = NULL WHERE instrument = 'ACME C'$$);
SELECT * FROM pg_temp.raised($$UPDATE live.contracts SET instrument = 'ACME D' WHERE instrument = 'ACME C'$$);
SELECT * FROM pg_temp.raised($$TRUNCATE live.contracts$$);
-- Positions and contracts at once, by WITH and by a trigger, either way round.
SELECT * FROM pg_temp.raised($$WITH c AS (UPDATE live.contracts SET risk = 2 * risk) UPDATE live.positions SET quantity = 1$$);
SELECT * FROM pg_temp.raised($$WITH p AS (DELETE FROM live.positions) UPDATE live.contracts SET risk = 2 * risk$$);
\x off
\pset format unaligned
CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE TG_ARGV[0];
	RETURN NULL;
END $$;
CREATE TRIGGER meddle AFTER INSERT ON positions FOR EACH ROW EXECUTE FUNCTION meddle('UPDATE live.contracts SET risk = 2 * risk');
SELECT state, message FROM pg_temp.raised($$INSERT INTO live.positions VALUES ('q', 'ACME', 1)$$);
DROP TRIGGER meddle ON positions;
CREATE TRIGGER meddle AFTER UPDATE ON contracts FOR EACH ROW EXECUTE FUNCTION meddle('DELETE FROM live.positions');
SELECT state, message FROM pg_temp.raised($$UPDATE live.contracts SET risk = 2 * risk$$);
DROP TRIGGER meddle ON contracts;
UPDATE positions SET quantity = quantity + 1;
UPDATE contracts SET risk = 2 * risk;
TABLE proof;
-- A trigger that runs when ours have run is like the next statement.
CREATE TRIGGER zz_meddle AFTER UPDATE ON contracts FOR EACH STATEMENT EXECUTE FUNCTION meddle('UPDATE live.positions SET quantity = quantity + 1');
UPDATE contracts SET risk = 2 * risk;
TABLE proof;
DROP TRIGGER zz_meddle ON contracts;
-- What failed half-way is not unfinished for ever.
CREATE TRIGGER meddle AFTER INSERT ON positions FOR EACH ROW EXECUTE FUNCTION meddle('SELECT 1 / 0');
BEGIN;
SAVEPOINT s;
INSERT INTO positions VALUES ('q', 'ACME', 1);
ROLLBACK TO s;
UPDATE contracts SET risk = 2 * risk WHERE instrument = 'ACME';
SELECT state, message FROM pg_temp.raised($$INSERT INTO live.positions VALUES ('q', 'ACME', 1)$$);
UPDATE contracts SET risk = 2 * risk WHERE instrument = 'ACME C';
SELECT state, message FROM pg_temp.raised($$WITH c AS (UPDATE live.contracts SET risk = 2 * risk) UPDATE live.positions SET quantity = 1$$);
UPDATE positions SET quantity = quantity + 1 WHERE instrument = 'ACME';
UPDATE contracts SET risk = 2 * risk WHERE instrument = 'ACME';
TABLE proof;
COMMIT;
INSERT INTO positions VALUES ('q', 'ACME', 1);
UPDATE contracts SET risk = 2 * risk WHERE instrument = 'ACME';
DROP TRIGGER meddle ON positions;
TABLE proof;
-- Re-marks need to see what others commit; what changes no array does not.
BEGIN ISOLATION LEVEL REPEATABLE READ;
UPDATE contracts SET note = 'other';
INSERT INTO positions VALUES ('r', 'ACME', 1);
TABLE proof;
SELECT state, message, hint FROM pg_temp.raised($$UPDATE live.contracts SET risk = 2 * risk WHERE instrument = 'BGX C'$$);
SELECT state, message FROM pg_temp.raised($$DELETE FROM live.contracts WHERE instrument = 'BGX C'$$);
SELECT state, message FROM pg_temp.raised('TRUNCATE live.contracts');
SELECT state, message FROM pg_temp.raised('TRUNCATE live.positions');
ROLLBACK;

-- Rows that go with their account.
CREATE TABLE accounts (account text PRIMARY KEY);
INSERT INTO accounts SELECT DISTINCT account FROM positions;
ALTER TABLE positions ADD FOREIGN KEY (account) REFERENCES accounts ON DELETE CASCADE ON UPDATE CASCADE;
DELETE FROM accounts WHERE account IN ('a', 'e');
TABLE proof;
UPDATE accounts SET account = account || '2';
TABLE proof;
DROP TABLE accounts CASCADE;

-- The check does find what is wrong.
BEGIN;
UPDATE positions_risk SET risk = 2 * risk WHERE account = 'b2' AND underlying = 'ACME';
INSERT INTO positions_risk VALUES ('x', 'ACME', (SELECT risk FROM contracts WHERE instrument = 'ACME'));
SELECT account, underlying, stored IS NULL AS missing, recomputed IS NULL AS surplus FROM margin_live_check('positions');
DELETE FROM positions_risk;
SELECT state, message, hint FROM pg_temp.raised('UPDATE live.positions SET quantity = quantity + 1');
ROLLBACK;

--
-- Who may what: a trader needs no rights but on positions.
--
CREATE ROLE regress_margin_trader;
GRANT USAGE ON SCHEMA live TO regress_margin_trader;
GRANT SELECT, INSERT, UPDATE, DELETE ON positions TO regress_margin_trader;
SET ROLE regress_margin_trader;
INSERT INTO positions VALUES ('t', 'ACME', 5);
UPDATE positions SET quantity = 6 WHERE account = 't';
SELECT pg_temp.error('count(*) FROM live.positions_risk');
SELECT pg_temp.error('count(*) FROM live.positions_margin');
RESET ROLE;
TABLE proof;
-- The view shows what its reader may see of the risk table.
GRANT SELECT ON positions_risk, positions_margin TO regress_margin_trader;
ALTER TABLE positions_risk ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON positions_risk FOR SELECT TO regress_margin_trader USING (account = 't');
SET ROLE regress_margin_trader;
SELECT account, positions FROM positions_margin;
DELETE FROM positions WHERE account = 't';
SELECT count(*) FROM positions_margin;
RESET ROLE;
TABLE proof;
-- What writes to the risk table serves nobody else's triggers.
CREATE SCHEMA trader AUTHORIZATION regress_margin_trader;
SET ROLE regress_margin_trader;
CREATE TABLE trader.positions (account text, instrument text, quantity numeric);
CREATE FUNCTION trader.lies(OUT positions oid, OUT general oid, OUT account text, OUT instrument text, OUT quantity text,
	OUT contract text, OUT added text, OUT moved text) LANGUAGE sql AS
	$$SELECT 'trader.positions'::regclass::oid, coalesce(nullif(current_setting('lies.general', true), ''), 'live.positions_live_positions()')::regprocedure::oid,
		'account', 'instrument', 'quantity', nullif(current_setting('lies.contract', true), ''), 'DELETE FROM live.positions_risk', 'DELETE FROM live.positions_risk'$$;
\pset format aligned
\x on
SELECT * FROM pg_temp.raised($$CREATE TRIGGER t AFTER INSERT ON trader.positions FOR EACH ROW EXECUTE FUNCTION live.positions_live_positions()$$);
CREATE TRIGGER t AFTER INSERT ON trader.positions FOR EACH ROW EXECUTE FUNCTION margin_live_trade('live.positions_risk', 'live', 'positions_live_single');
SELECT * FROM pg_temp.raised($$INSERT INTO trader.positions VALUES ('s', 'ACME', 5)$$);
DROP TRIGGER t ON trader.positions;
CREATE TRIGGER t AFTER INSERT ON trader.positions FOR EACH ROW EXECUTE FUNCTION margin_live_trade('live.positions_risk', 'trader', 'lies');
SELECT * FROM pg_temp.raised($$INSERT INTO trader.positions VALUES ('s', 'ACME', 5)$$);
-- a function that is no trigger, statements that return something else, or write
SET lies.general = 'pg_catalog.pg_backend_pid()';
ALTER FUNCTION trader.lies() STABLE;
SELECT * FROM pg_temp.raised($$INSERT INTO trader.positions VALUES ('s', 'ACME', 5)$$) \gset lie_
SELECT :'lie_message' ~ 'is not a trigger' AS refused;
SET lies.contract = 'SELECT $1, $2, $3';
ALTER FUNCTION trader.lies() STABLE;
SELECT * FROM pg_temp.raised($$INSERT INTO trader.positions VALUES ('s', 'ACME', 5)$$);
SET lies.contract = 'SELECT a.risk, $2::float8, $3::float8 FROM (SELECT public.risk_array(public.margin_position(kind => ''spot'', quantity => 1, spot => 1, underlying => $1), public.scenario_grid(0.1, 1, ''{0}'')) AS risk) a';
ALTER FUNCTION trader.lies() STABLE;
SELECT * FROM pg_temp.raised($$INSERT INTO trader.positions VALUES ('s', 'ACME', 5)$$);
-- and as what else
DROP TRIGGER t ON trader.positions;
CREATE TRIGGER t BEFORE INSERT ON trader.positions FOR EACH ROW EXECUTE FUNCTION margin_live_trade('live.positions_risk', 'trader', 'lies');
SELECT * FROM pg_temp.raised($$INSERT INTO trader.positions VALUES ('s', 'ACME', 5)$$);
DROP TRIGGER t ON trader.positions;
CREATE TRIGGER t AFTER INSERT ON trader.positions FOR EACH STATEMENT EXECUTE FUNCTION margin_live_trade('live.positions_risk', 'trader', 'lies');
SELECT * FROM pg_temp.raised($$INSERT INTO trader.positions VALUES ('s', 'ACME', 5)$$);
DROP TRIGGER t ON trader.positions;
CREATE TRIGGER t AFTER INSERT ON trader.positions FOR EACH ROW EXECUTE FUNCTION margin_live_guard('live.positions_risk', 'positions', '', '');
SELECT * FROM pg_temp.raised($$INSERT INTO trader.positions VALUES ('s', 'ACME', 5)$$);
SELECT * FROM pg_temp.raised($$SELECT margin_live_trade()$$);
\x off
\pset format unaligned
RESET lies.general;
RESET lies.contract;
RESET ROLE;
DROP SCHEMA trader CASCADE;
TABLE proof;
-- A search path that lies changes nothing.
CREATE SCHEMA evil;
CREATE FUNCTION evil.gt(numeric, numeric) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION evil.twice(float8, risk_array) RETURNS risk_array LANGUAGE sql AS 'SELECT ''{}''::public.risk_array';
CREATE OPERATOR evil.* (FUNCTION = evil.twice, LEFTARG = float8, RIGHTARG = risk_array);
SET search_path = evil, live, pg_catalog, public;
INSERT INTO positions VALUES ('s', 'ACME', 5);
UPDATE positions SET quantity = 6, instrument = 'BGX' WHERE account = 's';
SET search_path = live, public;
TABLE proof;

-- A second set-up on the same table, and its end.
CREATE TABLE stressed AS SELECT instrument AS id, 3 * risk AS risk FROM contracts;
ALTER TABLE stressed ADD UNIQUE (id);
SELECT margin_live('positions', 'stressed', contract_instrument => 'id', target => 'stress');
UPDATE positions SET quantity = quantity - 3;
UPDATE stressed SET risk = risk + risk WHERE risk IS NOT NULL AND id = 'ACME';
SELECT count(*) FROM margin_live_check('positions', 'stress');
SELECT count(*) FROM margin_live_check('positions', 'positions');
SELECT m.account, (s.requirement / m.requirement)::numeric(12,2) AS times FROM positions_margin m JOIN stress_margin s USING (account) ORDER BY 1;
SELECT state, message, hint FROM pg_temp.raised($$SELECT margin_live_check('live.positions')$$);
SELECT margin_live_drop('positions', 'stress');
-- What the user has put on top is not dropped along.
SELECT state, message, detail FROM pg_temp.raised($$SELECT margin_live_drop('live.positions')$$);
DROP VIEW proof;
SELECT margin_live_drop('positions');
SELECT state, message, hint FROM pg_temp.raised($$SELECT margin_live_drop('live.positions')$$);
SELECT relname FROM pg_class WHERE relnamespace = 'live'::regnamespace AND relname ~ 'risk|margin|live';
SELECT proname FROM pg_proc WHERE pronamespace = 'live'::regnamespace AND proname ~ 'live';
SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgrelid IN ('positions'::regclass, 'contracts'::regclass) AND NOT tgisinternal;

--
-- Row by row: the same bytes.
--
TRUNCATE positions;
SELECT margin_live('positions', 'contracts');
SELECT margin_live('positions', 'contracts', target => 'by row', row_level => true);
INSERT INTO positions SELECT 'acc' || n % 7, instrument, (n * 37 % 101) / 4.0 - 12 FROM generate_series(1, 20) n, contracts WHERE instrument <> 'EURO' AND risk IS NOT NULL ON CONFLICT DO NOTHING;
UPDATE positions SET quantity = quantity * 3 - 1 WHERE account < 'acc5';
UPDATE positions SET account = 'moved' WHERE account = 'acc1';
DELETE FROM positions WHERE quantity < -20;
UPDATE contracts SET risk = 3 * risk WHERE instrument LIKE 'A%';
UPDATE positions SET quantity = quantity;
SELECT count(*) FROM margin_live_check('positions', 'positions');
SELECT count(*) FROM margin_live_check('positions', 'by row');
SELECT count(*) AS rows, count(*) FILTER (WHERE risk_array_send(a.risk) = risk_array_send(b.risk)) AS same FROM positions_risk a FULL JOIN "by row_risk" b USING (account, underlying);
SELECT state, message FROM pg_temp.raised($$WITH p AS (DELETE FROM live.positions) UPDATE live.contracts SET risk = 2 * risk$$);
SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'positions'::regclass AND tgname LIKE 'by row%' ORDER BY 1;
TRUNCATE positions;
SELECT count(*) FROM "by row_risk";
SELECT margin_live_drop('positions', 'by row');
SELECT margin_live_drop('positions');
-- Definitions that change between two trades of a session.
CREATE TABLE changing (gone int, instrument text, account text, quantity numeric);
SELECT margin_live('changing', 'contracts', row_level => true) LIKE '%accounts: 0.%' AS live;
INSERT INTO changing VALUES (1, 'ACME', 'a', 2.5);
ALTER TABLE changing DROP gone;
UPDATE changing SET quantity = 3.5;
ALTER TABLE changing ALTER quantity TYPE float8, ALTER account TYPE varchar(9);
UPDATE changing SET quantity = quantity - 1.25;
INSERT INTO changing VALUES ('ACME C', 'a', 4);
ALTER FUNCTION changing_live_single() COST 7;
UPDATE changing SET quantity = quantity + 0.5 WHERE instrument = 'ACME';
SELECT count(*) FROM margin_live_check('changing');
SELECT account, underlying, (margin(risk)).positions FROM changing_risk;
BEGIN;
ALTER TABLE changing RENAME quantity TO size;
SELECT state, message, hint FROM pg_temp.raised('UPDATE live.changing SET size = 1');
ROLLBACK;
BEGIN;
DROP FUNCTION changing_live_single;
SELECT state, message, detail, hint FROM pg_temp.raised('UPDATE live.changing SET quantity = 1');
ROLLBACK;
UPDATE changing SET quantity = 1 WHERE instrument = 'ACME';
SELECT count(*) FROM margin_live_check('changing');
SELECT margin_live_drop('changing');
DROP TABLE changing;

--
-- Names and types of all sorts.
--
CREATE SCHEMA "Odd ""schema""";
SET search_path = "Odd ""schema""", live, public;
CREATE TYPE side AS ENUM ('house', 'client');
CREATE TABLE "book""s" ("Account №" side, "select" bigint, "{risk}" int);
CREATE TABLE "all contracts" ("from %s" bigint PRIMARY KEY, "$1" risk_array);
INSERT INTO "all contracts" SELECT 1, array_of('spot', NULL, 187.5, NULL, 'AC''ME "x" {y} %');
SELECT margin_live('"book""s"', '"all contracts"', account => 'Account №', instrument => 'select', quantity => '{risk}',
	contract_instrument => 'from %s', risk => '$1', target => 'Маржа ''{account}'' "%"');
INSERT INTO "book""s" VALUES ('client', 1, 10), ('house', 1, -5);
UPDATE "book""s" SET "{risk}" = 7 WHERE "Account №" = 'client';
UPDATE "all contracts" SET "$1" = 2 * "$1";
SELECT account, requirement, worst_underlying FROM "Маржа '{account}' ""%""_margin" ORDER BY 1;
SELECT count(*) FROM margin_live_check('"book""s"');
SELECT state, message, detail FROM pg_temp.raised($$INSERT INTO "book""s" VALUES ('client', 2, 10)$$);
SELECT state, message FROM pg_temp.raised($$WITH c AS (UPDATE "all contracts" SET "$1" = 2 * "$1") DELETE FROM "book""s"$$);
SELECT margin_live_drop('"book""s"');
SELECT count(*) FROM pg_class WHERE relnamespace = '"Odd ""schema"""'::regnamespace AND relkind IN ('r', 'v');
SET search_path = live, public;

-- The extension in another schema, the tables' types outside pg_catalog.
BEGIN;
CREATE SCHEMA elsewhere;
ALTER EXTENSION portfolio_margin SET SCHEMA elsewhere;
SELECT elsewhere.margin_live('positions', 'contracts', target => 'far');
INSERT INTO positions VALUES ('a', 'ACME', 2), ('b', 'ACME', 1);
UPDATE positions SET quantity = 3 WHERE account = 'a';
UPDATE contracts SET risk = 2.0::float8 OPERATOR(elsewhere.*) risk;
SELECT account, positions FROM far_margin ORDER BY 1;
SELECT count(*) FROM elsewhere.margin_live_check('positions');
SELECT elsewhere.margin_live_drop('positions') LIKE '%no longer live%' AS dropped;
ROLLBACK;

-- Partitions: every way in is seen.
CREATE TABLE parted (account text, instrument text, quantity float8) PARTITION BY LIST (account);
CREATE TABLE parted_a PARTITION OF parted FOR VALUES IN ('a');
CREATE TABLE parted_b PARTITION OF parted FOR VALUES IN ('b');
INSERT INTO parted VALUES ('a', 'ACME', 1);
\pset format aligned
\x on
SELECT * FROM pg_temp.raised($$SELECT margin_live('live.parted', 'live.contracts')$$);
\x off
\pset format unaligned
SELECT margin_live('parted', 'contracts', row_level => true) LIKE '%accounts: 1.%' AS live;
INSERT INTO parted VALUES ('a', 'ACME', 1), ('b', 'BGX', 1);
INSERT INTO parted_b VALUES ('b', 'BGX C', 4);
UPDATE parted SET account = 'b' WHERE account = 'a' AND instrument = 'ACME';
UPDATE parted_b SET quantity = 9 WHERE instrument = 'BGX C';
CREATE TABLE parted_c PARTITION OF parted FOR VALUES IN ('c');
INSERT INTO parted_c VALUES ('c', 'ACME', 1);
-- a partition with its columns elsewhere
CREATE TABLE parted_d (gone int, quantity float8, instrument text, account text);
ALTER TABLE parted_d DROP gone;
ALTER TABLE parted ATTACH PARTITION parted_d FOR VALUES IN ('d');
INSERT INTO parted VALUES ('d', 'ACME', 1);
INSERT INTO parted_d (quantity, instrument, account) VALUES (2, 'ACME', 'd');
UPDATE parted SET quantity = quantity + 1 WHERE account = 'd' AND quantity = 2;
SELECT account, underlying, (margin(risk)).positions FROM parted_risk ORDER BY 1, 2;
SELECT count(*) FROM margin_live_check('parted');
SELECT state, message, hint FROM pg_temp.raised('TRUNCATE live.parted_b');
TRUNCATE parted;
SELECT count(*) FROM parted_risk;
DROP TABLE parted;
DROP TABLE parted_risk CASCADE;
SELECT proname FROM pg_proc WHERE pronamespace = 'live'::regnamespace AND proname LIKE 'parted%' ORDER BY 1;
DROP TRIGGER parted_live_guard ON contracts;
DROP TRIGGER parted_live_written ON contracts;
DROP FUNCTION parted_live_positions, parted_live_contracts, parted_live_single, parted_live_adds_up, parted_live_check CASCADE;

-- Unlogged positions have an unlogged risk table: a crash empties both.
CREATE UNLOGGED TABLE scratch (account text, instrument text, quantity float8);
SELECT margin_live('scratch', 'contracts') LIKE '%accounts: 0.%' AS live;
SELECT relpersistence FROM pg_class WHERE relname = 'scratch_risk';
DROP TABLE scratch_risk CASCADE;
DROP TRIGGER scratch_live_guard ON contracts;
DROP TRIGGER scratch_live_written ON contracts;
DROP FUNCTION scratch_live_positions, scratch_live_contracts, scratch_live_single, scratch_live_adds_up, scratch_live_check CASCADE;

-- What cannot be set up says why.
CREATE TABLE loose (instrument text, risk risk_array);
CREATE TABLE other_type (instrument int PRIMARY KEY, risk risk_array);
CREATE TABLE no_array (instrument text PRIMARY KEY, risk float8);
CREATE UNLOGGED TABLE forgets (instrument text PRIMARY KEY, risk risk_array);
CREATE VIEW seen AS SELECT * FROM positions;
CREATE TABLE a_table_with_a_name_that_leaves_no_room_for_more () INHERITS (positions);
INSERT INTO positions VALUES ('a', 'NOWHERE', 1);
SELECT call, pg_temp.error(call) FROM (VALUES
	($$margin_live(NULL, 'live.contracts')$$),
	($$margin_live('live.seen', 'live.contracts')$$),
	($$margin_live('live.positions', 'live.contracts')$$),
	($$margin_live('live.scratch', 'live.seen')$$),
	($$margin_live('live.scratch', 'live.scratch')$$),
	($$margin_live('live.scratch', 'live.loose')$$),
	($$margin_live('live.scratch', 'live.other_type')$$),
	($$margin_live('live.scratch', 'live.no_array')$$),
	($$margin_live('live.scratch', 'live.contracts', account => 'client')$$),
	($$margin_live('live.scratch', 'live.contracts', risk => 'array')$$),
	($$margin_live('live.scratch', 'live.contracts', target => repeat('x', 49)::name)$$),
	($$margin_live('live.scratch', 'live.contracts', limits => 'live.other_type')$$),
	($$margin_live_drop('live.scratch', 'nothing')$$)) v(call);
DROP TABLE a_table_with_a_name_that_leaves_no_room_for_more;
SELECT pg_temp.error($$margin_live('live.positions', 'live.contracts')$$);
ALTER TABLE scratch SET LOGGED;
SELECT pg_temp.error($$margin_live('live.scratch', 'live.forgets')$$);
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT pg_temp.error($$margin_live('live.scratch', 'live.contracts')$$);
ROLLBACK;
-- A failed set-up leaves nothing.
SELECT relname FROM pg_class WHERE relnamespace = 'live'::regnamespace AND relname ~ '_(risk|margin|live)';

--
-- The pre-trade check
--
TRUNCATE positions;
DELETE FROM contracts WHERE risk IS NULL;
UPDATE contracts SET risk = array_of('spot', NULL, 100, NULL, left(instrument, 4)) WHERE instrument <> 'ACME C';
UPDATE contracts SET risk = array_of('call', 100, 100, 0.25, 'ACME') WHERE instrument = 'ACME C';
CREATE TABLE limits (account text PRIMARY KEY, margin_limit numeric);
INSERT INTO limits VALUES ('a', 20000), ('b', 20000), ('free', 'Infinity'), ('none', NULL), ('nan', 'NaN');
INSERT INTO positions VALUES ('b', 'ACME', 20);
SELECT margin_live('positions', 'contracts', limits => 'limits');
INSERT INTO positions VALUES ('a', 'ACME', 13);
SELECT account, requirement FROM positions_margin ORDER BY 1;
\pset format aligned
\x on
SELECT * FROM pg_temp.raised($$INSERT INTO live.positions VALUES ('a', 'BGX', 1)$$);
SELECT * FROM pg_temp.raised($$UPDATE live.positions SET quantity = 15 WHERE account = 'a'$$);
SELECT * FROM pg_temp.raised($$UPDATE live.positions SET quantity = -27 WHERE account = 'a'$$);
-- over the limit already, before there was one: less is allowed, more is not
SELECT * FROM pg_temp.raised($$UPDATE live.positions SET quantity = 21 WHERE account = 'b'$$);
SELECT * FROM pg_temp.raised($$INSERT INTO live.positions VALUES ('b', 'ACME C', 1)$$);
-- several contracts in one statement; one account of several
SELECT * FROM pg_temp.raised($$INSERT INTO live.positions VALUES ('free', 'ACME', 9), ('a', 'ACME C', 10), ('a', 'BGX', 10)$$);
-- closing a hedge
INSERT INTO positions VALUES ('a', 'ACME C', -13);
UPDATE positions SET quantity = 16 WHERE account = 'a' AND instrument = 'ACME';
SELECT * FROM pg_temp.raised($$DELETE FROM live.positions WHERE account = 'a' AND instrument = 'ACME C'$$);
SELECT * FROM pg_temp.raised($$INSERT INTO live.positions VALUES ('none', 'ACME', 1)$$);
SELECT * FROM pg_temp.raised($$INSERT INTO live.positions VALUES ('nan', 'ACME', 1)$$);
SELECT * FROM pg_temp.raised($$INSERT INTO live.positions VALUES ('unknown', 'ACME', 1)$$);
\x off
\pset format unaligned
UPDATE positions SET quantity = 19 WHERE account = 'b';
INSERT INTO positions VALUES ('free', 'ACME', 1000000);
-- what needs no margin needs no limit
INSERT INTO positions VALUES ('unknown', 'ACME', 0);
-- marks may move whatever the limits
UPDATE contracts SET risk = 2 * risk;
UPDATE positions SET quantity = 18 WHERE account = 'b';
SELECT account, requirement::numeric(20,2) FROM positions_margin ORDER BY 1;
SELECT count(*) FROM margin_live_check('positions');
SELECT account, changes FROM positions_live_lock ORDER BY 1;
SELECT margin_live_drop('positions');
-- a function of the user's, by a view; tenths of contracts; row by row
CREATE VIEW own_limits AS SELECT DISTINCT account AS name, 1000.0 + length(account) AS most FROM limits;
SELECT margin_live('positions', 'contracts', limits => 'own_limits', limit_account => 'name', limit_column => 'most', lot => 0.1, row_level => true) LIKE '%most in live.own_limits%' AS live;
TRUNCATE positions;
\pset format aligned
\x on
SELECT * FROM pg_temp.raised($$INSERT INTO live.positions VALUES ('a', 'BGX', -1)$$);
\x off
\pset format unaligned
INSERT INTO positions VALUES ('a', 'BGX', -0.3);
SELECT count(*) FROM margin_live_check('positions');
SELECT margin_live_drop('positions');

-- Everything explained.
SELECT margin_live('positions', 'contracts', limits => 'limits');
SELECT identity, comment FROM (
	SELECT i.type || ' ' || i.identity AS identity, coalesce(obj_description(o.oid, o.class), '(none)') AS comment
	FROM (SELECT oid, 'pg_class' FROM pg_class WHERE relnamespace = 'live'::regnamespace AND relkind IN ('r', 'v') AND relname ~ '_(risk|margin|live)'
		UNION ALL SELECT oid, 'pg_proc' FROM pg_proc WHERE pronamespace = 'live'::regnamespace AND proname ~ '_live_') o(oid, class),
		pg_identify_object(o.class::regclass, o.oid, 0) i) x ORDER BY identity COLLATE "C";
SELECT attname FROM pg_attribute WHERE attrelid IN ('positions_risk'::regclass, 'positions_margin'::regclass) AND attnum > 0 AND col_description(attrelid, attnum) IS NULL;
SELECT margin_live_drop('positions');

SET client_min_messages = warning;
RESET search_path;
DROP SCHEMA live, evil, "Odd ""schema""" CASCADE;
DROP ROLE regress_margin_trader;
