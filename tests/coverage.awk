# What gcov -n says: a line a file, least covered first, and at last of all.
/^File .common/ {
	file = $2
	gsub("\047", "", file)
}
/^Lines executed/ && file != "" {
	split($2, part, /[:%]/)
	printf "%6.1f %% of %4d lines  %s\n", part[2], $4, file | "sort -n"
	hit += part[2] * $4 / 100
	all += $4
	file = ""
}
END {
	close("sort -n")
	printf "%6.1f %% of %4d lines  in all\n", 100 * hit / all, all
}
