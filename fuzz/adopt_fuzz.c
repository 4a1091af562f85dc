/* SPDX-License-Identifier: MIT */
/* adopt_fuzz.c - libFuzzer target: any bytes are metadata, and what is adopted of them must be sound. */
#include <stdio.h>
#include <stdlib.h>

#include "adopt_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    bool accepted;
    const char *wrong = adopt_check(bytes, size, &accepted);
    if (wrong) {
        fprintf(stderr, "%s\n", wrong);
        abort();
    }
    return 0;
}
