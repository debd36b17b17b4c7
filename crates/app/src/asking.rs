//! What begins a reply: a question, the same question asked otherwise or again, a reply that goes
//! on, a thought that is thought further. Each is on disk before anything is written.
//!
//! Not here: how the reply then grows and ends (`replies`).

use std::collections::HashMap;

use chats::{
    AttachmentId, Body, ChatId, Chats, Counts, Message, MessageId, Question, State, TextFile,
};
use engine::prompt::{Conversation, Opening, Turn};

use crate::coalesce::Coalescer;
use crate::engine_room::Settings;
use crate::events::{ChatEvent, Phase};
use crate::failure::{Cause, Code, Failure};
use crate::list::key;
use crate::manner::Manner;
use crate::model::Model;
use crate::models::name_of;
use crate::open::{App, now_ms};
use crate::presets;
use crate::reading;
use crate::replies::Job;
use crate::state::Live;
use crate::stop::stop;
use crate::task;
use crate::weighing::Place;

/// Tokens that a thought must at least grow by when somebody wants more of it: a model that had
/// come to its end would close it at once.
const LEAST_MORE: u32 = 32;

/// How a question shall be answered where it is not by the choice of the window.
#[derive(Debug, Clone)]
pub struct How {
    /// The model.
    pub model: Model,
    /// How it is held and sampled.
    pub settings: Settings,
}

/// What somebody asks: words, and the files that go with them, in this order.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The words.
    pub text: String,
    /// Files of the draft; of the question in whose place this one stands, those that are kept.
    pub files: Vec<AttachmentId>,
}

impl<Text: Into<String>> From<Text> for Asked {
    fn from(text: Text) -> Self {
        Self {
            text: text.into(),
            files: Vec::new(),
        }
    }
}

impl Asked {
    fn question(&self) -> Question<'_> {
        Question {
            text: &self.text,
            files: &self.files,
        }
    }
}

/// What is asked of a model.
enum Wanted {
    /// A question, in a new chat where none is given.
    Question(Option<ChatId>, Asked),
    /// Another question in the place of one.
    Instead(MessageId, Asked),
    /// Another reply beside one.
    Again(MessageId),
    /// More of a reply that was cut.
    Rest(MessageId),
    /// Another reply beside one, that begins with its thought and thinks further.
    MoreThought(MessageId),
}

impl App {
    /// Commits a question, to a new chat where none is given, and begins its reply. Returns when
    /// the question is on disk; the rest comes as events.
    pub async fn send(
        &self,
        chat: Option<ChatId>,
        asked: impl Into<Asked>,
        how: Option<How>,
    ) -> Result<ChatId, Failure> {
        let wanted = Wanted::Question(chat, worded(asked.into())?);
        self.begin(wanted, how).await
    }

    /// Asks another question in the place of one; the old one and what followed stay as a branch.
    pub async fn ask_instead(&self, of: MessageId, asked: impl Into<Asked>) -> Result<(), Failure> {
        let wanted = Wanted::Instead(of, worded(asked.into())?);
        self.begin(wanted, None).await.map(drop)
    }

    /// Writes another reply beside one, which stays as a branch.
    pub async fn ask_again(&self, beside: MessageId) -> Result<(), Failure> {
        self.begin(Wanted::Again(beside), None).await.map(drop)
    }

    /// The same by another model, which answers from then on. Its file is checked before anything
    /// changes; where it cannot be loaded all the same, the reply says so.
    pub async fn ask_again_by(&self, beside: MessageId, model: &str) -> Result<(), Failure> {
        self.at_the_gate(move |app, chats| app.idle(chats.message(beside)?.chat))
            .await?;
        self.take_model(model).await?;
        self.ask_again(beside).await
    }

    /// Goes on with a reply that was stopped, cut or interrupted.
    pub async fn go_on(&self, reply: MessageId) -> Result<(), Failure> {
        self.begin(Wanted::Rest(reply), None).await.map(drop)
    }

    /// Reopens the thought of a reply and lets the model think further, in a reply beside it.
    pub async fn think_more(&self, reply: MessageId) -> Result<(), Failure> {
        self.begin(Wanted::MoreThought(reply), None).await.map(drop)
    }

