//! A model of the catalogue on its way here: what it is made of, who has it, and how far it is.
//!
//! Not here: how bytes come (`library`), and how any of it is shown.

pub(crate) mod hubs;
mod of_hub;
pub(crate) mod trouble;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fit::bytes::total;
use fit::catalogue::{Catalogue, File, MODELSCOPE, Part};
use fit::{Machine, Verdict};
use library::{Doing, HubFile, Limit, Manner, Meter, Net, Pace, Pause, Place, Progress, Wanted};
use tokio::sync::watch;
use url::Url;

use crate::Knowledge;
use crate::failure::{Cause, Code, Failure};
use crate::home::Home;
use crate::hub::Agreement;
use crate::hub::keys;
use crate::hub::remote::header;
use crate::machine::{Look, see};
use crate::network::{Network, ledger};
use crate::note::Note;
use crate::open::blocking;
use crate::stop::Stop;
use crate::survey::{Candidate, Question, catalogue, fit_one};
use hubs::{Hub, hubs};
use of_hub::{address_of, of_hub};
use trouble::{failed, refused, unwritable};

/// Replaces the hub that models are fetched from.
pub const ENDPOINT_VARIABLE: &str = "HF_ENDPOINT";

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Pull {
    /// The id of a model in the catalogue, or a repository of the hub: `owner/name[:quant]`.
    pub id: String,
    /// Its quantisation; none takes what suits this machine.
    pub quant: Option<String>,
    /// The hub to ask, and nobody else; none takes [`ENDPOINT_VARIABLE`], or the hub and mirrors
    /// that the catalogue knows.
    pub endpoint: Option<String>,
    /// Also what the memory is too small for.
    pub anyway: bool,
    /// The host that a person's token may be shown to, should it not let everybody in; none but what was
    /// agreed to before ([`Agreement`]).
    pub use_token: Option<String>,
    /// How fast it may be; it can be changed on the way.
    pub limit: Limit,
    /// The models folder that it goes to; none takes the one that is set, and so does one that is not
    /// there any more.
    pub models: Option<PathBuf>,
}

/// What is told on the way.
#[derive(Debug, Clone)]
pub enum Pulling {
    /// What a person should know first, such as that their own catalogue is left out.
    Note(Note),
    /// What was chosen, before anything is asked.
    Chosen {
        /// What.
        candidate: Box<Candidate>,
        /// Its verdict in words and numbers, such as "needs 1.4 GiB of 5.2 GiB".
        why: String,
    },
    /// The repository has another name by now.
    Renamed {
        /// What was asked for.
        from: String,
        /// What it is called.
        to: String,
    },
    /// The hub does not let everybody in, and is shown the person's token, as was agreed.
    ShowsToken(Agreement),
    /// The hub is asked for sizes and hashes that the catalogue does not know.
    Asking {
        /// Who.
        host: String,
    },
    /// It was asked and is asked again after a while.
    Waiting(Pause),
    /// What it is made of.
    Parts {
        /// The models folder that it goes to.
        models: PathBuf,
        /// Each file of it.
        parts: Vec<Wanted>,
        /// Whether something lies at the place of each already.
        lies: Vec<bool>,
    },
    /// How far it is.
    Far(Far),
}

/// How far a model is, all its parts together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Far {
    /// The part at hand, from 1.
    pub part: usize,
    /// How many there are.
    pub parts: usize,
    /// Bytes that are here.
    pub here: u64,
    /// Bytes of all parts.
    pub bytes: u64,
    /// Bytes per second over the last seconds; none where that cannot be told.
    pub rate: Option<u64>,
    /// Time that the rest will take at that rate.
    pub left: Option<Duration>,
    /// What is happening to the part at hand.
    pub doing: Doing,
}

