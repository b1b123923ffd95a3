#!/bin/sh
# elog-sync.sh: bring a directory of dated logbook databases up to date, for cron.
# See elog-sync(1).  Needs flock(1), xargs -0 and the elog tools in PATH.
set -u
umask 077
# cron knows few directories: the tools stand beside this file.
case $0 in
*/*) PATH=${0%/*}:$PATH && export PATH ;;
esac

usage='Usage: elog-sync.sh [--hours N] [--exclude GLOB]... [--force] [--dry-run]
                    [--retry] [--jobs N] [--dir DIR] [--keep N] [--quiet]
                    [--log FILE] [SERVICE OPTION...]

Fetch the experiments that were updated lately into DIR/elog_YYYY_MMDD_HHMM.db,
begun from the newest one there, and point DIR/elog.db at it.

  --hours N       look back N hours (configuration: hours_lookback)
  --exclude GLOB  leave out experiments that match, may be given again
  --force         even if the newest database is younger than
                  update_frequency_hours
  --dry-run       print the experiments that would be fetched
  --retry         fetch only what failed last time
  --jobs N        requests in flight at once, over all processes (parallel_jobs)
  --dir DIR       where the databases are (database_dir)
  --keep N        how many of them to keep (keep)
  --quiet         no summary and no progress, only what failed
  --log FILE      append what is said to FILE
  --version, --help

Service options go to elog-list and elog-get: --url, --auth, --token-file,
--cacert, --keytab, --principal, --timeout, --retries, --config.'

hours='' jobs='' dir='' keep='' log=''
force=0 dry_run=0 retry=0 quiet=0

# The options that are passed on, one a line, quoted for eval.
excludes='' service=''
quote() {
	printf "'%s' " "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"
}

# Everything that is said: to stderr, and to the log with the time.
say() {
	printf 'elog-sync: %s\n' "$*" | talk
}
talk() {
	if [ -n "$log" ]; then
		while IFS= read -r line; do
			printf '%s\n' "$line" >&2
			printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$line" >>"$log"
		done
	else
		cat >&2
	fi
}
# What is of interest only to somebody who looks: at a terminal, or into the log.
note() {
	[ -z "$log" ] ||
		printf '%s elog-sync: %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*" >>"$log"
	[ "$quiet" = 1 ] || [ ! -t 2 ] || printf 'elog-sync: %s\n' "$*" >&2
}
die() {
	status=$1
	shift
	say "$@"
	exit "$status"
}

need() {
	[ $# -ge 2 ] || die 2 "$1: a value is missing (see --help)"
}
number() {
	case $2 in
	'' | *[!0-9.]* | *.*.* | .) die 2 "$1: '$2' is not a number" ;;
	esac
}
count() {
	case $2 in
	'' | *[!0-9]* | 0* | ???????*) die 2 "$1: '$2' is not a whole number above 0" ;;
	esac
}

while [ $# -gt 0 ]; do
	# --option=value as well as --option value
	case $1 in
	--*=*)
		value=${1#*=} option=${1%%=*}
		shift
		set -- "$option" "$value" "$@"
		;;
	esac
	case $1 in
	--hours) need "$@" && number "$1" "$2" && hours=$2 && shift ;;
	--exclude) need "$@" && excludes="$excludes--exclude $(quote "$2")" && shift ;;
	--force) force=1 ;;
	--dry-run) dry_run=1 ;;
	--retry) retry=1 ;;
	--jobs) need "$@" && count "$1" "$2" && jobs=$2 && shift ;;
	--dir) need "$@" && dir=$2 && shift ;;
	--keep) need "$@" && count "$1" "$2" && keep=$2 && shift ;;
	--quiet | -q) quiet=1 ;;
	--log) need "$@" && log=$2 && shift ;;
	--url | --auth | --token-file | --cacert | --keytab | --principal | --timeout | \
		--retries | --config)
		need "$@" && service="$service$1 $(quote "$2")"
		[ "$1" = --config ] && ELOG_CONFIG=$2 && export ELOG_CONFIG
		shift
		;;
	--version)
		elog-config --version | sed 's/elog-config/elog-sync.sh/'
		exit 0
		;;
	--help | -h)
		printf '%s\n' "$usage"
		exit 0
		;;
	*) die 2 "'$1': no such option (see --help)" ;;
	esac
	shift
done

# The configuration.  Its values are quoted: no value can be code.
settings=$(elog-config --shell) || exit 2
database_dir='' database_path='' hours_lookback='' parallel_jobs=''
update_frequency_hours=''
keep_option=$keep
eval "$settings"
[ -n "$keep_option" ] && keep=$keep_option
hours_option=$hours
[ -n "$hours" ] || hours=$hours_lookback
[ -n "$jobs" ] || jobs=$parallel_jobs
if [ -z "$dir" ]; then
	dir=$database_dir
	[ -n "$database_path" ] && dir=$(dirname -- "$database_path")
fi
[ -n "$dir" ] || die 2 "--dir: the name is empty"
if [ "$retry" = 1 ] && [ -n "$hours_option$excludes" ]; then
	die 2 "--retry fetches what failed: no --hours, no --exclude"
fi
case $dir in
/*) ;;
*) dir=./$dir ;;
esac
mkdir -p -- "$dir" 2>/dev/null || die 1 "$dir: no such directory, and it cannot be made"
if [ -e "$dir/elog.db" ] && [ ! -L "$dir/elog.db" ]; then
	die 1 "$dir/elog.db is no link of ours: move it away, or name another directory"
fi
if [ -n "$log" ] && ! (: >>"$log") 2>/dev/null; then
	unwritable=$log log=''
	die 2 "--log: $unwritable cannot be written"
fi

# One instance a directory.  The descriptor, and so the lock, goes to the children:
# while any of them lives, no other synchronization begins.
(: >>"$dir/.elog-sync.lock") 2>/dev/null ||
	die 1 "$dir: it cannot be written: is it yours?"
[ ! -L "$dir/.elog-sync.lock" ] || die 1 "$dir/.elog-sync.lock is a link: remove it"
exec 9>>"$dir/.elog-sync.lock"
flock -n 9 || die 75 "$dir: another synchronization is at work: try again later"

# What we make, and remove on every exit.
work='' part=$dir/.elog-sync.part.db
# shellcheck disable=SC2317 # called by traps
cleanup() {
	# The link says where the working directory is, to the next one if need be.
	case $(readlink "$dir/.elog-sync.work") in
	/*/elog-sync.??????) rm -rf -- "$(readlink "$dir/.elog-sync.work")" ;;
	esac
	rm -f -- "$dir/.elog-sync.work"
	rm -f -- "$part" "$part"[.-]* "$dir/.elog-sync.link"
}
# shellcheck disable=SC2317 # called by traps
stop() {
	trap '' HUP INT TERM
	for name in list load; do
		[ -s "$work/$name.pid" ] && kill "$(cat "$work/$name.pid")" 2>/dev/null
	done
	# the process group of xargs and all that it started
	[ -s "$work/get.pid" ] && kill -- "-$(cat "$work/get.pid")" 2>/dev/null
	wait
	cleanup
	trap - EXIT
	say "stopped by a signal: nothing changed"
	exit "$1"
}
trap cleanup EXIT
trap 'stop 129' HUP
trap 'stop 130' INT
trap 'stop 143' TERM
cleanup # of one that was killed
work=$(mktemp -d "${TMPDIR:-/tmp}/elog-sync.XXXXXX" 2>/dev/null) ||
	die 1 "no temporary directory: set TMPDIR to a directory with room"
