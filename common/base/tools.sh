#!/bin/sh
# tools.sh MANUAL.1...: the tools of the suite as a C table, tools.h: what each is called
# and what it does, from the names and one-line descriptions of the manuals.
set -eu
echo '/* Made by common/base/tools.sh. */'
echo '#include "base/tools.h"'
echo 'const struct tool tools[] = {'
for page in "$@"; do
	awk -v page="${page##*/}" '
		/^\.Nm / && name == "" { name = $2 }
		/^\.Nd / { sub(/^\.Nd /, ""); gsub(/["\\]/, "\\\\&"); line = $0; exit }
		END { printf "    {\"%s\", \"%s\", \"%s\"},\n", name, line, page }' "$page"
done
echo '    {0, 0, 0},'
echo '};'
