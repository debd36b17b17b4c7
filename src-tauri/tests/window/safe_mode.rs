//! A window that stays blank opens again in safe mode, once, and the next one remembers.

use std::collections::HashMap;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::kept::has_draft;
use crate::processes::Process;
use crate::starts::bus;
use crate::window::{Opening, Window, display};

/// The program gives a page a minute to load; this is for the slowest machine around it.
const PATIENCE: Duration = Duration::from_mins(4);
const DRAFT: &str = "What is 47 +";

#[tokio::test(flavor = "multi_thread")]
async fn a_renderer_that_dies_before_the_first_paint() {
    opens_again(Signal::KILL).await;
}

/// Held, it is there and paints nothing, as one that waits for a driver.
#[tokio::test(flavor = "multi_thread")]
async fn a_renderer_that_hangs_before_the_first_paint() {
    opens_again(Signal::STOP).await;
}

async fn opens_again(fate: Signal) {
    let mut opening = Opening::new();
    let window = opening.open().await;
    window.write(DRAFT).await;
    // Drafts are saved a moment after the last key.
    let is_kept = async || has_draft(&opening, DRAFT).then_some(());
    window.until("the draft on disk", is_kept).await;
    window.close().await;
    let home = Arc::clone(&opening.home);

    let (_xvfb, display) = display("1080x760x24");
    let (_daemon, bus) = bus();
    let starting = Starting {
        home: &home,
        display: &display,
        bus: &bus,
    };
    let mut program = starting.start("", &[file(&home, "first.txt")]);
    let renderer = until("a renderer", || renderer_of(&program.0));
    kill_process(renderer, fate).unwrap();
    let kept = until("a window that is painted", || {
        assert!(program.0.try_wait().unwrap().is_none(), "it has ended");
        remembered(&home).filter(|kept| kept["painted"] == true)
    });
    assert!(!kept["reason"].as_str().unwrap().is_empty(), "{kept}");
    assert!(kept["driver"].as_str().unwrap().contains("Linux"), "{kept}");
    let variables = environment(Pid::from_child(&program.0));
    assert_eq!(variables["WEBKIT_DISABLE_DMABUF_RENDERER"], "1");
    assert_eq!(variables["WEBKIT_DISABLE_COMPOSITING_MODE"], "1");
    // The one that hung is gone too: one window, one renderer.
    until("the end of the first renderer", || {
        (renderer_of(&program.0) != Some(renderer)).then_some(())
    });
    // It took its own place, also for those who start it again.
    let mut second = starting.start("", &[file(&home, "second.txt")]);
    let status = until("the end of a second start", || second.0.try_wait().unwrap());
    assert!(status.success(), "{status}");
    assert!(program.0.try_wait().unwrap().is_none(), "it has ended");
    close(&mut program);

    // Remembered, and the draft of before is there with each file once.
    opening.home = Arc::clone(&home);
    let window = opening.open().await;
    assert!(is_safe(&window));
    for left in (0..2).rev() {
        window.click("file-remove").await;
        let look = async || (window.all("file").await.len() == left).then_some(());
        window.until(&format!("{left} files"), look).await;
    }
    let draft = "return document.querySelector('[data-testid=composer]').value";
    window
        .until("the draft", async || {
            (window.script(draft).await == DRAFT).then_some(())
        })
        .await;
    window.ask_to_the_end(" 38?").await;
    assert_eq!(window.words("answer").await, "47 + 38 = 85.");
    window.close().await;

    // Where the GPU is tried by hand and the page is painted, it is forgotten.
    let mut program = starting.start("off", &[]);
    until("the choice undone", || {
        remembered(&home).is_none().then_some(())
    });
    let variables = environment(Pid::from_child(&program.0));
    assert!(!variables.contains_key("WEBKIT_DISABLE_DMABUF_RENDERER"));
    close(&mut program);
}

/// Where safe mode does not help either, the window is not opened a third time.
#[test]
fn a_renderer_that_dies_in_safe_mode_too() {
    let home = tempfile::tempdir().unwrap();
    let (_xvfb, display) = display("1080x760x24");
    let starting = Starting {
        home: &home,
        display: &display,
        bus: "",
    };
    let said = home.path().join("said");
    let to = std::fs::File::create(&said).unwrap().into();
    let mut program = starting.start_saying("on", &[], to);
    let renderer = until("a renderer", || renderer_of(&program.0));
    kill_process(renderer, Signal::KILL).unwrap();
    until("what it says of it", || {
        let said = std::fs::read_to_string(&said).unwrap();
        said.contains("the window is blank").then_some(())
    });
    assert!(program.0.try_wait().unwrap().is_none(), "it has ended");
    assert_eq!(renderer_of(&program.0), None, "it has started anew");
    assert_eq!(remembered(&home), None, "nobody asked to remember it");
    close(&mut program);
}

/// What was drawn by another WebKit says nothing about this one.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_of_webkit_or_the_driver_tries_the_gpu_again() {
    let opening = Opening::new();
    let old = serde_json::json!({
        "reason": "the page was loaded and not painted",
        "webkit": "2.0.0",
        "driver": "Linux 6.1",
        "painted": true,
    });
    std::fs::write(opening.home.path().join("safe-mode.json"), old.to_string()).unwrap();
    let window = opening.open().await;
    assert!(!is_safe(&window));
    assert_eq!(remembered(&opening.home), None);
    window.close().await;
}

