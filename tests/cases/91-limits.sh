# SPDX-License-Identifier: GPL-2.0-or-later
# What --limit does: how the run ends, what is told, and that nothing of it is left.

# within STATUS MESSAGE OPTIONS -- COMMAND...: ends so; MESSAGE is a line of stderr ("": none).
within()
{
	local want=$1 message=$2 got opts=() line mark="limit-mark-$$-$RANDOM"
	shift 2
	while [[ $1 != -- ]]; do
		opts+=("$1")
		shift
	done
	shift
	timeout 60 env "MARK=$mark" "$TRAPGATE" run "${opts[@]}" "$@" >out 2>err
	got=$?
	line=$(grep -o 'trapgate: limit: .*' err) # maybe in the middle of the program's own
	if [[ $got != "$want" || (-z $message && $line) ||
		$'\n'$line$'\n' != *"${message:+$'\n'trapgate: limit: $message$'\n'}"* ]]; then
		printf 'status %s, expected %s; "%s"\n' "$got" "$want" "$line"
		head -n 5 err
		return 1
	fi
	# whatever came from it has its environment; so has who removes a sandbox's directories
	for _ in {1..100}; do
		line=$(grep -lsaz "^MARK=$mark" /proc/[0-9]*/environ)
		[[ -z $line || $want != 124 ]] && return 0
		[[ ${opts[*]} == *--sandbox* ]] || break
		sleep 0.1
	done
	printf 'left behind: %s\n' "$line"
	return 1
}

sh="$BUSYBOX sh -c"
check limit/none within 7 '' --limit wall=30s -- $sh 'exit 7'
check limit/none-signal within 143 '' --limit wall=30s -- $sh 'kill $$'
check -q limit/wall within 124 'wall time 0.5 s' --limit wall=500ms -- $sh "trap '' TERM; sleep 50"
check limit/wall-tree within 124 'wall time 0.5 s' --limit wall=500ms -- \
	$sh 'setsid sleep 50 & (sleep 50 & exec setsid sh -c "sleep 50 & sleep 50") & sleep 50'
check limit/wall-orphans within 124 'wall time 1 s' --limit wall=1s -- \
	$sh '(trap "" HUP TERM; sleep 50 & sleep 50) & (sleep 50 &); sleep 50'
check limit/wall-bomb within 124 'wall time 1 s' --limit wall=1s --limit processes=30 -- \
	$sh 'f() { while :; do (f) & sleep 0.01; done; }; (f 2>/dev/null) & sleep 50'
check limit/wall-stopped within 124 'wall time 0.5 s' --limit wall=500ms -- $sh '(kill -STOP $$) & sleep 50'
check -q limit/cpu within 124 'CPU time 0.3 s' --limit cpu=300ms -- $sh 'while :; do :; done'
check limit/cpu-children within 124 'CPU time 0.5 s' --limit cpu=500ms -- \
	$sh 'while :; do (for i in 1 2 3 4 5 6 7 8; do :; done); done'
check limit/cpu-idle within 0 '' --limit cpu=20s -- $sh 'sleep 0.2'
check limit/output within 124 'output 102400 bytes' --limit output=100K -- $sh 'yes'
check limit/output-file within 124 'output 10240 bytes' --limit output=10K -- $sh 'yes >f'
check limit/output-children within 124 'output 10240 bytes' --limit output=10K -- \
	$sh 'while :; do echo 0123456789abcdef; (echo x); done'
check limit/output-pipes within 0 '' --limit output=10K -- $sh 'head -c 500000 /dev/zero | cat | wc -c'
check limit/processes within 2 'processes 5' --limit processes=5 -- \
	$sh 'for i in 1 2 3 4 5 6 7 8; do sleep 5 & done; wait'
check limit/processes-enough within 0 '' --limit processes=3 -- \
	$sh 'for i in 1 2 3 4 5 6 7 8; do sleep 0; done; sleep 0 | sleep 0'
check limit/file-size within 0 'file size 10240 bytes' --limit file-size=10K -- \
	$sh 'trap "" XFSZ; dd if=/dev/zero of=f bs=4096 count=5; test $(wc -c <f) = 10240'
