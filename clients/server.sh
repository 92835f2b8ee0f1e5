# Starts and stops the server under test; to be sourced by the scripts beside it.
#
#   start_vitae    starts `vitae dev` on a free port with nothing kept, exports what the ready file says (VITAE_URL, VITAE_TOKEN …)
#   start_shop     starts the reference service beside it, exports SHOP_URL
#   stop_vitae     stops these servers and no others

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mkdir -p "${CARGO_TARGET_DIR:=$REPO/target}"
# Absolute, because cargo and the scripts run in different folders.
CARGO_TARGET_DIR=$(cd "$CARGO_TARGET_DIR" && pwd)
export CARGO_TARGET_DIR

# Builds the server unless a binary is given.
vitae_binary() {
    if [ -z "${VITAE_BIN:-}" ]; then
        (cd "$REPO" && cargo build --quiet --package server) || return 1
        VITAE_BIN=$CARGO_TARGET_DIR/debug/vitae
    fi
    if [ ! -x "$VITAE_BIN" ]; then
        echo "no server at $VITAE_BIN" >&2
        return 1
    fi
}

start_vitae() {
    local line
    vitae_binary || return 1
    VITAE_DIR=$(mktemp -d)
    trap stop_vitae EXIT
    mkfifo "$VITAE_DIR/greeting"
    "$VITAE_BIN" dev --port 0 --ephemeral --ready-file "$VITAE_DIR/ready" >"$VITAE_DIR/greeting" 2>"$VITAE_DIR/errors" &
    VITAE_SERVER=$!
    exec {VITAE_GREETING}<"$VITAE_DIR/greeting"
    # The server greets once it answers: reading the greeting line by line waits without polling, and ends when the server does.
    while IFS= read -r line <&"$VITAE_GREETING"; do
        if [ -f "$VITAE_DIR/ready" ]; then break; fi
    done
    if [ ! -f "$VITAE_DIR/ready" ]; then
        echo "the server did not start" >&2
        return 1
    fi
    # What it prints from now on is read too: a full pipe would stop it.
    cat <&"$VITAE_GREETING" >/dev/null &
    set -a
    # shellcheck disable=SC1091
    . "$VITAE_DIR/ready"
    set +a
}

# After `start_vitae`, whose folder it uses.
start_shop() {
    local line
    (cd "$REPO" && cargo build --quiet --package engine --example reference-service) || return 1
    mkfifo "$VITAE_DIR/shop-greeting"
    "$CARGO_TARGET_DIR/debug/examples/reference-service" --port 0 >"$VITAE_DIR/shop-greeting" 2>>"$VITAE_DIR/errors" &
    SHOP_SERVER=$!
    IFS= read -r line <"$VITAE_DIR/shop-greeting" || return 1
    export SHOP_URL=${line#listening on }
}

stop_vitae() {
    local status=$?
    trap - EXIT
    if [ -n "${SHOP_SERVER:-}" ]; then
        kill "$SHOP_SERVER" 2>/dev/null
        wait "$SHOP_SERVER" 2>/dev/null
        SHOP_SERVER=
    fi
    if [ -n "${VITAE_SERVER:-}" ]; then
        kill "$VITAE_SERVER" 2>/dev/null
        wait "$VITAE_SERVER" 2>/dev/null
        VITAE_SERVER=
    fi
    if [ "$status" -ne 0 ] && [ -s "${VITAE_DIR:-/nowhere}/errors" ]; then
        echo "what the server wrote to its error stream:" >&2
        cat "$VITAE_DIR/errors" >&2
    fi
    rm -rf "${VITAE_DIR:?}"
    return "$status"
}
