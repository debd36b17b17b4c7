//! Reading files as text, documents by a process of their own: this program is started again as its own
//! reader, as `spud` and the window are, so it has a `main` of its own instead of the usual one.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]
#![allow(clippy::print_stdout, reason = "as the usual `main` of tests does")]

mod documents;
mod kinds;
mod letters;
mod pdf;
mod pdfs;
mod prose;
mod texts;

use std::panic::catch_unwind;
use std::path::PathBuf;
use std::process::ExitCode;

use app::Failure;
use app::chats::TextFile;
use app::reading::{Limits, become_reader, read};
use tempfile::TempDir;

type Test = (&'static str, fn());

fn main() -> ExitCode {
    if let Some(status) = become_reader() {
        return status;
    }
    let wanted = std::env::args().skip(1).find(|one| !one.starts_with('-'));
    let mut all = [
        pdf::TESTS,
        documents::TESTS,
        texts::TESTS,
        letters::TESTS,
        kinds::TESTS,
    ]
    .concat();
    all.sort_by_key(|(name, _)| *name);
    let wants = |name: &str| {
        wanted
            .as_ref()
            .is_none_or(|wanted| name.contains(&**wanted))
    };
    let mut failed = 0;
    for (name, test) in all.into_iter().filter(|(name, _)| wants(name)) {
        let passed = catch_unwind(test).is_ok();
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
        failed += u8::from(!passed);
    }
    ExitCode::from(failed)
}

/// A file with this name and these bytes, read.
fn read_as(name: &str, bytes: &[u8], limits: Limits) -> Result<TextFile, Failure> {
    let (_folder, path) = put(name, bytes);
    let (_stopper, stop) = app::stop::stop();
    read(&path, limits, &stop)
}

fn put(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}
