-- Values, Greeks and profits of one option or one position.

CREATE TYPE greeks AS (
	price float8,
	delta float8,
	gamma float8,
	vega float8,
	theta float8,
	rho float8,
	rho_yield float8,
	vanna float8,
	volga float8,
	charm float8
);
COMMENT ON TYPE greeks IS
'A value and its derivatives in raw units: per 1.00 of price, volatility or rate, and per year. At time or volatility 0 those of the discounted intrinsic value. Example: SELECT (option_greeks(''call'', 100, 100, 0.25, 0.2)).delta';
COMMENT ON COLUMN greeks.price IS 'Value V, in the currency of the payoff.';
COMMENT ON COLUMN greeks.delta IS 'dV/dS, per 1.00 of price (of the forward under black76 and bachelier).';
COMMENT ON COLUMN greeks.gamma IS 'd2V/dS2, per 1.00 of price squared.';
COMMENT ON COLUMN greeks.vega IS 'dV/dsigma, per 1.00 of volatility; divide by 100 for one point.';
COMMENT ON COLUMN greeks.theta IS '-dV/dT, per year as calendar time passes; divide by 365 for one day.';
COMMENT ON COLUMN greeks.rho IS 'dV/dr, per 1.00 of rate (at a fixed forward under black76 and bachelier).';
COMMENT ON COLUMN greeks.rho_yield IS 'dV/dq, per 1.00 of yield; 0 under black76 and bachelier.';
COMMENT ON COLUMN greeks.vanna IS 'd2V/dS dsigma, per 1.00 of price and of volatility.';
COMMENT ON COLUMN greeks.volga IS 'd2V/dsigma2, per 1.00 of volatility squared.';
COMMENT ON COLUMN greeks.charm IS '-d2V/dS dT, change of delta per year as calendar time passes.';

CREATE FUNCTION years_between(from_instant timestamptz, to_instant timestamptz) RETURNS float8
AS 'MODULE_PATHNAME', 'years_between'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION years_between(timestamptz, timestamptz) IS
'Years from one instant to another as every value counts them: ACT/365F, from the microsecond; negative if the second is earlier. An infinite instant is an error. Example: option_price(''call'', 100, 100, years_between(''2026-03-13 16:00-04'', ''2026-06-19 16:00-04''), 0.2)';

CREATE FUNCTION option_price(
	kind instrument_kind,
	spot float8,
	strike float8,
	years float8,
	volatility float8,
	rate float8 DEFAULT 0,
	yield float8 DEFAULT 0,
	pricing pricing_model DEFAULT 'black_scholes',
	exercise exercise_style DEFAULT 'european'
) RETURNS float8
AS 'MODULE_PATHNAME', 'option_price'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION option_price(instrument_kind, float8, float8, float8, float8, float8, float8, pricing_model, exercise_style) IS
'Value of a call or put per unit of underlying, in price units; years of 365 days, rate and yield continuously compounded per year, volatility 0.20 is 20 %. NULL if an argument is NULL; a bad value is an error. Error below 20 roundings times the condition of the problem; of American exercise (black_scholes and black76) below 1e-9 of the larger of spot and strike. Sources: Black and Scholes 1973, Merton 1973, Black 1976, Bachelier 1900; Andersen, Lake and Offengenden 2016. Example: option_price(''put'', 100, 100, 0.25, 0.2, rate => 0.05, exercise => ''american'')';

CREATE FUNCTION option_greeks(
	kind instrument_kind,
	spot float8,
	strike float8,
	years float8,
	volatility float8,
	rate float8 DEFAULT 0,
	yield float8 DEFAULT 0,
	pricing pricing_model DEFAULT 'black_scholes',
	exercise exercise_style DEFAULT 'european'
) RETURNS greeks
AS 'MODULE_PATHNAME', 'option_greeks'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION option_greeks(instrument_kind, float8, float8, float8, float8, float8, float8, pricing_model, exercise_style) IS
'Value and Greeks of a call or put per unit of underlying, one row, in raw units (see type greeks); arguments and NULLs as in option_price. Example: SELECT * FROM option_greeks(''put'', 100, 95, 0.5, 0.3, rate => 0.05, yield => 0.01)';

CREATE FUNCTION position_value(margin_position margin_position) RETURNS float8
AS 'MODULE_PATHNAME', 'position_value'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION position_value(margin_position) IS
'Model value of a position in its currency: quantity * multiplier * value of a unit. Negative for a short option, 0 for futures and perpetuals, which are margined daily. A bad position is an error. Example: position_value(margin_position(kind => ''spot'', quantity => 100, spot => 187.50, underlying => ''ACME''))';

CREATE FUNCTION position_greeks(margin_position margin_position) RETURNS greeks
AS 'MODULE_PATHNAME', 'position_greeks'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 15;
COMMENT ON FUNCTION position_greeks(margin_position) IS
'Value and Greeks of a position in its currency and in raw units (see type greeks), times quantity and multiplier; inverse contracts in coin. A bad position is an error. Example: SELECT g.* FROM book, position_greeks(p) AS g';

CREATE FUNCTION position_pnl(margin_position margin_position, market_scenario market_scenario) RETURNS float8
AS 'MODULE_PATHNAME', 'position_pnl'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 15;
COMMENT ON FUNCTION position_pnl(margin_position, market_scenario) IS
'Profit (positive) or loss (negative) of a position in one scenario, in its currency: model value there less model value now, unweighted, as the exact multiple of 2^-60 that a margin adds up, read back as float8. Example: position_pnl(p, market_scenario(price_shock => -0.15, vol_shock => 0.25))';

CREATE FUNCTION position_pnls(margin_position margin_position, scenario_set scenario_set) RETURNS float8[]
AS 'MODULE_PATHNAME', 'position_pnls'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 200;
COMMENT ON FUNCTION position_pnls(margin_position, scenario_set) IS
'Profit or loss of a position in each scenario of a set, in its order: element n is position_pnl in scenario n, unweighted. Example: position_pnls(p, scenario_grid(0.15, 5, ''{-0.25,0,0.25}''))';

