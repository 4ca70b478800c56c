-- The risk table: contract keys and the risk array of one contract each, as a value.

CREATE TYPE risk_table;

CREATE FUNCTION risk_table_in(cstring) RETURNS risk_table
AS 'MODULE_PATHNAME', 'risk_table_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_table_out(risk_table) RETURNS cstring
AS 'MODULE_PATHNAME', 'risk_table_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_table_recv(internal) RETURNS risk_table
AS 'MODULE_PATHNAME', 'risk_table_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_table_send(risk_table) RETURNS bytea
AS 'MODULE_PATHNAME', 'risk_table_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION risk_table_in(cstring) IS 'Support function of type risk_table: reads its text form.';
COMMENT ON FUNCTION risk_table_out(risk_table) IS 'Support function of type risk_table: writes its text form.';
COMMENT ON FUNCTION risk_table_recv(internal) IS 'Support function of type risk_table: reads its binary form.';
COMMENT ON FUNCTION risk_table_send(risk_table) IS 'Support function of type risk_table: writes its binary form.';

CREATE TYPE risk_table (
	INPUT = risk_table_in,
	OUTPUT = risk_table_out,
	RECEIVE = risk_table_recv,
	SEND = risk_table_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = external
);
COMMENT ON TYPE risk_table IS
'Contract keys (all int8 or all text) and the risk array of one contract each, as a clearing house publishes them: positions then need only key and quantity. It does not depend on the order in which it was made, and text and binary forms are exact. Example: SELECT risk_table(instrument, risk) FROM contract';

CREATE FUNCTION risk_table_concat(a risk_table, b risk_table) RETURNS risk_table
AS 'MODULE_PATHNAME', 'risk_table_concat' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION risk_table_concat(risk_table, risk_table) IS 'Support function of operator ||.';
CREATE OPERATOR || (FUNCTION = risk_table_concat, LEFTARG = risk_table, RIGHTARG = risk_table);
COMMENT ON OPERATOR || (risk_table, risk_table) IS
'The contracts of both tables. A key in both is an error, as are keys of different types, an underlying with different scenario sets and sets of different length. Example: equity.prices || bonds.prices';

-- Comparing.

CREATE FUNCTION risk_table_lt(a risk_table, b risk_table) RETURNS boolean
AS 'MODULE_PATHNAME', 'risk_table_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION risk_table_le(a risk_table, b risk_table) RETURNS boolean
AS 'MODULE_PATHNAME', 'risk_table_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION risk_table_eq(a risk_table, b risk_table) RETURNS boolean
AS 'MODULE_PATHNAME', 'risk_table_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION risk_table_ne(a risk_table, b risk_table) RETURNS boolean
AS 'MODULE_PATHNAME', 'risk_table_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION risk_table_ge(a risk_table, b risk_table) RETURNS boolean
AS 'MODULE_PATHNAME', 'risk_table_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION risk_table_gt(a risk_table, b risk_table) RETURNS boolean
AS 'MODULE_PATHNAME', 'risk_table_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION risk_table_cmp(a risk_table, b risk_table) RETURNS int
AS 'MODULE_PATHNAME', 'risk_table_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION risk_table_hash(a risk_table) RETURNS int
AS 'MODULE_PATHNAME', 'risk_table_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION risk_table_hash_extended(a risk_table, seed bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'risk_table_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION risk_table_lt(risk_table, risk_table) IS 'Support function of operator <.';
COMMENT ON FUNCTION risk_table_le(risk_table, risk_table) IS 'Support function of operator <=.';
COMMENT ON FUNCTION risk_table_eq(risk_table, risk_table) IS 'Support function of operator =.';
COMMENT ON FUNCTION risk_table_ne(risk_table, risk_table) IS 'Support function of operator <>.';
COMMENT ON FUNCTION risk_table_ge(risk_table, risk_table) IS 'Support function of operator >=.';
COMMENT ON FUNCTION risk_table_gt(risk_table, risk_table) IS 'Support function of operator >.';
COMMENT ON FUNCTION risk_table_cmp(risk_table, risk_table) IS 'Support function of the btree operator class: -1, 0 or 1.';
COMMENT ON FUNCTION risk_table_hash(risk_table) IS 'Support function of the hash operator class: 32 bits.';
COMMENT ON FUNCTION risk_table_hash_extended(risk_table, bigint) IS 'Support function of the hash operator class: 64 bits, with a seed.';

