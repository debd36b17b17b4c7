//! How many threads compute and how they wait for one another, by the time that steps take.
//!
//! OpenMP's threads wait by spinning. That is fastest while each has a core to itself, and ruinous
//! when another program takes one: all then spin for the one that was put aside. So a load starts
//! as planned; where steps become slow or the threads do not get their cores, the next way is tried
//! for some steps and kept if it is faster, and the planned one is tried again from time to time.
//! A try ends as soon as it can no longer win, and waits longer after each that was lost. While the
//! system tells that other programs leave too little for the planned way, it is tried next to never.
//!
//! Pure thought: times come in as arguments. Not here: the clocks and how a way is walked
//! (`gait`), and what others leave (`others`).

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::brake::Limit;

/// More tokens than this at once are a prompt's. Fewer are words, drafted ones among them.
pub(crate) const WRITING_TOKENS: usize = 16;

/// The fewest steps that tell how fast a way is.
const TELLING_STEPS: usize = 3;

/// The shortest time that tells, in seconds: some turns of the system's scheduler. A small model's
/// step is shorter than one.
const TELLING_SECONDS: f64 = 0.05;

/// Seconds after which a single step tells: batches of a prompt take as long.
const PLENTY_SECONDS: f64 = 1.0;

/// A mean step this many times as long as the fastest known is slow.
const SLOW: f64 = 1.3;

/// What the fastest known step grows by with each step, a word's and a prompt's, so that it follows a
/// context that fills: far more than a token adds, and more than 256 do (0.05 in the 1.5B), and a load
/// of other programs is noticed long before it is believed.
const FORGETTING: (f64, f64) = (1.01, 1.07);

/// The part of one core that threads may lack before others are thought to compute too.
pub(crate) const LACKING: f64 = 0.25;

/// A step of a try this many times as long as those before it loses the try: nobody waits for the
/// end of it. Spinning beside others, one step may take as long as twenty.
const HOPELESS: f64 = 1.5;

/// Seconds after which it is looked whether others have come in the way of a step as planned, which then
/// is given up: it may take twenty times as long. Longer than what the account of them looks back at
/// (`others`), so that it is of this step.
const GLANCE: f64 = 0.25;

/// A way that leaves the plan has to be faster by this factor, so that noise does not choose it.
const WORTH: f64 = 0.9;

/// Seconds between tries, the first time and at most.
const LEAST_PATIENCE: f64 = 1.0;
const MOST_PATIENCE: f64 = 32.0;

/// The fewest steps between tries in the end, of a model whose step takes seconds or minutes: a try that
/// is lost costs about one.
const PATIENT_STEPS: f64 = 10.0;

/// A way whose steps take so much more or less time than when the last try was lost sees another
/// machine: others came or went, and patience is at an end.
const CHANGED: f64 = 1.3;

/// Seconds without a step after which nothing is known of what other programs do.
const PAUSE: f64 = 10.0;

/// One way to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Way {
    /// Threads that compute.
    pub(crate) threads: u32,
    /// Whether threads that wait for others sleep at once instead of spinning.
    pub(crate) dozing: bool,
    /// Whether they share half as many cores as they are.
    pub(crate) huddled: bool,
}

impl Way {
    /// The ways from the planned one on. Where threads can doze, that beats fewer of them: it gives
    /// other programs what they ask for, and takes what they leave. Huddled, they leave them cores
    /// of their own besides.
    pub(crate) fn all(threads: u32, can_doze: bool) -> Vec<Self> {
        let spinning = |threads| Self {
            threads,
            dozing: false,
            huddled: false,
        };
        let mut ways = vec![spinning(threads.max(1))];
        if threads > 1 && can_doze {
            ways.extend([false, true].map(|huddled| Self {
                threads,
                dozing: true,
                huddled,
            }));
        } else if threads > 1 {
            ways.extend([threads / 2, 1].map(spinning));
        }
        ways.dedup();
        ways
    }
}

/// One computation as it was measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    /// Tokens that were computed at once; steps are compared with those of as many.
    pub(crate) tokens: usize,
    /// How long it took.
    pub(crate) took: Duration,
    /// What the process got of the processor meanwhile, over all threads; none where the system
    /// does not tell.
    pub(crate) got: Option<Duration>,
    /// Whether others are in the way of the planned threads lately; none where the system does
    /// not tell.
    pub(crate) crowded: Option<bool>,
    /// When it ended, on any clock that only goes forward.
    pub(crate) now: Duration,
}

/// Chooses among the ways.
#[derive(Debug)]
pub(crate) struct Pace {
    ways: Vec<Way>,
    /// The way at hand, an index.
    at: usize,
    /// Seconds of the fastest known step as planned, by its tokens; of the first one of any way
    /// until then.
    fastest: BTreeMap<usize, f64>,
    /// Whether the last step was a prompt's.
    reading: bool,
    /// The last steps of the way at hand.
    seen: Stretch,
    trial: Option<Trial>,
    /// No try before this time.
    next: f64,
    patience: f64,
    /// Slowness of the way at hand when a try was lost to it.
    settled: Option<f64>,
    /// When the last step ended, or was given up.
    last: f64,
    /// Whether others are in the way of the planned threads, where the system tells.
    crowded: Option<bool>,
    /// Which neighbour is tried next, where there are two.
    downwards: bool,
}

