#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The system-call tables: every number against the kernel headers of this system, the generator's
# output, and its errors. "ok" or "not ok" per check; TRAPGATE names the binary (build/trapgate).
set -u
cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C
trapgate=${TRAPGATE:-build/trapgate}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0

ok()
{
	echo "ok - $1"
}
not_ok()
{
	echo "not ok - $1"
	test $# -lt 2 || printf '%s\n' "$2" | head -n 20 | sed 's/^/#   /'
	failed=1
}
# check NAME EXPECTED ACTUAL
check()
{
	if test "$2" = "$3"; then
		ok "$1"
	else
		not_ok "$1" "expected: $2
got: $3"
	fi
}

# --- numbers and names ---------------------------------------------------------------------------

# "NAME NUMBER" of each call in the headers, as the C compiler sees them with these flags.
header_numbers()
{
	echo '#include <asm/unistd.h>' | gcc "$@" -E -dM -x c - 2>/dev/null |
		awk '$1 == "#define" && $2 ~ /^__NR_/ {
			name = substr($2, 6); sub(/^#define [^ ]* /, ""); gsub(/[() ]/, "")
			sub(/^__X32_SYSCALL_BIT\+/, ""); if ($0 ~ /^[0-9]+$/) print name, $0 }' | sort
}
table_numbers() # FILE ABI-PATTERN
{
	awk -v abi="$2" '!/^#/ && NF && $2 ~ abi { print $3, $1 }' "$1" | sort
}
# Each line of $2 must be one of $3.
subset() # NAME HAVE IN
{
	extra=$(comm -23 "$2" "$3")
	if test ! -s "$2"; then
		not_ok "$1" "the headers have no system calls"
	elif test -n "$extra"; then
		not_ok "$1" "not so in the table: $extra"
	else
		ok "$1 ($(wc -l <"$2") calls)"
	fi
}

table_numbers tbl/syscall_64.tbl '^(common|64)$' >"$tmp/table64"
table_numbers tbl/syscall_64.tbl '^(common|x32)$' >"$tmp/tablex32"
table_numbers tbl/syscall_32.tbl '^i386$' >"$tmp/table32"
header_numbers -m64 >"$tmp/header64"
header_numbers -m32 >"$tmp/header32"
header_numbers -mx32 >"$tmp/headerx32"
subset "64-bit numbers are the headers'" "$tmp/header64" "$tmp/table64"
subset "32-bit numbers are the headers'" "$tmp/header32" "$tmp/table32"
subset "x32 numbers are the headers'" "$tmp/headerx32" "$tmp/tablex32"

