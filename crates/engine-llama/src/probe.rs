//! What can compute here, and how fast it does what a model needs most: the product of quantised
//! weights with one row (decoding) and with a batch of rows (reading a prompt).
//!
//! Measured with ggml's own kernels on weights that no cache holds, in the kind of memory where
//! llama.cpp would put them. Not here: what follows for a model (`fit`).

#![expect(
    unsafe_code,
    reason = "ggml's C interface; the safe crate does not offer its graphs"
)]

use std::ffi::{CStr, c_char, c_void};
use std::ptr::{self, NonNull};
use std::time::{Duration, Instant};

use engine::message::{Device, DeviceKind, Measured, Probe};
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_sys_2 as sys;

use crate::llama::procedures;

/// Rows and columns of one matrix, about those of a layer of the 8B.
const SIDE: i64 = 4096;

/// Bytes of one matrix in `Q4_K`: 144 for 256 values.
const MATRIX_BYTES: u64 = 4096 * 4096 / 256 * 144;

/// Matrices that one row is multiplied with in turn: 180 MiB, more than a processor's caches.
const MATRICES: u64 = 20;

/// The same for a GPU with memory of its own, 576 MiB: its caches are larger, and it must be busy
/// for long against the time that starting it takes.
const MATRICES_OF_GPU: u64 = 64;

/// The part of a device's free memory that may be taken.
const MEMORY_PART: u64 = 4;

/// Matrices that a whole batch is multiplied with; enough for a processor to take its time.
const BATCH_MATRICES: u64 = 1;

/// The same for a GPU with memory of its own.
const BATCH_MATRICES_OF_GPU: u64 = 8;

/// Rows of a batch, as the product reads prompts.
const BATCH: i64 = 256;

/// Time for each of the figures.
const TIME: Duration = Duration::from_millis(300);

/// A device whose first run takes longer is not run again: what was compiled during it, which is
/// the reason not to count a first run, then matters little.
const SLOW: Duration = Duration::from_secs(1);

/// Lists everything that computes and whose library is loaded.
pub(crate) fn devices(_loaded: &LlamaBackend, probe: Probe) -> Vec<Device> {
    // SAFETY: backends are loaded, which `_loaded` shows; the list does not change afterwards.
    let count = unsafe { sys::ggml_backend_dev_count() };
    (0..count)
        .filter_map(|place| {
            // SAFETY: the place is within the list; devices live as long as the process.
            let device = unsafe { sys::ggml_backend_dev_get(place) };
            let mut known = describe(device)?;
            if probe.measure {
                let bench = Bench::new(device, &known, probe.threads);
                known.measured = bench.and_then(|bench| bench.run());
            }
            Some(known)
        })
        .collect()
}

/// What a device says of itself; none for those that only help the processor.
fn describe(device: sys::ggml_backend_dev_t) -> Option<Device> {
    let (mut free, mut total) = (0, 0);
    // SAFETY: the device is one of ggml's list, and all it returns are strings of its own that
    // end with NUL and live as long as it.
    let (name, description, backend, kind) = unsafe {
        sys::ggml_backend_dev_memory(device, &raw mut free, &raw mut total);
        let registry = sys::ggml_backend_dev_backend_reg(device);
        (
            text(sys::ggml_backend_dev_name(device)),
            text(sys::ggml_backend_dev_description(device)),
            text(sys::ggml_backend_reg_name(registry)),
            sys::ggml_backend_dev_type(device),
        )
    };
    let software = ["llvmpipe", "lavapipe", "SwiftShader"];
    let kind = match kind {
        sys::GGML_BACKEND_DEVICE_TYPE_CPU => DeviceKind::Processor,
        sys::GGML_BACKEND_DEVICE_TYPE_GPU | sys::GGML_BACKEND_DEVICE_TYPE_IGPU
            if software.iter().any(|name| description.contains(name)) =>
        {
            DeviceKind::Software
        }
        sys::GGML_BACKEND_DEVICE_TYPE_GPU => DeviceKind::Discrete,
        sys::GGML_BACKEND_DEVICE_TYPE_IGPU => DeviceKind::Integrated,
        _ => return None,
    };
    Some(Device {
        name,
        description,
        backend,
        kind,
        total_bytes: total as u64,
        // A driver's budget less what is used: below zero it wraps around.
        free_bytes: if free > total { 0 } else { free as u64 },
        measured: None,
    })
}

/// # Safety
/// Null, or a string that ends with NUL.
unsafe fn text(pointer: *const c_char) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(pointer) }
        .to_string_lossy()
        .into_owned()
}

