# SPDX-License-Identifier: GPL-2.0-or-later
# trapgate diff: traces that are equal but for what changes from run to run, and such as are not.

diff_equal()
{
	local f
	for f in a b; do
		timeout 30 "$TRAPGATE" trace -f -o $f "$BUSYBOX" sh -c 'ls /; (date); cat /proc/self/stat' \
			>/dev/null || return 1
	done
	cmp -s a b && return 1 # pids and times differ
	# What cat reads is about its own pid and times: all else is the same.
	"$TRAPGATE" diff -U 0 a b >out
	! grep '^[-+][^-+]' out | grep -vE '^[-+](read|write|sendfile)\('
}

diff_size_as_a_pid() # a size that is some process's number in one of the traces is a size still
{
	local pid
	for pid in 20480 777; do
		cat >$pid <<-END
		$pid getpid() = $pid
		$pid mmap(NULL, 20480, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000
		$pid kill($pid, SIGCONT) = 0
		END
	done
	"$TRAPGATE" diff 20480 777
}
check diff/size-as-a-pid diff_size_as_a_pid

diff_finds()
{
	cat >a <<-'END'
	100 execve("/bin/x", ["x"], 0x7ffc0a0b0c0d /* 3 vars */) = 0
	100 fork() = 101
	101 getpid() = 101
	100 openat(AT_FDCWD, "/etc/passwd", O_RDONLY <unfinished ...>
	101 exit_group(0) = ?
	100 <... openat resumed>) = 3
	101 +++ exited with 0 +++
	100 wait4(-1, NULL, 0, NULL) = 101
	END
	cat >b <<-'END'
	[pid   200] execve("/bin/x", ["x"], 0x7fff11111111 /* 3 vars */) = 0
	[pid   200] fork()                            = 203
	[pid   200] openat(AT_FDCWD, "/etc/group", O_RDONLY) = 3 <0.000012>
	[pid   203] getpid()                          = 203
	[pid   203] exit_group(1)                     = ?
	[pid   203] +++ exited with 1 +++
	[pid   200] wait4(-1, NULL, 0, NULL)          = 203
	END
	cat >want <<-'END'
	--- a	process 1
	+++ b	process 1
	@@ -3,1 +3,1 @@
	-openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 3
	+openat(AT_FDCWD, "/etc/group", O_RDONLY) = 3
	--- a	process 2
	+++ b	process 2
	@@ -2,2 +2,2 @@
	-exit_group(0) = ?
	-+++ exited with 0 +++
	+exit_group(1) = ?
	++++ exited with 1 +++
	END
	"$TRAPGATE" diff -U 0 a b >out
	[[ $? == 1 ]] && diff -u want out && [[ $("$TRAPGATE" diff -q a b) == "traces a and b differ" ]] &&
		"$TRAPGATE" diff a a
}

diff_trouble()
{
	printf 'no trace\n' >a
	printf 'getpid() = 1\n\0' >b
	for f in a b none .; do
		"$TRAPGATE" diff "$f" "$f" 2>err
		[[ $? == 2 && $(wc -l <err) == 1 ]] || return 1
	done
}

check -q diff/equal diff_equal

diff_register() # what a signal's handler returns to is as the signal came
{
	printf 'rt_sigreturn({mask=[]}) = 0\ngetpid() = 5\n' >a
	printf 'rt_sigreturn({mask=[]}) = -1 EINTR (Interrupted system call)\ngetpid() = 5\n' >b
	"$TRAPGATE" diff a b || return 1
	! "$TRAPGATE" diff --keep times a b >/dev/null
}
check -q diff/register diff_register
check -q diff/finds diff_finds
check -q diff/trouble diff_trouble

diff_mixed() # text and --json of the same program: no difference, and one where there is one
{
	local p
	for p in "$BUILD/samples/hello" "$BUILD/samples/hello32" "$BUILD/guests/mm" "$BUILD/guests/trace_layouts"; do
		timeout 60 "$TRAPGATE" trace -f -o text "$p" >/dev/null 2>&1
		timeout 60 "$TRAPGATE" trace -f --json -o json "$p" >/dev/null 2>&1
		"$TRAPGATE" diff -U 0 text json >out || { echo "$p"; cat out; return 1; }
		command -v strace >/dev/null && strace -f -o native "$p" >/dev/null 2>&1 && [[ -s native ]] || continue
		grep -v '^[0-9]* *rseq(' native >a
		grep -v '"name":"rseq"' json >b
		"$TRAPGATE" diff -U 0 b a >out || { echo "$p, strace"; cat out; return 1; }
	done
	sed 's/exit_group(0)/exit_group(1)/' text >other
	"$TRAPGATE" diff -q other json >/dev/null
	[[ $? == 1 ]]
}
check diff/mixed diff_mixed

# trapgate expect: a specification that holds, and each way in which one fails.

expect_holds()
{
	cat >spec <<-'END'
	# cat reads its file
	execve(_, ["/bin/busybox", "cat", g"*/file"], ...) = 0
	openat(_, g"*/file", O_RDONLY...) = 3
	  any getuid() >= 0

	not openat(_, r"passwd$", ...)
	1 time exit_group(0x0) = ?
	at least 2 times brk(_)
	exactly 0 times socket
	exited 0
	END
	sed -i "s|/bin/busybox|$BUSYBOX|" spec
	echo text >file
	timeout 30 "$TRAPGATE" expect -f spec -o trace -- "$BUSYBOX" cat "$PWD/file" >out 2>err || { cat err; return 1; }
	[[ $(<out) == text && ! -s err ]] && "$TRAPGATE" expect -f spec --trace trace
}

expect_fields() # FORMAT: names, flags and modes, in any order
{
	echo text >file
	chmod 644 file
	timeout 30 "$TRAPGATE" trace ${1-} -o trace "$BUSYBOX" cp "$PWD/file" "$PWD/copy" || return 1
	"$TRAPGATE" expect -e 'any openat(AT_FDCWD, g"*/copy", O_CREAT|O_WRONLY..., _) = _' \
		-e 'any openat(AT_FDCWD, g"*/file", O_RDONLY) = 3' \
		-e 'not openat(_, g"*/copy", O_CREAT|O_WRONLY, ...)' \
		-e 'any newfstatat(_, g"*/file", {st_size=_, st_mode=0644|S_IFREG, ...}, 0) = 0' \
		-e 'any *stat*(_, g"*/file", {st_size=5, st_mode=S_IFREG|0644, ...}, 0) = 0' --trace trace
}
check -q expect/fields expect_fields
check -q expect/fields-of-json expect_fields --json

expect_fails()
{
	cat >trace <<-'END'
	7 openat(AT_FDCWD, "/etc/hosts", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)
	7 newfstatat(1, "", {st_mode=S_IFREG|0644, st_size=98, ...}, AT_EMPTY_PATH) = 0
	7 --- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=NULL} ---
	7 +++ killed by SIGSEGV (core dumped) +++
	END
	local line
	while IFS= read -r line; do
		"$TRAPGATE" expect -e "$line" --trace trace 2>err || { echo "fails: $line"; return 1; }
	done <<-'END'
	openat(_, "/etc/hosts", O_CLOEXEC|O_RDONLY) = -1 ENOENT
	openat(_, "/etc"..., O_CLOEXEC...) = -1
	_(...) = 0
	newfstatat(0x1, "", {st_size=98, ...}, _)
	newfstatat(_, _, {st_mode=S_IFREG|0644, st_size=_, ...}, _) < 1
	signal SIGSEGV
	killed SIGSEGV
	not exited _
	END
	while IFS= read -r line; do
		"$TRAPGATE" expect -e "$line" --trace trace 2>err && { echo "holds: $line"; return 1; }
		grep -q '1 of 1 expectations do not hold' err || { cat err; return 1; }
	done <<-'END'
	openat(_, "/etc/hosts", O_RDONLY)
	openat(_, "/etc/host", ...)
	openat(_, _) = -1
	newfstatat(2, ...)
	newfstatat(_, _, {st_size=99, ...}, _)
	newfstatat(_, _, {st_size=98}, _)
	openat(...) >= 0
	signal SIGBUS
	exited 0
	not signal _
	3 times openat
	END
	# in order, and with the nearest call shown
	"$TRAPGATE" expect -e newfstatat -e openat --trace trace 2>err && return 1
	grep -q 'not behind' err && grep -q '1: openat(AT_FDCWD, "/etc/hosts"' err
}

