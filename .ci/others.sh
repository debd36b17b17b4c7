# Whether the code still compiles for the systems that nobody has at hand: Rust looks at all of it but the engine's own
# process, whose llama.cpp needs the tools of the system itself. Sourced by `test` after setup.sh.
# shellcheck shell=bash

# The triple that the release has on Windows is msvc's, whose tools run only there; the code that is chosen is the same.
OTHERS=(x86_64-pc-windows-gnu aarch64-apple-darwin)

check_others() {
  local target under fakes tool status arguments=()
  for target in "${OTHERS[@]}"; do
    [ -d "$(rustc --print sysroot)/lib/rustlib/$target" ] || rustup target add "$target" >/dev/null 2>&1
    # A Rust of the system's packages has its own only.
    [ -d "$(rustc --print sysroot)/lib/rustlib/$target" ] || { say "not looked at: $target, whose standard library rustup could not bring"; return; }
    arguments+=(--target "$target")
  done
  fakes=$(mktemp -d)
  # Nothing is linked, so that what C there is needs no compiling: the tools do nothing, and well.
  for tool in gcc ar windres; do ln -s "$(type -P true)" "$fakes/x86_64-w64-mingw32-$tool"; done
  (
    for target in "${OTHERS[@]}"; do
      under=${target//-/_}
      export "CC_$under=true" "CXX_$under=true" "AR_$under=true"
    done
    # The flags are of what is compiled for these targets, each of which has a folder of its own below target/. Build
    # scripts and macros, which run here, are those of the other builds.
    export PATH=$fakes:$PATH RUSTFLAGS="-D warnings"
    cargo check --locked --quiet "${arguments[@]}" -p cli -p spud-desktop
  )
  status=$?
  rm -rf "$fakes"
  [ $status = 0 ] || say "it does not compile for one of: ${OTHERS[*]}"
  return $status
}
