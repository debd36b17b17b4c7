//! The handle of one engine process: starts it, greets it, feeds it, routes its events to the jobs
//! that they belong to, and gives every open job an end when it dies.
//!
//! A thread of its own starts the process and stays with it: Linux ends the child when the thread
//! that started it ends (`PR_SET_PDEATHSIG` follows the thread). Dropping the handle kills the
//! process, which is the one sure way to get all of its memory back.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc as blocking;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;

use crate::command;
use crate::frame;
use crate::message::{
    End, Event, Failure, FailureCode, Heads, Hello, Job, Load, Prepare, Probe, Reply, Request,
    Statistics, Way,
};
use crate::obituary::{Before, Death, LastLines, cause};
use crate::prompt::Segment;

/// How long a started program may take to greet; loading its libraries from a slow disk counts.
const GREETING_LIMIT: Duration = Duration::from_secs(30);

/// Why an engine could not be started.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The program is not there or cannot be executed.
    #[error("cannot start the engine `{}`: {source}", path.display())]
    NotStarted {
        /// Where it was looked for.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The program did not speak.
    #[error("the engine `{}` did not answer: {}", path.display(), death.why)]
    Silent {
        /// The program.
        path: PathBuf,
        /// How it ended, or that time ran out.
        death: Box<Death>,
    },
    /// The program is from another build.
    #[error(
        "the engine `{}` is from another build: {} with messages {}, expected {} with messages {}",
        path.display(), found.version, found.messages, expected.version, expected.messages
    )]
    Mismatch {
        /// The program.
        path: PathBuf,
        /// What it said it is.
        found: Hello,
        /// What this program is.
        expected: Hello,
    },
}

/// An engine process that runs, or has ended.
pub struct Engine {
    shared: Arc<Shared>,
}

/// Ends an engine's process, as long as somebody holds it.
#[derive(Clone)]
pub struct Killer(Weak<Shared>);

impl Killer {
    /// Ends the process at once; open jobs get their end.
    pub fn kill(&self) {
        if let Some(shared) = self.0.upgrade() {
            shared.kill();
        }
    }
}

struct Shared {
    pipe: Mutex<Option<ChildStdin>>,
    child: Mutex<Child>,
    jobs: Mutex<Jobs>,
    killed: AtomicBool,
    /// True once the process is gone.
    gone: watch::Sender<bool>,
    started: Instant,
    /// What the kernel had counted then.
    before: Before,
}

#[derive(Default)]
struct Jobs {
    last: Job,
    open: HashMap<Job, (Kind, UnboundedSender<Event>)>,
    /// Why there will be no more events.
    over: Option<Failure>,
    /// How the process ended, where nobody had ended it.
    death: Option<Death>,
}

#[derive(Clone, Copy)]
enum Kind {
    Load,
    Reply,
    Probe,
    Count,
    Prepare,
    Try,
}

impl Kind {
    /// What a process is doing that has such a job.
    fn doing(self) -> &'static str {
        match self {
            Self::Load => "loading a model",
            Self::Reply => "writing a reply",
            Self::Probe => "asking for what computes",
            Self::Count => "counting tokens",
            Self::Prepare => "reading ahead",
            Self::Try => "trying ways to compute",
        }
    }

    /// The event that ends a job of this kind when the process is gone.
    fn end(self, failure: Failure) -> Event {
        match self {
            Self::Load => Event::LoadEnded {
                outcome: Err(failure),
            },
            Self::Probe => Event::ProbeEnded {
                outcome: Err(failure),
            },
            Self::Count => Event::Counted {
                outcome: Err(failure),
            },
            Self::Prepare => Event::Prepared {
                outcome: Err(failure),
            },
            Self::Try => Event::Tried {
                outcome: Err(failure),
            },
            Self::Reply => Event::ReplyEnded {
                end: End::Failed(failure),
                statistics: Statistics::default(),
            },
        }
    }
}

