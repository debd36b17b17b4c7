//! One reply of a model that is in memory, from the question to its one end.

use std::time::Duration;

use engine::message::{End, Event, Reply, Statistics};
use engine::prompt::Conversation;
use tokio::time::timeout;

use crate::engine_room::{Ending, Progress, Settings};
use crate::failure::{Code, Failure};
use crate::resident::Resident;
use crate::stop::Stop;

/// An engine that does not end a reply within this time after it was told to is killed: a device
/// that hangs must not hold the user.
const STOP_LIMIT: Duration = Duration::from_secs(3);

/// Writes a reply with a model that is in memory.
pub(crate) async fn run(
    there: &Resident,
    conversation: &Conversation,
    settings: &Settings,
    mut stop: Stop,
    tell: &mut (dyn FnMut(Progress) + Send),
) -> (Ending, Statistics) {
    let (job, mut events) = there.engine.reply(Reply {
        prompt: there.found.template.render(conversation),
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
    let mut stopping = false;
    let mut answering = false;
    let mut wish = stop.clone();
    loop {
        let event = if stopping {
            let Ok(event) = timeout(STOP_LIMIT, events.recv()).await else {
                there.engine.kill();
                return (Ending::Stopped, Statistics::default());
            };
            event
        } else {
            tokio::select! {
                event = events.recv() => event,
                () = stop.asked() => {
                    there.engine.stop(job);
                    stopping = true;
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
                thinking,
                answer,
                so_far,
            }) => {
                tell(Progress::Words {
                    thinking,
                    answer,
                    so_far,
                });
            }
            Some(Event::Looping) => tell(Progress::Looping),
            Some(Event::ReplyEnded { end, statistics }) => {
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
