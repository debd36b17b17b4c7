//! The words for a plan: why it is comfortable, tight, slow or too big, in numbers.
//!
//! One place, so that the terminal and the window say the same. Not here: which plan it is.

use std::fmt;

use crate::bytes::human;
use crate::forecast::Estimate;
use crate::machine::{Gpu, GpuKind, Machine};
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
    /// The verdict in a word or two, for a person who accepts so many milliseconds for an answer.
    pub fn verdict_for(&self, patience_ms: u64) -> String {
        match (self.verdict, self.exceeds(patience_ms)) {
            (Verdict::Comfortable, true) => "fits, but slow".to_owned(),
            (Verdict::Tight, true) => "tight and slow".to_owned(),
            (verdict, _) => verdict.to_string(),
        }
    }

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

impl Estimate {
    /// How long a typical answer takes, and the longest that a hard question may: `about 3 min, at times up
    /// to 8 min`. Their middle alone once the model's own replies here are much alike.
    pub fn span(&self) -> String {
        /// Ends that are nearer to each other say no more than their middle.
        const NEAR_PERCENT: u64 = 150;
        let is_near = self.most_ms <= self.least_ms.saturating_mul(NEAR_PERCENT) / 100;
        let (typical, most) = (about(self.answer_ms), about(self.most_ms));
        if typical == "years" {
            return typical;
        }
        let time = if typical.starts_with("under") {
            typical.clone()
        } else {
            format!("about {typical}")
        };
        if typical == most || is_near {
            return time;
        }
        format!("{time}, at times up to {most}")
    }
}

impl Machine {
    /// What there is for models, one account for all of them: `11.0 GiB free + 5.4 GiB on the NVIDIA
    /// GeForce GTX 1660 Ti`. What shares the machine's memory adds none.
    pub fn account(&self) -> String {
        let memory = format!("{} free", human(self.available_bytes));
        let own = |gpu: &&Gpu| gpu.kind == GpuKind::Discrete;
        let gpus = self.gpus.iter().filter(own);
        let gpus = gpus.map(|gpu| format!("{} on the {}", human(gpu.free_bytes), gpu.description));
        let all: Vec<String> = std::iter::once(memory).chain(gpus).collect();
        all.join(" + ")
    }

    /// The same in numbers alone, for a row of a table: `11.0 + 5.40 GiB`.
    pub fn account_in_short(&self) -> String {
        let own = |gpu: &&Gpu| gpu.kind == GpuKind::Discrete;
        let gpus = self.gpus.iter().filter(own).map(|gpu| gpu.free_bytes);
        let all = std::iter::once(self.available_bytes).chain(gpus);
        let mut all: Vec<String> = all.map(human).collect();
        for place in 1..all.len() {
            // A unit is said once where the next number has the same.
            let unit = all[place]
                .split_once(' ')
                .map(|(_, unit)| format!(" {unit}"));
            let number =
                unit.and_then(|unit| all[place - 1].strip_suffix(&unit).map(str::to_owned));
            all[place - 1] = number.unwrap_or_else(|| all[place - 1].clone());
        }
        all.join(" + ")
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
    use crate::forecast::{Estimate, Typical};
    use crate::machine::{Cores, Gpu, GpuKind, Machine};

    #[test]
    fn a_typical_answer_and_the_longest() {
        for (least, answer, most, expect) in [
            (120, 300, 600, "about 5 min, at times up to 10 min"),
            (66, 165, 480, "about 3 min, at times up to 8 min"),
            (28, 66, 190, "about 66 s, at times up to 3 min"),
            (0, 0, 4, "under 1 s, at times up to 4 s"),
            (0, 1, 4, "about 1 s, at times up to 4 s"),
            (3_300, 9_000, 30_000, "about 3 h, at times up to 8 h"),
            (2_400, 6_000, 40_000_000, "about 2 h, at times up to years"),
            // Once replies are alike, one number is enough.
            (150, 180, 220, "about 3 min"),
            (100, 380, 400, "about 6 min, at times up to 7 min"),
            (100, 390, 400, "about 7 min"),
            (40_000_000, 50_000_000, 90_000_000, "years"),
        ] {
            let estimate = Estimate {
                decode_per_second: 1.0,
                prompt_per_second: 1.0,
                answer_ms: 1000 * answer,
                least_ms: 1000 * least,
                most_ms: 1000 * most,
                typical: Typical::ASSUMED,
                replies: 0,
            };
            assert_eq!(estimate.span(), expect);
        }
    }

    #[test]
    fn one_account_names_what_each_device_has() {
        let gpu = |description: &str, kind| Gpu {
            name: description.to_owned(),
            description: description.to_owned(),
            backend: "Vulkan".to_owned(),
            kind,
            total_bytes: 6 << 30,
            free_bytes: (54 << 30) / 10,
            speed: None,
        };
        let mut machine = Machine {
            cpu: String::new(),
            cores: Cores {
                physical: 4,
                performance: 4,
                usable: 4,
            },
            total_bytes: 16 << 30,
            available_bytes: 11 << 30,
            swap_bytes: 0,
            speed: None,
            gpus: Vec::new(),
            disk: None,
            on_battery: false,
        };
        let told = |machine: &Machine| (machine.account(), machine.account_in_short());
        let expect = ("11.0 GiB free".to_owned(), "11.0 GiB".to_owned());
        assert_eq!(told(&machine), expect);
        machine.gpus = vec![gpu("Radeon 780M", GpuKind::Integrated)];
        assert_eq!(told(&machine), expect, "it has no memory of its own");
        machine.gpus.push(gpu("GTX 1660 Ti", GpuKind::Discrete));
        let (long, short) = told(&machine);
        assert_eq!(long, "11.0 GiB free + 5.40 GiB on the GTX 1660 Ti");
        assert_eq!(short, "11.0 + 5.40 GiB");
    }

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
