//! Which proxy a request goes through, by the environment or the system's settings, and which of two failed
//! where one is in between.
//!
//! Names are resolved by a SOCKS proxy, never here: who needs one often has names that lie, or tells the
//! network whom they ask. Not here: speaking to a proxy (`reqwest`).

use std::error::Error;
use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use url::Url;

/// Why a proxy let nothing through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProxyTrouble {
    /// It asks for a name and a password, and none is set.
    WantsPassword,
    /// It does not take the name and the password that are set.
    WrongPassword,
    /// It cannot be reached, for this reason.
    Unreachable(String),
    /// It was reached, and brought no connection about, for this reason.
    Failed(String),
}

impl fmt::Display for ProxyTrouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WantsPassword => out.write_str("wants a name and a password"),
            Self::WrongPassword => {
                out.write_str("does not take the name and the password that are set")
            }
            Self::Unreachable(reason) => write!(out, "cannot be reached: {reason}"),
            Self::Failed(reason) => write!(out, "let nothing through: {reason}"),
        }
    }
}

/// The proxies that are set.
pub(crate) struct Proxies(Matcher);

/// A proxy that a request goes through.
#[derive(Clone)]
pub(crate) struct Via {
    /// With its password: never to be shown.
    url: Url,
    /// Host and port.
    pub(crate) name: String,
}

impl fmt::Debug for Via {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Via").field(&self.name).finish()
    }
}

impl fmt::Debug for Proxies {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Proxies")
    }
}

impl Proxies {
    /// Those of the environment; where it names none, those of the system (Windows and macOS).
    pub(crate) fn of_system() -> Self {
        let set = Set::of(|name| std::env::var(name).ok());
        Self(set.spelled_anew().unwrap_or_else(Matcher::from_system))
    }

    /// The one that an address is asked through.
    pub(crate) fn of(&self, url: &Url) -> Option<Via> {
        // Of the address only what decides: it may hold what nobody else is to know.
        let host = url.host_str()?;
        let port = url
            .port()
            .map_or_else(String::new, |port| format!(":{port}"));
        let asked = format!("{}://{host}{port}/", url.scheme());
        let found = self.0.intercept(&asked.parse().ok()?)?;
        Via::of(&found)
    }
}

/// What the environment says of proxies.
struct Set {
    all: String,
    http: String,
    https: String,
    no: String,
}

impl Set {
    fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let first = |names: [&str; 2]| names.into_iter().find_map(&variable).unwrap_or_default();
        // What asks a program on a server can set this one.
        let is_asked = variable("REQUEST_METHOD").is_some();
        Self {
            all: first(["ALL_PROXY", "all_proxy"]),
            http: if is_asked {
                String::new()
            } else {
                first(["HTTP_PROXY", "http_proxy"])
            },
            https: first(["HTTPS_PROXY", "https_proxy"]),
            no: first(["NO_PROXY", "no_proxy"]),
        }
    }

    /// With proxies that are spelled otherwise than is known, which would be passed over in silence; none where all
    /// are known.
    fn spelled_anew(mut self) -> Option<Matcher> {
        let mut is_new = false;
        for proxy in [&mut self.all, &mut self.http, &mut self.https] {
            if let Some(known) = known(proxy) {
                (*proxy, is_new) = (known, true);
            }
        }
        let Self {
            all,
            http,
            https,
            no,
        } = self;
        let set = Matcher::builder().all(all).http(http).https(https).no(no);
        is_new.then(|| set.build())
    }
}

/// The known spelling of a proxy's kind: desktops write `socks://` for SOCKS 5, and capitals mean the same.
fn known(proxy: &str) -> Option<String> {
    let (kind, rest) = proxy.trim().split_once("://")?;
    let lower = kind.to_ascii_lowercase();
    let known = if lower == "socks" { "socks5" } else { &lower };
    (known != kind).then(|| format!("{known}://{rest}"))
}

