//! Pure thought: what a model needs of a machine's memory, and how much context it gets.
//!
//! Everything comes in as an argument and nothing is asked of the system: no IO, no clock, no
//! async, so that every machine can be described in a test. Not here: looking at the machine
//! (`machine`), reading a model's file (`gguf`), showing a plan to a person (`app` and above).

pub mod bytes;
mod compute;
mod machine;
mod plan;

pub use compute::BATCH;
pub use gguf::KvType;
pub use machine::{BadMachine, Cores, Disk, Gpu, GpuKind, Machine, Speed};
pub use plan::{Ask, Plan, Reason, TooBig, plan};
