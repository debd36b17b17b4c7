//! Runs `spud` in a home of its own and reads what it prints.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// Nothing that is waited for takes this long.
const PATIENCE: Duration = Duration::from_mins(1);

/// One of the machines that the plans are tested on, for `SPUD_MACHINE`: a test that is about something else tells its
/// machine, since measuring one takes seconds in each new home.
pub(crate) fn machine(name: &str) -> String {
    let crates = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    format!("{crates}/fit/tests/fit/machines/{name}.json")
}

/// A home that goes away with the test.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The program, ready to be started with these arguments.
    pub(crate) fn command<Argument: AsRef<OsStr>>(&self, arguments: &[Argument]) -> Command {
        let spud = Path::new(env!("CARGO_BIN_EXE_spud"));
        let engine = spud.with_file_name(format!("spud-engine{}", std::env::consts::EXE_SUFFIX));
        assert!(
            engine.is_file(),
            "no engine: run `cargo build -p engine-llama` first"
        );
        let mut command = Command::new(spud);
        command
            .args(arguments)
            .env("SPUD_HOME", self.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run<Argument: AsRef<OsStr>>(&self, arguments: &[Argument]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// Runs the program to its end with this on its standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Ran {
        self.run_between(arguments, input, Stdio::piped())
    }

    /// The same, with a full disk for its output.
    #[cfg(target_os = "linux")]
    pub(crate) fn run_to_full(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let full = std::fs::File::options().write(true).open("/dev/full");
        self.run_between(arguments, input, full.unwrap().into())
    }

    fn run_between(&self, arguments: &[&str], input: &[u8], output: Stdio) -> Ran {
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let ran = Ran::of(child.wait_with_output().unwrap());
        writer.join().unwrap();
        ran
    }

    /// Starts the program and leaves it running.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let output = child.stdout.take().map(BufReader::new);
        Running { child, output }
    }
}

/// What a program left behind.
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) output: String,
    pub(crate) errors: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            status: output.status.code(),
            output: String::from_utf8(output.stdout).unwrap(),
            errors: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The JSON lines; everything on standard output has to be one.
    pub(crate) fn lines(&self) -> Lines {
        Lines(
            self.output
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect(),
        )
    }

    /// The one line of a failure: what failed on what, and what to do.
    pub(crate) fn complaint(&self) -> &str {
        assert_eq!(self.status, Some(1), "{self:?}");
        let complaint = self.errors.strip_suffix('\n').unwrap();
        assert!(complaint.starts_with("spud: "), "{complaint}");
        assert!(!complaint.contains('\n'), "more than a line: {complaint}");
        assert!(!complaint.contains("panicked"), "{complaint}");
        complaint
    }
}

impl std::fmt::Debug for Ran {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "status {:?}\n{}\n--- errors\n{}",
            self.status, self.output, self.errors
        )
    }
}

/// The JSON lines of a reply, or of the doctor.
#[derive(Debug)]
pub(crate) struct Lines(pub(crate) Vec<Value>);

impl Lines {
    /// Everything that lines of this kind say, joined.
    pub(crate) fn text(&self, kind: &str) -> String {
        let of_kind = self.0.iter().filter(|line| line["type"] == kind);
        of_kind.map(|line| line["text"].as_str().unwrap()).collect()
    }

    /// What the doctor says of something.
    pub(crate) fn check(&self, name: &str) -> &Value {
        let check = self.0.iter().find(|check| check["name"] == name);
        check.unwrap_or_else(|| panic!("no {name}: {self:?}"))
    }

    /// The end, which is the last line and the only one of its kind.
    pub(crate) fn done(&self) -> &Value {
        let ends = self.0.iter().filter(|line| line["type"] == "done").count();
        assert_eq!(ends, 1, "{self:?}");
        let last = self.0.last().unwrap();
        assert_eq!(last["type"], "done", "{self:?}");
        last
    }
}

/// A program that runs. Killed with the test.
pub(crate) struct Running {
    pub(crate) child: Child,
    output: Option<BufReader<ChildStdout>>,
}

impl Running {
    /// The next JSON line.
    pub(crate) fn line(&mut self) -> Value {
        let mut line = String::new();
        self.output.as_mut().unwrap().read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// Reads until a line of this kind came, and gives it.
    pub(crate) fn line_of(&mut self, kind: &str) -> Value {
        loop {
            let line = self.line();
            assert_ne!(line["type"], "done", "it ended before: {line}");
            if line["type"] == kind {
                return line;
            }
        }
    }

    /// Reads plain output until these words came, and gives all of it.
    pub(crate) fn read_until(&mut self, words: &str) -> String {
        let mut output = self.output.take().unwrap();
        let (tell, told) = mpsc::channel();
        let wanted = words.as_bytes().to_vec();
        std::thread::spawn(move || {
            let mut seen = Vec::new();
            let mut byte = [0];
            while !seen.ends_with(&wanted) && output.read_exact(&mut byte).is_ok() {
                seen.push(byte[0]);
            }
            tell.send((output, seen))
        });
        let (output, seen) = told.recv_timeout(PATIENCE).unwrap_or_else(|_| {
            // A program that waits for us, while we wait for it: its end ends the reading.
            self.child.kill().unwrap();
            told.recv().unwrap()
        });
        self.output = Some(output);
        let seen = String::from_utf8(seen).unwrap();
        assert!(seen.ends_with(words), "no `{words}` came: {seen:?}");
        seen
    }

    /// The program's number.
    #[cfg(unix)]
    pub(crate) fn process(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_child(&self.child)
    }

    /// The engine that the program started.
    #[cfg(target_os = "linux")]
    pub(crate) fn engine(&self) -> rustix::process::Pid {
        let engine = self.engine_if_any();
        engine.unwrap_or_else(|| panic!("no engine below {}", self.child.id()))
    }

    /// The engine that the program starts after this one.
    #[cfg(target_os = "linux")]
    pub(crate) fn next_engine(&self, after: Option<rustix::process::Pid>) -> rustix::process::Pid {
        let begun = std::time::Instant::now();
        while begun.elapsed() < PATIENCE {
            match self.engine_if_any() {
                Some(engine) if Some(engine) != after => return engine,
                _ => std::thread::yield_now(),
            }
        }
        panic!("no engine came after {after:?}");
    }

    #[cfg(target_os = "linux")]
    fn engine_if_any(&self) -> Option<rustix::process::Pid> {
        let parent = format!("PPid:\t{}", self.child.id());
        let processes = std::fs::read_dir("/proc").unwrap();
        for process in processes.filter_map(Result::ok) {
            let number = process.file_name().to_string_lossy().parse::<i32>();
            let status = std::fs::read_to_string(process.path().join("status"));
            if let (Ok(number), Ok(status)) = (number, status)
                && status.lines().any(|line| line == parent)
            {
                return rustix::process::Pid::from_raw(number);
            }
        }
        None
    }

    /// The rest of what it prints, and its end.
    pub(crate) fn end(mut self) -> Ran {
        let output = std::io::read_to_string(self.output.take().unwrap()).unwrap();
        let (status, errors) = self.end_unread();
        Ran {
            status,
            output,
            errors,
        }
    }

    /// Its end when nobody reads what it prints any more.
    pub(crate) fn end_unread(mut self) -> (Option<i32>, String) {
        self.output.take();
        self.child.stdin.take();
        let errors = std::io::read_to_string(self.child.stderr.take().unwrap()).unwrap();
        (self.child.wait().unwrap().code(), errors)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The built-in model as a file.
pub(crate) fn sprout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sprout/sprout.gguf")
}
