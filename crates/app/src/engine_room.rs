//! The one engine of a program: which model it holds, when another takes its place, when it is let
//! go, and a reply from the wish to its one end.
//!
//! An engine process holds one model for its life. Choosing another model, stopping a load, and
//! the end of the idle time all end the process, which returns every byte at once.

mod deaths;
mod terms;

use std::path::PathBuf;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as BriefMutex, MutexGuard as BriefMutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use engine::message::{Event, Prepare};
use engine::prompt::{Conversation, Segment};
use fit::{Machine, Plan};
use tokio::sync::{Mutex, MutexGuard, watch};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{sleep, timeout};

use crate::crashes::{Crash, report};
use crate::failure::{Code, Failure, REINSTALL};
use crate::home::Home;
use crate::knowledge::Knowledge;
use crate::model::{Model, Preflight};
use crate::open::blocking;
use crate::preferences::Preferences;
use crate::resident::{Hears, Outfit, Resident, device, end, load};
use crate::run::{Patience, run};
use crate::stop::{Stop, Stopper};
use crate::task;
use deaths::{By, Deaths, What};
pub use terms::{Ending, EngineState, MAX_REPLY_TOKENS, Outcome, Progress, Settings, fresh_seed};

/// How long counting tokens may take before an estimate has to do: some twenty times what it takes.
const COUNT_LIMIT: Duration = Duration::from_secs(10);

/// The time without a reply after which the model leaves the memory: `SPUD_IDLE_MINUTES`, else what
/// is set; none where it stays.
fn idle(home: &Home) -> Option<Duration> {
    let minutes = std::env::var("SPUD_IDLE_MINUTES")
        .ok()
        .and_then(|minutes| minutes.parse().ok());
    let minutes = minutes.or_else(|| match Preferences::of(home).idle_minutes {
        0 => None,
        minutes => Some(u64::from(minutes)),
    });
    minutes.map(|minutes| Duration::from_secs(minutes.saturating_mul(60)))
}

/// The engine of this program.
#[derive(Clone)]
pub struct EngineRoom {
    shared: Arc<Shared>,
}

/// A room that may be gone.
pub(crate) struct WeakRoom(Weak<Shared>);

impl WeakRoom {
    /// The room while it is there.
    pub(crate) fn upgrade(&self) -> Option<EngineRoom> {
        let shared = self.0.upgrade()?;
        Some(EngineRoom { shared })
    }
}

struct Shared {
    outfit: Outfit,
    resident: Mutex<Option<Resident>>,
    state: watch::Sender<EngineState>,
    /// In the place of what is set.
    idle: Option<Duration>,
    patience: Patience,
    /// Counts uses over all models: a timer of one that has left must not mistake its successor
    /// for it.
    uses: AtomicU64,
    /// Bytes that the model in memory will give back, as planned.
    held_bytes: AtomicU64,
    /// Of engines that ended by themselves.
    deaths: BriefMutex<Deaths>,
    /// Ends a measurement of the machine that runs by itself.
    measuring: BriefMutex<Option<Stopper>>,
}

impl EngineRoom {
    /// An empty room; a model leaves after the time without a reply that is set.
    pub fn new(home: &Home) -> Self {
        Self::idling(None, home)
    }

    /// An empty room from which a model leaves after this time, whatever is set.
    pub fn idling(idle: Option<Duration>, home: &Home) -> Self {
        Self::of(idle, Patience::default(), home)
    }

    /// An empty room that kills an engine which needs longer than this to end what was stopped.
    pub fn impatient(limit: Duration, home: &Home) -> Self {
        Self::of(None, Patience(limit), home)
    }

    fn of(idle: Option<Duration>, patience: Patience, home: &Home) -> Self {
        let (state, _) = watch::channel(EngineState::Off);
        Self {
            shared: Arc::new(Shared {
                outfit: Outfit {
                    home: home.clone(),
                    knowledge: Knowledge::of(home),
                },
                resident: Mutex::new(None),
                state,
                idle,
                patience,
                uses: AtomicU64::new(0),
                held_bytes: AtomicU64::new(0),
                deaths: BriefMutex::default(),
                measuring: BriefMutex::default(),
            }),
        }
    }

