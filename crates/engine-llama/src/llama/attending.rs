//! What attention takes in one layer of a model's shape, flash and plain, by itself: graphs of the
//! operations that llama.cpp builds (`build_attn_mha` in its `llama-graph.cpp`), over a cache of
//! noise: where all scores are equal, flash attention has less to do.
//!
//! Not here: which of the two is chosen (`fit`).

use std::ptr::{self, NonNull};
use std::time::{Duration, Instant};

use engine::message::{Attention, Heads};
use llama_cpp_sys_2 as sys;

use super::procedures;

/// Layers in a graph for one token, each with a cache of its own, so that not all of it lies in the
/// fastest memory. More tokens have work enough with one.
const LAYERS: u32 = 4;

/// The processor, as llama.cpp's own contexts use it.
pub(crate) struct Processor(NonNull<sys::ggml_backend>);

impl Processor {
    /// With so many threads; none where there is no such backend.
    pub(crate) fn new(threads: u32) -> Option<Self> {
        // SAFETY: backends were loaded when the process began; null for no parameters.
        let backend = unsafe {
            sys::ggml_backend_init_by_type(sys::GGML_BACKEND_DEVICE_TYPE_CPU, ptr::null())
        };
        let backend = Self(NonNull::new(backend)?);
        // SAFETY: the backend is alive, and asked for its own device.
        let set = unsafe {
            let device = sys::ggml_backend_get_device(backend.0.as_ptr());
            procedures::set_threads(device, backend.0.as_ptr(), threads)
        };
        set.then_some(backend)
    }
}

impl Drop for Processor {
    fn drop(&mut self) {
        // SAFETY: made by `ggml_backend_init_by_type` and freed once.
        unsafe { sys::ggml_backend_free(self.0.as_ptr()) }
    }
}

/// Some layers of attention for so many tokens behind so many cells.
pub(crate) struct Layers<'a> {
    processor: &'a Processor,
    context: NonNull<sys::ggml_context>,
    graph: *mut sys::ggml_cgraph,
    memory: Option<NonNull<sys::ggml_backend_buffer>>,
    /// Queries, keys and values.
    inputs: Vec<*mut sys::ggml_tensor>,
    count: u32,
}

impl<'a> Layers<'a> {
    /// Lays them out; none where there is no memory.
    pub(crate) fn new(
        processor: &'a Processor,
        attention: Attention,
        heads: Heads,
        cells: u32,
        tokens: u32,
    ) -> Option<Self> {
        /// More than a layer makes, views included.
        const TENSORS_EACH: usize = 12;
        let count = if tokens > 1 { 1 } else { LAYERS };
        let tensors = TENSORS_EACH * count as usize;
        // SAFETY: returns a context of its own memory, in which only descriptions lie.
        let context = unsafe {
            sys::ggml_init(sys::ggml_init_params {
                mem_size: sys::ggml_tensor_overhead() * tensors + sys::ggml_graph_overhead(),
                mem_buffer: ptr::null_mut(),
                no_alloc: true,
            })
        };
        let context = NonNull::new(context)?;
        // SAFETY: the context is alive and has room for this graph.
        let graph = unsafe { sys::ggml_new_graph(context.as_ptr()) };
        let mut all = Self {
            processor,
            context,
            graph,
            memory: None,
            inputs: Vec::new(),
            count,
        };
        for _ in 0..count {
            all.add(attention, heads, cells, tokens);
        }
        // SAFETY: the context and the backend are alive; what is allocated is freed in `drop`.
        let memory =
            unsafe { sys::ggml_backend_alloc_ctx_tensors(context.as_ptr(), processor.0.as_ptr()) };
        all.memory = NonNull::new(memory);
        // SAFETY: the buffer is alive, and every tensor lies in it; masks stay zero.
        unsafe {
            sys::ggml_backend_buffer_clear(all.memory?.as_ptr(), 0);
            for input in &all.inputs {
                let size = sys::ggml_nbytes(*input);
                let is_half = (**input).type_ == sys::GGML_TYPE_F16;
                let noise = noise(size, is_half);
                sys::ggml_backend_tensor_set(*input, noise.as_ptr().cast(), 0, size);
            }
        }
        Some(all)
    }

