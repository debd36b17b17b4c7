//! The layer of a model that predicts the token after the next: DeepSeek's multi-token prediction.
//! It follows all that the trunk computes, and drafts what the trunk would write.
//!
//! llama.cpp's driver of it keeps what passes between the two, so it is told of every computation
//! of the trunk, also where nothing is drafted. Where it fails it is given up: drafts are never
//! needed. Not here: whether drafts pay (`worth`).

use std::ptr::{self, NonNull};

use llama_cpp_2::token::LlamaToken;
use llama_cpp_sys_2 as sys;

use super::SEQUENCE;

/// Tokens that are drafted at once. The layer was trained to predict one, and predicts the further
/// ones from its own predictions, less and less well.
pub(crate) const DEPTH: usize = 3;

/// A context of the layer's own, beside the trunk's.
pub(super) struct Predictor {
    driver: NonNull<sys::llama_rs_mtp_speculative>,
    context: NonNull<sys::llama_context>,
    /// Drafts were made and it was not told yet how many were right.
    is_waiting: bool,
}

impl Predictor {
    /// The predictor of a trunk whose context was made with these parameters; `None` where the
    /// model was loaded without the layer, or memory is short.
    ///
    /// # Safety
    ///
    /// Both pointers are alive, and the trunk lives longer than what is made here.
    pub(super) unsafe fn new(
        model: *mut sys::llama_model,
        trunk: NonNull<sys::llama_context>,
        params: &sys::llama_context_params,
    ) -> Option<Self> {
        let mut params = *params;
        params.ctx_type = sys::LLAMA_CONTEXT_TYPE_MTP;
        params.ctx_other = trunk.as_ptr();
        // A computation of one layer ends soon, and one that was broken off would be a failure.
        params.abort_callback = None;
        let depth = i32::try_from(DEPTH).ok()?;
        // SAFETY: the caller's promise; each pointer is checked before it is used.
        unsafe {
            if sys::llama_model_n_layer_nextn(model) == 0 {
                return None;
            }
            let context = NonNull::new(sys::llama_init_from_model(model, params))?;
            let driver =
                sys::llama_rs_mtp_speculative_init(trunk.as_ptr(), context.as_ptr(), depth, 0, 0.0);
            let Some(driver) = NonNull::new(driver) else {
                sys::llama_free(context.as_ptr());
                return None;
            };
            Some(Self {
                driver,
                context,
                is_waiting: false,
            })
        }
    }

    /// Follows a computation of the trunk, of these tokens from this place on; false where that
    /// failed.
    pub(super) fn follow(&mut self, ids: &mut [sys::llama_token], from: usize) -> bool {
        let Ok(from) = sys::llama_pos::try_from(from) else {
            return false;
        };
        let mut places: Vec<sys::llama_pos> = (from..).take(ids.len()).collect();
        let mut counts = vec![1_i32; ids.len()];
        let mut sequence = SEQUENCE;
        let mut sequences = vec![&raw mut sequence; ids.len()];
        let mut asked = vec![1_i8; ids.len()];
        let batch = sys::llama_batch {
            n_tokens: i32::try_from(ids.len()).expect("BUG: a batch is small"),
            token: ids.as_mut_ptr(),
            embd: ptr::null_mut(),
            pos: places.as_mut_ptr(),
            n_seq_id: counts.as_mut_ptr(),
            seq_id: sequences.as_mut_ptr(),
            logits: asked.as_mut_ptr(),
        };
        // SAFETY: driver and context are alive, and all arrays hold `n_tokens` values until it
        // returns.
        let status = unsafe {
            sys::llama_rs_mtp_speculative_process(self.driver.as_ptr(), &raw const batch)
        };
        status == sys::LLAMA_RS_STATUS_OK
    }

    /// Drafts what follows this token, which comes behind `past` others; none where that failed.
    pub(super) fn draft(&mut self, past: usize, last: LlamaToken) -> Option<Vec<LlamaToken>> {
        self.judge(0)?;
        let mut ids = [0; DEPTH];
        let mut count = 0;
        // SAFETY: driver and context are alive, and the array holds as many values as it is said
        // to. The text before is not looked at by this kind of drafting.
        let status = unsafe {
            sys::llama_rs_mtp_speculative_draft(
                self.driver.as_ptr(),
                sys::llama_pos::try_from(past).ok()?,
                last.0,
                ptr::null(),
                0,
                ids.as_mut_ptr(),
                ids.len(),
                &raw mut count,
            )
        };
        if status != sys::LLAMA_RS_STATUS_OK {
            return None;
        }
        self.is_waiting = count > 0;
        // What it computed on the way is computed again, from the trunk's own values.
        self.truncate(past);
        Some(ids.into_iter().take(count).map(LlamaToken).collect())
    }

    /// Says how many of the last drafts were right; none where that failed.
    pub(super) fn judge(&mut self, right: usize) -> Option<()> {
        if !std::mem::take(&mut self.is_waiting) {
            return Some(());
        }
        let right = u16::try_from(right).ok()?;
        // SAFETY: the driver is alive.
        let status = unsafe { sys::llama_rs_mtp_speculative_accept(self.driver.as_ptr(), right) };
        (status == sys::LLAMA_RS_STATUS_OK).then_some(())
    }

    /// Forgets every token from this place on.
    pub(super) fn truncate(&mut self, len: usize) {
        let from = sys::llama_pos::try_from(len).expect("BUG: a context is small");
        // SAFETY: the context is alive, and its memory lives as long as it.
        unsafe {
            let memory = sys::llama_get_memory(self.context.as_ptr());
            sys::llama_memory_seq_rm(memory, SEQUENCE, from, -1);
        }
    }

    /// Computes with so many threads from now on.
    pub(super) fn set_threads(&mut self, threads: i32) {
        // SAFETY: the context is alive and computes nothing now, since it is borrowed alone.
        unsafe { sys::llama_set_n_threads(self.context.as_ptr(), threads, threads) }
    }
}

impl Drop for Predictor {
    fn drop(&mut self) {
        // SAFETY: each was made by its counterpart and is freed once, the driver before what it
        // drives.
        unsafe {
            sys::llama_rs_mtp_speculative_free(self.driver.as_ptr());
            sys::llama_free(self.context.as_ptr());
        }
    }
}
