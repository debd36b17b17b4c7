//! The models on their way here: a queue that is worked off one after another while chats go on, and
//! that is the same after a restart or a crash.
//!
//! Not here: how a model comes (`pull`), which models are here already (`survey`).

mod queue;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fit::Machine;
use tokio::time::{sleep, timeout};

use crate::events::AppEvent;
use crate::failure::{Cause, Code, Failure};
use crate::hub::{Agreement, AtHub, Found, Inquiry, TokenFound};
use crate::machine::Look;
use crate::network::{Closing, Connections, Network, connections};
use crate::open::{App, FAREWELL, blocking};
use crate::pull::{Far, Pull, Pulling, pull};
use crate::stop::{Stop, Stopper, stop};
use crate::survey::catalogue;
use crate::task::caught;
#[cfg(test)]
use crate::task::faults;
use queue::Piece;
pub(crate) use queue::Queue;

/// After this time a download is tried again whose sources could not be reached. (Each was tried for
/// some five minutes by then.)
const AGAIN: Duration = Duration::from_mins(5);

/// Between two tellings of how far a download is.
const TELL: Duration = Duration::from_millis(200);

/// A model on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Download {
    /// Its name among downloads.
    pub key: String,
    /// The model's id in the catalogue.
    pub model: String,
    /// Its quantisation.
    pub quant: String,
    /// What it is called.
    pub name: String,
    /// Bytes of it all; what the catalogue says until it is known exactly.
    pub bytes: u64,
    /// Bytes that are here.
    pub here: u64,
    /// What happens to it.
    pub state: DownloadState,
}

impl Download {
    /// Whether it is none of the catalogue's.
    fn is_of_hub(&self) -> bool {
        self.model.contains('/')
    }
}

/// What happens to a download.
#[derive(Debug, Clone, PartialEq)]
pub enum DownloadState {
    /// It waits for those before it, or for the network to be switched on.
    Queued,
    /// A hub is asked for sizes and hashes.
    Asking {
        /// Who.
        host: String,
    },
    /// It comes.
    Running(Far),
    /// It waits until somebody lets it go on.
    Paused,
    /// It did not come; what is here is kept.
    Failed(Failure),
    /// It is here, at this path.
    Done(PathBuf),
}

/// The download at work.
pub(crate) struct Running {
    key: String,
    stopper: Stopper,
    then: Then,
}

/// What becomes of a download that was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Wait,
    Pause,
    Forget,
}

/// The name among downloads of a model in a quantisation.
fn key_of(model: &str, quant: &str) -> String {
    format!("{model}:{quant}")
}

impl App {
    /// Puts a model of the catalogue at the end of the queue; one that is there already goes on.
    pub async fn download(&self, model: &str, quant: &str) -> Result<(), Failure> {
        let home = self.inner.room.outfit().home.clone();
        let (id, wanted) = (model.to_owned(), quant.to_owned());
        let download = blocking(move || {
            let (catalogue, _) = catalogue(&home);
            let missing = |what: String, cause| Failure::new(Code::ModelMissing, what).cause(cause);
            let member = catalogue.model(&id).ok_or_else(|| {
                let message = format!("the catalogue has no model `{id}`");
                missing(message, Cause::NotInCatalogue { id: id.clone() })
            })?;
            let file = member.file(&wanted).ok_or_else(|| {
                let message = format!("`{id}` has no quantisation `{wanted}`");
                let (id, quant) = (id.clone(), wanted.clone());
                missing(message, Cause::NoQuant { id, quant })
            })?;
            Ok(Download {
                key: key_of(&id, &wanted),
                name: member.name.clone(),
                bytes: file.size.bytes(),
                model: id,
                quant: wanted,
                here: 0,
                state: DownloadState::Queued,
            })
        })
        .await?;
        self.state().queue.add(download);
        self.queue_changed().await
    }

    /// The same for a model of a hub, as it was offered ([`App::at_hub`]).
    pub async fn download_offer(
        &self,
        offer: &str,
        quant: &str,
        bytes: u64,
    ) -> Result<(), Failure> {
        self.state().queue.add(Download {
            key: key_of(offer, quant),
            model: offer.to_owned(),
            quant: quant.to_owned(),
            name: offer.to_owned(),
            bytes,
            here: 0,
            state: DownloadState::Queued,
        });
        self.queue_changed().await
    }

    /// Looks at a repository of a hub: what of it runs on this machine, which is told too. Ends early where `stop` asks.
    pub async fn at_hub(&self, typed: &str, stop: Stop) -> Result<(AtHub, Machine), Failure> {
        let last = self.state().seen.clone();
        let seen = match last {
            Some(seen) => seen,
            None => self.seen(Look::Glance).await?,
        };
        let inquiry = Inquiry {
            typed: typed.to_owned(),
            ..Inquiry::default()
        };
        let home = self.inner.room.outfit().home.clone();
        match inquiry
            .ask(&home, &seen.machine, true, stop, |_| ())
            .await?
        {
            Found::Repository(found) => Ok((found, seen.machine)),
            Found::Model(_) => Err(Failure::new(
                Code::Bug,
                "one model was told of a repository",
            )),
        }
    }

