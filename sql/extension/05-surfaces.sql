-- Volatility surfaces: implied volatility by expiry and strike, as one value.

CREATE TYPE volatility_surface;

CREATE FUNCTION volatility_surface_in(cstring) RETURNS volatility_surface
AS 'MODULE_PATHNAME', 'volatility_surface_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION volatility_surface_out(volatility_surface) RETURNS cstring
AS 'MODULE_PATHNAME', 'volatility_surface_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION volatility_surface_recv(internal) RETURNS volatility_surface
AS 'MODULE_PATHNAME', 'volatility_surface_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION volatility_surface_send(volatility_surface) RETURNS bytea
AS 'MODULE_PATHNAME', 'volatility_surface_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION volatility_surface_in(cstring) IS 'Support function of type volatility_surface: reads its text form.';
COMMENT ON FUNCTION volatility_surface_out(volatility_surface) IS 'Support function of type volatility_surface: writes its text form.';
COMMENT ON FUNCTION volatility_surface_recv(internal) IS 'Support function of type volatility_surface: reads its binary form.';
COMMENT ON FUNCTION volatility_surface_send(volatility_surface) IS 'Support function of type volatility_surface: writes its binary form.';

CREATE TYPE volatility_surface (
	INPUT = volatility_surface_in,
	OUTPUT = volatility_surface_out,
	RECEIVE = volatility_surface_recv,
	SEND = volatility_surface_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE volatility_surface IS
'Implied volatility by expiry (at most 256) and by strike, by moneyness (strike / forward; at most 1,024 points an expiry) or by SVI parameters, with the instant as_of at which it was marked. Across strikes a monotone cubic of volatility, flat beyond the first and last; across expiries total variance is linear in time, and volatility flat beyond the first and last. Equal surfaces have equal content. Example: ''volatility_surface(as_of => 2026-03-13 16:00:00+00, 2026-06-19 16:00:00+00 => {90: 0.27, 100: 0.24, 110: 0.22})''::volatility_surface';

-- Constructors.

CREATE FUNCTION volatility_surface(
	as_of timestamptz,
	expiries timestamptz[],
	strikes float8[],
	volatilities float8[]
) RETURNS volatility_surface
AS 'MODULE_PATHNAME', 'volatility_surface'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION volatility_surface(timestamptz, timestamptz[], float8[], float8[]) IS
'A surface by strike: volatilities has a row per expiry and a column per strike (0.20 is 20 %, or price units per square root of a year for bachelier), NULL where there is no mark. Expiries and strikes ascend. Refuses what is not a surface; arbitrage it takes, and surface_arbitrage() shows it. Example: volatility_surface(as_of => ''2026-03-13 16:00+00'', expiries => ''{2026-06-19 16:00+00,2026-09-18 16:00+00}'', strikes => ''{90,100,110}'', volatilities => ''{{0.27,0.24,0.22},{0.26,NULL,0.23}}'')';

CREATE FUNCTION moneyness_surface(
	as_of timestamptz,
	expiries timestamptz[],
	moneyness float8[],
	volatilities float8[]
) RETURNS volatility_surface
AS 'MODULE_PATHNAME', 'moneyness_surface'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION moneyness_surface(timestamptz, timestamptz[], float8[], float8[]) IS
'A surface by forward moneyness, strike / forward: 1 is at the money, 0.9 is a strike 10 % below the forward of its expiry. Otherwise as volatility_surface(). Example: moneyness_surface(as_of => ''2026-03-13 16:00+00'', expiries => ''{2026-06-19 16:00+00}'', moneyness => ''{0.9,1,1.1}'', volatilities => ''{{0.27,0.24,0.22}}'')';

CREATE FUNCTION svi_surface(
	as_of timestamptz,
	expiries timestamptz[],
	a float8[],
	b float8[],
	rho float8[],
	m float8[],
	sigma float8[]
) RETURNS volatility_surface
AS 'MODULE_PATHNAME', 'svi_surface'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION svi_surface(timestamptz, timestamptz[], float8[], float8[], float8[], float8[], float8[]) IS
'A surface of raw SVI parameters, one of each per expiry: total variance (volatility squared times years) w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2)) at k = ln(strike / forward). b is 0 or more, rho from -1 to 1, sigma above 0, the least w 0 or more. Example: svi_surface(as_of => ''2026-03-13 16:00+00'', expiries => ''{2026-06-19 16:00+00}'', a => ''{0.005}'', b => ''{0.04}'', rho => ''{-0.4}'', m => ''{0}'', sigma => ''{0.15}'')';

-- Reading.

CREATE FUNCTION volatility_at(
	surface volatility_surface,
	strike float8,
	expiry timestamptz,
	forward float8 DEFAULT NULL
) RETURNS float8
AS 'MODULE_PATHNAME', 'volatility_at'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION volatility_at(volatility_surface, float8, timestamptz, float8) IS
'The volatility of the surface at a strike and an expiry, annualised (0.20 is 20 %); exactly the mark where there is one. forward is the forward price of the underlying for that expiry: needed by surfaces by moneyness and SVI, not read by those by strike. NULL if surface, strike or expiry is. Example: volatility_at(moneyness_surface(''2026-03-13 16:00+00'', ''{2026-06-19 16:00+00}'', ''{0.9,1,1.1}'', ''{{0.27,0.24,0.22}}''), strike => 95, expiry => ''2026-06-19 16:00+00'', forward => 100)';

CREATE FUNCTION surface_as_of(surface volatility_surface) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'surface_as_of'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION surface_as_of(volatility_surface) IS
'The instant at which the surface was marked. Example: surface_as_of(''volatility_surface(as_of => 2026-03-13 16:00:00+00, 2026-06-19 16:00:00+00 => {100: 0.24})'')';

CREATE FUNCTION surface_points(
	surface volatility_surface,
	OUT expiry timestamptz,
	OUT strike float8,
	OUT moneyness float8,
	OUT volatility float8
) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'surface_points'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 100 COST 10;
COMMENT ON FUNCTION surface_points(volatility_surface) IS
'The marks of a surface, in order, as they were given: strike is NULL for a surface by moneyness, moneyness for one by strike; an SVI surface is refused (svi_parameters). Example: SELECT * FROM surface_points(''volatility_surface(as_of => 2026-03-13 16:00:00+00, 2026-06-19 16:00:00+00 => {90: 0.27, 100: 0.24})'')';

CREATE FUNCTION svi_parameters(
	surface volatility_surface,
	OUT expiry timestamptz,
	OUT a float8,
	OUT b float8,
	OUT rho float8,
	OUT m float8,
	OUT sigma float8
) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'svi_parameters'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10 COST 10;
COMMENT ON FUNCTION svi_parameters(volatility_surface) IS
'The parameters of an SVI surface by expiry, as they were given; another surface is refused (surface_points). Example: SELECT * FROM svi_parameters(''svi_surface(as_of => 2026-03-13 16:00:00+00, 2026-06-19 16:00:00+00 => {a: 0.005, b: 0.04, rho: -0.4, m: 0, sigma: 0.15})'')';

-- Comparing.

CREATE FUNCTION volatility_surface_lt(a volatility_surface, b volatility_surface) RETURNS boolean
AS 'MODULE_PATHNAME', 'volatility_surface_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION volatility_surface_le(a volatility_surface, b volatility_surface) RETURNS boolean
AS 'MODULE_PATHNAME', 'volatility_surface_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION volatility_surface_eq(a volatility_surface, b volatility_surface) RETURNS boolean
AS 'MODULE_PATHNAME', 'volatility_surface_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION volatility_surface_ne(a volatility_surface, b volatility_surface) RETURNS boolean
AS 'MODULE_PATHNAME', 'volatility_surface_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION volatility_surface_ge(a volatility_surface, b volatility_surface) RETURNS boolean
AS 'MODULE_PATHNAME', 'volatility_surface_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION volatility_surface_gt(a volatility_surface, b volatility_surface) RETURNS boolean
AS 'MODULE_PATHNAME', 'volatility_surface_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION volatility_surface_cmp(a volatility_surface, b volatility_surface) RETURNS int
AS 'MODULE_PATHNAME', 'volatility_surface_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION volatility_surface_hash(a volatility_surface) RETURNS int
AS 'MODULE_PATHNAME', 'volatility_surface_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION volatility_surface_hash_extended(a volatility_surface, seed bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'volatility_surface_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION volatility_surface_lt(volatility_surface, volatility_surface) IS 'Support function of operator <.';
COMMENT ON FUNCTION volatility_surface_le(volatility_surface, volatility_surface) IS 'Support function of operator <=.';
COMMENT ON FUNCTION volatility_surface_eq(volatility_surface, volatility_surface) IS 'Support function of operator =.';
COMMENT ON FUNCTION volatility_surface_ne(volatility_surface, volatility_surface) IS 'Support function of operator <>.';
COMMENT ON FUNCTION volatility_surface_ge(volatility_surface, volatility_surface) IS 'Support function of operator >=.';
COMMENT ON FUNCTION volatility_surface_gt(volatility_surface, volatility_surface) IS 'Support function of operator >.';
COMMENT ON FUNCTION volatility_surface_cmp(volatility_surface, volatility_surface) IS 'Support function of the btree operator class: -1, 0 or 1.';
COMMENT ON FUNCTION volatility_surface_hash(volatility_surface) IS 'Support function of the hash operator class: 32 bits.';
COMMENT ON FUNCTION volatility_surface_hash_extended(volatility_surface, bigint) IS 'Support function of the hash operator class: 64 bits, with a seed.';

CREATE OPERATOR < (
	FUNCTION = volatility_surface_lt, LEFTARG = volatility_surface, RIGHTARG = volatility_surface,
	COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR <= (
	FUNCTION = volatility_surface_le, LEFTARG = volatility_surface, RIGHTARG = volatility_surface,
	COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR = (
	FUNCTION = volatility_surface_eq, LEFTARG = volatility_surface, RIGHTARG = volatility_surface,
	COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR <> (
	FUNCTION = volatility_surface_ne, LEFTARG = volatility_surface, RIGHTARG = volatility_surface,
	COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR >= (
	FUNCTION = volatility_surface_ge, LEFTARG = volatility_surface, RIGHTARG = volatility_surface,
	COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
CREATE OPERATOR > (
	FUNCTION = volatility_surface_gt, LEFTARG = volatility_surface, RIGHTARG = volatility_surface,
	COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR < (volatility_surface, volatility_surface) IS 'Less: marked earlier, or in this order fewer expiries, an earlier expiry, fewer points, a smaller number. Example: ''volatility_surface(as_of => 2026-03-13 16:00:00+00, 2026-06-19 16:00:00+00 => {100: 0.24})''::volatility_surface < ''volatility_surface(as_of => 2026-03-14 16:00:00+00, 2026-06-19 16:00:00+00 => {100: 0.24})''::volatility_surface';
COMMENT ON OPERATOR <= (volatility_surface, volatility_surface) IS 'Less or the same content. Example: ''volatility_surface(as_of => 2026-03-13 16:00:00+00, 2026-06-19 16:00:00+00 => {100: 0.24})''::volatility_surface <= ''volatility_surface(as_of => 2026-03-14 16:00:00+00, 2026-06-19 16:00:00+00 => {100: 0.24})''::volatility_surface';
COMMENT ON OPERATOR = (volatility_surface, volatility_surface) IS 'The same content: as_of, axis, expiries and numbers. Example: ''volatility_surface(as_of => 2026-03-13 16:00:00+00, 2026-06-19 16:00:00+00 => {100: 0.24})''::volatility_surface = ''volatility_surface(as_of => 2026-03-13 16:00:00+00, 2026-06-19 16:00:00+00 => {1e2: .24})''::volatility_surface';
COMMENT ON OPERATOR <> (volatility_surface, volatility_surface) IS 'Not the same content. Example: ''volatility_surface(as_of => 2026-03-13 16:00:00+00, 2026-06-19 16:00:00+00 => {100: 0.24})''::volatility_surface <> ''volatility_surface(as_of => 2026-03-14 16:00:00+00, 2026-06-19 16:00:00+00 => {100: 0.24})''::volatility_surface';
COMMENT ON OPERATOR >= (volatility_surface, volatility_surface) IS 'Greater or the same content. Example: ''volatility_surface(as_of => 2026-03-14 16:00:00+00, 2026-06-19 16:00:00+00 => {100: 0.24})''::volatility_surface >= ''volatility_surface(as_of => 2026-03-13 16:00:00+00, 2026-06-19 16:00:00+00 => {100: 0.24})''::volatility_surface';
COMMENT ON OPERATOR > (volatility_surface, volatility_surface) IS 'Greater: marked later, or in this order more expiries, a later expiry, more points, a larger number. Example: ''volatility_surface(as_of => 2026-03-14 16:00:00+00, 2026-06-19 16:00:00+00 => {100: 0.24})''::volatility_surface > ''volatility_surface(as_of => 2026-03-13 16:00:00+00, 2026-06-19 16:00:00+00 => {100: 0.24})''::volatility_surface';

CREATE OPERATOR FAMILY volatility_surface_ops USING btree;
COMMENT ON OPERATOR FAMILY volatility_surface_ops USING btree IS 'Order of volatility surfaces, for sorting, DISTINCT and indexes.';
CREATE OPERATOR CLASS volatility_surface_ops DEFAULT FOR TYPE volatility_surface USING btree FAMILY volatility_surface_ops AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
	FUNCTION 1 volatility_surface_cmp(volatility_surface, volatility_surface);
COMMENT ON OPERATOR CLASS volatility_surface_ops USING btree IS 'Order of volatility surfaces, for sorting, DISTINCT and indexes.';
CREATE OPERATOR FAMILY volatility_surface_ops USING hash;
COMMENT ON OPERATOR FAMILY volatility_surface_ops USING hash IS 'Hashing of volatility surfaces, for grouping, joins and indexes.';
CREATE OPERATOR CLASS volatility_surface_ops DEFAULT FOR TYPE volatility_surface USING hash FAMILY volatility_surface_ops AS
	OPERATOR 1 =,
	FUNCTION 1 volatility_surface_hash(volatility_surface),
	FUNCTION 2 volatility_surface_hash_extended(volatility_surface, bigint);
COMMENT ON OPERATOR CLASS volatility_surface_ops USING hash IS 'Hashing of volatility surfaces, for grouping, joins and indexes.';

