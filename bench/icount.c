/* SPDX-License-Identifier: MIT */
/*
 * icount.c - a QEMU plugin that counts instructions, loads, stores and atomic accesses between markers
 *
 * A region begins at `movz xzr, #n` with n below 0x8000 and ends at `movz xzr, #0x8000`: moves to the zero
 * register, which do nothing and which no compiler emits. Instructions are counted inline by the translated
 * code itself. Accesses are counted by a callback: counted inline, QEMU 7.2 takes every store for a load as
 * well. At the end of each region a line goes to the file that the argument out=FILE names, or to standard
 * error:
 *
 *   number  instructions  loads  stores  exclusive  compare  swap  clear  set  other  barriers
 *
 * Loads and stores are as QEMU makes them: one for each register of a pair, two for a vector register, none
 * for DC ZVA. One guest thread only.
 *
 * The six behind them are atomic read-modify-writes that were executed: stores of LL/SC pairs (so an attempt
 * that fails counts too, but one thread alone has none), and of the LSE instructions CAS, SWP, LDCLR, LDSET
 * and all others. Barriers are DMB and DSB.
 *
 * Debian ships no qemu-plugin.h. What is used of the plugin API, version 1, is declared here after QEMU 7.2's
 * include/qemu/qemu-plugin.h; a QEMU with another ABI refuses to load a plugin of version 1.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
struct qemu_info;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };
enum qemu_plugin_mem_rw { QEMU_PLUGIN_MEM_RW = 3 };
enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };

typedef void (*qemu_plugin_vcpu_tb_trans_cb_t)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*qemu_plugin_vcpu_udata_cb_t)(unsigned int vcpu, void *data);
typedef void (*qemu_plugin_vcpu_mem_cb_t)(unsigned int vcpu, uint32_t access, uint64_t address, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, qemu_plugin_vcpu_tb_trans_cb_t callback);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
                                            qemu_plugin_vcpu_udata_cb_t callback,
                                            enum qemu_plugin_cb_flags flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, enum qemu_plugin_op operation,
                                                void *counter, uint64_t value);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, qemu_plugin_vcpu_mem_cb_t callback,
                                      enum qemu_plugin_cb_flags flags, enum qemu_plugin_mem_rw access,
                                      void *data);
bool qemu_plugin_mem_is_store(uint32_t access);

EXPORT extern int qemu_plugin_version;
int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv);

/* What an instruction may be beside an instruction. */
enum kind { EXCLUSIVE, COMPARE, SWAP, CLEAR, SET, OTHER, BARRIER, KINDS, PLAIN = KINDS };

struct counters {
    uint64_t instructions;
    uint64_t loads;
    uint64_t stores;
    uint64_t kinds[KINDS];
};

static struct counters now;
static struct counters at_begin;
static unsigned region;
static FILE *out;

static bool is_marker(uint32_t instruction)
{
    return (instruction & UINT32_C(0xFFE0001F)) == UINT32_C(0xD280001F); /* movz xzr, #imm16 */
}

/* After the Arm Architecture Reference Manual, "Loads and stores" and "Barriers" of the A64 encodings. */
static enum kind kind_of(uint32_t instruction)
{
    if ((instruction & UINT32_C(0x3FE00000)) == UINT32_C(0x08000000)) /* STXR, STLXR, and of bytes, halves */
        return EXCLUSIVE;
    if ((instruction & UINT32_C(0xBFE00000)) == UINT32_C(0x88200000)) /* STXP, STLXP */
        return EXCLUSIVE;
    if ((instruction & UINT32_C(0x3FA07C00)) == UINT32_C(0x08A07C00)) /* CAS and its orders */
        return COMPARE;
    if ((instruction & UINT32_C(0xBFA07C00)) == UINT32_C(0x08207C00)) /* CASP */
        return COMPARE;
    if ((instruction & UINT32_C(0x3F20FC00)) == UINT32_C(0x38208000)) /* SWP */
        return SWAP;
    if ((instruction & UINT32_C(0x3F208C00)) ==
        UINT32_C(0x38200000)) { /* LDADD, LDCLR, LDEOR, LDSET, LDSMAX, ... */
        unsigned operation = instruction >> 12 & 7;
        return operation == 1 ? CLEAR : operation == 3 ? SET : OTHER;
    }
    if ((instruction & UINT32_C(0xFFFFF0DF)) == UINT32_C(0xD503309F)) /* DMB, DSB */
        return BARRIER;
    return PLAIN;
}

static void on_marker(unsigned int vcpu, void *data)
{
    (void)vcpu;
    unsigned number = (unsigned)(uintptr_t)data;
    if (number < 0x8000) {
        region = number;
        at_begin = now;
        return;
    }
    fprintf(out, "%u\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64, region, now.instructions - at_begin.instructions,
            now.loads - at_begin.loads, now.stores - at_begin.stores);
    for (unsigned kind = 0; kind < KINDS; kind++)
        fprintf(out, "\t%" PRIu64, now.kinds[kind] - at_begin.kinds[kind]);
    fputc('\n', out);
    fflush(out);
}

static void on_access(unsigned int vcpu, uint32_t access, uint64_t address, void *data)
{
    (void)vcpu;
    (void)address;
    (void)data;
    if (qemu_plugin_mem_is_store(access))
        now.stores++;
    else
        now.loads++;
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    size_t count = qemu_plugin_tb_n_insns(tb);
    for (size_t i = 0; i < count; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint32_t instruction;
        memcpy(&instruction, qemu_plugin_insn_data(insn), sizeof(instruction));
        if (is_marker(instruction)) {
            uintptr_t number = instruction >> 5 & 0xFFFF;
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_marker, QEMU_PLUGIN_CB_NO_REGS, (void *)number);
            continue;
        }
        qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, &now.instructions, 1);
        enum kind kind = kind_of(instruction);
        if (kind != PLAIN)
            qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, &now.kinds[kind], 1);
        qemu_plugin_register_vcpu_mem_cb(insn, on_access, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, NULL);
    }
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
    (void)info;
    out = stderr;
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "out=", 4) == 0)
            out = fopen(argv[i] + 4, "w");
        if (!out || strncmp(argv[i], "out=", 4) != 0) {
            fprintf(stderr, "icount: cannot use %s\n", argv[i]);
            return -1;
        }
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    return 0;
}
