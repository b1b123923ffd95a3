#!/usr/bin/env bash
# Real file servers on loopback over one tree: ProFTPD, pyftpdlib, OpenSSH's sftp, Apache.
# To be sourced. Needs no root, touches nothing outside the directory given.
#
#   files_start DIR TREE     serve TREE; what the servers need and log goes to DIR
#   files_stop DIR           stop them and wait until they are gone
#   files_url DIR KIND       print a URL, without a slash at its end, that is TREE's root:
#                            ftp, ftps (TLS from the first byte), sftp, http, https, and
#                            anonymous: FTP for anyone, without TLS and MLSD
#   files_env DIR            print the exports that a client needs: eval "$(files_env DIR)"
#   files_settle DIR         wait until each command that came by FTP has its line in ftp.log:
#                            one is written after the answer
#   files_stop_one DIR KIND, files_start_one DIR KIND
#                            ftp, sftp, http or anonymous goes away, and comes back on its
#                            old port
#
# DIR then holds
#   ca.pem                   vouches for localhost and 127.0.0.1; ftp:// takes AUTH TLS, too
#   home/.netrc              the password of $FILES_USER for FTP and for http://.../private/
#   home/.ssh/id_ed25519     the key for SFTP; home/.ssh/known_hosts knows the server
#   files.ports              KIND=PORT, one a line
#   ftp.log, sftp.log, access.log   one line a command or request
# files_env sets HOME to DIR/home, and ELOG_FILES_FTP, ..._FTPS, _SFTP, _HTTP,
# _HTTPS, _ANONYMOUS, _CA.
#
# The tree may change while it is served. A file or directory of mode 000 cannot be read.

files_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$files_here/web.sh"

FILES_PASSWORD=wonderland

files_daemons='ftp sftp http anonymous'
files_kinds='ftp ftps sftp http https anonymous'

# Apache and sshd refuse, or need more than DIR, as root: then all of them run as nobody,
# and the tree is given to nobody to read.
if [ "$(id -u)" = 0 ]; then
    FILES_USER=nobody FILES_GROUP=nogroup FILES_UID=65534 FILES_GID=65534
    files_as=(setpriv --reuid=65534 --regid=65534 --clear-groups "--inh-caps=-all")
else
    FILES_USER=$(id -un) FILES_GROUP=$(id -gn) FILES_UID=$(id -u) FILES_GID=$(id -g)
    files_as=()
fi

# Below /tmp only its owner passes a directory of mktemp -d: let nobody through to DIR.
files_open_path() {
    local path=$1
    [ "$(id -u)" = 0 ] || return 0
    while [ "$path" != / ]; do
        chmod o+x "$path" 2>/dev/null || true
        path=$(dirname "$path")
    done
}

files_keys() (
    cd "$1" || exit
    mkdir -p home/.ssh
    web_certificates . && chmod 644 server.key || exit
    ssh-keygen -q -t ed25519 -N '' -f host_key </dev/null &&
        ssh-keygen -q -t ed25519 -N '' -f home/.ssh/id_ed25519 </dev/null &&
        cp home/.ssh/id_ed25519.pub authorized_keys &&
        chmod 700 home/.ssh && chmod 644 authorized_keys || exit
    echo "$FILES_USER:$(openssl passwd -5 "$FILES_PASSWORD"):$FILES_UID:$FILES_GID::$2:/bin/sh" \
        >passwd.ftp
    echo "$FILES_USER:$(openssl passwd -apr1 "$FILES_PASSWORD")" >users
    chmod 640 passwd.ftp
    printf 'machine %s login %s password %s\n' 127.0.0.1 "$FILES_USER" "$FILES_PASSWORD" \
        localhost "$FILES_USER" "$FILES_PASSWORD" >home/.netrc
    chmod 600 home/.netrc
)

