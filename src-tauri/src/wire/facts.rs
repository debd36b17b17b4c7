//! Facts of the picker that the page words: names, programs, a short disk, how the machine was seen.

use serde::Serialize;
#[cfg(test)]
use ts_rs::TS;

/// A disk that has too little room for a download.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct DiskShort {
    /// For the download, and what stays free beside it.
    #[cfg_attr(test, ts(type = "number"))]
    needed_bytes: u64,
    #[cfg_attr(test, ts(type = "number"))]
    free_bytes: u64,
}

impl From<app::survey::DiskShort> for DiskShort {
    fn from(short: app::survey::DiskShort) -> Self {
        Self {
            needed_bytes: short.needed_bytes,
            free_bytes: short.free_bytes,
        }
    }
}

/// A program that holds models.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Holder {
    Ollama,
    LmStudio,
    HuggingFace,
}

impl From<app::Holder> for Holder {
    fn from(holder: app::Holder) -> Self {
        match holder {
            app::Holder::Ollama => Self::Ollama,
            app::Holder::LmStudio => Self::LmStudio,
            app::Holder::HuggingFace => Self::HuggingFace,
        }
    }
}

/// What a person should know about how the machine and the catalogue were seen; `said` is in the
/// words of a driver, the engine or a parser.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case", tag = "type")]
pub(crate) enum SurveyNote {
    ProcessorIsSet,
    DriverFailed { said: String },
    GpusUnseen { said: String },
    GpuSupportComing,
    GpuSupportMissing { said: String },
    MeasuredBesideOthers,
    CatalogueLeftOut { path: String, said: String },
    CannotBeLoaded { said: String },
}

impl From<app::Note> for SurveyNote {
    fn from(note: app::Note) -> Self {
        match note {
            app::Note::ProcessorIsSet => Self::ProcessorIsSet,
            app::Note::DriverFailed { said } => Self::DriverFailed { said },
            app::Note::GpusUnseen { said } => Self::GpusUnseen { said },
            app::Note::GpuSupportComing => Self::GpuSupportComing,
            app::Note::GpuSupportMissing { said } => Self::GpuSupportMissing { said },
            app::Note::MeasuredBesideOthers => Self::MeasuredBesideOthers,
            app::Note::CatalogueLeftOut { path, said } => Self::CatalogueLeftOut { path, said },
            app::Note::CannotBeLoaded { said } => Self::CannotBeLoaded { said },
        }
    }
}
