//! The player killed at any moment of its session, as the kernel kills, and everything that the product
//! had acknowledged looked for afterwards.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use app::chats::Chats;
use app::{App, AppEvent, Home};
use fastrand::Rng;
use fs_err as fs;
use serde_json::Value;
use tempfile::TempDir;

use crate::browser::wait;
use crate::soak::found::{self, Found, Words};
use crate::soak::promises::Promises;
use crate::soak::{Fault, processes};

/// Kills that one home takes before the next one begins with a file of an older version.
const KILLS_OF_A_HOME: usize = 8;
/// Things that are done in a session.
const STEPS: usize = 14;
/// Rows that an old file is filled up with, so that bringing it to today's schema takes a while.
const OLD_ROWS: usize = 4000;
/// The kills of a home that fall into the time in which it is opened.
const IN_OPENING: Duration = Duration::from_millis(400);

/// What a player says, line by line, with when it was heard.
pub struct Player {
    child: Child,
    said: Receiver<(Instant, Value)>,
}

impl Player {
    /// Starts one; `more` are further arguments, and `variables` go into its environment.
    pub fn start(
        home: &Path,
        seed: u64,
        steps: usize,
        more: &[&str],
        variables: &[(&str, &str)],
    ) -> io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["--play", &home.display().to_string()])
            .args(["--seed", &seed.to_string(), "--steps", &steps.to_string()])
            .args(more)
            .env("SPUD_HOME", home)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let (sender, said) = channel();
        thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                // The last line may have been cut by the kill.
                if let Ok(value) = serde_json::from_str(&line)
                    && sender.send((Instant::now(), value)).is_err()
                {
                    break;
                }
            }
        });
        Ok(Self { child, said })
    }

    /// Waits for its end, or kills it at a moment before.
    pub fn end(mut self, moment: Option<Duration>) -> io::Result<Played> {
        let begun = Instant::now();
        let mut killed = None;
        let status = loop {
            if let Some(status) = self.child.try_wait()? {
                break status;
            }
            if killed.is_none() && moment.is_some_and(|moment| begun.elapsed() >= moment) {
                killed = Some(Instant::now());
                self.child.kill()?;
            }
            thread::sleep(Duration::from_millis(1));
        };
        let said: Vec<_> = self.said.iter().collect();
        let failed = (killed.is_none() && !status.success()).then(|| {
            let last = said.last().map(|(_, last)| last.to_string());
            format!("the player ended with {status} behind {last:?}")
        });
        Ok(Played {
            said,
            killed,
            failed,
        })
    }
}

/// What became of a player.
pub struct Played {
    /// What it said, and when.
    pub said: Vec<(Instant, Value)>,
    /// When it was killed, if it was.
    pub killed: Option<Instant>,
    /// That it ended badly by itself.
    pub failed: Option<String>,
}

/// Kills so many players, and says what was lost.
pub fn run(kills: usize, seed: u64, progress: &mut dyn FnMut(&str)) -> io::Result<Vec<Fault>> {
    let mut rng = Rng::with_seed(seed);
    let runtime = tokio::runtime::Runtime::new()?;
    let mut at_work = Fault::new("kill -9 in a session");
    let mut in_opening = Fault::new("kill -9 while an old file is opened");
    let mut latest = Duration::ZERO;
    let mut session = Duration::from_secs(4);
    let mut home = World::new(&mut rng)?;
    let mut on_this = 0;
    while at_work.tried + in_opening.tried < kills {
        if on_this == KILLS_OF_A_HOME {
            home = World::new(&mut rng)?;
            on_this = 0;
        }
        // The first ones are on a file of an older version, until one of them has changed it.
        let opening = found::schema(&found::database(&home.path)).unwrap_or(0) < 5;
        let longest = if opening { IN_OPENING } else { session };
        let moment = longest.mul_f64(rng.f64());
        let begun = Instant::now();
        let seed = rng.u64(..u64::from(u32::MAX));
        let player = Player::start(&home.path, seed, STEPS, &[], &[])?;
        let played = player.end(Some(moment))?;
        let killed = played.killed;
        if killed.is_none() {
            // It was quicker than the moment: how long a session is, is known now.
            session = begun.elapsed();
        }
        let (mut lost, late) = home.examine(&played.said, killed, &runtime)?;
        lost.extend(played.failed);
        latest = latest.max(late);
        if killed.is_none() && lost.is_empty() {
            continue;
        }
        on_this += 1;
        let last = played
            .said
            .last()
            .map_or(String::new(), |(_, last)| last.to_string());
        let last: String = last.chars().take(90).collect();
        let kind = if opening {
            &mut in_opening
        } else {
            &mut at_work
        };
        kind.count(lost.clone());
        let tried = at_work.tried + in_opening.tried;
        progress(&format!(
            "kill {tried} of {kills} after {} ms, {} lost, behind {last}",
            moment.as_millis(),
            lost.len()
        ));
        if !lost.is_empty() {
            let kept = home.keep();
            progress(&format!("{lost:#?}\nkept in {}", kept.display()));
            home = World::new(&mut rng)?;
            on_this = 0;
        }
    }
    let note = format!(
        "words told {} ms before were taken at most",
        latest.as_millis()
    );
    Ok(vec![at_work.noting(note), in_opening])
}

