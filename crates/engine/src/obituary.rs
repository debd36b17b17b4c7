//! Why an engine process ended, in words for a person: from its exit status, from what the kernel
//! counted meanwhile, and from the last lines that it logged.
//!
//! Not here: what is made of a death (`app`'s reports, and how often an engine is started again).

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Lines of the log that are kept; an assert of llama.cpp prints a few after the telling one.
const LINES_KEPT: usize = 40;

/// A line of the log is cut here, in bytes; a hostile model can make llama.cpp print anything.
const LINE_BYTES: usize = 400;

/// How an engine process ended that nobody had ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Death {
    /// One sentence.
    pub why: String,
    /// True where the kernel says, or the signal lets think, that it took the memory back.
    pub by_memory: bool,
    /// When it was noticed, which is at once.
    pub at: Instant,
    /// How long it had run.
    pub ran: Duration,
    /// What it was doing; nothing in particular where this is empty.
    pub doing: Vec<&'static str>,
    /// The last lines that it logged, from the oldest: at most 40, each cut at 400 bytes. They are of
    /// llama.cpp and of ours, and none of ours has a word of a conversation in it.
    pub log: Vec<String>,
}

impl Death {
    /// Of one that never spoke.
    pub(crate) fn at_the_start(why: String) -> Self {
        Self {
            why,
            by_memory: false,
            at: Instant::now(),
            ran: Duration::ZERO,
            doing: vec!["starting"],
            log: Vec::new(),
        }
    }
}

/// The last lines of an engine's standard error.
#[derive(Clone, Default)]
pub(crate) struct LastLines(Arc<Mutex<VecDeque<String>>>);

impl LastLines {
    /// Reads until the pipe ends. Of a line, however long, only its beginning is ever held.
    pub(crate) fn collect(&self, pipe: impl Read) {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::with_capacity(LINE_BYTES);
        loop {
            let there = match pipe.fill_buf() {
                Ok([]) => break,
                Ok(there) => there,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => break,
            };
            let end = there.iter().position(|byte| *byte == b'\n');
            let here = &there[..end.unwrap_or(there.len())];
            let room = LINE_BYTES - line.len();
            line.extend_from_slice(&here[..here.len().min(room)]);
            let read = here.len() + usize::from(end.is_some());
            pipe.consume(read);
            if end.is_some() {
                self.keep(&line);
                line.clear();
            }
        }
        self.keep(&line);
    }

    fn keep(&self, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        let text = text.trim().replace(moves, " ");
        if text.is_empty() {
            return;
        }
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == LINES_KEPT {
            lines.pop_front();
        }
        lines.push_back(text);
    }

