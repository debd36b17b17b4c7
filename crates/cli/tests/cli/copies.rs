//! Copies in HTML: what the window shows, by the same reader of Markdown, which the page's build leaves as a script.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::spud::{Home, Ran};

const UI: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui");

/// A home with one chat, of these replies.
fn home_with(replies: &[&str]) -> Home {
    let messages: Vec<Value> = replies
        .iter()
        .enumerate()
        .flat_map(|(at, text)| {
            let before = (2 * at).checked_sub(1);
            let mut question = json!({"role": "user", "created_ms": 1, "text": "And?"});
            if let Some(before) = before {
                question["follows"] = json!(before);
            }
            let reply = json!({"role": "assistant", "follows": 2 * at, "created_ms": 1, "ended_ms": 2,
                "model": "R1", "state": "complete", "thinking": "So **be** it", "text": text,
                "thinking_tokens": 1, "answer_tokens": 1, "thinking_ms": 1, "answer_ms": 1});
            [question, reply]
        })
        .collect();
    let chat = json!({"title": "T", "created_ms": 1, "changed_ms": 1, "shown": messages.len() - 1,
        "messages": messages});
    let file = json!({"form": "spud-chats", "version": 2, "written_ms": 0, "chats": [chat]});
    let home = Home::new();
    let path = home.path().join("in.json");
    std::fs::write(&path, file.to_string()).unwrap();
    let ran = home.run(&["chats", "import", path.to_str().unwrap()]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    home
}

fn needs_the_reader() {
    assert!(
        Path::new(UI).join("reader/reader.js").is_file(),
        "no reader of Markdown: run `npm run build` in ui/ first"
    );
}

/// The answers of a page.
fn answers(page: &str) -> Vec<&str> {
    let behind = page.split("</details>\n<div>").skip(1);
    behind
        .map(|rest| {
            rest.split_once("</div>\n<p class=\"who\">")
                .unwrap_or_else(|| rest.split_once("</div>\n</body>").unwrap())
                .0
        })
        .collect()
}

fn written(text: &str) -> String {
    format!("<div class=\"written\" dir=\"auto\">{text}</div>")
}

const EXPORT: &[&str] = &["chats", "export", "--form", "html"];

#[test]
fn a_page_is_what_the_window_shows() {
    needs_the_reader();
    let cases = std::fs::read(Path::new(UI).join("src/lib/markdown/html.cases.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_slice(&cases).unwrap();
    let of = |name: &str| -> Vec<&str> {
        cases
            .iter()
            .map(|case| case[name].as_str().unwrap())
            .collect()
    };
    let home = home_with(&of("text"));
    let ran = home.run(EXPORT);
    assert_eq!((ran.status, ran.errors.as_str()), (Some(0), ""), "{ran:?}");
    let set = answers(&ran.output);
    assert_eq!(set.len(), cases.len());
    for ((text, markup), set) in of("text").into_iter().zip(of("markup")).zip(set) {
        assert_eq!(set, markup, "of {text:?}");
    }
    let thought = "<div><p dir=\"auto\">So <strong>be</strong> it</p></div></details>";
    assert_eq!(ran.output.matches(thought).count(), cases.len());
    let path = home.path().join("copy.HTML");
    let file = home.run(&["chats", "export", "--out", path.to_str().unwrap()]);
    assert_eq!((file.status, file.errors.as_str()), (Some(0), ""));
    assert_eq!(std::fs::read_to_string(path).unwrap(), ran.output);
}

#[test]
fn a_hostile_text_neither_ends_it_nor_spoils_the_next() {
    needs_the_reader();
    let many = |text: &str, count: usize| text.repeat(count);
    let texts = [
        many("Words without an end ", 50_000),
        many("> ", 10_000) + "x",
        many("- ", 10_000) + "x",
        many("[", 10_000) + "x" + &many("]", 10_000),
        many("[a](", 5_000),
        many("*", 100_000),
        many("**a _b ", 10_000),
        many("$", 50_000),
        many("\\(", 50_000),
        format!("\\({}x{}\\)", many("{", 20_000), many("}", 20_000)),
        format!("\\[{}\\]", many("\\begin{matrix}", 5_000)),
        "\\(\\def\\a{\\a\\a}\\a\\)".to_owned(),
        many("`", 50_001),
        format!("{}\n{}\n", many("|", 20_000), many("|-", 20_000)),
        many("http://", 20_000),
        many("\u{202e}\u{0}\u{feff}\r\n", 1_000),
    ];
    let mut replies = Vec::new();
    for text in &texts {
        replies.extend([text.as_str(), "So **2*3*4**"]);
    }
    let ran = home_with(&replies).run(EXPORT);
    assert_eq!(ran.status, Some(0), "{}", ran.errors);
    assert!(!ran.output.contains('\0'));
    let set = answers(&ran.output);
    assert_eq!(set.len(), replies.len());
    for next in set.iter().skip(1).step_by(2) {
        assert_eq!(*next, "<p dir=\"auto\">So <strong>2*3*4</strong></p>");
    }
}

/// The terminal as it is installed, with this for its reader.
struct Installed {
    folder: TempDir,
    spud: PathBuf,
}

impl Installed {
    fn new(reader: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let spud = folder.path().join("bin/spud");
        std::fs::create_dir_all(spud.parent().unwrap()).unwrap();
        std::fs::copy(env!("CARGO_BIN_EXE_spud"), &spud).unwrap();
        let lib = folder.path().join("lib/spud");
        std::fs::create_dir_all(&lib).unwrap();
        if let Some(reader) = reader {
            std::fs::write(lib.join("reader.js"), reader).unwrap();
        }
        Self { folder, spud }
    }

    fn export(&self, home: &Home) -> Ran {
        let mut command = Command::new(&self.spud);
        command
            .args(EXPORT)
            .env("SPUD_HOME", home.path())
            .current_dir(self.folder.path());
        Ran::of(command.output().unwrap())
    }
}

#[test]
fn without_the_reader_words_stand_as_they_were_written_and_that_is_said() {
    let home = home_with(&["So **2*3*4** is <b>", "\\(x\\)"]);
    let expect = [written("So **2*3*4** is &lt;b&gt;"), written("\\(x\\)")];
    for (reader, why) in [
        (
            None,
            "`reader.js`, which sets it, is missing. `./run` builds it",
        ),
        (
            Some("no (script"),
            "reader.js` cannot be used: it does not run.",
        ),
        (
            Some("var other = 1"),
            "reader.js` cannot be used: it does not run.",
        ),
    ] {
        let ran = Installed::new(reader).export(&home);
        assert_eq!(ran.status, Some(0), "{ran:?}");
        assert_eq!(answers(&ran.output), expect, "{ran:?}");
        assert!(
            ran.errors.starts_with("spud: ") && ran.errors.contains(why),
            "{ran:?}"
        );
        assert_eq!(ran.errors.lines().count(), 1, "{ran:?}");
    }
}

#[test]
fn a_text_that_cannot_be_set_costs_itself_alone() {
    let reader = "var reader = { html: (text) => {
        while (text === 'loop') try { for (;;); } catch {}
        if (text === 'deep') return reader.html(text) + reader.html(text);
        if (text === 'large') return 'x'.repeat(2 ** 30 - 1);
        if (text === 'none') return null;
        if (text === 'throw') throw new Error('a text');
        return `<b>${text}</b>`;
    } };";
    let bad = ["loop", "deep", "large", "none", "throw"];
    let texts: Vec<&str> = bad.iter().flat_map(|bad| [*bad, "fine"]).collect();
    let ran = Installed::new(Some(reader)).export(&home_with(&texts));
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let expect: Vec<String> = bad
        .iter()
        .flat_map(|bad| [written(bad), "<b>fine</b>".to_owned()])
        .collect();
    assert_eq!(answers(&ran.output), expect);
    assert_eq!(
        ran.errors,
        "spud: a text that is too large or too deep to be set stands as it was written.\n"
    );
}
