-- Joint scenarios: each is one state of the world and moves every underlying.

CREATE FUNCTION joint_scenarios(
	underlyings text[],
	price_shocks float8[],
	vol_shocks float8[] DEFAULT NULL,
	days float8 DEFAULT 0
) RETURNS scenario_set
AS 'MODULE_PATHNAME', 'joint_scenarios'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION joint_scenarios(text[], float8[], float8[], float8) IS
'A joint set from arrays of two dimensions: a row per scenario, a column per underlying, in the order of underlyings. price_shocks are relative (-0.02 is 2 % down), vol_shocks relative too (0.25 is up by a quarter; NULL: no volatility moves), days is a time step for all. A margin under it adds profit and loss over underlyings in each scenario and then takes the worst. NULL elements, and arrays of another shape, are errors. Example: joint_scenarios(''{ACME,BOND}'', ''{{-0.05,0.01},{0.02,-0.01},{-0.01,-0.03}}'')';

CREATE FUNCTION joint_scenarios_trans(state internal, scenario int, underlying text, move market_scenario) RETURNS internal
AS 'MODULE_PATHNAME', 'joint_scenarios_trans' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION joint_scenarios_final(state internal) RETURNS scenario_set
AS 'MODULE_PATHNAME', 'joint_scenarios_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION joint_scenarios_trans(internal, int, text, market_scenario) IS 'Support function of joint_scenarios_agg: keeps a row.';
COMMENT ON FUNCTION joint_scenarios_final(internal) IS 'Support function of joint_scenarios_agg: makes the set.';

CREATE AGGREGATE joint_scenarios_agg(scenario int, underlying text, move market_scenario) (
	SFUNC = joint_scenarios_trans,
	STYPE = internal,
	SSPACE = 100000,
	FINALFUNC = joint_scenarios_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE joint_scenarios_agg(int, text, market_scenario) IS
'A joint set from rows in any order, one for each scenario (numbered from 1 without gaps) and underlying; every field of the move may differ, its weight must be 1. A NULL, a pair that is missing and one that comes twice are errors; the latter are named. Example: SELECT joint_scenarios_agg(day, underlying, market_scenario(price_shock => move)) FROM (VALUES (1, ''ACME'', -0.05), (1, ''BOND'', 0.01), (2, ''ACME'', 0.02), (2, ''BOND'', -0.01)) AS returns(day, underlying, move)';

CREATE FUNCTION underlyings(scenario_set scenario_set) RETURNS text[]
AS 'MODULE_PATHNAME', 'scenario_set_underlyings'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION underlyings(scenario_set) IS
'The underlyings that a joint set moves, in C collation; NULL for a common set, which any underlying meets. Example: underlyings(joint_scenarios(''{BOND,ACME}'', ''{{0.01,-0.05}}''))';

CREATE FUNCTION scenarios(scenario_set scenario_set, underlying text) RETURNS SETOF market_scenario
AS 'MODULE_PATHNAME', 'scenarios'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1000 COST 10;
COMMENT ON FUNCTION scenarios(scenario_set, text) IS
'The moves of one underlying in the order of the scenarios; WITH ORDINALITY gives their numbers. An error if a joint set does not name it; of a common set all rows, whatever the name. Example: SELECT * FROM scenarios(joint_scenarios(''{ACME,BOND}'', ''{{-0.05,0.01},{0.02,-0.01}}''), ''BOND'') WITH ORDINALITY';
