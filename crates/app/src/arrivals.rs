//! Chats that come from elsewhere: our own JSON, and what ChatGPT, Open WebUI, DeepSeek, LM Studio, Claude,
//! LibreChat and Jan hand out; a file, a folder, or an archive as it was downloaded.
//!
//! All of it is hostile input. It is read piece by piece (`items`), as far as it has room (`room`), and each
//! chat is brought to one form (`talk`) by the module of its program; what is odd costs itself, and what
//! became of each chat is told (`told`). Whether a chat was here before is for the database to know (`chats`,
//! `merge`).
//!
//! How far it has come is told while it lasts (`meter`), and whoever waits may end it.
//!
//! Not here: chats as files (`copies`).

mod chatgpt;
mod claude;
mod deepseek;
mod items;
mod jan;
mod letters;
mod librechat;
mod lm_studio;
mod marks;
mod meter;
mod open_webui;
mod reading;
mod room;
mod shelf;
mod spot;
mod talk;
mod thoughts;
mod told;
mod values;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use chats::{Body, Brought, ChatId, Chats, Merged, Transcript};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::events::{AppEvent, Arriving, ChatEvent};
use crate::failure::{Cause, Code, Failure};
use crate::open::{App, blocking, now_ms};
use crate::stop::{Stop, stop};

use meter::Meter;
use reading::{Batch, Reading};
pub use told::{Arrival, Fate, LeftOut, PassedOver, Program, Refusal, TakenIn};

/// How often it is told how far it has come. What is done sooner tells nothing but its end.
const TOLD_EVERY: Duration = Duration::from_millis(250);

impl App {
    /// Takes the chats in that lie at these places, and tells what became of each. Those that came before
    /// grow by what is new in them. It fails where there is none at all, where they cannot be kept, or while
    /// others are taken in; those that were kept until then stay, and are known the next time. Watchers are
    /// told how far it has come.
    pub async fn take_in(&self, paths: Vec<PathBuf>) -> Result<TakenIn, Failure> {
        let (intake, stop) = Intake::begin(self)?;
        let mut taken = TakenIn::default();
        let ended = self.take_all(&paths, stop, &mut taken).await;
        drop(intake);
        if taken.added + taken.grown > 0 {
            self.at_the_gate(Self::tell_rows).await?;
        }
        ended?;
        if taken.is_nothing() && !taken.stopped {
            return Err(nothing(&paths, &taken));
        }
        Ok(taken)
    }

    /// Ends the taking in that is under way, if one is: what is kept of it stays, and it tells so.
    pub fn stop_taking_in(&self) {
        if let Some(stopper) = &self.state().intake {
            stopper.stop();
        }
    }

    async fn take_all(
        &self,
        paths: &[PathBuf],
        mut stop: Stop,
        taken: &mut TakenIn,
    ) -> Result<(), Failure> {
        let meter = Arc::new(Meter::new(stop.clone()));
        let (paths, metered) = (paths.to_owned(), meter.clone());
        let (send, mut batches) = mpsc::channel::<Batch>(1);
        let reader = thread::Builder::new()
            .name("arrivals".to_owned())
            .stack_size(room::STACK)
            .spawn(move || {
                let mut send = |batch| send.blocking_send(batch).is_ok();
                // Where nobody waits any more, nobody asks either.
                let _ = Reading::new(now_ms(), &metered, &mut send).all(&paths);
            });
        let reader = reader.map_err(|error| {
            Failure::new(Code::Storage, format!("no thread to read with: {error}"))
        })?;
        let mut looks = interval_at(Instant::now() + TOLD_EVERY, TOLD_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = stop.asked() => {
                    // The reader ends by itself: a disk that hangs holds it alone.
                    taken.stopped = true;
                    return Ok(());
                }
                _ = looks.tick() => {
                    let (read_bytes, bytes) = meter.so_far();
                    let chats = taken.dealt_with();
                    let arriving = Arriving { chats, read_bytes, bytes };
                    self.state().app_watchers.tell(&AppEvent::Arriving(Some(arriving)));
                }
                batch = batches.recv() => match batch {
                    Some(batch) => self.take_batch(batch, taken).await?,
                    None => break,
                },
            }
        }
        // It is at its end; what it panicked with is a mistake of ours.
        blocking(move || {
            reader.join().map_err(|_| {
                Failure::new(Code::Bug, "reading the chats broke off").detail("it panicked")
            })
        })
        .await
    }

    async fn take_batch(&self, batch: Batch, taken: &mut TakenIn) -> Result<(), Failure> {
        let mut arrivals = Vec::new();
        let mut brought: Vec<Brought> = Vec::new();
        for found in batch.found {
            let (fate, messages) = match found.chat {
                Ok(mut chat) => {
                    sane(&mut chat.chat);
                    let messages = chat.chat.entries.len();
                    brought.push(chat);
                    (None, messages)
                }
                Err(why) => (Some(Fate::Refused(why)), 0),
            };
            arrivals.push((
                Arrival {
                    title: found.title,
                    program: found.program,
                    file: found.file,
                    messages,
                    // Until it is known.
                    fate: Fate::Refused(Refusal::Empty),
                    left: found.left,
                },
                fate,
            ));
        }
        let merged = if brought.is_empty() {
            Vec::new()
        } else {
            self.at_the_gate(move |app, chats| bring(app, chats, &brought))
                .await?
        };
        let mut merged = merged.into_iter();
        for (arrival, fate) in arrivals {
            let fate = fate.or_else(|| merged.next().map(Fate::Met));
            let fate = fate.expect("BUG: each chat that is brought has a fate");
            taken.tell(Arrival { fate, ..arrival });
        }
        for file in batch.passed_over {
            taken.pass_over(file);
        }
        Ok(())
    }
}

