//! `spud doctor`: every finding on a line, for a person or for a program.

use std::process::ExitCode;

use app::Home;

use crate::command::Doctor;
use crate::console::{Console, FAILED, To, complain_of, tame};
use crate::interrupt;

/// Prints what was found; fails where something is not as it should be.
pub(crate) async fn run(doctor: &Doctor) -> ExitCode {
    let (stopper, stop) = app::stop::stop();
    interrupt::stops(stopper.clone());
    let console = Console::new(stopper);
    let home = match Home::find() {
        Ok(home) => home,
        Err(failure) => return complain_of(&failure),
    };
    let mut well = true;
    app::doctor(&home, stop, |check| {
        well &= check.ok;
        let line = if doctor.json {
            serde_json::to_string(&check).expect("BUG: text is JSON")
        } else {
            let mark = if check.ok { "ok  " } else { "BAD " };
            let hint = check
                .hint
                .map(|hint| format!("\n      {hint}"))
                .unwrap_or_default();
            tame(&format!(
                "{mark}  {:<14}  {}{hint}",
                check.name, check.found
            ))
        };
        console.write(To::Output, &(line + "\n"));
    })
    .await;
    if well {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILED)
    }
}
