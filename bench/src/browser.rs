//! The real window on a display of its own, and its page asked in its own language. The wire of
//! `WebDriver` is JSON over HTTP; the handful of calls that are needed are written out here.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use fs_err as fs;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::memory::bytes_of;

/// Nothing that is waited for takes this long.
const PATIENCE: Duration = Duration::from_mins(12);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(5);

/// Memory of one program's processes, in bytes, what is shared with others counted in parts.
#[derive(Debug, Default)]
pub struct Held {
    /// The program's file.
    pub program: String,
    /// All of it.
    pub all: u64,
    /// What it wrote itself: heaps, stacks, what its scripts made.
    pub own: u64,
    /// Code and data of files that are mapped; the system can take them back and read them again.
    pub files: u64,
}

/// A window that is open; closed when it is dropped.
pub struct Window {
    session: String,
    port: u16,
    home: PathBuf,
    _driver: Process,
    _screen: Process,
}

impl Window {
    /// Opens `program` with its data in `home`, as if on that machine. Returns as soon as the page can be
    /// asked.
    pub fn open(program: &Path, home: &Path, machine: &Path) -> io::Result<Self> {
        Self::open_with(program, home, Some(machine), None)
    }

    /// The same on this machine where none is named, and with a file where one is.
    pub fn open_with(
        program: &Path,
        home: &Path,
        machine: Option<&Path>,
        file: Option<&Path>,
    ) -> io::Result<Self> {
        let arguments = [
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1080x760x24",
            "-nolisten",
            "tcp",
        ];
        let mut screen =
            Process::start(Command::new("Xvfb").args(arguments).stdout(Stdio::piped()))?;
        let mut number = String::new();
        let told = screen.0.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        BufReader::new(told).read_line(&mut number)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let driver = Process::start(
            Command::new("WebKitWebDriver")
                .args([format!("--port={port}"), "--host=127.0.0.1".to_owned()])
                .env("DISPLAY", format!(":{}", number.trim()))
                .env("SPUD_HOME", home)
                .envs(machine.map(|machine| ("SPUD_MACHINE", machine)))
                .env("TAURI_WEBVIEW_AUTOMATION", "true")
                .env("GTK_THEME", "Adwaita")
                .env("LANG", "C.UTF-8")
                .env_remove("WAYLAND_DISPLAY")
                .stdout(Stdio::null()),
        )?;
        wait("WebKitWebDriver", || {
            TcpStream::connect(("127.0.0.1", port)).ok()
        })?;
        let mut window = Self {
            session: String::new(),
            port,
            home: home.to_owned(),
            _driver: driver,
            _screen: screen,
        };
        let options = json!({ "binary": program, "args": file.as_slice() });
        let wishes = json!({ "capabilities": { "alwaysMatch": {
            "webkitgtk:browserOptions": options,
            "timeouts": { "script": 900_000 },
        } } });
        let opened = window.call("", &wishes)?;
        opened["sessionId"]
            .as_str()
            .unwrap_or_default()
            .clone_into(&mut window.session);
        Ok(window)
    }

