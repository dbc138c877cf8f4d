/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ioctl commands of devices that no test has, on no descriptor at all: what a trace shows of their
 * arguments. Each gets structs filled in several ways, which end where their page does, and ones
 * that cannot be read. tests/cases/60-trace.sh sets strace's lines and trapgate's side by side. */
#include <linux/blkpg.h>
#include <linux/btrfs.h>
#include <linux/dm-ioctl.h>
#include <linux/fs.h>
#include <linux/kd.h>
#include <linux/kvm.h>
#include <linux/keyboard.h>
#include <linux/tee.h>
#include <linux/userfaultfd.h>
#include <linux/videodev2.h>
#include <mtd/mtd-user.h>
#include <scsi/sg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static char *end; /* of the readable page */

static void call(unsigned cmd, const void *arg)
{
	syscall(SYS_ioctl, -1, cmd, arg);
}

enum fill { ZERO, ONE, COUNT_UP, ALL };

static void fill(char *p, size_t n, enum fill how)
{
	uint32_t one = 1;

	for (size_t i = 0; i < n; i++)
		p[i] = how == COUNT_UP ? (char)(i * 7 + 1) : how == ALL ? (char)0xff : 0;
	for (size_t i = 0; how == ONE && i + 4 <= n; i += 4)
		memcpy(p + i, &one, 4);
}

/* kinds: what the word at `off` is to hold, from 0 on; 0: what fill() makes of it */
static void sweep(unsigned cmd, size_t size, size_t off, uint32_t kinds)
{
	char *p = end - size;

	call(cmd, NULL);
	fill(p, size, COUNT_UP);
	call(cmd, p + 1);
	for (enum fill how = ZERO; how <= ALL; how++) {
		fill(p, size, how);
		if (!kinds)
			call(cmd, p);
		for (uint32_t k = 0; k < kinds; k++) {
			memcpy(p + off, &k, 4);
			call(cmd, p);
		}
	}
}
#define SWEEP(cmd, off, kinds) sweep((unsigned)(cmd), _IOC_SIZE(cmd), off, kinds)

/* The sizes of these depend on glibc's times in 32-bit programs: they are the kernel's here. */
#ifdef __i386__
#define BUFFER(nr) _IOC(_IOC_READ | _IOC_WRITE, 'V', nr, 76)
#else
#define BUFFER(nr) _IOC(_IOC_READ | _IOC_WRITE, 'V', nr, 88)
#endif

static void controls(void)
{
	static const uint32_t ids[] = {V4L2_CID_BRIGHTNESS,
				       V4L2_CID_BRIGHTNESS | V4L2_CTRL_FLAG_NEXT_CTRL,
				       V4L2_CTRL_FLAG_NEXT_COMPOUND,
				       V4L2_CTRL_CLASS_CAMERA + 0x1234,
				       V4L2_CTRL_CLASS_CAMERA + 0x12345,
				       1};
	static const unsigned commands[] = {VIDIOC_QUERYCTRL, VIDIOC_QUERY_EXT_CTRL, VIDIOC_G_CTRL,
					    VIDIOC_S_CTRL};

	for (size_t c = 0; c < sizeof(commands) / sizeof(*commands); c++)
		for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
			char *p = end - _IOC_SIZE(commands[c]);

			fill(p, _IOC_SIZE(commands[c]), COUNT_UP);
			memcpy(p, &ids[i], 4);
			call(commands[c], p);
		}
}

static void pointers(void)
{
	struct v4l2_ext_control c[3] = {{.id = V4L2_CID_GAMMA, .value = -2},
					{.id = 5, .size = 3, .string = "abc"},
					{.id = V4L2_CID_HUE, .size = 9, .string = (void *)-9}};
	struct v4l2_ext_controls all = {.ctrl_class = V4L2_CTRL_CLASS_USER, .count = 3};
	struct v4l2_clip clips[2] = {{.c = {1, -2, 3, 4}}, {.c = {5, 6, 7, 8}}};
	struct v4l2_format f = {.type = V4L2_BUF_TYPE_VIDEO_OVERLAY};
	struct v4l2_create_buffers create = {.index = 1, .count = 2, .memory = 1};

	all.controls = c;
	for (all.count = 0; all.count < 4; all.count++) {
		call(VIDIOC_G_EXT_CTRLS, &all);
		call(VIDIOC_S_EXT_CTRLS, &all);
		call(VIDIOC_TRY_EXT_CTRLS, &all);
	}
	f.fmt.win.clips = clips;
	for (f.fmt.win.clipcount = 0; f.fmt.win.clipcount < 3; f.fmt.win.clipcount++) {
		call(VIDIOC_G_FMT, &f);
		call(VIDIOC_S_FMT, &f);
	}
	f.fmt.win.clips = (void *)(end - sizeof(clips[0]));
	call(VIDIOC_TRY_FMT, &f);
	create.format = f;
	call(VIDIOC_CREATE_BUFS, &create);
}

