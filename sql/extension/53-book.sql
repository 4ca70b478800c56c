-- The whole book in one aggregate.

CREATE TYPE book_margin;
CREATE FUNCTION book_margin_in(cstring) RETURNS book_margin
AS 'MODULE_PATHNAME', 'book_margin_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION book_margin_out(book_margin) RETURNS cstring
AS 'MODULE_PATHNAME', 'book_margin_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION book_margin_recv(internal) RETURNS book_margin
AS 'MODULE_PATHNAME', 'book_margin_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION book_margin_send(book_margin) RETURNS bytea
AS 'MODULE_PATHNAME', 'book_margin_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION book_margin_in(cstring) IS 'Support function of book_margin: a value from its text form, bytes in hexadecimal, as they were written.';
COMMENT ON FUNCTION book_margin_out(book_margin) IS 'Support function of book_margin: the text form, bytes in hexadecimal.';
COMMENT ON FUNCTION book_margin_recv(internal) IS 'Support function of book_margin: a value from its portable binary form.';
COMMENT ON FUNCTION book_margin_send(book_margin) IS 'Support function of book_margin: the portable binary form.';

CREATE TYPE book_margin (
	INPUT = book_margin_in,
	OUTPUT = book_margin_out,
	RECEIVE = book_margin_recv,
	SEND = book_margin_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE book_margin IS
'The margin_result of every account of a book, as one value; 128 bytes per account and its texts. Made by margin_book, read by accounts. Example: SELECT * FROM accounts((SELECT margin_book(account, instrument, quantity, (SELECT prices FROM priced)) FROM positions))';

CREATE FUNCTION accounts(book book_margin,
	OUT account text, OUT requirement float8, OUT scan_loss float8, OUT minimum_charge float8,
	OUT worst_scenario int, OUT worst_underlying text, OUT worst_price_shock float8, OUT worst_vol_shock float8,
	OUT market_value float8, OUT delta_cash float8, OUT gamma_cash_1pct float8, OUT vega_1pt float8,
	OUT theta_1day float8, OUT rho_1pct float8, OUT positions bigint, OUT currency text) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'accounts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10000;
COMMENT ON FUNCTION accounts(book_margin) IS
'The accounts of a book, by key, each with the columns of margin_result. Keys that are numbers come as text; accounts_int8 gives them as bigint. Example: SELECT account, requirement FROM accounts((SELECT margin_book(account, instrument, quantity, (SELECT prices FROM priced)) FROM positions)) ORDER BY requirement DESC';

CREATE FUNCTION accounts_int8(book book_margin,
	OUT account bigint, OUT requirement float8, OUT scan_loss float8, OUT minimum_charge float8,
	OUT worst_scenario int, OUT worst_underlying text, OUT worst_price_shock float8, OUT worst_vol_shock float8,
	OUT market_value float8, OUT delta_cash float8, OUT gamma_cash_1pct float8, OUT vega_1pt float8,
	OUT theta_1day float8, OUT rho_1pct float8, OUT positions bigint, OUT currency text) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'accounts_int8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10000;
COMMENT ON FUNCTION accounts_int8(book_margin) IS
'The same for a book whose account keys are bigint, ready to be joined; an error if they are texts. Example: SELECT account, requirement FROM accounts_int8((SELECT margin_book(4711, instrument, quantity, (SELECT prices FROM priced)) FROM positions))';

CREATE FUNCTION margin_book_trans(state internal, account bigint, contract_key bigint, quantity float8, risk_table risk_table) RETURNS internal
AS 'MODULE_PATHNAME', 'margin_book_trans_int8_int8' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION margin_book_trans(internal, bigint, bigint, float8, risk_table) IS 'Support function of margin_book: adds a position.';
CREATE FUNCTION margin_book_trans(state internal, account bigint, contract_key text, quantity float8, risk_table risk_table) RETURNS internal
AS 'MODULE_PATHNAME', 'margin_book_trans_int8_text' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION margin_book_trans(internal, bigint, text, float8, risk_table) IS 'Support function of margin_book: adds a position.';
CREATE FUNCTION margin_book_trans(state internal, account text, contract_key bigint, quantity float8, risk_table risk_table) RETURNS internal
AS 'MODULE_PATHNAME', 'margin_book_trans_text_int8' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION margin_book_trans(internal, text, bigint, float8, risk_table) IS 'Support function of margin_book: adds a position.';
CREATE FUNCTION margin_book_trans(state internal, account text, contract_key text, quantity float8, risk_table risk_table) RETURNS internal
AS 'MODULE_PATHNAME', 'margin_book_trans_text_text' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION margin_book_trans(internal, text, text, float8, risk_table) IS 'Support function of margin_book: adds a position.';
CREATE FUNCTION margin_book_combine(state internal, other internal) RETURNS internal
AS 'MODULE_PATHNAME', 'margin_book_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION margin_book_serialize(state internal) RETURNS bytea
AS 'MODULE_PATHNAME', 'margin_book_serialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION margin_book_deserialize(image bytea, dummy internal) RETURNS internal
AS 'MODULE_PATHNAME', 'margin_book_deserialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION margin_book_final(state internal) RETURNS book_margin
AS 'MODULE_PATHNAME', 'margin_book_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION margin_book_combine(internal, internal) IS 'Support function of margin_book: adds two partial books.';
COMMENT ON FUNCTION margin_book_serialize(internal) IS 'Support function of margin_book: a partial book as bytes.';
COMMENT ON FUNCTION margin_book_deserialize(bytea, internal) IS 'Support function of margin_book: a partial book from bytes.';
COMMENT ON FUNCTION margin_book_final(internal) IS 'Support function of margin_book: margins all accounts.';

CREATE AGGREGATE margin_book(account bigint, contract_key bigint, quantity float8, risk_table risk_table) (
	SFUNC = margin_book_trans,
	STYPE = internal,
	SSPACE = 1000000,
	FINALFUNC = margin_book_final,
	COMBINEFUNC = margin_book_combine,
	SERIALFUNC = margin_book_serialize,
	DESERIALFUNC = margin_book_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE margin_book(bigint, bigint, float8, risk_table) IS
'The margin of every account of a book at once: account, contract key, signed number of contracts, and the risk_table of the contracts, one per book. Each account gets what portfolio_margin(contract_key, quantity, risk_table) GROUP BY account gives, to the last bit, for a fraction of the time; all in memory: 16 bytes per position, and as much again while the accounts are added up. An unknown contract or a NULL is an error. Example: SELECT * FROM accounts_int8((SELECT margin_book(4711, 17, quantity, (SELECT risk_table(17, risk) FROM contract)) FROM positions))';
CREATE AGGREGATE margin_book(account bigint, contract_key text, quantity float8, risk_table risk_table) (
	SFUNC = margin_book_trans,
	STYPE = internal,
	SSPACE = 1000000,
	FINALFUNC = margin_book_final,
	COMBINEFUNC = margin_book_combine,
	SERIALFUNC = margin_book_serialize,
	DESERIALFUNC = margin_book_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE margin_book(bigint, text, float8, risk_table) IS
'The same with account keys of type bigint and contract keys of type text. Example: SELECT margin_book(4711, instrument, quantity, (SELECT prices FROM priced)) FROM positions';
CREATE AGGREGATE margin_book(account text, contract_key bigint, quantity float8, risk_table risk_table) (
	SFUNC = margin_book_trans,
	STYPE = internal,
	SSPACE = 1000000,
	FINALFUNC = margin_book_final,
	COMBINEFUNC = margin_book_combine,
	SERIALFUNC = margin_book_serialize,
	DESERIALFUNC = margin_book_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE margin_book(text, bigint, float8, risk_table) IS
'The same with account keys of type text and contract keys of type bigint. Example: SELECT margin_book(account, 17, quantity, (SELECT risk_table(17, risk) FROM contract)) FROM positions';
CREATE AGGREGATE margin_book(account text, contract_key text, quantity float8, risk_table risk_table) (
	SFUNC = margin_book_trans,
	STYPE = internal,
	SSPACE = 1000000,
	FINALFUNC = margin_book_final,
	COMBINEFUNC = margin_book_combine,
	SERIALFUNC = margin_book_serialize,
	DESERIALFUNC = margin_book_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE margin_book(text, text, float8, risk_table) IS
'The same with account keys of type text and contract keys of type text. Example: SELECT margin_book(account, instrument, quantity, (SELECT prices FROM priced)) FROM positions';
