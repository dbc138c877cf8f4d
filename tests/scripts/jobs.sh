# SPDX-License-Identifier: GPL-2.0-or-later
# Background jobs, wait, traps, signals between processes, exit statuses.
exec 2>/dev/null # the shell's own messages hold pids
(sleep 0.05; exit 3) & p=$!
wait $p; echo "first $?"
sleep 5 & p=$!
kill $p; wait $p; echo "killed $?"
sleep 5 & p=$!
kill -9 $p; wait $p; echo "killed hard $?"
(exit 7) & a=$!; (exit 8) & b=$!
wait $b; echo $?; wait $a; echo $?
wait; echo "all $?"
trap 'echo got USR1' USR1
kill -USR1 $$
echo after
trap 'echo interrupted wait' USR2
( sleep 0.05; kill -USR2 $$ ) &
sleep 0.3 & s=$!
wait $s; echo "wait was $(( $? > 128 ))"
wait $s
trap '' TERM; kill -TERM $$; echo "ignored TERM"
(trap - TERM; sh -c 'kill -TERM $$; echo not ignored here'; echo $?)
trap - TERM
sh -c 'kill -SEGV $$'; echo "segv $?"
sh -c 'kill -PIPE $$'; echo "pipe $?"
sh -c 'trap "echo child exit" EXIT; exit 6'; echo $?
trap 'echo bye; exit 44' EXIT
for i in 1 2 3 4 5; do (exit $i) & done; wait
kill -0 $$ && echo alive
kill -0 999999 2>/dev/null || echo no such process
( trap 'echo subshell term; exit 9' TERM; while :; do sleep 0.02; done ) & p=$!
sleep 0.1; kill -TERM $p; wait $p; echo "sub $?"
sh -c 'sleep 0.02 & sleep 0.01 & wait; echo both'
echo end
