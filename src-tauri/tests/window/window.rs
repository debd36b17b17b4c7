//! Opens the window in a home of its own and says what is in it. Two windows at a time: each waits half of its life,
//! and more would only wait for each other's processor.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::prelude::*;
use thirtyfour::{Capabilities, Key, TypingData};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::processes::{Process, Slowed};

/// No step of a test takes this long, on whatever machine.
const PATIENCE: Duration = Duration::from_mins(1);
/// Where programs find their session's bus; empty is an address that leads nowhere.
const BUS: &str = "DBUS_SESSION_BUS_ADDRESS";
/// Between two looks.
const LOOK: Duration = Duration::from_millis(25);

static TWO_AT_A_TIME: Semaphore = Semaphore::const_new(2);

fn machine_file(name: &str) -> String {
    let crates = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates");
    format!("{crates}/fit/tests/fit/machines/{name}.json")
}

/// What a window is opened with.
pub(crate) struct Opening {
    pub(crate) home: Arc<TempDir>,
    pub(crate) dark: bool,
    pub(crate) size: (u32, u32),
    /// The value of `SPUD_HOME` where it is not the home.
    pub(crate) data: Option<PathBuf>,
    /// The machine that is faked, a file beside the tests of `fit`; none looks at the real one.
    pub(crate) machine: Option<&'static str>,
    /// A battery feeds it.
    pub(crate) on_battery: bool,
    /// What the program is started with.
    pub(crate) arguments: Vec<String>,
    /// The address of a session bus.
    pub(crate) bus: Option<String>,
    /// The program where it is not the one that was built.
    pub(crate) program: Option<PathBuf>,
    /// A folder of programs that are found before those of the system.
    pub(crate) programs: Option<PathBuf>,
    /// The folder for temporary files where it is not the system's.
    pub(crate) temporary: Option<PathBuf>,
}

impl Opening {
    pub(crate) fn new() -> Self {
        let home = Arc::new(tempfile::tempdir().unwrap());
        Self {
            home,
            dark: false,
            size: (1080, 760),
            data: None,
            machine: Some("02-laptop-8gb"),
            on_battery: false,
            arguments: Vec::new(),
            bus: None,
            program: None,
            programs: None,
            temporary: None,
        }
    }

    /// The file that describes the machine; none to look at the real one.
    fn machine(&self) -> String {
        let Some(name) = self.machine else {
            return String::new();
        };
        let file = machine_file(name);
        if !self.on_battery {
            return file;
        }
        let text = std::fs::read_to_string(file).unwrap();
        let mut machine: serde_json::Value = serde_json::from_str(&text).unwrap();
        machine["on_battery"] = true.into();
        let own = self.home.path().join("machine.json");
        std::fs::write(&own, machine.to_string()).unwrap();
        own.display().to_string()
    }

    /// Where programs are found.
    fn path(&self) -> OsString {
        let usual = std::env::var_os("PATH").unwrap_or_default();
        let first = self.programs.iter().cloned();
        std::env::join_paths(first.chain(std::env::split_paths(&usual))).unwrap()
    }

    /// Opens the window and waits until the page is there.
    pub(crate) async fn open(&self) -> Window {
        let place = TWO_AT_A_TIME.acquire().await.expect("never closed");
        self.start(Some(place)).await
    }

    /// Opens one more beside a window of the same test.
    pub(crate) async fn open_beside(&self, _first: &Window) -> Window {
        self.start(None).await
    }

    async fn start(&self, place: Option<SemaphorePermit<'static>>) -> Window {
        let built = Path::new(env!("CARGO_BIN_EXE_spud-desktop"));
        let program = self.program.as_deref().unwrap_or(built);
        let engine = built.with_file_name("spud-engine");
        assert!(
            engine.is_file(),
            "no engine: run `cargo build -p engine-llama` first"
        );

        let (width, height) = self.size;
        let screen = format!("{width}x{height}x24");
        let (xvfb, display) = display(&screen);

        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let data = self
            .data
            .clone()
            .unwrap_or_else(|| self.home.path().to_owned());
        let driver = Process::start(
            Command::new("WebKitWebDriver")
                .args([format!("--port={port}"), "--host=127.0.0.1".to_owned()])
                .env("DISPLAY", &display)
                .env("SPUD_HOME", &data)
                .env("SPUD_MACHINE", self.machine())
                .env("TAURI_WEBVIEW_AUTOMATION", "true")
                .env(
                    "GTK_THEME",
                    if self.dark { "Adwaita:dark" } else { "Adwaita" },
                )
                .env("LANG", "C.UTF-8")
                .env("PATH", self.path())
                .envs(self.temporary.iter().map(|folder| ("TMPDIR", folder)))
                .env_remove("WAYLAND_DISPLAY")
                .env(BUS, self.bus.as_deref().unwrap_or_default())
                .stdout(Stdio::null()),
        );
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                begun.elapsed() < PATIENCE,
                "WebKitWebDriver does not listen"
            );
            std::thread::sleep(LOOK);
        }
        let mut wishes = Capabilities::new();
        let options = serde_json::json!({ "binary": program, "args": self.arguments });
        wishes.set("webkitgtk:browserOptions", options).unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let web = WebDriver::new(format!("http://127.0.0.1:{port}"), wishes)
            .await
            .unwrap();
        let window = Window {
            web,
            data,
            screen: display,
            bus: self.bus.clone().unwrap_or_default(),
            _home: Arc::clone(&self.home),
            _driver: driver,
            _xvfb: xvfb,
            _place: place,
        };
        window.one("composer").await;
        window
    }
}

