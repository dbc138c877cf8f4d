/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ioctl commands take, as data: block and loop devices, clocks, file systems, random numbers,
 * watchdogs, terminals. Structs here are laid out alike in both ABIs. */
#include <linux/fs.h>
#include <linux/hdreg.h>
#include <linux/inotify.h>
#include <linux/loop.h>
#include <linux/nbd.h>
#include <linux/random.h>
#include <linux/rtc.h>
#include <linux/watchdog.h>
#include <string.h>
#include <sys/ioctl.h>

#include "trace/flags.h"
#include "trace/flags_rare.h"
#include "trace/ioctl_args.h"

static bool abbreviated(struct tline *t)
{
	if (t->abbrev)
		put(t, ", ...");
	return t->abbrev;
}

RECORD(r_rtc_time, struct rtc_time, FIELD(struct rtc_time, tm_sec, V_D, NULL),
       FIELD(struct rtc_time, tm_min, V_D, NULL), FIELD(struct rtc_time, tm_hour, V_D, NULL),
       FIELD(struct rtc_time, tm_mday, V_D, NULL), FIELD(struct rtc_time, tm_mon, V_D, NULL),
       FIELD(struct rtc_time, tm_year, V_D, NULL), FIELD(struct rtc_time, tm_wday, V_D, NULL),
       FIELD(struct rtc_time, tm_yday, V_D, NULL), FIELD(struct rtc_time, tm_isdst, V_D, NULL));

static bool rtc_time_(struct tline *t, guest_addr a, u64 len)
{
	struct rtc_time tm;

	(void)len;
	if (!rd(t, &tm, a, sizeof(tm))) {
		put_addr(t, a);
		return true;
	}
	putch(t, '{');
	put_fields(t, &r_rtc_time, a, 0, offsetof(struct rtc_time, tm_wday));
	if (!abbreviated(t))
		put_fields(t, &r_rtc_time, a, 6, sizeof(tm));
	putch(t, '}');
	return true;
}

RECORD(r_wkalrm, struct rtc_wkalrm, FIELD(struct rtc_wkalrm, enabled, V_U, NULL),
       FIELD(struct rtc_wkalrm, pending, V_U, NULL),
       FIELD(struct rtc_wkalrm, time, V_CALL, rtc_time_));
RECORD(r_fstrim, struct fstrim_range, FIELD(struct fstrim_range, start, V_X, NULL),
       FIELD(struct fstrim_range, len, V_U, NULL), FIELD(struct fstrim_range, minlen, V_U, NULL));
RECORD(r_fsxattr_get, struct fsxattr, FIELD(struct fsxattr, fsx_xflags, V_FLAGS, &x_fs_xflag),
       FIELD(struct fsxattr, fsx_extsize, V_U, NULL),
       FIELD(struct fsxattr, fsx_nextents, V_U, NULL), FIELD(struct fsxattr, fsx_projid, V_X, NULL),
       FIELD(struct fsxattr, fsx_cowextsize, V_U, NULL));
RECORD(r_fsxattr_set, struct fsxattr, FIELD(struct fsxattr, fsx_xflags, V_FLAGS, &x_fs_xflag),
       FIELD(struct fsxattr, fsx_extsize, V_U, NULL), FIELD(struct fsxattr, fsx_projid, V_X, NULL),
       FIELD(struct fsxattr, fsx_cowextsize, V_U, NULL));

static bool entropy(struct tline *t, guest_addr a, u64 len)
{
	struct rand_pool_info info;

	(void)len;
	if (!rd(t, &info, a, sizeof(info))) {
		put_addr(t, a);
		return true;
	}
	put_fmt(t, "{entropy_count=%d, buf_size=%d, buf=", info.entropy_count, info.buf_size);
	put_buf(t, a + sizeof(info), (u64)(s64)info.buf_size);
	putch(t, '}');
	return true;
}

/* ---- Loop devices: the parts that -v and encryption add ---- */

static void loop_key(struct tline *t, const u8 *key, u32 size)
{
	put(t, ", lo_encrypt_key=");
	put_quoted(t, key, MIN(size, LO_KEY_SIZE));
}

