/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Building a sandbox. What the guest gets to see is described in docs/sandbox.md. */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "host/host.h"
#include "sandbox/mount.h"
#include "sandbox/mountinfo.h"
#include "sandbox/nolinks.h"
#include "sandbox/overlay.h"
#include "sandbox/path.h"
#include "sandbox/scratch.h"

bool sandbox_on;

static const char *scratch_place; /* sandbox_options.scratch */
static bool prepared;		  /* sandbox_prepare() */
static u32 prepared_binds;

/* ---- Mount points ---- */

static void bind(const char *src, const char *dst, bool ro)
{
	struct statfs fs;
	int err;

	if (!statfs(src, &fs) && fs.f_type == PROC_SUPER_MAGIC)
		fatal("sandbox: %s: a /proc of the host is not shown; the sandbox has one of its "
		      "own",
		      src);
	err = mount_add(src, dst, ro);
	if (err)
		fatal("sandbox: %s: %s", src, strerror(-err));
}

/* A /proc of the host that lies in what mounts show is empty there. */
static bool cover_proc(const char *point, const char *type, void *nr_mounts)
{
	char path[GUEST_PATH_MAX];
	const struct mount *m;
	const char *rel;

	for (u32 i = 0; !strcmp(type, "proc") && i < *(u32 *)nr_mounts; i++) {
		m = mount_nth(i);
		if (m->kind != MOUNT_DIR || !path_is_below(point, m->host))
			continue;
		snprintf(path, sizeof(path), "%s%s", m->path, point + m->host_len);
		if (mount_find(path, &rel) == m)
			bind(scratch_dir(scratch_place, "empty", 0555), path, true);
	}
	return false;
}

static void cover_procs(void)
{
	u32 n = 0;

	while (mount_nth(n))
		n++;
	mountinfo_find("/", cover_proc, &n);
}

/* Where the root is the run's own, mount points are made in it, so that they are listed. */
static char *own_root;

static void make_point(const char *dst, bool is_dir)
{
	char path[PATH_MAX];
	size_t len;
	int fd;

	if (!own_root || (size_t)snprintf(path, sizeof(path), "%s%s", own_root, dst) >= PATH_MAX)
		return;
	len = strlen(own_root);
	for (char *s = path + len + 1; *s; s++) {
		if (*s != '/')
			continue;
		*s = 0;
		mkdir(path, 0755);
		*s = '/';
	}
	if (is_dir) {
		mkdir(path, 0755);
		return;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd >= 0)
		close(fd);
}

static void bind_at_point(const char *src, const char *dst, bool ro)
{
	struct stat st;

	if (stat(src, &st))
		fatal("sandbox: %s: %s", src, strerror(errno));
	make_point(dst, S_ISDIR(st.st_mode));
	bind(src, dst, ro);
}

static void bind_if_there(const char *path, bool ro)
{
	if (!access(path, F_OK))
		bind_at_point(path, path, ro);
}

static void add_tmpfs(const char *dst)
{
	static u32 n;
	char name[24];

	snprintf(name, sizeof(name), "tmpfs%u", n++);
	make_point(dst, true);
	bind(scratch_dir(scratch_place, name, 01777), dst, false);
}

/* ---- /dev ---- */

static void add_dev(void)
{
	static const char *const devices[] = {"null",	 "zero", "full", "random",
					      "urandom", "tty",	 "ptmx"};
	static const char *const links[][2] = {
		{"/proc/self/fd", "fd"},
		{"/proc/self/fd/0", "stdin"},
		{"/proc/self/fd/1", "stdout"},
		{"/proc/self/fd/2", "stderr"},
	};
	char dir[PATH_MAX], path[PATH_MAX + 16], shm[PATH_MAX];
	int fd;

	snprintf(shm, sizeof(shm), "%s", scratch_dir(scratch_place, "shm", 01777));
	snprintf(dir, sizeof(dir), "%s", scratch_dir(scratch_place, "dev", 0755));
	make_point("/dev", true);
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, links[i][1]);
		if (symlink(links[i][0], path) && errno != EEXIST)
			fatal("%s: %s", path, strerror(errno));
	}
	snprintf(path, sizeof(path), "%s/shm", dir);
	mkdir(path, 01777);
	snprintf(path, sizeof(path), "%s/pts", dir);
	mkdir(path, 0755);
	bind(dir, "/dev", true);
	bind(shm, "/dev/shm", false);
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
		char src[32];

		snprintf(src, sizeof(src), "/dev/%s", devices[i]);
		if (access(src, F_OK))
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, devices[i]);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		if (fd >= 0)
			close(fd);
		bind(src, src, true); /* they can be written, but have no other owner or mode */
	}
}

/* ---- The root ---- */

static void write_file(const char *path, const char *text)
{
	char full[PATH_MAX];
	FILE *f;

	make_point(path, false);
	snprintf(full, sizeof(full), "%s%s", own_root, path);
	f = fopen(full, "we");
	if (!f || fputs(text, f) < 0 || fclose(f))
		fatal("%s: %s", full, strerror(errno));
}

