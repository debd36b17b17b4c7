//! What other programs leave of the processor.
//!
//! Threads that sleep while they wait do not tell by their own time whether they could spin: others
//! may have gone, or just let them through. The system's account of all programs does. Not here:
//! what follows from it (`pace`).

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The account is kept in hundredths of a second: over less time it tells nothing.
const WINDOW: Duration = Duration::from_millis(200);

/// Cores that others take at least where they are in the way. A window that paints beside takes less.
const IN_THE_WAY: f64 = 0.5;

/// The account is of this process, whoever asks.
static HEARD: Mutex<Others> = Mutex::new(Others {
    before: None,
    shares: None,
});

/// Whether others lately kept so many threads of this process from having a core each; none where
/// the system does not tell, or not yet. Looks at the last fifth of a second or at all since it
/// was asked last, if that is longer.
pub(crate) fn are_in_the_way(threads: u32) -> Option<bool> {
    let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
    let least = f64::from(threads) - IN_THE_WAY;
    let shares = heard.shares()?;
    Some(shares.left < least && shares.own < least)
}

/// Listens to the account.
#[derive(Debug)]
struct Others {
    before: Option<Sample>,
    shares: Option<Shares>,
}

/// Cores, between two samples.
#[derive(Debug, Clone, Copy)]
struct Shares {
    /// What others left.
    left: f64,
    /// What this process took.
    own: f64,
}

#[derive(Debug, Clone, Copy)]
struct Sample {
    at: Instant,
    account: Account,
    own: Duration,
}

/// The account of all programs at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Account {
    cores: f64,
    /// Their processor time so far, seconds over all cores. Without that of programs that gave up
    /// their rank (`nice`): they leave what anybody asks for.
    busy: f64,
}

impl Others {
    fn shares(&mut self) -> Option<Shares> {
        let at = Instant::now();
        let is_recent = |before: Sample| at.duration_since(before.at) < WINDOW;
        if !self.before.is_some_and(is_recent) {
            let (account, own) = account().zip(processor_time())?;
            let now = Sample { at, account, own };
            let before = self.before.replace(now);
            self.shares = before.map(|before| Shares::between(&before, &now));
        }
        self.shares
    }
}

impl Shares {
    fn between(before: &Sample, now: &Sample) -> Self {
        let seconds = (now.at - before.at).as_secs_f64();
        let all = (now.account.busy - before.account.busy) / seconds;
        let own = now.own.saturating_sub(before.own).as_secs_f64() / seconds;
        Self {
            left: now.account.cores - (all - own).max(0.0),
            own,
        }
    }
}

/// What this process got of the processor so far, over all of its threads.
#[cfg(unix)]
pub(crate) fn processor_time() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(time).ok()
}

/// The steps' own time has to do.
#[cfg(not(unix))]
pub(crate) fn processor_time() -> Option<Duration> {
    None
}

#[cfg(target_os = "linux")]
fn account() -> Option<Account> {
    parse(&std::fs::read_to_string("/proc/stat").ok()?)
}

/// Not looked for: only libgomp's threads can sleep while they wait (`doze`).
#[cfg(not(target_os = "linux"))]
fn account() -> Option<Account> {
    None
}

/// Reads `/proc/stat` (proc(5)): a line of all processors, `cpu  user nice system idle iowait irq
/// softirq …` in hundredths of a second, then one for each.
#[cfg(any(target_os = "linux", test))]
fn parse(text: &str) -> Option<Account> {
    let mut lines = text.lines();
    let times = lines.next()?.strip_prefix("cpu ")?.split_whitespace();
    let times: Vec<f64> = times.map_while(|time| time.parse().ok()).collect();
    let (&[user, _nice, system, _idle, _iowait, irq, softirq], _) = times.split_first_chunk()?;
    let cores = lines.take_while(|line| line.starts_with("cpu")).count();
    Some(Account {
        cores: f64::from(u32::try_from(cores).ok()?),
        busy: (user + system + irq + softirq) / 100.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_read_as_the_manual_tells_it() {
        let text = "cpu  200 30 50 9000 10 3 2 0 7 0\ncpu0 100 0 25 1 5 1 1 0 0 0\n\
                    cpu1 100 30 25 1 5 2 1 0 0 0\nintr 123 cpu\ncpu9 1\n";
        let expect = Account {
            cores: 2.0,
            busy: 2.55,
        };
        assert_eq!(parse(text), Some(expect));
        for odd in [
            "",
            "cpu",
            "cpu  1 2 3",
            "cpu  a b c d e f g",
            "intr 1 2 3 4 5 6 7",
        ] {
            assert_eq!(parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn what_others_take_is_what_all_took_but_this_process() {
        let at = Instant::now();
        let sample = |seconds: f64, busy, own: f64| Sample {
            at: at + Duration::from_secs_f64(seconds),
            account: Account { cores: 2.0, busy },
            own: Duration::from_secs_f64(own),
        };
        let begin = sample(0.0, 100.0, 5.0);
        for (seconds, busy, own, expect) in [
            // Alone, beside two loops, and beside what gave up its rank.
            (0.5, 101.0, 6.0, (2.0, 2.0)),
            (0.5, 101.0, 5.5, (1.0, 1.0)),
            (0.5, 100.5, 6.0, (2.0, 2.0)),
        ] {
            let shares = Shares::between(&begin, &sample(seconds, busy, own));
            let told = (shares.left, shares.own);
            assert!((told.0 - expect.0).abs() < 1e-9, "{told:?} {expect:?}");
            assert!((told.1 - expect.1).abs() < 1e-9, "{told:?} {expect:?}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_system_tells() {
        are_in_the_way(1);
        std::thread::sleep(WINDOW);
        assert!(are_in_the_way(1).is_some());
        // No thread was kept from anything, and no machine has so many cores.
        assert_eq!(are_in_the_way(0), Some(false));
        assert_eq!(are_in_the_way(100_000), Some(true));
    }
}
