//! The thin part of llama.cpp's C interface that the safe crate hides: a context with an abort
//! callback and few rows of logits, and the log.
//!
//! All `unsafe` that touches llama.cpp is here. `LlamaModel` and its vocabulary come from the safe
//! crate; a [`Context`] owns the model that it was made from, so it cannot outlive it.

#![expect(
    unsafe_code,
    reason = "llama.cpp's C interface; the safe crate hides these parts"
)]

pub(crate) mod attending;
pub(crate) mod mapping;
mod predictor;
pub(crate) mod procedures;
pub(crate) mod weights;

use std::ffi::{CStr, CString, c_char, c_void};
use std::io::Write;
use std::path::Path;
use std::ptr::{self, NonNull};
use std::sync::{Mutex, PoisonError};

use engine::message::{Attention, Cache};
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_sys_2 as sys;

use crate::brake::Brake;
use crate::memory;
use crate::worth::WIDEST;

pub(crate) use predictor::DEPTH;
use predictor::Predictor;

/// The one sequence that a context holds.
const SEQUENCE: sys::llama_seq_id = 0;

/// The shape of a context.
pub(crate) struct Shape {
    /// Tokens that the cache holds.
    pub(crate) context: u32,
    /// Tokens that are computed at once while a prompt is read.
    pub(crate) batch: u32,
    /// Threads that compute.
    pub(crate) threads: u32,
    /// How the cache's values are stored.
    pub(crate) cache: Cache,
    /// How attention over it is computed.
    pub(crate) attention: Attention,
    /// Whether the layer that predicts further tokens drafts, where the model was loaded with it.
    pub(crate) predicts: bool,
}

/// How a computation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decoded {
    /// All tokens are in the cache.
    Whole,
    /// The brake was pulled; some of the tokens may be in the cache.
    Braked,
    /// llama.cpp gave up with this status; the log says why.
    Failed(i32),
}

/// A model with a KV cache of one sequence.
pub(crate) struct Context {
    pointer: NonNull<sys::llama_context>,
    model: LlamaModel,
    predictor: Option<Predictor>,
    /// The first token of the last batch whose logits were asked for.
    first_row: usize,
}

impl Context {
    /// Makes the cache and the compute buffers; `None` where the memory for them is not to be had.
    /// The brake is asked once per graph node on the CPU.
    pub(crate) fn new(model: LlamaModel, shape: &Shape, brake: &'static Brake) -> Option<Self> {
        let threads = i32::try_from(shape.threads).unwrap_or(i32::MAX);
        // SAFETY: returns a plain struct.
        let mut params = unsafe { sys::llama_context_default_params() };
        params.n_ctx = shape.context;
        params.n_batch = shape.batch;
        params.n_ubatch = shape.batch;
        params.n_seq_max = 1;
        // Only the last tokens of a batch are ever asked for: unset, llama.cpp reserves the logits of
        // a whole batch, 311 MB at 512 tokens and R1's vocabulary.
        params.n_outputs_max = u32::try_from(WIDEST)
            .expect("BUG: a handful")
            .min(shape.batch);
        let kind = match shape.cache {
            Cache::F16 => sys::GGML_TYPE_F16,
            Cache::Q8_0 => sys::GGML_TYPE_Q8_0,
        };
        params.type_k = kind;
        params.type_v = kind;
        params.flash_attn_type = match shape.attention {
            // With llama.cpp's own look whether the devices can.
            Attention::Flash => sys::LLAMA_FLASH_ATTN_TYPE_AUTO,
            Attention::Plain => sys::LLAMA_FLASH_ATTN_TYPE_DISABLED,
        };
        params.n_threads = threads;
        params.n_threads_batch = threads;
        params.no_perf = true;
        params.abort_callback = Some(ask_brake);
        params.abort_callback_data = ptr::from_ref(brake).cast_mut().cast();
        // SAFETY: the model is alive and stays so, since `Context` owns it and frees itself first;
        // the brake lives as long as the process.
        let pointer = unsafe { sys::llama_init_from_model(pointer_of(&model), params) };
        let pointer = NonNull::new(pointer)?;
        // SAFETY: both are alive, and `Context` drops its predictor before itself.
        let predictor = shape
            .predicts
            .then(|| unsafe { Predictor::new(pointer_of(&model), pointer, &params) });
        Some(Self {
            pointer,
            model,
            predictor: predictor.flatten(),
            first_row: 0,
        })
    }

    /// The model, for its vocabulary.
    pub(crate) fn model(&self) -> &LlamaModel {
        &self.model
    }

    /// Tokens that the cache holds; llama.cpp may round what was asked for up.
    pub(crate) fn size(&self) -> u32 {
        // SAFETY: the context is alive.
        unsafe { sys::llama_n_ctx(self.pointer.as_ptr()) }
    }

    /// Computes with so many threads from now on.
    pub(crate) fn set_threads(&mut self, threads: u32) {
        let threads = i32::try_from(threads.max(1)).unwrap_or(i32::MAX);
        // SAFETY: the context is alive and computes nothing now, since it is borrowed alone.
        unsafe { sys::llama_set_n_threads(self.pointer.as_ptr(), threads, threads) }
        if let Some(predictor) = &mut self.predictor {
            predictor.set_threads(threads);
        }
    }