/* Names for the ids that the guest has, and no others. */
static void add_names(void)
{
	char text[1024];
	unsigned uid = getuid(), gid = getgid();

	snprintf(text, sizeof(text), "root:x:0:0:root:/root:/bin/sh\n%s",
		 "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n");
	if (uid && uid != 65534)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "user:x:%u:%u:user:/tmp:/bin/sh\n", uid, gid);
	write_file("/etc/passwd", text);
	snprintf(text, sizeof(text), "root:x:0:\nnogroup:x:65534:\n");
	if (gid && gid != 65534)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "user:x:%u:\n", gid);
	write_file("/etc/group", text);
	write_file("/etc/hosts", "127.0.0.1\tlocalhost\n::1\tlocalhost\n");
	write_file("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n");
}

/* The system's programs and libraries, read-only; everything else is empty and the run's own. */
static void default_root(bool ro)
{
	static const char *const system[] = {"/usr",   "/bin",	 "/sbin",  "/lib",
					     "/lib32", "/lib64", "/libx32"};
	char root[PATH_MAX], target[PATH_MAX], path[PATH_MAX + 16];

	snprintf(root, sizeof(root), "%s", scratch_dir(scratch_place, "root", 0755));
	own_root = root;
	bind(root, "/", ro);
	for (size_t i = 0; i < ARRAY_SIZE(system); i++) {
		ssize_t n = readlink(system[i], target, sizeof(target) - 1);

		if (n > 0) {
			target[n] = 0;
			snprintf(path, sizeof(path), "%s%s", root, system[i]);
			if (symlink(target, path) && errno != EEXIST)
				fatal("%s: %s", path, strerror(errno));
		} else {
			bind_if_there(system[i], true);
		}
	}
	bind_if_there("/etc/ld.so.cache", true);
	bind_if_there("/etc/alternatives", true);
	bind_if_there("/etc/localtime", true);
	bind_if_there("/etc/locale.alias", true); /* where libc's name in /usr leads */
	add_names();
	add_tmpfs("/tmp");
	own_root = strdup(root);
}

/* The place of --overlay's changes and, of the same mount, of what the host needs besides. Returns
 * false where there is none. */
static bool overlay_dirs(const char *keep, char upper[PATH_MAX], char work[PATH_MAX])
{
	struct stat a, b;

	snprintf(work, PATH_MAX, "%s", scratch_dir(scratch_place, "work", 0700));
	if (!keep) {
		snprintf(upper, PATH_MAX, "%s", scratch_dir(scratch_place, "upper", 0700));
		return true;
	}
	if ((mkdir(keep, 0755) && errno != EEXIST) || !realpath(keep, upper))
		fatal("--keep %s: %s", keep, strerror(errno));
	if (stat(keep, &a) || stat(work, &b))
		return false;
	if (a.st_dev == b.st_dev)
		return true;
	return scratch_beside(upper, work);
}

/* Where the changes lie below the root themselves, they are not to be seen twice. */
static void hide(const char *root, const char *dir)
{
	size_t len = strcmp(root, "/") ? strlen(root) : 0;

	if (!strncmp(dir, root, len) && dir[len] == '/')
		bind(scratch_dir(scratch_place, "empty", 0555), dir + len, true);
}

static void add_overlay(const struct sandbox_options *opt)
{
	char upper[PATH_MAX], work[PATH_MAX], at[PATH_MAX], real[PATH_MAX];
	struct overlay o = {real, upper, work, at, -1, -1};
	int err;

	if (!realpath(opt->root, real))
		fatal("--root %s: %s", opt->root, strerror(errno));
	snprintf(at, sizeof(at), "%s", scratch_dir(scratch_place, "root", 0755));
	err = overlay_dirs(opt->keep, upper, work) ? overlay_mount(&o) : -EXDEV;
	if (!err) {
		err = mount_add_open(o.fd, o.plain, at, "/");
		if (err)
			fatal("--overlay: %s", strerror(-err));
		hide(real, scratch_base());
		if (opt->keep)
			hide(real, upper);
		return;
	}
	if (!strcmp(real, "/")) {
		scratch_remove();
		fatal("--overlay: / is not copied, and the host makes no overlay of it: %s",
		      strerror(-err));
	}
	scratch_copy_tree(real, opt->keep ? upper : at);
	bind(opt->keep ? upper : at, "/", false);
}

static void add_root(const struct sandbox_options *opt)
{
	if (!opt->root)
		default_root(opt->ro);
	else if (opt->overlay)
		add_overlay(opt);
	else
		bind(opt->root, "/", opt->ro);
}

/* ---- Descriptors ---- */

/* A directory that is open outside would be a way out. */
static void clean_descriptors(void)
{
	struct stat st;

	for (int fd = 0; fd < 3; fd++) {
		int null;

		if (fstat(fd, &st) || !S_ISDIR(st.st_mode))
			continue;
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (null < 0 || dup2(null, fd) < 0)
			fatal("/dev/null: %s", strerror(errno));
		close(null);
	}
	if (!prepared) /* else whoever has prepared it passes on nothing else */
		host_close_others(3, ~0u);
}