/// Fetches a model into the models folder and gives the path that opens it. What is here already is
/// not fetched again; a stop keeps what came.
pub async fn pull(
    home: &Home,
    ask: &Pull,
    stop: Stop,
    tell: impl FnMut(Pulling),
) -> Result<PathBuf, Failure> {
    let place = home.clone();
    let network = blocking(move || Ok(Network::of(&place))).await?;
    let failure = match pull_by(&network, home, ask, stop, tell).await {
        // Nobody was asked; where no person chose that, why is what there is to know.
        Err(failure) if matches!(failure.code, Code::Unreachable | Code::Download) => failure,
        ended => return ended,
    };
    let place = home.clone();
    let unread = blocking(move || Ok(Network::unread(&place))).await?;
    Err(unread.unwrap_or(failure))
}

/// The same by what is set about the network.
async fn pull_by(
    network: &Network,
    home: &Home,
    ask: &Pull,
    mut stop: Stop,
    mut tell: impl FnMut(Pulling),
) -> Result<PathBuf, Failure> {
    let hubs = hubs(ask.endpoint.as_deref(), network)?;
    let net =
        Net::new(ledger(home)).map_err(|error| Failure::new(Code::Download, error.to_string()))?;
    net.set_offline(network.offline);
    let (place, begun) = (home.clone(), ask.models.clone());
    let models = blocking(move || {
        // Once for all parts: llama.cpp looks for the others beside the first.
        let begun = begun.filter(|folder| folder.is_dir());
        let models = begun.unwrap_or_else(|| place.models());
        fs_err::create_dir_all(&models).map_err(|error| unwritable(&error))?;
        Ok(models)
    })
    .await?;
    let mut shown = None;
    loop {
        let asked = (&net, models.as_path(), &hubs[..]);
        let failure = match fetch_all(home, ask, asked, &mut stop, &mut tell).await {
            Err(failure) => failure,
            path => return path,
        };
        // Once: a key that was refused is refused again.
        let agreed = keys::agreed(home, &failure, ask.use_token.as_deref()).await?;
        let Some((agreed, hub, token)) =
            agreed.filter(|(agreed, ..)| shown.as_ref() != Some(agreed))
        else {
            return Err(failure);
        };
        if !net.grant(&hub, &agreed.repository, &token) {
            return Err(failure);
        }
        tell(Pulling::ShowsToken(agreed.clone()));
        shown = Some(agreed);
    }
}

/// Resolves what is asked for, and fetches all its parts.
async fn fetch_all(
    home: &Home,
    ask: &Pull,
    (net, models, hubs): (&Net, &Path, &[Hub]),
    stop: &mut Stop,
    tell: &mut impl FnMut(Pulling),
) -> Result<PathBuf, Failure> {
    let parts = resolve(home, ask, (net, models, hubs), stop, tell).await?;
    let (folder, places) = (models.to_owned(), parts.clone());
    let lies = blocking(move || {
        let lies = |part: &Wanted| part.place.within(&folder).exists();
        Ok(places.iter().map(lies).collect())
    });
    tell(Pulling::Parts {
        models: models.to_owned(),
        parts: parts.clone(),
        lies: lies.await?,
    });
    let manner = Manner {
        limit: ask.limit.clone(),
        ..Manner::default()
    };
    let all = total(parts.iter().map(|part| part.bytes));
    let mut far = Far {
        part: 1,
        parts: parts.len(),
        here: 0,
        bytes: all,
        rate: None,
        left: None,
        doing: Doing::Elsewhere,
    };
    let (mut first, mut before, mut fetched_before) = (None, 0, 0);
    let mut meter = Meter::default();
    for (number, part) in (1..).zip(&parts) {
        let (stopper, stopping) = watch::channel(false);
        let (telling, mut told) = watch::channel(Progress {
            here: 0,
            bytes: part.bytes,
            fetched: 0,
            doing: Doing::Elsewhere,
        });
        let fetching = library::fetch(net, models, part, &manner, &telling, stopping);
        tokio::pin!(fetching);
        let path = loop {
            tokio::select! {
                fetched = &mut fetching => break fetched,
                () = stop.asked(), if !*stopper.borrow() => {
                    stopper.send_replace(true);
                }
                _ = told.changed() => {
                    let progress = told.borrow_and_update().clone();
                    meter.see(Instant::now(), progress.fetched.saturating_add(fetched_before));
                    far.part = number;
                    far.here = progress.here.saturating_add(before);
                    far.rate = meter.rate();
                    far.left = meter.time_for(all.saturating_sub(far.here));
                    far.doing = progress.doing;
                    tell(Pulling::Far(far.clone()));
                }
            }
        };
        let path = path.map_err(|error| failed(&error))?;
        fetched_before = told.borrow().fetched.saturating_add(fetched_before);
        before = part.bytes.saturating_add(before);
        first.get_or_insert(path);
    }
    Ok(first.expect("BUG: the catalogue's files have parts"))
}

