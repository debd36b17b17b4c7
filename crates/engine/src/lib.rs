//! The engine as the rest of Spud sees it: a process that is started, fed and watched.
//!
//! llama.cpp answers a bad model with an assert that ends its process, so it runs in one of its
//! own, `spud-engine` (crate `engine-llama`), and this crate links none of it. It owns the
//! messages between the two ([`message`], [`frame`]), the handle ([`Engine`]), and pure code
//! that both sides must agree on: the prompt ([`prompt`]), what leaves it when the context is full
//! ([`context`]), the splitter ([`splitter`]) and what governs the thinking ([`governor`]). All but
//! the first run in the engine process: only there tokens are known, and a thought can still be
//! closed in time. Beside them, what of the engine's cage holds on this machine ([`cage`]).
//!
//! Not here: which model, how much context, what happens after a failure (`app`).

pub mod cage;
mod command;
pub mod context;
pub mod frame;
pub mod governor;
mod handle;
mod locate;
pub mod message;
mod obituary;
pub mod probe;
pub mod prompt;
pub mod splitter;

pub use command::WRAPPER;
pub use handle::{Engine, EngineError, Killer};
pub use locate::{GPU_FOLDER, PROGRAM, gpu_folder, locate};
pub use obituary::{Death, moves};
