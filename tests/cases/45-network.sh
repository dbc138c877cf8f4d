# SPDX-License-Identifier: GPL-2.0-or-later
# Networks of guests: --net, --publish, --hosts; and real servers and clients.

# True where the machine permits a network namespace.
net_permitted() # MODE
{
	[[ ${1-} == emulated ]] || "$TRAPGATE" run --net private "$BUSYBOX" true 2>/dev/null
}

net_tg() { timeout 60 "$TRAPGATE" run "$@"; }

# A native program in a network namespace of its own: none|loopback COMMAND...
net_natively_in()
{
	local up=:
	[[ $1 == loopback ]] && up="$BUSYBOX ip link set lo up"
	shift
	timeout 60 "$BUSYBOX" unshare -n "$BUSYBOX" sh -c "$up"' && exec "$@"' sh "$@"
}

# Compares what a guest meets in a mode with what a program meets in such a namespace.
net_same_network() # PROGRAM, MODE, NAMESPACE, GCC FLAGS...
{
	local program=$1 mode=$2 space=$3
	shift 3
	net_permitted "$mode" || return 77
	net_natively_in none "$BUSYBOX" true 2>/dev/null || return 77
	"$CC" -O2 -static "$@" -o prog "$ROOT/tests/net/$program.c" || return 77
	net_natively_in "$space" ./prog nobody-listens >native
	net_tg --net "$mode" ./prog nobody-listens >guest
	diff native guest && [[ -s guest ]]
}
for p in reach links; do
	check -q "net/none/$p" net_same_network $p none none
	check "net/none/${p}32" net_same_network $p none none -m32
	check "net/loopback/$p" net_same_network $p loopback loopback
	check "net/loopback/${p}32" net_same_network $p loopback loopback -m32
	check "net/private/$p" net_same_network $p private loopback
	check "net/emulated/$p" net_same_network $p emulated loopback
	check "net/emulated/${p}32" net_same_network $p emulated loopback -m32
done

# The tables of /proc/net, and those who read them.
net_proc_tables()
{
	local script='cd /tmp; for f in dev if_inet6 route tcp udp tcp6 udp6 raw arp; do
			echo "$f:"; "$0" cat /proc/net/$f /proc/self/net/$f
		done
		"$0" nc -l -p 4567 & p=$!
		until "$0" netstat -tln | "$0" grep LISTEN; do "$0" usleep 10000; done
		"$0" ifconfig -a; kill $p'
	net_natively_in none "$BUSYBOX" true 2>/dev/null || return 77
	net_natively_in loopback "$BUSYBOX" sh -c "$script" "$BUSYBOX" >native
	net_tg --net emulated "$BUSYBOX" sh -c "$script" "$BUSYBOX" >guest
	# What is counted is not the same.
	sed -i '/packets\|bytes/d; s/^ *lo:.*/lo/' native guest
	diff native guest && grep -q LISTEN guest
}
check net/emulated/proc net_proc_tables

# The emulated network against the host's loopback: what the guests print must be the same.
net_emulated() # PROGRAM
{
	timeout 60 "$BUILD/$1" >native 2>&1
	net_tg --net emulated "$BUILD/$1" >guest 2>&1
	diff native guest && [[ -s guest ]]
}
for p in samples/tcp_echo samples/epoll_server samples/unix_server samples/bind_gates \
	guests/net_stream guests/net_wait guests/net_socketcall guests/net_loop guests/net_lots \
	guests/net_names guests/net_threads guests/net_sources guests/net_msg \
	guests/net_datagram guests/net_share guests/net_ends guests/net_fuzz; do
	for s in '' 32; do
		[[ -x $BUILD/$p$s ]] && check "net/emulated/${p#*/}$s" net_emulated "$p$s"
	done
done

net_emulated_options() # WIDTH
{
	timeout 60 "$BUILD/guests/net_optsweep$1" ip >native 2>&1
	net_tg --net emulated "$BUILD/guests/net_optsweep$1" ip >guest 2>&1
	diff native guest && [[ $(wc -l <guest) -gt 5000 ]]
}
for s in '' 32 32.socketcall; do
	[[ -x $BUILD/guests/net_optsweep$s ]] && check "net/emulated/options$s" net_emulated_options "$s"
