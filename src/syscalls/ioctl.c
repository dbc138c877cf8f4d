/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ioctl(2). What the argument is follows from the command: newer commands encode direction and
 * size, older ones stand in a table. A command that is in neither gets its argument as a pointer
 * where that leads into guest memory, and as a number where it does not. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <sys/vfs.h>

#include "abi/syscall.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "net/emulate.h"
#include "net/net.h"
#include "syscalls/proc_query.h"
#include "syscalls/seccomp_notify.h"
#include "task/task.h"

enum dir {
	NUM, /* no argument, or a number */
	IN,
	OUT,
	INOUT,
	REFUSE, /* holds pointers that are not translated here */
	IFREQ,	/* struct ifreq, whose size differs between the ABIs */
};

struct cmd {
	u32 first, last;
	enum dir dir;
	u16 size;
	bool waits; /* may wait, or stop the caller (a writer in the background) */
};

/* Commands without direction and size of their own, or with wrong ones (include/uapi/linux/fs.h,
 * asm-generic/ioctls.h, linux/sockios.h, linux/loop.h, linux/if_tun.h...). */
static const struct cmd commands[] = {
	{0x0001, 0x0001, INOUT, 4, false},	    /* FIBMAP */
	{0x0002, 0x0002, OUT, 4, false},	    /* FIGETBSZ */
	{0x125d, 0x125d, IN, 4, false},		    /* BLKROSET */
	{0x125e, 0x125e, OUT, 4, false},	    /* BLKROGET */
	{0x125f, 0x125f, NUM, 0, false},	    /* BLKRRPART */
	{0x1260, 0x1260, OUT, 8, false},	    /* BLKGETSIZE */
	{0x1261, 0x1262, NUM, 0, false},	    /* BLKFLSBUF, BLKRASET */
	{0x1263, 0x1263, OUT, 8, false},	    /* BLKRAGET */
	{0x1264, 0x1264, NUM, 0, false},	    /* BLKFRASET */
	{0x1265, 0x1265, OUT, 8, false},	    /* BLKFRAGET */
	{0x1267, 0x1267, OUT, 2, false},	    /* BLKSECTGET */
	{0x1268, 0x1268, OUT, 4, false},	    /* BLKSSZGET */
	{0x1269, 0x1269, REFUSE, 0, false},	    /* BLKPG */
	{0x1277, 0x1277, IN, 16, false},	    /* BLKDISCARD */
	{0x1278, 0x127c, OUT, 4, false},	    /* BLKIOMIN ... BLKDISCARDZEROES */
	{0x127d, 0x127d, IN, 16, false},	    /* BLKSECDISCARD */
	{0x127e, 0x127e, OUT, 2, false},	    /* BLKROTATIONAL */
	{0x127f, 0x127f, IN, 16, false},	    /* BLKZEROOUT */
	{0x2201, 0x22ff, REFUSE, 0, false},	    /* SG_* */
	{0x4c00, 0x4c01, NUM, 0, false},	    /* LOOP_SET_FD, LOOP_CLR_FD */
	{0x4c02, 0x4c03, REFUSE, 0, false},	    /* LOOP_SET_STATUS: differs between ABIs */
	{0x4c04, 0x4c04, IN, 232, false},	    /* LOOP_SET_STATUS64 */
	{0x4c05, 0x4c05, OUT, 232, false},	    /* LOOP_GET_STATUS64 */
	{0x4c06, 0x4c09, NUM, 0, false},	    /* LOOP_CHANGE_FD ... LOOP_SET_BLOCK_SIZE */
	{0x4c0a, 0x4c0a, IN, 304, false},	    /* LOOP_CONFIGURE */
	{0x4c80, 0x4c82, NUM, 0, false},	    /* LOOP_CTL_* */
	{0x5401, 0x5401, OUT, 36, false},	    /* TCGETS */
	{0x5402, 0x5404, IN, 36, true},		    /* TCSETS, TCSETSW, TCSETSF */
	{0x5405, 0x5405, OUT, 18, false},	    /* TCGETA */
	{0x5406, 0x5408, IN, 18, true},		    /* TCSETA, TCSETAW, TCSETAF */
	{0x5409, 0x540b, NUM, 0, true},		    /* TCSBRK, TCXONC, TCFLSH */
	{0x540c, 0x540e, NUM, 0, false},	    /* TIOCEXCL, TIOCNXCL, TIOCSCTTY */
	{0x540f, 0x540f, OUT, 4, false},	    /* TIOCGPGRP */
	{0x5410, 0x5410, IN, 4, true},		    /* TIOCSPGRP */
	{0x5411, 0x5411, OUT, 4, false},	    /* TIOCOUTQ, SIOCOUTQ */
	{0x5412, 0x5412, IN, 1, true},		    /* TIOCSTI */
	{0x5413, 0x5413, OUT, 8, false},	    /* TIOCGWINSZ */
	{0x5414, 0x5414, IN, 8, false},		    /* TIOCSWINSZ */
	{0x5415, 0x5415, OUT, 4, false},	    /* TIOCMGET */
	{0x5416, 0x5418, IN, 4, false},		    /* TIOCMBIS, TIOCMBIC, TIOCMSET */
	{0x5419, 0x5419, OUT, 4, false},	    /* TIOCGSOFTCAR */
	{0x541a, 0x541a, IN, 4, false},		    /* TIOCSSOFTCAR */
	{0x541b, 0x541b, OUT, 4, false},	    /* FIONREAD, SIOCINQ */
	{0x541d, 0x541d, NUM, 0, false},	    /* TIOCCONS */
	{0x541e, 0x541f, REFUSE, 0, false},	    /* TIOCGSERIAL, TIOCSSERIAL */
	{0x5420, 0x5421, IN, 4, false},		    /* TIOCPKT, FIONBIO */
	{0x5422, 0x5422, NUM, 0, false},	    /* TIOCNOTTY */
	{0x5423, 0x5423, IN, 4, true},		    /* TIOCSETD */
	{0x5424, 0x5424, OUT, 4, false},	    /* TIOCGETD */
	{0x5425, 0x5425, NUM, 0, true},		    /* TCSBRKP */
	{0x5427, 0x5428, NUM, 0, false},	    /* TIOCSBRK, TIOCCBRK */
	{0x5429, 0x5429, OUT, 4, false},	    /* TIOCGSID */
	{0x542e, 0x542e, OUT, 32, false},	    /* TIOCGRS485 */
	{0x542f, 0x542f, INOUT, 32, false},	    /* TIOCSRS485 */
	{0x5432, 0x5432, OUT, 16, false},	    /* TCGETX */
	{0x5433, 0x5435, IN, 16, true},		    /* TCSETX, TCSETXF, TCSETXW */
	{0x5437, 0x5437, NUM, 0, false},	    /* TIOCVHANGUP */
	{0x5441, 0x5441, NUM, 0, false},	    /* TIOCGPTPEER */
	{0x5450, 0x5451, NUM, 0, false},	    /* FIONCLEX, FIOCLEX */
	{0x5452, 0x5452, IN, 4, false},		    /* FIOASYNC */
	{0x5456, 0x5456, OUT, 36, false},	    /* TIOCGLCKTRMIOS */
	{0x5457, 0x5457, IN, 36, false},	    /* TIOCSLCKTRMIOS */
	{0x5459, 0x5459, OUT, 4, false},	    /* TIOCSERGETLSR */
	{0x545c, 0x545c, NUM, 0, true},		    /* TIOCMIWAIT */
	{0x545d, 0x545d, OUT, 80, false},	    /* TIOCGICOUNT */
	{0x5460, 0x5460, OUT, 8, false},	    /* FIOQSIZE */
	{0x8901, 0x8902, IN, 4, false},		    /* FIOSETOWN, SIOCSPGRP */
	{0x8903, 0x8905, OUT, 4, false},	    /* FIOGETOWN, SIOCGPGRP, SIOCATMARK */
	{0x8906, 0x8907, OUT, 16, false},	    /* SIOCGSTAMP, SIOCGSTAMPNS */
	{0x890d, 0x890d, IFREQ, 40, false},	    /* SIOCRTMSG */
	{0x8910, 0x8911, IFREQ, 40, false},	    /* SIOCGIFNAME, SIOCSIFLINK */
	{0x8913, 0x893f, IFREQ, 40, false},	    /* SIOCGIFFLAGS ... */
	{0x8942, 0x8943, IFREQ, 40, false},	    /* SIOCGIFTXQLEN, SIOCSIFTXQLEN */
	{0x8947, 0x8948, IFREQ, 40, false},	    /* SIOCGMIIPHY, SIOCGMIIREG */
	{0x894b, 0x894b, OUT, 4, false},	    /* SIOCOUTQNSD */
	{0x894c, 0x894c, NUM, 0, false},	    /* SIOCGSKNS */
	{0x8953, 0x8955, INOUT, 68, false},	    /* SIOCDARP, SIOCGARP, SIOCSARP */
	{0x8960, 0x8962, INOUT, 68, false},	    /* the same for RARP */
	{0x8970, 0x8971, IFREQ, 40, false},	    /* SIOCGIFMAP, SIOCSIFMAP */
	{0x8982, 0x8983, INOUT, 56, false},	    /* SIOCGIFVLAN, SIOCSIFVLAN */
	{0x8990, 0x8992, IFREQ, 40, false},	    /* SIOCBONDENSLAVE ... SIOCBONDSETHWADDR */
	{0x8995, 0x8995, IFREQ, 40, false},	    /* SIOCBONDCHANGEACTIVE */
	{0x89a0, 0x89a1, IN, 16, false},	    /* SIOCBRADDBR, SIOCBRDELBR */
	{0x89a2, 0x89a3, IFREQ, 40, false},	    /* SIOCBRADDIF, SIOCBRDELIF */
	{0x3b71, 0x3b71, REFUSE, 0, false},	    /* VFIO_IOMMU_MAP_DMA */
	{0x40304e42, 0x40304e42, REFUSE, 0, false}, /* NVME_IOCTL_SUBMIT_IO */
	{0x4008af03, 0x4008af03, REFUSE, 0, false}, /* VHOST_SET_MEM_TABLE */
	{0x4028af11, 0x4028af11, REFUSE, 0, false}, /* VHOST_SET_VRING_ADDR */
	{0x4020ae46, 0x4020ae46, REFUSE, 0, false}, /* KVM_SET_USER_MEMORY_REGION */
	{0x40a0ae49, 0x40a0ae49, REFUSE, 0, false}, /* KVM_SET_USER_MEMORY_REGION2 */
	{0xc0484e41, 0xc0484e43, REFUSE, 0, false}, /* NVME_IOCTL_ADMIN_CMD, NVME_IOCTL_IO_CMD */
	{0xc0504e47, 0xc0504e49, REFUSE, 0, false}, /* the same with 64-bit results */
	{0x400454c8, 0x400454c9, NUM, 0, false},    /* TUNSETNOCSUM, TUNSETDEBUG */
	{0x400454ca, 0x400454ca, IFREQ, 40, false}, /* TUNSETIFF */
	{0x400454cb, 0x400454ce, NUM, 0, false},    /* TUNSETPERSIST ... TUNSETGROUP */
	{0x400454d0, 0x400454d0, NUM, 0, false},    /* TUNSETOFFLOAD */
	{0x40045436, 0x40045436, NUM, 0, false},    /* TIOCSIG */
	{0x40044590, 0x40044590, NUM, 0, false},    /* EVIOCGRAB */
	{0x40049409, 0x40049409, NUM, 0, false},    /* FICLONE */
	{0x800454d2, 0x800454d2, IFREQ, 40, false}, /* TUNGETIFF */
};