static void put_loop_info64(struct tline *t, const struct loop_info64 *l)
{
	putch(t, '{');
	if (!t->abbrev) {
		put(t, "lo_device=");
		put_dev(t, l->lo_device);
		put_fmt(t, ", lo_inode=%llu, lo_rdevice=", (unsigned long long)l->lo_inode);
		put_dev(t, l->lo_rdevice);
		put(t, ", ");
	}
	put(t, "lo_offset=");
	put_hex(t, l->lo_offset);
	if (!t->abbrev)
		put_fmt(t, ", lo_sizelimit=%llu", (unsigned long long)l->lo_sizelimit);
	put_fmt(t, ", lo_number=%u", l->lo_number);
	if (!t->abbrev || l->lo_encrypt_type) {
		put(t, ", lo_encrypt_type=");
		put_val(t, &x_lo_crypt, l->lo_encrypt_type);
		put_fmt(t, ", lo_encrypt_key_size=%u", l->lo_encrypt_key_size);
	}
	put(t, ", lo_flags=");
	put_flags(t, &x_lo_flags, l->lo_flags);
	put(t, ", lo_file_name=");
	put_cstring_field(t, (const char *)l->lo_file_name, LO_NAME_SIZE);
	if (!t->abbrev || l->lo_encrypt_type) {
		put(t, ", lo_crypt_name=");
		put_cstring_field(t, (const char *)l->lo_crypt_name, LO_NAME_SIZE);
		loop_key(t, l->lo_encrypt_key, l->lo_encrypt_key_size);
	}
	if (t->abbrev) {
		put(t, ", ...}");
		return;
	}
	put(t, ", lo_init=[");
	put_hex(t, l->lo_init[0]);
	put(t, ", ");
	put_hex(t, l->lo_init[1]);
	put(t, "]}");
}

static bool loop_info64_(struct tline *t, guest_addr a, u64 len)
{
	struct loop_info64 l;

	(void)len;
	if (rd(t, &l, a, sizeof(l)))
		put_loop_info64(t, &l);
	else
		put_addr(t, a);
	return true;
}

/* struct loop_info, with the ABI's longs in it */
static bool loop_info_(struct tline *t, guest_addr a, u64 len)
{
	size_t w = word_size(t), dev = t->compat ? 2 : 8, at;
	u64 inode, init[2];
	u8 b[168];
	s32 v[4];

	(void)len;
	if (!rd(t, b, a, t->compat ? 140 : 168)) {
		put_addr(t, a);
		return true;
	}
	memcpy(v, b, 4);
	inode = value_int(b + (t->compat ? 8 : 16), w);
	at = t->compat ? 14 : 32;
	put_fmt(t, "{lo_number=%d", v[0]);
	if (!t->abbrev) {
		put(t, ", lo_device=");
		put_dev(t, value_int(b + (t->compat ? 4 : 8), dev));
		put_fmt(t, ", lo_inode=%llu, lo_rdevice=", (unsigned long long)inode);
		put_dev(t, value_int(b + (t->compat ? 12 : 24), dev));
	}
	at = t->compat ? 16 : 32;
	memcpy(v, b + at, 16);
	put(t, ", lo_offset=");
	put_hex(t, (u32)v[0]);
	if (!t->abbrev || v[1]) {
		put(t, ", lo_encrypt_type=");
		put_val(t, &x_lo_crypt, (u32)v[1]);
		put_fmt(t, ", lo_encrypt_key_size=%u", (u32)v[2]);
	}
	put(t, ", lo_flags=");
	put_flags(t, &x_lo_flags, (u32)v[3]);
	put(t, ", lo_name=");
	put_cstring_field(t, (char *)b + at + 16, LO_NAME_SIZE);
	if (!t->abbrev || v[1])
		loop_key(t, b + at + 16 + LO_NAME_SIZE, (u32)v[2]);
	if (t->abbrev) {
		put(t, ", ...}");
		return true;
	}
	at += 16 + LO_NAME_SIZE + LO_KEY_SIZE;
	init[0] = value_int(b + at, w);
	init[1] = value_int(b + at + w, w);
	put(t, ", lo_init=[");
	put_hex(t, init[0]);
	put(t, ", ");
	put_hex(t, init[1]);
	put(t, "], reserved=[");
	for (u32 i = 0; i < 4; i++) {
		put(t, i ? ", " : "");
		put_hex(t, b[at + 2 * w + i]);
	}
	put(t, "]}");
	return true;
}

