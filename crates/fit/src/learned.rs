//! What real replies taught about this machine: how far the computed rates are off, how long this
//! model's answers are, what it really took in memory.
//!
//! Kept by device and model, since a model's types and shape decide how near it comes to the
//! memory's bandwidth. Not here: the file that this is kept in (`app`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::forecast::{Rates, Typical};
use crate::tuning::Tuned;

/// Replies after which a newer one still moves the mean by this part, so that a machine that
/// changed (a charger, another program) is believed soon.
const LEAST_WEIGHT: f64 = 0.3;

/// Complete replies after which a model's own lengths replace the assumed ones.
const OWN_LENGTHS_FROM: u32 = 3;

/// Fewer tokens than this tell nothing about a rate.
const TELLING_TOKENS: u32 = 16;

/// A ratio outside of this is a clock that was stopped (a suspended laptop), not a speed.
const BELIEVABLE: std::ops::RangeInclusive<f64> = 0.01..=100.0;

/// All that was learned.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    /// By what computes (an identity of the machine and the devices used), then by model.
    #[serde(default)]
    devices: BTreeMap<String, BTreeMap<String, Experience>>,
}

/// What was learned of one model on one set of devices.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Experience {
    /// Replies whose decoding was long enough to tell.
    #[serde(default)]
    pub replies: u32,
    /// Measured over computed decode rate, as a mean that favours what is new.
    #[serde(default)]
    pub decode_ratio: f64,
    /// Replies whose prompt was long enough to tell.
    #[serde(default)]
    pub prompts: u32,
    /// The same for reading prompts.
    #[serde(default)]
    pub prompt_ratio: f64,
    /// Replies that came to their own end.
    #[serde(default)]
    pub complete: u32,
    /// Their mean tokens of prompt, of thinking, of answer.
    #[serde(default)]
    pub lengths: [f64; 3],
    /// Predicted and actual memory of the last load.
    #[serde(default)]
    pub memory: Option<Memory>,
    /// How it computes fastest, once that was measured.
    #[serde(default)]
    pub tuned: Option<Tuned>,
}

/// Bytes of the last load, as planned and as they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Tokens of context.
    pub context: u32,
    /// Weights, cache and values between operations on all devices, as planned.
    pub predicted_bytes: u64,
    /// The same, as the engine's backends reserved it.
    pub actual_bytes: u64,
    /// What the engine process was planned to hold of the machine's memory.
    pub predicted_resident_bytes: u64,
    /// The most that it held.
    pub peak_resident_bytes: u64,
}

/// A reply that ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observed {
    /// Tokens of the prompt.
    pub prompt_tokens: u32,
    /// Those of them that were in the cache already.
    pub cached_tokens: u32,
    /// Tokens of thinking.
    pub thinking_tokens: u32,
    /// Tokens of the answer.
    pub answer_tokens: u32,
    /// Tokens read and written per second; 0 where none was.
    pub measured: Rates,
    /// What was computed for this reply, without any correction.
    pub computed: Rates,
    /// True where the model came to its own end.
    pub complete: bool,
}

/// How an estimate is to be corrected.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    /// Factor on the computed decode rate.
    pub decode: f64,
    /// Factor on the computed prompt rate.
    pub prompt: f64,
    /// The model's own lengths.
    pub typical: Option<Typical>,
    /// Replies of this very model behind it.
    pub replies: u32,
}

impl Correction {
    /// Nothing is known.
    pub const NONE: Self = Self {
        decode: 1.0,
        prompt: 1.0,
        typical: None,
        replies: 0,
    };
}

impl Learned {
    /// What is known of a model on these devices: from its own replies, else from those of the
    /// others there.
    pub fn correction(&self, devices: &str, model: &str) -> Correction {
        let Some(models) = self.devices.get(devices) else {
            return Correction::NONE;
        };
        let own = models.get(model);
        let ratio = |count: fn(&Experience) -> u32, ratio: fn(&Experience) -> f64| {
            if let Some(own) = own.filter(|own| count(own) > 0) {
                return ratio(own);
            }
            let (sum, replies) = models
                .values()
                .filter(|other| count(other) > 0 && BELIEVABLE.contains(&ratio(other)))
                .fold((0.0, 0_u32), |(sum, number), other| {
                    (sum + ratio(other).ln(), number + 1)
                });
            if replies == 0 {
                1.0
            } else {
                (sum / f64::from(replies)).exp()
            }
        };
        Correction {
            decode: ratio(|of| of.replies, |of| of.decode_ratio),
            prompt: ratio(|of| of.prompts, |of| of.prompt_ratio),
            typical: own.and_then(Experience::typical),
            replies: own.map_or(0, |own| own.replies),
        }
    }

