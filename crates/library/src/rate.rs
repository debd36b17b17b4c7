//! How fast: a limit that all connections share, and what a person is told.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Bytes per second that may come at most. Clones are the same, and it may be changed at any time.
#[derive(Debug, Clone, Default)]
pub struct Limit {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// 0 is no limit.
    rate: AtomicU64,
    /// When all that has passed would have come at that rate.
    even: Mutex<Option<Instant>>,
}

impl Limit {
    /// No more than so many bytes per second; 0 is no limit.
    pub fn set(&self, bytes_per_second: u64) {
        self.shared.rate.store(bytes_per_second, Ordering::Relaxed);
    }

    /// Waits as long as these bytes take.
    pub(crate) async fn pass(&self, bytes: u64) {
        let rate = self.shared.rate.load(Ordering::Relaxed);
        if rate == 0 {
            return;
        }
        let now = Instant::now();
        let until = {
            let mut even = self
                .shared
                .even
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let nanoseconds = u128::from(bytes) * 1_000_000_000 / u128::from(rate);
            let time = Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX));
            // What was not used before is not made up for.
            let until = even.map_or(now, |even| even.max(now)) + time;
            *even = Some(until);
            until
        };
        sleep_until(until).await;
    }
}

/// The rate over the last seconds. Pure; the clock comes in.
#[derive(Debug, Default)]
pub struct Meter {
    /// Times and bytes so far, the oldest first.
    seen: VecDeque<(std::time::Instant, u64)>,
}

/// What the rate is taken over.
const MEMORY: Duration = Duration::from_secs(8);

impl Meter {
    /// At this time so many bytes have come in all.
    pub fn see(&mut self, now: std::time::Instant, bytes: u64) {
        // Fewer than before: another download.
        if self.seen.back().is_some_and(|&(_, before)| bytes < before) {
            self.seen.clear();
        }
        self.seen.push_back((now, bytes));
        while self.seen.len() > 2 && now.duration_since(self.seen[1].0) >= MEMORY {
            self.seen.pop_front();
        }
    }

    /// Bytes per second; none before there is half a second to tell from.
    pub fn rate(&self) -> Option<u64> {
        let (&(first, from), &(last, to)) = (self.seen.front()?, self.seen.back()?);
        let time = last.duration_since(first);
        if time < Duration::from_millis(500) {
            return None;
        }
        let rate = u128::from(to - from) * 1_000_000_000 / time.as_nanos();
        u64::try_from(rate).ok()
    }

    /// Time that so many bytes will take; none where nothing comes.
    pub fn time_for(&self, bytes: u64) -> Option<Duration> {
        let rate = self.rate().filter(|&rate| rate > 0)?;
        Some(Duration::from_secs(bytes.div_ceil(rate)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Limit, Meter};

    #[test]
    fn the_rate_is_of_the_last_seconds() {
        let start = std::time::Instant::now();
        let at = |seconds: f64| start + Duration::from_secs_f64(seconds);
        let mut meter = Meter::default();
        meter.see(at(0.0), 0);
        meter.see(at(0.1), 500);
        assert_eq!(meter.rate(), None);
        meter.see(at(1.0), 1000);
        assert_eq!(meter.rate(), Some(1000));
        for second in 2_u32..30 {
            meter.see(at(f64::from(second)), 1000 + 100 * (u64::from(second) - 1));
        }
        assert_eq!(meter.rate(), Some(100), "the quick start is forgotten");
        assert_eq!(meter.time_for(1000), Some(Duration::from_secs(10)));
        meter.see(at(31.0), 0);
        assert_eq!(meter.rate(), None, "another download");
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_is_shared_and_can_be_lifted() {
        let limit = Limit::default();
        limit.set(1000);
        let begun = tokio::time::Instant::now();
        let both = [limit.clone(), limit.clone()].map(|limit| async move {
            for _ in 0..5 {
                limit.pass(100).await;
            }
        });
        let [one, two] = both;
        tokio::join!(one, two);
        assert_eq!(begun.elapsed().as_millis() / 10, 100);
        limit.set(0);
        limit.pass(u64::MAX).await;
        assert_eq!(begun.elapsed().as_millis() / 10, 100);
    }
}
