//! What this home knows of its machine: speeds that were measured, what replies taught.
//!
//! Two small files beside the chats, written whole and moved into place. Whatever is wrong with one
//! only means that it is measured or learned again: never an error. Not here: measuring (`machine`,
//! the engine's probe), what follows from it (`fit`).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fit::{Gpu, Learned, Machine, Speed};
use serde::{Deserialize, Serialize};

use crate::gpu_support;
use crate::home::Home;
use crate::written::{put, read};

const MACHINE_FILE: &str = "machine.json";
const LEARNED_FILE: &str = "learned.json";

/// What was measured of one machine.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Measured {
    /// By the hardware's identity: a home may be on a disk that travels.
    #[serde(default)]
    machines: BTreeMap<String, Speeds>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Speeds {
    #[serde(default)]
    processor: Option<Speed>,
    /// The GPUs as they were found; none where they were not looked for.
    #[serde(default)]
    gpus: Option<Vec<Gpu>>,
    /// The libraries that they were looked for with (`gpu_support`).
    #[serde(default)]
    libraries: Option<String>,
    /// Why they could not be looked for, the last time that they were to be measured.
    #[serde(default)]
    fault: Option<String>,
    /// A reply was faster than the processor's speed allows: it was measured while others kept the
    /// machine busy.
    #[serde(default)]
    doubted: bool,
}

impl Speeds {
    fn was_beside_others(&self) -> bool {
        let gpus = self.gpus.iter().flatten().map(|gpu| gpu.speed);
        let mut speeds = gpus.chain([self.processor]).flatten();
        speeds.any(|speed| speed.beside_others)
    }
}

/// How a look for GPUs ended.
#[derive(Debug)]
pub(crate) enum Gpus {
    /// The machine has those that there are.
    Found,
    /// They were to be measured, and this went wrong.
    Unmeasurable(String),
    /// They were to be listed, and that went wrong: what was known before still holds.
    Unknown,
}

/// The knowledge of one home. Clones are the same.
#[derive(Debug, Clone)]
pub struct Knowledge {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// None keeps nothing.
    folder: Option<PathBuf>,
    measured: Mutex<Measured>,
    learned: Mutex<Learned>,
    /// Lock of whoever measures.
    measuring: Mutex<()>,
}

impl Knowledge {
    /// What a home knows. Reads two small files.
    pub fn of(home: &Home) -> Self {
        let folder = home.data().to_owned();
        Self {
            shared: Arc::new(Shared {
                measured: Mutex::new(read(&folder.join(MACHINE_FILE))),
                learned: Mutex::new(read(&folder.join(LEARNED_FILE))),
                measuring: Mutex::default(),
                folder: Some(folder),
            }),
        }
    }

    /// Nothing is known, and nothing is kept.
    pub fn none() -> Self {
        Self {
            shared: Arc::new(Shared {
                measured: Mutex::default(),
                learned: Mutex::default(),
                measuring: Mutex::default(),
                folder: None,
            }),
        }
    }

    /// Fills in the speed of the processor, and the GPUs as they were found the last time.
    pub(crate) fn apply(&self, machine: &mut Machine) {
        let measured = self.measured();
        let Some(known) = measured.machines.get(&machine::identity(machine)) else {
            return;
        };
        machine.speed = machine.speed.or(known.processor);
        if let Some(gpus) = &known.gpus {
            machine.gpus.clone_from(gpus);
        }
    }

    /// Why GPUs could not be measured on this machine: a driver that crashes or hangs is not run
    /// again until a person asks for it.
    pub(crate) fn fault_of_gpus(&self, machine: &Machine) -> Option<String> {
        let measured = lock(&self.shared.measured);
        let known = measured.machines.get(&machine::identity(machine));
        known.and_then(|known| known.fault.clone())
    }

    /// A reply was faster than what is known of the processor allows.
    pub(crate) fn doubt(&self, machine: &Machine) {
        let mut measured = self.measured();
        let known = measured.machines.get_mut(&machine::identity(machine));
        if let Some(known) = known.filter(|known| !known.doubted) {
            known.doubted = true;
            self.write(MACHINE_FILE, &*measured);
        }
    }

    /// Whether what is known is to be measured again at the next quiet moment: a reply spoke against it,
    /// or it was measured while others computed.
    pub(crate) fn doubts(&self, machine: &Machine) -> bool {
        let measured = self.measured();
        let known = measured.machines.get(&machine::identity(machine));
        known.is_some_and(|known| known.doubted || known.was_beside_others())
    }