# files_ftp_config DIR TREE PORT: one server on a port with AUTH TLS if asked, one on the next with
# TLS from the beginning.
files_ftp_config() {
    local dir=$1 tree=$2 port=$3
    cat <<END
LoadModule mod_tls.c
ControlsEngine off
ServerType standalone
ServerName elog
DefaultAddress 127.0.0.1
SocketBindTight on
UseIPv6 off
UseReverseDNS off
Port $port
User $FILES_USER
Group $FILES_GROUP
ScoreboardFile none
PidFile $dir/ftp.pid
SystemLog $dir/ftp.system.log
DelayEngine off
MaxInstances 60
<Global>
    WtmpLog off
    TransferLog none
    AuthUserFile $dir/passwd.ftp
    AuthOrder mod_auth_file.c
    RequireValidShell off
    UseFtpUsers off
    DefaultChdir $tree
    ListOptions -a
    AllowRetrieveRestart on
    TimeoutIdle 120
    ExtendedLog $dir/ftp.log ALL commands
    TLSEngine on
    TLSRequired off
    TLSECCertificateFile $dir/server.pem
    TLSECCertificateKeyFile $dir/server.key
    TLSLog $dir/ftp.tls.log
    <Limit WRITE>
        DenyAll
    </Limit>
</Global>
LogFormat commands "%{%Y-%m-%dT%H:%M:%S}t %s %b %r"
TLSOptions NoSessionReuseRequired
<VirtualHost 127.0.0.1>
    Port $((port + 1))
    TLSOptions UseImplicitSSL NoSessionReuseRequired
</VirtualHost>
END
}

files_sftp_config() {
    local dir=$1 port=$3
    cat <<END
Port $port
ListenAddress 127.0.0.1
HostKey $dir/host_key
PidFile $dir/sftp.pid
AuthorizedKeysFile $dir/authorized_keys
StrictModes no
UsePAM yes
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxStartups 100
MaxSessions 100
Subsystem sftp internal-sftp -R -l VERBOSE
LogLevel VERBOSE
END
}

# pyftpdlib is made to forget MLSD: Debian's other servers exclude ProFTPD.
files_anonymous_config() {
    local dir=$1 tree=$2 port=$3
    cat <<END
import logging, os
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer

logging.basicConfig(filename="$dir/anonymous.log", level=logging.DEBUG)
authorizer = DummyAuthorizer()
authorizer.add_anonymous("$tree")
FTPHandler.authorizer = authorizer
FTPHandler.use_sendfile = False
for command in ("MLSD", "MLST"):
    FTPHandler.proto_cmds.pop(command)
server = FTPServer(("127.0.0.1", $port), FTPHandler)
with open("$dir/anonymous.pid", "w") as pid:
    print(os.getpid(), file=pid)
server.serve_forever()
END
}

files_http_config() {
    local dir=$1 tree=$2 port=$3 web_modules
    # shellcheck disable=SC2034 # for web_load_modules
    web_modules="mpm_event authn_core authn_file authz_core authz_user auth_basic alias
        autoindex dir filter headers mime ssl http2 unixd log_config"
    web_load_modules
    cat <<END
ServerName localhost
ServerRoot "$dir"
DefaultRuntimeDir "$dir"
PidFile "$dir/http.pid"
ErrorLog "$dir/http.error.log"
StartServers 1
ServerLimit 2
ThreadsPerChild 25
MaxRequestWorkers 50
KeepAlive On
MaxKeepAliveRequests 0
Listen 127.0.0.1:$port
Listen 127.0.0.1:$((port + 1))
<VirtualHost 127.0.0.1:$((port + 1))>
    SSLEngine on
    SSLCertificateFile "$dir/server.pem"
    SSLCertificateKeyFile "$dir/server.key"
    Protocols h2 http/1.1
</VirtualHost>
TypesConfig /dev/null
LogFormat "%{%Y-%m-%dT%H:%M:%S}t\t%>s\t%u\t%{Range}i\t%r\t%B" requests
CustomLog "$dir/access.log" requests
DocumentRoot "$tree"
<Directory "$tree">
    Options Indexes
    IndexOptions FancyIndexing NameWidth=* SuppressDescription
    DirectoryIndex disabled
    EnableMMAP Off
    EnableSendfile Off
</Directory>
# The same tree behind a password, and behind a redirect.
Alias "/private" "$tree"
<Location "/private">
    AuthType Basic
    AuthName "files"
    AuthUserFile "$dir/users"
    Require valid-user
</Location>
RedirectMatch "^/moved/(.*)" "http://127.0.0.1:$port/\$1"
RedirectMatch "^/elsewhere/(.*)" "http://127.0.0.2:$port/\$1"
END
}

# The command that serves in the foreground.
files_ftp() {
    exec "${files_as[@]}" proftpd --nodaemon --config "$1/ftp.conf"
}
files_anonymous() {
    exec "${files_as[@]}" /usr/bin/python3 "$1/anonymous.conf"
}
files_sftp() {
    exec "${files_as[@]}" "$(command -v sshd)" -D -e -f "$1/sftp.conf"
}
files_http() {
    exec "${files_as[@]}" "$(command -v apache2 || command -v httpd)" -f "$1/http.conf" -DFOREGROUND
}

