#!/usr/bin/env bash
# Run a command beside a real KDC and a real web server; stop both when it ends.
#
#   with-servers.sh [--docroot DIR] [--no-ticket] COMMAND [ARGUMENT...]
#
# Serves tests/sample, or DIR of the same layout. COMMAND finds in its environment
# KRB5_CONFIG and KRB5CCNAME (with a ticket for alice, unless --no-ticket), and
#   ELOG_TEST_DIR      directory of the servers: access.log, error.log, kdc.log …
#   ELOG_TEST_HTTP     http://localhost:PORT
#   ELOG_TEST_HTTPS    https://localhost:PORT, whose certificate ELOG_TEST_CA vouches for
#   ELOG_TEST_KEYTAB   alice's keytab
#   ELOG_TEST_USER, ELOG_TEST_PASSWORD   for /ws-auth
#   ELOG_TEST_TOKEN                      for /ws-jwt
# By hand:  tests/server/with-servers.sh bash

set -u

usage() {
    echo "usage: with-servers.sh [--docroot DIR] [--no-ticket] COMMAND [ARGUMENT...]" >&2
    exit 2
}

here=$(cd "$(dirname "$0")" && pwd) || exit
# shellcheck source=/dev/null
. "$here/web.sh"

docroot=$here/../sample
ticket=yes
while [ $# -gt 0 ]; do
    case $1 in
        --docroot) docroot=${2-}; shift 2 || usage ;;
        --no-ticket) ticket=no; shift ;;
        --) shift; break ;;
        -*) usage ;;
        *) break ;;
    esac
done
[ $# -gt 0 ] || usage

ELOG_TEST_DIR=$(mktemp -d "${TMPDIR:-/tmp}/elog-servers.XXXXXX") || exit
command_pid=

clean_up() {
    web_stop "$ELOG_TEST_DIR"
    realm_stop "$ELOG_TEST_DIR"
    rm -rf "$ELOG_TEST_DIR"
}
interrupted() {
    [ -z "$command_pid" ] || { kill -TERM "$command_pid"; wait "$command_pid"; } 2>/dev/null
    exit $((128 + $1))
}
trap clean_up EXIT
trap 'interrupted 1' HUP
trap 'interrupted 2' INT
trap 'interrupted 15' TERM

realm_start "$ELOG_TEST_DIR" && web_start "$ELOG_TEST_DIR" "$docroot" || exit 1
eval "$(realm_env "$ELOG_TEST_DIR")"
[ $ticket = no ] || realm_ticket "$ELOG_TEST_DIR" || exit 1

export ELOG_TEST_DIR
ELOG_TEST_HTTP=http://localhost:$(web_port "$ELOG_TEST_DIR" http)
ELOG_TEST_HTTPS=https://localhost:$(web_port "$ELOG_TEST_DIR" https)
export ELOG_TEST_HTTP ELOG_TEST_HTTPS
export ELOG_TEST_CA=$ELOG_TEST_DIR/ca.pem ELOG_TEST_KEYTAB=$ELOG_TEST_DIR/alice.keytab
export ELOG_TEST_USER=$WEB_USER ELOG_TEST_PASSWORD=$WEB_PASSWORD ELOG_TEST_TOKEN=$WEB_TOKEN

# In the background, because the shell runs a trap only between commands and within wait;
# such a command would otherwise ignore Ctrl-C and read from /dev/null.
env --default-signal=INT,QUIT "$@" <&0 &
command_pid=$!
wait "$command_pid"
