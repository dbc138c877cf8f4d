# SPDX-License-Identifier: GPL-2.0-or-later
# Sandboxes: what is inside works, what is outside stays out of reach.

# Tries every way out from a root full of traps, with a canary, a process, a socket and shared
# memory outside. Nothing outside may change.
escape() # PROGRAM, OPTIONS...
{
	local prog=$1 secret=$PWD/out/secret pid got status before after
	shift
	mkdir out root
	printf 'the canary sings' >"$secret"
	ln -s "$secret" root/abs
	ln -s ../out/secret root/rel
	ln -s ../out root/dirlink
	cp "$prog" root/prog
	before=$(stat -c '%i %a %s %h %Y' out/secret; ls out)
	sleep 100 &
	pid=$!
	got=$(timeout 120 "$TRAPGATE" run --root root "$@" /prog "$secret" $pid "$PWD/out/socket" 0x7a9 \
		</dev/null 9<out 2>&1)
	status=$?
	after=$(stat -c '%i %a %s %h %Y' out/secret; ls out)
	kill $pid || { echo "the process outside is gone"; return 1; }
	[[ $before == "$after" ]] || { echo "outside changed: $before -> $after"; return 1; }
	[[ $status == 0 && $got == *$'\nno hole' ]] || { echo "status $status"; echo "$got" | grep -v ': held'; return 1; }
}
for prog in jail_escape jail_escape32 jail_escape.musl; do
	[[ -x $BUILD/guests/$prog ]] || continue
	check "sandbox/escape/$prog" escape "$BUILD/guests/$prog"
done
check sandbox/escape/overlay escape "$BUILD/guests/jail_escape" --overlay
check sandbox/escape/trace escape "$BUILD/guests/jail_escape" --trace -f -o trace.out -e openat2

# Runs a script in the default sandbox and compares what it says.
says() # EXPECTED, COMMAND...
{
	local want=$1 got
	shift
	got=$(timeout 30 "$TRAPGATE" run --sandbox "$@" 2>&1 </dev/null)
	[[ $got == "$want" ]] && return 0
	diff <(echo "$want") <(echo "$got")
	return 1
}

scripts='cd /tmp; echo one >a; ln -s a b; ln -s ../tmp/./b c; cat c; mkdir -p d/e; mv a d/e/; cat d/../d/e/a
cd d; pwd; cat ../c; ln e/a f; rm -r ../d/e; cat f; echo $(ls)
ls /proc/self/fd >/dev/null && readlink /proc/self/cwd; test -d /home || echo no home'
check sandbox/sh says $'one\none\n/tmp/d\ncat: can\'t open \'../c\': No such file or directory\none\nf\n/tmp/d\nno home' \
	"$BUSYBOX" sh -c "$scripts"
check sandbox/bash says $'in /tmp\n3\nx' "$BASH_STATIC" -c \
	'echo in $PWD; exec 3<>/dev/null; f=$(mktemp); for i in 1 2 3; do echo $i; done >$f; tail -n1 $f; (echo x >&2) 2>&1'
check sandbox/pids says $'1: no such\nself\nchild 15' "$BASH_STATIC" -c \
	'kill -0 1 2>/dev/null || echo 1: no such; kill -0 $$ && echo self; sleep 50 & kill $!; wait $!; echo child $(($? - 128))'
check sandbox/group says $'gone' "$BASH_STATIC" -c 'trap "echo gone; exit" TERM; kill -TERM 0; sleep 5'

# A dynamic program, where there is one.
python()
{
	command -v python3 >/dev/null || return 77
	says $'/tmp/s /tmp/s\nb\'\\x00abc\'\n(b\'hi\', \'rel\')\nTrue\n0' python3 -c '
import os, shutil, socket, subprocess, tempfile
s = socket.socket(socket.AF_UNIX); s.bind("/tmp/s"); s.listen(1)
c = socket.socket(socket.AF_UNIX); c.connect("/tmp/s"); a = s.accept()
print(s.getsockname(), c.getpeername())
os.chdir("/tmp")
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind("\0abc"); print(s.getsockname())
d = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); d.bind("rel"); d.sendto(b"hi", "\0abc")
print(s.recvfrom(10))
f = tempfile.NamedTemporaryFile(); print(os.readlink("/proc/self/fd/%d" % f.fileno()) == f.name)
shutil.copytree("/etc", "/tmp/etc", symlinks=True); shutil.rmtree("/tmp/etc")
print(subprocess.run(["sh", "-c", "exit 0"]).returncode)'
}
check sandbox/python python

