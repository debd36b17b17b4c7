//! `spud-engine --check-cage`: closes the cage and tries whatever it forbids, for `spud doctor` and for
//! tests. The cage is the one of an engine with a model, built by the same call, and what is tried is
//! what somebody would try who has taken over this process.

use std::process::ExitCode;

use engine::cage::CHECK;

/// Does the check and gives its exit status, if this process was started for one.
pub(crate) fn asked() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != CHECK {
        return None;
    }
    #[cfg(target_os = "linux")]
    return Some(trying::all(arguments));
    // No cage, no findings.
    #[cfg(not(target_os = "linux"))]
    Some(ExitCode::SUCCESS)
}

#[cfg(target_os = "linux")]
mod trying {
    use std::env;
    use std::ffi::{CString, OsString};
    use std::fs::{self, File};
    use std::io::{self, ErrorKind, Write};
    use std::net::{Ipv4Addr, TcpStream};
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::net::UnixStream;
    use std::os::unix::process::CommandExt;
    use std::path::{Path, PathBuf};
    use std::process::{Command, ExitCode};
    use std::thread;

    use engine::cage::{Finding, LANDLOCK, WITH_GPUS, WITHOUT_CALLS, Wall};
    use rustix::process::{Signal, getppid, parent_process_death_signal, test_kill_process};

    use crate::backends;
    use crate::cage::{Needs, Walls, calls, close};
    use crate::leave;

    /// The argument of the process that takes this one's place where programs can be started.
    const ESCAPED: &str = "--escaped";

