//! The ledger of connections: whatever leaves this machine is written down, for the user to read, and
//! nothing of it is ever dropped.
//!
//! One JSON object a line: a request when it is made, its bytes when it has ended. Programs that
//! write at the same time add whole lines. A file that grows long becomes the older one; what that held
//! before is folded then, requests of one day that were alike into one line, so that years take little
//! room.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use fs_err::OpenOptions;
use serde::{Deserialize, Serialize};

use crate::purpose::Purpose;

/// Bytes of a ledger before it becomes the older one and a new one is begun.
const MOST_BYTES: u64 = 1 << 20;

/// Purposes that take turns: a host that redirects, and the one that has the bytes.
const TOGETHER: usize = 3;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// A request that was made, or several of one day that were alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When, in milliseconds since 1970, UTC; of several the last.
    pub at_ms: u64,
    /// The host that was asked.
    pub host: String,
    /// What for.
    pub why: Purpose,
    /// How many requests.
    pub requests: u64,
    /// Bytes that came.
    pub bytes: u64,
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Asked {
        id: String,
        at_ms: u64,
        host: String,
        why: String,
    },
    Ended {
        id: String,
        bytes: u64,
    },
    /// Requests of the older file that were alike; of one that had not ended, its id.
    Folded {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        at_ms: u64,
        host: String,
        why: String,
        requests: u64,
        bytes: u64,
    },
    /// The older file that begins with this id is in here.
    Through {
        id: String,
    },
}

/// Entries in their order, and which of them have not ended.
#[derive(Default)]
struct Entries {
    all: Vec<Entry>,
    open: HashMap<String, usize>,
    through: Option<String>,
    first: Option<String>,
}

impl Entries {
    fn read(&mut self, text: &str) {
        // A line that a crash cut short is passed over.
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        for line in lines {
            match line {
                Line::Asked {
                    id,
                    at_ms,
                    host,
                    why,
                } => {
                    self.first.get_or_insert_with(|| id.clone());
                    self.open.insert(id, self.all.len());
                    self.add(at_ms, host, &why, 1, 0);
                }
                Line::Ended { id, bytes } => {
                    let asked = self.open.remove(&id);
                    if let Some(entry) = asked.and_then(|at| self.all.get_mut(at)) {
                        entry.bytes = bytes;
                    }
                }
                Line::Folded {
                    id,
                    at_ms,
                    host,
                    why,
                    requests,
                    bytes,
                } => {
                    self.open.extend(id.map(|id| (id, self.all.len())));
                    self.add(at_ms, host, &why, requests, bytes);
                }
                Line::Through { id } => self.through = Some(id),
            }
        }
    }

    fn add(&mut self, at_ms: u64, host: String, why: &str, requests: u64, bytes: u64) {
        self.all.push(Entry {
            at_ms,
            host,
            why: Purpose::of(why),
            requests,
            bytes,
        });
    }

    /// The same in fewer lines.
    fn folded(self) -> Vec<Line> {
        let mut lines: Vec<Line> = self
            .through
            .into_iter()
            .map(|id| Line::Through { id })
            .collect();
        let ids: HashMap<usize, String> = self.open.into_iter().map(|(id, at)| (at, id)).collect();
        for (at, entry) in self.all.into_iter().enumerate() {
            let open = ids.get(&at).cloned();
            let why = entry.why.to_string();
            let mut last = lines.iter_mut().rev().take(TOGETHER);
            let alike = last.find_map(|line| match line {
                Line::Folded {
                    id: None,
                    at_ms,
                    host,
                    why: known,
                    requests,
                    bytes,
                } if *host == entry.host
                    && *known == why
                    && *at_ms / DAY_MS == entry.at_ms / DAY_MS =>
                {
                    Some((at_ms, requests, bytes))
                }
                _ => None,
            });
            match alike.filter(|_| open.is_none()) {
                Some((at_ms, requests, bytes)) => {
                    *at_ms = entry.at_ms;
                    *requests = requests.saturating_add(entry.requests);
                    *bytes = bytes.saturating_add(entry.bytes);
                }
                None => lines.push(Line::Folded {
                    id: open,
                    at_ms: entry.at_ms,
                    host: entry.host,
                    why,
                    requests: entry.requests,
                    bytes: entry.bytes,
                }),
            }
        }
        lines
    }
}