    /// What the engine is doing, now and from now on.
    pub fn state(&self) -> watch::Receiver<EngineState> {
        self.shared.state.subscribe()
    }

    /// Loads a model ahead of its first question; false where it was stopped. Waits for a reply
    /// that is being written.
    pub async fn prepare(
        &self,
        model: &Model,
        settings: &Settings,
        mut stop: Stop,
    ) -> Result<bool, Failure> {
        let mut resident = tokio::select! {
            resident = self.shared.resident.lock() => resident,
            () = stop.asked() => return Ok(false),
        };
        let wanted = Wanted {
            model,
            settings,
            by: By::Person,
        };
        let loaded = self
            .make_resident(&mut resident, wanted, stop, &mut |_| {})
            .await?;
        Ok(loaded.is_some())
    }

    /// Reads ahead what is known of a conversation: with the model that is in memory, or, where it
    /// `may_load`, with one that it brings there. Nothing where a reply is being written or a model
    /// loaded. Returns when the engine has heard of it.
    pub(crate) async fn anticipate(
        &self,
        model: &Model,
        conversation: &Conversation,
        settings: &Settings,
        may_load: bool,
        stop: Stop,
    ) -> Result<(), Failure> {
        let Ok(mut resident) = self.shared.resident.try_lock() else {
            return Ok(());
        };
        let is_there = |there: &Resident| there.serves(model, settings);
        if !resident.as_ref().is_some_and(is_there) {
            if !may_load {
                return Ok(());
            }
            let wanted = Wanted {
                model,
                settings,
                by: By::Itself,
            };
            self.make_resident(&mut resident, wanted, stop, &mut |_| {})
                .await?;
        }
        if let Some(there) = resident.as_mut() {
            let mut events = there.engine.prepare(Prepare {
                prompt: there.found.shape.anticipate(conversation),
                room: settings.room,
                left_before: conversation.left_before,
                threads: Some(there.threads(settings)),
                kept: settings.kept.clone(),
            });
            // Of its one event only that it came is of account: what was read shows when the question
            // comes.
            there.reading_ahead = Some(self.look_after(async move {
                events.recv().await;
            }));
            self.leave_when_idle(there);
        }
        Ok(())
    }

    /// Returns when the engine has read what it was told to read ahead, which keeps everybody else waiting.
    pub(crate) async fn caught_up(&self) {
        let mut resident = self.shared.resident.lock().await;
        if let Some(reading) = resident
            .as_mut()
            .and_then(|there| there.reading_ahead.take())
        {
            // A panic in it was told by the runtime.
            let _ = reading.await;
        }
    }

    /// What computes, in the backend's words, while a model is in memory.
    pub async fn device(&self) -> Option<String> {
        self.shared
            .resident
            .lock()
            .await
            .as_ref()
            .map(|there| there.loaded.device.clone())
    }

    /// The number of the engine's process, while a model is in memory and no reply is being written.
    pub async fn process(&self) -> Option<u32> {
        let resident = self.shared.resident.lock().await;
        resident.as_ref().map(|there| there.engine.process_id())
    }

    /// Tokens of these texts by the vocabulary of a model, and of its context; none where it is not
    /// in memory, or busy.
    pub(crate) async fn count(
        &self,
        model: &Model,
        texts: Vec<Segment>,
    ) -> Option<(Vec<u32>, u32)> {
        let resident = self.shared.resident.try_lock().ok()?;
        let there = resident.as_ref().filter(|there| there.model == *model)?;
        let counted = timeout(COUNT_LIMIT, there.engine.count(texts).recv()).await;
        match counted {
            Ok(Some(Event::Counted { outcome })) => Some((outcome.ok()?, there.loaded.context)),
            _ => None,
        }
    }

    /// The model in memory, if any.
    pub(crate) fn measuring(&self) -> &BriefMutex<Option<Stopper>> {
        &self.shared.measuring
    }

