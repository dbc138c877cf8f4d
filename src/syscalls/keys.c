/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keyrings: the host's (security/keys/keyctl.c). The 32-bit forms differ in nothing but the size of
 * pointers inside structs. */
#include <errno.h>
#include <linux/keyctl.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "task/task.h"

#define MAX_PAYLOAD (1UL << 20)
#define BOUNDED(n)  MIN((u64)(n), MAX_PAYLOAD)

SYSCALL_DEFINE5(add_key, (), STR, type, STR, description, ADDR, payload, SIZE, plen, INT, ringid)
{
	return host(SYS_add_key, HP(user_str(type)), HP(user_str(description)),
		    HP(user_in(payload, BOUNDED(plen))), plen, ringid);
}

/* Asks user space for a key that is not there, and waits for it. */
SYSCALL_DEFINE4(request_key, (), STR, type, STR, description, STR, callout_info, INT, destringid)
{
	return host_block(SYS_request_key, HP(user_str(type)), HP(user_str(description)),
			  HP(user_str(callout_info)), destringid);
}

/* struct keyctl_kdf_params as the caller lays it out. */
static struct keyctl_kdf_params *import_kdf(guest_addr addr)
{
	struct keyctl_kdf_params *kdf = user_scratch(sizeof(*kdf));
	struct {
		u64 hashname, otherinfo;
		u32 otherinfolen, spare[8];
	} wide = {0};
	struct {
		u32 hashname, otherinfo, otherinfolen, spare[8];
	} narrow;

	if (!addr)
		return NULL;
	if (current->sc_abi == ABI_64) {
		if (!kdf || get_user(wide, addr))
			return (void *)-PAGE_SIZE;
	} else {
		if (!kdf || get_user(narrow, addr))
			return (void *)-PAGE_SIZE;
		wide.hashname = narrow.hashname;
		wide.otherinfo = narrow.otherinfo;
		wide.otherinfolen = narrow.otherinfolen;
		for (int i = 0; i < 8; i++)
			wide.spare[i] = narrow.spare[i];
	}
	kdf->hashname = (char *)HP(user_str(wide.hashname));
	kdf->otherinfo = (char *)HP(user_in(wide.otherinfo, BOUNDED(wide.otherinfolen)));
	kdf->otherinfolen = wide.otherinfolen;
	for (int i = 0; i < 8; i++)
		kdf->__spare[i] = wide.spare[i];
	return kdf;
}

/* Operations on an asymmetric key: the sizes of the buffers stand in a struct. */
static long keyctl_pkey(int option, guest_addr params, guest_addr info, guest_addr in,
			guest_addr out)
{
	struct keyctl_pkey_params p = {0};
	const char *text = user_str(info);
	const void *first;
	void *second;

	if (get_user(p, params))
		return host(SYS_keyctl, option, -PAGE_SIZE, HP(text), 0, 0);
	first = user_in(in, BOUNDED(p.in_len));
	second = option == KEYCTL_PKEY_VERIFY ? (void *)HP(user_in(out, BOUNDED(p.in2_len)))
					      : user_out(out, BOUNDED(p.out_len));
	return host(SYS_keyctl, option, HP(&p), HP(text), HP(first), HP(second));
}

static long keyctl_instantiate_iov(int id, guest_addr vec, u32 n, int ring)
{
	struct iovec *iov;
	long count;

	if (!vec)
		n = 0;
	count = import_iovec(current->sc_abi, vec, n, false, &iov);
	if (count < 0)
		return count;
	return host(SYS_keyctl, KEYCTL_INSTANTIATE_IOV, id, HP(iov), count, ring);
}

static long do_keyctl(int option, u64 a, u64 b, u64 c, u64 d)
{
	switch (option) {
	case KEYCTL_JOIN_SESSION_KEYRING:
		return host(SYS_keyctl, option, HP(user_str(a)));
	case KEYCTL_UPDATE:
	case KEYCTL_INSTANTIATE:
		return host(SYS_keyctl, option, (int)a, HP(user_in(b, BOUNDED(c))), c, (int)d);
	case KEYCTL_DESCRIBE:
	case KEYCTL_READ:
	case KEYCTL_GET_SECURITY:
		return host(SYS_keyctl, option, (int)a, HP(user_out(b, BOUNDED(c))), c);
	case KEYCTL_SEARCH:
		return host(SYS_keyctl, option, (int)a, HP(user_str(b)), HP(user_str(c)), (int)d);
	case KEYCTL_INSTANTIATE_IOV:
		return keyctl_instantiate_iov((int)a, b, (u32)c, (int)d);
	case KEYCTL_DH_COMPUTE:
		return host(SYS_keyctl, option, HP(user_in(a, sizeof(struct keyctl_dh_params))),
			    HP(user_out(b, BOUNDED(c))), c, HP(import_kdf(d)));
	case KEYCTL_PKEY_QUERY:
		return host(SYS_keyctl, option, (int)a, b, HP(user_str(c)),
			    HP(user_out(d, sizeof(struct keyctl_pkey_query))));
	case KEYCTL_PKEY_ENCRYPT:
	case KEYCTL_PKEY_DECRYPT:
	case KEYCTL_PKEY_SIGN:
	case KEYCTL_PKEY_VERIFY:
		return keyctl_pkey(option, a, b, c, d);
	case KEYCTL_RESTRICT_KEYRING:
		return host(SYS_keyctl, option, (int)a, HP(user_str(b)), HP(user_str(c)));
	case KEYCTL_CAPABILITIES:
		return host(SYS_keyctl, option, HP(user_out(a, BOUNDED(b))), b);
	default: /* numbers alone */
		return host(SYS_keyctl, option, a, b, c, d);
	}
}

SYSCALL_DEFINE5(keyctl, (), INT, option, HEX, arg2, HEX, arg3, HEX, arg4, HEX, arg5)
{
	return do_keyctl(option, arg2, arg3, arg4, arg5);
}

COMPAT_SYSCALL_DEFINE5(keyctl, (), INT, option, HEX, arg2, HEX, arg3, HEX, arg4, HEX, arg5)
{
	return do_keyctl(option, arg2, arg3, arg4, arg5);
}
