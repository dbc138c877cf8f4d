# SPDX-License-Identifier: GPL-2.0-or-later
# Dynamically linked programs of the distribution, where they are installed.

dynamic() # NAME PROGRAM ARGS...
{
	LC_ALL=C /bin/grep -aq -m1 '/ld-linux' "$2" 2>/dev/null || return 0
	twice -f -t 120 "dynamic/$1" "${@:2}"
}

dynamic true /bin/true
dynamic echo /bin/echo one two
dynamic ls /bin/ls -lR --time-style=+%s .
dynamic find /usr/bin/find . -name 'h*' -size +0 -printf '%p %s\n'
dynamic sort /usr/bin/sort -k2,2r -k1n numbers
dynamic gawk /usr/bin/awk '{ s += $1 } END { print s, NR }' numbers
dynamic sh /bin/sh -c 'PATH=/usr/bin:/bin; for i in a b c; do echo $i | tr a-z A-Z; done; exit 4'
dynamic bash /bin/bash -c 'a=($(seq 5)); echo ${a[@]/3/x}; diff <(echo 1) <(echo 2)'
dynamic perl /usr/bin/perl -e 'my %h = map { $_ => $_ ** 2 } 1..9; print join(",", map { "$_=$h{$_}" } sort keys %h), "\n"; system("echo sub; exit 3"); print $? >> 8, "\n"'
dynamic python /usr/bin/python3 -c 'import os, hashlib, json, subprocess
print(json.dumps({"n": sum(range(1000)), "h": hashlib.sha256(b"x").hexdigest()}))
print(subprocess.run(["echo", "child"], capture_output=True).stdout, os.path.basename(os.readlink("/proc/self/exe")))'
dynamic tar-gz /bin/sh -c 'PATH=/usr/bin:/bin; tar -czf t.tgz dir && tar -tzf t.tgz | sort && mkdir x && tar -xzf t.tgz -C x && cat x/dir/sub/deep/hay2'
[[ -x /usr/bin/xz ]] && dynamic tar-xz /bin/sh -c 'PATH=/usr/bin:/bin; tar -cJf t.txz dir && tar -tJf t.txz | sort'
dynamic openssl /usr/bin/openssl dgst -sha3-256 numbers
dynamic gcc-link /bin/sh -c 'PATH=/usr/bin:/bin; printf "#include <stdio.h>\nint main(int c, char **v) { printf(\"%%s %%d\\\\n\", v[0], c); return 5; }\n" >a.c && gcc -O1 -Wall -o a a.c && ./a b; echo $?'
dynamic git /bin/sh -c 'PATH=/usr/bin:/bin; export HOME=$PWD GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_DATE="1700000000 +0000" GIT_COMMITTER_DATE="1700000000 +0000"
git -c init.defaultBranch=main init -q r && cd r && cp ../fruit . && git add fruit &&
git -c user.name=n -c user.email=e@x commit -qm one && echo more >>fruit &&
git -c user.name=n -c user.email=e@x commit -qam two && git log --stat --format=%H:%s && git diff HEAD~ | cat && git fsck && rm .git/index'

# What a shell's children leave to the next ones: only where the code is the same. The static ones
# lie at one place, also the two that take turns under one name; the dynamic ones have libraries in
# common.
warm_shell()
{
	local i shell programs="'$BUILD/samples/hello' '$BUILD/guests/argenv' '$BUSYBOX true' '$BUILD/guests/smc' '$BUILD/samples/regs_kept'"
	programs+=" './turn' '/bin/sed -n 2p fruit' '/bin/cat fruit' '/usr/bin/sort fruit' '/bin/sh -c \"exec /bin/cat fruit\"'"
	[[ -x $BUILD/guests/smc32 ]] && programs+=" '$BUILD/guests/smc32' '$BUILD/samples/hello32'"
	cp -r "$OUT/.fixture/." .
	cat >s.sh <<-END
		i=0
		while [ \$i -lt 6 ]; do
			rm -f turn
			if [ \$((i % 2)) = 0 ]; then /bin/cp $BUILD/samples/hello turn; else /bin/cp $BUILD/samples/getpid_gates turn; fi
			for p in $programs; do
				eval "\$p" | /usr/bin/tr a-y b-z
				echo "\$i: \$p: \$?"
			done
			i=\$((i + 1))
		done
	END
	for shell in /bin/sh "$BUSYBOX sh" /bin/bash; do
		env -i $shell s.sh >native 2>&1
		env -i timeout -s KILL 120 "$TRAPGATE" run $shell s.sh >ours 2>&1
		sed -i 's/[0-9]\{3,\}/N/g' native ours
		cmp native ours || { diff native ours | head; return 1; }
	done
}
check dynamic/warm-shell warm_shell

