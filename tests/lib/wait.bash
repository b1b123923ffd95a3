# shellcheck shell=bash
# Waiting for what will come, for tests and the servers that they start. To be sourced.

# wait_for COMMAND...: poll until it succeeds, for two minutes or more: a busy machine is
# slow, and only what has failed waits so long.
wait_for() {
    local tries=12000
    until "$@"; do
        [ $((tries -= 1)) -gt 0 ] || {
            echo "waited in vain: $*" >&2
            return 1
        }
        sleep 0.01
    done
}

# process_gone PID. A zombie counts as gone: in a container nobody may ever reap it.
process_gone() {
    local state
    read -r _ _ state _ 2>/dev/null <"/proc/$1/stat" || return 0
    [ "$state" = Z ]
}
