/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "net/mode.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/host.h"
#include "net/emulate.h"

bool net_guarded;
static bool isolated;
static struct {
	const char *path;
	int fd; /* what guests get for it */
} files[] = {{"/etc/hosts", -1}, {"/etc/resolv.conf", -1}};
static ino_t run_net; /* the network namespace of the run */

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return -1;
	ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return ok ? 0 : -1;
}

static int map_id(const char *path, unsigned int id)
{
	char line[64];

	snprintf(line, sizeof(line), "%u %u 1", id, id);
	return write_file(path, line);
}

/* A user namespace in which the caller has the ids that it had, so that it may make a network
 * namespace. */
static int own_user_namespace(void)
{
	unsigned int uid = geteuid(), gid = getegid();

	if (unshare(CLONE_NEWUSER) != 0)
		return -1;
	/* Without this the kernel takes no gid_map from an unprivileged process. */
	if (write_file("/proc/self/setgroups", "deny") != 0 && errno != ENOENT)
		return -1;
	if (map_id("/proc/self/uid_map", uid) != 0)
		return -1;
	return map_id("/proc/self/gid_map", gid);
}

static int loopback_up(void)
{
	struct ifreq ifr = {.ifr_name = "lo"};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;

	if (fd < 0)
		return -1;
	ret = ioctl(fd, SIOCGIFFLAGS, &ifr);
	ifr.ifr_flags |= IFF_UP;
	if (ret == 0)
		ret = ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
	return ret;
}

/* A network namespace of the run's own. The guest keeps the capabilities that it had: a new user
 * namespace gives all, within itself, and the guest shall see no difference. 0 or -1. */
static int own_network(bool up)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct caps[2];
	bool user = false;

	if (host(SYS_capget, HP(&header), HP(caps)) != 0)
		return -1;
	if (unshare(CLONE_NEWNET) != 0) {
		if (errno != EPERM || own_user_namespace() != 0 || unshare(CLONE_NEWNET) != 0)
			return -1;
		user = true;
	}
	if (up && loopback_up() != 0)
		return -1;
	return user && host(SYS_capset, HP(&header), HP(caps)) != 0 ? -1 : 0;
}

static ino_t net_inode(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_ino : 0;
}

static int open_file(const char *option, const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		fatal("%s %s: %s", option, file, strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		fatal("%s %s: not a regular file", option, file);
	return host_own_fd(fd);
}

void net_setup(const struct net_options *opt)
{
	static const char *const names[] = {"host", "none", "loopback", "emulated", "private"};

	if (opt->hosts)
		files[0].fd = open_file("--hosts", opt->hosts);
	if (opt->resolv)
		files[1].fd = open_file("--resolv-conf", opt->resolv);
	net_guarded = opt->hosts || opt->resolv || opt->mode != NET_HOST;
	if (opt->mode == NET_HOST)
		return;
	net_publish_listen(opt);
	if (opt->mode == NET_EMULATED || own_network(opt->mode != NET_NONE) != 0) {
		if (opt->mode != NET_PRIVATE) {
			emu_start(opt->mode);
			net_publish_start(opt);
			return;
		}
		fatal("--net %s: the host permits no network namespace: %s", names[opt->mode],
		      strerror(errno));
	}
	isolated = true;
	run_net = net_inode("/proc/self/ns/net");
	net_publish_start(opt);
}

long net_open(const char *path, u32 flags, u32 mode)
{
	long len = host_strnlen(path, 64);
	char link[40];
	int fd = -1;

	if (unlikely(net_emulated) && len > 0 && !memcmp(path, "/proc/", MIN(len, 6)))
		return emu_proc_open(path, flags);

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (len == (long)strlen(files[i].path) && !memcmp(path, files[i].path, (size_t)len))
			fd = files[i].fd;
	if (fd < 0)
		return NET_NOT_OURS;
	/* O_NOFOLLOW and O_EXCL speak of the name, which stands for a regular file. */
	if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		return -EEXIST;
	if (flags & O_DIRECTORY)
		return flags & O_CREAT ? -EINVAL : -ENOTDIR;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return host(SYS_openat, AT_FDCWD, HP(link), flags & ~(u32)(O_CREAT | O_NOFOLLOW), mode);
}

/* /proc/PID of the process behind a pidfd; false where it is none. */
static bool pidfd_pid(int pidfd, int *pid)
{
	char path[40], line[128];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = sscanf(line, "Pid: %d", pid) == 1;
	fclose(f);
	return found;
}

bool net_is_outside(int pidfd)
{
	char path[40];
	int pid;

	if (!isolated || !pidfd_pid(pidfd, &pid))
		return false;
	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	return net_inode(path) != run_net;
}

bool net_leads_out(int fd, u32 nstype)
{
	char path[40];
	int type;

	if (!isolated)
		return false;
	type = ioctl(fd, NS_GET_NSTYPE);
	if (type < 0)
		return (nstype & CLONE_NEWNET) && net_is_outside(fd);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return type == CLONE_NEWNET && net_inode(path) != run_net;
}