case $work in
/*) ;;
*) work=$PWD/$work ;;
esac
ln -s -- "$work" "$dir/.elog-sync.work" || exit 1

# Our databases in the directory, oldest first.  Their names sort by date.
databases() {
	for file in "$dir"/elog_[0-9][0-9][0-9][0-9]_[0-9][0-9][0-9][0-9]_[0-9][0-9][0-9][0-9].db; do
		[ -f "$file" ] && printf '%s\n' "${file##*/}"
	done
}
# The newest one that can be read; a damaged one is passed over.
newest=''
for name in $(databases | sort -r); do
	if elog-status "$dir/$name" >/dev/null 2>"$work/talk"; then
		newest=$name
		break
	fi
	talk <"$work/talk"
	say "$name is passed over: the next older one takes its place"
done
link() {
	ln -s -- "$1" "$dir/.elog-sync.link" && mv -f -- "$dir/.elog-sync.link" "$dir/elog.db"
}
# elog.db may have been lost.
[ -z "$newest" ] || [ -e "$dir/elog.db" ] || link "$newest" || exit 1

# .elog-sync.again: the last one was stopped by the service, so do not wait.
if [ "$force$dry_run$retry" = 000 ] && [ -n "$newest" ] && [ ! -e "$dir/.elog-sync.again" ]; then
	minutes=$(awk -v hours="$update_frequency_hours" 'BEGIN { printf "%d", hours * 60 }')
	if [ -n "$(find "$dir/$newest" -prune -mmin "-$minutes")" ]; then
		note "$newest is younger than $update_frequency_hours h: nothing to do (--force)"
		exit 0
	fi
fi

# In the background, so that a signal is heard at once.
in_background() {
	eval "exec $1" >"$2" 2>"$work/talk" </dev/null &
	echo $! >"$work/list.pid"
	wait $!
	status=$?
	rm -f "$work/list.pid"
}

# The ticket first: the public list would come without one.
in_background "elog-get $service --login" /dev/null
talk <"$work/talk"
[ $status -eq 0 ] || exit $status
if [ "$retry" = 1 ]; then
	[ -n "$newest" ] || die 1 "$dir: no database yet: nothing failed"
	elog-status --failed "$dir/$newest" >"$work/names.lines" 2>"$work/talk"
	status=$?
	tr '\n' '\0' <"$work/names.lines" >"$work/names"
