//! What comes with the programs: where it lies once installed, and in a checkout.

use std::path::{Path, PathBuf};

/// The reader of Markdown as a script of its own (`ui/src/reader/reader.ts`), which whoever has no web view runs.
const READER: &str = "reader.js";

/// That script, where it is there: a checkout whose page was never built has none.
pub fn reader_script() -> Option<PathBuf> {
    let program = std::env::current_exe().unwrap_or_default();
    shipped(&program, READER, "ui/reader")
}

/// A file beside a program: in `../lib/spud` once installed, in this folder of the checkout while the program lives
/// in `target`.
pub(crate) fn shipped(program: &Path, name: &str, in_checkout: &str) -> Option<PathBuf> {
    let folder = program.parent()?;
    let installed = [folder.join(name), folder.join("../lib/spud").join(name)];
    let checkout = folder
        .ancestors()
        .take(4)
        .map(|up| up.join(in_checkout).join(name));
    installed
        .into_iter()
        .chain(checkout)
        .find(|file| file.is_file())
}
