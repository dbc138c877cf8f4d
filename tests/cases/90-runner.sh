# SPDX-License-Identifier: GPL-2.0-or-later
# trapgate test: tests that pass, fail, hang, die, leave processes and write nonsense; its reports;
# selection, shards and manifests. The tests are scripts where that is enough.

tg() { timeout 120 "$TRAPGATE" test "$@"; }

script() # NAME: standard input is what busybox sh runs
{
	mkdir -p "$(dirname "$1")"
	{ echo "#!$BUSYBOX sh"; cat; } >"$1"
	chmod 755 "$1"
}

expect_status() # STATUS COMMAND...
{
	local want=$1 got
	shift
	"$@"
	got=$?
	[[ $got == "$want" ]] || { echo "expected status $want, got $got: $*"; return 1; }
}

some_tests() # in t/
{
	script t/a_pass <<<'echo fine'
	script t/b_fail <<<'echo out; printf "<&\"\\001\\377]]>\\0" >&2; exit 3'
	script t/c_skip <<<'echo no need; exit 77'
	script t/sub/d_pass <<<'true'
	script t/sub/e_killed <<<'kill -9 $$'
	echo 'not a test' >t/readme
	script t/sub/.hidden <<<'exit 1'
	ln -s ../t t/sub/circle
}

runner_reports()
{
	some_tests
	expect_status 1 tg --no-sandbox -j 2 --tap=tap --junit junit.xml --json json t >out || return 1
	grep -q '^2 passed, 2 failed, 1 skipped in ' out || { cat out; return 1; }
	grep -q '^FAIL t/b_fail' out && grep -q '^    exited with 3$' out || return 1
	grep -q '^    killed by SIGKILL$' out || return 1
	# TAP: a plan, and each number once
	[[ $(head -n 2 tap) == $'TAP version 14\n1..5' ]] || return 1
	[[ $(grep -oE '^(not )?ok [0-9]+' tap | awk '{ print $NF }' | sort -n | tr '\n' ' ') == '1 2 3 4 5 ' ]] || return 1
	grep -qE '^not ok [0-9] - t/b_fail$' tap && grep -qE '^ok [0-9] - t/c_skip # SKIP no need$' tap || return 1
	grep -q '    <&"\\x01\\xff\]\]>\\x00' tap && grep -q 'exit_group(3)' tap || return 1
	# JUnit
	grep -q 'testsuite name="trapgate" tests="5" failures="2" errors="0" skipped="1"' junit.xml || return 1
	grep -q '&lt;&amp;&quot;\\x01\\xff\]\]&gt;\\x00' junit.xml || return 1
	grep -q 'classname="t.sub" name="e_killed"' junit.xml || return 1
	if command -v xmllint >/dev/null; then
		xmllint --noout --schema "$ROOT/tests/data/junit.xsd" junit.xml || return 1
	fi
	# JSON
	if command -v python3 >/dev/null; then
		python3 -c 'import json, sys
j = json.load(open("json"))
assert j["schema"] == "trapgate-test" and j["version"] == 1
assert j["summary"] == {"tests": 5, "passed": 2, "failed": 2, "skipped": 1}
t = {x["name"]: x for x in j["tests"]}
assert t["t/b_fail"]["exit"] == {"status": 3} and t["t/sub/e_killed"]["exit"]["name"] == "SIGKILL"
assert t["t/b_fail"]["stdout"]["text"] == "out\n" and t["t/c_skip"]["reason"] == "no need"' || return 1
	fi
	# what is kept
	[[ $(<trapgate-artifacts/t:b_fail/stdout) == out ]] || return 1
	grep -q 'exit_group(3)' trapgate-artifacts/t:b_fail/trace
}

runner_select()
{
	some_tests
	[[ $(tg --list t) == $'t/a_pass\nt/b_fail\nt/c_skip\nt/sub/d_pass\nt/sub/e_killed' ]] || return 1
	[[ $(tg --list -f pass t) == $'t/a_pass\nt/sub/d_pass' ]] || return 1
	[[ $(tg --list -f 'sub/*led' --repeat 2 t) == $'t/sub/e_killed#1\nt/sub/e_killed#2' ]] || return 1
	[[ $(tg --list --shuffle 7 t | sort) == $(tg --list t) ]] || return 1
	[[ $(tg --list --shuffle 7 t) == $(tg --list --shuffle 7 t) ]] || return 1
	expect_status 1 tg --no-sandbox t >/dev/null || return 1
	[[ $(tg --list --rerun-failed t) == $'t/b_fail\nt/sub/e_killed' ]] || return 1
	[[ $(tg --list --rerun-failed --repeat 2 t/b_fail) == $'t/b_fail#1\nt/b_fail#2' ]] || return 1
	expect_status 1 tg --no-sandbox -j 1 --fail-fast --tap t >tap 2>/dev/null || return 1
	[[ $(grep -c 'SKIP not run: --fail-fast' tap) == 3 ]]
}

