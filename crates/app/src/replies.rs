//! From a question to the one end of its reply: the question is committed, the reply grows in
//! memory, on disk and on the page, and ends once in all three.

use std::pin::pin;
use std::time::{Duration, Instant};

use chats::{Body, ChatId, Chats, Counts, End, Finish, Growth, Message, MessageId, State};
use engine::message::SoFar;
use engine::prompt::Turn;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::coalesce::{Coalescer, UPDATE};
use crate::engine_room::{Ending, Outcome, Progress, Settings};
use crate::events::{ChatEvent, Phase};
use crate::failure::{Code, Failure};
use crate::list::key;
use crate::model::Model;
use crate::models::name_of;
use crate::open::{App, now_ms};
use crate::state::Live;
use crate::stop::{Stop, stop};

/// Between two saves of a growing reply. With the time of a save itself, what a crash takes stays
/// below a quarter of a second.
const SAVE: Duration = Duration::from_millis(120);

/// How a question shall be answered where it is not by the choice of the window.
#[derive(Debug, Clone)]
pub struct How {
    /// The model.
    pub model: Model,
    /// How it is held and sampled.
    pub settings: Settings,
}

/// A reply that was committed and is to be written.
struct Job {
    chat: ChatId,
    message: MessageId,
    turns: Vec<Turn>,
    how: How,
    stop: Stop,
}

impl App {
    /// Commits a question, to a new chat where none is given, and begins its reply. Returns when
    /// the question is on disk; the rest comes as events.
    pub async fn send(
        &self,
        chat: Option<ChatId>,
        text: &str,
        how: Option<How>,
    ) -> Result<ChatId, Failure> {
        if text.trim().is_empty() {
            return Err(Failure::prompt_empty());
        }
        let text = text.to_owned();
        let job = self
            .at_the_gate(move |app, chats| app.commit(chats, chat, &text, how))
            .await?;
        let chat = job.chat;
        let app = self.clone();
        tokio::spawn(async move { app.write(job).await });
        Ok(chat)
    }

    /// Stops the reply of a chat, if one is being written; its end comes as an event.
    pub fn stop(&self, chat: ChatId) {
        if let Some(live) = self.state().live.get(&chat) {
            live.stopper.stop();
        }
    }

    /// Puts the question and the empty reply on disk and tells of them.
    fn commit(
        &self,
        chats: &Chats,
        chat: Option<ChatId>,
        text: &str,
        how: Option<How>,
    ) -> Result<Job, Failure> {
        let (how, name) = {
            let state = self.state();
            if chat.is_some_and(|chat| state.live.contains_key(&chat)) {
                return Err(
                    Failure::new(Code::Busy, "a reply is being written in this chat")
                        .hint("Wait for it, or stop it first."),
                );
            }
            // Whoever asks while a choice is being loaded asks that model.
            let preparing = state.preparing.as_ref();
            let model = preparing.map_or(&state.model, |there| &there.model);
            let how = how.unwrap_or_else(|| How {
                settings: state.wishes.settings(model),
                model: model.clone(),
            });
            let name = match preparing {
                Some(there) if there.model == how.model => there.name.clone(),
                _ => name_of(&state.models, &how.model),
            };
            (how, name)
        };
        let mut messages = chats.ask(chat, text, &name, now_ms())?;
        let turns = turns(&messages);
        let last_two = messages.pop().zip(messages.pop());
        let (reply, question) = last_two.expect("BUG: a question was asked");
        let chat = question.chat;
        let (stopper, stop) = stop();
        let message = reply.id;
        {
            let mut state = self.state();
            state.tell_chat(chat, &ChatEvent::Message(question));
            state.tell_chat(chat, &ChatEvent::Message(reply.clone()));
            let live = Live {
                message: reply,
                phase: Phase::Waiting,
                untold: Coalescer::default(),
                unsaved: false,
                stopper,
            };
            state.live.insert(chat, live);
        }
        // The reply exists: what fails from here on is told, and ends nothing.
        let told = chats
            .set_setting(key::ASKED, "yes")
            .map_err(Failure::from)
            .and_then(|()| self.tell_rows(chats));
        if let Err(failure) = told {
            self.state().notice(failure);
        }
        Ok(Job {
            chat,
            message,
            turns,
            how,
            stop,
        })
    }

