# GPUs by Vulkan: builds ggml's backend as a library of its own, which the engine loads where a
# Vulkan loader is found. Sourced by setup.sh. Nothing here ever fails a run: where headers or
# compiler cannot be had, one line says so and Spud computes on the processor.
#
# The library is compiled from the sources that cargo fetched for the pinned llama-cpp-sys-2, so
# that it fits the ggml that the engine links. (The `vulkan` feature of that package would build
# the same library, and all of llama.cpp anew with it.)
# shellcheck shell=bash

PACKAGES_VULKAN=(libvulkan-dev glslc spirv-headers)
# Where Debian's own headers are too old, those of this release are unpacked beside the build.
VULKAN_SUITE=trixie
# Raised when the recipe below changes what it builds.
VULKAN_RECIPE=3

# The library, once built. The engine looks for it here (crates/engine-llama/src/backends.rs).
vulkan_library() { printf '%s/backends/libggml-vulkan.so' "$(target)"; }

# Builds it unless it is there; what failed is tried again after a day, or when something of it has
# changed. SPUD_VULKAN=off leaves it out. Needs cargo.
build_vulkan() {
  local identity folder
  may_build_vulkan || return 0
  (
    # Two runs at a time would build in one folder; and by this lock the window knows that it is being built
    # (crates/app/src/gpu_support.rs).
    flock 9 2>/dev/null
    is_built && exit
    # The library of other sources would be loaded into an engine that it does not fit.
    rm -f "$(vulkan_library)" "$folder/stamp" "$folder/failed"
    if vulkan_packages && make_vulkan "$folder" >"$folder/log" 2>&1; then
      printf '%s' "$identity" >"$folder/stamp"
    else
      printf '%s' "$identity" >"$folder/failed"
      [ -s "$folder/log" ] && say "no GPU support by Vulkan: $(tail -n 1 "$folder/log") (all of it: $folder/log)"
    fi
    rm -rf "$folder/build"
  ) 8>&2 9>"$folder/lock"
  return 0
}

# The same behind the window that is about to open, when nobody waits for it. Packages first, since that may ask for a
# password.
build_vulkan_meanwhile() {
  local identity folder
  may_build_vulkan || return 0
  is_being_built && return
  vulkan_packages || { printf "%s" "$identity" >"$folder/failed"; return 0; }
  say "GPU support by Vulkan is built in the background (all that is said of it: $folder/output)"
  setsid nice -n 19 "$PWD/run" vulkan >"$folder/output" 2>&1 </dev/null &
  # The window looks for the lock once, when it opens; on a machine that is busy the build is later than that.
  local look
  for look in {1..50}; do
    is_being_built && return
    sleep 0.1
  done
}

# Whether there is anything to build. Sets `identity` and `folder`.
may_build_vulkan() {
  [ "${SPUD_VULKAN:-on}" != off ] && [ "$(uname -s)" = Linux ] || return 1
  identity="recipe $VULKAN_RECIPE $(grep -A 3 '^name = "llama-cpp-sys-2"' Cargo.lock | tr '\n' ' ')"
  folder=$(vulkan_folder)
  is_built && return 1
  [ -n "$(find "$folder/failed" -mtime -1 2>/dev/null)" ] && is_of_now "$folder/failed" && return 1
  mkdir -p "$folder" "$(target)/backends"
}

# Where it is built.
vulkan_folder() { printf '%s/vulkan' "$(target)"; }

# Does another run build it now?
is_being_built() { [ -e "$folder/lock" ] && ! flock -n "$folder/lock" true; }

is_built() { [ -e "$(vulkan_library)" ] && is_of_now "$folder/stamp"; }

# Does this file tell of the library that would be built now?
is_of_now() { [ "$(cat "$1" 2>/dev/null)" = "$identity" ]; }

