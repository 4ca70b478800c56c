#!/bin/bash
#
# test/bench/live.sh [ROUNDS [SECONDS]]: what a live margin costs a trade.
#
# One client updates the quantity of one position, chosen at random, of an
# account that holds 10, 1,000 or 100,000 of them: without triggers (bare), with
# the statement triggers of margin_live, with its row triggers, and with the
# pre-trade check.  Rounds are interleaved; a figure is the median over rounds
# of the ratio to the bare UPDATE of the same round, so a machine that is busy
# with something else moves both.  Prints a table; default 9 rounds of 2 s each.
# Needs what scripts/lib.sh needs; nothing is written to disk synchronously.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. scripts/lib.sh

rounds=${1:-9}
seconds=${2:-2}
sizes=(10 1000 100000)
variants=(bare by_statement by_row checked)

stop_cluster_at_exit
need_packages "${build_packages[@]}"
build_extension
start_cluster autovacuum=off max_wal_size=4GB shared_buffers=512MB jit=off

say "loading"
sql <<'SQL'
CREATE EXTENSION portfolio_margin;
-- 1,000 options on ten underlyings, 33 scenarios.
CREATE TABLE contracts AS
SELECT n AS instrument,
       risk_array(margin_position(
           kind => CASE n % 2 WHEN 0 THEN 'call' ELSE 'put' END::instrument_kind, quantity => 1, multiplier => 100,
           strike => 80 + n % 40, spot => 100, volatility => 0.2 + n % 7 * 0.02, rate => 0.03,
           as_of => '2026-03-13 16:00Z', expiry => timestamptz '2026-04-17 16:00Z' + (n % 5) * interval '30 days',
           underlying => 'U' || n % 10),
           scenario_grid(0.15, 5, '{-0.25,0,0.25}')) AS risk
FROM generate_series(1, 1000) n;
ALTER TABLE contracts ADD PRIMARY KEY (instrument);
CREATE TABLE limits (account int PRIMARY KEY, margin_limit float8);
INSERT INTO limits VALUES (10, 1e12), (1000, 1e12), (100000, 1e12);
SQL
for variant in "${variants[@]}"; do
	sql -v t="$variant" <<-'SQL'
		CREATE TABLE :t (id serial PRIMARY KEY, account int, instrument int, quantity float8);
		INSERT INTO :t (account, instrument, quantity)
		SELECT a, 1 + n % 1000, n % 21 - 10 FROM unnest('{10,1000,100000}'::int[]) a, generate_series(1, a) n;
		CREATE INDEX ON :t (instrument);
		ANALYZE :t;
	SQL
done
sql -t >/dev/null <<-'SQL'
	SELECT margin_live('by_statement', 'contracts');
	SELECT margin_live('by_row', 'contracts', row_level => true);
	SELECT margin_live('checked', 'contracts', limits => 'limits');
SQL

# one VARIANT SIZE: microseconds of one UPDATE.
one()
{
	local first=1 size
	for size in "${sizes[@]}"; do
		[[ $size -ne $2 ]] || break
		first=$((first + size))
	done
	printf '\\set id random(%d, %d)\nUPDATE "%s" SET quantity = quantity + 1 WHERE id = :id;\n' \
		"$first" $((first + $2 - 1)) "$1" >"$pm_dir/update.sql"
	chmod 644 "$pm_dir/update.sql"
	"$pm_bin/pgbench" -n -M prepared -c 1 -T "$seconds" -f "$pm_dir/update.sql" |
		awk '/latency average/ { printf "%.1f\n", 1000 * $4 }'
}

median()
{
	sort -g | awk '{ a[NR] = $1 } END { print NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2 }'
}

for ((round = 1; round <= rounds; round++)); do
	say "round $round of $rounds"
	for size in "${sizes[@]}"; do
		for variant in "${variants[@]}"; do
			printf '%s %s %s %s\n' "$round" "$variant" "$size" "$(one "$variant" "$size")"
		done
		sql -c 'VACUUM' >/dev/null
	done
done >"$pm_dir/figures"

printf '| positions of the account |'
printf ' %s |' 'bare UPDATE, us' 'with statement triggers' 'with row triggers' 'with the pre-trade check'
printf '\n| --- | --- | --- | --- | --- |\n'
for size in "${sizes[@]}"; do
	printf '| %s | %.0f |' "$size" "$(awk -v s="$size" '$2 == "bare" && $3 == s { print $4 }' "$pm_dir/figures" | median)"
	for variant in by_statement by_row checked; do
		printf ' %.2f |' "$(awk -v s="$size" -v v="$variant" '
			$3 == s && $2 == "bare" { bare[$1] = $4 }
			$3 == s && $2 == v { with[$1] = $4 }
			END { for (r in with) print with[r] / bare[r] }' "$pm_dir/figures" | median)"
	done
	printf '\n'
done

for variant in by_statement by_row checked; do
	[[ $(sql -At -c "SELECT count(*) FROM margin_live_check('$variant')") == 0 ]] || fail "margin_live_check('$variant') found differences"
done
