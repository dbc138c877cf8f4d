# SPDX-License-Identifier: GPL-2.0-or-later
# trapgate trace --perfetto and --html: the files hold together, and a browser can use the page.

perfetto() # CHECKER-OPTIONS... -- COMMAND...
{
	local want=()
	while [[ $1 != -- ]]; do
		want+=("$1")
		shift
	done
	shift
	timeout 60 "$TRAPGATE" trace -f --json -o lines --perfetto view.json "$@" >out 2>err
	status=$?
	"$ROOT/tests/tools/check_perfetto.py" view.json --lines lines "${want[@]}" &&
		! grep '^trapgate:' err
}

perfetto_pipe()
{
	echo text >file
	perfetto --flow 'fd 3 file' --flow 'fd 1 standard output' --slice execve --instant SIGCHLD \
		--instant 'exited with 0' --thread sh -- "$BUSYBOX" sh -c \
		"$BUSYBOX cat file | $BUSYBOX wc; exec 7<file; read x <&7; exec 7<&-; $BUSYBOX dd of=copy <file 2>/dev/null" &&
		[[ $status == 0 ]]
	((status == 0)) || return 1
	grep -q '"name":"fd [0-9]* pipe2\?","cat":"fd"' view.json || return 1
	# no lines but those of --json, and the program's output untouched
	[[ $(<copy) == text ]]
}

perfetto_dies() # SIGNAL: also where nobody was left to write anything
{
	perfetto --instant "killed by SIG$1" -- "$BUSYBOX" sh -c "kill -$1 \$\$"
	local ok=$?
	[[ $ok == 0 && $status == $((128 + $(kill -l "$1"))) ]]
}

perfetto_guest()
{
	perfetto -- "$1"
}

# A program of several processes is killed in the middle, and so is one that is in a call.
perfetto_killed_child()
{
	perfetto --instant 'killed by SIGKILL' --instant 'exited with 0' -- "$BUSYBOX" sh -c \
		"$BUSYBOX sleep 30 & $BUSYBOX usleep 100000; kill -9 \$!; wait; exit 0"
}

# Threads that are ended from outside: their calls and their ends are told for them.
threads_killed() # GUEST
{
	timeout 20 "$TRAPGATE" trace -f -o t "$1" kill
	[[ $? == 137 ]] || return 1
	grep -Eq '^([0-9]+) +kill\(\1, SIGKILL\) += \?$' t && grep -Eq '<\.\.\. read resumed> <unfinished \.\.\.>\) += \?$|read\(3,  <unfinished \.\.\.>\) += \?$' t &&
		[[ $(grep -c '+++ killed by SIGKILL +++$' t) == 2 ]] || { cat t; return 1; }
	perfetto --slice kill --slice read --instant 'killed by SIGKILL' -- "$1" kill || return 1
	"$ROOT/tests/tools/check_schema.py" "$ROOT/docs/trace.schema.json" lines || return 1
	# the ends belong to the process, not to who tells of them
	[[ $(sed -n 's/.*"event":"killed","pid":\([0-9]*\).*/\1/p' lines | sort -u) == \
		$(sed -n '1s/.*"pid":\([0-9]*\).*/\1/p' lines) ]]
}

thread_execs() # GUEST
{
	timeout 20 "$TRAPGATE" trace -f -o t "$1" exec >out || return 1
	[[ $(<out) == 'nothing to end' ]] || return 1
	grep -Eq '^[0-9]+ +\+\+\+ superseded by execve in pid [0-9]+ \+\+\+$' t &&
		grep -Eq '^[0-9]+ +<\.\.\. execve resumed>\) += 0$' t &&
		[[ $(grep -c '+++ exited with 0 +++$' t) == 1 ]] || { cat t; return 1; }
	perfetto --slice execve --instant 'superseded by execve' --instant 'exited with 0' -- "$1" exec || return 1
	"$ROOT/tests/tools/check_schema.py" "$ROOT/docs/trace.schema.json" lines
}

