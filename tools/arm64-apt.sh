# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# arm64-apt.sh - an apt for Debian's arm64 packages that the system's own knows nothing of
#
# For tools that make the folder $dir of them. The package lists, the cache and the (empty) package status are in $apt_dir. The system's apt is only read: nothing
# foreign is installed, no architecture is added, and root is not needed. The lists are fetched once for all that uses
# this, and again when they are a day old.

arm64_apt() {
    program=$1
    shift
    LC_ALL=C "$program" -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User=root \
        -o Dir::State="$apt_dir" -o Dir::State::status="$apt_dir/status" \
        -o Dir::State::extended_states="$apt_dir/extended" -o Dir::State::lists="$apt_dir/lists" \
        -o Dir::Cache="$apt_dir/cache" -o Dir::Cache::archives=archives/ \
        -o Debug::NoLocking=true -o Acquire::Languages=none -o Acquire::Retries=3 "$@"
}

# arm64_lists - fetch the lists unless they are there
arm64_lists() {
    command -v apt-get >/dev/null || {
        echo "$0: this fetches Debian's packages by apt-get, which is not here. Make $dir yourself" >&2
        exit 1
    }
    mkdir -p "$apt_dir/lists/partial" "$apt_dir/cache/archives/partial"
    exec 8>"$apt_dir/lock" # held to the end of the tool
    flock 8
    : >"$apt_dir/status"
    [ -z "$(find "$apt_dir/fetched" -mmin -1440 2>/dev/null)" ] || return 0
    echo "fetching the lists of arm64 packages"
    arm64_apt apt-get -o APT::Update::Error-Mode=any update || {
        echo "$0: cannot reach the archive of Debian's arm64 packages: see above. Is there a network?" >&2
        exit 1
    }
    touch "$apt_dir/fetched"
}
