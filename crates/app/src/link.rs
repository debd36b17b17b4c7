//! Links of an answer: a model wrote them, so only kinds that a browser or a mail program opens go
//! out, and only when a person clicked.

use url::Url;

use crate::failure::{Code, Failure};
use crate::outside;

/// Opens a link in the system's own program for it. Returns when that program was started.
pub fn open_link(link: &str) -> Result<(), Failure> {
    let url = Url::parse(link)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https" | "mailto"));
    let Some(url) = url else {
        return Err(Failure::new(
            Code::LinkRefused,
            "only links to web and mail addresses are opened",
        ));
    };
    outside::open_link(url.as_str()).map_err(|error| {
        Failure::new(
            Code::LinkRefused,
            format!("no program opened {url}: {error}"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_address_of_web_or_mail_is_refused() {
        for link in [
            "",
            "x",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "vscode://x",
        ] {
            let refused = open_link(link).unwrap_err();
            assert_eq!(refused.code, Code::LinkRefused, "{link}");
        }
    }
}
