//! Models in several files.

use crate::builder::{Builder, Change};
use gguf::{Error, Header};
use std::path::{Path, PathBuf};

/// Part `number` of `count`: the first with the metadata, each with its own tensors.
fn part(number: u32, count: u32) -> Builder {
    let mut file = if number == 1 {
        Builder::sound()
    } else {
        Builder::empty()
    };
    file.tensors.clear();
    file.tensor(
        &format!("blk.{number}.ffn_up.weight"),
        &[64, u64::from(number)],
        0,
    );
    file.number("split.no", number - 1);
    file.number("split.count", count);
    file
}

fn path(folder: &Path, number: u32, count: u32) -> PathBuf {
    folder.join(format!("big-{number:05}-of-{count:05}.gguf"))
}

/// A sound set of three, changed as the test wants.
fn set(change: impl FnOnce(&Path)) -> Result<Header, Error> {
    let folder = tempfile::tempdir().unwrap();
    for number in 1..=3 {
        fs_err::write(path(folder.path(), number, 3), part(number, 3).bytes()).unwrap();
    }
    change(folder.path());
    Header::read_file(path(folder.path(), 1, 3))
}

#[test]
fn a_whole_set_is_one_model() {
    let header = set(|_| ()).unwrap();
    assert_eq!(header.weights_bytes(), 64 * 4 * (1 + 2 + 3));
    assert_eq!(header.tensor_count(), 3);
    assert_eq!(header.files().len(), 3);
    assert_eq!(header.geometry().unwrap().layers, 2);
}

#[test]
fn a_missing_part_is_named() {
    let error = set(|folder| fs_err::remove_file(path(folder, 3, 3)).unwrap()).unwrap_err();
    match error {
        Error::MissingPart {
            path,
            number: 3,
            count: 3,
        } => {
            assert!(path.ends_with("big-00003-of-00003.gguf"));
        }
        other => panic!("{other}"),
    }
}

#[test]
fn parts_are_checked_like_files() {
    let write =
        |bytes: Vec<u8>| move |folder: &Path| fs_err::write(path(folder, 2, 3), bytes).unwrap();
    for (bytes, expect) in [
        (
            part(3, 3).bytes(),
            "`split.no` is another place in the set than the name says",
        ),
        // The first part once more, which would lead in a circle.
        (
            part(1, 3).bytes(),
            "`split.no` is another place in the set than the name says",
        ),
        (
            part(2, 4).bytes(),
            "`split.no` is another place in the set than the name says",
        ),
        (
            Builder::sound().bytes(),
            "`split.no` is another place in the set than the name says",
        ),
        (part(2, 3).bytes()[..200].to_vec(), "ends early"),
        (b"<html>".to_vec(), "is not a GGUF model"),
    ] {
        let error = set(write(bytes)).unwrap_err().to_string();
        assert!(
            error.contains("big-00002-of-00003.gguf") && error.contains(expect),
            "{error}"
        );
    }
}

#[test]
fn a_part_of_another_set_is_found() {
    // Tensors that are there already: the first part under the second one's name and number.
    let twice = |folder: &Path| {
        let mut other = part(2, 3);
        other.tensors = part(1, 3).tensors;
        fs_err::write(path(folder, 2, 3), other.bytes()).unwrap();
    };
    let error = set(twice).unwrap_err().to_string();
    assert!(error.contains("big-00002-of-00003.gguf"), "{error}");
    assert!(
        error.contains("`blk.1.ffn_up.weight` is in an earlier part of the set too"),
        "{error}"
    );
    // A set that says how many tensors it has.
    let counted = |count: u32| {
        set(|folder| {
            let mut first = part(1, 3);
            first.number("split.tensors.count", count);
            fs_err::write(path(folder, 1, 3), first.bytes()).unwrap();
        })
    };
    counted(3).unwrap();
    let error = counted(4).unwrap_err().to_string();
    assert!(
        error.contains("`split.tensors.count` is not what the parts have"),
        "{error}"
    );
}

#[test]
fn counts_that_differ_are_of_different_sets() {
    let counted = |in_second: u32| {
        set(|folder| {
            for (number, count) in [(1, 3), (2, in_second)] {
                let mut file = part(number, 3);
                file.number("split.tensors.count", count);
                fs_err::write(path(folder, number, 3), file.bytes()).unwrap();
            }
        })
    };
    counted(3).unwrap();
    let error = counted(4).unwrap_err().to_string();
    assert!(
        error.contains("big-00002-of-00003.gguf")
            && error.contains("`split.tensors.count` differs from the first part's"),
        "{error}"
    );
}

#[test]
fn a_set_has_no_more_tensors_than_a_file() {
    const MOST: u32 = 65_536;
    // One in the first part, one in the third.
    let with = |in_second: u32| {
        set(|folder| {
            let mut second = part(2, 3);
            second.tensors.clear();
            for number in 0..in_second {
                second.tensor(&format!("t{number}"), &[1], 0);
            }
            fs_err::write(path(folder, 2, 3), second.bytes()).unwrap();
        })
    };
    assert_eq!(with(MOST - 2).unwrap().tensor_count(), MOST.into());
    let error = with(MOST - 1).unwrap_err().to_string();
    assert!(
        error.contains("`header` makes it more than 65,536 tensors in all parts"),
        "{error}"
    );
}

#[test]
fn only_the_first_part_opens_a_set() {
    let folder = tempfile::tempdir().unwrap();
    let second = path(folder.path(), 2, 3);
    fs_err::write(&second, part(2, 3).bytes()).unwrap();
    let error = Header::read_file(&second).unwrap_err();
    assert!(
        matches!(
            error,
            Error::NotTheFirstPart {
                number: 2,
                count: 3,
                ..
            }
        ),
        "{error}"
    );
    // A name without a place, with another number, and of a set of another size.
    for name in [
        "renamed.gguf",
        "big-00002-of-00003.gguf",
        "big-00001-of-00004.gguf",
    ] {
        let renamed = folder.path().join(name);
        fs_err::write(&renamed, part(1, 3).bytes()).unwrap();
        let error = Header::read_file(&renamed).unwrap_err().to_string();
        assert!(
            error.ends_with("`file name` does not end in its place in the split set"),
            "{error}"
        );
    }
}

#[test]
fn places_in_a_set_are_believable() {
    let checks: [(Change, &str); 3] = [
        (|file| file.without("split.no"), "`split.no` is missing"),
        (
            |file| file.number("split.no", 3),
            "`split.no` is not below split.count",
        ),
        (
            |file| file.number("split.count", 65_536),
            "`split.count` is above 65,535",
        ),
    ];
    for (change, expect) in checks {
        let mut file = part(1, 3);
        change(&mut file);
        let bytes = file.bytes();
        let error = Header::parse(&bytes[..], bytes.len() as u64)
            .unwrap_err()
            .to_string();
        assert_eq!(error, format!("`data`: {expect}"));
    }
}