    /// Adds a layer. Shapes by rows as ggml has them, the innermost first: keys `[key, kv, cells]`, values
    /// the same, but `[cells, value, kv]` where attention is plain; queries `[key, query, tokens]`.
    fn add(&mut self, attention: Attention, heads: Heads, cells: u32, tokens: u32) {
        let [query, kv, key, value] =
            [heads.query, heads.kv, heads.key, heads.value].map(i64::from);
        let (cells, tokens) = (i64::from(cells), i64::from(tokens));
        let (half, full) = (sys::GGML_TYPE_F16, sys::GGML_TYPE_F32);
        #[expect(clippy::cast_precision_loss, reason = "a key has some hundred values")]
        let scale = 1.0 / (key as f32).sqrt();
        let context = self.context.as_ptr();
        // SAFETY: the context is alive and has room for these tensors, whose shapes go together:
        // what is permuted is what llama.cpp permutes.
        unsafe {
            let asked = sys::ggml_new_tensor_3d(context, full, key, query, tokens);
            self.inputs.push(asked);
            let asked = sys::ggml_permute(context, asked, 0, 2, 1, 3);
            let keys = sys::ggml_new_tensor_3d(context, half, key, kv, cells);
            self.inputs.push(keys);
            let keys = sys::ggml_permute(context, keys, 0, 2, 1, 3);
            let end = match attention {
                Attention::Flash => {
                    let values = sys::ggml_new_tensor_3d(context, half, value, kv, cells);
                    self.inputs.push(values);
                    let values = sys::ggml_permute(context, values, 0, 2, 1, 3);
                    let mask = sys::ggml_new_tensor_2d(context, half, cells, tokens);
                    let end = sys::ggml_flash_attn_ext(
                        context, asked, keys, values, mask, scale, 0.0, 0.0,
                    );
                    sys::ggml_prec_set_acc(end, sys::GGML_PREC_F32);
                    end
                }
                Attention::Plain => {
                    let values = sys::ggml_new_tensor_3d(context, half, cells, value, kv);
                    self.inputs.push(values);
                    let mask = sys::ggml_new_tensor_2d(context, full, cells, tokens);
                    let scores = sys::ggml_mul_mat(context, keys, asked);
                    sys::ggml_prec_set_acc(scores, sys::GGML_PREC_F32);
                    let scores = sys::ggml_soft_max_ext_inplace(context, scores, mask, scale, 0.0);
                    let end = sys::ggml_mul_mat(context, values, scores);
                    let end = sys::ggml_permute(context, end, 0, 2, 1, 3);
                    sys::ggml_cont_2d(context, end, value * query, tokens)
                }
            };
            sys::ggml_build_forward_expand(self.graph, end);
        }
    }

    /// Computes them all; gives the time for one, none where it failed.
    pub(crate) fn compute(&mut self) -> Option<Duration> {
        let begin = Instant::now();
        // SAFETY: the graph, its tensors and the backend are alive.
        let status =
            unsafe { sys::ggml_backend_graph_compute(self.processor.0.as_ptr(), self.graph) };
        (status == sys::GGML_STATUS_SUCCESS).then(|| begin.elapsed() / self.count)
    }
}

impl Drop for Layers<'_> {
    fn drop(&mut self) {
        // SAFETY: each was made in `new` and is freed once; the graph lies in the context.
        unsafe {
            if let Some(memory) = self.memory {
                sys::ggml_backend_buffer_free(memory.as_ptr());
            }
            sys::ggml_free(self.context.as_ptr());
        }
    }
}

/// So many bytes of numbers between a half and one, of both signs, in 16 bits or in 32.
fn noise(size: usize, is_half: bool) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        // Numerical Recipes' constants; its high bits are the good ones.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 8
    };
    let mut bytes = Vec::with_capacity(size);
    while bytes.len() < size {
        let random = next();
        let sign = random & 1;
        if is_half {
            let number = (sign << 15) | 0x3800 | (random >> 4 & 0x03ff);
            bytes.extend_from_slice(&number.to_le_bytes()[..2]);
        } else {
            let number = (sign << 31) | 0x3f00_0000 | (random >> 1 & 0x007f_ffff);
            bytes.extend_from_slice(&number.to_le_bytes());
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::noise;

    #[test]
    fn noise_is_of_numbers_between_a_half_and_one() {
        let numbers = noise(4000, false);
        let numbers = numbers.chunks_exact(4);
        let numbers = numbers.map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]));
        let numbers: Vec<f32> = numbers.collect();
        assert!(
            numbers
                .iter()
                .all(|number| (0.5..1.0).contains(&number.abs()))
        );
        let below = numbers.iter().filter(|number| **number < 0.0).count();
        assert!((400..600).contains(&below), "{below} of 1000");
        assert_eq!(noise(4000, true).len(), 4000);
    }
}
