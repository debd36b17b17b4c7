//! What went wrong, as it crosses the bridge.

use serde::Serialize;
#[cfg(test)]
use ts_rs::TS;

use super::cause::Cause;

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
    EngineUnsteady,
    GpuUnsteady,
    EngineFailed,
    PromptEmpty,
    PromptTooLong,
    Busy,
    Storage,
    StorageNewer,
    NotFound,
    Download,
    Unreachable,
    DiskFull,
    Stopped,
    FileRefused,
    LinkRefused,
    Bug,
}

/// What failed on what (`message`), what to do now (`hint`), in English; and the same for any
/// language: its kind, what happened in facts, and what of the message has no other form.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct Failure {
    code: Code,
    message: String,
    hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    cause: Option<Box<Cause>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    detail: Option<String>,
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
            app::Code::EngineUnsteady => Self::EngineUnsteady,
            app::Code::GpuUnsteady => Self::GpuUnsteady,
            app::Code::EngineFailed => Self::EngineFailed,
            app::Code::PromptEmpty => Self::PromptEmpty,
            app::Code::PromptTooLong => Self::PromptTooLong,
            app::Code::Busy => Self::Busy,
            app::Code::Storage => Self::Storage,
            app::Code::StorageNewer => Self::StorageNewer,
            app::Code::NotFound => Self::NotFound,
            app::Code::Download => Self::Download,
            app::Code::Unreachable => Self::Unreachable,
            app::Code::DiskFull => Self::DiskFull,
            app::Code::Stopped => Self::Stopped,
            app::Code::FileRefused => Self::FileRefused,
            app::Code::LinkRefused => Self::LinkRefused,
            app::Code::Bug => Self::Bug,
        }
    }
}

impl From<app::Failure> for Failure {
    fn from(failure: app::Failure) -> Self {
        Self {
            code: failure.code.into(),
            detail: failure.left_to_say().map(str::to_owned),
            cause: failure.cause.map(|cause| Box::new((*cause).into())),
            message: failure.message,
            hint: failure.hint,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;

    #[test]
    fn facts_go_over_the_bridge_and_words_only_where_nothing_else_tells() {
        let told = |failure: app::Failure| serde_json::to_value(Failure::from(failure)).unwrap();
        let plain = app::Failure::new(app::Code::EngineFailed, "llama.cpp gave up");
        assert_eq!(told(plain)["detail"], "llama.cpp gave up");
        let known = app::Failure::new(app::Code::Busy, "a reply is being written");
        assert_eq!(told(known).get("detail"), None);
        let cause = app::Cause::NeedsDisk {
            file: "R1.gguf".to_owned(),
            needed_bytes: 3,
            free_bytes: 2,
        };
        let full = app::Failure::new(app::Code::DiskFull, "`R1.gguf` needs 3 B").cause(cause);
        let full = told(full);
        assert_eq!(full.get("detail"), None, "the facts tell it all");
        assert_eq!(
            full["cause"],
            serde_json::json!({
                "type": "needs_disk", "file": "R1.gguf", "neededBytes": 3, "freeBytes": 2
            })
        );
        let path = "/x".to_owned();
        let unwritten = app::Failure::new(app::Code::Storage, "`/x` cannot be written: no")
            .cause(app::Cause::Unwritable { path })
            .detail("no");
        assert_eq!(told(unwritten)["detail"], "no");
    }
}
