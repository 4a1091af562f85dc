# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# dev-lint.sh - what ./dev lint checks: text, format, scripts, warnings, and the objects of every configuration

lint() {
    no_arguments lint "$@"
    # shellcheck disable=SC2086 # lists of words
    need $test_packages $clang_packages $lint_packages
    run_steps lint_steps
    end_steps
    say 'lint: nothing found'
}

lint_steps() {
    install_step
    # shellcheck disable=SC2086 # lists of words
    arm64_step $arm64_test_packages $arm64_clang_packages
    boards_step
    try_step 'text and links' tools/check-text
    try_step 'format' check_format
    try_step 'scripts' check_scripts

    # Without a warning, all of it.
    daily_steps
    try_step 'rooms and their direction' tools/check-rooms "$build/gcc/src/libbitframe.a"
    try_step 'build with clang' build_native clang --native-file cross/native-clang.ini -Dtests=enabled -Dbench=enabled
    try_step 'test what clang makes' meson test -C "$build/clang" --no-rebuild --print-errorlogs contract pool kernel
    try_step 'build with clang for AArch64' build_clang_aarch64 clang-aarch64 -Dtests=enabled -Dbench=disabled
    try_step 'build for debugging' build_native debug -Dbuildtype=debug -Dtests=disabled -Dbench=disabled
    try_step 'cppcheck' check_cpp
    try_step 'sizes' tools/size --check "$build/size"
    try_step 'compile the three files for every machine' run_tap amalgamation tests/amalgamation/run "$build/amalgamation-test" \
        gcc gcc-aarch64 gcc-riscv64 gcc-arm clang clang-aarch64 clang-riscv64 clang-arm

    for made_by in clang gcc; do
        try_step "objects that $made_by makes" tools/check-objects "$build/$made_by-aarch64/src/libbitframe.a" \
            main_output main_output_u64 bitframe_page_alloc_cpu
    done
    variant generic -Darch=generic
    variant no-asm '-Dasm=[]'
    for kernel in scan count find range zero; do
        variant "$kernel" "-Dasm=$kernel"
    done
    for level in 0 1 3 s; do
        variant "optimization-$level" "-Doptimization=$level"
    done
    variant no-pic -Dc_args=-fno-pic # as kernels are compiled: addresses in tables are link addresses
    variant memzero -Dmemzero=kernel
    variant debug-frames -Ddebug_frames=true
    variant lse -Datomics=lse
    variant llsc -Datomics=llsc
    variant granule16k -Dpage_size=16384
    variant granule64k -Dpage_size=65536
    variant board -Dmalloc_start=0x1000 -Dmalloc_end=0x3B400000 -Dlinear_map_base=0xFFFFFF8000000000
}

# tree_files EXPRESSION... - files of the source tree that find agrees with
tree_files() {
    find . \( -name .git -o -name 'build*' -o -path '*/subprojects/*' \) -prune -o -type f "$@" -print
}

# shellcheck disable=SC2046 # file names without spaces
check_format() { clang-format --dry-run -Werror $(tree_files -name '*.[ch]'); }

# SC2317: functions that are called through "$@" look unreachable to it. The parts of dev use each other's variables, which
# -x follows from dev on; by themselves they are checked for all else.
# shellcheck disable=SC2046 # file names without spaces
check_scripts() {
    shellcheck -x --exclude=SC2317 $(grep -l '^#!/bin/sh' $(tree_files -perm -u+x)) &&
        shellcheck --exclude=SC2317,SC2034,SC2154 $(tree_files -name '*.sh')
}

# -U: it takes __has_include for a division by zero.
check_cpp() {
    cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability --inline-suppr -U__has_include \
        -Iinclude -Isrc -Isrc/generic -I"$build/gcc/include" -I"$build/gcc/src" src
}

# variant NAME OPTION... - a step: the library alone, cross-built with other options, and its objects, which must be clean;
# without debugging information, of which nothing is checked
variant() {
    name=$1
    shift
    try_step "objects of another configuration: $name" check_variant "$name" "$@"
}

check_variant() {
    name=variant-$1
    shift
    build_aarch64 "$name" -Ddebug=false -Dtests=disabled -Dbench=disabled "$@"
    provided='main_output main_output_u64 bitframe_page_alloc_cpu'
    objects=
    case "$*" in *memzero=kernel*) provided="$provided memzero" ;; esac
    case "$*" in *arch=generic*) objects=-c ;; esac
    case "$*" in *atomics=lse*) objects='-a lse' ;; esac
    # shellcheck disable=SC2086 # lists of words
    tools/check-objects $objects "$build/$name/src/libbitframe.a" $provided
}
