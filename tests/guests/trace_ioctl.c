/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes ioctl calls on no descriptor and prints the lines that a trace shows of them. */
#include <linux/counter.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/gpio.h>
#include <linux/hdreg.h>
#include <linux/input.h>
#include <linux/kd.h>
#include <linux/lirc.h>
#include <linux/loop.h>
#include <linux/nbd.h>
#include <linux/perf_event.h>
#include <linux/ptp_clock.h>
#include <linux/random.h>
#include <linux/rtc.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <linux/watchdog.h>
#include <mtd/mtd-abi.h>
#include <mtd/ubi-user.h>
#include <net/if.h>
#include <scsi/sg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#define AFTER " = -1 EBADF (Bad file descriptor)\n"

static void shown(unsigned long cmd, const void *arg, const char *text)
{
	ioctl(-1, cmd, arg);
	printf("ioctl(-1, %s)" AFTER, text);
}

/* The call would fill what arg points at: its address is all there is to show. */
static void filled(unsigned long cmd, const void *arg, const char *name)
{
	ioctl(-1, cmd, arg);
	printf("ioctl(-1, %s, %p)" AFTER, name, arg);
}

/* Commands that take something and give something back. */
static void both_ways(void)
{
	struct fiemap map = {.fm_start = 1, .fm_length = 2, .fm_flags = FIEMAP_FLAG_SYNC};
	struct gpio_v2_line_values values = {.bits = 1, .mask = 2};
	struct ptp_pin_desc pin = {.index = 7};
	struct rtc_param param = {RTC_PARAM_BACKUP_SWITCH_MODE, {RTC_BSM_LEVEL}, 3, 0};
	unsigned char drive[4] = {0xc8, 1, 2, 3};

	shown(FS_IOC_FIEMAP, &map,
	      "FS_IOC_FIEMAP, {fm_start=1, fm_length=2, fm_flags=FIEMAP_FLAG_SYNC, "
	      "fm_extent_count=0}");
	shown(GPIO_V2_LINE_GET_VALUES_IOCTL, &values, "GPIO_V2_LINE_GET_VALUES_IOCTL, {mask=0x2}");
	shown(GPIO_V2_LINE_SET_VALUES_IOCTL, &values,
	      "GPIO_V2_LINE_SET_VALUES_IOCTL, {bits=0x1, mask=0x2}");
	shown(PTP_PIN_GETFUNC, &pin, "PTP_PIN_GETFUNC, {index=7}");
	shown(RTC_PARAM_SET, &param,
	      "RTC_PARAM_SET, {param=RTC_PARAM_BACKUP_SWITCH_MODE, uvalue=RTC_BSM_LEVEL, index=3}");
	shown(PTP_PIN_GETFUNC, NULL, "PTP_PIN_GETFUNC, NULL");
	shown(HDIO_DRIVE_CMD, drive,
	      "HDIO_DRIVE_CMD, {command=ATA_CMD_READ, sector_number=1, feature=2, sector_count=3}");
}

static void devices(void)
{
	unsigned pair[2] = {1, 0};
	struct counter_watch watch = {{1, 2, 3, 4}, COUNTER_EVENT_INDEX, 5};
	struct ptp_extts_request extts = {3, PTP_RISING_EDGE | 0x100, {0, 0}};
	struct seccomp_notif_resp resp = {1, -2, -2, SECCOMP_USER_NOTIF_FLAG_CONTINUE};
	struct seccomp_notif_addfd addfd = {1, SECCOMP_ADDFD_FLAG_SETFD, 0, 5, 02000000};

	shown(COUNTER_ADD_WATCH_IOCTL, &watch,
	      "COUNTER_ADD_WATCH_IOCTL, {component={type=COUNTER_COMPONENT_SIGNAL, "
	      "scope=COUNTER_SCOPE_COUNT, parent=3, id=4}, event=COUNTER_EVENT_INDEX, channel=5}");
	shown(PERF_EVENT_IOC_ENABLE, (void *)1, "PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP");
	shown(PERF_EVENT_IOC_QUERY_BPF, pair, "PERF_EVENT_IOC_QUERY_BPF, {ids_len=1, ...}");
	shown(PTP_EXTTS_REQUEST, &extts,
	      "PTP_EXTTS_REQUEST, {index=3, flags=PTP_RISING_EDGE|0x100}");
	shown(SECCOMP_IOCTL_NOTIF_SEND, &resp,
	      "SECCOMP_IOCTL_NOTIF_SEND, {id=0x1, val=-2, error=-ENOENT, "
	      "flags=SECCOMP_USER_NOTIF_FLAG_CONTINUE}");
	shown(SECCOMP_IOCTL_NOTIF_ADDFD, &addfd,
	      "SECCOMP_IOCTL_NOTIF_ADDFD, {id=0x1, flags=SECCOMP_ADDFD_FLAG_SETFD, srcfd=0, "
	      "newfd=5, newfd_flags=O_CLOEXEC}");
#ifdef __x86_64__ /* disks do not answer 32-bit programs */
	shown(HDIO_SET_DMA, (void *)1, "HDIO_SET_DMA, 1");
	shown(HDIO_GET_DMA, NULL, "HDIO_GET_DMA, NULL");
	shown(HDIO_SET_NICE, (void *)3,
	      "HDIO_SET_NICE, 1 << IDE_NICE_DSC_OVERLAP|1 << IDE_NICE_ATAPI_OVERLAP");
#endif
}

