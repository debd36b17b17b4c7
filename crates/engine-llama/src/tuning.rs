//! Ways to compute, measured: with how many threads this model is fastest on this machine, and with how
//! many tokens of a prompt at once.
//!
//! It computes behind what the cache holds and takes that back, so it needs no memory of its own, and
//! what was read stays. Nobody waits for it: it ends as soon as anything is asked for. Not here: which
//! way is chosen (`fit`), and when there is time (`app`).

use std::time::Duration;

use engine::message::{Failure, FailureCode, Tried, Way};

use crate::gait::Untold;
use crate::session::Session;

/// Tokens of a prompt that are read on each way.
const READ: u32 = 256;

/// Tokens that are written on each way in a round.
const WRITTEN: u32 = 4;

/// Rounds: each takes every way in turn, so that what changes meanwhile changes all of them.
const ROUNDS: usize = 3;

/// Measures these ways, each by the median of its rounds.
pub(crate) fn measure(session: Option<&mut Session>, ways: &[Way]) -> Result<Vec<Tried>, Failure> {
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
    Ok(tried.collect())
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
        all += took.map_err(|untold| match untold {
            Untold::Ended => failed("something was asked for"),
            Untold::Shared => failed("other programs computed meanwhile"),
        })?;
    }
    Ok(all.as_secs_f64() / f64::from(times) / f64::from(way.tokens))
}

fn failed(why: &str) -> Failure {
    Failure::new(FailureCode::ComputeFailed, format!("not measured: {why}"))
}
