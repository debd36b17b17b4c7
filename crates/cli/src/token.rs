//! The question whether a hub may be shown a person's token: asked once for each repository of each host, by
//! a terminal that somebody sits at.

use std::io::{IsTerminal, stdin};

use app::stop::Stop;
use app::{Agreement, Cause, Failure, Home, TokenFound};
use tokio::sync::oneshot;

use crate::console::{Console, tame};

/// Whether what failed may be tried again with the token, since the person said so just now. A stop is a no.
pub(crate) async fn is_agreed(
    home: &Home,
    failure: &Failure,
    console: &Console,
    mut stop: Stop,
) -> bool {
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
    let (typed, answered) = oneshot::channel();
    // Nothing ends a thread that reads from a terminal but the end of the program.
    std::thread::spawn(move || {
        let mut answer = String::new();
        let _ = stdin().read_line(&mut answer);
        typed.send(answer)
    });
    let answer = tokio::select! {
        answer = answered => answer.unwrap_or_default(),
        () = stop.asked() => {
            console.aside("\n");
            return false;
        }
    };
    if !matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
        return false;
    }
    let agreement = Agreement {
        host: host.clone(),
        repository: repository.clone(),
    };
    agreement.keep(home).is_ok()
}