static bool loop_config_(struct tline *t, guest_addr a, u64 len)
{
	struct loop_config c;
	bool rest = false;

	(void)len;
	if (!rd(t, &c, a, sizeof(c))) {
		put_addr(t, a);
		return true;
	}
	put(t, "{fd=");
	put_fd(t, (s32)c.fd);
	put_fmt(t, ", block_size=%u, info=", c.block_size);
	put_loop_info64(t, &c.info);
	for (size_t i = 0; i < ARRAY_SIZE(c.__reserved); i++)
		rest |= c.__reserved[i] != 0;
	for (size_t i = 0; rest && i < ARRAY_SIZE(c.__reserved); i++) {
		put(t, i ? ", " : ", __reserved=[");
		put_hex(t, c.__reserved[i]);
	}
	put(t, rest ? "]}" : "}");
	return true;
}

/* ---- The table ---- */

/* A long of the ABI */
static bool long_(struct tline *t, guest_addr a, u64 len)
{
	s64 v;

	(void)len;
	if (!rd_long(t, a, 0, &v)) {
		put_addr(t, a);
		return true;
	}
	putch(t, '[');
	put_dec(t, v);
	putch(t, ']');
	return true;
}

static bool ulong_(struct tline *t, guest_addr a, u64 len)
{
	u64 v;

	(void)len;
	if (!rd_word(t, a, &v)) {
		put_addr(t, a);
		return true;
	}
	putch(t, '[');
	put_udec(t, v);
	putch(t, ']');
	return true;
}

/* struct rtc_pll_info: ints and a long */
static bool rtc_pll(struct tline *t, guest_addr a, u64 len)
{
	static const char *const names[] = {"ctrl", "value", "max", "min", "posmult", "negmult"};
	s64 clock;
	s32 v[6];

	(void)len;
	if (!rd(t, v, a, sizeof(v)) || !rd_long(t, a + sizeof(v), 0, &clock)) {
		put_addr(t, a);
		return true;
	}
	for (u32 i = 0; i < 6; i++)
		put_fmt(t, "%spll_%s=%d", i ? ", " : "{", names[i], v[i]);
	put_fmt(t, ", pll_clock=%lld}", (long long)clock);
	return true;
}

static bool pair_(struct tline *t, guest_addr a, u64 len)
{
	u64 v[2];

	(void)len;
	if (rd(t, v, a, sizeof(v)))
		put_fmt(t, "[%llu, %llu]", (unsigned long long)v[0], (unsigned long long)v[1]);
	else
		put_addr(t, a);
	return true;
}

