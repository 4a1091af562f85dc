# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# steps.sh - run a command of ./dev as numbered steps, one line each
#
# A command is a function that calls step(). run_steps() calls it twice: first to count the steps, then to run them. On
# a terminal a step's line shows a bar or a clock while the step runs. In a log a long step adds a plain line every half
# minute. The output of a step goes to a file of its own in $logs; when a step fails, the end of that file is shown.
#
# Progress is read from the step's own output: "[3/40] ..." as ninja says, " 3/40 ..." as meson test says, and
# "progress 3/40" as the project's tools say when BITFRAME_PROGRESS is 1.

counting=     # yes while the steps are only counted
steps=0       # how many there are
number=0      # of the step that runs
failed_steps= # titles of those that failed and did not end the command
after_most_failures='Fix that, then run the same command again: finished builds and downloads are kept.'
after_failure=$after_most_failures
export BITFRAME_PROGRESS=1

# How wide a line may be. Tables are printed to files first, and are as wide as the terminal all the same.
columns=80
if [ -t 1 ]; then
    size=$(stty size 2>/dev/null </dev/tty) && [ "${size#* }" -gt 0 ] && columns=${size#* }
    COLUMNS=$columns
    export COLUMNS
fi

say() { printf '%s\n' "dev: $*"; }

die() {
    printf '%s\n' "dev: $*" >&2
    exit 1
}

# run_steps FUNCTION ARGUMENT... - count the steps of a command, then run them
run_steps() {
    counting=yes
    number=0
    "$@"
    counting=
    steps=$number
    number=0
    case $build in *\\*) die "meson takes a backslash for a slash: move the checkout to another folder than $build" ;; esac
    mkdir -p "$logs" || die "cannot write to $logs: BITFRAME_BUILD names another build directory"
    exec 7>"$build/lock"
    ! command -v flock >/dev/null || flock -n 7 ||
        die "another ./dev is at work in $build: wait for it, or name another build directory by BITFRAME_BUILD"
    rm -f "$logs"/[0-9]*.log
    say "steps: $steps; what each one prints is in $logs"
    "$@"
}

# The last progress in a log: "DONE TOTAL", or nothing.
progress_of() {
    tail -c 2000 "$1" | tr '\r' '\n' | sed -n \
        -e 's!^\[\([0-9][0-9]*\)/\([0-9][0-9]*\)\].*!\1 \2!p' \
        -e 's!^ *\([0-9][0-9]*\)/\([0-9][0-9]*\) .*!\1 \2!p' \
        -e 's!^progress \([0-9][0-9]*\)/\([0-9][0-9]*\)$!\1 \2!p' | tail -n 1
}

# bar DONE TOTAL - twenty characters that say how far it is
bar() {
    hashes=$(($2 > 0 ? 20 * $1 / $2 : 0))
    [ "$hashes" -le 20 ] || hashes=20
    printf '[%.*s%.*s] %s of %s' "$hashes" '####################' $((20 - hashes)) '....................' "$1" "$2"
}

# watch LINE LOG - show how far a step is until it ends; runs beside it
watch() {
    seconds=0
    while sleep 1 && kill -0 $$ 2>/dev/null; do
        seconds=$((seconds + 1))
        progress=$(progress_of "$2")
        # shellcheck disable=SC2086 # two words
        [ -z "$progress" ] || progress="$(bar $progress), "
        if [ -t 1 ]; then # a line that wraps could not be written over
            printf '\r%s\033[K' "$(printf '%s%s%s s' "$1" "$progress" "$seconds" | cut -c "1-$((columns - 1))")"
        elif [ $((seconds % 30)) = 0 ]; then
            printf '\n        %s%s s' "$progress" "$seconds"
        fi
    done
}

# end_watch - stop it, and leave the cursor behind the step's line
end_watch() {
    [ -n "$watcher" ] || return 0
    kill "$watcher" 2>/dev/null || true
    wait "$watcher" 2>/dev/null || true
    watcher=
}
watcher=
trap end_watch EXIT
trap 'end_watch; echo; exit 130' INT
trap 'end_watch; echo; exit 143' TERM HUP

# run_one COMMAND... - run a step's command with a log; its status is $status
run_one() {
    begin=$(date +%s)
    set +e
    (
        set -e
        "$@"
    ) >"$log" 2>&1 </dev/null
    status=$?
    set -e
    took=$(($(date +%s) - begin))
}

# step TITLE COMMAND... - one step; if it fails, that ends everything
step() {
    number=$((number + 1))
    [ -z "$counting" ] || return 0
    title=$1
    shift
    log=$logs/$(printf %02d "$number")-$(printf %s "$title" | tr -cs '[:alnum:]\n' - | cut -c1-40).log
    : >"$log"
    line=$(printf '[%*s/%s] %s ' ${#steps} "$number" "$steps" "$title")
    printf %s "$line"
    watch "$line" "$log" 7>&- & # without the lock, which must not outlast the command
    watcher=$!
    run_one "$@"
    end_watch
    if [ -t 1 ]; then
        printf '\r%s\033[K' "$line"
    elif [ "$took" -ge 30 ]; then
        printf '\n        '
    fi
    if [ "$status" = 0 ]; then
        printf '%s s\n' "$took"
        return 0
    fi
    printf 'FAILED after %s s\n' "$took"
    tail -n "${shown_lines:-30}" "$log" >&2
    [ -z "${keep_going:-}" ] || {
        failed_steps="$failed_steps
    step $number, $title: $log"
        return 0
    }
    printf '%s\n' "dev: step $number of $steps failed: $title" "dev: its whole output: $log" "dev: $after_failure" >&2
    exit "$status"
}

# try_step TITLE COMMAND... - one step; if it fails, the others run all the same, and the command fails in the end
try_step() {
    keep_going=yes
    step "$@"
    keep_going=
}

# show_step TITLE COMMAND... - one step whose output is what the command is for: it is shown as it comes
show_step() {
    number=$((number + 1))
    [ -z "$counting" ] || return 0
    title=$1
    shift
    printf '[%*s/%s] %s\n' ${#steps} "$number" "$steps" "$title"
    begin=$(date +%s)
    "$@" && status=0 || status=$?
    [ "$status" = 0 ] || {
        printf '%s\n' "dev: step $number of $steps failed: $title" "dev: $after_failure" >&2
        exit "$status"
    }
    printf '[%*s/%s] %s %s s\n' ${#steps} "$number" "$steps" "$title" $(($(date +%s) - begin))
}

# end_steps - fail if a try_step() did
end_steps() {
    [ -z "$failed_steps" ] || die "failed:$failed_steps
dev: $after_failure"
}