sandbox_terminal()
{
	command -v python3 >/dev/null || return 77
	says $'True\nb\'x\'\nTrue False\nFalse' python3 -u -c '
import os, pty
m, s = pty.openpty(); n = os.ttyname(s); print(n.startswith("/dev/pts/"))
f = os.open(n, os.O_RDWR | os.O_NOCTTY); os.write(f, b"x"); print(os.read(m, 1))
r = os.open(n, os.O_RDONLY | os.O_NOCTTY)
if not os.fork():
	os.close(m); os.close(f); held = os.ttyname(s) == n and os.path.samestat(os.lstat(n), os.fstat(s))
	os.close(s); print(held, os.path.exists(n), flush=True); os._exit(0)
os.wait(); os.close(m); print(os.path.exists(n))'
}
check sandbox/terminal sandbox_terminal

# Options: who may write what.
options()
{
	local t="timeout 30 $TRAPGATE run" bb="$BUSYBOX"
	mkdir -p root/sub ro; echo a >root/file; echo b >ro/file; cp "$bb" root/busybox
	[[ $($t --root root --bind ro:/sub:ro /busybox sh -c 'cat /sub/file; echo x >/sub/file; echo y >/file; mv /file /sub/; chmod 600 /sub/file; rmdir /sub; exec 3</sub/file; chmod 600 /proc/self/fd/3; echo z >/proc/self/fd/3' 2>err) == b ]] || return 1
	[[ $(cat root/file ro/file) == $'y\nb' && $(stat -c %a ro/file) != 600 ]] || { cat root/file ro/file; return 1; }
	grep -q 'Read-only file system' err || { cat err; return 1; }
	$t --root root --ro /busybox sh -c 'echo n >/file' 2>/dev/null && return 1
	[[ $(cat root/file) == y ]] || return 1
	$t --root root --overlay /busybox sh -c 'echo n >/file; rm -r /sub; cat /file' >out || return 1
	[[ $(cat out) == n && $(cat root/file) == y && -d root/sub ]] || return 1
	$t --root root --keep kept /busybox sh -c 'echo n >/file; mkdir /new' || return 1
	[[ $(cat kept/file) == n && -d kept/new && $(cat root/file) == y ]] || return 1
	[[ $($t --root root --tmpfs /sub --chdir /sub /busybox sh -c 'echo 1 >x; pwd; ls') == $'/sub\nx' ]] || return 1
	[[ ! -e root/sub/x ]] || return 1
	# what is mounted below the root is there
	[[ $($t --root / "$bb" stat -c %d-%i /sys /sys/kernel) == "$("$bb" stat -c %d-%i /sys /sys/kernel)" ]]
}
check sandbox/options options

# Whether this user can have an overlay file system of the host's.
host_overlays()
{
	local option
	mkdir -p ov/l ov/u ov/w ov/m
	for option in redirect_dir=on userxattr; do
		# shellcheck disable=SC2016
		unshare "-$([[ $option == userxattr ]] && echo r)m" sh -c 'mount -t overlay o -o "volatile,$1,lowerdir=ov/l,upperdir=ov/u,workdir=ov/w" ov/m' \
			- $option 2>/dev/null && return 0
	done
	return 1
}

