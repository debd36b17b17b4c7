//! The text of a PDF, read by a process of its own: a parser that panics, turns in circles or wants
//! all memory costs that process and a sentence, and nothing else.
//!
//! The process is this very program, started with a private argument ([`become_reader`] is the
//! first line of its `main`). It has the file as its standard input and writes the text to its
//! standard output. Where the system can, it may take so much memory, open nothing, and dies with
//! its parent.

mod child;

use std::io::Read;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Cause, Code, Failure};
use crate::stop::Stop;

/// The argument that makes a program of ours the reader.
const ASKED: &str = "--read-a-pdf-for-spud";

/// Between two looks whether somebody wants it stopped.
const LOOK: Duration = Duration::from_millis(20);

/// What reading a PDF may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From the start of the process to the last word.
    pub time: Duration,
    /// Bytes of text: more than any context holds.
    pub text: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(20),
            text: 4 << 20,
        }
    }
}

/// The first line of every `main` that may attach files: where this process was started to read a
/// PDF, it does, and this is how it shall exit.
pub fn become_reader() -> Option<ExitCode> {
    let asked = std::env::args_os().nth(1)?;
    (asked == ASKED).then(child::run)
}

/// Why there is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Damaged,
    Encrypted,
    /// Its pages are pictures.
    NoText,
    /// More text than is taken.
    TooLong(u64),
    TooSlow(Duration),
    /// The process ended as none should: its parser broke, or it wanted too much memory.
    Broke,
    /// The process could not be started.
    NotStarted,
    Stopped,
}

impl Fault {
    /// The status with which the process says it, where it can.
    fn status(self) -> Option<u8> {
        match self {
            Self::Damaged => Some(10),
            Self::Encrypted => Some(11),
            Self::NoText => Some(12),
            _ => None,
        }
    }

    fn of(status: ExitStatus) -> Option<Self> {
        let said = [Self::Damaged, Self::Encrypted, Self::NoText];
        match status.code() {
            Some(0) => None,
            code => {
                let found = said
                    .into_iter()
                    .find(|fault| fault.status().map(i32::from) == code);
                Some(found.unwrap_or(Self::Broke))
            }
        }
    }

    pub(super) fn failure(self, name: &str) -> Failure {
        const ANEW: &str =
            "Open it in another program and print it into a new PDF, or attach its text.";
        let (why, hint) = match self {
            Self::Damaged => ("is a damaged PDF".to_owned(), ANEW),
            Self::Encrypted => (
                "is a PDF that opens only with a password".to_owned(),
                "Save a copy without the password, and attach that.",
            ),
            Self::NoText => (
                "is a PDF without text: its pages are pictures".to_owned(),
                "A program for text recognition (OCR) can give it text.",
            ),
            Self::TooLong(most) => (
                format!("has more than {} of text", fit::bytes::human(most)),
                "Attach the part of it that matters.",
            ),
            Self::TooSlow(limit) => (
                format!("was not read within {} s", limit.as_secs_f32()),
                ANEW,
            ),
            Self::Broke => ("is a PDF on which the reader broke".to_owned(), ANEW),
            Self::NotStarted => (
                "cannot be read: the reader of PDFs did not start".to_owned(),
                crate::failure::REINSTALL,
            ),
            Self::Stopped => {
                return Failure::new(Code::Stopped, format!("reading `{name}` was stopped"));
            }
        };
        let message = format!("`{name}` {why}");
        let name = name.to_owned();
        let cause = match self {
            Self::Damaged => Cause::PdfDamaged { name },
            Self::Encrypted => Cause::PdfEncrypted { name },
            Self::NoText => Cause::PdfPictures { name },
            Self::TooLong(most_bytes) => Cause::PdfLong { name, most_bytes },
            Self::TooSlow(limit) => Cause::PdfSlow {
                name,
                seconds: limit.as_secs(),
            },
            Self::Broke | Self::Stopped => Cause::PdfBroke { name },
            Self::NotStarted => Cause::NoPdfReader { name },
        };
        Failure::new(Code::FileRefused, message)
            .hint(hint)
            .cause(cause)
    }
}

/// The text of an open PDF.
pub(super) fn text(file: std::fs::File, limits: Limits, stop: &Stop) -> Result<String, Fault> {
    let begin = Instant::now();
    let mut reader = Reader::start(file).map_err(|_| Fault::NotStarted)?;
    let output = reader.0.stdout.take().ok_or(Fault::NotStarted)?;
    let (tell, told) = channel();
    thread::spawn(move || {
        let mut text = Vec::new();
        let read = output.take(limits.text + 1).read_to_end(&mut text);
        let _ = tell.send(read.map(|_| text));
    });
    let text = loop {
        if stop.is_asked() {
            return Err(Fault::Stopped);
        }
        if begin.elapsed() >= limits.time {
            return Err(Fault::TooSlow(limits.time));
        }
        match told.recv_timeout(LOOK) {
            Ok(Ok(text)) => break text,
            Err(RecvTimeoutError::Timeout) => {}
            Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => return Err(Fault::Broke),
        }
    };
    if text.len() as u64 > limits.text {
        return Err(Fault::TooLong(limits.text));
    }
    // Its output has ended, so it is at its end, or broke while it held it open.
    let status = reader.end(begin + limits.time).ok_or(Fault::Broke)?;
    match Fault::of(status) {
        Some(fault) => Err(fault),
        None => String::from_utf8(text).map_err(|_| Fault::Broke),
    }
}

/// The process, which never outlives this.
struct Reader(Child);

impl Reader {
    fn start(file: std::fs::File) -> std::io::Result<Self> {
        Command::new(std::env::current_exe()?)
            .arg(ASKED)
            .stdin(file)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map(Self)
    }

    fn end(&mut self, until: Instant) -> Option<ExitStatus> {
        loop {
            if let Some(status) = self.0.try_wait().ok()? {
                return Some(status);
            }
            if Instant::now() >= until {
                return None;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