check limit/file-size-hard within 0 '' --limit file-size=10K -- \
	$sh '! ulimit -f unlimited 2>/dev/null && test $(ulimit -f) = 20'
check limit/file-size-fatal within 153 'file size 10240 bytes' --limit file-size=10K -- \
	"$BUSYBOX" dd if=/dev/zero of=f bs=4096 count=5
check limit/file-size-sparse within 153 'file size 10240 bytes' --limit file-size=10K -- \
	"$BUSYBOX" truncate -s 1G f
check limit/files within 0 'open files 6' --limit files=6 -- \
	$sh 'exec 3</dev/null; (exec 4</dev/null 5</dev/null 6</dev/null) || exit 0'
check limit/memory within 1 'memory 62914560 bytes' --limit memory=60M -- \
	$sh 'dd if=/dev/zero of=/dev/null bs=100M count=1'
check limit/memory-tree within 124 'memory 62914560 bytes' --limit memory=60M --limit wall=30s -- \
	$sh 'for i in 1 2 3; do dd if=/dev/zero of=/dev/null bs=40M count=500 & done; wait'
check limit/threads within 0 'threads 4' --limit threads=4 -- "$BUILD/guests/limit_threads" 4
check limit/threads32 within 0 'threads 4' --limit threads=4 -- "$BUILD/guests/limit_threads32" 4
check limit/network within 124 'network 100000 bytes' --limit network=100000 -- "$BUILD/guests/limit_net"
native32 && check limit/network32 within 124 'network 100000 bytes' --limit network=100000 -- \
	"$BUILD/guests/limit_net32"
check limit/network-less within 0 '' --limit network=100000000 -- "$BUILD/guests/limit_net"
check limit/supervisor within 0 '' --limit wall=30s -- $sh 'kill -9 $PPID 2>/dev/null; kill -9 -1 2>/dev/null; exit 0'
check limit/bad within 125 '' --limit wall=5x -- $BUSYBOX true
check limit/bad-name within 125 '' --limit walls=5 -- $BUSYBOX true
check limit/bad-zero within 125 '' --limit processes=0 -- $BUSYBOX true
check limit/memory-files within 124 'memory 83886080 bytes' --limit memory=80M -- "$BUILD/escape/hog"
check limit/memory-files32 within 124 'memory 83886080 bytes' --limit memory=80M -- "$BUILD/escape/hog32"
# So does what waits in pipes and sockets, and the sandbox's directories where they are in a tmpfs.
# ... or is on its way through others, open nowhere, and what the kernel keeps.
for what in pipes sockets packets sent later deep sent-sockets tables attributes; do
	check limit/memory-$what within 124 'memory 62914560 bytes' --limit memory=60M --limit wall=60s -- \
		"$BUILD/escape/hog" $what
done
check -q limit/memory-sent32 within 124 'memory 62914560 bytes' --limit memory=60M --limit wall=60s -- \
	"$BUILD/escape/hog32" sent
for bits in '' 32; do
	check limit/memory-passing$bits within 0 '' --limit memory=150M --limit wall=60s -- \
		"$BUILD/escape/hog$bits" passing
