//! What the memory allows: the speed of a plan if a token cost nothing but the bytes it reads.
//!
//! No engine reaches it; how near one comes says how much is left to win. Not here: how fast it
//! will really be (`forecast`).

use crate::machine::Machine;
use crate::memory;
use crate::place::Device;
use crate::plan::Plan;

/// The bytes behind a token, and the most tokens that they allow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    /// Bytes of weights and cache that one token reads, over all devices.
    pub bytes_per_token: u64,
    /// Tokens per second at the rates that the devices' memories were measured with; none where one
    /// was not.
    pub tokens_per_second: Option<f64>,
}

impl Bound {
    /// Of a plan with `used` tokens in the cache on average.
    pub fn of(plan: &Plan, machine: &Machine, used: u32) -> Self {
        let cells = memory::cells(plan.context);
        let used = u64::from(used).min(cells);
        let mut bytes_per_token = 0_u64;
        let mut seconds = Some(0.0);
        for share in &plan.shares {
            let cache = u128::from(share.cache_bytes) * u128::from(used) / u128::from(cells);
            let cache = u64::try_from(cache).unwrap_or(u64::MAX);
            let bytes = share.active_bytes.saturating_add(cache);
            bytes_per_token = bytes_per_token.saturating_add(bytes);
            let speed = match &share.device {
                Device::Memory => machine.speed,
                Device::Gpu(name) => {
                    let gpu = machine.gpus.iter().find(|gpu| gpu.name == *name);
                    gpu.and_then(|gpu| gpu.speed)
                }
            };
            let rate = speed.map(|speed| float(speed.memory_bytes_per_second));
            seconds = seconds
                .zip(rate)
                .map(|(seconds, rate)| seconds + float(bytes) / rate);
        }
        let seconds = seconds.filter(|seconds| *seconds > 0.0 && seconds.is_finite());
        Self {
            bytes_per_token,
            tokens_per_second: seconds.map(|seconds| 1.0 / seconds),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a bound needs no more than 53 bits"
)]
fn float(number: u64) -> f64 {
    number as f64
}
