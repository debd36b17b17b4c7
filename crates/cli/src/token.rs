//! The question whether a hub may be shown a person's token: asked once for each repository of each host, by
//! a terminal that somebody sits at.

use std::io::{IsTerminal, stdin};

use app::{Agreement, Cause, Failure, Home, TokenFound};

use crate::console::{Console, tame};

/// Whether what failed may be tried again with the token, since the person said so just now.
pub(crate) fn is_agreed(home: &Home, failure: &Failure, console: &Console) -> bool {
    let Some(Cause::Gated { host, repository }) = failure.cause.as_deref() else {
        return false;
    };
    if !stdin().is_terminal() {
        return false;
    }
    let Some(found) = TokenFound::for_host(host) else {
        return false;
    };
    console.status("");
    console.aside(&tame(&format!(
        "{}.\nShow {host} your token (from {}) for `{repository}`, now and from now on? [y/N] ",
        failure.message, found.place
    )));
    let mut answer = String::new();
    let _ = stdin().read_line(&mut answer);
    if !matches!(answer.trim(), "y" | "Y" | "yes") {
        return false;
    }
    let agreement = Agreement {
        host: host.clone(),
        repository: repository.clone(),
    };
    agreement.keep(home).is_ok()
}
