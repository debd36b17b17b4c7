//! A model's file before it is mapped: what of it the system does not hold in memory yet is read.
//!
//! Where llama.cpp maps a file it asks the system for the whole of it in one call, which says nothing
//! of how far it is and cannot be ended. Read piece by piece before, that call finds everything there.
//! Not here: how it is mapped (`llama::weights`).

use std::fs::File;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// All files of a model: the parts of a split set, `name-00001-of-00009.gguf` and so on, or this one.
pub(crate) fn files(first: &Path) -> Vec<PathBuf> {
    let alone = || vec![first.to_owned()];
    let Some(stem) = first.to_str().and_then(|name| name.strip_suffix(".gguf")) else {
        return alone();
    };
    let Some((name, count)) = stem.rsplit_once("-of-") else {
        return alone();
    };
    let (Some(name), Ok(number)) = (name.strip_suffix("-00001"), count.parse::<u16>()) else {
        return alone();
    };
    if count.len() != 5 || number == 0 {
        return alone();
    }
    (1..=number)
        .map(|part| PathBuf::from(format!("{name}-{part:05}-of-{count}.gguf")))
        .collect()
}

/// What is looked at and read at once.
const PIECE: usize = 4 << 20;

/// One byte in so many is looked at: the system reads files in runs at least as long.
const SAMPLE: u64 = 64 << 10;

/// What of a model's files is not in memory.
pub(crate) struct Cold {
    pieces: Vec<Piece>,
    /// Bytes of all files.
    total: u64,
}

struct Piece {
    file: Rc<File>,
    offset: u64,
    length: u64,
}

impl Cold {
    /// Looks: some milliseconds for a gigabyte. A file that cannot be opened is left to llama.cpp, which
    /// says so.
    pub(crate) fn of(files: &[PathBuf]) -> Self {
        let mut cold = Self {
            pieces: Vec::new(),
            total: 0,
        };
        for file in files {
            let opened = File::open(file).and_then(|file| Ok((file.metadata()?.len(), file)));
            let Ok((size, file)) = opened else {
                continue;
            };
            let file = Rc::new(file);
            cold.total += size;
            cold.pieces.extend(
                (0..size)
                    .step_by(PIECE)
                    .map(|offset| Piece {
                        file: Rc::clone(&file),
                        offset,
                        length: (size - offset).min(PIECE as u64),
                    })
                    .filter(|piece| !piece.is_there()),
            );
        }
        cold
    }

    /// The part of all bytes that is not in memory, from 0 to 1.
    pub(crate) fn part(&self) -> f32 {
        share(
            self.pieces.iter().map(|piece| piece.length).sum(),
            self.total,
        )
    }

    /// Reads it. `tell` is told the part of it that is read, from 0 to 1, and ends it by returning
    /// false; gives back whether it went to its end.
    pub(crate) fn read(&self, mut tell: impl FnMut(f32) -> bool) -> bool {
        let mut buffer = vec![0; if self.pieces.is_empty() { 0 } else { PIECE }];
        let all = self.pieces.len() as u64;
        for (done, piece) in (0..).zip(&self.pieces) {
            if !tell(share(done, all)) {
                return false;
            }
            piece.read(&mut buffer);
        }
        tell(1.0)
    }
}

#[cfg(target_os = "linux")]
impl Piece {
    /// True where every place that is looked at is in memory.
    fn is_there(&self) -> bool {
        use std::io::IoSliceMut;

        use rustix::io::{ReadWriteFlags, preadv2};

        let mut byte = [0];
        (self.offset..self.offset + self.length)
            .step_by(usize::try_from(SAMPLE).expect("BUG: small"))
            .all(|at| {
                let into = &mut [IoSliceMut::new(&mut byte)];
                // A file system that cannot tell fails too, and is read.
                preadv2(&self.file, into, at, ReadWriteFlags::NOWAIT).is_ok()
            })
    }

    fn read(&self, buffer: &mut [u8]) {
        use std::os::unix::fs::FileExt;

        use rustix::fs::{Advice, fadvise};

        // The disk goes on with the piece that follows while this one is waited for.
        let ahead = std::num::NonZeroU64::new(2 * PIECE as u64);
        let _ = fadvise(&self.file, self.offset, ahead, Advice::WillNeed);
        let length = usize::try_from(self.length).expect("BUG: a piece is small");
        let _ = self.file.read_exact_at(&mut buffer[..length], self.offset);
    }
}

/// Elsewhere files are read by llama.cpp, with progress, and not mapped (`session`).
#[cfg(not(target_os = "linux"))]
impl Piece {
    fn is_there(&self) -> bool {
        let _ = (&self.file, self.offset, SAMPLE);
        true
    }

    fn read(&self, _buffer: &mut [u8]) {}
}

#[expect(clippy::cast_precision_loss, reason = "for a progress bar")]
fn share(part: u64, whole: u64) -> f32 {
    part as f32 / whole.max(1) as f32
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{Cold, files};

    #[test]
    fn the_parts_of_a_set_are_found_by_the_name_of_the_first() {
        let of = |name: &str| files(Path::new(name));
        let three = [1, 2, 3].map(|part| PathBuf::from(format!("/m/r-0000{part}-of-00003.gguf")));
        assert_eq!(of("/m/r-00001-of-00003.gguf"), three);
        for alone in [
            "/m/r.gguf",
            "/m/r-00002-of-00003.gguf",
            "/m/r-00001-of-00000.gguf",
            "/m/r-00001-of-3.gguf",
            "/m/r-00001-of-0000x.gguf",
            "/m/blob",
        ] {
            assert_eq!(of(alone), [PathBuf::from(alone)], "{alone}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_was_just_written_is_in_memory_and_nothing_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("r.gguf");
        fs_err::write(&file, vec![1; 9 << 20]).expect("written");
        let cold = Cold::of(&[file, folder.path().join("gone.gguf")]);
        assert!(cold.part() < 0.01, "{}", cold.part());
        let mut told = Vec::new();
        assert!(cold.read(|part| {
            told.push(part);
            true
        }));
        assert_eq!(told, [1.0]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_is_not_in_memory_is_read_with_progress_and_can_be_ended() {
        use std::os::fd::AsFd;

        use rustix::fs::{Advice, fadvise, fsync};

        let folder = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR")).expect("a folder");
        let path = folder.path().join("r.gguf");
        fs_err::write(&path, vec![1; 9 << 20]).expect("written");
        let file = fs_err::File::open(&path).expect("there");
        let forget = || {
            fsync(file.as_fd()).expect("on disk");
            fadvise(file.as_fd(), 0, None, Advice::DontNeed).expect("taken");
        };
        forget();
        let cold = Cold::of(std::slice::from_ref(&path));
        if cold.part() < 0.9 {
            // One in memory does not.
            crate::skips::skip("the file system of the sources forgets nothing");
            return;
        }
        let mut told = Vec::new();
        assert!(cold.read(|part| {
            told.push(part);
            true
        }));
        assert_eq!(told.len(), 4, "{told:?}");
        assert!(Cold::of(std::slice::from_ref(&path)).part() < 0.01);
        assert!(!cold.read(|part| part > 0.5));
    }
}
