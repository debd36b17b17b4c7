//! A second look at a file that is here: whether it still is what it should be, and which part of it
//! is not.

use std::io;
use std::ops::Range;
use std::path::Path;

use fit::catalogue::Sha256;

use crate::blocks::BLOCK_BYTES;
use crate::record::Record;

/// What a second look found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// It is what it should be.
    Whole,
    /// It is not, in these bytes; the last may lie behind its end.
    Damaged(Vec<Range<u64>>),
    /// Nobody said what it should be; this is what it is.
    Unknown(Sha256),
}

/// Reads a file through and compares it with the hash that it should have, or that it had when it
/// came. `go_on` hears how many bytes are read; none where it says no. What is found is written down
/// beside a file that is ours, so that fetching it again brings only what is damaged.
pub fn check(
    file: &Path,
    expected: Option<Sha256>,
    ours: bool,
    go_on: impl FnMut(u64) -> bool,
) -> io::Result<Option<Checked>> {
    let Some(found) = Record::read(file, go_on)? else {
        return Ok(None);
    };
    let before = Record::of(file);
    let Some(expected) = expected.or(before.as_ref().map(|record| record.sha256)) else {
        return Ok(Some(Checked::Unknown(found.sha256)));
    };
    if found.sha256 == expected {
        if ours && before.as_ref() != Some(&found) {
            found.keep(file)?;
        }
        return Ok(Some(Checked::Whole));
    }
    let Some(mut before) = before.filter(|record| record.sha256 == expected) else {
        return Ok(Some(Checked::Damaged(vec![Range {
            start: 0,
            end: found.bytes,
        }])));
    };
    before.damaged = before.differing(&found);
    if ours {
        before.keep(file)?;
    }
    Ok(Some(Checked::Damaged(ranges(&before))))
}

/// The damaged blocks as bytes, neighbours together.
fn ranges(record: &Record) -> Vec<Range<u64>> {
    let mut ranges: Vec<Range<u64>> = Vec::new();
    for &block in &record.damaged {
        let start = block as u64 * BLOCK_BYTES;
        let end = (start + BLOCK_BYTES).min(record.bytes.max(start));
        match ranges.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ => ranges.push(start..end),
        }
    }
    ranges
}
