# SPDX-License-Identifier: MIT
#
# bitframe.mk - bitframe in a kernel that GNU make builds
#
#   CC = aarch64-linux-gnu-gcc                  # CC, AR and CFLAGS of the kernel hold for bitframe, too
#   BITFRAME_MALLOC_START = 0x80000000          # options of <bitframe/options.h>, if you need others than it says
#   include bitframe/bitframe.mk
#   CFLAGS += $(BITFRAME_CPPFLAGS)              # every file of the kernel sees the same options
#   $(objects): $(BITFRAME_OUT)/flags           # and is compiled again when they change
#   kernel.elf: $(objects) $(BITFRAME_LIBRARY)
#
# An option that does not exist stops make. `make bitframe-options` says which values the options have. The files are
# those of src/sources.txt; what is compiled goes to BITFRAME_OUT.

bitframe_goal := $(.DEFAULT_GOAL)
bitframe_root := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
BITFRAME_OUT ?= build/bitframe
BITFRAME_LIBRARY := $(BITFRAME_OUT)/libbitframe.a

# The options that there are, and those that were set.
bitframe_options := $(filter-out %_H %_SHIFT,$(shell sed -n 's/^\#ifndef \(BITFRAME_[A-Z_]*\).*/\1/p' \
    $(bitframe_root)/include/bitframe/options.h))
bitframe_set := $(foreach name,$(filter BITFRAME_%,$(.VARIABLES)),$(if $(findstring environment,$(origin $(name))),,$(name)))
bitframe_unknown := $(filter-out $(bitframe_options) BITFRAME_OUT BITFRAME_LIBRARY BITFRAME_CPPFLAGS,$(bitframe_set))
$(if $(bitframe_unknown),$(error bitframe has no option $(bitframe_unknown). There are: $(bitframe_options)))
BITFRAME_CPPFLAGS := -I$(bitframe_root)/include $(foreach name,$(bitframe_options),$(if $($(name)),-D$(name)=$($(name))))

# The machine, as the compiler says it, and the parts that this library does not have.
bitframe_compiler := $(CC) $(filter-out -M%,$(CFLAGS))
bitframe_machine := $(firstword $(subst -, ,$(shell $(bitframe_compiler) -dumpmachine)))
bitframe_arch := $(patsubst auto,$(if $(wildcard $(bitframe_root)/src/arch/$(bitframe_machine)/*),$(bitframe_machine),generic),$(or \
    $(BITFRAME_ARCH),auto))
bitframe_part = $(shell sed -n 's/^$(1)  *//p' $(bitframe_root)/src/sources.txt)
bitframe_without := args% $(filter-out $(bitframe_arch),$(notdir $(wildcard $(bitframe_root)/src/arch/*))) \
    $(if $(filter 1,$(BITFRAME_DEBUG_FRAMES)),,debug) $(if $(filter kernel,$(BITFRAME_MEMZERO)),memzero)
bitframe_parts := $(filter-out $(bitframe_without),$(sort $(shell sed -n 's/^\([a-z][^ ]*\) .*/\1/p' $(bitframe_root)/src/sources.txt)))
bitframe_objects := $(patsubst %,$(BITFRAME_OUT)/%.o,$(basename $(foreach part,$(bitframe_parts),$(call bitframe_part,$(part)))))

# The arguments that the compiler knows: all of them, or else one by one.
bitframe_try = $(bitframe_compiler) -Werror $(1) -c -o /dev/null -x c /dev/null 2>/dev/null && echo $(1)
bitframe_args := $(call bitframe_part,args)
bitframe_args := $(or $(shell $(call bitframe_try,$(bitframe_args))),$(foreach arg,$(bitframe_args),$(shell $(call bitframe_try,$(arg)))))
bitframe_flags = -O2 $(CPPFLAGS) $(CFLAGS) -std=c11 -Wno-error $(bitframe_args) $(call bitframe_part,args-$(bitframe_machine)) \
    $(BITFRAME_CPPFLAGS) $(addprefix -I$(bitframe_root)/src/,$(call bitframe_part,args-includes) \
    $(if $(filter generic,$(bitframe_arch)),generic,arch/$(bitframe_arch)))

$(BITFRAME_LIBRARY): $(bitframe_objects)
	rm -f $@
	$(AR) rcs $@ $^

$(BITFRAME_OUT)/%.o: $(bitframe_root)/src/%.c $(BITFRAME_OUT)/flags
	@mkdir -p $(@D)
	$(CC) $(bitframe_flags) -MMD -MP -c -o $@ $<

$(BITFRAME_OUT)/%.o: $(bitframe_root)/src/%.S $(BITFRAME_OUT)/flags
	@mkdir -p $(@D)
	$(CC) $(bitframe_flags) -MMD -MP -c -o $@ $<

# Other options and arguments compile everything again.
$(BITFRAME_OUT)/flags: bitframe-force
	@mkdir -p $(@D)
	@echo '$(CC) $(bitframe_flags)' | cmp -s - $@ || echo '$(CC) $(bitframe_flags)' >$@

bitframe-options:
	@echo '#include <bitframe/options.h>' | $(CC) $(bitframe_flags) -E -dM -x c - | \
	    grep -E '^#define ($(subst $() ,|,$(strip $(bitframe_options)))) ' | sort

.PHONY: bitframe-force bitframe-options
-include $(bitframe_objects:.o=.d)
.DEFAULT_GOAL := $(bitframe_goal)
