/* SPDX-License-Identifier: MIT */
/* map_import_fuzz.c - libFuzzer targets: any bytes are input of an importer, IMPORT_CHECK says of which. */
#include <stdio.h>
#include <stdlib.h>

#include "import_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *wrong = IMPORT_CHECK(bytes, size, NULL);
    if (wrong) {
        fprintf(stderr, "%s\n", wrong);
        abort();
    }
    return 0;
}
