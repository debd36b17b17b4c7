//! The connections to one source: how many are open, what happens after each kind of trouble, and
//! when the source is given up.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep_until};
use url::Url;

use crate::fetch::{Doing, Job, TELL};
use crate::locate::{Located, locate};
use crate::net::host_of;
use crate::run::{Work, connection};
use crate::trouble::Trouble;
use crate::wait::Tries;

/// The connections to one source.
pub(crate) struct Crew<'a> {
    job: &'a Job<'a>,
    source: &'a Url,
    work: Arc<Work>,
    halter: watch::Sender<bool>,
    halt: watch::Receiver<bool>,
    located: Option<Located>,
    running: JoinSet<(u32, Result<(), Trouble>)>,
    /// Counts troubles. Connections that were opened before the last one and end in the same are
    /// its aftermath: a line that breaks takes all of them along at once.
    round: u32,
    /// Since the last byte came.
    tries: Tries,
    last_here: u64,
    doing: Doing,
}

impl<'a> Crew<'a> {
    /// A crew that has not begun.
    pub(crate) fn new(job: &'a Job<'a>, source: &'a Url, work: Arc<Work>) -> Self {
        let (halter, halt) = watch::channel(false);
        Self {
            job,
            source,
            last_here: work.part.here(),
            tries: Tries::new(&work.pace),
            work,
            halter,
            halt,
            located: None,
            running: JoinSet::new(),
            round: 0,
            doing: Doing::Connecting {
                host: source.host_str().unwrap_or_default().to_owned(),
            },
        }
    }

    /// Fetches until the file is whole, or the source fails.
    pub(crate) async fn work_until_done(
        mut self,
        stop: &mut (impl Future<Output = ()> + Unpin),
        connections: u32,
    ) -> Result<(), Trouble> {
        let mut tick = interval(TELL);
        // When the connections that ended in trouble are opened again.
        let mut resume: Option<Instant> = None;
        let end = loop {
            if self.work.part.is_whole() {
                break Ok(());
            }
            if resume.is_none_or(|until| until <= Instant::now()) {
                resume = None;
                let opened = tokio::select! {
                    () = &mut *stop => break Err(Trouble::Halted),
                    opened = self.open(connections) => opened,
                };
                if let Err(trouble) = opened {
                    match self.pass(trouble, self.round).await {
                        Ok(until) => resume = Some(until),
                        Err(end) => break Err(end),
                    }
                }
            }
            let until = resume.unwrap_or_else(|| Instant::now() + TELL);
            tokio::select! {
                () = &mut *stop => break Err(Trouble::Halted),
                ended = self.running.join_next(), if !self.running.is_empty() => {
                    let lost = |error| (self.round, Err(Trouble::Disk(io::Error::other(error))));
                    match ended.map_or((0, Ok(())), |ended| ended.unwrap_or_else(lost)) {
                        (_, Ok(())) => {}
                        (round, Err(trouble)) => match self.pass(trouble, round).await {
                            Ok(until) => resume = Some(resume.map_or(until, |other| other.max(until))),
                            Err(end) => break Err(end),
                        },
                    }
                }
                _ = tick.tick() => self.tell(),
                () = sleep_until(until.into()), if resume.is_some() => {}
            }
        };
        // Their writers finish what they have before this source is left.
        self.halter.send_replace(true);
        while self.running.join_next().await.is_some() {}
        self.tell();
        end
    }

    /// Opens as many connections as are missing; none while the last blocks are at work.
    async fn open(&mut self, connections: u32) -> Result<(), Trouble> {
        let located = if let Some(located) = &self.located {
            located.clone()
        } else {
            let host = host_of(self.source)?;
            self.doing = Doing::Connecting { host };
            self.tell();
            let located = locate(
                &self.work.net,
                self.source,
                self.job.wanted,
                &self.work.pace,
            )
            .await?;
            self.located = Some(located.clone());
            located
        };
        let host = host_of(&located.url)?;
        self.work.part.came_from(&host);
        self.doing = Doing::Downloading { host };
        let most = if located.ranges { connections } else { 1 };
        while self.running.len() < most as usize && self.work.part.has_work() {
            let (work, located, halt) = (self.work.clone(), located.clone(), self.halt.clone());
            let round = self.round;
            let connection = connection(work, located, halt);
            self.running.spawn(async move { (round, connection.await) });
            // Each takes its run before the next looks for one.
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Decides what follows from trouble: when connections are opened again, or that this source is
    /// left.
    async fn pass(&mut self, trouble: Trouble, round: u32) -> Result<Instant, Trouble> {
        let here = self.work.part.here();
        if here > self.last_here {
            self.last_here = here;
            self.tries.progressed();
        }
        let aftermath = round < self.round;
        let Some(wait) = self.tries.after(&trouble, !aftermath) else {
            return Err(trouble);
        };
        let until = Instant::now() + wait;
        match trouble {
            Trouble::NoRanges => {
                // One connection from the start: the others must not write meanwhile.
                self.halter.send_replace(true);
                while self.running.join_next().await.is_some() {}
                self.halter.send_replace(false);
                if let Some(located) = &mut self.located {
                    located.ranges = false;
                }
                return Ok(until);
            }
            // The server behind the address may be gone; its source knows others.
            Trouble::Expired { .. } | Trouble::Broken(_) if !aftermath => self.located = None,
            _ => {}
        }
        self.round += u32::from(!aftermath);
        if self.running.is_empty() && !wait.is_zero() {
            let why = trouble.at_last();
            self.doing = Doing::Waiting { until, why };
        }
        self.tell();
        Ok(until)
    }

    fn tell(&self) {
        let fetched = self.work.fetched.load(Ordering::Relaxed);
        self.job
            .say(self.work.part.here(), fetched, self.doing.clone());
    }
}
