//! What of a hub's repository runs here: each of its models with size, verdict and time, before anything is
//! fetched.
//!
//! One header is read for models of one base: what differs between their quantisations is how large the
//! weights are, which their sizes tell. Whoever fetches one has its own header read first. Not here: one
//! model's exact plan (`remote`).

use fit::{Anatomy, Ask, Machine, Plan};
use gguf::{Geometry, LayerWeights, Weights};
use library::{Net, Pace, Pause};

use super::files::Offer;
use super::quant::is_usual;
use super::remote::{Remote, header};
use crate::Knowledge;
use crate::failure::{Code, Failure};
use crate::home::Home;
use crate::kin::Stranger;
use crate::open::blocking;
use crate::survey::{Surveyor, catalogue};

/// Headers that are read at most for one look: a repository with more kinds of models than that is not asked
/// for megabytes of each.
const HEADERS: usize = 8;

/// A repository that was looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct AtHub {
    /// What it is called by now.
    pub repository: String,
    /// What it was asked for as, where that is another name.
    pub renamed: Option<String>,
    /// Who told.
    pub host: String,
    /// Its models, the smallest first.
    pub offers: Vec<Offered>,
    /// Which of them was meant, where that is clear.
    pub meant: Option<usize>,
    /// What they are where they are no R1s, by one of them.
    pub stranger: Option<Stranger>,
}

/// A model of a repository.
#[derive(Debug, Clone, PartialEq)]
pub struct Offered {
    /// How it is named to be fetched: `owner/name:Q4_K_M`.
    pub id: String,
    /// Its quantisation, or its name where that tells none.
    pub quant: String,
    /// The file that opens it.
    pub path: String,
    /// Bytes of all its files.
    pub bytes: u64,
    /// What it would be here.
    pub judged: Judged,
}

/// What a model would be on this machine.
#[derive(Debug, Clone, PartialEq)]
pub enum Judged {
    /// It would lie in memory so.
    Runs(Box<Plan>),
    /// It cannot be loaded, or its header not be read, for this reason.
    Cannot(Failure),
    /// It was not looked at.
    Unknown,
}

/// Looks at a repository that was listed.
pub(crate) async fn look(
    net: &Net,
    remote: &Remote,
    (home, machine): (&Home, &Machine),
    pace: &Pace,
    tell: &mut impl FnMut(Pause),
) -> Result<AtHub, Failure> {
    let offers = &remote.offers.whole;
    let mut judged: Vec<Judged> = offers.iter().map(|_| Judged::Unknown).collect();
    let mut stranger = None;
    for group in groups(offers).into_iter().take(HEADERS) {
        let (mut rest, mut told) = (group, None);
        // Where the first cannot be loaded, one more tells whether that is its own trouble.
        for _ in 0..2 {
            let Some(sample) = sample(offers, &rest) else {
                break;
            };
            let found = async {
                let parts = remote.wanted(net, &offers[sample], pace, tell).await?;
                let header = header(net, &parts, pace, tell).await?;
                let geometry = header.runnable().map_err(|error| Failure::from(&error))?;
                stranger = Stranger::of(&header);
                Ok::<_, Failure>((geometry, header.weights()))
            };
            match found.await {
                Ok(model) => {
                    let sizes = rest.iter().map(|&place| offers[place].bytes()).collect();
                    let plans = plans(home, machine, model, offers[sample].bytes(), sizes).await;
                    for (place, plan) in rest.drain(..).zip(plans.into_iter().flatten()) {
                        judged[place] = Judged::Runs(Box::new(plan));
                    }
                }
                // Nobody is let in, or can be asked: no header will tell.
                Err(failure)
                    if failure.code != Code::ModelBroken
                        && failure.code != Code::ModelUnsupported =>
                {
                    return Err(failure);
                }
                Err(failure) => {
                    told = Some(failure.clone());
                    judged[sample] = Judged::Cannot(failure);
                    rest.retain(|&place| place != sample);
                }
            }
        }
        // Neither could: what is true of two of a kind is true of the others.
        if let Some(failure) = told {
            for place in rest {
                judged[place] = Judged::Cannot(failure.clone());
            }
        }
    }
    let meant = remote.chosen().ok();
    Ok(AtHub {
        stranger,
        repository: remote.address.repository.clone(),
        renamed: remote.renamed.clone(),
        host: remote.host(),
        meant: meant.and_then(|meant| offers.iter().position(|offer| offer == meant)),
        offers: offers
            .iter()
            .zip(judged)
            .map(|(offer, judged)| Offered {
                id: remote.named(offer),
                quant: offer.quant.clone(),
                path: offer.path().to_owned(),
                bytes: offer.bytes(),
                judged,
            })
            .collect(),
    })
}

/// Places of models that one header speaks for: those of one base in forms that every llama.cpp knows; each
/// other form is looked at by itself.
fn groups(offers: &[Offer]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (place, offer) in offers.iter().enumerate() {
        let alike = |group: &&mut Vec<usize>| {
            let first = &offers[group[0]];
            is_usual(&first.quant) && is_usual(&offer.quant) && first.base == offer.base
        };
        match groups.iter_mut().find(alike) {
            Some(group) => group.push(place),
            None => groups.push(vec![place]),
        }
    }
    // What most have to do with comes first.
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    groups
}

/// The one whose header is read: of the fewest files, and of a size in the middle.
fn sample(offers: &[Offer], group: &[usize]) -> Option<usize> {
    let files = |place: usize| offers[place].files.len();
    let least = group.iter().map(|&place| files(place)).min()?;
    let mut short = group.iter().filter(|&&place| files(place) == least);
    let middle = short.clone().count() / 2;
    short.nth(middle).copied()
}

/// How a model would lie in memory at each of these sizes, told from one of another size.
async fn plans(
    home: &Home,
    machine: &Machine,
    (geometry, weights): (Geometry, Weights),
    of: u64,
    sizes: Vec<u64>,
) -> Option<Vec<Plan>> {
    let (home, machine) = (home.clone(), machine.clone());
    let planned = blocking(move || {
        let surveyor = Surveyor::new(&home, &Knowledge::of(&home), &machine, catalogue(&home).0);
        let path = surveyor.models().join("model.gguf");
        let plans = sizes.into_iter().map(|bytes| {
            let weights = scaled(&weights, bytes, of);
            let anatomy = Anatomy {
                geometry: &geometry,
                weights: &weights,
            };
            surveyor.plan(anatomy, &path, Ask::default())
        });
        Ok(plans.collect())
    });
    planned.await.ok()
}

/// The weights of the same model in a file of another size.
fn scaled(weights: &Weights, bytes: u64, of: u64) -> Weights {
    let scale = |part: u64| {
        let scaled = u128::from(part) * u128::from(bytes) / u128::from(of.max(1));
        u64::try_from(scaled).unwrap_or(u64::MAX)
    };
    Weights {
        embedding_bytes: scale(weights.embedding_bytes),
        output_bytes: scale(weights.output_bytes),
        layers: weights
            .layers
            .iter()
            .map(|layer| LayerWeights {
                dense_bytes: scale(layer.dense_bytes),
                expert_bytes: scale(layer.expert_bytes),
            })
            .collect(),
        ..weights.clone()
    }
}
