//! A mapped file whose pages were copied, and are not needed any more.
//!
//! llama.cpp maps the whole file, and copies most of a quantised model into another order that suits
//! the processor better; the pages that it was copied from stay counted as ours until the system
//! needs them, and then it takes those first that were used longest ago, which are as well those of
//! another program. Given back at once, no more is ever held than the model itself. A page that is
//! used again comes back by itself, from the system's cache of the file.

use std::path::PathBuf;

/// Gives back the pages of these files that are mapped here, whatever they hold.
#[cfg(target_os = "linux")]
pub(crate) fn give_back(files: &[PathBuf]) {
    use std::os::unix::fs::MetadataExt;

    use rustix::mm::{Advice, madvise};

    let wanted: Vec<u64> = files
        .iter()
        .filter_map(|file| Some(file.metadata().ok()?.ino()))
        .collect();
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    for (from, length) in maps.lines().filter_map(|line| mapped(line, &wanted)) {
        // SAFETY: these are addresses of a file that llama.cpp mapped shared and only ever reads: what
        // is dropped is read from the file again, with the same bytes. A mapping that is gone since
        // the list was read cannot be: this is called by the loader, which makes and ends them.
        let _ = unsafe { madvise(from as *mut _, length, Advice::LinuxDontNeed) };
    }
}

/// Where other systems map files, they are not mapped (`session`).
#[cfg(not(target_os = "linux"))]
pub(crate) fn give_back(_files: &[PathBuf]) {}

/// Begin and length of a mapping that only reads, out of a line of `/proc/PID/maps` (proc(5)), where
/// its file is among these:
/// `7f2a40000000-7f2a80000000 r--s 00000000 fe:00 1312 /models/r1.gguf`.
#[cfg(any(target_os = "linux", test))]
fn mapped(line: &str, inodes: &[u64]) -> Option<(usize, usize)> {
    let mut words = line.split_whitespace();
    let (from, to) = words.next()?.split_once('-')?;
    let rights = words.next()?;
    let inode = words.nth(2)?.parse().ok()?;
    if rights != "r--s" || inode == 0 || !inodes.contains(&inode) {
        return None;
    }
    let from = usize::from_str_radix(from, 16).ok()?;
    let to = usize::from_str_radix(to, 16).ok()?;
    Some((from, to.checked_sub(from)?))
}

#[cfg(test)]
mod tests {
    use super::mapped;

    #[test]
    fn only_shared_read_only_mappings_of_the_files_are_given_back() {
        for (line, expect) in [
            (
                "1000-3000 r--s 00000000 fe:00 1312 /a b.gguf",
                Some((4096, 8192)),
            ),
            ("1000-3000 r--s 00000000 fe:00 1313 /other", None),
            ("1000-3000 rw-s 00000000 fe:00 1312 /a b.gguf", None),
            ("1000-3000 r--p 00000000 fe:00 1312 /a b.gguf", None),
            ("1000-3000 r--s 00000000 00:00 0", None),
            ("3000-1000 r--s 00000000 fe:00 1312 /a", None),
            ("", None),
        ] {
            assert_eq!(mapped(line, &[1312, 0]), expect, "{line}");
        }
    }
}