/// Chosen in the settings, and taken back there. What a link opens does not know of it.
#[tokio::test(flavor = "multi_thread")]
async fn safe_mode_is_chosen_and_taken_back() {
    let mut opening = Opening::new();
    let programs = opening.home.path().join("programs");
    let seen = opening.home.path().join("seen");
    std::fs::create_dir(&programs).unwrap();
    let browser = programs.join("xdg-open");
    let script = format!(
        "#!/bin/sh\nenv > '{0}.new'\nmv '{0}.new' '{0}'\n",
        seen.display()
    );
    std::fs::write(&browser, script).unwrap();
    std::fs::set_permissions(&browser, Permissions::from_mode(0o755)).unwrap();
    opening.programs = Some(programs);

    let window = opening.open().await;
    assert!(!is_safe(&window));
    // Where no GPU can be opened, as here, the processor draws and there is nothing to choose.
    let choose_it =
        "window.__TAURI_INTERNALS__.invoke('set_safe_mode', { request: { safe: true } })";
    window.script(choose_it).await;
    assert!(!is_safe(&window), "from the next start on");
    window.close().await;

    let window = opening.open().await;
    assert!(is_safe(&window));
    let link = "window.__TAURI_INTERNALS__.invoke('open_link', { request: { url: 'https://example.org/' } })";
    window.script(link).await;
    let variables = until("a browser", || std::fs::read_to_string(&seen).ok());
    assert!(variables.contains("SPUD_HOME="));
    // (The driver has variables of its own with WebKit's name.)
    for name in ["SPUD_SAFE_MODE=", "SPUD_ADDED=", "WEBKIT_DISABLE_"] {
        assert!(!variables.contains(name), "{name}");
    }
    choose(&window, "Use the graphics card again", "Use safe mode").await;
    window.close().await;
    assert_eq!(remembered(&opening.home), None);

    let window = opening.open().await;
    assert!(!is_safe(&window));
    window.close().await;
}

/// Presses the button of the setting, which has these words, and others then.
async fn choose(window: &Window, words: &str, then: &str) {
    window.click("settings-open").await;
    window.says("setting-drawing", words).await;
    window.click("setting-drawing").await;
    window.says("setting-drawing", then).await;
    window.click("settings-close").await;
}

/// Where the program is started as a person does, without a driver.
struct Starting<'a> {
    home: &'a TempDir,
    display: &'a str,
    /// The address of a session bus.
    bus: &'a str,
}

impl Starting<'_> {
    fn start(&self, safe_mode: &str, arguments: &[PathBuf]) -> Process {
        self.start_saying(safe_mode, arguments, Stdio::null())
    }

    /// The same, and what it says on standard error goes there.
    fn start_saying(&self, safe_mode: &str, arguments: &[PathBuf], to: Stdio) -> Process {
        Process::heard(
            Command::new(env!("CARGO_BIN_EXE_spud-desktop"))
                .args(arguments)
                .env("DISPLAY", self.display)
                .env("DBUS_SESSION_BUS_ADDRESS", self.bus)
                .env("SPUD_HOME", self.home.path())
                .env("SPUD_SAFE_MODE", safe_mode)
                .env("LANG", "C.UTF-8")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(to),
        )
    }
}

/// A text to ask about.
fn file(home: &TempDir, name: &str) -> PathBuf {
    let path = home.path().join(name);
    std::fs::write(&path, "a few words").unwrap();
    path
}

/// As the end of a session does.
fn close(program: &mut Process) {
    let id = Pid::from_child(&program.0);
    kill_process(id, Signal::TERM).unwrap();
    until("the end of the window", || program.0.try_wait().unwrap());
}

fn remembered(home: &TempDir) -> Option<Value> {
    let text = std::fs::read(home.path().join("safe-mode.json")).ok()?;
    serde_json::from_slice(&text).ok()
}

/// The living program that draws for this one.
fn renderer_of(program: &std::process::Child) -> Option<Pid> {
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .find_map(|process| {
            let folder = process.path();
            let stat = std::fs::read_to_string(folder.join("stat")).ok()?;
            let after = stat.rsplit_once(')')?.1;
            let mut fields = after.split_whitespace();
            let (state, parent) = (fields.next()?, fields.next()?);
            let is_it = state != "Z"
                && parent == program.id().to_string()
                && std::fs::read_link(folder.join("exe"))
                    .is_ok_and(|exe| exe.ends_with(Path::new("WebKitWebProcess")));
            // Its death before it has said who it is, WebKit takes for its own; by the time it has eight
            // threads it has said so, and it has more when it paints.
            let threads = std::fs::read_dir(folder.join("task")).ok()?.count();
            let number = process.file_name().to_string_lossy().parse().ok()?;
            (is_it && threads >= 8).then(|| Pid::from_raw(number))?
        })
}

fn is_safe(window: &Window) -> bool {
    environment(window.id()).contains_key("WEBKIT_DISABLE_DMABUF_RENDERER")
}

fn environment(process: Pid) -> HashMap<String, String> {
    let number = process.as_raw_nonzero();
    let all = std::fs::read(format!("/proc/{number}/environ")).unwrap();
    String::from_utf8_lossy(&all)
        .split('\0')
        .filter_map(|one| one.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "waited for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
