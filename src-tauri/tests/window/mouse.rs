//! The window under a real mouse: events as the X server makes them of a device (XTEST, by `xdotool`), through GTK and
//! WebKit. A driver's or a script's events begin behind these, and did not see that the wheel was dead.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;
use thirtyfour::Key;

use crate::processes::Process;
use crate::window::{Opening, Window};

/// Buttons of a mouse as X counts them.
const WHEEL_UP: &str = "4";
const WHEEL_DOWN: &str = "5";
/// What scrolls the conversation.
const LOG: &str = ".log";
/// Of text, in pixels.
const LINE: i64 = 30;
/// Steps of a drag, so that it is one: a press and a release far off are not.
const STEPS: i32 = 12;

impl Window {
    fn point(&self, (x, y): (i32, i32)) {
        self.hand(&["mousemove", "--sync", &x.to_string(), &y.to_string()]);
    }

    /// The middle of what CSS selects by this, on the screen. The window lies at its corner: nothing manages it.
    async fn place(&self, selector: &str) -> (i32, i32) {
        let look = format!(
            "const box = document.querySelector('{selector}').getBoundingClientRect();
             return [box.x + box.width / 2, box.y + box.height / 2].map(Math.round)"
        );
        let place = self.script(&look).await;
        let number = |at: usize| i32::try_from(place[at].as_i64().unwrap()).unwrap();
        (number(0), number(1))
    }

    async fn scrolled(&self, selector: &str) -> i64 {
        let look = format!("return Math.round(document.querySelector('{selector}').scrollTop)");
        self.script(&look).await.as_i64().unwrap()
    }

    /// Turns the wheel over the middle of what CSS selects by this, until that scrolled by more than a line.
    async fn wheel(&self, selector: &str, button: &str, turns: u32) -> i64 {
        let before = self.scrolled(selector).await;
        self.point(self.place(selector).await);
        self.hand(&[
            "click",
            "--repeat",
            &turns.to_string(),
            "--delay",
            "20",
            button,
        ]);
        // The turns come one by one, and a web view may glide.
        let looks = Cell::new(before);
        let look = async || {
            let now = self.scrolled(selector).await;
            let rests = looks.replace(now) == now;
            (rests && (now - before).abs() > LINE).then_some(now)
        };
        self.until(&format!("{selector} to scroll"), look).await - before
    }
}

