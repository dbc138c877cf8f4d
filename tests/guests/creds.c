/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changing ids in all forms and what it does to capabilities; across execve too. As root more of it
 * succeeds. */
#include "guest.h"
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/auxv.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>

#define CALL(...) SHOW(syscall(__VA_ARGS__))

static void show(const char *when)
{
	struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct d[2];
	uid_t r, e, s;
	gid_t rg, eg, sg;

	getresuid(&r, &e, &s);
	getresgid(&rg, &eg, &sg);
	syscall(SYS_capget, &h, d);
	printf("%s: uid %d %d %d %d gid %d %d %d %d caps %s %s %s\n", when, r, e, s, setfsuid(-1),
	       rg, eg, sg, setfsgid(-1), d[0].permitted ? "some" : "none",
	       d[0].effective ? "some" : "none", d[0].inheritable ? "some" : "none");
}

static void set_all(void)
{
	show("start");
	SHOW(setresgid(100, 200, 300));
	SHOW(setresuid(1000, -1, 0));
	show("setresuid");
	SHOW(setfsuid(5000));
	show("setfsuid");
	SHOW(setreuid(-1, 1000));
	show("setreuid");
	SHOW(setuid(0));
	show("setuid");
	SHOW(seteuid(0));
	show("seteuid");
	SHOW(setuid(1234));
	show("setuid");
	SHOW(setuid(0));
	SHOW(setresuid(-1, -1, -1));
	SHOW(setreuid(0, -1));
	SHOW(setgid(5));
	SHOW(setregid(-1, 300));
	show("end");
}

static void drop(void)
{
	SHOW(setgroups(0, NULL));
	SHOW(setgid(77));
	SHOW(setuid(77));
	show("dropped");
	SHOW(setgroups(0, NULL));
	SHOW(setuid(-1));
	SHOW(setreuid(0, 0));
	SHOW(setresuid(77, 77, 0));
}

static void keep(void)
{
	SHOW(prctl(PR_SET_KEEPCAPS, 1));
	SHOW(setresuid(77, 77, 77));
	show("kept");
}

static void groups(void)
{
	gid_t list[40] = {1, 2, 70000}, got[40];

	SHOW(setgroups(3, list));
	SHOW(getgroups(0, NULL));
	SHOW(getgroups(2, got));
	SHOW(getgroups(40, got));
	printf("%d %d %d\n", got[0], got[1], got[2]);
	CALL(SYS_getgroups, -1, got);
	CALL(SYS_setgroups, 70000, list);
	CALL(SYS_setgroups, -1, list);
	CALL(SYS_setgroups, 2, (void *)16);
	CALL(SYS_getgroups, 40, (void *)16);
}

#ifdef __i386__
static void narrow(void)
{
	unsigned short list[4] = {7, 8, 65535, 9}, a, b, c;
	gid_t wide[3] = {70000, 5, 6};

	setgroups(3, wide);
	SHOW(int80(80, 4, (long)list, 0, 0, 0)); /* getgroups16 */
	printf("%d %d %d\n", list[0], list[1], list[2]);
	list[0] = 7, list[1] = 8, list[2] = 65535;
	SHOW(int80(81, 2, (long)list, 0, 0, 0)); /* setgroups16 */
	printf("%ld\n", int80(81, 3, (long)list, 0, 0, 0));
	setresgid(70000, 70000, 70000);
	printf("gid16 %ld\n", int80(47, 0, 0, 0, 0, 0));
	SHOW(int80(170, 3, 4, 65535, 0, 0)); /* setresgid16 */
	show("setresgid16");
	SHOW(int80(171, (long)&a, (long)&b, (long)&c, 0, 0));
	printf("%d %d %d\n", a, b, c);
	SHOW(int80(71, 65535, 4, 0, 0, 0)); /* setregid16 */
	SHOW(int80(46, 9, 0, 0, 0, 0));	    /* setgid16 */
	SHOW(int80(139, 12, 0, 0, 0, 0));   /* setfsgid16 */
	SHOW(int80(138, 13, 0, 0, 0, 0));   /* setfsuid16 */
	show("before");
	SHOW(int80(164, 70000, 3, 65535, 0, 0)); /* setresuid16: 70000 & 0xffff */
	show("setresuid16");
	SHOW(int80(165, (long)&a, (long)&b, (long)&c, 0, 0));
	printf("%d %d %d\n", a, b, c);
	SHOW(int80(70, 3, 65535, 0, 0, 0)); /* setreuid16 */
	printf("%ld\n", int80(23, 9, 0, 0, 0, 0));
	show("end");
}
#endif

