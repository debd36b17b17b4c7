//! A repository as a hub tells it: listed, one of its models chosen, and its header read.

use fit::catalogue::Sha256;
use fit::{Anatomy, Ask, Machine};
use gguf::Header;
use library::{HubError, HubFile, Listing, Net, Pace, Pause, Place, Wanted};

use super::address::{Address, MAIN, page};
use super::files::{NotChosen, Offer, Offers};
use crate::Knowledge;
use crate::failure::{Cause, Code, Failure};
use crate::home::Home;
use crate::kin::Stranger;
use crate::naming::said_by;
use crate::open::blocking;
use crate::pull::hubs::Hub;
use crate::pull::trouble::unreachable;
use crate::survey::{Candidate, Surveyor, catalogue};

/// Files that a message names at most.
const NAMED: usize = 12;

/// A repository that was listed.
#[derive(Debug)]
pub(crate) struct Remote {
    pub(crate) address: Address,
    /// What it was called when it was asked for, where that is another name.
    pub(crate) renamed: Option<String>,
    hub: Hub,
    listed: Vec<HubFile>,
    pub(crate) offers: Offers,
}

impl Remote {
    /// Asks a hub for a repository's files. `tell` hears of each wait.
    pub(crate) async fn list(
        net: &Net,
        hub: &Hub,
        address: &Address,
        pace: &Pace,
        tell: impl FnMut(Pause),
    ) -> Result<Self, HubError> {
        let asked = &address.repository;
        let listed = hub.list(net, (asked, &address.revision), pace, tell);
        let Listing { repository, files } = listed.await?;
        let renamed = (repository != *asked).then(|| asked.clone());
        Ok(Self {
            address: Address {
                repository,
                at_mirror: *hub == Hub::Mirror,
                ..address.clone()
            },
            renamed,
            hub: hub.clone(),
            offers: Offers::of(&files),
            listed: files,
        })
    }

    /// Who told.
    pub(crate) fn host(&self) -> String {
        self.hub.host()
    }

    /// The model that is meant.
    pub(crate) fn chosen(&self) -> Result<&Offer, Failure> {
        let chosen = self.offers.choose(&self.address.which, &self.listed);
        chosen.map_err(|why| self.not_chosen(&why))
    }

    /// How a person can name one of its models.
    pub(crate) fn named(&self, offer: &Offer) -> String {
        self.offers.named(&self.address, offer)
    }

    /// What is to be fetched of a model.
    pub(crate) async fn wanted(
        &self,
        net: &Net,
        offer: &Offer,
        pace: &Pace,
        tell: &mut impl FnMut(Pause),
    ) -> Result<Vec<Wanted>, Failure> {
        let bad = |message: String| Failure::new(Code::Download, message);
        // Where folders hold files of one name, the folder goes into the name here.
        let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_lowercase();
        let name = last(offer.path());
        let same = self.listed.iter().filter(|file| last(&file.path) == name);
        let whole = same.count() > 1;
        let mut wanted = Vec::new();
        for file in &offer.files {
            let place = Place::of(&self.address.repository, &file.path, whole);
            let place = place.map_err(|error| bad(error.to_string()))?;
            let Address {
                repository,
                revision,
                ..
            } = &self.address;
            let url = self.hub.file(repository, revision, &file.path);
            let url = url.map_err(|error| bad(error.to_string()))?;
            let mut wants = Wanted {
                place,
                bytes: file.bytes,
                sha256: Sha256::new([0; 32]),
                sources: vec![url],
            };
            let sha256 = match file.sha256 {
                None => {
                    let name = wants.place.file().to_string();
                    let asked = library::hash_of(
                        net,
                        &wants.sources[0],
                        (repository, &name),
                        pace,
                        &mut *tell,
                    );
                    asked
                        .await
                        .map_err(|failure| unreachable(&wants, &[failure]))?
                }
                told => told,
            };
            wants.sha256 = sha256.ok_or_else(|| {
                bad(format!("the hub does not tell the hash of `{}`", file.path))
                    .hint("Without it a download cannot be checked.")
                    .cause(Cause::Unverifiable {
                        file: file.path.clone(),
                    })
            })?;
            wanted.push(wants);
        }
        Ok(wanted)
    }

