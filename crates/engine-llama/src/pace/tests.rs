//! A machine that computes by a formula, and a pace on it.

use std::time::Duration;

use super::{Pace, Step, Way};
use crate::brake::Limit;

/// Milliseconds of a step by the way, and the cores that the threads get.
type Machine = fn(Way) -> (f64, f64);

/// Two cores that nobody else wants.
fn alone(way: Way) -> (f64, f64) {
    match (way.threads, way.dozing) {
        (1, _) => (55.0, 1.0),
        (_, true) => (50.0, 1.4),
        (_, false) => (33.0, 1.97),
    }
}

/// Two cores on which two loops run.
fn busy(way: Way) -> (f64, f64) {
    match (way.threads, way.dozing) {
        (1, _) => (100.0, 0.5),
        (_, true) => (70.0, 1.0),
        (_, false) => (1500.0, 1.0),
    }
}

/// A driver that ticks.
struct Drive {
    pace: Pace,
    now: f64,
    overdue: u32,
    /// Whether others are in the way, where the system tells.
    crowded: Option<bool>,
}

impl Drive {
    fn new(ways: Vec<Way>) -> Self {
        Self {
            pace: Pace::new(ways),
            now: 0.0,
            overdue: 0,
            crowded: None,
        }
    }

    /// One step of so many tokens, as the gait makes it; gives its milliseconds, lost tries
    /// included.
    fn step(&mut self, machine: Machine, tokens: usize, told: bool) -> f64 {
        let begin = self.now;
        loop {
            let (way, limit) = self.pace.way(tokens, self.clock());
            let (milliseconds, cores) = machine(way);
            let took = Duration::from_secs_f64(milliseconds / 1000.0);
            let passes = |limit: &Limit| {
                limit.after < took && (limit.beside_others.is_none() || self.crowded == Some(true))
            };
            if let Some(limit) = limit.filter(passes) {
                self.now += limit.after.as_secs_f64();
                self.overdue += 1;
                assert!(self.overdue < 1000, "nothing comes of it");
                self.pace.overdue(self.clock());
                continue;
            }
            self.now += took.as_secs_f64();
            let got = told.then(|| took.mul_f64(cores));
            let now = self.clock();
            self.pace.step(&Step {
                tokens,
                took,
                got,
                crowded: self.crowded,
                now,
            });
            return (self.now - begin) * 1000.0;
        }
    }

    fn clock(&self) -> Duration {
        Duration::from_secs_f64(self.now)
    }

    fn run(&mut self, machine: Machine, steps: usize) -> f64 {
        (0..steps).map(|_| self.step(machine, 1, true)).sum()
    }

    fn at(&mut self) -> Way {
        let now = self.clock();
        let tokens = if self.pace.reading { 256 } else { 1 };
        self.pace.way(tokens, now).0
    }
}

fn spinning(threads: u32) -> Way {
    Way {
        threads,
        dozing: false,
        huddled: false,
    }
}

fn dozing(threads: u32) -> Way {
    Way {
        threads,
        dozing: true,
        huddled: false,
    }
}

fn huddled(threads: u32) -> Way {
    Way {
        huddled: true,
        ..dozing(threads)
    }
}

#[test]
fn the_ways_begin_with_the_plan_and_become_less() {
    assert_eq!(Way::all(1, true), [spinning(1)]);
    assert_eq!(Way::all(0, false), [spinning(1)]);
    assert_eq!(Way::all(2, true), [spinning(2), dozing(2), huddled(2)]);
    assert_eq!(Way::all(2, false), [spinning(2), spinning(1)]);
    assert_eq!(Way::all(8, false), [spinning(8), spinning(4), spinning(1)]);
}

#[test]
fn alone_nothing_is_tried() {
    let mut drive = Drive::new(Way::all(2, true));
    assert!((drive.run(alone, 1000) - 33_000.0).abs() < 1.0);
    assert!(!drive.pace.has_given_way());
}