/* struct ifreq and struct ifconf, and what they are to a 32-bit caller. */
struct ifreq_64 {
	char name[16];
	union {
		u8 bytes[24];
		u64 data;
		struct {
			u64 mem_start, mem_end;
			u8 rest[8];
		} map;
	};
};

struct ifreq_32 {
	char name[16];
	union {
		u8 bytes[16];
		u32 data;
		struct {
			u32 mem_start, mem_end;
			u8 rest[8];
		} map;
	};
};

struct ifconf_64 {
	s32 len;
	u64 buf;
};

struct ifconf_32 {
	s32 len;
	u32 buf;
};

/* Memory at addr for a call whose needs are not known: what lies in its area, to a limit. NULL
 * when there is none. */
static void *generous(guest_addr addr)
{
	struct vm_area *vma = mm_find(addr);
	u64 n;

	if (!addr || !vma)
		return NULL;
	n = MIN(vma->end - addr, 4 * PAGE_SIZE);
	return vma->prot & 2 ? user_inout(addr, n) : (void *)(uintptr_t)user_in(addr, n);
}

static const struct cmd *find_cmd(u32 cmd)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (cmd >= commands[i].first && cmd <= commands[i].last)
			return &commands[i];
	return NULL;
}

/* A command that says itself what it moves. Many that only write are declared so because of an
 * embedded count or flag that they read, so memory to be written is presented with its content. */
