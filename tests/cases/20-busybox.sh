# SPDX-License-Identifier: GPL-2.0-or-later
# BusyBox, statically linked: its applets on the fixture tree, and its shell.

bb() # [OPTIONS] NAME APPLET ARGS...
{
	local o=()
	while [[ $1 == -* ]]; do
		o+=("$1")
		[[ $1 == -[it] ]] && { o+=("$2"); shift; }
		shift
	done
	twice "${o[@]}" "busybox/$1" "$BUSYBOX" "${@:2}"
}

sh_() # NAME SCRIPT ARGS...
{
	twice -f "busybox/sh/$1" "$BUSYBOX" sh -c "$2" sh "${@:3}"
}

bb -q echo echo hello world
bb -f -q ls ls -lR .
bb -f ls-plain ls -la
bb -f ls-missing ls missing .
bb -f -q find find . -type f -name 'h*'
bb -f find-exec find . -type f -exec wc -c {} ';'
bb -f find-newer find . -newer fruit
bb -f -q grep grep -rn needle .
bb -f grep-none grep zebra fruit
bb -f grep-regex grep -E '^(a|b).*[a-z]$' fruit
bb -f -q sort sort fruit
bb -f sort-n sort -n numbers
bb -f sort-u sort -ru fruit
bb -f sha256 sha256sum fruit numbers dir/binary
bb -f md5 md5sum fruit numbers
bb -f -q gzip gzip -k numbers
bb -f gzip-9 gzip -9 -n numbers
bb -f gzip-pipe sh -c 'gzip -c numbers | gunzip -c | cmp - numbers && echo same'
bb -f bzip2 sh -c 'bzip2 -k fruit && bunzip2 -c fruit.bz2'
bb -f tar sh -c 'tar cf t.tar dir fruit && tar tvf t.tar && mkdir out && tar xf t.tar -C out && find out | sort'
bb -f tar-gz sh -c 'tar czf t.tgz dir && rm -r dir && tar xzf t.tgz && ls -lR dir && rm t.tgz'
bb -f cpio sh -c 'find dir | sort | cpio -o -H newc > a.cpio && mkdir o && cd o && cpio -id < ../a.cpio && rm ../a.cpio && find . | sort'
bb -f -q awk awk '{ s += $1; n[$1 % 7]++ } END { print s, NR; for (i = 0; i < 7; i++) print i, n[i] }' numbers
bb -f awk-printf awk 'BEGIN { printf "%5.2f %x %s\n", 3.14159, 255, substr("hello", 2, 3); print sin(1), exp(1), sqrt(2) }'
bb -f sed sed -n 's/\(a\)\(.\)/\2\1/gp' fruit
bb -f sed-i sh -c 'sed -i -e 2d -e "s/fig/date/" fruit; cat fruit'
bb -f wc wc fruit numbers dir/binary
bb -f dd dd if=numbers of=part bs=100 skip=2 count=3 seek=1 conv=notrunc status=none
bb dd-zero sh -c 'dd if=/dev/zero bs=4096 count=100 2>/dev/null | sha256sum'
bb date date -u -d @1700000000
bb date-format date -u -d '2024-02-29 12:00:00' '+%A %j %s'
bb cal cal 2 2024
bb expr expr 6 '*' 7
bb seq seq 1 3 20
bb -i 'one two three four' xargs xargs -n 2 echo
bb -i $'b\na\nb\n' uniq sh -c 'sort | uniq -c'
bb -i abc tr tr a-c A-C
bb -i 'some text' od od -c
bb -i 'some text' hexdump hexdump -C
bb -i $'1+2*3\n2^100\nscale=10; 1/7\n' bc bc
bb -f cp sh -c 'cp -a dir copy && cp fruit f2 && ls -lR copy'
bb -f mv sh -c 'mv fruit dir/ && mv dir moved && find . | sort'
bb -f ln sh -c 'ln fruit hard; ln -s fruit soft; readlink soft; cat soft hard | wc -l'
bb -f rm sh -c 'rm -r dir && rm missing; ls'
bb -f chmod sh -c 'chmod 4751 fruit; chmod -R g-r dir; ls -lR; stat -c "%a %n %s" fruit dir'
bb -f touch sh -c 'touch -d "2001-02-03 04:05:06" fruit new; ls -l fruit new; stat -c %Y new'
bb -f mkdir sh -c 'mkdir -p a/b/c && rmdir a/b/c && mkdir a; ls -R a'
bb -f diff diff fruit dir/hay
bb -f cmp cmp fruit numbers
bb -f head-tail sh -c 'head -n 3 numbers; tail -n 3 numbers; tail -c 10 numbers'
bb -f cut sh -c 'cut -d" " -f2 numbers | sort | uniq -c; paste fruit fruit'
bb -f du sh -c 'du -a dir | sort'
bb -f split sh -c 'split -l 1000 numbers part. && wc -l part.*'
bb -f truncate sh -c 'truncate -s 100 fruit; truncate -s +50 new; wc -c fruit new'
bb -f strings strings dir/binary
bb -f base64 sh -c 'base64 dir/binary | tee enc | base64 -d | cmp - dir/binary && cat enc'
bb id id -u
bb uname uname -s
bb true true
bb false false
bb test-op sh -c 'test -d . && test ! -e x && [ 3 -gt 2 ] && echo yes'
bb applet-missing nosuchapplet
bb env env -i A=1 B=2 "$BUSYBOX" env
bb which sh -c 'which ls | wc -l'
bb sleep sleep 0.05
bb timeout timeout 0.2 "$BUSYBOX" sleep 5
bb usleep sh -c 'usleep 1000; echo $?'
bb nice nice -n 5 "$BUSYBOX" nice
bb mktemp sh -c 'd=$(mktemp -d ./XXXXXX) && test -d $d && rmdir $d && echo made'
bb pidof sh -c 'test $$ -gt 1 && kill -0 $$ && echo alive'
bb -f httpd-less sh -c 'factor 123456789; cksum fruit; sum fruit; crc32 fruit'
bb -f patch sh -c 'sed s/fig/FIG/ fruit > f2; diff -u fruit f2 > p; patch fruit < p && cat fruit'
bb -f vi-ed sh -c 'printf "2d\n1,\$p\nw\nq\n" | ed fruit'

for f in tests/scripts/*.sh; do
	base=${f##*/}
	[[ $base == bash-* ]] && continue
	q=
	[[ $base == basic.sh ]] && q=-q
	twice -f $q "busybox/script/${base%.sh}" "$BUSYBOX" sh "$ROOT/$f" arg1 "arg 2"
done

sh_ exit 'exit 37'
sh_ kill-self 'kill -TERM $$; echo no'
sh_ kill-9 'kill -9 $$'
sh_ args 'echo "$0" "$#" "$@"; shift; echo "$*"' a 'b c' d
sh_ not-found 'nosuchcommand; echo $?'
sh_ not-executable './fruit; echo $?'
sh_ directory './dir; echo $?'
sh_ script './script a b; echo $?'
sh_ stdin 'read a; read b c; echo "$b-$c"; cat'
sh_ syntax 'if true; echo'
sh_ big-pipe 'seq 1 5000 | while read x; do [ $((x % 1000)) = 0 ] && echo $x; done; seq 1 100000 | tail -n 1'
sh_ loop-of-commands 'i=0; while [ $i -lt 30 ]; do "$1" true; i=$((i + 1)); done; echo $i' "$BUSYBOX"
sh_ demo 'for i in 1 2 3; do echo $i | sha256sum; done'
sh_ ls-wc 'ls / | wc -l'
twice "busybox/absolute-script" "$ROOT/tests/scripts/shebang"
