//! Finds and loads ggml's backends: one library per CPU variant, of which ggml picks the best that
//! this processor runs.
//!
//! Only ever from a folder that belongs to this program. ggml's own search would also look into the
//! current directory, where anybody may have put a library.

use std::path::{Path, PathBuf};

use llama_cpp_2::llama_backend::{LlamaBackend, load_backends_from_path};
use llama_cpp_2::{LlamaBackendDeviceType, list_llama_ggml_backend_devices};

use crate::llama;

/// Loads all backends and starts llama.cpp, once per process: a load that was stopped or refused
/// may be followed by another.
pub(crate) fn load() -> Result<LlamaBackend, String> {
    llama::listen_to_log();
    if let Some(folder) = folder() {
        load_backends_from_path(&folder);
    }
    LlamaBackend::init().map_err(|error| format!("llama.cpp does not start: {error}"))
}

/// Beside this program once installed; while it lives in `target/`, where the build left them, and
/// only if that is below this program's own folder.
fn folder() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let home = program.parent()?.canonicalize().ok()?;
    let beside = std::fs::read_dir(&home).ok()?.flatten().any(|entry| {
        entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.contains("ggml-cpu"))
    });
    if beside {
        return Some(home);
    }
    let built = Path::new(env!("SPUD_BUILD_BACKENDS")).canonicalize().ok()?;
    built.starts_with(&home).then_some(built)
}

/// What computes, in the backend's words.
pub(crate) fn device() -> String {
    let devices = list_llama_ggml_backend_devices();
    let gpu = |kind: &LlamaBackendDeviceType| {
        matches!(
            kind,
            LlamaBackendDeviceType::Gpu | LlamaBackendDeviceType::IntegratedGpu
        )
    };
    let device = devices
        .iter()
        .find(|device| gpu(&device.device_type))
        .or(devices.first());
    device.map_or_else(|| "none".to_owned(), |device| device.description.clone())
}
