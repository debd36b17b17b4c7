//! `spud-engine`: llama.cpp behind messages, in a process of its own.
//!
//! It holds one model for its whole life: another model means another process, which is the one
//! sure way to get all memory back. Requests come in on standard input, events go out on standard
//! output (crate `engine` owns both forms); whatever C++ prints goes to standard error. One thread
//! listens, so that a stop is heard in the middle of a computation; the main thread computes. Once it
//! knows what is asked of it, it closes itself into a cage.
//!
//! All `unsafe` is in `llama`, with what is below it, and `probe` (the C interfaces of llama.cpp and
//! ggml), `doze` (libgomp), one call of the kernel in `cage` and one line of `leave`.

mod backends;
mod bite;
mod brake;
mod cage;
mod cold;
mod doze;
mod drafter;
mod gait;
mod gomp;
mod guess;
mod huddle;
mod inbox;
mod kept;
mod leave;
mod llama;
mod loading;
mod memory;
mod ngram;
mod others;
mod outbox;
mod pace;
mod pipes;
mod prepare;
mod probe;
mod prompting;
mod reply;
mod sampler;
mod session;
// Those of chats, as everywhere.
#[cfg(all(test, target_os = "linux"))]
#[path = "../../chats/tests/chats/skips.rs"]
mod skips;
mod tuning;
mod vocabulary;
mod worth;

use std::process::ExitCode;
use std::time::Instant;

use engine::message::{Event, Failure, FailureCode, Hello, Job, Load, Loaded, Prepare, Request};

use crate::brake::Brake;
use crate::cage::{Needs, Walls};
use crate::inbox::{Greeted, Heard, Inbox};
use crate::outbox::Outbox;
use crate::session::Session;

fn main() -> ExitCode {
    leave::on_panic();
    leave::with_parent();
    if let Some(status) = cage::check::asked() {
        return status;
    }
    let (requests, events) = match pipes::take() {
        Ok(pipes) => pipes,
        Err(error) => return leave::complaining(&format!("cannot take the pipes: {error}")),
    };
    let outbox = Outbox::new(events);
    outbox.greet(&Hello::of_this_build());
    let mut greeted = match Greeted::on(requests) {
        Ok(greeted) => greeted,
        Err(error) => return leave::complaining(&error),
    };
    let backend = match backends::load() {
        Ok(backend) => backend,
        Err(error) => return leave::complaining(&error),
    };
    let first = greeted.first();
    let needs = Needs::of(&first);
    // Before there is another thread, before any driver runs and before the model is looked at.
    cage::close(&needs, Walls::ALL);
    let mut inbox = match Inbox::open(greeted, first) {
        Ok(inbox) => inbox,
        Err(error) => return leave::complaining(&error),
    };
    let mut session: Option<Session> = None;
    let mut idle = Idle::default();
    loop {
        let Some(request) = idle.next(&mut inbox, &mut session, &outbox) else {
            leave::now();
        };
        match request {
            Request::Load { job, load } => {
                let outcome = match session {
                    Some(_) => Err(Failure::new(
                        FailureCode::ModelRefused,
                        "this engine process holds a model already",
                    )),
                    None if !needs.admits(&load.path) => Err(Failure::new(
                        FailureCode::ModelRefused,
                        format!(
                            "`{}` is not what this engine process was started for: another model \
                             means another process",
                            load.path.display()
                        ),
                    )),
                    None => open(&load, job, inbox.brake(), &outbox),
                };
                let outcome = outcome.map(|(opened, loaded)| {
                    session = Some(opened);
                    loaded
                });
                outbox.send(job, Event::LoadEnded { outcome });
            }
            Request::Reply { job, reply } => {
                let tell = &mut |event| outbox.send(job, event);
                reply::write(session.as_mut(), inbox.brake(), job, &reply, tell);
            }
            Request::Probe { job, probe } => {
                if probe.gpus {
                    backends::load_gpus();
                }
                let outcome = Ok(probe::devices(&backend, probe));
                outbox.send(job, Event::ProbeEnded { outcome });
            }
            Request::Count { job, texts } => {
                let outcome = session.as_ref().map_or_else(
                    || {
                        Err(Failure::new(
                            FailureCode::ModelRefused,
                            "no model is loaded",
                        ))
                    },
                    |session| Ok(session.count(&texts)),
                );
                outbox.send(job, Event::Counted { outcome });
            }
            Request::Prepare { job, prepare } => idle.prepare = Some((job, prepare)),
            Request::Try { job, ways, heads } => {
                inbox.brake().run_idly(job, job);
                let outcome = tuning::measure(session.as_mut(), &ways, heads);
                outbox.send(job, Event::Tried { outcome });
            }
            Request::Leave { .. } => {
                if let Some(session) = &mut session {
                    session.keep_at_once();
                }
                leave::now();
            }
            // Already passed on by the thread that listens.
            Request::Stop { .. } | Request::AnswerNow { .. } => {}
        }
    }
}

/// What is done while nobody waits: the next prompt is read as far as it is known, and what was
/// read is kept on disk.
#[derive(Default)]
struct Idle {
    prepare: Option<(Job, Prepare)>,
}

impl Idle {
    /// The next request; none where nobody will ask for anything any more.
    fn next(
        &mut self,
        inbox: &mut Inbox,
        session: &mut Option<Session>,
        outbox: &Outbox,
    ) -> Option<Request> {
        loop {
            // Before the look: what is asked for between the two ends what is begun then.
            let latest = inbox.brake().latest();
            let heard = if self.prepare.is_some() {
                inbox.look()
            } else {
                inbox.next(session.as_ref().and_then(Session::quiet))
            };
            match heard {
                Heard::Over => return None,
                Heard::Request(request) => {
                    // A count and a probe hold it up; what follows is another prompt or model.
                    let holds_up = matches!(request, Request::Count { .. } | Request::Probe { .. });
                    if !holds_up {
                        self.end(session.as_ref(), outbox);
                    }
                    return Some(request);
                }
                Heard::Nothing => match &self.prepare {
                    None => session.as_mut()?.keep(),
                    Some((job, prepare)) => {
                        inbox.brake().run_idly(*job, latest);
                        let outcome = prepare::read(session.as_mut(), prepare);
                        if inbox.brake().is_idle_over(*job) || outcome.is_err() {
                            outbox.send(*job, Event::Prepared { outcome });
                            self.prepare = None;
                        }
                    }
                },
            }
        }
    }

    /// Ends a preparation that is of no use any more.
    fn end(&mut self, session: Option<&Session>, outbox: &Outbox) {
        if let Some((job, _)) = self.prepare.take() {
            let outcome = Ok(session.map_or(0, Session::used));
            outbox.send(job, Event::Prepared { outcome });
        }
    }
}

fn open(
    load: &Load,
    job: Job,
    brake: &'static Brake,
    outbox: &Outbox,
) -> Result<(Session, Loaded), Failure> {
    let begin = Instant::now();
    memory::forget();
    if !load.gpus.is_empty() {
        backends::load_gpus();
    }
    let told = outbox.clone();
    let session = Session::open(load, brake, &mut |progress| {
        told.send(job, Event::Loading { progress });
        !brake.is_pulled(job)
    });
    if brake.is_pulled(job) {
        return Err(Failure::new(
            FailureCode::LoadStopped,
            "the load was stopped",
        ));
    }
    let session = session?;
    let loaded = Loaded {
        context: session.context(),
        device: backends::device(&load.gpus),
        think_tokens: session.vocabulary().has_tags(),
        load_ms: u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX),
        held: memory::held(),
    };
    Ok((session, loaded))
}
