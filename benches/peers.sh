#!/usr/bin/env bash
# mispflow next to programs that do similar work, on this machine, in one go. Prints tables in Markdown.
#
#     bash benches/peers.sh [FOLDER]
#
# FOLDER holds events of MISP, one a file; without it events are made up. Needs Python 3; a peer that cannot be installed is
# left out, and the table says so. `docs/benchmarks.md` explains the rows.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --release --locked --quiet
peers=target/peers
if [ ! -x "$peers/bin/python" ]; then
    python3 -m venv "$peers"
fi
for package in yara-x jsonnet; do
    "$peers/bin/pip" install --quiet --disable-pip-version-check "$package" ||
        echo "$package cannot be installed: it is left out" >&2
done
"$peers/bin/python" benches/peers.py "${CARGO_TARGET_DIR:-target}/release/mispflow" "$@"
