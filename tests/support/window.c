/* SPDX-License-Identifier: MIT */
#include "window.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bitframe/platform.h>

#define CHUNK_BYTES (UINT64_C(16) << 20)

static void require(int holds, const char *what)
{
    if (!holds) {
        perror(what);
        abort();
    }
}

static char *map_window(void)
{
    FILE *memory = tmpfile();
    require(memory && ftruncate(fileno(memory), (off_t)CHUNK_BYTES) == 0, "tmpfile");
    char *window = mmap(NULL, WINDOW_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    require(window != MAP_FAILED, "mmap");
    for (uint64_t chunk = 0; chunk < WINDOW_BYTES; chunk += CHUNK_BYTES)
        require(mmap(window + chunk, CHUNK_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
                     fileno(memory), 0) != MAP_FAILED,
                "mmap of a chunk");
    fclose(memory);
    return window;
}

void window_open(uint64_t first_pa, uint64_t bytes)
{
    static char *window;
    if (!window)
        window = map_window();
    require(bytes <= WINDOW_BYTES, "window");
    const struct bitframe_platform platform = {.linear_map_base = (uintptr_t)window - first_pa};
    require(bitframe_set_platform(&platform) == BITFRAME_OK, "platform");
}