    /// Held by whoever measures.
    pub(crate) fn alone(&self) -> MutexGuard<'_, ()> {
        lock(&self.shared.measuring)
    }

    /// Whether GPUs were ever looked for on this machine with the libraries that there are now: one that came since
    /// may find what was not found before.
    pub(crate) fn has_looked_for_gpus(&self, machine: &Machine) -> bool {
        let libraries = gpu_support::libraries();
        let measured = lock(&self.shared.measured);
        let known = measured.machines.get(&machine::identity(machine));
        known.is_some_and(|known| known.gpus.is_some() && known.libraries == Some(libraries))
    }

    /// Keeps the speeds of a machine, and its GPUs as they were found or why they were not.
    pub(crate) fn keep(&self, machine: &Machine, gpus: Gpus) {
        let mut measured = self.measured();
        let known = measured
            .machines
            .entry(machine::identity(machine))
            .or_default();
        if let (Some(before), Some(now)) = (known.processor, machine.speed)
            && before != now
        {
            known.doubted &= now.beside_others;
            let (decode, prompt) = times(before, now);
            let devices = machine::identity(machine);
            self.learn(|learned| learned.rebase(&devices, decode, prompt));
        }
        known.processor = machine.speed.or(known.processor);
        match gpus {
            Gpus::Found => {
                known.gpus = Some(machine.gpus.clone());
                known.libraries = Some(gpu_support::libraries());
                known.fault = None;
            }
            Gpus::Unmeasurable(fault) => {
                known.gpus = Some(Vec::new());
                known.libraries = Some(gpu_support::libraries());
                known.fault = Some(fault);
            }
            Gpus::Unknown => {}
        }
        self.write(MACHINE_FILE, &*measured);
    }

    /// What was measured here, and by other programs of Spud meanwhile: an open window must not
    /// put back what `spud machine --again` replaced.
    fn measured(&self) -> MutexGuard<'_, Measured> {
        let mut measured = lock(&self.shared.measured);
        if let Some(folder) = &self.shared.folder {
            let kept: Measured = read(&folder.join(MACHINE_FILE));
            measured.machines.extend(kept.machines);
        }
        measured
    }

    /// What was learned, to read.
    pub(crate) fn learned(&self) -> MutexGuard<'_, Learned> {
        lock(&self.shared.learned)
    }

    /// Changes what was learned, and keeps it.
    pub(crate) fn learn(&self, change: impl FnOnce(&mut Learned)) {
        let mut learned = lock(&self.shared.learned);
        if let Some(folder) = &self.shared.folder {
            // Another program of Spud may have learned too.
            *learned = read(&folder.join(LEARNED_FILE));
        }
        change(&mut learned);
        self.write(LEARNED_FILE, &*learned);
    }

    fn write(&self, name: &str, what: &impl Serialize) {
        let Some(folder) = &self.shared.folder else {
            return;
        };
        // What cannot be kept is measured again the next time.
        let _ = put(folder, name, what);
    }
}