/* clang-format off */
static const struct ioctl_arg_desc descs[] = {
	/* descriptors and terminals */
	NONE(FIOCLEX), NONE(FIONCLEX), NONE(TIOCNOTTY), NONE(TIOCEXCL), NONE(TIOCNXCL),
	NONE(0x5437 /* TIOCVHANGUP */), NONE(TIOCSBRK), NONE(TIOCCBRK), NONE(TIOCCONS),
	/* block devices */
	SELF(BLKRASET, V_U, NULL), SELF(BLKFRASET, V_U, NULL), U16_OUT(BLKSECTGET),
	U16_OUT(BLKROTATIONAL), INT_OUT(BLKROGET), INT_OUT(0x80081270 /* BLKBSZGET */),
	INT_OUT(0x80041270), INT_OUT(BLKSSZGET), INT_OUT(BLKALIGNOFF), INT_IN(BLKROSET),
	INT_IN(0x40081271 /* BLKBSZSET */), INT_IN(0x40041271), UINT_OUT(BLKPBSZGET),
	UINT_OUT(BLKIOMIN), UINT_OUT(BLKIOOPT), UINT_OUT(BLKDISCARDZEROES),
	UINT_OUT(0x80041284 /* BLKGETZONESZ */), UINT_OUT(0x80041285 /* BLKGETNRZONES */),
	CALL_OUT(BLKRAGET, long_), CALL_OUT(BLKFRAGET, long_), CALL_OUT(BLKGETSIZE, ulong_),
	U64_OUT(0x80081272 /* BLKGETSIZE64 */), U64_OUT(0x80041272), U64_OUT(0x80081280 /* BLKGETDISKSEQ */),
	CALL_IN(BLKDISCARD, pair_), CALL_IN(BLKSECDISCARD, pair_), CALL_IN(BLKZEROOUT, pair_),
	NONE(BLKRRPART), NONE(BLKFLSBUF), NONE(BLKTRACESTART), NONE(BLKTRACESTOP),
	NONE(BLKTRACETEARDOWN),
	/* loop devices */
	CALL_OUT(LOOP_GET_STATUS, loop_info_), CALL_IN(LOOP_SET_STATUS, loop_info_),
	CALL_OUT(LOOP_GET_STATUS64, loop_info64_), CALL_IN(LOOP_SET_STATUS64, loop_info64_),
	CALL_IN(LOOP_CONFIGURE, loop_config_), NONE(LOOP_CLR_FD), NONE(LOOP_SET_CAPACITY),
	NONE(LOOP_CTL_GET_FREE), SELF(LOOP_SET_FD, V_FD, NULL), SELF(LOOP_CHANGE_FD, V_FD, NULL),
	SELF(LOOP_CTL_ADD, V_D, NULL), SELF(LOOP_CTL_REMOVE, V_D, NULL),
	SELF(LOOP_SET_DIRECT_IO, V_U, NULL), SELF(LOOP_SET_BLOCK_SIZE, V_U, NULL),
	/* clocks */
	CALL_OUT(RTC_ALM_READ, rtc_time_), CALL_OUT(RTC_RD_TIME, rtc_time_),
	CALL_IN(RTC_ALM_SET, rtc_time_), CALL_IN(RTC_SET_TIME, rtc_time_),
	SELF(0x4008700c /* RTC_IRQP_SET */, V_U, NULL), SELF(0x4004700c, V_U, NULL),
	SELF(0x4008700e /* RTC_EPOCH_SET */, V_U, NULL), SELF(0x4004700e, V_U, NULL),
	CALL_OUT(0x8008700b /* RTC_IRQP_READ */, ulong_), CALL_OUT(0x8004700b, ulong_),
	CALL_OUT(0x8008700d /* RTC_EPOCH_READ */, ulong_), CALL_OUT(0x8004700d, ulong_),
	REC_OUT(RTC_WKALM_RD, r_wkalrm), REC_IN(RTC_WKALM_SET, r_wkalrm),
	{RTC_VL_READ, ARG_OUT, {V_FLAGS, 4, &x_rtc_vl}}, NONE(RTC_VL_CLR), NONE(RTC_AIE_ON),
	NONE(RTC_AIE_OFF), NONE(RTC_UIE_ON), NONE(RTC_UIE_OFF), NONE(RTC_PIE_ON), NONE(RTC_PIE_OFF),
	CALL_OUT(0x80207011 /* RTC_PLL_GET */, rtc_pll), CALL_OUT(0x801c7011, rtc_pll),
	CALL_IN(0x40207012 /* RTC_PLL_SET */, rtc_pll), CALL_IN(0x401c7012, rtc_pll),
	NONE(RTC_WIE_ON), NONE(RTC_WIE_OFF),
	/* file systems */
	REC_IN(FITRIM, r_fstrim), REC_OUT(FS_IOC_FSGETXATTR, r_fsxattr_get),
	REC_IN(FS_IOC_FSSETXATTR, r_fsxattr_set), NONE(FIFREEZE), NONE(FITHAW),
	/* name spaces */
	NONE(0xb701 /* NS_GET_USERNS */), NONE(0xb702 /* NS_GET_PARENT */),
	NONE(0xb703 /* NS_GET_NSTYPE */), {0xb704 /* NS_GET_OWNER_UID */, ARG_OUT, {V_UID, 4, NULL}},
	/* random numbers, inotify, network block devices, watchdogs */
	INT_OUT(RNDGETENTCNT), INT_IN(RNDADDTOENTCNT), CALL_IN(RNDADDENTROPY, entropy),
	NONE(RNDZAPENTCNT), NONE(RNDCLEARPOOL), NONE(0x5207 /* RNDRESEEDCRNG */),
	SELF(0x40044900 /* INOTIFY_IOC_SETNEXTWD */, V_D, NULL),
	NONE(NBD_DISCONNECT), NONE(NBD_CLEAR_SOCK), NONE(NBD_DO_IT), NONE(NBD_CLEAR_QUE),
	NONE(NBD_PRINT_DEBUG), SELF(NBD_SET_SOCK, V_FD, NULL), SELF(NBD_SET_BLKSIZE, V_U, NULL),
	SELF(NBD_SET_SIZE, V_U, NULL), SELF(NBD_SET_SIZE_BLOCKS, V_U, NULL),
	SELF(NBD_SET_TIMEOUT, V_U, NULL), SELF(NBD_SET_FLAGS, V_FLAGS, &x_nbd),
	INT_OUT(WDIOC_GETSTATUS), INT_OUT(WDIOC_GETBOOTSTATUS), INT_OUT(WDIOC_GETTEMP),
	INT_OUT(WDIOC_GETTIMEOUT), INT_OUT(WDIOC_GETPRETIMEOUT), INT_OUT(WDIOC_GETTIMELEFT),
	INT_IN(WDIOC_SETTIMEOUT), INT_IN(WDIOC_SETPRETIMEOUT), NONE(WDIOC_KEEPALIVE),
};
/* clang-format on */

