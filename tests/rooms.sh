#!/bin/sh
# Read the includes of common/ and say each arrow that runs up the order of the rooms
# (common/README.md), and each circle within a room.  Silent if there is none.
set -eu
cd "$(dirname "$0")/.."
rooms=$(awk -F'[`/]' '/^[|] `[a-z]+[/]`/ { print $2 }' common/README.md)
for folder in common/*/; do
	folder=$(basename "$folder")
	echo "$rooms" | grep -qx "$folder" || echo "common/$folder: not in the table of common/README.md"
done
# "from to" for each include of a header of common/, by room and noun.
includes=$(grep -HoE '^#include "[a-z]+/[a-z0-9_]+\.h"' common/*/*.[ch] |
	sed -E 's/^common\/([a-z]+\/[a-z0-9_]+)\.[ch]:#include "(.*)\.h"/\1 \2/' |
	awk '$1 != $2' | sort -u)
echo "$includes" | awk -v rooms="$rooms" '
	BEGIN { n = split(rooms, name, "\n"); for (i = 1; i <= n; i++) rank[name[i]] = i }
	{ split($1, from, "/"); split($2, to, "/") }
	rank[to[1]] > rank[from[1]] { print "common/" $1 ": includes " $2 ".h, a room above its own" }'
# What is left of an order is a circle.
echo "$includes" | tsort 2>&1 >/dev/null | sed 's/^tsort: /circle: /' || true
grep -nE '^#include "[a-z0-9_]+\.h"' common/*/*.[ch] tools/*.c |
	sed 's/$/: headers are included with their room/'
