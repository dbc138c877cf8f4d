# SPDX-License-Identifier: GPL-2.0-or-later
# The samples by themselves, and conversations: two guests, and a guest with a native peer.

for prog in "$BUILD"/samples/*; do
	name=${prog##*/}
	[[ -x $prog && -f $prog ]] || continue
	twice -q "sample/$name" "$prog"
done

# __kernel_vsyscall is made of SYSENTER or of SYSCALL, as the vendor has it.
ends() # STATUS, COMMAND...
{
	local want=$1
	shift
	timeout 20 "$@"
	[[ $? == "$want" ]]
}
check "sample/exit_sysenter/intel" ends 99 "$TRAPGATE" run --cpu intel "$BUILD/samples/exit_sysenter"
check "sample/exit_sysenter/amd" ends 99 "$TRAPGATE" run --cpu amd "$BUILD/samples/exit_sysenter"

# Says which word runs a side of a conversation.
side() # native|guest, PROGRAM ARGS...
{
	local how=$1
	shift
	if [[ $how == guest ]]; then
		timeout 30 "$TRAPGATE" run "$@"
	else
		timeout 30 "$@"
	fi
}

converse() # PROGRAM FOR THE SERVER, HOW, PROGRAM FOR THE CLIENT, HOW, EXPECTED
{
	local p got want=$5
	side "$2" "$1" server ./meet >server.out 2>server.err & p=$!
	got=$(side "$4" "$3" client ./meet 'hello, peer' 2>client.err)
	local c=$?
	wait $p
	local s=$?
	[[ $c == 0 && $s == 0 && $got == "$want" && ! -e meet ]] && return 0
	echo "client status $c, server status $s, expected '$want', got '$got'"
	head server.err client.err server.out
	return 1
}

for pair in "64 64" "64 32" "32 64" "32 32"; do
	read -r a b <<<"$pair"
	for hows in "guest guest" "guest native" "native guest"; do
		read -r s c <<<"$hows"
		[[ $a$s == 32native || $b$c == 32native ]] && continue
		check "talk/unix/$s$a-$c$b" converse "$BUILD/samples/unix_server${a#64}" "$s" \
			"$BUILD/samples/unix_server${b#64}" "$c" "answer: 11 bytes: reep ,olleh"
		check "talk/tcp/$s$a-$c$b" converse "$BUILD/samples/tcp_echo${a#64}" "$s" \
			"$BUILD/samples/tcp_echo${b#64}" "$c" "echo: hello, peer"
		check "talk/fd/$s$a-$c$b" converse "$BUILD/samples/fd_pass${a#64}" "$s" \
			"$BUILD/samples/fd_pass${b#64}" "$c" "read: hello, peer"
	done
done
