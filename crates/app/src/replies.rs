//! A reply from its beginning to its one end: it grows in memory, on disk and on the page, and ends
//! once in all three.
//!
//! Not here: what begins it (`asking`).

use std::pin::pin;
use std::time::{Duration, Instant};

use chats::{Body, ChatId, Chats, Counts, End, Finish, Growth, Message, MessageId, State};
use engine::governor::Closer;
use engine::message::SoFar;
use engine::prompt::Conversation;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::asking::How;
use crate::coalesce::ANSWER;
use crate::engine_room::{Ending, Outcome, Progress};
use crate::events::{ChatEvent, Phase};
use crate::failure::{Code, Failure};
use crate::open::{App, now_ms};
use crate::state::Live;
use crate::stop::Stop;
use crate::task;
#[cfg(test)]
use crate::task::faults;
use crate::unsaved::Unsaved;

/// Between two saves of a growing reply. With the time of a save itself, what a crash takes stays
/// below a quarter of a second.
const SAVE: Duration = Duration::from_millis(120);

/// A reply that was committed and is to be written.
pub(crate) struct Job {
    pub(crate) chat: ChatId,
    pub(crate) message: MessageId,
    pub(crate) conversation: Conversation,
    /// The last message of each exchange that may leave the conversation, in order.
    pub(crate) exchanges: Vec<MessageId>,
    pub(crate) how: How,
    pub(crate) stop: Stop,
}

impl App {
    /// Stops the reply of a chat, if one is being written; its end comes as an event.
    pub fn stop(&self, chat: ChatId) {
        if let Some(live) = self.state().live.get(&chat) {
            live.stopper.stop();
        }
    }

    /// Closes the thought of a chat's reply, if one is being thought, so that its answer begins.
    pub fn answer_now(&self, chat: ChatId) {
        if let Some(live) = self.state().live.get(&chat) {
            live.stopper.answer_now();
        }
    }

    /// Writes a reply to its end.
    pub(crate) async fn write(&self, job: Job) {
        let Job {
            chat,
            message,
            conversation,
            exchanges,
            how,
            stop,
        } = job;
        #[cfg(test)]
        faults::pass(self.inner.room.outfit().home.data(), "reply");
        let mut hear = |progress| self.hear(chat, progress);
        let mut writing =
            pin!(
                self.inner
                    .room
                    .reply(&how.model, &conversation, &how.settings, stop, &mut hear)
            );
        let mut update = interval(ANSWER);
        update.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut saving = Saving {
            last: Instant::now(),
            under_way: None,
        };
        let outcome = loop {
            tokio::select! {
                outcome = &mut writing => break outcome,
                _ = update.tick() => {
                    self.state().tell_growth(chat, false);
                    saving.save_if_due(self, chat).await;
                }
            }
        };
        saving.wait().await;
        let left = (outcome.statistics.left_out as usize).checked_sub(1);
        let told = Told {
            left_out: left.and_then(|at| exchanges.get(at).copied()),
            seed: how.settings.sampling.seed,
            outcome,
        };
        self.end(chat, message, told).await;
    }

    /// Takes note of what the engine room tells of a reply.
    fn hear(&self, chat: ChatId, progress: Progress) {
        let mut state = self.state();
        let Some(live) = state.live.get_mut(&chat) else {
            return;
        };
        let phase = match progress {
            Progress::Waiting => Phase::Waiting,
            Progress::Loading(part) => Phase::Loading(part),
            Progress::Reading(done, total) => Phase::Reading(done, total),
            Progress::Looping => {
                let message = live.message.id;
                state.tell_chat(chat, &ChatEvent::Looping { message });
                return;
            }
            // That was said when it was chosen.
            Progress::NoR1(_) => return,
            Progress::Note(note) => {
                state.notice(note);
                return;
            }
            Progress::Words {
                rethought,
                thinking,
                answer,
                so_far,
            } => {
                let so_far = behind(live.base, so_far);
                live.rethought |= rethought;
                let reply = live.reply_mut();
                if rethought {
                    reply.thinking += &std::mem::take(&mut reply.answer);
                }
                reply.thinking += &thinking;
                reply.answer += &answer;
                reply.counts = counts(so_far);
                let phase = if reply.answer.is_empty() {
                    Phase::Thinking
                } else {
                    Phase::Answering
                };
                live.unsaved = true;
                if rethought {
                    live.untold.rethink();
                }
                live.untold.add(&thinking, &answer, so_far);
                state.tell_growth(chat, false);
                phase
            }
        };
        state.tell_phase(chat, phase);
    }