    /// Computes these tokens after those in the cache, at most a batch of them. The distributions
    /// behind the last `rows` of them can be looked at afterwards.
    pub(crate) fn decode(&mut self, tokens: &[LlamaToken], rows: usize) -> Decoded {
        let mut ids: Vec<sys::llama_token> = tokens.iter().map(|token| token.0).collect();
        let mut asked = vec![0_i8; ids.len()];
        self.first_row = ids.len().saturating_sub(rows);
        asked[self.first_row..].fill(1);
        let batch = sys::llama_batch {
            n_tokens: i32::try_from(ids.len()).expect("BUG: a batch is small"),
            token: ids.as_mut_ptr(),
            embd: ptr::null_mut(),
            // Null: they follow those in the cache, in sequence 0.
            pos: ptr::null_mut(),
            n_seq_id: ptr::null_mut(),
            seq_id: ptr::null_mut(),
            logits: asked.as_mut_ptr(),
        };
        // SAFETY: the context is alive, and both arrays hold `n_tokens` values until it returns.
        match unsafe { sys::llama_decode(self.pointer.as_ptr(), batch) } {
            0 => {
                let from = self.len().saturating_sub(ids.len());
                let predictor = self.predictor.take();
                self.predictor = predictor.and_then(|mut predictor| {
                    predictor.follow(&mut ids, from).then_some(predictor)
                });
                Decoded::Whole
            }
            2 => Decoded::Braked,
            status => Decoded::Failed(status),
        }
    }

    /// The logits behind a token, one for each word of the vocabulary: row 0 is the first that the
    /// last `decode` was asked for. None where there is no such row.
    pub(crate) fn row(&mut self, row: usize) -> Option<&mut [f32]> {
        let words = usize::try_from(self.model.n_vocab()).ok()?;
        let place = i32::try_from(self.first_row + row).ok()?;
        // SAFETY: the context is alive; llama.cpp gives null for a place without logits, else as
        // many values as there are words, which are ours until the next call with the context, and
        // it is borrowed alone until then.
        unsafe {
            let row = sys::llama_get_logits_ith(self.pointer.as_ptr(), place);
            (!row.is_null()).then(|| std::slice::from_raw_parts_mut(row, words))
        }
    }

    /// True where the model itself drafts.
    pub(crate) fn predicts(&self) -> bool {
        self.predictor.is_some()
    }

    /// Gives the model's predictions up, and their memory back.
    pub(crate) fn stop_predicting(&mut self) {
        self.predictor = None;
    }

    /// What the model itself predicts to follow this token, which comes behind all in the cache.
    pub(crate) fn draft(&mut self, last: LlamaToken) -> Vec<LlamaToken> {
        let past = self.len();
        let Some(mut predictor) = self.predictor.take() else {
            return Vec::new();
        };
        let drafts = predictor.draft(past, last);
        self.predictor = drafts.is_some().then_some(predictor);
        drafts.unwrap_or_default()
    }

    /// Says how many of the last drafts were right.
    pub(crate) fn judge(&mut self, right: usize) {
        let predictor = self.predictor.take();
        self.predictor = predictor.and_then(|mut predictor| {
            let is_well = predictor.judge(right).is_some();
            is_well.then_some(predictor)
        });
    }

    /// True where the cache can be cut at any place: the state of recurrent layers cannot, and a
    /// window over the cache has lost what it would need.
    pub(crate) fn can_be_cut(&self) -> bool {
        let model = pointer_of(&self.model);
        // SAFETY: the model is alive.
        unsafe {
            !sys::llama_model_is_recurrent(model)
                && !sys::llama_model_is_hybrid(model)
                && sys::llama_model_n_swa(model) == 0
        }
    }

    /// Tokens in the cache.
    pub(crate) fn len(&self) -> usize {
        // SAFETY: the context is alive, and its memory lives as long as it.
        let last = unsafe {
            sys::llama_memory_seq_pos_max(sys::llama_get_memory(self.pointer.as_ptr()), SEQUENCE)
        };
        usize::try_from(last + 1).unwrap_or(0)
    }

    /// Bytes that [`Context::save`] would write.
    pub(crate) fn saved_bytes(&self) -> u64 {
        // SAFETY: the context is alive.
        let bytes = unsafe { sys::llama_state_seq_get_size(self.pointer.as_ptr(), SEQUENCE) };
        bytes as u64
    }

    /// Writes the cache, which holds these tokens, to a file; false where that failed.
    pub(crate) fn save(&mut self, path: &Path, tokens: &[LlamaToken]) -> bool {
        let Some(path) = c_path(path) else {
            return false;
        };
        let ids: Vec<sys::llama_token> = tokens.iter().map(|token| token.0).collect();
        // SAFETY: the context is alive, the path ends with NUL, and `ids` holds as many values as it
        // says; all of it until the call returns. Errors of C++ are caught there and give 0.
        let written = unsafe {
            sys::llama_state_seq_save_file(
                self.pointer.as_ptr(),
                path.as_ptr(),
                SEQUENCE,
                ids.as_ptr(),
                ids.len(),
            )
        };
        written > 0
    }

