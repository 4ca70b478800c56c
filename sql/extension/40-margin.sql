-- Aggregates over the positions of an account.

CREATE TYPE margin_result AS (
	requirement float8,
	scan_loss float8,
	minimum_charge float8,
	worst_scenario int,
	worst_underlying text,
	worst_price_shock float8,
	worst_vol_shock float8,
	market_value float8,
	delta_cash float8,
	gamma_cash_1pct float8,
	vega_1pt float8,
	theta_1day float8,
	rho_1pct float8,
	positions bigint,
	currency text
);
COMMENT ON TYPE margin_result IS
'What an account must hold, why, and its Greeks, all amounts in the positions'' currency. Losses and requirements are positive. Example: SELECT account, (portfolio_margin(p)).* FROM book GROUP BY account';
COMMENT ON COLUMN margin_result.requirement IS 'Sum over underlyings of max(scan loss, minimum charge); under joint scenarios the scan loss of all together. The value of short options is not part of it.';
COMMENT ON COLUMN margin_result.scan_loss IS 'Sum over underlyings of max(0, -least weighted profit over the scenarios); under joint scenarios max(0, -least profit of all underlyings together).';
COMMENT ON COLUMN margin_result.minimum_charge IS 'Sum over underlyings of the minimum charge; 0 in this version.';
COMMENT ON COLUMN margin_result.worst_scenario IS 'Number, from 1, of the scenario with the largest loss in the underlying with the largest scan loss; without any loss, of the smallest gain. Ties: lowest number, then underlying in C collation. Under joint scenarios that of all underlyings together.';
COMMENT ON COLUMN margin_result.worst_underlying IS 'The underlying that worst_scenario belongs to; under joint scenarios the one that loses most in it, ties: the first in C collation.';
COMMENT ON COLUMN margin_result.worst_price_shock IS 'price_shock of worst_scenario, for worst_underlying: -0.15 is 15 % down.';
COMMENT ON COLUMN margin_result.worst_vol_shock IS 'vol_shock of worst_scenario, for worst_underlying: 0.25 is up by a quarter.';
COMMENT ON COLUMN margin_result.market_value IS 'Sum of position_value; negative where short options outweigh.';
COMMENT ON COLUMN margin_result.delta_cash IS 'Sum of S*dV/dS: the amount of underlying that moves alike.';
COMMENT ON COLUMN margin_result.gamma_cash_1pct IS 'Sum of 0.01*S^2*d2V/dS2: change of delta_cash when the price rises by 1 %.';
COMMENT ON COLUMN margin_result.vega_1pt IS 'Sum of 0.01*dV/dsigma: change of value for one point of volatility.';
COMMENT ON COLUMN margin_result.theta_1day IS 'Change of value as one calendar day passes: -dV/dT/365.';
COMMENT ON COLUMN margin_result.rho_1pct IS 'Sum of 0.01*dV/dr: change of value for 1 % of rate.';
COMMENT ON COLUMN margin_result.positions IS 'Number of rows.';
COMMENT ON COLUMN margin_result.currency IS 'Currency of every amount; NULL if the positions name none.';

CREATE TYPE cash_greeks AS (
	market_value float8,
	delta_cash float8,
	gamma_cash_1pct float8,
	vega_1pt float8,
	theta_1day float8,
	rho_1pct float8,
	positions bigint,
	currency text
);
COMMENT ON TYPE cash_greeks IS
'Market value and cash Greeks of an account, in the positions'' currency, as in margin_result. Example: SELECT account, (portfolio_greeks(p)).* FROM book GROUP BY account';
COMMENT ON COLUMN cash_greeks.market_value IS 'Sum of position_value; negative where short options outweigh.';
COMMENT ON COLUMN cash_greeks.delta_cash IS 'Sum of S*dV/dS: the amount of underlying that moves alike.';
COMMENT ON COLUMN cash_greeks.gamma_cash_1pct IS 'Sum of 0.01*S^2*d2V/dS2: change of delta_cash when the price rises by 1 %.';
COMMENT ON COLUMN cash_greeks.vega_1pt IS 'Sum of 0.01*dV/dsigma: change of value for one point of volatility.';
COMMENT ON COLUMN cash_greeks.theta_1day IS 'Change of value as one calendar day passes: -dV/dT/365.';
COMMENT ON COLUMN cash_greeks.rho_1pct IS 'Sum of 0.01*dV/dr: change of value for 1 % of rate.';
COMMENT ON COLUMN cash_greeks.positions IS 'Number of rows.';
COMMENT ON COLUMN cash_greeks.currency IS 'Currency of every amount; NULL if the positions name none.';