runner_trouble() # 2: could not run
{
	script t/a <<<true
	mkdir empty
	echo '{"version": 1, "tests": [{"command": "a", "timeot": 3}]}' >bad.json
	for args in "" "none" "empty" "bad.json" "--no-such t" "-j 0 t" "-f zzz t" "--shard 3/2 t" \
		"--durations none t" "--rerun-failed t" "--policy none t" "--junit /no/such/dir/x t" "--root /none t" \
		"--bind /none:/x t"; do
		# shellcheck disable=SC2086
		expect_status 2 tg --no-sandbox $args 2>err >/dev/null || return 1
		[[ $(wc -l <err) == 1 ]] || { cat err; return 1; }
	done
	TEST_TOTAL_SHARDS=2 TEST_SHARD_INDEX=2 expect_status 2 tg t 2>/dev/null
}

# Whether one of the processes whose numbers are in a file is there.
any_alive() # FILE
{
	local pid
	while read -r pid; do
		[[ -e /proc/$pid ]] && return 0
	done <"$1"
	return 1
}

# What a test leaves behind, does to its output or to its scratch directory.
runner_hostile()
{
	script t/background <<-END
	for i in 1 2 3; do
		setsid sh -c "trap '' TERM; echo \\\$\\\$ >>$PWD/pids; sh -c 'echo \\\$\\\$ >>$PWD/pids; sleep 900' & sleep 900" &
	done
	while [ \$(cat $PWD/pids 2>/dev/null | wc -l) -lt 6 ]; do sleep 0.1; done
	echo started
	END
	script t/flood <<<'cat /dev/zero'
	script t/closed <<<'exec >&- 2>&-; exit 5'
	script t/scratch <<<'dd if=/dev/zero of=big bs=1M count=20 2>/dev/null; sleep 600'
	script t/nested <<-'END'
	i=0; while [ $i -lt 300 ]; do mkdir d; chmod 700 d; cd d || exit 1; i=$((i + 1)); done
	ln -s / link; mkfifo pipe; mkdir shut; touch shut/x; chmod 0 shut; exit 1
	END
	TMPDIR=$PWD expect_status 1 tg --no-sandbox -t 100 --output-limit 1M --scratch-limit 5M --trace-lines 3 \
		t >out || return 1
	for line in 'ok   t/background ' 'FAIL t/nested ' 'exited with 5$' 'hit the limit output (1 MiB)' \
		'hit the limit scratch (5 MiB)'; do
		grep -q "$line" out || { echo "missing: $line"; cat out; return 1; }
	done
	# nothing is left, neither processes nor directories
	! compgen -G 'trapgate-test.*' && [[ $(wc -l <pids) == 6 ]] && ! any_alive pids
}

# A 64-bit or 32-bit program of two instructions that exits with STATUS; they all have their code at
# the same address.
tiny_elf() # FILE CLASS(1: 32, 2: 64) STATUS
{
	local s
	s=$(printf '\\x%02x' "$3")
	if [[ $2 == 2 ]]; then
		printf '\x7fELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\x3e\0\1\0\0\0\x78\0\x40\0\0\0\0\0\x40\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x40\0\x38\0\1\0\0\0\0\0\0\0'
		printf '\1\0\0\0\5\0\0\0\0\0\0\0\0\0\0\0\0\0\x40\0\0\0\0\0\0\0\x40\0\0\0\0\0\x84\0\0\0\0\0\0\0\x84\0\0\0\0\0\0\0\0\x10\0\0\0\0\0\0'
		printf "\\xbf$s\\0\\0\\0\\xb8\\x3c\\0\\0\\0\\x0f\\x05"
	else
		printf '\x7fELF\1\1\1\0\0\0\0\0\0\0\0\0\2\0\3\0\1\0\0\0\x54\0\x40\0\x34\0\0\0\0\0\0\0\0\0\0\0\x34\0\x20\0\1\0\0\0\0\0\0\0'
		printf '\1\0\0\0\0\0\0\0\0\0\x40\0\0\0\x40\0\x60\0\0\0\x60\0\0\0\5\0\0\0\0\x10\0\0'
		printf "\\xbb$s\\0\\0\\0\\xb8\\1\\0\\0\\0\\xcd\\x80"
	fi >"$1"
	chmod 755 "$1"
}

