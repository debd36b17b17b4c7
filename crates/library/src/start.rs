//! The first bytes of a file that is not here: enough to judge it before it is fetched. They come by the
//! rule of a download: what is cut goes on where it stands, and who is busy is asked later.

use url::Url;

use crate::fetch::Wanted;
use crate::locate::{Located, locate};
use crate::net::{Net, NetError};
use crate::purpose::Purpose;
use crate::run::{Watch, check};
use crate::trouble::{SourceFailure, Trouble};
use crate::wait::{Pace, Pause, Tries};

/// The most that is read: R1's vocabulary makes a header of 8 MB.
const MOST_BYTES: u64 = 64 << 20;

/// Between two looks at what came, at least; an eighth of it where that is more, so that looking at a
/// long one costs little more than reading it.
const LOOK_BYTES: usize = 64 << 10;

/// Reads a file's first bytes from the first source that gives them, until `enough` makes something
/// of them. None where it never does. `tell` hears of each wait.
pub async fn read_start<T>(
    net: &Net,
    wanted: &Wanted,
    pace: &Pace,
    mut tell: impl FnMut(Pause),
    mut enough: impl FnMut(&[u8]) -> Option<T>,
) -> Result<Option<T>, Vec<SourceFailure>> {
    if wanted.bytes == 0 {
        return Ok(enough(&[]));
    }
    let mut failures = Vec::new();
    for source in &wanted.sources {
        let mut tries = Tries::new(pace);
        let mut begun = Begun::default();
        let failure = loop {
            let before = begun.bytes.len();
            let trouble = match begun.go_on(net, source, wanted, pace, &mut enough).await {
                Ok(found) => return Ok(found),
                Err(trouble) => trouble,
            };
            if begun.bytes.len() > before {
                tries.progressed();
            }
            if let Err(failure) = begun.mend(trouble, &mut tries, &mut tell).await {
                break failure;
            }
        };
        failures.push(failure);
    }
    Err(failures)
}

/// What came of a source.
#[derive(Default)]
struct Begun {
    located: Option<Located>,
    bytes: Vec<u8>,
    looked: usize,
}

impl Begun {
    /// Reads on from where it stands.
    async fn go_on<T>(
        &mut self,
        net: &Net,
        source: &Url,
        wanted: &Wanted,
        pace: &Pace,
        enough: &mut impl FnMut(&[u8]) -> Option<T>,
    ) -> Result<Option<T>, Trouble> {
        let located = match self.located.clone() {
            Some(located) => located,
            None => locate(net, source, wanted, pace).await?,
        };
        self.located = Some(located.clone());
        let most = wanted.bytes.min(MOST_BYTES);
        let here = self.bytes.len() as u64;
        let range = here..most;
        let file = wanted.place.file().to_string();
        let why = Purpose::Header { file };
        let part = located.ranges.then_some(range.clone());
        let mut answer = net.get(&located.url, part, &why, pace.silence).await?;
        check(&answer, &located, range, wanted.bytes)?;
        // Where a server gives the whole file only, what is here already is passed over.
        let mut skip = if located.ranges { 0 } else { self.bytes.len() };
        let mut watch = Watch::new(pace);
        loop {
            let Some(chunk) = watch.next(&mut answer).await? else {
                let reason = "it ended too early".to_owned();
                let host = answer.host;
                return Err(NetError::Broken { host, reason }.into());
            };
            let skipped = skip.min(chunk.len());
            skip -= skipped;
            self.bytes.extend_from_slice(&chunk[skipped..]);
            if self.bytes.len() as u64 >= most {
                return Ok(enough(&self.bytes));
            }
            if self.bytes.len() - self.looked >= LOOK_BYTES.max(self.looked / 8) {
                self.looked = self.bytes.len();
                if let Some(found) = enough(&self.bytes) {
                    return Ok(Some(found));
                }
            }
        }
    }

    /// Makes the best of trouble: afterwards it can be gone on with.
    async fn mend(
        &mut self,
        trouble: Trouble,
        tries: &mut Tries,
        tell: &mut impl FnMut(Pause),
    ) -> Result<(), SourceFailure> {
        match (&trouble, &mut self.located) {
            (Trouble::NoRanges, Some(located)) => {
                located.ranges = false;
                return Ok(());
            }
            (Trouble::Busy { .. }, _) => {}
            // The server behind the address may be gone; its source knows others.
            _ => self.located = None,
        }
        tries.wait(trouble, tell).await
    }
}
