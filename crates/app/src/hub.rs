//! Models of a hub that the catalogue does not know: how a person names one, which there are in a repository,
//! and whether they run here, told by their headers before they are fetched.
//!
//! Not here: fetching (`pull`), connections (`library`).

pub(crate) mod address;
mod asking;
mod files;
pub(crate) mod keys;
mod look;
mod pasted;
mod quant;
pub(crate) mod remote;

pub use asking::{Found, Inquiry};
pub use keys::{Agreement, TokenFound};
pub use look::{AtHub, Judged, Offered};
