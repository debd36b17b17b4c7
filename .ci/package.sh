# `./run package`: a .deb and an .rpm in dist/, by Tauri's bundler from programs built for the purpose.
# Sourced by `run` after setup.sh. Everything of the package that is not compiled is in packaging/.
#
# Its builds have a folder of their own, target/package: they are compiled with other settings than
# those that one works with, and must not make those stale.
# shellcheck shell=bash

# `dpkg-shlibdeps` says which packages the programs need, `elfdeps` the same for .rpm; strip is binutils'.
PACKAGES_PACKAGE=(dpkg-dev binutils rpm rpm2cpio cpio xz-utils)
# What reads the files that other programs will read.
PACKAGES_VALIDATION=(desktop-file-utils appstream libxml2-utils shared-mime-info)

package_target() { printf '%s/package' "$(target)"; }
package_version() { sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml; }
package_licence() { sed -n '/^\[workspace.package\]/,/^\[/s/^license = "\(.*\)"/\1/p' Cargo.toml; }
# Of the last change, so that the same checkout says the same on any day.
package_date() { git log -1 --format=%cs 2>/dev/null || date -u +%Y-%m-%d; }

make_package() {
  local built stage version
  [ "$(uname -s)" = Linux ] || die "packages are made on Linux (the release workflow makes those of other systems)."
  command -v dpkg-query >/dev/null || die "packages are made on Debian or Ubuntu: their tools tell which versions of the system's libraries the programs need."
  need_packages "${PACKAGES_ENGINE[@]}" "${PACKAGES_WINDOW[@]}" "${PACKAGES_PACKAGE[@]}"
  need_rust
  need_node
  build_vulkan
  build_page
  built=$(package_target)/release
  stage=$(package_target)/stage
  version=$(package_version)
  build_for_package -p engine-llama -p cli -p spud-desktop
  # Not as for a package: it runs here alone, and what one works with has compiled most of it, if the same
  # packages are named (others want other features of the same libraries, which are compiled anew).
  cargo build --locked -p engine-llama -p cli -p spud-desktop --example papers >&2 || die "the build failed (its messages are above)."
  stage_package "$built" "$stage" "$version"
  bundle_package "$built" "$stage" "$version"
  weigh_package "$stage"
}

# cargo build for somebody else's machine: for the least of its processors, small, hardened, with a
# search path relative to the program, and without the names of this machine's folders.
build_for_package() {
  local sources=${CARGO_HOME:-$HOME/.cargo}/registry/src
  (
    export CARGO_TARGET_DIR SPUD_PACKAGE=1
    CARGO_TARGET_DIR=$(package_target)
    # (Rust needs no such flags.)
    CFLAGS=$(hardening "$sources")
    export CFLAGS CXXFLAGS=$CFLAGS
    # shellcheck disable=SC2016  # the loader's own word
    export CMAKE_INSTALL_RPATH='$ORIGIN'
    # llama.cpp's helpers can fetch from the network where they find OpenSSL; the engine never does.
    export CMAKE_DISABLE_FIND_PACKAGE_OpenSSL=ON
    export CMAKE_SHARED_LINKER_FLAGS=$HARDENED_LINK CMAKE_MODULE_LINKER_FLAGS=$HARDENED_LINK
    export RUSTFLAGS="--remap-path-prefix=$sources=cargo --remap-path-prefix=$PWD=spud"
    cargo build --release --locked "$@" >&2
  ) || die "the build failed (its messages are above)."
}

