/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ioctl(2) on sockets about interfaces (netdevice(7)), and FS_IOC_FIEMAP. */
#include <net/if.h>
#include <string.h>

#include "trace/flags.h"
#include "trace/flags_netlink.h"
#include "trace/value.h"

#define SIOCGIFNAME_ 0x8910
#define SIOCGIFCONF_ 0x8912
#define FIEMAP_CMD   0xc020660b
#define IFREQ_NAME   16

static size_t ifreq_size(const struct tline *t)
{
	return t->compat ? 32 : 40;
}

/* What the union of struct ifreq holds. */
enum part { NONE, FLAGS, HWADDR, ADDR, NUMBER, MAP, SLAVE, NAME };

static const struct {
	u16 cmd;
	u8 part;
	bool get;
	const char *field;
} cmds[] = {
	{0x8910, NAME, true, "ifr_name"},	{0x8913, FLAGS, true, "ifr_flags"},
	{0x8914, FLAGS, false, "ifr_flags"},	{0x8915, ADDR, true, "ifr_addr"},
	{0x8916, ADDR, false, "ifr_addr"},	{0x8917, ADDR, true, "ifr_dstaddr"},
	{0x8918, ADDR, false, "ifr_dstaddr"},	{0x8919, ADDR, true, "ifr_broadaddr"},
	{0x891a, ADDR, false, "ifr_broadaddr"}, {0x891b, ADDR, true, "ifr_netmask"},
	{0x891c, ADDR, false, "ifr_netmask"},	{0x891d, NUMBER, true, "ifr_metric"},
	{0x891e, NUMBER, false, "ifr_metric"},	{0x8921, NUMBER, true, "ifr_mtu"},
	{0x8922, NUMBER, false, "ifr_mtu"},	{0x8924, HWADDR, false, "ifr_hwaddr"},
	{0x8927, HWADDR, true, "ifr_hwaddr"},	{0x8929, SLAVE, true, "ifr_slave"},
	{0x8930, SLAVE, false, "ifr_slave"},	{0x8933, NUMBER, true, "ifr_ifindex"},
	{0x8942, NUMBER, true, "ifr_qlen"},	{0x8943, NUMBER, false, "ifr_qlen"},
	{0x8923, NAME, false, "ifr_newname"},	{0x8931, HWADDR, false, "ifr_hwaddr"},
	{0x8932, HWADDR, false, "ifr_hwaddr"},	{0x8937, HWADDR, false, "ifr_hwaddr"},
	{0x8970, MAP, true, "ifr_map"},		{0x8971, MAP, false, "ifr_map"},
};

static int find(u32 cmd)
{
	for (size_t i = 0; i < ARRAY_SIZE(cmds); i++)
		if (cmds[i].cmd == cmd)
			return (int)i;
	return -1;
}

bool ioctl_net_is_out(u32 cmd)
{
	int i = find(cmd);

	return (i >= 0 && cmds[i].get) || cmd == SIOCGIFCONF_ || cmd == FIEMAP_CMD;
}

static bool put_name(struct tline *t, guest_addr a)
{
	u8 name[IFREQ_NAME];

	if (!rd(t, name, a, sizeof(name)))
		return false;
	put_cstring_field(t, (const char *)name, sizeof(name));
	return true;
}

static bool put_map(struct tline *t, guest_addr a)
{
	size_t w = word_size(t);
	u64 start, end;
	u8 b[5];

	if (!rd_word(t, a, &start) || !rd_word(t, a + w, &end) || !rd(t, b, a + 2 * w, 5))
		return false;
	put(t, "{mem_start=");
	put_hex(t, start);
	put(t, ", mem_end=");
	put_hex(t, end);
	put(t, ", base_addr=");
	put_hex(t, b[0] | (u64)b[1] << 8);
	put(t, ", irq=");
	put_hex(t, b[2]);
	put(t, ", dma=");
	put_hex(t, b[3]);
	put(t, ", port=");
	put_hex(t, b[4]);
	putch(t, '}');
	return true;
}