static long ioctl_encoded(int fd, u32 cmd, u64 arg)
{
	const void *p;

	if (_IOC_DIR(cmd) == _IOC_WRITE)
		p = user_in(arg, _IOC_SIZE(cmd));
	else
		p = user_inout(arg, _IOC_SIZE(cmd));
	return host_block(SYS_ioctl, fd, cmd, HP(p));
}

static long ioctl_unknown(int fd, u32 cmd, u64 arg)
{
	void *p = generous(arg);

	/* A large number that is no address is more likely a bad pointer, and what is bad to the
	 * guest must not be good to the host. */
	if (!p && arg >= 16 * PAGE_SIZE)
		p = (void *)-PAGE_SIZE;
	return host_block(SYS_ioctl, fd, cmd, p ? HP(p) : (long)arg);
}

/* Structs with an array behind them, whose number of elements stands at `count_at`. */
static long ioctl_array(int fd, u32 cmd, guest_addr arg, u32 head, u32 count_at, u32 elem)
{
	u32 count = 0;

	if (elem == 32) { /* struct file_dedupe_range has a 16-bit count */
		u16 c16 = 0;

		if (!get_user(c16, arg + count_at))
			count = c16;
	} else if (get_user(count, arg + count_at)) {
		count = 0;
	}
	count = MIN(count, (1u << 24) / elem);
	return host_block(SYS_ioctl, fd, cmd, HP(user_inout(arg, head + (u64)count * elem)));
}

