#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The command line: options, messages and exit statuses. "ok" or "not ok" per check; TRAPGATE names
# the binary (build/trapgate).
set -u
cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C
trapgate=$(realpath "${TRAPGATE:-build/trapgate}")
busybox=${BUSYBOX:-/bin/busybox}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0

# expect NAME STATUS STDOUT STDERR ARGS...: patterns of the shell; runs trapgate ARGS.
expect()
{
	local name=$1 want_status=$2 want_out=$3 want_err=$4 status out err
	shift 4
	(cd "$tmp" && timeout 60 env PATH="${search:-$PATH}" "$trapgate" "$@" </dev/null >"$tmp/out" 2>"$tmp/err")
	status=$?
	out=$(cat "$tmp/out") err=$(cat "$tmp/err")
	# shellcheck disable=SC2053
	if [[ $status = "$want_status" && $out == $want_out && $err == $want_err ]]; then
		echo "ok - $name"
		return
	fi
	failed=1
	echo "not ok - $name"
	printf '#   trapgate %s\n#   status %s, expected %s\n#   stdout: %s\n#   stderr: %s\n' "$*" "$status" \
		"$want_status" "${out:0:300}" "${err:0:300}"
}

# bad NAME MESSAGE ARGS...: status 125 and one line that begins so and points to --help.
bad()
{
	local name=$1 message=$2
	shift 2
	expect "$name" 125 '' "trapgate: $message (try: trapgate *--help)" "$@"
	if (($(wc -l <"$tmp/err") != 1)); then
		echo "not ok - $name: one line"
		failed=1
	fi
}

bad "no arguments" "no program given"
bad "run without a program" "no program given" run
bad "an unknown short option" "unknown option -x" run -x true
bad "an unknown short option among others" "unknown option -y" run -ty true
bad "an unknown long option" "unknown option --bogus" run --bogus true
bad "an option without its argument" "option -E wants an argument" run -E
bad "a long option without its argument" "option --chdir wants an argument" run --chdir
expect "a file behind a space" 2 '' 'trapgate: --tap takes an argument behind "=" only: --tap=out.tap *' test --tap out.tap true
bad "a word behind a space" '--color takes an argument behind "=" only: --color=never' paths --color never getpid
bad "a long option with an argument too many" "option --trace=1 takes no argument" run --trace=1 true
bad "-E without a name" "-E =x: want NAME=VALUE" run -E =x true
bad "-E without a value" "-E A: want NAME=VALUE" run -E A true
bad "-u with a value" "-u A=B: *" run -u A=B true
bad "a CPU that there is not" "--cpu via: want intel, amd or host" run --cpu via true
bad "a string limit that is no number" "invalid -s argument: '3x'" trace -s 3x true
bad "a negative string limit" "invalid -s argument: '-1'" trace -s -1 true
bad "an option of traces without a trace" "option -f is for traces: add -t" run -f true
bad "table of an unknown abi" "--abi 16: want 64 or 32" table --abi 16
bad "table with an argument" "read: no arguments are expected" table read
bad "msrs with an argument" "x: no arguments are expected" msrs x
bad "msrs of a CPU that there is not" "--cpu via: want intel, amd or host" msrs --cpu via
bad "paths without a call" "no system call given" paths
bad "paths of a call that there is not" "nosuchcall: no such system call" paths nosuchcall
bad "paths with an argument too many" "getppid takes 0 arguments, 1 given" paths getppid 1
bad "paths with arguments too many" "write takes 3 arguments, 4 given" paths write 1 a 1 1
bad "paths with seven arguments of a number" "1 takes 6 arguments, 7 given" paths 1 1 2 3 4 5 6 7
bad "paths with a number that is too large" "0x10000000000000000: the number does not fit 64 bits" paths close 0x10000000000000000
bad "paths by a way that there is not" "--only int81: no such way" paths --only int80-32,int81 getpid
bad "paths in a colour that there is not" "--color=red: want auto, always or never" paths --color=red getpid
bad "paths with a buffer that is too large" "@N: 99999: want a number from 1 to 16384" paths read 0 @99999 1
bad "paths --program without a program" "no program given" paths --program
bad "paths --program with options of calls" "--program goes with --cpu and --json only" paths --diff --program true
bad "--entry-trace in a format that there is not" "--entry-trace=xml: want text or json" run --entry-trace=xml true
bad "--entry-output alone" "option --entry-output is for --entry-trace" run --entry-output x true
bad "self-test with an argument" "x: no arguments are expected" self-test x

expect "--version names the engine" 0 'trapgate [0-9]*.[0-9]* (Unicorn 2.*)' '' --version
expect "--help" 0 'trapgate runs *usage: *self-test*' '' --help
for command in run trace table paths msrs self-test; do
	expect "$command --help" 0 "usage: trapgate $command*" '' $command --help
done

