# Python environments for the scripts beside it; to be sourced after `server.sh`.

# python_environment NAME REQUIREMENTS: makes the environment VENV of that name with these requirements.
#
# There is one for each set of requirements and each Python, so that it is made once and never stale.
python_environment() {
    local name=$1 requirements=$2 key
    key=$( (cat "$requirements" && python3 --version) | cksum | cut -d' ' -f1)
    VENV=$CARGO_TARGET_DIR/clients/$name-$key
    if [ -f "$VENV/complete" ]; then return 0; fi
    # What an interrupted run left, and what other requirements needed, is not used again.
    rm -rf "$CARGO_TARGET_DIR/clients/$name"-*
    local installer=("$VENV/bin/python" -m pip)
    if ! python3 -m venv "$VENV" 2>/dev/null; then
        # Debian keeps what gives an environment its own pip in a package of its own; the pip outside will do.
        python3 -m venv --clear --without-pip "$VENV" || return 1
        installer=(python3 -m pip --python "$VENV/bin/python")
    fi
    # An SDK has tens of thousands of modules; only those that are imported get compiled.
    if ! "${installer[@]}" install --quiet --disable-pip-version-check --no-compile --requirement "$requirements"; then
        echo "$name could not be installed; Python needs pip, on Debian from python3-venv or python3-pip" >&2
        return 1
    fi
    touch "$VENV/complete"
}