# Translations that one test leaves to the next: only where the code is the same.
runner_warm()
{
	local i class tests=
	mkdir t
	for i in 1 2 3; do
		for class in 1 2; do
			tiny_elf t/p$class$i $class $i
			tests+=",{\"name\": \"p$class$i\", \"command\": \"t/p$class$i\", \"status\": $i, \"repeat\": 6}"
		done
	done
	echo "{\"version\": 1, \"tests\": [${tests#,}]}" >m.json
	for i in '' '--shuffle 1' '--shuffle 2' '--shuffle 3 --no-sandbox'; do
		# shellcheck disable=SC2086
		expect_status 0 tg -q -j 1 $i m.json >out || { cat out; return 1; }
	done
	for i in smc smc32 mm mm32; do
		[[ -x $BUILD/guests/$i ]] && ln -s "$BUILD/guests/$i" t/$i
	done
	rm t/p*
	expect_status 0 tg -q -j 1 -t 100 --repeat 4 --oracle outcome t >out || { cat out; return 1; }
}

# The diagnostics are YAML to whom reads it, whatever tests write.
runner_yaml()
{
	script t/a <<-'END'
	printf '  spaces first\n\nempty "before" \\ \n...\n---\n- a: b\n# c\n'; exit 1
	END
	script t/b <<<"printf 'plain\n\n  then spaces\n\n'; exit 1"
	expect_status 1 tg --no-sandbox -j 1 --trace-lines 0 --tap=tap t >/dev/null || return 1
	if command -v prove >/dev/null; then # perl's, which knows TAP 13
		prove -e "$TRAPGATE test -q --no-sandbox -j 1 --trace-lines 0 --tap" t/a t/b >out 2>&1
		[[ $(grep -c "Failed test: *1" out) == 2 ]] && ! grep -q 'Parse errors' out || { cat out tap; return 1; }
	fi
	python3 -c 'import yaml' 2>/dev/null || return 0
	python3 - <<-'END'
	import re, yaml
	got = [yaml.safe_load(m) for m in re.findall(r"^  ---\n(.*?)^  \.\.\.$", open("tap").read(), re.S | re.M)]
	assert got[0]["stdout"] == '  spaces first\n\nempty "before" \\ \n...\n---\n- a: b\n# c\n', got
	assert got[1]["stdout"].rstrip() == "plain\n\n  then spaces", got
	END
}

# A runner that is killed takes all with it.
runner_killed()
{
	local pid i mark="killed-mark-$$-$RANDOM"
	script t/a <<<'(setsid sleep 900 &); trap "" TERM HUP; touch up; sleep 900'
	script t/b <<<'touch up; sleep 900'
	mkdir tmp
	MARK=$mark TMPDIR=$PWD/tmp "$TRAPGATE" test -q -j 2 --env-all t >out 2>&1 & pid=$!
	for ((i = 0; i < 600; i++)); do
		[[ $(find tmp -name up | wc -l) == 2 ]] && break
		sleep 0.1
	done
	[[ $i -lt 600 ]] || { kill $pid; cat out; return 1; }
	kill -9 $pid
	for ((i = 0; i < 600; i++)); do
		[[ -z $(ls -A tmp) && -z $(grep -lsaz "^MARK=$mark" /proc/[0-9]*/environ) ]] && return 0
		sleep 0.1
	done
	find tmp
	return 1
}

# Names that are neither words nor UTF-8.
runner_names()
{
	local name names=('-dash' 'sp ace' $'new\nline' 'ünï' $'bad\xff\xfe' 'hash # TODO' 'back\slash' '[glob]*' "q\"'<&>")
	mkdir t
	for name in "${names[@]}"; do
		tiny_elf "t/$name" 2 0
	done
	expect_status 0 tg -q --tap=tap --junit junit.xml --json json t >out || { cat out; return 1; }
	[[ $(grep -c '^ok' tap) == "${#names[@]}" ]] || return 1
	grep -qF 't/hash \# TODO' tap || return 1
	grep -qF "t/bad\\\\xff\\\\xfe" tap && grep -qF "t/new\\\\x0aline" tap || return 1
	if command -v xmllint >/dev/null; then
		xmllint --noout --schema "$ROOT/tests/data/junit.xsd" junit.xml || return 1
	fi
	if command -v python3 >/dev/null; then
		python3 -c 'import json; assert len(json.load(open("json"))["tests"]) == 9' || return 1
	fi
}

