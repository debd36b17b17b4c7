//! What ends a download, in words for a person and in facts.

use library::{NetError, ProxyTrouble, Wanted};

use crate::failure::{Cause, Code, Failure};
use crate::hub::address::page;
use crate::hub::remote::how_to_get_in;

/// What to do where a person forbade asking anybody.
const OFFLINE: &str = "Switch \"Offline\" off in the window, where models are chosen, then start it again; \
                       what came is kept.";

pub(crate) fn refused(error: &library::HubError) -> Failure {
    use library::HubError as E;
    let message = error.to_string();
    let told =
        Failure::new(Code::Download, message.clone()).hint("Try again later, or another hub.");
    match error {
        E::Unasked {
            repository,
            failure,
        } => {
            let failures = std::slice::from_ref(failure);
            if let Some(told) = of_its_own(&message, failures) {
                return told;
            }
            let hint = "Check the connection and try again.";
            nowhere(
                unasked(message, failures, hint),
                repository.clone(),
                failures,
            )
        }
        E::NoListing {
            host,
            repository,
            why,
        } => told
            .cause(Cause::NoListing {
                host: host.clone(),
                repository: repository.clone(),
            })
            .detail(why),
        E::Gated {
            host,
            repository,
            keyed,
        } => gated(message, host, repository, *keyed),
        E::NotThere {
            host,
            repository,
            hidden,
        } => {
            let told = Failure::new(Code::ModelMissing, message);
            let typed = "Check how it is spelled: `owner/name`, as on its page.";
            let hint = if *hidden {
                format!(
                    "{typed} If it is a private one of yours, `--use-token` shows the hub your token."
                )
            } else {
                typed.to_owned()
            };
            told.hint(hint).cause(Cause::NotOpen {
                host: host.clone(),
                repository: repository.clone(),
            })
        }
        E::NoRevision { repository, .. } => Failure::new(Code::ModelMissing, message)
            .hint(format!("Leave the revision out: `{repository}`."))
            .cause(Cause::NotInRepository {
                repository: repository.clone(),
            }),
    }
}

/// A hub lets people in one by one.
fn gated(message: String, host: &str, repository: &str, keyed: bool) -> Failure {
    let hint = if keyed {
        format!(
            "Accept its terms at {} with the account of that token.",
            page(repository)
        )
    } else {
        how_to_get_in(repository)
    };
    let (host, repository) = (host.to_owned(), repository.to_owned());
    let cause = if keyed {
        Cause::TokenRefused { host, repository }
    } else {
        Cause::Gated { host, repository }
    };
    Failure::new(Code::Download, message)
        .hint(hint)
        .cause(cause)
}

/// What all sources failed at where that is one thing with words of its own: a hub that lets people in one
/// by one, a proxy.
fn of_its_own(message: &str, failures: &[library::SourceFailure]) -> Option<Failure> {
    use library::SourceFailure as F;
    let first = failures.iter().find_map(|failure| match failure {
        F::Gated {
            host,
            repository,
            keyed,
        } => Some(gated(message.to_owned(), host, repository, *keyed)),
        _ => None,
    });
    first.or_else(|| {
        let proxies = failures.iter().map(|failure| match failure {
            F::NoConnection(NetError::Proxy { proxy, host, why }) => Some((proxy, host, why)),
            _ => None,
        });
        let proxies: Option<Vec<_>> = proxies.collect();
        let (proxy, host, why) = proxies?.into_iter().next()?;
        let password = matches!(why, ProxyTrouble::WantsPassword | ProxyTrouble::WrongPassword);
        let (code, hint) = if password {
            let hint = "Put them into the proxy's address: `https_proxy=http://NAME:PASSWORD@HOST:PORT` (`@` in \
                        a password is `%40`).";
            (Code::Download, hint)
        } else {
            let hint = "Check the proxy that is set (`https_proxy`, `all_proxy`, or the system's settings); \
                        `no_proxy` names hosts that are asked without it.";
            (Code::Unreachable, hint)
        };
        let (proxy, host) = (proxy.clone(), host.clone());
        let cause = if password {
            Cause::ProxyPassword { proxy, host }
        } else {
            Cause::Proxy { proxy, host }
        };
        let told = Failure::new(code, message).hint(hint).cause(cause);
        Some(match why {
            ProxyTrouble::Unreachable(said) | ProxyTrouble::Failed(said) => told.detail(said),
            _ => told,
        })
    })
}

pub(crate) fn unreachable(part: &Wanted, failures: &[library::SourceFailure]) -> Failure {
    let reasons: Vec<String> = failures.iter().map(ToString::to_string).collect();
    let message = format!(
        "`{}` cannot be looked at: {}",
        part.place.file(),
        reasons.join("; ")
    );
    if let Some(told) = of_its_own(&message, failures) {
        return told;
    }
    let told = unasked(message, failures, "Check the connection and try again.");
    nowhere(told, part.place.file().to_string(), failures)
}

