# SPDX-License-Identifier: GPL-2.0-or-later
# bash: background jobs, wait -n, traps, kill, exit statuses (no job control).
exec 2>/dev/null # the shell's own messages hold pids
for i in 1 2 3; do (sleep 0.0$i; exit $i) & pids[i]=$!; done
for i in 3 1 2; do wait ${pids[i]}; echo "$i: $?"; done
(exit 9) & wait -n; echo "wait -n $?"
sleep 5 & kill %1 2>/dev/null || kill $!; wait $!; echo "killed $?"
trap 'echo usr1; n=$((n + 1))' USR1
n=0; for i in 1 2 3; do kill -USR1 $$; done; echo $n
trap 'echo chld' CHLD; (exit 0) & wait; trap - CHLD
( sleep 0.3; kill -USR1 $$; sleep 0.3 ) & wait $!; echo "wait $(( $? > 128 ))"; wait
$BASH -c 'kill -INT $$; echo not reached' ; echo "int $?"
$BASH -c 'kill -ABRT $$' 2>/dev/null; echo "abrt $?"
$BASH -c 'trap "echo cleanup" EXIT; kill -TERM $$; sleep 1'; echo "term $?"
( trap 'exit 17' TERM; while :; do read -t 0.02 < /dev/zero || sleep 0.02; done ) & p=$!; sleep 0.1; kill $p; wait $p; echo "trap $?"
jobs; echo "no jobs"
x=$( (echo out; echo err >&2) 2>&1 | sort | tr '\n' ' ' ); echo "$x"
trap 'echo exit trap $?' EXIT
exec 7>&1; echo to seven >&7
ls / > /dev/null & wait $!; echo $?
echo end
(exit 3)
