/* SPDX-License-Identifier: MIT */
/* string.c - short loops: libfdt compares names and looks for the end of text. */
#include <string.h>

void *memchr(const void *bytes, int value, size_t count)
{
    const unsigned char *at = bytes;
    for (; count != 0; count--, at++)
        if (*at == (unsigned char)value)
            return (void *)at;
    return NULL;
}

int memcmp(const void *a, const void *b, size_t count)
{
    const unsigned char *x = a;
    const unsigned char *y = b;
    for (; count != 0; count--, x++, y++)
        if (*x != *y)
            return *x < *y ? -1 : 1;
    return 0;
}

void *memmove(void *to, const void *from, size_t count)
{
    unsigned char *x = to;
    const unsigned char *y = from;
    if (x < y) {
        for (size_t i = 0; i < count; i++)
            x[i] = y[i];
    } else {
        for (size_t i = count; i > 0; i--)
            x[i - 1] = y[i - 1];
    }
    return to;
}

void *memcpy(void *to, const void *from, size_t count)
{
    return memmove(to, from, count);
}

void *memset(void *bytes, int value, size_t count)
{
    unsigned char *at = bytes;
    for (; count != 0; count--)
        *at++ = (unsigned char)value;
    return bytes;
}

size_t strnlen(const char *text, size_t room)
{
    size_t bytes = 0;
    while (bytes < room && text[bytes] != 0)
        bytes++;
    return bytes;
}

size_t strlen(const char *text)
{
    return strnlen(text, (size_t)-1);
}

char *strrchr(const char *text, int value)
{
    const char *found = NULL;
    for (;; text++) {
        if (*text == (char)value)
            found = text;
        if (*text == 0)
            return (char *)found;
    }
}
