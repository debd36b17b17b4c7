//! How words come into the index: behind everybody's back, on a thread and connections of their own, in short
//! steps, so that nothing that is saved or shown waits for it.
//!
//! Triggers of the chats note in `fresh` which messages have new words, or none any more. A step writes the
//! index first, on the disk, and then takes the marks away; all of it can be done twice, so a kill anywhere
//! costs nothing, and several programs may be at it. Messages from before the index come into it from the
//! newest down. What is not in it yet is looked through by searches themselves (`search`).
//!
//! A step begins to read the chats when it has the index to itself. So whoever takes words out of both, the
//! chats first (`erase`), is sure that nothing puts them back.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::error::{Error, Fault, is_damage};
use crate::index::{self, About};
use crate::open::{connect_to_read, connect_to_write, fold_log};
use crate::work::{self, Work};
use crate::{lock, retire};

/// How long a step works. Each ends on the disk and makes FTS5 merge what it wrote, so it is not too short.
const STEP: Duration = Duration::from_millis(250);
/// The same while a reply is being written, and for how many times as long nothing is done then: the model
/// needs the cores.
const STEP_BESIDE_A_REPLY: Duration = Duration::from_millis(20);
const PAUSE_BESIDE_A_REPLY: u32 = 9;
/// Which part of a step's time nothing is done after it, where nobody writes.
const PAUSE: u32 = 4;

/// How long it waits after a failure, such as on a full disk.
const PATIENCE: Duration = Duration::from_secs(5);

/// Who writes the index. Dropped, it has ended.
#[derive(Debug)]
pub(crate) struct Indexing {
    bell: Arc<Bell>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Bell {
    told: Mutex<Told>,
    rings: Condvar,
    /// Rings when there is nothing left to do.
    rests: Condvar,
}

#[derive(Debug, Default, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is told by somebody else, whatever the others are"
)]
struct Told {
    is_over: bool,
    has_news: bool,
    is_damaged: bool,
    is_at_rest: bool,
}

impl Indexing {
    /// Begins. Where there is no thread to be had, searches find all the same, later.
    pub(crate) fn of(folder: &Path, path: &Path) -> Self {
        let bell = Arc::<Bell>::default();
        let worker = Worker {
            bell: Arc::clone(&bell),
            folder: folder.to_owned(),
            path: path.to_owned(),
            index: None,
            work: None,
            has_renewed: false,
        };
        let thread = thread::Builder::new().name("chats-index".to_owned());
        let thread = thread.spawn(move || worker.run()).ok();
        Self { bell, thread }
    }

    /// There may be new marks.
    pub(crate) fn tell(&self) {
        self.bell
            .ring(|told| (told.has_news, told.is_at_rest) = (true, false));
    }

    /// Waits until all is in the index, or for this long; true where it is.
    pub(crate) fn wait(&self, most: Duration) -> bool {
        let told = lock(&self.bell.told);
        let rests = &self.bell.rests;
        let waited = rests.wait_timeout_while(told, most, |told| !told.is_at_rest);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_at_rest
    }

    /// A search met damage in the index.
    pub(crate) fn suspect(&self) {
        self.bell
            .ring(|told| (told.is_damaged, told.is_at_rest) = (true, false));
    }
}

