//! Pure thought: what a model needs of a machine's memory, and how much context it gets.
//!
//! Everything comes in as an argument and nothing is asked of the system: no IO, no clock, no
//! async, so that every machine can be described in a test. Not here: looking at the machine
//! (`machine`), reading a model's file (`gguf`), showing a plan to a person (`app` and above).

mod advice;
mod bound;
pub mod bytes;
pub mod catalogue;
mod forecast;
mod learned;
mod machine;
mod memory;
mod place;
mod plan;
mod planner;
mod tuning;
pub mod words;

pub use advice::{Advice, Choice, PATIENCE_MS, advise};
pub use bound::Bound;
pub use forecast::{Estimate, Rates, Typical};
pub use gguf::KvType;
pub use learned::{Correction, Experience, Learned, Memory, Observed};
pub use machine::{BadMachine, Cores, Disk, Gpu, GpuKind, Machine, Speed, gentle};
pub use memory::BATCH;
pub use place::{Anatomy, Device, Placement, Share};
pub use plan::{Ask, Plan, Reason, TINY_BYTES, Verdict, after_failure, plan};
pub use planner::ROOMY_CONTEXT;
pub use tuning::{Attending, AttentionCosts, Tuned, Way, choose, plain_batch, plain_bytes, ways};
