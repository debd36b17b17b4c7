//! The types of tensors in a `Q4_K_M` file, and random values in each.
//!
//! Block layouts: `ggml-common.h`. The scales are chosen so that a matrix of [`STANDARD`]
//! deviation results: activations then stay finite through any number of layers, and no scale is
//! so small that the processor would slow down over it.

use fastrand::Rng;

/// Standard deviation of a random weight, about that of a trained one.
const STANDARD: f32 = 0.02;

/// How the values of a tensor are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quant {
    /// 32-bit floats near 1, for norms and biases.
    F32,
    /// 32-bit floats around 0, for a router.
    F32Matrix,
    /// 5 bits with one scale for 32: 22 bytes for 32 values.
    Q5_0,
    /// 4 bits with scales of 6 bits for each 32: 144 bytes for 256 values.
    Q4K,
    /// 6 bits with scales of 8 bits for each 16: 210 bytes for 256 values.
    Q6K,
}

impl Quant {
    /// Its number in a GGUF file (`enum ggml_type`).
    pub(crate) fn number(self) -> u32 {
        match self {
            Self::F32 | Self::F32Matrix => 0,
            Self::Q5_0 => 6,
            Self::Q4K => 12,
            Self::Q6K => 14,
        }
    }

    /// Values and bytes of one block.
    pub(crate) fn block(self) -> (u64, u64) {
        match self {
            Self::F32 | Self::F32Matrix => (1, 4),
            Self::Q5_0 => (32, 22),
            Self::Q4K => (256, 144),
            Self::Q6K => (256, 210),
        }
    }

    /// Bytes of so many values.
    pub(crate) fn bytes(self, values: u64) -> u64 {
        let (of, bytes) = self.block();
        values / of * bytes
    }

    /// Fills whole blocks with random weights.
    pub(crate) fn fill(self, random: &mut Rng, blocks: &mut [u8]) {
        let bytes = usize::try_from(self.block().1).expect("BUG: a block is small");
        match self {
            // Norms are near 1, and a bias of this size does no harm.
            Self::F32 => {
                for value in blocks.chunks_exact_mut(bytes) {
                    value.copy_from_slice(&(0.9 + 0.2 * random.f32()).to_le_bytes());
                }
            }
            // A router of weights near 1 would add up its input: every expert gets one score, and the
            // bias alone sends all tokens to the same few. Even spread over ±√3 deviations.
            Self::F32Matrix => {
                let far = STANDARD * 3.0_f32.sqrt();
                for value in blocks.chunks_exact_mut(bytes) {
                    value.copy_from_slice(&(far * (2.0 * random.f32() - 1.0)).to_le_bytes());
                }
            }
            // w = d·(q − 16), with q in 0..32: the deviation is near 9.2·d.
            Self::Q5_0 => {
                random.fill(blocks);
                let d = half(STANDARD / 9.2);
                for block in blocks.chunks_exact_mut(bytes) {
                    block[..2].copy_from_slice(&d.to_le_bytes());
                }
            }
            // w = d·scale·q − dmin·minimum, with scale and minimum in 0..64 and q in 0..16: with
            // dmin = 7.5·d the mean is 0, and the deviation is near 250·d.
            Self::Q4K => {
                random.fill(blocks);
                let d = STANDARD / 250.0;
                for block in blocks.chunks_exact_mut(bytes) {
                    block[..2].copy_from_slice(&half(d).to_le_bytes());
                    block[2..4].copy_from_slice(&half(7.5 * d).to_le_bytes());
                }
            }
            // w = d·scale·(q − 32), with q in 0..64; scales in −16..16 give a deviation near 170·d.
            Self::Q6K => {
                random.fill(blocks);
                let d = half(STANDARD / 170.0);
                for block in blocks.chunks_exact_mut(bytes) {
                    for scale in &mut block[192..208] {
                        *scale = (*scale & 31).wrapping_sub(16);
                    }
                    block[208..].copy_from_slice(&d.to_le_bytes());
                }
            }
        }
    }
}

/// A positive number as a normal 16-bit float, its last bits cut off.
fn half(value: f32) -> u16 {
    let bits = value.to_bits();
    let exponent = (bits >> 23) + 15 - 127;
    let fraction = (bits >> 13) & 0x3ff;
    u16::try_from(exponent << 10 | fraction).expect("BUG: a scale that no 16-bit float holds")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_is_what_ieee_754_says() {
        assert_eq!(half(1.0), 0x3c00);
        assert_eq!(half(0.5), 0x3800);
        assert_eq!(half(65504.0), 0x7bff);
        assert_eq!(half(6.104e-5), 0x0400);
    }

    /// Dequantised by the formulas of ggml's `dequantize_row_q6_K`, a block has the deviation that
    /// was meant.
    #[test]
    fn random_blocks_have_the_deviation_of_a_trained_matrix() {
        let mut random = Rng::with_seed(1);
        let mut blocks = vec![0; 210 * 64];
        Quant::Q6K.fill(&mut random, &mut blocks);
        let d = STANDARD / 170.0;
        let mut squares = 0.0;
        let mut count = 0.0;
        for block in blocks.chunks_exact(210) {
            for place in 0..128_usize {
                let scale = f32::from(block[192 + place / 16].cast_signed());
                let value = d * scale * (f32::from(block[place] & 63) - 32.0);
                squares += value * value;
                count += 1.0;
            }
        }
        let deviation = (squares / count).sqrt();
        assert!((0.015..0.025).contains(&deviation), "{deviation}");
    }
}
