# shellcheck shell=bash
#
# Ways to margin a book, measured side by side.
#
#   way NAME KIND PLAN TITLE QUERY      a query of two columns: account, requirement
#   client NAME MODE TITLE PROGRAM      a program: PROGRAM NAME MODE ROUND
#   check_answers REFERENCE             every way gives the answers of REFERENCE
#   measure                             interleaved rounds; needs $rounds
#   table NAME ...                      what they cost, against each NAME
#
# KIND is floor, ours or peer; floors have no answers.  PLAN pins how groups are
# formed: hash, order (index order), or any.  A client prints "ROUND NAME ms" for
# itself and for NAME_back, and leaves its answers in client_answers.  slow_way
# and slow_client run in every third round only.

declare -a ways=()
declare -A way_kind way_plan way_title way_query way_program way_slow way_scale

way()
{
	ways+=("$1")
	way_kind[$1]=$2 way_plan[$1]=$3 way_title[$1]=$4 way_query[$1]=$5
}

client()
{
	ways+=("$1" "$1_back")
	way_kind[$1]=peer way_kind[$1_back]=back
	way_title[$1]="$3, transfer included" way_title[$1_back]='the same, answers written back'
	way_program[$1]="$4 $1 $2"
}

slow_way()
{
	way "$@"
	way_slow[$1]=yes
}

slow_client()
{
	client "$@"
	way_slow[$1]=yes
}

# scale_way NAME FACTOR: the query does a sample of the work.
scale_way()
{
	way_scale[$1]=$2
}

pin_plan()
{
	case $1 in
		hash) echo 'SET enable_sort = off; SET enable_hashagg = on;' ;;
		order) echo 'SET enable_sort = off; SET enable_hashagg = off;' ;;
		any) echo 'RESET enable_sort; RESET enable_hashagg;' ;;
	esac
}

check_answers()
{
	local name reference=$1 different

	for name in "${ways[@]}"; do
		case ${way_kind[$name]} in ours | peer) ;; *) continue ;; esac
		say "answers of $name"
		if [[ -n ${way_program[$name]:-} ]]; then
			${way_program[$name]} 0 >/dev/null || fail "$name failed"
			sql -c "INSERT INTO answers SELECT '$name', account, requirement FROM client_answers"
		else
			sql -c "$(pin_plan "${way_plan[$name]}")" \
				-c "INSERT INTO answers SELECT '$name', w.* FROM (${way_query[$name]}) AS w"
		fi
	done
	# A sample has fewer accounts; nothing may be missing otherwise.
	different=$(sql -At -v r="$reference" <<-'SQL'
		SELECT way || ': ' || count(*) || ' accounts, ' || count(*) FILTER (WHERE bad) || ' differ'
		FROM (SELECT a.way, a.account, coalesce(abs(a.requirement - r.requirement) > 1e-9 * greatest(1, abs(r.requirement)), true) AS bad
		      FROM answers AS a LEFT JOIN answers AS r ON r.way = :'r' AND r.account = a.account) AS c
		GROUP BY way
		HAVING count(*) FILTER (WHERE bad) > 0
		    OR way <> 'naive' AND count(*) <> (SELECT count(DISTINCT account) FROM positions)
	SQL
	)
	[[ -z $different ]] || fail "not the answers of $reference: $different"
	say "all answers agree within 1e-9; greatest requirement $(sql -At -c "SELECT max(requirement) FROM answers")"
}

# measure: $pm_dir/figures gets lines "round name ms".
measure()
{
	local round name

	for ((round = 1; round <= rounds; round++)); do
		for name in "${ways[@]}"; do
			[[ -z ${way_slow[$name]:-} || $((round % 3)) -eq 1 ]] || continue
			if [[ -n ${way_program[$name]:-} ]]; then
				printf '\\! %s %d >>%s/figures\n' "${way_program[$name]}" "$round" "$pm_dir"
			elif [[ -n ${way_query[$name]:-} ]]; then
				printf '%s\n\\echo way %d %s %s\n\\timing on\n%s\n\\timing off\n' "$(pin_plan "${way_plan[$name]}")" \
					"$round" "$name" "$(awk "BEGIN { print ${way_scale[$name]:-1} }")" \
					"SELECT count(*), sum(x) FROM (${way_query[$name]}) AS w (account, x);"
			fi
		done
	done >"$pm_dir/rounds.sql"
	say "measuring, $rounds rounds"
	sql -o /dev/null -f "$pm_dir/rounds.sql" >"$pm_dir/timed"
	awk '$1 == "way" { round = $2; name = $3; scale = $4 }
		$1 == "Time:" { print round, name, $2 * scale }' "$pm_dir/timed" >>"$pm_dir/figures"
}

# group_memory NAME: megabytes that the server says its hash aggregate took.
group_memory()
{
	[[ ${way_plan[$1]:-} == hash ]] || return 0
	sql -At -c "$(pin_plan hash)" -c "EXPLAIN (ANALYZE, TIMING off, FORMAT json) ${way_query[$1]}" |
		awk '/"Strategy": "Hashed"/ { hashed = 1 }
			/"Peak Memory Usage"/ && hashed && !seen++ { gsub(",", ""); printf "%.0f", $NF / 1024 }'
}

# summary NAME REFERENCE: median of the ratios of the rounds, ratio of the minima.
summary()
{
	awk -v n="$1" -v r="$2" '
		$2 == n { mine[$1] = $3; if (!least || $3 < least) least = $3 }
		$2 == r { base[$1] = $3; if (!low || $3 < low) low = $3 }
		END { for (i in mine) if (i in base) print mine[i] / base[i]; print "least", least / low }' "$pm_dir/figures" |
		sort -g | awk '
			$1 == "least" { least = $2; next }
			{ a[++n] = $1 }
			END { printf "%.3g (%.3g)", n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2, least }'
}

# milliseconds NAME: median, and the least in brackets.
milliseconds()
{
	awk -v n="$1" '$2 == n { print $3 }' "$pm_dir/figures" | sort -g | awk '
		{ a[NR] = $1 }
		END { printf "%.*f (%.*f)", a[1] < 100, NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2, a[1] < 100, a[1] }'
}

table()
{
	local name reference

	printf '| | | ms |'
	printf ' ÷ %s |' "$@"
	printf ' hash, MB |\n| --- | --- | --- |'
	printf ' ---%.0s |' "$@" memory
	printf '\n'
	for name in "${ways[@]}"; do
		printf '| %s | %s | %s |' "$name" "${way_title[$name]}" "$(milliseconds "$name")"
		for reference; do
			printf ' %s |' "$(summary "$name" "$reference")"
		done
		printf ' %s |\n' "$(group_memory "$name")"
	done
}
