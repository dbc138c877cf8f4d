/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Socket calls as the kernel gets them, past the C library: in 64-bit programs by their own
 * numbers, in 32-bit programs by their own numbers, or (-DSOCKETCALL, the marker "socketcall") by
 * socketcall(2). One source makes all three. */
#ifndef NET3_H
#define NET3_H

#include "guest.h"
#include <sys/socket.h>

#define W(x) ((long)(x)) /* an argument as a word */

#ifdef SOCKETCALL
static inline long sockcall_(int call, const long *args)
{
	return syscall(102, call, args);
}
#define NET3(nr64, nr32, call, ...) sockcall_(call, (const long[6]){__VA_ARGS__})
#elif defined(__i386__)
#define NET3(nr64, nr32, call, ...) syscall(nr32, __VA_ARGS__)
#else
#define NET3(nr64, nr32, call, ...) syscall(nr64, __VA_ARGS__)
#endif

#define k_socket(d, t, p)	 NET3(41, 359, 1, W(d), W(t), W(p))
#define k_bind(fd, a, l)	 NET3(49, 361, 2, W(fd), W(a), W(l))
#define k_connect(fd, a, l)	 NET3(42, 362, 3, W(fd), W(a), W(l))
#define k_listen(fd, n)		 NET3(50, 363, 4, W(fd), W(n))
#define k_accept(fd, a, l)	 NET3(43, 364, 5, W(fd), W(a), W(l), 0L)
#define k_getsockname(fd, a, l)	 NET3(51, 367, 6, W(fd), W(a), W(l))
#define k_getpeername(fd, a, l)	 NET3(52, 368, 7, W(fd), W(a), W(l))
#define k_socketpair(d, t, p, v) NET3(53, 360, 8, W(d), W(t), W(p), W(v))
/* send and recv are calls of their own only in socketcall. */
#define k_send(fd, b, n, f)	       NET3(44, 369, 9, W(fd), W(b), W(n), W(f), 0L, 0L)
#define k_recv(fd, b, n, f)	       NET3(45, 371, 10, W(fd), W(b), W(n), W(f), 0L, 0L)
#define k_sendto(fd, b, n, f, a, l)    NET3(44, 369, 11, W(fd), W(b), W(n), W(f), W(a), W(l))
#define k_recvfrom(fd, b, n, f, a, l)  NET3(45, 371, 12, W(fd), W(b), W(n), W(f), W(a), W(l))
#define k_shutdown(fd, how)	       NET3(48, 373, 13, W(fd), W(how))
#define k_setsockopt(fd, lv, nm, v, l) NET3(54, 366, 14, W(fd), W(lv), W(nm), W(v), W(l))
#define k_getsockopt(fd, lv, nm, v, l) NET3(55, 365, 15, W(fd), W(lv), W(nm), W(v), W(l))
#define k_sendmsg(fd, m, f)	       NET3(46, 370, 16, W(fd), W(m), W(f))
#define k_recvmsg(fd, m, f)	       NET3(47, 372, 17, W(fd), W(m), W(f))
#define k_accept4(fd, a, l, f)	       NET3(288, 364, 18, W(fd), W(a), W(l), W(f))
#define k_recvmmsg(fd, m, n, f, t)     NET3(299, 337, 19, W(fd), W(m), W(n), W(f), W(t))
#define k_sendmmsg(fd, m, n, f)	       NET3(307, 345, 20, W(fd), W(m), W(n), W(f))

/* A result as "ok" or the error's name; for sweeps, where the call's text would say nothing. */
static inline const char *k_err(long ret)
{
	return ret == -1 ? result(ret) + 3 : "ok";
}

/* A generator that gives the same numbers in every build. */
static inline uint32_t k_random(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(*state >> 33);
}

static inline uint32_t k_hash(uint32_t h, const void *data, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h = (h ^ ((const uint8_t *)data)[i]) * 16777619u;
	return h;
}

#endif