impl Engine {
    /// Starts the program and exchanges greetings. Blocks for as long as that takes, a few
    /// milliseconds in general.
    pub fn start(program: &Path) -> Result<Self, EngineError> {
        let (tell, told) = blocking::sync_channel(1);
        let path = program.to_owned();
        thread::Builder::new()
            .name("engine".to_owned())
            .spawn(move || keep(&path, &tell))
            .map_err(|source| EngineError::NotStarted {
                path: program.to_owned(),
                source,
            })?;
        told.recv().unwrap_or_else(|_| {
            Err(EngineError::Silent {
                path: program.to_owned(),
                death: Box::new(Death::at_the_start("its keeper ended".to_owned())),
            })
        })
    }

    /// Loads a model; the last event is [`Event::LoadEnded`].
    pub fn load(&self, load: Load) -> UnboundedReceiver<Event> {
        self.begin(Kind::Load, |job| Request::Load { job, load }).1
    }

    /// Writes a reply; the last event is [`Event::ReplyEnded`]. The job's number stops it.
    pub fn reply(&self, reply: Reply) -> (Job, UnboundedReceiver<Event>) {
        self.begin(Kind::Reply, |job| Request::Reply { job, reply })
    }

    /// Lists what can compute; the last event is [`Event::ProbeEnded`].
    pub(crate) fn probe(&self, probe: Probe) -> UnboundedReceiver<Event> {
        let request = |job| Request::Probe { job, probe };
        self.begin(Kind::Probe, request).1
    }

    /// Counts the tokens of texts; the one event is [`Event::Counted`].
    pub fn count(&self, texts: Vec<Segment>) -> UnboundedReceiver<Event> {
        self.begin(Kind::Count, |job| Request::Count { job, texts })
            .1
    }

    /// Reads what is known of the next prompt while nobody waits; the one event is
    /// [`Event::Prepared`]. Whatever is asked later goes before it.
    pub fn prepare(&self, prepare: Prepare) -> UnboundedReceiver<Event> {
        let request = |job| Request::Prepare { job, prepare };
        self.begin(Kind::Prepare, request).1
    }

    /// Measures ways to compute, and where there are heads both ways to attend; the one event is
    /// [`Event::Tried`]. Whatever is asked later ends it.
    pub fn try_ways(&self, ways: Vec<Way>, heads: Option<Heads>) -> UnboundedReceiver<Event> {
        let request = |job| Request::Try { job, ways, heads };
        self.begin(Kind::Try, request).1
    }

    /// Stops a job and every earlier one; its end arrives as an event.
    pub fn stop(&self, job: Job) {
        // A pipe that is broken means a process that is dead, and the keeper ends its jobs.
        let _ = self.shared.send(&Request::Stop { job });
    }

    /// Closes the thought of a reply, so that its answer begins; nothing where it answers already.
    pub fn answer_now(&self, job: Job) {
        let _ = self.shared.send(&Request::AnswerNow { job });
    }

    /// Ends the process at once; open jobs get their end.
    pub fn kill(&self) {
        self.shared.kill();
    }

    /// What ends the process at once, for somebody who does not hold it.
    pub fn killer(&self) -> Killer {
        Killer(Arc::downgrade(&self.shared))
    }

    /// Ends the process and waits until its memory is free again: for gigabytes, that takes longer
    /// than a signal. Blocks.
    pub fn end(self) {
        self.kill();
        let _ = lock(&self.shared.child).wait();
    }

    /// Lets the process keep what it computed for another day, and waits until its memory is free; it is
    /// killed where that takes longer than this. Blocks.
    pub fn leave(self, limit: Duration) {
        // An end that was asked for is no death.
        self.shared.killed.store(true, Ordering::Relaxed);
        let job = {
            let mut jobs = lock(&self.shared.jobs);
            jobs.last += 1;
            jobs.last
        };
        let begin = Instant::now();
        if self.shared.send(&Request::Leave { job }).is_ok() {
            while begin.elapsed() < limit {
                if let Ok(Some(_)) = lock(&self.shared.child).try_wait() {
                    return;
                }
                thread::sleep(Duration::from_millis(5));
            }
        }
        self.end();
    }