    /// A person lets their token be shown to a host for one of its repositories, from now on.
    pub async fn agree(&self, agreement: Agreement) -> Result<(), Failure> {
        let home = self.inner.room.outfit().home.clone();
        blocking(move || agreement.keep(&home)).await
    }

    /// Where a token is that a host may be shown, if there is one.
    pub async fn token_for(&self, host: &str) -> Result<Option<String>, Failure> {
        let host = host.to_owned();
        blocking(move || Ok(TokenFound::for_host(&host).map(|found| found.place))).await
    }

    /// Stops a download where it is, until it is resumed.
    pub async fn pause_download(&self, key: &str) -> Result<(), Failure> {
        {
            let mut state = self.state();
            if !state.queue.stop(key, Then::Pause)
                && let Some(row) = state.queue.waiting(key)
            {
                row.state = DownloadState::Paused;
            }
        }
        self.queue_changed().await
    }

    /// Lets a download go on, or tries one again that failed. Its place in the queue stays.
    pub async fn resume_download(&self, key: &str) -> Result<(), Failure> {
        if let Some(row) = self.state().queue.waiting(key) {
            row.state = DownloadState::Queued;
        }
        self.queue_changed().await
    }

    /// Takes a download away with all that came of it; one that is done loses only its row.
    pub async fn cancel_download(&self, key: &str) -> Result<(), Failure> {
        let pieces = {
            let mut state = self.state();
            if state.queue.stop(key, Then::Forget) {
                return Ok(());
            }
            state.queue.take(key)
        };
        self.throw_away(pieces).await?;
        self.queue_changed().await
    }

    /// What a person sets about the network, for what runs now and for good.
    pub async fn set_network(&self, network: Network) -> Result<(), Failure> {
        let data = self.inner.room.outfit().home.data().to_owned();
        let network = blocking(move || {
            let mut network = network;
            network.keep(&data)?;
            Ok(network)
        })
        .await?;
        {
            let mut state = self.state();
            state.queue.limit.set(network.limit);
            // Who is offline must not even finish.
            if network.offline {
                state.queue.stop_any(Then::Wait);
            }
            state.queue.network = network.clone();
            // Who sets it has answered.
            let is_answered = |cause: &Cause| matches!(cause, Cause::NetworkUnread { .. });
            state
                .notices
                .retain(|told| !told.cause.as_deref().is_some_and(is_answered));
            state.app_watchers.tell(&AppEvent::Network(network));
        }
        self.inner.queue_news.notify_one();
        Ok(())
    }

    /// Takes away the row of a download whose model is deleted, so that it can be fetched again.
    pub(crate) fn forget_download(&self, model: &str, quant: &str) {
        self.state().queue.forget_done(&key_of(model, quant));
        self.tell_queue();
    }

    fn is_downloading(&self) -> bool {
        self.state().queue.running.is_some()
    }

    /// What becomes of a download when somebody leaves now: nothing where none is at work. Where that
    /// is to be asked, everybody is told that it is.
    pub fn leaving(&self) -> Option<Closing> {
        let mut state = self.state();
        state.queue.running.as_ref()?;
        let closing = state.queue.network.closing;
        if closing == Closing::Ask {
            state.app_watchers.tell(&AppEvent::Leaving);
        }
        Some(closing)
    }

    /// What was asked of whom: lately, or `all` of it.
    pub async fn connections(&self, all: bool) -> Result<Connections, Failure> {
        let home = self.inner.room.outfit().home.clone();
        blocking(move || Ok(connections(&home, all))).await
    }

    /// What is set about the network.
    pub fn network(&self) -> Network {
        self.state().queue.network.clone()
    }

    /// Ends once no download is at work and none will be without a person.
    pub async fn downloads_done(&self) {
        while self.state().queue.has_hope() {
            sleep(TELL).await;
        }
    }

    /// Stops what is at work, in order; it goes on with the next start.
    pub(crate) async fn close_downloads(&self) {
        {
            let mut state = self.state();
            state.queue.closed = true;
            state.queue.stop_any(Then::Wait);
        }
        self.inner.queue_news.notify_one();
        let ended = async {
            while self.is_downloading() {
                sleep(Duration::from_millis(5)).await;
            }
        };
        let _ = timeout(FAREWELL, ended).await;
    }

    /// Works the queue off for as long as the product lives. For a window: a terminal that is opened
    /// beside it shall not take its downloads over.
    pub fn run_downloads(&self) {
        let product = Arc::downgrade(&self.inner);
        let news = self.inner.queue_news.clone();
        self.look_after(async move {
            loop {
                let Some(inner) = product.upgrade() else {
                    break;
                };
                let app = Self { inner };
                let (stopper, stop) = stop();
                let next = app.state().queue.begin(stopper);
                match next {
                    Some(ask) => app.carry_out(ask, stop).await,
                    None if app.state().queue.closed => break,
                    None => {
                        drop(app);
                        news.notified().await;
                    }
                }
            }
        });
    }

