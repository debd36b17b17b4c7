//! `spud`: the product in a terminal. Scripts, tests and benchmarks drive it, so its forms are a
//! contract: what `spud help` documents stays.
//!
//! Exit status: 0 done (also a reply cut by its length), 1 failed, 2 wrong usage, 130 stopped.

mod ask;
mod bench;
mod chat;
mod chats;
mod command;
mod console;
mod doctor;
mod files;
mod fit;
mod held;
mod import;
mod inspect;
mod interrupt;
mod licences;
mod lines;
mod machine;
mod models;
mod pull;
mod reader;
mod remove;
mod token;
mod verify;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;

use crate::command::{Command, Spud};

fn main() -> ExitCode {
    if let Some(status) = app::reading::become_reader() {
        return status;
    }
    let spud = match Spud::try_parse() {
        Ok(spud) => spud,
        Err(told) => return told_instead(&told),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return console::complain(&format!("cannot start: {error}"), None),
    };
    console::settled(match spud.command {
        Command::Ask(ask) => runtime.block_on(ask::run(ask)),
        Command::Chat(chat) => runtime.block_on(chat::run(chat)),
        Command::Chats(chats) => runtime.block_on(chats::run(chats)),
        Command::Machine(machine) => machine::run(&machine),
        Command::Models(models) => models::run(&models),
        Command::Fit(fit) => fit::run(&fit, &runtime),
        Command::Inspect(inspect) => inspect::run(&inspect),
        Command::Pull(pull) => runtime.block_on(pull::run(pull)),
        Command::Verify(verify) => verify::run(&verify),
        Command::Import(import) => runtime.block_on(import::run(import)),
        Command::Remove(remove) => remove::run(&remove),
        Command::Bench(bench) => runtime.block_on(bench::run(bench)),
        Command::Doctor(doctor) => runtime.block_on(doctor::run(&doctor)),
        Command::Licences => licences::run(),
    })
}

/// Help, or what is wrong with the call: clap tells both, and in colours where somebody looks.
fn told_instead(told: &clap::Error) -> ExitCode {
    if told.use_stderr() || std::io::stdout().is_terminal() {
        told.exit();
    }
    console::print(&told.render().to_string());
    console::settled(ExitCode::SUCCESS)
}
