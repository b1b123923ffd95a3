#!/bin/sh
# elog-sync.sh: bring a logbook database up to date, and keep dated backups, for cron.
# See elog-sync(1).  Needs flock(1), xargs -0 and the elog tools in PATH.
set -u
umask 077
# cron knows few directories: the tools stand beside this file.
case $0 in
*/*) PATH=${0%/*}:$PATH && export PATH ;;
esac

usage='Usage: elog-sync.sh [--hours N] [--all] [--exclude GLOB]... [--force] [--dry-run]
                    [--only A,B] [--except A,B] [--attachments] [--retry]
                    [--jobs N] [--dir DIR] [--keep N] [--quiet] [--verbose]
                    [--push TARGET] [--log FILE] [--log-db FILE] [--wait TIME] [SERVICE OPTION...] [EXPERIMENT...]

Fetch what is new of the experiments that you may read, and all of those named, into
DIR/elog.db, and keep a backup of it, DIR/elog_YYYY_MMDD_HHMM.db.

  --hours N       of experiments that never were fetched, those in which a run began
                  N hours ago or since the last time (configuration: hours_lookback)
  --all           everything of all experiments
  --exclude GLOB  leave out experiments that match, may be given again
  --force         even if the last synchronization is younger than
                  update_frequency_hours
  --dry-run       print the experiments that would be fetched
  --only A,B      these streams, --except A,B: all but these
  --attachments   note the attachments of logbook entries, too, for elog-pull
  --retry         fetch only what failed last time
  --jobs N        requests in flight at once, over all processes (parallel_jobs)
  --dir DIR       where elog.db and its backups are (database_dir, database_path)
  --keep N        how many backups to keep (keep)
  --quiet         no summary and no progress, only what failed
  --verbose       every step of the tools, too
  --push TARGET   then bring what changed to the server database TARGET (elog-push)
  --log FILE      append what is said to FILE
  --log-db FILE   log it in the database FILE, in a session of its own (elog-log)
  --wait TIME     how long to wait for other writers: 90s, 5m (lock_timeout)
  --version, --help

Service options go to elog-list and elog-get: --url, --auth, --token-file,
--cacert, --keytab, --principal, --timeout, --retries, --config.'

hours='' jobs='' dir='' keep='' log='' log_db='' wait='' push=''
force=0 dry_run=0 retry=0 quiet=0
newline='
'

# The options that are passed on, one a line, quoted for eval.
excludes='' service='' fetch='' all='' further=''
quote() {
	case $1 in
	*\'*) printf "'%s' " "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
	*) printf "'%s' " "$1" ;;
	esac
}

# Everything that is said: to stderr, and to the log with the time and its level, which
# the tools put before their lines then.
say() {
	printf 'elog-sync: %s\n' "$*" | talk
}
record() { # LEVEL TEXT
	[ -z "$log" ] || printf '%s %s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$2" >>"$log"
	[ -z "$log_db" ] || elog-log -l "$1" -s "$session" --db "$log_db" "$2"
}
talk() {
	if [ -n "$log$log_db" ]; then
		while IFS= read -r line; do
			case $line in
			'ERROR '* | 'INFO '* | 'DEBUG '*) ;;
			*) line="ERROR $line" ;;
			esac
			printf '%s\n' "${line#* }" >&2
			record "${line%% *}" "${line#* }" </dev/null
		done
	else
		cat >&2
	fi
}
# What a tool said, into a file.
retell() {
	[ ! -s "$1" ] || talk <"$1"
}
# What is of interest only to somebody who looks: at a terminal, or into the log.
note() {
	record INFO "elog-sync: $*"
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

# A length of time in seconds: a number and s, m, h, d, w or nothing.
seconds() {
	case ${2%[smhdw]} in
	'' | *[!0-9]* | ????????*) die 2 "$1: '$2' is no time like 60, 90s, 35m or 2h" ;;
	esac
	case $2 in
	*m) wait=$((${2%m} * 60)) ;;
	*h) wait=$((${2%h} * 3600)) ;;
	*d) wait=$((${2%d} * 86400)) ;;
	*w) wait=$((${2%w} * 604800)) ;;
	*) wait=${2%s} ;;
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
	--all) all=--all ;;
	--only | --except) need "$@" && fetch="$fetch$1 $(quote "$2")" && shift ;;
	--attachments) fetch="$fetch$1 " ;;
	--force) force=1 ;;
	--dry-run) dry_run=1 ;;
	--retry) retry=1 ;;
	--jobs) need "$@" && count "$1" "$2" && jobs=$2 && shift ;;
	--dir)
		need "$@" && dir=$2 && shift
		[ -n "$dir" ] || die 2 '--dir: the name is empty'
		;;
	--keep) need "$@" && count "$1" "$2" && keep=$2 && shift ;;
	--quiet | -q) quiet=1 ;;
	--verbose | -v) ELOG_VERBOSE=1 && export ELOG_VERBOSE ;;
	--wait) need "$@" && seconds "$1" "$2" && shift ;;
	--push) need "$@" && push=$2 && shift ;;
	--log-db) need "$@" && log_db=$2 && ELOG_MESSAGES=levels && export ELOG_MESSAGES && shift ;;
	--log) need "$@" && log=$2 && ELOG_MESSAGES=levels && export ELOG_MESSAGES && shift ;;
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
	--)
		shift
		break
		;;
	-*) die 2 "'$1': no such option (see --help)" ;;
	'') die 2 'the name of an experiment is empty' ;;
	*) further=$further$1$newline ;;
	esac
	shift
done
for name; do
	[ -n "$name" ] || die 2 'the name of an experiment is empty'
	further=$further$name$newline
done
[ -z "$log_db" ] || session=sync-$(date -u +%Y%m%dT%H%M%SZ)-$$
# What is named is fetched, however young the database is.
[ -z "$further" ] || force=1

# The configuration.  Its values are quoted: no value can be code.
settings=$(elog-config --shell) || exit 2
database_dir='' database_path='' hours_lookback='' parallel_jobs=''
update_frequency_hours='' file_mode='' lock_timeout=''
keep_option=$keep
eval "$settings"
[ -n "$keep_option" ] && keep=$keep_option
hours_option=$hours
[ -n "$hours" ] || hours=$hours_lookback
[ -n "$jobs" ] || jobs=$parallel_jobs
[ -n "$wait" ] || wait=$lock_timeout
# The database has any name; that of its backups, and of our own files, is made from it.
file=elog.db
if [ -z "$dir" ]; then
	dir=$database_dir
	if [ -n "$database_path" ]; then
		dir=$(dirname -- "$database_path")
		file=${database_path##*/}
	fi