    pub(crate) fn resident(&self) -> &Mutex<Option<Resident>> {
        &self.shared.resident
    }

    /// A room that does not keep itself open.
    pub(crate) fn downgrade(&self) -> WeakRoom {
        WeakRoom(Arc::downgrade(&self.shared))
    }

    /// What is known here of the machine.
    pub(crate) fn outfit(&self) -> &Outfit {
        &self.shared.outfit
    }

    /// The model in memory with its plan; none while one is used or loaded, or where there is none.
    pub fn held(&self) -> Option<(Model, Plan)> {
        let resident = self.shared.resident.try_lock().ok()?;
        let there = resident.as_ref()?;
        Some((there.model.clone(), there.found.plan.clone()))
    }

    /// The machine that the model in memory was planned for.
    pub(crate) fn machine_of_held(&self) -> Option<Machine> {
        let resident = self.shared.resident.try_lock().ok()?;
        Some(resident.as_ref()?.found.machine.clone())
    }

    /// Bytes that become free when the model in memory leaves.
    pub(crate) fn held_bytes(&self) -> u64 {
        self.shared.held_bytes.load(Ordering::Relaxed)
    }

    /// Ends the engine process, if any, once no reply is being written. What it computed is kept.
    pub async fn clear(&self) {
        let mut resident = self.shared.resident.lock().await;
        self.shared.vacate(&mut resident, EngineState::Off).await;
    }

    /// The same, and nothing is kept of what it computed.
    pub(crate) async fn forget(&self) {
        let mut resident = self.shared.resident.lock().await;
        if let Some(there) = resident.as_ref() {
            there.engine.kill();
        }
        self.shared.vacate(&mut resident, EngineState::Off).await;
    }

    /// Writes one reply. `tell` hears everything on the way, in order; the end is returned.
    pub async fn reply(
        &self,
        model: &Model,
        conversation: &Conversation,
        settings: &Settings,
        mut stop: Stop,
        tell: &mut (dyn FnMut(Progress) + Send),
    ) -> Outcome {
        let Some(mut resident) = self.enter(&mut stop, tell).await else {
            return Outcome::before_the_engine(Ending::Stopped);
        };
        if let Some(there) = resident.as_mut()
            && !there.finished(&mut stop).await
        {
            return Outcome::before_the_engine(Ending::Stopped);
        }
        let wanted = Wanted {
            model,
            settings,
            by: By::Person,
        };
        let load_ms = match self
            .make_resident(&mut resident, wanted, stop.clone(), tell)
            .await
        {
            Ok(Some(load_ms)) => load_ms,
            Ok(None) => return Outcome::before_the_engine(Ending::Stopped),
            Err(failure) => return Outcome::refused(failure),
        };
        let Some(there) = resident.as_mut() else {
            return Outcome::before_the_engine(Ending::Stopped);
        };
        let (end, statistics) = run(
            there,
            self.shared.patience,
            conversation,
            settings,
            stop,
            tell,
        )
        .await;
        let outfit = &self.shared.outfit;
        outfit.learn(there, settings, &end, &statistics).await;
        there.wants_trying = there.may_try(settings, &end, &statistics);
        there.wants_measuring = outfit.doubts(&there.found.machine).await;
        if there.engine.is_alive() {
            if !matches!(end, Ending::Failed(_)) {
                self.shared.deaths().forget(&there.what());
            }
            self.leave_when_idle(there);
        } else {
            let state = match &end {
                Ending::Failed(failure) => EngineState::Failed(failure.clone()),
                _ => EngineState::Off,
            };
            self.shared.vacate(&mut resident, state).await;
        }
        Outcome {
            ending: end,
            statistics,
            load_ms,
        }
    }

