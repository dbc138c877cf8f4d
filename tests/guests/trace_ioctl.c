/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes ioctl calls on no descriptor and prints the lines that a trace shows of them. */
#include <linux/fs.h>
#include <linux/loop.h>
#include <linux/nbd.h>
#include <linux/random.h>
#include <linux/rtc.h>
#include <linux/watchdog.h>
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

int main(void)
{
	struct rtc_time tm = {1, 2, 3, 4, 5, 126, 0, 0, 0};
	struct rtc_wkalrm wk = {1, 0, tm};
	struct loop_info64 lo = {.lo_offset = 512, .lo_number = 7, .lo_flags = LO_FLAGS_AUTOCLEAR};
	struct fstrim_range trim = {0x1000, 5, 6};
	struct fsxattr xattr = {.fsx_xflags = FS_XFLAG_SYNC, .fsx_projid = 16};
	unsigned long long pair[2] = {1, 2};
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
	/* names alone; several for one number; numbers without a name */
	shown(_IOR('E', 0x20 + 1, char[8]), (void *)16, "EVIOCGBIT(EV_KEY, 8), 0x10");
	shown(_IOC(_IOC_READ, 'H', 0x12, 8), (void *)16, "HIDIOCGPHYS(8), 0x10");
	shown(_IOC(_IOC_WRITE, 0xfe, 0xef, 5), (void *)16,
	      "_IOC(_IOC_WRITE, 0xfe, 0xef, 0x5), 0x10");
	return 0;
}