# --root: what is tested is shown in it, be it a directory of tests or a program.
runner_root()
{
	mkdir t root
	tiny_elf t/a 2 0
	tiny_elf t/b 1 3
	for i in '' --overlay --ro; do
		# shellcheck disable=SC2086
		expect_status 1 tg -q -j 1 --root root $i t >out || { cat out; return 1; }
		grep -q '^1 passed, 1 failed' out || return 1
		# shellcheck disable=SC2086
		expect_status 0 tg -q --root root $i t/a ./t/a >out || { cat out; return 1; }
	done
	[[ -z $(ls root) ]]
}

# What tests write outside of their scratch directories is not there for the next.
runner_fresh()
{
	script t/a <<-'END'
	[ -e /tmp/left ] || [ -e /left ] || [ -e /dev/shm/left ] || [ -e /etc/left ] && exit 1
	[ "$(cat /etc/hosts | wc -l)" = 2 ] && [ "$(stat -c %a /tmp)" = 1777 ] || exit 2
	[ "$(ls -A | wc -l)" = 0 ] && [ "$(stat -c %a .)" = 700 ] || exit 3
	case $TEST_DOES in
	1) echo >/tmp/left ;;
	2) echo >/left ;;
	3) echo >/dev/shm/left ;;
	4) mkdir /etc/left ;;
	5) echo more >>/etc/hosts ;;
	6) chmod 700 /tmp ;;
	7) ln -s x /tmp/left ;;
	8) chmod 755 . ;;
	9) touch left ;;
	10) mv /etc/hosts /etc/left ;;
	11) cd /tmp && chmod 777 . ;;
	12) rm /etc/hosts ;;
	13) exec 3</etc/hosts; chmod 0 /proc/self/fd/3 ;;
	14) mkfifo /left ;;
	15) cp -p /bin/true /tmp/left ;;
	esac || exit 4
	END
	local i tests=
	for i in {0..15}; do
		tests+=",{\"name\": \"does$i\", \"command\": \"t/a\", \"environment\": {\"TEST_DOES\": \"$i\"}, \"repeat\": 3}"
	done
	echo "{\"version\": 1, \"tests\": [${tests#,}]}" >m.json
	expect_status 0 tg -q -j 1 m.json >out || { cat out; return 1; }
	expect_status 0 tg -q --shuffle 5 m.json >out || { cat out; return 1; }
}

# What failing tests leave is kept, from a sandbox too, and across file systems.
runner_kept()
{
	script t/a <<<'mkdir -p d; echo made >d/file; ln -s file d/link; echo out; exit 1'
	expect_status 1 tg t >out || return 1
	[[ $(<trapgate-artifacts/t:a/scratch/d/file) == made && -L trapgate-artifacts/t:a/scratch/d/link ]] || { cat out; return 1; }
	[[ -d /dev/shm && -w /dev/shm ]] || return 0
	TMPDIR=/dev/shm expect_status 1 tg t >out || return 1
	[[ $(<trapgate-artifacts/t:a/scratch/d/file) == made && $(<trapgate-artifacts/t:a/stdout) == out ]] || { cat out; return 1; }
}

# Machines that lack something: /tmp that cannot be written, no /dev, no /proc.
runner_places()
{
	"$BUSYBOX" unshare -m true 2>/dev/null || return 77
	mkdir here
	cp "$TRAPGATE" here/trapgate
	tiny_elf here/t 2 0
	cat >in.sh <<-END
	mount --make-rprivate / 2>/dev/null
	mount --bind here /mnt && cd /mnt || exit 77
	mount -t tmpfs none /var/tmp; mount -t tmpfs -o ro none /tmp; mount -t tmpfs -o ro none /dev/shm
	./trapgate test -q --artifacts '' t >/dev/null || exit 1
	./trapgate run --sandbox ./t || exit 2
	TMPDIR=/tmp ./trapgate test -q t 2>&1 | grep -q 'set TMPDIR to' || exit 3
	mount -t tmpfs none /dev
	./trapgate test -q t >/dev/null || exit 4
	mount -t tmpfs none /proc
	./trapgate run ./t || exit 5
	[ "\$(./trapgate run --sandbox ./t 2>&1)" = 'trapgate: a sandbox needs /proc, which is not mounted' ] || exit 6
	./trapgate test t 2>/dev/null; [ \$? = 2 ] || exit 7
	./trapgate test -q --no-sandbox t >/dev/null || exit 8
	END
	env -u TMPDIR "$BUSYBOX" unshare -m "$BUSYBOX" sh in.sh
}