# Lays out in $2 what will lie below /, from the programs in $1.
stage_package() {
  local built=$1 stage=$2 version=$3 lib share doc sources page
  lib=$stage/usr/lib/spud share=$stage/usr/share doc=$stage/usr/share/doc/spud
  rm -rf "$stage"
  mkdir -p "$stage/usr/bin" "$lib/backends" "$doc"

  install -m 755 "$built/spud" "$stage/usr/bin/spud"
  install -m 755 "$built/spud-engine" "$lib/spud-engine"
  local out
  out=$(llama_output "$built") || die "llama.cpp's libraries are not where its build leaves them."
  # Under the names that programs look for; links would only be a second name for each.
  for page in "$out"/lib*.so.[0-9]; do
    # llama.cpp's helpers come only where the linker kept something of them.
    case $page in *llama-common*) readelf -d "$built/spud-engine" | grep -q libllama-common || continue ;; esac
    install -m 644 "$page" "$lib/$(basename "$page")"
  done
  install -m 644 "$(kernels_output "$built")"/libggml-cpu-*.so "$lib/"
  if [ -e "$(vulkan_library)" ]; then
    install -m 644 "$(vulkan_library)" "$lib/backends/"
  else
    say "this package comes without GPU support: the Vulkan backend is not there (why was said above)"
  fi
  find "$lib" -name '*.so*' -exec strip --strip-unneeded {} +
  install -m 644 sprout/sprout.gguf "$lib/sprout.gguf"
  install -m 644 ui/reader/reader.js "$lib/reader.js"

  install -D -m 644 packaging/spud.xml "$share/mime/packages/spud.xml"
  mkdir -p "$share/metainfo"
  fill_metainfo "$version" >"$share/metainfo/dev.spud.spud.metainfo.xml"
  install -D -m 644 icons/icon.svg "$share/icons/hicolor/scalable/apps/spud-desktop.svg"
  "$(target)/debug/examples/papers" "$stage/papers" || die "the manual could not be written."
  install -D -m 644 "$stage/papers/bash/spud" "$share/bash-completion/completions/spud"
  install -D -m 644 "$stage/papers/fish/spud.fish" "$share/fish/vendor_completions.d/spud.fish"
  # Debian and the others look for zsh's in different folders.
  install -D -m 644 "$stage/papers/zsh/_spud" "$stage/deb/usr/share/zsh/vendor-completions/_spud"
  install -D -m 644 "$stage/papers/zsh/_spud" "$stage/rpm/usr/share/zsh/site-functions/_spud"
  mkdir -p "$share/man/man1"
  for page in "$stage"/papers/man/*.1; do gzip -9nc "$page" >"$share/man/man1/$(basename "$page").gz"; done
  # The window has no arguments but a file; the page of `spud` tells of it.
  echo '.so man1/spud.1' | gzip -9nc >"$share/man/man1/spud-desktop.1.gz"
  rm -r "$stage/papers"

  install -m 644 packaging/copyright "$doc/copyright"
  sources=$(llama_sources)
  install -D -m 644 "$sources/LICENSE" "$doc/licences/llama.cpp"
  # Those of everything else, where a tool has collected them.
  for page in LICENSE* THIRD-PARTY*; do [ -f "$page" ] && install -m 644 "$page" "$doc/licences/$page"; done
  {
    printf 'spud (%s) unstable; urgency=medium\n\n  * What changed is told in NEWS.md beside this file.\n\n' "$version"
    printf ' -- The makers of Spud <none@invalid>  %s\n' "$(LC_ALL=C date -uR -d "$(package_date)")"
  } | gzip -9nc >"$stage/changelog.gz"
  install -D -m 644 "$stage/changelog.gz" "$stage/deb/usr/share/doc/spud/changelog.gz"
  rm "$stage/changelog.gz"
  gzip -9nc CHANGELOG.md >"$doc/NEWS.md.gz"
  install -D -m 644 packaging/lintian-overrides "$stage/deb/usr/share/lintian/overrides/spud"
  find "$stage" -type d -exec chmod 755 {} +
  find "$share" -type f -exec chmod 644 {} +
}

# The metainfo as it is shipped. Its picture needs an address: SPUD_SITE, below which this checkout's files
# can be read, such as https://raw.githubusercontent.com/OWNER/REPOSITORY/v1.0.0.
fill_metainfo() {
  local site=${SPUD_SITE:-}
  sed -e "s/@VERSION@/$1/; s/@DATE@/$(package_date)/; s/@LICENSE@/$(package_licence)/; s#@SITE@#${site%/}#" packaging/dev.spud.spud.metainfo.xml |
    { if [ -n "$site" ]; then cat; else sed '/<!-- AppStream takes/,/<\/screenshots>/d'; fi; }
}

# Where the build of llama.cpp that belongs to the engine in $1 put its libraries.
llama_output() { newest_output "$1" llama-cpp-sys-2 lib; }

# Where that of ggml's kernels put those for each kind of processor.
kernels_output() { newest_output "$1" kernels backends; }

# The folder $3 that the build script of $2 left; cargo keeps the outputs of older builds too, the last one is this one's.
newest_output() {
  local out
  out=$(find "$1/build" -maxdepth 3 -path "*/$2-*/out/$3" -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2-)
  [ -n "$out" ] && printf '%s' "$out"
}

