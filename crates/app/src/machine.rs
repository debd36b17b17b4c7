//! The machine as the product sees it: the system's numbers, GPUs from the engine's probe, speeds
//! from what was measured; or a description in a file, in its place.

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use engine::message::{DeviceKind, Probe};
use fit::{Gpu, GpuKind, Machine, Speed};

use crate::engine_room::program;
use crate::failure::{Code, Failure};
use crate::gpu_support;
use crate::home::Home;
use crate::knowledge::{Gpus, Knowledge};
use crate::note::Note;
use crate::preferences::{Device, Preferences};
use crate::stop::Stop;

/// Names a file that describes the machine, in place of looking at it. Tests fake machines so.
pub const MACHINE_VARIABLE: &str = "SPUD_MACHINE";

/// A driver may take its time to start; one that takes longer is left out.
const PROBE_LIMIT: Duration = Duration::from_secs(20);

/// The same where devices are measured: a weak GPU compiles its programs for seconds the first time.
const MEASURE_LIMIT: Duration = Duration::from_mins(1);

/// How often a wait for the probe looks whether somebody asked for the stop.
const LISTEN: Duration = Duration::from_millis(50);

/// How much is done to know the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Only what takes no time: memory as it is now, speeds and GPUs from the last time.
    Glance,
    /// GPUs too, with the memory that is free on them now.
    Gpus,
    /// What was never measured is measured, a second or two, once; and what was measured while others
    /// computed, or is doubted, once it is quiet.
    Measure,
    /// Everything is measured again.
    Again,
}

/// The machine, and what a person should know about how it was seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The machine.
    pub machine: Machine,
    /// Such as why there are no GPUs.
    pub notes: Vec<Note>,
    /// True where a file stands for the machine.
    pub described: bool,
}

/// Looks at the machine. Blocks for as long as [`Look`] says, or until `stop`: then what is known
/// by that time is told, and nothing is kept. GPUs that shall not compute are not told.
pub fn see(home: &Home, knowledge: &Knowledge, look: Look, stop: &Stop) -> Result<Seen, Failure> {
    let mut seen = see_all(home, knowledge, look, stop)?;
    let alone = Preferences::of(home).device == Device::Processor;
    if alone && !seen.machine.gpus.is_empty() {
        seen.machine.gpus.clear();
        seen.notes.push(Note::ProcessorIsSet);
    }
    if seen.machine.was_measured_beside_others() {
        seen.notes.push(Note::MeasuredBesideOthers);
    }
    Ok(seen)
}

/// Whether a look measures. What is known well enough is measured by nobody but who asks for it; what
/// is known badly waits for a quiet moment.
fn measures(look: Look, is_known: bool, is_doubted: bool, is_quiet: impl Fn() -> bool) -> bool {
    match look {
        Look::Glance | Look::Gpus => false,
        Look::Measure => !is_known || (is_doubted && is_quiet()),
        Look::Again => true,
    }
}

