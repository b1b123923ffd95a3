#!/bin/sh
# The rules that every file obeys, as TAP: formats, warnings, manuals, shell, and
# the unit tests under sanitizers and valgrind.
cd "$(dirname "$0")/.." || exit 1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
number=0

# check NAME COMMAND...: one test; what the command says is shown if it fails.
check() {
	number=$((number + 1))
	title=$1
	shift
	if "$@" >"$scratch/out" 2>&1; then
		echo "ok $number - $title"
	else
		echo "not ok $number - $title"
		tail -n 40 "$scratch/out" | sed 's/^/# /'
	fi
}
# The command must succeed and say nothing.
silent() {
	"$@" >"$scratch/said" 2>&1
	status=$?
	cat "$scratch/said"
	[ $status -eq 0 ] && [ ! -s "$scratch/said" ]
}

formatted() {
	find common tools tests -name '*.[ch]' -exec clang-format --dry-run -Werror {} +
}
shell_scripts() {
	find scripts tests contrib .ci common/sql -type f \
		-exec grep -lZE '^#!.*[ /](ba)?sh$' {} + | xargs -0 shellcheck -x
	find tests -name '*.bats' -exec shellcheck -x -s bash {} +
}
manuals() {
	(cd man && mandoc -Tlint ./*.[157])
}
# Every tool has a manual and a test that runs it.
accounted_for() {
	for tool in tools/*.c; do
		name=$(basename "$tool" .c)
		[ -e "man/$name.1" ] && grep -rqs -- "$name" tests/cli || echo "$name"
	done
}
long_main_files() {
	wc -l tools/*.c | awk '$2 != "total" && $1 > 320'
}
# build NAME VARIABLE=VALUE...: the programs and unit tests, apart from build/.
build() {
	directory=$scratch/$1
	shift
	make -s BUILD="$directory" "$@" all unit-programs
}
sanitized() {
	build sanitized CC=clang OPTIMIZE='-O1 -g' HARDEN=-fPIE \
		HARDEN_LD=-fsanitize=address,undefined \
		SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all' &&
		for test in "$scratch"/sanitized/tests/unit/*_test; do
			"$test" || return 1
		done
}
valgrinded() {
	for test in "$scratch"/gcc/tests/unit/*_test; do
		valgrind -q --error-exitcode=9 --leak-check=full \
			--errors-for-leak-kinds=definite --child-silent-after-fork=yes \
			"$test" || return 1
	done
}
# Why some checks are off stands in .clang-tidy.
tidy() {
	clang-tidy --quiet common/*/*.c tools/*.c -- -std=c11 -D_GNU_SOURCE \
		-DELOG_VERSION='"x"' -Icommon 2>"$scratch/counts"
}
analyzed() {
	make -s BUILD="$scratch/analyzed" CC=gcc HARDEN=-fPIE \
		OPTIMIZE='-O1 -fanalyzer -Wno-analyzer-malloc-leak -Werror' all
}
cppchecked() {
	cppcheck --quiet --std=c11 --enable=warning,performance,portability \
		--error-exitcode=1 -Icommon -D_GNU_SOURCE '-DELOG_VERSION="x"' common tools
}
corpora() {
	sh tests/fuzz/fuzz.sh 0 build/fuzz/*_fuzz
}
# Lines of common/ that the unit tests and the command-line tests reach, a file a
# line, least covered first; at least so many in a hundred of all.
covered() {
	build coverage CC=gcc OPTIMIZE='-O0 -g' HARDEN=-fPIE SANITIZE=--coverage \
		HARDEN_LD=--coverage || return 1
	for test in "$scratch"/coverage/tests/unit/*_test; do
		"$test" >/dev/null 2>&1 || return 1
	done
	ELOG_BUILD=$scratch/coverage bats tests/cli/*.bats >"$scratch/bats" 2>&1 ||
		{ grep -A 5 '^not ok' "$scratch/bats" && return 1; }
	gcov -n "$scratch"/coverage/common/*/*.gcda 2>/dev/null | awk '
		/^File .common/ { file = $2; gsub("\047", "", file) }
		/^Lines executed/ && file != "" {
			split($2, part, /[:%]/)
			printf "%6.1f %% of %4d lines  %s\n", part[2], $4, file
			hit += part[2] * $4 / 100; all += $4; file = ""
		}
		END {
			printf "%6.1f %% of %4d lines  in all\n", 100 * hit / all, all
			exit hit / all < 0.85
		}' | sort -n
}
reproducible() {
	make -s BUILD="$scratch/again" all || return 1
	make -s BUILD="$scratch/once" all || return 1
	for tool in tools/*.c; do
		name=$(basename "$tool" .c)
		cmp "$scratch/once/$name" "$scratch/again/$name" || return 1
	done
}

check 'no include runs up the order of the rooms, or in a circle' silent sh tests/rooms.sh
check 'clang-format' silent formatted
check 'shellcheck' silent shell_scripts
check 'manuals' silent manuals
check 'every tool has a manual and a test' silent accounted_for
check 'no main file of more than 320 lines' silent long_main_files
check 'gcc without warnings' silent build gcc CC=gcc OPTIMIZE='-O2 -g -Werror'
check 'clang without warnings' silent build clang CC=clang OPTIMIZE='-O2 -Werror' HARDEN=-fPIE
check 'clang-tidy' silent tidy
check 'gcc -fanalyzer' silent analyzed
check 'cppcheck' silent cppchecked
check 'unit tests under ASan and UBSan' sanitized
check 'unit tests under valgrind' valgrinded
check 'fuzz targets on their corpora' corpora
check 'line coverage' covered
sed 's/^/# /' "$scratch/out"
check 'two builds, the same bytes' reproducible
echo "1..$number"
