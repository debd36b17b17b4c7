//! How a model's weights come into memory: llama.cpp's own loader with the parameters that the safe
//! crate does not hand through.

use std::ffi::{CStr, CString, c_void};
use std::path::{Path, PathBuf};
use std::ptr;

use llama_cpp_2::model::LlamaModel;
use llama_cpp_sys_2 as sys;

use super::c_path;

/// What is loaded, and how.
pub(crate) struct Weights<'a> {
    /// The GGUF file, or the first part of a split set.
    pub(crate) path: &'a Path,
    pub(crate) way: Way,
    /// Places in ggml's list of devices of the GPUs to use.
    pub(crate) gpus: &'a [usize],
    /// Layers on them, as llama.cpp counts.
    pub(crate) gpu_layers: u32,
    /// Names of the tensors that stay in the machine's memory whatever the layers say.
    pub(crate) stay: Option<CString>,
    /// Whether the layer that predicts further tokens is loaded too.
    pub(crate) predicts: bool,
}

/// How the bytes come from the file into memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Read into memory of the process.
    Read,
    /// Mapped, and what suits this processor better in another order is copied in that order. The
    /// caller gives back what was copied ([`super::mapping`]), else it is held twice.
    Mapped,
    /// Mapped and computed with as it lies in the file: what does not fit in memory is read again
    /// whenever it is needed, and must not be copied into memory that cannot be taken back.
    AsItLies,
}

/// Loads them. `progress` is told the part that is in memory, from 0 to 1, and ends the load by
/// returning false. `None` where that failed or was ended; the log says why.
pub(crate) fn load(
    weights: &Weights,
    mut progress: &mut dyn FnMut(f32) -> bool,
) -> Option<LlamaModel> {
    let path = c_path(weights.path)?;
    // SAFETY: looks into a list that ggml keeps for the life of the process, and gives null for a
    // place that is not in it.
    let device = |place: &usize| unsafe {
        (*place < sys::ggml_backend_dev_count()).then(|| sys::ggml_backend_dev_get(*place))
    };
    let mut devices: Vec<_> = weights.gpus.iter().filter_map(device).collect();
    devices.push(ptr::null_mut());
    let mut stays = Vec::new();
    if let Some(pattern) = &weights.stay {
        stays.push(sys::llama_model_tensor_buft_override {
            pattern: pattern.as_ptr(),
            // SAFETY: returns a pointer that is good for the life of the process.
            buft: unsafe { sys::ggml_backend_cpu_buffer_type() },
        });
    }
    stays.push(sys::llama_model_tensor_buft_override {
        pattern: ptr::null(),
        buft: ptr::null_mut(),
    });
    // SAFETY: returns a plain struct.
    let mut params = unsafe { sys::llama_model_default_params() };
    params.devices = devices.as_mut_ptr();
    params.tensor_buft_overrides = stays.as_ptr();
    params.n_gpu_layers = i32::try_from(weights.gpu_layers).unwrap_or(i32::MAX);
    params.load_mode = match weights.way {
        Way::Read => sys::LLAMA_LOAD_MODE_NONE,
        Way::Mapped | Way::AsItLies => sys::LLAMA_LOAD_MODE_MMAP,
    };
    params.use_extra_bufts = weights.way != Way::AsItLies;
    params.load_mtp = weights.predicts;
    params.progress_callback = Some(tell);
    params.progress_callback_user_data = ptr::from_mut(&mut progress).cast();
    // SAFETY: the path ends with NUL, both lists end with null, and they, the pattern and the
    // callback with its data live until the call returns; it keeps none of them.
    let model = unsafe { sys::llama_model_load_from_file(path.as_ptr(), params) };
    const { assert!(size_of::<Option<LlamaModel>>() == size_of::<*mut sys::llama_model>()) }
    // SAFETY: as in `pointer_of`, and a null pointer is the `None` of a type over `NonNull`; the
    // model is freed once, by the drop of what is made here.
    unsafe { std::mem::transmute::<*mut sys::llama_model, Option<LlamaModel>>(model) }
}

/// Bytes of the tensors that are in memory of a model that was loaded from these files.
pub(crate) fn bytes(model: &LlamaModel, files: &[PathBuf], predicts: bool) -> u64 {
    let model = super::pointer_of(model);
    // SAFETY: the model is alive.
    let (all, layers, more) = unsafe {
        (
            sys::llama_model_size(model),
            sys::llama_model_n_layer(model),
            sys::llama_model_n_layer_nextn(model),
        )
    };
    if predicts || more == 0 {
        return all;
    }
    // llama.cpp counts them, and leaves them in the file.
    let skipped: u64 = (layers..layers + more)
        .map(|layer| format!("blk.{layer}."))
        .map(|layer| files.iter().map(|file| bytes_of(file, &layer)).sum::<u64>())
        .sum();
    all.saturating_sub(skipped)
}

/// Bytes of the tensors in a file whose names begin so.
fn bytes_of(file: &Path, name: &str) -> u64 {
    let Some(path) = c_path(file) else {
        return 0;
    };
    let params = sys::gguf_init_params {
        no_alloc: true,
        ctx: ptr::null_mut(),
    };
    // SAFETY: the path ends with NUL; the header is read, looked at while it is alive, and freed once.
    // llama.cpp has read it before with this very call, and refused the model where it was broken.
    unsafe {
        let header = sys::gguf_init_from_file(path.as_ptr(), params);
        if header.is_null() {
            return 0;
        }
        let bytes = (0..sys::gguf_get_n_tensors(header))
            .filter(|at| {
                CStr::from_ptr(sys::gguf_get_tensor_name(header, *at))
                    .to_bytes()
                    .starts_with(name.as_bytes())
            })
            .map(|at| sys::gguf_get_tensor_size(header, at) as u64)
            .sum();
        sys::gguf_free(header);
        bytes
    }
}

unsafe extern "C" fn tell(part: f32, progress: *mut c_void) -> bool {
    // SAFETY: `load` passes a pointer to its reference, which lives until llama.cpp's loader returns,
    // and the loader calls from one thread.
    let progress = unsafe { &mut *progress.cast::<&mut dyn FnMut(f32) -> bool>() };
    progress(part)
}