# --overlay copies nothing before it is changed, also not the host's root; --keep keeps the changes.
overlay()
{
	local t="timeout 60 $TRAPGATE run" tree
	mkdir -p root/sub/deep root/gone kept tmp
	echo a >root/file
	echo b >root/sub/deep/f
	cp "$BUSYBOX" root/busybox
	host_overlays || return 77
	tree=$(cd root && find . -printf '%p %i %T@ %m\n' | sort)
	# shellcheck disable=SC2016
	TMPDIR=$PWD/tmp $t --root root --keep kept /busybox sh -c '
		[ "$(stat -f -c %t /)" = 794c7630 ] || exit 1
		cd /sub/deep && [ "$(pwd -P)" = /sub/deep ] && echo more >>f && [ "$(readlink /proc/self/cwd)" = /sub/deep ] || exit 2
		rmdir /gone && mkdir -p /new/x && cd /new/x && rmdir /new/x && ! ls -la /new/x 2>/dev/null || exit 3
		exec 3</sub/deep/f && [ "$(readlink /proc/self/fd/3)" = /sub/deep/f ] || exit 4
		[ "$(readlink /proc/self/exe)" = /busybox ] || exit 5' || { echo "status $?"; return 1; }
	[[ $tree == "$(cd root && find . -printf '%p %i %T@ %m\n' | sort)" ]] || { echo changed; return 1; }
	[[ $(cd kept && find . | sort | tr '\n' ' ') == '. ./gone ./new ./sub ./sub/deep ./sub/deep/f ' ]] || { find kept; return 1; }
	[[ -c kept/gone && $(cat kept/sub/deep/f) == $'b\nmore' ]] || return 1
	[[ $($t --root root --keep kept /busybox sh -c 'ls -d /gone 2>/dev/null; cat /sub/deep/f') == $'b\nmore' ]] || return 1
	[[ $EUID == 0 ]] || return 0
	ln root/file root/hard
	# shellcheck disable=SC2016
	$t --root root --overlay /busybox sh -c 'echo c >/file && mv /sub /sub2 && [ "$(cat /hard /sub2/deep/f)" = "$(printf "c\nb")" ]' || return 1
	# shellcheck disable=SC2016
	TMPDIR=$PWD/tmp $t --root / --overlay "$BUSYBOX" sh -c 'echo x >/etc/trapgate-was-here && [ "$(cat /etc/trapgate-was-here)" = x ] &&
		[ "$(ls -A "$1"/trapgate-*)" = "" ]' - "$PWD/tmp" || return 1
	[[ $(TMPDIR=$PWD/tmp $t --root / --overlay "$BUSYBOX" pwd -P) == "$PWD" &&
		$(cd root/sub && TMPDIR=$OLDPWD/tmp $t --root "$PWD/.." --overlay /busybox pwd) == /sub ]] || { echo elsewhere; return 1; }
	# shellcheck disable=SC2016
	$t --root / --keep kept2 "$BUSYBOX" sh -c 'echo x >"$1/new" && [ "$(ls -A "$1/kept2")" = "" ]' - "$PWD" || return 1
	[[ ! -e new && $(find kept2 -name new -type f) == "kept2$PWD/new" ]] || { find kept2; return 1; }
	[[ ! -e /etc/trapgate-was-here ]]
}
check sandbox/overlay overlay

