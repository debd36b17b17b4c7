//! A model in memory: how it comes there, by its plan or by the next smaller one where that fails,
//! and what its replies teach.

use std::path::Path;
use std::time::Duration;

use engine::message::{Attention, Cache, Event, FailureCode, Load, Loaded, Statistics, Way};
use engine::{Engine, EngineError};
use fit::bytes::total;
use fit::{KvType, Machine, Memory, Observed, Rates, Reason, Verdict, after_failure, gentle};
use tokio::task::{AbortHandle, JoinHandle, spawn_blocking};
use tokio::time::timeout;

use crate::crashes::Crash;
use crate::engine_room::{Ending, Progress, Settings, program};
use crate::failure::{Code, Failure};
use crate::home::Home;
use crate::kin::no_r1;
use crate::knowledge::Knowledge;
use crate::model::{Model, Preflight, Wish, preflight};
use crate::preferences::{Device, Preferences};
use crate::sibling::drafter;
use crate::stop::Stop;

/// Loads that may fail before it is given up: each plan takes a tenth less than the one before.
const LOADS: u32 = 5;

/// What a room needs to know of where it is.
#[derive(Debug, Clone)]
pub(crate) struct Outfit {
    pub(crate) home: Home,
    pub(crate) knowledge: Knowledge,
}

/// A model in memory.
pub(crate) struct Resident {
    pub(crate) model: Model,
    /// What was asked for when it was loaded.
    wish: Wish,
    /// What was to compute it then.
    pub(crate) device: Device,
    pub(crate) engine: Engine,
    pub(crate) loaded: Loaded,
    /// Its file and its plan.
    pub(crate) found: Preflight,
    /// Number of its last use, so that an idle timer knows whether another one came after it.
    pub(crate) last_use: u64,
    /// Ends the wait of the idle timer that its last use set.
    pub(crate) timer: Option<AbortHandle>,
    /// Whether, once it is quiet, ways to compute it are tried.
    pub(crate) wants_trying: bool,
    /// Whether that was begun.
    pub(crate) was_tried: bool,
    /// Whether, once it is quiet, the machine is measured again.
    pub(crate) wants_measuring: bool,
    /// Ends when what is read ahead is read.
    pub(crate) reading_ahead: Option<JoinHandle<()>>,
    /// Ends when a reply has come to its end that was ended for the user before.
    pub(crate) finishing: Option<JoinHandle<()>>,
}

impl Resident {
    /// Threads that compute a reply with these settings.
    pub(crate) fn threads(&self, settings: &Settings) -> u32 {
        let threads = settings.threads.unwrap_or_else(|| self.found.threads());
        if settings.gentle {
            gentle(threads)
        } else {
            threads
        }
    }

    /// Waits until the engine is done with what was ended before; false where that was stopped.
    pub(crate) async fn finished(&mut self, stop: &mut Stop) -> bool {
        if let Some(finishing) = &mut self.finishing {
            tokio::select! {
                _ = finishing => {}
                () = stop.asked() => return false,
            }
            self.finishing = None;
        }
        true
    }

    /// Whether it is what these settings ask for.
    pub(crate) fn serves(&self, model: &Model, settings: &Settings) -> bool {
        // None is a wish too: what the plan takes.
        let context = self.wish.context == settings.context;
        let cache = self.wish.cache == settings.cache;
        let device = !settings.processor || self.found.plan.placement.gpus.is_empty();
        self.engine.is_alive() && self.model == *model && context && cache && device
    }
}

/// What a load tells on the way.
pub(crate) trait Hears: Send {
    /// What it will take, before anything of it is in memory.
    fn planned(&mut self, found: &Preflight);
    /// How far it is.
    fn progress(&mut self, progress: Progress);
    /// An engine ended by itself.
    fn died(&mut self, crash: Crash);
}

/// Ends an engine's process and waits until its memory is free, as long as that can take: a device that
/// hangs holds its process, and must not hold the user. One that computed something keeps it first.
pub(crate) async fn end(engine: Engine) {
    /// For what is kept.
    const FAREWELL: Duration = Duration::from_secs(4);
    /// Many times what the kernel takes for the memory of the largest.
    const LIMIT: Duration = Duration::from_secs(20);
    let work = move || {
        if engine.is_alive() {
            engine.leave(FAREWELL);
        } else {
            engine.end();
        }
    };
    // It fails where the program is ending, and then nobody waits for the memory.
    let _ = timeout(LIMIT, spawn_blocking(work)).await;
}

/// What shall compute, where the processor alone is asked for or not.
pub(crate) fn device(processor: bool, home: &Home) -> Device {
    if processor {
        Device::Processor
    } else {
        Preferences::of(home).device
    }
}