    /// Writes a reply to its end.
    async fn write(&self, job: Job) {
        let Job {
            chat,
            message,
            turns,
            how,
            stop,
        } = job;
        let mut hear = |progress| self.hear(chat, progress);
        let mut writing =
            pin!(
                self.inner
                    .room
                    .reply(&how.model, &turns, &how.settings, stop, &mut hear)
            );
        let mut update = interval(UPDATE);
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
        self.end(chat, message, outcome, how.settings.sampling.seed)
            .await;
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
            Progress::Note(note) => {
                state.notice(Failure::new(Code::ModelTooBig, note));
                return;
            }
            Progress::Words {
                thinking,
                answer,
                so_far,
            } => {
                let reply = live.reply_mut();
                reply.thinking += &thinking;
                reply.answer += &answer;
                reply.counts = counts(so_far);
                let phase = if reply.answer.is_empty() {
                    Phase::Thinking
                } else {
                    Phase::Answering
                };
                live.unsaved = true;
                live.untold.add(&thinking, &answer, so_far);
                state.tell_growth(chat, false);
                phase
            }
        };
        state.tell_phase(chat, phase);
    }

    /// Ends a reply on disk, in memory and for those who watch.
    async fn end(&self, chat: ChatId, message: MessageId, outcome: Outcome, seed: u32) {
        let ended = self
            .at_the_gate(move |app, chats| {
                // No words come any more, so what is saved is what is shown.
                let Some(shown) = app.state().live.get(&chat).map(|live| live.message.clone())
                else {
                    return Ok(());
                };
                let ended = save_end(chats, &shown, &outcome, seed).unwrap_or_else(|failure| {
                    // The words stay on the page, and the page says that they are not on disk.
                    with_end(shown, End::Failed(saved_failure(&failure)))
                });
                debug_assert_eq!(ended.id, message, "BUG: another reply ended");
                let mut state = app.state();
                state.tell_growth(chat, true);
                state.live.remove(&chat);
                state.tell_chat(chat, &ChatEvent::End(ended));
                drop(state);
                app.tell_rows(chats)
            })
            .await;
        if let Err(failure) = ended {
            let mut state = self.state();
            state.live.remove(&chat);
            state.notice(failure);
        }
    }
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
            live.message.clone()
        };
        self.last = Instant::now();
        let app = app.clone();
        self.under_way = Some(tokio::spawn(async move {
            let saved = app
                .on_disk(move |_, chats| save_growth(chats, &growing))
                .await;
            if let Err(failure) = saved {
                app.state().notice(failure);
            }
        }));
    }

    async fn wait(&mut self) {
        if let Some(save) = self.under_way.take() {
            // A panic in it was told by the runtime; the next save repeats all that it had.
            let _ = save.await;
        }
    }
}

fn save_growth(chats: &Chats, growing: &Message) -> Result<(), Failure> {
    let Body::Reply(reply) = &growing.body else {
        return Ok(());
    };
    Ok(chats.save_growth(growing.id, &whole(reply))?)
}

fn whole(reply: &chats::Reply) -> Growth<'_> {
    Growth {
        thinking: &reply.thinking,
        answer: &reply.answer,
        counts: reply.counts,
    }
}

fn save_end(
    chats: &Chats,
    shown: &Message,
    outcome: &Outcome,
    seed: u32,
) -> Result<Message, Failure> {
    let Body::Reply(reply) = &shown.body else {
        return Ok(shown.clone());
    };
    let cost = &outcome.statistics;
    let end = match &outcome.ending {
        Ending::Complete => End::Complete,
        Ending::Stopped => End::Stopped,
        Ending::Length => End::Length,
        Ending::Failed(failure) => End::Failed(saved_failure(failure)),
    };
    let statistics = (cost.prompt_tokens > 0).then_some(chats::Statistics {
        prompt_tokens: cost.prompt_tokens,
        cached_tokens: cost.cached_tokens,
        decode_per_second: cost.decode_per_second,
        seed,
    });
    let mut whole = whole(reply);
    if cost.prompt_tokens > 0 {
        whole.counts = counts(cost.so_far);
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

fn saved_failure(failure: &Failure) -> chats::Failure {
    chats::Failure {
        code: failure.code.to_string(),
        message: failure.message.clone(),
        hint: failure.hint.clone(),
    }
}

fn counts(so_far: SoFar) -> Counts {
    Counts {
        thinking_tokens: so_far.thinking_tokens,
        answer_tokens: so_far.answer_tokens,
        thinking_ms: so_far.thinking_ms,
        answer_ms: so_far.answer_ms,
    }
}

/// The turns that a model is shown. A reply without an answer (stopped in its thinking, failed)
/// is left out, and questions that thereby meet become one turn, as the template wants.
fn turns(messages: &[Message]) -> Vec<Turn> {
    let mut turns = Vec::new();
    for message in messages {
        match &message.body {
            Body::Question(text) => match turns.last_mut() {
                Some(Turn::User(earlier)) => {
                    earlier.push_str("\n\n");
                    earlier.push_str(text);
                }
                _ => turns.push(Turn::User(text.clone())),
            },
            Body::Reply(reply) if !reply.answer.is_empty() => turns.push(Turn::Assistant {
                answer: reply.answer.clone(),
                thought: !reply.thinking.is_empty(),
            }),
            Body::Reply(_) => {}
        }
    }
    turns
}