# Has the bundler put it together, and leaves the packages in dist/.
bundle_package() {
  local built=$1 stage=$2 version=$3 out target
  # Before the change of folder, below which it would be looked for.
  target=$(package_target)
  deb_needs "$built" "$stage" >"$stage/deb.needs" || die "dpkg-shlibdeps could not tell what the programs need."
  rpm_needs "$built" "$stage" >"$stage/rpm.needs" || die "elfdeps could not tell what the programs need."
  SPUD_LICENCE=$(package_licence) node packaging/bundle.mjs "$stage" >"$stage/bundle.json" || die "the bundler's settings could not be written."
  rm -rf "$built/bundle"
  # Binary patching would write into the program which kind of package it came in; nobody asks it.
  (cd src-tauri && CARGO_TARGET_DIR=$target ../ui/node_modules/.bin/tauri bundle --ci --no-sign --no-binary-patching \
    --bundles deb rpm --config "$stage/bundle.json" >"$stage/log" 2>&1) ||
    die "the bundler failed: $(tail -n 3 "$stage/log") (all of it: $stage/log)"
  mkdir -p dist
  rm -f dist/*.deb dist/*.rpm
  for out in "$built"/bundle/deb/*.deb "$built"/bundle/rpm/*.rpm; do cp "$out" dist/ || die "$out is missing."; done
  repack_deb dist/*.deb
  repack_rpm "$stage" dist/*.rpm
}

# What dpkg finds that the programs need of the system, one a line. The Vulkan loader is not asked of
# everybody: the backend that needs it is loaded only where there is one.
deb_needs() {
  local folder=$2/needs
  mkdir -p "$folder/debian"
  printf 'Source: spud\n\nPackage: spud\nArchitecture: any\n' >"$folder/debian/control"
  (cd "$folder" && dpkg-shlibdeps -O --ignore-missing-info -l"$2/usr/lib/spud" \
    "$1/spud-desktop" "$2/usr/bin/spud" "$2"/usr/lib/spud/spud-engine "$2"/usr/lib/spud/lib*.so* 2>"$2/shlibdeps.log") |
    sed -n 's/^shlibs:Depends=//p' | sed 's/, */\n/g' | grep .
}

# The same in the words of rpm: libraries and the versions of their symbols, which every distribution
# of that kind knows under the same names.
rpm_needs() {
  printf '%s\n' "$1/spud-desktop" "$2/usr/bin/spud" "$2"/usr/lib/spud/spud-engine "$2"/usr/lib/spud/lib*.so* |
    /usr/lib/rpm/elfdeps --requires | sort -u | grep -v -e '^libggml' -e '^libllama'
}

# The bundler compresses with gzip. xz takes a third less; and files that the system owns belong to root.
repack_deb() {
  local folder=$stage/repacked
  rm -rf "$folder"
  dpkg-deb -R "$1" "$folder" && dpkg-deb --root-owner-group -Zxz -z9 -b "$folder" "$1" >/dev/null || die "$1 could not be repacked."
  rm -rf "$folder"
}

# The bundler names no folder, so that those of Spud's own would stay behind when it is erased. What it says and
# what is in it stays; xz's best takes a quarter less.
repack_rpm() {
  local folder=$1/rpm-repacked package=$2 spec=$1/spud.spec
  rm -rf "$folder"
  mkdir -p "$folder/files"
  # (rpm2cpio says no at its end: it misses the size of the whole, which the bundler does not write.)
  (cd "$folder/files" && { rpm2cpio "$OLDPWD/$package" 2>/dev/null || true; } | cpio -idm --quiet) || die "$package could not be unpacked."
  {
    rpm -qp --qf 'Name: %{NAME}\nVersion: %{VERSION}\nRelease: %{RELEASE}\nSummary: %{SUMMARY}\nLicense: %{LICENSE}\n' "$package"
    rpm -qp --qf '[Requires: %{REQUIRENAME}\n]' "$package" | grep -v ': rpmlib('
    rpm -qp --qf '[Recommends: %{RECOMMENDNAME}\n]' "$package"
    # Nothing is found out, stripped or compressed anew: the programs are as they shall be.
    printf 'AutoReqProv: no\n%%global debug_package %%{nil}\n%%global __os_install_post %%{nil}\n%%define _build_id_links none\n'
    printf '%%define _binary_payload w9.xzdio\n%%define _buildhost localhost\n'
    printf '%%define use_source_date_epoch_as_buildtime 1\n%%define clamp_mtime_to_source_date_epoch 1\n'
    rpm -qp --qf '\n%%description\n%{DESCRIPTION}\n' "$package"
    printf '\n%%install\ncp -a "%s/." "%%{buildroot}/"\n\n%%files\n%%defattr(-,root,root)\n' "$folder/files"
    (cd "$folder/files" && find usr/lib/spud usr/share/doc/spud -type d -printf '%%dir "/%p"\n' && find . -not -type d -printf '"/%P"\n')
  } >"$spec"
  SOURCE_DATE_EPOCH=$(date -u -d "$(package_date)" +%s) rpmbuild -bb --quiet --define "_topdir $folder/build" --define "_rpmdir $folder" \
    --define "_rpmfilename spud.rpm" "$spec" >"$1/rpmbuild.log" 2>&1 || die "rpmbuild failed: $(tail -n 3 "$1/rpmbuild.log")"
  mv "$folder/spud.rpm" "$package"
  rm -rf "$folder"
}

