//! Ways to compute, measured: with how many threads this model is fastest on this machine, with how many
//! tokens of a prompt at once, and what attention takes, flash and plain.
//!
//! It computes behind what the cache holds and takes that back, so it needs no memory of its own, and
//! what was read stays; attention is computed beside, in a few layers. Nobody waits for it: it ends as
//! soon as anything is asked for. Not here: which way is chosen (`fit`), and when there is time (`app`).

use std::time::Duration;

use engine::message::{Failure, FailureCode, Heads, Trial, Tried, Way};

use crate::gait::Untold;
use crate::session::Session;

/// Tokens of a prompt that are read on each way.
const READ: u32 = 256;

/// Tokens that are written on each way in a round.
const WRITTEN: u32 = 4;

/// Rounds: each takes every way in turn, so that what changes meanwhile changes all of them.
const ROUNDS: usize = 3;

/// Tokens in the cache where attention is measured: R1's thoughts are thousands long, and behind
/// few tokens it takes next to nothing.
const BEHIND: u32 = 4096;

/// Tokens that are read at once there.
const READ_THERE: u32 = 64;

/// Measures these ways, each by the median of its rounds, and attention with these heads.
pub(crate) fn measure(
    session: Option<&mut Session>,
    ways: &[Way],
    heads: Option<Heads>,
) -> Result<Trial, Failure> {
    let Some(session) = session else {
        return Err(failed("no model is loaded"));
    };
    if !session.takes_back() {
        return Err(failed("what is tried could not be taken back"));
    }
    let room = session.context().saturating_sub(session.used());
    if ways.iter().any(|way| way.tokens > room || way.tokens == 0) {
        return Err(failed("the context has no room to try"));
    }
    let mut seconds = vec![Vec::new(); ways.len()];
    // The first step with so many threads or tokens prepares for the others.
    for round in 0..=ROUNDS {
        for (way, seen) in ways.iter().zip(&mut seconds) {
            let took = per_token(session, *way, round == 0)?;
            if round > 0 {
                seen.push(took);
            }
        }
    }
    let tried = ways.iter().zip(seconds).map(|(way, mut seen)| {
        seen.sort_by(f64::total_cmp);
        Tried {
            way: *way,
            per_second: 1.0 / seen[ROUNDS / 2].max(f64::MIN_POSITIVE),
        }
    });
    let ways = tried.collect();
    // ggml ends the process over others.
    let sound = |heads: &Heads| {
        let shared = heads.query.checked_rem(heads.kv) == Some(0);
        shared && heads.query > 0 && heads.key > 0 && heads.value > 0
    };
    let attention = match heads.filter(sound) {
        Some(heads) => {
            let behind = BEHIND.min(session.context());
            session.attend(heads, behind, READ_THERE).map_err(untold)?
        }
        None => None,
    };
    Ok(Trial { ways, attention })
}

/// Seconds for a token on a way.
fn per_token(session: &mut Session, way: Way, is_first: bool) -> Result<f64, Failure> {
    let times = match (is_first, way.tokens) {
        (true, _) => 1,
        (false, 1) => WRITTEN,
        (false, tokens) => READ.div_ceil(tokens),
    };
    let mut all = Duration::ZERO;
    for _ in 0..times {
        let tokens = usize::try_from(way.tokens).unwrap_or(usize::MAX);
        let took = session.measure(tokens, way.threads);
        all += took.map_err(untold)?;
    }
    Ok(all.as_secs_f64() / f64::from(times) / f64::from(way.tokens))
}

fn untold(why: Untold) -> Failure {
    failed(match why {
        Untold::Ended => "something was asked for",
        Untold::Shared => "other programs computed meanwhile",
    })
}

fn failed(why: &str) -> Failure {
    Failure::new(FailureCode::ComputeFailed, format!("not measured: {why}"))
}
