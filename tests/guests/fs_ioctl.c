/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* ioctl: terminals, pipes, sockets, files. */
#include "guest.h"
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <termios.h>

static void terminal(void)
{
	struct winsize ws = {24, 80, 1, 2}, got = {0};
	struct pollfd typed = {.events = POLLIN};
	struct termios t;
	int n = -1, m, s;
	char name[64], buf[64] = {0};

	m = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	SHOW(m >= 0);
	n = 0;
	SHOW(ioctl(m, _IOW('T', 0x31, int), &n));
	SHOW(ioctl(m, _IOR('T', 0x30, unsigned), &n));
	snprintf(name, sizeof(name), "/dev/pts/%d", n);
	s = open(name, O_RDWR | O_NOCTTY);
	SHOW(s >= 0);
	typed.fd = s;
	SHOW(isatty(s));
	SHOW(ioctl(s, TIOCSWINSZ, &ws));
	SHOW(ioctl(m, TIOCGWINSZ, &got));
	printf("%d %d %d %d\n", got.ws_row, got.ws_col, got.ws_xpixel, got.ws_ypixel);
	SHOW(tcgetattr(s, &t));
	printf("%x %x %x %x %d\n", t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag, t.c_cc[VINTR]);
	cfmakeraw(&t);
	SHOW(tcsetattr(s, TCSADRAIN, &t));
	memset(&t, 0, sizeof(t));
	SHOW(tcgetattr(s, &t));
	printf("%x %x %x %x %d\n", t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag, t.c_cc[VMIN]);
	SHOW(write(m, "typed", 5));
	SHOW(poll(&typed, 1, -1)); /* it takes a while */
	SHOW(ioctl(s, FIONREAD, &n));
	printf("%d\n", n);
	SHOW(read(s, buf, sizeof(buf)));
	SHOW(tcflush(s, TCIOFLUSH));
	SHOW(tcdrain(s));
	SHOW(tcsendbreak(s, 0));
	SHOW(ioctl(s, TIOCGPGRP, &n));
	SHOW(ioctl(s, TIOCGSID, &n));
	SHOW(ioctl(s, TIOCGETD, &n));
	SHOW(ioctl(s, TIOCEXCL));
	SHOW(ioctl(s, TIOCNXCL));
	SHOW(ioctl(s, TIOCGWINSZ, 16));
	SHOW(ioctl(s, TCGETS, 16));
	close(s);
	close(m);
}

/* The commands of file systems that have a long in their number: each width knows its own. */
static void longs_in_numbers(int fd)
{
	static const unsigned commands[] = {
		_IOR('f', 1, int), _IOR('f', 1, int64_t), _IOR('v', 1, int), _IOR('v', 1, int64_t),
		_IOW('v', 2, int), _IOW('v', 2, int64_t), _IOR('f', 3, int), _IOR('f', 3, int64_t),
		_IOW('f', 4, int), _IOW('f', 4, int64_t), _IOR('f', 5, int), _IOR('f', 5, int64_t),
		_IO('f', 9),	   _IO('f', 12),
	};

	for (unsigned i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		unsigned char room[64] = {0};

		printf("%#x: %s\n", commands[i], result(syscall(SYS_ioctl, fd, commands[i], room)));
		SHOW(syscall(SYS_ioctl, fd, commands[i], 16));
	}
}

/* What is not passed on answers as the file does that does not know it. */
static void unknown_to_some(void)
{
	static const unsigned commands[] = {0x541e, 0x890d, 0x8944, _IOW('T', 0, uint64_t), 0x5499};
	const int fds[] = {epoll_create1(0), timerfd_create(CLOCK_MONOTONIC, 0), open(".", O_PATH),
			   socket(AF_INET, SOCK_DGRAM, 0)};

	for (unsigned i = 0; i < sizeof(fds) / sizeof(*fds); i++) {
		for (unsigned n = 0; n < sizeof(commands) / sizeof(*commands); n++) {
			uint64_t room[8] = {0};

			printf("%u %#x: %s\n", i, commands[n],
			       result(syscall(SYS_ioctl, fds[i], commands[n], room)));
		}
		close(fds[i]);
	}
}

static void bridges(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), found[4];
	unsigned long v[3] = {0};

	SHOW(ioctl(fd, SIOCGIFBR, v)); /* the version */
	v[0] = 1;
	v[1] = (unsigned long)found;
	v[2] = 4;
	SHOW(ioctl(fd, SIOCGIFBR, v));
	v[0] = 7;
	SHOW(ioctl(fd, SIOCSIFBR, v));
	SHOW(ioctl(fd, SIOCGIFBR, 16));
	close(fd);
}

