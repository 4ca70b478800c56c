-- portfolio_margin of fields instead of a row, for queries that cannot spare
-- the time of making one.

CREATE FUNCTION portfolio_margin_fields_trans(state internal,
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
	surface volatility_surface,
	scenario_set scenario_set) RETURNS internal
AS 'MODULE_PATHNAME', 'portfolio_margin_fields_trans' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 15;
COMMENT ON FUNCTION portfolio_margin_fields_trans(internal, float8, float8, float8, timestamptz, float8, float8, float8, float8, float8, timestamptz, instrument_kind, exercise_style, pricing_model, settlement_style, text, text, timestamptz[], float8[], volatility_surface, scenario_set) IS
'Support function of portfolio_margin: adds a position given by its fields.';

CREATE AGGREGATE portfolio_margin(
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
	surface volatility_surface,
	scenario_set scenario_set) (
	SFUNC = portfolio_margin_fields_trans,
	STYPE = internal,
	SSPACE = 320,
	FINALFUNC = portfolio_margin_final,
	COMBINEFUNC = portfolio_combine,
	SERIALFUNC = portfolio_serialize,
	DESERIALFUNC = portfolio_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE portfolio_margin(float8, float8, float8, timestamptz, float8, float8, float8, float8, float8, timestamptz, instrument_kind, exercise_style, pricing_model, settlement_style, text, text, timestamptz[], float8[], volatility_surface, scenario_set) IS
'The same as portfolio_margin(margin_position, scenario_set), with the fields of margin_position as arguments, in their order and all of them: nothing has a default. Saves the making of a row per position. Example: SELECT account, (portfolio_margin((p).quantity, (p).multiplier, (p).strike, (p).expiry, (p).spot, (p).volatility, (p).rate, (p).yield, (p).price, (p).as_of, (p).kind, (p).exercise, (p).pricing, (p).settlement, (p).underlying, (p).currency, (p).dividend_times, (p).dividend_amounts, (p).surface, tims_scenarios(0.08, 0.06))).requirement FROM book GROUP BY account';
