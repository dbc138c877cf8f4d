# SPDX-License-Identifier: GPL-2.0-or-later
# Escape attempts (tests/escape/): all must fail, with trapgate itself unharmed.

# attack PROGRAM WAY OPTIONS...: status 0, and no failure of trapgate's own.
attack()
{
	local prog=$1 way=$2 got own=()
	shift 2
	# what an attack makes of System V objects is not left on the machine
	"$BUSYBOX" unshare -i true 2>/dev/null && own=("$BUSYBOX" unshare -i)
	timeout 100 "${own[@]}" "$TRAPGATE" run "$@" "$BUILD/escape/$prog" "$way" >out 2>err
	got=$?
	[[ $got == 0 && ! $(<err) == *trapgate:* ]] && return 0
	printf 'status %s\n' "$got"
	head -n 5 out err
	return 1
}

for width in "" 32; do
	for way in mappings descriptors recursion memory code storm windows pointers floods; do
		# in 32 bits there is no room for these without hitting oneself
		[[ $way$width == mappings32 ]] && continue
		check "escape/emulator$width/$way" attack emulator$width $way --harden
	done
done
check escape/emulator/traced-descriptors attack emulator descriptors -t -f -o trace --harden
check escape/emulator/traced-directories attack emulator directories -t -e trace=none -f -o trace --harden

