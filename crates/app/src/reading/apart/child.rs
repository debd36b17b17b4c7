//! The process that reads one file: standard input in; text, a zero byte and how it went out.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use super::End;
use crate::reading::fault::{Fault, Form};
use crate::reading::{Words, forms};

/// Memory of the whole process: the file, what its streams unpack to, and the program itself.
#[cfg(target_os = "linux")]
const MEMORY: u64 = 1 << 30;

/// For what goes as deep as a file is nested: the parsers count their depth, and this holds it.
const STACK: usize = 64 << 20;

pub(super) fn run(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    shut_in();
    // A file that a parser does not understand makes it panic; nobody reads its last words.
    std::panic::set_hook(Box::new(|_| {}));
    let form = arguments.next().and_then(|form| form.into_string().ok());
    let form = form.and_then(|form| serde_json::from_str(&form).ok());
    let most = arguments.next().and_then(|most| most.into_string().ok());
    let most = most.and_then(|most| most.parse().ok());
    let (Some(form), Some(most)) = (form, most) else {
        return ExitCode::FAILURE;
    };
    let worker = std::thread::Builder::new().stack_size(STACK);
    let read = worker.spawn(move || catch_unwind(AssertUnwindSafe(|| read(form, most))));
    let read = read.ok().and_then(|worker| worker.join().ok());
    let (text, end) = match read.and_then(Result::ok) {
        Some(Ok(Words { text, remarks })) => match serde_json::to_value(remarks) {
            Ok(remarks) => (text, End::Read(remarks)),
            Err(_) => return ExitCode::FAILURE,
        },
        Some(Err(fault)) => (String::new(), End::Refused(fault)),
        None => (String::new(), End::Refused(Fault::Broke)),
    };
    match say(&text, &end) {
        Ok(()) => ExitCode::SUCCESS,
        // Where nobody takes more, the parent has ended this.
        Err(_) => ExitCode::FAILURE,
    }
}

fn say(text: &str, end: &End) -> std::io::Result<()> {
    let mut output = std::io::stdout().lock();
    // (A zero byte in the text would be the mark of its end.)
    output.write_all(text.replace('\0', "").as_bytes())?;
    output.write_all(b"\0")?;
    output.write_all(&serde_json::to_vec(end)?)?;
    output.flush()
}

fn read(form: Form, most: usize) -> Result<Words, Fault> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|_| Fault::Damaged)?;
    forms::read(form, bytes, most)
}

/// Takes from this process what reading needs not: memory without end, files, other programs' work
/// after its parent's death. Best effort: the time limit and the pipe hold everywhere.
fn shut_in() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{
            Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit,
        };
        let _ = set_parent_process_death_signal(Some(Signal::KILL));
        let limits = [
            (Resource::As, MEMORY),
            (Resource::Core, 0),
            (Resource::Fsize, 0),
            // The pipes are open already.
            (Resource::Nofile, 0),
        ];
        for (resource, most) in limits {
            let (current, maximum) = (Some(most), Some(most));
            let _ = setrlimit(resource, Rlimit { current, maximum });
        }
    }
}
