/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes calls whose arguments another argument tells apart, and prints the lines that a trace shows
 * of them: System V, keyctl, ptrace, fsconfig, addresses of sockets. All but those of System V
 * fail. */
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void say(const char *text)
{
	static const struct {
		int err;
		const char *name;
	} names[] = {{EBADF, "EBADF"},		 {EINVAL, "EINVAL"}, {ENOSYS, "ENOSYS"},
		     {EPERM, "EPERM"},		 {ENOKEY, "ENOKEY"}, {ESRCH, "ESRCH"},
		     {EOPNOTSUPP, "EOPNOTSUPP"}, {EACCES, "EACCES"}, {ENODEV, "ENODEV"}};
	int err = errno;

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].err == err)
			printf("%s = -1 %s (%s)\n", text, names[i].name, strerror(err));
}

static void messages(void)
{
	struct {
		long type;
		char text[8];
	} m = {5, "text"};
	struct msqid_ds ds;
	int id = msgget(IPC_PRIVATE, 0600);

	printf("msgget(IPC_PRIVATE, 0600) = %d\n", id);
	msgsnd(id, &m, 5, IPC_NOWAIT);
	printf("msgsnd(%d, {mtype=5, mtext=\"text\\0\"}, 5, IPC_NOWAIT) = 0\n", id);
	msgrcv(id, &m, 6, 5, MSG_NOERROR);
	printf("msgrcv(%d, {mtype=5, mtext=\"text\\0\\0\"}, 6, 5, MSG_NOERROR) = 5\n", id);
	msgctl(id, IPC_STAT, &ds);
	msgctl(id, IPC_RMID, NULL);
}

static void semaphores(void)
{
	struct sembuf b = {0, 1, IPC_NOWAIT};
	int id = semget(IPC_PRIVATE, 1, 0600);

	printf("semget(IPC_PRIVATE, 1, 0600) = %d\n", id);
	semop(id, &b, 1);
	semctl(id, 0, IPC_RMID);
}

static void address(const void *a, int len, const char *text)
{
	char line[512];

	connect(-1, a, len);
	snprintf(line, sizeof(line), "connect(-1, {%s}, %d)", text, len);
	say(line);
}

static void addresses(void)
{
	struct sockaddr_ll ll = {AF_PACKET, htons(0x800), 0, 1, PACKET_HOST, 2, {1, 2}};
	struct sockaddr_nl nl = {.nl_family = AF_NETLINK, .nl_groups = 0x12345678};
	struct sockaddr_vm vm = {.svm_family = AF_VSOCK, .svm_port = 5, .svm_cid = VMADDR_CID_HOST};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(7)};
	unsigned char hci[6] = {AF_BLUETOOTH, 0, 3, 0, 1, 0},
		      sco[8] = {AF_BLUETOOTH, 0, 1, 2, 3, 4, 5, 6};

	address(&ll, sizeof(ll),
		"sa_family=AF_PACKET, sll_protocol=htons(ETH_P_IP), sll_ifindex=0, "
		"sll_hatype=ARPHRD_ETHER, "
		"sll_pkttype=PACKET_HOST, sll_halen=2, sll_addr=[0x1, 0x2]");
	address(&nl, sizeof(nl), "sa_family=AF_NETLINK, nl_pid=0, nl_groups=0x12345678");
	address(&vm, sizeof(vm),
		"sa_family=AF_VSOCK, svm_cid=VMADDR_CID_HOST, svm_port=0x5, svm_flags=0");
	address(&in6, sizeof(in6),
		"sa_family=AF_INET6, sin6_port=htons(7), sin6_flowinfo=htonl(0), "
		"inet_pton(AF_INET6, "
		"\"::\", &sin6_addr), sin6_scope_id=0");
	address(hci, sizeof(hci),
		"sa_family=AF_BLUETOOTH, hci_dev=htobs(3), hci_channel=HCI_CHANNEL_USER");
	address(sco, sizeof(sco), "sa_family=AF_BLUETOOTH, sco_bdaddr=01:02:03:04:05:06");
}

static void say_at(const char *text, const void *at)
{
	int err = errno;
	char line[100];

	snprintf(line, sizeof(line), text, at);
	errno = err;
	say(line);
}

/* Operations and options that do not exist, and text that cannot be read to where it is cut. */
static void oddities(void)
{
	static unsigned word;
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(page + 4096, 4096);
	syscall(SYS_futex, &word, 257, 1);
	say_at("futex(%p, 0x101 /* FUTEX_??? */, 1)", &word);
	prctl(PR_SET_SPECULATION_CTRL, 3, 5, 0, 0);
	say("prctl(PR_SET_SPECULATION_CTRL, 0x3 /* PR_SPEC_??? */, 0x5)");
	memset(page, 'x', 4096);
	syscall(SYS_sendto, -1, page + 4096 - 32, 33, 0, NULL, 0);
	say_at("sendto(-1, %p, 33, 0, NULL, 0)", page + 4096 - 32);
	syscall(SYS_sendto, -1, page + 4096 - 32, 32, 0, NULL, 0);
	say("sendto(-1, \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\", 32, 0, NULL, 0)");
}

int main(void)
{
	messages();
	oddities();
	semaphores();
	addresses();
	syscall(SYS_keyctl, 3, 0x7ffffff0);
	say("keyctl(KEYCTL_REVOKE, 2147483632)");
	syscall(SYS_keyctl, 4, 0x7ffffff0, -1, 5);
	say("keyctl(KEYCTL_CHOWN, 2147483632, -1, 5)");
	syscall(SYS_keyctl, 8, 0x7ffffff0, -3);
	say("keyctl(KEYCTL_LINK, 2147483632, KEY_SPEC_SESSION_KEYRING)");
	syscall(SYS_ptrace, 24, -1, 1, SIGUSR1);
	say("ptrace(PTRACE_SYSCALL, -1, 0x1, SIGUSR1)");
	syscall(SYS_ptrace, 0x4206, -1, 0, 0x11);
	say("ptrace(PTRACE_SEIZE, -1, NULL, PTRACE_O_TRACESYSGOOD|PTRACE_O_TRACEEXEC)");
	syscall(SYS_ptrace, 16, -1, 0, 0);
	say("ptrace(PTRACE_ATTACH, -1)");
	syscall(431 /* fsconfig */, -1, 1, "key", "value", 0);
	say("fsconfig(-1, FSCONFIG_SET_STRING, \"key\", \"value\", 0)");
	syscall(431, -1, 3, "key", "/path", -100);
	say("fsconfig(-1, FSCONFIG_SET_PATH, \"key\", \"/path\", AT_FDCWD)");
	syscall(431, -1, 6, NULL, NULL, 0);
	say("fsconfig(-1, FSCONFIG_CMD_CREATE, NULL, NULL, 0)");
	return 0;
}
