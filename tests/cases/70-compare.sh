# SPDX-License-Identifier: GPL-2.0-or-later
# trapgate diff: traces that are equal but for what changes from run to run, and such as are not.

diff_equal()
{
	local f
	for f in a b; do
		timeout 30 "$TRAPGATE" trace -f -o $f "$BUSYBOX" sh -c 'ls / | wc -l; date; cat /proc/self/stat' \
			>/dev/null || return 1
	done
	cmp -s a b && return 1 # pids and times differ
	# What cat reads is about its own pid and times: all else is the same.
	"$TRAPGATE" diff -U 0 a b >out
	! grep '^[-+][^-+]' out | grep -vE '^[-+](read|write|sendfile)\('
}

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
check -q diff/finds diff_finds
check -q diff/trouble diff_trouble
