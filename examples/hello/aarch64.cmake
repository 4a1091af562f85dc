# SPDX-License-Identifier: MIT
# Bare-metal AArch64 with Debian's cross compiler, for CMake. The arguments hold for the kernel and for bitframe.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_ASM_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_BUILD_TYPE Release CACHE STRING "")
set(CMAKE_C_FLAGS_INIT "-march=armv8-a -fno-pic -fno-stack-protector -mgeneral-regs-only -mstrict-align \
-fno-asynchronous-unwind-tables -fno-unwind-tables")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-nostdlib -static -no-pie")