    /// What a script returns.
    pub fn ask(&self, script: &str) -> io::Result<Value> {
        self.call("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// What an asynchronous script returns in the end.
    pub fn wait_for(&self, script: &str) -> io::Result<Value> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async () => {{ {script} }})().then(done, (error) => done(`failed: ${{error}}`));"
        );
        let value = self.call("/execute/async", &json!({ "script": script, "args": [] }))?;
        match value.as_str() {
            Some(failed) if failed.starts_with("failed: ") => {
                Err(io::Error::other(failed.to_owned()))
            }
            _ => Ok(value),
        }
    }

    /// A number that a script returns, or that one returns in the end.
    pub fn number(&self, script: &str) -> io::Result<f64> {
        let value = self.wait_for(script)?;
        value
            .as_f64()
            .ok_or_else(|| io::Error::other(format!("no number but {value}")))
    }

    /// Waits until a script returns something true.
    pub fn until(&self, what: &str, script: &str) -> io::Result<()> {
        wait(what, || {
            let found = self.ask(script).ok()?;
            (found != json!(false) && !found.is_null()).then_some(())
        })
    }

    /// Bytes of memory of the web process and of all processes of the window, what is shared with
    /// others counted in parts.
    pub fn memory(&self) -> (u64, u64) {
        let all = self.memory_by_program();
        let web = all.iter().filter(|held| held.program == "WebKitWebProcess");
        (
            web.map(|held| held.all).sum(),
            all.iter().map(|held| held.all).sum(),
        )
    }

    /// What each program of the window holds, the largest first.
    pub fn memory_by_program(&self) -> Vec<Held> {
        let mut all: Vec<Held> = Vec::new();
        for (number, program) in self.processes() {
            let text =
                fs::read_to_string(format!("/proc/{number}/smaps_rollup")).unwrap_or_default();
            let at = all.iter().position(|held| held.program == program);
            let at = at.unwrap_or_else(|| {
                all.push(Held {
                    program,
                    ..Held::default()
                });
                all.len() - 1
            });
            all[at].all += bytes_of(&text, "Pss:").unwrap_or_default();
            all[at].own += bytes_of(&text, "Pss_Anon:").unwrap_or_default();
            all[at].files += bytes_of(&text, "Pss_File:").unwrap_or_default();
        }
        all.sort_by_key(|held| std::cmp::Reverse(held.all));
        all
    }

    /// Seconds of processor time that the web process took so far; the system tells hundredths.
    pub fn cpu_seconds(&self) -> f64 {
        let all = self.processes();
        let web = all.iter().find(|(_, name)| name == "WebKitWebProcess");
        let stat =
            web.and_then(|(number, _)| fs::read_to_string(format!("/proc/{number}/stat")).ok());
        let stat = stat.unwrap_or_default();
        // Behind the name, which is in brackets: the 14th and 15th field.
        let fields = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .skip(11)
            .take(2);
        fields
            .filter_map(|field| field.parse::<f64>().ok())
            .sum::<f64>()
            / 100.0
    }

    /// When the program was started, in milliseconds since 1970; the system tells hundredths.
    pub fn started_ms(&self) -> io::Result<f64> {
        let all = self.processes();
        let (number, _) = all
            .iter()
            .find(|(_, name)| name == "spud-desktop")
            .ok_or(io::ErrorKind::NotFound)?;
        let stat = fs::read_to_string(format!("/proc/{number}/stat"))?;
        // Behind the name, which is in brackets: the 22nd field is the twentieth there.
        let fields = stat.rsplit(')').next().unwrap_or_default();
        let ticks = fields
            .split_whitespace()
            .nth(19)
            .and_then(|field| field.parse::<f64>().ok());
        let uptime = fs::read_to_string("/proc/uptime")?;
        let uptime = uptime
            .split(' ')
            .next()
            .and_then(|field| field.parse::<f64>().ok());
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_err(io::Error::other)?;
        let (Some(ticks), Some(uptime)) = (ticks, uptime) else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        Ok((now.as_secs_f64() - uptime + ticks / 100.0) * 1000.0)
    }

    /// The processes that have this home, but for the driver: their numbers and programs.
    fn processes(&self) -> Vec<(String, String)> {
        let mine = format!("SPUD_HOME={}", self.home.display());
        let Ok(all) = fs::read_dir("/proc") else {
            return Vec::new();
        };
        let of = |number: &str| {
            let folder = Path::new("/proc").join(number);
            let variables = std::fs::read(folder.join("environ")).ok()?;
            let is_mine = variables
                .split(|&byte| byte == 0)
                .any(|one| one == mine.as_bytes());
            let program = std::fs::read_link(folder.join("exe")).ok()?;
            let name = program.file_name()?.to_string_lossy().into_owned();
            (is_mine && name != "WebKitWebDriver").then(|| (number.to_owned(), name))
        };
        all.flatten()
            .filter_map(|entry| of(&entry.file_name().to_string_lossy()))
            .collect()
    }

    /// One call to the session.
    fn call(&self, path: &str, body: &Value) -> io::Result<Value> {
        let session = if self.session.is_empty() {
            String::new()
        } else {
            format!("/{}", self.session)
        };
        let body = body.to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        write!(
            stream,
            "POST /session{session}{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )?;
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').unwrap_or_default();
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap_or_default();
            }
        }
        let mut answer = vec![0; length];
        reader.read_exact(&mut answer)?;
        let mut answer: Value = serde_json::from_slice(&answer)?;
        let value = answer["value"].take();
        if value["error"].is_string() {
            return Err(io::Error::other(format!("the window's driver: {value}")));
        }
        Ok(value)
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // As the end of a session does; the driver's own way is to kill it.
        for (number, name) in self.processes() {
            let number = number.parse().ok().and_then(Pid::from_raw);
            if let Some(number) = number.filter(|_| name == "spud-desktop") {
                let _ = kill_process(number, Signal::TERM);
            }
        }
        let _ = wait("the window's end", || {
            self.processes().is_empty().then_some(())
        });
    }
}

/// Waits for something.
pub fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> io::Result<T> {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return Ok(found);
        }
        if begun.elapsed() > PATIENCE {
            return Err(io::Error::other(format!("waited in vain for {what}")));
        }
        thread::sleep(LOOK);
    }
}

/// A process that ends with us.
struct Process(Child);

impl Process {
    fn start(command: &mut Command) -> io::Result<Self> {
        let program = command.get_program().to_owned();
        let why = |error| io::Error::other(format!("cannot start {}: {error}", program.display()));
        command.stderr(Stdio::null()).spawn().map(Self).map_err(why)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