# The packages that the build needs, installed where that may be done.
vulkan_packages() {
  local package
  missing=()
  rm -f "$folder/log"
  if ! command -v dpkg-query >/dev/null; then
    command -v glslc >/dev/null && new_enough /usr/include && return
    say "no GPU support by Vulkan: it needs glslc, SPIRV-Headers and Vulkan's headers of 2024 or later. Install them with the system's own package manager, then start again."
    return 1
  fi
  for package in "${PACKAGES_VULKAN[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  say "installing ${missing[*]}"
  if may_install &&
    { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$folder/log" 2>&1; then
    return
  fi
  rm -f "$folder/log"
  say "no GPU support by Vulkan: these packages could not be installed: ${missing[*]}. Install them by hand, remove $folder/failed, then start again."
  return 1
}

# Root, or sudo, which may ask for a password only where somebody can type one.
may_install() {
  [ "$(id -u)" = 0 ] && return
  command -v sudo >/dev/null || return
  sudo -n true 2>/dev/null || { [ -t 0 ] && sudo true; }
}

# Are the headers below $1 new enough for ggml? It uses an extension of 2024.
new_enough() { grep -qs VK_EXT_LAYER_SETTINGS_EXTENSION_NAME "$1/vulkan/vulkan_core.h" && [ -f "$1/vulkan/vulkan.hpp" ]; }

# Its last line says why, where it fails.
make_vulkan() {
  local folder=$1 sources usr=/usr
  sources=$(llama_sources)
  [ -d "$sources/ggml" ] || { echo "the sources of llama.cpp were not found"; return 1; }
  if ! new_enough /usr/include; then
    newer_headers "$folder" || { echo "the Vulkan headers are too old here, and newer ones could not be had"; return 1; }
    usr=$folder/newer/usr
  fi
  say "building GPU support by Vulkan, which takes some minutes the first time" 2>&8
  rm -rf "$folder/build"
  cmake -S "$sources" -B "$folder/build" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON \
    -DGGML_BACKEND_DL=ON -DGGML_NATIVE=OFF -DGGML_CPU=OFF -DGGML_OPENMP=OFF -DGGML_VULKAN=ON \
    -DLLAMA_BUILD_APP=OFF -DLLAMA_BUILD_MTMD=OFF -DLLAMA_BUILD_COMMON=OFF -DLLAMA_BUILD_TESTS=OFF \
    -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_UI=OFF \
    -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_CURL=OFF \
    -DVulkan_INCLUDE_DIR="$usr/include" -DCMAKE_PREFIX_PATH="$usr" \
    -DCMAKE_C_FLAGS="$(hardening "$sources") -w" -DCMAKE_CXX_FLAGS="$(hardening "$sources") -w" \
    -DCMAKE_SHARED_LINKER_FLAGS="$HARDENED_LINK" -DCMAKE_MODULE_LINKER_FLAGS="$HARDENED_LINK" -DCMAKE_SKIP_RPATH=ON || { echo "cmake could not configure it"; return 1; }
  cmake --build "$folder/build" --target ggml-vulkan -j "$(nproc)" || { echo "it could not be compiled"; return 1; }
  cp "$folder/build/bin/libggml-vulkan.so" "$(vulkan_library).part" && mv "$(vulkan_library).part" "$(vulkan_library)" ||
    { echo "the library was not where it was expected"; return 1; }
}

# The folder of llama.cpp inside the pinned package.
llama_sources() {
  cargo metadata --locked --format-version 1 |
    grep -o '"manifest_path":"[^"]*/llama-cpp-sys-2[^/"]*/Cargo.toml"' | head -n 1 |
    sed -e 's/^"manifest_path":"//' -e 's/Cargo.toml"$/llama.cpp/'
}

# Where this machine gets its own packages of Debian's suite $1, or of a like one.
apt_site() {
  apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(SITE)' 'Created-By: Packages' |
    awk -v release="$1" '$2 == "main" && ($1 == release || $1 == "stable" || $1 == "oldstable") { print $3; exit }'
}

# Unpacks newer headers below $1 without installing them, from wherever this machine gets its own
# packages: that source with another suite. Not their glslc, which wants their libc.
newer_headers() {
  local folder=$1 apt=$1/apt site release key=/usr/share/keyrings/debian-archive-keyring.gpg
  new_enough "$folder/newer/usr/include" && return
  # Another system's suites have other names.
  grep -q '^ID=debian' /etc/os-release && [ -f "$key" ] || return 1
  release=$(. /etc/os-release && printf %s "$VERSION_CODENAME")
  site=$(apt_site "$release")
  [ -n "$site" ] || return 1
  rm -rf "$apt" && mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
  printf 'deb %s %s %s main\n' "[signed-by=$key]" "$site" "$VULKAN_SUITE" >"$apt/sources.list"
  printf 'Dir::Etc::sourcelist "%s/sources.list";\nDir::Etc::sourceparts "-";\nDir::State::lists "%s/lists";\nDir::Cache "%s/cache";\nAPT::Sandbox::User "%s";\n' \
    "$apt" "$apt" "$apt" "$(id -un)" >"$apt/apt.conf"
  (
    export APT_CONFIG=$apt/apt.conf
    cd "$apt" && apt-get update && apt-get download libvulkan-dev spirv-headers &&
      for package in *.deb; do dpkg-deb -x "$package" "$folder/newer" || exit 1; done
  ) && rm -rf "$apt" && new_enough "$folder/newer/usr/include"
}

# How C and C++ that other people's machines run are compiled: they parse files that strangers made. The names of
# the folder of sources $1 stay out of them.
hardening() { printf '%s' "-ffile-prefix-map=$1=cargo -fstack-protector-strong -D_FORTIFY_SOURCE=2"; }
HARDENED_LINK=-Wl,-z,relro,-z,now

# Has the tests expect a GPU: names llvmpipe's driver to them, where it and the library are there.
expect_vulkan() {
  local driver
  driver=$(find /usr/share/vulkan/icd.d -name 'lvp_icd*.json' -print -quit 2>/dev/null)
  [ -n "$driver" ] && [ "${SPUD_VULKAN:-on}" != off ] && [ -e "$(vulkan_library)" ] && export SPUD_TEST_VULKAN=$driver
  return 0
}