static void video(void)
{
	SWEEP(VIDIOC_QUERYCAP, 0, 0);
	SWEEP(VIDIOC_ENUM_FMT, 4, 0);
	SWEEP(VIDIOC_G_FMT, 0, 16);
	SWEEP(VIDIOC_S_FMT, 0, 16);
	SWEEP(VIDIOC_REQBUFS, 0, 0);
	SWEEP(BUFFER(9), sizeof(long) == 8 ? 60 : 56, 4);
	SWEEP(BUFFER(15), 4, 0);
	SWEEP(BUFFER(17), 12, 0);
	SWEEP(VIDIOC_G_FBUF, 0, 0);
	SWEEP(VIDIOC_S_FBUF, 0, 0);
	SWEEP(VIDIOC_STREAMON, 0, 16);
	SWEEP(VIDIOC_G_PARM, 0, 4);
	SWEEP(VIDIOC_S_PARM, 0, 4);
	SWEEP(VIDIOC_G_STD, 0, 0);
	SWEEP(VIDIOC_ENUMSTD, 0, 0);
	SWEEP(VIDIOC_ENUMINPUT, 0, 0);
	SWEEP(VIDIOC_G_TUNER, 0, 0);
	SWEEP(VIDIOC_S_TUNER, 0, 0);
	SWEEP(VIDIOC_G_INPUT, 0, 0);
	SWEEP(VIDIOC_CROPCAP, 0, 0);
	SWEEP(VIDIOC_G_CROP, 0, 0);
	SWEEP(VIDIOC_S_CROP, 0, 0);
	SWEEP(VIDIOC_G_EXT_CTRLS, 4, 2);
	SWEEP(VIDIOC_ENUM_FRAMESIZES, 8, 4);
	SWEEP(VIDIOC_ENUM_FRAMEINTERVALS, 16, 4);
	SWEEP(VIDIOC_CREATE_BUFS, sizeof(long) == 8 ? 16 : 12, 16);
	controls();
	pointers();
}

/* Structs with pointers, and ones of which the kernel reads a part only */
static void consoles(void)
{
	struct unipair pairs[2] = {{1, 2}, {0xffff, 3}};
	struct unimapdesc map = {2, pairs}, no_map = {0, pairs};
	struct consolefontdesc desc = {.charcount = 1, .charheight = 16, .chardata = end - 32};
	char name[64] = "font of a name", accents[4 + 3 * 300];
	struct console_font_op op = {.width = 9, .height = 8, .charcount = 2, .flags = 1};
	uint32_t many = 300;

	call(GIO_UNIMAP, &map);
	call(PIO_UNIMAP, &map);
	call(PIO_UNIMAP, &no_map);
	call(GIO_FONTX, &desc);
	call(PIO_FONTX, &desc);
	for (op.op = 0; op.op < 5; op.op++) {
		op.data = op.op == KD_FONT_OP_SET_DEFAULT ? (void *)name : (void *)(end - 128);
		call(KDFONTOP, &op);
	}
	memset(name, 'n', sizeof(name));
	op.op = KD_FONT_OP_SET_DEFAULT;
	op.data = (void *)name;
	call(KDFONTOP, &op);
	name[31] = 0;
	call(KDFONTOP, &op);
	fill(accents, sizeof(accents), COUNT_UP);
	memcpy(accents, &many, 4);
	call(KDSKBDIACR, accents);
	for (uint32_t v = 0; v < 6; v++) {
		call(KDSETMODE, (void *)(uintptr_t)v);
		call(KDSKBMODE, (void *)(uintptr_t)(v - 1));
		call(KDSKBMETA, (void *)(uintptr_t)v);
	}
}