/// A screen of its own, `WIDTHxHEIGHTxDEPTH`, and the name of its display.
pub(crate) fn display(screen: &str) -> (Process, String) {
    let arguments = [
        "-displayfd",
        "1",
        "-screen",
        "0",
        screen,
        "-nolisten",
        "tcp",
    ];
    let mut xvfb = Process::start(Command::new("Xvfb").args(arguments).stdout(Stdio::piped()));
    let mut number = String::new();
    BufReader::new(xvfb.0.stdout.take().unwrap())
        .read_line(&mut number)
        .unwrap();
    (xvfb, format!(":{}", number.trim()))
}

/// A window that is open.
pub(crate) struct Window {
    pub(crate) web: WebDriver,
    data: PathBuf,
    screen: String,
    bus: String,
    /// Stays as long as the window.
    _home: Arc<TempDir>,
    _driver: Process,
    _xvfb: Process,
    _place: Option<SemaphorePermit<'static>>,
}

/// True of an element that was replaced just now, or is not yet where a person could reach it.
fn is_on_its_way(error: &WebDriverError) -> bool {
    is_stale(error)
        || matches!(
            error.as_inner(),
            WebDriverErrorInner::ElementNotInteractable(_)
        )
}

fn is_stale(error: &WebDriverError) -> bool {
    matches!(
        error.as_inner(),
        WebDriverErrorInner::StaleElementReference(_)
    )
}

impl Window {
    /// The last of the elements with this name, once there is one.
    pub(crate) async fn one(&self, name: &str) -> WebElement {
        self.until(name, async || self.all(name).await.pop()).await
    }

    /// All elements with this name that are there now.
    pub(crate) async fn all(&self, name: &str) -> Vec<WebElement> {
        let named = format!("[data-testid={name}]");
        self.until(name, async || {
            match self.web.find_all(By::Css(named.clone())).await {
                Ok(found) => Some(found),
                // One of them left the page while the driver made the list.
                Err(error) if is_stale(&error) => None,
                Err(error) => panic!("{error}"),
            }
        })
        .await
    }

