# SPDX-License-Identifier: GPL-2.0-or-later
# The vDSO images: programs of their own with a fixed layout, which vdso_blob.S embeds.

VDSO_DIR   := src/loader/vdso
VDSO_FLAGS := -nostdlib -shared -fPIC -O2 -g0 -fcf-protection=none -Wl,-z,max-page-size=4096 \
	-Wl,-z,noexecstack -Wl,-z,norelro -Wl,--hash-style=both -Wl,--build-id=sha1 -Wl,--eh-frame-hdr \
	-Wl,-Bsymbolic -Wl,-z,defs -Wl,-L,$(VDSO_DIR)

VDSO := $(GEN)/vdso64.so $(GEN)/vdso32.so
$(GEN)/vdso64.so.sym: VDSO_ABI := -m64 -Wl,-soname=linux-vdso.so.1
$(GEN)/vdso32.so.sym: VDSO_ABI := -m32 -Wl,-soname=linux-gate.so.1

$(GEN)/vdso%.so.sym: $(VDSO_DIR)/vdso%.S $(VDSO_DIR)/vdso%.lds $(VDSO_DIR)/vdso-layout.lds \
		src/loader/vdso.mk
	$(call say,VDSO,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(VDSO_ABI) $(VDSO_FLAGS) -Wl,-T,$(VDSO_DIR)/vdso$*.lds -o $@ $<

$(VDSO): %: %.sym
	$(Q)objcopy -S $< $@

# Offsets of the symbols that the kernel side wants to know, among them one that is not exported.
$(GEN)/vdso_offsets.h: $(GEN)/vdso32.so.sym
	$(call say,GEN,$@)
	$(Q)nm $< | awk '$$3 ~ /^(__kernel_(vsyscall|sigreturn|rt_sigreturn)|int80_landing_pad)$$/ \
		{ sub(/^__/, "", $$3); print "#define VDSO32_" $$3 " 0x" $$1; n++ } \
		END { exit n != 4 }' > $@

$(OBJ)/loader/vdso.c.o: $(GEN)/vdso_offsets.h
$(OBJ)/loader/vdso_blob.S.o: $(VDSO)
.SECONDARY: $(VDSO:=.sym)
lint-tidy: $(GEN)/vdso_offsets.h