done

# The same in a sandbox, in either kind of loopback network. A sandbox has fewer families.
net_sandboxed() # MODE, PROGRAM
{
	net_permitted "$1" || return 77
	timeout 60 "$BUILD/$2" 2>&1 | grep -v ^family >native
	net_tg --sandbox --net "$1" "$BUILD/$2" 2>&1 | grep -v ^family >guest
	diff native guest && [[ -s guest ]]
}
for s in '' 32; do
	for p in net_stream net_socketcall net_loop net_lots net_names; do
		[[ -x $BUILD/guests/$p$s ]] || continue
		check "net/sandbox/emulated/$p$s" net_sandboxed emulated "guests/$p$s"
		check "net/sandbox/private/$p$s" net_sandboxed private "guests/$p$s"
	done
	check "net/sandbox/private/net_calls$s" net_sandboxed private "guests/net_calls$s"
done

# Protocols that an emulated network does not have are as in a kernel that lacks them.
net_emulated_protocols()
{
	"$CC" -static -include stdio.h -include errno.h -include sys/socket.h -x c - -o prog <<-'END' || return 77
		int main(void)
		{
			for (int p = 1; p < 256; p++)
				if (socket(AF_INET, SOCK_DGRAM, p) < 0 && errno != EPROTONOSUPPORT)
					printf("%d: %m\n", p);
		}
	END
	net_tg --net emulated ./prog >out
	[[ $(cat out) == '1: Permission denied' ]] # ICMP's
}
check net/emulated/protocols net_emulated_protocols

# Nothing of it stays behind.
net_emulated_cleans()
{
	local i
	mkdir tmp
	TMPDIR=$PWD/tmp net_tg --net emulated "$BUILD/samples/tcp_echo" >out || return 1
	for i in {1..100}; do [[ -z $(ls tmp) ]] && return 0; sleep 0.1; done
	ls -R tmp
	return 1
}
check net/emulated/cleans net_emulated_cleans

# Sets port to a number that is free.
net_free_port()
{
	local i
	for i in 1 2 3 4 5 6 7 8 9 10; do
		port=$((20000 + RANDOM % 12000))
		! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return 0
	done
	return 1
}

# Neither can a guest get out nor anybody in; two runs may use one port.
net_isolated() # MODE
{
	local p q i
	net_permitted "$1" || return 77
	timeout 60 "$TRAPGATE" run --net "$1" "$BUILD/samples/epoll_server" serve 7777 >a & p=$!
	timeout 60 "$TRAPGATE" run --net "$1" "$BUILD/samples/epoll_server" serve 7777 >b & q=$!
	for i in {1..100}; do [[ -s a && -s b ]] && break; sleep 0.1; done
	[[ $(cat a b) == $'7777\n7777' ]] || return 1
	! (: <"/dev/tcp/127.0.0.1/7777") 2>/dev/null || return 1
	net_tg --net "$1" "$BUILD/samples/epoll_server" load 7777 1 1 2>err
	[[ $? == 1 ]] && grep -q 'refused' err || return 1
	kill $p $q
	wait $p && wait $q
}
check net/isolated/loopback net_isolated loopback
check net/isolated/private net_isolated private
check net/isolated/emulated net_isolated emulated

# A guest with all the privileges that this user has cannot go where the host's network is.
net_leave() # MODE, GCC FLAGS...
{
	local mode=$1 p
	shift
	net_permitted "$mode" || return 77
	"${GUEST_CC:-gcc}" -O2 -static "$@" -o leave "$ROOT/tests/net/leave.c" || return 77
	sleep 20 & p=$!
	net_tg --net "$mode" ./leave $p >out
	kill $p
	[[ $(grep -c : out) -ge 3 ]] && ! grep done out
}
check net/leave/loopback net_leave loopback
check net/leave/loopback32 net_leave loopback -m32
check net/leave/private net_leave private