CREATE OPERATOR < (
	FUNCTION = risk_table_lt, LEFTARG = risk_table, RIGHTARG = risk_table,
	COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR <= (
	FUNCTION = risk_table_le, LEFTARG = risk_table, RIGHTARG = risk_table,
	COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR = (
	FUNCTION = risk_table_eq, LEFTARG = risk_table, RIGHTARG = risk_table,
	COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR <> (
	FUNCTION = risk_table_ne, LEFTARG = risk_table, RIGHTARG = risk_table,
	COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR >= (
	FUNCTION = risk_table_ge, LEFTARG = risk_table, RIGHTARG = risk_table,
	COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
CREATE OPERATOR > (
	FUNCTION = risk_table_gt, LEFTARG = risk_table, RIGHTARG = risk_table,
	COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR < (risk_table, risk_table) IS 'Less in an order that has no meaning but agrees with =; for sorting. Example: a.prices < b.prices';
COMMENT ON OPERATOR <= (risk_table, risk_table) IS 'Less or equal in the order of <. Example: a.prices <= b.prices';
COMMENT ON OPERATOR = (risk_table, risk_table) IS 'The same keys and, contract by contract, equal risk arrays. Example: a.prices = b.prices';
COMMENT ON OPERATOR <> (risk_table, risk_table) IS 'Not equal in the sense of =. Example: a.prices <> b.prices';
COMMENT ON OPERATOR >= (risk_table, risk_table) IS 'Greater or equal in the order of <. Example: a.prices >= b.prices';
COMMENT ON OPERATOR > (risk_table, risk_table) IS 'Greater in the order of <. Example: a.prices > b.prices';

CREATE OPERATOR FAMILY risk_table_ops USING btree;
COMMENT ON OPERATOR FAMILY risk_table_ops USING btree IS 'Order of risk tables, for sorting and DISTINCT.';
CREATE OPERATOR CLASS risk_table_ops DEFAULT FOR TYPE risk_table USING btree FAMILY risk_table_ops AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
	FUNCTION 1 risk_table_cmp(risk_table, risk_table);
COMMENT ON OPERATOR CLASS risk_table_ops USING btree IS 'Order of risk tables, for sorting and DISTINCT.';
CREATE OPERATOR FAMILY risk_table_ops USING hash;
COMMENT ON OPERATOR FAMILY risk_table_ops USING hash IS 'Hashing of risk tables, for grouping and joins.';
CREATE OPERATOR CLASS risk_table_ops DEFAULT FOR TYPE risk_table USING hash FAMILY risk_table_ops AS
	OPERATOR 1 =,
	FUNCTION 1 risk_table_hash(risk_table),
	FUNCTION 2 risk_table_hash_extended(risk_table, bigint);
COMMENT ON OPERATOR CLASS risk_table_ops USING hash IS 'Hashing of risk tables, for grouping and joins.';

-- Making a table.  Keys are int8 or text: one overload each.

CREATE FUNCTION risk_table_array_trans(state internal, contract_key int8, risk risk_array) RETURNS internal
AS 'MODULE_PATHNAME', 'risk_table_array_trans_int8' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
CREATE FUNCTION risk_table_position_trans(state internal, contract_key int8, margin_position margin_position, scenario_set scenario_set) RETURNS internal
AS 'MODULE_PATHNAME', 'risk_table_position_trans_int8' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 200;
CREATE FUNCTION risk_table_array_trans(state internal, contract_key text, risk risk_array) RETURNS internal
AS 'MODULE_PATHNAME', 'risk_table_array_trans_text' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
CREATE FUNCTION risk_table_position_trans(state internal, contract_key text, margin_position margin_position, scenario_set scenario_set) RETURNS internal
AS 'MODULE_PATHNAME', 'risk_table_position_trans_text' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 200;
CREATE FUNCTION risk_table_combine(state internal, other internal) RETURNS internal
AS 'MODULE_PATHNAME', 'risk_table_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
CREATE FUNCTION risk_table_serialize(state internal) RETURNS bytea
AS 'MODULE_PATHNAME', 'risk_table_serialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION risk_table_deserialize(state bytea, context internal) RETURNS internal
AS 'MODULE_PATHNAME', 'risk_table_deserialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION risk_table_final(state internal) RETURNS risk_table
AS 'MODULE_PATHNAME', 'risk_table_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION risk_table_array_trans(internal, bigint, risk_array) IS 'Support function of risk_table: adds a contract.';
COMMENT ON FUNCTION risk_table_position_trans(internal, bigint, margin_position, scenario_set) IS 'Support function of risk_table: values and adds a contract.';
COMMENT ON FUNCTION risk_table_array_trans(internal, text, risk_array) IS 'Support function of risk_table: adds a contract.';
COMMENT ON FUNCTION risk_table_position_trans(internal, text, margin_position, scenario_set) IS 'Support function of risk_table: values and adds a contract.';
COMMENT ON FUNCTION risk_table_combine(internal, internal) IS 'Support function of risk_table: adds two partial results.';
COMMENT ON FUNCTION risk_table_serialize(internal) IS 'Support function of risk_table: a partial result for another process.';
COMMENT ON FUNCTION risk_table_deserialize(bytea, internal) IS 'Support function of risk_table: a partial result from another process.';
COMMENT ON FUNCTION risk_table_final(internal) IS 'Support function of risk_table: the table.';

CREATE AGGREGATE risk_table(contract_key int8, risk risk_array) (
	SFUNC = risk_table_array_trans,
	STYPE = internal,
	SSPACE = 65536,
	FINALFUNC = risk_table_final,
	COMBINEFUNC = risk_table_combine,
	SERIALFUNC = risk_table_serialize,
	DESERIALFUNC = risk_table_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE risk_table(bigint, risk_array) IS
'The table of contracts that were valued before, a row each, in any order. A key that comes twice, a NULL, and an underlying with different scenario sets are errors; no rows give NULL. Example: SELECT risk_table(c.id, c.risk) FROM (SELECT 17::bigint AS id, risk FROM contract) AS c';
CREATE AGGREGATE risk_table(contract_key int8, margin_position margin_position, scenario_set scenario_set) (
	SFUNC = risk_table_position_trans,
	STYPE = internal,
	SSPACE = 65536,
	FINALFUNC = risk_table_final,
	COMBINEFUNC = risk_table_combine,
	SERIALFUNC = risk_table_serialize,
	DESERIALFUNC = risk_table_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE risk_table(bigint, margin_position, scenario_set) IS
'The table of marked contracts: risk_table(contract_key, risk_array(margin_position, scenario_set)) without the array between. The quantity of a position counts; give 1. Errors as there, and a bad position is an error. Example: SELECT risk_table(17, p, scenario_grid(0.15, 5)) FROM book';
CREATE AGGREGATE risk_table(contract_key text, risk risk_array) (
	SFUNC = risk_table_array_trans,
	STYPE = internal,
	SSPACE = 65536,
	FINALFUNC = risk_table_final,
	COMBINEFUNC = risk_table_combine,
	SERIALFUNC = risk_table_serialize,
	DESERIALFUNC = risk_table_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE risk_table(text, risk_array) IS
'The table of contracts that were valued before, a row each, in any order. A key that comes twice, a NULL, and an underlying with different scenario sets are errors; no rows give NULL. Example: SELECT risk_table(instrument, risk) FROM contract';
CREATE AGGREGATE risk_table(contract_key text, margin_position margin_position, scenario_set scenario_set) (
	SFUNC = risk_table_position_trans,
	STYPE = internal,
	SSPACE = 65536,
	FINALFUNC = risk_table_final,
	COMBINEFUNC = risk_table_combine,
	SERIALFUNC = risk_table_serialize,
	DESERIALFUNC = risk_table_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE risk_table(text, margin_position, scenario_set) IS
'The table of marked contracts: risk_table(contract_key, risk_array(margin_position, scenario_set)) without the array between. The quantity of a position counts; give 1. Errors as there, and a bad position is an error. Example: SELECT risk_table((p).underlying, p, scenario_grid(0.15, 5)) FROM book';

-- Using a table.

CREATE FUNCTION portfolio_margin_table_trans(state internal, contract_key int8, quantity float8, risk_table risk_table) RETURNS internal
AS 'MODULE_PATHNAME', 'portfolio_margin_table_trans_int8' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 8;
CREATE FUNCTION portfolio_margin_table_trans(state internal, contract_key text, quantity float8, risk_table risk_table) RETURNS internal
AS 'MODULE_PATHNAME', 'portfolio_margin_table_trans_text' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION portfolio_margin_table_trans(internal, bigint, double precision, risk_table) IS 'Support function of portfolio_margin(contract_key, quantity, risk_table): adds a quantity of a contract.';
COMMENT ON FUNCTION portfolio_margin_table_trans(internal, text, double precision, risk_table) IS 'Support function of portfolio_margin(contract_key, quantity, risk_table): adds a quantity of a contract.';

CREATE AGGREGATE portfolio_margin(contract_key int8, quantity float8, risk_table risk_table) (
	SFUNC = portfolio_margin_table_trans,
	STYPE = internal,
	SSPACE = 320,
	FINALFUNC = portfolio_margin_final,
	COMBINEFUNC = portfolio_combine,
	SERIALFUNC = portfolio_serialize,
	DESERIALFUNC = portfolio_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE portfolio_margin(bigint, float8, risk_table) IS
'Margin of signed quantities of the contracts of a table, without a join; the same bytes as portfolio_margin(quantity, contract_risk(risk_table, contract_key)). Give the table as a scalar subquery or as a column. A key that is not in the table is an error (P0002) that names it; NULLs are errors. Example: SELECT account, (portfolio_margin(17, quantity, (SELECT risk_table(17, risk) FROM contract))).* FROM positions GROUP BY account';
CREATE AGGREGATE portfolio_margin(contract_key text, quantity float8, risk_table risk_table) (
	SFUNC = portfolio_margin_table_trans,
	STYPE = internal,
	SSPACE = 320,
	FINALFUNC = portfolio_margin_final,
	COMBINEFUNC = portfolio_combine,
	SERIALFUNC = portfolio_serialize,
	DESERIALFUNC = portfolio_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE portfolio_margin(text, float8, risk_table) IS
'Margin of signed quantities of the contracts of a table, without a join; the same bytes as portfolio_margin(quantity, contract_risk(risk_table, contract_key)). Give the table as a scalar subquery or as a column. A key that is not in the table is an error (P0002) that names it; NULLs are errors. Example: SELECT account, (portfolio_margin(instrument, quantity, (SELECT risk_table(instrument, risk) FROM contract))).* FROM positions GROUP BY account';

-- Reading a table.

CREATE FUNCTION contract_risk(risk_table risk_table, contract_key int8) RETURNS risk_array
AS 'MODULE_PATHNAME', 'contract_risk_int8' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION contract_risk(risk_table, bigint) IS
'The array of one contract. A key that is not in the table is an error (P0002) that names it; NULLs are errors. Example: SELECT contract_risk(t, 17) FROM (SELECT risk_table(17, risk) AS t FROM contract) AS s';
CREATE FUNCTION contract_risk(risk_table risk_table, contract_key text) RETURNS risk_array
AS 'MODULE_PATHNAME', 'contract_risk_text' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION contract_risk(risk_table, text) IS
'The array of one contract. A key that is not in the table is an error (P0002) that names it; NULLs are errors. Example: SELECT contract_risk(t, ''ACME'') FROM (SELECT risk_table(instrument, risk) AS t FROM contract) AS s';
CREATE FUNCTION contract_count(risk_table risk_table) RETURNS bigint
AS 'MODULE_PATHNAME', 'contract_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION contract_count(risk_table) IS
'How many contracts a table has; NULL for NULL. Example: SELECT contract_count(t) FROM (SELECT risk_table(instrument, risk) AS t FROM contract) AS s';
CREATE FUNCTION risk_table_rows(
	risk_table risk_table,
	OUT contract_key text,
	OUT risk risk_array
) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'risk_table_rows'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 1000;
COMMENT ON FUNCTION risk_table_rows(risk_table) IS
'A row per contract, by key: to look into a table, or to compare yesterday''s with today''s. Keys that are int8 come as text: cast them. Example: SELECT r.* FROM (SELECT risk_table(instrument, risk) AS t FROM contract) AS s, risk_table_rows(t) AS r';
CREATE FUNCTION risk_table_underlyings(
	risk_table risk_table,
	OUT underlying text,
	OUT scenario_set scenario_set,
	OUT contracts bigint
) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'risk_table_underlyings'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10;
COMMENT ON FUNCTION risk_table_underlyings(risk_table) IS
'A row per underlying, in C collation: the scenario set that all its contracts were valued under, and how many they are. Example: SELECT u.* FROM (SELECT risk_table(instrument, risk) AS t FROM contract) AS s, risk_table_underlyings(t) AS u';

