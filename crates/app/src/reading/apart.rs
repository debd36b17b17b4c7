//! Documents are read by a process of their own: a parser that panics, turns in circles or wants all
//! memory costs that process and a sentence, and nothing else.
//!
//! The process is this very program, started with a private argument ([`become_reader`] is the
//! first line of its `main`). It has the file as its standard input and writes to its standard output:
//! the text, a zero byte, and how it went as JSON. Where the system can, it may take so much memory,
//! open nothing, and dies with its parent.

mod child;

use std::io::Read;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Words;
use super::fault::{Fault, Form};
use super::remark;
use crate::stop::Stop;

/// The argument that makes a program of ours the reader. Behind it stand what the file is, and how
/// much of its text is taken.
const ASKED: &str = "--read-a-file-for-spud";

/// Between two looks whether somebody wants it stopped.
const LOOK: Duration = Duration::from_millis(20);

/// What is written behind the text at most.
const LONGEST_END: u64 = 64 << 10;

/// What reading a document may cost.
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

/// How it went, as the process writes it behind the text.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum End {
    Read(Value),
    Refused(Fault),
}

/// The first line of every `main` that may attach files: where this process was started to read a
/// file, it does, and this is how it shall exit.
pub fn become_reader() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    (arguments.next()? == ASKED).then(|| child::run(arguments))
}

/// The text of an open file of this form.
pub(super) fn read(
    file: std::fs::File,
    form: Form,
    limits: Limits,
    stop: &Stop,
) -> Result<Words, Fault> {
    let begin = Instant::now();
    let mut reader = Reader::start(file, form, limits).map_err(|_| Fault::NotStarted)?;
    let output = reader.0.stdout.take().ok_or(Fault::NotStarted)?;
    let (tell, told) = channel();
    thread::spawn(move || {
        let mut said = Vec::new();
        let most = limits.text.saturating_add(LONGEST_END);
        let read = output.take(most + 1).read_to_end(&mut said);
        let _ = tell.send(read.map(|_| said));
    });
    let said = loop {
        if stop.is_asked() {
            return Err(Fault::Stopped);
        }
        if begin.elapsed() >= limits.time {
            return Err(Fault::TooSlow);
        }
        match told.recv_timeout(LOOK) {
            Ok(Ok(said)) => break said,
            Err(RecvTimeoutError::Timeout) => {}
            Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => return Err(Fault::Broke),
        }
    };
    words(said, limits)
}

/// What was written, taken apart; whatever is not as it should be was written by one that broke.
fn words(mut said: Vec<u8>, limits: Limits) -> Result<Words, Fault> {
    let mark = said.iter().position(|byte| *byte == 0);
    let mark = mark.ok_or(if said.len() as u64 > limits.text {
        Fault::TooLong
    } else {
        Fault::Broke
    })?;
    match serde_json::from_slice(&said[mark + 1..]) {
        Ok(End::Read(remarks)) => {
            said.truncate(mark);
            if said.len() as u64 > limits.text {
                return Err(Fault::TooLong);
            }
            Ok(Words {
                text: String::from_utf8(said).map_err(|_| Fault::Broke)?,
                remarks: remark::known(remarks),
            })
        }
        Ok(End::Refused(fault)) => Err(fault),
        Err(_) => Err(Fault::Broke),
    }
}

/// The process, which never outlives this.
struct Reader(Child);

impl Reader {
    fn start(file: std::fs::File, form: Form, limits: Limits) -> std::io::Result<Self> {
        Command::new(std::env::current_exe()?)
            .arg(ASKED)
            .arg(serde_json::to_string(&form)?)
            .arg(limits.text.to_string())
            .stdin(file)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map(Self)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