/// Loads a model into an engine of its own; `None` when it was stopped, which ends the process.
/// Where memory or a device fails, smaller settings are tried, and that is told.
pub(crate) async fn load(
    model: &Model,
    device: Device,
    settings: &Settings,
    outfit: &Outfit,
    mut stop: Stop,
    hears: &mut dyn Hears,
) -> Result<Option<Resident>, Failure> {
    let wish = Wish {
        context: settings.context,
        cache: settings.cache,
        given_back: 0,
        processor: settings.processor,
    };
    let mut left: Option<Machine> = None;
    let mut first: Option<Failure> = None;
    let contexts = outfit.home.contexts();
    for loads in 0..LOADS {
        let (wanted, outfit, machine, heard) =
            (model.clone(), outfit.clone(), left.clone(), stop.clone());
        let started = spawn_blocking(move || {
            let mut found = preflight(&wanted, wish, machine, &outfit, &heard)?;
            if found.plan.verdict == Verdict::TooBig {
                return Err(found.too_big());
            }
            found.draft = drafter(&found, &outfit.home);
            let engine = Engine::start(&program()?);
            Ok::<_, Failure>((found, engine))
        });
        let started = tokio::select! {
            started = started => started.map_err(|bug| Failure::new(Code::Bug, bug.to_string()))?,
            () = stop.asked() => return Ok(None),
        };
        let started = started.and_then(|(found, engine)| match engine {
            Ok(engine) => Ok((found, engine)),
            Err(error) => {
                if let EngineError::Silent { death, .. } = &error {
                    hears.died(Crash {
                        death: (**death).clone(),
                        found,
                        loaded: None,
                    });
                }
                Err(error.into())
            }
        });
        let (mut found, engine) = match (started, first.take()) {
            (Ok(started), before) => {
                first = before;
                started
            }
            // Nothing smaller makes sense: the first failure is the one that tells.
            (Err(failure), before) => return Err(before.unwrap_or(failure)),
        };
        hears.planned(&found);
        if loads > 0 {
            found.plan.reasons.push(Reason::SteppedDown { loads });
            hears.progress(Progress::Note(found.changed()));
        }
        match put(&engine, &found, settings, &contexts, &mut stop, hears).await {
            None => {
                engine.kill();
                // What comes next is planned by the memory that is free then.
                end(engine).await;
                return Ok(None);
            }
            Some(Ok(loaded)) => {
                if let Some(stranger) = found.stranger {
                    hears.progress(Progress::NoR1(no_r1(&found.name, stranger)));
                }
                return Ok(Some(Resident {
                    model: model.clone(),
                    wish,
                    device,
                    engine,
                    loaded,
                    found,
                    last_use: 0,
                    timer: None,
                    wants_trying: false,
                    was_tried: false,
                    wants_measuring: false,
                    reading_ahead: None,
                    finishing: None,
                }));
            }
            Some(Err(failure)) => {
                if let Some(death) = engine.death() {
                    hears.died(Crash {
                        death,
                        found: found.clone(),
                        loaded: None,
                    });
                }
                left = Some(smaller(&found, &failure).ok_or(failure.clone())?);
                first = first.or(Some(failure.into()));
                engine.kill();
                end(engine).await;
            }
        }
    }
    Err(first.unwrap_or_else(|| Failure::new(Code::Bug, "a load that never began")))
}

/// The machine to plan with after this failure; none where nothing smaller would help.
fn smaller(found: &Preflight, failure: &engine::message::Failure) -> Option<Machine> {
    let on_gpu = !found.plan.placement.gpus.is_empty();
    let alone = || Machine {
        gpus: Vec::new(),
        ..found.machine.clone()
    };
    match failure.code {
        // A driver that fails or a device that is gone is not asked a second time.
        FailureCode::GpuGone => Some(alone()),
        FailureCode::EngineStopped | FailureCode::MemoryRanOut | FailureCode::ModelRefused
            if on_gpu =>
        {
            Some(alone())
        }
        FailureCode::OutOfMemory | FailureCode::MemoryRanOut => {
            Some(after_failure(&found.machine, &found.plan))
        }
        _ => None,
    }
}

/// Puts a planned model into an engine; `None` when it was stopped.
async fn put(
    engine: &Engine,
    found: &Preflight,
    settings: &Settings,
    contexts: &Path,
    stop: &mut Stop,
    hears: &mut dyn Hears,
) -> Option<Result<Loaded, engine::message::Failure>> {
    let plan = &found.plan;
    let placement = &plan.placement;
    // As llama.cpp counts: with the first layer go the output and those that predict.
    let gpu_layers = match placement.gpu_layers {
        0 => 0,
        layers => layers + found.geometry.mtp_layers + 1,
    };
    let (attention, batch) = found.attention();
    let mut events = engine.load(Load {
        path: found.path.clone(),
        context: plan.context,
        threads: settings.threads.unwrap_or_else(|| found.threads()),
        batch,
        reading: found.tuned.map(|tuned| Way {
            threads: settings.threads.unwrap_or(tuned.reading_threads),
            tokens: tuned.reading_tokens,
        }),
        cache: match plan.kv {
            KvType::F16 => Cache::F16,
            KvType::Q8_0 => Cache::Q8_0,
        },
        attention,
        gpus: placement.gpus.clone(),
        gpu_layers,
        expert_layers_in_memory: placement.expert_layers_in_memory,
        mapped: plan.mapped,
        predicts: found.predicts(),
        draft: found.draft.as_ref().map(|draft| draft.path.clone()),
        contexts: Some(contexts.to_owned()),
    });
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            () = stop.asked() => return None,
        };
        match event {
            Some(Event::Loading { progress }) => hears.progress(Progress::Loading(progress)),
            Some(Event::LoadEnded { outcome }) => return Some(outcome),
            Some(_) => {}
            None => unreachable!("BUG: the handle gives every load an end"),
        }
    }
}

