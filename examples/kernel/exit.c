/* SPDX-License-Identifier: MIT */
/* exit.c - the ways the kernel ends: on its own accord, by panic, by exception. */
#include <stdbool.h>

#include "arch.h"
#include "console.h"
#include "kernel.h"

/** What vectors.S stores; it knows the layout. */
struct exception_frame {
    uint64_t x[31];
    uint64_t sp;
    uint64_t pc;
    uint64_t spsr;
    uint64_t esr;
    uint64_t far;
    uint64_t vector;
    uint64_t unused;
};
_Static_assert(sizeof(struct exception_frame) == 38 * 8, "FRAME_BYTES of vectors.S");

_Noreturn void exception_report(const struct exception_frame *frame);

/** The first CPU that has bad news prints it, the others keep still. (With the MMU off there is one.) */
static void speak_alone(void)
{
    static bool speaking;
    if (running_base() != 0 && __atomic_exchange_n(&speaking, true, __ATOMIC_ACQUIRE))
        park();
    console_release();
}

_Noreturn void kernel_exit(enum exit_status status)
{
    /* Semihosting call SYS_EXIT_EXTENDED with reason ADP_Stopped_ApplicationExit. */
    static bool exited;
    static uint64_t block[2];
    if (!exited) { /* without a debugger HLT is an exception, whose report ends up here again */
        exited = true;
        block[0] = 0x20026;
        block[1] = status;
        register uint64_t x0 __asm__("x0") = 0x20;
        register uint64_t x1 __asm__("x1") = (uint64_t)block;
        __asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
    }
    park();
}

_Noreturn void panic(const char *why)
{
    speak_alone();
    console_string("panic: ");
    console_string(why);
    console_string("\n");
    kernel_exit(EXIT_PANIC);
}

/* A chain of ifs, not a table: this may run before the addresses in a table are right. */
static const char *exception_class(uint64_t esr)
{
    uint64_t class = esr >> 26;
    uint64_t fault = esr & 0x3f;
    if (class == 0x00)
        return "undefined instruction";
    if (class == 0x07)
        return "FP/SIMD access while it traps";
    if (class == 0x21)
        return "instruction abort";
    if (class == 0x22)
        return "misaligned PC";
    if (class == 0x25 && fault == 0x21)
        return "unaligned access";
    if (class == 0x25)
        return "data abort";
    if (class == 0x26)
        return "misaligned SP";
    if (class == 0x3c)
        return "breakpoint instruction";
    return "unexpected";
}

static void report_register(const char *name, uint64_t value)
{
    console_string(name);
    console_hex(value);
}

_Noreturn void exception_report(const struct exception_frame *frame)
{
    speak_alone();
    console_string("exception: ");
    console_string(exception_class(frame->esr));
    console_string(", CPU ");
    console_decimal(read_register(tpidr_el1));
    console_string(", vector ");
    console_decimal(frame->vector);
    report_register("\nESR ", frame->esr);
    report_register("  FAR ", frame->far);
    report_register("  SPSR ", frame->spsr);
    report_register("\nPC  ", frame->pc);
    report_register("  SP  ", frame->sp);
    for (unsigned i = 0; i < 31; i++) {
        console_string(i % 4 == 0 ? "\nx" : "  x");
        console_decimal(i);
        console_string(i < 10 ? "  " : " ");
        console_hex(frame->x[i]);
    }
    console_string("\n");
    kernel_exit(EXIT_EXCEPTION);
}
