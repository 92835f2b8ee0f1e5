# The browser for the scripts beside it; to be sourced. Exports CHROMIUM, the path of a Chromium.

CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)}
if [ -z "$CHROMIUM" ]; then
    echo "no Chromium; on Debian it comes with the package chromium" >&2
    exit 1
fi
export CHROMIUM
