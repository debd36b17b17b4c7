//! The hardware that Spud runs on, looked at once and handed on as plain numbers.
//!
//! The only room that knows `sysinfo`. What differs between systems is in one file, `system`;
//! container limits, which sysinfo reads for the root group only, are in `cgroup`. Not here: GPUs
//! (the engine's probe lists them, since a driver can crash), and what the numbers mean for a model
//! (`fit`).

mod awake;
mod bandwidth;
mod cgroup;
mod cpus;
mod disk;
mod others;
// Those of chats, as everywhere.
#[cfg(all(test, target_os = "linux"))]
#[path = "../../chats/tests/chats/skips.rs"]
mod skips;
mod system;

pub use awake::Awake;
pub use bandwidth::measure;
pub use disk::disk;
pub use others::{Watch, is_quiet};

use fit::{Cores, Machine};
use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

/// The system does not say how much memory there is; without that nothing can be planned.
#[derive(Debug, thiserror::Error)]
#[error("this system does not tell how much memory it has")]
pub struct Unknown {
    /// What sysinfo says to it, if anything.
    #[source]
    source: Option<sysinfo::Error>,
}

/// Looks at the machine: a few reads of system files, 0.3 ms where it was measured.
pub fn look() -> Result<Machine, Unknown> {
    let what = RefreshKind::nothing()
        .with_memory(MemoryRefreshKind::everything())
        .with_cpu(CpuRefreshKind::nothing());
    let seen = System::new_with_specifics(what).map_err(|error| Unknown {
        source: Some(error),
    })?;
    let mut total_bytes = seen.total_memory();
    let mut available_bytes = seen.available_memory();
    if total_bytes == 0 {
        return Err(Unknown { source: None });
    }
    if let Some(limit) = system::container_limit() {
        total_bytes = total_bytes.min(limit.total_bytes);
        available_bytes = available_bytes.min(limit.available_bytes);
    }
    Ok(Machine {
        cpu: seen
            .cpus()
            .first()
            .map_or_else(String::new, |cpu| cpu.brand().trim().to_owned()),
        cores: cores(),
        total_bytes,
        available_bytes,
        swap_bytes: seen.total_swap(),
        speed: None,
        gpus: Vec::new(),
        disk: None,
        on_battery: on_battery(),
    })
}

/// Whether a battery feeds the machine now. False where there is none, or none that tells.
pub fn on_battery() -> bool {
    use starship_battery::{Manager, State};

    let batteries = Manager::new().and_then(|manager| manager.batteries());
    batteries.is_ok_and(|mut all| {
        all.any(|battery| battery.is_ok_and(|battery| battery.state() == State::Discharging))
    })
}

/// What names the hardware in a few words, so that what was measured on it can be found again. Total
/// memory is told in whole GiB, since a kernel update moves it by some MiB.
pub fn identity(machine: &Machine) -> String {
    let Cores {
        physical, usable, ..
    } = machine.cores;
    let gib = machine.total_bytes.div_ceil(1 << 30);
    format!("{}, {physical}/{usable} cores, {gib} GiB", machine.cpu)
}

fn cores() -> Cores {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let usable = std::thread::available_parallelism().map_or(1, |threads| count(threads.get()));
    // Where a system does not tell cores from threads, every thread is taken for a core.
    let physical = System::physical_core_count().map_or(usable, count).max(1);
    let performance = system::performance_cores().unwrap_or(physical).max(1);
    // The two come from different files; where those disagree, the kernel's topology is right.
    let physical = physical.max(performance);
    Cores {
        physical,
        performance,
        usable,
    }
}

#[cfg(test)]
mod tests {
    use super::{identity, look};

    #[test]
    fn this_machine_makes_sense() {
        let machine = look().unwrap();
        assert!(machine.total_bytes > 64 << 20, "{machine:?}");
        assert!(machine.available_bytes > 0, "{machine:?}");
        assert!(
            machine.available_bytes <= machine.total_bytes,
            "{machine:?}"
        );
        assert!(machine.cores.physical >= 1, "{machine:?}");
        assert!(
            (1..=machine.cores.physical).contains(&machine.cores.performance),
            "{machine:?}"
        );
        assert!(
            (1..=machine.cores.usable).contains(&machine.threads()),
            "{machine:?}"
        );
    }

    #[test]
    fn hardware_keeps_its_name_when_a_kernel_keeps_more_for_itself() {
        let mut machine = look().unwrap();
        machine.cpu = "AMD Ryzen 5".to_owned();
        machine.cores.physical = 6;
        machine.cores.usable = 12;
        machine.total_bytes = 15_700 << 20;
        let name = identity(&machine);
        assert_eq!(name, "AMD Ryzen 5, 6/12 cores, 16 GiB");
        machine.total_bytes -= 40 << 20;
        machine.available_bytes = 1;
        machine.speed = None;
        assert_eq!(identity(&machine), name, "the same hardware");
        machine.total_bytes = 31_700 << 20;
        assert_ne!(identity(&machine), name, "other hardware");
    }
}
