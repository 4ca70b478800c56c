-- Live margin: triggers that keep one risk array per account and underlying,
-- and a pre-trade check.
--
-- margin_live() writes the tables, functions and triggers of one set-up into
-- the schema of the user's positions; what it made belongs to its caller and
-- lives without it.  The extension may be in any schema, so the functions it
-- writes name everything in full, and it keeps no table of its own: the
-- functions that drop and check a set-up find it by its triggers.
--
-- Why no change is lost, under READ COMMITTED:
--  * The array of (account, underlying) is the sum over committed positions of
--    quantity x the contract's committed array.  A trade adds and takes back
--    its own rows only; sums are exact, so the order of trades leaves no trace.
--  * A trade locks the contracts that it uses FOR SHARE, in the order of their
--    keys, and reads the arrays in the same statement, hence as they are once
--    the locks are held.  A re-mark has locked its contracts by its own UPDATE
--    when its trigger runs, so every trade in them has committed or waits, and
--    the trigger's statements take a snapshot of their own that sees the former.
--  * Rows of the risk table are locked in the order (account, underlying).
-- Under REPEATABLE READ and above a trade that comes too late fails with a
-- serialization error, because the contract or the risk row has a newer
-- version.  A re-mark would miss positions newer than its snapshot without
-- noticing, for a FOR SHARE lock leaves no version behind: it is refused.
-- A statement that changes positions and contracts at once, or a trigger that
-- does so half-way, would apply one change to the other's rows before these are
-- counted: the transaction remembers unfinished statements, and that is an error.

CREATE FUNCTION margin_live_guard() RETURNS trigger
AS 'MODULE_PATHNAME', 'margin_live_guard' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION margin_live_guard() IS
'Support function of margin_live: the trigger that refuses a statement which changes positions and contracts at once (PM003).';

CREATE FUNCTION margin_live_trade() RETURNS trigger
AS 'MODULE_PATHNAME', 'margin_live_trade' LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION margin_live_trade() IS
'Support function of margin_live: the trigger that takes a change of positions over into the risk table.';

CREATE FUNCTION margin_live_moved(a risk_array, unit risk_array, removed float8, added float8) RETURNS risk_array
AS 'MODULE_PATHNAME', 'margin_live_moved' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION margin_live_moved(risk_array, risk_array, float8, float8) IS
'Support function of margin_live: a - removed * unit + added * unit.';