/// A way that is being tried.
#[derive(Debug, Clone, Copy)]
struct Trial {
    from: usize,
    /// The mean slowness of the way that was left.
    before: f64,
    /// Seconds after which it has lost: the whole of it takes as long on the way that was left.
    left: f64,
    /// Seconds of a step in the mean on that way.
    step: f64,
}

/// Steps that followed each other.
#[derive(Debug, Default)]
struct Stretch(VecDeque<Seen>);

#[derive(Debug, Clone, Copy)]
struct Seen {
    /// Its time over that of the fastest known.
    slowness: f64,
    seconds: f64,
    /// Cores that its threads lacked.
    lacked: f64,
}

impl Stretch {
    fn push(&mut self, step: Seen) {
        self.0.push_back(step);
        while is_telling(self.0.len() - 1, self.seconds() - self.0[0].seconds) {
            self.0.pop_front();
        }
    }

    fn seconds(&self) -> f64 {
        self.0.iter().map(|step| step.seconds).sum()
    }

    fn tells(&self) -> bool {
        is_telling(self.0.len(), self.seconds())
    }

    /// Seconds that these steps would have taken at their fastest.
    fn at_best(&self) -> f64 {
        self.0.iter().map(|step| step.seconds / step.slowness).sum()
    }

    /// Of all of them together, so that one slow step counts for as much as a person waits for it.
    fn slowness(&self) -> f64 {
        self.seconds() / self.at_best()
    }

    fn lacked(&self) -> f64 {
        let weighed = self.0.iter().map(|step| step.lacked * step.seconds);
        weighed.sum::<f64>() / self.seconds()
    }

    /// Seconds of a step in the mean.
    fn step(&self) -> f64 {
        self.seconds() / as_float(self.0.len())
    }
}

fn is_telling(steps: usize, seconds: f64) -> bool {
    let enough = steps >= TELLING_STEPS && seconds >= TELLING_SECONDS;
    enough || (steps > 0 && seconds >= PLENTY_SECONDS)
}

impl Pace {
    /// Begins with the first of these ways.
    pub(crate) fn new(ways: Vec<Way>) -> Self {
        assert!(!ways.is_empty(), "BUG: there is always a way to compute");
        Self {
            ways,
            at: 0,
            fastest: BTreeMap::new(),
            reading: false,
            seen: Stretch::default(),
            trial: None,
            next: 0.0,
            patience: LEAST_PATIENCE,
            settled: None,
            last: 0.0,
            crowded: None,
            downwards: true,
        }
    }

    /// Whether the way at hand is another than the planned one, other than for a try.
    pub(crate) fn has_given_way(&self) -> bool {
        self.trial.map_or(self.at, |trial| trial.from) > 0
    }

    /// The way to compute this many tokens next, and the limit after which that way has lost: the step
    /// is then better given up and computed another way.
    pub(crate) fn way(&mut self, tokens: usize, now: Duration) -> (Way, Option<Limit>) {
        let now = now.as_secs_f64();
        if now - self.last > PAUSE && self.at > 0 {
            self.trial = None;
            self.crowded = None;
            self.go(0);
            self.start_over(now);
        }
        let reading = tokens > WRITING_TOKENS;
        if reading != self.reading {
            // Another kind of work has other needs, and no try spans both.
            if let Some(trial) = self.trial.take() {
                self.at = trial.from;
            }
            self.reading = reading;
            // A first word that spins beside others may take seconds.
            let is_lost = !reading && self.crowded == Some(true) && self.ways.len() > 1;
            self.go(self.at.max(usize::from(is_lost)));
            self.start_over(now);
        }
        let limit = match self.trial {
            Some(trial) => Some((trial.left.min(trial.step * HOPELESS), None)),
            None if self.at == 0 && self.ways.len() > 1 => {
                Some((GLANCE, Some(self.ways[0].threads)))
            }
            None => None,
        };
        let limit = limit.map(|(after, beside_others)| Limit {
            after: Duration::from_secs_f64(after),
            beside_others,
        });
        (self.ways[self.at], limit)
    }