/// A low window with a chat that is longer than it.
async fn long_chat() -> Window {
    let mut opening = Opening::new();
    opening.size = (1080, 460);
    let window = opening.open().await;
    for sum in ["1 + 2", "3 + 4", "5 + 6"] {
        window.ask_to_the_end(sum).await;
    }
    window
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_wheel_scrolls_the_conversation_and_a_sheet() {
    let window = long_chat().await;
    // At the end; up and down again.
    let up = window.wheel(LOG, WHEEL_UP, 3).await;
    assert!(up < 0, "{up} pixels");
    let down = window.wheel(LOG, WHEEL_DOWN, 2).await;
    assert!(down > 0, "{down} pixels");
    window.click("settings-open").await;
    let down = window.wheel("[data-testid=settings]", WHEEL_DOWN, 3).await;
    assert!(down > 0, "{down} pixels");
    window.press(Key::Escape + "").await;
    window.has_no_layer().await;
    window.click("model-button").await;
    window.click("model-pick").await;
    let down = window.wheel("[data-testid=picker]", WHEEL_DOWN, 3).await;
    assert!(down > 0, "{down} pixels");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pointer_that_rests_on_the_text_does_not_end_the_following() {
    let window = long_chat().await;
    window.point(window.place(LOG).await);
    // What WebKit sends of a pointer that rests while text moves below it is counted; where it sends nothing the test
    // of the page (follow.test.ts) still holds the rule.
    for sum in ["7 + 8", "9 + 1"] {
        window.ask_to_the_end(sum).await;
    }
    let look = "const it = document.querySelector('.log');
                return it.scrollHeight - it.clientHeight - it.scrollTop < 2";
    let at_the_end = async || (window.script(look).await == true).then_some(());
    window.until("the end in view", at_the_end).await;
}

/// Drags a file or a folder out of another program onto the window, until what CSS selects by this is there.
async fn drag(window: &Window, path: &Path, arrived: &str) {
    let source =
        Path::new(env!("CARGO_BIN_EXE_spud-desktop")).with_file_name("examples/drag_source");
    assert!(
        source.is_file(),
        "no {}: run `cargo build --workspace --examples` first",
        source.display()
    );
    let _source = Process::start(
        Command::new(source)
            .args(["1150", "200"])
            .arg(path)
            .env("DISPLAY", window.screen())
            .env_remove("WAYLAND_DISPLAY")
            .stdout(Stdio::null()),
    );
    let (from, to) = ((1250, 300), (600, 400));
    let dragged = async || {
        window.point(from);
        window.hand(&["mousedown", "1"]);
        for step in 1..=STEPS {
            window.point((
                from.0 + (to.0 - from.0) * step / STEPS,
                from.1 + (to.1 - from.1) * step / STEPS,
            ));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        window.hand(&["mouseup", "1"]);
        tokio::time::sleep(Duration::from_millis(300)).await;
        // (The first tries may come before the other program's window.)
        (!window.all(arrived).await.is_empty()).then_some(())
    };
    window.until("what was dragged", dragged).await;
}

/// Room for the other program beside the window.
fn wide() -> Opening {
    let mut opening = Opening::new();
    opening.size = (1400, 760);
    opening
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_dragged_out_of_another_program_is_attached() {
    let opening = wide();
    let file = opening.home.path().join("a letter & more.txt");
    std::fs::write(&file, "Dear all").unwrap();
    let window = opening.open().await;
    drag(&window, &file, "file-open").await;
    let label = "return document.querySelector('[data-testid=file-open]').ariaLabel";
    let label = window.script(label).await;
    assert!(
        label.as_str().unwrap().contains("a letter & more.txt"),
        "{label}"
    );
}

/// A folder as LM Studio keeps its chats, with one that is none beside them.
fn folder_of_chats(opening: &Opening) -> PathBuf {
    let folder = opening.home.path().join("LM Studio's");
    std::fs::create_dir_all(folder.join("within")).unwrap();
    for (name, question, created) in [
        ("1.conversation.json", "Which keep?", 1_740_000_000_000_u64),
        (
            "within/2.conversation.json",
            "Since when?",
            1_750_000_000_000,
        ),
    ] {
        let chat = json!({"name": question, "createdAt": created, "messages": [
            {"versions": [{"type": "singleStep", "role": "user",
                "content": [{"type": "text", "text": question}]}], "currentlySelected": 0}]});
        std::fs::write(folder.join(name), chat.to_string()).unwrap();
    }
    std::fs::write(folder.join("settings.json"), "{}").unwrap();
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_dragged_in_brings_its_chats() {
    let opening = wide();
    let folder = folder_of_chats(&opening);
    let window = opening.open().await;
    drag(&window, &folder, "arrival").await;
    window.says("passed-over", "settings.json").await;
    window.press(Key::Escape + "").await;
    window.has_no_layer().await;
    let both = async || (window.all("chat-row").await.len() == 2).then_some(());
    window.until("both chats in the list", both).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_saved_from_the_list_is_set_as_the_window_shows_it() {
    let opening = Opening::new();
    let path = opening.home.path().join("a copy.html");
    let window = opening.open().await;
    window.ask_to_the_end("47 + 38").await;
    window.click("chat-menu").await;
    window.click("chat-menu-export").await;
    // The system's own dialog, which no driver reaches; the keyboard does. (Nothing manages the windows, and so nothing
    // gives it the focus.)
    let title = "^Save a copy";
    window.hand(&["search", "--sync", "--name", title, "windowfocus", "--sync"]);
    window.hand(&["key", "ctrl+a"]);
    window.hand(&["type", "--delay", "20", path.to_str().unwrap()]);
    window.hand(&["key", "Return"]);
    let look = async || std::fs::read_to_string(&path).ok();
    let page = window.until("the copy", look).await;
    assert!(
        page.contains("<div><p dir=\"auto\">47 + 38 = 85.</p></div>"),
        "{page}"
    );
    // Where it is, is told: its folder and its name, and no more.
    window.says("saved", "/a copy.html").await;
    let told = window.words("saved").await;
    assert!(told.starts_with("…"), "{told}");
    assert!(!window.all("show-copy").await.is_empty());
}