    /// Waits for something, and says what did not come.
    pub(crate) async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = look().await {
                return found;
            }
            if begun.elapsed() > PATIENCE {
                let page = self
                    .web
                    .find(By::Css("body"))
                    .await
                    .unwrap()
                    .text()
                    .await
                    .unwrap();
                panic!("waited for {what}; the page says:\n{page}");
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The words of the last element with this name.
    pub(crate) async fn words(&self, name: &str) -> String {
        self.one(name).await.text().await.unwrap()
    }

    /// Waits until the first element with this name has exactly these words. For titles: the driver
    /// takes what may be cut with an ellipsis for invisible.
    pub(crate) async fn is_titled(&self, name: &str, words: &str) {
        let look = async || {
            let first = self.all(name).await.into_iter().next()?;
            let found = first.prop("textContent").await.ok()??;
            (found.trim() == words).then_some(())
        };
        self.until(&format!("{name} titled {words:?}"), look).await;
    }

    /// Waits until the last element with this name has these words among its own.
    pub(crate) async fn says(&self, name: &str, words: &str) -> String {
        let look = async || {
            // An element may leave the page between the two calls.
            let said = self.all(name).await.pop()?.text().await.ok()?;
            said.contains(words).then_some(said)
        };
        self.until(&format!("{name} with {words:?}"), look).await
    }

    pub(crate) async fn click(&self, name: &str) {
        let clicked = async || match self.one(name).await.click().await {
            Ok(()) => Some(()),
            Err(error) if is_on_its_way(&error) => None,
            Err(error) => panic!("{name}: {error}"),
        };
        self.until(name, clicked).await;
    }

    /// An attribute of the last element with this name.
    pub(crate) async fn attribute(&self, name: &str, attribute: &str) -> String {
        self.one(name)
            .await
            .attr(attribute)
            .await
            .unwrap()
            .unwrap_or_default()
    }

    /// Waits until an attribute of the last element with this name has this value.
    pub(crate) async fn becomes(&self, name: &str, attribute: &str, value: &str) {
        let look = async || {
            let found = self.all(name).await.pop()?.attr(attribute).await.ok()??;
            (found == value).then_some(())
        };
        self.until(&format!("{name} with {attribute} {value}"), look)
            .await;
    }

    /// Types into the composer.
    pub(crate) async fn write(&self, text: impl Into<TypingData>) {
        let text: String = text.into().as_vec().into_iter().collect();
        let written = async || match self.one("composer").await.send_keys(text.clone()).await {
            Ok(()) => Some(()),
            // Behind a sheet that is about to close.
            Err(error) if is_on_its_way(&error) => None,
            Err(error) => panic!("{error}"),
        };
        self.until("a composer that takes words", written).await;
    }

    /// Opens a model file and waits until it is in memory.
    pub(crate) async fn open_model(&self, path: &Path) {
        self.click("model-button").await;
        let field = self.one("model-path").await;
        field.send_keys(path.to_str().unwrap()).await.unwrap();
        self.click("model-open").await;
        self.becomes("model-button", "data-engine", "ready").await;
        // The panel closes once the choice is on disk: whoever opened it before that would lose it.
        self.has_no_layer().await;
    }

    /// Asks a question by the keyboard.
    pub(crate) async fn ask(&self, question: &str) {
        self.write(question).await;
        self.write(Key::Enter + "").await;
    }

    /// Asks a question and waits for the end of its reply.
    pub(crate) async fn ask_to_the_end(&self, question: &str) {
        let before = self.all("message-assistant").await.len();
        self.ask(question).await;
        let look = async || (self.all("message-assistant").await.len() > before).then_some(());
        self.until("a reply", look).await;
        self.becomes("message-assistant", "data-state", "complete")
            .await;
    }

    /// The same in a chat of its own.
    pub(crate) async fn ask_to_the_end_of_a_new_chat(&self, question: &str) {
        self.write(Key::Control + "n").await;
        let empty = async || self.all("message-user").await.is_empty().then_some(());
        self.until("an empty chat", empty).await;
        self.ask_to_the_end(question).await;
    }

    /// What the page says of itself when it is asked in its own language.
    pub(crate) async fn script(&self, script: &str) -> serde_json::Value {
        self.web
            .execute(script, vec![])
            .await
            .unwrap()
            .json()
            .clone()
    }

    /// The engine that this window started, if it lives.
    pub(crate) fn engine(&self) -> Option<Pid> {
        self.process("spud-engine")
    }

    /// A program of this window's: of its folder, on its display.
    fn process(&self, program: &str) -> Option<Pid> {
        let mine = [
            format!("SPUD_HOME={}", self.data.display()),
            format!("DISPLAY={}", self.screen),
        ];
        let processes = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
        for process in processes {
            let folder = process.path();
            let is_it = std::fs::read_link(folder.join("exe"))
                .is_ok_and(|exe| exe.file_name() == Some(OsStr::new(program)));
            let is_mine = std::fs::read(folder.join("environ")).is_ok_and(|all| {
                mine.iter().all(|mine| {
                    all.split(|&byte| byte == 0)
                        .any(|one| one == mine.as_bytes())
                })
            });
            if is_it && is_mine {
                return Pid::from_raw(process.file_name().to_string_lossy().parse().ok()?);
            }
        }
        None
    }

    /// Starts the program once more beside this window, as a person does, and waits until that one
    /// ends by itself.
    pub(crate) async fn start_again(&self, folder: &Path, arguments: &[&str]) -> ExitStatus {
        let mut second = Process::start(
            Command::new(env!("CARGO_BIN_EXE_spud-desktop"))
                .args(arguments)
                .current_dir(folder)
                .env("DISPLAY", &self.screen)
                .env("SPUD_HOME", &self.data)
                .env(BUS, &self.bus)
                .env_remove("WAYLAND_DISPLAY"),
        );
        let begun = Instant::now();
        loop {
            if let Some(status) = second.0.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "the second start stays");
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The display that it is on.
    pub(crate) fn screen(&self) -> &str {
        &self.screen
    }

    /// The number of its own process.
    pub(crate) fn id(&self) -> Pid {
        self.process("spud-desktop").expect("a window")
    }

    /// Makes the engine that is there as slow as a potato, so that a reply can be watched.
    pub(crate) fn slow_down(&self) -> Slowed {
        Slowed::new(self.engine().expect("an engine"))
    }

    /// A hand at the mouse and the keys of this screen (`xdotool`), below the driver and the toolkit.
    pub(crate) fn hand(&self, does: &[&str]) {
        let mut hand = Command::new("xdotool");
        let done = hand.args(does).env("DISPLAY", &self.screen).status();
        assert!(done.expect("xdotool is there").success(), "{does:?}");
    }

    /// Ends the window's process at once, as a crash does, and waits until its engine followed.
    pub(crate) async fn kill(self) {
        kill_process(self.process("spud-desktop").unwrap(), Signal::KILL).unwrap();
        self.has_ended().await;
    }

    /// Closes the window as the end of a session does, and waits until its programs have ended.
    /// (The driver's own way is to kill it.)
    pub(crate) async fn close(self) {
        kill_process(self.process("spud-desktop").unwrap(), Signal::TERM).unwrap();
        self.has_ended().await;
    }

    async fn has_ended(&self) {
        let begun = Instant::now();
        while self.process("spud-desktop").is_some() || self.engine().is_some() {
            assert!(begun.elapsed() < PATIENCE, "a program outlives its window");
            tokio::time::sleep(LOOK).await;
        }
    }
}
