//! The product without a window: chats, replies, models and the one engine, composed for a window
//! or a terminal to show.
//!
//! Truth lives here. A watcher gets a snapshot and then what changes; calls change something and
//! their effects come back as events to every watcher, the caller included. The user's words are
//! on disk before anything else happens to them.
//!
//! Not here: anything drawn or printed, and how a chat is laid out on disk (`chats`).

mod ahead;
mod arrivals;
mod asking;
mod awake;
mod bench;
mod coalesce;
mod copies;
mod crashes;
mod data;
mod doctor;
mod drafting;
mod engine_room;
mod events;
mod failure;
mod gpu_support;
mod home;
mod hub;
mod import;
mod inspect;
mod kin;
mod knowledge;
mod link;
mod list;
mod machine;
mod manner;
mod measuring;
mod model;
mod models;
mod naming;
mod network;
mod note;
mod open;
mod outside;
mod picking;
mod power;
mod preferences;
mod presets;
mod pull;
pub mod reading;
mod remove;
mod replies;
mod resident;
mod run;
mod safe_mode;
mod shelf;
mod shipped;
mod sibling;
mod state;
pub mod stop;
pub mod survey;
pub mod task;
mod trash;
mod tuning;
mod unsaved;
mod values;
mod verify;
mod weighing;
mod window_place;
mod written;

pub use ::machine::Awake;
pub use arrivals::{Arrival, Fate, LeftOut, PassedOver, Program, Refusal, TakenIn};
pub use asking::{Asked, How};
pub use bench::{BenchRun, Benched, Benching, Spread, bench};
pub use chats::{self, AttachmentId, ChatId, MessageId};
pub use copies::{Form, Markup, ToSet, Tongue, as_written};
pub use crashes::CrashReport;
pub use data::{Data, show_folder};
pub use doctor::{Check, doctor};
pub use drafting::{DraftFiles, Reading};
pub use engine::governor::{Closer, Governor};
pub use engine::message::{SoFar, Statistics};
pub use engine::prompt::{Conversation, Opening, Turn};
pub use engine_room::{
    Ending, EngineRoom, EngineState, MAX_REPLY_TOKENS, Outcome, Progress, Settings, fresh_seed,
};
pub use events::{AboutModel, AppEvent, Arriving, ChatEvent, ChatRow, ModelRow, Phase, Snapshot};
pub use failure::{Cause, Code, Failure};
pub use fit;
pub use home::{HOME_VARIABLE, Home};
pub use hub::{Agreement, AtHub, Found, Inquiry, Judged, Offered, TokenFound};
pub use import::{Imported, import};
pub use inspect::{Inspection, inspect};
pub use kin::{Kin, Stranger};
pub use knowledge::Knowledge;
pub use library::{Checked, Doing, Holder, Limit, NetError, Pause, Purpose, SourceFailure};
pub use link::open_link;
pub use machine::{Look, MACHINE_VARIABLE, Seen, machine_in, see};
pub use manner::{Budget, Manner, Taste};
pub use model::{Model, SPROUT};
pub use network::{Closing, Connection, Connections, Network};
pub use note::Note;
pub use open::{App, Glimpse};
pub use outside::{add as add_variables, become_opener, is_added};
pub use picking::Held;
pub use power::is_gentle;
pub use preferences::{Device, Preferences, Theme, Width};
pub use presets::Preset;
pub use pull::{ENDPOINT_VARIABLE, Far, Pull, Pulling, pull};
pub use remove::{Removal, removal, remove};
pub use safe_mode::{SAFE_MODE_VARIABLE, SafeMode};
pub use shelf::{Download, DownloadState};
pub use shipped::reader_script;
pub use tuning::Trials;
pub use verify::{Looked, Verifying, verify};
pub use weighing::{Place, Weight};
pub use window_place::WindowPlace;

/// What others made that is in Spud, and its licences, as Markdown. Written by `./run third-party`.
pub const LICENCES: &str = include_str!("../../../THIRD-PARTY.md");