else
	in_background "elog-list -0 --hours $hours $excludes $service" "$work/names"
fi
if [ "$status" -ne 0 ] || [ -s "$work/names" ]; then
	talk <"$work/talk"
fi
# 1: some names were no good; the others are.
[ $status -le 1 ] || exit $status
[ $status -eq 0 ] || [ -s "$work/names" ] || exit 1
list_status=$status
total=$(tr -cd '\0' <"$work/names" | wc -c)

if [ "$dry_run" = 1 ]; then
	tr '\0' '\n' <"$work/names" || exit 1
	exit "$list_status"
fi
if [ "$total" -eq 0 ] && [ -n "$newest" ]; then
	note "no experiment to fetch"
	exit 0
fi

# Share the requests: so many processes with so many requests each.  Several
# experiments a process, so that connections are reused.
processes=$((jobs / 4))
[ $processes -gt 4 ] && processes=4
[ $processes -lt 1 ] && processes=1
requests=$((jobs / processes))
[ $requests -gt 100 ] && requests=100 # elog-get takes no more
each=$((total / (processes * 4) + 1))
[ $each -gt 16 ] && each=16

base=--new
[ -z "$newest" ] || base="--base $(quote "$dir/$newest")"
started=$(date -u +%Y-%m-%dT%H:%M:%S.%NZ)

# The pipeline.  When the service refuses or cannot be reached, the processes that
# follow ask nothing, and only note their experiments as failed.
{
	# shellcheck disable=SC2016 # the inner shell expands them
	setsid xargs -0 -r -n "$each" -P "$processes" sh -c '
		work=$1 options=$2
		shift 2
		[ ! -e "$work/get.stop" ] || options="--unasked $options"
		eval "elog-get --quiet --note-refusal $options -- \"\$@\""
		status=$?
		[ $status -eq 0 ] && exit 0
		echo $status >>"$work/get.status"
		[ $status -lt 75 ] || : >"$work/get.stop"
		exit 1' sh "$work" "--max-requests $requests $service" \
		<"$work/names" 2>"$work/get.talk" &
	echo $! >"$work/get.pid"
	{ wait $!; } 2>/dev/null # where the shell would say "Terminated"
} | {
	eval "exec elog-load $base --expect $total --metadata hours_lookback=$hours \
		--metadata last_sync=$started $(quote "$part")" \
		<&3 >/dev/null 2>"$work/load.talk" &
	echo $! >"$work/load.pid"
	{ wait $!; } 2>/dev/null
	echo $? >"$work/load.status"
} 3<&0 & # a command in the background has no stdin of its own
wait $!

# xargs adds lines of its own for what is reported already, and elog-load ends with
# a summary.
grep -v '^xargs: ' "$work/get.talk" | talk
sed '$!p; d' "$work/load.talk" | talk
load_status=$(cat "$work/load.status")

# It appears when it is whole.  Its last word is the time we gave it.
if [ "$load_status" -gt 1 ] || ! elog-status --json "$part" 2>/dev/null | grep -qF "\"last_sync\":\"$started\""; then
	tail -n 1 "$work/load.talk" | talk
	say "the new database could not be written; elog.db is as it was"
	[ "$load_status" -eq 75 ] && exit 75
	exit 1
fi

# It is whole: give it its name, point elog.db at it, keep the newest.
# In UTC, so that the names sort.  Of two within one minute the second takes the place
# of the first; a WAL that somebody left beside it must not become the new one's.
name=elog_$(date -u +%Y_%m%d_%H%M).db
rm -f -- "$dir/$name-wal" "$dir/$name-shm" "$dir/$name-journal"
mv -f -- "$part" "$dir/$name" && link "$name" || exit 1
databases | grep -vxF "$name" | sort -r | tail -n "+$keep" | while IFS= read -r old; do
	rm -f -- "$dir/$old" "$dir/$old-wal" "$dir/$old-shm" "$dir/$old-journal"
done

# What came of the experiments that were asked for.
note "$name:$(sed -n '$s/^.*db://p' "$work/load.talk")"
elog-status --failed "$dir/$name" >"$work/failed"
tr '\0' '\n' <"$work/names" >"$work/names.lines"
failed=$(grep -Fxf "$work/names.lines" "$work/failed" | tr '\n' ' ')
[ -z "$failed" ] || say "failed: ${failed% } (elog-sync.sh --retry fetches them again)"
touch "$work/get.status"
unknown=$(grep -vx -e 1 -e 75 -e 77 "$work/get.status" | sort -u | tr '\n' ' ')
[ -z "$unknown" ] || say "elog-get ended with status ${unknown% }: not all was fetched"
rm -f -- "$dir/.elog-sync.again"
for status in 77 75; do
	if grep -qx $status "$work/get.status"; then
		: >"$dir/.elog-sync.again"
		exit $status
	fi
done
if [ -n "$failed$unknown" ] || [ "$load_status" -ne 0 ] || [ "$list_status" -ne 0 ]; then
	exit 1
fi
exit 0
