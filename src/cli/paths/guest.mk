# SPDX-License-Identifier: GPL-2.0-or-later
# The program that `trapgate paths` runs, for each width; paths_blob.S embeds it.

PATHS_GUESTS  := $(GEN)/paths64.elf $(GEN)/paths32.elf
PATHS_FLAGS   := -nostdlib -static -no-pie -g0 -Wl,--build-id=none -Wl,-z,noexecstack \
	-Wl,-Ttext-segment=0x10000000 -Wl,-z,noseparate-code

$(GEN)/paths64.elf: PATHS_ABI := -m64
$(GEN)/paths32.elf: PATHS_ABI := -m32

$(PATHS_GUESTS): src/cli/paths/guest.S src/cli/paths/guest.mk
	$(call say,GUEST,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(PATHS_ABI) $(PATHS_FLAGS) -o $@.sym $<
	$(Q)objcopy -S $@.sym $@
	@rm -f $@.sym

$(OBJ)/cli/paths_blob.S.o: $(PATHS_GUESTS)