static void exec_with(void (*before)(void))
{
	char *argv[] = {"creds", "show", NULL};
	int copy;

	/* others may not be allowed to reach the program by its path */
	copy = open("/proc/self/exe", O_RDONLY);
	before();
	show("before execve");
	fflush(stdout);
	syscall(SYS_execveat, copy, "", argv, environ, AT_EMPTY_PATH);
	printf("execveat: %s\n", strerror(errno));
}

static void before_mixed(void)
{
	setresuid(0, 77, 0);
}

static void before_saved(void)
{
	setresuid(77, 77, 0);
}

static void before_keep(void)
{
	prctl(PR_SET_KEEPCAPS, 1);
	setresuid(77, 77, 77);
}

static void before_set_group(void)
{
	setresgid(5, 6, 7);
}

static void exec_mixed(void)
{
	exec_with(before_mixed);
}

static void exec_saved(void)
{
	exec_with(before_saved);
}

static void exec_keep(void)
{
	exec_with(before_keep);
}

static void exec_group(void)
{
	exec_with(before_set_group);
}

/* Out of the bounding set, and one of the two kept by the inheritable ones. */
static void before_bounded(void)
{
	struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct d[2];

	syscall(SYS_capget, &h, d);
	d[0].inheritable |= 1 << CAP_NET_RAW;
	CALL(SYS_capset, &h, d);
	SHOW(prctl(PR_CAPBSET_DROP, CAP_NET_RAW));
	SHOW(prctl(PR_CAPBSET_DROP, CAP_SYS_CHROOT));
}

static void before_bounded_real(void)
{
	before_bounded();
	setresuid(0, 77, 77);
}

static void before_bounded_bits(void)
{
	before_bounded();
	SHOW(prctl(PR_SET_SECUREBITS, SECBIT_NOROOT));
}

static void exec_bounded(void)
{
	exec_with(before_bounded);
}

static void exec_bounded_real(void)
{
	exec_with(before_bounded_real);
}

static void exec_bounded_bits(void)
{
	exec_with(before_bounded_bits);
}

static void show_bounded(void)
{
	static const int caps[] = {CAP_CHOWN, CAP_NET_RAW, CAP_SYS_CHROOT};
	struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct d[2];

	syscall(SYS_capget, &h, d);
	for (size_t i = 0; i < sizeof(caps) / sizeof(*caps); i++)
		printf("capability %d: permitted %d effective %d inheritable %d\n", caps[i],
		       d[0].permitted >> caps[i] & 1, d[0].effective >> caps[i] & 1,
		       d[0].inheritable >> caps[i] & 1);
}

static void capabilities(void)
{
	struct __user_cap_header_struct h = {0x12345678, 0};
	struct __user_cap_data_struct d[2] = {{0, 0, 0}, {0, 0, 0}};

	CALL(SYS_capget, &h, d);
	printf("%x\n", h.version);
	CALL(SYS_capget, &h, NULL);
	h.version = _LINUX_CAPABILITY_VERSION_1;
	CALL(SYS_capget, &h, d);
	h.version = _LINUX_CAPABILITY_VERSION_2;
	CALL(SYS_capget, &h, d);
	h.pid = 999999999;
	CALL(SYS_capget, &h, d);
	h.pid = -1;
	CALL(SYS_capget, &h, d);
	CALL(SYS_capget, (void *)16, d);
	h.pid = 1;
	h.version = _LINUX_CAPABILITY_VERSION_3;
	CALL(SYS_capset, &h, d);
	h.pid = 0;
	d[0].effective = 1;
	d[0].permitted = 0;
	CALL(SYS_capset, &h, d);
	d[0].effective = 0;
	CALL(SYS_capset, &h, d);
	show("none left");
	SHOW(setuid(5) == 0 || errno == EPERM);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		show("after execve");
		show_bounded();
		printf("secure %lu, keepcaps %d, dumpable %d\n", getauxval(AT_SECURE),
		       prctl(PR_GET_KEEPCAPS), prctl(PR_GET_DUMPABLE));
		return 0;
	}
	in_child("set", set_all);
	in_child("drop", drop);
	in_child("keep", keep);
	in_child("groups", groups);
#ifdef __i386__
	in_child("narrow", narrow);
#endif
	in_child("capabilities", capabilities);
	in_child("mixed", exec_mixed);
	in_child("saved", exec_saved);
	in_child("keepcaps", exec_keep);
	in_child("group", exec_group);
	in_child("bounded", exec_bounded);
	in_child("bounded, really root", exec_bounded_real);
	in_child("bounded, no root", exec_bounded_bits);
	return 0;
}
