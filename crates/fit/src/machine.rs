//! A machine as far as it matters to a model, and its form as a file.
//!
//! The rooms `machine` (memory, cores, disk) and `engine-llama` (GPUs) fill it in; tests and files
//! describe others. `spud machine --json` prints exactly this, and `--machine FILE` reads it, so
//! names and units here are a contract. Not here: looking at anything.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Below so many bytes of weights one thread computes: it reads them in less than 2 ms.
const ONE_THREAD_BYTES: u64 = 16 << 20;

/// What there is to compute with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// What the processor calls itself; empty where the system does not tell.
    #[serde(default)]
    pub cpu: String,
    /// Its cores.
    pub cores: Cores,
    /// Bytes of memory, or of the container's share of it.
    pub total_bytes: u64,
    /// Bytes of memory that a program can get now without pushing others out.
    pub available_bytes: u64,
    /// Bytes of swap. Never planned with: a model in swap answers in minutes per word.
    #[serde(default)]
    pub swap_bytes: u64,
    /// How fast the processor works through weights; none before it was measured.
    #[serde(default)]
    pub speed: Option<Speed>,
    /// Everything that computes beside the processor, in the engine's order.
    #[serde(default)]
    pub gpus: Vec<Gpu>,
    /// The disk that holds the models; none where the system does not tell.
    #[serde(default)]
    pub disk: Option<Disk>,
    /// A battery feeds it now.
    #[serde(default)]
    pub on_battery: bool,
}

/// How many cores of which kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cores {
    /// Physical cores of the machine, a pair of hyperthreads being one.
    pub physical: u32,
    /// Physical performance cores among those that this process may run on; all of them where the
    /// system makes no difference.
    pub performance: u32,
    /// Hardware threads that this process may keep busy, by affinity and container quota.
    pub usable: u32,
}

/// How fast a device works through weights, as measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Speed {
    /// Bytes of its memory that it reads per second, in order.
    pub memory_bytes_per_second: u64,
    /// Bytes of quantised weights (`Q4_K`) that the engine multiplies with one row per second;
    /// none where only the memory was measured.
    #[serde(default)]
    pub weight_bytes_per_second: Option<u64>,
    /// Operations per second (a multiplication and an addition are two) of the engine's product of
    /// quantised weights with a whole batch of rows.
    #[serde(default)]
    pub operations_per_second: Option<u64>,
    /// It was measured while other programs computed: the device is at least as fast, and is measured
    /// again once it is quiet.
    #[serde(default)]
    pub beside_others: bool,
}

impl Speed {
    /// What is known after a later measurement. One that was made on a quiet machine counts alone; of
    /// those beside others the better of each figure counts, since whatever disturbs one only makes it
    /// slower.
    #[must_use]
    pub fn followed_by(self, later: Self) -> Self {
        if !later.beside_others {
            return later;
        }
        let best = Self {
            memory_bytes_per_second: self
                .memory_bytes_per_second
                .max(later.memory_bytes_per_second),
            weight_bytes_per_second: self
                .weight_bytes_per_second
                .max(later.weight_bytes_per_second),
            operations_per_second: self.operations_per_second.max(later.operations_per_second),
            beside_others: self.beside_others,
        };
        // Faster beside others than it was alone: that one was no quiet one either.
        Self {
            beside_others: best != self || self.beside_others,
            ..best
        }
    }
}

/// A device that the engine can put layers on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gpu {
    /// The engine's name for it, such as `Vulkan0`.
    pub name: String,
    /// What it calls itself, such as `AMD Radeon 780M (RADV PHOENIX)`.
    pub description: String,
    /// What drives it: `Vulkan`, `CUDA`, `Metal`.
    pub backend: String,
    /// Whether it has memory of its own.
    pub kind: GpuKind,
    /// Bytes of memory that it can use.
    pub total_bytes: u64,
    /// Those that are free now.
    pub free_bytes: u64,
    /// How fast it works through weights; none before it was measured.
    #[serde(default)]
    pub speed: Option<Speed>,
}

/// Where a GPU's memory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GpuKind {
    /// Memory of its own.
    Discrete,
    /// A part of the processor's chip, with a share of the machine's memory.
    Integrated,
    /// The processor itself, pretending (llvmpipe).
    Software,
}

impl GpuKind {
    /// True where what it holds is taken from the machine's memory.
    pub fn shares_memory(self) -> bool {
        self != Self::Discrete
    }
}

/// The disk under the models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disk {
    /// The folder that was asked about.
    pub folder: String,
    /// Bytes that this user may still write there.
    pub free_bytes: u64,
    /// Bytes that it reads per second, in order; none before it was measured.
    #[serde(default)]
    pub read_bytes_per_second: Option<u64>,
}