static void input(void)
{
	unsigned key[2] = {1, KEY_ESC}, pair[2] = {1, 2};
	struct input_absinfo info = {1, 2, 3, 4, 5, 6};
	struct ff_effect effect = {.type = FF_RUMBLE, .id = -1, .direction = 3};

	shown(EVIOCSKEYCODE, key, "EVIOCSKEYCODE, [1, KEY_ESC]");
	shown(EVIOCSREP, pair, "EVIOCSREP, [1, 2]");
	shown(EVIOCSABS(ABS_X), &info, "EVIOCSABS(ABS_X), {value=1, minimum=2, ...}");
	shown(EVIOCSFF, &effect, "EVIOCSFF, {type=FF_RUMBLE, id=-1, direction=3, ...}");
	shown(EVIOCGKEY(8), NULL, "EVIOCGKEY(8), NULL");
	shown(EVIOCGRAB, (void *)1, "EVIOCGRAB, 1");
	shown(EVIOCRMFF, (void *)-1, "EVIOCRMFF, -1");
}

/* Interfaces: hardware addresses by their type, names, numbers. */
static void interfaces(void)
{
	struct ifreq r = {.ifr_name = "eth7", .ifr_hwaddr = {1, "\1\2\3\4\5\6"}};
	int n = 7;

	shown(SIOCSIFHWADDR, &r,
	      "SIOCSIFHWADDR, {ifr_name=\"eth7\", ifr_hwaddr={sa_family=ARPHRD_ETHER, "
	      "sa_data=01:02:03:04:05:06}}");
	strcpy(r.ifr_newname, "lan0");
	shown(SIOCSIFNAME, &r, "SIOCSIFNAME, {ifr_name=\"eth7\", ifr_newname=\"lan0\"}");
	shown(SIOCGIFFLAGS, NULL, "SIOCGIFFLAGS, NULL");
	shown(SIOCETHTOOL, NULL, "SIOCETHTOOL, NULL");
	shown(SIOCBRADDBR, "br7\0............", "SIOCBRADDBR, \"br7\"");
	shown(SIOCSPGRP, &n, "SIOCSPGRP, [7]");
}

static void rare_devices(void)
{
	struct {
		unsigned short flags[4];
		unsigned char line, cc[9];
	} termio = {{0x80, 0x1800, 0xb0, 2}, 0, {0}};
	struct erase_info_user erase = {0x10, 0x20};
	struct ubi_rsvol_req size = {5, 6};
	struct kbkeycode key = {1, 2};
	int n = 7, mode = 2;

	shown(TCSETA, &termio,
	      "TCSETA, {c_iflag=IGNCR, c_oflag=NL0|CR0|XTABS|BS0|VT0|FF0|, c_cflag=B0|CS8|CREAD, "
	      "c_lflag=ICANON, ...}");
	shown(KDSETMODE, (void *)1, "KDSETMODE, KD_GRAPHICS");
	shown(KDSKBMODE, (void *)3, "KDSKBMODE, K_UNICODE");
	shown(KIOCSOUND, (void *)1000, "KIOCSOUND, 1000 /* 1193 Hz */");
	shown(KDSETLED, (void *)6, "KDSETLED, LED_NUM|LED_CAP");
	shown(KDSETKEYCODE, &key, "KDSETKEYCODE, {scancode=0x1, keycode=0x2}");
	shown(KDENABIO, NULL, "KDENABIO");
	filled(KDGKBMODE, &n, "KDGKBMODE");
	shown(SG_SET_TIMEOUT, &n, "SG_SET_TIMEOUT, [7]");
	shown(SG_GET_TIMEOUT, NULL, "SG_GET_TIMEOUT");
	shown(LIRC_SET_SEND_MODE, &mode, "LIRC_SET_SEND_MODE, [LIRC_MODE_PULSE]");
	shown(MEMERASE, &erase, "MIXER_WRITE(2) or MEMERASE, {start=0x10, length=0x20}");
	shown(UBI_IOCRSVOL, &size, "UBI_IOCRSVOL, {bytes=5, vol_id=6}");
	shown(UBI_IOCDET, &n, "UBI_IOCDET, [7]");
}