/// A device with matrices to multiply; everything is freed when it goes.
struct Bench {
    device: sys::ggml_backend_dev_t,
    backend: sys::ggml_backend_t,
    /// Of the processor; a GPU has its own.
    threads: Option<u32>,
    /// Where tensors are described, their data being in `buffers`.
    contexts: [*mut sys::ggml_context; 2],
    buffers: Vec<sys::ggml_backend_buffer_t>,
    one: *mut sys::ggml_cgraph,
    batch: *mut sys::ggml_cgraph,
    matrices: u64,
    batch_matrices: u64,
}

impl Bench {
    /// None where the device has no room or does not take part.
    fn new(device: sys::ggml_backend_dev_t, known: &Device, threads: u32) -> Option<Self> {
        let (enough, batch_matrices) = match known.kind {
            DeviceKind::Discrete => (MATRICES_OF_GPU, BATCH_MATRICES_OF_GPU),
            _ => (MATRICES, BATCH_MATRICES),
        };
        let matrices = (known.free_bytes / MEMORY_PART / MATRIX_BYTES).min(enough);
        if matrices < batch_matrices {
            return None;
        }
        // SAFETY: every pointer that comes back is checked before it is used; tensors are made in
        // contexts that live until `drop`, and hold their data once their buffer is there; data is
        // set for exactly the bytes that ggml says a tensor has.
        unsafe {
            let backend = sys::ggml_backend_dev_init(device, ptr::null());
            if backend.is_null() {
                return None;
            }
            let mut bench = Self {
                device,
                backend,
                threads: (known.kind == DeviceKind::Processor).then_some(threads),
                contexts: [ptr::null_mut(); 2],
                buffers: Vec::new(),
                one: ptr::null_mut(),
                batch: ptr::null_mut(),
                matrices,
                batch_matrices,
            };
            for context in &mut bench.contexts {
                *context = sys::ggml_init(sys::ggml_init_params {
                    mem_size: 256 * sys::ggml_tensor_overhead() + 2 * sys::ggml_graph_overhead(),
                    mem_buffer: ptr::null_mut(),
                    no_alloc: true,
                });
                if context.is_null() {
                    return None;
                }
            }
            let [weights, values] = bench.contexts;
            let all: Vec<_> = (0..matrices)
                .map(|_| sys::ggml_new_tensor_2d(weights, sys::GGML_TYPE_Q4_K, SIDE, SIDE))
                .collect();
            let row = sys::ggml_new_tensor_2d(values, sys::GGML_TYPE_F32, SIDE, 1);
            let rows = sys::ggml_new_tensor_2d(values, sys::GGML_TYPE_F32, SIDE, BATCH);
            bench.one = sys::ggml_new_graph(values);
            bench.batch = sys::ggml_new_graph(values);
            for (place, &matrix) in (0..).zip(&all) {
                let product = sys::ggml_mul_mat(values, matrix, row);
                sys::ggml_build_forward_expand(bench.one, product);
                if place < batch_matrices {
                    let products = sys::ggml_mul_mat(values, matrix, rows);
                    sys::ggml_build_forward_expand(bench.batch, products);
                }
            }
            let kind = weights_memory(device, values, all[0], rows);
            let held = sys::ggml_backend_alloc_ctx_tensors_from_buft(weights, kind);
            if held.is_null() {
                return None;
            }
            sys::ggml_backend_buffer_set_usage(held, sys::GGML_BACKEND_BUFFER_USAGE_WEIGHTS);
            bench.buffers.push(held);
            let held = sys::ggml_backend_alloc_ctx_tensors(values, backend);
            if held.is_null() {
                return None;
            }
            bench.buffers.push(held);
            // Small numbers in every scale and value, none of them a denormal.
            let bytes = vec![0x11_u8; sys::ggml_nbytes(all[0])];
            for matrix in all {
                sys::ggml_backend_tensor_set(matrix, bytes.as_ptr().cast(), 0, bytes.len());
            }
            for tensor in [row, rows] {
                let ones = vec![1.0_f32; sys::ggml_nbytes(tensor) / size_of::<f32>()];
                let bytes = size_of_val(ones.as_slice());
                sys::ggml_backend_tensor_set(tensor, ones.as_ptr().cast(), 0, bytes);
            }
            Some(bench)
        }
    }