    /// Does a download to its end, whatever that is: the next one begins after it.
    async fn carry_out(&self, (key, ask): (String, Pull), stop: Stop) {
        let pulled = caught(self.fetch(&key, &ask, stop)).await;
        let pulled = pulled.unwrap_or_else(Err);
        if let Err(failure) = caught(self.settle(&key, pulled)).await {
            let mut state = self.state();
            state.queue.running = None;
            state.notice(failure);
        }
    }

    /// Fetches it, and tells how far it is.
    async fn fetch(&self, key: &str, ask: &Pull, stop: Stop) -> Result<PathBuf, Failure> {
        let home = self.inner.room.outfit().home.clone();
        #[cfg(test)]
        faults::pass(home.data(), "download");
        let mut told = None;
        let hear = |news| {
            let pieces = matches!(news, Pulling::Parts { .. });
            let worth = self.state().queue.hear(key, news);
            if pieces {
                self.keep_queue();
            }
            let due = told.is_none_or(|at: Instant| at.elapsed() >= TELL);
            if worth || due {
                told = Some(Instant::now());
                self.tell_queue();
            }
        };
        pull(&home, ask, stop, hear).await
    }

    /// Takes note of how it ended.
    async fn settle(&self, key: &str, pulled: Result<PathBuf, Failure>) {
        let unreachable = matches!(&pulled, Err(failure) if failure.code == Code::Unreachable);
        let (forgotten, arrived) = {
            let mut state = self.state();
            let then = state.queue.running.take().map(|running| running.then);
            match (pulled, then) {
                // Whatever was asked meanwhile, a model that is here is here.
                (Ok(path), _) => (None, state.queue.arrived(key, &path).then_some(path)),
                (Err(_), Some(Then::Forget)) => (Some(state.queue.take(key)), None),
                (Err(failure), then) => {
                    if let Some(row) = state.queue.waiting(key) {
                        row.state = match then {
                            Some(Then::Pause) => DownloadState::Paused,
                            _ if failure.code == Code::Stopped => DownloadState::Queued,
                            _ => DownloadState::Failed(failure),
                        };
                    }
                    (None, None)
                }
            }
        };
        #[cfg(test)]
        faults::pass(self.inner.room.outfit().home.data(), "end of a download");
        if unreachable {
            self.try_again_later(key);
        }
        if let Some(pieces) = forgotten
            && let Err(failure) = self.throw_away(pieces).await
        {
            self.state().notice(failure);
        }
        if let Some(path) = arrived
            && let Err(failure) = self.list_model(path).await
        {
            self.state().notice(failure);
        }
        if let Err(failure) = self.queue_changed().await {
            self.state().notice(failure);
        }
    }

    /// Lets a download go on after a while, unless somebody did something about it by then.
    fn try_again_later(&self, key: &str) {
        let (product, key) = (Arc::downgrade(&self.inner), key.to_owned());
        self.look_after(async move {
            sleep(AGAIN).await;
            let Some(inner) = product.upgrade() else {
                return;
            };
            let app = Self { inner };
            let still = app.state().queue.is_unreachable(&key);
            if still {
                // What cannot be written down now is written with the next change.
                let _ = app.resume_download(&key).await;
            }
        });
    }

    async fn throw_away(&self, pieces: Vec<Piece>) -> Result<(), Failure> {
        let home = self.inner.room.outfit().home.clone();
        blocking(move || {
            let models = home.models();
            let thrown = pieces
                .iter()
                .try_for_each(|piece| piece.throw_away(&models));
            thrown.map_err(|error| {
                Failure::new(Code::Storage, format!("what came is still here: {error}"))
                    .hint("Check the folder's rights and its disk.")
                    .cause(Cause::NotDeleted)
                    .detail(error)
            })
        })
        .await
    }

    /// Tells everybody, keeps it on disk, and wakes who works it off.
    async fn queue_changed(&self) -> Result<(), Failure> {
        self.tell_queue();
        self.inner.queue_news.notify_one();
        self.write_queue().await
    }

    /// Keeps it on disk while something else goes on.
    fn keep_queue(&self) {
        let app = self.clone();
        self.look_after(async move {
            if let Err(failure) = app.write_queue().await {
                app.state().notice(failure);
            }
        });
    }

    fn tell_queue(&self) {
        let mut state = self.state();
        let rows = state.queue.rows();
        state.app_watchers.tell(&AppEvent::Downloads(rows));
    }

    /// What cannot be kept is a queue that is empty after the next start; the parts stay.
    async fn write_queue(&self) -> Result<(), Failure> {
        let app = self.clone();
        blocking(move || {
            let _alone = app.alone_with_queue();
            let lines = app.state().queue.lines();
            let data = app.inner.room.outfit().home.data();
            let _ = lines.keep(data);
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests;