    /// Learns from a reply.
    pub fn learn(&mut self, devices: &str, model: &str, reply: &Observed) {
        self.entry(devices, model).learn(reply);
    }

    /// Keeps what a load took.
    pub fn remember(&mut self, devices: &str, model: &str, memory: Memory) {
        self.entry(devices, model).memory = Some(memory);
    }

    /// How a model computes fastest on these devices, once that was measured.
    pub fn tuned(&self, devices: &str, model: &str) -> Option<Tuned> {
        self.devices.get(devices)?.get(model)?.tuned
    }

    /// Keeps how it computes fastest.
    pub fn tune(&mut self, devices: &str, model: &str, tuned: Tuned) {
        self.entry(devices, model).tuned = Some(tuned);
    }

    /// The machine was measured anew, and what is computed for these devices became so many times what
    /// it was: replies did not become faster by that, so what was promised for them stays.
    pub fn rebase(&mut self, devices: &str, decode: f64, prompt: f64) {
        for experience in self
            .devices
            .get_mut(devices)
            .into_iter()
            .flat_map(BTreeMap::values_mut)
        {
            if decode.is_normal() {
                experience.decode_ratio /= decode;
            }
            if prompt.is_normal() {
                experience.prompt_ratio /= prompt;
            }
        }
    }

    /// Everything that was learned: devices, model, experience.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str, &Experience)> {
        self.devices.iter().flat_map(|(devices, models)| {
            let models = models.iter();
            models.map(|(model, learned)| (devices.as_str(), model.as_str(), learned))
        })
    }

    fn entry(&mut self, devices: &str, model: &str) -> &mut Experience {
        let models = self.devices.entry(devices.to_owned()).or_default();
        models.entry(model.to_owned()).or_default()
    }
}

impl Experience {
    fn learn(&mut self, reply: &Observed) {
        let decode = reply.measured.decode / reply.computed.decode;
        let written = reply.thinking_tokens.saturating_add(reply.answer_tokens);
        if written >= TELLING_TOKENS && BELIEVABLE.contains(&decode) {
            self.replies = self.replies.saturating_add(1);
            // Ratios are averaged as ratios: half and double cancel out.
            self.decode_ratio = moved(
                self.decode_ratio.max(f64::MIN_POSITIVE).ln(),
                decode.ln(),
                self.replies,
            )
            .exp();
        }
        let prompt = reply.measured.prompt / reply.computed.prompt;
        let read = reply.prompt_tokens.saturating_sub(reply.cached_tokens);
        if read >= TELLING_TOKENS && BELIEVABLE.contains(&prompt) {
            self.prompts = self.prompts.saturating_add(1);
            self.prompt_ratio = moved(
                self.prompt_ratio.max(f64::MIN_POSITIVE).ln(),
                prompt.ln(),
                self.prompts,
            )
            .exp();
        }
        if reply.complete {
            self.complete = self.complete.saturating_add(1);
            let lengths = [
                reply.prompt_tokens,
                reply.thinking_tokens,
                reply.answer_tokens,
            ];
            for (mean, length) in self.lengths.iter_mut().zip(lengths) {
                *mean = moved(*mean, f64::from(length), self.complete);
            }
        }
    }

    fn typical(&self) -> Option<Typical> {
        let [prompt_tokens, thinking_tokens, answer_tokens] = self.lengths.map(|mean| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a mean of counts; `as` saturates"
            )]
            let whole = mean.round() as u32;
            whole
        });
        (self.complete >= OWN_LENGTHS_FROM).then_some(Typical {
            prompt_tokens,
            thinking_tokens,
            answer_tokens,
        })
    }
}

/// The mean after the `count`th value: plain at first, then one that favours what is new.
fn moved(mean: f64, value: f64, count: u32) -> f64 {
    if count <= 1 {
        return value;
    }
    let weight = (1.0 / f64::from(count)).max(LEAST_WEIGHT);
    mean + (value - mean) * weight
}

#[cfg(test)]
mod tests {
    use super::{Correction, Learned, Observed, Tuned};
    use crate::forecast::{Rates, Typical};
    use crate::tuning::{Attending, AttentionCosts};

