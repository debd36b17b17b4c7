//! Spud's engine process, driven as the product drives it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use engine::Engine;
use engine::governor::Governor;
use engine::message::{
    Choice, Drafts, End, Event, Failure, Held, Job, Kept, Load, Prepare, Reply, Sampling,
    Statistics,
};
use engine::prompt::{Conversation, Prompt, Segment, Template};
use fit::{Ask, KvType};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::planned::{self, Planned};
use crate::transcripts::Transcript;

/// A model and the shape in which it is measured.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The GGUF file.
    pub model: PathBuf,
    /// Tokens of context.
    pub context: u32,
    /// Threads that compute.
    pub threads: u32,
    /// Tokens of a prompt that are read at once with plain attention; none for flash attention.
    pub plain: Option<u32>,
}

impl Setup {
    fn load(&self) -> Load {
        let batch = fit::BATCH;
        let load = Load::on_processor(self.model.clone(), self.context, self.threads, batch);
        match self.plain {
            Some(batch) => load.plainly(batch),
            None => load,
        }
    }

    /// Tokens of a prompt at once with which attention may be plain, if it may be.
    pub fn plain_batch(&self) -> io::Result<Option<u32>> {
        let ask = Ask {
            context: Some(self.context),
            kv: Some(KvType::F16),
        };
        let planned = Planned::new(&self.model, &planned::unlimited(), ask)?;
        Ok(fit::plain_batch(&planned.geometry, &planned.plan, 0))
    }
}

/// An engine that holds a model, and how long it took from nothing.
pub struct Ours {
    engine: Engine,
    /// From the start of the process until it could answer.
    pub load: Duration,
    /// What the backends reserved.
    pub held: Vec<Held>,
}

/// A reply as it was received.
#[derive(Debug)]
pub struct Told {
    /// How it ended.
    pub end: End,
    /// What it cost, by the engine's own clock.
    pub statistics: Statistics,
    /// The words, thinking first.
    pub text: String,
    /// What the model would have written in place of each token that was dictated.
    pub choices: Vec<Choice>,
}

impl Ours {
    /// Starts a process and loads a model.
    pub fn start(setup: &Setup) -> io::Result<Self> {
        Self::holding(setup.load())
    }

    /// The same, with a prompt read by so many tokens at once.
    pub fn reading_by(setup: &Setup, batch: u32) -> io::Result<Self> {
        Self::holding(Load {
            batch,
            ..setup.load()
        })
    }

    /// The same, with a folder where what is computed may be kept.
    pub fn keeping(setup: &Setup, folder: &Path) -> io::Result<Self> {
        Self::holding(Load {
            contexts: Some(folder.to_owned()),
            ..setup.load()
        })
    }

    /// Lets the process go as the product does when it is closed.
    pub fn leave(self) {
        self.engine.leave(Duration::from_secs(10));
    }

    /// Starts a process and loads a model in this way.
    pub fn holding(load: Load) -> io::Result<Self> {
        let begun = Instant::now();
        let engine = Engine::start(&program()?).map_err(io::Error::other)?;
        let mut events = engine.load(load);
        loop {
            match events.blocking_recv() {
                Some(Event::LoadEnded { outcome }) => {
                    let loaded = outcome.map_err(io::Error::other)?;
                    return Ok(Self {
                        engine,
                        load: begun.elapsed(),
                        held: loaded.held,
                    });
                }
                Some(_) => {}
                None => return Err(io::Error::other("a load without an end")),
            }
        }
    }

    /// Loads a model and ends that in the middle, as the product does it: by ending the process.
    /// Gives the time until it was gone.
    pub fn stop_a_load(setup: &Setup) -> io::Result<Duration> {
        let engine = Engine::start(&program()?).map_err(io::Error::other)?;
        let mut events = engine.load(setup.load());
        while let Some(event) = events.blocking_recv() {
            match event {
                Event::Loading { progress } if progress > 0.3 => break,
                Event::LoadEnded { outcome } => {
                    outcome.map_err(io::Error::other)?;
                    return Err(io::Error::other("it had loaded before it could be stopped"));
                }
                _ => {}
            }
        }
        let begun = Instant::now();
        engine.end();
        Ok(begun.elapsed())
    }

    /// The whole of a reply, token by token.
    pub fn ask(&self, question: &str, sampling: Sampling, tokens: u32) -> Told {
        gather(self.begin(question, sampling, tokens).1)
    }

    /// The whole of a reply that is dictated, with drafts or without.
    pub fn dictate(&self, transcript: &Transcript, drafts: Drafts) -> Told {
        let reply = Reply {
            drafts,
            dictated: Some(transcript.reply.to_owned()),
            ..reply(transcript.question, Sampling::of_r1(1), u32::MAX)
        };
        gather(self.engine.reply(reply).1)
    }

    /// Begins a reply, stops it at the first event of this kind, and gives the time from the stop
    /// to the end.
    pub fn stop_at(&self, question: &str, kind: impl Fn(&Event) -> bool) -> io::Result<Duration> {
        let (job, mut events) = self.begin(question, greedy(), 1000);
        while let Some(event) = events.blocking_recv() {
            if kind(&event) {
                break;
            }
        }
        let begun = Instant::now();
        self.engine.stop(job);
        let told = gather(events);
        let took = begun.elapsed();
        if told.end == End::Stopped {
            Ok(took)
        } else {
            let end = told.end;
            Err(io::Error::other(format!("stopped too late: {end:?}")))
        }
    }

