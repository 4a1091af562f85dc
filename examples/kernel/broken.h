/* SPDX-License-Identifier: MIT */
/* broken.h - kernels that are broken on purpose, to show that their checks fail: -DBROKEN= one of
 * these. */
#ifndef BROKEN_H
#define BROKEN_H

/* clang-format off */
#define NOT_BROKEN              0
#define BROKEN_CPU             1 /* the last CPU is not started */
#define BROKEN_INTERRUPTS       2 /* its timer never goes off */
#define BROKEN_REGISTERS        3 /* an interrupt changes x16 and x17 */
#define BROKEN_FRAME_LOST       4 /* the last CPU forgets a frame */
#define BROKEN_FRAME_TWICE      5 /* it gives back a frame that it goes on using */
#define BROKEN_FRAME_CHANGED    6 /* it writes to a frame that it has given away */
#define BROKEN_STRAY_CALL       7 /* it calls the shared pool as its owner */
#define BROKEN_STACK_KEPT       8 /* the last CPU does not give back its stack of frames */
/* clang-format on */

#ifndef BROKEN
#define BROKEN NOT_BROKEN
#endif

#endif