    /// False once the process was killed or is known to be gone.
    pub fn is_alive(&self) -> bool {
        !self.shared.killed.load(Ordering::Relaxed) && lock(&self.shared.jobs).over.is_none()
    }

    /// Turns true when the process is gone, however it ended.
    pub fn gone(&self) -> watch::Receiver<bool> {
        self.shared.gone.subscribe()
    }

    /// How the process ended, if it is known to have ended and nobody had ended it.
    pub fn death(&self) -> Option<Death> {
        lock(&self.shared.jobs).death.clone()
    }

    /// The process's number in the system.
    pub fn process_id(&self) -> u32 {
        lock(&self.shared.child).id()
    }

    fn begin(
        &self,
        kind: Kind,
        request: impl FnOnce(Job) -> Request,
    ) -> (Job, UnboundedReceiver<Event>) {
        let (sender, receiver) = unbounded_channel();
        let job = {
            let mut jobs = lock(&self.shared.jobs);
            jobs.last += 1;
            let job = jobs.last;
            if let Some(failure) = &jobs.over {
                let _ = sender.send(kind.end(failure.clone()));
                return (job, receiver);
            }
            jobs.open.insert(job, (kind, sender));
            job
        };
        if let Err(error) = self.shared.send(&request(job)) {
            // A broken pipe is told better by the keeper, which knows how the process ended.
            if error.kind() != io::ErrorKind::BrokenPipe {
                let failure = Failure::new(
                    FailureCode::EngineStopped,
                    format!("cannot ask the engine: {error}"),
                );
                self.shared.route(job, kind.end(failure));
            }
        }
        (job, receiver)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        lock(&self.shared.pipe).take();
        let _ = lock(&self.shared.child).kill();
    }
}

impl Shared {
    fn kill(&self) {
        self.killed.store(true, Ordering::Relaxed);
        let _ = lock(&self.child).kill();
    }