# The same where something is mounted below the root, by root and by another user, in a mount namespace.
overlay_mounts()
{
	local as as_user=(/usr/bin/setpriv --reuid 65534 --regid 65534 --clear-groups)
	[[ $EUID == 0 && -x ${as_user[0]} ]] && unshare -m true 2>/dev/null &&
		"${as_user[@]}" test -x "$TRAPGATE" -a -x "$BUSYBOX" && host_overlays || return 77
	"${as_user[@]}" unshare -rm true 2>/dev/null || return 77
	mkdir -p root/a/b root/a/tmp root/a/mnt root/own other tmp
	echo 1 >root/file
	echo 2 >root/a/b/file
	echo 3 >other/file
	echo 4 >root/own/file
	ln -s a/b root/link
	chmod 1777 root/a/tmp tmp
	chown -R 65534:65534 root/own
	cp "$BUSYBOX" root/busybox
	for as in env "${as_user[*]}"; do
		# shellcheck disable=SC2016,SC2086
		TMPDIR=$PWD/tmp unshare -m sh -c 'mount --bind other root/a/mnt && exec "$@"' - $as \
			timeout 60 "$TRAPGATE" run --root root --overlay /busybox sh -c '
			[ "$(cat /file /link/file /a/mnt/file /own/file | tr -d "\n")" = 1234 ] || exit 1
			echo x >/a/mnt/file && exit 2
			echo new >/a/tmp/f && mv /a/tmp/f /a/tmp/g && cat /a/tmp/g >>/own/file && mkdir /own/d || exit 3
			[ "$(cat /own/file | tr -d "\n")" = 4new ] && [ "$(ls -d /own/*)" = "/own/d
/own/file" ] || exit 4
			cd /own/d && [ "$(pwd -P)" = /own/d ] && [ "$(readlink /proc/self/cwd)" = /own/d ] || exit 5
			[ "$(id -u)" = 0 ] || ! { touch /new || touch /a/new || echo x >>/a/b/file; } || exit 6' \
			2>err || { echo "$as: status $?"; cat err; return 1; }
		[[ $(cat root/own/file other/file) == $'4\n3' && ! -e root/own/d && ! -e root/a/tmp/g ]] || return 1
	done
}
check sandbox/overlay-mounts overlay_mounts

# A /proc of the host is not shown, wherever it lies in what a bind or the root shows.
host_proc()
{
	[[ $EUID == 0 ]] && unshare -m true 2>/dev/null || return 77
	mkdir -p tree/proc tree/other/proc
	echo secret >tree/proc/file
	# shellcheck disable=SC2016
	for o in '--bind tree:/host' '--bind tree:/host:ro' '--root tree --bind tree:/host' '--root tree --overlay --bind tree:/host'; do
		# shellcheck disable=SC2086
		unshare -m sh -c 'mount -t proc p tree/proc && mount -t proc p tree/other/proc && exec "$@"' - timeout 60 \
			"$TRAPGATE" run $o --bind "$BUSYBOX:/busybox" /busybox sh -c 'cd /host && for d in proc other/proc; do
				[ -d $d ] && [ -z "$(/busybox ls -A $d)" ] && ! [ -e $d/self/mem ] && ! [ -e $d/1 ] || exit 1
			done; /busybox grep -q "^Name:" /proc/self/status' >out 2>&1 || { echo "$o"; cat out; return 1; }
	done
	for src in /proc /proc/self /proc/cpuinfo /proc/self/root/proc/1; do
		"$TRAPGATE" run --bind $src:/p "$BUSYBOX" true 2>err
		[[ $? == 125 && $(<err) == "trapgate: "*"$src"* && $(wc -l <err) == 1 ]] || { echo "$src"; cat err; return 1; }
	done
}
check sandbox/host-proc host_proc

# Nothing is left behind, also by those who make it hard.
leftovers()
{
	mkdir tmp
	TMPDIR=$PWD/tmp timeout 30 "$TRAPGATE" run --sandbox "$BUSYBOX" sh -c \
		'mkdir -p a/b/c; echo x >a/b/f; ln -s / a/l; chmod 0 a/b a; mkdir /x; chmod 0 /x' || return 1
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[[ -z $(ls -A tmp) ]] && return 0
		sleep 0.2
	done
	ls -lR tmp
	return 1
}
check sandbox/leftovers leftovers

# Thousands of calls with paths of all kinds give what they give outside; by mounts that follow no
# links, and where the host has none.
mixed() # PROGRAM SEED COMMAND...
{
	local prog=$BUILD/guests/$1 seed=$2
	shift 2
	mkdir -p w
	(cd w && "$prog" "$seed" >../native) || return 1
	chmod -R u+rwx w/mix
	rm -rf w/mix
	timeout 100 "$@" "$TRAPGATE" run --sandbox --bind "$PWD/w:$PWD/w" --chdir "$PWD/w" "$prog" "$seed" \
		>out 2>&1 </dev/null
	chmod -R u+rwx w/mix
	rm -rf w/mix
	diff native out | head -n 10
	cmp -s native out
}
# The same where the tree lies in the root, and not in a mount of its own.
mixed_in_root() # SEED
{
	local prog=$BUILD/guests/path_mix
	mkdir -p "w/tree" "root$PWD/w/tree"
	(cd w/tree && "$prog" "$1" >../../native) || return 1
	timeout 100 "$TRAPGATE" run --root root --bind "$prog:/prog:ro" --chdir "$PWD/w/tree" /prog "$1" \
		>out 2>&1 </dev/null
	chmod -R u+rwx w root
	diff native out | head -n 10
	cmp -s native out
}
for seed in 1 7 101 210; do
	check sandbox/paths-in-root-$seed mixed_in_root $seed
	check sandbox/paths-$seed mixed path_mix $seed
	check sandbox/paths32-$seed mixed path_mix32 $seed
	check sandbox/paths-by-descriptors-$seed mixed path_mix $seed "$TOOLS/without" 1 428 --
done

# Directories that a user may not search, by mounts that follow no links and by descriptors.
search_rights() # PROGRAM COMMAND...
{
	local prog=$BUILD/guests/$1
	shift
	mkdir n g
	(cd n && "$prog" >../native) || return 1
	timeout 100 "$@" "$TRAPGATE" run --sandbox --bind "$PWD/g:/g" --chdir /g "$prog" >out 2>&1 </dev/null
	chmod -R u+rwx n g
	diff native out | head -n 10
	cmp -s native out
}
check sandbox/search-rights search_rights path_unsearchable
check sandbox/search-rights32 search_rights path_unsearchable32
check sandbox/search-rights-by-descriptors search_rights path_unsearchable "$TOOLS/without" 1 428 --

# What is in /proc/self, by all its names.
proc_names() # PROGRAM COMMAND...
{
	local prog=$BUILD/guests/$1
	shift
	mkdir here
	(cd here && "$prog" >../native </dev/null) || return 1
	timeout 100 "$@" "$TRAPGATE" run --sandbox --bind "$PWD/here:/here" --chdir /here "$prog" >out 2>&1 </dev/null
	diff native out | head -n 10
	cmp -s native out
}
check sandbox/proc-names proc_names proc_names
check sandbox/proc-names32 proc_names proc_names32
check sandbox/proc-names-by-descriptors proc_names proc_names "$TOOLS/without" 1 428 --
# Who has used up the descriptors can still name files: by the quick ways and the slow one.
check sandbox/fds-full proc_names fds_full
check sandbox/fds-full32 proc_names fds_full32
check sandbox/fds-full-by-descriptors proc_names fds_full "$TOOLS/without" 1 428 --
# What the C library's names in /usr lead to.
aliases()
{
	[[ -s /etc/locale.alias ]] || return 77
	"$TRAPGATE" run --sandbox "$BUSYBOX" cat /etc/locale.alias | cmp - /etc/locale.alias
}
check sandbox/locale-alias aliases
# A working directory that has been removed.
check sandbox/removed-cwd proc_names removed_cwd
check sandbox/removed-cwd32 proc_names removed_cwd32
check sandbox/removed-cwd-by-descriptors proc_names removed_cwd "$TOOLS/without" 1 428 --

# Signals that are sent by kill(2) there stop tracees as they do outside; groups are joined as there,
# also that of the run, whose leader (timeout) is outside.
as_outside() # PROGRAM
{
	local prog=$BUILD/guests/$1
	"$prog" >native 2>&1 </dev/null || return 1
	timeout 100 "$TRAPGATE" run --sandbox "$prog" >out 2>&1 </dev/null
	diff native out | head -n 10
	cmp -s native out
}
for prog in ptrace_ends ptrace_group ptrace_status join_group; do
	check sandbox/$prog as_outside $prog
	check sandbox/${prog}32 as_outside ${prog}32
done

# What a mount covers does not come to light by renaming the directory above it.
covered()
{
	local got
	mkdir -p r/x/secret
	echo hidden >r/x/secret/file
	cp "$BUSYBOX" r/busybox
	got=$(timeout 30 "$TRAPGATE" run --root r --tmpfs /x/secret /busybox sh -c \
		'/busybox mv /x /y 2>/dev/null; /busybox find /x /y 2>/dev/null' </dev/null 2>&1)
	[[ $got == $'/x\n/x/secret' ]] && return 0
	echo "$got"
	return 1
}
check sandbox/covered covered

# Nor by way of "..", whatever the path looks like.
covered_above()
{
	local got
	mkdir -p r/x/secret r/x/d/e
	echo hidden >r/x/secret/file
	cp "$BUSYBOX" r/busybox
	got=$(timeout 30 "$TRAPGATE" run --root r --tmpfs /x/secret --chdir /x/d /busybox sh -c '
		for p in ../secret/file ../../x/secret/file e/../../secret/file ../d/../secret/file \
			../../../../../x/secret/file /x/d/../secret/file /x/../x/secret/file; do
			for n in 1 2 3 4 5 6; do [ -e $p ] && echo $p; done
			{ read -r line <$p && echo "$line"; } 2>/dev/null
		done
		for d in / /x /x/d; do
			cd $d
			for p in secret secret/file d/../secret/file ./secret/file x/secret/file ../x/secret/file; do
				[ -f $p/file ] && echo $d $p
				[ -f $p ] && echo $d $p
				{ read -r line <$p && echo "$line"; } 2>/dev/null
			done
		done
		echo shown >/x/secret/other; [ -e ../secret/other ] && [ -e ../secret/other ] && echo end' </dev/null 2>&1)
	[[ $got == end ]] && return 0
	echo "$got"
	return 1
}
check sandbox/covered-above covered_above

# A directory that has been moved out of the root meanwhile does not lead there.
moved_out()
{
	local pid
	mkdir -p r/d/e out
	echo hidden >out/file
	cp "$BUSYBOX" r/busybox
	mkfifo input
	timeout 60 "$TRAPGATE" run --root r --chdir /d/e /busybox sh -c '
		for p in file ../file ../../file ../e/../../file ../../out/file; do [ -e $p ] && echo "$p before"; done
		echo ready; read -r line
		for n in 1 2 3 4 5 6; do
			for p in file ../file ../../file ../e/../../file ../../../file ../../out/file; do
				[ -e $p ] && echo $p
			done
			for p in ../../file ../e/../../file; do { read -r line <$p && echo "$line"; } 2>/dev/null; done
		done
		echo end' >got 2>&1 <input & pid=$!
	exec 9>input
	for _ in {1..600}; do
		[[ $(<got) == ready* ]] && break
		sleep 0.05
	done
	mv r/d out/d
	echo >&9
	exec 9>&-
	wait $pid
	[[ $(<got) == $'ready\nend' ]] && return 0
	cat got
	return 1
}
check sandbox/moved-out moved_out

# ".." is looked up, too: in a directory that may not be searched there is none.
unsearchable()
{
	local as=()
	if [[ $(id -u) == 0 ]]; then
		[[ -x /usr/bin/setpriv ]] || return 77
		as=(/usr/bin/setpriv --reuid 65534 --regid 65534 --clear-groups)
		"${as[@]}" test -x "$TRAPGATE" -a -x "$BUSYBOX" || return 77
	fi
	"${as[@]}" "$@" "$TRAPGATE" run --sandbox --chdir /tmp "$BUSYBOX" sh -c '
		echo x >f; mkdir d l; chmod 600 d; ln -s d to
		for p in d/../f d/.. to/../f d/./../f; do ls $p; done
		cd -P d/.. && echo there; cd -P l/.. && cat l/../f
		mkdir d/.; rmdir d/.; mkdir g; cd g; chmod 600 .; echo >n/; cd -P /tmp
		mkdir -p p/q; cd p/q; echo 1 >f; ln -s f l; chmod 600 ..
		cat f l >n && mv n m && mkdir o && rmdir o && test -r l && chmod 644 m && [ "$(ls)" = "f
l
m" ] && cat m && echo x' >out 2>&1
	[[ $(grep -c "^ls: d/.*Permission denied\|^ls: to/.*Permission denied" out) == 4 &&
		$(grep -c "^mkdir: .*Permission denied\|^rmdir: .*Permission denied\|n/: Permission denied" out) == 3 && $(tail -n 1 out) == x ]] &&
		! grep -q there out && return 0
	cat out
	return 1
}
check sandbox/unsearchable unsearchable
check sandbox/unsearchable-by-descriptors unsearchable "$TOOLS/without" 1 428 --