    /// All that is kept.
    pub(crate) fn all(&self) -> Vec<String> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().cloned().collect()
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
pub fn moves(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// How many processes the kernel had ended for want of memory when an engine was started.
pub(crate) struct Before(Option<u64>);

impl Before {
    pub(crate) fn now() -> Self {
        Self(oom_kills())
    }

    /// Whether it ended another one since; none where it does not tell.
    fn another(&self) -> Option<bool> {
        let (before, after) = self.0.zip(oom_kills())?;
        Some(after > before)
    }
}

/// Processes that the kernel ended for want of memory, in this machine or in a group of processes
/// with a limit, since it was started (`oom_kill` of `/proc/vmstat`, since Linux 4.13). None on a
/// system that does not tell.
fn oom_kills() -> Option<u64> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let counts = std::fs::read_to_string("/proc/vmstat").ok()?;
    let count = |line: &str| line.strip_prefix("oom_kill ")?.trim().parse().ok();
    counts.lines().find_map(count)
}

/// How a process ended, in words.
pub(crate) struct Cause {
    /// One sentence.
    pub(crate) why: String,
    /// Whether it was for want of memory, as far as that can be told.
    pub(crate) by_memory: bool,
}

/// How the process ended.
pub(crate) fn cause(status: Option<ExitStatus>, last: Option<String>, before: &Before) -> Cause {
    let killed = status.and_then(|status| killed(status, before.another()));
    let by_memory = killed.is_some_and(|(_, by_memory)| by_memory);
    let why = match (killed, status) {
        // A kill leaves no last words of its own; what was logged before it would mislead.
        (Some((how, _)), _) => format!("engine stopped: {how}"),
        (None, status) => {
            let how = status.map_or_else(|| "lost".to_owned(), how);
            match last {
                Some(line) => format!("engine stopped: {how}; its last words were `{line}`"),
                None => format!("engine stopped: {how}"),
            }
        }
    };
    Cause { why, by_memory }
}

/// Who killed a process that did not end by itself, and whether that was for memory. SIGKILL is the
/// kernel's way to get memory back; a program that watches over memory uses it too.
#[cfg(unix)]
fn killed(status: ExitStatus, out_of_memory: Option<bool>) -> Option<(&'static str, bool)> {
    use std::os::unix::process::ExitStatusExt;
    match (status.signal()?, out_of_memory) {
        (9, Some(true)) => Some(("killed by the system, because the memory ran out", true)),
        (9, None) => Some(("killed, most likely because the memory ran out", true)),
        (9, Some(false)) | (15, _) => Some(("killed by another program", false)),
        _ => None,
    }
}

#[cfg(not(unix))]
fn killed(_: ExitStatus, _: Option<bool>) -> Option<(&'static str, bool)> {
    None
}

#[cfg(unix)]
fn how(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match status.signal() {
        Some(4) => "this processor lacks an instruction that it uses (SIGILL)".to_owned(),
        Some(6) => "it gave up (SIGABRT)".to_owned(),
        Some(signal) => format!("it crashed (signal {signal})"),
        None => format!("it ended with {status}"),
    }
}

#[cfg(not(unix))]
fn how(status: ExitStatus) -> String {
    format!("it ended with {status}")
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    #[test]
    fn the_beginnings_of_the_last_lines_are_kept() {
        let mut said = Vec::new();
        for number in 0..100 {
            said.extend_from_slice(format!("line {number}\n\n").as_bytes());
        }
        said.extend(vec![b'x'; 100_000]);
        said.extend_from_slice(b"\n\xff\xfe\x1b[2J error\nthe last, without an end");
        let last = LastLines::default();
        last.collect(&*said);
        let all = last.all();
        assert_eq!(all.len(), LINES_KEPT);
        assert_eq!(all[0], "line 63");
        assert_eq!(all[37], "x".repeat(LINE_BYTES));
        assert_eq!(all[38], "\u{fffd}\u{fffd} [2J error");
        assert_eq!(all[39], "the last, without an end");
        assert_eq!(last.telling().as_ref(), Some(&all[38]));
    }

    /// The most memory that this process has held, in bytes.
    #[cfg(target_os = "linux")]
    fn most_held() -> u64 {
        let told = std::fs::read_to_string("/proc/self/status").expect("this is Linux");
        let held = told.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let held = held.map(|held| held.trim().trim_end_matches(" kB").parse::<u64>());
        held.expect("it is told").expect("a number") << 10
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_line_without_an_end_costs_no_memory() {
        let before = most_held();
        for byte in [b'x', 0, 0xff] {
            LastLines::default().collect(io::repeat(byte).take(96 << 20));
        }
        let more = most_held() - before;
        assert!(more < 32 << 20, "{more} bytes");
    }

    fn told(signal: i32, before: Option<u64>) -> (String, bool) {
        let last = Some("error: no".to_owned());
        let cause = cause(Some(ExitStatus::from_raw(signal)), last, &Before(before));
        (cause.why, cause.by_memory)
    }

    #[test]
    fn a_kill_is_told_by_what_the_kernel_counted() {
        let unknown = "engine stopped: killed, most likely because the memory ran out";
        assert_eq!(told(9, None), (unknown.to_owned(), true));
        let other = "engine stopped: killed by another program";
        assert_eq!(told(15, None), (other.to_owned(), false));
        let crashed = "engine stopped: it crashed (signal 11); its last words were `error: no`";
        assert_eq!(told(11, None), (crashed.to_owned(), false));
        if let Some(now) = oom_kills() {
            // No test here makes the memory run out, and a program beside that does proves less.
            assert_eq!(told(9, Some(now)).0, other);
            if now > 0 {
                let memory = "engine stopped: killed by the system, because the memory ran out";
                assert_eq!(told(9, Some(now - 1)), (memory.to_owned(), true));
            }
        }
    }
}
