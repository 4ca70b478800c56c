-- Scenarios: one move, and sets of moves.

CREATE TYPE vol_stickiness AS ENUM ('strike', 'moneyness');
COMMENT ON TYPE vol_stickiness IS
'What the smile keeps to when the price moves: the strike (an option keeps its volatility) or the moneyness (the surface moves along: the volatility of strike K changes by what the surface has between K and K*S/S'', where K was; under bachelier K - (S'' - S)). An option without a surface is an error under moneyness. Example: ''moneyness''::vol_stickiness';

CREATE TYPE market_scenario AS (
	price_shock float8,
	price_points float8,
	vol_shock float8,
	vol_points float8,
	vol_power float8,
	vol_power_long float8,
	vol_floor float8,
	rate_points float8,
	days float8,
	stickiness vol_stickiness,
	weight float8,
	skew_shock float8,
	smile_shock float8,
	skew_cap float8
);
COMMENT ON TYPE market_scenario IS
'One move of the market. The price goes to S + price_shock*|S| + price_points, the volatility to max(0, s*(1 + vol_shock*(30 days / max(T, 1 day))^p + skew) + vol_points) with T the time to expiry before the time step and skew = skew_shock*k + smile_shock*|k| within +-skew_cap, k being the log-moneyness ln(K/F) against the forward before the move (bachelier: K - F), K under stickiness moneyness the strike that was there, the rate to r + rate_points, the time to expiry to max(0, T - days). Make it with the constructor market_scenario(...) and named arguments. Example: market_scenario(price_shock => -0.15, vol_shock => 0.25)';
COMMENT ON COLUMN market_scenario.price_shock IS 'Relative move of the price: -0.15 is 15 % down.';
COMMENT ON COLUMN market_scenario.price_points IS 'Absolute move of the price, in price units.';
COMMENT ON COLUMN market_scenario.vol_shock IS 'Relative move of the volatility: 0.25 is up by a quarter of itself.';
COMMENT ON COLUMN market_scenario.vol_points IS 'Absolute move of the volatility: 0.04 is 4 points.';
COMMENT ON COLUMN market_scenario.vol_power IS 'Exponent p of 30 days / time to expiry in the volatility move, for expiries up to 30 days; 0: all expiries move alike.';
COMMENT ON COLUMN market_scenario.vol_power_long IS 'The same exponent for expiries beyond 30 days; NULL: as vol_power.';
COMMENT ON COLUMN market_scenario.vol_floor IS 'Least volatility after an upward move (vol_shock or vol_points above 0, neither below; the skew does not count); 0: none.';
COMMENT ON COLUMN market_scenario.rate_points IS 'Absolute move of the interest rate: 0.01 is 1 %.';
COMMENT ON COLUMN market_scenario.days IS 'Time step, in days of 24 hours, 0 or more.';
COMMENT ON COLUMN market_scenario.stickiness IS 'What a volatility surface keeps to when the price moves.';
COMMENT ON COLUMN market_scenario.weight IS 'Factor of gains and losses alike, 0 or more, applied once when a margin is read off.';
COMMENT ON COLUMN market_scenario.skew_shock IS 'Relative move of the volatility per unit of log-moneyness k = ln(K/F): -0.5 raises it by 5 % at k = -0.1 and lowers it by 5 % at k = 0.1. Under bachelier per price unit of K - F.';
COMMENT ON COLUMN market_scenario.smile_shock IS 'Relative move of the volatility per unit of |k|, k as for skew_shock: 0.5 raises it by 5 % at k = -0.1 and at k = 0.1.';
COMMENT ON COLUMN market_scenario.skew_cap IS 'Most that skew_shock and smile_shock together move the volatility, up or down, 0 or more: 0.3 is 30 % of it; NULL: no bound.';

CREATE FUNCTION market_scenario(
	price_shock float8 DEFAULT 0,
	price_points float8 DEFAULT 0,
	vol_shock float8 DEFAULT 0,
	vol_points float8 DEFAULT 0,
	vol_power float8 DEFAULT 0,
	vol_power_long float8 DEFAULT NULL,
	vol_floor float8 DEFAULT 0,
	rate_points float8 DEFAULT 0,
	days float8 DEFAULT 0,
	stickiness vol_stickiness DEFAULT 'strike',
	weight float8 DEFAULT 1,
	skew_shock float8 DEFAULT 0,
	smile_shock float8 DEFAULT 0,
	skew_cap float8 DEFAULT NULL
) RETURNS market_scenario
AS 'MODULE_PATHNAME', 'market_scenario'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION market_scenario(float8, float8, float8, float8, float8, float8, float8, float8, float8, vol_stickiness, float8, float8, float8, float8) IS
'Makes a scenario; everything left out is neutral (nothing moves, weight 1), units as in the fields of the type. Example: market_scenario(price_shock => -0.66, vol_shock => 0.5, weight => 0.24)';