/// Chats are being taken in: one lot at a time. However it ends, the next one may begin and watchers know.
struct Intake<'app>(&'app App);

impl<'app> Intake<'app> {
    fn begin(app: &'app App) -> Result<(Self, Stop), Failure> {
        let mut state = app.state();
        if state.intake.is_some() {
            return Err(Failure::new(Code::Busy, "chats are being imported already")
                .hint("Wait until that is done, or cancel it.")
                .cause(Cause::Importing));
        }
        let (stopper, stop) = stop();
        state.intake = Some(stopper);
        Ok((Self(app), stop))
    }
}

impl Drop for Intake<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.intake = None;
        state.app_watchers.tell(&AppEvent::Arriving(None));
    }
}

fn bring(app: &App, chats: &Chats, brought: &[Brought]) -> Result<Vec<Merged>, Failure> {
    let closed: Vec<ChatId> = {
        let state = app.state();
        state.live.keys().chain(&state.erasing).copied().collect()
    };
    let merged = chats.bring(brought, &closed)?;
    for fate in &merged {
        if let Merged::Grown(chat, _) = fate {
            let branch = chats.conversation(*chat)?;
            app.state().tell_chat(*chat, &ChatEvent::Branch(branch));
        }
    }
    Ok(merged)
}

/// Why nothing came of it, in the words of what says most.
fn nothing(paths: &[PathBuf], taken: &TakenIn) -> Failure {
    let path = paths.first().map(|path| path.display().to_string());
    let path = path.unwrap_or_default();
    let refused = taken.chats.iter().find_map(|arrival| match &arrival.fate {
        Fate::Refused(why) if *why != Refusal::Empty => Some((arrival, why)),
        _ => None,
    });
    let why = match (refused, taken.passed_over.as_slice()) {
        (Some((arrival, why)), _) => format!("holds a chat ({:?}) that {why}", arrival.title),
        (None, [one]) => one.why.to_string(),
        _ => "holds no chats".to_owned(),
    };
    Failure::new(Code::Storage, format!("`{path}` {why}"))
        .hint(
            "Spud reads its own JSON, and what ChatGPT, Open WebUI, DeepSeek, LM Studio, Claude, LibreChat \
             and Jan hand out: a file, a folder, or the .zip.",
        )
        .cause(Cause::NotChats { path })
        .detail(why)
}

/// The last moment of the year 9999, in milliseconds since 1970: no calendar knows a later one.
const LAST_MS: i64 = 253_402_300_799_999;

/// Puts every time where a calendar has one, and every duration where it can be added to.
fn sane(chat: &mut Transcript) {
    let clamp = |ms: &mut i64| *ms = (*ms).clamp(0, LAST_MS);
    clamp(&mut chat.created_ms);
    clamp(&mut chat.changed_ms);
    for entry in &mut chat.entries {
        clamp(&mut entry.created_ms);
        for file in &mut entry.files {
            file.bytes = file.bytes.min(i64::MAX.unsigned_abs());
        }
        if let Body::Reply(reply) = &mut entry.body {
            reply.ended_ms.iter_mut().for_each(clamp);
            let counts = &mut reply.counts;
            for ms in [&mut counts.thinking_ms, &mut counts.answer_ms] {
                *ms = (*ms).min(LAST_MS.unsigned_abs());
            }
        }
    }
}
