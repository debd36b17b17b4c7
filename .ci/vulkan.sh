# GPUs by Vulkan: builds ggml's backend as a library of its own, which the engine loads where a
# Vulkan loader is found. Sourced by setup.sh. Nothing here ever fails a run: where headers or
# compiler cannot be had, one line says so and Spud computes on the processor.
#
# The library is compiled from the sources that cargo fetched for the pinned llama-cpp-sys-2, with
# the settings that its own build uses, so that it fits the ggml that the engine links.
# shellcheck shell=bash

PACKAGES_VULKAN=(libvulkan-dev glslc spirv-headers)
# Where Debian's own headers are too old, those of this release are unpacked beside the build.
VULKAN_SUITE=trixie
# Raised when the recipe below changes what it builds.
VULKAN_RECIPE=1

# The library, once built.
vulkan_library() { printf '%s/backends/libggml-vulkan.so' "$(target)"; }

# Builds it unless it is there. SPUD_VULKAN=off leaves it out.
build_vulkan() {
  local sources identity stamp folder
  [ "${SPUD_VULKAN:-on}" = off ] && return 0
  [ "$(uname -s)" = Linux ] && command -v dpkg-query >/dev/null || return 0
  sources=$(llama_sources)
  [ -d "$sources/ggml" ] || { no_vulkan "the sources of llama.cpp were not found"; return 0; }
  identity="$VULKAN_RECIPE $sources"
  stamp=$(target)/backends/vulkan.stamp
  # What failed is not tried again until the sources or the recipe change.
  [ "$(cat "$stamp" 2>/dev/null)" = "$identity" ] && return 0
  mkdir -p "$(target)/backends"
  folder=$PWD/$(target)/vulkan
  case $(target) in /*) folder=$(target)/vulkan ;; esac
  mkdir -p "$folder"
  if make_vulkan "$sources" "$folder" >"$folder/log" 2>&1; then
    printf '%s' "$identity" >"$stamp"
  else
    no_vulkan "$(tail -n 1 "$folder/log") (all of it: $folder/log)"
  fi
}

no_vulkan() { say "no GPU support by Vulkan: $1"; }

# The folder of llama.cpp inside the pinned package.
llama_sources() {
  cargo metadata --locked --format-version 1 2>/dev/null |
    grep -o '"manifest_path":"[^"]*/llama-cpp-sys-2-[^"]*/Cargo.toml"' | head -n 1 |
    sed -e 's/^"manifest_path":"//' -e 's/Cargo.toml"$/llama.cpp/'
}

make_vulkan() {
  local sources=$1 folder=$2 usr=/usr
  vulkan_packages || { echo "its packages could not be installed: ${PACKAGES_VULKAN[*]}"; return 1; }
  if ! new_enough /usr/include; then
    newer_headers "$folder" || { echo "its headers are too old here, and newer ones could not be had"; return 1; }
    usr=$folder/newer/usr
  fi
  say "building GPU support by Vulkan, which takes some minutes the first time"
  rm -rf "$folder/build"
  cmake -S "$sources" -B "$folder/build" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON \
    -DGGML_BACKEND_DL=ON -DGGML_NATIVE=OFF -DGGML_CPU=OFF -DGGML_OPENMP=OFF -DGGML_VULKAN=ON \
    -DLLAMA_BUILD_APP=OFF -DLLAMA_BUILD_MTMD=OFF -DLLAMA_BUILD_COMMON=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_TOOLS=OFF \
    -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_CURL=OFF \
    -DVulkan_INCLUDE_DIR="$usr/include" -DCMAKE_PREFIX_PATH="$usr" -DCMAKE_CXX_FLAGS="-I$usr/include -w" \
    -DCMAKE_SKIP_RPATH=ON || { echo "cmake could not configure it"; return 1; }
  cmake --build "$folder/build" --target ggml-vulkan -j "$(nproc)" || { echo "it could not be compiled"; return 1; }
  find "$folder/build" -name libggml-vulkan.so -exec cp {} "$(vulkan_library).part" \; &&
    mv "$(vulkan_library).part" "$(vulkan_library)" && rm -rf "$folder/build"
}

# Are the headers below $1 new enough for ggml? It uses an extension of 2024.
new_enough() { grep -q VK_EXT_LAYER_SETTINGS_EXTENSION_NAME "$1/vulkan/vulkan_core.h" && [ -f "$1/vulkan/vulkan.hpp" ]; }

vulkan_packages() {
  local package
  missing=()
  for package in "${PACKAGES_VULKAN[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  if [ "$(id -u)" != 0 ] && ! sudo -n true; then return 1; fi
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# Unpacks newer headers below $1 without installing them, from wherever this machine gets its own
# packages: its first source with another suite.
newer_headers() {
  local folder=$1 apt=$1/apt site key=/usr/share/keyrings/debian-archive-keyring.gpg
  new_enough "$folder/newer/usr/include" && return
  site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -n 1)
  # Another system's suites have other names.
  [ -n "$site" ] && grep -q '^ID=debian' /etc/os-release && [ -f "$key" ] || return 1
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
