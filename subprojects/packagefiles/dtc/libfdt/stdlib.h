/* SPDX-License-Identifier: MIT */
/* stdlib.h - nothing of it is used by what is built of libfdt. */
