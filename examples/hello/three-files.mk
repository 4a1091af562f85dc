# SPDX-License-Identifier: MIT
# The small kernel with make, from the three files that ./dev amalgamate wrote to bitframe/: make -f three-files.mk
CC = aarch64-linux-gnu-gcc
CFLAGS = -I. -O2 -std=gnu11 -Wall -Wextra -Werror -ffreestanding -fno-pic -fno-stack-protector -fno-tree-loop-distribute-patterns \
    -fno-asynchronous-unwind-tables -fno-unwind-tables -ffunction-sections -fdata-sections \
    -mgeneral-regs-only -mstrict-align -mno-outline-atomics -ffixed-x18
LDFLAGS = -nostdlib -static -no-pie -Wl,-Ttext=0x40080000 -Wl,--build-id=none -Wl,--gc-sections
objects = hello.o bitframe/bitframe.o bitframe/bitframe_aarch64.o

hello.elf: $(objects)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(objects)

$(objects): bitframe/bitframe.h
