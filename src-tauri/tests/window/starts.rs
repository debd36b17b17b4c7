//! Started with a model's file, as a file manager does; started again while the window is open.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use app::{App, AppEvent, Home};

use crate::processes::Process;
use crate::shelf::Shop;
use crate::window::{Opening, Window};

/// A session bus of its own, on a socket file; it ends with the test.
pub(crate) fn bus() -> (Process, String) {
    let mut command = Command::new("dbus-daemon");
    command.args(["--session", "--nofork", "--print-address=1"]);
    let mut daemon = Process::start(command.stdout(Stdio::piped()));
    let mut address = String::new();
    BufReader::new(daemon.0.stdout.take().unwrap())
        .read_line(&mut address)
        .unwrap();
    (daemon, address.trim().to_owned())
}

/// Sprout as a file of the user's, which calls itself Potato.
fn model(opening: &Opening, name: &str) -> PathBuf {
    const KEY: &[u8] = b"general.name";
    let sprout = concat!(env!("CARGO_MANIFEST_DIR"), "/../sprout/sprout.gguf");
    let mut bytes = std::fs::read(sprout).unwrap();
    let key = bytes.windows(KEY.len()).position(|found| found == KEY);
    // The key, the type of its value, the length of that.
    let value = key.unwrap() + KEY.len() + 4 + 8;
    let called = &mut bytes[value..value + 6];
    assert_eq!(called, b"Sprout");
    called.copy_from_slice(b"Potato");
    let path = opening.home.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Waits until that model is the chosen one. (The driver takes a name that may be cut with an ellipsis
/// for invisible.)
async fn is_potato(window: &Window) {
    let words = "return document.querySelector('[data-testid=model-button]').textContent";
    let look = async || {
        let said = window.script(words).await;
        said.as_str()?.contains("Potato").then_some(())
    };
    window.until("the model of that file", look).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_the_window_is_opened_with_is_loaded() {
    let mut opening = Opening::new();
    let path = model(&opening, "mine.gguf");
    opening.arguments = vec![path.to_str().unwrap().to_owned()];
    let window = opening.open().await;
    window.becomes("model-button", "data-engine", "ready").await;
    is_potato(&window).await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_hands_its_model_to_the_first_window_and_ends() {
    let (_daemon, address) = bus();
    let mut opening = Opening::new();
    opening.bus = Some(address);
    model(&opening, "mine.gguf");
    let window = opening.open().await;
    window.ask_to_the_end("What is 47 + 38?").await;
    // Named as it is in that folder, which is not the first window's.
    let status = window
        .start_again(opening.home.path(), &["mine.gguf"])
        .await;
    assert!(status.success(), "{status}");
    is_potato(&window).await;
    window.becomes("model-button", "data-engine", "ready").await;
    assert_eq!(window.words("answer").await, "47 + 38 = 85.");
    window.close().await;
}

/// Its name on the bus is nobody's then, and the next one has it.
#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_was_killed_is_in_nobodys_way() {
    let (_daemon, address) = bus();
    let mut opening = Opening::new();
    opening.bus = Some(address);
    let window = opening.open().await;
    window.ask_to_the_end("What is 47 + 38?").await;
    let slowed = window.slow_down();
    window.ask("Count from 1 to 200").await;
    window.says("message-assistant", "1, 2").await;
    drop(slowed);
    window.kill().await;

    let window = opening.open().await;
    window
        .becomes("message-assistant", "data-state", "interrupted")
        .await;
    window
        .ask_to_the_end_of_a_new_chat("What is 20 + 22?")
        .await;
    assert_eq!(window.words("answer").await, "20 + 22 = 42.");
    let status = window.start_again(opening.home.path(), &[]).await;
    assert!(status.success(), "{status}");
    window.close().await;
}

/// Without a bus they cannot find each other, so there are two windows.
#[tokio::test(flavor = "multi_thread")]
async fn two_windows_and_two_terminals_on_one_folder_keep_everybodys_words() {
    let opening = Opening::new();
    let spud = Path::new(env!("CARGO_BIN_EXE_spud-desktop")).with_file_name("spud");
    assert!(
        spud.is_file(),
        "no terminal: run `cargo build -p cli` first"
    );
    let first = opening.open().await;
    let second = opening.open_beside(&first).await;
    let terminals = [(30, 4), (60, 7)].map(|(one, other)| {
        let mut terminal = Command::new(&spud)
            .arg("chat")
            .env("SPUD_HOME", opening.home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut input = terminal.stdin.take().unwrap();
        writeln!(input, "What is {one} + {other}?").unwrap();
        terminal
    });
    tokio::join!(
        first.ask_to_the_end("What is 47 + 38?"),
        second.ask_to_the_end("What is 20 + 22?"),
    );
    for (terminal, sum) in terminals.into_iter().zip(["34", "67"]) {
        let said = terminal.wait_with_output().unwrap();
        let words = String::from_utf8(said.stdout).unwrap();
        assert!(said.status.success() && words.contains(sum), "{words}");
    }
    assert_eq!(first.words("answer").await, "47 + 38 = 85.");
    assert_eq!(second.words("answer").await, "20 + 22 = 42.");
    // One goes as after a crash; the other one goes on.
    first.kill().await;
    second.ask_to_the_end("What is 30 + 4?").await;
    second.close().await;

    let app = App::open(&Home::at(opening.home.path())).await.unwrap();
    let Some(AppEvent::Snapshot(told)) = app.watch().await.unwrap().recv().await else {
        panic!("no snapshot");
    };
    assert_eq!(told.notices, []);
    let mut titles: Vec<_> = told.chats.iter().map(|row| &*row.title).collect();
    titles.sort_unstable();
    let asked = ["20 + 22", "30 + 4", "47 + 38", "60 + 7"];
    assert_eq!(titles, asked.map(|sum| format!("What is {sum}?")));
    for row in &told.chats {
        let found = app.search(row.title.trim_start_matches("What is ")).await;
        assert!(found.unwrap().iter().any(|hit| hit.chat == row.id));
    }
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_was_closed_over_a_download_comes_back_and_stays() {
    let (_daemon, address) = bus();
    let mut shop = Shop::new(128 << 10);
    shop.opening.bus = Some(address);
    let window = shop.begin().await;
    let is_seen = async |wanted: bool| {
        let look = async || {
            let state = window.script("return document.visibilityState").await;
            (state == if wanted { "visible" } else { "hidden" }).then_some(())
        };
        window
            .until(&format!("a window seen: {wanted}"), look)
            .await;
    };
    is_seen(true).await;
    let leave =
        "window.__TAURI_INTERNALS__.invoke('leave', { request: { goOn: true, always: false } })";
    window.script(leave).await;
    is_seen(false).await;
    let status = window.start_again(shop.opening.home.path(), &[]).await;
    assert!(status.success(), "{status}");
    is_seen(true).await;
    shop.hurry();
    window.becomes("download", "data-state", "done").await;
    // The end of the download would have closed it by now.
    window.click("picker-close").await;
    window.ask_to_the_end("What is 47 + 38?").await;
    window.close().await;
}

/// It was a panic in the toolkit's loop, and no window.
#[tokio::test(flavor = "multi_thread")]
async fn an_error_at_the_start_is_a_sentence_in_the_window() {
    let mut opening = Opening::new();
    // Neither a place for chats nor one in its stead.
    opening.data = Some("/dev/null/spud".into());
    opening.temporary = Some("/dev/null/temporary".into());
    let window = opening.open().await;
    window.says("notice", "/dev/null/spud").await;
    window.close().await;
}

/// A disk that sleeps held the window back.
#[tokio::test(flavor = "multi_thread")]
async fn the_window_is_there_while_the_product_comes() {
    let opening = Opening::new();
    let pipe = opening.home.path().join("network.json");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let window = opening.open().await;
    // (No model is named before the product is there.)
    let button = "return document.querySelector('[data-testid=model-button]')?.textContent ?? ''";
    let before = window.script(button).await;
    assert!(
        !before.as_str().unwrap_or_default().contains("Sprout"),
        "{before}"
    );
    // Who reads the pipe gets an answer; who comes later reads a file.
    std::fs::write(opening.home.path().join("set.json"), "{}").unwrap();
    let asked = pipe.clone();
    let mut answer = tokio::task::spawn_blocking(move || {
        std::fs::File::options().write(true).open(asked).unwrap()
    })
    .await
    .unwrap();
    std::fs::rename(opening.home.path().join("set.json"), &pipe).unwrap();
    answer.write_all(b"{}").unwrap();
    drop(answer);
    let look = async || {
        let said = window.script(button).await;
        said.as_str()?.contains("Sprout").then_some(())
    };
    window.until("the product", look).await;
    window.close().await;
}
