//! The other program at the folder: this test binary, started again to play one part.

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::folder::{PATIENCE, ask, begin, growth, open};
use crate::refusals;

/// Names the part; only a child has it.
const PART: &str = "SPUD_TEST_PART";
const FOLDER: &str = "SPUD_TEST_FOLDER";

/// What a writer has said when it waits to be killed.
const THINKING: &str = "Hm, so";
const ANSWER: &str = "Because 🥔";
const READY: &str = "ready";

#[test]
fn plays_its_part() {
    let Ok(part) = env::var(PART) else {
        return;
    };
    let folder = env::var_os(FOLDER).unwrap();
    let folder = Path::new(&folder);
    match part.as_str() {
        "writer" => write_until_killed(folder),
        "visitor" => {
            ask(&open(folder), None, "a visit");
        }
        // Ends when all is in the index.
        "indexer" => assert!(open(folder).is_indexed(PATIENCE)),
        "full disk" => refusals::fill_the_disk(folder),
        "read-only disk" => refusals::open_what_cannot_be_written(folder),
        other => panic!("there is no part {other:?}"),
    }
}

fn write_until_killed(folder: &Path) {
    let chats = open(folder);
    let id = begin(&chats, ask(&chats, None, "why?").id);
    chats.save_growth(id, &growth(THINKING, ANSWER)).unwrap();
    println!("\n{READY}");
    std::io::stdout().flush().unwrap();
    // A parent that is gone closes the pipe, so that no child is left behind.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

/// The command that plays a part in a folder.
pub(crate) fn part(part: &str, folder: &Path) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    dress(&mut command, part, folder);
    command
}

/// Gives a command, which must end by starting this binary, its part.
pub(crate) fn dress(command: &mut Command, part: &str, folder: &Path) {
    command
        .args(["child::plays_its_part", "--exact", "--nocapture"])
        .env(PART, part)
        .env(FOLDER, folder);
}

/// Another program in the middle of a reply.
pub(crate) struct Writer(Child);

impl Writer {
    pub(crate) const THINKING: &str = THINKING;
    pub(crate) const ANSWER: &str = ANSWER;

    /// Starts it, and returns once its words are saved.
    pub(crate) fn start(folder: &Path) -> Self {
        let mut child = part("writer", folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let ready = said.lines().any(|line| line.unwrap() == READY);
        assert!(ready, "the writer ended early");
        Self(child)
    }

    /// Kills it as the kernel does, without a last word.
    pub(crate) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}