/// A machine's description that cannot be true.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadMachine {
    /// It is not the JSON that `spud machine --json` prints.
    #[error("it is not a machine as `spud machine --json` prints one: {0}")]
    NotAMachine(String),
    /// A number or a name makes no sense.
    #[error("`{field}` {rule}")]
    Nonsense {
        /// The field, with its place in a list.
        field: String,
        /// The rule, worded to follow the field's name.
        rule: &'static str,
    },
}

/// More GPUs than this are taken for a mistake.
const GPUS: usize = 64;
/// More bytes than this in one place are taken for a mistake: 1 PiB.
const MOST_BYTES: u64 = 1 << 50;
/// More bytes or operations a second than this are taken for a mistake: 1 exa.
const MOST_PER_SECOND: u64 = 1_000_000_000_000_000_000;
/// More cores than this are taken for a mistake.
const MOST_CORES: u32 = 65_536;

impl Machine {
    /// Reads a machine from the form that `spud machine --json` prints, and refuses what no machine
    /// can be.
    pub fn from_json(text: &str) -> Result<Self, BadMachine> {
        let machine: Self = serde_json::from_str(text)
            .map_err(|error| BadMachine::NotAMachine(error.to_string()))?;
        machine.check()?;
        Ok(machine)
    }

    fn check(&self) -> Result<(), BadMachine> {
        let require = |holds: bool, field: &str, rule: &'static str| {
            if holds {
                Ok(())
            } else {
                let field = field.to_owned();
                Err(BadMachine::Nonsense { field, rule })
            }
        };
        let cores = self.cores;
        for (field, count) in [
            ("cores.physical", cores.physical),
            ("cores.performance", cores.performance),
            ("cores.usable", cores.usable),
        ] {
            require(count > 0, field, "is zero")?;
            require(count <= MOST_CORES, field, "is beyond any machine")?;
        }
        require(self.total_bytes > 0, "total_bytes", "is zero")?;
        let sane = |bytes: u64| bytes <= MOST_BYTES;
        require(
            sane(self.total_bytes),
            "total_bytes",
            "is beyond any machine",
        )?;
        let within = self.available_bytes <= self.total_bytes;
        require(within, "available_bytes", "is above total_bytes")?;
        check_speed(self.speed, "speed", &require)?;
        if let Some(disk) = &self.disk {
            require(
                sane(disk.free_bytes),
                "disk.free_bytes",
                "is beyond any machine",
            )?;
        }
        require(self.gpus.len() <= GPUS, "gpus", "has more than 64 entries")?;
        let mut names = BTreeSet::new();
        for (place, gpu) in self.gpus.iter().enumerate() {
            let field = |name: &str| format!("gpus[{place}].{name}");
            require(!gpu.name.is_empty(), &field("name"), "is empty")?;
            require(names.insert(&gpu.name), &field("name"), "appears twice")?;
            let total = field("total_bytes");
            require(sane(gpu.total_bytes), &total, "is beyond any machine")?;
            let within = gpu.free_bytes <= gpu.total_bytes;
            require(within, &field("free_bytes"), "is above total_bytes")?;
            check_speed(gpu.speed, &field("speed"), &require)?;
        }
        Ok(())
    }

    /// True where a speed that counts here was measured while other programs computed.
    pub fn was_measured_beside_others(&self) -> bool {
        let gpus = self.gpus.iter().map(|gpu| gpu.speed);
        let mut speeds = gpus.chain([self.speed]).flatten();
        speeds.any(|speed| speed.beside_others)
    }

    /// How many threads should compute. Hyperthreads and efficiency cores make the others wait,
    /// so only performance cores count; with more than two, one is left to the window.
    pub fn threads(&self) -> u32 {
        match self.cores.performance.min(self.cores.usable) {
            0 => 1,
            cores @ 1..=2 => cores,
            cores => cores - 1,
        }
    }

    /// How many threads should compute a model of so many bytes: one for a tiny one.
    ///
    /// Threads meet after every node of the graph. Sprout's nodes take no more time than the
    /// meeting (two threads gave 0.84 to 1.12 times the speed of one on a quiet machine), and when
    /// another program holds the other core, each meeting waits for the scheduler: a reply of a
    /// quarter of a second took over a minute.
    pub fn threads_for(&self, weights_bytes: u64) -> u32 {
        if weights_bytes < ONE_THREAD_BYTES {
            1
        } else {
            self.threads()
        }
    }
}

/// How many of so many threads compute where a battery shall last: half of them, rounded up. Decoding
/// waits for memory more than for cores, so much less than half of the speed is lost.
pub fn gentle(threads: u32) -> u32 {
    threads.div_ceil(2).max(1)
}

