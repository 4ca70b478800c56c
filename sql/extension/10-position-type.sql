-- Positions: the enums, the composite type and its constructor.

CREATE TYPE instrument_kind AS ENUM ('spot', 'future', 'perpetual', 'call', 'put');
COMMENT ON TYPE instrument_kind IS
'What is held: a spot holding, a dated future, a perpetual future, a call or a put. Example: ''call''::instrument_kind';

CREATE TYPE exercise_style AS ENUM ('european', 'american');
COMMENT ON TYPE exercise_style IS
'When an option may be exercised: at expiry, or at any time until then (american: under black_scholes and black76). Example: ''american''::exercise_style';

CREATE TYPE pricing_model AS ENUM ('black_scholes', 'black76', 'bachelier');
COMMENT ON TYPE pricing_model IS
'How an option is priced: black_scholes (Black-Scholes-Merton on a spot price), black76 (lognormal, spot is the forward) or bachelier (normal, spot is the forward, volatility in price units per square root of a year). Example: ''black76''::pricing_model';

CREATE TYPE settlement_style AS ENUM ('linear', 'inverse');
COMMENT ON TYPE settlement_style IS
'Currency of the payoff: linear pays in the price''s currency, inverse pays in units of the underlying (coin). Example: ''inverse''::settlement_style';

CREATE TYPE margin_position AS (
	quantity float8,
	multiplier float8,
	strike float8,
	expiry timestamptz,
	spot float8,
	volatility float8,
	rate float8,
	yield float8,
	price float8,
	as_of timestamptz,
	kind instrument_kind,
	exercise exercise_style,
	pricing pricing_model,
	settlement settlement_style,
	underlying text,
	currency text,
	dividend_times timestamptz[],
	dividend_amounts float8[],
	surface volatility_surface
);
COMMENT ON TYPE margin_position IS
'One position with the mark it is valued at. Make it with the constructor margin_position(...) and named arguments, never with ROW(...): later versions add fields at the end. Example: margin_position(kind => ''spot'', quantity => 100, spot => 187.50, underlying => ''ACME'')';
COMMENT ON COLUMN margin_position.quantity IS 'Signed number of contracts: positive is long, negative is short.';
COMMENT ON COLUMN margin_position.multiplier IS 'Units of underlying per contract, above 0 (an inverse future: units of the price''s currency).';
COMMENT ON COLUMN margin_position.strike IS 'Strike of an option, in price units; above 0 under a lognormal model.';
COMMENT ON COLUMN margin_position.expiry IS 'Instant of expiry; time to expiry is (expiry - as_of) in years of 365 days, from the microsecond.';
COMMENT ON COLUMN margin_position.spot IS 'Price of the underlying; the forward under black76 and bachelier; a future''s own price.';
COMMENT ON COLUMN margin_position.volatility IS 'Annualised volatility: 0.20 is 20 %; price units per square root of a year under bachelier. NULL: implied from price, or without one taken from surface.';
COMMENT ON COLUMN margin_position.rate IS 'Interest rate per year, continuously compounded: 0.05 is 5 %.';
COMMENT ON COLUMN margin_position.yield IS 'Dividend, carry or borrow yield per year, continuously compounded; 0 under black76 and bachelier.';
COMMENT ON COLUMN margin_position.price IS 'Market price of one unit of the contract, from which a missing volatility is implied; else kept only.';
COMMENT ON COLUMN margin_position.as_of IS 'Instant of valuation.';
COMMENT ON COLUMN margin_position.kind IS 'What is held.';
COMMENT ON COLUMN margin_position.exercise IS 'When an option may be exercised.';
COMMENT ON COLUMN margin_position.pricing IS 'How an option is priced.';
COMMENT ON COLUMN margin_position.settlement IS 'Currency of the payoff: linear or inverse.';
COMMENT ON COLUMN margin_position.underlying IS 'Name of the risk factor; profit and loss nets freely within one underlying.';
COMMENT ON COLUMN margin_position.currency IS 'Currency of the profit and loss; NULL: none named if linear, the underlying if inverse.';
COMMENT ON COLUMN margin_position.dividend_times IS 'Instants at which the underlying goes ex a cash dividend, in order, at most 64; those not after as_of or after expiry are ignored, so that all that are known can be given. Black_scholes options only.';
COMMENT ON COLUMN margin_position.dividend_amounts IS 'Cash per unit of underlying of each of dividend_times, in price units, 0 or more.';
COMMENT ON COLUMN margin_position.surface IS 'Volatility by expiry and strike, of the option''s underlying: its volatility where neither volatility nor price is given, and its smile where a scenario has stickiness moneyness.';

CREATE FUNCTION margin_position(
	quantity float8 DEFAULT NULL,
	multiplier float8 DEFAULT 1,
	strike float8 DEFAULT NULL,
	expiry timestamptz DEFAULT NULL,
	spot float8 DEFAULT NULL,
	volatility float8 DEFAULT NULL,
	rate float8 DEFAULT 0,
	yield float8 DEFAULT 0,
	price float8 DEFAULT NULL,
	as_of timestamptz DEFAULT NULL,
	kind instrument_kind DEFAULT NULL,
	exercise exercise_style DEFAULT 'european',
	pricing pricing_model DEFAULT 'black_scholes',
	settlement settlement_style DEFAULT 'linear',
	underlying text DEFAULT NULL,
	currency text DEFAULT NULL,
	dividend_times timestamptz[] DEFAULT NULL,
	dividend_amounts float8[] DEFAULT NULL,
	surface volatility_surface DEFAULT NULL
) RETURNS margin_position
AS 'MODULE_PATHNAME', 'margin_position'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION margin_position(float8, float8, float8, timestamptz, float8, float8, float8, float8, float8, timestamptz, instrument_kind, exercise_style, pricing_model, settlement_style, text, text, timestamptz[], float8[], volatility_surface) IS
'Makes a position; units as in the fields of the type, every argument named. It judges nothing: position_issue() says what is wrong with a row, and what values a position refuses a bad one. Example: margin_position(kind => ''call'', quantity => -10, multiplier => 100, strike => 200, expiry => ''2026-06-19 16:00-04'', spot => 187.50, volatility => 0.25, rate => 0.04, as_of => ''2026-03-13 16:00-04'', underlying => ''ACME'', currency => ''USD'')';

CREATE FUNCTION position_issue(margin_position margin_position) RETURNS text
AS 'MODULE_PATHNAME', 'position_issue'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION position_issue(margin_position) IS
'Why a position cannot be valued, as one sentence with the field, its value and the remedy; NULL where it can. For lists of bad rows and for filters. Example: SELECT account, position_issue(p) FROM book WHERE position_issue(p) IS NOT NULL';

