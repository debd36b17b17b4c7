//! Logits sorted roughly, onto shelves by their height, to find where a rule cuts without sorting
//! them all.

use super::BLOCK;
use super::lanes::larger;

/// Shelves that logits are sorted onto to find a cut; a power of two.
pub(crate) const SHELVES: usize = 1 << 11;

/// Sorts logits roughly, the highest onto shelf 0.
pub(crate) struct Shelves {
    high: f32,
    per_logit: f32,
}

impl Shelves {
    #[expect(clippy::cast_precision_loss, reason = "a power of two")]
    const LAST: f32 = (SHELVES - 1) as f32;

    /// For logits between these; lower ones come onto the last shelf.
    pub(crate) fn between(low: f32, high: f32) -> Self {
        let per_logit = Self::LAST / (high - low);
        Self {
            high,
            // Infinite where both are the same: all logits are the highest then.
            per_logit: if per_logit < f32::MAX { per_logit } else { 0.0 },
        }
    }

    pub(crate) fn of(&self, logit: f32) -> usize {
        /// Added to a float it leaves a whole number in its lowest bits: 2^23.
        const ROUNDING: f32 = 8_388_608.0;
        let place = larger(0.0, (self.high - logit) * self.per_logit);
        let place = if place < Self::LAST {
            place
        } else {
            Self::LAST
        };
        (place + ROUNDING).to_bits() as usize % SHELVES
    }

    /// True where any of these comes onto this shelf.
    pub(crate) fn any(&self, logits: &[f32], place: usize) -> bool {
        logits
            .iter()
            .fold(false, |any, logit| any | (self.of(*logit) == place))
    }

    /// Puts the weights of a block onto the shelves of its logits.
    pub(crate) fn add(&self, logits: &[f32], weights: &[f32], tallies: &mut [f64]) {
        let Some(tallies) = tallies.first_chunk_mut::<SHELVES>() else {
            return;
        };
        let mut places = [0_usize; BLOCK];
        for (place, logit) in places.iter_mut().zip(logits) {
            *place = self.of(*logit);
        }
        for (place, weight) in places.iter().zip(weights) {
            tallies[place % SHELVES] += f64::from(*weight);
        }
    }
}

/// The shelf on which the weights from shelf 0 on reach a mass, and what lies above it; the last
/// shelf that holds anything where they do not.
pub(crate) fn reach(tallies: &[f64], already: f64, mass: f64) -> (usize, f64) {
    let (mut above, mut before) = (already, 0.0);
    let mut last = 0;
    for (place, tally) in tallies
        .iter()
        .enumerate()
        .filter(|(_, tally)| **tally > 0.0)
    {
        above += before;
        (last, before) = (place, *tally);
        if above + tally >= mass {
            break;
        }
    }
    (last, above)
}
