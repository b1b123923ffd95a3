#!/bin/sh
# embed.sh HEADER TABLE FOLDER SUFFIX FILE...: print a C file that holds the files: the
# table that HEADER declares, of {name, text}.  Names lose the folder and the suffix.
set -eu
header=$1 table=$2 folder=$3 suffix=$4
shift 4
type=${table%s}
echo "#include \"$header\""
echo
i=0
for file in "$@"; do
	echo "static const char text_${i}[] = {"
	od -An -v -td1 "$file" | sed 's/  *\(-*[0-9][0-9]*\)/\1,/g'
	echo "0};"
	i=$((i + 1))
done
echo
echo "const struct $type ${table}[] = {"
i=0
for file in "$@"; do
	name=${file#"$folder/"}
	echo "    {\"${name%"$suffix"}\", text_$i},"
	i=$((i + 1))
done
echo '    {0, 0},'
echo '};'
