//! The machine as the product sees it: the system's numbers, GPUs from the engine's probe, speeds
//! from what was measured; or a description in a file, in its place.

use std::path::Path;
use std::time::Duration;

use engine::message::{Device, DeviceKind};
use fit::{Gpu, GpuKind, Machine, Speed};

use crate::engine_room::program;
use crate::failure::{Code, Failure};
use crate::home::Home;
use crate::knowledge::Knowledge;
use crate::stop::Stop;

/// Names a file that describes the machine, in place of looking at it. Tests fake machines so.
pub const MACHINE_VARIABLE: &str = "SPUD_MACHINE";

/// A driver may take its time to start; one that takes longer is left out.
const PROBE_LIMIT: Duration = Duration::from_secs(20);

/// The same where devices are measured: a weak GPU compiles its programs for seconds the first time.
const MEASURE_LIMIT: Duration = Duration::from_mins(1);

/// How much is done to know the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Only what takes no time: memory as it is now, speeds and GPUs from the last time.
    Glance,
    /// GPUs too, with the memory that is free on them now.
    Gpus,
    /// What was never measured is measured: a second or two, once.
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
    pub notes: Vec<String>,
    /// True where a file stands for the machine.
    pub described: bool,
}

/// Looks at the machine. Blocks for as long as [`Look`] says.
pub fn see(home: &Home, knowledge: &Knowledge, look: Look, stop: &Stop) -> Result<Seen, Failure> {
    if let Some(path) = std::env::var_os(MACHINE_VARIABLE).filter(|path| !path.is_empty()) {
        return machine_in(Path::new(&path));
    }
    let mut machine = machine::look().map_err(|error| unknown(&error))?;
    machine.disk = machine::disk(&home.models());
    let mut notes = Vec::new();
    knowledge.apply(&mut machine);
    let measures = match look {
        Look::Glance => return Ok(seen(machine, notes)),
        Look::Gpus => false,
        Look::Measure => {
            let of_gpus = machine.gpus.iter().any(|gpu| gpu.speed.is_none());
            let of_engine = machine
                .speed
                .and_then(|speed| speed.weight_bytes_per_second);
            of_gpus || of_engine.is_none() || !knowledge.has_looked_for_gpus(&machine)
        }
        Look::Again => true,
    };
    if measures && (look == Look::Again || machine.speed.is_none()) {
        let stopped = || stop.is_asked();
        let rate = machine::measure(machine.available_bytes, machine.threads(), &stopped);
        machine.speed = rate.map(|rate| Speed {
            memory_bytes_per_second: rate,
            weight_bytes_per_second: None,
            operations_per_second: None,
        });
    }
    let probed = program().and_then(|program| {
        let threads = machine.threads();
        let limit = if measures { MEASURE_LIMIT } else { PROBE_LIMIT };
        engine::probe::probe(&program, measures, threads, limit).map_err(Failure::from)
    });
    match probed {
        Ok(devices) => {
            take(&mut machine, devices);
            knowledge.keep(&machine, true);
        }
        Err(failure) => {
            machine.gpus.clear();
            notes.push(format!("GPUs could not be looked for: {}", failure.message));
            knowledge.keep(&machine, false);
        }
    }
    Ok(seen(machine, notes))
}

/// Takes over what the engine's probe found, and what is known from earlier of the same devices.
fn take(machine: &mut Machine, devices: Vec<Device>) {
    let known = std::mem::take(&mut machine.gpus);
    for device in devices {
        let speed = device.measured.map(|measured| Speed {
            // A GPU's memory is at least as fast as it works through weights.
            memory_bytes_per_second: measured.weight_bytes_per_second,
            weight_bytes_per_second: Some(measured.weight_bytes_per_second),
            operations_per_second: Some(measured.operations_per_second),
        });
        let kind = match device.kind {
            DeviceKind::Processor => {
                if let (Some(ours), Some(theirs)) = (&mut machine.speed, speed) {
                    ours.weight_bytes_per_second = theirs.weight_bytes_per_second;
                    ours.operations_per_second = theirs.operations_per_second;
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

fn seen(machine: Machine, notes: Vec<String>) -> Seen {
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
