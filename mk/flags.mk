# SPDX-License-Identifier: GPL-2.0-or-later
# Compiler, linker and libraries.

# WERROR=1 makes errors of warnings: for those who work on trapgate. Other compilers know other ones.
WARN := -Wall -Wextra -Wshadow $(if $(WERROR),-Werror)

# The Unicorn to use: UNICORN_DIR if given, else what scripts/setup fetched, else the system's.
ifeq ($(UNICORN_DIR),)
ifneq ($(wildcard $(B)/deps/usr/include/unicorn/unicorn.h),)
UNICORN_DIR := $(B)/deps/usr
endif
endif
ifneq ($(UNICORN_DIR),)
UNICORN_CFLAGS := -I$(UNICORN_DIR)/include
UNICORN_A := $(firstword $(wildcard $(UNICORN_DIR)/lib/x86_64-linux-gnu/libunicorn.a \
		$(UNICORN_DIR)/lib/libunicorn.a $(UNICORN_DIR)/lib64/libunicorn.a))
else
UNICORN_CFLAGS := $(shell pkg-config --cflags unicorn 2>/dev/null)
UNICORN_A := $(firstword $(wildcard \
		$(shell pkg-config --variable=libdir unicorn 2>/dev/null)/libunicorn.a))
endif

comma := ,
SANITIZERS := $(if $(filter 1,$(SAN)),address$(comma)undefined)$(filter thread,$(SAN))
ifneq ($(SANITIZERS),)
# Dynamic, as the sanitizers want it, but with the same non-PIE layout. Their instrumentation
# makes GCC's -Wmaybe-uninitialized see ghosts.
OPT         := -O1 -g -fno-omit-frame-pointer -fsanitize=$(SANITIZERS) \
	       -fno-sanitize-recover=undefined -Wno-error=maybe-uninitialized
LINK_MODE   := -no-pie -fsanitize=$(SANITIZERS)
PKG_STATIC  :=
else
# Static and not position-independent: nothing is left to relocate when trapgate starts. Small variables
# lie together, apart from large tables: a new process writes to many of them, and each page is copied.
OPT         := -O2 -g -fdata-sections
LINK_MODE   := -static -Wl,--sort-section=alignment
PKG_STATIC  := --static
endif

ALL_CFLAGS := -std=gnu17 $(OPT) -fno-pie $(WARN) -D_GNU_SOURCE= -Isrc -I$(GEN) $(UNICORN_CFLAGS) $(CFLAGS)
# --no-relax: newer compilers, as that of Unicorn 2.1.4's package, push addresses straight out of the
# GOT; the linker of Debian 12 takes such a push for a call and "relaxes" it to one.
LINK_FLAGS := $(LINK_MODE) -Wl,--no-relax $(LDFLAGS)

# jansson only once something includes it.
PKGS := libelf capstone $(if $(shell grep -rl --include='*.[ch]' 'jansson\.h' src),jansson) libseccomp
PKG_LIBS := $(or $(shell pkg-config $(PKG_STATIC) --libs $(PKGS) 2>/dev/null),-lelf -lz -lcapstone -lseccomp)
LIBS := $(PKG_LIBS) -lpthread -lm

# `make` alone does not install anything: say what to do instead of failing at an #include.
.PHONY: need-unicorn
need-unicorn:
ifeq ($(UNICORN_A),)
	@echo "trapgate: libunicorn.a (Unicorn 2.1.1 or later) not found: run scripts/setup, or give UNICORN_DIR=" >&2
	@exit 1
endif