    /// Fills the empty cache from a file that [`Context::save`] wrote with so many tokens; false where
    /// that failed, and the cache then holds nothing of use.
    pub(crate) fn restore(&mut self, path: &Path, tokens: usize) -> bool {
        let Some(path) = c_path(path) else {
            return false;
        };
        let mut ids = vec![0 as sys::llama_token; tokens];
        let mut found = 0;
        // SAFETY: as in `save`; at most `ids.len()` values are written to `ids`.
        let read = unsafe {
            sys::llama_state_seq_load_file(
                self.pointer.as_ptr(),
                path.as_ptr(),
                SEQUENCE,
                ids.as_mut_ptr(),
                ids.len(),
                &raw mut found,
            )
        };
        read > 0 && found == tokens && self.len() == tokens
    }

    /// Forgets every token from this place on.
    pub(crate) fn truncate(&mut self, len: usize) -> bool {
        let from = sys::llama_pos::try_from(len).expect("BUG: a context is small");
        if let Some(predictor) = &mut self.predictor {
            predictor.truncate(len);
        }
        // SAFETY: the context is alive, and its memory lives as long as it.
        unsafe {
            let memory = sys::llama_get_memory(self.pointer.as_ptr());
            sys::llama_memory_seq_rm(memory, SEQUENCE, from, -1)
        }
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        self.predictor = None;
        // SAFETY: made by `llama_init_from_model` and freed once; the model goes after it.
        unsafe { sys::llama_free(self.pointer.as_ptr()) }
    }
}

/// The last error that llama.cpp logged, for the message to the user.
static LAST_ERROR: Mutex<Option<String>> = Mutex::new(None);

/// Sends warnings and errors of llama.cpp to standard error, drops the rest, and remembers the
/// first error since [`take_error`]: later ones only say that the caller failed too.
pub(crate) fn listen_to_log() {
    // SAFETY: the callback has no data and lives as long as the program.
    unsafe { sys::llama_log_set(Some(log), ptr::null_mut()) }
}

/// The first error since the last call.
pub(crate) fn take_error() -> Option<String> {
    LAST_ERROR
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take()
}

unsafe extern "C" fn log(level: sys::ggml_log_level, text: *const c_char, _data: *mut c_void) {
    if text.is_null() {
        return;
    }
    // SAFETY: llama.cpp passes a string that ends with NUL and lives until we return.
    let line = unsafe { CStr::from_ptr(text) }.to_string_lossy();
    memory::hear(&line);
    crate::backends::hear(&line);
    if !matches!(level, sys::GGML_LOG_LEVEL_WARN | sys::GGML_LOG_LEVEL_ERROR) {
        return;
    }
    let _ = std::io::stderr().write_all(line.as_bytes());
    if level == sys::GGML_LOG_LEVEL_ERROR {
        let mut last = LAST_ERROR.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none() {
            *last = Some(tame(line.trim()));
        }
    }
}

/// Characters of an error that are shown: llama.cpp repeats texts of the file, however long.
const ERROR_CHARACTERS: usize = 400;

/// A line of the log, made fit to show: what a hostile file put into it neither moves a cursor nor
/// turns the direction of the text, and is cut.
fn tame(line: &str) -> String {
    let mut shown = String::new();
    for c in line.chars().take(ERROR_CHARACTERS) {
        if engine::moves(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    if line.chars().nth(ERROR_CHARACTERS).is_some() {
        shown.push('…');
    }
    shown
}

/// A path as C knows it; none where it cannot be said.
fn c_path(path: &Path) -> Option<CString> {
    CString::new(path.to_str()?).ok()
}

unsafe extern "C" fn ask_brake(brake: *mut c_void) -> bool {
    // SAFETY: `Context::new` passed a brake that lives as long as the process.
    unsafe { &*brake.cast::<Brake>() }.stops_the_running()
}

/// The pointer inside the safe crate's model.
fn pointer_of(model: &LlamaModel) -> *mut sys::llama_model {
    const { assert!(size_of::<LlamaModel>() == size_of::<*mut sys::llama_model>()) }
    // SAFETY: `LlamaModel` is `repr(transparent)` over `Ptr`, which is `repr(transparent)` over
    // `NonNull<llama_model>` (llama-cpp-2 0.1.160, pinned exactly, `model.rs` and `ptr.rs`).
    unsafe { ptr::from_ref(model).cast::<*mut sys::llama_model>().read() }
}

#[cfg(test)]
mod tests {
    use super::{ERROR_CHARACTERS, tame};

    #[test]
    fn words_of_a_file_neither_move_a_cursor_nor_turn_the_text() {
        assert_eq!(
            tame("unknown tokenizer: 'gpt-2'"),
            "unknown tokenizer: 'gpt-2'"
        );
        assert_eq!(tame("'\u{1b}[2J\u{202e}x'"), r"'\u{1b}[2J\u{202e}x'");
        let long = "字".repeat(1 << 20);
        assert_eq!(tame(&long).chars().count(), ERROR_CHARACTERS + 1);
    }
}
