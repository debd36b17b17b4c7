//! `spud machine`: what there is to compute with.

use std::process::ExitCode;

use app::fit::bytes::human;
use app::fit::{GpuKind, Speed};
use app::{Failure, Home, Knowledge, Look, Seen};

use crate::command::Machine;
use crate::console::{Console, STOPPED, To, complain_of, tame};
use crate::interrupt;

/// Prints the machine.
pub(crate) fn run(wish: &Machine) -> ExitCode {
    let (stopper, stop) = app::stop::stop();
    interrupt::stops(stopper.clone());
    let console = Console::new(stopper);
    let look = if wish.again {
        Look::Again
    } else {
        Look::Measure
    };
    let seen = seen(wish.file.as_deref(), look, &stop, &console);
    if stop.is_asked() {
        return ExitCode::from(STOPPED);
    }
    match seen {
        Ok((seen, _)) => {
            let text = if wish.json {
                serde_json::to_string(&seen.machine).expect("BUG: numbers and text are JSON")
            } else {
                words(&seen)
            };
            console.write(To::Output, &(text + "\n"));
            ExitCode::SUCCESS
        }
        Err(failure) => complain_of(&failure),
    }
}

/// The machine in a file, or this one, with what its home knows of it.
pub(crate) fn seen(
    file: Option<&std::path::Path>,
    look: Look,
    stop: &app::stop::Stop,
    console: &Console,
) -> Result<(Seen, Knowledge), Failure> {
    let home = Home::find()?;
    let knowledge = Knowledge::of(&home);
    if let Some(path) = file {
        return Ok((app::machine_in(path)?, knowledge));
    }
    console.status("Looking at the machine, which takes some seconds the first time");
    let seen = app::see(&home, &knowledge, look, stop);
    console.status("");
    Ok((seen?, knowledge))
}

fn words(seen: &Seen) -> String {
    let machine = &seen.machine;
    let mut lines = Vec::new();
    let mut line = |name: &str, text: String| lines.push(format!("{name:<11}{text}"));
    let cpu = if machine.cpu.is_empty() {
        "without a name"
    } else {
        &machine.cpu
    };
    let cores = machine.cores;
    line(
        "processor",
        format!(
            "{cpu}, {} cores, {} threads compute",
            cores.physical,
            machine.threads()
        ),
    );
    line(
        "memory",
        format!(
            "{}, {} free",
            human(machine.total_bytes),
            human(machine.available_bytes)
        ),
    );
    if machine.on_battery {
        line("power", "a battery feeds it".to_owned());
    }
    if machine.swap_bytes > 0 {
        line(
            "swap",
            format!("{}, never planned with", human(machine.swap_bytes)),
        );
    }
    line(
        "speed",
        machine
            .speed
            .map_or_else(|| "not measured".to_owned(), speed),
    );
    if machine.gpus.is_empty() {
        line("GPU", "none that the engine can use".to_owned());
    }
    for gpu in &machine.gpus {
        let kind = match gpu.kind {
            GpuKind::Discrete => "memory of its own",
            GpuKind::Integrated => "shares the machine's memory",
            GpuKind::Software => "the processor, pretending",
        };
        line(
            "GPU",
            format!(
                "{} by {} ({kind}), {}, {} free",
                gpu.description,
                gpu.backend,
                human(gpu.total_bytes),
                human(gpu.free_bytes)
            ),
        );
        line(
            "",
            gpu.speed.map_or_else(|| "not measured".to_owned(), speed),
        );
    }
    if let Some(disk) = &machine.disk {
        line(
            "disk",
            format!("{} free for {}", human(disk.free_bytes), disk.folder),
        );
    }
    lines.extend(seen.notes.iter().map(|note| format!("note       {note}")));
    tame(&lines.join("\n"))
}

fn speed(speed: Speed) -> String {
    let memory = format!(
        "{} a second from memory",
        human(speed.memory_bytes_per_second)
    );
    let weights = speed
        .weight_bytes_per_second
        .map(|rate| format!("{} of weights", human(rate)));
    let operations = speed
        .operations_per_second
        .map(|rate| format!("{} billion operations", rate / 1_000_000_000));
    let beside = speed
        .beside_others
        .then(|| "measured while others computed".to_owned());
    let all: Vec<String> = [Some(memory), weights, operations, beside]
        .into_iter()
        .flatten()
        .collect();
    all.join(", ")
}
