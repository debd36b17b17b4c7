//! The first bytes of a file that is not here: enough to judge it before it is fetched.

use url::Url;

use crate::fetch::Wanted;
use crate::locate::{locate, refusal};
use crate::net::Net;
use crate::purpose::Purpose;
use crate::trouble::{SourceFailure, Trouble};
use crate::wait::{self, Pace};

/// The most that is read: R1's vocabulary makes a header of 8 MB.
const MOST_BYTES: u64 = 64 << 20;

/// Between two looks at what came.
const LOOK_BYTES: usize = 1 << 20;

/// Reads a file's first bytes from the first source that gives them, until `enough` makes something
/// of them. None where it never does.
pub async fn read_start<T>(
    net: &Net,
    wanted: &Wanted,
    pace: &Pace,
    mut enough: impl FnMut(&[u8]) -> Option<T>,
) -> Result<Option<T>, Vec<SourceFailure>> {
    let mut failures = Vec::new();
    for source in &wanted.sources {
        match from(net, source, wanted, pace, &mut enough).await {
            Ok(found) => return Ok(found),
            Err(trouble) => failures.push(trouble.at_last()),
        }
    }
    Err(failures)
}

async fn from<T>(
    net: &Net,
    source: &Url,
    wanted: &Wanted,
    pace: &Pace,
    enough: &mut impl FnMut(&[u8]) -> Option<T>,
) -> Result<Option<T>, Trouble> {
    let located = locate(net, source, wanted, pace).await?;
    let most = wanted.bytes.min(MOST_BYTES);
    let range = located.ranges.then_some(0..most);
    let file = wanted.place.file().to_string();
    let why = Purpose::Header { file };
    let mut answer = net.get(&located.url, range, &why, pace.silence).await?;
    if !answer.status().is_success() {
        let asked = || wait::asked(answer.headers(), std::time::SystemTime::now());
        return Err(refusal(answer.status(), &answer.host, asked));
    }
    let mut start = Vec::new();
    let mut looked = 0;
    loop {
        let silent = |_| crate::net::NetError::Silent {
            host: source.host_str().unwrap_or_default().to_owned(),
            waited: pace.silence,
        };
        let chunk = tokio::time::timeout(pace.silence, answer.chunk()).await;
        let Some(chunk) = chunk.map_err(silent)?? else {
            return Ok(enough(&start));
        };
        start.extend_from_slice(&chunk);
        if start.len() as u64 >= most {
            return Ok(enough(&start));
        }
        if start.len() - looked >= LOOK_BYTES {
            looked = start.len();
            if let Some(found) = enough(&start) {
                return Ok(Some(found));
            }
        }
    }
}