int main(void)
{
	struct rtc_time tm = {1, 2, 3, 4, 5, 126, 0, 0, 0};
	struct rtc_wkalrm wk = {1, 0, tm};
	struct loop_info64 lo = {.lo_offset = 512, .lo_number = 7, .lo_flags = LO_FLAGS_AUTOCLEAR};
	struct fstrim_range trim = {0x1000, 5, 6};
	struct fsxattr xattr = {.fsx_xflags = FS_XFLAG_SYNC, .fsx_projid = 16};
	unsigned long long pair[2] = {1, 2};
	unsigned termios[11] = {0};
	int n = 42;

	strcpy((char *)lo.lo_file_name, "file");
	shown(FIONBIO, &n, "FIONBIO, [42]");
	shown(FIOCLEX, NULL, "FIOCLEX");
	shown(TIOCMBIS, &n, "TIOCMBIS, [TIOCM_DTR|TIOCM_ST|TIOCM_CTS]");
	shown(BLKRRPART, NULL, "BLKRRPART");
	shown(BLKRASET, (void *)8, "BLKRASET, 8");
	shown(BLKROSET, &n, "BLKROSET, [42]");
	shown(BLKDISCARD, pair, "BLKDISCARD, [1, 2]");
	shown(BLKROGET, NULL, "BLKROGET, NULL");
	filled(BLKGETSIZE64, pair, "BLKGETSIZE64");
	shown(LOOP_SET_STATUS64, &lo,
	      "LOOP_SET_STATUS64, {lo_offset=0x200, lo_number=7, lo_flags=LO_FLAGS_AUTOCLEAR, "
	      "lo_file_name=\"file\", ...}");
	shown(LOOP_CLR_FD, NULL, "LOOP_CLR_FD");
	shown(LOOP_SET_FD, (void *)3, "LOOP_SET_FD, 3");
	shown(RTC_SET_TIME, &tm,
	      "RTC_SET_TIME, {tm_sec=1, tm_min=2, tm_hour=3, tm_mday=4, tm_mon=5, tm_year=126, "
	      "...}");
	shown(RTC_WKALM_SET, &wk,
	      "RTC_WKALM_SET, {enabled=1, pending=0, time={tm_sec=1, tm_min=2, tm_hour=3, "
	      "tm_mday=4, "
	      "tm_mon=5, tm_year=126, ...}}");
	shown(FITRIM, &trim, "FITRIM, {start=0x1000, len=5, minlen=6}");
	shown(FS_IOC_FSSETXATTR, &xattr,
	      "FS_IOC_FSSETXATTR, {fsx_xflags=FS_XFLAG_SYNC, fsx_extsize=0, fsx_projid=0x10, "
	      "fsx_cowextsize=0}");
	shown(FIFREEZE, NULL, "FIFREEZE");
	shown(RNDADDTOENTCNT, &n, "RNDADDTOENTCNT, [42]");
	shown(NBD_SET_FLAGS, (void *)3, "NBD_SET_FLAGS, NBD_FLAG_HAS_FLAGS|NBD_FLAG_READ_ONLY");
	shown(WDIOC_SETTIMEOUT, &n, "WDIOC_SETTIMEOUT, [42]");
	filled(WDIOC_GETTIMEOUT, &n, "WDIOC_GETTIMEOUT");
	shown(0x402c542b /* TCSETS2 */, termios,
	      "TCSETS2, {c_iflag=, c_oflag=NL0|CR0|TAB0|BS0|VT0|FF0|, c_cflag=B0|CS5|, c_lflag=, "
	      "...}");
	shown(0x402c542b, NULL, "TCSETS2, NULL");
	both_ways();
	devices();
	rare_devices();
	interfaces();
	input();
	/* names alone; several for one number; numbers without a name */
	shown(_IOR('E', 0x20 + 1, char[8]), (void *)16, "EVIOCGBIT(EV_KEY, 8), 0x10");
	shown(_IOC(_IOC_READ, 'H', 0x12, 8), (void *)16, "HIDIOCGPHYS(8), 0x10");
	shown(_IOC(_IOC_WRITE, 0xfe, 0xef, 5), (void *)16,
	      "_IOC(_IOC_WRITE, 0xfe, 0xef, 0x5), 0x10");
	return 0;
}
