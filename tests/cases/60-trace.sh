# SPDX-License-Identifier: GPL-2.0-or-later
# The trace of a program, side by side with strace's of the same program run natively. Addresses
# are replaced, and what cannot be alike (rseq: trapgate has none) is left out.

normalise()
{
	sed -E -e 's/0x[0-9a-f]{5,}/ADDR/g' -e 's/^[0-9]+ +//' -e 's/ += /  = /' \
		-e 's/ADDR \/\* [0-9]+ vars \*\//ENV/' \
		-e 's/(getp?pid|gettid|set_tid_address)(\(.*\)) += [0-9]+/\1\2 = PID/' \
		-e '/^rseq\(/d' -e '/^arch_prctl\(0x3001/d' \
		-e '/^getrandom\(/s/"[^"]*"/RANDOM/' \
		-e '/^(sigreturn|rt_sigreturn)\(/d' -e '/runs in (32|64) bit mode/d' \
		-e 's/AT_STATX_SYNC_AS_STAT\|//' -e 's/FASYNC/O_ASYNC/' -e '/^(flock|writev)\(/d' -e 's: /\* SOCK_.{3} \*/::' \
		-e '/^(time|clock_gettime|gettimeofday)\(/d' -e '/^--- SIG(CHLD|PIPE)/d' \
		-e 's/(waitid\(P_PID, |ru_utime=.tv_sec=0, tv_usec=|ru_stime=.tv_sec=0, tv_usec=)[0-9]+/\1N/g' \
		-e 's/^(tkill|kill|wait4|rt_sigqueueinfo)\([0-9]{2,}/\1(PID/' \
		-e 's/^((v?fork|clone|wait4)\(.*\)) += [0-9]{2,}/\1 = PID/' \
		-e 's/(si_pid|child_tidptr)=[^,}]+/\1=PID/g'
}

same_trace() # PROGRAM ARGS...
{
	command -v strace >/dev/null || return 77
	strace -o native.raw "$@" >/dev/null 2>&1
	[[ -s native.raw ]] || return 77
	timeout 30 "$TRAPGATE" trace -o trapgate.raw "$@" >/dev/null 2>&1
	normalise <native.raw >native
	normalise <trapgate.raw >trapgate
	diff -U0 native trapgate
}

for p in exit_syscall exit_int80 exit_sysenter hello hello32 fopen fopen32; do
	check "trace/$p" same_trace "$BUILD/samples/$p"
done
check trace/errors.musl same_trace "$BUILD/guests/errors.musl"
check trace/busybox-ls same_trace "$BUSYBOX" ls /
check trace/busybox-cat same_trace "$BUSYBOX" cat /etc/hostname

gates() # VENDOR, PROGRAM, WORDS...
{
	local cpu=$1 p=$2 w
	shift 2
	timeout 20 "$TRAPGATE" trace --cpu "$cpu" --gate -e trace=getpid -o t "$p" >/dev/null || return 1
	for w in "$@"; do
		grep -q "^$w.*getpid() *= [0-9]" t || { cat t; return 1; }
	done
}
check -q trace/gates gates intel "$BUILD/samples/getpid_gates" syscall int80
check -q trace/gates32/intel gates intel "$BUILD/samples/getpid_gates32" sysenter int80
check -q trace/gates32/amd gates amd "$BUILD/samples/getpid_gates32" syscall int80

follows() # -f: lines carry pids, of both processes
{
	timeout 20 "$TRAPGATE" trace -f -o t "$BUSYBOX" sh -c 'ls / | wc -l' >/dev/null || return 1
	[[ $(cut -d' ' -f1 t | sort -u | wc -l) -ge 3 ]] || { head -n 5 t; return 1; }
}
check trace/follow follows
