/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mount family, in a mount namespace of its own. */
#include "guest.h"
#include <linux/mount.h>
#include <sched.h>
#include <sys/statfs.h>

/* glibc's <sys/mount.h> and <linux/mount.h> do not go together. */
#define mount(...)	syscall(SYS_mount, __VA_ARGS__)
#define umount2(...)	syscall(SYS_umount2, __VA_ARGS__)
#define MNT_DETACH	2
#define MNT_EXPIRE	4
#define UMOUNT_NOFOLLOW 8

static int home;
static char *page_end; /* the end of a page; the next one is not mapped */

static void filesystem(const char *what, const char *path)
{
	struct statfs st;
	struct stat s;

	if (statfs(path, &st) || stat(path, &s)) {
		printf("%s: %s\n", what, result(-1));
		return;
	}
	printf("%s: type %lx, %ld blocks, flags %lx, mode %o\n", what, (long)st.f_type,
	       (long)st.f_blocks, (long)st.f_flags & ~0x1000L, s.st_mode);
}

/* Data without a NUL, to the end of the page. */
static char *unterminated(const char *data)
{
	return memcpy(page_end - strlen(data), data, strlen(data));
}

static void old_calls(void)
{
	char *data = unterminated("size=1m,mode=700");

	SHOW(mount("none", "a", "tmpfs", 0, data));
	filesystem("without a NUL", "a");
	SHOW(mount(NULL, "a", NULL, MS_REMOUNT | MS_RDONLY, unterminated("size=2m")));
	filesystem("again", "a");
	SHOW(open("a/file", O_CREAT | O_WRONLY, 0600));
	SHOW(mount(NULL, "a", NULL, MS_REMOUNT, NULL));
	SHOW(mount("none", "b", "tmpfs", MS_NOSUID | MS_NOEXEC, "what=nothing"));
	SHOW(mount("none", "b", "tmpfs", 0, page_end));
	SHOW(mount("none", "b", "tmpfs", 0, (void *)16));
	SHOW(mount("none", "b", "nothing", 0, NULL));
	SHOW(mount("none", "b", NULL, 0, NULL));
	SHOW(mount("none", "missing", "tmpfs", 0, NULL));
	SHOW(mount("none", unterminated("b"), "tmpfs", 0, NULL));
	SHOW(mount(unterminated("none"), "b", "tmpfs", 0, NULL));
	SHOW(mkdir("a/dir", 0755));
	SHOW(mount("a/dir", "b", NULL, MS_BIND, NULL));
	filesystem("bound", "b");
	SHOW(close(open("b/file", O_CREAT | O_WRONLY, 0600)));
	SHOW(access("a/dir/file", F_OK));
	SHOW(mount(NULL, "b", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NODEV, NULL));
	filesystem("read-only", "b");
	SHOW(unlink("b/file"));
	SHOW(unlink("a/dir/file"));
	SHOW(mount("b", "c", NULL, MS_MOVE, NULL));
	filesystem("moved from", "b");
	filesystem("moved to", "c");
	SHOW(umount2("b", 0));
	SHOW(umount2("c", MNT_EXPIRE));
	SHOW(umount2("c", MNT_EXPIRE));
	SHOW(symlink("a", "link"));
	SHOW(umount2("link", UMOUNT_NOFOLLOW));
	SHOW(umount2("a", 0x100));
	SHOW(chdir("a"));
	SHOW(umount2("../a", 0));
	SHOW(umount2("../a", MNT_DETACH));
	SHOW(chdir("..")); /* of what is mounted nowhere: itself */
	SHOW(fchdir(home));
	SHOW(umount2("a", 0));
	SHOW(syscall(SYS_pivot_root, "a", "b"));
	SHOW(syscall(SYS_pivot_root, "missing", "b"));
#ifdef __i386__
	SHOW(mount("none", "a", "tmpfs", 0xc0ed0000u, NULL)); /* MS_MGC_VAL */
	SHOW(syscall(SYS_umount, "link"));
	SHOW(syscall(SYS_umount, "link"));
#endif
}

