-- The volatility that a price implies.

CREATE TYPE implied_status AS ENUM ('ok', 'no_time_value', 'below_intrinsic', 'above_maximum', 'expired',
	'invalid_input', 'unsupported', 'out_of_range', 'missing_input');
COMMENT ON TYPE implied_status IS
'Whether a price determines a volatility: ok; no_time_value (it is the least price, that of all small volatilities); below_intrinsic (below it); above_maximum (at or above the limit for large volatilities); expired (years is 0); invalid_input (a value has no meaning); unsupported (american under bachelier); out_of_range (numbers too large or small); missing_input (an argument is NULL). Example: ''below_intrinsic''::implied_status';

CREATE TYPE implied_volatility_result AS (
	volatility float8,
	status implied_status
);
COMMENT ON TYPE implied_volatility_result IS
'An implied volatility, or the reason why there is none. Example: SELECT (implied_volatility_status(''call'', 4.76, 42, 40, 0.5, rate => 0.1)).status';
COMMENT ON COLUMN implied_volatility_result.volatility IS 'Annualised volatility, 0.20 is 20 % (bachelier: price units per square root of a year); NULL unless status is ok.';
COMMENT ON COLUMN implied_volatility_result.status IS 'ok, or why the price determines no volatility.';

CREATE FUNCTION implied_volatility(
	kind instrument_kind,
	price float8,
	spot float8,
	strike float8,
	years float8,
	rate float8 DEFAULT 0,
	yield float8 DEFAULT 0,
	pricing pricing_model DEFAULT 'black_scholes',
	exercise exercise_style DEFAULT 'european'
) RETURNS float8
AS 'MODULE_PATHNAME', 'implied_volatility'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION implied_volatility(instrument_kind, float8, float8, float8, float8, float8, float8, pricing_model, exercise_style) IS
'Volatility at which option_price() gives this price of one unit of underlying; units as there, years of 365 days. NULL if an argument is NULL; an error where the price determines no volatility (see implied_volatility_status). Error below 10 roundings times the condition of the problem; american: that of the American price, divided by its vega. Sources: Jaeckel 2015 and 2017. Example: implied_volatility(''call'', 4.76, 42, 40, 0.5, rate => 0.1)';

CREATE FUNCTION implied_volatility_status(
	kind instrument_kind,
	price float8,
	spot float8,
	strike float8,
	years float8,
	rate float8 DEFAULT 0,
	yield float8 DEFAULT 0,
	pricing pricing_model DEFAULT 'black_scholes',
	exercise exercise_style DEFAULT 'european'
) RETURNS implied_volatility_result
AS 'MODULE_PATHNAME', 'implied_volatility_status'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 12;
COMMENT ON FUNCTION implied_volatility_status(instrument_kind, float8, float8, float8, float8, float8, float8, pricing_model, exercise_style) IS
'implied_volatility() for whole tables: no value raises an error. The volatility, or NULL and the reason in status; a NULL argument is missing_input. Example: SELECT * FROM implied_volatility_status(''put'', 0.5, 42, 44, 0.5, rate => 0.1)';
