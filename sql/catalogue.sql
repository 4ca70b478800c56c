-- The extension as its catalogue shows it: everything explained, every
-- function pure, and the list of public objects, which is the contract.
\getenv abs_srcdir PG_ABS_SRCDIR
\set file :abs_srcdir '/sql/setup.sql'
\i :file

CREATE TEMP TABLE members AS
SELECT d.classid, d.objid, i.type, regexp_replace(i.identity, '\mpublic\.', '', 'g') AS identity,
	   obj_description(d.objid, d.classid::regclass::text) AS comment
FROM pg_depend d, pg_identify_object(d.classid, d.objid, 0) i
WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
	AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'portfolio_margin')
	AND i.identity NOT LIKE '%[]';	-- from 17 on array types are members too
SELECT type, count(*) FROM members GROUP BY type ORDER BY type;

-- Everything has a comment, and what users call has an example in it.
SELECT type, identity AS without_comment FROM members WHERE coalesce(comment, '') = '' AND identity NOT LIKE '%[]' ORDER BY 1, 2;
SELECT type, identity AS without_example FROM members
WHERE comment NOT LIKE '%Example: %' AND comment NOT LIKE 'Support function of %'
	AND type NOT IN ('operator class', 'operator family') ORDER BY 1, 2;
SELECT identity AS support_function FROM members WHERE comment LIKE 'Support function of %' ORDER BY identity COLLATE "C";
SELECT c.oid::regclass AS type, a.attname AS without_comment
FROM members m JOIN pg_type t ON m.classid = 'pg_type'::regclass AND t.oid = m.objid
	 JOIN pg_class c ON c.oid = t.typrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE coalesce(col_description(c.oid, a.attnum), '') = '';
SELECT coalesce(obj_description(oid, 'pg_extension'), '') <> '' AS extension_has_comment, extrelocatable AS relocatable, extconfig AS config
FROM pg_extension WHERE extname = 'portfolio_margin';

-- Every argument has a name, and every function that calculates is C,
-- immutable, parallel safe, without privileges of its own; an array's own operators are the server's.
CREATE TEMP TABLE functions AS
SELECT p.*, m.identity, m.comment, l.lanname FROM members m JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid JOIN pg_language l ON l.oid = prolang;
SELECT identity AS without_names FROM functions
WHERE pronargs > 0 AND (proargnames IS NULL OR '' = ANY (proargnames)) AND prorettype <> 'cstring'::regtype AND identity !~ '_(in|out|recv|send)\(' ORDER BY 1;
SELECT identity AS not_pure FROM functions
WHERE provolatile <> 'i' OR proparallel <> 's' OR prosecdef OR proleakproof OR proconfig IS NOT NULL
	OR NOT (lanname = 'c' OR prokind = 'a' OR (lanname = 'internal' AND prosrc LIKE 'array\_%'))
EXCEPT SELECT identity FROM functions WHERE identity ~ '^margin_live' ORDER BY 1;
-- margin_live sets up tables and triggers: not pure, but with the caller's
-- rights, and with a search path that nobody can change, unless they run no statement.
SELECT identity AS unsafe FROM functions
WHERE identity ~ '^margin_live' AND identity !~ '^margin_live_(guard|moved)\(' AND (prosecdef OR proleakproof OR proconfig IS DISTINCT FROM ARRAY['search_path=pg_catalog, pg_temp']) ORDER BY 1;
SELECT prokind, lanname, count(*), count(DISTINCT probin) AS libraries FROM functions GROUP BY 1, 2 ORDER BY 1, 2;
SELECT identity, aggtransspace, aggcombinefn::text, aggserialfn::text, aggdeserialfn::text, aggfinalmodify, aggmfinalfn::text
FROM functions f JOIN pg_aggregate a ON a.aggfnoid = f.oid ORDER BY identity;
-- Defaults are constants, so that no search_path can change one.
SELECT f.identity, pg_get_expr(proargdefaults, 0) AS defaults FROM functions f WHERE pronargdefaults > 0 ORDER BY f.identity COLLATE "C";
SELECT identity, n.nspname AS calls FROM functions f, regexp_matches(proargdefaults::text, ':(?:op)?funcid (\d+)', 'g') m
	 JOIN pg_proc p ON p.oid = m[1]::oid JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname <> 'pg_catalog' ORDER BY 1;
