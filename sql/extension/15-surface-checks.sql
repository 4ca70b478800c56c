-- Static arbitrage in a volatility surface.

CREATE FUNCTION surface_arbitrage(
	surface volatility_surface,
	forwards float8[] DEFAULT NULL,
	pricing pricing_model DEFAULT 'black76',
	OUT expiry timestamptz,
	OUT kind text,
	OUT point float8,
	OUT amount float8
) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'surface_arbitrage'
LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10 COST 100;
COMMENT ON FUNCTION surface_arbitrage(volatility_surface, float8[], pricing_model) IS
'Where a surface has static arbitrage: butterfly (a call costs more than the line between its neighbours; SVI: negative density), vertical (call prices out of order), wing (SVI: total variance rises by more than 2 per unit of k) and calendar (less total variance than one expiry before, at the same moneyness). point is the strike, the moneyness or k = ln(strike / forward); amount, above 0, is by how much: price units, units of the forward, or of total variance. forwards, one per expiry, is needed by surfaces by strike and not read by others. A grid is judged at its marks, SVI at its worst point. NULL gives no rows. Example: SELECT * FROM surface_arbitrage(moneyness_surface(''2026-03-13 16:00+00'', ''{2026-06-19 16:00+00,2026-09-18 16:00+00}'', ''{1}'', ''{{0.30},{0.20}}''))';

CREATE FUNCTION surface_issue(
	surface volatility_surface,
	forwards float8[] DEFAULT NULL,
	pricing pricing_model DEFAULT 'black76'
) RETURNS text
AS 'MODULE_PATHNAME', 'surface_issue'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION surface_issue(volatility_surface, float8[], pricing_model) IS
'The first row of surface_arbitrage() in words, with the number of all; NULL where there is none. Example: surface_issue(moneyness_surface(''2026-03-13 16:00+00'', ''{2026-06-19 16:00+00,2026-09-18 16:00+00}'', ''{1}'', ''{{0.30},{0.20}}''))';
