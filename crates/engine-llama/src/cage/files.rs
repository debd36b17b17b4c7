//! The wall of files: Landlock. Whatever is not named cannot be opened, made, removed or run.

use std::path::PathBuf;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, Scope, make_bitflags,
};

/// The newest form that this was tried with: Linux 6.15. A later one may forbid what is needed here.
const NEWEST: i32 = 7;

/// What may be done with a place and all below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum May {
    /// Files are read, folders listed.
    Read,
    /// A device is used.
    Use,
    /// Files are read, written, made and removed.
    Keep,
    /// The same, and folders too.
    Cache,
}

impl May {
    fn rights(self) -> BitFlags<AccessFs> {
        let read = make_bitflags!(AccessFs::{ReadFile | ReadDir});
        let keep = read | make_bitflags!(AccessFs::{WriteFile | Truncate | MakeReg | RemoveFile});
        match self {
            Self::Read => read,
            Self::Use => read | make_bitflags!(AccessFs::{WriteFile | IoctlDev}),
            Self::Keep => keep,
            Self::Cache => keep | make_bitflags!(AccessFs::{MakeDir | RemoveDir}),
        }
    }
}

/// Closes the wall around these places, those that are there, with what the kernel has of Landlock,
/// up to this form of it.
pub(super) fn close(places: &[(PathBuf, May)], newest: i32) {
    let form = ABI::from(newest.min(NEWEST));
    if form != ABI::Unsupported {
        // What a kernel cannot do is left out, and the check tells it.
        let _ = build(places, form);
    }
}

fn build(places: &[(PathBuf, May)], form: ABI) -> Result<(), RulesetError> {
    let mut rules = Ruleset::default().handle_access(AccessFs::from_all(form))?;
    // These two came later than files, and asking for nothing is an error.
    if !AccessNet::from_all(form).is_empty() {
        rules = rules.handle_access(AccessNet::from_all(form))?;
    }
    if !Scope::from_all(form).is_empty() {
        rules = rules.scope(Scope::from_all(form))?;
    }
    let mut rules = rules.create()?;
    for (path, may) in places {
        // Links are followed: what they lead to is what is let in.
        let Ok(place) = PathFd::new(path) else {
            continue;
        };
        let mut rights = may.rights() & AccessFs::from_all(form);
        if !path.is_dir() {
            rights &= AccessFs::from_file(form);
        }
        if !rights.is_empty() {
            rules = rules.add_rule(PathBeneath::new(place, rights))?;
        }
    }
    rules.restrict_self().map(drop)
}