static void new_calls(void)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
	int fs, mnt;
	char log[128];

	fs = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
	EXPECT(fs >= 0);
	SHOW(syscall(SYS_fsopen, "nothing", 0));
	SHOW(syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "size", "3m", 0));
	SHOW(syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "size", unterminated("3m"), 0));
	SHOW(syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "what", "x", 0));
	SHOW(syscall(SYS_fsconfig, fs, FSCONFIG_SET_FLAG, "ro", NULL, 0));
	SHOW(syscall(SYS_fsconfig, fs, FSCONFIG_SET_BINARY, "size", "abc", 3));
	SHOW(syscall(SYS_fsconfig, fs, FSCONFIG_SET_PATH, "source", "a", AT_FDCWD));
	SHOW(syscall(SYS_fsconfig, fs, 99, NULL, NULL, 0));
	SHOW(syscall(SYS_fsmount, fs, 0, 0));
	SHOW(syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0));
	memset(log, 0, sizeof(log));
	SHOW(read(fs, log, sizeof(log) - 1));
	printf("%s\n", log);
	mnt = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOEXEC);
	EXPECT(mnt >= 0);
	SHOW(syscall(SYS_move_mount, mnt, "", AT_FDCWD, "a", MOVE_MOUNT_F_EMPTY_PATH));
	filesystem("attached", "a");
	close(mnt);
	close(fs);
	mnt = (int)syscall(SYS_open_tree, AT_FDCWD, "a", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	EXPECT(mnt >= 0);
	SHOW(syscall(SYS_mount_setattr, mnt, "", AT_EMPTY_PATH, &attr, sizeof(attr)));
	SHOW(syscall(SYS_mount_setattr, mnt, "", AT_EMPTY_PATH, &attr, 8));
	SHOW(syscall(SYS_mount_setattr, mnt, "", AT_EMPTY_PATH, page_end - 8, sizeof(attr)));
	SHOW(syscall(SYS_move_mount, mnt, "", AT_FDCWD, "b", MOVE_MOUNT_F_EMPTY_PATH));
	filesystem("cloned", "b");
	close(mnt);
	fs = (int)syscall(SYS_fspick, AT_FDCWD, "a", 0);
	EXPECT(fs >= 0);
	SHOW(syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "size", "5m", 0));
	SHOW(syscall(SYS_fsconfig, fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0));
	filesystem("picked", "a");
	close(fs);
	SHOW(umount2("b", 0));
	SHOW(umount2("a", 0));
}

static void roots(void)
{
	int status;

	SHOW(mount("none", "a", "tmpfs", 0, NULL));
	SHOW(mkdir("a/old", 0755));
	fflush(stdout);
	if (fork() == 0) {
		char cwd[64];

		SHOW(unshare(CLONE_NEWNS));
		SHOW(chdir("a"));
		if (syscall(SYS_pivot_root, ".", "old") || chdir("/")) {
			printf("no new root: %s\n", result(-1));
			fflush(stdout);
			_exit(1);
		}
		SHOW(access("/old/proc", F_OK));
		SHOW(umount2("/old", MNT_DETACH));
		SHOW(access("/old/proc", F_OK));
		SHOW(mkdir("/new", 0755));
		SHOW(chdir("/new"));
		printf("%s\n", getcwd(cwd, sizeof(cwd)));
		fflush(stdout);
		_exit(0);
	}
	wait(&status);
	show_status("pivot_root", status);
	SHOW(access("a/new", F_OK));
	SHOW(umount2("a", 0));
}

int main(void)
{
	char dir[] = "/tmp/guest.mounts.XXXXXX";

	page_end = edge() + 4096;
	if (!mkdtemp(dir) || chdir(dir) || mkdir("a", 0755) || mkdir("b", 0755) || mkdir("c", 0755))
		return 1;
	if (unshare(CLONE_NEWNS) && unshare(CLONE_NEWUSER | CLONE_NEWNS)) {
		printf("no namespace: %s\n", result(-1));
	} else {
		SHOW(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
		home = open(".", O_PATH | O_CLOEXEC);
		old_calls();
		new_calls();
		roots();
	}
	unlink("link");
	rmdir("a");
	rmdir("b");
	rmdir("c");
	chdir("/");
	return rmdir(dir) != 0;
}