/// How many times faster one speed writes and reads than another.
#[expect(clippy::cast_precision_loss, reason = "figures of three digits")]
fn times(before: Speed, now: Speed) -> (f64, f64) {
    let weights = |speed: Speed| {
        let memory = speed.memory_bytes_per_second;
        speed.weight_bytes_per_second.unwrap_or(memory) as f64
    };
    let operations = |speed: Speed| speed.operations_per_second.map(|rate| rate as f64);
    let prompt = match (operations(before), operations(now)) {
        (Some(before), Some(now)) => now / before,
        _ => 1.0,
    };
    (weights(now) / weights(before), prompt)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use fit::{Cores, Gpu, GpuKind, Machine, Speed};

    use super::{Gpus, Knowledge, MACHINE_FILE};
    use crate::home::Home;

    fn machine(cpu: &str) -> Machine {
        Machine {
            cpu: cpu.to_owned(),
            cores: Cores {
                physical: 4,
                performance: 4,
                usable: 8,
            },
            total_bytes: 8 << 30,
            available_bytes: 4 << 30,
            swap_bytes: 0,
            speed: None,
            gpus: Vec::new(),
            disk: None,
            on_battery: false,
        }
    }

    fn measured(cpu: &str, rate: u64) -> Machine {
        let speed = Some(Speed {
            memory_bytes_per_second: rate,
            weight_bytes_per_second: Some(rate),
            operations_per_second: Some(rate),
            beside_others: false,
        });
        let gpu = Gpu {
            name: "Vulkan0".to_owned(),
            description: "a card".to_owned(),
            backend: "Vulkan".to_owned(),
            kind: GpuKind::Discrete,
            total_bytes: 4 << 30,
            free_bytes: 3 << 30,
            speed,
        };
        Machine {
            speed,
            gpus: vec![gpu],
            ..machine(cpu)
        }
    }

    /// What a home tells of the machine with this processor.
    fn told(knowledge: &Knowledge, cpu: &str) -> Machine {
        let mut machine = machine(cpu);
        knowledge.apply(&mut machine);
        machine
    }

    #[test]
    fn what_was_measured_is_known_after_a_restart_and_of_that_machine_alone() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(&folder.path().join("not/made/yet"));
        let known = measured("this one", 7);
        Knowledge::of(&home).keep(&known, Gpus::Found);
        let knowledge = Knowledge::of(&home);
        assert_eq!(told(&knowledge, "this one"), known);
        assert!(knowledge.has_looked_for_gpus(&known));
        assert_eq!(told(&knowledge, "another"), machine("another"));
        assert!(!knowledge.has_looked_for_gpus(&machine("another")));
    }

    #[test]
    fn a_probe_that_failed_takes_no_figure_away() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let known = measured("this one", 7);
        let knowledge = Knowledge::of(&home);
        knowledge.keep(&known, Gpus::Found);
        knowledge.keep(&machine("this one"), Gpus::Unknown);
        assert_eq!(told(&knowledge, "this one"), known);
    }

    #[test]
    fn a_driver_that_falls_is_remembered_until_it_stands() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let known = measured("this one", 7);
        let knowledge = Knowledge::of(&home);
        knowledge.keep(&known, Gpus::Found);
        let fault = "the engine stopped: it crashed".to_owned();
        knowledge.keep(&known, Gpus::Unmeasurable(fault.clone()));
        let later = Knowledge::of(&home);
        assert_eq!(told(&later, "this one").gpus, []);
        assert_eq!(told(&later, "this one").speed, known.speed);
        assert!(later.has_looked_for_gpus(&known), "it is not run again");
        assert_eq!(later.fault_of_gpus(&known), Some(fault));
        later.keep(&known, Gpus::Found);
        assert_eq!(later.fault_of_gpus(&known), None);
        assert_eq!(told(&later, "this one"), known);
    }

    #[test]
    fn a_speed_that_is_doubted_is_kept_until_it_is_measured_anew() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let (slow, true_speed) = (measured("this one", 7), measured("this one", 70));
        let knowledge = Knowledge::of(&home);
        knowledge.doubt(&slow);
        assert!(!knowledge.doubts(&slow), "nothing is known to doubt");
        knowledge.keep(&slow, Gpus::Found);
        assert!(!knowledge.doubts(&slow));
        knowledge.doubt(&slow);
        assert!(Knowledge::of(&home).doubts(&slow));
        assert_eq!(told(&knowledge, "this one"), slow);
        // Listing the GPUs measures nothing.
        knowledge.keep(&slow, Gpus::Found);
        assert!(knowledge.doubts(&slow));
        knowledge.keep(&true_speed, Gpus::Found);
        assert!(!Knowledge::of(&home).doubts(&slow));
        assert_eq!(told(&knowledge, "this one"), true_speed);
    }

    #[test]
    fn what_was_measured_beside_others_is_doubted_until_it_was_quiet() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let knowledge = Knowledge::of(&home);
        let busy = |rate| {
            let mut machine = measured("this one", rate);
            let speeds = machine.gpus.iter_mut().map(|gpu| &mut gpu.speed);
            for speed in speeds.chain([&mut machine.speed]).flatten() {
                speed.beside_others = true;
            }
            machine
        };
        knowledge.keep(&busy(6), Gpus::Found);
        assert!(Knowledge::of(&home).doubts(&busy(6)), "after a restart too");
        assert_eq!(told(&knowledge, "this one"), busy(6));
        // A reply that was faster, and a second measurement beside others: still not known.
        knowledge.doubt(&busy(6));
        knowledge.keep(&busy(7), Gpus::Found);
        assert!(knowledge.doubts(&busy(6)));
        knowledge.keep(&measured("this one", 14), Gpus::Found);
        assert!(!Knowledge::of(&home).doubts(&busy(6)));
    }

    #[test]
    fn programs_of_one_home_hear_of_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let window = Knowledge::of(&home);
        window.keep(&measured("this one", 7), Gpus::Found);
        let terminal = Knowledge::of(&home);
        terminal.keep(&measured("this one", 9), Gpus::Found);
        terminal.keep(&measured("another", 5), Gpus::Found);
        let heard = told(&window, "this one");
        assert_eq!(heard, measured("this one", 9));
        window.keep(&heard, Gpus::Found);
        let later = Knowledge::of(&home);
        assert_eq!(told(&later, "this one"), measured("this one", 9));
        assert_eq!(told(&later, "another"), measured("another", 5));
    }

    #[test]
    fn a_broken_file_and_a_folder_that_cannot_be_written_are_no_errors() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let file = folder.path().join(MACHINE_FILE);
        let known = measured("this one", 7);
        for broken in [
            "",
            "[]",
            "{\"machines\": 7",
            "{\"machines\":{\"x\":1}}",
            "\0",
        ] {
            std::fs::write(&file, broken).unwrap();
            let knowledge = Knowledge::of(&home);
            assert_eq!(told(&knowledge, "this one"), machine("this one"));
            knowledge.keep(&known, Gpus::Found);
            assert_eq!(told(&Knowledge::of(&home), "this one"), known);
        }
        // A file where the folder should be: this program knows it all the same.
        let knowledge = Knowledge::of(&Home::at(&file));
        knowledge.keep(&known, Gpus::Found);
        assert_eq!(told(&knowledge, "this one"), known);
    }
}
