//! `spud remove`: a model off this machine, after a question.

use std::io::{IsTerminal, stdin};
use std::process::ExitCode;

use app::fit::bytes::human;
use app::{Home, Removal};
use serde_json::json;

use crate::command::Remove;
use crate::console::{Console, To, complain, complain_of, tame};

/// Bad usage, as the parser of the command line has it.
const USAGE: u8 = 2;

/// Says what would go, asks, and deletes it.
pub(crate) fn run(wish: &Remove) -> ExitCode {
    let (stopper, _) = app::stop::stop();
    let console = Console::new(stopper);
    let found = Home::find().and_then(|home| {
        let removal = app::removal(&home, &wish.model, wish.quant.as_deref())?;
        Ok((home, removal))
    });
    let (home, removal) = match found {
        Ok(found) => found,
        Err(failure) => return complain_of(&failure),
    };
    if !wish.yes {
        if wish.json || !stdin().is_terminal() {
            let _ = complain(
                "nobody can be asked whether to delete it",
                Some("`--yes` deletes without a question."),
            );
            return ExitCode::from(USAGE);
        }
        console.aside(&tame(&what(&removal)));
        console.aside("Delete? [y/N] ");
        let mut answer = String::new();
        let _ = stdin().read_line(&mut answer);
        if !matches!(answer.trim(), "y" | "Y" | "yes") {
            console.aside("nothing was deleted\n");
            return ExitCode::SUCCESS;
        }
    }
    match app::remove(&home, &removal) {
        Ok(freed) => told(&console, wish, &removal, freed),
        Err(failure) => complain_of(&failure),
    }
}

fn what(removal: &Removal) -> String {
    let files = removal
        .paths
        .iter()
        .map(|path| format!("  {}\n", path.display()));
    let files: String = files.collect();
    format!(
        "{}: {} will be free.\n{files}",
        removal.name,
        human(removal.bytes)
    )
}

fn told(console: &Console, wish: &Remove, removal: &Removal, freed: u64) -> ExitCode {
    let line = if wish.json {
        let paths = removal.paths.iter().map(|path| path.display().to_string());
        let paths: Vec<String> = paths.collect();
        json!({"type": "removed", "paths": paths, "freed_bytes": freed}).to_string()
    } else {
        tame(&format!("{}: {} are free", removal.name, human(freed)))
    };
    console.write(To::Output, &(line + "\n"));
    ExitCode::SUCCESS
}
