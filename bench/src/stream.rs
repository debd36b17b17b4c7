//! An engine that computes nothing: it speaks the engine's messages and says a fixed text at a set
//! rate, so that what is measured is all that comes behind the engine.
//!
//! `bench-window` is both programs: under the name of the engine's it is this one. What it says is
//! in a file beside it, and so is the number of the stretch that it may begin and of the last one
//! that it ended; whoever measures writes the one and reads the other.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use engine::frame;
use engine::message::{
    Device, DeviceKind, End, Event, Hello, Job, Loaded, Request, SoFar, Statistics, Trial,
};
use fs_err as fs;
use serde_json::json;

use crate::prose;

/// The file that tells what to say.
const SCRIPT: &str = "script.json";
/// The file with the number of stretches that may begin.
const GO: &str = "go";
/// The file with the number of stretches that have ended.
const DONE: &str = "done";
/// Between two looks at a file.
const LOOK: Duration = Duration::from_millis(5);

/// A reply, in stretches of its own rate each.
#[derive(Debug, Clone)]
pub struct Script {
    /// Tokens of thinking; the rest is the answer.
    pub thinking: u32,
    /// Tokens of a stretch, and how many are said in a second.
    pub stretches: Vec<(u32, f64)>,
}

impl Script {
    /// Writes it beside an engine in `folder`, of which nothing has begun.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let script = json!({ "thinking": self.thinking, "stretches": self.stretches });
        fs::write(folder.join(GO), "0")?;
        fs::write(folder.join(DONE), "0")?;
        fs::write(folder.join(SCRIPT), script.to_string())
    }

    fn read(folder: &Path) -> io::Result<Self> {
        let script: serde_json::Value = serde_json::from_slice(&fs::read(folder.join(SCRIPT))?)?;
        Ok(Self {
            thinking: serde_json::from_value(script["thinking"].clone())?,
            stretches: serde_json::from_value(script["stretches"].clone())?,
        })
    }
}

/// Lets the engine in `folder` say so many stretches.
pub fn go(folder: &Path, stretches: usize) -> io::Result<()> {
    // Renamed, so that nobody reads a file that is half written.
    fs::write(folder.join("going"), stretches.to_string())?;
    fs::rename(folder.join("going"), folder.join(GO))
}

/// The stretches that it has said.
pub fn done(folder: &Path) -> usize {
    number(&folder.join(DONE))
}

fn number(path: &Path) -> usize {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.trim().parse().unwrap_or_default()
}

/// The whole life of the engine, on standard input and output.
pub fn speak(folder: &Path) -> io::Result<()> {
    let mut input = io::stdin().lock();
    if frame::read::<Hello>(&mut input)?.is_none() {
        return Ok(());
    }
    frame::write(&mut io::stdout().lock(), &Hello::of_this_build())?;
    let stopped = Arc::new(AtomicU64::new(0));
    while let Some(request) = frame::read(&mut input)? {
        match request {
            Request::Load { job, load } => tell(
                job,
                &Event::LoadEnded {
                    outcome: Ok(Loaded {
                        context: load.context,
                        device: "nothing".to_owned(),
                        think_tokens: true,
                        load_ms: 1,
                        held: Vec::new(),
                    }),
                },
            )?,
            Request::Probe { job, .. } => {
                let outcome = Ok(vec![processor()]);
                tell(job, &Event::ProbeEnded { outcome })?;
            }
            Request::Reply { job, .. } => {
                let script = Script::read(folder)?;
                let (folder, stopped) = (folder.to_owned(), Arc::clone(&stopped));
                // The window is gone where it fails, and so is whoever could be told.
                thread::spawn(move || drop(say(job, &script, &folder, &stopped)));
            }
            Request::Stop { job } => {
                stopped.fetch_max(job, Ordering::Relaxed);
            }
            // No bench attaches files.
            Request::Count { job, texts } => {
                let outcome = Ok(vec![0; texts.len()]);
                tell(job, &Event::Counted { outcome })?;
            }
            Request::Prepare { job, .. } => tell(job, &Event::Prepared { outcome: Ok(0) })?,
            Request::Try { job, .. } => {
                let outcome = Ok(Trial {
                    ways: Vec::new(),
                    attention: None,
                });
                tell(job, &Event::Tried { outcome })?;
            }
            Request::Leave { .. } => break,
            Request::AnswerNow { .. } => {}
        }
    }
    Ok(())
}

fn tell(job: Job, event: &Event) -> io::Result<()> {
    frame::write(&mut io::stdout().lock(), &(job, event))
}

fn processor() -> Device {
    Device {
        name: "CPU".to_owned(),
        description: "nothing".to_owned(),
        backend: "CPU".to_owned(),
        kind: DeviceKind::Processor,
        total_bytes: 8 << 30,
        free_bytes: 8 << 30,
        measured: None,
    }
}

/// Says a reply, unless it or a later one is `stopped`.
fn say(job: Job, script: &Script, folder: &Path, stopped: &AtomicU64) -> io::Result<()> {
    let all = script
        .stretches
        .iter()
        .map(|(tokens, _)| tokens)
        .sum::<u32>();
    let mut thinking = prose::thinking().into_iter().cycle();
    let mut answer = prose::answer().into_iter().cycle();
    let (mut said, mut so_far) = (0_u32, SoFar::default());
    let begun = Instant::now();
    let mut end = End::Complete;
    let is_stopped = || stopped.load(Ordering::Relaxed) >= job;
    tell(
        job,
        &Event::Reading {
            done: all.min(64),
            total: 64,
        },
    )?;
    'reply: for (index, &(tokens, rate)) in script.stretches.iter().enumerate() {
        while number(&folder.join(GO)) <= index {
            if is_stopped() {
                end = End::Stopped;
                break 'reply;
            }
            thread::sleep(LOOK);
        }
        let stretch = Instant::now();
        for token in 0..tokens {
            let due = stretch + Duration::from_secs_f64(f64::from(token) / rate);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if is_stopped() {
                end = End::Stopped;
                break 'reply;
            }
            let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            let (mut thought, mut answered) = (String::new(), String::new());
            if said < script.thinking {
                thought = thinking.next().unwrap_or_default();
                (so_far.thinking_tokens, so_far.thinking_ms) = (so_far.thinking_tokens + 1, ms);
            } else {
                answered = answer.next().unwrap_or_default();
                so_far.answer_tokens += 1;
                so_far.answer_ms = ms.saturating_sub(so_far.thinking_ms);
            }
            said += 1;
            let words = Event::Words {
                rethought: false,
                thinking: thought,
                answer: answered,
                so_far,
            };
            tell(job, &words)?;
        }
        fs::write(folder.join(DONE), (index + 1).to_string())?;
    }
    let statistics = Statistics {
        prompt_tokens: 64,
        so_far,
        decode_per_second: 60.0,
        ..Statistics::default()
    };
    tell(job, &Event::ReplyEnded { end, statistics })
}