-- No other function is written in SQL, so none has a body to be misled.
SELECT identity AS with_body FROM functions WHERE lanname IN ('sql', 'plpgsql') AND identity !~ '^margin_live';
-- Nothing was left to an operator's guess: both directions exist, and hash and sort.
SELECT o.oid::regoperator AS operator, oprcom::regoperator AS commutator, oprnegate::regoperator AS negator, oprcanmerge, oprcanhash, oprrest::text, oprjoin::text
FROM members m JOIN pg_operator o ON m.classid = 'pg_operator'::regclass AND o.oid = m.objid ORDER BY o.oid::regoperator::text COLLATE "C";
SELECT amname, opcname, opcdefault, amvalidate(c.oid) AS valid
FROM members m JOIN pg_opclass c ON m.classid = 'pg_opclass'::regclass AND c.oid = m.objid JOIN pg_am a ON a.oid = c.opcmethod ORDER BY 1;

--
-- The contract
--
SELECT t.oid::regtype AS enum, array_agg(enumlabel ORDER BY enumsortorder) AS labels
FROM members m JOIN pg_type t ON m.classid = 'pg_type'::regclass AND t.oid = m.objid JOIN pg_enum e ON e.enumtypid = t.oid GROUP BY t.oid ORDER BY t.typname COLLATE "C";
SELECT t.oid::regtype AS composite, attnum AS n, attname, format_type(atttypid, atttypmod) AS type
FROM members m JOIN pg_type t ON m.classid = 'pg_type'::regclass AND t.oid = m.objid JOIN pg_attribute a ON a.attrelid = t.typrelid AND attnum > 0
ORDER BY t.typname COLLATE "C", attnum;
SELECT typname, typlen, typalign, typstorage FROM members m JOIN pg_type t ON m.classid = 'pg_type'::regclass AND t.oid = m.objid
WHERE typtype = 'b' AND typelem = 0 ORDER BY 1;
SELECT CASE prokind WHEN 'a' THEN 'aggregate' ELSE 'function' END AS kind,
	   format('%s(%s) → %s', proname, pg_get_function_arguments(oid), pg_get_function_result(oid)) AS public, proisstrict AS strict
FROM functions WHERE comment NOT LIKE 'Support function of %' ORDER BY prokind, identity COLLATE "C";
SELECT type, identity FROM members WHERE type IN ('cast', 'operator', 'operator class', 'operator family') ORDER BY type, identity COLLATE "C";
SELECT castsource::regtype AS source, casttarget::regtype AS target, castcontext AS context
FROM members m JOIN pg_cast c ON m.classid = 'pg_cast'::regclass AND c.oid = m.objid;

-- Every example that stands by itself runs.
CREATE TEMP TABLE examples AS
SELECT identity, regexp_replace(substring(comment FROM 'Example: (.*)$'), '^SELECT ', '') AS example FROM members
WHERE comment LIKE '%Example: %' AND identity !~ '^margin_live';	-- those are in sql/live.sql
SET client_min_messages = warning;
CREATE TEMP TABLE book AS SELECT 'A' AS account, margin_position(kind => 'spot', quantity => 100, spot => 187.50, underlying => 'ACME') AS p;
-- What the examples of risk_array are about, under the names they use.
CREATE TEMP TABLE account_risk AS SELECT account, 'D' AS desk, portfolio_risk(p, scenario_grid(0.15, 5)) AS risk FROM book GROUP BY account;
CREATE TEMP TABLE positions AS SELECT 'A' AS account, 'ACME' AS instrument, 100 AS quantity;
CREATE TEMP TABLE contract AS SELECT 'ACME' AS instrument, risk FROM account_risk;
CREATE TEMP TABLE one AS SELECT risk FROM account_risk;
CREATE TEMP TABLE priced AS SELECT risk_table(instrument, risk) AS prices FROM contract;
CREATE TEMP TABLE priced_too AS SELECT risk_table('OTHER', risk) AS prices FROM contract;
SELECT needs_book, count(*) AS examples, string_agg(example || ': ' || error, E'\n') FILTER (WHERE error <> 'no error') AS failed
FROM (SELECT example, example ~ 'FROM book|\(p,' AS needs_book,
			 pg_temp.error(CASE WHEN example ~ '\(p,' AND example !~ 'FROM book' THEN example || ' FROM book'
								WHEN example ~ '\.prices' THEN example || ' FROM priced a, priced b, priced equity, priced_too bonds'
								WHEN example ~ '\.risk' AND example !~ 'FROM ' THEN example ||
									' FROM one account, one trade, one closed, one hedge, one contract, one a, one b, one stored, one recomputed'
								ELSE example END) AS error FROM examples) x
GROUP BY needs_book ORDER BY needs_book;
