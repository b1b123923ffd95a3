#!/usr/bin/env bash
# A real Apache on loopback that serves a saved logbook behind the doors of the real one.
# To be sourced, after a realm was started in the same DIR (see realm.sh).
#
#   web_start DIR DOCROOT    serve DOCROOT, laid out as tests/sample
#   web_stop DIR             stop it and wait until it is gone
#   web_port DIR http|https  print a port
#   web_settle DIR           wait until each request that came has its line in access.log
#
# $WEB_EXTRA may name a file with more configuration, behind the rest.
#
#   /ws          open to anyone
#   /ws-kerb     a Kerberos ticket (SPNEGO), one token a request, replays refused
#   /ws-auth     HTTP basic: $WEB_USER, $WEB_PASSWORD   (the documents of /ws-kerb)
#   /ws-jwt      Authorization: Bearer $WEB_TOKEN       (the documents of /ws-kerb)
#
# One plain port, and one with TLS and HTTP/2, for localhost and 127.0.0.1, whose
# certificate DIR/ca.pem vouches for. Both numbers are in DIR/ports. DIR/access.log has
# one line a request, of fields parted by tabs: time, status, scheme of the
# Authorization header, user, the client's port (one a connection), request line.  A line
# is written after its answer was sent, so it may come after the client has gone on: a
# second log, forensic.log, has a line before a request is answered, and another one
# behind that of access.log.

web_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$web_here/realm.sh"

WEB_USER=alice
WEB_PASSWORD=wonderland
WEB_TOKEN=test.token.signature
# What alice may not read: 403, once she is known to be alice.
WEB_RESTRICTED='mfxl115323|cxil118725'

web_modules="mpm_event authn_core authn_file authz_core authz_user auth_basic auth_gssapi
    alias deflate env filter headers setenvif ssl http2 unixd
    log_config log_forensic"

# The module directory depends on the distribution; what is compiled in has no file.
web_load_modules() {
    local dir module
    for dir in /usr/lib/apache2/modules /usr/lib64/httpd/modules /usr/lib/httpd/modules; do
        [ -d "$dir" ] && break
    done
    for module in $web_modules; do
        [ ! -e "$dir/mod_$module.so" ] ||
            echo "LoadModule ${module}_module $dir/mod_$module.so"
    done
}

web_certificates() (
    cd "$1" || exit
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
        -subj "/CN=elog test CA" -addext keyUsage=critical,keyCertSign \
        -keyout ca.key -out ca.pem &&
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -subj "/CN=localhost" -keyout server.key -out server.csr &&
    printf '%s\n' subjectAltName=DNS:localhost,IP:127.0.0.1 \
        extendedKeyUsage=serverAuth >server.ext &&
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
        -extfile server.ext -out server.pem
)

