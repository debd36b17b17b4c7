//! One reply of a model that is in memory, from the question to its one end.

use std::time::Duration;

use engine::message::{End, Event, Job, Reply, Statistics};
use engine::prompt::Conversation;
use engine::{Engine, Killer};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

use crate::engine_room::{Ending, Progress, Settings};
use crate::failure::{Code, Failure};
use crate::resident::Resident;
use crate::stop::Stop;
use crate::task;

/// A reply that was told to end is ended for the user after this time. A GPU asks nobody whether it
/// should stop, and what it was given last may take it longer: it comes to its end behind the user's
/// back, with the model in memory as it was (see `Patience`).
const STOP_LIMIT: Duration = Duration::from_secs(3);

/// For how long what was told to end may take behind the user's back before its engine is killed, and
/// the next question waits for it: a device that hangs must hold nobody.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience(pub(crate) Duration);

impl Default for Patience {
    fn default() -> Self {
        // Prompts are given to a GPU in pieces of half a second where it is known how slow it is.
        Self(Duration::from_secs(30))
    }
}

/// Hears a reply to its end that was told to end.
fn finish(
    killer: Killer,
    mut events: UnboundedReceiver<Event>,
    Patience(limit): Patience,
) -> JoinHandle<()> {
    let broken = killer.clone();
    let work = async move {
        let ended = async {
            while let Some(event) = events.recv().await {
                if matches!(event, Event::ReplyEnded { .. }) {
                    break;
                }
            }
        };
        if timeout(limit, ended).await.is_err() {
            killer.kill();
        }
    };
    task::spawn(work, move |_| async move { broken.kill() })
}

/// Stops a reply that nobody hears any more: whoever heard it broke.
struct Unheard<'a> {
    engine: &'a Engine,
    job: Option<Job>,
}

impl Drop for Unheard<'_> {
    fn drop(&mut self) {
        if let Some(job) = self.job {
            self.engine.stop(job);
        }
    }
}

/// Writes a reply with a model that is in memory.
pub(crate) async fn run(
    there: &mut Resident,
    patience: Patience,
    conversation: &Conversation,
    settings: &Settings,
    mut stop: Stop,
    tell: &mut (dyn FnMut(Progress) + Send),
) -> (Ending, Statistics) {
    let (job, mut events) = there.engine.reply(Reply {
        prompt: there.found.shape.render(conversation),
        sampling: settings.sampling,
        max_tokens: settings.max_tokens,
        governor: settings.governor,
        room: settings.room,
        left_before: conversation.left_before,
        threads: Some(there.threads(settings)),
        kept: settings.kept.clone(),
        drafts: settings.drafts,
        dictated: None,
    });
    let mut unheard = Unheard {
        engine: &there.engine,
        job: Some(job),
    };
    let mut stopping = None;
    let mut answering = false;
    let mut wish = stop.clone();
    loop {
        let event = if let Some(limit) = stopping {
            let Ok(event) = timeout_at(limit, events.recv()).await else {
                unheard.job = None;
                there.finishing = Some(finish(there.engine.killer(), events, patience));
                return (Ending::Stopped, Statistics::default());
            };
            event
        } else {
            tokio::select! {
                event = events.recv() => event,
                () = stop.asked() => {
                    there.engine.stop(job);
                    stopping = Some(Instant::now() + STOP_LIMIT);
                    continue;
                }
                () = wish.answer_wanted(), if !answering => {
                    // Of a reply that is stopped it is of no account.
                    there.engine.answer_now(job);
                    answering = true;
                    continue;
                }
            }
        };
        match event {
            Some(Event::Reading { done, total }) => tell(Progress::Reading(done, total)),
            Some(Event::Words {
                rethought,
                thinking,
                answer,
                so_far,
            }) => {
                tell(Progress::Words {
                    rethought,
                    thinking,
                    answer,
                    so_far,
                });
            }
            Some(Event::Looping) => tell(Progress::Looping),
            Some(Event::ReplyEnded { end, statistics }) => {
                unheard.job = None;
                let ending = match end {
                    End::Complete => Ending::Complete,
                    End::Stopped => Ending::Stopped,
                    End::Length => Ending::Length,
                    End::Failed(failure) => Ending::Failed(failure.into()),
                };
                return (ending, statistics);
            }
            Some(_) => {}
            None => {
                let bug = Failure::new(Code::Bug, "a reply without an end");
                return (Ending::Failed(bug), Statistics::default());
            }
        }
    }
}