static void console(void)
{
	sweep(GIO_SCRNMAP, 256, 0, 0);
	sweep(PIO_SCRNMAP, 256, 0, 0);
	sweep(GIO_UNISCRNMAP, 512, 0, 0);
	sweep(PIO_UNISCRNMAP, 512, 0, 0);
	sweep(KDGKBENT, 4, 0, 0);
	for (uint32_t v = 0; v < 0x1000; v += 37) { /* keys of all types */
		uint32_t entry = (v << 16) | (v & 0xff) << 8 | v % 5;

		memcpy(end - 4, &entry, 4);
		call(KDSKBENT, end - 4);
	}
	sweep(KDGKBMODE, 4, 0, 6);
	sweep(KDGETMODE, 4, 0, 5);
	sweep(KDGKBSENT, sizeof(struct kbsentry), 0, 0);
	sweep(KDSKBSENT, 20, 0, 40);
	sweep(KDGKBDIACR, sizeof(struct kbdiacrs), 0, 3);
	sweep(KDSKBDIACRUC, 16, 0, 3);
	sweep(GIO_FONT, 4096, 0, 0);
	sweep(PIO_FONT, 4096, 0, 0);
	sweep(GIO_CMAP, 48, 0, 0);
	sweep(PIO_CMAP, 48, 0, 0);
	sweep(PIO_UNIMAPCLR, 6, 0, 0);
	sweep(GIO_UNIMAP, sizeof(struct unimapdesc), 0, 2);
	sweep(PIO_UNIMAP, sizeof(struct unimapdesc), 0, 2);
	sweep(GIO_FONTX, sizeof(struct consolefontdesc), 0, 0);
	sweep(PIO_FONTX, sizeof(struct consolefontdesc), 0, 0);
	sweep(KDFONTOP, sizeof(struct console_font_op), 0, 5);
	consoles();
}

static void disks(void)
{
	struct blkpg_partition part = {1, -2, 3, "device", "volume"};
	struct blkpg_ioctl_arg arg = {BLKPG_ADD_PARTITION, 1, sizeof(part), &part};
	static const uint32_t forms[] = {'S', 'Q', 0, 'R'};

	call(BLKPG, &arg);
	SWEEP(MEMGETOOBSEL, 0, 6);
	SWEEP(ECCGETLAYOUT, 0, 0);
	SWEEP(UFFDIO_API, 8, 3);
	SWEEP(UFFDIO_COPY, 24, 4);
	SWEEP(UFFDIO_REGISTER, 16, 4);
	SWEEP(UFFDIO_ZEROPAGE, 16, 2);
	SWEEP(UFFDIO_WAKE, 0, 0);
	SWEEP(UFFDIO_UNREGISTER, 0, 0);
	sweep(BLKPG, sizeof(arg), 0, 4);
	sweep(sizeof(long) == 8 ? 0xc0481273 : 0xc0401273, sizeof(long) == 8 ? 72 : 64, 40, 2);
	sweep(0x2276, 32, 0, 0); /* SG_GET_SCSI_ID */
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		for (int32_t how = -5; how < 4; how++) {
			size_t size = forms[i] == 'S' ? sizeof(struct sg_io_hdr) : 160;

			fill(end - size, size, how & 1 ? ONE : ZERO);
			memcpy(end - size, &forms[i], 4);
			memcpy(end - size + 4, &how, 4);
			call(SG_IO, end - size);
			memcpy(end - 16, &forms[i], 4);
			call(SG_IO, end - 16);
		}
}

/* What lies behind the header begins in it, or where it is said to, or nowhere. */
static void mapper(void)
{
	struct {
		struct dm_ioctl d;
		char rest[80];
	} m;
	static const uint32_t starts[] = {0,
					  offsetof(struct dm_ioctl, data),
					  sizeof(struct dm_ioctl),
					  sizeof(m) - 8,
					  sizeof(m),
					  4000};

	for (unsigned nr = 0; nr < 18; nr++)
		for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
			for (int how = 0; how < 4; how++) {
				unsigned cmd = _IOC(_IOC_READ | _IOC_WRITE, DM_IOCTL, nr,
						    sizeof(struct dm_ioctl));

				memset(&m, 0, sizeof(m));
				m.d.version[0] = how == 3 ? 5 : 4;
				m.d.version[1] = how * 37;
				m.d.data_size = how == 2 ? 300 : sizeof(m);
				m.d.data_start = starts[i];
				m.d.target_count = how;
				m.d.dev = (uint64_t)(how * 0x801);
				m.d.event_nr = m.d.flags = how * 7;
				strcpy(m.d.name, how ? "name" : "");
				memset(m.rest, how == 1 ? 'x' : 0, 40);
				call(cmd, memcpy(end - sizeof(m), &m, sizeof(m)));
			}
	call(DM_VERSION, NULL);
	call(DM_VERSION, end - 8);
}