runner_hang()
{
	script t/hang <<<'trap "" TERM INT HUP; while :; do sleep 100; done'
	script t/stopped <<<'kill -STOP $$'
	expect_status 1 tg --no-sandbox -t 1.5 --json json t >out || return 1
	[[ $(grep -c 'hit the limit time (1.5 s)' out) == 2 && $(grep -c '"limit": "time"' json) == 2 ]]
}

runner_manifest()
{
	script prog <<-'END'
	cat; echo "$1 $NAME ${GONE-gone}"; echo err >&2; exit 4
	END
	printf 'input\nx value gone\n' >want
	cat >m.json <<-'END'
	{"version": 1,
	 "defaults": {"command": "never used", "timeout": 20, "environment": {"NAME": "value"}},
	 "tests": []}
	END
	expect_status 2 tg m.json 2>/dev/null || return 1
	cat >m.json <<-'END'
	{"version": 1,
	 "defaults": {"timeout": 20, "environment": {"NAME": "value", "LANG": null}, "status": 4},
	 "tests": [
	  {"name": "good", "command": "./prog", "arguments": ["x"], "stdin": "input\n",
	   "stdout": {"file": "want"}, "stderr": {"regex": "^err$|^err.$"},
	   "syscalls": ["any exit_group(4)", "not socket"], "tags": ["quick"]},
	  {"name": "stdout", "command": ["./prog", "x"], "stdin": "other\n", "stdout": {"file": "want"}},
	  {"name": "stderr", "command": "./prog", "stderr": {"contains": "error"}},
	  {"name": "status", "command": "./prog", "status": "SIGSEGV"},
	  {"name": "calls", "command": "./prog", "syscalls": ["socket(...)"]},
	  {"name": "skipped", "command": "./prog", "skip": "not today"},
	  {"name": "missing", "command": "./nothing"},
	  {"name": "busybox", "command": ["sh", "-c", "echo hi"], "status": 0, "stdout": "hi\n"},
	  {"name": "tap good", "command": ["sh", "-c", "echo 1..2; echo ok; echo not ok 2 '#' TODO"],
	   "status": 0, "output": "tap"},
	  {"name": "tap bad", "command": ["sh", "-c", "echo ok 1; echo not ok 2 - bad"], "status": 0,
	   "output": "tap", "repeat": 2}
	 ]}
	END
	expect_status 1 tg --no-sandbox m.json --json json >out || return 1
	for line in 'ok   good' 'FAIL stdout' 'FAIL stderr' 'FAIL status' 'FAIL calls' 'skip skipped' 'FAIL missing' \
		'ok   busybox' 'ok   tap good' 'FAIL tap bad#1' 'FAIL tap bad#2' \
		'    stdout differs at line 1' '      expected: input' '           got: other' \
		'    exited with 4, but should have been killed by SIGSEGV' '      does not occur' \
		'    not ok 2 - bad' '    its TAP output has no plan' '      ./nothing: not found'; do
		grep -qF -- "$line" out || { echo "missing: $line"; cat out; return 1; }
	done
	[[ $(tg --list --tags quick m.json) == good && $(tg --list --tags '!quick' m.json | wc -l) == 10 ]]
}