static long ioctl_ifconf(int fd, guest_addr arg)
{
	struct ifconf_64 ifc;
	guest_addr buf;
	long ret;

	if (get_user(ifc, arg))
		return -EFAULT;
	buf = ifc.buf;
	ifc.buf = (u64)HP(user_out(buf, ifc.len > 0 ? MIN(ifc.len, 1 << 20) : 0));
	ret = host(SYS_ioctl, fd, SIOCGIFCONF, HP(&ifc));
	if (ret)
		return ret;
	ifc.buf = buf;
	return put_user(ifc, arg);
}

/* Commands whose struct ifreq points at data. */
static bool has_ifr_data(u32 cmd)
{
	return cmd == SIOCETHTOOL || cmd == SIOCBONDSLAVEINFOQUERY || cmd == SIOCBONDINFOQUERY ||
	       cmd == SIOCSHWTSTAMP || cmd == SIOCGHWTSTAMP ||
	       (cmd >= SIOCDEVPRIVATE && cmd < SIOCDEVPRIVATE + 16);
}

static long ioctl_ifr_data(int fd, u32 cmd, guest_addr arg)
{
	struct ifreq_64 ifr;

	if (get_user(ifr, arg))
		return -EFAULT;
	ifr.data = (u64)HP(generous(ifr.data));
	return host(SYS_ioctl, fd, cmd, HP(&ifr));
}

/* What the file answers to a command that it does not know: most often ENOTTY. */
static long not_known(int fd)
{
	return host(SYS_ioctl, fd, _IO(0xfe, 0xfe), 0);
}

/* How bridges were listed and made formerly: a number, a pointer, a count (old_deviceless()). */
static long ioctl_old_bridge(int fd, u32 cmd, enum abi abi, guest_addr arg)
{
	enum { VERSION, BRIDGES, ADD, DELETE };
	u64 v[3];
	u32 v32[3];

	if (abi == ABI_64 ? get_user(v, arg) : get_user(v32, arg))
		return host(SYS_ioctl, fd, cmd, HP(user_in(arg, 1)));
	for (size_t i = 0; abi == ABI_32 && i < ARRAY_SIZE(v); i++)
		v[i] = v32[i];
	if (v[0] == BRIDGES)
		v[1] = (u64)HP(user_out(v[1], MIN(v[2], 2048) * sizeof(s32)));
	else if (v[0] == ADD || v[0] == DELETE)
		v[1] = (u64)HP(user_str(v[1]));
	return host(SYS_ioctl, fd, cmd, HP(v));
}

