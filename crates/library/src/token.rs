//! A person's key to repositories that are not open to everybody: where it may be sent, which is nowhere but
//! to the hub and the repository that it was granted for, over https.
//!
//! It is never shown: neither in an error nor in the ledger nor by `Debug`. Not here: whether the person
//! agreed, and where the key is kept (`app`).

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::header::HeaderValue;
use url::{Origin, Url};

/// The key itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Token(…)")
    }
}

impl Token {
    /// The key that this text is, as it was kept or pasted; none where it cannot be one.
    pub fn new(text: &str) -> Option<Self> {
        // Editors leave a mark before a text, and people the quotation marks of a shell around it.
        let text = text.trim_start_matches('\u{feff}').trim();
        let within = |mark: char| text.strip_prefix(mark)?.strip_suffix(mark);
        let text = within('"').or_else(|| within('\'')).unwrap_or(text);
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        (!text.is_empty() && visible).then(|| Self(text.to_owned()))
    }
}

/// What was granted. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grants(Arc<Mutex<Vec<Grant>>>);

struct Grant {
    origin: Origin,
    /// Starts of the paths that it is sent with.
    paths: [String; 3],
    header: HeaderValue,
}

impl fmt::Debug for Grant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Grant").field(&self.paths[0]).finish()
    }
}

impl Grants {
    /// Grants a key for one repository of a hub; false where it must not be sent there.
    pub(crate) fn add(&self, hub: &Url, repository: &str, token: &Token) -> bool {
        let Ok(mut header) = HeaderValue::from_str(&format!("Bearer {}", token.0)) else {
            return false;
        };
        header.set_sensitive(true);
        if hub.scheme() != "https" || hub.cannot_be_a_base() {
            return false;
        }
        let below = hub.path().trim_end_matches('/');
        let paths = ["", "/api/models", "/api/resolve-cache/models"]
            .map(|kind| format!("{below}{kind}/{repository}/"));
        let origin = hub.origin();
        let mut grants = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        grants.retain(|grant| (&grant.origin, &grant.paths) != (&origin, &paths));
        grants.push(Grant {
            origin,
            paths,
            header,
        });
        true
    }

    /// What an address is asked with.
    pub(crate) fn for_url(&self, url: &Url) -> Option<HeaderValue> {
        if url.scheme() != "https" {
            return None;
        }
        let grants = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |grant: &&Grant| {
            let starts = |path: &String| url.path().starts_with(path.as_str());
            grant.origin == url.origin() && grant.paths.iter().any(starts)
        };
        grants.iter().find(is_it).map(|grant| grant.header.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::{Grants, Token, Url};

    #[test]
    fn a_key_goes_to_its_repository_over_https_and_nowhere_else() {
        let grants = Grants::default();
        let url = |text: &str| Url::parse(text).unwrap();
        let token = Token::new(" hf_secret\n").unwrap();
        assert!(!grants.add(&url("http://huggingface.co"), "a/b", &token));
        assert!(grants.add(&url("https://huggingface.co"), "a/b", &token));
        assert!(grants.add(&url("https://own.example:8443/hub/"), "a/b", &token));
        for asked in [
            "https://huggingface.co/a/b/resolve/main/x.gguf",
            "https://huggingface.co/api/models/a/b/tree/main?recursive=true",
            "https://huggingface.co:443/a/b/resolve/main/x.gguf",
            "https://own.example:8443/hub/a/b/resolve/main/x.gguf",
        ] {
            let header = grants
                .for_url(&url(asked))
                .unwrap_or_else(|| panic!("{asked}"));
            assert_eq!(header.to_str().unwrap(), "Bearer hf_secret");
        }
        for asked in [
            "http://huggingface.co/a/b/resolve/main/x.gguf",
            "https://huggingface.co/a/bc/resolve/main/x.gguf",
            "https://huggingface.co/a/c/resolve/main/x.gguf",
            "https://huggingface.co/a/b/../c/resolve/main/x.gguf",
            "https://huggingface.co:444/a/b/resolve/main/x.gguf",
            "https://cdn.huggingface.co/a/b/resolve/main/x.gguf",
            "https://hf-mirror.com/a/b/resolve/main/x.gguf",
            "https://huggingface.co.evil.example/a/b/x",
            "https://own.example:8443/a/b/resolve/main/x.gguf",
        ] {
            assert!(grants.for_url(&url(asked)).is_none(), "{asked}");
        }
        let shown = format!(
            "{token:?} {grants:?} {:?}",
            grants.for_url(&url("https://huggingface.co/a/b/resolve/main/x.gguf",))
        );
        assert!(!shown.contains("secret"), "{shown}");
        for text in [
            "\u{feff}hf_secret\r\n",
            "\"hf_secret\"",
            "'hf_secret'\n",
            "\thf_secret ",
        ] {
            assert_eq!(Token::new(text), Some(Token("hf_secret".to_owned())));
        }
        for text in ["", " ", "a b", "a\nb", "é", "\"\"", "\u{feff}"] {
            assert_eq!(Token::new(text), None, "{text:?}");
        }
    }
}
