//! The words for a plan: why it is comfortable, tight, slow or too big, in numbers.
//!
//! One place, so that the terminal and the window say the same. Not here: which plan it is.

use std::fmt;

use crate::bytes::human;
use crate::machine::Machine;
use crate::place::{Device, Share};
use crate::plan::{Plan, Reason, Verdict};

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Comfortable => "comfortable",
            Self::Tight => "tight",
            Self::Slow => "slow",
            Self::TooBig => "too big",
        })
    }
}

impl Plan {
    /// The verdict in words and numbers, with what to do where something can be done.
    pub fn sentence(&self, machine: &Machine) -> String {
        let needed = human(self.memory_bytes());
        let free = human(machine.available_bytes);
        match self.verdict {
            Verdict::Comfortable => format!("needs {}", self.per_device(machine)),
            Verdict::Tight => format!(
                "needs {} with a context of {} tokens; close other programs",
                self.per_device(machine),
                thousands(self.context)
            ),
            Verdict::Slow => format!(
                "needs {needed}, {free} are free; the experts that do not fit come from the disk \
                 when they are needed"
            ),
            Verdict::TooBig if self.memory_bytes() <= machine.total_bytes => format!(
                "needs {needed} at the least, {free} are free; close other programs or choose a \
                 smaller model"
            ),
            Verdict::TooBig => format!(
                "needs {needed} at the least, this machine has {}; choose a smaller model",
                human(machine.total_bytes)
            ),
        }
    }

    /// What it takes of what each device has to give.
    fn per_device(&self, machine: &Machine) -> String {
        let share = |share: &Share| {
            let (needed, free) = (human(share.needed_bytes()), human(share.available_bytes));
            match &share.device {
                Device::Memory => format!("{needed} of the {free} of memory that are free"),
                Device::Gpu(name) => {
                    let gpu = machine.gpus.iter().find(|gpu| gpu.name == *name);
                    let called = gpu.map_or(name.as_str(), |gpu| &gpu.description);
                    format!("{needed} of the {free} free on {called}")
                }
            }
        };
        // What a GPU takes is the larger part and comes first.
        let all: Vec<String> = self.shares[1..]
            .iter()
            .chain(&self.shares[..1])
            .map(share)
            .collect();
        all.join(" and ")
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CappedAtTraining { asked } => write!(
                out,
                "a context of {} tokens was asked for, which is more than the model was trained for",
                thousands(*asked)
            ),
            Self::CacheTypeUnfit { asked } => {
                write!(
                    out,
                    "a cache in {asked} does not divide the model's heads; it is f16"
                )
            }
            Self::CacheQuantised => {
                out.write_str("the cache is kept in q8_0, which halves it at next to no loss")
            }
            Self::ContextByMemory => {
                out.write_str("more context would leave less than a tenth of the free memory")
            }
            Self::ContextSpared => {
                out.write_str("more context is possible and would take memory from other programs")
            }
            Self::LittleLeft => out
                .write_str("even the smallest context leaves less than a tenth of the free memory"),
            Self::PartlyOnGpu { layers, of } => {
                write!(
                    out,
                    "{layers} of {of} layers are on the GPU, the others with the processor"
                )
            }
            Self::ExpertsInMemory { layers } => write!(
                out,
                "the routed experts of {layers} layers stay in memory, the rest is on the GPU"
            ),
            Self::GpuSlower { gpu, with, without } => write!(
                out,
                "{gpu} is not used: {with:.1} tokens/s with it, {without:.1} without"
            ),
            Self::GpuNotMeasured { gpu } => write!(
                out,
                "{gpu} is not used: it shares the machine's memory, and its speed was not measured"
            ),
            Self::GpuTooSmall { gpu, free_bytes } => write!(
                out,
                "{gpu} is not used: its {} of free memory take no layer",
                human(*free_bytes)
            ),
            Self::SteppedDown { loads } => write!(
                out,
                "a load with larger settings failed{}, so these are smaller",
                if *loads == 1 {
                    String::new()
                } else {
                    format!(" {loads} times")
                }
            ),
        }
    }
}

/// A number with commas between thousands: `8,192`.
pub fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A time as a person would say it, to about a tenth: `40 s`, `3 min`, `2 h`, `3 days`.
pub fn about(milliseconds: u64) -> String {
    let seconds = milliseconds.saturating_add(500) / 1000;
    match seconds {
        0 => "under 1 s".to_owned(),
        1..=90 => format!("{seconds} s"),
        91..5_400 => format!("{} min", (seconds + 30) / 60),
        5_400..129_600 => format!("{} h", (seconds + 1_800) / 3_600),
        129_600..31_536_000 => format!("{} days", (seconds + 43_200) / 86_400),
        _ => "years".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{about, thousands};

    #[test]
    fn numbers_and_times_as_one_says_them() {
        for (number, expect) in [
            (0, "0"),
            (999, "999"),
            (8_192, "8,192"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(thousands(number), expect);
        }
        for (seconds, expect) in [
            (0, "under 1 s"),
            (41, "41 s"),
            (90, "90 s"),
            (100, "2 min"),
            (200, "3 min"),
            (5_399, "90 min"),
            (7_300, "2 h"),
            (200_000, "2 days"),
            (40_000_000, "years"),
        ] {
            assert_eq!(about(seconds * 1000), expect, "{seconds}");
        }
        assert_eq!(about(u64::MAX), "years");
    }
}
