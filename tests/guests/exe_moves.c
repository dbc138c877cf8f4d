/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* /proc/self/exe leads to the program whatever becomes of its name: removed, replaced, renamed, out
 * of reach, without a name from the beginning. */
#include "guest.h"
#include <sys/sendfile.h>

static const char *const how[] = {"stays",   "removed",		  "replaced",
				  "renamed", "directory renamed", "directory closed",
				  "nameless"};

static void copy(const char *self, int to)
{
	int from = open(self, O_RDONLY);
	struct stat st;

	fstat(from, &st);
	for (off_t done = 0; done < st.st_size;)
		if (sendfile(to, from, &done, (size_t)(st.st_size - done)) <= 0)
			exit(2);
	close(from);
	close(to);
}

static void show(void)
{
	char name[512], magic[5] = "";
	ssize_t n = readlink("/proc/self/exe", name, sizeof(name) - 1);
	int fd = open("/proc/self/exe", O_RDONLY);
	struct stat a = {0}, b = {0};

	name[n < 0 ? 0 : n] = 0;
	n = fd < 0 ? -1 : read(fd, magic, 4);
	fstat(fd, &a);
	printf("  exe %s, read %zd %s, ",
	       strstr(name, "exe_moves") ? strstr(name, "exe_moves") : name, n, magic + 1);
	printf("same %d, ", stat("/proc/self/exe", &b) == 0 && a.st_ino == b.st_ino);
	printf("access %d, to write: ", access("/proc/self/exe", X_OK));
	puts(open("/proc/self/exe", O_WRONLY) < 0 ? strerror(errno) : "yes");
	close(fd);
}

static void moves(int way)
{
	int fd;

	show();
	switch (way) {
	case 1:
		SHOW(unlink("exe_moves.d/program"));
		break;
	case 2:
		SHOW(unlink("exe_moves.d/program"));
		fd = open("exe_moves.d/program", O_CREAT | O_WRONLY, 0755);
		dprintf(fd, "#!/bin/sh\necho another\n");
		close(fd);
		break;
	case 3:
		SHOW(rename("exe_moves.d/program", "exe_moves.d/another"));
		break;
	case 4:
		SHOW(rename("exe_moves.d", "exe_moves.e"));
		break;
	case 5:
		SHOW(chmod("exe_moves.d", 0700));
		if (!geteuid()) /* or the directory would not be closed */
			SHOW(setgid(65534) || setuid(65534));
		break;
	}
	show();
	fflush(stdout);
	execl("/proc/self/exe", "exe_moves", "again", NULL);
	printf("execl: %s\n", strerror(errno));
	exit(1);
}

int main(int argc, char **argv)
{
	char way[2] = "0";
	int status, fd;

	if (argc > 2)
		moves(atoi(argv[2]));
	if (argc > 1) {
		show();
		return 0;
	}
	for (unsigned i = 0; i < sizeof(how) / sizeof(how[0]); i++) {
		way[0] = (char)('0' + i);
		printf("%s\n", how[i]);
		fflush(stdout);
		mkdir("exe_moves.d", 0755);
		if (fork() == 0) {
			char *args[] = {"exe_moves", "run", way, NULL};

			if (i < 6) {
				copy(argv[0],
				     open("exe_moves.d/program", O_CREAT | O_WRONLY, 0755));
				execv("exe_moves.d/program", args);
			}
			fd = memfd_create("exe_moves", 0);
			copy(argv[0], dup(fd));
			syscall(SYS_execveat, fd, "", args, environ, AT_EMPTY_PATH);
			_exit(1);
		}
		wait(&status);
		show_status("end", status);
		unlink("exe_moves.d/program");
		unlink("exe_moves.d/another");
		unlink("exe_moves.e/program");
		rmdir("exe_moves.d");
		rmdir("exe_moves.e");
	}
	return 0;
}