views_options()
{
	local o
	for o in '-c' '-o lines' '-ff -o lines'; do
		# shellcheck disable=SC2086
		"$TRAPGATE" trace $o --html page.html "$BUSYBOX" true >out 2>err
		[[ $? == 125 && $(wc -l <err) == 1 && ! -e page.html ]] || { echo "$o"; cat err; return 1; }
	done
	"$TRAPGATE" trace --html no/such/page.html "$BUSYBOX" true >out 2>err
	[[ $? == 125 && $(<err) == 'trapgate: no/such/page.html: No such file or directory' ]] || return 1
	# nothing else is written, and the status is the program's
	"$TRAPGATE" trace --html page.html --perfetto view.json "$BUSYBOX" sh -c 'echo out; echo err >&2; exit 7' >out 2>err
	[[ $? == 7 && $(<out) == out && $(<err) == err ]] || return 1
	# a full disk is told of, once, and does no more
	[[ -w /dev/full ]] || return 0
	"$TRAPGATE" trace --html /dev/full "$BUSYBOX" sh -c 'exit 7' >out 2>err
	[[ $? == 7 && $(<err) == 'trapgate: cannot write /dev/full: No space left on device' ]]
}

views_statistics()
{
	"$TRAPGATE" trace -C -U calls,name -o t --html page.html "$BUSYBOX" true || return 1
	grep -Eq '^ +1 execve$' t && "$ROOT/tests/tools/check_page.py" page.html
}

click_through() # PAGE: in a browser, if there is one that works here
{
	local browser
	browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || return 77
	HOME=$PWD timeout 250 "$browser" --headless --no-sandbox --disable-gpu --window-size=1200,800 \
		--virtual-time-budget=60000 --dump-dom "file://$PWD/$1#self-test" >dom 2>browser.err || return 77
	grep -q '<pre id="self-test">ok [0-9]* checks</pre>' dom || { grep -A9 '<pre id="self-test"' dom; return 1; }
}

page()
{
	local odd='</script><!--<script>'
	timeout 60 "$TRAPGATE" trace -f --html page.html "$BUSYBOX" sh -c \
		"$BUSYBOX cat '$odd'; $BUSYBOX ls / | $BUSYBOX wc; kill -USR1 \$\$" >/dev/null 2>&1
	"$ROOT/tests/tools/check_page.py" page.html --calls 50 --line '+++ killed by SIGUSR1 +++' \
		--line "open(\"$odd\", O_RDONLY) = -1 ENOENT (No such file or directory)" 2>why ||
		"$ROOT/tests/tools/check_page.py" page.html --calls 50 --line '+++ killed by SIGUSR1 +++' \
			--line "openat(AT_FDCWD, \"$odd\", O_RDONLY) = -1 ENOENT (No such file or directory)"
}

page_large()
{
	timeout 250 "$TRAPGATE" trace --html page.html "$BUSYBOX" dd if=/dev/zero of=/dev/null bs=1 count=50000 2>err ||
		return 1
	"$ROOT/tests/tools/check_page.py" page.html --calls 100000 --line 'read(0, "\0", 1) = 1' || return 1
	(($(stat -c %s page.html) < 20000000))
}

# Descriptors inside of arguments, and results that say more, with -y as without.
page_polls() # GUEST
{
	timeout 60 "$TRAPGATE" trace -f -y --html page.html "$1" >out 2>&1
	"$ROOT/tests/tools/check_page.py" page.html && grep -q '"[1-9] (\[{fd=' page.html || return 1
	perfetto -- -y "$1"
}

page_threads()
{
	timeout 60 "$TRAPGATE" trace -f --html page.html "$BUILD/guests/trace_threads" >out
	[[ $? == 3 ]] && "$ROOT/tests/tools/check_page.py" page.html --line '+++ exited with 3 +++'
}

browser() # FUNCTION: of those above
{
	"$1" && click_through page.html
}

if command -v python3 >/dev/null; then
	check -q views/perfetto perfetto_pipe
	for s in KILL SEGV TERM; do
		check views/perfetto-dies-$s perfetto_dies $s
	done
	check views/perfetto-killed-child perfetto_killed_child
	for g in trace_threads thread_signals tcp_echo; do
		for p in "$BUILD/guests/$g" "$BUILD/guests/${g}32" "$BUILD/samples/$g" "$BUILD/samples/${g}32"; do
			[[ -x $p ]] && check "views/perfetto-${p##*/}" perfetto_guest "$p"
		done
	done
	for g in trace_ends trace_ends32; do
		check "views/$g-kill" threads_killed "$BUILD/guests/$g"
		check "views/$g-exec" thread_execs "$BUILD/guests/$g"
	done
	check -q views/options views_options
	check views/statistics views_statistics
	for g in net_wait net_wait32; do
		check "views/page-$g" page_polls "$BUILD/guests/$g"
	done
	check views/page page
	check views/page-large page_large
	check views/page-threads page_threads
	for p in page page_large page_threads; do
		check "views/browser-$p" browser $p
	done
fi
