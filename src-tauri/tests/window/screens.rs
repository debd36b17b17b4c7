//! Pictures of every screen and state for people to look at, in light and dark, English and Chinese,
//! wide and narrow: `bench/screens FOLDER`. Judged by eye, so no part of the tests.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::{Preferences, Theme};
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::Key;

use crate::files::attached;
use crate::kept::{chat, crowd, few, keep};
use crate::shelf::Shop;
use crate::tour::{Visitor, open_chat, walk};
use crate::window::{Opening, Window};

const SPROUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../sprout/sprout.gguf");

/// Draws the page anew for a while, by less than can be seen.
const BREATHE: &str = "
    const breath = setInterval(() => {
        const { style } = document.documentElement;
        style.opacity = style.opacity === '' ? '0.999' : '';
    }, 50);
    setTimeout(() => {
        clearInterval(breath);
        document.documentElement.style.opacity = '';
    }, 1000);";

/// One look of the window, and the folder of its pictures.
struct Look {
    folder: PathBuf,
    preferences: Preferences,
    size: (u32, u32),
    taken: usize,
    /// Of the windows so far; each goes with the last who holds it.
    homes: Vec<Arc<TempDir>>,
}

impl Visitor for Look {
    async fn see(&mut self, window: &Window, name: &str) {
        // The last paint may still be on its way.
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
        self.taken += 1;
        let file = format!("{:02}-{name}.png", self.taken);
        // A picture waits for a frame, and a page that lies still draws none.
        window.script(BREATHE).await;
        let picture = window.web.screenshot_as_png().await.unwrap();
        std::fs::write(self.folder.join(file), picture).unwrap();
    }
}

impl Look {
    /// A window in this look on a home with these chats.
    async fn open(&mut self, mut opening: Opening, chats: Vec<Value>) -> Window {
        opening.size = self.size;
        self.homes.push(opening.home.clone());
        keep(&opening, chats, self.preferences.clone()).await;
        self.open_again(&opening).await
    }

    async fn open_again(&self, opening: &Opening) -> Window {
        let window = opening.open().await;
        window.resize(self.size).await;
        window
    }

    /// A first start, and more chats than the list has room for.
    async fn extremes(&mut self) {
        let window = self.open(Opening::new(), Vec::new()).await;
        window.one("first-best").await;
        self.see(&window, "first-start").await;
        window.close().await;
        let window = self.open(Opening::new(), crowd()).await;
        open_chat(&window, "Question 40").await;
        window.open_side().await;
        self.see(&window, "crowded").await;
        window.scroll("folder").await;
        self.see(&window, "crowded-folders").await;
        window.close().await;
    }

    /// No engine, no model, no room.
    async fn troubles(&mut self) {
        let mut opening = Opening::new();
        let lonely = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lonely/spud-desktop");
        std::fs::create_dir_all(lonely.parent().unwrap()).unwrap();
        let _ = std::fs::remove_file(&lonely);
        std::fs::hard_link(env!("CARGO_BIN_EXE_spud-desktop"), &lonely).unwrap();
        opening.program = Some(lonely);
        let window = self.open(opening, Vec::new()).await;
        window.ask("What is 47 + 38?").await;
        window
            .becomes("message-assistant", "data-state", "failed")
            .await;
        self.see(&window, "engine-missing").await;
        window.close().await;

        let opening = Opening::new();
        let mine = opening.home.path().join("mine.gguf");
        std::fs::copy(SPROUT, &mine).unwrap();
        let home = opening.home.clone();
        let window = self.open(opening, Vec::new()).await;
        window.open_model(&mine).await;
        window.close().await;
        let whole = std::fs::read(SPROUT).unwrap();
        std::fs::write(&mine, &whole[..whole.len() / 2]).unwrap();
        let mut again = Opening::new();
        (again.home, again.size) = (home, self.size);
        let window = self.open_again(&again).await;
        window.ask("What is 47 + 38?").await;
        window
            .becomes("message-assistant", "data-state", "failed")
            .await;
        self.see(&window, "model-broken").await;
        window.tap("model-button").await;
        window.one("model-panel").await;
        self.see(&window, "model-broken-panel").await;
        window.close().await;

        let long = "Count from 1 to 20, then back. ".repeat(12);
        let reply = json!({"role": "assistant", "follows": 0, "created_ms": 1, "text": long,
                           "model": "Sprout", "state": "complete"});
        let mut full = chat("A long talk", &long, &reply);
        let messages = full["messages"].as_array_mut().unwrap();
        for at in 1..6 {
            let mut pair = messages[..2].to_vec();
            pair[0]["follows"] = json!(2 * at - 1);
            pair[1]["follows"] = json!(2 * at);
            messages.extend(pair);
        }
        full["shown"] = json!(messages.len() - 1);
        let window = self.open(Opening::new(), vec![full]).await;
        open_chat(&window, "A long talk").await;
        window.ask("What is 2 + 2?").await;
        window.one("left-out").await;
        window
            .becomes("message-assistant", "data-state", "complete")
            .await;
        self.see(&window, "context-full").await;
        window.scroll("left-out").await;
        self.see(&window, "context-left-out").await;
        window.close().await;

        let mut shop = Shop::new(1 << 30);
        let taken = shop
            .opening
            .home
            .path()
            .join("models/me/sprout/sprout.gguf");
        std::fs::create_dir_all(taken.parent().unwrap()).unwrap();
        std::fs::write(&taken, b"mine").unwrap();
        let opening = std::mem::replace(&mut shop.opening, Opening::new());
        let window = self.open(opening, Vec::new()).await;
        window.click("first-pick").await;
        window.click("best-get").await;
        window.one("download-failure").await;
        window.scroll("shelf").await;
        self.see(&window, "download-failed").await;
        window.close().await;
    }

