# shellcheck shell=bash
# Database servers for tests, each of its own in a directory, on loopback or a socket
# only, as a user without rights.  To be sourced.
#
#   core_postgresql DIR    start PostgreSQL      -> CORE_POSTGRESQL, an address
#   core_mariadb DIR       start MariaDB         -> CORE_MARIADB
#   core_galera DIR        start three nodes     -> CORE_GALERA
#   core_stop DIR          stop what was started in DIR
#
# They are run by nobody, where we are root, who may not.  CORE_ENV is put into their
# environment: NAME=VALUE ...

# shellcheck source=/dev/null
. "$(dirname "${BASH_SOURCE[0]}")/../lib/wait.bash"

core_user() {
    if [ "$(id -u)" -eq 0 ]; then echo nobody; else id -un; fi
}

# Run a command as that user.
core_as() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups -- "$@"
    else
        "$@"
    fi
}

# The same in place of this process: in the background its id is the command's.
core_exec() {
    if [ "$(id -u)" -eq 0 ]; then
        exec setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups -- "$@"
    else
        exec "$@"
    fi
}

# core_dir DIR: make it, that user's own.
core_dir() {
    mkdir -p "$1" && chmod 755 "$1" || return
    [ "$(id -u)" -ne 0 ] || chown nobody "$1"
}

# core_ports [N]: free ports, one or N that differ, a line each, none of those that the
# kernel gives to outgoing connections.  Others may take one before us: then the server
# does not start, and another is tried.
core_ports() {
    python3 -c 'import random, socket, sys
held = []
while len(held) < int(sys.argv[1]):
    s = socket.socket()
    try:
        s.bind(("127.0.0.1", random.randrange(10240, 32768)))
    except OSError:
        continue
    held.append(s)
    print(s.getsockname()[1])' "${1-1}"
}

# core_until COMMAND...: wait until the command is true, for ten minutes: a busy machine
# is slow.
core_until() {
    local end=$(($(date +%s) + 600))
    until "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -lt "$end" ] || return 1
        sleep 0.1
    done
}

# ---- PostgreSQL ----------------------------------------------------------------------