# Addresses of trapgate's own, as the host sees them, are nothing to the guest.
addresses() # PROGRAM
{
	local pid map line a b
	"$TRAPGATE" run "$BUILD/escape/$1" addresses <input >out 2>err & pid=$!
	exec 9>input
	for _ in {1..300}; do
		[[ $(<out) == ready* ]] && break
		sleep 0.05
	done
	# less than a tenth of a second's worth of each map
	while read -r map line; do
		a=$((16#${map%-*})) b=$((16#${map#*-}))
		[[ $line == *vsyscall* ]] && continue
		printf '%x\n%x\n%x\n' $a $((a + (b - a) / 2)) $((b - 8)) >&9
	done <"/proc/$pid/maps"
	exec 9>&-
	wait "$pid"
	a=$?
	[[ $a == 0 && $(<out) == *done && ! -s err ]] && return 0
	printf 'status %s: %s\n' "$a" "$(cat out err)"
	return 1
}
own_addresses()
{
	mkfifo input && addresses "$1"
}
check escape/emulator/addresses own_addresses emulator
check escape/emulator32/addresses own_addresses emulator32

# A directory, a process and, where the machine has ipcmk, a segment of the host: untouched.
outside() # PROGRAM OPTIONS...
{
	local prog=$1 victim shm=-1 got before after nice
	shift
	mkdir canary
	echo 'secret of the host' >canary/secret
	(cd canary && exec sleep 300) & victim=$!
	command -v ipcmk >/dev/null && shm=$(ipcmk -M 4096 2>/dev/null | grep -o '[0-9]*$')
	nice=$(awk "{print \$19}" /proc/$victim/stat)
	before=$(stat -c '%i %s %a %h %Y' canary canary/secret; cat canary/secret)
	TMPDIR=$PWD timeout 100 "$TRAPGATE" run "$@" "$BUILD/escape/$prog" "$PWD/canary" $victim "nobody-$$" ${shm:--1} >out 2>err
	got=$?
	after=$(stat -c '%i %s %a %h %Y' canary canary/secret; cat canary/secret)
	[[ $shm == [0-9]* ]] && ipcrm -m "$shm" 2>/dev/null
	kill -0 $victim || { echo "the process outside is gone"; return 1; }
	[[ $(awk "{print \$19}" /proc/$victim/stat) == "$nice" ]] || { echo "its priority has changed"; return 1; }
	kill $victim
	[[ $got == 0 && $(<out) == '0 escapes' && $before == "$after" ]] && return 0
	printf 'status %s\n%s\n%s\n%s\n' "$got" "$(head -n 20 out err)" "$before" "$after"
	return 1
}
check escape/outside outside outside --sandbox
check escape/outside32 outside outside32 --sandbox
outside_of_root()
{
	local prog=$BUILD/escape/outside
	mkdir -p root/tmp
	outside outside --root root --bind "$prog:$prog:ro" "$@"
}
check escape/outside/root outside_of_root
check escape/outside/overlay outside_of_root --overlay
check escape/calls outside calls --sandbox
check escape/calls32 outside calls32 --sandbox

# A descriptor of the host's that is open for reading, and what is shown read-only: they stay that.
inherited() # PROGRAM
{
	local got before after
	echo 'secret of the host' >secret
	chmod 600 secret
	cp "$BUILD/escape/$1" program
	before=$(stat -c '%s %a %u %h %Y' secret program)
	# on the same file system as what the guest can write
	TMPDIR=$PWD timeout 100 "$TRAPGATE" run --sandbox "$PWD/program" <secret >out 2>err
	got=$?
	after=$(stat -c '%s %a %u %h %Y' secret program)
	[[ $got == 0 && $(<out) == '0 escapes' && $before == "$after" ]] && return 0
	printf 'status %s\n%s\n%s\n%s\n' "$got" "$(head -n 20 out err)" "$before" "$after"
	return 1
}
check escape/inherited inherited inherited
check escape/inherited32 inherited inherited32

# trapgate's own side of the guest's processes, and a process outside in the same group.
processes() # PROGRAM
{
	local victim got address
	cat >victim.sh <<-'END'
		trap 'echo hit >hit' URG
		echo ready >ready
		while ! [ -e end ]; do sleep 0.1; done
	END
	bash victim.sh & victim=$!
	for _ in {1..300}; do
		[[ -e ready ]] && break
		sleep 0.05
	done
	address=$(nm "$TRAPGATE" 2>/dev/null | awk '$3 == "host_nr_own_fds" {print $1}')
	env -i HOST_SECRET=hidden timeout 100 "$TRAPGATE" run --sandbox --bind "$BUILD/escape/$1:/tmp/program:ro" \
		/usr/bin/env -u HOST_SECRET /tmp/program $victim $address >out 2>err
	got=$?
	touch end
	wait $victim
	[[ -e hit ]] && echo "a signal has reached a process outside"
	[[ $got == 0 && $(<out) == '0 escapes' && ! -e hit ]] && return 0
	printf 'status %s\n%s\n' "$got" "$(head -n 20 out err)"
	return 1
}
check escape/processes processes processes
check escape/processes32 processes processes32

# Descriptors from an accomplice outside (the same program, natively).
rights() # PROGRAM
{
	local victim got before after
	mkdir canary
	echo 'secret of the host' >canary/secret
	sleep 300 & victim=$!
	before=$(stat -c '%i %s %a %u %h %Y' canary canary/secret; stat -c %a /proc)
	TMPDIR=$PWD timeout 100 "$BUILD/escape/rights" "$PWD/canary" $victim \
		"$TRAPGATE" run --sandbox "$BUILD/escape/$1" >out 2>err
	got=$?
	after=$(stat -c '%i %s %a %u %h %Y' canary canary/secret; stat -c %a /proc)
	kill $victim
	[[ $got == 0 && $(<out) == '0 escapes' && $before == "$after" ]] && return 0
	printf 'status %s\n%s\n%s\n%s\n' "$got" "$(head -n 20 out err)" "$before" "$after"
	return 1
}
check escape/rights rights rights
check escape/rights32 rights rights32

# On a host that does not know all calls, or refuses them (ENOSYS is 38, EPERM 1).
without_calls() # ERRNO NUMBERS FUNCTION ARGUMENT...
{
	local real=$TRAPGATE errno=$1 numbers=$2
	shift 2
	cat >without <<-END
	#!/bin/bash
	exec "$TOOLS/without" $errno $numbers -- "$real" "\$@"
	END
	chmod 755 without
	TRAPGATE=$PWD/without "$@"
}
# The same on kernels before 5.14 and for who may not make mounts, be it in a user namespace: without
# open_tree(2).
for errno in 1 38; do
	check escape/no-mounts-$errno/outside without_calls $errno 428 outside outside --sandbox
	check escape/no-mounts-$errno/calls without_calls $errno 428 outside calls --sandbox
	check escape/no-mounts-$errno/rights without_calls $errno 428 rights rights
done

# The same on kernels before 5.6, and in containers whose filters do not know what is newer: without
# close_range, openat2, faccessat2, Landlock, and unshare(2).
for errno in 1 38; do
	for program in outside calls; do
		check escape/older-$errno/$program without_calls $errno \
			'436 437 439 444 445 446 272' outside $program --sandbox
	done
done
