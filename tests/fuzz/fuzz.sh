#!/bin/sh
# fuzz.sh SECONDS TARGET...: fuzz each target for so long, beginning with its corpus
# in tests/fuzz/corpus; 0 only replays the corpus.  What is new, and what crashes,
# stands beside the target.  The last line counts the targets.
set -u
seconds=$1
shift
passed=0 failed=0
for target in "$@"; do
	name=$(basename "$target" _fuzz)
	found=$target.found
	mkdir -p "$found"
	set -- -max_len=65536 -close_fd_mask=2 -artifact_prefix="$target." -print_final_stats=1
	if [ "$seconds" -eq 0 ]; then
		set -- "$@" -runs=0 "tests/fuzz/corpus/$name"
	else
		set -- "$@" -max_total_time="$seconds" "$found" "tests/fuzz/corpus/$name"
	fi
	if "$target" "$@" >"$target.log" 2>&1; then
		passed=$((passed + 1))
		echo "$name: $(awk '/number_of_executed_units/ { print $2 }' "$target.log") executions, nothing found"
	else
		failed=$((failed + 1))
		echo "$name: FAILED"
		tail -n 30 "$target.log"
	fi
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