fn check_speed(
    speed: Option<Speed>,
    name: &str,
    require: &impl Fn(bool, &str, &'static str) -> Result<(), BadMachine>,
) -> Result<(), BadMachine> {
    let Some(speed) = speed else { return Ok(()) };
    for (field, value) in [
        (
            "memory_bytes_per_second",
            Some(speed.memory_bytes_per_second),
        ),
        ("weight_bytes_per_second", speed.weight_bytes_per_second),
        ("operations_per_second", speed.operations_per_second),
    ] {
        let field = format!("{name}.{field}");
        require(value != Some(0), &field, "is zero")?;
        let sane = value.is_none_or(|value| value <= MOST_PER_SECOND);
        require(sane, &field, "is beyond any machine")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Cores, Machine, Speed};

    fn machine(performance: u32, usable: u32) -> Machine {
        Machine {
            cpu: String::new(),
            cores: Cores {
                physical: 16,
                performance,
                usable,
            },
            total_bytes: 1,
            available_bytes: 0,
            swap_bytes: 0,
            speed: None,
            gpus: Vec::new(),
            disk: None,
            on_battery: false,
        }
    }

    #[test]
    fn threads_follow_performance_cores_and_the_quota() {
        for (performance, usable, expect) in [
            (0, 0, 1),
            (1, 1, 1),
            (1, 2, 1),
            (2, 4, 2),
            (4, 8, 3),
            (8, 24, 7),
            (16, 2, 2),
        ] {
            let machine = machine(performance, usable);
            assert_eq!(machine.threads(), expect, "{performance} of {usable}");
            assert_eq!(machine.threads_for(2 << 20), 1, "{performance} of {usable}");
            assert_eq!(
                machine.threads_for(1 << 30),
                expect,
                "{performance} of {usable}"
            );
        }
    }

    #[test]
    fn of_what_was_measured_beside_others_the_better_counts_until_it_is_quiet() {
        let speed = |memory, weights, beside_others| Speed {
            memory_bytes_per_second: memory,
            weight_bytes_per_second: Some(weights),
            operations_per_second: Some(100),
            beside_others,
        };
        for (before, later, expect) in [
            // A quiet one counts, faster or not: a charger, a cooler, other memory.
            (
                speed(20, 6, true),
                speed(20, 14, false),
                speed(20, 14, false),
            ),
            (
                speed(20, 14, false),
                speed(18, 9, false),
                speed(18, 9, false),
            ),
            (speed(20, 6, true), speed(15, 5, false), speed(15, 5, false)),
            // Two that were disturbed: the better of each.
            (speed(20, 6, true), speed(18, 7, true), speed(20, 7, true)),
            // A disturbed one takes nothing from a quiet one,
            (
                speed(20, 14, false),
                speed(9, 6, true),
                speed(20, 14, false),
            ),
            // and raises doubts where it was faster.
            (speed(20, 6, false), speed(9, 8, true), speed(20, 8, true)),
        ] {
            assert_eq!(before.followed_by(later), expect, "{before:?} {later:?}");
        }
    }

    #[test]
    fn a_machine_is_read_back_as_it_was_printed() {
        let there = machine(2, 4);
        let text = serde_json::to_string(&there).unwrap();
        assert_eq!(Machine::from_json(&text), Ok(there));
    }

    #[test]
    fn what_no_machine_can_be_is_refused_by_name() {
        let good = r#"{"cores":{"physical":2,"performance":2,"usable":4},"total_bytes":8,
            "available_bytes":4,"gpus":[{"name":"Vulkan0","description":"d","backend":"Vulkan",
            "kind":"discrete","total_bytes":4,"free_bytes":4}]}"#;
        assert!(Machine::from_json(good).is_ok());
        for (from, to, expect) in [
            (
                "\"physical\":2",
                "\"physical\":0",
                "`cores.physical` is zero",
            ),
            (
                "\"usable\":4",
                "\"usable\":99999999",
                "`cores.usable` is beyond any machine",
            ),
            (
                "\"total_bytes\":8",
                "\"total_bytes\":0",
                "`total_bytes` is zero",
            ),
            (
                "\"available_bytes\":4",
                "\"available_bytes\":9",
                "`available_bytes` is above total_bytes",
            ),
            (
                "\"free_bytes\":4",
                "\"free_bytes\":5",
                "`gpus[0].free_bytes` is above total_bytes",
            ),
            ("Vulkan0", "", "`gpus[0].name` is empty"),
            (
                "\"free_bytes\":4",
                "\"free_bytes\":4,\"speed\":{\"memory_bytes_per_second\":0}",
                "`gpus[0].speed.memory_bytes_per_second` is zero",
            ),
        ] {
            let bad = good.replace(from, to);
            let error = Machine::from_json(&bad).unwrap_err();
            assert_eq!(error.to_string(), expect);
        }
        for bad in ["", "[]", "{}", "{\"total_bytes\":-1}", "nonsense"] {
            let error = Machine::from_json(bad).unwrap_err().to_string();
            assert!(error.starts_with("it is not a machine"), "{error}");
        }
    }
}