fi
[ -n "$dir" ] || die 2 "database_dir: the name is empty"
[ -n "$file" ] || die 2 "database_path: '$database_path' names no file"
stem=${file%.db}
if [ "$retry" = 1 ] && [ -n "$hours_option$excludes$all$further" ]; then
	die 2 "--retry fetches what failed: no --hours, --all, --exclude or names"
fi
[ -z "$all" ] || [ -z "$hours_option" ] || die 2 "--all and --hours exclude each other"
if [ -n "$fetch" ]; then
	eval "elog-get --unasked $service $fetch" </dev/null >/dev/null
	[ $? -ne 2 ] || exit 2
fi
case $dir in
/*) ;;
*) dir=./$dir ;;
esac
db=$dir/$file
# Who may read the database may enter the directory that we make for it.
case $file_mode in
*[4-7]) directory_mode=755 ;;
*[4-7]?) directory_mode=750 ;;
*) directory_mode=700 ;;
esac
[ -d "$dir" ] || { mkdir -p -- "$dir" && chmod "$directory_mode" -- "$dir"; } 2>/dev/null ||
	die 1 "$dir: no such directory, and it cannot be made"
mode=''
[ -z "$file_mode" ] || mode="--mode $file_mode"
if [ -n "$log" ] && ! (: >>"$log") 2>/dev/null; then
	unwritable=$log log=''
	die 2 "--log: $unwritable cannot be written"
fi
case $log_db in
*/*)
	if [ ! -d "${log_db%/*}/" ]; then
		unwritable=${log_db%/*} log_db=''
		die 2 "--log-db: there is no directory $unwritable"
	fi
	;;
esac

# One instance a directory.  The descriptor, and so the lock, goes to the children:
# while any of them lives, no other synchronization begins.
own=$dir/.$stem-sync
(: >>"$own.lock") 2>/dev/null ||
	die 1 "$dir: it cannot be written: is it yours?"
[ ! -L "$own.lock" ] || die 1 "$own.lock is a link: remove it"
exec 9>>"$own.lock"
flock -n 9 || { [ "$wait" -gt 0 ] && flock -w "$wait" 9; } ||
	die 75 "$dir: another synchronization is at work: try again later"

# What we make, and remove on every exit.
work=''
# What runs in the background: "one" process or "all" of the pipeline; and the last one
# there that has ended.
running='' ended=''
# shellcheck disable=SC2317 # called by traps
cleanup() {
	# The link says where the working directory is, to the next one if need be.
	[ -n "$work" ] || [ ! -L "$own.work" ] || work=$(readlink "$own.work")
	case $work in
	/*/elog-sync.??????) rm -rf -- "$work" "$own.work" ;;
	esac
	work=''
	# The last ones are of an older elog-sync.sh.
	for left in "$own.work" "$dir/$stem"_????_????_????.db.tmp[0-9]* "$own.part.db" "$own.part.db"[.-]* "$own.link"; do
		if [ -e "$left" ] || [ -L "$left" ]; then
			rm -f -- "$left"
		fi
	done
}
# shellcheck disable=SC2317 # called by traps
stop() {
	trap '' HUP INT TERM
	if [ "${!-}" = "$ended" ]; then
		: # nothing is in the background
	elif [ "$running" = one ]; then
		kill "$!" 2>/dev/null
	else
		# It was begun just now, maybe.
		until [ -s "$work/get.pid" ] && [ -s "$work/load.pid" ]; do
			kill -0 "$!" 2>/dev/null || break
			sleep 0.05
		done
		kill "$(cat "$work/load.pid")" 2>/dev/null
		# the process group of xargs and all that it started, which it makes first
		group=$(cat "$work/get.pid")
		until kill -- "-$group" 2>/dev/null; do
			kill -0 "$group" 2>/dev/null || break
			sleep 0.05
		done
	fi
	wait
	cleanup
	trap - EXIT
	say "stopped by a signal: experiments that came whole are kept"
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
ln -s -- "$work" "$own.work" || exit 1

# When a database was brought up to date last, as it says itself, as YYYYMMDDhhmmss; 0 if it
# does not say, or says what is not true.  Fails if it is none of ours.
tomorrow=$(date -u -d '1 day' +%Y%m%d%H%M%S)
synchronized() {
	elog-status --json -- "$1" >"$work/status" 2>"$work/talk" || return 1
	time='":"([0-9]+)-([0-9]+)-([0-9]+)(T([0-9]+):([0-9]+):([0-9]+))?[^"]*".*/\1\2\3\5\6\7/p'
	said=$(sed -nE -e "s/.*\"last_sync$time" -e t -e "s/.*\"last_update$time" "$work/status")
	# A clock was ahead once: a day is what time zones can explain.
	case $said in
	????????) said=${said}000000 ;;
	'') said=0 ;;
	esac
	[ "$said" -le "$tomorrow" ] || said=0
	printf '%s\n' "$said"
}
# The dated ones, sound or not.
copies() {
	for copy in "$dir/$stem"_[0-9][0-9][0-9][0-9]_[0-9][0-9][0-9][0-9]_[0-9][0-9][0-9][0-9].db; do
		[ ! -f "$copy" ] || printf '%s\n' "$copy"
	done
}
# Those that can be read, newest first by what they say of themselves, and of two that say
# the same, by name.
dated() {
	copies | while IFS= read -r copy; do
		if said=$(synchronized "$copy"); then
			printf '%s %s\n' "$said" "${copy##*/}"
		elif [ "${1-}" = aloud ]; then
			retell "$work/talk"
			say "${copy##*/} is passed over: the next newest takes its place"
		fi
	done | sort -k 1,1nr -k 2,2r | sed 's/^[0-9]* //'
}
# load OPTION...: begin the database, or replace a link, without records.
load() {
	elog-load --quiet --wait "$wait" "$@" -- "$db" </dev/null >/dev/null 2>"$work/talk"
	loaded=$?
	[ $loaded -eq 0 ] && return
	retell "$work/talk"
	exit $loaded
}
# Once elog.db was a link to the newest of dated databases, each a copy of the one before;
# now it is the database.  What it leads to counts, whatever its name: what was set, was
# set there.  One that was lost comes back from the newest backup.
settle() {
	from=''
	if [ -L "$db" ] && [ -e "$db" ]; then
		from=$(readlink -f -- "$db")
		case $from in
		"$(cd -P -- "$dir" && pwd)/${stem}"_????_????_????.db) ;;
		*) return 0 ;; # somebody else's link: what it leads to is the database
		esac
		if ! synchronized "$from" >/dev/null; then
			retell "$work/talk"
			say "${from##*/} is passed over: the next newest takes its place"
			rm -f -- "$db"
			from=''
		fi
	elif [ -s "$db" ]; then
		synchronized "$db" >/dev/null && return
		retell "$work/talk"
		# What is another's, or of a newer elog, is as it should be.
		! grep -qE 'use a newer elog|another application' "$work/talk" || exit 1
		die 1 "$db: move it away, and the newest backup takes its place"
	fi
	if [ -n "$from" ]; then
		# What was set in a copy that is not its base was lost when the next was made.
		dated | while IFS= read -r copy; do
			[ "$copy" = "${from##*/}" ] ||
				elog-load --quiet --wait "$wait" --recover "$dir/$copy" -- "$db" 2>&1 >/dev/null
		done | talk
	fi
	if [ -z "$from" ]; then
		from=$(dated aloud | head -n 1)
		[ ! -L "$db" ] || rm -f -- "$db"
		[ -n "$from" ] || return 0
		[ ! -e "$db" ] || rm -f -- "$db" # empty
		say "$file was lost: it is $from again"
		from=$dir/$from
	fi
	# shellcheck disable=SC2086 # two words, or none
	load $mode --base "$from"
}
[ "$dry_run" = 1 ] || settle