# Reservations of terabytes: the sanitizers' shadow memory.
sanitized() # NAME
{
	echo 'int main(void) { int p[4]; volatile int i = 2; p[i] = 3; return p[i]; }' >a.c
	gcc "-fsanitize=$1" -o a a.c 2>/dev/null && ./a || [[ $? == 3 ]] || return 77
	ASAN_OPTIONS=detect_leaks=0 timeout 60 "$TRAPGATE" run ./a
	[[ $? == 3 ]]
}
check dynamic/asan sanitized address
check dynamic/tsan sanitized thread

# LeakSanitizer stops the program by ptrace(2) from a process that shares its memory.
leak_found()
{
	printf '#include <stdlib.h>\nint main(void) { *(volatile char *)malloc(100) = 1; return 0; }\n' >l.c
	gcc -O0 -fsanitize=leak -o l l.c 2>/dev/null || return 77
	./l 2>/dev/null
	[[ $? == 23 ]] || return 77
	timeout -s KILL 100 "$TRAPGATE" run ./l 2>/dev/null
	[[ $? == 23 ]]
}
check dynamic/lsan leak_found

# Programs that trace others by ptrace(2).
dynamic strace /usr/bin/strace -qq -o /dev/stdout -a1 -e trace=write,getuid,getcwd,openat,exit_group -e signal=none \
	/bin/busybox sh -c 'trap "echo got" USR1; kill -USR1 $$; cd dir; pwd; exec 4</nothing'

debugged()
{
	command -v gdb >/dev/null || return 77
	printf 'int f(int x)\n{\n\treturn x * 2;\n}\n\nint main(void)\n{\n\treturn f(20) + 2;\n}\n' >p.c
	"${GUEST_CC:-gcc}" -g -O0 "$@" -o p p.c || return 77
	printf '%s\n' 'break f' run bt 'print x' 'set var x = 30' stepi finish 'info inferiors' continue >script
	gdb -nx -q -batch -x script ./p >native 2>&1 || return 77
	timeout 100 "$TRAPGATE" run "$(type -P gdb)" -nx -q -batch -x script ./p >guest 2>&1
	sed -i 's/process [0-9]*/process N/' native guest
	grep -q 'exited with code 076' native || return 77
	diff native guest
}
check dynamic/gdb debugged
check dynamic/gdb-static debugged -static
check dynamic/gdb32 debugged -m32

# strace as a guest, of a program with threads: it begins by attaching to a process that has stopped.
strace_as_guest()
{
	command -v strace >/dev/null || return 77
	strace -f -o native "$1" >out.native 2>&1 || return 77
	timeout 100 "$TRAPGATE" run "$(type -P strace)" -f -o guest "$1" >out.guest 2>&1
	tail -1 guest
	grep -c '+++ exited with 0 +++' native >ends.native
	# A child that is killed at once may have ended before strace has heard of it.
	sed -i '/Exit of unknown pid/d' out.native out.guest
	grep -c '+++ exited with 0 +++' guest | diff ends.native - && diff out.native out.guest
}
check dynamic/strace-as-guest strace_as_guest "$BUILD/guests/net_threads"
