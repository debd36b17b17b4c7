//! What Spud needs on this machine, looked at one by one for a person in trouble.

use std::time::Instant;

use engine::cage::Wall;
use engine::prompt::Conversation;
use fit::bytes::human;
use serde::Serialize;

use crate::crashes::reports;
use crate::engine_room::{Ending, EngineRoom, Progress, Settings, program};
use crate::failure::{Code, Failure, REINSTALL, of_opening};
use crate::home::Home;
use crate::knowledge::Knowledge;
use crate::machine::{Look, see};
use crate::model::Model;
use crate::network::Network;
use crate::open::blocking;
use crate::preferences::Preferences;
use crate::safe_mode::SafeMode;
use crate::stop::Stop;

/// What the built-in model is asked, and what must be in its answer.
const QUESTION: (&str, &str) = ("What is 47 + 38?", "85");

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// True where it is as it should be.
    pub ok: bool,
    /// What was found.
    pub found: String,
    /// What to do where it is not, or how to have it otherwise.
    pub hint: Option<String>,
}

impl Check {
    fn new(name: &'static str, found: Result<String, Failure>) -> Self {
        match found {
            Ok(found) => Self {
                name,
                ok: true,
                found,
                hint: None,
            },
            Err(failure) => Self {
                name,
                ok: false,
                found: failure.message,
                hint: failure.hint,
            },
        }
    }
}

/// Looks at everything and tells each finding as it comes. Takes a second or two, most of it for
/// the engine's first start.
pub async fn doctor(home: &Home, stop: Stop, mut tell: impl FnMut(Check)) {
    tell(Check::new("machine", blocking(machine).await));
    let (place, heard) = (home.clone(), stop.clone());
    tell(Check::new(
        "GPU",
        blocking(move || gpus(&place, &heard)).await,
    ));
    let folder = home.data().to_owned();
    tell(Check::new(
        "data folder",
        blocking(move || writable(&folder)).await,
    ));
    let place = home.clone();
    let unread = move || Ok([Network::unread(&place), Preferences::unread(&place)]);
    for unread in blocking(unread).await.into_iter().flatten().flatten() {
        tell(Check::new("settings", Err(unread)));
    }
    if let Some(safe) = SafeMode::of(home) {
        let (found, hint) = safe.told();
        tell(Check {
            name: "window",
            ok: safe.painted || safe.chosen,
            found,
            hint: Some(hint),
        });
    }
    let (engine, answer) = ask(home, stop).await;
    tell(Check::new("engine", engine));
    if let Some(answer) = answer {
        tell(Check::new("practice model", answer));
    }
    let contexts = home.contexts();
    if let Some(cage) = blocking(move || Ok(cage(&contexts))).await.ok().flatten() {
        tell(cage);
    }
    let place = home.clone();
    if let Some(crashes) = blocking(move || Ok(crashes(&place))).await.ok().flatten() {
        tell(crashes);
    }
    for found in forecasts(home) {
        tell(Check::new("forecast", Ok(found)));
    }
}

/// What the engine can use beside the processor. None at all is as it should be: most machines
/// have none that helps.
fn gpus(home: &Home, stop: &Stop) -> Result<String, Failure> {
    let seen = see(home, &Knowledge::of(home), Look::Gpus, stop)?;
    let gpu = |gpu: &fit::Gpu| {
        let measured = match gpu.speed {
            Some(speed) => format!(
                "{} of weights a second",
                human(speed.memory_bytes_per_second)
            ),
            None => "not measured: `spud machine` does that".to_owned(),
        };
        let (free, total) = (human(gpu.free_bytes), human(gpu.total_bytes));
        format!(
            "{} by {}, {free} of {total} free, {measured}",
            gpu.description, gpu.backend
        )
    };
    let found: Vec<String> = seen
        .machine
        .gpus
        .iter()
        .map(gpu)
        .chain(seen.notes.iter().map(ToString::to_string))
        .collect();
    Ok(if found.is_empty() {
        "none that the engine can use".to_owned()
    } else {
        found.join("; ")
    })
}

/// What keeps an engine from what is the user's, where the system has something to keep it with. What
/// is open on an old kernel is told, and is no fault of the machine.
fn cage(contexts: &std::path::Path) -> Option<Check> {
    // Without the program nothing computes, which is told already.
    let program = program().ok()?;
    let findings = match engine::cage::check(&program, contexts, &[]) {
        Ok(findings) => findings,
        Err(error) => {
            let failure = Failure::new(Code::EngineFailed, error.to_string()).hint(REINSTALL);
            return Some(Check::new("cage", Err(failure)));
        }
    };
    if findings.is_empty() {
        return None;
    }
    let open: Vec<&str> = findings
        .iter()
        .filter(|finding| !finding.holds)
        .map(|finding| wall(finding.wall))
        .collect();
    let hint = "A newer system closes it further (Linux 5.13 and later have Landlock).".to_owned();
    Some(Check {
        name: "cage",
        ok: true,
        found: if open.is_empty() {
            format!("all {} walls around the engine hold", findings.len())
        } else {
            format!("this system leaves open to the engine: {}", open.join(", "))
        },
        hint: (!open.is_empty()).then_some(hint),
    })
}

