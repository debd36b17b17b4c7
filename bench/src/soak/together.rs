//! Several programs on one folder at once: players who keep to their own chats, and `spud chat` in
//! terminals. Each must find its own words, and nobody those of others damaged.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::soak::Fault;
use crate::soak::found::{self, Found};
use crate::soak::kills::{Player, opens, unfound};
use crate::soak::promises::Promises;

const PLAYERS: u64 = 2;
const TERMINALS: usize = 2;
const STEPS: usize = 25;
const QUESTION: &str = "What is 20 + 22?";

/// Plays them all at once.
pub fn run(seed: u64, progress: &mut dyn FnMut(&str)) -> io::Result<Vec<Fault>> {
    let folder = tempfile::Builder::new().prefix("spud-soak-").tempdir()?;
    let home = folder.path().join("home");
    let begun = Instant::now();
    let players: Vec<Player> = (0..PLAYERS)
        .map(|number| Player::start(&home, seed + number, STEPS, &["--among"], &[]))
        .collect::<io::Result<_>>()?;
    let terminals: Vec<Child> = (0..TERMINALS)
        .map(|_| terminal(&home))
        .collect::<io::Result<_>>()?;
    let mut lost = Vec::new();
    for terminal in terminals {
        lost.extend(end_of(terminal)?);
    }
    let mut all: Vec<Vec<(Instant, Value)>> = Vec::new();
    for player in players {
        let played = player.end(None)?;
        lost.extend(played.failed);
        all.push(played.said);
    }
    let taken = begun.elapsed().as_secs();
    progress(&format!(
        "{PLAYERS} players and {TERMINALS} terminals: {taken} s"
    ));
    let runtime = tokio::runtime::Runtime::new()?;
    lost.extend(runtime.block_on(opens(&home))?);
    let found = Found::read(&home)?;
    lost.extend(found::complaints(&found::database(&home), true));
    lost.extend(unfound(&home, &found)?);
    for said in &all {
        let mut promises = Promises::default();
        for (when, value) in said {
            promises.hear(value, *when);
        }
        lost.extend(promises.lost(&home, &found, None).0);
    }
    let asked = found.messages.values().filter(|one| one.text == QUESTION);
    if asked.count() != 2 * TERMINALS {
        lost.push("the questions of the terminal are not there".to_owned());
    }
    let questions = found
        .messages
        .values()
        .filter(|one| one.is_question)
        .count();
    let fault = Fault::once("two products and two terminals on one folder", lost);
    Ok(vec![fault.noting(format!("{questions} questions"))])
}

/// Two questions in `spud chat`.
fn terminal(home: &Path) -> io::Result<Child> {
    let spud = std::env::current_exe()?.with_file_name("spud");
    let mut child = Command::new(spud)
        .arg("chat")
        .env("SPUD_HOME", home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
    writeln!(stdin, "{QUESTION}")?;
    writeln!(stdin, "{QUESTION}")?;
    Ok(child)
}

/// What it did not say.
fn end_of(terminal: Child) -> io::Result<Option<String>> {
    let said = terminal.wait_with_output()?;
    let out = String::from_utf8_lossy(&said.stdout);
    let wrong = !said.status.success() || out.matches("42").count() < 2;
    let error = String::from_utf8_lossy(&said.stderr);
    Ok(wrong.then(|| format!("a terminal said {out:?} and {error:?}")))
}
