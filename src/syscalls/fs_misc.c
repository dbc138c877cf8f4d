/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Anonymous files, file handles, and mounting. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "syscalls/fdtable.h"
#include "syscalls/path.h"
#include "syscalls/proc_mem.h"
#include "task/task.h"
#include "task/exe.h"

#ifndef SYS_statmount
#define SYS_statmount 457
#define SYS_listmount 458
#endif
#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif
#ifndef SYS_file_getattr
#define SYS_file_getattr 468
#define SYS_file_setattr 469
#endif

SYSCALL_DEFINE2(memfd_create, (), STR, uname, MEMFD_FLAGS, flags)
{
	char name[NAME_MAX + 1];
	long fd, len = strncpy_from_user(name, uname, sizeof(name));

	if (len >= 0 && (len == sizeof(name) || proc_mem_is_name(name)))
		return -EINVAL;
	fd = host(SYS_memfd_create, HP(len < 0 ? NULL : name), flags); /* flags go before names */
	fd_set_small((int)fd, false);
	return fd;
}

/* struct file_handle: u32 handle_bytes, int handle_type, handle_bytes of data. */
#define HANDLE_HEAD 8
#define HANDLE_MAX  128

static size_t handle_size(guest_addr handle)
{
	u32 bytes;

	if (get_user(bytes, handle))
		return HANDLE_HEAD;
	return HANDLE_HEAD + MIN(bytes, HANDLE_MAX);
}

SYSCALL_DEFINE5(name_to_handle_at, (), DIRFD, dfd, PATH, name, ADDR, handle, ADDR, mnt_id, AT_FLAGS,
		flag)
{
	const u32 mnt_id_unique = 1;
	const char *path =
		user_path_at(dfd, name, flag & AT_SYMLINK_FOLLOW ? PATH_FOLLOW : PATH_NOFOLLOW);

	return host(SYS_name_to_handle_at, dfd, HP(path),
		    HP(user_inout(handle, handle_size(handle))),
		    HP(user_out(mnt_id, flag & mnt_id_unique ? 8 : 4)), flag);
}

SYSCALL_DEFINE3(open_by_handle_at, (), FD, mountdirfd, ADDR, handle, OPEN_FLAGS, flags)
{
	long fd = host_block(SYS_open_by_handle_at, mountdirfd,
			     HP(user_in(handle, handle_size(handle))), flags);

	fd_set_small((int)fd, false);
	return fd;
}

COMPAT_SYSCALL_DEFINE3(open_by_handle_at, (), FD, mountdirfd, ADDR, handle, OPEN_FLAGS, flags)
{
	return do_sys_open_by_handle_at(mountdirfd, handle, flags);
}

/* copy_mount_options(): file systems may take something else than a string, so that a page is
 * passed, or what there is of it. */
static const void *mount_data(guest_addr data)
{
	u64 n = PAGE_SIZE - (data & ~PAGE_MASK);
	u8 *page = data ? user_scratch(PAGE_SIZE) : NULL;

	if (!page)
		return NULL;
	memset(page, 0, PAGE_SIZE);
	if (copy_from_user(page, data, n))
		return user_in(data, n); /* bad for the host, too */
	if (n < PAGE_SIZE && copy_from_user(page + n, data + n, PAGE_SIZE - n))
		memset(page + n, 0, PAGE_SIZE - n);
	return page;
}

SYSCALL_DEFINE5(mount, (.missing = "data that holds pointers (old nfs4)"), STR, dev_name, PATH,
		dir_name, STR, type, MOUNT_FLAGS, flags, STR, data)
{
	exe_hold();
	return host(SYS_mount, HP(user_str(dev_name)), HP(user_path(dir_name, PATH_FOLLOW)),
		    HP(user_str(type)), flags, HP(mount_data(data)));
}

SYSCALL_DEFINE2(umount, (), PATH, name, UMOUNT_FLAGS, flags)
{
	exe_hold();
	return host(SYS_umount2, HP(user_path(name, PATH_FOLLOW)), flags);
}

SYSCALL_DEFINE1(oldumount, (), PATH, name)
{
	exe_hold();
	return host(SYS_umount2, HP(user_path(name, PATH_FOLLOW)), 0);
}

SYSCALL_DEFINE2(pivot_root, (), PATH, new_root, PATH, put_old)
{
	exe_hold();
	return host(SYS_pivot_root, HP(user_path(new_root, PATH_FOLLOW)),
		    HP(user_path(put_old, PATH_FOLLOW)));
}

SYSCALL_DEFINE2(swapon, (), PATH, specialfile, HEX, swap_flags)
{
	return host(SYS_swapon, HP(user_path(specialfile, PATH_FOLLOW)), (u32)swap_flags);
}

SYSCALL_DEFINE1(swapoff, (), PATH, specialfile)
{
	return host(SYS_swapoff, HP(user_path(specialfile, PATH_FOLLOW)));
}