impl Drop for Indexing {
    fn drop(&mut self) {
        self.bell.ring(|told| told.is_over = true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Bell {
    fn ring(&self, tell: impl FnOnce(&mut Told)) {
        tell(&mut lock(&self.told));
        self.rings.notify_all();
    }

    fn is_over(&self) -> bool {
        lock(&self.told).is_over
    }

    /// Waits for the end, or for this long, or for news too; and takes note of them.
    fn wait(&self, most: Option<Duration>, for_news: bool) -> Told {
        let begun = Instant::now();
        let mut told = lock(&self.told);
        loop {
            let left = most.map(|most| most.saturating_sub(begun.elapsed()));
            let is_heard = for_news && (told.has_news || told.is_damaged);
            if told.is_over || is_heard || left.is_some_and(|left| left.is_zero()) {
                let heard = *told;
                (told.has_news, told.is_damaged) = (false, false);
                return heard;
            }
            if for_news {
                told.is_at_rest = true;
                self.rests.notify_all();
            }
            told = match left {
                Some(left) => {
                    let waited = self.rings.wait_timeout(told, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self
                    .rings
                    .wait(told)
                    .unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

/// What is to be done after a step.
enum Next {
    /// More, after this long.
    More(Duration),
    /// Nothing, until there is news.
    Rest,
}

struct Worker {
    bell: Arc<Bell>,
    folder: PathBuf,
    path: PathBuf,
    index: Option<(String, Connection)>,
    /// A message that is half in the index.
    work: Option<Work>,
    /// Damage makes one anew once: what is damaged twice is the disk.
    has_renewed: bool,
}

/// The chats as the thread reads and marks them.
struct Source {
    reader: Connection,
    marks: Connection,
}

impl Worker {
    fn run(mut self) {
        let mut source = None;
        loop {
            let next = self.turn(&mut source);
            let told = match next {
                Ok(Next::More(pause)) => self.bell.wait(Some(pause), false),
                Ok(Next::Rest) => self.bell.wait(None, true),
                Err(_) => {
                    // What fails here, as on a full disk, is tried again.
                    (source, self.index, self.work) = (None, None, None);
                    self.bell.wait(Some(PATIENCE), false)
                }
            };
            if told.is_over {
                if let Some((_, index)) = &self.index {
                    let _ = fold_log(index);
                }
                return;
            }
            if told.is_damaged
                && let Some(source) = &mut source
            {
                let _ = self.renew(source);
            }
        }
    }

    fn turn(&mut self, source: &mut Option<Source>) -> Result<Next, Fault> {
        if source.is_none() {
            let marks = connect_to_write(&self.path)?;
            // A mark that comes back after a power cut costs a step; a sync would hold whoever saves.
            marks.pragma_update(None, "synchronous", "NORMAL")?;
            let reader = connect_to_read(&self.path)?;
            *source = Some(Source { reader, marks });
        }
        let source = source.as_mut().expect("BUG: it was put there");
        let outcome = self.step(source);
        match outcome {
            Err(Fault::Sql(error)) if is_damage(&error) && !self.has_renewed => {
                self.renew(source)?;
                Ok(Next::More(Duration::ZERO))
            }
            Err(Fault::Said(Error::Damaged { .. })) if !self.has_renewed => {
                self.renew(source)?;
                Ok(Next::More(Duration::ZERO))
            }
            other => other,
        }
    }

    /// Gives up the index, and begins another.
    fn renew(&mut self, source: &mut Source) -> Result<(), Fault> {
        if self.has_renewed {
            return Ok(());
        }
        self.has_renewed = true;
        self.begin_another(source)
    }

    fn begin_another(&mut self, source: &mut Source) -> Result<(), Fault> {
        (self.index, self.work) = (None, None);
        Ok(begin_another(&mut source.marks)?)
    }

    /// Opens the index that the chats name; false where that needed another name.
    fn open(&mut self, source: &mut Source) -> Result<bool, Fault> {
        let name = index::name(&source.reader)?;
        if let (Some(name), Some((open, _))) = (&name, &self.index)
            && name == open
        {
            return Ok(true);
        }
        (self.index, self.work) = (None, None);
        let Some(name) = name else {
            self.begin_another(source)?;
            return Ok(false);
        };
        let path = index::path(&self.folder, &name);
        let Some(mut opened) = index::open_to_write(&path, || begun(&source.reader))? else {
            self.begin_another(source)?;
            return Ok(false);
        };
        index::take_turn(&mut opened, &mut source.marks)?;
        for stray in index::strays(&self.folder, Some(&name))? {
            // One that stays is tried again; who erases tells of it.
            let _ = std::fs::remove_file(stray);
        }
        self.index = Some((name, opened));
        Ok(true)
    }

    fn step(&mut self, source: &mut Source) -> Result<Next, Fault> {
        let begun = Instant::now();
        if !self.open(source)? {
            return Ok(Next::More(Duration::ZERO));
        }
        let (name, index) = self.index.as_mut().expect("BUG: it is open");
        let writing = index::immediate(index)?;
        let moment = source.reader.transaction()?;
        if index::name(&moment)?.as_ref() != Some(name) {
            return Ok(Next::More(Duration::ZERO));
        }
        let sql = "SELECT EXISTS (SELECT 1 FROM messages WHERE owner IS NOT NULL)";
        let is_beside_a_reply: bool = moment.query_row(sql, [], |row| row.get(0))?;
        let most = if is_beside_a_reply {
            STEP_BESIDE_A_REPLY
        } else {
            STEP
        };
        let mut about = index::about(&writing)?;
        let mut done: Vec<Work> = Vec::new();
        // What the index says: another program may have gone on with it since.
        let mut work = match (work::going(&writing)?, self.work.take()) {
            (Some(going), Some(ours)) if ours.is_at(&going) => Some(ours),
            (going, _) => going,
        };
        if let Some(work) = &mut work {
            work.look(&moment)?;
        }
        let mut is_all = false;
        while begun.elapsed() < most && !self.bell.is_over() {
            let Some(now) = &mut work else {
                work = work::next(&moment, &about, &done)?;
                if work.is_none() {
                    about.below = 0;
                    is_all = true;
                    break;
                }
                continue;
            };
            if now.go_on(&writing, &moment)? {
                continue;
            }
            let now = work.take().expect("BUG: it was there");
            if now.last > 0 {
                about.seen = about.seen.max(now.last);
                done.push(now);
            } else {
                about.below = now.message;
            }
        }
        work::keep(&writing, &about, work.as_ref())?;
        drop(moment);
        writing.commit()?;
        self.work = work;
        let name = name.clone();
        work::unmark(&mut source.marks, &name, &done)?;
        if is_all && !retire::some(&mut source.marks)? {
            return Ok(Next::Rest);
        }
        Ok(Next::More(if is_beside_a_reply {
            begun.elapsed() * PAUSE_BESIDE_A_REPLY
        } else {
            begun.elapsed() / PAUSE
        }))
    }
}

/// Gives the chats another index, which is still to be made.
pub(crate) fn begin_another(chats: &mut Connection) -> rusqlite::Result<()> {
    let transaction = index::immediate(chats)?;
    index::rename(&transaction)?;
    // The old one does not know what came after it.
    retire::out_of_service(&transaction)?;
    transaction.commit()
}

/// Where a new index begins.
fn begun(chats: &Connection) -> rusqlite::Result<About> {
    let below = "SELECT coalesce(max(id), 0) + 1 FROM messages";
    let seen = index::last_mark(chats)?;
    let waiting: i64 = chats.query_row("SELECT count(*) FROM fresh", [], |row| row.get(0))?;
    Ok(About {
        below: chats.query_row(below, [], |row| row.get(0))?,
        seen,
        // The old one has all that has no mark, unless marks were taken away for an index that is gone.
        old: waiting == seen && retire::serves(chats)?,
    })
}
