-- The risk array: profit and loss per scenario as a value that adds up.

CREATE TYPE risk_array;

CREATE FUNCTION risk_array_in(cstring) RETURNS risk_array
AS 'MODULE_PATHNAME', 'risk_array_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_array_out(risk_array) RETURNS cstring
AS 'MODULE_PATHNAME', 'risk_array_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_array_recv(internal) RETURNS risk_array
AS 'MODULE_PATHNAME', 'risk_array_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_array_send(risk_array) RETURNS bytea
AS 'MODULE_PATHNAME', 'risk_array_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION risk_array_in(cstring) IS 'Support function of type risk_array: reads its text form.';
COMMENT ON FUNCTION risk_array_out(risk_array) IS 'Support function of type risk_array: writes its text form.';
COMMENT ON FUNCTION risk_array_recv(internal) IS 'Support function of type risk_array: reads its binary form.';
COMMENT ON FUNCTION risk_array_send(risk_array) IS 'Support function of type risk_array: writes its binary form.';

CREATE TYPE risk_array (
	INPUT = risk_array_in,
	OUTPUT = risk_array_out,
	RECEIVE = risk_array_recv,
	SEND = risk_array_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE risk_array IS
'Profit and loss per underlying and scenario of one position or of many, with market value, cash Greeks and counts: what a margin is read off. Amounts are exact multiples of 2^-60 units of money, so arrays add, subtract and roll up without a trace of the order. Text and binary forms are exact. Example: SELECT account, portfolio_risk(p, scenario_grid(0.15, 5, ''{-0.25,0,0.25}'')) AS risk FROM book GROUP BY account';

CREATE FUNCTION risk_array(margin_position margin_position, scenario_set scenario_set) RETURNS risk_array
AS 'MODULE_PATHNAME', 'risk_array'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 200;
COMMENT ON FUNCTION risk_array(margin_position, scenario_set) IS
'The array of one position; with quantity 1, of one contract, to be multiplied by quantities. A bad position is an error. Example: risk_array(p, scenario_grid(0.15, 5, ''{-0.25,0,0.25}''))';

-- Arithmetic.

CREATE FUNCTION risk_array_add(a risk_array, b risk_array) RETURNS risk_array
AS 'MODULE_PATHNAME', 'risk_array_add' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
CREATE FUNCTION risk_array_remove(a risk_array, b risk_array) RETURNS risk_array
AS 'MODULE_PATHNAME', 'risk_array_remove' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
CREATE FUNCTION risk_array_negate(a risk_array) RETURNS risk_array
AS 'MODULE_PATHNAME', 'risk_array_negate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
CREATE FUNCTION risk_array_scale(factor float8, a risk_array) RETURNS risk_array
AS 'MODULE_PATHNAME', 'risk_array_scale' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40;
CREATE FUNCTION risk_array_scaled_by(a risk_array, factor float8) RETURNS risk_array
AS 'MODULE_PATHNAME', 'risk_array_scaled_by' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40;
COMMENT ON FUNCTION risk_array_add(risk_array, risk_array) IS 'Support function of operator +.';
COMMENT ON FUNCTION risk_array_remove(risk_array, risk_array) IS 'Support function of operator -.';
COMMENT ON FUNCTION risk_array_negate(risk_array) IS 'Support function of operator - (unary).';
COMMENT ON FUNCTION risk_array_scale(float8, risk_array) IS 'Support function of operator *.';
COMMENT ON FUNCTION risk_array_scaled_by(risk_array, float8) IS 'Support function of operator *.';

CREATE OPERATOR + (FUNCTION = risk_array_add, LEFTARG = risk_array, RIGHTARG = risk_array, COMMUTATOR = +);
CREATE OPERATOR - (FUNCTION = risk_array_remove, LEFTARG = risk_array, RIGHTARG = risk_array);
CREATE OPERATOR - (FUNCTION = risk_array_negate, RIGHTARG = risk_array);
CREATE OPERATOR * (FUNCTION = risk_array_scale, LEFTARG = float8, RIGHTARG = risk_array, COMMUTATOR = *);
CREATE OPERATOR * (FUNCTION = risk_array_scaled_by, LEFTARG = risk_array, RIGHTARG = float8, COMMUTATOR = *);
COMMENT ON OPERATOR + (risk_array, risk_array) IS
'Both together. One underlying has one scenario set, all sets have the same number of scenarios, joint scenarios are of one set, and the currency is the same, else an error. Example: account.risk + trade.risk';
COMMENT ON OPERATOR - (risk_array, risk_array) IS
'Takes back what + added: rows and counts subtract, an underlying without rows disappears, and the result is that of never having added it. An error if it is not contained. Example: account.risk - closed.risk';
COMMENT ON OPERATOR - (NONE, risk_array) IS
'The opposite position: (-1) * a. a + (-b) adds an opposite trade and is not a - b. Example: account.risk + (-hedge.risk)';
COMMENT ON OPERATOR * (float8, risk_array) IS
'So many times the position; negative is the opposite one. Exact for the array of one contract, else right to 2^-60 per amount. Example: -10 * contract.risk';
COMMENT ON OPERATOR * (risk_array, float8) IS
'So many times the position; negative is the opposite one. Exact for the array of one contract, else right to 2^-60 per amount. Example: contract.risk * -10';

-- Comparing.

CREATE FUNCTION risk_array_lt(a risk_array, b risk_array) RETURNS boolean
AS 'MODULE_PATHNAME', 'risk_array_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_array_le(a risk_array, b risk_array) RETURNS boolean
AS 'MODULE_PATHNAME', 'risk_array_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_array_eq(a risk_array, b risk_array) RETURNS boolean
AS 'MODULE_PATHNAME', 'risk_array_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_array_ne(a risk_array, b risk_array) RETURNS boolean
AS 'MODULE_PATHNAME', 'risk_array_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_array_ge(a risk_array, b risk_array) RETURNS boolean
AS 'MODULE_PATHNAME', 'risk_array_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_array_gt(a risk_array, b risk_array) RETURNS boolean
AS 'MODULE_PATHNAME', 'risk_array_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_array_cmp(a risk_array, b risk_array) RETURNS int
AS 'MODULE_PATHNAME', 'risk_array_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_array_hash(a risk_array) RETURNS int
AS 'MODULE_PATHNAME', 'risk_array_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_array_hash_extended(a risk_array, seed bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'risk_array_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION risk_array_lt(risk_array, risk_array) IS 'Support function of operator <.';
COMMENT ON FUNCTION risk_array_le(risk_array, risk_array) IS 'Support function of operator <=.';
COMMENT ON FUNCTION risk_array_eq(risk_array, risk_array) IS 'Support function of operator =.';
COMMENT ON FUNCTION risk_array_ne(risk_array, risk_array) IS 'Support function of operator <>.';
COMMENT ON FUNCTION risk_array_ge(risk_array, risk_array) IS 'Support function of operator >=.';
COMMENT ON FUNCTION risk_array_gt(risk_array, risk_array) IS 'Support function of operator >.';
COMMENT ON FUNCTION risk_array_cmp(risk_array, risk_array) IS 'Support function of the btree operator class: -1, 0 or 1.';
COMMENT ON FUNCTION risk_array_hash(risk_array) IS 'Support function of the hash operator class: 32 bits.';
COMMENT ON FUNCTION risk_array_hash_extended(risk_array, bigint) IS 'Support function of the hash operator class: 64 bits, with a seed.';

CREATE OPERATOR < (
	FUNCTION = risk_array_lt, LEFTARG = risk_array, RIGHTARG = risk_array,
	COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR <= (
	FUNCTION = risk_array_le, LEFTARG = risk_array, RIGHTARG = risk_array,
	COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR = (
	FUNCTION = risk_array_eq, LEFTARG = risk_array, RIGHTARG = risk_array,
	COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR <> (
	FUNCTION = risk_array_ne, LEFTARG = risk_array, RIGHTARG = risk_array,
	COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR >= (
	FUNCTION = risk_array_ge, LEFTARG = risk_array, RIGHTARG = risk_array,
	COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
CREATE OPERATOR > (
	FUNCTION = risk_array_gt, LEFTARG = risk_array, RIGHTARG = risk_array,
	COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR < (risk_array, risk_array) IS 'Less in an order that has no meaning but agrees with =; for sorting. Example: a.risk < b.risk';
COMMENT ON OPERATOR <= (risk_array, risk_array) IS 'Less or equal in the order of <. Example: a.risk <= b.risk';
COMMENT ON OPERATOR = (risk_array, risk_array) IS 'The same underlyings, scenarios, rows, counts and, to the last quantum, amounts. Example: stored.risk = recomputed.risk';
COMMENT ON OPERATOR <> (risk_array, risk_array) IS 'Not equal in the sense of =. Example: stored.risk <> recomputed.risk';
COMMENT ON OPERATOR >= (risk_array, risk_array) IS 'Greater or equal in the order of <. Example: a.risk >= b.risk';
COMMENT ON OPERATOR > (risk_array, risk_array) IS 'Greater in the order of <. Example: a.risk > b.risk';

CREATE OPERATOR FAMILY risk_array_ops USING btree;
COMMENT ON OPERATOR FAMILY risk_array_ops USING btree IS 'Order of risk arrays, for sorting and DISTINCT.';
CREATE OPERATOR CLASS risk_array_ops DEFAULT FOR TYPE risk_array USING btree FAMILY risk_array_ops AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
	FUNCTION 1 risk_array_cmp(risk_array, risk_array);
COMMENT ON OPERATOR CLASS risk_array_ops USING btree IS 'Order of risk arrays, for sorting and DISTINCT.';
CREATE OPERATOR FAMILY risk_array_ops USING hash;
COMMENT ON OPERATOR FAMILY risk_array_ops USING hash IS 'Hashing of risk arrays, for grouping and joins.';
CREATE OPERATOR CLASS risk_array_ops DEFAULT FOR TYPE risk_array USING hash FAMILY risk_array_ops AS
	OPERATOR 1 =,
	FUNCTION 1 risk_array_hash(risk_array),
	FUNCTION 2 risk_array_hash_extended(risk_array, bigint);
COMMENT ON OPERATOR CLASS risk_array_ops USING hash IS 'Hashing of risk arrays, for grouping and joins.';

-- Aggregates.  SSPACE is the array of an account in some five underlyings under 33
-- scenarios, eight in ten: an array per group is large, and beyond work_mem sorting
-- is quicker than spilling.  COST is in units of some 30 ns, as in 40-margin.sql.

CREATE FUNCTION portfolio_risk_trans(state risk_array, margin_position margin_position, scenario_set scenario_set) RETURNS risk_array
AS 'MODULE_PATHNAME', 'portfolio_risk_trans' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 60;
CREATE FUNCTION risk_array_sum(state risk_array, risk risk_array) RETURNS risk_array
AS 'MODULE_PATHNAME', 'risk_array_sum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 40;
CREATE FUNCTION risk_array_sum_inverse(state risk_array, risk risk_array) RETURNS risk_array
AS 'MODULE_PATHNAME', 'risk_array_sum_inverse' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 40;
CREATE FUNCTION risk_array_combine(state risk_array, other risk_array) RETURNS risk_array
AS 'MODULE_PATHNAME', 'risk_array_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION risk_array_final(state risk_array) RETURNS risk_array
AS 'MODULE_PATHNAME', 'risk_array_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
CREATE FUNCTION portfolio_margin_array_trans(state internal, quantity float8, risk risk_array) RETURNS internal
AS 'MODULE_PATHNAME', 'portfolio_margin_array_trans' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 40;
COMMENT ON FUNCTION portfolio_risk_trans(risk_array, margin_position, scenario_set) IS 'Support function of portfolio_risk: adds a position.';
COMMENT ON FUNCTION risk_array_sum(risk_array, risk_array) IS 'Support function of sum(risk_array): adds an array.';
COMMENT ON FUNCTION risk_array_sum_inverse(risk_array, risk_array) IS 'Support function of sum(risk_array): takes an array back when a window moves on.';
COMMENT ON FUNCTION risk_array_combine(risk_array, risk_array) IS 'Support function of portfolio_risk and sum(risk_array): adds two partial results.';
COMMENT ON FUNCTION risk_array_final(risk_array) IS 'Support function of portfolio_risk and sum(risk_array): the state without its slack.';
COMMENT ON FUNCTION portfolio_margin_array_trans(internal, float8, risk_array) IS 'Support function of portfolio_margin(float8, risk_array): adds a quantity of a contract.';

CREATE AGGREGATE portfolio_risk(margin_position margin_position, scenario_set scenario_set) (
	SFUNC = portfolio_risk_trans,
	STYPE = risk_array,
	SSPACE = 8192,
	FINALFUNC = risk_array_final,
	COMBINEFUNC = risk_array_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE portfolio_risk(margin_position, scenario_set) IS
'The array of a group of positions: margin(portfolio_risk(p, s)) is portfolio_margin(p, s). Store it, add it up, ask what if. Example: SELECT account, portfolio_risk(p, tims_scenarios(0.08, 0.06)) AS risk FROM book GROUP BY account';

CREATE AGGREGATE sum(risk_array risk_array) (
	SFUNC = risk_array_sum,
	STYPE = risk_array,
	SSPACE = 8192,
	FINALFUNC = risk_array_final,
	COMBINEFUNC = risk_array_combine,
	MSFUNC = risk_array_sum,
	MINVFUNC = risk_array_sum_inverse,
	MSTYPE = risk_array,
	MSSPACE = 8192,
	MFINALFUNC = risk_array_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE sum(risk_array) IS
'All arrays together: roll up accounts to desks, shards to a firm, or slide over a window. Exact in any order. A NULL array is an error; no rows give NULL. Example: SELECT desk, (margin(sum(risk))).requirement FROM account_risk GROUP BY desk';

CREATE AGGREGATE portfolio_margin(quantity float8, risk_array risk_array) (
	SFUNC = portfolio_margin_array_trans,
	STYPE = internal,
	SSPACE = 8192,
	FINALFUNC = portfolio_margin_final,
	COMBINEFUNC = portfolio_combine,
	SERIALFUNC = portfolio_serialize,
	DESERIALFUNC = portfolio_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE portfolio_margin(float8, risk_array) IS
'Margin of signed quantities of contracts that were valued once, the way clearing houses publish them; the same bytes as from positions. NULLs are errors. Example: SELECT account, (portfolio_margin(quantity, contract.risk)).* FROM positions JOIN contract USING (instrument) GROUP BY account';

-- Reading an array.

CREATE FUNCTION margin(risk_array risk_array) RETURNS margin_result
AS 'MODULE_PATHNAME', 'margin'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION margin(risk_array) IS
'The margin that an array asks for; NULL for NULL, requirement 0 and no worst scenario for {}. Call it in FROM, where it runs once per row however many columns are read. Example: SELECT account, m.* FROM account_risk, margin(risk) AS m';

CREATE FUNCTION pnl(
	risk_array risk_array,
	OUT underlying text,
	OUT scenario int,
	OUT price_shock float8,
	OUT vol_shock float8,
	OUT weight float8,
	OUT pnl float8
) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'pnl'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 100;
COMMENT ON FUNCTION pnl(risk_array) IS
'Profit (positive) or loss per underlying and scenario (numbered from 1), unweighted, in the array''s currency. Example: SELECT * FROM account_risk, pnl(risk) WHERE account = ''condor'' ORDER BY pnl LIMIT 5';

CREATE FUNCTION margin_by_underlying(
	risk_array risk_array,
	OUT underlying text,
	OUT requirement float8,
	OUT scan_loss float8,
	OUT minimum_charge float8,
	OUT worst_scenario int,
	OUT worst_price_shock float8,
	OUT worst_vol_shock float8,
	OUT worst_pnl float8,
	OUT long_quantity float8,
	OUT short_quantity float8,
	OUT positions bigint
) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'margin_by_underlying'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 10;
COMMENT ON FUNCTION margin_by_underlying(risk_array) IS
'A row per underlying: its requirement (they add up to that of the account), its worst scenario with the weighted profit or loss there, and gross numbers of contracts. Under joint scenarios the worst scenario is the account''s, and the requirement is the underlying''s loss in it, negative where it gains. Example: SELECT * FROM account_risk, margin_by_underlying(risk) WHERE account = ''condor''';

CREATE FUNCTION greeks_by_underlying(
	risk_array risk_array,
	OUT underlying text,
	OUT market_value float8,
	OUT delta_cash float8,
	OUT gamma_cash_1pct float8,
	OUT vega_1pt float8,
	OUT theta_1day float8,
	OUT rho_1pct float8,
	OUT positions bigint
) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'greeks_by_underlying'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 10;
COMMENT ON FUNCTION greeks_by_underlying(risk_array) IS
'A row per underlying: market value and cash Greeks, in the array''s currency, as in margin_result. Example: SELECT * FROM account_risk, greeks_by_underlying(risk) WHERE account = ''condor''';

CREATE FUNCTION risk_by_underlying(
	risk_array risk_array,
	OUT underlying text,
	OUT risk risk_array
) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'risk_by_underlying'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 10;
COMMENT ON FUNCTION risk_by_underlying(risk_array) IS
'The array cut into one per underlying; their sum is the array. Example: SELECT account, u.* FROM account_risk, risk_by_underlying(risk) AS u';

CREATE FUNCTION margin_explain(
	risk_array risk_array,
	OUT underlying text,
	OUT requirement float8,
	OUT scan_loss float8,
	OUT minimum_charge float8,
	OUT worst_scenario int,
	OUT worst_price_shock float8,
	OUT worst_vol_shock float8,
	OUT worst_pnl float8,
	OUT runner_up_scenario int,
	OUT runner_up_price_shock float8,
	OUT runner_up_vol_shock float8,
	OUT runner_up_pnl float8,
	OUT distance float8,
	OUT positions bigint
) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'margin_explain'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 10;
COMMENT ON FUNCTION margin_explain(risk_array) IS
'Why the requirement is what it is: per underlying its component (they add up to the requirement), the worst scenario, the runner-up, and the distance between the two in money; a small distance says that the worst scenario may easily become another. Profits and losses are weighted. Under joint scenarios both scenarios are the account''s, and requirement and distance are the underlying''s parts, which may be negative. Example: SELECT e.* FROM account_risk, margin_explain(risk) AS e WHERE account = ''condor''';