impl Outfit {
    /// Learns from a reply of the model in memory, and keeps what its load took.
    /// What other threads than planned did says nothing of the plan, nor does what was computed
    /// beside another program that took its cores.
    pub(crate) async fn learn(
        &self,
        there: &Resident,
        settings: &Settings,
        end: &Ending,
        cost: &Statistics,
    ) {
        let Some((devices, model)) = there.found.keys() else {
            return;
        };
        let as_planned = there.threads(settings) == there.found.threads() && !cost.gave_way;
        let observed = there.observed(end, cost).filter(|_| as_planned);
        if observed.is_some_and(|observed| is_beyond(&observed, cost))
            && there.found.plan.placement.gpus.is_empty()
        {
            let (knowledge, machine) = (self.knowledge.clone(), there.found.machine.clone());
            let _ = spawn_blocking(move || knowledge.doubt(&machine)).await;
        }
        let memory = there.memory(cost);
        let knowledge = self.knowledge.clone();
        let work = move || {
            knowledge.learn(|learned| {
                if let Some(observed) = observed {
                    learned.learn(&devices, &model, &observed);
                }
                if let Some(memory) = memory {
                    learned.remember(&devices, &model, memory);
                }
            });
        };
        // It fails where the program is ending, and then this reply is not learned from.
        let _ = spawn_blocking(work).await;
    }
}

impl Outfit {
    /// Whether this machine is to be measured again.
    pub(crate) async fn doubts(&self, machine: &Machine) -> bool {
        let (knowledge, machine) = (self.knowledge.clone(), machine.clone());
        // It fails where the program is ending, and then nothing is measured.
        spawn_blocking(move || knowledge.doubts(&machine))
            .await
            .unwrap_or(false)
    }
}

/// Whether a reply was faster than the machine is known to allow, each step of it and not by guesses
/// that came true: then that was measured while others kept the machine busy.
fn is_beyond(observed: &Observed, cost: &Statistics) -> bool {
    /// Far more than replies differ among themselves: a doubt costs a measurement of two seconds.
    const BEYOND: f64 = 1.5;
    let written = observed
        .thinking_tokens
        .saturating_add(observed.answer_tokens)
        .max(1);
    let steps = f64::from(cost.steps) / f64::from(written);
    observed.measured.decode * steps > BEYOND * observed.computed.decode
}

impl Resident {
    /// What a reply showed, beside what was computed for it.
    fn observed(&self, end: &Ending, cost: &Statistics) -> Option<Observed> {
        let so_far = cost.so_far;
        let written = so_far.thinking_tokens.saturating_add(so_far.answer_tokens);
        let used = f64::from(cost.prompt_tokens) + f64::from(written) / 2.0;
        let found = &self.found;
        let computed = found.plan.rates(found.anatomy(), &found.machine, used)?;
        Some(Observed {
            prompt_tokens: cost.prompt_tokens,
            cached_tokens: cost.cached_tokens,
            thinking_tokens: so_far.thinking_tokens,
            answer_tokens: so_far.answer_tokens,
            measured: Rates {
                decode: cost.decode_per_second,
                prompt: cost.prompt_per_second,
            },
            computed,
            complete: *end == Ending::Complete && cost.closed_by.is_none(),
        })
    }

    /// What the load took, beside what was planned.
    fn memory(&self, cost: &Statistics) -> Option<Memory> {
        let plan = &self.found.plan;
        let held = &self.loaded.held;
        let of_held = held
            .iter()
            .flat_map(|held| [held.weights_bytes, held.cache_bytes, held.compute_bytes]);
        let actual_bytes = total(of_held);
        let of_plan = plan
            .shares
            .iter()
            .flat_map(|share| [share.weights_bytes, share.cache_bytes, share.compute_bytes]);
        let predicted_bytes = total(of_plan);
        // The plan counts neither what drafts nor the scores of plain attention.
        let is_flash = self.found.attention().0 == Attention::Flash;
        let counted = is_flash && !self.found.predicts() && self.found.draft.is_none();
        (cost.peak_bytes > 0 && !held.is_empty() && counted).then_some(Memory {
            context: plan.context,
            predicted_bytes,
            actual_bytes,
            predicted_resident_bytes: plan.memory_bytes(),
            peak_resident_bytes: cost.peak_bytes,
        })
    }
}
