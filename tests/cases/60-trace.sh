# SPDX-License-Identifier: GPL-2.0-or-later
# The trace of a program, side by side with strace's of the same program run natively. Addresses
# are replaced, and what cannot be alike is left out.

normalise()
{
	sed -E -e 's/0x[0-9a-f]{5,}/ADDR/g' -e 's/^[0-9]+ +//' -e 's/ += /  = /' \
		-e 's/ADDR \/\* [0-9]+ vars \*\//ENV/' \
		-e 's/(getp?pid|gettid|set_tid_address)(\(.*\)) += [0-9]+/\1\2 = PID/' \
		-e '/^arch_prctl\(0x3001/d' \
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
vm_exec_traced() # the trace goes on where memory moves
{
	local g=$BUILD/guests/vm_exec
	"$g" >native
	timeout 60 "$TRAPGATE" trace -f -o t "$g" >own
	[[ $? == 40 ]] && cmp native own && [[ $(grep -c '+++ exited with 40' t) == 10 ]]
}
check trace/vm_exec vm_exec_traced
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

# Nothing comes of a child's end where it is ignored, traced or not.
ignored_child()
{
	"$TRAPGATE" trace -f -o t "$BUILD/guests/ignored_child" || return 1
	! grep -e '--- SIGCHLD' t
}
check trace/ignored-child ignored_child
check trace/cmsg-long "$TRAPGATE" trace -o t "$BUILD/guests/cmsg_long"

# --- the same lines as strace's, in directories of their own --------------------------------------

same_guest() # PROGRAM
{
	command -v strace >/dev/null || return 77
	mkdir 1 2
	(cd 1 && strace -o ../native.raw "$1" >/dev/null 2>&1)
	[[ -s native.raw ]] || return 77
	(cd 2 && timeout 60 "$TRAPGATE" trace -o ../trapgate.raw "$1" >/dev/null 2>&1)
	normalise <native.raw | normalise_more >native
	normalise <trapgate.raw | normalise_more >trapgate
	diff -U0 native trapgate
}

# What differs from run to run: sizes of file systems, inode numbers, times, free terminals.
normalise_more()
{
	sed -E -e 's/(st_|stx_|f_|tv_)[a-z_]+=-?[0-9]+/\1N/g' -e 's/[0-9]{4}-[0-9]{2}-[0-9T:.+-]+/DATE/g' \
		-e 's/si_(pid|uid|[us]time)=[0-9]+( \/\*[^*]*\*\/)?/si_\1=N/g' -e 's/\b[0-9]{3,7}\b/NUM/g' \
		-e '/^(sysinfo|statfs|ustat)/d' -e 's/FIONREAD, \[[0-9]+\]/FIONREAD, [N]/' \
		-e 's:(/dev/pts/|TIOCGPTN, \[)[0-9]+:\1N:'
}
for g in fs_stat fs_ioctl mm sigbasic; do
	check "trace/strace-$g" same_guest "$BUILD/guests/$g"
done

same_options() # PROGRAM OPTION...
{
	local p=$1
	shift
	command -v strace >/dev/null || return 77
	strace -o native.raw "$@" "$p" >/dev/null 2>&1
	[[ -s native.raw ]] || return 77
	timeout 30 "$TRAPGATE" trace -o trapgate.raw "$@" "$p" >/dev/null 2>&1
	sed -E "$VARYING" native.raw >native
	sed -E "$VARYING" trapgate.raw >trapgate
	diff -U0 native trapgate
}
VARYING='s/0x[0-9a-f]{5,}/ADDR/g; s/\[[0-9a-f]{16}\]/[IP]/; s/ +=/ =/; s/<[0-9.]+>/<T>/; s/1[0-9]{9}\.[0-9]+/T/
	s/ +[0-9]+\.[0-9]{6}/ T/g; s/[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?/T/; /\+\+\+/d; s/(100.00 .*) +[0-9]+ +1/\1 N 1/'
while read -r name options; do
	# shellcheck disable=SC2086
	check "trace/option-$name" same_options "$BUILD/samples/hello" $options
done <<'OPTIONS'
a -e trace=write -a 60
n -e trace=write -n
i -e trace=write -i
T -e trace=write -T
t -e trace=write -t
tt -e trace=write -tt
ttt-r -e trace=write -ttt -r
s -e trace=write,execve -s 5
s0 -e trace=write -s 0
x -e trace=write -x
xx -e trace=write,readlink -xx
X-raw -e trace=newfstatat,prlimit64 -X raw
y -e trace=write -y
raw -e trace=write -e raw=write
dump -e trace=write -e write=1
status -e trace=write -z
fault -e trace=write --fault=write:error=EIO
retval -e trace=write --inject=write:retval=5
delay -e trace=write --inject=write:delay_enter=50
when -e trace=brk,mprotect --inject=brk:error=ENOMEM:when=2..3
regex -e trace=/^wri
negated -e trace=!brk,arch_prctl,set_tid_address,set_robust_list,rseq,getrandom,mprotect,readlink,execve,prlimit64,newfstatat
OPTIONS

# Before the C library has found the vDSO it uses INT 0x80.
check trace/option-i32 same_options "$BUILD/samples/hello32" -e trace=brk,set_thread_area -i --quiet=personality

same_places() # PROGRAM: what stands beside signals, stops and ends, process by process
{
	local end tracer
	command -v strace >/dev/null || return 77
	for tracer in strace "$TRAPGATE trace"; do
		mkdir "${tracer##* }"
		timeout 60 $tracer -ff -n -i -e trace=kill,tgkill -e signal=!SIGCHLD -o "${tracer##* }/t" "$1" >/dev/null 2>&1
		for end in "killed" "exited"; do
			grep -l "+++ $end" "${tracer##* }"/t.* | xargs cat
		done | sed -E -e '/runs in/d; s/\[[0-9a-f]{8,16}\]/[IP]/; s/ +=/ =/' \
			-e 's/(kill\(|si_pid=|, )[0-9]+/\1N/g' >"${tracer##* }.lines"
	done
	[[ -s strace.lines ]] || return 77
	diff -U0 strace.lines trace.lines
}
check trace/same-places same_places "$BUILD/guests/trace_places"
check trace/same-places32 same_places "$BUILD/guests/trace_places32"

same_groups() # -Y names processes, but not groups and sessions
{
	local tracer
	command -v strace >/dev/null || return 77
	for tracer in strace "$TRAPGATE trace"; do
		timeout 60 $tracer -f -Y -e trace=/getp?[gs]id,/setp?[gs]id,getpgrp,getpid -e signal=none -o t \
			"$BUILD/guests/proc_ids" >/dev/null 2>&1
		sed -E 's/\b[0-9]{2,}\b/N/g; s/ +=/ =/' t | sort >"${tracer##* }"
	done
	grep -q '<proc_ids> getpgrp() = N$' strace || return 77
	diff -U0 strace trace
}
check trace/same-groups same_groups

same_detached() # OPTION...
{
	local tracer
	command -v strace >/dev/null || return 77
	for tracer in strace "$TRAPGATE trace"; do
		timeout 30 $tracer -b execve -f -e trace=execve,getuid -e signal=none "$@" -o t \
			"$BUSYBOX" sh -c "'$BUSYBOX' id -u; /nonexistent; exec '$BUSYBOX' echo hi" >out 2>err
		sort out <(sed '/detached/!d; s/[0-9]* *detached/N detached/' err) \
			<(sed -E 's/^[0-9]+ +//; s/0x[0-9a-f]+/ADDR/; s/ +=/ =/; /exited/d; /: Process/d' t) >"${tracer##* }"
	done
	diff -U0 strace trace
}
check trace/same-detached same_detached
check trace/same-detached-alone same_detached -e status=detached
check trace/same-detached-not same_detached -e status=successful
check trace/same-detached-quiet same_detached -q

# A signal comes when the call is over, or interrupts it.
same_injected() # CALL[:...] WORD...
{
	local tracer
	command -v strace >/dev/null || return 77
	for tracer in strace "$TRAPGATE trace"; do
		timeout 30 $tracer -f -e trace="/(${1%%:*}|nanosleep)" -e inject="/${1/:/:signal=}" -o t "$BUSYBOX" "${@:2}" \
			>out 2>/dev/null
		sed -E 's/^[0-9]+ +//; s/0x[0-9a-f]{5,}/ADDR/g; s/ +=/ =/; s/(pid=|tv_n?sec=)[0-9]+/\1N/g; /runs in/d' t | cat - out >"${tracer##* }"
	done
	diff -U0 strace trace
}
# Stopped by another process: which thread takes a signal differs.
same_stops() # PROGRAM
{
	local tracer
	command -v strace >/dev/null || return 77
	for tracer in strace "$TRAPGATE trace"; do
		timeout 60 $tracer -f -e trace=none -e signal=STOP,CONT -o t "$1" >out 2>/dev/null
		sed -E 's/^[0-9]+ +//; s/pid=[0-9]+/pid=N/g; /runs in/d' t | sort | cat - out >"${tracer##* }"
	done
	diff -U0 strace trace
}
for g in trace_stops trace_stops32; do
	check "trace/$g" same_stops "$BUILD/guests/$g"
done

# A program that cannot be loaded when the old one has been given up.
same_late() # PROGRAM
{
	local tracer
	command -v strace >/dev/null || return 77
	for tracer in strace "$TRAPGATE trace"; do
		timeout 60 $tracer -f -e trace=execve -o t "$1" >/dev/null 2>&1
		sed -nE '/"(kernel|offset)"/{s/^([0-9]+) .* = /= /;p;n;s/^[0-9]+ +//;p;n;s/^[0-9]+ +//;p}' t >"${tracer##* }"
	done
	[[ $(wc -l <strace) == 6 ]] || return 77
	diff -U0 strace trace
}
for g in exec exec32; do
	check "trace/same-late-$g" same_late "$BUILD/guests/$g"
done

# The number of a call that there is not.
call_numbers() # PROGRAM
{
	timeout 60 "$TRAPGATE" trace -o t "$1" >/dev/null
	grep -q '^syscall_0xfffffffffffffffe(.*ENOSYS' t || { grep syscall_ t; return 1; }
	timeout 60 "$TRAPGATE" trace --json -o j "$1" >/dev/null && "$TRAPGATE" diff t j
}
for g in errors errors32; do
	check "trace/call-numbers-$g" call_numbers "$BUILD/guests/$g"
done

# -q hides exits, -e signal= hides ends by signals.
same_killed() # OPTION...
{
	local tracer sig
	command -v strace >/dev/null || return 77
	for tracer in strace "$TRAPGATE trace"; do
		for sig in KILL TERM; do
			timeout 60 $tracer -f "$@" -e trace=none -o t "$BUSYBOX" sh -c "$BUSYBOX sh -c 'kill -$sig \$\$'; exit 3" 2>/dev/null
			sed -nE 's/^[0-9]+ +//; /[+]{3}/p' t
		done >"${tracer##* }"
	done
	diff -U0 strace trace
}
for o in -q -qqq --quiet=exit -e\ signal=TERM '-e signal=!KILL' '-e signal=none'; do
	# shellcheck disable=SC2086
	check "trace/same-killed${o// /}" same_killed $o
done

check trace/same-injected-fatal same_injected open:USR1:when=1+ cat /etc/hostname
check trace/same-injected-ignored same_injected open:CHLD:when=1+ cat /etc/hostname
check trace/same-injected-handled same_injected open:USR1:when=1+ sh -c 'trap "echo got it" USR1; : </dev/null; echo end'
check trace/same-injected-failing same_injected open:USR1:error=EIO sh -c 'trap "echo got it" USR1; : </dev/null; echo end'
check trace/same-injected-waiting same_injected nanosleep:USR1 sleep 1000

# ... at once: together they would wait for longer than the test may take.
injected_at_once()
{
	timeout -s KILL 60 "$TRAPGATE" trace -f -e trace=/nanosleep -e inject=/nanosleep:signal=TERM:when=1+ -o t \
		"$BUSYBOX" sh -c 'i=0; while [ $i -lt 80 ]; do "$0" sleep 1000; i=$((i+1)); done' "$BUSYBOX" 2>/dev/null || return
	[ "$(grep -c 'nanosleep(.*ERESTART' t)" = 80 ] || { cat t; return 1; }
}
check trace/injected-at-once injected_at_once

# A program that gets signals by --inject has no timers but its own.
injected_timers() # PROGRAM
{
	timeout 60 "$TRAPGATE" trace -f -e trace=timer_create -e inject=timer_create:signal=CHLD:when=1+ -o t "$1" >/dev/null 2>&1
	[[ $(grep -m1 'timer_create(' t) == *', [0]) = 0' ]] || { grep timer_create t; return 1; }
}
for g in time_calls time_calls32; do
	check "trace/injected-$g" injected_timers "$BUILD/guests/$g"
done

# -yy in all places, and calls that a filter answers.
same_fds() # PROGRAM
{
	local at vary='s/0x[0-9a-f]{5,}/ADDR/g; s/^[0-9]+ +//; s/ +=/ =/; /SIGCHLD/d
		s/:\[[0-9]+(->[0-9]+)?\]/:[N]/g; s/:[0-9]{4,5}\b/:PORT/g; s/htons\([0-9]{4,5}\)/PORT/g
		s/\b[0-9]{3,7}( *$|, si_uid|, ADDR|, \[|>)/NUM\1/g'
	local calls='/ioctl|socket|send|recv|bind|listen|connect|poll|select|sync|close$|pipe|pidfd_getfd|getppid|getuid|getpgrp'
	command -v strace >/dev/null || return 77
	strace -f -yy -e "trace=$calls" -e signal=SIGSYS -o native.raw "$1" >/dev/null 2>&1
	[[ -s native.raw ]] || return 77
	timeout 60 "$TRAPGATE" trace -f -yy -e "trace=$calls" -e signal=SIGSYS -o trapgate.raw "$1" >/dev/null 2>&1
	for at in native trapgate; do
		sed -E "$vary" $at.raw >$at
	done
	diff -U0 native trapgate
}
check trace/same-fds same_fds "$BUILD/guests/trace_fds"
check trace/same-fds32 same_fds "$BUILD/guests/trace_fds32"

same_layouts() # PROGRAM
{
	local at vary='s/0x[0-9a-f]{5,}/ADDR/g; s/ +=/ =/; /^(rseq|getrandom|brk|clock_gettime)/d; /\[ Process/d
		s/st_(dev|ino|blocks|ctime)[a-z_]*=[^,}]*/st_N/g; s/tv_n?sec=[0-9]+\}\) = \?/T = ?/
		s/(set_tid_address.* = )[0-9]+/\1N/'
	command -v strace >/dev/null || return 77
	strace -v -o native.raw "$1" >/dev/null 2>&1
	[[ -s native.raw ]] || return 77
	timeout 60 "$TRAPGATE" trace -v -o trapgate.raw "$1" >/dev/null 2>&1
	for at in native trapgate; do
		sed -E -e '1d' -e "$vary" $at.raw >$at
	done
	diff -U0 native trapgate
}
check trace/same-layouts same_layouts "$BUILD/guests/trace_layouts"
check trace/same-layouts32 same_layouts "$BUILD/guests/trace_layouts32"