fn see_all(home: &Home, knowledge: &Knowledge, look: Look, stop: &Stop) -> Result<Seen, Failure> {
    if let Some(path) = std::env::var_os(MACHINE_VARIABLE).filter(|path| !path.is_empty()) {
        return machine_in(Path::new(&path));
    }
    let mut machine = machine::look().map_err(|error| unknown(&error))?;
    machine.disk = machine::disk(&home.models());
    let mut notes: Vec<Note> = gpu_support::build().into_iter().collect();
    // Two that measure at once would disturb each other; the later one finds what the first one found.
    let _alone = matches!(look, Look::Measure | Look::Again).then(|| knowledge.alone());
    knowledge.apply(&mut machine);
    let fault = knowledge.fault_of_gpus(&machine);
    if look == Look::Glance {
        return Ok(seen(machine, notes));
    }
    let before = Before {
        processor: machine.speed,
        gpus: machine.gpus.clone(),
    };
    let of_engine = |speed: Speed| speed.weight_bytes_per_second.is_some();
    let is_known = machine.speed.is_some_and(of_engine)
        && machine.gpus.iter().all(|gpu| gpu.speed.is_some())
        && knowledge.has_looked_for_gpus(&machine);
    let is_doubted = knowledge.doubts(&machine);
    let measures = measures(look, is_known, is_doubted, machine::is_quiet);
    let gpus = match fault {
        Some(fault) if look != Look::Again => {
            notes.push(Note::DriverFailed { said: fault });
            false
        }
        _ => true,
    };
    let watch = measures.then(machine::Watch::begin);
    if measures && (look == Look::Again || is_doubted || machine.speed.is_none()) {
        let stopped = || stop.is_asked();
        let rate = machine::measure(machine.available_bytes, machine.threads(), &stopped);
        if let Some(rate) = rate {
            machine.speed = Some(Speed {
                memory_bytes_per_second: rate,
                ..machine.speed.unwrap_or_default()
            });
        }
    }
    let asked = Probe {
        gpus,
        measure: measures,
        threads: machine.threads(),
    };
    let Some(looked) = look_for_devices(&mut machine, asked, stop, &mut notes) else {
        return Ok(seen(machine, notes));
    };
    if let Some(watch) = watch {
        // Without the engine's figures nothing was measured on a quiet machine either.
        let is_quiet = looked.found_any && !watch.was_beside_others();
        weigh(&mut machine, &before, !is_quiet);
    }
    knowledge.keep(&machine, looked.gpus);
    Ok(seen(machine, notes))
}

/// How a look for what computes ended.
struct Looked {
    gpus: Gpus,
    /// Whether the engine told of anything.
    found_any: bool,
}

/// Asks the engine what computes; none where `stop` came first.
fn look_for_devices(
    machine: &mut Machine,
    asked: Probe,
    stop: &Stop,
    notes: &mut Vec<Note>,
) -> Option<Looked> {
    let failure = match probe(asked, stop)? {
        Ok(devices) => {
            take(machine, devices);
            let gpus = if asked.gpus {
                Gpus::Found
            } else {
                Gpus::Unknown
            };
            return Some(Looked {
                gpus,
                found_any: true,
            });
        }
        Err(failure) => failure,
    };
    machine.gpus.clear();
    notes.push(Note::GpusUnseen {
        said: failure.message.clone(),
    });
    // A driver that fell took the processor's figures along: once more without any.
    let alone = Probe {
        gpus: false,
        ..asked
    };
    let again = asked.measure.then(|| probe(alone, stop)).flatten();
    let Some(Ok(devices)) = again else {
        // It was not for the driver.
        return Some(Looked {
            gpus: Gpus::Unknown,
            found_any: false,
        });
    };
    take(machine, devices);
    Some(Looked {
        gpus: Gpus::Unmeasurable(failure.message),
        found_any: true,
    })
}

/// What was known before a measurement.
struct Before {
    processor: Option<Speed>,
    gpus: Vec<Gpu>,
}

impl Before {
    fn of(&self, gpu: &Gpu) -> Option<Speed> {
        let same = |known: &&Gpu| known.name == gpu.name && known.description == gpu.description;
        self.gpus.iter().find(same)?.speed
    }
}

/// Weighs what was measured just now against what was known, by whether others computed beside it.
fn weigh(machine: &mut Machine, before: &Before, beside_others: bool) {
    let weighed = |before: Option<Speed>, now: Option<Speed>| {
        let now = Speed {
            beside_others,
            ..now?
        };
        Some(before.map_or(now, |before| before.followed_by(now)))
    };
    machine.speed = weighed(before.processor, machine.speed);
    for gpu in &mut machine.gpus {
        gpu.speed = weighed(before.of(gpu), gpu.speed);
    }
}

/// What the engine's probe finds; none where `stop` was asked for first. A probe at work is then
/// left to its own limit: its engine ends with it, or with this program.
fn probe(asked: Probe, stop: &Stop) -> Option<Result<Vec<engine::message::Device>, Failure>> {
    if stop.is_asked() {
        return None;
    }
    let limit = if asked.measure {
        MEASURE_LIMIT
    } else {
        PROBE_LIMIT
    };
    let (tell, told) = channel();
    thread::spawn(move || {
        let probed = program().and_then(|program| {
            engine::probe::probe(&program, asked, limit).map_err(Failure::from)
        });
        // Nobody hears it after a stop.
        let _ = tell.send(probed);
    });
    loop {
        match told.recv_timeout(LISTEN) {
            Ok(probed) => return Some(probed),
            Err(RecvTimeoutError::Timeout) if stop.is_asked() => return None,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                let bug = Failure::new(Code::Bug, "the look at what computes broke off");
                return Some(Err(bug));
            }
        }
    }
}