expect_trouble()
{
	printf 'openat(\n' >spec
	for args in "-f spec -- true" "-f none -- true" "-e x(_) --trace none" "-e x(_) -- /no/such/program"; do
		# shellcheck disable=SC2086
		timeout 20 "$TRAPGATE" expect $args 2>err
		[[ $? == 2 && $(wc -l <err) == 1 ]] || { echo "$args"; cat err; return 1; }
	done
}

check -q expect/holds expect_holds
check -q expect/fails expect_fails
check -q expect/trouble expect_trouble

expect_names() # what is no call's name is said; of several calls the nearest is shown first
{
	local line
	printf '1 openat(AT_FDCWD, "/etc/hosts", O_RDONLY) = 3\n1 openat(AT_FDCWD, "/lib/libc.so", O_RDONLY) = 4\n' >trace
	printf '1 openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 5\n' >>trace
	while IFS= read -r line; do
		"$TRAPGATE" expect -e "$line" --trace trace 2>err
		[[ $? == 2 && $(wc -l <err) == 1 ]] || { echo "$line"; cat err; return 1; }
	done <<-'END'
	opneat(_, ...)
	not opneat(_, ...)
	file
	%file
	not
	signal SIGFOO
	killed SEGV
	exited x
	END
	"$TRAPGATE" expect -e 'openat(_, "/etc/passwords", O_RDONLY)' --trace trace 2>err && return 1
	[[ $(sed -n 4p err) == *'"/etc/passwd"'* ]] || { cat err; return 1; }
}
check -q expect/names expect_names