# Says what takes the room.
weigh_package() {
  local stage=$1 package
  {
    printf '\n%-44s %10s %10s\n' "installed" KiB "of it, xz"
    weigh "the window (spud-desktop, with its page)" "$(package_target)/release/spud-desktop"
    weigh "the terminal (spud)" "$stage/usr/bin/spud"
    weigh "the engine (spud-engine)" "$stage/usr/lib/spud/spud-engine"
    weigh "llama.cpp and ggml (libllama, libggml)" "$stage"/usr/lib/spud/lib{llama,ggml,ggml-base}.so.*
    weigh "llama.cpp's common library" "$stage"/usr/lib/spud/libllama-common.so.*
    weigh "kernels of $(find "$stage/usr/lib/spud" -name 'libggml-cpu-*' | wc -l) kinds of processor" "$stage"/usr/lib/spud/libggml-cpu-*.so
    weigh "GPUs by Vulkan" "$stage"/usr/lib/spud/backends/*
    weigh "Sprout" "$stage/usr/lib/spud/sprout.gguf"
    weigh "the terminal's reader of Markdown" "$stage/usr/lib/spud/reader.js"
    weigh "icons, manual, completions, licences" "$stage"/usr/share icons/*.png
    for package in dist/*; do printf '%-44s %10s\n' "$package" $(($(stat -c %s "$package") / 1024)); done
  } >&2
}

weigh() {
  local name=$1
  shift
  [ -e "$1" ] || return 0
  printf '%-44s %10s %10s\n' "$name" "$(du -cbs "$@" | tail -n 1 | awk '{ print int($1 / 1024) }')" \
    "$(tar -cf - "$@" 2>/dev/null | xz -6 | wc -c | awk '{ print int($1 / 1024) }')"
}

# Checks what other programs will read of us, without building anything of the package: for ./test.
check_packaging() {
  local folder status=0 site
  folder=$(mktemp -d)
  desktop-file-validate packaging/spud.desktop || status=1
  for site in "" https://example.org/spud; do
    SPUD_SITE=$site fill_metainfo "$(package_version)" >"$folder/dev.spud.spud.metainfo.xml"
    appstreamcli validate --no-net "$folder/dev.spud.spud.metainfo.xml" >"$folder/log" || { cat "$folder/log"; status=1; }
    ! grep -n '@[A-Z]*@' "$folder/dev.spud.spud.metainfo.xml" || status=1
  done
  grep -q "$site/ui/screenshot.png" "$folder/dev.spud.spud.metainfo.xml" && [ -f ui/screenshot.png ] || { say "the metainfo has no picture"; status=1; }
  # The type, as a file manager reads it: by the name, and by the first bytes where that says nothing.
  xmllint --noout packaging/spud.xml || status=1
  mkdir -p "$folder/mime/packages"
  cp packaging/spud.xml "$folder/mime/packages/"
  update-mime-database "$folder/mime" 2>"$folder/log" || { cat "$folder/log"; status=1; }
  grep -q '^60:application/x-gguf$\|application/x-gguf:\*.gguf$' "$folder/mime/globs2" "$folder/mime/globs" || { say "no file is called a model"; status=1; }
  grep -aq GGUF "$folder/mime/magic" || { say "no file begins like a model"; status=1; }
  # Debian's words for the licence are others; both must mean the same.
  [ "$(package_licence)" = "MIT OR Apache-2.0" ] && grep -q '^License: Expat or Apache-2.0$' packaging/copyright || { say "packaging/copyright names other licences than Cargo.toml"; status=1; }
  # One word for the type, and the desktop entry is where the programs are.
  grep -q '^MimeType=application/x-gguf;$' packaging/spud.desktop && grep -q '^Exec=spud-desktop %f$' packaging/spud.desktop || { say "the desktop entry opens no model"; status=1; }
  rm -rf "$folder"
  return $status
}
