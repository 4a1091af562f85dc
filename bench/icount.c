/* SPDX-License-Identifier: MIT */
/*
 * icount.c - a QEMU plugin that counts instructions, loads and stores between markers
 *
 * A region begins at `movz xzr, #n` with n below 0x8000 and ends at `movz xzr, #0x8000`: moves to the zero
 * register, which do nothing and which no compiler emits. Instructions are counted inline by the translated
 * code itself. Accesses are counted by a callback: counted inline, QEMU 7.2 takes every store for a load as
 * well. At the end of each region a line goes to the file that the argument out=FILE names, or to standard
 * error:
 *
 *   number  instructions  loads  stores
 *
 * Loads and stores are as QEMU makes them: one for each register of a pair, two for a vector register, none
 * for DC ZVA. One guest thread only.
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

struct counters {
    uint64_t instructions;
    uint64_t loads;
    uint64_t stores;
};

static struct counters now;
static struct counters at_begin;
static unsigned region;
static FILE *out;

static bool is_marker(uint32_t instruction)
{
    return (instruction & UINT32_C(0xFFE0001F)) == UINT32_C(0xD280001F); /* movz xzr, #imm16 */
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
    fprintf(out, "%u\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n", region,
            now.instructions - at_begin.instructions, now.loads - at_begin.loads,
            now.stores - at_begin.stores);
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
