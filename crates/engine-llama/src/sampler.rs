//! Chooses the next token from a row of logits, by the rules and in the order of [`Sampling`].
//!
//! The row is worked on where it lies: what a rule drops becomes minus infinity. It is never sorted
//! and nothing is allocated for a token: where a rule keeps the likeliest, tallies by rough logit
//! lead to the few tokens among which it cuts. A row of R1's 150,000 tokens takes a few passes in
//! straight lines, most of which a compiler turns into vector instructions. All computing is done
//! in a fixed order by operations that every processor rounds alike, so the same row and seed give
//! the same token on every machine.
//!
//! Pure. Not here: where the row comes from (`llama`), and which tokens a reply must not take
//! (`session`).

// Their places are named since `bench/sampling` takes this file as it is.
#[path = "sampler/lanes.rs"]
mod lanes;
#[path = "sampler/shelves.rs"]
mod shelves;

use engine::message::Sampling;

use lanes::{LANES, exp, larger, peak, sum};
use shelves::{SHELVES, Shelves, reach};

/// Tokens that the repeat penalty looks back; llama.cpp's own default.
const PENALTY_TOKENS: usize = 64;

/// Logits that are looked at together: whole blocks are passed over once a rule has dropped the
/// highest of them.
const BLOCK: usize = 256;

/// Logits so far below the highest share the lowest shelf at first.
const WIDE: f32 = 32.0;

/// So many tokens near a cut are few enough to be sorted, ...
const FEW: usize = 64;

/// ... and more are put on finer shelves so often at most. Each time leaves one of
/// [`SHELVES`], unless logits are equal.
const FINER: usize = 3;

/// What chooses the tokens of one reply.
pub(crate) struct Sampler {
    sampling: Sampling,
    draws: Draws,
    recent: Recent,
    /// The weight of each token, relative to the likeliest one's.
    weights: Vec<f32>,
    /// The highest logit of each block.
    peaks: Vec<f32>,
    /// The sum of the weights of each block.
    masses: Vec<f64>,
    /// The weight on each shelf.
    tallies: Vec<f64>,
    /// Logit and weight of the tokens near a cut.
    near: Vec<(f32, f32)>,
    /// The lowest logit that is left. Blocks whose peak is lower are out of the game without being
    /// written to.
    least: f32,
}

impl Sampler {
    pub(crate) fn new(sampling: &Sampling) -> Self {
        Self {
            sampling: *sampling,
            draws: Draws::of(sampling.seed),
            recent: Recent::default(),
            weights: Vec::new(),
            peaks: Vec::new(),
            masses: Vec::new(),
            tallies: vec![0.0; SHELVES],
            near: Vec::new(),
            least: f32::NEG_INFINITY,
        }
    }