    /// Shows another branch of a chat: the one on which this message lies.
    pub async fn show_branch(&self, through: MessageId) -> Result<(), Failure> {
        self.at_the_gate(move |app, chats| {
            let chat = chats.message(through)?.chat;
            app.idle(chat)?;
            let branch = chats.show_branch(through)?;
            app.state().tell_chat(chat, &ChatEvent::Branch(branch));
            Ok(())
        })
        .await
    }

    /// How replies of a chat think, or of the next chat, for good.
    pub async fn set_manner(&self, chat: Option<ChatId>, manner: Manner) -> Result<(), Failure> {
        let manner = manner.sane();
        self.at_the_gate(move |app, chats| {
            if let Some(chat) = chat {
                chats.set_manner(chat, &manner.text())?;
                app.state().tell_chat(chat, &ChatEvent::Manner(manner));
                return Ok(());
            }
            let text = {
                let mut state = app.state();
                let model = state.model.to_string();
                state.wishes.manners.insert(model, manner);
                state.tell_manner();
                state.wishes.manners_text()
            };
            chats.set_setting(key::MANNERS, &text)?;
            Ok(())
        })
        .await
    }

    async fn begin(&self, wanted: Wanted, how: Option<How>) -> Result<ChatId, Failure> {
        let with_files = match &wanted {
            Wanted::Question(chat, asked) => Some((Place::End(*chat), asked)),
            Wanted::Instead(of, asked) => Some((Place::Instead(*of), asked)),
            Wanted::Again(_) | Wanted::Rest(_) | Wanted::MoreThought(_) => None,
        };
        if let Some((place, asked)) = with_files.filter(|(_, asked)| !asked.files.is_empty()) {
            self.weigh(place, asked.clone(), how.clone())
                .await?
                .check()?;
        }
        let job = self
            .at_the_gate(move |app, chats| app.commit(chats, &wanted, how))
            .await?;
        let (chat, message) = (job.chat, job.message);
        let (app, ends) = (self.clone(), self.clone());
        task::spawn(
            async move { app.write(job).await },
            move |failure| async move { ends.end_broken(chat, message, failure).await },
        );
        Ok(chat)
    }

    /// Refuses where a reply is being written in this chat, or the chat is being erased.
    pub(crate) fn idle(&self, chat: ChatId) -> Result<(), Failure> {
        self.stays(chat)?;
        if self.state().live.contains_key(&chat) {
            return Err(
                Failure::new(Code::Busy, "a reply is being written in this chat")
                    .hint("Wait for it, or stop it first."),
            );
        }
        Ok(())
    }

    /// Refuses where the chat is being erased.
    pub(crate) fn stays(&self, chat: ChatId) -> Result<(), Failure> {
        if self.state().erasing.contains(&chat) {
            return Err(Failure::new(
                Code::Busy,
                "this chat is being erased for good",
            ));
        }
        Ok(())
    }