/// The ledger in one file. Clones are the same.
#[derive(Debug, Clone)]
pub struct Ledger {
    path: Arc<PathBuf>,
    most: u64,
}

/// Requests of this program, in whatever ledger.
static ASKED: AtomicU64 = AtomicU64::new(0);

impl Ledger {
    /// The ledger in this file, which need not exist yet.
    pub fn at(path: &Path) -> Self {
        Self {
            path: Arc::new(path.to_owned()),
            most: MOST_BYTES,
        }
    }

    /// Everything that is written down, the oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        let mut entries = self.folded_and_older();
        entries.read(&text(&self.path));
        entries.all
    }

    fn folded_and_older(&self) -> Entries {
        let mut entries = Entries::default();
        entries.read(&text(&self.beside("all")));
        let text = text(&self.beside("older"));
        let mut older = Entries::default();
        older.read(&text);
        // A crash may have come between its folding and its end.
        if older.first.is_none() || older.first != entries.through {
            entries.read(&text);
            entries.through = older.first;
        }
        entries
    }

    /// Writes down that a host is about to be asked.
    pub(crate) fn ask(&self, host: &str, why: &Purpose) -> Asked {
        let number = ASKED.fetch_add(1, Ordering::Relaxed);
        let at_ms = now_ms();
        let id = format!("{}-{at_ms}-{number}", std::process::id());
        self.write(&Line::Asked {
            id: id.clone(),
            at_ms,
            host: host.to_owned(),
            why: why.to_string(),
        });
        Asked {
            ledger: self.clone(),
            id,
            bytes: 0,
        }
    }

    fn beside(&self, what: &str) -> PathBuf {
        self.path.with_extension(format!("{what}.jsonl"))
    }

    /// A ledger that cannot be written stops no download: the disk that is full says so itself.
    fn write(&self, line: &Line) {
        if self.is_long() {
            // Where it fails the file grows on.
            let _ = self.turn();
        }
        let mut text = line_of(line);
        let mut options = private();
        options.append(true).read(true);
        let _ = options.open(&*self.path).and_then(|mut file| {
            // What a crash cut short must not swallow this line too.
            if file.seek(SeekFrom::End(-1)).is_ok() {
                let mut last = [0];
                file.read_exact(&mut last)?;
                if last != *b"\n" {
                    text.insert(0, b'\n');
                }
            }
            file.write_all(&text)
        });
    }

    fn is_long(&self) -> bool {
        std::fs::metadata(&*self.path).is_ok_and(|known| known.len() > self.most)
    }

    /// Makes this file the older one, once all that is older still is folded. By one program at a time:
    /// another one goes on with the long file. Who opened that before adds to it under its new name, and
    /// long before it is folded itself.
    fn turn(&self) -> io::Result<()> {
        let lock = private().write(true).open(self.beside("lock"))?;
        if lock.file().try_lock().is_err() || !self.is_long() {
            return Ok(());
        }
        let older = self.beside("older");
        if older.exists() {
            let lines = self.folded_and_older().folded();
            let text: Vec<u8> = lines.iter().flat_map(line_of).collect();
            let new = self.beside("new");
            let mut file = private().write(true).truncate(true).open(&new)?;
            file.write_all(&text)?;
            file.sync_data()?;
            fs_err::rename(&new, self.beside("all"))?;
        }
        fs_err::rename(&*self.path, &older)
    }
}

/// Opens what is made where it is not there: whom somebody asked, and when, is theirs alone.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true);
    #[cfg(unix)]
    fs_err::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A line with its end.
fn line_of(line: &Line) -> Vec<u8> {
    let mut text = serde_json::to_vec(line).expect("BUG: text and numbers are JSON");
    text.push(b'\n');
    text
}

/// What a file holds; a letter that a crash cut in two costs its line alone.
fn text(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A request that is being answered.
#[derive(Debug)]
pub(crate) struct Asked {
    ledger: Ledger,
    id: String,
    bytes: u64,
}

impl Asked {
    /// So many bytes came.
    pub(crate) fn came(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.ledger.write(&Line::Ended {
            id: std::mem::take(&mut self.id),
            bytes: self.bytes,
        });
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

#[cfg(test)]
mod tests;
