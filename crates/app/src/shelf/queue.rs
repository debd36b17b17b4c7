//! The queue itself: rows in their order, which one is at work, and the form in which it is kept.

use std::io;
use std::path::{Path, PathBuf};

use fit::catalogue::Sha256;
use library::{Doing, Limit, Pause, Place, Record, Wanted};
use serde::{Deserialize, Serialize};

use super::{Download, DownloadState, Running, Then, key_of};
use crate::failure::{Cause, Code, Failure};
use crate::home::Home;
use crate::network::Network;
use crate::pull::{Far, Pull, Pulling};
use crate::stop::Stopper;
use crate::values::entries;
use crate::written::put;

const FILE: &str = "downloads.json";

/// The downloads of a home.
pub(crate) struct Queue {
    rows: Vec<Row>,
    pub(super) running: Option<Running>,
    /// Nothing is begun any more.
    pub(super) closed: bool,
    pub(crate) network: Network,
    /// Shared with what is at work.
    pub(super) limit: Limit,
}

struct Row {
    download: Download,
    pieces: Vec<Piece>,
}

impl Row {
    fn is_unreachable(&self) -> bool {
        let state = &self.download.state;
        matches!(state, DownloadState::Failed(failure) if failure.code == Code::Unreachable)
    }
}

/// A part of a model: where it will be, and its hash.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Piece {
    repository: String,
    path: String,
    sha256: String,
    /// The models folder that it goes to; none in what older versions wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    models: Option<PathBuf>,
    /// Something lay at its place before the download, which is not ours to delete.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    was_here: bool,
}

impl Piece {
    fn of(part: &Wanted, lies: bool, models: &Path, before: &[Self]) -> Self {
        let mut piece = Self {
            repository: part.place.repository(),
            path: part.place.file().as_str().to_owned(),
            sha256: part.sha256.to_string(),
            models: Some(models.to_owned()),
            was_here: false,
        };
        // What came since this download was first begun is its own.
        let same = |other: &&Self| {
            (&other.repository, &other.path, &other.sha256)
                == (&piece.repository, &piece.path, &piece.sha256)
        };
        piece.was_here = match before.iter().find(same) {
            Some(known) => known.was_here,
            None => lies,
        };
        piece
    }

    /// Deletes what this download brought of it.
    pub(super) fn throw_away(&self, today: &Path) -> io::Result<()> {
        let models = self.models.as_deref().unwrap_or(today);
        let Some(sha256) = Sha256::from_hex(&self.sha256) else {
            return Ok(());
        };
        library::forget(models, &sha256)?;
        match Place::new(&self.repository, &self.path) {
            Ok(place) if !self.was_here && is_ours(&place.within(models), sha256) => {
                library::discard(models, &place).map(drop)
            }
            _ => Ok(()),
        }
    }
}

/// Whether a file is the one that was fetched, by what was written down then.
fn is_ours(file: &Path, sha256: Sha256) -> bool {
    Record::of(file).is_some_and(|record| record.sha256 == sha256)
}

/// A row as it is written down.
#[derive(Serialize, Deserialize)]
struct Line {
    model: String,
    quant: String,
    name: String,
    bytes: u64,
    here: u64,
    paused: bool,
    pieces: Vec<Piece>,
}

/// The queue as it is written down.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Lines(Vec<Line>);

impl Lines {
    pub(super) fn keep(&self, data: &Path) -> io::Result<()> {
        let path = data.join(FILE);
        if self.0.is_empty() && !path.exists() {
            return Ok(());
        }
        if let (_, Some(unread)) = entries::<Line>(&path) {
            unread.make_way()?;
        }
        put(data, FILE, self)
    }
}