    fn not_chosen(&self, why: &NotChosen) -> Failure {
        let repository = &self.address.repository;
        let missing = |message: String| Failure::new(Code::ModelMissing, message);
        let list = |offers: &[Offer], by_file: bool| {
            let mut named: Vec<String> = offers
                .iter()
                .map(|offer| {
                    let name = if by_file { offer.path() } else { &offer.quant };
                    format!("{name} ({})", fit::bytes::human(offer.bytes()))
                })
                .collect();
            let more = named.len().saturating_sub(NAMED);
            named.truncate(NAMED);
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            named.join(", ") + &more
        };
        let revision = match self.address.revision.as_str() {
            MAIN => String::new(),
            other => format!("@{other}"),
        };
        let all = || {
            let mut quants: Vec<&str> = Vec::new();
            for offer in &self.offers.whole {
                if !quants.contains(&offer.quant.as_str()) {
                    quants.push(&offer.quant);
                }
            }
            quants.sort_unstable();
            format!(
                "Name one as `{repository}{revision}:QUANT`: {}.",
                quants.join(", ")
            )
        };
        let failure = match why {
            NotChosen::NoModels => missing(format!("`{repository}` has no GGUF files"))
                .hint("A repository with quantised files mostly ends in `-GGUF`."),
            NotChosen::NoSuch => {
                let asked = self.address.which.name();
                missing(format!("`{repository}` has no quantisation or file `{asked}`")).hint(all())
            }
            NotChosen::Several(offers) => {
                let quant = &offers[0].quant;
                let alike = offers.iter().all(|offer| offer.quant == *quant);
                if alike {
                    missing(format!(
                        "`{repository}` has several files of {quant}: {}",
                        list(offers, true)
                    ))
                    .hint(format!(
                        "Name the one you mean: `{}`.",
                        self.address.with(offers[0].path())
                    ))
                } else {
                    missing(format!(
                        "`{repository}` has several quantisations: {}",
                        list(offers, false)
                    ))
                    .hint(all())
                }
            }
            NotChosen::Pieces(piece) => missing(format!(
                "`{repository}` has it in old pieces only, such as `{piece}`"
            ))
            .hint(
                "Download all its pieces with a browser, join them in their order (`cat A B > R1.gguf`; on \
                 Windows `copy /b A+B R1.gguf`), then `spud import R1.gguf`. Or take another quantisation.",
            ),
            NotChosen::Cut(offer) => missing(format!(
                "`{repository}` has {} of {} parts of `{}`",
                offer.files.len(),
                offer.parts,
                offer.path()
            ))
            .hint("Take another quantisation, or another repository."),
            NotChosen::Beside(path) => missing(format!("`{path}` is no model by itself")).hint(all()),
        };
        failure.cause(Cause::NotInRepository {
            repository: repository.clone(),
        })
    }
}

/// The header of a model that is not here, all parts together.
pub(crate) async fn header(
    net: &Net,
    parts: &[Wanted],
    pace: &Pace,
    tell: &mut impl FnMut(Pause),
) -> Result<Header, Failure> {
    let mut headers = Vec::new();
    for part in parts {
        let name = part.place.file().to_string();
        // A broken header is found as early as a good one.
        let enough = |start: &[u8]| Header::parse_start(&name, start, part.bytes).transpose();
        let read = library::read_start(net, part, pace, &mut *tell, enough).await;
        let found = read.map_err(|failures| unreachable(part, &failures))?;
        let found = found.ok_or_else(|| {
            let message = format!("the header of `{name}` has no end");
            Failure::new(Code::ModelBroken, message).cause(Cause::Unsound { file: name.clone() })
        })?;
        headers.push(found.map_err(|error| Failure::from(&error))?);
    }
    let mut headers = headers.into_iter();
    let mut first = headers.next().expect("BUG: a set has a first part");
    first.join(headers).map_err(|error| Failure::from(&error))?;
    Ok(first)
}

/// How a model that is not here would lie in this machine's memory; an error where it cannot be loaded.
pub(crate) async fn judged(
    (home, machine): (&Home, &Machine),
    header: &Header,
    (named, offer, parts): (String, &Offer, &[Wanted]),
    ask: Ask,
) -> Result<Candidate, Failure> {
    let geometry = header.runnable().map_err(|error| Failure::from(&error))?;
    let weights = header.weights();
    let (home, machine) = (home.clone(), machine.clone());
    let place = parts[0].place.clone();
    // The folders are looked at, and what was learned is read.
    let planned = blocking(move || {
        let surveyor = Surveyor::new(&home, &Knowledge::of(&home), &machine, catalogue(&home).0);
        let path = place.within(surveyor.models());
        let anatomy = Anatomy {
            geometry: &geometry,
            weights: &weights,
        };
        let plan = surveyor.plan(anatomy, &path, ask);
        let here = path.is_file();
        Ok((plan, here.then_some(path)))
    });
    let (plan, path) = planned.await?;
    Ok(Candidate {
        name: said_by(header).unwrap_or_else(|| named.clone()),
        id: named,
        member: None,
        quant: offer.quant.clone(),
        bytes: offer.bytes(),
        stranger: Stranger::of(header),
        plan,
        path,
        holder: None,
        here: Vec::new(),
    })
}

/// What a person can do about a repository that is not open to everybody.
pub(crate) fn how_to_get_in(repository: &str) -> String {
    format!(
        "Accept its terms at {} with an account of yours, then give Spud the token of that account: \
         `HF_TOKEN`, or log in with the Hub's own `hf auth login`; `--use-token` lets Spud show it there.",
        page(repository)
    )
}
