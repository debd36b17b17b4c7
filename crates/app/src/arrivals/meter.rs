//! How far the reading of chats has come, for whoever waits for it, and their way to end it. It is told by the
//! bytes that were read, since how many chats there are nobody knows before the end.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::stop::Stop;

/// Shared between who reads and who tells.
pub(super) struct Meter {
    read: AtomicU64,
    all: AtomicU64,
    stop: Stop,
}

impl Meter {
    pub(super) fn new(stop: Stop) -> Self {
        Self {
            read: AtomicU64::new(0),
            all: AtomicU64::new(0),
            stop,
        }
    }

    /// So many bytes are to be read.
    pub(super) fn expect(&self, bytes: u64) {
        self.all.fetch_add(bytes, Relaxed);
    }

    /// What was expected of a place before it was opened is known better now.
    pub(super) fn correct(&self, expected: u64, bytes: u64) {
        self.all.fetch_add(bytes, Relaxed);
        self.all.fetch_sub(expected, Relaxed);
    }

    /// Bytes that were read, of how many. What is read twice, or is longer than it said, is no more than all.
    pub(super) fn so_far(&self) -> (u64, u64) {
        let all = self.all.load(Relaxed);
        (self.read.load(Relaxed).min(all), all)
    }

    /// Nobody wants the chats any more.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.is_asked()
    }

    /// Counts what is read through it.
    pub(super) fn through<'a>(&'a self, inner: &'a mut dyn Read) -> Through<'a> {
        Through { inner, meter: self }
    }
}

/// See [`Meter::through`]. It breaks off once nobody wants more.
pub(super) struct Through<'a> {
    inner: &'a mut dyn Read,
    meter: &'a Meter,
}

impl Read for Through<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.meter.is_stopped() {
            // Not `Interrupted`, which is tried again.
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        let read = self.inner.read(buffer)?;
        self.meter.read.fetch_add(read as u64, Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stop::stop;

    #[test]
    fn what_is_read_counts_and_a_stop_breaks_it_off() {
        let (stopper, stop) = stop();
        let meter = Meter::new(stop);
        meter.expect(10);
        assert_eq!(meter.so_far(), (0, 10));
        // An archive: ten bytes on the disk, a hundred within it.
        meter.correct(10, 100);
        let mut bytes: &[u8] = &[7; 150];
        let mut some = [0; 60];
        meter.through(&mut bytes).read_exact(&mut some).unwrap();
        assert_eq!(meter.so_far(), (60, 100));
        meter.through(&mut bytes).read_exact(&mut some).unwrap();
        assert_eq!(meter.so_far(), (100, 100));
        stopper.stop();
        let broken = meter.through(&mut bytes).read_to_end(&mut Vec::new());
        assert_eq!(broken.unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
    }
}
