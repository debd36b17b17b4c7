//! Arithmetic on blocks of floats in straight lines, for a compiler to put into vectors.

/// Sums and maxima that run side by side, for the compiler to put into vectors.
pub(crate) const LANES: usize = 16;

/// The highest logit, after what is not a number was made impossible.
pub(crate) fn peak(block: &mut [f32]) -> f32 {
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
pub(crate) fn sum(block: &[f32]) -> f64 {
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
pub(crate) fn larger(one: f32, other: f32) -> f32 {
    if other > one { other } else { one }
}

/// e to the power of a number that is not positive, to seven digits; 0 below -87, where a float has
/// no more room, and for what is not a number.
///
/// 2^(n + f) with f between -1/2 and 1/2: n goes into the bits of the exponent, and 2^f is the
/// beginning of its power series. No branches and no library, so that it runs in vectors and gives
/// the same bits on every machine.
pub(crate) fn exp(power: f32) -> f32 {
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
        2.402_265e-1,
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
