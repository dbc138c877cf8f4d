/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/capability.h>
#include <linux/securebits.h>
#include <string.h>
#include <sys/prctl.h>

#include "host/host.h"
#include "task/exec.h"

struct caps {
	u64 effective, permitted, inheritable;
};

static bool get_caps(struct caps *c)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct d[2];

	if (host(SYS_capget, HP(&header), HP(d)))
		return false;
	c->effective = d[0].effective | (u64)d[1].effective << 32;
	c->permitted = d[0].permitted | (u64)d[1].permitted << 32;
	c->inheritable = d[0].inheritable | (u64)d[1].inheritable << 32;
	return true;
}

static void set_caps(const struct caps *c)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct d[2] = {
		{(u32)c->effective, (u32)c->permitted, (u32)c->inheritable},
		{(u32)(c->effective >> 32), (u32)(c->permitted >> 32), (u32)(c->inheritable >> 32)},
	};

	host(SYS_capset, HP(&header), HP(d));
}

static u64 ambient_caps(u64 permitted)
{
	u64 set = 0;

	for (int cap = 0; cap < 64; cap++)
		if ((permitted >> cap & 1) &&
		    host(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap) == 1)
			set |= 1UL << cap;
	return set;
}

static u64 bounding_caps(void)
{
	u64 set = 0;
	long has;

	for (int cap = 0; cap < 64; cap++) {
		has = host(SYS_prctl, PR_CAPBSET_READ, cap);
		if (has < 0)
			break;
		set |= (u64)has << cap;
	}
	return set;
}

/* A program executed by root has all capabilities of the bounding set and the inheritable ones, by
 * others the ambient ones (handle_privileged_root()). None come back here. */
static void exec_caps(u32 ruid, u32 euid)
{
	struct caps now, then;
	long bits = host(SYS_prctl, PR_GET_SECUREBITS);
	bool root = bits >= 0 && !(bits & SECBIT_NOROOT);

	if (!get_caps(&now) || !(now.permitted | now.effective))
		return;
	then.inheritable = now.inheritable;
	if (root && (euid == 0 || ruid == 0))
		then.permitted = now.permitted & (bounding_caps() | now.inheritable);
	else
		then.permitted = ambient_caps(now.permitted);
	if (root && euid == 0)
		then.effective = then.permitted;
	else
		then.effective = ambient_caps(then.permitted);
	if (memcmp(&now, &then, sizeof(now)) != 0)
		set_caps(&then);
}

void exec_creds(void)
{
	u32 ruid = 0, euid = 0, suid = 0, rgid = 0, egid = 0, sgid = 0;
	long bits = host(SYS_prctl, PR_GET_SECUREBITS);

	host(SYS_getresuid, HP(&ruid), HP(&euid), HP(&suid));
	host(SYS_getresgid, HP(&rgid), HP(&egid), HP(&sgid));
	exec_caps(ruid, euid);
	if (sgid != egid || (u32)host(SYS_setfsgid, -1) != egid)
		host(SYS_setresgid, -1, egid, egid);
	if (suid != euid || (u32)host(SYS_setfsuid, -1) != euid)
		host(SYS_setresuid, -1, euid, euid);
	if (bits > 0 && (bits & SECBIT_KEEP_CAPS))
		host(SYS_prctl, PR_SET_KEEPCAPS, 0);
	/* fs.suid_dumpable can be 2, which prctl does not set */
	host(SYS_prctl, PR_SET_DUMPABLE, ruid == euid && rgid == egid);
}
