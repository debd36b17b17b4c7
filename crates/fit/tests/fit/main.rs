//! What `fit` promises: plans, forecasts and advice for models of R1's family on machines of many
//! sizes.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod advised;
mod attending;
mod broken_catalogue;
mod catalogue;
mod placing;
mod plans;
mod shapes;
mod verdicts;