# .elog-sync.again: the last one was stopped by the service, so do not wait.
if [ "$force$dry_run$retry" = 000 ] && [ -s "$db" ] && [ ! -e "$own.again" ]; then
	minutes=$(awk -v hours="$update_frequency_hours" 'BEGIN { printf "%d", hours * 60 }')
	since=$(synchronized "$db")
	if [ "${since:-0}" -gt "$(date -u -d "-$minutes minutes" +%Y%m%d%H%M%S)" ] &&
		[ "$since" -le "$(date -u +%Y%m%d%H%M%S)" ] &&
		[ -n "$(find -L "$db" -prune -mmin "-$minutes")" ]; then
		note "$file is younger than $update_frequency_hours h: nothing to do (--force)"
		exit 0
	fi
fi

# In the background, so that a signal is heard at once.
in_background() {
	running=one
	eval "exec $1" >"$2" 2>"$work/talk" </dev/null &
	wait $!
	status=$?
	ended=$!
}

# elog-list looks for the ticket first, too.
if [ "$retry" = 1 ]; then
	in_background "elog-get $service --login" /dev/null
	retell "$work/talk"
	[ $status -eq 0 ] || exit $status
	[ -s "$db" ] || die 1 "$dir: no database yet: nothing failed"
	elog-status --failed "$db" >"$work/listed" 2>"$work/talk"
	status=$?
