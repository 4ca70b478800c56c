# shellcheck shell=bash
#
# What demo/run and test/run share: packages, a build of the extension, and a
# private, throw-away PostgreSQL cluster to run it in.
#
#   . scripts/lib.sh
#   stop_cluster_at_exit
#   need_packages "${build_packages[@]}"
#   build_extension
#   start_cluster [setting=value ...]
#   sql -c 'SELECT version()'
#
# Nothing is written into the system's PostgreSQL and no other server is looked
# at.  A PostgreSQL server finds its libraries and extensions relative to its
# own executable, so a copy of the executable at the head of a tree of symbolic
# links is a complete private installation, and the extension is installed
# there (make install DESTDIR=...).  So runs need root only for apt, and any
# number of them, from any number of checkouts, go side by side.
#
# The server's socket lies in a directory that only its owner can enter; it does
# not listen on the network, and therefore its port need not be free.
#
# From the environment: PG_CONFIG (default: PostgreSQL 15 of Debian), TMPDIR.
# Defined for the caller after start_cluster:
#   PGHOST PGPORT PGUSER PGDATABASE  how to connect (exported)
#   pm_bin   programs of the private installation (also first in PATH)
#   pm_dir   the directory that holds everything; log of the server: $pm_dir/log

umask 022

pm_root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
pm_bin=
pm_dir=
pm_socket=

# A run must not depend on who starts it: drop the user's connection settings
# (but not PG_CONFIG), messages in the user's language, and an outer make.
for pm_name in "${!PG@}"; do
	[[ $pm_name == PG_CONFIG ]] || unset "$pm_name"
done
unset pm_name PSQL_PAGER MAKEFLAGS MFLAGS MAKELEVEL LANGUAGE
export LC_ALL=C.UTF-8

# Debian names; PostgreSQL itself is left out when PG_CONFIG chooses another.
build_packages=(gcc make libc6-dev libgsl-dev)
if [[ -z ${PG_CONFIG:-} ]]; then
	build_packages+=(postgresql-15 postgresql-server-dev-15)
fi

# say TEXT: a line of progress, on standard error so that standard output is
# the same in every run.
say()
{
	printf '[%3d s] %s\n' "$SECONDS" "$*" >&2
}

# fail TEXT: the last words.
fail()
{
	printf '%s: %s\n' "$0" "$*" >&2
	exit 1
}

as_root()
{
	if [[ $EUID -eq 0 ]]; then
		"$@"
	else
		sudo "$@"
	fi
}

# as_server_user COMMAND...: PostgreSQL refuses to run as root, so root runs it
# as the user that Debian's package made.  From the root directory, because that
# user may not be allowed to enter the current one.
as_server_user()
(
	if [[ $EUID -eq 0 ]]; then
		cd / && exec runuser -u postgres -- "$@"
	else
		exec "$@"
	fi
)

