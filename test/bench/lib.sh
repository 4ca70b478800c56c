# shellcheck shell=bash
#
# Ways to margin a book, measured side by side.
#
#   way NAME KIND PLAN TITLE QUERY      a query of two columns: account, requirement
#   client NAME MODE TITLE PROGRAM      a program: PROGRAM NAME MODE ROUND
#   bound MUST WHAT A B [C D]           the time of A over that of B (over C over D)
#   memory_bound MUST WHAT A B          the same of the memory of hash aggregates
#   check_answers REFERENCE             every way gives the answers of REFERENCE
#   measure                             interleaved rounds; needs $rounds
#   bounds                              the table of bounds
#   table NAME ...                      what all ways cost, against each NAME
#
# KIND is floor, ours or peer; floors have no answers.  PLAN pins how groups are
# formed: hash, order (index order), or any; workers N is any with N workers.  A
# client prints "ROUND NAME ms processor_ms" for itself and for NAME_back, and
# leaves its answers in client_answers.  slow_way and slow_client run in every
# third round only.

declare -a ways=() bound_must=() bound_what=() bound_of=()
declare -A way_kind way_plan way_title way_query way_program way_slow way_scale way_memory

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

bound()
{
	bound_must+=("$1")
	bound_what+=("$2")
	bound_of+=("${*:3}")
}

memory_bound()
{
	bound "$1" "$2" memory "$3" "$4"
}

pin_plan()
{
	local settings='RESET enable_sort; RESET enable_hashagg; RESET max_parallel_workers_per_gather;'

	case $1 in
		hash) settings='SET enable_sort = off; SET enable_hashagg = on; RESET max_parallel_workers_per_gather;' ;;
		order) settings='SET enable_sort = off; SET enable_hashagg = off; RESET max_parallel_workers_per_gather;' ;;
		workers*) settings+=" SET max_parallel_workers_per_gather = ${1#workers };" ;;
	esac
	printf '%s\n' "$settings"
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

# measure: $pm_dir/figures gets lines "round name ms processor_ms".  The
# processor's time is that of the server's process, which a busy machine spoils
# less than the time that passes; of the rest of a parallel query nothing is known.
measure()
{
	local round name
	local processor="SELECT split_part(pg_read_file('/proc/self/schedstat', 0, 99, true), ' ', 1)::float8 / 1e6 AS ms"

	for ((round = 1; round <= rounds; round++)); do
		for name in "${ways[@]}"; do
			[[ -z ${way_slow[$name]:-} || $((round % 3)) -eq 1 ]] || continue
			if [[ -n ${way_program[$name]:-} ]]; then
				printf '\\! %s %d >>%s/figures\n' "${way_program[$name]}" "$round" "$pm_dir"
			elif [[ -n ${way_query[$name]:-} ]]; then
				pin_plan "${way_plan[$name]}"
				printf '%s \\gset before_\n\\timing on\n' "$processor"
				printf 'SELECT count(*), sum(x) FROM (%s) AS w (account, x);\n' "${way_query[$name]}"
				printf '\\timing off\n%s \\gset after_\n' "$processor"
				printf '\\echo way %d %s %s :before_ms :after_ms\n' "$round" "$name" \
					"$(awk "BEGIN { print ${way_scale[$name]:-1} }")"
			fi
		done
	done >"$pm_dir/rounds.sql"
	say "measuring, $rounds rounds"
	sql -o /dev/null -f "$pm_dir/rounds.sql" >"$pm_dir/timed"
	awk '$1 == "Time:" { ms = $2 }
		$1 == "way" { print $2, $3, ms * $4, ($6 - $5) * $4 }' "$pm_dir/timed" >>"$pm_dir/figures"
	for name in "${ways[@]}"; do
		[[ ${way_plan[$name]:-} != hash ]] || way_memory[$name]=$(group_memory "$name")
	done
}

