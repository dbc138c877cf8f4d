# SPDX-License-Identifier: GPL-2.0-or-later
# trapgate paths, msrs and --entry-trace as a user sees them; what their documents say is tested in
# tests/unit/test_paths.c.

paths()
{
	timeout 60 "$TRAPGATE" paths "$@"
}

has() # FILE, PATTERN...: each matches a line
{
	local file=$1 p
	shift
	for p; do
		grep -q -- "$p" "$file" || { echo "no line of $file matches $p"; head -n 20 "$file"; return 1; }
	done
}

# No line is longer than the terminal; lanes stand side by side where there is room.
paths_width()
{
	local w
	for w in 40 80 120 200; do
		paths --width $w getppid >text || return 1
		awk -v w=$w 'length > w { print "longer than " w ": " $0; bad = 1 } END { exit bad }' text || return 1
		grep -q $'\33' text && { echo "colour in a file"; return 1; }
	done
	has text 'SYSCALL, 64-bit mode .*INT 0x80, 64-bit mode .*SYSENTER, 64-bit mode' \
		'<entry_SYSCALL_64>.*<entry_INT80_compat>.*<entry_SYSENTER_compat>' || return 1
	[[ $(grep -c 'mode *$\|program *$' text) -ge 2 ]]
}
check -q paths/width paths_width

paths_colour()
{
	paths --color=always --only int80-32 getppid | grep -q $'\33\[' || return 1
	paths --color=never --only int80-32 getppid | grep -q $'\33\[' && return 1
	type -P script >/dev/null || return 0
	TERM=xterm command script -qc "$TRAPGATE paths --only int80-32 getppid" /dev/null </dev/null |
		grep -q $'\33\[1m' || { echo "no colour on a terminal"; return 1; }
	NO_COLOR=1 TERM=xterm command script -qc "$TRAPGATE paths --only int80-32 getppid" /dev/null </dev/null |
		grep -q $'\33\[1m' && { echo "colour despite NO_COLOR"; return 1; }
	return 0
}
check paths/colour paths_colour

paths_arguments()
{
	paths --only syscall-64 openat AT_FDCWD nowhere 'O_RDONLY|O_CLOEXEC' >text || return 1
	has text '^arguments *0xffffffffffffff9c' ' 0x80000$' ' -2 ENOENT' || return 1
	paths --only syscall-64 write 1 s:12 2 >text && has text '^wrote *"12"' || return 1
	paths --only syscall-64 write 1 >text 2>err && has err '^trapgate: write takes 3 arguments, 1 given: 0 for the others$' &&
		has text '^result *pt_regs.ax = 0x0$' || return 1
	paths --only syscall-64 write 1 @3 3 >text && has text '^wrote *"\\u0000\\u0000\\u0000"' || return 1
	paths --only int80-32 lseek -1 017 0x1 >text && has text '^arguments *0xffffffff$' ' 0xf$' ' -9 EBADF' ||
		return 1
	paths --only int80-32 39 nothing 0777 >text && has text 'ia32_sys_call_table\[39\] mkdir' || return 1
	[[ -d nothing ]] && rmdir nothing
}
check paths/arguments paths_arguments

# Calls that end their process, replace it, wait, or are answered by a signal.
paths_ends()
{
	paths --only syscall-64,int80-32 exit_group 7 >text && has text 'exited with 7 .*exited with 7' || return 1
	paths --only syscall-64,int80-32 execve /bin/true 0 0 >text && has text '^work left? *pt_regs was replaced' || return 1
	paths --timeout 1 --only syscall-64 pause >text && has text 'still waiting: stopped' || return 1
	paths --only syscall-64,sysenter-32 kill 0 SIGTERM >text && has text 'killed by SIGTERM .*killed by SIGTERM' ||
		return 1
	paths --only syscall-64,int80-32 fork >text && has text 'exited with 0 .*exited with 0' || return 1
	paths vfork >text 2>err
	[[ $? == 125 && $(wc -l <err) == 1 ]] && has err "overwrite the program's stack" || return 1
	paths --only int80-compat 99999 >text && has text 'not below the table' ' -38 ENOSYS'
}
check paths/ends paths_ends

paths_html()
{
	local browser
	paths --html page.html getppid && [[ -s page.html ]] || return 1
	paths --html - getppid | cmp -s - /dev/null && return 1
	paths --html page.html --json getppid >doc && has doc '"schema": "trapgate-paths"' '"version": 1' || return 1
	# A browser reads it as it is meant, if there is one.
	browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || return 0
	HOME=$PWD timeout 100 "$browser" --headless --no-sandbox --disable-gpu --dump-dom \
		"file://$PWD/page.html" >dom 2>browser.err || return 0
	has dom '<div class="lanes"' 'entry_SYSCALL_64' 'entry_SYSENTER_compat'
}
check paths/html paths_html