/// A home, what was promised in it, and what it was before.
struct World {
    folder: TempDir,
    path: PathBuf,
    promises: Promises,
    /// The words that an old file had.
    old: Vec<Words>,
    schema: i64,
}

impl World {
    /// A home with a file of an older version, as large as one of somebody who wrote a lot.
    fn new(rng: &mut Rng) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("spud-soak-").tempdir()?;
        let path = folder.path().join("home");
        fs::create_dir(&path)?;
        let schema = rng.i64(1..5);
        let database = found::database(&path);
        old_file(&database, schema)?;
        Ok(Self {
            old: found::words(&database)?,
            folder,
            path,
            promises: Promises::default(),
            schema,
        })
    }

    /// Leaves the home where it is, to be looked at.
    fn keep(&mut self) -> PathBuf {
        self.folder.disable_cleanup(true);
        self.path.clone()
    }

    /// Opens what the killed one left, and says what is lost, and for how long words of a growing
    /// reply had been told that are gone.
    fn examine(
        &mut self,
        said: &[(Instant, Value)],
        killed: Option<Instant>,
        runtime: &tokio::runtime::Runtime,
    ) -> io::Result<(Vec<String>, Duration)> {
        let mut lost = Vec::new();
        wait("the engine's end", || {
            processes::of(&self.path).is_empty().then_some(())
        })?;
        for (when, value) in said {
            self.promises.hear(value, *when);
        }
        // As it lies there, before the product mends anything.
        let copy = self.folder.path().join("copy");
        found::copy(&self.path, &copy)?;
        lost.extend(found::complaints(&found::database(&copy), false));
        fs::remove_dir_all(&copy)?;
        lost.extend(runtime.block_on(opens(&self.path))?);
        let found = Found::read(&self.path)?;
        lost.extend(found::complaints(&found::database(&self.path), true));
        lost.extend(self.lost_of_old(&found));
        lost.extend(strays(&self.path)?);
        let (more, late) = self.promises.lost(&self.path, &found, killed);
        lost.extend(more);
        lost.extend(unfound(&self.path, &found)?);
        self.promises.rebase(found);
        Ok((lost, late))
    }

    /// Words of the old file that are gone, and its copy from before the change if it is: all but what
    /// the player itself erased or let go on, since it may have come further than to the opening.
    fn lost_of_old(&mut self, found: &Found) -> Vec<String> {
        // From here on its chats are promised like others.
        let old = std::mem::take(&mut self.old);
        let is_promised = |words: &Words| !self.promises.may_differ(words);
        let old: Vec<Words> = old.into_iter().filter(is_promised).collect();
        let mut lost = Vec::new();
        for words in &old {
            let is = found.messages.get(&words.id);
            let is_there = is.is_some_and(|is| {
                (is.chat, &is.text, &is.thinking) == (words.chat, &words.text, &words.thinking)
            });
            // Of a home that is gone the first ones tell enough.
            if !is_there && lost.len() < 3 {
                let schema = self.schema;
                lost.push(format!("of schema {schema} {words:?} is now {is:?}"));
            }
        }
        if old.is_empty() {
            return lost;
        }
        let ending = format!("-v{}.db", self.schema);
        let backups = found::files(&self.path.join("backups")).unwrap_or_default();
        let copy = backups
            .iter()
            .find(|path| path.to_string_lossy().ends_with(&ending));
        let copied = copy.and_then(|path| found::words(path).ok());
        let copied = copied.unwrap_or_default().into_iter().filter(is_promised);
        if copied.collect::<Vec<_>>() != old {
            lost.push(format!(
                "no whole copy from before the change of schema {}",
                self.schema
            ));
        }
        lost
    }
}

