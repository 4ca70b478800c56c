# shellcheck shell=bash
#
# Sourced by run --growth: what grows with accounts and with scenarios.

# Twice the positions and accounts, against what a bare GROUP BY takes more.
book bench2 $((2 * positions)) $((2 * accounts))
for size in bench bench2; do
	from=${joined/positions/$size.positions}
	way "F1_$size" floor hash '' "SELECT account, sum(qty) FROM $size.positions GROUP BY account"
	way "F2_$size" floor hash '' "SELECT account, sum(qty * spot) FROM $from GROUP BY account"
	way "composite_$size" ours hash '' \
		"SELECT account, (portfolio_margin($position, $set)).requirement FROM $from GROUP BY account"
	way "stored_$size" ours hash '' \
		"SELECT account, (portfolio_margin(qty, risk)).requirement FROM $size.positions JOIN contract_risk USING (contract_id) GROUP BY account"
done

# The same positions under more scenarios: lists, and sets that are generated.
list()
{
	printf '(SELECT scenario_set(array_agg(market_scenario(price_shock => 0.3 * n / (%d - 1) - 0.15) ORDER BY n)) ' "$1"
	printf 'FROM generate_series(0, %d - 1) AS n)' "$1"
}
counts=(10 32 100 33_generated 99_generated)
declare -A sets=([10]=$(list 10) [32]=$(list 32) [100]=$(list 100)
	[33_generated]="scenario_grid(0.15, 5, '{-0.25,0,0.25}')"
	[99_generated]="scenario_grid(0.15, 16, '{-0.25,0,0.25}')")
for count in "${counts[@]}"; do
	sql <<-SQL
		CREATE TABLE risk_$count AS
		SELECT contract_id, risk_array(margin_position(kind => kind, quantity => 1, multiplier => multiplier, strike => strike,
		    expiry => expiry, spot => spot, volatility => volatility, rate => rate, yield => yield, as_of => as_of,
		    underlying => underlying), ${sets[$count]}) AS risk
		FROM contracts JOIN marks USING (underlying_id);
		ALTER TABLE risk_$count ADD PRIMARY KEY (contract_id);
		ANALYZE risk_$count;
	SQL
	way "composite_$count" ours hash '' \
		"SELECT account, (portfolio_margin($position, ${sets[$count]})).requirement FROM $joined GROUP BY account"
	way "stored_$count" ours hash '' \
		"SELECT account, (portfolio_margin(qty, risk)).requirement FROM positions JOIN risk_$count USING (contract_id) GROUP BY account"
done

measure
printf 'Command: test/bench/run %s\n\n' "$options"
printf '| | %s accounts, ms | %s accounts, ms | ratio | ÷ that of F1 | ÷ that of F2 |\n| --- | --- | --- | --- | --- | --- |\n' \
	"$accounts" $((2 * accounts))
for name in F1 F2 composite stored; do
	printf '| %s | %s | %s | %s |' "$name" "$(milliseconds "${name}_bench")" "$(milliseconds "${name}_bench2")" \
		"$(summary "${name}_bench2" "${name}_bench")"
	for floor in F1 F2; do
		printf ' %.2f |' "$(awk -v a="$(summary "${name}_bench2" "${name}_bench")" -v b="$(summary "${floor}_bench2" "${floor}_bench")" \
			'BEGIN { print a / b }')"
	done
	printf '\n'
done
printf '\n| | scenarios | ms | ÷ 10 scenarios | hash, MB |\n| --- | --- | --- | --- | --- |\n'
for name in composite stored; do
	for count in "${counts[@]}"; do
		printf '| %s | %s | %s | %s | %s |\n' "$name" "${count/_/, }" "$(milliseconds "${name}_$count")" \
			"$(summary "${name}_$count" "${name}_10")" "$(group_memory "${name}_$count")"
	done
done