/// What is open where a wall does not hold.
fn wall(wall: Wall) -> &'static str {
    match wall {
        Wall::Reading => "reading your files",
        Wall::Listing => "listing folders",
        Wall::Writing => "writing files",
        Wall::Network => "the network",
        Wall::Sockets => "sockets of other programs",
        Wall::Programs => "starting programs",
        Wall::Processes => "making processes",
        Wall::Signals => "signals to other processes",
        Wall::Rights => "rights and times of files",
        Wall::Others => "limits and ranks of other processes",
        Wall::Numbers => "calls by their second numbers",
        Wall::Privileges => "the rights of root's programs",
        Wall::Memory => "outliving other programs when memory runs out",
        Wall::Parent => "outliving Spud",
        Wall::Kept => "losing what it computed for chats",
    }
}

/// Engines that ended by themselves; none where there is no report on any.
fn crashes(home: &Home) -> Option<Check> {
    let reports = reports(home);
    let newest = reports.first()?;
    let count = match reports.len() {
        1 => "a report is".to_owned(),
        several => format!("{several} reports are"),
    };
    Some(Check {
        name: "crashes",
        ok: true,
        found: format!("{count} kept, the newest says: {}", newest.what),
        hint: Some(format!(
            "It is `{}`; nothing is ever sent.",
            home.crashes().join(&newest.name).display()
        )),
    })
}

/// What was promised and what came, for each model that was ever loaded here.
fn forecasts(home: &Home) -> Vec<String> {
    let knowledge = Knowledge::of(home);
    let learned = knowledge.learned();
    let mut all = Vec::new();
    for (devices, model, experience) in learned.all() {
        let mut parts = Vec::new();
        if let Some(memory) = experience.memory {
            parts.push(format!(
                "buffers planned {}, reserved {}; of memory planned {}, held at most {} ({} tokens)",
                human(memory.predicted_bytes),
                human(memory.actual_bytes),
                human(memory.predicted_resident_bytes),
                human(memory.peak_resident_bytes),
                fit::words::thousands(memory.context),
            ));
        }
        if experience.replies > 0 {
            parts.push(format!(
                "decodes at {:.2} of what was computed ({} replies)",
                experience.decode_ratio, experience.replies
            ));
        }
        if !parts.is_empty() {
            all.push(format!("{model} on {devices}: {}", parts.join("; ")));
        }
    }
    all
}

fn machine() -> Result<String, Failure> {
    let machine = machine::look().map_err(|error| crate::machine::unknown(&error))?;
    let cpu = if machine.cpu.is_empty() {
        "processor without a name"
    } else {
        &machine.cpu
    };
    Ok(format!(
        "{cpu}, {} cores, {} threads compute, {} of memory, {} free",
        machine.cores.physical,
        machine.threads(),
        human(machine.total_bytes),
        human(machine.available_bytes),
    ))
}

/// Tries to write where the chats are.
fn writable(folder: &std::path::Path) -> Result<String, Failure> {
    let chats = chats::Chats::open(folder, crate::open::now_ms())?;
    // What opening repaired is told once, so here is where it is told.
    if let Some(note) = chats.notes.first() {
        return Err(of_opening(note));
    }
    let rows = chats.chats.rows()?.len();
    let chats = if rows == 1 { "chat" } else { "chats" };
    Ok(format!("`{}`, {rows} {chats}", folder.display()))
}

type Found = Result<String, Failure>;

/// Starts the engine with the built-in model and lets it do a sum; no second finding where there
/// is no engine.
async fn ask(home: &Home, stop: Stop) -> (Found, Option<Found>) {
    let begun = Instant::now();
    let room = EngineRoom::new(home);
    let mut settings = Settings::of_r1(0);
    settings.sampling.temperature = 0.0;
    let loaded = room.prepare(&Model::Sprout, &settings, stop.clone()).await;
    let started = match loaded {
        Ok(true) => begun.elapsed(),
        Ok(false) => return (Ok("stopped".to_owned()), None),
        Err(failure) => return (Err(failure), None),
    };
    let device = room.device().await.unwrap_or_default();
    let engine = format!(
        "computes on {device}, ready after {} ms",
        started.as_millis()
    );
    let (question, expected) = QUESTION;
    let conversation = Conversation::of(question);
    let mut answer = String::new();
    let mut hear = |progress| {
        if let Progress::Words { answer: more, .. } = progress {
            answer += &more;
        }
    };
    let outcome = room
        .reply(&Model::Sprout, &conversation, &settings, stop, &mut hear)
        .await;
    let answer = match outcome.ending {
        Ending::Failed(failure) => Err(failure),
        _ if answer.contains(expected) => Ok(format!("{question} {}", answer.trim())),
        _ => Err(Failure::new(
            Code::EngineFailed,
            format!(
                "asked {question}, the practice model answered {:?}",
                answer.trim()
            ),
        )
        .hint(REINSTALL)),
    };
    (Ok(engine), Some(answer))
}
