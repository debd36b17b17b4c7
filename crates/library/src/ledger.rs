//! The ledger of connections: whatever leaves this machine is written down, for the user to read.
//!
//! One JSON object a line: a request when it is made, its bytes when it has ended. Programs that
//! write at the same time add whole lines.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use fs_err::OpenOptions;
use serde::{Deserialize, Serialize};

use crate::purpose::Purpose;

/// Bytes of a ledger before it is put aside and a new one begun; one older is kept.
const MOST_BYTES: u64 = 1 << 20;

/// A request that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When, in milliseconds since 1970, UTC.
    pub at_ms: u64,
    /// The host that was asked.
    pub host: String,
    /// What for.
    pub why: Purpose,
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
}

/// The ledger in one file. Clones are the same.
#[derive(Debug, Clone)]
pub struct Ledger {
    path: Arc<PathBuf>,
    last: Arc<AtomicU64>,
}

impl Ledger {
    /// The ledger in this file, which need not exist yet.
    pub fn at(path: &Path) -> Self {
        Self {
            path: Arc::new(path.to_owned()),
            last: Arc::new(AtomicU64::new(0)),
        }
    }

    /// Everything that is written down, the oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        let mut entries: Vec<(String, Entry)> = Vec::new();
        for path in [self.older(), (*self.path).clone()] {
            let text = fs_err::read_to_string(path).unwrap_or_default();
            // A line that a crash cut short is passed over.
            for line in text
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok())
            {
                match line {
                    Line::Asked {
                        id,
                        at_ms,
                        host,
                        why,
                    } => {
                        let bytes = 0;
                        let entry = Entry {
                            at_ms,
                            host,
                            why: Purpose::of(&why),
                            bytes,
                        };
                        entries.push((id, entry));
                    }
                    Line::Ended { id, bytes } => {
                        let asked = entries.iter_mut().rev().find(|(known, _)| *known == id);
                        if let Some((_, entry)) = asked {
                            entry.bytes = bytes;
                        }
                    }
                }
            }
        }
        entries.into_iter().map(|(_, entry)| entry).collect()
    }

    /// Writes down that a host is about to be asked.
    pub(crate) fn ask(&self, host: &str, why: &Purpose) -> Asked {
        let number = self.last.fetch_add(1, Ordering::Relaxed);
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

    fn older(&self) -> PathBuf {
        self.path.with_extension("older.jsonl")
    }

    /// A ledger that cannot be written stops no download: the disk that is full says so itself.
    fn write(&self, line: &Line) {
        if let Ok(known) = std::fs::metadata(&*self.path)
            && known.len() > MOST_BYTES
        {
            let _ = std::fs::rename(&*self.path, self.older());
        }
        let mut text = serde_json::to_vec(line).expect("BUG: text and numbers are JSON");
        text.push(b'\n');
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        // Whom somebody asked, and when, is theirs alone.
        #[cfg(unix)]
        fs_err::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&*self.path);
        let _ = file.and_then(|mut file| file.write_all(&text));
    }
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
        self.bytes += bytes;
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
mod tests {
    use super::{Ledger, MOST_BYTES};
    use crate::purpose::Purpose;

    fn of(words: &str) -> Purpose {
        Purpose::of(words)
    }

    #[test]
    fn what_was_asked_is_told_with_its_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("connections.jsonl");
        let ledger = Ledger::at(&path);
        assert!(ledger.entries().is_empty());
        let mut asked = ledger.ask("huggingface.co", &of("files of R1"));
        let open = ledger.ask("cdn", &of("R1"));
        asked.came(70);
        asked.came(7);
        drop(asked);
        // As a crash leaves it.
        std::mem::forget(open);
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.push_str("{\"asked\":{\"id\":\"4");
        std::fs::write(&path, text).unwrap();
        let told = Ledger::at(&path).entries();
        let told: Vec<_> = told
            .iter()
            .map(|entry| (entry.host.as_str(), entry.why.to_string(), entry.bytes))
            .collect();
        assert_eq!(
            told,
            [
                ("huggingface.co", "files of R1".to_owned(), 77),
                ("cdn", "R1".to_owned(), 0)
            ]
        );
    }

    #[test]
    fn a_long_ledger_keeps_what_is_new() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("connections.jsonl");
        let ledger = Ledger::at(&path);
        drop(ledger.ask("first", &of("x")));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "readable by others");
        }
        let filler = vec![b' '; usize::try_from(MOST_BYTES).unwrap()];
        let mut text = std::fs::read(&path).unwrap();
        text.extend(filler);
        text.push(b'\n');
        std::fs::write(&path, text).unwrap();
        drop(ledger.ask("second", &of("y")));
        let hosts: Vec<_> = ledger
            .entries()
            .into_iter()
            .map(|entry| entry.host)
            .collect();
        assert_eq!(hosts, ["first", "second"]);
        assert!(std::fs::metadata(&path).unwrap().len() < MOST_BYTES);
    }
}