    /// Waits for the turn of a reply; `None` when it was stopped before.
    async fn enter(
        &self,
        stop: &mut Stop,
        tell: &mut (dyn FnMut(Progress) + Send),
    ) -> Option<MutexGuard<'_, Option<Resident>>> {
        if let Ok(resident) = self.shared.resident.try_lock() {
            return Some(resident);
        }
        let mut state = self.state();
        let mut turn = pin!(self.shared.resident.lock());
        loop {
            // What holds the room is a load, of which the waiting one hears, or another reply.
            let loading = match *state.borrow_and_update() {
                EngineState::Loading(progress) => Some(progress),
                _ => None,
            };
            tell(loading.map_or(Progress::Waiting, Progress::Loading));
            tokio::select! {
                resident = &mut turn => return Some(resident),
                () = stop.asked() => return None,
                Ok(()) = state.changed() => {}
            }
        }
    }

    /// Makes sure that the model is in memory; gives the time that it took, or `None` when it was
    /// stopped.
    async fn make_resident(
        &self,
        resident: &mut Option<Resident>,
        wanted: Wanted<'_>,
        stop: Stop,
        tell: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Option<u64>, Failure> {
        let Wanted {
            model,
            settings,
            by,
        } = wanted;
        self.give_up_measuring();
        if resident
            .as_ref()
            .is_some_and(|there| there.serves(model, settings))
        {
            return Ok(Some(0));
        }
        let shared = &self.shared;
        // First: the memory of the old one is part of what is free for the new one, and its death,
        // where it died, speaks against another.
        shared.vacate(resident, EngineState::Loading(0.0)).await;
        let _settled = Settled(shared);
        let (home, set) = (shared.outfit.home.clone(), settings.processor);
        let what = What {
            model: model.clone(),
            device: blocking(move || Ok(device(set, &home))).await?,
        };
        let state = &shared.state;
        if let Err(failure) = shared.deaths().check(&what, by, Instant::now()) {
            state.send_replace(EngineState::Failed(failure.clone()));
            return Err(failure);
        }
        let mut listener = Listener {
            state,
            held_bytes: &shared.held_bytes,
            tell,
            crashes: Vec::new(),
        };
        let loaded = load(
            model,
            what.device,
            settings,
            &shared.outfit,
            stop,
            &mut listener,
        )
        .await;
        for crash in listener.crashes {
            shared.mourn(what.clone(), crash).await;
        }
        if !matches!(loaded, Ok(Some(_))) {
            shared.held_bytes.store(0, Ordering::Relaxed);
        }
        match loaded {
            Ok(Some(mut there)) => {
                let load_ms = there.loaded.load_ms;
                state.send_replace(EngineState::Ready(there.loaded.context));
                self.leave_when_idle(&mut there);
                self.watch_over(&there);
                *resident = Some(there);
                Ok(Some(load_ms))
            }
            Ok(None) => {
                state.send_replace(EngineState::Off);
                Ok(None)
            }
            Err(failure) => {
                state.send_replace(EngineState::Failed(failure.clone()));
                Err(failure)
            }
        }
    }

    /// Begins work of its own; where it panics, the engine's state tells.
    pub(crate) fn look_after(
        &self,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> JoinHandle<()> {
        let room = self.downgrade();
        task::spawn(work, move |failure| async move {
            if let Some(room) = room.upgrade() {
                room.shared.state.send_replace(EngineState::Failed(failure));
            }
        })
    }

    /// Sees when this engine ends by itself while nobody asks anything of it: its memory is free then,
    /// and nothing is ready any more.
    fn watch_over(&self, there: &Resident) {
        let (room, process) = (self.downgrade(), there.engine.process_id());
        let mut gone = there.engine.gone();
        self.look_after(async move {
            // An error: nobody is left who could tell.
            let _ = gone.wait_for(|gone| *gone).await;
            let Some(room) = room.upgrade() else { return };
            // Whoever uses it now sees its end first.
            let mut resident = room.resident().lock().await;
            let is_it = |there: &Resident| there.engine.process_id() == process;
            if resident.as_ref().is_some_and(is_it) {
                room.shared.vacate(&mut resident, EngineState::Off).await;
            }
        });
    }

    /// Ends the engine, which was used just now, after the idle time, unless it is used again.
    fn leave_when_idle(&self, there: &mut Resident) {
        let this_use = self.shared.uses.fetch_add(1, Ordering::Relaxed);
        there.last_use = this_use;
        if there.wants_measuring || (there.wants_trying && !there.was_tried) {
            self.work_when_quiet(this_use);
        }
        let room = self.downgrade();
        let (idle_here, home) = (self.shared.idle, self.shared.outfit.home.clone());
        let timer = self.look_after(async move {
            let set = blocking(move || Ok(idle_here.or_else(|| idle(&home))));
            let Ok(Some(idle)) = set.await else { return };
            sleep(idle).await;
            let Some(room) = room.upgrade() else { return };
            let mut resident = room.resident().lock().await;
            if resident
                .as_ref()
                .is_some_and(|there| there.last_use == this_use)
            {
                room.shared.vacate(&mut resident, EngineState::Off).await;
            }
        });
        // One waits at a time: else there would be hundreds on a busy day.
        if let Some(before) = there.timer.replace(timer.abort_handle()) {
            before.abort();
        }
    }
}

impl Shared {
    /// Ends the engine process, if any, and returns when its memory is free.
    async fn vacate(&self, resident: &mut Option<Resident>, state: EngineState) {
        self.state.send_replace(state);
        self.held_bytes.store(0, Ordering::Relaxed);
        let Some(there) = resident.take() else { return };
        if let Some(death) = there.engine.death() {
            let what = there.what();
            let crash = Crash {
                death,
                found: there.found,
                loaded: Some(there.loaded),
            };
            self.mourn(what, crash).await;
        }
        end(there.engine).await;
    }

    /// Counts a death and keeps a report on it.
    async fn mourn(&self, what: What, crash: Crash) {
        let on_gpu = !crash.found.plan.placement.gpus.is_empty();
        self.deaths().note(what, crash.death.at, on_gpu);
        let home = self.outfit.home.clone();
        // It fails where the program is ending, and then there is none.
        let _ = spawn_blocking(move || report(&home, &crash)).await;
    }

    fn deaths(&self) -> BriefMutexGuard<'_, Deaths> {
        // Whole also after a panic: each change is one step.
        self.deaths.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A load that breaks or is dropped in the middle is over: nobody shall wait for it, or count its
/// memory.
struct Settled<'a>(&'a Shared);

impl Drop for Settled<'_> {
    fn drop(&mut self) {
        let over = self.0.state.send_if_modified(|state| {
            let loads = matches!(state, EngineState::Loading(_));
            if loads {
                *state = EngineState::Off;
            }
            loads
        });
        if over {
            self.0.held_bytes.store(0, Ordering::Relaxed);
        }
    }
}