/// Takes over what the engine's probe found, and what is known from earlier of the same devices.
fn take(machine: &mut Machine, devices: Vec<engine::message::Device>) {
    let known = std::mem::take(&mut machine.gpus);
    for device in devices {
        let speed = device.measured.map(|measured| Speed {
            // Memory is at least as fast as the device works through weights.
            memory_bytes_per_second: measured.weight_bytes_per_second,
            weight_bytes_per_second: Some(measured.weight_bytes_per_second),
            operations_per_second: Some(measured.operations_per_second),
            beside_others: false,
        });
        let kind = match device.kind {
            DeviceKind::Processor => {
                // Where too little memory is free to measure it, the engine's figure stands in.
                let memory = machine.speed.map(|speed| speed.memory_bytes_per_second);
                if let Some(theirs) = speed {
                    let memory_bytes_per_second = memory.unwrap_or(theirs.memory_bytes_per_second);
                    machine.speed = Some(Speed {
                        memory_bytes_per_second,
                        ..theirs
                    });
                }
                continue;
            }
            DeviceKind::Discrete => GpuKind::Discrete,
            DeviceKind::Integrated => GpuKind::Integrated,
            DeviceKind::Software => GpuKind::Software,
        };
        let before = known
            .iter()
            .find(|known| known.name == device.name && known.description == device.description);
        machine.gpus.push(Gpu {
            speed: speed.or(before.and_then(|known| known.speed)),
            name: device.name,
            description: device.description,
            backend: device.backend,
            kind,
            total_bytes: device.total_bytes,
            free_bytes: device.free_bytes,
        });
    }
}

fn seen(machine: Machine, notes: Vec<Note>) -> Seen {
    Seen {
        machine,
        notes,
        described: false,
    }
}