core_postgresql_bin() {
    local dir
    for dir in /usr/lib/postgresql/*/bin; do :; done
    echo "$dir"
}

# core_postgresql_run DIR: start what core_postgresql made, or what was killed: then it
# does not start before the last process of that is gone, and is tried again.
core_postgresql_run() {
    local dir=$1 bin port pid
    bin=$(core_postgresql_bin)
    port=$(cat "$dir/port")
    for _ in {1..100}; do
        # shellcheck disable=SC2086 # CORE_ENV: words
        core_exec env TMPDIR="$dir" ${CORE_ENV-} "$bin/postgres" -D "$dir/data" -p "$port" \
            -c listen_addresses=127.0.0.1 -c unix_socket_directories="$dir" >>"$dir/log" 2>&1 3>&- &
        pid=$!
        echo "$pid" >"$dir/pid"
        core_until core_postgresql_ready_or_gone "$bin" "$pid" "$port"
        process_gone "$pid" || return 0
        sleep 0.3
    done
    return 1
}

core_postgresql_ready_or_gone() { # DIRECTORY-OF-PROGRAMS PROCESS PORT
    process_gone "$2" || core_as "$1/pg_isready" -q -h 127.0.0.1 -p "$3"
}

core_postgresql() {
    local dir=$1 bin try
    bin=$(core_postgresql_bin)
    core_dir "$dir" || return
    core_as sh -c "echo secret >$dir/password"
    core_as "$bin/initdb" -D "$dir/data" -U elog -A scram-sha-256 \
        --pwfile="$dir/password" -E UTF8 --locale=C.UTF-8 -N >"$dir/initdb.log" 2>&1 ||
        { cat "$dir/initdb.log" >&2; return 1; }
    core_as sh -c "cat >>$dir/data/postgresql.conf" <<END
max_connections = 40
shared_buffers = 64MB
${CORE_POSTGRESQL_CONF-}
END
    for try in 1 2 3 4 5; do
        core_ports >"$dir/port"
        core_postgresql_run "$dir" && break
        [ "$try" -lt 5 ] || { tail "$dir/log" >&2; return 1; }
    done
    printf '127.0.0.1:*:*:elog:secret\n' >"$dir/pgpass"
    chmod 600 "$dir/pgpass"
    export PGPASSFILE=$dir/pgpass
    CORE_POSTGRESQL_PORT=$(cat "$dir/port")
    core_psql postgres -c 'CREATE DATABASE elog' >/dev/null || return
    export CORE_POSTGRESQL_PORT
    export CORE_POSTGRESQL=postgresql://elog@127.0.0.1:$CORE_POSTGRESQL_PORT/elog
}

# core_psql DATABASE ARGUMENT...: psql, tab-separated.
core_psql() {
    local database=$1
    shift
    psql -X -q -A -t -F "$(printf '\t')" -v ON_ERROR_STOP=1 -h 127.0.0.1 \
        -p "$CORE_POSTGRESQL_PORT" -U elog -d "$database" "$@"
}

# ---- MariaDB --------------------------------------------------------------------------

# core_mariadb_run DIR [OPTION...]: start what was made, or what was killed.
core_mariadb_run() {
    local dir=$1 port
    shift
    port=$(cat "$dir/port")
    # shellcheck disable=SC2086 # CORE_ENV: words
    core_exec env TMPDIR="$dir" ${CORE_ENV-} mariadbd --no-defaults --datadir="$dir/data" --socket="$dir/socket" \
        --port="$port" --bind-address=127.0.0.1 --pid-file="$dir/mariadbd.pid" \
        --innodb-buffer-pool-size=128M --innodb-log-file-size=96M --skip-name-resolve \
        --lc-messages-dir=/usr/share/mysql --tmpdir="$dir" "$@" >>"$dir/log" 2>&1 3>&- &
    echo $! >"$dir/pid"
}

core_mariadb_ready() {
    mariadb --no-defaults --connect-timeout=2 -h 127.0.0.1 -P "$1" -u elog -psecret \
        -e 'SELECT 1'
}

core_mariadb_ready_or_gone() {
    core_mariadb_ready "$(cat "$1/port")" || process_gone "$(cat "$1/pid")"
}

core_mariadb_make() {
    local dir=$1
    core_dir "$dir" || return
    core_as env TMPDIR="$dir" mariadb-install-db --no-defaults --datadir="$dir/data" --auth-root-authentication-method=normal \
        --skip-test-db >"$dir/install.log" 2>&1 || { cat "$dir/install.log" >&2; return 1; }
    cat >"$dir/init.sql" <<'END'
CREATE DATABASE IF NOT EXISTS elog;
CREATE USER IF NOT EXISTS elog@'127.0.0.1' IDENTIFIED BY 'secret';
GRANT ALL ON *.* TO elog@'127.0.0.1' WITH GRANT OPTION;
CREATE USER IF NOT EXISTS elog@localhost IDENTIFIED BY 'secret';
GRANT ALL ON *.* TO elog@localhost WITH GRANT OPTION;
END
    printf '[client]\nuser=elog\npassword=secret\n' >"$dir/my.cnf"
    chmod 600 "$dir/my.cnf"
}

core_mariadb() {
    local dir=$1 try
    core_mariadb_make "$dir" || return
    for try in 1 2 3 4 5; do
        core_ports >"$dir/port"
        core_mariadb_run "$dir" --init-file="$dir/init.sql"
        core_until core_mariadb_ready_or_gone "$dir"
        core_mariadb_ready "$(cat "$dir/port")" >/dev/null 2>&1 && break
        [ "$try" -lt 5 ] || { tail "$dir/log" >&2; return 1; }
    done
    CORE_MARIADB_PORT=$(cat "$dir/port")
    export CORE_MARIADB_PORT
    export CORE_MARIADB_CNF=$dir/my.cnf
    export CORE_MARIADB="mariadb://elog@127.0.0.1:$CORE_MARIADB_PORT/elog?defaults-file=$dir/my.cnf"
}

# core_sql DATABASE SQL: one answer of MariaDB, tab-separated.
core_sql() {
    mariadb --no-defaults -N -B --raw -h 127.0.0.1 -P "${3-$CORE_MARIADB_PORT}" -u elog -psecret \
        "$1" -e "$2"
}

# ---- Galera -----------------------------------------------------------------------------

# core_galera_node DIR NUMBER [OPTION...]: start a node of the cluster in DIR.
core_galera_node() {
    local dir=$1 number=$2 peers
    shift 2
    peers=$(cat "$dir/peers")
    core_mariadb_run "$dir/$number" --wsrep-on=ON --binlog-format=ROW \
        --wsrep-provider=/usr/lib/galera/libgalera_smm.so \
        --wsrep-cluster-name="elog$(cat "$dir/1/port")" \
        --wsrep-cluster-address="gcomm://$peers" \
        --wsrep-node-address="127.0.0.1:$(cat "$dir/$number/group")" \
        --wsrep-node-incoming-address="127.0.0.1:$(cat "$dir/$number/port")" \
        --wsrep-node-name="node$number" --wsrep-sst-method=rsync \
        --wsrep-sst-receive-address="127.0.0.1:$(cat "$dir/$number/sst")" \
        --wsrep-provider-options="gmcast.listen_addr=tcp://127.0.0.1:$(cat "$dir/$number/group");ist.recv_addr=127.0.0.1:$(cat "$dir/$number/ist");gcache.size=256M;evs.keepalive_period=PT0.5S;evs.suspect_timeout=PT5S;evs.inactive_timeout=PT10S;evs.install_timeout=PT10S" \
        --innodb-autoinc-lock-mode=2 --innodb-flush-log-at-trx-commit=2 "$@"
}

core_galera_synced() {
    [ "$(core_sql elog "SELECT variable_value FROM information_schema.global_status
        WHERE variable_name = 'wsrep_local_state_comment'" "$1" 2>/dev/null)" = Synced ]
}

core_galera() {
    local dir=$1 number peers='' hosts=''
    core_dir "$dir"
    core_ports 12 >"$dir/ports"
    for number in 1 2 3; do
        core_mariadb_make "$dir/$number" || return
        for port in port group sst ist; do
            sed -n '1p' "$dir/ports" >"$dir/$number/$port"
            sed -i '1d' "$dir/ports"
        done
        peers=$peers${peers:+,}127.0.0.1:$(cat "$dir/$number/group")
        hosts=$hosts${hosts:+,}127.0.0.1:$(cat "$dir/$number/port")
    done
    echo "$peers" >"$dir/peers"
    core_galera_node "$dir" 1 --wsrep-new-cluster --init-file="$dir/1/init.sql"
    core_until core_galera_synced "$(cat "$dir/1/port")" || { tail -30 "$dir/1/log" >&2; return 1; }
    for number in 2 3; do
        core_galera_node "$dir" "$number"
        core_until core_galera_synced "$(cat "$dir/$number/port")" ||
            { tail -30 "$dir/$number/log" >&2; return 1; }
    done
    export CORE_GALERA_DIR=$dir
    export CORE_GALERA="mariadb://elog@$hosts/elog?defaults-file=$dir/1/my.cnf"
}

# ---- the end ----------------------------------------------------------------------------

# core_kill DIR SIGNAL: of the server in DIR.
core_kill() {
    local pid
    pid=$(cat "$1/pid" 2>/dev/null) || return 0
    kill "-$2" "$pid" 2>/dev/null
    core_until process_gone "$pid"
}

core_stop() {
    local pid
    for pid in "$1"/pid "$1"/*/pid "$1"/*/*/pid; do
        [ -f "$pid" ] || continue
        case $pid in */data/*) continue ;; esac
        kill -INT "$(cat "$pid")" 2>/dev/null
        kill -TERM "$(cat "$pid")" 2>/dev/null
        core_until process_gone "$(cat "$pid")" || kill -KILL "$(cat "$pid")" 2>/dev/null
    done
    wait 2>/dev/null
    return 0
}