# group_memory NAME: kilobytes that the server says its hash aggregate took.
group_memory()
{
	sql -At -c "$(pin_plan hash)" -c "EXPLAIN (ANALYZE, TIMING off, FORMAT json) ${way_query[$1]}" |
		awk '/"Strategy": "Hashed"/ { hashed = 1 }
			/"Peak Memory Usage"/ && hashed && !seen++ { gsub(",", ""); print $NF }'
}

# ratio COLUMN A B [C D]: the median of the rounds' ratios, and the ratio of the
# least; columns of figures: 3 is the time that passed, 4 the processor's.
ratio()
{
	awk -v column="$1" -v a="$2" -v b="$3" -v c="${4:-}" -v d="${5:-}" '
		$column > 0 { rounds[$1]; at[$1, $2] = $column; if (!($2 in low) || $column < low[$2]) low[$2] = $column }
		END {
			for (r in rounds)
				if (((r, a) in at) && ((r, b) in at) && (c == "" || ((r, c) in at) && ((r, d) in at)))
					print at[r, a] / at[r, b] / (c == "" ? 1 : at[r, c] / at[r, d])
			if (low[b])
				print "least", low[a] / low[b] / (c == "" ? 1 : low[c] / low[d])
		}' "$pm_dir/figures" | sort -g | awk '
			$1 == "least" { least = $2; next }
			{ a[++n] = $1 }
			END { if (n) printf "%.3g %.3g\n", n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2, least }'
}

# with_least RATIO: "median least" as "median (least)".
with_least()
{
	printf '%s' "$1" | sed 's/ \(.*\)/ (\1)/'
}

# milliseconds COLUMN NAME: median, and the least in brackets.
milliseconds()
{
	awk -v column="$1" -v n="$2" '$2 == n && $column > 0 { print $column }' "$pm_dir/figures" | sort -g | awk '
		{ a[NR] = $1 }
		END { if (NR) printf "%.*f (%.*f)", a[1] < 100, NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2, a[1] < 100, a[1] }'
}

# megabytes NAME
megabytes()
{
	[[ -z ${way_memory[$1]:-} ]] || awk "BEGIN { printf \"%.1f\", ${way_memory[$1]} / 1024 }"
}

bounds()
{
	local i time processor met against
	local -a of

	printf '| what | against | time | processor | must | met |\n| --- | --- | --- | --- | --- | --- |\n'
	for ((i = 0; i < ${#bound_must[@]}; i++)); do
		read -ra of <<<"${bound_of[i]}"
		if [[ ${of[0]} == memory ]]; then
			time=$(awk "BEGIN { printf \"%.3g\", ${way_memory[${of[1]}]} / ${way_memory[${of[2]}]} }")
			processor='' against=${of[2]}
		else
			against=${of[1]}
			[[ ${#of[@]} -eq 2 ]] || against="what ${of[2]%_*} grows"
			time=$(ratio 3 "${of[@]}")
			processor=$(ratio 4 "${of[@]}")
		fi
		met=$(awk -v must="${bound_must[i]}" -v t="${time%% *}" -v p="${processor%% *}" 'BEGIN {
			t = t != "" && t + 0 <= must; p = p == "" ? t : p + 0 <= must
			print t && p ? "yes" : t ? "by time" : p ? "by processor" : "no" }')
		printf '| %s | %s | %s | %s | %s | %s |\n' "${bound_what[i]}" "$against" "$(with_least "$time")" \
			"$(with_least "$processor")" "${bound_must[i]}" "$met"
	done
}

table()
{
	local name reference

	printf '| | | ms | processor, ms |'
	printf ' ÷ %s |' "$@"
	printf ' hash, MB |\n| --- | --- | --- | --- |'
	printf ' ---%.0s |' "$@" memory
	printf '\n'
	for name in "${ways[@]}"; do
		printf '| %s | %s | %s | %s |' "$name" "${way_title[$name]}" "$(milliseconds 3 "$name")" "$(milliseconds 4 "$name")"
		for reference; do
			printf ' %s |' "$(with_least "$(ratio 3 "$name" "$reference")")"
		done
		printf ' %s |\n' "$(megabytes "$name")"
	done
}
