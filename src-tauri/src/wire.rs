//! What crosses the bridge to the page, declared once: the page's types are written from these by
//! `cargo test` (ui/src/lib/ipc/wire.ts).
//!
//! Only shapes and the way into them from the app's own types; nothing is decided here.

#[cfg(test)]
mod bindings;
mod drag;
mod survey;

use app::ChatId;
use app::chats::{self, Body, End, State};
use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

pub(crate) use drag::DragEvent;
#[cfg(test)]
pub(crate) use survey::{
    Advice, Benchmark, Candidate, DeviceShare, Estimate, GpuView, Lineage, MachineView, QuantView,
    Verdict,
};
pub(crate) use survey::{Fit, FitRequest, KvType, PatienceRequest, Survey, SurveyRequest, fit_of};

/// Kinds of failure, one where somebody acts on the kind.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Code {
    ModelMissing,
    ModelBroken,
    ModelUnsupported,
    ModelTooBig,
    MachineUnknown,
    EngineMissing,
    EngineMismatch,
    EngineStopped,
    EngineFailed,
    PromptEmpty,
    PromptTooLong,
    Busy,
    Storage,
    StorageNewer,
    NotFound,
    Download,
    DiskFull,
    Stopped,
    LinkRefused,
    Bug,
}

/// What failed on what (`message`), what to do now (`hint`).
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct Failure {
    code: Code,
    message: String,
    hint: Option<String>,
}

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

/// The model that answers: `progress` while it loads.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case", tag = "type")]
pub(crate) enum EngineState {
    Off,
    Loading { progress: f32 },
    Ready { context: u32 },
    Failed { failure: Failure },
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct Model {
    /// "sprout", or the path of a GGUF file.
    id: String,
    name: String,
    /// One line that says what it is, such as "Practice model, sums only".
    about: String,
    /// Size of the weights.
    #[cfg_attr(test, ts(type = "number"))]
    bytes: u64,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct Notice {
    failure: Failure,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(
    rename_all = "snake_case",
    rename_all_fields = "camelCase",
    tag = "type"
)]
pub(crate) enum AppEvent {
    /// Always first. `lastChat` is the chat that was open when the window closed.
    Snapshot {
        version: String,
        chats: Vec<ChatRow>,
        models: Vec<Model>,
        model: String,
        engine: EngineState,
        notices: Vec<Notice>,
        /// What was typed for a chat that does not exist yet.
        draft: String,
        #[cfg_attr(test, ts(type = "number | null"))]
        last_chat: Option<i64>,
        /// True until the first question was ever sent.
        first_run: bool,
    },
    Chats {
        chats: Vec<ChatRow>,
    },
    Model {
        models: Vec<Model>,
        model: String,
    },
    Engine {
        engine: EngineState,
    },
    Notice {
        notice: Notice,
    },
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

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct ModelRequest {
    pub(crate) model: String,
    /// null leaves both to the plan, or to what was set the last time.
    pub(crate) held: Option<HeldRequest>,
}

/// How a model shall be held.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct HeldRequest {
    pub(crate) context: Option<u32>,
    pub(crate) kv: Option<KvType>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct LinkRequest {
    pub(crate) url: String,
}

impl From<app::Code> for Code {
    fn from(code: app::Code) -> Self {
        match code {
            app::Code::ModelMissing => Self::ModelMissing,
            app::Code::ModelBroken => Self::ModelBroken,
            app::Code::ModelUnsupported => Self::ModelUnsupported,
            app::Code::ModelTooBig => Self::ModelTooBig,
            app::Code::MachineUnknown => Self::MachineUnknown,
            app::Code::EngineMissing => Self::EngineMissing,
            app::Code::EngineMismatch => Self::EngineMismatch,
            app::Code::EngineStopped => Self::EngineStopped,
            app::Code::EngineFailed => Self::EngineFailed,
            app::Code::PromptEmpty => Self::PromptEmpty,
            app::Code::PromptTooLong => Self::PromptTooLong,
            app::Code::Busy => Self::Busy,
            app::Code::Storage => Self::Storage,
            app::Code::StorageNewer => Self::StorageNewer,
            app::Code::NotFound => Self::NotFound,
            app::Code::Download => Self::Download,
            app::Code::DiskFull => Self::DiskFull,
            app::Code::Stopped => Self::Stopped,
            app::Code::LinkRefused => Self::LinkRefused,
            app::Code::Bug => Self::Bug,
        }
    }
}

impl From<app::Failure> for Failure {
    fn from(failure: app::Failure) -> Self {
        Self {
            code: failure.code.into(),
            message: failure.message,
            hint: failure.hint,
        }
    }
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

impl From<app::EngineState> for EngineState {
    fn from(state: app::EngineState) -> Self {
        match state {
            app::EngineState::Off => Self::Off,
            app::EngineState::Loading(progress) => Self::Loading { progress },
            app::EngineState::Ready(context) => Self::Ready { context },
            app::EngineState::Failed(failure) => Self::Failed {
                failure: failure.into(),
            },
        }
    }
}

impl From<app::ModelRow> for Model {
    fn from(row: app::ModelRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            about: row.about,
            bytes: row.bytes,
        }
    }
}

impl From<app::Failure> for Notice {
    fn from(failure: app::Failure) -> Self {
        Self {
            failure: failure.into(),
        }
    }
}

impl From<app::AppEvent> for AppEvent {
    fn from(event: app::AppEvent) -> Self {
        match event {
            app::AppEvent::Snapshot(shown) => Self::Snapshot {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                chats: all(shown.chats),
                models: all(shown.models),
                model: shown.model,
                engine: shown.engine.into(),
                notices: all(shown.notices),
                draft: shown.draft,
                last_chat: shown.last_chat.map(|ChatId(id)| id),
                first_run: shown.first_run,
            },
            app::AppEvent::Chats(rows) => Self::Chats { chats: all(rows) },
            app::AppEvent::Model(models, model) => Self::Model {
                models: all(models),
                model,
            },
            app::AppEvent::Engine(engine) => Self::Engine {
                engine: engine.into(),
            },
            app::AppEvent::Notice(failure) => Self::Notice {
                notice: failure.into(),
            },
        }
    }
}

fn all<From, To: std::convert::From<From>>(items: Vec<From>) -> Vec<To> {
    items.into_iter().map(Into::into).collect()
}
