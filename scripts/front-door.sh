#!/bin/sh
# front-door.sh install|uninstall PROGRAM MANUAL PREFIX: put our program "elog" into
# PREFIX/bin, with its manual and completion, or take them away.  Another program has the same name,
# the client of PSI's logbook: what is not ours is left as it is.
set -eu
action=$1 program=$2 page=$3 prefix=$4
bin=$prefix/bin/elog manual=$prefix/share/man/man1/elog.1
completion=$prefix/share/bash-completion/completions/elog

# What stands in ours and in no other.
is_ours() {
	case $1 in
	"$bin") grep -qsaF 'there is no tool '\''%s'\'': elog alone lists them' "$1" ;;
	"$manual") grep -qsF 'the front door to the elog tools' "$1" ;;
	*) [ "$(readlink "$1")" = elog-tools ] || grep -qsF 'bash completion for the elog tools' "$1" ;;
	esac
}

is_there() { [ -e "$1" ] || [ -L "$1" ]; }

case $action in
install)
	for file in "$bin" "$manual" "$manual.gz"; do
		if is_there "$file" && ! is_ours "$file"; then
			echo "front-door.sh: $file is another program's, and stays: elog-select and the others go by their own names" >&2
			exit 0
		fi
	done
	install -m 755 "$program" "$bin"
	install -m 644 "$page" "$manual"
	if ! is_there "$completion" || is_ours "$completion"; then
		ln -sf elog-tools "$completion"
	fi
	;;
uninstall)
	for file in "$bin" "$manual" "$completion"; do
		! is_there "$file" || ! is_ours "$file" || rm -f "$file"
	done
	;;
esac