/// The database of a schema that was shipped, filled up.
fn old_file(database: &Path, schema: i64) -> io::Result<()> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/chats/tests/fixtures");
    fs::copy(fixtures.join(format!("v{schema}.db")), database)?;
    let fill = || -> rusqlite::Result<()> {
        let mut connection = rusqlite::Connection::open(database)?;
        let transaction = connection.transaction()?;
        // A fixture's deleted chat is half a century old: it would be erased at once, as it should.
        let sql = "UPDATE chats SET deleted_ms = 1000 * unixepoch() WHERE deleted_ms IS NOT NULL";
        transaction.execute(sql, [])?;
        for number in 0..OLD_ROWS {
            let text = format!("zzoldq{number:04} and more words to be looked through");
            let sql = "INSERT INTO messages (chat, role, state, created_ms, text)
                       VALUES (1, 'user', 'complete', 1, ?1)";
            transaction.execute(sql, [text])?;
        }
        transaction.commit()
    };
    fill().map_err(io::Error::other)
}

/// Opens the product where it was killed: it must have nothing to complain of, and forget what was
/// computed for chats that are gone.
pub async fn opens(home: &Path) -> io::Result<Vec<String>> {
    let mut lost = Vec::new();
    let app = match App::open(&Home::at(home)).await {
        Ok(app) => app,
        Err(failure) => {
            return Ok(vec![format!(
                "the product does not open: {}",
                failure.message
            )]);
        }
    };
    match app.watch().await {
        Ok(mut events) => match events.recv().await {
            Some(AppEvent::Snapshot(snapshot)) => {
                let notices = snapshot.notices.iter();
                lost.extend(notices.map(|one| format!("the product says: {}", one.message)));
            }
            other => lost.push(format!("no snapshot but {other:?}")),
        },
        Err(failure) => lost.push(failure.message),
    }
    app.close().await;
    Ok(lost)
}

/// Messages that the product's search does not find by a word of theirs.
pub fn unfound(home: &Path, found: &Found) -> io::Result<Vec<String>> {
    let chats = Chats::open(home, 1).map_err(io::Error::other)?.chats;
    let mut lost = Vec::new();
    let mut known: HashMap<String, Vec<i64>> = HashMap::new();
    for (id, message) in &found.messages {
        let is_there = found
            .chats
            .get(&message.chat)
            .is_some_and(|chat| !chat.is_deleted);
        let words = message
            .text
            .split_whitespace()
            .chain(message.thinking.split_whitespace());
        let word = words.max_by_key(|word| word.chars().count());
        let Some(word) = word.filter(|_| is_there && !message.is_removed) else {
            continue;
        };
        // Of the rows that fill an old file, some are enough.
        if word.starts_with("zzold") && id % 50 != 0 {
            continue;
        }
        let hits = if let Some(hits) = known.get(word) {
            hits
        } else {
            let hits = chats.search(word, usize::MAX).map_err(io::Error::other)?;
            let hits = hits.iter().map(|hit| hit.chat.0).collect();
            known.entry(word.to_owned()).or_insert(hits)
        };
        if !hits.contains(&message.chat) {
            lost.push(format!("{word:?} of message {id} is not found"));
        }
    }
    Ok(lost)
}

/// Files that a killed one left and nobody will take away.
#[expect(
    clippy::case_sensitive_file_extension_comparisons,
    reason = "the product's own names"
)]
fn strays(home: &Path) -> io::Result<Vec<String>> {
    let known = |name: &str| {
        name.starts_with("chats.db")
            || name.starts_with("chats-")
            // The index of words; one that is nobody's goes with the next start.
            || name.starts_with("search-")
            || name.ends_with(".json")
            || name.ends_with(".kept")
            // Of an owner who is leaving, or was killed and is buried by the next one who comes.
            || name.ends_with(".lock")
            // The next one that is kept takes away what is left of one.
            || name.ends_with(".new")
            // The next copy, or whoever erases, takes away what is left of one.
            || name.starts_with("part")
            // Reports on engines that ended by themselves; ten are kept.
            || name.starts_with("engine-")
            || matches!(name, "door" | "lock")
    };
    let all = found::files(home)?.into_iter();
    let strays = all.filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        !known(&name)
    });
    Ok(strays
        .map(|path| format!("{} lies there for ever", path.display()))
        .collect())
}
