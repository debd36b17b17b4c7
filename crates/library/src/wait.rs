//! When a server is asked again, and when it is given up: one rule for whatever is asked of it, be it a
//! list, a header, an address or bytes. The clock comes in.

use std::time::{Duration, Instant, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};
use tokio::time::sleep;

use crate::trouble::{SourceFailure, Trouble};

/// No server makes us wait longer at once.
const MOST_ASKED: Duration = Duration::from_hours(1);

/// New addresses of a source in a row, with nothing between them, before it is given up.
const RENEWALS: u32 = 3;

/// A while in which nothing is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// When it is tried again.
    pub until: Instant,
    /// What failed, and is hoped to pass.
    pub why: SourceFailure,
}

/// How often a source failed in a row.
#[derive(Debug)]
pub(crate) struct Tries {
    pace: Pace,
    failures: u32,
    renewals: u32,
}

impl Tries {
    pub(crate) fn new(pace: &Pace) -> Self {
        Self {
            pace: *pace,
            failures: 0,
            renewals: 0,
        }
    }

    /// Something came: what failed before is forgotten.
    pub(crate) fn progressed(&mut self) {
        (self.failures, self.renewals) = (0, 0);
    }

    /// How long to wait after this trouble; none where the source is given up. What follows from a
    /// trouble that was counted already, as when a line breaks that several use, counts no second time.
    pub(crate) fn after(&mut self, trouble: &Trouble, counts: bool) -> Option<Duration> {
        let asked = match trouble {
            Trouble::Halted | Trouble::Source(_) | Trouble::Disk(_) => return None,
            Trouble::NoRanges => return Some(Duration::ZERO),
            Trouble::Expired { .. } => {
                self.renewals += u32::from(counts);
                return (self.renewals <= RENEWALS).then_some(Duration::ZERO);
            }
            Trouble::Busy { wait, .. } => *wait,
            Trouble::Broken(_) => None,
        };
        self.failures += u32::from(counts);
        let again = self.failures < self.pace.failures;
        let chosen = || self.pace.after(self.failures, fastrand::f64());
        again.then(|| asked.unwrap_or_else(chosen))
    }

    /// Waits after this trouble as long as it takes, and tells of it; an error where the source is given
    /// up.
    pub(crate) async fn wait(
        &mut self,
        trouble: Trouble,
        tell: &mut impl FnMut(Pause),
    ) -> Result<(), SourceFailure> {
        let wait = self.after(&trouble, true);
        let why = trouble.at_last();
        let Some(wait) = wait else { return Err(why) };
        if !wait.is_zero() {
            let until = Instant::now() + wait;
            tell(Pause { until, why });
            sleep(wait).await;
        }
        Ok(())
    }
}

/// How patient a download is.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// The wait after a first failure; each further one doubles it.
    pub first_wait: Duration,
    /// The longest wait.
    pub longest_wait: Duration,
    /// Failures in a row, without a byte between them, after which a source is given up.
    pub failures: u32,
    /// The time in which [`Pace::least_bytes`] must come, the first byte included.
    pub silence: Duration,
    /// Bytes that must come in that time.
    pub least_bytes: u64,
}

impl Default for Pace {
    /// Gives a source up after some five minutes without a byte; a stall is less than 1 KiB/s for
    /// 30 s.
    fn default() -> Self {
        Self {
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_mins(1),
            failures: 10,
            silence: Duration::from_secs(30),
            least_bytes: 30 << 10,
        }
    }
}

impl Pace {
    /// The wait after so many failures in a row (from 1), less up to a quarter: `chance` is from 0
    /// to 1. So that many clients of a server that was down do not all come back at once.
    pub(crate) fn after(&self, failures: u32, chance: f64) -> Duration {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1).min(20));
        let wait = self.first_wait.saturating_mul(doubled);
        wait.min(self.longest_wait).mul_f64(1.0 - chance / 4.0)
    }
}

/// How long a server asks to wait: `Retry-After` as seconds or as a date, or the `RateLimit` that is
/// used up (as the Hub sends it: `"resolvers";r=0;t=120`).
pub(crate) fn asked(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let after = text(RETRY_AFTER.as_str()).and_then(|after| {
        let after = after.trim();
        if let Ok(seconds) = after.parse() {
            Some(Duration::from_secs(seconds))
        } else {
            let date = httpdate::parse_http_date(after).ok()?;
            Some(date.duration_since(now).unwrap_or_default())
        }
    });
    let limit = || {
        let mut fields = text("ratelimit")?.split([';', ',']).map(str::trim);
        let number = |name: &str| {
            let mut fields = fields.clone();
            fields.find_map(|field| field.strip_prefix(name)?.parse::<u64>().ok())
        };
        let (rest, seconds) = (number("r="), number("t="));
        fields.next()?;
        (rest == Some(0)).then(|| seconds.map(Duration::from_secs))?
    };
    Some(after.or_else(limit)?.min(MOST_ASKED))
}

#[cfg(test)]
mod tests {
    use super::{
        Duration, HeaderMap, MOST_ASKED, Pace, RENEWALS, SystemTime, Tries, Trouble, asked,
    };

    fn told(name: &'static str, value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        // Sun, 06 Nov 1994 08:49:37 GMT, the date of the standard's examples.
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        asked(&headers, now)
    }

    #[test]
    fn a_server_says_how_long_to_wait() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(told("retry-after", "30"), seconds(30));
        assert_eq!(
            told("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT"),
            seconds(60)
        );
        assert_eq!(
            told("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT"),
            seconds(0)
        );
        assert_eq!(told("retry-after", "999999999999"), Some(MOST_ASKED));
        // A clock that jumped back by years waits an hour, not the years.
        assert_eq!(
            told("retry-after", "Tue, 24 Nov 2026 08:50:37 GMT"),
            Some(MOST_ASKED)
        );
        assert_eq!(told("retry-after", "-5"), None);
        assert_eq!(told("retry-after", "soon"), None);
        assert_eq!(told("ratelimit", "\"resolvers\";r=0;t=120"), seconds(120));
        assert_eq!(told("ratelimit", "\"resolvers\";r=7;t=120"), None);
        assert_eq!(told("ratelimit", "nonsense"), None);
        assert_eq!(told("x", "30"), None);
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let pace = Pace::default();
        let waits: Vec<u64> = (1..9)
            .map(|count| pace.after(count, 0.0).as_secs())
            .collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(pace.after(3, 1.0), Duration::from_secs(3));
        assert_eq!(pace.after(u32::MAX, 0.0), pace.longest_wait);
    }

    #[test]
    fn a_source_is_given_up_after_so_many_failures_with_nothing_between() {
        let pace = Pace::default();
        let host = || "hub".to_owned();
        let busy = |wait| Trouble::Busy {
            host: host(),
            status: 429,
            wait,
        };
        let mut tries = Tries::new(&pace);
        let asked = Some(Duration::from_secs(7));
        for _ in 1..pace.failures {
            assert_eq!(tries.after(&busy(asked), true), asked);
            assert_eq!(tries.after(&busy(asked), false), asked, "its aftermath");
        }
        assert_eq!(tries.after(&busy(None), true), None);
        tries.progressed();
        assert!(tries.after(&busy(None), true).is_some());
        let expired = Trouble::Expired {
            host: host(),
            status: 403,
        };
        for _ in 0..RENEWALS {
            assert_eq!(tries.after(&expired, true), Some(Duration::ZERO));
        }
        assert_eq!(tries.after(&expired, true), None);
    }
}
