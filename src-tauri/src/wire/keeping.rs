//! What is set once and kept: folders, instructions and presets, deleted chats, the product's own
//! settings.

use std::path::PathBuf;

use app::chats::{DeletedRow, RemovedRow};
use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

use super::Manner;

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct FolderRequest {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) chat: i64,
    /// null takes it out of its folder.
    pub(crate) folder: Option<String>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct InstructionsRequest {
    /// null is the chats to come.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub(crate) chat: Option<i64>,
    pub(crate) text: String,
}

/// Instructions and a manner under a name.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct Preset {
    pub(crate) name: String,
    pub(crate) instructions: String,
    pub(crate) manner: Manner,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct PresetRequest {
    pub(crate) preset: Preset,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct PresetName {
    pub(crate) name: String,
}

/// A chat that was deleted and can come back.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeletedChat {
    #[cfg_attr(test, ts(type = "number"))]
    id: i64,
    title: String,
    /// Milliseconds since 1970, UTC.
    #[cfg_attr(test, ts(type = "number"))]
    deleted_ms: i64,
}

/// A question that was taken out of its chat with what followed it, and can come back.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeletedMessage {
    #[cfg_attr(test, ts(type = "number"))]
    id: i64,
    #[cfg_attr(test, ts(type = "number"))]
    chat: i64,
    /// The title of its chat.
    title: String,
    /// How it begins, on one line.
    words: String,
    /// Milliseconds since 1970, UTC.
    #[cfg_attr(test, ts(type = "number"))]
    deleted_ms: i64,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct EraseRequest {
    #[cfg_attr(test, ts(type = "number[]"))]
    pub(crate) chats: Vec<i64>,
}

/// What is kept of an engine that stopped by itself.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct CrashReport {
    name: String,
    /// Milliseconds since 1970, UTC.
    #[cfg_attr(test, ts(type = "number"))]
    at_ms: i64,
    /// In English, in one sentence.
    what: String,
    text: String,
}

impl From<app::CrashReport> for CrashReport {
    fn from(report: app::CrashReport) -> Self {
        Self {
            name: report.name,
            at_ms: report.at_ms,
            what: report.what,
            text: report.text,
        }
    }
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct CrashReportName {
    pub(crate) name: String,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Theme {
    System,
    Light,
    Dark,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Width {
    Comfortable,
    Wide,
    Full,
}

/// What computes: whatever the plan chooses, or the processor alone.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Device {
    Best,
    Processor,
}

/// What is set about the product itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Preferences {
    /// The tag of a language of the page; empty follows the system.
    language: String,
    theme: Theme,
    /// Size of text in percent of the usual.
    text_percent: u32,
    width: Width,
    /// The list of chats is hidden where there is room for it.
    list_folded: bool,
    /// null is by the machine's cores.
    threads: Option<u32>,
    device: Device,
    /// Minutes without a reply after which the model leaves the memory; 0 never.
    idle_minutes: u32,
    gentle_on_battery: bool,
    /// Days after which deleted chats are erased; 0 never.
    trash_days: u32,
    /// Where models are; null is the folder for data.
    models: Option<String>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct PreferencesRequest {
    pub(crate) preferences: Preferences,
}

/// A copy of all chats.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct Backup {
    name: String,
    #[cfg_attr(test, ts(type = "number"))]
    bytes: u64,
}

/// Where the user's words are.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct DataView {
    folder: String,
    models_folder: String,
    /// Threads that compute where nothing is set.
    usual_threads: u32,
    most_threads: u32,
    #[cfg_attr(test, ts(type = "number"))]
    chats_bytes: u64,
    /// The newest first.
    backups: Vec<Backup>,
    /// null on systems where nothing is to choose about it.
    drawing: Option<Drawing>,
}

/// How the window is drawn.
#[derive(Debug, Clone, Copy, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and any of them goes with any other"
)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Drawing {
    /// In safe mode, without the graphics card.
    pub(crate) safe: bool,
    /// The same for the next start.
    pub(crate) next: bool,
    /// A person chose that.
    pub(crate) chosen: bool,
    /// There is a graphics card that can draw it.
    pub(crate) gpu: bool,
    /// A variable of the environment decides, whatever is chosen here.
    pub(crate) set_outside: bool,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct SafeModeRequest {
    pub(crate) safe: bool,
}

impl DataView {
    pub(crate) fn of(data: app::Data, drawing: Option<Drawing>) -> Self {
        Self {
            folder: data.folder.display().to_string(),
            models_folder: data.models.display().to_string(),
            usual_threads: data.usual_threads,
            most_threads: data.most_threads,
            chats_bytes: data.chats_bytes,
            backups: data
                .backups
                .into_iter()
                .map(|(name, bytes)| Backup { name, bytes })
                .collect(),
            drawing,
        }
    }
}

impl From<DeletedRow> for DeletedChat {
    fn from(row: DeletedRow) -> Self {
        Self {
            id: row.id.0,
            title: row.title,
            deleted_ms: row.deleted_ms,
        }
    }
}

impl From<RemovedRow> for DeletedMessage {
    fn from(row: RemovedRow) -> Self {
        Self {
            id: row.id.0,
            chat: row.chat.0,
            title: row.title,
            words: row.words,
            deleted_ms: row.removed_ms,
        }
    }
}

impl From<app::Preset> for Preset {
    fn from(preset: app::Preset) -> Self {
        Self {
            name: preset.name,
            instructions: preset.instructions,
            manner: preset.manner.into(),
        }
    }
}

impl From<Preset> for app::Preset {
    fn from(preset: Preset) -> Self {
        Self {
            name: preset.name,
            instructions: preset.instructions,
            manner: preset.manner.into(),
        }
    }
}

impl From<app::Preferences> for Preferences {
    fn from(set: app::Preferences) -> Self {
        Self {
            language: set.language,
            theme: match set.theme {
                app::Theme::System => Theme::System,
                app::Theme::Light => Theme::Light,
                app::Theme::Dark => Theme::Dark,
            },
            text_percent: set.text_percent,
            width: match set.width {
                app::Width::Comfortable => Width::Comfortable,
                app::Width::Wide => Width::Wide,
                app::Width::Full => Width::Full,
            },
            list_folded: set.list_folded,
            threads: set.threads,
            device: match set.device {
                app::Device::Best => Device::Best,
                app::Device::Processor => Device::Processor,
            },
            idle_minutes: set.idle_minutes,
            gentle_on_battery: set.gentle_on_battery,
            trash_days: set.trash_days,
            models: set.models.map(|folder| folder.display().to_string()),
        }
    }
}

impl From<Preferences> for app::Preferences {
    fn from(set: Preferences) -> Self {
        Self {
            language: set.language,
            theme: match set.theme {
                Theme::System => app::Theme::System,
                Theme::Light => app::Theme::Light,
                Theme::Dark => app::Theme::Dark,
            },
            text_percent: set.text_percent,
            width: match set.width {
                Width::Comfortable => app::Width::Comfortable,
                Width::Wide => app::Width::Wide,
                Width::Full => app::Width::Full,
            },
            list_folded: set.list_folded,
            threads: set.threads,
            device: match set.device {
                Device::Best => app::Device::Best,
                Device::Processor => app::Device::Processor,
            },
            idle_minutes: set.idle_minutes,
            gentle_on_battery: set.gentle_on_battery,
            trash_days: set.trash_days,
            models: set.models.map(PathBuf::from),
        }
    }
}
