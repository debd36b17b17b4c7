//! What ends a download, in words for a person and in facts.

use library::{NetError, Wanted};

use crate::failure::{Cause, Code, Failure};

/// What to do where a person forbade asking anybody.
const OFFLINE: &str = "Switch \"Offline\" off in the window, where models are chosen, then start it again; \
                       what came is kept.";

pub(super) fn refused(error: &library::HubError) -> Failure {
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
        E::NotThere { .. } => told,
    }
}

pub(super) fn unreachable(part: &Wanted, failures: &[library::SourceFailure]) -> Failure {
    let reasons: Vec<String> = failures.iter().map(ToString::to_string).collect();
    let message = format!(
        "`{}` cannot be looked at: {}",
        part.place.file(),
        reasons.join("; ")
    );
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

pub(super) fn unwritable(error: &std::io::Error) -> Failure {
    Failure::new(Code::Storage, error.to_string()).hint("Check the folder's rights and its disk.")
}

pub(super) fn failed(failure: &library::Failure) -> Failure {
    use library::Failure as F;
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
