# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# dev-fuzz.sh - ./dev fuzz: every target in turn, natively for most of the time and for a seventh under emulation, for
# the assembly

fuzz_targets=$(for archive in fuzz/corpus/*.tar.gz; do basename "$archive" .tar.gz; done | tr '\n' ' ')

# fuzz [SECONDS] - in all
fuzz() {
    case $#:${1-1} in
    [01]:*[!0-9]* | [01]: | [01]:0* | [2-9]:*) usage "fuzz takes a number of seconds" ;;
    esac
    # shellcheck disable=SC2086 # lists of words
    need $test_packages $clang_packages
    run_steps fuzz_steps "${1:-60}"
    fuzz_verdict
}

fuzz_steps() {
    install_step
    # shellcheck disable=SC2086 # lists of words
    arm64_step $arm64_test_packages $arm64_clang_packages
    step 'build the targets natively' build_native fuzz --native-file cross/native-clang.ini \
        -Dfuzz=enabled -Dtests=disabled -Dbench=disabled
    # shellcheck disable=SC2086 # a list of words
    targets=$(printf '%s\n' $fuzz_targets | wc -l)
    emulated=$(($1 / (7 * targets)))
    native=$(($1 / targets - emulated))
    [ "$native" -gt 0 ] || native=1
    [ "$emulated" = 0 ] || step 'build the targets for AArch64' build_clang_aarch64 fuzz-aarch64 \
        -Dfuzz=enabled -Dtests=disabled -Dbench=disabled
    after_failure="The input is in $build/fuzz/. Mend the error, and keep the input in a test."
    for target in $fuzz_targets; do
        step "fuzz $target, $native s" fuzz_natively "$target" "$native"
        [ "$emulated" = 0 ] || step "fuzz $target, emulated, $emulated s" fuzz_emulated "$target" "$emulated"
    done
}

# The archived inputs of a target, and those found here before.
fuzz_corpus() {
    found=$build/fuzz-inputs/found/$1 # new inputs; tools/corpus pack puts worthy ones into the archive
    known=$build/fuzz-inputs/known/$1
    mkdir -p "$found"
    tools/corpus unpack "$1" "$known"
}

# tick SECONDS COMMAND... - run a command that takes so long, and say how far it is
tick() {
    whole=$1
    shift
    (
        passed=0
        while [ "$passed" -le "$whole" ]; do
            echo "progress $passed/$whole"
            passed=$((passed + 1))
            sleep 1
        done
    ) &
    counter=$!
    "$@" && status=0 || status=$?
    kill "$counter" 2>/dev/null || true
    return "$status"
}

fuzz_natively() {
    fuzz_corpus "$1"
    tick "$2" "$build/fuzz/fuzz/${1}_fuzz" -max_total_time="$2" -artifact_prefix="$build/fuzz/" "$found" "$known"
}

# Under emulation a target's inputs take long to load: it begins from those that are new.
fuzz_emulated() {
    fuzz_corpus "$1"
    tick "$2" env ASAN_OPTIONS=detect_leaks=0 setarch -R tools/qemu-run "$build/sysroot" "$build/fuzz-aarch64/fuzz/${1}_fuzz" \
        -max_total_time="$2" -artifact_prefix="$build/fuzz/" "$found"
}

# One line: how many inputs were tried, and that nothing was found, or a step would have failed. Each step must have tried
# some.
fuzz_verdict() {
    inputs=0
    for fuzz_log in "$logs"/*-fuzz-*.log; do
        done=$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$fuzz_log")
        [ "${done:-0}" -gt 0 ] || die "fuzz: no input was tried in $fuzz_log"
        inputs=$((inputs + done))
    done
    # shellcheck disable=SC2086 # a list of words
    say "fuzz: $inputs inputs on $(printf '%s\n' $fuzz_targets | wc -l) targets, nothing found"
}
