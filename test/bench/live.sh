#!/bin/bash
#
# test/bench/live.sh [ROUNDS [SECONDS]]: what a live margin costs a trade.
#
# One client updates the quantity of one position, chosen at random: of a book
# of 1,000 accounts with 20 positions each, and of single accounts that hold 10,
# 1,000 or 100,000.  Without triggers (bare); with a PL/pgSQL trigger that
# writes one row of a table (account, margin), per row and per statement; with
# the row triggers and the statement triggers of margin_live; and with its
# pre-trade check.  Then one statement updates 10,000 positions of the book.
#
# Rounds are interleaved.  A figure is the median over rounds: of the time, of
# its ratio to the bare UPDATE of the same round, or of the time added to it, so
# a machine that is busy with something else moves both.  Prints three tables;
# default 15 rounds of 1 s each, some seven minutes.
# Needs what scripts/lib.sh needs; nothing is written to disk synchronously.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. scripts/lib.sh

rounds=${1:-15}
seconds=${2:-1}
variants=(bare write_row by_row write_statement by_statement checked)
declare -A first=([book]=1 [10]=20001 [1000]=20011 [100000]=21011)
declare -A last=([book]=20000 [10]=20010 [1000]=21010 [100000]=121010)
sizes=(book 10 1000 100000)

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
INSERT INTO limits SELECT n, 1e12 FROM generate_series(1, 1003) n;
SQL
for variant in "${variants[@]}"; do
	sql -v t="$variant" <<-'SQL'
		CREATE TABLE :t (id serial PRIMARY KEY, account int, instrument int, quantity float8);
		INSERT INTO :t (account, instrument, quantity)
		SELECT 1 + n / 20, 1 + n * 37 % 1000, n % 21 - 10 FROM generate_series(0, 19999) n;
		INSERT INTO :t (account, instrument, quantity)
		SELECT a.account, 1 + n % 1000, n % 21 - 10 FROM (VALUES (1001, 10), (1002, 1000), (1003, 100000)) a(account, size), generate_series(1, a.size) n;
		CREATE INDEX ON :t (instrument);
		ANALYZE :t;
	SQL
done
sql -t >/dev/null <<-'SQL'
	SELECT margin_live('by_statement', 'contracts');
	SELECT margin_live('by_row', 'contracts', row_level => true);
	SELECT margin_live('checked', 'contracts', limits => 'limits');

	CREATE TABLE row_margin (account int PRIMARY KEY, margin float8) WITH (fillfactor = 50);
	INSERT INTO row_margin SELECT n, 0 FROM generate_series(1, 1003) n;
	CREATE TABLE statement_margin (LIKE row_margin INCLUDING ALL) WITH (fillfactor = 50);
	INSERT INTO statement_margin TABLE row_margin;
	CREATE FUNCTION write_row() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		UPDATE row_margin SET margin = margin + NEW.quantity - OLD.quantity WHERE account = NEW.account;
		RETURN NULL;
	END $$;
	CREATE TRIGGER write AFTER UPDATE ON write_row FOR EACH ROW EXECUTE FUNCTION write_row();
	CREATE FUNCTION write_statement() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		UPDATE statement_margin m SET margin = m.margin + c.change
		FROM (SELECT account, sum(change) AS change
			FROM (SELECT account, quantity AS change FROM new_rows UNION ALL SELECT account, -quantity FROM old_rows) b GROUP BY account) c
		WHERE m.account = c.account;
		RETURN NULL;
	END $$;
	CREATE TRIGGER write AFTER UPDATE ON write_statement REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION write_statement();
	ANALYZE;
SQL

# one VARIANT SIZE: microseconds of one UPDATE.
one()
{
	printf '\\set id random(%d, %d)\nUPDATE "%s" SET quantity = quantity + 1 WHERE id = :id;\n' \
		"${first[$2]}" "${last[$2]}" "$1" >"$pm_dir/update.sql"
	chmod 644 "$pm_dir/update.sql"
	"$pm_bin/pgbench" -n -M prepared -c 1 -T "$seconds" -f "$pm_dir/update.sql" |
		awk '/latency average/ { printf "%.1f\n", 1000 * $4 }'
}

