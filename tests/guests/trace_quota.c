/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls quotactl for a device that is none and prints the lines that a trace shows of it. */
#include <errno.h>
#include <linux/quota.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void call(unsigned cmd, unsigned id, const void *data, const char *text)
{
	syscall(SYS_quotactl, QCMD(cmd, USRQUOTA), "/none", id, data);
	printf("quotactl(QCMD(%s = -1 %s (%s)\n", text,
	       errno == ENOENT	? "ENOENT"
	       : errno == EPERM ? "EPERM"
				: "ENOSYS",
	       strerror(errno));
}

int main(void)
{
	struct if_dqblk dq = {1, 2, 3, 4, 5, 6, 7, 8, QIF_SPACE};
	struct if_dqinfo info = {1, 2, DQF_SYS_FILE, IIF_BGRACE};
	unsigned flags = 3;

	call(Q_QUOTAON, QFMT_VFS_V1, "/file",
	     "Q_QUOTAON, USRQUOTA), \"/none\", QFMT_VFS_V1, \"/file\")");
	call(Q_QUOTAOFF, 0, NULL, "Q_QUOTAOFF, USRQUOTA), \"/none\")");
	call(Q_SETQUOTA, 5, &dq,
	     "Q_SETQUOTA, USRQUOTA), \"/none\", 5, {dqb_bhardlimit=1, dqb_bsoftlimit=2, "
	     "dqb_curspace=3, "
	     "dqb_ihardlimit=4, dqb_isoftlimit=5, dqb_curinodes=6, ...})");
	call(Q_SETINFO, 5, &info,
	     "Q_SETINFO, USRQUOTA), \"/none\", {dqi_bgrace=1, dqi_igrace=2, "
	     "dqi_flags=DQF_SYS_FILE, "
	     "dqi_valid=IIF_BGRACE})");
	call(Q_GETFMT, 5, NULL, "Q_GETFMT, USRQUOTA), \"/none\", NULL)");
	call(0x5801, 5, &flags,
	     "Q_XQUOTAON, USRQUOTA), \"/none\", [FS_QUOTA_UDQ_ACCT|FS_QUOTA_UDQ_ENFD])");
	return 0;
}
