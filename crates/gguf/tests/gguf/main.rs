//! The behaviour of the room `gguf`, from the outside.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod accepted;
mod builder;
mod geometry;
mod hostile;
mod llama;
mod rejected;
mod runnable;
mod split;
mod sprout;