    /// The time from a question until the first words of its reply are here, by our clock.
    pub fn first_words(&self, question: &str) -> io::Result<Duration> {
        self.first_words_of(prompt(question), None)
            .map(|(first, _)| first)
    }

    /// The same of a prompt whose conversation is kept in this file; with the reply's cost.
    pub fn first_words_of(
        &self,
        prompt: Prompt,
        kept: Option<Kept>,
    ) -> io::Result<(Duration, Statistics)> {
        let begun = Instant::now();
        let (job, mut events) = self.engine.reply(Reply {
            prompt,
            kept,
            ..reply("", greedy(), 1000)
        });
        while let Some(event) = events.blocking_recv() {
            let first = begun.elapsed();
            match event {
                Event::Words { .. } => {
                    self.engine.stop(job);
                    return Ok((first, gather(events).statistics));
                }
                Event::ReplyEnded { end, .. } => {
                    return Err(io::Error::other(format!("{end:?} before the first word")));
                }
                _ => {}
            }
        }
        unreachable!("BUG: the handle gives every reply an end")
    }

    /// Lets the engine read what is known of a prompt, and waits until it has.
    pub fn prepare(&self, prompt: Prompt, kept: Option<Kept>) -> io::Result<u32> {
        let mut events = self.engine.prepare(Prepare {
            prompt,
            room: 0,
            left_before: 0,
            threads: None,
            kept,
        });
        match events.blocking_recv() {
            Some(Event::Prepared { outcome }) => outcome.map_err(io::Error::other),
            other => Err(io::Error::other(format!("{other:?} for a preparation"))),
        }
    }

    /// Begins a reply, stops it after this time, which must be while the question is read, and
    /// gives the time from then until the process computes no more.
    pub fn stop_after(&self, question: &str, after: Duration) -> io::Result<Duration> {
        let begun = Instant::now();
        let (job, events) = self.begin(question, greedy(), 16);
        std::thread::sleep(after.saturating_sub(begun.elapsed()));
        let stopped = Instant::now();
        self.engine.stop(job);
        let idle = crate::idle::since(stopped, self.engine.process_id())?;
        let told = gather(events);
        if told.end == End::Stopped && told.statistics.first_token_ms == 0 {
            return Ok(idle);
        }
        let message = format!("ours had read its prompt in {after:?}");
        Err(io::Error::other(message))
    }

    /// The most memory that the process held, in bytes.
    pub fn peak(&self) -> Option<u64> {
        crate::memory::peak(self.engine.process_id())
    }

    fn begin(
        &self,
        question: &str,
        sampling: Sampling,
        tokens: u32,
    ) -> (Job, UnboundedReceiver<Event>) {
        self.engine.reply(reply(question, sampling, tokens))
    }
}

fn reply(question: &str, sampling: Sampling, tokens: u32) -> Reply {
    Reply {
        prompt: prompt(question),
        sampling,
        max_tokens: tokens,
        governor: Governor::default(),
        room: 0,
        left_before: 0,
        threads: None,
        kept: None,
        drafts: Drafts::Never,
        dictated: None,
    }
}

/// As many threads as the processor has.
pub fn all_cores() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    u32::try_from(cores).unwrap_or(1)
}

/// A question in R1's form.
pub fn prompt(question: &str) -> Prompt {
    Template::R1.render(&Conversation::of(question))
}

/// The same as one text, with its special tokens written out.
pub fn prompt_text(question: &str) -> String {
    let segments = prompt(question).segments;
    let texts = segments.iter().map(|segment| match segment {
        Segment::Special(text) | Segment::Text(text) => text.as_str(),
    });
    texts.collect()
}

/// The likeliest token always, so that both sides of a comparison do the same.
pub fn greedy() -> Sampling {
    Sampling {
        temperature: 0.0,
        ..Sampling::of_r1(1)
    }
}

/// Why a reply that was to run did not, if it did not.
pub fn failure(told: &Told) -> Option<&Failure> {
    match &told.end {
        End::Failed(failure) => Some(failure),
        _ => None,
    }
}

/// The engine's program.
pub fn program() -> io::Result<PathBuf> {
    let own = std::env::current_exe()?;
    engine::locate(&own).map_err(|path: PathBuf| missing(&path))
}

fn missing(path: &Path) -> io::Error {
    io::Error::other(format!(
        "there is no engine at {}; build it first",
        path.display()
    ))
}

/// All of a reply, to its end.
fn gather(mut events: UnboundedReceiver<Event>) -> Told {
    let (mut thoughts, mut answers) = (String::new(), String::new());
    let mut chosen = Vec::new();
    while let Some(event) = events.blocking_recv() {
        match event {
            Event::Words {
                thinking, answer, ..
            } => {
                thoughts += &thinking;
                answers += &answer;
            }
            Event::Chosen { choices } => chosen = choices,
            Event::ReplyEnded { end, statistics } => {
                return Told {
                    end,
                    statistics,
                    text: thoughts + &answers,
                    choices: chosen,
                };
            }
            _ => {}
        }
    }
    unreachable!("BUG: the handle gives every reply an end")
}