    fn send(&self, request: &Request) -> io::Result<()> {
        match lock(&self.pipe).as_mut() {
            Some(pipe) => frame::write(pipe, request),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Hands an event to its job, and forgets the job after its last one.
    fn route(&self, job: Job, event: Event) {
        let mut jobs = lock(&self.jobs);
        let last = matches!(
            event,
            Event::LoadEnded { .. }
                | Event::ReplyEnded { .. }
                | Event::ProbeEnded { .. }
                | Event::Counted { .. }
                | Event::Prepared { .. }
                | Event::Tried { .. }
        );
        if let Some((_, sender)) = jobs.open.get(&job) {
            // Nobody listening any more is no error: the job runs to its end or is stopped.
            let _ = sender.send(event);
        }
        if last {
            jobs.open.remove(&job);
        }
    }

    /// Waits for a process whose pipe has closed; kills it if it lingers.
    fn bury(&self) -> Option<std::process::ExitStatus> {
        for _ in 0..200 {
            if let Ok(Some(status)) = lock(&self.child).try_wait() {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(5));
        }
        let mut child = lock(&self.child);
        let _ = child.kill();
        child.wait().ok()
    }
}

/// The life of a process, on the thread that starts it.
fn keep(path: &Path, tell: &blocking::SyncSender<Result<Engine, EngineError>>) {
    let (shared, mut output, last) = match spawn(path) {
        Ok(started) => started,
        Err(source) => {
            let _ = tell.send(Err(EngineError::NotStarted {
                path: path.to_owned(),
                source,
            }));
            return;
        }
    };
    let engine = Engine {
        shared: Arc::clone(&shared),
    };
    if let Err(error) = greet(path, &shared, &mut output, &last) {
        let _ = tell.send(Err(error));
        return;
    }
    // The handle may be dropped before this thread gets on; the pipe then ends at once.
    let _ = tell.send(Ok(engine));
    let broken = loop {
        match frame::read::<(Job, Event)>(&mut output) {
            Ok(Some((job, event))) => shared.route(job, event),
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    lock(&shared.pipe).take();
    let status = shared.bury();
    // The last line may still be on its way from the other pipe's thread.
    thread::sleep(Duration::from_millis(20));
    let mut cause = cause(status, last.telling(), &shared.before);
    if let Some(error) = broken.filter(|error| error.kind() != io::ErrorKind::UnexpectedEof) {
        cause.why = format!("engine stopped: it sent what cannot be understood ({error})");
        cause.by_memory = false;
    }
    let code = if cause.by_memory {
        FailureCode::MemoryRanOut
    } else {
        FailureCode::EngineStopped
    };
    let failure = Failure::new(code, cause.why.clone());
    let mut jobs = lock(&shared.jobs);
    let open: Vec<_> = jobs.open.drain().map(|(_, job)| job).collect();
    if !shared.killed.load(Ordering::Relaxed) {
        let mut doing: Vec<&str> = open.iter().map(|(kind, _)| kind.doing()).collect();
        doing.sort_unstable();
        jobs.death = Some(Death {
            why: cause.why,
            by_memory: cause.by_memory,
            at: Instant::now(),
            ran: shared.started.elapsed(),
            doing,
            log: last.all(),
        });
    }
    // Whoever hears of the end finds the death.
    for (kind, sender) in open {
        let _ = sender.send(kind.end(failure.clone()));
    }
    jobs.over = Some(failure);
    drop(jobs);
    shared.gone.send_replace(true);
}

fn spawn(path: &Path) -> io::Result<(Arc<Shared>, ChildStdout, LastLines)> {
    let before = Before::now();
    let mut child = command::of(path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let pipe = child.stdin.take();
    let output = child
        .stdout
        .take()
        .expect("BUG: standard output was asked for");
    let errors = child
        .stderr
        .take()
        .expect("BUG: standard error was asked for");
    let last = LastLines::default();
    let lines = last.clone();
    thread::Builder::new()
        .name("engine-log".to_owned())
        .spawn(move || lines.collect(errors))?;
    let shared = Shared {
        pipe: Mutex::new(pipe),
        child: Mutex::new(child),
        jobs: Mutex::new(Jobs::default()),
        killed: AtomicBool::new(false),
        gone: watch::Sender::new(false),
        started: Instant::now(),
        before,
    };
    Ok((Arc::new(shared), output, last))
}

/// Sends our greeting and checks theirs.
fn greet(
    path: &Path,
    shared: &Arc<Shared>,
    output: &mut ChildStdout,
    last: &LastLines,
) -> Result<(), EngineError> {
    let expected = Hello::of_this_build();
    let silent = |why| EngineError::Silent {
        path: path.to_owned(),
        death: Box::new(Death {
            ran: shared.started.elapsed(),
            log: last.all(),
            ..Death::at_the_start(why)
        }),
    };
    let ended = || cause(shared.bury(), last.telling(), &shared.before).why;
    // A program that never speaks would hold this thread for ever: kill it when its time is up.
    let (greeted, overdue) = blocking::channel::<()>();
    let watched = Arc::clone(shared);
    let watch = thread::spawn(move || {
        if overdue.recv_timeout(GREETING_LIMIT) == Err(blocking::RecvTimeoutError::Timeout) {
            let _ = lock(&watched.child).kill();
        }
    });
    let sent = match lock(&shared.pipe).as_mut() {
        Some(pipe) => frame::write(pipe, &expected),
        None => Err(io::ErrorKind::BrokenPipe.into()),
    };
    let found = sent.and_then(|()| frame::read::<Hello>(output));
    drop(greeted);
    let _ = watch.join();
    match found {
        Ok(Some(found)) if found == expected => Ok(()),
        Ok(Some(found)) => {
            let _ = lock(&shared.child).kill();
            shared.bury();
            Err(EngineError::Mismatch {
                path: path.to_owned(),
                found,
                expected,
            })
        }
        Ok(None) => Err(silent(ended())),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(silent(ended())),
        Err(error) => {
            let _ = lock(&shared.child).kill();
            shared.bury();
            Err(silent(format!(
                "it said what cannot be understood ({error})"
            )))
        }
    }
}

/// A lock whose holder panicked still guards whole values here: each is replaced in one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
