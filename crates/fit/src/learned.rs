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

/// How far apart replies are before any was seen: the mean distance of a length from the usual one, as
/// the logarithm of their ratio. A length is then between 0.4 and 2.6 times the usual one, which is
/// what is assumed of R1.
const ASSUMED_SPREAD: f64 = 0.6;

/// Replies that the assumed spread counts for: two of the same length by chance promise nothing.
const SPREAD_COUNTS_FOR: u32 = 2;

/// How slowly the spread forgets. Lengths differ much more than rates, so it takes ten replies.
const LEAST_SPREAD_WEIGHT: f64 = 0.1;

/// What is told reaches so many spreads to either side. Where lengths are distributed as products of
/// chances are, eight of ten replies lie within.
const SPREADS_TOLD: f64 = 1.6;

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
    /// How far from their mean those came that followed; none before the second, or where an earlier
    /// version kept this.
    #[serde(default)]
    pub spread: Option<f64>,
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
    /// How long replies are: the model's own lengths once they are known, else those assumed of it.
    pub typical: Typical,
    /// Replies of this very model behind it.
    pub replies: u32,
}

impl Correction {
    /// Nothing is known.
    pub const NONE: Self = Self {
        decode: 1.0,
        prompt: 1.0,
        typical: Typical::ASSUMED,
        replies: 0,
    };

    /// Nothing is known of a model but how long its replies are assumed to be.
    pub const fn assuming(typical: Typical) -> Self {
        Self {
            typical,
            ..Self::NONE
        }
    }
}

impl Learned {
    /// What is known of a model on these devices: from its own replies, else from those of the
    /// others there. Its lengths are its own, else those assumed of it.
    pub fn correction(&self, devices: &str, model: &str, assumed: Typical) -> Correction {
        let Some(models) = self.devices.get(devices) else {
            return Correction::assuming(assumed);
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
            typical: own.and_then(Experience::typical).unwrap_or(assumed),
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
            self.spread(written);
            for (mean, length) in self.lengths.iter_mut().zip(lengths) {
                *mean = moved(*mean, f64::from(length), self.complete);
            }
        }
    }

    /// How far from what was usual before a reply of so many tokens came.
    fn spread(&mut self, written: u32) {
        let [_, thinking, answer] = self.lengths;
        let distance = (f64::from(written) / (thinking + answer)).ln().abs();
        if self.complete < 2 || !distance.is_finite() {
            return;
        }
        let before = self.spread.unwrap_or(ASSUMED_SPREAD);
        let count = self.complete.saturating_add(SPREAD_COUNTS_FOR);
        let weight = (1.0 / f64::from(count)).max(LEAST_SPREAD_WEIGHT);
        self.spread = Some(before + (distance - before) * weight);
    }

    fn typical(&self) -> Option<Typical> {
        let [prompt, thinking, answer] = self.lengths;
        let factor = (SPREADS_TOLD * self.spread.unwrap_or(ASSUMED_SPREAD)).exp();
        let written = thinking + answer;
        (self.complete >= OWN_LENGTHS_FROM).then(|| Typical {
            prompt_tokens: whole(prompt),
            thinking_tokens: whole(thinking),
            answer_tokens: whole(answer),
            least_tokens: whole(written / factor),
            most_tokens: whole(written * factor),
        })
    }
}

