# shellcheck shell=bash
#
# Sourced by run --joint: the worst loss of each account when all underlyings
# move together, 5,000 states of the world.

scenarios=5000
sql -f "$here/derived.sql"
# A common factor and one of each underlying, some 2 % a day.
sql -v scenarios="$scenarios" <<-'SQL'
	SELECT setseed(0.25) \g /dev/null
	CREATE TABLE joint_moves AS
	SELECT scenario, underlying_id, underlying, exp(0.06 * common + 0.04 * (random() + random() + random() - 1.5)) - 1 AS price_shock
	FROM (SELECT n AS scenario, random() + random() + random() - 1.5 AS common FROM generate_series(1, :scenarios) AS n OFFSET 0) AS s, marks;
	CREATE TABLE joint AS
	SELECT (SELECT array_agg(underlying ORDER BY underlying_id) FROM marks) AS underlyings, array_agg(moves ORDER BY scenario) AS moves
	FROM (SELECT scenario, array_agg(price_shock ORDER BY underlying_id) AS moves FROM joint_moves GROUP BY scenario) AS s;
	ANALYZE joint_moves, joint;
SQL
set='(SELECT joint_scenarios(underlyings, moves) FROM joint)'
table="(SELECT risk_table(contract_id, $(position 1), $set) FROM contracts JOIN marks USING (underlying_id))"

way F1 floor hash '`sum(qty) GROUP BY account`' \
	'SELECT account, sum(qty) FROM positions GROUP BY account'
way F2 floor hash 'join of contracts and marks, `sum(qty * spot) GROUP BY account`' \
	"SELECT account, sum(qty * spot) FROM $joined GROUP BY account"
way composite ours hash '`portfolio_margin(margin_position(…), joint_scenarios(…))`, join' \
	"SELECT account, (portfolio_margin($(position qty), $set)).requirement FROM $joined GROUP BY account"
way table ours hash '`portfolio_margin(contract_id, qty, risk_table)`, no join' \
	"SELECT account, (portfolio_margin(contract_id, qty, $table)).requirement FROM positions GROUP BY account"
way book ours any '`accounts_int8(margin_book(account, contract_id, qty, risk_table))`' \
	"SELECT account, requirement FROM accounts_int8((SELECT margin_book(account, contract_id, qty, $table) FROM positions))"
way pricing floor any 'pricing alone: `risk_table` of every contract' \
	"SELECT 0, contract_count($table)"
if [[ $clients == yes ]]; then
	client numpy 250 'NumPy client: contracts valued once, sparse product, least' "$numpy/numpy_joint.py"
	bound 0.3 'grouped, composite argument, with join' composite numpy
	bound 0.3 'whole book, risk table' book numpy
fi

check_answers composite
measure
heading "$positions positions, $accounts accounts, $contracts contracts on $underlyings underlyings, $scenarios joint scenarios"
[[ $clients == no ]] || { bounds && printf '\n'; }
table F2
