//! A few of the mutations of `bench/mutations`, each through the real engine: all end, in bounded time
//! and memory, with our own code whole and the engine alive.

use bench::mutations::file::File;
use bench::mutations::trial::{self, Outcome};
use bench::mutations::{all, sample, sprout};

/// How many are tried: a second of work.
const TRIED: usize = 64;

#[test]
fn broken_models_are_refused_or_work() {
    let sound = File::of(&fs_err::read(sprout()).unwrap()).unwrap();
    let mut mutations = all(&sound, 1);
    // Templates are programs. The product runs none, so that even those that never end answer.
    let (templates, others): (Vec<_>, Vec<_>) = mutations
        .drain(..)
        .partition(|mutation| mutation.kind == "template");
    let folder = tempfile::tempdir().unwrap();
    let mut named = 0;
    for mutation in sample(others, TRIED).iter().chain(&templates) {
        let path = folder.path().join("model.gguf");
        fs_err::write(&path, mutation.of(&sound)).unwrap();
        let told = trial::of(&path);
        let well = [
            Outcome::Named,
            Outcome::TooBig,
            Outcome::Engine,
            Outcome::Works,
        ];
        assert!(well.contains(&told.outcome), "{mutation}: {told:?}");
        assert!(
            !told.said.contains('\u{1b}') || told.outcome == Outcome::Works,
            "{told:?}"
        );
        named += usize::from(told.outcome == Outcome::Named);
        if mutation.what.contains("endless") {
            assert_eq!(told.outcome, Outcome::Works, "{mutation}: {told:?}");
        }
    }
    assert!(named > TRIED / 2, "{named}");
}
