//! Why an engine process ended, in words for a person: from its exit status and the last line that
//! it logged.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, PoisonError};

/// Lines of the log that are kept; an assert of llama.cpp prints a few after the telling one.
const LINES_KEPT: usize = 40;

/// A line of the log is cut here, in bytes; a hostile model can make llama.cpp print anything.
const LINE_BYTES: usize = 400;

/// The last lines of an engine's standard error.
#[derive(Clone, Default)]
pub(crate) struct LastLines(Arc<Mutex<VecDeque<String>>>);

impl LastLines {
    /// Reads until the pipe ends.
    pub(crate) fn collect(&self, pipe: impl Read) {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        while pipe.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line[..line.len().min(LINE_BYTES)]);
            let text = text.trim().replace(moves, " ");
            if !text.is_empty() {
                let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                if lines.len() == LINES_KEPT {
                    lines.pop_front();
                }
                lines.push_back(text);
            }
            line.clear();
        }
    }

    /// The line that tells most: the last one that speaks of an error, else the last.
    pub(crate) fn telling(&self) -> Option<String> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let speaks = |line: &&String| {
            let line = line.to_lowercase();
            ["error", "fail", "assert", "unable", "cannot", "panic"]
                .iter()
                .any(|word| line.contains(word))
        };
        lines.iter().rev().find(speaks).or(lines.back()).cloned()
    }
}

/// Whether a character moves the cursor or turns the direction of the text: llama.cpp repeats what
/// stands in a file, and the file may be hostile.
fn moves(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// One sentence on how the process ended.
pub(crate) fn cause(status: Option<ExitStatus>, last: Option<String>) -> String {
    let how = match status {
        None => "lost".to_owned(),
        Some(status) => how(status),
    };
    // A kill leaves no last words of its own; what was logged before it would mislead.
    let last = last.filter(|_| !how.starts_with("killed"));
    match last {
        Some(line) => format!("engine stopped: {how}; its last words were `{line}`"),
        None => format!("engine stopped: {how}"),
    }
}

#[cfg(unix)]
fn how(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match status.signal() {
        // The kernel's way to get memory back; it leaves no other trace.
        Some(9) => "killed, most likely because the memory ran out".to_owned(),
        Some(15) => "killed by another program".to_owned(),
        Some(6) => "it gave up (SIGABRT)".to_owned(),
        Some(signal) => format!("it crashed (signal {signal})"),
        None => format!("it ended with {status}"),
    }
}

#[cfg(not(unix))]
fn how(status: ExitStatus) -> String {
    format!("it ended with {status}")
}
