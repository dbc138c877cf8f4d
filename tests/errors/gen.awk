# SPDX-License-Identifier: GPL-2.0-or-later
# Joins tbl/syscall_64.tbl or syscall_32.tbl with calls.tbl: an initialiser of struct row (driver.c)
# per number. Numbers without an entry point, and holes of the table, are called with zeros.
# The rows of known.tbl are left out of a run of all rows.
# Usage: awk -v width=64 -f gen.awk known.tbl calls.tbl TABLE

{
	sub(/#.*/, "")
}
NF == 0 {
	next
}
FILENAME ~ /known\.tbl$/ {
	for (i = 2; i <= NF; i++)
		if ($1 == width || $1 == "both")
			known[$i] = 1
	next
}
FILENAME ~ /calls\.tbl$/ {
	name = $1
	if (name ~ /^(64|32):/) {
		if (substr(name, 1, 2) != width)
			next
		name = substr(name, 4)
	}
	flags[name] = $2 (name in known ? "?" : "")
	args = ""
	for (i = 3; i <= NF; i++)
		args = args (i > 3 ? " " : "") $i
	arguments[name] = args
	next
}
$2 == "x32" {
	next
}
{
	entry = $4
	if (width == 32 && NF >= 5 && $5 != "-")
		entry = $5
	seen[$1 + 0] = 1
	if (entry == "" || entry == "sys_ni_syscall")
		printf "{\"%s\", %d, \".\", \"\"},\n", $3, $1
	else if ($3 in flags)
		printf "{\"%s\", %d, \"%s\", \"%s\"},\n", $3, $1, flags[$3], arguments[$3]
	else {
		printf "%s:%d: tests/errors/calls.tbl has no line for %s\n", FILENAME, FNR, $3 \
			> "/dev/stderr"
		bad = 1
	}
}
END {
	for (i = 0; i < 520; i++)
		if (!(i in seen))
			printf "{\"nr%d\", %d, \".\", \"\"},\n", i, i
	printf "{\"nr_huge\", 0x7fffffff, \".\", \"\"}, {\"nr_negative\", -1, \".\", \"\"},\n"
	exit bad
}