impl Via {
    fn of(found: &Intercept) -> Option<Self> {
        let uri = found.uri();
        let scheme = match uri.scheme_str()? {
            "socks5" => "socks5h",
            "socks4" => "socks4a",
            other => other,
        };
        let mut url = Url::parse(&format!("{scheme}://{}/", uri.authority()?)).ok()?;
        if let Some((user, password)) = login(found) {
            url.set_username(&user).ok()?;
            url.set_password(Some(&password)).ok()?;
        }
        let name = uri.authority()?.to_string();
        Some(Self { url, name })
    }

    pub(crate) fn url(&self) -> Url {
        self.url.clone()
    }

    fn has_password(&self) -> bool {
        !self.url.username().is_empty()
    }

    /// Where it answered itself that it wants to know who asks.
    pub(crate) fn wants_password(&self) -> ProxyTrouble {
        if self.has_password() {
            ProxyTrouble::WrongPassword
        } else {
            ProxyTrouble::WantsPassword
        }
    }

    /// What of a request's failure is the proxy's; none where the server behind it failed.
    pub(crate) fn blame(&self, error: &reqwest::Error) -> Option<ProxyTrouble> {
        if !error.is_connect() {
            return None;
        }
        let mut said = Vec::new();
        let mut is_io = false;
        let mut cause: Option<&dyn Error> = Some(error);
        while let Some(deeper) = cause {
            said.push(deeper.to_string());
            is_io |= deeper.is::<std::io::Error>();
            cause = deeper.source();
        }
        let has = |words: &str| said.iter().any(|said| said.contains(words));
        // The words of `hyper-util`, whose types are its own; tests hold them.
        if has("proxy authorization required")
            || has("credentials not accepted")
            || has("user/pass authentication")
            || has("implements authentication incorrectly")
        {
            return Some(self.wants_password());
        }
        let last = said.last().cloned().unwrap_or_default();
        if has("failed to create underlying connection") {
            return Some(ProxyTrouble::Unreachable(last));
        }
        if has("tunnel error") || has("SOCKS error") {
            return Some(ProxyTrouble::Failed(last));
        }
        // A certificate is the server's; a connection that did not come about was the proxy's.
        let is_certificate = has("certificate") || has("Certificate");
        (is_io && !is_certificate).then_some(ProxyTrouble::Unreachable(last))
    }
}

/// Name and password, decoded.
fn login(found: &Intercept) -> Option<(String, String)> {
    if let Some((user, password)) = found.raw_auth() {
        return Some((user.to_owned(), password.to_owned()));
    }
    let header = found.basic_auth()?.to_str().ok()?;
    let packed = header.strip_prefix("Basic ")?;
    let login = String::from_utf8(BASE64_STANDARD.decode(packed).ok()?).ok()?;
    let (user, password) = login.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Matcher, Proxies, Url};

    fn via(set: &str, asked: &str) -> Option<(String, String, String)> {
        let proxies = Proxies(
            Matcher::builder()
                .all(set)
                .no("localhost,10.0.0.0/8")
                .build(),
        );
        let via = proxies.of(&Url::parse(asked).unwrap())?;
        let shown = format!("{via:?}");
        Some((via.url.to_string(), via.name, shown))
    }

    #[test]
    fn names_are_left_to_the_proxy_and_passwords_are_never_shown() {
        for (set, url) in [
            ("socks5://127.0.0.1:1080", "socks5h://127.0.0.1:1080/"),
            ("socks5h://127.0.0.1:1080", "socks5h://127.0.0.1:1080/"),
            ("socks4://127.0.0.1:1080", "socks4a://127.0.0.1:1080/"),
            ("socks5://me:s%40cret@h:1", "socks5h://me:s%40cret@h:1/"),
            ("http://me:s%3Acret@h:3128", "http://me:s%3Acret@h:3128/"),
            ("h:3128", "http://h:3128/"),
        ] {
            let (found, name, shown) = via(set, "https://huggingface.co/a?b=secret").unwrap();
            assert_eq!(found, url);
            assert!(
                !name.contains("cret") && !shown.contains("cret"),
                "{name} {shown}"
            );
        }
        assert_eq!(via("http://h:3128", "http://localhost:8080/a"), None);
        assert_eq!(via("http://h:3128", "https://10.1.2.3/a"), None);
        assert_eq!(via("", "https://huggingface.co/"), None);
    }
}
