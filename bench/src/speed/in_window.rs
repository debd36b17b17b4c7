//! Decoding as a person has it: in the product's own window, open and painting every word.

use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::browser::{Window, wait};
use crate::soak::{found, processes};
use crate::{ours, page};

/// A reply that warms the process, and the one that counts: long enough for more than a hundred tokens.
const REPLIES: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(8)];

/// The speed, in tokens a second, at which the product says that it wrote a reply of this model in its window.
/// (It samples by R1's rules, and says and saves what it writes.)
pub(super) fn decode_rate(model: &Path) -> io::Result<f64> {
    let program = ours::program()?.with_file_name("spud-desktop");
    if !program.is_file() {
        let why = format!(
            "no window at `{}`: run `cargo build -p spud-desktop`",
            program.display()
        );
        return Err(io::Error::other(why));
    }
    let home = tempfile::tempdir()?;
    let window = Window::open_with(&program, home.path(), None, Some(model))?;
    window.until("the composer", page::IS_USABLE)?;
    wait("the engine", || {
        let all = processes::of(home.path());
        all.iter()
            .any(|one| one.name == engine::PROGRAM)
            .then_some(())
    })?;
    for (before, length) in REPLIES.into_iter().enumerate() {
        window.ask(page::SEND)?;
        window.until("the first words", &page::has_words(before))?;
        thread::sleep(length);
        window.ask(page::STOP)?;
        window.until("the reply's end", &page::is_last("stopped"))?;
    }
    found::last_decode_rate(home.path())
}
