//! Disks that are full, folders that cannot be written, and people who may not read.

use std::fs;
use std::path::Path;

use chats::{Chats, Error};

use crate::folder::{NOW_MS, empty};

#[test]
fn a_folder_that_cannot_be_is_named() {
    let folder = empty();
    let file = folder.path().join("file");
    fs::write(&file, "no folder").unwrap();
    let below = file.join("chats");
    let error = Chats::open(&below, NOW_MS).unwrap_err();
    assert!(matches!(error, Error::Storage { .. }), "{error}");
    let begin = format!("cannot create the folder ({}): ", below.display());
    assert!(error.to_string().starts_with(&begin), "{error}");
    assert_eq!(fs::read(&file).unwrap(), b"no folder");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::folder::{ask, begin, growth, open};
    use crate::skips::skip;

    #[test]
    fn a_folder_without_the_right_to_write_is_named() {
        let outer = empty();
        let folder = outer.path().join("chats");
        set_mode(outer.path(), 0o500);
        if fs::create_dir(outer.path().join("probe")).is_ok() {
            skip("permissions do not bind this user");
            return;
        }
        let error = Chats::open(&folder, NOW_MS).unwrap_err();
        assert!(matches!(error, Error::Storage { .. }), "{error}");
        assert!(
            error.to_string().contains(folder.to_str().unwrap()),
            "{error}"
        );
    }

    #[test]
    fn a_database_without_the_right_to_write_is_named() {
        let folder = empty();
        ask(&open(folder.path()), None, "why?");
        let file = folder.path().join("chats.db");
        set_mode(&file, 0o400);
        if fs::File::options().write(true).open(&file).is_ok() {
            skip("permissions do not bind this user");
            return;
        }
        let error = Chats::open(folder.path(), NOW_MS).unwrap_err();
        assert!(matches!(error, Error::ReadOnly { .. }), "{error}");
    }

    #[test]
    fn nobody_else_can_read_anything() {
        let outer = empty();
        let folder = outer.path().join("home/chats");
        let chats = open(&folder);
        let id = begin(&chats, ask(&chats, None, "why?").id);
        chats.save_growth(id, &growth("Hm", "Be")).unwrap();
        chats.backup_if_due(NOW_MS).unwrap();
        let seen = closed_to_others(&outer.path().join("home"));
        // The folders, the database with its log and map, the door, the owner, the backup.
        assert!(seen > 8, "only {seen} files and folders");
    }

    #[test]
    fn what_others_could_read_is_closed_to_them() {
        let folder = empty();
        let chats = open(folder.path());
        ask(&chats, None, "why?");
        chats.backup_if_due(NOW_MS).unwrap();
        drop(chats);
        set_mode(folder.path(), 0o755);
        set_mode(&folder.path().join("owners"), 0o777);
        set_mode(&folder.path().join("chats.db"), 0o644);
        let chats = open(folder.path());
        ask(&chats, None, "why?");
        closed_to_others(folder.path());
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Looks at a folder and all that is in it, and counts.
    fn closed_to_others(path: &Path) -> usize {
        let found = fs::metadata(path).unwrap();
        let mode = found.permissions().mode() & 0o777;
        let right = if found.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, right, "{mode:o} of {}", path.display());
        if found.is_file() {
            return 1;
        }
        let entries = fs::read_dir(path).unwrap();
        let below = entries.map(|entry| closed_to_others(&entry.unwrap().path()));
        1 + below.sum::<usize>()
    }
}

/// Linux lets a child have small disks of its own, also without root, unless it is told not to.
#[cfg(target_os = "linux")]
mod disks {
    use std::process::{Command, Output};

    use super::*;
    use crate::child;
    use crate::skips::skip;

    #[test]
    fn a_full_disk_keeps_what_was_there() {
        on_a_disk_of_its_own("size=1m", "full disk");
    }

    #[test]
    fn a_disk_that_refuses_writes_is_named() {
        on_a_disk_of_its_own("ro,mode=0700", "read-only disk");
    }

    fn on_a_disk_of_its_own(options: &str, part: &str) {
        let folder = empty();
        let mounted = |then: &str| {
            let mut command = Command::new("unshare");
            let script = format!("mount -t tmpfs -o {options} tmpfs \"$0\" && exec {then}");
            command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]);
            command.arg(folder.path());
            command
        };
        let succeeds = |output: &Output| output.status.success();
        let probe = mounted("true").output();
        if !probe.as_ref().is_ok_and(succeeds) {
            skip("no disk of our own");
            return;
        }
        let mut command = mounted("\"$@\"");
        command.arg(std::env::current_exe().unwrap());
        child::dress(&mut command, part, folder.path());
        let played = command.output().unwrap();
        assert!(succeeds(&played), "{played:#?}");
    }
}

/// Plays on a disk of a megabyte; see [`crate::child`].
pub(crate) fn fill_the_disk(folder: &Path) {
    use crate::folder::{ask, begin, conversation, finish, growth, open};

    let other = folder.join("somebody's film");
    fs::write(&other, vec![0; 384 << 10]).unwrap();
    let chats = open(folder);
    let question = ask(&chats, None, "why?");
    let id = begin(&chats, question.id);
    chats.save_growth(id, &growth("Hm", "Be")).unwrap();

    let long = "cause ".repeat(1 << 20);
    full(chats.save_growth(id, &growth("Hm", &long)));
    full(chats.add_question(None, &long, NOW_MS));
    assert_eq!(conversation(&chats, question.chat), ["why?", "Be"]);

    // Little by little, until not even a draft has room.
    let mut kept = String::new();
    let error = loop {
        let next = format!("{kept}{}", "a little more ".repeat(200));
        match chats.set_draft(None, &next) {
            Ok(()) => kept = next,
            Err(error) => break error,
        }
    };
    full::<()>(Err(error));
    assert!(!kept.is_empty());
    full(chats.backup_if_due(NOW_MS));
    drop(chats);

    let chats = open(folder);
    assert_eq!(chats.draft(None).unwrap(), kept);
    assert_eq!(conversation(&chats, question.chat), ["why?", "Be"]);
    // What the user removes is room at once.
    fs::remove_file(other).unwrap();
    let id = begin(&chats, question.id);
    finish(&chats, id, "because");
    assert_eq!(conversation(&chats, question.chat), ["why?", "because"]);
}

#[track_caller]
fn full<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    let error = outcome.unwrap_err();
    assert!(matches!(error, Error::Full { .. }), "{error}");
}

/// Plays on a disk that is mounted for reading; see [`crate::child`].
pub(crate) fn open_what_cannot_be_written(folder: &Path) {
    let error = Chats::open(folder, NOW_MS).unwrap_err();
    assert!(matches!(error, Error::ReadOnly { .. }), "{error}");
    let end = "cannot be written";
    assert!(error.to_string().ends_with(end), "{error}");
}