runner_bad_manifests()
{
	local text
	while IFS= read -r text; do
		printf '%s\n' "$text" >m.json
		timeout 20 "$TRAPGATE" test m.json >out 2>err
		[[ $? == 2 && $(wc -l <err) == 1 && ! -s out ]] || { echo "$text"; cat out err; return 1; }
	done <<-'END'
	{
	[]
	{"version": 2, "tests": []}
	{"version": 1}
	{"version": 1, "tests": {}}
	{"version": 1, "tests": [], "more": 1}
	{"version": 1, "tests": [3]}
	{"version": 1, "tests": [{}]}
	{"version": 1, "tests": [{"command": ""}]}
	{"version": 1, "tests": [{"command": []}]}
	{"version": 1, "tests": [{"command": [1]}]}
	{"version": 1, "tests": [{"command": "sh", "command": "sh"}]}
	{"version": 1, "tests": [{"command": "sh", "arguments": "x"}]}
	{"version": 1, "tests": [{"command": "sh", "arguments": ["a\u0000b"]}]}
	{"version": 1, "tests": [{"command": "sh", "status": 256}]}
	{"version": 1, "tests": [{"command": "sh", "status": "SIGNONE"}]}
	{"version": 1, "tests": [{"command": "sh", "status": 1.5}]}
	{"version": 1, "tests": [{"command": "sh", "stdout": 1}]}
	{"version": 1, "tests": [{"command": "sh", "stdout": {"file": "/no/such/file"}}]}
	{"version": 1, "tests": [{"command": "sh", "stdout": {"regex": "("}}]}
	{"version": 1, "tests": [{"command": "sh", "environment": {"A=B": "c"}}]}
	{"version": 1, "tests": [{"command": "sh", "environment": ["A"]}]}
	{"version": 1, "tests": [{"command": "sh", "syscalls": ["open("]}]}
	{"version": 1, "tests": [{"command": "sh", "syscalls": ["not opne(...)"]}]}
	{"version": 1, "tests": [{"command": "sh", "gates": ["sysret"]}]}
	{"version": 1, "tests": [{"command": "sh", "gates": []}]}
	{"version": 1, "tests": [{"command": "sh", "repeat": 0}]}
	{"version": 1, "tests": [{"command": "sh", "timeout": -1}]}
	{"version": 1, "tests": [{"command": "sh", "output": "xml"}]}
	{"version": 1, "tests": [{"name": "a", "command": "sh"}, {"name": "a", "command": "sh"}]}
	END
	echo '{"version": 1, "tests": [{"command": "sh"}, {"command": "sh", "repeat": "x"}]}' >m.json
	"$TRAPGATE" test m.json 2>&1 | grep -qx 'trapgate: m.json: test 2: "repeat": want a number from 1 to 1e+06'
}

# Each test in exactly one shard, whatever says which; balanced by what took long.
runner_shards()
{
	local i all
	for i in $(seq 20); do script t/t$i <<<true; done
	all=$(tg --list t | sort)
	for i in 1 2 3; do tg --list --shard $i/3 t; done >by_option
	for i in 0 1 2; do TEST_TOTAL_SHARDS=3 TEST_SHARD_INDEX=$i tg --list t; done >by_bazel
	for i in 1 2 3; do CI_NODE_TOTAL=3 CI_NODE_INDEX=$i tg --list t; done >by_gitlab
	for i in 2 4 6; do
		SLURM_ARRAY_TASK_ID=$i SLURM_ARRAY_TASK_MIN=2 SLURM_ARRAY_TASK_MAX=6 SLURM_ARRAY_TASK_STEP=2 \
			SLURM_ARRAY_TASK_COUNT=3 tg --list t
	done >by_slurm
	for i in by_*; do
		[[ $(sort $i) == "$all" ]] && cmp $i by_option || { echo $i; return 1; }
	done
	SLURM_ARRAY_TASK_ID=5 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=7 SLURM_ARRAY_TASK_COUNT=3 \
		expect_status 2 tg --list t 2>/dev/null || return 1
	# one that takes 100 s is alone
	{
		echo '{"schema": "trapgate-test", "version": 1, "tests": ['
		for i in $(seq 1 19); do echo "{\"name\": \"t/t$i\", \"outcome\": \"passed\", \"seconds\": 1},"; done
		echo '{"name": "t/t20", "outcome": "passed", "seconds": 100}]}'
	} >durations
	[[ $(tg --list --shard 1/2 --durations durations t) == t/t20 ]] || return 1
	[[ $(tg --list --shard 2/2 --durations durations t | wc -l) == 19 ]] || return 1
	# run in shards, and joined
	script t/t3 <<<'exit 1'
	for i in 0 1; do
		TEST_TOTAL_SHARDS=2 TEST_SHARD_INDEX=$i TEST_SHARD_STATUS_FILE=$PWD/status$i \
			XML_OUTPUT_FILE=$PWD/xml$i TEST_PREMATURE_EXIT_FILE=$PWD/premature$i \
			tg --no-sandbox -q --json shard$i t >/dev/null
		[[ -e status$i && -s xml$i && ! -e premature$i ]] || return 1
	done
	expect_status 1 "$TRAPGATE" report merge shard0 shard1 -o all.json --junit all.xml --tap >all.tap || return 1
	grep -q '"tests": 20' all.json && grep -q 'tests="20" failures="1"' all.xml &&
		[[ $(grep -c '^ok' all.tap) == 19 && $(grep -c '^not ok .* t/t3$' all.tap) == 1 ]] || return 1
	expect_status 2 "$TRAPGATE" report merge all.xml 2>/dev/null && expect_status 2 "$TRAPGATE" report merge 2>/dev/null
}

runner_gates()
{
	mkdir t
	cp "$BUILD/samples/hello" "$BUILD/samples/hello32" t
	[[ $(tg --list --gates all t) == $'t/hello\nt/hello32[sysenter]\nt/hello32[syscall]\nt/hello32[int80]' ]] ||
		return 1
	expect_status 0 tg --no-sandbox --gates all t
}

runner_oracle()
{
	script t/same <<<'echo $((6 * 7)); exec cat /etc/hostname'
	script t/differs <<<'grep -q ^TracerPid /proc/self/status; exec uname -r'
	expect_status 0 tg --no-sandbox --oracle outcome -f same t || return 1
	# what only one of the two runs sees: a directory that keeps what the first has written
	mkdir shared
	cat >t/differs <<-END
	#!$BUSYBOX sh
	echo x >>$PWD/shared/f; wc -l <$PWD/shared/f
	END
	expect_status 1 tg --no-sandbox --oracle outcome t >out || return 1
	grep -q 'stdout differs at line 1' out && grep -q '    native: 1' out && grep -q '  trapgate: 2' out || return 1
	# the same limits, and what a sandbox means for privileges; few descriptors, and all of them the test's
	rm t/*
	script t/limits <<-'END'
		ulimit -n; ulimit -Hn; ulimit -f; grep NoNewPrivs /proc/self/status
		exec 3</dev/null 4</dev/null 5</dev/null 6</dev/null 7</dev/null 8</dev/null 9</dev/null && ls /proc/self/fd
	END
	expect_status 0 tg --oracle outcome --limit files=15 --limit file-size=1M t || return 1
	# with --net none it has no network either
	if unshare -n true 2>/dev/null; then
		script t/net <<<'grep -c : /proc/net/dev'
		expect_status 0 tg --oracle outcome --net none --no-sandbox -f net t || return 1
	fi
	strace -o /dev/null true 2>/dev/null || return 0
	cp "$BUILD/samples/hello" t/hello
	expect_status 0 tg --no-sandbox --oracle native -f hello t
}

# Reports that cannot be written: status 2, and why.
runner_full()
{
	[[ -w /dev/full ]] || return 77
	script t/a <<<'true'
	expect_status 2 tg --no-sandbox -q --tap t >/dev/full 2>err &&
		grep -qx 'trapgate: cannot write to standard output: No space left on device' err || return 1
	expect_status 2 tg --no-sandbox -q --tap=/dev/full t 2>err &&
		grep -qx 'trapgate: cannot write /dev/full: No space left on device' err || return 1
	expect_status 2 tg --list t >/dev/full
}

# What runs is shown in one line of the terminal, however narrow that is.
runner_narrow()
{
	script t/a_long_name <<<'true'
	printf '? [.....] 0/1: t/a_lo\n' >pty
	TERM=xterm "$TOOLS/ptydrive" pty "$BUSYBOX" sh -c "stty cols 20; exec '$TRAPGATE' test --no-sandbox t"
}

# The native run alone exceeds its limits: no process of a sandbox is number 1.
natively() # LIMIT OPTION...: what the script of standard input does is ended by it
{
	local limit=$1
	shift
	rm -rf t
	{ echo '[ -d /proc/1 ] || exit 0'; cat; } | script t/a
	expect_status 1 tg --oracle outcome --trace-lines 0 "$@" t >out &&
		grep -q "the native run hit the limit $limit (" out || { cat out; return 1; }
}

runner_oracle_limits()
{
	natively cpu --limit cpu=300ms <<<'while :; do (for i in 1 2 3 4 5 6 7 8; do :; done); done' || return 1
	natively wall --limit wall=500ms <<<'(setsid sleep 60 &); sleep 60' || return 1
	natively memory --limit memory=100M --limit wall=60s \
		<<<'for i in 1 2 3 4; do dd if=/dev/zero of=/dev/null bs=40M count=5000 & done; wait' || return 1
	# a limit that makes a call fail adds nothing to what the test writes
	script t/a <<<'dd if=/dev/zero of=/dev/null bs=200M count=1; echo $?'
	expect_status 0 tg --oracle outcome --limit memory=100M t >out || { cat out; return 1; }
	natively output --limit output=100K --limit wall=60s <<<'yes >f' || return 1
	natively output --limit output=100K <<<'head -c 200000 /dev/zero' || return 1
	if unshare -n true 2>/dev/null; then
		natively network --net loopback --limit network=100000 <<<"exec $BUILD/guests/limit_net >f" || return 1
		natively network --net loopback --limit network=1999999 <<<"exec $BUILD/guests/limit_net >f" || return 1
		expect_status 0 tg --oracle outcome --net loopback --limit network=2000000 t >out || { cat out; return 1; }
	fi
}

# One process or thread too many fails natively, too.
runner_oracle_forks()
{
	if [[ $(id -u) != 0 ]]; then
		unshare -Ur true 2>/dev/null || return 77
	fi
	mkdir t
	cp "$BUILD/guests/limit_threads" t
	script t/many <<-'END'
		sh -c 'for i in 1 2 3 4 5 6 7 8 9; do sleep 60 & echo $i; done'
		echo $?
	END
	cat >t/m.json <<-END
	{"version": 1, "tests": [{"command": ["./limit_threads", "4"]},
	 {"command": "./many", "stdout": "1\n2\n3\n4\n5\n2\n", "stderr": {"contains": "unavailable"}}]}
	END
	expect_status 0 tg --oracle outcome --limit threads=4 -f threads t/m.json &&
		expect_status 0 tg --oracle outcome --limit processes=7 -f many t/m.json || return 1
	# a program that is in the way of the filter which asks runs without it, then
	cp "$BUILD/guests/seccomp" t
	grep -q '^Seccomp:.*0$' /proc/self/status || return 0 # as in containers
	expect_status 0 tg --no-sandbox --limit processes=100 --oracle outcome -f seccomp t
}

# Interrupted: what runs is ended, reports are written, status 2.
runner_interrupt()
{
	local i pid
	script t/a <<<'true'
	script t/b <<<"echo \$\$ >$PWD/pids; sleep 900; true"
	"$TRAPGATE" test --no-sandbox -j 1 --json json t >out 2>err &
	pid=$!
	for ((i = 0; i < 600; i++)); do [[ -s pids ]] && break; sleep 0.1; done
	kill -INT $pid || return 1
	wait $pid
	[[ $? == 2 ]] || { cat out err; return 1; }
	! any_alive pids && grep -q '1 passed, 0 failed, 1 skipped' out && grep -q 'not run: interrupted' json
}

# The directory of samples.
runner_samples()
{
	expect_status 1 tg -t 5 --tap=tap --junit junit.xml "$BUILD/ci" >out || return 1
	cat out
	grep -q '^3 passed, 3 failed' out && grep -q 'reached the limit processes 256' out || return 1
	grep -qE '^not ok . - .*/failing' tap && grep -qE '^not ok . - .*/hanging' tap &&
		grep -qE '^ok . - .*/passing$' tap && grep -qE '^ok . - .*/passing32$' tap &&
		grep -qE '^ok . - .*/escaping$' tap && grep -qE '^not ok . - .*/bombing$' tap
}

check -q runner/reports runner_reports
check -q runner/select runner_select
check -q runner/trouble runner_trouble
check runner/hostile runner_hostile
check runner/warm runner_warm
check runner/fresh runner_fresh
check runner/kept runner_kept
check runner/root runner_root
check runner/names runner_names
check runner/killed runner_killed
check runner/yaml runner_yaml
check runner/places runner_places
check runner/hang runner_hang
check -q runner/manifest runner_manifest
check -q runner/bad-manifests runner_bad_manifests
check -q runner/shards runner_shards
check runner/gates runner_gates
check runner/oracle runner_oracle
check runner/full runner_full
check runner/narrow runner_narrow
check runner/oracle-limits runner_oracle_limits
check runner/oracle-forks runner_oracle_forks
check runner/interrupt runner_interrupt
check runner/samples runner_samples