static long ioctl_table(int fd, const struct cmd *c, u32 cmd, u64 arg)
{
	long a = (long)arg;

	switch (c->dir) {
	case NUM:
		break;
	case IN:
		a = HP(user_in(arg, c->size));
		break;
	case OUT:
	case INOUT:
	case IFREQ:
		a = HP(user_inout(arg, c->size));
		break;
	case REFUSE:
		return not_known(fd);
	}
	return c->waits ? host_block(SYS_ioctl, fd, cmd, a) : host(SYS_ioctl, fd, cmd, a);
}

static long do_ioctl(int fd, u32 cmd, u64 arg)
{
	const struct cmd *c = find_cmd(cmd);
	long ret;

	if (c)
		return ioctl_table(fd, c, cmd, arg);
	switch (cmd) {
	case PROCMAP_QUERY_CMD:
		return proc_query(fd, arg, &ret) ? ret : -ENOTTY;
	case PAGEMAP_SCAN_CMD: /* addresses in the host's process: as before Linux 6.7 */
		return -ENOTTY;
	case SIOCGIFCONF:
		return ioctl_ifconf(fd, arg);
	case SIOCGIFBR:
	case SIOCSIFBR:
		return ioctl_old_bridge(fd, cmd, ABI_64, arg);
	case SIOCADDRT:
	case SIOCDELRT:
		return net_route_ioctl(fd, cmd, arg);
	case _IOWR('f', 11, u8[32]): /* FS_IOC_FIEMAP */
		return ioctl_array(fd, cmd, arg, 32, 24, 56);
	case SECCOMP_IOCTL_NOTIF_RECV:
		return seccomp_notify_recv(fd, cmd, arg);
	case SECCOMP_IOW(4, u64): /* SECCOMP_IOCTL_NOTIF_SET_FLAGS: a number */
		return host(SYS_ioctl, fd, cmd, arg);
	case FIDEDUPERANGE:
		return ioctl_array(fd, cmd, arg, 24, 16, 32);
	}
	if (has_ifr_data(cmd))
		return ioctl_ifr_data(fd, cmd, arg);
	if (_IOC_DIR(cmd) != _IOC_NONE && _IOC_SIZE(cmd))
		return ioctl_encoded(fd, cmd, arg);
	return ioctl_unknown(fd, cmd, arg);
}

#define IOCTL_MISSING                                                                              \
	"structs with embedded pointers: SG_IO, NVMe, BLKPG, DRM; memory of KVM, vhost, VFIO"

SYSCALL_DEFINE3(ioctl, (.missing = IOCTL_MISSING), FD, fd, IOCTL_CMD, cmd, IOCTL_ARG, arg)
{
	long ret;

	if (host_fd_is_own(fd))
		return -EBADF;
	EMULATED(emu_ioctl(fd, cmd, arg));
	ret = host(SYS_fcntl, fd, F_GETFD);
	return ret < 0 ? ret : do_ioctl(fd, cmd, arg);
}

static bool is_ifmap(u32 cmd)
{
	return cmd == SIOCGIFMAP || cmd == SIOCSIFMAP;
}

static void ifreq_widen(u32 cmd, struct ifreq_64 *to, const struct ifreq_32 *from)
{
	memset(to, 0, sizeof(*to));
	memcpy(to->name, from->name, sizeof(to->name));
	if (!is_ifmap(cmd)) {
		memcpy(to->bytes, from->bytes, sizeof(from->bytes));
		return;
	}
	to->map.mem_start = from->map.mem_start;
	to->map.mem_end = from->map.mem_end;
	memcpy(to->map.rest, from->map.rest, sizeof(to->map.rest));
}

static void ifreq_narrow(u32 cmd, struct ifreq_32 *to, const struct ifreq_64 *from)
{
	memcpy(to->name, from->name, sizeof(to->name));
	if (!is_ifmap(cmd)) {
		memcpy(to->bytes, from->bytes, sizeof(to->bytes));
		return;
	}
	to->map.mem_start = (u32)from->map.mem_start;
	to->map.mem_end = (u32)from->map.mem_end;
	memcpy(to->map.rest, from->map.rest, sizeof(to->map.rest));
}