done
huge_pages_of() # OPTIONS of run...: kilobytes
{
	local pid n=
	mkfifo ready
	"$TRAPGATE" run "$@" "$BUILD/escape/hog" huge >ready & pid=$!
	read -r _ <ready
	rm ready
	for p in $pid $(pgrep -P "$pid") $(pgrep -P "$(pgrep -P "$pid" | head -n 1)" 2>/dev/null); do
		n=$((n + $(awk '/^AnonHugePages/ {print $2}' "/proc/$p/smaps_rollup" 2>/dev/null || echo 0)))
	done
	kill $pid 2>/dev/null
	wait $pid 2>/dev/null
	echo $n
}
# A byte of a huge page in a pipe keeps all of it.
no_huge_pages()
{
	local without with
	without=$(huge_pages_of)
	with=$(huge_pages_of --limit memory=100M)
	((without > 8192)) || return 77
	((with <= 8192)) || { echo "$without kB without a limit, $with kB with one"; return 1; }
}
check limit/memory-no-huge no_huge_pages
memory_of_scratch() # SCRATCH, ARGUMENT OF hog...
{
	local type free size scratch=$1
	shift
	read -r type free size < <(stat -f -c '%T %a %s' /dev/shm)
	[[ $type == tmpfs && -w /dev/shm ]] && ((free * size > 400 << 20)) || return 77
	bound=$(mktemp -d /dev/shm/trapgate-XXXXXX) || return 77
	trap 'rm -rf "$bound"' RETURN
	echo "{\"version\": 1, \"tests\": [{\"command\": [\"$BUILD/escape/hog\", \"$1\", \"$2\"]}]}" >hog.json
	TMPDIR=$scratch within 124 'memory 83886080 bytes' --sandbox --bind "$bound:/mnt" --limit memory=80M \
		--limit wall=60s -- "$BUILD/escape/hog" "$@" || return 1
	rm -rf "$bound"/*
	TMPDIR=$scratch "$TRAPGATE" test -t 60 --bind "$bound:/mnt" --limit memory=80M hog.json >out 2>err
	[[ $? == 1 ]] && grep -q 'hit the limit memory' out || { head -n 10 out err; return 1; }
}
check limit/memory-scratch memory_of_scratch /dev/shm scratch /tmp
check limit/memory-names memory_of_scratch /dev/shm names /tmp
check limit/memory-removed memory_of_scratch /dev/shm removed /tmp
check limit/memory-bound memory_of_scratch /var/tmp scratch /mnt
check limit/memory-bound-removed memory_of_scratch /var/tmp removed /mnt
# System V segments count although no process has them mapped.
segments() # PROGRAM
{
	"$BUSYBOX" unshare -i true 2>/dev/null || return 77
	within 3 'memory 83886080 bytes' --sandbox --limit memory=80M -- "$BUILD/escape/$1" segments
}
check limit/segments segments hog
check limit/segments32 segments hog32
queues() # PROGRAM
{
	"$BUSYBOX" unshare -i true 2>/dev/null || return 77
	within 3 'memory 83886080 bytes' --sandbox --limit memory=80M -- "$BUILD/escape/$1" queues
}
check limit/queues queues hog
# The runner names the limits that it has a supervisor for.
named_by_runner()
{
	"$TRAPGATE" test -t 60 --limit memory=80M --json json "$BUILD/escape/hog" >out 2>err
	[[ $? == 1 ]] && grep -q 'hit the limit memory' out && grep -q '"limit": *"memory"' json && return 0
	head -n 10 out err
	return 1
}
check limit/named-by-runner named_by_runner

# Under a high limit of descriptors trapgate's own do not make every fork copy a table of that size; under
# a low one that cannot be raised they are not among the first numbers.
limit_own_descriptors() # HIGHEST, LIMIT
{
	local pid got highest
	(ulimit -n "$2" 2>/dev/null) || return 77
	(ulimit -n "$2"; exec "$TRAPGATE" run --sandbox "$BUSYBOX" sleep 300) & pid=$!
	for _ in {1..300}; do
		got=$(ls "/proc/$pid/fd" 2>/dev/null | sort -n | tr '\n' ' ')
		(($(wc -w <<<"$got") > 15)) && break
		sleep 0.05
	done
	kill $pid
	highest=${got% } highest=${highest##* }
	[[ $got == '0 1 2 '* && $got != '0 1 2 3 4 5 6 '* ]] && ((highest < $1)) && return 0
	echo "$got"
	return 1
}
check limit/own-descriptors-many limit_own_descriptors 4096 18000
check limit/own-descriptors-few limit_own_descriptors 256 256

# Looking at what a run uses is not allowed to make it last longer: the guest writes how many milliseconds it ran.
wall_in_time()
{
	ulimit -n "$(ulimit -Hn)"
	within 124 'wall time 1 s' --limit wall=1s --limit memory=40G --limit processes=150 -- "$BUILD/guests/limit_pipes" ran || return 1
	local ran # nothing: it had not got as far as to write it
	ran=$(<ran)
	((${ran:-0} < 20000)) && return 0
	echo "ran for $ran ms"
	return 1
}
check limit/wall-in-time wall_in_time
