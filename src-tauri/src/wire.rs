//! What crosses the bridge to the page, declared once: the page's types are written from these by
//! `cargo test` (ui/src/lib/ipc/wire.ts).
//!
//! Only shapes and the way into them from the app's own types; nothing is decided here.

mod arrivals;
#[cfg(test)]
mod bindings;
mod cause;
mod chat;
mod drag;
mod facts;
mod failure;
mod files;
mod hub;
mod keeping;
mod kin;
mod manner;
mod remark;
mod shelf;
mod survey;

use app::ChatId;
use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

#[cfg(test)]
pub(crate) use arrivals::{Arrival, Fate, LeftOut, PassedOver, Refusal};
pub(crate) use arrivals::{Arriving, ImportRequest, TakenIn};
#[cfg(test)]
pub(crate) use cause::{Cause, Setback, Whole};
pub(crate) use chat::{
    AgainRequest, ChatEvent, ChatRequest, ChatRow, Copying, DraftRequest, ExportRequest, Hit,
    InsteadRequest, MessageRequest, PinRequest, RememberRequest, RenameRequest, SearchRequest,
    SendRequest, SendResponse, SetRequest, ToSet,
};
#[cfg(test)]
pub(crate) use chat::{Closer, Message, MessageRole, MessageState, Phase};
pub(crate) use drag::DragEvent;
#[cfg(test)]
pub(crate) use drag::Held;
#[cfg(test)]
pub(crate) use facts::{DiskShort, Holder, SurveyNote};
#[cfg(test)]
pub(crate) use failure::Code;
pub(crate) use failure::Failure;
#[cfg(test)]
pub(crate) use files::Reading;
pub(crate) use files::{
    AttachRequest, Attached, DraftFiles, FileRequest, FileText, LettersRequest, ReadingRequest,
    WeighRequest, Weight, asked,
};
#[cfg(test)]
pub(crate) use hub::Offer;
pub(crate) use hub::{
    AgreementRequest, HubRequest, HubView, OfferRequest, TokenPlace, TokenRequest,
};
#[cfg(test)]
pub(crate) use keeping::{Backup, Device, Theme, Width};
pub(crate) use keeping::{
    CrashReport, CrashReportName, DataView, DeletedChat, DeletedMessage, Drawing, EraseRequest,
    FolderRequest, InstructionsRequest, Preferences, PreferencesRequest, Preset, PresetName,
    PresetRequest, SafeModeRequest,
};
#[cfg(test)]
pub(crate) use kin::Kin;
pub(crate) use kin::Stranger;
#[cfg(test)]
pub(crate) use manner::Taste;
pub(crate) use manner::{Manner, MannerRequest};
#[cfg(test)]
pub(crate) use remark::Part;
pub(crate) use remark::Remark;
#[cfg(test)]
pub(crate) use shelf::{Closing, Connection, Doing, DownloadState, Purpose};
pub(crate) use shelf::{
    Connections, ConnectionsRequest, Download, DownloadKey, DownloadRequest, LeaveRequest, Network,
    NetworkRequest, Removal,
};
#[cfg(test)]
pub(crate) use survey::{
    Advice, Benchmark, Candidate, DeviceShare, Estimate, FitWhy, GpuView, Lineage, MachineView,
    QuantView, Verdict,
};
pub(crate) use survey::{Fit, FitRequest, KvType, PatienceRequest, Survey, SurveyRequest, fit_of};

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
    about: ModelAbout,
    /// Size of the weights.
    #[cfg_attr(test, ts(type = "number"))]
    bytes: u64,
    /// What it is where it is no R1.
    stranger: Option<Stranger>,
}

