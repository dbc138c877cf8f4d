# SPDX-License-Identifier: GPL-2.0-or-later
# Under --harden programs do what they do without it.

hardened() # COMMAND...
{
	mkdir a b
	(cd a && timeout 60 "$TRAPGATE" run "$@" >out 2>err; echo $? >status)
	(cd b && timeout 60 "$TRAPGATE" run --harden "$@" >out 2>err; echo $? >status)
	diff -r a b
}

for g in aio exec exec32 faults32 fs_dir32 fs_fd fs_ioctl fs_ioctl32 fs_meta fs_rw fs_rw32 fs_stat \
	fs_wait int80_from_64 mm mm32 net_msg net_msg32 net_sockopt net_stream net_wait proc_ipc proc_ipc32 \
	procs procs32 rlimits sigbasic sigbasic32 sigframe sigio smc vdso_calls \
	vm_exec; do
	[[ -x $BUILD/guests/$g ]] && check "harden/$g" hardened "$BUILD/guests/$g"
done
check -q harden/busybox hardened $BUSYBOX sh -c \
	'mkdir d; echo x >d/f; ls d; (cat d/f | sha256sum) & wait; rm -r d; kill -0 $$; ulimit -n 50; exec true'
check harden/bash hardened "$BASH_STATIC" -c 'for i in 1 2 3; do (echo $i) | tr 1 a; done'
check harden/dynamic hardened /bin/ls /
trace_hardened()
{
	timeout 60 "$TRAPGATE" trace -f -o t --harden $BUSYBOX sh -c 'echo a | cat' >out || return 1
	grep -q 'write(1, "a' t && grep -q 'exited with 0' t && [[ $(<out) == a ]]
}
check harden/trace trace_hardened