web_config() {
    local dir=$1 docroot=$2 http=$3 https=$4
    web_load_modules
    cat <<EOF
ServerName localhost
ServerRoot "$dir"
DefaultRuntimeDir "$dir"
PidFile "$dir/httpd.pid"
ErrorLog "$dir/error.log"
# Two processes, so that the replay cache is shared between processes, as in real life.
StartServers 2
ServerLimit 2
ThreadsPerChild 25
ThreadLimit 25
MaxRequestWorkers 50
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 30
Timeout 30

Listen 127.0.0.1:$http
Listen 127.0.0.1:$https
<VirtualHost 127.0.0.1:$https>
    SSLEngine on
    SSLCertificateFile "$dir/server.pem"
    SSLCertificateKeyFile "$dir/server.key"
    <IfModule http2_module>
        Protocols h2 http/1.1
    </IfModule>
</VirtualHost>

SetEnvIf Authorization "^(\S+)" SCHEME=\$1
LogFormat "%{%Y-%m-%dT%H:%M:%S}t.%{msec_frac}t\t%>s\t%<{SCHEME}e\t%<u\t%{remote}p\t%r" requests
CustomLog "$dir/access.log" requests
ForensicLog "$dir/forensic.log"

DocumentRoot "$docroot"
Alias "/ws-auth" "$docroot/ws-kerb"
Alias "/ws-jwt" "$docroot/ws-kerb"
Alias "/errors" "$web_here/../sample/errors"
ErrorDocument 403 /errors/403.html
ErrorDocument 404 /errors/404.html

# The service labels its pages of HTML so, too, and offers nothing to revalidate by.
# A test may rewrite a document that is being served: no mmap.
<Location "/">
    ForceType "application/json; charset=utf-8"
    AddOutputFilterByType DEFLATE application/json
    FileETag None
    Header unset Last-Modified
    EnableMMAP Off
</Location>

<Location "/ws-kerb">
    AuthType GSSAPI
    AuthName "logbook"
    GssapiCredStore "keytab:$dir/http.keytab"
    Require valid-user
</Location>
<Location "/ws-auth">
    AuthType Basic
    AuthName "logbook"
    AuthUserFile "$dir/users"
    Require valid-user
</Location>
<Location "/ws-jwt">
    <If "%{HTTP:Authorization} != 'Bearer $WEB_TOKEN'">
        Header always set WWW-Authenticate "Bearer"
        Redirect 401
    </If>
</Location>
# Restricted, but to a stranger 401 like all the rest.
<LocationMatch "^/ws-(kerb|auth)/.*/($WEB_RESTRICTED)/">
    Require user somebody-else
    AuthzSendForbiddenOnFailure On
</LocationMatch>
<LocationMatch "^/ws-jwt/.*/($WEB_RESTRICTED)/">
    Redirect 403
</LocationMatch>
EOF
    [ -z "${WEB_EXTRA-}" ] || cat "$WEB_EXTRA"
}

web_start() {
    local dir docroot httpd http https as_nobody=()
    dir=$(cd "$1" && pwd) && docroot=$(cd "$2" && pwd) || return 1
    httpd=$(command -v apache2 || command -v httpd) || {
        echo "web_start: there is no apache2" >&2
        return 1
    }
    web_certificates "$dir" >"$dir/openssl.log" 2>&1 || {
        echo "web_start: no certificates:" >&2
        cat "$dir/openssl.log" >&2
        return 1
    }
    echo "$WEB_USER:$(openssl passwd -apr1 "$WEB_PASSWORD")" >"$dir/users"
    # Apache refuses to serve as root. Root therefore starts it as an ordinary user who may
    # still read what is root's: a directory of mktemp -d is closed to all others.
    [ "$(id -u)" != 0 ] || as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups
        "--inh-caps=-all,+dac_override" "--ambient-caps=-all,+dac_override")
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        http=$(free_port) https=$((http + 1))
        web_config "$dir" "$docroot" "$http" "$https" >"$dir/httpd.conf"
        # The replay cache is the default one, only not in /var/tmp, where it would stay.
        if KRB5_CONFIG=$dir/krb5.conf KRB5RCACHEDIR=$dir start_daemon "$dir/httpd.pid" \
            "$dir/httpd.err" "${as_nobody[@]}" "$httpd" -f "$dir/httpd.conf" -DFOREGROUND
        then
            printf 'http=%s\nhttps=%s\n' "$http" "$https" >"$dir/ports"
            return 0
        fi
        grep -q 'could not bind' "$dir/httpd.err" || break
    done
    echo "web_start: apache does not start:" >&2
    cat "$dir/httpd.err" "$dir/error.log" >&2
    return 1
}

web_port() {
    sed -n "s/^$2=//p" "$1/ports"
}

web_settle() {
    wait_for web_settled "$1"
}
# An answer that is under way: "+ID|..." without its "-ID".
web_settled() {
    awk '/^\+/ { n++ } /^-/ { n-- } END { exit n != 0 }' "$1/forensic.log"
}

web_stop() {
    stop_daemon "$1/httpd.pid"
}