# What the headers do not know must be newer than what they know, or older than the tables' first.
for bits in 64 32; do
	newest=$(awk '{ if ($2 > n) n = $2 } END { print n }' "$tmp/header$bits")
	odd=$(awk '{ print $2, $1 }' "$tmp/table$bits" | sort -n | awk -v newest="$newest" -v h="$tmp/header$bits" '
		BEGIN { while ((getline line < h) > 0) { split(line, f, " "); have[f[2]] = 1 } }
		$1 <= newest && !($1 in have) && $1 != 335 && $1 != 336 { print }')
	check "no $bits-bit row that the headers lack, below $newest" "" "$odd"
	last=$(awk '{ if ($2 > n) n = $2 } END { print n }' "$tmp/table$bits")
	check "the $bits-bit table reaches 469" 469 "$last"
done
check "open_tree_attr, file_getattr and file_setattr are 467 to 469 in both" \
	"file_getattr 468 file_setattr 469 open_tree_attr 467" \
	"$(sort "$tmp/table64" "$tmp/table32" | uniq -d | grep -E ' 46[789]$' | tr '\n' ' ' | sed 's/ $//')"

# --- what the generator makes --------------------------------------------------------------------

gen() # OUT TABLE64 TABLE32
{
	awk -v out="$1" -f tbl/gen.awk "$2" "$3"
}
gen numbers tbl/syscall_64.tbl tbl/syscall_32.tbl >"$tmp/nr.h"
check "NR64_*: one constant for each row" "$(wc -l <"$tmp/table64")" "$(grep -c '^#define NR64_' "$tmp/nr.h")"
check "NR32_*: one constant for each row" "$(wc -l <"$tmp/table32")" "$(grep -c '^#define NR32_' "$tmp/nr.h")"
check "NR32_execve is 11" "#define NR32_execve 11" "$(grep 'NR32_execve ' "$tmp/nr.h")"

gen tables tbl/syscall_64.tbl tbl/syscall_32.tbl >"$tmp/tables.c"
check "x32 rows are not in the dispatch table" 0 \
	"$(sed -n '/ sys_call_table\[\]/,/^};/p' "$tmp/tables.c" | grep -c '"x32"')"
check "the compat entry point is what the 32-bit table calls" 1 \
	"$(grep -c '\[11\] = {"execve", "i386", "compat_sys_execve", &compat_sys_execve_desc}' "$tmp/tables.c")"
check "a row of sys_ni_syscall has no handler" 1 \
	"$(grep -c '\[166\] = {"vm86", "i386", "sys_ni_syscall", NULL}' "$tmp/tables.c")"

# --- errors --------------------------------------------------------------------------------------

good32='0 i386 restart_syscall sys_restart_syscall'
# bad NAME EXPECTED-MESSAGE TABLE64 [TABLE32]: the message follows the file's name
bad()
{
	printf '%s\n' "$3" >"$tmp/a.tbl"
	printf '%s\n' "${4:-$good32}" >"$tmp/b.tbl"
	message=$(cd "$tmp" && awk -v out=tables -f "$OLDPWD/tbl/gen.awk" a.tbl b.tbl 2>&1 >/dev/null)
	status=$?
	if test "$status" = 0; then
		not_ok "refused: $1" "the generator succeeded"
	else
		check "refused: $1" "$2" "$message"
	fi
}
bad "two columns" "a.tbl:2: too few columns: want NUMBER ABI NAME [ENTRY [COMPAT [noreturn]]]" "# head
1 common"
bad "seven columns" "a.tbl:1: too many columns: want NUMBER ABI NAME [ENTRY [COMPAT [noreturn]]]" \
	"1 64 exit sys_exit - noreturn more"
bad "a number that is none" "a.tbl:1: bad number \"x1\"" "x1 common read sys_read"
bad "a negative number" "a.tbl:1: bad number \"-1\"" "-1 common read sys_read"
bad "a number with leading zeros" "a.tbl:1: bad number \"01\"" "01 common read sys_read"
bad "a number out of range" "a.tbl:1: number 1024 is above 1023" "1024 common read sys_read"
bad "an unknown abi" "a.tbl:1: bad abi \"i386\": want common, 64 or x32" "1 i386 read sys_read"
bad "an unknown abi in the 32-bit table" "b.tbl:1: bad abi \"64\": want i386" "1 64 read sys_read" "1 64 read sys_read"
bad "a bad name" "a.tbl:1: bad name \"re-ad\"" "1 64 re-ad sys_read"
bad "a bad entry point" "a.tbl:1: bad entry point \"do_read\": want sys_* or compat_sys_*" "1 64 read do_read"
bad "a bad compat entry point" "b.tbl:1: bad compat entry point \"x\": want sys_*, compat_sys_* or -" \
	"1 64 read sys_read" "1 i386 read sys_read x"
bad "a bad last column" "a.tbl:1: bad last column \"return\": want noreturn" "1 64 exit sys_exit - return"
bad "a number twice" "a.tbl:3: number 1 is already taken in line 1" "1 64 read sys_read
2 64 write sys_write
1 common open sys_open"
bad "a name twice" "a.tbl:2: name read is already taken in line 1" "1 64 read sys_read
2 64 read sys_read"
bad "an x32 number that a 64-bit row has" "a.tbl:2: number 1 is already taken in line 1" "1 64 read sys_read
1 x32 read sys_read"
printf '1 64 read sys_read\n520 x32 read compat_sys_read\n' >"$tmp/a.tbl"
echo "$good32" >"$tmp/b.tbl"
if gen tables "$tmp/a.tbl" "$tmp/b.tbl" >/dev/null 2>&1; then
	ok "taken: an x32 row with the name of a 64-bit row"
else
	not_ok "taken: an x32 row with the name of a 64-bit row"
fi

# The build stops at the row, too, and leaves no half of a file.
mkdir -p "$tmp/tree/tbl" && cp -r Makefile mk src "$tmp/tree/" && cp tbl/* "$tmp/tree/tbl/"
echo '0 common twice sys_twice' >>"$tmp/tree/tbl/syscall_64.tbl"
line=$(wc -l <"$tmp/tree/tbl/syscall_64.tbl")
message=$(cd "$tmp/tree" && MAKEFLAGS='' make -s build/gen/syscall_tables.c 2>&1 >/dev/null | grep '^tbl/')
check "a duplicate row fails the build with file and line" \
	"tbl/syscall_64.tbl:$line: number 0 is already taken in line $(grep -n '^0	' tbl/syscall_64.tbl | cut -d: -f1)" \
	"$message"
test ! -e "$tmp/tree/build/gen/syscall_tables.c" && ok "no half of a file is left" || not_ok "no half of a file is left"

# --- the program ---------------------------------------------------------------------------------

if test -x "$trapgate"; then
	for bits in 64 32; do
		"$trapgate" table --abi $bits 2>/dev/null | awk '{ print $3, $1 }' | sort >"$tmp/listed"
		awk '!/^#/ && NF { print $3, $1 }' tbl/syscall_$bits.tbl | sort >"$tmp/rows"
		check "trapgate table --abi $bits lists every row" "$(cat "$tmp/rows")" "$(cat "$tmp/listed")"
	done
	check "trapgate table --missing lists no full row" 0 "$("$trapgate" table --missing 2>/dev/null | grep -c ' full$')"
	# A handler whose name is in no table would never be called.
	nm "$trapgate" | awk '$3 ~ /^(compat_)?sys_.*_desc$/ && $2 ~ /[RrDd]/ { sub(/_desc$/, "", $3); print $3 }' |
		sort >"$tmp/handlers"
	awk '!/^#/ && NF >= 4 { print ((NF >= 5 && $5 != "-") ? $5 : $4) }' tbl/*.tbl | sort -u >"$tmp/entries"
	check "every handler is in a table" "" "$(comm -23 "$tmp/handlers" "$tmp/entries")"
fi

exit $failed