/// What is known of a model beyond its name and size.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(
    rename_all = "snake_case",
    rename_all_fields = "camelCase",
    tag = "type"
)]
pub(crate) enum ModelAbout {
    Sprout,
    Gone,
    Unread,
    /// How it would be held, as when it was last looked at.
    Planned {
        context: u32,
        #[cfg_attr(test, ts(type = "number"))]
        needed_bytes: u64,
    },
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
#[expect(clippy::large_enum_variant, reason = "told once for each window")]
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
        /// The files that wait with it.
        files: DraftFiles,
        #[cfg_attr(test, ts(type = "number | null"))]
        last_chat: Option<i64>,
        /// True until the first question was ever sent.
        first_run: bool,
        downloads: Vec<Download>,
        network: Network,
        /// How replies of the next chat think.
        manner: Manner,
        /// What is said to the model in chats to come.
        instructions: String,
        presets: Vec<Preset>,
        preferences: Preferences,
        /// Fewer threads compute, since a battery feeds the machine.
        gentle: bool,
    },
    /// Further rows of the list, behind those that were told.
    Older {
        chats: Vec<ChatRow>,
    },
    /// A chat joined the list or changed in it.
    Row {
        row: ChatRow,
    },
    /// A chat left the list.
    RowGone {
        #[cfg_attr(test, ts(type = "number"))]
        chat: i64,
    },
    /// The whole list.
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
    /// All of them, in their order.
    Downloads {
        downloads: Vec<Download>,
    },
    Manner {
        manner: Manner,
    },
    /// The files that wait with the draft of the chat that does not exist yet.
    Files {
        files: DraftFiles,
    },
    Instructions {
        instructions: String,
    },
    Presets {
        presets: Vec<Preset>,
    },
    Preferences {
        preferences: Preferences,
    },
    Gentle {
        gentle: bool,
    },
    Network {
        network: Network,
    },
    /// How far the import of chats has come, now and then; null once it is over.
    Arriving {
        arriving: Option<Arriving>,
    },
    /// The window was asked to close while a download is at work; `leave` answers.
    Leaving,
    Notice {
        notice: Notice,
    },
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

impl From<app::AboutModel> for ModelAbout {
    fn from(about: app::AboutModel) -> Self {
        match about {
            app::AboutModel::Sprout => Self::Sprout,
            app::AboutModel::Gone => Self::Gone,
            app::AboutModel::Unread => Self::Unread,
            app::AboutModel::Planned {
                context,
                needed_bytes,
            } => Self::Planned {
                context,
                needed_bytes,
            },
        }
    }
}

impl From<app::ModelRow> for Model {
    fn from(row: app::ModelRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            about: row.about.into(),
            bytes: row.bytes,
            stranger: row.stranger.map(Into::into),
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
                files: shown.files.into(),
                last_chat: shown.last_chat.map(|ChatId(id)| id),
                first_run: shown.first_run,
                downloads: all(shown.downloads),
                network: shown.network.into(),
                manner: shown.manner.into(),
                instructions: shown.instructions,
                presets: all(shown.presets),
                preferences: shown.preferences.into(),
                gentle: shown.gentle,
            },
            app::AppEvent::Older(rows) => Self::Older { chats: all(rows) },
            app::AppEvent::Row(row) => Self::Row { row: row.into() },
            app::AppEvent::RowGone(ChatId(chat)) => Self::RowGone { chat },
            app::AppEvent::Chats(rows) => Self::Chats { chats: all(rows) },
            app::AppEvent::Model(models, model) => Self::Model {
                models: all(models),
                model,
            },
            app::AppEvent::Engine(engine) => Self::Engine {
                engine: engine.into(),
            },
            app::AppEvent::Downloads(rows) => Self::Downloads {
                downloads: all(rows),
            },
            app::AppEvent::Manner(manner) => Self::Manner {
                manner: manner.into(),
            },
            app::AppEvent::Files(files) => Self::Files {
                files: files.into(),
            },
            app::AppEvent::Instructions(instructions) => Self::Instructions { instructions },
            app::AppEvent::Presets(presets) => Self::Presets {
                presets: all(presets),
            },
            app::AppEvent::Preferences(set) => Self::Preferences {
                preferences: (*set).into(),
            },
            app::AppEvent::Gentle(gentle) => Self::Gentle { gentle },
            app::AppEvent::Network(network) => Self::Network {
                network: network.into(),
            },
            app::AppEvent::Arriving(arriving) => Self::Arriving {
                arriving: arriving.map(Into::into),
            },
            app::AppEvent::Leaving => Self::Leaving,
            app::AppEvent::Notice(failure) => Self::Notice {
                notice: failure.into(),
            },
        }
    }
}

fn all<From, To: std::convert::From<From>>(items: Vec<From>) -> Vec<To> {
    items.into_iter().map(Into::into).collect()
}
