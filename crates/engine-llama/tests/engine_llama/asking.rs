//! Sprout behind the handle: questions in, checked replies out.

use std::path::{Path, PathBuf};

use engine::Engine;
use engine::governor::Governor;
use engine::message::{
    Choice, Drafts, End, Event, Failure, Job, Load, Loaded, Reply, Sampling, Statistics,
};
use engine::prompt::{Conversation, Prompt, Template};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::waiting::within;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_spud-engine");

/// The context that Sprout was trained for.
pub(crate) const CONTEXT: u32 = 1024;

/// The built-in model.
pub(crate) fn sprout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sprout/sprout.gguf")
}

/// How tests load a model. One thread: others compute beside this test, and threads that wait for
/// each other spin.
pub(crate) fn load_of(path: &Path, context: u32) -> Load {
    Load::on_processor(path.to_owned(), context, 1, 256)
}

/// An engine without a model.
pub(crate) fn empty() -> Engine {
    Engine::start(Path::new(PROGRAM)).unwrap()
}

/// An engine that holds Sprout.
pub(crate) fn ready(context: u32) -> Engine {
    let engine = empty();
    load(&engine, &sprout(), context).unwrap();
    engine
}

/// An engine that holds Sprout and may keep what it computed in this folder.
pub(crate) fn keeping(folder: &Path) -> Engine {
    let engine = empty();
    let contexts = Some(folder.to_owned());
    let load = Load {
        contexts,
        ..load_of(&sprout(), CONTEXT)
    };
    loaded(all(engine.load(load))).unwrap();
    engine
}

/// Loads a model and checks the events on the way.
pub(crate) fn load(engine: &Engine, path: &Path, context: u32) -> Result<Loaded, Failure> {
    loaded(all(engine.load(load_of(path, context))))
}

fn loaded(mut events: Vec<Event>) -> Result<Loaded, Failure> {
    let Some(Event::LoadEnded { outcome }) = events.pop() else {
        panic!("a load that does not end");
    };
    let mut before = 0.0;
    for event in events {
        match event {
            Event::Loading { progress } if (before..=1.0).contains(&progress) => before = progress,
            other => panic!("out of place: {other:?}"),
        }
    }
    outcome
}

/// All events of a job, to the last.
pub(crate) fn all(mut events: UnboundedReceiver<Event>) -> Vec<Event> {
    within("the end of a job", move || {
        std::iter::from_fn(|| events.blocking_recv()).collect()
    })
}

/// The first events of a job, up to one of this kind; none may be its last.
pub(crate) fn up_to(
    mut events: UnboundedReceiver<Event>,
    kind: impl Fn(&Event) -> bool + Send + 'static,
) -> UnboundedReceiver<Event> {
    within("an event", move || {
        while !kind(&events.blocking_recv().expect("the job ended first")) {}
        events
    })
}

/// The prompt of one question.
pub(crate) fn prompt(question: &str) -> Prompt {
    Template::R1.render(&Conversation::of(question))
}

/// A reply to a prompt: always the likeliest token, no limit that Sprout would reach.
pub(crate) fn greedy(prompt: Prompt) -> Reply {
    let sampling = Sampling {
        temperature: 0.0,
        ..Sampling::of_r1(1)
    };
    Reply {
        prompt,
        sampling,
        max_tokens: 10_000,
        governor: Governor::default(),
        room: 0,
        left_before: 0,
        threads: None,
        kept: None,
        drafts: Drafts::default(),
        dictated: None,
    }
}

/// What came of a reply.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) thinking: String,
    pub(crate) answer: String,
    pub(crate) end: End,
    pub(crate) statistics: Statistics,
    /// Times that the reading of the prompt was told.
    pub(crate) read: usize,
    /// Times that a circle was told.
    pub(crate) loops: usize,
    /// What would have been written in place of what was dictated.
    pub(crate) choices: Vec<Choice>,
}

impl Told {
    /// Thinking and answer.
    pub(crate) fn text(&self) -> (&str, &str) {
        (&self.thinking, &self.answer)
    }
}

/// Asks and waits for the end.
pub(crate) fn ask(engine: &Engine, reply: Reply) -> Told {
    gather(engine.reply(reply).1)
}

/// Sends a reply off, for a test that interferes before its end.
pub(crate) fn begin(engine: &Engine, reply: Reply) -> (Job, UnboundedReceiver<Event>) {
    engine.reply(reply)
}

/// Waits for the end of a reply and checks what holds for every reply: the prompt is read, then
/// the thinking comes, then the answer, counts only rise, and the end is one and the last.
pub(crate) fn gather(events: UnboundedReceiver<Event>) -> Told {
    let mut events = all(events);
    let Some(Event::ReplyEnded { end, statistics }) = events.pop() else {
        panic!("a reply that does not end");
    };
    let mut told = Told {
        thinking: String::new(),
        answer: String::new(),
        end,
        statistics,
        read: 0,
        loops: 0,
        choices: Vec::new(),
    };
    let mut last = engine::message::SoFar::default();
    let mut done_before = 0;
    for event in events {
        match event {
            Event::Reading { done, total } => {
                assert!(told.thinking.is_empty() && told.answer.is_empty());
                assert!(done_before <= done && done <= total, "{done} of {total}");
                done_before = done;
                told.read += 1;
            }
            Event::Words {
                rethought,
                thinking,
                answer,
                so_far,
            } => {
                if rethought {
                    told.thinking += &std::mem::take(&mut told.answer);
                    (last.answer_tokens, last.answer_ms) = (0, 0);
                }
                assert!(thinking.is_empty() || told.answer.is_empty());
                assert!(so_far.thinking_tokens >= last.thinking_tokens);
                assert!(so_far.answer_tokens >= last.answer_tokens);
                assert!(so_far.thinking_ms >= last.thinking_ms);
                assert!(so_far.answer_ms >= last.answer_ms);
                last = so_far;
                told.thinking += &thinking;
                told.answer += &answer;
            }
            Event::Looping => told.loops += 1,
            Event::Chosen { choices } => told.choices = choices,
            other => panic!("out of place: {other:?}"),
        }
    }
    told
}