#[test]
fn a_context_that_fills_is_no_load() {
    for (tokens, milliseconds, growth, steps, crowded) in [
        (1, 33.0, 1.001, 2000, None),
        // A prompt of 4,096 tokens, and one far longer where the system tells that nobody is there.
        (256, 2978.0, 1.05, 16, None),
        (256, 2978.0, 1.2, 16, Some(false)),
    ] {
        let mut drive = Drive::new(Way::all(2, true));
        drive.crowded = crowded;
        let mut took = milliseconds / 1000.0;
        for _ in 0..steps {
            took *= growth;
            let (way, _) = drive.pace.way(tokens, drive.clock());
            assert_eq!(way, spinning(2), "{tokens}");
            drive.now += took;
            drive.pace.step(&Step {
                tokens,
                took: Duration::from_secs_f64(took),
                got: None,
                crowded,
                now: drive.clock(),
            });
        }
    }
}

#[test]
fn a_load_is_noticed_within_a_step_or_two_and_costs_little_from_then_on() {
    let mut drive = Drive::new(Way::all(2, true));
    drive.run(alone, 100);
    let slow = drive.run(busy, 100);
    assert!(drive.pace.has_given_way());
    // One step of 1.5 s, then 70 ms each but for some tries that are given up.
    assert!(slow < 1500.0 + 1.2 * 99.0 * 70.0, "{slow}");
    let later = drive.run(busy, 1000);
    assert!(later < 1.03 * 1000.0 * 70.0, "{later}");
    assert!(drive.overdue > 2);
}

#[test]
fn a_load_that_was_there_first_is_noticed_too() {
    let mut drive = Drive::new(Way::all(2, true));
    drive.run(busy, 4);
    assert_eq!(drive.at(), dozing(2));
}

#[test]
fn the_threads_come_back_soon_after_the_load_has_gone() {
    let mut drive = Drive::new(Way::all(2, true));
    drive.run(busy, 1000);
    drive.run(alone, 30);
    assert_eq!(drive.at(), spinning(2));
    assert!(!drive.pace.has_given_way());
    // Also where the steps of the other way take as long alone: then after the patience.
    let hidden: Machine = |way| if way.dozing { (70.0, 1.4) } else { alone(way) };
    drive.run(busy, 1000);
    drive.run(hidden, 480);
    assert_eq!(drive.at(), spinning(2));
}

#[test]
fn where_the_system_tells_of_others_a_load_costs_next_to_nothing_and_its_end_is_seen_at_once() {
    let mut drive = Drive::new(Way::all(2, true));
    drive.crowded = Some(false);
    drive.run(alone, 100);
    assert_eq!(drive.overdue, 0);
    drive.crowded = Some(true);
    let slow = drive.run(busy, 1000);
    // The first slow step is not waited for, and what cannot be won is tried twice in a minute.
    assert!(slow < 250.0 + 1.01 * 1000.0 * 70.0, "{slow}");
    assert!(drive.overdue <= 4, "{}", drive.overdue);
    drive.crowded = Some(false);
    drive.run(alone, 10);
    assert_eq!(drive.at(), spinning(2));
    // Fewer threads are tried all the same.
    let mut drive = Drive::new(Way::all(4, false));
    drive.crowded = Some(true);
    let full: Machine = |way| (f64::from(way.threads) * 100.0, 0.5);
    drive.run(full, 20);
    assert_eq!(drive.at(), spinning(1));
}

#[test]
fn threads_huddle_where_that_is_faster_and_spread_when_others_go() {
    let full: Machine = |way| if way.huddled { (45.0, 1.0) } else { busy(way) };
    for crowded in [None, Some(true)] {
        let mut drive = Drive::new(Way::all(2, true));
        drive.crowded = crowded;
        drive.run(full, 60);
        assert_eq!(drive.at(), huddled(2), "{crowded:?}");
        drive.crowded = crowded.map(|_| false);
        let cost = drive.run(
            |way| if way.huddled { (66.0, 1.0) } else { alone(way) },
            100,
        );
        assert_eq!(drive.at(), spinning(2), "{crowded:?}");
        let least = 100.0 * 33.0;
        assert!(crowded.is_none() || cost < 1.1 * least, "{cost}");
    }
}