static long compat_ifreq(int fd, u32 cmd, guest_addr arg)
{
	struct ifreq_32 before, after;
	struct ifreq_64 ifr;
	long ret;

	if (get_user(before, arg)) /* for few commands not the first thing that is wrong */
		return host(SYS_ioctl, fd, cmd, HP(user_in(arg, sizeof(before))));
	ifreq_widen(cmd, &ifr, &before);
	if (has_ifr_data(cmd))
		ifr.data = (u64)HP(generous(before.data));
	ret = host(SYS_ioctl, fd, cmd, HP(&ifr));
	if (ret < 0 || has_ifr_data(cmd))
		return ret;
	ifreq_narrow(cmd, &after, &ifr);
	/* A request that only sets may lie in memory that cannot be written. */
	if (memcmp(&before, &after, sizeof(after)) && put_user(after, arg))
		return -EFAULT;
	return ret;
}

static long compat_ifconf(int fd, guest_addr arg)
{
	struct ifconf_32 ifc;
	struct ifconf_64 wide = {0};
	struct ifreq_64 *list = NULL;
	int n;
	long ret;

	if (get_user(ifc, arg))
		return -EFAULT;
	n = ifc.buf && ifc.len > 0 ? MIN(ifc.len, 1 << 20) / (int)sizeof(struct ifreq_32) : 0;
	if (ifc.buf) {
		list = user_scratch((n + 1) * sizeof(*list));
		wide.buf = (u64)HP(list);
		wide.len = n * (int)sizeof(*list);
	}
	ret = host(SYS_ioctl, fd, SIOCGIFCONF, HP(&wide));
	if (ret)
		return ret;
	n = wide.len / (int)sizeof(struct ifreq_64);
	for (int i = 0; list && i < n; i++) {
		struct ifreq_32 one;

		ifreq_narrow(SIOCGIFCONF, &one, &list[i]);
		if (put_user(one, ifc.buf + i * sizeof(one)))
			return -EFAULT;
	}
	ifc.len = n * (int)sizeof(struct ifreq_32);
	return put_user(ifc, arg);
}

/* Two longs out: struct timeval, struct timespec. */
static long compat_long_out(int fd, u32 cmd, guest_addr arg, int n)
{
	s64 wide[2] = {0};
	s32 narrow[2];
	long ret = host(SYS_ioctl, fd, cmd, HP(wide));

	if (ret < 0)
		return ret;
	/* BLKGETSIZE alone is refused when it does not fit. */
	if (cmd == BLKGETSIZE && (u64)wide[0] > UINT_MAX)
		return -EFBIG;
	for (int i = 0; i < n; i++)
		narrow[i] = (s32)wide[i];
	return copy_to_user(arg, narrow, n * sizeof(s32)) ? -EFAULT : ret;
}

/* Commands that Linux does not pass on for 32-bit callers: of sockets (net/socket.c), of timerfd
 * and of ext4. */
static bool compat_unknown(u32 cmd)
{
	switch (cmd) {
	case _IOW('T', 0, u64): /* TFD_IOC_SET_TICKS */
	case _IO('f', 9):	/* EXT4_IOC_MIGRATE */
	case _IO('f', 12):	/* EXT4_IOC_ALLOC_DA_BLKS */
	case _IO('f', 17):	/* EXT4_IOC_SWAP_BOOT */
	case SIOCRTMSG:
	case SIOCSIFLINK:
	case SIOCGIFENCAP:
	case SIOCSIFENCAP:
	case SIOCGIFSLAVE:
	case SIOCSIFSLAVE:
	case SIOCGIFCOUNT:
	case 0x8928:
	case 0x8944:
	case 0x8945:
		return true;
	}
	/* Between those that there are, numbers of none. */
	return (cmd >= 0x890e && cmd <= 0x890f) || (cmd >= 0x892a && cmd <= 0x892f) ||
	       (cmd >= 0x8939 && cmd <= 0x893f) || (cmd >= 0x894d && cmd <= 0x8952) ||
	       (cmd >= 0x8956 && cmd <= SIOCSRARP);
}

/* Commands of file systems that have a long in their number and move an int: _IOR('f', 1, long) to
 * 32-bit programs is _IOR('f', 1, int). */
static const u32 int_commands[] = {
	FS_IOC_GETFLAGS,   FS_IOC_SETFLAGS,   FS_IOC_GETVERSION,
	FS_IOC_SETVERSION, _IOR('f', 3, s64), /* EXT4_IOC_GETVERSION */
	_IOW('f', 4, s64),		      /* EXT4_IOC_SETVERSION */
	_IOR('f', 5, s64),		      /* EXT4_IOC_GETRSVSZ */
	_IOW('f', 6, s64),		      /* EXT4_IOC_SETRSVSZ */
	_IOW('f', 7, s64),		      /* EXT4_IOC_GROUP_EXTEND */
};

