//! Who is asked for models, and who of them lists a repository.

use fit::catalogue::MODELSCOPE;
use url::Url;

use super::ENDPOINT_VARIABLE;
use crate::failure::{Code, Failure};
use crate::hub::address::Address;
use crate::network::{Network, hub_address};

/// Who is asked.
#[derive(Debug, Clone)]
pub(crate) enum Hub {
    /// One that keeps the Hub's paths.
    Hub(Url),
    /// The mirror whose paths the catalogue pins.
    Mirror,
}

impl Hub {
    /// Its address, where it tells sizes and hashes.
    pub(crate) fn that_lists(&self) -> Option<&Url> {
        match self {
            Self::Hub(url) => Some(url),
            Self::Mirror => None,
        }
    }
}

/// Whom to ask, in their order: the one that was named, or those that were set.
pub(crate) fn hubs(named: Option<&str>, network: &Network) -> Result<Vec<Hub>, Failure> {
    let variable = std::env::var(ENDPOINT_VARIABLE).ok();
    let named = named.map(str::to_owned).or(variable);
    let named = named.filter(|named| !named.is_empty());
    let asked = named.map_or_else(|| network.asked(), |named| vec![named]);
    let hubs = asked.iter().map(|address| match address.as_str() {
        MODELSCOPE => Ok(Hub::Mirror),
        address => hub_address(address).map(Hub::Hub),
    });
    hubs.collect()
}

/// The hub that lists an address's repository: the one that it names, or the first that is asked.
pub(crate) fn hub_for(address: &Address, hubs: &[Hub]) -> Result<Url, Failure> {
    let named = address.hub.as_ref();
    let hub = named.or_else(|| hubs.iter().find_map(Hub::that_lists));
    hub.cloned().ok_or_else(|| {
        let repository = &address.repository;
        let message = format!("no hub that is asked lists the files of `{repository}`");
        Failure::new(Code::Download, message)
    })
}
