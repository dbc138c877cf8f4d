# SPDX-License-Identifier: GPL-2.0-or-later
# Programs that cannot be run: one line on stderr and status 126 or 127, never a crash.

refused() # STATUS, PROGRAM [ARGS...]
{
	local want=$1 status lines
	shift
	timeout 20 "$TRAPGATE" run "$@" >out 2>err
	status=$?
	lines=$(wc -l <err)
	[[ $status == "$want" && $lines == 1 && ! -s out ]] && return 0
	echo "expected status $want and one line on stderr; got status $status, $lines lines:"
	head -n 5 err
	return 1
}

is_dynamic() # FILE
{
	LC_ALL=C /bin/grep -aq -m1 /lib64/ld-linux "$1" 2>/dev/null
}

# Writes a copy of a sample with bytes changed: poke FILE OFFSET HEX...
poke()
{
	local file=$1 at=$2 b
	shift 2
	for b in "$@"; do
		printf "\\x$b" | dd of="$file" bs=1 seek="$at" conv=notrunc status=none
		((++at))
	done
}

bad() # KIND
{
	local sample=$BUILD/samples/hello
	cp "$sample" p
	chmod 755 p
	case $1 in
	missing) refused 127 ./missing; return ;;
	missing-dir) refused 127 ./no/such/dir; return ;;
	directory) refused 126 .; return ;;
	not-a-dir) refused 126 ./p/q || refused 127 ./p/q; return ;;
	unreadable) refused 126 /proc/self/mem; return ;;
	empty) : >p ;;
	one-byte) printf '\x7f' >p ;;
	text) echo "just some text" >p ;;
	magic) printf '\x7fELF' >p ;;
	truncated-ident) head -c 16 "$sample" >p ;;
	truncated-header) head -c 63 "$sample" >p ;;
	truncated-phdrs) head -c 100 "$sample" >p ;;
	arm) poke p 18 b7 00 ;;
	relocatable) poke p 16 01 00 ;;
	core) poke p 16 04 00 ;;
	phoff) poke p 32 ff ff ff ff ff ff ff 7f ;;
	phentsize) poke p 54 01 00 ;;
	phnum-zero) poke p 56 00 00 ;;
	phnum-huge) poke p 56 ff ff ;;
	not-executable) chmod 644 p; [[ $UID == 0 ]] && return 77 ;;
	dynamic) is_dynamic /bin/true || return 77
		refused 126 --static-only /bin/true && grep -q 'dynamically linked' err; return ;;
	interp-*) cp /bin/true p && is_dynamic p || return 77
		at=$(/bin/grep -abo -m1 '/lib64/ld-linux' p | head -n1)
		case $1 in
		interp-missing) poke p $((${at%%:*} + 5)) 39 39; refused 127 ./p; return ;;
		interp-directory) poke p $((${at%%:*} + 4)) 00 ;;
		esac
		;;
	*) return 1 ;;
	esac
	refused 126 ./p
}

for kind in missing missing-dir directory not-a-dir empty one-byte text magic truncated-ident \
	truncated-header truncated-phdrs arm relocatable core phoff \
	phentsize phnum-zero phnum-huge dynamic interp-missing interp-directory; do
	check -q "bad/$kind" bad $kind
done

usage() # ARGS...
{
	timeout 10 "$TRAPGATE" "$@" >out 2>err
	local status=$?
	[[ $status == 125 && -s err && ! -s out ]] && return 0
	echo "expected status 125 and a message; got $status"
	head -n 3 err out
	return 1
}
check -q usage/none usage
check -q usage/run-nothing usage run
check -q usage/unknown-option usage run --no-such-option x

# Limits of memory that trapgate is started with are the guest's; itself it needs more.
starts_with_little() # sanitizers do not
{
	(ulimit "$1" "$2"; exec "$TRAPGATE" --version) >/dev/null 2>&1
}

soft_memory()
{
	local limit
	starts_with_little -Sv 1000000 || return 77
	for limit in -Sv -Sd; do
		(ulimit $limit 1000000; "$TRAPGATE" run "$BUSYBOX" sh -c "ulimit $limit") >out
		[[ $(cat out) == 1000000 ]] || { echo "$limit: $(cat out)"; return 1; }
	done
}
check -q limits/soft-memory soft_memory

hard_memory() # LIMIT
{
	starts_with_little "$1" 1500000 || return 77
	(ulimit "$1" 1500000; exec "$TRAPGATE" run "$BUSYBOX" true) 2>err
	case $? in
	0) return 77 ;; # with the right to raise it
	125) [[ $(wc -l <err) == 1 ]] && grep -q 'raise ulimit' err && return ;;
	esac
	cat err
	return 1
}
check -q limits/hard-addresses hard_memory -v
check -q limits/hard-data hard_memory -d

# Below a filter, as containers have them, that refuses one call with EPERM.
filtered() # CALL, EXPECTED OUTPUT, OPTIONS..., PROGRAM
{
	local call=$1 want=$2
	shift 2
	"$TRAPGATE" run "$TRAPGATE" --version >/dev/null 2>&1 || return 77
	timeout 120 "$TRAPGATE" run --deny "$call" "$TRAPGATE" run "$@" >out 2>&1
	[[ $(cat out) == "$want" ]] && return 0
	head -n 5 out
	return 1
}
check -q filtered/personality filtered personality 00000000 "$BUSYBOX" cat /proc/self/personality
check filtered/prlimit64 filtered prlimit64 yes "$BUSYBOX" echo yes
check -q filtered/faccessat2 filtered faccessat2 yes "$BUSYBOX" echo yes
check -q filtered/faccessat2-sandbox filtered faccessat2 yes --sandbox "$BUSYBOX" \
	sh -c "[ -x '$BUSYBOX' ] && echo yes"

# Some thousands of damaged ELF files (tests/tools/mutate.c): whatever happens, trapgate does not
# crash by itself.
check mutate "$TOOLS/mutate" -s 1 -n "${MUTATIONS:-3000}"
check -q mutate-few "$TOOLS/mutate" -s 2 -n 300
