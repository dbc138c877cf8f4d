# SPDX-License-Identifier: GPL-2.0-or-later
# Variables, loops, functions, arithmetic, substitution, here-documents, globbing.
echo "args: $# <$1> <$2>"
a=5
b=$((a * 7 - 3 % 2))
echo "$a $b ${a}x ${undefined:-default} ${b#3} ${#b}"
for i in 1 2 3; do printf '%s,' "$i"; done; echo
i=0
while [ $i -lt 5 ]; do i=$((i + 1)); [ $i = 3 ] && continue; echo "i=$i"; done
until [ $i = 0 ]; do i=$((i - 1)); done; echo $i
f() { local x=$1; echo "f $x $#"; return 4; }
f one two; echo "returned $?"
x=$(echo inner; exit 3); echo "$x $?"
echo `echo back quoted`
cat <<EOF
here $a $(echo sub)
	tab
EOF
cat <<'EOF'
literal $a
EOF
case hello.c in
*.h) echo header ;;
*.c) echo source ;;
esac
echo *
echo dir/*
echo [f-n]*
echo nomatch*
set -- x y z; echo "$@" $#
if false; then echo no; elif true; then echo yes; else echo no; fi
true && echo and || echo or
false && echo and || echo or
! true; echo $?
(exit 5); echo $?
( cd dir && pwd | sed 's,.*/,,' ); [ -e dir ] && echo back
{ echo grouped; echo lines; } | wc -l
eval 'echo evaluated $a'
IFS=:; set -- $(echo p:q:r); echo $2; unset IFS
echo "done" >&2
unset a; echo "${a-unset}"
test -r fruit -a -d dir; echo $?
type f >/dev/null && echo function
exit 12
