//! Whether other programs compute while something is measured here: then it is slower than it would be
//! on a quiet machine, and is to be measured again.
//!
//! Linux keeps accounts of what each processor did and of what this process and the children that it
//! waited for took; what is neither was taken by others. That counts programs that gave up their rank
//! (`nice`) and other guests of the same host too: both slow a measurement down. Elsewhere it is asked,
//! before and after, how busy the machine is while this process does nothing. Not here: what computes
//! beside a reply (the engine's `others`, which asks five times a second).

use std::thread::sleep;
use std::time::Duration;

use crate::system;

/// How long it is listened for whether the machine is quiet. The accounts are kept in hundredths of a
/// second.
const LISTEN: Duration = Duration::from_millis(300);

/// Others are in the way from this part of all processors on.
const PART_IN_THE_WAY: f64 = 0.1;

/// And from this many on: a window that paints and a player of music take less.
const CORES_IN_THE_WAY: f64 = 0.5;

/// What was done up to one time, in units that cancel out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Account {
    /// Processors that this process may run on.
    pub(crate) cores: f64,
    /// Time of all of them together in which something ran.
    pub(crate) busy: f64,
    /// All time of all of them together.
    pub(crate) all: f64,
    /// What this process ran, with the children that it waited for.
    pub(crate) own: f64,
}

/// Watches what others do, from when it begins.
#[derive(Debug)]
pub struct Watch(Begun);

#[derive(Debug)]
enum Begun {
    /// What was done up to then.
    Account(Account),
    /// Where there are no accounts: whether others were in the way just before; none where the system
    /// does not tell.
    Busy(Option<bool>),
}

impl Watch {
    /// Begins. Takes some tenths of a second where there are no accounts.
    pub fn begin() -> Self {
        Self(match system::account() {
            Some(account) => Begun::Account(account),
            None => Begun::Busy(system::is_busy(LISTEN)),
        })
    }

    /// Whether others were in the way since then; false where the system does not tell. A child counts
    /// as one's own once it was waited for, and as another program before.
    pub fn was_beside_others(&self) -> bool {
        match self.0 {
            Begun::Account(before) => {
                system::account().is_some_and(|now| are_in_the_way(&before, &now))
            }
            Begun::Busy(before) => before == Some(true) || system::is_busy(LISTEN) == Some(true),
        }
    }
}

/// Whether nobody is in the way just now. Listens for some tenths of a second; true where the system
/// does not tell.
pub fn is_quiet() -> bool {
    let Some(before) = system::account() else {
        return system::is_busy(LISTEN) != Some(true);
    };
    sleep(LISTEN);
    !system::account().is_some_and(|now| are_in_the_way(&before, &now))
}

/// Whether others took enough between two accounts to be in the way.
pub(crate) fn are_in_the_way(before: &Account, now: &Account) -> bool {
    let all = now.all - before.all;
    let own = now.own - before.own;
    let others = (now.busy - before.busy - own).max(0.0);
    // In cores; no time at all is a comparison with nothing, which holds for none.
    let taken = others / all * now.cores;
    taken > CORES_IN_THE_WAY.max(PART_IN_THE_WAY * now.cores)
}

#[cfg(test)]
mod tests {
    use super::{Account, are_in_the_way};

    #[test]
    fn what_is_neither_idle_nor_ones_own_is_of_others() {
        let before = Account {
            cores: 8.0,
            busy: 1_000.0,
            all: 90_000.0,
            own: 50.0,
        };
        for (cores, busy, own, expect) in [
            // All that ran was this process, on one core and on all.
            (8.0, 100.0, 100.0, false),
            (8.0, 800.0, 790.0, false),
            // A compiler on six of eight, and on one of two.
            (8.0, 700.0, 100.0, true),
            (2.0, 800.0, 400.0, true),
            // A tenth of the cores, which a video takes, is none; of many it is more.
            (8.0, 770.0, 700.0, false),
            (8.0, 800.0, 700.0, true),
            (2.0, 500.0, 400.0, false),
            // A child that was waited for brings all that it ever ran.
            (8.0, 100.0, 900.0, false),
        ] {
            let now = Account {
                cores,
                busy: before.busy + busy,
                all: before.all + 800.0,
                own: before.own + own,
            };
            assert_eq!(
                are_in_the_way(&before, &now),
                expect,
                "{cores} {busy} {own}"
            );
        }
        assert!(!are_in_the_way(&before, &before), "no time tells nothing");
    }

    /// Children that turn in circles are others until somebody waits for them.
    #[cfg(target_os = "linux")]
    #[test]
    fn this_system_tells_of_others() {
        use std::process::{Command, Stdio};
        use std::time::{Duration, Instant};

        let watch = super::Watch::begin();
        let turning = || {
            let mut shell = Command::new("sh");
            shell.args(["-c", "while :; do :; done"]);
            shell.stdin(Stdio::null()).spawn().unwrap()
        };
        let cores = std::thread::available_parallelism().unwrap().get();
        let mut children: Vec<_> = (0..cores).map(|_| turning()).collect();
        let begun = Instant::now();
        while !watch.was_beside_others() && begun.elapsed() < Duration::from_secs(20) {
            std::thread::yield_now();
        }
        let seen = watch.was_beside_others();
        let quiet = super::is_quiet();
        for child in &mut children {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        assert!(seen && !quiet);
    }
}