net_published() # MODE, PROGRAM SUFFIX
{
	local port p i
	net_permitted "$1" || return 77
	net_free_port || return 77
	timeout 60 "$TRAPGATE" run --net "$1" --publish "$port:80" \
		"$BUILD/samples/epoll_server$2" serve 80 >out & p=$!
	for i in {1..100}; do [[ -s out ]] && break; sleep 0.1; done
	timeout 60 "$BUILD/samples/epoll_server" load "$port" 50 2000 || return 1
	"$BUSYBOX" wget -qO- "http://127.0.0.1:$port/" | grep -x 'hello, client' || return 1
	kill $p
	wait $p || return 1
	# What carried the bytes goes away with the guests.
	for i in {1..100}; do
		(: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || return 0
		sleep 0.1
	done
	echo "port $port is still open"
	return 1
}
check net/publish/loopback net_published loopback ''
check net/publish/loopback32 net_published loopback 32
check net/publish/private net_published private ''
check net/publish/emulated net_published emulated ''
check net/publish/emulated32 net_published emulated 32

net_refused() # MESSAGE, OPTION...
{
	local want=$1
	shift
	"$TRAPGATE" run "$@" "$BUSYBOX" true 2>err
	[[ $? == 125 && $(wc -l <err) == 1 ]] && grep -F -- "$want" err >/dev/null && return
	cat err
	return 1
}
check net/bad/mode net_refused 'want host, none' --net nowhere
check net/bad/publish net_refused 'want [ADDRESS:]HOST:GUEST' --net loopback --publish 80
check net/bad/publish-port net_refused 'want [ADDRESS:]HOST:GUEST' --net loopback --publish 80:70000
check net/bad/publish-protocol net_refused 'want [ADDRESS:]HOST:GUEST' --net loopback --publish 80:80/x
check net/bad/publish-address net_refused 'want [ADDRESS:]HOST:GUEST' --net loopback --publish x:80:80
check net/bad/publish-mode net_refused '--net loopback or --net private' --publish 80:80
check net/bad/hosts net_refused 'No such file' --hosts ./missing
check net/bad/hosts-kind net_refused 'not a regular file' --hosts /dev/null

net_lookup() # COMPILER...
{
	"$@" -O2 -static -o dns "$ROOT/tests/net/dns.c" 2>/dev/null || return 77
	echo '192.0.2.9 host.test other.test' >hosts
	[[ $(net_tg --hosts hosts ./dns lookup other.test host.test) == \
		$'other.test: 192.0.2.9\nhost.test: 192.0.2.9' ]]
}
check net/hosts/glibc net_lookup "${GUEST_CC:-gcc}"
check net/hosts/glibc32 net_lookup "${GUEST_CC:-gcc}" -m32
check net/hosts/musl net_lookup musl-gcc

net_resolve() # MODE, COMPILER...
{
	local mode=$1
	shift
	"$@" -O2 -static -o dns "$ROOT/tests/net/dns.c" 2>/dev/null || return 77
	net_permitted "$mode" || return 77
	echo 'nameserver 127.0.0.1' >resolv
	echo '127.0.0.1 localhost' >hosts
	net_tg --net "$mode" --resolv-conf resolv --hosts hosts "$BUSYBOX" sh -c '
		mkfifo ready
		./dns serve >ready & server=$!
		read line <ready || exit 77
		./dns lookup one.test two.test localhost
		kill $server' >out 2>err
	case $? in 77) return 77 ;; esac
	sort -u out | grep -v '^localhost: ::1' | diff - <(printf '%s\n' 'localhost: 127.0.0.1' \
		'one.test: 192.0.2.7' 'one.test: 2001:db8::7' 'two.test: none') || { cat err; return 1; }
}
check net/dns/glibc net_resolve loopback "${GUEST_CC:-gcc}"
check net/dns/glibc32 net_resolve loopback "${GUEST_CC:-gcc}" -m32
check net/dns/musl net_resolve loopback musl-gcc
check net/dns/emulated/glibc net_resolve emulated "${GUEST_CC:-gcc}"
check net/dns/emulated/glibc32 net_resolve emulated "${GUEST_CC:-gcc}" -m32
check net/dns/emulated/musl net_resolve emulated musl-gcc

