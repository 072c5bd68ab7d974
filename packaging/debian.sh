#!/bin/sh
# Builds the Debian package in `target/debian/`: the program, its manual, and completions for bash, zsh and fish.
# Needs cargo-deb (`cargo install --locked cargo-deb`), gzip, and dpkg-shlibdeps of dpkg-dev, which finds the libraries it
# depends on. To try it: `dpkg -i target/debian/*.deb`, `man mispflow`, `dpkg -P mispflow`.
set -eu
cd "$(dirname "$0")/.."
cargo build --release --locked
program=${CARGO_TARGET_DIR:-target}/release/mispflow
made=target/packaging
rm -rf "$made"
mkdir -p "$made/man"
"$program" man --output "$made/man"
"$program" completions bash > "$made/mispflow.bash"
"$program" completions zsh > "$made/_mispflow"
"$program" completions fish > "$made/mispflow.fish"
cp CHANGELOG.md "$made/NEWS"
gzip -9nf "$made"/man/* "$made/NEWS"
# Debian's own list of changes says where the other one is. The same commit gives the same package.
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
SOURCE_DATE_EPOCH=$epoch
export SOURCE_DATE_EPOCH
cat > "$made/changelog" <<END
mispflow ($version-1) unstable; urgency=medium

  * The changes are in /usr/share/doc/mispflow/NEWS.gz.

 -- The mispflow developers <mispflow@users.noreply.github.com>  $(LC_ALL=C date -u -R -d "@$epoch")
END
cargo deb --no-build --locked
