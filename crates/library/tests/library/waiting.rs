//! What every test of a download needs: bytes, what is wanted of them, and a download of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fit::catalogue::Sha256;
use library::{Failure, Ledger, Manner, Net, Pace, Place, Progress, Wanted};
use sha2::Digest;
use tempfile::TempDir;
use tokio::sync::watch;
use url::Url;

/// No download of a test takes this long, on whatever machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) const MIB: usize = 1 << 20;

/// Bytes up to which content is made once: a server that makes it anew for each request is a slow one.
const KEPT: usize = 64 * MIB;

/// So many bytes that look like weights: no two blocks are the same.
pub(crate) fn content(bytes: usize) -> Arc<Vec<u8>> {
    static MADE: Mutex<BTreeMap<usize, Arc<Vec<u8>>>> = Mutex::new(BTreeMap::new());
    let make = || {
        let mut random = fastrand::Rng::with_seed(7);
        let mut content = vec![0; bytes];
        random.fill(&mut content);
        Arc::new(content)
    };
    if bytes > KEPT {
        return make();
    }
    MADE.lock()
        .unwrap()
        .entry(bytes)
        .or_insert_with(make)
        .clone()
}

pub(crate) fn sha256(content: &[u8]) -> Sha256 {
    Sha256::new(sha2::Sha256::digest(content).into())
}

pub(crate) fn wanted(content: &[u8], sources: Vec<Url>) -> Wanted {
    Wanted {
        place: Place::new("unsloth/R1-GGUF", "R1-Q4_K_M.gguf").unwrap(),
        bytes: content.len() as u64,
        sha256: sha256(content),
        sources,
    }
}

/// In a hurry, as a test is, but for a server that does not answer: on a busy machine a good one takes its
/// time, and five such times in a row would be its end.
pub(crate) fn manner() -> Manner {
    Manner {
        pace: Pace {
            first_wait: Duration::from_millis(5),
            longest_wait: Duration::from_millis(20),
            failures: 5,
            silence: Duration::from_secs(20),
            least_bytes: 10 << 10,
        },
        ..Manner::default()
    }
}

/// Where a server is to be found silent: soon, and however often a good one is taken for it.
pub(crate) fn impatient() -> Manner {
    let mut manner = manner();
    manner.pace.silence = Duration::from_millis(400);
    manner.pace.failures = u32::MAX;
    manner
}

/// A models folder, and the door to the network of somebody who uses it.
pub(crate) struct Folder {
    folder: TempDir,
    pub(crate) net: Net,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let net = Net::new(Ledger::at(&folder.path().join("connections.jsonl"))).unwrap();
        Self { folder, net }
    }

    pub(crate) fn models(&self) -> PathBuf {
        self.folder.path().join("models")
    }

    /// The models folder, made.
    pub(crate) fn models_made(&self) -> PathBuf {
        std::fs::create_dir_all(self.models()).unwrap();
        self.models()
    }

    /// Downloads, and gives what came of it with everything that was told on the way.
    pub(crate) async fn download(
        &self,
        wanted: &Wanted,
        manner: &Manner,
    ) -> (Result<PathBuf, Failure>, Vec<Progress>) {
        download(&self.net, &self.models(), wanted, manner).await
    }

    /// Downloads what has to come, and compares every byte.
    pub(crate) async fn must_get(&self, wanted: &Wanted, content: &[u8]) -> Vec<Progress> {
        self.must_get_by(&manner(), wanted, content).await
    }

    /// The same in this manner.
    pub(crate) async fn must_get_by(
        &self,
        manner: &Manner,
        wanted: &Wanted,
        content: &[u8],
    ) -> Vec<Progress> {
        let (path, told) = self.download(wanted, manner).await;
        let path = path.unwrap();
        assert_eq!(path, wanted.place.within(&self.models()));
        same_bytes(&path, content);
        told
    }

    /// Nothing that looks like a model is there.
    pub(crate) fn must_be_empty(&self, wanted: &Wanted) {
        let path = wanted.place.within(&self.models());
        assert!(!path.exists(), "{}", path.display());
    }
}

pub(crate) fn same_bytes(path: &Path, content: &[u8]) {
    let found = std::fs::read(path).unwrap();
    assert_eq!(found.len(), content.len());
    let first = found
        .iter()
        .zip(content)
        .position(|(one, other)| one != other);
    assert_eq!(first, None, "the first byte that differs");
}

pub(crate) async fn download(
    net: &Net,
    models: &Path,
    wanted: &Wanted,
    manner: &Manner,
) -> (Result<PathBuf, Failure>, Vec<Progress>) {
    let (_stopper, stop) = watch::channel(false);
    let (tell, mut told) = watch::channel(nothing(wanted));
    let listening = tokio::spawn(async move {
        let mut all = Vec::new();
        while told.changed().await.is_ok() {
            all.push(told.borrow_and_update().clone());
        }
        all
    });
    let fetched = library::fetch(net, models, wanted, manner, &tell, stop);
    let fetched = tokio::time::timeout(PATIENCE, fetched).await.unwrap();
    drop(tell);
    (fetched, listening.await.unwrap())
}

pub(crate) fn nothing(wanted: &Wanted) -> Progress {
    Progress {
        here: 0,
        bytes: wanted.bytes,
        fetched: 0,
        doing: library::Doing::Elsewhere,
    }
}