/// What is to be fetched; what was chosen is told before.
async fn resolve(
    home: &Home,
    ask: &Pull,
    (net, models, hubs): (&Net, &Path, &[Hub]),
    stop: &mut Stop,
    tell: &mut impl FnMut(Pulling),
) -> Result<Vec<Wanted>, Failure> {
    let (place, wish, heard) = (home.clone(), ask.clone(), stop.clone());
    let judged = blocking(move || weigh(&place, &wish, &heard)).await?;
    if let Some(note) = judged.note {
        tell(Pulling::Note(note));
    }
    let Some(chosen) = judged.chosen else {
        let address = address_of(ask, hubs)?;
        let machine = &judged.machine;
        let resolved = of_hub(net, (hubs, &address), (home, machine), stop, tell);
        let (chosen, parts) = resolved.await?;
        choose(chosen, machine, ask, tell)?;
        return Ok(parts);
    };
    let (chosen, file) = chosen?;
    choose(chosen, &judged.machine, ask, tell)?;
    let known = if missing(&file) {
        ask_for(net, &file, hubs, stop, tell).await?
    } else {
        Vec::new()
    };
    let parts = file.parts.iter();
    let parts = parts.map(|part| wanted(&file, part, &known, hubs));
    let parts: Vec<Wanted> = parts.collect::<Result<_, _>>()?;
    // Of what the shipped catalogue pins somebody saw that it loads; of all else its header tells.
    let is_seen = judged.is_shipped && !missing(&file);
    let is_here = |part: &Wanted| {
        part.place.within(models).exists() || library::begun(models, &part.sha256).is_some()
    };
    if !is_seen && !parts.iter().any(is_here) {
        let pace = Pace::default();
        let mut waits = |pause| tell(Pulling::Waiting(pause));
        let looked = tokio::select! {
            () = stop.asked() => return Err(stopped(file.name())),
            header = header(net, &parts, &pace, &mut waits) => header?,
        };
        looked.runnable().map_err(|error| Failure::from(&error))?;
    }
    Ok(parts)
}

fn stopped(what: &str) -> Failure {
    Failure::new(
        Code::Stopped,
        format!("the download of `{what}` was stopped"),
    )
}

/// What this machine and the catalogue make of a wish.
struct Judged {
    machine: Machine,
    /// What is wrong with the user's own catalogue.
    note: Option<Note>,
    /// The member of the catalogue that is meant, and its file; none where it has no such one.
    chosen: Option<Result<(Candidate, File), Failure>>,
    /// The shipped catalogue has the very same file.
    is_shipped: bool,
}

/// Looks at the machine, the catalogue and the folders. Blocks.
fn weigh(home: &Home, ask: &Pull, stop: &Stop) -> Result<Judged, Failure> {
    let knowledge = Knowledge::of(home);
    let machine = see(home, &knowledge, Look::Glance, stop)?.machine;
    let (catalogue, note) = catalogue(home);
    let question = Question {
        quant: ask.quant.clone(),
        ..Question::default()
    };
    let mut is_shipped = false;
    let chosen = catalogue.model(&ask.id).map(|member| {
        let chosen = fit_one(home, &knowledge, &machine, &ask.id, &question)?;
        let file = member.file(&chosen.quant);
        let file = file.expect("BUG: a candidate's quantisation is one of its files");
        let shipped = Catalogue::built_in();
        let same = shipped
            .model(&ask.id)
            .and_then(|member| member.file(&chosen.quant));
        is_shipped = same == Some(file);
        Ok((chosen, file.clone()))
    });
    Ok(Judged {
        machine,
        note,
        chosen,
        is_shipped,
    })
}