static const struct ioctl_arg_desc *desc_in(const struct ioctl_arg_desc *d, size_t n, u32 cmd)
{
	for (; n; n--, d++)
		if (d->cmd == cmd)
			return d;
	return NULL;
}

static const struct ioctl_arg_desc *desc_of(u32 cmd)
{
	const struct {
		const struct ioctl_arg_desc *d;
		u32 n;
	} tables[] = {
		{descs, ARRAY_SIZE(descs)},
		{ioctl_descs_more, ioctl_descs_more_n},
		{ioctl_descs_dev, ioctl_descs_dev_n},
		{ioctl_descs_gpio, ioctl_descs_gpio_n},
		{ioctl_descs_v4l2, ioctl_descs_v4l2_n},
		{ioctl_descs_console, ioctl_descs_console_n},
		{ioctl_descs_disk, ioctl_descs_disk_n},
		{ioctl_descs_dm, ioctl_descs_dm_n},
		{ioctl_descs_btrfs, ioctl_descs_btrfs_n},
		{ioctl_descs_kvm, ioctl_descs_kvm_n},
		{ioctl_descs_trees, ioctl_descs_trees_n},
	};

	if (_IOC_TYPE(cmd) == 'E')
		return ioctl_desc_input(cmd);
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		const struct ioctl_arg_desc *d = desc_in(tables[i].d, tables[i].n, cmd);

		if (d)
			return d;
	}
	return NULL;
}

/* Disks answer 64-bit programs alone, but for these. */
static bool is_native_only(u32 cmd)
{
	return cmd >> 8 == 3 && cmd != HDIO_GETGEO && cmd != HDIO_DRIVE_CMD;
}

bool ioctl_desc_none(u32 cmd)
{
	const struct ioctl_arg_desc *d = desc_of(cmd);

	return d && d->dir == ARG_NONE;
}

bool ioctl_desc_is_out(u32 cmd)
{
	const struct ioctl_arg_desc *d = desc_of(cmd);

	return d && d->dir == ARG_OUT;
}

bool ioctl_desc_is_both(u32 cmd)
{
	const struct ioctl_arg_desc *d = desc_of(cmd);

	return d && (d->dir == ARG_BOTH || d->dir == ARG_PARTS);
}