/// A mean of counts as a count.
fn whole(mean: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates, which is what is meant"
    )]
    let whole = mean.round() as u32;
    whole
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

    const ASSUMED: Typical = Typical::ASSUMED;

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
        assert_eq!(learned.correction("cpu", "a", ASSUMED), Correction::NONE);
        learned.learn("cpu", "a", &reply(8.0, 10.0));
        let own = learned.correction("cpu", "a", ASSUMED);
        assert!((own.decode - 0.8).abs() < 1e-9 && (own.prompt - 0.8).abs() < 1e-9);
        assert_eq!((own.replies, own.typical), (1, ASSUMED));
        let neighbour = learned.correction("cpu", "b", ASSUMED);
        assert!((neighbour.decode - 0.8).abs() < 1e-9);
        assert_eq!(neighbour.replies, 0);
        assert_eq!(learned.correction("gpu", "a", ASSUMED), Correction::NONE);
    }

    #[test]
    fn three_replies_bring_the_ratio_within_a_tenth_and_the_own_lengths() {
        let mut learned = Learned::default();
        for measured in [6.9, 7.1, 7.0] {
            learned.learn("cpu", "a", &reply(measured, 10.0));
        }
        let own = learned.correction("cpu", "a", ASSUMED);
        assert!((own.decode / 0.7 - 1.0).abs() < 0.02, "{own:?}");
        let lengths = own.typical;
        assert_eq!((lengths.prompt_tokens, lengths.written_tokens()), (40, 300));
        assert_eq!((lengths.thinking_tokens, lengths.answer_tokens), (200, 100));
        // A machine that became twice as slow is believed within a few replies.
        for _ in 0..6 {
            learned.learn("cpu", "a", &reply(3.5, 10.0));
        }
        let own = learned.correction("cpu", "a", ASSUMED);
        assert!((own.decode / 0.35 - 1.0).abs() < 0.1, "{own:?}");
    }

    /// A model's own replies, each of so many tokens.
    fn replies(tokens: &[u32]) -> Learned {
        let mut learned = Learned::default();
        for &tokens in tokens {
            let reply = Observed {
                thinking_tokens: tokens - 100,
                ..reply(8.0, 8.0)
            };
            learned.learn("cpu", "a", &reply);
        }
        learned
    }

    #[test]
    fn own_replies_narrow_what_is_told_of_their_length() {
        let told = |tokens: &[u32]| replies(tokens).correction("cpu", "a", ASSUMED).typical;
        let width = |tokens: &[u32]| {
            let told = told(tokens);
            f64::from(told.most_tokens) / f64::from(told.least_tokens)
        };
        let assumed = f64::from(ASSUMED.most_tokens) / f64::from(ASSUMED.least_tokens);
        assert_eq!(told(&[500, 500]), ASSUMED, "two tell nothing yet");
        // Three alike narrow it, and ten alike are known.
        assert!((2.0..assumed / 1.5).contains(&width(&[500; 3])));
        assert!((1.0..2.0).contains(&width(&[500; 10])));
        // Lengths that differ are told as such, however many there were.
        let mixed = [400, 3_000, 600, 2_000, 500, 4_000, 700, 900, 2_500, 400];
        let told = told(&mixed);
        let usual = told.written_tokens();
        assert!(
            told.least_tokens < usual && usual < told.most_tokens,
            "{told:?}"
        );
        let within = |tokens: &&u32| (told.least_tokens..=told.most_tokens).contains(tokens);
        assert!(mixed.iter().filter(within).count() >= 7, "{told:?}");
    }

    #[test]
    fn lengths_that_an_earlier_version_kept_promise_no_exact_time() {
        let kept = r#"{"devices":{"cpu":{"a":{"complete":9,"lengths":[40,200,100]}}}}"#;
        let learned: Learned = serde_json::from_str(kept).unwrap();
        let told = learned.correction("cpu", "a", ASSUMED).typical;
        assert!(
            told.least_tokens < 150 && told.most_tokens > 600,
            "{told:?}"
        );
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
        assert_eq!(learned.correction("cpu", "a", ASSUMED), Correction::NONE);
    }

    #[test]
    fn what_was_promised_stays_when_the_machine_is_measured_anew() {
        let mut learned = Learned::default();
        learned.learn("cpu", "a", &reply(8.0, 2.0));
        learned.learn("cpu + gpu", "a", &reply(8.0, 2.0));
        // It had been busy: now eight is computed where two was.
        learned.rebase("cpu", 4.0, 2.0);
        let own = learned.correction("cpu", "a", ASSUMED);
        assert!((own.decode - 1.0).abs() < 1e-9 && (own.prompt - 2.0).abs() < 1e-9);
        assert!((learned.correction("cpu + gpu", "a", ASSUMED).decode - 4.0).abs() < 1e-9);
        learned.rebase("cpu", f64::NAN, 0.0);
        assert_eq!(learned.correction("cpu", "a", ASSUMED), own);
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
