//! Tests that cannot be played where they run, and so pass without a look. Each says so here: a test that
//! passes by being left out is no test, and nobody would see it.
//!
//! Where `SPUD_TEST_SKIPS` names a file, a line is put behind it for each, and `./test` lists them and holds
//! them to what is expected. Tests of other crates take this file as it is.

use std::fs::File;
use std::io::Write;

/// Names the file.
const SKIPS: &str = "SPUD_TEST_SKIPS";

/// Says that the test of this thread, or a part of it, is not played here, and why. The line has the
/// package, the test and the reason, with tabs between them.
#[allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "what is left out is said, and a test that cannot say so stops"
)]
pub(crate) fn skip(why: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("?");
    println!("skipped: {test}: {why}");
    let Some(path) = std::env::var_os(SKIPS) else {
        return;
    };
    let package = env!("CARGO_PKG_NAME");
    let line = format!("{package}\t{test}\t{}\n", why.replace('\n', " "));
    let mut list = File::options()
        .append(true)
        .create(true)
        .open(path)
        .unwrap();
    // In one piece, since several programs write here.
    list.write_all(line.as_bytes()).unwrap();
}
