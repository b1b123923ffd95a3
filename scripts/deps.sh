#!/bin/sh
# deps.sh build|test|core|web|bench: install what is missing to build elog, to run its tests,
# those with database servers, those in a browser, its benchmarks, on Debian 12.  Says
# nothing when nothing is missing.
set -eu

build='gcc make libc6-dev libcurl4-openssl-dev libsqlite3-dev libkrb5-dev libjq-dev
libpopt-dev libyaml-dev libssl-dev libexpat1-dev libpcre2-dev libutf8proc-dev libxml2-dev
libxslt1-dev libmicrohttpd-dev libpq-dev libmariadb-dev unixodbc-dev zlib1g-dev sqlite3 jq util-linux
findutils'
test="$build libcmocka-dev bats krb5-kdc krb5-admin-server krb5-user apache2
libapache2-mod-auth-gssapi python3 python3-jsonschema clang clang-format
libclang-rt-14-dev clang-tidy cppcheck shellcheck mandoc valgrind curl openssl procps
perl time systemd proftpd-core proftpd-mod-crypto python3-pyftpdlib
openssh-server git python3-django faketime strace libarchive-tools
mtree-netbsd"
web="$test chromium chromium-driver python3-selenium libjs-dygraphs"
command -v npm >/dev/null || web="$web npm"
core="$test mariadb-server mariadb-client galera-4 rsync postgresql postgresql-client
odbc-postgresql sqlfluff"
bench="$core pgloader hyperfine sqlite-utils lftp wget datalad aide notmuch ripgrep wrk"

case ${1-} in
build) wanted=$build ;;
test) wanted=$test ;;
core) wanted=$core ;;
bench) wanted=$bench ;;
web) wanted=$web ;;
*)
	echo "usage: deps.sh build|test|core|web|bench" >&2
	exit 2
	;;
esac

command -v dpkg-query >/dev/null || {
	echo "deps.sh: no dpkg here: make sure that there are the like of $wanted" >&2
	exit 0
}

# One call for all: the names that are installed, one a line.
# shellcheck disable=SC2016,SC2086 # dpkg-query's own ${}; a list of words
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
	sed -n 's/^installed //p') || true
missing=''
for package in $wanted; do
	case "
$installed
" in
	*"
$package
"*) ;;
	*) missing="$missing $package" ;;
	esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
	sudo=''
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
	sudo='sudo -n'
else
	echo "deps.sh: packages are missing; please type:" >&2
	echo "sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing" >&2
	exit 1
fi

# Nobody is there to answer debconf (krb5-config asks for a realm).  The tests start
# their own servers; the runlevel keeps invoke-rc.d from starting those that come along.
apt() {
	$sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -qq \
		-o Dpkg::Use-Pty=0 "$@" >&2
}
echo "deps.sh: installing$missing" >&2
apt update
# shellcheck disable=SC2086 # a list of words
apt install -y --no-install-recommends $missing
