/* SPDX-License-Identifier: MIT */
/*
 * execshim.c - run oneself again under an emulator
 *
 * Criterion executes the test program anew for every test. Under qemu-aarch64 the kernel is asked to
 * execute an AArch64 file then, and refuses unless binfmt_misc knows an interpreter. This execve(), linked
 * into cross-built test programs, stands before the C library's: a refused file goes to qemu-aarch64 of the
 * PATH. It also hands on every QEMU_* variable (CPU, sysroot, plugin), since Criterion's runner composes an
 * environment of its own.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* environ */
#endif
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A reference, or the linker leaves nodiff.c out. */
int git_libgit2_init(void);
static int (*const nodiff)(void) __attribute__((used)) = git_libgit2_init;

static size_t count(char *const strings[])
{
    size_t i = 0;
    while (strings[i] != NULL)
        i++;
    return i;
}

/* Whether an environment has the variable of "NAME=value". */
static bool has_variable(char *const environment[], const char *variable)
{
    size_t chars = (size_t)(strchr(variable, '=') - variable) + 1;
    for (size_t i = 0; environment[i] != NULL; i++) {
        if (strncmp(environment[i], variable, chars) == 0)
            return true;
    }
    return false;
}

int execve(const char *path, char *const argv[], char *const envp[])
{
    char *environment[count(envp) + count(environ) + 1];
    size_t variables = 0;
    for (size_t i = 0; envp[i] != NULL; i++)
        environment[variables++] = envp[i];
    for (size_t i = 0; environ[i] != NULL; i++) {
        if (strncmp(environ[i], "QEMU_", 5) == 0 && strchr(environ[i], '=') != NULL &&
            !has_variable(envp, environ[i]))
            environment[variables++] = environ[i];
    }
    environment[variables] = NULL;

    syscall(SYS_execve, path, argv, environment);
    if (errno != ENOEXEC)
        return -1;

    /* qemu-aarch64 -0 argv[0] path argv[1]... */
    size_t arguments = count(argv);
    char *emulated[arguments + 5];
    size_t i = 0;
    emulated[i++] = (char *)"qemu-aarch64";
    emulated[i++] = (char *)"-0";
    emulated[i++] = arguments > 0 ? argv[0] : (char *)path;
    emulated[i++] = (char *)path;
    for (size_t k = 1; k < arguments; k++)
        emulated[i++] = argv[k];
    emulated[i] = NULL;
    return execvpe(emulated[0], emulated, environment);
}
