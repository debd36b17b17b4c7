//! The network and the models folder: downloads that a person can trust, and what is there already.
//!
//! [`fetch()`] brings one file: from its sources, over several connections, resumed exactly, verified
//! before it has a name. [`Net`] is the one door to the network, with its ledger. Deliberately not
//! here: which model is wanted and whether it fits (`fit`), in which order downloads run and what a
//! person is told of them (`app`).

mod blocks;
mod check;
mod copying;
mod crew;
mod disk;
mod fetch;
mod finds;
mod hub;
mod ledger;
mod locate;
mod mirror;
mod names;
mod net;
mod part;
mod proxy;
mod purpose;
mod rate;
mod record;
mod run;
mod start;
mod token;
mod trouble;
mod wait;

pub use blocks::BLOCK_BYTES;
pub use check::{Checked, check};
pub use copying::{Copying, Short, short_of};
pub use fetch::{Doing, Manner, Progress, Wanted, begun, fetch, forget, taken};
pub use finds::{Find, Holder, Roots, finds};
pub use hub::{HubError, HubFile, Listing, list};
pub use ledger::{Entry, Ledger};
pub use locate::hash_of;
pub use mirror::{file_at_mirror, list_at_mirror};
pub use names::{BadName, Name, Place};
pub use net::{Net, NetError};
pub use proxy::ProxyTrouble;
pub use purpose::Purpose;
pub use rate::{Limit, Meter};
pub use record::{Record, discard};
pub use start::read_start;
pub use token::Token;
pub use trouble::{Failure, SourceFailure};
pub use wait::{Pace, Pause};