/* A place for what the structs point at: each holds n elements of `size` bytes. */
static uint64_t container(uint32_t n, size_t size)
{
	static char room[4][4096];
	static unsigned at;
	char *p = room[at++ % 4];

	fill(p, sizeof(room[0]), COUNT_UP);
	memset(p + 8, 0, 8);
	memcpy(p + 8, &n, 4); /* elem_cnt */
	memset(p + 16, 0, n * size);
	return (uintptr_t)p;
}

static void trees(void)
{
	struct btrfs_ioctl_search_args search = {{.tree_id = 5,
						  .min_objectid = 256,
						  .max_objectid = -256ULL,
						  .max_offset = -1ULL,
						  .min_type = 1,
						  .max_type = 255,
						  .nr_items = 2},
						 {0}};
	struct btrfs_ioctl_search_args_v2 *v2 = (void *)(end - sizeof(search));
	struct btrfs_ioctl_logical_ino_args ino = {.logical = 1 << 20, .size = 64};

	call(BTRFS_IOC_TREE_SEARCH, &search);
	memcpy(v2, &search, sizeof(search));
	v2->buf_size = 40;
	call(BTRFS_IOC_TREE_SEARCH_V2, v2);
	for (unsigned n = 0; n < 4; n += 3) {
		ino.inodes = container(n, 24);
		call(BTRFS_IOC_LOGICAL_INO, &ino);
		call(BTRFS_IOC_INO_PATHS, &ino);
		ino.reserved[1] = ino.flags = n;
	}
}

static void btrfs(void)
{
	static const unsigned cmds[] = {BTRFS_IOC_SNAP_CREATE,
					BTRFS_IOC_DEFRAG,
					BTRFS_IOC_RESIZE,
					BTRFS_IOC_SCAN_DEV,
					BTRFS_IOC_FORGET_DEV,
					BTRFS_IOC_ADD_DEV,
					BTRFS_IOC_RM_DEV,
					BTRFS_IOC_BALANCE,
					BTRFS_IOC_SUBVOL_CREATE,
					BTRFS_IOC_SNAP_DESTROY,
					BTRFS_IOC_DEFRAG_RANGE,
					BTRFS_IOC_DEFAULT_SUBVOL,
					BTRFS_IOC_WAIT_SYNC,
					BTRFS_IOC_START_SYNC,
					BTRFS_IOC_SUBVOL_GETFLAGS,
					BTRFS_IOC_SUBVOL_SETFLAGS,
					BTRFS_IOC_SCRUB,
					BTRFS_IOC_SCRUB_PROGRESS,
					BTRFS_IOC_DEV_INFO,
					BTRFS_IOC_FS_INFO,
					BTRFS_IOC_BALANCE_V2,
					BTRFS_IOC_BALANCE_PROGRESS,
					BTRFS_IOC_SET_RECEIVED_SUBVOL,
					BTRFS_IOC_SEND,
					BTRFS_IOC_DEVICES_READY,
					BTRFS_IOC_QGROUP_ASSIGN,
					BTRFS_IOC_QGROUP_CREATE,
					BTRFS_IOC_QGROUP_LIMIT,
					BTRFS_IOC_QUOTA_RESCAN,
					BTRFS_IOC_QUOTA_RESCAN_STATUS,
					BTRFS_IOC_GET_FEATURES,
					BTRFS_IOC_SET_FEATURES,
					BTRFS_IOC_GET_SUPPORTED_FEATURES,
					BTRFS_IOC_SUBVOL_CREATE_V2,
					BTRFS_IOC_INO_LOOKUP,
					BTRFS_IOC_SYNC,
					BTRFS_IOC_SCRUB_CANCEL,
					BTRFS_IOC_QUOTA_RESCAN_WAIT,
					FICLONERANGE,
					FS_IOC_SETFSLABEL,
					FS_IOC_GETFSLABEL};

	for (size_t i = 0; i < sizeof(cmds) / sizeof(*cmds); i++)
		SWEEP(cmds[i], 0, 0);
	for (uintptr_t i = 0; i < 3; i++)
		call(BTRFS_IOC_BALANCE_CTL, (void *)i);
	SWEEP(BTRFS_IOC_QUOTA_CTL, 0, 5);
	SWEEP(BTRFS_IOC_DEV_REPLACE, 0, 4);
	SWEEP(BTRFS_IOC_GET_DEV_STATS, 8, 7);
	SWEEP(BTRFS_IOC_SPACE_INFO, 8, 2);
	SWEEP(FIDEDUPERANGE, 16, 2);
	for (int n = 1; n < 5; n++) {
		char *same = end - sizeof(struct file_dedupe_range) -
			     3 * sizeof(struct file_dedupe_range_info);

		fill(same, (size_t)(end - same), COUNT_UP);
		((struct file_dedupe_range *)same)->dest_count = (uint16_t)n;
		call(FIDEDUPERANGE, same);
	}
	trees();
}

