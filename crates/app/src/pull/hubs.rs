//! Who is asked for models, and who of them has a repository.

use fit::catalogue::MODELSCOPE;
use library::{HubError, Listing, Net, NetError, Pace, Pause, ProxyTrouble, SourceFailure};
use url::Url;

use super::trouble::refused;
use super::{ENDPOINT_VARIABLE, Pulling};
use crate::failure::{Code, Failure};
use crate::hub::TokenFound;
use crate::hub::address::Address;
use crate::hub::remote::Remote;
use crate::network::{Network, hub_address};
use crate::open::blocking;

/// Failures in a row after which the next hub is asked, where there is one.
const BEFORE_NEXT: u32 = 2;

/// Who is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Hub {
    /// One that keeps the Hub's paths.
    Hub(Url),
    /// The mirror that has paths of its own.
    Mirror,
}

impl Hub {
    /// Its address, where it keeps the Hub's paths.
    pub(crate) fn that_lists(&self) -> Option<&Url> {
        match self {
            Self::Hub(url) => Some(url),
            Self::Mirror => None,
        }
    }

    pub(crate) fn url(&self) -> Url {
        match self {
            Self::Hub(url) => url.clone(),
            Self::Mirror => Url::parse(MODELSCOPE).expect("BUG: it is an address"),
        }
    }

    pub(crate) fn host(&self) -> String {
        self.url().host_str().unwrap_or_default().to_owned()
    }

    /// Asks for a repository's files.
    pub(crate) async fn list(
        &self,
        net: &Net,
        (repository, revision): (&str, &str),
        pace: &Pace,
        tell: impl FnMut(Pause),
    ) -> Result<Listing, HubError> {
        let url = self.url();
        match self {
            Self::Hub(_) => library::list(net, &url, repository, revision, pace, tell).await,
            Self::Mirror => {
                library::list_at_mirror(net, &url, repository, revision, pace, tell).await
            }
        }
    }

    /// Where it gives a file.
    pub(crate) fn file(
        &self,
        repository: &str,
        revision: &str,
        path: &str,
    ) -> Result<Url, NetError> {
        let mut url = self.url();
        if *self == Self::Mirror {
            return library::file_at_mirror(&url, repository, revision, path);
        }
        {
            let mut segments = url
                .path_segments_mut()
                .map_err(|()| NetError::NoAddress(format!("{self:?}")))?;
            segments.pop_if_empty().extend(repository.split('/'));
            // A revision is one segment, whatever it holds.
            segments.push("resolve").push(revision);
            segments.extend(path.split('/'));
        }
        Ok(url)
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

/// Lists an address's repository: at the hub that it names, or at the first that has it of those that are asked.
/// One that cannot be reached is asked with patience only where no other has it.
pub(crate) async fn listed(
    net: &Net,
    (hubs, address): (&[Hub], &Address),
    pace: &Pace,
    tell: &mut impl FnMut(Pulling),
) -> Result<Remote, Failure> {
    let asked = of_address(address, hubs);
    let Some(first) = asked.first() else {
        let repository = &address.repository;
        let message = format!("no hub that is asked lists the files of `{repository}`");
        return Err(Failure::new(Code::Download, message));
    };
    let mut told = None;
    if asked.len() > 1 {
        let brief = Pace {
            failures: BEFORE_NEXT,
            ..*pace
        };
        for hub in &asked {
            match at(net, (hub, address), &brief, tell).await {
                Ok(remote) => return Ok(remote),
                Err(error) if may_be_elsewhere(&error).await? => told = told.or(Some(error)),
                // Of a mirror that fails otherwise the first one's word counts.
                Err(error) => {
                    told = told.or(Some(error));
                    break;
                }
            }
        }
    }
    match told {
        Some(error) if !matches!(error, HubError::Unasked { .. }) => Err(refused(&error)),
        _ => {
            let listed = at(net, (first, address), pace, tell).await;
            listed.map_err(|error| refused(&error))
        }
    }
}

async fn at(
    net: &Net,
    (hub, address): (&Hub, &Address),
    pace: &Pace,
    tell: &mut impl FnMut(Pulling),
) -> Result<Remote, HubError> {
    tell(Pulling::Asking { host: hub.host() });
    let waits = |pause| tell(Pulling::Waiting(pause));
    Remote::list(net, hub, address, pace, waits).await
}

/// Who is asked for an address's repository, in their order.
fn of_address(address: &Address, hubs: &[Hub]) -> Vec<Hub> {
    if let Some(named) = &address.hub {
        return vec![Hub::Hub(named.clone())];
    }
    let mut asked = hubs.to_vec();
    // An address of the mirror's is asked there first, where it is asked at all.
    asked.sort_by_key(|hub| address.at_mirror && *hub != Hub::Mirror);
    asked
}

/// Whether another hub may have what this one does not give. The name of what may be a person's own is not told
/// to others: who has a token may mean a repository that is seen with it.
async fn may_be_elsewhere(error: &HubError) -> Result<bool, Failure> {
    match error {
        HubError::NotThere { hidden: true, .. } => {
            blocking(|| Ok(TokenFound::look().is_none())).await
        }
        HubError::NotThere { .. } => Ok(true),
        HubError::Unasked { failure, .. } => Ok(matches!(
            failure,
            SourceFailure::NoConnection(
                NetError::Broken { .. }
                    | NetError::Silent { .. }
                    // The proxy itself was reached.
                    | NetError::Proxy {
                        why: ProxyTrouble::Failed(_),
                        ..
                    }
            )
        )),
        _ => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, Hub, Url, of_address};

    #[test]
    fn an_address_of_the_mirror_is_asked_there_first_and_only_where_it_is_asked() {
        let hub = Hub::Hub(Url::parse("https://huggingface.co").unwrap());
        let read = |typed: &str| Address::read(typed, &[]).unwrap().unwrap();
        let both = [hub.clone(), Hub::Mirror];
        let name = read("a/b");
        let address = read("https://modelscope.cn/models/a/b");
        assert_eq!(of_address(&name, &both), both);
        assert_eq!(of_address(&address, &both), [Hub::Mirror, hub.clone()]);
        assert_eq!(of_address(&address, &both[..1]), both[..1]);
        let other = read("https://hf-mirror.com/a/b");
        let named = Hub::Hub(Url::parse("https://hf-mirror.com").unwrap());
        assert_eq!(of_address(&other, &both), [named]);
        let path = hub.file("a/b", "refs/pr/1", "s/R1 x.gguf").unwrap();
        assert_eq!(
            path.as_str(),
            "https://huggingface.co/a/b/resolve/refs%2Fpr%2F1/s/R1%20x.gguf"
        );
    }
}