    /// Takes note of a step that was computed whole; the next one may go another way.
    pub(crate) fn step(&mut self, step: &Step) {
        let now = step.now.as_secs_f64();
        self.last = now;
        let have_gone = self.crowded != Some(false) && step.crowded == Some(false);
        self.crowded = step.crowded;
        if have_gone && self.at > 0 {
            self.start_over(now);
        }
        let seconds = step.took.as_secs_f64().max(f64::MIN_POSITIVE);
        let fastest = self.fastest.entry(step.tokens).or_insert(seconds);
        // Not in a try, whose two sides are measured by the same.
        if self.at == 0 && self.trial.is_none() {
            let forgetting = if self.reading {
                FORGETTING.1
            } else {
                FORGETTING.0
            };
            *fastest = seconds.min(*fastest * forgetting);
        }
        let cores = |got: Duration| got.as_secs_f64() / seconds;
        self.seen.push(Seen {
            slowness: seconds / *fastest,
            seconds,
            lacked: step.got.map_or(0.0, |got| {
                f64::from(self.ways[self.at].threads) - cores(got)
            }),
        });
        match self.trial {
            Some(trial) => self.judge(trial, seconds, now),
            None if self.ways.len() > 1 => self.look(now),
            None => {}
        }
    }

    /// Takes note of a step that was given up at its limit: a try that could not be won any more, or
    /// one as planned that others came in the way of.
    pub(crate) fn overdue(&mut self, now: Duration) {
        let now = now.as_secs_f64();
        // Else a step after a pause would be begun as planned and given up for ever.
        self.last = now;
        if let Some(trial) = self.trial.take() {
            self.lose(trial, now);
        } else {
            self.crowded = Some(true);
            self.go(1);
            self.stay(now);
        }
    }

    /// Begins a try where there is a reason for one.
    fn look(&mut self, now: f64) {
        if self.seen.seconds() < TELLING_SECONDS {
            return;
        }
        let slowness = self.seen.slowness();
        // Where nobody is in the way it is something else that is slow.
        let slow = slowness > SLOW && self.seen.tells() && self.crowded != Some(false);
        let to = if self.at == 0 {
            if !slow && self.seen.lacked() < LACKING {
                self.settled = None;
                return;
            }
            Some(1)
        } else if !self.seen.tells() {
            return;
        } else {
            self.neighbour(now)
        };
        let changed = self
            .settled
            .is_some_and(|settled| slowness > settled * CHANGED || slowness < settled / CHANGED);
        if changed && self.seen.tells() && now >= self.tried() + LEAST_PATIENCE {
            self.start_over(now);
        }
        let Some(to) = to.filter(|_| now >= self.next) else {
            return;
        };
        self.downwards = !self.downwards;
        let step = self.seen.step();
        let left = if to > self.at && step >= PLENTY_SECONDS {
            // With less it cannot take much longer, and a step that ends was of use.
            step * HOPELESS
        } else {
            (as_float(TELLING_STEPS) * step)
                .max(TELLING_SECONDS)
                .min(PLENTY_SECONDS.max(step))
        };
        self.trial = Some(Trial {
            from: self.at,
            before: slowness,
            left,
            step,
        });
        self.go(to);
    }

    /// What to try from a way that is not the planned one: that one where others are known to have gone;
    /// else a neighbour in turn, but next to never one with more threads or cores while others are known
    /// to be in the way.
    fn neighbour(&self, now: f64) -> Option<usize> {
        if self.crowded == Some(false) {
            return Some(0);
        }
        let most = most_patience(self.seen.step());
        let may_rise = self.crowded.is_none() || now >= self.tried() + most;
        let more = may_rise.then(|| self.at - 1);
        let less = Some(self.at + 1).filter(|to| *to < self.ways.len());
        if self.downwards {
            less.or(more)
        } else {
            more.or(less)
        }
    }

    /// When the last try ended.
    fn tried(&self) -> f64 {
        self.next - self.patience
    }

    /// Ends a try that was won, that is lost, or that has lasted long enough to tell.
    fn judge(&mut self, mut trial: Trial, seconds: f64, now: f64) {
        trial.left -= seconds;
        self.trial = Some(trial);
        if trial.left > 0.0 && !self.seen.tells() {
            return;
        }
        self.trial = None;
        let worth = if self.at > trial.from { WORTH } else { 1.0 };
        if trial.left > 0.0 && self.seen.slowness() < trial.before * worth {
            self.stay(now);
        } else {
            self.lose(trial, now);
        }
    }

    fn lose(&mut self, trial: Trial, now: f64) {
        self.go(trial.from);
        self.settled = Some(trial.before);
        self.patience = (self.patience * 2.0).min(most_patience(trial.step));
        self.next = now + self.patience;
    }

    fn go(&mut self, to: usize) {
        self.at = to;
        self.seen = Stretch::default();
    }

    /// Tries nothing else for a while.
    fn stay(&mut self, now: f64) {
        self.start_over(now);
        self.next = now + self.patience;
    }

    fn start_over(&mut self, now: f64) {
        self.next = now;
        self.patience = LEAST_PATIENCE;
        self.settled = None;
    }
}

/// Seconds between tries at most, where a step takes so long.
fn most_patience(step: f64) -> f64 {
    MOST_PATIENCE.max(PATIENT_STEPS * step)
}

#[expect(clippy::cast_precision_loss, reason = "a handful of steps")]
fn as_float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