    /// Puts the question and the empty reply on disk and tells of them.
    fn commit(&self, chats: &Chats, wanted: &Wanted, how: Option<How>) -> Result<Job, Failure> {
        let chat = match wanted {
            Wanted::Question(chat, _) => *chat,
            Wanted::Instead(id, _)
            | Wanted::Again(id)
            | Wanted::Rest(id)
            | Wanted::MoreThought(id) => Some(chats.message(*id)?.chat),
        };
        if let Some(chat) = chat {
            self.idle(chat)?;
            self.save_what_waits(chats, chat)?;
        }
        let (mut how, name) = self.how(chats, chat, how)?;
        let now = now_ms();
        let messages = match wanted {
            Wanted::Question(chat, asked) => {
                let begun = chats.ask(*chat, asked.question(), &name, now)?;
                if let (None, Some(question)) = (chat, begun.first()) {
                    chats.set_instructions(question.chat, &presets::instructions(chats)?)?;
                }
                begun
            }
            Wanted::Instead(of, asked) => chats.ask_instead(*of, asked.question(), &name, now)?,
            Wanted::Again(beside) => chats.ask_again(*beside, "", &name, now)?,
            Wanted::Rest(id) => {
                may_go_on(&chats.message(*id)?)?;
                chats.resume_reply(*id, &name, now)?
            }
            Wanted::MoreThought(id) => {
                how.settings.quick = false;
                how.settings.governor.least_tokens = LEAST_MORE;
                let thinking = reopened(&chats.message(*id)?)?;
                chats.ask_again(*id, &thinking, &name, now)?
            }
        };
        let (reply, before) = messages.split_last().expect("BUG: a reply was begun");
        let chat = reply.chat;
        let (turns, exchanges) = turns(before, &files(chats, before)?);
        let instructions = chats.instructions(chat)?;
        let conversation = Conversation {
            instructions: Some(instructions).filter(|text| !text.is_empty()),
            turns,
            opening: opening(reply, how.settings.quick),
            left_before: left_before(before, &exchanges),
        };
        let (stopper, stop) = stop();
        let message = reply.id;
        {
            let mut state = self.state();
            if let (Wanted::Question(..), [.., question]) = (wanted, before) {
                state.tell_chat(chat, &ChatEvent::Message(question.clone()));
                state.tell_chat(chat, &ChatEvent::Message(reply.clone()));
            } else {
                state.tell_chat(chat, &ChatEvent::Branch(messages.clone()));
            }
            let live = Live {
                base: counts_of(reply),
                message: reply.clone(),
                phase: Phase::Waiting,
                untold: Coalescer::default(),
                unsaved: false,
                rethought: false,
                stopper,
            };
            state.live.insert(chat, live);
            state.failed.remove(&chat);
            state.in_engine.insert(chat);
        }
        how.settings.kept = Some(self.kept_at(chat, &how.model));
        // The reply exists: what fails from here on is told, and ends nothing.
        let told = chats
            .set_setting(key::ASKED, "yes")
            .map_err(Failure::from)
            .and_then(|()| match wanted {
                Wanted::Question(from, asked) if !asked.files.is_empty() => {
                    self.tell_files(chats, *from)
                }
                _ => Ok(()),
            })
            .and_then(|()| self.tell_row(chats, chat));
        if let Err(failure) = told {
            self.state().notice(failure);
        }
        Ok(Job {
            chat,
            message,
            conversation,
            exchanges,
            how,
            stop,
        })
    }

    /// Which model answers, under which name, and how.
    pub(crate) fn how(
        &self,
        chats: &Chats,
        chat: Option<ChatId>,
        how: Option<How>,
    ) -> Result<(How, String), Failure> {
        let chosen = match chat {
            Some(chat) => Manner::of(chats, chat)?,
            None => None,
        };
        let preferences = self.preferences();
        let state = self.state();
        // Whoever asks while a choice is being loaded asks that model.
        let preparing = state.preparing.as_ref();
        let model = preparing.map_or(&state.model, |there| &there.model);
        let how = how.unwrap_or_else(|| {
            let manner = chosen.unwrap_or_else(|| state.wishes.manner(model));
            let settings = state.wishes.settings(model, manner, &preferences);
            How {
                settings: Settings {
                    gentle: state.gentle,
                    ..settings
                },
                model: model.clone(),
            }
        });
        let name = match preparing {
            Some(there) if there.model == how.model => there.name.clone(),
            _ => name_of(&state.models, &how.model),
        };
        Ok((how, name))
    }
}

/// A question with words in it.
fn worded(asked: Asked) -> Result<Asked, Failure> {
    if asked.text.trim().is_empty() {
        return Err(Failure::prompt_empty());
    }
    Ok(asked)
}

/// Refuses to go on with a reply that has come to its own end.
fn may_go_on(message: &Message) -> Result<(), Failure> {
    match &message.body {
        Body::Reply(reply) if reply.state == State::Ended(chats::End::Complete) => {
            Err(Failure::new(Code::NotFound, "this reply is complete")
                .hint("Ask again for another one.")
                .cause(Cause::ReplyComplete))
        }
        _ => Ok(()),
    }
}