net_httpd() # HOW THE SERVER RUNS, HOW THE CLIENT RUNS
{
	local port p got i
	net_free_port || return 77
	mkdir www
	head -c 300000 "$BUSYBOX" >www/big
	side "$1" "$BUSYBOX" httpd -f -p "127.0.0.1:$port" -h www & p=$!
	for i in {1..100}; do (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.1; done
	side "$2" "$BUSYBOX" wget -q -O got "http://127.0.0.1:$port/big"
	got=$?
	side "$2" "$BUSYBOX" wget -q -O - "http://127.0.0.1:$port/none" 2>/dev/null && got=9
	kill $p
	wait $p 2>/dev/null
	[[ $got == 0 ]] && cmp got www/big
}
check net/httpd/guest-native net_httpd guest native
check net/httpd/native-guest net_httpd native guest
check net/httpd/guest-guest net_httpd guest guest

net_netcat() # HOW THE SERVER RUNS, HOW THE CLIENT RUNS
{
	local port p i
	net_free_port || return 77
	mkfifo silence
	side "$1" "$BUSYBOX" nc -l -p "$port" >got <>silence & p=$!
	for i in {1..100}; do
		head -c 200000 "$BUSYBOX" | side "$2" "$BUSYBOX" nc 127.0.0.1 "$port" 2>/dev/null && break
		sleep 0.1
	done
	wait $p
	head -c 200000 "$BUSYBOX" | cmp - got
}
check net/nc/guest-native net_netcat guest native
check net/nc/native-guest net_netcat native guest
check net/nc/guest-guest net_netcat guest guest

net_tls()
{
	local port p i
	command -v openssl >/dev/null || return 77
	"${GUEST_CC:-gcc}" -O2 -static -o tls_client "$ROOT/tests/net/tls_client.c" -lssl -lcrypto \
		-pthread -ldl 2>/dev/null || return 77
	openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -days 2 -subj /CN=localhost \
		-addext subjectAltName=DNS:localhost 2>/dev/null || return 77
	net_free_port || return 77
	openssl s_server -accept "127.0.0.1:$port" -key key -cert cert -rev -quiet >/dev/null 2>&1 & p=$!
	for i in {1..100}; do (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.1; done
	timeout 60 ./tls_client "$port" cert >native
	net_tg ./tls_client "$port" cert >guest
	kill $p
	wait $p 2>/dev/null
	diff native guest && grep -q verified guest && grep -q fedcba guest
}
check net/tls net_tls

# The server under load from outside: by the sample's own clients, or by wrk where it is installed.
net_serve() # COMMAND...: a server that writes its port
{
	local i
	timeout 100 "$@" >port & server=$!
	for i in {1..100}; do [[ -s port ]] && return 0; sleep 0.1; done
	return 1
}
net_loaded() # PROGRAM SUFFIX, CONNECTIONS, REQUESTS
{
	local ret
	net_serve "$TRAPGATE" run "$BUILD/samples/epoll_server$1" serve 0 || return 1
	timeout 90 "$BUILD/samples/epoll_server" load "$(cat port)" "$2" "$3"
	ret=$?
	kill $server
	wait $server && [[ $ret == 0 ]]
}
check -q net/epoll net_loaded '' 200 5000
check net/epoll32 net_loaded 32 200 5000
check net/epoll/1000 net_loaded '' 1000 4000
check net/epoll32/1000 net_loaded 32 1000 4000

net_wrk() # PROGRAM SUFFIX
{
	local ret
	command -v wrk >/dev/null || return 77
	net_serve "$TRAPGATE" run "$BUILD/samples/epoll_server$1" serve 0 || return 1
	timeout 90 wrk -t 2 -c 1000 -d 2 --timeout 60 "http://127.0.0.1:$(cat port)/" >out
	ret=$?
	kill $server
	cat out
	wait $server && [[ $ret == 0 ]] && grep -q 'requests in' out &&
		! grep -E 'Socket errors|Non-2xx| 0 requests' out
}
check net/wrk net_wrk ''
check net/wrk32 net_wrk 32
