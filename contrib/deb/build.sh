#!/bin/sh
# build.sh VERSION STAGED_DIR OUTPUT.deb: make a Debian package of a tree that
# "make install DESTDIR=STAGED_DIR PREFIX=/usr" made.  The tree is left as it is.
#
# The same tree gives the same package, byte for byte: all times are
# SOURCE_DATE_EPOCH, or that of the last commit, or that of the tree's newest file.
set -eu
umask 022

[ $# -eq 3 ] || {
	echo "usage: build.sh VERSION STAGED_DIR OUTPUT.deb" >&2
	exit 2
}
version=$1 staged=$2 output=$3
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
maintainer="${DEBFULLNAME:-elog developers} <${DEBEMAIL:-elog@example.org}>"

[ -d "$staged/usr/bin" ] || {
	echo "build.sh: $staged/usr/bin is not there: make install DESTDIR=$staged PREFIX=/usr" >&2
	exit 1
}
if [ -z "${SOURCE_DATE_EPOCH-}" ]; then
	SOURCE_DATE_EPOCH=$(git -C "$top" log -1 --format=%ct 2>/dev/null) ||
		SOURCE_DATE_EPOCH=$(find "$staged" -type f -printf '%T@\n' | sort -n |
			sed -n '$s/\..*//p')
fi
export SOURCE_DATE_EPOCH

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
root=$work/elog
mkdir "$root" "$root/DEBIAN"
cp -a "$staged/." "$root/"

# What Debian wants of its packages: no symbols, compressed manual pages, a page for
# each command, a copyright and a changelog.
for file in "$root"/usr/bin/*; do
	case $(od -An -N4 -tx1 "$file") in
	' 7f 45 4c 46') strip --strip-unneeded -R .comment -R .note "$file" ;;
	esac
done
# Another package has a program elog: ours waits here, and goes to its place when the
# package is set up, if that is free (front-door.sh).
front=$root/usr/lib/elog-tools
mkdir -p "$front"
mv "$root/usr/bin/elog" "$root/usr/share/man/man1/elog.1" "$front/"
rm -f "$root/usr/share/bash-completion/completions/elog"
install -m 755 "$top/scripts/front-door.sh" "$front/"
maintainer_script() { # NAME WHEN ACTION
	cat >"$root/DEBIAN/$1" <<END
#!/bin/sh
set -e
[ "\$1" != $2 ] || sh /usr/lib/elog-tools/front-door.sh $3 \\
    /usr/lib/elog-tools/elog /usr/lib/elog-tools/elog.1 /usr
END
}
maintainer_script postinst configure install
maintainer_script prerm remove uninstall

find "$root/usr/share/man" -type f ! -name '*.gz' -exec gzip -9n {} +
find "$root/usr/share/man" -type l | while IFS= read -r link; do
	ln -s "$(readlink "$link").gz" "$link.gz"
	rm "$link"
done
docs=$root/usr/share/doc/elog-tools
mkdir -p "$docs"
{
	echo 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/'
	echo 'Upstream-Name: elog'
	echo
	echo 'Files: *'
	sed -n 's/^Copyright (c) /Copyright: /p' "$top/LICENSE"
	echo 'License: Expat'
	sed -n '/^Permission is hereby/,$p' "$top/LICENSE" | sed 's/^$/./; s/^/ /'
} >"$docs/copyright"
{
	printf 'elog (%s) unstable; urgency=medium\n\n' "$version"
	printf '  * Built from the source tree.\n\n'
	printf ' -- %s  %s\n' "$maintainer" \
		"$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")"
} | gzip -9n >"$docs/changelog.gz"

# The libraries: as dpkg-shlibdeps finds them, else those of Debian 12.  What only the
# tools for a server need is recommended: the others do without.
servers='elog/usr/bin/elog-push elog/usr/bin/elog-web'
libraries='' recommended=''
# needs PROGRAM...: the libraries of these, one a line.
needs() {
	(cd "$work" && dpkg-shlibdeps -O "$@" 2>/dev/null) |
		sed -n 's/^shlibs:Depends=//p' |
		# It sees functions, not the SQL operators and the options that we use.
		sed 's/libsqlite3-0 ([^)]*)/libsqlite3-0 (>= 3.38.0)/
			s/libcurl4 ([^)]*)/libcurl4 (>= 7.85.0)/' |
		sed 's/, /\n/g'
}
if command -v dpkg-shlibdeps >/dev/null; then
	mkdir "$work/debian"
	printf 'Source: elog\n\nPackage: elog\nArchitecture: any\n' >"$work/debian/control"
	: >"$work/servers"
	programs=$(cd "$work" && for program in $(find elog/usr/bin -type f ! -name '*.sh' | sort); do
		case " $servers " in
		*" $program "*) echo "$program" >>servers ;;
		*) echo "$program" ;;
		esac
	done)
	# shellcheck disable=SC2086 # a list of names without spaces
	needs $programs >"$work/needed" || :
	# Loaded when it is needed (common/text/html.c).
	[ ! -s "$work/needed" ] || echo 'libxml2 (>= 2.7.4)' >>"$work/needed"
	# shellcheck disable=SC2046 # a list of names without spaces
	[ ! -s "$work/servers" ] || recommended=$(needs $(cat "$work/servers") |
		awk -v needed="$work/needed" 'BEGIN { while ((getline line <needed) > 0) {
			split(line, word, " "); there[word[1]] = 1 } }
			!($1 in there) { printf ", %s", $0 }')
	libraries=$(paste -s -d , "$work/needed" | sed 's/,/, /g')
fi
[ -n "$libraries" ] || libraries='libc6 (>= 2.36), libcurl4 (>= 7.85.0), libexpat1,
 libjq1, libkrb5-3, libpcre2-8-0, libpopt0, libsqlite3-0 (>= 3.38.0), libssl3,
 libutf8proc2, libxml2, libyaml-0-2'
[ -n "$recommended" ] || recommended=', libmariadb3, libmicrohttpd12, libodbc2, libpq5,
 libxslt1.1'

size=$(du -k -s --apparent-size "$root" | cut -f 1)
cat >"$root/DEBIAN/control" <<END
Package: elog-tools
Version: $version
Architecture: $(dpkg --print-architecture)
Maintainer: $maintainer
Installed-Size: $size
Depends: $libraries, findutils (>= 4.4), util-linux (>= 2.20)
Recommends: krb5-user, libjs-dygraphs$recommended
Suggests: cron, jq, sqlite3
Breaks: elog (<< 0.2)
Replaces: elog (<< 0.2)
Section: science
Priority: optional
Description: mirror of an experiment logbook in an SQLite file
 Tools that fetch what an electronic logbook service holds about experiments
 (entries, runs, files, questionnaires, workflows) as a stream of records, load
 it into one SQLite file, and keep that fresh from cron.
END
(cd "$root" && find usr -type f | LC_ALL=C sort | xargs -d '\n' md5sum) \
	>"$root/DEBIAN/md5sums"
find "$root" -type d -exec chmod 755 {} +
find "$root" -type f -exec chmod u=rwX,go=rX {} +
chmod 755 "$root/DEBIAN/postinst" "$root/DEBIAN/prerm"
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group -Zxz --build "$root" "$output" >/dev/null