static void files(void)
{
	int p[2], n = 1, fd = open("f", O_RDWR | O_CREAT, 0600);
	char c;

	if (pipe(p))
		return;
	SHOW(write(p[1], "1234567", 7));
	SHOW(ioctl(p[0], FIONREAD, &n));
	printf("%d\n", n);
	SHOW(ioctl(p[0], FIONBIO, &n));
	SHOW(ioctl(p[0], FIOCLEX));
	SHOW(fcntl(p[0], F_GETFD));
	SHOW(ioctl(p[0], FIONCLEX));
	SHOW(fcntl(p[0], F_GETFD));
	printf("%o\n", fcntl(p[0], F_GETFL));
	n = 0;
	SHOW(ioctl(p[0], FIONBIO, &n));
	SHOW(read(p[0], &c, 1));
	SHOW(ioctl(fd, TCGETS, &c));
	SHOW(ioctl(fd, TIOCGWINSZ, &c));
	SHOW(ioctl(fd, FIONREAD, 16));
	SHOW(ioctl(fd, 0x12345678, 5));
	SHOW(ioctl(fd, 2, &n)); /* FIGETBSZ */
	printf("%d\n", n);
	SHOW(ioctl(99, 2, &n));
	SHOW(ioctl(fd, _IOR('f', 1, long), &n)); /* FS_IOC_GETFLAGS */
	SHOW(ioctl(fd, _IOR('v', 1, long), (void *)16));
	unsigned char map[32 + 4 * 56] = {0};
	memset(map + 8, 0xff, 8);
	map[24] = 4;
	SHOW(ioctl(fd, _IOWR('f', 11, unsigned char[32]), map)); /* FS_IOC_FIEMAP */
	printf("%d\n", map[20]);
	SHOW(ioctl(fd, _IOW(0x94, 9, int), 99)); /* FICLONE */
	longs_in_numbers(fd);
	close(fd);
	fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	longs_in_numbers(fd);
	close(fd);
}

static void interfaces(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), n = -1;
	struct ifreq r = {0}, list[8];
	struct ifconf c = {.ifc_len = sizeof(list)};
	struct timeval tv;

	strcpy(r.ifr_name, "lo");
	SHOW(ioctl(fd, SIOCGIFFLAGS, &r));
	printf("%x\n", r.ifr_flags);
	SHOW(ioctl(fd, SIOCGIFINDEX, &r));
	printf("%d\n", r.ifr_ifindex);
	r.ifr_ifindex = 1;
	SHOW(ioctl(fd, SIOCGIFNAME, &r));
	printf("%s\n", r.ifr_name);
	SHOW(ioctl(fd, SIOCGIFMTU, &r));
	printf("%d\n", r.ifr_mtu);
	memset(&r.ifr_ifru, 0xee, sizeof(r.ifr_ifru));
	SHOW(ioctl(fd, SIOCGIFMAP, &r));
	printf("%lx %d\n", r.ifr_map.mem_start, r.ifr_map.irq);
	SHOW(ioctl(fd, SIOCGIFADDR, &r));
	SHOW(ioctl(fd, SIOCGIFADDR, 16));
	SHOW(ioctl(fd, FIONREAD, &n));
	printf("%d\n", n);
	SHOW(ioctl(fd, 0x8906, &tv)); /* SIOCGSTAMP */
	memset(list, 0, sizeof(list));
	c.ifc_req = list;
	SHOW(ioctl(fd, SIOCGIFCONF, &c));
	printf("%d of %d\n", (int)(c.ifc_len % sizeof(struct ifreq)), c.ifc_len > 0);
	for (unsigned i = 0; i < c.ifc_len / sizeof(struct ifreq); i++)
		printf("%s %d\n", list[i].ifr_name, list[i].ifr_addr.sa_family);
	n = c.ifc_len;
	c.ifc_req = NULL;
	SHOW(ioctl(fd, SIOCGIFCONF, &c));
	SHOW(c.ifc_len == n);
	strcpy(r.ifr_name, "none");
	SHOW(ioctl(fd, SIOCGIFFLAGS, &r));
	close(fd);
}

int main(void)
{
	terminal();
	files();
	interfaces();
	bridges();
	unknown_to_some();
	return 0;
}