    fn run(&self) -> Option<Measured> {
        let one = match self.threads {
            Some(threads) => self.best_of_one_row(threads)?,
            None => self.best(self.one)?,
        };
        let batch = self.best(self.batch)?;
        let product = 2 * (SIDE * SIDE * BATCH).unsigned_abs();
        Some(Measured {
            weight_bytes_per_second: rate(self.matrices * MATRIX_BYTES, one),
            operations_per_second: rate(self.batch_matrices * product, batch),
        })
    }

    /// The shortest time of one row on the processor. Its threads wait for each other by spinning,
    /// and one that another program keeps from its core costs more than twenty times the time:
    /// where one thread alone was quicker, they were disturbed, and get a second chance. Leaves so
    /// many threads behind.
    fn best_of_one_row(&self, threads: u32) -> Option<Duration> {
        self.compute_with(1);
        let alone = self.best(self.one)?;
        if threads < 2 {
            return Some(alone);
        }
        self.compute_with(threads);
        let mut together = self.best(self.one)?;
        if together > alone {
            together = together.min(self.best(self.one)?);
        }
        Some(alone.min(together))
    }

    fn compute_with(&self, threads: u32) {
        // SAFETY: both are alive, and the backend was made of the device.
        unsafe { procedures::set_threads(self.device, self.backend, threads) };
    }

    /// The shortest time of a graph: whatever disturbs a run only makes it longer. None where the
    /// device fails.
    fn best(&self, graph: *mut sys::ggml_cgraph) -> Option<Duration> {
        let first = self.time(graph)?;
        if first > SLOW {
            return Some(first);
        }
        let begun = Instant::now();
        let mut best = self.time(graph)?;
        while begun.elapsed() < TIME {
            best = best.min(self.time(graph)?);
        }
        Some(best)
    }

    /// The time of one run.
    fn time(&self, graph: *mut sys::ggml_cgraph) -> Option<Duration> {
        let begun = Instant::now();
        // SAFETY: backend and graph are alive, and all tensors have their data.
        let status = unsafe {
            let status = sys::ggml_backend_graph_compute(self.backend, graph);
            sys::ggml_backend_synchronize(self.backend);
            status
        };
        (status == sys::GGML_STATUS_SUCCESS).then(|| begun.elapsed())
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // SAFETY: each was made by its counterpart and is freed once; ggml takes null for nothing.
        unsafe {
            for buffer in self.buffers.drain(..) {
                sys::ggml_backend_buffer_free(buffer);
            }
            for context in self.contexts {
                sys::ggml_free(context);
            }
            sys::ggml_backend_free(self.backend);
        }
    }
}

/// The kind of memory where llama.cpp would put this matrix: one that rearranges it for the
/// processor where there is one for its type, else the device's own.
///
/// # Safety
/// The device is one of ggml's; the tensors are of a context without data.
unsafe fn weights_memory(
    device: sys::ggml_backend_dev_t,
    context: *mut sys::ggml_context,
    matrix: *mut sys::ggml_tensor,
    rows: *mut sys::ggml_tensor,
) -> sys::ggml_backend_buffer_type_t {
    type ExtraKinds =
        unsafe extern "C" fn(sys::ggml_backend_dev_t) -> *mut sys::ggml_backend_buffer_type_t;
    // SAFETY: the function behind this name has this type (`ggml-backend.h`,
    // `ggml_backend_dev_get_extra_bufts_t`) and returns a list that ends with null. The empty buffer
    // is only asked for its kind, as llama.cpp does (`weight_buft_supported`).
    unsafe {
        let own = sys::ggml_backend_dev_buffer_type(device);
        let Some(kinds) = procedures::find(device, c"ggml_backend_dev_get_extra_bufts") else {
            return own;
        };
        let kinds = std::mem::transmute::<NonNull<c_void>, ExtraKinds>(kinds)(device);
        let mut place = kinds;
        while !place.is_null() && !(*place).is_null() {
            let empty = sys::ggml_backend_buft_alloc_buffer(*place, 0);
            if !empty.is_null() {
                let product = sys::ggml_mul_mat(context, matrix, rows);
                (*matrix).buffer = empty;
                let taken = sys::ggml_backend_dev_supports_op(device, product);
                (*matrix).buffer = ptr::null_mut();
                sys::ggml_backend_buffer_free(empty);
                if taken {
                    return *place;
                }
            }
            place = place.add(1);
        }
        own
    }
}

fn rate(amount: u64, time: Duration) -> u64 {
    let nanoseconds = time.as_nanos().max(1);
    u64::try_from(u128::from(amount) * 1_000_000_000 / nanoseconds).unwrap_or(u64::MAX)
}
