//! Chooses the next token from a row of logits, by the rules and in the order of [`Sampling`].
//!
//! The row is worked on where it lies: what a rule drops becomes minus infinity. Nothing is sorted
//! and nothing is allocated for a token: where a rule keeps the likeliest, the logit at which it
//! cuts is found by tallies over the bits of the logits, the highest bits first. A row of R1's
//! 150,000 tokens takes a few passes in straight lines, most of which a compiler turns into vector
//! instructions. Only additions, multiplications and comparisons in a fixed order are used, so the
//! same row and seed give the same token on every machine.
//!
//! Pure. Not here: where the row comes from (`llama`), and which tokens a reply must not take
//! (`session`).

use engine::message::Sampling;

/// Tokens that the repeat penalty looks back; llama.cpp's own default.
const PENALTY_TOKENS: usize = 64;

/// Logits that are looked at together: whole blocks are passed over once a rule has dropped the
/// highest of them.
const BLOCK: usize = 256;

/// Sums and maxima that run side by side, for the compiler to put into vectors.
const LANES: usize = 16;

/// The bits of a key, in the portions in which a cut is found: shift and width, 32 in all.
const PORTIONS: [(u32, u32); 3] = [(21, 11), (10, 11), (0, 10)];

/// Room for a tally of the widest portion.
const TALLIES: usize = 1 << 11;

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
    tallies: Vec<f64>,
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
            tallies: vec![0.0; TALLIES],
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
            self.keep(row, f32::NEG_INFINITY, f64::from(rules.top_k), |_| 1.0);
        }
        if rules.top_p < 1.0 {
            let whole = self.weigh(row, top, 1.0);
            let part = f64::from(rules.top_p);
            // All tokens less likely than this make up less than what may go: none of them stays.
            #[expect(clippy::cast_precision_loss, reason = "a vocabulary is small")]
            let even = (1.0 - part) * whole / row.len() as f64;
            #[expect(clippy::cast_possible_truncation, reason = "a hint")]
            let floor = top + (even.min(1.0).ln() as f32) - 1e-3;
            self.keep(row, floor, part * whole, |logit| exp(logit - top));
        }
        if rules.min_p > 0.0 {
            let least = top + rules.min_p.min(1.0).ln();
            if least > self.least {
                self.drop_below(row, least);
            }
        }
    }

    /// Keeps the likeliest tokens whose weights together reach a mass, one at least; none of them
    /// has a logit below the floor. Of equal ones those with lower ids stay. `weight` is that of a
    /// logit, for whoever wants to know a single one.
    fn keep(&mut self, row: &mut [f32], floor: f32, mass: f64, weight: impl Fn(f32) -> f32) {
        let floor = larger(self.least, floor);
        let (mut known, mut mask, mut above) = (0_u32, 0_u32, 0.0);
        let mut equals = 0.0;
        for (shift, width) in PORTIONS {
            self.tally(row, floor, known, mask, shift);
            let mut found = None;
            let tallies = self.tallies.iter().enumerate().rev();
            for (place, tally) in tallies.filter(|(_, tally)| **tally > 0.0) {
                if found.is_some() {
                    above += equals;
                }
                (found, equals) = (u32::try_from(place).ok(), *tally);
                if above + equals >= mass {
                    break;
                }
            }
            // Where rounding leaves the mass out of reach, the lowest is where it ends.
            let Some(place) = found else { return };
            known |= place << shift;
            mask |= ((1 << width) - 1) << shift;
        }
        let least = logit(known);
        self.drop_below(row, least);
        let needed = mass - above;
        if equals - needed >= f64::from(weight(least)) {
            self.drop_equals(row, least, needed);
        }
    }

    /// Adds up the weights by the portion of their keys' bits, where the bits before it are known.
    fn tally(&mut self, row: &[f32], floor: f32, known: u32, mask: u32, shift: u32) {
        self.tallies.fill(0.0);
        let tallies = &mut self.tallies[..TALLIES];
        let blocks = row.chunks(BLOCK).zip(self.weights.chunks(BLOCK));
        for ((logits, weights), peak) in blocks.zip(&self.peaks) {
            if *peak < floor {
                continue;
            }
            for (logit, weight) in logits.iter().zip(weights) {
                let key = key(*logit);
                if key & mask == known {
                    tallies[(key >> shift) as usize % TALLIES] += f64::from(*weight);
                }
            }
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

/// The highest logit, after what is not a number was made impossible.
fn peak(block: &mut [f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (whole, rest) = block.as_chunks_mut::<LANES>();
    for logits in whole {
        for (lane, logit) in lanes.iter_mut().zip(logits) {
            *logit = larger(f32::NEG_INFINITY, *logit);
            *lane = larger(*lane, *logit);
        }
    }
    for (lane, logit) in lanes.iter_mut().zip(rest) {
        *logit = larger(f32::NEG_INFINITY, *logit);
        *lane = larger(*lane, *logit);
    }
    lanes.into_iter().fold(f32::NEG_INFINITY, larger)
}

/// The sum of a block.
fn sum(block: &[f32]) -> f64 {
    let mut lanes = [0.0_f32; LANES];
    let (whole, rest) = block.as_chunks::<LANES>();
    for weights in whole {
        for (lane, weight) in lanes.iter_mut().zip(weights) {
            *lane += weight;
        }
    }
    for (lane, weight) in lanes.iter_mut().zip(rest) {
        *lane += weight;
    }
    lanes.into_iter().map(f64::from).sum()
}

/// The larger of two; the first where the second is not a number.
fn larger(one: f32, other: f32) -> f32 {
    if other > one { other } else { one }
}

/// A number that is the larger the larger the logit is.
fn key(logit: f32) -> u32 {
    let bits = logit.to_bits();
    // All bits turned where the logit is negative, else only the sign's.
    bits ^ (((bits.cast_signed() >> 31).cast_unsigned()) | 0x8000_0000)
}

/// The logit of a key.
fn logit(key: u32) -> f32 {
    let turned = if key & 0x8000_0000 == 0 {
        u32::MAX
    } else {
        0x8000_0000
    };
    f32::from_bits(key ^ turned)
}

/// e to the power of a number that is not positive, to seven digits; 0 below -87, where a float has
/// no more room, and for what is not a number.
///
/// 2^(n + f) with f between -1/2 and 1/2: n goes into the bits of the exponent, and 2^f is the
/// beginning of its power series. No branches and no library, so that it runs in vectors and gives
/// the same bits on every machine.
fn exp(power: f32) -> f32 {
    /// Below it a float is no longer normal.
    const LOWEST: f32 = -87.0;
    /// Added to a number it leaves no bits for the part behind the point: 1.5 * 2^23.
    const ROUNDING: f32 = 12_582_912.0;
    /// ln(2)^k / k!
    const SERIES: [f32; 6] = [
        1.540_353e-4,
        1.333_355_8e-3,
        9.618_129e-3,
        5.550_411e-2,
        2.402_265_1e-1,
        std::f32::consts::LN_2,
    ];
    let bits = larger(LOWEST, power) * std::f32::consts::LOG2_E;
    let rounded = bits + ROUNDING;
    let rest = bits - (rounded - ROUNDING);
    let mut series = SERIES[0];
    for part in &SERIES[1..] {
        series = series * rest + part;
    }
    let mantissa = series * rest + 1.0;
    let whole = f32::from_bits(mantissa.to_bits().wrapping_add(rounded.to_bits() << 23));
    if power > LOWEST { whole } else { 0.0 }
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
        number / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
// Named, since `bench/sampling` takes this file as it is.
#[path = "sampler/tests.rs"]
mod tests;