else
	in_background "elog-list --known $(quote "$db") --records $(quote "$work/records") \
		--hours $hours $all $excludes $service" "$work/listed"
fi
# What was named comes whole, and each once.  The address has no blanks.
further=$further awk -F / -v total="$work/total" '
	function take() { if (NF && !seen[$1]++) { print; n++ } }
	BEGIN {
		lines = split(ENVIRON["further"], line, "\n")
		for (i = 1; i <= lines; i++) { $0 = line[i]; gsub(/ /, "_"); take() }
	}
	{ take() }
	END { print n + 0 >total }' "$work/listed" >"$work/names.lines" 2>/dev/null
tr '\n' '\0' <"$work/names.lines" >"$work/names"
read -r total <"$work/total" ||
	die 1 "${TMPDIR:-/tmp}: no room for the names: set TMPDIR to a directory with room"
if [ "$status" -ne 0 ] || [ -s "$work/names" ]; then
	retell "$work/talk"
fi
# 1: some names were no good; the others are.
[ $status -le 1 ] || exit $status
[ $status -eq 0 ] || [ -s "$work/names" ] || exit 1
list_status=$status

if [ "$dry_run" = 1 ]; then
	cat "$work/names.lines" || exit 1
	exit "$list_status"
fi
# What changed goes on to the server, which knows what it has.
pushed=0
push_on() {
	[ -n "$push" ] || return
	if elog-push --bookmark --quiet -- "$push" >"$work/bookmark" 2>"$work/push.talk"; then
		elog-dump --state "$work/bookmark" -- "$db" 2>>"$work/push.talk" | {
			elog-push --quiet -- "$push" >/dev/null 2>>"$work/push.talk"
			echo $? >"$work/push.status"
		}
		pushed=$(cat "$work/push.status")
	else
		pushed=$?
	fi
	grep -v 'all is written$' "$work/push.talk" >"$work/talk"
	retell "$work/talk"
	[ "$pushed" -eq 0 ] || say 'what changed is not at the server yet: the next time'
}

