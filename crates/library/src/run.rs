//! One connection: takes runs of blocks, asks for their bytes, and hands them to a writer on a
//! thread of its own, so that the disk and the line work at the same time.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use reqwest::StatusCode;
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::blocks::{BLOCK_BYTES, Run};
use crate::locate::{Located, parse_range, refusal};
use crate::net::{Answer, Net, NetError};
use crate::part::Part;
use crate::purpose::Purpose;
use crate::rate::Limit;
use crate::trouble::{SourceFailure, Trouble};
use crate::wait::{self, Pace};

/// Written bytes of each connection that need not be durable yet: what a crash costs at most,
/// beside what is on its way.
pub(crate) const LAG_BYTES: u64 = 8 << 20;

/// Chunks between a connection and its writer.
const QUEUE: usize = 16;

/// The time that one request should give work for.
const REQUEST_TIME: Duration = Duration::from_secs(10);

/// The most blocks of a request.
const MOST_BLOCKS: usize = 16;

/// What the connections of one download share.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) net: Net,
    pub(crate) part: Part,
    pub(crate) why: Purpose,
    pub(crate) pace: Pace,
    pub(crate) limit: Limit,
    /// Bytes that came over the line.
    pub(crate) fetched: AtomicU64,
    /// Bytes that all connections together may have written and not made durable.
    pub(crate) lag: u64,
}

/// Fetches until nothing is left to take.
pub(crate) async fn connection(
    work: Arc<Work>,
    located: Located,
    mut halt: watch::Receiver<bool>,
) -> Result<(), Trouble> {
    // Small first: nobody knows how fast it is.
    let mut blocks = if located.ranges { 1 } else { usize::MAX };
    while let Some(run) = work.part.take(blocks) {
        let begun = Instant::now();
        let from = run.start;
        let halted = async {
            // An error means that nobody is left who could ask.
            let _ = halt.wait_for(|halt| *halt).await;
        };
        let mut place = from;
        let ended = fetch(&work, &located, &run, &mut place, halted).await;
        work.part.release(run.id);
        ended?;
        if located.ranges {
            let rate = u128::from(place - from) * REQUEST_TIME.as_millis()
                / begun.elapsed().as_millis().max(1);
            let worth = usize::try_from(rate / u128::from(BLOCK_BYTES)).unwrap_or(MOST_BLOCKS);
            blocks = worth.clamp(1, MOST_BLOCKS);
        }
    }
    Ok(())
}

/// Fetches one run; `place` is where it came to.
async fn fetch(
    work: &Work,
    located: &Located,
    run: &Run,
    place: &mut u64,
    halted: impl Future<Output = ()>,
) -> Result<(), Trouble> {
    tokio::pin!(halted);
    let range = located.ranges.then_some(run.start..run.end);
    let silence = work.pace.silence;
    let mut answer = tokio::select! {
        () = &mut halted => return Err(Trouble::Halted),
        answer = work.net.get(&located.url, range, &work.why, silence) => answer?,
    };
    // Where a server gives the whole file only, what is here already is passed over.
    let mut skip = if located.ranges { 0 } else { run.start };
    check(&answer, located, run.start..run.end, work.part.bytes())?;
    let (tell, mut told) = mpsc::channel::<Bytes>(QUEUE);
    let (part, lag) = (work.part.clone(), work.lag);
    let writing = {
        let run = run.clone();
        spawn_blocking(move || -> std::io::Result<()> {
            let mut writer = part.writer(&run)?;
            while let Some(bytes) = told.blocking_recv() {
                writer.write(&bytes)?;
                part.wait_for_sync(lag);
            }
            Ok(())
        })
    };
    let mut watch = Watch::new(&work.pace);
    let reading = async {
        loop {
            let chunk = tokio::select! {
                () = &mut halted => return Err(Trouble::Halted),
                chunk = watch.next(&mut answer) => chunk?,
            };
            let Some(mut chunk) = chunk else {
                let cause = "it ended too early".to_owned();
                return Err(NetError::Broken {
                    host: answer.host.clone(),
                    reason: cause,
                }
                .into());
            };
            work.fetched
                .fetch_add(chunk.len() as u64, Ordering::Relaxed);
            work.limit.pass(chunk.len() as u64).await;
            let skipped = skip.min(chunk.len() as u64);
            skip -= skipped;
            let _ = chunk.split_to(usize::try_from(skipped).unwrap_or(chunk.len()));
            let end = if located.ranges {
                work.part.end_of(run.id)
            } else {
                run.end
            };
            let left = end.saturating_sub(*place);
            let whole = chunk.len() as u64 >= left;
            chunk.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            *place += chunk.len() as u64;
            if !chunk.is_empty() && tell.send(chunk).await.is_err() {
                // The writer ended, and says why.
                return Ok(());
            }
            if whole {
                return Ok(());
            }
        }
    };
    let read = reading.await;
    drop(tell);
    let written = writing.await;
    written.map_err(|error| Trouble::Disk(std::io::Error::other(error)))??;
    read
}