    /// Files that wait with a question, that were sent with one, and that do not fit.
    async fn files(&mut self) {
        let long = "year,tonnes\n2026,15\n".repeat(60);
        let letter = "Dear aunt,\n\ntwo and two is four.\n";
        let opening = Opening::new();
        attached(&opening, &[("letter to my aunt.txt", letter)]).await;
        let home = opening.home.clone();
        let window = self.open(opening, Vec::new()).await;
        window.ask_to_the_end("What is 2 + 2?").await;
        self.see(&window, "files-sent").await;
        window.click("file-open").await;
        window.one("file-text").await;
        self.see(&window, "file-sheet").await;
        window.close().await;
        let mut again = Opening::new();
        (again.home, again.size) = (home, self.size);
        let more = [
            ("sums.csv", "1,2\n"),
            ("来自姑妈的信.md", letter),
            ("potatoes by year.csv", &*long),
        ];
        attached(&again, &more).await;
        let window = self.open_again(&again).await;
        window.write(Key::Control + "n").await;
        window.write("What does the table say?").await;
        window.one("too-long").await;
        self.see(&window, "files-too-long").await;
        window
            .script("[...document.querySelectorAll('[data-testid=file-remove]')].at(-1).click()")
            .await;
        let fits = async || window.all("too-long").await.is_empty().then_some(());
        window.until("room for them", fits).await;
        self.see(&window, "files-waiting").await;
        window.close().await;
    }

    /// A file whose letters are a guess, the menu that chooses others, and what is said of a picture.
    async fn letters(&mut self) {
        let mut opening = Opening::new();
        let put = |name: &str, bytes: &[u8]| {
            let path = opening.home.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path.to_str().unwrap().to_owned()
        };
        // "Письмо" and more as KOI8-R has it, and a crash behind it.
        let letter = [
            b"\xf0\xc9\xd3\xd8\xcd\xcf \xcf\xd4 \xd4\xc5\xd4\xc9.\n",
            &[0; 512][..],
        ]
        .concat();
        opening.arguments = vec![
            put("старое письмо.txt", &letter),
            put("log.txt", b"gr\xc3\xb6\xc3\x9fer \xff\n"),
            put("holiday.gif", b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff"),
        ];
        let window = self.open(opening, Vec::new()).await;
        window.one("notice").await;
        let two = async || (window.all("file-remarks").await.len() == 2).then_some(());
        window.until("both files", two).await;
        self.see(&window, "letters-guessed").await;
        window.tap("file-letters").await;
        window.one("letters-KOI8-R").await;
        self.see(&window, "letters-menu").await;
        window.tap("letters-IBM866").await;
        window.says("file-remarks", "IBM866").await;
        self.see(&window, "letters-chosen").await;
        window.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes pictures to look at"]
async fn screens() {
    let folder = PathBuf::from(std::env::var_os("SPUD_SCREENS").expect("SPUD_SCREENS"));
    // A part of the names of looks, for those who want only some.
    let only = std::env::var("SPUD_SCREENS_ONLY").unwrap_or_default();
    for (theme, light) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
        for language in ["en", "zh-Hans"] {
            for (size, room) in [((1080, 760), "wide"), ((400, 760), "narrow")] {
                let name = format!("{room}-{light}-{language}");
                if !name.contains(&only) {
                    continue;
                }
                let preferences = Preferences {
                    theme,
                    language: language.to_owned(),
                    ..Preferences::default()
                };
                let mut look = Look {
                    folder: folder.join(&name),
                    preferences,
                    size,
                    taken: 0,
                    homes: Vec::new(),
                };
                std::fs::create_dir_all(&look.folder).unwrap();
                let window = look.open(Opening::new(), few()).await;
                walk(&window, &mut look).await;
                window.close().await;
                look.extremes().await;
                look.troubles().await;
                look.files().await;
                look.letters().await;
            }
        }
    }
}
