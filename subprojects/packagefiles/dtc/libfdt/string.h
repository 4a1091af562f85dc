/* SPDX-License-Identifier: MIT */
/* string.h - what libfdt uses of it, where there is no libc. meson.build gives each a name of libfdt's own.
 */
#ifndef LIBFDT_STRING_H
#define LIBFDT_STRING_H

#include <stddef.h>

void *memchr(const void *bytes, int value, size_t count);
int memcmp(const void *a, const void *b, size_t count);
void *memcpy(void *to, const void *from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *bytes, int value, size_t count);
size_t strlen(const char *text);
size_t strnlen(const char *text, size_t room);
char *strrchr(const char *text, int value);

#endif