/// The machine that a file describes, in the form that `spud machine --json` prints.
pub fn machine_in(path: &Path) -> Result<Seen, Failure> {
    const HINT: &str = "Make one with `spud machine --json > FILE`, then change it.";
    let wrong = |why: String| {
        let message = format!("the machine in `{}` cannot be read: {why}", path.display());
        Failure::new(Code::MachineUnknown, message).hint(HINT)
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let machine = Machine::from_json(&text).map_err(|error| wrong(error.to_string()))?;
    Ok(Seen {
        machine,
        notes: Vec::new(),
        described: true,
    })
}

/// What helps where the system does not tell how much memory there is.
pub(crate) fn unknown(error: &machine::Unknown) -> Failure {
    Failure::new(Code::MachineUnknown, error.to_string())
        .hint("Without that Spud cannot promise that a model fits.")
}

#[cfg(test)]
mod tests {
    use engine::message::{Device, DeviceKind, Measured};
    use fit::{Cores, Machine, Speed};

    use super::{Before, Look, machine_in, measures, see, take, weigh};
    use crate::failure::Code;
    use crate::home::Home;
    use crate::knowledge::Knowledge;
    use crate::stop::stop;

    fn machine() -> Machine {
        Machine {
            cpu: "a processor".to_owned(),
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

    fn device(name: &str, kind: DeviceKind, measured: Option<u64>) -> Device {
        Device {
            name: name.to_owned(),
            description: format!("the {name}"),
            backend: "Vulkan".to_owned(),
            kind,
            total_bytes: 4 << 30,
            free_bytes: 2 << 30,
            measured: measured.map(|rate| Measured {
                weight_bytes_per_second: rate,
                operations_per_second: 100 * rate,
            }),
        }
    }

    fn speed(memory: u64, weights: u64) -> Speed {
        Speed {
            memory_bytes_per_second: memory,
            weight_bytes_per_second: Some(weights),
            operations_per_second: Some(100 * weights),
            beside_others: false,
        }
    }

    #[test]
    fn what_is_doubted_waits_for_a_quiet_moment_and_what_is_unknown_for_none() {
        let busy = || false;
        let quiet = || true;
        let asked = || panic!("nobody has to listen");
        for look in [Look::Glance, Look::Gpus] {
            assert!(!measures(look, false, true, asked));
        }
        assert!(
            measures(Look::Measure, false, true, asked),
            "something is better than nothing"
        );
        assert!(!measures(Look::Measure, true, false, asked), "it is known");
        assert!(!measures(Look::Measure, true, true, busy));
        assert!(measures(Look::Measure, true, true, quiet));
        assert!(measures(Look::Again, true, false, asked), "a person asks");
    }

    #[test]
    fn what_was_measured_beside_others_is_marked_and_takes_nothing_from_what_was_not() {
        let measured = |weights| {
            let mut there = machine();
            there.speed = Some(speed(30, weights));
            take(
                &mut there,
                vec![device("Vulkan0", DeviceKind::Discrete, Some(10 * weights))],
            );
            there
        };
        let before = |known: &Machine| Before {
            processor: known.speed,
            gpus: known.gpus.clone(),
        };
        let nothing = before(&machine());
        // On the first start, beside a compiler.
        let mut busy = measured(6);
        weigh(&mut busy, &nothing, true);
        assert!(busy.was_measured_beside_others());
        assert!(busy.gpus[0].speed.unwrap().beside_others);
        // Quiet at last.
        let mut quiet = measured(14);
        weigh(&mut quiet, &before(&busy), false);
        assert_eq!(quiet, measured(14));
        // Asked for again beside a compiler: what is known is better.
        let mut again = measured(6);
        weigh(&mut again, &before(&quiet), true);
        assert_eq!(again, quiet);
    }

    #[test]
    fn what_the_probe_measured_joins_what_was_measured_here() {
        for (memory, expect) in [(Some(30), 30), (None, 20)] {
            let mut machine = machine();
            machine.speed = memory.map(|memory| speed(memory, 1));
            take(
                &mut machine,
                vec![device("CPU", DeviceKind::Processor, Some(20))],
            );
            assert_eq!(machine.speed, Some(speed(expect, 20)));
            assert!(machine.gpus.is_empty(), "a processor is no GPU");
        }
    }

    #[test]
    fn a_gpu_keeps_its_speed_while_it_is_the_same() {
        let mut machine = machine();
        let discrete = |measured| device("Vulkan0", DeviceKind::Discrete, measured);
        take(&mut machine, vec![discrete(Some(200))]);
        assert_eq!(machine.gpus[0].speed, Some(speed(200, 200)));
        take(&mut machine, vec![discrete(None)]);
        assert_eq!(machine.gpus[0].speed, Some(speed(200, 200)), "the same");
        let other = Device {
            description: "another card in its place".to_owned(),
            ..discrete(None)
        };
        take(&mut machine, vec![other]);
        assert_eq!(machine.gpus[0].speed, None, "another");
        take(&mut machine, Vec::new());
        assert!(machine.gpus.is_empty(), "it was taken out");
    }

    #[test]
    fn after_a_stop_nothing_is_measured_or_kept() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let (stopper, stop) = stop();
        stopper.stop();
        for look in [Look::Measure, Look::Again, Look::Gpus] {
            let seen = see(&home, &Knowledge::of(&home), look, &stop).unwrap();
            assert_eq!(seen.machine.speed, None);
            assert_eq!(seen.notes, [], "no failure either");
        }
        assert!(!folder.path().join("machine.json").exists());
    }

    #[test]
    fn a_file_that_is_no_machine_is_named_with_what_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("netbook.json");
        let good = serde_json::to_string(&machine()).unwrap();
        std::fs::write(&path, &good).unwrap();
        let seen = machine_in(&path).unwrap();
        assert_eq!((seen.machine, seen.described), (machine(), true));
        let bad = good.replace("\"physical\":4", "\"physical\":0");
        std::fs::write(&path, bad).unwrap();
        let failure = machine_in(&path).unwrap_err();
        assert_eq!(failure.code, Code::MachineUnknown);
        for part in ["netbook.json", "`cores.physical` is zero"] {
            assert!(failure.message.contains(part), "{failure}");
        }
        assert!(failure.hint.is_some());
    }
}