bool ioctl_readable(const struct tline *t, guest_addr a, u32 size)
{
	u8 b[4096];

	return size <= sizeof(b) && rd(t, b, a, size);
}

bool ioctl_whole(struct tline *t, guest_addr a, u32 size)
{
	if (ioctl_readable(t, a, size))
		return true;
	put_addr(t, a);
	return false;
}

bool ioctl_begin(struct tline *t, guest_addr a, void *args, size_t size)
{
	if (t->exiting)
		put(t, " => ");
	if (rd(t, args, a, size))
		return true;
	put_addr(t, a);
	return false;
}

/* Prints one of the two; true: no more is to come. */
static bool put_parts(struct tline *t, const struct ioctl_parts *p, guest_addr a, bool failed)
{
	u8 whole[1024];

	if (t->exiting) {
		if (!failed && rd(t, whole, a, MIN(p->out->size, sizeof(whole)))) {
			put(t, p->again ? "} => {" : ", ");
			put_fields(t, p->out, a, 0, p->out->size);
		}
		putch(t, '}');
		return true;
	}
	if (!rd(t, whole, a, MIN(p->in->size, sizeof(whole)))) {
		put_addr(t, a);
		return true;
	}
	putch(t, '{');
	put_fields(t, p->in, a, 0, p->in->size);
	return false;
}

bool ioctl_both(struct tline *t, u64 arg)
{
	u32 cmd = (u32)t->arg[t->index - 1];
	const struct ioctl_arg_desc *d = desc_of(cmd);
	const struct ioctl_both *b = d->v.arg;
	bool failed = t->exiting && (u64)t->ret >= (u64)-4095L;

	if (!t->verbose) {
		put_addr(t, arg);
		return true;
	}
	if (d->dir == ARG_PARTS)
		return put_parts(t, d->v.arg, arg, failed);
	if (!t->exiting)
		return !b->before(t, arg, cmd);
	b->after(t, arg, cmd, failed);
	return true;
}

void ret_ioctl(struct tline *t)
{
	u32 cmd = (u32)t->arg[1];

	if (cmd == 0xb703 && consts() != CONST_RAW) { /* NS_GET_NSTYPE */
		put(t, " (");
		put_flags(t, &x_setns, (u32)t->ret);
		putch(t, ')');
	} else if (_IOC_TYPE(cmd) == 'V' && _IOC_NR(cmd) == 92) { /* VIDIOC_CREATE_BUFS */
		ret_create_buffers(t);
	}
}

static void put_self(struct tline *t, const struct value *v, u64 arg)
{
	switch (v->kind) {
	case V_D:
		put_dec(t, (s32)arg);
		break;
	case V_FD:
		put_fd(t, (s32)arg);
		break;
	case V_FLAGS:
		put_flags(t, v->arg, arg);
		break;
	case V_VAL:
		put_val(t, v->arg, arg);
		break;
	case V_X:
		put_hex(t, arg);
		break;
	case V_ADDR:
		put_addr(t, arg);
		break;
	case V_CALL:
		((value_fn)(uintptr_t)v->arg)(t, arg, 0);
		break;
	default:
		put_udec(t, v->size == 4 ? (u32)arg : arg);
		break;
	}
}

bool dec_ioctl_desc(struct tline *t, u32 cmd, u64 arg)
{
	const struct ioctl_arg_desc *d = desc_of(cmd);
	bool plain;
	u64 probe;

	if (!d || (t->compat && is_native_only(cmd)))
		return false;
	if (d->dir == ARG_SELF) {
		put_self(t, &d->v, arg);
		return true;
	}
	if (!arg || !t->verbose || (d->dir == ARG_OUT && (u64)t->ret >= (u64)-4095L)) {
		put_addr(t, arg);
		return true;
	}
	plain = d->v.kind != V_RECORD && d->v.kind != V_CALL && rd(t, &probe, arg, d->v.size);
	if (plain)
		putch(t, '[');
	if (!put_value(t, &d->v, arg, plain ? d->v.size : ~0u))
		put_addr(t, arg);
	if (plain)
		putch(t, ']');
	return true;
}
