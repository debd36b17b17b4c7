//! Hostile bytes in, a checked header out.
//!
//! llama.cpp's own parser has a history of memory errors and answers a bad file with an assert
//! that ends its process, so every model file is read here first: in safe Rust, with checked
//! arithmetic, by the rules below. What passes is a [`Header`]: who the model is, its
//! [`Geometry`] (what a token costs in the cache), its weights in bytes, its template and its
//! special tokens. A truncated download is found here in milliseconds instead of in the engine
//! after minutes.
//!
//! Rules (each with a negative case in `tests/gguf`): magic; version 2–3, little endian; at most
//! [`limits::KEYS`] keys and [`limits::TENSORS`] tensors; keys, strings, templates and arrays
//! within their limits and within the bytes that are left; no nested arrays; keys and tensor
//! names unique; alignment a power of two in 8..=4096; one to four dimensions, none zero; element
//! counts and byte sizes that do not overflow and divide into whole blocks; known tensor types;
//! data aligned, one after the other without overlap or gap, inside the file; token list, scores
//! and types of one length. Of a split set: every part there and a sound file, each in the place
//! that its name says, no tensor twice, all of one set by their count of tensors.
//!
//! What the engine needs of a model beyond a sound file (`needs`, [`Header::runnable`]): keys of the
//! types that llama.cpp insists on, values that it does not abort over or compute nonsense with, no
//! token twice, every tensor of the family there, in the shape that the numbers call for and in a
//! type that can be computed with; and no name that the linked llama.cpp does not know ([`llama`]), be it
//! of a family, a tokenizer, a pre-tokenizer or a tensor type. llama.cpp checks some of it too, and ends its
//! process over much. Whoever fetches, plans, lists or loads a model asks this one function.
//!
//! Not here: tensor data (never read), llama.cpp (never linked), the network, and any judgement
//! whether a model suits a machine (`fit`).

mod error;
mod file_type;
mod geometry;
mod header;
mod impostor;
pub mod limits;
pub mod llama;
mod metadata;
mod needs;
mod source;
mod split;
mod tensor_type;
mod tensors;
mod tokens;
mod weights;

pub use error::{Error, Named};
pub use geometry::{Architecture, Attention, Experts, Geometry, KvType};
pub use header::Header;
pub use impostor::Impostor;
pub use split::Split;
pub use tensor_type::TensorType;
pub use weights::{LayerWeights, TypeShare, Weights};