    fn reply(measured: f64, computed: f64) -> Observed {
        let rates = |decode| Rates {
            decode,
            prompt: 4.0 * decode,
        };
        Observed {
            prompt_tokens: 40,
            cached_tokens: 0,
            thinking_tokens: 200,
            answer_tokens: 100,
            measured: rates(measured),
            computed: rates(computed),
            complete: true,
        }
    }

    #[test]
    fn a_model_teaches_first_itself_then_its_neighbours() {
        let mut learned = Learned::default();
        assert_eq!(learned.correction("cpu", "a"), Correction::NONE);
        learned.learn("cpu", "a", &reply(8.0, 10.0));
        let own = learned.correction("cpu", "a");
        assert!((own.decode - 0.8).abs() < 1e-9 && (own.prompt - 0.8).abs() < 1e-9);
        assert_eq!((own.replies, own.typical), (1, None));
        let neighbour = learned.correction("cpu", "b");
        assert!((neighbour.decode - 0.8).abs() < 1e-9);
        assert_eq!(neighbour.replies, 0);
        assert_eq!(learned.correction("gpu", "a"), Correction::NONE);
    }

    #[test]
    fn three_replies_bring_the_ratio_within_a_tenth_and_the_own_lengths() {
        let mut learned = Learned::default();
        for measured in [6.9, 7.1, 7.0] {
            learned.learn("cpu", "a", &reply(measured, 10.0));
        }
        let own = learned.correction("cpu", "a");
        assert!((own.decode / 0.7 - 1.0).abs() < 0.02, "{own:?}");
        let lengths = Typical {
            prompt_tokens: 40,
            thinking_tokens: 200,
            answer_tokens: 100,
        };
        assert_eq!(own.typical, Some(lengths));
        // A machine that became twice as slow is believed within a few replies.
        for _ in 0..6 {
            learned.learn("cpu", "a", &reply(3.5, 10.0));
        }
        let own = learned.correction("cpu", "a");
        assert!((own.decode / 0.35 - 1.0).abs() < 0.1, "{own:?}");
    }

    #[test]
    fn what_tells_nothing_teaches_nothing() {
        let mut learned = Learned::default();
        let short = Observed {
            thinking_tokens: 1,
            answer_tokens: 2,
            cached_tokens: 39,
            complete: false,
            ..reply(8.0, 10.0)
        };
        learned.learn("cpu", "a", &short);
        learned.learn(
            "cpu",
            "a",
            &Observed {
                complete: false,
                ..reply(0.0, 10.0)
            },
        );
        learned.learn(
            "cpu",
            "a",
            &Observed {
                complete: false,
                ..reply(8.0, 0.0)
            },
        );
        learned.learn(
            "cpu",
            "a",
            &Observed {
                complete: false,
                ..reply(f64::NAN, 1.0)
            },
        );
        assert_eq!(learned.correction("cpu", "a"), Correction::NONE);
    }

    #[test]
    fn what_was_promised_stays_when_the_machine_is_measured_anew() {
        let mut learned = Learned::default();
        learned.learn("cpu", "a", &reply(8.0, 2.0));
        learned.learn("cpu + gpu", "a", &reply(8.0, 2.0));
        // It had been busy: now eight is computed where two was.
        learned.rebase("cpu", 4.0, 2.0);
        let own = learned.correction("cpu", "a");
        assert!((own.decode - 1.0).abs() < 1e-9 && (own.prompt - 2.0).abs() < 1e-9);
        assert!((learned.correction("cpu + gpu", "a").decode - 4.0).abs() < 1e-9);
        learned.rebase("cpu", f64::NAN, 0.0);
        assert_eq!(learned.correction("cpu", "a"), own);
    }

    #[test]
    fn it_is_read_back_as_it_was_kept() {
        let mut learned = Learned::default();
        learned.learn("cpu", "a", &reply(8.0, 10.0));
        let attending = Attending {
            behind: 4096,
            writing: 1e-3,
            reading: 1e-4,
        };
        let tuned = Tuned {
            threads: 3,
            reading_threads: 4,
            reading_tokens: 128,
            attention: Some(AttentionCosts {
                writing: 0.1,
                reading: 0.01,
                flash: attending,
                plain: attending,
            }),
        };
        learned.tune("cpu", "a", tuned);
        assert_eq!(learned.tuned("cpu", "a"), Some(tuned));
        assert_eq!(learned.tuned("cpu", "b"), None);
        let kept = serde_json::to_string(&learned).unwrap();
        assert_eq!(serde_json::from_str::<Learned>(&kept).unwrap(), learned);
    }
}
