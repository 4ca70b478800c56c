CREATE FUNCTION margin_live(
	positions regclass,
	contracts regclass,
	account name DEFAULT 'account',
	instrument name DEFAULT 'instrument',
	quantity name DEFAULT 'quantity',
	contract_instrument name DEFAULT NULL,
	risk name DEFAULT 'risk',
	target name DEFAULT NULL,
	row_level boolean DEFAULT false,
	limits regclass DEFAULT NULL,
	limit_account name DEFAULT NULL,
	limit_column name DEFAULT 'margin_limit',
	lot float8 DEFAULT 1
) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $body$
#variable_conflict use_column
DECLARE
	contract_key name := coalesce(contract_instrument, instrument);
	limit_key name := coalesce(limit_account, account);
	ext name := (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'portfolio_margin');
	held pg_class;
	held_schema name;
	base name;
	check_call text;
	kind "char";
	limits_kind "char";
	account_type record;
	instrument_type record;
	other record;
	parts jsonb;
	operation text;
	child regclass;
	col record;
	filled bigint;

	-- The rows that a change adds (true) and takes back (false).
	new_rows text := 'SELECT n.{account} AS account, n.{instrument} AS instrument, n.{quantity}::pg_catalog.float8 AS quantity, true AS added FROM new_rows n';
	old_rows text := 'SELECT o.{account} AS account, o.{instrument} AS instrument, o.{quantity}::pg_catalog.float8 AS quantity, false AS added FROM old_rows o';

	-- Arrays of those rows, summed per account; every contract is locked once,
	-- in the order of keys.  LATERAL keeps that order and a look-up by index
	-- whatever the plan was made for; FULL JOIN keeps the join from becoming a
	-- nested loop, which a plan made for one row and kept would be for many.
	moved text := $sql$
		WITH changed AS MATERIALIZED (
			{changed}
		), used AS MATERIALIZED (
			SELECT i.instrument, k.risk
			FROM (SELECT DISTINCT c.instrument FROM changed c ORDER BY c.instrument) i
			CROSS JOIN LATERAL (SELECT k.{risk} AS risk FROM {contracts} k WHERE k.{key} {same_instrument} i.instrument FOR SHARE) k
		), moved AS (
			SELECT c.account, c.added,
				{ext}.sum(coalesce(
					c.quantity OPERATOR({ext}.*) coalesce(u.risk, {ext}.margin_live_refuse('array', c.account::text, c.instrument::text, {contracts_text})),
					{ext}.margin_live_refuse('quantity', c.account::text, c.instrument::text, {contracts_text}))) AS risk
			FROM changed c FULL JOIN used u ON c.instrument {same_instrument} u.instrument
			GROUP BY c.account, c.added
		)$sql$;

	-- What is only added goes in by one statement, in order.
	add_rows text := $sql$
		INSERT INTO {risk_table} AS t (account, underlying, risk){moved}
		SELECT m.account, u.underlying, u.risk
		FROM moved m CROSS JOIN LATERAL {ext}.risk_by_underlying(m.risk) u
		ORDER BY m.account, u.underlying COLLATE pg_catalog."C"
		ON CONFLICT (account, underlying) DO UPDATE SET risk = t.risk OPERATOR({ext}.+) excluded.risk;$sql$;

	-- What is also taken back, row by row, in order: a row may come, change or go.
	move_row text := $sql$
			IF change.minus IS NULL THEN
				INSERT INTO {risk_table} AS t (account, underlying, risk) VALUES (change.account, change.underlying, change.plus)
				ON CONFLICT (account, underlying) DO UPDATE SET risk = t.risk OPERATOR({ext}.+) excluded.risk;
			ELSE
				UPDATE {risk_table} t
				SET risk = CASE WHEN change.plus IS NULL THEN t.risk OPERATOR({ext}.-) change.minus
					ELSE t.risk OPERATOR({ext}.-) change.minus OPERATOR({ext}.+) change.plus END
				WHERE t.account {same_account} change.account AND t.underlying = change.underlying
				RETURNING change.plus IS NULL AND t.risk OPERATOR({ext}.=) '{}'::{ext}.risk_array INTO gone;
				IF NOT FOUND THEN
					RAISE 'the risk of account % in % is missing from %', pg_catalog.quote_ident(change.account::text), pg_catalog.quote_ident(change.underlying), {risk_text}
						USING ERRCODE = 'data_corrupted', HINT = {check_hint};
				ELSIF gone THEN
					DELETE FROM {risk_table} t WHERE t.account {same_account} change.account AND t.underlying = change.underlying;
				END IF;
			END IF;$sql$;
	move_rows text := $sql$
		FOR change IN{moved}
			SELECT m.account, u.underlying COLLATE pg_catalog."C" AS underlying,
				{ext}.sum(u.risk) FILTER (WHERE m.added) AS plus, {ext}.sum(u.risk) FILTER (WHERE NOT m.added) AS minus
			FROM moved m CROSS JOIN LATERAL {ext}.risk_by_underlying(m.risk) u
			GROUP BY 1, 2
			HAVING coalesce({ext}.sum(u.risk) FILTER (WHERE m.added) OPERATOR({ext}.<>) {ext}.sum(u.risk) FILTER (WHERE NOT m.added), true)
			ORDER BY 1, 2
		LOOP{move_row}
		END LOOP;$sql$;

	-- One row added, or one whose quantity alone changes, is what most statements
	-- are: margin_live_trade (src/pg/live.c) does it by these, and leaves to the
	-- function below what is more than that: more rows, no array, an array over
	-- several underlyings.  The second statement takes its snapshot when the
	-- contract is locked, so it finds the sum of that very array.
	-- $1 instrument, $2 and $3 quantity before and after
	single_contract text := $sql$
		SELECT k.{risk}, $2::pg_catalog.float8, $3::pg_catalog.float8 FROM {contracts} k WHERE k.{key} {same_instrument} $1 FOR SHARE$sql$;
	-- $1 account, $2 underlying, $3 array, $4 and $5 quantity before and after
	single_add text := $sql$
		INSERT INTO {risk_table} AS t (account, underlying, risk) VALUES ($1, $2, $5 OPERATOR({ext}.*) $3)
		ON CONFLICT (account, underlying) DO UPDATE SET risk = t.risk OPERATOR({ext}.+) excluded.risk$sql$;
	single_move text := $sql$
		UPDATE {risk_table} t SET risk = {ext}.margin_live_moved(t.risk, $3, $4, $5)
		WHERE t.account {same_account} $1 AND t.underlying = $2$sql$;

	-- One row in general: the array is cut in the order of underlyings, so
	-- there is nothing to sort.  is_one is NULL if there is no row at all.
	one_row text := $sql$
		IF NOT single.is_one THEN{bulk}
		ELSIF single.added IS DISTINCT FROM single.removed THEN
			FOR change IN
				SELECT single.account AS account, u.underlying, single.added OPERATOR({ext}.*) u.risk AS plus, single.removed OPERATOR({ext}.*) u.risk AS minus
				FROM (SELECT k.{risk} AS risk FROM {contracts} k WHERE k.{key} {same_instrument} single.instrument FOR SHARE) k
				CROSS JOIN LATERAL {ext}.risk_by_underlying(k.risk) u
			LOOP{move_row}
			END LOOP;
			IF NOT FOUND THEN
				PERFORM {ext}.margin_live_refuse('array', single.account::text, single.instrument::text, {contracts_text});
			END IF;
		END IF;$sql$;
	single_insert text := $sql$SELECT n.account, n.instrument, n.quantity AS added, NULL::float8 AS removed,
			n.quantity IS NOT NULL{only_new} AS is_one
		INTO single FROM ({new}) n LIMIT 1;$sql$;
	single_delete text := $sql$SELECT o.account, o.instrument, NULL::float8 AS added, o.quantity AS removed,
			o.quantity IS NOT NULL{only_old} AS is_one
		INTO single FROM ({old}) o LIMIT 1;$sql$;
	single_update text := $sql$SELECT n.account, n.instrument, n.quantity AS added, o.quantity AS removed,
			coalesce(n.quantity IS NOT NULL AND n.account {same_account} o.account AND n.instrument {same_instrument} o.instrument{only_new}, false) AS is_one
		INTO single FROM ({old}) o CROSS JOIN ({new}) n LIMIT 1;$sql$;

	-- The pre-trade check.  The account's own row is really updated, so that
	-- of two trades the second waits and then sees the first, or, under
	-- REPEATABLE READ, fails.
	limit_before text := $sql$
		IF single.is_one THEN
			INSERT INTO {lock_table} AS l (account) VALUES (single.account) ON CONFLICT (account) DO UPDATE SET changes = l.changes + 1;
			SELECT ARRAY[single.account], ARRAY[coalesce(({ext}.margin({ext}.sum(r.risk))).requirement, 0)] INTO accounts, before
			FROM {risk_table} r WHERE r.account {same_account} single.account;
		ELSE
			INSERT INTO {lock_table} AS l (account)
			SELECT DISTINCT c.account FROM ({changed}) c ORDER BY c.account
			ON CONFLICT (account) DO UPDATE SET changes = l.changes + 1;
			SELECT pg_catalog.array_agg(a.account ORDER BY a.account), pg_catalog.array_agg(a.requirement ORDER BY a.account)
			INTO accounts, before
			FROM (SELECT c.account, coalesce((({ext}.margin((SELECT {ext}.sum(r.risk) FROM {risk_table} r WHERE r.account {same_account} c.account))).requirement), 0) AS requirement
				FROM (SELECT DISTINCT d.account FROM ({changed}) d) c) a;
		END IF;$sql$;
	limit_after text := $sql$
		FOR spent IN
			SELECT a.account, a.before, r.risk, {ext}.margin(r.risk) AS margin
			FROM ROWS FROM (pg_catalog.unnest(accounts), pg_catalog.unnest(before)) AS a(account, before)
			CROSS JOIN LATERAL (SELECT {ext}.sum(r.risk) AS risk FROM {risk_table} r WHERE r.account {same_account} a.account) r
		LOOP
			CONTINUE WHEN spent.risk IS NULL OR (spent.margin).requirement <= spent.before;
			SELECT l.{limit_column}::pg_catalog.float8 INTO available FROM {limits} l WHERE l.{limit_account} {same_account} spent.account
			ORDER BY l.{limit_column} NULLS FIRST LIMIT 1 {limit_lock};
			CONTINUE WHEN (spent.margin).requirement <= available AND available <> 'NaN';
			SELECT pg_catalog.count(DISTINCT c.instrument) AS instruments, pg_catalog.min(c.instrument::text) AS instrument,
				coalesce(pg_catalog.sum(c.quantity) FILTER (WHERE c.added), 0) - coalesce(pg_catalog.sum(c.quantity) FILTER (WHERE NOT c.added), 0) AS traded,
				{ext}.sum(c.quantity OPERATOR({ext}.*) k.{risk}) FILTER (WHERE c.added) AS plus,
				{ext}.sum(c.quantity OPERATOR({ext}.*) k.{risk}) FILTER (WHERE NOT c.added) AS minus,
				(pg_catalog.array_agg(k.{risk}))[1] AS unit
			INTO trade
			FROM ({changed}) c JOIN {contracts} k ON k.{key} {same_instrument} c.instrument
			WHERE c.account {same_account} spent.account;
			IF trade.instruments = 1 AND available <> 'NaN' THEN
				SELECT q.buy, q.sell INTO fit
				FROM (SELECT coalesce(spent.risk OPERATOR({ext}.-) trade.plus, spent.risk) AS risk) w
				CROSS JOIN LATERAL {ext}.max_quantity(coalesce(w.risk OPERATOR({ext}.+) trade.minus, w.risk), trade.unit, available, {lot}) q;
			ELSE
				SELECT 0::pg_catalog.float8 AS buy, 0::pg_catalog.float8 AS sell INTO fit;
			END IF;
			SELECT e.detail, e.hint INTO refusal
			FROM {ext}.margin_live_exceeded(spent.before, spent.margin, available, trade.instruments, trade.instrument, trade.traded, fit.buy, fit.sell) e;
			RAISE '%', CASE WHEN available <> 'NaN' THEN pg_catalog.format('account %I would exceed its margin limit', spent.account)
					ELSE pg_catalog.format('account %I has no margin limit', spent.account) END
				USING ERRCODE = 'PM001', DETAIL = refusal.detail, HINT = refusal.hint;
		END LOOP;$sql$;
	limit_variables text := $sql$
	accounts {account_type}[];
	before pg_catalog.float8[];
	spent record;
	available pg_catalog.float8;
	trade record;
	fit record;
	refusal record;$sql$;

	-- Contracts whose array changed, comes or goes; and the arrays of the
	-- positions in them, old and new.
	old_contracts text := CASE WHEN row_level THEN 'SELECT $1 AS instrument, $2 AS risk WHERE $1 IS NOT NULL'
		ELSE 'SELECT o.{key} AS instrument, o.{risk} AS risk FROM old_rows o' END;
	new_contracts text := CASE WHEN row_level THEN 'SELECT $3 AS instrument, $4 AS risk WHERE $3 IS NOT NULL'
		ELSE 'SELECT n.{key} AS instrument, n.{risk} AS risk FROM new_rows n' END;
	changed_contracts text := $sql$
		WITH changed AS MATERIALIZED (
			SELECT coalesce(o.instrument, n.instrument) AS instrument, o.risk AS old_risk, n.risk AS new_risk
			FROM ({old_contracts}) o FULL JOIN ({new_contracts}) n ON o.instrument {same_instrument} n.instrument
			WHERE coalesce(o.risk OPERATOR({ext}.<>) n.risk, (o.risk IS NULL) <> (n.risk IS NULL))
		)$sql$;
	remark text := $sql$
		SELECT s.account, u.underlying COLLATE pg_catalog."C" AS underlying,
			{ext}.sum(u.risk) FILTER (WHERE s.added) AS plus, {ext}.sum(u.risk) FILTER (WHERE NOT s.added) AS minus
		FROM (SELECT p.{account} AS account, a.added, {ext}.sum(p.{quantity}::pg_catalog.float8 OPERATOR({ext}.*)
					coalesce(a.risk, {ext}.margin_live_refuse('held', p.{account}::text, p.{instrument}::text, {contracts_text}))) AS risk
			FROM changed c JOIN {positions} p ON p.{instrument} {same_instrument} c.instrument
			CROSS JOIN LATERAL (VALUES (true, c.new_risk), (false, c.old_risk)) a(added, risk)
			GROUP BY 1, 2) s
		CROSS JOIN LATERAL {ext}.risk_by_underlying(s.risk) u
		GROUP BY 1, 2 ORDER BY 1, 2$sql$;

	-- A full recomputation: for the first fill and for the check.
	recomputed text := $sql$
		SELECT s.account, u.underlying COLLATE pg_catalog."C" AS underlying, u.risk
		FROM (SELECT p.{account} AS account,
				{ext}.sum(coalesce(
					p.{quantity}::pg_catalog.float8 OPERATOR({ext}.*) coalesce(k.{risk}, {ext}.margin_live_refuse('array', p.{account}::text, p.{instrument}::text, {contracts_text})),
					{ext}.margin_live_refuse('quantity', p.{account}::text, p.{instrument}::text, {contracts_text}))) AS risk
			FROM {positions} p LEFT JOIN {contracts} k ON k.{key} {same_instrument} p.{instrument}
			GROUP BY p.{account}) s
		CROSS JOIN LATERAL {ext}.risk_by_underlying(s.risk) u$sql$;