/// A thought with the words behind it that make R1 think further: it says them itself where it
/// doubts (the trick of `s1: Simple test-time scaling`, arXiv 2501.19393, "Wait").
fn reopened(message: &Message) -> Result<String, Failure> {
    let thinking = match &message.body {
        Body::Reply(reply) if !reply.thinking.is_empty() => &reply.thinking,
        _ => {
            return Err(
                Failure::new(Code::NotFound, "there is no thought to go on with")
                    .hint("Ask again, with thinking on.")
                    .cause(Cause::NoThought),
            );
        }
    };
    let is_chinese = |letter: char| ('\u{4e00}'..='\u{9fff}').contains(&letter);
    let last: Vec<char> = thinking.chars().rev().take(100).collect();
    let chinese = last.iter().filter(|letter| is_chinese(**letter)).count();
    let wait = if 2 * chinese > last.len() {
        "等等，"
    } else {
        "Wait,"
    };
    Ok(format!("{thinking}\n\n{wait}"))
}

/// How the engine begins a reply: from what it has already.
fn opening(message: &Message, quick: bool) -> Opening {
    match &message.body {
        Body::Reply(reply) if !(reply.thinking.is_empty() && reply.answer.is_empty()) => {
            Opening::GoOn {
                thinking: reply.thinking.clone(),
                answer: reply.answer.clone(),
            }
        }
        _ => Opening::new(quick),
    }
}

fn counts_of(message: &Message) -> Counts {
    match &message.body {
        Body::Reply(reply) => reply.counts,
        Body::Question(_) => Counts::default(),
    }
}

/// How many exchanges had left when the model wrote last.
pub(crate) fn left_before(messages: &[Message], exchanges: &[MessageId]) -> u32 {
    let last = messages
        .iter()
        .rev()
        .find_map(|message| match &message.body {
            Body::Reply(reply) => reply.statistics,
            Body::Question(_) => None,
        });
    let left_out = last.and_then(|statistics| statistics.left_out);
    let left = exchanges.iter().filter(|end| Some(**end) <= left_out);
    u32::try_from(left.count()).unwrap_or(u32::MAX)
}

/// The files of these questions, with their texts.
pub(crate) fn files(
    chats: &Chats,
    messages: &[Message],
) -> Result<HashMap<MessageId, Vec<TextFile>>, Failure> {
    let with_files = messages.iter().filter(|message| !message.files.is_empty());
    with_files
        .map(|message| Ok((message.id, chats.files(message.id)?)))
        .collect()
}

/// Puts a question behind these turns.
pub(crate) fn add_question(turns: &mut Vec<Turn>, shown: String) {
    match turns.last_mut() {
        Some(Turn::User(earlier)) => {
            earlier.push_str("\n\n");
            earlier.push_str(&shown);
        }
        _ => turns.push(Turn::User(shown)),
    }
}

/// The turns that a model is shown, and the last message of each exchange that may leave for want of
/// room: all but the first. A reply without an answer (stopped in its thinking, failed) is left
/// out, and questions that thereby meet become one turn, as the template wants.
pub(crate) fn turns(
    messages: &[Message],
    files: &HashMap<MessageId, Vec<TextFile>>,
) -> (Vec<Turn>, Vec<MessageId>) {
    let mut turns = Vec::new();
    let mut exchanges = Vec::new();
    for message in messages {
        match &message.body {
            Body::Question(text) => {
                let files = files.get(&message.id).map_or(&[][..], Vec::as_slice);
                add_question(&mut turns, reading::shown(files, text));
            }
            // A chat of another program may have a reply behind a reply: one answer to the model.
            Body::Reply(reply) if !reply.answer.is_empty() => {
                if let (Some(Turn::Assistant { answer, .. }), Some(end)) =
                    (turns.last_mut(), exchanges.last_mut())
                {
                    answer.push_str("\n\n");
                    answer.push_str(&reply.answer);
                    *end = message.id;
                    continue;
                }
                turns.push(Turn::Assistant {
                    answer: reply.answer.clone(),
                    thought: !reply.thinking.is_empty(),
                });
                exchanges.push(message.id);
            }
            Body::Reply(_) => {}
        }
    }
    let exchanges = exchanges.into_iter().skip(1).collect();
    (turns, exchanges)
}
