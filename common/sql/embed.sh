#!/bin/sh
# Print a C file that holds the SQL files named as arguments: sql_files[], a
# table of {name, text} that sql.h declares.  Names lose "common/sql/" and ".sql".
set -eu
echo '#include "db/sql.h"'
echo
i=0
for file in "$@"; do
	echo "static const char text_${i}[] = {"
	od -An -v -tx1 "$file" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
	echo "0};"
	i=$((i + 1))
done
echo
echo 'const struct sql_file sql_files[] = {'
i=0
for file in "$@"; do
	name=${file#common/sql/}
	echo "    {\"${name%.sql}\", text_$i},"
	i=$((i + 1))
done
echo '    {0, 0},'
echo '};'
