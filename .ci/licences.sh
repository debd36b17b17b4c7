# THIRD-PARTY.md: the licences of everything that others made and that is in Spud. Sourced by ./run and
# ./test.
# shellcheck shell=bash

# Collects the licences of crates. Only who changed what is linked needs it, so it is compiled then (five to
# fifteen minutes), and ./test does without.
ABOUT=0.9.3

# The crates that are linked for each system of a release, and the page's packages, a line each.
linked() {
  local target
  {
    for target in x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu x86_64-pc-windows-msvc x86_64-apple-darwin aarch64-apple-darwin; do
      # Our own rooms stand there with their folder.
      cargo tree --locked --workspace -e normal --target "$target" --prefix none -f '{p}' | grep -v '(/' || return 1
    done | sed 's/ (.*//; s/^\(.*\) v/crate \1 /'
    sed -n '/^  "dependencies": {/,/^  }/s/^    "\(.*\)": "\(.*\)",*$/page \1 \2/p; s/^    "\(svelte\)": "\(.*\)",*$/page \1 \2/p' ui/package.json
  } | grep . | LC_ALL=C sort -u
}

# Fails where what is linked is not what THIRD-PARTY.md was made from. Takes seconds.
check_licences() {
  linked | diff .ci/licences/linked.txt - >&2 && return
  say "THIRD-PARTY.md is stale: what is linked changed (above). Make it anew with \`./run third-party\`."
  return 1
}

# Writes THIRD-PARTY.md and what it was made from.
make_licences() {
  local folder part
  folder=${XDG_CACHE_HOME:-$HOME/.cache}/spud/cargo-about-$ABOUT
  if [ ! -x "$folder/bin/cargo-about" ]; then
    say "building cargo-about $ABOUT"
    cargo install --debug cargo-about --locked --version "=$ABOUT" --features cli --root "$folder" >&2 ||
      die "cargo-about $ABOUT could not be built (its messages are above)."
  fi
  part=$(mktemp -d)
  say "collecting"
  cargo fetch --locked >&2 && "$folder/bin/cargo-about" generate --offline --locked --workspace --fail \
    -c .ci/licences/about.toml .ci/licences/about.hbs -o "$part/crates.md" >&2 &&
    cargo metadata --locked --format-version 1 >"$part/metadata.json" &&
    node .ci/licences/collect.mjs "$part" && linked >.ci/licences/linked.txt || die "THIRD-PARTY.md was not made (messages are above)."
  rm -r "$part"
}
