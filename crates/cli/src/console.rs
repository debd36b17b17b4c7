//! Standard output and standard error, written to on purpose only. A reader that went away is not
//! an error of ours: printing then stops quietly. Output that cannot be written whole, to a full
//! disk, is one, whichever command it is of: [`settled`] says so once, and the exit status with it.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::OnceLock;

use app::{Failure, stop::Stopper};

/// Exit status of a failure.
pub(crate) const FAILED: u8 = 1;

/// Exit status of something that was typed wrong, as the parser of arguments has it.
pub(crate) const WRONG_USE: u8 = 2;
/// Exit status of a reply that was stopped: 128 and the number of SIGINT, as a shell counts.
pub(crate) const STOPPED: u8 = 130;

/// What ended standard output, if something did: nothing is written to it after that.
static LOST: OnceLock<io::Error> = OnceLock::new();

/// Where text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum To {
    Output,
    Error,
}

/// A terminal, or what stands in for one.
pub(crate) struct Console {
    /// Asks for the end when nobody reads any more.
    stopper: Stopper,
    dims: bool,
}

impl Console {
    pub(crate) fn new(stopper: Stopper) -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            stopper,
            dims: io::stderr().is_terminal() && !plain,
        }
    }

    /// Writes text and flushes, so that a stream is seen as it comes.
    pub(crate) fn write(&self, to: To, text: &str) {
        let written = match to {
            To::Output => print(text),
            To::Error => put(&mut io::stderr().lock(), text).is_ok(),
        };
        if !written {
            self.stopper.stop();
        }
    }

    /// Writes text that matters less, dimmed where that is possible.
    pub(crate) fn aside(&self, text: &str) {
        if self.dims {
            self.write(To::Error, &format!("\u{1b}[2m{text}\u{1b}[0m"));
        } else {
            self.write(To::Error, text);
        }
    }

    /// Whether [`Console::status`] shows anything.
    pub(crate) fn replaces(&self) -> bool {
        self.dims
    }

    /// Replaces the line at the cursor, where there is one to replace.
    pub(crate) fn status(&self, text: &str) {
        if self.dims {
            self.write(To::Error, &format!("\r\u{1b}[2K\u{1b}[2m{text}\u{1b}[0m"));
        }
    }
}

/// Writes to standard output; whether it is all there, and all that came before it.
pub(crate) fn print(text: &str) -> bool {
    if is_lost() {
        return false;
    }
    match put(&mut io::stdout().lock(), text) {
        Ok(()) => true,
        Err(error) => {
            let _ = LOST.set(error);
            false
        }
    }
}

/// Whether standard output takes no more.
pub(crate) fn is_lost() -> bool {
    LOST.get().is_some()
}

/// The status that a command ends with, once it is known what became of its output.
pub(crate) fn settled(status: ExitCode) -> ExitCode {
    match LOST.get() {
        None => status,
        // Whatever stopped because of it did right.
        Some(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            if status == ExitCode::from(STOPPED) {
                ExitCode::SUCCESS
            } else {
                status
            }
        }
        Some(error) => complain(
            &format!("the output could not be written whole: {error}"),
            Some("What is there is not all of it."),
        ),
    }
}

fn put(pipe: &mut impl Write, text: &str) -> io::Result<()> {
    pipe.write_all(text.as_bytes())?;
    pipe.flush()
}

/// Text of a model or of a file with nothing in it that a terminal would obey: control characters
/// but line breaks and tabs are left out.
pub(crate) fn tame(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t'))
        .collect()
}

/// One line on what failed on what, and what to do.
pub(crate) fn complain(message: &str, hint: Option<&str>) -> ExitCode {
    let hint = hint.map(|hint| format!(" {hint}")).unwrap_or_default();
    let line = format!("spud: {message}.{hint}");
    let line = tame(&line).replace('\n', " ");
    let _ = put(&mut io::stderr().lock(), &(line + "\n"));
    ExitCode::from(FAILED)
}

/// [`complain`] for a failure of the app.
pub(crate) fn complain_of(failure: &Failure) -> ExitCode {
    complain(&failure.message, failure.hint.as_deref())
}