/* ---- The program ---- */

/* 0 if the guest can execute path, else -errno. */
static int executable(const char *path)
{
	const char *at = sandbox_path(AT_FDCWD, path, PATH_FOLLOW);
	struct stat st;
	long err = host(SYS_stat, HP(at), HP(&st));

	if (!err && !S_ISREG(st.st_mode))
		err = -EACCES;
	if (!err)
		err = host_may_execute(at);
	return (int)sandbox_path_end(err);
}

static const char *find_in_path(const char *name)
{
	static char buf[PATH_MAX];
	const char *dir = getenv("PATH");

	for (dir = dir ? dir : "/bin:/usr/bin";; dir++) {
		int len = (int)strcspn(dir, ":");

		snprintf(buf, sizeof(buf), "%.*s%s%s", len, dir, len ? "/" : "", name);
		if (!executable(buf))
			return buf;
		dir += len;
		if (!*dir)
			return NULL;
	}
}

/* The program's guest path. In the default root a host program is shown where it lies. */
static const char *place_program(const struct sandbox_options *opt, const char *name,
				 const char *cwd)
{
	static char path[2 * PATH_MAX];
	const char *found;

	if (!strchr(name, '/')) {
		found = find_in_path(name);
		if (!found)
			die(127, "%s: not found in the sandbox", name);
		return found;
	}
	if (opt->root)
		return name;
	snprintf(path, sizeof(path), "%s%s%s", name[0] == '/' ? "" : cwd, name[0] == '/' ? "" : "/",
		 name);
	if (executable(path) && !access(name, F_OK)) {
		mount_written(mount_nth(0)); /* its mount point is made */
		bind_at_point(name, path, true);
	}
	return path;
}

/* ---- Entering ---- */

static void go_to(const char *dir)
{
	const char *at = sandbox_path(AT_FDCWD, dir, PATH_FOLLOW);
	long err = sandbox_path_end(host(SYS_chdir, HP(at)));

	if (err)
		fatal("%s: %s", dir, strerror((int)-err));
}

/* To the caller's directory where --overlay shows it: to the host that is another one. */
static bool go_to_overlaid(const struct sandbox_options *opt, const char *cwd)
{
	char real[PATH_MAX];
	const char *at;
	size_t len;

	if (!opt->overlay || !realpath(opt->root, real))
		return false;
	len = strcmp(real, "/") ? strlen(real) : 0;
	if (strncmp(cwd, real, len) || (cwd[len] && cwd[len] != '/'))
		return false;
	at = sandbox_path(AT_FDCWD, cwd[len] ? cwd + len : "/", PATH_FOLLOW);
	return !sandbox_path_end(host(SYS_chdir, HP(at)));
}

static void build(const struct sandbox_options *opt)
{
	int err;

	if (access("/proc/self/fd", F_OK))
		fatal("a sandbox needs /proc, which is not mounted");
	scratch_place = opt->scratch;
	add_root(opt);
	add_dev();
	make_point("/proc", true);
	err = mount_add_proc();
	if (err)
		fatal("/proc: %s", strerror(-err));
	mount_set_empty(scratch_dir(scratch_place, "empty", 0555));
	for (u32 i = 0; i < opt->nr_tmpfs; i++)
		add_tmpfs(opt->tmpfs[i]);
	for (u32 i = 0; i < opt->nr_binds; i++)
		bind_at_point(opt->bind[i].src, opt->bind[i].dst, opt->bind[i].ro);
	cover_procs();
}

void sandbox_prepare(const struct sandbox_options *opt)
{
	build(opt);
	mount_open_plain();
	mount_watch_writes();
	prepared = true;
	prepared_binds = opt->nr_binds;
}

bool sandbox_prepared(void)
{
	return prepared;
}

bool sandbox_used(void)
{
	return prepared && mount_seen_writes();
}

void sandbox_discard(void)
{
	mount_forget_all();
	overlay_forget();
	scratch_forget();
	free(own_root);
	own_root = NULL;
	prepared = false;
}

const char *sandbox_enter(const struct sandbox_options *opt, const char *name)
{
	char cwd[PATH_MAX], guest[GUEST_PATH_MAX];

	if (!getcwd(cwd, sizeof(cwd)))
		strcpy(cwd, "/");
	clean_descriptors();
	if (!prepared)
		build(opt);
	for (u32 i = prepared_binds; prepared && i < opt->nr_binds; i++)
		bind_at_point(opt->bind[i].src, opt->bind[i].dst, opt->bind[i].ro);
	if (prepared_binds < opt->nr_binds)
		cover_procs();
	sandbox_on = true;
	name = place_program(opt, name, cwd);
	mount_open_plain();
	if (opt->work_dir)
		go_to(opt->work_dir);
	else if (!mount_guest_path(cwd, guest, NULL) && !go_to_overlaid(opt, cwd))
		go_to(opt->root ? "/" : "/tmp");
	if (!opt->scratch)
		scratch_watch();
	nolinks_forget();
	return name;
}
