//! `spud verify`: a second look at models that are here.

use std::ops::Range;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use app::fit::bytes::human;
use app::{Checked, Code, Home, Looked, Verifying};
use serde_json::json;

use crate::command::Verify;
use crate::console::{Console, FAILED, STOPPED, To, complain_of, tame};
use crate::interrupt;

/// Between two tellings of how far it is.
const TELL: Duration = Duration::from_millis(200);

/// Reads the files through and says how each is.
pub(crate) fn run(wish: &Verify) -> ExitCode {
    let (stopper, stop) = app::stop::stop();
    interrupt::stops(stopper.clone());
    let console = Console::new(stopper);
    let mut told = Instant::now();
    let mut count = 0;
    let verified = Home::find().and_then(|home| {
        app::verify(&home, wish.model.as_deref(), &stop, |news| match news {
            Verifying::Reading { path, done, bytes } if !wish.json => {
                if told.elapsed() >= TELL {
                    told = Instant::now();
                    let name = path.file_name().unwrap_or_default().to_string_lossy();
                    let percent = done.saturating_mul(100) / bytes.max(1);
                    console.status(&tame(&format!("{percent:>3} %  {name}")));
                }
            }
            Verifying::Reading { .. } => {}
            Verifying::Looked(looked) => {
                count += 1;
                console.status("");
                let text = if wish.json {
                    line(&looked)
                } else {
                    tame(&words(&looked))
                };
                console.write(To::Output, &(text + "\n"));
            }
        })
    });
    console.status("");
    match verified {
        Ok(true) => {
            if count == 0 && !wish.json {
                console.aside("no model of the catalogue is on this machine\n");
            }
            ExitCode::SUCCESS
        }
        Ok(false) => ExitCode::from(FAILED),
        Err(failure) => {
            let status = complain_of(&failure);
            match failure.code {
                Code::Stopped => ExitCode::from(STOPPED),
                _ => status,
            }
        }
    }
}

fn line(looked: &Looked) -> String {
    let damaged: Vec<[u64; 2]> = match &looked.checked {
        Checked::Damaged(ranges) => ranges.iter().map(|bad| [bad.start, bad.end]).collect(),
        _ => Vec::new(),
    };
    json!({
        "type": "file",
        "path": looked.path.display().to_string(),
        "id": looked.id,
        "state": match looked.checked {
            Checked::Whole => "whole",
            Checked::Damaged(_) => "damaged",
            Checked::Unknown(_) => "unknown",
        },
        "damaged": damaged,
    })
    .to_string()
}

fn words(looked: &Looked) -> String {
    let path = looked.path.display();
    match &looked.checked {
        Checked::Whole => format!("whole    {path}"),
        Checked::Unknown(found) => {
            format!("unknown  {path}: nobody told what it should be; its SHA-256 is {found}")
        }
        Checked::Damaged(ranges) => {
            let bytes: u64 = ranges.iter().map(|bad| bad.end - bad.start).sum();
            let places: Vec<String> = ranges.iter().map(place).collect();
            let mend = match (&looked.id, &looked.quant) {
                (Some(id), Some(quant)) => {
                    format!("`spud pull {id} --quant {quant}` fetches that again, and only that")
                }
                _ => "get it again from where it came".to_owned(),
            };
            format!(
                "damaged  {path}: {} ({}); {mend}",
                places.join(", "),
                human(bytes)
            )
        }
    }
}

fn place(bad: &Range<u64>) -> String {
    format!("from {} to {}", human(bad.start), human(bad.end))
}