impl Resident {
    /// What an engine's death counts for.
    fn what(&self) -> What {
        What {
            model: self.model.clone(),
            device: self.device,
        }
    }
}

/// What shall be in memory, and who wants it.
struct Wanted<'a> {
    model: &'a Model,
    settings: &'a Settings,
    by: By,
}

/// Hears a load for everybody who waits for it.
struct Listener<'a> {
    state: &'a watch::Sender<EngineState>,
    held_bytes: &'a AtomicU64,
    tell: &'a mut (dyn FnMut(Progress) + Send),
    crashes: Vec<Crash>,
}

impl Hears for Listener<'_> {
    fn planned(&mut self, found: &Preflight) {
        // Whoever weighs another model meanwhile would have this memory.
        self.held_bytes
            .store(found.memory_bytes(), Ordering::Relaxed);
    }

    fn progress(&mut self, progress: Progress) {
        if let Progress::Loading(part) = progress {
            self.state.send_replace(EngineState::Loading(part));
        }
        (self.tell)(progress);
    }

    fn died(&mut self, crash: Crash) {
        self.crashes.push(crash);
    }
}

/// The engine's program for this program.
pub(crate) fn program() -> Result<PathBuf, Failure> {
    let asking = std::env::current_exe()
        .map_err(|error| Failure::new(Code::EngineMissing, format!("who am I? {error}")))?;
    engine::locate(&asking).map_err(|place| {
        let message = format!("the engine `{}` is missing", place.display());
        Failure::new(Code::EngineMissing, message).hint(REINSTALL)
    })
}
