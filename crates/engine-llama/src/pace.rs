//! How many threads compute and how they wait for one another, by the time that steps take.
//!
//! OpenMP's threads wait by spinning. That is fastest while each has a core to itself, and ruinous
//! when another program takes one: all then spin for the one that was put aside. So a load starts
//! as planned; where steps become slow or the threads do not get their cores, the next way is tried
//! for some steps and kept if it is faster, and the planned one is tried again from time to time.
//! A try ends as soon as it can no longer win, and waits longer after each that was lost.
//!
//! Pure thought: times come in as arguments. Not here: the clocks and how a way is walked
//! (`gait`).

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

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

/// What the fastest known step grows by with each step, so that it follows a context that fills:
/// far more than a token adds, and a load of other programs is noticed long before it is believed.
const FORGETTING: f64 = 1.01;

/// The part of one core that threads may lack before others are thought to compute too.
pub(crate) const LACKING: f64 = 0.25;

/// A step of a try this many times as long as those before it loses the try: nobody waits for the
/// end of it. Spinning beside others, one step may take as long as twenty.
const HOPELESS: f64 = 1.5;

/// A way that leaves the plan has to be faster by this factor, so that noise does not choose it.
const WORTH: f64 = 0.9;

/// Seconds between tries, the first time and at most.
const LEAST_PATIENCE: f64 = 1.0;
const MOST_PATIENCE: f64 = 32.0;

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
}

impl Way {
    /// The ways from the planned one on. Where threads can doze, that beats fewer of them: it gives
    /// other programs what they ask for, and takes what they leave.
    pub(crate) fn all(threads: u32, can_doze: bool) -> Vec<Self> {
        let spinning = |threads| Self {
            threads,
            dozing: false,
        };
        let mut ways = vec![spinning(threads.max(1))];
        if threads > 1 && can_doze {
            ways.push(Self {
                threads,
                dozing: true,
            });
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
    /// When the last step ended.
    last: f64,
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
    /// Seconds after which a single step of it has lost.
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
            downwards: true,
        }
    }

    /// Whether the way at hand is another than the planned one, other than for a try.
    pub(crate) fn has_given_way(&self) -> bool {
        self.trial.map_or(self.at, |trial| trial.from) > 0
    }

    /// The way to compute this many tokens next, and the time after which that try is lost: the
    /// step is then better given up and computed as before.
    pub(crate) fn way(&mut self, tokens: usize, now: Duration) -> (Way, Option<Duration>) {
        let now = now.as_secs_f64();
        if now - self.last > PAUSE && self.at > 0 {
            self.trial = None;
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
            self.go(self.at);
            self.start_over(now);
        }
        let limit = self.trial.map(|trial| trial.left.min(trial.step));
        let limit = limit.map(Duration::from_secs_f64);
        (self.ways[self.at], limit)
    }

    /// Takes note of a step that was computed whole; the next one may go another way.
    pub(crate) fn step(&mut self, step: &Step) {
        let now = step.now.as_secs_f64();
        self.last = now;
        let seconds = step.took.as_secs_f64().max(f64::MIN_POSITIVE);
        let fastest = self.fastest.entry(step.tokens).or_insert(seconds);
        // Not in a try, whose two sides are measured by the same.
        if self.at == 0 && self.trial.is_none() {
            *fastest = seconds.min(*fastest * FORGETTING);
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

    /// Takes note of a try that was given up because it could not be won any more.
    pub(crate) fn overdue(&mut self, now: Duration) {
        if let Some(trial) = self.trial.take() {
            self.lose(trial, now.as_secs_f64());
        }
    }

    /// Begins a try where there is a reason for one.
    fn look(&mut self, now: f64) {
        if self.seen.seconds() < TELLING_SECONDS {
            return;
        }
        let slowness = self.seen.slowness();
        let slow = slowness > SLOW && self.seen.tells();
        let to = if self.at == 0 {
            if !slow && self.seen.lacked() < LACKING {
                self.settled = None;
                return;
            }
            1
        } else if !self.seen.tells() {
            return;
        } else if self.at + 1 < self.ways.len() && self.downwards {
            self.at + 1
        } else {
            self.at - 1
        };
        let changed = self
            .settled
            .is_some_and(|settled| slowness > settled * CHANGED || slowness < settled / CHANGED);
        let lost = self.next - self.patience;
        if changed && self.seen.tells() && now >= lost + LEAST_PATIENCE {
            self.start_over(now);
        }
        if now < self.next {
            return;
        }
        self.downwards = !self.downwards;
        let step = self.seen.step();
        self.trial = Some(Trial {
            from: self.at,
            before: slowness,
            left: (as_float(TELLING_STEPS) * step)
                .max(TELLING_SECONDS)
                .min(PLENTY_SECONDS.max(step)),
            step: step * HOPELESS,
        });
        self.go(to);
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
            self.start_over(now);
            self.next = now + self.patience;
        } else {
            self.lose(trial, now);
        }
    }

    fn lose(&mut self, trial: Trial, now: f64) {
        self.go(trial.from);
        self.settled = Some(trial.before);
        self.patience = (self.patience * 2.0).min(MOST_PATIENCE);
        self.next = now + self.patience;
    }

    fn go(&mut self, to: usize) {
        self.at = to;
        self.seen = Stretch::default();
    }

    fn start_over(&mut self, now: f64) {
        self.next = now;
        self.patience = LEAST_PATIENCE;
        self.settled = None;
    }
}

#[expect(clippy::cast_precision_loss, reason = "a handful of steps")]
fn as_float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