    /// Ends a reply on disk, in memory and for those who watch.
    async fn end(&self, chat: ChatId, message: MessageId, told: Told) {
        let again = told.clone();
        let ended = self
            .at_the_gate(move |app, chats| {
                #[cfg(test)]
                faults::pass(app.inner.room.outfit().home.data(), "end of a reply");
                // No words come any more, so what is saved is what is shown.
                let shown = app
                    .state()
                    .live
                    .get(&chat)
                    .map(|live| (live.message.clone(), live.base));
                let Some((shown, base)) = shown else {
                    return Ok(());
                };
                let ended = save_end(chats, &shown, base, &told).unwrap_or_else(|failure| {
                    // The words stay on the page, and the page says that they are not on disk yet.
                    let end = End::Failed((&failure).into());
                    let unsaved = Unsaved {
                        shown: with_end(shown.clone(), end),
                        whole: shown,
                        base,
                        told,
                    };
                    let shown = unsaved.shown.clone();
                    if failure.code == Code::Storage {
                        app.keep_unsaved(chat, unsaved);
                    }
                    shown
                });
                debug_assert_eq!(ended.id, message, "BUG: another reply ended");
                let mut state = app.state();
                state.tell_growth(chat, true);
                state.live.remove(&chat);
                let is_watched = state
                    .chat_watchers
                    .get(&chat)
                    .is_some_and(|watchers| !watchers.is_empty());
                if failed(&ended) && !is_watched {
                    state.failed.insert(chat);
                }
                state.tell_chat(chat, &ChatEvent::End(ended));
                drop(state);
                app.tell_row(chats, chat)
            })
            .await;
        if let Err(failure) = ended {
            let live = self.state().live.remove(&chat);
            if let Some(Live { message, base, .. }) = live {
                let shown = with_end(message.clone(), End::Failed((&failure).into()));
                self.state().tell_chat(chat, &ChatEvent::End(shown.clone()));
                // On disk it is still being written.
                let unsaved = Unsaved {
                    whole: message,
                    base,
                    told: again,
                    shown,
                };
                self.keep_unsaved(chat, unsaved);
            }
            self.state().notice(failure);
            // Where even that fails, the row is told with the chat's next change.
            let told = self.at_the_gate(move |app, chats| app.tell_row(chats, chat));
            let _ = told.await;
        }
        self.look_ahead(Some(chat));
    }

    /// Ends a reply whose task broke: as failed, with what it has so far.
    pub(crate) async fn end_broken(&self, chat: ChatId, message: MessageId, failure: Failure) {
        let told = Told {
            outcome: Outcome::refused(failure),
            seed: 0,
            left_out: None,
        };
        self.end(chat, message, told).await;
    }
}

/// What is known of a reply at its end.
#[derive(Clone)]
pub(crate) struct Told {
    outcome: Outcome,
    seed: u32,
    /// The last message that the model was not shown.
    left_out: Option<MessageId>,
}

/// Saves of a growing reply: one at a time, so that a slow disk slows nothing but itself.
struct Saving {
    last: Instant,
    under_way: Option<JoinHandle<()>>,
}

impl Saving {
    async fn save_if_due(&mut self, app: &App, chat: ChatId) {
        if self
            .under_way
            .as_ref()
            .is_some_and(|save| !save.is_finished())
        {
            return;
        }
        self.wait().await;
        if self.last.elapsed() < SAVE {
            return;
        }
        let growing = {
            let mut state = app.state();
            let Some(live) = state.live.get_mut(&chat).filter(|live| live.unsaved) else {
                return;
            };
            live.unsaved = false;
            (live.message.clone(), live.rethought)
        };
        self.last = Instant::now();
        let (app, tells) = (app.clone(), app.clone());
        let saving = async move {
            let saved = app
                .on_disk(move |app, chats| {
                    let (message, rethought) = &growing;
                    save_growth(chats, message, *rethought)?;
                    if *rethought && let Some(live) = app.state().live.get_mut(&chat) {
                        live.rethought = false;
                    }
                    Ok(())
                })
                .await;
            if let Err(failure) = saved {
                app.state().notice(failure);
            }
        };
        let broken = |failure| async move { tells.state().notice(failure) };
        self.under_way = Some(task::spawn(saving, broken));
    }

