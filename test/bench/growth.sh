# shellcheck shell=bash
#
# Sourced by run --growth: what grows with positions, accounts, scenarios,
# contracts, underlyings and workers.  One thing at a time is changed from the
# book that run measures.

tenth=$((positions / 10)) double=$((2 * positions))
book small "$tenth" $((accounts / 10)) "$contracts" "$underlyings"
book few_accounts "$positions" $((accounts / 50)) "$contracts" "$underlyings"
book twice "$double" $((2 * accounts)) "$contracts" "$underlyings"
book contracts_1 "$positions" "$accounts" $((contracts / 10)) "$underlyings"
book contracts_2 "$positions" "$accounts" $((contracts * 10)) "$underlyings"
book contracts_3 "$positions" "$accounts" $((contracts * 200)) "$underlyings"
book underlyings_1 "$positions" "$accounts" "$contracts" 1
book underlyings_2 "$positions" "$accounts" "$contracts" $((underlyings * 25))

# ours SUFFIX SCHEMA PLAN SCENARIOS: three ways over a book, NAME_SUFFIX.
ours()
{
	local from=$joined table

	from=${from/positions/$2.positions} from=${from/JOIN contracts/JOIN $2.contracts} from=${from/JOIN marks/JOIN $2.marks}
	table="(SELECT risk_table(contract_id, $(position 1), $4) FROM $2.contracts JOIN $2.marks USING (underlying_id))"
	way "composite_$1" ours "$3" '' \
		"SELECT account, (portfolio_margin($(position qty), $4)).requirement FROM $from GROUP BY account"
	way "table_$1" ours "$3" '' \
		"SELECT account, (portfolio_margin(contract_id, qty, $table)).requirement FROM $2.positions GROUP BY account"
	way "book_$1" ours "${3/hash/any}" '' \
		"SELECT account, requirement FROM accounts_int8((SELECT margin_book(account, contract_id, qty, $table) FROM $2.positions))"
}

# floors SUFFIX SCHEMA PLAN
floors()
{
	local from=$joined

	from=${from/positions/$2.positions} from=${from/JOIN contracts/JOIN $2.contracts} from=${from/JOIN marks/JOIN $2.marks}
	way "F1_$1" floor "$3" '' "SELECT account, sum(qty) FROM $2.positions GROUP BY account"
	way "F2_$1" floor "$3" '' "SELECT account, sum(qty * spot) FROM $from GROUP BY account"
}

# list N: N prices from -15 % to +15 %.
list()
{
	printf '(SELECT scenario_set(array_agg(market_scenario(price_shock => 0.3 * n / (%d - 1) - 0.15) ORDER BY n)) ' "$1"
	printf 'FROM generate_series(0, %d - 1) AS n)' "$1"
}

schemas=(bench small few_accounts twice contracts_1 contracts_2 contracts_3 underlyings_1 underlyings_2)
for schema in "${schemas[@]}"; do
	floors "$schema" "$schema" hash
	ours "$schema" "$schema" hash "$set"
done
# Valuing a million contracts takes a good part of a round.
for name in composite table book; do
	way_slow[${name}_contracts_3]=yes
done
for count in 10 32 100; do
	ours "$count" bench hash "$(list "$count")"
done
for count in 0 1 2; do
	floors "workers_$count" bench "workers $count"
	ours "workers_$count" bench "workers $count" "$set"
done

bound 1.3 'twice the positions and accounts, composite' composite_twice composite_bench F2_twice F2_bench
bound 1.3 'the same, table' table_twice table_bench F1_twice F1_bench
bound 1.3 'the same, book' book_twice book_bench F1_twice F1_bench
for name in composite table book; do
	bound 1.4 "32 scenarios, $name" "${name}_32" "${name}_10"
	bound 2 "100 scenarios, $name" "${name}_100" "${name}_10"
done
memory_bound 6 'memory of the hash aggregate, composite' composite_bench F2_bench
memory_bound 6 'memory of the hash aggregate, table' table_bench F1_bench
memory_bound 1.5 'the same under 100 scenarios, composite' composite_100 composite_10
memory_bound 1.5 'the same under 100 scenarios, table' table_100 table_10

measure
heading "$positions positions, $accounts accounts, $contracts contracts on $underlyings underlyings, ten prices, but for what is said"
bounds

# sizes WHAT SCHEMA=TITLE ...: each book against its own floors.
sizes()
{
	local pair schema

	printf '\n| %s | F1, ms | F2, ms | composite, ms | ÷ F2 | table, ms | ÷ F1 | book, ms | ÷ F1 | hash, MB |\n' "$1"
	printf '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n'
	for pair in "${@:2}"; do
		schema=${pair%%=*}
		printf '| %s | %s | %s |' "${pair#*=}" "$(milliseconds 3 "F1_$schema")" "$(milliseconds 3 "F2_$schema")"
		printf ' %s | %s |' "$(milliseconds 3 "composite_$schema")" "$(with_least "$(ratio 3 "composite_$schema" "F2_$schema")")" \
			"$(milliseconds 3 "table_$schema")" "$(with_least "$(ratio 3 "table_$schema" "F1_$schema")")" \
			"$(milliseconds 3 "book_$schema")" "$(with_least "$(ratio 3 "book_$schema" "F1_$schema")")"
		printf ' %s |\n' "$(megabytes "composite_$schema")"
	done
}
sizes 'positions, accounts' small="$tenth, $((accounts / 10))" few_accounts="$positions, $((accounts / 50))" \
	bench="$positions, $accounts" twice="$double, $((2 * accounts))"
sizes contracts contracts_1=$((contracts / 10)) bench="$contracts" contracts_2=$((contracts * 10)) contracts_3=$((contracts * 200))
sizes underlyings underlyings_1=1 bench="$underlyings" underlyings_2=$((underlyings * 25))

printf '\n| scenarios | composite, ms | ÷ 10 | hash, MB | table, ms | ÷ 10 | hash, MB | book, ms | ÷ 10 |\n'
printf '| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n'
for count in 10 32 100; do
	printf '| %s |' "$count"
	for name in composite table book; do
		printf ' %s | %s |' "$(milliseconds 3 "${name}_$count")" "$(with_least "$(ratio 3 "${name}_$count" "${name}_10")")"
		[[ $name == book ]] || printf ' %s |' "$(megabytes "${name}_$count")"
	done
	printf '\n'
done

printf '\n| workers |'
printf ' %s, ms | ÷ none |' F1 F2 composite table book
printf '\n| --- |'
printf ' --- | --- |%.0s' F1 F2 composite table book
printf '\n'
for count in 0 1 2; do
	printf '| %s |' "$count"
	for name in F1 F2 composite table book; do
		printf ' %s | %s |' "$(milliseconds 3 "${name}_workers_$count")" \
			"$(with_least "$(ratio 3 "${name}_workers_$count" "${name}_workers_0")")"
	done
	printf '\n'
done
