#!/bin/sh
# Builds the Debian package in `target/debian/`: the program, its manual, and completions for shells.
# Needs cargo-deb.
set -eu
cd "$(dirname "$0")/.."
cargo build --release --locked
program=${CARGO_TARGET_DIR:-target}/release/mispflow
made=target/packaging
rm -rf "$made"
mkdir -p "$made/man"
"$program" man --output "$made/man"
gzip -9nf "$made"/man/*
"$program" completions bash > "$made/mispflow.bash"
"$program" completions zsh > "$made/_mispflow"
"$program" completions fish > "$made/mispflow.fish"
cargo deb --no-build --locked
