//! Sprout, broken in every way that a hostile file may be: each key, each tensor, the vocabulary, the
//! template, the data, the frame. What becomes of each in the product's own way is in [`trial`].
//!
//! A list is the same for the same seed. Not here: bytes without any order (`crates/gguf/fuzz`).

pub mod file;
mod keys;
mod lists;
mod tensors;
pub mod trial;
mod whole;

use std::fmt;
use std::path::{Path, PathBuf};

use fastrand::Rng;
use file::File;

/// What a mutation does to the file; it is done when it is tried, since all files together would
/// take gigabytes.
type Change = Box<dyn Fn(&mut File) + Send + Sync>;

/// One way to break the file.
pub struct Mutation {
    /// What kind of thing is broken.
    pub kind: &'static str,
    /// The key, tensor or part that is broken.
    pub field: String,
    /// What is done to it.
    pub what: String,
    change: Change,
}

impl Mutation {
    fn new(
        kind: &'static str,
        field: impl Into<String>,
        what: impl Into<String>,
        change: impl Fn(&mut File) + Send + Sync + 'static,
    ) -> Self {
        let (field, what) = (field.into(), what.into());
        let change = Box::new(change);
        Self {
            kind,
            field,
            what,
            change,
        }
    }

    /// The bytes of the broken file.
    pub fn of(&self, sound: &File) -> Vec<u8> {
        let mut file = sound.clone();
        (self.change)(&mut file);
        file.bytes()
    }
}

impl fmt::Display for Mutation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}: {}", self.kind, self.field, self.what)
    }
}

/// How many mutations are made of two others.
const PAIRS: usize = 300;

/// Every mutation of a file.
pub fn all(sound: &File, seed: u64) -> Vec<Mutation> {
    let mut all = Vec::new();
    keys::each(sound, &mut all);
    keys::further(&mut all);
    lists::each(sound, &mut all);
    tensors::records(sound, &mut all);
    tensors::data(sound, seed, &mut all);
    whole::templates(&mut all);
    whole::frames(&mut all);
    whole::cuts(sound, &mut all);
    whole::alignments(&mut all);
    pairs(sound, seed, &mut all);
    all
}

/// Two things broken at once: what the one stops may let the other through.
fn pairs(sound: &File, seed: u64, all: &mut Vec<Mutation>) {
    let mut rng = Rng::with_seed(seed);
    let mut single = Vec::new();
    keys::each(sound, &mut single);
    lists::each(sound, &mut single);
    tensors::records(sound, &mut single);
    rng.shuffle(&mut single);
    let mut single = single.into_iter();
    for _ in 0..PAIRS {
        let (Some(one), Some(two)) = (single.next(), single.next()) else {
            return;
        };
        let field = format!("{} and {}", one.field, two.field);
        let what = format!("{}; {}", one.what, two.what);
        let change = move |file: &mut File| {
            (one.change)(file);
            (two.change)(file);
        };
        all.push(Mutation::new("two at once", field, what, change));
    }
}

/// So many of them, spread evenly over all kinds.
pub fn sample(all: Vec<Mutation>, count: usize) -> Vec<Mutation> {
    let step = all.len().div_ceil(count.max(1)).max(1);
    all.into_iter().step_by(step).collect()
}

/// The built-in model in this checkout.
pub fn sprout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../sprout/sprout.gguf")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> (Vec<u8>, File) {
        let bytes = fs_err::read(sprout()).expect("the built-in model");
        let file = File::of(&bytes).expect("a sound file");
        (bytes, file)
    }

    #[test]
    fn a_file_in_parts_is_written_as_it_was() {
        let (bytes, file) = sound();
        assert!(file.bytes() == bytes);
    }

    #[test]
    fn there_are_thousands_and_each_changes_the_file() {
        let (bytes, file) = sound();
        let all = all(&file, 1);
        assert!(all.len() > 2_000, "{}", all.len());
        let same: Vec<String> = sample(all, 200)
            .iter()
            .filter(|mutation| mutation.of(&file) == bytes)
            .map(ToString::to_string)
            .collect();
        assert!(same.is_empty(), "{same:?}");
    }
}