if [ "$total" -eq 0 ] && [ -s "$db" ] && [ ! -s "$work/records" ]; then
	note "no experiment to fetch"
	push_on
	exit "$pushed"
fi

# What is not complete, a line each: the status, the name and the stream that failed.
outcomes() {
	[ ! -s "$db" ] || elog-status -- "$db" 2>/dev/null |
		awk '/^(partial|failed) .*: / { print $1, $2, $3 }'
}
outcomes >"$work/before"

# Share the requests: so many processes with so many requests each.  Several
# experiments a process, so that connections are reused; a few need one process only.
processes=$((jobs / 4))
[ $processes -gt 4 ] && processes=4
[ $processes -gt $((total / 64 + 1)) ] && processes=$((total / 64 + 1))
[ $processes -lt 1 ] && processes=1
requests=$((jobs / processes))
[ $requests -gt 100 ] && requests=100 # elog-get takes no more
each=$((processes == 1 ? 64 : total / (processes * 2) + 1))
[ $each -gt 64 ] && each=64

started=$(date -u +%Y-%m-%dT%H:%M:%S.%NZ)

running=all
# The pipeline, what the service lists first.  When the service refuses or cannot be
# reached, the processes that follow ask nothing, and only note their experiments as
# failed.
{
	[ ! -s "$work/records" ] || cat "$work/records"
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
		exit 1' sh "$work" "--max-requests $requests $service $fetch" \
		<"$work/names" 2>"$work/get.talk" &
	echo $! >"$work/get.pid"
	{ wait $!; } 2>/dev/null # where the shell would say "Terminated"
} | {
	eval "exec elog-load --draft $mode --wait $wait --expect $total \
		--metadata hours_lookback=$hours --metadata last_sync=$started -- $(quote "$db")" \
		<&3 >/dev/null 2>"$work/load.talk" &
	echo $! >"$work/load.pid"
	{ wait $!; } 2>/dev/null
	echo $? >"$work/load.status"
} 3<&0 & # a command in the background has no stdin of its own
wait $!
ended=$!