echo text >"$tmp/text"
chmod +x "$tmp/text"
: >"$tmp/empty"
chmod +x "$tmp/empty"
cp "$busybox" "$tmp/noexec"
chmod -x "$tmp/noexec"
echo '#!/no/such/shell' >"$tmp/script"
chmod +x "$tmp/script"
mkdir "$tmp/dir"
expect "a program that is not in PATH" 127 '' 'trapgate: no-such-program: not found' no-such-program
expect "a path that is not there" 127 '' 'trapgate: ./no-such-program: not found' run ./no-such-program
expect "a script without its interpreter" 127 '' \
	'trapgate: ./script: its interpreter /no/such/shell: No such file or directory' ./script
expect "a report that is not there" 2 '' 'trapgate: ./nothing.json: No such file or directory' report merge ./nothing.json
expect "an empty name" 127 '' 'trapgate: the name of the program is empty' ''
expect "a directory" 126 '' 'trapgate: ./dir: Is a directory' ./dir
expect "a path through a file" 126 '' 'trapgate: text/x: Not a directory' run text/x
expect "a file that is not executable" 126 '' 'trapgate: ./noexec: Permission denied' ./noexec
expect "a text file" 126 '' 'trapgate: ./text: *' ./text
expect "an empty file" 126 '' 'trapgate: ./empty: *' ./empty

expect "options end at the program" 0 '-n -E x' '' run "$busybox" echo -e '-n -E x'
expect "-- ends options" 0 'hi' '' run -- "$busybox" echo hi
expect "run is the default" 7 '' '' "$busybox" sh -c 'exit 7'
expect "options without a command" 0 'v' '' -E A=v "$busybox" sh -c 'echo $A'
expect "-E and -u, the last one counts" 0 '2..set' '' run -E A=1 -E A=2 -E B=x -u B -E C=set \
	"$busybox" sh -c 'echo "$A.${B-}.$C"'
expect "the environment is the caller's otherwise" 0 "$HOME" '' run -u A "$busybox" sh -c 'echo "$HOME"'
expect "--chdir" 0 "$tmp/dir" '' run --chdir dir "$busybox" pwd
expect "--chdir to nowhere" 125 '' 'trapgate: --chdir nowhere: No such file or directory' run --chdir nowhere "$busybox"
expect "--argv0" 0 'as-argv0' '' run --argv0 sh "$busybox" -c 'echo as-argv0'
expect "a program in PATH" 0 'found' '' run "${busybox##*/}" echo found

mkdir "$tmp/a" "$tmp/b"
cp "$tmp/noexec" "$tmp/a/tool"
cp "$busybox" "$tmp/b/tool"
chmod +x "$tmp/b/tool"
search=$tmp/a:$tmp/b expect "the search passes over what is not executable" 0 'here' '' run --argv0 echo tool here
search=$tmp/a expect "found, but not executable" 126 '' 'trapgate: tool: Permission denied' run tool
(cd "$tmp" && cp b/tool tool && rm b/tool)
search=$tmp/b: expect "an empty element of PATH is the directory" 0 'here' '' run --argv0 echo tool here

expect "trace" 3 '' '*exit_group(3)*+++ exited with 3 +++*' trace "$busybox" sh -c 'exit 3'
expect "run -t is the same" 3 '' '*exit_group(3)*' run -t "$busybox" sh -c 'exit 3'
expect "-e takes a list" 0 'x' 'write(1, "x\\n", 2)*= 2*' trace -e trace=write "$busybox" echo x
expect "an unknown call in a list" 125 '' 'trapgate: *nosuchcall*' trace -e nosuchcall "$busybox" true
expect "-o: the trace goes to a file" 0 'x' '' trace -e write -o trace.out "$busybox" echo x
if grep -q '^write(1, "x' "$tmp/trace.out"; then
	echo "ok - -o: the file holds the trace"
else
	echo "not ok - -o: the file holds the trace"
	failed=1
fi
expect "-o: a file that cannot be opened" 125 '' "trapgate: Can't fopen 'dir': Is a directory" trace -o dir "$busybox" true

expect "paths --html to nowhere" 125 '' 'trapgate: --html nowhere/page: No such file or directory' paths --html nowhere/page --repeat 0 getppid
expect "paths: options behind the call" 0 '*"schema"*"lanes"*' '' paths getppid --json --repeat 0
expect "paths: an option behind the call that there is not" 125 '' 'trapgate: unknown option --nosuch*' paths getppid --nosuch
expect "paths: what is behind -- is an argument" 0 '*"--json"*' '*' paths --only syscall-64 write -- 1 --json 6
expect "paths --program of what is not there" 127 '' 'trapgate: nosuch: not found' paths --program nosuch

expect "msrs decodes the MSRs" 0 '*LSTAR *entry_SYSCALL_64*GDT at*USER32_CS*0x80 *DPL 3*entry_INT80_compat*TSS at*' '' msrs
expect "msrs names what a vendor lacks" 0 '*SYSENTER_CS*long mode has no SYSENTER here*' '' msrs --cpu amd
expect "msrs --json" 0 '{*"schema": "trapgate-msrs"*"version": 1*}' '' msrs --json
expect "msrs --all" 0 '*0xff *irq_entries_start+0xdf0*' '' msrs --all

exit $failed