CREATE TYPE scenario_set;

CREATE FUNCTION scenario_set_in(cstring) RETURNS scenario_set
AS 'MODULE_PATHNAME', 'scenario_set_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION scenario_set_out(scenario_set) RETURNS cstring
AS 'MODULE_PATHNAME', 'scenario_set_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION scenario_set_recv(internal) RETURNS scenario_set
AS 'MODULE_PATHNAME', 'scenario_set_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION scenario_set_send(scenario_set) RETURNS bytea
AS 'MODULE_PATHNAME', 'scenario_set_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION scenario_set_in(cstring) IS 'Support function of type scenario_set: reads its text form.';
COMMENT ON FUNCTION scenario_set_out(scenario_set) IS 'Support function of type scenario_set: writes its text form.';
COMMENT ON FUNCTION scenario_set_recv(internal) IS 'Support function of type scenario_set: reads its binary form.';
COMMENT ON FUNCTION scenario_set_send(scenario_set) IS 'Support function of type scenario_set: writes its binary form.';

CREATE TYPE scenario_set (
	INPUT = scenario_set_in,
	OUTPUT = scenario_set_out,
	RECEIVE = scenario_set_recv,
	SEND = scenario_set_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE scenario_set IS
'An ordered list of 1 to 100,000 market scenarios, numbered from 1. Common: each underlying meets them by itself. Joint (joint_scenarios): a scenario is one state of the world, with a move per underlying. Made by a generator, from market_scenario[], or joined with ||. Equal sets are of one kind and have equal rows, however they were made. Example: ''scenario_grid(price_range => 0.15, price_steps => 5, vol_shocks => {-0.25,0,0.25})''::scenario_set';

CREATE FUNCTION scenario_set(scenarios market_scenario[]) RETURNS scenario_set
AS 'MODULE_PATHNAME', 'scenario_set_from_array'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION scenario_set(market_scenario[]) IS
'The rows of an array as a set, in its order; also an implicit cast. Example: scenario_set(ARRAY[market_scenario(price_shock => -0.10), market_scenario(price_shock => 0.10)])';

CREATE CAST (market_scenario[] AS scenario_set)
WITH FUNCTION scenario_set(market_scenario[]) AS IMPLICIT;
COMMENT ON CAST (market_scenario[] AS scenario_set) IS
'The rows of an array as a set, in its order. Example: ARRAY[market_scenario(price_shock => -0.10)]::scenario_set';

-- Arrays keep their own operators: with the implicit cast, || and = of two
-- arrays would be as good for sets, and so for neither.
CREATE FUNCTION market_scenario_array_cat(a market_scenario[], b market_scenario[]) RETURNS market_scenario[]
AS 'array_cat' LANGUAGE internal IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION market_scenario_array_eq(a market_scenario[], b market_scenario[]) RETURNS boolean
AS 'array_eq' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION market_scenario_array_ne(a market_scenario[], b market_scenario[]) RETURNS boolean
AS 'array_ne' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION market_scenario_array_cat(market_scenario[], market_scenario[]) IS 'Support function of operator ||: two arrays as one.';
COMMENT ON FUNCTION market_scenario_array_eq(market_scenario[], market_scenario[]) IS 'Support function of operator =.';
COMMENT ON FUNCTION market_scenario_array_ne(market_scenario[], market_scenario[]) IS 'Support function of operator <>.';
CREATE OPERATOR || (FUNCTION = market_scenario_array_cat, LEFTARG = market_scenario[], RIGHTARG = market_scenario[]);
CREATE OPERATOR = (
	FUNCTION = market_scenario_array_eq, LEFTARG = market_scenario[], RIGHTARG = market_scenario[],
	COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel
);
CREATE OPERATOR <> (
	FUNCTION = market_scenario_array_ne, LEFTARG = market_scenario[], RIGHTARG = market_scenario[],
	COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR || (market_scenario[], market_scenario[]) IS 'Two arrays of scenarios as one. Example: ARRAY[market_scenario(price_shock => -0.1)] || ARRAY[market_scenario(price_shock => 0.1)]';
COMMENT ON OPERATOR = (market_scenario[], market_scenario[]) IS 'The same scenarios in the same order. Example: ARRAY[market_scenario()] = ARRAY[market_scenario()]';
COMMENT ON OPERATOR <> (market_scenario[], market_scenario[]) IS 'Not the same scenarios in the same order. Example: ARRAY[market_scenario()] <> ARRAY[market_scenario(days => 1)]';

CREATE FUNCTION scenarios(scenario_set scenario_set) RETURNS SETOF market_scenario
AS 'MODULE_PATHNAME', 'scenarios'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 33 COST 10;
COMMENT ON FUNCTION scenarios(scenario_set) IS
'The rows of a common set, in their order; WITH ORDINALITY gives their numbers. A joint set is listed for one underlying: scenarios(scenario_set, underlying). Example: SELECT * FROM scenarios(tims_scenarios(0.08, 0.06)) WITH ORDINALITY';

-- Generators.

CREATE FUNCTION scenario_grid(
	price_range float8,
	price_steps int,
	vol_shocks float8[] DEFAULT '{0}',
	vol_power float8 DEFAULT 0,
	days float8 DEFAULT 0
) RETURNS scenario_set
AS 'MODULE_PATHNAME', 'scenario_grid'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION scenario_grid(float8, int, float8[], float8, float8) IS
'Prices from -price_range to +price_range (a fraction below 1) in 2*price_steps + 1 equal relative moves, lowest first, each with every relative volatility shock in turn. vol_power scales the shocks by (30 days / time to expiry)^vol_power; days is a time step in days. Example: scenario_grid(0.15, 5, ''{-0.25,0,0.25}'')';

CREATE FUNCTION tims_scenarios(down float8, up float8) RETURNS scenario_set
AS 'MODULE_PATHNAME', 'tims_scenarios'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION tims_scenarios(float8, float8) IS
'Ten relative price moves in the manner of TIMS: five equal steps down to -down and five up to +up (fractions, both given as positive numbers), without 0, lowest first; volatility and time stay. Example: tims_scenarios(0.08, 0.06)';

CREATE FUNCTION span_scenarios(
	price_range float8,
	vol_range float8,
	extreme_multiple float8 DEFAULT 3,
	cover float8 DEFAULT 0.33,
	days float8 DEFAULT 1
) RETURNS scenario_set
AS 'MODULE_PATHNAME', 'span_scenarios'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION span_scenarios(float8, float8, float8, float8, float8) IS
'Sixteen scenarios in the order of SPAN: prices at 0, +1/3, -1/3, +2/3, -2/3, +1, -1 of price_range (a fraction), each with volatility up then down by vol_range (absolute: 0.04 is 4 points), then extreme_multiple times the range up and down, volatility unchanged, weight cover; all after a look-ahead of days. Example: span_scenarios(0.10, 0.04)';

-- Joining and comparing.

CREATE FUNCTION scenario_set_concat(first scenario_set, second scenario_set) RETURNS scenario_set
AS 'MODULE_PATHNAME', 'scenario_set_concat' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION scenario_set_concat(scenario_set, scenario_set) IS
'Support function of operator ||: the scenarios of the first set, then those of the second.';
CREATE OPERATOR || (
	FUNCTION = scenario_set_concat, LEFTARG = scenario_set, RIGHTARG = scenario_set
);
COMMENT ON OPERATOR || (scenario_set, scenario_set) IS
'The scenarios of the left set, then those of the right. Joint sets must name the same underlyings; a joint set and a common one are an error. Example: scenario_grid(0.16, 4) || ARRAY[market_scenario(price_shock => -0.66, weight => 0.24)]';

CREATE FUNCTION scenario_set_lt(a scenario_set, b scenario_set) RETURNS boolean
AS 'MODULE_PATHNAME', 'scenario_set_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION scenario_set_le(a scenario_set, b scenario_set) RETURNS boolean
AS 'MODULE_PATHNAME', 'scenario_set_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION scenario_set_eq(a scenario_set, b scenario_set) RETURNS boolean
AS 'MODULE_PATHNAME', 'scenario_set_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION scenario_set_ne(a scenario_set, b scenario_set) RETURNS boolean
AS 'MODULE_PATHNAME', 'scenario_set_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION scenario_set_ge(a scenario_set, b scenario_set) RETURNS boolean
AS 'MODULE_PATHNAME', 'scenario_set_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION scenario_set_gt(a scenario_set, b scenario_set) RETURNS boolean
AS 'MODULE_PATHNAME', 'scenario_set_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION scenario_set_cmp(a scenario_set, b scenario_set) RETURNS int
AS 'MODULE_PATHNAME', 'scenario_set_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION scenario_set_hash(a scenario_set) RETURNS int
AS 'MODULE_PATHNAME', 'scenario_set_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION scenario_set_hash_extended(a scenario_set, seed bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'scenario_set_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION scenario_set_lt(scenario_set, scenario_set) IS 'Support function of operator <.';
COMMENT ON FUNCTION scenario_set_le(scenario_set, scenario_set) IS 'Support function of operator <=.';
COMMENT ON FUNCTION scenario_set_eq(scenario_set, scenario_set) IS 'Support function of operator =.';
COMMENT ON FUNCTION scenario_set_ne(scenario_set, scenario_set) IS 'Support function of operator <>.';
COMMENT ON FUNCTION scenario_set_ge(scenario_set, scenario_set) IS 'Support function of operator >=.';
COMMENT ON FUNCTION scenario_set_gt(scenario_set, scenario_set) IS 'Support function of operator >.';
COMMENT ON FUNCTION scenario_set_cmp(scenario_set, scenario_set) IS 'Support function of the btree operator class: -1, 0 or 1.';
COMMENT ON FUNCTION scenario_set_hash(scenario_set) IS 'Support function of the hash operator class: 32 bits.';
COMMENT ON FUNCTION scenario_set_hash_extended(scenario_set, bigint) IS 'Support function of the hash operator class: 64 bits, with a seed.';

CREATE OPERATOR < (
	FUNCTION = scenario_set_lt, LEFTARG = scenario_set, RIGHTARG = scenario_set,
	COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR <= (
	FUNCTION = scenario_set_le, LEFTARG = scenario_set, RIGHTARG = scenario_set,
	COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR = (
	FUNCTION = scenario_set_eq, LEFTARG = scenario_set, RIGHTARG = scenario_set,
	COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR <> (
	FUNCTION = scenario_set_ne, LEFTARG = scenario_set, RIGHTARG = scenario_set,
	COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR >= (
	FUNCTION = scenario_set_ge, LEFTARG = scenario_set, RIGHTARG = scenario_set,
	COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
CREATE OPERATOR > (
	FUNCTION = scenario_set_gt, LEFTARG = scenario_set, RIGHTARG = scenario_set,
	COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR < (scenario_set, scenario_set) IS 'Less: common before joint, then fewer scenarios, of joint sets fewer underlyings or lesser names, then the first row that differs is less, field by field. Example: tims_scenarios(0.1, 0.1) < scenario_grid(0.1, 5)';
COMMENT ON OPERATOR <= (scenario_set, scenario_set) IS 'Less or the same rows. Example: tims_scenarios(0.1, 0.1) <= scenario_grid(0.1, 5)';
COMMENT ON OPERATOR = (scenario_set, scenario_set) IS 'The same rows in the same order, however they were made; of joint sets for the same underlyings, told by 128 bits of hashes. Example: scenario_grid(0.1, 1) = ARRAY[market_scenario(price_shock => -0.1), market_scenario(), market_scenario(price_shock => 0.1)]::scenario_set';
COMMENT ON OPERATOR <> (scenario_set, scenario_set) IS 'Not the same rows in the same order. Example: scenario_grid(0.1, 1) <> scenario_grid(0.1, 2)';
COMMENT ON OPERATOR >= (scenario_set, scenario_set) IS 'Greater or the same rows. Example: scenario_grid(0.1, 5) >= tims_scenarios(0.1, 0.1)';
COMMENT ON OPERATOR > (scenario_set, scenario_set) IS 'Greater in the order of <. Example: scenario_grid(0.1, 5) > tims_scenarios(0.1, 0.1)';

CREATE OPERATOR FAMILY scenario_set_ops USING btree;
COMMENT ON OPERATOR FAMILY scenario_set_ops USING btree IS 'Order of scenario sets, for sorting, DISTINCT and indexes.';
CREATE OPERATOR CLASS scenario_set_ops DEFAULT FOR TYPE scenario_set USING btree FAMILY scenario_set_ops AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
	FUNCTION 1 scenario_set_cmp(scenario_set, scenario_set);
COMMENT ON OPERATOR CLASS scenario_set_ops USING btree IS 'Order of scenario sets, for sorting, DISTINCT and indexes.';
CREATE OPERATOR FAMILY scenario_set_ops USING hash;
COMMENT ON OPERATOR FAMILY scenario_set_ops USING hash IS 'Hashing of scenario sets, for grouping, joins and indexes.';
CREATE OPERATOR CLASS scenario_set_ops DEFAULT FOR TYPE scenario_set USING hash FAMILY scenario_set_ops AS
	OPERATOR 1 =,
	FUNCTION 1 scenario_set_hash(scenario_set),
	FUNCTION 2 scenario_set_hash_extended(scenario_set, bigint);
COMMENT ON OPERATOR CLASS scenario_set_ops USING hash IS 'Hashing of scenario sets, for grouping, joins and indexes.';

