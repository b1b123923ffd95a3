#!/usr/bin/env bash
# elog-follow.sh: mirror what instruments drop on file servers, for as long as it runs:
# elog-scan of each source, one elog-pull, one elog-load, again and again.
# See elog-follow(1).  Needs the elog tools beside it or in PATH.
set -u
mask=$(umask) # for the command of --exec
umask 077
case $0 in
*/*) PATH=${0%/*}:$PATH && export PATH ;;
esac

usage='Usage: elog-follow.sh --db FILE --to DIR [--every S] [--most S] [--once]
                      [--wait T] [--retry-failed] [--log FILE] [--log-db FILE] [--servers URLS]...
                      [PULL OPTION...] -- SCAN ARGUMENT... [-- SCAN ARGUMENT...]...

List what is new on the servers, fetch it into DIR and note it in the database
FILE; then what an earlier round left; then wait, and begin again.  Ends by itself
when the windows of all sources have ended and all their files are there.

  --db FILE   the database
  --to DIR    where the files go
  --every S   seconds from the end of a round to the next (60)
  --most S    seconds to wait at the most, after rounds that failed (900)
  --once      one round, and its exit status
  --retry-failed  in the first round, try what failed, whenever its time would come
  --log FILE  append what is said to FILE, with the time, instead of saying it
  --log-db FILE  log it in the database FILE, in a session of its own (elog-log)
  --servers "URL URL..."  what is below the first of them is also below the others,
              which are asked when it is away
  --wait T    how long to wait for other writers of the database (60s)
  --version, --help

PULL OPTIONs go to elog-pull: --jobs, --limit-rate, --layout, --attempts, --user,
--netrc-file, --cacert, --ssh-key, --known-hosts, --ftp-tls, --timeout, --slowest,
--url, --auth, --token-file, --keytab, --principal, --config, --exec.  The arguments behind
each -- make one elog-scan.'

db='' to='' every=60 most=900 once=0
pull=() wait=() retry=() servers=() log='' log_db=''

level=INFO
say() {
	printf '%selog-follow: %s\n' "${ELOG_MESSAGES:+$level }" "$*" >&2
}
die() {
	local status=$1
	shift
	level=ERROR
	say "$@"
	exit "$status"
}
need() {
	[ $# -ge 2 ] || die 2 "$1: a value is missing (see --help)"
}
count() {
	case $2 in
	'' | *[!0-9]* | 0* | ???????*) die 2 "$1: '$2' is not a whole number above 0" ;;
	esac
}

while [ $# -gt 0 ] && [ "$1" != -- ]; do
	case $1 in
	--*=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;;
	esac
	case $1 in
	--db) need "$@" && db=$2 && shift ;;
	--to) need "$@" && to=$2 && shift ;;
	--retry-failed) retry=(--retry-failed) ;;
	--log) need "$@" && log=$2 && shift ;;
	--log-db) need "$@" && log_db=$2 && shift ;;
	--servers) need "$@" && servers+=(--servers "$2") && shift ;;
	--every) need "$@" && count "$1" "$2" && every=$2 && shift ;;
	--most) need "$@" && count "$1" "$2" && most=$2 && shift ;;
	--once) once=1 ;;
	--wait) need "$@" && wait=(--wait "$2") && shift ;;
	--jobs | --limit-rate | --layout | --attempts | --user | --netrc-file | --cacert | \
		--ssh-key | --known-hosts | --ftp-tls | --timeout | --slowest | --url | \
		--auth | --token-file | --keytab | --principal | --config | --exec)
		need "$@" && pull+=("$1" "$2") && shift
		;;
	--version)
		version=$(elog-load --version) || exit
		printf 'elog-follow.sh%s\n' "${version#elog-load}" | head -n 1
		exit 0
		;;
	--help)
		printf '%s\n' "$usage"
		exit 0
		;;
	*) die 2 "$1: unknown option (see --help)" ;;
	esac
	shift
done
[ -n "$db" ] || die 2 '--db names the database'
[ -z "$log" ] || (: >>"$log") 2>/dev/null || die 1 "--log: $log cannot be written"
[ -n "$to" ] || die 2 '--to names the directory under which the files go'
[ $# -gt 1 ] || die 2 'no source: behind -- come the arguments of elog-scan'
for argument in "$@"; do
	case $argument in
	--follow | --follow=*) die 2 "$argument: not of elog-scan here: --every says how often to look" ;;
	esac
done
for tool in elog-scan elog-pull elog-load; do
	command -v "$tool" >/dev/null || die 1 "there is no $tool in PATH"
done

work=$(mktemp -d 2>/dev/null) || die 1 'no temporary directory: set TMPDIR to a directory with room'
nap='' stopping=''
declare -A parts=() told=() # by process id: what runs, and whether it was told to end
trap 'rm -rf "$work"' EXIT

# end NAME...: the parts of these names are told to end.  The loader ends by itself, when
# nobody writes to it any more.
end() {
	local pid
	for pid in "${!parts[@]}"; do
		case " $* " in
		*" ${parts[$pid]} "*)
			[ -n "${told[$pid]-}" ] || kill -TERM "$pid" 2>/dev/null
			told[$pid]=1
			;;
		esac
	done
}

# shellcheck disable=SC2317 # a trap calls it
stop() {
	stopping=1
	end scan pull
	[ -z "$nap" ] || kill -TERM "$nap" 2>/dev/null
}
trap stop TERM INT HUP

# Each of the arguments between two -- makes an elog-scan, writing to descriptor 8; it
# makes a file when nothing more can come.
scan_all() {
	local arguments
	sources=0
	while [ $# -gt 0 ]; do
		shift
		arguments=()
		while [ $# -gt 0 ] && [ "$1" != -- ]; do
			arguments+=("$1")
			shift
		done
		elog-scan --known "$db" --over "$work/over$sources" "${servers[@]}" \
			"${retry[@]}" "${arguments[@]}" >&8 8>&- &
		parts[$!]=scan
		sources=$((sources + 1))
	done
}

# worst STATUS: of this round; wrong usage counts most.  Who was told to end, or lost his
# reader, did not cause it.
worst() {
	local status=$1
	[ "$status" -lt 128 ] || status=1
	[ "$status" -eq 0 ] || [ "$round" -eq 2 ] ||
		{ [ "$status" -ne 2 ] && [ "$round" -gt "$status" ]; } || round=$status
}

# Wait for all parts.  Where one ends, nobody has a use any more for what those before it
# would still say.
wait_parts() {
	local pid status
	# The signal may have come before a part of this round was known.
	[ -z "$stopping" ] || end scan pull
	while [ ${#parts[@]} -gt 0 ]; do
		wait -n -p pid "${!parts[@]}"
		status=$?
		if [ -z "${pid-}" ]; then
			[ "$status" -eq 127 ] || continue # a signal came
			set -- "${!parts[@]}"
			pid=$1
			wait "$pid"
			status=$?
			kill -0 "$pid" 2>/dev/null && continue
		fi
		worst "$status"
		case ${parts[$pid]} in
		pull) end scan ;;
		load) end scan pull ;;
		esac
		unset "parts[$pid]" "told[$pid]"
	done
}

# Is everything there that there will ever be?
is_over() {
	local i
	for ((i = 0; i < sources; i++)); do
		[ -e "$work/over$i" ] || return 1
	done
	[ -z "$(elog-pull --to "$to" --known "$db" --pending --retry-failed --dry-run \
		"${pull[@]}" 2>&1 | head -n 1)" ]
}

# In the background: take the place of the shell.
pull() {
	umask "$mask"
	exec elog-pull --quiet --to "$to" "${servers[@]}" "${pull[@]}" "$@"
}

# One round.  Its exit status is $round.
follow() {
	round=0
	rm -f "$work"/*
	mkfifo "$work/listed" "$work/pulled" || exit 1
	elog-load --quiet "${wait[@]}" "$db" <"$work/pulled" >/dev/null &
	parts[$!]=load
	pull --known "$db" <"$work/listed" >"$work/pulled" &
	parts[$!]=pull
	# Held until all have begun, or the first that ends would be the end of all.
	exec 8>"$work/listed"
	scan_all "$@"
	exec 8>&-
	wait_parts
	[ -z "$stopping" ] || return
	# What an earlier round left.
	pull --db "$db" --pending "${wait[@]}" "${retry[@]}" >/dev/null &
	parts[$!]=pull
	wait_parts
	retry=()
}

# A database to read from, before there is anything to read.
[ -e "$db" ] || elog-load --quiet "${wait[@]}" "$db" </dev/null >/dev/null || exit
# With --log, what all parts say goes there, each line with the time.
if [ -n "$log$log_db" ]; then
	export ELOG_MESSAGES=levels
	session=follow-$(date -u +%Y%m%dT%H%M%SZ)-$$
	exec 2> >(
		trap '' TERM INT HUP
		while IFS= read -r line; do
			[ -z "$log" ] || printf '%(%Y-%m-%dT%H:%M:%SZ)T %s\n' -1 "$line" >>"$log"
			case $line in
			'ERROR '* | 'INFO '* | 'DEBUG '*) ;;
			*) line="ERROR $line" ;;
			esac
			[ -z "$log_db" ] ||
				elog-log -l "${line%% *}" -s "$session" --db "$log_db" "${line#* }" </dev/null
		done
	)
fi
pause=$every
while [ -z "$stopping" ]; do
	follow "$@"
	[ "$once" = 0 ] || exit "$round"
	[ -z "$stopping" ] || break
	case $round in
	0)
		pause=$every
		is_over && say 'the windows have ended, and all files are there' && exit 0
		;;
	2) exit 2 ;;
	*) say "the round ended with status $round: the next one in $pause s" ;;
	esac
	sleep "$pause" &
	nap=$!
	[ -z "$stopping" ] || kill -TERM "$nap" 2>/dev/null # it came just before
	wait "$nap"
	kill -0 "$nap" 2>/dev/null && wait "$nap"
	nap=''
	[ "$round" -eq 0 ] || pause=$((pause * 2 < most ? pause * 2 : most))
done
exit 0