impl Queue {
    /// What the last session left. What was paused waits, the rest goes on.
    pub(crate) fn remembered(home: &Home) -> Self {
        let (lines, _) = entries::<Line>(&home.data().join(FILE));
        let network = Network::of(home);
        let limit = Limit::default();
        limit.set(network.limit);
        let rows = lines.into_iter().map(|line| Row {
            pieces: line.pieces,
            download: Download {
                key: key_of(&line.model, &line.quant),
                model: line.model,
                quant: line.quant,
                name: line.name,
                bytes: line.bytes,
                here: line.here,
                state: if line.paused {
                    DownloadState::Paused
                } else {
                    DownloadState::Queued
                },
            },
        });
        Self {
            rows: rows.collect(),
            running: None,
            closed: false,
            network,
            limit,
        }
    }

    /// What of the last session's list could not be read, for a person; a copy of it is kept aside then.
    pub(crate) fn unread(home: &Home) -> Option<Failure> {
        let (_, unread) = entries::<Line>(&home.data().join(FILE));
        let unread = unread?;
        let (path, kept) = (unread.path.display().to_string(), unread.kept());
        let said = unread.said;
        let message = format!(
            "`{path}` cannot be read whole ({said}), so downloads are missing from the list"
        );
        let hint = format!(
            "Start them again: what came of them is not fetched twice. The file is kept as `{kept}`."
        );
        let failure = Failure::new(Code::Storage, message).hint(hint);
        Some(
            failure
                .cause(Cause::DownloadsUnread { path, kept })
                .detail(said),
        )
    }

    /// As they are shown, in their order.
    pub(crate) fn rows(&self) -> Vec<Download> {
        self.rows.iter().map(|row| row.download.clone()).collect()
    }

    /// As they are kept. What failed is tried again with the next start; what is done is a model.
    pub(super) fn lines(&self) -> Lines {
        let kept = |row: &&Row| !matches!(row.download.state, DownloadState::Done(_));
        let lines = self.rows.iter().filter(kept).map(|row| Line {
            model: row.download.model.clone(),
            quant: row.download.quant.clone(),
            name: row.download.name.clone(),
            bytes: row.download.bytes,
            here: row.download.here,
            paused: row.download.state == DownloadState::Paused,
            pieces: row.pieces.clone(),
        });
        Lines(lines.collect())
    }

    /// Takes away the row of one that is done, since its model is deleted.
    pub(crate) fn forget_done(&mut self, key: &str) {
        let is_it = |row: &Row| {
            row.download.key == key && matches!(row.download.state, DownloadState::Done(_))
        };
        self.rows.retain(|row| !is_it(row));
    }

    /// Puts one at the end; one that is there and waits for a person goes on instead, and so does one
    /// that was done, whose file may be gone since.
    pub(super) fn add(&mut self, download: Download) {
        if self.is_running(&download.key) {
            return;
        }
        match self.row(&download.key) {
            Some(row) => {
                if matches!(row.download.state, DownloadState::Done(_)) {
                    // Begun anew, in the folder of today.
                    (row.download.here, row.pieces) = (0, Vec::new());
                }
                row.download.state = DownloadState::Queued;
            }
            None => self.rows.push(Row {
                download,
                pieces: Vec::new(),
            }),
        }
    }

    /// The first that waits for its turn, which is at work from now on.
    pub(super) fn begin(&mut self, stopper: Stopper) -> Option<(String, Pull)> {
        if self.closed || self.network.offline {
            return None;
        }
        let mut rows = self.rows.iter();
        let next = rows.find(|row| row.download.state == DownloadState::Queued)?;
        let key = next.download.key.clone();
        self.running = Some(Running {
            key: key.clone(),
            stopper,
            then: Then::Wait,
        });
        let ask = Pull {
            id: next.download.model.clone(),
            quant: Some(next.download.quant.clone()),
            endpoint: None,
            // Whoever clicked saw the verdict beside the button.
            anyway: true,
            // What was agreed to is written down.
            use_token: None,
            limit: self.limit.clone(),
            // Where it was begun, though another folder may be set since.
            models: next.pieces.iter().find_map(|piece| piece.models.clone()),
        };
        Some((key, ask))
    }

    /// True where it failed because nobody could be reached.
    pub(super) fn is_unreachable(&self, key: &str) -> bool {
        let mut rows = self.rows.iter();
        rows.any(|row| row.download.key == key && row.is_unreachable())
    }