# Calls with arguments of every kind, failing and, as far as the tracers are told, not failing.
same_calls() # CALL PROGRAM OPTION...
{
	local at tracer
	command -v strace >/dev/null || return 77
	for tracer in "strace" "$TRAPGATE trace"; do
		at=${tracer##* }
		timeout 60 $tracer "${@:3}" -a 0 -e "trace=$1" -e signal=none -o "$at.raw" "$2" >/dev/null 2>&1
		sed -E 's/0x[0-9a-f]{6,}/ADDR/g; s/^(move_pages\()[0-9]{2,}/\1PID/; /\[ Process/d' "$at.raw" >"$at"
	done
	[[ -s strace ]] || return 1
	diff -U0 strace trace
}
# The new address is shown where it is one, not where it may be a hint.
mremap_line() # PROGRAM
{
	timeout 60 "$TRAPGATE" trace -a 0 -e trace=mremap -o t "$1" >/dev/null
	grep -q '|MREMAP_DONTUNMAP) = ' t && grep -q '|MREMAP_FIXED, 0x[0-9a-f]*) = 0x' t || { cat t; return 1; }
}
for g in '' 32; do
	check "trace/same-families$g" same_calls sendto "$BUILD/guests/trace_families$g"
	check "trace/same-move_pages$g" same_calls move_pages "$BUILD/guests/move_pages$g" -v -s 3
	check "trace/same-membarrier$g" same_calls membarrier "$BUILD/guests/membarrier$g"
	check "trace/mremap$g" mremap_line "$BUILD/guests/mm_special$g"
	check "trace/same-msgs$g" same_calls %network "$BUILD/guests/trace_msgs$g"
	check "trace/same-mempolicy$g" same_calls set_mempolicy,get_mempolicy,mbind "$BUILD/guests/mempolicy$g"
done
uring=io_uring_setup,io_uring_register,io_uring_enter
for g in devices:ioctl devices32:ioctl ptrace:ptrace ptrace32:ptrace uring:$uring uring32:$uring sockaddr:connect sockaddr32:connect \
	keyctl:keyctl keyctl32:keyctl bpf:bpf bpf32:bpf \
	perf:perf_event_open perf32:perf_event_open \
	options:setsockopt,getsockopt options32:setsockopt,getsockopt; do
	p=$BUILD/guests/trace_${g%:*}
	c=${g#*:}
	check "trace/same-${g%:*}" same_calls "$c" "$p" -v -e "inject=$c:error=ENOMEM"
	check "trace/same-${g%:*}-done" same_calls "$c" "$p" -e "inject=$c:retval=3"
	check "trace/same-${g%:*}-raw" same_calls "$c" "$p" -X raw -e "inject=$c:retval=0"
	check "trace/same-${g%:*}-verbose" same_calls "$c" "$p" -X verbose -e "inject=$c:retval=88"
done

odd='/handle_at|migrate_pages|move_pages|mprotect|mbind|mincore|writev|memfd|setaffinity|statx|statfs|mount|symlink|xattr|mq_|lookup|^wait4|^cap[gs]et|sigqueue|adjtime|^times|getresuid|robust|rusage|waitv|^poll|epoll_|msgctl|socketpair|pipe2|fcntl|ioctl|sendmsg|sendto|setsockopt|select|io_pget|idle|profil|readdir|_llseek'
for g in '' 32; do
	p=$BUILD/guests/trace_odd$g
	check "trace/same-odd$g" same_calls "$odd" "$p"
	check "trace/same-odd$g-done" same_calls "$odd" "$p" -e "inject=$odd:retval=1"
	check "trace/same-odd$g-whole" same_calls "$odd" "$p" -v -s 260 -e "inject=$odd:retval=2"
	check "trace/same-odd$g-verbose" same_calls "$odd" "$p" -X verbose -e "inject=$odd:retval=1"
	check "trace/same-odd$g-raw" same_calls "$odd" "$p" -X raw -e "inject=$odd:retval=1"
done

same_infos() # of maps and programs, as the kernel gives them
{
	local at tracer
	command -v strace >/dev/null || return 77
	for tracer in "strace" "$TRAPGATE trace"; do
		at=${tracer##* }
		timeout 60 $tracer -v -a 0 -e trace=bpf -o "$at.raw" "$1" >/dev/null 2>&1
		sed -E -e '/OBJ_GET_INFO/!d; s/0x[0-9a-f]{6,}/ADDR/g; s/\bid=[0-9]+/id=N/g; s/(map_ids=\[|imm=)[0-9a-fx]+/\1N/g' \
			-e 's,load_time=[0-9]+ /[^/]*/,load_time=N,' "$at.raw" >"$at"
	done
	[[ -s strace ]] || return 77 # the host has no bpf(2) for us
	diff -U0 strace trace
}
check trace/same-infos same_infos "$BUILD/guests/ebpf"
check trace/same-infos32 same_infos "$BUILD/guests/ebpf32"

dumps=sendmmsg,?recvmmsg,?recvmmsg_time64,pwrite64,writev,write
for g in "" 32; do
	check "trace/same-dumps$g" same_calls "$dumps" "$BUILD/guests/trace_layouts$g" -e read=all -e write=all
	check "trace/same-ipc$g" same_calls "/msgctl|fcntl|statx" "$BUILD/guests/trace_layouts$g" -X raw
	check "trace/same-ipc$g-verbose" same_calls "/msgctl|fcntl|statx" "$BUILD/guests/trace_layouts$g" -X verbose
	check "trace/same-waits$g" same_calls '/^(socketcall|sigsuspend|waitid)$' "$BUILD/guests/trace_waits$g"
	check "trace/same-waits$g-raw" same_calls '/^(socketcall|sigsuspend|waitid)$' "$BUILD/guests/trace_waits$g" -e raw=all
	check "trace/same-unnamed$g" same_calls none "$BUILD/guests/trace_layouts$g"
done

unlisted_descriptors() # those of the tracing itself are not in the guest's lists
{
	# shellcheck disable=SC2016
	local list='ls /proc/self/fd /proc/$$/fd /proc/$$/fdinfo'
	"$BUSYBOX" sh -c "$list" >native
	timeout 20 "$TRAPGATE" trace -f -o t "$BUSYBOX" sh -c "$list" >traced || return 1
	diff <(sed 's/\/proc\/[0-9]*/\/proc\/N/' native) <(sed 's/\/proc\/[0-9]*/\/proc\/N/' traced)
}
check trace/unlisted-descriptors unlisted_descriptors

first_of_script() # the first line has the arguments of the script, not those of its interpreter
{
	local want='execve("./script", ["./script", "a", "b c"], '
	printf '#!%s sh\necho "$@"\n' "$BUSYBOX" >script
	chmod +x script
	timeout 30 "$TRAPGATE" trace -e trace=execve -o t ./script a "b c" >out || return 1
	[[ $(head -n 1 t) == "$want"* && $(<out) == "a b c" ]] || { cat t out; return 1; }
}
check trace/first-of-script first_of_script

# --- guests that print the trace expected of themselves: trapgate's lines, and strace's ----------

describes() # TRACER... -- GUEST OPTION...
{
	local tracer=()
	while [[ $1 != -- ]]; do
		tracer+=("$1")
		shift
	done
	shift
	timeout 60 "${tracer[@]}" -a 0 -e signal=none -o t "${@:2}" "$BUILD/guests/$1" >expected || return 1
	[[ -s expected ]] || return 1
	grep -v '^+++\|^\[ Process' t >lines
	diff -U0 expected lines
}
described() # GUEST OPTION...
{
	describes "$TRAPGATE" trace -- "$@" || return 1
	! command -v strace >/dev/null || describes strace -- "$@"
}
for g in netlink netlink32; do
	check "trace/described-$g" described "trace_$g" -e trace=sendto,sendmsg
done
for g in ioctl ioctl32; do
	check "trace/described-$g" described "trace_$g" -e trace=ioctl
done
for g in quota quota32; do
	check "trace/described-$g" described "trace_$g" -e trace=quotactl
done
for g in sockopt sockopt32; do
	check "trace/described-$g" described "trace_$g" -e trace=setsockopt,getsockopt
done
for g in args args32; do
	check "trace/described-$g" described "trace_$g" -e trace=msgget,msgsnd,msgrcv,semget,connect,keyctl,ptrace,fsconfig,futex,prctl,sendto
done

# --- what only trapgate can get wrong ------------------------------------------------------------

json() # OPTION...
{
	command -v python3 >/dev/null || return 77
	timeout 60 "$TRAPGATE" trace -f -o t "$@" "$BUSYBOX" sh -c "$BUSYBOX ls -l / | $BUSYBOX wc; kill -9 \$\$" \
		>/dev/null 2>&1
	"$ROOT/tests/tools/check_schema.py" "$ROOT/docs/trace.schema.json" t
}
check trace/json json --json
check trace/json-fds json --json -yy -Y
check trace/summary-json json --summary-json

json_guest()
{
	command -v python3 >/dev/null || return 77
	timeout 60 "$TRAPGATE" trace -f -o t --json "$1" >/dev/null 2>&1
	"$ROOT/tests/tools/check_schema.py" "$ROOT/docs/trace.schema.json" t
}
for g in fs_ioctl net_msg net_sockopt sigbasic proc_ipc32 mm32; do
	check "trace/json-$g" json_guest "$BUILD/guests/$g"
done

# The status and the output of the program are its own, whatever becomes of the trace.
lost_output()
{
	local out
	out=$(timeout 20 "$TRAPGATE" trace -f -o /dev/full "$BUSYBOX" sh -c "$BUSYBOX echo hi; exit 3" 2>err)
	[[ $? == 3 && $out == hi && $(wc -l <err) == 1 ]] || return 1
	out=$(timeout 20 "$TRAPGATE" trace -f -o '|exit' "$BUSYBOX" sh -c "$BUSYBOX sleep 0.2; echo hi; exit 3" 2>err)
	[[ $? == 3 && $out == hi && $(wc -l <err) == 1 ]] || { cat err; return 1; }
	# -ff: nothing runs without a first file; later ones are given up
	out=$(timeout 20 "$TRAPGATE" trace -ff -o no/t "$BUSYBOX" echo hi 2>err)
	[[ $? == 125 && -z $out && $(<err) == "trapgate: Can't fopen 'no/t."*"': No such file or directory" ]] || { cat err; return 1; }
	mkdir gone
	out=$(timeout 20 "$TRAPGATE" trace -ff -o gone/t "$BUSYBOX" sh -c "$BUSYBOX rm -r gone; $BUSYBOX echo hi; exit 3" 2>err)
	[[ $? == 3 && $out == hi && $(wc -l <err) == 1 ]] || { cat err; return 1; }
}
check trace/lost-output lost_output

# The tracer's own descriptors are none of the program's.
own_descriptors()
{
	[[ $(timeout 20 "$TRAPGATE" trace -f -o t "$BUILD/guests/$1") == "0 found" ]]
}
for g in net_own net_own32 net_own32.socketcall; do
	check "trace/own-descriptors-$g" own_descriptors "$g"
done

killed()
{
	timeout 20 "$TRAPGATE" trace -f -o t "$BUSYBOX" sh -c "$BUSYBOX sleep 30 & kill -9 \$!; wait; kill -9 \$\$"
	[[ $? == 137 ]] || return 1
	[[ $(grep -c 'killed by SIGKILL' t) == 2 ]] || { tail t; return 1; }
}
check trace/killed killed

separate()
{
	timeout 20 "$TRAPGATE" trace -ff -o t "$BUSYBOX" sh -c "$BUSYBOX true; $BUSYBOX true; exit 0"
	set -- t.*
	(($# == 3)) || { ls; return 1; }
	[[ $(cat t.* | grep -c '^+++ exited with 0 +++$') == 3 ]]
}
check trace/separate separate

# A sleep is not cut short by the end of a child that the guest does not care for.
sleep_through()
{
	local begin=${EPOCHREALTIME/./}
	timeout 20 "$TRAPGATE" trace -o t "$BUSYBOX" sh -c "trap '' CHLD; $BUSYBOX true & exec $BUSYBOX sleep 0.5"
	((${EPOCHREALTIME/./} - begin > 450000))
}
check trace/sleep-through sleep_through

unsupported() # each says so with one line and status 125
{
	local o
	for o in '-p 1' -d --tips '-e kvm=nosuch' '-e nosuch=1' '-e inject=write:nosuch' '-e signal=NOSUCH' \
		'-c -S nosuch' '-c -U nosuch' '-X nosuch' '-b nosuch' '-e status=nosuch' '--decode-pids=nosuch'; do
		# shellcheck disable=SC2086
		"$TRAPGATE" trace $o "$BUSYBOX" true >out 2>err
		[[ $? == 125 && ! -s out && $(wc -l <err) == 1 ]] || { echo "$o"; cat err; return 1; }
	done
}
check -q trace/unsupported unsupported

wording() # what scripts may look for in the messages is strace's
{
	local o want
	while IFS='|' read -r o want; do
		# shellcheck disable=SC2086
		timeout 20 "$TRAPGATE" trace $o "$BUSYBOX" true 2>err
		[[ $? == 125 && $(<err) == "trapgate: $want (try: trapgate trace --help)" ]] ||
			{ echo "$o"; cat err; return 1; }
	done <<'WORDS'
-s -1|invalid -s argument: '-1'
--string-lim=x|invalid --string-limit argument: 'x'
--relative-timestamps=n|invalid --relative-timestamps argument: 'n'
--timestamps=format:s|invalid --timestamps argument: 'format:s'
-I nev|invalid -I argument: 'nev'
-b chdir|Syscall 'chdir' for -b isn't supported
-c -C|-c/--summary-only and -C/--summary are mutually exclusive
-C -ff|(-c/--summary-only or -C/--summary) and -ff/--output-separately are mutually exclusive
-w|-w/--summary-wall-clock must be given with (-c/--summary-only or -C/--summary)
-U name|-U/--summary-columns must be given with (-c/--summary-only or -C/--summary)
-c -U time,calls,count|call summary column has been provided more than once: 'count' (-U option residual: 'count')
-c -S nosuch|invalid sortby: 'nosuch'
-x --strings-in-hex|-x and --strings-in-hex cannot be provided simultaneously
-q -e quiet=none|-q and -e quiet/--quiet cannot be provided simultaneously
-y --decode-fds=path|-y and --decode-fds cannot be provided simultaneously
-f --follow-forks|-f and --follow-forks cannot be provided simultaneously
-e trace=getcwd@42|incorrect personality designator '42' in qualification 'getcwd@42'
-e quiet=nosuch|invalid quiet 'nosuch'
-e decode-pids=nosuch|invalid decode-pids 'nosuch'
-e read=!|invalid descriptor '!'
-e inject=nosuch:error=1|invalid system call 'nosuch'
-e trace=/(|regcomp: (: Unmatched ( or \(
--nosuch=1|unrecognized option '--nosuch=1'
--successful-only=1|option '--successful-only' doesn't allow an argument
-j|invalid option -- 'j'
--secontext|SELinux context printing (--secontext option) is not supported by trapgate
WORDS
	# what has no effect is said, and the program runs
	timeout 20 "$TRAPGATE" trace -A -z -Z -c -i -o t "$BUSYBOX" true 2>err || return 1
	[[ $(wc -l <err) == 2 ]] || { cat err; return 1; }
	timeout 20 "$TRAPGATE" trace -A -e none "$BUSYBOX" true 2>err || return 1
	[[ $(head -n 1 err) == 'trapgate: -A/--output-append-mode has no effect without -o/--output' ]]
}
check -q trace/wording wording

# Only calls that are traced are tampered with, and the line shows what was changed.
tampered()
{
	echo text >one
	echo text >two
	[[ $(timeout 20 "$TRAPGATE" trace -o t -e trace=write -e inject=/open:error=EPERM "$BUSYBOX" cat one) == text ]] || return 1
	timeout 20 "$TRAPGATE" trace -o t -e trace=/open -P one -e inject=/open:error=EPERM \
		"$BUSYBOX" cat one two >out 2>/dev/null
	[[ $? == 1 && $(<out) == text && $(grep -c INJECTED t) == 1 ]] || { cat t; return 1; }
	timeout 20 "$TRAPGATE" trace -o t -e trace=rmdir -e inject=rmdir:poke_enter=@arg1=6100 "$BUSYBOX" rmdir xyz 2>err
	grep -Fq 'rmdir("a")' t && grep -Fq '(INJECTED: args)' t || { cat t; return 1; }
	timeout 20 "$TRAPGATE" trace -o t -e trace=rmdir -e inject=rmdir:poke_enter=@arg2=6100 "$BUSYBOX" rmdir xyz 2>err
	grep -q "requested to tamper with argument #2, but system call 'rmdir' has only 1 arguments$" err || { cat err; return 1; }
	timeout 20 "$TRAPGATE" trace -o t -e trace=rmdir -e inject=rmdir:signal=USR1 "$BUSYBOX" rmdir xyz 2>err
	grep -Fqx -e '--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_KERNEL} ---' t || { cat t; return 1; }
	# the last that names a call is the one that counts
	timeout 20 "$TRAPGATE" trace -o t -e trace=rmdir --fault=rmdir:error=EIO --fault=rmdir:error=EBUSY "$BUSYBOX" rmdir xyz 2>err
	grep -q 'EBUSY (.*) (INJECTED)$' t || { cat t; return 1; }
}
check trace/tampered tampered

no_status()
{
	timeout 20 "$TRAPGATE" trace -e status=none "$BUSYBOX" true 2>t || return 1
	[[ $(<t) == '+++ exited with 0 +++' ]] || { head -n 3 t; return 1; }
}
check -q trace/no-status no_status

# Long strings, with -s, are whole: also where another task's line comes between.
long_strings()
{
	timeout 60 "$TRAPGATE" trace -f -s 1000000 -e trace=write -o t "$BUSYBOX" sh -c \
		"$BUSYBOX dd if=/dev/zero of=/dev/null bs=300000 count=1 2>/dev/null; true" || return 1
	[[ $(grep 'write(1, .*", 300000) = 300000$' t | grep -o '\\0' | wc -l) == 300000 ]] || { cut -c1-100 t; return 1; }
	"$TRAPGATE" trace -xx -s 300000 -e trace=write -o t "$BUSYBOX" dd if=/dev/zero of=/dev/null bs=300000 count=1 2>/dev/null
	[[ $(grep -o '\\x00' t | wc -l) -ge 300000 ]] && grep -q '", 300000) = 300000$' t
}
check trace/long-strings long_strings

# A thread that another's execve ends does not return from its call.
ended_by_exec() # GUEST
{
	timeout 20 "$TRAPGATE" trace -f -o t "$1" exec >out || return 1
	! grep -q ERESTART t && timeout 20 "$TRAPGATE" trace -f -o t -e status=none "$1" exec >out || return 1
	! grep -v '+++' t
}
for g in trace_ends trace_ends32; do
	check "trace/ended-by-exec-$g" ended_by_exec "$BUILD/guests/$g"
done

# What the caller leaves to the program is the program's: ignored and blocked signals, streams.
trace_inherits()
{
	timeout 20 "$BUSYBOX" sh -c "trap '' CHLD; exec $TRAPGATE trace -o t -e none $BUSYBOX sh -c 'exit 3'"
	[[ $? == 3 ]] || return 1
	timeout 20 bash -c '(yes 2>/dev/null; echo >gone) | "$TRAPGATE" trace -f -o t -e none "$0" sh -c \
		"exec <&-; while ! [ -e gone ]; do $0 usleep 20000; done"' "$BUSYBOX"
}
check trace/inherited trace_inherits

path_of_tracer() # -E is for the program alone
{
	cp "$BUSYBOX" busybox
	PATH=$PWD:$PATH timeout 20 "$TRAPGATE" trace -o t -E PATH=/nowhere busybox env >out || return 1
	grep -qx PATH=/nowhere out
}
check -q trace/path-of-tracer path_of_tracer

pid_namespace() # ids of another namespace: what the user sees is in front and in the comment
{
	"$BUSYBOX" unshare -Urpf "$BUSYBOX" true 2>/dev/null || return 77
	timeout 20 "$TRAPGATE" trace -f -o t -e trace=getpid,setsid -e signal=none --pidns-translation \
		"$BUSYBOX" unshare -Urpf "$BUSYBOX" setsid "$BUSYBOX" true || return 1
	awk '/ = 1 / { if ($0 !~ "/\\* " $1 " in strace.s PID NS \\*/$") bad = 1; n++ }
		END { exit !n || bad }' t || { cat t; return 1; }
}
check trace/pid-namespace pid_namespace

counted()
{
	timeout 20 "$TRAPGATE" trace -c -f -U calls,name -o t "$BUSYBOX" sh -c "$BUSYBOX true; $BUSYBOX true; exit 0" || return 1
	grep -Eq '^ +3 execve$' t && grep -Eq '^ +3 exit_group$|total' t || { cat t; return 1; }
}
check trace/counted counted

limited()
{
	timeout 20 "$TRAPGATE" trace --syscall-limit=3 -o t "$BUSYBOX" true || return 1
	[[ $(wc -l <t) == 3 ]]
}
check -q trace/limited limited

# -k: from the call up to main, by the tables of the program, which has no frame pointers.
stack() # PROGRAM
{
	timeout 20 "$TRAPGATE" trace -k -e trace=openat,write -o t "$1" >/dev/null || return 1
	grep -Eq '^ > .*\(main\+0x[0-9a-f]+\) \[0x[0-9a-f]+\]$' t && grep -Eq '\(_start\+0x' t || { cat t; return 1; }
}
check trace/stack stack "$BUILD/samples/fopen"
check trace/stack32 stack "$BUILD/samples/fopen32"

# Another thread's lines come between; what ends the process ends its calls.
threads()
{
	timeout 20 "$TRAPGATE" trace -f -o t "$BUILD/guests/trace_threads" >/dev/null 2>&1
	[[ $(cut -d' ' -f1 t | sort -u | wc -l) -ge 2 ]] || return 1
	# each unfinished call is resumed
	[[ $(grep -c '<unfinished ...>$' t) == $(grep -c '^[0-9]* *<\.\.\. .* resumed>' t) ]] || return 1
}
check trace/threads threads

# A first thread that ends before the others, a child that is the tracer's; as strace has it.
first_thread() # HOW, GUEST
{
	local tracer out vary='s/^[0-9]+ +//; s/(pid[= ]|to )[0-9]+/\1N/g; s/0x[0-9a-f]{6,}/ADDR/g; s/= [0-9]{2,}$/= N/; s/ +=/ =/'
	command -v strace >/dev/null || return 77
	for tracer in strace "$TRAPGATE trace"; do
		out=${tracer##* }
		timeout 60 $tracer -f -q -e trace=exit,exit_group,execve,getppid -o "$out.raw" "$2" "$1" >/dev/null 2>&1
		sed -E "$vary; 1d; /^Process/d" "$out.raw" >"$out"
	done
	[[ -s strace ]] && diff strace trace
}
for how in r g t k s e p; do
	check trace/first-thread-$how first_thread $how "$BUILD/guests/trace_leader"
	check trace/first-thread-$how-32 first_thread $how "$BUILD/guests/trace_leader32"
done