static void put_part(struct tline *t, enum part part, guest_addr a)
{
	struct {
		u16 type;
		u8 bytes[14];
	} hw = {0};
	u16 flags = 0;
	s32 n = 0;

	switch (part) {
	case HWADDR:
		rd(t, &hw, a, sizeof(hw));
		put(t, "{sa_family=");
		put_val(t, &x_arphrd, hw.type);
		put(t, ", sa_data=");
		put_hwaddr(t, hw.bytes, sizeof(hw.bytes), hw.type);
		putch(t, '}');
		break;
	case FLAGS:
		rd(t, &flags, a, 2);
		put_flags(t, &x_iff, flags);
		break;
	case ADDR:
		if (!put_sockaddr(t, a, 16))
			put_addr(t, a);
		break;
	case MAP:
		if (!put_map(t, a))
			put_addr(t, a);
		break;
	case NAME:
	case SLAVE:
		if (!put_name(t, a))
			put_addr(t, a);
		break;
	default:
		rd(t, &n, a, 4);
		put_dec(t, n);
		break;
	}
}

static bool ifreq(struct tline *t, int i, guest_addr a)
{
	bool failed = t->exiting && (u64)t->ret >= (u64)-4095L;
	u8 probe[40];
	s32 n;

	if (!rd(t, probe, a, ifreq_size(t)))
		return false;
	if (cmds[i].part == NAME && cmds[i].get) {
		rd(t, &n, a + IFREQ_NAME, 4);
		put_fmt(t, "{ifr_ifindex=%d", n);
		if (!failed) {
			put(t, ", ifr_name=");
			put_name(t, a);
		}
		putch(t, '}');
		return true;
	}
	put(t, "{ifr_name=");
	put_name(t, a);
	if (!failed || !cmds[i].get) {
		put_field(t, cmds[i].field);
		put_part(t, (enum part)cmds[i].part, a + IFREQ_NAME);
	}
	putch(t, '}');
	return true;
}

static void put_ifc_len(struct tline *t, s32 len)
{
	s32 size = (s32)ifreq_size(t);

	put_dec(t, len);
	if (len > 0 && len % size == 0)
		put_fmt(t, " /* %d * sizeof(struct ifreq) */", len / size);
}

/* An interface and its address. */
static bool put_conf(struct tline *t, guest_addr a)
{
	put(t, "{ifr_name=");
	if (!put_name(t, a))
		return false;
	put(t, ", ifr_addr=");
	put_part(t, ADDR, a + IFREQ_NAME);
	putch(t, '}');
	return true;
}

static bool ifconf(struct tline *t, guest_addr a)
{
	bool failed = (u64)t->ret >= (u64)-4095L;
	u64 buf, size = ifreq_size(t);
	s32 len;

	if (!rd(t, &len, a, 4) || !rd_word(t, a + word_size(t), &buf))
		return false;
	put(t, "{ifc_len=");
	if (buf && (s32)t->saved != len) {
		put_ifc_len(t, (s32)t->saved);
		put(t, " => ");
	}
	put_ifc_len(t, len);
	put(t, ", ifc_buf=");
	if (!buf || failed ||
	    !put_elements(t, buf, (u64)MAX(len, 0) / size, size, put_conf, elements(t)))
		put_addr(t, buf);
	putch(t, '}');
	return true;
}

static bool fiemap(struct tline *t, guest_addr a)
{
	struct {
		u64 start, length;
		u32 flags, mapped, count, reserved;
	} m;

	if (!rd(t, &m, a, sizeof(m)))
		return false;
	put(t, "{fm_start=");
	put_udec(t, m.start);
	put(t, ", fm_length=");
	put_udec(t, m.length);
	put(t, ", fm_flags=");
	put_flags(t, &x_fiemap, m.flags);
	put_fmt(t, ", fm_extent_count=%u}", m.count);
	if ((u64)t->ret >= (u64)-4095L)
		return true;
	put(t, " => {fm_flags=");
	put_flags(t, &x_fiemap, m.flags);
	put_fmt(t, ", fm_mapped_extents=%u, ...}", m.mapped);
	return true;
}

bool dec_ioctl_net(struct tline *t, u32 cmd, u64 v)
{
	int i = find(cmd);

	if (!v && (i >= 0 || cmd == SIOCGIFCONF_)) {
		put(t, "NULL");
		return true;
	}
	if (i >= 0)
		return ifreq(t, i, v);
	if (cmd == SIOCGIFCONF_)
		return ifconf(t, v);
	return cmd == FIEMAP_CMD && fiemap(t, v);
}
