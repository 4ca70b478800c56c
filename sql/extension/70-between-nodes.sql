-- Between the nodes of a grid: how much worse it could be.

CREATE TYPE grid_shortfall_result AS (
	node_loss float8,
	loss_bound float8,
	shortfall_bound float8,
	found_loss float8,
	gap float8,
	worst_underlying text,
	worst_price_from float8,
	worst_price_to float8,
	worst_vol_from float8,
	worst_vol_to float8,
	positions bigint,
	currency text
);
COMMENT ON TYPE grid_shortfall_result IS
'How much more than at the nodes of its grid an account can lose between them, in the positions'' currency; losses are positive. Example: SELECT account, (grid_shortfall(p, scenario_grid(0.15, 5, ''{-0.25,0,0.25}''))).* FROM book GROUP BY account';
COMMENT ON COLUMN grid_shortfall_result.node_loss IS 'Sum over underlyings of the largest loss at a node, at least 0: the scan_loss of portfolio_margin, to the last bit.';
COMMENT ON COLUMN grid_shortfall_result.loss_bound IS 'Sum over underlyings of an upper bound of the loss anywhere in the grid''s range of prices and volatilities. Never too low; how loose, says gap.';
COMMENT ON COLUMN grid_shortfall_result.shortfall_bound IS 'loss_bound - node_loss: the most by which the grid can understate the loss. Can be added to a requirement.';
COMMENT ON COLUMN grid_shortfall_result.found_loss IS 'Sum over underlyings of the largest loss met on the way, a real one: no bound can be below it.';
COMMENT ON COLUMN grid_shortfall_result.gap IS 'loss_bound - found_loss: the most by which loss_bound can be too high.';
COMMENT ON COLUMN grid_shortfall_result.worst_underlying IS 'The underlying with the largest shortfall; ties: the first in C collation.';
COMMENT ON COLUMN grid_shortfall_result.worst_price_from IS 'Lower price_shock of the cell with the largest bound in worst_underlying: -0.03 is 3 % down.';
COMMENT ON COLUMN grid_shortfall_result.worst_price_to IS 'Upper price_shock of that cell.';
COMMENT ON COLUMN grid_shortfall_result.worst_vol_from IS 'Lower vol_shock of that cell: -0.25 is down by a quarter.';
COMMENT ON COLUMN grid_shortfall_result.worst_vol_to IS 'Upper vol_shock of that cell.';
COMMENT ON COLUMN grid_shortfall_result.positions IS 'Number of rows.';
COMMENT ON COLUMN grid_shortfall_result.currency IS 'Currency of every amount; NULL if the positions name none.';

CREATE TYPE worst_case_result AS (
	loss float8,
	price_shock float8,
	vol_shock float8,
	underlying text,
	loss_bound float8,
	gap float8,
	positions bigint,
	currency text
);
COMMENT ON TYPE worst_case_result IS
'The largest loss found anywhere in the range of a grid, and where, in the positions'' currency. Example: SELECT account, (worst_case(p, scenario_grid(0.15, 5, ''{-0.25,0,0.25}''))).* FROM book GROUP BY account';
COMMENT ON COLUMN worst_case_result.loss IS 'Sum over underlyings of the largest loss found, at least 0; a real one, at one price_shock and one vol_shock for each underlying.';
COMMENT ON COLUMN worst_case_result.price_shock IS 'Where the underlying named loses that: -0.0148 is 1.48 % down.';
COMMENT ON COLUMN worst_case_result.vol_shock IS 'Where the underlying named loses that: -0.25 is down by a quarter.';
COMMENT ON COLUMN worst_case_result.underlying IS 'The underlying with the largest loss; ties: the first in C collation.';
COMMENT ON COLUMN worst_case_result.loss_bound IS 'Sum over underlyings of an upper bound of the loss, as in grid_shortfall_result.';
COMMENT ON COLUMN worst_case_result.gap IS 'loss_bound - loss: the most by which the true worst case can exceed loss.';
COMMENT ON COLUMN worst_case_result.positions IS 'Number of rows.';
COMMENT ON COLUMN worst_case_result.currency IS 'Currency of every amount; NULL if the positions name none.';

CREATE FUNCTION between_nodes_trans(state internal, margin_position margin_position, scenario_set scenario_set) RETURNS internal
AS 'MODULE_PATHNAME', 'between_nodes_trans' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
CREATE FUNCTION between_nodes_combine(state internal, other internal) RETURNS internal
AS 'MODULE_PATHNAME', 'between_nodes_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
CREATE FUNCTION between_nodes_serialize(state internal) RETURNS bytea
AS 'MODULE_PATHNAME', 'between_nodes_serialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION between_nodes_deserialize(image bytea, dummy internal) RETURNS internal
AS 'MODULE_PATHNAME', 'between_nodes_deserialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION grid_shortfall_final(state internal) RETURNS grid_shortfall_result
AS 'MODULE_PATHNAME', 'grid_shortfall_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000;
CREATE FUNCTION worst_case_final(state internal) RETURNS worst_case_result
AS 'MODULE_PATHNAME', 'worst_case_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200000;
COMMENT ON FUNCTION between_nodes_trans(internal, margin_position, scenario_set) IS 'Support function of grid_shortfall and worst_case: keeps a position.';
COMMENT ON FUNCTION between_nodes_combine(internal, internal) IS 'Support function of grid_shortfall and worst_case: joins two lists of positions.';
COMMENT ON FUNCTION between_nodes_serialize(internal) IS 'Support function of grid_shortfall and worst_case: a list of positions as bytes.';
COMMENT ON FUNCTION between_nodes_deserialize(bytea, internal) IS 'Support function of grid_shortfall and worst_case: a list of positions from bytes.';
COMMENT ON FUNCTION grid_shortfall_final(internal) IS 'Support function of grid_shortfall: bounds the loss between the nodes.';
COMMENT ON FUNCTION worst_case_final(internal) IS 'Support function of worst_case: searches between the nodes.';

CREATE AGGREGATE grid_shortfall(margin_position margin_position, scenario_set scenario_set) (
	SFUNC = between_nodes_trans,
	STYPE = internal,
	SSPACE = 4096,
	FINALFUNC = grid_shortfall_final,
	COMBINEFUNC = between_nodes_combine,
	SERIALFUNC = between_nodes_serialize,
	DESERIALFUNC = between_nodes_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE grid_shortfall(margin_position, scenario_set) IS
'By how much the nodes of a scenario_grid can understate the loss of a group of positions: a bound of the loss at every price shock and volatility shock in the grid''s range, made from the positions and never too low, with how loose it can be. The set must be one scenario_grid. The result does not depend on the order of rows or the plan. Example: SELECT account, (grid_shortfall(p, scenario_grid(0.15, 5, ''{-0.25,0,0.25}''))).shortfall_bound FROM book GROUP BY account';

CREATE AGGREGATE worst_case(margin_position margin_position, scenario_set scenario_set) (
	SFUNC = between_nodes_trans,
	STYPE = internal,
	SSPACE = 4096,
	FINALFUNC = worst_case_final,
	COMBINEFUNC = between_nodes_combine,
	SERIALFUNC = between_nodes_serialize,
	DESERIALFUNC = between_nodes_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE worst_case(margin_position, scenario_set) IS
'The largest loss of a group of positions anywhere in the range of a scenario_grid, on its nodes or between: local searches from every cell that the bound of grid_shortfall does not exclude, with the gap that remains. Example: SELECT account, (worst_case(p, scenario_grid(0.15, 5, ''{-0.25,0,0.25}''))).* FROM book GROUP BY account';