BEGIN
	-- The function's own setting ends this one.
	PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', ext), true);
	IF positions IS NULL OR contracts IS NULL THEN
		RAISE 'margin_live needs a table of positions and a table of contracts' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
		RAISE 'margin_live must run under READ COMMITTED'
			USING ERRCODE = 'feature_not_supported', DETAIL = 'An older snapshot would not see positions committed before the triggers exist.';
	END IF;

	-- The tables.
	SELECT c.* INTO held FROM pg_class c WHERE c.oid = positions;
	SELECT c.relkind INTO kind FROM pg_class c WHERE c.oid = contracts;
	IF held.relkind NOT IN ('r', 'p') OR held.relpersistence = 't' THEN
		RAISE '% is not an ordinary or partitioned table', positions USING ERRCODE = 'wrong_object_type';
	ELSIF kind <> 'r' OR positions = contracts OR EXISTS (SELECT FROM pg_inherits i WHERE contracts IN (i.inhrelid, i.inhparent)) THEN
		RAISE '% is not an ordinary table of contracts, without partitions or children', contracts USING ERRCODE = 'wrong_object_type';
	ELSIF (SELECT c.relpersistence FROM pg_class c WHERE c.oid = contracts) <> 'p' AND held.relpersistence = 'p' THEN
		RAISE 'contracts in % would not survive a crash that the positions survive', contracts
			USING ERRCODE = 'wrong_object_type', HINT = format('ALTER TABLE %s SET LOGGED', contracts);
	ELSIF NOT row_level AND (held.relkind = 'p' OR held.relispartition) THEN
		RAISE 'table % is partitioned', positions USING ERRCODE = 'feature_not_supported',
			DETAIL = 'Statement triggers do not see what is written to a partition by its own name.', HINT = 'Say row_level => true.';
	ELSIF EXISTS (SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent WHERE positions IN (i.inhrelid, i.inhparent) AND c.relkind <> 'p') THEN
		RAISE 'table % has a parent or children by inheritance', positions USING ERRCODE = 'feature_not_supported',
			DETAIL = 'Triggers do not see what is written to the other tables.', HINT = 'Use partitions.';
	END IF;

	-- Their columns.
	SELECT * INTO account_type FROM margin_live_column(positions, account, 'account');
	SELECT * INTO instrument_type FROM margin_live_column(positions, instrument, 'instrument');
	PERFORM margin_live_column(positions, quantity, 'quantity');
	SELECT * INTO other FROM margin_live_column(contracts, contract_key, 'contract_instrument');
	IF (other.type, other.collation_oid) IS DISTINCT FROM (instrument_type.type, instrument_type.collation_oid) THEN
		RAISE 'column % of % and column % of % differ in type or collation', quote_ident(instrument), positions, quote_ident(contract_key), contracts
			USING ERRCODE = 'datatype_mismatch', DETAIL = format('They are %s and %s.', instrument_type.type_name, other.type_name);
	END IF;
	IF NOT EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
			WHERE i.indrelid = contracts AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indnkeyatts = 1
				AND i.indpred IS NULL AND a.attname = contract_key) THEN
		RAISE 'column % of % is not unique', quote_ident(contract_key), contracts
			USING ERRCODE = 'invalid_table_definition', HINT = format('ALTER TABLE %s ADD PRIMARY KEY (%I)', contracts, contract_key);
	END IF;
	SELECT * INTO other FROM margin_live_column(contracts, risk, 'risk');
	IF other.type_name <> format('%I.risk_array', ext) THEN
		RAISE 'column % of % is %, not risk_array', quote_ident(risk), contracts, other.type_name USING ERRCODE = 'datatype_mismatch';
	END IF;
	IF limits IS NOT NULL THEN
		SELECT * INTO other FROM margin_live_column(limits, limit_key, 'limit_account');
		IF (other.type, other.collation_oid) IS DISTINCT FROM (account_type.type, account_type.collation_oid) THEN
			RAISE 'column % of % and column % of % differ in type or collation', quote_ident(account), positions, quote_ident(limit_key), limits
				USING ERRCODE = 'datatype_mismatch', DETAIL = format('They are %s and %s.', account_type.type_name, other.type_name);
		END IF;
		PERFORM margin_live_column(limits, limit_column, 'limit_column');
		SELECT c.relkind INTO limits_kind FROM pg_class c WHERE c.oid = limits;
		IF lot IS NULL OR NOT (lot > 0 AND lot < 'Infinity') THEN
			RAISE 'lot must be positive' USING ERRCODE = 'invalid_parameter_value', DETAIL = format('lot is %s.', coalesce(lot::text, 'NULL'));
		END IF;
	END IF;

	-- The names.
	base := coalesce(target, held.relname);
	IF octet_length(base) > 48 THEN
		RAISE 'the name % is too long', quote_ident(base) USING ERRCODE = 'name_too_long', HINT = 'Say target => ''...'' with at most 48 bytes.';
	END IF;
	SELECT n.nspname INTO held_schema FROM pg_namespace n WHERE n.oid = held.relnamespace;
	check_call := format('SELECT * FROM %I.margin_live_check(%L, %L)', ext, format('%I.%I', held_schema, held.relname), base);
	SELECT jsonb_build_object(
		'ext', quote_ident(ext),
		'positions', format('%I.%I', held_schema, held.relname),
		'positions_text', quote_literal(format('%I.%I', held_schema, held.relname)),
		'contracts', format('%I.%I', n.nspname, c.relname),
		'contracts_text', quote_literal(format('%I.%I', n.nspname, c.relname)),
		'account', quote_ident(account), 'instrument', quote_ident(instrument), 'quantity', quote_ident(quantity),
		'key', quote_ident(contract_key), 'risk', quote_ident(risk),
		'account_type', account_type.type_name, 'instrument_type', instrument_type.type_name,
		'account_collation', coalesce((SELECT format(' COLLATE %I.%I', m.nspname, l.collname) FROM pg_collation l JOIN pg_namespace m ON m.oid = l.collnamespace
			WHERE l.oid = account_type.collation_oid), ''),
		'same_account', margin_live_equals(account_type.type), 'same_instrument', margin_live_equals(instrument_type.type),
		'persistence', CASE held.relpersistence WHEN 'u' THEN 'UNLOGGED ' ELSE '' END,
		'risk_table', format('%I.%I', held_schema, base || '_risk'), 'risk_text', quote_literal(format('%I.%I', held_schema, base || '_risk')),
		'view', format('%I.%I', held_schema, base || '_margin'),
		'lock_table', format('%I.%I', held_schema, base || '_live_lock'),
		'vouch', format('%I.%I', held_schema, base || '_live_single'),
		'on_positions', format('%I.%I', held_schema, base || '_live_positions'),
		'on_contracts', format('%I.%I', held_schema, base || '_live_contracts'),
		'adds_up', format('%I.%I', held_schema, base || '_live_adds_up'),
		'check', format('%I.%I', held_schema, base || '_live_check'),
		'trigger', quote_ident(base || '_live'), 'guard_trigger', quote_ident(base || '_live_guard'), 'close_trigger', quote_ident(base || '_live_written'),
		'trigger_insert', quote_ident(base || '_live_insert'), 'trigger_update', quote_ident(base || '_live_update'),
		'trigger_delete', quote_ident(base || '_live_delete'), 'trigger_truncate', quote_ident(base || '_live_truncate'),
		'check_hint', quote_literal('See what else differs: ' || check_call))
	INTO parts FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = contracts;
	IF limits IS NOT NULL THEN
		SELECT parts || jsonb_build_object('limits', format('%I.%I', n.nspname, c.relname),
			'limit_account', quote_ident(limit_key), 'limit_column', quote_ident(limit_column), 'lot', quote_literal(lot) || '::pg_catalog.float8',
			-- A limit that is being lowered is waited for; a view has no row to wait for.
			'limit_lock', CASE WHEN limits_kind IN ('r', 'p') THEN 'FOR SHARE' ELSE '' END)
		INTO parts FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = limits;
	END IF;

	-- What the triggers call.  All have the risk table's name first, by which
	-- margin_live_drop finds them.
	parts := parts || jsonb_build_object(
		'guard_positions', margin_live_fill($sql${ext}.margin_live_guard({risk_text}, 'positions', {positions_text}, {contracts_text})$sql$, parts),
		'guard_contracts', margin_live_fill($sql${ext}.margin_live_guard({risk_text}, 'contracts', {positions_text}, {contracts_text})$sql$, parts),
		'trade', margin_live_fill($sql${ext}.margin_live_trade({risk_text}, $sql$, parts) || format('%L, %L)', held_schema, base || '_live_single'));

	-- From here on nobody changes positions or contracts until the triggers exist.
	EXECUTE margin_live_fill('LOCK TABLE {positions} IN SHARE ROW EXCLUSIVE MODE', parts);
	EXECUTE margin_live_fill('LOCK TABLE {contracts} IN SHARE ROW EXCLUSIVE MODE', parts);

	-- The risk table: wide rows stay in line, and pages have room for updates in place.
	EXECUTE margin_live_fill($sql$
		CREATE {persistence}TABLE {risk_table} (
			account {account_type}{account_collation} NOT NULL,
			underlying text COLLATE pg_catalog."C" NOT NULL,
			risk {ext}.risk_array NOT NULL,
			PRIMARY KEY (account, underlying)
		) WITH (fillfactor = 50, toast_tuple_target = 8160)$sql$, parts);
	EXECUTE margin_live_fill('INSERT INTO {risk_table} (account, underlying, risk)', parts) || margin_live_fill(recomputed, parts) || ' ORDER BY 1, 2';
	GET DIAGNOSTICS filled = ROW_COUNT;
	IF held.relrowsecurity THEN
		EXECUTE margin_live_fill('ALTER TABLE {risk_table} ENABLE ROW LEVEL SECURITY', parts);
	END IF;

	EXECUTE margin_live_fill($sql$
		CREATE VIEW {view} WITH (security_invoker = true) AS
		SELECT s.account, m.*
		FROM (SELECT r.account, {ext}.sum(r.risk) AS risk FROM {risk_table} r GROUP BY r.account) s
		CROSS JOIN LATERAL {ext}.margin(s.risk) m$sql$, parts);

	-- Arrays of one account add up, or the trade that brings in another
	-- currency or scenario set is refused, not everybody's report.
	EXECUTE margin_live_fill('CREATE FUNCTION {adds_up}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS ', parts)
		|| quote_literal(margin_live_fill($sql$
BEGIN
	PERFORM r.risk OPERATOR({ext}.+) NEW.risk FROM {risk_table} r
	WHERE r.account {same_account} NEW.account AND r.underlying <> NEW.underlying LIMIT 1;
	RETURN NULL;
END $sql$, parts));
	EXECUTE margin_live_fill('CREATE TRIGGER {trigger} AFTER INSERT ON {risk_table} FOR EACH ROW EXECUTE FUNCTION {adds_up}()', parts);

	-- Positions.
	IF row_level THEN
		new_rows := 'SELECT NEW.{account} AS account, NEW.{instrument} AS instrument, NEW.{quantity}::pg_catalog.float8 AS quantity, true AS added';
		old_rows := 'SELECT OLD.{account} AS account, OLD.{instrument} AS instrument, OLD.{quantity}::pg_catalog.float8 AS quantity, false AS added';
	END IF;
	new_rows := margin_live_fill(new_rows, parts);
	old_rows := margin_live_fill(old_rows, parts);
	parts := parts || jsonb_build_object(
		'move_row', margin_live_fill(move_row, parts),
		'new', new_rows, 'old', old_rows,
		'only_new', CASE WHEN row_level THEN '' ELSE ' AND (SELECT count(*) FROM new_rows) = 1' END,
		'only_old', CASE WHEN row_level THEN '' ELSE ' AND (SELECT count(*) FROM old_rows) = 1' END,
		'limit_variables', CASE WHEN limits IS NULL THEN '' ELSE margin_live_fill(limit_variables, parts) END);
	FOREACH operation IN ARRAY ARRAY['insert', 'update', 'delete'] LOOP
		parts := parts || jsonb_build_object('changed', CASE operation WHEN 'insert' THEN new_rows WHEN 'delete' THEN old_rows ELSE new_rows || ' UNION ALL ' || old_rows END);
		parts := parts || jsonb_build_object('moved', margin_live_fill(moved, parts));
		parts := parts || jsonb_build_object(
			'bulk', margin_live_fill(CASE operation WHEN 'insert' THEN add_rows ELSE move_rows END, parts),
			'single', margin_live_fill(CASE operation WHEN 'insert' THEN single_insert WHEN 'update' THEN single_update ELSE single_delete END, parts));
		parts := parts || jsonb_build_object(operation, E'\n\t\t' || (parts ->> 'single') ||
			CASE WHEN limits IS NULL THEN '' ELSE margin_live_fill(limit_before, parts) END ||
			margin_live_fill(one_row, parts) ||
			CASE WHEN limits IS NULL THEN '' ELSE margin_live_fill(limit_after, parts) END);
	END LOOP;
	EXECUTE margin_live_fill('CREATE FUNCTION {on_positions}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS ', parts)
		|| quote_literal(margin_live_fill($sql$
DECLARE
	single record;
	change record;
	gone boolean;{limit_variables}
BEGIN
	IF TG_OP = 'INSERT' THEN{insert}
	ELSIF TG_OP = 'UPDATE' THEN{update}
	ELSIF TG_OP = 'DELETE' THEN{delete}
	ELSIF EXISTS (SELECT FROM {positions}) THEN
		RAISE 'partition %.% cannot be truncated', TG_TABLE_SCHEMA, TG_TABLE_NAME
			USING ERRCODE = 'feature_not_supported', HINT = 'DELETE its rows, so that they leave the live margin.';
	ELSIF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
		RAISE 'positions must be truncated under READ COMMITTED'
			USING ERRCODE = 'PM004', DETAIL = 'An older snapshot would miss rows of the risk table that were committed after it.',
				HINT = 'BEGIN ISOLATION LEVEL READ COMMITTED';
	ELSE
		DELETE FROM {risk_table};
	END IF;
	RETURN NULL;
END $sql$, parts));

	-- Whose trades these are and how one row is taken over: the trigger function
	-- is the extension's, so it does with the owner's privileges only what the
	-- owner's function says.
	EXECUTE margin_live_fill($sql$CREATE FUNCTION {vouch}(OUT positions oid, OUT general oid, OUT account text, OUT instrument text, OUT quantity text,
		OUT contract text, OUT added text, OUT moved text) LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $sql$, parts)
		|| quote_literal(format('SELECT %L::regclass::oid, %L::regprocedure::oid, %L::text, %L::text, %L::text, %L::text, %L::text, %L::text',
			parts ->> 'positions', (parts ->> 'on_positions') || '()', account, instrument, quantity,
			CASE WHEN limits IS NULL THEN margin_live_fill(single_contract, parts) END, margin_live_fill(single_add, parts), margin_live_fill(single_move, parts)));

	-- Contracts.
	EXECUTE margin_live_fill('CREATE FUNCTION {on_contracts}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS ', parts)
		|| quote_literal(margin_live_fill($sql$
DECLARE
	changed text := CASE TG_OP WHEN 'DELETE' THEN {changed_delete} ELSE {changed_update} END;
	change record;
	gone boolean;
BEGIN
	IF TG_OP = 'TRUNCATE' THEN
		IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
			RAISE 'contracts must be truncated under READ COMMITTED' USING ERRCODE = 'PM004';
		END IF;
		PERFORM {ext}.margin_live_refuse('held', p.{account}::text, p.{instrument}::text, {contracts_text}) FROM {positions} p LIMIT 1;
		RETURN NULL;
	END IF;
	IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
		EXECUTE changed || 'SELECT EXISTS (SELECT FROM changed)' INTO gone{using};
		IF gone THEN
			RAISE 'arrays of contracts must be changed under READ COMMITTED'
				USING ERRCODE = 'PM004', DETAIL = 'An older snapshot would miss positions that were committed after it.',
					HINT = 'BEGIN ISOLATION LEVEL READ COMMITTED';
		END IF;
	END IF;
	-- Planned each time: one contract and all contracts ask for different plans.
	FOR change IN EXECUTE changed || {remark}{using} LOOP{move_row}
	END LOOP;
	RETURN NULL;
END $sql$, parts || jsonb_build_object(
		'changed_update', quote_literal(margin_live_fill(changed_contracts, parts || jsonb_build_object(
			'old_contracts', margin_live_fill(old_contracts, parts), 'new_contracts', margin_live_fill(new_contracts, parts)))),
		-- a DELETE has no new rows to name
		'changed_delete', quote_literal(margin_live_fill(changed_contracts, parts || jsonb_build_object(
			'old_contracts', margin_live_fill(old_contracts, parts), 'new_contracts', margin_live_fill(old_contracts, parts) || ' LIMIT 0'))),
		'remark', quote_literal(margin_live_fill(remark, parts)),
		'using', CASE WHEN row_level THEN margin_live_fill(' USING OLD.{key}, OLD.{risk}, NEW.{key}, NEW.{risk}', parts) ELSE '' END)));

	EXECUTE margin_live_fill($sql$CREATE FUNCTION {check}(OUT account text, OUT underlying text, OUT stored {ext}.risk_array, OUT recomputed {ext}.risk_array)
		RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET row_security = off AS $sql$, parts)
		|| quote_literal(margin_live_fill($sql$
BEGIN
	RETURN QUERY
	SELECT coalesce(t.account, r.account)::text, coalesce(t.underlying, r.underlying), t.risk, r.risk
	FROM {risk_table} t FULL JOIN ({recomputed}) r ON t.account {same_account} r.account AND t.underlying = r.underlying
	WHERE {ext}.risk_array_send(t.risk) IS DISTINCT FROM {ext}.risk_array_send(r.risk)
	ORDER BY 1, 2;
END $sql$, parts || jsonb_build_object('recomputed', margin_live_fill(recomputed, parts))));

	-- The triggers.
	IF limits IS NOT NULL THEN
		EXECUTE margin_live_fill($sql$
			CREATE {persistence}TABLE {lock_table} (account {account_type}{account_collation} PRIMARY KEY, changes bigint NOT NULL DEFAULT 1) WITH (fillfactor = 50)$sql$, parts);
		EXECUTE margin_live_fill('COMMENT ON TABLE {lock_table} IS ', parts) || quote_literal(
			format('Live margin of %s: a row per account that the pre-trade check locks; changes counts the statements checked.', parts ->> 'positions'));
	END IF;
	EXECUTE margin_live_fill('CREATE TRIGGER {guard_trigger} BEFORE INSERT OR UPDATE OR DELETE ON {positions} FOR EACH STATEMENT EXECUTE FUNCTION {guard_positions}', parts);
	EXECUTE margin_live_fill('CREATE TRIGGER {guard_trigger} BEFORE UPDATE OR DELETE ON {contracts} FOR EACH STATEMENT EXECUTE FUNCTION {guard_contracts}', parts);
	-- These come last: triggers of one event fire in the order of their names.
	EXECUTE margin_live_fill('CREATE TRIGGER {close_trigger} AFTER INSERT OR UPDATE OR DELETE ON {positions} FOR EACH STATEMENT EXECUTE FUNCTION {guard_positions}', parts);
	EXECUTE margin_live_fill('CREATE TRIGGER {close_trigger} AFTER UPDATE OR DELETE ON {contracts} FOR EACH STATEMENT EXECUTE FUNCTION {guard_contracts}', parts);
	IF row_level THEN
		EXECUTE margin_live_fill('CREATE TRIGGER {trigger} AFTER INSERT OR UPDATE OR DELETE ON {positions} FOR EACH ROW EXECUTE FUNCTION {trade}', parts);
		EXECUTE margin_live_fill('CREATE TRIGGER {trigger} AFTER UPDATE OR DELETE ON {contracts} FOR EACH ROW EXECUTE FUNCTION {on_contracts}()', parts);
		EXECUTE margin_live_fill('ALTER TABLE {positions} ENABLE ALWAYS TRIGGER {trigger}', parts);
		EXECUTE margin_live_fill('ALTER TABLE {contracts} ENABLE ALWAYS TRIGGER {trigger}', parts);
	ELSE
		EXECUTE margin_live_fill('CREATE TRIGGER {trigger_insert} AFTER INSERT ON {positions} REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {trade}', parts);
		EXECUTE margin_live_fill('CREATE TRIGGER {trigger_update} AFTER UPDATE ON {positions} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {trade}', parts);
		EXECUTE margin_live_fill('CREATE TRIGGER {trigger_delete} AFTER DELETE ON {positions} REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION {trade}', parts);
		EXECUTE margin_live_fill('CREATE TRIGGER {trigger_update} AFTER UPDATE ON {contracts} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {on_contracts}()', parts);
		EXECUTE margin_live_fill('CREATE TRIGGER {trigger_delete} AFTER DELETE ON {contracts} REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION {on_contracts}()', parts);
	END IF;
	EXECUTE margin_live_fill('CREATE TRIGGER {trigger_truncate} AFTER TRUNCATE ON {contracts} FOR EACH STATEMENT EXECUTE FUNCTION {on_contracts}()', parts);
	FOR child IN SELECT t.relid FROM pg_partition_tree(positions) t UNION SELECT positions LOOP
		EXECUTE margin_live_fill('CREATE TRIGGER {trigger_truncate} AFTER TRUNCATE ON ', parts) || child::text || margin_live_fill(' FOR EACH STATEMENT EXECUTE FUNCTION {on_positions}()', parts);
	END LOOP;

	-- What each is for.
	EXECUTE margin_live_fill('COMMENT ON TABLE {risk_table} IS ', parts) || quote_literal(
		format('Live margin of %s: the risk array of each account and underlying, kept by triggers; nobody else writes it. Amounts are in the contracts'' currency.', parts ->> 'positions'));
	EXECUTE margin_live_fill('COMMENT ON COLUMN {risk_table}.account IS ', parts) || quote_literal(format('%s of %s.', parts ->> 'account', parts ->> 'positions'));
	EXECUTE margin_live_fill('COMMENT ON COLUMN {risk_table}.underlying IS ', parts) || quote_literal('The risk factor within which profits and losses net.');
	EXECUTE margin_live_fill('COMMENT ON COLUMN {risk_table}.risk IS ', parts) || quote_literal('Sum of quantity * the contract''s array.');
	EXECUTE margin_live_fill('COMMENT ON VIEW {view} IS ', parts) || quote_literal(
		format('Live margin of %s, one row per account with positions, all amounts in the contracts'' currency. Example: SELECT account, requirement FROM %s', parts ->> 'positions', parts ->> 'view'));
	EXECUTE margin_live_fill('COMMENT ON COLUMN {view}.account IS ', parts) || quote_literal(format('%s of %s.', parts ->> 'account', parts ->> 'positions'));
	FOR col IN SELECT a.attname, col_description(a.attrelid, a.attnum) AS description FROM pg_attribute a
			JOIN pg_type t ON t.typrelid = a.attrelid JOIN pg_namespace n ON n.oid = t.typnamespace
			WHERE n.nspname = ext AND t.typname = 'margin_result' AND a.attnum > 0 AND NOT a.attisdropped LOOP
		EXECUTE margin_live_fill('COMMENT ON COLUMN {view}.', parts) || format('%I IS %L', col.attname, col.description);
	END LOOP;
	FOR col IN SELECT v.* FROM (VALUES
			('adds_up()', 'refuses a first position whose array does not add up with the account''s others.'),
			('vouch()', 'says whose margin it is and how a single row is taken over; margin_live_trade() does so with the owner''s privileges.'),
			('on_positions()', CASE WHEN limits IS NULL THEN 'takes a change of positions over into the risk table.'
				ELSE 'takes a change of positions over into the risk table and holds accounts to their limits.' END),
			('on_contracts()', 'takes changed contract arrays over into the risk table.'),
			('check()', 'what differs from a full recomputation: nothing, ever.')) v(function, purpose) LOOP
		EXECUTE format('COMMENT ON FUNCTION %s() IS %L', parts ->> split_part(col.function, '(', 1), format('Live margin of %s: %s', parts ->> 'positions', col.purpose));
		EXECUTE format('ALTER FUNCTION %s() DEPENDS ON EXTENSION portfolio_margin', parts ->> split_part(col.function, '(', 1));
		-- A trigger on somebody's own table must not write for the owner.
		EXECUTE format('REVOKE ALL ON FUNCTION %s() FROM PUBLIC', parts ->> split_part(col.function, '(', 1));
	END LOOP;
	-- Margins as they are now; an account that does not add up shows here.
	EXECUTE margin_live_fill('SELECT count(*) FROM {view}', parts) INTO filled;

	RETURN format(E'The margin of %s is live; accounts: %s.\nRead it: SELECT account, requirement FROM %s\nTake it apart: SELECT * FROM %s\nProve it: %s\nEnd it: %s',
		parts ->> 'positions', filled, parts ->> 'view', parts ->> 'risk_table', check_call,
		format('SELECT %I.margin_live_drop(%L, %L)', ext, parts ->> 'positions', base))
		|| CASE WHEN limits IS NULL THEN '' ELSE format(E'\nTrades that would take an account above its %s in %s are refused.', parts ->> 'limit_column', parts ->> 'limits') END
		|| CASE WHEN held.relrowsecurity THEN format(E'\nRow security is on for %s as for %s: readers need a policy there.', parts ->> 'risk_table', parts ->> 'positions') ELSE '' END;
END $body$;
COMMENT ON FUNCTION margin_live(regclass, regclass, name, name, name, name, name, name, boolean, regclass, name, name, float8) IS
'Keeps each account''s margin current in the transaction of every trade: makes, next to positions (account, instrument, quantity), a table <target>_risk with one array per account and underlying, the triggers that keep it, and a view <target>_margin. contracts holds the array of one contract per instrument (contract_instrument, risk). target defaults to the name of the positions table; row_level is for partitioned, distributed and subscribed tables. With limits (a table or view with limit_account and limit_column, in the currency of the margin) a trade that raises the requirement above the limit is refused with SQLSTATE PM001, and the hint names the largest multiple of lot that fits. Returns what was made. Example: margin_live(''positions'', ''contracts'', account => ''account_id'')';