    async fn wait(&mut self) {
        if let Some(save) = self.under_way.take() {
            // What broke was told; the next save repeats all that it had.
            let _ = save.await;
        }
    }
}

/// Saves what is new of a reply; all of it where what was saved does not begin it any more.
fn save_growth(chats: &Chats, growing: &Message, rethought: bool) -> Result<(), Failure> {
    let Body::Reply(reply) = &growing.body else {
        return Ok(());
    };
    if rethought {
        return Ok(chats.rewrite_reply(growing.id, &whole(reply))?);
    }
    Ok(chats.save_growth(growing.id, &whole(reply))?)
}

fn whole(reply: &chats::Reply) -> Growth<'_> {
    Growth {
        thinking: &reply.thinking,
        answer: &reply.answer,
        counts: reply.counts,
    }
}

/// Saves the end of a reply with all of its words.
pub(crate) fn save_end(
    chats: &Chats,
    shown: &Message,
    base: Counts,
    told: &Told,
) -> Result<Message, Failure> {
    let Body::Reply(reply) = &shown.body else {
        return Ok(shown.clone());
    };
    let cost = &told.outcome.statistics;
    let end = match &told.outcome.ending {
        Ending::Complete => End::Complete,
        Ending::Stopped => End::Stopped,
        Ending::Length => End::Length,
        Ending::Failed(failure) => End::Failed(failure.into()),
    };
    let statistics = (cost.prompt_tokens > 0).then_some(chats::Statistics {
        prompt_tokens: cost.prompt_tokens,
        cached_tokens: cost.cached_tokens,
        decode_per_second: cost.decode_per_second,
        drafted_tokens: cost.drafted_tokens,
        accepted_tokens: cost.accepted_tokens,
        seed: told.seed,
        left_out: told.left_out,
        closed_by: cost.closed_by.map(closer),
    });
    let mut whole = whole(reply);
    if cost.prompt_tokens > 0 {
        whole.counts = counts(behind(base, cost.so_far));
    }
    let finish = Finish {
        end,
        whole,
        statistics,
    };
    Ok(chats.finish_reply(shown.id, &finish, now_ms())?)
}

fn with_end(mut message: Message, end: End) -> Message {
    if let Body::Reply(reply) = &mut message.body {
        reply.state = State::Ended(end);
    }
    message
}

fn failed(message: &Message) -> bool {
    let Body::Reply(reply) = &message.body else {
        return false;
    };
    matches!(reply.state, State::Ended(End::Failed(_)))
}

fn counts(so_far: SoFar) -> Counts {
    Counts {
        thinking_tokens: so_far.thinking_tokens,
        answer_tokens: so_far.answer_tokens,
        thinking_ms: so_far.thinking_ms,
        answer_ms: so_far.answer_ms,
    }
}

/// Totals of a reply that went on behind what it had.
fn behind(base: Counts, so_far: SoFar) -> SoFar {
    SoFar {
        thinking_tokens: base.thinking_tokens.saturating_add(so_far.thinking_tokens),
        answer_tokens: base.answer_tokens.saturating_add(so_far.answer_tokens),
        thinking_ms: base.thinking_ms.saturating_add(so_far.thinking_ms),
        answer_ms: base.answer_ms.saturating_add(so_far.answer_ms),
    }
}

fn closer(closer: Closer) -> chats::Closer {
    match closer {
        Closer::Budget => chats::Closer::Budget,
        Closer::Asked => chats::Closer::Asked,
        Closer::Loop => chats::Closer::Loop,
    }
}

#[cfg(test)]
mod tests;