# many VARIANT: microseconds of one UPDATE of 10,000 positions.
many()
{
	sql -At <<-SQL | awk '/^Time:/ { printf "%.1f\n", 1000 * $2 }'
		\\timing on
		UPDATE "$1" SET quantity = quantity + 1 WHERE id <= 10000;
	SQL
}

for ((round = 1; round <= rounds; round++)); do
	say "round $round of $rounds"
	# Whoever is first after the VACUUM may be at a disadvantage: they take turns.
	variants=("${variants[@]:1}" "${variants[0]}")
	for size in "${sizes[@]}"; do
		for variant in "${variants[@]}"; do
			printf '%s %s %s %s\n' "$round" "$variant" "$size" "$(one "$variant" "$size")"
		done
		sql -c 'VACUUM' >/dev/null
	done
	for variant in "${variants[@]}"; do
		printf '%s %s %s %s\n' "$round" "$variant" many "$(many "$variant")"
	done
	sql -c 'VACUUM' >/dev/null
done >"$pm_dir/figures"

# figure HOW VARIANT SIZE: the median of the time, of the time over the bare
# UPDATE's ("times"), or of the time on top of it ("added").
figure()
{
	awk -v how="$1" -v v="$2" -v s="$3" '
		$3 == s && $2 == "bare" { bare[$1] = $4 }
		$3 == s && $2 == v { with[$1] = $4 }
		END { for (r in with) print how == "times" ? with[r] / bare[r] : how == "added" ? with[r] - bare[r] : with[r] }' "$pm_dir/figures" |
		sort -g | awk '{ a[NR] = $1 } END { print NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2 }'
}

# least VARIANT SIZE: the least time of all rounds.
least()
{
	awk -v v="$1" -v s="$2" '$2 == v && $3 == s { print $4 }' "$pm_dir/figures" | sort -g | head -n 1
}

# over VARIANT SIZE: the added time over that of a trigger that writes one row;
# in brackets the same from the least times, which a busy machine spoils less.
over()
{
	awk -v a="$(figure added "$1" "$2")" -v b="$(figure added write_row "$2")" \
		-v v="$(least "$1" "$2")" -v w="$(least write_row "$2")" -v bare="$(least bare "$2")" \
		'BEGIN { printf "%.2f (%.2f)", a / b, (v - bare) / (w - bare) }'
}

printf '| positions of the account |'
printf ' %s |' 'bare UPDATE, us' 'with statement triggers' 'with row triggers' 'with the pre-trade check'
printf '\n| --- | --- | --- | --- | --- |\n'
for size in "${sizes[@]}"; do
	printf '| %s | %.0f |' "${size/book/20}" "$(figure time bare "$size")"
	for variant in by_statement by_row checked; do
		printf ' %.2f |' "$(figure times "$variant" "$size")"
	done
	printf '\n'
done

printf '\n| added to the UPDATE of one position |'
printf ' %s |' "${sizes[@]/book/20}"
printf '\n| --- | --- | --- | --- | --- |\n'
for variant in write_row write_statement; do
	printf '| %s, us |' "$variant"
	for size in "${sizes[@]}"; do
		printf ' %.0f |' "$(figure added "$variant" "$size")"
	done
	printf '\n'
done
for variant in by_row by_statement checked; do
	printf '| %s, times write_row |' "$variant"
	for size in "${sizes[@]}"; do
		printf ' %s |' "$(over "$variant" "$size")"
	done
	printf '\n'
done

printf '\n| 10,000 positions by one UPDATE | ms | times bare |\n| --- | --- | --- |\n'
for variant in bare write_row write_statement by_row by_statement checked; do
	printf '| %s | %.0f | %.2f |\n' "$variant" "$(figure time "$variant" many | awk '{ print $1 / 1000 }')" "$(figure times "$variant" many)"
done

for variant in by_statement by_row checked; do
	[[ $(sql -At -c "SELECT count(*) FROM margin_live_check('$variant')") == 0 ]] || fail "margin_live_check('$variant') found differences"
done
