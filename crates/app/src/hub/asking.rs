//! A hub asked about a repository, for somebody who decides: what of it runs here, or how one of its models
//! would. Nothing is fetched but lists and headers.

use std::path::Path;

use fit::{Ask, Machine};
use library::{Net, Pace};

use super::address::{Address, Which};
use super::keys;
use super::look::{AtHub, look};
use super::remote::{header, judged};
use crate::failure::{Code, Failure};
use crate::home::Home;
use crate::network::{Network, ledger};
use crate::open::blocking;
use crate::pull::Pulling;
use crate::pull::hubs::{Hub, hubs, listed};
use crate::stop::Stop;
use crate::survey::Candidate;

/// What is asked of a hub.
#[derive(Debug, Clone, Default)]
pub struct Inquiry {
    /// The repository, as a person typed or pasted it, and what of it is meant.
    pub typed: String,
    /// The quantisation, where `typed` names none.
    pub quant: Option<String>,
    /// The hub to ask, and nobody else.
    pub endpoint: Option<String>,
    /// The host that a person's token may be shown to; see `Pull`.
    pub use_token: Option<String>,
    /// Tokens of context and type of the cache.
    pub ask: Ask,
}

/// What a hub was asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// All models of the repository.
    Repository(AtHub),
    /// The one that was meant, by its own header.
    Model(Box<Candidate>),
}

impl Inquiry {
    /// Whether something that was typed can only be a model of a hub: no file, and no name alone.
    pub fn is_one(typed: &str) -> bool {
        // A file that is not there is no reason to ask anybody for it.
        let is_file = typed.to_ascii_lowercase().ends_with(".gguf") && !typed.contains(':');
        let is_path = is_file || typed.starts_with(['/', '.', '~']) || Path::new(typed).exists();
        typed.contains('/') && !is_path
    }

    /// Asks. Where `all`, or where nothing of the repository is named, its models are listed; else the one
    /// that is meant is planned exactly. `tell` hears what happens meanwhile.
    pub async fn ask(
        &self,
        home: &Home,
        machine: &Machine,
        all: bool,
        mut stop: Stop,
        mut tell: impl FnMut(Pulling),
    ) -> Result<Found, Failure> {
        let place = home.clone();
        let network = blocking(move || Ok(Network::of(&place))).await?;
        let hubs = hubs(self.endpoint.as_deref(), &network)?;
        let net = Net::new(ledger(home))
            .map_err(|error| Failure::new(Code::Download, error.to_string()))?;
        net.set_offline(network.offline);
        let mut shown = None;
        loop {
            let asking = self.once((&net, &hubs), (home, machine), all, &mut tell);
            let answered = tokio::select! {
                () = stop.asked() => {
                    let message = format!("the look at `{}` was stopped", self.typed);
                    return Err(Failure::new(Code::Stopped, message));
                }
                answered = asking => answered,
            };
            let failure = match answered {
                Err(failure) => failure,
                found => return found,
            };
            let agreed = keys::agreed(home, &failure, self.use_token.as_deref()).await?;
            let again = agreed.filter(|(agreed, ..)| shown.as_ref() != Some(agreed));
            let Some((agreed, hub, token)) = again else {
                return Err(failure);
            };
            if !net.grant(&hub, &agreed.repository, &token) {
                return Err(failure);
            }
            tell(Pulling::ShowsToken(agreed.clone()));
            shown = Some(agreed);
        }
    }

    async fn once(
        &self,
        (net, hubs): (&Net, &[Hub]),
        (home, machine): (&Home, &Machine),
        all: bool,
        tell: &mut impl FnMut(Pulling),
    ) -> Result<Found, Failure> {
        let address = self.address(hubs)?;
        let pace = Pace::default();
        let remote = listed(net, (hubs, &address), &pace, tell).await?;
        let address = &remote.address;
        if let Some(from) = &remote.renamed {
            tell(Pulling::Renamed {
                from: from.clone(),
                to: remote.address.repository.clone(),
            });
        }
        let mut waits = |pause| tell(Pulling::Waiting(pause));
        if all || address.which == Which::Usual {
            if remote.offers.whole.is_empty() {
                // Says why.
                remote.chosen()?;
            }
            let found = look(net, &remote, (home, machine), &pace, &mut waits).await?;
            return Ok(Found::Repository(found));
        }
        let offer = remote.chosen()?;
        let parts = remote.wanted(net, offer, &pace, &mut waits).await?;
        let header = header(net, &parts, &pace, &mut waits).await?;
        let model = (remote.named(offer), offer, &parts[..]);
        let candidate = judged((home, machine), &header, model, self.ask).await?;
        Ok(Found::Model(Box::new(candidate)))
    }

    fn address(&self, hubs: &[Hub]) -> Result<Address, Failure> {
        let addresses: Vec<_> = hubs.iter().filter_map(Hub::that_lists).cloned().collect();
        let read = Address::read(&self.typed, &addresses)?;
        let mut address = read.ok_or_else(|| {
            let message = format!("`{}` names no model of a hub", self.typed);
            Failure::new(Code::ModelMissing, message).hint("It is `owner/name`.")
        })?;
        if let (Which::Usual, Some(quant)) = (&address.which, &self.quant) {
            address.which = Which::Quant(quant.clone());
        }
        Ok(address)
    }
}
