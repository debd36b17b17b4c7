//! `spud import`: a person's own files made known.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use app::fit::bytes::human;
use app::{Code, Home};
use serde_json::json;

use crate::command::Import;
use crate::console::{Console, STOPPED, To, complain_of, tame};
use crate::interrupt;

/// Between two tellings of how far a copy is.
const TELL: Duration = Duration::from_millis(200);

/// Makes each file known, in the order in which they were named.
pub(crate) async fn run(wish: Import) -> ExitCode {
    let (stopper, stop) = app::stop::stop();
    interrupt::stops(stopper.clone());
    let console = Console::new(stopper);
    let home = match Home::find() {
        Ok(home) => home,
        Err(failure) => return complain_of(&failure),
    };
    for path in &wish.paths {
        let mut told = Instant::now();
        let imported = app::import(&home, path, wish.copy, &stop, |done, all| {
            if told.elapsed() >= TELL {
                told = Instant::now();
                console.status(&format!("{} of {}", human(done), human(all)));
            }
        });
        let imported = imported.await;
        console.status("");
        let imported = match imported {
            Ok(imported) => imported,
            Err(failure) => {
                let status = complain_of(&failure);
                return match failure.code {
                    Code::Stopped => ExitCode::from(STOPPED),
                    _ => status,
                };
            }
        };
        let path = imported.path.display().to_string();
        let line = if wish.json {
            json!({"type": "imported", "path": path, "name": imported.name, "id": imported.id})
                .to_string()
        } else {
            let known = imported.id.map(|id| format!(", which is `{id}`"));
            tame(&format!(
                "{}{}: {path}",
                imported.name,
                known.unwrap_or_default()
            ))
        };
        console.write(To::Output, &(line + "\n"));
    }
    ExitCode::SUCCESS
}