#[test]
fn a_disk_that_answers_late_is_waited_for() {
    let mut drive = Drive::new(Way::all(2, true));
    drive.crowded = Some(false);
    drive.run(alone, 100);
    let late: Machine = |_| (3000.0, 0.3);
    let slow = drive.run(late, 20);
    assert!(slow < 1.1 * 20.0 * 3000.0, "{slow}");
    assert_eq!(drive.at(), spinning(2));
}

#[test]
fn where_threads_cannot_doze_fewer_compute() {
    let mut drive = Drive::new(Way::all(2, false));
    drive.run(alone, 100);
    drive.run(busy, 100);
    assert_eq!(drive.at(), spinning(1));
    drive.run(alone, 100);
    assert_eq!(drive.at(), spinning(2));
}

#[test]
fn without_the_processors_time_the_steps_tell() {
    let mut drive = Drive::new(Way::all(2, true));
    for _ in 0..20 {
        drive.step(alone, 1, false);
    }
    for _ in 0..10 {
        drive.step(busy, 1, false);
    }
    assert!(drive.pace.has_given_way());
}

#[test]
fn threads_that_wait_for_a_disk_or_a_gpu_are_tried_ever_less() {
    let waiting: Machine = |_| (100.0, 0.3);
    let mut drive = Drive::new(Way::all(2, true));
    drive.run(waiting, 3000);
    assert!(!drive.pace.has_given_way());
    assert!(drive.pace.patience >= super::MOST_PATIENCE);
}

#[test]
fn batches_of_a_prompt_and_words_are_not_compared() {
    let mut drive = Drive::new(Way::all(2, true));
    let reading: Machine = |way| (if way.dozing { 1600.0 } else { 1500.0 }, 1.97);
    for _ in 0..3 {
        drive.step(reading, 256, true);
    }
    drive.run(alone, 20);
    drive.step(reading, 256, true);
    drive.step(reading, 100, true);
    drive.run(alone, 20);
    assert!(!drive.pace.has_given_way());
    assert_eq!(drive.at(), spinning(2));
}

#[test]
fn words_begin_as_the_prompt_ended_and_find_their_own_way() {
    let mut drive = Drive::new(Way::all(2, true));
    let reading: Machine = |way| (if way.dozing { 3000.0 } else { 6000.0 }, 1.0);
    for _ in 0..2 {
        drive.step(reading, 256, true);
    }
    assert_eq!(drive.at(), dozing(2));
    drive.run(busy, 1);
    assert_eq!(drive.at(), dozing(2));
    drive.run(alone, 10);
    assert_eq!(drive.at(), spinning(2));
}

#[test]
fn after_a_pause_it_begins_as_planned() {
    let mut drive = Drive::new(Way::all(2, true));
    drive.run(busy, 20);
    assert!(drive.pace.has_given_way());
    drive.now += 60.0;
    assert_eq!(drive.at(), spinning(2));
    assert!(!drive.pace.has_given_way());
}

#[test]
fn a_question_after_a_pause_begins_although_others_are_there() {
    for milliseconds in [3000.0, 16_000.0] {
        let long: Machine = if milliseconds < 10_000.0 {
            |way| (if way.dozing { 3000.0 } else { 60_000.0 }, 1.0)
        } else {
            |way| (if way.dozing { 16_000.0 } else { 320_000.0 }, 1.0)
        };
        let mut drive = Drive::new(Way::all(2, true));
        drive.crowded = Some(true);
        // First with what was loaded long ago, then where a reply was written meanwhile.
        for _ in 0..2 {
            drive.now += 60.0;
            let took: f64 = (0..16).map(|_| drive.step(long, 256, true)).sum();
            assert!(took < 1.2 * 16.0 * milliseconds, "{took}");
        }
    }
}

#[test]
fn what_waits_for_a_disk_for_most_of_a_minute_loses_little_to_tries() {
    for crowded in [None, Some(false), Some(true)] {
        let mut drive = Drive::new(Way::all(2, true));
        drive.crowded = crowded;
        // The other ways take a little longer.
        let disk: Machine = |way| (if way.dozing { 41_000.0 } else { 40_000.0 }, 0.3);
        let took = drive.run(disk, 60);
        assert!(took < 1.15 * 60.0 * 40_000.0, "{crowded:?} {took}");
    }
}