static void machines(void)
{
	struct kvm_cpuid2 *cpuid;

	for (uintptr_t i = 0; i < 230; i += 1 + (i > 30) * 11)
		call(KVM_CHECK_EXTENSION, (void *)i);
	call(KVM_CREATE_VCPU, (void *)-1);
	SWEEP(KVM_SET_USER_MEMORY_REGION, 4, 5);
	SWEEP(KVM_SET_REGS, 0, 0);
	SWEEP(KVM_GET_REGS, 0, 0);
	SWEEP(KVM_SET_SREGS, 0, 0);
	SWEEP(KVM_GET_SREGS, 0, 0);
	cpuid = (void *)(end - sizeof(*cpuid) - 2 * sizeof(cpuid->entries[0]));
	fill((char *)cpuid, (size_t)(end - (char *)cpuid), COUNT_UP);
	for (cpuid->nent = 0; cpuid->nent < 4; cpuid->nent++) {
		call(KVM_SET_CPUID2, cpuid);
		call(KVM_GET_SUPPORTED_CPUID, cpuid);
		call(KVM_GET_EMULATED_CPUID, cpuid);
	}
}

/* Sessions of a trusted environment, whose parameters lie behind a head of `head` bytes. */
static void session(unsigned cmd, size_t head, size_t types)
{
	struct tee_ioctl_buf_data d;
	struct tee_ioctl_param *p;

	for (uint32_t n = 0; n < 4; n++)
		for (uint32_t k = 0; k < 9; k++) {
			char *buf = end - head - n * sizeof(*p);

			fill(buf, (size_t)(end - buf), COUNT_UP);
			memcpy(buf + head - 4, &n, 4);
			memcpy(buf + types, &k, 4);
			p = (void *)(buf + head);
			for (uint32_t i = 0; i < n; i++)
				p[i].attr = (k + i) | (k == 8) * TEE_IOCTL_PARAM_ATTR_META;
			d.buf_ptr = (uintptr_t)buf;
			d.buf_len = (size_t)(end - buf);
			call(cmd, &d);
			d.buf_len += k;
			call(cmd, &d);
		}
	d.buf_ptr = (uintptr_t)end;
	call(cmd, &d);
	call(cmd, end);
}

static void trusted(void)
{
	session(TEE_IOC_OPEN_SESSION, sizeof(struct tee_ioctl_open_session_arg),
		offsetof(struct tee_ioctl_open_session_arg, clnt_login));
	session(TEE_IOC_INVOKE, sizeof(struct tee_ioctl_invoke_arg),
		offsetof(struct tee_ioctl_invoke_arg, ret_origin));
	session(TEE_IOC_SUPPL_RECV, sizeof(struct tee_iocl_supp_recv_arg), 0);
	session(TEE_IOC_SUPPL_SEND, sizeof(struct tee_iocl_supp_send_arg), 0);
	SWEEP(TEE_IOC_VERSION, 0, 4);
}

int main(void)
{
	char *page = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	end = page + 8192;
	mprotect(end, 8192, PROT_NONE);
	video();
	console();
	disks();
	mapper();
	btrfs();
	machines();
	trusted();
	return 0;
}
