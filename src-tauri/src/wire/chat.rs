//! Chats, their messages, and what happens in one.

use app::chats::{self, Body, End, State};
use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

use super::{Attached, DraftFiles, Failure, Manner, all};

#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub(crate) enum MessageRole {
    User,
    Assistant,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub(crate) enum MessageState {
    Complete,
    Stopped,
    Length,
    Failed,
    Streaming,
    Interrupted,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Message {
    #[cfg_attr(test, ts(type = "number"))]
    id: i64,
    #[cfg_attr(test, ts(type = "number | null"))]
    parent: Option<i64>,
    /// All that follow the same message, itself among them, the oldest first.
    #[cfg_attr(test, ts(type = "number[]"))]
    siblings: Vec<i64>,
    role: MessageRole,
    /// The question, or the answer without its thinking.
    text: String,
    /// The files that went with a question, in their order.
    files: Vec<Attached>,
    thinking: String,
    state: MessageState,
    failure: Option<Failure>,
    /// Name of the model that wrote it; empty for the user's.
    model: String,
    prompt_tokens: u32,
    cached_tokens: u32,
    thinking_tokens: u32,
    answer_tokens: u32,
    #[cfg_attr(test, ts(type = "number"))]
    thinking_ms: u64,
    #[cfg_attr(test, ts(type = "number"))]
    answer_ms: u64,
    /// Tokens per second while decoding, 0 when nothing was decoded.
    decode_per_second: f64,
    /// Tokens that the engine guessed ahead of the model.
    drafted_tokens: u32,
    /// Those of them that were right.
    accepted_tokens: u32,
    /// Who closed the thought in the model's place.
    closed_by: Option<Closer>,
    /// The last message that the model was not shown, since the context was full; the first
    /// exchange was, and what follows this message.
    #[cfg_attr(test, ts(type = "number | null"))]
    left_out: Option<i64>,
    /// Milliseconds since 1970, UTC.
    #[cfg_attr(test, ts(type = "number"))]
    created_ms: i64,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Closer {
    Budget,
    Asked,
    Loop,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChatRow {
    #[cfg_attr(test, ts(type = "number"))]
    id: i64,
    title: String,
    /// Milliseconds since 1970, UTC, of the last message.
    #[cfg_attr(test, ts(type = "number"))]
    changed_ms: i64,
    /// A reply is being written in it now.
    replying: bool,
    /// Its last reply failed while nobody looked at it.
    failed: bool,
    /// It stands before the others.
    pinned: bool,
    /// The folder in which it lies.
    folder: Option<String>,
}

/// What a reply is doing before and while its words come.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case", tag = "type")]
pub(crate) enum Phase {
    Waiting,
    Loading { progress: f32 },
    Reading { done: u32, total: u32 },
    Thinking,
    Answering,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(
    rename_all = "snake_case",
    rename_all_fields = "camelCase",
    tag = "type"
)]
pub(crate) enum ChatEvent {
    /// Always first: everything there is. A reply in progress is the last message, with state
    /// "streaming"; `phase` is null when none is.
    Snapshot {
        chat: ChatRow,
        messages: Vec<Message>,
        phase: Option<Phase>,
        draft: String,
        /// The files that wait with it.
        files: DraftFiles,
        manner: Manner,
        /// What is said to the model with every reply; empty as a rule.
        instructions: String,
    },
    /// Messages before those that were told.
    Earlier {
        messages: Vec<Message>,
    },
    /// The files that wait with the draft.
    Files {
        files: DraftFiles,
    },
    /// Another branch is shown, or a reply goes on: all messages that are shown from now on.
    Branch {
        messages: Vec<Message>,
    },
    Manner {
        manner: Manner,
    },
    Instructions {
        instructions: String,
    },
    /// The reply goes round in circles.
    Looping {
        #[cfg_attr(test, ts(type = "number"))]
        message: i64,
    },
    /// A message joined the end of the conversation (the question; then the empty reply, state
    /// "streaming").
    Message {
        message: Message,
    },
    Phase {
        #[cfg_attr(test, ts(type = "number"))]
        message: i64,
        phase: Phase,
    },
    /// Text to append to `thinking` and `text` of the message, once `text` has gone behind `thinking` where it is
    /// `rethought`; counts and times are totals so far.
    Growth {
        #[cfg_attr(test, ts(type = "number"))]
        message: i64,
        rethought: bool,
        thinking: String,
        answer: String,
        thinking_tokens: u32,
        answer_tokens: u32,
        #[cfg_attr(test, ts(type = "number"))]
        thinking_ms: u64,
        #[cfg_attr(test, ts(type = "number"))]
        answer_ms: u64,
    },
    /// The reply's end, once: the message as it stands on disk.
    End {
        message: Message,
    },
    Gone,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct SendRequest {
    /// null starts a new chat.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub(crate) chat: Option<i64>,
    pub(crate) text: String,
    /// Files of the draft, in their order.
    #[cfg_attr(test, ts(type = "number[]"))]
    pub(crate) files: Vec<i64>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct SendResponse {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) chat: i64,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct ChatRequest {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) chat: i64,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct MessageRequest {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) message: i64,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct AgainRequest {
    /// The reply beside which another one is written.
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) message: i64,
    /// The model that writes it and answers from then on; null is the one that answers now.
    pub(crate) model: Option<String>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct InsteadRequest {
    /// The question in whose place this one is asked.
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) message: i64,
    pub(crate) text: String,
    /// Those of its files that this one keeps.
    #[cfg_attr(test, ts(type = "number[]"))]
    pub(crate) files: Vec<i64>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct RenameRequest {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) chat: i64,
    pub(crate) title: String,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct DraftRequest {
    /// null is the draft of the chat that does not exist yet.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub(crate) chat: Option<i64>,
    pub(crate) text: String,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct RememberRequest {
    /// null where no chat is open.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub(crate) chat: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct PinRequest {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) chat: i64,
    pub(crate) pinned: bool,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct ExportRequest {
    /// null for all.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub(crate) chat: Option<i64>,
    /// The name that the file dialog begins with; its end tells the form.
    pub(crate) name: String,
}

/// Markdown of a chat that a copy in HTML waits for; the page knows how to set it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct ToSet {
    /// The copy that waits.
    pub(crate) copy: u32,
    pub(crate) texts: Vec<String>,
}

/// What became of a copy that was begun.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Copying {
    /// Words of it wait for their markup.
    ToSet(ToSet),
    /// It is there.
    Saved {
        /// The end of where: `…/Documents/Sums.md`. Only the shell knows the rest.
        place: String,
    },
}

/// What the page made of a [`ToSet`], markup for each of its texts.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct SetRequest {
    pub(crate) copy: u32,
    pub(crate) markup: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct SearchRequest {
    pub(crate) query: String,
}

/// A chat in which all words were found.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Hit {
    #[cfg_attr(test, ts(type = "number"))]
    chat: i64,
    title: String,
    #[cfg_attr(test, ts(type = "number"))]
    changed_ms: i64,
    /// Messages that have the words; 0 where only the title has them.
    #[cfg_attr(test, ts(type = "number"))]
    count: usize,
    /// The newest of those messages.
    #[cfg_attr(test, ts(type = "number | null"))]
    message: Option<i64>,
    in_thinking: bool,
    /// Name of the file of that message in which the words stand; null where they stand in itself.
    file: Option<String>,
    /// Words around the place, in pieces; those at odd places were searched for.
    snippet: Vec<String>,
}

impl From<chats::Hit> for Hit {
    fn from(hit: chats::Hit) -> Self {
        let (message, in_thinking, file, snippet) = match hit.best {
            Some(best) => {
                let message = Some(best.message.0);
                (message, best.in_thinking, best.in_file, best.snippet)
            }
            None => (None, false, None, Vec::new()),
        };
        Self {
            chat: hit.chat.0,
            title: hit.title,
            changed_ms: hit.changed_ms,
            count: hit.count,
            message,
            in_thinking,
            file,
            snippet,
        }
    }
}

impl From<chats::Message> for Message {
    fn from(message: chats::Message) -> Self {
        let shown = Self {
            id: message.id.0,
            parent: message.parent.map(|parent| parent.0),
            siblings: message.siblings.iter().map(|id| id.0).collect(),
            role: MessageRole::User,
            text: String::new(),
            files: all(message.files),
            thinking: String::new(),
            state: MessageState::Complete,
            failure: None,
            model: String::new(),
            prompt_tokens: 0,
            cached_tokens: 0,
            thinking_tokens: 0,
            answer_tokens: 0,
            thinking_ms: 0,
            answer_ms: 0,
            decode_per_second: 0.0,
            drafted_tokens: 0,
            accepted_tokens: 0,
            closed_by: None,
            left_out: None,
            created_ms: message.created_ms,
        };
        match message.body {
            Body::Question(text) => Self { text, ..shown },
            Body::Reply(reply) => Self {
                role: MessageRole::Assistant,
                state: (&reply.state).into(),
                failure: match reply.state {
                    State::Ended(End::Failed(failure)) => Some(app::Failure::from(failure).into()),
                    _ => None,
                },
                text: reply.answer,
                thinking: reply.thinking,
                model: reply.model,
                prompt_tokens: reply.statistics.map_or(0, |cost| cost.prompt_tokens),
                cached_tokens: reply.statistics.map_or(0, |cost| cost.cached_tokens),
                thinking_tokens: reply.counts.thinking_tokens,
                answer_tokens: reply.counts.answer_tokens,
                thinking_ms: reply.counts.thinking_ms,
                answer_ms: reply.counts.answer_ms,
                decode_per_second: reply.statistics.map_or(0.0, |cost| cost.decode_per_second),
                drafted_tokens: reply.statistics.map_or(0, |cost| cost.drafted_tokens),
                accepted_tokens: reply.statistics.map_or(0, |cost| cost.accepted_tokens),
                closed_by: reply
                    .statistics
                    .and_then(|cost| cost.closed_by)
                    .map(Into::into),
                left_out: reply
                    .statistics
                    .and_then(|cost| cost.left_out)
                    .map(|id| id.0),
                ..shown
            },
        }
    }
}

impl From<chats::Closer> for Closer {
    fn from(closer: chats::Closer) -> Self {
        match closer {
            chats::Closer::Budget => Self::Budget,
            chats::Closer::Asked => Self::Asked,
            chats::Closer::Loop => Self::Loop,
        }
    }
}

impl From<&State> for MessageState {
    fn from(state: &State) -> Self {
        match state {
            State::Streaming => Self::Streaming,
            State::Interrupted => Self::Interrupted,
            State::Ended(End::Complete) => Self::Complete,
            State::Ended(End::Stopped) => Self::Stopped,
            State::Ended(End::Length) => Self::Length,
            State::Ended(End::Failed(_)) => Self::Failed,
        }
    }
}

impl From<app::ChatRow> for ChatRow {
    fn from(row: app::ChatRow) -> Self {
        Self {
            id: row.id.0,
            title: row.title,
            changed_ms: row.changed_ms,
            replying: row.replying,
            failed: row.failed,
            pinned: row.pinned,
            folder: row.folder,
        }
    }
}

impl From<app::Phase> for Phase {
    fn from(phase: app::Phase) -> Self {
        match phase {
            app::Phase::Waiting => Self::Waiting,
            app::Phase::Loading(progress) => Self::Loading { progress },
            app::Phase::Reading(done, total) => Self::Reading { done, total },
            app::Phase::Thinking => Self::Thinking,
            app::Phase::Answering => Self::Answering,
        }
    }
}

impl From<app::ChatEvent> for ChatEvent {
    fn from(event: app::ChatEvent) -> Self {
        match event {
            app::ChatEvent::Snapshot {
                chat,
                messages,
                phase,
                draft,
                files,
                manner,
                instructions,
            } => Self::Snapshot {
                chat: chat.into(),
                messages: all(messages),
                phase: phase.map(Into::into),
                draft,
                files: files.into(),
                manner: manner.into(),
                instructions,
            },
            app::ChatEvent::Earlier(messages) => Self::Earlier {
                messages: all(messages),
            },
            app::ChatEvent::Branch(messages) => Self::Branch {
                messages: all(messages),
            },
            app::ChatEvent::Manner(manner) => Self::Manner {
                manner: manner.into(),
            },
            app::ChatEvent::Files(files) => Self::Files {
                files: files.into(),
            },
            app::ChatEvent::Instructions(instructions) => Self::Instructions { instructions },
            app::ChatEvent::Looping { message } => Self::Looping { message: message.0 },
            app::ChatEvent::Message(message) => Self::Message {
                message: message.into(),
            },
            app::ChatEvent::Phase { message, phase } => Self::Phase {
                message: message.0,
                phase: phase.into(),
            },
            app::ChatEvent::Growth {
                message,
                rethought,
                thinking,
                answer,
                so_far,
            } => Self::Growth {
                message: message.0,
                rethought,
                thinking,
                answer,
                thinking_tokens: so_far.thinking_tokens,
                answer_tokens: so_far.answer_tokens,
                thinking_ms: so_far.thinking_ms,
                answer_ms: so_far.answer_ms,
            },
            app::ChatEvent::End(message) => Self::End {
                message: message.into(),
            },
            app::ChatEvent::Gone => Self::Gone,
        }
    }
}
