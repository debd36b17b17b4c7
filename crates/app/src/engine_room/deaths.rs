//! When an engine that keeps dying is no longer started: three deaths within 90 seconds over one model
//! and one choice of device are a rule, not a mishap, and each start costs a person's disk and patience.
//!
//! Pure: the time comes in. Not here: what is kept of a death (`crashes`).

use std::time::{Duration, Instant};

use crate::failure::{Code, Failure};
use crate::model::Model;
use crate::preferences::Device;

/// Deaths that are a rule.
const MANY: usize = 3;

/// Within this time.
const WITHIN: Duration = Duration::from_secs(90);

/// Whose wish a start is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// A person asked.
    Person,
    /// It would be handy.
    Itself,
}

/// What was to be computed, and with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct What {
    pub(super) model: Model,
    pub(super) device: Device,
}

/// The deaths of engines over one model. Those over another are forgotten as soon as it is another's
/// turn to die.
#[derive(Debug, Default)]
pub(super) struct Deaths {
    over: Option<What>,
    at: Vec<Instant>,
    /// Whether a GPU computed in any.
    on_gpu: bool,
    /// It is not started of itself any more.
    given_up: bool,
}

impl Deaths {
    /// An engine died.
    pub(super) fn note(&mut self, over: What, at: Instant, on_gpu: bool) {
        if self.over.as_ref() != Some(&over) {
            *self = Self {
                over: Some(over),
                ..Self::default()
            };
        }
        self.at
            .retain(|earlier| at.saturating_duration_since(*earlier) < WITHIN);
        self.at.push(at);
        self.on_gpu |= on_gpu;
        self.given_up |= self.at.len() >= MANY;
    }

    /// A reply over this came to its end.
    pub(super) fn forget(&mut self, over: &What) {
        if self.over.as_ref() == Some(over) {
            *self = Self::default();
        }
    }

    /// What stands against starting one. A person may try again once the deaths are 90 seconds old;
    /// of itself it is not tried until that went well.
    pub(super) fn check(&self, over: &What, by: By, now: Instant) -> Result<(), Failure> {
        if self.over.as_ref() != Some(over) || !self.given_up {
            return Ok(());
        }
        let left = match self.at.iter().rev().nth(MANY - 1) {
            Some(first) => WITHIN.saturating_sub(now.saturating_duration_since(*first)),
            None => Duration::ZERO,
        };
        if by == By::Person && left.is_zero() {
            return Ok(());
        }
        let seconds = left.as_secs() + 1;
        let message = format!(
            "the engine stopped {MANY} times within {} seconds, so it is left alone for now",
            WITHIN.as_secs()
        );
        Err(if self.on_gpu {
            Failure::new(Code::GpuUnsteady, message).hint(format!(
                "Compute on the processor alone (in the settings; `--processor` in a terminal), or ask \
                 again in {seconds} s."
            ))
        } else {
            Failure::new(Code::EngineUnsteady, message).hint(format!(
                "Close other programs or choose a smaller model, or ask again in {seconds} s."
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn what(model: Model) -> What {
        What {
            model,
            device: Device::Best,
        }
    }

    fn second(begin: Instant, n: u64) -> Instant {
        begin + Duration::from_secs(n)
    }

    #[test]
    fn three_deaths_in_90_seconds_end_the_trying_and_time_lets_a_person_try_again() {
        let begin = Instant::now();
        let sprout = what(Model::Sprout);
        let mut deaths = Deaths::default();
        for (at, given_up) in [(0, false), (50, false), (100, false), (130, true)] {
            deaths.note(sprout.clone(), second(begin, at), false);
            for by in [By::Person, By::Itself] {
                let said = deaths.check(&sprout, by, second(begin, at));
                assert_eq!(said.is_err(), given_up, "{at} s: {said:?}");
            }
        }
        let at = |by, n| deaths.check(&sprout, by, second(begin, n));
        let said = at(By::Person, 130).unwrap_err();
        assert_eq!(said.code, Code::EngineUnsteady);
        assert!(said.hint.is_some_and(|hint| hint.contains("in 11 s")));
        assert!(at(By::Person, 139).is_err());
        assert_eq!(at(By::Person, 140), Ok(()));
        assert!(at(By::Itself, 10_000).is_err());
    }

    #[test]
    fn another_model_another_device_and_a_reply_that_ends_begin_anew() {
        let begin = Instant::now();
        let sprout = what(Model::Sprout);
        let other = what(Model::File(PathBuf::from("/r1.gguf")));
        let alone = What {
            device: Device::Processor,
            ..sprout.clone()
        };
        let mut deaths = Deaths::default();
        for n in 0..3 {
            deaths.note(sprout.clone(), second(begin, n), n == 0);
        }
        let now = second(begin, 3);
        let said = deaths.check(&sprout, By::Person, now).unwrap_err();
        assert_eq!(said.code, Code::GpuUnsteady, "a GPU was part of it");
        assert_eq!(deaths.check(&other, By::Person, now), Ok(()));
        assert_eq!(deaths.check(&alone, By::Itself, now), Ok(()));
        deaths.forget(&other);
        assert!(deaths.check(&sprout, By::Person, now).is_err());
        deaths.forget(&sprout);
        assert_eq!(deaths.check(&sprout, By::Itself, now), Ok(()));
    }
}