-- COST is in units of some 30 ns, as measured by test/bench/run.  A row that has a
-- contract in common with an earlier one is only written down; the result of a
-- group nets its rows, here an account of twenty positions.  Handing a group from
-- one process to another costs as much as a hundred rows, so the work is divided
-- where groups are large.  SSPACE is what the log entries of twenty rows take, 16
-- bytes each: nothing else is kept per group.
CREATE FUNCTION portfolio_margin_trans(state internal, margin_position margin_position) RETURNS internal
AS 'MODULE_PATHNAME', 'portfolio_margin_trans' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 25;
CREATE FUNCTION portfolio_margin_trans(state internal, margin_position margin_position, scenario_set scenario_set) RETURNS internal
AS 'MODULE_PATHNAME', 'portfolio_margin_trans' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 25;
CREATE FUNCTION portfolio_greeks_trans(state internal, margin_position margin_position) RETURNS internal
AS 'MODULE_PATHNAME', 'portfolio_greeks_trans' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 40;
CREATE FUNCTION portfolio_combine(state internal, other internal) RETURNS internal
AS 'MODULE_PATHNAME', 'portfolio_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 200;
CREATE FUNCTION portfolio_serialize(state internal) RETURNS bytea
AS 'MODULE_PATHNAME', 'portfolio_serialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 150;
CREATE FUNCTION portfolio_deserialize(image bytea, dummy internal) RETURNS internal
AS 'MODULE_PATHNAME', 'portfolio_deserialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 150;
CREATE FUNCTION portfolio_margin_final(state internal) RETURNS margin_result
AS 'MODULE_PATHNAME', 'portfolio_margin_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;
CREATE FUNCTION portfolio_greeks_final(state internal) RETURNS cash_greeks
AS 'MODULE_PATHNAME', 'portfolio_greeks_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION portfolio_margin_trans(internal, margin_position) IS 'Support function of portfolio_margin: adds a position under the default scenarios.';
COMMENT ON FUNCTION portfolio_margin_trans(internal, margin_position, scenario_set) IS 'Support function of portfolio_margin: adds a position.';
COMMENT ON FUNCTION portfolio_greeks_trans(internal, margin_position) IS 'Support function of portfolio_greeks: adds a position.';
COMMENT ON FUNCTION portfolio_combine(internal, internal) IS 'Support function of portfolio_margin and portfolio_greeks: adds two partial results.';
COMMENT ON FUNCTION portfolio_serialize(internal) IS 'Support function of portfolio_margin and portfolio_greeks: a partial result as bytes.';
COMMENT ON FUNCTION portfolio_deserialize(bytea, internal) IS 'Support function of portfolio_margin and portfolio_greeks: a partial result from bytes.';
COMMENT ON FUNCTION portfolio_margin_final(internal) IS 'Support function of portfolio_margin: reads the margin off.';
COMMENT ON FUNCTION portfolio_greeks_final(internal) IS 'Support function of portfolio_greeks: reads the Greeks off.';

CREATE AGGREGATE portfolio_margin(margin_position margin_position) (
	SFUNC = portfolio_margin_trans,
	STYPE = internal,
	SSPACE = 320,
	FINALFUNC = portfolio_margin_final,
	COMBINEFUNC = portfolio_combine,
	SERIALFUNC = portfolio_serialize,
	DESERIALFUNC = portfolio_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE portfolio_margin(margin_position) IS
'Margin and cash Greeks of a group of positions of one currency, under the default set scenario_grid(0.15, 5, ''{-0.25,0,0.25}''): prices -15 % to +15 % in 5 steps each way, volatilities -25 %, 0, +25 %. The sums are exact: the result is the same, to the last bit, in any order and under any plan. A bad or NULL position is an error. Example: SELECT account, (portfolio_margin(p)).* FROM book GROUP BY account';

CREATE AGGREGATE portfolio_margin(margin_position margin_position, scenario_set scenario_set) (
	SFUNC = portfolio_margin_trans,
	STYPE = internal,
	SSPACE = 320,
	FINALFUNC = portfolio_margin_final,
	COMBINEFUNC = portfolio_combine,
	SERIALFUNC = portfolio_serialize,
	DESERIALFUNC = portfolio_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE portfolio_margin(margin_position, scenario_set) IS
'The same under the given scenarios. Each underlying may come with a set of its own, by a join; within a group all sets have the same number of scenarios and one underlying keeps one set. Of joint scenarios a group has one set, which names all its underlyings. Example: SELECT account, (portfolio_margin(p, tims_scenarios(0.08, 0.06))).requirement FROM book GROUP BY account';

CREATE AGGREGATE portfolio_greeks(margin_position margin_position) (
	SFUNC = portfolio_greeks_trans,
	STYPE = internal,
	SSPACE = 320,
	FINALFUNC = portfolio_greeks_final,
	COMBINEFUNC = portfolio_combine,
	SERIALFUNC = portfolio_serialize,
	DESERIALFUNC = portfolio_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE portfolio_greeks(margin_position) IS
'Market value and cash Greeks of a group of positions of one currency: the columns of margin_result, without valuing scenarios. Example: SELECT account, (portfolio_greeks(p)).* FROM book GROUP BY account';
