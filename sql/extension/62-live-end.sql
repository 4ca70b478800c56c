CREATE FUNCTION margin_live_drop(positions regclass, target name DEFAULT NULL) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET client_min_messages = warning AS $body$
DECLARE
	setup record;
	key bytea;
	made record;
	suffix text;
BEGIN
	-- The extension may be anywhere; the function's own setting ends this one.
	PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'portfolio_margin')), true);
	SELECT * INTO setup FROM margin_live_find(positions, target);
	key := convert_to(format('%I.%I', setup.schema, setup.base || '_risk'), getdatabaseencoding()) || '\x00';
	FOR made IN SELECT t.tgname, t.tgrelid::regclass AS relation FROM pg_trigger t
			WHERE t.tgfoid IN ('margin_live_guard()'::regprocedure, 'margin_live_trade()'::regprocedure) AND t.tgparentid = 0
				AND substring(t.tgargs FOR length(key)) = key LOOP
		EXECUTE format('DROP TRIGGER %I ON %s', made.tgname, made.relation);
	END LOOP;
	-- Other triggers go with their functions; views of the user's on top are an error.
	FOREACH suffix IN ARRAY ARRAY['_live_positions', '_live_contracts', '_live_single', '_live_adds_up', '_live_check'] LOOP
		EXECUTE format('DROP FUNCTION %I.%I() CASCADE', setup.schema, setup.base || suffix);
	END LOOP;
	EXECUTE format('DROP VIEW %I.%I', setup.schema, setup.base || '_margin');
	EXECUTE format('DROP TABLE %I.%I', setup.schema, setup.base || '_risk');
	EXECUTE format('DROP TABLE IF EXISTS %I.%I', setup.schema, setup.base || '_live_lock');
	RETURN format('The margin of %s is no longer live.', positions);
END $body$;
COMMENT ON FUNCTION margin_live_drop(regclass, name) IS
'Removes what margin_live made for a positions table: triggers, functions, risk table and view; target is needed if there are several. Example: margin_live_drop(''positions'')';

CREATE FUNCTION margin_live_check(
	positions regclass,
	target name DEFAULT NULL,
	OUT account text,
	OUT underlying text,
	OUT stored risk_array,
	OUT recomputed risk_array
) RETURNS SETOF record
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
	setup record;
BEGIN
	-- The extension may be anywhere; the function's own setting ends this one.
	PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'portfolio_margin')), true);
	SELECT * INTO setup FROM margin_live_find(positions, target);
	RETURN QUERY EXECUTE format('SELECT * FROM %I.%I()', setup.schema, setup.base || '_live_check');
END $body$;
COMMENT ON FUNCTION margin_live_check(regclass, name) IS
'Recomputes every account of a live margin from its positions and returns what differs from the stored arrays in a single byte: nothing, ever. Reads all positions. Example: SELECT * FROM margin_live_check(''positions'')';
