# SPDX-License-Identifier: GPL-2.0-or-later
# Pipes and redirections.
echo one | cat | cat | tr a-z A-Z
yes | head -n 3
seq 1 1000 | sort -rn | head -n 2
echo out; echo err >&2
{ echo out; echo err >&2; } 2>&1 | sort
echo first > file; echo second >> file; cat < file
cat < missing; echo "status $?"
exec 3> three; echo to three >&3; exec 3>&-; cat three
exec 4< fruit; read l <&4; read m <&4; exec 4<&-; echo "$l $m"
echo x 2>/dev/null >&2 ; echo "$?"
ls missing 2> errors; wc -l < errors
(echo a; echo b) > sub; wc -l < sub
cat fruit numbers | wc
set -o noclobber 2>/dev/null; echo y > file; echo "status $?"
set +o noclobber 2>/dev/null
cat <<A <<B
first
A
second
B
echo "last of pipe $(true | false; echo $?)"
set -o pipefail 2>/dev/null; false | true; echo $?
mkfifo fifo; (echo through fifo > fifo) & cat fifo; wait
echo 123 | { read n; echo $((n + 1)); }
cat numbers | while read a b c; do echo $c; done | tail -n 1
: > empty2; wc -c empty2
echo abc | tee copy1 copy2; cat copy1 copy2
