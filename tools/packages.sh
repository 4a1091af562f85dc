# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# packages.sh - what the commands of ./dev need of the system, and how it is installed
#
# Each package of the lists below has a probe in has(): a program that runs, or a header that a compiler finds. The probe
# decides, not dpkg: a meson from elsewhere is as good as Debian's.

demo_packages='meson ninja-build gcc-aarch64-linux-gnu qemu-system-arm'
native_packages='meson ninja-build pkg-config gcc libc6-dev g++ libcriterion-dev libbenchmark-dev libfdt-dev'
test_packages="$demo_packages $native_packages libc6-dev-arm64-cross g++-aarch64-linux-gnu qemu-user spin make cmake"
clang_packages='clang libclang-rt-14-dev'
amalgamate_packages='python3'
lint_packages='clang-format cppcheck shellcheck binutils gcc-riscv64-linux-gnu gcc-arm-linux-gnueabihf'
models_packages='spin gcc libc6-dev'
bench_packages="$test_packages gnuplot-nox python3"
scale_packages="$native_packages gnuplot-nox python3"

# Unpacked below build/, not installed: what cross-built programs link with.
arm64_test_packages='libcriterion-dev libbenchmark-dev libfdt-dev'
arm64_clang_packages='libclang-rt-14-dev'

# includes COMPILER LANGUAGE HEADER - does the compiler find the header, and all that this one includes?
includes() {
    command -v "$1" && printf '#include <%s>\n' "$3" | "$1" -x "$2" -fsyntax-only -
}

# has PACKAGE - is it there, or something as good?
has() {
    case $1 in
    meson) case $(meson --version) in [1-9]*) ;; *) false ;; esac ;;
    ninja-build) command -v ninja ;;
    gcc-aarch64-linux-gnu) aarch64-linux-gnu-gcc --version && command -v aarch64-linux-gnu-objcopy ;;
    gcc-riscv64-linux-gnu) riscv64-linux-gnu-gcc --version ;;
    gcc-arm-linux-gnueabihf) arm-linux-gnueabihf-gcc --version ;;
    g++-aarch64-linux-gnu) command -v aarch64-linux-gnu-g++ ;;
    libc6-dev-arm64-cross) includes aarch64-linux-gnu-gcc c stdio.h && includes aarch64-linux-gnu-gcc c limits.h ;;
    qemu-system-arm) qemu-system-aarch64 --version ;;
    qemu-user) command -v qemu-aarch64 ;;
    libc6-dev) includes gcc c stdio.h ;;
    libcriterion-dev) includes gcc c criterion/criterion.h && pkg-config --exists criterion ;;
    libbenchmark-dev) includes g++ c++ benchmark/benchmark.h ;;
    libfdt-dev) includes gcc c libfdt.h ;;
    libclang-rt-14-dev) command -v clang && ls "$(clang -print-runtime-dir)"/libclang_rt.fuzzer* ;;
    gnuplot-nox) command -v gnuplot ;;
    binutils) command -v nm && command -v objdump ;;
    *) command -v "$1" ;;
    esac >/dev/null 2>&1
}

# missing_of PACKAGE... - those that are not there
missing_of() {
    for package in "$@"; do
        has "$package" || printf ' %s' "$package"
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# need PACKAGE... - find out, before anything else, what is missing and whether it can be installed
#
# Sets $missing, which install_step installs.
need() {
    missing=
    for package in $(missing_of "$@"); do
        case "$missing " in *" $package "*) ;; *) missing="$missing $package" ;; esac
    done
    [ -n "$missing" ] || return 0
    by_hand="apt-get install --no-install-recommends$missing"
    if [ "${DEV_INSTALL:-}" = no ]; then
        die "DEV_INSTALL=no, and this is missing, by Debian's names:$missing
dev: on Debian, root installs it by: $by_hand"
    fi
    command -v apt-get >/dev/null ||
        die "there is no apt-get here. Install what Debian calls:$missing
dev: then run this command again."
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
        die "some packages are missing, and this is neither root nor is there sudo. As root, run: $by_hand"
    # Ask for a password before the first step, where it can be seen.
    [ "$(id -u)" = 0 ] || sudo -v ||
        die "sudo does not let you install packages. Have root run: $by_hand"
}

# install_step - the step that installs what need() found missing
install_step() {
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2086 # a list of words
    set -- $missing
    [ -z "$counting" ] || say "missing, and to be installed by apt: $*"
    after_failure="Nothing was removed. The step's output says what was in the way."
    step "install $# packages by apt" install_packages "$@"
    after_failure=$after_most_failures
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get --yes --no-remove --no-install-recommends \
        -o Acquire::Retries=3 -o DPkg::Lock::Timeout=60 "$@"
}

# would_remove PACKAGE... - what apt would remove for the packages
would_remove() {
    LC_ALL=C apt-get -s --no-install-recommends install "$@" 2>/dev/null | sed -n 's/^Remv \([^ ]*\).*/ \1/p' | tr -d '\n'
}

# update_lists - learn what the archive has
update_lists() {
    as_root apt-get -o APT::Update::Error-Mode=any -o Acquire::Retries=3 update ||
        die "cannot reach the package archive: see above. Is there a network? Does it need a proxy (apt.conf: Acquire::http::Proxy)?"
}

# refuse_removals PACKAGE... - stop if apt would remove something for the packages
refuse_removals() {
    removed=$(would_remove "$@")
    [ -z "$removed" ] || die "what is needed excludes what is installed:$removed.
dev: ./dev removes nothing. To let apt remove that, run as root: apt-get install --no-install-recommends $*
dev: Otherwise use another machine or a container for bitframe."
}

# install_packages PACKAGE... - install them, and remove or downgrade nothing for them
install_packages() {
    refuse_removals "$@"
    # The lists that are there will often do. Where they are old or empty they are fetched.
    if ! apt_install install "$@"; then
        update_lists
        refuse_removals "$@"
        apt_install install "$@" || die "apt-get cannot install them: see above.
dev: If it finds no package, /etc/apt/sources.list names no archive. If another program holds the lock, let that end first."
    fi
    still=$(missing_of "$@")
    [ -z "$still" ] || die "apt-get installed them, but these cannot be used:$still. Is another one ahead of them in PATH?"
}
