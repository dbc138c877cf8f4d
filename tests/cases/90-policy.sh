# SPDX-License-Identifier: GPL-2.0-or-later
# What --policy, --allow, --deny and `trapgate policy` do.

# status STATUS TEXT COMMAND...: ends so, and says exactly TEXT on stdout.
status()
{
	local want=$1 text=$2 out got
	shift 2
	out=$(timeout 60 "$@" 2>err)
	got=$?
	[[ $got == "$want" && $out == "$text" ]] && return 0
	printf 'status %s, expected %s; stdout "%s", expected "%s"\n' "$got" "$want" "$out" "$text"
	head -n 5 err
	return 1
}

# told PATTERN COMMAND...: says something like PATTERN on stderr.
told()
{
	local want=$1
	shift
	timeout 60 "$@" >out 2>err
	[[ $(<err) =~ $want ]] && return 0
	printf 'stderr lacks "%s":\n' "$want"
	head -n 5 err
	return 1
}

sh="$BUSYBOX sh -c"
R="$TRAPGATE run"
denied="mkdir: can't create directory 'd': "
check -q policy/deny told "^${denied}Operation not permitted" $R --deny mkdir $sh 'mkdir d'
check policy/deny-errno told "^${denied}No space left" $R --deny mkdir=ENOSPC $sh 'mkdir d'
check policy/deny-nothing-done status 1 '' $R --deny mkdir $sh 'mkdir d 2>/dev/null; test -d d'
check policy/deny-child told "^${denied}Operation not permitted" \
	$R --deny mkdir $sh "($BUSYBOX sh -c 'mkdir d'; exit 3)"
check policy/deny-kill status 159 '' $R --deny uname=kill $BUSYBOX uname
check policy/deny-kill-told told '^trapgate: policy: uname \(64-bit\) of process [0-9]+ is killed' \
	$R --deny uname=kill $BUSYBOX uname
check policy/deny-log status 0 Linux $R --deny uname=log $BUSYBOX uname
check policy/deny-log-told told '^trapgate: policy: uname .* is let through' $R --deny uname=log $BUSYBOX uname
check policy/deny-regex told "^${denied}Operation not permitted" $R --deny '/^mk' $sh 'mkdir d'
check policy/deny-traced told "mkdir\(.d., 0777\) += -1 EACCES" \
	$TRAPGATE trace --deny mkdir=EACCES $BUSYBOX mkdir d
check policy/order status 0 '' $R --deny mkdir --allow mkdir --deny uname --allow all $BUSYBOX mkdir d
check policy/bad-name told "invalid system call 'opem'" $R --deny opem $BUSYBOX true
check policy/bad-regex told 'too many repetitions' $R --deny '/a+++++++++++++++++++++++++++++++' $BUSYBOX true
check policy/bad-action told 'EFOO: want errno' $R --deny open=EFOO $BUSYBOX true
check policy/no-file told 'nowhere: No such file' $R --policy nowhere $BUSYBOX true

# What was learnt is enough, and nothing else is allowed.
learnt() # PROGRAM ARGS...
{
	local a b
	a=$("$TRAPGATE" policy learn -o p.json -- "$@" 2>learn.err) || { cat learn.err; return 1; }
	"$TRAPGATE" policy check p.json >check.out || return 1
	b=$("$TRAPGATE" run --policy p.json "$@" 2>err) || { cat err; return 1; }
	[[ $a == "$b" ]] || { echo "'$a' became '$b'"; return 1; }
}
check -q policy/learn learnt $sh 'uname; (echo a; exit 0) | cat; mkdir d; rmdir d'
check policy/learn-bash learnt "$BASH_STATIC" -c "x=\$($BUSYBOX echo a); echo \$x; kill -0 \$\$"

not_more()
{
	learnt "$BUSYBOX" echo a || return 1
	told "^${denied}Operation not permitted" $R --policy p.json --allow execve,mkdirat $sh 'mkdir d'
}
check policy/learn-least not_more

# Without any of its calls, one is missed.
all_needed()
{
	local call
	learnt $sh '(exit 3); echo a | cat' || return 1
	! grep -e exit -e sigreturn p.json || return 1 # are allowed always
	for call in $(grep -o '[a-z0-9_]*@64' p.json); do
		"$TRAPGATE" run --policy p.json --deny "$call=log" $sh '(exit 3); echo a | cat' >out 2>err
		grep -q "trapgate: .*${call%@*}" err || { echo "$call is not needed"; return 1; }
	done
}
check policy/learn-needed all_needed

# socketcall and ipc: what is behind the number counts, through the numbers' own names too.
if native32; then
	inner() # EXPECTED OUTPUT, OPTIONS...
	{
		local want=$1 out
		shift
		out=$(timeout 60 $R "$@" "$BUILD/guests/policy_inner")
		[[ $out == "$want" ]] && return 0
		printf 'got "%s", expected "%s"\n' "$out" "$want"
		return 1
	}
	check policy/inner-none inner 'socketcall 0 pair 0 shmget 2 socket 0' --deny uname
	check policy/inner-socket inner 'socketcall 13 pair 0 shmget 2 socket 13' --deny socket=EACCES
	check policy/inner-direct inner 'socketcall 13 pair 0 shmget 2 socket 0' \
		--deny socketcall:socket=EACCES
	check policy/inner-socketcall inner 'socketcall 13 pair 13 shmget 2 socket 0' \
		--deny socketcall=EACCES
	check policy/inner-ipc inner 'socketcall 0 pair 0 shmget 13 socket 0' --deny %ipc=EACCES
	check policy/inner-allow inner 'socketcall 1 pair 0 shmget 1 socket 1' \
		--allow "!%network,%ipc" --allow socketpair
	check policy/inner-learn learnt "$BUILD/guests/policy_inner"
fi

# Files that are not policies.
bad_file() # MESSAGE TEXT
{
	printf '%s' "$2" >p.json
	told "^trapgate: p.json: .*$1" "$TRAPGATE" policy check p.json
}
check policy/file-empty bad_file "line 1" ''
check policy/file-version bad_file 'version 2, but only version 1' \
	'{"trapgate-policy": 2, "default": "allow", "rules": []}'
check policy/file-key bad_file 'unknown key "rule"' \
	'{"trapgate-policy": 1, "default": "allow", "rules": [], "rule": 1}'
check policy/file-twice bad_file 'duplicate' \
	'{"trapgate-policy": 1, "trapgate-policy": 1, "default": "allow", "rules": []}'
check policy/file-name bad_file "rule 1: invalid system call 'nope'" \
	'{"trapgate-policy": 1, "default": "allow", "rules": [{"calls": ["nope"], "action": "kill"}]}'
check policy/file-action bad_file 'rule 1: "action" must be' \
	'{"trapgate-policy": 1, "default": "allow", "rules": [{"calls": [], "action": "EFOO"}]}'
check policy/file-nul bad_file 'rule 1: "calls" must be' \
	'{"trapgate-policy": 1, "default": "kill", "rules": [{"calls": [3], "action": "kill"}]}'
check policy/file-directory told '^trapgate: /: Is a directory$' "$TRAPGATE" policy check /
