/* SPDX-License-Identifier: MIT */
/*
 * nodiff.c - what Criterion needs of libgit2, and nothing behind it
 *
 * Criterion can show how two texts differ, and loads libgit2 for it, which loads fourteen more libraries.
 * Under an emulator loading them takes longer than most tests do, and each test is a process of its own. This
 * library has libgit2's name, so the loader takes it in its place. A failed test shows the two texts, without
 * their difference.
 */
int git_libgit2_init(void);
int git_libgit2_shutdown(void);
int git_diff_buffers(void);

int git_libgit2_init(void)
{
    return 1;
}

int git_libgit2_shutdown(void)
{
    return 0;
}

int git_diff_buffers(void)
{
    return -1;
}