static u32 narrow_cmd(u32 cmd)
{
	return _IOC(_IOC_DIR(cmd), _IOC_TYPE(cmd), _IOC_NR(cmd), sizeof(s32));
}

/* The command of int_commands[] that a 32-bit program calls cmd, or 0. */
static u32 int_command(u32 cmd)
{
	for (size_t i = 0; i < ARRAY_SIZE(int_commands); i++)
		if (cmd == narrow_cmd(int_commands[i]))
			return int_commands[i];
	return 0;
}

/* Whether only 64-bit programs call it so. FS_IOC_GETFLAGS and FS_IOC_SETFLAGS anybody may. */
static bool is_wide(u32 cmd)
{
	if (cmd == FS_IOC_GETFLAGS || cmd == FS_IOC_SETFLAGS)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(int_commands); i++)
		if (cmd == int_commands[i])
			return true;
	return cmd == _IOW('f', 8, u8[40]); /* EXT4_IOC_GROUP_ADD */
}

/* struct ext4_new_group_input: its 64-bit numbers are not aligned in a 32-bit program. */
static long compat_group_add(int fd, guest_addr arg)
{
	u8 narrow[36], wide[40] = {0};

	if (get_user(narrow, arg))
		return -EFAULT;
	memcpy(wide, narrow, 4);
	memcpy(wide + 8, narrow + 4, sizeof(narrow) - 4);
	return host(SYS_ioctl, fd, _IOW('f', 8, u8[40]), HP(wide));
}

#define PIDFS_MAGIC 0x50494446

/* pidfs takes commands from both widths as they are. */
static bool on_pidfs(int fd)
{
	struct statfs st;

	return host(SYS_fstatfs, fd, HP(&st)) == 0 && st.f_type == PIDFS_MAGIC;
}

static long do_compat_ioctl(int fd, u32 cmd, u64 arg)
{
	const struct cmd *c = find_cmd(cmd);
	u32 wide = int_command(cmd);

	if (compat_unknown(cmd))
		return not_known(fd);
	if ((wide || is_wide(cmd)) && on_pidfs(fd))
		return do_ioctl(fd, cmd, arg);
	if (is_wide(cmd))
		return not_known(fd);
	if (wide)
		return host(SYS_ioctl, fd, wide,
			    HP(_IOC_DIR(cmd) == _IOC_READ ? user_out(arg, 4) : user_in(arg, 4)));
	if ((c && c->dir == IFREQ) || has_ifr_data(cmd))
		return compat_ifreq(fd, cmd, arg);
	switch (cmd) {
	case SIOCGIFCONF:
		return compat_ifconf(fd, arg);
	case 0x8906: /* SIOCGSTAMP, SIOCGSTAMPNS with 32-bit times */
	case 0x8907:
		return compat_long_out(fd, cmd, arg, 2);
	case BLKGETSIZE:
	case BLKRAGET:
	case BLKFRAGET:
		return compat_long_out(fd, cmd, arg, 1);
	case _IOR(0x12, 114, s32): /* BLKGETSIZE64 has a size_t in its number and 8 bytes */
		return host(SYS_ioctl, fd, BLKGETSIZE64, HP(user_out(arg, 8)));
	case _IOW('f', 8, u8[36]): /* EXT4_IOC_GROUP_ADD */
		return compat_group_add(fd, arg);
	case SIOCGIFBR:
	case SIOCSIFBR:
		return ioctl_old_bridge(fd, cmd, ABI_32, arg);
	default:
		return do_ioctl(fd, cmd, arg);
	}
}

COMPAT_SYSCALL_DEFINE3(ioctl, (.missing = IOCTL_MISSING " and rarer structs with longs"), FD, fd,
		       IOCTL_CMD, cmd, IOCTL_ARG, arg)
{
	long ret;

	if (host_fd_is_own(fd))
		return -EBADF;
	if (!compat_unknown(cmd))
		EMULATED(emu_ioctl(fd, cmd, arg));
	ret = host(SYS_fcntl, fd, F_GETFD);
	return ret < 0 ? ret : do_compat_ioctl(fd, cmd, arg);
}