# Where there is no call of a name, or no such end, others are shown that may have been meant.
expect_others()
{
	timeout 20 "$TRAPGATE" trace -o trace "$BUSYBOX" sh -c 'kill -USR1 $$'
	"$TRAPGATE" expect -e execveat -e 'exited 3' -e nanosleep -e 'signal SIGUSR2' --trace trace 2>err
	[[ $? == 1 ]] && grep -qx '  no call of that name; there is execve' err && grep -qx '  no call of that name' err &&
		grep -Eqx '    [0-9]+: \+\+\+ killed by SIGUSR1 \+\+\+' err &&
		grep -Eqx '    [0-9]+: --- SIGUSR1 \{.*\} ---' err || { cat err; return 1; }
}
check -q expect/others expect_others

# trace --compare-native, where strace is there and may trace.
compare_native()
{
	strace -o /dev/null true 2>/dev/null || { echo "strace cannot trace here" >&2; return 0; }
	timeout 60 "$TRAPGATE" trace --compare-native -e trace=file "$BUSYBOX" cat /etc/hostname >out || { cat out; return 1; }
	timeout 60 "$TRAPGATE" trace --compare-native -f -e trace=getuid "$BUSYBOX" true >out || { cat out; return 1; }
	timeout 60 "$TRAPGATE" trace --compare-native -e trace=getuid,read "$BUSYBOX" sh -c 'exit 3' >out || { cat out; return 1; }
}
check compare-native compare_native

# What a run leaves in a file that is its output and what vDSOs answer are no
# differences.
compare_native_files()
{
	command -v strace >/dev/null && strace -o /dev/null "$BUSYBOX" true 2>/dev/null || return 77
	local script='date +%Y >&2; cat /proc/self/maps >&2; echo out; exec ls /'
	# Whether a child ends before its parent waits is for the scheduler to say: once without.
	for _ in 1 2 3; do
		timeout 60 "$TRAPGATE" trace --compare-native -e 'trace=!rseq' "$BUSYBOX" sh -c "$script" >out 2>err &&
			break
	done || { cat out; return 1; }
	[[ $(grep -c '^out$' out) == 1 ]]
}
check compare-native/files compare_native_files

# Traces as JSON: of the same program they are alike, of another they are not.
diff_json()
{
	local i
	for i in 1 2; do
		timeout 20 "$TRAPGATE" trace -f --json -e trace='!fstat,newfstatat' -o "$i" "$BUSYBOX" sh -c "$BUSYBOX cat /dev/null; $BUSYBOX wc </dev/null; kill -USR1 \$\$" >out 2>&1
	done
	timeout 20 "$TRAPGATE" trace -f --json -o 3 "$BUSYBOX" rmdir nowhere 2>err
	"$TRAPGATE" diff 1 2 || return 1
	"$TRAPGATE" diff 1 3 >out && return 1
	grep -q '^+rmdir("nowhere") = -1 ENOENT$' out && grep -q '^-+++ killed by SIGUSR1 +++$' out || { cat out; return 1; }
}
check diff/json diff_json

# Values as only some calls have them: changed by the call, macros, bytes whose base64 looks like a
# number.
diff_values()
{
	local g
	for g in fs_rw fs_ioctl fs_ioctl32 trace_threads; do
		for o in '-o text' '--json -o json'; do
			rm -rf work && mkdir work || return 1
			# shellcheck disable=SC2086
			(cd work && timeout 60 "$TRAPGATE" trace -f -e trace=sendfile,sendfile64,ioctl,clone3 -e signal=none ${o/-o /-o ../} "$BUILD/guests/$g") >/dev/null 2>&1
		done
		"$TRAPGATE" diff -U 0 text json >out || { echo "$g"; cat out; return 1; }
	done
	grep -q '"out":{"parent_tid":\[' json || return 1
	printf 'write(1, "\\xd3\\x10", 2) = 2\nwrite(1, "\\xd3\\x1d\\xb7", 3) = 3\n' >text
	printf '{"v":1,"event":"call","pid":1,"tid":1,"name":"write","args":[{"value":1},{"value":{"base64":"%s"}},{"value":%d}],"ret":%d}\n' \
		0xA= 2 2 0x23 3 3 >json
	"$TRAPGATE" diff text json
}
check diff/values diff_values