    /// The token of this row; none where the row holds no number to go by. What is not a number
    /// counts as impossible. The row is used up by it.
    pub(crate) fn sample(&mut self, row: &mut [f32]) -> Option<i32> {
        let rules = self.sampling;
        let penalty = rules.repeat_penalty;
        #[expect(
            clippy::float_cmp,
            reason = "exactly 1 is the value that means: leave it out"
        )]
        let penalises = penalty != 1.0 && penalty > 0.0 && penalty.is_finite();
        if penalises {
            self.recent.penalise(row, penalty);
        }
        let (block, top) = self.survey(row);
        let token = if top == f32::NEG_INFINITY {
            return None;
        } else if rules.temperature > 0.0 && top < f32::INFINITY {
            self.narrow(row, top);
            let rate = (1.0 / rules.temperature).min(f32::MAX);
            let whole = self.weigh(row, top, rate);
            self.draw(whole)
        } else {
            first(row, block, top)
        };
        let token = i32::try_from(token).ok()?;
        if penalises {
            self.recent.push(token);
        }
        Some(token)
    }

    /// Clears the row of what is not a number, notes the peak of each block, and gives the first
    /// block that has the highest.
    fn survey(&mut self, row: &mut [f32]) -> (usize, f32) {
        self.peaks.clear();
        self.weights.resize(row.len(), 0.0);
        self.least = f32::NEG_INFINITY;
        let mut best = (0, f32::NEG_INFINITY);
        for (at, block) in row.chunks_mut(BLOCK).enumerate() {
            let peak = peak(block);
            if peak > best.1 {
                best = (at, peak);
            }
            self.peaks.push(peak);
        }
        best
    }

    /// Drops what top-k, top-p and min-p drop.
    fn narrow(&mut self, row: &mut [f32], top: f32) {
        let rules = self.sampling;
        let keep = rules.top_k as usize;
        if (1..row.len()).contains(&keep) {
            self.weights.fill(1.0);
            self.keep(row, top, f32::NEG_INFINITY, f64::from(rules.top_k));
        }
        if rules.top_p < 1.0 {
            let whole = self.weigh(row, top, 1.0);
            let part = f64::from(rules.top_p);
            // All tokens less likely than this make up less than what may go: none of them stays.
            #[expect(clippy::cast_precision_loss, reason = "a vocabulary is small")]
            let even = (1.0 - part) * whole / row.len() as f64;
            #[expect(clippy::cast_possible_truncation, reason = "a hint")]
            let floor = top + (even.min(1.0).ln() as f32) - 1e-3;
            self.keep(row, top, floor, part * whole);
        }
        if rules.min_p > 0.0 {
            let least = top + rules.min_p.min(1.0).ln();
            if least > self.least {
                self.drop_below(row, least);
            }
        }
    }

    /// Keeps the likeliest tokens whose weights together reach a mass, one at least; those below the
    /// floor are known not to be among them. Of equal ones those with lower ids stay.
    fn keep(&mut self, row: &mut [f32], top: f32, floor: f32, mass: f64) {
        let floor = larger(self.least, floor);
        let mut shelves = Shelves::between(larger(top - WIDE, floor), top);
        self.tallies.fill(0.0);
        let blocks = row.chunks(BLOCK).zip(self.weights.chunks(BLOCK));
        for ((logits, weights), _) in blocks.zip(&self.peaks).filter(|(_, peak)| **peak >= floor) {
            shelves.add(logits, weights, &mut self.tallies);
        }
        let (mut place, mut above) = reach(&self.tallies, 0.0, mass);
        self.near.clear();
        let blocks = row.chunks(BLOCK).zip(self.weights.chunks(BLOCK));
        for ((logits, weights), _) in blocks.zip(&self.peaks).filter(|(_, peak)| **peak >= floor) {
            let chunks = logits.chunks(LANES).zip(weights.chunks(LANES));
            for (logits, weights) in chunks.filter(|(logits, _)| shelves.any(logits, place)) {
                let both = logits.iter().copied().zip(weights.iter().copied());
                let on_it = both.filter(|(logit, _)| shelves.of(*logit) == place);
                self.near.extend(on_it);
            }
        }
        for _ in 0..FINER {
            if self.near.len() <= FEW {
                break;
            }
            let (low, high) = self.near.iter().fold((top, f32::MIN), |(low, high), near| {
                (
                    if near.0 < low { near.0 } else { low },
                    larger(high, near.0),
                )
            });
            shelves = Shelves::between(low, high);
            self.tallies.fill(0.0);
            for (logit, weight) in &self.near {
                self.tallies[shelves.of(*logit)] += f64::from(*weight);
            }
            (place, above) = reach(&self.tallies, above, mass);
            self.near.retain(|(logit, _)| shelves.of(*logit) == place);
        }
        self.cut(row, mass - above);
    }

    /// Cuts within the tokens that are near the cut, where those above them leave so much mass to
    /// be filled.
    fn cut(&mut self, row: &mut [f32], mass: f64) {
        self.near
            .sort_unstable_by(|one, other| other.0.total_cmp(&one.0));
        let mut above = 0.0;
        // Rounding may leave the mass out of reach: then the lowest is where it ends.
        for equals in self.near.chunk_by(|one, other| one.0 <= other.0) {
            let (least, weight) = equals[0];
            let together: f64 = equals.iter().map(|near| f64::from(near.1)).sum();
            if above + together >= mass {
                self.drop_below(row, least);
                if above + together - mass >= f64::from(weight) {
                    self.drop_equals(row, least, mass - above);
                }
                return;
            }
            above += together;
        }
        if let Some((least, _)) = self.near.last().copied() {
            self.drop_below(row, least);
        }
    }

    /// Drops every logit below this one.
    fn drop_below(&mut self, row: &mut [f32], least: f32) {
        self.least = least;
        for (block, peak) in row.chunks_mut(BLOCK).zip(&self.peaks) {
            if *peak >= least {
                for logit in block {
                    *logit = if *logit < least {
                        f32::NEG_INFINITY
                    } else {
                        *logit
                    };
                }
            }
        }
    }

    /// Of the logits that are exactly this one, drops those that a mass does not need.
    fn drop_equals(&mut self, row: &mut [f32], least: f32, mass: f64) {
        let mut left = mass;
        let mut kept = false;
        let blocks = row.chunks_mut(BLOCK).zip(self.weights.chunks(BLOCK));
        for ((logits, weights), peak) in blocks.zip(&self.peaks) {
            if *peak < least {
                continue;
            }
            for (logit, weight) in logits.iter_mut().zip(weights) {
                #[expect(clippy::float_cmp, reason = "exactly equal ones are meant")]
                if *logit == least {
                    if kept && left <= 0.0 {
                        *logit = f32::NEG_INFINITY;
                    }
                    kept = true;
                    left -= f64::from(*weight);
                }
            }
        }
    }

    /// Weighs what is left, where the likeliest weighs 1 and a logit counts at this rate; gives
    /// the sum.
    fn weigh(&mut self, row: &[f32], top: f32, rate: f32) -> f64 {
        self.masses.clear();
        let blocks = row.chunks(BLOCK).zip(self.weights.chunks_mut(BLOCK));
        for ((logits, weights), peak) in blocks.zip(&self.peaks) {
            let mass = if *peak < self.least {
                0.0
            } else {
                for (weight, logit) in weights.iter_mut().zip(logits) {
                    *weight = exp((logit - top) * rate);
                }
                sum(weights)
            };
            self.masses.push(mass);
        }
        self.masses.iter().sum()
    }

    /// Draws a token with the likelihood of its weight.
    fn draw(&mut self, whole: f64) -> usize {
        let mut left = self.draws.next() * whole;
        // Rounding may leave a little over: then it is the last one that can be drawn at all.
        let mut last = 0;
        let blocks = self.weights.chunks(BLOCK).zip(&self.masses);
        for (at, (weights, mass)) in blocks.enumerate().filter(|(_, (_, mass))| **mass > 0.0) {
            if left >= *mass {
                left -= mass;
                last = at;
                continue;
            }
            for (place, weight) in weights.iter().enumerate() {
                left -= f64::from(*weight);
                if *weight > 0.0 && left < 0.0 {
                    return at * BLOCK + place;
                }
            }
            last = at;
            left = 0.0;
        }
        let block = self.weights.chunks(BLOCK).nth(last).unwrap_or_default();
        let place = block.iter().rposition(|weight| *weight > 0.0);
        last * BLOCK + place.unwrap_or(0)
    }
}