missing_packages()
{
	local package
	for package; do
		[[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
			printf '%s\n' "$package"
	done
}

# need_packages PACKAGE...: installs what is missing.
need_packages()
{
	local -a missing apt
	local lock log

	if ! command -v apt-get >/dev/null; then
		say "not a Debian system: taking for granted what Debian calls $*"
		return
	fi
	mapfile -t missing < <(missing_packages "$@")
	if [[ ${#missing[@]} -eq 0 ]]; then
		say "packages: nothing to install"
		return
	fi
	if [[ $EUID -ne 0 ]] && ! command -v sudo >/dev/null; then
		fail "these packages are missing, and without root or sudo I cannot install them: ${missing[*]}"
	fi

	# apt waits for another package manager, but two apt-get update at the same
	# moment collide, so two of our runs take turns, and the second looks again.
	exec {lock}</var/lib/dpkg
	flock "$lock"
	mapfile -t missing < <(missing_packages "$@")
	if [[ ${#missing[@]} -gt 0 ]]; then
		say "packages: installing ${missing[*]}"
		log=$(mktemp)
		apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)
		# A list that cannot be refreshed need not matter; the installation decides.
		as_root "${apt[@]}" update >"$log" 2>&1 || true
		if ! as_root "${apt[@]}" install --no-install-recommends "${missing[@]}" >>"$log" 2>&1 </dev/null; then
			tail -n 20 "$log" >&2
			rm -f "$log"
			fail "apt could not install: ${missing[*]}"
		fi
		rm -f "$log"
	fi
	exec {lock}<&-
}

# make_run_directory: $pm_dir, owned by the server's user, closed to others.
make_run_directory()
{
	[[ -z $pm_dir ]] || return 0
	pm_dir=$(mktemp -d "${TMPDIR:-/tmp}/portfolio_margin.XXXXXX")
	pm_dir=$(cd -- "$pm_dir" && pwd)
	if [[ $EUID -eq 0 ]]; then
		id postgres >/dev/null 2>&1 ||
			fail "as root I run the server as user postgres, which does not exist here; run me as an ordinary user"
		chown postgres: "$pm_dir"
	fi
}

# link_tree FROM TO NAME...: TO gets a symbolic link to each entry of FROM,
# except those called NAME (patterns), which the caller makes.
link_tree()
{
	local from=$1 to=$2 entry name
	shift 2
	mkdir -p "$to"
	for entry in "$from"/*; do
		[[ -e $entry ]] || continue
		for name in "$@"; do
			# shellcheck disable=SC2053  # a pattern is meant
			[[ ${entry##*/} == $name ]] && continue 2
		done
		ln -s "$entry" "$to/"
	done
}

# make_private_installation BINDIR SHAREDIR PKGLIBDIR: see the top of this file.
make_private_installation()
{
	local bindir=$1 sharedir=$2 pkglibdir=$3 program
	local tree=$pm_dir/install

	pm_bin=$tree$bindir
	mkdir -p "$pm_bin"
	# These look for the installation around themselves, after following links.
	for program in postgres initdb pg_ctl pg_config; do
		[[ -x $bindir/$program ]] ||
			fail "$bindir/$program is missing: is the PostgreSQL server installed?"
		cp "$bindir/$program" "$pm_bin/"
	done
	for program in psql createdb dropdb createuser pg_isready pg_dump pg_dumpall pg_restore \
		pg_basebackup pg_controldata pg_rewind pgbench; do
		[[ ! -x $bindir/$program ]] || ln -s "$bindir/$program" "$pm_bin/"
	done
	# Whatever is installed of this extension must not shine through.
	link_tree "$sharedir" "$tree$sharedir" extension
	link_tree "$sharedir/extension" "$tree$sharedir/extension" 'portfolio_margin*'
	link_tree "$pkglibdir" "$tree$pkglibdir" bitcode 'portfolio_margin*'
	if [[ -d $pkglibdir/bitcode ]]; then
		link_tree "$pkglibdir/bitcode" "$tree$pkglibdir/bitcode" 'portfolio_margin*'
	fi
	"$pm_bin/postgres" --version >/dev/null ||
		fail "programs cannot be run from $pm_dir; set TMPDIR to a directory where they can"
}

# build_extension: builds in the checkout, installs into $pm_dir/install.
build_extension()
{
	local pg_config lock jobs

	pg_config=${PG_CONFIG:-/usr/lib/postgresql/15/bin/pg_config}
	command -v "$pg_config" >/dev/null ||
		fail "there is no $pg_config; set PG_CONFIG to that of the PostgreSQL to build for"
	pg_config=$(command -v "$pg_config")
	make_run_directory
	make_private_installation "$("$pg_config" --bindir)" "$("$pg_config" --sharedir)" \
		"$("$pg_config" --pkglibdir)"
	say "building for $("$pg_config" --version)"
	jobs=$(nproc 2>/dev/null || echo 2)
	# Builds in one checkout take turns.
	exec {lock}<"$pm_root"
	flock "$lock"
	make -s -C "$pm_root" -j"$jobs" PG_CONFIG="$pg_config" >&2 ||
		fail "the build failed"
	make -s -C "$pm_root" PG_CONFIG="$pg_config" DESTDIR="$pm_dir/install" install >"$pm_dir/install.log" 2>&1 || {
		tail -n 20 "$pm_dir/install.log" >&2
		fail "the installation failed"
	}
	exec {lock}<&-
	PATH=$pm_bin:$PATH
	export PATH
}

# start_cluster [SETTING=VALUE ...]: after build_extension.
start_cluster()
{
	local setting

	say "starting a private PostgreSQL server"
	# The path of a socket is limited to about 100 characters.
	pm_socket=$pm_dir
	if [[ ${#pm_dir} -gt 80 ]]; then
		pm_socket=$(mktemp -d /tmp/portfolio_margin.XXXXXX)
		[[ $EUID -ne 0 ]] || chown postgres: "$pm_socket"
	fi
	as_server_user "$pm_bin/initdb" -D "$pm_dir/data" -U postgres -A trust -E UTF8 \
		--locale=C.UTF-8 --no-sync >"$pm_dir/initdb.log" 2>&1 || {
		cat "$pm_dir/initdb.log" >&2
		fail "initdb failed"
	}
	{
		# Nothing here has to survive a crash; results must not depend on the machine.
		cat <<-SETTINGS
			listen_addresses = ''
			port = 5432
			unix_socket_directories = '$pm_socket'
			fsync = off
			synchronous_commit = off
			full_page_writes = off
			timezone = 'UTC'
			log_timezone = 'UTC'
			datestyle = 'ISO, MDY'
			intervalstyle = 'postgres'
			lc_messages = 'C.UTF-8'
		SETTINGS
		for setting; do
			printf "%s = '%s'\n" "${setting%%=*}" "${setting#*=}"
		done
	} >>"$pm_dir/data/postgresql.conf"
	as_server_user "$pm_bin/pg_ctl" -D "$pm_dir/data" -l "$pm_dir/log" -w -t 60 start \
		>"$pm_dir/start.log" 2>&1 </dev/null || {
		cat "$pm_dir/start.log" >&2
		[[ ! -f $pm_dir/log ]] || tail -n 30 "$pm_dir/log" >&2
		fail "the server did not start; its log ends above"
	}
	export PGHOST=$pm_socket PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
}

# sql ARGUMENT...: psql that stops at the first error and reads no ~/.psqlrc.
sql()
{
	"$pm_bin/psql" -X -q -v ON_ERROR_STOP=1 -P pager=off "$@"
}

# stop_cluster: stops the server, removes every trace; harmless without one.
stop_cluster()
{
	if [[ -n $pm_dir && -f $pm_dir/data/postmaster.pid ]]; then
		as_server_user "$pm_bin/pg_ctl" -D "$pm_dir/data" -m immediate -w stop >/dev/null 2>&1 || true
	fi
	if [[ -n $pm_socket && $pm_socket != "$pm_dir" ]]; then
		rm -rf -- "$pm_socket" || true
	fi
	[[ -z $pm_dir ]] || rm -rf -- "$pm_dir" || true
	pm_dir="" pm_socket="" pm_bin=""
}

stop_cluster_at_exit()
{
	trap stop_cluster EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

# keep_cluster: leaves the server running and says how to use and to end it.
keep_cluster()
{
	local as_user=
	[[ $EUID -ne 0 ]] || as_user='cd / && runuser -u postgres -- '
	printf '#!/bin/sh\n%spg_ctl -D %q -m immediate -w stop\nexec rm -rf %q %q\n' \
		"$as_user$(printf '%q' "$pm_bin")/" "$pm_dir/data" "$pm_dir" "$pm_socket" >"$pm_dir/stop"
	chmod 755 "$pm_dir/stop"
	printf 'The server stays up.\n'
	printf '  connect:  psql -h %q -U %q %q\n' "$pm_socket" "$PGUSER" "$PGDATABASE"
	printf '  end it:   %q\n' "$pm_dir/stop"
	trap - EXIT HUP INT TERM
}
