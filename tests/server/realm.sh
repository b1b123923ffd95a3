#!/usr/bin/env bash
# A Kerberos realm of one's own, ELOG.TEST, kept by a real krb5kdc on loopback.
# To be sourced. Needs no root, touches nothing outside the directory given.
#
#   realm_start DIR                        create the realm in DIR and start its KDC
#   realm_env DIR                          print the exports a client needs: eval "$(realm_env DIR)"
#   realm_ticket DIR [LIFETIME [USER]]     take a ticket for alice (or bob) into DIR/cc;
#                                          LIFETIME as for kinit -l, or "expired": one that
#                                          ended three hours ago
#   realm_stop DIR                         stop the KDC and wait until it is gone
#
# DIR then holds alice.keytab and bob.keytab (users), http.keytab (the web server's
# keys, for localhost and 127.0.0.1), krb5.conf, cc (the ticket cache) and kdc.log.

# On many systems an ordinary user's PATH lacks the place where daemons live.
PATH=$PATH:/usr/sbin:/usr/local/sbin:/sbin

# shellcheck source=/dev/null
. "$(dirname "${BASH_SOURCE[0]}")/../lib/wait.bash"

# listeners PORT: how many sockets listen there.
listeners() {
    grep -cE "^ *[0-9]+: [0-9A-F]{8}:$(printf %04X "$1") 00000000:0000 0A" /proc/net/tcp
}

# A port that is free now, below the range from which the kernel takes the ports of
# outgoing connections. Another may take it first, so the caller tries, and asks again.
free_port() {
    local port
    until port=$((16384 + RANDOM % 16384)) && [ "$(listeners $port)" = 0 ]; do :; done
    echo $port
}

# start_daemon PIDFILE LOG COMMAND...: run COMMAND, which stays in the foreground and
# writes PIDFILE when it is ready, in the background. 1 if it ended instead; LOG says why.
# In a session of its own, or Ctrl-C would end the servers before the command they serve.
# Descriptor 3 is bats's: a daemon that keeps it open makes bats wait for ever.
start_daemon() {
    local pidfile=$1 log=$2 child
    shift 2
    rm -f "$pidfile"
    setsid --wait "$@" </dev/null >"$log" 2>&1 3>&- &
    child=$!
    wait_for started_or_gone "$pidfile" "$child"
    [ -s "$pidfile" ]
}

started_or_gone() {
    [ -s "$1" ] || process_gone "$2"
}

# stop_daemon PIDFILE: end that process, and return only when it is gone.
stop_daemon() {
    local pid
    [ -s "$1" ] || return 0
    pid=$(cat "$1")
    kill -TERM "$pid" 2>/dev/null
    if ! wait_for process_gone "$pid"; then
        kill -KILL "$pid"
        wait_for process_gone "$pid"
    fi
    rm -f "$1"
}

realm_env() {
    printf 'export KRB5_CONFIG=%q KRB5CCNAME=%q KRB5_KDC_PROFILE=%q\n' \
        "$1/krb5.conf" "FILE:$1/cc" "$1/kdc.conf"
}

# realm_run DIR COMMAND...: run COMMAND as one that belongs to the realm of DIR.
realm_run() (
    eval "$(realm_env "$1")"
    shift
    "$@"
)

# realm_config DIR PORT. TCP alone, so that there is one port to find.
realm_config() {
    local dir=$1 port=$2
    cat >"$dir/krb5.conf" <<EOF
[libdefaults]
    default_realm = ELOG.TEST
    dns_lookup_kdc = false
    dns_lookup_realm = false
    dns_canonicalize_hostname = false
    rdns = false
    udp_preference_limit = 1
    # Without this a keytab of the machine could stand in for a missing ticket.
    default_client_keytab_name = FILE:$dir/none.keytab
[realms]
    ELOG.TEST = {
        kdc = 127.0.0.1:$port
    }
[domain_realm]
    localhost = ELOG.TEST
    127.0.0.1 = ELOG.TEST
EOF
    cat >"$dir/kdc.conf" <<EOF
[kdcdefaults]
    kdc_listen = ""
    kdc_tcp_listen = 127.0.0.1:$port
[realms]
    ELOG.TEST = {
        database_name = $dir/principal
        key_stash_file = $dir/stash
        acl_file = $dir/kadm5.acl
        max_life = 24h
    }
[logging]
    kdc = FILE:$dir/kdc.log
    admin_server = FILE:$dir/kdc.log
    default = FILE:$dir/kdc.log
EOF
}

realm_start() {
    local dir port
    dir=$(cd "$1" && pwd) || return 1
    realm_config "$dir" 0
    : >"$dir/kadm5.acl"
    {
        realm_run "$dir" kdb5_util create -s -r ELOG.TEST -P "$(openssl rand -hex 16)" &&
        realm_run "$dir" kadmin.local -r ELOG.TEST <<EOF
addprinc -randkey alice
addprinc -randkey bob
addprinc -randkey HTTP/localhost
addprinc -randkey HTTP/127.0.0.1
ktadd -k $dir/alice.keytab alice
ktadd -k $dir/bob.keytab bob
ktadd -k $dir/http.keytab HTTP/localhost HTTP/127.0.0.1
EOF
    } >"$dir/kdb.log" 2>&1
    if [ ! -s "$dir/http.keytab" ]; then
        echo "realm_start: cannot create the realm:" >&2
        cat "$dir/kdb.log" >&2
        return 1
    fi
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        port=$(free_port)
        realm_config "$dir" "$port"
        if KRB5_CONFIG=$dir/krb5.conf KRB5_KDC_PROFILE=$dir/kdc.conf start_daemon \
            "$dir/kdc.pid" "$dir/kdc.err" krb5kdc -n -r ELOG.TEST -P "$dir/kdc.pid"
        then
            # A KDC shares its port with another (SO_REUSEPORT), and neither complains.
            [ "$(listeners "$port")" != 1 ] || return 0
            stop_daemon "$dir/kdc.pid"
        else
            grep -q 'Address already in use' "$dir/kdc.err" "$dir/kdc.log" || break
        fi
    done
    echo "realm_start: krb5kdc does not start:" >&2
    cat "$dir/kdc.err" "$dir/kdc.log" >&2
    return 1
}

realm_stop() {
    stop_daemon "$1/kdc.pid"
}

realm_ticket() {
    local dir lifetime=${2:-1h} user=${3:-alice}
    dir=$(cd "$1" && pwd) || return 1
    if [ "$lifetime" != expired ]; then
        realm_run "$dir" kinit -l "$lifetime" -k -t "$dir/$user.keytab" "$user"
        return
    fi
    realm_ticket "$dir" 1h "$user" && realm_set_back "$dir/cc" && ! realm_run "$dir" klist -s
}

# Waiting for a short ticket to end is no use: client, KDC and server all forgive five
# minutes. So move a fresh one of one hour four hours back. The cache keeps, in clear,
# when it was issued, begins, and ends: three big-endian words.  The end is an hour after
# the client asked, which may be seconds before it was issued.
realm_set_back() {
    perl -0777 -i -pe '
        for my $at (0 .. length($_) - 12) {
            my ($issued, $begins, $ends) = unpack "N3", substr $_, $at, 12;
            next unless abs($ends - $issued - 3600) < 60 && abs(time - $issued) < 60;
            substr($_, $at, 12) = pack "N3", map { $_ - 4 * 3600 } $issued, $begins, $ends;
        }' "$1"
}
