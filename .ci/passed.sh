# What has passed before with the same of everything that it reads is not run again: `./test` on a tree that was tested
# takes a minute. Kept in target/passed; `./test --again` forgets it. Sourced by `test` after setup.sh.
# shellcheck shell=bash

SPUD_TEST_PASSED=$(target)/passed
export SPUD_TEST_PASSED

# A checksum of these files of the checkout, tracked or not, as git's patterns have them. Fails where git cannot say.
checksum_of() {
  local files
  files=$(git ls-files --cached --others --exclude-standard -- "$@") && [ -n "$files" ] || return 1
  printf '%s' "$files" | tr '\n' '\0' | xargs -0 sha256sum 2>/dev/null | sha256sum
}

# The page's own checks, all of them: what they read is the page, the words of Sprout and the icon.
page_passed() {
  local key kept=$SPUD_TEST_PASSED/page
  key="$(checksum_of ui sprout icons) node $(node --version)" || return 1
  [ -f ui/dist/index.html ] && [ -f ui/reader/reader.js ] && [ "$(cat "$kept" 2>/dev/null)" = "$key" ] && return
  page_key=$key
  return 1
}
page_has_passed() { [ -z "${page_key:-}" ] || printf '%s' "$page_key" >"$SPUD_TEST_PASSED/page"; }

# What programs of tests read beside themselves: our programs and the libraries that these load, all of the checkout
# but code and the pages at its top, and the packages of the system. (`.ci/once` keeps to it.)
inputs_of_tests() {
  local built
  built=$(target)
  {
    checksum_of . ':!ui' ':!*.rs' ':(exclude,top,glob)*.md' || return 1
    sha256sum ui/reader/reader.js "$built"/debug/spud{,-engine,-desktop} "$built"/debug/*.so "$built"/backends/*.so 2>/dev/null
    printf '%s\n' "${SPUD_TEST_VULKAN:-no GPU}" "$(uname -r)"
    cat /var/lib/dpkg/status 2>/dev/null
  } | sha256sum
}

# Has cargo run programs of tests by .ci/once.
test_by_changes() {
  local host
  SPUD_TEST_INPUTS=$(inputs_of_tests) || return 0
  export SPUD_TEST_INPUTS
  host=$(rustc -vV | sed -n 's/^host: //p' | tr 'a-z-' 'A-Z_')
  export "CARGO_TARGET_${host}_RUNNER=$PWD/.ci/once"
}
