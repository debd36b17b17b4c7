//! Finds and loads ggml's backends: one library per CPU variant, of which ggml picks the best that
//! this processor runs, and, once something asks for GPUs, those that drive them.
//!
//! Only ever from a folder that belongs to this program. ggml's own search would also look into the
//! current directory, where anybody may have put a library.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once, PoisonError};

use engine::GPU_FOLDER;
use engine::message::{Failure, FailureCode};
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::{LlamaBackendDeviceType, list_llama_ggml_backend_devices};

use crate::llama;

/// Which of the processor's libraries was taken: `haswell` of `libggml-cpu-haswell.so`.
static VARIANT: Mutex<Option<String>> = Mutex::new(None);

/// Takes a line of the log into account, if it tells which library was loaded for the processor;
/// ggml says that nowhere else.
pub(crate) fn hear(line: &str) {
    if let Some(variant) = variant(line) {
        *VARIANT.lock().unwrap_or_else(PoisonError::into_inner) = Some(variant.to_owned());
    }
}

/// The variant out of a line like
/// `load_backend: loaded CPU backend from /usr/lib/spud/libggml-cpu-haswell.so`.
fn variant(line: &str) -> Option<&str> {
    let (_, path) = line.trim_end().split_once("loaded CPU backend from ")?;
    let name = path.rsplit(['/', '\\']).next()?;
    let (_, variant) = name.split_once("ggml-cpu-")?;
    let variant = variant.split('.').next()?;
    (!variant.is_empty()).then_some(variant)
}

/// Loads the CPU's backend and starts llama.cpp, once per process: a load that was stopped or
/// refused may be followed by another.
pub(crate) fn load() -> Result<LlamaBackend, String> {
    llama::listen_to_log();
    if let Some(place) = Place::of_this_program() {
        kernels::load_from(&place.processor);
    }
    let backend =
        LlamaBackend::init().map_err(|error| format!("llama.cpp does not start: {error}"))?;
    let processor = LlamaBackendDeviceType::Cpu;
    let devices = list_llama_ggml_backend_devices();
    // A build for one machine that came to another.
    if !devices.iter().any(|device| device.device_type == processor) {
        return Err(
            "there is no code for this processor in this build of Spud; \
            build it here with SPUD_VARIANTS=all set"
                .to_owned(),
        );
    }
    Ok(backend)
}

/// Loads what drives GPUs, where it is there and the system has the drivers that it needs; ggml
/// passes over a library that does not load. Not done before somebody asks for GPUs: a driver may
/// crash as soon as it is looked at, and a model on the processor must not die of that.
pub(crate) fn load_gpus() {
    static LOADED: Once = Once::new();
    LOADED.call_once(|| {
        if let Some(place) = Place::of_this_program() {
            kernels::load_from(&place.gpus);
        }
    });
}

/// Folders that hold this program, its libraries and its backends.
#[cfg(target_os = "linux")]
pub(crate) fn folders() -> Vec<PathBuf> {
    let program = std::env::current_exe().ok();
    let home = program.and_then(|program| Some(program.parent()?.to_owned()));
    let place = Place::of_this_program();
    let backends = place
        .into_iter()
        .flat_map(|place| [place.processor, place.gpus]);
    home.into_iter().chain(backends).collect()
}

/// Folders of this program that hold backends.
struct Place {
    /// Those for the processor.
    processor: PathBuf,
    /// Those for GPUs; need not exist.
    gpus: PathBuf,
}

impl Place {
    /// Once installed the processor's lie beside the program, and `backends` beside it holds the
    /// GPUs'. In `target/debug` the processor's are where the build left them, which counts only if
    /// that is below the program's own folder; then, and only then, `target/backends` is ours too:
    /// `./run` puts the GPUs' there.
    fn of_this_program() -> Option<Self> {
        let program = std::env::current_exe().ok()?;
        let home = program.parent()?.canonicalize().ok()?;
        let installed = std::fs::read_dir(&home).ok()?.flatten().any(|entry| {
            let name = entry.file_name();
            name.to_str().is_some_and(|name| name.contains("ggml-cpu"))
        });
        if installed {
            let gpus = home.join(GPU_FOLDER);
            let processor = home;
            return Some(Self { processor, gpus });
        }
        let processor = Path::new(kernels::BUILT_IN).canonicalize().ok()?;
        processor.starts_with(&home).then_some(())?;
        let gpus = home.parent()?.join(GPU_FOLDER);
        Some(Self { processor, gpus })
    }
}

/// What computes a model that is put on these GPUs, in the backends' words: they, else the CPU
/// variant.
pub(crate) fn device(gpus: &[String]) -> String {
    let devices = list_llama_ggml_backend_devices();
    let chosen: Vec<&str> = devices
        .iter()
        .filter(|device| gpus.contains(&device.name))
        .map(|device| device.description.as_str())
        .collect();
    if !chosen.is_empty() {
        return chosen.join(" + ");
    }
    let processor = devices
        .iter()
        .find(|device| device.device_type == LlamaBackendDeviceType::Cpu);
    let Some(processor) = processor else {
        return "none".to_owned();
    };
    let variant = VARIANT.lock().unwrap_or_else(PoisonError::into_inner);
    match variant.as_deref() {
        Some(variant) => format!("{}, with code for `{variant}`", processor.description),
        None => processor.description.clone(),
    }
}

/// The places of these GPUs in ggml's list of devices; one that is no longer there is an error.
pub(crate) fn places(gpus: &[String]) -> Result<Vec<usize>, Failure> {
    let devices = list_llama_ggml_backend_devices();
    let place = |name: &String| {
        let found = devices.iter().find(|device| device.name == *name);
        found.map(|device| device.index).ok_or_else(|| {
            let message = format!("the GPU `{name}` is no longer there");
            Failure::new(FailureCode::GpuGone, message)
        })
    };
    gpus.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::variant;

    #[test]
    fn the_variant_is_told_by_the_librarys_name() {
        let said = |path: &str| {
            variant(&format!("load_backend: loaded CPU backend from {path}\n")).map(str::to_owned)
        };
        assert_eq!(
            said("/usr/lib/spud/libggml-cpu-sse42.so").as_deref(),
            Some("sse42")
        );
        assert_eq!(
            said(r"C:\Spud\ggml-cpu-haswell.dll").as_deref(),
            Some("haswell")
        );
        assert_eq!(said("/opt/ggml-cpu-old/libggml-cpu.so"), None);
        assert_eq!(
            variant("load_backend: loaded Vulkan backend from /a/libggml-vulkan.so"),
            None
        );
    }
}