# A program that asks the vDSO itself which gate it has is found out.
paths_program()
{
	local p
	for p in hello32 fopen32 getpid_gates32 exit_sysenter; do
		paths --program "$BUILD/samples/$p" >text || { cat text; return 1; }
		has text 'The traces agree' '^SYSENTER  *0  *[1-9]' '^INT 0x80  *0  *0  *[1-9]' || return 1
		paths --cpu amd --program "$BUILD/samples/$p" >text && has text '^SYSCALL  *[1-9][0-9]*  *0 ' || return 1
	done
	paths --program "$BUILD/samples/hello" >text && has text 'nothing to compare' || return 1
	cat >peek.c <<-'END'
		#include <sys/auxv.h>
		#include <unistd.h>
		int main(void)
		{
			const unsigned char *p = (void *)getauxval(AT_SYSINFO);
			return p[5] == 0x90 ? write(1, "n", 1) == 2 : write(1, "sysenter", 8) == 2;
		}
	END
	"${CC:-cc}" -m32 -static -O1 -o peek peek.c 2>/dev/null || return 77
	paths --program ./peek >text
	[[ $? == 1 ]] && has text 'The traces differ, first in line' 'SYSENTER .*write(1, "sysenter", 8)' \
		'INT 0x80 .*write(1, "n", 1)' || return 1
	paths --json --program ./peek >text
	[[ $? == 1 ]] && has text '"same": false'
}
check paths/program paths_program

# Each step of each passage; no register is ever other than the path makes it.
entry_trace() # PROGRAM, WORDS OF THE TRACE...
{
	local p=$1 w
	shift
	timeout 60 "$TRAPGATE" run --entry-trace --entry-output steps "$p" >/dev/null 2>&1
	grep mismatch steps && return 1
	for w; do
		has steps "$w" || return 1
	done
}
check -q paths/entry-trace/syscall entry_trace "$BUILD/samples/exit_syscall" 'RIP = 0x[0-9a-f]* <entry_SYSCALL_64> from MSR_LSTAR' \
	'sys_call_table\[60\] exit'
check -q paths/entry-trace/int80 entry_trace "$BUILD/samples/exit_int80" '<entry_INT80_compat> from IDT\[0x80\]' \
	'RSP = 0xfffffe0000003000 from TSS.RSP0'
check -q paths/entry-trace/sysenter entry_trace "$BUILD/samples/exit_sysenter" '<entry_SYSENTER_compat> from MSR_SYSENTER_EIP' \
	'sysenter$'
for p in sigbasic sigbasic32 procs procs32 int80_from_64 int80_from_64_regs gates32 gate_boxes gate_boxes32 \
	vdso_move32; do
	check "paths/entry-trace/$p" entry_trace "$BUILD/guests/$p" IRETQ
done

entry_trace_json()
{
	timeout 60 "$TRAPGATE" run --entry-trace=json --entry-output steps "$BUILD/samples/hello32" >/dev/null || return 1
	grep -qv '^{"pid":[0-9]*,"call":[0-9]*,"gate":".*}$' steps && return 1
	has steps '"gate":"SYSENTER","mode":"32-bit","phase":"cpu-in","step":"target","set":"RIP","value":"0xffffffff' \
		'"step":"pt-regs".*"orig_ax":"0x' '"step":"result".*"result":[0-9]'
}
check paths/entry-trace/json entry_trace_json

# The commands of the guided tour run, and print what the tour shows of them.
tour()
{
	local line command n=0 expected status

	((has32)) || return 77 # one command is run natively
	while IFS= read -r line; do
		case $line in
		'$ '*)
			command=${line#\$ }
			cd "$ROOT" || return 1
			PATH=${TRAPGATE%/*}:$PATH timeout 60 "$BASH" -c "$command" >"$OLDPWD/got" 2>&1 </dev/null
			status=$?
			cd "$OLDPWD" || return 1
			((status < 125)) || { echo "$command: status $status"; head -n 5 got; return 1; }
			((++n))
			;;
		'```' | '...' | '') ;;
		*)
			# addresses, process numbers and times are the run's own
			expected=$(sed -E 's/[][\.*^$/+?(){}|]/\\&/g; s/0x[0-9a-f]{4,}/0x[0-9a-f]+/g
				s/[0-9]+\\\.[0-9]+/[0-9.]+/g; s/[0-9]+ ns/[0-9]+ ns/g; s/[0-9]{4,}/[0-9]+/g; s/ +/ +/g' <<<"$line")
			grep -qE -- "$expected" got || { echo "$command: does not print: $line"; return 1; }
			;;
		esac
	done < <(awk '/^```console/ { on = 1; next } /^```/ { on = 0 } on' "$ROOT/docs/gates.md")
	((n >= 10))
}
check paths/tour tour

# SYSENTER and SYSCALL in single steps: what the program sees does not depend on the gate.
paths_vdso_step()
{
	"$TRAPGATE" run --cpu intel "$BUILD/guests/vdso_step" >intel && "$TRAPGATE" run --cpu amd "$BUILD/guests/vdso_step" >amd ||
		return 1
	grep -q 'getpid right: 0 1 2 3 5 10 11 12$' intel && cmp intel amd
}
check paths/vdso-step paths_vdso_step