/// What was not answered, and what to do: what a person forbade, what may pass, and what will not.
fn unasked(message: String, failures: &[library::SourceFailure], hint: &str) -> Failure {
    if failures.iter().all(is_offline) {
        return Failure::new(Code::Unreachable, message).hint(OFFLINE);
    }
    let code = if failures.iter().all(passes) {
        Code::Unreachable
    } else {
        Code::Download
    };
    Failure::new(code, message).hint(hint)
}

pub(crate) fn unwritable(error: &std::io::Error) -> Failure {
    Failure::new(Code::Storage, error.to_string()).hint("Check the folder's rights and its disk.")
}

pub(crate) fn failed(failure: &library::Failure) -> Failure {
    use library::Failure as F;
    if let F::Nowhere { failures, .. } = failure
        && let Some(told) = of_its_own(&failure.to_string(), failures)
    {
        return told;
    }
    let (code, hint) = match failure {
        F::Stopped { .. } => (
            Code::Stopped,
            "The next start goes on where this one ended.",
        ),
        F::Nowhere { failures, .. } if failures.iter().all(is_offline) => {
            (Code::Unreachable, OFFLINE)
        }
        F::Nowhere { failures, .. } if failures.iter().all(passes) => (
            Code::Unreachable,
            "What came is kept: check the connection and start it again. The window tries again by \
             itself every few minutes.",
        ),
        F::Nowhere { .. } => (
            Code::Download,
            "What came is kept: try again later, or another hub or quantisation.",
        ),
        F::DiskFull { .. } => (
            Code::DiskFull,
            "Make room or choose a smaller quantisation, then start it again; what came is kept.",
        ),
        F::Disk { error, .. } if error.kind() == std::io::ErrorKind::FileTooLarge => (
            Code::Storage,
            "The disk's file system takes no file as large: FAT32, as on many memory sticks, ends at \
             4 GiB. Put Spud's folder on another disk, or take a smaller quantisation.",
        ),
        F::Disk { .. } => (Code::Storage, "Check the folder's rights and its disk."),
        F::DiskFlips { .. } => (
            Code::Storage,
            "Have that disk checked, for other files on it may be damaged too, or choose a folder on \
             another disk for models.",
        ),
        F::Bug { .. } => (Code::Bug, "What came is kept: start it again."),
        F::Occupied { .. } => (
            Code::Storage,
            "Move it away or delete it, then start it again.",
        ),
    };
    let told = Failure::new(code, failure.to_string()).hint(hint);
    match failure {
        F::Stopped { .. } => told,
        F::Nowhere { file, failures } => nowhere(told, file.to_string(), failures),
        F::DiskFull {
            file, needed, free, ..
        } => told.cause(Cause::NeedsDisk {
            file: file.to_string(),
            needed_bytes: *needed,
            free_bytes: *free,
        }),
        F::Disk { file, error } if error.kind() == std::io::ErrorKind::FileTooLarge => {
            let file = file.to_string();
            told.cause(Cause::LargeFile { file }).detail(error)
        }
        F::Disk { error, .. } => told.detail(error),
        F::DiskFlips { file, folder, .. } => told.cause(Cause::DiskFlips {
            file: file.to_string(),
            path: folder.display().to_string(),
        }),
        F::Bug { what, .. } => told.detail(what),
        F::Occupied { path } => told.cause(Cause::Occupied {
            path: path.display().to_string(),
        }),
    }
}

/// What no source gave: the facts, and what the system and the servers said of it.
fn nowhere(told: Failure, file: String, failures: &[library::SourceFailure]) -> Failure {
    use library::SourceFailure as F;
    let said = failures.iter().filter_map(|failure| match failure {
        F::NoConnection(NetError::Broken { host, reason }) => Some(format!("{host}: {reason}")),
        F::Nonsense { host, what } => Some(format!("{host}: {what}")),
        F::OtherFile {
            found, expected, ..
        } => Some(format!("{found} ≠ {expected}")),
        F::WrongHash {
            found, expected, ..
        } => Some(format!("SHA-256 {found} ≠ {expected}")),
        _ => None,
    });
    let said: Vec<String> = said.collect();
    let sources = failures.to_vec();
    let told = told.cause(Cause::Nowhere { file, sources });
    if said.is_empty() {
        told
    } else {
        told.detail(said.join("; "))
    }
}

fn is_offline(failure: &library::SourceFailure) -> bool {
    use library::SourceFailure as F;
    matches!(failure, F::NoConnection(NetError::Offline { .. }))
}

/// Whether what a source failed at may be gone the next time.
fn passes(failure: &library::SourceFailure) -> bool {
    use library::SourceFailure as F;
    matches!(failure, F::NoConnection(_) | F::Busy { .. })
}