/// Tells what was chosen, and refuses it where it cannot run here and nobody said that it may.
fn choose(
    chosen: Candidate,
    machine: &Machine,
    ask: &Pull,
    tell: &mut impl FnMut(Pulling),
) -> Result<(), Failure> {
    let why = chosen.plan.sentence(machine);
    let what = format!("{}, {}", chosen.name, chosen.quant);
    let too_big = chosen.plan.verdict == Verdict::TooBig && !ask.anyway;
    tell(Pulling::Chosen {
        candidate: Box::new(chosen),
        why: why.clone(),
    });
    if too_big {
        return Err(Failure::new(Code::ModelTooBig, format!("{what} {why}"))
            .hint("`spud models` tells what runs here; `--anyway` downloads it all the same."));
    }
    Ok(())
}

/// Whether the catalogue leaves something to ask the hub.
fn missing(file: &File) -> bool {
    let unknown = |part: &Part| part.bytes.is_none() || part.sha256.is_none();
    file.parts.iter().any(unknown)
}

/// Asks the first hub that tells for the sizes and hashes of a file's repository.
async fn ask_for(
    net: &Net,
    file: &File,
    hubs: &[Hub],
    stop: &mut Stop,
    tell: &mut impl FnMut(Pulling),
) -> Result<Vec<HubFile>, Failure> {
    let hub = hubs.iter().find_map(Hub::that_lists);
    let hub = hub.ok_or_else(|| nobody_knows(file, "no hub that is asked"))?;
    tell(Pulling::Asking {
        host: hub.host_str().unwrap_or_default().to_owned(),
    });
    let revision = file.revision.as_deref().unwrap_or("main");
    let pace = Pace::default();
    let waits = |pause| tell(Pulling::Waiting(pause));
    let listing = library::list(net, hub, &file.repo, revision, &pace, waits);
    tokio::select! {
        () = stop.asked() => Err(stopped(file.name())),
        listed = listing => listed
            .map(|listing| listing.files)
            .map_err(|error| refused(&error)),
    }
}

fn nobody_knows(file: &File, who: &str) -> Failure {
    let message = format!("{who} tells the size and hash of `{}`", file.name());
    Failure::new(Code::Download, message)
        .hint("Without them a download cannot be checked; try another hub or quantisation.")
        .cause(Cause::Unverifiable {
            file: file.name().to_owned(),
        })
}

fn wanted(file: &File, part: &Part, known: &[HubFile], hubs: &[Hub]) -> Result<Wanted, Failure> {
    let place = Place::new(&file.repo, &part.path)
        .map_err(|error| Failure::new(Code::Download, error.to_string()))?;
    let told = known.iter().find(|told| told.path == part.path);
    let bytes = part.bytes.or(told.map(|told| told.bytes));
    let sha256 = part.sha256.or(told.and_then(|told| told.sha256));
    let (Some(bytes), Some(sha256)) = (bytes, sha256) else {
        return Err(nobody_knows(file, "neither the catalogue nor the hub"));
    };
    let sources = hubs.iter().filter_map(|hub| match hub {
        Hub::Hub(url) => Some(file.url(url.as_str(), part)),
        Hub::Mirror => file.mirror_url(MODELSCOPE, part),
    });
    let sources = sources.filter_map(|source| Url::parse(&source).ok());
    Ok(Wanted {
        place,
        bytes,
        sha256,
        sources: sources.collect(),
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
