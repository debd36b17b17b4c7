//! Programs of the system that open what is not ours: a browser for a link, another for a folder. They
//! get the environment that a person started Spud with, not what Spud added to its own (the window's
//! safe mode, which would make a browser slow): a program may not change its own environment safely,
//! so where something was added, another process of this program starts them, without it.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

/// Names of variables that this process was started with by itself, by commas.
const ADDED: &str = "SPUD_ADDED";

/// The argument that makes a program of ours start another, and leave. What to open follows.
const ASKED: &str = "--open-for-spud";

/// What a browser is for, for which the system may have another program than for a file's name.
const LINK: &str = "link";
const FOLDER: &str = "folder";

/// Gives a process that takes this one's place variables of its own, which nobody else gets.
pub fn add(command: &mut Command, variables: &[(&str, &str)]) {
    let mut added: Vec<String> = added();
    for (name, value) in variables {
        let is_set = std::env::var_os(name).is_some_and(|set| !set.is_empty());
        if !is_set && !added.iter().any(|other| other == name) {
            added.push((*name).to_owned());
        }
        command.env(name, value);
    }
    command.env(ADDED, added.join(","));
}

/// Whether this process was given this variable by itself, and not by whoever started it.
pub fn is_added(name: &str) -> bool {
    added().iter().any(|other| other == name)
}

fn added() -> Vec<String> {
    let names = std::env::var(ADDED).unwrap_or_default();
    names
        .split(',')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The first line of a `main` whose process may be given variables of its own: where it was started
/// to open something, it does, and this is how it shall exit.
pub fn become_opener() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != ASKED {
        return None;
    }
    let (kind, what) = (arguments.next()?, arguments.next()?);
    Some(match open_here(kind == LINK, &what) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            use std::io::Write;
            let _ = write!(std::io::stderr(), "{why}");
            ExitCode::FAILURE
        }
    })
}

/// Opens a link that was looked at. Returns once a program for it was started, else says why none was.
pub(crate) fn open_link(link: &str) -> Result<(), String> {
    open(LINK, link.as_ref())
}

/// The same for a folder.
pub(crate) fn open_folder(folder: &Path) -> Result<(), String> {
    open(FOLDER, folder.as_ref())
}

fn open(kind: &str, what: &OsStr) -> Result<(), String> {
    let added = added();
    if added.is_empty() {
        return open_here(kind == LINK, what);
    }
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.args([ASKED, kind]).arg(what).stdin(Stdio::null());
    for name in added.iter().map(String::as_str).chain([ADDED]) {
        command.env_remove(name);
    }
    // What it starts must not hold a pipe of ours open for as long as it runs; `opener` gives it none.
    let ended = command.output().map_err(|error| error.to_string())?;
    if ended.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&ended.stderr).into_owned())
}

fn open_here(is_link: bool, what: &OsStr) -> Result<(), String> {
    let opened = if is_link {
        opener::open_browser(what)
    } else {
        opener::open(what)
    };
    opened.map_err(|error| error.to_string())
}
