-- An account compared with itself changed.

CREATE FUNCTION margin_if(
	account risk_array,
	trade risk_array,
	OUT requirement_before float8,
	OUT requirement_after float8,
	OUT change float8,
	OUT worst_scenario_before int,
	OUT worst_underlying_before text,
	OUT worst_price_shock_before float8,
	OUT worst_vol_shock_before float8,
	OUT worst_scenario_after int,
	OUT worst_underlying_after text,
	OUT worst_price_shock_after float8,
	OUT worst_vol_shock_after float8
) RETURNS record
AS 'MODULE_PATHNAME', 'margin_if'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION margin_if(risk_array, risk_array) IS
'What the requirement would be with a trade: before, after, and the change, with the worst scenario of each; exactly what adding the trade and asking again gives. The change is not the trade''s own loss in either scenario. Example: SELECT i.* FROM account_risk, margin_if(risk, -5 * (SELECT risk FROM contract LIMIT 1)) AS i';

CREATE FUNCTION max_quantity(
	account risk_array,
	unit_trade risk_array,
	equity float8,
	lot float8 DEFAULT 1,
	OUT buy float8,
	OUT sell float8,
	OUT cure_from float8,
	OUT cure_to float8
) RETURNS record
AS 'MODULE_PATHNAME', 'max_quantity'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500;
COMMENT ON FUNCTION max_quantity(risk_array, risk_array, float8, float8) IS
'The largest numbers of units of a trade, multiples of lot, that may be bought and sold (both positive) while margin(account + q * unit_trade).requirement stays at or below equity, the total that may be used; a premium is the caller''s to deduct. 0: none; Infinity: any. If the account breaches already both are 0, and the signed sizes from cure_from (nearest to 0) to cure_to mend it; NULL if none does. One lot more breaches; no more than 2^52 lots are tried. Example: SELECT q.* FROM account_risk, max_quantity(risk, (SELECT risk FROM contract LIMIT 1), equity => 100000, lot => 10) AS q';

CREATE FUNCTION margin_contribution(
	account risk_array,
	part risk_array,
	OUT contribution numeric,
	OUT stand_alone float8,
	OUT relief_if_closed float8
) RETURNS record
AS 'MODULE_PATHNAME', 'margin_contribution'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION margin_contribution(risk_array, risk_array) IS
'How much of an account''s margin is due to a part of it (a position, a strategy), by three measures that differ: contribution, the part''s weighted loss in the account''s worst scenarios (under joint scenarios there is one), exact, negative for a hedge, adding up over all parts to the scan loss; stand_alone, the requirement of the part by itself; relief_if_closed, by how much the requirement falls without it. An error if the account does not contain the part. Example: SELECT c.* FROM account_risk, margin_contribution(risk, risk) AS c';

