//! Chats, their messages, and what happens in one.

use app::chats::{self, Body, End, State};
use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

use super::{Failure, all};

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
    role: MessageRole,
    /// The question, or the answer without its thinking.
    text: String,
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
    /// Milliseconds since 1970, UTC.
    #[cfg_attr(test, ts(type = "number"))]
    created_ms: i64,
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
    /// Text to append to `thinking` and `text` of the message; counts and times are totals so far.
    Growth {
        #[cfg_attr(test, ts(type = "number"))]
        message: i64,
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

impl From<chats::Message> for Message {
    fn from(message: chats::Message) -> Self {
        let shown = Self {
            id: message.id.0,
            parent: message.parent.map(|parent| parent.0),
            role: MessageRole::User,
            text: String::new(),
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
                ..shown
            },
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
            } => Self::Snapshot {
                chat: chat.into(),
                messages: all(messages),
                phase: phase.map(Into::into),
                draft,
            },
            app::ChatEvent::Message(message) => Self::Message {
                message: message.into(),
            },
            app::ChatEvent::Phase { message, phase } => Self::Phase {
                message: message.0,
                phase: phase.into(),
            },
            app::ChatEvent::Growth {
                message,
                thinking,
                answer,
                so_far,
            } => Self::Growth {
                message: message.0,
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