    /// True while one is at work, or will be without anybody's doing.
    pub(super) fn has_hope(&self) -> bool {
        let waits = |row: &Row| row.download.state == DownloadState::Queued || row.is_unreachable();
        let may = !self.closed && !self.network.offline;
        self.running.is_some() || (may && self.rows.iter().any(waits))
    }

    /// Stops the one at work if it is this one.
    pub(super) fn stop(&mut self, key: &str, then: Then) -> bool {
        match &mut self.running {
            Some(running) if running.key == key => {
                running.then = then;
                running.stopper.stop();
                true
            }
            _ => false,
        }
    }

    /// Stops whatever is at work. What a person asked of it before stays asked.
    pub(super) fn stop_any(&mut self, then: Then) {
        if let Some(running) = &mut self.running {
            if running.then == Then::Wait {
                running.then = then;
            }
            running.stopper.stop();
        }
    }

    /// One that is not at work and not done.
    pub(super) fn waiting(&mut self, key: &str) -> Option<&mut Download> {
        if self.is_running(key) {
            return None;
        }
        let row = self.row(key)?;
        let done = matches!(row.download.state, DownloadState::Done(_));
        (!done).then_some(&mut row.download)
    }

    /// Takes one away, and gives what is to be deleted: nothing where it is done.
    pub(super) fn take(&mut self, key: &str) -> Vec<Piece> {
        let place = self.rows.iter().position(|row| row.download.key == key);
        let Some(row) = place.map(|place| self.rows.remove(place)) else {
            return Vec::new();
        };
        match row.download.state {
            DownloadState::Done(_) => Vec::new(),
            _ => row.pieces,
        }
    }

    /// It is here; whether anybody still waits for it.
    pub(super) fn arrived(&mut self, key: &str, path: &Path) -> bool {
        let Some(row) = self.row(key) else {
            return false;
        };
        row.download.here = row.download.bytes;
        row.download.state = DownloadState::Done(path.to_owned());
        true
    }

    /// Takes news of the one at work; true where it must be told at once.
    pub(super) fn hear(&mut self, key: &str, news: Pulling) -> bool {
        let Some(row) = self.row(key) else {
            return false;
        };
        match news {
            Pulling::Note(_) | Pulling::Renamed { .. } | Pulling::ShowsToken(_) => false,
            Pulling::Chosen { candidate, .. } => {
                // A model of a hub is called as its own header says.
                if row.download.is_of_hub() {
                    (row.download.name, row.download.bytes) = (candidate.name, candidate.bytes);
                }
                false
            }
            Pulling::Asking { host } => {
                row.download.state = DownloadState::Asking { host };
                true
            }
            Pulling::Waiting(Pause { until, why }) => {
                let doing = Doing::Waiting { until, why };
                row.download.state = DownloadState::Running(Far {
                    part: 1,
                    parts: 1,
                    here: row.download.here,
                    bytes: row.download.bytes,
                    rate: None,
                    left: None,
                    doing,
                });
                true
            }
            Pulling::Parts {
                models,
                parts,
                lies,
            } => {
                let parts = parts.iter().zip(lies);
                let piece = |(part, lies)| Piece::of(part, lies, &models, &row.pieces);
                row.pieces = parts.map(piece).collect();
                false
            }
            Pulling::Far(far) => {
                let before = match &row.download.state {
                    DownloadState::Running(before) => Some(before.doing.clone()),
                    _ => None,
                };
                let same =
                    |before| std::mem::discriminant(&before) == std::mem::discriminant(&far.doing);
                let worth = !before.is_some_and(same);
                (row.download.here, row.download.bytes) = (far.here, far.bytes);
                row.download.state = DownloadState::Running(far);
                worth
            }
        }
    }

    fn is_running(&self, key: &str) -> bool {
        let mut running = self.running.iter();
        running.any(|running| running.key == key)
    }

    fn row(&mut self, key: &str) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.download.key == key)
    }
}