# Its last word is the time we gave it.
read -r load_status <"$work/load.status" || load_status=2
if [ "$load_status" -gt 1 ] || ! elog-status --json "$db" 2>/dev/null | grep -qF "\"last_sync\":\"$started\""; then
	written=no
else
	# A backup, named after the time in UTC, so that the names sort; of two within one minute
	# the second takes the place of the first.
	written=yes name=${stem}_$(date -u +%Y_%m%d_%H%M).db running=one
	elog-load --quiet --wait "$wait" --backup "$dir/$name" -- "$db" >/dev/null 2>"$work/backup.talk" </dev/null &
fi

# What failed before, and in the same way, was said then: cron's mail comes when something
# changes.  elog-status always tells.
outcomes >"$work/after"
: >"$work/new.names"
: >"$work/said"
if [ -s "$work/after" ]; then
	if [ -t 2 ] || [ "$retry" = 1 ]; then
		: >"$work/before"
	fi
	grep -vxFf "$work/before" "$work/after" | awk '{ print $2 }' >"$work/new.names"
	awk '{ print $2 }' "$work/after" | grep -vxFf "$work/new.names" >"$work/said"
fi
# retell_new FILE: xargs adds lines of its own for what is reported already.
retell_new() {
	[ -s "$1" ] || return
	grep -v '^xargs: ' "$1" | awk -v said="$work/said" '
		BEGIN { while ((getline line <said) > 0) old[line] = 1 }
		!(($1 ~ /^(ERROR|INFO|DEBUG)$/ ? $3 : $2) in old)' >"$1.new"
	retell "$1.new"
}
# elog-load ends with a summary.
sed -n '$p' "$work/load.talk" >"$work/summary"
sed '$d' "$work/load.talk" >"$work/load.rest"
retell_new "$work/get.talk"
retell_new "$work/load.rest"

if [ $written = no ]; then
	retell "$work/summary"
	say "$db could not be written: what did not come whole is as it was"
	[ "$load_status" -eq 75 ] && exit 75
	exit 1
fi

# The backup is there: the oldest go.
kept=''
wait $!
status=$?
ended=$!
if [ $status -eq 0 ]; then
	copies >"$work/copies"
	[ "$(wc -l <"$work/copies")" -le "$keep" ] || dated | grep -vxF -- "$name" | tail -n "+$keep" |
		while IFS= read -r old; do
			rm -f -- "$dir/$old" "$dir/$old-wal" "$dir/$old-shm" "$dir/$old-journal"
		done
else
	kept=no
	retell "$work/backup.talk"
	say "$file is up to date, but it could not be copied to $name"
	name=$file
fi

push_on

# What came of the experiments that were asked for.
note "$name:$(sed -n 's/^.*: \([0-9]* experiments\)/ \1/p' "$work/summary")"
failed=''
[ ! -s "$work/new.names" ] || failed=$(sed 's/:$//' "$work/new.names" | tr '\n' ' ')
[ -z "$failed" ] || say "failed: ${failed% } (elog-sync.sh --retry fetches them again)"
rm -f -- "$own.again"
unknown=''
if [ -s "$work/get.status" ]; then
	unknown=$(grep -vx -e 1 -e 75 -e 77 "$work/get.status" | sort -u | tr '\n' ' ')
	[ -z "$unknown" ] || say "elog-get ended with status ${unknown% }: not all was fetched"
	for status in 77 75; do
		if grep -qx $status "$work/get.status"; then
			: >"$own.again"
			exit $status
		fi
	done
fi
# Did a tool that failed say something new?
aloud() {
	[ "$1" -ne 0 ] && [ -s "$2.new" ] && grep -qvE '^(INFO|DEBUG) ' "$2.new"
}
got=0
[ ! -s "$work/get.status" ] || got=1
if [ -n "$failed$unknown$kept" ] || [ "$list_status" -ne 0 ] ||
	aloud "$got" "$work/get.talk" || aloud "$load_status" "$work/load.rest"; then
	exit 1
fi
exit "$pushed"
