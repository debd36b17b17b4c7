//! What becomes of a file in the product's own way: our reader, the plan, a process of its own, the
//! load, a question, the answer. Whatever happens has to end, soon, in little memory, and in words.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use engine::Engine;
use engine::governor::Governor;
use engine::message::{Drafts, End, Event, Failure, FailureCode, Reply};
use engine::prompt::{Conversation, Template};
use fit::{Ask, Machine, Verdict};
use gguf::Header;

use crate::ours::{greedy, program};
use crate::planned::{Planned, unlimited};

/// Longer than this nothing may take, load and answer together: Sprout takes a tenth of a second,
/// and the rest is for a machine that is busy.
const LIMIT: Duration = Duration::from_secs(30);

/// More than this the engine may not hold; with Sprout as it is it holds a tenth.
const MOST_BYTES: u64 = 1 << 30;

/// How often the engine's memory is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// Memory of the machine that is planned for.
const MACHINE_BYTES: u64 = 4 << 30;

/// Tokens of the answer.
const TOKENS: u32 = 24;

/// How a trial ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Our reader refused it, with the name of a field.
    Named,
    /// The plan does not let it onto the machine, in numbers.
    TooBig,
    /// The engine refused it in words, or said that it cannot compute, and lives.
    Engine,
    /// The engine died, and the handle said so.
    Crashed,
    /// It loads and answers something.
    Works,
    /// It did not end in time: a defect.
    Hung,
    /// It took more memory than it may: a defect.
    Ate,
    /// Our own code panicked: a defect.
    Ours,
}

impl Outcome {
    /// All of them, in the order of a table.
    pub const ALL: [(Self, &str); 8] = [
        (Self::Named, "refused by name"),
        (Self::TooBig, "too big"),
        (Self::Engine, "refused by the engine"),
        (Self::Crashed, "engine crashed"),
        (Self::Works, "works"),
        (Self::Hung, "hung"),
        (Self::Ate, "ate memory"),
        (Self::Ours, "our panic"),
    ];

    /// True where the product did not keep its word.
    pub fn is_defect(self) -> bool {
        matches!(self, Self::Hung | Self::Ate | Self::Ours)
    }
}

/// What became of a file.
#[derive(Debug)]
pub struct Told {
    /// How it ended.
    pub outcome: Outcome,
    /// In the words that a person reads; what was answered where it works.
    pub said: String,
    /// The most memory that the engine was seen to hold, in bytes.
    pub peak_bytes: u64,
    /// From the first look at the file to the end.
    pub took: Duration,
}

/// Tries a file.
pub fn of(path: &Path) -> Told {
    let begun = Instant::now();
    let mut peak_bytes = 0;
    let ended = catch_unwind(AssertUnwindSafe(|| run(path, &mut peak_bytes)));
    let (outcome, said) = match ended {
        Ok(Ok(answer)) => (Outcome::Works, answer),
        Ok(Err(refusal)) => refusal,
        Err(_) => (Outcome::Ours, "a panic; its words are above".to_owned()),
    };
    let took = begun.elapsed();
    Told {
        outcome,
        said,
        peak_bytes,
        took,
    }
}

type Refusal = (Outcome, String);

fn run(path: &Path, peak_bytes: &mut u64) -> Result<String, Refusal> {
    let named = |error: &dyn std::fmt::Display| (Outcome::Named, error.to_string());
    let planned = Planned::new(path, &machine(), Ask::default()).map_err(|error| named(&error))?;
    if planned.plan.verdict == Verdict::TooBig {
        return Err((Outcome::TooBig, planned.plan.sentence(&machine())));
    }
    let header = Header::read_file(path).map_err(|error| named(&error))?;
    let template = header.chat_template().and_then(Template::recognise);
    let template = template.unwrap_or(Template::R1);
    let mut load = planned.load();
    load.predicts = header.predicts();
    let question = Reply {
        prompt: template.render(&Conversation::of("What is 47 + 38?")),
        sampling: greedy(),
        max_tokens: TOKENS,
        governor: Governor::default(),
        room: 0,
        left_before: 0,
        threads: None,
        kept: None,
        drafts: Drafts::default(),
        dictated: None,
    };
    let ours = |error: &dyn std::fmt::Display| (Outcome::Ours, error.to_string());
    let program = program().map_err(|error| ours(&error))?;
    let engine = Engine::start(&program).map_err(|error| ours(&error))?;
    let (done, over) = channel();
    thread::scope(|scope| {
        let watched = &engine;
        let watch = scope.spawn(move || watch(watched, &over));
        let ended = ask(&engine, load, question);
        let _ = done.send(());
        let (most, why) = watch.join().expect("BUG: the watch does not panic");
        *peak_bytes = most;
        match why {
            Some(why) => Err((why, ended.unwrap_or_else(|(_, said)| said))),
            None => ended,
        }
    })
}

/// A small machine of one core, on the processor alone.
fn machine() -> Machine {
    let mut machine = unlimited();
    machine.total_bytes = MACHINE_BYTES;
    machine.available_bytes = MACHINE_BYTES;
    machine.cores.physical = 1;
    machine.cores.performance = 1;
    machine.cores.usable = 1;
    machine
}

/// Ends the engine where it takes too long or too much; gives the most memory that was seen.
fn watch(engine: &Engine, over: &Receiver<()>) -> (u64, Option<Outcome>) {
    let begun = Instant::now();
    let mut most = 0;
    loop {
        most = most.max(crate::memory::peak(engine.process_id()).unwrap_or(0));
        let why = match over.recv_timeout(LOOK) {
            Ok(()) | Err(RecvTimeoutError::Disconnected) => {
                let last = crate::memory::peak(engine.process_id()).unwrap_or(0);
                return (most.max(last), None);
            }
            Err(RecvTimeoutError::Timeout) if most > MOST_BYTES => Outcome::Ate,
            Err(RecvTimeoutError::Timeout) if begun.elapsed() > LIMIT => Outcome::Hung,
            Err(RecvTimeoutError::Timeout) => continue,
        };
        engine.kill();
        return (most, Some(why));
    }
}

fn ask(engine: &Engine, load: engine::message::Load, question: Reply) -> Result<String, Refusal> {
    let mut events = engine.load(load);
    loop {
        match events.blocking_recv() {
            Some(Event::LoadEnded { outcome }) => {
                outcome.map_err(refused)?;
                break;
            }
            Some(_) => {}
            None => return Err((Outcome::Ours, "a load without an end".to_owned())),
        }
    }
    let (_, mut events) = engine.reply(question);
    let mut answer = String::new();
    loop {
        match events.blocking_recv() {
            Some(Event::Words {
                thinking,
                answer: more,
                ..
            }) => answer.extend([thinking, more]),
            Some(Event::ReplyEnded { end, .. }) => {
                return match end {
                    End::Failed(failure) => Err(refused(failure)),
                    _ => Ok(answer),
                };
            }
            Some(_) => {}
            None => return Err((Outcome::Ours, "a reply without an end".to_owned())),
        }
    }
}

fn refused(failure: Failure) -> Refusal {
    let outcome = match failure.code {
        FailureCode::EngineStopped | FailureCode::MemoryRanOut => Outcome::Crashed,
        _ => Outcome::Engine,
    };
    (outcome, failure.message)
}