# files_start_one DIR ftp|sftp|http: on the port that files.ports has for it.
files_start_one() {
    local dir log
    dir=$(cd "$1" && pwd) || return 1
    log=$dir/$2.talk
    [ "$2" != sftp ] || log=$dir/sftp.log
    # setsid runs no function: hand it a shell that has them.
    # shellcheck disable=SC2016 # that shell's own variables
    start_daemon "$dir/$2.pid" "$log" bash -c '. "$0/files.sh"; files_$2 "$1"' \
        "$files_here" "$dir" "$2" &&
        wait_for files_listening_or_gone "$dir" "$2" && files_listening "$dir" "$2"
}

# Each session is a process of its own.
files_settle() {
    wait_for files_settled "$(cat "$1/ftp.pid")"
}
files_settled() {
    [ -z "$(pgrep -P "$1")" ]
}

files_listening() {
    [ "$(listeners "$(files_port "$1" "$2")")" = 1 ]
}
files_listening_or_gone() {
    files_listening "$@" || process_gone "$(cat "$1/$2.pid")"
}

files_stop_one() {
    stop_daemon "$1/$2.pid"
}

files_port() {
    sed -n "s/^$2=//p" "$1/files.ports"
}

# A server takes a port and the next one. Somebody else may be faster: try another.
files_find_port() {
    local dir=$1 tree=$2 kind=$3 port
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        port=$(free_port)
        [ "$(listeners $((port + 1)))" = 0 ] || continue
        "files_${kind}_config" "$dir" "$tree" "$port" >"$dir/$kind.conf"
        sed -i "/^${kind}s\{0,1\}=/d" "$dir/files.ports"
        echo "$kind=$port" >>"$dir/files.ports"
        [[ $kind != ftp && $kind != http ]] || echo "${kind}s=$((port + 1))" >>"$dir/files.ports"
        ! files_start_one "$dir" "$kind" || return 0
        files_stop_one "$dir" "$kind"
    done
    echo "files_start: $kind does not start:" >&2
    cat "$dir/$kind".*log "$dir/$kind.talk" >&2 2>/dev/null
    return 1
}

files_start() {
    local dir tree kind program
    mkdir -p "$1"
    dir=$(cd "$1" && pwd) && tree=$(cd "$2" && pwd) || return 1
    for program in proftpd sshd ssh-keygen; do
        command -v "$program" >/dev/null || {
            echo "files_start: there is no $program" >&2
            return 1
        }
    done
    files_keys "$dir" "$tree" >"$dir/keys.log" 2>&1 || {
        cat "$dir/keys.log" >&2
        return 1
    }
    if [ "$(id -u)" = 0 ]; then
        files_open_path "$dir"
        files_open_path "$tree"
        chown "$FILES_UID:$FILES_GID" "$dir" "$dir/host_key" "$dir/passwd.ftp"
        chmod 755 "$dir"
    fi
    chmod 600 "$dir/host_key"
    : >"$dir/files.ports"
    for kind in $files_daemons; do
        files_find_port "$dir" "$tree" "$kind" || {
            files_stop "$dir"
            return 1
        }
    done
    echo "[127.0.0.1]:$(files_port "$dir" sftp) $(cut -d' ' -f1,2 "$dir/host_key.pub")" \
        >"$dir/home/.ssh/known_hosts"
    echo "$tree" >"$dir/files.tree"
}

files_stop() {
    local kind
    for kind in $files_daemons; do
        files_stop_one "$1" "$kind"
    done
}

# FTP and SFTP show the whole file system, as they do in the field: an absolute path is
# %2F for FTP (RFC 1738, 3.2.2); both servers begin elsewhere, so the path is given.
files_url() {
    local port
    port=$(files_port "$1" "$2")
    case $2 in
        ftp | ftps) echo "$2://127.0.0.1:$port" ;;
        sftp) echo "sftp://$FILES_USER@127.0.0.1:$port$(cat "$1/files.tree")" ;;
        anonymous) echo "ftp://127.0.0.1:$port" ;;
        *) echo "$2://127.0.0.1:$port" ;;
    esac
}

files_env() {
    local kind dir
    dir=$(cd "$1" && pwd) || return 1
    printf 'export HOME=%q ELOG_FILES_CA=%q\n' "$dir/home" "$dir/ca.pem"
    for kind in $files_kinds; do
        printf 'export ELOG_FILES_%s=%q\n' "${kind^^}" "$(files_url "$dir" "$kind")"
    done
}
