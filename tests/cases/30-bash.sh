# SPDX-License-Identifier: GPL-2.0-or-later
# bash, statically linked (package bash-static).

if [[ -x $BASH_STATIC ]]; then
	for f in tests/scripts/*.sh; do
		base=${f##*/}
		q=
		[[ $base == bash-basic.sh ]] && q=-q
		twice -f $q "bash/script/${base%.sh}" "$BASH_STATIC" "$ROOT/$f" arg1 "arg 2"
	done
	twice -q bash/echo "$BASH_STATIC" -c 'echo hi; exit 3'
	twice bash/version-less "$BASH_STATIC" -c 'echo ${BASH_VERSINFO[0]} $MACHTYPE $0 $1' zero one
	twice -i $'echo from stdin\nexit 5\n' bash/stdin "$BASH_STATIC"
	twice bash/login-less "$BASH_STATIC" --norc --noprofile -i -c 'echo interactive'
	twice -f bash/glob "$BASH_STATIC" -O globstar -c 'printf "%s\n" **'
	twice bash/fork-many "$BASH_STATIC" -c 'for i in {1..60}; do x=$(echo $i); s=$((s + x)); done; echo $s'
	twice bash/kill "$BASH_STATIC" -c 'kill -KILL $$'
	twice bash/exec "$BASH_STATIC" -c 'exec -a renamed "$0" sh -c "echo \$0 replaced"' "$BUSYBOX"
	twice bash/recursion "$BASH_STATIC" -c 'fib() { (($1 < 2)) && echo $1 && return; echo $(($(fib $(($1 - 1))) + $(fib $(($1 - 2))))); }; fib 7'
	twice bash/proc-self "$BASH_STATIC" -c 'readlink /proc/self/exe; readlink /proc/$$/exe; cd /; pwd'
	twice bash/dev-fd "$BASH_STATIC" -c 'echo x | cat /dev/stdin; cat /dev/fd/3 3<<<three; echo e > /dev/stderr'
	twice bash/tcp-refused "$BASH_STATIC" -c 'exec 3<>/dev/tcp/127.0.0.1/1; echo $?'
fi
