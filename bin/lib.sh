# Sourced by the scripts of this folder: messages in French, and children that
# never outlive the script that started them.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export PYTHONUTF8=1               # French messages, whatever the locale of the terminal
export PIP_DISABLE_PIP_VERSION_CHECK=1
child=''

say() { printf '%s\n' "$*"; }

# die MESSAGE…: each argument on its own line, then exit 1.
die() {
    printf '\nErreur : %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '  %s\n' "$line" >&2; done
    exit 1
}

# A shell that waits for a foreground child answers a signal only once that child is
# over. Children therefore run in the background, and the trap passes the signal on.
stop_child() {
    trap '' INT TERM HUP
    if [ -n "$child" ]; then
        kill -TERM "$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    fi
    exit "$1"
}
trap 'stop_child 130' INT
trap 'stop_child 143' TERM
trap 'stop_child 129' HUP

# run CMD…: its exit status is the command's.
run() {
    local status=0
    "$@" <&0 &
    child=$!
    wait "$child" || status=$?
    child=''
    return "$status"
}
