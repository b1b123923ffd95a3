#!/usr/bin/env bash
# elog-follow.sh: mirror what instruments drop on file servers, for as long as it runs:
# elog-scan of each source, one elog-pull, one elog-load, again and again.
# See elog-follow(1).  Needs the elog tools beside it or in PATH.
set -u
umask 077
case $0 in
*/*) PATH=${0%/*}:$PATH && export PATH ;;
esac

usage='Usage: elog-follow.sh --db FILE --to DIR [--every S] [--most S] [--once]
                      [--wait T] [PULL OPTION...] -- SCAN ARGUMENT...
                      [-- SCAN ARGUMENT...]...

List what is new on the servers, fetch it into DIR and note it in the database
FILE; then what an earlier round left; then wait, and begin again.

  --db FILE   the database
  --to DIR    where the files go
  --every S   seconds from the end of a round to the next (60)
  --most S    seconds to wait at the most, after rounds that failed (900)
  --once      one round, and its exit status
  --wait T    how long to wait for other writers of the database (60s)
  --version, --help

PULL OPTIONs go to elog-pull: --jobs, --limit-rate, --layout, --attempts, --user,
--netrc-file, --cacert, --ssh-key, --known-hosts, --ftp-tls, --timeout, --slowest,
--url, --auth, --token-file, --keytab, --principal, --config.  The arguments behind
each -- make one elog-scan.'

db='' to='' every=60 most=900 once=0
pull=() wait=()

say() {
	printf 'elog-follow: %s\n' "$*" >&2
}
die() {
	local status=$1
	shift
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
	--every) need "$@" && count "$1" "$2" && every=$2 && shift ;;
	--most) need "$@" && count "$1" "$2" && most=$2 && shift ;;
	--once) once=1 ;;
	--wait) need "$@" && wait=(--wait "$2") && shift ;;
	--jobs | --limit-rate | --layout | --attempts | --user | --netrc-file | --cacert | \
		--ssh-key | --known-hosts | --ftp-tls | --timeout | --slowest | --url | \
		--auth | --token-file | --keytab | --principal | --config)
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

work=$(mktemp -d) || exit 1
scanners=() puller='' loader='' nap='' stopping=''
trap 'rm -rf "$work"' EXIT

# The loader ends by itself, when nobody writes to it any more.
# shellcheck disable=SC2317 # a trap calls it
stop() {
	local pid
	stopping=1
	for pid in "${scanners[@]}" $puller $nap; do
		kill -TERM "$pid" 2>/dev/null
	done
}
trap stop TERM INT HUP

# Wait for a child to end, whatever signals come; its exit status.
ended() {
	local status
	while :; do
		wait "$1"
		status=$?
		kill -0 "$1" 2>/dev/null || return $status
	done
}

# Each of the arguments between two -- makes an elog-scan, writing to descriptor 8.
scan_all() {
	local arguments
	while [ $# -gt 0 ]; do
		shift
		arguments=()
		while [ $# -gt 0 ] && [ "$1" != -- ]; do
			arguments+=("$1")
			shift
		done
		elog-scan --known "$db" "${arguments[@]}" >&8 8>&- &
		scanners+=($!)
	done
}

# worst STATUS: of this round; wrong usage counts most.
worst() {
	[ "$1" -eq 0 ] || [ "$round" -eq 2 ] || { [ "$1" -ne 2 ] && [ "$round" -gt "$1" ]; } ||
		round=$1
}

# One round.  Its exit status is $round.
follow() {
	local pid
	round=0
	rm -f "$work/listed" "$work/pulled"
	mkfifo "$work/listed" "$work/pulled" || exit 1
	elog-load --quiet "${wait[@]}" "$db" <"$work/pulled" >/dev/null &
	loader=$!
	elog-pull --quiet --to "$to" --known "$db" "${pull[@]}" \
		<"$work/listed" >"$work/pulled" &
	puller=$!
	# Held until all have begun, or the first that ends would be the end of all.
	exec 8>"$work/listed"
	scan_all "$@"
	exec 8>&-
	for pid in "${scanners[@]}"; do
		ended "$pid"
		worst $?
	done
	scanners=()
	ended "$puller"
	worst $?
	puller=''
	ended "$loader"
	worst $?
	[ -z "$stopping" ] || return
	# What an earlier round left.
	elog-pull --quiet --to "$to" --db "$db" --pending "${wait[@]}" "${pull[@]}" >/dev/null &
	puller=$!
	ended "$puller"
	worst $?
	puller=''
}

# A database to read from, before there is anything to read.
[ -e "$db" ] || elog-load --quiet "${wait[@]}" "$db" </dev/null >/dev/null || exit
pause=$every
while [ -z "$stopping" ]; do
	follow "$@"
	[ "$once" = 0 ] || exit "$round"
	[ -z "$stopping" ] || break
	case $round in
	0) pause=$every ;;
	2) exit 2 ;;
	*) say "the round ended with status $round: the next one in $pause s" ;;
	esac
	sleep "$pause" &
	nap=$!
	ended "$nap"
	nap=''
	[ "$round" -eq 0 ] || pause=$((pause * 2 < most ? pause * 2 : most))
done
exit 0
