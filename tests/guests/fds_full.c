/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that has used up its descriptors can still name files: with a soft limit that is
 * reached, calls with paths do as ever. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT 16

static void tell(const char *what, long ret)
{
	printf("%s: %ld %s\n", what, ret < 0 ? -1 : ret, ret < 0 ? strerror(errno) : "");
}

static void names(int notify, int socket)
{
	struct sockaddr_un name = {AF_UNIX, "socket"};
	char path[400], *slash;
	struct statfs fs;
	struct stat st;
	long n;

	tell("chdir", chdir("dir"));
	tell("chdir ..", chdir(".."));
	tell("chdir by a link", chdir("link"));
	tell("chdir back", chdir(".."));
	tell("fchdir", fchdir(0));
	tell("stat", stat("link/../dir", &st));
	tell("stat in /proc", stat("/proc/self/status", &st));
	tell("statfs", statfs("link", &fs));
	tell("watch", inotify_add_watch(notify, "link", IN_CREATE));
	tell("bind", bind(socket, (struct sockaddr *)&name, sizeof(name)));
	tell("rename", rename("socket", "dir/socket"));
	tell("unlink", unlink("link/socket"));
	tell("truncate", truncate("link/file", 3));
	tell("open", open("link/file", O_RDONLY));
	n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	path[n < 0 ? 0 : n] = 0;
	slash = strrchr(path, '/');
	printf("I am %.8s\n", slash ? slash + 1 : path);
}

int main(int argc, char **argv)
{
	int fd[2 * LIMIT], n = 0, notify, sock, status = 0;
	struct rlimit r;
	pid_t pid;

	if (argc > 1)
		return 7;
	mkdir("dir", 0700);
	symlink("dir", "link");
	close(open("dir/file", O_CREAT | O_WRONLY, 0600));
	notify = inotify_init();
	sock = socket(AF_UNIX, SOCK_STREAM, 0);
	getrlimit(RLIMIT_NOFILE, &r);
	r.rlim_cur = LIMIT;
	if (setrlimit(RLIMIT_NOFILE, &r))
		return 1;
	while (n < 2 * LIMIT && (fd[n] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
		n++;
	tell("the last one", fd[n]);
	names(notify, sock);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		execl("/proc/self/exe", argv[0], "again", (char *)NULL);
		_exit(1);
	}
	if (waitpid(pid, &status, 0) == pid)
		printf("executed: %d\n", WEXITSTATUS(status));
	unlink("dir/file");
	unlink("link");
	return rmdir("dir") != 0;
}