SYSCALL_DEFINE3(open_tree, (), DIRFD, dfd, PATH, filename, HEX, flags)
{
	return host(SYS_open_tree, dfd, HP(user_path_at(dfd, filename, PATH_FOLLOW)), (u32)flags);
}

SYSCALL_DEFINE5(move_mount, (), DIRFD, from_dfd, PATH, from_pathname, DIRFD, to_dfd, PATH,
		to_pathname, HEX, flags)
{
	exe_hold();
	return host(SYS_move_mount, from_dfd,
		    HP(user_path_at(from_dfd, from_pathname, PATH_FOLLOW)), to_dfd,
		    HP(user_path_at(to_dfd, to_pathname, PATH_FOLLOW)), (u32)flags);
}

SYSCALL_DEFINE2(fsopen, (), STR, fs_name, HEX, flags)
{
	return host(SYS_fsopen, HP(user_str(fs_name)), (u32)flags);
}

SYSCALL_DEFINE3(fsmount, (), FD, fs_fd, HEX, flags, HEX, attr_flags)
{
	return host(SYS_fsmount, fs_fd, (u32)flags, (u32)attr_flags);
}

SYSCALL_DEFINE3(fspick, (), DIRFD, dfd, PATH, path, HEX, flags)
{
	return host(SYS_fspick, dfd, HP(user_path_at(dfd, path, PATH_FOLLOW)), (u32)flags);
}

/* The command says what the value is: 1 and 3, 4 a string or path, 2 a blob of aux bytes. */
SYSCALL_DEFINE5(fsconfig, (), FD, fd, UINT, cmd, STR, key, ADDR, value, INT, aux)
{
	const void *v = NULL;

	if (cmd == 1 || cmd == 3 || cmd == 4)
		v = user_str(value);
	else if (cmd == 2)
		v = user_in(value, aux > 0 ? MIN((u32)aux, 1u << 20) : 0);
	else if (value)
		v = (const void *)-PAGE_SIZE; /* refused: these take none */
	return host(SYS_fsconfig, fd, cmd, HP(user_str(key)), HP(v), aux);
}

SYSCALL_DEFINE5(mount_setattr, (), DIRFD, dfd, PATH, path, AT_FLAGS, flags, ADDR, uattr, SIZE,
		usize)
{
	return host(SYS_mount_setattr, dfd, HP(user_path_at(dfd, path, PATH_FOLLOW)), flags,
		    HP(user_in(uattr, MIN(usize, PAGE_SIZE))), usize);
}

SYSCALL_DEFINE5(open_tree_attr, (), DIRFD, dfd, PATH, filename, HEX, flags, ADDR, uattr, SIZE,
		usize)
{
	return host(SYS_open_tree_attr, dfd, HP(user_path_at(dfd, filename, PATH_FOLLOW)),
		    (u32)flags, HP(user_in(uattr, MIN(usize, PAGE_SIZE))), usize);
}

/* The size of a struct mnt_id_req stands in its first word. */
static const void *mnt_id_req(guest_addr req)
{
	u32 size;

	return user_in(req, get_user(size, req) ? 4 : MIN(MAX(size, 4u), PAGE_SIZE));
}

SYSCALL_DEFINE4(statmount, (), ADDR, req, ADDR, buf, SIZE, bufsize, HEX, flags)
{
	return host(SYS_statmount, HP(mnt_id_req(req)), HP(user_out(buf, MIN(bufsize, 1u << 24))),
		    bufsize, (u32)flags);
}

SYSCALL_DEFINE4(listmount, (), ADDR, req, ADDR, mnt_ids, SIZE, nr_mnt_ids, HEX, flags)
{
	return host(SYS_listmount, HP(mnt_id_req(req)),
		    HP(user_out(mnt_ids, MIN(nr_mnt_ids, 1u << 20) * 8)), nr_mnt_ids, (u32)flags);
}

SYSCALL_DEFINE5(file_getattr, (), DIRFD, dfd, PATH, filename, ADDR, attr, SIZE, usize, AT_FLAGS,
		at_flags)
{
	const char *path = user_path_at(dfd, filename, path_flags_at(at_flags));

	return host(SYS_file_getattr, dfd, HP(path), HP(user_out(attr, MIN(usize, PAGE_SIZE))),
		    usize, at_flags);
}

SYSCALL_DEFINE5(file_setattr, (), DIRFD, dfd, PATH, filename, ADDR, attr, SIZE, usize, AT_FLAGS,
		at_flags)
{
	const char *path = user_path_at(dfd, filename, path_flags_at(at_flags) | PATH_WRITE);

	return host(SYS_file_setattr, path_dfd(dfd), HP(path),
		    HP(user_in(attr, MIN(usize, PAGE_SIZE))), usize, at_flags);
}
