//! A model of a hub that the catalogue does not know, on its way: judged by its own header before a byte of its
//! weights is asked for.

use fit::{Ask, Machine};
use library::{Net, Pace, Wanted};
use url::Url;

use super::hubs::{Hub, listed};
use super::{Pull, Pulling, stopped};
use crate::failure::{Code, Failure};
use crate::home::Home;
use crate::hub::address::{Address, Which};
use crate::hub::remote::{header, judged};
use crate::stop::Stop;
use crate::survey::Candidate;

/// The repository that is asked for, and what of it.
pub(super) fn address_of(ask: &Pull, hubs: &[Hub]) -> Result<Address, Failure> {
    let addresses: Vec<Url> = hubs.iter().filter_map(Hub::that_lists).cloned().collect();
    let Some(mut address) = Address::read(&ask.id, &addresses)? else {
        let message = format!("the catalogue has no model `{}`", ask.id);
        return Err(Failure::new(Code::ModelMissing, message)
            .hint("`spud models` lists what it has; any other of the hub is `owner/name:QUANT`."));
    };
    if let (Which::Usual, Some(quant)) = (&address.which, &ask.quant) {
        address.which = Which::Quant(quant.clone());
    }
    Ok(address)
}

/// A model of a hub: lists its repository, chooses, judges the header, and gives what is to be fetched.
pub(super) async fn of_hub(
    net: &Net,
    (hubs, address): (&[Hub], &Address),
    (home, machine): (&Home, &Machine),
    stop: &mut Stop,
    tell: &mut impl FnMut(Pulling),
) -> Result<(Candidate, Vec<Wanted>), Failure> {
    let pace = Pace::default();
    let asking = async {
        let remote = listed(net, (hubs, address), &pace, tell).await?;
        if let Some(from) = &remote.renamed {
            tell(Pulling::Renamed {
                from: from.clone(),
                to: remote.address.repository.clone(),
            });
        }
        let offer = remote.chosen()?;
        let mut waits = |pause| tell(Pulling::Waiting(pause));
        let parts = remote.wanted(net, offer, &pace, &mut waits).await?;
        let header = header(net, &parts, &pace, &mut waits).await?;
        let named = remote.named(offer);
        let model = (named, offer, &parts[..]);
        let candidate = judged((home, machine), &header, model, Ask::default()).await?;
        Ok((candidate, parts))
    };
    tokio::select! {
        () = stop.asked() => Err(stopped(&address.repository)),
        asked = asking => asked,
    }
}