/// Whether what begins to come is what was asked for.
pub(crate) fn check(
    answer: &Answer,
    located: &Located,
    asked: Range<u64>,
    bytes: u64,
) -> Result<(), Trouble> {
    let host = answer.host.clone();
    let nonsense = |what: String| {
        Err(SourceFailure::Nonsense {
            host: host.clone(),
            what,
        }
        .into())
    };
    match answer.status() {
        StatusCode::PARTIAL_CONTENT if located.ranges => {
            let range = answer.header("content-range").and_then(parse_range);
            // Nobody asks for less than a byte.
            let (first, last) = (asked.start, asked.end.saturating_sub(1));
            let exact = range.as_ref().is_some_and(|range| {
                range.part == Some((first, last)) && range.total.is_none_or(|total| total == bytes)
            });
            if !exact {
                let came = answer.header("content-range").unwrap_or("nothing");
                return nonsense(format!(
                    "`{came}` when asked for bytes {first}-{last} of {bytes}"
                ));
            }
        }
        StatusCode::OK if located.ranges => return Err(Trouble::NoRanges),
        StatusCode::OK => {
            if answer.length().is_some_and(|length| length != bytes) {
                return Err(SourceFailure::OtherFile {
                    host,
                    found: format!("{} bytes", answer.length().unwrap_or(0)),
                    expected: format!("{bytes} bytes"),
                }
                .into());
            }
        }
        StatusCode::RANGE_NOT_SATISFIABLE => {
            let range = answer.header("content-range").and_then(parse_range);
            let total = range.and_then(|range| range.total).unwrap_or(0);
            return Err(SourceFailure::OtherFile {
                host,
                found: format!("{total} bytes"),
                expected: format!("{bytes} bytes"),
            }
            .into());
        }
        // It leads elsewhere by now.
        status if status.is_redirection() => {
            let status = status.as_u16();
            return Err(Trouble::Expired { host, status });
        }
        status => {
            let asked = || wait::asked(answer.headers(), SystemTime::now());
            return Err(refusal(status, &host, asked));
        }
    }
    if !answer.is_plain() {
        return nonsense("bytes that are packed, though nobody asked for that".to_owned());
    }
    Ok(())
}

/// Watches that bytes keep coming. Only the time that is spent waiting for them counts: a slow disk
/// or a speed limit is no stall.
pub(crate) struct Watch {
    silence: Duration,
    least: u64,
    waited: Duration,
    came: u64,
}

impl Watch {
    pub(crate) fn new(pace: &Pace) -> Self {
        Self {
            silence: pace.silence,
            least: pace.least_bytes,
            waited: Duration::ZERO,
            came: 0,
        }
    }

    /// The next bytes; none at the end.
    pub(crate) async fn next(&mut self, answer: &mut Answer) -> Result<Option<Bytes>, Trouble> {
        let begun = Instant::now();
        let left = self.silence.saturating_sub(self.waited);
        let chunk = if let Ok(chunk) = timeout(left, answer.chunk()).await {
            chunk?
        } else {
            let (host, waited) = (answer.host.clone(), self.silence);
            return Err(NetError::Silent { host, waited }.into());
        };
        self.waited += begun.elapsed();
        self.came += chunk.as_ref().map_or(0, |chunk| chunk.len() as u64);
        if self.came >= self.least {
            (self.waited, self.came) = (Duration::ZERO, 0);
        }
        Ok(chunk)
    }
}