    /// A port on which nobody listens, at this machine itself; what answers is the system.
    const NOBODY: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 9);

    pub(super) fn all(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
        let Some(first) = arguments.next() else {
            return leave::complaining("no folder of kept contexts is named");
        };
        if first == ESCAPED {
            let seen = "another program runs now".to_owned();
            return ExitCode::from(u8::from(!tell(Wall::Programs, (false, seen))));
        }
        let mut needs = Needs {
            contexts: Some(PathBuf::from(first)),
            ..Needs::default()
        };
        let mut walls = Walls::ALL;
        while let Some(argument) = arguments.next() {
            if argument == WITH_GPUS {
                needs.gpus = true;
            } else if argument == WITHOUT_CALLS {
                walls.calls = false;
            } else if argument == LANDLOCK
                && let Some(form) = arguments
                    .next()
                    .and_then(|form| form.to_str()?.parse().ok())
            {
                walls.landlock = form;
            } else {
                return leave::complaining(&format!("what is `{}`?", argument.display()));
            }
        }
        // As in an engine: its libraries are there before the cage is.
        if let Err(error) = backends::load() {
            return leave::complaining(&error);
        }
        close(&needs, walls);
        // The kernel ties this one thread to its parent.
        let tie = match parent_process_death_signal() {
            Ok(Some(Signal::KILL)) => (true, "the kernel ends it".to_owned()),
            other => (false, format!("{other:?}")),
        };
        let tied = tell(Wall::Parent, tie);
        // Those who compute are made after the cage, so it is one of them that tries.
        let tries = move || {
            Wall::TRIED
                .iter()
                .all(|wall| tell(*wall, attempt(*wall, &needs)))
        };
        let tried = thread::spawn(tries).join().unwrap_or_default();
        ExitCode::from(u8::from(!(tied && tried)))
    }

    /// At once, since the last attempt may be the end of this program.
    fn tell(wall: Wall, (holds, seen): (bool, String)) -> bool {
        let finding = Finding { wall, holds, seen };
        let line = serde_json::to_string(&finding).expect("BUG: text is JSON");
        let mut output = io::stdout().lock();
        writeln!(output, "{line}")
            .and_then(|()| output.flush())
            .is_ok()
    }

    fn attempt(wall: Wall, needs: &Needs) -> (bool, String) {
        match wall {
            Wall::Reading => refused(File::open("/etc/passwd")),
            Wall::Listing => refused(fs::read_dir("/")),
            Wall::Writing => refused(write_and_remove(&env::temp_dir())),
            Wall::Network => refused(TcpStream::connect(NOBODY)),
            Wall::Sockets => refused(UnixStream::connect("/spud-listens-nowhere")),
            Wall::Processes => refused(Command::new("/bin/true").spawn().map(|mut child| {
                let _ = child.wait();
            })),
            Wall::Programs => programs(),
            Wall::Signals => match getppid() {
                Some(parent) => refused(test_kill_process(parent).map_err(io::Error::from)),
                None => (false, "there is no parent to try it on".to_owned()),
            },
            Wall::Rights => match needs.contexts.as_deref().map(on_a_file) {
                Some(Ok(tried)) => all_refused(tried),
                Some(Err(error)) => (false, error.to_string()),
                None => (false, "no folder".to_owned()),
            },
            Wall::Others => match getppid() {
                Some(parent) => all_refused(calls::on_process(parent)),
                None => (false, "there is no parent to try it on".to_owned()),
            },
            Wall::Numbers => all_refused(calls::by_second_numbers()),
            Wall::Privileges => told_by_kernel("/proc/self/status", "NoNewPrivs:\t1"),
            Wall::Memory => told_by_kernel("/proc/self/oom_score_adj", leave::OOM_SCORE),
            Wall::Parent => unreachable!("BUG: it is told by the first thread"),
            Wall::Kept => match needs.contexts.as_deref().map(write_and_remove) {
                Some(Ok(())) => (true, "written, read and removed".to_owned()),
                Some(Err(error)) => (false, error.to_string()),
                None => (false, "no folder".to_owned()),
            },
        }
    }

    /// Held where the system says that it may not be; any other answer came from behind the wall.
    fn refused<T>(tried: io::Result<T>) -> (bool, String) {
        match tried {
            Ok(_) => (false, "done".to_owned()),
            Err(error) => (
                error.kind() == ErrorKind::PermissionDenied,
                error.to_string(),
            ),
        }
    }

    /// The same of several calls; what is told is of the first that got through.
    fn all_refused(tried: Vec<(&'static str, io::Result<()>)>) -> (bool, String) {
        for (call, tried) in tried {
            let (holds, seen) = refused(tried);
            if !holds {
                return (false, format!("{call}: {seen}"));
            }
        }
        (true, "all refused".to_owned())
    }

    /// Tries on a file of this process's own what Landlock does not know of.
    fn on_a_file(folder: &Path) -> io::Result<Vec<(&'static str, io::Result<()>)>> {
        let path = folder.join(format!("spud-check-{}.new", std::process::id()));
        fs::write(&path, "")?;
        let tried = CString::new(path.as_os_str().as_bytes()).map(|name| calls::on_file(&name));
        fs::remove_file(&path)?;
        Ok(tried?)
    }

    fn told_by_kernel(path: &str, line: &str) -> (bool, String) {
        let told = fs::read_to_string(path).unwrap_or_default();
        let holds = told.lines().any(|told| told == line);
        (holds, format!("{line} in {path}"))
    }

    fn write_and_remove(folder: &Path) -> io::Result<()> {
        const WORDS: &str = "nobody's";
        let path = folder.join(format!("spud-check-{}.new", std::process::id()));
        let written = fs::write(&path, WORDS).and_then(|()| fs::read_to_string(&path));
        let removed = fs::remove_file(&path);
        if written? != WORDS {
            return Err(io::Error::other("what was written is not what was read"));
        }
        removed
    }

    /// Comes back only where it holds; else the finding is told by what is started.
    fn programs() -> (bool, String) {
        match env::current_exe() {
            Ok(own) => {
                let error = Command::new(own).args([super::CHECK, ESCAPED]).exec();
                (
                    error.kind() == ErrorKind::PermissionDenied,
                    error.to_string(),
                )
            }
            Err(error) => (false, error.to_string()),
        }
    }
}