CREATE FUNCTION margin_live_fill(template text, parts jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
	piece text[];
	filled text := '';
BEGIN
	-- One pass, so that a table called {risk} does no harm.
	FOR piece IN SELECT regexp_matches(template, '([^{]+|\{(?![a-z_]+\}))|\{([a-z_]+)\}', 'g') LOOP
		IF piece[2] IS NOT NULL AND NOT parts ? piece[2] THEN
			RAISE 'margin_live_fill: no part "%"', piece[2] USING ERRCODE = 'internal_error';
		END IF;
		filled := filled || coalesce(piece[1], parts ->> piece[2], '');
	END LOOP;
	RETURN filled;
END $body$;
COMMENT ON FUNCTION margin_live_fill(text, jsonb) IS
'Support function of margin_live: a template with its {parts} put in.';

CREATE FUNCTION margin_live_refuse(problem text, account text, instrument text, contracts text) RETURNS risk_array
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
	IF problem = 'quantity' THEN
		RAISE 'the position of account % in % has no quantity', coalesce(quote_ident(account), 'NULL'), coalesce(quote_ident(instrument), 'NULL')
			USING ERRCODE = 'null_value_not_allowed', HINT = 'Give a number of contracts, 0 for none.';
	END IF;
	RAISE 'the position of account % in % has no risk array', coalesce(quote_ident(account), 'NULL'), coalesce(quote_ident(instrument), 'NULL')
		USING ERRCODE = 'PM002',
			DETAIL = format('%s has no array for the contract, and a position without one cannot be margined.', contracts),
			HINT = CASE problem
				WHEN 'held' THEN 'Close the positions in the contract before its array goes.'
				ELSE 'Store the array of one contract there first: risk_array(margin_position(..., quantity => 1, ...), scenarios).' END;
END $body$;
COMMENT ON FUNCTION margin_live_refuse(text, text, text, text) IS
'Support function of margin_live: raises the error for a position without quantity (22004) or without a contract array (PM002).';

CREATE FUNCTION margin_live_exceeded(
	requirement_before float8,
	margin margin_result,
	available float8,
	instruments bigint,
	instrument text,
	traded float8,
	buy float8,
	sell float8,
	OUT detail text,
	OUT hint text
) RETURNS record
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
	most float8 := CASE WHEN traded < 0 THEN sell ELSE buy END;
	verb text := CASE WHEN traded < 0 THEN 'sold' ELSE 'bought' END;
BEGIN
	detail := format('Required %s%s (before: %s), available %s; worst in scenario %s of %s (price %s %%, volatility %s %%).',
		trim_scale(round((margin).requirement::numeric, 8)), ' ' || (margin).currency, trim_scale(round(requirement_before::numeric, 8)),
		coalesce(trim_scale(round(nullif(available, 'NaN')::numeric, 8))::text, 'unknown'), (margin).worst_scenario, quote_ident((margin).worst_underlying),
		trim_scale(round(100 * (margin).worst_price_shock::numeric, 4)), trim_scale(round(100 * (margin).worst_vol_shock::numeric, 4)));
	hint := CASE
		WHEN available IS NULL OR available = 'NaN' THEN 'Give the account a limit; Infinity is none.'
		WHEN instruments <> 1 OR traded = 0 THEN 'Trade one contract at a time to be told the largest size that fits.'
		WHEN most > 0 THEN format('At most %s of %s can be %s (%s asked for).', trim_scale(most::numeric), quote_ident(instrument), verb, trim_scale(abs(traded)::numeric))
		ELSE format('None of %s can be %s (%s asked for).', quote_ident(instrument), verb, trim_scale(abs(traded)::numeric)) END;
END $body$;
COMMENT ON FUNCTION margin_live_exceeded(float8, margin_result, float8, bigint, text, float8, float8, float8) IS
'Support function of margin_live: detail and hint of the pre-trade check''s error (PM001).';

CREATE FUNCTION margin_live_column(relation regclass, column_name name, argument text, OUT type oid, OUT type_name text, OUT collation_oid oid) RETURNS record
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
	SELECT a.atttypid, format_type(a.atttypid, a.atttypmod), a.attcollation INTO type, type_name, collation_oid
	FROM pg_attribute a WHERE a.attrelid = relation AND a.attname = column_name AND a.attnum > 0 AND NOT a.attisdropped;
	IF NOT FOUND THEN
		RAISE 'table % has no column %', relation, quote_ident(column_name)
			USING ERRCODE = 'undefined_column', HINT = format('Name the column with %s => ''...''.', argument);
	END IF;
END $body$;
COMMENT ON FUNCTION margin_live_column(regclass, name, text) IS
'Support function of margin_live: type and collation of a column, or an error that says which argument names it.';

CREATE FUNCTION margin_live_equals(type oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
	-- What GROUP BY and a primary key call equal, whatever the search path.
	-- Types that borrow the operators of another (varchar, enums) have the server's.
	SELECT coalesce(
		(SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname)
		 FROM pg_opclass c
			JOIN pg_amop a ON a.amopfamily = c.opcfamily AND a.amoplefttype = c.opcintype AND a.amoprighttype = c.opcintype AND a.amopstrategy = 3
			JOIN pg_operator o ON o.oid = a.amopopr
			JOIN pg_namespace n ON n.oid = o.oprnamespace
		 WHERE c.opcmethod = (SELECT oid FROM pg_am WHERE amname = 'btree') AND c.opcdefault
			AND c.opcintype = coalesce((SELECT nullif(t.typbasetype, 0) FROM pg_type t WHERE t.oid = type), type)),
		'OPERATOR(pg_catalog.=)')
$body$;
COMMENT ON FUNCTION margin_live_equals(oid) IS
'Support function of margin_live: the equality operator of a type, with its schema.';

CREATE FUNCTION margin_live_find(positions regclass, target name, OUT schema name, OUT base name) RETURNS record
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
	targets text[];
BEGIN
	SELECT array_agg(DISTINCT left(p.proname, -length('_live_positions')) ORDER BY left(p.proname, -length('_live_positions'))), min(n.nspname)
	INTO targets, schema
	FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
	WHERE t.tgrelid = positions AND NOT t.tgisinternal AND p.proname LIKE '%\_live\_positions'
		AND obj_description(p.oid, 'pg_proc') LIKE 'Live margin %';
	base := CASE WHEN target IS NOT NULL THEN target WHEN cardinality(targets) = 1 THEN targets[1] END;
	IF base IS NULL AND targets IS NOT NULL THEN
		RAISE 'table % has more than one live margin', positions
			USING ERRCODE = 'ambiguous_parameter', HINT = format('Say target => ''...'' with one of: %s.', array_to_string(targets, ', '));
	ELSIF base IS NULL OR NOT coalesce(base = ANY (targets), false) THEN
		RAISE 'table % has no live margin%', positions, coalesce(' called ' || quote_ident(target), '')
			USING ERRCODE = 'undefined_object', HINT = 'margin_live(positions, contracts) makes it.';
	END IF;
END $body$;
COMMENT ON FUNCTION margin_live_find(regclass, name) IS
'Support function of margin_live_drop and margin_live_check: finds a set-up by its triggers.';