/// The first place of a logit, known to be in this block.
fn first(row: &[f32], block: usize, logit: f32) -> usize {
    let from = block * BLOCK;
    #[expect(clippy::float_cmp, reason = "it was found there")]
    let place = row[from..].iter().position(|other| *other == logit);
    from + place.unwrap_or(0)
}

/// The last tokens that were chosen.
#[derive(Default)]
struct Recent {
    /// At most [`PENALTY_TOKENS`], in a ring.
    tokens: Vec<i32>,
    oldest: usize,
}

impl Recent {
    fn push(&mut self, token: i32) {
        if self.tokens.len() < PENALTY_TOKENS {
            self.tokens
                .reserve_exact(PENALTY_TOKENS - self.tokens.len());
            self.tokens.push(token);
        } else {
            self.tokens[self.oldest] = token;
            self.oldest = (self.oldest + 1) % PENALTY_TOKENS;
        }
    }

    /// Makes each of them less likely, once: a positive logit is divided, another multiplied.
    fn penalise(&self, row: &mut [f32], penalty: f32) {
        for (at, token) in self.tokens.iter().enumerate() {
            let place = usize::try_from(*token).unwrap_or(usize::MAX);
            if let Some(logit) = row.get_mut(place)
                && !self.tokens[..at].contains(token)
            {
                *logit = if *logit <= 0.0 {
                    *logit * penalty
                } else {
                    *logit / penalty
                };
            }
        }
    }
}

/// Numbers that a seed decides: `SplitMix64` (Steele, Lea and Flood, "Fast splittable pseudorandom
/// number generators", 2014), one for each token that is drawn.
struct Draws(u64);

impl Draws {
    fn of(seed: u32) -> Self {
        let mut draws = Self(u64::from(seed) << 32 | u64::from(!seed));
        // The first would follow the seed closely.
        draws.next();
        draws
    }

    /// From 0 to below 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        // The 53 bits that such a float holds.
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
        let number = (mixed >> 11) as f64;
        number * (f64::EPSILON / 2.0)
    }
}

#[cfg(test)]
#[path = "sampler/tests.rs"]
mod tests;
